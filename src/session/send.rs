//! What goes out: requests through queue, rate and window, responses at once.

use super::config::{Config, Role};
use super::engine::Session;
use super::error::SendError;
use super::event::{CloseReason, Direction, Failure, Sequence, Ticket};
use super::events::Record;
use super::outbox::Queued;
use super::state::{State, may_send};
use super::time::Instant;
use crate::pdu::{
    Bind, BindResp, Body, CommandId, CommandStatus, DeliverSmResp, HEADER_LEN, Header,
    InterfaceVersion, InvalidField, QuerySmResp, SubmitMultiResp, SubmitSm, Tag, TlvBuf,
};

/// With more than this to transmit, requests stay in the queue: the network is the narrow place.
const HIGH_WATER: usize = 64 * 1024;
/// With more than this, the peer does not read what it makes us write.
const MOST_PENDING: usize = 1024 * 1024;

impl Session {
    /// Sends a submit_sm at once, outside the queue. The response comes as [`Event::Response`](super::Event::Response).
    ///
    /// # Errors
    ///
    /// If it can't go right now, or can't be written; nothing is sent then.
    pub fn submit(&mut self, now: Instant, message: &SubmitSm<'_>) -> Result<Sequence, SendError> {
        self.request(now, CommandId::SUBMIT_SM, message)
    }

    /// Sends any request at once, outside the queue, as [`submit`](Self::submit) does.
    ///
    /// # Errors
    ///
    /// If it can't go right now, or can't be written; nothing is sent then.
    pub fn request<'a>(
        &mut self,
        now: Instant,
        command_id: CommandId,
        body: &impl Body<'a>,
    ) -> Result<Sequence, SendError> {
        self.now = now;
        let State::Bound(bind) = self.state else {
            return Err(SendError::NotBound);
        };
        if self.draining {
            return Err(SendError::Closed);
        }
        if !may_send(self.config.role, bind, command_id) {
            return Err(SendError::BindType);
        }
        if command_id.has_response() && self.window.len() >= self.config.window {
            return Err(SendError::WindowFull);
        }
        let start = self.out.len();
        crate::pdu::encode(&mut self.out, command_id, CommandStatus::ESME_ROK, 0, body)?;
        if !self.flow.take(now) {
            self.out.truncate(start);
            return Err(SendError::Throttled);
        }
        let number = self.window.next_number();
        self.out[start + 12..start + 16].copy_from_slice(&number.to_be_bytes());
        self.request_written(now, start);
        if command_id.has_response() {
            self.window
                .push(None, command_id, now, self.config.response_timeout, None);
        }
        Ok(self.sequence(number))
    }

    /// Queues a request: it goes as soon as bind, window and rate allow, over as many connections as that takes, and
    /// ends in exactly one [`Event::Response`](super::Event::Response) or [`Event::Failed`](super::Event::Failed) with
    /// `ticket`. While the peer is too busy for it (ESME_RTHROTTLED, ESME_RMSGQFUL) it is sent again, until `expires`, or
    /// for `Config::retry_time` without.
    ///
    /// # Errors
    ///
    /// If it can't be written, the queue is full, the bind would not carry it, or the session is ending.
    pub fn enqueue<'a>(
        &mut self,
        now: Instant,
        ticket: Ticket,
        expires: Option<Instant>,
        command_id: CommandId,
        body: &impl Body<'a>,
    ) -> Result<(), SendError> {
        self.check_enqueue(now, command_id)?;
        let mut frame = self.outbox.buffer();
        if let Err(error) = body.encode(&mut frame) {
            self.outbox.recycle(frame);
            return Err(error.into());
        }
        let tlv_offset = frame.len() - body.tlvs().as_bytes().len();
        self.enqueue_frame(now, ticket, expires, command_id, frame, tlv_offset);
        Ok(())
    }

    /// Queues a request whose body is encoded already; otherwise as [`enqueue`](Self::enqueue).
    ///
    /// # Errors
    ///
    /// If the queue is full, the bind would not carry it, or the session is ending.
    pub fn enqueue_encoded(
        &mut self,
        now: Instant,
        ticket: Ticket,
        command_id: CommandId,
        body: &[u8],
    ) -> Result<(), SendError> {
        self.check_enqueue(now, command_id)?;
        let mut frame = self.outbox.buffer();
        frame.extend_from_slice(body);
        let tlv_offset = frame.len();
        self.enqueue_frame(now, ticket, None, command_id, frame, tlv_offset);
        Ok(())
    }

    fn check_enqueue(&mut self, now: Instant, command_id: CommandId) -> Result<(), SendError> {
        self.now = now;
        if self.draining {
            return Err(SendError::Closed);
        }
        let bind = self.state.bind_type().unwrap_or(self.config.bind);
        // An SMSC does not know how the ESME will bind before it has.
        let known = self.config.role == Role::Esme || self.state.bind_type().is_some();
        if known && !may_send(self.config.role, bind, command_id) {
            return Err(SendError::BindType);
        }
        if self.outbox.len() >= self.config.max_queue {
            return Err(SendError::QueueFull);
        }
        Ok(())
    }

    fn enqueue_frame(
        &mut self,
        now: Instant,
        ticket: Ticket,
        expires: Option<Instant>,
        command_id: CommandId,
        mut frame: Vec<u8>,
        tlv_offset: usize,
    ) {
        let header = Header {
            command_length: frame.len() as u32,
            command_id,
            command_status: CommandStatus::ESME_ROK,
            sequence_number: 0,
        };
        frame[..HEADER_LEN].copy_from_slice(&header.encode());
        let expires = expires.unwrap_or(now + self.config.retry_time);
        self.outbox
            .push(ticket, command_id, frame, tlv_offset, expires);
        self.pump(now);
    }

    /// Gives up the queued requests whose ticket `matches`: each ends as [`Event::Failed`](super::Event::Failed), with an
    /// unknown outcome if it was on the wire. Returns how many there were.
    pub fn cancel(&mut self, now: Instant, matches: impl Fn(Ticket) -> bool) -> usize {
        self.now = now;
        let mut count = 0;
        while let Some(request) = self.outbox.forget(&matches) {
            self.fail(
                None,
                Some(request.ticket),
                request.command_id,
                Failure::Cancelled,
            );
            self.outbox.recycle(request.frame);
            count += 1;
        }
        while let Some(request) = self.window.forget(&matches) {
            let failure = Failure::CancelledOnWire;
            self.fail(
                Some(request.number()),
                request.ticket,
                request.command_id,
                failure,
            );
            self.recycle(request.queued);
            count += 1;
        }
        self.pump(now);
        count
    }

    /// Answers a request of the peer with a status and the usual body: none with an error, else the fields that the
    /// response must have, empty. For a bind of the SMSC role, ESME_ROK lets the peer in, anything else ends the connection.
    ///
    /// Says whether the request was still open: it is not after its time, on another connection, or answered already.
    pub fn respond(&mut self, now: Instant, request: Sequence, status: CommandStatus) -> bool {
        self.respond_with(now, request, status, |out, command_id| match command_id {
            _ if status != CommandStatus::ESME_ROK => Ok(()),
            CommandId::REPLACE_SM_RESP
            | CommandId::CANCEL_SM_RESP
            | CommandId::CANCEL_BROADCAST_SM_RESP => Ok(()),
            CommandId::QUERY_SM_RESP => QuerySmResp::default().encode(out),
            CommandId::SUBMIT_MULTI_RESP => SubmitMultiResp::default().encode(out),
            // All others are a message_id alone.
            _ => DeliverSmResp::default().encode(out),
        })
        .unwrap_or(false)
    }

    /// The command of a request that waits for `respond`; `None` if it does not.
    #[must_use]
    pub fn request_command(&self, request: Sequence) -> Option<CommandId> {
        if request.connection != self.connection {
            return None;
        }
        let bind = self
            .bind_received
            .as_ref()
            .filter(|bind| bind.number == request.number);
        bind.map(|bind| bind.bind.command_id())
            .or_else(|| self.inbound.command_id(request.number))
    }

    /// Answers a request of the peer with a body of its own, which `body` appends; it is told the response's command.
    ///
    /// # Errors
    ///
    /// What `body` returns; the request stays open then.
    pub fn respond_with(
        &mut self,
        now: Instant,
        request: Sequence,
        status: CommandStatus,
        body: impl FnOnce(&mut Vec<u8>, CommandId) -> Result<(), InvalidField>,
    ) -> Result<bool, InvalidField> {
        self.now = now;
        if request.connection != self.connection || !self.state.is_connected() {
            return Ok(false);
        }
        if self.answer_bind(now, request, status) {
            return Ok(true);
        }
        let Some(command_id) = self.inbound.command_id(request.number) else {
            return Ok(false);
        };
        let command_id = command_id.response();
        self.write_response(command_id, status, request.number, |out| {
            body(out, command_id)
        })?;
        self.inbound.take(request.number);
        self.answer_unbind_when_done(now);
        if matches!(self.state, State::Bound(_)) {
            self.unbind_when_drained(now);
        }
        Ok(true)
    }

    /// SMSC: answers the bind that waits, if `request` is it.
    fn answer_bind(&mut self, now: Instant, request: Sequence, status: CommandStatus) -> bool {
        let Some((number, bind)) = self.bind_received.as_ref().map(|b| (b.number, b.bind)) else {
            return false;
        };
        if number != request.number {
            return false;
        }
        let Some(received) = self.bind_received.take() else {
            return false;
        };
        let command_id = bind.command_id().response();
        if status != CommandStatus::ESME_ROK {
            self.write_header(command_id, status, number);
            self.end(now, CloseReason::BindRefused(status));
            return true;
        }
        let version = if received.version.0 < InterfaceVersion::V3_4.0 {
            InterfaceVersion::V3_3
        } else {
            InterfaceVersion(received.version.0.min(self.config.interface_version.0))
        };
        let mut tlvs = TlvBuf::default();
        if version.0 >= InterfaceVersion::V3_4.0 {
            // One octet always fits a TLV.
            let _ = tlvs.push(
                Tag::SC_INTERFACE_VERSION,
                &[self.config.interface_version.0],
            );
        }
        let system_id = self.config.system_id.clone();
        let body = BindResp {
            system_id: &system_id,
            tlvs: tlvs.as_tlvs(),
        };
        self.write_pdu(command_id, status, number, &body);
        self.bound(now, bind, version, &received.system_id);
        self.pump(now);
        true
    }

    /// Moves requests from the queue to the wire as bind, window, rate and network allow.
    pub(super) fn pump(&mut self, now: Instant) {
        if !matches!(self.state, State::Bound(_)) {
            return;
        }
        while !self.outbox.is_empty()
            && self.window.len() < self.config.window
            && self.pending() < HIGH_WATER
            && self.flow.take(now)
        {
            let Some(mut request) = self.outbox.pop() else {
                break;
            };
            let number = self.window.next_number();
            let length = self.wire_length(&request);
            request.frame[12..16].copy_from_slice(&number.to_be_bytes());
            let start = self.out.len();
            self.out.extend_from_slice(&request.frame[..length]);
            self.out[start..start + 4].copy_from_slice(&(length as u32).to_be_bytes());
            self.request_written(now, start);
            let (ticket, command_id) = (request.ticket, request.command_id);
            if command_id.has_response() {
                let timeout = self.config.response_timeout;
                self.window
                    .push(Some(ticket), command_id, now, timeout, Some(request));
            } else {
                self.outbox.recycle(request.frame);
                let frame = self.events.keep(&[]);
                let sequence = self.sequence(number);
                self.events.push(Record::Response {
                    sequence,
                    ticket: Some(ticket),
                    command_id,
                    status: CommandStatus::ESME_ROK,
                    frame,
                });
            }
        }
        self.unbind_when_drained(now);
    }

    /// Octets of a request that this peer takes: one of 3.3 gets no TLVs (SMPP 5.0, 2.11), unless they carry the message.
    fn wire_length(&self, request: &Queued) -> usize {
        let whole = request.frame.len();
        if self.version.0 >= InterfaceVersion::V3_4.0 || request.tlv_offset == whole {
            return whole;
        }
        let tlvs =
            crate::pdu::Tlvs::from_bytes(&request.frame[request.tlv_offset..]).unwrap_or_default();
        let carries_message = [Tag::MESSAGE_PAYLOAD, Tag::SAR_MSG_REF_NUM]
            .into_iter()
            .any(|t| tlvs.get(t).is_some());
        if carries_message {
            whole
        } else {
            request.tlv_offset
        }
    }

    fn request_written(&mut self, now: Instant, start: usize) {
        self.stats.sent += 1;
        self.operation(now);
        self.trace_out(start);
    }

    pub(super) fn write_header(
        &mut self,
        command_id: CommandId,
        status: CommandStatus,
        number: u32,
    ) {
        let start = self.out.len();
        let header = Header {
            command_length: HEADER_LEN as u32,
            command_id,
            command_status: status,
            sequence_number: number,
        };
        self.out.extend_from_slice(&header.encode());
        self.trace_out(start);
    }

    /// Writes a PDU of our own making, whose fields are known to fit or were checked when the session was made; one that
    /// does not fit is sent without its body, to be refused by the peer rather than to hang.
    pub(super) fn write_pdu<'a>(
        &mut self,
        command_id: CommandId,
        status: CommandStatus,
        number: u32,
        body: &impl Body<'a>,
    ) {
        let start = self.out.len();
        match crate::pdu::encode(&mut self.out, command_id, status, number, body) {
            Ok(()) => self.trace_out(start),
            Err(_) => self.write_header(command_id, status, number),
        }
    }

    /// Writes our bind. A password over the 8 octets of the specification goes as it is: many centres take it.
    pub(super) fn write_bind(&mut self, number: u32) {
        // Copied, since writing needs the whole session; once a connection.
        let Config {
            bind,
            system_id,
            password,
            system_type,
            address_range,
            ..
        } = self.config.clone();
        let mut body = Bind {
            system_id: &system_id,
            password: &password,
            system_type: &system_type,
            interface_version: self.config.interface_version,
            addr_ton: self.config.addr_ton.into(),
            addr_npi: self.config.addr_npi.into(),
            address_range: &address_range,
            ..Bind::default()
        };
        let too_long = password.len() > 8 && !password.contains(&0);
        if too_long {
            body.password = b"";
        }
        let start = self.out.len();
        self.write_pdu(bind.command_id(), CommandStatus::ESME_ROK, number, &body);
        if too_long {
            let at = start + HEADER_LEN + system_id.len() + 1;
            self.out.splice(at..at, password);
            let length = (self.out.len() - start) as u32;
            self.out[start..start + 4].copy_from_slice(&length.to_be_bytes());
        }
    }

    fn write_response(
        &mut self,
        command_id: CommandId,
        status: CommandStatus,
        number: u32,
        body: impl FnOnce(&mut Vec<u8>) -> Result<(), InvalidField>,
    ) -> Result<(), InvalidField> {
        let start = self.out.len();
        self.out.resize(start + HEADER_LEN, 0);
        if let Err(error) = body(&mut self.out) {
            self.out.truncate(start);
            return Err(error);
        }
        let header = Header {
            command_length: (self.out.len() - start) as u32,
            command_id,
            command_status: status,
            sequence_number: number,
        };
        self.out[start..start + HEADER_LEN].copy_from_slice(&header.encode());
        self.trace_out(start);
        Ok(())
    }

    /// Refuses a request of the peer: its own response, without body.
    pub(super) fn refuse(&mut self, command_id: CommandId, number: u32, status: CommandStatus) {
        self.write_header(command_id.response(), status, number);
    }

    /// What to say when a request can't be taken now: it makes the peer try again.
    pub(super) fn busy_status(&self) -> CommandStatus {
        match self.config.role {
            Role::Esme => CommandStatus::ESME_RX_T_APPN,
            Role::Smsc => CommandStatus::ESME_RMSGQFUL,
        }
    }

    fn trace_out(&mut self, start: usize) {
        if self.config.trace {
            let frame = self.events.keep(&self.out[start..]);
            self.events.push(Record::Trace {
                direction: Direction::Out,
                frame,
            });
        }
    }

    /// Ends the connection if the peer lets octets pile up here.
    pub(super) fn check_pending(&mut self, now: Instant) {
        if self.pending() > MOST_PENDING + self.config.max_pdu {
            self.end(now, CloseReason::PeerNotReading);
        }
    }

    pub(super) fn fail(
        &mut self,
        number: Option<u32>,
        ticket: Option<Ticket>,
        command_id: CommandId,
        failure: Failure,
    ) {
        let sequence = number.map(|n| self.sequence(n));
        self.events.push(Record::Failed {
            ticket,
            sequence,
            command_id,
            failure,
        });
    }

    pub(super) fn recycle(&mut self, request: Option<Queued>) {
        if let Some(request) = request {
            self.outbox.recycle(request.frame);
        }
    }
}
