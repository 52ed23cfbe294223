//! PDUs from records: `PduInput` and `TlvInput` as js/engine/values.ts writes them.

use super::engine::Engine;
use super::error::{of_field, send, throw};
use super::events::{WHOLE, ticket};
use super::io::Io;
use super::layout::{ErrorCode, ValueKind};
use crate::pdu::{
    CommandId, CommandStatus, FieldValue, HEADER_LEN, NamedField, NamedPdu, Tag, TlvKey,
    encode_fields,
};
use crate::session::{Instant, Sequence};
use wasm_bindgen::prelude::*;

pub(super) fn invalid(message: &str, field: &str) -> JsValue {
    throw(ErrorCode::InvalidField, message, field)
}

/// Takes a value off the front of a record: its kind, and a number or how much follows. `None` if it is cut short.
fn value(record: &mut &[u8]) -> Option<FieldValue> {
    Some(match ValueKind::of(*record.split_off_first()?)? {
        ValueKind::Number => FieldValue::Number(word(record)?),
        ValueKind::Text => FieldValue::Text(text(record)?),
        ValueKind::Octets => FieldValue::Octets(octets(record)?.to_vec()),
        ValueKind::Fields => FieldValue::Fields(many(record, field)?),
        ValueKind::List => FieldValue::List(many(record, value)?),
    })
}

fn word(record: &mut &[u8]) -> Option<u32> {
    let octets = record.split_off(..4)?.first_chunk()?;
    Some(u32::from_le_bytes(*octets))
}

fn octets<'a>(record: &mut &'a [u8]) -> Option<&'a [u8]> {
    let length = word(record)?;
    record.split_off(..length as usize)
}

fn text(record: &mut &[u8]) -> Option<String> {
    let octets = octets(record)?;
    std::str::from_utf8(octets).ok().map(String::from)
}

fn many<T>(record: &mut &[u8], one: fn(&mut &[u8]) -> Option<T>) -> Option<Vec<T>> {
    let mut all = Vec::new();
    for _ in 0..word(record)? {
        all.push(one(record)?);
    }
    Some(all)
}

fn field(record: &mut &[u8]) -> Option<NamedField> {
    Some((text(record)?, value(record)?))
}

fn tlv(record: &mut &[u8]) -> Option<(TlvKey, FieldValue)> {
    let key = match value(record)? {
        FieldValue::Text(name) => TlvKey::Name(name),
        FieldValue::Number(tag) => TlvKey::Tag(Tag(tag as u16)),
        _ => return None,
    };
    Some((key, value(record)?))
}

/// A PDU, and its command as it is given.
fn pdu(record: &mut &[u8]) -> Option<(FieldValue, NamedPdu)> {
    let command = value(record)?;
    let pdu = NamedPdu {
        command_id: CommandId(0),
        command_status: CommandStatus(word(record)?),
        sequence_number: word(record)?,
        fields: many(record, field)?,
        tlvs: many(record, tlv)?,
    };
    Some((command, pdu))
}

/// The PDU in the first `length` octets of the scratch room, of this command or, if none is given, of its own.
fn read(length: usize, command_id: Option<CommandId>) -> Result<NamedPdu, JsValue> {
    let read = Io::with(|io| pdu(&mut io.written(length)));
    let (command, mut pdu) = read.ok_or_else(|| invalid("not a record", "pdu"))?;
    pdu.command_id = match (command_id, command) {
        (Some(id), _) => id,
        (None, FieldValue::Number(number)) => CommandId(number),
        (None, FieldValue::Text(name)) => CommandId::by_name(&name).ok_or_else(no_such_command)?,
        _ => return Err(no_such_command()),
    };
    Ok(pdu)
}

pub(super) fn no_such_command() -> JsValue {
    invalid("no such command", "command")
}

pub(super) fn encoded(pdu: &NamedPdu) -> Result<Vec<u8>, JsValue> {
    let mut out = Vec::new();
    encode_fields(&mut out, pdu, None).map_err(|error| of_field(&error, &error.field))?;
    Ok(out)
}

/// The octets of a PDU in the scratch room: `command`, `status`, `sequence`, `tlvs`, and its fields by name.
#[wasm_bindgen]
pub fn encode_pdu(length: usize) -> Result<Vec<u8>, JsValue> {
    encoded(&read(length, None)?)
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
        tlvs: Io::with(|io| many(&mut io.written(length), tlv)).unwrap_or_default(),
    };
    encoded(&pdu).map(|octets| octets.get(HEADER_LEN..).unwrap_or_default().to_vec())
}

#[wasm_bindgen]
impl Engine {
    /// Queues any request, given as for `encode_pdu`.
    pub fn request(&mut self, now: f64, number: u32, length: usize) -> Result<(), JsValue> {
        let pdu = read(length, None)?;
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
        let mut pdu = read(length, Some(command_id.response()))?;
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
