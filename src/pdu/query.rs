//! Asking for, cancelling and replacing a message (SMPP 3.4 sections 4.8 to 4.10, 5.0 section 4.5).

use super::body::body;
use super::field::{CString, Octet, ShortMessage, SmDefaultMsgId, Time};
use super::values::{MessageState, Npi, RegisteredDelivery, Ton};

body! {
    /// `query_sm`: asks for the state of a message (SMPP 3.4 section 4.8.1, 5.0 section 4.5.2.1).
    pub struct QuerySm<'a> {
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

body! {
    /// `query_sm_resp` (SMPP 3.4 section 4.8.2, 5.0 section 4.5.2.2).
    pub struct QuerySmResp<'a> {
        /// The identifier that the SMSC gave; at most 64 octets (3.4 section 5.2.23, 5.0 section 4.7.14).
        message_id: &'a [u8] => CString<65>,
        /// When the message reached its final state: empty, or 16 characters (3.4 section 7.1.1, 5.0 section 4.7.23).
        final_date: &'a [u8] => Time,
        /// Where the message has got to (3.4 section 5.2.28, 5.0 section 4.7.15).
        message_state: MessageState => Octet,
        /// Why it failed; depends on the network (3.4 section 4.8.2, 5.0 section 4.5.2.2).
        error_code: u8 => Octet,
    }
}

body! {
    /// `cancel_sm`: cancels one message, or with an empty `message_id` all that match the rest
    /// (SMPP 3.4 section 4.9.1, 5.0 section 4.5.1.1).
    pub struct CancelSm<'a> {
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
        /// Type of number of the recipient (3.4 section 5.2.5, 5.0 section 4.7.1).
        dest_addr_ton: Ton => Octet,
        /// Numbering plan of the recipient (3.4 section 5.2.6, 5.0 section 4.7.2).
        dest_addr_npi: Npi => Octet,
        /// The recipient; at most 20 octets (3.4 section 5.2.9, 5.0 section 4.7.8).
        destination_addr: &'a [u8] => CString<21>,
    }
}

body! {
    /// `replace_sm`: replaces the text of a message that is still pending
    /// (SMPP 3.4 section 4.10.1, 5.0 section 4.5.3.1).
    pub struct ReplaceSm<'a> {
        /// The identifier that the SMSC gave; at most 64 octets (3.4 section 5.2.23, 5.0 section 4.7.14).
        message_id: &'a [u8] => CString<65>,
        /// Type of number of the sender (3.4 section 5.2.5, 5.0 section 4.7.1).
        source_addr_ton: Ton => Octet,
        /// Numbering plan of the sender (3.4 section 5.2.6, 5.0 section 4.7.2).
        source_addr_npi: Npi => Octet,
        /// The sender; at most 20 octets, empty for the default of the SMSC (3.4 section 5.2.8, 5.0 section 4.7.29).
        source_addr: &'a [u8] => CString<21>,
        /// When to deliver: empty for unchanged, or 16 characters (3.4 section 5.2.15, 5.0 section 4.7.23).
        schedule_delivery_time: &'a [u8] => Time,
        /// Until when to try: empty for unchanged, or 16 characters (3.4 section 5.2.16, 5.0 section 4.7.23).
        validity_period: &'a [u8] => Time,
        /// The receipts asked for (3.4 section 5.2.17, 5.0 section 4.7.21).
        registered_delivery: RegisteredDelivery => Octet,
        /// Index of a canned message, 0 for none (3.4 section 5.2.20, 5.0 section 4.7.27).
        sm_default_msg_id: u8 => SmDefaultMsgId,
        /// The text; at most 255 octets (3.4: 254), empty where `message_payload` carries it. `sm_length` is its length
        /// (3.4 section 5.2.22, 5.0 section 4.7.26).
        short_message: &'a [u8] => ShortMessage,
    }
}
