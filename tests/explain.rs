//! What the explained form shows: fields with their places and meanings, faults with what stands around them, and in
//! strict mode every departure from the specification.

use std::borrow::Cow;

use smpp_edge::pdu::explain::{
    DecodedPdu, Fault, FaultKind, Field, Options, Severity, Value, explain,
};
use smpp_edge::pdu::*;

/// A PDU with this body, its length filled in.
fn frame(command_id: CommandId, status: u32, sequence_number: u32, body: &[u8]) -> Vec<u8> {
    let command_length = 16 + body.len() as u32;
    let command_status = CommandStatus(status);
    let header = Header {
        command_length,
        command_id,
        command_status,
        sequence_number,
    };
    [&header.encode()[..], body].concat()
}

/// A whole request of this body.
fn request<'a>(command_id: CommandId, body: &impl Body<'a>) -> Vec<u8> {
    let mut out = Vec::new();
    encode(&mut out, command_id, CommandStatus::ESME_ROK, 1, body).unwrap();
    out
}

fn lenient(octets: &[u8]) -> DecodedPdu<'_> {
    let mut explained = explain(octets, &Options::default());
    assert_eq!(
        (explained.pdus.len(), explained.rest, &explained.error),
        (1, 0, &None)
    );
    explained.pdus.remove(0)
}

fn field<'p, 'a>(pdu: &'p DecodedPdu<'a>, name: &str) -> &'p Field<'a> {
    pdu.fields.iter().find(|field| field.name == name).unwrap()
}

/// Names of fields with what they mean.
fn meanings<'a>(fields: &[Field<'a>]) -> Vec<(&'a str, Cow<'a, str>)> {
    let meaning = |field: &Field<'a>| (field.name, field.meaning().unwrap_or_default());
    fields.iter().map(meaning).collect()
}

/// The same, as it should be.
fn named<'a, const N: usize>(fields: [(&'a str, &'a str); N]) -> Vec<(&'a str, Cow<'a, str>)> {
    fields
        .map(|(name, meaning)| (name, meaning.into()))
        .to_vec()
}

const TO: SubmitSm<'static> = SubmitSm {
    source_addr_ton: Ton::ALPHANUMERIC,
    source_addr: b"Example",
    dest_addr_ton: Ton::INTERNATIONAL,
    dest_addr_npi: Npi::ISDN,
    destination_addr: b"447700900123",
    short_message: b"Hi",
    ..EMPTY
};
const EMPTY: SubmitSm<'static> = SubmitSm {
    service_type: b"",
    source_addr_ton: Ton(0),
    source_addr_npi: Npi(0),
    source_addr: b"",
    dest_addr_ton: Ton(0),
    dest_addr_npi: Npi(0),
    destination_addr: b"",
    esm_class: EsmClass(0),
    protocol_id: 0,
    priority_flag: PriorityFlag(0),
    schedule_delivery_time: b"",
    validity_period: b"",
    registered_delivery: RegisteredDelivery(0),
    replace_if_present_flag: 0,
    data_coding: DataCoding(0),
    sm_default_msg_id: 0,
    short_message: b"",
    tlvs: Tlvs::EMPTY,
};

#[test]
fn every_field_has_its_place_octets_and_value() {
    let octets = request(CommandId::SUBMIT_SM, &TO);
    let pdu = lenient(&octets);
    assert!(pdu.valid && pdu.faults.is_empty());
    let names: Vec<&str> = pdu.fields.iter().map(|field| field.name).collect();
    let in_order = "service_type source_addr_ton source_addr_npi source_addr dest_addr_ton dest_addr_npi \
        destination_addr esm_class protocol_id priority_flag schedule_delivery_time validity_period \
        registered_delivery replace_if_present_flag data_coding sm_default_msg_id sm_length short_message";
    assert_eq!(names.join(" "), in_order);

    let addr = field(&pdu, "source_addr");
    assert_eq!(
        (addr.offset, addr.length(), addr.bytes),
        (19, 8, &b"Example\0"[..])
    );
    assert_eq!(addr.value(), Value::Text(b"Example"));
    assert_eq!(
        field(&pdu, "source_addr_ton").meaning().as_deref(),
        Some("alphanumeric: text sender, NPI normally 0")
    );
    assert_eq!(field(&pdu, "sm_length").value(), Value::Number(2));
    assert_eq!(field(&pdu, "short_message").value(), Value::Octets(b"Hi"));

    // One field after the other, without a gap.
    let mut at = 16;
    for field in &pdu.fields {
        assert_eq!(field.offset, at, "{}", field.name);
        at += field.length();
    }
    assert_eq!(at, octets.len());
}

#[test]
fn bit_fields_are_taken_apart() {
    let message = SubmitSm {
        esm_class: EsmClass(0x44),
        registered_delivery: RegisteredDelivery(0x11),
        data_coding: DataCoding(0xF4),
        ..TO
    };
    let octets = request(CommandId::DELIVER_SM, &message);
    let pdu = lenient(&octets);
    let class = field(&pdu, "esm_class");
    assert_eq!(
        class.meaning().as_deref(),
        Some("delivery receipt, user data header")
    );
    assert_eq!(
        meanings(&class.children()),
        named([
            ("messaging_mode", "default mode"),
            ("message_type", "delivery receipt"),
            ("udhi", "user data header"),
            ("reply_path", "no reply path")
        ])
    );
    assert!(
        class
            .children()
            .iter()
            .all(|child| child.offset == class.offset && child.bytes == [0x44])
    );
    assert_eq!(class.children()[1].value(), Value::Number(4));
    let delivery = field(&pdu, "registered_delivery");
    assert_eq!(
        delivery.meaning().as_deref(),
        Some("receipt on success or failure, intermediate notification")
    );
    let coding = field(&pdu, "data_coding");
    assert_eq!(coding.meaning().as_deref(), Some("GSM coding and class"));
    assert_eq!(
        meanings(&coding.children()),
        named([
            ("alphabet", "8-bit data"),
            ("message_class", "class 0, flash")
        ])
    );
}

#[test]
fn times_are_put_in_words() {
    let message = SubmitSm {
        schedule_delivery_time: b"260102153100004-",
        validity_period: b"000001000000000R",
        ..TO
    };
    let octets = request(CommandId::SUBMIT_SM, &message);
    let pdu = lenient(&octets);
    let at = field(&pdu, "schedule_delivery_time");
    assert_eq!(
        at.meaning().as_deref(),
        Some("2026-01-02 15:31:00.0 -01:00")
    );
    assert_eq!(
        field(&pdu, "validity_period").meaning().as_deref(),
        Some("after 1 day")
    );
}

#[test]
fn tlvs_are_taken_apart() {
    let mut tlvs = TlvBuf::new();
    tlvs.push(Tag::NETWORK_ERROR_CODE, &[3, 0, 0x1F]).unwrap();
    tlvs.push_u8(Tag::MESSAGE_STATE, 2);
    tlvs.push_text(Tag::RECEIPTED_MESSAGE_ID, b"7220bb6b")
        .unwrap();
    tlvs.push(Tag::CALLBACK_NUM, b"\x01\x01\x01123").unwrap();
    tlvs.push(Tag::BROADCAST_CONTENT_TYPE, &[0, 0, 1]).unwrap();
    tlvs.push_u32(Tag::BROADCAST_ERROR_STATUS, 0x58);
    tlvs.push(Tag::MS_VALIDITY, &[4, 2, 0, 5]).unwrap();
    tlvs.push(Tag::ITS_SESSION_INFO, &[7, 0x0B]).unwrap();
    tlvs.push_u16(Tag::MESSAGE_STATE, 2);
    let octets = request(
        CommandId::DELIVER_SM,
        &SubmitSm {
            tlvs: tlvs.as_tlvs(),
            ..TO
        },
    );
    let pdu = lenient(&octets);
    let shown: Vec<(u16, &str, Value<'_>)> = pdu
        .tlvs
        .iter()
        .map(|tlv| (tlv.tag.0, tlv.field.name, tlv.field.value()))
        .collect();
    assert_eq!(
        shown[..3],
        [
            (0x0423, "network_error_code", Value::Octets(&[3, 0, 0x1F])),
            (0x0427, "message_state", Value::Number(2)),
            (0x001E, "receipted_message_id", Value::Text(b"7220bb6b")),
        ]
    );
    let first = &pdu.tlvs[0].field;
    assert_eq!(
        first.offset,
        octets.len() - tlvs.as_tlvs().as_bytes().len() + 4,
        "tag and length stand before"
    );
    assert_eq!(
        meanings(&first.children()),
        named([("network_type", "gsm"), ("error_code", "")])
    );
    assert_eq!(first.children()[1].value(), Value::Number(0x1F));
    assert_eq!(first.children()[1].offset, first.offset + 1);
    assert_eq!(pdu.tlvs[1].field.meaning().as_deref(), Some("delivered"));
    let callback = &pdu.tlvs[3].field.children();
    assert_eq!(
        (callback[3].name, &callback[3].value()),
        ("digits", &Value::Text(b"123"))
    );
    assert_eq!(
        pdu.tlvs[4].field.children()[1].meaning().as_deref(),
        Some("emergency broadcasts")
    );
    let status = pdu.tlvs[5].field.meaning().unwrap();
    assert!(status.starts_with("ESME_RTHROTTLED: "), "{status}");
    assert_eq!(
        meanings(&pdu.tlvs[6].field.children()),
        named([
            (
                "behaviour",
                "relative time: unit and count follow, 5.0 only"
            ),
            ("unit", "hours"),
            ("count", "")
        ])
    );
    let session = &pdu.tlvs[7].field.children()[1].children();
    assert_eq!(
        (session[0].name, &session[0].value()),
        ("sequence_number", &Value::Number(0x0A))
    );
    assert_eq!(
        (session[1].name, session[1].meaning().as_deref()),
        ("end_of_session", Some("yes"))
    );
    assert_eq!(
        pdu.tlvs[8].field.value(),
        Value::Number(2),
        "of odd width, and repeated"
    );
}

#[test]
fn vendor_tlvs_have_the_names_they_were_given() {
    let mut tlvs = TlvBuf::new();
    tlvs.push_text(Tag(0x1400), b"1101").unwrap();
    tlvs.push(Tag(0x1401), b"template").unwrap();
    let octets = request(
        CommandId::SUBMIT_SM,
        &SubmitSm {
            tlvs: tlvs.as_tlvs(),
            ..TO
        },
    );
    let mut names = VendorTlvs::new();
    names.insert(Tag(0x1400), "principal_entity_id", TlvType::CString);
    let explained = explain(
        &octets,
        &Options::default().with(|options| options.vendor = Some(&names)),
    );
    let [entity, template] = &explained.pdus[0].tlvs[..] else {
        panic!()
    };
    assert_eq!(
        (entity.field.name, &entity.field.value()),
        ("principal_entity_id", &Value::Text(b"1101"))
    );
    assert_eq!(
        (template.field.name, &template.field.value()),
        ("unknown", &Value::Octets(b"template"))
    );
    assert_eq!(
        template.field.meaning().as_deref(),
        Some("template"),
        "it looks like text"
    );
}

#[test]
fn lists_of_addresses_are_taken_apart() {
    let mut dests = DestAddressBuf::new();
    let sme = DestAddress::Sme {
        dest_addr_ton: Ton(1),
        dest_addr_npi: Npi(1),
        destination_addr: b"447700900123",
    };
    dests.push(&sme).unwrap();
    dests
        .push(&DestAddress::List { dl_name: b"staff" })
        .unwrap();
    let multi = SubmitMulti {
        dest_address: dests.as_list(),
        ..SubmitMulti::default()
    };
    let octets = request(CommandId::SUBMIT_MULTI, &multi);
    let pdu = lenient(&octets);
    assert_eq!(field(&pdu, "number_of_dests").value(), Value::Number(2));
    let Value::Fields(entries) = field(&pdu, "dest_address").value() else {
        panic!()
    };
    assert_eq!(
        entries.iter().map(|entry| entry.name).collect::<Vec<_>>(),
        ["sme_address", "distribution_list"]
    );
    let Value::Fields(parts) = entries[1].value() else {
        panic!()
    };
    assert_eq!(
        meanings(&parts)[0],
        ("dest_flag", "distribution list".into())
    );
    assert_eq!(
        (parts[1].name, &parts[1].value()),
        ("dl_name", &Value::Text(b"staff"))
    );
    assert_eq!(
        &octets[parts[1].offset..parts[1].offset + parts[1].length()],
        b"staff\0"
    );
}

mod around_a_fault {
    use super::*;

    fn only_fault<'a>(pdu: &DecodedPdu<'a>) -> Fault<'a> {
        assert!(!pdu.valid);
        assert_eq!(pdu.faults.len(), 1, "{:?}", pdu.faults);
        assert_eq!(pdu.faults[0].severity, Severity::Error);
        pdu.faults[0]
    }

    #[test]
    fn one_bad_pdu_does_not_hide_the_next() {
        let stream = [
            frame(CommandId::SUBMIT_SM, 0, 1, b"\0\x01"),
            frame(CommandId(0x1234), 0, 2, b"?"),
            frame(CommandId::ENQUIRE_LINK, 0, 3, b""),
            vec![0, 0, 0, 16, 0],
        ]
        .concat();
        let explained = explain(&stream, &Options::default());
        let read: Vec<_> = explained
            .pdus
            .iter()
            .map(|pdu| (pdu.offset, pdu.command(), pdu.valid))
            .collect();
        assert_eq!(
            read,
            [
                (0, "submit_sm", false),
                (18, "unknown", false),
                (35, "enquire_link", true)
            ]
        );
        assert_eq!((explained.rest, explained.error), (5, None));
        let unknown = &explained.pdus[1];
        assert_eq!(unknown.fields[0].value(), Value::Octets(b"?"));
        let fault = only_fault(unknown);
        assert_eq!((fault.kind, fault.offset), (FaultKind::UnknownCommand, 22));
        assert_eq!(fault.found().as_deref(), Some("0x00001234"));
        assert_eq!(fault.section(), "3.4 5.1.2, 5.0 4.7.5");
    }

    #[test]
    fn a_length_that_cannot_be_ends_the_stream() {
        let good = frame(CommandId::UNBIND, 0, 1, b"");
        for (length, kind) in [
            (15, FaultKind::LengthTooShort),
            (101, FaultKind::LengthTooLong),
        ] {
            let stream = [&good[..], &u32::to_be_bytes(length), &[0; 12]].concat();
            let explained = explain(
                &stream,
                &Options::default().with(|options| options.max_pdu = 100),
            );
            assert_eq!((explained.pdus.len(), explained.rest), (1, 16));
            let error = explained.error.unwrap();
            assert_eq!((error.kind, error.offset), (kind, 16));
            assert_eq!(error.found().as_deref(), Some(length.to_string().as_str()));
        }
    }

    #[test]
    fn text_that_is_cut_short_is_shown_as_far_as_it_goes() {
        let mut octets = request(CommandId::SUBMIT_SM, &TO);
        let length = octets.len() - 3;
        octets[length] = 40;
        let pdu = lenient(&octets);
        assert_eq!(field(&pdu, "sm_length").value(), Value::Number(40));
        assert_eq!(field(&pdu, "short_message").value(), Value::Octets(b"Hi"));
        let fault = only_fault(&pdu);
        assert_eq!(
            (fault.kind, fault.offset),
            (FaultKind::Truncated, length + 1)
        );
        assert_eq!(
            (fault.expected().as_deref(), fault.found().as_deref()),
            (Some("40 octets"), Some("2 octets"))
        );
        assert_eq!(fault.field(), "short_message");
    }

    #[test]
    fn a_string_without_nul_is_shown() {
        let octets = frame(CommandId::BIND_RECEIVER, 0, 1, b"id\0pass");
        let pdu = lenient(&octets);
        assert_eq!(field(&pdu, "password").value(), Value::Text(b"pass"));
        let fault = only_fault(&pdu);
        assert_eq!((fault.kind, fault.offset), (FaultKind::MissingNul, 19));
        assert_eq!(fault.section(), "3.4 5.2.2, 5.0 4.7.18");
    }

    #[test]
    fn addresses_before_an_unknown_flag_are_shown() {
        let octets = frame(
            CommandId::SUBMIT_MULTI,
            0,
            1,
            b"\0\0\0\0\x02\x02list\0\x03x\0",
        );
        let pdu = lenient(&octets);
        let Value::Fields(entries) = field(&pdu, "dest_address").value() else {
            panic!()
        };
        assert_eq!(entries.len(), 1);
        let fault = only_fault(&pdu);
        assert_eq!(
            (fault.kind, fault.offset, fault.found().as_deref()),
            (FaultKind::DestFlag, 27, Some("3"))
        );
    }

    #[test]
    fn tlvs_before_a_broken_one_are_shown() {
        let body = [&[0; 17][..], &[2, 4, 0, 2, 0, 1, 0, 0x1D, 0, 200, b'x']].concat();
        let octets = frame(CommandId::SUBMIT_SM, 0, 1, &body);
        let pdu = lenient(&octets);
        assert_eq!(
            (pdu.tlvs.len(), pdu.tlvs[0].field.name),
            (1, "user_message_reference")
        );
        let fault = only_fault(&pdu);
        assert_eq!((fault.kind, fault.offset), (FaultKind::TlvLength, 39));
        assert_eq!(fault.field(), "additional_status_info_text");
        assert_eq!(
            (fault.expected().as_deref(), fault.found().as_deref()),
            (Some("200 octets"), Some("1 octet"))
        );
    }

    #[test]
    fn tlvs_behind_a_stray_nul_are_shown() {
        let body = [&[0; 17][..], &[0, 0x14, 0, 0, 2, b'h', b'i']].concat();
        let octets = frame(CommandId::SUBMIT_SM, 0, 1, &body);
        let pdu = lenient(&octets);
        assert_eq!(
            (pdu.tlvs[0].tag, pdu.tlvs[0].field.bytes),
            (Tag(0x1400), &b"hi"[..])
        );
        let fault = only_fault(&pdu);
        assert_eq!((fault.kind, fault.offset), (FaultKind::StrayOctets, 33));
    }

    #[test]
    fn a_failed_response_that_is_tlvs_alone_is_told_so() {
        let octets = frame(
            CommandId::DATA_SM_RESP,
            0x45,
            1,
            &[0x04, 0x23, 0, 3, 3, 0, 0x1F],
        );
        let pdu = lenient(&octets);
        assert_eq!(pdu.faults[0].kind, FaultKind::TlvsWithoutFields);
        assert_eq!(pdu.faults[0].field(), "network_error_code");
    }

    #[test]
    fn a_response_may_lack_its_body_where_the_specification_lets_it() {
        for (id, status, valid) in [
            (CommandId::SUBMIT_SM_RESP, 0x58, true),
            (CommandId::BIND_RECEIVER_RESP, 0x0E, true),
            (CommandId::DELIVER_SM_RESP, 0, true),
            (CommandId::SUBMIT_SM_RESP, 0, false),
        ] {
            assert_eq!(lenient(&frame(id, status, 1, b"")).valid, valid, "{id:?}");
        }
    }
}

mod strict {
    use super::*;

    /// The notes on one PDU, as kind and field.
    fn notes(octets: &[u8]) -> Vec<(FaultKind, String, usize)> {
        assert!(
            explain(octets, &Options::default())
                .pdus
                .iter()
                .all(|pdu| pdu.faults.is_empty())
        );
        let explained = explain(
            octets,
            &Options::default().with(|options| options.strict = true),
        );
        let last = explained.pdus.last().unwrap();
        assert!(last.valid);
        assert!(
            last.faults
                .iter()
                .all(|fault| fault.severity == Severity::Note && !fault.section().is_empty())
        );
        last.faults
            .iter()
            .map(|fault| (fault.kind, fault.field().into_owned(), fault.offset))
            .collect()
    }

    fn note(kind: FaultKind, field: &str, offset: usize) -> Vec<(FaultKind, String, usize)> {
        vec![(kind, field.into(), offset)]
    }

    fn with_tlvs(message: SubmitSm<'_>, push: impl Fn(&mut TlvBuf)) -> Vec<u8> {
        let mut tlvs = TlvBuf::new();
        push(&mut tlvs);
        request(
            CommandId::SUBMIT_SM,
            &SubmitSm {
                tlvs: tlvs.as_tlvs(),
                ..message
            },
        )
    }

    /// Octets of `submit_sm` before its TLVs.
    fn length(message: SubmitSm<'_>) -> usize {
        16 + message.encoded_len()
    }

    #[test]
    fn a_pdu_as_it_should_be_has_no_notes() {
        assert_eq!(notes(&request(CommandId::SUBMIT_SM, &TO)), []);
        assert_eq!(notes(&frame(CommandId::GENERIC_NACK, 2, 0, b"")), []);
        assert_eq!(notes(&frame(CommandId::SUBMIT_SM_RESP, 0x401, 1, b"")), []);
    }

    #[test]
    fn headers() {
        let octets = frame(CommandId::ENQUIRE_LINK, 0, 0, b"");
        assert_eq!(
            notes(&octets),
            note(FaultKind::ReservedValue, "sequence_number", 12)
        );
        let octets = frame(CommandId::ENQUIRE_LINK, 0, 0x8000_0000, b"");
        assert_eq!(
            notes(&octets),
            note(FaultKind::ReservedValue, "sequence_number", 12)
        );
        let octets = frame(CommandId::ENQUIRE_LINK, 2, 1, b"");
        assert_eq!(
            notes(&octets),
            note(FaultKind::NotAllowed, "command_status", 8)
        );
        let octets = frame(CommandId::ENQUIRE_LINK_RESP, 0x9999, 1, b"");
        assert_eq!(
            notes(&octets),
            note(FaultKind::ReservedValue, "command_status", 8)
        );
    }

    #[test]
    fn bodies_of_responses() {
        let octets = frame(CommandId::SUBMIT_SM_RESP, 0x0B, 1, b"id\0");
        assert_eq!(
            notes(&octets),
            note(FaultKind::UnexpectedBody, "message_id", 16)
        );
        let octets = frame(CommandId::DELIVER_SM_RESP, 0, 1, b"");
        assert_eq!(
            notes(&octets),
            note(FaultKind::MissingBody, "message_id", 16)
        );
        let octets = frame(CommandId::DELIVER_SM_RESP, 0, 1, b"id\0");
        assert_eq!(
            notes(&octets),
            note(FaultKind::NotAllowed, "message_id", 16)
        );
    }

    #[test]
    fn strings_and_times() {
        let octets = frame(CommandId::OUTBIND, 0, 1, b"id\0toolongpw\0");
        assert_eq!(notes(&octets), note(FaultKind::TooLong, "password", 19));
        let octets = frame(CommandId::OUTBIND, 0, 1, b"i\xE9\0pw\0");
        assert_eq!(notes(&octets), note(FaultKind::NotAscii, "system_id", 17));
        let octets = frame(CommandId::QUERY_SM_RESP, 0, 1, b"i\x002601021531\0\x02\0");
        assert_eq!(
            notes(&octets),
            note(FaultKind::WrongLength, "final_date", 18)
        );
        let octets = frame(CommandId::QUERY_SM_RESP, 0, 1, b"i\x00260102153100\0\x02\0");
        assert_eq!(notes(&octets), [], "local time");
        let octets = request(
            CommandId::SUBMIT_SM,
            &SubmitSm {
                validity_period: b"260102153100000?",
                ..EMPTY
            },
        );
        assert_eq!(
            notes(&octets),
            note(FaultKind::InvalidTime, "validity_period", 27)
        );
    }

    #[test]
    fn reserved_values() {
        for (message, field, offset) in [
            (
                SubmitSm {
                    dest_addr_ton: Ton(7),
                    ..EMPTY
                },
                "dest_addr_ton",
                20,
            ),
            (
                SubmitSm {
                    source_addr_npi: Npi(2),
                    ..EMPTY
                },
                "source_addr_npi",
                18,
            ),
            (
                SubmitSm {
                    esm_class: EsmClass(0x0C),
                    ..EMPTY
                },
                "esm_class",
                23,
            ),
            (
                SubmitSm {
                    priority_flag: PriorityFlag(5),
                    ..EMPTY
                },
                "priority_flag",
                25,
            ),
            (
                SubmitSm {
                    registered_delivery: RegisteredDelivery(0x20),
                    ..EMPTY
                },
                "registered_delivery",
                28,
            ),
            (
                SubmitSm {
                    replace_if_present_flag: 2,
                    ..EMPTY
                },
                "replace_if_present_flag",
                29,
            ),
            (
                SubmitSm {
                    data_coding: DataCoding(0x10),
                    ..EMPTY
                },
                "data_coding",
                30,
            ),
        ] {
            let octets = request(CommandId::SUBMIT_SM, &message);
            assert_eq!(
                notes(&octets),
                note(FaultKind::ReservedValue, field, offset)
            );
        }
    }

    #[test]
    fn recipients() {
        let octets = request(CommandId::SUBMIT_MULTI, &SubmitMulti::default());
        assert_eq!(
            notes(&octets),
            note(FaultKind::ReservedValue, "number_of_dests", 20)
        );
        let body = [&b"\0\0\0\0\x01\x01\x07\x01"[..], &[b'1'; 21], &[0; 11]].concat();
        let octets = frame(CommandId::SUBMIT_MULTI, 0, 1, &body);
        let expected = [
            note(FaultKind::ReservedValue, "dest_addr_ton", 22),
            note(FaultKind::TooLong, "destination_addr", 24),
        ];
        assert_eq!(notes(&octets), expected.concat());
    }

    #[test]
    fn tlvs_in_the_wrong_place() {
        let start = length(TO);
        let octets = with_tlvs(TO, |tlvs| tlvs.push_u8(Tag::SC_INTERFACE_VERSION, 0x34));
        assert_eq!(
            notes(&octets),
            note(FaultKind::TlvNotAllowed, "sc_interface_version", start)
        );
        let octets = with_tlvs(TO, |tlvs| {
            tlvs.push_u16(Tag::SOURCE_PORT, 1);
            tlvs.push_u16(Tag::SOURCE_PORT, 2);
        });
        assert_eq!(
            notes(&octets),
            note(FaultKind::TlvRepeated, "source_port", start + 6)
        );
        let octets = with_tlvs(TO, |tlvs| {
            tlvs.push(Tag::CALLBACK_NUM, b"\x01\x01\x01123").unwrap();
            tlvs.push(Tag::CALLBACK_NUM, b"\x01\x01\x01456").unwrap();
        });
        assert_eq!(notes(&octets), [], "it may be repeated");
        let octets = with_tlvs(TO, |tlvs| tlvs.push_u8(Tag(0x4001), 1));
        assert_eq!(
            notes(&octets),
            note(FaultKind::ReservedValue, "unknown", start)
        );
        assert_eq!(
            notes(&with_tlvs(TO, |tlvs| tlvs.push_u8(Tag(0x1400), 1))),
            [],
            "of the SMSC"
        );
        let octets = frame(CommandId::ENQUIRE_LINK_RESP, 0, 1, &[4, 0x28, 0, 1, 50]);
        assert_eq!(notes(&octets), [], "in any response of 5.0");
    }

    #[test]
    fn values_of_tlvs() {
        let value = length(TO) + 4;
        let octets = with_tlvs(TO, |tlvs| tlvs.push_u16(Tag::PAYLOAD_TYPE, 1));
        assert_eq!(
            notes(&octets),
            note(FaultKind::WrongLength, "payload_type", value)
        );
        let octets = with_tlvs(TO, |tlvs| tlvs.push_u8(Tag::PAYLOAD_TYPE, 2));
        assert_eq!(
            notes(&octets),
            note(FaultKind::ReservedValue, "payload_type", value)
        );
        let octets = with_tlvs(TO, |tlvs| tlvs.push(Tag::MS_VALIDITY, &[4, 2]).unwrap());
        assert_eq!(
            notes(&octets),
            note(FaultKind::WrongLength, "ms_validity", value)
        );
        let octets = with_tlvs(TO, |tlvs| {
            tlvs.push(Tag::CALLBACK_NUM, b"\x01\x09\x01123").unwrap();
        });
        assert_eq!(
            notes(&octets),
            note(FaultKind::ReservedValue, "ton", value + 1)
        );
        let receipt = |id: &[u8]| {
            let mut tlvs = TlvBuf::new();
            tlvs.push(Tag::RECEIPTED_MESSAGE_ID, id).unwrap();
            request(
                CommandId::DELIVER_SM,
                &SubmitSm {
                    tlvs: tlvs.as_tlvs(),
                    ..TO
                },
            )
        };
        assert_eq!(notes(&receipt(b"ab\0")), []);
        assert_eq!(
            notes(&receipt(b"ab")),
            note(FaultKind::MissingNul, "receipted_message_id", value)
        );
        assert_eq!(
            notes(&receipt(b"a\0b\0")),
            note(FaultKind::StrayOctets, "receipted_message_id", value)
        );
    }

    #[test]
    fn tlvs_that_are_missing() {
        let octets = with_tlvs(TO, |tlvs| tlvs.push_u16(Tag::SAR_MSG_REF_NUM, 1));
        assert_eq!(
            notes(&octets),
            note(FaultKind::TlvMissing, "sar_total_segments", octets.len())
        );
        let octets = request(CommandId::BROADCAST_SM, &BroadcastSm::default());
        let names: Vec<String> = notes(&octets)
            .into_iter()
            .map(|(_, field, _)| field)
            .collect();
        let mandatory = [
            "broadcast_area_identifier",
            "broadcast_content_type",
            "broadcast_rep_num",
            "broadcast_frequency_interval",
        ];
        assert_eq!(names, mandatory);
    }

    #[test]
    fn text_and_its_header() {
        let octets = with_tlvs(TO, |tlvs| tlvs.push(Tag::MESSAGE_PAYLOAD, b"Hi").unwrap());
        assert_eq!(
            notes(&octets),
            note(FaultKind::TwoTexts, "sm_length", length(TO) - 3)
        );
        let class = length(TO) - 12;
        let udhi = SubmitSm {
            esm_class: EsmClass::UDHI,
            ..TO
        };
        let octets = request(CommandId::SUBMIT_SM, &udhi);
        assert_eq!(
            notes(&octets),
            note(FaultKind::MissingHeader, "esm_class", class)
        );
        let headed = SubmitSm {
            short_message: b"\x05\0\x03\x07\x02\x01Hi",
            ..udhi
        };
        assert_eq!(notes(&request(CommandId::SUBMIT_SM, &headed)), []);
        let octets = with_tlvs(headed, |tlvs| {
            tlvs.push_u16(Tag::SAR_MSG_REF_NUM, 1);
            tlvs.push_u8(Tag::SAR_TOTAL_SEGMENTS, 2);
            tlvs.push_u8(Tag::SAR_SEGMENT_SEQNUM, 1);
        });
        assert_eq!(
            notes(&octets),
            note(
                FaultKind::TwoSegmentations,
                "sar_msg_ref_num",
                length(headed)
            )
        );
        let payload = SubmitSm {
            short_message: b"",
            ..udhi
        };
        let octets = with_tlvs(payload, |tlvs| {
            tlvs.push(Tag::MESSAGE_PAYLOAD, headed.short_message)
                .unwrap();
        });
        assert_eq!(notes(&octets), []);
    }

    #[test]
    fn a_session_of_3_4_does_not_know_what_5_0_brought() {
        let bind = |version| {
            let bind = Bind {
                interface_version: InterfaceVersion(version),
                ..Bind::default()
            };
            request(CommandId::BIND_TRANSCEIVER, &bind)
        };
        let five = with_tlvs(TO, |tlvs| {
            tlvs.push(Tag::BILLING_IDENTIFICATION, b"\x01x").unwrap();
        });
        let at = bind(0x34).len() + length(TO);
        assert_eq!(notes(&[bind(0x50), five.clone()].concat()), []);
        let expected = note(FaultKind::TlvNotAllowed, "billing_identification", at);
        assert_eq!(notes(&[bind(0x34), five.clone()].concat()), expected);
        let answered = frame(
            CommandId::BIND_TRANSCEIVER_RESP,
            0,
            1,
            &[0, 2, 0x10, 0, 1, 0x34],
        );
        let expected = note(
            FaultKind::TlvNotAllowed,
            "billing_identification",
            at + answered.len(),
        );
        assert_eq!(
            notes(&[bind(0x50), answered, five].concat()),
            expected,
            "the lower version counts"
        );

        let skipped = frame(CommandId::QUERY_SM_RESP, 0, 1, b"i\0\0\x09\0");
        let expected = note(
            FaultKind::ReservedValue,
            "message_state",
            bind(0x34).len() + 19,
        );
        assert_eq!(notes(&[bind(0x34), skipped].concat()), expected);
        let port = with_tlvs(TO, |tlvs| tlvs.push_u16(Tag::SOURCE_PORT, 1));
        let expected = note(FaultKind::TlvNotAllowed, "source_port", at);
        assert_eq!(
            notes(&[bind(0x33), port].concat()),
            expected,
            "3.3 has no TLVs"
        );
    }
}
