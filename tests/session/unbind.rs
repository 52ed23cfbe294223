//! Ends in order, from both sides, and ends of the connection in each state.

use crate::support::*;
use smpp_edge::pdu::*;
use smpp_edge::session::*;

const OK: CommandStatus = CommandStatus::ESME_ROK;

fn unbound() -> Seen {
    Seen::Disconnect(CloseReason::Unbound, None)
}

#[test]
fn an_idle_session_unbinds_at_once_and_ends_with_the_answer() {
    for status in [OK, CommandStatus::ESME_RINVBNDSTS] {
        for nack in [false, true] {
            let mut peer = Peer::bound(persistent());
            let now = peer.now();
            peer.unbind(now);
            let unbind = peer.hears_one();
            assert_eq!(unbind.id(), CommandId::UNBIND);
            assert_eq!(unbind.frame.len(), HEADER_LEN);
            assert_eq!(peer.sees(), []);
            let id = if nack {
                CommandId::GENERIC_NACK
            } else {
                CommandId::UNBIND_RESP
            };
            peer.says(&bare(id, status, unbind.number()));
            assert_eq!(peer.sees(), [unbound()]);
            assert_eq!(peer.state(), State::Closed);
        }
    }
}

#[test]
fn unbind_waits_for_what_is_queued_and_open_both_ways() {
    let mut peer = Peer::bound(esme().with(|config| config.window = 2));
    for ticket in 1..=3 {
        peer.queue(ticket);
    }
    peer.says(&request(CommandId::DELIVER_SM, 1, &delivery()));
    let held = peer.request_seen();
    let now = peer.now();
    peer.unbind(now);
    // New ones are refused from now on.
    let late = peer.enqueue(now, Ticket(4), None, &message());
    assert_eq!(late, Err(SendError::Closed));
    assert_eq!(peer.submit(now, &message()), Err(SendError::Closed));
    let numbers: Vec<u32> = peer.hears().iter().map(Heard::number).collect();
    assert_eq!(numbers, [2, 3]);
    peer.says(&[accepted(2), accepted(3)].concat());
    assert_eq!(peer.hears_one().number(), 4);
    peer.says(&accepted(4));
    assert_eq!(peer.hears(), [], "the application has not answered yet");
    assert!(peer.respond(now, held, OK));
    let ids: Vec<CommandId> = peer.hears().iter().map(Heard::id).collect();
    assert_eq!(ids, [CommandId::DELIVER_SM_RESP, CommandId::UNBIND]);
    assert_eq!(peer.answers(), [(1, OK), (2, OK), (3, OK)]);
}

#[test]
fn while_ours_are_sent_the_peers_are_taken_and_then_refused() {
    let mut peer = Peer::bound(esme());
    peer.queue(1);
    let number = peer.hears_one().number();
    let now = peer.now();
    peer.unbind(now);
    // The receipt of what was just sent.
    peer.says(&request(CommandId::DELIVER_SM, 1, &delivery()));
    let held = peer.request_seen();
    peer.says(&accepted(number));
    assert_eq!(peer.answers(), [(1, OK)]);
    // Only that is open now: another would never end it.
    peer.says(&request(CommandId::DELIVER_SM, 2, &delivery()));
    let status = CommandStatus::ESME_RX_T_APPN;
    assert_eq!(
        peer.hears_briefly(),
        [(CommandId::DELIVER_SM_RESP, status, 2)]
    );
    peer.respond(now, held, OK);
    let ids: Vec<CommandId> = peer.hears().iter().map(Heard::id).collect();
    assert_eq!(ids, [CommandId::DELIVER_SM_RESP, CommandId::UNBIND]);
}

#[test]
fn an_unbind_without_answer_ends_all_the_same() {
    let mut peer = Peer::bound(persistent());
    let now = peer.now();
    peer.unbind(now);
    peer.advance(4_999);
    assert_eq!(peer.sees(), []);
    peer.advance(1);
    assert_eq!(peer.sees(), [unbound()]);
}

#[test]
fn the_end_of_the_connection_after_our_unbind_is_a_success() {
    let mut peer = Peer::bound(persistent());
    let now = peer.now();
    peer.unbind(now);
    peer.closes();
    assert_eq!(peer.sees(), [unbound()]);
}

#[test]
fn a_request_that_never_gets_its_response_does_not_keep_unbind_for_ever() {
    let mut peer = Peer::bound(esme().with(|config| config.enquire_link = ms(0)));
    peer.queue(1);
    let now = peer.now();
    peer.unbind(now);
    peer.hears();
    peer.advance(30_000);
    assert_eq!(peer.hears_one().id(), CommandId::UNBIND);
}

#[test]
fn unbind_before_the_bind_ends_at_once_if_nothing_is_queued() {
    type Prepare = fn(&mut Peer);
    let states: [Prepare; 4] = [
        |_| {},
        |p| {
            let now = p.now();
            p.connect(now);
        },
        |p| {
            let now = p.now();
            p.accept(now);
        },
        |p| {
            let now = p.now();
            p.bind(now);
        },
    ];
    for prepare in states {
        let mut peer = Peer::new(persistent());
        prepare(&mut peer);
        peer.sees();
        peer.hears();
        let now = peer.now();
        peer.unbind(now);
        assert_eq!(peer.sees(), [unbound()]);
        assert_eq!(peer.hears(), []);
        assert_eq!(peer.state(), State::Closed);
        assert_eq!(peer.poll_timeout(), None);
    }
}

#[test]
fn unbind_while_the_bind_is_on_its_way_sends_what_is_queued_first() {
    let mut peer = Peer::new(persistent());
    let now = peer.now();
    peer.connect(now);
    peer.queue(1);
    peer.unbind(now);
    assert_eq!(peer.sees(), [Seen::Connect(0)]);
    peer.bind(now);
    peer.accept_bind(None);
    let sent = peer.hears_one();
    assert_eq!(sent.id(), CommandId::SUBMIT_SM);
    peer.says(&accepted(sent.number()));
    assert_eq!(peer.hears_one().id(), CommandId::UNBIND);
    // Or not, if that connection can't be had.
    let mut peer = Peer::new(persistent());
    let now = peer.now();
    peer.connect(now);
    peer.queue(1);
    peer.unbind(now);
    peer.closes();
    let seen = peer.sees();
    assert!(matches!(
        seen[1],
        Seen::Failed {
            ticket: Some(1),
            failure: Failure::Closed,
            ..
        }
    ));
    assert_eq!(seen[2], Seen::Disconnect(CloseReason::ConnectFailed, None));
}

#[test]
fn unbind_does_not_wait_for_ever_for_a_bind_that_has_no_time_limit() {
    for connected in [false, true] {
        for (response_timeout, waits) in [(0, 10_000), (3_000, 3_000)] {
            let mut peer = Peer::new(persistent().with(|config| {
                config.bind_timeout = ms(0);
                config.response_timeout = ms(response_timeout);
            }));
            let now = peer.now();
            peer.connect(now);
            peer.queue(1);
            if connected {
                peer.bind(now);
            }
            peer.unbind(now);
            peer.advance(waits - 1);
            assert_ne!(peer.state(), State::Closed);
            peer.advance(1);
            assert_eq!(peer.state(), State::Closed);
            let end = Seen::Disconnect(CloseReason::BindTimeout, None);
            assert_eq!(peer.sees().last(), Some(&end));
        }
    }
}

#[test]
fn unbind_waits_for_a_bind_as_long_as_a_bind_may_take() {
    let mut peer = Peer::new(persistent().with(|config| {
        config.bind_timeout = ms(60_000);
        config.response_timeout = ms(3_000);
    }));
    let now = peer.now();
    peer.connect(now);
    peer.queue(1);
    peer.bind(now);
    peer.unbind(now);
    peer.advance(59_999);
    assert_eq!(peer.state(), State::Binding);
    peer.advance(1);
    assert_eq!(peer.state(), State::Closed);
}

#[test]
fn without_time_limits_a_bound_session_still_unbinds_in_order() {
    let mut peer = Peer::bound(esme().with(|config| {
        config.bind_timeout = ms(0);
        config.response_timeout = ms(0);
    }));
    peer.queue(1);
    let submitted = peer.hears_one();
    assert_eq!(submitted.id(), CommandId::SUBMIT_SM);
    let now = peer.now();
    peer.unbind(now);
    peer.advance(9_999);
    assert_eq!(peer.sees(), []);
    peer.advance(1);
    assert_eq!(peer.hears_one().id(), CommandId::UNBIND);
    let seen = peer.sees();
    assert!(
        matches!(
            seen[..],
            [Seen::Failed {
                failure: Failure::Timeout,
                ..
            }]
        ),
        "{seen:?}"
    );
}

#[test]
fn unbind_between_connections_ends_what_is_queued_unsent() {
    let mut peer = Peer::bound(persistent());
    peer.closes();
    peer.queue(1);
    peer.sees();
    let now = peer.now();
    peer.unbind(now);
    let seen = peer.sees();
    assert!(matches!(
        seen[0],
        Seen::Failed {
            ticket: Some(1),
            failure: Failure::Closed,
            ..
        }
    ));
    assert_eq!(seen[1], unbound());
}

#[test]
fn the_peers_unbind_is_answered_and_its_close_awaited() {
    for config in [esme(), smsc()] {
        let mut peer = Peer::bound(config);
        peer.says(&bare(CommandId::UNBIND, OK, 9));
        assert_eq!(peer.hears_briefly(), [(CommandId::UNBIND_RESP, OK, 9)]);
        assert_eq!(peer.state(), State::Unbound);
        assert_eq!(peer.sees(), []);
        peer.closes();
        let reason = CloseReason::PeerUnbound;
        assert_eq!(peer.sees(), [Seen::Disconnect(reason, None)]);
    }
}

#[test]
fn a_peer_that_unbinds_and_does_not_close_is_closed() {
    let mut peer = Peer::bound(esme());
    peer.says(&bare(CommandId::UNBIND, OK, 9));
    peer.hears();
    peer.advance(5_000);
    let reason = CloseReason::PeerUnbound;
    assert_eq!(peer.sees(), [Seen::Disconnect(reason, None)]);
}

#[test]
fn an_unbind_is_waited_on_for_as_long_as_was_said() {
    // Never for ever: 0 is not off here.
    for (setting, wait) in [(5_000, 5_000), (60_000, 60_000), (0, 1)] {
        let mut peer = Peer::bound(esme().with(|config| config.unbind_timeout = ms(setting)));
        let now = peer.now();
        peer.unbind(now);
        assert_eq!(peer.hears_one().id(), CommandId::UNBIND);
        peer.advance(wait - 1);
        assert_eq!(peer.sees(), []);
        peer.advance(1);
        assert_eq!(peer.sees(), [Seen::Disconnect(CloseReason::Unbound, None)]);
    }
}

#[test]
fn what_came_before_the_peers_unbind_is_answered_before_it() {
    let mut peer = Peer::bound(esme());
    peer.says(&request(CommandId::DELIVER_SM, 8, &delivery()));
    let held = peer.request_seen();
    peer.says(&bare(CommandId::UNBIND, OK, 9));
    assert_eq!(peer.hears(), []);
    peer.advance(3_000);
    let now = peer.now();
    assert!(peer.respond(now, held, OK));
    assert_eq!(
        peer.hears_briefly(),
        [
            (CommandId::DELIVER_SM_RESP, OK, 8),
            (CommandId::UNBIND_RESP, OK, 9)
        ]
    );
}

#[test]
fn what_the_application_does_not_answer_after_the_peers_unbind_is_refused() {
    let mut peer = Peer::bound(esme());
    peer.says(&request(CommandId::DELIVER_SM, 8, &delivery()));
    peer.says(&bare(CommandId::UNBIND, OK, 9));
    peer.advance(5_000);
    let status = CommandStatus::ESME_RX_T_APPN;
    assert_eq!(
        peer.hears_briefly(),
        [
            (CommandId::DELIVER_SM_RESP, status, 8),
            (CommandId::UNBIND_RESP, OK, 9)
        ]
    );
}

#[test]
fn after_the_peers_unbind_nothing_new_is_sent_but_responses_still_count() {
    let mut peer = Peer::bound(persistent().with(|config| config.window = 1));
    peer.queue(1);
    peer.queue(2);
    let number = peer.hears_one().number();
    peer.says(&bare(CommandId::UNBIND, OK, 9));
    assert_eq!(peer.hears_one().id(), CommandId::UNBIND_RESP);
    peer.says(&accepted(number));
    assert_eq!(peer.answers(), [(1, OK)]);
    assert_eq!(peer.hears(), []);
    let now = peer.now();
    assert_eq!(peer.submit(now, &message()), Err(SendError::NotBound));
    peer.closes();
    assert_eq!(peer.queued(), 1, "for the next connection");
}

#[test]
fn if_both_unbind_at_once_each_answers_the_others() {
    let mut peer = Peer::bound(esme());
    let now = peer.now();
    peer.unbind(now);
    let ours = peer.hears_one().number();
    peer.says(&bare(CommandId::UNBIND, OK, 44));
    assert_eq!(peer.hears_briefly(), [(CommandId::UNBIND_RESP, OK, 44)]);
    assert_eq!(peer.sees(), []);
    peer.says(&bare(CommandId::UNBIND_RESP, OK, ours));
    assert_eq!(peer.sees(), [unbound()]);
}

#[test]
fn a_request_behind_our_unbind_is_still_answered() {
    let mut peer = Peer::bound(esme());
    let now = peer.now();
    peer.unbind(now);
    peer.hears();
    peer.says(&request(CommandId::DELIVER_SM, 8, &delivery()));
    let status = CommandStatus::ESME_RX_T_APPN;
    assert_eq!(
        peer.hears_briefly(),
        [(CommandId::DELIVER_SM_RESP, status, 8)]
    );
}

#[test]
fn abort_ends_everything_at_once() {
    let mut peer = Peer::bound(persistent().with(|config| config.window = 1));
    peer.queue(1);
    peer.queue(2);
    peer.hears();
    let now = peer.now();
    peer.abort(now);
    let failures: Vec<_> = peer
        .sees()
        .into_iter()
        .filter_map(|event| match event {
            Seen::Failed {
                ticket, failure, ..
            } => Some((ticket, failure)),
            _ => None,
        })
        .collect();
    assert_eq!(
        failures,
        [(Some(1), Failure::Lost), (Some(2), Failure::Closed)]
    );
    assert_eq!(peer.state(), State::Closed);
    assert_eq!(peer.hears(), []);
    assert_eq!(peer.poll_timeout(), None);
}

type Prepare = fn(&mut Peer);

#[test]
fn an_unbind_that_is_asked_for_again_does_not_end_the_session_at_once() {
    let mut peer = Peer::bound(esme());
    for _ in 0..2 {
        let now = peer.now();
        peer.unbind(now);
    }
    assert_eq!(peer.hears_one().id(), CommandId::UNBIND);
    assert_eq!(peer.sees(), []);
    let mut peer = Peer::bound(esme());
    peer.says(&bare(CommandId::UNBIND, CommandStatus::ESME_ROK, 5));
    let now = peer.now();
    peer.unbind(now);
    assert_eq!(peer.state(), State::Unbound);
}

#[test]
fn an_end_of_the_connection_while_there_is_none_changes_nothing() {
    let mut peer = Peer::bound(persistent());
    peer.closes();
    peer.sees();
    let due = peer.poll_timeout();
    peer.closes();
    assert_eq!(peer.sees(), []);
    assert_eq!((peer.state(), peer.poll_timeout()), (State::Waiting, due));
}

#[test]
fn the_end_of_the_connection_in_each_state_is_told_once() {
    let ok = |p: &mut Peer| p.now();
    let prepare: [(Prepare, CloseReason); 6] = [
        (
            |p| {
                let now = p.now();
                p.connect(now);
            },
            CloseReason::ConnectFailed,
        ),
        (
            |p| {
                let now = p.now();
                p.accept(now);
            },
            CloseReason::Lost,
        ),
        (
            |p| {
                let now = p.now();
                p.bind(now);
            },
            CloseReason::Lost,
        ),
        (
            |p| {
                let now = p.now();
                p.bind(now);
                p.accept_bind(None);
            },
            CloseReason::Lost,
        ),
        (
            |p| {
                let now = p.now();
                p.bind(now);
                p.accept_bind(None);
                p.unbind(now);
            },
            CloseReason::Unbound,
        ),
        (
            |p| {
                let now = p.now();
                p.bind(now);
                p.accept_bind(None);
                p.says(&bare(CommandId::UNBIND, OK, 9));
            },
            CloseReason::PeerUnbound,
        ),
    ];
    for (prepare, reason) in prepare {
        let mut peer = Peer::new(esme());
        prepare(&mut peer);
        peer.sees();
        peer.hears();
        peer.closes();
        assert_eq!(peer.sees(), [Seen::Disconnect(reason, None)]);
        assert_eq!(peer.poll_transmit(), []);
        peer.closes();
        assert_eq!(peer.sees(), []);
        let now = ok(&mut peer);
        peer.handle_timeout(now + 1_000_000);
        assert_eq!(peer.sees(), []);
    }
}

#[test]
fn an_smsc_whose_connection_ends_while_a_bind_waits_has_nothing_to_send() {
    let mut peer = Peer::new(smsc());
    let now = peer.now();
    peer.accept(now);
    peer.binds(BindType::Transceiver, InterfaceVersion::V3_4);
    peer.request_seen();
    peer.closes();
    assert_eq!(peer.poll_transmit(), []);
    assert_eq!(peer.sees(), [Seen::Disconnect(CloseReason::Lost, None)]);
}

#[test]
fn a_session_that_never_began_ends_too() {
    let mut peer = Peer::new(persistent());
    peer.queue(1);
    let now = peer.now();
    peer.unbind(now);
    let seen = peer.sees();
    assert!(matches!(
        seen[0],
        Seen::Failed {
            failure: Failure::Closed,
            ..
        }
    ));
    assert_eq!(seen[1..], [unbound()]);
    peer.connect(now);
    assert_eq!(peer.sees(), []);
}
