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

/// One of the words that the crate uses: JavaScript gets the same string each time, which is not decoded again.
#[derive(Clone, Copy)]
pub(super) struct Word(pub(super) &'static str);

impl Serialize for Word {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        // serde-wasm-bindgen keeps the strings of variants.
        serializer.serialize_unit_variant("", 0, self.0)
    }
}

#[derive(Serialize)]
#[serde(untagged, rename_all_fields = "camelCase")]
enum EventObject {
    Connect {
        r#type: Word,
        endpoint: usize,
    },
    NoTransceiver {
        r#type: Word,
    },
    Bound {
        r#type: Word,
        system_id: String,
        version: u8,
    },
    Sent {
        r#type: Word,
        ticket: f64,
        message_id: String,
        status: Word,
        segments: Vec<SegmentObject>,
        encoding: Word,
    },
    Response {
        r#type: Word,
        ticket: f64,
        status: u32,
        status_name: Word,
        pdu: Octets<PduBuf>,
    },
    RequestFailed {
        r#type: Word,
        ticket: f64,
        outcome: Word,
        message: String,
    },
    Withdrawn {
        r#type: Word,
        request: f64,
    },
    Report {
        r#type: Word,
        request: Option<f64>,
        report: ReportObject,
    },
    Message {
        r#type: Word,
        request: Option<f64>,
        message: MessageObject,
    },
    Request {
        r#type: Word,
        request: f64,
        pdu: Octets<PduBuf>,
    },
    Notification {
        r#type: Word,
        pdu: Octets<PduBuf>,
    },
    Undecodable {
        r#type: Word,
        pdu: Octets<PduBuf>,
        message: String,
    },
    Throttled {
        r#type: Word,
        status_name: Word,
        pause: f64,
    },
    Disconnect {
        r#type: Word,
        reason: Word,
        message: String,
        status: Option<u32>,
        status_name: Option<Word>,
        retry_in: Option<f64>,
    },
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SegmentObject {
    index: usize,
    message_id: String,
    outcome: Word,
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    status_name: Option<Word>,
    #[serde(skip_serializing_if = "Option::is_none")]
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
                outcome: Word(outcome),
                status: status.map(|status| status.0),
                status_name: status.map(name),
                message,
            }
        });
    EventObject::Sent {
        r#type: Word("sent"),
        ticket,
        message_id,
        status: Word(status),
        segments: segments.collect(),
        encoding: Word(sms.encoding.as_str()),
    }
}

fn name(status: CommandStatus) -> Word {
    Word(status.name())
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
        MessengerEvent::Connect { endpoint } => EventObject::Connect {
            r#type: Word("connect"),
            endpoint,
        },
        MessengerEvent::NoTransceiver => EventObject::NoTransceiver {
            r#type: Word("noTransceiver"),
        },
        MessengerEvent::Bound { system_id, version } => EventObject::Bound {
            r#type: Word("bound"),
            system_id,
            version: version.0,
        },
        MessengerEvent::Sent { id, sms } => sent(id.0 as f64, sms),
        MessengerEvent::Response { id, status, pdu } => EventObject::Response {
            r#type: Word("response"),
            ticket: id.0 as f64,
            status: status.0,
            status_name: name(status),
            pdu: Octets(pdu),
        },
        MessengerEvent::RequestFailed { id, failure, .. } => EventObject::RequestFailed {
            r#type: Word("requestFailed"),
            ticket: id.0 as f64,
            outcome: Word(outcome(failure.into()).0),
            message: failure.to_string(),
        },
        MessengerEvent::Report { request, report } => EventObject::Report {
            r#type: Word("report"),
            request: request.map(handle),
            report: report.into(),
        },
        MessengerEvent::Message { request, message } => EventObject::Message {
            r#type: Word("message"),
            request: request.map(handle),
            message: message.into(),
        },
        MessengerEvent::Request { request, pdu } => EventObject::Request {
            r#type: Word("request"),
            request: handle(request),
            pdu: Octets(pdu),
        },
        MessengerEvent::Withdrawn { request } => EventObject::Withdrawn {
            r#type: Word("withdrawn"),
            request: handle(request),
        },
        MessengerEvent::Notification { pdu } => EventObject::Notification {
            r#type: Word("notification"),
            pdu: Octets(pdu),
        },
        MessengerEvent::Undecodable { pdu, error } => EventObject::Undecodable {
            r#type: Word("undecodable"),
            pdu: Octets(pdu),
            message: error.map_or_else(|| "unknown command".into(), |error| error.to_string()),
        },
        MessengerEvent::Throttled { status, pause } => EventObject::Throttled {
            r#type: Word("throttled"),
            status_name: name(status),
            pause: pause as f64,
        },
        MessengerEvent::Disconnect {
            reason: why,
            retry_in,
        } => {
            let (reason, status) = reason(&why);
            EventObject::Disconnect {
                r#type: Word("disconnect"),
                reason: Word(reason),
                message: why.to_string(),
                status: status.map(|status| status.0),
                status_name: status.map(name),
                retry_in: retry_in.map(|millis| millis as f64),
            }
        }
        _ => return Ok(None),
    };
    serde_wasm_bindgen::to_value(&object).map(Some)
}
