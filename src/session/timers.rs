//! The session's timers: a table of deadlines.

use super::Instant;

/// What a deadline is for. Deadlines of requests are kept by the window and by `Inbound`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Timer {
    SessionInit,
    /// For a connection, then for the answer to the bind.
    Bind,
    EnquireLink,
    EnquireLinkResponse,
    Inactivity,
    Unbind,
    /// After the peer's unbind: how long it may take us to answer what is open, then how long it may take to close.
    PeerUnbind,
    Reconnect,
}

impl Timer {
    pub(super) const ALL: [Timer; 8] = [
        Timer::SessionInit,
        Timer::Bind,
        Timer::EnquireLink,
        Timer::EnquireLinkResponse,
        Timer::Inactivity,
        Timer::Unbind,
        Timer::PeerUnbind,
        Timer::Reconnect,
    ];
}

#[derive(Default)]
pub(super) struct Timers([Option<Instant>; Timer::ALL.len()]);

impl Timers {
    /// Sets `timer` to run out `millis` from now; 0 leaves it off.
    pub(super) fn set(&mut self, timer: Timer, now: Instant, millis: u64) {
        self.0[timer as usize] = (millis > 0).then(|| now + millis);
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

    pub(super) fn next(&self) -> Option<Instant> {
        self.0.iter().flatten().min().copied()
    }

    /// Takes one timer that has run out.
    pub(super) fn take_expired(&mut self, now: Instant) -> Option<Timer> {
        let timer = Timer::ALL
            .into_iter()
            .find(|&t| self.0[t as usize].is_some_and(|at| at <= now))?;
        self.stop(timer);
        Some(timer)
    }
}
