//! What comes in: each PDU by its command and by the state (SMPP 5.0, table 2-1; what is wrong is answered as 3.4, 5.1.3 says).

use super::config::{BindType, Role};
use super::delayed::Concerns;
use super::delivery::Delivery;
use super::engine::Session;
use super::event::{CloseReason, Direction, Failure};
use super::event_queue::Record;
use super::inbound::Received;
use super::instant::Instant;
use super::queue::OwnRequest;
use super::state::{State, may_receive};
use super::version;
use crate::pdu::{
    Bind, BindResp, Body, CommandId, CommandStatus, DeliverSm, Framer, HEADER_LEN, Header,
    InterfaceVersion, Tag, Tlvs, Untyped,
};
use alloc::boxed::Box;
use alloc::vec::Vec;

/// SMSC: a bind that waits for the application's answer.
pub(super) struct BindReceived {
    pub(super) number: u32,
    pub(super) bind: BindType,
    pub(super) version: InterfaceVersion,
    pub(super) system_id: Vec<u8>,
}

/// The most octets of a system_id or password that a bind is asked about; the specification has 15 and 8.
const LONGEST_CREDENTIAL: usize = 255;

/// What the SMSC says of a refusal in additional_status_info_text of this response; `None` if it says nothing.
#[must_use]
pub fn status_text(frame: &[u8]) -> Option<&[u8]> {
    let of = |tlvs: Tlvs<'_>| -> Option<core::ops::Range<usize>> {
        let value = tlvs.get(Tag::ADDITIONAL_STATUS_INFO_TEXT)?;
        let start = value.as_ptr().addr() - frame.as_ptr().addr();
        Some(start..start + value.len())
    };
    // Many leave out the fields of a response that refuses: then the TLVs follow the header.
    let bare = || of(Tlvs::from_bytes(frame.get(HEADER_LEN..)?).ok()?);
    let found = Untyped::decode(frame)
        .ok()
        .and_then(|(_, pdu)| of(pdu.tlvs()))
        .or_else(bare)?;
    let text = &frame[found];
    let end = text.iter().position(|octet| *octet == 0);
    let text = text[..end.unwrap_or(text.len())].trim_ascii();
    (!text.is_empty()).then_some(text)
}

impl Session {
    /// Octets came from the peer, in any chunking. Does nothing without a connection.
    pub fn handle_input(&mut self, now: Instant, octets: &[u8]) {
        let now = self.tick(now);
        if !self.state.is_connected() {
            return;
        }
        self.stats.octets_in += octets.len() as u64;
        let mut input = octets;
        // Taken out for as long as its frames are borrowed.
        let mut framer = core::mem::replace(&mut self.framer, Framer::new(0));
        while self.state.is_connected() {
            match framer.next(&mut input) {
                Ok(Some(frame)) => {
                    self.handle_frame(now, frame);
                    self.check_pending(now);
                }
                Ok(None) => break,
                Err(error) => {
                    let number = error.sequence_number();
                    self.write_header(
                        CommandId::GENERIC_NACK,
                        CommandStatus::ESME_RINVCMDLEN,
                        number,
                    );
                    self.end(now, CloseReason::Frame(error));
                }
            }
        }
        self.framer = framer;
        self.pump(now);
    }

    fn handle_frame(&mut self, now: Instant, frame: &[u8]) {
        let Some(header) = frame.first_chunk::<HEADER_LEN>().map(Header::decode) else {
            return;
        };
        self.peer_alive(now);
        if self.config.trace {
            let frame = self.events.keep(frame);
            self.events.push(Record::Trace {
                direction: Direction::In,
                frame,
            });
        }
        if header.command_id.is_response() {
            self.handle_response(now, &header, frame);
        } else {
            self.operation(now);
            self.handle_request(now, &header, frame);
        }
    }

    fn handle_response(&mut self, now: Instant, header: &Header, frame: &[u8]) {
        let number = header.sequence_number;
        let nack = header.command_id == CommandId::GENERIC_NACK;
        if self.enquire_link == Some(number)
            && (nack || header.command_id == CommandId::ENQUIRE_LINK_RESP)
        {
            self.enquire_link = None;
        } else if self.unbind_sent == Some(number)
            && (nack || header.command_id == CommandId::UNBIND_RESP)
        {
            self.end(now, self.ending.clone());
        } else if self.bind_sent == Some(number) {
            self.handle_bind_response(now, header, frame);
        } else if let Some(request) = self.window.take(number) {
            self.operation(now);
            // A generic_nack refuses. With ESME_ROK it says nothing of the request, least of all that it was accepted.
            let refused = nack && header.command_status != CommandStatus::ESME_ROK;
            if refused || header.command_id == request.command_id.response() {
                self.handle_match(now, request, header.command_status, frame);
            } else {
                let failure = Failure::Mismatch(header.command_status);
                self.report_failure(Some(number), &request, failure);
                self.queue.answered(request);
            }
        } else {
            self.handle_unmatched(now, header, frame);
        }
    }

    fn handle_bind_response(&mut self, now: Instant, header: &Header, frame: &[u8]) {
        self.bind_sent = None;
        let status = header.command_status;
        let bind = self.config.bind;
        if status != CommandStatus::ESME_ROK || header.command_id != bind.command_id().response() {
            self.refusal_text.clear();
            if let Some(text) = status_text(frame) {
                self.refusal_text.extend_from_slice(text);
            }
            return self.end(now, CloseReason::BindRefused(status));
        }
        let response = BindResp::decode(header, &frame[HEADER_LEN..]).unwrap_or_default();
        let theirs = response
            .tlvs
            .get(Tag::SC_INTERFACE_VERSION)
            .and_then(|v| v.first().copied())
            .map_or(self.config.assumed_version, InterfaceVersion);
        let version = version::common(self.config.interface_version, theirs);
        self.bound(now, bind, version, response.system_id);
    }

    fn handle_match(
        &mut self,
        now: Instant,
        mut request: OwnRequest,
        status: CommandStatus,
        frame: &[u8],
    ) {
        self.stats.responses += 1;
        self.stats.sample_rtt(now.since(request.sent_at));
        let sequence = self.sequence(request.number());
        let (ticket, command_id) = (request.ticket, request.command_id);
        self.watch_drain(now);
        match status {
            CommandStatus::ESME_RTHROTTLED | CommandStatus::ESME_RMSGQFUL => {
                self.stats.throttled += 1;
                let retried = || (now + self.spans.retry_time).comes();
                let expires = request.expires.or_else(retried);
                let given_back = request.alone && !self.config.retry_busy;
                if ticket.is_none() {
                    self.throttled(now, status, request.sent_at);
                } else if given_back || expires.is_none_or(|at| at > now) {
                    match self.queue.judge(&request, status, now) {
                        Concerns::Link => self.throttled(now, status, request.sent_at),
                        Concerns::RecipientAsBefore => self.pace.resume(),
                        Concerns::Recipient => {}
                    }
                    if !given_back {
                        request.expires = expires;
                        return self.delay(now, request, status);
                    }
                    self.queue.give_back(request);
                } else {
                    self.queue.dropped(request, now);
                }
            }
            _ => {
                // Only a peer of 5.0 is asked: others have the TLV mean other things.
                let congestion = (self.config.interface_version.0 >= InterfaceVersion::V5_0.0)
                    .then(|| congestion_state(frame))
                    .flatten();
                let pause = self.pace.accepted(now, request.sent_at, congestion);
                self.tell_pause(pause, status);
                self.taken_at = now;
                self.queue.answered(request);
            }
        }
        let frame = self.events.keep(frame);
        self.events.push(Record::Response {
            sequence,
            ticket,
            command_id,
            status,
            frame,
        });
    }

    /// The peer is too busy for a request: it is sent again later, and so are those to the same recipient.
    fn delay(&mut self, now: Instant, request: OwnRequest, status: CommandStatus) {
        self.queue.delay(request, status, now);
        if self.draining && now.since(self.taken_at) >= self.spans.retry_time {
            self.give_up_drain();
        }
    }

    fn throttled(&mut self, now: Instant, status: CommandStatus, sent_at: Instant) {
        let pause = self.pace.throttled(now, sent_at);
        self.tell_pause(pause, status);
    }

    fn tell_pause(&mut self, pause: Option<u64>, status: CommandStatus) {
        if let Some(pause) = pause {
            self.events.push(Record::Throttled { status, pause });
        }
    }

    fn handle_unmatched(&mut self, now: Instant, header: &Header, frame: &[u8]) {
        let (response, status, number) = (
            header.command_id,
            header.command_status,
            header.sequence_number,
        );
        let frame = self.events.keep(frame);
        if let Some(request) = self.late.take(number, response, status) {
            self.stats.late += 1;
            let sequence = self.sequence(number);
            return self.events.push(Record::Late {
                sequence,
                ticket: request.ticket,
                command_id: request.command_id,
                status,
                frame,
            });
        }
        self.stats.unmatched += 1;
        self.events.push(Record::Unmatched { frame });
        if response == CommandId::GENERIC_NACK && status == CommandStatus::ESME_RINVCMDLEN {
            self.end(now, CloseReason::PeerLostSync);
        }
    }

    fn handle_request(&mut self, now: Instant, header: &Header, frame: &[u8]) {
        let (command_id, number) = (header.command_id, header.sequence_number);
        match command_id {
            CommandId::ENQUIRE_LINK => {
                self.write_header(
                    CommandId::ENQUIRE_LINK_RESP,
                    CommandStatus::ESME_ROK,
                    number,
                );
            }
            CommandId::UNBIND => match self.state {
                State::Bound(_) => self.peer_unbound(now, number),
                // Both unbind at once: each answers the other's.
                State::Unbinding(_) | State::Unbound => {
                    self.write_header(CommandId::UNBIND_RESP, CommandStatus::ESME_ROK, number);
                }
                _ => self.refuse_frame(header, CommandStatus::ESME_RINVBNDSTS, frame),
            },
            _ if !command_id.is_known() => {
                self.write_header(
                    CommandId::GENERIC_NACK,
                    CommandStatus::ESME_RINVCMDID,
                    number,
                );
                let frame = self.events.keep(frame);
                self.events.push(Record::UnknownCommand { frame });
            }
            _ => self.handle_known_request(now, header, frame),
        }
    }

    fn handle_known_request(&mut self, now: Instant, header: &Header, frame: &[u8]) {
        let (command_id, number) = (header.command_id, header.sequence_number);
        let answered = command_id.has_response();
        if let Some(status) = self.wrong_state(command_id) {
            return self.refuse_frame(header, status, frame);
        }
        // What a busy ESME is full of is read faster by its type; nothing of it is asked for here.
        let usual = (self.config.role == Role::Esme && command_id == CommandId::DELIVER_SM)
            .then(|| DeliverSm::decode(header, &frame[HEADER_LEN..]).ok())
            .flatten();
        let read = usual.is_none().then(|| Untyped::decode(frame)).transpose();
        let mut pdu = match read {
            Ok(read) => read.map(|(_, pdu)| pdu),
            Err(error) => {
                self.stats.undecodable += 1;
                if answered {
                    self.refuse(command_id, number, error.status());
                }
                let frame = self.events.keep(frame);
                let error = Box::new(error);
                self.events.push(Record::Undecodable { frame, error });
                return;
            }
        };
        if let Some(bind) = BindType::from_command_id(command_id) {
            let fields = Bind::decode(header, &frame[HEADER_LEN..]).unwrap_or_default();
            let too_long = [
                (fields.system_id, CommandStatus::ESME_RINVSYSID),
                (fields.password, CommandStatus::ESME_RINVPASWD),
            ];
            if let Some((_, status)) = too_long
                .into_iter()
                .find(|(field, _)| field.len() > LONGEST_CREDENTIAL)
            {
                self.refuse(command_id, number, status);
                return self.end(now, CloseReason::BindRefused(status));
            }
            self.bind_received = Some(BindReceived {
                number,
                bind,
                version: fields.interface_version,
                system_id: fields.system_id.to_vec(),
            });
            self.state = State::Binding;
        } else if answered {
            if self.takes_no_more() {
                return self.refuse_frame(header, self.busy_status(), frame);
            }
            if self.config.role == Role::Smsc
                && let Some(status) = pdu.as_mut().and_then(|pdu| fault(command_id, pdu))
            {
                return self.refuse_frame(header, status, frame);
            }
            if !self.inbound_pace.take(now) {
                let status = match self.config.role {
                    Role::Smsc => CommandStatus::ESME_RTHROTTLED,
                    Role::Esme => self.busy_status(),
                };
                return self.refuse_frame(header, status, frame);
            }
            let segment = self.segment(command_id, usual.as_ref(), frame);
            let timeout = self.spans.acknowledge_timeout;
            let segment = segment.as_ref().map(|segment| (segment, frame));
            let request = (number, command_id);
            match self.inbound.receive(now, request, timeout, segment) {
                Received::Open => {}
                other => return self.handle_segment(now, header, frame, other),
            }
        } else if command_id == CommandId::OUTBIND {
            self.state = State::Outbound;
        }
        self.stats.received += 1;
        let frame = self.events.keep(frame);
        let sequence = self.sequence(number);
        self.events.push(if answered {
            Record::Request { sequence, frame }
        } else {
            Record::Notification { frame }
        });
    }

    /// The message that a request carries, if that may be one of several segments.
    fn segment<'a>(
        &self,
        command_id: CommandId,
        usual: Option<&DeliverSm<'a>>,
        frame: &'a [u8],
    ) -> Option<Delivery<'a>> {
        if !self.inbound.joins() {
            return None;
        }
        match (command_id, usual) {
            (CommandId::DELIVER_SM, Some(sm)) => Delivery::of_segment(sm),
            (CommandId::DELIVER_SM | CommandId::DATA_SM, _) => Delivery::decode(frame),
            _ => None,
        }
    }

    fn handle_segment(&mut self, now: Instant, header: &Header, frame: &[u8], received: Received) {
        let (command_id, number) = (header.command_id, header.sequence_number);
        match received {
            Received::Full => return self.refuse_frame(header, self.busy_status(), frame),
            Received::Held => self.answer(command_id, number, CommandStatus::ESME_ROK),
            Received::Whole(id) => {
                let sequence = self.sequence(number);
                self.events.push(Record::LongMessage { sequence, id });
            }
            Received::Repeated(_) | Received::Open => {}
        }
        self.stats.received += 1;
        self.hand_on_given_up(now);
    }

    /// The status that refuses a request which this state, or this side, does not take.
    fn wrong_state(&self, command_id: CommandId) -> Option<CommandStatus> {
        let unbound = matches!(self.state, State::Open | State::Outbound);
        let ok = if BindType::from_command_id(command_id).is_some() {
            if self.state.bind_type().is_some() {
                return Some(CommandStatus::ESME_RALYBND);
            }
            self.config.role == Role::Smsc && unbound
        } else if command_id == CommandId::OUTBIND {
            self.config.role == Role::Esme && self.state == State::Open
        } else {
            self.state
                .bind_type()
                .is_some_and(|bind| may_receive(self.config.role, bind, command_id))
        };
        (!ok).then_some(CommandStatus::ESME_RINVBNDSTS)
    }

    /// Too many requests of the peer are open, or this side only waits for their end.
    fn takes_no_more(&self) -> bool {
        let last = matches!(self.state, State::Unbinding(_))
            || self.queue.is_empty() && self.window.is_empty();
        self.inbound.len() >= self.config.max_unacknowledged || self.draining && last
    }

    /// Refuses a request, if it takes an answer, and reports it.
    fn refuse_frame(&mut self, header: &Header, status: CommandStatus, frame: &[u8]) {
        if header.command_id.has_response() {
            self.refuse(header.command_id, header.sequence_number, status);
        }
        let frame = self.events.keep(frame);
        self.events.push(Record::Refused { status, frame });
    }
}

/// What an SMSC does not take in a request that can be read: a field that is too long, a time that is none, a
/// TLV missing that must be there. An ESME takes it: refused, the message would come again and again.
fn fault(command_id: CommandId, pdu: &mut Untyped<'_>) -> Option<CommandStatus> {
    if let Err(error) = pdu.check() {
        return Some(error.status());
    }
    let needed: &[Tag] = match command_id {
        CommandId::BROADCAST_SM => &[
            Tag::BROADCAST_AREA_IDENTIFIER,
            Tag::BROADCAST_CONTENT_TYPE,
            Tag::BROADCAST_REP_NUM,
            Tag::BROADCAST_FREQUENCY_INTERVAL,
        ],
        _ => &[],
    };
    let missing = needed.iter().any(|&tag| pdu.tlvs().get(tag).is_none());
    missing.then_some(CommandStatus::ESME_RMISSINGTLV)
}

fn congestion_state(frame: &[u8]) -> Option<u8> {
    let (_, pdu) = Untyped::decode(frame).ok()?;
    pdu.tlvs().get(Tag::CONGESTION_STATE)?.first().copied()
}
