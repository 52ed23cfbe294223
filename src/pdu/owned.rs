//! A PDU that owns its bytes, and how the bytes of a PDU are shown.

use super::body::{Masked, ShownText};
use super::{CommandId, DecodeError, HEADER_LEN, Header, Pdu};
use alloc::vec::Vec;
use core::fmt;
use core::ops::Deref;

/// One whole PDU with its header, in bytes of its own. Derefs to the bytes; `Debug` shows the fields, never a password.
///
/// ```
/// use smpp_edge::pdu::{CommandId, CommandStatus, Pdu, PduBuf, SubmitSm, encode};
///
/// let submit = SubmitSm { short_message: b"Hello", ..SubmitSm::default() };
/// let mut bytes = Vec::new();
/// encode(&mut bytes, CommandId::SUBMIT_SM, CommandStatus::ESME_ROK, 1, &submit)?;
/// let kept = PduBuf::from(bytes);
/// let (header, pdu) = kept.decode()?;
/// assert_eq!((header.sequence_number, pdu), (1, Pdu::SubmitSm(submit)));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Default, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct PduBuf(Vec<u8>);

impl PduBuf {
    /// Reads header and fields.
    ///
    /// # Errors
    ///
    /// As [`Pdu::decode`].
    pub fn decode(&self) -> Result<(Header, Pdu<'_>), DecodeError> {
        Pdu::decode(&self.0)
    }

    /// The bytes.
    #[must_use]
    pub fn into_vec(self) -> Vec<u8> {
        self.0
    }
}

impl From<Vec<u8>> for PduBuf {
    fn from(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }
}

impl From<&[u8]> for PduBuf {
    fn from(bytes: &[u8]) -> Self {
        Self(bytes.to_vec())
    }
}

impl Deref for PduBuf {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.0
    }
}

impl AsRef<[u8]> for PduBuf {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for PduBuf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        ShownPdu(&self.0).fmt(f)
    }
}

/// Shows the bytes of a PDU in `Debug`: its fields, or its bytes if it can't be decoded. Those of a bind, an outbind and an unknown
/// command may hold a password and are left out, as are bytes that are not one whole PDU.
pub(crate) struct ShownPdu<'a>(pub(crate) &'a [u8]);

impl fmt::Debug for ShownPdu<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some((header, body)) = self.0.split_first_chunk::<HEADER_LEN>() else {
            return write!(f, "{} bytes", self.0.len());
        };
        let header = Header::decode(header);
        if let Ok((_, pdu)) = Pdu::decode(self.0) {
            let mut shown = f.debug_struct("Pdu");
            shown.field("sequence_number", &header.sequence_number);
            shown.field("command_status", &header.command_status);
            return match pdu {
                Pdu::Unknown { command_id, .. } => shown
                    .field("command_id", &command_id)
                    .field("body", &Masked),
                pdu => shown.field("body", &pdu),
            }
            .finish();
        }
        let mut shown = f.debug_struct("Undecodable");
        shown.field("header", &header);
        let is_one = usize::try_from(header.command_length) == Ok(self.0.len());
        if has_password(header.command_id) || !is_one {
            shown.field("body", &Masked)
        } else {
            shown.field("body", &ShownText(body))
        }
        .finish()
    }
}

/// Whether the PDUs of a command carry a password.
fn has_password(command_id: CommandId) -> bool {
    matches!(
        command_id,
        CommandId::BIND_RECEIVER
            | CommandId::BIND_TRANSMITTER
            | CommandId::BIND_TRANSCEIVER
            | CommandId::OUTBIND
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pdu::explain::{Explainer, Options, explain};
    use crate::pdu::{
        Bind, CommandStatus, FieldValue, Framer, NamedPdu, Outbind, SubmitSm, encode,
    };

    /// Whether a text, or octets in the way `Debug` lists them, hold the password.
    fn is_leaked(shown: &str) -> bool {
        shown.contains("s3cret") || shown.contains("115, 51, 99")
    }

    #[test]
    fn a_pdu_is_shown_by_its_fields_without_a_password() {
        let bind = Bind {
            system_id: b"E",
            password: b"s3cret",
            ..Bind::default()
        };
        let outbind = Outbind {
            password: b"s3cret",
            ..Outbind::default()
        };
        let status = CommandStatus::ESME_ROK;
        for id in [
            CommandId::BIND_RECEIVER,
            CommandId::BIND_TRANSMITTER,
            CommandId::BIND_TRANSCEIVER,
            CommandId::OUTBIND,
        ] {
            let mut bytes = Vec::new();
            match id {
                CommandId::OUTBIND => encode(&mut bytes, id, status, 7, &outbind),
                _ => encode(&mut bytes, id, status, 7, &bind),
            }
            .unwrap();
            let whole = PduBuf::from(&bytes[..]);
            let shown = format!("{whole:?}");
            assert!(shown.starts_with("Pdu { sequence_number: 7, "), "{shown}");
            assert!(shown.contains("password: ***"), "{shown}");
            let mut of_no_command = bytes.clone();
            of_no_command[4..8].copy_from_slice(&0x0001_0200_u32.to_be_bytes());
            assert!(!is_leaked(&format!(
                "{:?}",
                PduBuf::from(&of_no_command[..])
            )));
            assert!(!is_leaked(&format!("{:?}", Pdu::decode(&of_no_command))));
            let explained = explain(&of_no_command, &Options::default());
            assert!(!is_leaked(&format!("{explained:?}")));
            // Every faulty PDU that it can become: cut short, with a right length or a wrong one, and too long.
            for end in 0..bytes.len() + 2 {
                let mut faulty = bytes.clone();
                faulty.resize(end, b'x');
                assert!(!is_leaked(&format!("{:?}", PduBuf::from(&faulty[..]))));
                if end >= HEADER_LEN {
                    faulty[..4].copy_from_slice(&u32::try_from(end).unwrap().to_be_bytes());
                }
                assert!(!is_leaked(&format!("{:?}", PduBuf::from(faulty))));
            }
            let explained = explain(&bytes, &Options::default());
            assert_eq!(explained.pdus.len(), 1);
            assert!(!is_leaked(&format!("{explained:?}")));
            assert!(!is_leaked(&format!(
                "{:?}",
                Explainer::new(&bytes, &Options::default())
            )));
            let mut framer = Framer::new(1_000);
            let mut rest = &bytes[..bytes.len() - 1];
            assert_eq!(framer.next(&mut rest), Ok(None));
            let held = bytes.len() - 1;
            assert_eq!(
                format!("{framer:?}"),
                format!("Framer {{ limit: 1000, held: {held} }}")
            );
        }
    }

    #[test]
    fn a_pdu_of_names_is_shown_without_its_password() {
        for value in [
            FieldValue::Text("s3cret".into()),
            FieldValue::Octets(b"s3cret".to_vec()),
        ] {
            let named = NamedPdu {
                command_id: CommandId::BIND_RECEIVER,
                command_status: CommandStatus::ESME_ROK,
                sequence_number: 1,
                fields: vec![
                    ("system_id".into(), FieldValue::Text("E".into())),
                    ("password".into(), value),
                ],
                tlvs: Vec::new(),
            };
            let shown = format!("{named:?}");
            assert!(
                shown.contains(r#"fields: {"system_id": Text("E"), "password": ***}"#),
                "{shown}"
            );
        }
    }

    #[test]
    fn an_explained_field_is_shown_as_text() {
        let submit = SubmitSm {
            source_addr: b"a\"b",
            ..SubmitSm::default()
        };
        let mut bytes = Vec::new();
        encode(
            &mut bytes,
            CommandId::SUBMIT_SM,
            CommandStatus::ESME_ROK,
            1,
            &submit,
        )
        .unwrap();
        let explained = explain(&bytes, &Options::default());
        let shown = format!("{:?}", explained.pdus[0].fields[3]);
        assert_eq!(
            shown,
            r#"Field { name: "source_addr", offset: 19, value: Text("a\"b"), .. }"#
        );
    }

    #[test]
    fn of_bytes_that_are_no_known_pdu_what_holds_no_password_is_shown() {
        let mut bytes = Header {
            command_length: 18,
            command_id: CommandId(0x0001_0200),
            command_status: CommandStatus::ESME_ROK,
            sequence_number: 1,
        }
        .encode()
        .to_vec();
        bytes.extend(b"a\xff");
        let kept = PduBuf::from(&bytes[..]);
        let shown = format!("{kept:?}");
        assert!(shown.ends_with("body: *** }"), "{shown}");
        let shown = format!("{:?}", kept.decode().unwrap().1);
        assert!(shown.starts_with("Unknown { command_id: "), "{shown}");
        assert!(shown.ends_with("body: *** }"), "{shown}");
        bytes[4..8].copy_from_slice(&CommandId::SUBMIT_SM.0.to_be_bytes());
        let kept = PduBuf::from(&bytes[..]);
        let shown = format!("{kept:?}");
        assert!(
            shown.starts_with("Undecodable { header: Header {"),
            "{shown}"
        );
        assert!(shown.ends_with(r#"body: "a\xff" }"#), "{shown}");
        // With another PDU behind it.
        let shown = format!("{:?}", PduBuf::from([&bytes[..], b"s3cret"].concat()));
        assert!(shown.ends_with("body: *** }"), "{shown}");
        assert_eq!(format!("{:?}", PduBuf::from(&bytes[..15])), "15 bytes");
        assert!(kept.decode().is_err());
        assert_eq!(
            (kept.as_ref(), kept.clone().into_vec()),
            (&bytes[..], bytes.clone())
        );
    }
}
