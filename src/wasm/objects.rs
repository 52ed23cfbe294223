//! The codec with plain JavaScript objects, for those who use the module by itself, as `wasm-pack build` makes it. The npm
//! package reads records instead: an object made from here costs as much as a codec in JavaScript.

use super::error::{Fault as Wrong, throw};
use crate::pdu::explain::{DecodedPdu, Fault, Field, Options, Value, explain};
use crate::pdu::{FieldValue, NamedField, Pdu};
use crate::session::Delivery;
use crate::text::{Alphabet, EncodeOptions, Encoding, count_segments, decode};
use js_sys::{Array, Object, Reflect, Uint8Array};
use wasm_bindgen::prelude::*;

fn object(members: &[(&str, JsValue)]) -> Object {
    let object = Object::new();
    for (name, value) in members {
        // On a plain object this can't fail.
        let _ = Reflect::set(&object, &(*name).into(), value);
    }
    object
}

fn octets(octets: &[u8]) -> JsValue {
    Uint8Array::from(octets).into()
}

fn latin1(octets: &[u8]) -> JsValue {
    octets
        .iter()
        .copied()
        .map(char::from)
        .collect::<String>()
        .into()
}

fn fields(fields: &[Field<'_>]) -> Array {
    fields.iter().map(field).collect()
}

fn field(field: &Field<'_>) -> Object {
    let value = match &field.value() {
        Value::Text(text) => latin1(text),
        Value::Number(number) => (*number).into(),
        Value::Octets(value) => octets(value),
        Value::Fields(list) => fields(list).into(),
    };
    let made = object(&[
        ("name", field.name.into()),
        ("offset", field.offset.into()),
        ("length", field.bytes.len().into()),
        ("bytes", octets(field.bytes)),
        ("value", value),
    ]);
    if let Some(meaning) = &field.meaning() {
        let _ = Reflect::set(&made, &"meaning".into(), &meaning.as_ref().into());
    }
    if !field.children().is_empty() {
        let _ = Reflect::set(&made, &"children".into(), &fields(&field.children()));
    }
    made
}

fn fault(fault: &Fault<'_>) -> Object {
    let said = |said: Option<String>| said.map_or(JsValue::UNDEFINED, JsValue::from);
    object(&[
        ("severity", fault.severity.as_str().into()),
        ("kind", fault.kind.as_str().into()),
        ("field", (&*fault.field()).into()),
        ("offset", fault.offset.into()),
        ("expected", said(fault.expected())),
        ("found", said(fault.found())),
        ("section", fault.section().into()),
    ])
}

fn pdu(pdu: &DecodedPdu<'_>) -> Object {
    let header = &pdu.header;
    let tlvs: Array = pdu
        .tlvs
        .iter()
        .map(|tlv| {
            let made = field(&tlv.field);
            let _ = Reflect::set(&made, &"tag".into(), &tlv.tag.0.into());
            made
        })
        .collect();
    let made = object(&[
        ("offset", pdu.offset.into()),
        ("commandLength", header.command_length.into()),
        ("command", pdu.command().into()),
        ("commandId", header.command_id.0.into()),
        ("status", header.command_status.0.into()),
        ("statusName", header.command_status.name().into()),
        ("sequence", header.sequence_number.into()),
        ("valid", pdu.valid.into()),
        ("fields", fields(&pdu.fields).into()),
        ("tlvs", tlvs.into()),
        (
            "faults",
            pdu.faults.iter().map(fault).collect::<Array>().into(),
        ),
        ("bytes", octets(pdu.bytes)),
    ]);
    let decoded = Pdu::decode(pdu.bytes).ok();
    if let Some(delivery) = decoded.as_ref().and_then(|(_, pdu)| Delivery::of(pdu)) {
        let header = delivery.udh();
        let found = decode(
            delivery.body(),
            delivery.data_coding.0,
            header.as_ref(),
            Alphabet::Gsm7,
        );
        let text = object(&[
            ("value", found.text.into()),
            ("encoding", found.encoding.as_str().into()),
        ]);
        let _ = Reflect::set(&made, &"text".into(), &text);
    }
    made
}

/// Explains PDUs: `{ pdus, rest, error }`, as `decodePdus` of `smpp-edge/decoder`, without user data headers and receipts.
#[wasm_bindgen(js_name = decodePdus)]
pub fn decode_objects(input: &[u8], strict: Option<bool>) -> Object {
    let explained = explain(
        input,
        &Options {
            strict: strict.unwrap_or(false),
            ..Options::default()
        },
    );
    object(&[
        (
            "pdus",
            explained.pdus.iter().map(pdu).collect::<Array>().into(),
        ),
        ("rest", explained.rest.into()),
        (
            "error",
            explained
                .error
                .as_ref()
                .map_or(JsValue::UNDEFINED, |found| fault(found).into()),
        ),
    ])
}

fn invalid(message: &str, field: &str) -> JsValue {
    throw(Wrong::InvalidField, message, field)
}

/// The properties of an object; an error names `field` if it is none.
fn entries(value: &JsValue, field: &str) -> Result<Vec<(String, JsValue)>, JsValue> {
    let object = value
        .dyn_ref::<Object>()
        .ok_or_else(|| invalid("an object is expected", field))?;
    Ok(Object::entries(object)
        .iter()
        .map(|entry| {
            let entry = Array::from(&entry);
            (entry.get(0).as_string().unwrap_or_default(), entry.get(1))
        })
        .filter(|(_, value)| !value.is_undefined())
        .collect())
}

fn field_value(value: &JsValue, field: &str) -> Result<FieldValue, JsValue> {
    if let Some(number) = value.as_f64() {
        let whole = number as u32;
        return if f64::from(whole) == number {
            Ok(FieldValue::Number(whole))
        } else {
            Err(invalid(
                "a whole number from 0 to 4294967295 is expected",
                field,
            ))
        };
    }
    if let Some(text) = value.as_string() {
        return Ok(FieldValue::Text(text));
    }
    if let Some(flag) = value.as_bool() {
        return Ok(FieldValue::Number(flag.into()));
    }
    if let Some(octets) = value.dyn_ref::<Uint8Array>() {
        return Ok(FieldValue::Octets(octets.to_vec()));
    }
    if let Some(list) = value.dyn_ref::<Array>() {
        let items: Result<Vec<_>, _> = list.iter().map(|item| field_value(&item, field)).collect();
        return items.map(FieldValue::List);
    }
    named_fields(value, field).map(FieldValue::Fields)
}

fn named_fields(value: &JsValue, field: &str) -> Result<Vec<NamedField>, JsValue> {
    entries(value, field)?
        .into_iter()
        .map(|(name, value)| field_value(&value, &name).map(|value| (name, value)))
        .collect()
}

/// What the caller did wrong: { code, message, field? }.
fn refusal(error: JsValue) -> JsValue {
    let error = error.as_string().unwrap_or_default();
    let mut parts = error.split('\0').map(JsValue::from);
    let mut next = || parts.next().unwrap_or_default();
    let (code, field, message) = (next(), next(), next());
    let made = object(&[("code", code), ("message", message)]);
    if field.is_truthy() {
        let _ = Reflect::set(&made, &"field".into(), &field);
    }
    made.into()
}

/// The octets of a PDU given as an object: `encodePdu` of `smpp-edge/decoder`.
#[wasm_bindgen(js_name = encodePdu)]
pub fn encode_object(pdu: &JsValue) -> Result<Vec<u8>, JsValue> {
    named_fields(pdu, "pdu")
        .and_then(|given| super::pdu::read(given, None))
        .and_then(|pdu| super::pdu::encoded(&pdu))
        .map_err(refusal)
}

/// What a text needs: `{ encoding, dataCoding, segments, units, remaining }`.
#[wasm_bindgen(js_name = countSegments)]
pub fn count_object(text: &str, encoding: Option<String>) -> Result<Object, JsValue> {
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
    Ok(object(&[
        ("encoding", count.plan.encoding.as_str().into()),
        ("dataCoding", count.plan.data_coding.into()),
        ("segments", count.segments.into()),
        ("units", count.plan.units.into()),
        ("remaining", count.plan.remaining.into()),
    ]))
}
