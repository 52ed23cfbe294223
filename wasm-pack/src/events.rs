//! Events as objects, see `SmppEvent` in types.ts.

use super::error::Thrown;
use super::receipt::{self, ReportObject, ReportRest};
use super::session::handle;
use js_sys::{Array, JSON, Uint8Array};
use serde::{Serialize, Serializer};
use smpp_edge::messenger::{
    InboundContent, InboundMessage, MessengerEvent, SegmentOutcome, SentSms,
};
use smpp_edge::pdu::{CommandStatus, PduBuf};
use smpp_edge::session::{CloseReason, Failure};
use smpp_edge::text::EncodingName;
use wasm_bindgen::prelude::*;

/// A Uint8Array.
pub(super) struct Octets<T>(pub(super) T);

impl<T: AsRef<[u8]>> Serialize for Octets<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bytes(self.0.as_ref())
    }
}

/// One of the words that the crate uses: outside events, JavaScript gets the same string each time, which is not decoded again.
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
        ticket: u64,
        message_id: String,
        status: Word,
        segments: Vec<SegmentObject>,
        encoding: Word,
    },
    Response {
        r#type: Word,
        ticket: u64,
        status: u32,
        status_name: Word,
    },
    RequestFailed {
        r#type: Word,
        ticket: u64,
        outcome: Word,
        message: String,
    },
    Withdrawn {
        r#type: Word,
        request: u64,
    },
    Report {
        r#type: Word,
        #[serde(skip_serializing_if = "Option::is_none")]
        request: Option<u64>,
        report: ReportObject,
    },
    Message {
        r#type: Word,
        #[serde(skip_serializing_if = "Option::is_none")]
        request: Option<u64>,
        message: MessageObject,
    },
    Request {
        r#type: Word,
        request: u64,
    },
    Notification {
        r#type: Word,
    },
    Undecodable {
        r#type: Word,
        message: String,
    },
    Throttled {
        r#type: Word,
        status_name: Word,
        pause: u64,
    },
    Disconnect {
        r#type: Word,
        reason: Word,
        message: String,
        #[serde(skip_serializing_if = "Option::is_none")]
        status: Option<u32>,
        #[serde(skip_serializing_if = "Option::is_none")]
        status_name: Option<Word>,
        #[serde(skip_serializing_if = "Option::is_none")]
        retry_in: Option<u64>,
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
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<String>,
    encoding: &'static str,
    data_coding: u8,
    esm_class: u8,
    protocol_id: u8,
    priority: u8,
    service_type: String,
    segments: usize,
    complete: bool,
    missing: Vec<u8>,
}

/// What JSON has no form for.
struct MessageRest {
    binary: Option<Vec<u8>>,
    udh: Option<Vec<u8>>,
    pdus: Vec<PduBuf>,
}

/// As [`MessageRest`], of an event.
enum Rest {
    Nothing,
    Pdu(PduBuf),
    Report(ReportRest),
    Message(MessageRest),
}

#[wasm_bindgen]
extern "C" {
    type Event;
    #[wasm_bindgen(method, getter)]
    fn report(this: &Event) -> JsValue;
    #[wasm_bindgen(method, getter)]
    fn message(this: &Event) -> Message;
    #[wasm_bindgen(method, setter)]
    fn set_pdu(this: &Event, pdu: Uint8Array);

    type Message;
    #[wasm_bindgen(method, setter)]
    fn set_binary(this: &Message, binary: Uint8Array);
    #[wasm_bindgen(method, setter)]
    fn set_udh(this: &Message, udh: Uint8Array);
    #[wasm_bindgen(method, setter)]
    fn set_pdus(this: &Message, pdus: Array);
}

fn bytes(bytes: impl AsRef<[u8]>) -> Uint8Array {
    Uint8Array::from(bytes.as_ref())
}

impl MessageRest {
    fn set(self, message: &Message) {
        if let Some(binary) = self.binary {
            message.set_binary(bytes(binary));
        }
        if let Some(udh) = self.udh {
            message.set_udh(bytes(udh));
        }
        message.set_pdus(self.pdus.into_iter().map(bytes).collect());
    }
}

impl Rest {
    fn set(self, event: &Event) {
        match self {
            Rest::Nothing => {}
            Rest::Pdu(pdu) => event.set_pdu(bytes(pdu)),
            Rest::Report(rest) => rest.set(&event.report()),
            Rest::Message(rest) => rest.set(&event.message()),
        }
    }
}

fn message(message: InboundMessage) -> (MessageObject, MessageRest) {
    let complete = message.is_complete();
    let (text, binary) = match message.content {
        InboundContent::Text(text) => (Some(text), None),
        InboundContent::Binary(bytes) => match platform_text(message.encoding, &bytes) {
            Some(text) => (Some(text), None),
            None => (None, Some(bytes)),
        },
        _ => (None, None),
    };
    let object = MessageObject {
        from: message.from.into(),
        to: message.to.into(),
        text,
        encoding: message.encoding.as_str(),
        data_coding: message.data_coding.0,
        esm_class: message.esm_class.0,
        protocol_id: message.protocol_id,
        priority: message.priority,
        service_type: message.service_type,
        segments: message.segments,
        complete,
        missing: message.missing,
    };
    let rest = MessageRest {
        binary,
        udh: message.udh,
        pdus: message.pdus,
    };
    (object, rest)
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

fn sent(ticket: u64, sms: SentSms) -> EventObject {
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
fn object(event: MessengerEvent) -> Option<(EventObject, Rest)> {
    let mut rest = Rest::Nothing;
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
        MessengerEvent::Sent { id, sms } => sent(id.0, sms),
        MessengerEvent::Response { id, status, pdu } => {
            rest = Rest::Pdu(pdu);
            EventObject::Response {
                r#type: Word("response"),
                ticket: id.0,
                status: status.0,
                status_name: name(status),
            }
        }
        MessengerEvent::RequestFailed { id, failure, .. } => EventObject::RequestFailed {
            r#type: Word("requestFailed"),
            ticket: id.0,
            outcome: Word(outcome(failure.into()).0),
            message: failure.to_string(),
        },
        MessengerEvent::Report { request, report } => {
            let (report, later) = receipt::parts(report);
            rest = Rest::Report(later);
            EventObject::Report {
                r#type: Word("report"),
                request: request.map(handle),
                report,
            }
        }
        MessengerEvent::Message {
            request,
            message: received,
        } => {
            let (message, later) = message(received);
            rest = Rest::Message(later);
            EventObject::Message {
                r#type: Word("message"),
                request: request.map(handle),
                message,
            }
        }
        MessengerEvent::Request { request, pdu } => {
            rest = Rest::Pdu(pdu);
            EventObject::Request {
                r#type: Word("request"),
                request: handle(request),
            }
        }
        MessengerEvent::Withdrawn { request } => EventObject::Withdrawn {
            r#type: Word("withdrawn"),
            request: handle(request),
        },
        MessengerEvent::Notification { pdu } => {
            rest = Rest::Pdu(pdu);
            EventObject::Notification {
                r#type: Word("notification"),
            }
        }
        MessengerEvent::Undecodable { pdu, error } => {
            rest = Rest::Pdu(pdu);
            EventObject::Undecodable {
                r#type: Word("undecodable"),
                message: error.map_or_else(|| "unknown command".into(), |error| error.to_string()),
            }
        }
        MessengerEvent::Throttled { status, pause } => EventObject::Throttled {
            r#type: Word("throttled"),
            status_name: name(status),
            pause,
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
                retry_in,
            }
        }
        _ => return None,
    };
    Some((object, rest))
}

/// The objects of a batch of events. They are written as JSON and parsed in one call: to set a member of an object from here takes several times
/// as long.
pub(super) fn objects(events: impl Iterator<Item = MessengerEvent>) -> Result<Array, JsValue> {
    let mut json = Vec::new();
    let mut rests = Vec::new();
    for (event, rest) in events.filter_map(object) {
        json.push(if rests.is_empty() { b'[' } else { b',' });
        serde_json::to_writer(&mut json, &event).map_err(Thrown::from)?;
        rests.push(rest);
    }
    if rests.is_empty() {
        return Ok(Array::new());
    }
    json.push(b']');
    let objects: Array = JSON::parse(str::from_utf8(&json).unwrap_or_default())?.unchecked_into();
    for (index, rest) in (0..).zip(rests) {
        if !matches!(rest, Rest::Nothing) {
            rest.set(objects.get(index).unchecked_ref());
        }
    }
    Ok(objects)
}
