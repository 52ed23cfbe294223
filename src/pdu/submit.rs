//! Submitting a message (SMPP 3.4 sections 4.4 and 4.5, 5.0 section 4.2).

use super::body::body;
use super::field::{
    CString, DestAddressList, Octet, ProtocolId, ReplaceIfPresentFlag, ShortMessage,
    SmDefaultMsgId, Time, UnsuccessSmeList,
};
use super::lists::{DestAddresses, UnsuccessSmes};
use super::values::{DataCoding, EsmClass, Npi, PriorityFlag, RegisteredDelivery, Ton};

body! { direct
    /// `submit_sm`: one message to one recipient (SMPP 3.4 section 4.4.1, 5.0 section 4.2.1.1).
    pub struct SubmitSm<'a> {
        /// Kind of service; at most 5 octets, empty for the default (3.4 section 5.2.11, 5.0 section 4.7.25).
        service_type: &'a [u8] => CString<6>,
        /// Type of number of the sender (3.4 section 5.2.5, 5.0 section 4.7.1).
        source_addr_ton: Ton => Octet,
        /// Numbering plan of the sender (3.4 section 5.2.6, 5.0 section 4.7.2).
        source_addr_npi: Npi => Octet,
        /// The sender; at most 20 octets, empty for the default of the SMSC (3.4 section 5.2.8, 5.0 section 4.7.29).
        source_addr: &'a [u8] => CString<21>,
        /// Type of number of the recipient (3.4 section 5.2.5, 5.0 section 4.7.1).
        dest_addr_ton: Ton => Octet,
        /// Numbering plan of the recipient (3.4 section 5.2.6, 5.0 section 4.7.2).
        dest_addr_npi: Npi => Octet,
        /// The recipient; at most 20 octets (3.4 section 5.2.9, 5.0 section 4.7.8).
        destination_addr: &'a [u8] => CString<21>,
        /// Mode, type and features of the message (3.4 section 5.2.12, 5.0 section 4.7.12).
        esm_class: EsmClass => Octet,
        /// Protocol identifier of GSM 03.40 (3.4 section 5.2.13, 5.0 section 4.7.20).
        protocol_id: u8 => ProtocolId,
        /// How urgent (3.4 section 5.2.14, 5.0 section 4.7.19).
        priority_flag: PriorityFlag => Octet,
        /// When to deliver: empty for at once, or 16 characters (3.4 section 5.2.15, 5.0 section 4.7.23).
        schedule_delivery_time: &'a [u8] => Time,
        /// Until when to try: empty for the default of the SMSC, or 16 characters
        /// (3.4 section 5.2.16, 5.0 section 4.7.23).
        validity_period: &'a [u8] => Time,
        /// The receipts asked for (3.4 section 5.2.17, 5.0 section 4.7.21).
        registered_delivery: RegisteredDelivery => Octet,
        /// 1 to replace an earlier message that is still pending (3.4 section 5.2.18, 5.0 section 4.7.22).
        replace_if_present_flag: u8 => ReplaceIfPresentFlag,
        /// How the text is written (3.4 section 5.2.19, 5.0 section 4.7.7).
        data_coding: DataCoding => Octet,
        /// Index of a canned message, 0 for none (3.4 section 5.2.20, 5.0 section 4.7.27).
        sm_default_msg_id: u8 => SmDefaultMsgId,
        /// The text; at most 255 octets (3.4: 254), empty where `message_payload` carries it. `sm_length` is its length
        /// (3.4 section 5.2.22, 5.0 section 4.7.26).
        short_message: &'a [u8] => ShortMessage,
    }
}

body! {
    /// `submit_multi`: one message to many recipients (SMPP 3.4 section 4.5.1, 5.0 section 4.2.3.1).
    pub struct SubmitMulti<'a> {
        /// Kind of service; at most 5 octets, empty for the default (3.4 section 5.2.11, 5.0 section 4.7.25).
        service_type: &'a [u8] => CString<6>,
        /// Type of number of the sender (3.4 section 5.2.5, 5.0 section 4.7.1).
        source_addr_ton: Ton => Octet,
        /// Numbering plan of the sender (3.4 section 5.2.6, 5.0 section 4.7.2).
        source_addr_npi: Npi => Octet,
        /// The sender; at most 20 octets, empty for the default of the SMSC (3.4 section 5.2.8, 5.0 section 4.7.29).
        source_addr: &'a [u8] => CString<21>,
        /// The recipients; `number_of_dests` is their number (3.4 section 5.2.25, 5.0 section 4.7.9).
        dest_address: DestAddresses<'a> => DestAddressList,
        /// Mode, type and features of the message (3.4 section 5.2.12, 5.0 section 4.7.12).
        esm_class: EsmClass => Octet,
        /// Protocol identifier of GSM 03.40 (3.4 section 5.2.13, 5.0 section 4.7.20).
        protocol_id: u8 => ProtocolId,
        /// How urgent (3.4 section 5.2.14, 5.0 section 4.7.19).
        priority_flag: PriorityFlag => Octet,
        /// When to deliver: empty for at once, or 16 characters (3.4 section 5.2.15, 5.0 section 4.7.23).
        schedule_delivery_time: &'a [u8] => Time,
        /// Until when to try: empty for the default of the SMSC, or 16 characters
        /// (3.4 section 5.2.16, 5.0 section 4.7.23).
        validity_period: &'a [u8] => Time,
        /// The receipts asked for (3.4 section 5.2.17, 5.0 section 4.7.21).
        registered_delivery: RegisteredDelivery => Octet,
        /// 1 to replace an earlier message that is still pending (3.4 section 5.2.18, 5.0 section 4.7.22).
        replace_if_present_flag: u8 => ReplaceIfPresentFlag,
        /// How the text is written (3.4 section 5.2.19, 5.0 section 4.7.7).
        data_coding: DataCoding => Octet,
        /// Index of a canned message, 0 for none (3.4 section 5.2.20, 5.0 section 4.7.27).
        sm_default_msg_id: u8 => SmDefaultMsgId,
        /// The text; at most 255 octets (3.4: 254), empty where `message_payload` carries it. `sm_length` is its length
        /// (3.4 section 5.2.22, 5.0 section 4.7.26).
        short_message: &'a [u8] => ShortMessage,
    }
}

body! {
    /// `submit_multi_resp` (SMPP 3.4 section 4.5.2, 5.0 section 4.2.3.2).
    pub struct SubmitMultiResp<'a> {
        /// The identifier that the SMSC gave; at most 64 octets (3.4 section 5.2.23, 5.0 section 4.7.14).
        message_id: &'a [u8] => CString<65>,
        /// The recipients that failed; `no_unsuccess` is their number (3.4 section 5.2.26, 5.0 section 4.7.16).
        unsuccess_sme: UnsuccessSmes<'a> => UnsuccessSmeList,
    }
}

body! { direct
    /// A response that carries an identifier and nothing else
    /// (SMPP 3.4 section 4.4.2, 5.0 section 4.2.1.2, and others).
    pub struct MessageIdResp<'a> {
        /// The identifier that the SMSC gave; at most 64 octets (3.4 section 5.2.23, 5.0 section 4.7.14).
        message_id: &'a [u8] => CString<65>,
    }
}

/// `submit_sm_resp` (SMPP 3.4 section 4.4.2, 5.0 section 4.2.1.2).
pub type SubmitSmResp<'a> = MessageIdResp<'a>;
