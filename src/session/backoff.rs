//! When to connect again.

use super::config::Reconnect;

/// Smallest ceiling after a refused bind, in milliseconds: accounts get locked by those who knock too often.
const AFTER_REFUSAL: u64 = 10_000;

pub(super) struct Backoff {
    failures: u32,
    random: u64,
}

impl Backoff {
    pub(super) fn new(seed: u64) -> Self {
        // splitmix64, so that small and equal-looking seeds part ways; xorshift must not start at 0.
        let mut z = seed.wrapping_add(0x9E37_79B9_7F4A_7C15);
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        Self {
            failures: 0,
            random: (z ^ (z >> 31)) | 1,
        }
    }

    /// The session was bound: the next failure is a first one.
    pub(super) fn reset(&mut self) {
        self.failures = 0;
    }

    /// Milliseconds to wait after one more failure.
    pub(super) fn next(&mut self, policy: Reconnect, refused: bool) -> u64 {
        let max = u64::from(policy.max.max(policy.min)).max(1);
        let floor = if refused {
            AFTER_REFUSAL.min(max)
        } else {
            u64::from(policy.min).max(1)
        };
        let ceiling = floor.saturating_mul(1 << self.failures.min(32)).min(max);
        self.failures = self.failures.saturating_add(1);
        let least = (floor / 2).min(ceiling);
        least + self.draw() % (ceiling - least + 1)
    }

    fn draw(&mut self) -> u64 {
        self.random ^= self.random << 13;
        self.random ^= self.random >> 7;
        self.random ^= self.random << 17;
        self.random
    }
}
