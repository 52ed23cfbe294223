//! Recipients that the SMSC is too busy for, and all the others.

use crate::support::*;
use smpp_edge::pdu::*;
use smpp_edge::session::*;

const OK: CommandStatus = CommandStatus::ESME_ROK;
const THROTTLED: CommandStatus = CommandStatus::ESME_RTHROTTLED;
const QUEUE_FULL: CommandStatus = CommandStatus::ESME_RMSGQFUL;
const BUSY: [CommandStatus; 2] = [THROTTLED, QUEUE_FULL];

/// Everything that the SMSC in these tests was asked to send: milliseconds since the start, recipient, text, and its answer.
type Log = Vec<(u64, u64, u8, CommandStatus)>;

fn config(window: usize) -> Config {
    esme().with(|config| {
        config.window = window;
        config.enquire_link = ms(0);
    })
}

/// Queues a message to `recipient` whose text is one byte.
fn send(peer: &mut Peer, ticket: u64, recipient: u64, text: u8) {
    send_until(peer, ticket, recipient, text, None);
}

fn send_until(peer: &mut Peer, ticket: u64, recipient: u64, text: u8, expires: Option<u64>) {
    let (now, to) = (peer.now(), recipient.to_string());
    let body = SubmitSm {
        source_addr: b"12345",
        destination_addr: to.as_bytes(),
        short_message: &[text],
        ..SubmitSm::default()
    };
    let expires = expires.map(|millis| now + millis);
    peer.enqueue(now, Ticket(ticket), expires, &body).unwrap();
}

/// The SMSC answers what it hears for so long. `answer` has the milliseconds since the start and the recipient.
fn serve(
    peer: &mut Peer,
    start: Instant,
    millis: u64,
    mut answer: impl FnMut(u64, u64) -> CommandStatus,
) -> Log {
    let end = peer.now() + millis;
    let mut log = Vec::new();
    loop {
        let heard = peer.hears();
        let idle = heard.is_empty();
        for heard in heard {
            let Pdu::SubmitSm(body) = heard.pdu() else {
                continue;
            };
            let recipient = std::str::from_utf8(body.destination_addr).unwrap();
            let recipient = recipient.parse().unwrap();
            let at = peer.now().since(start);
            let status = answer(at, recipient);
            log.push((at, recipient, body.short_message[0], status));
            let response = bare(CommandId::SUBMIT_SM_RESP, status, heard.number());
            peer.says(&response);
        }
        if idle && peer.now() >= end {
            return log;
        }
        if idle {
            peer.advance(10);
        }
    }
}

/// When requests to the recipient were heard.
fn times(log: &Log, recipient: u64) -> Vec<u64> {
    let to = log.iter().filter(|entry| entry.1 == recipient);
    to.map(|entry| entry.0).collect()
}

fn texts(log: &Log, recipient: u64) -> Vec<u8> {
    let to = log.iter().filter(|entry| entry.1 == recipient);
    to.map(|entry| entry.2).collect()
}

fn failures(peer: &mut Peer) -> Vec<(u64, Failure)> {
    peer.sees()
        .into_iter()
        .filter_map(|seen| match seen {
            Seen::Failed {
                ticket: Some(ticket),
                failure,
                ..
            } => Some((ticket, failure)),
            _ => None,
        })
        .collect()
}

#[test]
fn a_recipient_whose_queue_is_full_delays_no_other_message() {
    for window in [1, 10, 100] {
        let mut peer = Peer::bound(config(window));
        let start = peer.now();
        send(&mut peer, 0, 0, 0);
        for other in 1..=200 {
            send(&mut peer, other, other, 0);
        }
        let log = serve(
            &mut peer,
            start,
            0,
            |_, to| {
                if to == 0 { QUEUE_FULL } else { OK }
            },
        );
        // All at the same millisecond, in the order they were queued.
        let order: Vec<u64> = log.iter().map(|entry| entry.1).collect();
        assert_eq!(order, (0..=200).collect::<Vec<u64>>(), "window {window}");
        assert_eq!(peer.answers().len(), 200);
        assert!(peer.sees().is_empty());
        assert_eq!(peer.rate(), None);
        assert_eq!(peer.queued(), 1);
    }
}

#[test]
fn one_throttled_recipient_does_not_hold_the_others_up() {
    for window in [1, 10, 100] {
        let mut peer = Peer::bound(config(window));
        let start = peer.now();
        for to in 0..=20 {
            send(&mut peer, to, to, 0);
        }
        let busy = |_, to| if to == 0 { THROTTLED } else { OK };
        let log = serve(&mut peer, start, 3_000, busy);
        assert_eq!(peer.answers().len(), 20, "window {window}: {log:?}");
        // It is not tried over and over, and once it is known to be alone in this the link is as fast as before.
        assert!(times(&log, 0).len() <= 3, "{log:?}");
        for to in 100..200 {
            send(&mut peer, to, to, 0);
        }
        serve(&mut peer, start, 5_000, busy);
        assert_eq!(peer.answers().len(), 100, "window {window}");
        assert_eq!(peer.rate(), None);
    }
}

#[test]
fn the_link_is_fast_again_once_others_sent_after_a_throttled_recipient_are_accepted() {
    // Whether another message goes with the first one that is refused, and one after it; what the probe gets.
    for (with, after, then, fast) in [
        (false, false, THROTTLED, false),
        (true, false, THROTTLED, false),
        (false, true, THROTTLED, true),
        (false, true, QUEUE_FULL, false),
    ] {
        let mut peer = Peer::bound(config(10));
        let start = peer.now();
        let busy = |status| move |_, to| if to == 0 { status } else { OK };
        send(&mut peer, 0, 0, 0);
        if with {
            send(&mut peer, 1, 1, 0);
        }
        serve(&mut peer, start, 0, busy(THROTTLED));
        assert!(peer.rate().is_some());
        if after {
            send(&mut peer, 2, 2, 0);
        }
        let log = serve(&mut peer, start, 1_500, busy(then));
        assert_eq!(times(&log, 0).len(), 1, "one probe: {log:?}");
        assert_eq!(peer.rate().is_none(), fast, "{with} {after} {then:?}");
    }
}

#[test]
fn several_throttled_recipients_do_not_hold_the_others_up() {
    for window in [1, 10] {
        let mut peer = Peer::bound(config(window));
        let start = peer.now();
        for to in 0..10 {
            send(&mut peer, to, to, 0);
        }
        let busy = |_, to: u64| if to < 3 { THROTTLED } else { OK };
        serve(&mut peer, start, 15_000, busy);
        assert_eq!(peer.answers().len(), 7);
        // From here on the three are known.
        let mut sent = 0;
        for second in 0..20 {
            for n in 0..10 {
                send(&mut peer, 100 + second, 100 + n, 0);
                sent += 1;
            }
            serve(&mut peer, start, 1_000, busy);
            let answered = peer.answers().len();
            assert_eq!(answered, 10, "window {window}, second {second} of {sent}");
        }
    }
}

#[test]
fn a_throttled_link_is_still_paced() {
    let mut peer = Peer::bound(config(10));
    let start = peer.now();
    for to in 0..1_000 {
        send(&mut peer, to, to, 0);
    }
    // Ten a second, whoever they are for.
    let (mut second, mut taken) = (0, 0);
    let log = serve(&mut peer, start, 200_000, |at, _| {
        if at / 1_000 != second {
            (second, taken) = (at / 1_000, 0);
        }
        taken += 1;
        if taken <= 10 { OK } else { THROTTLED }
    });
    let refused = log.iter().filter(|entry| entry.3 == THROTTLED).count();
    assert_eq!(peer.answers().len(), 1_000);
    assert!(refused < 100, "{refused}");
}

#[test]
fn a_refused_recipient_is_tried_at_doubling_times() {
    for status in BUSY {
        let mut peer = Peer::bound(config(10));
        let start = peer.now();
        for n in 0..5 {
            send(&mut peer, n, 7, n as u8);
        }
        let log = serve(&mut peer, start, 59_000, |_, _| status);
        // All five were on the wire; after that one at a time.
        assert_eq!(
            times(&log, 7),
            [0, 0, 0, 0, 0, 1_000, 3_000, 7_000, 15_000, 31_000]
        );
        assert_eq!(texts(&log, 7)[5..], [0, 0, 0, 0, 0]);
        peer.sees();
        peer.advance(2_000);
        let ended = failures(&mut peer);
        assert_eq!(ended.len(), 5);
        assert!(ended.iter().all(|(_, f)| *f == Failure::Expired(status)));
        assert_eq!(peer.queued(), 0);
    }
}

#[test]
fn messages_to_a_delayed_recipient_keep_their_order() {
    for (status, window) in [
        (THROTTLED, 1),
        (THROTTLED, 10),
        (QUEUE_FULL, 1),
        (QUEUE_FULL, 10),
    ] {
        let mut peer = Peer::bound(config(window));
        let start = peer.now();
        let mut ticket = 0;
        let mut send_some = |peer: &mut Peer, from: u8| {
            for n in from..from + 10 {
                for to in 0..3 {
                    ticket += 1;
                    send(peer, ticket, to, n);
                }
            }
        };
        send_some(&mut peer, 0);
        let mut log = serve(
            &mut peer,
            start,
            4_000,
            |_, to| {
                if to == 0 { status } else { OK }
            },
        );
        // Those that come while it is delayed stand behind.
        send_some(&mut peer, 10);
        log.extend(serve(&mut peer, start, 60_000, |_, _| OK));
        for to in 0..3 {
            let taken = log.iter().filter(|entry| entry.3 == OK).copied().collect();
            let texts = texts(&taken, to);
            assert_eq!(texts, (0..20).collect::<Vec<u8>>(), "{status:?} {window}");
        }
        assert_eq!(peer.answers().len(), 60);
    }
}

#[test]
fn messages_that_waited_for_a_recipient_go_before_later_ones_to_it() {
    let mut peer = Peer::bound(config(2));
    for (text, recipient) in [(1, 1), (2, 1), (3, 2), (4, 2), (5, 2), (6, 1)] {
        send_until(&mut peer, text, recipient, text as u8, None);
    }
    let heard = |peer: &mut Peer| -> Vec<(u8, u32)> {
        let heard = peer.hears();
        let texts = heard.iter().map(|heard| match heard.pdu() {
            Pdu::SubmitSm(body) => (body.short_message[0], heard.number()),
            other => panic!("{other:?}"),
        });
        texts.collect()
    };
    for (_, number) in heard(&mut peer) {
        peer.says(&bare(
            CommandId::SUBMIT_SM_RESP,
            CommandStatus::ESME_RMSGQFUL,
            number,
        ));
    }
    let mut open = heard(&mut peer);
    peer.advance(1_000);
    let mut order = Vec::new();
    while !open.is_empty() {
        let (text, number) = open.remove(0);
        order.push(text);
        peer.says(&accepted(number));
        open.splice(0..0, heard(&mut peer));
    }
    // The first one to the other recipient makes room for the probe, which frees the recipient.
    assert_eq!(order, [3, 1, 2, 5, 6, 4]);
}

#[test]
fn a_recipient_is_its_number_with_its_type() {
    let mut peer = Peer::bound(config(1));
    let now = peer.now();
    for (ticket, (service_type, source, ton, npi, to)) in [
        (&b""[..], &b"12345"[..], 1, 1, &b"447"[..]),
        // The same recipient, from another sender by another service.
        (b"CMT", b"other", 1, 1, b"447"),
        (b"", b"12345", 0, 1, b"447"),
        (b"", b"12345", 1, 0, b"447"),
        (b"", b"12345", 1, 1, b"4477"),
    ]
    .into_iter()
    .enumerate()
    {
        let body = SubmitSm {
            service_type,
            source_addr: source,
            dest_addr_ton: Ton(ton),
            dest_addr_npi: Npi(npi),
            destination_addr: to,
            ..SubmitSm::default()
        };
        let ticket = Ticket(ticket as u64);
        peer.enqueue(now, ticket, None, &body).unwrap();
    }
    let refused = peer.hears_one().number();
    peer.says(&bare(CommandId::SUBMIT_SM_RESP, QUEUE_FULL, refused));
    for _ in 0..3 {
        let number = peer.hears_one().number();
        peer.says(&accepted(number));
    }
    assert_eq!(peer.answers(), [(2, OK), (3, OK), (4, OK)]);
    assert_eq!(peer.hears(), []);
    assert_eq!(peer.queued(), 2);
}

#[test]
fn a_delivery_waits_for_its_sender_and_other_requests_for_themselves() {
    // The SMSC's side: the subscriber is the source of a delivery.
    let mut peer = Peer::bound(smsc().with(|config| {
        config.window = 1;
        config.enquire_link = ms(0);
    }));
    let now = peer.now();
    for (ticket, source) in [(1, b"447"), (2, b"447"), (3, b"448")] {
        let body = DeliverSm {
            source_addr: source,
            destination_addr: b"12345",
            ..DeliverSm::default()
        };
        peer.enqueue(now, Ticket(ticket), None, &body).unwrap();
    }
    let number = peer.hears_one().number();
    peer.says(&bare(CommandId::DELIVER_SM_RESP, QUEUE_FULL, number));
    let number = peer.hears_one().number();
    peer.says(&bare(CommandId::DELIVER_SM_RESP, OK, number));
    assert_eq!(peer.answers(), [(3, OK)]);
    assert_eq!(peer.queued(), 2);

    // A query has no recipient.
    let mut peer = Peer::bound(config(1));
    let now = peer.now();
    for ticket in 1..=3 {
        let body = QuerySm {
            message_id: b"1",
            ..QuerySm::default()
        };
        peer.enqueue(now, Ticket(ticket), None, &body).unwrap();
    }
    let number = peer.hears_one().number();
    peer.says(&bare(CommandId::QUERY_SM_RESP, QUEUE_FULL, number));
    for _ in 0..2 {
        let number = peer.hears_one().number();
        peer.says(&bare(CommandId::QUERY_SM_RESP, OK, number));
    }
    assert_eq!(peer.answers(), [(2, OK), (3, OK)]);
    peer.advance(1_000);
    peer.hears_one();
}

#[test]
fn an_smsc_whose_own_queue_is_full_is_not_run_into_with_every_message() {
    let mut peer = Peer::bound(config(1));
    let start = peer.now();
    for to in 0..1_000 {
        send(&mut peer, to, to, 0);
    }
    let full_until = 20_000;
    let log = serve(&mut peer, start, full_until, |_, _| QUEUE_FULL);
    // After eight it pauses, longer each time, and then one more than before is tried.
    let first: Vec<u64> = (7..12)
        .filter_map(|to| times(&log, to).first().copied())
        .collect();
    assert_eq!(first, [0, 1_000, 3_000, 7_000, 15_000]);
    assert!(log.len() < 60, "{}", log.len());
    serve(&mut peer, start, 600_000, |_, _| OK);
    let answers = peer.answers();
    assert_eq!(answers.len(), 1_000);
    assert!(answers.iter().all(|(_, status)| *status == OK));
}

#[test]
fn an_accepted_message_shows_that_the_smsc_has_room() {
    let mut peer = Peer::bound(config(1));
    let start = peer.now();
    // Every eighth is accepted: seven are refused in a row.
    for to in 0..64 {
        send(&mut peer, to, to, 0);
    }
    let log = serve(&mut peer, start, 0, |_, to| {
        if to % 8 == 7 { OK } else { QUEUE_FULL }
    });
    assert_eq!(log.len(), 64);
    assert!(
        peer.sees()
            .iter()
            .all(|s| !matches!(s, Seen::Throttled(..)))
    );
}

#[test]
fn a_probe_that_gets_no_answer_makes_room_for_the_next() {
    let mut peer = Peer::bound(persistent().with(|config| config.response_timeout = ms(500)));
    let start = peer.now();
    for n in 0..4 {
        send(&mut peer, n, 7, n as u8);
        if n == 0 {
            serve(&mut peer, start, 0, |_, _| QUEUE_FULL);
        }
    }
    // The first is lost by time, the second with the connection, the third is cancelled.
    peer.advance(1_000);
    peer.hears_one();
    peer.advance(500);
    assert_eq!(failures(&mut peer), [(0, Failure::Timeout)]);
    assert_eq!(peer.hears().len(), 1);
    peer.closes();
    assert_eq!(failures(&mut peer), [(1, Failure::Lost)]);
    peer.advance(2_000);
    let now = peer.now();
    peer.bind(now);
    peer.accept_bind(None);
    assert_eq!(peer.hears().len(), 1);
    let now = peer.now();
    assert_eq!(peer.cancel(now, |ticket| ticket.0 == 2), 1);
    assert_eq!(failures(&mut peer), [(2, Failure::CancelledOnWire)]);
    peer.advance(0);
    let number = peer.hears_one().number();
    peer.says(&accepted(number));
    assert_eq!(peer.answers(), [(3, OK)]);
}

#[test]
fn a_refusal_for_good_frees_the_recipient() {
    let mut peer = Peer::bound(config(1));
    let start = peer.now();
    for n in 0..3 {
        send(&mut peer, n, 7, n as u8);
    }
    serve(&mut peer, start, 0, |_, _| QUEUE_FULL);
    let status = CommandStatus::ESME_RINVDSTADR;
    serve(&mut peer, start, 1_000, |_, _| status);
    assert_eq!(peer.answers(), [(0, status), (1, status), (2, status)]);
    assert_eq!(peer.queued(), 0);
}

#[test]
fn messages_that_wait_for_a_recipient_end_in_their_time_and_were_never_sent() {
    let mut peer = Peer::bound(config(1));
    let start = peer.now();
    send(&mut peer, 0, 7, 0);
    send(&mut peer, 1, 7, 1);
    send_until(&mut peer, 2, 7, 2, Some(5_000));
    let log = serve(&mut peer, start, 10_000, |_, _| QUEUE_FULL);
    assert!(texts(&log, 7).iter().all(|text| *text == 0));
    assert_eq!(failures(&mut peer), [(2, Failure::Expired(OK))]);
    serve(&mut peer, start, 60_000, |_, _| QUEUE_FULL);
    let ended = failures(&mut peer);
    assert_eq!(
        ended,
        [(0, Failure::Expired(QUEUE_FULL)), (1, Failure::Expired(OK))]
    );
    assert_eq!(peer.queued(), 0);
}

#[test]
fn messages_that_wait_for_a_recipient_end_each_in_its_own_time() {
    let mut peer = Peer::bound(config(1));
    let start = peer.now();
    send(&mut peer, 0, 7, 0);
    send_until(&mut peer, 1, 7, 1, Some(5_000));
    send_until(&mut peer, 2, 7, 2, Some(9_000));
    for (ticket, time) in [(1, 5_500), (2, 4_000)] {
        serve(&mut peer, start, time, |_, _| QUEUE_FULL);
        assert_eq!(failures(&mut peer), [(ticket, Failure::Expired(OK))]);
    }
}

#[test]
fn a_message_that_waited_for_its_recipient_has_all_its_time_afterwards() {
    let mut peer = Peer::bound(config(1).with(|config| config.rate = Some(1.0)));
    let start = peer.now();
    for n in 0..100 {
        send(&mut peer, u64::from(n), 7, n);
    }
    // Refused for 15 s, then one a second is accepted.
    serve(&mut peer, start, 15_500, |at, _| {
        if at < 15_000 { QUEUE_FULL } else { OK }
    });
    serve(&mut peer, start, 200_000, |_, _| OK);
    let answers = peer.answers();
    assert_eq!(answers.len(), 100);
    assert!(answers.iter().all(|(_, status)| *status == OK));
}

#[test]
fn messages_that_wait_for_a_recipient_can_be_cancelled_count_as_queued_and_end_with_the_session() {
    let mut peer = Peer::bound(config(1).with(|config| config.max_queue = 4));
    let start = peer.now();
    for n in 0..4 {
        send(&mut peer, n, 7, 0);
        if n == 0 {
            serve(&mut peer, start, 0, |_, _| QUEUE_FULL);
        }
    }
    assert_eq!(peer.queued(), 4);
    let now = peer.now();
    let full = peer.enqueue(now, Ticket(9), None, &message());
    assert_eq!(full, Err(SendError::QueueFull));
    assert_eq!(peer.cancel(now, |ticket| ticket.0 % 2 == 1), 2);
    assert_eq!(
        failures(&mut peer),
        [(1, Failure::Cancelled), (3, Failure::Cancelled)]
    );
    peer.abort(now);
    assert_eq!(
        failures(&mut peer),
        [(0, Failure::Closed), (2, Failure::Closed)]
    );
    assert_eq!(peer.poll_timeout(), None);
}

#[test]
fn messages_that_wait_for_several_recipients_end_in_the_order_they_were_queued() {
    let mut peer = Peer::bound(config(4));
    let start = peer.now();
    for ticket in 0..5 {
        send(&mut peer, ticket, ticket % 2, 0);
    }
    serve(&mut peer, start, 0, |_, _| QUEUE_FULL);
    assert_eq!(peer.queued(), 5);
    let now = peer.now();
    peer.abort(now);
    let ended: Vec<u64> = failures(&mut peer)
        .iter()
        .map(|&(ticket, _)| ticket)
        .collect();
    assert_eq!(ended, [0, 1, 2, 3, 4]);
}

#[test]
fn the_session_unbinds_when_no_message_waits_for_a_recipient_any_more() {
    let mut peer = Peer::bound(config(1));
    let start = peer.now();
    send(&mut peer, 0, 7, 0);
    serve(&mut peer, start, 0, |_, _| QUEUE_FULL);
    let now = peer.now();
    peer.unbind(now);
    assert_eq!(peer.hears(), []);
    assert_eq!((peer.queued(), peer.in_flight()), (1, 0));
    peer.advance(1_000);
    let number = peer.hears_one().number();
    assert_eq!((peer.queued(), peer.in_flight()), (0, 1));
    peer.says(&accepted(number));
    assert_eq!(peer.hears_one().id(), CommandId::UNBIND);
}

#[test]
fn a_time_that_ends_without_a_link_is_not_the_peers_doing() {
    for status in BUSY {
        let mut peer = Peer::bound(persistent());
        let start = peer.now();
        send_until(&mut peer, 1, 7, 0, Some(5_000));
        serve(&mut peer, start, 0, |_, _| status);
        peer.closes();
        peer.sees();
        peer.advance(6_000);
        assert_eq!(failures(&mut peer), [(1, Failure::Expired(OK))]);
    }
}

#[test]
fn what_the_network_does_not_take_in_its_time_is_not_sent() {
    let mut peer = Peer::bound(config(10));
    for ticket in 0..5 {
        // The third and fourth have a second, the fifth has two.
        let expires = [None, None, Some(1_000), Some(1_000), Some(2_000)][ticket as usize];
        send_until(&mut peer, ticket, ticket, ticket as u8, expires);
    }
    peer.reading = false;
    peer.advance(1_000);
    let over = failures(&mut peer);
    assert_eq!(over.len(), 2);
    assert!(over.contains(&(2, Failure::Expired(OK))) && over.contains(&(3, Failure::Expired(OK))));
    peer.advance(500);
    // The first byte of the last one is on its way: it can't be taken back.
    let octets = peer.poll_transmit().len();
    assert_eq!(octets % 3, 0);
    peer.reads(octets / 3 * 2 + 1);
    peer.advance(1_000);
    peer.reading = true;
    let heard = peer.hears();
    let texts: Vec<u8> = heard
        .iter()
        .map(|h| match h.pdu() {
            Pdu::SubmitSm(body) => body.short_message[0],
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(texts, [0, 1, 4]);
    for heard in heard {
        peer.says(&accepted(heard.number()));
    }
    assert_eq!(peer.answers(), [(0, OK), (1, OK), (4, OK)]);
    assert_eq!(peer.stats().sent, 3);
}

#[test]
fn what_the_network_did_not_take_in_its_time_is_not_sent_by_a_process_that_was_held_up() {
    let mut peer = Peer::bound(config(10));
    peer.reading = false;
    send_until(&mut peer, 0, 0, 0, Some(1_000));
    peer.skip(5_000);
    let now = peer.now();
    peer.handle_timeout(now);
    assert_eq!(failures(&mut peer), [(0, Failure::Expired(OK))]);
    assert_eq!(peer.poll_transmit(), b"");
}

#[test]
fn what_the_network_has_not_taken_is_not_in_doubt() {
    let mut peer = Peer::bound(config(10).with(|config| config.enquire_link_timeout = ms(0)));
    peer.reading = false;
    send(&mut peer, 0, 0, 0);
    send(&mut peer, 1, 1, 1);
    // No response can come in time: they wait on.
    peer.advance(40_000);
    assert_eq!(failures(&mut peer), []);
    let now = peer.now();
    peer.cancel(now, |ticket| ticket.0 == 0);
    assert_eq!(failures(&mut peer), [(0, Failure::Cancelled)]);
    peer.reading = true;
    let number = peer.hears_one().number();
    peer.advance(19_000);
    assert_eq!(failures(&mut peer), []);
    peer.says(&accepted(number));
    assert_eq!(peer.answers(), [(1, OK)]);
    assert_eq!(peer.stats().timeouts, 0);
}

#[test]
fn without_a_time_to_retry_what_waits_for_a_recipient_ends_at_once() {
    let mut peer = Peer::bound(config(2).with(|config| config.retry_time = ms(0)));
    let start = peer.now();
    send_until(&mut peer, 0, 7, 0, Some(60_000));
    serve(&mut peer, start, 0, |_, _| QUEUE_FULL);
    send(&mut peer, 1, 7, 1);
    assert!(peer.poll_timeout().is_some_and(|at| at > peer.now()));
    peer.advance(1);
    assert_eq!(failures(&mut peer), [(1, Failure::Expired(OK))]);
}

/// Settings of an application that resends what the SMSC is too busy for.
fn without_retries(window: usize) -> Config {
    config(window).with(|config| config.retry_busy = false)
}

#[test]
fn without_retries_a_refusal_for_now_ends_the_request_and_slows_the_link() {
    for expires in [None, Some(60_000)] {
        let mut peer = Peer::bound(without_retries(10));
        let start = peer.now();
        send_until(&mut peer, 0, 0, 0, expires);
        serve(&mut peer, start, 0, |_, _| THROTTLED);
        assert_eq!(peer.answers(), [(0, THROTTLED)]);
        assert_eq!(peer.queued(), 0);
        send(&mut peer, 1, 1, 1);
        send(&mut peer, 2, 0, 2);
        assert_eq!(serve(&mut peer, start, 900, |_, _| OK), []);
        let log = serve(&mut peer, start, 2_000, |_, _| OK);
        assert_eq!([times(&log, 1).len(), times(&log, 0).len()], [1, 1]);
        assert_eq!(peer.answers(), [(1, OK), (2, OK)]);
    }
}

#[test]
fn without_retries_one_busy_recipient_holds_the_others_up_once() {
    let mut peer = Peer::bound(without_retries(10));
    let start = peer.now();
    let busy = |_, to| if to == 0 { THROTTLED } else { OK };
    for round in 0..5 {
        send(&mut peer, round, 0, 0);
        for to in 1..=3 {
            send(&mut peer, 100 * to + round, to, 0);
        }
        let log = serve(&mut peer, start, 1_100, busy);
        assert_eq!(times(&log, 0).len(), 1, "round {round}");
        if round > 0 {
            assert_eq!(
                times(&log, 3).len() + times(&log, 2).len(),
                2,
                "round {round}"
            );
        }
        peer.sees();
    }
    assert_eq!(peer.rate(), None);
    // A further recipient that is refused slows the link, and so does the first one once it was accepted in between.
    send(&mut peer, 900, 9, 0);
    serve(&mut peer, start, 0, |_, _| THROTTLED);
    assert!(peer.rate().is_some());
    serve(&mut peer, start, 120_000, |_, _| OK);
    for (ticket, status) in [(901, OK), (902, THROTTLED)] {
        send(&mut peer, ticket, 0, 0);
        serve(&mut peer, start, 2_000, |_, _| status);
    }
    assert!(
        peer.sees()
            .iter()
            .any(|seen| matches!(seen, Seen::Throttled(..)))
    );
}

#[test]
fn without_retries_segments_of_a_long_message_are_sent_again() {
    let mut peer = Peer::bound(without_retries(10));
    let now = peer.now();
    let units: Vec<u16> = "x".repeat(200).encode_utf16().collect();
    let fields = SubmitSm {
        destination_addr: b"7",
        ..SubmitSm::default()
    };
    let sms = Sms::new(fields, Content::Text(&units));
    Composer::new(1)
        .send(&mut peer, now, &sms, |index| Ticket(index.into()))
        .unwrap();
    let numbers: Vec<u32> = peer.hears().iter().map(Heard::number).collect();
    assert_eq!(numbers.len(), 2);
    peer.says(&accepted(numbers[0]));
    peer.says(&bare(CommandId::SUBMIT_SM_RESP, THROTTLED, numbers[1]));
    assert_eq!(peer.answers(), [(0, OK)]);
    peer.advance(2_500);
    let again = peer.hears_one().number();
    peer.says(&accepted(again));
    assert_eq!(peer.answers(), [(1, OK)]);
}
