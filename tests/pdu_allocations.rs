//! How much memory the codec takes: none to decode and encode, one PDU to frame, a small multiple to explain.

use allocation_counter::{AllocationInfo, measure};
use smpp_edge::pdu::explain::{Options, explain};
use smpp_edge::pdu::*;

/// One PDU of every command, its strings and lists filled, with two TLVs.
fn every_pdu() -> Vec<Vec<u8>> {
    let entry = |name: &str| {
        let parts = [
            ("dest_addr_ton", FieldValue::Number(1)),
            ("destination_addr", FieldValue::Text(name.into())),
        ];
        FieldValue::Fields(
            parts
                .map(|(name, value)| (name.to_string(), value))
                .to_vec(),
        )
    };
    (0..0x200)
        .chain(0x8000_0000..0x8000_0200)
        .map(CommandId)
        .filter(|id| id.is_known())
        .map(|command_id| {
            let value = |spec: &FieldSpec| match spec.kind {
                FieldKind::CString(max) => FieldValue::Text("x".repeat(usize::from(max) - 1)),
                FieldKind::Time => FieldValue::Text("260102153100000+".into()),
                FieldKind::Integer(_) => FieldValue::Number(1),
                FieldKind::ShortMessage => FieldValue::Octets(vec![b'x'; 160]),
                FieldKind::DestAddresses | FieldKind::UnsuccessSmes => {
                    FieldValue::List(vec![entry("1"), entry("2")])
                }
            };
            let pdu = NamedPdu {
                command_id,
                command_status: CommandStatus::ESME_ROK,
                sequence_number: 1,
                fields: fields_of(command_id)
                    .unwrap()
                    .iter()
                    .map(|spec| (spec.name.into(), value(spec)))
                    .collect(),
                tlvs: vec![
                    (TlvKey::Tag(Tag::MESSAGE_STATE), FieldValue::Number(2)),
                    (TlvKey::Tag(Tag(0x1400)), FieldValue::Text("vendor".into())),
                ],
            };
            let mut out = Vec::new();
            encode_fields(&mut out, &pdu, None).unwrap();
            out
        })
        .collect()
}

fn expect_none(info: AllocationInfo) {
    assert_eq!(info.count_total, 0, "{info:?}");
}

#[test]
fn decoding_allocates_nothing() {
    for octets in every_pdu() {
        expect_none(measure(|| assert!(Pdu::decode(&octets).is_ok())));
        // Nor does finding out what is wrong with it.
        for end in 16..octets.len() {
            let mut cut = octets[..end].to_vec();
            cut[..4].copy_from_slice(&(end as u32).to_be_bytes());
            expect_none(measure(|| _ = std::hint::black_box(Pdu::decode(&cut))));
        }
    }
}

#[test]
fn lists_and_tlvs_are_read_in_place() {
    for octets in every_pdu() {
        let (_, pdu) = Pdu::decode(&octets).unwrap();
        expect_none(measure(|| {
            assert_eq!(pdu.tlvs().integer(Tag::MESSAGE_STATE), Some(2));
            match pdu {
                Pdu::SubmitMulti(body) => assert_eq!(body.dest_address.iter().count(), 2),
                Pdu::SubmitMultiResp(body) => assert_eq!(body.unsuccess_sme.iter().count(), 2),
                _ => {}
            }
        }));
    }
}

#[test]
fn encoding_into_a_buffer_with_room_allocates_nothing() {
    let mut out = Vec::with_capacity(4096);
    for octets in every_pdu() {
        let (header, pdu) = Pdu::decode(&octets).unwrap();
        out.clear();
        expect_none(measure(|| {
            pdu.encode(&mut out, header.command_status, header.sequence_number)
                .unwrap();
        }));
        assert_eq!(out, octets);
    }
}

#[test]
fn a_stream_in_whole_pdus_is_framed_without_memory() {
    let stream = every_pdu().concat();
    expect_none(measure(|| {
        let mut framer = Framer::new(65_536);
        let mut input = &stream[..];
        while framer.next(&mut input).unwrap().is_some() {}
        assert!(input.is_empty());
    }));
}

#[test]
fn a_pdu_that_comes_octet_by_octet_takes_its_own_size_and_is_given_back() {
    let mut pdu = vec![0; 60_000];
    pdu[..4].copy_from_slice(&60_000_u32.to_be_bytes());
    let mut framer = Framer::new(65_536);
    let info = measure(|| {
        for octet in &pdu {
            framer.next(&mut std::slice::from_ref(octet)).unwrap();
        }
        framer.next(&mut &[][..]).unwrap();
    });
    // A vector that grows holds its old and its new self for a moment.
    assert!(info.bytes_max <= 3 * 65_536, "{info:?}");
    assert_eq!(info.bytes_current, 0, "{info:?}");
}

#[test]
fn a_length_that_is_announced_takes_nothing() {
    let mut framer = Framer::new(1 << 30);
    let announced = [0x3F, 0xFF, 0xFF, 0xFF, 0, 0, 0, 4, 0, 0, 0, 0, 0, 0, 0, 1];
    let info = measure(|| assert_eq!(framer.next(&mut &announced[..]), Ok(None)));
    assert!(info.bytes_max < 256, "{info:?}");
}

#[test]
fn explaining_takes_a_multiple_of_the_input() {
    // The worst there is: PDUs that are their headers, TLVs without value, list names without characters.
    let headers = [0, 0, 0, 16, 0, 0, 0, 0x15, 0, 0, 0, 0, 0, 0, 0, 1].repeat(1000);
    let mut tlvs = [0, 0, 0xFF, 0xF0, 0, 0, 0, 0x15, 0, 0, 0, 0, 0, 0, 0, 1].to_vec();
    tlvs.resize(0xFFF0, 0);
    let mut lists = [&[0; 20][..], &[255], &[2, 0].repeat(255), &[0; 10]].concat();
    lists[..8].copy_from_slice(&[0, 0, 2, 29, 0, 0, 0, 0x21]);
    for input in [headers, tlvs, lists] {
        for strict in [false, true] {
            let info = measure(|| {
                assert_eq!(
                    explain(
                        &input,
                        &Options::default().with(|options| options.strict = strict)
                    )
                    .rest,
                    0
                );
            });
            assert!(
                info.bytes_max < 200 * input.len() as u64,
                "{} octets: {info:?}",
                input.len()
            );
        }
    }
}
