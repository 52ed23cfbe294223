//! Delivering a message or a receipt to the ESME (SMPP 3.4 section 4.6, 5.0 section 4.3.1).

use super::body::body;
use super::field::{
    CString, Octet, ProtocolId, ReplaceIfPresentFlag, ShortMessage, SmDefaultMsgId, Time,
};
use super::submit::MessageIdResp;
use super::values::{DataCoding, EsmClass, Npi, PriorityFlag, RegisteredDelivery, Ton};

body! { direct
    /// `deliver_sm`: a message, or a receipt for one, to the ESME.
    pub struct DeliverSm<'a> {
        /// Kind of service; at most 5 octets, empty for the default.
        service_type: &'a [u8] => CString<6>,
        /// Type of number of the sender.
        source_addr_ton: Ton => Octet,
        /// Numbering plan of the sender.
        source_addr_npi: Npi => Octet,
        /// The sender; at most 20 octets, empty for the default of the centre.
        source_addr: &'a [u8] => CString<21>,
        /// Type of number of the recipient.
        dest_addr_ton: Ton => Octet,
        /// Numbering plan of the recipient.
        dest_addr_npi: Npi => Octet,
        /// The recipient; at most 20 octets.
        destination_addr: &'a [u8] => CString<21>,
        /// Mode, type and features of the message.
        esm_class: EsmClass => Octet,
        /// Protocol identifier of GSM 03.40.
        protocol_id: u8 => ProtocolId,
        /// How urgent.
        priority_flag: PriorityFlag => Octet,
        /// When to deliver: empty for at once, or 16 characters.
        schedule_delivery_time: &'a [u8] => Time,
        /// Until when to try: empty for the default of the centre, or 16 characters.
        validity_period: &'a [u8] => Time,
        /// The receipts asked for.
        registered_delivery: RegisteredDelivery => Octet,
        /// 1 to replace an earlier message that is still pending.
        replace_if_present_flag: u8 => ReplaceIfPresentFlag,
        /// How the text is written.
        data_coding: DataCoding => Octet,
        /// Index of a canned message, 0 for none.
        sm_default_msg_id: u8 => SmDefaultMsgId,
        /// The text; at most 255 octets (3.4: 254), empty where `message_payload` carries it. `sm_length` is its length.
        short_message: &'a [u8] => ShortMessage,
    }
}

/// `deliver_sm_resp`; its `message_id` is not used and should be empty.
pub type DeliverSmResp<'a> = MessageIdResp<'a>;
