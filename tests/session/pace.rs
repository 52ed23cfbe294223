//! Rate, and peers that are too busy.

use crate::support::*;
use smpp_edge::pdu::*;
use smpp_edge::session::*;

const OK: CommandStatus = CommandStatus::ESME_ROK;
const THROTTLED: CommandStatus = CommandStatus::ESME_RTHROTTLED;
const QUEUE_FULL: CommandStatus = CommandStatus::ESME_RMSGQFUL;

fn refused(number: u32, status: CommandStatus) -> Vec<u8> {
    bare(CommandId::SUBMIT_SM_RESP, status, number)
}

/// The text of a submit_sm: the tests' own number of it.
fn queue_text(peer: &mut Peer, n: u8) {
    let now = peer.now();
    let body = SubmitSm {
        short_message: &[n],
        ..message()
    };
    peer.enqueue(now, Ticket(n.into()), None, &body).unwrap();
}

fn texts(heard: &[Heard]) -> Vec<u8> {
    heard
        .iter()
        .filter_map(|h| match h.pdu() {
            Pdu::SubmitSm(body) => Some(body.short_message[0]),
            _ => None,
        })
        .collect()
}

#[test]
fn the_rate_is_kept_over_any_time() {
    let mut peer = Peer::bound(esme().with(|config| {
        config.rate = Some(50.0);
        config.window = 1_000;
    }));
    for ticket in 0..1_000 {
        peer.queue(ticket);
    }
    let mut sent = peer.hears().len();
    // A twentieth of a second's worth at once.
    assert!(sent <= 3, "{sent}");
    for tenth in 1..=100 {
        peer.advance(100);
        let heard = peer.hears();
        assert!((4..=6).contains(&heard.len()), "{} in a tenth", heard.len());
        sent += heard.len();
        for heard in heard {
            peer.says(&accepted(heard.number()));
        }
        let allowed = tenth * 5 + 3;
        assert!(
            sent <= allowed && sent + 3 >= allowed - 3,
            "{sent} of {allowed}"
        );
    }
}

#[test]
fn a_rate_below_one_a_second_waits_between_requests() {
    let mut peer = Peer::bound(esme().with(|config| config.rate = Some(0.1)));
    peer.queue(1);
    peer.queue(2);
    assert_eq!(peer.hears().len(), 1);
    peer.advance(9_999);
    assert_eq!(peer.hears(), []);
    peer.advance(1);
    assert_eq!(peer.hears().len(), 1);
}

#[test]
fn the_rate_counts_requests_at_once_and_queued_ones_but_not_answers() {
    let mut peer = Peer::bound(esme().with(|config| config.rate = Some(1.0)));
    let now = peer.now();
    peer.submit(now, &message()).unwrap();
    assert_eq!(peer.submit(now, &message()), Err(SendError::Throttled));
    peer.queue(1);
    assert_eq!(peer.hears().len(), 1);
    for number in 1..=20 {
        peer.says(&request(CommandId::DELIVER_SM, number, &delivery()));
        let sequence = peer.request_seen();
        let now = peer.now();
        peer.respond(now, sequence, OK);
    }
    assert_eq!(peer.hears().len(), 20);
    peer.advance(1_000);
    assert_eq!(peer.hears_one().id(), CommandId::SUBMIT_SM);
}

#[test]
fn a_throttled_request_is_sent_again_after_a_pause_and_keeps_its_place() {
    for status in [THROTTLED, QUEUE_FULL] {
        let mut peer = Peer::bound(esme().with(|config| config.window = 4));
        for n in 0..6 {
            queue_text(&mut peer, n);
        }
        let heard = peer.hears();
        assert_eq!(texts(&heard), [0, 1, 2, 3]);
        // The second and the fourth are refused, the others taken.
        peer.says(&refused(heard[3].number(), status));
        peer.says(&refused(heard[1].number(), status));
        peer.says(&accepted(heard[0].number()));
        peer.says(&accepted(heard[2].number()));
        // The application hears nothing of what is sent again.
        assert_eq!(peer.answers(), [(0, OK), (2, OK)]);
        peer.advance(999);
        assert_eq!(peer.hears(), []);
        let mut order = Vec::new();
        for _ in 0..100 {
            peer.advance(100);
            let heard = peer.hears();
            order.extend(texts(&heard));
            for heard in heard {
                peer.says(&accepted(heard.number()));
            }
        }
        assert_eq!(order, [1, 3, 4, 5]);
        let tickets: Vec<u64> = peer.answers().iter().map(|(t, _)| *t).collect();
        assert_eq!(tickets, [1, 3, 4, 5]);
        assert_eq!(peer.stats().throttled, 2);
    }
}

#[test]
fn the_delay_doubles_while_the_peer_stays_busy_and_ends_with_the_requests_time() {
    let mut peer = Peer::bound(esme());
    let start = peer.now();
    peer.queue(1);
    let mut sent_at = Vec::new();
    for _ in 0..70 {
        for heard in peer.hears() {
            if heard.id() == CommandId::SUBMIT_SM {
                sent_at.push(peer.now().since(start) / 1_000);
                peer.says(&refused(heard.number(), THROTTLED));
            } else {
                peer.says(&bare(CommandId::ENQUIRE_LINK_RESP, OK, heard.number()));
            }
        }
        peer.advance(1_000);
    }
    assert_eq!(sent_at, [0, 1, 3, 7, 15, 31]);
    let mut seen = peer.sees();
    let end = seen.pop();
    // The link paused for the first refusal; after that this recipient alone waits.
    assert_eq!(seen, [Seen::Throttled(THROTTLED, 1_000)]);
    // 60 s after it was refused first.
    match end.expect("an end") {
        Seen::Failed {
            ticket, failure, ..
        } => {
            assert_eq!(ticket, Some(1));
            assert_eq!(failure, Failure::Expired(THROTTLED));
        }
        other => panic!("{other:?}"),
    }
    assert_eq!(peer.queued(), 0);
}

#[test]
fn the_time_of_a_request_without_end_begins_when_it_is_refused() {
    // Two requests a second, 200 of them: the last goes 100 s after it was queued.
    let mut peer = Peer::bound(esme().with(|config| config.rate = Some(2.0)));
    for ticket in 0..200 {
        peer.queue(ticket);
    }
    let mut busy = false;
    for _ in 0..120 {
        for heard in peer.hears() {
            if peer.queued() == 0 && !busy {
                busy = true;
                peer.says(&refused(heard.number(), THROTTLED));
            } else {
                peer.says(&accepted(heard.number()));
            }
        }
        peer.advance(1_000);
    }
    let answers = peer.answers();
    assert_eq!(answers.len(), 200);
    assert!(answers.iter().all(|(_, status)| *status == OK));
}

#[test]
fn a_request_is_not_sent_after_its_time() {
    let mut peer = Peer::bound(esme().with(|config| {
        config.window = 1;
        config.enquire_link = ms(0);
        config.response_timeout = ms(0);
    }));
    peer.queue(1);
    peer.queue_until(2, Some(5_000));
    peer.queue_until(3, Some(50_000));
    let first = peer.hears_one().number();
    peer.advance(5_000);
    match peer.sees_one() {
        Seen::Failed {
            ticket,
            sequence,
            failure,
            ..
        } => assert_eq!(
            (ticket, sequence, failure),
            (Some(2), None, Failure::Expired(OK))
        ),
        other => panic!("{other:?}"),
    }
    peer.advance(5_000);
    peer.says(&accepted(first));
    assert_eq!(peer.hears().len(), 1);
    assert_eq!(peer.answers(), [(1, OK)]);
}

#[test]
fn times_that_end_close_together_are_kept_to_the_second_and_never_sent_late() {
    let mut peer = Peer::new(persistent());
    for ticket in 0..100 {
        peer.queue_until(ticket, Some(10_000 + ticket));
    }
    peer.advance(10_050);
    let now = peer.now();
    peer.bind(now);
    peer.accept_bind(None);
    // Those of 10,000 to 10,050 are over, though nobody has looked yet; a window's worth of the others goes.
    let sent = peer.hears().len();
    assert_eq!(sent, 10);
    let over = peer
        .sees()
        .into_iter()
        .filter(|e| matches!(e, Seen::Failed { failure: Failure::Expired(s), .. } if *s == OK))
        .count();
    assert_eq!(over, 51);
    peer.advance(1_100);
    assert_eq!(peer.queued(), 0);
}

#[test]
fn a_long_queue_is_not_looked_through_at_each_end_of_a_time() {
    let mut peer = Peer::new(persistent());
    for ticket in 0..100 {
        peer.queue_until(ticket, Some(10_000 + ticket * 10));
    }
    let start = peer.now();
    let mut looks = 0;
    while let Some(due) = peer.poll_timeout() {
        looks += 1;
        peer.handle_timeout(due);
        assert!(due <= start + 12_000);
    }
    assert_eq!(peer.queued(), 0);
    assert!(looks <= 3, "{looks}");
}

#[test]
fn a_request_whose_time_is_over_when_it_is_throttled_ends_with_the_status() {
    let mut peer = Peer::bound(esme());
    for (ticket, passed) in [(1, 2_000), (2, 1_000)] {
        peer.queue_until(ticket, Some(1_000));
        let number = peer.hears_one().number();
        peer.advance(passed);
        peer.says(&refused(number, QUEUE_FULL));
        assert_eq!(peer.answers(), [(ticket, QUEUE_FULL)]);
    }
}

#[test]
fn a_throttled_request_at_once_is_the_applications_to_repeat() {
    let mut peer = Peer::bound(esme());
    let now = peer.now();
    let sequence = peer.submit(now, &message()).unwrap();
    peer.says(&refused(sequence.number(), THROTTLED));
    let seen = peer.sees();
    assert_eq!(seen[0], Seen::Throttled(THROTTLED, 1_000));
    match &seen[1] {
        Seen::Response {
            sequence: s,
            status,
            ..
        } => assert_eq!((*s, *status), (sequence, THROTTLED)),
        other => panic!("{other:?}"),
    }
    assert_eq!(peer.submit(now, &message()), Err(SendError::Throttled));
}

#[test]
fn throttled_requests_go_on_over_a_new_connection() {
    let mut peer = Peer::bound(persistent());
    peer.hears();
    for n in 0..3 {
        queue_text(&mut peer, n);
    }
    let heard = peer.hears();
    peer.says(&refused(heard[1].number(), THROTTLED));
    peer.closes();
    let seen = peer.sees();
    let lost: Vec<u64> = seen
        .iter()
        .filter_map(|e| match e {
            Seen::Failed {
                ticket,
                failure: Failure::Lost,
                ..
            } => *ticket,
            _ => None,
        })
        .collect();
    assert_eq!(lost, [0, 2]);
    assert_eq!(peer.queued(), 1);
    peer.advance(2_000);
    let now = peer.now();
    peer.bind(now);
    peer.accept_bind(None);
    assert_eq!(texts(&peer.hears()), [1]);
}

#[test]
fn after_a_throttle_the_rate_is_lower_and_comes_back_step_by_step() {
    let mut peer = Peer::bound(esme().with(|config| {
        config.rate = Some(100.0);
        config.window = 100;
        config.max_queue = 1_000_000;
    }));
    let mut ticket = 0;
    let mut sent_in_second = Vec::new();
    for second in 0..40 {
        let mut sent = 0;
        for _ in 0..100 {
            while peer.queued() < 100 {
                peer.queue(ticket);
                ticket += 1;
            }
            for heard in peer.hears() {
                sent += 1;
                if second == 2 {
                    peer.says(&refused(heard.number(), THROTTLED));
                } else {
                    peer.says(&accepted(heard.number()));
                }
            }
            peer.advance(10);
        }
        sent_in_second.push(sent);
    }
    assert!(
        (95..=105).contains(&sent_in_second[1]),
        "{sent_in_second:?}"
    );
    let after = sent_in_second[5];
    assert!((40..=70).contains(&after), "{sent_in_second:?}");
    assert!(sent_in_second[39] >= 95, "{sent_in_second:?}");
    assert_eq!(peer.rate(), Some(100.0));
}

#[test]
fn congestion_state_100_of_a_5_0_peer_stops_the_flow() {
    let mut tlvs = TlvBuf::new();
    tlvs.push_u8(Tag::CONGESTION_STATE, 100);
    let body = SubmitSmResp {
        message_id: b"id",
        tlvs: tlvs.as_tlvs(),
    };
    for (version, stops) in [
        (InterfaceVersion::V5_0, true),
        // Who speaks 3.4 may find anything in this TLV.
        (InterfaceVersion::V3_4, false),
    ] {
        let mut peer = Peer::bound(esme().with(|config| {
            config.interface_version = version;
            config.window = 1;
        }));
        peer.queue(1);
        peer.queue(2);
        let number = peer.hears_one().number();
        peer.says(&request(CommandId::SUBMIT_SM_RESP, number, &body));
        assert_eq!(peer.answers(), [(1, OK)]);
        assert_eq!(peer.hears().is_empty(), stops, "{version:?}");
        peer.advance(1_000);
        assert_eq!(peer.hears().is_empty(), !stops, "{version:?}");
    }
}

#[test]
fn a_peer_that_does_not_read_gets_no_more_than_a_little() {
    let mut peer = Peer::bound(esme().with(|config| {
        config.window = 100_000;
        config.enquire_link = ms(0);
        config.response_timeout = ms(0);
    }));
    peer.reading = false;
    for ticket in 0..10_000 {
        peer.queue(ticket);
    }
    assert!(peer.poll_transmit().len() < 66_000);
    let (open, queued) = (peer.in_flight(), peer.queued());
    assert_eq!(open + queued, 10_000);
    let now = peer.now();
    assert_eq!(peer.submit(now, &message()), Err(SendError::Throttled));
    // It reads again.
    peer.reading = true;
    assert_eq!(peer.hears().len(), 10_000);
    assert_eq!(peer.queued(), 0);
}

#[test]
fn a_peer_that_makes_us_write_and_does_not_read_is_closed() {
    let mut peer = Peer::bound(esme());
    peer.reading = false;
    let enquiries = bare(CommandId::ENQUIRE_LINK, OK, 1).repeat(1_000);
    for _ in 0..100 {
        peer.says(&enquiries);
        assert!(peer.poll_transmit().len() < 2_000_000);
    }
    let reason = CloseReason::PeerNotReading;
    assert_eq!(peer.sees(), [Seen::Disconnect(reason, None)]);
    // There is no sense in sending it the rest.
    assert_eq!(peer.poll_transmit(), []);
}

#[test]
fn answers_wait_for_a_peer_that_does_not_read_up_to_their_bound() {
    let config = esme();
    let bound = (1 << 20) + config.max_pdu;
    let mut peer = Peer::bound(config);
    peer.reading = false;
    let enquiry = bare(CommandId::ENQUIRE_LINK, OK, 1);
    assert_eq!(bound % enquiry.len(), 0);
    peer.says(&enquiry.repeat(bound / enquiry.len()));
    assert_eq!(peer.poll_transmit().len(), bound);
    assert_eq!(peer.state(), State::Bound(BindType::Transceiver));
    peer.says(&enquiry);
    assert_eq!(peer.state(), State::Closed);
}

#[test]
fn notifications_do_not_pile_up_before_a_peer_that_does_not_read() {
    let mut peer = Peer::bound(smsc());
    peer.reading = false;
    let now = peer.now();
    let alert = AlertNotification::default();
    let mut sent = 0;
    while peer.request(now, &alert).is_ok() {
        sent += 1;
        assert!(sent < 10_000);
    }
    assert_eq!(peer.request(now, &alert), Err(SendError::Throttled));
}
