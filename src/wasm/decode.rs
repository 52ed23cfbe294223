//! PDUs explained, receipts parsed and segments counted, as records that js/engine/explained.ts reads in the same order.

use super::config::{BadSetting, Messages, latin1};
use super::error;
use super::io::{Io, NOTHING};
use super::report;
use super::sms::{BadField, SmsReader};
use crate::pdu::explain::{DecodedPdu, Explainer, Fault, Field, Options, Value};
use crate::pdu::{CommandId, ValueSet};
use crate::receipt::{self, ReceiptTlvs};
use crate::session::{Content, Delivery, Instant};
use crate::text::{
    Alphabet, ByteOrder, EncodeOptions, EncodingName, Udh, byte_order, count_encoded, count_latin1,
    count_segments, decode_into, udh,
};
use std::fmt::Write as _;
use wasm_bindgen::prelude::*;

// What the first octet of a field's record tells: which value it has, and what follows besides.
/// With the octet, and the number of its set of values, in the same word.
const OCTET: u32 = 0;
const NUMBER: u32 = 1;
const TEXT: u32 = 2;
const OCTETS: u32 = 3;
const FIELDS: u32 = 4;
/// Octets behind an identifier and a length.
const ELEMENT: u32 = 5;
const WITH_MEANING: u32 = 8;
const WITH_CHILDREN: u32 = 16;

// The byte order of a text in UCS-2, where that says anything.
const UNSAID: u32 = 0;
const BIG_ENDIAN: u32 = 1;
const LITTLE_ENDIAN: u32 = 2;

/// Explains the first `length` octets of the scratch room. Returns the address of the block that tells where the records are.
#[wasm_bindgen]
pub fn decode_pdus(length: usize, strict: bool, max_pdu: usize) -> usize {
    Io::with(|io| {
        // Taken out, so that records can be written while it is read.
        let scratch = std::mem::take(&mut io.scratch);
        let start = scratch.as_ptr().align_offset(8);
        let input = scratch.get(start..start + length).unwrap_or_default();
        io.clear();
        let options = Options {
            strict,
            max_pdu,
            ..Options::default()
        };
        let mut explainer = Explainer::new(input, &options);
        for pdu in explainer.by_ref() {
            write_pdu(io, &pdu, input);
        }
        let error = explainer.error;
        io.words(&[0, explainer.rest.len() as u32, error.is_some().into()]);
        if let Some(fault) = &error {
            write_fault(io, fault);
        }
        io.scratch = scratch;
        io.publish(&[], None, 0)
    })
}

/// What an octet of the set of values with this number means: the meaning, then for each of its bit fields a line of name,
/// value and meaning between tabs. A meaning may be empty.
#[wasm_bindgen]
pub fn octet_meaning(set: usize, octet: u8) -> String {
    let Some(set) = ValueSet::ALL.get(set) else {
        return String::new();
    };
    let octets = [octet];
    let field = Field::of_octet(*set, &octets);
    let mut out = field.meaning().unwrap_or_default().into_owned();
    for bits in field.children() {
        let value = bits.number().unwrap_or(0);
        let meaning = bits.meaning().unwrap_or_default();
        let _ = write!(out, "\n{}\t{value}\t{meaning}", bits.name);
    }
    out
}

fn write_pdu(io: &mut Io, pdu: &DecodedPdu<'_>, input: &[u8]) {
    let header = &pdu.header;
    let [command_at, command_length] = Io::lasting(pdu.command());
    let [status_at, status_length] = Io::lasting(header.command_status.name());
    io.words(&[
        1,
        pdu.offset as u32,
        header.command_length,
        header.command_id.0,
        header.command_status.0,
        header.sequence_number,
        pdu.valid.into(),
        command_at,
        command_length,
        status_at,
        status_length,
    ]);
    write_fields(io, &pdu.fields);
    io.word(pdu.tlvs.len() as u32);
    for tlv in &pdu.tlvs {
        io.word(tlv.tag.0.into());
        write_field(io, &tlv.field);
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

fn write_fields(io: &mut Io, fields: &[Field<'_>]) {
    io.word(fields.len() as u32);
    for field in fields {
        write_field(io, field);
    }
}

fn write_field(io: &mut Io, field: &Field<'_>) {
    // No names of vendors are given: each lasts.
    let [name_at, name_length] = Io::lasting(field.name);
    let offset = field.offset as u32;
    if let Some((set, octet)) = field.octet() {
        let which = (set as u32) << 16 | u32::from(octet) << 8;
        return io.words(&[OCTET | which, name_at, name_length, offset]);
    }
    let length = field.bytes.len() as u32;
    match field.plain() {
        Some(Value::Text(text)) => {
            let [at, units] = io.place_latin1(text);
            return io.words(&[TEXT, name_at, name_length, offset, length, at, units]);
        }
        Some(_) => return io.words(&[OCTETS, name_at, name_length, offset, length]),
        None => {}
    }
    let (value, meaning, children) = (field.value(), field.meaning(), field.children());
    let mut kind = match value {
        Value::Number(_) => NUMBER,
        Value::Text(_) => TEXT,
        Value::Octets(_) => OCTETS,
        Value::Fields(_) => FIELDS,
    };
    if meaning.is_some() {
        kind |= WITH_MEANING;
    }
    if !children.is_empty() {
        kind |= WITH_CHILDREN;
    }
    io.words(&[kind, name_at, name_length, offset, length]);
    match &value {
        Value::Number(number) => io.word(*number),
        Value::Text(octets) => io.latin1(octets),
        Value::Octets(_) => {}
        Value::Fields(fields) => write_fields(io, fields),
    }
    if let Some(meaning) = &meaning {
        io.text(meaning);
    }
    if !children.is_empty() {
        write_fields(io, &children);
    }
}

fn write_fault(io: &mut Io, fault: &Fault<'_>) {
    io.name(fault.severity.as_str());
    io.name(fault.kind.as_str());
    io.word(fault.offset as u32);
    io.text(&fault.field());
    for said in [fault.expected(), fault.found()] {
        match said {
            Some(said) => io.text(&said),
            None => io.words(&[NOTHING, 0]),
        }
    }
    io.text(&fault.section());
}

/// Text, user data header and receipt of a message.
fn write_content(io: &mut Io, pdu: &DecodedPdu<'_>, input: &[u8]) {
    let delivery = Delivery::decode(pdu.bytes).or_else(|| Delivery::decode_multi(pdu.bytes));
    let Some(delivery) = delivery else {
        io.words(&[0, 0, 0]);
        return;
    };
    let header = delivery.udh();
    io.word(1);
    let mut encoding = EncodingName::Binary;
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
    let (order, mark) = byte_order(delivery.body());
    io.word(match order {
        _ if encoding != EncodingName::Ucs2 => UNSAID,
        ByteOrder::Big if mark == 0 => UNSAID,
        ByteOrder::Big => BIG_ENDIAN,
        ByteOrder::Little => LITTLE_ENDIAN,
    });
    match header {
        Some(header) => write_udh(io, &header, offset_in(header.as_bytes(), input)),
        None => io.word(0),
    }
    let towards_esme = !matches!(
        pdu.header.command_id,
        CommandId::SUBMIT_SM | CommandId::SUBMIT_MULTI
    );
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
    write_number(io, "udhl", offset, 1, header.as_bytes().len() as u32 - 1);
    for element in header.elements() {
        let at = offset + element.offset as u32;
        let parts = udh::parts(&element);
        io.word(if parts.is_empty() {
            ELEMENT
        } else {
            ELEMENT | WITH_CHILDREN
        });
        io.name(udh::element_name(element.id));
        // Identifier, length, data.
        io.words(&[at, 2 + element.data.len() as u32]);
        if !parts.is_empty() {
            io.word(parts.len() as u32);
        }
        for part in parts {
            let offset = at + 2 + part.offset as u32;
            write_number(io, part.name, offset, part.length as u32, part.value);
        }
    }
}

fn write_number(io: &mut Io, name: &'static str, offset: u32, length: u32, value: u32) {
    io.word(NUMBER);
    io.name(name);
    io.words(&[offset, length, value]);
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

/// Joins the PDUs of a message's segments, which lie behind the settings in the scratch room, each of so many octets in all.
/// Returns the address of the block, or 0 if there is none among them. Throws the place of a setting that can't be.
#[wasm_bindgen]
pub fn join_segments(settings: usize, length: usize) -> Result<usize, JsValue> {
    Io::with(|io| {
        let (_, messages) = super::config::read(io.written(settings))
            .map_err(|BadSetting(place)| JsValue::from_f64(place as f64))?;
        let frames = io
            .written(settings + length)
            .get(settings..)
            .unwrap_or_default()
            .to_vec();
        io.clear();
        let found = super::events::stored(io, &frames, &messages);
        Ok(if found { io.publish(&[], None, 0) } else { 0 })
    })
}

/// Counts the segments of an SMS, of which js/engine/sms.ts has written a record of so many octets. What is left open is coded
/// in the alphabet of this number. Returns the address of the block.
#[wasm_bindgen]
pub fn count(length: usize, default_alphabet: usize) -> Result<usize, JsValue> {
    let alphabet = Alphabet::ALL.get(default_alphabet).copied();
    let messages = Messages {
        default_alphabet: alphabet.ok_or_else(|| error::bad_field(BadField("defaultAlphabet")))?,
        ..Messages::default()
    };
    Io::with(|io| {
        let mut reader = SmsReader::default();
        let read = reader.read(io.written(length), Instant::default(), &messages);
        let (_, sms) = read.map_err(error::bad_field)?;
        let options = EncodeOptions {
            reference: sms.reference.unwrap_or(0),
            ..sms.options
        };
        let count = match sms.content {
            Content::Text(units) => count_segments(units, &options),
            Content::Latin1(text) => count_latin1(text, &options),
            Content::Encoded(octets, coded) => count_encoded(octets, coded, &options),
        };
        let count = count.map_err(|error| error::text(&error))?;
        io.clear();
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
