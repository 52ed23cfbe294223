//! The session's events as records for js/engine/events.ts: the kind, then its fields in the order read there.

use super::config::{LogLevel, Messages};
use super::io::{ABSENT, Io, NOTHING};
use super::report;
use crate::pdu::{Bind, Body, CommandId, HEADER_LEN, Header};
use crate::receipt::Report;
use crate::session::{
    BindType, CloseReason, Delivery, Event, Failure, Segment, Sequence, State, Ticket,
    join_segments, status_text,
};
use crate::text::{Decoded, EncodingName, Joined, decode_into};

const BOUND: u32 = 1;
const SETTLED: u32 = 2;
const REQUEST: u32 = 3;
const REPORT: u32 = 4;
const MESSAGE: u32 = 5;
const BIND_REQUEST: u32 = 6;
const LOG: u32 = 7;
const CONNECT: u32 = 8;
const DISCONNECT: u32 = 9;
const NO_TRANSCEIVER: u32 = 10;
const SEGMENT: u32 = 11;
const WITHDRAWN: u32 = 12;
const LATE: u32 = 13;

/// Outcomes, as in js/engine/types.ts.
const RESPONSE: u32 = 0;
const TIMEOUT: u32 = 1;

/// The index of a ticket that is not a segment of an SMS: its response is handed over whole.
pub(super) const WHOLE: u8 = 255;

pub(super) fn ticket(number: u32, index: u8) -> Ticket {
    Ticket(u64::from(number) << 8 | u64::from(index))
}

/// The number that JavaScript gave an SMS or a request.
pub(super) fn number(ticket: Ticket) -> u32 {
    (ticket.0 >> 8) as u32
}

pub(super) fn state_code(state: State) -> u32 {
    match state {
        State::Closed => 0,
        State::Waiting => 1,
        State::Connecting => 2,
        State::Open | State::Outbound => 3,
        State::Binding => 4,
        State::Bound(_) => 5,
        State::Unbinding(_) => 6,
        State::Unbound => 7,
    }
}

/// Writes one event. `refusal`: what the SMSC said of the bind it refused last.
pub(super) fn write(io: &mut Io, event: &Event<'_>, messages: &Messages, refusal: &[u8]) {
    match *event {
        Event::Connect { endpoint } => io.words(&[CONNECT, endpoint as u32]),
        Event::NoTransceiver => io.word(NO_TRANSCEIVER),
        Event::Bound { system_id, version } => {
            io.word(BOUND);
            io.latin1(system_id);
            io.word(version.0.into());
        }
        Event::Response {
            ticket: Some(ticket),
            command_id,
            status,
            frame,
            ..
        } => {
            settled(
                io,
                SETTLED,
                ticket,
                RESPONSE,
                status.0,
                command_id,
                Some(frame),
            );
        }
        Event::Failed {
            ticket: Some(ticket),
            command_id,
            failure,
            ..
        } => {
            let (outcome, status) = outcome_of(failure);
            settled(io, SETTLED, ticket, outcome, status, command_id, None);
        }
        Event::Request { sequence, frame } => {
            inbound(io, sequence, frame, messages);
        }
        Event::LongMessage { sequence, message } => joined(io, Some(sequence), message, messages),
        Event::Incomplete { message, of } => joined(io, of, message, messages),
        Event::Withdrawn { sequence } => {
            io.word(WITHDRAWN);
            write_sequence(io, Some(sequence));
        }
        Event::Late {
            ticket,
            command_id,
            status,
            frame,
            ..
        } => {
            if let Some(ticket) = ticket {
                settled(
                    io,
                    LATE,
                    ticket,
                    RESPONSE,
                    status.0,
                    command_id,
                    Some(frame),
                );
            }
            request(io, None, frame, None);
        }
        Event::Unanswered {
            ticket: Some(ticket),
            command_id,
            ..
        } => settled(io, LATE, ticket, TIMEOUT, 0, command_id, None),
        Event::Notification { frame } | Event::Unmatched { frame } => {
            request(io, None, frame, None);
        }
        Event::Throttled { status, pause } if messages.log != LogLevel::None => {
            io.word(LOG);
            io.text_with(|line| super::log::pause(line, status, pause));
        }
        Event::Undecodable { frame, error } => request(io, None, frame, Some(&error.to_string())),
        Event::UnknownCommand { frame } => request(io, None, frame, Some("unknown command")),
        Event::Trace { direction, frame } => {
            io.word(LOG);
            io.text_with(|line| super::log::write(line, direction, frame, messages));
        }
        Event::Disconnect {
            ref reason,
            retry_in,
        } => {
            io.word(DISCONNECT);
            let (kind, status) = close_kind(reason);
            io.words(&[
                kind,
                status,
                retry_in.map_or(NOTHING, |millis| millis as u32),
            ]);
            io.text_with(|text| super::error::close_reason(text, reason));
            let refused = matches!(reason, CloseReason::BindRefused(_));
            let said = io.place_optional(Some(refusal).filter(|said| refused && !said.is_empty()));
            io.words(&said);
        }
        _ => {}
    }
}

/// The outcome and the status that a failure is in js/engine/types.ts.
fn outcome_of(failure: Failure) -> (u32, u32) {
    match failure {
        Failure::Timeout => (TIMEOUT, 0),
        Failure::Lost => (2, 0),
        Failure::Closed => (3, 0),
        Failure::Cancelled => (4, 0),
        Failure::CancelledOnWire => (5, 0),
        Failure::Expired(status) => (6, status.0),
        Failure::Mismatch(status) => (7, status.0),
        Failure::Unsupported => (8, 0),
    }
}

/// `kind`: [`SETTLED`], or [`LATE`] for what became of a request that was settled with an unknown outcome.
fn settled(
    io: &mut Io,
    kind: u32,
    ticket: Ticket,
    outcome: u32,
    status: u32,
    command_id: CommandId,
    frame: Option<&[u8]>,
) {
    let index = ticket.0 as u8;
    let whole = index == WHOLE;
    // message_id is the first field of the response to a submission, where there is a body at all.
    let body = frame.and_then(|f| f.get(HEADER_LEN..)).unwrap_or_default();
    let id = body
        .iter()
        .position(|&o| o == 0)
        .map_or(body, |end| &body[..end]);
    let [id_at, id_length] = io.place_latin1(if whole { b"" } else { id });
    let said = frame.filter(|_| status != 0).and_then(status_text);
    let [said_at, said_length] = io.place_optional(said);
    let [frame_at, frame_length] = frame
        .filter(|_| whole)
        .map_or(ABSENT, |frame| io.keep(frame));
    io.words(&[
        kind,
        number(ticket),
        if whole { 0 } else { index.into() },
        outcome,
        status,
        command_id.0,
        id_at,
        id_length,
        frame_at,
        frame_length,
        said_at,
        said_length,
    ]);
}

fn request(io: &mut Io, sequence: Option<Sequence>, frame: &[u8], error: Option<&str>) {
    io.word(REQUEST);
    write_sequence(io, sequence);
    io.octets(frame);
    match error {
        Some(error) => io.text(error),
        None => io.words(&[NOTHING, 0]),
    }
}

fn write_sequence(io: &mut Io, sequence: Option<Sequence>) {
    let parts = sequence.map_or([0, 0], |s| [s.connection(), s.number()]);
    io.words(&parts);
}

fn inbound(io: &mut Io, sequence: Sequence, frame: &[u8], messages: &Messages) {
    // The session has read it once, so that it can be read.
    let Some((octets, body)) = frame.split_first_chunk::<HEADER_LEN>() else {
        return;
    };
    let header = Header::decode(octets);
    if let Some(bind) = BindType::from_command_id(header.command_id) {
        let fields = Bind::decode(&header, body).unwrap_or_default();
        bind_request(io, sequence, bind, &fields);
        return;
    }
    let Some(delivery) = Delivery::decode(frame) else {
        request(io, Some(sequence), frame, None);
        return;
    };
    let towards_us = header.command_id != CommandId::SUBMIT_SM;
    if let Some(found) = Segment::of(&delivery).filter(|_| messages.segments && towards_us) {
        segment(io, sequence, frame, &found);
        return;
    }
    let mut room = Vec::new();
    let plain = || delivery.plain_report().filter(|_| messages.plain_receipts);
    if let Some(found) = delivery
        .report(&mut room)
        .or_else(plain)
        .filter(|_| towards_us)
    {
        io.words(&[REPORT, sequence.connection(), sequence.number()]);
        report::write(io, &found, Some(&delivery), frame, messages);
        return;
    }
    message(io, sequence, &header, frame, &delivery, messages);
}

fn bind_request(io: &mut Io, sequence: Sequence, bind: BindType, fields: &Bind<'_>) {
    io.word(BIND_REQUEST);
    write_sequence(io, Some(sequence));
    let kind = match bind {
        BindType::Transmitter => 0,
        BindType::Receiver => 1,
        BindType::Transceiver => 2,
    };
    io.words(&[
        kind,
        fields.interface_version.0.into(),
        fields.addr_ton.0.into(),
        fields.addr_npi.0.into(),
    ]);
    io.latin1(fields.system_id);
    io.latin1(fields.password);
    io.latin1(fields.system_type);
    io.latin1(fields.address_range);
}

/// A message that stands alone, or a part handed over by itself.
fn message(
    io: &mut Io,
    sequence: Sequence,
    header: &Header,
    frame: &[u8],
    delivery: &Delivery<'_>,
    messages: &Messages,
) {
    fields(io, Some(sequence), header, delivery);
    let udh = delivery.udh();
    let body = delivery.body();
    let mut decoded = Decoded::default();
    (decoded.encoding, decoded.lossy) = decode_into(
        &mut decoded.text,
        body,
        delivery.data_coding.0,
        udh.as_ref(),
        messages.alphabets(),
    );
    content(io, &decoded, body);
    io.optional_octets(udh.map(|udh| udh.as_bytes()));
    match delivery.concat() {
        Some(part) => io.words(&[part.reference.into(), part.total.into(), part.part.into()]),
        None => io.words(&[0, 0, 0]),
    }
    // One segment, complete, none missing, one PDU.
    io.words(&[1, 1, 0, 1]);
    io.octets(frame);
}

/// A segment that the application keeps.
fn segment(io: &mut Io, sequence: Sequence, frame: &[u8], segment: &Segment) {
    io.word(SEGMENT);
    write_sequence(io, Some(sequence));
    io.text(&segment.key);
    io.text(&format!("{:016X}", segment.digest));
    let concat = segment.concat;
    io.words(&[
        concat.reference.into(),
        concat.total.into(),
        concat.part.into(),
    ]);
    io.octets(frame);
}

/// The whole that stored segments make. Returns false if there is none.
pub(super) fn stored(io: &mut Io, frames: &[u8], messages: &Messages) -> bool {
    let mut rest = frames;
    let frames = std::iter::from_fn(|| {
        let length = Header::decode(rest.first_chunk()?).command_length as usize;
        let frame;
        // One shorter than its header would never end.
        (frame, rest) = rest.split_at_checked(length.max(HEADER_LEN))?;
        Some(frame)
    });
    let Some(whole) = join_segments(frames) else {
        return false;
    };
    joined(io, None, &whole, messages);
    true
}

/// A long message or receipt, joined from its parts; without `sequence` if its missing parts did not come.
pub(super) fn joined(
    io: &mut Io,
    sequence: Option<Sequence>,
    joined: &Joined<Vec<u8>>,
    messages: &Messages,
) {
    let Some(first) = joined.parts.first() else {
        return;
    };
    let header = first.token.first_chunk().map(Header::decode);
    let (Some(header), Some(delivery)) = (header, Delivery::decode(&first.token)) else {
        return;
    };
    let octets = joined.octets();
    let segments = joined.parts.iter();
    let whole = delivery.with_text(
        &octets,
        segments.filter_map(|part| Delivery::decode(&part.token)),
    );
    let mut room = Vec::new();
    let plain = || whole.plain_report().filter(|_| messages.plain_receipts);
    let found = whole.report(&mut room).or_else(plain);
    // Of one that is not complete, what came may tell nothing.
    let tells = |found: &Report<'_>| joined.is_complete() || found.message_id().is_some();
    if let Some(found) = found.filter(tells) {
        io.word(REPORT);
        write_sequence(io, sequence.filter(|_| joined.is_complete()));
        report::write(io, &found, Some(&whole), &first.token, messages);
        return;
    }
    fields(io, sequence, &header, &delivery);
    content(io, &joined.decode(messages.alphabets()), &octets);
    io.optional_octets(Some(first.udh.as_slice()).filter(|udh| !udh.is_empty()));
    io.words(&[0, 0, 0]);
    io.words(&[joined.parts.len() as u32, joined.is_complete().into()]);
    io.word(joined.missing().count() as u32);
    for number in joined.missing() {
        io.word(number.into());
    }
    io.word(joined.parts.len() as u32);
    for part in &joined.parts {
        io.octets(&part.token);
    }
}

fn fields(io: &mut Io, sequence: Option<Sequence>, header: &Header, delivery: &Delivery<'_>) {
    io.word(MESSAGE);
    write_sequence(io, sequence);
    io.name(header.command_id.name());
    io.word(header.sequence_number);
    report::address(io, &delivery.source);
    report::address(io, &delivery.destination);
    io.latin1(delivery.service_type);
    io.words(&[
        delivery.esm_class.0.into(),
        delivery.protocol_id.into(),
        delivery.priority_flag.0.into(),
        delivery.registered_delivery.0.into(),
        delivery.data_coding.0.into(),
    ]);
}

/// The text, or the octets where they are no text.
fn content(io: &mut Io, decoded: &Decoded, octets: &[u8]) {
    io.name(decoded.encoding.as_str());
    let label = decoded.encoding.platform_label();
    let text = match label {
        Some(label) => super::platform::decode(label, octets),
        None => Some(decoded.text.as_str().into()),
    };
    if let Some(text) = text.filter(|_| decoded.encoding != EncodingName::Binary) {
        io.text(&text);
        io.words(&[NOTHING, 0]);
    } else {
        io.words(&[NOTHING, 0]);
        io.octets(octets);
    }
}

fn close_kind(reason: &CloseReason) -> (u32, u32) {
    match reason {
        CloseReason::ConnectFailed => (0, 0),
        CloseReason::Lost => (1, 0),
        CloseReason::BindRefused(status) => (2, status.0),
        CloseReason::BindTimeout
        | CloseReason::SessionInitTimeout
        | CloseReason::EnquireLinkTimeout => (3, 0),
        CloseReason::Inactivity | CloseReason::PeerUnbound => (4, 0),
        CloseReason::Frame(_) | CloseReason::PeerLostSync | CloseReason::PeerNotReading => (5, 0),
        CloseReason::Unbound => (6, 0),
    }
}
