//! Which parts were handed over of late, so that a repeat of one is recognised.

use alloc::vec::Vec;

/// Entries are found by the low bits of their digest.
const BUCKETS: usize = 1_024;
/// Entries in a bucket: with some 10,000 in all, few buckets are full.
const WAYS: usize = 16;

/// Digests of parts, each with the message it was handed over in. Bounded: the oldest of a full bucket makes room.
#[derive(Clone, Debug, Default)]
pub(super) struct Known {
    /// The oldest first in each; no buckets as long as nothing is known.
    buckets: Vec<Vec<Entry>>,
    /// How many messages were handed over.
    messages: u64,
}

#[derive(Clone, Debug)]
struct Entry {
    digest: u64,
    /// Milliseconds.
    until: u64,
    message: u64,
}

impl Known {
    /// The number of the message that was handed over last; 0 if none was.
    pub(super) fn last_message(&self) -> u64 {
        self.messages
    }

    /// Remembers the parts of one message until a time.
    pub(super) fn remember(&mut self, until: u64, digests: &[u64]) {
        self.messages += 1;
        self.buckets.resize_with(BUCKETS, Vec::new);
        for &digest in digests {
            if let Some(bucket) = self.buckets.get_mut(place(digest)) {
                if bucket.len() == WAYS {
                    bucket.remove(0);
                }
                bucket.push(Entry {
                    digest,
                    until,
                    message: self.messages,
                });
            }
        }
    }

    /// Whether this part was handed over, and not forgotten since.
    pub(super) fn knows(&mut self, digest: u64, now: u64) -> bool {
        self.find(digest, u64::MAX)
            .is_some_and(|last| last.until > now)
    }

    /// The last message in which all these parts were handed over; 0 if there is none.
    pub(super) fn message_of(&mut self, digests: &[u64]) -> u64 {
        let mut message = u64::MAX;
        let mut of_it = 0;
        // Each part in turn has to be in the message; where it is only in an earlier one, that has to have all.
        for &digest in digests.iter().cycle() {
            let Some(entry) = self.find(digest, message) else {
                return 0;
            };
            if entry.message < message {
                message = entry.message;
                of_it = 0;
            }
            of_it += 1;
            if of_it == digests.len() {
                return message;
            }
        }
        0
    }

    /// Forgets that this part was handed over last.
    pub(super) fn forget(&mut self, digest: u64) {
        if let Some(entry) = self.find(digest, u64::MAX) {
            entry.until = 0;
        }
    }

    /// Gives memory back that nothing needs now.
    pub(super) fn shrink(&mut self, now: u64) {
        for bucket in &mut self.buckets {
            bucket.retain(|entry| entry.until > now);
            bucket.shrink_to_fit();
        }
        if self.buckets.iter().all(Vec::is_empty) {
            self.buckets = Vec::new();
        }
    }

    /// The youngest entry of a digest that is of this message or an earlier one.
    fn find(&mut self, digest: u64, message: u64) -> Option<&mut Entry> {
        let bucket = self.buckets.get_mut(place(digest))?;
        let mut youngest_first = bucket.iter_mut().rev();
        youngest_first.find(|entry| entry.digest == digest && entry.message <= message)
    }
}

fn place(digest: u64) -> usize {
    digest as usize % BUCKETS
}

#[cfg(test)]
impl Known {
    pub(super) fn is_empty(&self) -> bool {
        self.buckets.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::super::reassembly::digest;
    use super::*;

    fn digest_of(number: u32) -> u64 {
        digest(&[&number.to_be_bytes()])
    }

    #[test]
    fn the_oldest_of_a_full_bucket_makes_room() {
        let step = BUCKETS as u64;
        let mut known = Known::default();
        known.remember(10, &[1]);
        for digest in 0..100 {
            known.remember(10, &[digest * step]);
            let oldest = digest.saturating_sub(WAYS as u64 - 1);
            assert!(known.knows(oldest * step, 9), "{digest}");
            assert!(known.knows(digest * step, 9), "{digest}");
            assert!(!known.knows(digest * step, 10), "its time is over");
            if oldest > 0 {
                assert!(!known.knows((oldest - 1) * step, 9), "{digest}");
            }
        }
        assert!(known.knows(1, 9), "the other buckets are as they were");
        assert_eq!(known.buckets[0].len(), WAYS);
    }

    #[test]
    fn the_last_thousands_are_known_and_memory_is_bounded() {
        let mut known = Known::default();
        for number in 0..100_000 {
            known.remember(10, &[digest_of(number)]);
        }
        assert!((96_000..100_000).all(|number| known.knows(digest_of(number), 9)));
        let last = 90_000..100_000;
        let count = last.filter(|&number| known.knows(digest_of(number), 9));
        assert!(count.count() > 9_900);
        assert!(!known.knows(digest_of(70_000), 9));
        assert_eq!(known.buckets.len(), BUCKETS);
        assert!(known.buckets.iter().all(|bucket| bucket.len() <= WAYS));
    }

    #[test]
    fn the_last_of_what_is_known_of_a_part_counts() {
        let mut known = Known::default();
        known.forget(7);
        assert!(!known.knows(7, 0));
        known.remember(10, &[7]);
        known.remember(20, &[7]);
        assert!(known.knows(7, 15));
        known.forget(7);
        assert!(!known.knows(7, 5));
    }

    #[test]
    fn parts_of_one_message_are_told_from_parts_of_several() {
        let mut known = Known::default();
        for parts in [[1, 2], [1, 3], [4, 2]] {
            known.remember(10, &parts);
        }
        assert_eq!(known.last_message(), 3);
        let mut together = |parts: &[u64]| known.message_of(parts);
        for (parts, expected) in [
            (&[1, 2][..], 1),
            (&[3, 1], 2),
            (&[2, 4], 3),
            (&[2], 3),
            (&[4, 3], 0),
            (&[1, 5], 0),
            (&[5], 0),
            (&[], 0),
        ] {
            assert_eq!(together(parts), expected, "{parts:?}");
        }
    }

    #[test]
    fn memory_that_nothing_needs_is_given_back() {
        let mut known = Known::default();
        known.shrink(0);
        for digest in 0..150 {
            known.remember(digest, &[digest]);
        }
        known.shrink(100);
        let kept: usize = known.buckets.iter().map(Vec::capacity).sum();
        assert_eq!(kept, 49);
        assert!(known.knows(101, 100));
        // The order of their age is kept.
        known.remember(500, &[149]);
        assert!(known.knows(149, 300));
        known.shrink(1_000);
        assert_eq!(known.buckets.capacity(), 0);
        assert!(!known.knows(149, 0));
    }
}
