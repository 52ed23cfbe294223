//! Octets to characters.

use super::data_coding::{Coding, coding};
use super::gsm::{self, Tables};
use super::{Alphabets, EncodingName, Udh, single_octet};
use alloc::string::String;

/// A text that was read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Decoded {
    /// The text. Empty for binary data, and where [`EncodingName::platform_label`] names the decoder to use.
    pub text: String,
    /// The coding it was read in.
    pub encoding: EncodingName,
    /// Something had no exact reading: an octet or septet without a character, a lone surrogate, half a unit.
    pub lossy: bool,
}

/// Reads the text behind the header `udh` (national tables, fill bits), as `data_coding` says; `alphabets` is what 0 and 1
/// mean at this SMSC. Every input has an answer.
///
/// ```
/// use smpp_edge::text::{Alphabet, decode};
///
/// assert_eq!(decode(b"Gr\x7E\x1Ee", 0, None, Alphabet::Gsm7).text, "Grüße");
/// assert_eq!(decode(b"Gr\xFC\xDFe", 3, None, Alphabet::Gsm7).text, "Grüße");
/// ```
#[must_use]
pub fn decode(
    octets: &[u8],
    data_coding: u8,
    udh: Option<&Udh<'_>>,
    alphabets: impl Into<Alphabets>,
) -> Decoded {
    let mut text = String::new();
    let (encoding, lossy) = decode_into(&mut text, octets, data_coding, udh, alphabets);
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
    alphabets: impl Into<Alphabets>,
) -> (EncodingName, bool) {
    append(out, octets, data_coding, udh, alphabets.into())
}

fn append(
    out: &mut String,
    octets: &[u8],
    data_coding: u8,
    udh: Option<&Udh<'_>>,
    alphabets: Alphabets,
) -> (EncodingName, bool) {
    let alphabets = alphabets.decided_by(core::iter::once((data_coding, octets)));
    let encoding = match coding(data_coding, alphabets) {
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
        EncodingName::Utf8 => decode_utf8(octets, out),
        EncodingName::Ascii
        | EncodingName::Latin1
        | EncodingName::Cyrillic
        | EncodingName::Hebrew => decode_octets(encoding, octets, out),
        _ => true,
    };
    (encoding, !exact)
}

fn decode_utf8(mut octets: &[u8], out: &mut String) -> bool {
    let mut exact = true;
    loop {
        let broken = match str::from_utf8(octets) {
            Ok(text) => {
                out.push_str(text);
                return exact;
            }
            Err(broken) => broken,
        };
        exact = false;
        let (valid, behind) = octets.split_at(broken.valid_up_to());
        out.push_str(str::from_utf8(valid).unwrap_or_default());
        out.push(char::REPLACEMENT_CHARACTER);
        octets = &behind[broken.error_len().unwrap_or(behind.len())..];
    }
}

/// The order of the octets of a text in UCS-2.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ByteOrder {
    /// The specification's.
    Big,
    /// By a byte order mark, or because nothing else makes sense.
    Little,
}

/// The order of the octets, and how many are the byte order mark.
///
/// Without a mark it is the big-endian one, unless only the other makes a text.
#[must_use]
pub fn byte_order(octets: &[u8]) -> (ByteOrder, usize) {
    match octets {
        [0xFE, 0xFF, ..] => (ByteOrder::Big, 2),
        [0xFF, 0xFE, ..] => (ByteOrder::Little, 2),
        _ if is_little_endian(octets) => (ByteOrder::Little, 0),
        _ => (ByteOrder::Big, 0),
    }
}

/// Whether little-endian units are all of one block of 256 characters and Latin-1, three different ones or more. As big-endian
/// ones they would be of as many blocks, which no script has beside each other in so few of their places.
fn is_little_endian(octets: &[u8]) -> bool {
    let mut block = 0;
    let mut different = [0; 3];
    let mut count = 0;
    let (units, rest) = octets.as_chunks::<2>();
    for &[low, high] in units {
        if block == 0 {
            block = high;
        }
        let latin1 = high == 0 && (low >= b' ' || matches!(low, b'\n' | b'\r' | b'\t'));
        let script = high == block && (1..=LAST_BLOCK).contains(&high);
        if !latin1 && !script {
            return false;
        }
        if count < different.len() && !different[..count].contains(&low) {
            different[count] = low;
            count += 1;
        }
    }
    let high = |unit: &[u8; 2]| unit[0] <= LAST_BLOCK;
    count == different.len() && rest.is_empty() && !units.iter().all(high)
}

/// Of the scripts whose characters are in one block: Georgian.
const LAST_BLOCK: u8 = 0x10;

fn decode_utf16(octets: &[u8], out: &mut String) -> bool {
    let (order, mark) = byte_order(octets);
    let octets = &octets[mark..];
    let units = octets.chunks_exact(2).map(|pair| match order {
        ByteOrder::Big => u16::from_be_bytes([pair[0], pair[1]]),
        ByteOrder::Little => u16::from_le_bytes([pair[0], pair[1]]),
    });
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

#[cfg(test)]
mod tests {
    use super::*;

    fn read(octets: &[u8]) -> String {
        let mut text = String::new();
        assert!(decode_utf16(octets, &mut text), "exact");
        text
    }

    fn little(text: &str) -> Vec<u8> {
        text.encode_utf16().flat_map(u16::to_le_bytes).collect()
    }

    fn big(text: &str) -> Vec<u8> {
        text.encode_utf16().flat_map(u16::to_be_bytes).collect()
    }

    #[test]
    fn a_byte_order_mark_is_obeyed_and_left_out() {
        for text in ["при", "a", "", "一上", "😀"] {
            assert_eq!(read(&[&[0xFF, 0xFE][..], &little(text)].concat()), text);
            assert_eq!(read(&[&[0xFE, 0xFF][..], &big(text)].concat()), text);
        }
    }

    #[test]
    fn little_endian_is_told_by_its_blocks_where_it_can_be() {
        for text in [
            "при",
            "Hi!",
            "Привет, мир 123\n",
            "שלום",
            "مرحبا",
            "สวัสดี",
            "नमस्ते",
            "£5 each",
        ] {
            assert_eq!(byte_order(&little(text)), (ByteOrder::Little, 0), "{text}");
            assert_eq!(byte_order(&big(text)), (ByteOrder::Big, 0), "{text}");
            assert_eq!(read(&little(text)), text);
        }
    }

    #[test]
    fn big_endian_text_is_never_taken_for_the_other() {
        for text in [
            "一上上",
            "一一一",
            "上下不",
            "你好吗",
            "最一一",
            "안녕하세요",
            "😀😀😀",
            "日本語",
            "",
        ] {
            assert_eq!(byte_order(&big(text)), (ByteOrder::Big, 0), "{text}");
        }
        assert_eq!(
            byte_order(&little("Hi")),
            (ByteOrder::Big, 0),
            "too few to tell"
        );
        assert_eq!(byte_order(&little("aaaa")), (ByteOrder::Big, 0));
        assert_eq!(
            byte_order(&[0x41, 0, 0x42, 0, 0x43, 0, 0x44]),
            (ByteOrder::Big, 0),
            "half a unit"
        );
        assert_eq!(
            byte_order(&[0x41, 0, 0x01, 0, 0x43, 0]),
            (ByteOrder::Big, 0),
            "a control character"
        );
        assert_eq!(
            byte_order(&[1, 0, 2, 0, 3, 0].map(|o| o)),
            (ByteOrder::Big, 0)
        );
        assert_eq!(
            byte_order(&[0x01, 4, 0x02, 4, 0x03, 4]),
            (ByteOrder::Big, 0),
            "as good the other way"
        );
    }

    #[test]
    fn what_can_not_be_read_leaves_its_mark() {
        let utf8 = Alphabets::from(crate::text::Alphabet::Utf8);
        let default = Alphabets::default();
        for (octets, data_coding, alphabets, text, lossy) in [
            (&b"a\xC3\xA9"[..], 0, utf8, "aé", false),
            (b"a\xFFb", 0, utf8, "a\u{FFFD}b", true),
            (b"ab", 1, default, "ab", false),
            (b"a\xE9", 1, default, "aé", true),
            (b"a\xE9", 3, default, "aé", false),
            (b"\xE0\xA1", 7, default, "א\u{FFFD}", true),
            (b"\xA1\xE0", 7, default, "\u{FFFD}א", true),
            (&[4, 0x1F], 8, default, "П", false),
            (&[4, 0x1F, 4], 8, default, "П\u{FFFD}", true),
            (&[0xD8, 0, 0, 0x61], 8, default, "\u{FFFD}a", true),
            (&[0xD8, 0x3D, 0xDE, 0], 8, default, "😀", false),
        ] {
            let decoded = decode(octets, data_coding, None, alphabets);
            assert_eq!((&decoded.text[..], decoded.lossy), (text, lossy));
        }
    }

    #[test]
    fn one_means_gsm_where_its_octets_say_so() {
        let read = |octets: &[u8], alphabets: Alphabets| {
            let decoded = decode(octets, 1, None, alphabets);
            (decoded.text, decoded.encoding)
        };
        let default = Alphabets::default();
        let gsm = |text: &str| (text.to_owned(), EncodingName::Gsm7);
        assert_eq!(read(b"\0", default), gsm("@"));
        assert_eq!(read(b"\x01\x1Be 1", default), gsm("£€ 1"));
        assert_eq!(read(b"a@b", default), ("a@b".into(), EncodingName::Ascii));
        let always = Alphabets {
            one: crate::text::Ia5::Gsm7,
            ..default
        };
        assert_eq!(read(b"a@b", always), gsm("a¡b"));
        let never = Alphabets {
            one: crate::text::Ia5::Ascii,
            ..default
        };
        assert_eq!(read(b"\x01", never), ("\x01".into(), EncodingName::Ascii));
    }
}
