//! Which PDU goes and comes in which state: SMPP 5.0, table 2-1, for both roles.

use crate::support::*;
use smpp_edge::pdu::*;
use smpp_edge::session::*;

/// Requests of table 2-1: who may send them (E: the ESME, M: the SMSC) when open, outbound, bound_tx, bound_rx,
/// bound_trx and unbound.
const TABLE: [(CommandId, [&str; 6]); 18] = [
    (CommandId::BIND_RECEIVER, ["E", "E", "", "", "", ""]),
    (CommandId::BIND_TRANSMITTER, ["E", "E", "", "", "", ""]),
    (CommandId::BIND_TRANSCEIVER, ["E", "E", "", "", "", ""]),
    (CommandId::OUTBIND, ["M", "", "", "", "", ""]),
    (CommandId::UNBIND, ["", "", "EM", "EM", "EM", ""]),
    (
        CommandId::ENQUIRE_LINK,
        ["EM", "EM", "EM", "EM", "EM", "EM"],
    ),
    (CommandId::SUBMIT_SM, ["", "", "E", "", "E", ""]),
    (CommandId::SUBMIT_MULTI, ["", "", "E", "", "E", ""]),
    (CommandId::DATA_SM, ["", "", "E", "M", "EM", ""]),
    (CommandId::DELIVER_SM, ["", "", "", "M", "M", ""]),
    (CommandId::QUERY_SM, ["", "", "E", "", "E", ""]),
    (CommandId::CANCEL_SM, ["", "", "E", "", "E", ""]),
    (CommandId::REPLACE_SM, ["", "", "E", "", "E", ""]),
    (CommandId::ALERT_NOTIFICATION, ["", "", "", "M", "M", ""]),
    (CommandId::BROADCAST_SM, ["", "", "E", "", "E", ""]),
    (CommandId::QUERY_BROADCAST_SM, ["", "", "E", "", "E", ""]),
    (CommandId::CANCEL_BROADCAST_SM, ["", "", "E", "", "E", ""]),
    // No row of the table: an unknown command is refused in every state.
    (CommandId(0x0001_0200), ["", "", "", "", "", ""]),
];

const RESPONSES: [CommandId; 16] = [
    CommandId::GENERIC_NACK,
    CommandId::BIND_RECEIVER_RESP,
    CommandId::BIND_TRANSMITTER_RESP,
    CommandId::BIND_TRANSCEIVER_RESP,
    CommandId::QUERY_SM_RESP,
    CommandId::SUBMIT_SM_RESP,
    CommandId::DELIVER_SM_RESP,
    CommandId::UNBIND_RESP,
    CommandId::REPLACE_SM_RESP,
    CommandId::CANCEL_SM_RESP,
    CommandId::ENQUIRE_LINK_RESP,
    CommandId::SUBMIT_MULTI_RESP,
    CommandId::DATA_SM_RESP,
    CommandId::BROADCAST_SM_RESP,
    CommandId::QUERY_BROADCAST_SM_RESP,
    CommandId::CANCEL_BROADCAST_SM_RESP,
];

#[derive(Clone, Copy, Debug, PartialEq)]
enum At {
    Open,
    Outbound,
    Binding,
    Bound(BindType),
    Unbinding,
    Unbound,
}

const STATES: [At; 8] = [
    At::Open,
    At::Outbound,
    At::Bound(BindType::Transmitter),
    At::Bound(BindType::Receiver),
    At::Bound(BindType::Transceiver),
    At::Unbound,
    At::Binding,
    At::Unbinding,
];

impl At {
    /// The column of the table.
    fn column(self) -> usize {
        match self {
            At::Open | At::Binding => 0,
            At::Outbound => 1,
            At::Bound(BindType::Transmitter) => 2,
            At::Bound(BindType::Receiver) => 3,
            At::Bound(BindType::Transceiver) | At::Unbinding => 4,
            At::Unbound => 5,
        }
    }
}

/// A session of this role in this state, with nothing more to say.
fn session_at(role: Role, at: At) -> Peer {
    let config = match role {
        Role::Esme => esme(),
        Role::Smsc => smsc(),
    };
    let config = match at {
        At::Bound(bind) => config.with(|config| config.bind = bind),
        _ => config,
    };
    let mut peer = match at {
        At::Bound(_) | At::Unbinding | At::Unbound => Peer::bound(config),
        _ => Peer::new(config),
    };
    let now = peer.now();
    match (at, role) {
        (At::Open, _) => assert!(peer.accept(now)),
        (At::Outbound, Role::Esme) => {
            peer.accept(now);
            peer.says(&request(CommandId::OUTBIND, 1, &Outbind::default()));
        }
        (At::Outbound, Role::Smsc) => assert!(peer.outbind(now)),
        (At::Binding, Role::Esme) => assert!(peer.bind(now)),
        (At::Binding, Role::Smsc) => {
            peer.accept(now);
            peer.binds(BindType::Transceiver, InterfaceVersion::V3_4);
        }
        (At::Unbinding, _) => peer.unbind(now),
        (At::Unbound, _) => peer.says(&bare(CommandId::UNBIND, CommandStatus::ESME_ROK, 1)),
        (At::Bound(_), _) => {}
    }
    peer.hears();
    peer.sees();
    let state = match at {
        At::Open => State::Open,
        At::Outbound => State::Outbound,
        At::Binding => State::Binding,
        At::Bound(bind) => State::Bound(bind),
        At::Unbinding => State::Unbinding(BindType::Transceiver),
        At::Unbound => State::Unbound,
    };
    assert_eq!(peer.state(), state);
    peer
}

/// A request with a body that nobody can object to.
fn example(command_id: CommandId, number: u32) -> Vec<u8> {
    match command_id {
        CommandId::SUBMIT_MULTI => {
            let mut dest_address = DestAddressBuf::new();
            dest_address
                .push(&DestAddress::List { dl_name: b"staff" })
                .unwrap();
            let body = SubmitMulti {
                dest_address: dest_address.as_list(),
                ..SubmitMulti::default()
            };
            request(command_id, number, &body)
        }
        CommandId::BROADCAST_SM => {
            let mut tlvs = TlvBuf::new();
            tlvs.push(Tag::BROADCAST_AREA_IDENTIFIER, &[0, 1]).unwrap();
            tlvs.push(Tag::BROADCAST_CONTENT_TYPE, &[0, 0, 0]).unwrap();
            tlvs.push_u16(Tag::BROADCAST_REP_NUM, 1);
            tlvs.push(Tag::BROADCAST_FREQUENCY_INTERVAL, &[8, 0, 1])
                .unwrap();
            let body = BroadcastSm {
                tlvs: tlvs.as_tlvs(),
                ..BroadcastSm::default()
            };
            request(command_id, number, &body)
        }
        CommandId(0x0001_0200) | CommandId::UNBIND | CommandId::ENQUIRE_LINK => {
            bare(command_id, CommandStatus::ESME_ROK, number)
        }
        CommandId::SUBMIT_SM => request(command_id, number, &message()),
        CommandId::DELIVER_SM => request(command_id, number, &delivery()),
        CommandId::DATA_SM => request(command_id, number, &DataSm::default()),
        CommandId::QUERY_SM => request(command_id, number, &QuerySm::default()),
        CommandId::CANCEL_SM => request(command_id, number, &CancelSm::default()),
        CommandId::REPLACE_SM => request(command_id, number, &ReplaceSm::default()),
        CommandId::ALERT_NOTIFICATION => request(command_id, number, &AlertNotification::default()),
        CommandId::QUERY_BROADCAST_SM => request(command_id, number, &QueryBroadcastSm::default()),
        CommandId::CANCEL_BROADCAST_SM => {
            request(command_id, number, &CancelBroadcastSm::default())
        }
        CommandId::OUTBIND => request(command_id, number, &Outbind::default()),
        _ => request(command_id, number, &Bind::default()),
    }
}

/// What a session of this role does with a request of its peer.
#[derive(Debug, PartialEq)]
enum Taken {
    HandedOver,
    Answered,
    Refused(CommandStatus),
    Nack,
}

fn expected(role: Role, at: At, command_id: CommandId, sender: &str) -> Taken {
    let letter = match role {
        Role::Esme => "M",
        Role::Smsc => "E",
    };
    let bound = matches!(at, At::Bound(_) | At::Unbinding);
    match command_id {
        CommandId(0x0001_0200) => Taken::Nack,
        CommandId::ENQUIRE_LINK => Taken::Answered,
        // Lenient: both may unbind at once, and it may be said twice.
        CommandId::UNBIND if bound || at == At::Unbound => Taken::Answered,
        CommandId::BIND_RECEIVER | CommandId::BIND_TRANSMITTER | CommandId::BIND_TRANSCEIVER
            if bound =>
        {
            Taken::Refused(CommandStatus::ESME_RALYBND)
        }
        // One bind is under way already.
        CommandId::BIND_RECEIVER
        | CommandId::BIND_TRANSMITTER
        | CommandId::BIND_TRANSCEIVER
        | CommandId::OUTBIND
            if at == At::Binding =>
        {
            Taken::Refused(CommandStatus::ESME_RINVBNDSTS)
        }
        // Lenient: 3.4 has data_sm go both ways in any bind; and an SMSC of ours delivers to whoever bound.
        CommandId::DATA_SM if matches!(at, At::Bound(_)) => Taken::HandedOver,
        CommandId::DELIVER_SM | CommandId::ALERT_NOTIFICATION
            if role == Role::Esme && matches!(at, At::Bound(_)) =>
        {
            Taken::HandedOver
        }
        // Our unbind is on its way: the peer is to try again elsewhere.
        CommandId::ALERT_NOTIFICATION if at == At::Unbinding && role == Role::Esme => {
            Taken::HandedOver
        }
        _ if at == At::Unbinding
            && (sender.contains(letter) || command_id == CommandId::DATA_SM) =>
        {
            Taken::Refused(match role {
                Role::Esme => CommandStatus::ESME_RX_T_APPN,
                Role::Smsc => CommandStatus::ESME_RMSGQFUL,
            })
        }
        _ if sender.contains(letter) => Taken::HandedOver,
        _ => Taken::Refused(CommandStatus::ESME_RINVBNDSTS),
    }
}

#[test]
fn each_request_in_each_state_is_handed_over_answered_or_refused() {
    for role in [Role::Esme, Role::Smsc] {
        for at in STATES {
            for (command_id, senders) in TABLE {
                let what = format!("{command_id:?} to {role:?} at {at:?}");
                let mut peer = session_at(role, at);
                peer.says(&example(command_id, 77));
                let heard = peer.hears_briefly();
                let seen = peer.sees();
                let ok = CommandStatus::ESME_ROK;
                match expected(role, at, command_id, senders[at.column()]) {
                    Taken::HandedOver => {
                        assert_eq!(heard, [], "{what}");
                        let handed = matches!(
                            &seen[..],
                            [Seen::Request(_, frame) | Seen::Notification(frame)]
                                if *frame == example(command_id, 77)
                        );
                        assert!(handed, "{what}: {seen:?}");
                    }
                    Taken::Answered => {
                        assert_eq!(heard, [(command_id.response(), ok, 77)], "{what}");
                        assert_eq!(seen, [], "{what}");
                    }
                    Taken::Refused(status) => {
                        let answer = [(command_id.response(), status, 77)];
                        let answered = command_id.has_response();
                        assert_eq!(heard, answer[..usize::from(answered)], "{what}");
                        let frame = example(command_id, 77);
                        assert_eq!(seen, [Seen::Refused(status, frame)], "{what}");
                    }
                    Taken::Nack => {
                        let nack = CommandId::GENERIC_NACK;
                        assert_eq!(heard, [(nack, CommandStatus::ESME_RINVCMDID, 77)], "{what}");
                        let frame = example(command_id, 77);
                        assert_eq!(seen, [Seen::UnknownCommand(frame)], "{what}");
                    }
                }
                assert!(!matches!(peer.state(), State::Closed), "{what}");
            }
        }
    }
}

#[test]
fn without_a_connection_nothing_is_taken_answered_or_sent() {
    for role in [Role::Esme, Role::Smsc] {
        for state in [State::Closed, State::Connecting, State::Waiting] {
            let mut peer = Peer::new(match role {
                Role::Esme => persistent(),
                Role::Smsc => smsc(),
            });
            let now = peer.now();
            match (state, role) {
                (State::Closed, _) => {}
                // An SMSC makes no connections.
                (_, Role::Smsc) => continue,
                (State::Connecting, _) => assert!(peer.connect(now)),
                _ => {
                    peer.connect(now);
                    peer.closes();
                }
            }
            peer.sees();
            assert_eq!(peer.state(), state);
            let requests = TABLE.map(|(command_id, _)| example(command_id, 77));
            let responses = RESPONSES.map(|id| bare(id, CommandStatus::ESME_ROK, 77));
            for frame in requests.iter().chain(&responses) {
                peer.says(frame);
                assert_eq!((peer.hears(), peer.sees()), (vec![], vec![]), "{state:?}");
            }
            for (command_id, _) in TABLE {
                let result = send(&mut peer, command_id);
                assert_eq!(result, Err(SendError::NotBound), "{command_id:?}");
            }
            assert_eq!(peer.state(), state);
        }
    }
}

#[test]
fn a_response_to_nothing_is_never_answered_in_any_state() {
    for role in [Role::Esme, Role::Smsc] {
        for at in STATES {
            for command_id in RESPONSES {
                let mut peer = session_at(role, at);
                let state = peer.state();
                let response = bare(command_id, CommandStatus::ESME_ROK, 77);
                peer.says(&response);
                let what = format!("{command_id:?} to {role:?} at {at:?}");
                assert_eq!(peer.hears(), [], "{what}");
                assert_eq!(peer.sees(), [Seen::Unmatched(response)], "{what}");
                assert_eq!(peer.state(), state, "{what}");
                assert_eq!(peer.stats().unmatched, 1, "{what}");
            }
        }
    }
}

#[test]
fn an_unknown_response_is_never_answered() {
    for role in [Role::Esme, Role::Smsc] {
        let mut peer = session_at(role, At::Bound(BindType::Transceiver));
        let response = bare(CommandId(0x8001_0200), CommandStatus::ESME_ROK, 77);
        peer.says(&response);
        assert_eq!(peer.hears(), []);
        assert_eq!(peer.sees(), [Seen::Unmatched(response)]);
    }
}

/// What `request` says to a PDU of this command.
fn send(peer: &mut Peer, command_id: CommandId) -> Result<Sequence, SendError> {
    let now = peer.now();
    let octets = example(command_id, 0);
    peer.request(now, &Pdu::decode(&octets).unwrap().1)
}

#[test]
fn only_what_the_table_allows_is_sent() {
    for role in [Role::Esme, Role::Smsc] {
        let letter = match role {
            Role::Esme => "E",
            Role::Smsc => "M",
        };
        for at in STATES {
            for (command_id, senders) in TABLE {
                let what = format!("{command_id:?} from {role:?} at {at:?}");
                let mut peer = session_at(role, at);
                let result = send(&mut peer, command_id);
                if !matches!(at, At::Bound(_)) {
                    assert_eq!(result, Err(SendError::NotBound), "{what}");
                    continue;
                }
                let allowed = match command_id {
                    // The session's own.
                    CommandId::UNBIND => false,
                    // A vendor's, of which the session knows nothing.
                    CommandId(0x0001_0200) => true,
                    _ => senders[at.column()].contains(letter),
                };
                if allowed {
                    let number = result.expect(&what).number();
                    let heard = peer.hears_one();
                    assert_eq!((heard.id(), heard.number()), (command_id, number), "{what}");
                } else {
                    assert_eq!(result, Err(SendError::BindType), "{what}");
                    assert_eq!(peer.hears(), [], "{what}");
                }
            }
        }
    }
}

#[test]
fn responses_are_not_sent_as_requests() {
    let mut peer = session_at(Role::Esme, At::Bound(BindType::Transceiver));
    let now = peer.now();
    for command_id in RESPONSES {
        let result = peer.request(now, &As(command_id, &HeaderOnly::default()));
        assert_eq!(result, Err(SendError::BindType), "{command_id:?}");
    }
    assert_eq!(peer.hears(), []);
}

#[test]
fn each_request_is_answered_with_its_own_response_and_the_fields_that_must_be_there() {
    for role in [Role::Esme, Role::Smsc] {
        let letter = match role {
            Role::Esme => "M",
            Role::Smsc => "E",
        };
        for (command_id, senders) in TABLE {
            if !senders[4].contains(letter)
                || matches!(command_id, CommandId::UNBIND | CommandId::ENQUIRE_LINK)
                || !command_id.has_response()
            {
                continue;
            }
            for status in [CommandStatus::ESME_ROK, CommandStatus::ESME_RSYSERR] {
                let mut peer = session_at(role, At::Bound(BindType::Transceiver));
                peer.says(&example(command_id, 0x8000_0000));
                let sequence = peer.request_seen();
                let now = peer.now();
                assert_eq!(peer.request_command(sequence), Some(command_id));
                assert!(peer.respond(now, sequence, status));
                let heard = peer.hears_one();
                assert_eq!(heard.brief(), (command_id.response(), status, 0x8000_0000));
                let (_, decoded) = Pdu::decode(&heard.frame).expect("a whole response");
                assert_eq!(decoded.command_id(), command_id.response());
                if status == CommandStatus::ESME_ROK {
                    let mut fields = Vec::new();
                    decoded.encode(&mut fields, status, heard.number()).unwrap();
                    assert_eq!(heard.frame, fields);
                } else {
                    assert_eq!(heard.frame.len(), HEADER_LEN);
                }
                // Only once.
                assert_eq!(peer.request_command(sequence), None);
                assert!(!peer.respond(now, sequence, status));
                assert_eq!(peer.hears(), []);
            }
        }
    }
}
