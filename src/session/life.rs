//! The life of a session: from connection to connection, bind and unbind (SMPP 5.0, 2.2 to 2.5).

use super::config::{BindType, Role};
use super::engine::Session;
use super::event::{CloseReason, Failure};
use super::event_queue::Record;
use super::instant::Instant;
use super::state::State;
use super::timers::Timer;
use crate::pdu::{CommandId, CommandStatus, InterfaceVersion};

/// How long nothing may be answered while the session ends, in milliseconds, where responses have no time limit.
const DRAIN: u64 = 10_000;

/// The next endpoint, or the next kind of bind, is not waited for.
const AT_ONCE: u64 = 0;

impl Session {
    /// ESME: asks for the first connection by [`Event::Connect`](super::Event::Connect). Does nothing unless the session is
    /// closed and not over. Returns whether it did.
    pub fn connect(&mut self, now: Instant) -> bool {
        let now = self.tick(now);
        let asks = self.state == State::Closed && !self.over;
        if asks {
            self.ask_for_connection(now);
        }
        asks
    }

    pub(super) fn ask_for_connection(&mut self, now: Instant) {
        self.state = State::Connecting;
        self.timers.set(Timer::Bind, now, self.spans.bind_timeout);
        let endpoint = self.endpoint;
        self.events.push(Record::Connect { endpoint });
    }

    /// A connection that the peer made is up: an SMSC waits for a bind, an ESME for an outbind. Does nothing on a session
    /// that is connected or over. Returns whether the session took it.
    pub fn accept(&mut self, now: Instant) -> bool {
        let now = self.tick(now);
        if self.state.is_connected() || self.over {
            return false;
        }
        self.open();
        self.timers
            .set(Timer::SessionInit, now, self.spans.session_init);
        true
    }

    /// SMSC: a connection to a listening ESME is up; asks it to bind, with `Config::system_id` and `password`. Does nothing
    /// on a session that is bound or over. Returns whether outbind was written.
    pub fn outbind(&mut self, now: Instant) -> bool {
        self.accept(now);
        let asks = self.state == State::Open && self.config.role == Role::Smsc;
        if asks {
            self.write_outbind();
            self.state = State::Outbound;
        }
        asks
    }

    /// ESME: a connection is up (the one asked for, or one accepted), bind on it. Does nothing if a bind is under way or
    /// up, or the session is over. Returns whether the bind was written.
    pub fn bind(&mut self, now: Instant) -> bool {
        let now = self.tick(now);
        if self.over || self.config.role != Role::Esme {
            return false;
        }
        if !self.state.is_connected() {
            self.open();
        }
        if !matches!(self.state, State::Open | State::Outbound) {
            return false;
        }
        self.timers.stop(Timer::SessionInit);
        let number = self.next_number();
        self.write_bind(number);
        self.bind_sent = Some(number);
        self.state = State::Binding;
        self.timers.set(Timer::Bind, now, self.spans.bind_timeout);
        true
    }

    /// Ends the session in order: what is queued is sent, if a connection is up or on its way, what is open is answered,
    /// then unbind, then [`Event::Disconnect`](super::Event::Disconnect). New requests are refused from now on; the peer's
    /// are until only its own are open.
    pub fn unbind(&mut self, now: Instant) {
        let now = self.tick(now);
        self.draining = true;
        self.taken_at = now;
        self.watch_drain(now);
        match self.state {
            State::Bound(_) => self.unbind_when_drained(now),
            State::Unbinding(_) | State::Unbound => {}
            State::Connecting | State::Open | State::Outbound | State::Binding
                if self.config.role == Role::Esme && !self.queue.is_empty() => {}
            _ => self.end(now, CloseReason::Unbound),
        }
    }

    /// Ends the session at once: what is open or queued fails, the connection is to be closed.
    pub fn abort(&mut self, now: Instant) {
        let now = self.tick(now);
        self.draining = true;
        self.end(now, CloseReason::Unbound);
    }

    /// The connection ended, or could not be made. To be called once for each, and not after
    /// [`Event::Disconnect`](super::Event::Disconnect).
    pub fn handle_close(&mut self, now: Instant) {
        let now = self.tick(now);
        let reason = match self.state {
            State::Closed | State::Waiting => return,
            State::Connecting => CloseReason::ConnectFailed,
            State::Unbinding(_) => self.ending.clone(),
            State::Unbound => CloseReason::PeerUnbound,
            _ => CloseReason::Lost,
        };
        self.end(now, reason);
        self.out.discard();
    }

    /// The connection of this [number](Self::connection) ended. The end of an earlier one, that comes late, changes nothing.
    /// Returns whether it was the present one.
    pub fn handle_close_of(&mut self, now: Instant, connection: u32) -> bool {
        let present = self.connection() == Some(connection);
        if present {
            self.handle_close(now);
        }
        present
    }

    /// The number of the connection that is up, counted from 1, as in [`Sequence::connection`](super::Sequence::connection).
    /// It is given by [`bind`](Self::bind) or [`accept`](Self::accept).
    #[must_use]
    pub fn connection(&self) -> Option<u32> {
        self.state.is_connected().then_some(self.connection)
    }

    fn open(&mut self) {
        self.connection = self.connection.wrapping_add(1);
        self.framer.reset();
        self.out.discard();
        self.window.restart();
        self.timers.stop_all();
        self.enquire_link = None;
        self.bind_sent = None;
        self.unbind_sent = None;
        self.bound_at = None;
        self.version = self.config.interface_version;
        self.state = State::Open;
    }

    /// The bind is up.
    pub(super) fn bound(
        &mut self,
        now: Instant,
        bind: BindType,
        version: InterfaceVersion,
        system_id: &[u8],
    ) {
        self.state = State::Bound(bind);
        self.version = version;
        self.bound_at = Some(now);
        self.refusals = 0;
        self.stats.binds += 1;
        self.watch_drain(now);
        self.timers.stop(Timer::Bind);
        self.timers.stop(Timer::SessionInit);
        self.timers
            .set(Timer::EnquireLink, now, self.spans.enquire_link);
        self.timers
            .set(Timer::Inactivity, now, self.spans.inactivity);
        let system_id = self.events.keep(system_id);
        self.events.push(Record::Bound { system_id, version });
    }

    pub(super) fn unbind_when_drained(&mut self, now: Instant) {
        if self.draining && self.is_idle() {
            self.send_unbind(now);
        }
    }

    /// While the session ends: the peer, or the application, has answered something.
    pub(super) fn watch_drain(&mut self, now: Instant) {
        if self.draining && !self.over {
            self.unanswered = false;
            self.timers.set(Timer::Drain, now, self.drain_time());
        }
    }

    fn drain_time(&self) -> u64 {
        match self.spans.response_timeout {
            0 => DRAIN,
            millis => millis,
        }
    }

    /// Nothing was answered for too long while the session ends: what can't be sent any more ends here.
    pub(super) fn drain_expired(&mut self, now: Instant) {
        let time = self.drain_time();
        // Without a time for it, the bind would be waited for without end.
        if self.spans.bind_timeout == 0
            && matches!(
                self.state,
                State::Connecting | State::Open | State::Outbound | State::Binding
            )
        {
            return self.end(now, CloseReason::BindTimeout);
        }
        let oldest = self.window.oldest_sent_at();
        if self.unanswered || oldest.is_some_and(|at| now.since(at) >= time) {
            self.give_up_drain();
        }
        if self.spans.acknowledge_timeout == 0 {
            while let Some(request) = self.inbound.take_oldest() {
                self.refuse_for_now(now, &request);
            }
        }
        if !self.is_idle() {
            self.timers.set(Timer::Drain, now, time);
        }
    }

    /// The peer takes nothing any more: ends all requests.
    pub(super) fn give_up_drain(&mut self) {
        while let Some(request) = self.window.take_oldest() {
            self.give_up_one(request, Failure::Timeout, Failure::Closed);
        }
        self.fail_queue();
    }

    /// Nothing is queued or open, either way.
    pub(super) fn is_idle(&self) -> bool {
        self.queue.is_empty() && self.window.is_empty() && self.inbound.is_empty()
    }

    pub(super) fn send_unbind(&mut self, now: Instant) {
        let State::Bound(bind) = self.state else {
            return;
        };
        let number = self.next_number();
        self.write_header(CommandId::UNBIND, CommandStatus::ESME_ROK, number);
        self.unbind_sent = Some(number);
        self.state = State::Unbinding(bind);
        self.timers.stop(Timer::EnquireLink);
        self.timers.stop(Timer::Inactivity);
        self.timers
            .set(Timer::Unbind, now, self.spans.unbind_timeout);
    }

    /// The peer unbound: its unbind is answered once what it asked before is.
    pub(super) fn peer_unbound(&mut self, now: Instant, number: u32) {
        self.state = State::Unbound;
        self.unbind_received = Some(number);
        for timer in [Timer::EnquireLink, Timer::Inactivity] {
            self.timers.stop(timer);
        }
        self.await_peer_end(now);
        self.answer_unbind_when_done(now);
    }

    pub(super) fn answer_unbind_when_done(&mut self, now: Instant) {
        if !self.inbound.is_empty() {
            return;
        }
        if let Some(number) = self.unbind_received.take() {
            self.write_header(CommandId::UNBIND_RESP, CommandStatus::ESME_ROK, number);
            self.await_peer_end(now);
        }
    }

    fn await_peer_end(&mut self, now: Instant) {
        self.timers
            .set(Timer::PeerUnbind, now, self.spans.unbind_timeout);
    }

    /// The time after the peer's unbind is over: what our application has not answered is refused, then the unbind is
    /// answered; or the peer has not closed after that.
    pub(super) fn peer_unbind_expired(&mut self, now: Instant) {
        if self.unbind_received.is_none() {
            return self.end(now, CloseReason::PeerUnbound);
        }
        while let Some(request) = self.inbound.take_oldest() {
            self.refuse_for_now(now, &request);
        }
        self.answer_unbind_when_done(now);
    }

    /// The connection is over: everything on it ends now, and the next one is planned, if there is to be one.
    pub(super) fn end(&mut self, now: Instant, reason: CloseReason) {
        if self.over {
            return;
        }
        self.timers.stop_all();
        if reason == CloseReason::PeerNotReading {
            self.out.discard();
        }
        if let Some(bind) = self.bind_received.take() {
            let status = CommandStatus::ESME_RBINDFAIL;
            self.refuse(bind.bind.command_id(), bind.number, status);
        }
        self.unbind_received = None;
        self.out.take_back_requests();
        while let Some(request) = self.window.take_oldest() {
            if self.out.is_begun(request.place) {
                self.stats.lost += 1;
                self.fail(Some(request.number()), request, Failure::Lost);
                continue;
            }
            // Never on the wire: it goes with the next connection.
            self.stats.sent -= 1;
            if request.ticket.is_some() {
                self.queue.put_back(request);
            } else {
                self.fail(Some(request.number()), request, Failure::Closed);
            }
        }
        while let Some(request) = self.late.take_oldest() {
            self.forget_unknown(request);
        }
        let retry_in = self.retry_in(now, &reason);
        if let Some(millis) = retry_in {
            self.state = State::Waiting;
            self.timers.set(Timer::Reconnect, now, millis.max(1));
        } else {
            self.state = State::Closed;
            self.over = true;
            self.draining = true;
            self.fail_queue();
            self.give_up_segments(now);
        }
        self.withdraw_requests(now);
        self.events.push(Record::Disconnect { reason, retry_in });
    }

    /// Milliseconds until the next connection; `None` if there is to be none.
    fn retry_in(&mut self, now: Instant, reason: &CloseReason) -> Option<u64> {
        if self.draining || self.config.role == Role::Smsc {
            return None;
        }
        let refused = match *reason {
            CloseReason::BindRefused(CommandStatus::ESME_RINVCMDID)
                if self.config.fall_back && self.config.bind == BindType::Transceiver =>
            {
                self.config.bind = BindType::Transmitter;
                self.events.push(Record::NoTransceiver);
                return Some(AT_ONCE);
            }
            CloseReason::BindRefused(status) if self.is_final(status) => return None,
            CloseReason::BindRefused(_) => true,
            _ => false,
        };
        if let Some(since) = self.bound_at.take() {
            self.backoff.was_up(now.since(since));
            self.endpoint = 0;
        } else {
            self.endpoint = (self.endpoint + 1) % self.config.endpoints;
            if self.endpoint > 0 {
                return Some(AT_ONCE);
            }
        }
        let policy = self.config.reconnect?;
        Some(self.backoff.next(policy, refused))
    }

    /// Whether a refused bind ends the session: knocking again with the same words would only get the account locked.
    fn is_final(&mut self, status: CommandStatus) -> bool {
        if status != CommandStatus::ESME_RALYBND {
            self.refusals += 1;
        }
        match status {
            CommandStatus::ESME_RINVPASWD
            | CommandStatus::ESME_RINVSYSID
            | CommandStatus::ESME_RINVSYSTYP
            | CommandStatus::ESME_RINVCMDID => true,
            CommandStatus::ESME_RBINDFAIL if self.config.bind_fail_is_final => true,
            _ => self.config.max_refusals > 0 && self.refusals >= self.config.max_refusals,
        }
    }

    pub(super) fn fail_queue(&mut self) {
        while let Some(request) = self.queue.take_any() {
            self.fail(None, request, Failure::Closed);
        }
    }
}
