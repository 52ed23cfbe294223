//! Long inbound messages: when their segments are acknowledged, and that none of them is lost or taken twice.

use crate::support::*;
use smpp_edge::pdu::*;
use smpp_edge::session::*;
use smpp_edge::text::Alphabet;
use std::time::Duration;

const OK: CommandStatus = CommandStatus::ESME_ROK;
const TEMPORARY: CommandStatus = CommandStatus::ESME_RX_T_APPN;
const PERMANENT: CommandStatus = CommandStatus::ESME_RX_P_APPN;

const PART_TIMEOUT: u64 = 300_000;

fn quiet() -> Config {
    esme().with(|config| config.enquire_link = ms(0))
}

/// Segment `part` of `total` of the message `reference`.
fn segment(number: u32, reference: u8, part: u8, total: u8, text: &[u8]) -> Vec<u8> {
    let user_data = [&[5, 0, 3, reference, total, part], text].concat();
    let body = DeliverSm {
        esm_class: EsmClass(0x40),
        short_message: &user_data,
        ..delivery()
    };
    request(CommandId::DELIVER_SM, number, &body)
}

/// The text of the segments, in order.
fn text(pdus: &[Vec<u8>]) -> String {
    let bodies = pdus.iter().map(|pdu| {
        let delivery = Delivery::decode(pdu).unwrap();
        String::from_utf8(delivery.body().to_vec()).unwrap()
    });
    bodies.collect()
}

impl Peer {
    /// The long message that was handed over, and nothing else.
    fn long_seen(&mut self) -> (Sequence, String) {
        match self.sees_one() {
            Seen::LongMessage(sequence, pdus) => (sequence, text(&pdus)),
            other => panic!("{other:?}"),
        }
    }

    /// The incomplete message that was handed on, and nothing else.
    fn incomplete_seen(&mut self) -> String {
        match self.sees_one() {
            Seen::Incomplete(None, pdus) => text(&pdus),
            other => panic!("{other:?}"),
        }
    }

    fn answers_with(&mut self, sequence: Sequence, status: CommandStatus) -> bool {
        let now = self.now();
        self.respond(now, sequence, status)
    }

    /// The statuses of the deliver_sm_resp that the session has sent, by number.
    fn acknowledged(&mut self) -> Vec<(u32, CommandStatus)> {
        let heard = self.hears_briefly().into_iter();
        heard
            .map(|(id, status, number)| {
                assert_eq!(id, CommandId::DELIVER_SM_RESP);
                (number, status)
            })
            .collect()
    }
}

/// A session that has acknowledged "C" and handed "CD" over, whose last segment has the number 2.
fn handed_over(config: Config) -> (Peer, Sequence) {
    let mut peer = Peer::bound(config);
    peer.says(&segment(1, 9, 1, 2, b"C"));
    assert_eq!(peer.acknowledged(), [(1, OK)]);
    peer.says(&segment(2, 9, 2, 2, b"D"));
    let (sequence, text) = peer.long_seen();
    assert_eq!((sequence.number(), text.as_str()), (2, "CD"));
    assert_eq!(peer.hears(), []);
    (peer, sequence)
}

#[test]
fn segments_are_acknowledged_as_they_are_held_and_the_last_one_when_the_whole_is_taken() {
    let (mut peer, sequence) = handed_over(quiet());
    assert_eq!(peer.unacknowledged(), 1);
    assert!(peer.answers_with(sequence, OK));
    assert_eq!(peer.acknowledged(), [(2, OK)]);
    assert_eq!(peer.unacknowledged(), 0);
    peer.advance(2 * PART_TIMEOUT);
    assert_eq!(peer.sees(), []);
    assert_eq!(peer.poll_timeout(), None);
}

#[test]
fn a_refused_message_is_handed_over_again_when_its_last_segment_is_repeated() {
    for status in [TEMPORARY, PERMANENT] {
        let (mut peer, mut sequence) = handed_over(quiet());
        for number in 3..6 {
            assert!(peer.answers_with(sequence, status));
            assert_eq!(peer.acknowledged(), [(number - 1, status)]);
            peer.advance(PART_TIMEOUT - 1);
            peer.says(&segment(number, 9, 2, 2, b"D"));
            let text;
            (sequence, text) = peer.long_seen();
            assert_eq!((sequence.number(), text.as_str()), (number, "CD"));
        }
        assert!(peer.answers_with(sequence, OK));
        assert_eq!(peer.acknowledged(), [(5, OK)]);
        peer.advance(2 * PART_TIMEOUT);
        assert_eq!(peer.sees(), []);
    }
}

#[test]
fn a_message_refused_for_now_whose_last_segment_never_comes_again_is_handed_on_incomplete() {
    let (mut peer, sequence) = handed_over(quiet());
    assert!(peer.answers_with(sequence, TEMPORARY));
    peer.advance(PART_TIMEOUT - 1);
    assert_eq!(peer.sees(), []);
    peer.advance(1);
    assert_eq!(peer.incomplete_seen(), "C");
    assert_eq!(peer.poll_timeout(), None);
}

#[test]
fn a_message_refused_for_good_is_given_up_in_silence() {
    for status in [PERMANENT, CommandStatus::ESME_RX_R_APPN] {
        let (mut peer, sequence) = handed_over(quiet());
        assert!(peer.answers_with(sequence, status));
        peer.advance(PART_TIMEOUT);
        assert_eq!(peer.sees(), []);
    }
    for status in [CommandStatus::ESME_RMSGQFUL, CommandStatus::ESME_RTHROTTLED] {
        let (mut peer, sequence) = handed_over(quiet());
        assert!(peer.answers_with(sequence, status));
        peer.advance(PART_TIMEOUT);
        assert_eq!(peer.incomplete_seen(), "C");
    }
}

#[test]
fn a_message_that_the_application_holds_too_long_is_refused_for_now_and_comes_again() {
    let (mut peer, first) = handed_over(quiet());
    peer.advance(25_000);
    assert_eq!(peer.acknowledged(), [(2, TEMPORARY)]);
    assert_eq!(peer.sees(), [Seen::Withdrawn(first)]);
    assert!(!peer.answers_with(first, OK), "it was refused");
    peer.says(&segment(3, 9, 2, 2, b"D"));
    let (sequence, text) = peer.long_seen();
    assert_eq!(text, "CD");
    assert!(peer.answers_with(sequence, OK));
    peer.advance(2 * PART_TIMEOUT);
    assert_eq!(peer.sees(), []);
}

#[test]
fn a_segment_that_is_held_is_acknowledged_again_and_counts_once() {
    let mut peer = Peer::bound(quiet());
    for number in [1, 2] {
        peer.says(&segment(number, 9, 1, 2, b"C"));
    }
    assert_eq!(peer.acknowledged(), [(1, OK), (2, OK)]);
    peer.says(&segment(3, 9, 2, 2, b"D"));
    assert_eq!(peer.long_seen().1, "CD");
    assert_eq!(peer.stats().received, 3);
}

#[test]
fn repeats_while_the_message_is_handed_over_get_the_answer_of_the_whole() {
    for status in [OK, TEMPORARY] {
        let (mut peer, sequence) = handed_over(quiet());
        peer.says(&segment(3, 9, 2, 2, b"D"));
        peer.says(&segment(4, 9, 1, 2, b"C"));
        assert_eq!(peer.acknowledged(), [(4, OK)], "it was acknowledged before");
        assert_eq!(peer.sees(), []);
        assert_eq!(peer.unacknowledged(), 2);
        assert!(peer.answers_with(sequence, status));
        assert_eq!(peer.acknowledged(), [(2, status), (3, status)]);
        assert_eq!(peer.unacknowledged(), 0);
        peer.says(&segment(5, 9, 2, 2, b"D"));
        if status == OK {
            assert_eq!(peer.acknowledged(), [(5, OK)]);
            assert_eq!(peer.sees(), []);
        } else {
            assert_eq!(peer.long_seen().1, "CD");
        }
    }
}

#[test]
fn repeats_are_withdrawn_with_the_message_that_they_belong_to() {
    let (mut peer, first) = handed_over(quiet());
    peer.advance(10_000);
    peer.says(&segment(3, 9, 2, 2, b"D"));
    peer.advance(15_000);
    assert_eq!(peer.acknowledged(), [(2, TEMPORARY), (3, TEMPORARY)]);
    let repeat = Sequence::new(first.connection(), 3);
    assert_eq!(
        peer.sees(),
        [Seen::Withdrawn(first), Seen::Withdrawn(repeat)]
    );
    peer.advance(25_000);
    assert_eq!(peer.acknowledged(), []);
}

#[test]
fn a_message_taken_is_not_handed_on_when_its_segments_come_again() {
    let mut peer = Peer::bound(quiet());
    for reference in 1..=3 {
        let number = 2 * u32::from(reference);
        peer.says(&segment(number, reference, 1, 2, b"C"));
        peer.says(&segment(number + 1, reference, 2, 2, b"D"));
        let (sequence, _) = peer.long_seen();
        assert!(peer.answers_with(sequence, OK));
    }
    // Long after, though within the day for which they are known.
    peer.advance(20 * PART_TIMEOUT);
    peer.hears();
    peer.says(&segment(20, 2, 2, 2, b"D"));
    assert_eq!(peer.acknowledged(), [(20, OK)]);
    peer.advance(2 * PART_TIMEOUT);
    assert_eq!(peer.sees(), []);
    // All of them together are a message like another.
    peer.says(&segment(21, 2, 2, 2, b"D"));
    peer.says(&segment(22, 2, 1, 2, b"C"));
    assert_eq!(peer.long_seen().1, "CD");
}

#[test]
fn what_was_taken_does_not_come_again_with_the_next_connection() {
    let mut peer = Peer::bound(persistent().with(|config| config.enquire_link = ms(0)));
    for reference in 1..=3 {
        peer.says(&segment(1, reference, 1, 2, b"C"));
        peer.says(&segment(2, reference, 2, 2, b"D"));
        let (sequence, _) = peer.long_seen();
        assert!(peer.answers_with(sequence, OK));
    }
    peer.advance(3 * PART_TIMEOUT);
    peer.closes();
    peer.advance(2 * PART_TIMEOUT);
    let seen = peer.sees();
    assert!(
        !seen
            .iter()
            .any(|event| matches!(event, Seen::Incomplete(..))),
        "{seen:?}"
    );
}

#[test]
fn a_message_without_its_answer_waits_for_its_last_segment_on_the_next_connection() {
    let config = persistent().with(|config| config.enquire_link = ms(0));
    let (mut peer, first) = handed_over(config);
    peer.closes();
    let seen = peer.sees();
    assert_eq!(seen[0], Seen::Withdrawn(first));
    assert!(matches!(
        seen[1],
        Seen::Disconnect(CloseReason::Lost, Some(_))
    ));
    assert!(!peer.answers_with(first, OK));
    rebind(&mut peer);
    peer.says(&segment(7, 9, 2, 2, b"D"));
    let (sequence, text) = peer.long_seen();
    assert_eq!((sequence.connection(), text.as_str()), (2, "CD"));
}

/// Connects again.
fn rebind(peer: &mut Peer) {
    peer.advance(2_000);
    let now = peer.now();
    peer.bind(now);
    peer.accept_bind(None);
    peer.sees();
}

#[test]
fn segments_are_joined_over_connections() {
    let mut peer = Peer::bound(persistent().with(|config| config.enquire_link = ms(0)));
    peer.says(&segment(1, 9, 1, 2, b"C"));
    peer.hears();
    peer.closes();
    rebind(&mut peer);
    peer.says(&segment(1, 9, 2, 2, b"D"));
    assert_eq!(peer.long_seen().1, "CD");
}

#[test]
fn segments_time_out_while_there_is_no_connection() {
    let mut peer = Peer::bound(persistent().with(|config| {
        config.enquire_link = ms(0);
        config.bind_timeout = ms(0);
    }));
    peer.says(&segment(1, 9, 1, 2, b"C"));
    peer.hears();
    peer.closes();
    peer.advance(2_000);
    peer.sees();
    peer.advance(PART_TIMEOUT);
    assert_eq!(peer.incomplete_seen(), "C");
}

type End = fn(&mut Peer);

#[test]
fn what_is_held_is_handed_on_before_the_session_is_over() {
    let ends: [(&str, End); 4] = [
        ("unbind", |peer| {
            let now = peer.now();
            peer.unbind(now);
            let number = peer.hears_one().number();
            peer.says(&bare(CommandId::UNBIND_RESP, OK, number));
        }),
        ("abort", |peer| {
            let now = peer.now();
            peer.abort(now);
        }),
        ("lost", Peer::closes),
        ("unbound", |peer| {
            peer.says(&bare(CommandId::UNBIND, OK, 99));
            peer.closes();
        }),
    ];
    for (name, end) in ends {
        let mut peer = Peer::bound(quiet().with(|config| config.reconnect = None));
        peer.says(&segment(1, 9, 1, 2, b"C"));
        peer.says(&segment(2, 8, 2, 3, b"E"));
        peer.hears();
        end(&mut peer);
        let seen = peer.sees();
        let [
            Seen::Incomplete(None, first),
            Seen::Incomplete(None, second),
            Seen::Disconnect(_, None),
        ] = &seen[..]
        else {
            panic!("{name}: {seen:?}");
        };
        assert_eq!((text(first), text(second)), ("C".into(), "E".into()));
        assert_eq!(peer.poll_timeout(), None);
    }
}

#[test]
fn at_the_end_a_refused_message_is_handed_on_and_one_refused_for_good_is_not() {
    for (status, count) in [(TEMPORARY, 1), (PERMANENT, 0)] {
        let (mut peer, sequence) = handed_over(quiet().with(|config| config.reconnect = None));
        assert!(peer.answers_with(sequence, status));
        peer.closes();
        let seen = peer.sees();
        let incomplete = seen
            .iter()
            .filter(|event| matches!(event, Seen::Incomplete(None, _)));
        assert_eq!(incomplete.count(), count, "{seen:?}");
    }
}

#[test]
fn at_the_end_the_segments_of_a_message_without_its_answer_are_handed_on_as_its_own() {
    let (mut peer, sequence) = handed_over(quiet().with(|config| config.reconnect = None));
    peer.closes();
    let seen = peer.sees();
    let [
        Seen::Incomplete(of, pdus),
        Seen::Withdrawn(withdrawn),
        Seen::Disconnect(_, None),
    ] = &seen[..]
    else {
        panic!("{seen:?}");
    };
    assert_eq!((*of, *withdrawn), (Some(sequence), sequence));
    assert_eq!(text(pdus), "C");
}

#[test]
fn at_the_end_a_message_that_was_not_polled_is_handed_on_incomplete_alone() {
    let mut peer = Peer::bound(quiet().with(|config| config.reconnect = None));
    peer.says(&segment(1, 9, 1, 2, b"C"));
    peer.says(&segment(2, 9, 2, 2, b"D"));
    peer.closes();
    let seen = peer.sees();
    let [
        Seen::Incomplete(None, pdus),
        Seen::Withdrawn(_),
        Seen::Disconnect(_, None),
    ] = &seen[..]
    else {
        panic!("{seen:?}");
    };
    assert_eq!(text(pdus), "C");
}

#[test]
fn a_message_withdrawn_before_it_was_polled_is_handed_over_only_when_it_comes_again() {
    let mut peer = Peer::bound(quiet());
    peer.says(&segment(1, 9, 1, 2, b"C"));
    peer.says(&segment(2, 9, 2, 2, b"D"));
    let late = peer.now() + 25_000;
    peer.session.handle_timeout(late);
    let seen = peer.sees();
    assert!(matches!(seen[..], [Seen::Withdrawn(_)]), "{seen:?}");
    peer.says(&segment(3, 9, 2, 2, b"D"));
    assert_eq!(peer.long_seen().1, "CD");
}

#[test]
fn a_sender_who_uses_a_reference_again_loses_nothing() {
    let mut peer = Peer::bound(quiet());
    peer.says(&segment(1, 9, 1, 2, b"old"));
    peer.says(&segment(2, 9, 1, 2, b"new"));
    assert_eq!(peer.incomplete_seen(), "old");
    peer.says(&segment(3, 9, 2, 2, b"er"));
    let (first, text) = peer.long_seen();
    assert_eq!(text, "newer");
    // Another one begins while that one has no answer.
    peer.says(&segment(4, 9, 1, 2, b"third"));
    assert!(peer.answers_with(first, TEMPORARY));
    assert_eq!(peer.sees(), []);
    peer.says(&segment(5, 9, 2, 2, b"er"));
    let (again, text) = peer.long_seen();
    assert_eq!(text, "newer");
    assert!(peer.answers_with(again, OK));
    peer.says(&segment(6, 9, 2, 2, b" time"));
    assert_eq!(peer.long_seen().1, "third time");
}

#[test]
fn a_repeat_of_a_segment_that_was_taken_does_not_mix_with_the_next_message() {
    for (order, whole) in [
        (&[(2, "D"), (1, "E"), (2, "F")][..], true),
        (&[(1, "E"), (2, "D"), (2, "F")], true),
        (&[(2, "F"), (2, "D"), (1, "E")], true),
        (&[(1, "E"), (2, "D")], false),
    ] {
        let (mut peer, sequence) = handed_over(quiet());
        assert!(peer.answers_with(sequence, OK));
        peer.hears();
        for (number, &(part, octets)) in (10..).zip(order) {
            peer.says(&segment(number, 9, part, 2, octets.as_bytes()));
        }
        if whole {
            assert_eq!(peer.long_seen().1, "EF", "{order:?}");
        } else {
            peer.advance(9_999);
            assert_eq!(peer.sees(), []);
            let due = peer.now() + 1;
            peer.session.handle_timeout(due);
            let Some(Event::Incomplete { message, of: None }) = peer.session.poll_event() else {
                panic!("it may be a new segment")
            };
            assert!(message.is_complete(), "{message:?}");
            assert_eq!(message.decode(Alphabet::Gsm7).text, "ED");
        }
    }
}

#[test]
fn receipts_and_messages_of_one_reference_do_not_mix() {
    let mut peer = Peer::bound(quiet());
    peer.says(&segment(1, 9, 1, 2, b"C"));
    let body = DeliverSm {
        esm_class: EsmClass(0x44),
        short_message: &[5, 0, 3, 9, 2, 2, b'x'],
        ..delivery()
    };
    peer.says(&request(CommandId::DELIVER_SM, 2, &body));
    assert_eq!(peer.sees(), []);
    peer.says(&segment(3, 9, 2, 2, b"D"));
    assert_eq!(peer.long_seen().1, "CD");
}

#[test]
fn the_only_segment_of_a_message_is_a_message_like_others() {
    let mut peer = Peer::bound(quiet());
    let frame = segment(1, 9, 1, 1, b"C");
    peer.says(&frame);
    let seen = peer.sees_one();
    assert!(matches!(seen, Seen::Request(_, octets) if octets == frame));
    assert_eq!(join_segments([&frame[..]]), None);
}

#[test]
fn segments_sent_in_different_messaging_modes_are_one_message() {
    let mut peer = Peer::bound(quiet());
    for (part, esm_class) in [(1, 0x40), (2, 0x43)] {
        let user_data = [5, 0, 3, 9, 2, part, b'B' + part];
        let body = DeliverSm {
            esm_class: EsmClass(esm_class),
            short_message: &user_data,
            ..delivery()
        };
        peer.says(&request(CommandId::DELIVER_SM, u32::from(part), &body));
    }
    assert_eq!(peer.long_seen().1, "CD");
}

#[test]
fn sar_and_data_sm_are_joined_too() {
    let mut tlvs = TlvBuf::new();
    tlvs.push_u16(Tag::SAR_MSG_REF_NUM, 300);
    tlvs.push_u8(Tag::SAR_TOTAL_SEGMENTS, 2);
    let mut peer = Peer::bound(quiet());
    for (number, part) in [(1, 2), (2, 1)] {
        let mut tlvs = tlvs.clone();
        tlvs.push_u8(Tag::SAR_SEGMENT_SEQNUM, part);
        if number == 1 {
            let body = DeliverSm {
                short_message: b"D",
                tlvs: tlvs.as_tlvs(),
                ..delivery()
            };
            peer.says(&request(CommandId::DELIVER_SM, number, &body));
        } else {
            tlvs.push(Tag::MESSAGE_PAYLOAD, b"C").unwrap();
            let like = delivery();
            let body = DataSm {
                source_addr: like.source_addr,
                source_addr_ton: like.source_addr_ton,
                source_addr_npi: like.source_addr_npi,
                destination_addr: like.destination_addr,
                dest_addr_ton: like.dest_addr_ton,
                dest_addr_npi: like.dest_addr_npi,
                tlvs: tlvs.as_tlvs(),
                ..DataSm::default()
            };
            peer.says(&request(CommandId::DATA_SM, number, &body));
        }
    }
    let (sequence, text) = peer.long_seen();
    assert_eq!(text, "CD");
    assert_eq!(peer.hears_briefly(), [(CommandId::DELIVER_SM_RESP, OK, 1)]);
    assert!(peer.answers_with(sequence, OK));
    let heard = peer.hears_one();
    assert_eq!(heard.brief(), (CommandId::DATA_SM_RESP, OK, 2));
}

#[test]
fn segments_are_requests_like_others_if_they_are_not_to_be_joined() {
    for config in [quiet().with(|config| config.join_segments = false), smsc()] {
        let id = match config.role {
            Role::Esme => CommandId::DELIVER_SM,
            Role::Smsc => CommandId::DATA_SM,
        };
        let mut peer = Peer::bound(config);
        let user_data = [5, 0, 3, 9, 2, 1, b'C'];
        let mut tlvs = TlvBuf::new();
        tlvs.push(Tag::MESSAGE_PAYLOAD, &user_data).unwrap();
        match id {
            CommandId::DELIVER_SM => peer.says(&segment(1, 9, 1, 2, b"C")),
            _ => peer.says(&request(
                id,
                1,
                &DataSm {
                    esm_class: EsmClass(0x40),
                    destination_addr: b"1",
                    tlvs: tlvs.as_tlvs(),
                    ..DataSm::default()
                },
            )),
        }
        peer.request_seen();
        assert_eq!(peer.hears(), []);
    }
}

#[test]
fn too_many_segments_make_the_oldest_message_go_on_as_it_is() {
    let mut peer = Peer::bound(quiet());
    // 60,000 octets each, of which 4 MiB are held.
    let filler = vec![0; 60_000];
    let mut incomplete = 0;
    for number in 1..=200_u32 {
        let mut tlvs = TlvBuf::new();
        tlvs.push(Tag(0x1500), &filler).unwrap();
        let user_data = [5, 0, 3, number as u8, 2, 1, b'C'];
        let body = DeliverSm {
            esm_class: EsmClass(0x40),
            short_message: &user_data,
            tlvs: tlvs.as_tlvs(),
            ..delivery()
        };
        peer.says(&request(CommandId::DELIVER_SM, number, &body));
        let seen = peer.sees();
        incomplete += seen.len();
        for event in seen {
            let Seen::Incomplete(None, pdus) = event else {
                panic!("{event:?}");
            };
            assert_eq!(
                pdus[0][HEADER_LEN - 1],
                incomplete as u8,
                "the oldest first"
            );
        }
    }
    assert_eq!(incomplete, 200 - (4 << 20) / 60_000);
    assert_eq!(peer.acknowledged().len(), 200);
}

#[test]
fn beyond_the_bound_of_what_waits_for_answers_segments_are_refused_for_now() {
    let mut peer = Peer::bound(quiet());
    let filler = vec![0; 60_000];
    let mut number = 0;
    let mut says = |peer: &mut Peer, reference: u8, part: u8| {
        number += 1;
        let mut tlvs = TlvBuf::new();
        tlvs.push(Tag(0x1500), &filler).unwrap();
        let user_data = [5, 0, 3, reference, 2, part, b'C'];
        let body = DeliverSm {
            esm_class: EsmClass(0x40),
            short_message: &user_data,
            tlvs: tlvs.as_tlvs(),
            ..delivery()
        };
        peer.says(&request(CommandId::DELIVER_SM, number, &body));
        peer.sees()
    };
    peer.says(&segment(9_001, 250, 1, 2, b"C"));
    peer.says(&segment(9_002, 250, 2, 2, b"D"));
    let (small, _) = peer.long_seen();
    let mut handed = Vec::new();
    let refused = loop {
        let reference = handed.len() as u8;
        let first = says(&mut peer, reference, 1);
        let second = says(&mut peer, reference, 2);
        match (&first[..], &second[..]) {
            ([], [Seen::LongMessage(sequence, _)]) => handed.push(*sequence),
            ([Seen::Refused(status, _)], _) | (_, [Seen::Refused(status, _)]) => break *status,
            other => panic!("{other:?}"),
        }
        assert!(handed.len() < 100);
    };
    assert_eq!(refused, TEMPORARY);
    assert_eq!(handed.len(), (4_usize << 20).div_ceil(120_000));
    // An answer makes room for as much as its message took.
    assert!(peer.answers_with(small, OK));
    let seen = says(&mut peer, 199, 1);
    assert!(matches!(seen[..], [Seen::Refused(..)]), "{seen:?}");
    for sequence in handed {
        assert!(peer.answers_with(sequence, OK));
    }
    let reference = 200;
    says(&mut peer, reference, 1);
    let seen = says(&mut peer, reference, 2);
    assert!(matches!(seen[..], [Seen::LongMessage(..)]), "{seen:?}");
}

#[test]
fn without_a_time_limit_segments_are_held_as_long_as_there_is_room() {
    for span in [Duration::ZERO, Duration::MAX] {
        let mut peer = Peer::bound(quiet().with(|config| config.part_timeout = span));
        peer.says(&segment(1, 1, 1, 2, b"over "));
        peer.says(&segment(2, 2, 1, 2, b"never ends"));
        assert_eq!(peer.poll_timeout(), None);
        peer.advance(1_000_000_000);
        peer.says(&segment(3, 1, 2, 2, b"a month"));
        let (sequence, text) = peer.long_seen();
        assert_eq!(text, "over a month");
        assert!(peer.answers_with(sequence, OK));
        let last = Instant::from_millis(u64::MAX);
        peer.handle_timeout(last);
        assert_eq!(peer.sees(), []);
    }
    // More than 10,000 segments: the oldest make room.
    let mut peer = Peer::bound(quiet().with(|config| config.part_timeout = Duration::ZERO));
    peer.says(&segment(1, 0, 1, 2, b"first"));
    for number in 0..10_000u32 {
        let [.., high, low] = number.to_be_bytes();
        let source = [b'1', b'0' + high / 10, b'0' + high % 10];
        let user_data = [5, 0, 3, low, 2, 1, b'a'];
        let body = DeliverSm {
            esm_class: EsmClass(0x40),
            source_addr: &source,
            short_message: &user_data,
            ..delivery()
        };
        peer.says(&request(CommandId::DELIVER_SM, 2 + number, &body));
    }
    assert_eq!(peer.incomplete_seen(), "first");
}
