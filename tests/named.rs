//! PDUs written from names and values.

use smpp_edge::pdu::*;

fn text(text: &str) -> FieldValue {
    FieldValue::Text(text.into())
}

fn number(number: u32) -> FieldValue {
    FieldValue::Number(number)
}

fn fields(given: &[(&str, FieldValue)]) -> Vec<NamedField> {
    given
        .iter()
        .map(|(name, value)| (name.to_string(), value.clone()))
        .collect()
}

fn named(
    command_id: CommandId,
    given: &[(&str, FieldValue)],
    tlvs: &[(&str, FieldValue)],
) -> NamedPdu {
    NamedPdu {
        command_id,
        command_status: CommandStatus::ESME_ROK,
        sequence_number: 7,
        fields: fields(given),
        tlvs: tlvs
            .iter()
            .map(|(name, value)| (TlvKey::Name(name.to_string()), value.clone()))
            .collect(),
    }
}

fn written(pdu: &NamedPdu) -> Vec<u8> {
    let mut out = Vec::new();
    encode_fields(&mut out, pdu, None).unwrap();
    out
}

/// Encodes and expects a refusal that leaves the buffer alone.
fn refused(pdu: &NamedPdu) -> (String, InvalidInputKind) {
    let mut out = b"kept".to_vec();
    let error = encode_fields(&mut out, pdu, None).unwrap_err();
    assert_eq!(out, b"kept");
    (error.field, error.kind)
}

fn refused_field(name: &str, value: FieldValue) -> InvalidInputKind {
    let (field, kind) = refused(&named(CommandId::SUBMIT_SM, &[(name, value)], &[]));
    assert_eq!(field, name);
    kind
}

fn refused_tlv(name: &str, value: FieldValue) -> InvalidInputKind {
    refused(&named(CommandId::SUBMIT_SM, &[], &[(name, value)])).1
}

#[test]
fn what_is_not_named_is_empty() {
    let octets = written(&named(
        CommandId::SUBMIT_SM,
        &[
            ("short_message", FieldValue::Octets(b"Hi".to_vec())),
            ("destination_addr", text("447700900123")),
            ("dest_addr_ton", text("international")),
            ("dest_addr_npi", number(1)),
        ],
        &[],
    ));
    let (header, pdu) = Pdu::decode(&octets).unwrap();
    assert_eq!(
        (header.sequence_number, header.command_status),
        (7, CommandStatus::ESME_ROK)
    );
    let expected = SubmitSm {
        dest_addr_ton: Ton::INTERNATIONAL,
        dest_addr_npi: Npi::ISDN,
        destination_addr: b"447700900123",
        short_message: b"Hi",
        ..SubmitSm::default()
    };
    assert_eq!(pdu, Pdu::SubmitSm(expected));
}

#[test]
fn every_command_can_be_written() {
    for id in (0..0x200)
        .chain(0x8000_0000..0x8000_0200)
        .map(CommandId)
        .filter(|id| id.is_known())
    {
        let octets = written(&named(id, &[], &[]));
        let (header, pdu) = Pdu::decode(&octets).unwrap();
        assert_eq!((header.command_id, pdu.command_id()), (id, id));
        let mut again = Vec::new();
        pdu.encode(&mut again, CommandStatus::ESME_ROK, 7).unwrap();
        assert_eq!(again, octets);
    }
}

#[test]
fn text_is_latin_1() {
    let octets = written(&named(
        CommandId::OUTBIND,
        &[("system_id", text("caf\u{E9}"))],
        &[],
    ));
    assert_eq!(&octets[16..], b"caf\xE9\0\0");
    assert_eq!(
        refused_field("source_addr", text("a\u{20AC}")),
        InvalidInputKind::NotLatin1 { at: 1 }
    );
}

#[test]
fn recipients_and_failures_are_lists() {
    let sme = FieldValue::Fields(fields(&[
        ("dest_addr_ton", number(1)),
        ("dest_addr_npi", text("isdn")),
        ("destination_addr", text("447700900123")),
    ]));
    let list = FieldValue::Fields(fields(&[
        ("dest_flag", number(2)),
        ("dl_name", text("staff")),
    ]));
    let dests = FieldValue::List(vec![sme, list]);
    let given = [("number_of_dests", number(2)), ("dest_address", dests)];
    let octets = written(&named(CommandId::SUBMIT_MULTI, &given, &[]));
    assert_eq!(
        &octets[20..45],
        b"\x02\x01\x01\x01447700900123\0\x02staff\0\0"
    );

    let failed = FieldValue::Fields(fields(&[
        ("destination_addr", text("1")),
        ("error_status_code", text("ESME_RINVDSTADR")),
    ]));
    let given = [
        ("message_id", text("m1")),
        ("unsuccess_sme", FieldValue::List(vec![failed])),
    ];
    let octets = written(&named(CommandId::SUBMIT_MULTI_RESP, &given, &[]));
    assert_eq!(&octets[16..], b"m1\0\x01\0\x001\0\0\0\0\x0B");
}

#[test]
fn tlvs_are_written_by_their_types() {
    let parts = FieldValue::Fields(fields(&[
        ("network_type", text("gsm")),
        ("error_code", number(31)),
    ]));
    let octets = written(&named(
        CommandId::DELIVER_SM,
        &[],
        &[
            ("message_state", text("delivered")),
            ("receipted_message_id", text("ab")),
            ("user_message_reference", number(258)),
            ("qos_time_to_live", number(60)),
            ("network_error_code", parts),
            ("message_payload", FieldValue::Octets(vec![0xDE, 0xAD])),
            ("alert_on_msg_delivery", FieldValue::Octets(vec![])),
        ],
    ));
    let expected = [
        &[0x04, 0x27, 0, 1, 2][..],
        &[0x00, 0x1E, 0, 3, b'a', b'b', 0],
        &[0x02, 0x04, 0, 2, 1, 2],
        &[0x00, 0x17, 0, 4, 0, 0, 0, 60],
        &[0x04, 0x23, 0, 3, 3, 0, 31],
        &[0x04, 0x24, 0, 2, 0xDE, 0xAD],
        &[0x13, 0x0C, 0, 0],
    ];
    assert_eq!(octets[33..], expected.concat());
}

#[test]
fn vendor_tlvs_go_by_their_names_and_any_tag_by_its_number() {
    let mut vendor = VendorTlvs::new();
    vendor.insert(Tag(0x1400), "entity_id", TlvType::CString);
    vendor.insert(Tag(0x1501), "route", TlvType::Integer);
    let mut pdu = named(
        CommandId::ENQUIRE_LINK_RESP,
        &[],
        &[("entity_id", text("1101")), ("route", number(300))],
    );
    pdu.tlvs.push((TlvKey::Tag(Tag(0x1502)), text("x")));
    let mut out = Vec::new();
    encode_fields(&mut out, &pdu, Some(&vendor)).unwrap();
    let expected = [
        &b"\x14\0\0\x051101\0"[..],
        &[0x15, 1, 0, 2, 1, 44],
        b"\x15\x02\0\x01x",
    ];
    assert_eq!(out[16..], expected.concat());
    assert_eq!(
        refused(&pdu),
        ("entity_id".into(), InvalidInputKind::UnknownTlv)
    );
}

#[test]
fn a_tlv_without_a_name_is_refused_by_its_tag() {
    let mut pdu = named(CommandId::ENQUIRE_LINK, &[], &[]);
    pdu.tlvs.push((TlvKey::Tag(Tag(0x15A2)), number(1)));
    let mut out = Vec::new();
    let error = encode_fields(&mut out, &pdu, None).unwrap_err();
    assert_eq!(error.to_string(), "0x15A2 must be text or octets");
    assert_eq!(out, []);
}

#[test]
fn a_failed_response_with_nothing_in_it_is_its_header() {
    let mut pdu = named(CommandId::SUBMIT_SM_RESP, &[], &[]);
    assert_eq!(written(&pdu).len(), 17);
    pdu.command_status = CommandStatus::ESME_RTHROTTLED;
    assert_eq!(written(&pdu).len(), 16);
    pdu.fields = fields(&[("message_id", text("a"))]);
    assert_eq!(written(&pdu).len(), 18);
}

#[test]
fn an_unknown_command_has_a_body() {
    let body = FieldValue::Octets(vec![1, 2, 3]);
    let octets = written(&named(CommandId(0x0001_0200), &[("body", body)], &[]));
    assert_eq!(octets[16..], [1, 2, 3]);
    let (field, kind) = refused(&named(
        CommandId(0x0001_0200),
        &[("system_id", text("a"))],
        &[],
    ));
    assert_eq!(
        (field.as_str(), kind),
        ("system_id", InvalidInputKind::UnknownField)
    );
}

#[test]
fn what_does_not_fit_is_refused_by_name() {
    use InvalidInputKind::*;
    assert_eq!(refused_field("souce_addr", text("1")), UnknownField);
    assert_eq!(
        refused_field("source_addr", number(1)),
        WrongType {
            expected: "text or octets"
        }
    );
    assert_eq!(
        refused_field("source_addr", text("1\u{0}2")),
        Field(InvalidFieldKind::ContainsNul)
    );
    let long = InvalidFieldKind::TooLong { max: 20, found: 21 };
    assert_eq!(
        refused_field("source_addr", text(&"1".repeat(21))),
        Field(long)
    );
    assert_eq!(
        refused_field("protocol_id", number(256)),
        OutOfRange {
            max: 255,
            found: 256
        }
    );
    assert_eq!(
        refused_field("protocol_id", text("x")),
        WrongType {
            expected: "a number"
        }
    );
    assert_eq!(
        refused_field("dest_addr_ton", text("galactic")),
        UnknownName
    );
    assert_eq!(
        refused_field("validity_period", text("1")),
        Field(InvalidFieldKind::TimeLength { found: 1 })
    );
    assert_eq!(
        refused_field("sm_length", number(3)),
        WrongCount {
            expected: 0,
            found: 3
        }
    );
    let long = InvalidFieldKind::TooLong {
        max: 255,
        found: 256,
    };
    assert_eq!(
        refused_field("short_message", FieldValue::Octets(vec![0; 256])),
        Field(long)
    );
    let (field, kind) = refused(&named(
        CommandId::SUBMIT_MULTI,
        &[("dest_address", text("1"))],
        &[],
    ));
    assert_eq!(
        (field.as_str(), kind),
        (
            "dest_address",
            WrongType {
                expected: "a list of addresses"
            }
        )
    );
    let entry = FieldValue::Fields(fields(&[("dest_flag", number(1)), ("dl_name", text("x"))]));
    let multi = named(
        CommandId::SUBMIT_MULTI,
        &[("dest_address", FieldValue::List(vec![entry]))],
        &[],
    );
    assert_eq!(
        refused(&multi),
        (
            "dest_flag".into(),
            WrongCount {
                expected: 2,
                found: 1
            }
        )
    );
}

#[test]
fn tlvs_that_do_not_fit_are_refused_by_name() {
    use InvalidInputKind::*;
    assert_eq!(refused_tlv("nonsense", number(1)), UnknownTlv);
    assert_eq!(
        refused_tlv("message_state", number(256)),
        OutOfRange {
            max: 255,
            found: 256
        }
    );
    assert_eq!(refused_tlv("message_state", text("eaten")), UnknownName);
    assert_eq!(
        refused_tlv("network_error_code", number(3)),
        WrongType {
            expected: "text or octets"
        }
    );
    let short = TooShort { min: 3, found: 2 };
    assert_eq!(
        refused_tlv("network_error_code", FieldValue::Octets(vec![3, 0])),
        short
    );
    let long = InvalidFieldKind::TooLong { max: 65, found: 66 };
    assert_eq!(
        refused_tlv("receipted_message_id", text(&"1".repeat(65))),
        Field(long)
    );
    assert_eq!(
        refused_tlv("receipted_message_id", text("\u{0}")),
        Field(InvalidFieldKind::ContainsNul)
    );
    let parts = FieldValue::Fields(fields(&[("colour", number(1))]));
    assert_eq!(
        refused_tlv("network_error_code", parts.clone()),
        UnknownField
    );
    assert_eq!(
        refused_tlv("message_state", parts),
        WrongType {
            expected: "one value"
        }
    );
}

#[test]
fn what_is_explained_is_written_again() {
    let octets = written(&named(
        CommandId::SUBMIT_SM,
        &[
            ("destination_addr", text("1234567890")),
            ("data_coding", number(8)),
            ("short_message", FieldValue::Octets(vec![4, 31])),
        ],
        &[("user_message_reference", number(7))],
    ));
    let explained = explain::explain(&octets, &explain::Options::default());
    let again = NamedPdu::from(&explained.pdus[0]);
    assert_eq!(
        again.tlvs,
        [(
            TlvKey::Tag(Tag::USER_MESSAGE_REFERENCE),
            FieldValue::Octets(vec![0, 7])
        )]
    );
    assert_eq!(written(&again), octets);
}
