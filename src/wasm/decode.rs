//! PDUs explained, receipts parsed and segments counted, as records for js/engine/explained.ts and segments.ts.

use super::config::{BadSetting, Messages, latin1};
use super::error;
use super::io::Io;
use super::layout::{
    self, ByteOrder as Order, Count, FieldKind, LinkState, Part, Place, Text, Unencodable, lasting,
};
use super::report;
use super::sms::{BadField, SmsReader};
use crate::pdu::explain::{DecodedPdu, Explainer, Fault, Field, Options, Value};
use crate::pdu::{CommandId, ValueSet};
use crate::receipt::{self, ReceiptTlvs};
use crate::session::composer::check_tlvs;
use crate::session::{Content, Delivery, Instant};
use crate::text::{
    Alphabet, ByteOrder, EncodeOptions, EncodingName, Udh, byte_order, count_encoded, count_latin1,
    count_segments, decode_into, udh,
};
use std::fmt::Write as _;
use wasm_bindgen::prelude::*;

/// Explains the first `length` octets of the scratch room. Returns the address of the block that says where the records are.
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
        io.publish(&[], None, LinkState::Closed)
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
    io.word(1);
    let record = layout::Pdu {
        offset: pdu.offset as u32,
        command_length: header.command_length,
        command_id: header.command_id.0,
        status: header.command_status.0,
        sequence: header.sequence_number,
        valid: pdu.valid,
        command: lasting(pdu.command()),
        status_name: lasting(header.command_status.name()),
    };
    io.put(record);
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
    let record = |kind: u32| layout::Field {
        kind,
        // No names of vendors are given: each lasts.
        name: lasting(field.name),
        offset: field.offset as u32,
    };
    if let Some((set, octet)) = field.octet() {
        let which = (set as u32) << 16 | u32::from(octet) << 8;
        return io.put(record(FieldKind::Octet as u32 | which));
    }
    let length = field.bytes.len() as u32;
    match field.plain() {
        Some(Value::Text(text)) => {
            let text = io.latin1(text);
            io.put(record(FieldKind::Text as u32));
            return io.words(&[length, text.at, text.length]);
        }
        Some(_) => {
            io.put(record(FieldKind::Octets as u32));
            return io.word(length);
        }
        None => {}
    }
    let (value, meaning, children) = (field.value(), field.meaning(), field.children());
    let mut kind = match value {
        Value::Number(_) => FieldKind::Number,
        Value::Text(_) => FieldKind::Text,
        Value::Octets(_) => FieldKind::Octets,
        Value::Fields(_) => FieldKind::Fields,
    } as u32;
    if meaning.is_some() {
        kind |= FieldKind::WithMeaning as u32;
    }
    if !children.is_empty() {
        kind |= FieldKind::WithChildren as u32;
    }
    io.put(record(kind));
    io.word(length);
    match &value {
        Value::Number(number) => io.word(*number),
        Value::Text(octets) => {
            let text = io.latin1(octets);
            io.put(text);
        }
        Value::Octets(_) => {}
        Value::Fields(fields) => write_fields(io, fields),
    }
    if let Some(meaning) = &meaning {
        let meaning = io.text(meaning);
        io.put(meaning);
    }
    if !children.is_empty() {
        write_fields(io, &children);
    }
}

fn write_fault(io: &mut Io, fault: &Fault<'_>) {
    let mut optional = |said: Option<String>| said.map_or(Place::NOWHERE, |said| io.text(&said));
    let [expected, found] = [optional(fault.expected()), optional(fault.found())];
    let record = layout::Fault {
        severity: lasting(fault.severity.as_str()),
        kind: lasting(fault.kind.as_str()),
        offset: fault.offset as u32,
        field: io.text(&fault.field()),
        expected,
        found,
        section: io.text(&fault.section()),
    };
    io.put(record);
}

/// Text, user data header and receipt of a message.
fn write_content(io: &mut Io, pdu: &DecodedPdu<'_>, input: &[u8]) {
    let delivery = Delivery::decode(pdu.bytes).or_else(|| Delivery::decode_multi(pdu.bytes));
    let Some(delivery) = delivery else {
        io.words(&[0, 0, 0]);
        return;
    };
    let header = delivery.udh();
    let mut encoding = EncodingName::Binary;
    let value = io.text_with(|heap| {
        encoding = decode_into(
            heap,
            delivery.body(),
            delivery.data_coding.0,
            header.as_ref(),
            Alphabet::Gsm7,
        )
        .0;
    });
    let (order, mark) = byte_order(delivery.body());
    let text = Text {
        value,
        encoding: lasting(encoding.as_str()),
        order: match order {
            _ if encoding != EncodingName::Ucs2 => Order::Unsaid,
            ByteOrder::Big if mark == 0 => Order::Unsaid,
            ByteOrder::Big => Order::BigEndian,
            ByteOrder::Little => Order::LittleEndian,
        },
    };
    io.word(1);
    io.put(text);
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
        let children = if parts.is_empty() {
            0
        } else {
            FieldKind::WithChildren as u32
        };
        let record = layout::Field {
            kind: FieldKind::Element as u32 | children,
            name: lasting(udh::element_name(element.id)),
            offset: at,
        };
        io.put(record);
        // Identifier, length, data.
        io.word(2 + element.data.len() as u32);
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
    let record = layout::Field {
        kind: FieldKind::Number as u32,
        name: lasting(name),
        offset,
    };
    io.put(record);
    io.words(&[length, value]);
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
                io.publish(&[], None, LinkState::Closed)
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
        Ok(if found {
            io.publish(&[], None, LinkState::Closed)
        } else {
            0
        })
    })
}

/// Counts the segments of an SMS, of which js/engine/sms.ts has written a record of so many octets. What is left open is coded
/// in the alphabet of this number. Returns the address of the block.
#[wasm_bindgen]
pub fn count(length: usize, default_alphabet: usize) -> usize {
    error::or_throw(counted(length, default_alphabet))
}

fn counted(length: usize, default_alphabet: usize) -> Result<usize, JsValue> {
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
        let count = count
            .and_then(|count| check_tlvs(sms.fields.tlvs, &count.plan).map(|()| count))
            .map_err(|error| error::text(&error))?;
        io.clear();
        let record = Count {
            encoding: lasting(count.plan.encoding.as_str()),
            data_coding: count.plan.data_coding.into(),
            segments: count.segments as u32,
            units: count.plan.units as u32,
            remaining: count.plan.remaining as u32,
        };
        io.put(record);
        io.word(count.plan.len() as u32);
        for segment in count.plan.segments() {
            let part = Part {
                octets: io.octets(segment.octets),
                udh: io.optional_octets(Some(segment.udh).filter(|udh| !udh.is_empty())),
            };
            io.put(part);
        }
        io.word(count.unencodable.len() as u32);
        for (index, char) in count.unencodable {
            let unencodable = Unencodable {
                index: index as u32,
                char: io.text(char.encode_utf8(&mut [0; 4])),
            };
            io.put(unencodable);
        }
        Ok(io.publish(&[], None, LinkState::Closed))
    })
}
