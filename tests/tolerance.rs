//! What real peers send that the specification does not have, as far as one PDU goes; see also `pdu.rs` (bodies of
//! responses, missing and stray NULs), `receipts_forms.rs` and `text_segments.rs`. Each was met in the field.

use smpp_edge::pdu::*;
use smpp_edge::receipt::{ReceiptTlvs, from_deliver};
use smpp_edge::session::Delivery;
use smpp_edge::text::{Alphabet, decode};

fn octets(pdu: &Pdu<'_>, status: CommandStatus) -> Vec<u8> {
    let mut out = Vec::new();
    pdu.encode(&mut out, status, 7).unwrap();
    out
}

fn ok(pdu: &Pdu<'_>) -> Vec<u8> {
    octets(pdu, CommandStatus::ESME_ROK)
}

fn tlvs(each: &[(Tag, &[u8])]) -> TlvBuf {
    let mut out = TlvBuf::new();
    for (tag, value) in each {
        out.push(*tag, value).unwrap();
    }
    out
}

#[test]
fn tlvs_in_pdus_that_do_not_list_them_are_kept() {
    let congestion = tlvs(&[(Tag::CONGESTION_STATE, &[80])]);
    let response = SubmitSmResp {
        message_id: b"1",
        tlvs: congestion.as_tlvs(),
    };
    for frame in [
        ok(&Pdu::SubmitSmResp(response)),
        ok(&Pdu::BindTransceiverResp(BindResp {
            system_id: b"smsc",
            tlvs: congestion.as_tlvs(),
        })),
        ok(&Pdu::EnquireLink(EnquireLink {
            tlvs: congestion.as_tlvs(),
        })),
    ] {
        let (_, pdu) = Pdu::decode(&frame).unwrap();
        assert_eq!(pdu.tlvs().integer(Tag::CONGESTION_STATE), Some(80));
        assert_eq!(ok(&pdu), frame);
    }
}

#[test]
fn unknown_and_vendor_tlvs_keep_every_octet() {
    let given = tlvs(&[
        (Tag(0x1400), b"1101"),
        (Tag(0x1401), b"no NUL at the end"),
        (Tag(0x3FFF), &[0, 0]),
        (Tag(0x1400), b""),
    ]);
    let frame = ok(&Pdu::SubmitSm(SubmitSm {
        tlvs: given.as_tlvs(),
        ..SubmitSm::default()
    }));
    let (_, pdu) = Pdu::decode(&frame).unwrap();
    let values: Vec<_> = pdu
        .tlvs()
        .iter()
        .map(|tlv| (tlv.tag.0, tlv.value))
        .collect();
    assert_eq!(
        values,
        [
            (0x1400, &b"1101"[..]),
            (0x1401, b"no NUL at the end"),
            (0x3FFF, &[0, 0]),
            (0x1400, b"")
        ]
    );
    assert_eq!(ok(&pdu), frame);
}

#[test]
fn integers_of_another_width_are_read() {
    for value in [&[5][..], &[0, 5], &[0, 0, 0, 5]] {
        let given = tlvs(&[(Tag::SAR_MSG_REF_NUM, value), (Tag::MESSAGE_STATE, value)]);
        let given = given.as_tlvs();
        assert_eq!(given.integer(Tag::SAR_MSG_REF_NUM), Some(5));
        assert_eq!(given.integer(Tag::MESSAGE_STATE), Some(5));
    }
}

#[test]
fn a_deliver_sm_resp_may_have_an_identifier() {
    let frame = ok(&Pdu::DeliverSmResp(DeliverSmResp {
        message_id: b"42",
        tlvs: Tlvs::EMPTY,
    }));
    let (_, Pdu::DeliverSmResp(body)) = Pdu::decode(&frame).unwrap() else {
        panic!()
    };
    assert_eq!(body.message_id, b"42");
    assert_eq!(ok(&Pdu::DeliverSmResp(DeliverSmResp::default())).len(), 17);
}

#[test]
fn an_unknown_status_is_carried_as_a_number() {
    for status in [0x22, 0x94, 0x401, 0x412, u32::MAX] {
        let frame = octets(
            &Pdu::SubmitSmResp(SubmitSmResp::default()),
            CommandStatus(status),
        );
        let (header, _) = Pdu::decode(&frame).unwrap();
        assert_eq!(header.command_status.0, status);
        assert_eq!(header.command_status.name(), "unknown");
    }
}

#[test]
fn an_unknown_command_is_carried_with_its_octets() {
    for id in [0x0001_0200, 0x8001_0200, 0] {
        let frame = ok(&Pdu::Unknown {
            command_id: CommandId(id),
            body: b"anything",
        });
        let (header, pdu) = Pdu::decode(&frame).unwrap();
        assert_eq!((header.command_id.0, header.sequence_number), (id, 7));
        assert_eq!(ok(&pdu), frame);
    }
}

#[test]
fn sequence_numbers_out_of_range_are_kept() {
    for number in [0, 0x8000_0000, u32::MAX] {
        let mut frame = Vec::new();
        Pdu::EnquireLink(EnquireLink::default())
            .encode(&mut frame, CommandStatus::ESME_ROK, number)
            .unwrap();
        assert_eq!(Pdu::decode(&frame).unwrap().0.sequence_number, number);
    }
}

#[test]
fn groups_of_data_coding_are_not_taken_for_their_low_bits() {
    let read = |data_coding| decode(&[0, b'A'], data_coding, None, Alphabet::Gsm7).text;
    assert_eq!(read(0x08), "A");
    assert_eq!(read(0x18), "A", "UCS-2, class 0");
    assert_eq!(read(0xF0), "@A", "GSM 03.38, class 0");
    assert_eq!(read(0xC8), "@A", "message waiting, discard");
}

#[test]
fn text_in_both_places_is_that_of_short_message() {
    let payload = tlvs(&[(Tag::MESSAGE_PAYLOAD, b"payload")]);
    for (short_message, expected) in [(&b"short"[..], &b"short"[..]), (b"", b"payload")] {
        let pdu = Pdu::DeliverSm(DeliverSm {
            short_message,
            tlvs: payload.as_tlvs(),
            ..DeliverSm::default()
        });
        let frame = ok(&pdu);
        let (_, pdu) = Pdu::decode(&frame).unwrap();
        assert_eq!(Delivery::of(&pdu).unwrap().body(), expected);
    }
}

#[test]
fn a_user_data_header_may_stand_in_message_payload() {
    let payload = tlvs(&[(Tag::MESSAGE_PAYLOAD, b"\x05\x00\x03\x4D\x02\x01Hello")]);
    let body = DataSm {
        esm_class: EsmClass(0x40),
        tlvs: payload.as_tlvs(),
        ..DataSm::default()
    };
    let frame = ok(&Pdu::DataSm(body));
    let (_, pdu) = Pdu::decode(&frame).unwrap();
    let delivery = Delivery::of(&pdu).unwrap();
    assert_eq!(delivery.body(), b"Hello");
    let concat = delivery.concat().unwrap();
    assert_eq!((concat.reference, concat.total, concat.part), (0x4D, 2, 1));
}

#[test]
fn a_receipt_may_come_in_data_sm() {
    let given = tlvs(&[
        (Tag::MESSAGE_PAYLOAD, b"id:1 stat:DELIVRD err:000 text:"),
        (Tag::RECEIPTED_MESSAGE_ID, b"1\0"),
    ]);
    let body = DataSm {
        esm_class: EsmClass::DELIVERY_RECEIPT,
        tlvs: given.as_tlvs(),
        ..DataSm::default()
    };
    let frame = ok(&Pdu::DataSm(body));
    let (_, pdu) = Pdu::decode(&frame).unwrap();
    let mut room = Vec::new();
    let report = Delivery::of(&pdu).unwrap().report(&mut room).unwrap();
    assert_eq!(report.message_id(), Some(&b"1"[..]));
    assert_eq!(report.status().as_str(), "delivered");
}

#[test]
fn network_error_code_of_another_length_is_not_guessed() {
    for value in [&[3][..], &[3, 0], &[3, 0, 0, 0], b"text"] {
        let tlvs = ReceiptTlvs {
            network_error_code: Some(value),
            ..ReceiptTlvs::default()
        };
        let report = from_deliver(4, b"id:1 stat:UNDELIV", tlvs).unwrap();
        assert_eq!(report.network_error(), None);
        assert_eq!(report.tlvs.network_error_code, Some(value));
    }
}

#[test]
fn what_is_no_smpp_is_told_by_its_first_octets() {
    for start in [
        &b"GET / HTTP/1.1\r\n\r\n"[..],
        b"\r\n\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    ] {
        let mut input = start;
        assert!(Framer::new(65_536).next(&mut input).is_err());
    }
}
