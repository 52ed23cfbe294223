//! The version that two sides speak, and what one of 3.3 is not sent.

use crate::support::*;
use smpp_edge::pdu::*;
use smpp_edge::session::*;

const V3_3: InterfaceVersion = InterfaceVersion::V3_3;
const V3_4: InterfaceVersion = InterfaceVersion::V3_4;
const V5_0: InterfaceVersion = InterfaceVersion::V5_0;

#[test]
fn an_esme_speaks_the_lower_version_and_takes_an_unknown_one_for_the_next_lower() {
    let cases = [
        (V3_4, Some(0x34), V3_4),
        (V3_4, Some(0x50), V3_4),
        (V5_0, Some(0x34), V3_4),
        (V5_0, Some(0x50), V5_0),
        (V5_0, Some(0x51), V5_0),
        (V5_0, Some(0x40), V3_4),
        (V5_0, Some(0x33), V3_3),
        (V3_4, Some(0x00), V3_3),
        (V3_3, Some(0x34), V3_3),
        // Not said: assumed.
        (V5_0, None, V3_4),
        (V3_4, None, V3_4),
    ];
    for (ours, theirs, spoken) in cases {
        let mut peer = Peer::new(esme().with(|config| config.interface_version = ours));
        let now = peer.now();
        peer.bind(now);
        peer.accept_bind(theirs.map(InterfaceVersion));
        assert_eq!(peer.version(), spoken, "{ours:?} with {theirs:?}");
        assert!(matches!(
            peer.sees_one(),
            Seen::Bound { version, .. } if version == spoken
        ));
    }
}

#[test]
fn read_strictly_an_smsc_that_does_not_say_has_3_3() {
    let mut peer = Peer::new(esme().with(|config| config.assumed_version = V3_3));
    let now = peer.now();
    peer.bind(now);
    peer.accept_bind(None);
    assert_eq!(peer.version(), V3_3);
}

#[test]
fn an_smsc_answers_a_higher_version_with_its_own_and_3_3_without_any() {
    let cases = [
        (0x50, V5_0, Some(0x50)),
        (0x34, V3_4, Some(0x50)),
        (0x60, V5_0, Some(0x50)),
        (0x33, V3_3, None),
        (0x00, V3_3, None),
    ];
    for (theirs, spoken, said) in cases {
        let mut peer = Peer::new(smsc());
        let now = peer.now();
        peer.accept(now);
        peer.binds(BindType::Transceiver, InterfaceVersion(theirs));
        let sequence = peer.request_seen();
        peer.respond(now, sequence, CommandStatus::ESME_ROK);
        let heard = peer.hears_one();
        let said_tlv = heard.pdu().tlvs().integer(Tag::SC_INTERFACE_VERSION);
        assert_eq!(said_tlv, said, "0x{theirs:02X}");
        assert_eq!(peer.version(), spoken);
    }
}

fn with_tlv(tag: Tag, value: &[u8]) -> TlvBuf {
    let mut tlvs = TlvBuf::new();
    tlvs.push(tag, value).unwrap();
    tlvs
}

#[test]
fn a_peer_of_3_3_gets_no_tlvs() {
    let tlvs = with_tlv(Tag::USER_MESSAGE_REFERENCE, &[0, 7]);
    let body = SubmitSm {
        tlvs: tlvs.as_tlvs(),
        ..message()
    };
    for version in [V3_3, V3_4] {
        let mut peer = Peer::bound_to(esme(), version);
        let now = peer.now();
        peer.request(now, &body).unwrap();
        peer.enqueue(now, Ticket(1), None, &body).unwrap();
        let mut encoded = Vec::new();
        body.encode(&mut encoded).unwrap();
        peer.enqueue_encoded(now, Ticket(2), CommandId::SUBMIT_SM, &encoded)
            .unwrap();
        let heard = peer.hears();
        assert_eq!(heard.len(), 3);
        for heard in heard {
            let Pdu::SubmitSm(sent) = heard.pdu() else {
                panic!("no submit_sm: {heard:?}");
            };
            let expected = match version {
                V3_3 => message(),
                _ => body,
            };
            assert_eq!(sent, expected);
        }
    }
}

#[test]
fn a_request_keeps_its_tlvs_for_a_later_peer_that_takes_them() {
    let tlvs = with_tlv(Tag::USER_MESSAGE_REFERENCE, &[0, 7]);
    let body = SubmitSm {
        tlvs: tlvs.as_tlvs(),
        ..message()
    };
    let mut peer = Peer::bound_to(persistent(), V3_3);
    let now = peer.now();
    peer.enqueue(now, Ticket(1), None, &body).unwrap();
    let first = peer.hears_one();
    assert!(first.pdu().tlvs().is_empty());
    let number = first.number();
    peer.says(&bare(
        CommandId::SUBMIT_SM_RESP,
        CommandStatus::ESME_RTHROTTLED,
        number,
    ));
    peer.closes();
    peer.advance(2_000);
    let now = peer.now();
    peer.bind(now);
    peer.accept_bind(Some(V3_4));
    let again = peer.hears_one();
    assert_eq!(again.pdu().tlvs(), tlvs.as_tlvs());
}

#[test]
fn a_message_in_tlvs_is_not_sent_to_3_3() {
    let payload = with_tlv(Tag::MESSAGE_PAYLOAD, b"long");
    let segment = with_tlv(Tag::SAR_MSG_REF_NUM, &[0, 1]);
    for tlvs in [payload, segment] {
        let body = SubmitSm {
            tlvs: tlvs.as_tlvs(),
            ..message()
        };
        let mut peer = Peer::bound_to(esme(), V3_3);
        let now = peer.now();
        assert_eq!(peer.submit(now, &body), Err(SendError::Unsupported));
        peer.enqueue(now, Ticket(1), None, &body).unwrap();
        peer.queue(2);
        // The next one goes all the same.
        assert_eq!(peer.hears().len(), 1);
        assert!(matches!(
            peer.sees_one(),
            Seen::Failed {
                ticket: Some(1),
                failure: Failure::Unsupported,
                ..
            }
        ));
    }
}

#[test]
fn answers_to_3_3_carry_no_tlvs() {
    for version in [V3_3, V3_4] {
        let mut peer = Peer::bound_to(smsc(), version);
        peer.says(&request(CommandId::SUBMIT_SM, 2, &message()));
        let sequence = peer.request_seen();
        let now = peer.now();
        let tlvs = with_tlv(Tag::ADDITIONAL_STATUS_INFO_TEXT, b"ok\0");
        let body = SubmitSmResp {
            message_id: b"12345678",
            tlvs: tlvs.as_tlvs(),
        };
        let ok = CommandStatus::ESME_ROK;
        peer.respond_with(now, sequence, ok, |out, _| body.encode(out))
            .unwrap();
        let heard = peer.hears_one();
        let Pdu::SubmitSmResp(sent) = heard.pdu() else {
            panic!("no response: {heard:?}");
        };
        assert_eq!(sent.message_id, b"12345678");
        assert_eq!(sent.tlvs.is_empty(), version == V3_3);
    }
}
