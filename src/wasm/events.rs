//! The session's events as records for js/engine/events.ts.

use super::config::{Messages, bind_number};
use super::io::Io;
use super::layout::{
    BindRequest, Bound, CloseKind, Connect, Disconnect, Kind, LinkState, Log, LogLevel, Message,
    NOTHING, NoTransceiver, OtherPdu, Outcome, Place, ReportEvent, Segment as SegmentRecord,
    Settled, Withdrawn, lasting,
};
use super::report::{self, address};
use crate::pdu::{Bind, Body, CommandId, HEADER_LEN, Header};
use crate::receipt::Report;
use crate::session::{
    BindType, CloseReason, Delivery, Event, Failure, Segment, Sequence, State, Ticket,
    join_segments, status_text,
};
use crate::text::{ConcatInfo, Decoded, EncodingName, Joined, decode_into};

/// The index of a ticket that is not a segment of an SMS: its response is handed over whole.
pub(super) const WHOLE: u8 = 255;

pub(super) fn ticket(number: u32, index: u8) -> Ticket {
    Ticket(u64::from(number) << 8 | u64::from(index))
}

/// The number that JavaScript gave an SMS or a request.
pub(super) fn number(ticket: Ticket) -> u32 {
    (ticket.0 >> 8) as u32
}

pub(super) fn link_state(state: State) -> LinkState {
    match state {
        State::Closed => LinkState::Closed,
        State::Waiting => LinkState::Waiting,
        State::Connecting => LinkState::Connecting,
        State::Open | State::Outbound => LinkState::Open,
        State::Binding => LinkState::Binding,
        State::Bound(_) => LinkState::Bound,
        State::Unbinding(_) => LinkState::Unbinding,
        State::Unbound => LinkState::Unbound,
    }
}

/// Writes one event. `refusal`: what the SMSC said of the bind it refused last.
pub(super) fn write(io: &mut Io, event: &Event<'_>, messages: &Messages, refusal: &[u8]) {
    match *event {
        Event::Connect { endpoint } => io.put(Connect {
            kind: Kind::Connect,
            endpoint: endpoint as u32,
        }),
        Event::NoTransceiver => io.put(NoTransceiver {
            kind: Kind::NoTransceiver,
        }),
        Event::Bound { system_id, version } => {
            let bound = Bound {
                kind: Kind::Bound,
                system_id: io.latin1(system_id),
                version: version.0.into(),
            };
            io.put(bound);
        }
        Event::Response {
            ticket: Some(ticket),
            status,
            frame,
            ..
        } => {
            let answer = Some((frame, status.0));
            settled(io, Kind::Settled, ticket, Outcome::Response, answer);
        }
        Event::Failed {
            ticket: Some(ticket),
            failure,
            ..
        } => failed(io, ticket, failure),
        Event::Request { sequence, frame } => {
            inbound(io, sequence, frame, messages);
        }
        Event::LongMessage { sequence, message } => joined(io, Some(sequence), message, messages),
        Event::Incomplete { message, of } => joined(io, of, message, messages),
        Event::Withdrawn { sequence } => io.put(Withdrawn {
            kind: Kind::Withdrawn,
            request: sequence.into(),
        }),
        Event::Late {
            ticket,
            status,
            frame,
            ..
        } => {
            if let Some(ticket) = ticket {
                let answer = Some((frame, status.0));
                settled(io, Kind::Late, ticket, Outcome::Response, answer);
            }
            request(io, None, frame, None);
        }
        Event::Unanswered {
            ticket: Some(ticket),
            ..
        } => settled(io, Kind::Late, ticket, Outcome::Timeout, None),
        Event::Notification { frame } | Event::Unmatched { frame } => {
            request(io, None, frame, None);
        }
        Event::Throttled { status, pause } if messages.log != LogLevel::None => {
            let line = io.text_with(|line| super::log::pause(line, status, pause));
            log(io, line);
        }
        Event::Undecodable { frame, error } => request(io, None, frame, Some(&error.to_string())),
        Event::UnknownCommand { frame } => request(io, None, frame, Some("unknown command")),
        Event::Trace { direction, frame } => {
            let line = io.text_with(|line| super::log::write(line, direction, frame, messages));
            log(io, line);
        }
        Event::Disconnect {
            ref reason,
            retry_in,
        } => disconnect(io, reason, retry_in, refusal),
        _ => {}
    }
}

fn disconnect(io: &mut Io, reason: &CloseReason, retry_in: Option<u64>, refusal: &[u8]) {
    let (why, status) = close_kind(reason);
    let said = Some(refusal).filter(|said| why == CloseKind::Refused && !said.is_empty());
    let disconnect = Disconnect {
        kind: Kind::Disconnect,
        why,
        status,
        retry_in: retry_in.map_or(NOTHING, |millis| millis as u32),
        message: io.text_with(|text| super::error::close_reason(text, reason)),
        info: io.optional_latin1(said),
    };
    io.put(disconnect);
}

fn log(io: &mut Io, line: Place) {
    let kind = Kind::Log;
    io.put(Log { kind, line });
}

fn failed(io: &mut Io, ticket: Ticket, failure: Failure) {
    let (outcome, status) = match failure {
        Failure::Timeout => (Outcome::Timeout, 0),
        Failure::Lost => (Outcome::Lost, 0),
        Failure::Closed => (Outcome::Closed, 0),
        Failure::Cancelled => (Outcome::Cancelled, 0),
        Failure::CancelledOnWire => (Outcome::CancelledOnWire, 0),
        Failure::Expired(status) => (Outcome::Expired, status.0),
        Failure::Mismatch(status) => (Outcome::Mismatch, status.0),
        Failure::Unsupported => (Outcome::Unsupported, 0),
    };
    let answer = (status != 0).then_some((&[][..], status));
    settled(io, Kind::Settled, ticket, outcome, answer);
}

/// `kind`: [`Kind::Settled`], or [`Kind::Late`] for what became of a request that was settled with an unknown outcome. `answer`: the
/// response, empty if it is not known, and its status.
fn settled(
    io: &mut Io,
    kind: Kind,
    ticket: Ticket,
    outcome: Outcome,
    answer: Option<(&[u8], u32)>,
) {
    let index = ticket.0 as u8;
    let whole = index == WHOLE;
    let (frame, status) = answer.unwrap_or_default();
    // message_id is the first field of the response to a submission, where there is a body at all.
    let body = frame.get(HEADER_LEN..).unwrap_or_default();
    let id = body
        .iter()
        .position(|&o| o == 0)
        .map_or(body, |end| &body[..end]);
    let id = if whole { b"" } else { id };
    let message_id = io.latin1(id);
    let mut key = std::mem::take(&mut io.room);
    key.clear();
    key.extend_from_slice(id);
    let message_key = io.key(&mut key);
    io.room = key;
    let settled = Settled {
        kind,
        ticket: number(ticket),
        index: if whole { 0 } else { index.into() },
        outcome,
        status,
        message_id,
        key: message_key,
        frame: io.optional_octets(Some(frame).filter(|frame| whole && !frame.is_empty())),
        info: io.optional_latin1(Some(frame).filter(|_| status != 0).and_then(status_text)),
    };
    io.put(settled);
}

fn request(io: &mut Io, sequence: Option<Sequence>, frame: &[u8], error: Option<&str>) {
    let other = OtherPdu {
        kind: Kind::OtherPdu,
        request: sequence.into(),
        frame: io.octets(frame),
        error: error.map_or(Place::NOWHERE, |error| io.text(error)),
    };
    io.put(other);
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
        report_event(io, Some(sequence), &found, &delivery, frame, messages);
        return;
    }
    message(io, sequence, &header, frame, &delivery, messages);
}

fn report_event(
    io: &mut Io,
    request: Option<Sequence>,
    found: &Report<'_>,
    delivery: &Delivery<'_>,
    frame: &[u8],
    messages: &Messages,
) {
    let kind = Kind::Report;
    let request = request.into();
    io.put(ReportEvent { kind, request });
    report::write(io, found, Some(delivery), frame, messages);
}

fn bind_request(io: &mut Io, sequence: Sequence, bind: BindType, fields: &Bind<'_>) {
    let request = BindRequest {
        kind: Kind::BindRequest,
        request: sequence.into(),
        bind: bind_number(bind),
        version: fields.interface_version.0.into(),
        addr_ton: fields.addr_ton.0.into(),
        addr_npi: fields.addr_npi.0.into(),
        system_id: io.latin1(fields.system_id),
        password: io.latin1(fields.password),
        system_type: io.latin1(fields.system_type),
        address_range: io.latin1(fields.address_range),
    };
    io.put(request);
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
    let shape = Shape {
        request: Some(sequence),
        udh: udh.map(|udh| udh.as_bytes()),
        concat: delivery.concat(),
        segments: 1,
        complete: true,
    };
    write_message(io, header, delivery, &decoded, body, &shape);
    let pdu = io.octets(frame);
    // None missing, one PDU.
    io.words(&[0, 1, pdu.at, pdu.length]);
}

/// A segment that the application keeps.
fn segment(io: &mut Io, sequence: Sequence, frame: &[u8], segment: &Segment) {
    let concat = segment.concat;
    let record = SegmentRecord {
        kind: Kind::Segment,
        request: sequence.into(),
        key: io.text(&segment.key),
        digest: io.text(&format!("{:016X}", segment.digest)),
        reference: concat.reference.into(),
        total: concat.total.into(),
        part: concat.part.into(),
        pdu: io.octets(frame),
    };
    io.put(record);
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
    // Of one that is not complete, what came may not be enough.
    let usable = |found: &Report<'_>| joined.is_complete() || found.message_id().is_some();
    if let Some(found) = found.filter(usable) {
        let sequence = sequence.filter(|_| joined.is_complete());
        report_event(io, sequence, &found, &whole, &first.token, messages);
        return;
    }
    let decoded = joined.decode(messages.alphabets());
    let shape = Shape {
        request: sequence,
        udh: Some(first.udh.as_slice()).filter(|udh| !udh.is_empty()),
        concat: None,
        segments: joined.parts.len() as u32,
        complete: joined.is_complete(),
    };
    write_message(io, &header, &delivery, &decoded, &octets, &shape);
    io.word(joined.missing().count() as u32);
    for number in joined.missing() {
        io.word(number.into());
    }
    io.word(joined.parts.len() as u32);
    for part in &joined.parts {
        let pdu = io.octets(&part.token);
        io.put(pdu);
    }
}

/// What of a message depends on whether it was joined.
struct Shape<'a> {
    request: Option<Sequence>,
    udh: Option<&'a [u8]>,
    concat: Option<ConcatInfo>,
    segments: u32,
    complete: bool,
}

/// Writes the record of a message. `octets` stand where there is no text.
fn write_message(
    io: &mut Io,
    header: &Header,
    delivery: &Delivery<'_>,
    decoded: &Decoded,
    octets: &[u8],
    shape: &Shape<'_>,
) {
    let text = match decoded.encoding.platform_label() {
        Some(label) => super::platform::decode(label, octets),
        None => Some(decoded.text.as_str().into()),
    };
    let text = text.filter(|_| decoded.encoding != EncodingName::Binary);
    let message = Message {
        kind: Kind::Message,
        request: shape.request.into(),
        command: lasting(header.command_id.name()),
        sequence: header.sequence_number,
        from: address(io, &delivery.source),
        to: address(io, &delivery.destination),
        service_type: io.latin1(delivery.service_type),
        esm_class: delivery.esm_class.0.into(),
        protocol_id: delivery.protocol_id.into(),
        priority: delivery.priority_flag.0.into(),
        registered_delivery: delivery.registered_delivery.0.into(),
        data_coding: delivery.data_coding.0.into(),
        encoding: lasting(decoded.encoding.as_str()),
        text: text.as_deref().map_or(Place::NOWHERE, |text| io.text(text)),
        binary: io.optional_octets(Some(octets).filter(|_| text.is_none())),
        udh: io.optional_octets(shape.udh),
        reference: shape.concat.map_or(0, |part| part.reference.into()),
        total: shape.concat.map_or(0, |part| part.total.into()),
        part: shape.concat.map_or(0, |part| part.part.into()),
        segments: shape.segments,
        complete: shape.complete,
    };
    io.put(message);
}

fn close_kind(reason: &CloseReason) -> (CloseKind, u32) {
    let kind = match reason {
        CloseReason::BindRefused(status) => return (CloseKind::Refused, status.0),
        CloseReason::ConnectFailed => CloseKind::Connect,
        CloseReason::Lost => CloseKind::Lost,
        CloseReason::BindTimeout
        | CloseReason::SessionInitTimeout
        | CloseReason::EnquireLinkTimeout => CloseKind::Timeout,
        CloseReason::Inactivity | CloseReason::PeerUnbound => CloseKind::Unbound,
        CloseReason::Frame(_) | CloseReason::PeerLostSync | CloseReason::PeerNotReading => {
            CloseKind::Protocol
        }
        CloseReason::Unbound => CloseKind::Closed,
    };
    (kind, 0)
}
