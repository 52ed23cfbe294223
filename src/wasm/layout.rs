//! What crosses the boundary, defined once: records of 32-bit words, numbers that stand for names, and lists of names. Rust uses the
//! types; JavaScript gets their places and numbers as TypeScript (dist/bindgen/boundary-source.ts), see [`TYPESCRIPT`].

use super::typescript::TypeScript;
use super::{config, names, stats};
use crate::pdu::Handling;
use crate::receipt::{MessageIdFormat, Status};
use crate::session::Sequence;
use crate::text::{Alphabet, Concat, EncodingName, Ia5, Language};
use wasm_bindgen::prelude::*;

/// What each of these is called.
macro_rules! names_of {
    ($all:expr) => {{
        const NAMES: [&str; $all.len()] = {
            let mut names = [""; $all.len()];
            let mut at = 0;
            while at < names.len() {
                names[at] = $all[at].as_str();
                at += 1;
            }
            names
        };
        &NAMES
    }};
}
pub(super) use names_of;

/// A value of a record that goes to JavaScript.
pub(super) trait Value {
    /// How many words it takes.
    const WORDS: usize;

    /// Puts it to the front of these words.
    fn put(self, words: &mut [u32]);
}

/// A record that goes to JavaScript.
pub(super) trait Record: Value {
    /// So many words as it takes.
    type Words: AsRef<[u32]>;

    fn words(self) -> Self::Words;
}

pub(super) const NOTHING: u32 = Absent::Nothing as u32;

impl Place {
    /// That of what is not there.
    pub(super) const NOWHERE: Self = Self {
        at: NOTHING,
        length: 0,
    };
}

/// Where a string lies that lasts as long as the module: JavaScript makes it once.
pub(super) fn lasting(text: &str) -> Place {
    Place {
        at: text.as_ptr() as usize as u32,
        length: text.len() as u32 | StringKind::Lasting as u32,
    }
}

impl Value for u32 {
    const WORDS: usize = 1;

    #[inline(always)]
    fn put(self, words: &mut [u32]) {
        words[0] = self;
    }
}

impl Value for bool {
    const WORDS: usize = 1;

    #[inline(always)]
    fn put(self, words: &mut [u32]) {
        words[0] = self.into();
    }
}

/// A date in milliseconds; not a number for none.
impl Value for f64 {
    const WORDS: usize = 2;

    #[inline(always)]
    fn put(self, words: &mut [u32]) {
        let bits = self.to_bits();
        words[0] = bits as u32;
        words[1] = (bits >> 32) as u32;
    }
}

/// Numbers that stand for names.
macro_rules! numbers {
    ($($(#[doc = $type_doc:literal])* $name:ident { $($(#[doc = $doc:literal])* $variant:ident = $value:literal,)+ })+) => {
        $(
            $(#[doc = $type_doc])*
            #[derive(Clone, Copy)]
            #[repr(u32)]
            pub(super) enum $name { $($(#[doc = $doc])* $variant = $value,)+ }

            impl $name {
                const fn typescript(out: &mut TypeScript) {
                    out.open(stringify!($name));
                    $($(out.doc($doc);)* out.member(stringify!($variant), $value);)+
                    out.close();
                }
            }

            impl Value for $name {
                const WORDS: usize = 1;

                #[inline(always)]
                fn put(self, words: &mut [u32]) {
                    words[0] = self as u32;
                }
            }
        )+

        const fn numbers(out: &mut TypeScript) {
            $($name::typescript(out);)+
        }
    };
}

/// Records that go to JavaScript.
macro_rules! records {
    ($($(#[doc = $type_doc:literal])* $name:ident { $($(#[doc = $doc:literal])* $field:ident: $type:ty,)+ })+) => {
        $(
            $(#[doc = $type_doc])*
            #[derive(Clone, Copy)]
            pub(super) struct $name { $($(#[doc = $doc])* pub(super) $field: $type,)+ }

            impl $name {
                const fn typescript(out: &mut TypeScript) {
                    out.open(concat!(stringify!($name), "Words"));
                    let mut at = 0;
                    $($(out.doc($doc);)* out.member(stringify!($field), at); at += <$type as Value>::WORDS;)+
                    out.member("WORDS", at);
                    out.close();
                }
            }

            impl Value for $name {
                const WORDS: usize = 0 $(+ <$type as Value>::WORDS)+;

                #[inline(always)]
                fn put(self, words: &mut [u32]) {
                    let mut at = 0;
                    $(self.$field.put(&mut words[at..]); at += <$type as Value>::WORDS;)+
                    debug_assert_eq!(at, Self::WORDS);
                }
            }
        )+

        $(
            impl Record for $name {
                type Words = [u32; <Self as Value>::WORDS];

                #[inline(always)]
                fn words(self) -> Self::Words {
                    let mut words = [0; <Self as Value>::WORDS];
                    self.put(&mut words);
                    words
                }
            }
        )+

        const fn records(out: &mut TypeScript) {
            $($name::typescript(out);)+
        }
    };
}

/// Reads so many words.
fn fill(words: &mut [u32], octets: &[[u8; 4]]) {
    for (word, octets) in words.iter_mut().zip(octets) {
        *word = u32::from_le_bytes(*octets);
    }
}

/// A record that comes from JavaScript: words alone, the last of which may be left out.
macro_rules! input {
    ($(#[doc = $type_doc:literal])* $name:ident { $($(#[doc = $doc:literal])* $field:ident,)+ } usually { $($(#[doc = $more_doc:literal])* $more:ident,)+ }) => {
        $(#[doc = $type_doc])*
        pub(super) struct $name { $($(#[doc = $doc])* pub(super) $field: u32,)+ $($(#[doc = $more_doc])* pub(super) $more: u32,)+ }

        impl $name {
            /// How many words it has.
            const WORDS: usize = [$(stringify!($field),)+ $(stringify!($more),)+].len();
            pub(super) const OCTETS: usize = 4 * Self::WORDS;

            /// Reads all words, or those alone that each record has.
            pub(super) fn read(octets: &[u8; Self::OCTETS], all: impl FnOnce(&Self) -> bool) -> Self {
                const USUAL: usize = [$(stringify!($field)),+].len();
                let octets = octets.as_chunks::<4>().0;
                let mut words = [0; $name::WORDS];
                fill(&mut words[..USUAL], octets);
                if all(&Self::of(words)) {
                    fill(&mut words[USUAL..], &octets[USUAL..]);
                }
                Self::of(words)
            }

            #[inline(always)]
            fn of([$($field,)+ $($more,)+]: [u32; Self::WORDS]) -> Self {
                Self { $($field,)+ $($more,)+ }
            }

            const fn typescript(out: &mut TypeScript) {
                out.open(concat!(stringify!($name), "Words"));
                let mut at = 0;
                $($(out.doc($doc);)* out.member(stringify!($field), at); at += 1;)+
                $($(out.doc($more_doc);)* out.member(stringify!($more), at); at += 1;)+
                out.member("WORDS", at);
                out.close();
            }
        }
    };
}

numbers! {
    /// What a session is to do that needs nothing but the time.
    Act {
        /// ESME: ask for a connection.
        Connect = 0,
        /// A connection came in.
        Accept = 1,
        /// ESME: the connection is up.
        Bind = 2,
        /// End in order.
        Unbind = 3,
        /// End at once.
        Abort = 4,
        /// The connection is gone, or could not be made.
        Closed = 5,
        /// The deadline has come.
        Timeout = 6,
        /// Give up what is queued, for the session that does `TakeQueue` next.
        GiveQueue = 7,
        TakeQueue = 8,
        /// Ask the peer whether it is alive.
        Enquire = 9,
    }

    /// The kinds of events: the first word of each record.
    Kind {
        Bound = 1,
        Settled = 2,
        OtherPdu = 3,
        Report = 4,
        Message = 5,
        BindRequest = 6,
        Log = 7,
        Connect = 8,
        Disconnect = 9,
        NoTransceiver = 10,
        Segment = 11,
        Withdrawn = 12,
        Late = 13,
    }

    /// How a request ended.
    Outcome {
        /// A response came, with its status.
        Response = 0,
        /// Sent, but no response in time: unknown.
        Timeout = 1,
        /// Sent, but the connection ended first: unknown.
        Lost = 2,
        /// The session ended before it was sent.
        Closed = 3,
        /// Given up before it was sent.
        Cancelled = 4,
        /// Given up after it was sent: unknown.
        CancelledOnWire = 5,
        /// Its time was over: not sent (status 0), or the peer was too busy, as the status says.
        Expired = 6,
        /// A response to another command came, with its status.
        Mismatch = 7,
        /// Not sent: this bind, or the peer's version, does not carry it.
        Unsupported = 8,
    }

    /// In place of a number, or of where a string or octets are.
    Absent {
        Nothing = 0xFFFF_FFFF,
    }

    /// Bits in the length of a string.
    StringKind {
        /// It is one of those in UTF-8.
        Wide = 0x4000_0000,
        /// It lies at its own address, for as long as the module does.
        Lasting = 0x8000_0000,
    }

    /// Doubles that say where everything is: of each an address, then a length.
    Block {
        Words = 0,
        Ascii = 2,
        Wide = 4,
        Octets = 6,
        Out = 8,
        Deadline = 10,
        State = 11,
    }

    /// What an SMS record has.
    SmsFlag {
        Flash = 1,
        Replace = 2,
        Transliterate = 4,
        Reference = 8,
        /// Octets, not text.
        Binary = 16,
        /// The text is in Latin-1, not in UTF-16.
        Narrow = 32,
        /// Something of what most don't have. Without it the last words are those of another SMS.
        More = 64,
    }

    /// The first octet of a value of a PDU given by names.
    ValueKind {
        Number = 0,
        Text = 1,
        Octets = 2,
        Fields = 3,
        List = 4,
    }

    /// The first octet of an explained field: which value it has, and what follows besides.
    FieldKind {
        /// With the octet, and the number of its set of values, in the same word.
        Octet = 0,
        Number = 1,
        Text = 2,
        Octets = 3,
        Fields = 4,
        /// Octets behind an identifier and a length.
        Element = 5,
        WithMeaning = 8,
        WithChildren = 16,
    }
}

records! {
    /// Where a string or octets are, and how long they are.
    Place {
        at: u32,
        length: u32,
    }

    /// A request that takes an answer; zeros for none.
    Answerable {
        connection: u32,
        number: u32,
    }

    /// The session is bound.
    Bound {
        kind: Kind,
        system_id: Place,
        version: u32,
    }

    /// A segment of an SMS, or a request, ended; or a late response shows how it ended.
    Settled {
        kind: Kind,
        ticket: u32,
        index: u32,
        outcome: Outcome,
        status: u32,
        message_id: Place,
        /// What is compared with a report's, where that is not the identifier itself.
        key: Place,
        frame: Place,
        info: Place,
    }

    /// Any other PDU that came in.
    OtherPdu {
        kind: Kind,
        request: Answerable,
        frame: Place,
        error: Place,
    }

    /// A delivery report came in; [`Report`] follows.
    ReportEvent {
        kind: Kind,
        request: Answerable,
    }

    Address {
        ton: u32,
        npi: u32,
        addr: Place,
    }

    /// A delivery report. So many pairs of [`Extra`] follow.
    Report {
        /// The key of its identifier, if that is not the identifier itself.
        key: Place,
        /// An index into `STATUSES`.
        status: u32,
        is_final: bool,
        message_id: Place,
        raw_message_id: Place,
        stat: Place,
        error_code: Place,
        submitted: u32,
        delivered: u32,
        text: Place,
        from: Address,
        to: Address,
        network_type: u32,
        network_code: u32,
        raw: Place,
        pdu: Place,
        submitted_at: f64,
        done_at: f64,
        extra: u32,
    }

    Extra {
        name: Place,
        value: Place,
    }

    /// A message came in. A list of the numbers that are missing follows, then one of where its PDUs are.
    Message {
        kind: Kind,
        request: Answerable,
        command: Place,
        sequence: u32,
        from: Address,
        to: Address,
        service_type: Place,
        esm_class: u32,
        protocol_id: u32,
        priority: u32,
        registered_delivery: u32,
        data_coding: u32,
        encoding: Place,
        text: Place,
        binary: Place,
        udh: Place,
        reference: u32,
        /// 0 if it is whole.
        total: u32,
        part: u32,
        segments: u32,
        complete: bool,
    }

    /// A segment that the application keeps.
    Segment {
        kind: Kind,
        request: Answerable,
        key: Place,
        digest: Place,
        reference: u32,
        total: u32,
        part: u32,
        pdu: Place,
    }

    /// This request takes no answer any more.
    Withdrawn {
        kind: Kind,
        request: Answerable,
    }

    /// A peer asks to be let in.
    BindRequest {
        kind: Kind,
        request: Answerable,
        /// An index into `BIND_TYPES`.
        bind: u32,
        version: u32,
        addr_ton: u32,
        addr_npi: u32,
        system_id: Place,
        password: Place,
        system_type: Place,
        address_range: Place,
    }

    Log {
        kind: Kind,
        line: Place,
    }

    /// A connection is to be made.
    Connect {
        kind: Kind,
        endpoint: u32,
    }

    /// The SMSC has no bind_transceiver.
    NoTransceiver {
        kind: Kind,
    }

    /// The connection ended.
    Disconnect {
        kind: Kind,
        why: CloseKind,
        status: u32,
        retry_in: u32,
        message: Place,
        info: Place,
    }

    /// A PDU, explained. Lists follow of its fields, of its TLVs (tag, then field) and of its faults; then whether it has a text, and
    /// [`Text`]; a list of the elements of its user data header; and whether it has a receipt, and [`Report`].
    Pdu {
        offset: u32,
        command_length: u32,
        command_id: u32,
        status: u32,
        sequence: u32,
        valid: bool,
        command: Place,
        status_name: Place,
    }

    /// The beginning of a field. Unless it is an octet, its length follows, then its value, meaning and children.
    Field {
        kind: u32,
        name: Place,
        offset: u32,
    }

    Fault {
        severity: Place,
        kind: Place,
        offset: u32,
        field: Place,
        expected: Place,
        found: Place,
        section: Place,
    }

    Text {
        value: Place,
        encoding: Place,
        /// An index into `BYTE_ORDERS`.
        order: ByteOrder,
    }

    /// Segments counted. A list of [`Part`] follows, then one of [`Unencodable`].
    Count {
        encoding: Place,
        data_coding: u32,
        segments: u32,
        units: u32,
        remaining: u32,
    }

    Part {
        octets: Place,
        udh: Place,
    }

    Unencodable {
        index: u32,
        char: Place,
    }
}

impl From<Sequence> for Answerable {
    fn from(sequence: Sequence) -> Self {
        Self {
            connection: sequence.connection(),
            number: sequence.number(),
        }
    }
}

impl From<Option<Sequence>> for Answerable {
    fn from(sequence: Option<Sequence>) -> Self {
        let none = Self {
            connection: 0,
            number: 0,
        };
        sequence.map_or(none, Self::from)
    }
}

impl Act {
    const ALL: [Self; 10] = [
        Self::Connect,
        Self::Accept,
        Self::Bind,
        Self::Unbind,
        Self::Abort,
        Self::Closed,
        Self::Timeout,
        Self::GiveQueue,
        Self::TakeQueue,
        Self::Enquire,
    ];

    pub(super) fn of(number: usize) -> Option<Self> {
        Self::ALL.get(number).copied()
    }
}

impl ValueKind {
    const ALL: [Self; 5] = [
        Self::Number,
        Self::Text,
        Self::Octets,
        Self::Fields,
        Self::List,
    ];

    pub(super) fn of(octet: u8) -> Option<Self> {
        Self::ALL.get(usize::from(octet)).copied()
    }
}

input! {
    /// An SMS. Its content follows: the text or the octets, the addresses, then what most SMS don't have: service_type,
    /// schedule_delivery_time, validity_period, user data header, TLVs.
    Sms {
        ticket,
        from_ton,
        from_npi,
        to_ton,
        to_npi,
        encoding,
        registered_delivery,
        flags,
        from_length,
        to_length,
        /// Units of the text, or octets.
        content_length,
    } usually {
        /// Its index in `LANGUAGES`, from 1.
        language,
        /// Its index in `CONCATS`, from 1.
        concat,
        max_segments,
        priority,
        protocol_id,
        sm_default_msg_id,
        reference,
        /// Seconds.
        validity,
        /// A character's number.
        substitute,
        service_type_length,
        schedule_length,
        validity_length,
        udh_length,
        tlvs_length,
        /// One more than it.
        data_coding,
        esm_class,
        /// Milliseconds.
        expires_in,
    }
}

/// An enumeration whose values have names, in the order of their numbers.
macro_rules! named {
    ($($(#[doc = $type_doc:literal])* $name:ident { $($(#[doc = $doc:literal])* $variant:ident = $text:literal,)+ })+) => {
        $(
            $(#[doc = $type_doc])*
            #[derive(Clone, Copy, PartialEq, Eq)]
            #[repr(u32)]
            pub(super) enum $name { $($(#[doc = $doc])* $variant,)+ }

            impl $name {
                pub(super) const NAMES: &'static [&'static str] = &[$($text,)+];
            }

            impl Value for $name {
                const WORDS: usize = 1;

                #[inline(always)]
                fn put(self, words: &mut [u32]) {
                    words[0] = self as u32;
                }
            }
        )+
    };
}

named! {
    /// Why a connection ended.
    CloseKind {
        Connect = "connect",
        Lost = "lost",
        Refused = "refused",
        Timeout = "timeout",
        Unbound = "unbound",
        Protocol = "protocol",
        Closed = "closed",
    }

    /// Where the session stands.
    LinkState {
        Closed = "closed",
        Waiting = "waiting",
        Connecting = "connecting",
        Open = "open",
        Binding = "binding",
        Bound = "bound",
        Unbinding = "unbinding",
        Unbound = "unbound",
    }

    /// What the caller did wrong.
    ErrorCode {
        InvalidField = "invalid-field",
        Unencodable = "unencodable",
        TooManySegments = "too-many-segments",
        QueueFull = "queue-full",
        Closed = "closed",
        BindType = "bind-type",
    }

    /// How much of a PDU a log line says.
    LogLevel {
        None = "none",
        /// Command, number, status, length.
        Pdus = "pdus",
        /// Addresses and text too.
        Texts = "texts",
    }

    /// The order of the octets of a text in UCS-2, where that says anything.
    ByteOrder {
        Unsaid = "",
        BigEndian = "big-endian",
        LittleEndian = "little-endian",
    }
}

const fn typescript() -> TypeScript {
    let mut out = TypeScript::new();
    // Between these lines scripts/build.mjs finds it.
    out.put("// boundary\n");
    numbers(&mut out);
    records(&mut out);
    Sms::typescript(&mut out);
    out.names("CLOSE_KINDS", "CloseKind", CloseKind::NAMES);
    let doc = "The state of a connection.";
    out.documented("LINK_STATES", "LinkState", doc, LinkState::NAMES);
    out.names("LOG_LEVELS", "LogLevel", LogLevel::NAMES);
    out.names("BYTE_ORDERS", "ByteOrder", ByteOrder::NAMES);
    out.names("ERROR_CODES", "ErrorCode", ErrorCode::NAMES);
    let doc = "What a session is for.";
    out.documented("BIND_TYPES", "BindType", doc, config::BIND_TYPES);
    let doc = "A version of SMPP.";
    out.documented("VERSIONS", "Version", doc, config::VERSIONS);
    let doc = "What became of a message: message_state as a word.";
    out.documented("STATUSES", "ReportStatus", doc, names_of!(Status::ALL));
    let doc = "What data_coding 0 means at an SMSC.";
    out.documented("ALPHABETS", "Alphabet", doc, names_of!(Alphabet::ALL));
    let doc = "How a long message is split.";
    out.documented("CONCATS", "Concat", doc, names_of!(Concat::ALL));
    let doc = "What data_coding 1 means.";
    out.documented("IA5_READINGS", "Ia5", doc, names_of!(Ia5::ALL));
    let formats = names_of!(MessageIdFormat::ALL);
    let doc = "Which ids of the SMSC are hexadecimal.";
    out.documented("MESSAGE_ID_FORMATS", "MessageIdFormat", doc, formats);
    out.names("HANDLINGS", "StatusHandling", names_of!(Handling::ALL));
    out.list("ENCODINGS", names_of!(EncodingName::ALL));
    out.list("ENCODING_OPTIONS", names::OPTIONS);
    out.list("LANGUAGES", names_of!(Language::ALL));
    out.list("FIGURES", stats::FIGURES);
    config::typescript(&mut out);
    out.put("// end of boundary\n");
    out
}

const TYPESCRIPT: TypeScript = typescript();

/// All of it, as wasm-bindgen puts it into its declarations.
#[wasm_bindgen(typescript_custom_section)]
const DECLARATIONS: &str = TYPESCRIPT.as_str();
const _: &str = TYPESCRIPT.as_str();
