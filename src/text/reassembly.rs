//! Inbound parts to whole messages, whatever their order (3GPP TS 23.040, 9.2.3.24.1 and .8; SMPP 3.4, 5.3.2.22-24).

use super::data_coding::{Coding, coding};
use super::decode::decode_into;
use super::gsm::ESCAPE;
use super::known::Known;
use super::{Alphabet, Alphabets, ConcatInfo, Decoded, EncodingName, Udh};
use alloc::vec::Vec;

/// How long a message that has a part of each number waits for another in place of one that may be a repeat, in milliseconds.
const DOUBT: u64 = 10_000;

/// How long and how much is kept of messages that are not whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// Milliseconds from a message's first part until it is handed over as it is; [`u64::MAX`] for no limit of time.
    pub timeout: u64,
    /// Parts kept in all.
    pub max_parts: usize,
    /// Octets kept in all: headers, texts, keys, tokens.
    pub max_octets: usize,
    /// Milliseconds for which parts that were handed over are known, so that a repeat is not taken for a new message. Of more
    /// than some 10,000 the oldest may make room.
    pub remember: u64,
}

impl Default for Limits {
    /// Ten minutes, 10,000 parts, 4 MiB, a day.
    fn default() -> Self {
        Limits {
            timeout: 600_000,
            max_parts: 10_000,
            max_octets: 4 << 20,
            remember: 86_400_000,
        }
    }
}

impl Limits {
    /// The same limits, changed.
    ///
    /// ```
    /// use smpp_edge::text::Limits;
    ///
    /// let limits = Limits::default().with(|limits| limits.timeout = 60_000);
    /// ```
    #[must_use]
    pub fn with(mut self, change: impl FnOnce(&mut Self)) -> Self {
        change(&mut self);
        self
    }
}

/// A part as it came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Part<'a> {
    /// Who wrote to whom: peer, source and destination address with TON and NPI, in any form that distinguishes them.
    pub key: &'a [u8],
    /// Which part of what, from [`Udh::concat`] or [`ConcatInfo::from_sar`].
    pub concat: ConcatInfo,
    /// Its `data_coding`.
    pub data_coding: u8,
    /// Its user data header, UDHL first; empty if it has none.
    pub udh: &'a [u8],
    /// The octets behind the header.
    pub text: &'a [u8],
    /// Octets of the token that is kept with it, for [`Limits::max_octets`].
    pub token_octets: usize,
}

/// What became of a part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome<T> {
    /// It was the last one missing.
    Complete(Joined<T>),
    /// It is kept until the others are there.
    Pending,
    /// It is here already, or was handed over before and another part has its place; only its token is given back.
    Duplicate(T),
}

/// The parts of one message, whole or not.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Joined<T> {
    key: Key,
    /// How many parts it has.
    pub total: u8,
    /// The parts that came, by rising number.
    pub parts: Vec<JoinedPart<T>>,
    /// Each of its parts was handed over before, but not all in one message: the SMSC repeated some, and there is nothing new.
    /// What was handed over is known for [`Limits::remember`].
    pub repeated: bool,
}

/// One part of a [`Joined`] message.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct JoinedPart<T> {
    /// Its number, from 1.
    pub number: u8,
    /// As in [`Part`].
    pub data_coding: u8,
    /// As in [`Part`].
    pub udh: Vec<u8>,
    /// As in [`Part`].
    pub text: Vec<u8>,
    /// What was pushed with it.
    pub token: T,
    token_octets: usize,
    /// It was handed over before, because the SMSC repeats it or another message has the same part: the number of the message
    /// that was handed over last when it came. Otherwise 0.
    repeat: u64,
}

impl Part<'_> {
    fn owned<T>(&self, token: T, repeat: u64) -> JoinedPart<T> {
        JoinedPart {
            number: self.concat.part,
            data_coding: self.data_coding,
            udh: self.udh.to_vec(),
            text: self.text.to_vec(),
            token,
            token_octets: self.token_octets,
            repeat,
        }
    }
}

impl<T> JoinedPart<T> {
    fn is(&self, part: &Part<'_>) -> bool {
        self.text == part.text && self.udh == part.udh
    }

    /// Octets that are kept of it.
    fn octets(&self) -> usize {
        self.udh.len() + self.text.len() + self.token_octets
    }
}

impl<T> Joined<T> {
    /// No part of no message.
    pub(crate) const EMPTY: Self = Joined {
        key: Key {
            digest: 0,
            peers: Vec::new(),
            reference: 0,
            wide: false,
            total: 0,
            coding: Coding::Gsm7 { packed: false },
        },
        total: 0,
        parts: Vec::new(),
        repeated: false,
    };

    /// Joins parts without a [`Reassembler`]: of those that share the first one's total the first of each number counts.
    /// `None` if there are no parts.
    pub fn of<'a>(parts: impl IntoIterator<Item = (Part<'a>, T)>) -> Option<Self> {
        let mut joined: Option<Self> = None;
        for (part, token) in parts {
            let number = part.concat.part;
            let joined = joined.get_or_insert_with(|| Joined {
                key: Key::of(&part),
                total: part.concat.total,
                parts: Vec::new(),
                repeated: false,
            });
            let place = joined.place(number);
            if let Err(at) = place
                && part.concat.total == joined.total
            {
                joined.parts.insert(at, part.owned(token, 0));
            }
        }
        joined
    }

    /// The [`Part::key`] of its parts.
    #[must_use]
    pub fn key(&self) -> &[u8] {
        &self.key.peers
    }

    /// Octets that are kept of it.
    #[must_use]
    pub fn weight(&self) -> usize {
        let parts = self.parts.iter().map(JoinedPart::octets);
        self.key.peers.len() + parts.sum::<usize>()
    }

    /// Whether this part is one of it, octet for octet.
    #[must_use]
    pub fn contains(&self, part: &Part<'_>) -> bool {
        let place = self.place(part.concat.part);
        self.key == Key::of(part) && place.is_ok_and(|at| self.parts[at].is(part))
    }

    fn place(&self, number: u8) -> Result<usize, usize> {
        self.parts.binary_search_by_key(&number, |part| part.number)
    }

    /// Whether all parts are here: none is [missing](Self::missing).
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.parts.len() == usize::from(self.total)
    }

    /// The numbers of the parts that did not come.
    pub fn missing(&self) -> impl Iterator<Item = u8> {
        (1..=self.total).filter(|number| {
            self.parts
                .binary_search_by_key(number, |part| part.number)
                .is_err()
        })
    }

    /// The text octets one behind the other, for a coding that the platform's decoder reads.
    #[must_use]
    pub fn octets(&self) -> Vec<u8> {
        self.parts
            .iter()
            .flat_map(|part| &part.text)
            .copied()
            .collect()
    }

    /// The text. GSM 03.38 is read part by part, each with its own tables; codings of several octets are joined first,
    /// since some senders part a character, and an escape from what it selects. Parts that did not come leave no trace in it.
    #[must_use]
    pub fn decode(&self, alphabets: impl Into<Alphabets>) -> Decoded {
        let texts = self
            .parts
            .iter()
            .map(|part| (part.data_coding, &part.text[..]));
        let alphabets = alphabets.into().decided_by(texts);
        let mut decoded = Decoded::default();
        let mut run = Vec::new();
        let mut parts = self.parts.iter().peekable();
        while let Some(part) = parts.next() {
            run.extend_from_slice(&part.text);
            let next_follows = parts
                .peek()
                .is_some_and(|next| next.number == part.number + 1);
            // What is read with the next part.
            let kept = match coding(part.data_coding, alphabets) {
                _ if !next_follows => 0,
                Coding::Named(EncodingName::Ucs2 | EncodingName::Utf8) => run.len(),
                Coding::Gsm7 { packed: false } if run.last() == Some(&ESCAPE) => 1,
                _ => 0,
            };
            let read = run.len() - kept;
            let (encoding, lossy) = decode_into(
                &mut decoded.text,
                &run[..read],
                part.data_coding,
                Udh::parse(&part.udh).ok().as_ref(),
                alphabets,
            );
            if decoded.encoding == EncodingName::default() {
                decoded.encoding = encoding;
            }
            decoded.lossy |= lossy;
            run.drain(..read);
        }
        decoded
    }
}

/// Joins parts (3GPP TS 23.040, 9.2.3.24.1). Time goes in, deadlines come out; it is bounded by its [`Limits`].
///
/// After each [`push`](Self::push), and when [`poll_timeout`](Self::poll_timeout) is due, take what
/// [`poll`](Self::poll) gives until it gives nothing.
///
/// ```
/// use smpp_edge::text::{Alphabet, ConcatInfo, Outcome, Part, Reassembler};
///
/// let part = |number, text| Part {
///     key: b"491711234567",
///     concat: ConcatInfo { reference: 7, wide: false, total: 2, part: number },
///     data_coding: 0,
///     udh: &[],
///     text,
///     token_octets: 0,
/// };
/// let mut reassembler = Reassembler::default();
/// assert_eq!(reassembler.push(1_000, part(2, b"World"), "second"), Outcome::Pending);
/// let Outcome::Complete(message) = reassembler.push(1_500, part(1, b"Hello "), "first") else { panic!() };
/// assert_eq!(message.decode(Alphabet::Gsm7).text, "Hello World");
/// assert_eq!(message.parts[1].token, "second");
/// ```
#[derive(Clone, Debug)]
pub struct Reassembler<T> {
    limits: Limits,
    /// Messages that are not whole, the first whose time is over before the others. There are few, so that they are searched in order.
    messages: Vec<Message<T>>,
    parts: usize,
    octets: usize,
    /// Given up for another message of the same key.
    displaced: Vec<Joined<T>>,
    known: Known,
}

#[derive(Clone, Debug)]
struct Message<T> {
    /// Until when its parts may come; the last millisecond that can be counted never comes.
    deadline: u64,
    key: Key,
    /// It was handed over and refused: the digest of the only part that it lacks and takes.
    awaits: Option<u64>,
    /// By rising number.
    parts: Vec<JoinedPart<T>>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Key {
    /// Of all the fields, so that most others differ at once.
    digest: u64,
    peers: Vec<u8>,
    reference: u16,
    wide: bool,
    total: u8,
    coding: Coding,
}

impl Key {
    fn of(part: &Part<'_>) -> Key {
        let ConcatInfo {
            reference,
            wide,
            total,
            ..
        } = part.concat;
        let [high, low] = reference.to_be_bytes();
        Key {
            digest: digest(&[part.key, &[high, low, u8::from(wide), total]]),
            peers: part.key.to_vec(),
            reference,
            wide,
            total,
            coding: coding(part.data_coding, Alphabet::Gsm7.into()),
        }
    }

    /// Identifies a part.
    fn part_digest(&self, number: u8, udh: &[u8], text: &[u8]) -> u64 {
        digest(&[&self.digest.to_be_bytes(), &[number], udh, text])
    }

    fn digest_of<T>(&self, part: &JoinedPart<T>) -> u64 {
        self.part_digest(part.number, &part.udh, &part.text)
    }
}

impl<T> Default for Reassembler<T> {
    fn default() -> Self {
        Reassembler::new(Limits::default())
    }
}

impl<T> Reassembler<T> {
    /// Holds nothing yet.
    #[must_use]
    pub fn new(limits: Limits) -> Reassembler<T> {
        Reassembler {
            limits,
            messages: Vec::new(),
            parts: 0,
            octets: 0,
            displaced: Vec::new(),
            known: Known::default(),
        }
    }

    /// Parts kept.
    #[must_use]
    pub fn parts(&self) -> usize {
        self.parts
    }

    /// Takes a part that came at `now` (milliseconds). `token` comes back with it, so that its PDU can be answered.
    ///
    /// A part that is there already, octet for octet, is dropped. One of the same number with another text belongs to
    /// another message whose sender reuses the reference: what there was is given up, and [`poll`](Self::poll) hands it over.
    ///
    /// The SMSC may repeat a part that was handed over before. Such a part is kept until a new one of its number takes its
    /// place. [`poll`](Self::poll) hands over a message with new parts and such ones when its time is over, but at most 10 seconds
    /// after it had a part of each number; a message of such parts alone is handed over at once if they were one message before.
    pub fn push(&mut self, now: u64, part: Part<'_>, token: T) -> Outcome<T> {
        let number = part.concat.part;
        let key = Key::of(&part);
        let digest = key.part_digest(number, part.udh, part.text);
        let (mut found, mut awaited, mut known) = (None, None, self.known.knows(digest, now));
        for (index, message) in self.messages.iter().enumerate() {
            if message.key == key {
                match message.awaits {
                    None => found = Some(index),
                    Some(other) if other == digest => awaited = Some(index),
                    Some(_) => known |= message.holds(&part),
                }
            }
        }
        if let Some(index) = awaited {
            self.insert(index, part.owned(token, 0));
            return Outcome::Complete(self.take(index, now));
        }
        let repeat = if known { self.known.last_message() } else { 0 };
        if let Some(index) = found
            && let message = &mut self.messages[index]
            && let Ok(at) = message.place(number)
        {
            let held = &message.parts[at];
            if held.repeat == 0 && (known || held.is(&part)) {
                return Outcome::Duplicate(token);
            }
            if held.repeat == 0 {
                let displaced = self.take(index, now);
                self.displaced.push(displaced);
                found = None;
            } else {
                // It leads to nothing, and its token is given back.
                let replaced = message.parts.remove(at);
                self.parts -= 1;
                self.octets -= replaced.octets();
                self.displaced.push(Joined {
                    total: key.total,
                    key: key.clone(),
                    parts: vec![replaced],
                    repeated: true,
                });
            }
        }
        let index = found.unwrap_or_else(|| self.begin(now, key, None));
        self.insert(index, part.owned(token, repeat));
        let message = &self.messages[index];
        if !message.is_complete() {
            return Outcome::Pending;
        }
        if message.is_doubtful(&mut self.known) {
            self.bring_forward(index, now.saturating_add(DOUBT));
            return Outcome::Pending;
        }
        Outcome::Complete(self.take(index, now))
    }

    /// Puts back a message that was handed over whole and refused, without the part `number`, which the sender will repeat.
    /// It takes no other part: others of its key belong to other messages.
    ///
    /// If the repeat does not come in time, [`poll`](Self::poll) hands over what there is; as
    /// [`repeated`](Joined::repeated) if the refusal was `for_good`.
    pub fn put_back(&mut self, now: u64, message: Joined<T>, number: u8, for_good: bool) {
        let place = message.place(number);
        let Joined { key, mut parts, .. } = message;
        for part in &mut parts {
            part.repeat = for_good.into();
            if !for_good {
                self.known.forget(key.digest_of(part));
            }
        }
        let awaits = place.ok().map(|at| key.digest_of(&parts.remove(at)));
        if !parts.is_empty() {
            let index = self.begin(now, key, awaits);
            self.parts += parts.len();
            self.octets += parts.iter().map(JoinedPart::octets).sum::<usize>();
            self.messages[index].parts = parts;
        }
    }

    /// Gives up the oldest message, whatever its time: there will be no more parts. `None` if there is none.
    pub fn give_up(&mut self, now: u64) -> Option<Joined<T>> {
        let due = self.poll(now);
        due.or_else(|| (!self.messages.is_empty()).then(|| self.take(0, now)))
    }

    /// A message given up: its time is over, there is too much, or another took its place. `None` if there is none.
    pub fn poll(&mut self, now: u64) -> Option<Joined<T>> {
        if !self.displaced.is_empty() {
            return Some(self.displaced.remove(0));
        }
        let oldest = self.messages.first()?;
        let due = (oldest.comes() && oldest.deadline <= now) || self.is_over();
        due.then(|| self.take(0, now))
    }

    /// When [`poll`](Self::poll) will next have something; 0 if it has now.
    #[must_use]
    pub fn poll_timeout(&self) -> Option<u64> {
        if self.is_over() || !self.displaced.is_empty() {
            return Some(0);
        }
        let oldest = self.messages.first().filter(|oldest| oldest.comes())?;
        Some(oldest.deadline)
    }

    /// Gives memory back that nothing needs now.
    pub fn shrink(&mut self, now: u64) {
        self.messages.shrink_to_fit();
        self.displaced.shrink_to_fit();
        self.known.shrink(now);
    }

    fn is_over(&self) -> bool {
        self.parts > self.limits.max_parts || self.octets > self.limits.max_octets
    }

    /// A new message, behind all others: time that runs backwards does not change their order.
    fn begin(&mut self, now: u64, key: Key, awaits: Option<u64>) -> usize {
        let youngest = self.messages.last().map_or(0, |message| message.deadline);
        let deadline = now.saturating_add(self.limits.timeout).max(youngest);
        self.octets += key.peers.len();
        self.messages.push(Message {
            deadline,
            key,
            awaits,
            parts: Vec::new(),
        });
        self.messages.len() - 1
    }

    /// Has a message's time be over at `deadline`, if that is earlier.
    fn bring_forward(&mut self, index: usize, deadline: u64) {
        let mut message = self.messages.remove(index);
        message.deadline = message.deadline.min(deadline);
        let due_later = |other: &Message<T>| other.deadline > message.deadline;
        let at = self.messages.iter().position(due_later);
        let at = at.unwrap_or(self.messages.len());
        self.messages.insert(at, message);
    }

    /// Adds a part to a message that has none of its number.
    fn insert(&mut self, index: usize, part: JoinedPart<T>) {
        self.parts += 1;
        self.octets += part.octets();
        let message = &mut self.messages[index];
        let at = message.place(part.number).unwrap_or_else(|at| at);
        message.parts.insert(at, part);
    }

    /// Takes a message out, and remembers its parts for a while.
    fn take(&mut self, index: usize, now: u64) -> Joined<T> {
        let message = self.messages.remove(index);
        let doubtful = message.is_doubtful(&mut self.known);
        let complete = message.is_complete();
        let digests = message.digests();
        let Message { key, parts, .. } = message;
        self.parts -= parts.len();
        let octets: usize = parts.iter().map(JoinedPart::octets).sum();
        self.octets -= key.peers.len() + octets;
        let repeated = (doubtful || !complete) && parts.iter().all(|part| part.repeat > 0);
        if !repeated {
            let until = now.saturating_add(self.limits.remember);
            self.known.remember(until, &digests);
        }
        Joined {
            total: key.total,
            key,
            parts,
            repeated,
        }
    }
}

impl<T> Message<T> {
    /// Whether its deadline ever comes.
    fn comes(&self) -> bool {
        self.deadline < u64::MAX
    }

    /// Where the part of that number is, or else belongs.
    fn place(&self, number: u8) -> Result<usize, usize> {
        self.parts.binary_search_by_key(&number, |part| part.number)
    }

    fn holds(&self, part: &Part<'_>) -> bool {
        let place = self.place(part.concat.part);
        place.is_ok_and(|at| self.parts[at].is(part))
    }

    fn is_complete(&self) -> bool {
        self.parts.len() == usize::from(self.key.total)
    }

    /// Whether some of its parts may be of another one: they were handed over before, but since they came not all of them as
    /// one message.
    fn is_doubtful(&self, known: &mut Known) -> bool {
        let (mut earliest, mut latest) = (u64::MAX, 0);
        for part in &self.parts {
            earliest = earliest.min(part.repeat);
            latest = latest.max(part.repeat);
        }
        if self.awaits.is_some() || latest == 0 {
            return false;
        }
        let whole = known.message_of(&self.digests());
        whole == 0 || whole > earliest
    }

    fn digests(&self) -> Vec<u64> {
        let digests = self.parts.iter().map(|part| self.key.digest_of(part));
        digests.collect()
    }
}

/// FNV-1a of fields, each with its length.
#[inline(never)]
pub(crate) fn digest(fields: &[&[u8]]) -> u64 {
    fields.iter().fold(0xCBF2_9CE4_8422_2325, |digest, field| {
        let length = (field.len() as u32).to_be_bytes();
        let octets = length.iter().chain(*field);
        octets.fold(digest, |digest, octet| {
            (digest ^ u64::from(*octet)).wrapping_mul(0x0100_0000_01B3)
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part<'a>(key: &'a [u8], total: u8, number: u8, text: &'a [u8]) -> Part<'a> {
        let concat = ConcatInfo {
            reference: 7,
            wide: false,
            total,
            part: number,
        };
        Part {
            key,
            concat,
            data_coding: 0,
            udh: &[],
            text,
            token_octets: 0,
        }
    }

    fn text<T>(outcome: Outcome<T>) -> String {
        match outcome {
            Outcome::Complete(joined) => joined.decode(Alphabet::Gsm7).text,
            Outcome::Pending => "pending".into(),
            Outcome::Duplicate(_) => "duplicate".into(),
        }
    }

    #[test]
    fn out_of_order_and_interleaved_by_sender() {
        let mut parts = Reassembler::default();
        assert_eq!(
            text(parts.push(0, part(b"alice", 3, 3, b"see"), ())),
            "pending"
        );
        assert_eq!(text(parts.push(0, part(b"bob", 2, 2, b"b"), ())), "pending");
        assert_eq!(
            text(parts.push(0, part(b"alice", 3, 1, b"I"), ())),
            "pending"
        );
        assert_eq!(text(parts.push(0, part(b"bob", 2, 1, b"a"), ())), "ab");
        assert_eq!(
            text(parts.push(0, part(b"alice", 3, 2, b"'ll "), ())),
            "I'll see"
        );
        assert_eq!(
            (parts.parts(), parts.octets, parts.poll_timeout()),
            (0, 0, None)
        );
    }

    #[test]
    fn a_repeat_is_dropped_and_gives_its_token_back() {
        let mut parts = Reassembler::default();
        parts.push(0, part(b"a", 2, 1, b"one"), 10);
        assert_eq!(
            parts.push(0, part(b"a", 2, 1, b"one"), 11),
            Outcome::Duplicate(11)
        );
        let Outcome::Complete(joined) = parts.push(0, part(b"a", 2, 2, b"two"), 12) else {
            panic!("whole now")
        };
        assert_eq!(
            joined
                .parts
                .iter()
                .map(|part| part.token)
                .collect::<Vec<_>>(),
            [10, 12]
        );
    }

    #[test]
    fn parts_are_joined_without_a_reassembler_too() {
        let parts = [
            part(b"a", 3, 3, b"see"),
            part(b"a", 3, 1, b"I"),
            part(b"a", 3, 1, b"again"),
            part(b"a", 4, 2, b"another's"),
        ];
        let joined = Joined::of(parts.map(|part| (part, ()))).unwrap();
        assert_eq!(joined.octets(), b"Isee");
        assert_eq!(joined.decode(Alphabet::Gsm7).text, "Isee");
        assert_eq!(joined.missing().collect::<Vec<_>>(), [2]);
        assert!(!joined.is_complete());
        assert!(joined.contains(&parts[0]) && !joined.contains(&parts[2]));
        let whole = [part(b"a", 2, 2, b"b"), part(b"a", 2, 1, b"a")];
        let whole = Joined::of(whole.map(|part| (part, ()))).unwrap();
        assert!(whole.is_complete());
        assert_eq!(whole.missing().count(), 0);
        assert_eq!(Joined::<()>::of([]), None);
    }

    #[test]
    fn the_coding_of_the_first_part_is_named_and_what_any_of_them_lost() {
        let of = |codings: [u8; 2], texts: [&'static [u8]; 2]| {
            let parts = [0, 1].map(|at| Part {
                data_coding: codings[at],
                ..part(b"a", 2, at as u8 + 1, texts[at])
            });
            let decoded = Joined::of(parts.map(|part| (part, ())))
                .unwrap()
                .decode(Alphabet::Gsm7);
            (decoded.text, decoded.encoding, decoded.lossy)
        };
        let (latin1, ascii) = (EncodingName::Latin1, EncodingName::Ascii);
        assert_eq!(of([3, 8], [b"a", b"\0b"]), ("ab".into(), latin1, false));
        assert_eq!(of([1, 1], [b"a", b"b"]), ("ab".into(), ascii, false));
        assert_eq!(of([1, 1], [b"a", b"\xE9"]), ("aé".into(), ascii, true));
        assert_eq!(of([1, 1], [b"\xE9", b"a"]), ("éa".into(), ascii, true));
    }

    #[test]
    fn the_bounds_are_what_may_be_kept() {
        let limits = |max_parts, max_octets| Limits {
            max_parts,
            max_octets,
            ..Limits::default()
        };
        // A key of one octet and two parts of three.
        for (limits, kept) in [
            (limits(2, 7), true),
            (limits(1, 7), false),
            (limits(2, 6), false),
        ] {
            let mut parts = Reassembler::new(limits);
            for number in [1, 2] {
                parts.push(0, part(b"a", 3, number, b"abc"), ());
            }
            assert_eq!(parts.poll(0).is_none(), kept, "{limits:?}");
        }
    }

    #[test]
    fn what_was_handed_over_is_known_after_memory_was_given_back() {
        let mut parts = Reassembler::default();
        parts.push(0, part(b"a", 2, 1, b"one"), ());
        parts.push(0, part(b"a", 2, 2, b"two"), ());
        parts.shrink(1_000);
        parts.push(2_000, part(b"a", 2, 1, b"one"), ());
        let due = parts.poll_timeout().unwrap();
        assert!(parts.poll(due).unwrap().repeated);
    }

    #[test]
    fn references_of_other_sizes_totals_and_codings_are_other_messages() {
        let mut parts = Reassembler::default();
        let first = part(b"a", 2, 1, b"xx");
        parts.push(0, first, ());
        let second = |change: fn(&mut Part<'_>)| {
            let mut second = part(b"a", 2, 2, b"yy");
            change(&mut second);
            second
        };
        assert_eq!(
            parts.push(0, second(|part| part.concat.wide = true), ()),
            Outcome::Pending
        );
        assert_eq!(
            parts.push(0, second(|part| part.concat.reference = 8), ()),
            Outcome::Pending
        );
        assert_eq!(
            parts.push(0, second(|part| part.concat.total = 3), ()),
            Outcome::Pending
        );
        assert_eq!(
            parts.push(0, second(|part| part.data_coding = 8), ()),
            Outcome::Pending
        );
        assert_eq!(
            parts.push(0, second(|part| part.key = b"b"), ()),
            Outcome::Pending
        );
        assert_eq!(
            text(parts.push(0, second(|part| part.data_coding = 0xF1), ())),
            "xxyy",
            "the same alphabet"
        );
    }

    #[test]
    fn when_its_time_is_over_it_comes_as_it_is() {
        let mut parts = Reassembler::new(Limits {
            timeout: 1000,
            ..Limits::default()
        });
        parts.push(500, part(b"a", 4, 2, b"b"), ());
        parts.push(900, part(b"a", 4, 4, b"d"), ());
        assert_eq!(
            parts.poll_timeout(),
            Some(1500),
            "counted from the first part"
        );
        assert_eq!(parts.poll(1499), None);
        let joined = parts.poll(1500).unwrap();
        assert!(!joined.is_complete() && !joined.repeated);
        assert_eq!(joined.missing().collect::<Vec<_>>(), [1, 3]);
        assert_eq!(joined.decode(Alphabet::Gsm7).text, "bd");
        assert_eq!(parts.poll(1500), None);
        assert_eq!(parts.poll_timeout(), None);
    }

    #[test]
    fn the_oldest_make_room() {
        let mut parts = Reassembler::new(Limits {
            max_parts: 2,
            ..Limits::default()
        });
        parts.push(0, part(b"a", 2, 1, b"1"), ());
        parts.push(1, part(b"b", 2, 1, b"2"), ());
        assert_eq!(parts.poll(1), None);
        parts.push(2, part(b"c", 2, 1, b"3"), ());
        assert_eq!(parts.poll_timeout(), Some(0));
        assert_eq!(parts.poll(2).unwrap().key(), b"a");
        assert_eq!(parts.poll(2), None);

        let mut parts = Reassembler::new(Limits {
            max_octets: 10,
            ..Limits::default()
        });
        parts.push(0, part(b"a", 2, 1, &[0x41; 11]), ());
        assert_eq!(
            parts.poll(0).unwrap().parts[0].text.len(),
            11,
            "too much alone: handed over at once"
        );
        assert_eq!(parts.octets, 0);
    }

    #[test]
    fn a_reused_reference_does_not_mix_two_messages() {
        let mut parts = Reassembler::default();
        parts.push(0, part(b"a", 2, 1, b"old"), ());
        assert_eq!(
            parts.push(5, part(b"a", 2, 1, b"new"), ()),
            Outcome::Pending
        );
        let old = parts.poll(5).unwrap();
        assert_eq!(
            (old.decode(Alphabet::Gsm7).text.as_str(), old.repeated),
            ("old", false)
        );
        assert_eq!(text(parts.push(6, part(b"a", 2, 2, b"er"), ())), "newer");
    }

    #[test]
    fn what_the_smsc_repeats_after_the_whole_is_reported_as_such() {
        let mut parts = Reassembler::new(Limits {
            timeout: 1000,
            remember: 5000,
            ..Limits::default()
        });
        parts.push(0, part(b"a", 2, 1, b"one"), ());
        parts.push(0, part(b"a", 2, 2, b"two"), ());
        // Known at the time when it comes, not when it is given up.
        let repeat = parts.push(4999, part(b"a", 2, 2, b"two"), ());
        assert_eq!(repeat, Outcome::Pending, "it may be of a new message");
        assert!(parts.poll(5999).unwrap().repeated);
        parts.push(5999, part(b"a", 2, 2, b"two"), ());
        assert!(!parts.poll(6999).unwrap().repeated, "long forgotten");
        // That was handed over, so that it is known again.
        parts.push(7000, part(b"a", 2, 2, b"two"), ());
        assert!(parts.poll(8000).unwrap().repeated);
        assert_eq!(
            text(parts.push(8001, part(b"a", 1, 1, b"alone"), ())),
            "alone"
        );
    }

    #[test]
    fn a_refused_message_waits_for_the_part_that_its_sender_repeats() {
        let whole = |parts: &mut Reassembler<()>| {
            parts.push(0, part(b"a", 3, 1, b"one"), ());
            parts.push(0, part(b"a", 3, 3, b"three"), ());
            match parts.push(0, part(b"a", 3, 2, b"two"), ()) {
                Outcome::Complete(joined) => joined,
                other => panic!("{other:?}"),
            }
        };
        for for_good in [false, true] {
            let mut parts = Reassembler::new(Limits {
                timeout: 1000,
                ..Limits::default()
            });
            let joined = whole(&mut parts);
            assert!(joined.contains(&part(b"a", 3, 2, b"two")));
            assert!(!joined.contains(&part(b"a", 3, 2, b"tow")));
            assert!(!joined.contains(&part(b"b", 3, 2, b"two")));
            assert_eq!(joined.weight(), 12);
            parts.put_back(500, joined, 2, for_good);
            assert_eq!((parts.parts(), parts.octets), (2, 9));
            assert_eq!(parts.poll_timeout(), Some(1500), "its time begins anew");
            let again = parts.push(600, part(b"a", 3, 2, b"two"), ());
            assert_eq!(text(again), "onetwothree");
            let joined = whole(&mut parts);
            parts.put_back(500, joined, 2, for_good);
            let given_up = parts.poll(1500).unwrap();
            assert_eq!(given_up.missing().collect::<Vec<_>>(), [2]);
            assert_eq!(given_up.repeated, for_good);
            assert_eq!((parts.parts(), parts.octets), (0, 0));
            // Later still: it was refused for good, or was never taken.
            parts.push(1600, part(b"a", 3, 2, b"two"), ());
            assert_eq!(parts.poll(2600).unwrap().repeated, for_good);
        }
    }

    /// Pushes parts of one key, each as its number and text. Returns the outcome of each.
    fn push_all(parts: &mut Reassembler<()>, total: u8, all: &[(u8, &str)]) -> Vec<String> {
        let push = |&(number, octets): &(u8, &str)| {
            text(parts.push(1, part(b"a", total, number, octets.as_bytes()), ()))
        };
        all.iter().map(push).collect()
    }

    #[test]
    fn a_message_put_back_takes_nothing_but_what_was_refused() {
        let mut parts = Reassembler::default();
        parts.push(0, part(b"a", 2, 1, b"one"), ());
        let Outcome::Complete(joined) = parts.push(0, part(b"a", 2, 2, b"two"), ()) else {
            panic!("whole now")
        };
        parts.push(1, part(b"a", 2, 2, b"new"), ());
        parts.put_back(2, joined, 2, false);
        assert_eq!(parts.poll(2), None, "both are kept");
        let said = push_all(&mut parts, 2, &[(2, "two"), (1, "the "), (2, "two")]);
        assert_eq!(said, ["onetwo", "the new", "pending"]);
    }

    #[test]
    fn a_repeat_of_a_part_that_was_taken_is_of_no_other_message() {
        let pending = "pending";
        let taken = [(1, "A"), (2, "B")];
        for (then, said) in [
            // The same reference, used anew.
            (
                &[(2, "B"), (1, "C"), (2, "D")][..],
                &[pending, pending, "CD"][..],
            ),
            (&[(1, "C"), (2, "B"), (2, "D")], &[pending, pending, "CD"]),
            (
                &[(2, "D"), (2, "B"), (1, "C")],
                &[pending, "duplicate", "CD"],
            ),
            // The whole message again, in any order.
            (&[(2, "B"), (1, "A")], &[pending, "AB"]),
            (&[(2, "B"), (2, "B"), (1, "A")], &[pending, pending, "AB"]),
            // Repeats of two messages are none.
            (
                &[(1, "C"), (2, "D"), (1, "C"), (2, "B")],
                &[pending, "CD", pending, pending],
            ),
        ] {
            let mut parts = Reassembler::default();
            assert_eq!(push_all(&mut parts, 2, &taken), [pending, "AB"]);
            assert_eq!(push_all(&mut parts, 2, then), said, "{then:?}");
            let held = said.iter().rev().take_while(|said| **said == pending);
            assert_eq!(parts.parts(), held.count(), "{then:?}");
            if parts.parts() == 0 {
                assert_eq!(parts.octets, 0, "{then:?}");
            }
            while let Some(given_back) = parts.poll(1) {
                assert!(given_back.repeated);
            }
        }
    }

    #[test]
    fn a_part_that_two_messages_share_is_used_when_no_other_comes() {
        let mut parts = Reassembler::new(Limits {
            timeout: 1000,
            ..Limits::default()
        });
        push_all(&mut parts, 2, &[(1, "A"), (2, "B"), (1, "C"), (2, "B")]);
        assert_eq!(parts.poll(1000), None);
        let joined = parts.poll(1001).unwrap();
        assert!(joined.is_complete() && !joined.repeated);
        assert_eq!(joined.missing().count(), 0);
        assert_eq!(joined.decode(Alphabet::Gsm7).text, "CB");
        assert_eq!((parts.parts(), parts.octets), (0, 0));
        // Both messages are known now: a repeat of either is recognised.
        for again in [[(1, "C"), (2, "B")], [(2, "B"), (1, "A")]] {
            assert_eq!(push_all(&mut parts, 2, &again)[0], "pending");
            assert_eq!((parts.parts(), parts.poll(1)), (0, None));
        }
        push_all(&mut parts, 2, &[(1, "E"), (2, "F"), (1, "E"), (2, "B")]);
        assert!(parts.poll(1001).unwrap().repeated, "of two messages");
    }

    #[test]
    fn a_message_with_what_may_be_a_repeat_waits_ten_seconds() {
        let mut parts = Reassembler::new(Limits {
            timeout: 300_000,
            ..Limits::default()
        });
        push_all(&mut parts, 2, &[(1, "A"), (2, "B")]);
        parts.push(1_000, part(b"older", 2, 1, b"O"), ());
        parts.push(2_000, part(b"a", 2, 1, b"A"), ());
        assert_eq!(parts.poll_timeout(), Some(301_000), "the older one's");
        parts.push(3_000, part(b"a", 2, 2, b"C"), ());
        parts.push(4_000, part(b"younger", 2, 1, b"Y"), ());
        assert_eq!(parts.poll_timeout(), Some(13_000));
        assert_eq!(parts.poll(12_999), None);
        let joined = parts.poll(13_000).unwrap();
        assert_eq!(joined.decode(Alphabet::Gsm7).text, "AC");
        assert_eq!((joined.is_complete(), joined.missing().count()), (true, 0));
        let rest = [301_000, 304_000].map(|at| parts.poll(at).unwrap());
        assert_eq!(
            rest.map(|joined| joined.decode(Alphabet::Gsm7).text),
            ["O", "Y"]
        );
    }

    #[test]
    fn a_part_of_a_refused_message_may_be_of_a_new_one() {
        let mut parts = Reassembler::new(Limits {
            timeout: 1000,
            ..Limits::default()
        });
        parts.push(0, part(b"a", 2, 1, b"A"), ());
        let Outcome::Complete(joined) = parts.push(0, part(b"a", 2, 2, b"B"), ()) else {
            panic!("whole now")
        };
        parts.put_back(1, joined, 2, false);
        let again = [(1, "A"), (2, "B"), (1, "A"), (2, "C")];
        let said = push_all(&mut parts, 2, &again);
        assert_eq!(said, ["pending", "AB", "pending", "pending"]);
        assert!(parts.poll(1).unwrap().repeated);
        let joined = parts.poll(1001).unwrap();
        assert_eq!(joined.decode(Alphabet::Gsm7).text, "AC");
    }

    #[test]
    fn repeats_that_came_before_a_message_was_handed_over_do_not_make_it_come_again() {
        let mut parts = Reassembler::default();
        push_all(&mut parts, 3, &[(1, "A"), (2, "B")]);
        let Outcome::Complete(joined) = parts.push(1, part(b"a", 3, 3, b"C"), ()) else {
            panic!("whole now")
        };
        parts.put_back(1, joined, 3, false);
        let again = [(1, "A"), (2, "X"), (3, "C"), (2, "B"), (3, "C")];
        let said = push_all(&mut parts, 3, &again);
        assert_eq!(said[2], "ABC");
        assert_eq!(said[3], "duplicate", "a new message has that place");
        assert_eq!(parts.parts(), 3, "with a repeat, that message may need it");

        let mut parts = Reassembler::default();
        push_all(&mut parts, 3, &[(1, "A"), (2, "B")]);
        let Outcome::Complete(joined) = parts.push(1, part(b"a", 3, 3, b"C"), ()) else {
            panic!("whole now")
        };
        parts.put_back(1, joined, 3, false);
        let again = [(1, "A"), (3, "C"), (2, "B"), (3, "C")];
        let said = push_all(&mut parts, 3, &again);
        assert_eq!(said, ["pending", "ABC", "pending", "pending"]);
        assert_eq!((parts.parts(), parts.octets), (3, 4));
        assert_eq!(push_all(&mut parts, 3, &[(1, "A")]), ["ABC"]);
        assert_eq!((parts.parts(), parts.octets), (0, 0));
        let given_back = parts.poll(1).unwrap();
        assert!(given_back.repeated && given_back.contains(&part(b"a", 3, 1, b"A")));
        assert_eq!(parts.poll_timeout(), None);
    }

    #[test]
    fn the_whole_message_again_may_be_refused_again() {
        let mut parts = Reassembler::new(Limits {
            timeout: 1000,
            ..Limits::default()
        });
        push_all(&mut parts, 2, &[(1, "A"), (2, "B"), (2, "B")]);
        let Outcome::Complete(joined) = parts.push(1, part(b"a", 2, 1, b"A"), ()) else {
            panic!("whole again")
        };
        parts.put_back(1, joined, 1, false);
        let rest = parts.poll(1001).unwrap();
        assert_eq!(rest.decode(Alphabet::Gsm7).text, "B");
        assert!(!rest.repeated, "the application has not taken it this time");
    }

    #[test]
    fn a_message_of_one_part_is_not_put_back() {
        let mut parts = Reassembler::default();
        let Outcome::Complete(joined) = parts.push(0, part(b"a", 1, 1, b"one"), ()) else {
            panic!("whole now")
        };
        parts.put_back(1, joined, 1, false);
        assert_eq!((parts.parts(), parts.poll_timeout()), (0, None));
    }

    #[test]
    fn limits_are_changed_one_by_one() {
        let limits = Limits::default().with(|limits| limits.max_parts = 7);
        assert_eq!((limits.timeout, limits.max_parts), (600_000, 7));
    }

    #[test]
    fn all_that_is_held_is_given_up_at_the_end() {
        let mut parts = Reassembler::default();
        parts.push(0, part(b"a", 2, 1, b"one"), ());
        parts.push(5, part(b"b", 2, 1, b"two"), ());
        let keys: Vec<_> = std::iter::from_fn(|| parts.give_up(6))
            .map(|joined| joined.key().to_vec())
            .collect();
        assert_eq!(keys, [b"a", b"b"]);
    }

    #[test]
    fn tokens_count_against_the_bound() {
        let mut parts = Reassembler::new(Limits {
            max_octets: 100,
            ..Limits::default()
        });
        let heavy = |key| Part {
            token_octets: 60,
            ..part(key, 2, 1, b"x")
        };
        parts.push(0, heavy(b"a"), ());
        assert_eq!(parts.poll(0), None);
        parts.push(0, heavy(b"b"), ());
        assert_eq!(parts.poll(0).unwrap().weight(), 62);
        assert_eq!((parts.poll(0), parts.octets), (None, 62));
    }

    #[test]
    fn what_was_handed_over_is_known() {
        let mut parts = Reassembler::new(Limits {
            timeout: 10,
            ..Limits::default()
        });
        for (now, key) in [
            (0, b"a"),
            (100, b"b"),
            (200, b"c"),
            (300, b"d"),
            (400, b"e"),
        ] {
            parts.push(now, part(key, 2, 1, b"x"), ());
            assert!(!parts.poll(now + 10).unwrap().repeated);
        }
        for (key, known) in [(b"a", true), (b"c", true), (b"e", true), (b"f", false)] {
            parts.push(1000, part(key, 2, 1, b"x"), ());
            assert_eq!(parts.poll(1010).unwrap().repeated, known, "{key:?}");
        }
        parts.shrink(90_000_000);
        assert!(parts.known.is_empty());
    }

    #[test]
    fn a_surrogate_pair_parted_by_the_sender_is_whole_again() {
        let mut parts = Reassembler::default();
        let ucs2 = |number, text| Part {
            data_coding: 8,
            ..part(b"a", 2, number, text)
        };
        parts.push(0, ucs2(2, &[0xDE, 0x00, 0x00, 0x21]), ());
        assert_eq!(text(parts.push(0, ucs2(1, &[0xD8, 0x3D]), ())), "😀!");
    }

    #[test]
    fn an_escape_parted_by_the_sender_selects_what_follows() {
        let mut parts = Reassembler::default();
        parts.push(0, part(b"a", 2, 2, b"\x65!"), ());
        assert_eq!(text(parts.push(0, part(b"a", 2, 1, b"1\x1B"), ())), "1€!");
    }

    #[test]
    fn each_part_has_its_own_national_tables() {
        let mut parts = Reassembler::default();
        let turkish = Part {
            udh: &[8, 0, 3, 7, 2, 1, 0x25, 1, 1],
            ..part(b"a", 2, 1, &[0x07])
        };
        parts.push(0, turkish, ());
        assert_eq!(
            text(parts.push(
                0,
                Part {
                    udh: &[5, 0, 3, 7, 2, 2],
                    ..part(b"a", 2, 2, &[0x07])
                },
                ()
            )),
            "ıì"
        );
    }
}
