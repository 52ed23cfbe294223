//! A subscriber can be reached again (SMPP 3.4 section 4.12, 5.0 section 4.1.3).

use super::body::body;
use super::field::{CString, Octet};
use super::values::{Npi, Ton};

body! {
    /// `alert_notification`: the subscriber for whom `set_dpf` was asked is reachable again. Has no response.
    pub struct AlertNotification<'a> {
        /// Type of number of the subscriber.
        source_addr_ton: Ton => Octet,
        /// Numbering plan of the subscriber.
        source_addr_npi: Npi => Octet,
        /// The subscriber; at most 64 octets.
        source_addr: &'a [u8] => CString<65>,
        /// Type of number of the ESME.
        esme_addr_ton: Ton => Octet,
        /// Numbering plan of the ESME.
        esme_addr_npi: Npi => Octet,
        /// The ESME that asked; at most 64 octets.
        esme_addr: &'a [u8] => CString<65>,
    }
}
