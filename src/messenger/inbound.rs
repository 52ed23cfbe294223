//! What comes in: delivery reports and messages, owned.

use super::address::AddressBuf;
use super::state_machine::MessengerOptions;
use crate::pdu::{DataCoding, EsmClass, PduBuf, RegisteredDelivery};
use crate::receipt::{NetworkError, Report, Status};
use crate::session::Delivery;
use crate::text::{Alphabet, Decoded, EncodingName, Joined, decode, decode_into};
use alloc::string::String;
use alloc::vec::Vec;

/// A delivery report. What the SMSC left out is `None`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
#[non_exhaustive]
pub struct DeliveryReport {
    /// The id in the form the submission was answered with; see
    /// [`MessageIdFormat`](crate::receipt::MessageIdFormat).
    pub message_id: String,
    /// The id as the receipt has it.
    pub raw_message_id: String,
    /// The state of the message.
    pub status: Status,
    /// Whether no further report follows.
    pub is_final: bool,
    /// The SMSC's own word for the state.
    pub stat: Option<String>,
    /// The error code, in any form.
    pub error_code: Option<String>,
    /// When the message was submitted, in milliseconds since the Unix epoch; receipts name no zone, so it is taken as UTC.
    pub submitted_at: Option<i64>,
    /// When it reached its state, as `submitted_at`.
    pub done_at: Option<i64>,
    /// Messages submitted.
    pub submitted: Option<u32>,
    /// Messages delivered.
    pub delivered: Option<u32>,
    /// The start of the message's text.
    pub text: Option<String>,
    /// The source of the receipt: the recipient of the message.
    pub from: AddressBuf,
    /// The destination of the receipt: the sender of the message.
    pub to: AddressBuf,
    /// The network's error.
    pub network_error: Option<NetworkError>,
    /// The PDU it came in.
    pub pdu: PduBuf,
}

impl DeliveryReport {
    /// Returns the owned form of a receipt that was read from `pdu`. Without `delivery` it has no addresses.
    #[must_use]
    pub fn new(
        report: &Report<'_>,
        delivery: Option<&Delivery<'_>>,
        pdu: &[u8],
        options: &MessengerOptions,
    ) -> Self {
        let mut id = Vec::new();
        report.response_id(options.message_id_format, &mut id);
        let data_coding = delivery.map_or(0, |delivery| delivery.data_coding.0);
        Self {
            message_id: latin1(&id),
            raw_message_id: latin1(report.message_id().unwrap_or_default()),
            status: report.status(),
            is_final: report.is_final(),
            stat: report.receipt.stat.map(latin1),
            error_code: report.receipt.err.map(latin1),
            submitted_at: report.submitted_at(),
            done_at: report.done_at(),
            submitted: report.receipt.sub.and_then(decimal),
            delivered: report.receipt.dlvrd.and_then(decimal),
            text: report.receipt.text.map(|text| {
                let mut out = String::new();
                decode_into(&mut out, text, data_coding, None, options.default_alphabet);
                out
            }),
            from: delivery
                .map(|delivery| (&delivery.source).into())
                .unwrap_or_default(),
            to: delivery
                .map(|delivery| (&delivery.destination).into())
                .unwrap_or_default(),
            network_error: report.network_error(),
            pdu: pdu.into(),
        }
    }
}

/// What an inbound message says.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
#[non_exhaustive]
pub enum InboundContent {
    /// Text.
    Text(String),
    /// Bytes: no text, or text in an encoding that this crate has no tables for (Shift-JIS, EUC).
    Binary(Vec<u8>),
}

/// An inbound message, its segments joined.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
#[non_exhaustive]
pub struct InboundMessage {
    /// The sender.
    pub from: AddressBuf,
    /// The recipient.
    pub to: AddressBuf,
    /// What it says.
    pub content: InboundContent,
    /// The encoding it came in.
    pub encoding: EncodingName,
    /// data_coding of the first segment.
    pub data_coding: DataCoding,
    /// esm_class of the first segment.
    pub esm_class: EsmClass,
    /// The receipts asked for, in a message to an SMSC.
    pub registered_delivery: RegisteredDelivery,
    /// protocol_id of GSM 03.40.
    pub protocol_id: u8,
    /// priority_flag.
    pub priority: u8,
    /// service_type.
    pub service_type: String,
    /// How many segments came.
    pub segments: usize,
    /// The numbers, from 1, of the segments that did not come in time.
    pub missing: Vec<u8>,
    /// The user data header of the first segment, with its length.
    pub udh: Option<Vec<u8>>,
    /// The PDUs it came in.
    pub pdus: Vec<PduBuf>,
}

impl InboundMessage {
    /// The text; `None` if the content is bytes.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        match &self.content {
            InboundContent::Text(text) => Some(text),
            InboundContent::Binary(_) => None,
        }
    }

    /// Whether all segments came.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.missing.is_empty()
    }

    pub(super) fn single(pdu: &[u8], delivery: &Delivery<'_>, alphabet: Alphabet) -> Self {
        let udh = delivery.udh();
        let body = delivery.body();
        let decoded = decode(body, delivery.data_coding.0, udh.as_ref(), alphabet);
        Self {
            content: content(&decoded, || body.to_vec()),
            encoding: decoded.encoding,
            segments: 1,
            missing: Vec::new(),
            udh: udh.map(|udh| udh.as_bytes().to_vec()),
            pdus: vec![pdu.into()],
            ..Self::fields(delivery)
        }
    }

    /// `first`: the first of its segments.
    pub(super) fn joined(
        joined: &Joined<Vec<u8>>,
        first: &Delivery<'_>,
        alphabet: Alphabet,
    ) -> Self {
        let decoded = joined.decode(alphabet);
        Self {
            content: content(&decoded, || joined.octets()),
            encoding: decoded.encoding,
            segments: joined.parts.len(),
            missing: joined.missing().collect(),
            udh: first.udh().map(|udh| udh.as_bytes().to_vec()),
            pdus: joined
                .parts
                .iter()
                .map(|part| part.token.clone().into())
                .collect(),
            ..Self::fields(first)
        }
    }

    /// Everything but the content.
    fn fields(delivery: &Delivery<'_>) -> Self {
        Self {
            from: (&delivery.source).into(),
            to: (&delivery.destination).into(),
            content: InboundContent::Binary(Vec::new()),
            encoding: EncodingName::default(),
            data_coding: delivery.data_coding,
            esm_class: delivery.esm_class,
            registered_delivery: delivery.registered_delivery,
            protocol_id: delivery.protocol_id,
            priority: delivery.priority_flag.0,
            service_type: latin1(delivery.service_type),
            segments: 0,
            missing: Vec::new(),
            udh: None,
            pdus: Vec::new(),
        }
    }
}

fn content(decoded: &Decoded, bytes: impl FnOnce() -> Vec<u8>) -> InboundContent {
    let foreign = decoded.encoding.platform_label().is_some();
    if foreign || decoded.encoding == EncodingName::Binary {
        InboundContent::Binary(bytes())
    } else {
        InboundContent::Text(decoded.text.clone())
    }
}

pub(super) fn latin1(bytes: &[u8]) -> String {
    bytes.iter().copied().map(char::from).collect()
}

fn decimal(text: &[u8]) -> Option<u32> {
    str::from_utf8(text.trim_ascii()).ok()?.parse().ok()
}
