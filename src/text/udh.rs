//! The user data header: concatenation, ports, national tables (3GPP TS 23.040, 9.2.3.24).

use super::Language;
use alloc::vec::Vec;

/// Concatenation, 8-bit reference.
pub const CONCAT_8: u8 = 0x00;
/// Concatenation, 16-bit reference.
pub const CONCAT_16: u8 = 0x08;
/// National language single shift.
pub const SINGLE_SHIFT: u8 = 0x24;
/// National language locking shift.
pub const LOCKING_SHIFT: u8 = 0x25;

/// A user data header in its octets, UDHL first (3GPP TS 23.040, 9.2.3.24). Nothing is copied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Udh<'a>(&'a [u8]);

/// UDHL runs past the end of the data: where the header ends is not known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UdhError {
    /// The octets the header claims, UDHL included.
    pub claimed: usize,
    /// The octets there are.
    pub available: usize,
}

impl core::fmt::Display for UdhError {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(
            f,
            "a user data header of {} octets in {}",
            self.claimed, self.available
        )
    }
}

impl core::error::Error for UdhError {}

/// One information element (3GPP TS 23.040, 9.2.3.24).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Element<'a> {
    /// The information element identifier.
    pub id: u8,
    /// What follows the length octet.
    pub data: &'a [u8],
    /// Where the identifier stands, counted from UDHL.
    pub offset: usize,
}

/// Which part of which message this is (3GPP TS 23.040, 9.2.3.24.1 and .8; SMPP 3.4, 5.3.2.22 to 24).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ConcatInfo {
    /// The reference, the same in all parts.
    pub reference: u16,
    /// The reference has 16 bits (element 08, SAR), not 8.
    pub wide: bool,
    /// How many parts there are, from 1.
    pub total: u8,
    /// Which one this is, from 1.
    pub part: u8,
}

impl ConcatInfo {
    /// From the values of `sar_msg_ref_num`, `sar_total_segments` and `sar_segment_seqnum`; `None` if they are not sane.
    #[must_use]
    pub fn from_sar(reference: u16, total: u8, part: u8) -> Option<ConcatInfo> {
        ConcatInfo {
            reference,
            wide: true,
            total,
            part,
        }
        .sane()
    }

    fn sane(self) -> Option<ConcatInfo> {
        (1 <= self.part && self.part <= self.total).then_some(self)
    }
}

impl<'a> Udh<'a> {
    /// The header that `octets` (a `short_message` or `message_payload` with UDHI set) begin with.
    /// What its elements hold is not judged.
    ///
    /// # Errors
    /// The length that the header claims, if it runs past the octets; empty data too.
    pub fn parse(octets: &'a [u8]) -> Result<Udh<'a>, UdhError> {
        let claimed = 1 + usize::from(octets.first().copied().unwrap_or(0));
        match octets.get(..claimed) {
            Some(header) => Ok(Udh(header)),
            None => Err(UdhError {
                claimed,
                available: octets.len(),
            }),
        }
    }

    /// A header whose sender forgot to set UDHI: a concatenation element at the very start, with sane numbers.
    /// A guess, for those who ask for it.
    #[must_use]
    pub fn guess(octets: &'a [u8]) -> Option<Udh<'a>> {
        match octets {
            [5, CONCAT_8, 3, ..] | [6, CONCAT_16, 4, ..] => {
                Udh::parse(octets).ok().filter(|udh| udh.concat().is_some())
            }
            _ => None,
        }
    }

    /// The octets of the header, UDHL first; the text starts behind them. Never empty.
    #[must_use]
    pub fn as_bytes(&self) -> &'a [u8] {
        self.0
    }

    /// The elements in wire order. An element that runs past the header ends the list, as does a single octet left over.
    pub fn elements(&self) -> impl Iterator<Item = Element<'a>> + use<'a> {
        let header = self.0;
        let mut offset = 1;
        core::iter::from_fn(move || {
            let id = *header.get(offset)?;
            let start = offset + 2;
            let data = header.get(start..start + usize::from(*header.get(offset + 1)?))?;
            let element = Element { id, data, offset };
            offset = start + data.len();
            Some(element)
        })
    }

    /// Which part this is. The last sane element of the two kinds counts.
    #[must_use]
    pub fn concat(&self) -> Option<ConcatInfo> {
        self.elements()
            .filter_map(|element| match (element.id, element.data) {
                (CONCAT_8, &[reference, total, part]) => ConcatInfo {
                    reference: reference.into(),
                    wide: false,
                    total,
                    part,
                }
                .sane(),
                (CONCAT_16, &[high, low, total, part]) => ConcatInfo {
                    reference: u16::from_be_bytes([high, low]),
                    wide: true,
                    total,
                    part,
                }
                .sane(),
                _ => None,
            })
            .last()
    }

    /// The language of the single shift table (element 24), if it is a known one.
    #[must_use]
    pub fn single_shift(&self) -> Option<Language> {
        self.language(SINGLE_SHIFT)
    }

    /// The language of the locking shift table (element 25), if it is a known one that has such a table.
    #[must_use]
    pub fn locking_shift(&self) -> Option<Language> {
        self.language(LOCKING_SHIFT)
            .filter(|language| *language != Language::Spanish)
    }

    fn language(&self, id: u8) -> Option<Language> {
        self.elements()
            .filter(|element| element.id == id)
            .filter_map(|element| match element.data {
                &[language] => Some(language),
                _ => None,
            })
            .last()
            .and_then(Language::by_id)
    }
}

/// Whether `octets` are whole elements from first to last.
pub(super) fn well_formed(octets: &[u8]) -> bool {
    let mut rest = octets;
    while let [_, length, data @ ..] = rest {
        match data.get(usize::from(*length)..) {
            Some(next) => rest = next,
            None => return false,
        }
    }
    rest.is_empty()
}

/// The name of an element (3GPP TS 23.040, 9.2.3.24); `"reserved"` if it has none.
#[must_use]
pub const fn element_name(id: u8) -> &'static str {
    match id {
        CONCAT_8 => "concatenation_8_bit",
        0x01 => "special_message_indication",
        0x04 => "application_port_8_bit",
        0x05 => "application_port_16_bit",
        0x06 => "smsc_control_parameters",
        0x07 => "udh_source_indicator",
        CONCAT_16 => "concatenation_16_bit",
        0x09 => "wcmp",
        0x0A => "ems_text_formatting",
        0x0B..=0x13 => "ems_object",
        0x14..=0x1A => "ems_extended_object",
        0x20 => "rfc_822_header",
        0x21 => "hyperlink_format",
        0x22 => "reply_address",
        0x23 => "enhanced_voice_mail",
        SINGLE_SHIFT => "national_language_single_shift",
        LOCKING_SHIFT => "national_language_locking_shift",
        0x70..=0x7F => "sim_toolkit_security_header",
        0x80..=0x9F => "sme_to_sme",
        0xC0..=0xDF => "centre_specific",
        _ => "reserved",
    }
}

/// One number inside an element.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ElementPart {
    /// What it says.
    pub name: &'static str,
    /// Where it stands, counted from the element's data.
    pub offset: usize,
    /// Its octets.
    pub length: usize,
    /// What it is.
    pub value: u32,
}

/// The numbers of an element whose layout is known and whose length is right; none for others.
#[must_use]
pub fn parts(element: &Element<'_>) -> Vec<ElementPart> {
    const LAYOUTS: &[(u8, &[(&str, usize)])] = &[
        (CONCAT_8, &[("reference", 1), ("total", 1), ("part", 1)]),
        (CONCAT_16, &[("reference", 2), ("total", 1), ("part", 1)]),
        (0x01, &[("indication", 1), ("count", 1)]),
        (0x04, &[("destination_port", 1), ("origin_port", 1)]),
        (0x05, &[("destination_port", 2), ("origin_port", 2)]),
        (SINGLE_SHIFT, &[("language", 1)]),
        (LOCKING_SHIFT, &[("language", 1)]),
    ];
    let layout = LAYOUTS
        .iter()
        .find(|(id, layout)| {
            *id == element.id && layout.iter().map(|(_, n)| n).sum::<usize>() == element.data.len()
        })
        .map_or::<&[(&str, usize)], _>(&[], |(_, layout)| layout);
    let mut offset = 0;
    layout
        .iter()
        .map(|&(name, length)| {
            let octets = &element.data[offset..offset + length];
            let part = ElementPart {
                name,
                offset,
                length,
                value: octets
                    .iter()
                    .fold(0, |value, &octet| value << 8 | u32::from(octet)),
            };
            offset += length;
            part
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn concat(octets: &[u8]) -> Option<(u16, bool, u8, u8)> {
        let info = Udh::parse(octets).unwrap().concat()?;
        Some((info.reference, info.wide, info.total, info.part))
    }

    #[test]
    fn the_two_concatenation_elements() {
        assert_eq!(
            concat(&[5, 0, 3, 0xAB, 3, 2, b'x']),
            Some((0xAB, false, 3, 2))
        );
        assert_eq!(
            concat(&[6, 8, 4, 0x12, 0x34, 2, 1]),
            Some((0x1234, true, 2, 1))
        );
    }

    #[test]
    fn the_later_of_two_counts_and_senseless_ones_do_not() {
        assert_eq!(
            concat(&[11, 0, 3, 1, 2, 1, 8, 4, 0, 9, 2, 2]),
            Some((9, true, 2, 2))
        );
        assert_eq!(concat(&[5, 0, 3, 1, 0, 0]), None);
        assert_eq!(concat(&[5, 0, 3, 1, 2, 0]), None);
        assert_eq!(concat(&[5, 0, 3, 1, 2, 3]), None);
        assert_eq!(
            concat(&[10, 0, 3, 1, 2, 1, 0, 3, 1, 2, 3]),
            Some((1, false, 2, 1)),
            "the senseless repeat is ignored"
        );
        assert_eq!(concat(&[4, 0, 2, 1, 1]), None, "wrong length");
    }

    #[test]
    fn unknown_elements_are_skipped_and_broken_ones_end_the_list() {
        assert_eq!(
            concat(&[9, 0x70, 2, 1, 2, 0, 3, 7, 2, 1]),
            Some((7, false, 2, 1))
        );
        let udh = Udh::parse(&[6, 0x70, 0, 0, 9, 1, 2, b't']).unwrap();
        assert_eq!(
            udh.elements().collect::<Vec<_>>(),
            [Element {
                id: 0x70,
                data: &[],
                offset: 1
            }]
        );
        assert_eq!(
            udh.as_bytes().len(),
            7,
            "the text still starts behind the header"
        );
        assert_eq!(
            Udh::parse(&[1, 0x70]).unwrap().elements().count(),
            0,
            "a single octet left over"
        );
    }

    #[test]
    fn a_header_longer_than_the_data_is_an_error() {
        assert_eq!(
            Udh::parse(&[5, 0, 3]),
            Err(UdhError {
                claimed: 6,
                available: 3
            })
        );
        assert_eq!(
            Udh::parse(&[]),
            Err(UdhError {
                claimed: 1,
                available: 0
            })
        );
        assert_eq!(Udh::parse(&[0]).unwrap().elements().count(), 0);
    }

    #[test]
    fn national_tables() {
        let udh = Udh::parse(&[6, 0x24, 1, 2, 0x25, 1, 1]).unwrap();
        assert_eq!(
            (udh.single_shift(), udh.locking_shift()),
            (Some(Language::Spanish), Some(Language::Turkish))
        );
        let udh = Udh::parse(&[6, 0x24, 1, 14, 0x25, 1, 2]).unwrap();
        assert_eq!(
            (udh.single_shift(), udh.locking_shift()),
            (None, None),
            "reserved, and Spanish has no locking table"
        );
    }

    #[test]
    fn what_is_wrong_with_a_header_is_said_in_words() {
        let error = Udh::parse(&[5, 0, 3]).unwrap_err();
        assert_eq!(error.to_string(), "a user data header of 6 octets in 3");
    }

    #[test]
    fn sar_counts_from_one_to_its_total() {
        let sar = |total, part| ConcatInfo::from_sar(0x1234, total, part);
        let first = ConcatInfo {
            reference: 0x1234,
            wide: true,
            total: 2,
            part: 1,
        };
        assert_eq!(sar(2, 1), Some(first));
        assert_eq!(sar(2, 2), Some(ConcatInfo { part: 2, ..first }));
        assert_eq!((sar(2, 0), sar(2, 3), sar(0, 0)), (None, None, None));
    }

    /// 3GPP TS 23.040, 9.2.3.24.
    #[test]
    fn elements_have_names() {
        for (ids, name) in [
            (0x00..=0x00, "concatenation_8_bit"),
            (0x01..=0x01, "special_message_indication"),
            (0x02..=0x03, "reserved"),
            (0x04..=0x04, "application_port_8_bit"),
            (0x05..=0x05, "application_port_16_bit"),
            (0x06..=0x06, "smsc_control_parameters"),
            (0x07..=0x07, "udh_source_indicator"),
            (0x08..=0x08, "concatenation_16_bit"),
            (0x09..=0x09, "wcmp"),
            (0x0A..=0x0A, "ems_text_formatting"),
            (0x0B..=0x13, "ems_object"),
            (0x14..=0x1A, "ems_extended_object"),
            (0x1B..=0x1F, "reserved"),
            (0x20..=0x20, "rfc_822_header"),
            (0x21..=0x21, "hyperlink_format"),
            (0x22..=0x22, "reply_address"),
            (0x23..=0x23, "enhanced_voice_mail"),
            (0x24..=0x24, "national_language_single_shift"),
            (0x25..=0x25, "national_language_locking_shift"),
            (0x26..=0x6F, "reserved"),
            (0x70..=0x7F, "sim_toolkit_security_header"),
            (0x80..=0x9F, "sme_to_sme"),
            (0xA0..=0xBF, "reserved"),
            (0xC0..=0xDF, "centre_specific"),
            (0xE0..=0xFF, "reserved"),
        ] {
            for id in ids {
                assert_eq!(element_name(id), name, "{id:#04X}");
            }
        }
    }

    #[test]
    fn the_numbers_of_an_element_are_named() {
        let numbers = |id, data: &[u8]| {
            let offset = 1;
            let parts = parts(&Element { id, data, offset }).into_iter();
            parts
                .map(|part| (part.name, part.offset, part.length, part.value))
                .collect::<Vec<_>>()
        };
        assert_eq!(
            numbers(0x08, &[0x12, 0x34, 3, 2]),
            [
                ("reference", 0, 2, 0x1234),
                ("total", 2, 1, 3),
                ("part", 3, 1, 2)
            ]
        );
        assert_eq!(
            numbers(0x05, &[0x0B, 0x84, 0x23, 0xF0]),
            [
                ("destination_port", 0, 2, 2_948),
                ("origin_port", 2, 2, 9_200)
            ]
        );
        assert_eq!(numbers(0x24, &[13]), [("language", 0, 1, 13)]);
        assert_eq!(numbers(0x08, &[0x12, 0x34, 3]), [], "too short");
        assert_eq!(numbers(0x70, &[1, 2, 3, 4]), [], "of no known layout");
    }

    #[test]
    fn a_forgotten_udhi_is_guessed_from_sane_numbers_only() {
        assert!(Udh::guess(&[5, 0, 3, 1, 2, 1, b'a']).is_some());
        assert!(Udh::guess(&[5, 0, 3, 1, 2, 3, b'a']).is_none());
        assert!(Udh::guess(b"Hello").is_none());
    }
}
