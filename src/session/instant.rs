//! Time as the engine knows it: a number that its caller reads off a clock.

use core::ops::Add;
use core::time::Duration;

/// A point in time: milliseconds since any epoch, as long as it is always the same one and never runs backwards. The last one that can
/// be counted stands for a time that never comes: what is to end then does not end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Instant(u64);

impl Instant {
    /// The point `millis` milliseconds after the epoch.
    #[must_use]
    pub const fn from_millis(millis: u64) -> Self {
        Self(millis)
    }

    /// Milliseconds since the epoch.
    #[must_use]
    pub const fn as_millis(self) -> u64 {
        self.0
    }

    /// Milliseconds from `earlier` to here; 0 if `earlier` is later.
    #[must_use]
    pub const fn since(self, earlier: Instant) -> u64 {
        self.0.saturating_sub(earlier.0)
    }

    /// This point, unless it never comes.
    pub(super) fn comes(self) -> Option<Instant> {
        (self.0 < u64::MAX).then_some(self)
    }

    /// When a span of milliseconds that begins here is over; `None` for one without end, as 0 is.
    pub(super) fn deadline(self, millis: u64) -> Option<Instant> {
        (self + millis).comes().filter(|_| millis > 0)
    }
}

/// A duration in milliseconds: a fraction counts as a whole one, and more than can be counted as the most that can.
#[inline(never)]
pub(super) fn millis(duration: Duration) -> u64 {
    let fraction = duration.subsec_nanos().div_ceil(1_000_000);
    duration
        .as_secs()
        .saturating_mul(1_000)
        .saturating_add(fraction.into())
}

/// Returns the first of the deadlines that are set.
pub(super) fn earliest(deadlines: &[Option<Instant>]) -> Option<Instant> {
    deadlines.iter().flatten().min().copied()
}

/// Adds milliseconds, up to the last instant.
impl Add<u64> for Instant {
    type Output = Instant;

    fn add(self, millis: u64) -> Instant {
        Instant(self.0.saturating_add(millis))
    }
}

/// Adds a duration, up to the last instant; a fraction of a millisecond counts as a whole one.
impl Add<Duration> for Instant {
    type Output = Instant;

    fn add(self, duration: Duration) -> Instant {
        self + millis(duration)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fraction_of_a_millisecond_counts_as_a_whole_one() {
        for (nanos, expected) in [
            (0, 0),
            (1, 1),
            (1_000_000, 1),
            (1_000_001, 2),
            (1_999_999_999, 2_000),
        ] {
            let duration = Duration::from_nanos(nanos);
            assert_eq!(millis(duration), expected, "{nanos}");
            let later = Instant::from_millis(5) + duration;
            assert_eq!(later.as_millis(), 5 + expected, "{nanos}");
        }
    }

    #[test]
    fn a_sum_ends_at_the_last_instant() {
        let last = Instant::from_millis(u64::MAX);
        assert_eq!(millis(Duration::MAX), u64::MAX);
        assert_eq!(Instant::from_millis(5) + Duration::MAX, last);
        assert_eq!(last + 1, last);
    }

    #[test]
    fn a_span_without_end_has_no_deadline() {
        let now = Instant::from_millis(5);
        assert_eq!(now.deadline(2), Some(Instant::from_millis(7)));
        let last_but_one = Instant::from_millis(u64::MAX - 1);
        assert_eq!(now.deadline(u64::MAX - 6), Some(last_but_one));
        for millis in [0, u64::MAX - 5, u64::MAX] {
            assert_eq!(now.deadline(millis), None);
        }
    }
}
