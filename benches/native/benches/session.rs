//! What the session engine costs a message: from the queue to the wire and back with its response, and from the wire to
//! the application and back with its answer.

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use smpp_edge::pdu::*;
use smpp_edge::session::*;

const NOW: Instant = Instant::from_millis(1);

/// The number of a PDU.
fn set_number(frame: &mut [u8], number: u32) {
    frame[12..16].copy_from_slice(&number.to_be_bytes());
}

fn frame<'a>(id: CommandId, body: &impl Body<'a>) -> Vec<u8> {
    let mut out = Vec::new();
    encode(&mut out, id, CommandStatus::ESME_ROK, 1, body).unwrap();
    out
}

fn bound(window: usize, rate: Option<f64>) -> Session {
    let config = Config::esme(b"esme", b"secret", 1).with(|config| {
        config.window = window;
        config.rate = rate;
    });
    let mut session = Session::new(config, NOW);
    session.bind(NOW);
    let response = frame(CommandId::BIND_TRANSCEIVER_RESP, &BindResp::default());
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

/// A window's worth of messages is queued and sent, then their responses come in one read.
fn submit(c: &mut Criterion) {
    let mut group = c.benchmark_group("submit");
    let message = SubmitSm {
        source_addr: b"12345",
        destination_addr: b"447700900123",
        registered_delivery: RegisteredDelivery(1),
        short_message: b"Hello World, this is a message of some fifty octets",
        ..SubmitSm::default()
    };
    let response = frame(
        CommandId::SUBMIT_SM_RESP,
        &SubmitSmResp {
            message_id: b"0123456789abcdef",
            ..SubmitSmResp::default()
        },
    );
    for (window, rate) in [(1, None), (10, None), (100, None), (100, Some(1e9))] {
        let name = if rate.is_some() { "rate" } else { "window" };
        group.throughput(Throughput::Elements(window as u64));
        group.bench_function(BenchmarkId::new(name, window), |b| {
            let mut session = bound(window, rate);
            let mut responses = response.repeat(window);
            let mut next = 2;
            b.iter(|| {
                for ticket in 0..window as u64 {
                    session
                        .enqueue(NOW, Ticket(ticket), None, black_box(&message))
                        .unwrap();
                }
                drain(&mut session);
                for response in responses.chunks_mut(response.len()) {
                    set_number(response, next);
                    next = next % 0x7FFF_FFFF + 1;
                }
                session.handle_input(NOW, &responses);
                drain(&mut session);
            });
        });
    }
    group.finish();
}

/// Receipts come in one read; each is answered when its event is taken.
fn deliver(c: &mut Criterion) {
    let mut group = c.benchmark_group("deliver");
    let receipt = frame(
        CommandId::DELIVER_SM,
        &DeliverSm {
            source_addr: b"447700900123",
            destination_addr: b"12345",
            esm_class: EsmClass(4),
            short_message: b"id:0123456789abcdef sub:001 dlvrd:001 submit date:2601021530 done date:2601021531 stat:DELIVRD err:000 text:Hello",
            ..DeliverSm::default()
        },
    );
    for count in [1, 100] {
        group.throughput(Throughput::Elements(count as u64));
        group.bench_function(BenchmarkId::new("a read of", count), |b| {
            let mut session = bound(10, None);
            let mut receipts = receipt.repeat(count);
            let mut next = 1;
            let mut requests = Vec::with_capacity(count);
            b.iter(|| {
                for receipt in receipts.chunks_mut(receipt.len()) {
                    set_number(receipt, next);
                    next = next % 0x7FFF_FFFF + 1;
                }
                session.handle_input(NOW, &receipts);
                while let Some(event) = session.poll_event() {
                    if let Event::Request { sequence, frame } = event {
                        black_box(frame);
                        requests.push(sequence);
                    }
                }
                for sequence in requests.drain(..) {
                    session.respond(NOW, sequence, CommandStatus::ESME_ROK);
                }
                drain(&mut session);
            });
        });
    }
    group.finish();
}

criterion_group!(benches, submit, deliver);
criterion_main!(benches);
