//! A TLV of one SMSC, by a name of our own. Shown by docs/vendor-tlvs.md.

use smpp_edge::pdu::explain::{Options, Value, explain};
use smpp_edge::pdu::{
    CommandId, CommandStatus, SubmitSm, Tag, TlvBuf, TlvType, VendorTlvs, encode,
};

const ENTITY_ID: Tag = Tag(0x1400);

#[test]
fn the_entity_id_is_written_read_and_named() {
    let mut tlvs = TlvBuf::new();
    tlvs.push_text(ENTITY_ID, b"1101").unwrap();
    let submit = SubmitSm {
        destination_addr: b"1234567890",
        short_message: b"Hello World",
        tlvs: tlvs.as_tlvs(),
        ..SubmitSm::default()
    };
    let mut octets = Vec::new();
    encode(
        &mut octets,
        CommandId::SUBMIT_SM,
        CommandStatus::ESME_ROK,
        1,
        &submit,
    )
    .unwrap();
    assert!(octets.ends_with(b"\x14\x00\x00\x051101\x00"));

    let mut names = VendorTlvs::new();
    names.insert(ENTITY_ID, "entity_id", TlvType::CString);
    let explained = explain(
        &octets,
        &Options::default().with(|options| options.vendor = Some(&names)),
    );
    let field = &explained.pdus[0].tlvs[0].field;
    assert_eq!(field.name, "entity_id");
    assert_eq!(field.value(), Value::Text(b"1101"));
}
