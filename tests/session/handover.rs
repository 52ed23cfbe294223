//! Queued requests that go from one session to another.

use crate::support::*;
use smpp_edge::pdu::*;
use smpp_edge::session::*;

const OK: CommandStatus = CommandStatus::ESME_ROK;

/// A bound ESME with a window of one.
fn narrow() -> Peer {
    Peer::bound(esme().with(|config| config.window = 1))
}

/// Answers what is sent until nothing is. Returns how many submissions there were.
fn accept_all(peer: &mut Peer) -> usize {
    let mut count = 0;
    loop {
        let heard = peer.hears();
        if heard.is_empty() {
            return count;
        }
        for submission in heard {
            count += 1;
            peer.says(&accepted(submission.number()));
        }
    }
}

fn answered(tickets: impl IntoIterator<Item = u64>) -> Vec<(u64, CommandStatus)> {
    tickets.into_iter().map(|ticket| (ticket, OK)).collect()
}

/// The requests that failed, by their tickets.
fn failures(peer: &mut Peer) -> Vec<(Option<u64>, Failure)> {
    let seen = peer.sees().into_iter();
    seen.filter_map(|event| match event {
        Seen::Failed {
            ticket, failure, ..
        } => Some((ticket, failure)),
        _ => None,
    })
    .collect()
}

#[test]
fn what_is_queued_goes_behind_what_is_queued_there_and_what_is_on_the_wire_stays() {
    let (mut from, mut to) = (narrow(), narrow());
    for ticket in 1..=3 {
        from.queue(ticket);
    }
    for ticket in 11..=12 {
        to.queue(ticket);
    }
    let given = from.give_queue();
    assert_eq!((given.len(), given.is_empty()), (2, false));
    assert_eq!(format!("{given:?}"), "GivenQueue(2)");
    assert_eq!((from.queued(), from.in_flight()), (0, 1));
    let now = to.now();
    assert_eq!(to.take_queue(now, given), 2);
    assert_eq!((to.queued(), to.in_flight()), (3, 1));
    assert_eq!(accept_all(&mut to), 4);
    assert_eq!(to.answers(), answered([11, 12, 2, 3]));
    assert_eq!(accept_all(&mut from), 1);
    assert_eq!(from.answers(), answered([1]));
}

#[test]
fn it_goes_at_once_where_there_is_room() {
    let (mut from, mut to) = (narrow(), narrow());
    from.queue(1);
    from.queue(2);
    let (given, now) = (from.give_queue(), to.now());
    to.take_queue(now, given);
    assert_eq!(to.hears().len(), 1);
    assert!(from.give_queue().is_empty());
}

#[test]
fn a_time_that_was_set_holds_on_the_other_session() {
    let (mut from, mut to) = (narrow(), narrow());
    from.queue(1);
    from.queue_until(2, Some(500));
    to.queue(11);
    let (given, now) = (from.give_queue(), to.now());
    to.take_queue(now, given);
    to.advance(2_000);
    let [(ticket, failure)] = failures(&mut to)[..] else {
        panic!("one failure is expected");
    };
    assert_eq!(ticket, Some(2));
    assert!(matches!(failure, Failure::Expired(_)), "{failure:?}");
}

#[test]
fn those_to_a_delayed_recipient_go_along() {
    let (mut from, mut to) = (narrow(), narrow());
    from.queue(1);
    from.queue(2);
    let number = from.hears_one().number();
    let full = CommandStatus::ESME_RMSGQFUL;
    from.says(&bare(CommandId::SUBMIT_SM_RESP, full, number));
    let (given, now) = (from.give_queue(), to.now());
    assert_eq!(to.take_queue(now, given), 2);
    assert_eq!(from.queued(), 0);
    assert_eq!(accept_all(&mut to), 2);
    assert_eq!(to.answers(), answered([1, 2]));
}

#[test]
fn a_session_that_is_over_fails_what_it_takes() {
    let (mut from, mut to) = (narrow(), narrow());
    from.queue(1);
    from.queue(2);
    let now = to.now();
    to.abort(now);
    to.sees();
    let given = from.give_queue();
    assert_eq!(to.take_queue(now, given), 1);
    assert_eq!(failures(&mut to), [(Some(2), Failure::Closed)]);
    assert_eq!(to.hears().len(), 0);
}
