//! PDUs written from names and values: the other way of [`explain`](super::explain).

use super::body::shown;
use super::error::InvalidFieldKind;
use super::explain::{DecodedPdu, Value};
use super::field::{FieldKind, FieldSpec};
use super::layout::{PartKind, parts};
use super::values::{DestFlag, ValueSet};
use super::writer::check_text;
use super::{
    CommandId, CommandStatus, HEADER_LEN, Header, Tag, TlvSpec, TlvType, VendorTlvs, fields_of,
};
use alloc::borrow::ToOwned;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

/// A value that a field is given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FieldValue {
    /// For integers.
    Number(u32),
    /// For strings, in characters of ISO-8859-1; for integers, the name of a value such as `"international"`.
    Text(String),
    /// For octets, and for strings as they stand without their NUL. A TLV takes them as its whole value.
    Octets(Vec<u8>),
    /// For what has parts, by their names.
    Fields(Vec<NamedField>),
    /// For lists of addresses.
    List(Vec<FieldValue>),
}

/// A name and its value.
pub type NamedField = (String, FieldValue);

/// A TLV, by tag or by name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TlvKey {
    /// Any tag.
    Tag(Tag),
    /// A name of the specification, or of the vendor's TLVs.
    Name(String),
}

/// A PDU in names and values. What is not named is empty or 0.
#[derive(Clone, PartialEq, Eq)]
pub struct NamedPdu {
    /// Which PDU.
    pub command_id: CommandId,
    /// 0 in requests.
    pub command_status: CommandStatus,
    /// Pairs request and response.
    pub sequence_number: u32,
    /// Mandatory fields by the specification's names, in any order. `sm_length`, `number_of_dests` and
    /// `no_unsuccess` may be left out; given, they must be right. An unknown command has one field, `body`.
    pub fields: Vec<NamedField>,
    /// Optional parameters in the order they are to be written.
    pub tlvs: Vec<(TlvKey, FieldValue)>,
}

impl fmt::Debug for NamedPdu {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NamedPdu")
            .field("command_id", &self.command_id)
            .field("command_status", &self.command_status)
            .field("sequence_number", &self.sequence_number)
            .field("fields", &NamedFields(&self.fields))
            .field("tlvs", &self.tlvs)
            .finish()
    }
}

/// Fields for `Debug`, without a password.
struct NamedFields<'a>(&'a [NamedField]);

impl fmt::Debug for NamedFields<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let fields = self.0.iter();
        f.debug_map()
            .entries(fields.map(|(name, value)| (name, shown(name, value))))
            .finish()
    }
}

/// A name or value that no PDU can be written from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidInput {
    /// The field, the TLV, or the part of one; a TLV without a name by its tag, as `0x1234`.
    pub field: String,
    /// Why.
    pub kind: InvalidInputKind,
}

/// Why a PDU can't be written from a name or value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum InvalidInputKind {
    /// The PDU has no such field.
    UnknownField,
    /// No TLV has this name.
    UnknownTlv,
    /// The value does not fit the type of the field.
    WrongType {
        /// What the field takes.
        expected: &'static str,
    },
    /// The number is too large.
    OutOfRange {
        /// The largest number.
        max: u32,
        /// The number given.
        found: u32,
    },
    /// No value of the field has this name.
    UnknownName,
    /// A character that ISO-8859-1 does not have.
    NotLatin1 {
        /// Characters before it.
        at: usize,
    },
    /// A length or count that is not what it counts.
    WrongCount {
        /// What it counts.
        expected: usize,
        /// The number given.
        found: u32,
    },
    /// A TLV value of fewer octets than the specification asks for.
    TooShort {
        /// The fewest octets.
        min: usize,
        /// The octets given.
        found: usize,
    },
    /// As for any PDU.
    Field(InvalidFieldKind),
}

use InvalidInputKind as Kind;

impl fmt::Display for InvalidInput {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.field)?;
        match self.kind {
            Kind::UnknownField => f.write_str(" is no field of this PDU"),
            Kind::UnknownTlv => f.write_str(" is no TLV"),
            Kind::WrongType { expected } => write!(f, " must be {expected}"),
            Kind::OutOfRange { max, found } => write!(f, " is at most {max}, found {found}"),
            Kind::UnknownName => f.write_str(" has no value of that name"),
            Kind::NotLatin1 { at } => {
                write!(f, " has a character outside of ISO-8859-1 at {at}")
            }
            Kind::WrongCount { expected, found } => {
                write!(f, " must be {expected}, found {found}")
            }
            Kind::TooShort { min, found } => {
                write!(f, " is too short: at least {min} octets, found {found}")
            }
            Kind::Field(kind) => write!(f, " {kind}"),
        }
    }
}

impl core::error::Error for InvalidInput {}

impl From<&Value<'_>> for FieldValue {
    /// The value that writes what was read.
    fn from(value: &Value<'_>) -> FieldValue {
        match value {
            Value::Number(number) => FieldValue::Number(*number),
            Value::Text(octets) => {
                FieldValue::Text(octets.iter().map(|octet| char::from(*octet)).collect())
            }
            Value::Octets(octets) => FieldValue::Octets(octets.to_vec()),
            Value::Fields(fields) => FieldValue::Fields(
                fields
                    .iter()
                    .map(|field| (field.name.into(), (&field.value()).into()))
                    .collect(),
            ),
        }
    }
}

impl From<&DecodedPdu<'_>> for NamedPdu {
    /// The names and values that write what was explained: fields by their values, TLVs by tag and octets.
    fn from(pdu: &DecodedPdu<'_>) -> NamedPdu {
        let fields = pdu.fields.iter();
        let tlvs = pdu.tlvs.iter().map(|tlv| {
            let octets = tlv.field.bytes.to_vec();
            (TlvKey::Tag(tlv.tag), FieldValue::Octets(octets))
        });
        NamedPdu {
            command_id: pdu.header.command_id,
            command_status: pdu.header.command_status,
            sequence_number: pdu.header.sequence_number,
            fields: fields
                .map(|field| (field.name.into(), (&field.value()).into()))
                .collect(),
            tlvs: tlvs.collect(),
        }
    }
}

/// A [`FieldValue`] whose text and octets lie elsewhere.
pub(crate) enum ValueRef<'a> {
    Number(u32),
    Text(&'a str),
    Octets(&'a [u8]),
    Fields(Vec<FieldRef<'a>>),
    List(Vec<ValueRef<'a>>),
}

/// A name and its value.
pub(crate) type FieldRef<'a> = (&'a str, ValueRef<'a>);

/// A [`TlvKey`] whose name lies elsewhere.
#[derive(Clone, Copy)]
pub(crate) enum KeyRef<'a> {
    Tag(Tag),
    Name(&'a str),
}

/// A [`NamedPdu`] whose names and values lie elsewhere.
pub(crate) struct PduRef<'a> {
    pub(crate) command_id: CommandId,
    pub(crate) command_status: CommandStatus,
    pub(crate) sequence_number: u32,
    pub(crate) fields: Vec<FieldRef<'a>>,
    pub(crate) tlvs: Vec<(KeyRef<'a>, ValueRef<'a>)>,
}

impl<'a> From<&'a FieldValue> for ValueRef<'a> {
    fn from(value: &'a FieldValue) -> Self {
        match value {
            FieldValue::Number(number) => ValueRef::Number(*number),
            FieldValue::Text(text) => ValueRef::Text(text),
            FieldValue::Octets(octets) => ValueRef::Octets(octets),
            FieldValue::Fields(fields) => ValueRef::Fields(field_refs(fields)),
            FieldValue::List(values) => ValueRef::List(values.iter().map(Into::into).collect()),
        }
    }
}

fn field_refs(fields: &[NamedField]) -> Vec<FieldRef<'_>> {
    fields
        .iter()
        .map(|(name, value)| (name.as_str(), value.into()))
        .collect()
}

impl<'a> From<&'a NamedPdu> for PduRef<'a> {
    fn from(pdu: &'a NamedPdu) -> Self {
        let tlvs = pdu.tlvs.iter().map(|(key, value)| {
            let key = match key {
                TlvKey::Tag(tag) => KeyRef::Tag(*tag),
                TlvKey::Name(name) => KeyRef::Name(name),
            };
            (key, value.into())
        });
        PduRef {
            command_id: pdu.command_id,
            command_status: pdu.command_status,
            sequence_number: pdu.sequence_number,
            fields: field_refs(&pdu.fields),
            tlvs: tlvs.collect(),
        }
    }
}

/// Appends a PDU written from names and values, `command_length` filled in. A response with a status other than 0
/// and nothing in it is written as its header alone.
///
/// # Errors
/// The first field or TLV that can't be written; `out` is then as it was.
pub fn encode_fields(
    out: &mut Vec<u8>,
    pdu: &NamedPdu,
    vendor: Option<&VendorTlvs>,
) -> Result<(), InvalidInput> {
    encode_refs(out, &pdu.into(), vendor)
}

/// The same.
pub(crate) fn encode_refs(
    out: &mut Vec<u8>,
    pdu: &PduRef<'_>,
    vendor: Option<&VendorTlvs>,
) -> Result<(), InvalidInput> {
    let start = out.len();
    out.extend_from_slice(&[0; HEADER_LEN]);
    let mut writing = Writing {
        out,
        field: KeyRef::Name(""),
        next: 0,
    };
    let written = writing.body(pdu, vendor);
    let field = writing.field;
    if let Err(kind) = written {
        out.truncate(start);
        return Err(InvalidInput {
            field: shown_place(field),
            kind,
        });
    }
    let failed = pdu.command_id.is_response() && !pdu.command_status.is_ok();
    if failed
        && fields_of(pdu.command_id).is_some()
        && pdu.tlvs.is_empty()
        && out[start + HEADER_LEN..].iter().all(|octet| *octet == 0)
    {
        out.truncate(start + HEADER_LEN);
    }
    let length = out.len() - start;
    let Ok(command_length) = u32::try_from(length) else {
        out.truncate(start);
        return Err(InvalidInput {
            field: "command_length".into(),
            kind: too_long(u32::MAX as usize, length),
        });
    };
    let header = Header {
        command_length,
        command_id: pdu.command_id,
        command_status: pdu.command_status,
        sequence_number: pdu.sequence_number,
    };
    out[start..start + HEADER_LEN].copy_from_slice(&header.encode());
    Ok(())
}

/// The field that counts this one, and is written with it; empty if there is none.
fn count_name(kind: FieldKind) -> &'static str {
    match kind {
        FieldKind::ShortMessage => "sm_length",
        FieldKind::DestAddresses => "number_of_dests",
        FieldKind::UnsuccessSmes => "no_unsuccess",
        _ => "",
    }
}

const SME: [(&str, FieldKind); 4] = [
    ("dest_flag", FieldKind::Integer(ValueSet::DestFlag)),
    ("dest_addr_ton", FieldKind::Integer(ValueSet::Ton)),
    ("dest_addr_npi", FieldKind::Integer(ValueSet::Npi)),
    ("destination_addr", FieldKind::CString(21)),
];
const LIST: [(&str, FieldKind); 2] = [SME[0], ("dl_name", FieldKind::CString(21))];
const STATUS: &str = "error_status_code";

/// A field, a TLV or a part of one, as errors show it.
fn shown_place(place: KeyRef<'_>) -> String {
    match place {
        KeyRef::Name(name) => name.to_owned(),
        KeyRef::Tag(tag) => format!("0x{:04X}", tag.0),
    }
}

/// A PDU that is being written, and where it stands.
struct Writing<'o, 'a> {
    out: &'o mut Vec<u8>,
    field: KeyRef<'a>,
    /// Behind the last field that was found: most are given in their order.
    next: usize,
}

impl<'a> Writing<'_, 'a> {
    fn body(&mut self, pdu: &'a PduRef<'a>, vendor: Option<&'a VendorTlvs>) -> Result<(), Kind> {
        if let Some(specs) = fields_of(pdu.command_id) {
            self.fields(specs, &pdu.fields)?;
        } else {
            self.all_known(&pdu.fields, &mut |name| name == "body")?;
            if let Some(value) = self.find(&pdu.fields, "body") {
                self.octets(value)?;
            }
        }
        pdu.tlvs
            .iter()
            .try_for_each(|(key, value)| self.tlv(key, value, vendor))
    }

    fn fields(&mut self, specs: &'a [FieldSpec], given: &'a [FieldRef<'a>]) -> Result<(), Kind> {
        let mut next = 0;
        self.all_known(given, &mut |name| {
            let known = |spec: &FieldSpec| spec.name == name || count_name(spec.kind) == name;
            // Most are given in their order.
            let found = position_from(specs, next, known);
            next = found.map_or(next, |at| at + 1);
            found.is_some()
        })?;
        for spec in specs {
            let from = self.out.len();
            let value = self.find(given, spec.name);
            match spec.kind {
                FieldKind::DestAddresses | FieldKind::UnsuccessSmes => self.list(spec, value)?,
                kind => self.value(kind, value)?,
            }
            let count = count_name(spec.kind);
            if count.is_empty() {
                continue;
            }
            if let Some(value) = self.find(given, count) {
                let found = number(value, ValueSet::Plain)?;
                right_count(self.out[from], found)?;
            }
        }
        Ok(())
    }

    /// What a field is given; it stands there then.
    fn find(&mut self, given: &'a [FieldRef<'a>], field: &'a str) -> Option<&'a ValueRef<'a>> {
        self.field = KeyRef::Name(field);
        let at = position_from(given, self.next, |(name, _)| *name == field)?;
        self.next = at + 1;
        Some(&given[at].1)
    }

    /// Stands at the first name that is not known, and refuses it.
    fn all_known(
        &mut self,
        given: &'a [FieldRef<'a>],
        known: &mut dyn FnMut(&str) -> bool,
    ) -> Result<(), Kind> {
        // No field has an empty name.
        let mut unknown = |name: &str| name.is_empty() || !known(name);
        match given.iter().find(|(name, _)| unknown(name)) {
            Some((name, _)) => {
                self.field = KeyRef::Name(name);
                Err(Kind::UnknownField)
            }
            None => Ok(()),
        }
    }

    /// A value that is no list; empty or 0 if none was given.
    fn value(&mut self, kind: FieldKind, value: Option<&ValueRef<'_>>) -> Result<(), Kind> {
        let Some(value) = value else {
            self.out.push(0);
            return Ok(());
        };
        let from = self.out.len();
        match kind {
            FieldKind::CString(max) => self.c_string(value, usize::from(max) - 1),
            FieldKind::Time => {
                self.c_string(value, 16)?;
                match self.out.len() - from - 1 {
                    0 | 16 => Ok(()),
                    found => Err(Kind::Field(InvalidFieldKind::TimeLength { found })),
                }
            }
            FieldKind::Integer(set) => self.integer(value, set, 1),
            _ => {
                self.out.push(0);
                self.octets(value)?;
                self.out[from] = count(self.out.len() - from - 1)?;
                Ok(())
            }
        }
    }

    fn c_string(&mut self, value: &ValueRef<'_>, max: usize) -> Result<(), Kind> {
        let from = self.out.len();
        self.octets(value)?;
        check_text(&self.out[from..], max).map_err(Kind::Field)?;
        self.out.push(0);
        Ok(())
    }

    fn list(&mut self, spec: &'a FieldSpec, value: Option<&'a ValueRef<'a>>) -> Result<(), Kind> {
        let wrong = Kind::WrongType {
            expected: "a list of addresses",
        };
        let entries: Vec<&'a ValueRef<'a>> = match value {
            None => Vec::new(),
            Some(ValueRef::List(entries)) => entries.iter().collect(),
            Some(ValueRef::Fields(entries)) => entries.iter().map(|(_, entry)| entry).collect(),
            Some(_) => return Err(wrong),
        };
        let count = count(entries.len())?;
        self.out.push(count);
        for value in entries {
            self.field = KeyRef::Name(spec.name);
            match value {
                ValueRef::Fields(parts) if spec.kind == FieldKind::DestAddresses => {
                    self.dest_address(parts)?;
                }
                ValueRef::Fields(parts) => self.unsuccess_sme(parts)?,
                _ => return Err(wrong),
            }
        }
        Ok(())
    }

    /// The parts of an entry in the order they are written, each if it was named. What is named `besides` is left to the caller.
    fn entry(
        &mut self,
        given: &'a [FieldRef<'a>],
        parts: &'static [(&'static str, FieldKind)],
        besides: &str,
    ) -> Result<(), Kind> {
        self.all_known(given, &mut |name| {
            name == besides || parts.iter().any(|(known, _)| *known == name)
        })?;
        parts.iter().try_for_each(|(name, kind)| {
            let value = self.find(given, name);
            self.value(*kind, value)
        })
    }

    fn dest_address(&mut self, given: &'a [FieldRef<'a>]) -> Result<(), Kind> {
        let from = self.out.len();
        let (flag, parts) = match self.find(given, "dl_name") {
            Some(_) => (DestFlag::DISTRIBUTION_LIST, &LIST[..]),
            None => (DestFlag::SME_ADDRESS, &SME[..]),
        };
        self.entry(given, parts, "")?;
        // The flag follows from what the entry holds; a flag that was given must agree.
        if self.find(given, "dest_flag").is_some() {
            right_count(flag.0, self.out[from].into())?;
        }
        self.out[from] = flag.0;
        Ok(())
    }

    fn unsuccess_sme(&mut self, given: &'a [FieldRef<'a>]) -> Result<(), Kind> {
        self.entry(given, &SME[1..], STATUS)?;
        let status = match self.find(given, STATUS) {
            None => 0,
            Some(ValueRef::Text(name)) => CommandStatus::by_name(name).ok_or(Kind::UnknownName)?.0,
            Some(value) => number(value, ValueSet::Plain)?,
        };
        self.out.extend_from_slice(&status.to_be_bytes());
        Ok(())
    }

    /// An integer of `width` octets.
    fn integer(&mut self, value: &ValueRef<'_>, set: ValueSet, width: usize) -> Result<(), Kind> {
        let found = number(value, set)?;
        let max = u32::MAX >> (32 - 8 * width);
        if found > max {
            return Err(Kind::OutOfRange { max, found });
        }
        self.out
            .extend_from_slice(&found.to_be_bytes()[4 - width..]);
        Ok(())
    }

    /// Octets as they are, text in ISO-8859-1.
    fn octets(&mut self, value: &ValueRef<'_>) -> Result<(), Kind> {
        match value {
            ValueRef::Octets(octets) => self.out.extend_from_slice(octets),
            ValueRef::Text(text) if text.is_ascii() => self.out.extend_from_slice(text.as_bytes()),
            ValueRef::Text(text) => {
                for (at, char) in text.chars().enumerate() {
                    let octet = u8::try_from(char).map_err(|_| Kind::NotLatin1 { at })?;
                    self.out.push(octet);
                }
            }
            _ => {
                return Err(Kind::WrongType {
                    expected: "text or octets",
                });
            }
        }
        Ok(())
    }

    fn tlv(
        &mut self,
        key: &KeyRef<'a>,
        value: &'a ValueRef<'a>,
        vendor: Option<&'a VendorTlvs>,
    ) -> Result<(), Kind> {
        let (tag, given) = match key {
            KeyRef::Tag(tag) => (*tag, None),
            KeyRef::Name(name) => {
                self.field = KeyRef::Name(name);
                let vendor_tag = || vendor.and_then(|names| names.by_name(name));
                let tag = Tag::by_name(name).or_else(|| vendor_tag().map(|(tag, _)| tag));
                (tag.ok_or(Kind::UnknownTlv)?, Some(*name))
            }
        };
        let spec = tag.spec();
        let vendor = vendor.and_then(|names| names.get(tag));
        let name = given
            .or(spec.map(|spec| spec.name))
            .or(vendor.map(|(name, _)| name));
        let field = name.map_or(KeyRef::Tag(tag), KeyRef::Name);
        self.field = field;
        let (kind, min, max) = match (spec, vendor) {
            (Some(spec), _) => (spec.kind, spec.min, spec.max),
            (None, Some((_, kind))) => (kind, 0, u16::MAX),
            (None, None) => (TlvType::Octets, 0, u16::MAX),
        };
        self.out.extend_from_slice(&tag.0.to_be_bytes());
        self.out.extend_from_slice(&[0; 2]);
        let from = self.out.len();
        match value {
            ValueRef::Fields(given) => self.tlv_parts(tag, given)?,
            value => self.tlv_value(kind, spec, value)?,
        }
        self.field = field;
        let found = self.out.len() - from;
        let (min, max) = (usize::from(min), usize::from(max));
        if found < min {
            return Err(Kind::TooShort { min, found });
        }
        if found > max {
            return Err(too_long(max, found));
        }
        self.out[from - 2..from].copy_from_slice(&(found as u16).to_be_bytes());
        Ok(())
    }

    fn tlv_value(
        &mut self,
        kind: TlvType,
        spec: Option<&TlvSpec>,
        value: &ValueRef<'_>,
    ) -> Result<(), Kind> {
        match (kind, value) {
            (TlvType::Integer, ValueRef::Number(_) | ValueRef::Text(_)) => {
                let set = spec.map_or(ValueSet::Plain, |spec| spec.values);
                let width = match (spec, value) {
                    (Some(spec), _) => usize::from(spec.max),
                    // The specification does not say: as many as the number needs.
                    (None, ValueRef::Number(0x1_0000..)) => 4,
                    (None, ValueRef::Number(0x100..)) => 2,
                    (None, _) => 1,
                };
                self.integer(value, set, width)
            }
            (TlvType::Integer, ValueRef::List(_)) => number(value, ValueSet::Plain).map(|_| ()),
            // Octets are the whole value, whatever the type.
            (TlvType::CString, ValueRef::Text(_)) => self.c_string(value, usize::MAX),
            _ => self.octets(value),
        }
    }

    /// The parts of a TLV in their order; those at the end may be left out.
    fn tlv_parts(&mut self, tag: Tag, given: &'a [FieldRef<'a>]) -> Result<(), Kind> {
        let parts = parts(tag);
        if parts.is_empty() {
            return Err(Kind::WrongType {
                expected: "one value",
            });
        }
        self.all_known(given, &mut |name| {
            parts.iter().any(|(known, _)| *known == name)
        })?;
        let last = parts
            .iter()
            .rposition(|(part, _)| self.find(given, part).is_some())
            .map_or(0, |last| last + 1);
        for (part, kind) in &parts[..last] {
            let value = self.find(given, part);
            let zero = ValueRef::Number(0);
            match kind {
                PartKind::Octet(set) => self.integer(value.unwrap_or(&zero), *set, 1)?,
                PartKind::Short | PartKind::ContentType => {
                    self.integer(value.unwrap_or(&zero), ValueSet::Plain, 2)?;
                }
                PartKind::Text | PartKind::Octets => {
                    value.map_or(Ok(()), |value| self.octets(value))?;
                }
            }
        }
        Ok(())
    }
}

fn number(value: &ValueRef<'_>, set: ValueSet) -> Result<u32, Kind> {
    match value {
        ValueRef::Number(number) => Ok(*number),
        ValueRef::Text(text) if set.has_names() => {
            set.by_name(text).map(u32::from).ok_or(Kind::UnknownName)
        }
        _ => Err(Kind::WrongType {
            expected: "a number",
        }),
    }
}

/// Where the first is that is wanted, looked for from `start` on and then from the beginning.
fn position_from<T>(all: &[T], start: usize, wanted: impl Fn(&T) -> bool) -> Option<usize> {
    let (before, behind) = all.split_at_checked(start).unwrap_or((all, &[]));
    match behind.iter().position(&wanted) {
        Some(at) => Some(start + at),
        None => before.iter().position(wanted),
    }
}

fn right_count(expected: u8, found: u32) -> Result<(), Kind> {
    let expected = usize::from(expected);
    if found as usize == expected {
        Ok(())
    } else {
        Err(Kind::WrongCount { expected, found })
    }
}

/// What one octet counts.
fn count(found: usize) -> Result<u8, Kind> {
    u8::try_from(found).map_err(|_| too_long(255, found))
}

fn too_long(max: usize, found: usize) -> Kind {
    Kind::Field(InvalidFieldKind::TooLong { max, found })
}
