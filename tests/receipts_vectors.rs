//! Receipts found in public issues, documents and code, each with what it says: `tests/vectors/receipts.jsonl`.

use serde_json::Value;
use smpp_edge::receipt::{ReceiptTlvs, from_deliver, unix_ms};

/// `2017-06-27T16:24:00Z` in Unix milliseconds.
fn moment(date: &Value) -> Option<i64> {
    date.as_str()
        .map(|date| unix_ms(date.as_bytes()).expect("ISO 8601"))
}

#[test]
fn every_receipt_says_what_it_is_known_to_say() {
    let lines: Vec<Value> = include_str!("vectors/receipts.jsonl")
        .lines()
        .map(|line| serde_json::from_str(line).expect("a record"))
        .collect();
    assert!(lines.len() >= 40);
    for line in &lines {
        let text = line["text"].as_str().expect("a text");
        let report =
            from_deliver(0x04, text.as_bytes(), ReceiptTlvs::default()).expect("a receipt");
        let shown = |field: Option<&[u8]>| {
            field.map_or(Value::Null, |field| String::from_utf8_lossy(field).into())
        };
        assert_eq!(shown(report.message_id()), line["id"], "{text}");
        assert_eq!(report.status().as_str(), line["status"], "{text}");
        assert_eq!(report.submitted_at(), moment(&line["submitted"]), "{text}");
        assert_eq!(report.done_at(), moment(&line["done"]), "{text}");
        assert_eq!(shown(report.receipt.err), line["err"], "{text}");
    }
}
