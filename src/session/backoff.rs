//! When to connect again.

use super::config::Reconnect;
use super::instant::millis;

/// Smallest ceiling after a refused bind, in milliseconds: accounts get locked by those who knock too often.
const AFTER_REFUSAL: u64 = 10_000;

/// A bind that lasted so long, in milliseconds, has worked.
const STABLE: u64 = 10_000;

pub(super) struct Backoff {
    failures: u32,
    /// The last wait, in milliseconds.
    last: u64,
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
            last: 0,
            random: (z ^ (z >> 31)) | 1,
        }
    }

    /// The session was bound for so long, in milliseconds: the next failure is a first one, unless that was shorter than
    /// the wait for it. So a peer that closes right after the bind is not asked ever faster.
    pub(super) fn was_up(&mut self, millis: u64) {
        if millis >= self.last.min(STABLE) {
            self.failures = 0;
        }
    }

    /// Milliseconds to wait after one more failure, 1 or more.
    pub(super) fn next(&mut self, policy: Reconnect, refused: bool) -> u64 {
        let max = millis(policy.max.max(policy.min)).max(1);
        let floor = if refused {
            AFTER_REFUSAL.min(max)
        } else {
            millis(policy.min).max(1)
        };
        let ceiling = floor.saturating_mul(1 << self.failures.min(32)).min(max);
        self.failures = self.failures.saturating_add(1);
        let least = (floor / 2).clamp(1, ceiling);
        self.last = least + self.draw() % (ceiling - least + 1);
        self.last
    }

    fn draw(&mut self) -> u64 {
        self.random ^= self.random << 13;
        self.random ^= self.random >> 7;
        self.random ^= self.random << 17;
        self.random
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use core::time::Duration;

    const POLICY: Reconnect = Reconnect::new(Duration::from_secs(1), Duration::from_secs(60));

    /// The waits after failures in a row, over many seeds: the least and the most of each.
    fn bounds(refused: bool) -> Vec<(u64, u64)> {
        let mut bounds = vec![(u64::MAX, 0); 9];
        for seed in 0..2_000 {
            let mut backoff = Backoff::new(seed);
            for (least, most) in &mut bounds {
                let wait = backoff.next(POLICY, refused);
                *least = wait.min(*least);
                *most = wait.max(*most);
            }
        }
        bounds
    }

    #[test]
    fn the_ceiling_doubles_and_waits_are_drawn_from_all_below() {
        for (failure, (least, most)) in bounds(false).into_iter().enumerate() {
            let ceiling = (1_000 << failure).min(60_000);
            assert!((500..=500 + ceiling / 50).contains(&least), "{least}");
            assert!((ceiling - ceiling / 50..=ceiling).contains(&most), "{most}");
        }
    }

    #[test]
    fn a_refused_bind_waits_from_ten_seconds_up() {
        for (failure, (least, most)) in bounds(true).into_iter().enumerate() {
            let ceiling = (10_000 << failure).min(60_000);
            assert!((5_000..=5_000 + ceiling / 50).contains(&least), "{least}");
            assert!((ceiling - ceiling / 50..=ceiling).contains(&most), "{most}");
        }
    }

    #[test]
    fn a_policy_of_one_wait_has_no_other() {
        for millis in [0, 1] {
            let wait = Duration::from_millis(millis);
            let policy = Reconnect::new(wait, wait);
            let mut backoff = Backoff::new(1);
            assert_eq!(
                [backoff.next(policy, false), backoff.next(policy, true)],
                [1, 1]
            );
        }
    }

    /// George Marsaglia, Xorshift RNGs, 2003.
    #[test]
    fn chance_is_that_of_xorshift64() {
        let mut backoff = Backoff::new(0);
        backoff.random = 88_172_645_463_325_252;
        let numbers = [backoff.draw(), backoff.draw()];
        assert_eq!(
            numbers,
            [8_748_534_153_485_358_512, 3_040_900_993_826_735_515]
        );
    }

    #[test]
    fn seeds_give_different_waits_and_each_always_the_same() {
        let wait = |seed| Backoff::new(seed).next(POLICY, true);
        let waits: std::collections::HashSet<u64> = (0..100).map(wait).collect();
        assert!(waits.len() > 90);
        assert_eq!(wait(7), wait(7));
    }

    #[test]
    fn only_a_bind_that_lasted_makes_the_next_failure_a_first_one() {
        let mut backoff = Backoff::new(1);
        for _ in 0..10 {
            backoff.next(POLICY, false);
        }
        backoff.was_up(1);
        assert_eq!(backoff.failures, 10);
        backoff.was_up(STABLE);
        assert_eq!(backoff.failures, 0);
        assert!(backoff.next(POLICY, false) <= 1_000);
    }
}
