//! Optional parameters: tag, length, value (SMPP 3.4 section 3.2.4, 5.0 section 4.8).

use super::error::{InvalidField, InvalidFieldKind};
use super::{CommandId, DecodeError, DecodeErrorKind, Tag};
use alloc::vec::Vec;

/// Octets of a TLV before its value.
const TLV_HEADER: usize = 4;

/// One optional parameter (SMPP 3.4 section 5.3.1, 5.0 section 4.8.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tlv<'a> {
    /// Which parameter.
    pub tag: Tag,
    /// Its value, within its own length.
    pub value: &'a [u8],
}

impl<'a> Tlv<'a> {
    /// The value as an integer of one to four octets, whatever width the tag should have.
    #[must_use]
    pub fn integer(&self) -> Option<u32> {
        match self.value.len() {
            1..=4 => Some(
                self.value
                    .iter()
                    .fold(0, |sum, octet| sum << 8 | u32::from(*octet)),
            ),
            _ => None,
        }
    }

    /// The value as text: up to the first NUL, or all of it where the NUL was left out.
    #[must_use]
    pub fn text(&self) -> &'a [u8] {
        let end = self
            .value
            .iter()
            .position(|octet| *octet == 0)
            .unwrap_or(self.value.len());
        &self.value[..end]
    }
}

/// The optional parameters of a PDU, in their encoded octets: nothing is copied, and what is unknown, repeated or
/// out of order is kept and written back unchanged (SMPP 3.4 section 5.3.1, 5.0 section 4.8.1).
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub struct Tlvs<'a>(&'a [u8]);

impl<'a> Tlvs<'a> {
    /// No TLVs.
    pub const EMPTY: Tlvs<'static> = Tlvs(&[]);

    /// Takes octets that are TLVs to their end. The offset of an error counts from the start of `octets`.
    ///
    /// # Errors
    /// `TlvHeader` if one to three octets are left over, `TlvLength` if a length runs past the end.
    pub fn from_bytes(octets: &'a [u8]) -> Result<Tlvs<'a>, DecodeError> {
        let whole = whole_tlvs(octets);
        if whole == octets.len() {
            return Ok(Tlvs(octets));
        }
        Err(fault(CommandId(0), octets, whole, 0))
    }

    /// The longest beginning of `octets` that is whole TLVs.
    pub(super) fn prefix(octets: &'a [u8]) -> Tlvs<'a> {
        Tlvs(&octets[..whole_tlvs(octets)])
    }

    /// `octets` if they are TLVs to their end.
    #[inline]
    pub(super) fn exact(octets: &'a [u8]) -> Option<Tlvs<'a>> {
        (octets.is_empty() || whole_tlvs(octets) == octets.len()).then_some(Tlvs(octets))
    }

    /// The parameters in the order of the PDU.
    #[must_use]
    #[inline]
    pub fn iter(&self) -> TlvIter<'a> {
        TlvIter(self.0)
    }

    /// The value of the first parameter with this tag.
    #[must_use]
    #[inline]
    pub fn get(&self, tag: Tag) -> Option<&'a [u8]> {
        self.find(tag).map(|tlv| tlv.value)
    }

    /// The first parameter with this tag.
    #[must_use]
    #[inline]
    pub fn find(&self, tag: Tag) -> Option<Tlv<'a>> {
        self.iter().find(|tlv| tlv.tag == tag)
    }

    /// The first parameter with this tag as an integer of one to four octets.
    #[must_use]
    pub fn integer(&self, tag: Tag) -> Option<u32> {
        self.find(tag).and_then(|tlv| tlv.integer())
    }

    /// The first parameter with this tag as text, without NUL.
    #[must_use]
    pub fn text(&self, tag: Tag) -> Option<&'a [u8]> {
        self.find(tag).map(|tlv| tlv.text())
    }

    /// True if there is none.
    #[must_use]
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The encoded octets.
    #[must_use]
    #[inline]
    pub fn as_bytes(&self) -> &'a [u8] {
        self.0
    }
}

/// How many octets at the start of `octets` are whole TLVs.
#[inline]
fn whole_tlvs(octets: &[u8]) -> usize {
    let mut rest = octets;
    while let [_, _, high, low, behind @ ..] = rest {
        let length = usize::from(u16::from_be_bytes([*high, *low]));
        match behind.get(length..) {
            Some(next) => rest = next,
            None => break,
        }
    }
    octets.len() - rest.len()
}

/// The fault at `at`, where `octets` stop being TLVs. `base` is where `octets` stand in the PDU.
#[cold]
pub(super) fn fault(command_id: CommandId, octets: &[u8], at: usize, base: usize) -> DecodeError {
    let rest = &octets[at..];
    let (kind, expected, found) = match rest {
        [_, _, high, low, behind @ ..] => (
            DecodeErrorKind::TlvLength,
            usize::from(u16::from_be_bytes([*high, *low])),
            behind.len(),
        ),
        _ => (DecodeErrorKind::TlvHeader, TLV_HEADER, rest.len()),
    };
    DecodeError {
        kind,
        command_id,
        field: "tlvs",
        offset: base + at,
        expected: u32::try_from(expected).unwrap_or(u32::MAX),
        found: u32::try_from(found).unwrap_or(u32::MAX),
    }
}

impl core::fmt::Debug for Tlvs<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

impl<'a> IntoIterator for Tlvs<'a> {
    type Item = Tlv<'a>;
    type IntoIter = TlvIter<'a>;

    fn into_iter(self) -> TlvIter<'a> {
        self.iter()
    }
}

impl<'a> IntoIterator for &Tlvs<'a> {
    type Item = Tlv<'a>;
    type IntoIter = TlvIter<'a>;

    fn into_iter(self) -> TlvIter<'a> {
        self.iter()
    }
}

/// Goes over the parameters of [`Tlvs`].
#[derive(Clone, Debug)]
pub struct TlvIter<'a>(&'a [u8]);

impl<'a> Iterator for TlvIter<'a> {
    type Item = Tlv<'a>;

    #[inline]
    fn next(&mut self) -> Option<Tlv<'a>> {
        let [t0, t1, l0, l1, behind @ ..] = self.0 else {
            return None;
        };
        let (value, rest) = behind.split_at_checked(usize::from(u16::from_be_bytes([*l0, *l1])))?;
        self.0 = rest;
        Some(Tlv {
            tag: Tag(u16::from_be_bytes([*t0, *t1])),
            value,
        })
    }
}

impl core::iter::FusedIterator for TlvIter<'_> {}

/// Optional parameters being put together (SMPP 3.4 section 5.3.1, 5.0 section 4.8.1).
///
/// ```
/// use smpp_edge::pdu::{SubmitSm, Tag, TlvBuf};
///
/// let mut tlvs = TlvBuf::new();
/// tlvs.push_u16(Tag::USER_MESSAGE_REFERENCE, 7);
/// tlvs.push_text(Tag(0x1400), b"1101")?;
/// let submit = SubmitSm { tlvs: tlvs.as_tlvs(), ..SubmitSm::default() };
/// assert_eq!(submit.tlvs.get(Tag(0x1400)), Some(&b"1101\0"[..]));
/// # Ok::<(), smpp_edge::pdu::InvalidField>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(try_from = "Vec<u8>"))]
pub struct TlvBuf(Vec<u8>);

/// Takes bytes that are TLVs to their end.
impl TryFrom<Vec<u8>> for TlvBuf {
    type Error = DecodeError;

    fn try_from(bytes: Vec<u8>) -> Result<TlvBuf, DecodeError> {
        Tlvs::from_bytes(&bytes)?;
        Ok(TlvBuf(bytes))
    }
}

impl TlvBuf {
    /// None yet.
    #[must_use]
    pub const fn new() -> TlvBuf {
        TlvBuf(Vec::new())
    }

    /// Appends a parameter with these octets as its value.
    ///
    /// # Errors
    /// `TooLong` if the value has more than 65,535 octets.
    pub fn push(&mut self, tag: Tag, value: &[u8]) -> Result<(), InvalidField> {
        let length = u16::try_from(value.len()).map_err(|_| InvalidField {
            field: tag.name(),
            kind: InvalidFieldKind::TooLong {
                max: usize::from(u16::MAX),
                found: value.len(),
            },
        })?;
        self.0.reserve(TLV_HEADER + value.len());
        self.0.extend_from_slice(&tag.0.to_be_bytes());
        self.0.extend_from_slice(&length.to_be_bytes());
        self.0.extend_from_slice(value);
        Ok(())
    }

    fn push_array<const N: usize>(&mut self, tag: Tag, value: [u8; N]) {
        self.0.extend_from_slice(&tag.0.to_be_bytes());
        self.0.extend_from_slice(&[0, N as u8]);
        self.0.extend_from_slice(&value);
    }

    /// Appends an integer of one octet.
    pub fn push_u8(&mut self, tag: Tag, value: u8) {
        self.push_array(tag, [value]);
    }

    /// Appends an integer of two octets.
    pub fn push_u16(&mut self, tag: Tag, value: u16) {
        self.push_array(tag, value.to_be_bytes());
    }

    /// Appends an integer of four octets.
    pub fn push_u32(&mut self, tag: Tag, value: u32) {
        self.push_array(tag, value.to_be_bytes());
    }

    /// Appends text and its final NUL.
    ///
    /// # Errors
    /// `ContainsNul`, or `TooLong` if text and NUL have more than 65,535 octets.
    pub fn push_text(&mut self, tag: Tag, text: &[u8]) -> Result<(), InvalidField> {
        if text.contains(&0) {
            return Err(InvalidField {
                field: tag.name(),
                kind: InvalidFieldKind::ContainsNul,
            });
        }
        let max = usize::from(u16::MAX) - 1;
        if text.len() > max {
            let kind = InvalidFieldKind::TooLong {
                max,
                found: text.len(),
            };
            return Err(InvalidField {
                field: tag.name(),
                kind,
            });
        }
        self.0.extend_from_slice(&tag.0.to_be_bytes());
        self.0
            .extend_from_slice(&(text.len() as u16 + 1).to_be_bytes());
        self.0.extend_from_slice(text);
        self.0.push(0);
        Ok(())
    }

    /// Appends parameters that are encoded already.
    pub fn extend(&mut self, tlvs: Tlvs<'_>) {
        self.0.extend_from_slice(tlvs.as_bytes());
    }

    /// Takes all parameters out, keeping the memory.
    pub fn clear(&mut self) {
        self.0.clear();
    }

    /// The parameters so far.
    #[must_use]
    #[inline]
    pub fn as_tlvs(&self) -> Tlvs<'_> {
        Tlvs(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unknown_repeated_and_unordered_tlvs_are_kept_as_they_came() {
        let octets = [
            0x14, 0x00, 0x00, 0x02, 0xAA, 0xBB, // vendor
            0x04, 0x27, 0x00, 0x01, 0x02, // message_state
            0x04, 0x27, 0x00, 0x01, 0x05, // again
            0x13, 0x0C, 0x00, 0x00, // empty
        ];
        let tlvs = Tlvs::from_bytes(&octets).unwrap();
        let tags: Vec<u16> = tlvs.iter().map(|tlv| tlv.tag.0).collect();
        assert_eq!(tags, [0x1400, 0x0427, 0x0427, 0x130C]);
        assert_eq!(tlvs.get(Tag(0x1400)), Some(&[0xAA, 0xBB][..]));
        assert_eq!(
            tlvs.integer(Tag::MESSAGE_STATE),
            Some(2),
            "the first counts"
        );
        assert_eq!(tlvs.get(Tag::ALERT_ON_MESSAGE_DELIVERY), Some(&[][..]));
        assert_eq!(tlvs.get(Tag::SOURCE_PORT), None);
        assert_eq!(tlvs.as_bytes(), octets);
    }

    #[test]
    fn text_may_lack_its_nul() {
        let octets = [0, 0x1E, 0, 3, b'a', b'b', 0, 0, 0x1D, 0, 2, b'c', b'd'];
        let tlvs = Tlvs::from_bytes(&octets).unwrap();
        assert_eq!(tlvs.text(Tag::RECEIPTED_MESSAGE_ID), Some(&b"ab"[..]));
        assert_eq!(
            tlvs.text(Tag::ADDITIONAL_STATUS_INFO_TEXT),
            Some(&b"cd"[..])
        );
    }

    #[test]
    fn an_integer_is_read_at_any_width() {
        let octets = [
            0x02, 0x04, 0, 1, 7, 0x00, 0x17, 0, 4, 0, 1, 0, 0, 0x02, 0x0A, 0, 0,
        ];
        let tlvs = Tlvs::from_bytes(&octets).unwrap();
        assert_eq!(tlvs.integer(Tag::USER_MESSAGE_REFERENCE), Some(7));
        assert_eq!(tlvs.integer(Tag::QOS_TIME_TO_LIVE), Some(65_536));
        assert_eq!(tlvs.integer(Tag::SOURCE_PORT), None);
    }

    #[test]
    fn octets_left_over_and_lengths_past_the_end_are_located() {
        let left_over = Tlvs::from_bytes(&[0x04, 0x27, 0, 1, 2, 9, 9]).unwrap_err();
        assert_eq!(
            (left_over.kind, left_over.offset),
            (DecodeErrorKind::TlvHeader, 5)
        );
        assert_eq!(left_over.found, 2);
        let past = Tlvs::from_bytes(&[0x00, 0x1D, 0x00, 0xC8, 1]).unwrap_err();
        assert_eq!((past.kind, past.offset), (DecodeErrorKind::TlvLength, 0));
        assert_eq!((past.expected, past.found), (200, 1));
    }

    #[test]
    fn what_is_pushed_is_read_back() {
        let mut tlvs = TlvBuf::new();
        tlvs.push_u8(Tag::SAR_TOTAL_SEGMENTS, 3);
        tlvs.push_u16(Tag::SAR_MSG_REF_NUM, 0x1234);
        tlvs.push_u32(Tag::QOS_TIME_TO_LIVE, 60);
        tlvs.push_text(Tag::RECEIPTED_MESSAGE_ID, b"abc").unwrap();
        tlvs.push(Tag::MESSAGE_PAYLOAD, b"text").unwrap();
        let encoded = [
            0x02, 0x0E, 0, 1, 3, 0x02, 0x0C, 0, 2, 0x12, 0x34, 0, 0x17, 0, 4, 0, 0, 0, 60, 0, 0x1E,
            0, 4, b'a', b'b', b'c', 0, 0x04, 0x24, 0, 4, b't', b'e', b'x', b't',
        ];
        assert_eq!(tlvs.as_tlvs().as_bytes(), encoded);
    }

    #[test]
    fn a_value_that_does_not_fit_is_refused_and_leaves_nothing() {
        let mut tlvs = TlvBuf::new();
        let error = tlvs
            .push(Tag::MESSAGE_PAYLOAD, &vec![0; 65_536])
            .unwrap_err();
        assert_eq!(error.field, "message_payload");
        assert_eq!(
            error.kind,
            InvalidFieldKind::TooLong {
                max: 65_535,
                found: 65_536
            }
        );
        let error = tlvs
            .push_text(Tag::RECEIPTED_MESSAGE_ID, b"a\0b")
            .unwrap_err();
        assert_eq!(error.kind, InvalidFieldKind::ContainsNul);
        assert!(tlvs.as_tlvs().is_empty());
    }
}
