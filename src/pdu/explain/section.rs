//! Where the specifications speak of a field.

use super::super::Tag;
use alloc::string::String;
use alloc::string::ToString;

/// Numbers behind "5.2." in 3.4 and behind "4.7." in 5.0; 0 where there is none.
const FIELDS: &[(&str, u8, u8)] = &[
    ("addr_ton", 5, 1),
    ("addr_npi", 6, 2),
    ("source_addr_ton", 5, 1),
    ("source_addr_npi", 6, 2),
    ("dest_addr_ton", 5, 1),
    ("dest_addr_npi", 6, 2),
    ("esme_addr_ton", 5, 1),
    ("esme_addr_npi", 6, 2),
    ("system_id", 1, 30),
    ("password", 2, 18),
    ("system_type", 3, 31),
    ("interface_version", 4, 13),
    ("address_range", 7, 3),
    ("source_addr", 8, 29),
    ("destination_addr", 9, 8),
    ("esme_addr", 10, 11),
    ("service_type", 11, 25),
    ("esm_class", 12, 12),
    ("protocol_id", 13, 20),
    ("priority_flag", 14, 19),
    ("schedule_delivery_time", 15, 23),
    ("validity_period", 16, 23),
    ("registered_delivery", 17, 21),
    ("replace_if_present_flag", 18, 22),
    ("data_coding", 19, 7),
    ("sm_default_msg_id", 20, 27),
    ("sm_length", 21, 28),
    ("short_message", 22, 26),
    ("message_id", 23, 14),
    ("number_of_dests", 24, 17),
    ("dest_address", 25, 9),
    ("dest_flag", 25, 9),
    ("no_unsuccess", 26, 16),
    ("dl_name", 27, 10),
    ("message_state", 28, 15),
];

/// Numbers behind "5.1." in 3.4 and behind "4.7." in 5.0.
const HEADER: &[(&str, u8, u8)] = &[
    ("command_length", 1, 4),
    ("command_id", 2, 5),
    ("command_status", 3, 6),
    ("sequence_number", 4, 24),
];

/// What 3.4 and 5.0 say of the format of PDUs.
pub(super) const FORMAT: &str = "3.4 3.2, 5.0 3.2";
/// What they say of the bodies of failed responses.
pub(super) const FAILED_RESPONSE: &str = "3.4 4.4.2, 5.0 3.2.1.4";

fn write(prefix_34: &str, in_34: u8, prefix_50: &str, in_50: u8) -> String {
    let mut text = String::new();
    if in_34 != 0 {
        text.push_str(prefix_34);
        text.push_str(&in_34.to_string());
        text.push_str(", ");
    }
    text.push_str(prefix_50);
    text.push_str(&in_50.to_string());
    text
}

/// The sections on a mandatory field or a field of the header.
pub(super) fn of_field(name: &str) -> String {
    if let Some((_, in_34, in_50)) = HEADER.iter().find(|(known, _, _)| *known == name) {
        return write("3.4 5.1.", *in_34, "5.0 4.7.", *in_50);
    }
    match FIELDS.iter().find(|(known, _, _)| *known == name) {
        Some((_, in_34, in_50)) => write("3.4 5.2.", *in_34, "5.0 4.7.", *in_50),
        None => FORMAT.into(),
    }
}

/// The sections on a TLV.
pub(super) fn of_tlv(tag: Tag) -> String {
    match tag.spec() {
        Some(spec) => write(
            "3.4 5.3.2.",
            spec.section_3_4,
            "5.0 4.8.4.",
            spec.section_5_0,
        ),
        None => "3.4 5.3.1, 5.0 4.8.1".into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tlvs_have_their_sections() {
        assert_eq!(of_tlv(Tag::CONGESTION_STATE), "5.0 4.8.4.18");
        assert_eq!(of_tlv(Tag::MESSAGE_PAYLOAD), "3.4 5.3.2.32, 5.0 4.8.4.36");
    }

    #[test]
    fn fields_have_their_sections() {
        assert_eq!(of_field("esm_class"), "3.4 5.2.12, 5.0 4.7.12");
        assert_eq!(of_field("sequence_number"), "3.4 5.1.4, 5.0 4.7.24");
    }
}
