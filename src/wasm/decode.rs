//! PDUs explained, receipts parsed and segments counted, as records that js/engine/explained.ts reads in the same order.

use super::config::{Messages, latin1};
use super::error;
use super::io::{Io, NOTHING};
use super::report;
use crate::pdu::CommandId;
use crate::pdu::explain::{DecodedPdu, Fault, Field, Options, Value, explain};
use crate::receipt::{self, ReceiptTlvs};
use crate::session::Delivery;
use crate::text::{
    Alphabet, Concat, EncodeOptions, EncodingName, Language, Udh, count_encoded, count_segments,
    decode_into, udh,
};
use std::borrow::Cow;
use wasm_bindgen::prelude::*;

/// Explains the first `length` octets of the scratch room. Returns the address of the block that tells where the records are.
#[wasm_bindgen]
pub fn decode_pdus(length: usize, strict: bool, max_pdu: usize) -> usize {
    Io::with(|io| {
        // Taken out, so that records can be written while it is read.
        let scratch = std::mem::take(&mut io.scratch);
        let start = scratch.as_ptr().align_offset(8);
        let input = scratch.get(start..start + length).unwrap_or_default();
        io.clear();
        let explained = explain(
            input,
            &Options {
                strict,
                max_pdu,
                ..Options::default()
            },
        );
        io.words(&[explained.pdus.len() as u32, explained.rest as u32]);
        match &explained.error {
            Some(fault) => {
                io.word(1);
                write_fault(io, fault);
            }
            None => io.word(0),
        }
        for pdu in &explained.pdus {
            write_pdu(io, pdu, input);
        }
        io.scratch = scratch;
        io.publish(&[], None, 0)
    })
}

fn write_pdu(io: &mut Io, pdu: &DecodedPdu<'_>, input: &[u8]) {
    let header = &pdu.header;
    io.words(&[
        pdu.offset as u32,
        header.command_length,
        header.command_id.0,
        header.command_status.0,
        header.sequence_number,
        pdu.valid.into(),
        pdu.bytes.len() as u32,
    ]);
    io.name(pdu.command());
    io.name(header.command_status.name());
    io.word(pdu.fields.len() as u32);
    for field in &pdu.fields {
        write_field(io, field, input);
    }
    io.word(pdu.tlvs.len() as u32);
    for tlv in &pdu.tlvs {
        io.word(tlv.tag.0.into());
        write_field(io, &tlv.field, input);
    }
    io.word(pdu.faults.len() as u32);
    for fault in &pdu.faults {
        write_fault(io, fault);
    }
    write_content(io, pdu, input);
}

/// Where `part` begins in `whole`, of which it is a part.
fn offset_in(part: &[u8], whole: &[u8]) -> u32 {
    (part.as_ptr() as usize).wrapping_sub(whole.as_ptr() as usize) as u32
}

fn write_field(io: &mut Io, field: &Field<'_>, input: &[u8]) {
    // No names of vendors are given.
    io.name_or_part(field.name, input);
    io.words(&[field.offset as u32, field.bytes.len() as u32]);
    match &field.meaning {
        Some(Cow::Borrowed(meaning)) => io.name_or_part(meaning, input),
        Some(Cow::Owned(meaning)) => io.text(meaning),
        None => io.words(&[NOTHING, 0]),
    }
    match &field.value {
        Value::Number(number) => io.words(&[0, *number]),
        Value::Text(octets) => {
            io.word(1);
            io.latin1(octets);
        }
        Value::Octets(octets) => io.words(&[2, offset_in(octets, input), octets.len() as u32]),
        Value::Fields(fields) => {
            io.words(&[3, fields.len() as u32]);
            for field in fields {
                write_field(io, field, input);
            }
        }
    }
    io.word(field.children.len() as u32);
    for child in &field.children {
        write_field(io, child, input);
    }
}

fn write_fault(io: &mut Io, fault: &Fault) {
    io.name(fault.severity.as_str());
    io.name(fault.kind.as_str());
    io.word(fault.offset as u32);
    let texts = [
        fault.field.as_deref(),
        fault.expected.as_deref(),
        fault.found.as_deref(),
        fault.section.as_deref(),
    ];
    for text in texts {
        match text {
            Some(text) => io.text(text),
            None => io.words(&[NOTHING, 0]),
        }
    }
}

/// Text, user data header and receipt of a message.
fn write_content(io: &mut Io, pdu: &DecodedPdu<'_>, input: &[u8]) {
    let Some(delivery) = Delivery::decode(pdu.bytes) else {
        io.words(&[0, 0, 0]);
        return;
    };
    let header = delivery.udh();
    io.word(1);
    let mut encoding = crate::text::EncodingName::Binary;
    io.text_with(|heap| {
        encoding = decode_into(
            heap,
            delivery.body(),
            delivery.data_coding.0,
            header.as_ref(),
            Alphabet::Gsm7,
        )
        .0;
    });
    io.name(encoding.as_str());
    match header {
        Some(header) => write_udh(io, &header, offset_in(header.as_bytes(), input)),
        None => io.word(0),
    }
    let towards_esme = pdu.header.command_id != CommandId::SUBMIT_SM;
    let mut room = Vec::new();
    match delivery.report(&mut room).filter(|_| towards_esme) {
        Some(found) => {
            io.word(1);
            report::write(io, &found, Some(&delivery), &[], &Messages::default());
        }
        None => io.word(0),
    }
}

fn write_udh(io: &mut Io, header: &Udh<'_>, offset: u32) {
    io.word(1 + header.elements().count() as u32);
    plain_field(io, "udhl", offset, 1, header.as_bytes().len() as u32 - 1);
    for element in header.elements() {
        io.name(udh::element_name(element.id));
        let at = offset + element.offset as u32;
        // Identifier, length, data.
        io.words(&[at, 2 + element.data.len() as u32]);
        io.words(&[NOTHING, 0]);
        io.words(&[2, at + 2, element.data.len() as u32]);
        let parts = udh::parts(&element);
        io.word(parts.len() as u32);
        for part in parts {
            plain_field(
                io,
                part.name,
                at + 2 + part.offset as u32,
                part.length as u32,
                part.value,
            );
        }
    }
}

fn plain_field(io: &mut Io, name: &'static str, offset: u32, length: u32, value: u32) {
    io.name(name);
    io.words(&[offset, length]);
    io.words(&[NOTHING, 0]);
    io.words(&[0, value]);
    io.word(0);
}

/// Parses the first `length` octets of the scratch room as a receipt's text, with what its TLVs say if there are any.
/// Returns the address of the block, or 0 if it is no receipt.
#[wasm_bindgen]
pub fn parse_receipt(
    length: usize,
    receipted_message_id: Option<String>,
    message_state: Option<u8>,
    network_error_code: Option<Vec<u8>>,
) -> usize {
    let id = receipted_message_id.and_then(latin1);
    let tlvs = ReceiptTlvs {
        receipted_message_id: id.as_deref(),
        message_state,
        network_error_code: network_error_code.as_deref(),
    };
    Io::with(|io| {
        let text = io.written(length).to_vec();
        io.clear();
        // As a receipt by its TLVs, or else by its text.
        let found = receipt::from_deliver(0, &text, tlvs)
            .or_else(|| receipt::parse(&text).and_then(|_| receipt::from_deliver(4, &text, tlvs)));
        match found {
            Some(found) => {
                report::write(io, &found, None, &[], &Messages::default());
                io.publish(&[], None, 0)
            }
            None => 0,
        }
    })
}

/// Counts the segments of a text, which is in the scratch room in so many UTF-16 units, or octets in a coding that
/// JavaScript codes. Returns the address of the block.
#[wasm_bindgen]
#[allow(clippy::too_many_arguments)]
pub fn count(
    units: usize,
    encoding: &str,
    language: Option<String>,
    concat: &str,
    default_alphabet: &str,
    transliterate: bool,
    substitute: Option<char>,
    flash: bool,
    udh: &[u8],
    reference: u16,
) -> Result<usize, JsValue> {
    let unknown = |option| {
        error::throw(
            error::Fault::InvalidField,
            "not a value for this option",
            option,
        )
    };
    let (encoding, coded) =
        super::names::coding_by_name(encoding).ok_or_else(|| unknown("encoding"))?;
    let options = EncodeOptions {
        encoding,
        language: match language {
            Some(name) => Some(Language::by_name(&name).ok_or_else(|| unknown("language"))?),
            None => None,
        },
        concat: Concat::by_name(concat).ok_or_else(|| unknown("concat"))?,
        max_segments: 255,
        default_alphabet: Alphabet::by_name(default_alphabet)
            .ok_or_else(|| unknown("defaultAlphabet"))?,
        transliterate,
        substitute,
        flash,
        extra_udh: udh,
        reference,
    };
    Io::with(|io| {
        let count = if coded == EncodingName::Binary {
            let text: Vec<u16> = io
                .written(units * 2)
                .as_chunks::<2>()
                .0
                .iter()
                .map(|u| u16::from_le_bytes(*u))
                .collect();
            count_segments(&text, &options)
        } else {
            count_encoded(io.written(units), coded, &options)
        };
        io.clear();
        let count = count.map_err(|error| error::text(&error))?;
        io.name(count.plan.encoding.as_str());
        io.words(&[
            count.plan.data_coding.into(),
            count.segments as u32,
            count.plan.units as u32,
            count.plan.remaining as u32,
            count.plan.len() as u32,
        ]);
        for segment in count.plan.segments() {
            io.octets(segment.octets);
            io.optional_octets(Some(segment.udh).filter(|udh| !udh.is_empty()));
        }
        io.word(count.unencodable.len() as u32);
        for (index, char) in count.unencodable {
            io.word(index as u32);
            io.text(char.encode_utf8(&mut [0; 4]));
        }
        Ok(io.publish(&[], None, 0))
    })
}
