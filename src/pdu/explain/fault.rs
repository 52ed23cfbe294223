//! What is wrong with a PDU or the stream, and where.

use super::super::DecodeErrorKind;
use super::section;
use crate::words::{self, Word};

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
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// How bad it is.
    pub severity: Severity,
    /// What is wrong.
    pub kind: FaultKind,
    /// The field or TLV, in the specification's name.
    pub field: Option<String>,
    /// Where.
    pub offset: usize,
    /// What should be there.
    pub expected: Option<String>,
    /// What is there.
    pub found: Option<String>,
    /// The section that says so.
    pub section: Option<String>,
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

/// Adds a fault of a field to those of a PDU, which stay in the order of their offsets. `section` is for the others.
pub(super) fn add<'f>(
    faults: &'f mut Vec<Fault>,
    severity: Severity,
    kind: FaultKind,
    field: &str,
    offset: usize,
) -> &'f mut Fault {
    // Almost always it is the last.
    let mut at = faults.len();
    while at > 0 && faults[at - 1].offset > offset {
        at -= 1;
    }
    let fault = Fault {
        severity,
        kind,
        field: Some(field.into()),
        offset,
        expected: None,
        found: None,
        section: Some(section::of_field(field)),
    };
    faults.insert(at, fault);
    &mut faults[at]
}

impl Fault {
    pub(super) fn expected(&mut self, words: &[Word<'_>]) -> &mut Fault {
        self.expected = Some(sentence(words));
        self
    }

    pub(super) fn found(&mut self, words: &[Word<'_>]) -> &mut Fault {
        self.found = Some(sentence(words));
        self
    }

    pub(super) fn section(&mut self, section: String) -> &mut Fault {
        self.section = Some(section);
        self
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

/// So many octets.
pub(super) fn octets(count: usize) -> [Word<'static>; 2] {
    let unit = if count == 1 { " octet" } else { " octets" };
    [count.into(), unit.into()]
}

/// A number in hex, as the specification writes it.
pub(super) fn hex(value: u32, digits: usize) -> [Word<'static>; 2] {
    ["0x".into(), Word::Hex(value, digits)]
}

/// Words one behind the other.
pub(super) fn sentence(words: &[Word<'_>]) -> String {
    let mut text = String::new();
    // Writing to a string does not fail.
    let _ = words::write(&mut text, words);
    text
}
