//! PDUs decoded to objects, see `DecodeResult` in types.ts. An object costs as much as a codec in JavaScript; the npm package reads
//! records instead.

use super::error::Thrown;
use super::events::{Octets, platform_text};
use super::read::{bytes_of, flag, members, unknown, whole};
use super::{DecodeResult, OctetsOrText};
use serde::Serialize;
use smpp_edge::messenger::{DeliveryReport, MessengerOptions};
use smpp_edge::pdu::CommandId;
use smpp_edge::pdu::explain::{DecodedPdu, Fault, Field, Options, Value, explain};
use smpp_edge::session::Delivery;
use smpp_edge::text::{Alphabet, decode, udh};
use wasm_bindgen::prelude::*;

/// What `decodePdus` gives.
#[derive(Serialize)]
struct Decoded<'a> {
    pdus: Vec<PduObject<'a>>,
    rest: usize,
    error: Option<FaultObject<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PduObject<'a> {
    offset: usize,
    command_length: u32,
    command: &'static str,
    command_id: u32,
    status: u32,
    status_name: &'static str,
    sequence: u32,
    valid: bool,
    fields: Vec<FieldObject<'a>>,
    tlvs: Vec<FieldObject<'a>>,
    faults: Vec<FaultObject<'a>>,
    bytes: Octets<&'a [u8]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<TextObject>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    udh: Vec<ElementObject<'a>>,
    #[serde(
        with = "serde_wasm_bindgen::preserve",
        skip_serializing_if = "JsValue::is_undefined"
    )]
    receipt: JsValue,
}

/// One element of a user data header, or a part of one.
#[derive(Serialize)]
struct ElementObject<'a> {
    name: &'static str,
    offset: usize,
    length: usize,
    bytes: Octets<&'a [u8]>,
    value: ElementValue<'a>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    children: Vec<ElementObject<'a>>,
}

#[derive(Serialize)]
#[serde(untagged)]
enum ElementValue<'a> {
    Number(u32),
    Octets(Octets<&'a [u8]>),
}

#[derive(Serialize)]
struct FieldObject<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    tag: Option<u16>,
    name: &'a str,
    offset: usize,
    length: usize,
    bytes: Octets<&'a [u8]>,
    value: ValueObject<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    meaning: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    children: Vec<FieldObject<'a>>,
}

#[derive(Serialize)]
#[serde(untagged)]
enum ValueObject<'a> {
    Text(String),
    Number(u32),
    Octets(Octets<&'a [u8]>),
    Fields(Vec<FieldObject<'a>>),
}

#[derive(Serialize)]
struct TextObject {
    value: String,
    encoding: &'static str,
}

#[derive(Serialize)]
struct FaultObject<'a> {
    severity: &'static str,
    kind: &'static str,
    field: std::borrow::Cow<'a, str>,
    offset: usize,
    expected: Option<String>,
    found: Option<String>,
    section: String,
}

impl<'a> From<&DecodedPdu<'a>> for PduObject<'a> {
    fn from(pdu: &DecodedPdu<'a>) -> Self {
        let header = &pdu.header;
        let delivery = Delivery::decode(pdu.bytes);
        let tlv = |tag: u16, field| FieldObject {
            tag: Some(tag),
            ..FieldObject::from(field)
        };
        PduObject {
            offset: pdu.offset,
            command_length: header.command_length,
            command: pdu.command(),
            command_id: header.command_id.0,
            status: header.command_status.0,
            status_name: header.command_status.name(),
            sequence: header.sequence_number,
            valid: pdu.valid,
            fields: pdu.fields.iter().map(FieldObject::from).collect(),
            tlvs: pdu.tlvs.iter().map(|t| tlv(t.tag.0, &t.field)).collect(),
            faults: pdu.faults.iter().map(FaultObject::from).collect(),
            bytes: Octets(pdu.bytes),
            text: delivery.as_ref().map(TextObject::of),
            udh: delivery
                .as_ref()
                .map(|delivery| elements(pdu, delivery))
                .unwrap_or_default(),
            receipt: delivery
                .as_ref()
                .and_then(|delivery| receipt(pdu, delivery))
                .unwrap_or_default(),
        }
    }
}

impl<'a> From<&Field<'a>> for FieldObject<'a> {
    fn from(field: &Field<'a>) -> Self {
        FieldObject {
            tag: None,
            name: field.name,
            offset: field.offset,
            length: field.length(),
            bytes: Octets(field.bytes),
            value: match field.value() {
                Value::Text(octets) => {
                    ValueObject::Text(octets.iter().copied().map(char::from).collect())
                }
                Value::Number(number) => ValueObject::Number(number),
                Value::Octets(octets) => ValueObject::Octets(Octets(octets)),
                Value::Fields(fields) => {
                    ValueObject::Fields(fields.iter().map(FieldObject::from).collect())
                }
            },
            meaning: field.meaning().map(Into::into),
            children: field.children().iter().map(FieldObject::from).collect(),
        }
    }
}

impl<'a> From<&Fault<'a>> for FaultObject<'a> {
    fn from(fault: &Fault<'a>) -> Self {
        FaultObject {
            severity: fault.severity.as_str(),
            kind: fault.kind.as_str(),
            field: fault.field(),
            offset: fault.offset,
            expected: fault.expected(),
            found: fault.found(),
            section: fault.section(),
        }
    }
}

impl TextObject {
    fn of(delivery: &Delivery<'_>) -> Self {
        let header = delivery.udh();
        let coding = delivery.data_coding.0;
        let found = decode(delivery.body(), coding, header.as_ref(), Alphabet::Gsm7);
        let platform = platform_text(found.encoding, delivery.body());
        TextObject {
            value: platform.unwrap_or(found.text),
            encoding: found.encoding.as_str(),
        }
    }
}

/// The elements of the user data header, behind its length.
fn elements<'a>(pdu: &DecodedPdu<'a>, delivery: &Delivery<'a>) -> Vec<ElementObject<'a>> {
    let Some(header) = delivery.udh() else {
        return Vec::new();
    };
    let bytes = header.as_bytes();
    let start = pdu.offset + (bytes.as_ptr().addr() - pdu.bytes.as_ptr().addr());
    let number = |name, offset: usize, length: usize, value| ElementObject {
        name,
        offset: start + offset,
        length,
        bytes: Octets(&bytes[offset..offset + length]),
        value: ElementValue::Number(value),
        children: Vec::new(),
    };
    let length = number("udhl", 0, 1, bytes.len() as u32 - 1);
    let elements = header.elements().map(|element| {
        // Identifier, length, data.
        let data_at = element.offset + 2;
        let parts = udh::parts(&element).into_iter();
        let children =
            parts.map(|part| number(part.name, data_at + part.offset, part.length, part.value));
        ElementObject {
            name: udh::element_name(element.id),
            offset: start + element.offset,
            length: 2 + element.data.len(),
            bytes: Octets(&bytes[element.offset..data_at + element.data.len()]),
            value: ElementValue::Octets(Octets(element.data)),
            children: children.collect(),
        }
    });
    std::iter::once(length).chain(elements).collect()
}

fn receipt(pdu: &DecodedPdu<'_>, delivery: &Delivery<'_>) -> Option<JsValue> {
    if pdu.header.command_id == CommandId::SUBMIT_SM {
        return None;
    }
    let mut room = Vec::new();
    let report = delivery.report(&mut room)?;
    let options = MessengerOptions::default();
    let report = DeliveryReport::new(&report, Some(delivery), pdu.bytes, &options);
    Some(super::receipt::report_object(&report).into())
}

/// Bytes, or their hexadecimal digits with any white space between them.
fn octets(input: &JsValue) -> Result<Vec<u8>, Thrown> {
    if let Some(bytes) = bytes_of(input) {
        return Ok(bytes);
    }
    let refused = || {
        Thrown::invalid(
            "input",
            "expected a Uint8Array or hexadecimal digits, two a byte",
        )
    };
    let text = input.as_string().ok_or_else(refused)?;
    let digits: Option<Vec<u32>> = text
        .chars()
        .filter(|c| !c.is_whitespace())
        .map(|c| c.to_digit(16))
        .collect();
    let digits = digits.ok_or_else(refused)?;
    let (pairs, []) = digits.as_chunks::<2>() else {
        return Err(refused());
    };
    Ok(pairs
        .iter()
        .map(|[high, low]| (high << 4 | low) as u8)
        .collect())
}

/// Decodes every PDU of the input, each field with its place, and names each fault.
#[wasm_bindgen(js_name = decodePdus)]
pub fn decode_pdus(
    input: &OctetsOrText,
    #[wasm_bindgen(unchecked_optional_param_type = "DecodeOptions")] options: &JsValue,
) -> Result<DecodeResult, JsValue> {
    let given = members(options, "options")?;
    let mut options = Options::default();
    for (name, value) in given {
        match &*name {
            "strict" => options.strict = flag(&name, &value)?,
            "maxPdu" => options.max_pdu = whole(&name, &value, 16, u32::MAX)? as usize,
            _ => return Err(unknown(&name).into()),
        }
    }
    let input = octets(input)?;
    let explained = explain(&input, &options);
    let object = serde_wasm_bindgen::to_value(&Decoded {
        pdus: explained.pdus.iter().map(PduObject::from).collect(),
        rest: explained.rest,
        error: explained.error.as_ref().map(FaultObject::from),
    });
    Ok(object.map_err(Thrown::from)?.unchecked_into())
}
