//! The session itself: what it holds, its life from connection to connection, and its outputs.

use super::backoff::Backoff;
use super::config::{BindType, Config, Role};
use super::event::{CloseReason, Event, Failure, Sequence};
use super::events::{Events, Record};
use super::flow::Flow;
use super::inbound::Inbound;
use super::outbox::Outbox;
use super::receive::BindReceived;
use super::state::{State, Stats};
use super::time::Instant;
use super::timer::{Timer, Timers};
use super::window::Window;
use crate::pdu::{CommandId, CommandStatus, Framer, InterfaceVersion};

/// How long the other side may take to close after an unbind was answered, and how long our application may take to answer
/// what is open before that, in milliseconds.
const UNBIND_GRACE: u64 = 5_000;

/// One SMPP session: a state machine without socket and clock. See the [module](super) for how to drive it.
///
/// A session outlives its connections: after a loss it asks for the next one by [`Event::Connect`], as
/// [`Config::reconnect`] says, and what was queued goes on there.
pub struct Session {
    pub(super) config: Config,
    pub(super) state: State,
    /// Counts connections, from 1.
    pub(super) connection: u32,
    pub(super) now: Instant,
    pub(super) framer: Framer,
    pub(super) out: Vec<u8>,
    /// Octets at the front of `out` that are transmitted already.
    transmitted: usize,
    pub(super) events: Events,
    pub(super) timers: Timers,
    pub(super) window: Window,
    pub(super) outbox: Outbox,
    pub(super) inbound: Inbound,
    pub(super) flow: Flow,
    backoff: Backoff,
    /// The open enquire_link, bind or unbind of ours; they stand outside the window.
    pub(super) enquire_link: Option<u32>,
    pub(super) bind_sent: Option<u32>,
    pub(super) unbind_sent: Option<u32>,
    /// SMSC: the bind that waits for the application's answer.
    pub(super) bind_received: Option<BindReceived>,
    /// The peer's unbind, until it is answered.
    pub(super) unbind_received: Option<u32>,
    /// The application wants an end: nothing new is taken.
    pub(super) draining: bool,
    /// Why the session will be said to have ended when our unbind is through.
    pub(super) ending: CloseReason,
    /// The version spoken on this connection.
    pub(super) version: InterfaceVersion,
    pub(super) stats: Stats,
}

impl Session {
    /// A session without connection.
    #[must_use]
    pub fn new(config: Config, now: Instant) -> Self {
        Self {
            state: State::Closed,
            connection: 0,
            now,
            framer: Framer::new(config.max_pdu),
            out: Vec::new(),
            transmitted: 0,
            events: Events::default(),
            timers: Timers::default(),
            window: Window::new(),
            outbox: Outbox::default(),
            inbound: Inbound::default(),
            flow: Flow::new(config.rate, now),
            backoff: Backoff::new(config.seed),
            enquire_link: None,
            bind_sent: None,
            unbind_sent: None,
            bind_received: None,
            unbind_received: None,
            draining: false,
            ending: CloseReason::Unbound,
            version: config.interface_version,
            stats: Stats::default(),
            config,
        }
    }

    /// ESME: asks for the first connection by [`Event::Connect`]. Does nothing unless the session is closed.
    pub fn connect(&mut self, now: Instant) {
        self.now = now;
        if self.state == State::Closed && !self.draining {
            self.state = State::Connecting;
            self.events.push(Record::Connect);
        }
    }

    /// A connection that the peer made is up: an SMSC waits for a bind, an ESME for an outbind. Does nothing on a connected
    /// session.
    pub fn accept(&mut self, now: Instant) {
        self.now = now;
        if self.state.is_connected() {
            return;
        }
        self.open();
        self.timers
            .set(Timer::SessionInit, now, self.config.session_init);
    }

    /// ESME: a connection is up (the one asked for, or one accepted), bind on it. Does nothing if a bind is under way or up.
    pub fn bind(&mut self, now: Instant) {
        self.now = now;
        if !self.state.is_connected() {
            self.open();
        }
        if self.state != State::Open || self.config.role != Role::Esme {
            return;
        }
        self.timers.stop(Timer::SessionInit);
        let number = self.window.next_number();
        self.write_bind(number);
        self.bind_sent = Some(number);
        self.state = State::Binding;
        self.timers.set(Timer::Bind, now, self.config.bind_timeout);
    }

    /// Ends the session in order: what is queued is sent, what is open is answered, then unbind, then
    /// [`Event::Disconnect`]. New requests are refused from now on.
    pub fn unbind(&mut self, now: Instant) {
        self.now = now;
        self.draining = true;
        match self.state {
            State::Bound(_) => self.unbind_when_drained(now),
            State::Unbinding(_) | State::Unbound => {}
            State::Closed => self.fail_queue(),
            _ => self.end(now, CloseReason::Unbound),
        }
    }

    /// Ends the session at once: what is open or queued fails, the connection is to be closed.
    pub fn abort(&mut self, now: Instant) {
        self.now = now;
        self.draining = true;
        if self.state == State::Closed {
            self.fail_queue();
        } else {
            self.end(now, CloseReason::Unbound);
        }
    }

    /// The connection ended, or could not be made.
    pub fn handle_close(&mut self, now: Instant) {
        self.now = now;
        let reason = match self.state {
            State::Closed | State::Waiting => return,
            State::Connecting => CloseReason::ConnectFailed,
            State::Unbinding(_) => self.ending.clone(),
            State::Unbound => CloseReason::PeerUnbound,
            _ => CloseReason::Lost,
        };
        // Nothing can be sent any more.
        self.out.clear();
        self.transmitted = 0;
        self.end(now, reason);
    }

    /// Time has passed. Does nothing before [`poll_timeout`](Self::poll_timeout).
    pub fn handle_timeout(&mut self, now: Instant) {
        self.now = now;
        while let Some(request) = self.window.take_expired(now) {
            self.stats.timeouts += 1;
            self.fail(
                Some(request.number()),
                request.ticket,
                request.command_id,
                Failure::Timeout,
            );
            self.recycle(request.queued);
        }
        while let Some(request) = self.outbox.take_expired(now) {
            let status = request.refused.unwrap_or_default();
            self.fail(
                None,
                Some(request.ticket),
                request.command_id,
                Failure::Expired(status),
            );
            self.outbox.recycle(request.frame);
        }
        while let Some(request) = self.inbound.take_expired(now) {
            self.refuse(request.command_id, request.number, self.busy_status());
        }
        while let Some(timer) = self.timers.take_expired(now) {
            self.handle_timer(now, timer);
        }
        self.answer_unbind_when_done(now);
        self.pump(now);
    }

    fn handle_timer(&mut self, now: Instant, timer: Timer) {
        match timer {
            Timer::SessionInit => self.end(now, CloseReason::SessionInitTimeout),
            Timer::Bind => self.end(now, CloseReason::BindTimeout),
            Timer::EnquireLink => self.send_enquire_link(now),
            Timer::EnquireLinkResponse => self.end(now, CloseReason::EnquireLinkTimeout),
            Timer::Inactivity => {
                self.draining = true;
                self.ending = CloseReason::Inactivity;
                self.send_unbind(now);
            }
            Timer::Unbind => self.end(now, self.ending.clone()),
            Timer::PeerUnbind => {
                if self.unbind_received.is_some() {
                    self.inbound.clear();
                    self.answer_unbind_when_done(now);
                } else {
                    self.end(now, CloseReason::PeerUnbound);
                }
            }
            Timer::Reconnect => {
                self.state = State::Connecting;
                self.events.push(Record::Connect);
            }
        }
    }

    /// The octets to send now; may be empty. They stay until [`handle_transmitted`](Self::handle_transmitted).
    #[must_use]
    pub fn poll_transmit(&self) -> &[u8] {
        &self.out[self.transmitted..]
    }

    /// The first `n` octets of [`poll_transmit`](Self::poll_transmit) are on their way; more than there are counts as all.
    pub fn handle_transmitted(&mut self, n: usize) {
        let n = n.min(self.out.len() - self.transmitted);
        self.transmitted += n;
        self.stats.octets_out += n as u64;
        if self.transmitted == self.out.len() {
            self.out.clear();
            self.transmitted = 0;
        } else if self.transmitted > self.out.len() / 2 {
            self.out.drain(..self.transmitted);
            self.transmitted = 0;
        }
        self.pump(self.now);
    }

    /// The next thing that happened. Its octets are the session's: copy what is to be kept.
    pub fn poll_event(&mut self) -> Option<Event<'_>> {
        self.events.poll()
    }

    /// When [`handle_timeout`](Self::handle_timeout) is due. Any other call may change it.
    #[must_use]
    pub fn poll_timeout(&self) -> Option<Instant> {
        let blocked_by_rate = !self.outbox.is_empty()
            && matches!(self.state, State::Bound(_))
            && self.window.len() < self.config.window;
        let flow = if blocked_by_rate {
            self.flow.next_at(self.now)
        } else {
            None
        };
        [
            self.timers.next(),
            self.window.next_deadline(),
            self.outbox.next_deadline(),
            self.inbound.next_deadline(),
            flow,
        ]
        .into_iter()
        .flatten()
        .min()
    }

    /// Where the session stands.
    #[must_use]
    pub fn state(&self) -> State {
        self.state
    }

    /// What it was told.
    #[must_use]
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// What it has done so far.
    #[must_use]
    pub fn stats(&self) -> Stats {
        self.stats
    }

    /// Requests on the wire without response.
    #[must_use]
    pub fn in_flight(&self) -> usize {
        self.window.len()
    }

    /// Requests that wait for a place in the window.
    #[must_use]
    pub fn queued(&self) -> usize {
        self.outbox.len()
    }

    /// Requests of the peer that wait for `respond`.
    #[must_use]
    pub fn unacknowledged(&self) -> usize {
        self.inbound.len()
    }

    /// Requests a second in force: the configured limit, or less while the peer is too busy for that.
    #[must_use]
    pub fn rate(&self) -> Option<f64> {
        self.flow.rate()
    }

    pub(super) fn pending(&self) -> usize {
        self.out.len() - self.transmitted
    }

    pub(super) fn sequence(&self, number: u32) -> Sequence {
        Sequence::new(self.connection, number)
    }

    fn open(&mut self) {
        self.connection = self.connection.wrapping_add(1);
        self.framer.reset();
        self.out.clear();
        self.transmitted = 0;
        self.window.restart();
        self.timers.stop_all();
        self.enquire_link = None;
        self.bind_sent = None;
        self.unbind_sent = None;
        self.bind_received = None;
        self.unbind_received = None;
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
        self.stats.binds += 1;
        self.backoff.reset();
        self.timers.stop(Timer::Bind);
        self.timers.stop(Timer::SessionInit);
        self.timers
            .set(Timer::EnquireLink, now, self.config.enquire_link);
        self.timers
            .set(Timer::Inactivity, now, self.config.inactivity);
        let system_id = self.events.keep(system_id);
        self.events.push(Record::Bound { system_id, version });
    }

    /// A PDU came: the peer is alive.
    pub(super) fn peer_alive(&mut self, now: Instant) {
        self.timers.stop(Timer::EnquireLinkResponse);
        if matches!(self.state, State::Bound(_)) {
            self.timers
                .set(Timer::EnquireLink, now, self.config.enquire_link);
        }
    }

    /// Something was done that counts against inactivity.
    pub(super) fn operation(&mut self, now: Instant) {
        if self.timers.is_set(Timer::Inactivity) {
            self.timers
                .set(Timer::Inactivity, now, self.config.inactivity);
        }
    }

    fn send_enquire_link(&mut self, now: Instant) {
        let number = self.window.next_number();
        self.write_header(CommandId::ENQUIRE_LINK, CommandStatus::ESME_ROK, number);
        self.enquire_link = Some(number);
        self.timers.set(
            Timer::EnquireLinkResponse,
            now,
            self.config.enquire_link_timeout,
        );
    }

    pub(super) fn unbind_when_drained(&mut self, now: Instant) {
        if self.draining
            && self.outbox.is_empty()
            && self.window.is_empty()
            && self.inbound.is_empty()
        {
            self.send_unbind(now);
        }
    }

    fn send_unbind(&mut self, now: Instant) {
        let State::Bound(bind) = self.state else {
            return;
        };
        let number = self.window.next_number();
        self.write_header(CommandId::UNBIND, CommandStatus::ESME_ROK, number);
        self.unbind_sent = Some(number);
        self.state = State::Unbinding(bind);
        self.timers.stop(Timer::EnquireLink);
        self.timers.stop(Timer::Inactivity);
        self.timers.set(Timer::Unbind, now, UNBIND_GRACE);
    }

    /// The peer unbound: its unbind is answered once what it asked before is.
    pub(super) fn peer_unbound(&mut self, now: Instant, number: u32) {
        self.state = State::Unbound;
        self.unbind_received = Some(number);
        for timer in [Timer::EnquireLink, Timer::Inactivity, Timer::Unbind] {
            self.timers.stop(timer);
        }
        self.timers.set(Timer::PeerUnbind, now, UNBIND_GRACE);
        self.answer_unbind_when_done(now);
    }

    pub(super) fn answer_unbind_when_done(&mut self, now: Instant) {
        if !self.inbound.is_empty() {
            return;
        }
        if let Some(number) = self.unbind_received.take() {
            self.write_header(CommandId::UNBIND_RESP, CommandStatus::ESME_ROK, number);
            self.timers.set(Timer::PeerUnbind, now, UNBIND_GRACE);
        }
    }

    /// The connection is over: everything on it ends now, and the next one is planned, if there is to be one.
    pub(super) fn end(&mut self, now: Instant, reason: CloseReason) {
        if self.state == State::Closed {
            return;
        }
        self.timers.stop_all();
        self.inbound.clear();
        self.unbind_received = None;
        while let Some(request) = self.window.take_oldest() {
            self.fail(
                Some(request.number()),
                request.ticket,
                request.command_id,
                Failure::Lost,
            );
            self.recycle(request.queued);
        }
        let retry_in = self.retry_in(&reason);
        match retry_in {
            Some(millis) => {
                self.state = State::Waiting;
                self.timers.set(Timer::Reconnect, now, millis.max(1));
            }
            None => {
                self.state = State::Closed;
                self.draining = true;
                self.fail_queue();
            }
        }
        self.events.push(Record::Disconnect { reason, retry_in });
    }

    fn retry_in(&mut self, reason: &CloseReason) -> Option<u64> {
        let policy = self.config.reconnect.filter(|_| !self.draining)?;
        let refused = match *reason {
            // Knocking again with the same words would only get the account locked.
            CloseReason::BindRefused(
                CommandStatus::ESME_RINVPASWD | CommandStatus::ESME_RINVSYSID,
            ) => return None,
            CloseReason::BindRefused(_) => true,
            _ => false,
        };
        Some(self.backoff.next(policy, refused))
    }

    fn fail_queue(&mut self) {
        while let Some(request) = self.outbox.pop() {
            self.fail(
                None,
                Some(request.ticket),
                request.command_id,
                Failure::Closed,
            );
        }
    }
}
