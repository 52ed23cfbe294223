//! What a reader takes for one character: an approximation of extended grapheme clusters (Unicode Annex 29) by
//! ranges, without the Unicode tables. It decides where a long text is best cut, nothing else.

/// The UTF-16 unit at `index` of big-endian octets.
fn unit(octets: &[u8], index: usize) -> Option<u16> {
    octets
        .get(2 * index..2 * index + 2)
        .map(|pair| u16::from_be_bytes([pair[0], pair[1]]))
}

/// The code point at `index` and its units; a lone surrogate stands for itself.
pub(super) fn code_point(octets: &[u8], index: usize) -> Option<(u32, usize)> {
    let first = unit(octets, index)?;
    if let (0xD800..=0xDBFF, Some(second @ 0xDC00..=0xDFFF)) = (first, unit(octets, index + 1)) {
        return Some((
            0x10000 + ((u32::from(first) - 0xD800) << 10) + (u32::from(second) - 0xDC00),
            2,
        ));
    }
    Some((first.into(), 1))
}

/// The units of the cluster that starts at `index`, looking no further than `limit` units and a code point.
pub(super) fn cluster(octets: &[u8], index: usize, limit: usize) -> usize {
    let Some((mut last, mut length)) = code_point(octets, index) else {
        return 0;
    };
    let mut flags = usize::from(is_regional_indicator(last));
    while length <= limit {
        let Some((next, units)) = code_point(octets, index + length) else {
            break;
        };
        let joins = match (last, next) {
            (0x0D, 0x0A) => true,
            (0..0x20, _) => false,
            (0x200D, _) => next >= 0x2190,
            _ if is_regional_indicator(last) && is_regional_indicator(next) => flags % 2 == 1,
            _ => extends(next) || hangul_joins(last, next),
        };
        if !joins {
            break;
        }
        flags += usize::from(is_regional_indicator(next));
        last = next;
        length += units;
    }
    length
}

fn is_regional_indicator(c: u32) -> bool {
    (0x1F1E6..=0x1F1FF).contains(&c)
}

/// Marks that belong to what stands before them.
fn extends(c: u32) -> bool {
    match c {
        0..0x0300 => false,
        0x0300..=0x036F | 0x0483..=0x0489 => true,
        0x0591..=0x05BD | 0x05BF | 0x05C1..=0x05C2 | 0x05C4..=0x05C5 | 0x05C7 => true,
        0x0610..=0x061A
        | 0x064B..=0x065F
        | 0x0670
        | 0x06D6..=0x06DC
        | 0x06DF..=0x06E4
        | 0x06E7..=0x06E8
        | 0x06EA..=0x06ED
        | 0x0730..=0x074A
        | 0x07A6..=0x07B0
        | 0x07EB..=0x07F3 => true,
        // The Indic blocks have one layout: signs, vowel signs, virama, length marks, vocalic signs.
        0x0900..=0x0D7F => {
            matches!(c & 0x7F, 0x00..=0x03 | 0x3A..=0x3C | 0x3E..=0x4F | 0x51..=0x57 | 0x62..=0x63)
                || matches!(c, 0x0A70..=0x0A71)
        }
        0x0DCA..=0x0DDF | 0x0DF2..=0x0DF3 => true,
        0x0E31 | 0x0E33..=0x0E3A | 0x0E47..=0x0E4E | 0x0EB1 | 0x0EB3..=0x0EBC | 0x0EC8..=0x0ECE => {
            true
        }
        0x0F71..=0x0F84 | 0x0F8D..=0x0FBC => true,
        0x102B..=0x103E | 0x1056..=0x1059 | 0x135D..=0x135F | 0x17B4..=0x17D3 | 0x17DD => true,
        0x1AB0..=0x1AFF | 0x1DC0..=0x1DFF | 0x200C..=0x200D | 0x20D0..=0x20F0 => true,
        0x302A..=0x302F | 0x3099..=0x309A | 0xFE00..=0xFE0F | 0xFE20..=0xFE2F | 0xFF9E..=0xFF9F => {
            true
        }
        0x1F3FB..=0x1F3FF | 0xE0020..=0xE007F | 0xE0100..=0xE01EF => true,
        _ => false,
    }
}

/// Leading consonants, vowels and trailing consonants of one Hangul syllable.
fn hangul_joins(last: u32, next: u32) -> bool {
    match next {
        0x1160..=0x11FF | 0xD7B0..=0xD7FF => matches!(last, 0x1100..=0x11FF | 0xAC00..=0xD7FF),
        0x1100..=0x115F | 0xAC00..=0xD7A3 => matches!(last, 0x1100..=0x115F),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn clusters(text: &str) -> Vec<String> {
        let units: Vec<u16> = text.encode_utf16().collect();
        let octets: Vec<u8> = units.iter().flat_map(|unit| unit.to_be_bytes()).collect();
        let mut at = 0;
        let mut found = Vec::new();
        while at < units.len() {
            let length = cluster(&octets, at, usize::MAX - 2);
            found.push(String::from_utf16(&units[at..at + length]).unwrap());
            at += length;
        }
        found
    }

    #[test]
    fn what_is_read_as_one_stays_one() {
        for whole in [
            "e\u{301}",
            "👩‍👩‍👧‍👦",
            "👍🏽",
            "🇩🇪",
            "❤️",
            "1️⃣",
            "\r\n",
            "각",
            "षि",
            "กำ",
            "ਨੂੰ",
            "ދި",
            "ｶﾞ",
            "🏴󠁧󠁢󠁥󠁮󠁧󠁿",
            "שָׁ",
            "කා",
            "ཀུ",
            "ကို",
            "ក្",
            "\u{1112}\u{1161}\u{11AB}",
            "\u{1100}\u{1100}\u{1161}",
            "가\u{11A8}",
        ] {
            assert_eq!(clusters(whole), [whole]);
        }
    }

    #[test]
    fn what_is_read_apart_is_apart() {
        assert_eq!(clusters("ab"), ["a", "b"]);
        assert_eq!(clusters("🇩🇪🇫🇷🇪"), ["🇩🇪", "🇫🇷", "🇪"]);
        assert_eq!(clusters("\n\r"), ["\n", "\r"]);
        assert_eq!(clusters("한국"), ["한", "국"]);
        assert_eq!(clusters("\u{1161}\u{1100}"), ["\u{1161}", "\u{1100}"]);
        assert_eq!(clusters("\n\u{301}"), ["\n", "\u{301}"]);
        assert_eq!(clusters("a🇩"), ["a", "🇩"]);
        assert_eq!(clusters("🇩a"), ["🇩", "a"]);
        assert_eq!(clusters("नमस्ते"), ["न", "म", "स्", "ते"]);
    }

    #[test]
    fn the_look_ahead_is_bounded() {
        let mut octets = vec![0, b'a'];
        octets.extend([0x03, 0x01].repeat(10_000));
        assert_eq!(cluster(&octets, 0, 70), 71);
    }
}
