//! Any octets are explained: PDUs and the rest are all of the input, every field is where it says, and a PDU that is
//! refused is refused where the explanation puts the fault.
#![no_main]

use libfuzzer_sys::fuzz_target;
use smpp_edge::pdu::Pdu;
use smpp_edge::pdu::explain::{DecodedPdu, Field, Options, Severity, Value, explain};

fn check_field(input: &[u8], pdu: &DecodedPdu<'_>, field: &Field<'_>) {
    let place = field.offset..field.offset + field.length();
    assert!(place.start >= pdu.offset + 16 && place.end <= pdu.offset + pdu.bytes.len());
    assert_eq!(&input[place], field.bytes);
    if let Value::Fields(parts) = field.value() {
        parts.iter().for_each(|part| check_field(input, pdu, part));
    }
    field
        .children()
        .iter()
        .for_each(|child| check_field(input, pdu, child));
}

fuzz_target!(|data: &[u8]| {
    let Some((flags, input)) = data.split_first() else {
        return;
    };
    let mut input = input.to_vec();
    // Mostly one PDU of all the octets, for random lengths seldom make one.
    let length = input.len() as u32;
    if flags & 2 == 0
        && let Some(place) = input.first_chunk_mut()
    {
        *place = length.to_be_bytes();
    }
    let explained = explain(
        &input,
        &Options::default().with(|options| options.strict = flags & 1 != 0),
    );
    let covered: usize = explained.pdus.iter().map(|pdu| pdu.bytes.len()).sum();
    assert_eq!(covered + explained.rest, input.len());
    for pdu in &explained.pdus {
        pdu.fields
            .iter()
            .for_each(|field| check_field(&input, pdu, field));
        pdu.tlvs
            .iter()
            .for_each(|tlv| check_field(&input, pdu, &tlv.field));
        let error = pdu
            .faults
            .iter()
            .find(|fault| fault.severity == Severity::Error);
        assert_eq!(pdu.valid, error.is_none());
        for fault in &pdu.faults {
            assert!((pdu.offset..=pdu.offset + pdu.bytes.len()).contains(&fault.offset));
        }
        if let Err(refused) = Pdu::decode(pdu.bytes) {
            assert_eq!(
                error.map(|fault| fault.offset),
                Some(pdu.offset + refused.offset)
            );
        }
    }
});
