//! PDUs written from objects: by the specification's names, or as `decodePdus` returned them.

use super::PduInput;
use super::error::Thrown;
use super::read::{bytes_of, is_array, is_plain, items, members, text_of};
use js_sys::Uint8Array;
use smpp_edge::pdu::{
    CommandId, CommandStatus, FieldValue, HEADER_LEN, InvalidInput, NamedField, NamedPdu, Tag,
    TlvKey, encode_fields,
};
use std::rc::Rc;
use wasm_bindgen::prelude::*;

/// Deeper fields and lists are refused: what contains itself has no end.
const DEEPEST: usize = 8;

/// The value of a field, whichever it may be.
fn value(name: &str, given: &JsValue, depth: usize) -> Result<FieldValue, Thrown> {
    if let Some(number) = given.as_f64() {
        return Ok(FieldValue::Number(whole(name, number)?));
    }
    if let Some(text) = text_of(name, given)? {
        return Ok(FieldValue::Text(text));
    }
    if let Some(flag) = given.as_bool() {
        return Ok(FieldValue::Number(flag.into()));
    }
    if let Some(bytes) = bytes_of(given) {
        return Ok(FieldValue::Octets(bytes));
    }
    if depth > DEEPEST {
        return Err(Thrown::invalid(name, "is nested too deep"));
    }
    if is_array(given) {
        let items = items(name, given)?;
        let values = items.iter().map(|item| value(name, item, depth + 1));
        return Ok(FieldValue::List(values.collect::<Result<_, _>>()?));
    }
    if is_plain(given) {
        return Ok(FieldValue::Fields(fields(name, given, depth + 1)?));
    }
    Err(Thrown::invalid(
        name,
        "expected a number, a string, a Uint8Array, an array or an object",
    ))
}

fn fields(name: &str, given: &JsValue, depth: usize) -> Result<Vec<NamedField>, Thrown> {
    let members = members(given, name)?.into_iter();
    members
        .map(|(name, given)| {
            let value = value(&name, &given, depth)?;
            Ok((name.as_ref().into(), value))
        })
        .collect()
}

fn whole(name: &str, number: f64) -> Result<u32, Thrown> {
    let whole = number as u32;
    if f64::from(whole) == number {
        Ok(whole)
    } else {
        Err(Thrown::invalid(
            name,
            "expected a whole number from 0 to 4294967295",
        ))
    }
}

/// TLVs by name, by number in decimal, or by number in hexadecimal with 0x; a list repeats a tag.
fn named_tlvs(given: &JsValue) -> Result<Vec<(TlvKey, FieldValue)>, Thrown> {
    let mut all = Vec::new();
    for (name, given) in members(given, "tlvs")? {
        let value = value(&format!("tlvs.{name}"), &given, 0)?;
        let (digits, radix) = match name.strip_prefix("0x") {
            Some(digits) => (digits, 16),
            None => (&*name, 10),
        };
        let key = match u16::from_str_radix(digits, radix) {
            Ok(tag) => TlvKey::Tag(Tag(tag)),
            Err(_) => TlvKey::Name(name.as_ref().into()),
        };
        match value {
            FieldValue::List(values) => {
                all.extend(values.into_iter().map(|value| (key.clone(), value)));
            }
            value => all.push((key, value)),
        }
    }
    Ok(all)
}

fn number(name: &str, given: &JsValue) -> Result<u32, Thrown> {
    let number = given.as_f64();
    whole(name, number.unwrap_or(f64::NAN))
}

fn command(given: &JsValue) -> Result<CommandId, Thrown> {
    const NAME: &str = "command";
    match given.as_string() {
        Some(name) => CommandId::by_name(&name)
            .ok_or_else(|| Thrown::invalid(NAME, "there is no such command")),
        None if given.as_f64().is_some() => Ok(CommandId(number(NAME, given)?)),
        None => Err(Thrown::invalid(NAME, "expected a name or a number")),
    }
}

/// A PDU by the specification's names.
fn by_name(given: Vec<(Rc<str>, JsValue)>) -> Result<NamedPdu, Thrown> {
    let mut pdu = empty();
    let mut id = None;
    for (name, given) in given {
        match &*name {
            "command" => id = Some(command(&given)?),
            "status" => pdu.command_status = CommandStatus(number("status", &given)?),
            "sequence" => pdu.sequence_number = number("sequence", &given)?,
            "tlvs" => pdu.tlvs = named_tlvs(&given)?,
            _ => {
                let value = value(&name, &given, 0)?;
                pdu.fields.push((name.as_ref().into(), value));
            }
        }
    }
    pdu.command_id = id.map_or_else(|| command(&JsValue::UNDEFINED), Ok)?;
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

/// A PDU as `decodePdus` returns it: its fields by their values, its TLVs by tag and bytes.
fn decoded(given: Vec<(Rc<str>, JsValue)>) -> Result<NamedPdu, Thrown> {
    let mut pdu = empty();
    for (name, given) in given {
        match &*name {
            "commandId" => pdu.command_id = CommandId(number("commandId", &given)?),
            "status" => pdu.command_status = CommandStatus(number("status", &given)?),
            "sequence" => pdu.sequence_number = number("sequence", &given)?,
            "fields" => {
                let fields = items("fields", &given)?;
                let fields = fields.iter().map(|given| field(given, 0));
                pdu.fields = fields.collect::<Result<_, _>>()?;
            }
            "tlvs" => {
                let tlvs = items("tlvs", &given)?;
                pdu.tlvs = tlvs.iter().map(tlv).collect::<Result<_, _>>()?;
            }
            _ => {}
        }
    }
    Ok(pdu)
}

/// Two members of an object; `undefined` for one that it lacks.
fn pair(given: &JsValue, what: &str, names: [&str; 2]) -> Result<[JsValue; 2], Thrown> {
    let mut found = [JsValue::UNDEFINED, JsValue::UNDEFINED];
    for (name, value) in members(given, what)? {
        if let Some(at) = names.iter().position(|known| **known == *name) {
            found[at] = value;
        }
    }
    Ok(found)
}

/// `{ name, value }`; what else a decoded field has is derived from these.
fn field(given: &JsValue, depth: usize) -> Result<NamedField, Thrown> {
    let [name, given] = pair(given, "fields", ["name", "value"])?;
    let Some(name) = name.as_string().filter(|_| depth <= DEEPEST) else {
        return Err(Thrown::invalid(
            "fields",
            "expected objects with name and value",
        ));
    };
    let value = if is_array(&given) {
        let parts = items(&name, &given)?;
        let parts = parts.iter().map(|part| field(part, depth + 1));
        FieldValue::Fields(parts.collect::<Result<_, _>>()?)
    } else {
        value(&name, &given, depth)?
    };
    Ok((name, value))
}

/// `{ tag, bytes }`: a TLV is written as it was, whatever its value means.
fn tlv(given: &JsValue) -> Result<(TlvKey, FieldValue), Thrown> {
    let refused = || Thrown::invalid("tlvs", "expected objects with tag and bytes");
    let [tag, bytes] = pair(given, "tlvs", ["tag", "bytes"])?;
    let tag = number("tlvs", &tag).map(u16::try_from);
    match (tag, bytes_of(&bytes)) {
        (Ok(Ok(tag)), Some(bytes)) => Ok((TlvKey::Tag(Tag(tag)), FieldValue::Octets(bytes))),
        _ => Err(refused()),
    }
}

fn read(given: &JsValue) -> Result<(bool, NamedPdu), Thrown> {
    if !is_plain(given) {
        return Err(Thrown::invalid("pdu", "expected an object"));
    }
    let members = members(given, "pdu")?;
    let is_decoded = members
        .iter()
        .any(|(name, value)| **name == *"fields" && is_array(value));
    let pdu = if is_decoded {
        decoded(members)
    } else {
        by_name(members)
    }?;
    Ok((is_decoded, pdu))
}

fn write(pdu: &NamedPdu) -> Result<Vec<u8>, Thrown> {
    let mut out = Vec::new();
    match encode_fields(&mut out, pdu, None) {
        Ok(()) => Ok(out),
        Err(error) => Err(fault(pdu, error)),
    }
}

/// Fields are written before TLVs: the fault is in a TLV if there is none without them.
fn fault(pdu: &NamedPdu, mut error: InvalidInput) -> Thrown {
    let fields = NamedPdu {
        tlvs: Vec::new(),
        ..pdu.clone()
    };
    if encode_fields(&mut Vec::new(), &fields, None).is_ok() {
        error.field = format!("tlvs.{}", error.field);
    }
    error.into()
}

/// The bytes of a request, of which the session writes the header, and its command.
pub(super) fn request(given: &JsValue) -> Result<(CommandId, Vec<u8>), Thrown> {
    let (is_decoded, pdu) = read(given)?;
    let set = [
        ("status", pdu.command_status.0),
        ("sequence", pdu.sequence_number),
    ];
    if let Some((name, _)) = set.iter().find(|(_, given)| *given != 0 && !is_decoded) {
        return Err(Thrown::invalid(name, "the session sets it"));
    }
    Ok((pdu.command_id, write(&pdu)?))
}

/// The bytes of TLVs that are given by name or number.
pub(super) fn tlvs(given: &JsValue) -> Result<Vec<u8>, Thrown> {
    // Any PDU without fields will do to carry them.
    let pdu = NamedPdu {
        command_id: CommandId::ENQUIRE_LINK,
        tlvs: named_tlvs(given)?,
        ..empty()
    };
    Ok(write(&pdu)?.split_off(HEADER_LEN))
}

/// Writes a PDU: one given by the specification's names, or one that `decodePdus` returned.
#[wasm_bindgen(js_name = encodePdu)]
pub fn encode_pdu(pdu: &PduInput) -> Result<Uint8Array, JsValue> {
    let (_, pdu) = read(pdu)?;
    Ok(Uint8Array::from(&write(&pdu)?[..]))
}
