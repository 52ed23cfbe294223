//! A delivery receipt as a record, in the order that js/engine/reader.ts reads it.

use super::config::Messages;
use super::io::{ABSENT, Io, NOTHING};
use crate::receipt::{Report, canonicalise};
use crate::session::{Address, Delivery};
use crate::text::decode_into;

pub(super) fn address(io: &mut Io, address: &Address<'_>) {
    let words = address_words(io, address);
    io.words(&words);
}

fn address_words(io: &mut Io, address: &Address<'_>) -> [u32; 4] {
    let [at, length] = io.place_latin1(address.addr);
    [address.ton.0.into(), address.npi.0.into(), at, length]
}

/// `delivery`: the message it came in, if it came in one; `frame`: its PDU.
pub(super) fn write(
    io: &mut Io,
    report: &Report<'_>,
    delivery: Option<&Delivery<'_>>,
    frame: &[u8],
    messages: &Messages,
) {
    // What the centre wrote, and what is compared, are told only where they are not the identifier itself.
    let mut id = std::mem::take(&mut io.room);
    report.response_id(messages.message_id_format, &mut id);
    let message_id = io.place_latin1(&id);
    let written = report.message_id().unwrap_or_default();
    let raw_message_id = io.place_optional(Some(written).filter(|written| *written != id));
    let changed = canonicalise(&mut id);
    let key = io.place_optional(Some(&id[..]).filter(|_| changed));
    io.room = id;

    // The words of appendix B last; others are copied.
    let stat = match report.receipt.stat {
        Some(word) if word == report.status().stat().as_bytes() => {
            Io::lasting(report.status().stat())
        }
        word => io.place_optional(word),
    };
    let error_code = io.place_optional(report.receipt.err);
    let [submitted, delivered] = [report.receipt.sub, report.receipt.dlvrd]
        .map(|count| count.and_then(decimal).unwrap_or(NOTHING));
    let text = report.receipt.text.map_or(ABSENT, |text| {
        let data_coding = delivery.map_or(0, |delivery| delivery.data_coding.0);
        io.place_with(|out| {
            decode_into(out, text, data_coding, None, messages.alphabets());
        })
    });
    let nowhere = Address::default();
    let from = address_words(io, delivery.map_or(&nowhere, |d| &d.source));
    let to = address_words(io, delivery.map_or(&nowhere, |d| &d.destination));
    let network_error = report.network_error().map_or(ABSENT, |error| {
        [error.network_type.into(), error.code.into()]
    });
    let pdu = io.keep(frame);
    let raw = match offset_in(report.raw, frame) {
        Some(offset) => [pdu[0] + offset, report.raw.len() as u32],
        None => io.keep(report.raw),
    };
    let zone = messages.receipt_zone;
    let [submitted_at, done_at] = [report.submitted_at_in(zone), report.done_at_in(zone)]
        .map(|date| halves(date.map_or(f64::NAN, |millis| millis as f64)));

    io.words(&[
        key[0],
        key[1],
        report.status() as u32,
        report.is_final().into(),
        message_id[0],
        message_id[1],
        raw_message_id[0],
        raw_message_id[1],
        stat[0],
        stat[1],
        error_code[0],
        error_code[1],
        submitted,
        delivered,
        text[0],
        text[1],
    ]);
    io.words(&from);
    io.words(&to);
    io.words(&[
        network_error[0],
        network_error[1],
        raw[0],
        raw[1],
        pdu[0],
        pdu[1],
        submitted_at[0],
        submitted_at[1],
        done_at[0],
        done_at[1],
        report.receipt.extra().count() as u32,
    ]);
    for extra in report.receipt.extra() {
        io.latin1(extra.name);
        io.latin1(extra.value);
    }
}

/// Where `part` begins in `whole`, if it is a part of it.
fn offset_in(part: &[u8], whole: &[u8]) -> Option<u32> {
    let inside = whole.as_ptr_range().contains(&part.as_ptr());
    inside.then(|| (part.as_ptr().addr() - whole.as_ptr().addr()) as u32)
}

fn halves(value: f64) -> [u32; 2] {
    let bits = value.to_bits();
    [bits as u32, (bits >> 32) as u32]
}

fn decimal(text: &[u8]) -> Option<u32> {
    let digits = text.trim_ascii();
    let grown = digits.iter().try_fold(0_u32, |number, digit| {
        let digit = digit.is_ascii_digit().then(|| digit - b'0')?;
        number.checked_mul(10)?.checked_add(digit.into())
    });
    grown.filter(|_| !digits.is_empty())
}
