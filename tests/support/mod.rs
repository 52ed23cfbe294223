//! What the tests of sessions share: a clock of their own, a scripted peer, and a pair of sessions.

#![allow(dead_code, unused_imports, reason = "each test program uses a part")]

mod link;
mod pair;
mod peer;
mod rng;
pub mod script;
mod seen;
mod world;

pub use pair::Pair;
pub use peer::{Heard, Peer};
pub use rng::Rng;
pub use seen::{Seen, events};
pub use world::{Summary, World};

use smpp_edge::pdu::*;
use smpp_edge::session::*;
use std::time::Duration;

/// One PDU.
pub fn pdu<'a>(
    command_id: CommandId,
    status: CommandStatus,
    number: u32,
    body: &impl Body<'a>,
) -> Vec<u8> {
    let mut out = Vec::new();
    encode(&mut out, command_id, status, number, body).expect("a body that can be written");
    out
}

/// One request.
pub fn request<'a>(command_id: CommandId, number: u32, body: &impl Body<'a>) -> Vec<u8> {
    pdu(command_id, CommandStatus::ESME_ROK, number, body)
}

/// A body under any command, whether it is that command's or not.
pub struct As<'b, B>(pub CommandId, pub &'b B);

impl<'a, B: Body<'a>> Body<'a> for As<'_, B> {
    fn decode(_: &Header, _: &'a [u8]) -> Result<Self, DecodeError> {
        unreachable!("it is only written")
    }

    fn encoded_len(&self) -> usize {
        self.1.encoded_len()
    }

    fn check(&self) -> Result<(), InvalidField> {
        self.1.check()
    }

    fn write(&self, out: &mut [u8]) {
        self.1.write(out);
    }

    fn tlvs(&self) -> Tlvs<'a> {
        self.1.tlvs()
    }

    fn is_empty(&self) -> bool {
        self.1.is_empty()
    }
}

impl<'a, B: Body<'a>> Request<'a> for As<'_, B> {
    fn command_id(&self) -> CommandId {
        self.0
    }
}

/// A PDU that is its header alone.
pub fn bare(command_id: CommandId, status: CommandStatus, number: u32) -> Vec<u8> {
    raw(command_id, status, number, &[])
}

/// A PDU with these octets as its body.
pub fn raw(command_id: CommandId, status: CommandStatus, number: u32, body: &[u8]) -> Vec<u8> {
    let header = Header {
        command_length: (HEADER_LEN + body.len()) as u32,
        command_id,
        command_status: status,
        sequence_number: number,
    };
    [&header.encode()[..], body].concat()
}

/// A submit_sm_resp that accepts.
pub fn accepted(number: u32) -> Vec<u8> {
    let body = SubmitSmResp {
        message_id: b"id",
        ..SubmitSmResp::default()
    };
    request(CommandId::SUBMIT_SM_RESP, number, &body)
}

/// A message to submit.
pub fn message() -> SubmitSm<'static> {
    SubmitSm {
        destination_addr: b"447700900123",
        short_message: b"hello",
        ..SubmitSm::default()
    }
}

/// A message to deliver.
pub fn delivery() -> DeliverSm<'static> {
    DeliverSm {
        source_addr: b"447700900123",
        short_message: b"hello",
        ..DeliverSm::default()
    }
}

/// A setting of so many milliseconds.
pub const fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

/// An ESME without jitter of any kind in what it does while bound, that does not connect again.
pub fn esme() -> Config {
    Config::esme(b"esme", b"secret", 1).with(|config| config.reconnect = None)
}

/// An ESME that connects again.
pub fn persistent() -> Config {
    Config::esme(b"esme", b"secret", 1)
}

pub fn smsc() -> Config {
    Config::smsc(b"smsc", 1)
}

/// The only kind of bind that carries all of `role`'s requests.
pub const BINDS: [BindType; 3] = [
    BindType::Transmitter,
    BindType::Receiver,
    BindType::Transceiver,
];
