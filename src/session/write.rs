//! PDUs of the session's own into the output.

use super::config::{Config, Role};
use super::engine::Session;
use super::event::{CloseReason, Direction};
use super::event_queue::Record;
use super::instant::Instant;
use super::version;
use crate::pdu::{Bind, Body, CommandId, CommandStatus, HEADER_LEN, Header, InvalidField, Outbind};
use alloc::vec::Vec;

/// With more than this to transmit, the peer does not read what it makes us write.
const MOST_PENDING: usize = 1024 * 1024;

impl Session {
    /// The next sequence_number that is not in use.
    pub(super) fn next_number(&mut self) -> u32 {
        self.window.next_number(self.enquire_link)
    }

    pub(super) fn write_header(
        &mut self,
        command_id: CommandId,
        status: CommandStatus,
        number: u32,
    ) {
        let start = self.out.octets().len();
        let header = Header {
            command_length: HEADER_LEN as u32,
            command_id,
            command_status: status,
            sequence_number: number,
        };
        self.out.buffer().extend_from_slice(&header.encode());
        self.trace_out(start);
    }

    /// Writes a PDU of our own making, whose fields [`Config::check`] has seen; one that does not fit all the same is sent
    /// without its body, to be refused by the peer rather than to hang.
    pub(super) fn write_pdu<'a>(
        &mut self,
        command_id: CommandId,
        status: CommandStatus,
        number: u32,
        body: &impl Body<'a>,
    ) {
        let start = self.out.octets().len();
        match crate::pdu::encode(self.out.buffer(), command_id, status, number, body) {
            Ok(()) => self.trace_out(start),
            Err(_) => self.write_header(command_id, status, number),
        }
    }

    pub(super) fn write_bind(&mut self, number: u32) {
        let start = self.out.octets().len();
        match encode_bind(self.out.buffer(), &self.config, number) {
            Ok(()) => self.trace_out(start),
            Err(_) => self.write_header(
                self.config.bind.command_id(),
                CommandStatus::ESME_ROK,
                number,
            ),
        }
    }

    pub(super) fn write_outbind(&mut self) {
        let number = self.next_number();
        let (system_id, password) = (self.config.system_id.clone(), self.config.password.clone());
        let body = Outbind {
            system_id: &system_id,
            password: &password.0,
            ..Outbind::default()
        };
        self.write_pdu(CommandId::OUTBIND, CommandStatus::ESME_ROK, number, &body);
    }

    /// Cuts the TLVs off the PDU at `start` of the output, if the peer's version takes none. False if its message is in
    /// them.
    pub(super) fn cut_tlvs(&mut self, start: usize) -> bool {
        if version::takes_tlvs(self.version) {
            return true;
        }
        let Some(length) = version::length_without_tlvs(&self.out.octets()[start..]) else {
            return false;
        };
        let out = self.out.buffer();
        out.truncate(start + length);
        out[start..start + 4].copy_from_slice(&(length as u32).to_be_bytes());
        true
    }

    /// Refuses a request of the peer: its own response, without body.
    pub(super) fn refuse(&mut self, command_id: CommandId, number: u32, status: CommandStatus) {
        self.stats.refused += 1;
        self.write_header(command_id.response(), status, number);
    }

    /// What to say when a request can't be taken now: it makes the peer try again.
    pub(super) fn busy_status(&self) -> CommandStatus {
        match self.config.role {
            Role::Esme => CommandStatus::ESME_RX_T_APPN,
            Role::Smsc => CommandStatus::ESME_RMSGQFUL,
        }
    }

    #[inline]
    pub(super) fn trace_out(&mut self, start: usize) {
        if self.config.trace {
            let frame = self.events.keep(&self.out.octets()[start..]);
            self.events.push(Record::Trace {
                direction: Direction::Out,
                frame,
            });
        }
    }

    /// Ends the connection if the peer lets octets pile up here.
    pub(super) fn check_pending(&mut self, now: Instant) {
        if self.out.pending().len() > MOST_PENDING + self.config.max_pdu {
            self.end(now, CloseReason::PeerNotReading);
        }
    }
}

/// Appends the bind. A system_id over 15 octets and a password over 8 go as they are: many SMSCs ask for them.
fn encode_bind(out: &mut Vec<u8>, config: &Config, number: u32) -> Result<(), InvalidField> {
    config.check()?;
    let start = out.len();
    // By the codec go those that keep to the specification; the others are put in behind.
    let (system_id, long_id) = split_by_length(&config.system_id, 15);
    let (password, long_password) = split_by_length(&config.password.0, 8);
    let body = Bind {
        system_id,
        password,
        system_type: &config.system_type,
        interface_version: config.interface_version,
        addr_ton: config.addr_ton.into(),
        addr_npi: config.addr_npi.into(),
        address_range: &config.address_range,
        ..Bind::default()
    };
    let command_id = config.bind.command_id();
    crate::pdu::encode(out, command_id, CommandStatus::ESME_ROK, number, &body)?;
    let at = start + HEADER_LEN;
    insert(out, at, long_id);
    let at = at + config.system_id.len() + 1;
    insert(out, at, long_password);
    let length = (out.len() - start) as u32;
    out[start..start + 4].copy_from_slice(&length.to_be_bytes());
    Ok(())
}

fn insert(out: &mut Vec<u8>, at: usize, octets: &[u8]) {
    let behind = out[at..].to_vec();
    out.truncate(at);
    out.extend_from_slice(octets);
    out.extend_from_slice(&behind);
}

/// The string as the first if it has at most `longest` octets, else as the second; the other is empty.
fn split_by_length(string: &[u8], longest: usize) -> (&[u8], &[u8]) {
    let (fits, too_long) = string.split_at(if string.len() > longest {
        0
    } else {
        string.len()
    });
    (fits, too_long)
}
