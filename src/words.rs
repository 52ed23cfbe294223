//! Sentences made of words and numbers.
//!
//! `write!` does the same, but brings the library's way to write numbers, with all its options, into the wasm module.

use std::fmt;

/// A piece of a sentence.
#[derive(Clone, Copy)]
pub(crate) enum Word<'a> {
    Text(&'a str),
    Char(char),
    Number(usize),
    /// So many hexadecimal digits, in capitals.
    Hex(u32, usize),
}

impl<'a> From<&'a str> for Word<'a> {
    fn from(text: &'a str) -> Self {
        Word::Text(text)
    }
}

impl From<usize> for Word<'_> {
    fn from(number: usize) -> Self {
        Word::Number(number)
    }
}

impl From<u32> for Word<'_> {
    fn from(number: u32) -> Self {
        Word::Number(number as usize)
    }
}

/// Writes one behind the other.
pub(crate) fn write(out: &mut dyn fmt::Write, words: &[Word<'_>]) -> fmt::Result {
    words.iter().try_for_each(|word| match *word {
        Word::Text(text) => out.write_str(text),
        Word::Char(char) => out.write_char(char),
        Word::Number(number) => out.write_str(&number.to_string()),
        Word::Hex(number, digits) => {
            let digit = |at| char::from(b"0123456789ABCDEF"[(number >> (4 * at) & 0xF) as usize]);
            (0..digits)
                .rev()
                .map(digit)
                .try_for_each(|digit| out.write_char(digit))
        }
    })
}

/// [`write()`] of words as they stand.
macro_rules! words {
    ($out:expr, $($word:expr),+ $(,)?) => {
        $crate::words::write($out, &[$($crate::words::Word::from($word)),+])
    };
}

pub(crate) use words;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_and_numbers_stand_one_behind_the_other() {
        let mut out = String::new();
        words!(
            &mut out,
            "at most ",
            20_usize,
            ", found ",
            4_294_967_295_u32,
            Word::Char('é')
        )
        .unwrap();
        words!(&mut out, " 0x", Word::Hex(0xAB, 4)).unwrap();
        assert_eq!(out, "at most 20, found 4294967295é 0x00AB");
    }
}
