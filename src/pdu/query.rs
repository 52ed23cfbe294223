//! Asking for, cancelling and replacing a message (SMPP 3.4 sections 4.8 to 4.10, 5.0 section 4.5).

use super::body::body;
use super::field::{CString, Octet, ShortMessage, SmDefaultMsgId, Time};
use super::values::{MessageState, Npi, RegisteredDelivery, Ton};

body! {
    /// `query_sm`: asks for the state of a message.
    pub struct QuerySm<'a> {
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

body! {
    /// `query_sm_resp`
    pub struct QuerySmResp<'a> {
        /// The identifier that the message centre gave; at most 64 octets.
        message_id: &'a [u8] => CString<65>,
        /// When the message reached its final state: empty, or 16 characters.
        final_date: &'a [u8] => Time,
        /// Where the message has got to.
        message_state: MessageState => Octet,
        /// Why it failed; depends on the network.
        error_code: u8 => Octet,
    }
}

body! {
    /// `cancel_sm`: cancels one message, or with an empty `message_id` all that match the rest.
    pub struct CancelSm<'a> {
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
        /// Type of number of the recipient.
        dest_addr_ton: Ton => Octet,
        /// Numbering plan of the recipient.
        dest_addr_npi: Npi => Octet,
        /// The recipient; at most 20 octets.
        destination_addr: &'a [u8] => CString<21>,
    }
}

body! {
    /// `replace_sm`: replaces the text of a message that is still pending.
    pub struct ReplaceSm<'a> {
        /// The identifier that the message centre gave; at most 64 octets.
        message_id: &'a [u8] => CString<65>,
        /// Type of number of the sender.
        source_addr_ton: Ton => Octet,
        /// Numbering plan of the sender.
        source_addr_npi: Npi => Octet,
        /// The sender; at most 20 octets, empty for the default of the centre.
        source_addr: &'a [u8] => CString<21>,
        /// When to deliver: empty for unchanged, or 16 characters.
        schedule_delivery_time: &'a [u8] => Time,
        /// Until when to try: empty for unchanged, or 16 characters.
        validity_period: &'a [u8] => Time,
        /// The receipts asked for.
        registered_delivery: RegisteredDelivery => Octet,
        /// Index of a canned message, 0 for none.
        sm_default_msg_id: u8 => SmDefaultMsgId,
        /// The text; at most 255 octets (3.4: 254), empty where `message_payload` carries it. `sm_length` is its length.
        short_message: &'a [u8] => ShortMessage,
    }
}
