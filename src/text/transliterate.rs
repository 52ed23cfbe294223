//! Typographic characters and what a plain keyboard writes for them, and Unicode's compatibility forms (NFKC): ligatures,
//! full-width and styled letters, numbers in circles, fractions, units. Letters are left alone: a name without its marks is
//! another name.

use alloc::string::String;
use forms::compatible;
#[cfg(all(feature = "wasm", target_family = "wasm", target_os = "unknown"))]
pub(crate) use forms::forms_by;

/// What may stand for `c`: appended to `out`, nothing for what has no width. `false` if there is nothing to put.
pub(super) fn transliterate(c: char, out: &mut String) -> bool {
    if let Some(plain) = typographic(c) {
        out.push_str(plain);
        return true;
    }
    let start = out.len();
    compatible(c, out);
    let form = out.split_off(start);
    // A fraction has a slash of its own, a negative exponent a minus.
    for part in form.chars() {
        match typographic(part) {
            Some(plain) => out.push_str(plain),
            None => out.push(part),
        }
    }
    let mut chars = form.chars();
    chars.next() != Some(c) || chars.next().is_some()
}

#[cfg(all(feature = "wasm", target_family = "wasm", target_os = "unknown"))]
mod forms {
    //! The host of the npm package's module has the tables.

    use core::cell::Cell;

    /// Returns the compatibility form of a character.
    pub(crate) type Forms = fn(char) -> String;

    std::thread_local! {
        static HOST: Cell<Option<Forms>> = const { Cell::new(None) };
    }

    /// Has the host return compatibility forms.
    pub(crate) fn forms_by(host: Forms) {
        HOST.set(Some(host));
    }

    pub(super) fn compatible(c: char, out: &mut String) {
        match HOST.get() {
            Some(host) => out.push_str(&host(c)),
            None => out.push(c),
        }
    }
}

#[cfg(not(all(feature = "wasm", target_family = "wasm", target_os = "unknown")))]
mod forms {
    use alloc::string::String;

    #[cfg(feature = "unicode")]
    pub(super) fn compatible(c: char, out: &mut String) {
        use unicode_normalization::UnicodeNormalization;
        out.extend(core::iter::once(c).nfkc());
    }

    #[cfg(not(feature = "unicode"))]
    pub(super) fn compatible(c: char, out: &mut String) {
        out.push(c);
    }
}

fn typographic(c: char) -> Option<&'static str> {
    Some(match c {
        '\u{2018}' | '\u{2019}' | '\u{201A}' | '\u{201B}' | '\u{2032}' | '\u{2035}'
        | '\u{02BC}' | '\u{2039}' | '\u{203A}' | '`' | '´' => "'",
        '\u{201C}' | '\u{201D}' | '\u{201E}' | '\u{201F}' | '\u{2033}' | '\u{2036}' | '«' | '»' => {
            "\""
        }
        '\u{2010}' | '\u{2011}' | '\u{2012}' | '\u{2013}' | '\u{2014}' | '\u{2015}'
        | '\u{2043}' | '\u{2212}' => "-",
        '\u{2026}' => "...",
        '\u{2022}' | '\u{2023}' | '\u{2219}' | '·' => "*",
        '\u{2044}' | '\u{2215}' => "/",
        '\u{00A0}' | '\u{2000}'..='\u{200A}' | '\u{202F}' | '\u{205F}' | '\u{3000}' | '\t' => " ",
        '\u{2028}' | '\u{2029}' | '\u{0085}' => "\n",
        '\u{00AD}' | '\u{200B}'..='\u{200F}' | '\u{2060}' | '\u{FEFF}' => "",
        '\u{2122}' => "TM",
        '©' => "(C)",
        '®' => "(R)",
        _ => return None,
    })
}

#[cfg(all(test, feature = "unicode"))]
mod tests {
    use super::*;

    #[test]
    fn compatibility_forms_are_plain_characters() {
        for (c, expected) in [
            ('ﬁ', "fi"),
            ('Ａ', "A"),
            ('𝐇', "H"),
            ('①', "1"),
            ('⑫', "12"),
            ('½', "1/2"),
            ('⁻', "-"),
            ('㎏', "kg"),
            ('№', "No"),
            ('™', "TM"),
            ('“', "\""),
            ('…', "..."),
            ('•', "*"),
            ('·', "*"),
            ('©', "(C)"),
            ('®', "(R)"),
            ('\t', " "),
            ('\u{A0}', " "),
            ('\u{2028}', "\n"),
            ('\u{200B}', ""),
        ] {
            let mut out = String::from("x");
            assert!(transliterate(c, &mut out), "{c}");
            assert_eq!(out, format!("x{expected}"));
        }
        for c in ['a', 'я', '中', '😀'] {
            assert!(!transliterate(c, &mut String::new()), "{c}");
        }
    }
}
