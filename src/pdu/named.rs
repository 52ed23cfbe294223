//! PDUs written from names and values: the other way of [`explain`](super::explain).

use super::error::InvalidFieldKind;
use super::explain::Value;
use super::field::{FieldKind, FieldSpec};
use super::layout::{PartKind, parts};
use super::values::{DestFlag, ValueSet};
use super::writer::check_text;
use super::{
    CommandId, CommandStatus, HEADER_LEN, Header, Tag, TlvSpec, TlvType, VendorTlvs, fields_of,
};
use crate::words::{Told, display, words};

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
#[derive(Clone, Debug, PartialEq, Eq)]
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

/// A name or value that no PDU can be written from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidInput {
    /// The field, the TLV, or the part of one.
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

impl Told for InvalidInput {
    fn tell(&self, out: &mut String) {
        let field = self.field.as_str();
        match self.kind {
            Kind::UnknownField => words!(out, field, " is no field of this PDU"),
            Kind::UnknownTlv => words!(out, field, " is no TLV"),
            Kind::WrongType { expected } => words!(out, field, " must be ", expected),
            Kind::OutOfRange { max, found } => {
                words!(out, field, " is at most ", max, ", found ", found);
            }
            Kind::UnknownName => words!(out, field, " has no value of that name"),
            Kind::NotLatin1 { at } => {
                words!(out, field, " has a character outside of ISO-8859-1 at ", at);
            }
            Kind::WrongCount { expected, found } => {
                words!(out, field, " must be ", expected, ", found ", found);
            }
            Kind::TooShort { min, found } => words!(
                out,
                field,
                " is too short: at least ",
                min,
                " octets, found ",
                found
            ),
            Kind::Field(kind) => {
                out.push_str(field);
                kind.tell(out);
            }
        }
    }
}

display!(InvalidInput);

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
    let start = out.len();
    out.extend_from_slice(&[0; HEADER_LEN]);
    let written = body(out, pdu, vendor).and_then(|()| {
        let body = &out[start + HEADER_LEN..];
        let failed = pdu.command_id.is_response() && !pdu.command_status.is_ok();
        if failed
            && fields_of(pdu.command_id).is_some()
            && pdu.tlvs.is_empty()
            && body.iter().all(|octet| *octet == 0)
        {
            out.truncate(start + HEADER_LEN);
        }
        let length = out.len() - start;
        u32::try_from(length).map_err(|_| too_long("command_length", u32::MAX as usize, length))
    });
    match written {
        Ok(command_length) => {
            let header = Header {
                command_length,
                command_id: pdu.command_id,
                command_status: pdu.command_status,
                sequence_number: pdu.sequence_number,
            };
            out[start..start + HEADER_LEN].copy_from_slice(&header.encode());
            Ok(())
        }
        Err(error) => {
            out.truncate(start);
            Err(error)
        }
    }
}

fn body(
    out: &mut Vec<u8>,
    pdu: &NamedPdu,
    vendor: Option<&VendorTlvs>,
) -> Result<(), InvalidInput> {
    if let Some(specs) = fields_of(pdu.command_id) {
        fields(out, specs, &pdu.fields)?;
    } else {
        all_known(&pdu.fields, &|name| name == "body")?;
        if let Some(value) = find(&pdu.fields, "body") {
            octets(out, value).map_err(|kind| invalid("body", kind))?;
        }
    }
    pdu.tlvs
        .iter()
        .try_for_each(|(key, value)| tlv(out, key, value, vendor))
}

fn fields(
    out: &mut Vec<u8>,
    specs: &[FieldSpec],
    given: &[NamedField],
) -> Result<(), InvalidInput> {
    all_known(given, &|name| {
        let mut specs = specs.iter();
        specs.any(|spec| spec.name == name || count_name(spec.kind) == name)
    })?;
    for spec in specs {
        let from = out.len();
        let value = find(given, spec.name);
        match spec.kind {
            FieldKind::DestAddresses | FieldKind::UnsuccessSmes => list(out, spec, value)?,
            kind => field(out, kind, value).map_err(|kind| invalid(spec.name, kind))?,
        }
        let name = count_name(spec.kind);
        if let Some(value) = find(given, name) {
            number(value, ValueSet::Plain)
                .and_then(|found| right_count(out[from], found))
                .map_err(|kind| invalid(name, kind))?;
        }
    }
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

fn right_count(expected: u8, found: u32) -> Result<(), Kind> {
    let expected = usize::from(expected);
    if found as usize == expected {
        Ok(())
    } else {
        Err(Kind::WrongCount { expected, found })
    }
}

fn find<'a>(fields: &'a [NamedField], name: &str) -> Option<&'a FieldValue> {
    fields
        .iter()
        .find(|(known, _)| known == name)
        .map(|(_, value)| value)
}

/// Refuses the first name that is not known.
fn all_known(given: &[NamedField], known: &dyn Fn(&str) -> bool) -> Result<(), InvalidInput> {
    // No field has an empty name.
    match given
        .iter()
        .find(|(name, _)| name.is_empty() || !known(name))
    {
        Some((name, _)) => Err(invalid(name, Kind::UnknownField)),
        None => Ok(()),
    }
}

/// A field that is no list; empty or 0 if it was not given.
fn field(out: &mut Vec<u8>, kind: FieldKind, value: Option<&FieldValue>) -> Result<(), Kind> {
    let Some(value) = value else {
        out.push(0);
        return Ok(());
    };
    match kind {
        FieldKind::CString(max) => c_string(out, value, usize::from(max) - 1),
        FieldKind::Time => {
            let from = out.len();
            c_string(out, value, 16)?;
            match out.len() - from - 1 {
                0 | 16 => Ok(()),
                found => Err(Kind::Field(InvalidFieldKind::TimeLength { found })),
            }
        }
        FieldKind::Integer(set) => integer(out, value, set, 1),
        _ => {
            let from = out.len();
            out.push(0);
            octets(out, value)?;
            out[from] = count(out.len() - from - 1)?;
            Ok(())
        }
    }
}

/// What one octet counts.
fn count(found: usize) -> Result<u8, Kind> {
    u8::try_from(found).map_err(|_| Kind::Field(InvalidFieldKind::TooLong { max: 255, found }))
}

fn c_string(out: &mut Vec<u8>, value: &FieldValue, max: usize) -> Result<(), Kind> {
    let from = out.len();
    octets(out, value)?;
    check_text(&out[from..], max).map_err(Kind::Field)?;
    out.push(0);
    Ok(())
}

fn list(
    out: &mut Vec<u8>,
    spec: &FieldSpec,
    value: Option<&FieldValue>,
) -> Result<(), InvalidInput> {
    let wrong = Kind::WrongType {
        expected: "a list of addresses",
    };
    let entries: Vec<&FieldValue> = match value {
        None => Vec::new(),
        Some(FieldValue::List(entries)) => entries.iter().collect(),
        Some(FieldValue::Fields(entries)) => entries.iter().map(|(_, entry)| entry).collect(),
        Some(_) => return Err(invalid(spec.name, wrong)),
    };
    out.push(count(entries.len()).map_err(|kind| invalid(spec.name, kind))?);
    for value in entries {
        match value {
            FieldValue::Fields(parts) if spec.kind == FieldKind::DestAddresses => {
                dest_address(out, parts)?;
            }
            FieldValue::Fields(parts) => unsuccess_sme(out, parts)?,
            _ => return Err(invalid(spec.name, wrong)),
        }
    }
    Ok(())
}

/// The parts of an entry in the order they are written, each if it was named. What is named `besides` is left to the caller.
fn entry(
    out: &mut Vec<u8>,
    given: &[NamedField],
    parts: &[(&str, FieldKind)],
    besides: &str,
) -> Result<(), InvalidInput> {
    all_known(given, &|name| {
        name == besides || parts.iter().any(|(known, _)| *known == name)
    })?;
    parts.iter().try_for_each(|(name, kind)| {
        field(out, *kind, find(given, name)).map_err(|kind| invalid(name, kind))
    })
}

const SME: [(&str, FieldKind); 4] = [
    ("dest_flag", FieldKind::Integer(ValueSet::DestFlag)),
    ("dest_addr_ton", FieldKind::Integer(ValueSet::Ton)),
    ("dest_addr_npi", FieldKind::Integer(ValueSet::Npi)),
    ("destination_addr", FieldKind::CString(21)),
];
const LIST: [(&str, FieldKind); 2] = [SME[0], ("dl_name", FieldKind::CString(21))];

fn dest_address(out: &mut Vec<u8>, given: &[NamedField]) -> Result<(), InvalidInput> {
    let from = out.len();
    let (flag, parts) = match find(given, "dl_name") {
        Some(_) => (DestFlag::DISTRIBUTION_LIST, &LIST[..]),
        None => (DestFlag::SME_ADDRESS, &SME[..]),
    };
    entry(out, given, parts, "")?;
    // What the entry holds tells its flag; a flag that was given must agree.
    if find(given, "dest_flag").is_some() {
        right_count(flag.0, out[from].into()).map_err(|kind| invalid("dest_flag", kind))?;
    }
    out[from] = flag.0;
    Ok(())
}

fn unsuccess_sme(out: &mut Vec<u8>, given: &[NamedField]) -> Result<(), InvalidInput> {
    const STATUS: &str = "error_status_code";
    entry(out, given, &SME[1..], STATUS)?;
    let status = match find(given, STATUS) {
        None => Ok(0),
        Some(FieldValue::Text(name)) => CommandStatus::by_name(name)
            .map(|status| status.0)
            .ok_or(Kind::UnknownName),
        Some(value) => number(value, ValueSet::Plain),
    };
    let status = status.map_err(|kind| invalid(STATUS, kind))?;
    out.extend_from_slice(&status.to_be_bytes());
    Ok(())
}

/// An integer of `width` octets.
fn integer(out: &mut Vec<u8>, value: &FieldValue, set: ValueSet, width: usize) -> Result<(), Kind> {
    let found = number(value, set)?;
    let max = u32::MAX >> (32 - 8 * width);
    if found > max {
        return Err(Kind::OutOfRange { max, found });
    }
    out.extend_from_slice(&found.to_be_bytes()[4 - width..]);
    Ok(())
}

fn number(value: &FieldValue, set: ValueSet) -> Result<u32, Kind> {
    match value {
        FieldValue::Number(number) => Ok(*number),
        FieldValue::Text(text) if set.has_names() => {
            set.by_name(text).map(u32::from).ok_or(Kind::UnknownName)
        }
        _ => Err(Kind::WrongType {
            expected: "a number",
        }),
    }
}

/// Octets as they are, text in ISO-8859-1.
fn octets(out: &mut Vec<u8>, value: &FieldValue) -> Result<(), Kind> {
    match value {
        FieldValue::Octets(octets) => out.extend_from_slice(octets),
        FieldValue::Text(text) => {
            for (at, char) in text.chars().enumerate() {
                out.push(u8::try_from(char).map_err(|_| Kind::NotLatin1 { at })?);
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
    out: &mut Vec<u8>,
    key: &TlvKey,
    value: &FieldValue,
    vendor: Option<&VendorTlvs>,
) -> Result<(), InvalidInput> {
    let (tag, given) = match key {
        TlvKey::Tag(tag) => (*tag, None),
        TlvKey::Name(name) => {
            let vendor_tag = || vendor.and_then(|names| names.by_name(name));
            let tag = Tag::by_name(name).or_else(|| vendor_tag().map(|(tag, _)| tag));
            let tag = tag.ok_or_else(|| invalid(name, Kind::UnknownTlv))?;
            (tag, Some(name.as_str()))
        }
    };
    let spec = tag.spec();
    let vendor = vendor.and_then(|names| names.get(tag));
    let name = given
        .or(spec.map(|spec| spec.name))
        .or(vendor.map(|(name, _)| name))
        .unwrap_or("unknown");
    let (kind, min, max) = match (spec, vendor) {
        (Some(spec), _) => (spec.kind, spec.min, spec.max),
        (None, Some((_, kind))) => (kind, 0, u16::MAX),
        (None, None) => (TlvType::Octets, 0, u16::MAX),
    };
    out.extend_from_slice(&tag.0.to_be_bytes());
    out.extend_from_slice(&[0; 2]);
    let from = out.len();
    match value {
        FieldValue::Fields(given) => tlv_parts(out, tag, name, given)?,
        value => tlv_value(out, kind, spec, value).map_err(|kind| invalid(name, kind))?,
    }
    let found = out.len() - from;
    let (min, max) = (usize::from(min), usize::from(max));
    if found < min {
        return Err(invalid(name, Kind::TooShort { min, found }));
    }
    if found > max {
        return Err(too_long(name, max, found));
    }
    out[from - 2..from].copy_from_slice(&(found as u16).to_be_bytes());
    Ok(())
}

fn tlv_value(
    out: &mut Vec<u8>,
    kind: TlvType,
    spec: Option<&TlvSpec>,
    value: &FieldValue,
) -> Result<(), Kind> {
    match (kind, value) {
        (TlvType::Integer, FieldValue::Number(_) | FieldValue::Text(_)) => {
            let set = spec.map_or(ValueSet::Plain, |spec| spec.values);
            let width = match (spec, value) {
                (Some(spec), _) => usize::from(spec.max),
                // The specification does not tell: as many as the number needs.
                (None, FieldValue::Number(0x1_0000..)) => 4,
                (None, FieldValue::Number(0x100..)) => 2,
                (None, _) => 1,
            };
            integer(out, value, set, width)
        }
        (TlvType::Integer, FieldValue::List(_)) => number(value, ValueSet::Plain).map(|_| ()),
        // Octets are the whole value, whatever the type.
        (TlvType::CString, FieldValue::Text(_)) => c_string(out, value, usize::MAX),
        _ => octets(out, value),
    }
}

/// The parts of a TLV in their order; those at the end may be left out.
fn tlv_parts(
    out: &mut Vec<u8>,
    tag: Tag,
    name: &str,
    given: &[NamedField],
) -> Result<(), InvalidInput> {
    let parts = parts(tag);
    if parts.is_empty() {
        return Err(invalid(
            name,
            Kind::WrongType {
                expected: "one value",
            },
        ));
    }
    all_known(given, &|name| parts.iter().any(|(known, _)| *known == name))?;
    let last = parts
        .iter()
        .rposition(|(part, _)| find(given, part).is_some())
        .map_or(0, |last| last + 1);
    for (part, kind) in &parts[..last] {
        let value = find(given, part);
        let zero = FieldValue::Number(0);
        let written = match kind {
            PartKind::Octet(set) => integer(out, value.unwrap_or(&zero), *set, 1),
            PartKind::Short | PartKind::ContentType => {
                integer(out, value.unwrap_or(&zero), ValueSet::Plain, 2)
            }
            PartKind::Text | PartKind::Octets => value.map_or(Ok(()), |value| octets(out, value)),
        };
        written.map_err(|kind| invalid(part, kind))?;
    }
    Ok(())
}

#[cold]
#[inline(never)]
fn invalid(field: &str, kind: InvalidInputKind) -> InvalidInput {
    InvalidInput {
        field: field.into(),
        kind,
    }
}

#[cold]
fn too_long(field: &str, max: usize, found: usize) -> InvalidInput {
    invalid(field, Kind::Field(InvalidFieldKind::TooLong { max, found }))
}
