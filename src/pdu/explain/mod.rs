//! PDUs explained: from octets to a tree of named fields with offsets, values and meanings, faults located.
//!
//! Where [`Pdu::decode`](super::Pdu::decode) is made for speed and stops at a fault, this shows what stands before
//! and behind it, and one bad PDU never hides the next.

mod fields;
mod meaning;
mod section;
mod strict;
mod time;
mod tlvs;

use std::borrow::Cow;
use std::collections::BinaryHeap;

use super::{CommandId, CommandStatus, DecodeErrorKind, HEADER_LEN, Header, Tag, VendorTlvs};
use crate::words::{self, Word};

/// What to explain, and how closely to look.
#[derive(Clone, Copy, Debug)]
pub struct Options<'a> {
    /// Also name every departure from the specification that a tolerant reader lets pass.
    pub strict: bool,
    /// Refuse PDUs of more octets.
    pub max_pdu: usize,
    /// Names for TLVs that the specification does not know.
    pub vendor: Option<&'a VendorTlvs>,
}

impl Default for Options<'_> {
    /// Not strict, PDUs of at most 65,536 octets, no vendor TLVs.
    fn default() -> Self {
        Options {
            strict: false,
            max_pdu: 65_536,
            vendor: None,
        }
    }
}

/// The PDUs found in a piece of stream.
#[derive(Clone, Debug, PartialEq)]
pub struct Explained<'a> {
    /// In the order of the input.
    pub pdus: Vec<DecodedPdu<'a>>,
    /// Octets behind the last PDU: the beginning of another, or what `error` refuses.
    pub rest: usize,
    /// Why nothing can be found behind the last PDU.
    pub error: Option<Fault>,
}

/// One PDU, explained. All offsets count from the start of the input.
#[derive(Clone, Debug, PartialEq)]
pub struct DecodedPdu<'a> {
    /// Where the PDU begins.
    pub offset: usize,
    /// Its header.
    pub header: Header,
    /// False if a fault is an error: the octets are not what the PDU should be made of.
    pub valid: bool,
    /// The mandatory fields, up to a fault that hides the rest.
    pub fields: Vec<Field<'a>>,
    /// The optional parameters.
    pub tlvs: Vec<TlvField<'a>>,
    /// What is wrong, in the order of the offsets.
    pub faults: Vec<Fault>,
    /// The octets of the PDU, header included.
    pub bytes: &'a [u8],
}

/// A field, or a part of one.
#[derive(Clone, Debug, PartialEq)]
pub struct Field<'a> {
    /// The specification's name.
    pub name: &'a str,
    /// Where it begins.
    pub offset: usize,
    /// Its octets, the final NUL of a string included. Bit fields have the octet they are in.
    pub bytes: &'a [u8],
    /// What it says.
    pub value: Value<'a>,
    /// What that means, in words.
    pub meaning: Option<Cow<'a, str>>,
    /// The bit fields or parts it is made of.
    pub children: Vec<Field<'a>>,
}

/// A TLV. Its field covers the value; tag and length are the four octets before.
#[derive(Clone, Debug, PartialEq)]
pub struct TlvField<'a> {
    /// Which parameter.
    pub tag: Tag,
    /// The value.
    pub field: Field<'a>,
}

/// What a field says.
#[derive(Clone, Debug, PartialEq)]
pub enum Value<'a> {
    /// Text without its NUL, in octets of ISO-8859-1.
    Text(&'a [u8]),
    /// An integer; bit fields are left in their place in the octet.
    Number(u32),
    /// Octets that are no text.
    Octets(&'a [u8]),
    /// A list.
    Fields(Vec<Field<'a>>),
}

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
    pub expected: Option<Cow<'static, str>>,
    /// What is there.
    pub found: Option<Cow<'static, str>>,
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

/// Takes `input` apart, PDU by PDU.
#[must_use]
pub fn explain<'a>(input: &'a [u8], options: &Options<'a>) -> Explained<'a> {
    let mut explained = Explained {
        pdus: Vec::new(),
        rest: 0,
        error: None,
    };
    let mut session = strict::Session::default();
    let mut offset = 0;
    loop {
        let left = &input[offset..];
        explained.rest = left.len();
        let Some(length) = left.first_chunk().map(|octets| u32::from_be_bytes(*octets)) else {
            break;
        };
        if let Some(error) = refused_length(length, offset, options.max_pdu) {
            explained.error = Some(error);
            break;
        }
        let Some((bytes, _)) = left.split_at_checked(length as usize) else {
            break;
        };
        explained
            .pdus
            .push(explain_pdu(bytes, offset, options, &mut session));
        offset += bytes.len();
    }
    explained
}

fn refused_length(length: u32, offset: usize, max_pdu: usize) -> Option<Fault> {
    let (kind, expected) = if (length as usize) < HEADER_LEN {
        (FaultKind::LengthTooShort, "at least 16".into())
    } else if length as usize > max_pdu.max(HEADER_LEN) {
        (FaultKind::LengthTooLong, at_most(max_pdu))
    } else {
        return None;
    };
    let mut fault = Fault::error(kind, "command_length", offset)
        .expected(expected)
        .found(number(length as usize));
    fault.section = Some(section::of_field("command_length"));
    Some(fault)
}

fn explain_pdu<'a>(
    bytes: &'a [u8],
    offset: usize,
    options: &Options<'a>,
    session: &mut strict::Session,
) -> DecodedPdu<'a> {
    let mut octets = [0; HEADER_LEN];
    octets.copy_from_slice(&bytes[..HEADER_LEN]);
    let mut pdu = DecodedPdu {
        offset,
        header: Header::decode(&octets),
        valid: true,
        fields: Vec::new(),
        tlvs: Vec::new(),
        faults: Vec::new(),
        bytes,
    };
    let behind = fields::explain(&mut pdu);
    if let Some(at) = behind {
        tlvs::explain(&mut pdu, at, options.vendor);
    }
    pdu.valid = pdu.faults.is_empty();
    if options.strict {
        strict::check(&mut pdu, session);
        pdu.faults = by_offset(std::mem::take(&mut pdu.faults));
    }
    pdu
}

/// In the order of their offsets, and as they came where those are equal. A heap is less code than the library's sort.
fn by_offset(faults: Vec<Fault>) -> Vec<Fault> {
    let offsets = faults.iter().map(|fault| fault.offset);
    let places: BinaryHeap<(usize, usize)> = offsets.zip(0..).collect();
    let mut faults: Vec<_> = faults.into_iter().map(Some).collect();
    let places = places.into_sorted_vec().into_iter();
    places.filter_map(|(_, at)| faults[at].take()).collect()
}

impl DecodedPdu<'_> {
    /// The specification's name of the command; `"unknown"` if it has none.
    #[must_use]
    pub fn command(&self) -> &'static str {
        self.header.command_id.name()
    }

    fn command_id(&self) -> CommandId {
        self.header.command_id
    }

    /// A response that says that its request failed.
    fn is_failure(&self) -> bool {
        self.command_id().is_response() && !self.header.command_status.is_ok()
    }
}

impl<'a> Field<'a> {
    fn new(name: &'a str, offset: usize, bytes: &'a [u8], value: Value<'a>) -> Field<'a> {
        Field {
            name,
            offset,
            bytes,
            value,
            meaning: None,
            children: Vec::new(),
        }
    }

    /// The field's octets.
    #[must_use]
    pub fn length(&self) -> usize {
        self.bytes.len()
    }
}

/// Called at half a hundred places, none of them in a hurry: so they are not inlined.
impl Fault {
    #[inline(never)]
    fn new(severity: Severity, kind: FaultKind, field: &str, offset: usize) -> Fault {
        Fault {
            severity,
            kind,
            field: Some(field.into()),
            offset,
            expected: None,
            found: None,
            section: None,
        }
    }

    fn error(kind: FaultKind, field: &str, offset: usize) -> Fault {
        Fault::new(Severity::Error, kind, field, offset)
    }

    fn note(kind: FaultKind, field: &str, offset: usize) -> Fault {
        Fault::new(Severity::Note, kind, field, offset)
    }

    #[inline(never)]
    fn expected(mut self, expected: impl Into<Cow<'static, str>>) -> Fault {
        self.expected = Some(expected.into());
        self
    }

    #[inline(never)]
    fn found(mut self, found: impl Into<Cow<'static, str>>) -> Fault {
        self.found = Some(found.into());
        self
    }

    #[inline(never)]
    fn add_to(self, faults: &mut Vec<Fault>) {
        faults.push(self);
    }

    #[inline(never)]
    fn section(mut self, section: String) -> Fault {
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

fn number(value: usize) -> Cow<'static, str> {
    value.to_string().into()
}

fn octets(count: usize) -> Cow<'static, str> {
    let unit = if count == 1 { " octet" } else { " octets" };
    sentence(&[count.into(), unit.into()])
}

fn at_most(count: usize) -> Cow<'static, str> {
    sentence(&["at most ".into(), count.into()])
}

/// A number in hex, as the specification writes it.
fn hex(value: u32, digits: usize) -> Cow<'static, str> {
    sentence(&["0x".into(), Word::Hex(value, digits)])
}

fn sentence(words: &[Word<'_>]) -> Cow<'static, str> {
    let mut text = String::new();
    // Writing to a string does not fail.
    let _ = words::write(&mut text, words);
    text.into()
}

/// The status and its name.
fn status_text(status: CommandStatus) -> Cow<'static, str> {
    sentence(&[status.name().into(), ": ".into(), status.meaning().into()])
}
