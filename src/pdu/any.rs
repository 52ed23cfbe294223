//! Any PDU.

use super::alert::AlertNotification;
use super::bind::{Bind, BindResp, Outbind};
use super::body::{Body, Masked, Request, at_once};
use super::broadcast::{
    BroadcastSm, BroadcastSmResp, CancelBroadcastSm, QueryBroadcastSm, QueryBroadcastSmResp,
};
use super::data::{DataSm, DataSmResp};
use super::deliver::{DeliverSm, DeliverSmResp};
use super::error::{DecodeError, DecodeErrorKind, InvalidField};
use super::link::{
    CancelBroadcastSmResp, CancelSmResp, EnquireLink, EnquireLinkResp, GenericNack, ReplaceSmResp,
    Unbind, UnbindResp,
};
use super::query::{CancelSm, QuerySm, QuerySmResp, ReplaceSm};
use super::submit::{SubmitMulti, SubmitMultiResp, SubmitSm, SubmitSmResp};
use super::{CommandId, CommandStatus, FieldSpec, HEADER_LEN, Header, Tlvs};
use alloc::vec::Vec;
use core::fmt;

macro_rules! pdus {
    ($($variant:ident($body:ident) = $command:ident;)*) => {
        /// Any PDU of 3.4 and 5.0, borrowed from its octets.
        #[derive(Clone, Copy, PartialEq, Eq)]
        #[non_exhaustive]
        pub enum Pdu<'a> {
            $(
                #[doc = concat!("[`", stringify!($command), "`](CommandId::", stringify!($command), ")")]
                $variant($body<'a>),
            )*
            /// A command that neither 3.4 nor 5.0 defines.
            Unknown {
                /// As it came.
                command_id: CommandId,
                /// The octets behind the header.
                body: &'a [u8],
            },
        }

        /// Shows the fields, never a password: nothing of an unknown command, which may be a bind of some SMSC.
        impl fmt::Debug for Pdu<'_> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                match self {
                    $(Pdu::$variant(body) => {
                        f.debug_tuple(stringify!($variant)).field(body).finish()
                    })*
                    Pdu::Unknown { command_id, .. } => f
                        .debug_struct("Unknown")
                        .field("command_id", command_id)
                        .field("body", &Masked)
                        .finish(),
                }
            }
        }

        impl<'a> Pdu<'a> {
            /// Reads the octets behind a header.
            ///
            /// # Errors
            /// As [`Body::decode`].
            pub fn decode_body(header: &Header, body: &'a [u8]) -> Result<Pdu<'a>, DecodeError> {
                Ok(match header.command_id {
                    $(CommandId::$command => Pdu::$variant($body::decode(header, body)?),)*
                    command_id => Pdu::Unknown { command_id, body },
                })
            }

            /// Which PDU this is.
            #[must_use]
            pub fn command_id(&self) -> CommandId {
                match self {
                    $(Pdu::$variant(_) => CommandId::$command,)*
                    Pdu::Unknown { command_id, .. } => *command_id,
                }
            }

            /// The optional parameters; none for an unknown command.
            #[must_use]
            pub fn tlvs(&self) -> Tlvs<'a> {
                match self {
                    $(Pdu::$variant(body) => body.tlvs,)*
                    Pdu::Unknown { .. } => Tlvs::EMPTY,
                }
            }

            /// Appends the PDU, `command_length` filled in. A failed response with an empty body is written as its
            /// header alone.
            ///
            /// # Errors
            /// The first field that can't be written; `out` is then as it was.
            pub fn encode(
                &self,
                out: &mut Vec<u8>,
                status: CommandStatus,
                sequence_number: u32,
            ) -> Result<(), InvalidField> {
                self.with_body(|body| {
                    super::encode(out, self.command_id(), status, sequence_number, body)
                })
            }

            fn with_body<T>(&self, call: impl FnOnce(&dyn Body<'a>) -> T) -> T {
                match self {
                    $(Pdu::$variant(body) => call(body),)*
                    Pdu::Unknown { body, .. } => call(&Raw(body)),
                }
            }
        }

        /// The mandatory fields of a command; `None` if it is unknown.
        #[must_use]
        pub fn fields_of(command_id: CommandId) -> Option<&'static [FieldSpec]> {
            match command_id {
                $(CommandId::$command => Some($body::FIELDS),)*
                _ => None,
            }
        }
    };
}

pdus! {
    BindReceiver(Bind) = BIND_RECEIVER;
    BindTransmitter(Bind) = BIND_TRANSMITTER;
    QuerySm(QuerySm) = QUERY_SM;
    SubmitSm(SubmitSm) = SUBMIT_SM;
    DeliverSm(DeliverSm) = DELIVER_SM;
    Unbind(Unbind) = UNBIND;
    ReplaceSm(ReplaceSm) = REPLACE_SM;
    CancelSm(CancelSm) = CANCEL_SM;
    BindTransceiver(Bind) = BIND_TRANSCEIVER;
    Outbind(Outbind) = OUTBIND;
    EnquireLink(EnquireLink) = ENQUIRE_LINK;
    SubmitMulti(SubmitMulti) = SUBMIT_MULTI;
    AlertNotification(AlertNotification) = ALERT_NOTIFICATION;
    DataSm(DataSm) = DATA_SM;
    BroadcastSm(BroadcastSm) = BROADCAST_SM;
    QueryBroadcastSm(QueryBroadcastSm) = QUERY_BROADCAST_SM;
    CancelBroadcastSm(CancelBroadcastSm) = CANCEL_BROADCAST_SM;
    GenericNack(GenericNack) = GENERIC_NACK;
    BindReceiverResp(BindResp) = BIND_RECEIVER_RESP;
    BindTransmitterResp(BindResp) = BIND_TRANSMITTER_RESP;
    QuerySmResp(QuerySmResp) = QUERY_SM_RESP;
    SubmitSmResp(SubmitSmResp) = SUBMIT_SM_RESP;
    DeliverSmResp(DeliverSmResp) = DELIVER_SM_RESP;
    UnbindResp(UnbindResp) = UNBIND_RESP;
    ReplaceSmResp(ReplaceSmResp) = REPLACE_SM_RESP;
    CancelSmResp(CancelSmResp) = CANCEL_SM_RESP;
    BindTransceiverResp(BindResp) = BIND_TRANSCEIVER_RESP;
    EnquireLinkResp(EnquireLinkResp) = ENQUIRE_LINK_RESP;
    SubmitMultiResp(SubmitMultiResp) = SUBMIT_MULTI_RESP;
    DataSmResp(DataSmResp) = DATA_SM_RESP;
    BroadcastSmResp(BroadcastSmResp) = BROADCAST_SM_RESP;
    QueryBroadcastSmResp(QueryBroadcastSmResp) = QUERY_BROADCAST_SM_RESP;
    CancelBroadcastSmResp(CancelBroadcastSmResp) = CANCEL_BROADCAST_SM_RESP;
}

macro_rules! requests {
    ($($body:ident = $command:ident;)*) => {
        $(
            impl<'a> Request<'a> for $body<'a> {
                #[inline]
                fn command_id(&self) -> CommandId {
                    CommandId::$command
                }
            }
        )*
    };
}

// Those of an application: binds, unbind and enquire_link are the session's own.
requests! {
    SubmitSm = SUBMIT_SM;
    SubmitMulti = SUBMIT_MULTI;
    DataSm = DATA_SM;
    DeliverSm = DELIVER_SM;
    QuerySm = QUERY_SM;
    CancelSm = CANCEL_SM;
    ReplaceSm = REPLACE_SM;
    AlertNotification = ALERT_NOTIFICATION;
    BroadcastSm = BROADCAST_SM;
    QueryBroadcastSm = QUERY_BROADCAST_SM;
    CancelBroadcastSm = CANCEL_BROADCAST_SM;
}

/// Any PDU by the command of its variant; [`Pdu::Unknown`] for the commands of vendors.
impl<'a> Request<'a> for Pdu<'a> {
    fn command_id(&self) -> CommandId {
        Pdu::command_id(self)
    }
}

impl<'a> Body<'a> for Pdu<'a> {
    fn decode(header: &Header, body: &'a [u8]) -> Result<Self, DecodeError> {
        Pdu::decode_body(header, body)
    }

    fn encoded_len(&self) -> usize {
        self.with_body(|body| body.encoded_len())
    }

    fn check(&self) -> Result<(), InvalidField> {
        self.with_body(|body| body.check())
    }

    fn write(&self, out: &mut [u8]) {
        self.with_body(|body| body.write(out));
    }

    fn tlvs(&self) -> Tlvs<'a> {
        Pdu::tlvs(self)
    }

    fn is_empty(&self) -> bool {
        self.with_body(|body| body.is_empty())
    }
}

impl<'a> Pdu<'a> {
    /// Reads one whole PDU.
    ///
    /// ```
    /// use smpp_edge::pdu::{CommandStatus, Pdu, SubmitSmResp};
    ///
    /// let frame = [&[0, 0, 0, 19, 0x80, 0, 0, 4, 0, 0, 0, 0, 0, 0, 0, 7], &b"m1\0"[..]].concat();
    /// let (header, pdu) = Pdu::decode(&frame)?;
    /// assert_eq!((header.command_status, header.sequence_number), (CommandStatus::ESME_ROK, 7));
    /// assert_eq!(pdu, Pdu::SubmitSmResp(SubmitSmResp { message_id: b"m1", ..SubmitSmResp::default() }));
    /// # Ok::<(), smpp_edge::pdu::DecodeError>(())
    /// ```
    ///
    /// # Errors
    /// `Length` if `frame` is not exactly as long as its `command_length` says, else as [`Body::decode`].
    #[inline]
    pub fn decode(frame: &'a [u8]) -> Result<(Header, Pdu<'a>), DecodeError> {
        let (header, body) = split(frame)?;
        // What a quiet session is full of.
        if body.is_empty() && header.command_id == CommandId::ENQUIRE_LINK {
            return Ok((header, Pdu::EnquireLink(EnquireLink::default())));
        }
        Pdu::decode_behind(header, body)
    }

    /// The body behind a header. On its own, so that what needs none of it does not pay for it.
    #[inline(never)]
    fn decode_behind(header: Header, body: &'a [u8]) -> Result<(Header, Pdu<'a>), DecodeError> {
        match Pdu::busy(header.command_id, body) {
            Some(pdu) => Ok((header, pdu)),
            None => Pdu::decode_body(&header, body).map(|pdu| (header, pdu)),
        }
    }

    /// The PDUs that a busy session is full of, if they are as they should be. Inlined, each is written at once to
    /// where it is wanted: to move a PDU costs as much as to read it.
    #[inline(always)]
    fn busy(command_id: CommandId, body: &'a [u8]) -> Option<Pdu<'a>> {
        Some(match command_id {
            CommandId::SUBMIT_SM => Pdu::SubmitSm(at_once(body, SubmitSm::read)?),
            CommandId::SUBMIT_SM_RESP => Pdu::SubmitSmResp(at_once(body, SubmitSmResp::read)?),
            CommandId::DELIVER_SM => Pdu::DeliverSm(at_once(body, DeliverSm::read)?),
            CommandId::DELIVER_SM_RESP => Pdu::DeliverSmResp(at_once(body, DeliverSmResp::read)?),
            CommandId::ENQUIRE_LINK_RESP => {
                Pdu::EnquireLinkResp(at_once(body, EnquireLinkResp::read)?)
            }
            _ => return None,
        })
    }
}

/// Header and body of one whole PDU.
#[inline]
pub(super) fn split(frame: &[u8]) -> Result<(Header, &[u8]), DecodeError> {
    let Some((octets, body)) = frame.split_first_chunk::<HEADER_LEN>() else {
        return Err(wrong_length(CommandId(0), HEADER_LEN, frame.len()));
    };
    let header = Header::decode(octets);
    if header.command_length as usize != frame.len() {
        return Err(wrong_length(
            header.command_id,
            header.command_length as usize,
            frame.len(),
        ));
    }
    Ok((header, body))
}

#[cold]
fn wrong_length(command_id: CommandId, expected: usize, found: usize) -> DecodeError {
    DecodeError {
        kind: DecodeErrorKind::Length,
        command_id,
        field: "command_length",
        offset: 0,
        expected: u32::try_from(expected).unwrap_or(u32::MAX),
        found: u32::try_from(found).unwrap_or(u32::MAX),
    }
}

/// The octets of an unknown command, written as they came.
struct Raw<'a>(&'a [u8]);

impl<'a> Body<'a> for Raw<'a> {
    fn decode(_: &Header, body: &'a [u8]) -> Result<Self, DecodeError> {
        Ok(Raw(body))
    }

    fn encoded_len(&self) -> usize {
        self.0.len()
    }

    fn check(&self) -> Result<(), InvalidField> {
        Ok(())
    }

    fn write(&self, out: &mut [u8]) {
        out.copy_from_slice(self.0);
    }

    fn tlvs(&self) -> Tlvs<'a> {
        Tlvs::EMPTY
    }

    fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}
