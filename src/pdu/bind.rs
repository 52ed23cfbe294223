//! Opening a session (SMPP 3.4 section 4.1, 5.0 section 4.1.1).

use super::body::body;
use super::field::{CString, Octet};
use super::values::{InterfaceVersion, Npi, Ton};

body! {
    /// `bind_transmitter`, `bind_receiver` and `bind_transceiver`: the ESME opens a session
    /// (SMPP 3.4 section 4.1, 5.0 section 4.1.1).
    pub struct Bind<'a> {
        /// Who binds; at most 15 octets (3.4 section 5.2.1, 5.0 section 4.7.30).
        system_id: &'a [u8] => CString<16>,
        /// At most 8 octets (3.4 section 5.2.2, 5.0 section 4.7.18).
        password: &'a [u8] => CString<9>,
        /// At most 12 octets; may be empty (3.4 section 5.2.3, 5.0 section 4.7.31).
        system_type: &'a [u8] => CString<13>,
        /// The version of the protocol that the ESME speaks (3.4 section 5.2.4, 5.0 section 4.7.13).
        interface_version: InterfaceVersion => Octet,
        /// Type of number of the addresses served (3.4 section 5.2.5, 5.0 section 4.7.1).
        addr_ton: Ton => Octet,
        /// Numbering plan of the addresses served (3.4 section 5.2.6, 5.0 section 4.7.2).
        addr_npi: Npi => Octet,
        /// The addresses served; at most 40 octets, may be empty (3.4 section 5.2.7, 5.0 section 4.7.3).
        address_range: &'a [u8] => CString<41>,
    }
}

body! {
    /// The SMSC's answer to a bind (SMPP 3.4 section 4.1.2, 5.0 section 4.1.1.2).
    pub struct BindResp<'a> {
        /// Who answers; at most 15 octets (3.4 section 5.2.1, 5.0 section 4.7.30).
        system_id: &'a [u8] => CString<16>,
    }
}

body! {
    /// `outbind`: the SMSC asks a listening ESME to bind. Has no response
    /// (SMPP 3.4 section 4.1.7, 5.0 section 4.1.1.7).
    pub struct Outbind<'a> {
        /// Who asks; at most 15 octets (3.4 section 5.2.1, 5.0 section 4.7.30).
        system_id: &'a [u8] => CString<16>,
        /// At most 8 octets (3.4 section 5.2.2, 5.0 section 4.7.18).
        password: &'a [u8] => CString<9>,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_shown_of_a_bind_holds_no_password() {
        let bind = Bind {
            system_id: b"E",
            password: b"secret",
            ..Bind::default()
        };
        assert_eq!(
            format!("{:?}", crate::pdu::Pdu::BindReceiver(bind)),
            "BindReceiver(Bind { system_id: \"E\", password: ***, system_type: \"\", interface_version: InterfaceVersion(0), \
             addr_ton: Ton(0), addr_npi: Npi(0), address_range: \"\", tlvs: [] })"
        );
        let outbind = Outbind {
            password: b"secret",
            ..Outbind::default()
        };
        assert_eq!(
            format!("{outbind:?}"),
            "Outbind { system_id: \"\", password: ***, tlvs: [] }"
        );
        let text = crate::pdu::MessageIdResp {
            message_id: b"a\"\xe4\x00",
            ..Default::default()
        };
        assert_eq!(
            format!("{text:?}"),
            "MessageIdResp { message_id: \"a\\\"\\xe4\\x00\", tlvs: [] }"
        );
    }
}
