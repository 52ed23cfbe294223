//! Requests of the peer, and who answers them when.

use crate::support::*;
use smpp_edge::pdu::*;
use smpp_edge::session::*;

const OK: CommandStatus = CommandStatus::ESME_ROK;
const TEMPORARY: CommandStatus = CommandStatus::ESME_RX_T_APPN;

#[test]
fn nothing_is_acknowledged_before_the_application_has_taken_it() {
    let mut peer = Peer::bound(esme());
    peer.says(&request(CommandId::DELIVER_SM, 3, &delivery()));
    let sequence = peer.request_seen();
    peer.advance(20_000);
    assert_eq!(peer.hears(), []);
    assert_eq!(peer.unacknowledged(), 1);
    let now = peer.now();
    assert!(peer.respond(now, sequence, OK));
    let heard = peer.hears_one();
    assert_eq!(heard.brief(), (CommandId::DELIVER_SM_RESP, OK, 3));
    // One NUL: an empty message_id.
    assert_eq!(heard.frame[HEADER_LEN..], [0]);
    assert_eq!(peer.unacknowledged(), 0);
}

#[test]
fn requests_are_answered_in_whatever_order_the_application_does() {
    let mut peer = Peer::bound(esme());
    for number in 1..=5 {
        peer.says(&request(CommandId::DELIVER_SM, number, &delivery()));
    }
    let sequences: Vec<Sequence> = peer
        .sees()
        .into_iter()
        .map(|event| match event {
            Seen::Request(sequence, _) => sequence,
            other => panic!("{other:?}"),
        })
        .collect();
    let now = peer.now();
    for at in [3, 0, 4, 1, 2] {
        assert!(peer.respond(now, sequences[at], OK));
        assert_eq!(peer.hears_one().number(), at as u32 + 1);
    }
}

#[test]
fn beyond_the_bound_requests_are_refused_for_now() {
    for (config, id, status) in [
        (esme(), CommandId::DELIVER_SM, TEMPORARY),
        (smsc(), CommandId::SUBMIT_SM, CommandStatus::ESME_RMSGQFUL),
    ] {
        let mut peer = Peer::bound(config.with(|config| config.max_unacknowledged = 2));
        let example = |number| match id {
            CommandId::DELIVER_SM => request(id, number, &delivery()),
            _ => request(id, number, &message()),
        };
        for number in 1..=3 {
            peer.says(&example(number));
        }
        assert_eq!(peer.hears_briefly(), [(id.response(), status, 3)]);
        let seen = peer.sees();
        assert_eq!(seen[2], Seen::Refused(status, example(3)));
        let Seen::Request(sequence, _) = seen[0] else {
            panic!("{seen:?}");
        };
        assert_eq!(peer.stats().refused, 1);
        let now = peer.now();
        peer.respond(now, sequence, OK);
        peer.hears();
        peer.says(&example(3));
        peer.request_seen();
    }
}

#[test]
fn a_peer_that_asks_too_fast_is_refused_for_now() {
    for (config, id, status) in [
        (smsc(), CommandId::SUBMIT_SM, CommandStatus::ESME_RTHROTTLED),
        (esme(), CommandId::DELIVER_SM, TEMPORARY),
    ] {
        let mut peer = Peer::bound(config.with(|config| config.inbound_rate = Some(10.0)));
        let (mut taken, mut number) = (0, 10);
        for _ in 0..1_000 {
            peer.advance(10);
            number += 1;
            match id {
                CommandId::SUBMIT_SM => peer.says(&request(id, number, &message())),
                _ => peer.says(&request(id, number, &delivery())),
            }
            match peer.sees_one() {
                Seen::Request(sequence, _) => {
                    taken += 1;
                    let now = peer.now();
                    peer.respond(now, sequence, OK);
                    assert_eq!(peer.hears_one().number(), number);
                }
                Seen::Refused(s, _) => {
                    assert_eq!(s, status);
                    assert_eq!(peer.hears_briefly(), [(id.response(), status, number)]);
                }
                other => panic!("{other:?}"),
            }
        }
        // Ten seconds of ten.
        assert!((99..=101).contains(&taken), "{taken}");
    }
}

#[test]
fn an_esme_slows_down_to_what_its_smsc_takes() {
    let smsc = smsc().with(|config| config.inbound_rate = Some(20.0));
    let mut pair = Pair::bound(esme(), smsc);
    for ticket in 0..1_000 {
        pair.queue(ticket);
    }
    pair.run(120_000);
    let answers = pair.esme.answers();
    assert!(answers.iter().all(|(_, status)| *status == OK));
    // Faster than half of what it could be.
    assert_eq!(answers.len(), 1_000, "after two minutes");
    let throttled = pair.esme.session.stats().throttled;
    assert!(throttled < 300, "{throttled}");
}

#[test]
fn a_request_that_the_application_holds_too_long_is_refused_for_now() {
    let mut peer = Peer::bound(esme().with(|config| config.enquire_link = ms(0)));
    peer.says(&request(CommandId::DELIVER_SM, 1, &delivery()));
    let first = peer.request_seen();
    peer.advance(10_000);
    peer.says(&request(CommandId::DATA_SM, 2, &DataSm::default()));
    let second = peer.request_seen();
    peer.advance(15_000);
    assert_eq!(
        peer.hears_briefly(),
        [(CommandId::DELIVER_SM_RESP, TEMPORARY, 1)]
    );
    let now = peer.now();
    assert!(!peer.respond(now, first, OK), "it is not open any more");
    assert!(peer.respond(now, second, OK));
    assert_eq!(peer.hears_briefly(), [(CommandId::DATA_SM_RESP, OK, 2)]);
}

#[test]
fn without_an_acknowledge_time_the_application_may_take_any() {
    let mut peer = Peer::bound(esme().with(|config| {
        config.acknowledge_timeout = ms(0);
        config.enquire_link = ms(0);
    }));
    peer.says(&request(CommandId::DELIVER_SM, 1, &delivery()));
    let sequence = peer.request_seen();
    assert_eq!(peer.poll_timeout(), None);
    peer.advance(1_000_000);
    let now = peer.now();
    assert!(peer.respond(now, sequence, OK));
}

#[test]
fn two_requests_of_one_number_get_an_answer_each() {
    let mut peer = Peer::bound(esme());
    peer.says(&request(CommandId::DELIVER_SM, 5, &delivery()));
    peer.says(&request(CommandId::DATA_SM, 5, &DataSm::default()));
    let seen = peer.sees();
    let now = peer.now();
    for event in seen {
        let Seen::Request(sequence, _) = event else {
            panic!("{event:?}");
        };
        assert!(peer.respond(now, sequence, OK));
    }
    assert_eq!(
        peer.hears_briefly(),
        [
            (CommandId::DELIVER_SM_RESP, OK, 5),
            (CommandId::DATA_SM_RESP, OK, 5)
        ]
    );
}

#[test]
fn an_alert_notification_is_told_and_never_answered() {
    let mut peer = Peer::bound(esme());
    let body = AlertNotification {
        source_addr: b"447700900123",
        ..AlertNotification::default()
    };
    let frame = request(CommandId::ALERT_NOTIFICATION, 8, &body);
    peer.says(&frame);
    assert_eq!(peer.sees(), [Seen::Notification(frame)]);
    assert_eq!(peer.hears(), []);
    assert_eq!(peer.unacknowledged(), 0);
}

#[test]
fn a_body_that_can_not_be_written_leaves_the_request_open() {
    let mut peer = Peer::bound(smsc());
    peer.says(&request(CommandId::SUBMIT_SM, 2, &message()));
    let sequence = peer.request_seen();
    let now = peer.now();
    let body = SubmitSmResp {
        message_id: &[b'x'; 65],
        ..SubmitSmResp::default()
    };
    let error = peer
        .respond_with(now, sequence, OK, |out, _| body.encode(out))
        .unwrap_err();
    assert_eq!(error.field, "message_id");
    assert_eq!(peer.hears(), []);
    let body = SubmitSmResp {
        message_id: &[b'x'; 64],
        ..SubmitSmResp::default()
    };
    let answered = peer.respond_with(now, sequence, OK, |out, id| {
        assert_eq!(id, CommandId::SUBMIT_SM_RESP);
        body.encode(out)
    });
    assert_eq!(answered, Ok(true));
    let heard = peer.hears_one();
    assert_eq!(heard.pdu(), Pdu::SubmitSmResp(body));
}

#[test]
fn a_request_with_a_status_is_taken_as_if_it_had_none() {
    let mut peer = Peer::bound(esme());
    let status = CommandStatus::ESME_RSYSERR;
    peer.says(&pdu(CommandId::DELIVER_SM, status, 1, &delivery()));
    peer.request_seen();
    peer.says(&bare(CommandId::ENQUIRE_LINK, status, 2));
    assert_eq!(
        peer.hears_briefly(),
        [(CommandId::ENQUIRE_LINK_RESP, OK, 2)]
    );
}

#[test]
fn receipts_that_come_before_their_response_are_handed_over() {
    let mut peer = Peer::bound(esme());
    peer.queue(1);
    let number = peer.hears_one().number();
    let receipt = DeliverSm {
        esm_class: EsmClass(4),
        short_message: b"id:77 stat:DELIVRD",
        ..delivery()
    };
    let frame = request(CommandId::DELIVER_SM, 1, &receipt);
    peer.says(&[frame.clone(), accepted(number)].concat());
    let seen = peer.sees();
    assert!(matches!(&seen[0], Seen::Request(_, f) if *f == frame));
    assert!(matches!(
        seen[1],
        Seen::Response {
            ticket: Some(1),
            ..
        }
    ));
}

#[test]
fn unanswered_requests_are_forgotten_with_their_connection() {
    let mut peer = Peer::bound(persistent());
    peer.says(&request(CommandId::DELIVER_SM, 1, &delivery()));
    peer.request_seen();
    peer.closes();
    assert_eq!(peer.unacknowledged(), 0);
    peer.advance(30_000);
    assert_eq!(peer.hears(), []);
}

#[test]
fn every_pdu_that_comes_or_goes_is_told_if_so_asked() {
    let mut peer = Peer::bound(esme().with(|config| config.trace = true));
    let enquiry = bare(CommandId::ENQUIRE_LINK, OK, 2);
    peer.says(&enquiry);
    let answer = bare(CommandId::ENQUIRE_LINK_RESP, OK, 2);
    assert_eq!(
        peer.sees(),
        [
            Seen::Trace(Direction::In, enquiry),
            Seen::Trace(Direction::Out, answer)
        ]
    );
    peer.queue(1);
    let sent = peer.hears()[1].frame.clone();
    assert_eq!(peer.sees(), [Seen::Trace(Direction::Out, sent)]);
}
