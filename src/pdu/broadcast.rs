//! Cell broadcast (SMPP 5.0 sections 4.4 and 4.6).

use super::body::body;
use super::field::{CString, Octet, ReplaceIfPresentFlag, SmDefaultMsgId, Time};
use super::submit::MessageIdResp;
use super::values::{DataCoding, Npi, PriorityFlag, Ton};

body! {
    /// `broadcast_sm`: a message to all in an area. Area, content, count and interval are TLVs, the text too.
    pub struct BroadcastSm<'a> {
        /// Kind of service; at most 5 octets, empty for the default.
        service_type: &'a [u8] => CString<6>,
        /// Type of number of the sender.
        source_addr_ton: Ton => Octet,
        /// Numbering plan of the sender.
        source_addr_npi: Npi => Octet,
        /// The sender; at most 20 octets, empty for the default of the centre.
        source_addr: &'a [u8] => CString<21>,
        /// The broadcast to replace, mostly empty; at most 64 octets.
        message_id: &'a [u8] => CString<65>,
        /// How urgent.
        priority_flag: PriorityFlag => Octet,
        /// When to deliver: empty for at once, or 16 characters.
        schedule_delivery_time: &'a [u8] => Time,
        /// Until when to try: empty for what count and interval give, or 16 characters.
        validity_period: &'a [u8] => Time,
        /// 1 to replace an earlier message that is still pending.
        replace_if_present_flag: u8 => ReplaceIfPresentFlag,
        /// How the text is written.
        data_coding: DataCoding => Octet,
        /// Index of a canned message, 0 for none.
        sm_default_msg_id: u8 => SmDefaultMsgId,
    }
}

/// `broadcast_sm_resp`
pub type BroadcastSmResp<'a> = MessageIdResp<'a>;

body! {
    /// `query_broadcast_sm`: asks for the state of a broadcast.
    pub struct QueryBroadcastSm<'a> {
        /// The identifier that the message centre gave; at most 64 octets.
        message_id: &'a [u8] => CString<65>,
        /// Type of number of the sender.
        source_addr_ton: Ton => Octet,
        /// Numbering plan of the sender.
        source_addr_npi: Npi => Octet,
        /// The sender; at most 20 octets, empty for the default of the centre.
        source_addr: &'a [u8] => CString<21>,
    }
}

/// `query_broadcast_sm_resp`; the state is in its TLVs.
pub type QueryBroadcastSmResp<'a> = MessageIdResp<'a>;

body! {
    /// `cancel_broadcast_sm`: cancels a broadcast.
    pub struct CancelBroadcastSm<'a> {
        /// Kind of service; at most 5 octets, empty for the default.
        service_type: &'a [u8] => CString<6>,
        /// The identifier that the message centre gave; at most 64 octets.
        message_id: &'a [u8] => CString<65>,
        /// Type of number of the sender.
        source_addr_ton: Ton => Octet,
        /// Numbering plan of the sender.
        source_addr_npi: Npi => Octet,
        /// The sender; at most 20 octets, empty for the default of the centre.
        source_addr: &'a [u8] => CString<21>,
    }
}
