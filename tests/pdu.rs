//! What the codec promises of single PDUs: the worked examples of the specification's layout, what is tolerated on
//! decode, and what is refused on encode.

use smpp_edge::pdu::*;

/// Octets of spaced hex.
fn hex(text: &str) -> Vec<u8> {
    let digits: Vec<u8> = text
        .chars()
        .filter_map(|c| c.to_digit(16))
        .map(|digit| digit as u8)
        .collect();
    digits
        .chunks(2)
        .map(|pair| pair[0] << 4 | pair[1])
        .collect()
}

/// A PDU with this body, its length filled in.
fn frame(command_id: CommandId, status: u32, body: &[u8]) -> Vec<u8> {
    let header = Header {
        command_length: 16 + body.len() as u32,
        command_id,
        command_status: CommandStatus(status),
        sequence_number: 1,
    };
    [&header.encode()[..], body].concat()
}

/// Decodes and expects the same octets back.
fn round_trip(octets: &[u8]) -> (Header, Pdu<'_>) {
    let (header, pdu) = Pdu::decode(octets).unwrap();
    let mut out = b"before".to_vec();
    pdu.encode(&mut out, header.command_status, header.sequence_number)
        .unwrap();
    assert_eq!(&out[..6], b"before");
    assert_eq!(&out[6..], octets);
    (header, pdu)
}

#[test]
fn bind_transceiver() {
    let octets = hex("00 00 00 22 00 00 00 09 00 00 00 00 00 00 00 01
        65 73 6D 65 31 00 73 65 63 72 65 74 00 00 34 00 00 00");
    let (header, pdu) = round_trip(&octets);
    assert_eq!(header.sequence_number, 1);
    assert_eq!(
        pdu,
        Pdu::BindTransceiver(Bind {
            system_id: b"esme1",
            password: b"secret",
            interface_version: InterfaceVersion::V3_4,
            ..Bind::default()
        })
    );
}

#[test]
fn bind_transceiver_resp_with_its_version() {
    let octets = hex("00 00 00 19 80 00 00 09 00 00 00 00 00 00 00 01 6D 63 31 00 02 10 00 01 34");
    let (_, Pdu::BindTransceiverResp(body)) = round_trip(&octets) else {
        panic!()
    };
    assert_eq!(body.system_id, b"mc1");
    assert_eq!(body.tlvs.integer(Tag::SC_INTERFACE_VERSION), Some(0x34));
}

#[test]
fn submit_sm() {
    let octets = hex("00 00 00 3B 00 00 00 04 00 00 00 00 00 00 00 02
        00 05 00 45 78 61 6D 70 6C 65 00 01 01 34 34 37 37 30 30 39 30 30 31 32
        33 00 00 00 00 00 00 01 00 00 00 07 48 69 20 1B 65 00 21");
    let (_, pdu) = round_trip(&octets);
    assert_eq!(
        pdu,
        Pdu::SubmitSm(SubmitSm {
            source_addr_ton: Ton::ALPHANUMERIC,
            source_addr: b"Example",
            dest_addr_ton: Ton::INTERNATIONAL,
            dest_addr_npi: Npi::ISDN,
            destination_addr: b"447700900123",
            registered_delivery: RegisteredDelivery::ALWAYS,
            short_message: b"Hi \x1Be\0!",
            ..SubmitSm::default()
        })
    );
}

#[test]
fn deliver_sm_receipt_with_tlvs() {
    let octets = hex("00 00 00 B3 00 00 00 05 00 00 00 00 00 00 00 01
        00 01 01 34 34 37 37 30 30 39 30 30 31 32 33 00 05 00 45 78 61 6D 70 6C
        65 00 04 00 00 00 00 00 00 00 00 66 69 64 3A 37 32 32 30 62 62 36 62 20
        73 75 62 3A 30 30 31 20 64 6C 76 72 64 3A 30 30 31 20 73 75 62 6D 69 74
        20 64 61 74 65 3A 32 36 30 31 30 32 31 35 33 30 20 64 6F 6E 65 20 64 61
        74 65 3A 32 36 30 31 30 32 31 35 33 31 20 73 74 61 74 3A 44 45 4C 49 56
        52 44 20 65 72 72 3A 30 30 30 20 74 65 78 74 3A 48 69 00 1E 00 09 37 32
        32 30 62 62 36 62 00 04 27 00 01 02 04 23 00 03 03 00 00");
    let (_, Pdu::DeliverSm(body)) = round_trip(&octets) else {
        panic!()
    };
    assert_eq!(body.esm_class, EsmClass::DELIVERY_RECEIPT);
    assert_eq!(body.short_message.len(), 102);
    assert_eq!(
        body.tlvs.text(Tag::RECEIPTED_MESSAGE_ID),
        Some(&b"7220bb6b"[..])
    );
    assert_eq!(body.tlvs.integer(Tag::MESSAGE_STATE), Some(2));
    assert_eq!(body.tlvs.get(Tag::NETWORK_ERROR_CODE), Some(&[3, 0, 0][..]));
}

#[test]
fn submit_multi_to_a_number_and_a_list() {
    let octets = hex("00 00 00 38 00 00 00 21 00 00 00 00 00 00 00 05
        00 00 00 00 02 01 01 01 34 34 37 37 30 30 39 30 30 31 32 33 00 02 73 74
        61 66 66 00 00 00 00 00 00 00 00 00 00 02 6F 6B");
    let (_, Pdu::SubmitMulti(body)) = round_trip(&octets) else {
        panic!()
    };
    let dests: Vec<_> = body.dest_address.iter().collect();
    assert_eq!(
        dests,
        [
            DestAddress::Sme {
                dest_addr_ton: Ton::INTERNATIONAL,
                dest_addr_npi: Npi::ISDN,
                destination_addr: b"447700900123"
            },
            DestAddress::List { dl_name: b"staff" },
        ]
    );
    assert_eq!(body.short_message, b"ok");

    let mut again = DestAddressBuf::new();
    dests.iter().for_each(|dest| again.push(dest).unwrap());
    assert_eq!(again.as_list(), body.dest_address);
}

#[test]
fn submit_multi_resp_with_one_refused() {
    let octets = hex("00 00 00 27 80 00 00 21 00 00 00 00 00 00 00 05
        6D 31 00 01 01 01 34 34 37 37 30 30 39 30 30 31 32 33 00 00 00 00 0B");
    let (_, Pdu::SubmitMultiResp(body)) = round_trip(&octets) else {
        panic!()
    };
    assert_eq!(body.message_id, b"m1");
    let failed = UnsuccessSme {
        dest_addr_ton: Ton::INTERNATIONAL,
        dest_addr_npi: Npi::ISDN,
        destination_addr: b"447700900123",
        error_status_code: CommandStatus::ESME_RINVDSTADR,
    };
    assert_eq!(body.unsuccess_sme.iter().collect::<Vec<_>>(), [failed]);

    let mut again = UnsuccessSmeBuf::new();
    again.push(&failed).unwrap();
    assert_eq!(again.as_list(), body.unsuccess_sme);
}

#[test]
fn data_sm_query_sm_and_alert_notification() {
    let data = hex("00 00 00 3A 00 00 01 03 00 00 00 00 00 00 00 06
        00 01 01 34 34 37 37 30 30 39 30 30 30 30 30 00 01 01 34 34 37 37 30 30
        39 30 30 31 32 33 00 00 00 03 04 24 00 04 63 61 66 E9");
    let (_, Pdu::DataSm(body)) = round_trip(&data) else {
        panic!()
    };
    assert_eq!(body.data_coding, DataCoding::LATIN1);
    assert_eq!(body.tlvs.get(Tag::MESSAGE_PAYLOAD), Some(&b"caf\xE9"[..]));

    let query = hex("00 00 00 23 00 00 00 03 00 00 00 00 00 00 00 07
        37 32 32 30 62 62 36 62 00 05 00 45 78 61 6D 70 6C 65 00");
    let (_, Pdu::QuerySm(body)) = round_trip(&query) else {
        panic!()
    };
    assert_eq!(
        (body.message_id, body.source_addr),
        (&b"7220bb6b"[..], &b"Example"[..])
    );

    let answer = hex("00 00 00 2C 80 00 00 03 00 00 00 00 00 00 00 07
        37 32 32 30 62 62 36 62 00 32 36 30 31 30 32 31 35 33 31 30 30 30 30 30
        2B 00 02 00");
    let (_, Pdu::QuerySmResp(body)) = round_trip(&answer) else {
        panic!()
    };
    assert_eq!(body.final_date, b"260102153100000+");
    assert_eq!(body.message_state, MessageState::DELIVERED);

    let alert = hex("00 00 00 33 00 00 01 02 00 00 00 00 00 00 00 08
        01 01 34 34 37 37 30 30 39 30 30 31 32 33 00 01 01 34 34 37 37 30 30 39
        30 30 30 30 30 00 04 22 00 01 00");
    let (_, Pdu::AlertNotification(body)) = round_trip(&alert) else {
        panic!()
    };
    assert_eq!(
        (body.source_addr, body.esme_addr),
        (&b"447700900123"[..], &b"447700900000"[..])
    );
}

#[test]
fn header_only_pdus() {
    for id in [
        CommandId::ENQUIRE_LINK,
        CommandId::UNBIND,
        CommandId::UNBIND_RESP,
        CommandId::GENERIC_NACK,
    ] {
        let octets = frame(id, 0, b"");
        let (header, pdu) = round_trip(&octets);
        assert_eq!((header.command_id, pdu.command_id()), (id, id));
    }
}

#[test]
fn a_vendor_command_is_kept_and_written_back() {
    let octets = frame(CommandId(0x0001_0200), 0, b"\x01anything\0");
    let (_, pdu) = round_trip(&octets);
    assert_eq!(
        pdu,
        Pdu::Unknown {
            command_id: CommandId(0x0001_0200),
            body: b"\x01anything\0"
        }
    );
}

mod tolerated {
    use super::*;

    fn decode(octets: &[u8]) -> Pdu<'_> {
        Pdu::decode(octets).unwrap().1
    }

    #[test]
    fn a_failed_response_without_body() {
        let octets = frame(CommandId::SUBMIT_SM_RESP, 0x58, b"");
        assert_eq!(decode(&octets), Pdu::SubmitSmResp(SubmitSmResp::default()));
        round_trip(&octets);
    }

    #[test]
    fn a_failed_response_with_its_body() {
        let octets = frame(CommandId::SUBMIT_SM_RESP, 0x0B, b"0A000000A3D323A1\0");
        let Pdu::SubmitSmResp(body) = decode(&octets) else {
            panic!()
        };
        assert_eq!(body.message_id, b"0A000000A3D323A1");
        round_trip(&octets);
    }

    #[test]
    fn a_failed_response_with_part_of_its_body() {
        let octets = frame(CommandId::SUBMIT_MULTI_RESP, 0x45, b"m1\0");
        let Pdu::SubmitMultiResp(body) = decode(&octets) else {
            panic!()
        };
        assert_eq!(body.message_id, b"m1");
        assert!(body.unsuccess_sme.is_empty());
    }

    #[test]
    fn a_failed_response_with_tlvs_alone() {
        let octets = frame(CommandId::DATA_SM_RESP, 0x45, &hex("0423 0003 03001f"));
        let Pdu::DataSmResp(body) = decode(&octets) else {
            panic!()
        };
        assert_eq!(body.message_id, b"");
        assert_eq!(
            body.tlvs.get(Tag::NETWORK_ERROR_CODE),
            Some(&[3, 0, 0x1F][..])
        );
    }

    #[test]
    fn a_failed_response_with_an_empty_message_id_and_tlvs() {
        let octets = frame(CommandId::SUBMIT_SM_RESP, 0x42E, &hex("00 2153 0002 0177"));
        let Pdu::SubmitSmResp(body) = decode(&octets) else {
            panic!()
        };
        assert_eq!(body.tlvs.get(Tag(0x2153)), Some(&[1, 0x77][..]));
        round_trip(&octets);
    }

    #[test]
    fn a_failed_response_whose_body_makes_no_sense() {
        let octets = frame(CommandId::SUBMIT_MULTI_RESP, 0x45, b"m1\0\x05\x01");
        assert_eq!(
            decode(&octets),
            Pdu::SubmitMultiResp(SubmitMultiResp::default())
        );
    }

    #[test]
    fn a_successful_response_without_its_body() {
        for id in [
            CommandId::DELIVER_SM_RESP,
            CommandId::SUBMIT_SM_RESP,
            CommandId::BIND_RECEIVER_RESP,
        ] {
            let octets = frame(id, 0, b"");
            assert!(decode(&octets).tlvs().is_empty());
        }
        let octets = frame(CommandId::QUERY_SM_RESP, 0, b"id\0\0\x02");
        let Pdu::QuerySmResp(body) = decode(&octets) else {
            panic!()
        };
        assert_eq!(
            (body.message_id, body.message_state, body.error_code),
            (&b"id"[..], MessageState::DELIVERED, 0)
        );
    }

    #[test]
    fn a_response_with_broken_tlvs_keeps_the_good_ones() {
        let octets = frame(
            CommandId::SUBMIT_SM_RESP,
            0,
            &hex("61 00 0428 0001 05 0423 0003"),
        );
        let Pdu::SubmitSmResp(body) = decode(&octets) else {
            panic!()
        };
        assert_eq!(body.message_id, b"a");
        assert_eq!(body.tlvs.as_bytes(), hex("0428 0001 05"));
    }

    #[test]
    fn a_missing_final_nul() {
        let octets = frame(CommandId::SUBMIT_SM_RESP, 0, b"9");
        let Pdu::SubmitSmResp(body) = decode(&octets) else {
            panic!()
        };
        assert_eq!(body.message_id, b"9");

        let octets = frame(CommandId::QUERY_SM, 0, b"id\0\x01\x01447700900123");
        let Pdu::QuerySm(body) = decode(&octets) else {
            panic!()
        };
        assert_eq!(body.source_addr, b"447700900123");
    }

    #[test]
    fn stray_nuls_behind_the_text() {
        let message = SubmitSm {
            short_message: b"test",
            ..SubmitSm::default()
        };
        let mut text = Vec::new();
        message.encode(&mut text).unwrap();
        for nuls in 1..=3 {
            for tlvs in [&b""[..], &hex("0204 0002 0001")] {
                let octets = frame(
                    CommandId::SUBMIT_SM,
                    0,
                    &[&text[..], &[0; 3][..nuls], tlvs].concat(),
                );
                let Pdu::SubmitSm(body) = decode(&octets) else {
                    panic!()
                };
                assert_eq!(
                    (body.short_message, body.tlvs.as_bytes()),
                    (&b"test"[..], tlvs)
                );
            }
        }
    }

    #[test]
    fn octets_behind_a_header_only_pdu() {
        let octets = frame(CommandId::UNBIND, 0, &hex("deadbeef"));
        assert_eq!(decode(&octets), Pdu::Unbind(Unbind::default()));
        let octets = frame(CommandId::ENQUIRE_LINK_RESP, 0, &hex("0428 0001 50"));
        assert_eq!(
            decode(&octets).tlvs().integer(Tag::CONGESTION_STATE),
            Some(80)
        );
        round_trip(&octets);
    }

    #[test]
    fn strings_over_their_length() {
        let octets = frame(
            CommandId::QUERY_SM,
            0,
            &[&[b'7'; 100][..], b"\0\0\0\0"].concat(),
        );
        let Pdu::QuerySm(body) = decode(&octets) else {
            panic!()
        };
        assert_eq!(body.message_id, [b'7'; 100]);
        let invalid = body.check().unwrap_err();
        assert_eq!(
            invalid.kind,
            InvalidFieldKind::TooLong {
                max: 64,
                found: 100
            }
        );
        assert_eq!(invalid.status(), CommandStatus::ESME_RINVMSGID);
    }

    #[test]
    fn twelve_digits_as_final_date() {
        let octets = frame(CommandId::QUERY_SM_RESP, 0, b"id\x00260102153100\0\x02\0");
        let Pdu::QuerySmResp(body) = decode(&octets) else {
            panic!()
        };
        assert_eq!(body.final_date, b"260102153100");
    }
}

mod refused {
    use super::*;

    fn fault(octets: &[u8]) -> DecodeError {
        Pdu::decode(octets).unwrap_err()
    }

    #[test]
    fn a_request_that_ends_inside_a_field() {
        let error = fault(&frame(CommandId::SUBMIT_SM, 0, b"\0\x01"));
        assert_eq!(error.kind, DecodeErrorKind::Truncated);
        assert_eq!((error.field, error.offset), ("source_addr_npi", 18));
        assert_eq!(error.status(), CommandStatus::ESME_RINVCMDLEN);
    }

    #[test]
    fn a_string_without_nul_that_is_not_the_last() {
        let error = fault(&frame(CommandId::BIND_RECEIVER, 0, b"id\0pw"));
        assert_eq!(error.kind, DecodeErrorKind::MissingNul);
        assert_eq!((error.field, error.offset), ("password", 19));
        assert_eq!(error.status(), CommandStatus::ESME_RINVCMDLEN);
        assert_eq!(fault(&frame(CommandId::OUTBIND, 0, b"")).field, "system_id");
    }

    #[test]
    fn text_that_is_shorter_than_sm_length() {
        let body = [&[0; 16][..], b"\x05abc"].concat();
        let error = fault(&frame(CommandId::DELIVER_SM, 0, &body));
        assert_eq!((error.field, error.offset), ("short_message", 33));
        assert_eq!((error.expected, error.found), (5, 3));
    }

    #[test]
    fn broken_tlvs_of_a_request() {
        let mut body = vec![0; 17];
        body.extend(hex("0204 0002 0001 001d 00c8"));
        let error = fault(&frame(CommandId::SUBMIT_SM, 0, &body));
        assert_eq!(error.kind, DecodeErrorKind::TlvLength);
        assert_eq!((error.field, error.offset), ("tlvs", 39));
        assert_eq!((error.expected, error.found), (200, 0));
        assert_eq!(error.status(), CommandStatus::ESME_RINVTLVSTREAM);

        let error = fault(&frame(
            CommandId::SUBMIT_SM,
            0,
            &[&[0; 17][..], b"ab"].concat(),
        ));
        assert_eq!(
            (error.kind, error.offset, error.found),
            (DecodeErrorKind::TlvHeader, 33, 2)
        );
    }

    #[test]
    fn a_dest_flag_that_is_not_known() {
        let error = fault(&frame(
            CommandId::SUBMIT_MULTI,
            0,
            b"\0\0\0\0\x02\x02list\0\x03x\0",
        ));
        assert_eq!(error.kind, DecodeErrorKind::DestFlag);
        assert_eq!(
            (error.field, error.offset, error.found),
            ("dest_address", 27, 3)
        );
        assert_eq!(error.status(), CommandStatus::ESME_RINVDESTFLAG);
    }

    #[test]
    fn octets_that_are_not_one_pdu() {
        let whole = frame(CommandId::ENQUIRE_LINK, 0, b"");
        assert_eq!(fault(&whole[..15]).kind, DecodeErrorKind::Length);
        let error = fault(&[&whole[..], b"x"].concat());
        assert_eq!(
            (error.kind, error.expected, error.found),
            (DecodeErrorKind::Length, 16, 17)
        );
    }

    /// Encodes and expects a refusal that leaves the buffer alone.
    fn invalid<'a>(body: &impl Body<'a>) -> InvalidField {
        let mut out = b"kept".to_vec();
        let error = encode(
            &mut out,
            CommandId::SUBMIT_SM,
            CommandStatus::ESME_ROK,
            1,
            body,
        )
        .unwrap_err();
        assert_eq!(out, b"kept");
        error
    }

    #[test]
    fn text_with_a_nul_inside() {
        let error = invalid(&SubmitSm {
            source_addr: b"1\x002",
            ..SubmitSm::default()
        });
        assert_eq!(
            error,
            InvalidField {
                field: "source_addr",
                kind: InvalidFieldKind::ContainsNul
            }
        );
    }

    #[test]
    fn text_that_is_too_long() {
        let error = invalid(&Bind {
            password: b"ninechars",
            ..Bind::default()
        });
        assert_eq!(error.kind, InvalidFieldKind::TooLong { max: 8, found: 9 });
        assert_eq!(error.status(), CommandStatus::ESME_RINVPASWD);
        let error = invalid(&SubmitSm {
            short_message: &[b'a'; 256],
            ..SubmitSm::default()
        });
        assert_eq!(
            error.kind,
            InvalidFieldKind::TooLong {
                max: 255,
                found: 256
            }
        );
        assert_eq!(error.status(), CommandStatus::ESME_RINVMSGLEN);
    }

    #[test]
    fn a_time_of_another_length() {
        let error = invalid(&SubmitSm {
            validity_period: b"2601021531",
            ..SubmitSm::default()
        });
        assert_eq!(
            error,
            InvalidField {
                field: "validity_period",
                kind: InvalidFieldKind::TimeLength { found: 10 }
            }
        );
        assert_eq!(error.status(), CommandStatus::ESME_RINVEXPIRY);
    }

    #[test]
    fn the_256th_recipient() {
        let mut dests = DestAddressBuf::new();
        for _ in 0..255 {
            dests.push(&DestAddress::List { dl_name: b"x" }).unwrap();
        }
        let error = dests
            .push(&DestAddress::List { dl_name: b"x" })
            .unwrap_err();
        assert_eq!(
            error.kind,
            InvalidFieldKind::TooLong {
                max: 255,
                found: 256
            }
        );
        assert_eq!(dests.as_list().len(), 255);
        let error = dests
            .push(&DestAddress::List {
                dl_name: &[b'x'; 21],
            })
            .unwrap_err();
        assert_eq!(error.field, "dl_name");
    }
}
