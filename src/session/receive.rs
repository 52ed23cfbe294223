//! What comes in: each PDU by its command and by the state (SMPP 5.0, table 2-1; what is wrong is answered as 3.4, 5.1.3 says).

use super::config::{BindType, Role};
use super::engine::Session;
use super::event::{CloseReason, Direction, Failure};
use super::events::Record;
use super::state::{State, may_receive};
use super::time::Instant;
use super::window::InFlight;
use crate::pdu::{
    BindResp, Body, CommandId, CommandStatus, Framer, HEADER_LEN, Header, InterfaceVersion, Pdu,
    Tag,
};

/// SMSC: a bind that waits for the application's answer.
pub(super) struct BindReceived {
    pub(super) number: u32,
    pub(super) bind: BindType,
    pub(super) version: InterfaceVersion,
    pub(super) system_id: Vec<u8>,
}

impl Session {
    /// Octets came from the peer, in any chunking. Does nothing without a connection.
    pub fn handle_input(&mut self, now: Instant, octets: &[u8]) {
        self.now = now;
        if !self.state.is_connected() {
            return;
        }
        self.stats.octets_in += octets.len() as u64;
        let mut input = octets;
        // Taken out for as long as its frames are borrowed.
        let mut framer = std::mem::replace(&mut self.framer, Framer::new(0));
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
        if header.command_id != CommandId::ENQUIRE_LINK_RESP {
            self.operation(now);
        }
        if header.command_id.is_response() {
            self.handle_response(now, &header, frame);
        } else {
            self.handle_request(now, &header, frame);
        }
    }

    fn handle_response(&mut self, now: Instant, header: &Header, frame: &[u8]) {
        let (status, number) = (header.command_status, header.sequence_number);
        let nack = header.command_id == CommandId::GENERIC_NACK;
        if self.enquire_link == Some(number)
            && (nack || header.command_id == CommandId::ENQUIRE_LINK_RESP)
        {
            self.enquire_link = None;
        } else if self.unbind_sent == Some(number)
            && (nack || header.command_id == CommandId::UNBIND_RESP)
        {
            self.end(now, self.ending.clone());
        } else if self.bind_sent == Some(number)
            && (nack || BindType::from_command_id(header.command_id.request()).is_some())
        {
            self.handle_bind_response(now, header, frame);
        } else if let Some(request) = self.window.take(number) {
            if nack || header.command_id == request.command_id.response() {
                self.handle_match(now, request, status, frame);
            } else {
                self.fail(
                    Some(number),
                    request.ticket,
                    request.command_id,
                    Failure::Mismatch(status),
                );
                self.recycle(request.queued);
            }
        } else {
            self.stats.unmatched += 1;
            let frame = self.events.keep(frame);
            self.events.push(Record::Unmatched { frame });
            if nack && status == CommandStatus::ESME_RINVCMDLEN {
                self.end(now, CloseReason::PeerLostSync);
            }
        }
    }

    fn handle_bind_response(&mut self, now: Instant, header: &Header, frame: &[u8]) {
        self.bind_sent = None;
        let status = header.command_status;
        if status != CommandStatus::ESME_ROK || header.command_id == CommandId::GENERIC_NACK {
            return self.end(now, CloseReason::BindRefused(status));
        }
        let response = BindResp::decode(header, &frame[HEADER_LEN..]).unwrap_or_default();
        // Absent, both versions say to assume 3.3; many centres of 3.4 leave it out and take TLVs all the same.
        let theirs = response
            .tlvs
            .get(Tag::SC_INTERFACE_VERSION)
            .and_then(|v| v.first().copied())
            .unwrap_or(InterfaceVersion::V3_4.0);
        let version = InterfaceVersion(theirs.min(self.config.interface_version.0));
        self.bound(now, self.config.bind, version, response.system_id);
    }

    fn handle_match(
        &mut self,
        now: Instant,
        request: InFlight,
        status: CommandStatus,
        frame: &[u8],
    ) {
        self.stats.responses += 1;
        self.stats.sample_rtt(now.since(request.sent_at));
        if self.config.interface_version.0 >= InterfaceVersion::V5_0.0
            && let Some(state) = congestion_state(frame)
        {
            self.flow.congestion(now, state);
        }
        let sequence = self.sequence(request.number());
        match status {
            CommandStatus::ESME_RTHROTTLED | CommandStatus::ESME_RMSGQFUL => {
                self.stats.throttled += 1;
                self.flow.throttled(now);
                if let Some(queued) = request.queued {
                    if queued.expires > now {
                        return self.outbox.put_back(queued, status);
                    }
                    self.outbox.recycle(queued.frame);
                }
            }
            _ => {
                self.flow.accepted(now);
                self.recycle(request.queued);
            }
        }
        let frame = self.events.keep(frame);
        let (ticket, command_id) = (request.ticket, request.command_id);
        self.events.push(Record::Response {
            sequence,
            ticket,
            command_id,
            status,
            frame,
        });
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
                _ => self.refuse(command_id, number, CommandStatus::ESME_RINVBNDSTS),
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
            if answered {
                self.refuse(command_id, number, status);
            }
            return;
        }
        let pdu = match Pdu::decode(frame) {
            Ok((_, pdu)) => pdu,
            Err(error) => {
                self.stats.undecodable += 1;
                if answered {
                    self.refuse(command_id, number, error.status());
                }
                let frame = self.events.keep(frame);
                self.events.push(Record::Undecodable { frame, error });
                return;
            }
        };
        if let (
            Some(bind),
            Pdu::BindTransmitter(fields) | Pdu::BindReceiver(fields) | Pdu::BindTransceiver(fields),
        ) = (BindType::from_command_id(command_id), pdu)
        {
            self.bind_received = Some(BindReceived {
                number,
                bind,
                version: fields.interface_version,
                system_id: fields.system_id.to_vec(),
            });
            self.state = State::Binding;
        } else if answered {
            if self.draining || self.inbound.len() >= self.config.max_unacknowledged {
                return self.refuse(command_id, number, self.busy_status());
            }
            self.inbound
                .push(number, command_id, now, self.config.acknowledge_timeout);
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

    /// The status that refuses a request which this state, or this side, does not take.
    fn wrong_state(&self, command_id: CommandId) -> Option<CommandStatus> {
        let ok = if BindType::from_command_id(command_id).is_some() {
            if self.state.bind_type().is_some() {
                return Some(CommandStatus::ESME_RALYBND);
            }
            self.config.role == Role::Smsc && self.state == State::Open
        } else if command_id == CommandId::OUTBIND {
            self.config.role == Role::Esme && self.state == State::Open
        } else {
            self.state
                .bind_type()
                .is_some_and(|bind| may_receive(self.config.role, bind, command_id))
        };
        (!ok).then_some(CommandStatus::ESME_RINVBNDSTS)
    }
}

fn congestion_state(frame: &[u8]) -> Option<u8> {
    let (_, pdu) = Pdu::decode(frame).ok()?;
    pdu.tlvs().get(Tag::CONGESTION_STATE)?.first().copied()
}
