//! The shorter form for packet data (SMPP 3.4 section 4.7, 5.0 section 4.2.2).

use super::body::body;
use super::field::{CString, Octet};
use super::submit::MessageIdResp;
use super::values::{DataCoding, EsmClass, Npi, RegisteredDelivery, Ton};

body! {
    /// `data_sm`: a message in either direction; its text is in the TLV `message_payload`
    /// (SMPP 3.4 section 4.7.1, 5.0 section 4.2.2.1).
    pub struct DataSm<'a> {
        /// Kind of service; at most 5 octets, empty for the default (3.4 section 5.2.11, 5.0 section 4.7.25).
        service_type: &'a [u8] => CString<6>,
        /// Type of number of the sender (3.4 section 5.2.5, 5.0 section 4.7.1).
        source_addr_ton: Ton => Octet,
        /// Numbering plan of the sender (3.4 section 5.2.6, 5.0 section 4.7.2).
        source_addr_npi: Npi => Octet,
        /// The sender; at most 64 octets (3.4 section 5.2.8, 5.0 section 4.7.29).
        source_addr: &'a [u8] => CString<65>,
        /// Type of number of the recipient (3.4 section 5.2.5, 5.0 section 4.7.1).
        dest_addr_ton: Ton => Octet,
        /// Numbering plan of the recipient (3.4 section 5.2.6, 5.0 section 4.7.2).
        dest_addr_npi: Npi => Octet,
        /// The recipient; at most 64 octets (3.4 section 5.2.9, 5.0 section 4.7.8).
        destination_addr: &'a [u8] => CString<65>,
        /// Mode, type and features of the message (3.4 section 5.2.12, 5.0 section 4.7.12).
        esm_class: EsmClass => Octet,
        /// The receipts asked for (3.4 section 5.2.17, 5.0 section 4.7.21).
        registered_delivery: RegisteredDelivery => Octet,
        /// How the text is written (3.4 section 5.2.19, 5.0 section 4.7.7).
        data_coding: DataCoding => Octet,
    }
}

/// `data_sm_resp` (SMPP 3.4 section 4.7.2, 5.0 section 4.2.2.2).
pub type DataSmResp<'a> = MessageIdResp<'a>;
