//! What the feature `serde` writes, and what it refuses to read.

use serde_json::{Value, from_value, json, to_value};
use smpp_edge::messenger::*;
use smpp_edge::pdu::*;
use smpp_edge::receipt::{NetworkError, ReceiptTlvs, from_deliver};
use smpp_edge::session::*;
use smpp_edge::text::*;
use std::time::Duration;

const RECEIPT: &[u8] = b"id:7220bb6b sub:001 dlvrd:001 submit date:2601021530 done date:2601021531 stat:DELIVRD err:000 text:Hello";

/// The JSON of a value, which is read back to the same value.
fn kept<T>(value: &T) -> Value
where
    T: serde::Serialize + serde::de::DeserializeOwned + PartialEq + std::fmt::Debug,
{
    let json = to_value(value).unwrap();
    assert_eq!(&from_value::<T>(json.clone()).unwrap(), value);
    json
}

#[test]
fn a_report_is_kept() {
    let found = from_deliver(0x04, RECEIPT, ReceiptTlvs::default()).unwrap();
    let pdu = [0, 0, 0, 16, 0, 0, 0, 0x15, 0, 0, 0, 0, 0, 0, 0, 1];
    let report = DeliveryReport::new(&found, None, &pdu, &MessengerOptions::default());
    let json = kept(&report);
    assert_eq!(json["message_id"], "7220bb6b");
    assert_eq!(json["status"], "delivered");
    assert_eq!(json["done_at"], 1_767_367_860_000_i64);
    assert_eq!(json["pdu"], json!(pdu));
}

#[test]
fn a_message_to_send_is_kept() {
    let mut sms = OutgoingSms::text("+1234567890", "Grüße")
        .from("12345")
        .report(ReportRequest::Always)
        .validity(Duration::from_secs(300));
    sms.language = Some(Language::Turkish);
    sms.tlvs.push_u16(Tag::USER_MESSAGE_REFERENCE, 7);
    let json = kept(&sms);
    assert_eq!(json["to"], "+1234567890");
    assert_eq!(json["content"], json!({ "text": "Grüße" }));
    assert_eq!(json["report"], "always");
    assert_eq!(json["language"], "turkish");
    let exact = AddressInput::Exact(AddressBuf::new(Ton::NATIONAL, Npi::ISDN, "030"));
    assert_eq!(kept(&exact), json!({ "ton": 2, "npi": 1, "addr": "030" }));
}

/// The JSON that docs/rust.md shows, in order.
fn shown() -> Vec<Value> {
    let page = include_str!("../docs/rust.md");
    let blocks = page.split("```json\n").skip(1);
    let json = blocks.map(|block| block.split("```").next().unwrap());
    json.map(|json| serde_json::from_str(json).unwrap())
        .collect()
}

#[test]
fn the_json_of_the_documents_is_read_and_written() {
    let [sms, report] = <[Value; 2]>::try_from(shown()).unwrap();
    let mut wanted = OutgoingSms::text("+1234567890", "Hello World")
        .report(ReportRequest::Always)
        .validity(Duration::from_secs(3_600));
    wanted.from = AddressInput::Exact(AddressBuf::new(Ton::ALPHANUMERIC, Npi::UNKNOWN, "Example"));
    wanted.tlvs.push_u16(Tag::USER_MESSAGE_REFERENCE, 7);
    assert_eq!(from_value::<OutgoingSms>(sms).unwrap(), wanted);

    let found = from_deliver(0x04, RECEIPT, ReceiptTlvs::default()).unwrap();
    let mut written = DeliveryReport::new(&found, None, &[], &MessengerOptions::default());
    written.from = AddressBuf::new(Ton::INTERNATIONAL, Npi::ISDN, "1234567890");
    written.to = AddressBuf::new(Ton::UNKNOWN, Npi::UNKNOWN, "12345");
    assert_eq!(to_value(&written).unwrap(), report);
}

#[test]
fn a_message_needs_only_what_it_says_and_has_no_unknown_field() {
    let short = json!({ "to": "+1234567890", "content": { "text": "Hello" } });
    let sms: OutgoingSms = from_value(short).unwrap();
    assert_eq!(sms, OutgoingSms::text("+1234567890", "Hello"));
    let unknown =
        json!({ "to": "+1234567890", "content": { "text": "Hello" }, "reprot": "always" });
    let error = from_value::<OutgoingSms>(unknown).unwrap_err();
    assert!(error.to_string().contains("reprot"), "{error}");
}

/// Why a message to send is not read.
fn refusal(json: Value) -> String {
    from_value::<OutgoingSms>(json).unwrap_err().to_string()
}

#[test]
fn a_message_without_a_recipient_or_a_content_is_refused() {
    let error = refusal(json!({ "content": { "text": "Hello" } }));
    assert_eq!(error, "missing field `to`");
    assert_eq!(refusal(json!({ "to": "+1" })), "missing field `content`");
    let empty = json!({ "to": { "ton": 1, "npi": 1, "addr": "" }, "content": { "text": "" } });
    assert_eq!(refusal(empty), "to: a recipient is expected");
}

#[test]
fn a_message_that_no_session_would_take_is_refused() {
    for (field, value) in [
        ("to", json!("nobody")),
        ("from", json!("much too long a name")),
        ("from", json!("A\0B")),
        ("priority", json!(4)),
        ("max_segments", json!(0)),
        ("service_type", json!("much too long")),
        ("service_type", json!("ж")),
        (
            "validity",
            json!({ "after": { "secs": u64::MAX, "nanos": 1 } }),
        ),
        ("schedule_at", json!({ "at": -1 })),
    ] {
        let mut json = json!({ "to": "+1234567890", "content": { "text": "Hello" } });
        json[field] = value;
        let error = refusal(json);
        assert!(error.starts_with(field), "{field}: {error}");
    }
    let long = json!({ "to": "+1", "content": { "text": "" }, "service_type": "much too long" });
    let error = refusal(long);
    assert_eq!(error, "service_type is too long: at most 5, found 13");
}

#[test]
fn an_unknown_field_is_refused() {
    let error = from_value::<AddressInput>(json!({ "ton": 1, "npi": 1, "addr": "1", "tno": 1 }));
    let expected = "expected an address as text, or its ton, npi and addr";
    assert_eq!(error.unwrap_err().to_string(), expected);
    let refused = |error: serde_json::Error| {
        let error = error.to_string();
        assert!(error.contains("unknown field `x`"), "{error}");
    };
    let address = json!({ "ton": 1, "npi": 1, "addr": "1", "x": 1 });
    refused(from_value::<AddressBuf>(address).unwrap_err());
    let sequence = json!({ "connection": 1, "number": 1, "x": 1 });
    refused(from_value::<Sequence>(sequence).unwrap_err());
    let segment = json!({ "message_id": "1", "outcome": "accepted", "x": 1 });
    refused(from_value::<SentSegment>(segment).unwrap_err());
    let sms = json!({ "segments": [], "encoding": "gsm7", "x": 1 });
    refused(from_value::<SentSms>(sms).unwrap_err());
    refused(from_value::<DeliveryReport>(json!({ "x": 1 })).unwrap_err());
    refused(from_value::<InboundMessage>(json!({ "x": 1 })).unwrap_err());
    let network = json!({ "network_type": 3, "code": 1, "x": 1 });
    refused(from_value::<NetworkError>(network).unwrap_err());
}

#[test]
fn results_and_names_are_kept() {
    for (value, json) in [
        (SegmentOutcome::Accepted, json!("accepted")),
        (
            SegmentOutcome::Rejected(CommandStatus::ESME_RINVDSTADR),
            json!({ "rejected": 11 }),
        ),
        (
            SegmentOutcome::Unknown(Failure::CancelledOnWire),
            json!({ "unknown": "cancelled_on_wire" }),
        ),
    ] {
        assert_eq!(kept(&value), json);
    }
    for encoding in EncodingName::ALL {
        assert_eq!(kept(encoding), encoding.as_str());
    }
    assert_eq!(kept(&CommandId::SUBMIT_SM), 4);
    assert_eq!(
        kept(&Sequence::new(2, 7)),
        json!({ "connection": 2, "number": 7 })
    );
}

#[test]
fn what_is_no_value_is_refused() {
    let error = from_value::<EncodingName>(json!("klingon")).unwrap_err();
    assert!(error.to_string().contains("klingon"), "{error}");
    assert!(from_value::<Ton>(json!(256)).is_err());
    // A TLV of two bytes, of which one is there.
    let error = from_value::<TlvBuf>(json!([2, 4, 0, 2, 7])).unwrap_err();
    assert!(
        error.to_string().contains("tlv") || error.to_string().contains("TLV"),
        "{error}"
    );
    assert_eq!(
        from_value::<TlvBuf>(json!([2, 4, 0, 2, 7, 8]))
            .unwrap()
            .as_tlvs()
            .iter()
            .count(),
        1
    );
}
