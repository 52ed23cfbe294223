//! The codec with plain JavaScript objects, for those who use the module by itself, as `wasm-pack build` makes it. The npm
//! package reads records instead: an object made from here costs as much as a codec in JavaScript.

use super::pdu::{encoded, invalid, no_such_command};
use crate::pdu::explain::{DecodedPdu, Fault, Field, Options, Value, explain};
use crate::pdu::{CommandId, CommandStatus, FieldValue, NamedField, NamedPdu, Tag, TlvKey};
use crate::session::Delivery;
use crate::text::{Alphabet, EncodeOptions, Encoding, count_segments, decode};
use js_sys::Uint8Array;
use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde::{Serialize, Serializer};
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
    bytes: Octets<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<TextObject>,
}

#[derive(Serialize)]
struct FieldObject<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    tag: Option<u16>,
    name: &'a str,
    offset: usize,
    length: usize,
    bytes: Octets<'a>,
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
    Octets(Octets<'a>),
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

/// What `countSegments` gives.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Count {
    encoding: &'static str,
    data_coding: u8,
    segments: usize,
    units: usize,
    remaining: usize,
}

/// A Uint8Array.
struct Octets<'a>(&'a [u8]);

impl Serialize for Octets<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bytes(self.0)
    }
}

impl<'a> From<&DecodedPdu<'a>> for PduObject<'a> {
    fn from(pdu: &DecodedPdu<'a>) -> Self {
        let header = &pdu.header;
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
            text: Delivery::decode(pdu.bytes).map(|delivery| {
                let header = delivery.udh();
                let coding = delivery.data_coding.0;
                let found = decode(delivery.body(), coding, header.as_ref(), Alphabet::Gsm7);
                TextObject {
                    value: found.text,
                    encoding: found.encoding.as_str(),
                }
            }),
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

fn object(value: &impl Serialize) -> Result<JsValue, JsValue> {
    Ok(serde_wasm_bindgen::to_value(value)?)
}

/// Explains PDUs: `{ pdus, rest, error }`, as `decodePdus` of `smpp-edge/decoder`, without user data headers and receipts.
#[wasm_bindgen(js_name = decodePdus)]
pub fn decode_objects(input: &[u8], strict: Option<bool>) -> Result<JsValue, JsValue> {
    let options = Options {
        strict: strict.unwrap_or(false),
        ..Options::default()
    };
    let explained = explain(input, &options);
    object(&Decoded {
        pdus: explained.pdus.iter().map(PduObject::from).collect(),
        rest: explained.rest,
        error: explained.error.as_ref().map(FaultObject::from),
    })
}

/// A value of a field as JavaScript gives it; `None` for `undefined`.
struct Given(Option<FieldValue>);

impl<'de> Deserialize<'de> for Given {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Given, D::Error> {
        deserializer.deserialize_any(GivenVisitor)
    }
}

struct GivenVisitor;

impl<'de> Visitor<'de> for GivenVisitor {
    type Value = Given;

    fn expecting(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("a number, a string, octets, an array or an object")
    }

    fn visit_unit<E: Error>(self) -> Result<Given, E> {
        Ok(Given(None))
    }

    fn visit_bool<E: Error>(self, flag: bool) -> Result<Given, E> {
        Ok(Given(Some(FieldValue::Number(flag.into()))))
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<Given, E> {
        let whole = number as u32;
        if f64::from(whole) != number {
            return Err(E::custom("a whole number from 0 to 4294967295 is expected"));
        }
        Ok(Given(Some(FieldValue::Number(whole))))
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Given, E> {
        self.visit_f64(number as f64)
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Given, E> {
        Ok(Given(Some(FieldValue::Text(text.into()))))
    }

    fn visit_byte_buf<E: Error>(self, octets: Vec<u8>) -> Result<Given, E> {
        Ok(Given(Some(FieldValue::Octets(octets))))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Given, A::Error> {
        let mut list = Vec::new();
        while let Some(Given(item)) = items.next_element()? {
            list.extend(item);
        }
        Ok(Given(Some(FieldValue::List(list))))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Given, A::Error> {
        let mut fields: Vec<NamedField> = Vec::new();
        while let Some((name, Given(value))) = members.next_entry::<String, _>()? {
            fields.extend(value.map(|value| (name, value)));
        }
        Ok(Given(Some(FieldValue::Fields(fields))))
    }
}

/// TLVs by name, by number in decimal, or by number in hexadecimal with 0x; a list repeats a tag.
fn tlvs(given: Vec<NamedField>) -> Vec<(TlvKey, FieldValue)> {
    let mut all = Vec::new();
    for (name, value) in given {
        let (digits, radix) = match name.strip_prefix("0x") {
            Some(digits) => (digits, 16),
            None => (name.as_str(), 10),
        };
        let key = match u16::from_str_radix(digits, radix) {
            Ok(tag) => TlvKey::Tag(Tag(tag)),
            Err(_) => TlvKey::Name(name),
        };
        match value {
            FieldValue::List(values) => {
                all.extend(values.into_iter().map(|value| (key.clone(), value)));
            }
            value => all.push((key, value)),
        }
    }
    all
}

fn number(value: &FieldValue, name: &str) -> Result<u32, JsValue> {
    match value {
        FieldValue::Number(number) => Ok(*number),
        _ => Err(invalid("a number is expected", name)),
    }
}

fn command(value: Option<&FieldValue>) -> Result<CommandId, JsValue> {
    const NAME: &str = "command";
    match value {
        Some(FieldValue::Number(number)) => Ok(CommandId(*number)),
        Some(FieldValue::Text(name)) => CommandId::by_name(name).ok_or_else(no_such_command),
        _ => Err(invalid("a name or a number is expected", NAME)),
    }
}

/// A PDU of the command that is named.
fn read(given: Vec<NamedField>) -> Result<NamedPdu, JsValue> {
    let mut named = None;
    let mut pdu = NamedPdu {
        command_id: CommandId(0),
        command_status: CommandStatus::ESME_ROK,
        sequence_number: 0,
        fields: Vec::new(),
        tlvs: Vec::new(),
    };
    for (name, value) in given {
        match name.as_str() {
            "command" => named = Some(value),
            "status" => pdu.command_status = CommandStatus(number(&value, "status")?),
            "sequence" => pdu.sequence_number = number(&value, "sequence")?,
            "tlvs" => match value {
                FieldValue::Fields(given) => pdu.tlvs = tlvs(given),
                _ => return Err(invalid("an object is expected", "tlvs")),
            },
            _ => pdu.fields.push((name, value)),
        }
    }
    pdu.command_id = command(named.as_ref())?;
    Ok(pdu)
}

/// What the caller did wrong.
#[derive(Serialize)]
struct Refusal<'a> {
    code: &'a str,
    message: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    field: &'a str,
}

fn refusal(error: JsValue) -> JsValue {
    let error = error.as_string().unwrap_or_default();
    let mut parts = error.split('\0');
    let mut next = || parts.next().unwrap_or_default();
    let (code, field, message) = (next(), next(), next());
    let refusal = Refusal {
        code,
        message,
        field,
    };
    object(&refusal).unwrap_or_else(|error| error)
}

/// The octets of a PDU given as an object: `encodePdu` of `smpp-edge/decoder`.
#[wasm_bindgen(js_name = encodePdu)]
pub fn encode_object(pdu: JsValue) -> Result<Uint8Array, JsValue> {
    let given = serde_wasm_bindgen::from_value(pdu);
    let given = given.map_err(|error| refusal(invalid(&error.to_string(), "pdu")))?;
    let Given(Some(FieldValue::Fields(fields))) = given else {
        return Err(refusal(invalid("an object is expected", "pdu")));
    };
    read(fields)
        .and_then(|pdu| encoded(&pdu))
        .map(|octets| Uint8Array::from(&octets[..]))
        .map_err(refusal)
}

/// What a text needs: `{ encoding, dataCoding, segments, units, remaining }`.
#[wasm_bindgen(js_name = countSegments)]
pub fn count_object(text: &str, encoding: Option<String>) -> Result<JsValue, JsValue> {
    let encoding = match encoding {
        Some(name) => Encoding::by_name(&name)
            .ok_or_else(|| refusal(invalid("not an encoding", "encoding")))?,
        None => Encoding::default(),
    };
    let units: Vec<u16> = text.encode_utf16().collect();
    let options = EncodeOptions {
        encoding,
        ..EncodeOptions::default()
    };
    let count =
        count_segments(&units, &options).map_err(|error| refusal(super::error::text(&error)))?;
    object(&Count {
        encoding: count.plan.encoding.as_str(),
        data_coding: count.plan.data_coding,
        segments: count.segments,
        units: count.plan.units,
        remaining: count.plan.remaining,
    })
}
