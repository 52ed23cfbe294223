//! PDUs from JavaScript objects: `PduInput` and `TlvInput` of js/engine/types.ts.

use super::engine::Engine;
use super::error::{Fault, of_field, send, throw};
use super::events::{WHOLE, ticket};
use crate::pdu::{
    CommandId, CommandStatus, FieldValue, HEADER_LEN, NamedField, NamedPdu, Tag, TlvKey,
    encode_fields,
};
use crate::session::{Instant, Sequence};
use crate::words::Told;
use js_sys::{Array, Object, Uint8Array};
use wasm_bindgen::prelude::*;

fn invalid(message: &str, field: &str) -> JsValue {
    throw(Fault::InvalidField, message, field)
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
        let (digits, radix) = match name.strip_prefix("0x") {
            Some(digits) => (digits, 16),
            None => (name.as_str(), 10),
        };
        let key = match u16::from_str_radix(digits, radix) {
            Ok(tag) => TlvKey::Tag(Tag(tag)),
            Err(_) => TlvKey::Name(name.clone()),
        };
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

fn number(value: &JsValue, name: &str) -> Result<u32, JsValue> {
    match field_value(value, name)? {
        FieldValue::Number(number) => Ok(number),
        _ => Err(invalid("a number is expected", name)),
    }
}

fn command(value: &JsValue) -> Result<CommandId, JsValue> {
    const NAME: &str = "command";
    match field_value(value, NAME)? {
        FieldValue::Number(number) => Ok(CommandId(number)),
        FieldValue::Text(name) => {
            CommandId::by_name(&name).ok_or_else(|| invalid("no such command", NAME))
        }
        _ => Err(invalid("a name or a number is expected", NAME)),
    }
}

/// A PDU of this command or, if none is given, of the command that the object names.
fn read(object: &JsValue, command_id: Option<CommandId>) -> Result<NamedPdu, JsValue> {
    let mut named = None;
    let mut pdu = NamedPdu {
        command_id: CommandId(0),
        command_status: CommandStatus::ESME_ROK,
        sequence_number: 0,
        fields: Vec::new(),
        tlvs: Vec::new(),
    };
    for (name, value) in entries(object, "pdu")? {
        match name.as_str() {
            "command" => named = Some(value),
            "status" => pdu.command_status = CommandStatus(number(&value, "status")?),
            "sequence" => pdu.sequence_number = number(&value, "sequence")?,
            "tlvs" => pdu.tlvs = tlvs(&value)?,
            _ => {
                let value = field_value(&value, &name)?;
                pdu.fields.push((name, value));
            }
        }
    }
    pdu.command_id = match command_id {
        Some(id) => id,
        None => command(&named.unwrap_or(JsValue::UNDEFINED))?,
    };
    Ok(pdu)
}

fn encoded(pdu: &NamedPdu) -> Result<Vec<u8>, JsValue> {
    let mut out = Vec::new();
    encode_fields(&mut out, pdu, None).map_err(|error| of_field(&error.told(), &error.field))?;
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
    encoded(&pdu).map(|octets| octets.get(HEADER_LEN..).unwrap_or_default().to_vec())
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
