//! How fast requests may go: the configured rate, and the peer's word that it is too much.

use super::instant::Instant;

/// First pause after the peer said it is too busy, in milliseconds; it doubles while that goes on.
const FIRST_PAUSE: u64 = 1_000;
const LONGEST_PAUSE: u64 = 30_000;
/// The slowest rate we go down to by ourselves, in requests a second.
const SLOWEST: f64 = 1.0;
/// How much of a second's requests may go at once after a quiet moment.
const BURST_SECONDS: f64 = 0.05;
/// How long a rate must hold before the next step up, in milliseconds.
const STEP: u64 = 1_000;
/// One step up.
const GROWTH: f64 = 1.1;

/// A token, but for what adding up its parts may lose.
const TOKEN: f64 = 1.0 - 1e-9;

/// A token bucket whose rate follows what the peer can take.
pub(super) struct Pace {
    /// The configured limit.
    limit: Option<f64>,
    /// The rate found by ourselves, below the limit, while the peer needs it.
    found: Option<f64>,
    /// That rate when the peer last took a request before a pause.
    found_before: Option<f64>,
    /// Whether it took one since the last pause.
    taken: bool,
    tokens: f64,
    filled_at: Instant,
    paused_until: Option<Instant>,
    throttled_at: Option<Instant>,
    pause: u64,
    grown_at: Instant,
    /// Requests sent since `counted_from`, to know the rate at which the peer was too busy.
    counted: u64,
    counted_from: Instant,
    /// Where `found` is given up when there is no limit.
    ceiling: f64,
}

impl Pace {
    pub(super) fn new(limit: Option<f64>, now: Instant) -> Self {
        let mut pace = Self {
            limit: limit.filter(|r| *r > 0.0 && r.is_finite()),
            found: None,
            found_before: None,
            taken: true,
            tokens: 0.0,
            filled_at: now,
            paused_until: None,
            throttled_at: None,
            pause: 0,
            grown_at: now,
            counted: 0,
            counted_from: now,
            ceiling: 0.0,
        };
        pace.tokens = pace.capacity();
        pace
    }

    /// Requests a second in force; `None` without limit.
    pub(super) fn rate(&self) -> Option<f64> {
        self.found.or(self.limit)
    }

    pub(super) fn is_paused(&self, now: Instant) -> bool {
        self.paused_until.is_some_and(|at| at > now)
    }

    fn capacity(&self) -> f64 {
        self.rate().map_or(1.0, |r| (r * BURST_SECONDS).max(1.0))
    }

    /// Whether a request may go now; if so, it is counted.
    pub(super) fn take(&mut self, now: Instant) -> bool {
        if self.is_paused(now) {
            return false;
        }
        self.paused_until = None;
        if let Some(rate) = self.rate() {
            let elapsed = now.since(self.filled_at) as f64 / 1_000.0;
            self.tokens = (self.tokens + elapsed * rate).min(self.capacity());
            self.filled_at = now;
            if self.tokens < TOKEN {
                return false;
            }
            self.tokens -= 1.0;
        }
        if now.since(self.counted_from) > 2 * STEP {
            self.counted_from = now;
            self.counted = 0;
        }
        self.counted += 1;
        true
    }

    /// When the next request may go, if one was just refused.
    pub(super) fn next_at(&self, now: Instant) -> Option<Instant> {
        if let Some(at) = self.paused_until.filter(|&at| at > now) {
            return Some(at);
        }
        let rate = self.rate()?;
        let missing = TOKEN - self.tokens;
        if missing <= 0.0 {
            return None;
        }
        let at = self.filled_at + round_up(missing / rate * 1_000.0);
        (at > now).then_some(at)
    }

    /// The peer refused a request because it is too busy: returns how long none goes now. One that was sent before the last
    /// pause began says nothing new.
    pub(super) fn throttled(&mut self, now: Instant, sent_at: Instant) -> Option<u64> {
        if self.throttled_at.is_some_and(|at| sent_at <= at) {
            return None;
        }
        self.throttled_at = Some(now);
        self.pause = (self.pause * 2).clamp(FIRST_PAUSE, LONGEST_PAUSE);
        self.paused_until = Some(now + self.pause);
        if core::mem::take(&mut self.taken) {
            self.found_before = self.found;
        }
        self.slow(now, 2.0);
        self.grown_at = now + self.pause;
        Some(self.pause)
    }

    /// The pauses since the peer last took a request were not called for: goes on as before them.
    pub(super) fn resume(&mut self) {
        self.found = self.found_before;
        self.paused_until = None;
        self.pause = 0;
    }

    /// The peer took a request. `congestion`: its congestion_state, 0 to 100, to be kept at 80 to 90 (SMPP 5.0, 4.8.4.18);
    /// other values are reserved and say nothing. Returns how long none goes now.
    pub(super) fn accepted(
        &mut self,
        now: Instant,
        sent_at: Instant,
        congestion: Option<u8>,
    ) -> Option<u64> {
        if congestion == Some(100) {
            return self.throttled(now, sent_at);
        }
        self.taken |= self.throttled_at.is_some_and(|at| sent_at > at);
        if self.is_paused(now) || now.since(self.grown_at) < STEP {
            return None;
        }
        match congestion {
            Some(91..=99) => {
                self.slow(now, GROWTH);
                self.grown_at = now;
            }
            Some(80..=90) => {}
            _ => self.grow(now),
        }
        None
    }

    fn slow(&mut self, now: Instant, factor: f64) {
        let seconds = (now.since(self.counted_from) as f64 / 1_000.0).max(0.1);
        let seen = self.rate().unwrap_or(self.counted as f64 / seconds);
        if self.found.is_none() {
            self.ceiling = seen.max(SLOWEST) * 2.0;
            self.filled_at = now;
        }
        self.found = Some((seen / factor).max(SLOWEST));
        self.tokens = self.tokens.min(1.0);
    }

    fn grow(&mut self, now: Instant) {
        let Some(found) = self.found else { return };
        self.pause = 0;
        self.grown_at = now;
        let rate = (found * GROWTH).max(found + 1.0);
        let ceiling = self.limit.unwrap_or(self.ceiling);
        self.found = (rate < ceiling).then_some(rate);
    }
}

/// Rounds up to whole milliseconds; `f64::ceil` is not in `core`.
fn round_up(millis: f64) -> u64 {
    let whole = millis as u64;
    whole.saturating_add(u64::from((whole as f64) < millis))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(millis: u64) -> Instant {
        Instant::from_millis(millis)
    }

    /// How many requests go in a second, asked every millisecond.
    fn sent(pace: &mut Pace, from: u64) -> usize {
        (from..from + 1_000)
            .map(|t| {
                std::iter::from_fn(|| pace.take(at(t)).then_some(()))
                    .take(10_000)
                    .count()
            })
            .sum()
    }

    #[test]
    fn the_rate_is_kept_smoothly() {
        let mut pace = Pace::new(Some(100.0), at(0));
        let first = sent(&mut pace, 0);
        assert!((100..=106).contains(&first), "{first}");
        let second = sent(&mut pace, 1_000);
        assert!((99..=101).contains(&second), "{second}");
    }

    #[test]
    fn a_busy_peer_stops_the_flow_then_finds_half_the_rate_then_gets_all_again() {
        let mut pace = Pace::new(Some(100.0), at(0));
        sent(&mut pace, 0);
        pace.throttled(at(1_000), at(900));
        // Sent before the pause began: says nothing new.
        pace.throttled(at(1_001), at(901));
        assert!(!pace.take(at(1_999)));
        assert_eq!(pace.next_at(at(1_500)), Some(at(2_000)));
        assert!(pace.take(at(2_000)));
        assert_eq!(pace.rate(), Some(50.0));
        for second in 3..60 {
            pace.accepted(at(second * 1_000), at(second * 1_000 - 5), None);
        }
        assert_eq!(pace.rate(), Some(100.0));
    }

    #[test]
    fn the_pause_doubles_to_its_longest() {
        let mut pace = Pace::new(None, at(0));
        let mut now = 0;
        let mut pauses = Vec::new();
        for _ in 0..7 {
            assert!(pace.take(at(now)));
            pace.throttled(at(now + 5), at(now));
            let end = pace.next_at(at(now + 5)).unwrap().as_millis();
            pauses.push(end - now - 5);
            now = end + 1_000;
        }
        assert_eq!(pauses, [1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000]);
    }

    /// The rate after one answer a second, each with this congestion_state.
    fn rate_after(pace: &mut Pace, from: u64, seconds: u64, congestion: u8) -> Option<f64> {
        for t in (from..from + seconds * 1_000).step_by(1_000) {
            pace.accepted(at(t), at(t - 5), Some(congestion));
        }
        pace.rate()
    }

    #[test]
    fn congestion_state_is_kept_at_80_to_90() {
        let mut pace = Pace::new(None, at(0));
        sent(&mut pace, 0);
        pace.throttled(at(1_000), at(900));
        let slow = pace.rate().unwrap();
        let held = rate_after(&mut pace, 2_000, 3, 79).unwrap();
        assert!(held > slow);
        assert_eq!(rate_after(&mut pace, 5_000, 3, 85), Some(held));
        let lower = rate_after(&mut pace, 8_000, 3, 95).unwrap();
        assert!(lower < held && lower > slow / 2.0, "{lower}");
        // Reserved values say nothing: the rate grows as without.
        assert!(rate_after(&mut pace, 11_000, 3, 101).unwrap() > lower);
        pace.accepted(at(15_000), at(14_990), Some(100));
        assert!(pace.is_paused(at(15_500)));
    }

    #[test]
    fn a_congested_peer_slows_a_flow_without_limit() {
        let mut pace = Pace::new(None, at(0));
        for t in 0..1_000 {
            assert!(pace.take(at(t)));
        }
        pace.accepted(at(1_000), at(999), Some(95));
        let rate = pace.rate().unwrap();
        assert!((900.0..1_000.0).contains(&rate), "{rate}");
    }

    #[test]
    fn a_request_may_go_when_its_share_of_the_rate_is_there() {
        let mut pace = Pace::new(Some(2.0), at(0));
        assert!(pace.take(at(0)) && !pace.take(at(0)));
        assert_eq!(pace.next_at(at(0)), Some(at(500)));
        assert!(!pace.take(at(499)) && pace.take(at(500)));
    }

    #[test]
    fn without_a_limit_half_the_rate_of_the_last_seconds_is_found_and_given_up_at_its_double() {
        let mut pace = Pace::new(None, at(0));
        for t in (0..1_000).chain(100_000..100_500).step_by(10) {
            assert!(pace.take(at(t)));
        }
        pace.throttled(at(100_500), at(100_490));
        assert_eq!(pace.rate(), Some(50.0));
        let mut highest = 0.0;
        for second in 102..140 {
            pace.accepted(at(second * 1_000), at(second * 1_000 - 5), None);
            highest = pace.rate().unwrap_or(highest).max(highest);
        }
        assert_eq!(pace.rate(), None);
        assert!((180.0..200.0).contains(&highest), "{highest}");
    }

    #[test]
    fn a_slow_rate_grows_by_one_a_second() {
        let mut pace = Pace::new(Some(4.0), at(0));
        pace.throttled(at(1_000), at(900));
        let rates = [0, 3, 4].map(|second| {
            pace.accepted(at(second * 1_000), at(second * 1_000), None);
            pace.rate()
        });
        assert_eq!(rates, [Some(2.0), Some(3.0), Some(4.0)]);
    }

    #[test]
    fn pauses_that_were_not_called_for_end_at_the_rate_of_the_last_request_that_was_taken() {
        let mut pace = Pace::new(Some(100.0), at(0));
        pace.throttled(at(1_000), at(900));
        // Sent before the pause: it does not show that the peer takes the new rate.
        pace.accepted(at(1_100), at(900), None);
        pace.accepted(at(1_100), at(1_000), None);
        pace.throttled(at(2_100), at(2_050));
        assert_eq!(pace.rate(), Some(25.0));
        pace.resume();
        assert_eq!(pace.rate(), Some(100.0));
        pace.throttled(at(3_000), at(2_500));
        pace.accepted(at(4_100), at(4_050), None);
        pace.throttled(at(4_200), at(4_150));
        assert_eq!(pace.rate(), Some(25.0));
        pace.resume();
        assert_eq!(pace.rate(), Some(50.0));
    }

    #[test]
    fn without_a_limit_nothing_is_held_back() {
        let mut pace = Pace::new(None, at(0));
        assert!((0..100_000).all(|_| pace.take(at(0))));
    }
}
