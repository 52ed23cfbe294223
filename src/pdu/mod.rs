//! PDUs to octets and back: SMPP 3.4 (issue 1.2) and 5.0, tolerant in and exact out.
//!
//! A [`Framer`] cuts the stream into PDUs; [`Pdu::decode`] reads one of them without copying; [`encode`] and
//! [`Pdu::encode`] append to a buffer of the caller. Strings are octets without their NUL, values the specification
//! gives names are newtypes that hold any octet, and TLVs stay in their encoded octets.
//!
//! `Debug` shows strings as text, and never a password.

mod alert;
mod any;
mod bind;
mod body;
mod broadcast;
mod command;
mod data;
mod deliver;
mod error;
pub mod explain;
mod field;
mod framer;
mod header;
mod layout;
mod link;
mod lists;
pub(crate) mod named;
mod owned;
mod packed;
mod query;
mod reader;
mod slots;
mod smpp_time;
mod status;
mod submit;
mod tag;
mod tlv;
mod untyped;
mod values;
mod vendor;
mod writer;

pub use alert::AlertNotification;
pub use any::{Pdu, fields_of};
pub use bind::{Bind, BindResp, Outbind};
pub use body::{Body, Request, encode};
pub(crate) use body::{Masked, ShownText};
pub use broadcast::{
    BroadcastSm, BroadcastSmResp, CancelBroadcastSm, QueryBroadcastSm, QueryBroadcastSmResp,
};
pub use command::CommandId;
pub use data::{DataSm, DataSmResp};
pub use deliver::{DeliverSm, DeliverSmResp};
pub use error::{DecodeError, DecodeErrorKind, FrameError, InvalidField, InvalidFieldKind};
pub use field::{FieldKind, FieldSpec};
pub use framer::Framer;
pub use header::{HEADER_LEN, Header};
pub use link::{
    CancelBroadcastSmResp, CancelSmResp, EnquireLink, EnquireLinkResp, GenericNack, HeaderOnly,
    ReplaceSmResp, Unbind, UnbindResp,
};
pub use lists::{
    DestAddress, DestAddressBuf, DestAddressIter, DestAddresses, UnsuccessSme, UnsuccessSmeBuf,
    UnsuccessSmeIter, UnsuccessSmes,
};
pub use named::{
    FieldValue, InvalidInput, InvalidInputKind, NamedField, NamedPdu, TlvKey, encode_fields,
};
pub use owned::PduBuf;
pub(crate) use owned::ShownPdu;
pub use query::{CancelSm, QuerySm, QuerySmResp, ReplaceSm};
pub use smpp_time::SmppTime;
pub use status::{CommandStatus, Handling};
pub use submit::{MessageIdResp, SubmitMulti, SubmitMultiResp, SubmitSm, SubmitSmResp};
pub use tag::{Tag, TlvSpec, TlvType, carrier};
pub use tlv::{Tlv, TlvBuf, TlvIter, Tlvs};
pub(crate) use untyped::Untyped;
pub use values::*;
pub use vendor::VendorTlvs;
