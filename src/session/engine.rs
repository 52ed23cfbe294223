//! The session itself: what it holds, and its outputs.

use super::backoff::Backoff;
use super::config::{Config, Role, Spans};
use super::event::{CloseReason, Event, Sequence};
use super::event_queue::EventQueue;
use super::inbound::Inbound;
use super::instant::{Instant, earliest};
use super::late::Late;
use super::pace::Pace;
use super::queue::Queue;
use super::receive::BindReceived;
use super::state::{State, Stats};
use super::timers::Timers;
use super::transmit::Transmit;
use super::window::Window;
use crate::pdu::{Framer, InterfaceVersion};
use alloc::vec::Vec;
use core::fmt;

/// One SMPP session: a state machine without socket and clock. See the [module](super) for how to drive it.
///
/// A session outlives its connections: after a loss it asks for the next one by [`Event::Connect`], as
/// [`Config::reconnect`] says, and what was queued goes on there. Once it is over, by [`Event::Disconnect`] without another
/// attempt to come, it takes nothing any more.
pub struct Session {
    pub(super) config: Config,
    pub(super) spans: Spans,
    pub(super) state: State,
    /// Nothing follows any more.
    pub(super) over: bool,
    /// Counts connections, from 1.
    pub(super) connection: u32,
    pub(super) now: Instant,
    pub(super) framer: Framer,
    pub(super) out: Transmit,
    pub(super) events: EventQueue,
    pub(super) timers: Timers,
    /// Until then nothing is given up for the lack of an answer.
    pub(super) grace_until: Option<Instant>,
    pub(super) window: Window,
    pub(super) late: Late,
    pub(super) queue: Queue,
    pub(super) inbound: Inbound,
    pub(super) pace: Pace,
    /// What the peer may ask.
    pub(super) inbound_pace: Pace,
    pub(super) backoff: Backoff,
    /// Which of the endpoints is tried.
    pub(super) endpoint: usize,
    /// Refused binds in a row.
    pub(super) refusals: u32,
    /// The open enquire_link, bind or unbind of ours; they stand outside the window.
    pub(super) enquire_link: Option<u32>,
    pub(super) bind_sent: Option<u32>,
    pub(super) unbind_sent: Option<u32>,
    /// SMSC: the bind that waits for the application's answer.
    pub(super) bind_received: Option<BindReceived>,
    /// What the SMSC said of the bind it refused last.
    pub(super) refusal_text: Vec<u8>,
    /// The peer's unbind, until it is answered.
    pub(super) unbind_received: Option<u32>,
    /// Since when the bind of this connection is up.
    pub(super) bound_at: Option<Instant>,
    /// The application wants an end: nothing new is taken.
    pub(super) draining: bool,
    /// Since then the peer has taken nothing while the session ends.
    pub(super) taken_at: Instant,
    /// A request got no answer in time, and none has got one since.
    pub(super) unanswered: bool,
    /// Why the session will be said to have ended when our unbind is through.
    pub(super) ending: CloseReason,
    /// The version spoken on this connection.
    pub(super) version: InterfaceVersion,
    pub(super) stats: Stats,
}

impl Session {
    /// A session without connection.
    #[must_use]
    pub fn new(mut config: Config, now: Instant) -> Self {
        config.window = config.window.max(1);
        config.endpoints = config.endpoints.max(1);
        let spans = Spans::of(&config);
        let joins = config.join_segments && config.role == Role::Esme;
        let part_timeout = joins.then_some(spans.part_timeout);
        Self {
            state: State::Closed,
            over: false,
            connection: 0,
            now,
            framer: Framer::new(config.max_pdu),
            out: Transmit::default(),
            events: EventQueue::default(),
            timers: Timers::default(),
            grace_until: None,
            window: Window::new(),
            late: Late::default(),
            queue: Queue::new(config.role),
            inbound: Inbound::new(part_timeout),
            pace: Pace::new(config.rate, now),
            inbound_pace: Pace::new(config.inbound_rate, now),
            backoff: Backoff::new(config.seed),
            endpoint: 0,
            refusals: 0,
            enquire_link: None,
            bind_sent: None,
            unbind_sent: None,
            bind_received: None,
            refusal_text: Vec::new(),
            unbind_received: None,
            bound_at: None,
            draining: false,
            taken_at: now,
            unanswered: false,
            ending: CloseReason::Unbound,
            version: config.interface_version,
            stats: Stats::default(),
            spans,
            config,
        }
    }

    /// The octets to send now; may be empty. They stay until [`handle_transmitted`](Self::handle_transmitted).
    #[must_use]
    pub fn poll_transmit(&self) -> &[u8] {
        self.out.pending()
    }

    /// The first `n` octets of [`poll_transmit`](Self::poll_transmit) are on their way; more than there are counts as all.
    /// Requests that this makes room for go with the next call that passes the time; if there are any,
    /// [`poll_timeout`](Self::poll_timeout) is at once.
    pub fn handle_transmitted(&mut self, n: usize) {
        self.stats.octets_out += self.out.advance(n) as u64;
    }

    /// The next thing that happened. Its octets are the session's: copy what is to be kept.
    pub fn poll_event(&mut self) -> Option<Event<'_>> {
        self.events.poll(&mut self.inbound)
    }

    /// When [`handle_timeout`](Self::handle_timeout) is due. Any other call may change it.
    #[must_use]
    pub fn poll_timeout(&self) -> Option<Instant> {
        let ready = self.queue.ready_at(self.now).filter(|_| self.has_room());
        let pace = ready.map(|at| self.pace.next_at(self.now).map_or(at, |pace| pace.max(at)));
        earliest(&[
            self.timers.next_of_ours(),
            self.answer_deadline(),
            self.queue.next_deadline(),
            self.inbound.next_deadline(),
            self.out.next_expiry(),
            pace,
        ])
    }

    /// Where the session stands.
    #[must_use]
    pub fn state(&self) -> State {
        self.state
    }

    /// Its settings; except for `bind`, which [`Config::fall_back`] may change.
    #[must_use]
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// What the SMSC said of the bind it refused last (additional_status_info_text); empty if it said nothing.
    #[must_use]
    pub fn refusal_text(&self) -> &[u8] {
        &self.refusal_text
    }

    /// What it has done so far.
    #[must_use]
    pub fn stats(&self) -> Stats {
        self.stats
    }

    /// Which of [`Config::endpoints`], from 0, is in use, or tried next.
    #[must_use]
    pub fn endpoint(&self) -> usize {
        self.endpoint
    }

    /// The version spoken on this connection; before the bind, the highest we speak.
    #[must_use]
    pub fn version(&self) -> InterfaceVersion {
        self.version
    }

    /// Requests on the wire without response.
    #[must_use]
    pub fn in_flight(&self) -> usize {
        self.window.len()
    }

    /// Requests that wait for a place in the window.
    #[must_use]
    pub fn queued(&self) -> usize {
        self.queue.len()
    }

    /// Requests of the peer that wait for `respond`.
    #[must_use]
    pub fn unacknowledged(&self) -> usize {
        self.inbound.len()
    }

    /// Requests a second in force: the configured limit, or less while the peer is too busy for that.
    #[must_use]
    pub fn rate(&self) -> Option<f64> {
        self.pace.rate()
    }

    /// Takes note of the time, which never runs backwards here.
    pub(super) fn tick(&mut self, now: Instant) -> Instant {
        self.now = self.now.max(now);
        self.now
    }

    pub(super) fn sequence(&self, number: u32) -> Sequence {
        Sequence::new(self.connection, number)
    }
}

/// How it stands; no octet of what passes, and no password.
impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session")
            .field("role", &self.config.role)
            .field("state", &self.state)
            .field("in_flight", &self.in_flight())
            .field("queued", &self.queued())
            .field("unacknowledged", &self.unacknowledged())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_shown_of_a_session_holds_no_password() {
        let now = Instant::from_millis(0);
        let session = Session::new(Config::esme(b"esme", b"secret", 1), now);
        assert_eq!(
            format!("{session:?}"),
            "Session { role: Esme, state: Closed, in_flight: 0, queued: 0, unacknowledged: 0, .. }"
        );
    }
}
