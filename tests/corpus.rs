//! Every record of the shared corpus of real PDUs, read where it lies: `../shared/corpus/pdus.jsonl`, or
//! `SMPP_CORPUS`. Where neither is there, the run says that it was left out.

use serde_json::Value as Json;
use smpp_edge::pdu::explain::{DecodedPdu, Explained, Field, Options, Severity, Value, explain};
use smpp_edge::pdu::*;

#[path = "support/hex.rs"]
mod hex;
use hex::{hex, unhex};

/// Values whose octets had an address masked while the expectation kept it: only their sizes can be compared.
const MASKED: &[(&str, &str)] = &[("P0489", "0x001e"), ("P0555", "dest_address")];

/// A corpus record.
struct Record {
    id: String,
    octets: Vec<u8>,
    valid: bool,
    expect: Json,
}

fn records() -> Vec<Record> {
    let directory = std::env::var("SMPP_CORPUS")
        .unwrap_or_else(|_| concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/corpus").into());
    let path = format!("{directory}/pdus.jsonl");
    let Ok(text) = std::fs::read_to_string(&path) else {
        println!("left out: no corpus of PDUs at {path}; SMPP_CORPUS names another directory");
        return Vec::new();
    };
    text.lines()
        .map(|line| {
            let record: Json = serde_json::from_str(line).unwrap();
            Record {
                id: record["id"].as_str().unwrap().into(),
                octets: unhex(record["hex"].as_str().unwrap()),
                valid: record["valid"].as_bool().unwrap(),
                expect: record["expect"].clone(),
            }
        })
        .collect()
}

fn latin1(octets: &[u8]) -> String {
    octets.iter().map(|octet| char::from(*octet)).collect()
}

/// An explained value in the corpus's notation.
fn as_json(field: &Field<'_>) -> Json {
    match &field.value() {
        Value::Text(text) => latin1(text).into(),
        Value::Number(number) => (*number).into(),
        Value::Octets(octets) => hex(octets).into(),
        Value::Fields(entries) => entries.iter().map(entry_as_json).collect(),
    }
}

/// An address in the corpus's notation.
fn entry_as_json(entry: &Field<'_>) -> Json {
    let Value::Fields(parts) = entry.value() else {
        panic!("an entry has parts")
    };
    let mut object = serde_json::Map::new();
    for part in parts {
        let name = match part.name {
            "dest_flag" => continue,
            "dest_addr_ton" => "ton",
            "dest_addr_npi" => "npi",
            "destination_addr" => "addr",
            name => name,
        };
        object.insert(name.into(), as_json(&part));
    }
    object.into()
}

/// What the corpus says of the header, and of a problem.
fn expect_pdu(id: &str, pdu: &DecodedPdu<'_>, expect: &Json) {
    assert_eq!(
        pdu.command(),
        expect["command"].as_str().unwrap_or("unknown"),
        "{id}"
    );
    assert_eq!(
        format!("0x{:08x}", pdu.header.command_id.0),
        expect["command_id"].as_str().unwrap(),
        "{id}"
    );
    assert_eq!(
        Json::from(pdu.header.command_length),
        expect["command_length"],
        "{id}"
    );
    assert_eq!(
        Json::from(pdu.header.command_status.0),
        expect["command_status"],
        "{id}"
    );
    assert_eq!(
        Json::from(pdu.header.sequence_number),
        expect["sequence_number"],
        "{id}"
    );
    assert_eq!(
        pdu.valid,
        expect["problem"].is_null(),
        "{id}: {:?}",
        pdu.faults
    );
    assert_eq!(
        pdu.valid,
        pdu.faults
            .iter()
            .all(|fault| fault.severity == Severity::Note),
        "{id}"
    );
    for fault in &pdu.faults {
        assert!(
            (pdu.offset..=pdu.offset + pdu.bytes.len()).contains(&fault.offset),
            "{id}: {fault:?}"
        );
    }
}

fn expect_value(id: &str, name: &str, found: &Json, expected: &Json) {
    if MASKED.contains(&(id, name)) {
        assert_eq!(
            found.to_string().len(),
            expected.to_string().len(),
            "{id}: {name}"
        );
    } else {
        assert_eq!(found, expected, "{id}: {name}");
    }
}

/// Every field and TLV that the corpus names, with its value; of a valid PDU, no others.
fn expect_contents(record: &Record, pdu: &DecodedPdu<'_>) {
    let id = &record.id;
    let empty = serde_json::Map::new();
    let fields = record.expect["fields"].as_object().unwrap_or(&empty);
    for (name, value) in fields {
        let field = pdu.fields.iter().find(|field| field.name == name);
        let field = field.unwrap_or_else(|| panic!("{id}: no {name}"));
        expect_value(id, name, &as_json(field), value);
    }
    let none = Vec::new();
    let tlvs = record.expect["tlvs"].as_array().unwrap_or(&none);
    assert_eq!(pdu.tlvs.len(), tlvs.len(), "{id}: TLVs");
    for (found, expected) in pdu.tlvs.iter().zip(tlvs) {
        let tag = format!("0x{:04x}", found.tag.0);
        assert_eq!(tag, expected[0].as_str().unwrap(), "{id}");
        expect_value(id, &tag, &hex(found.field.bytes).into(), &expected[1]);
    }
    if record.valid {
        assert_eq!(pdu.fields.len(), fields.len(), "{id}");
    }
}

/// Fields cover their octets: none lies outside of the PDU, and each is where it says.
fn expect_places(id: &str, input: &[u8], field: &Field<'_>) {
    assert_eq!(
        &input[field.offset..field.offset + field.length()],
        field.bytes,
        "{id}: {}",
        field.name
    );
    for child in &field.children() {
        expect_places(id, input, child);
    }
    if let Value::Fields(parts) = field.value() {
        parts.iter().for_each(|part| expect_places(id, input, part));
    }
}

fn expect_framing(record: &Record, explained: &Explained<'_>) {
    let id = &record.id;
    let expect = &record.expect;
    let left = |kind: &str| match kind {
        "none" => explained.rest == 0 && explained.error.is_none(),
        "incomplete" => explained.rest > 0 && explained.error.is_none(),
        "oversize" => explained.rest > 0 && explained.error.is_some(),
        other => panic!("{id}: {other}"),
    };
    match expect["framing"].as_str().unwrap() {
        "ok" => {
            assert!(left("none"), "{id}");
            assert_eq!(explained.pdus.len(), 1, "{id}");
            expect_pdu(id, &explained.pdus[0], expect);
            expect_contents(record, &explained.pdus[0]);
        }
        "frame+rest" => {
            let frames = expect["frames"].as_array().unwrap();
            assert_eq!(explained.pdus.len(), frames.len(), "{id}");
            for (pdu, frame) in explained.pdus.iter().zip(frames) {
                expect_pdu(id, pdu, frame);
            }
            assert!(
                left(expect["rest"].as_str().unwrap()),
                "{id}: {explained:?}"
            );
            let rest = &record.octets[record.octets.len() - explained.rest..];
            assert_eq!(hex(rest), expect["rest_hex"].as_str().unwrap(), "{id}");
        }
        kind => {
            assert!(explained.pdus.is_empty(), "{id}");
            assert!(left(kind), "{id}");
        }
    }
}

#[test]
fn every_record_is_explained_as_expected() {
    for record in records() {
        let explained = explain(&record.octets, &Options::default());
        expect_framing(&record, &explained);
        for pdu in &explained.pdus {
            let tlvs = pdu.tlvs.iter().map(|tlv| &tlv.field);
            pdu.fields
                .iter()
                .chain(tlvs)
                .for_each(|field| expect_places(&record.id, &record.octets, field));
        }
    }
}

#[test]
fn strict_reading_sees_the_same_fields_and_adds_notes_only() {
    for record in records() {
        let lenient = explain(&record.octets, &Options::default());
        let strict = explain(
            &record.octets,
            &Options::default().with(|options| options.strict = true),
        );
        for (one, other) in lenient.pdus.iter().zip(&strict.pdus) {
            let errors: Vec<_> = other
                .faults
                .iter()
                .filter(|fault| fault.severity == Severity::Error)
                .collect();
            assert_eq!(
                errors,
                one.faults.iter().collect::<Vec<_>>(),
                "{}",
                record.id
            );
            assert_eq!(
                (&one.fields, &one.tlvs, one.valid),
                (&other.fields, &other.tlvs, other.valid)
            );
        }
    }
}

/// Strings that are longer than the field may be: they are read, but not written.
fn has_over_long_field(pdu: &Pdu<'_>) -> bool {
    let mut out = Vec::new();
    pdu.encode(&mut out, CommandStatus::ESME_ROK, 1)
        .is_err_and(|error| {
            matches!(
                error.kind,
                InvalidFieldKind::TooLong { .. } | InvalidFieldKind::TimeLength { .. }
            )
        })
}

/// A response with nothing in it has two forms; one of them is written.
fn is_empty_response(octets: &[u8]) -> bool {
    octets[4] & 0x80 != 0 && octets[16..].iter().all(|octet| *octet == 0)
}

#[test]
fn what_is_valid_is_read_and_written_back_to_the_same_octets() {
    let mut over_long = 0;
    for record in records().iter().filter(|record| record.valid) {
        let id = &record.id;
        let (header, pdu) =
            Pdu::decode(&record.octets).unwrap_or_else(|error| panic!("{id}: {error}"));
        assert_eq!(pdu.command_id(), header.command_id, "{id}");
        if has_over_long_field(&pdu) {
            over_long += 1;
            continue;
        }
        let mut out = Vec::new();
        pdu.encode(&mut out, header.command_status, header.sequence_number)
            .unwrap();
        if is_empty_response(&record.octets) {
            assert_eq!(Pdu::decode(&out).unwrap().1, pdu, "{id}");
        } else {
            assert_eq!(hex(&out), hex(&record.octets), "{id}");
        }
    }
    println!("{over_long} with a field over its length");
}

#[test]
fn the_explained_form_is_written_back_to_the_same_octets() {
    for record in records().iter().filter(|record| record.valid) {
        let id = &record.id;
        let explained = explain(&record.octets, &Options::default());
        let pdu = &explained.pdus[0];
        let mut out = Vec::new();
        match encode_fields(&mut out, &pdu.into(), None) {
            Ok(()) if is_empty_response(&record.octets) => assert!(is_empty_response(&out), "{id}"),
            Ok(()) => assert_eq!(hex(&out), hex(&record.octets), "{id}"),
            Err(error) => {
                // Over its length, or a TLV of odd size: exact out.
                let odd = matches!(
                    error.kind,
                    InvalidInputKind::Field(
                        InvalidFieldKind::TooLong { .. } | InvalidFieldKind::TimeLength { .. }
                    ) | InvalidInputKind::TooShort { .. }
                );
                assert!(odd, "{id}: {error}");
                assert!(out.is_empty(), "{id}");
            }
        }
    }
}

#[test]
fn the_framer_finds_the_same_pdus_in_any_pieces() {
    for record in records() {
        let explained = explain(&record.octets, &Options::default());
        for size in [1, 7, 16, record.octets.len().max(1)] {
            let mut framer = Framer::new(65_536);
            let mut found = Vec::new();
            let mut refused = false;
            'pieces: for mut piece in record.octets.chunks(size) {
                loop {
                    match framer.next(&mut piece) {
                        Ok(Some(frame)) => found.push(frame.to_vec()),
                        Ok(None) => break,
                        Err(_) => {
                            refused = true;
                            break 'pieces;
                        }
                    }
                }
            }
            let expected: Vec<_> = explained
                .pdus
                .iter()
                .map(|pdu| pdu.bytes.to_vec())
                .collect();
            assert_eq!(found, expected, "{}", record.id);
            assert_eq!(refused, explained.error.is_some(), "{}", record.id);
        }
    }
}

#[test]
fn where_a_pdu_is_refused_is_where_the_explanation_puts_the_fault() {
    for record in records() {
        for explained in &explain(&record.octets, &Options::default()).pdus {
            let id = &record.id;
            match Pdu::decode(explained.bytes) {
                Ok((header, _)) => assert_eq!(header, explained.header, "{id}"),
                Err(error) => {
                    let fault = explained
                        .faults
                        .first()
                        .unwrap_or_else(|| panic!("{id}: {error}"));
                    assert_eq!(
                        explained.offset + error.offset,
                        fault.offset,
                        "{id}: {error}"
                    );
                }
            }
        }
    }
}
