//! Answers to the peer's requests.

use super::engine::Session;
use super::event::{CloseReason, Sequence};
use super::event_queue::Record;
use super::inbound::{GivenUp, Request};
use super::instant::Instant;
use super::state::State;
use super::version;
use crate::pdu::{
    BindResp, CommandId, CommandStatus, HEADER_LEN, Header, InterfaceVersion, InvalidField, Tag,
    TlvBuf,
};
use alloc::boxed::Box;
use alloc::vec::Vec;

/// Appends the body of a response of this command.
type WriteBody<'a> = &'a mut dyn FnMut(&mut Vec<u8>, CommandId) -> Result<(), InvalidField>;

impl Session {
    /// Answers a request of the peer with a status and the usual body: none with an error, else the fields that the
    /// response must have, empty. For a bind of the SMSC role, ESME_ROK lets the peer in, anything else ends the connection.
    ///
    /// Says whether the request was still open: it is not after its time, on another connection, or answered already.
    pub fn respond(&mut self, now: Instant, request: Sequence, status: CommandStatus) -> bool {
        self.respond_by(now, request, status, &mut |out, command_id| {
            usual_body(out, command_id, status);
            Ok(())
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

    /// Answers a request of the peer with a body of its own, which `body` appends; it gets the response's command. For a
    /// bind with ESME_ROK it is not called: `Config::system_id` and the version are the body. Its TLVs are left out where the
    /// peer's version has none, and with them the body of a refused bind.
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
        let mut body = Some(body);
        self.respond_by(now, request, status, &mut |out, command_id| {
            body.take().map_or(Ok(()), |body| body(out, command_id))
        })
    }

    /// [`respond_with`](Self::respond_with), compiled once for all bodies.
    fn respond_by(
        &mut self,
        now: Instant,
        request: Sequence,
        status: CommandStatus,
        body: WriteBody<'_>,
    ) -> Result<bool, InvalidField> {
        let now = self.tick(now);
        if request.connection != self.connection || !self.state.is_connected() {
            return Ok(false);
        }
        if self.answer_bind(now, request, status, body)? {
            return Ok(true);
        }
        let Some(command_id) = self.inbound.command_id(request.number) else {
            return Ok(false);
        };
        self.write_response(command_id.response(), status, request.number, body)?;
        if let Some(taken) = self.inbound.take(request.number) {
            for repeat in self.inbound.settle(now, &taken, status) {
                self.answer(repeat.command_id, repeat.number, status);
            }
        }
        self.hand_on_given_up(now);
        self.operation(now);
        self.watch_drain(now);
        self.answer_unbind_when_done(now);
        if matches!(self.state, State::Bound(_)) {
            self.unbind_when_drained(now);
        }
        Ok(true)
    }

    /// SMSC: answers the bind that waits, if `request` is it.
    fn answer_bind(
        &mut self,
        now: Instant,
        request: Sequence,
        status: CommandStatus,
        body: WriteBody<'_>,
    ) -> Result<bool, InvalidField> {
        let Some(received) = self
            .bind_received
            .take_if(|bind| bind.number == request.number)
        else {
            return Ok(false);
        };
        let (number, bind) = (received.number, received.bind);
        let command_id = bind.command_id().response();
        let theirs = if received.version.0 < InterfaceVersion::V3_3.0 {
            self.config.assumed_version
        } else {
            received.version
        };
        let version = version::common(self.config.interface_version, theirs);
        if status != CommandStatus::ESME_ROK {
            if !version::takes_tlvs(version) {
                self.write_header(command_id, status, number);
            } else if let Err(error) = self.write_response(command_id, status, number, body) {
                self.bind_received = Some(received);
                return Err(error);
            }
            self.stats.refused += 1;
            self.end(now, CloseReason::BindRefused(status));
            return Ok(true);
        }
        let mut tlvs = TlvBuf::default();
        if version::takes_tlvs(version) {
            tlvs.push_u8(Tag::SC_INTERFACE_VERSION, self.config.interface_version.0);
        }
        let system_id = self.config.system_id.clone();
        let body = BindResp {
            system_id: &system_id,
            tlvs: tlvs.as_tlvs(),
        };
        self.write_pdu(command_id, status, number, &body);
        self.bound(now, bind, version, &received.system_id);
        self.pump(now);
        Ok(true)
    }

    /// Answers a request with a status and the usual body.
    pub(super) fn answer(&mut self, command_id: CommandId, number: u32, status: CommandStatus) {
        // The usual body can always be written.
        let command_id = command_id.response();
        _ = self.write_response(command_id, status, number, &mut |out, command_id| {
            usual_body(out, command_id, status);
            Ok(())
        });
    }

    /// The application may not answer this request any more: it is refused, for the peer to send it again.
    pub(super) fn refuse_for_now(&mut self, now: Instant, request: &Request) {
        self.withdraw_request(now, request, true);
        self.hand_on_given_up(now);
    }

    /// The connection is over: what is open can't be answered, and comes again.
    pub(super) fn withdraw_requests(&mut self, now: Instant) {
        while let Some(request) = self.inbound.take_oldest() {
            self.withdraw_request(now, &request, false);
        }
        self.hand_on_given_up(now);
    }

    /// Takes a request, and the repeats of it, back from the application; `answered` if the peer can still hear of that.
    fn withdraw_request(&mut self, now: Instant, request: &Request, answered: bool) {
        let status = self.busy_status();
        let repeats = self.inbound.settle(now, request, status);
        for request in [request].into_iter().chain(&repeats) {
            if answered {
                self.refuse(request.command_id, request.number, status);
            }
            let sequence = self.sequence(request.number);
            self.events.push(Record::Withdrawn { sequence });
        }
    }

    /// Hands on segments whose others did not come in time, or that had to make room.
    pub(super) fn hand_on_given_up(&mut self, now: Instant) {
        while let Some(message) = self.inbound.given_up(now) {
            let message = Box::new(message);
            self.events.push(Record::Incomplete { message, of: None });
        }
    }

    /// The session is over: hands on all segments that were acknowledged.
    pub(super) fn give_up_segments(&mut self, now: Instant) {
        for GivenUp { message, of } in self.inbound.end(now) {
            let of = of.map(|number| self.sequence(number));
            let message = Box::new(message);
            self.events.push(Record::Incomplete { message, of });
        }
    }

    fn write_response(
        &mut self,
        command_id: CommandId,
        status: CommandStatus,
        number: u32,
        body: WriteBody<'_>,
    ) -> Result<(), InvalidField> {
        let out = self.out.buffer();
        let start = out.len();
        out.resize(start + HEADER_LEN, 0);
        if let Err(error) = body(out, command_id) {
            out.truncate(start);
            return Err(error);
        }
        let header = Header {
            command_length: (out.len() - start) as u32,
            command_id,
            command_status: status,
            sequence_number: number,
        };
        out[start..start + HEADER_LEN].copy_from_slice(&header.encode());
        self.cut_tlvs(start);
        self.trace_out(start);
        Ok(())
    }
}

/// Appends the fields that a response must have, empty, each as one zero byte; none with an error.
fn usual_body(out: &mut Vec<u8>, command_id: CommandId, status: CommandStatus) {
    let fields = match command_id {
        _ if status != CommandStatus::ESME_ROK => 0,
        CommandId::REPLACE_SM_RESP
        | CommandId::CANCEL_SM_RESP
        | CommandId::CANCEL_BROADCAST_SM_RESP => 0,
        // message_id, final_date, message_state, error_code.
        CommandId::QUERY_SM_RESP => 4,
        // message_id, no_unsuccess.
        CommandId::SUBMIT_MULTI_RESP => 2,
        // All others are a message_id alone.
        _ => 1,
    };
    out.resize(out.len() + fields, 0);
}
