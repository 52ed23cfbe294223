//! PDUs explained: named fields with offsets, values and meanings, faults located.
//!
//! Where [`Pdu::decode`](super::Pdu::decode) is made for speed and stops at a fault, this shows what stands before
//! and behind it, and one bad PDU never hides the next.

mod fault;
mod field;
mod mandatory;
mod meaning;
mod optional;
mod section;
mod strict;
mod time;

use super::{CommandId, HEADER_LEN, Header, Tag, VendorTlvs};
use alloc::vec::Vec;
use core::fmt;
use fault::Said;

pub use fault::{Fault, FaultKind, Severity};
pub use field::{Field, Value};

/// What to explain, and how closely to look.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
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

impl Options<'_> {
    /// The same options, changed.
    ///
    /// ```
    /// use smpp_edge::pdu::explain::Options;
    ///
    /// let options = Options::default().with(|options| options.strict = true);
    /// ```
    #[must_use]
    pub fn with(mut self, change: impl FnOnce(&mut Self)) -> Self {
        change(&mut self);
        self
    }
}

/// The PDUs found in a piece of stream.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Explained<'a> {
    /// In the order of the input.
    pub pdus: Vec<DecodedPdu<'a>>,
    /// Octets behind the last PDU: the beginning of another, or what `error` refuses.
    pub rest: usize,
    /// Why nothing can be found behind the last PDU.
    pub error: Option<Fault<'a>>,
}

/// One PDU, explained. All offsets count from the start of the input.
#[derive(Clone, PartialEq)]
#[non_exhaustive]
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
    pub faults: Vec<Fault<'a>>,
    /// The octets of the PDU, header included.
    pub bytes: &'a [u8],
}

impl fmt::Debug for DecodedPdu<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DecodedPdu")
            .field("offset", &self.offset)
            .field("header", &self.header)
            .field("valid", &self.valid)
            .field("fields", &self.fields)
            .field("tlvs", &self.tlvs)
            .field("faults", &self.faults)
            .finish_non_exhaustive()
    }
}

/// A TLV. Its field covers the value; tag and length are the four octets before.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct TlvField<'a> {
    /// Which parameter.
    pub tag: Tag,
    /// The value.
    pub field: Field<'a>,
}

/// Takes `input` apart, PDU by PDU.
///
/// ```
/// use smpp_edge::pdu::explain::{Options, explain};
///
/// // A submit_sm_resp whose message_id has no end.
/// let octets = [&[0, 0, 0, 18, 0x80, 0, 0, 4, 0, 0, 0, 0, 0, 0, 0, 7], &b"m1"[..]].concat();
/// let explained = explain(&octets, &Options::default());
/// let pdu = &explained.pdus[0];
/// assert!(!pdu.valid);
/// assert_eq!((pdu.faults[0].field().as_ref(), pdu.faults[0].offset), ("message_id", 16));
/// ```
#[must_use]
pub fn explain<'a>(input: &'a [u8], options: &Options<'a>) -> Explained<'a> {
    let mut explainer = Explainer::new(input, options);
    Explained {
        pdus: explainer.by_ref().collect(),
        rest: explainer.rest.len(),
        error: explainer.error,
    }
}

/// Explains one PDU of a piece of stream after the other.
#[derive(Clone)]
pub struct Explainer<'a> {
    /// What is not explained yet. After the last PDU: the beginning of another, or what `error` refuses.
    pub rest: &'a [u8],
    /// Why nothing can be found behind the last PDU.
    pub error: Option<Fault<'a>>,
    offset: usize,
    options: Options<'a>,
    session: strict::Session,
}

/// Shows how much is left, but none of it: it may be a bind with its password.
impl fmt::Debug for Explainer<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Explainer")
            .field("rest", &self.rest.len())
            .field("error", &self.error)
            .field("offset", &self.offset)
            .finish_non_exhaustive()
    }
}

impl<'a> Explainer<'a> {
    /// Offsets count from the start of `input`.
    #[must_use]
    pub fn new(input: &'a [u8], options: &Options<'a>) -> Explainer<'a> {
        Explainer {
            rest: input,
            error: None,
            offset: 0,
            options: *options,
            session: strict::Session::default(),
        }
    }
}

impl<'a> Iterator for Explainer<'a> {
    type Item = DecodedPdu<'a>;

    fn next(&mut self) -> Option<DecodedPdu<'a>> {
        let length = u32::from_be_bytes(*self.rest.first_chunk()?);
        let mut faults = Vec::new();
        refuse(&mut faults, length, self.offset, self.options.max_pdu);
        self.error = faults.pop();
        if self.error.is_some() {
            return None;
        }
        let (bytes, rest) = self.rest.split_at_checked(length as usize)?;
        let mut pdu = DecodedPdu {
            offset: self.offset,
            header: Header::decode(bytes.first_chunk()?),
            valid: true,
            fields: Vec::new(),
            tlvs: Vec::new(),
            faults,
            bytes,
        };
        if let Some(at) = mandatory::explain(&mut pdu) {
            optional::explain(&mut pdu, at, self.options.vendor);
        }
        pdu.valid = pdu.faults.is_empty();
        if self.options.strict {
            strict::check(&mut pdu, &mut self.session);
        }
        self.rest = rest;
        self.offset += bytes.len();
        Some(pdu)
    }
}

/// Adds what makes a PDU one that is not well-formed.
fn error<'p, 'a>(
    pdu: &'p mut DecodedPdu<'a>,
    kind: FaultKind,
    field: &'a str,
    offset: usize,
) -> &'p mut Fault<'a> {
    fault::add(&mut pdu.faults, Severity::Error, kind, field, offset)
}

/// Adds the fault of a `command_length` that can't be.
fn refuse(faults: &mut Vec<Fault<'_>>, length: u32, offset: usize, max_pdu: usize) {
    let length = length as usize;
    let (kind, expected) = if length < HEADER_LEN {
        (FaultKind::LengthTooShort, Said::AtLeast(HEADER_LEN))
    } else if length > max_pdu.max(HEADER_LEN) {
        (FaultKind::LengthTooLong, Said::AtMost(max_pdu))
    } else {
        return;
    };
    fault::add(faults, Severity::Error, kind, "command_length", offset)
        .say(expected, Said::Number(length));
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
