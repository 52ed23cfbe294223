//! What is wrong with a PDU or the stream, and where.

use alloc::borrow::Cow;
use alloc::string::String;
use alloc::string::ToString;
use alloc::vec::Vec;

use super::super::{DecodeErrorKind, Tag};
use super::section;

/// How bad a fault is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Severity {
    /// The PDU is not well-formed.
    Error,
    /// A departure from the specification that does no harm to the reading. Found in strict mode only.
    Note,
}

impl Severity {
    /// `"error"` or `"note"`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Severity::Error => "error",
            Severity::Note => "note",
        }
    }
}

/// What is wrong, and where.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fault<'a> {
    /// How bad it is.
    pub severity: Severity,
    /// What is wrong.
    pub kind: FaultKind,
    /// Where.
    pub offset: usize,
    field: &'a str,
    expected: Said,
    found: Said,
    section: Section,
}

/// Something said of a fault: put in words when they are asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Said {
    Nothing,
    Words(&'static str),
    Number(usize),
    Octets(usize),
    AtLeast(usize),
    AtMost(usize),
    Between(usize, usize),
    /// So many hexadecimal digits.
    Hex(u32, usize),
}

/// Where the specification speaks of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Section {
    /// As of the field that is named.
    Field,
    Tlv(Tag),
    Number(&'static str),
}

macro_rules! fault_kinds {
    ($($(#[$doc:meta])* $kind:ident = $name:literal,)*) => {
        /// What is wrong with a PDU or the stream.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum FaultKind {
            $($(#[$doc])* $kind,)*
        }

        impl FaultKind {
            /// The kind as one word.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(FaultKind::$kind => $name,)*
                }
            }
        }
    };
}

fault_kinds! {
    /// `command_length` is less than a header has; nothing behind can be found.
    LengthTooShort = "length_too_short",
    /// `command_length` is over the limit; nothing behind can be found.
    LengthTooLong = "length_too_long",
    /// No version of the specification defines the command.
    UnknownCommand = "unknown_command",
    /// The PDU ends inside a field.
    Truncated = "truncated",
    /// A string has no NUL before the end of the PDU, or of the TLV.
    MissingNul = "missing_nul",
    /// A `dest_flag` hides what is behind it.
    DestFlag = "dest_flag",
    /// Octets that belong to nothing.
    StrayOctets = "stray_octets",
    /// A TLV runs past the end of the PDU.
    TlvLength = "tlv_length",
    /// The body that a response should have is not there.
    MissingBody = "missing_body",
    /// A failed response has a body.
    UnexpectedBody = "unexpected_body",
    /// The octets of a failed response read as TLVs without the mandatory fields.
    TlvsWithoutFields = "tlvs_without_fields",
    /// A string or list is over its length.
    TooLong = "too_long",
    /// A value is not as long as it should be.
    WrongLength = "wrong_length",
    /// A string has octets that are not ASCII, or a NUL inside.
    NotAscii = "not_ascii",
    /// A time is not written as it should be.
    InvalidTime = "invalid_time",
    /// A value that the specification keeps for later.
    ReservedValue = "reserved_value",
    /// A field that should be 0 or empty here.
    NotAllowed = "not_allowed",
    /// A TLV that does not belong in this PDU, or not in this version.
    TlvNotAllowed = "tlv_not_allowed",
    /// A TLV that may stand only once.
    TlvRepeated = "tlv_repeated",
    /// A TLV that must be there is not.
    TlvMissing = "tlv_missing",
    /// Text both in `short_message` and in `message_payload`.
    TwoTexts = "two_texts",
    /// `esm_class` announces a user data header that is not there.
    MissingHeader = "missing_user_data_header",
    /// Segmentation both by user data header and by TLVs.
    TwoSegmentations = "two_segmentations",
}

/// Adds a fault of a field to those of a PDU, which stay in the order of their offsets.
pub(super) fn add<'f, 'a>(
    faults: &'f mut Vec<Fault<'a>>,
    severity: Severity,
    kind: FaultKind,
    field: &'a str,
    offset: usize,
) -> &'f mut Fault<'a> {
    // Almost always it is the last.
    let mut at = faults.len();
    while at > 0 && faults[at - 1].offset > offset {
        at -= 1;
    }
    let fault = Fault {
        severity,
        kind,
        offset,
        field,
        expected: Said::Nothing,
        found: Said::Nothing,
        section: Section::Field,
    };
    faults.insert(at, fault);
    &mut faults[at]
}

impl<'a> Fault<'a> {
    /// The field or TLV, in the specification's name; its tag if it has none and the fault hides its value.
    #[must_use]
    pub fn field(&self) -> Cow<'a, str> {
        match (self.kind, self.section) {
            (FaultKind::TlvLength, Section::Tlv(tag)) if self.field == "unknown" => {
                format!("0x{:04X}", tag.0).into()
            }
            _ => self.field.into(),
        }
    }

    /// What should be there.
    #[must_use]
    pub fn expected(&self) -> Option<String> {
        self.expected.in_words()
    }

    /// What is there.
    #[must_use]
    pub fn found(&self) -> Option<String> {
        self.found.in_words()
    }

    /// The sections of the specifications that say so.
    #[must_use]
    pub fn section(&self) -> String {
        match self.section {
            Section::Field => section::of_field(self.field),
            Section::Tlv(tag) => section::of_tlv(tag),
            Section::Number(number) => number.into(),
        }
    }

    pub(super) fn say(&mut self, expected: Said, found: Said) -> &mut Fault<'a> {
        self.expected = expected;
        self.found = found;
        self
    }

    pub(super) fn see(&mut self, section: Section) {
        self.section = section;
    }
}

impl Said {
    fn in_words(self) -> Option<String> {
        Some(match self {
            Said::Nothing => return None,
            Said::Words(words) => words.into(),
            Said::Number(number) => number.to_string(),
            Said::Octets(1) => "1 octet".into(),
            Said::Octets(count) => format!("{count} octets"),
            Said::AtLeast(number) => format!("at least {number}"),
            Said::AtMost(number) => format!("at most {number}"),
            Said::Between(min, max) => format!("{min} to {max}"),
            Said::Hex(number, digits) => format!("0x{number:0digits$X}"),
        })
    }
}

impl From<DecodeErrorKind> for FaultKind {
    fn from(kind: DecodeErrorKind) -> FaultKind {
        match kind {
            DecodeErrorKind::Length => FaultKind::LengthTooShort,
            DecodeErrorKind::Truncated => FaultKind::Truncated,
            DecodeErrorKind::MissingNul => FaultKind::MissingNul,
            DecodeErrorKind::DestFlag => FaultKind::DestFlag,
            DecodeErrorKind::TlvHeader => FaultKind::StrayOctets,
            DecodeErrorKind::TlvLength => FaultKind::TlvLength,
        }
    }
}
