//! A messenger of either role, and what passes between them.

use smpp_edge::messenger::*;
use smpp_edge::pdu::*;
use smpp_edge::receipt::{ReceiptFields, Status, write_receipt};
use smpp_edge::session::*;
use smpp_edge::text::EncodingName;
use std::time::Duration;

const OK: CommandStatus = CommandStatus::ESME_ROK;
const LATER: CommandStatus = CommandStatus::ESME_RX_T_APPN;

/// An ESME and an SMSC on one clock, whose bytes arrive at once.
struct Pair {
    esme: Messenger,
    smsc: Messenger,
    now: Instant,
    next_id: u32,
}

/// Moves what is due from one to the other.
fn pass(from: &mut Messenger, to: &mut Messenger, now: Instant) -> bool {
    let bytes = from.poll_transmit().to_vec();
    from.handle_transmitted(bytes.len());
    to.handle_input(now, &bytes);
    !bytes.is_empty()
}

impl Pair {
    fn bound() -> Self {
        let now = Instant::from_millis(0);
        let mut config = Config::esme(b"esme", b"secret", 7);
        config.reconnect = None;
        let options = MessengerOptions::default();
        let esme = Messenger::new(config, options.clone(), now);
        let smsc = Messenger::new(Config::smsc(b"smsc", 8), options, now);
        let mut pair = Self {
            esme,
            smsc,
            now,
            next_id: 0,
        };
        pair.smsc.accept(now);
        pair.esme.bind(now);
        let events = pair.run();
        assert!(
            matches!(&events[..], [MessengerEvent::Bound { system_id, .. }] if system_id == "smsc")
        );
        pair
    }

    /// Runs until nothing moves; the SMSC lets everyone in and takes every message. Returns what the ESME saw.
    fn run(&mut self) -> Vec<MessengerEvent> {
        let mut seen = Vec::new();
        let now = self.now;
        loop {
            let mut moved = pass(&mut self.esme, &mut self.smsc, now);
            while let Some(event) = self.smsc.poll_event() {
                match event {
                    MessengerEvent::Request { request, .. } => {
                        assert!(self.smsc.respond(now, request, OK));
                    }
                    MessengerEvent::Message {
                        request: Some(request),
                        ..
                    } => {
                        self.next_id += 1;
                        let id = format!("m{}", self.next_id);
                        let body = SubmitSmResp {
                            message_id: id.as_bytes(),
                            ..SubmitSmResp::default()
                        };
                        self.smsc
                            .respond_with(now, request, OK, |out, _| body.encode(out))
                            .unwrap();
                    }
                    _ => {}
                }
            }
            moved |= pass(&mut self.smsc, &mut self.esme, now);
            while let Some(event) = self.esme.poll_event() {
                seen.push(event);
            }
            if !moved
                && self.smsc.poll_transmit().is_empty()
                && self.esme.poll_transmit().is_empty()
            {
                return seen;
            }
        }
    }

    /// Sends an SMS and returns the submit_sm that carry it.
    fn submissions(&mut self, sms: &OutgoingSms) -> Vec<Vec<u8>> {
        self.esme.send_sms(self.now, sms).unwrap();
        let bytes = self.esme.poll_transmit().to_vec();
        let mut framer = Framer::new(65_536);
        let (mut input, mut pdus) = (&bytes[..], Vec::new());
        while let Some(pdu) = framer.next(&mut input).unwrap() {
            pdus.push(pdu.to_vec());
        }
        self.run();
        pdus
    }

    /// Delivers bytes to the ESME as the SMSC's next deliver_sm, and returns what the ESME saw.
    fn deliver(&mut self, number: u32, deliver: &DeliverSm<'_>) -> Vec<MessengerEvent> {
        let mut pdu = Vec::new();
        encode(&mut pdu, CommandId::DELIVER_SM, OK, number, deliver).unwrap();
        self.esme.handle_input(self.now, &pdu);
        std::iter::from_fn(|| self.esme.poll_event()).collect()
    }

    /// The statuses of the responses that the ESME has written, with their numbers.
    fn answers(&mut self) -> Vec<(u32, CommandStatus)> {
        let bytes = self.esme.poll_transmit().to_vec();
        self.esme.handle_transmitted(bytes.len());
        let mut framer = Framer::new(65_536);
        let (mut input, mut answers) = (&bytes[..], Vec::new());
        while let Some(pdu) = framer.next(&mut input).unwrap() {
            let header = Header::decode(pdu.first_chunk().unwrap());
            assert_eq!(header.command_id, CommandId::DELIVER_SM_RESP);
            answers.push((header.sequence_number, header.command_status));
        }
        answers
    }
}

fn long(part: u8, text: &[u8]) -> Vec<u8> {
    [&[5, 0, 3, 9, 2, part], text].concat()
}

fn segment(user_data: &[u8]) -> DeliverSm<'_> {
    DeliverSm {
        source_addr: b"447700900123",
        destination_addr: b"12345",
        esm_class: EsmClass(0x40),
        short_message: user_data,
        ..DeliverSm::default()
    }
}

/// The one message among the events, and its request.
fn message(events: &[MessengerEvent]) -> (Sequence, &InboundMessage) {
    match events {
        [
            MessengerEvent::Message {
                request: Some(request),
                message,
            },
        ] => (*request, message),
        other => panic!("no message but {other:?}"),
    }
}

#[test]
fn a_message_ends_with_the_ids_of_its_segments() {
    let mut pair = Pair::bound();
    let id = pair
        .esme
        .send_sms(
            pair.now,
            &OutgoingSms::text("+1234567890", "a".repeat(200)).from("Acme"),
        )
        .unwrap();
    let events = pair.run();
    let [MessengerEvent::Sent { id: sent, sms }] = &events[..] else {
        panic!("{events:?}")
    };
    assert_eq!(*sent, id);
    assert!(sms.is_accepted());
    assert_eq!((sms.message_id(), sms.encoding), ("m1", EncodingName::Gsm7));
    let ids: Vec<_> = sms
        .segments
        .iter()
        .map(|segment| segment.message_id.as_str())
        .collect();
    assert_eq!(ids, ["m1", "m2"]);
}

#[test]
fn the_addresses_the_report_and_the_validity_are_written() {
    let mut pair = Pair::bound();
    let sms = OutgoingSms::text("+49 171 2345", "hi")
        .from("Acme")
        .report(ReportRequest::Always)
        .validity(Duration::from_secs(60));
    let pdus = pair.submissions(&sms);
    let (_, Pdu::SubmitSm(sm)) = Pdu::decode(&pdus[0]).unwrap() else {
        panic!("no submit_sm")
    };
    assert_eq!(
        (sm.dest_addr_ton, sm.dest_addr_npi, sm.destination_addr),
        (Ton::INTERNATIONAL, Npi::ISDN, &b"491712345"[..])
    );
    assert_eq!(
        (sm.source_addr_ton, sm.source_addr),
        (Ton::ALPHANUMERIC, &b"Acme"[..])
    );
    assert_eq!(
        (sm.registered_delivery.0, sm.validity_period),
        (1, &b"000000000100000R"[..])
    );
}

#[test]
fn the_reference_of_a_long_message_counts_up_and_starts_at_the_seed() {
    let mut pair = Pair::bound();
    let sms = OutgoingSms::text("+1234567890", "a".repeat(200));
    let mut reference = || {
        let pdus = pair.submissions(&sms);
        let references = pdus
            .iter()
            .map(|pdu| Delivery::decode(pdu).unwrap().concat().unwrap().reference);
        let references: Vec<_> = references.collect();
        assert_eq!(references[0], references[1]);
        references[0]
    };
    let [first, second, third] = [reference(), reference(), reference()];
    assert_eq!([second, third], [(first + 1) % 256, (first + 2) % 256]);
    assert_eq!(first, 7);
}

#[test]
fn two_clients_reconnect_at_different_times() {
    let wait = |seed| {
        let now = Instant::from_millis(0);
        let mut session = Session::new(Config::esme(b"esme", b"secret", seed), now);
        session.connect(now);
        session.handle_close(now);
        loop {
            match session.poll_event() {
                Some(Event::Disconnect { retry_in, .. }) => return retry_in.unwrap(),
                Some(_) => {}
                None => panic!("no end"),
            }
        }
    };
    let waits: std::collections::HashSet<_> = (0..20).map(wait).collect();
    assert!(waits.len() > 15, "{waits:?}");
}

#[test]
fn a_message_that_is_refused_is_redelivered_whole_by_its_last_segment() {
    let mut pair = Pair::bound();
    let [one, two] = [long(1, b"Hello "), long(2, b"World")];
    assert_eq!(pair.deliver(1, &segment(&one)), []);
    assert_eq!(pair.answers(), [(1, OK)], "the SMSC may send the next");
    let events = pair.deliver(2, &segment(&two));
    let (request, whole) = message(&events);
    assert_eq!(
        (whole.text(), whole.segments, whole.is_complete()),
        (Some("Hello World"), 2, true)
    );
    assert_eq!(pair.answers(), []);
    assert!(pair.esme.respond(pair.now, request, LATER));
    assert_eq!(pair.answers(), [(2, LATER)]);

    let events = pair.deliver(3, &segment(&two));
    let (request, whole) = message(&events);
    assert_eq!(whole.text(), Some("Hello World"));
    assert!(pair.esme.respond(pair.now, request, OK));
    assert_eq!(pair.answers(), [(3, OK)]);
    assert!(!pair.esme.respond(pair.now, request, OK), "it was answered");
}

#[test]
fn a_receipt_is_a_report() {
    let mut pair = Pair::bound();
    let mut text = Vec::new();
    let fields = ReceiptFields {
        id: b"m1",
        sub: 1,
        dlvrd: 1,
        submit_date: 1_767_367_800_000,
        done_date: 1_767_367_860_000,
        stat: Status::Delivered,
        err: b"000",
        text: b"Hello",
        seconds: false,
    };
    write_receipt(&fields, &mut text);
    let deliver = DeliverSm {
        esm_class: EsmClass(4),
        short_message: &text,
        source_addr: b"1234567890",
        ..DeliverSm::default()
    };
    let events = pair.deliver(1, &deliver);
    let [MessengerEvent::Report { request, report }] = &events[..] else {
        panic!("{events:?}")
    };
    assert_eq!(
        (report.message_id.as_str(), report.status, report.is_final),
        ("m1", Status::Delivered, true)
    );
    assert_eq!(
        (
            report.stat.as_deref(),
            report.error_code.as_deref(),
            report.text.as_deref()
        ),
        (Some("DELIVRD"), Some("000"), Some("Hello"))
    );
    assert_eq!(
        (report.submitted_at, report.done_at),
        (Some(1_767_367_800_000), Some(1_767_367_860_000))
    );
    assert_eq!(
        (
            report.submitted,
            report.delivered,
            report.from.addr.as_str()
        ),
        (Some(1), Some(1), "1234567890")
    );
    assert!(pair.esme.respond(pair.now, request.unwrap(), OK));
}

#[test]
fn what_is_in_flight_when_the_connection_is_lost_is_unknown_and_what_is_cancelled_is_not_sent() {
    let mut pair = Pair::bound();
    pair.esme
        .send_sms(pair.now, &OutgoingSms::text("+1", "a"))
        .unwrap();
    let length = pair.esme.poll_transmit().len();
    pair.esme.handle_transmitted(length);
    pair.esme.handle_close(pair.now);
    let outcome = |events: &[MessengerEvent]| match events {
        [MessengerEvent::Sent { sms, .. }, ..] => sms.segments[0].outcome,
        other => panic!("{other:?}"),
    };
    let events: Vec<_> = std::iter::from_fn(|| pair.esme.poll_event()).collect();
    assert_eq!(outcome(&events), SegmentOutcome::Unknown(Failure::Lost));
    assert!(matches!(
        events[1],
        MessengerEvent::Disconnect { retry_in: None, .. }
    ));

    let now = pair.now;
    let mut unconnected = Messenger::new(
        Config::esme(b"a", b"b", 1),
        MessengerOptions::default(),
        now,
    );
    let id = unconnected
        .send_sms(now, &OutgoingSms::text("+1", "a"))
        .unwrap();
    let other = unconnected
        .send_sms(now, &OutgoingSms::text("+1", "a"))
        .unwrap();
    assert!(unconnected.cancel(now, id));
    assert!(!unconnected.cancel(now, id));
    let events: Vec<_> = std::iter::from_fn(|| unconnected.poll_event()).collect();
    assert_eq!(
        outcome(&events),
        SegmentOutcome::NotSent(Failure::Cancelled)
    );
    assert_eq!(events.len(), 1);
    assert!(unconnected.cancel(now, other));
}

#[test]
fn a_request_ends_with_its_response() {
    let mut pair = Pair::bound();
    let mut body = Vec::new();
    QuerySm {
        message_id: b"m1",
        ..QuerySm::default()
    }
    .encode(&mut body)
    .unwrap();
    let id = pair
        .esme
        .send_request(pair.now, CommandId::QUERY_SM, &body)
        .unwrap();
    let events = pair.run();
    let [
        MessengerEvent::Response {
            id: answered,
            status: OK,
            pdu,
        },
    ] = &events[..]
    else {
        panic!("{events:?}")
    };
    assert_eq!(*answered, id);
    assert!(matches!(Pdu::decode(pdu).unwrap().1, Pdu::QuerySmResp(_)));
}

#[test]
fn every_wrong_argument_is_refused_by_its_field() {
    let mut pair = Pair::bound();
    let mut refused = |sms: OutgoingSms| {
        let error = pair.esme.send_sms(pair.now, &sms).unwrap_err();
        (error.code(), error.field().map(str::to_owned))
    };
    let field = |name: &str| ("invalid-field", Some(name.to_owned()));
    let good = OutgoingSms::text("+1", "a");
    let with = |change: fn(&mut OutgoingSms)| {
        let mut sms = good.clone();
        change(&mut sms);
        sms
    };
    assert_eq!(refused(OutgoingSms::text("hello", "a")), field("to"));
    assert_eq!(
        refused(OutgoingSms::text(AddressBuf::default(), "a")),
        field("to")
    );
    assert_eq!(refused(good.clone().from("A\0B")), field("from"));
    assert_eq!(
        refused(good.clone().from(AddressBuf::new(Ton(5), Npi(0), "ж"))),
        field("from")
    );
    for validity in [Duration::from_secs(100 * 86_400), Duration::MAX] {
        assert_eq!(refused(good.clone().validity(validity)), field("validity"));
    }
    assert_eq!(
        refused(with(|sms| sms.schedule_at = Some(SmppTime::At(-1)))),
        field("schedule_at")
    );
    assert_eq!(refused(with(|sms| sms.priority = 4)), field("priority"));
    assert_eq!(
        refused(with(|sms| sms.max_segments = 0)),
        field("max_segments")
    );
    assert_eq!(
        refused(with(|sms| sms.service_type = "much too long".into())),
        field("service_type")
    );
    assert_eq!(
        refused(with(|sms| sms.service_type = "ж".into())),
        field("service_type")
    );
}
