//! What is lost with a connection, and what goes on with the next.

use crate::support::*;
use smpp_edge::pdu::*;
use smpp_edge::session::*;

const OK: CommandStatus = CommandStatus::ESME_ROK;

/// The wait of the one Disconnect.
fn wait(peer: &mut Peer) -> Option<u64> {
    let seen = peer.sees();
    match seen.last() {
        Some(Seen::Disconnect(_, wait)) => *wait,
        other => panic!("no end but {other:?}"),
    }
}

/// Lets the wait pass until a connection is asked for.
fn until_connect(peer: &mut Peer) {
    let due = peer.poll_timeout().expect("another attempt");
    let wait = due.since(peer.now());
    assert!(wait <= 60_000, "{wait}");
    peer.advance(wait);
    let endpoint = peer.endpoint();
    assert_eq!(peer.sees(), [Seen::Connect(endpoint)]);
    assert_eq!(peer.state(), State::Connecting);
}

/// Waits for the next connection, and binds on it.
fn rebind(peer: &mut Peer) {
    until_connect(peer);
    let now = peer.now();
    peer.bind(now);
    peer.accept_bind(None);
    peer.sees();
}

/// Answers each submission that was sent.
fn accept_all(peer: &mut Peer) {
    for heard in peer.hears() {
        peer.says(&accepted(heard.number()));
    }
}

fn refuse(peer: &mut Peer, status: CommandStatus) -> Option<u64> {
    let now = peer.now();
    peer.bind(now);
    peer.refuse_bind(status);
    wait(peer)
}

#[test]
fn an_esme_asks_for_its_first_connection_once() {
    let mut peer = Peer::new(persistent());
    let now = peer.now();
    peer.connect(now);
    peer.connect(now);
    assert_eq!(peer.sees(), [Seen::Connect(0)]);
    assert_eq!(peer.state(), State::Connecting);
}

#[test]
fn a_lost_connection_is_followed_by_another_after_a_wait_that_grows() {
    let mut peer = Peer::new(persistent());
    let now = peer.now();
    peer.connect(now);
    peer.sees();
    let mut most = 1_000;
    for _ in 0..10 {
        peer.closes();
        assert_eq!(peer.state(), State::Waiting);
        let seen = peer.sees_one();
        let Seen::Disconnect(CloseReason::ConnectFailed, Some(wait)) = seen else {
            panic!("{seen:?}");
        };
        assert!((500..=most).contains(&wait), "{wait} of {most}");
        peer.advance(wait - 1);
        assert_eq!(peer.sees(), []);
        peer.advance(1);
        assert_eq!(peer.sees(), [Seen::Connect(0)]);
        most = (most * 2).min(60_000);
    }
}

#[test]
fn each_connection_counts_its_requests_from_1() {
    let mut peer = Peer::bound(persistent());
    peer.queue(1);
    assert_eq!(peer.hears_one().number(), 2);
    peer.closes();
    until_connect_after_end(&mut peer);
    let now = peer.now();
    peer.bind(now);
    assert_eq!(peer.hears_one().number(), 1);
}

#[test]
fn a_bind_that_lasted_makes_the_wait_short_again() {
    let mut peer = Peer::new(persistent());
    let now = peer.now();
    peer.connect(now);
    peer.sees();
    for _ in 0..10 {
        peer.closes();
        until_connect_after_end(&mut peer);
    }
    let now = peer.now();
    peer.bind(now);
    peer.accept_bind(None);
    peer.advance(10_000);
    peer.closes();
    assert!(wait(&mut peer).is_some_and(|w| w <= 1_000));
}

#[test]
fn a_peer_that_closes_right_after_each_bind_is_not_asked_ever_faster() {
    let mut peer = Peer::new(persistent());
    let now = peer.now();
    peer.connect(now);
    peer.sees();
    let mut total = 0;
    for _ in 0..12 {
        let now = peer.now();
        peer.bind(now);
        peer.accept_bind(None);
        peer.closes();
        total += wait(&mut peer).expect("another attempt");
        until_connect(&mut peer);
    }
    // Twelve first waits would be at most 12 s.
    assert!(total > 60_000, "{total}");
}

#[test]
fn without_reconnection_the_first_end_is_the_last() {
    let mut peer = Peer::bound(esme());
    peer.queue(1);
    peer.closes();
    assert_eq!(wait(&mut peer), None);
    assert_eq!(peer.state(), State::Closed);
    assert_eq!(peer.poll_timeout(), None);
    let now = peer.now();
    let result = peer.enqueue(now, Ticket(2), None, &message());
    assert_eq!(result, Err(SendError::Closed));
    // Nothing brings it back.
    peer.connect(now);
    peer.accept(now);
    peer.bind(now);
    peer.closes();
    peer.says(&bare(CommandId::ENQUIRE_LINK, OK, 1));
    peer.unbind(now);
    peer.abort(now);
    assert_eq!(peer.sees(), []);
    assert_eq!(peer.hears(), []);
    assert_eq!(peer.state(), State::Closed);
}

#[test]
fn what_was_on_the_wire_ends_as_unknown_and_what_was_queued_goes_on() {
    let mut peer = Peer::bound(persistent().with(|config| config.window = 2));
    for ticket in 1..=4 {
        peer.queue(ticket);
    }
    assert_eq!(peer.hears().len(), 2);
    peer.closes();
    let seen = peer.sees();
    for (event, expected) in seen.iter().zip([1, 2]) {
        assert!(
            matches!(
                event,
                Seen::Failed { ticket: Some(t), sequence: Some(_), failure: Failure::Lost, .. }
                    if *t == expected
            ),
            "{event:?}"
        );
    }
    assert!(matches!(
        seen[2],
        Seen::Disconnect(CloseReason::Lost, Some(_))
    ));
    assert_eq!(peer.stats().lost, 2);
    rebind(&mut peer);
    // Numbers start at 1 again, with the bind.
    accept_all(&mut peer);
    assert_eq!(peer.answers(), [(3, OK), (4, OK)]);
}

#[test]
fn what_was_written_but_not_transmitted_is_not_lost() {
    let mut peer = Peer::bound(persistent().with(|config| config.window = 5));
    peer.reading = false;
    let now = peer.now();
    for ticket in 1..=3 {
        peer.queue(ticket);
    }
    let at_once = peer.submit(now, &message()).unwrap();
    peer.queue(4);
    let pdu = peer.poll_transmit().len() / 5;
    // The first is out, and the beginning of the second.
    peer.reads(pdu + 1);
    peer.closes();
    let mut failed = Vec::new();
    for event in peer.sees() {
        if let Seen::Failed {
            ticket,
            sequence,
            failure,
            ..
        } = event
        {
            failed.push((ticket, sequence.map(Sequence::number), failure));
        }
    }
    assert_eq!(
        failed,
        [
            (Some(1), Some(2), Failure::Lost),
            (Some(2), Some(3), Failure::Lost),
            // Not queued, so not sent again by itself.
            (None, Some(at_once.number()), Failure::Closed),
        ]
    );
    assert_eq!(peer.queued(), 2);
    assert_eq!(peer.stats().sent, 2);
    peer.reading = true;
    rebind(&mut peer);
    accept_all(&mut peer);
    assert_eq!(peer.answers(), [(3, OK), (4, OK)]);
}

#[test]
fn an_end_of_our_own_does_not_send_what_it_gives_back_to_the_queue() {
    let mut peer = Peer::bound(persistent().with(|config| config.window = 5));
    peer.reading = false;
    for ticket in 1..=3 {
        peer.queue(ticket);
    }
    peer.says(&request(CommandId::DELIVER_SM, 1, &delivery()));
    peer.says(b"GET / HTTP/1.1\r\n\r\n");
    peer.reading = true;
    // Only the answers are left to send.
    let ids: Vec<CommandId> = peer.hears().iter().map(Heard::id).collect();
    assert_eq!(ids, [CommandId::GENERIC_NACK]);
    assert_eq!(peer.queued(), 3);
}

#[test]
fn handles_of_an_earlier_connection_do_nothing() {
    let mut peer = Peer::bound(persistent());
    peer.says(&request(CommandId::DELIVER_SM, 7, &delivery()));
    let old = peer.request_seen();
    peer.closes();
    peer.sees();
    let now = peer.now();
    assert!(!peer.respond(now, old, OK));
    rebind(&mut peer);
    // The same number on the new connection.
    peer.says(&request(CommandId::DELIVER_SM, 7, &delivery()));
    let new = peer.request_seen();
    assert_ne!(old, new);
    assert!(!peer.respond(now, old, OK));
    assert_eq!(peer.request_command(old), None);
    assert_eq!(peer.unacknowledged(), 1);
    assert_eq!(peer.hears(), []);
    assert!(peer.respond(now, new, OK));
    assert_eq!(peer.hears_one().number(), 7);
}

#[test]
fn a_response_of_an_earlier_connection_matches_nothing() {
    let mut peer = Peer::bound(persistent());
    peer.queue(1);
    let number = peer.hears_one().number();
    peer.closes();
    until_connect_after_end(&mut peer);
    let now = peer.now();
    peer.bind(now);
    peer.accept_bind(None);
    peer.sees();
    peer.says(&accepted(number));
    assert_eq!(peer.sees(), [Seen::Unmatched(accepted(number))]);
}

#[test]
fn what_was_given_up_or_asked_on_an_earlier_connection_is_forgotten() {
    let mut peer = Peer::bound(persistent());
    peer.queue(1);
    let given_up = peer.hears_one().number();
    let now = peer.now();
    peer.cancel(now, |_| true);
    peer.advance(30_000);
    let enquiry = peer.hears_one().number();
    peer.closes();
    until_connect_after_end(&mut peer);
    let now = peer.now();
    peer.bind(now);
    peer.accept_bind(None);
    peer.sees();
    let answer = bare(CommandId::ENQUIRE_LINK_RESP, OK, enquiry);
    for frame in [accepted(given_up), answer] {
        peer.says(&frame);
        assert_eq!(peer.sees(), [Seen::Unmatched(frame)]);
    }
}

fn until_connect_after_end(peer: &mut Peer) {
    peer.sees();
    until_connect(peer);
}

#[test]
fn half_a_pdu_of_the_old_connection_is_forgotten() {
    let mut peer = Peer::bound(persistent());
    peer.says(&accepted(2)[..9]);
    peer.closes();
    until_connect_after_end(&mut peer);
    let now = peer.now();
    peer.bind(now);
    peer.accept_bind(None);
    assert_eq!(peer.state(), State::Bound(BindType::Transceiver));
}

#[test]
fn a_wrong_account_ends_the_session_at_once() {
    let finals = [
        CommandStatus::ESME_RINVPASWD,
        CommandStatus::ESME_RINVSYSID,
        CommandStatus::ESME_RINVSYSTYP,
        CommandStatus::ESME_RINVCMDID,
    ];
    for status in finals {
        let mut peer = Peer::new(persistent());
        peer.queue(1);
        let now = peer.now();
        peer.bind(now);
        peer.refuse_bind(status);
        let seen = peer.sees();
        assert!(matches!(
            seen[0],
            Seen::Failed {
                ticket: Some(1),
                failure: Failure::Closed,
                ..
            }
        ));
        let reason = CloseReason::BindRefused(status);
        assert_eq!(seen[1], Seen::Disconnect(reason, None));
        assert_eq!(peer.state(), State::Closed);
    }
}

#[test]
fn other_refusals_wait_longer_than_losses() {
    let passing = [
        CommandStatus::ESME_RBINDFAIL,
        CommandStatus::ESME_RALYBND,
        CommandStatus::ESME_RSYSERR,
        CommandStatus::ESME_RTHROTTLED,
        CommandStatus(0x0401),
    ];
    for status in passing {
        let mut peer = Peer::new(persistent());
        peer.queue(1);
        for attempt in 0..20 {
            let wait = refuse(&mut peer, status).expect("another attempt");
            let most = (10_000 << attempt.min(3)).min(60_000);
            assert!((5_000..=most).contains(&wait), "{status:?}: {wait}");
            until_connect(&mut peer);
        }
        // What is queued waits all the while.
        assert_eq!(peer.queued(), 1);
    }
}

#[test]
fn esme_rbindfail_is_final_if_so_told() {
    let mut peer = Peer::new(persistent().with(|config| config.bind_fail_is_final = true));
    assert_eq!(refuse(&mut peer, CommandStatus::ESME_RBINDFAIL), None);
    let mut peer = Peer::new(persistent().with(|config| config.bind_fail_is_final = true));
    assert!(refuse(&mut peer, CommandStatus::ESME_RSYSERR).is_some());
}

#[test]
fn after_so_many_refusals_in_a_row_there_is_an_end() {
    let config = persistent().with(|config| config.max_refusals = 3);
    let mut peer = Peer::new(config.clone());
    let status = CommandStatus::ESME_RBINDFAIL;
    for _ in 0..2 {
        assert!(refuse(&mut peer, status).is_some());
        until_connect(&mut peer);
    }
    assert_eq!(refuse(&mut peer, status), None);
    // A bind between them starts the count again, and "already bound" passes by itself.
    let mut peer = Peer::new(config);
    for _ in 0..10 {
        for status in [status, CommandStatus::ESME_RALYBND, status] {
            assert!(refuse(&mut peer, status).is_some());
            until_connect(&mut peer);
        }
        let now = peer.now();
        peer.bind(now);
        peer.accept_bind(None);
        peer.sees();
        peer.closes();
        until_connect_after_end(&mut peer);
    }
}

#[test]
fn endpoints_are_tried_in_order_and_from_the_first_again_after_a_wait() {
    let mut peer = Peer::new(persistent().with(|config| config.endpoints = 3));
    let now = peer.now();
    peer.connect(now);
    peer.sees();
    for round in 0..3 {
        for endpoint in 0..3 {
            assert_eq!(peer.endpoint(), endpoint, "round {round}");
            peer.closes();
            let wait = wait(&mut peer).expect("another attempt");
            assert_eq!(wait == 0, endpoint < 2, "round {round}: {wait}");
            until_connect(&mut peer);
        }
    }
}

#[test]
fn a_session_that_was_up_starts_with_the_first_endpoint_again() {
    let mut peer = Peer::new(persistent().with(|config| config.endpoints = 2));
    let now = peer.now();
    peer.connect(now);
    peer.sees();
    peer.closes();
    until_connect_after_end(&mut peer);
    assert_eq!(peer.endpoint(), 1);
    let now = peer.now();
    peer.bind(now);
    peer.accept_bind(None);
    peer.advance(20_000);
    peer.sees();
    peer.closes();
    assert!(wait(&mut peer).is_some_and(|w| w >= 500));
    assert_eq!(peer.endpoint(), 0);
}

#[test]
fn an_endpoint_that_refuses_or_does_not_answer_is_passed_over() {
    let mut peer = Peer::new(persistent().with(|config| config.endpoints = 3));
    assert_eq!(refuse(&mut peer, CommandStatus::ESME_RSYSERR), Some(0));
    until_connect(&mut peer);
    assert_eq!(peer.endpoint(), 1);
    let now = peer.now();
    peer.bind(now);
    peer.advance(10_000);
    let seen = peer.sees();
    assert_eq!(seen[0], Seen::Disconnect(CloseReason::BindTimeout, Some(0)));
    assert_eq!(peer.endpoint(), 2);
}

#[test]
fn a_connection_that_takes_too_long_is_given_up() {
    let mut peer = Peer::new(persistent().with(|config| config.endpoints = 2));
    let now = peer.now();
    peer.connect(now);
    peer.sees();
    peer.advance(9_999);
    assert_eq!(peer.sees(), []);
    peer.advance(1);
    let reason = CloseReason::BindTimeout;
    assert_eq!(peer.sees(), [Seen::Disconnect(reason, Some(0))]);
    until_connect(&mut peer);
    assert_eq!(peer.endpoint(), 1);
    // From the connection on, the bind has the whole time again.
    peer.advance(9_000);
    let now = peer.now();
    peer.bind(now);
    peer.advance(9_999);
    assert_eq!(peer.state(), State::Binding);
}

#[test]
fn without_reconnection_each_endpoint_is_tried_once_and_a_bind_that_was_up_is_the_last() {
    let config = esme().with(|config| {
        config.endpoints = 3;
        config.reconnect = None;
    });
    let mut peer = Peer::new(config.clone());
    let now = peer.now();
    peer.connect(now);
    peer.sees();
    for expected in [Some(0), Some(0), None] {
        peer.closes();
        assert_eq!(wait(&mut peer), expected);
        if expected.is_some() {
            until_connect(&mut peer);
        }
    }
    let mut peer = Peer::bound(config);
    peer.closes();
    assert_eq!(wait(&mut peer), None);
}

#[test]
fn where_there_is_no_transceiver_the_session_goes_on_as_a_transmitter() {
    for (nack, reconnect) in [(false, persistent().reconnect), (true, None)] {
        let config = esme().with(|config| {
            config.fall_back = true;
            config.reconnect = reconnect;
        });
        let mut peer = Peer::new(config.clone());
        peer.queue(1);
        let now = peer.now();
        peer.bind(now);
        let bind = peer.hears_one();
        let id = if nack {
            CommandId::GENERIC_NACK
        } else {
            CommandId::BIND_TRANSCEIVER_RESP
        };
        let status = CommandStatus::ESME_RINVCMDID;
        peer.says(&bare(id, status, bind.number()));
        let reason = CloseReason::BindRefused(status);
        assert_eq!(
            peer.sees(),
            [Seen::NoTransceiver, Seen::Disconnect(reason, Some(0))]
        );
        until_connect(&mut peer);
        let now = peer.now();
        peer.bind(now);
        let bind = peer.hears_one();
        assert_eq!(bind.id(), CommandId::BIND_TRANSMITTER);
        let ok = bare(CommandId::BIND_TRANSMITTER_RESP, OK, bind.number());
        peer.says(&ok);
        assert_eq!(peer.state(), State::Bound(BindType::Transmitter));
        // What was queued goes on.
        assert_eq!(peer.hears_one().id(), CommandId::SUBMIT_SM);
        // The other one of the pair.
        let other = peer.config().as_receiver();
        assert_eq!(other.bind, BindType::Receiver);
        assert_eq!(other.system_id, config.system_id);
        // The two do not try again at the same times.
        assert_ne!(other.seed, config.seed);
        // A transmitter that is refused too ends the session.
        peer.closes();
        if reconnect.is_none() {
            assert_eq!(wait(&mut peer), None);
            continue;
        }
        until_connect_after_end(&mut peer);
        let now = peer.now();
        peer.bind(now);
        peer.refuse_bind(status);
        assert_eq!(wait(&mut peer), None);
    }
}

#[test]
fn an_esme_that_was_unbound_connects_again_after_a_wait() {
    let mut peer = Peer::bound(persistent());
    peer.advance(20_000);
    peer.says(&bare(CommandId::UNBIND, OK, 5));
    peer.closes();
    let seen = peer.sees();
    assert!(
        matches!(
            seen[..],
            [Seen::Disconnect(
                CloseReason::PeerUnbound,
                Some(500..=1_000)
            )]
        ),
        "{seen:?}"
    );
}

#[test]
fn a_connection_that_comes_by_itself_ends_the_wait() {
    let mut peer = Peer::bound(persistent());
    peer.closes();
    assert_eq!(peer.state(), State::Waiting);
    let now = peer.now();
    peer.accept(now);
    assert_eq!(peer.state(), State::Open);
    peer.sees();
    peer.says(&request(CommandId::OUTBIND, 1, &Outbind::default()));
    peer.bind(now);
    peer.accept_bind(None);
    assert_eq!(peer.state(), State::Bound(BindType::Transceiver));
}
