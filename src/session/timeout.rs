//! What is done when time is over, and what sets the timers anew (SMPP 5.0, 2.7).

use super::engine::Session;
use super::event::CloseReason;
use super::instant::{Instant, earliest};
use super::state::State;
use super::timers::Timer;
use crate::pdu::{CommandId, CommandStatus};

/// How much later than its deadline a call may come, in milliseconds, before the process counts as held up.
const HELD_UP: u64 = 100;
/// How long what lies in the socket has to be read then, in milliseconds.
const GRACE: u64 = 1_000;

impl Session {
    /// Time has passed. Does nothing before [`poll_timeout`](Self::poll_timeout).
    ///
    /// A call long after that time means that the process was stopped or busy. What the peer said in the meantime may not be
    /// read yet, so nothing is given up for the lack of it until a second later.
    pub fn handle_timeout(&mut self, now: Instant) {
        let now = self.tick(now);
        let may_still_answer = self.was_held_up(now);
        if !may_still_answer {
            while let Some(request) = self.window.take_expired(now) {
                self.time_out(request);
            }
        }
        while let Some(request) = self.inbound.take_expired(now) {
            self.refuse_for_now(now, &request);
        }
        self.hand_on_given_up(now);
        while let Some(timer) = self.timers.take_expired(now, may_still_answer) {
            self.handle_timer(now, timer);
        }
        self.expire_unsent(now);
        // After the timers, which may put requests back into the queue.
        for request in self.queue.take_expired(now) {
            self.expire(request);
        }
        self.answer_unbind_when_done(now);
        self.pump(now);
    }

    /// When something is given up for the lack of an answer.
    pub(super) fn answer_deadline(&self) -> Option<Instant> {
        let due = earliest(&[self.timers.next_of_peer(), self.window.next_deadline()])?;
        Some(self.grace_until.map_or(due, |until| due.max(until)))
    }

    /// Whether the peer's answers may lie unread, because this process could not read them in time.
    fn was_held_up(&mut self, now: Instant) -> bool {
        let due = self.answer_deadline();
        if due.is_some_and(|due| self.grace_until != Some(due) && now.since(due) > HELD_UP) {
            self.grace_until = Some(now + GRACE);
        }
        self.grace_until.is_some_and(|until| until > now)
    }

    fn handle_timer(&mut self, now: Instant, timer: Timer) {
        match timer {
            Timer::SessionInit => self.end(now, CloseReason::SessionInitTimeout),
            Timer::Bind => self.end(now, CloseReason::BindTimeout),
            Timer::EnquireLink => self.send_enquire_link(now),
            Timer::EnquireLinkResponse => self.end(now, CloseReason::EnquireLinkTimeout),
            Timer::Inactivity if !self.is_idle() => self.operation_restart(now),
            Timer::Inactivity => {
                self.draining = true;
                self.ending = CloseReason::Inactivity;
                self.send_unbind(now);
            }
            Timer::Unbind => self.end(now, self.ending.clone()),
            Timer::PeerUnbind => self.peer_unbind_expired(now),
            Timer::Reconnect => self.ask_for_connection(now),
            Timer::Drain => self.drain_expired(now),
        }
    }

    /// A PDU came: the peer is alive.
    pub(super) fn peer_alive(&mut self, now: Instant) {
        self.timers.stop(Timer::EnquireLinkResponse);
        if matches!(self.state, State::Bound(_)) {
            self.timers
                .set(Timer::EnquireLink, now, self.spans.enquire_link);
        }
    }

    /// Something was done that counts against inactivity.
    pub(super) fn operation(&mut self, now: Instant) {
        if self.timers.is_set(Timer::Inactivity) {
            self.operation_restart(now);
        }
    }

    fn operation_restart(&mut self, now: Instant) {
        self.timers
            .set(Timer::Inactivity, now, self.spans.inactivity);
    }

    /// Sends an enquire_link now, outside the window. Does nothing unless the session is bound, or while an enquire_link waits for its
    /// response. A peer that shows no life within `Config::enquire_link_timeout` ends the connection.
    pub fn enquire(&mut self, now: Instant) {
        let now = self.tick(now);
        if self.enquire_link.is_none() && matches!(self.state, State::Bound(_)) {
            self.send_enquire_link(now);
        }
    }

    fn send_enquire_link(&mut self, now: Instant) {
        let number = self.next_number();
        self.write_header(CommandId::ENQUIRE_LINK, CommandStatus::ESME_ROK, number);
        self.enquire_link = Some(number);
        self.timers.set(
            Timer::EnquireLinkResponse,
            now,
            self.spans.enquire_link_timeout,
        );
        if self.is_idle() {
            self.shrink();
        }
    }

    /// A quiet session keeps no more memory than it needs.
    fn shrink(&mut self) {
        self.queue.shrink();
        self.window.shrink();
        self.inbound.shrink(self.now);
        self.late.shrink();
        self.events.shrink();
        self.out.shrink();
    }
}
