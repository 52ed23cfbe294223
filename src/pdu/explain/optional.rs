//! The optional part of a PDU.

use super::super::layout::parts;
use super::super::reader::tlvs_behind_stray_nuls;
use super::super::tlv::{self, Tlv, Tlvs};
use super::super::{DecodeErrorKind, HEADER_LEN, Tag, TlvType, ValueSet, VendorTlvs};
use super::fault::{Said, Section};
use super::field::{Field, Kind};
use super::{DecodedPdu, FaultKind, TlvField, error, section};

/// Explains the TLVs of `pdu`, which should begin at `at` in the PDU.
pub(super) fn explain<'a>(pdu: &mut DecodedPdu<'a>, at: usize, vendor: Option<&'a VendorTlvs>) {
    let rest = pdu.bytes.get(at..).unwrap_or_default();
    match Tlvs::exact(rest) {
        Some(tlvs) => show(pdu, tlvs, at, vendor),
        None => broken(pdu, rest, at, vendor),
    }
}

/// Explains what is there although not all of it is TLVs.
#[cold]
fn broken<'a>(pdu: &mut DecodedPdu<'a>, rest: &'a [u8], at: usize, vendor: Option<&'a VendorTlvs>) {
    if let Some(tlvs) = tlvs_behind_stray_nuls(rest) {
        let count = rest.len() - tlvs.as_bytes().len();
        stray(pdu, pdu.offset + at, count);
        return show(pdu, tlvs, at + count, vendor);
    }
    let tlvs = Tlvs::prefix(rest);
    show(pdu, tlvs, at, vendor);
    let whole = tlvs.as_bytes().len();
    let cut = tlv::fault(pdu.command_id(), rest, whole, at);
    let offset = pdu.offset + cut.offset;
    let found = cut.found as usize;
    match (cut.kind, rest.get(whole..)) {
        (DecodeErrorKind::TlvLength, Some([high, low, ..])) => {
            let tag = Tag(u16::from_be_bytes([*high, *low]));
            error(pdu, FaultKind::TlvLength, name(tag, vendor), offset)
                .say(Said::Octets(cut.expected as usize), Said::Octets(found))
                .see(Section::Tlv(tag));
        }
        _ => stray(pdu, offset, found),
    }
    // A failed response whose TLVs make no sense may have left its mandatory fields out.
    let tlvs = Tlvs::exact(&pdu.bytes[HEADER_LEN..]).filter(|_| pdu.is_failure());
    if let Some(first) = tlvs.and_then(|tlvs| tlvs.iter().next()) {
        let (name, offset) = (name(first.tag, vendor), pdu.offset + HEADER_LEN);
        error(pdu, FaultKind::TlvsWithoutFields, name, offset)
            .say(
                Said::Words("the mandatory fields"),
                Said::Words("TLVs behind the header"),
            )
            .see(Section::Number(section::FAILED_RESPONSE));
    }
}

fn stray(pdu: &mut DecodedPdu<'_>, offset: usize, count: usize) {
    error(pdu, FaultKind::StrayOctets, "tlvs", offset).say(
        Said::Words("a TLV or the end of the PDU"),
        Said::Octets(count),
    );
}

fn show<'a>(pdu: &mut DecodedPdu<'a>, tlvs: Tlvs<'a>, at: usize, vendor: Option<&'a VendorTlvs>) {
    let mut offset = pdu.offset + at;
    for tlv in tlvs {
        offset += 4;
        let field = Field::new(name(tlv.tag, vendor), offset, tlv.value, kind(tlv, vendor));
        pdu.tlvs.push(TlvField {
            tag: tlv.tag,
            field,
        });
        offset += tlv.value.len();
    }
}

fn name(tag: Tag, vendor: Option<&VendorTlvs>) -> &str {
    match (tag.name(), vendor.and_then(|names| names.get(tag))) {
        ("unknown", Some((name, _))) => name,
        (name, _) => name,
    }
}

fn kind(tlv: Tlv<'_>, vendor: Option<&VendorTlvs>) -> Kind {
    let named = || vendor.and_then(|names| names.get(tlv.tag));
    let (kind, set) = tlv.tag.spec().map_or_else(
        || {
            (
                named().map_or(TlvType::Octets, |(_, kind)| kind),
                ValueSet::Plain,
            )
        },
        |spec| (spec.kind, spec.values),
    );
    match (kind, tlv.tag) {
        (TlvType::CString, Tag::BROADCAST_END_TIME) => Kind::Time,
        (TlvType::CString, _) => Kind::Text,
        (TlvType::Integer, _) if tlv.value.len() == 1 && set != ValueSet::Plain => Kind::Octet(set),
        (TlvType::Integer, Tag::BROADCAST_ERROR_STATUS) => Kind::Status,
        (_, tag) if !parts(tag).is_empty() => Kind::Parts(tag),
        (TlvType::Integer, _) => Kind::Number,
        (TlvType::Octets, Tag::MESSAGE_PAYLOAD) => Kind::Octets,
        (TlvType::Octets, _) => Kind::Printable,
    }
}
