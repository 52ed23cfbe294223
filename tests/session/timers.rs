//! Session init, bind, response, enquire_link and inactivity (SMPP 5.0, 2.7).

use crate::support::*;
use smpp_edge::pdu::*;
use smpp_edge::session::*;
use std::time::Duration;

const OK: CommandStatus = CommandStatus::ESME_ROK;

fn due(peer: &Peer) -> Option<u64> {
    peer.poll_timeout().map(|at| at.since(peer.now()))
}

#[test]
fn a_connection_without_bind_is_closed_after_the_session_init_time() {
    for config in [smsc(), esme()] {
        let mut peer = Peer::new(config);
        let now = peer.now();
        peer.accept(now);
        assert_eq!(due(&peer), Some(10_000));
        peer.advance(9_999);
        // Asking whether the link is up is no bind.
        peer.says(&bare(CommandId::ENQUIRE_LINK, OK, 1));
        assert_eq!(peer.sees(), []);
        peer.advance(1);
        let reason = CloseReason::SessionInitTimeout;
        assert_eq!(peer.sees(), [Seen::Disconnect(reason, None)]);
        assert_eq!(peer.state(), State::Closed);
        assert_eq!(due(&peer), None);
    }
}

#[test]
fn outbind_is_waited_on_for_the_session_init_time() {
    let mut peer = Peer::new(smsc());
    let now = peer.now();
    peer.outbind(now);
    peer.advance(10_000);
    let reason = CloseReason::SessionInitTimeout;
    assert_eq!(peer.sees(), [Seen::Disconnect(reason, None)]);
}

#[test]
fn an_application_that_does_not_decide_on_a_bind_in_time_refuses_it() {
    let mut peer = Peer::new(smsc());
    let now = peer.now();
    peer.accept(now);
    peer.advance(4_000);
    peer.binds(BindType::Transceiver, InterfaceVersion::V3_4);
    peer.request_seen();
    peer.advance(6_000);
    let status = CommandStatus::ESME_RBINDFAIL;
    assert_eq!(
        peer.hears_briefly(),
        [(CommandId::BIND_TRANSCEIVER_RESP, status, 1)]
    );
    let reason = CloseReason::SessionInitTimeout;
    assert_eq!(peer.sees(), [Seen::Disconnect(reason, None)]);
}

#[test]
fn a_bind_without_answer_ends_the_connection() {
    let mut peer = Peer::new(esme());
    let now = peer.now();
    peer.bind(now);
    peer.advance(9_999);
    assert_eq!(peer.state(), State::Binding);
    peer.advance(1);
    assert_eq!(
        peer.sees(),
        [Seen::Disconnect(CloseReason::BindTimeout, None)]
    );
    // The answer that comes then changes nothing.
    peer.says(&bare(CommandId::BIND_TRANSCEIVER_RESP, OK, 1));
    assert_eq!(peer.state(), State::Closed);
}

#[test]
fn a_request_without_response_ends_as_unknown_and_frees_its_place() {
    let mut peer = Peer::bound(esme().with(|config| {
        config.window = 1;
        config.enquire_link = ms(0);
    }));
    peer.queue(1);
    peer.queue(2);
    let number = peer.hears_one().number();
    peer.advance(29_999);
    assert_eq!(peer.sees(), []);
    peer.advance(1);
    match peer.sees_one() {
        Seen::Failed {
            ticket,
            sequence,
            failure,
            ..
        } => {
            assert_eq!(ticket, Some(1));
            assert_eq!(sequence.map(Sequence::number), Some(number));
            assert_eq!(failure, Failure::Timeout);
        }
        other => panic!("{other:?}"),
    }
    assert_eq!(peer.stats().timeouts, 1);
    assert_eq!(peer.hears_one().number(), number + 1);
}

#[test]
fn a_late_response_is_told_with_its_ticket_and_does_not_end_another_request() {
    let mut peer = Peer::bound(esme().with(|config| {
        config.window = 1;
        config.enquire_link = ms(0);
    }));
    peer.queue(1);
    peer.queue(2);
    let number = peer.hears_one().number();
    peer.advance(30_000);
    peer.sees();
    peer.says(&accepted(number));
    match peer.sees_one() {
        Seen::Late {
            ticket,
            sequence,
            status,
            frame,
            ..
        } => {
            assert_eq!((ticket, sequence.number(), status), (Some(1), number, OK));
            assert_eq!(frame, accepted(number));
        }
        other => panic!("{other:?}"),
    }
    assert_eq!((peer.stats().late, peer.stats().unmatched), (1, 0));
    assert_eq!(peer.in_flight(), 1);
}

#[test]
fn without_a_response_time_a_request_waits_as_long_as_its_connection() {
    let mut peer = Peer::bound(esme().with(|config| {
        config.response_timeout = ms(0);
        config.enquire_link = ms(0);
    }));
    peer.queue(1);
    assert_eq!(due(&peer), None);
    peer.advance(10_000_000);
    assert_eq!(peer.sees(), []);
    peer.closes();
    let seen = peer.sees();
    assert!(matches!(
        seen[0],
        Seen::Failed {
            ticket: Some(1),
            failure: Failure::Lost,
            ..
        }
    ));
}

#[test]
fn a_quiet_link_is_asked_and_a_dead_one_found() {
    for config in [esme(), smsc()] {
        let mut peer = Peer::bound(config);
        assert_eq!(due(&peer), Some(30_000));
        peer.advance(29_999);
        assert_eq!(peer.hears(), []);
        peer.advance(1);
        let enquiry = peer.hears_one();
        assert_eq!(enquiry.id(), CommandId::ENQUIRE_LINK);
        assert_eq!(enquiry.frame.len(), HEADER_LEN);
        // No second one while it is open.
        peer.advance(9_999);
        assert_eq!(peer.hears(), []);
        assert_eq!(peer.sees(), []);
        peer.advance(1);
        // No unbind: nobody would answer it.
        assert_eq!(peer.hears(), []);
        let reason = CloseReason::EnquireLinkTimeout;
        assert_eq!(peer.sees(), [Seen::Disconnect(reason, None)]);
    }
}

#[test]
fn any_pdu_answers_an_enquiry() {
    let answers = [
        bare(CommandId::ENQUIRE_LINK_RESP, OK, 2),
        bare(CommandId::GENERIC_NACK, CommandStatus::ESME_RINVCMDID, 2),
        bare(CommandId::ENQUIRE_LINK_RESP, OK, 99),
        bare(CommandId::ENQUIRE_LINK, OK, 1),
        request(CommandId::DELIVER_SM, 1, &delivery()),
        bare(CommandId(0x0001_0200), OK, 1),
        bare(CommandId::SUBMIT_SM_RESP, OK, 0),
    ];
    for answer in answers {
        let mut peer = Peer::bound(esme());
        peer.advance(30_000);
        assert_eq!(peer.hears_one().number(), 2);
        peer.advance(9_999);
        peer.says(&answer);
        peer.advance(29_999);
        assert_eq!(peer.state(), State::Bound(BindType::Transceiver));
        peer.hears();
        // The next is asked for the whole time later.
        peer.advance(1);
        assert_eq!(peer.hears_one().id(), CommandId::ENQUIRE_LINK);
    }
}

#[test]
fn a_dead_peer_is_found_while_we_keep_sending() {
    let mut peer = Peer::bound(esme().with(|config| {
        config.window = 1_000;
        config.response_timeout = ms(0);
    }));
    for second in 0..40 {
        peer.queue(second);
        peer.advance(1_000);
    }
    assert_eq!(peer.state(), State::Closed);
    let last = peer.sees().pop();
    let reason = CloseReason::EnquireLinkTimeout;
    assert_eq!(last, Some(Seen::Disconnect(reason, None)));
}

#[test]
fn enquiries_are_never_closer_than_their_time() {
    let mut peer = Peer::bound(esme().with(|config| config.enquire_link = ms(60_000)));
    let mut asked = Vec::new();
    for second in 0..1_000u64 {
        peer.advance(1_000);
        for heard in peer.hears() {
            assert_eq!(heard.id(), CommandId::ENQUIRE_LINK);
            asked.push(second);
            peer.says(&bare(CommandId::ENQUIRE_LINK_RESP, OK, heard.number()));
        }
    }
    assert!(asked.len() > 10);
    assert!(
        asked.windows(2).all(|pair| pair[1] - pair[0] >= 60),
        "{asked:?}"
    );
}

#[test]
fn an_enquiry_can_be_made_at_any_time_past_a_full_window() {
    let mut peer = Peer::bound(esme().with(|config| {
        config.window = 1;
        config.enquire_link = ms(0);
    }));
    peer.queue(1);
    peer.queue(2);
    assert_eq!(peer.hears().len(), 1);
    let now = peer.now();
    peer.enquire(now);
    // One that waits for its response is enough.
    peer.enquire(now);
    let heard = peer.hears();
    assert_eq!(heard.len(), 1);
    assert_eq!(heard[0].id(), CommandId::ENQUIRE_LINK);
    peer.says(&bare(CommandId::ENQUIRE_LINK_RESP, OK, heard[0].number()));
    peer.advance(60_000);
    assert_eq!(peer.state(), State::Bound(BindType::Transceiver));
    let now = peer.now();
    peer.enquire(now);
    peer.hears();
    peer.advance(10_000);
    let reason = CloseReason::EnquireLinkTimeout;
    assert_eq!(peer.sees().pop(), Some(Seen::Disconnect(reason, None)));
    let now = peer.now();
    peer.enquire(now);
    assert_eq!(peer.hears(), []);
}

#[test]
fn without_enquiries_a_quiet_link_stays() {
    let mut peer = Peer::bound(esme().with(|config| config.enquire_link = ms(0)));
    assert_eq!(due(&peer), None);
    peer.advance(10_000_000);
    assert_eq!(peer.hears(), []);
}

#[test]
fn an_enquiry_is_answered_ahead_of_everything() {
    let mut peer = Peer::bound(esme().with(|config| config.window = 5));
    for ticket in 0..1_000 {
        peer.queue(ticket);
    }
    let numbers: Vec<u32> = peer.hears().iter().map(Heard::number).collect();
    // The response makes room for a request; the enquiry behind it is answered first.
    let enquiry = bare(CommandId::ENQUIRE_LINK, OK, 7);
    peer.says(&[accepted(numbers[0]), enquiry].concat());
    let heard = peer.hears();
    assert_eq!(heard[0].brief(), (CommandId::ENQUIRE_LINK_RESP, OK, 7));
    assert_eq!(heard[1].id(), CommandId::SUBMIT_SM);
    // Also while the peer has told us to slow down.
    let busy = CommandStatus::ESME_RTHROTTLED;
    peer.says(&bare(CommandId::SUBMIT_SM_RESP, busy, numbers[1]));
    peer.says(&bare(CommandId::ENQUIRE_LINK, OK, 8));
    assert_eq!(
        peer.hears_briefly(),
        [(CommandId::ENQUIRE_LINK_RESP, OK, 8)]
    );
}

#[test]
fn an_enquirys_number_is_echoed_whatever_it_is() {
    let mut peer = Peer::bound(esme());
    for number in [0, 1, 0x7FFF_FFFF, 0x8000_0000, u32::MAX] {
        peer.says(&bare(CommandId::ENQUIRE_LINK, OK, number));
        assert_eq!(peer.hears_one().number(), number);
    }
}

#[test]
fn an_smsc_closes_after_five_minutes_idle_although_both_sides_answer_enquiries() {
    let mut peer = Peer::bound(smsc());
    let mut idle = 0;
    while peer.state() == State::Bound(BindType::Transceiver) {
        peer.advance(1_000);
        idle += 1;
        for heard in peer.hears() {
            if heard.id() == CommandId::ENQUIRE_LINK {
                // Some peers don't know it; that is an answer too.
                let nack = CommandId::GENERIC_NACK;
                let id = [CommandId::ENQUIRE_LINK_RESP, nack][idle % 2];
                peer.says(&bare(id, OK, heard.number()));
            }
        }
        assert!(idle <= 300);
    }
    assert_eq!(idle, 300);
    assert_eq!(peer.state(), State::Unbinding(BindType::Transceiver));
    let seen = peer.sees();
    assert_eq!(seen, []);
}

#[test]
fn the_peers_own_enquiry_is_an_operation() {
    let mut peer = Peer::bound(smsc());
    for _ in 0..10 {
        peer.advance(200_000 / 10);
        peer.says(&bare(CommandId::ENQUIRE_LINK, OK, 1));
        for _ in 0..10 {
            peer.advance(20_000);
            peer.says(&bare(CommandId::ENQUIRE_LINK_RESP, OK, 0));
        }
        peer.hears();
    }
    assert_eq!(peer.state(), State::Bound(BindType::Transceiver));
}

#[test]
fn an_idle_session_unbinds_and_says_why() {
    for answered in [true, false] {
        let mut peer = Peer::bound(smsc().with(|config| config.enquire_link = ms(0)));
        peer.advance(300_000);
        let unbind = peer.hears_one();
        assert_eq!(unbind.id(), CommandId::UNBIND);
        if answered {
            peer.says(&bare(CommandId::UNBIND_RESP, OK, unbind.number()));
        } else {
            peer.advance(5_000);
        }
        let reason = CloseReason::Inactivity;
        assert_eq!(peer.sees(), [Seen::Disconnect(reason, None)]);
    }
}

#[test]
fn a_session_that_unbinds_is_not_found_idle() {
    let mut peer = Peer::bound(esme().with(|config| {
        config.enquire_link = ms(0);
        config.inactivity = ms(1_000);
        config.unbind_timeout = ms(30_000);
    }));
    let now = peer.now();
    peer.unbind(now);
    peer.says(&request(CommandId::DELIVER_SM, 9, &delivery()));
    peer.hears();
    peer.advance(2_000);
    peer.closes();
    let last = peer.sees().pop();
    assert_eq!(last, Some(Seen::Disconnect(CloseReason::Unbound, None)));
}

#[test]
fn a_session_with_something_open_is_not_idle() {
    let mut peer = Peer::bound(smsc().with(|config| {
        config.enquire_link = ms(0);
        config.acknowledge_timeout = ms(0);
        config.inactivity = ms(60_000);
    }));
    peer.says(&request(CommandId::SUBMIT_SM, 2, &message()));
    let sequence = peer.request_seen();
    peer.advance(150_000);
    assert_eq!(peer.state(), State::Bound(BindType::Transceiver));
    let now = peer.now();
    peer.respond(now, sequence, OK);
    peer.advance(60_000);
    assert_eq!(peer.state(), State::Unbinding(BindType::Transceiver));
}

#[test]
fn an_esme_has_no_idle_time_unless_told() {
    let mut peer = Peer::bound(esme().with(|config| config.enquire_link = ms(0)));
    peer.advance(100_000_000);
    assert_eq!(peer.state(), State::Bound(BindType::Transceiver));
    let mut peer = Peer::bound(persistent().with(|config| {
        config.enquire_link = ms(0);
        config.inactivity = ms(1_000);
    }));
    peer.advance(1_000);
    let unbind = peer.hears_one();
    peer.says(&bare(CommandId::UNBIND_RESP, OK, unbind.number()));
    // Not for the sake of connecting again at once.
    let reason = CloseReason::Inactivity;
    assert_eq!(peer.sees(), [Seen::Disconnect(reason, None)]);
}

#[test]
fn a_timeout_handled_too_early_does_nothing() {
    let mut peer = Peer::bound(esme());
    peer.queue(1);
    peer.hears();
    for _ in 0..29 {
        peer.advance(1_000);
        let now = peer.now();
        peer.handle_timeout(now);
    }
    assert_eq!(peer.sees(), []);
    assert_eq!(peer.hears(), []);
}

#[test]
fn a_clock_that_runs_backwards_is_not_believed() {
    let mut peer = Peer::bound(esme());
    let before = peer.poll_timeout();
    let earlier = Instant::from_millis(5);
    peer.handle_timeout(earlier);
    peer.handle_input(earlier, &[]);
    peer.enqueue(earlier, Ticket(1), None, &message()).unwrap();
    assert_eq!(peer.poll_timeout(), before);
    peer.hears_one();
    peer.advance(30_000);
    assert!(matches!(
        peer.sees_one(),
        Seen::Failed {
            failure: Failure::Timeout,
            ..
        }
    ));
}

#[test]
fn hours_that_pass_at_once_are_survived() {
    let mut peer = Peer::bound(esme());
    peer.queue(1);
    peer.hears();
    let later = peer.now() + 10_000_000;
    peer.handle_timeout(later);
    // The link is asked before it is given up; the response may lie unread for a second yet.
    assert_eq!(peer.sees(), []);
    assert_eq!(peer.hears_one().id(), CommandId::ENQUIRE_LINK);
    assert_eq!(peer.poll_timeout(), Some(later + 1_000));
    peer.handle_timeout(later + 1_000);
    assert!(matches!(
        peer.sees_one(),
        Seen::Failed {
            failure: Failure::Timeout,
            ..
        }
    ));
    assert_eq!(peer.state(), State::Bound(BindType::Transceiver));
    assert_eq!(peer.poll_timeout(), Some(later + 10_000));
}

#[test]
fn a_timer_without_end_never_fires() {
    let forever = Duration::MAX;
    for config in [esme(), smsc()] {
        let mut peer = Peer::bound(config.with(|config| {
            config.enquire_link = forever;
            config.response_timeout = forever;
            config.inactivity = forever;
            config.acknowledge_timeout = forever;
            config.retry_time = forever;
        }));
        let now = peer.now();
        let last = Instant::from_millis(u64::MAX);
        let ticket = Ticket(1);
        match peer.config().role {
            Role::Esme => peer.enqueue(now, ticket, Some(last), &message()),
            Role::Smsc => peer.enqueue(now, ticket, Some(last), &delivery()),
        }
        .unwrap();
        peer.hears_one();
        let inbound = match peer.config().role {
            Role::Esme => request(CommandId::DELIVER_SM, 9, &delivery()),
            Role::Smsc => request(CommandId::SUBMIT_SM, 9, &message()),
        };
        peer.says(&inbound);
        peer.request_seen();
        assert_eq!(due(&peer), None);
        peer.handle_timeout(last);
        assert_eq!(peer.sees(), []);
        assert_eq!(peer.hears(), []);
        assert_eq!(peer.state(), State::Bound(BindType::Transceiver));
    }
}

#[test]
fn a_busy_peer_is_asked_for_as_long_as_no_end_is_set() {
    let mut peer = Peer::bound(esme().with(|config| {
        config.enquire_link = ms(0);
        config.retry_time = Duration::MAX;
    }));
    peer.queue(1);
    let busy = CommandStatus::ESME_RMSGQFUL;
    for _ in 0..100 {
        let number = peer.hears_one().number();
        peer.says(&bare(CommandId::SUBMIT_SM_RESP, busy, number));
        peer.advance(30_000);
    }
    let number = peer.hears_one().number();
    peer.says(&bare(CommandId::SUBMIT_SM_RESP, busy, number));
    peer.handle_timeout(Instant::from_millis(u64::MAX));
    peer.hears_one();
    assert_eq!(peer.sees(), []);
}
