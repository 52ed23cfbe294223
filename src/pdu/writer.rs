//! Puts fields into octets that have room for them.

use super::error::InvalidFieldKind;

/// Puts fields one behind the other into octets that have room for them. What does not fit is not written; nothing
/// is too long that `encoded_len` counted.
pub(super) struct Writer<'b>(&'b mut [u8]);

impl<'b> Writer<'b> {
    #[inline]
    pub(super) fn new(out: &'b mut [u8]) -> Self {
        Writer(out)
    }

    #[inline]
    pub(super) fn octet(&mut self, octet: u8) {
        if let [first, rest @ ..] = core::mem::take(&mut self.0) {
            *first = octet;
            self.0 = rest;
        }
    }

    #[inline]
    pub(super) fn octets(&mut self, octets: &[u8]) {
        if octets.is_empty() {
            return;
        }
        if let Some((place, rest)) = core::mem::take(&mut self.0).split_at_mut_checked(octets.len())
        {
            place.copy_from_slice(octets);
            self.0 = rest;
        }
    }

    #[inline]
    pub(super) fn c_string(&mut self, text: &[u8]) {
        self.octets(text);
        self.octet(0);
    }

    /// `sm_length` and the octets it counts.
    #[inline]
    pub(super) fn short_message(&mut self, text: &[u8]) {
        self.octet(text.len() as u8);
        self.octets(text);
    }
}

/// Refuses text with a NUL inside, or of more than `max` octets.
#[inline]
pub(super) fn check_text(text: &[u8], max: usize) -> Result<(), InvalidFieldKind> {
    if text.len() > max {
        return Err(InvalidFieldKind::TooLong {
            max,
            found: text.len(),
        });
    }
    if has_nul(text) {
        return Err(InvalidFieldKind::ContainsNul);
    }
    Ok(())
}

/// Refuses a time that is neither empty nor of 16 characters.
#[inline]
pub(super) fn check_time(text: &[u8]) -> Result<(), InvalidFieldKind> {
    match text.len() {
        0 => Ok(()),
        16 => check_text(text, 16),
        found => Err(InvalidFieldKind::TimeLength { found }),
    }
}

/// Refuses octets that one octet cannot count.
#[inline]
pub(super) fn check_short_message(text: &[u8]) -> Result<(), InvalidFieldKind> {
    let max = usize::from(u8::MAX);
    if text.len() > max {
        Err(InvalidFieldKind::TooLong {
            max,
            found: text.len(),
        })
    } else {
        Ok(())
    }
}

/// True if one of the octets is 0. Looks at eight at a time; the last eight may overlap those before.
#[inline]
fn has_nul(text: &[u8]) -> bool {
    const LOW: u64 = 0x0101_0101_0101_0101;
    const HIGH: u64 = 0x8080_8080_8080_8080;
    let in_word = |eight: &[u8; 8]| {
        let word = u64::from_le_bytes(*eight);
        word.wrapping_sub(LOW) & !word & HIGH != 0
    };
    match text.last_chunk() {
        Some(last) => in_word(last) || text.as_chunks().0.iter().any(in_word),
        None => text.contains(&0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_nul_is_found_wherever_it_is() {
        for length in 0..40 {
            assert!(!has_nul(&vec![0x80; length]));
            assert!(!has_nul(&vec![0x01; length]));
            for at in 0..length {
                let mut text = vec![0xFF; length];
                text[at] = 0;
                assert!(has_nul(&text), "{length} {at}");
            }
        }
    }
}
