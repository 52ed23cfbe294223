//! What a `data_coding` says of the text (SMPP 3.4, 5.2.19; 3GPP TS 23.038, clause 4).

use super::{Alphabet, Alphabets, EncodingName, Ia5};

/// How octets are to be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Coding {
    Gsm7 { packed: bool },
    Named(EncodingName),
}

/// The coding of a `data_coding`. Values that nobody has defined are read as 0 is, as TS 23.038 has it for reserved codings.
pub(super) fn coding(data_coding: u8, alphabets: Alphabets) -> Coding {
    use EncodingName::{
        Ascii, Binary, Cyrillic, EucJp, EucKr, Hebrew, Iso2022Jp, Latin1, ShiftJis, Ucs2, Utf8,
    };
    let gsm = Coding::Gsm7 {
        packed: alphabets.zero == Alphabet::Gsm7Packed,
    };
    // Bits 3-2 of a general data coding group, bit 5 being "compressed".
    let general = || match (data_coding & 0x20 != 0, (data_coding >> 2) & 3) {
        (true, _) | (_, 1) => Coding::Named(Binary),
        (_, 2) => Coding::Named(Ucs2),
        _ => gsm,
    };
    match data_coding {
        0x01 if alphabets.one == Ia5::Gsm7 => Coding::Gsm7 { packed: false },
        0x01 => Coding::Named(Ascii),
        0x02 | 0x04 | 0x09 => Coding::Named(Binary),
        0x03 => Coding::Named(Latin1),
        0x05 => Coding::Named(ShiftJis),
        0x06 => Coding::Named(Cyrillic),
        0x07 => Coding::Named(Hebrew),
        0x08 => Coding::Named(Ucs2),
        0x0A => Coding::Named(Iso2022Jp),
        0x0D => Coding::Named(EucJp),
        0x0E => Coding::Named(EucKr),
        0x00 | 0x0B | 0x0C | 0x0F | 0x80..=0xBF => match alphabets.zero {
            Alphabet::Gsm7 | Alphabet::Gsm7Packed => gsm,
            Alphabet::Latin1 => Coding::Named(Latin1),
            Alphabet::Ascii => Coding::Named(Ascii),
            Alphabet::Utf8 => Coding::Named(Utf8),
        },
        0x10..=0x7F => general(),
        0xC0..=0xDF => gsm,
        0xE0..=0xEF => Coding::Named(Ucs2),
        0xF0..=0xFF if data_coding & 0x04 != 0 => Coding::Named(Binary),
        0xF0..=0xFF => gsm,
    }
}

/// Whether a `data_coding` means UCS-2, whatever the SMSC makes of 0.
pub(crate) fn is_ucs2(data_coding: u8) -> bool {
    coding(data_coding, Alphabets::default()) == Coding::Named(EncodingName::Ucs2)
}

impl Alphabets {
    /// Settles [`Ia5::Auto`] by texts, each with its `data_coding`, that belong together: octets that a text in ASCII never
    /// has make all of them GSM 03.38.
    pub(super) fn decided_by<'a>(self, mut texts: impl Iterator<Item = (u8, &'a [u8])>) -> Self {
        let gsm = self.one == Ia5::Auto
            && texts.any(|(data_coding, text)| data_coding == 1 && !may_be_ascii(text));
        Self {
            one: if gsm { Ia5::Gsm7 } else { self.one },
            ..self
        }
    }
}

/// Whether octets can be a text in ASCII: without control characters but for those of lines and columns. A text with octets
/// over 127 is not GSM 03.38 either. A NUL at the end is what some peers put behind every text.
fn may_be_ascii(text: &[u8]) -> bool {
    let control = |octet: &u8| matches!(octet, 0..=0x08 | 0x0B | 0x0C | 0x0E..=0x1F | 0x7F);
    let text = match text {
        [text @ .., 0] if !text.is_empty() => text,
        text => text,
    };
    !text.iter().any(control) || text.iter().any(|octet| *octet > 0x7F)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_of_ts_23_038_are_not_taken_for_smpp_values() {
        let coding = |value| coding(value, Alphabets::default());
        let gsm = Coding::Gsm7 { packed: false };
        for value in [
            0x00, 0x10, 0x13, 0x40, 0x50, 0xC0, 0xC8, 0xD8, 0xF0, 0xF3, 0xF8,
        ] {
            assert_eq!(coding(value), gsm, "{value:#04X}");
        }
        for value in [0x08, 0x18, 0x1B, 0x48, 0x58, 0xE0, 0xE8] {
            assert_eq!(
                coding(value),
                Coding::Named(EncodingName::Ucs2),
                "{value:#04X}"
            );
        }
        for value in [0x02, 0x04, 0x14, 0x20, 0x28, 0x64, 0xF4, 0xF7] {
            assert_eq!(
                coding(value),
                Coding::Named(EncodingName::Binary),
                "{value:#04X}"
            );
        }
    }

    #[test]
    fn zero_is_what_the_smsc_makes_of_it() {
        assert_eq!(
            coding(0, Alphabet::Gsm7Packed.into()),
            Coding::Gsm7 { packed: true }
        );
        assert_eq!(
            coding(0, Alphabet::Latin1.into()),
            Coding::Named(EncodingName::Latin1)
        );
        assert_eq!(
            coding(0, Alphabet::Utf8.into()),
            Coding::Named(EncodingName::Utf8)
        );
        assert_eq!(
            coding(0x10, Alphabet::Latin1.into()),
            Coding::Gsm7 { packed: false }
        );
    }

    #[test]
    fn one_is_gsm_where_its_octets_are_not_of_ascii() {
        for text in [
            &b"\0"[..],
            b"\x01",
            b"\x1Be",
            b"a\x7F",
            b"\x02 and",
            b"\0\0",
            b"@\0a",
        ] {
            assert!(!may_be_ascii(text), "{text:?}");
        }
        for text in [&b""[..], b"a@b.c {x}\r\n\t~", b"stray\0", b"\x01\xE9"] {
            assert!(may_be_ascii(text), "{text:?}");
        }
        let decided = |one, data_coding, text: &[u8]| {
            let zero = Alphabet::Latin1;
            Alphabets { zero, one }
                .decided_by([(1, &b"plain"[..]), (data_coding, text)].into_iter())
                .one
        };
        assert_eq!(decided(Ia5::Auto, 1, b"\x01"), Ia5::Gsm7);
        assert_eq!(decided(Ia5::Auto, 0, b"\x01"), Ia5::Auto);
        assert_eq!(decided(Ia5::Auto, 1, b"x"), Ia5::Auto);
        assert_eq!(decided(Ia5::Ascii, 1, b"\x01"), Ia5::Ascii);
        let gsm = Alphabets {
            zero: Alphabet::Gsm7Packed,
            one: Ia5::Gsm7,
        };
        assert_eq!(coding(1, gsm), Coding::Gsm7 { packed: false });
    }
}
