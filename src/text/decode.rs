//! Octets to characters.

use super::data_coding::{Coding, coding};
use super::gsm::{self, Tables};
use super::{Alphabet, EncodingName, Udh, single_octet};

/// A text that was read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Decoded {
    /// The text. Empty for binary data, and where [`EncodingName::platform_label`] names the decoder to use.
    pub text: String,
    /// The coding it was read in.
    pub encoding: EncodingName,
    /// Something had no exact reading: an octet or septet without a character, a lone surrogate, half a unit.
    pub lossy: bool,
}

/// Reads the text behind the header `udh` (national tables, fill bits), as `data_coding` says; `default` is what
/// 0 means at this centre. Every input has an answer.
#[must_use]
pub fn decode(octets: &[u8], data_coding: u8, udh: Option<&Udh<'_>>, default: Alphabet) -> Decoded {
    let mut text = String::new();
    let (encoding, lossy) = decode_into(&mut text, octets, data_coding, udh, default);
    Decoded {
        text,
        encoding,
        lossy,
    }
}

/// As [`decode`], appending to `out`. Returns the coding, and whether something had no exact reading.
pub fn decode_into(
    out: &mut String,
    octets: &[u8],
    data_coding: u8,
    udh: Option<&Udh<'_>>,
    default: Alphabet,
) -> (EncodingName, bool) {
    let encoding = match coding(data_coding, default) {
        Coding::Gsm7 { packed } => {
            let tables = udh.map_or(Tables::default(), |udh| Tables {
                locking: udh.locking_shift(),
                shift: udh.single_shift(),
            });
            let exact = if packed {
                let fill = gsm::fill_bits(udh.map_or(0, |udh| udh.as_bytes().len()));
                tables.decode(gsm::unpack(octets, fill), out)
            } else {
                tables.decode_unpacked(octets, out)
            };
            return (
                tables
                    .language()
                    .map_or(EncodingName::Gsm7, EncodingName::Gsm7National),
                !exact,
            );
        }
        Coding::Named(encoding) => encoding,
    };
    let exact = match encoding {
        EncodingName::Ucs2 => decode_utf16(octets, out),
        EncodingName::Utf8 => {
            let mut exact = true;
            for chunk in octets.utf8_chunks() {
                out.push_str(chunk.valid());
                if !chunk.invalid().is_empty() {
                    out.push(char::REPLACEMENT_CHARACTER);
                    exact = false;
                }
            }
            exact
        }
        EncodingName::Ascii
        | EncodingName::Latin1
        | EncodingName::Cyrillic
        | EncodingName::Hebrew => decode_octets(encoding, octets, out),
        _ => true,
    };
    (encoding, !exact)
}

fn decode_utf16(octets: &[u8], out: &mut String) -> bool {
    let units = octets
        .chunks_exact(2)
        .map(|pair| u16::from_be_bytes([pair[0], pair[1]]));
    let mut exact = true;
    for unit in char::decode_utf16(units) {
        exact &= unit.is_ok();
        out.push(unit.unwrap_or(char::REPLACEMENT_CHARACTER));
    }
    if octets.len() % 2 == 1 {
        out.push(char::REPLACEMENT_CHARACTER);
        exact = false;
    }
    exact
}

fn decode_octets(set: EncodingName, octets: &[u8], out: &mut String) -> bool {
    let mut exact = true;
    for octet in octets {
        let c = single_octet::decode(set, *octet);
        exact &= c.is_some();
        out.push(match c {
            Some(c) => c,
            // An octet beyond ASCII is Latin-1 if anything.
            None if set == EncodingName::Ascii => char::from(*octet),
            None => char::REPLACEMENT_CHARACTER,
        });
    }
    exact
}
