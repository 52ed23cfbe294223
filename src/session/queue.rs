//! Requests that wait to be sent, in order, but for those to delayed recipients.

use super::config::Role;
use super::delayed::{Concerns, Delayed};
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
    pub(super) order: u64,
    pub(super) ticket: Ticket,
    pub(super) command_id: CommandId,
    pub(super) frame: Vec<u8>,
    /// After this it is not sent, or sent again.
    pub(super) expires: Option<Instant>,
    /// What the peer said when it was too busy for it.
    pub(super) refused: Option<CommandStatus>,
    /// It shows whether its delayed recipient can be sent to again.
    pub(super) probe: bool,
    /// `expires` holds only while its recipient is delayed.
    pub(super) lent: bool,
}

impl Queued {
    pub(super) fn is_expired(&self, now: Instant) -> bool {
        self.expires.is_some_and(|at| at <= now)
    }
}

pub(super) struct Queue {
    role: Role,
    /// Sorted by `order`.
    waiting: VecDeque<Queued>,
    /// Requests to recipients that the peer is too busy for.
    delayed: Delayed,
    next_order: u64,
    /// Buffers of requests that are done.
    spare: Vec<Vec<u8>>,
    /// When to look for requests whose time is over; never after the first of them, but for the time of a sweep.
    sweep_at: Option<Instant>,
}

impl Queue {
    pub(super) fn new(role: Role) -> Self {
        Self {
            role,
            waiting: VecDeque::new(),
            delayed: Delayed::default(),
            next_order: 0,
            spare: Vec::new(),
            sweep_at: None,
        }
    }

    pub(super) fn len(&self) -> usize {
        self.waiting.len() + self.delayed.count()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.waiting.is_empty() && self.delayed.count() == 0
    }

    /// When the first request may be sent as far as its recipient goes; `None` if there is none.
    pub(super) fn ready_at(&self, now: Instant) -> Option<Instant> {
        if self.waiting.is_empty() {
            self.delayed.next_due()
        } else {
            Some(now)
        }
    }

    /// The next request to send. Those to delayed recipients that stand before it are set aside; such a request ends at
    /// `expires` if it has no end of its own.
    pub(super) fn next(&mut self, now: Instant, expires: Instant) -> Option<&Queued> {
        if !self.delayed.is_empty() {
            self.set_aside(now, expires);
        }
        self.waiting.front()
    }

    #[cold]
    fn set_aside(&mut self, now: Instant, expires: Instant) {
        let holds =
            |queue: &Self, q: &Queued| !q.is_expired(now) && queue.delayed.holds(queue.role, q);
        while let Some(request) = self.pop_if(holds) {
            self.note_expiry(Some(request.expires.unwrap_or(expires)));
            self.delayed.wait(self.role, request, expires);
        }
        if self.waiting.is_empty() || !self.delayed.others_first {
            for probe in self.delayed.take_due(now) {
                self.insert(probe);
            }
        }
    }

    /// Takes the first request of those that wait, if it `matches`.
    fn pop_if(&mut self, matches: impl Fn(&Self, &Queued) -> bool) -> Option<Queued> {
        let front = self.waiting.front()?;
        if matches(self, front) {
            self.waiting.pop_front()
        } else {
            None
        }
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
            probe: false,
            lent: false,
        });
        self.next_order += 1;
    }

    /// Puts a request back before all that came after it.
    pub(super) fn put_back(&mut self, request: Queued) {
        self.note_expiry(request.expires);
        self.insert(request);
    }

    fn insert(&mut self, request: Queued) {
        let at = self.waiting.partition_point(|q| q.order < request.order);
        self.waiting.insert(at, request);
    }

    /// Puts requests back, which are in order, each before all that came after it.
    fn put_back_all(&mut self, requests: VecDeque<Queued>) {
        let mut merged = Vec::with_capacity(requests.len());
        for request in requests {
            self.note_expiry(request.expires);
            while let Some(older) = self.pop_if(|_, q| q.order < request.order) {
                merged.push(older);
            }
            merged.push(request);
        }
        for request in merged.into_iter().rev() {
            self.waiting.push_front(request);
        }
    }

    pub(super) fn pop(&mut self) -> Option<Queued> {
        let request = self.waiting.pop_front();
        self.delayed.others_first &= request.as_ref().is_some_and(|next| next.probe);
        if self.waiting.is_empty() {
            if self.delayed.count() == 0 {
                self.sweep_at = None;
            }
            if self.waiting.capacity() > KEPT {
                self.waiting = VecDeque::new();
            }
        }
        request
    }

    /// The peer is too busy for a request: finds out whom that concerns.
    pub(super) fn judge(
        &mut self,
        request: &Queued,
        status: CommandStatus,
        now: Instant,
    ) -> Concerns {
        self.delayed.judge(self.role, request, status, now)
    }

    /// Delays the recipient of a request that was refused for now.
    pub(super) fn delay(&mut self, request: Queued, status: CommandStatus, now: Instant) {
        self.note_expiry(request.expires);
        self.delayed.delay(self.role, request, status, now);
    }

    /// A request that was sent at `sent_at` is done with: the peer took it, or refused it for good.
    #[inline]
    pub(super) fn answered(&mut self, request: Queued, sent_at: Instant) {
        if !self.delayed.is_empty() {
            let free = self.delayed.taken(self.role, &request, sent_at);
            self.put_back_all(free);
        }
        self.recycle(request.frame);
    }

    /// A request ended without an answer.
    pub(super) fn dropped(&mut self, request: Queued, now: Instant) {
        if request.probe {
            self.delayed.probe_lost(self.role, &request, now);
        }
        self.recycle(request.frame);
    }

    /// Takes the first request from `from` on whose ticket `matches`, and tells where it was; those to delayed recipients
    /// come last.
    pub(super) fn forget(
        &mut self,
        from: usize,
        matches: impl Fn(Ticket) -> bool,
    ) -> Option<(usize, Queued)> {
        let mut tickets = self.waiting.range(from..).map(|q| q.ticket);
        if let Some(at) = tickets.position(&matches) {
            return Some((from + at, self.waiting.remove(from + at)?));
        }
        let request = self.delayed.forget(|q| matches(q.ticket))?;
        Some((self.waiting.len(), request))
    }

    /// Takes any request.
    pub(super) fn take_any(&mut self) -> Option<Queued> {
        while let Some(free) = self.delayed.take_lane() {
            self.put_back_all(free);
        }
        self.pop()
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
        self.delayed.take_expired(now, &mut expired);
        let next = self.delayed.next_expiry();
        self.note_expiry(next.map(|at| at.max(now + SWEEP)));
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
