//! Requests: through queue, rate and window, or at once.

use super::config::Role;
use super::engine::Session;
use super::error::SendError;
use super::event::{Failure, Sequence, Ticket};
use super::event_queue::Record;
use super::instant::Instant;
use super::late::Unknown;
use super::queue::OwnRequest;
use super::state::{State, may_send};
use super::version;
use crate::pdu::{Body, CommandId, CommandStatus, HEADER_LEN, Header, Request, SubmitSm};
use alloc::vec::Vec;

/// With more than this to transmit, requests stay in the queue: the network is the narrow place.
const HIGH_WATER: usize = 64 * 1024;

impl Session {
    /// Sends a submit_sm at once, outside the queue. The response comes as [`Event::Response`](super::Event::Response).
    ///
    /// # Errors
    ///
    /// If it can't go right now, or can't be written; nothing is sent then.
    pub fn submit(&mut self, now: Instant, message: &SubmitSm<'_>) -> Result<Sequence, SendError> {
        self.request(now, message)
    }

    /// Sends any request at once, outside the queue, as [`submit`](Self::submit) does. Binds and unbind are not among them:
    /// those are the session's own.
    ///
    /// # Errors
    ///
    /// If it can't go right now, or can't be written; nothing is sent then.
    pub fn request<'a>(
        &mut self,
        now: Instant,
        request: &impl Request<'a>,
    ) -> Result<Sequence, SendError> {
        let now = self.tick(now);
        let command_id = request.command_id();
        let State::Bound(bind) = self.state else {
            return Err(SendError::NotBound);
        };
        if self.draining {
            return Err(SendError::Closed);
        }
        if !may_send(self.config.role, bind, command_id) {
            return Err(SendError::BindType);
        }
        if command_id.has_response() && self.window.len() >= self.config.window {
            return Err(SendError::WindowFull);
        }
        if self.out.pending().len() >= HIGH_WATER {
            return Err(SendError::Throttled);
        }
        let start = self.out.octets().len();
        crate::pdu::encode(
            self.out.buffer(),
            command_id,
            CommandStatus::ESME_ROK,
            0,
            request,
        )?;
        let refusal = if !self.cut_tlvs(start) {
            Some(SendError::Unsupported)
        } else if !self.pace.take(now) {
            Some(SendError::Throttled)
        } else {
            None
        };
        if let Some(error) = refusal {
            self.out.buffer().truncate(start);
            return Err(error);
        }
        let number = self.next_number();
        self.out.buffer()[start + 12..start + 16].copy_from_slice(&number.to_be_bytes());
        self.request_written(now, start);
        if command_id.has_response() {
            let place = self.out.place(start);
            let timeout = self.spans.response_timeout;
            let mut request = self.queue.blank();
            request.command_id = command_id;
            self.window.push(request, now, timeout, place);
        }
        Ok(self.sequence(number))
    }

    /// Queues a request: it goes as soon as bind, window and rate allow, over as many connections as that takes, and
    /// ends in exactly one [`Event::Response`](super::Event::Response) or [`Event::Failed`](super::Event::Failed) with
    /// `ticket`. While the peer is too busy for it (ESME_RTHROTTLED, ESME_RMSGQFUL) it is sent again, until `expires`, or
    /// for `Config::retry_time` without, unless `Config::retry_busy` is false. After `expires` it is not sent at all.
    ///
    /// # Errors
    ///
    /// If it can't be written, the queue is full, the bind would not carry it, or the session is ending.
    pub fn enqueue<'a>(
        &mut self,
        now: Instant,
        ticket: Ticket,
        expires: Option<Instant>,
        request: &impl Request<'a>,
    ) -> Result<(), SendError> {
        self.enqueue_as(now, ticket, expires, request.command_id(), request, true)
    }

    /// Queues a body under a command that has its layout: deliver_sm that of submit_sm. `alone`: it is no segment of a long
    /// message.
    pub(super) fn enqueue_as<'a>(
        &mut self,
        now: Instant,
        ticket: Ticket,
        expires: Option<Instant>,
        command_id: CommandId,
        body: &impl Body<'a>,
        alone: bool,
    ) -> Result<(), SendError> {
        let now = self.tick(now);
        self.check_enqueue(command_id)?;
        let mut request = self.queue.blank();
        request.frame.extend_from_slice(&[0; HEADER_LEN]);
        if let Err(error) = body.encode(&mut request.frame) {
            self.queue.recycle(request);
            return Err(error.into());
        }
        request.alone = alone;
        self.enqueue_request(now, ticket, expires, command_id, request);
        Ok(())
    }

    /// Queues a request of any command, whose body is encoded already; otherwise as [`enqueue`](Self::enqueue).
    ///
    /// # Errors
    ///
    /// If the queue is full, the bind would not carry it, or the session is ending.
    pub fn enqueue_encoded(
        &mut self,
        now: Instant,
        ticket: Ticket,
        command_id: CommandId,
        body: &[u8],
    ) -> Result<(), SendError> {
        let now = self.tick(now);
        self.check_enqueue(command_id)?;
        let mut request = self.queue.blank();
        request.frame.extend_from_slice(&[0; HEADER_LEN]);
        request.frame.extend_from_slice(body);
        request.alone = true;
        self.enqueue_request(now, ticket, None, command_id, request);
        Ok(())
    }

    fn check_enqueue(&self, command_id: CommandId) -> Result<(), SendError> {
        if self.draining {
            return Err(SendError::Closed);
        }
        let bind = self.state.bind_type().unwrap_or(self.config.bind);
        // An SMSC does not know how the ESME will bind before it has.
        let known = self.config.role == Role::Esme || self.state.bind_type().is_some();
        if known && !may_send(self.config.role, bind, command_id) {
            return Err(SendError::BindType);
        }
        if self.queue.len() >= self.config.max_queue {
            return Err(SendError::QueueFull);
        }
        Ok(())
    }

    /// Queues a request of which everything but this and the header is filled in.
    fn enqueue_request(
        &mut self,
        now: Instant,
        ticket: Ticket,
        expires: Option<Instant>,
        command_id: CommandId,
        mut request: OwnRequest,
    ) {
        let header = Header {
            command_length: request.frame.len() as u32,
            command_id,
            command_status: CommandStatus::ESME_ROK,
            sequence_number: 0,
        };
        request.frame[..HEADER_LEN].copy_from_slice(&header.encode());
        request.ticket = Some(ticket);
        request.command_id = command_id;
        request.expires = expires.and_then(Instant::comes);
        self.queue.push(request);
        self.pump(now);
    }

    /// Gives up the queued requests whose ticket `matches`: each ends as [`Event::Failed`](super::Event::Failed), with an
    /// unknown outcome if it was on the wire. Returns how many there were.
    pub fn cancel(&mut self, now: Instant, matches: impl Fn(Ticket) -> bool) -> usize {
        let now = self.tick(now);
        let mut count = 0;
        for request in self.queue.forget(&matches) {
            self.fail(None, request, Failure::Cancelled);
            count += 1;
        }
        while let Some(request) = self.window.forget(&matches) {
            self.give_up_one(request, Failure::CancelledOnWire, Failure::Cancelled);
            count += 1;
        }
        self.pump(now);
        count
    }

    /// Whether a request could go to the wire now, were there one and the rate allowed it.
    pub(super) fn has_room(&self) -> bool {
        self.window.len() < self.config.window
            && self.out.pending().len() < HIGH_WATER
            && matches!(self.state, State::Bound(_))
    }

    /// Moves requests from the queue to the wire as bind, window, rate and network allow.
    pub(super) fn pump(&mut self, now: Instant) {
        let State::Bound(bind) = self.state else {
            return;
        };
        let retried = now.deadline(self.spans.retry_time.max(1));
        while self.has_room() {
            let Some(next) = self.queue.next(now, retried) else {
                break;
            };
            let expired = next.is_expired(now);
            let carried = may_send(self.config.role, bind, next.command_id);
            let length = if version::takes_tlvs(self.version) {
                Some(next.frame.len())
            } else {
                version::length_without_tlvs(&next.frame)
            };
            let length = length.filter(|_| carried && !expired);
            if length.is_some() && !self.pace.take(now) {
                break;
            }
            let Some(request) = self.queue.pop() else {
                break;
            };
            match length {
                Some(length) => self.transmit(now, request, length),
                None if expired => self.expire(request),
                None => self.fail(None, request, Failure::Unsupported),
            }
        }
        self.unbind_when_drained(now);
    }

    /// Writes the first `length` octets of a request.
    fn transmit(&mut self, now: Instant, request: OwnRequest, length: usize) {
        let number = self.next_number();
        let start = self.out.octets().len();
        let out = self.out.buffer();
        out.extend_from_slice(&request.frame[..length]);
        out[start..start + 4].copy_from_slice(&(length as u32).to_be_bytes());
        out[start + 12..start + 16].copy_from_slice(&number.to_be_bytes());
        self.request_written(now, start);
        let (ticket, command_id) = (request.ticket, request.command_id);
        if command_id.has_response() {
            let place = self.out.place(start);
            let timeout = self.spans.response_timeout;
            self.out.note_expiry(request.expires);
            self.window.push(request, now, timeout, place);
        } else {
            self.queue.dropped(request, now);
            let frame = self.events.keep(&[]);
            let sequence = self.sequence(number);
            self.events.push(Record::Response {
                sequence,
                ticket,
                command_id,
                status: CommandStatus::ESME_ROK,
                frame,
            });
        }
    }

    fn request_written(&mut self, now: Instant, start: usize) {
        self.stats.sent += 1;
        self.operation(now);
        self.trace_out(start);
    }

    /// A request on the wire ends without response. One that comes later is reported as late.
    pub(super) fn give_up(&mut self, request: OwnRequest, failure: Failure) {
        let (number, ticket, command_id) = (request.number(), request.ticket, request.command_id);
        self.stats.timeouts += u64::from(failure == Failure::Timeout);
        let forgotten = self.late.push(Unknown {
            number,
            command_id,
            ticket,
        });
        self.fail(Some(number), request, failure);
        if let Some(request) = forgotten {
            self.forget_unknown(request);
        }
    }

    /// No response to it can be recognized any more.
    pub(super) fn forget_unknown(&mut self, request: Unknown) {
        let sequence = self.sequence(request.number);
        self.events.push(Record::Unanswered { sequence, request });
    }

    /// Takes back the requests whose time ended while the network did not take them.
    pub(super) fn expire_unsent(&mut self, now: Instant) {
        if self.out.next_expiry().is_none_or(|at| at > now) {
            return;
        }
        self.out.forget_expiry();
        let out = &self.out;
        let is_over =
            |request: &OwnRequest| request.is_expired(now) && !out.is_begun(request.place);
        let mut over = Vec::new();
        while let Some(request) = self.window.take_where(is_over) {
            over.push(request);
        }
        for request in over.into_iter().rev() {
            self.withdraw(request.place);
            self.expire(request);
        }
        for request in self.window.requests_mut() {
            let unsent = !self.out.is_begun(request.place);
            self.out.note_expiry(request.expires.filter(|_| unsent));
        }
    }

    /// Takes a request off the output of which nothing is transmitted; it is not in the window any more.
    fn withdraw(&mut self, place: u64) {
        let length = self.out.take_back(place);
        for behind in self.window.requests_mut() {
            if behind.place > place {
                behind.place -= length;
            }
        }
        self.stats.sent -= 1;
    }

    /// Ends a request of the window; `unsent` if nothing of it was transmitted.
    pub(super) fn give_up_one(&mut self, request: OwnRequest, on_wire: Failure, unsent: Failure) {
        if self.out.is_begun(request.place) {
            return self.give_up(request, on_wire);
        }
        self.withdraw(request.place);
        self.fail(None, request, unsent);
    }

    /// The time for a response is over. A request of which nothing was transmitted waits for the network again.
    pub(super) fn time_out(&mut self, request: OwnRequest) {
        self.unanswered = true;
        if request.ticket.is_none() || self.out.is_begun(request.place) {
            return self.give_up(request, Failure::Timeout);
        }
        self.withdraw(request.place);
        self.queue.put_back(request);
    }

    /// The time of a queued request is over. Without a bind that is not the peer's doing, whatever it said before.
    pub(super) fn expire(&mut self, request: OwnRequest) {
        let bound = matches!(self.state, State::Bound(_));
        let refused = request.refused.filter(|_| bound);
        let failure = Failure::Expired(refused.unwrap_or_default());
        self.fail(None, request, failure);
    }

    /// Ends a request without an answer; `number` is its sequence_number if it had one.
    pub(super) fn fail(&mut self, number: Option<u32>, request: OwnRequest, failure: Failure) {
        self.report_failure(number, &request, failure);
        self.queue.dropped(request, self.now);
    }

    pub(super) fn report_failure(
        &mut self,
        number: Option<u32>,
        request: &OwnRequest,
        failure: Failure,
    ) {
        self.events.push(Record::Failed {
            ticket: request.ticket,
            sequence: number.map(|n| self.sequence(n)),
            command_id: request.command_id,
            failure,
        });
    }
}
