//! A delivery receipt as a record, in the order that js/engine/reader.ts reads it.

use super::config::Messages;
use super::io::{Io, NOTHING};
use crate::receipt::Report;
use crate::session::{Address, Delivery};
use crate::text::decode_into;

pub(super) fn address(io: &mut Io, address: &Address<'_>) {
    io.words(&[address.ton.0.into(), address.npi.0.into()]);
    io.latin1(address.addr);
}

/// `delivery`: the message it came in, if it came in one; `frame`: its PDU.
pub(super) fn write(
    io: &mut Io,
    report: &Report<'_>,
    delivery: Option<&Delivery<'_>>,
    frame: &[u8],
    messages: &Messages,
) {
    let format = messages.message_id_format;
    let mut converted = Vec::new();
    report.key(format, &mut converted);
    io.latin1(&converted);
    io.words(&[report.status() as u32, report.is_final().into()]);
    report.response_id(format, &mut converted);
    io.latin1(&converted);
    io.latin1(report.message_id().unwrap_or_default());
    io.optional_latin1(report.receipt.err);
    for count in [report.receipt.sub, report.receipt.dlvrd] {
        io.word(count.and_then(decimal).unwrap_or(NOTHING));
    }
    match report.receipt.text {
        Some(text) => io.text_with(|heap| {
            let data_coding = delivery.map_or(0, |delivery| delivery.data_coding.0);
            decode_into(heap, text, data_coding, None, messages.default_alphabet);
        }),
        None => io.words(&[NOTHING, 0]),
    }
    let nowhere = Address::default();
    address(io, delivery.map_or(&nowhere, |delivery| &delivery.source));
    address(
        io,
        delivery.map_or(&nowhere, |delivery| &delivery.destination),
    );
    match report.network_error() {
        Some(error) => io.words(&[error.network_type.into(), error.code.into()]),
        None => io.words(&[NOTHING, 0]),
    }
    io.octets(report.raw);
    io.octets(frame);
    for date in [report.submitted_at(), report.done_at()] {
        io.double(date.map_or(f64::NAN, |millis| millis as f64));
    }
}

fn decimal(text: &[u8]) -> Option<u32> {
    let digits = text.trim_ascii();
    let grown = digits.iter().try_fold(0_u32, |number, digit| {
        let digit = digit.is_ascii_digit().then(|| digit - b'0')?;
        number.checked_mul(10)?.checked_add(digit.into())
    });
    grown.filter(|_| !digits.is_empty())
}
