//! Submitting a message (SMPP 3.4 sections 4.4 and 4.5, 5.0 section 4.2).

use super::body::body;
use super::field::{
    CString, DestAddressList, Octet, ProtocolId, ReplaceIfPresentFlag, ShortMessage,
    SmDefaultMsgId, Time, UnsuccessSmeList,
};
use super::lists::{DestAddresses, UnsuccessSmes};
use super::values::{DataCoding, EsmClass, Npi, PriorityFlag, RegisteredDelivery, Ton};

body! { direct
    /// `submit_sm`: one message to one recipient.
    pub struct SubmitSm<'a> {
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

body! {
    /// `submit_multi`: one message to many recipients.
    pub struct SubmitMulti<'a> {
        /// Kind of service; at most 5 octets, empty for the default.
        service_type: &'a [u8] => CString<6>,
        /// Type of number of the sender.
        source_addr_ton: Ton => Octet,
        /// Numbering plan of the sender.
        source_addr_npi: Npi => Octet,
        /// The sender; at most 20 octets, empty for the default of the centre.
        source_addr: &'a [u8] => CString<21>,
        /// The recipients; `number_of_dests` is their number.
        dest_address: DestAddresses<'a> => DestAddressList,
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

body! {
    /// `submit_multi_resp`
    pub struct SubmitMultiResp<'a> {
        /// The identifier that the message centre gave; at most 64 octets.
        message_id: &'a [u8] => CString<65>,
        /// The recipients that failed; `no_unsuccess` is their number.
        unsuccess_sme: UnsuccessSmes<'a> => UnsuccessSmeList,
    }
}

body! { direct
    /// A response that carries an identifier and nothing else.
    pub struct MessageIdResp<'a> {
        /// The identifier that the message centre gave; at most 64 octets.
        message_id: &'a [u8] => CString<65>,
    }
}

/// `submit_sm_resp`
pub type SubmitSmResp<'a> = MessageIdResp<'a>;
