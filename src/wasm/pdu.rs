//! PDUs from JavaScript objects: `PduInput` and `TlvInput` of js/engine/types.ts.

use super::engine::Engine;
use super::error::{Fault, send, throw};
use super::events::{WHOLE, ticket};
use crate::pdu::{
    CommandId, CommandStatus, FieldValue, HEADER_LEN, InvalidInput, NamedField, NamedPdu, Tag,
    TlvKey, encode_fields,
};
use crate::session::{Instant, Sequence};
use js_sys::{Array, Object, Reflect, Uint8Array};
use wasm_bindgen::prelude::*;

fn invalid(message: &str, field: &str) -> JsValue {
    throw(Fault::InvalidField, message, field)
}

fn unwritable(error: &InvalidInput) -> JsValue {
    throw(Fault::InvalidField, &error.to_string(), "").with_field(&error.field)
}

trait WithField {
    fn with_field(self, field: &str) -> Self;
}

impl WithField for JsValue {
    fn with_field(self, field: &str) -> Self {
        let _ = Reflect::set(&self, &"field".into(), &field.into());
        self
    }
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

/// TLVs by name, by number in decimal, or by number in hexadecimal with 0x; an array repeats a tag.
fn tlvs(value: &JsValue) -> Result<Vec<(TlvKey, FieldValue)>, JsValue> {
    let mut all = Vec::new();
    for (name, value) in entries(value, "tlvs")? {
        let number = match name.strip_prefix("0x") {
            Some(digits) => u16::from_str_radix(digits, 16).ok(),
            None => name.parse().ok(),
        };
        let key = number.map_or_else(|| TlvKey::Name(name.clone()), |tag| TlvKey::Tag(Tag(tag)));
        match value.dyn_ref::<Array>() {
            Some(list) => {
                for item in list.iter() {
                    all.push((key.clone(), field_value(&item, &name)?));
                }
            }
            None => all.push((key, field_value(&value, &name)?)),
        }
    }
    Ok(all)
}

/// What stands beside the fields of a PDU in its object.
const FRAME: [&str; 4] = ["command", "status", "sequence", "tlvs"];

fn read(object: &JsValue, command_id: Option<CommandId>) -> Result<NamedPdu, JsValue> {
    let get = |name: &str| Reflect::get(object, &name.into()).unwrap_or(JsValue::UNDEFINED);
    let number = |name: &str| match get(name) {
        value if value.is_undefined() => Ok(0),
        value => match field_value(&value, name)? {
            FieldValue::Number(number) => Ok(number),
            _ => Err(invalid("a number is expected", name)),
        },
    };
    let command_id = match command_id {
        Some(id) => id,
        None => match field_value(&get("command"), "command")? {
            FieldValue::Number(number) => CommandId(number),
            FieldValue::Text(name) => {
                CommandId::by_name(&name).ok_or_else(|| invalid("no such command", "command"))?
            }
            _ => return Err(invalid("a name or a number is expected", "command")),
        },
    };
    let mut fields = named_fields(object_without_frame(object)?.as_ref(), "pdu")?;
    fields.retain(|(name, _)| !FRAME.contains(&name.as_str()));
    let given = get("tlvs");
    Ok(NamedPdu {
        command_id,
        command_status: CommandStatus(number("status")?),
        sequence_number: number("sequence")?,
        fields,
        tlvs: if given.is_undefined() {
            Vec::new()
        } else {
            tlvs(&given)?
        },
    })
}

/// A copy without what is not a field, so that its values need not look like fields.
fn object_without_frame(object: &JsValue) -> Result<Object, JsValue> {
    let object = object
        .dyn_ref::<Object>()
        .ok_or_else(|| invalid("an object is expected", "pdu"))?;
    let copy = Object::assign(&Object::new(), object);
    for name in FRAME {
        let _ = Reflect::delete_property(&copy, &name.into());
    }
    Ok(copy)
}

fn encoded(pdu: &NamedPdu) -> Result<Vec<u8>, JsValue> {
    let mut out = Vec::new();
    encode_fields(&mut out, pdu, None).map_err(|error| unwritable(&error))?;
    Ok(out)
}

/// The octets of a PDU given as an object: `command`, `status`, `sequence`, `tlvs`, and its fields by name.
#[wasm_bindgen]
pub fn encode_pdu(pdu: &JsValue) -> Result<Vec<u8>, JsValue> {
    encoded(&read(pdu, None)?)
}

/// The octets of TLVs given by name or number.
#[wasm_bindgen]
pub fn encode_tlvs(given: &JsValue) -> Result<Vec<u8>, JsValue> {
    // Any PDU without fields will do to carry them.
    let pdu = NamedPdu {
        command_id: CommandId::ENQUIRE_LINK,
        command_status: CommandStatus::ESME_ROK,
        sequence_number: 0,
        fields: Vec::new(),
        tlvs: tlvs(given)?,
    };
    encoded(&pdu).map(|mut octets| octets.split_off(HEADER_LEN))
}

#[wasm_bindgen]
impl Engine {
    /// Queues any request, given as for `encode_pdu`.
    pub fn request(&mut self, now: f64, number: u32, pdu: &JsValue) -> Result<(), JsValue> {
        let pdu = read(pdu, None)?;
        let octets = encoded(&pdu)?;
        self.session()
            .enqueue_encoded(
                Instant::from_millis(now as u64),
                ticket(number, WHOLE),
                pdu.command_id,
                &octets[HEADER_LEN..],
            )
            .map_err(|error| send(&error))
    }

    /// Answers a request of the peer with fields of the response. False if it was not open any more.
    pub fn respond_with(
        &mut self,
        now: f64,
        connection: u32,
        number: u32,
        status: u32,
        fields: &JsValue,
    ) -> Result<bool, JsValue> {
        let sequence = Sequence::new(connection, number);
        let Some(command_id) = self.peek().request_command(sequence) else {
            return Ok(false);
        };
        let mut pdu = read(fields, Some(command_id.response()))?;
        pdu.command_status = CommandStatus(status);
        let octets = encoded(&pdu)?;
        let answered = self.session().respond_with(
            Instant::from_millis(now as u64),
            sequence,
            CommandStatus(status),
            |out, _| {
                out.extend_from_slice(&octets[HEADER_LEN..]);
                Ok(())
            },
        );
        answered.map_err(|error| super::error::field(&error))
    }
}
