//! Queued requests that go from one session to another.

use super::engine::Session;
use super::instant::Instant;
use super::queue::OwnRequest;
use alloc::vec::Vec;
use core::fmt;

/// Requests that a session gave up, from [`Session::give_queue`].
#[derive(Default)]
pub struct GivenQueue(Vec<OwnRequest>);

impl GivenQueue {
    /// How many requests there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// How many there are, and no octet of them.
impl fmt::Debug for GivenQueue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "GivenQueue({})", self.len())
    }
}

impl Session {
    /// Gives up what is queued, in its order, for another bind of the same account to [take](Self::take_queue). What is on the wire
    /// stays. Nothing becomes of a request that no session takes.
    pub fn give_queue(&mut self) -> GivenQueue {
        let mut given = GivenQueue::default();
        while let Some(request) = self.queue.take_any() {
            given.0.push(request);
        }
        given
    }

    /// Queues what another session gave up, behind all that is queued here and whatever [`Config::max_queue`] says. A session
    /// that is over fails it. Returns how many requests that are.
    ///
    /// [`Config::max_queue`]: super::Config::max_queue
    pub fn take_queue(&mut self, now: Instant, given: GivenQueue) -> usize {
        let now = self.tick(now);
        let count = given.len();
        for request in given.0 {
            self.queue.push(request);
        }
        if self.over {
            self.fail_queue();
        }
        self.pump(now);
        count
    }
}
