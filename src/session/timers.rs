//! The session's timers: a table of deadlines.

use super::instant::{Instant, earliest};

/// What a deadline is for. Deadlines of requests are kept by the window and by `Inbound`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Timer {
    SessionInit,
    /// For a connection, then for the answer to the bind.
    Bind,
    EnquireLinkResponse,
    Inactivity,
    Unbind,
    /// After the peer's unbind: how long it may take us to answer what is open, then how long it may take to close.
    PeerUnbind,
    /// While the session ends: how long the peer may answer nothing.
    Drain,
    EnquireLink,
    Reconnect,
}

impl Timer {
    const ALL: [Timer; 9] = [
        Timer::SessionInit,
        Timer::Bind,
        Timer::EnquireLinkResponse,
        Timer::Inactivity,
        Timer::Unbind,
        Timer::PeerUnbind,
        Timer::Drain,
        Timer::EnquireLink,
        Timer::Reconnect,
    ];

    /// So many of [`ALL`](Self::ALL), the first, are stopped or restarted by something from the peer.
    const OF_PEER: usize = 7;
}

#[derive(Default)]
pub(super) struct Timers([Option<Instant>; Timer::ALL.len()]);

impl Timers {
    /// Sets `timer` to run out `millis` from now; 0, or a time that never comes, leaves it off.
    pub(super) fn set(&mut self, timer: Timer, now: Instant, millis: u64) {
        self.0[timer as usize] = now.deadline(millis);
    }

    pub(super) fn stop(&mut self, timer: Timer) {
        self.0[timer as usize] = None;
    }

    pub(super) fn is_set(&self, timer: Timer) -> bool {
        self.0[timer as usize].is_some()
    }

    pub(super) fn stop_all(&mut self) {
        self.0 = Default::default();
    }

    /// The next deadline of those that something from the peer stops.
    pub(super) fn next_of_peer(&self) -> Option<Instant> {
        earliest(&self.0[..Timer::OF_PEER])
    }

    /// The next of all other deadlines.
    pub(super) fn next_of_ours(&self) -> Option<Instant> {
        earliest(&self.0[Timer::OF_PEER..])
    }

    /// Takes one timer that has run out; none that the peer can stop if it `may_still_answer`.
    pub(super) fn take_expired(&mut self, now: Instant, may_still_answer: bool) -> Option<Timer> {
        let from = if may_still_answer { Timer::OF_PEER } else { 0 };
        let is_over = |deadline: &Option<Instant>| deadline.is_some_and(|at| at <= now);
        let timer = Timer::ALL[from + self.0[from..].iter().position(is_over)?];
        self.stop(timer);
        Some(timer)
    }
}
