//! No text is too odd to be tried as a receipt.
#![no_main]

use libfuzzer_sys::fuzz_target;
use smpp_edge::receipt::{
    MessageIdFormat, ReceiptTlvs, Side, from_deliver, from_plain_text, key, parse,
};

fuzz_target!(|input: (u8, Option<u8>, Option<&[u8]>, &[u8])| {
    let (esm_class, message_state, tlv, text) = input;
    let tlvs = ReceiptTlvs {
        receipted_message_id: tlv,
        message_state,
        network_error_code: tlv,
    };
    if let Some(receipt) = parse(text) {
        assert!(receipt.extra().count() <= text.len());
    }
    _ = from_plain_text(text, tlvs);
    let Some(report) = from_deliver(esm_class, text, tlvs) else {
        return;
    };
    assert!(!report.intermediate || !report.is_final());
    _ = report.submitted_at();
    _ = report.done_at();
    _ = report.network_error();
    let mut out = Vec::new();
    for format in [
        MessageIdFormat::AsIs,
        MessageIdFormat::HexResponse,
        MessageIdFormat::HexReceipt,
    ] {
        key(
            report.message_id().unwrap_or_default(),
            Side::Receipt,
            format,
            &mut out,
        );
    }
});
