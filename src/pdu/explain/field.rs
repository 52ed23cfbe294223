//! A field explained: where it is, and on demand what it says, what that means and what it is made of.

use alloc::borrow::Cow;
use alloc::vec::Vec;
use core::fmt;

use super::super::body::{ShownText, shown};
use super::super::layout::{Bits, PartKind, bits_of, content_type, parts};
use super::super::lists::{DestAddress, UnsuccessSme};
use super::super::reader::find_nul;
use super::super::{CommandStatus, Tag, TlvType, ValueSet};
use super::{meaning, time};

/// A field, or a part of one.
#[derive(Clone, Copy, PartialEq)]
pub struct Field<'a> {
    /// The specification's name.
    pub name: &'a str,
    /// Where it begins.
    pub offset: usize,
    /// Its octets, the final NUL of a string included. Bit fields have the octet they are in.
    pub bytes: &'a [u8],
    pub(super) kind: Kind,
}

/// What a field says.
#[derive(Clone, PartialEq)]
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

impl fmt::Debug for Value<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Value::Text(text) => f.debug_tuple("Text").field(&ShownText(text)).finish(),
            Value::Number(number) => f.debug_tuple("Number").field(number).finish(),
            Value::Octets(octets) => f.debug_tuple("Octets").field(octets).finish(),
            Value::Fields(fields) => f.debug_tuple("Fields").field(fields).finish(),
        }
    }
}

/// How the octets of a field are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Text up to its NUL, or to the end of the octets.
    Text,
    /// The same, a time.
    Time,
    /// Text to the end.
    Digits,
    /// One octet.
    Octet(ValueSet),
    /// The bits of an octet that a [`Bits`] of this set describes.
    Bits(ValueSet, u8),
    /// An integer of at most four octets.
    Number,
    /// The same, a `command_status`.
    Status,
    /// The same, a service category of broadcasts.
    ContentType,
    Octets,
    /// Octets that are shown as text where they look like some.
    Printable,
    /// The value of a TLV that has parts.
    Parts(Tag),
    /// A list of recipients, and one of them.
    DestAddresses,
    DestAddress,
    /// A list of recipients that failed, and one of them.
    UnsuccessSmes,
    UnsuccessSme,
}

/// Shows the value, but of a password only that there is one.
impl fmt::Debug for Field<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Field")
            .field("name", &self.name)
            .field("offset", &self.offset)
            .field("value", shown(self.name, &self.value()))
            .finish_non_exhaustive()
    }
}

impl<'a> Field<'a> {
    pub(super) fn new(name: &'a str, offset: usize, bytes: &'a [u8], kind: Kind) -> Field<'a> {
        Field {
            name,
            offset,
            bytes,
            kind,
        }
    }

    /// The number of its octets.
    #[must_use]
    pub fn length(&self) -> usize {
        self.bytes.len()
    }

    /// What it says.
    #[must_use]
    pub fn value(&self) -> Value<'a> {
        match self.kind {
            Kind::Text | Kind::Time => {
                let end = find_nul(self.bytes).unwrap_or(self.bytes.len());
                Value::Text(self.bytes.get(..end).unwrap_or_default())
            }
            Kind::Digits => Value::Text(self.bytes),
            Kind::Octets | Kind::Printable => Value::Octets(self.bytes),
            Kind::DestAddresses | Kind::DestAddress | Kind::UnsuccessSmes | Kind::UnsuccessSme => {
                Value::Fields(self.split())
            }
            _ => match self.number() {
                Some(number) => Value::Number(number),
                None => Value::Octets(self.bytes),
            },
        }
    }

    /// Its value, if that is a number.
    pub(crate) fn number(&self) -> Option<u32> {
        match self.kind {
            Kind::Octet(_) => self.bytes.first().map(|octet| u32::from(*octet)),
            Kind::Bits(_, mask) => self.bytes.first().map(|octet| u32::from(octet & mask)),
            Kind::Parts(tag) if tag.spec().map(|spec| spec.kind) != Some(TlvType::Integer) => None,
            Kind::Number | Kind::Status | Kind::ContentType | Kind::Parts(_) => integer(self.bytes),
            _ => None,
        }
    }

    /// What the value means, in words.
    #[must_use]
    pub fn meaning(&self) -> Option<Cow<'a, str>> {
        match self.kind {
            Kind::Octet(set) => meaning::of(set, self.number()? as u8).text,
            Kind::Bits(set, mask) => {
                let octet = *self.bytes.first()?;
                let bits = bits_of(set, octet).iter().find(|bits| bits.mask == mask)?;
                meaning::of_bits(bits, octet).map(Cow::Borrowed)
            }
            Kind::Time => match self.value() {
                Value::Text(text) => time::meaning(text).map(Cow::Owned),
                _ => None,
            },
            Kind::Status => {
                let status = CommandStatus(self.number()?);
                Some(format!("{}: {}", status.name(), status.meaning()).into())
            }
            Kind::ContentType => {
                let number = u16::try_from(self.number()?).ok()?;
                content_type(number).map(Cow::Borrowed)
            }
            Kind::Printable => printable(self.bytes).map(Cow::Borrowed),
            _ => None,
        }
    }

    /// The bit fields or parts it is made of, in the order of the octets.
    #[must_use]
    pub fn children(&self) -> Vec<Field<'a>> {
        match self.kind {
            Kind::Octet(set) => {
                let octet = self.bytes.first().copied().unwrap_or(0);
                let part = |bits: &Bits| {
                    Field::new(
                        bits.name,
                        self.offset,
                        self.bytes,
                        Kind::Bits(set, bits.mask),
                    )
                };
                let shown = bits_of(set, octet)
                    .iter()
                    .filter(|bits| bits.is_shown(octet));
                shown.map(part).collect()
            }
            Kind::Parts(tag) => self.parts(tag),
            _ => Vec::new(),
        }
    }

    /// Its value, if it is text or octets without a meaning besides.
    #[cfg(all(feature = "wasm", target_family = "wasm", target_os = "unknown"))]
    pub(crate) fn plain(&self) -> Option<Value<'a>> {
        match (self.kind, self.bytes) {
            (Kind::Time, [0]) => Some(Value::Text(&[])),
            (Kind::Text | Kind::Octets, _) => Some(self.value()),
            _ => None,
        }
    }

    /// An octet by itself.
    #[cfg(all(feature = "wasm", target_family = "wasm", target_os = "unknown"))]
    pub(crate) fn of_octet(set: ValueSet, octet: &'a [u8; 1]) -> Field<'a> {
        Field::new("", 0, octet, Kind::Octet(set))
    }

    /// The set of values and the octet, if it is one: meaning and bit fields follow from these two.
    pub(crate) fn octet(&self) -> Option<(ValueSet, u8)> {
        match (self.kind, self.bytes) {
            (Kind::Octet(set), [octet, ..]) => Some((set, *octet)),
            _ => None,
        }
    }

    /// The parts of a TLV, as far as it goes.
    fn parts(&self, tag: Tag) -> Vec<Field<'a>> {
        let mut cut = Cut::new(self);
        for (name, kind) in parts(tag) {
            let (length, kind) = match *kind {
                PartKind::Octet(set) => (1, Kind::Octet(set)),
                PartKind::Short => (2, Kind::Number),
                // Only the categories of a generic network have names.
                PartKind::ContentType if self.bytes.first() == Some(&0) => (2, Kind::ContentType),
                PartKind::ContentType => (2, Kind::Number),
                PartKind::Text => (cut.rest.len(), Kind::Digits),
                PartKind::Octets => (cut.rest.len(), Kind::Printable),
            };
            if length == 0 || !cut.take(name, length, kind) {
                break;
            }
        }
        cut.fields
    }

    /// The entries of a list, as far as they are whole, or the parts of an entry.
    fn split(&self) -> Vec<Field<'a>> {
        let mut cut = Cut::new(self);
        match self.kind {
            Kind::DestAddresses => {
                while let Ok((entry, rest)) = DestAddress::split(cut.rest, 0) {
                    let name = match entry {
                        DestAddress::Sme { .. } => "sme_address",
                        DestAddress::List { .. } => "distribution_list",
                    };
                    cut.take(name, cut.rest.len() - rest.len(), Kind::DestAddress);
                }
            }
            Kind::UnsuccessSmes => {
                while let Ok((_, rest)) = UnsuccessSme::split(cut.rest, 0) {
                    cut.take(
                        "sme_address",
                        cut.rest.len() - rest.len(),
                        Kind::UnsuccessSme,
                    );
                }
            }
            Kind::DestAddress => {
                cut.take("dest_flag", 1, Kind::Octet(ValueSet::DestFlag));
                if self.name == "distribution_list" {
                    cut.take("dl_name", cut.rest.len(), Kind::Text);
                } else {
                    cut.address(cut.rest.len().saturating_sub(2));
                }
            }
            _ => {
                cut.address(self.bytes.len().saturating_sub(6));
                cut.take("error_status_code", 4, Kind::Status);
            }
        }
        cut.fields
    }
}

/// Cuts one part after the other off a field.
struct Cut<'a> {
    offset: usize,
    rest: &'a [u8],
    fields: Vec<Field<'a>>,
}

impl<'a> Cut<'a> {
    fn new(field: &Field<'a>) -> Cut<'a> {
        Cut {
            offset: field.offset,
            rest: field.bytes,
            fields: Vec::new(),
        }
    }

    /// Takes a part of so many octets; false if there are not as many.
    fn take(&mut self, name: &'static str, length: usize, kind: Kind) -> bool {
        let Some((bytes, rest)) = self.rest.split_at_checked(length) else {
            return false;
        };
        self.fields.push(Field::new(name, self.offset, bytes, kind));
        self.offset += length;
        self.rest = rest;
        true
    }

    /// Type of number, numbering plan, and an address of so many octets with its NUL.
    fn address(&mut self, length: usize) {
        self.take("dest_addr_ton", 1, Kind::Octet(ValueSet::Ton));
        self.take("dest_addr_npi", 1, Kind::Octet(ValueSet::Npi));
        self.take("destination_addr", length, Kind::Text);
    }
}

/// A big-endian integer of one to four octets.
fn integer(octets: &[u8]) -> Option<u32> {
    let number = |number, octet: &u8| number << 8 | u32::from(*octet);
    matches!(octets.len(), 1..=4).then(|| octets.iter().fold(0, number))
}

/// The octets as text if they look like some.
fn printable(octets: &[u8]) -> Option<&str> {
    let text = octets.strip_suffix(b"\0").unwrap_or(octets);
    let looks = !text.is_empty() && text.iter().all(|octet| (b' '..=b'~').contains(octet));
    core::str::from_utf8(text).ok().filter(|_| looks)
}
