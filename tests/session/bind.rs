//! Binding, in both roles, and outbind.

use crate::support::*;
use smpp_edge::pdu::*;
use smpp_edge::session::*;

#[test]
fn an_esme_binds_with_what_it_was_told() {
    for bind in BINDS {
        let config = esme().with(|config| {
            config.bind = bind;
            config.system_type = b"VMA".to_vec();
            config.addr_ton = 1;
            config.addr_npi = 8;
            config.address_range = b"^44".to_vec();
        });
        let mut peer = Peer::new(config);
        let now = peer.now();
        peer.bind(now);
        assert_eq!(peer.state(), State::Binding);
        let heard = peer.hears_one();
        assert_eq!(
            heard.brief(),
            (bind.command_id(), CommandStatus::ESME_ROK, 1)
        );
        let (Pdu::BindTransmitter(body) | Pdu::BindReceiver(body) | Pdu::BindTransceiver(body)) =
            heard.pdu()
        else {
            panic!("no bind: {heard:?}");
        };
        assert_eq!(
            body,
            Bind {
                system_id: b"esme",
                password: b"secret",
                system_type: b"VMA",
                interface_version: InterfaceVersion::V3_4,
                addr_ton: Ton(1),
                addr_npi: Npi(8),
                address_range: b"^44",
                ..Bind::default()
            }
        );
    }
}

#[test]
fn a_long_password_goes_as_it_is() {
    let mut peer = Peer::new(
        esme().with(|config| config.password = Password(b"much longer than eight".to_vec())),
    );
    let now = peer.now();
    peer.bind(now);
    let heard = peer.hears_one();
    let Pdu::BindTransceiver(body) = heard.pdu() else {
        panic!("no bind");
    };
    assert_eq!(body.system_id, b"esme");
    assert_eq!(body.password, b"much longer than eight");
    assert_eq!(body.interface_version, InterfaceVersion::V3_4);
}

#[test]
fn a_long_system_id_goes_as_it_is_with_any_password() {
    for password in [&b"secret"[..], b"much longer than eight", b""] {
        for system_id in [
            &b"fifteen letters"[..],
            b"sixteen letters.",
            b"twenty letters long.",
        ] {
            let mut peer = Peer::new(esme().with(|config| {
                config.system_id = system_id.to_vec();
                config.password = Password(password.to_vec());
            }));
            let now = peer.now();
            peer.bind(now);
            let heard = peer.hears_one();
            let Pdu::BindTransceiver(body) = heard.pdu() else {
                panic!("no bind");
            };
            assert_eq!((body.system_id, body.password), (system_id, password));
        }
    }
}

#[test]
fn what_the_smsc_says_of_a_refused_bind_is_kept() {
    let said = |frame: &[u8]| {
        let mut peer = Peer::new(esme());
        let now = peer.now();
        peer.bind(now);
        peer.hears_one();
        peer.says(frame);
        String::from_utf8(peer.refusal_text().to_vec()).unwrap()
    };
    let frame = |body: &[u8]| {
        let header = Header {
            command_length: (HEADER_LEN + body.len()) as u32,
            command_id: CommandId::BIND_TRANSCEIVER_RESP,
            command_status: CommandStatus::ESME_RBINDFAIL,
            sequence_number: 1,
        };
        [&header.encode()[..], body].concat()
    };
    let tlv = b"\x00\x1D\x00\x06 No IP\0";
    let tlv = &[&tlv[..3], &[(tlv.len() - 4) as u8], &tlv[4..]].concat()[..];
    assert_eq!(said(&frame(tlv)), "No IP", "without the field before it");
    assert_eq!(said(&frame(&[b"smsc\0", tlv].concat())), "No IP");
    assert_eq!(said(&frame(b"\0")), "");
    assert_eq!(said(&frame(b"")), "");
    assert_eq!(status_text(&[0; 8]), None);
}

#[test]
fn an_smsc_takes_a_bind_below_3_3_for_the_version_that_it_assumes() {
    for (assumed, named, spoken) in [
        (InterfaceVersion::V3_3, 0x00, InterfaceVersion::V3_3),
        (InterfaceVersion::V3_4, 0x00, InterfaceVersion::V3_4),
        (InterfaceVersion::V3_4, 0x32, InterfaceVersion::V3_4),
        (InterfaceVersion::V3_4, 0x33, InterfaceVersion::V3_3),
        (InterfaceVersion::V5_0, 0x34, InterfaceVersion::V3_4),
    ] {
        let mut session = Session::new(
            Config::smsc(b"smsc", 1).with(|config| config.assumed_version = assumed),
            Instant::default(),
        );
        assert_eq!(
            version_bound(&mut session, named),
            Some(spoken),
            "{named:#04X}"
        );
    }
    assert_eq!(Config::smsc(b"", 1).assumed_version, InterfaceVersion::V3_3);
}

fn version_bound(session: &mut Session, named: u8) -> Option<InterfaceVersion> {
    let now = Instant::default();
    session.accept(now);
    let bind = Bind {
        system_id: b"esme",
        interface_version: InterfaceVersion(named),
        ..Bind::default()
    };
    let mut frame = Vec::new();
    encode(
        &mut frame,
        CommandId::BIND_TRANSCEIVER,
        CommandStatus::ESME_ROK,
        1,
        &bind,
    )
    .unwrap();
    session.handle_input(now, &frame);
    let Some(Event::Request { sequence, .. }) = session.poll_event() else {
        panic!("no bind");
    };
    session.respond(now, sequence, CommandStatus::ESME_ROK);
    while let Some(event) = session.poll_event() {
        if let Event::Bound { version, .. } = event {
            return Some(version);
        }
    }
    None
}

#[test]
fn an_smsc_refuses_a_system_id_or_password_without_bounds() {
    let status = |system_id: usize, password: usize| {
        let mut session = Session::new(Config::smsc(b"smsc", 1), Instant::default());
        session.accept(Instant::default());
        let mut body = vec![b'i'; system_id];
        body.push(0);
        body.extend(vec![b'p'; password]);
        body.extend([0, 0, 0x34, 0, 0, 0]);
        let header = Header {
            command_length: (HEADER_LEN + body.len()) as u32,
            command_id: CommandId::BIND_TRANSCEIVER,
            command_status: CommandStatus::ESME_ROK,
            sequence_number: 1,
        };
        session.handle_input(Instant::default(), &[&header.encode()[..], &body].concat());
        let out = session.poll_transmit().to_vec();
        out.get(8..12)
            .map(|status| u32::from_be_bytes(status.try_into().unwrap()))
    };
    assert_eq!(status(255, 255), None, "the application is asked");
    assert_eq!(status(256, 8), Some(CommandStatus::ESME_RINVSYSID.0));
    assert_eq!(status(8, 256), Some(CommandStatus::ESME_RINVPASWD.0));
}

#[test]
fn an_smsc_can_not_have_a_longer_name_than_its_answers_carry() {
    let named = |length| smsc().with(|config| config.system_id = vec![b'x'; length]);
    assert_eq!(named(15).check(), Ok(()));
    assert_eq!(named(16).check().unwrap_err().field, "system_id");
}

#[test]
fn settings_that_no_bind_can_carry_are_told_and_end_in_a_bind_without_body() {
    let nul = esme().with(|config| config.password = Password(b"a\0b".to_vec()));
    let long = esme().with(|config| {
        config.system_type = vec![b'x'; 13];
        config.password = Password(vec![b'y'; 20]);
    });
    assert_eq!(esme().check(), Ok(()));
    let range = esme().with(|config| config.address_range = vec![b'1'; 41]);
    for (config, field) in [
        (nul, "password"),
        (long, "system_type"),
        (range, "address_range"),
    ] {
        assert_eq!(config.check().unwrap_err().field, field);
        let mut peer = Peer::new(config);
        let now = peer.now();
        peer.bind(now);
        let heard = peer.hears_one();
        assert_eq!(heard.id(), CommandId::BIND_TRANSCEIVER);
        assert_eq!(heard.frame.len(), HEADER_LEN);
    }
}

#[test]
fn a_bind_that_is_taken_is_told_with_name_and_version() {
    let mut peer = Peer::new(esme());
    let now = peer.now();
    peer.bind(now);
    peer.accept_bind(Some(InterfaceVersion::V3_4));
    assert_eq!(peer.state(), State::Bound(BindType::Transceiver));
    assert_eq!(
        peer.sees(),
        [Seen::Bound {
            system_id: b"smsc".to_vec(),
            version: InterfaceVersion::V3_4
        }]
    );
    assert_eq!(peer.stats().binds, 1);
}

#[test]
fn a_bind_response_without_body_is_taken() {
    let mut peer = Peer::new(esme());
    let now = peer.now();
    peer.bind(now);
    peer.hears();
    peer.says(&bare(
        CommandId::BIND_TRANSCEIVER_RESP,
        CommandStatus::ESME_ROK,
        1,
    ));
    assert_eq!(peer.state(), State::Bound(BindType::Transceiver));
}

#[test]
fn a_refused_bind_ends_the_connection_with_its_status() {
    let cases = [
        CommandStatus::ESME_RBINDFAIL,
        CommandStatus::ESME_RINVPASWD,
        CommandStatus(0x0450),
    ];
    for status in cases {
        let mut peer = Peer::new(esme());
        let now = peer.now();
        peer.bind(now);
        peer.refuse_bind(status);
        assert_eq!(peer.state(), State::Closed);
        let reason = CloseReason::BindRefused(status);
        assert_eq!(peer.sees(), [Seen::Disconnect(reason, None)]);
    }
}

#[test]
fn a_generic_nack_refuses_a_bind() {
    let mut peer = Peer::new(esme());
    let now = peer.now();
    peer.bind(now);
    peer.hears();
    peer.says(&bare(
        CommandId::GENERIC_NACK,
        CommandStatus::ESME_RINVCMDID,
        1,
    ));
    let reason = CloseReason::BindRefused(CommandStatus::ESME_RINVCMDID);
    assert_eq!(peer.sees(), [Seen::Disconnect(reason, None)]);
}

#[test]
fn a_response_of_another_kind_is_no_bind() {
    for response in [
        CommandId::BIND_RECEIVER_RESP,
        CommandId::SUBMIT_SM_RESP,
        CommandId::GENERIC_NACK,
    ] {
        let mut peer = Peer::new(esme());
        let now = peer.now();
        peer.bind(now);
        peer.hears();
        peer.says(&bare(response, CommandStatus::ESME_ROK, 1));
        let reason = CloseReason::BindRefused(CommandStatus::ESME_ROK);
        assert_eq!(peer.sees(), [Seen::Disconnect(reason, None)]);
    }
}

#[test]
fn only_the_response_with_the_number_of_the_bind_counts() {
    let mut peer = Peer::new(esme());
    let now = peer.now();
    peer.bind(now);
    peer.hears();
    let id = CommandId::BIND_TRANSCEIVER_RESP;
    peer.says(&bare(id, CommandStatus::ESME_ROK, 2));
    assert_eq!(peer.state(), State::Binding);
    peer.says(&bare(id, CommandStatus::ESME_ROK, 1));
    assert_eq!(peer.state(), State::Bound(BindType::Transceiver));
    // A second answer to it says nothing.
    peer.says(&bare(id, CommandStatus::ESME_RBINDFAIL, 1));
    assert_eq!(peer.state(), State::Bound(BindType::Transceiver));
}

#[test]
fn octets_behind_the_bind_response_are_not_lost() {
    let mut peer = Peer::new(esme());
    let now = peer.now();
    peer.bind(now);
    peer.hears();
    let response = request(CommandId::BIND_TRANSCEIVER_RESP, 1, &BindResp::default());
    let receipt = request(CommandId::DELIVER_SM, 9, &delivery());
    let enquiry = bare(CommandId::ENQUIRE_LINK, CommandStatus::ESME_ROK, 10);
    peer.says(&[response, receipt.clone(), enquiry].concat());
    let seen = peer.sees();
    assert!(matches!(seen[0], Seen::Bound { .. }), "{seen:?}");
    assert!(
        matches!(&seen[1], Seen::Request(s, frame) if s.number() == 9 && *frame == receipt),
        "{seen:?}"
    );
    assert_eq!(peer.hears_one().id(), CommandId::ENQUIRE_LINK_RESP);
}

#[test]
fn nothing_but_answers_to_enquiries_is_sent_before_the_bind_is_taken() {
    let mut peer = Peer::new(esme());
    let now = peer.now();
    peer.queue(1);
    peer.bind(now);
    peer.hears();
    peer.queue(2);
    peer.says(&bare(CommandId::ENQUIRE_LINK, CommandStatus::ESME_ROK, 5));
    assert_eq!(
        peer.hears_briefly(),
        [(CommandId::ENQUIRE_LINK_RESP, CommandStatus::ESME_ROK, 5)]
    );
    peer.says(&bare(
        CommandId::BIND_TRANSCEIVER_RESP,
        CommandStatus::ESME_ROK,
        1,
    ));
    let sent: Vec<u32> = peer.hears().iter().map(Heard::number).collect();
    assert_eq!(sent, [2, 3]);
}

#[test]
fn a_bind_said_twice_goes_once() {
    let mut peer = Peer::new(esme());
    let now = peer.now();
    peer.bind(now);
    peer.bind(now);
    assert_eq!(peer.hears().len(), 1);
    peer.says(&bare(
        CommandId::BIND_TRANSCEIVER_RESP,
        CommandStatus::ESME_ROK,
        1,
    ));
    peer.bind(now);
    assert_eq!(peer.hears(), []);
}

#[test]
fn an_smsc_hands_the_bind_over_and_answers_as_told() {
    for bind in BINDS {
        let mut peer = Peer::new(smsc());
        let now = peer.now();
        peer.accept(now);
        peer.binds(bind, InterfaceVersion::V3_4);
        assert_eq!(peer.state(), State::Binding);
        let sequence = peer.request_seen();
        assert_eq!(peer.request_command(sequence), Some(bind.command_id()));
        assert_eq!(peer.hears(), []);
        assert!(peer.respond(now, sequence, CommandStatus::ESME_ROK));
        assert_eq!(peer.state(), State::Bound(bind));
        let heard = peer.hears_one();
        assert_eq!(
            heard.brief(),
            (bind.command_id().response(), CommandStatus::ESME_ROK, 1)
        );
        let (Pdu::BindTransmitterResp(body)
        | Pdu::BindReceiverResp(body)
        | Pdu::BindTransceiverResp(body)) = heard.pdu()
        else {
            panic!("no response: {heard:?}");
        };
        assert_eq!(body.system_id, b"smsc");
        assert!(matches!(
            peer.sees_one(),
            Seen::Bound { system_id, .. } if system_id == b"account"
        ));
    }
}

#[test]
fn an_smsc_that_refuses_says_so_and_closes() {
    let mut peer = Peer::new(smsc());
    let now = peer.now();
    peer.accept(now);
    peer.binds(BindType::Receiver, InterfaceVersion::V3_4);
    let sequence = peer.request_seen();
    let status = CommandStatus::ESME_RINVPASWD;
    assert!(peer.respond(now, sequence, status));
    assert_eq!(
        peer.hears_briefly(),
        [(CommandId::BIND_RECEIVER_RESP, status, 1)]
    );
    let reason = CloseReason::BindRefused(status);
    assert_eq!(peer.sees(), [Seen::Disconnect(reason, None)]);
    assert_eq!((peer.state(), peer.stats().refused), (State::Closed, 1));
}

#[test]
fn an_smsc_says_why_it_refuses_where_the_version_has_tlvs() {
    let status = CommandStatus::ESME_RBINDFAIL;
    for version in [InterfaceVersion::V3_3, InterfaceVersion::V3_4] {
        let has_tlvs = version == InterfaceVersion::V3_4;
        let mut peer = Peer::new(smsc());
        let now = peer.now();
        peer.accept(now);
        peer.binds(BindType::Transceiver, version);
        let sequence = peer.request_seen();
        let mut tlvs = TlvBuf::default();
        tlvs.push(Tag::ADDITIONAL_STATUS_INFO_TEXT, b"4 binds\0")
            .unwrap();
        let body = BindResp {
            system_id: b"",
            tlvs: tlvs.as_tlvs(),
        };
        let unwritable = BindResp {
            system_id: &[b'x'; 16],
            ..body
        };
        if has_tlvs {
            // The bind stays open then.
            peer.respond_with(now, sequence, status, |out, _| unwritable.encode(out))
                .unwrap_err();
        }
        assert_eq!(
            peer.respond_with(now, sequence, status, |out, _| body.encode(out)),
            Ok(true)
        );
        let heard = peer.hears_one();
        assert_eq!(heard.brief(), (CommandId::BIND_TRANSCEIVER_RESP, status, 1));
        let Pdu::BindTransceiverResp(sent) = heard.pdu() else {
            panic!("no response: {heard:?}");
        };
        let text = sent.tlvs.get(Tag::ADDITIONAL_STATUS_INFO_TEXT);
        assert_eq!(text, has_tlvs.then_some(&b"4 binds\0"[..]));
        let reason = CloseReason::BindRefused(status);
        assert_eq!(peer.sees(), [Seen::Disconnect(reason, None)]);
        assert_eq!((peer.state(), peer.stats().refused), (State::Closed, 1));
    }
}

#[test]
fn an_smsc_that_ends_while_a_bind_waits_answers_it() {
    let mut peer = Peer::new(smsc());
    let now = peer.now();
    peer.accept(now);
    peer.binds(BindType::Receiver, InterfaceVersion::V3_4);
    let sequence = peer.request_seen();
    peer.abort(now);
    let status = CommandStatus::ESME_RBINDFAIL;
    assert_eq!(
        peer.hears_briefly(),
        [(CommandId::BIND_RECEIVER_RESP, status, 1)]
    );
    assert!(!peer.respond(now, sequence, CommandStatus::ESME_ROK));
}

#[test]
fn an_esme_does_not_take_binds_and_an_smsc_sends_none() {
    let mut peer = Peer::new(esme());
    let now = peer.now();
    peer.accept(now);
    peer.binds(BindType::Transceiver, InterfaceVersion::V3_4);
    assert_eq!(
        peer.hears_one().header.command_status,
        CommandStatus::ESME_RINVBNDSTS
    );
    let mut peer = Peer::new(smsc());
    let now = peer.now();
    peer.bind(now);
    assert_eq!(peer.state(), State::Closed);
    peer.accept(now);
    peer.bind(now);
    assert_eq!(peer.hears(), []);
}

#[test]
fn an_smsc_asks_an_esme_to_bind() {
    let mut peer = Peer::new(smsc().with(|config| config.password = Password(b"outpass".to_vec())));
    let now = peer.now();
    peer.outbind(now);
    assert_eq!(peer.state(), State::Outbound);
    let heard = peer.hears_one();
    let Pdu::Outbind(body) = heard.pdu() else {
        panic!("no outbind: {heard:?}");
    };
    assert_eq!(
        (body.system_id, body.password),
        (&b"smsc"[..], &b"outpass"[..])
    );
    peer.binds(BindType::Receiver, InterfaceVersion::V3_4);
    let sequence = peer.request_seen();
    assert!(peer.respond(now, sequence, CommandStatus::ESME_ROK));
    assert_eq!(peer.state(), State::Bound(BindType::Receiver));
}

#[test]
fn an_esme_that_is_asked_to_bind_does_so_when_its_application_says_so() {
    let mut peer = Peer::new(esme().with(|config| config.bind = BindType::Receiver));
    let now = peer.now();
    peer.accept(now);
    let outbind = Outbind {
        system_id: b"smsc",
        password: b"outpass",
        ..Outbind::default()
    };
    let frame = request(CommandId::OUTBIND, 1, &outbind);
    peer.says(&frame);
    assert_eq!(peer.sees(), [Seen::Notification(frame)]);
    assert_eq!(peer.state(), State::Outbound);
    assert_eq!(peer.hears(), []);
    peer.bind(now);
    assert_eq!(peer.hears_one().id(), CommandId::BIND_RECEIVER);
    assert_eq!(peer.state(), State::Binding);
}

#[test]
fn an_esme_whose_application_does_not_trust_the_outbind_closes() {
    let mut peer = Peer::new(esme());
    let now = peer.now();
    peer.accept(now);
    peer.says(&request(CommandId::OUTBIND, 1, &Outbind::default()));
    peer.sees();
    peer.abort(now);
    assert_eq!(peer.hears(), []);
    assert_eq!(peer.sees(), [Seen::Disconnect(CloseReason::Unbound, None)]);
}

#[test]
fn a_receiver_takes_no_messages_to_submit() {
    let mut peer = Peer::new(esme().with(|config| config.bind = BindType::Receiver));
    let now = peer.now();
    let result = peer.enqueue(now, Ticket(1), None, &message());
    assert_eq!(result, Err(SendError::BindType));
}

#[test]
fn what_an_smsc_queued_and_the_bind_does_not_carry_ends_unsent() {
    let mut peer = Peer::new(smsc());
    let now = peer.now();
    peer.accept(now);
    peer.enqueue(now, Ticket(1), None, &delivery())
        .expect("nobody knows yet how the peer binds");
    peer.binds(BindType::Transmitter, InterfaceVersion::V3_4);
    let sequence = peer.request_seen();
    peer.respond(now, sequence, CommandStatus::ESME_ROK);
    assert_eq!(peer.hears_one().id(), CommandId::BIND_TRANSMITTER_RESP);
    let seen = peer.sees();
    assert!(
        matches!(
            seen[1],
            Seen::Failed {
                ticket: Some(1),
                sequence: None,
                failure: Failure::Unsupported,
                ..
            }
        ),
        "{seen:?}"
    );
    assert_eq!(peer.queued(), 0);
}

#[test]
fn what_does_not_fit_the_state_says_so_and_changes_nothing() {
    let mut peer = Peer::new(esme());
    let now = peer.now();
    assert!(!peer.outbind(now), "an ESME asks nobody to bind");
    peer.abort(now);
    for act in [Session::connect, Session::accept, Session::bind] {
        assert!(!act(&mut peer, now), "the session is over");
    }

    let mut peer = Peer::new(esme());
    assert!(peer.connect(now));
    assert!(!peer.connect(now), "a connection was asked for");
    assert!(peer.bind(now));
    assert!(!peer.bind(now), "a bind was sent");
    assert!(!peer.accept(now), "a connection is up");

    let mut peer = Peer::new(smsc());
    assert!(!peer.bind(now), "an SMSC binds nowhere");
    assert!(peer.outbind(now));
    assert!(!peer.outbind(now));
}

#[test]
fn the_end_of_an_earlier_connection_is_not_that_of_this_one() {
    let mut peer = Peer::bound(persistent());
    let now = peer.now();
    let first = peer.connection().expect("a connection");
    assert!(!peer.handle_close_of(now, first + 1));
    assert_eq!(peer.state(), State::Bound(BindType::Transceiver));
    assert!(peer.handle_close_of(now, first));
    assert_eq!(peer.connection(), None);
    assert_eq!(peer.state(), State::Waiting);
    let at = peer.poll_timeout().expect("a time to connect again");
    peer.handle_timeout(at);
    assert_eq!(peer.state(), State::Connecting);
    assert!(!peer.handle_close_of(at, first), "it is over already");
    assert_eq!(peer.state(), State::Connecting);
    peer.bind(at);
    assert_eq!(peer.connection(), Some(first + 1));
    assert!(!peer.handle_close_of(at, first));
    assert_eq!(peer.state(), State::Binding);
}

#[test]
fn a_request_goes_under_the_command_of_its_body() {
    let mut peer = Peer::bound(esme().with(|config| config.window = 10));
    let now = peer.now();
    let query = QuerySm {
        message_id: b"1",
        ..QuerySm::default()
    };
    peer.request(now, &query).unwrap();
    peer.enqueue(now, Ticket(1), None, &query).unwrap();
    peer.request(now, &Pdu::QuerySm(query)).unwrap();
    let vendor = Pdu::Unknown {
        command_id: CommandId(0x0001_0200),
        body: b"any",
    };
    peer.request(now, &vendor).unwrap();
    let ids: Vec<CommandId> = peer.hears().iter().map(Heard::id).collect();
    assert_eq!(
        ids,
        [
            CommandId::QUERY_SM,
            CommandId::QUERY_SM,
            CommandId::QUERY_SM,
            CommandId(0x0001_0200)
        ]
    );
}
