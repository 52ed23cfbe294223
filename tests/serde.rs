//! What the feature `serde` writes, and what it refuses to read.

use serde_json::{Value, from_value, json, to_value};
use smpp_edge::messenger::*;
use smpp_edge::pdu::*;
use smpp_edge::receipt::{ReceiptTlvs, from_deliver};
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

#[test]
fn a_message_without_a_recipient_is_refused_when_it_is_sent() {
    let now = Instant::from_millis(0);
    let config = Config::esme(b"esme", b"secret", 1);
    let mut messenger = Messenger::new(config, MessengerOptions::default(), now);
    let sms: OutgoingSms = from_value(json!({ "content": { "text": "Hello" } })).unwrap();
    let error = messenger.send_sms(now, &sms).unwrap_err();
    assert_eq!(error.field(), Some("to"));
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
