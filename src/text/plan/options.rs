//! How a text is to be sent, and why it can't be.

use crate::text::{Alphabet, Concat, Encoding, Language};
use alloc::vec::Vec;
use core::fmt;

/// The most segments a concatenation can number.
pub(super) const MAX_SEGMENTS: u8 = 255;
/// Why `flash` is refused.
pub(super) const NO_CLASS: &str = "only GSM 03.38, UCS-2 and binary have a message class";
/// How a text is to be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct EncodeOptions<'a> {
    /// The coding, or the choice of it.
    pub encoding: Encoding,
    /// The language whose national tables may be used. None unless named: many handsets lack them.
    pub language: Option<Language>,
    /// How a text too long for one message is carried.
    pub concat: Concat,
    /// More segments than this are refused, 255 at most.
    pub max_segments: u8,
    /// What `data_coding` 0 means at the SMSC.
    pub default_alphabet: Alphabet,
    /// Put plain quotes, dashes and spaces for typographic ones that the coding lacks.
    pub transliterate: bool,
    /// Put this for a character that the coding lacks. If the coding lacks this too, it is not put.
    pub substitute: Option<char>,
    /// Show at once, do not store: message class 0 (`data_coding` 0x10, 0x18, 0x14). GSM 03.38, UCS-2 and binary only.
    pub flash: bool,
    /// Further user data header elements (identifier, length, data …, without UDHL), in every segment.
    pub extra_udh: &'a [u8],
    /// The concatenation reference; an 8-bit header takes the low octet.
    pub reference: u16,
}

impl Default for EncodeOptions<'_> {
    fn default() -> Self {
        EncodeOptions {
            encoding: Encoding::Auto,
            language: None,
            concat: Concat::Udh8,
            max_segments: MAX_SEGMENTS,
            default_alphabet: Alphabet::Gsm7,
            transliterate: false,
            substitute: None,
            flash: false,
            extra_udh: &[],
            reference: 0,
        }
    }
}

impl EncodeOptions<'_> {
    /// The same options, changed.
    ///
    /// ```
    /// use smpp_edge::text::EncodeOptions;
    ///
    /// let options = EncodeOptions::default().with(|options| options.flash = true);
    /// ```
    #[must_use]
    pub fn with(mut self, change: impl FnOnce(&mut Self)) -> Self {
        change(&mut self);
        self
    }
}

/// Why a text can't be sent as asked.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TextError {
    /// Characters the coding lacks, each with its index in UTF-16 units; U+FFFD stands for a lone surrogate.
    Unencodable(Vec<(usize, char)>),
    /// More segments than allowed.
    TooManySegments {
        /// How many it takes.
        needed: usize,
        /// How many are allowed.
        max: usize,
    },
    /// An option that makes no sense, or not with the others.
    InvalidOption {
        /// The option, as JavaScript spells it.
        option: &'static str,
        /// What is wrong with it.
        reason: &'static str,
    },
}

impl fmt::Display for TextError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unencodable(characters) => {
                f.write_str("can't be encoded:")?;
                for &(index, c) in characters {
                    // A control character would not show, so that only its number is given.
                    let shown = if c.is_control() { '\u{FFFD}' } else { c };
                    let number = u32::from(c);
                    let digits = if number > 0xFFFF { 6 } else { 4 };
                    write!(f, " '{shown}' (U+{number:0digits$X}) at {index}")?;
                }
                Ok(())
            }
            Self::TooManySegments { needed, max } => {
                write!(f, "{needed} segments, {max} allowed")
            }
            Self::InvalidOption { option, reason } => write!(f, "{option}: {reason}"),
        }
    }
}

impl core::error::Error for TextError {}

pub(super) fn invalid(option: &'static str, reason: &'static str) -> TextError {
    TextError::InvalidOption { option, reason }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn why_a_text_can_not_be_sent_is_said_in_words() {
        let missing = vec![(0, 'я'), (1, '\u{1}'), (2, '\u{FFFF}'), (3, '\u{10000}')];
        assert_eq!(
            TextError::Unencodable(missing).to_string(),
            "can't be encoded: 'я' (U+044F) at 0 '\u{FFFD}' (U+0001) at 1 \
             '\u{FFFF}' (U+FFFF) at 2 '\u{10000}' (U+010000) at 3"
        );
        assert_eq!(invalid("udh", "too long").to_string(), "udh: too long");
    }
}
