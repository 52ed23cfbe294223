//! The states of a message (SMPP 3.4, 5.2.28; 5.0, 4.7.15) and the words for them.

/// The state of a message; the discriminant is `message_state` (SMPP 3.4, 5.2.28; 5.0, 4.7.15).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "lowercase"))]
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

/// The words of appendix B, the most frequent first.
static WORDS: [(&str, Status); 8] = [
    ("DELIVRD", Delivered),
    ("UNDELIV", Undeliverable),
    ("EXPIRED", Expired),
    ("REJECTD", Rejected),
    ("ACCEPTD", Accepted),
    ("ENROUTE", Enroute),
    ("DELETED", Deleted),
    ("UNKNOWN", Unknown),
];

/// Other spellings in use, apart by blanks, with the `message_state` behind each. Blanks, `_` and `-` in a word do not count.
static SPELLINGS: &str = "\
    DELIVERED2 DELIVERD2 DELIVER2 DELIVRED2 DELIVERE2 DELIVR2 DELIVD2 DELIV2 DELVRD2 DELVRED2 DLVRD2 DLVRED2 READ2 \
    SEEN2 DISPLAYED2 \
    UNDELIVERABLE5 UNDELIVERED5 UNDELIVERD5 UNDELIVRD5 UNDELIVR5 UNDELIVE5 UNDELIVER5 UNDELVD5 UNDELVRD5 UNDELV5 \
    UNDEL5 UNDLVRD5 UNDLV5 UNDLIV5 NOTDELIVERED5 NOTDELIVRD5 NOTDELIV5 NONDELIVERED5 NONDELIVRD5 DELIVERYFAILED5 \
    DELIVERYFAILURE5 DELIVERYIMPOSSIBLE5 FAILED5 FAILD5 FAIL5 FAILURE5 ABSENT5 \
    EXPIRD3 EXPIRE3 EXPD3 TIMEOUT3 \
    REJECTED8 REJECTE8 REJECT8 REJCTD8 REJCTED8 REJETD8 REJD8 NACK8 NACKED8 BLOCKED8 BLACKLISTED8 BLACKLIST8 REFUSED8 \
    DENIED8 DNDNUMBER8 \
    ACCEPTED6 ACCEPTE6 ACCEPT6 ACCPTD6 ACCEPD6 ACKED6 ACK6 \
    DELETD4 DELETE4 CANCELLED4 CANCELED4 CANCELD4 CANCELL4 CANCEL4 \
    ENROUT1 INROUTE1 INTRANSIT1 BUFFERED1 BUFFRED1 BUFFERD1 BUFFERE1 BUFFER1 PENDING1 QUEUED1 PROCESSING1 RETRY1 \
    RETRYING1 SUBMITTED1 SUBMITD1 SENT1 \
    UNKNWN7 UNKNOW7 UNKOWN7 \
    SCHEDULED0 SCHEDUL0 \
    SKIPPED9 SKIPED9";

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

    /// The state of a `stat` value: a word in any case, a `message_state` in digits, or either with a reason behind it
    /// (`FAILED:Mob. Abst.`, `DELIVERED_TO_HANDSET`). `None` if it is none of those known.
    #[must_use]
    pub fn from_stat(value: &[u8]) -> Option<Status> {
        if let Some((_, status)) = WORDS.iter().find(|(word, _)| word.as_bytes() == value) {
            return Some(*status);
        }
        let opened = |octet: &u8| matches!(octet, b'"' | b'\'' | b'(' | b'[' | b'<' | b'{' | b' ');
        let value = &value[leading(value, opened).len()..];
        let digits = leading(value, u8::is_ascii_digit);
        if !digits.is_empty() {
            let number = digits.iter().try_fold(0_u8, |number, digit| {
                number.checked_mul(10)?.checked_add(digit - b'0')
            });
            return number.and_then(Self::from_message_state);
        }
        Self::from_word(leading(value, |octet| {
            octet.is_ascii_alphabetic() || matches!(octet, b' ' | b'_' | b'-')
        }))
        .or_else(|| Self::from_word(leading(value, u8::is_ascii_alphabetic)))
    }

    fn from_word(word: &[u8]) -> Option<Status> {
        let same = |known: &str| {
            let mut letters = word
                .iter()
                .filter(|octet| octet.is_ascii_alphabetic())
                .map(u8::to_ascii_uppercase);
            known.bytes().all(|letter| letters.next() == Some(letter)) && letters.next().is_none()
        };
        let appendix = WORDS.iter().find(|(known, _)| same(known));
        appendix.map(|(_, status)| *status).or_else(|| {
            let mut spellings = SPELLINGS
                .split(' ')
                .filter_map(|spelling| spelling.split_at_checked(spelling.len().checked_sub(1)?));
            let (_, state) = spellings.find(|(known, _)| same(known))?;
            Self::from_message_state(state.as_bytes()[0] - b'0')
        })
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

    /// Whether nothing more is to come. Accepted is not final, since most SMSCs send another state after it; nor is
    /// unknown, of which the specification does not say.
    #[must_use]
    pub const fn is_final(self) -> bool {
        matches!(
            self,
            Delivered | Expired | Deleted | Undeliverable | Rejected | Skipped
        )
    }
}

/// The octets that `text` begins with, as long as they are of this kind.
fn leading(text: &[u8], of_kind: impl Fn(&u8) -> bool) -> &[u8] {
    let end = text.iter().position(|octet| !of_kind(octet));
    &text[..end.unwrap_or(text.len())]
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
            ("BUFFERED", Enroute),
            ("EN_ROUTE", Enroute),
            ("Not Delivered", Undeliverable),
            ("delivery failed", Undeliverable),
            ("CANCELLED", Deleted),
            ("002", Delivered),
            ("DNDNumber", Rejected),
        ] {
            assert_eq!(Status::from_stat(word.as_bytes()), Some(status), "{word}");
        }
        for word in ["BADSTAT", "DND_REJECTED", "", "12", "DELIVRDDELIVRDDELIVRD"] {
            assert_eq!(Status::from_stat(word.as_bytes()), None, "{word}");
        }
    }

    #[test]
    fn a_reason_behind_the_state_changes_nothing() {
        for (value, status) in [
            ("FAILED:Mob. Abst.|nt ext", Undeliverable),
            ("DELIVERED_TO_HANDSET", Delivered),
            ("PENDING_ENROUTE", Enroute),
            ("REJECTED (DND)", Rejected),
            ("EXPIRED-27", Expired),
            ("UNDELIV,", Undeliverable),
            ("\"DELIVRD\"", Delivered),
            ("5 absent", Undeliverable),
        ] {
            assert_eq!(Status::from_stat(value.as_bytes()), Some(status), "{value}");
        }
        for value in ["10", "256", "_", "FOO:DELIVRD", "DELIVERY", "(", "002f2"] {
            let expected = (value == "002f2").then_some(Delivered);
            assert_eq!(Status::from_stat(value.as_bytes()), expected, "{value}");
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
