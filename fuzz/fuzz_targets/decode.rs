//! Any octets with a header are read without harm, as the PDU that their length makes them; a fault lies within them.
#![no_main]

use libfuzzer_sys::fuzz_target;
use smpp_edge::pdu::Pdu;

fuzz_target!(|data: &[u8]| {
    _ = Pdu::decode(data);
    let mut frame = data.to_vec();
    let length = frame.len() as u32;
    let Some(place) = frame.first_chunk_mut() else {
        return;
    };
    *place = length.to_be_bytes();
    match Pdu::decode(&frame) {
        Ok((header, pdu)) => {
            assert_eq!(pdu.command_id(), header.command_id);
            let tlvs: usize = pdu.tlvs().iter().map(|tlv| 4 + tlv.value.len()).sum();
            assert_eq!(tlvs, pdu.tlvs().as_bytes().len());
            match pdu {
                Pdu::SubmitMulti(body) => {
                    assert_eq!(body.dest_address.iter().count(), body.dest_address.len())
                }
                Pdu::SubmitMultiResp(body) => {
                    assert_eq!(body.unsuccess_sme.iter().count(), body.unsuccess_sme.len())
                }
                _ => {}
            }
        }
        Err(error) => assert!(error.offset <= frame.len()),
    }
});
