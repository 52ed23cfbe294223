//! What is read and can be written is written so that the same is read again, from the typed and the explained form.
#![no_main]

use libfuzzer_sys::fuzz_target;
use smpp_edge::pdu::explain::{Options, explain};
use smpp_edge::pdu::{Pdu, encode_fields};

fuzz_target!(|data: &[u8]| {
    let mut frame = data.to_vec();
    let length = frame.len() as u32;
    let Some(place) = frame.first_chunk_mut() else {
        return;
    };
    *place = length.to_be_bytes();
    if let Ok((header, pdu)) = Pdu::decode(&frame) {
        let mut out = Vec::new();
        if pdu
            .encode(&mut out, header.command_status, header.sequence_number)
            .is_ok()
        {
            let (_, again) = Pdu::decode(&out).unwrap();
            assert_eq!(again, pdu);
            let valid = explain(&frame, &Options::default()).pdus[0].valid;
            let nothing =
                frame[16..].iter().all(|octet| *octet == 0) && header.command_id.is_response();
            assert!(!valid || nothing || out == frame);
        } else {
            assert!(out.is_empty());
        }
    }
    for pdu in explain(&frame, &Options::default())
        .pdus
        .iter()
        .filter(|pdu| pdu.valid)
    {
        let mut out = Vec::new();
        if encode_fields(&mut out, &pdu.into(), None).is_ok() {
            let nothing =
                frame[16..].iter().all(|octet| *octet == 0) && pdu.header.command_id.is_response();
            assert!(nothing || out == pdu.bytes);
        }
    }
});
