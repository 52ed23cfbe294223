//! Sentences made of words and numbers.
//!
//! `write!` does the same, but brings the library's formatting, with all its options, into the wasm module.

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
pub(crate) fn write(out: &mut String, words: &[Word<'_>]) {
    for word in words {
        match *word {
            Word::Text(text) => out.push_str(text),
            Word::Char(char) => out.push(char),
            Word::Number(number) => decimal(out, number),
            Word::Hex(number, digits) => {
                for at in (0..digits).rev() {
                    let digit = b"0123456789ABCDEF"[(number >> (4 * at) & 0xF) as usize];
                    out.push(char::from(digit));
                }
            }
        }
    }
}

fn decimal(out: &mut String, number: usize) {
    if number > 9 {
        decimal(out, number / 10);
    }
    out.push(char::from(b'0' + (number % 10) as u8));
}

/// [`write()`] of words as they stand.
macro_rules! words {
    ($out:expr, $($word:expr),+ $(,)?) => {
        $crate::words::write($out, &[$($crate::words::Word::from($word)),+])
    };
}

/// An error, told in words. Its `Display` is [`display!`].
pub(crate) trait Told {
    /// Appends what is wrong.
    fn tell(&self, out: &mut String);

    /// What is wrong.
    fn told(&self) -> String {
        let mut out = String::new();
        self.tell(&mut out);
        out
    }
}

/// Makes an error of what can be [`Told`].
macro_rules! display {
    ($($error:ty),+) => {$(
        impl std::fmt::Display for $error {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&$crate::words::Told::told(self))
            }
        }

        impl std::error::Error for $error {}
    )+};
}

pub(crate) use {display, words};

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
        );
        words!(&mut out, " 0x", Word::Hex(0xAB, 4));
        assert_eq!(out, "at most 20, found 4294967295é 0x00AB");
    }
}
