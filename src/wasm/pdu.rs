//! PDUs from records: `PduInput` and `TlvInput` as js/engine/values.ts writes them.

use super::engine::Engine;
use super::error::{of_field, or_throw, send, throw};
use super::events::{WHOLE, ticket};
use super::io::Io;
use super::layout::{ErrorCode, LinkState, ValueKind};
use crate::pdu::named::{FieldRef, KeyRef, PduRef, ValueRef, encode_refs};
use crate::pdu::{CommandId, CommandStatus, HEADER_LEN, Tag};
use crate::session::{Instant, Sequence};
use wasm_bindgen::prelude::*;

pub(super) fn invalid(message: &str, field: &str) -> JsValue {
    throw(ErrorCode::InvalidField, message, field)
}

/// Takes a value off the front of a record: its kind, and a number or how much follows. `None` if it is cut short.
fn value<'a>(record: &mut &'a [u8]) -> Option<ValueRef<'a>> {
    Some(match ValueKind::of(*record.split_off_first()?)? {
        ValueKind::Number => ValueRef::Number(word(record)?),
        ValueKind::Text => ValueRef::Text(text(record)?),
        ValueKind::Octets => ValueRef::Octets(octets(record)?),
        ValueKind::Fields => ValueRef::Fields(many(record, field)?),
        ValueKind::List => ValueRef::List(many(record, value)?),
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

fn text<'a>(record: &mut &'a [u8]) -> Option<&'a str> {
    std::str::from_utf8(octets(record)?).ok()
}

/// As many as most PDUs have fields.
const USUAL: usize = 20;

fn many<'a, T>(record: &mut &'a [u8], one: fn(&mut &'a [u8]) -> Option<T>) -> Option<Vec<T>> {
    let count = word(record)? as usize;
    let mut all = Vec::with_capacity(count.min(USUAL));
    for _ in 0..count {
        all.push(one(record)?);
    }
    Some(all)
}

fn field<'a>(record: &mut &'a [u8]) -> Option<FieldRef<'a>> {
    Some((text(record)?, value(record)?))
}

fn tlv<'a>(record: &mut &'a [u8]) -> Option<(KeyRef<'a>, ValueRef<'a>)> {
    let key = match value(record)? {
        ValueRef::Text(name) => KeyRef::Name(name),
        ValueRef::Number(tag) => KeyRef::Tag(Tag(tag as u16)),
        _ => return None,
    };
    Some((key, value(record)?))
}

/// A PDU, and its command as it is given.
fn pdu<'a>(record: &mut &'a [u8]) -> Option<(ValueRef<'a>, PduRef<'a>)> {
    let command = value(record)?;
    let pdu = PduRef {
        command_id: CommandId(0),
        command_status: CommandStatus(word(record)?),
        sequence_number: word(record)?,
        fields: many(record, field)?,
        tlvs: many(record, tlv)?,
    };
    Some((command, pdu))
}

/// The octets of the PDU in the first `length` octets of the scratch room, and its command. `response`: the command and status in place of
/// its own.
fn encoded(
    length: usize,
    response: Option<(CommandId, CommandStatus)>,
) -> Result<(CommandId, Vec<u8>), JsValue> {
    Io::with(|io| {
        let read = pdu(&mut io.written(length));
        let (command, mut pdu) = read.ok_or_else(|| invalid("not a record", "pdu"))?;
        match (response, command) {
            (Some((id, status)), _) => (pdu.command_id, pdu.command_status) = (id, status),
            (None, ValueRef::Number(number)) => pdu.command_id = CommandId(number),
            (None, ValueRef::Text(name)) => {
                pdu.command_id = CommandId::by_name(name).ok_or_else(no_such_command)?;
            }
            _ => return Err(no_such_command()),
        }
        // The record is longer than what it makes, as names are longer than numbers.
        let mut out = Vec::with_capacity(length);
        encode_refs(&mut out, &pdu, None).map_err(|error| of_field(&error, &error.field))?;
        Ok((pdu.command_id, out))
    })
}

pub(super) fn no_such_command() -> JsValue {
    invalid("no such command", "command")
}

/// Encodes a PDU in the scratch room: `command`, `status`, `sequence`, `tlvs`, and its fields by name. Returns the address of the block that
/// says where its octets are.
#[wasm_bindgen]
pub fn encode_pdu(length: usize) -> usize {
    let (_, octets) = or_throw(encoded(length, None));
    Io::with(|io| {
        io.clear();
        io.octets = octets;
        io.publish(&[], None, LinkState::Closed)
    })
}

#[wasm_bindgen]
impl Engine {
    /// Queues any request, given as for `encode_pdu`.
    pub fn request(&mut self, now: f64, number: u32, length: usize) -> Result<(), JsValue> {
        let (command_id, octets) = encoded(length, None)?;
        self.session()
            .enqueue_encoded(
                Instant::from_millis(now as u64),
                ticket(number, WHOLE),
                command_id,
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
        let response = (command_id.response(), CommandStatus(status));
        let (_, octets) = encoded(length, Some(response))?;
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
