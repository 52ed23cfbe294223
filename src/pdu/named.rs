//! PDUs written from names and values: the other way of [`explain`](super::explain).

use std::borrow::Cow;

use super::error::InvalidFieldKind;
use super::explain::Value;
use super::field::{FieldKind, FieldSpec};
use super::layout::{PartKind, parts};
use super::reader::find_nul;
use super::values::{DestFlag, ValueSet};
use super::writer::check_text;
use super::{CommandId, CommandStatus, HEADER_LEN, Header, Tag, TlvType, VendorTlvs, fields_of};
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
#[derive(Clone, Debug, PartialEq, Eq)]
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
                words!(out, field, " is at most ", max, ", found ", found)
            }
            Kind::UnknownName => words!(out, field, " has no value of that name"),
            Kind::NotLatin1 { at } => {
                words!(out, field, " has a character outside of ISO-8859-1 at ", at)
            }
            Kind::WrongCount { expected, found } => {
                words!(out, field, " must be ", expected, ", found ", found)
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
    let specs = fields_of(pdu.command_id);
    for (name, _) in &pdu.fields {
        let known = match specs {
            Some(specs) => specs
                .iter()
                .any(|spec| spec.name == name || count_name(spec.kind) == Some(name)),
            None => name == "body",
        };
        if !known {
            return Err(invalid(name, Kind::UnknownField));
        }
    }
    let Some(specs) = specs else {
        if let Some(value) = find(&pdu.fields, "body") {
            out.extend_from_slice(&octets("body", value)?);
        }
        return tlvs(out, pdu, vendor);
    };
    for spec in specs {
        let from = out.len();
        match find(&pdu.fields, spec.name) {
            Some(value) => field(out, spec, value)?,
            None => out.push(0),
        }
        if let Some(name) = count_name(spec.kind)
            && let Some(value) = find(&pdu.fields, name)
        {
            let expected = usize::from(out[from]);
            let found = number(name, value, ValueSet::Plain)?;
            if found as usize != expected {
                return Err(invalid(name, Kind::WrongCount { expected, found }));
            }
        }
    }
    tlvs(out, pdu, vendor)
}

/// The field that counts this one, and is written with it.
fn count_name(kind: FieldKind) -> Option<&'static str> {
    match kind {
        FieldKind::ShortMessage => Some("sm_length"),
        FieldKind::DestAddresses => Some("number_of_dests"),
        FieldKind::UnsuccessSmes => Some("no_unsuccess"),
        _ => None,
    }
}

fn find<'a>(fields: &'a [NamedField], name: &str) -> Option<&'a FieldValue> {
    fields
        .iter()
        .find(|(known, _)| known == name)
        .map(|(_, value)| value)
}

fn field(out: &mut Vec<u8>, spec: &FieldSpec, value: &FieldValue) -> Result<(), InvalidInput> {
    let name = spec.name;
    match spec.kind {
        FieldKind::CString(max) => c_string(out, name, value, usize::from(max) - 1),
        FieldKind::Time => {
            let from = out.len();
            c_string(out, name, value, 16)?;
            match out.len() - from - 1 {
                0 | 16 => Ok(()),
                found => Err(invalid(
                    name,
                    Kind::Field(InvalidFieldKind::TimeLength { found }),
                )),
            }
        }
        FieldKind::Integer(set) => integer(out, name, value, set, 1),
        FieldKind::ShortMessage => {
            let text = octets(name, value)?;
            let Ok(length) = u8::try_from(text.len()) else {
                return Err(too_long(name, 255, text.len()));
            };
            out.push(length);
            out.extend_from_slice(&text);
            Ok(())
        }
        FieldKind::DestAddresses => list(out, name, value, dest_address),
        FieldKind::UnsuccessSmes => list(out, name, value, unsuccess_sme),
    }
}

fn c_string(
    out: &mut Vec<u8>,
    name: &str,
    value: &FieldValue,
    max: usize,
) -> Result<(), InvalidInput> {
    let text = octets(name, value)?;
    check_text(&text, max).map_err(|kind| invalid(name, Kind::Field(kind)))?;
    out.extend_from_slice(&text);
    out.push(0);
    Ok(())
}

fn list(
    out: &mut Vec<u8>,
    name: &str,
    value: &FieldValue,
    entry: fn(&mut Vec<u8>, &[NamedField]) -> Result<(), InvalidInput>,
) -> Result<(), InvalidInput> {
    let wrong = || {
        invalid(
            name,
            Kind::WrongType {
                expected: "a list of addresses",
            },
        )
    };
    let entries: Vec<&FieldValue> = match value {
        FieldValue::List(entries) => entries.iter().collect(),
        FieldValue::Fields(entries) => entries.iter().map(|(_, entry)| entry).collect(),
        _ => return Err(wrong()),
    };
    let Ok(count) = u8::try_from(entries.len()) else {
        return Err(too_long(name, 255, entries.len()));
    };
    out.push(count);
    for value in entries {
        let FieldValue::Fields(parts) = value else {
            return Err(wrong());
        };
        entry(out, parts)?;
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
    let known = |name: &str| name == besides || parts.iter().any(|(known, _)| *known == name);
    if let Some((name, _)) = given.iter().find(|(name, _)| !known(name)) {
        return Err(invalid(name, Kind::UnknownField));
    }
    for (name, kind) in parts {
        match (find(given, name), *kind) {
            (None, _) => out.push(0),
            (Some(value), FieldKind::CString(max)) => {
                c_string(out, name, value, usize::from(max) - 1)?;
            }
            (Some(value), FieldKind::Integer(set)) => integer(out, name, value, set, 1)?,
            (Some(_), _) => return Err(invalid(name, Kind::UnknownField)),
        }
    }
    Ok(())
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
    if find(given, "dest_flag").is_some() && out[from] != flag.0 {
        let kind = Kind::WrongCount {
            expected: usize::from(flag.0),
            found: u32::from(out[from]),
        };
        return Err(invalid("dest_flag", kind));
    }
    out[from] = flag.0;
    Ok(())
}

fn unsuccess_sme(out: &mut Vec<u8>, given: &[NamedField]) -> Result<(), InvalidInput> {
    const STATUS: &str = "error_status_code";
    entry(out, given, &SME[1..], STATUS)?;
    let status = find(given, STATUS).map_or(Ok(0), |value| match value {
        FieldValue::Text(name) => CommandStatus::by_name(name)
            .map(|status| status.0)
            .ok_or_else(|| invalid(STATUS, Kind::UnknownName)),
        value => number(STATUS, value, ValueSet::Plain),
    })?;
    out.extend_from_slice(&status.to_be_bytes());
    Ok(())
}

/// An integer of `width` octets.
fn integer(
    out: &mut Vec<u8>,
    name: &str,
    value: &FieldValue,
    set: ValueSet,
    width: usize,
) -> Result<(), InvalidInput> {
    let found = number(name, value, set)?;
    let max = u32::MAX >> (32 - 8 * width);
    if found > max {
        return Err(invalid(name, Kind::OutOfRange { max, found }));
    }
    out.extend_from_slice(&found.to_be_bytes()[4 - width..]);
    Ok(())
}

fn number(name: &str, value: &FieldValue, set: ValueSet) -> Result<u32, InvalidInput> {
    match value {
        FieldValue::Number(number) => Ok(*number),
        FieldValue::Text(text) if set.has_names() => set
            .by_name(text)
            .map(u32::from)
            .ok_or_else(|| invalid(name, Kind::UnknownName)),
        _ => Err(invalid(
            name,
            Kind::WrongType {
                expected: "a number",
            },
        )),
    }
}

/// Octets as they are, text in ISO-8859-1.
fn octets<'a>(name: &str, value: &'a FieldValue) -> Result<Cow<'a, [u8]>, InvalidInput> {
    match value {
        FieldValue::Octets(octets) => Ok(Cow::Borrowed(octets)),
        FieldValue::Text(text) => text
            .chars()
            .enumerate()
            .map(|(at, char)| u8::try_from(char).map_err(|_| invalid(name, Kind::NotLatin1 { at })))
            .collect(),
        _ => Err(invalid(
            name,
            Kind::WrongType {
                expected: "text or octets",
            },
        )),
    }
}

fn tlvs(
    out: &mut Vec<u8>,
    pdu: &NamedPdu,
    vendor: Option<&VendorTlvs>,
) -> Result<(), InvalidInput> {
    for (key, value) in &pdu.tlvs {
        let (tag, name) = match key {
            TlvKey::Tag(tag) => {
                let vendor_name = vendor
                    .and_then(|names| names.get(*tag))
                    .map(|(name, _)| name);
                (
                    *tag,
                    tag.spec()
                        .map(|spec| spec.name)
                        .or(vendor_name)
                        .unwrap_or("unknown"),
                )
            }
            TlvKey::Name(name) => {
                let vendor_tag = || {
                    vendor
                        .and_then(|names| names.by_name(name))
                        .map(|(tag, _)| tag)
                };
                let tag = Tag::by_name(name).or_else(vendor_tag);
                (
                    tag.ok_or_else(|| invalid(name, Kind::UnknownTlv))?,
                    name.as_str(),
                )
            }
        };
        out.extend_from_slice(&tag.0.to_be_bytes());
        out.extend_from_slice(&[0; 2]);
        let from = out.len();
        tlv_value(out, tag, name, value, vendor)?;
        let found = out.len() - from;
        let (min, max) = tag
            .spec()
            .map_or((0, u16::MAX), |spec| (spec.min, spec.max));
        if found < usize::from(min) {
            return Err(invalid(
                name,
                Kind::TooShort {
                    min: min.into(),
                    found,
                },
            ));
        }
        let Some(length) = u16::try_from(found).ok().filter(|length| *length <= max) else {
            return Err(too_long(name, max.into(), found));
        };
        out[from - 2..from].copy_from_slice(&length.to_be_bytes());
    }
    Ok(())
}

fn tlv_value(
    out: &mut Vec<u8>,
    tag: Tag,
    name: &str,
    value: &FieldValue,
    vendor: Option<&VendorTlvs>,
) -> Result<(), InvalidInput> {
    if let FieldValue::Fields(given) = value {
        return tlv_parts(out, tag, name, given);
    }
    let vendor_kind = || {
        vendor
            .and_then(|names| names.get(tag))
            .map(|(_, kind)| kind)
    };
    let kind = tag.spec().map(|spec| spec.kind).or_else(vendor_kind);
    match (kind.unwrap_or(TlvType::Octets), value) {
        // The octets of the whole value, whatever the type.
        (_, FieldValue::Octets(octets)) => out.extend_from_slice(octets),
        (TlvType::Integer, value) => {
            let set = tag.spec().map_or(ValueSet::Plain, |spec| spec.values);
            let width = match (tag.spec(), value) {
                (Some(spec), _) => usize::from(spec.max),
                // The specification does not tell: as many as the number needs.
                (None, FieldValue::Number(0x1_0000..)) => 4,
                (None, FieldValue::Number(0x100..)) => 2,
                (None, _) => 1,
            };
            integer(out, name, value, set, width)?;
        }
        (TlvType::CString, value) => {
            let text = octets(name, value)?;
            if find_nul(&text).is_some() {
                return Err(invalid(name, Kind::Field(InvalidFieldKind::ContainsNul)));
            }
            out.extend_from_slice(&text);
            out.push(0);
        }
        (TlvType::Octets, value) => out.extend_from_slice(&octets(name, value)?),
    }
    Ok(())
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
    if let Some((part, _)) = given
        .iter()
        .find(|(part, _)| !parts.iter().any(|(known, _)| known == part))
    {
        return Err(invalid(part, Kind::UnknownField));
    }
    let last = parts
        .iter()
        .rposition(|(part, _)| find(given, part).is_some())
        .map_or(0, |last| last + 1);
    for (part, kind) in &parts[..last] {
        let zero = FieldValue::Number(0);
        match (kind, find(given, part)) {
            (PartKind::Octet(set), value) => integer(out, part, value.unwrap_or(&zero), *set, 1)?,
            (PartKind::Short | PartKind::ContentType, value) => {
                integer(out, part, value.unwrap_or(&zero), ValueSet::Plain, 2)?;
            }
            (PartKind::Text | PartKind::Octets, Some(value)) => {
                out.extend_from_slice(&octets(part, value)?);
            }
            (PartKind::Text | PartKind::Octets, None) => {}
        }
    }
    Ok(())
}

#[cold]
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
