//! Every record of the receipts gathered from real SMSCs gives its fields, and what is no receipt is not taken for one.
//!
//! The records lie beside the repository (`../shared/corpus`) or where `SMPP_CORPUS` says. Without them nothing is checked.

use std::path::PathBuf;

use serde_json::Value;
use smpp_edge::receipt::{
    MessageIdFormat, ReceiptTlvs, Side, Status, from_deliver, from_plain_text, key, parse, unix_ms,
};

fn records() -> Option<Vec<Value>> {
    let directory = std::env::var_os("SMPP_CORPUS").map_or_else(
        || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/corpus"),
        PathBuf::from,
    );
    let Ok(lines) = std::fs::read_to_string(directory.join("receipts.jsonl")) else {
        eprintln!("skipped: no receipts.jsonl in {}", directory.display());
        return None;
    };
    Some(
        lines
            .lines()
            .map(|line| serde_json::from_str(line).expect("a record"))
            .collect(),
    )
}

fn octets(hex: &Value) -> Vec<u8> {
    let hex = hex.as_str().expect("hex");
    (0..hex.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(&hex[at..at + 2], 16).expect("hex"))
        .collect()
}

/// Octets as the record writes them: Latin-1, absent as null.
fn shown(field: Option<&[u8]>) -> Value {
    field.map_or(Value::Null, |octets| {
        octets
            .iter()
            .copied()
            .map(char::from)
            .collect::<String>()
            .into()
    })
}

/// `2018-07-11T07:00:03+03:00` in Unix seconds, by way of SMPP's own spelling.
fn expected_second(date: &Value) -> Option<i64> {
    let date = date.as_str()?;
    let (local, zone) = date.split_at(19);
    let digits: String = local.chars().filter(char::is_ascii_digit).collect();
    let ahead = zone.strip_prefix('+').map_or(0, |zone| {
        zone[..2].parse::<i64>().unwrap() * 3600 + zone[3..].parse::<i64>().unwrap() * 60
    });
    Some(
        unix_ms(digits.as_bytes())
            .expect("fourteen digits")
            .div_euclid(1000)
            - ahead,
    )
}

#[test]
fn every_record() {
    let Some(records) = records() else { return };
    assert!(records.len() >= 99, "the corpus has been cut");
    for record in &records {
        let id = &record["id"];
        let text = octets(&record["hex"]);
        if record["is_receipt"] == false {
            assert_eq!(parse(&text), None, "{id}");
            assert_eq!(from_plain_text(&text, ReceiptTlvs::default()), None, "{id}");
            assert_eq!(from_deliver(0, &text, ReceiptTlvs::default()), None, "{id}");
            continue;
        }
        let expect = &record["expect"];
        let receipt = parse(&text).unwrap_or_else(|| panic!("{id} is a receipt"));
        let fields = [
            ("id", receipt.id),
            ("sub", receipt.sub),
            ("dlvrd", receipt.dlvrd),
            ("submit_date", receipt.submit_date),
            ("done_date", receipt.done_date),
            ("stat", receipt.stat),
            ("err", receipt.err),
            ("text", receipt.text),
        ];
        for (name, field) in fields {
            assert_eq!(shown(field), expect[name], "{id} {name}");
        }

        let tlv_id = record["tlv_receipted_message_id"].as_str();
        let network_error = record.get("tlv_network_error_code").map(octets);
        let tlvs = ReceiptTlvs {
            receipted_message_id: tlv_id.map(str::as_bytes),
            message_state: record["tlv_message_state"]
                .as_u64()
                .map(|state| state as u8),
            network_error_code: network_error.as_deref(),
        };
        let esm_class = record["esm_class"].as_u64().unwrap_or(4) as u8;
        let report =
            from_deliver(esm_class, &text, tlvs).unwrap_or_else(|| panic!("{id} is a receipt"));
        let state = record["expect_state"]
            .as_str()
            .map_or("unknown".into(), str::to_lowercase);
        assert_eq!(report.status().as_str(), state, "{id}");
        assert_eq!(
            report.status() == Status::Unknown,
            record["expect_state"].is_null(),
            "{id}"
        );
        assert_eq!(
            report.submitted_at().map(|ms| ms.div_euclid(1000)),
            expected_second(&record["expect_submit"]),
            "{id}"
        );
        assert_eq!(
            report.done_at().map(|ms| ms.div_euclid(1000)),
            expected_second(&record["expect_done"]),
            "{id}"
        );
        assert_eq!(
            report.network_error().is_some(),
            network_error.is_some(),
            "{id}"
        );
        assert_eq!(report.raw, text, "{id}");
        let message_id = tlv_id.or(expect["id"].as_str()).filter(|id| !id.is_empty());
        assert_eq!(
            shown(report.message_id()),
            message_id.map_or(Value::Null, Value::from),
            "{id}"
        );

        if let Some(response) = record["submit_sm_resp_message_id"].as_str() {
            let written = receipt.id.expect("an identifier");
            let meets = |format| {
                let (mut left, mut right) = (Vec::new(), Vec::new());
                key(response.as_bytes(), Side::Response, format, &mut left);
                key(written, Side::Receipt, format, &mut right);
                left == right
            };
            assert!(
                meets(MessageIdFormat::AsIs) || meets(MessageIdFormat::HexResponse),
                "{id}: {response}"
            );
        }
    }
}
