//! Requests given up while on the wire: a response may still come.

use super::event::Ticket;
use crate::pdu::{CommandId, CommandStatus};
use alloc::vec::Vec;

/// Requests that are remembered at most.
const MOST: usize = 1_000;

/// A request whose outcome is unknown.
pub(super) struct Unknown {
    pub(super) number: u32,
    pub(super) command_id: CommandId,
    pub(super) ticket: Option<Ticket>,
}

/// The oldest first.
#[derive(Default)]
pub(super) struct Late(Vec<Unknown>);

impl Late {
    /// Remembers a request. Returns the oldest, which is forgotten, if there are too many.
    pub(super) fn push(&mut self, request: Unknown) -> Option<Unknown> {
        self.0.push(request);
        (self.0.len() > MOST).then(|| self.0.remove(0))
    }

    /// Takes the request that a response of this kind, number and status answers. A generic_nack only refuses.
    pub(super) fn take(
        &mut self,
        number: u32,
        response: CommandId,
        status: CommandStatus,
    ) -> Option<Unknown> {
        let refused = response == CommandId::GENERIC_NACK && status != CommandStatus::ESME_ROK;
        let at = self.0.iter().position(|request| {
            request.number == number && (request.command_id.response() == response || refused)
        })?;
        Some(self.0.remove(at))
    }

    /// Takes the oldest request.
    pub(super) fn take_oldest(&mut self) -> Option<Unknown> {
        (!self.0.is_empty()).then(|| self.0.remove(0))
    }

    /// Gives memory back that nothing needs now.
    pub(super) fn shrink(&mut self) {
        self.0.shrink_to_fit();
    }
}
