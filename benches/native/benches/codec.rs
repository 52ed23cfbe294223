//! smpp-edge beside smpp-codec, smpp-core and rusmpp, on the same octets in one run.

use std::hint::black_box;

use criterion::measurement::WallTime;
use criterion::{BenchmarkGroup, Criterion, Throughput, criterion_group, criterion_main};
use rusmpp_core::decode::borrowed::DecodeWithLength;
use smpp_edge::pdu::{Body, EnquireLink, Framer, Header, Pdu, SubmitSm, encode};
use smpp_edge_bench::{
    TEXT, bare_read, enquire_link, frames, receipt, stream, submit_sm, submit_sm_resp,
};
use tokio_util::bytes::BytesMut;
use tokio_util::codec::{Decoder, Encoder};

/// rusmpp's borrowed command, with room for as many TLVs as the receipts have.
type Rusmpp<'a> = rusmpp_core::command::borrowed::Command<'a, 4>;

/// What smpp-codec reads: it leaves the choice of the type to its caller.
enum Codec {
    SubmitSm(smpp_codec::pdus::SubmitSmRequest),
    SubmitSmResp(smpp_codec::pdus::SubmitSmResponse),
    DeliverSm(smpp_codec::pdus::DeliverSmRequest),
    DeliverSmResp(smpp_codec::pdus::DeliverSmResponse),
    EnquireLink(smpp_codec::pdus::EnquireLinkRequest),
}

fn smpp_codec_decode(frame: &[u8]) -> Codec {
    match u32::from_be_bytes(*frame[4..].first_chunk().unwrap()) {
        0x0000_0004 => Codec::SubmitSm(smpp_codec::pdus::SubmitSmRequest::decode(frame).unwrap()),
        0x8000_0004 => {
            Codec::SubmitSmResp(smpp_codec::pdus::SubmitSmResponse::decode(frame).unwrap())
        }
        0x0000_0005 => Codec::DeliverSm(smpp_codec::pdus::DeliverSmRequest::decode(frame).unwrap()),
        0x8000_0005 => {
            Codec::DeliverSmResp(smpp_codec::pdus::DeliverSmResponse::decode(frame).unwrap())
        }
        _ => Codec::EnquireLink(smpp_codec::pdus::EnquireLinkRequest::decode(frame).unwrap()),
    }
}

fn smpp_codec_encode(pdu: &Codec, out: &mut Vec<u8>) {
    match pdu {
        Codec::SubmitSm(pdu) => pdu.encode(out),
        Codec::SubmitSmResp(pdu) => pdu.encode(out),
        Codec::DeliverSm(pdu) => pdu.encode(out),
        Codec::DeliverSmResp(pdu) => pdu.encode(out),
        Codec::EnquireLink(pdu) => pdu.encode(out),
    }
    .unwrap();
}

fn rusmpp_decode(frame: &[u8]) -> Rusmpp<'_> {
    Rusmpp::decode(&frame[4..], frame.len() - 4).unwrap().0
}

/// What is read stays where it was written: to move it would cost some crates as much as to read it.
fn decode_rows(group: &mut BenchmarkGroup<'_, WallTime>, name: &str, frame: &[u8]) {
    assert!(Pdu::decode(frame).is_ok());
    group.bench_function(format!("{name}/smpp-edge"), |b| {
        b.iter(|| _ = black_box(&Pdu::decode(black_box(frame))))
    });
    group.bench_function(format!("{name}/smpp-codec"), |b| {
        b.iter(|| _ = black_box(&smpp_codec_decode(black_box(frame))))
    });
    group.bench_function(format!("{name}/smpp-core"), |b| {
        b.iter(|| _ = black_box(&smpp_core::decode(black_box(frame))))
    });
    group.bench_function(format!("{name}/rusmpp"), |b| {
        b.iter(|| _ = black_box(&rusmpp_decode(black_box(frame))))
    });
    group.bench_function(format!("{name}/bare read"), |b| {
        b.iter(|| _ = black_box(&bare_read(black_box(frame))))
    });
}

fn decode(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("decode");
    decode_rows(&mut group, "submit_sm of 160 octets", &submit_sm(1, TEXT));
    decode_rows(&mut group, "submit_sm_resp", &submit_sm_resp(1));
    decode_rows(&mut group, "receipt with three TLVs", &receipt(1));
    decode_rows(&mut group, "enquire_link", &enquire_link(1));
}

/// smpp-codec's types know which PDU they are; so does `body`.
fn encode_rows<'a>(
    group: &mut BenchmarkGroup<'_, WallTime>,
    name: &str,
    frame: &[u8],
    body: &impl Body<'a>,
) {
    let mut out = Vec::with_capacity(1024);
    let (header, pdu) = Pdu::decode(frame).unwrap();
    pdu.encode(&mut out, header.command_status, header.sequence_number)
        .unwrap();
    assert_eq!(out, frame);
    group.bench_function(format!("{name}/smpp-edge"), |b| {
        b.iter(|| {
            out.clear();
            let body = black_box(body);
            encode(
                &mut out,
                header.command_id,
                header.command_status,
                header.sequence_number,
                body,
            )
            .unwrap();
            black_box(&out);
        });
    });
    let pdu = smpp_codec_decode(frame);
    group.bench_function(format!("{name}/smpp-codec"), |b| {
        b.iter(|| {
            out.clear();
            smpp_codec_encode(black_box(&pdu), &mut out);
            black_box(&out);
        });
    });
    let pdu = smpp_core::decode(frame).unwrap();
    group.bench_function(format!("{name}/smpp-core"), |b| {
        b.iter(|| smpp_core::encode(black_box(&pdu)).unwrap())
    });
    let mut codec = rusmpp::tokio_codec::CommandCodec::new();
    let pdu = codec.decode(&mut BytesMut::from(frame)).unwrap().unwrap();
    let mut bytes = BytesMut::with_capacity(1024);
    group.bench_function(format!("{name}/rusmpp"), |b| {
        b.iter(|| {
            bytes.clear();
            codec.encode(black_box(&pdu), &mut bytes).unwrap();
            black_box(&bytes);
        });
    });
}

/// The floor of encoding: the same octets from the same pieces, unchecked, into a buffer with room for them.
fn bare_write(message: &SubmitSm<'_>, header: &Header, out: &mut Vec<u8>) {
    out.extend_from_slice(&header.encode());
    for (text, behind) in [
        (
            message.service_type,
            &[0, message.source_addr_ton.0, message.source_addr_npi.0][..],
        ),
        (
            message.source_addr,
            &[0, message.dest_addr_ton.0, message.dest_addr_npi.0],
        ),
        (
            message.destination_addr,
            &[
                0,
                message.esm_class.0,
                message.protocol_id,
                message.priority_flag.0,
            ],
        ),
        (message.schedule_delivery_time, &[0]),
        (
            message.validity_period,
            &[
                0,
                message.registered_delivery.0,
                message.replace_if_present_flag,
                message.data_coding.0,
                message.sm_default_msg_id,
                message.short_message.len() as u8,
            ],
        ),
        (message.short_message, message.tlvs.as_bytes()),
    ] {
        out.extend_from_slice(text);
        out.extend_from_slice(behind);
    }
}

fn encoding(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("encode");
    let frame = submit_sm(1, TEXT);
    let (header, Pdu::SubmitSm(message)) = Pdu::decode(&frame).unwrap() else {
        panic!()
    };
    encode_rows(&mut group, "submit_sm of 160 octets", &frame, &message);
    let mut out = Vec::with_capacity(1024);
    group.bench_function("submit_sm of 160 octets/bare write", |b| {
        b.iter(|| {
            out.clear();
            bare_write(black_box(&message), &header, &mut out);
            black_box(&out);
        });
    });
    let frame = submit_sm_resp(1);
    let Ok((_, Pdu::SubmitSmResp(response))) = Pdu::decode(&frame) else {
        panic!()
    };
    encode_rows(&mut group, "submit_sm_resp", &frame, &response);
    let frame = receipt(1);
    let Ok((_, Pdu::DeliverSm(receipt))) = Pdu::decode(&frame) else {
        panic!()
    };
    encode_rows(&mut group, "receipt with three TLVs", &frame, &receipt);
    encode_rows(
        &mut group,
        "enquire_link",
        &enquire_link(1),
        &EnquireLink::default(),
    );
}

fn mixed(criterion: &mut Criterion) {
    let stream = stream();
    let mut group = criterion.benchmark_group("stream of 2,000 PDUs");
    group.throughput(Throughput::Elements(2000));
    group.bench_function("smpp-edge", |b| {
        b.iter(|| {
            let mut framer = Framer::new(65_536);
            let mut input = black_box(&stream[..]);
            while let Some(frame) = framer.next(&mut input).unwrap() {
                let Ok(read) = &Pdu::decode(frame) else {
                    panic!()
                };
                black_box(read);
            }
        });
    });
    group.bench_function("smpp-codec", |b| {
        b.iter(|| {
            frames(black_box(&stream)).for_each(|frame| drop(black_box(smpp_codec_decode(frame))))
        });
    });
    group.bench_function("smpp-core", |b| {
        b.iter(|| {
            let mut input = black_box(&stream[..]);
            while let Some((pdu, length)) = smpp_core::decode_frame(input).unwrap() {
                drop(black_box(pdu));
                input = &input[length..];
            }
        });
    });
    group.bench_function("rusmpp, borrowed", |b| {
        b.iter(|| {
            frames(black_box(&stream)).for_each(|frame| drop(black_box(rusmpp_decode(frame))))
        });
    });
    group.bench_function("rusmpp, owned", |b| {
        b.iter(|| {
            let mut codec = rusmpp::tokio_codec::CommandCodec::new();
            let mut input = BytesMut::from(black_box(&stream[..]));
            while let Some(command) = codec.decode(&mut input).unwrap() {
                drop(black_box(command));
            }
        });
    });
    group.bench_function("bare read", |b| {
        b.iter(|| {
            frames(black_box(&stream)).for_each(|frame| _ = black_box(bare_read(frame).unwrap()))
        });
    });
}

criterion_group! {
    name = benches;
    config = Criterion::default().warm_up_time(std::time::Duration::from_millis(500));
    targets = decode, encoding, mixed
}
criterion_main!(benches);
