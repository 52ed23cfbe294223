//! A delivery receipt as a record.

use super::config::Messages;
use super::io::Io;
use super::layout::{self, Extra, NOTHING, Place, lasting};
use crate::receipt::Report;
use crate::session::{Address, Delivery};
use crate::text::decode_into;

pub(super) fn address(io: &mut Io, address: &Address<'_>) -> layout::Address {
    layout::Address {
        ton: address.ton.0.into(),
        npi: address.npi.0.into(),
        addr: io.latin1(address.addr),
    }
}

/// `delivery`: the message it came in, if it came in one; `frame`: its PDU.
pub(super) fn write(
    io: &mut Io,
    report: &Report<'_>,
    delivery: Option<&Delivery<'_>>,
    frame: &[u8],
    messages: &Messages,
) {
    // What the SMSC wrote, and what is compared, are there only where they are not the identifier itself.
    let mut id = std::mem::take(&mut io.room);
    report.response_id(messages.message_id_format, &mut id);
    let message_id = io.latin1(&id);
    let written = report.message_id().unwrap_or_default();
    let raw_message_id = io.optional_latin1(Some(written).filter(|written| *written != id));
    let key = io.key(&mut id);
    io.room = id;

    let status = report.status();
    // The words of appendix B last; others are copied.
    let stat = match report.receipt.stat {
        Some(word) if word == status.stat().as_bytes() => lasting(status.stat()),
        word => io.optional_latin1(word),
    };
    let text = report.receipt.text.map_or(Place::NOWHERE, |text| {
        let data_coding = delivery.map_or(0, |delivery| delivery.data_coding.0);
        io.text_with(|out| {
            decode_into(out, text, data_coding, None, messages.alphabets());
        })
    });
    let pdu = io.octets(frame);
    let raw = match offset_in(report.raw, frame) {
        Some(offset) => Place {
            at: pdu.at + offset,
            length: report.raw.len() as u32,
        },
        None => io.octets(report.raw),
    };
    let count = |digits: Option<&[u8]>| digits.and_then(decimal).unwrap_or(NOTHING);
    let date = |date: Option<i64>| date.map_or(f64::NAN, |millis| millis as f64);
    let network_error = report.network_error();
    let nowhere = Address::default();
    let zone = messages.receipt_zone;
    let may_have_extra = report.receipt.may_have_extra();
    let extra = || {
        may_have_extra
            .then(|| report.receipt.extra())
            .into_iter()
            .flatten()
    };
    let record = layout::Report {
        key,
        status: status as u32,
        is_final: !report.intermediate && status.is_final(),
        message_id,
        raw_message_id,
        stat,
        error_code: io.optional_latin1(report.receipt.err),
        submitted: count(report.receipt.sub),
        delivered: count(report.receipt.dlvrd),
        text,
        from: address(io, delivery.map_or(&nowhere, |d| &d.source)),
        to: address(io, delivery.map_or(&nowhere, |d| &d.destination)),
        network_type: network_error.map_or(NOTHING, |error| error.network_type.into()),
        network_code: network_error.map_or(0, |error| error.code.into()),
        raw,
        pdu,
        submitted_at: date(report.submitted_at_in(zone)),
        done_at: date(report.done_at_in(zone)),
        extra: extra().count() as u32,
    };
    io.put(record);
    for extra in extra() {
        let extra = Extra {
            name: io.latin1(extra.name),
            value: io.latin1(extra.value),
        };
        io.put(extra);
    }
}

/// Where `part` begins in `whole`, if it is a part of it.
fn offset_in(part: &[u8], whole: &[u8]) -> Option<u32> {
    let inside = whole.as_ptr_range().contains(&part.as_ptr());
    inside.then(|| (part.as_ptr().addr() - whole.as_ptr().addr()) as u32)
}

fn decimal(text: &[u8]) -> Option<u32> {
    let digits = text.trim_ascii();
    let grown = digits.iter().try_fold(0_u32, |number, digit| {
        let digit = digit.is_ascii_digit().then(|| digit - b'0')?;
        number.checked_mul(10)?.checked_add(digit.into())
    });
    grown.filter(|_| !digits.is_empty())
}
