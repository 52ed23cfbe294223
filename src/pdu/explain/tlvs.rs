//! The optional part of a PDU.

use super::super::layout::{PartKind, content_type, parts};
use super::super::reader::tlvs_behind_stray_nuls;
use super::super::tlv::{self, Tlv, Tlvs};
use super::super::{CommandStatus, DecodeErrorKind, Tag, TlvType, ValueSet, VendorTlvs};
use super::meaning::octet_field;
use super::{
    DecodedPdu, Fault, FaultKind, Field, TlvField, Value, fields, octets, section, status_text,
    time,
};

/// Explains the TLVs of `pdu`, which should begin at `at` in the PDU.
pub(super) fn explain<'a>(pdu: &mut DecodedPdu<'a>, at: usize, vendor: Option<&'a VendorTlvs>) {
    let rest = &pdu.bytes[at..];
    if let Some(tlvs) = Tlvs::exact(rest) {
        return show(pdu, tlvs, at, vendor);
    }
    if let Some(tlvs) = tlvs_behind_stray_nuls(rest) {
        let stray = rest.len() - tlvs.as_bytes().len();
        let fault = Fault::error(FaultKind::StrayOctets, "tlvs", pdu.offset + at);
        fault
            .expected("a TLV or the end of the PDU")
            .found(octets(stray))
            .section(section::FORMAT.into())
            .add_to(&mut pdu.faults);
        return show(pdu, tlvs, at + stray, vendor);
    }
    let tlvs = Tlvs::prefix(rest);
    show(pdu, tlvs, at, vendor);
    let whole = tlvs.as_bytes().len();
    let error = tlv::fault(pdu.command_id(), rest, whole, at);
    let offset = pdu.offset + error.offset;
    let found = octets(error.found as usize);
    pdu.faults.push(match error.kind {
        DecodeErrorKind::TlvLength => {
            let tag = Tag(u16::from_be_bytes([rest[whole], rest[whole + 1]]));
            let name = name(tag, vendor);
            let name = if name == "unknown" {
                super::hex(u32::from(tag.0), 4).into_owned()
            } else {
                name.into()
            };
            Fault::error(FaultKind::TlvLength, &name, offset)
                .expected(octets(error.expected as usize))
                .found(found)
                .section(section::of_tlv(tag))
        }
        _ => Fault::error(FaultKind::StrayOctets, "tlvs", offset)
            .expected("a TLV or the end of the PDU")
            .found(found)
            .section(section::FORMAT.into()),
    });
    without_fields(pdu, vendor);
}

/// A failed response whose TLVs make no sense may have left its mandatory fields out.
fn without_fields(pdu: &mut DecodedPdu<'_>, vendor: Option<&VendorTlvs>) {
    if !pdu.is_failure() {
        return;
    }
    let at = super::HEADER_LEN;
    if let Some(first) = Tlvs::exact(&pdu.bytes[at..]).and_then(|tlvs| tlvs.iter().next()) {
        let fault = Fault::error(
            FaultKind::TlvsWithoutFields,
            name(first.tag, vendor),
            pdu.offset + at,
        )
        .expected("the mandatory fields")
        .found("TLVs behind the header")
        .section(section::FAILED_RESPONSE.into());
        pdu.faults.insert(0, fault);
    }
}

fn show<'a>(pdu: &mut DecodedPdu<'a>, tlvs: Tlvs<'a>, at: usize, vendor: Option<&'a VendorTlvs>) {
    let mut offset = pdu.offset + at;
    for tlv in tlvs {
        offset += 4;
        pdu.tlvs.push(TlvField {
            tag: tlv.tag,
            field: field(tlv, offset, vendor),
        });
        offset += tlv.value.len();
    }
}

fn name(tag: Tag, vendor: Option<&VendorTlvs>) -> &str {
    let known = tag.name();
    if known != "unknown" {
        return known;
    }
    vendor
        .and_then(|names| names.get(tag))
        .map_or(known, |(name, _)| name)
}

fn kind(tag: Tag, vendor: Option<&VendorTlvs>) -> TlvType {
    match tag.spec() {
        Some(spec) => spec.kind,
        None => vendor
            .and_then(|names| names.get(tag))
            .map_or(TlvType::Octets, |(_, kind)| kind),
    }
}

fn field<'a>(tlv: Tlv<'a>, offset: usize, vendor: Option<&'a VendorTlvs>) -> Field<'a> {
    let name = name(tlv.tag, vendor);
    let set = tlv.tag.spec().map_or(ValueSet::Plain, |spec| spec.values);
    match kind(tlv.tag, vendor) {
        TlvType::CString => {
            let mut field = fields::text(name, offset, tlv.value);
            if tlv.tag == Tag::BROADCAST_END_TIME {
                field.meaning = time::meaning(tlv.text()).map(Into::into);
            }
            field
        }
        TlvType::Integer if tlv.value.len() == 1 && set != ValueSet::Plain => {
            octet_field(name, offset, tlv.value, set)
        }
        TlvType::Integer => {
            let value = match tlv.integer() {
                Some(number) => Value::Number(number),
                None => Value::Octets(tlv.value),
            };
            let mut field = Field::new(name, offset, tlv.value, value);
            if tlv.tag == Tag::BROADCAST_ERROR_STATUS {
                field.meaning = tlv.integer().map(|code| status_text(CommandStatus(code)));
            }
            field.children = children(tlv, offset);
            field
        }
        TlvType::Octets => {
            let mut field = Field::new(name, offset, tlv.value, Value::Octets(tlv.value));
            field.children = children(tlv, offset);
            if field.children.is_empty() && tlv.tag != Tag::MESSAGE_PAYLOAD {
                field.meaning = printable(tlv.value).map(Into::into);
            }
            field
        }
    }
}

/// The octets as text if they look like some.
fn printable(octets: &[u8]) -> Option<&str> {
    let text = octets.strip_suffix(b"\0").unwrap_or(octets);
    let looks = !text.is_empty() && text.iter().all(|octet| (b' '..=b'~').contains(octet));
    if looks {
        std::str::from_utf8(text).ok()
    } else {
        None
    }
}

/// The parts of a value that has several, as far as it goes.
fn children(tlv: Tlv<'_>, offset: usize) -> Vec<Field<'_>> {
    let mut at = 0;
    let mut out = Vec::new();
    for (name, kind) in parts(tlv.tag) {
        let rest = &tlv.value[at..];
        let length = match kind {
            PartKind::Octet(_) => 1,
            PartKind::Short | PartKind::ContentType => 2,
            PartKind::Text | PartKind::Octets => rest.len(),
        };
        let Some(bytes) = rest.get(..length).filter(|bytes| !bytes.is_empty()) else {
            break;
        };
        let offset = offset + at;
        out.push(match kind {
            PartKind::Octet(set) => octet_field(name, offset, bytes, *set),
            PartKind::Short | PartKind::ContentType => {
                let number = u16::from_be_bytes([bytes[0], bytes[1]]);
                let mut field = Field::new(name, offset, bytes, Value::Number(u32::from(number)));
                if *kind == PartKind::ContentType && tlv.value[0] == 0 {
                    field.meaning = content_type(number).map(Into::into);
                }
                field
            }
            PartKind::Text => Field::new(name, offset, bytes, Value::Text(bytes)),
            PartKind::Octets => {
                let mut field = Field::new(name, offset, bytes, Value::Octets(bytes));
                field.meaning = printable(bytes).map(Into::into);
                field
            }
        });
        at += length;
    }
    out
}
