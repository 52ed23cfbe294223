//! A subscriber can be reached again (SMPP 3.4 section 4.12, 5.0 section 4.1.3).

use super::body::body;
use super::field::{CString, Octet};
use super::values::{Npi, Ton};

body! {
    /// `alert_notification`: the subscriber for whom `set_dpf` was asked is reachable again. Has no response
    /// (SMPP 3.4 section 4.12.1, 5.0 section 4.1.3.1).
    pub struct AlertNotification<'a> {
        /// Type of number of the subscriber (3.4 section 5.2.5, 5.0 section 4.7.1).
        source_addr_ton: Ton => Octet,
        /// Numbering plan of the subscriber (3.4 section 5.2.6, 5.0 section 4.7.2).
        source_addr_npi: Npi => Octet,
        /// The subscriber; at most 64 octets (3.4 section 5.2.8, 5.0 section 4.7.29).
        source_addr: &'a [u8] => CString<65>,
        /// Type of number of the ESME (3.4 section 5.2.5, 5.0 section 4.7.1).
        esme_addr_ton: Ton => Octet,
        /// Numbering plan of the ESME (3.4 section 5.2.6, 5.0 section 4.7.2).
        esme_addr_npi: Npi => Octet,
        /// The ESME that asked; at most 64 octets (3.4 section 5.2.10, 5.0 section 4.7.11).
        esme_addr: &'a [u8] => CString<65>,
    }
}
