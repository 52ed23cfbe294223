//! A PDU as a line of a log. Passwords are never in it, addresses and texts only if asked for.

use super::config::{LogLevel, Messages};
use crate::pdu::{HEADER_LEN, Header, Pdu};
use crate::session::{Delivery, Direction};
use crate::text::decode_into;
use std::fmt::Write;

pub(super) fn write(line: &mut String, direction: Direction, frame: &[u8], messages: &Messages) {
    let Some(header) = frame.first_chunk::<HEADER_LEN>().map(Header::decode) else {
        return;
    };
    let arrow = match direction {
        Direction::In => "<-",
        Direction::Out => "->",
    };
    let id = header.command_id;
    // Writing to a string does not fail.
    let _ = write!(line, "{arrow} {}", id.name());
    if !id.is_known() {
        let _ = write!(line, "(0x{:08X})", id.0);
    }
    let _ = write!(
        line,
        " seq={} len={}",
        header.sequence_number, header.command_length
    );
    if id.is_response() {
        let _ = write!(
            line,
            " status=0x{:08X} {}",
            header.command_status.0,
            header.command_status.name()
        );
    }
    if messages.log == LogLevel::Texts
        && let Some(delivery) = Pdu::decode(frame)
            .ok()
            .and_then(|(_, pdu)| Delivery::of(&pdu))
    {
        for (name, octets) in [
            (" from=", delivery.source.addr),
            (" to=", delivery.destination.addr),
        ] {
            line.push_str(name);
            line.extend(octets.iter().map(|&o| char::from(o)));
        }
        let mut text = String::new();
        let udh = delivery.udh();
        decode_into(
            &mut text,
            delivery.body(),
            delivery.data_coding.0,
            udh.as_ref(),
            messages.default_alphabet,
        );
        let _ = write!(line, " text={text:?}");
    }
}
