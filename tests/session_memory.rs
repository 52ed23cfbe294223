//! What a session costs: nothing allocated for a message in steady state, little held, and given back after a rush.

mod support;

use allocation_counter::measure;
use smpp_edge::pdu::*;
use smpp_edge::session::*;
use support::*;

fn at(millis: u64) -> Instant {
    Instant::from_millis(millis)
}

/// A bound session that was driven the way an application does it.
fn bound(config: Config) -> Session {
    let (role, bind) = (config.role, config.bind.command_id());
    let mut session = Session::new(config, at(0));
    if role == Role::Esme {
        session.bind(at(0));
        session.handle_input(at(0), &request(bind.response(), 1, &BindResp::default()));
    } else {
        session.accept(at(0));
        session.handle_input(at(0), &request(bind, 1, &Bind::default()));
        session.respond(at(0), Sequence::new(1, 1), CommandStatus::ESME_ROK);
    }
    drain(&mut session);
    assert!(matches!(session.state(), State::Bound(_)));
    session
}

/// Takes everything off a session. Returns how many events there were.
fn drain(session: &mut Session) -> usize {
    session.handle_transmitted(session.poll_transmit().len());
    std::iter::from_fn(|| session.poll_event().map(|_| ())).count()
}

/// The response to the request numbered so.
fn respond(response: &mut [u8], number: u32) {
    response[12..16].copy_from_slice(&number.to_be_bytes());
}

#[test]
fn sending_a_message_allocates_nothing() {
    for version in [InterfaceVersion::V3_4, InterfaceVersion::V5_0] {
        let mut session = bound(Config {
            window: 100,
            rate: Some(1e9),
            interface_version: version,
            ..esme()
        });
        let (body, mut response) = (message(), accepted(0));
        let mut next = 2;
        let mut run = |session: &mut Session, rounds: u32| {
            for _ in 0..rounds {
                // A hundred in flight, answered one by one.
                for ticket in 0..100 {
                    let id = CommandId::SUBMIT_SM;
                    session
                        .enqueue(at(1), Ticket(ticket), None, id, &body)
                        .unwrap();
                }
                drain(session);
                for _ in 0..100 {
                    respond(&mut response, next);
                    next += 1;
                    session.handle_input(at(1), &response);
                    assert_eq!(drain(session), 1);
                }
            }
        };
        run(&mut session, 20);
        let cost = measure(|| run(&mut session, 20));
        assert_eq!(cost.count_total, 0, "{version:?}: {cost:?}");
    }
}

#[test]
fn taking_a_message_allocates_nothing() {
    for (config, mut frame) in [
        (esme(), request(CommandId::DELIVER_SM, 1, &delivery())),
        (smsc(), request(CommandId::SUBMIT_SM, 1, &message())),
    ] {
        let mut session = bound(config);
        let mut number = 1;
        let mut run = |session: &mut Session, count: u32| {
            for _ in 0..count {
                number += 1;
                respond(&mut frame, number);
                session.handle_input(at(1), &frame);
                let sequence = match session.poll_event() {
                    Some(Event::Request { sequence, .. }) => sequence,
                    other => panic!("{other:?}"),
                };
                assert!(session.respond(at(1), sequence, CommandStatus::ESME_ROK));
                assert_eq!(drain(session), 0);
            }
        };
        run(&mut session, 100);
        let cost = measure(|| run(&mut session, 2_000));
        assert_eq!(cost.count_total, 0, "{cost:?}");
    }
}

/// Octets that sessions hold, each, once they have nothing to do.
fn idle_cost(used: u32) -> usize {
    const COUNT: usize = 200;
    let mut sessions = Vec::with_capacity(COUNT);
    let cost = measure(|| {
        for _ in 0..COUNT {
            let mut session = bound(esme());
            let mut response = accepted(0);
            for number in 0..used {
                let id = CommandId::SUBMIT_SM;
                session
                    .enqueue(at(1), Ticket(1), None, id, &message())
                    .unwrap();
                drain(&mut session);
                respond(&mut response, number + 2);
                session.handle_input(at(1), &response);
                drain(&mut session);
            }
            // Quiet for so long that the link is asked for, and again.
            for millis in [30_001, 60_002] {
                session.handle_timeout(at(millis));
                let number = Header::decode(session.poll_transmit().first_chunk().unwrap());
                let number = number.sequence_number;
                drain(&mut session);
                let id = CommandId::ENQUIRE_LINK_RESP;
                session.handle_input(at(millis), &bare(id, CommandStatus::ESME_ROK, number));
                drain(&mut session);
            }
            sessions.push(session);
        }
    });
    size_of::<Session>() + cost.bytes_current as usize / COUNT
}

#[test]
fn a_quiet_session_holds_less_than_4_kilobytes() {
    for used in [0, 1, 1_000] {
        let cost = idle_cost(used);
        println!("{cost} octets after {used} messages");
        assert!(cost <= 4_096, "{cost} octets after {used} messages");
    }
}

#[test]
fn a_rush_of_messages_leaves_no_memory_behind() {
    let mut session = bound(Config {
        max_queue: 50_000,
        window: 1_000,
        ..esme()
    });
    let cost = measure(|| {
        let mut response = accepted(0);
        for round in 0..2 {
            for ticket in 0..50_000 {
                let id = CommandId::SUBMIT_SM;
                session
                    .enqueue(at(1), Ticket(ticket), None, id, &message())
                    .unwrap();
            }
            let first = 2 + round * 50_000;
            for number in first..first + 50_000 {
                drain(&mut session);
                session.handle_timeout(at(1));
                respond(&mut response, number);
                session.handle_input(at(1), &response);
            }
            drain(&mut session);
            assert_eq!((session.queued(), session.in_flight()), (0, 0));
        }
    });
    // Buffers for the next rush, no more of them than the last needed at once.
    assert!(cost.bytes_current < 1_000_000, "{cost:?}");
}

#[test]
fn a_peer_that_says_much_takes_no_more_memory_than_what_is_not_polled() {
    let mut session = bound(esme());
    let rubbish = [
        raw(CommandId::DELIVER_SM, CommandStatus::ESME_ROK, 1, &[1; 200]),
        bare(CommandId(0x0001_0200), CommandStatus::ESME_ROK, 2),
        accepted(0x7000_0000),
        request(CommandId::SUBMIT_SM, 3, &message()),
        bare(CommandId::ENQUIRE_LINK, CommandStatus::ESME_ROK, 4),
    ]
    .concat()
    .repeat(100);
    let cost = measure(|| {
        for _ in 0..1_000 {
            session.handle_input(at(1), &rubbish);
            drain(&mut session);
        }
    });
    assert!(cost.bytes_max < 1_000_000, "{cost:?}");
}
