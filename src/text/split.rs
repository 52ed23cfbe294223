//! Where a coded text is cut (3GPP TS 23.040, 9.2.3.24.1), and how much of a segment it takes.

use super::cluster::{cluster, code_point};
use super::gsm::{self, BASIC, ESCAPE, MESSAGE_OCTETS};

/// The longest `short_message` of SMPP 3.4.
const SHORT_MESSAGE_OCTETS: usize = 254;

/// How the octets of a coded text count against a segment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Measure {
    /// One septet an octet; an escape stays with what it selects.
    #[default]
    Septets,
    /// Septets that will be packed: no segment ends on an octet boundary with what readers take for padding.
    PackedSeptets,
    /// An octet an octet.
    Octets,
    /// UTF-16: a surrogate pair is never parted, a grapheme cluster only if it is longer than a segment.
    Units,
    /// Latin-1 or ASCII that the SMSC turns into septets.
    LatinAsSeptets,
    /// UTF-8 that the SMSC turns into septets.
    Utf8AsSeptets,
    /// UTF-8 that the SMSC turns into UTF-16.
    Utf8AsUnits,
    /// Octets in characters of one or two.
    ShiftJis,
    /// Octets in characters of one to three.
    EucJp,
    /// Octets in characters of one or two.
    EucKr,
}

use Measure::{
    EucJp, EucKr, LatinAsSeptets, Octets, PackedSeptets, Septets, ShiftJis, Units, Utf8AsSeptets,
    Utf8AsUnits,
};

/// One stretch of a coded text.
pub(super) struct Stretch {
    /// Where it ends, in octets of the coded text.
    pub end: usize,
    /// What it takes of a segment.
    pub cost: usize,
}

impl Measure {
    /// For Latin-1, ASCII or UTF-8: as septets if the SMSC can make septets of all of it.
    pub fn of_text(coded: &[u8], utf8: bool) -> Measure {
        let in_gsm = chars(coded, 0, utf8).all(|(_, c)| BASIC.cost(c) > 0);
        match (utf8, in_gsm) {
            (false, true) => LatinAsSeptets,
            (false, false) => Octets,
            (true, true) => Utf8AsSeptets,
            (true, false) => Utf8AsUnits,
        }
    }

    /// What one segment holds beside a header of `header` octets (UDHL included).
    pub fn capacity(self, header: usize) -> usize {
        let octets = MESSAGE_OCTETS.saturating_sub(header);
        match self {
            Septets | PackedSeptets | LatinAsSeptets | Utf8AsSeptets => octets * 8 / 7,
            Octets | ShiftJis | EucJp | EucKr => octets,
            Units | Utf8AsUnits => octets / 2,
        }
    }

    /// As much of `coded` from `start` on as one segment beside `header` octets holds, of which `written` stand before
    /// the text and the others are the SMSC's to write; never nothing, if the capacity is three or more.
    pub fn stretch(self, coded: &[u8], start: usize, header: usize, written: usize) -> Stretch {
        let capacity = self.capacity(header);
        let rest = coded.len() - start;
        match self {
            Octets => {
                let cost = rest.min(capacity);
                Stretch {
                    end: start + cost,
                    cost,
                }
            }
            Septets | PackedSeptets => {
                let mut cost = rest.min(capacity);
                let ends_badly = |cost| {
                    let septets = &coded[start..start + cost];
                    septets.last() == Some(&ESCAPE)
                        || self == PackedSeptets
                            && gsm::looks_padded(septets, gsm::fill_bits(written))
                };
                while cost < rest && ends_badly(cost) {
                    cost -= 1;
                }
                Stretch {
                    end: start + cost,
                    cost,
                }
            }
            Units if rest / 2 <= capacity => Stretch {
                end: coded.len(),
                cost: rest / 2,
            },
            Units => {
                let (from, mut cost) = (start / 2, 0);
                while cost < rest / 2 {
                    let mut next = cluster(coded, from + cost, capacity);
                    if next > capacity {
                        next = code_point(coded, from + cost).map_or(1, |(_, units)| units);
                    }
                    if cost + next > capacity {
                        break;
                    }
                    cost += next;
                }
                Stretch {
                    end: start + 2 * cost,
                    cost,
                }
            }
            ShiftJis | EucJp | EucKr => {
                let mut cost = 0;
                while cost < rest {
                    let next = self.character_octets(coded[start + cost]).min(rest - cost);
                    if cost + next > capacity {
                        break;
                    }
                    cost += next;
                }
                Stretch {
                    end: start + cost,
                    cost,
                }
            }
            LatinAsSeptets | Utf8AsSeptets | Utf8AsUnits => {
                let mut stretch = Stretch {
                    end: start,
                    cost: 0,
                };
                for (end, c) in chars(coded, start, self != LatinAsSeptets) {
                    let cost = stretch.cost
                        + if self == Utf8AsUnits {
                            c.len_utf16()
                        } else {
                            BASIC.cost(c)
                        };
                    if cost > capacity || end - start > SHORT_MESSAGE_OCTETS - written {
                        break;
                    }
                    stretch = Stretch { end, cost };
                }
                stretch
            }
        }
    }

    /// The octets of the character that `first` begins.
    fn character_octets(self, first: u8) -> usize {
        match (self, first) {
            (EucJp, 0x8F) => 3,
            (ShiftJis, 0x81..=0x9F | 0xE0..=0xFC) => 2,
            (EucJp, 0x8E | 0xA1..=0xFE) => 2,
            (EucKr, 0x81..=0xFE) => 2,
            _ => 1,
        }
    }
}

/// The characters from `start` on, each with where it ends.
fn chars(coded: &[u8], start: usize, utf8: bool) -> impl Iterator<Item = (usize, char)> {
    let text = if utf8 {
        core::str::from_utf8(&coded[start..]).unwrap_or_default()
    } else {
        ""
    };
    let octets = if utf8 { &[] } else { &coded[start..] };
    let of_text = text
        .char_indices()
        .map(move |(at, c)| (start + at + c.len_utf8(), c));
    let of_octets = octets
        .iter()
        .enumerate()
        .map(move |(at, octet)| (start + at + 1, char::from(*octet)));
    of_text.chain(of_octets)
}
