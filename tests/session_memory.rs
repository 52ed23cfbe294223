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
        let mut session = bound(esme().with(|config| {
            config.window = 100;
            config.rate = Some(1e9);
            config.interface_version = version;
        }));
        let (body, mut response) = (message(), accepted(0));
        let mut next = 2;
        let mut run = |session: &mut Session, rounds: u32| {
            for _ in 0..rounds {
                // A hundred in flight, answered one by one.
                for ticket in 0..100 {
                    session.enqueue(at(1), Ticket(ticket), None, &body).unwrap();
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
                session.enqueue(at(1), Ticket(1), None, &message()).unwrap();
                drain(&mut session);
                respond(&mut response, number + 2);
                session.handle_input(at(1), &response);
                drain(&mut session);
            }
            let unmatched = accepted(0x7000_0000).repeat(used as usize);
            session.handle_input(at(1), &unmatched);
            drain(&mut session);
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
    let mut session = bound(esme().with(|config| {
        config.max_queue = 50_000;
        config.window = 1_000;
    }));
    let cost = measure(|| {
        let mut response = accepted(0);
        for round in 0..2 {
            for ticket in 0..50_000 {
                session
                    .enqueue(at(1), Ticket(ticket), None, &message())
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

#[test]
fn a_session_that_had_much_open_holds_little_once_it_is_quiet() {
    let mut session = bound(esme().with(|config| {
        config.window = 900;
        config.max_unacknowledged = 900;
    }));
    let cost = measure(|| {
        for ticket in 0..900 {
            session
                .enqueue(at(1), Ticket(ticket), None, &message())
                .unwrap();
            let sequence = ticket as u32 + 1;
            session.handle_input(
                at(1),
                &request(CommandId::DELIVER_SM, sequence, &delivery()),
            );
        }
        drain(&mut session);
        assert_eq!((session.in_flight(), session.unacknowledged()), (900, 900));
        assert_eq!(session.cancel(at(1), |_| true), 900);
        for number in 1..=900 {
            session.respond(at(1), Sequence::new(1, number), CommandStatus::ESME_ROK);
            session.handle_input(at(1), &accepted(number + 1));
        }
        drain(&mut session);
        assert_eq!((session.in_flight(), session.unacknowledged()), (0, 0));
        session.handle_timeout(at(30_001));
        drain(&mut session);
    });
    assert!(cost.bytes_current < 4_096, "{cost:?}");
}

#[test]
fn many_events_leave_no_memory_behind_when_they_are_polled() {
    let mut session = bound(esme());
    let unmatched = accepted(0x7000_0000).repeat(40_000);
    let cost = measure(|| {
        for _ in 0..2 {
            session.handle_input(at(1), &unmatched);
            assert_eq!(drain(&mut session), 40_000);
        }
    });
    assert!(cost.bytes_current < 10_000, "{cost:?}");
}

/// A segment of the message whose text is its number.
fn segment(frame: &mut Vec<u8>, number: u32, message: u32, part: u8) {
    let text = message.to_be_bytes();
    let user_data = [&[5, 0, 3, message as u8, 2, part][..], &text[..]].concat();
    let body = DeliverSm {
        esm_class: EsmClass(0x40),
        short_message: &user_data,
        ..delivery()
    };
    *frame = request(CommandId::DELIVER_SM, number, &body);
}

/// `LONG_MESSAGES=1000000` takes so many.
#[test]
fn long_messages_are_taken_once_in_flat_memory() {
    let count = std::env::var("LONG_MESSAGES").map_or(40_000, |count| count.parse().unwrap());
    let mut session = bound(esme().with(|config| config.enquire_link = ms(0)));
    let mut rng = Rng::new(1);
    let (mut now, mut number, mut frame) = (0, 1, Vec::new());
    // Delivers one until it is taken, and says how often that was.
    let mut deliver = |session: &mut Session, message: u32| {
        let mut taken = 0;
        let mut says = |session: &mut Session, part: u8, at_millis: u64| {
            number += 1;
            segment(&mut frame, number, message, part);
            session.handle_input(at(at_millis), &frame);
        };
        says(session, 1, now);
        if rng.percent(10) {
            says(session, 1, now);
        }
        while taken == 0 {
            says(session, 2, now);
            let sequence = match session.poll_event() {
                Some(Event::LongMessage { sequence, message }) => {
                    assert!(message.is_complete());
                    sequence
                }
                other => panic!("{other:?}"),
            };
            match rng.range(0, 9) {
                0..=2 => {
                    let status = CommandStatus::ESME_RX_T_APPN;
                    assert!(session.respond(at(now), sequence, status));
                }
                3 => {
                    now += 25_000;
                    session.handle_timeout(at(now));
                    assert_eq!(session.poll_event(), Some(Event::Withdrawn { sequence }));
                }
                other => {
                    // The SMSC may not have seen the answer.
                    assert!(session.respond(at(now), sequence, CommandStatus::ESME_ROK));
                    taken += 1;
                    if other == 4 {
                        says(session, 2, now);
                    }
                }
            }
            assert_eq!(drain(session), 0, "message {message}");
        }
        now += 10;
        session.handle_timeout(at(now));
        assert_eq!(drain(session), 0, "message {message}");
    };
    for message in 0..20_000 {
        deliver(&mut session, message);
    }
    let cost = measure(|| {
        for message in 20_000..count {
            deliver(&mut session, message);
        }
    });
    assert!(cost.bytes_current < 65_536, "{cost:?}");
    assert!(cost.bytes_max < 262_144, "{cost:?}");
}
