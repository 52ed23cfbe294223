//! The window: how many requests are open, and how responses find theirs.

use crate::support::*;
use smpp_edge::pdu::*;
use smpp_edge::session::*;

const OK: CommandStatus = CommandStatus::ESME_ROK;

#[test]
fn no_more_than_the_window_is_open_at_once() {
    let mut peer = Peer::bound(esme().with(|config| config.window = 3));
    for ticket in 0..10 {
        peer.queue(ticket);
    }
    let mut numbers: Vec<u32> = peer.hears().iter().map(Heard::number).collect();
    assert_eq!(numbers, [2, 3, 4]);
    assert_eq!((peer.in_flight(), peer.queued()), (3, 7));
    // Each answer makes room for one.
    let mut sent = 3;
    while let Some(number) = numbers.pop() {
        peer.says(&accepted(number));
        let next = peer.hears();
        numbers.extend(next.iter().map(Heard::number));
        sent += next.len();
        assert!(peer.in_flight() <= 3);
    }
    assert_eq!(sent, 10);
    let mut tickets: Vec<u64> = peer.answers().iter().map(|(t, _)| *t).collect();
    tickets.sort_unstable();
    assert_eq!(tickets, (0..10).collect::<Vec<_>>());
}

#[test]
fn requests_are_sent_in_the_order_they_were_queued() {
    let mut peer = Peer::bound(esme().with(|config| config.window = 4));
    let now = peer.now();
    for n in 0..20u8 {
        let body = SubmitSm {
            short_message: &[n],
            ..message()
        };
        peer.enqueue(now, Ticket(n.into()), None, &body).unwrap();
    }
    let mut order = Vec::new();
    loop {
        let heard = peer.hears();
        if heard.is_empty() {
            break;
        }
        for heard in heard {
            let Pdu::SubmitSm(body) = heard.pdu() else {
                panic!("no submit_sm");
            };
            order.push(body.short_message[0]);
            peer.says(&accepted(heard.number()));
        }
    }
    assert_eq!(order, (0..20).collect::<Vec<_>>());
}

#[test]
fn responses_in_any_order_reach_their_own_requests() {
    let mut peer = Peer::bound(esme().with(|config| config.window = 100));
    for ticket in 0..100 {
        peer.queue(ticket);
    }
    let numbers: Vec<u32> = peer.hears().iter().map(Heard::number).collect();
    assert_eq!(numbers.len(), 100);
    // 37 and 100 have no common divisor: each once, in no order.
    for step in 0..100 {
        let ticket = step * 37 % 100;
        peer.says(&accepted(numbers[ticket]));
        assert_eq!(peer.answers(), [(ticket as u64, OK)]);
    }
    assert_eq!(peer.in_flight(), 0);
}

#[test]
fn a_second_response_to_the_same_request_is_counted_and_told_as_unmatched() {
    let mut peer = Peer::bound(esme());
    peer.queue(1);
    let number = peer.hears_one().number();
    peer.says(&accepted(number));
    peer.says(&accepted(number));
    let seen = peer.sees();
    assert!(matches!(
        seen[0],
        Seen::Response {
            ticket: Some(1),
            ..
        }
    ));
    assert_eq!(seen[1..], [Seen::Unmatched(accepted(number))]);
    assert_eq!((peer.stats().responses, peer.stats().unmatched), (1, 1));
}

#[test]
fn a_response_of_another_kind_fails_the_request_it_names() {
    let mut peer = Peer::bound(esme());
    peer.queue(1);
    let number = peer.hears_one().number();
    let status = CommandStatus::ESME_RSYSERR;
    peer.says(&bare(CommandId::DATA_SM_RESP, status, number));
    assert!(matches!(
        peer.sees_one(),
        Seen::Failed { ticket: Some(1), failure: Failure::Mismatch(s), .. } if s == status
    ));
    assert_eq!(peer.in_flight(), 0);
}

#[test]
fn a_generic_nack_settles_the_request_it_names() {
    let mut peer = Peer::bound(esme());
    peer.queue(1);
    peer.queue(2);
    let numbers: Vec<u32> = peer.hears().iter().map(Heard::number).collect();
    let status = CommandStatus::ESME_RINVCMDID;
    peer.says(&bare(CommandId::GENERIC_NACK, status, numbers[1]));
    assert_eq!(peer.answers(), [(2, status)]);
    // Even one that says the length was wrong: the stream goes on.
    let status = CommandStatus::ESME_RINVCMDLEN;
    peer.says(&bare(CommandId::GENERIC_NACK, status, numbers[0]));
    assert_eq!(peer.answers(), [(1, status)]);
    assert_eq!(peer.state(), State::Bound(BindType::Transceiver));
}

#[test]
fn a_generic_nack_with_esme_rok_does_not_accept_the_request_it_names() {
    let mut peer = Peer::bound(esme());
    peer.queue(1);
    let number = peer.hears_one().number();
    peer.says(&bare(CommandId::GENERIC_NACK, OK, number));
    assert!(matches!(
        peer.sees_one(),
        Seen::Failed {
            ticket: Some(1),
            failure: Failure::Mismatch(OK),
            ..
        }
    ));
    assert_eq!(peer.in_flight(), 0);
}

#[test]
fn the_two_directions_count_for_themselves() {
    let mut peer = Peer::bound(esme());
    peer.queue(1);
    let number = peer.hears_one().number();
    // The peer's request with the same number is no answer to ours.
    peer.says(&request(CommandId::DELIVER_SM, number, &delivery()));
    let sequence = peer.request_seen();
    assert_eq!((peer.in_flight(), peer.unacknowledged()), (1, 1));
    let now = peer.now();
    assert!(peer.respond(now, sequence, OK));
    assert_eq!(peer.in_flight(), 1);
    peer.says(&accepted(number));
    assert_eq!(peer.answers(), [(1, OK)]);
}

#[test]
fn a_request_at_once_is_refused_when_the_window_is_full() {
    let mut peer = Peer::bound(esme().with(|config| config.window = 2));
    let now = peer.now();
    let first = peer.submit(now, &message()).unwrap();
    peer.submit(now, &message()).unwrap();
    assert_eq!(peer.submit(now, &message()), Err(SendError::WindowFull));
    assert_eq!(peer.hears().len(), 2);
    peer.says(&accepted(first.number()));
    match peer.sees_one() {
        Seen::Response {
            ticket, sequence, ..
        } => assert_eq!((ticket, sequence), (None, first)),
        other => panic!("{other:?}"),
    }
    peer.submit(now, &message()).unwrap();
}

#[test]
fn what_has_no_response_takes_no_place() {
    let mut peer = Peer::bound(smsc().with(|config| config.window = 1));
    let now = peer.now();
    let alert = AlertNotification::default();
    for ticket in 0..3 {
        peer.enqueue(now, Ticket(ticket), None, &alert).unwrap();
    }
    assert_eq!(peer.hears().len(), 3);
    assert_eq!(peer.in_flight(), 0);
    let seen = peer.sees();
    for (ticket, event) in seen.iter().enumerate() {
        assert!(
            matches!(
                event,
                Seen::Response { ticket: Some(t), status: OK, frame, .. }
                    if *t == ticket as u64 && frame.is_empty()
            ),
            "{event:?}"
        );
    }
}

#[test]
fn enquiries_take_no_place_in_the_window() {
    let mut peer = Peer::bound(esme().with(|config| {
        config.window = 1;
        config.response_timeout = ms(0);
    }));
    peer.queue(1);
    peer.hears();
    peer.advance(30_000);
    assert_eq!(peer.hears_one().id(), CommandId::ENQUIRE_LINK);
    assert_eq!(peer.in_flight(), 1);
}

#[test]
fn an_invalid_field_is_the_callers_and_nothing_is_queued_or_sent() {
    let mut peer = Peer::bound(esme());
    let now = peer.now();
    let body = SubmitSm {
        destination_addr: &[b'1'; 21],
        ..message()
    };
    let expected = |result| match result {
        Err(SendError::InvalidField(error)) => assert_eq!(error.field, "destination_addr"),
        other => panic!("{other:?}"),
    };
    expected(peer.submit(now, &body).map(|_| ()));
    expected(peer.enqueue(now, Ticket(1), None, &body));
    assert_eq!((peer.queued(), peer.in_flight()), (0, 0));
    assert_eq!(peer.hears(), []);
    // No number was used up.
    assert_eq!(peer.submit(now, &message()).unwrap().number(), 2);
}

#[test]
fn a_full_queue_refuses() {
    let mut peer = Peer::new(esme().with(|config| config.max_queue = 2));
    peer.queue(1);
    peer.queue(2);
    let now = peer.now();
    let result = peer.enqueue(now, Ticket(3), None, &message());
    assert_eq!(result, Err(SendError::QueueFull));
    assert_eq!(peer.queued(), 2);
}

#[test]
fn what_is_given_up_is_taken_out_from_among_others() {
    let mut peer = Peer::new(esme());
    (1..=7).for_each(|ticket| peer.queue(ticket));
    let now = peer.now();
    assert_eq!(peer.cancel(now, |t| [2, 3, 6].contains(&t.0)), 3);
    let cancelled = peer.sees().into_iter().map(|event| match event {
        Seen::Failed { ticket, .. } => ticket,
        other => panic!("{other:?}"),
    });
    assert_eq!(cancelled.collect::<Vec<_>>(), [2, 3, 6].map(Some));
    peer.bind(now);
    peer.accept_bind(None);
    let numbers: Vec<u32> = peer.hears().iter().map(Heard::number).collect();
    peer.sees();
    for number in numbers {
        peer.says(&accepted(number));
    }
    let tickets = peer.answers().into_iter().map(|(ticket, _)| ticket);
    assert_eq!(tickets.collect::<Vec<_>>(), [1, 4, 5, 7]);
}

#[test]
fn what_passes_is_counted() {
    let mut peer = Peer::bound(esme());
    let before = peer.stats();
    assert!(before.octets_in > 0 && before.octets_out > 0);
    peer.queue(1);
    let heard = peer.hears_one();
    let answer = accepted(heard.number());
    peer.says(&answer);
    let stats = peer.stats();
    let octets = (
        stats.octets_in - before.octets_in,
        stats.octets_out - before.octets_out,
    );
    assert_eq!(octets, (answer.len() as u64, heard.frame.len() as u64));
    assert_eq!((stats.sent, stats.responses), (1, 1));
}

#[test]
fn what_is_given_up_ends_once_and_says_whether_it_was_on_the_wire() {
    let mut peer = Peer::bound(esme().with(|config| config.window = 1));
    for ticket in [1, 2, 2, 3] {
        peer.queue(ticket);
    }
    let number = peer.hears_one().number();
    let now = peer.now();
    assert_eq!(peer.cancel(now, |t| t == Ticket(2)), 2);
    assert_eq!(peer.cancel(now, |t| t == Ticket(1)), 1);
    assert_eq!(peer.cancel(now, |t| t == Ticket(9)), 0);
    let failures: Vec<_> = peer
        .sees()
        .into_iter()
        .map(|event| match event {
            Seen::Failed {
                ticket,
                sequence,
                failure,
                ..
            } => (ticket, sequence.map(Sequence::number), failure),
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(
        failures,
        [
            (Some(2), None, Failure::Cancelled),
            (Some(2), None, Failure::Cancelled),
            (Some(1), Some(number), Failure::CancelledOnWire),
        ]
    );
    // Its place is free for the next.
    assert_eq!(peer.hears_one().number(), number + 1);
    // Its response is told as late, once.
    peer.says(&accepted(number));
    assert!(matches!(
        peer.sees_one(),
        Seen::Late {
            ticket: Some(1),
            status: OK,
            ..
        }
    ));
    peer.says(&accepted(number));
    assert_eq!(peer.sees(), [Seen::Unmatched(accepted(number))]);
}

#[test]
fn the_time_to_the_response_is_measured() {
    let mut peer = Peer::bound(esme());
    for _ in 0..50 {
        peer.queue(1);
        let number = peer.hears_one().number();
        peer.advance(120);
        peer.says(&accepted(number));
    }
    assert_eq!(peer.stats().rtt, 120.0);
    // An eighth of each new sample (RFC 6298).
    peer.queue(1);
    let number = peer.hears_one().number();
    peer.advance(200);
    peer.says(&accepted(number));
    assert_eq!(peer.stats().rtt, 130.0);
}

#[test]
fn vendors_requests_go_and_come_back_like_others() {
    let mut peer = Peer::bound(esme());
    let now = peer.now();
    let id = CommandId(0x0001_0203);
    peer.enqueue_encoded(now, Ticket(1), id, b"anything")
        .unwrap();
    let heard = peer.hears_one();
    assert_eq!((heard.id(), &heard.frame[16..]), (id, &b"anything"[..]));
    peer.says(&raw(id.response(), OK, heard.number(), b"else"));
    match peer.sees_one() {
        Seen::Response { ticket, frame, .. } => {
            assert_eq!((ticket, &frame[16..]), (Some(1), &b"else"[..]));
        }
        other => panic!("{other:?}"),
    }
}
