//! SMS of one segment and of several, as the requests that carry them.

use super::support::*;
use smpp_edge::pdu::*;
use smpp_edge::session::*;
use smpp_edge::text::{Concat, EncodingName, TextError};
use std::error::Error as _;

const LONG: [u8; 200] = [b'x'; 200];

fn sms(octets: &[u8]) -> Sms<'_> {
    let fields = SubmitSm {
        destination_addr: b"447700900123",
        ..SubmitSm::default()
    };
    Sms::new(fields, Content::Latin1(octets))
}

/// Sends with tickets that are the segments' indexes.
fn send(
    composer: &mut Composer,
    peer: &mut Peer,
    sms: &Sms<'_>,
) -> Result<(u8, EncodingName), SmsError> {
    let now = peer.now();
    composer.send(peer, now, sms, |index| Ticket(u64::from(index)))
}

/// What was sent, as submit_sm.
fn submitted(heard: &[Heard]) -> Vec<SubmitSm<'_>> {
    heard
        .iter()
        .map(|heard| match heard.pdu() {
            Pdu::SubmitSm(submit) => submit,
            other => panic!("no submit_sm but {other:?}"),
        })
        .collect()
}

/// The references in the user data headers of what was sent.
fn references(heard: &[Heard]) -> Vec<u8> {
    let headers = submitted(heard).into_iter();
    headers.map(|submit| submit.short_message[3]).collect()
}

#[test]
fn long_messages_have_references_that_count_up_and_others_use_none() {
    let mut peer = Peer::bound(esme());
    let mut composer = Composer::new(0xFFFF);
    let given = sms(&LONG).with(|sms| sms.reference = Some(7));
    send(&mut composer, &mut peer, &sms(&LONG)).unwrap();
    assert_eq!(references(&peer.hears()), [0xFF, 0xFF]);
    send(&mut composer, &mut peer, &sms(b"short")).unwrap();
    peer.hears();
    send(&mut composer, &mut peer, &given).unwrap();
    assert_eq!(references(&peer.hears()), [7, 7]);
    send(&mut composer, &mut peer, &sms(&LONG)).unwrap();
    assert_eq!(references(&peer.hears()), [0, 0]);
    send(&mut composer, &mut peer, &sms(&LONG)).unwrap();
    assert_eq!(references(&peer.hears()), [1, 1]);
}

#[test]
fn a_message_is_queued_whole_or_not_at_all() {
    let config = esme().with(|config| config.max_queue = 3);
    let mut peer = Peer::new(config);
    let mut composer = Composer::new(0);
    let four = [b'x'; 500];
    let full = Err(SmsError::Send(SendError::QueueFull));
    assert_eq!(send(&mut composer, &mut peer, &sms(&four)), full);
    assert_eq!(peer.queued(), 0);
    let two = Ok((2, EncodingName::Gsm7));
    assert_eq!(send(&mut composer, &mut peer, &sms(&LONG)), two);
    assert_eq!(send(&mut composer, &mut peer, &sms(&LONG)), full);
    assert_eq!(peer.queued(), 2);
    let one = Ok((1, EncodingName::Gsm7));
    assert_eq!(send(&mut composer, &mut peer, &sms(b"short")), one);
    assert_eq!(peer.queued(), 3);
}

#[test]
fn segments_are_marked_by_header_or_by_tlvs_beside_those_of_the_application() {
    let mut peer = Peer::bound(esme());
    let mut composer = Composer::new(0);
    let mut tlvs = TlvBuf::new();
    tlvs.push_u8(Tag::USER_MESSAGE_REFERENCE, 9);
    let by = |concat| {
        sms(&LONG).with(|sms| {
            sms.fields.esm_class = EsmClass(0x43);
            sms.fields.tlvs = tlvs.as_tlvs();
            sms.options.concat = concat;
            sms.reference = Some(0x1234);
        })
    };
    send(&mut composer, &mut peer, &by(Concat::Udh8)).unwrap();
    for submit in submitted(&peer.hears()) {
        assert_eq!(submit.esm_class, EsmClass(0x43));
        assert_eq!(submit.tlvs, tlvs.as_tlvs());
    }
    send(&mut composer, &mut peer, &by(Concat::Sar)).unwrap();
    for (index, submit) in submitted(&peer.hears()).iter().enumerate() {
        let of = |tag| submit.tlvs.get(tag);
        assert_eq!(of(Tag::USER_MESSAGE_REFERENCE), Some(&[9][..]));
        assert_eq!(of(Tag::SAR_MSG_REF_NUM), Some(&[0x12, 0x34][..]));
        assert_eq!(of(Tag::SAR_TOTAL_SEGMENTS), Some(&[2][..]));
        assert_eq!(of(Tag::SAR_SEGMENT_SEQNUM), Some(&[index as u8 + 1][..]));
        assert_eq!(of(Tag::MESSAGE_PAYLOAD), None);
    }
    send(&mut composer, &mut peer, &by(Concat::Payload)).unwrap();
    let heard = peer.hears();
    let submit = submitted(&heard)[0];
    assert_eq!(heard.len(), 1);
    assert_eq!(submit.tlvs.get(Tag::MESSAGE_PAYLOAD), Some(&LONG[..]));
    assert_eq!(submit.tlvs.get(Tag::SAR_TOTAL_SEGMENTS), None);
    assert_eq!(submit.short_message, b"");
}

#[test]
fn a_field_that_can_not_be_written_is_the_source_of_the_error() {
    let mut peer = Peer::bound(esme());
    let sms = sms(b"short").with(|sms| sms.fields.destination_addr = b"1\0");
    let error = send(&mut Composer::new(0), &mut peer, &sms).unwrap_err();
    let source = error.source().expect("the field");
    assert!(source.to_string().contains("destination_addr"), "{source}");
    assert!(SmsError::Send(SendError::QueueFull).source().is_none());
}

#[test]
fn tlvs_that_contradict_how_a_message_is_sent_are_refused() {
    let mut peer = Peer::bound(esme());
    let mut composer = Composer::new(0);
    let mut payload = TlvBuf::new();
    payload.push(Tag::MESSAGE_PAYLOAD, b"text").unwrap();
    let with = |octets, tlvs, concat| {
        sms(octets).with(|sms| {
            sms.fields.tlvs = tlvs;
            sms.options.concat = concat;
        })
    };
    let mut refused = |sms: &Sms<'_>| {
        let error = send(&mut composer, &mut peer, sms).unwrap_err();
        assert_eq!((peer.queued(), peer.hears()), (0, vec![]));
        match error {
            SmsError::Text(TextError::InvalidOption { option, reason }) => (option, reason),
            other => panic!("{other}"),
        }
    };
    let content = "message_payload can only be in a message without other content";
    for concat in [Concat::Udh8, Concat::Payload] {
        for octets in [b"a", &LONG[..]] {
            let sms = with(octets, payload.as_tlvs(), concat);
            assert_eq!(refused(&sms), ("tlvs", content));
        }
    }
    let data = sms(b"").with(|sms| {
        sms.content = Content::Encoded(&[1], EncodingName::Binary);
        sms.fields.tlvs = payload.as_tlvs();
    });
    assert_eq!(refused(&data), ("tlvs", content));
    // Its short_message would have the header.
    let header = with(b"", payload.as_tlvs(), Concat::Udh8)
        .with(|sms| sms.options.extra_udh = &[5, 4, 0, 1, 0, 2]);
    assert_eq!(refused(&header), ("tlvs", content));
    for (tag, value) in [
        (Tag::SAR_MSG_REF_NUM, &[0, 1][..]),
        (Tag::SAR_TOTAL_SEGMENTS, &[2]),
        (Tag::SAR_SEGMENT_SEQNUM, &[1]),
    ] {
        let mut sar = TlvBuf::new();
        sar.push_u8(Tag::USER_MESSAGE_REFERENCE, 9);
        sar.push(tag, value).unwrap();
        for concat in [Concat::Udh8, Concat::Udh16, Concat::Sar] {
            let numbered = sms(&LONG).with(|sms| {
                sms.fields.tlvs = sar.as_tlvs();
                sms.options.concat = concat;
            });
            let (field, reason) = refused(&numbered);
            assert_eq!(field, "tlvs");
            assert_eq!(reason, "sar_* can only be in a message of one segment");
        }
    }
}

#[test]
fn tlvs_may_carry_the_content_or_number_a_single_segment() {
    let mut peer = Peer::bound(esme());
    let mut composer = Composer::new(0);
    let mut tlvs = TlvBuf::new();
    tlvs.push(Tag::MESSAGE_PAYLOAD, b"text").unwrap();
    let payload = sms(b"").with(|sms| sms.fields.tlvs = tlvs.as_tlvs());
    send(&mut composer, &mut peer, &payload).unwrap();
    let heard = peer.hears();
    let submit = submitted(&heard)[0];
    assert_eq!(
        (submit.short_message, submit.tlvs),
        (&b""[..], tlvs.as_tlvs())
    );
    let mut tlvs = TlvBuf::new();
    tlvs.push_u16(Tag::SAR_MSG_REF_NUM, 1);
    tlvs.push_u8(Tag::SAR_TOTAL_SEGMENTS, 2);
    tlvs.push_u8(Tag::SAR_SEGMENT_SEQNUM, 1);
    let segment = sms(b"first").with(|sms| sms.fields.tlvs = tlvs.as_tlvs());
    send(&mut composer, &mut peer, &segment).unwrap();
    let heard = peer.hears();
    let submit = submitted(&heard)[0];
    assert_eq!(
        (submit.short_message, submit.tlvs),
        (&b"first"[..], tlvs.as_tlvs())
    );
}
