//! Time as the engine knows it: a number that its caller reads off a clock.

use core::ops::Add;
use core::time::Duration;

/// A point in time: milliseconds since any epoch, as long as it is always the same one and never runs backwards.
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
}

/// Returns the first of the deadlines that are set.
pub(super) fn earliest(deadlines: &[Option<Instant>]) -> Option<Instant> {
    deadlines.iter().flatten().min().copied()
}

/// Adds milliseconds.
impl Add<u64> for Instant {
    type Output = Instant;

    fn add(self, millis: u64) -> Instant {
        Instant(self.0.saturating_add(millis))
    }
}

/// Adds a duration; a fraction of a millisecond counts as a whole one.
impl Add<Duration> for Instant {
    type Output = Instant;

    fn add(self, duration: Duration) -> Instant {
        let millis = duration.as_nanos().div_ceil(1_000_000);
        self + u64::try_from(millis).unwrap_or(u64::MAX)
    }
}
