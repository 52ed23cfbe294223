//! Requests that wait to be sent, in order.

use super::event::Ticket;
use super::time::Instant;
use crate::pdu::{CommandId, CommandStatus, HEADER_LEN};
use std::collections::VecDeque;

/// A request with all but its sequence_number.
pub(super) struct Queued {
    /// Its place among all requests ever queued, kept when it has to be sent again.
    order: u64,
    pub(super) ticket: Ticket,
    pub(super) command_id: CommandId,
    pub(super) frame: Vec<u8>,
    /// Where the TLVs begin in `frame`.
    pub(super) tlv_offset: usize,
    /// After this it is not tried again.
    pub(super) expires: Instant,
    /// What the peer said when it was too busy for it.
    pub(super) refused: Option<CommandStatus>,
}

#[derive(Default)]
pub(super) struct Outbox {
    waiting: VecDeque<Queued>,
    next_order: u64,
    /// Buffers of requests that are done, for the next ones.
    spare: Vec<Vec<u8>>,
    /// Requests waiting that the peer was too busy for: only those have a deadline here.
    refused: usize,
}

impl Outbox {
    pub(super) fn len(&self) -> usize {
        self.waiting.len()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }

    /// An empty buffer with room for a header, to be handed back by `push` or `recycle`.
    pub(super) fn buffer(&mut self) -> Vec<u8> {
        let mut buffer = self.spare.pop().unwrap_or_default();
        buffer.clear();
        buffer.resize(HEADER_LEN, 0);
        buffer
    }

    pub(super) fn recycle(&mut self, frame: Vec<u8>) {
        // Enough for the largest usual window; a rare large buffer is not kept.
        if self.spare.len() < 1_024 && frame.capacity() <= 1_024 {
            self.spare.push(frame);
        }
    }

    pub(super) fn push(
        &mut self,
        ticket: Ticket,
        command_id: CommandId,
        frame: Vec<u8>,
        tlv_offset: usize,
        expires: Instant,
    ) {
        self.waiting.push_back(Queued {
            order: self.next_order,
            ticket,
            command_id,
            frame,
            tlv_offset,
            expires,
            refused: None,
        });
        self.next_order += 1;
    }

    /// Puts back a request that the peer was too busy for, before all that came after it.
    pub(super) fn put_back(&mut self, mut request: Queued, status: CommandStatus) {
        request.refused = Some(status);
        self.refused += 1;
        let at = self
            .waiting
            .iter()
            .take_while(|q| q.order < request.order)
            .count();
        self.waiting.insert(at, request);
    }

    pub(super) fn pop(&mut self) -> Option<Queued> {
        let request = self.waiting.pop_front()?;
        self.note_gone(&request);
        Some(request)
    }

    /// Takes the first request whose ticket `matches`.
    pub(super) fn forget(&mut self, matches: impl Fn(Ticket) -> bool) -> Option<Queued> {
        let at = self.waiting.iter().position(|q| matches(q.ticket))?;
        let request = self.waiting.remove(at)?;
        self.note_gone(&request);
        Some(request)
    }

    /// The earliest end of the time of a request that the peer was too busy for.
    pub(super) fn next_deadline(&self) -> Option<Instant> {
        self.refused_requests().map(|q| q.expires).min()
    }

    /// Takes a request that the peer was too busy for until its time was over.
    pub(super) fn take_expired(&mut self, now: Instant) -> Option<Queued> {
        let ticket = self
            .refused_requests()
            .find(|q| q.expires <= now)
            .map(|q| q.ticket)?;
        self.forget(|t| t == ticket)
    }

    /// They were on the wire before, so they stand at the front, a window's worth at most.
    fn refused_requests(&self) -> impl Iterator<Item = &Queued> {
        self.waiting
            .iter()
            .filter(|q| q.refused.is_some())
            .take(self.refused)
    }

    fn note_gone(&mut self, request: &Queued) {
        if request.refused.is_some() {
            self.refused -= 1;
        }
    }
}
