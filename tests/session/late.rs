//! Responses that come late: after the request was given up, after the process was held up, or never.

use crate::support::*;
use smpp_edge::pdu::*;
use smpp_edge::session::*;

const OK: CommandStatus = CommandStatus::ESME_ROK;

fn numbers(peer: &mut Peer) -> Vec<u32> {
    peer.hears().iter().map(Heard::number).collect()
}

/// The tickets whose requests timed out.
fn timed_out(peer: &mut Peer) -> Vec<u64> {
    let seen = peer.sees();
    seen.iter()
        .filter_map(|event| match event {
            Seen::Failed {
                ticket,
                failure: Failure::Timeout,
                ..
            } => *ticket,
            _ => None,
        })
        .collect()
}

/// What became of requests that had ended: ticket, and the status of the response or `None` if there will be none.
fn told(peer: &mut Peer) -> Vec<(u64, Option<CommandStatus>)> {
    let seen = peer.sees();
    seen.iter()
        .filter_map(|event| match event {
            Seen::Late { ticket, status, .. } => Some((ticket.unwrap(), Some(*status))),
            Seen::Unanswered { ticket, .. } => Some((ticket.unwrap(), None)),
            _ => None,
        })
        .collect()
}

/// The process does nothing for so long: no deadline is handled in time.
fn held_up(peer: &mut Peer, millis: u64) {
    peer.skip(millis);
    let now = peer.now();
    peer.handle_timeout(now);
}

fn config() -> Config {
    persistent().with(|config| config.enquire_link = ms(0))
}

#[test]
fn responses_that_came_while_the_process_was_held_up_are_read_before_it_gives_anything_up() {
    let mut peer = Peer::bound(config());
    (0..10).for_each(|ticket| peer.queue(ticket));
    let numbers = numbers(&mut peer);
    held_up(&mut peer, 36_000);
    assert_eq!(peer.sees(), []);
    for number in &numbers[..5] {
        peer.says(&accepted(*number));
    }
    held_up(&mut peer, 999);
    for number in &numbers[5..9] {
        peer.says(&accepted(*number));
    }
    assert_eq!(peer.answers().len(), 9);
    peer.advance(1);
    assert_eq!(timed_out(&mut peer), [9]);
    assert_eq!(peer.stats().timeouts, 1);
}

#[test]
fn the_same_holds_when_some_responses_are_read_first() {
    let mut peer = Peer::bound(config());
    (0..10).for_each(|ticket| peer.queue(ticket));
    let numbers = numbers(&mut peer);
    peer.skip(36_000);
    for number in numbers {
        peer.says(&accepted(number));
        let now = peer.now();
        peer.handle_timeout(now);
    }
    assert_eq!(peer.answers().len(), 10);
}

#[test]
fn a_process_that_is_not_held_up_gives_up_in_time() {
    for late in [0, 1, 100] {
        let mut peer = Peer::bound(config());
        peer.queue(1);
        peer.hears_one();
        held_up(&mut peer, 30_000 + late);
        assert_eq!(timed_out(&mut peer), [1]);
    }
    let mut peer = Peer::bound(config());
    peer.queue(1);
    peer.hears_one();
    held_up(&mut peer, 30_101);
    assert_eq!(timed_out(&mut peer), []);
}

#[test]
fn the_time_to_read_is_given_once() {
    let mut peer = Peer::bound(config());
    peer.queue(1);
    peer.hears_one();
    peer.skip(10_000);
    peer.queue(2);
    peer.hears_one();
    held_up(&mut peer, 25_000);
    // Held up again: what the first time was given for has had its time.
    held_up(&mut peer, 2_000);
    assert_eq!(timed_out(&mut peer), [1]);
    // The second request was not due then.
    held_up(&mut peer, 4_000);
    assert_eq!(timed_out(&mut peer), []);
    peer.advance(1_000);
    assert_eq!(timed_out(&mut peer), [2]);
}

#[test]
fn a_link_is_not_taken_for_dead_before_what_it_said_was_read() {
    let mut peer = Peer::bound(persistent());
    peer.advance(30_000);
    let number = peer.hears_one().number();
    held_up(&mut peer, 16_000);
    assert_eq!(peer.sees(), []);
    peer.says(&bare(CommandId::ENQUIRE_LINK_RESP, OK, number));
    peer.advance(5_000);
    assert_eq!(peer.state(), State::Bound(BindType::Transceiver));

    let mut peer = Peer::new(persistent());
    let now = peer.now();
    peer.bind(now);
    held_up(&mut peer, 16_000);
    assert_eq!(peer.state(), State::Binding);
    peer.accept_bind(None);
    assert_eq!(peer.state(), State::Bound(BindType::Transceiver));
}

#[test]
fn what_waits_for_nobody_is_done_at_once_when_the_process_goes_on() {
    let mut peer = Peer::bound(persistent());
    peer.queue(1);
    let _ = peer.hears();
    held_up(&mut peer, 36_000);
    // The link is asked though nothing is given up yet.
    assert_eq!(peer.hears_one().id(), CommandId::ENQUIRE_LINK);
    assert_eq!(peer.sees(), []);
}

#[test]
fn a_request_of_unknown_outcome_gets_a_late_response_or_the_word_that_there_is_none() {
    let mut peer = Peer::bound(config());
    (1..=4).for_each(|ticket| peer.queue(ticket));
    let numbers = numbers(&mut peer);
    let now = peer.now();
    peer.cancel(now, |ticket| ticket.0 == 4);
    peer.advance(30_000);
    assert_eq!(timed_out(&mut peer), [1, 2, 3]);
    peer.says(&bare(
        CommandId::SUBMIT_SM_RESP,
        CommandStatus::ESME_RINVDSTADR,
        numbers[1],
    ));
    peer.says(&accepted(numbers[3]));
    assert_eq!(
        told(&mut peer),
        [(2, Some(CommandStatus::ESME_RINVDSTADR)), (4, Some(OK))]
    );
    // The same response again is nobody's, and a generic_nack with ESME_ROK decides nothing.
    peer.says(&accepted(numbers[3]));
    peer.says(&bare(CommandId::GENERIC_NACK, OK, numbers[0]));
    assert_eq!(told(&mut peer), []);
    // Nor does a refusal of another command; a generic_nack with an error does.
    let error = CommandStatus::ESME_RSYSERR;
    peer.says(&bare(CommandId::QUERY_SM_RESP, error, numbers[2]));
    assert_eq!(told(&mut peer), []);
    peer.says(&bare(CommandId::GENERIC_NACK, error, numbers[2]));
    assert_eq!(told(&mut peer), [(3, Some(error))]);
    peer.closes();
    assert_eq!(told(&mut peer), [(1, None)]);
}

#[test]
fn more_late_responses_than_the_window_are_recognized_and_memory_is_bounded() {
    let mut peer = Peer::bound(config().with(|config| {
        config.window = 2;
        config.response_timeout = ms(10);
    }));
    let mut sent = Vec::new();
    for ticket in 0..1_500 {
        peer.queue(ticket);
        sent.push(peer.hears_one().number());
        peer.advance(10);
    }
    let given_up: Vec<u64> = told(&mut peer).iter().map(|(ticket, _)| *ticket).collect();
    assert_eq!(given_up, (0..500).collect::<Vec<u64>>());
    for number in &sent {
        peer.says(&accepted(*number));
    }
    let late: Vec<u64> = told(&mut peer).iter().map(|(ticket, _)| *ticket).collect();
    assert_eq!(late, (500..1_500).collect::<Vec<u64>>());
}

/// How long the session takes to end from here, when the peer answers nothing but what `answer` does.
fn time_to_end(peer: &mut Peer, mut answer: impl FnMut(&mut Peer, Heard)) -> u64 {
    let start = peer.now();
    let now = peer.now();
    peer.unbind(now);
    while peer.state() != State::Closed {
        for heard in peer.hears() {
            answer(peer, heard);
        }
        peer.advance(100);
        assert!(peer.now().since(start) < 3_600_000, "it never ends");
    }
    peer.now().since(start)
}

#[test]
fn an_end_in_order_is_bounded_whatever_the_peer_leaves_out() {
    for (response_timeout, most) in [(0, 25_000), (2_000, 10_000), (30_000, 66_000)] {
        let mut peer =
            Peer::bound(config().with(|config| config.response_timeout = ms(response_timeout)));
        (0..1_000).for_each(|ticket| peer.queue(ticket));
        let time = time_to_end(&mut peer, |_, _| {});
        assert!(time <= most, "{time} with {response_timeout}");
        let seen = peer.sees();
        let ends = |f| {
            let of = |e: &&Seen| matches!(e, Seen::Failed { failure, .. } if *failure == f);
            seen.iter().filter(of).count()
        };
        assert_eq!((ends(Failure::Timeout), ends(Failure::Closed)), (10, 990));
    }
}

#[test]
fn an_end_in_order_waits_for_a_peer_that_is_slow() {
    let mut peer = Peer::bound(config().with(|config| {
        config.window = 1;
        config.response_timeout = ms(0);
        config.rate = Some(0.05);
    }));
    (0..20).for_each(|ticket| peer.queue(ticket));
    // One is sent each 20 seconds, and each is answered after nine.
    let mut open: Vec<(u64, u32)> = Vec::new();
    let now = peer.now();
    peer.unbind(now);
    for _ in 0..4_500 {
        let at = peer.now().as_millis();
        for heard in peer.hears() {
            match heard.id() {
                CommandId::UNBIND => {
                    peer.says(&bare(CommandId::UNBIND_RESP, OK, heard.number()));
                }
                _ => open.push((at + 9_000, heard.number())),
            }
        }
        while open.first().is_some_and(|(due, _)| *due <= at) {
            peer.says(&accepted(open.remove(0).1));
        }
        peer.advance(100);
    }
    assert_eq!(peer.state(), State::Closed);
    let accepted = peer
        .sees()
        .iter()
        .filter(|e| matches!(e, Seen::Response { .. }))
        .count();
    assert_eq!(accepted, 20);
}

#[test]
fn an_end_in_order_is_bounded_when_a_slow_peer_falls_silent() {
    let mut peer = Peer::bound(config().with(|config| {
        config.window = 1;
        config.response_timeout = ms(0);
        config.rate = Some(0.05);
    }));
    (0..20).for_each(|ticket| peer.queue(ticket));
    let first = peer.hears_one().number();
    peer.advance(9_000);
    peer.says(&accepted(first));
    // The next one is sent after 20 seconds, when nothing was answered for longer than ten.
    let time = time_to_end(&mut peer, |_, _| {});
    assert!((20_000..60_000).contains(&time), "{time}");
}

#[test]
fn an_end_in_order_does_not_wait_for_a_peer_that_stays_busy() {
    for status in [CommandStatus::ESME_RTHROTTLED, CommandStatus::ESME_RMSGQFUL] {
        let mut peer = Peer::bound(config());
        for ticket in 0..1_000_u64 {
            let to = ticket.to_string();
            let body = SubmitSm {
                destination_addr: to.as_bytes(),
                ..message()
            };
            let now = peer.now();
            peer.enqueue(now, Ticket(ticket), None, &body).unwrap();
        }
        let time = time_to_end(&mut peer, |peer, heard| {
            peer.says(&bare(heard.id().response(), status, heard.number()));
        });
        assert!((60_000..130_000).contains(&time), "{time}");
    }
}

#[test]
fn an_end_in_order_does_not_wait_for_ever_for_the_application() {
    let mut peer = Peer::bound(config().with(|config| {
        config.acknowledge_timeout = ms(0);
        config.response_timeout = ms(0);
    }));
    peer.says(&request(CommandId::DELIVER_SM, 1, &delivery()));
    let time = time_to_end(&mut peer, |peer, heard| {
        if heard.id() == CommandId::UNBIND {
            peer.says(&bare(CommandId::UNBIND_RESP, OK, heard.number()));
        }
    });
    assert!((10_000..20_000).contains(&time), "{time}");
}
