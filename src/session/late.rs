//! Requests given up while on the wire: a response may still come.

use super::event::Ticket;
use crate::pdu::CommandId;
use std::collections::VecDeque;

#[derive(Default)]
pub(super) struct Late(VecDeque<(u32, CommandId, Option<Ticket>)>);

impl Late {
    /// Remembers a request; the oldest beyond `most` are forgotten.
    pub(super) fn push(
        &mut self,
        most: usize,
        number: u32,
        command_id: CommandId,
        ticket: Option<Ticket>,
    ) {
        while self.0.len() >= most.max(1) {
            self.0.pop_front();
        }
        self.0.push_back((number, command_id, ticket));
    }

    /// Takes the request that a response of this kind and number answers.
    pub(super) fn take(
        &mut self,
        number: u32,
        response: CommandId,
    ) -> Option<(CommandId, Option<Ticket>)> {
        let at = self.0.iter().position(|&(n, id, _)| {
            n == number && (id.response() == response || response == CommandId::GENERIC_NACK)
        })?;
        self.0.remove(at).map(|(_, id, ticket)| (id, ticket))
    }

    /// Gives memory back that nothing needs now.
    pub(super) fn shrink(&mut self) {
        self.0.shrink_to_fit();
    }

    pub(super) fn clear(&mut self) {
        self.0.clear();
    }
}
