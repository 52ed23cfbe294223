//! An ESME and an SMSC against each other.

use crate::support::*;
use smpp_edge::pdu::*;
use smpp_edge::session::*;

const OK: CommandStatus = CommandStatus::ESME_ROK;

#[test]
fn they_bind_in_each_way_and_each_version() {
    for bind in BINDS {
        for version in [
            InterfaceVersion::V3_3,
            InterfaceVersion::V3_4,
            InterfaceVersion::V5_0,
        ] {
            let pair = Pair::bound(
                esme().with(|config| {
                    config.bind = bind;
                    config.interface_version = version;
                    config.assumed_version = InterfaceVersion::V3_3;
                }),
                smsc(),
            );
            for side in [&pair.esme, &pair.smsc] {
                assert_eq!(side.session.state(), State::Bound(bind));
                assert_eq!(side.session.version(), version);
            }
        }
    }
}

#[test]
fn a_thousand_messages_are_answered_in_order() {
    let mut pair = Pair::bound(esme(), smsc());
    for ticket in 0..1_000 {
        pair.queue(ticket);
    }
    pair.run(60_000);
    let expected: Vec<_> = (0..1_000).map(|ticket| (ticket, OK)).collect();
    assert_eq!(pair.esme.answers(), expected);
    assert_eq!(pair.esme.session.stats().rtt, 40.0);
}

#[test]
fn deliveries_go_the_other_way() {
    let mut pair = Pair::bound(esme(), smsc());
    let now = pair.now();
    for ticket in 0..100 {
        pair.smsc
            .session
            .enqueue(now, Ticket(ticket), None, &delivery())
            .unwrap();
    }
    pair.run(10_000);
    assert_eq!(pair.smsc.answers().len(), 100);
    assert_eq!(pair.esme.session.stats().received, 100);
}

#[test]
fn they_keep_each_other_alive_until_the_smsc_finds_them_idle() {
    let esme = persistent().with(|config| config.enquire_link = ms(0));
    let mut pair = Pair::bound(esme, smsc());
    pair.run(298_000);
    assert_eq!(pair.esme.ends(), []);
    pair.run(3_000);
    assert_eq!(pair.smsc.ends(), [CloseReason::Inactivity]);
    assert_eq!(pair.esme.ends(), [CloseReason::PeerUnbound]);
    // The ESME comes back by itself.
    pair.run(60_000);
    assert_eq!(
        pair.esme.session.state(),
        State::Bound(BindType::Transceiver)
    );
}

#[test]
fn an_esme_that_asks_by_itself_stays_bound() {
    let mut pair = Pair::bound(
        esme().with(|config| config.enquire_link = ms(20_000)),
        smsc(),
    );
    pair.run(3_600_000);
    assert_eq!(pair.esme.ends(), []);
    assert_eq!(pair.smsc.ends(), []);
}

#[test]
fn an_end_in_order_is_an_end_in_order_on_both_sides() {
    for late in [0, 5] {
        let mut pair = Pair::bound(esme(), smsc());
        for ticket in 0..50 {
            pair.queue(ticket);
        }
        pair.run(late);
        let now = pair.now();
        pair.esme.session.unbind(now);
        pair.run(30_000);
        assert_eq!(pair.esme.answers().len(), 50);
        assert_eq!(pair.esme.ends(), [CloseReason::Unbound]);
        assert_eq!(pair.smsc.ends(), [CloseReason::PeerUnbound]);
    }
}

#[test]
fn both_may_end_at_once() {
    let mut pair = Pair::bound(esme(), smsc());
    let now = pair.now();
    pair.esme.session.unbind(now);
    pair.smsc.session.unbind(now);
    pair.run(10_000);
    assert_eq!(pair.esme.ends(), [CloseReason::Unbound]);
    assert_eq!(pair.smsc.ends(), [CloseReason::Unbound]);
}

#[test]
fn a_cut_loses_what_was_on_the_wire_and_nothing_else() {
    let mut pair = Pair::bound(persistent(), smsc());
    for ticket in 0..100 {
        pair.queue(ticket);
    }
    pair.run(70);
    pair.cut();
    pair.run(60_000);
    let lost = pair
        .esme
        .seen
        .iter()
        .filter(|e| {
            matches!(
                e,
                Seen::Failed {
                    failure: Failure::Lost,
                    ..
                }
            )
        })
        .count();
    assert_eq!(lost, 10);
    assert_eq!(pair.esme.answers().len(), 90);
    assert_eq!(pair.esme.session.stats().binds, 2);
}

#[test]
fn an_smsc_that_can_not_be_reached_is_found_when_it_can() {
    let mut pair = Pair::new(persistent(), smsc());
    pair.reachable = false;
    let now = pair.now();
    pair.esme.session.connect(now);
    pair.queue(1);
    pair.run(600_000);
    let attempts = pair.esme.ends().len();
    assert!((10..40).contains(&attempts), "{attempts} in ten minutes");
    pair.reachable = true;
    pair.run(61_000);
    assert_eq!(pair.esme.answers(), [(1, OK)]);
}

#[test]
fn an_application_that_does_not_answer_is_answered_for() {
    let mut pair = Pair::bound(esme(), smsc());
    pair.smsc.answer = None;
    pair.queue(1);
    pair.run(24_000);
    assert_eq!(pair.esme.answers(), []);
    // Refused for now after 25 s, and so tried again until the ESME's own time is over.
    pair.run(120_000);
    let status = CommandStatus::ESME_RMSGQFUL;
    assert_eq!(pair.esme.answers(), [(1, status)]);
    assert_eq!(pair.esme.session.stats().sent, 4);
}

#[test]
fn an_hour_with_a_lost_link_each_few_seconds_adds_up_to_the_last_message() {
    let mut rng = Rng::new(7);
    let config =
        persistent().with(|config| config.reconnect = Some(Reconnect::new(ms(100), ms(500))));
    let mut pair = Pair::new(config, smsc());
    let now = pair.now();
    pair.esme.session.connect(now);
    let (mut ticket, mut cut_in) = (0, 0);
    for _ in 0..3_600_000 / 100 {
        pair.queue(ticket);
        ticket += 1;
        if cut_in == 0 {
            pair.cut();
            cut_in = rng.range(10, 80);
        }
        cut_in -= 1;
        pair.run(100);
    }
    pair.run(60_000);
    let mut ends = vec![0; ticket as usize];
    let (mut accepted, mut lost) = (0, 0);
    for event in &pair.esme.seen {
        match event {
            Seen::Response {
                ticket: Some(ticket),
                status: OK,
                ..
            } => {
                ends[*ticket as usize] += 1;
                accepted += 1;
            }
            Seen::Failed {
                ticket: Some(ticket),
                failure: Failure::Lost,
                ..
            } => {
                ends[*ticket as usize] += 1;
                lost += 1;
            }
            Seen::Connect(_) | Seen::Bound { .. } | Seen::Disconnect(..) => {}
            other => panic!("{other:?}"),
        }
    }
    assert!(ends.iter().all(|count| *count == 1));
    assert_eq!(accepted + lost, ticket);
    assert!(lost * 50 < accepted, "{lost} of {ticket}");
    let stats = pair.esme.session.stats();
    assert!(stats.binds > 500, "{stats:?}");
    assert_eq!(
        (stats.sent, stats.responses, stats.lost),
        (ticket, accepted, lost)
    );
}
