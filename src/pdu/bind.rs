//! Opening a session (SMPP 3.4 section 4.1, 5.0 section 4.1.1).

use super::body::body;
use super::field::{CString, Octet};
use super::values::{InterfaceVersion, Npi, Ton};

body! {
    /// `bind_transmitter`, `bind_receiver` and `bind_transceiver`: the ESME opens a session.
    pub struct Bind<'a> {
        /// Who binds; at most 15 octets.
        system_id: &'a [u8] => CString<16>,
        /// At most 8 octets.
        password: &'a [u8] => CString<9>,
        /// At most 12 octets; may be empty.
        system_type: &'a [u8] => CString<13>,
        /// The version of the protocol that the ESME speaks.
        interface_version: InterfaceVersion => Octet,
        /// Type of number of the addresses served.
        addr_ton: Ton => Octet,
        /// Numbering plan of the addresses served.
        addr_npi: Npi => Octet,
        /// The addresses served; at most 40 octets, may be empty.
        address_range: &'a [u8] => CString<41>,
    }
}

body! {
    /// The message centre's answer to a bind.
    pub struct BindResp<'a> {
        /// Who answers; at most 15 octets.
        system_id: &'a [u8] => CString<16>,
    }
}

body! {
    /// `outbind`: the message centre asks a listening ESME to bind. Has no response.
    pub struct Outbind<'a> {
        /// Who asks; at most 15 octets.
        system_id: &'a [u8] => CString<16>,
        /// At most 8 octets.
        password: &'a [u8] => CString<9>,
    }
}
