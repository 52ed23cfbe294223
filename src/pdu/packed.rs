//! Strings one behind the other, each found by its number: two octets take the place of a pointer and a length.

/// The strings of [`packed!`].
pub(super) struct Packed {
    /// All of them, without anything between.
    pub text: &'static str,
    /// Where each ends in `text`.
    pub ends: &'static [u16],
}

impl Packed {
    /// The string of this number; empty beyond the last.
    pub(super) fn get(&self, at: usize) -> &'static str {
        let end = |at: usize| self.ends.get(at).copied().map_or(0, usize::from);
        let start = at.checked_sub(1).map_or(0, end);
        self.text.get(start..end(at)).unwrap_or_default()
    }

    /// The number of a string.
    pub(super) fn position(&self, string: &str) -> Option<usize> {
        (0..self.ends.len()).find(|at| self.get(*at) == string)
    }
}

/// Where each string ends when they stand one behind the other.
pub(super) const fn ends<const N: usize>(strings: [&str; N]) -> [u16; N] {
    let mut ends = [0; N];
    let mut end = 0;
    let mut at = 0;
    while at < N {
        end += strings[at].len();
        ends[at] = end as u16;
        at += 1;
    }
    assert!(end <= u16::MAX as usize, "more text than 16 bits can count");
    ends
}

/// Literals as [`Packed`].
macro_rules! packed {
    ($($string:expr),* $(,)?) => {
        $crate::pdu::packed::Packed {
            text: concat!($($string),*),
            ends: &$crate::pdu::packed::ends([$($string),*]),
        }
    };
}

pub(super) use packed;

#[cfg(test)]
mod tests {
    use super::*;

    static WORDS: Packed = packed!["one", "", "three"];

    #[test]
    fn a_string_is_found_by_its_number_and_the_number_by_the_string() {
        assert_eq!(
            [0, 1, 2, 3].map(|at| WORDS.get(at)),
            ["one", "", "three", ""]
        );
        assert_eq!(WORDS.position("three"), Some(2));
        assert_eq!(WORDS.position("two"), None);
    }
}
