//! Events as objects, see `SmppEvent` in types.ts.

use super::receipt::ReportObject;
use super::session::handle;
use serde::{Serialize, Serializer};
use smpp_edge::messenger::{
    InboundContent, InboundMessage, MessengerEvent, SegmentOutcome, SentSms,
};
use smpp_edge::pdu::{CommandStatus, PduBuf};
use smpp_edge::session::{CloseReason, Failure};
use smpp_edge::text::EncodingName;
use wasm_bindgen::JsValue;

/// A Uint8Array.
pub(super) struct Octets<T>(pub(super) T);

impl<T: AsRef<[u8]>> Serialize for Octets<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bytes(self.0.as_ref())
    }
}

#[derive(Serialize)]
#[serde(
    tag = "type",
    rename_all = "camelCase",
    rename_all_fields = "camelCase"
)]
enum EventObject {
    Connect {
        endpoint: usize,
    },
    NoTransceiver,
    Bound {
        system_id: String,
        version: u8,
    },
    Sent {
        ticket: f64,
        message_id: String,
        status: &'static str,
        segments: Vec<SegmentObject>,
        encoding: &'static str,
    },
    Response {
        ticket: f64,
        status: u32,
        status_name: &'static str,
        pdu: Octets<PduBuf>,
    },
    RequestFailed {
        ticket: f64,
        outcome: &'static str,
        message: String,
    },
    Withdrawn {
        request: f64,
    },
    Report {
        request: Option<f64>,
        report: ReportObject,
    },
    Message {
        request: Option<f64>,
        message: MessageObject,
    },
    Request {
        request: f64,
        pdu: Octets<PduBuf>,
    },
    Notification {
        pdu: Octets<PduBuf>,
    },
    Undecodable {
        pdu: Octets<PduBuf>,
        message: String,
    },
    Throttled {
        status_name: &'static str,
        pause: f64,
    },
    Disconnect {
        reason: &'static str,
        message: String,
        status: Option<u32>,
        status_name: Option<&'static str>,
        retry_in: Option<f64>,
    },
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SegmentObject {
    index: usize,
    message_id: String,
    outcome: &'static str,
    status: Option<u32>,
    status_name: Option<&'static str>,
    message: Option<String>,
}

/// `{ ton, npi, addr }`.
#[derive(Serialize)]
pub(super) struct AddressObject {
    ton: u8,
    npi: u8,
    addr: String,
}

impl From<smpp_edge::messenger::AddressBuf> for AddressObject {
    fn from(address: smpp_edge::messenger::AddressBuf) -> Self {
        AddressObject {
            ton: address.ton.0,
            npi: address.npi.0,
            addr: address.addr,
        }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct MessageObject {
    from: AddressObject,
    to: AddressObject,
    text: Option<String>,
    binary: Option<Octets<Vec<u8>>>,
    encoding: &'static str,
    data_coding: u8,
    esm_class: u8,
    protocol_id: u8,
    priority: u8,
    service_type: String,
    segments: usize,
    complete: bool,
    missing: Vec<u8>,
    udh: Option<Octets<Vec<u8>>>,
    pdus: Vec<Octets<PduBuf>>,
}

impl From<InboundMessage> for MessageObject {
    fn from(message: InboundMessage) -> Self {
        let complete = message.is_complete();
        let (text, binary) = match message.content {
            InboundContent::Text(text) => (Some(text), None),
            InboundContent::Binary(bytes) => match platform_text(message.encoding, &bytes) {
                Some(text) => (Some(text), None),
                None => (None, Some(Octets(bytes))),
            },
            _ => (None, None),
        };
        MessageObject {
            from: message.from.into(),
            to: message.to.into(),
            text,
            binary,
            encoding: message.encoding.as_str(),
            data_coding: message.data_coding.0,
            esm_class: message.esm_class.0,
            protocol_id: message.protocol_id,
            priority: message.priority,
            service_type: message.service_type,
            segments: message.segments,
            complete,
            missing: message.missing,
            udh: message.udh.map(Octets),
            pdus: message.pdus.into_iter().map(Octets).collect(),
        }
    }
}

/// Text in an encoding that every JavaScript runtime has tables for, so that this module need not.
pub(super) fn platform_text(encoding: EncodingName, bytes: &[u8]) -> Option<String> {
    let decoder = web_sys::TextDecoder::new_with_label(encoding.platform_label()?).ok()?;
    decoder.decode_with_u8_array(bytes).ok()
}

fn outcome(outcome: SegmentOutcome) -> (&'static str, Option<CommandStatus>, Option<String>) {
    match outcome {
        SegmentOutcome::Accepted => ("accepted", None, None),
        SegmentOutcome::Rejected(status) => {
            ("rejected", Some(status), Some(status.meaning().to_owned()))
        }
        SegmentOutcome::Unknown(failure) => {
            let status = match failure {
                Failure::Mismatch(status) => Some(status),
                _ => None,
            };
            ("unknown", status, Some(failure.to_string()))
        }
        SegmentOutcome::NotSent(failure) => ("not-sent", None, Some(failure.to_string())),
        _ => ("unknown", None, None),
    }
}

fn sent(ticket: f64, sms: SentSms) -> EventObject {
    let accepted = sms.is_accepted();
    let message_id = sms.message_id().to_owned();
    let first_failure = sms
        .segments
        .iter()
        .find(|segment| segment.outcome != SegmentOutcome::Accepted);
    let some_accepted = sms
        .segments
        .iter()
        .any(|segment| segment.outcome == SegmentOutcome::Accepted);
    let status = match first_failure {
        _ if accepted => "accepted",
        _ if some_accepted => "partial",
        Some(segment) => outcome(segment.outcome).0,
        None => "accepted",
    };
    let segments = sms
        .segments
        .into_iter()
        .enumerate()
        .map(|(index, segment)| {
            let (outcome, status, message) = outcome(segment.outcome);
            SegmentObject {
                index,
                message_id: segment.message_id,
                outcome,
                status: status.map(|status| status.0),
                status_name: status.map(CommandStatus::name),
                message,
            }
        });
    EventObject::Sent {
        ticket,
        message_id,
        status,
        segments: segments.collect(),
        encoding: sms.encoding.as_str(),
    }
}

fn reason(reason: &CloseReason) -> (&'static str, Option<CommandStatus>) {
    match reason {
        CloseReason::ConnectFailed => ("connect", None),
        CloseReason::BindRefused(status) => ("refused", Some(*status)),
        CloseReason::BindTimeout
        | CloseReason::SessionInitTimeout
        | CloseReason::EnquireLinkTimeout => ("timeout", None),
        CloseReason::Inactivity | CloseReason::PeerUnbound => ("unbound", None),
        CloseReason::Unbound => ("closed", None),
        CloseReason::Frame(_) | CloseReason::PeerLostSync | CloseReason::PeerNotReading => {
            ("protocol", None)
        }
        _ => ("lost", None),
    }
}

/// `None` for an event that types.ts has no type for.
pub(super) fn object(event: MessengerEvent) -> Result<Option<JsValue>, serde_wasm_bindgen::Error> {
    let object = match event {
        MessengerEvent::Connect { endpoint } => EventObject::Connect { endpoint },
        MessengerEvent::NoTransceiver => EventObject::NoTransceiver,
        MessengerEvent::Bound { system_id, version } => EventObject::Bound {
            system_id,
            version: version.0,
        },
        MessengerEvent::Sent { id, sms } => sent(id.0 as f64, sms),
        MessengerEvent::Response { id, status, pdu } => EventObject::Response {
            ticket: id.0 as f64,
            status: status.0,
            status_name: status.name(),
            pdu: Octets(pdu),
        },
        MessengerEvent::RequestFailed { id, failure, .. } => EventObject::RequestFailed {
            ticket: id.0 as f64,
            outcome: outcome(failure.into()).0,
            message: failure.to_string(),
        },
        MessengerEvent::Report { request, report } => EventObject::Report {
            request: request.map(handle),
            report: report.into(),
        },
        MessengerEvent::Message { request, message } => EventObject::Message {
            request: request.map(handle),
            message: message.into(),
        },
        MessengerEvent::Request { request, pdu } => EventObject::Request {
            request: handle(request),
            pdu: Octets(pdu),
        },
        MessengerEvent::Withdrawn { request } => EventObject::Withdrawn {
            request: handle(request),
        },
        MessengerEvent::Notification { pdu } => EventObject::Notification { pdu: Octets(pdu) },
        MessengerEvent::Undecodable { pdu, error } => EventObject::Undecodable {
            pdu: Octets(pdu),
            message: error.map_or_else(|| "unknown command".into(), |error| error.to_string()),
        },
        MessengerEvent::Throttled { status, pause } => EventObject::Throttled {
            status_name: status.name(),
            pause: pause as f64,
        },
        MessengerEvent::Disconnect {
            reason: why,
            retry_in,
        } => {
            let (reason, status) = reason(&why);
            EventObject::Disconnect {
                reason,
                message: why.to_string(),
                status: status.map(|status| status.0),
                status_name: status.map(CommandStatus::name),
                retry_in: retry_in.map(|millis| millis as f64),
            }
        }
        _ => return Ok(None),
    };
    serde_wasm_bindgen::to_value(&object).map(Some)
}
