//! Requests of the peer that the application has not answered yet.

use super::instant::Instant;
use crate::pdu::CommandId;
use std::collections::VecDeque;

pub(super) struct Request {
    pub(super) number: u32,
    pub(super) command_id: CommandId,
    deadline: Option<Instant>,
}

#[derive(Default)]
pub(super) struct Unacknowledged(VecDeque<Request>);

impl Unacknowledged {
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn push(&mut self, number: u32, command_id: CommandId, now: Instant, timeout: u64) {
        self.0.push_back(Request {
            number,
            command_id,
            deadline: (timeout > 0).then(|| now + timeout),
        });
    }

    /// The command of the oldest request of this number.
    pub(super) fn command_id(&self, number: u32) -> Option<CommandId> {
        self.0
            .iter()
            .find(|r| r.number == number)
            .map(|r| r.command_id)
    }

    /// Takes the oldest request of this number: a peer may use one twice.
    pub(super) fn take(&mut self, number: u32) -> Option<Request> {
        let at = self.0.iter().position(|r| r.number == number)?;
        self.0.remove(at)
    }

    pub(super) fn next_deadline(&self) -> Option<Instant> {
        self.0.front()?.deadline
    }

    pub(super) fn take_expired(&mut self, now: Instant) -> Option<Request> {
        self.next_deadline().filter(|&at| at <= now)?;
        self.take_oldest()
    }

    pub(super) fn take_oldest(&mut self) -> Option<Request> {
        self.0.pop_front()
    }

    /// Gives memory back that nothing needs now.
    pub(super) fn shrink(&mut self) {
        self.0.shrink_to_fit();
    }

    pub(super) fn clear(&mut self) {
        self.0.clear();
    }
}
