//! The golden PDUs of `vectors/pdu/pdus.jsonl`, which `vectors/pdu/verify.mjs` puts together by itself and has
//! Wireshark read: every PDU, full and empty, and every TLV.

use std::collections::BTreeSet;

use serde_json::Value as Json;
use smpp_edge::pdu::explain::{Field, Options, Severity, Value, explain};
use smpp_edge::pdu::*;

#[path = "support/hex.rs"]
mod hex;
use hex::{hex, unhex};

fn vectors() -> Vec<Json> {
    include_str!("vectors/pdu/pdus.jsonl")
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

fn octets(vector: &Json) -> Vec<u8> {
    unhex(vector["hex"].as_str().unwrap())
}

fn name(vector: &Json) -> &str {
    vector["name"].as_str().unwrap()
}

fn status(vector: &Json) -> u32 {
    vector["status"].as_u64().unwrap_or(0) as u32
}

/// An explained value in the vectors' notation.
fn as_json(field: &Field<'_>) -> Json {
    match &field.value() {
        Value::Text(text) => text
            .iter()
            .map(|octet| char::from(*octet))
            .collect::<String>()
            .into(),
        Value::Number(number) => (*number).into(),
        Value::Octets(octets) => hex(octets).into(),
        Value::Fields(entries) => entries
            .iter()
            .map(|entry| {
                let Value::Fields(parts) = entry.value() else {
                    panic!("an entry has parts")
                };
                let parts = parts.iter().filter(|part| part.name != "dest_flag");
                Json::Object(
                    parts
                        .map(|part| (part.name.to_string(), as_json(part)))
                        .collect(),
                )
            })
            .collect(),
    }
}

/// A value in the vectors' notation for `encode_fields`.
fn as_value(json: &Json, is_hex: bool) -> FieldValue {
    match json {
        Json::Number(number) => FieldValue::Number(number.as_u64().unwrap() as u32),
        Json::String(text) if is_hex => FieldValue::Octets(unhex(text)),
        Json::String(text) => FieldValue::Text(text.clone()),
        Json::Array(entries) => {
            FieldValue::List(entries.iter().map(|entry| as_value(entry, false)).collect())
        }
        Json::Object(parts) => FieldValue::Fields(
            parts
                .iter()
                .map(|(name, part)| (name.clone(), as_value(part, false)))
                .collect(),
        ),
        other => panic!("{other}"),
    }
}

fn tag(key: &Json) -> Tag {
    match key {
        Json::String(name) => Tag::by_name(name).unwrap(),
        number => Tag(number.as_u64().unwrap() as u16),
    }
}

fn tlvs(vector: &Json) -> Vec<(Tag, Json)> {
    let tlvs = vector["tlvs"].as_array().cloned().unwrap_or_default();
    tlvs.into_iter()
        .map(|tlv| (tag(&tlv[0]), tlv[1].clone()))
        .collect()
}

#[test]
fn every_pdu_and_every_tlv_is_there() {
    let vectors = vectors();
    let commands: BTreeSet<&str> = vectors
        .iter()
        .map(|vector| vector["command"].as_str().unwrap())
        .collect();
    assert_eq!(commands.len(), 33);
    let tags: BTreeSet<Tag> = vectors.iter().flat_map(tlvs).map(|(tag, _)| tag).collect();
    let missing: Vec<Tag> = (0..=u16::MAX)
        .map(Tag)
        .filter(|tag| tag.spec().is_some() && !tags.contains(tag))
        .collect();
    assert_eq!(missing, []);
}

#[test]
fn what_is_read_is_written_back_to_the_same_octets() {
    for vector in vectors() {
        let octets = octets(&vector);
        let (header, pdu) =
            Pdu::decode(&octets).unwrap_or_else(|error| panic!("{}: {error}", name(&vector)));
        assert_eq!(
            header.command_id.name(),
            vector["command"].as_str().unwrap()
        );
        assert_eq!(header.command_status, CommandStatus(status(&vector)));
        assert_eq!(Json::from(header.sequence_number), vector["sequence"]);
        let mut out = Vec::new();
        pdu.encode(&mut out, header.command_status, header.sequence_number)
            .unwrap();
        assert_eq!(hex(&out), hex(&octets), "{}", name(&vector));
    }
}

#[test]
fn every_field_and_tlv_is_explained() {
    for vector in vectors() {
        let octets = octets(&vector);
        let pdu = explain(&octets, &Options::default()).pdus.remove(0);
        assert!(pdu.valid, "{}: {:?}", name(&vector), pdu.faults);
        let fields = pdu
            .fields
            .iter()
            .filter(|field| !["sm_length", "number_of_dests", "no_unsuccess"].contains(&field.name))
            .map(|field| (field.name.to_string(), as_json(field)))
            .collect();
        assert_eq!(Json::Object(fields), vector["fields"], "{}", name(&vector));
        let found: Vec<(Tag, Json)> = pdu
            .tlvs
            .iter()
            .map(|tlv| (tlv.tag, as_json(&tlv.field)))
            .collect();
        assert_eq!(found, tlvs(&vector), "{}", name(&vector));
    }
}

#[test]
fn nothing_departs_from_the_specification_but_what_is_said_to() {
    for vector in vectors() {
        let octets = octets(&vector);
        let pdu = explain(
            &octets,
            &Options::default().with(|options| options.strict = true),
        )
        .pdus
        .remove(0);
        let found: Vec<Json> = pdu
            .faults
            .iter()
            .map(|fault| fault.kind.as_str().into())
            .collect();
        let expected = vector["notes"].as_array().cloned().unwrap_or_default();
        assert_eq!(found, expected, "{}: {:?}", name(&vector), pdu.faults);
        assert!(
            pdu.faults
                .iter()
                .all(|fault| fault.severity == Severity::Note)
        );
    }
}

#[test]
fn names_and_values_give_the_same_octets() {
    for vector in vectors() {
        let is_text = |tag: Tag| tag.spec().is_some_and(|spec| spec.kind == TlvType::CString);
        let pdu = NamedPdu {
            command_id: CommandId::by_name(vector["command"].as_str().unwrap()).unwrap(),
            command_status: CommandStatus(status(&vector)),
            sequence_number: vector["sequence"].as_u64().unwrap() as u32,
            fields: vector["fields"]
                .as_object()
                .unwrap()
                .iter()
                .map(|(name, value)| (name.clone(), as_value(value, name == "short_message")))
                .collect(),
            tlvs: tlvs(&vector)
                .into_iter()
                .map(|(tag, value)| (TlvKey::Tag(tag), as_value(&value, !is_text(tag))))
                .collect(),
        };
        let mut out = Vec::new();
        encode_fields(&mut out, &pdu, None)
            .unwrap_or_else(|error| panic!("{}: {error}", name(&vector)));
        assert_eq!(
            hex(&out),
            vector["hex"].as_str().unwrap(),
            "{}",
            name(&vector)
        );
    }
}
