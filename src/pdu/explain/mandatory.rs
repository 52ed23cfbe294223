//! The mandatory part of a PDU.

use super::super::field::{FieldKind, FieldSpec};
use super::super::lists::{DestAddress, UnsuccessSme};
use super::super::{CommandId, DecodeErrorKind, HEADER_LEN, ValueSet, fields_of};
use super::fault::Said;
use super::field::{Field, Kind};
use super::{DecodedPdu, FaultKind, error};
use alloc::vec::Vec;

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
    // sm_length, or the count of a list, besides.
    pdu.fields.reserve_exact(specs.len() + 1);
    let mut at = HEADER_LEN;
    for spec in specs {
        let rest = pdu.bytes.get(at..).unwrap_or_default();
        let measured = spec.kind.measure(rest);
        let length = measured.as_ref().map_or(rest.len(), |length| *length);
        let taken = rest.get(..length).unwrap_or_default();
        add(&mut pdu.fields, spec, pdu.offset + at, taken);
        if let Err((kind, inside, expected, found)) = measured {
            let offset = pdu.offset + at + inside;
            let fault = error(pdu, kind.into(), spec.name, offset);
            match kind {
                DecodeErrorKind::MissingNul => {
                    fault.say(Said::Words("a NUL"), Said::Words("the end of the PDU"))
                }
                DecodeErrorKind::DestFlag => fault.say(Said::Words("1 or 2"), Said::Number(found)),
                _ => fault.say(Said::Octets(expected), Said::Octets(found)),
            };
            return None;
        }
        at += length;
    }
    Some(at)
}

/// A command that neither version defines: its body is shown as it is.
#[cold]
fn unknown(pdu: &mut DecodedPdu<'_>) {
    let offset = pdu.offset + HEADER_LEN;
    let body = &pdu.bytes[HEADER_LEN..];
    if !body.is_empty() {
        pdu.fields
            .push(Field::new("body", offset, body, Kind::Octets));
    }
    if !pdu.command_id().is_vendor() {
        let (id, offset) = (pdu.command_id().0, pdu.offset + 4);
        error(pdu, FaultKind::UnknownCommand, "command_id", offset).say(
            Said::Words("a command of 3.3, 3.4 or 5.0"),
            Said::Hex(id, 8),
        );
    }
}

/// Adds the field that has these octets. Cut short, it is shown as far as it goes.
fn add<'a>(fields: &mut Vec<Field<'a>>, spec: &FieldSpec, offset: usize, bytes: &'a [u8]) {
    let Some((count, counted)) = bytes.split_at_checked(1) else {
        return;
    };
    let kind = match spec.kind {
        FieldKind::CString(_) => Kind::Text,
        FieldKind::Time => Kind::Time,
        FieldKind::Integer(set) => Kind::Octet(set),
        FieldKind::ShortMessage | FieldKind::DestAddresses | FieldKind::UnsuccessSmes => {
            let (name, counted, kind) = match spec.kind {
                FieldKind::ShortMessage => ("sm_length", counted, Kind::Octets),
                FieldKind::DestAddresses => {
                    let whole = whole(count[0], counted, |rest| {
                        Some(DestAddress::split(rest, 0).ok()?.1)
                    });
                    ("number_of_dests", whole, Kind::DestAddresses)
                }
                _ => {
                    let whole = whole(count[0], counted, |rest| {
                        Some(UnsuccessSme::split(rest, 0).ok()?.1)
                    });
                    ("no_unsuccess", whole, Kind::UnsuccessSmes)
                }
            };
            fields.push(Field::new(
                name,
                offset,
                count,
                Kind::Octet(ValueSet::Plain),
            ));
            if kind != Kind::Octets || !counted.is_empty() || count == [0] {
                fields.push(Field::new(spec.name, offset + 1, counted, kind));
            }
            return;
        }
    };
    fields.push(Field::new(spec.name, offset, bytes, kind));
}

/// The octets of the first `count` entries, or of those before one that is not whole.
fn whole(count: u8, octets: &[u8], behind: fn(&[u8]) -> Option<&[u8]>) -> &[u8] {
    let mut rest = octets;
    for _ in 0..count {
        let Some(left) = behind(rest) else { break };
        rest = left;
    }
    &octets[..octets.len() - rest.len()]
}
