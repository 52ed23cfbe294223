//! Events as objects, see `SmppEvent` in types.ts.

use super::error::Thrown;
use super::heap::{Crossed, Heap, OctetsAt, TextAt, object, word};
use super::receipt::{Report, ReportRecord};
use super::session::handle;
use js_sys::{Array, JsString, Uint8Array};
use serde::{Serialize, Serializer};
use smpp_edge::messenger::{
    AddressBuf, InboundContent, InboundMessage, MessengerEvent, SegmentOutcome, SentSms,
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

/// One of the words that the crate uses: JavaScript gets the same string each time, which is not decoded again.
#[derive(Clone, Copy)]
struct Word(&'static str);

impl Serialize for Word {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        // serde-wasm-bindgen keeps the strings of variants.
        serializer.serialize_unit_variant("", 0, self.0)
    }
}

/// The events that are rare.
#[derive(Serialize)]
#[serde(
    tag = "type",
    rename_all = "camelCase",
    rename_all_fields = "camelCase"
)]
enum RareEvent {
    Connect {
        endpoint: usize,
    },
    NoTransceiver,
    Bound {
        system_id: String,
        version: u8,
    },
    Response {
        ticket: u64,
        status: u32,
        status_name: Word,
        pdu: Octets<PduBuf>,
    },
    RequestFailed {
        ticket: u64,
        outcome: Word,
        message: String,
    },
    Withdrawn {
        request: u64,
    },
    Request {
        request: u64,
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
        status_name: Word,
        pause: u64,
    },
    Disconnect {
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

// Those of each message are made member by member, from texts and bytes that have crossed together. Each kind of object is a type of its own,
// so that a setter meets one shape: engines of JavaScript are fast then.
#[wasm_bindgen]
extern "C" {
    type Sent;
    #[wasm_bindgen(method, setter, js_name = type)]
    fn set_type(this: &Sent, value: &JsValue);
    #[wasm_bindgen(method, setter)]
    fn set_ticket(this: &Sent, value: f64);
    #[wasm_bindgen(method, setter, js_name = messageId)]
    fn set_message_id(this: &Sent, value: &JsString);
    #[wasm_bindgen(method, setter)]
    fn set_status(this: &Sent, value: &JsValue);
    #[wasm_bindgen(method, setter)]
    fn set_segments(this: &Sent, value: &Array);
    #[wasm_bindgen(method, setter)]
    fn set_encoding(this: &Sent, value: &JsValue);

    type Segment;
    #[wasm_bindgen(method, setter)]
    fn set_index(this: &Segment, value: u32);
    #[wasm_bindgen(method, setter, js_name = messageId)]
    fn set_message_id(this: &Segment, value: &JsString);
    #[wasm_bindgen(method, setter)]
    fn set_outcome(this: &Segment, value: &JsValue);
    #[wasm_bindgen(method, setter)]
    fn set_status(this: &Segment, value: u32);
    #[wasm_bindgen(method, setter, js_name = statusName)]
    fn set_status_name(this: &Segment, value: &JsValue);
    #[wasm_bindgen(method, setter)]
    fn set_message(this: &Segment, value: &JsString);

    type Inbound;
    #[wasm_bindgen(method, setter, js_name = type)]
    fn set_type(this: &Inbound, value: &JsValue);
    #[wasm_bindgen(method, setter)]
    fn set_request(this: &Inbound, value: f64);
    #[wasm_bindgen(method, setter)]
    fn set_report(this: &Inbound, value: &Report);
    #[wasm_bindgen(method, setter)]
    fn set_message(this: &Inbound, value: &Message);

    pub(super) type Address;
    #[wasm_bindgen(method, setter)]
    fn set_ton(this: &Address, value: u8);
    #[wasm_bindgen(method, setter)]
    fn set_npi(this: &Address, value: u8);
    #[wasm_bindgen(method, setter)]
    fn set_addr(this: &Address, value: &JsString);

    type Message;
    #[wasm_bindgen(method, setter)]
    fn set_from(this: &Message, value: &Address);
    #[wasm_bindgen(method, setter)]
    fn set_to(this: &Message, value: &Address);
    #[wasm_bindgen(method, setter)]
    fn set_text(this: &Message, value: &JsString);
    #[wasm_bindgen(method, setter)]
    fn set_binary(this: &Message, value: &Uint8Array);
    #[wasm_bindgen(method, setter)]
    fn set_encoding(this: &Message, value: &JsValue);
    #[wasm_bindgen(method, setter, js_name = dataCoding)]
    fn set_data_coding(this: &Message, value: u8);
    #[wasm_bindgen(method, setter, js_name = esmClass)]
    fn set_esm_class(this: &Message, value: u8);
    #[wasm_bindgen(method, setter, js_name = protocolId)]
    fn set_protocol_id(this: &Message, value: u8);
    #[wasm_bindgen(method, setter)]
    fn set_priority(this: &Message, value: u8);
    #[wasm_bindgen(method, setter, js_name = serviceType)]
    fn set_service_type(this: &Message, value: &JsString);
    #[wasm_bindgen(method, setter)]
    fn set_segments(this: &Message, value: u32);
    #[wasm_bindgen(method, setter)]
    fn set_complete(this: &Message, value: bool);
    #[wasm_bindgen(method, setter)]
    fn set_missing(this: &Message, value: &Array);
    #[wasm_bindgen(method, setter)]
    fn set_udh(this: &Message, value: &Uint8Array);
    #[wasm_bindgen(method, setter)]
    fn set_pdus(this: &Message, value: &Array);
}

/// An event whose texts and bytes are in a [`Heap`].
enum Record {
    Rare(JsValue),
    Sent(SentRecord),
    Report(Option<u64>, ReportRecord),
    Message(Option<u64>, MessageRecord),
}

impl Record {
    fn object(&self, crossed: &Crossed) -> JsValue {
        let inbound = |name, request: &Option<u64>| {
            let event: Inbound = object();
            event.set_type(word(name));
            if let Some(request) = request {
                event.set_request(*request as f64);
            }
            event
        };
        match self {
            Record::Rare(event) => event.clone(),
            Record::Sent(sent) => sent.object(crossed).into(),
            Record::Report(request, report) => {
                let event = inbound("report", request);
                event.set_report(&report.object(crossed));
                event.into()
            }
            Record::Message(request, message) => {
                let event = inbound("message", request);
                event.set_message(&message.object(crossed));
                event.into()
            }
        }
    }
}

struct SegmentRecord {
    message_id: TextAt,
    outcome: &'static str,
    status: Option<CommandStatus>,
    message: Option<TextAt>,
}

struct SentRecord {
    ticket: u64,
    status: &'static str,
    segments: Vec<SegmentRecord>,
    encoding: &'static str,
}

impl SentRecord {
    fn new(heap: &mut Heap, ticket: u64, sms: &SentSms) -> Self {
        let is_accepted = |outcome: &SegmentOutcome| *outcome == SegmentOutcome::Accepted;
        let outcomes = || sms.segments.iter().map(|segment| segment.outcome);
        let status = match outcomes().find(|outcome| !is_accepted(outcome)) {
            None => "accepted",
            Some(_) if outcomes().any(|outcome| is_accepted(&outcome)) => "partial",
            Some(failure) => outcome(failure).0,
        };
        let segments = sms.segments.iter().map(|segment| {
            let (outcome, status, message) = outcome(segment.outcome);
            SegmentRecord {
                message_id: heap.text(&segment.message_id),
                outcome,
                status,
                message: message.map(|message| heap.text(&message)),
            }
        });
        SentRecord {
            ticket,
            status,
            segments: segments.collect(),
            encoding: sms.encoding.as_str(),
        }
    }

    fn object(&self, crossed: &Crossed) -> Sent {
        let segments = Array::new();
        // That of the message is that of its first segment.
        let mut message_id = None;
        for (index, segment) in (0..).zip(&self.segments) {
            let object: Segment = object();
            object.set_index(index);
            let segment_id = crossed.text(segment.message_id);
            object.set_message_id(&segment_id);
            message_id.get_or_insert(segment_id);
            object.set_outcome(word(segment.outcome));
            if let Some(status) = segment.status {
                object.set_status(status.0);
                object.set_status_name(word(status.name()));
            }
            if let Some(message) = segment.message {
                object.set_message(&crossed.text(message));
            }
            segments.push(&object);
        }
        let sent: Sent = object();
        sent.set_type(word("sent"));
        sent.set_ticket(self.ticket as f64);
        sent.set_message_id(&message_id.unwrap_or_default());
        sent.set_status(word(self.status));
        sent.set_segments(&segments);
        sent.set_encoding(word(self.encoding));
        sent
    }
}

pub(super) struct AddressRecord {
    ton: u8,
    npi: u8,
    addr: TextAt,
}

impl AddressRecord {
    pub(super) fn new(heap: &mut Heap, address: &AddressBuf) -> Self {
        AddressRecord {
            ton: address.ton.0,
            npi: address.npi.0,
            addr: heap.text(&address.addr),
        }
    }

    pub(super) fn object(&self, crossed: &Crossed) -> Address {
        let address: Address = object();
        address.set_ton(self.ton);
        address.set_npi(self.npi);
        address.set_addr(&crossed.text(self.addr));
        address
    }
}

struct MessageRecord {
    from: AddressRecord,
    to: AddressRecord,
    text: Option<TextAt>,
    binary: Option<OctetsAt>,
    service_type: TextAt,
    udh: Option<OctetsAt>,
    pdus: Vec<OctetsAt>,
    /// What needs no place in the heap.
    message: InboundMessage,
}

impl MessageRecord {
    fn new(heap: &mut Heap, message: InboundMessage) -> Self {
        let (text, binary) = match &message.content {
            InboundContent::Text(text) => (Some(heap.text(text)), None),
            InboundContent::Binary(bytes) => match platform_text(message.encoding, bytes) {
                Some(text) => (Some(heap.text(&text)), None),
                None => (None, Some(heap.octets(bytes))),
            },
            _ => (None, None),
        };
        let pdus = message.pdus.iter();
        MessageRecord {
            from: AddressRecord::new(heap, &message.from),
            to: AddressRecord::new(heap, &message.to),
            text,
            binary,
            service_type: heap.text(&message.service_type),
            udh: message.udh.as_ref().map(|udh| heap.octets(udh)),
            pdus: pdus.map(|pdu| heap.octets(pdu.as_ref())).collect(),
            message,
        }
    }

    fn object(&self, crossed: &Crossed) -> Message {
        let received = &self.message;
        let message: Message = object();
        message.set_from(&self.from.object(crossed));
        message.set_to(&self.to.object(crossed));
        if let Some(text) = self.text {
            message.set_text(&crossed.text(text));
        }
        if let Some(binary) = self.binary {
            message.set_binary(&crossed.octets(binary));
        }
        message.set_encoding(word(received.encoding.as_str()));
        message.set_data_coding(received.data_coding.0);
        message.set_esm_class(received.esm_class.0);
        message.set_protocol_id(received.protocol_id);
        message.set_priority(received.priority);
        message.set_service_type(&crossed.text(self.service_type));
        message.set_segments(received.segments as u32);
        message.set_complete(received.is_complete());
        message.set_missing(
            &received
                .missing
                .iter()
                .copied()
                .map(JsValue::from)
                .collect(),
        );
        if let Some(udh) = self.udh {
            message.set_udh(&crossed.octets(udh));
        }
        let pdus = self.pdus.iter();
        message.set_pdus(&pdus.map(|pdu| crossed.octets(*pdu)).collect());
        message
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
fn record(heap: &mut Heap, event: MessengerEvent) -> Result<Option<Record>, Thrown> {
    let rare = match event {
        MessengerEvent::Sent { id, sms } => {
            return Ok(Some(Record::Sent(SentRecord::new(heap, id.0, &sms))));
        }
        MessengerEvent::Report { request, report } => {
            let report = ReportRecord::new(heap, &report);
            return Ok(Some(Record::Report(request.map(handle), report)));
        }
        MessengerEvent::Message { request, message } => {
            let message = MessageRecord::new(heap, message);
            return Ok(Some(Record::Message(request.map(handle), message)));
        }
        MessengerEvent::Connect { endpoint } => RareEvent::Connect { endpoint },
        MessengerEvent::NoTransceiver => RareEvent::NoTransceiver,
        MessengerEvent::Bound { system_id, version } => RareEvent::Bound {
            system_id,
            version: version.0,
        },
        MessengerEvent::Response { id, status, pdu } => RareEvent::Response {
            ticket: id.0,
            status: status.0,
            status_name: name(status),
            pdu: Octets(pdu),
        },
        MessengerEvent::RequestFailed { id, failure, .. } => RareEvent::RequestFailed {
            ticket: id.0,
            outcome: Word(outcome(failure.into()).0),
            message: failure.to_string(),
        },
        MessengerEvent::Request { request, pdu } => RareEvent::Request {
            request: handle(request),
            pdu: Octets(pdu),
        },
        MessengerEvent::Withdrawn { request } => RareEvent::Withdrawn {
            request: handle(request),
        },
        MessengerEvent::Notification { pdu } => RareEvent::Notification { pdu: Octets(pdu) },
        MessengerEvent::Undecodable { pdu, error } => RareEvent::Undecodable {
            pdu: Octets(pdu),
            message: error.map_or_else(|| "unknown command".into(), |error| error.to_string()),
        },
        MessengerEvent::Throttled { status, pause } => RareEvent::Throttled {
            status_name: name(status),
            pause,
        },
        MessengerEvent::Disconnect {
            reason: why,
            retry_in,
        } => {
            let (reason, status) = reason(&why);
            RareEvent::Disconnect {
                reason: Word(reason),
                message: why.to_string(),
                status: status.map(|status| status.0),
                status_name: status.map(name),
                retry_in,
            }
        }
        _ => return Ok(None),
    };
    Ok(Some(Record::Rare(serde_wasm_bindgen::to_value(&rare)?)))
}

/// The objects of a batch of events.
pub(super) fn objects(events: impl Iterator<Item = MessengerEvent>) -> Result<Array, Thrown> {
    let mut heap = Heap::default();
    let mut records = Vec::new();
    for event in events {
        records.extend(record(&mut heap, event)?);
    }
    if records.is_empty() {
        return Ok(Array::new());
    }
    let crossed = heap.cross();
    Ok(records
        .iter()
        .map(|record| record.object(&crossed))
        .collect())
}
