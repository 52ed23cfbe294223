//! PDUs from records: `PduInput` and `TlvInput` as js/engine/values.ts writes them.

use super::engine::Engine;
use super::error::{Fault, of_field, send, throw};
use super::events::{WHOLE, ticket};
use super::io::Io;
use crate::pdu::{
    CommandId, CommandStatus, FieldValue, HEADER_LEN, NamedField, NamedPdu, Tag, TlvKey,
    encode_fields,
};
use crate::session::{Instant, Sequence};
use wasm_bindgen::prelude::*;

fn invalid(message: &str, field: &str) -> JsValue {
    throw(Fault::InvalidField, message, field)
}

/// Takes a value off the front of a record: its kind, and a number or how much follows. `None` if it is cut short.
fn value(record: &mut &[u8]) -> Option<FieldValue> {
    let kind = *record.split_off_first()?;
    let number = word(record)?;
    Some(match kind {
        0 => FieldValue::Number(number),
        1 => FieldValue::Text(text(record, number)?),
        2 => FieldValue::Octets(record.split_off(..number as usize)?.to_vec()),
        3 => FieldValue::Fields(
            (0..number)
                .map(|_| {
                    let length = word(record)?;
                    Some((text(record, length)?, value(record)?))
                })
                .collect::<Option<_>>()?,
        ),
        _ => FieldValue::List((0..number).map(|_| value(record)).collect::<Option<_>>()?),
    })
}

fn word(record: &mut &[u8]) -> Option<u32> {
    let octets = record.split_off(..4)?.first_chunk()?;
    Some(u32::from_le_bytes(*octets))
}

fn text(record: &mut &[u8], length: u32) -> Option<String> {
    let octets = record.split_off(..length as usize)?;
    std::str::from_utf8(octets).ok().map(String::from)
}

/// The named values in the first `length` octets of the scratch room.
fn named_fields(length: usize) -> Vec<NamedField> {
    match Io::with(|io| value(&mut io.written(length))) {
        Some(FieldValue::Fields(fields)) => fields,
        _ => Vec::new(),
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
        Some(FieldValue::Text(name)) => {
            CommandId::by_name(name).ok_or_else(|| invalid("no such command", NAME))
        }
        _ => Err(invalid("a name or a number is expected", NAME)),
    }
}

/// A PDU of this command or, if none is given, of the command that is named.
pub(super) fn read(
    given: Vec<NamedField>,
    command_id: Option<CommandId>,
) -> Result<NamedPdu, JsValue> {
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
    pdu.command_id = match command_id {
        Some(id) => id,
        None => command(named.as_ref())?,
    };
    Ok(pdu)
}

pub(super) fn encoded(pdu: &NamedPdu) -> Result<Vec<u8>, JsValue> {
    let mut out = Vec::new();
    encode_fields(&mut out, pdu, None).map_err(|error| of_field(&error, &error.field))?;
    Ok(out)
}

/// The octets of a PDU in the scratch room: `command`, `status`, `sequence`, `tlvs`, and its fields by name.
#[wasm_bindgen]
pub fn encode_pdu(length: usize) -> Result<Vec<u8>, JsValue> {
    encoded(&read(named_fields(length), None)?)
}

/// The octets of the TLVs in the scratch room, by name or number.
#[wasm_bindgen]
pub fn encode_tlvs(length: usize) -> Result<Vec<u8>, JsValue> {
    // Any PDU without fields will do to carry them.
    let pdu = NamedPdu {
        command_id: CommandId::ENQUIRE_LINK,
        command_status: CommandStatus::ESME_ROK,
        sequence_number: 0,
        fields: Vec::new(),
        tlvs: tlvs(named_fields(length)),
    };
    encoded(&pdu).map(|octets| octets.get(HEADER_LEN..).unwrap_or_default().to_vec())
}

#[wasm_bindgen]
impl Engine {
    /// Queues any request, given as for `encode_pdu`.
    pub fn request(&mut self, now: f64, number: u32, length: usize) -> Result<(), JsValue> {
        let pdu = read(named_fields(length), None)?;
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
        length: usize,
    ) -> Result<bool, JsValue> {
        let sequence = Sequence::new(connection, number);
        let Some(command_id) = self.peek().request_command(sequence) else {
            return Ok(false);
        };
        let mut pdu = read(named_fields(length), Some(command_id.response()))?;
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
