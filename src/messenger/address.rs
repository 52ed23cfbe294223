//! Addresses as people write them.

use super::error::MessageError;
use crate::pdu::{Npi, Ton};
use crate::session::Address;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

/// The longest alphanumeric sender (3GPP TS 23.040, 9.1.2.5: 11 characters of seven bits).
const LONGEST_NAME: usize = 11;

/// An address with its type of number and numbering plan. Its characters are those of ISO-8859-1.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
pub struct AddressBuf {
    /// Type of number.
    pub ton: Ton,
    /// Numbering plan.
    pub npi: Npi,
    /// The number or name, without a leading `+`.
    pub addr: String,
}

impl AddressBuf {
    /// An address with the type of number and numbering plan given.
    #[must_use]
    pub fn new(ton: Ton, npi: Npi, addr: impl Into<String>) -> Self {
        let addr = addr.into();
        Self { ton, npi, addr }
    }

    /// Reads a recipient: digits, with a `+` if the number is international. Spaces, `-`, `.`, `/`, `(` and `)` between digits
    /// are dropped.
    ///
    /// ```
    /// use smpp_edge::messenger::AddressBuf;
    /// use smpp_edge::pdu::{Npi, Ton};
    ///
    /// let address = AddressBuf::recipient("+49 (171) 234-567")?;
    /// assert_eq!(address, AddressBuf::new(Ton::INTERNATIONAL, Npi::ISDN, "49171234567"));
    /// # Ok::<(), smpp_edge::messenger::MessageError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// If the text is not a phone number.
    pub fn recipient(text: &str) -> Result<Self, MessageError> {
        match number(text) {
            Some(address) => Ok(address),
            None if is_spreadsheet_damage(text) => Err(MessageError::invalid(
                "to",
                format!(
                    "\"{text}\" is a number in scientific notation, as a spreadsheet writes it; its last digits are lost"
                ),
            )),
            None => Err(MessageError::invalid(
                "to",
                format!(
                    "\"{text}\" is not a phone number; expected digits with an optional leading +"
                ),
            )),
        }
    }

    /// Reads a sender: a number as in [`recipient`](Self::recipient), a short code that may contain `*` and `#`, a name of at
    /// most 11 characters with a letter, or nothing for the SMSC's default.
    ///
    /// # Errors
    ///
    /// If the text is none of these.
    pub fn sender(text: &str) -> Result<Self, MessageError> {
        if text.is_empty() {
            return Ok(Self::default());
        }
        if let Some(address) = number(text) {
            return Ok(address);
        }
        let is_code = text
            .chars()
            .all(|c| c.is_ascii_digit() || c == '*' || c == '#');
        if is_code {
            return Ok(Self::new(Ton::UNKNOWN, Npi::UNKNOWN, text));
        }
        let printable = text
            .chars()
            .all(|c| (' '..='\u{FF}').contains(&c) && !c.is_control());
        let has_letter = text.chars().any(char::is_alphabetic);
        if printable && has_letter && text.chars().count() <= LONGEST_NAME {
            return Ok(Self::new(Ton::ALPHANUMERIC, Npi::UNKNOWN, text));
        }
        Err(MessageError::invalid(
            "from",
            format!(
                "\"{text}\" is not a sender; expected digits with an optional leading +, or up to 11 characters with a letter"
            ),
        ))
    }
}

/// The bytes of a string as the wire carries them; `None` if a character is outside ISO-8859-1.
pub(super) fn to_latin1(text: &str) -> Option<Vec<u8>> {
    text.chars()
        .map(|c| u8::try_from(u32::from(c)).ok())
        .collect()
}

impl From<&Address<'_>> for AddressBuf {
    fn from(address: &Address<'_>) -> Self {
        let addr = address.addr.iter().copied().map(char::from).collect();
        Self {
            ton: address.ton,
            npi: address.npi,
            addr,
        }
    }
}

/// Writes an international number with its `+`, any other address as it is.
impl fmt::Display for AddressBuf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.ton == Ton::INTERNATIONAL && !self.addr.starts_with('+') {
            f.write_str("+")?;
        }
        f.write_str(&self.addr)
    }
}

/// An address to send to or from: text that says its own type of number, or all three fields.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(
    feature = "serde",
    serde(
        untagged,
        expecting = "expected an address as text, or its ton, npi and addr"
    )
)]
pub enum AddressInput {
    /// See [`AddressBuf::recipient`] and [`AddressBuf::sender`].
    Text(String),
    /// Sent exactly as given.
    Exact(AddressBuf),
}

impl Default for AddressInput {
    fn default() -> Self {
        AddressInput::Exact(AddressBuf::default())
    }
}

impl From<&str> for AddressInput {
    fn from(text: &str) -> Self {
        AddressInput::Text(text.into())
    }
}

impl From<String> for AddressInput {
    fn from(text: String) -> Self {
        AddressInput::Text(text)
    }
}

impl From<AddressBuf> for AddressInput {
    fn from(address: AddressBuf) -> Self {
        AddressInput::Exact(address)
    }
}

/// Reads a phone number, international if it starts with `+`.
fn number(text: &str) -> Option<AddressBuf> {
    let (international, rest) = match text.strip_prefix('+') {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    let digits: String = rest.chars().filter(|c| !" -./()".contains(*c)).collect();
    let starts_and_ends =
        |c: Option<char>| c.is_some_and(|c| c.is_ascii_digit() || "()".contains(c));
    let framed = starts_and_ends(rest.chars().next()) && starts_and_ends(rest.chars().next_back());
    if !framed || digits.is_empty() || !digits.bytes().all(|digit| digit.is_ascii_digit()) {
        return None;
    }
    Some(if international {
        AddressBuf::new(Ton::INTERNATIONAL, Npi::ISDN, digits)
    } else {
        AddressBuf::new(Ton::UNKNOWN, Npi::UNKNOWN, digits)
    })
}

/// Whether the text is a number such as `4.9E+11`.
fn is_spreadsheet_damage(text: &str) -> bool {
    let Some((mantissa, exponent)) = text.split_once(['e', 'E']) else {
        return false;
    };
    let exponent = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
    let all_digits =
        |text: &str| !text.is_empty() && text.bytes().all(|digit| digit.is_ascii_digit());
    all_digits(exponent) && all_digits(&mantissa.replace(['.', ',', '+'], ""))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn recipient(text: &str) -> Option<(u8, u8, String)> {
        let address = AddressBuf::recipient(text).ok()?;
        Some((address.ton.0, address.npi.0, address.addr))
    }

    fn sender(text: &str) -> Option<(u8, u8, String)> {
        let address = AddressBuf::sender(text).ok()?;
        Some((address.ton.0, address.npi.0, address.addr))
    }

    #[test]
    fn a_recipient_is_a_number() {
        let international = |addr: &str| Some((1, 1, addr.to_owned()));
        let unknown = |addr: &str| Some((0, 0, addr.to_owned()));
        assert_eq!(recipient("+49 (171) 234-567"), international("49171234567"));
        assert_eq!(recipient("0171/234.567"), unknown("0171234567"));
        assert_eq!(recipient("(0171) 234567"), unknown("0171234567"));
        for refused in [
            "",
            "+",
            "1-",
            "-1",
            "undefined",
            "tel:+1555",
            "1.23E+10",
            "+1+2",
            "12 a",
            "١٢٣",
            " 1",
            "1 ",
        ] {
            assert_eq!(recipient(refused), None, "{refused}");
        }
    }

    #[test]
    fn a_number_that_a_spreadsheet_rounded_is_named_as_such() {
        for damaged in ["4.9E+11", "4,9e+11", "5E10"] {
            let error = AddressBuf::recipient(damaged).unwrap_err().to_string();
            assert!(error.contains("spreadsheet"), "{error}");
        }
        for other in ["E10", "4.9E", "hello", "1e1e1"] {
            let error = AddressBuf::recipient(other).unwrap_err().to_string();
            assert!(error.contains("is not a phone number"), "{error}");
        }
    }

    #[test]
    fn a_sender_is_a_number_a_code_a_name_or_nothing() {
        assert_eq!(sender(""), Some((0, 0, String::new())));
        assert_eq!(sender("12345"), Some((0, 0, "12345".into())));
        assert_eq!(sender("*100#"), Some((0, 0, "*100#".into())));
        assert_eq!(sender("+1 555"), Some((1, 1, "1555".into())));
        assert_eq!(sender("Acme"), Some((5, 0, "Acme".into())));
        assert_eq!(sender("Elevenchars"), Some((5, 0, "Elevenchars".into())));
        for refused in ["Twelve chars", "Привет", "A\0B", "A\r\nB", "!!"] {
            assert_eq!(sender(refused), None, "{refused}");
        }
    }

    #[test]
    fn an_address_is_shown_as_one_dials_it() {
        let shown = |ton, addr: &str| AddressBuf::new(Ton(ton), Npi(1), addr).to_string();
        assert_eq!(shown(1, "1234"), "+1234");
        assert_eq!(shown(1, "+1234"), "+1234");
        assert_eq!(shown(0, "1234"), "1234");
    }
}
