//! Characters and the marks on them composed (Unicode's NFC), so that `e` and a combining accent are the `é` of the alphabet.
//!
//! For the npm package's module the host does that before a text comes here: JavaScript has the tables.

#[cfg(feature = "unicode")]
use alloc::string::String;
use alloc::vec::Vec;

/// A text with its characters composed.
pub(super) struct Composed {
    /// UTF-16 units.
    pub units: Vec<u16>,
    /// Where each cluster begins: in `units`, and in the text as it was.
    starts: Vec<(usize, usize)>,
}

impl Composed {
    /// The place in the text as it was of a unit of the composed one.
    pub(super) fn original(&self, index: usize) -> usize {
        let behind = self.starts.partition_point(|(start, _)| *start <= index);
        self.starts[..behind]
            .last()
            .map_or(index, |(_, original)| *original)
    }
}

/// The composed text; `None` if it is that already. Characters that NFC would take apart are kept: national tables have some.
#[cfg(feature = "unicode")]
pub(super) fn compose(units: &[u16]) -> Option<Composed> {
    use unicode_normalization::UnicodeNormalization;
    use unicode_normalization::char::is_combining_mark;

    if is_latin(units) || !units.iter().any(|unit| may_change(*unit)) {
        return None;
    }
    // Vowels and final consonants of Hangul compose with what is before them, too.
    let joins = |c: char| is_combining_mark(c) || matches!(c, '\u{1160}'..='\u{11FF}');
    let mut composed = Composed {
        units: Vec::with_capacity(units.len()),
        starts: Vec::new(),
    };
    let (mut cluster, mut form) = (String::new(), String::new());
    let mut chars = char::decode_utf16(units.iter().copied()).peekable();
    let mut index = 0;
    while let Some(first) = chars.next() {
        composed.starts.push((composed.units.len(), index));
        let first = match first {
            Ok(first) => first,
            Err(lone) => {
                composed.units.push(lone.unpaired_surrogate());
                index += 1;
                continue;
            }
        };
        cluster.clear();
        cluster.push(first);
        while let Some(Ok(next)) = chars.next_if(|next| matches!(next, Ok(c) if joins(*c))) {
            cluster.push(next);
        }
        form.clear();
        form.extend(cluster.nfc());
        let length = |text: &str| text.encode_utf16().count();
        let kept = if length(&form) > length(&cluster) {
            &cluster
        } else {
            &form
        };
        composed.units.extend(kept.encode_utf16());
        index += length(&cluster);
    }
    (composed.units != units).then_some(composed)
}

/// Without the tables of the feature `unicode` a text is taken as it is.
#[cfg(not(feature = "unicode"))]
pub(super) fn compose(_: &[u16]) -> Option<Composed> {
    None
}

/// Whether all characters are below the first combining mark, U+0300; a quick answer, never a wrong "yes". The units are
/// looked at all at once, so that the compiler can take several in one instruction.
#[cfg(feature = "unicode")]
fn is_latin(units: &[u16]) -> bool {
    units.iter().fold(0, |bits, unit| bits | unit) < 0x0300
}

/// Whether a text with this unit may have something to compose: a quick answer, never a wrong "no".
#[cfg(feature = "unicode")]
fn may_change(unit: u16) -> bool {
    !matches!(
        unit,
        0..0x0300 | 0x0388..0x0483 | 0x0488..0x0591 | 0x2010..0x20D0 | 0x3100..0xA66F | 0xAC00..0xD7A4 | 0xE000..0xF900 | 0xFE30..
    )
}

#[cfg(all(test, feature = "unicode"))]
mod tests {
    use super::*;
    use unicode_normalization::{IsNormalized, is_nfc_quick};

    fn composed(text: &str) -> Option<String> {
        let units: Vec<u16> = text.encode_utf16().collect();
        compose(&units).map(|composed| String::from_utf16(&composed.units).unwrap())
    }

    #[test]
    fn marks_join_their_characters() {
        for (text, expected) in [
            ("Cafe\u{301}", "Café"),
            ("И\u{306}", "Й"),
            ("\u{1112}\u{1161}\u{11AB}", "한"),
            ("\u{212B}\u{37E}", "Å;"),
            ("か\u{3099}", "が"),
            ("q\u{307}\u{323}", "q\u{323}\u{307}"),
            ("a\u{928}\u{93C}", "a\u{929}"),
        ] {
            assert_eq!(composed(text).as_deref(), Some(expected), "{text}");
        }
        for text in [
            "",
            "Café",
            "Привет",
            "\u{958}",
            "\u{301}",
            "q\u{307}",
            "日本語",
            "😀",
        ] {
            assert_eq!(composed(text), None, "{text}");
        }
        assert_eq!(
            composed("\u{958}e\u{301}").as_deref(),
            Some("\u{958}é"),
            "what NFC takes apart is kept"
        );
    }

    #[test]
    fn places_are_those_of_the_text_as_it_was() {
        let units: Vec<u16> = "e\u{301}\u{1F600}И\u{306}!".encode_utf16().collect();
        let composed = compose(&units).unwrap();
        let places: Vec<usize> = (0..composed.units.len())
            .map(|index| composed.original(index))
            .collect();
        assert_eq!(places, [0, 2, 2, 4, 6]);
        let lone = compose(&[0xD800, 0x65, 0x301]).unwrap();
        assert_eq!(
            (&lone.units[..], lone.original(1)),
            (&[0xD800, 0xE9][..], 1)
        );
    }

    #[test]
    fn the_quick_answer_is_never_a_wrong_no() {
        for code in 0..0x1_0000 {
            let Some(c) = char::from_u32(code) else {
                continue;
            };
            if is_nfc_quick(core::iter::once(c)) != IsNormalized::Yes {
                assert!(may_change(code as u16), "{code:04X}");
                assert!(!is_latin(&[0x65, code as u16]), "{code:04X}");
            }
        }
        assert!(may_change(0xD835) && !may_change(0xE9));
        assert!(is_latin(&[]) && is_latin(&[0x65, 0x02FF]) && !is_latin(&[0x0300]));
    }
}
