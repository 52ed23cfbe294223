//! Requests that wait to be sent, in order, but for those to delayed recipients.

use super::config::Role;
use super::delayed::{Concerns, Delayed};
use super::event::Ticket;
use super::instant::Instant;
use crate::pdu::{CommandId, CommandStatus};
use alloc::boxed::Box;
use alloc::collections::VecDeque;
use alloc::vec::Vec;
use core::ops::{Deref, DerefMut};

/// Requests that are kept for the next ones: enough for the largest usual window. A rare large one is not kept.
const SPARE: usize = 1_024;
const SPARE_OCTETS: usize = 1_024;
/// Room in the queue that is kept when it is empty.
const KEPT: usize = 4_096;
/// How often the whole queue is looked through for requests whose time is over, in milliseconds.
const SWEEP: u64 = 1_000;

/// A request of this side, from the queue over the window to its end. It stays in its box, which is used again.
pub(super) struct OwnRequest(Box<Fields>);

pub(super) struct Fields {
    /// Its place among all requests ever queued, kept when it has to be sent again.
    pub(super) order: u64,
    /// The application's mark; `None` if it went to the wire at once, without the queue, and can't go back there.
    pub(super) ticket: Option<Ticket>,
    pub(super) command_id: CommandId,
    /// The PDU with all but its sequence_number; empty if it went to the wire at once.
    pub(super) frame: Vec<u8>,
    /// After this it is not sent, or sent again.
    pub(super) expires: Option<Instant>,
    /// What the peer said when it was too busy for it.
    pub(super) refused: Option<CommandStatus>,
    /// It shows whether its delayed recipient can be sent to again.
    pub(super) probe: bool,
    /// `expires` holds only while its recipient is delayed.
    pub(super) lent: bool,
    /// It is no segment of a long message.
    pub(super) alone: bool,
    /// On the wire: counts the connection's requests without ever wrapping; the sequence_number is made from it.
    pub(super) serial: u64,
    pub(super) sent_at: Instant,
    /// When its response is to be there.
    pub(super) deadline: Option<Instant>,
    /// Where in the stream it begins.
    pub(super) place: u64,
}

impl OwnRequest {
    pub(super) fn empty() -> Self {
        Self(Box::new(Fields {
            order: 0,
            ticket: None,
            command_id: CommandId(0),
            frame: Vec::new(),
            expires: None,
            refused: None,
            probe: false,
            lent: false,
            alone: false,
            serial: 0,
            sent_at: Instant::default(),
            deadline: None,
            place: 0,
        }))
    }

    pub(super) fn is_expired(&self, now: Instant) -> bool {
        self.expires.is_some_and(|at| at <= now)
    }
}

impl Deref for OwnRequest {
    type Target = Fields;

    fn deref(&self) -> &Fields {
        &self.0
    }
}

impl DerefMut for OwnRequest {
    fn deref_mut(&mut self) -> &mut Fields {
        &mut self.0
    }
}

pub(super) struct Queue {
    role: Role,
    /// Sorted by `order`.
    waiting: VecDeque<OwnRequest>,
    /// Requests to recipients that the peer is too busy for.
    delayed: Delayed,
    next_order: u64,
    /// Requests that are done, for their room.
    spare: Vec<OwnRequest>,
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
    pub(super) fn next(&mut self, now: Instant, expires: Option<Instant>) -> Option<&OwnRequest> {
        if !self.delayed.is_empty() {
            self.set_aside(now, expires);
        }
        self.waiting.front()
    }

    #[cold]
    fn set_aside(&mut self, now: Instant, expires: Option<Instant>) {
        let holds =
            |queue: &Self, q: &OwnRequest| !q.is_expired(now) && queue.delayed.holds(queue.role, q);
        while let Some(request) = self.pop_if(holds) {
            self.note_expiry(request.expires.or(expires));
            self.delayed.wait(self.role, request, expires);
        }
        if self.waiting.is_empty() || !self.delayed.others_first {
            for probe in self.delayed.take_due(now) {
                self.insert(probe);
            }
        }
    }

    /// Takes the first request of those that wait, if it `matches`.
    fn pop_if(&mut self, matches: impl Fn(&Self, &OwnRequest) -> bool) -> Option<OwnRequest> {
        let front = self.waiting.front()?;
        if matches(self, front) {
            self.waiting.pop_front()
        } else {
            None
        }
    }

    /// A request to be filled in; to be handed back by `push` or `recycle`.
    pub(super) fn blank(&mut self) -> OwnRequest {
        let spare = self.spare.pop();
        spare.unwrap_or_else(OwnRequest::empty)
    }

    pub(super) fn recycle(&mut self, mut request: OwnRequest) {
        if self.spare.len() < SPARE && request.frame.capacity() <= SPARE_OCTETS {
            request.frame.clear();
            request.ticket = None;
            request.expires = None;
            request.refused = None;
            request.probe = false;
            request.lent = false;
            self.spare.push(request);
        }
    }

    /// Takes in a new request, as the last.
    pub(super) fn push(&mut self, mut request: OwnRequest) {
        self.note_expiry(request.expires);
        request.order = self.next_order;
        self.waiting.push_back(request);
        self.next_order += 1;
    }

    /// Puts a request back before all that came after it.
    pub(super) fn put_back(&mut self, request: OwnRequest) {
        self.note_expiry(request.expires);
        self.insert(request);
    }

    fn insert(&mut self, request: OwnRequest) {
        let at = self.waiting.partition_point(|q| q.order < request.order);
        self.waiting.insert(at, request);
    }

    /// Puts requests back, which are in order, each before all that came after it.
    fn put_back_all(&mut self, requests: VecDeque<OwnRequest>) {
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

    pub(super) fn pop(&mut self) -> Option<OwnRequest> {
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
        request: &OwnRequest,
        status: CommandStatus,
        now: Instant,
    ) -> Concerns {
        self.delayed.judge(self.role, request, status, now)
    }

    /// Delays the recipient of a request that was refused for now.
    pub(super) fn delay(&mut self, request: OwnRequest, status: CommandStatus, now: Instant) {
        self.note_expiry(request.expires);
        self.delayed.delay(self.role, request, status, now);
    }

    /// A request that was refused for now ends with that.
    pub(super) fn give_back(&mut self, request: OwnRequest) {
        self.delayed.give_back(self.role, &request);
        self.recycle(request);
    }

    /// A request is done with: the peer took it, or refused it for good.
    #[inline]
    pub(super) fn answered(&mut self, request: OwnRequest) {
        if !self.delayed.is_empty() {
            self.recipient_answers(&request);
        }
        self.recycle(request);
    }

    #[cold]
    fn recipient_answers(&mut self, request: &OwnRequest) {
        let free = self.delayed.taken(self.role, request);
        self.put_back_all(free);
    }

    /// A request ended without an answer.
    pub(super) fn dropped(&mut self, request: OwnRequest, now: Instant) {
        if request.probe {
            self.delayed.probe_lost(self.role, &request, now);
        }
        self.recycle(request);
    }

    /// Takes out the requests whose ticket `matches`; those to delayed recipients come last.
    pub(super) fn forget(&mut self, matches: impl Fn(Ticket) -> bool) -> Vec<OwnRequest> {
        self.take_out(&|request| request.ticket.is_some_and(&matches))
    }

    fn take_out(&mut self, matches: &dyn Fn(&OwnRequest) -> bool) -> Vec<OwnRequest> {
        let mut taken = Vec::new();
        take_out(&mut self.waiting, matches, &mut taken);
        self.delayed.take_out(matches, &mut taken);
        taken
    }

    /// Takes any request.
    pub(super) fn take_any(&mut self) -> Option<OwnRequest> {
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
    pub(super) fn take_expired(&mut self, now: Instant) -> Vec<OwnRequest> {
        if self.sweep_at.is_none_or(|at| at > now) {
            return Vec::new();
        }
        let expired = self.take_out(&|request| request.is_expired(now));
        let waiting = self.waiting.iter().filter_map(|request| request.expires);
        let next = waiting.chain(self.delayed.expiries()).min();
        self.sweep_at = next.map(|at| at.max(now + SWEEP));
        expired
    }

    /// Gives memory back that nothing needs now.
    pub(super) fn shrink(&mut self) {
        self.spare = Vec::new();
        if self.waiting.is_empty() {
            self.waiting = VecDeque::new();
        }
    }

    fn note_expiry(&mut self, expires: Option<Instant>) {
        self.sweep_at = match (self.sweep_at, expires) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (a, b) => a.or(b),
        };
    }
}

/// Moves what `matches` to the end of `taken`, in one pass.
pub(super) fn take_out(
    waiting: &mut VecDeque<OwnRequest>,
    matches: &dyn Fn(&OwnRequest) -> bool,
    taken: &mut Vec<OwnRequest>,
) {
    for _ in 0..waiting.len() {
        match waiting.pop_front() {
            Some(request) if matches(&request) => taken.push(request),
            Some(request) => waiting.push_back(request),
            None => break,
        }
    }
}
