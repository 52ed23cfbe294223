//! Characters to the octets of one coding, before they are cut into segments.

use super::gsm::{self, Reverse};
use super::transliterate::transliterate;
use super::{EncodingName, single_octet};
use alloc::string::String;
use alloc::vec::Vec;

/// What turns one character into octets.
pub(super) enum Coder<'a> {
    /// Septets, one an octet.
    Gsm(&'a Reverse),
    /// An ISO-8859 part or ASCII.
    Octets(EncodingName),
    Utf8,
    Ucs2,
    /// One of the others, for characters only that the SMSC can turn into GSM 03.38.
    WithinGsm(&'a Coder<'a>),
}

impl Coder<'_> {
    /// Appends the octets of a character; `false`, with nothing appended, if the coding lacks it.
    fn put(&self, c: char, out: &mut Vec<u8>) -> bool {
        match self {
            Coder::Gsm(reverse) => reverse.put(c, out),
            Coder::Octets(set) => match single_octet::encode(*set, c) {
                Some(octet) => {
                    out.push(octet);
                    true
                }
                None => false,
            },
            Coder::Utf8 => {
                out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
                true
            }
            Coder::Ucs2 => {
                for unit in c.encode_utf16(&mut [0; 2]) {
                    out.extend_from_slice(&unit.to_be_bytes());
                }
                true
            }
            Coder::WithinGsm(coder) => gsm::BASIC.cost(c) > 0 && coder.put(c, out),
        }
    }

    /// Replaces `out` by the octets of a plain beginning of the text and says how many units that was.
    fn put_plain(&self, units: &[u16], out: &mut Vec<u8>) -> usize {
        match self {
            Coder::Gsm(reverse) => reverse.put_plain(units, out),
            Coder::Ucs2 => {
                let plain = units
                    .iter()
                    .position(|unit| unit & 0xF800 == 0xD800)
                    .unwrap_or(units.len());
                out.clear();
                out.resize(2 * plain, 0);
                for (pair, unit) in out.chunks_exact_mut(2).zip(units) {
                    pair.copy_from_slice(&unit.to_be_bytes());
                }
                plain
            }
            _ => {
                out.clear();
                0
            }
        }
    }
}

/// What is done about a character the coding lacks.
#[derive(Clone, Copy)]
pub(super) struct Fallback {
    pub transliterate: bool,
    pub substitute: Option<char>,
}

impl Fallback {
    fn put(self, c: char, coder: &Coder<'_>, out: &mut Vec<u8>) -> bool {
        let mut plain = String::new();
        if self.transliterate && transliterate(c, &mut plain) {
            let start = out.len();
            if plain.chars().all(|c| coder.put(c, out)) {
                return true;
            }
            out.truncate(start);
        }
        self.substitute.is_some_and(|c| coder.put(c, out))
    }
}

/// Replaces `out` by the octets of the text. With a list, characters that can't be encoded are entered there with
/// their index and a question mark takes their place; without one the first of them ends it with `false`.
pub(super) fn encode(
    units: &[u16],
    coder: &Coder<'_>,
    fallback: Fallback,
    out: &mut Vec<u8>,
    mut missing: Option<&mut Vec<(usize, char)>>,
) -> bool {
    let mut index = coder.put_plain(units, out);
    for decoded in char::decode_utf16(units[index..].iter().copied()) {
        // A lone surrogate is no character in any coding.
        let c = decoded
            .as_ref()
            .copied()
            .unwrap_or(char::REPLACEMENT_CHARACTER);
        if !(decoded.is_ok() && coder.put(c, out) || fallback.put(c, coder, out)) {
            match missing.as_deref_mut() {
                Some(missing) => missing.push((index, c)),
                None => return false,
            }
            coder.put('?', out);
        }
        index += decoded.map_or(1, char::len_utf16);
    }
    true
}
