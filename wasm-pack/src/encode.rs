//! PDUs written from objects: by the specification's names, or as `decodePdus` returned them.

use super::PduInput;
use super::error::Thrown;
use js_sys::Uint8Array;
use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use smpp_edge::pdu::{
    CommandId, CommandStatus, FieldValue, HEADER_LEN, NamedField, NamedPdu, Tag, TlvKey,
    encode_fields,
};
use wasm_bindgen::prelude::*;

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
fn named_tlvs(given: Vec<NamedField>) -> Vec<(TlvKey, FieldValue)> {
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

fn number(value: &FieldValue, name: &str) -> Result<u32, Thrown> {
    match value {
        FieldValue::Number(number) => Ok(*number),
        _ => Err(Thrown::invalid(name, "expected a number")),
    }
}

fn command(value: Option<&FieldValue>) -> Result<CommandId, Thrown> {
    const NAME: &str = "command";
    match value {
        Some(FieldValue::Number(number)) => Ok(CommandId(*number)),
        Some(FieldValue::Text(name)) => CommandId::by_name(name)
            .ok_or_else(|| Thrown::invalid(NAME, "there is no such command")),
        _ => Err(Thrown::invalid(NAME, "expected a name or a number")),
    }
}

/// A PDU by the specification's names.
fn by_name(given: Vec<NamedField>) -> Result<NamedPdu, Thrown> {
    let mut named = None;
    let mut pdu = empty();
    for (name, value) in given {
        match name.as_str() {
            "command" => named = Some(value),
            "status" => pdu.command_status = CommandStatus(number(&value, "status")?),
            "sequence" => pdu.sequence_number = number(&value, "sequence")?,
            "tlvs" => match value {
                FieldValue::Fields(given) => pdu.tlvs = named_tlvs(given),
                _ => return Err(Thrown::invalid("tlvs", "expected an object")),
            },
            _ => pdu.fields.push((name, value)),
        }
    }
    pdu.command_id = command(named.as_ref())?;
    Ok(pdu)
}

fn empty() -> NamedPdu {
    NamedPdu {
        command_id: CommandId(0),
        command_status: CommandStatus::ESME_ROK,
        sequence_number: 0,
        fields: Vec::new(),
        tlvs: Vec::new(),
    }
}

/// A PDU as `decodePdus` returns it: its fields by their values, its TLVs by tag and value.
fn decoded(given: Vec<NamedField>) -> Result<NamedPdu, Thrown> {
    let mut pdu = empty();
    for (name, value) in given {
        match (name.as_str(), value) {
            ("commandId", value) => pdu.command_id = CommandId(number(&value, "commandId")?),
            ("status", value) => pdu.command_status = CommandStatus(number(&value, "status")?),
            ("sequence", value) => pdu.sequence_number = number(&value, "sequence")?,
            ("fields", FieldValue::List(fields)) => {
                pdu.fields = fields.into_iter().map(field).collect::<Result<_, _>>()?;
            }
            ("tlvs", FieldValue::List(tlvs)) => {
                pdu.tlvs = tlvs.into_iter().map(tlv).collect::<Result<_, _>>()?;
            }
            _ => {}
        }
    }
    Ok(pdu)
}

fn member(members: &mut Vec<NamedField>, name: &str) -> Option<FieldValue> {
    let at = members.iter().position(|(known, _)| known == name)?;
    Some(members.swap_remove(at).1)
}

/// `{ name, value }`; what else a decoded field has is derived from these.
fn field(given: FieldValue) -> Result<NamedField, Thrown> {
    let refused = || Thrown::invalid("fields", "expected objects with name and value");
    let FieldValue::Fields(mut members) = given else {
        return Err(refused());
    };
    match (member(&mut members, "name"), member(&mut members, "value")) {
        (Some(FieldValue::Text(name)), Some(FieldValue::List(parts))) if !parts.is_empty() => {
            let parts = parts.into_iter().map(field).collect::<Result<_, _>>()?;
            Ok((name, FieldValue::Fields(parts)))
        }
        (Some(FieldValue::Text(name)), Some(FieldValue::List(_))) => {
            Ok((name, FieldValue::Fields(Vec::new())))
        }
        (Some(FieldValue::Text(name)), Some(value)) => Ok((name, value)),
        _ => Err(refused()),
    }
}

/// `{ tag, bytes }`: a TLV is written as it was, whatever its value means.
fn tlv(given: FieldValue) -> Result<(TlvKey, FieldValue), Thrown> {
    let refused = || Thrown::invalid("tlvs", "expected objects with tag and bytes");
    let FieldValue::Fields(mut members) = given else {
        return Err(refused());
    };
    match (member(&mut members, "tag"), member(&mut members, "bytes")) {
        (Some(FieldValue::Number(tag)), Some(bytes @ FieldValue::Octets(_))) => {
            let tag = u16::try_from(tag).map_err(|_| refused())?;
            Ok((TlvKey::Tag(Tag(tag)), bytes))
        }
        _ => Err(refused()),
    }
}

/// The bytes of a PDU and its command.
pub(super) fn encode(given: &JsValue) -> Result<(CommandId, Vec<u8>), Thrown> {
    let given = serde_wasm_bindgen::from_value(given.clone());
    let given = given.map_err(|error| Thrown::invalid("pdu", &error.to_string()))?;
    let Given(Some(FieldValue::Fields(members))) = given else {
        return Err(Thrown::invalid("pdu", "expected an object"));
    };
    let is_decoded = members
        .iter()
        .any(|(name, value)| name == "fields" && matches!(value, FieldValue::List(_)));
    let pdu = if is_decoded {
        decoded(members)
    } else {
        by_name(members)
    }?;
    let mut out = Vec::new();
    encode_fields(&mut out, &pdu, None)?;
    Ok((pdu.command_id, out))
}

/// The bytes of TLVs that are given by name or number.
pub(super) fn tlvs(given: &JsValue) -> Result<Vec<u8>, Thrown> {
    let given = serde_wasm_bindgen::from_value(given.clone());
    let given = given.map_err(|error| Thrown::invalid("tlvs", &error.to_string()))?;
    let Given(Some(FieldValue::Fields(members))) = given else {
        return Err(Thrown::invalid("tlvs", "expected an object"));
    };
    // Any PDU without fields will do to carry them.
    let pdu = NamedPdu {
        command_id: CommandId::ENQUIRE_LINK,
        tlvs: named_tlvs(members),
        ..empty()
    };
    let mut out = Vec::new();
    encode_fields(&mut out, &pdu, None)?;
    Ok(out.split_off(HEADER_LEN))
}

/// Writes a PDU: one given by the specification's names, or one that `decodePdus` returned.
#[wasm_bindgen(js_name = encodePdu)]
pub fn encode_pdu(pdu: &PduInput) -> Result<Uint8Array, JsValue> {
    let (_, bytes) = encode(pdu)?;
    Ok(Uint8Array::from(&bytes[..]))
}
