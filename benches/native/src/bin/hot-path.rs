//! Runs one hot path so many times and does nothing else, so that its instructions can be counted: `hot-path <name> <times>`.
//! Without arguments it prints the names.

use std::hint::black_box;

use smpp_edge::pdu::*;
use smpp_edge::receipt;
use smpp_edge::session::*;
use smpp_edge::text::{Alphabet, EncodeOptions, Plan, decode_into, plan_str_into};
use smpp_edge_bench::{TEXT, receipt as receipt_pdu, stream, submit_sm, submit_sm_resp};

const NOW: Instant = Instant::from_millis(1);

/// What is counted, once it is prepared.
type Work = Box<dyn FnMut()>;

/// A path, and what prepares it.
const PATHS: [(&str, fn() -> Work); 9] = [
    ("decode submit_sm", || decode(submit_sm(1, TEXT))),
    ("decode submit_sm_resp", || decode(submit_sm_resp(1))),
    ("decode receipt", || decode(receipt_pdu(1))),
    ("encode submit_sm", encode_submit_sm),
    (
        "split a stream of 2,000 PDUs and decode them",
        decode_stream,
    ),
    ("parse a receipt's text", parse_receipt),
    ("plan a text of two segments", plan_text),
    ("decode a text of 160 septets", decode_text),
    ("submit 100 messages and take their responses", submit),
];

fn main() {
    let mut arguments = std::env::args().skip(1);
    let Some(name) = arguments.next() else {
        return PATHS.iter().for_each(|(name, _)| println!("{name}"));
    };
    let times: u32 = arguments
        .next()
        .and_then(|n| n.parse().ok())
        .expect("how many times");
    let (_, prepare) = PATHS
        .iter()
        .find(|(path, _)| *path == name)
        .expect("a path");
    let mut work = prepare();
    for _ in 0..times {
        work();
    }
}

fn decode(frame: Vec<u8>) -> Work {
    Box::new(move || {
        black_box(Pdu::decode(black_box(&frame)).unwrap());
    })
}

fn encode_submit_sm() -> Work {
    let frame = submit_sm(1, TEXT);
    let mut out = Vec::with_capacity(frame.len());
    Box::new(move || {
        let message = SubmitSm {
            source_addr_ton: Ton::ALPHANUMERIC,
            source_addr: b"Example",
            dest_addr_ton: Ton::INTERNATIONAL,
            dest_addr_npi: Npi::ISDN,
            destination_addr: b"447700900001",
            registered_delivery: RegisteredDelivery::ALWAYS,
            short_message: TEXT,
            ..SubmitSm::default()
        };
        out.clear();
        encode(
            &mut out,
            CommandId::SUBMIT_SM,
            CommandStatus::ESME_ROK,
            1,
            black_box(&message),
        )
        .unwrap();
        black_box(&out);
    })
}

fn decode_stream() -> Work {
    let octets = stream();
    let mut framer = Framer::new(1 << 16);
    Box::new(move || {
        let mut rest = black_box(&octets[..]);
        while let Some(frame) = framer.next(&mut rest).unwrap() {
            black_box(Pdu::decode(frame).unwrap());
        }
    })
}

fn parse_receipt() -> Work {
    let frame = receipt_pdu(1);
    Box::new(move || {
        let (_, Pdu::DeliverSm(message)) = Pdu::decode(black_box(&frame)).unwrap() else {
            unreachable!("it is a deliver_sm");
        };
        black_box(receipt::parse(message.short_message).unwrap());
    })
}

fn plan_text() -> Work {
    let text = String::from_utf8(TEXT.repeat(2)).unwrap();
    let mut plan = Plan::default();
    Box::new(move || {
        plan_str_into(&mut plan, black_box(&text), &EncodeOptions::default()).unwrap();
        black_box(&plan);
    })
}

fn decode_text() -> Work {
    let mut out = String::with_capacity(TEXT.len());
    Box::new(move || {
        out.clear();
        black_box(decode_into(
            &mut out,
            black_box(TEXT),
            0,
            None,
            Alphabet::Gsm7,
        ));
    })
}

fn submit() -> Work {
    const WINDOW: u32 = 100;
    let mut session = bound(WINDOW as usize);
    let mut responses = submit_sm_resp(1).repeat(WINDOW as usize);
    let length = submit_sm_resp(1).len();
    let mut next = 2_u32;
    let message = SubmitSm {
        source_addr: b"12345",
        destination_addr: b"447700900123",
        registered_delivery: RegisteredDelivery::ALWAYS,
        short_message: TEXT,
        ..SubmitSm::default()
    };
    Box::new(move || {
        for ticket in 0..u64::from(WINDOW) {
            session
                .enqueue(NOW, Ticket(ticket), None, black_box(&message))
                .unwrap();
        }
        drain(&mut session);
        for response in responses.chunks_mut(length) {
            response[12..16].copy_from_slice(&next.to_be_bytes());
            next += 1;
        }
        session.handle_input(NOW, black_box(&responses));
        drain(&mut session);
    })
}

fn bound(window: usize) -> Session {
    let mut session = Session::new(
        Config::esme(b"esme", b"secret", 1).with(|config| config.window = window),
        NOW,
    );
    session.bind(NOW);
    let mut response = Vec::new();
    encode(
        &mut response,
        CommandId::BIND_TRANSCEIVER_RESP,
        CommandStatus::ESME_ROK,
        1,
        &BindResp::default(),
    )
    .unwrap();
    session.handle_input(NOW, &response);
    drain(&mut session);
    session
}

fn drain(session: &mut Session) {
    session.handle_transmitted(session.poll_transmit().len());
    while let Some(event) = session.poll_event() {
        black_box(event);
    }
}
