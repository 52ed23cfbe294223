//! The shorter form for packet data (SMPP 3.4 section 4.7, 5.0 section 4.2.2).

use super::body::body;
use super::field::{CString, Octet};
use super::submit::MessageIdResp;
use super::values::{DataCoding, EsmClass, Npi, RegisteredDelivery, Ton};

body! {
    /// `data_sm`: a message in either direction; its text is in the TLV `message_payload`.
    pub struct DataSm<'a> {
        /// Kind of service; at most 5 octets, empty for the default.
        service_type: &'a [u8] => CString<6>,
        /// Type of number of the sender.
        source_addr_ton: Ton => Octet,
        /// Numbering plan of the sender.
        source_addr_npi: Npi => Octet,
        /// The sender; at most 64 octets.
        source_addr: &'a [u8] => CString<65>,
        /// Type of number of the recipient.
        dest_addr_ton: Ton => Octet,
        /// Numbering plan of the recipient.
        dest_addr_npi: Npi => Octet,
        /// The recipient; at most 64 octets.
        destination_addr: &'a [u8] => CString<65>,
        /// Mode, type and features of the message.
        esm_class: EsmClass => Octet,
        /// The receipts asked for.
        registered_delivery: RegisteredDelivery => Octet,
        /// How the text is written.
        data_coding: DataCoding => Octet,
    }
}

/// `data_sm_resp`
pub type DataSmResp<'a> = MessageIdResp<'a>;
