//! Cell broadcast (SMPP 5.0 sections 4.4 and 4.6).

use super::body::body;
use super::field::{CString, Octet, ReplaceIfPresentFlag, SmDefaultMsgId, Time};
use super::submit::MessageIdResp;
use super::values::{DataCoding, Npi, PriorityFlag, Ton};

body! {
    /// `broadcast_sm`: a message to all in an area. Area, content, count and interval are TLVs, the text too
    /// (SMPP 5.0 section 4.4.1).
    pub struct BroadcastSm<'a> {
        /// Kind of service; at most 5 octets, empty for the default (3.4 section 5.2.11, 5.0 section 4.7.25).
        service_type: &'a [u8] => CString<6>,
        /// Type of number of the sender (3.4 section 5.2.5, 5.0 section 4.7.1).
        source_addr_ton: Ton => Octet,
        /// Numbering plan of the sender (3.4 section 5.2.6, 5.0 section 4.7.2).
        source_addr_npi: Npi => Octet,
        /// The sender; at most 20 octets, empty for the default of the SMSC (3.4 section 5.2.8, 5.0 section 4.7.29).
        source_addr: &'a [u8] => CString<21>,
        /// The broadcast to replace, mostly empty; at most 64 octets (3.4 section 5.2.23, 5.0 section 4.7.14).
        message_id: &'a [u8] => CString<65>,
        /// How urgent (3.4 section 5.2.14, 5.0 section 4.7.19).
        priority_flag: PriorityFlag => Octet,
        /// When to deliver: empty for at once, or 16 characters (3.4 section 5.2.15, 5.0 section 4.7.23).
        schedule_delivery_time: &'a [u8] => Time,
        /// Until when to try: empty for what count and interval give, or 16 characters
        /// (3.4 section 5.2.16, 5.0 section 4.7.23).
        validity_period: &'a [u8] => Time,
        /// 1 to replace an earlier message that is still pending (3.4 section 5.2.18, 5.0 section 4.7.22).
        replace_if_present_flag: u8 => ReplaceIfPresentFlag,
        /// How the text is written (3.4 section 5.2.19, 5.0 section 4.7.7).
        data_coding: DataCoding => Octet,
        /// Index of a canned message, 0 for none (3.4 section 5.2.20, 5.0 section 4.7.27).
        sm_default_msg_id: u8 => SmDefaultMsgId,
    }
}

/// `broadcast_sm_resp` (SMPP 5.0 section 4.4.1).
pub type BroadcastSmResp<'a> = MessageIdResp<'a>;

body! {
    /// `query_broadcast_sm`: asks for the state of a broadcast (SMPP 5.0 section 4.6.1).
    pub struct QueryBroadcastSm<'a> {
        /// The identifier that the SMSC gave; at most 64 octets (3.4 section 5.2.23, 5.0 section 4.7.14).
        message_id: &'a [u8] => CString<65>,
        /// Type of number of the sender (3.4 section 5.2.5, 5.0 section 4.7.1).
        source_addr_ton: Ton => Octet,
        /// Numbering plan of the sender (3.4 section 5.2.6, 5.0 section 4.7.2).
        source_addr_npi: Npi => Octet,
        /// The sender; at most 20 octets, empty for the default of the SMSC (3.4 section 5.2.8, 5.0 section 4.7.29).
        source_addr: &'a [u8] => CString<21>,
    }
}

/// `query_broadcast_sm_resp`; the state is in its TLVs (SMPP 5.0 section 4.6.1).
pub type QueryBroadcastSmResp<'a> = MessageIdResp<'a>;

body! {
    /// `cancel_broadcast_sm`: cancels a broadcast (SMPP 5.0 section 4.6.2).
    pub struct CancelBroadcastSm<'a> {
        /// Kind of service; at most 5 octets, empty for the default (3.4 section 5.2.11, 5.0 section 4.7.25).
        service_type: &'a [u8] => CString<6>,
        /// The identifier that the SMSC gave; at most 64 octets (3.4 section 5.2.23, 5.0 section 4.7.14).
        message_id: &'a [u8] => CString<65>,
        /// Type of number of the sender (3.4 section 5.2.5, 5.0 section 4.7.1).
        source_addr_ton: Ton => Octet,
        /// Numbering plan of the sender (3.4 section 5.2.6, 5.0 section 4.7.2).
        source_addr_npi: Npi => Octet,
        /// The sender; at most 20 octets, empty for the default of the SMSC (3.4 section 5.2.8, 5.0 section 4.7.29).
        source_addr: &'a [u8] => CString<21>,
    }
}
