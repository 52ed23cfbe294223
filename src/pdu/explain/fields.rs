//! The mandatory part of a PDU.

use std::ops::Range;

use super::super::field::{FieldKind, FieldSpec};
use super::super::lists::{DestAddress, UnsuccessSme};
use super::super::reader::find_nul;
use super::super::{CommandId, DecodeErrorKind, HEADER_LEN, ValueSet, fields_of};
use super::meaning::octet_field;
use super::{
    DecodedPdu, Fault, FaultKind, Field, Value, at_most, number, octets, section, status_text, time,
};

/// Explains the mandatory fields of `pdu`. Returns where the TLVs should begin, counted in the PDU, unless a fault
/// hides it.
pub(super) fn explain(pdu: &mut DecodedPdu<'_>) -> Option<usize> {
    let id = pdu.command_id();
    let Some(specs) = fields_of(id) else {
        unknown(pdu);
        return None;
    };
    let body_is_absent = pdu.bytes.len() == HEADER_LEN;
    if body_is_absent && (pdu.is_failure() || id == CommandId::DELIVER_SM_RESP) {
        return None;
    }
    let mut at = HEADER_LEN;
    // sm_length, or the count of a list, besides.
    pdu.fields.reserve_exact(specs.len() + 1);
    for spec in specs {
        let measured = spec.kind.measure(&pdu.bytes[at..]);
        let end = measured.map_or(pdu.bytes.len(), |length| at + length);
        field(pdu, spec, at..end);
        match measured {
            Ok(_) => at = end,
            Err((kind, inside, expected, found)) => {
                fault(spec, pdu.offset + at + inside, kind, expected, found)
                    .add_to(&mut pdu.faults);
                return None;
            }
        }
    }
    Some(at)
}

fn fault(
    spec: &FieldSpec,
    offset: usize,
    kind: DecodeErrorKind,
    expected: usize,
    found: usize,
) -> Fault {
    let fault = Fault::error(kind.into(), spec.name, offset).section(section::of_field(spec.name));
    match kind {
        DecodeErrorKind::MissingNul => fault.expected("a NUL").found("the end of the PDU"),
        DecodeErrorKind::DestFlag => fault.expected("1 or 2").found(number(found)),
        _ => fault.expected(octets(expected)).found(octets(found)),
    }
}

/// A command that neither version defines: its body is shown as it is.
fn unknown(pdu: &mut DecodedPdu<'_>) {
    let body = &pdu.bytes[HEADER_LEN..];
    if !body.is_empty() {
        pdu.fields.push(Field::new(
            "body",
            pdu.offset + HEADER_LEN,
            body,
            Value::Octets(body),
        ));
    }
    if !pdu.command_id().is_vendor() {
        let fault = Fault::error(FaultKind::UnknownCommand, "command_id", pdu.offset + 4)
            .expected("a command of 3.3, 3.4 or 5.0")
            .found(super::hex(pdu.command_id().0, 8))
            .section(section::of_field("command_id"));
        fault.add_to(&mut pdu.faults);
    }
}

/// Adds the field of this kind in `range`, which counts in the PDU. Cut short, it is shown as far as it goes.
fn field(pdu: &mut DecodedPdu<'_>, spec: &FieldSpec, range: Range<usize>) {
    let offset = pdu.offset + range.start;
    let bytes = &pdu.bytes[range];
    let fields = &mut pdu.fields;
    if bytes.is_empty() {
        return;
    }
    match spec.kind {
        FieldKind::CString(_) => fields.push(text(spec.name, offset, bytes)),
        FieldKind::Time => {
            let mut field = text(spec.name, offset, bytes);
            if let Value::Text(value) = field.value {
                field.meaning = match value {
                    b"" => None,
                    value => time::meaning(value).map(Into::into),
                };
            }
            fields.push(field);
        }
        FieldKind::Integer(set) => fields.push(octet_field(spec.name, offset, bytes, set)),
        FieldKind::ShortMessage => {
            let (length, text) = bytes.split_at(1);
            fields.push(octet_field("sm_length", offset, length, ValueSet::Plain));
            if !text.is_empty() || length == [0] {
                fields.push(Field::new(spec.name, offset + 1, text, Value::Octets(text)));
            }
        }
        FieldKind::DestAddresses => list(
            fields,
            "number_of_dests",
            spec.name,
            offset,
            bytes,
            dest_address,
        ),
        FieldKind::UnsuccessSmes => list(
            fields,
            "no_unsuccess",
            spec.name,
            offset,
            bytes,
            unsuccess_sme,
        ),
    }
}

/// Text up to its NUL, or to the end of the octets.
pub(super) fn text<'a>(name: &'a str, offset: usize, bytes: &'a [u8]) -> Field<'a> {
    let end = find_nul(bytes).unwrap_or(bytes.len());
    Field::new(name, offset, bytes, Value::Text(&bytes[..end]))
}

/// A count and the entries that are whole.
fn list<'a>(
    fields: &mut Vec<Field<'a>>,
    count_name: &'static str,
    name: &'static str,
    offset: usize,
    bytes: &'a [u8],
    entry: fn(&'a [u8], usize) -> Option<Field<'a>>,
) {
    let (count, octets) = bytes.split_at(1);
    fields.push(octet_field(count_name, offset, count, ValueSet::Plain));
    let mut entries = Vec::new();
    let mut at = 0;
    while entries.len() < usize::from(count[0])
        && let Some(field) = entry(&octets[at..], offset + 1 + at)
    {
        at += field.bytes.len();
        entries.push(field);
    }
    fields.push(Field::new(
        name,
        offset + 1,
        &octets[..at],
        Value::Fields(entries),
    ));
}

/// Cuts one part after the other out of an entry.
struct Parts<'a> {
    offset: usize,
    rest: &'a [u8],
    fields: Vec<Field<'a>>,
}

impl<'a> Parts<'a> {
    fn take(&mut self, length: usize) -> (usize, &'a [u8]) {
        let (taken, rest) = self.rest.split_at(length);
        let offset = self.offset;
        self.offset += length;
        self.rest = rest;
        (offset, taken)
    }

    fn octet(&mut self, name: &'static str, set: ValueSet) {
        let (offset, bytes) = self.take(1);
        self.fields.push(octet_field(name, offset, bytes, set));
    }

    fn text(&mut self, name: &'static str, length: usize) {
        let (offset, bytes) = self.take(length + 1);
        self.fields.push(text(name, offset, bytes));
    }
}

fn dest_address(bytes: &[u8], offset: usize) -> Option<Field<'_>> {
    let (entry, rest) = DestAddress::split(bytes, 0).ok()?;
    let count = if matches!(entry, DestAddress::List { .. }) {
        2
    } else {
        4
    };
    let mut parts = Parts {
        offset,
        rest: bytes,
        fields: Vec::with_capacity(count),
    };
    parts.octet("dest_flag", ValueSet::DestFlag);
    let name = match entry {
        DestAddress::Sme {
            destination_addr, ..
        } => {
            parts.octet("dest_addr_ton", ValueSet::Ton);
            parts.octet("dest_addr_npi", ValueSet::Npi);
            parts.text("destination_addr", destination_addr.len());
            "sme_address"
        }
        DestAddress::List { dl_name } => {
            parts.text("dl_name", dl_name.len());
            "distribution_list"
        }
    };
    Some(Field::new(
        name,
        offset,
        &bytes[..bytes.len() - rest.len()],
        Value::Fields(parts.fields),
    ))
}

fn unsuccess_sme(bytes: &[u8], offset: usize) -> Option<Field<'_>> {
    let (entry, rest) = UnsuccessSme::split(bytes, 0).ok()?;
    let mut parts = Parts {
        offset,
        rest: bytes,
        fields: Vec::with_capacity(4),
    };
    parts.octet("dest_addr_ton", ValueSet::Ton);
    parts.octet("dest_addr_npi", ValueSet::Npi);
    parts.text("destination_addr", entry.destination_addr.len());
    let (at, code) = parts.take(4);
    let mut status = Field::new(
        "error_status_code",
        at,
        code,
        Value::Number(entry.error_status_code.0),
    );
    status.meaning = Some(status_text(entry.error_status_code));
    parts.fields.push(status);
    Some(Field::new(
        "sme_address",
        offset,
        &bytes[..bytes.len() - rest.len()],
        Value::Fields(parts.fields),
    ))
}

/// Strict: what a tolerant reader lets pass in a mandatory field.
pub(super) fn check(spec: &FieldSpec, field: &Field<'_>, faults: &mut Vec<Fault>) {
    let note =
        |kind| Fault::note(kind, field.name, field.offset).section(section::of_field(field.name));
    let Value::Text(value) = field.value else {
        return;
    };
    check_ascii(field, &note, faults);
    match spec.kind {
        FieldKind::CString(max) => {
            let max = usize::from(max) - 1;
            if value.len() > max {
                note(FaultKind::TooLong)
                    .expected(at_most(max))
                    .found(number(value.len()))
                    .add_to(faults);
            }
        }
        FieldKind::Time => check_time(value, field.name == "final_date", &note, faults),
        _ => {}
    }
}

/// Notes the first octet that is not ASCII.
pub(super) fn check_ascii(
    field: &Field<'_>,
    note: &dyn Fn(FaultKind) -> Fault,
    faults: &mut Vec<Fault>,
) {
    let Value::Text(value) = field.value else {
        return;
    };
    if let Some(at) = value.iter().position(|octet| !octet.is_ascii()) {
        let mut fault = note(FaultKind::NotAscii)
            .expected("ASCII")
            .found(super::hex(u32::from(value[at]), 2));
        fault.offset += at;
        fault.add_to(faults);
    }
}

/// Notes a time that is not written as one. Twelve digits pass where local time may stand.
pub(super) fn check_time(
    value: &[u8],
    local: bool,
    note: &dyn Fn(FaultKind) -> Fault,
    faults: &mut Vec<Fault>,
) {
    match value.len() {
        0 => {}
        12 if local && time::meaning(value).is_some() => {}
        16 => {
            if time::meaning(value).is_none() {
                note(FaultKind::InvalidTime)
                    .expected("YYMMDDhhmmsstnnp")
                    .add_to(faults);
            }
        }
        length => note(FaultKind::WrongLength)
            .expected("0 or 16")
            .found(number(length))
            .add_to(faults),
    }
}
