//! The ISO-8859 parts SMPP names: 1 (Latin), 5 (Cyrillic) and 8 (Hebrew).

use super::EncodingName;

/// The octet of `c`, if the character set has it.
pub(super) fn encode(set: EncodingName, c: char) -> Option<u8> {
    let code = u32::from(c);
    match set {
        EncodingName::Ascii => (code < 0x80).then_some(code as u8),
        EncodingName::Latin1 => (code < 0x100).then_some(code as u8),
        EncodingName::Cyrillic => match code {
            0x00..=0xA0 | 0xAD => Some(code as u8),
            0xA7 => Some(0xFD),
            0x2116 => Some(0xF0),
            0x0401..=0x040C | 0x040E..=0x044F | 0x0451..=0x045C | 0x045E..=0x045F => {
                Some((code - 0x0360) as u8)
            }
            _ => None,
        },
        EncodingName::Hebrew => match code {
            0xD7 => Some(0xAA),
            0xF7 => Some(0xBA),
            0xAA | 0xBA => None,
            0x00..=0xA0 | 0xA2..=0xBE => Some(code as u8),
            0x2017 => Some(0xDF),
            0x05D0..=0x05EA => Some((code - 0x04F0) as u8),
            0x200E..=0x200F => Some((code - 0x1F11) as u8),
            _ => None,
        },
        _ => None,
    }
}

/// The character of an octet, if the character set defines it.
pub(super) fn decode(set: EncodingName, octet: u8) -> Option<char> {
    let code = u32::from(octet);
    let code = match set {
        EncodingName::Ascii if octet < 0x80 => code,
        EncodingName::Latin1 => code,
        EncodingName::Cyrillic => match octet {
            0x00..=0xA0 | 0xAD => code,
            0xF0 => 0x2116,
            0xFD => 0xA7,
            _ => code + 0x0360,
        },
        EncodingName::Hebrew => match octet {
            0xAA => 0xD7,
            0xBA => 0xF7,
            0x00..=0xA0 | 0xA2..=0xBE => code,
            0xDF => 0x2017,
            0xE0..=0xFA => code + 0x04F0,
            0xFD..=0xFE => code + 0x1F11,
            _ => return None,
        },
        _ => return None,
    };
    char::from_u32(code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_set_ends_where_it_ends() {
        use EncodingName::{Ascii, Cyrillic, Hebrew, Latin1};
        for (set, octet, c) in [
            (Ascii, 0x7F, '\u{7F}'),
            (Latin1, 0x80, '\u{80}'),
            (Latin1, 0xE9, 'é'),
            (Latin1, 0xFF, 'ÿ'),
            (Cyrillic, 0xAD, '\u{AD}'),
            (Cyrillic, 0xEF, 'я'),
            (Hebrew, 0xAA, '×'),
            (Hebrew, 0xBA, '÷'),
            (Hebrew, 0xFA, 'ת'),
        ] {
            assert_eq!(encode(set, c), Some(octet), "{c}");
            assert_eq!(decode(set, octet), Some(c), "{c}");
        }
        for (set, c) in [
            (Ascii, '\u{80}'),
            (Latin1, 'Ā'),
            (Cyrillic, 'é'),
            (Hebrew, 'ª'),
            (Hebrew, 'º'),
        ] {
            assert_eq!(encode(set, c), None, "{c}");
        }
        assert_eq!(decode(Ascii, 0x80), None);
        assert_eq!(decode(Hebrew, 0xA1), None);
    }
}
