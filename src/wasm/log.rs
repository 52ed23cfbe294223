//! A PDU as a line of a log. Passwords are never in it, addresses and texts only if asked for.

use super::config::Messages;
use super::layout::LogLevel;
use crate::pdu::{CommandStatus, HEADER_LEN, Header};
use crate::session::{Delivery, Direction};
use crate::text::decode_into;
use std::fmt::Write as _;

pub(super) fn write(line: &mut String, direction: Direction, frame: &[u8], messages: &Messages) {
    let Some(header) = frame.first_chunk::<HEADER_LEN>().map(Header::decode) else {
        return;
    };
    let arrow = match direction {
        Direction::In => "<-",
        Direction::Out => "->",
    };
    let id = header.command_id;
    line.extend([arrow, " ", id.name()]);
    if !id.is_known() {
        let _ = write!(line, "(0x{:08X})", id.0);
    }
    let _ = write!(
        line,
        " seq={} len={}",
        header.sequence_number, header.command_length
    );
    if id.is_response() {
        let status = header.command_status;
        let _ = write!(line, " status=0x{:08X} {}", status.0, status.name());
    }
    if messages.log == LogLevel::Texts
        && let Some(delivery) = Delivery::decode(frame)
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
            messages.alphabets(),
        );
        line.push_str(" text=");
        write_quoted(line, &text);
    }
}

/// The peer is too busy; `status` is ESME_ROK if its congestion_state says so.
pub(super) fn pause(line: &mut String, status: CommandStatus, millis: u64) {
    let _ = write!(line, "-- paused for {millis} ms: {}", status.name());
}

/// In quotation marks, with what would end them or the line escaped.
fn write_quoted(line: &mut String, text: &str) {
    line.push('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => line.extend(['\\', c]),
            '\n' => line.push_str("\\n"),
            '\r' => line.push_str("\\r"),
            '\t' => line.push_str("\\t"),
            c if c.is_control() || matches!(c, '\u{2028}' | '\u{2029}') => {
                let _ = write!(line, "\\u{{{:04X}}}", u32::from(c));
            }
            c => line.push(c),
        }
    }
    line.push('"');
}
