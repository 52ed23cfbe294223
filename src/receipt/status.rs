//! The states of a message (SMPP 3.4, 5.2.28; 5.0, 4.7.15) and the words for them.

/// The state of a message; the discriminant is `message_state` (SMPP 3.4, 5.2.28; 5.0, 4.7.15).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Status {
    /// Waits for its time (5.0).
    Scheduled = 0,
    /// Under way.
    Enroute = 1,
    /// Delivered to its destination.
    Delivered = 2,
    /// Its validity is over.
    Expired = 3,
    /// Deleted.
    Deleted = 4,
    /// Can't be delivered.
    Undeliverable = 5,
    /// Accepted. By the specification by customer service for the subscriber, in practice by the next network, with a
    /// final state to follow.
    Accepted = 6,
    /// Not known, or said in a word nobody knows.
    Unknown = 7,
    /// Rejected.
    Rejected = 8,
    /// Passed over (5.0).
    Skipped = 9,
}

use Status::{
    Accepted, Deleted, Delivered, Enroute, Expired, Rejected, Scheduled, Skipped, Undeliverable,
    Unknown,
};

/// The words of appendix B, the most frequent first, then others that are met.
static WORDS: [(&str, Status); 22] = [
    ("DELIVRD", Delivered),
    ("UNDELIV", Undeliverable),
    ("EXPIRED", Expired),
    ("REJECTD", Rejected),
    ("ACCEPTD", Accepted),
    ("ENROUTE", Enroute),
    ("DELETED", Deleted),
    ("UNKNOWN", Unknown),
    ("DELIVERED", Delivered),
    ("DELIVERD", Delivered),
    ("UNDELIVERABLE", Undeliverable),
    ("UNDELIVERED", Undeliverable),
    ("FAILED", Undeliverable),
    ("REJECTED", Rejected),
    ("NACK", Rejected),
    ("ACCEPTED", Accepted),
    ("ACKED", Accepted),
    ("BUFFRED", Enroute),
    ("BUFFERD", Enroute),
    ("SCHEDULED", Scheduled),
    ("SCHEDUL", Scheduled),
    ("SKIPPED", Skipped),
];

impl Status {
    /// Every state, by `message_state`.
    pub const ALL: [Status; 10] = [
        Scheduled,
        Enroute,
        Delivered,
        Expired,
        Deleted,
        Undeliverable,
        Accepted,
        Unknown,
        Rejected,
        Skipped,
    ];

    /// The state of a `message_state`; `None` beyond 9.
    #[must_use]
    pub fn from_message_state(state: u8) -> Option<Status> {
        Self::ALL.get(usize::from(state)).copied()
    }

    /// The state of a `stat` word, whatever its case; `None` if it is none of those known.
    #[must_use]
    pub fn from_stat(word: &[u8]) -> Option<Status> {
        if let [digit @ b'0'..=b'9'] = word {
            return Self::from_message_state(digit - b'0');
        }
        WORDS
            .iter()
            .find(|(known, _)| known.as_bytes().eq_ignore_ascii_case(word))
            .map(|(_, status)| *status)
    }

    /// The name in reports: `delivered`, `undeliverable` …
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Scheduled => "scheduled",
            Enroute => "enroute",
            Delivered => "delivered",
            Expired => "expired",
            Deleted => "deleted",
            Undeliverable => "undeliverable",
            Accepted => "accepted",
            Unknown => "unknown",
            Rejected => "rejected",
            Skipped => "skipped",
        }
    }

    /// The `stat` word of appendix B, in its seven letters.
    #[must_use]
    pub const fn stat(self) -> &'static str {
        match self {
            Scheduled => "SCHEDUL",
            Enroute => "ENROUTE",
            Delivered => "DELIVRD",
            Expired => "EXPIRED",
            Deleted => "DELETED",
            Undeliverable => "UNDELIV",
            Accepted => "ACCEPTD",
            Unknown => "UNKNOWN",
            Rejected => "REJECTD",
            Skipped => "SKIPPED",
        }
    }

    /// Whether nothing more is to come. Accepted is not final, since most centres send another state after it; nor is
    /// unknown, of which the specification does not say.
    #[must_use]
    pub const fn is_final(self) -> bool {
        matches!(
            self,
            Delivered | Expired | Deleted | Undeliverable | Rejected | Skipped
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_state_has_a_word_that_is_read_back() {
        for (number, status) in (0..).zip(Status::ALL) {
            assert_eq!(status as u8, number);
            assert_eq!(Status::from_message_state(number), Some(status));
            assert_eq!(Status::from_stat(status.stat().as_bytes()), Some(status));
            assert_eq!(
                Status::from_stat(status.as_str().as_bytes()),
                Some(status),
                "the full word, lower case"
            );
            assert_eq!(
                Status::from_stat(&[b'0' + number]),
                Some(status),
                "the bare number"
            );
        }
        assert_eq!(Status::from_message_state(10), None);
    }

    #[test]
    fn words_met_beside_those_of_appendix_b() {
        for (word, status) in [
            ("FAILED", Undeliverable),
            ("DeliverD", Delivered),
            ("ACKED", Accepted),
            ("BUFFRED", Enroute),
            ("BUFFERD", Enroute),
            ("NACK", Rejected),
        ] {
            assert_eq!(Status::from_stat(word.as_bytes()), Some(status), "{word}");
        }
        for word in ["BADSTAT", "DND_REJECTED", "", "12", "DELIVRDDELIVRDDELIVRD"] {
            assert_eq!(Status::from_stat(word.as_bytes()), None, "{word}");
        }
    }

    #[test]
    fn kannels_three_intermediate_words_and_accepted_are_not_final() {
        for word in [
            "ACKED",
            "BUFFRED",
            "BUFFERD",
            "ACCEPTD",
            "ENROUTE",
            "UNKNOWN",
            "SCHEDULED",
        ] {
            assert!(
                !Status::from_stat(word.as_bytes()).unwrap().is_final(),
                "{word}"
            );
        }
    }
}
