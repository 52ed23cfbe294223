//! Requests that wait to be sent, in order.

use super::event::Ticket;
use super::instant::Instant;
use crate::pdu::{CommandId, CommandStatus, HEADER_LEN};
use std::collections::VecDeque;

/// Buffers that are kept for the next requests: enough for the largest usual window. A rare large one is not kept.
const SPARE: usize = 1_024;
const SPARE_OCTETS: usize = 1_024;
/// Room in the queue that is kept when it is empty.
const KEPT: usize = 4_096;
/// How often the whole queue is looked through for requests whose time is over, in milliseconds.
const SWEEP: u64 = 1_000;

/// A request with all but its sequence_number.
pub(super) struct Queued {
    /// Its place among all requests ever queued, kept when it has to be sent again.
    order: u64,
    pub(super) ticket: Ticket,
    pub(super) command_id: CommandId,
    pub(super) frame: Vec<u8>,
    /// After this it is not sent, or sent again.
    pub(super) expires: Option<Instant>,
    /// What the peer said when it was too busy for it.
    pub(super) refused: Option<CommandStatus>,
}

impl Queued {
    pub(super) fn is_expired(&self, now: Instant) -> bool {
        self.expires.is_some_and(|at| at <= now)
    }
}

#[derive(Default)]
pub(super) struct Queue {
    /// Sorted by `order`.
    waiting: VecDeque<Queued>,
    next_order: u64,
    /// Buffers of requests that are done.
    spare: Vec<Vec<u8>>,
    /// When to look for requests whose time is over; never after the first of them, but for the time of a sweep.
    sweep_at: Option<Instant>,
}

impl Queue {
    pub(super) fn len(&self) -> usize {
        self.waiting.len()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }

    pub(super) fn front(&self) -> Option<&Queued> {
        self.waiting.front()
    }

    /// An empty buffer with room for a header, to be handed back by `push` or `recycle`.
    pub(super) fn buffer(&mut self) -> Vec<u8> {
        let mut buffer = self.spare.pop().unwrap_or_default();
        buffer.clear();
        buffer.extend_from_slice(&[0; HEADER_LEN]);
        buffer
    }

    pub(super) fn recycle(&mut self, frame: Vec<u8>) {
        if self.spare.len() < SPARE && frame.capacity() <= SPARE_OCTETS {
            self.spare.push(frame);
        }
    }

    pub(super) fn push(
        &mut self,
        ticket: Ticket,
        command_id: CommandId,
        frame: Vec<u8>,
        expires: Option<Instant>,
    ) {
        self.note_expiry(expires);
        self.waiting.push_back(Queued {
            order: self.next_order,
            ticket,
            command_id,
            frame,
            expires,
            refused: None,
        });
        self.next_order += 1;
    }

    /// Puts a request back before all that came after it.
    pub(super) fn put_back(&mut self, request: Queued) {
        self.note_expiry(request.expires);
        let at = self.waiting.partition_point(|q| q.order < request.order);
        self.waiting.insert(at, request);
    }

    pub(super) fn pop(&mut self) -> Option<Queued> {
        let request = self.waiting.pop_front();
        if self.waiting.is_empty() {
            self.sweep_at = None;
            if self.waiting.capacity() > KEPT {
                self.waiting = VecDeque::new();
            }
        }
        request
    }

    /// Takes the first request from `from` on whose ticket `matches`, and tells where it was.
    pub(super) fn forget(
        &mut self,
        from: usize,
        matches: impl Fn(Ticket) -> bool,
    ) -> Option<(usize, Queued)> {
        let mut tickets = self.waiting.range(from..).map(|q| q.ticket);
        let at = from + tickets.position(matches)?;
        Some((at, self.waiting.remove(at)?))
    }

    /// When requests whose time is over are to be taken out.
    pub(super) fn next_deadline(&self) -> Option<Instant> {
        self.sweep_at
    }

    /// Takes out the requests whose time is over, if it is time to look.
    pub(super) fn take_expired(&mut self, now: Instant) -> Vec<Queued> {
        let mut expired = Vec::new();
        if self.sweep_at.is_none_or(|at| at > now) {
            return expired;
        }
        self.sweep_at = None;
        for _ in 0..self.waiting.len() {
            let Some(request) = self.waiting.pop_front() else {
                break;
            };
            if request.is_expired(now) {
                expired.push(request);
            } else {
                self.note_expiry(request.expires.map(|at| at.max(now + SWEEP)));
                self.waiting.push_back(request);
            }
        }
        expired
    }

    /// Gives memory back that nothing needs now.
    pub(super) fn shrink(&mut self) {
        self.spare = Vec::new();
        self.waiting.shrink_to_fit();
    }

    fn note_expiry(&mut self, expires: Option<Instant>) {
        self.sweep_at = match (self.sweep_at, expires) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (a, b) => a.or(b),
        };
    }
}
