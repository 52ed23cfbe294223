//! PDUs that can't be read or must not be, and streams that are none (session.md's table; SMPP 3.4, 4.3).

use crate::support::*;
use smpp_edge::pdu::*;
use smpp_edge::session::*;

const OK: CommandStatus = CommandStatus::ESME_ROK;
const BAD_LENGTH: CommandStatus = CommandStatus::ESME_RINVCMDLEN;

fn header(length: u32, id: u32, number: u32) -> Vec<u8> {
    [length, id, 0, number]
        .iter()
        .flat_map(|word| word.to_be_bytes())
        .collect()
}

#[test]
fn a_length_under_a_header_ends_the_stream_with_a_nack_of_number_0() {
    for length in [0, 1, 15] {
        let mut peer = Peer::bound(esme());
        peer.says(&header(length, 4, 9));
        assert_eq!(
            peer.hears_briefly(),
            [(CommandId::GENERIC_NACK, BAD_LENGTH, 0)]
        );
        assert!(matches!(
            peer.sees_one(),
            Seen::Disconnect(CloseReason::Frame(FrameError::TooShort { command_length }), None)
                if command_length == length
        ));
    }
}

#[test]
fn a_length_over_the_limit_ends_the_stream_with_a_nack_of_its_number() {
    let mut peer = Peer::bound(esme());
    peer.says(&header(65_537, 5, 9));
    assert_eq!(
        peer.hears_briefly(),
        [(CommandId::GENERIC_NACK, BAD_LENGTH, 9)]
    );
    // Without the whole header the number is not known.
    let mut peer = Peer::bound(esme());
    peer.says(&header(0xFFFF_FFFF, 5, 9)[..12]);
    assert_eq!(
        peer.hears_briefly(),
        [(CommandId::GENERIC_NACK, BAD_LENGTH, 0)]
    );
    // At the limit it is a PDU like any other.
    let mut peer = Peer::bound(esme());
    let mut tlvs = TlvBuf::new();
    let payload = vec![b'x'; 65_536 - 16 - 19 - 4];
    tlvs.push(Tag::MESSAGE_PAYLOAD, &payload).unwrap();
    let body = DeliverSm {
        service_type: b"CM",
        tlvs: tlvs.as_tlvs(),
        ..DeliverSm::default()
    };
    let frame = request(CommandId::DELIVER_SM, 3, &body);
    assert_eq!(frame.len(), 65_536);
    peer.says(&frame);
    peer.request_seen();
}

#[test]
fn what_is_not_smpp_at_all_ends_the_stream() {
    let greetings: [&[u8]; 5] = [
        b"HTTP/1.1 400 Bad Request\r\n\r\n",
        b"\r\n\r\n\r\n\r\n",
        b"220 mail.example.com ESMTP\r\n",
        // TLS ServerHello and an alert.
        &[0x16, 0x03, 0x03, 0x00, 0x7A, 0x02, 0x00, 0x00],
        &[0x15, 0x03, 0x01, 0x00, 0x02, 0x02, 0x46],
    ];
    for greeting in greetings {
        for mut peer in [Peer::new(esme()), Peer::bound(esme())] {
            let now = peer.now();
            peer.bind(now);
            peer.hears();
            peer.says(greeting);
            assert!(matches!(
                peer.sees_one(),
                Seen::Disconnect(CloseReason::Frame(_), None)
            ));
            assert_eq!(peer.hears_one().id(), CommandId::GENERIC_NACK);
            // What follows is not looked at.
            peer.says(&bare(CommandId::ENQUIRE_LINK, OK, 1));
            assert_eq!(peer.hears(), []);
        }
    }
}

#[test]
fn whole_pdus_before_the_fault_count() {
    let mut peer = Peer::bound(esme());
    peer.queue(1);
    let number = peer.hears_one().number();
    peer.says(&[accepted(number), header(3, 0, 0)].concat());
    let seen = peer.sees();
    assert!(matches!(
        seen[0],
        Seen::Response {
            ticket: Some(1),
            ..
        }
    ));
    assert!(matches!(
        seen[1],
        Seen::Disconnect(CloseReason::Frame(_), _)
    ));
}

#[test]
fn a_request_that_is_too_short_is_answered_and_the_stream_goes_on() {
    let mut peer = Peer::bound(esme());
    let whole = request(CommandId::DELIVER_SM, 7, &delivery());
    for length in HEADER_LEN..whole.len() {
        let frame = raw(CommandId::DELIVER_SM, OK, 7, &whole[HEADER_LEN..length]);
        peer.says(&frame);
        let heard = peer.hears();
        let seen = peer.sees_one();
        assert_eq!(heard.len(), 1, "{length} octets");
        assert_eq!(
            heard[0].brief(),
            (CommandId::DELIVER_SM_RESP, BAD_LENGTH, 7)
        );
        assert_eq!(heard[0].frame.len(), HEADER_LEN);
        match seen {
            Seen::Undecodable(error, told) => {
                assert_eq!(told, frame);
                assert_eq!(error.command_id, CommandId::DELIVER_SM);
            }
            other => panic!("{length} octets: {other:?}"),
        }
    }
    assert_eq!(peer.stats().undecodable, (whole.len() - HEADER_LEN) as u64);
    assert_eq!(peer.unacknowledged(), 0);
    peer.says(&whole);
    peer.request_seen();
}

#[test]
fn a_broken_tlv_is_answered_as_such() {
    let whole = request(CommandId::DELIVER_SM, 7, &delivery());
    let body = |tail: &[u8]| [&whole[HEADER_LEN..], tail].concat();
    let cases: [&[u8]; 2] = [
        // A length past the end.
        &[0x04, 0x27, 0, 9, 1],
        // No whole TLV.
        &[0x04, 0x27, 5],
    ];
    for tail in cases {
        let mut peer = Peer::bound(esme());
        peer.says(&raw(CommandId::DELIVER_SM, OK, 7, &body(tail)));
        let status = CommandStatus::ESME_RINVTLVSTREAM;
        assert_eq!(
            peer.hears_briefly(),
            [(CommandId::DELIVER_SM_RESP, status, 7)]
        );
        assert!(matches!(peer.sees_one(), Seen::Undecodable(..)));
    }
}

#[test]
fn a_data_sm_is_not_read_as_a_deliver_sm() {
    let fields = b"\0\x01\x01447\0\x01\x01123\0\0\0\0";
    // As a deliver_sm, this would be the rest of its fields; the length of a TLV runs past the end.
    let body = [&fields[..], &[0, 0, 1, 1, 1, 1, 0]].concat();
    let mut peer = Peer::bound(esme());
    peer.says(&raw(CommandId::DATA_SM, OK, 7, &body));
    let status = CommandStatus::ESME_RINVTLVSTREAM;
    assert_eq!(peer.hears_briefly(), [(CommandId::DATA_SM_RESP, status, 7)]);
    assert!(matches!(peer.sees_one(), Seen::Undecodable(..)));
}

#[test]
fn unknown_and_misplaced_tlvs_are_taken() {
    let mut tlvs = TlvBuf::new();
    tlvs.push(Tag(0x1400), b"vendor").unwrap();
    tlvs.push_u8(Tag::BROADCAST_MESSAGE_CLASS, 1);
    tlvs.push_u8(Tag::CONGESTION_STATE, 50);
    let body = DeliverSm {
        tlvs: tlvs.as_tlvs(),
        ..delivery()
    };
    let mut peer = Peer::bound(esme());
    peer.says(&request(CommandId::DELIVER_SM, 7, &body));
    peer.request_seen();
}

#[test]
fn octets_behind_a_header_only_pdu_are_ignored() {
    let mut peer = Peer::bound(esme());
    peer.says(&raw(CommandId::ENQUIRE_LINK, OK, 3, b"hello"));
    assert_eq!(
        peer.hears_briefly(),
        [(CommandId::ENQUIRE_LINK_RESP, OK, 3)]
    );
    peer.says(&raw(CommandId::UNBIND, OK, 4, &[0, 0, 0]));
    assert_eq!(peer.hears_briefly(), [(CommandId::UNBIND_RESP, OK, 4)]);
}

#[test]
fn an_smsc_refuses_fields_that_can_not_be_with_their_own_status() {
    let cases = [
        (
            SubmitSm {
                source_addr: &[b'1'; 21],
                ..message()
            },
            CommandStatus::ESME_RINVSRCADR,
        ),
        (
            SubmitSm {
                destination_addr: &[b'1'; 21],
                ..message()
            },
            CommandStatus::ESME_RINVDSTADR,
        ),
        (
            SubmitSm {
                service_type: b"LONGER",
                ..message()
            },
            CommandStatus::ESME_RINVSERTYP,
        ),
        (
            SubmitSm {
                schedule_delivery_time: b"tomorrow",
                ..message()
            },
            CommandStatus::ESME_RINVSCHED,
        ),
        (
            SubmitSm {
                validity_period: b"00000000000000",
                ..message()
            },
            CommandStatus::ESME_RINVEXPIRY,
        ),
    ];
    for (body, status) in cases {
        // Written by hand: the codec would refuse.
        let mut octets = Vec::new();
        octets.extend_from_slice(body.service_type);
        octets.extend_from_slice(&[0, 0, 0]);
        octets.extend_from_slice(body.source_addr);
        octets.extend_from_slice(&[0, 0, 0]);
        octets.extend_from_slice(body.destination_addr);
        octets.extend_from_slice(&[0, 0, 0, 0]);
        octets.extend_from_slice(body.schedule_delivery_time);
        octets.push(0);
        octets.extend_from_slice(body.validity_period);
        octets.extend_from_slice(&[0, 0, 0, 0, 0, 0]);
        let frame = raw(CommandId::SUBMIT_SM, OK, 2, &octets);
        let mut peer = Peer::bound(smsc());
        peer.says(&frame);
        assert_eq!(
            peer.hears_briefly(),
            [(CommandId::SUBMIT_SM_RESP, status, 2)]
        );
        assert_eq!(peer.sees(), [Seen::Refused(status, frame)]);
        assert_eq!(peer.unacknowledged(), 0);
    }
}

#[test]
fn an_esme_takes_a_delivery_with_a_long_address_rather_than_have_it_come_again() {
    let octets = [
        &b"\0\0\0"[..],
        &[b'1'; 40],
        b"\0\0\0\0",
        b"\0\0\0\0\0\0\0\0\0\x02hi",
    ]
    .concat();
    let mut peer = Peer::bound(esme());
    peer.says(&raw(CommandId::DELIVER_SM, OK, 2, &octets));
    peer.request_seen();
}

#[test]
fn a_broadcast_without_its_tlvs_is_refused() {
    let mut peer = Peer::bound(smsc());
    let frame = request(CommandId::BROADCAST_SM, 2, &BroadcastSm::default());
    peer.says(&frame);
    let status = CommandStatus::ESME_RMISSINGTLV;
    assert_eq!(
        peer.hears_briefly(),
        [(CommandId::BROADCAST_SM_RESP, status, 2)]
    );
    assert_eq!(peer.sees(), [Seen::Refused(status, frame)]);
}

#[test]
fn a_second_bind_is_answered_and_the_session_goes_on() {
    for bind in BINDS {
        let mut peer = Peer::bound(smsc());
        peer.binds(bind, InterfaceVersion::V3_4);
        let status = CommandStatus::ESME_RALYBND;
        assert_eq!(
            peer.hears_briefly(),
            [(bind.command_id().response(), status, 1)]
        );
        assert_eq!(peer.state(), State::Bound(BindType::Transceiver));
    }
}

#[test]
fn a_nack_of_number_0_is_told_and_ends_only_if_the_peer_has_lost_the_stream() {
    for number in [0, 12_345] {
        let mut peer = Peer::bound(esme());
        peer.queue(1);
        peer.hears();
        let nack = bare(
            CommandId::GENERIC_NACK,
            CommandStatus::ESME_RINVCMDID,
            number,
        );
        peer.says(&nack);
        assert_eq!(peer.sees(), [Seen::Unmatched(nack)]);
        assert_eq!(peer.in_flight(), 1);
        let nack = bare(CommandId::GENERIC_NACK, BAD_LENGTH, number);
        peer.says(&nack);
        assert_eq!(peer.hears(), [], "a generic_nack is never answered");
        let seen = peer.sees();
        assert_eq!(seen[0], Seen::Unmatched(nack));
        assert!(matches!(
            seen[1],
            Seen::Failed {
                ticket: Some(1),
                failure: Failure::Lost,
                ..
            }
        ));
        let reason = CloseReason::PeerLostSync;
        assert_eq!(seen[2], Seen::Disconnect(reason, None));
    }
}

#[test]
fn responses_that_are_broken_settle_their_requests_all_the_same() {
    let bodies: [(CommandStatus, &[u8]); 5] = [
        // A success without its message_id, or without its NUL.
        (OK, b""),
        (OK, b"id"),
        // A failure with a body, with TLVs at once, and with rubbish.
        (CommandStatus::ESME_RSYSERR, b"id\0"),
        (CommandStatus::ESME_RSYSERR, &[0x00, 0x1D, 0, 1, b'x']),
        (CommandStatus::ESME_RSYSERR, &[0xFF; 7]),
    ];
    for (status, body) in bodies {
        let mut peer = Peer::bound(esme());
        peer.queue(1);
        let number = peer.hears_one().number();
        let frame = raw(CommandId::SUBMIT_SM_RESP, status, number, body);
        peer.says(&frame);
        match peer.sees_one() {
            Seen::Response {
                ticket,
                status: s,
                frame: f,
                ..
            } => {
                assert_eq!((ticket, s, f), (Some(1), status, frame));
            }
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn any_chunking_is_the_same() {
    let stream = [
        request(CommandId::DELIVER_SM, 1, &delivery()),
        bare(CommandId::ENQUIRE_LINK, OK, 2),
        accepted(2),
        raw(CommandId::DELIVER_SM, OK, 3, b"bad"),
        bare(CommandId(0x0001_0200), OK, 4),
        bare(CommandId::UNBIND, OK, 5),
    ]
    .concat();
    let run = |size: usize| {
        let mut peer = Peer::bound(esme());
        peer.queue(1);
        peer.hears();
        for piece in stream.chunks(size) {
            peer.says(piece);
        }
        (peer.sees(), peer.hears(), peer.stats().octets_in)
    };
    let whole = run(stream.len());
    for size in 1..40 {
        assert_eq!(run(size), whole, "pieces of {size}");
    }
}
