//! GSM 03.38: septets and characters, and septets packed into octets (3GPP TS 23.038, clause 6).

use super::{
    Language,
    national::{self, Locking},
};
use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;

/// The user data of one GSM message.
pub(super) const MESSAGE_OCTETS: usize = 140;
/// The septet that selects the next one from the single shift table.
pub(super) const ESCAPE: u8 = 0x1B;
/// Pads seven spare bits, so that they are not taken for an `@`.
const CARRIAGE_RETURN: u8 = 0x0D;
const EURO: u16 = 0x20AC;

/// The default alphabet; 0 at the escape.
static DEFAULT: Locking = [
    0x0040, 0x00A3, 0x0024, 0x00A5, 0x00E8, 0x00E9, 0x00F9, 0x00EC, //
    0x00F2, 0x00C7, 0x000A, 0x00D8, 0x00F8, 0x000D, 0x00C5, 0x00E5, //
    0x0394, 0x005F, 0x03A6, 0x0393, 0x039B, 0x03A9, 0x03A0, 0x03A8, //
    0x03A3, 0x0398, 0x039E, 0x0000, 0x00C6, 0x00E6, 0x00DF, 0x00C9, //
    0x0020, 0x0021, 0x0022, 0x0023, 0x00A4, 0x0025, 0x0026, 0x0027, //
    0x0028, 0x0029, 0x002A, 0x002B, 0x002C, 0x002D, 0x002E, 0x002F, //
    0x0030, 0x0031, 0x0032, 0x0033, 0x0034, 0x0035, 0x0036, 0x0037, //
    0x0038, 0x0039, 0x003A, 0x003B, 0x003C, 0x003D, 0x003E, 0x003F, //
    0x00A1, 0x0041, 0x0042, 0x0043, 0x0044, 0x0045, 0x0046, 0x0047, //
    0x0048, 0x0049, 0x004A, 0x004B, 0x004C, 0x004D, 0x004E, 0x004F, //
    0x0050, 0x0051, 0x0052, 0x0053, 0x0054, 0x0055, 0x0056, 0x0057, //
    0x0058, 0x0059, 0x005A, 0x00C4, 0x00D6, 0x00D1, 0x00DC, 0x00A7, //
    0x00BF, 0x0061, 0x0062, 0x0063, 0x0064, 0x0065, 0x0066, 0x0067, //
    0x0068, 0x0069, 0x006A, 0x006B, 0x006C, 0x006D, 0x006E, 0x006F, //
    0x0070, 0x0071, 0x0072, 0x0073, 0x0074, 0x0075, 0x0076, 0x0077, //
    0x0078, 0x0079, 0x007A, 0x00E4, 0x00F6, 0x00F1, 0x00FC, 0x00E0, //
];

/// The default extension table.
static EXTENSION: &[(u8, u16)] = &[
    (0x0A, 0x000C),
    (0x14, 0x005E),
    (0x28, 0x007B),
    (0x29, 0x007D),
    (0x2F, 0x005C),
    (0x3C, 0x005B),
    (0x3D, 0x007E),
    (0x3E, 0x005D),
    (0x40, 0x007C),
    (0x65, EURO),
];

/// The two tables in force: what elements 25 and 24 name, else the default ones.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Tables {
    pub locking: Option<Language>,
    pub shift: Option<Language>,
}

impl Tables {
    /// The language that is named, if any.
    pub fn language(self) -> Option<Language> {
        self.locking.or(self.shift)
    }

    fn locking_table(self) -> Cow<'static, Locking> {
        let national = self.locking.and_then(national::locking);
        national.unwrap_or(Cow::Borrowed(&DEFAULT))
    }

    fn shift_table(self) -> [&'static [(u8, u16)]; 2] {
        self.shift.map_or([EXTENSION, &[]], national::single_shift)
    }

    /// Appends the text of unpacked septets. Nothing fails: a septet without a character, or an octet that is
    /// no septet, is shown as near as can be, and `false` says so.
    pub fn decode(self, septets: impl Iterator<Item = u8>, out: &mut String) -> bool {
        self.decode_by(&self.locking_table(), septets, out)
    }

    fn decode_by(
        self,
        locking: &Locking,
        septets: impl Iterator<Item = u8>,
        out: &mut String,
    ) -> bool {
        let mut exact = true;
        let mut escaped = false;
        for septet in septets {
            let code = match (escaped, septet) {
                (_, 0x80..) => {
                    exact = false;
                    u16::from(septet) // a sender's error; its octet is Latin-1 if anything
                }
                (false, ESCAPE) => {
                    escaped = true;
                    continue;
                }
                (true, ESCAPE) => {
                    exact = false;
                    0x20 // kept for a further table
                }
                (false, _) => locking[usize::from(septet)],
                (true, _) => self.shifted(septet).unwrap_or_else(|| {
                    exact = false;
                    locking[usize::from(septet)]
                }),
            };
            escaped = false;
            exact &= code != 0;
            out.push(
                char::from_u32(code.into())
                    .filter(|c| *c != '\0')
                    .unwrap_or(char::REPLACEMENT_CHARACTER),
            );
        }
        exact && !escaped
    }

    /// As [`decode`](Self::decode), for septets that are one an octet.
    pub fn decode_unpacked(self, septets: &[u8], out: &mut String) -> bool {
        let locking = &*self.locking_table();
        let as_ascii = |&septet: &u8| {
            septet != ESCAPE
                && septet != 0
                && locking.get(usize::from(septet)) == Some(&u16::from(septet))
        };
        // Most texts begin, and many end, without a character that is not the same in ASCII.
        let plain = septets.iter().take_while(|s| as_ascii(s)).count();
        out.push_str(str::from_utf8(&septets[..plain]).unwrap_or_default());
        self.decode_by(locking, septets[plain..].iter().copied(), out)
    }

    fn shifted(self, septet: u8) -> Option<u16> {
        // The printed Telugu table lacks the euro that every other one has here, and handsets show it.
        if self.shift == Some(Language::Telugu) && septet == 0x65 {
            return Some(EURO);
        }
        self.shift_table()
            .into_iter()
            .flatten()
            .find(|(code, _)| *code == septet)
            .map(|(_, character)| *character)
    }
}

/// From characters to septets for one pair of tables: Latin-1 by index, one further page of 256 by index, the rest by search.
pub(super) struct Reverse {
    latin: [u8; 256],
    page: u8,
    paged: [u8; 256],
    others: [(u16, u8); 16],
}

/// The bit of a [`Reverse`] entry that asks for an escape.
const SHIFTED: u8 = 0x80;
/// No septet. Has the bit of what is not simply one septet.
const NONE: u8 = SHIFTED | ESCAPE;

/// The default alphabet and its extension table.
pub(super) static BASIC: Reverse = Reverse::new(0x03, &DEFAULT, [EXTENSION, &[]]);

impl Reverse {
    /// For two tables, of which at least one is a language's.
    pub fn of(tables: Tables) -> Reverse {
        use Language::{
            Bengali, Gujarati, Hindi, Kannada, Malayalam, Oriya, Portuguese, Punjabi, Spanish,
            Tamil, Telugu, Turkish, Urdu,
        };
        let page = match tables.language() {
            Some(Turkish) => 0x01,
            Some(Urdu) => 0x06,
            Some(Hindi | Bengali) => 0x09,
            Some(Punjabi | Gujarati) => 0x0A,
            Some(Oriya | Tamil) => 0x0B,
            Some(Telugu | Kannada) => 0x0C,
            Some(Malayalam) => 0x0D,
            Some(Spanish | Portuguese) | None => 0x03,
        };
        Reverse::new(page, &tables.locking_table(), tables.shift_table())
    }

    /// For these tables and this page. Loops by index, as a constant needs them.
    const fn new(page: u8, locking: &Locking, shift: [&[(u8, u16)]; 2]) -> Reverse {
        let mut reverse = Reverse {
            latin: [NONE; 256],
            page,
            paged: [NONE; 256],
            others: [(0, NONE); 16],
        };
        // Where two codes reach one character the locking table comes first, then the lower code.
        let mut septet = 0;
        while septet < locking.len() {
            if locking[septet] != 0 {
                reverse.enter(locking[septet], septet as u8);
            }
            septet += 1;
        }
        let mut row = 0;
        while row < shift[0].len() + shift[1].len() {
            let (septet, character) = match row.checked_sub(shift[0].len()) {
                None => shift[0][row],
                Some(row) => shift[1][row],
            };
            reverse.enter(character, SHIFTED | septet);
            row += 1;
        }
        reverse
    }

    #[inline(never)]
    const fn enter(&mut self, character: u16, code: u8) {
        let low = (character & 0xFF) as usize;
        let slot = if character < 0x100 {
            &mut self.latin[low]
        } else if (character >> 8) as u8 == self.page {
            &mut self.paged[low]
        } else {
            let mut at = 0;
            while self.others[at].0 != 0 && self.others[at].0 != character {
                at += 1;
            }
            self.others[at].0 = character;
            &mut self.others[at].1
        };
        if *slot == NONE {
            *slot = code;
        }
    }

    fn code(&self, c: char) -> u8 {
        let Ok(character) = u16::try_from(u32::from(c)) else {
            return NONE;
        };
        let [page, low] = character.to_be_bytes();
        if page == 0 {
            self.latin[usize::from(low)]
        } else if page == self.page {
            self.paged[usize::from(low)]
        } else {
            self.others
                .iter()
                .find(|(other, _)| *other == character)
                .map_or(NONE, |(_, code)| *code)
        }
    }

    /// The septets a character takes: 1, 2, or 0 if the tables lack it.
    pub fn cost(&self, c: char) -> usize {
        match self.code(c) {
            NONE => 0,
            code => 1 + usize::from(code >> 7),
        }
    }

    /// Appends the septets of a character; `false` if the tables lack it.
    pub fn put(&self, c: char, out: &mut Vec<u8>) -> bool {
        match self.code(c) {
            NONE => return false,
            code if code & SHIFTED != 0 => out.extend_from_slice(&[ESCAPE, code & !SHIFTED]),
            code => out.push(code),
        }
        true
    }

    /// Replaces `out` by the septets of a text in Latin-1; `false` if not each character is simply one septet.
    pub fn put_latin1(&self, text: &[u8], out: &mut Vec<u8>) -> bool {
        out.clear();
        let mut all = 0;
        out.extend(text.iter().map(|octet| {
            let septet = self.latin[usize::from(*octet)];
            all |= septet;
            septet
        }));
        all & SHIFTED == 0
    }

    /// Replaces `out` by the septets of the text up to the first character that is not simply one septet, and
    /// says how many units that were.
    pub fn put_plain(&self, units: &[u16], out: &mut Vec<u8>) -> usize {
        out.clear();
        out.resize(units.len(), 0);
        let mut all = 0;
        for (septet, unit) in out.iter_mut().zip(units) {
            // U+00FF is in no table, so that it can stand for all that is beyond Latin-1.
            *septet = self.latin[usize::from((*unit).min(0xFF))];
            all |= *septet;
        }
        if all & SHIFTED != 0 {
            out.truncate(
                out.iter()
                    .position(|septet| septet & SHIFTED != 0)
                    .unwrap_or(units.len()),
            );
        }
        out.len()
    }
}

/// The bits between a header of `header` octets (UDHL included) and the first septet behind it.
pub(super) fn fill_bits(header: usize) -> usize {
    (7 - header * 8 % 7) % 7
}

/// Whether septets that end here would lose the last one to a reader that drops padding.
pub(super) fn looks_padded(septets: &[u8], fill: usize) -> bool {
    (fill + 7 * septets.len()).is_multiple_of(8)
        && matches!(septets.last(), Some(&(0 | CARRIAGE_RETURN)))
}

/// Appends septets packed low bits first, behind the fill bits of a header of `header` octets. Seven bits left over are
/// filled with a carriage return; one more goes behind what would be taken for that, if there is room.
pub(super) fn pack(septets: &[u8], header: usize, out: &mut Vec<u8>) {
    let fill = fill_bits(header);
    let used = fill + 7 * septets.len();
    let pad = used % 8 == 1 || looks_padded(septets, fill) && header + used / 8 < MESSAGE_OCTETS;
    let pad = pad.then_some(CARRIAGE_RETURN);
    let mut bits = fill;
    let mut buffer = 0u32;
    for septet in septets.iter().copied().chain(pad) {
        buffer |= u32::from(septet & 0x7F) << bits;
        bits += 7;
        if bits >= 8 {
            out.push(buffer as u8);
            buffer >>= 8;
            bits -= 8;
        }
    }
    if bits > 0 {
        out.push(buffer as u8);
    }
}

/// The septets of packed octets. A final `@` or carriage return that fills the last seven bits of the last octet is
/// taken for padding.
pub(super) fn unpack(octets: &[u8], fill: usize) -> impl Iterator<Item = u8> {
    let septet = move |index: usize| {
        let bit = fill + 7 * index;
        let low = u16::from(octets[bit / 8]);
        let high = u16::from(octets.get(bit / 8 + 1).copied().unwrap_or(0));
        ((high << 8 | low) >> (bit % 8)) as u8 & 0x7F
    };
    let bits = (octets.len() * 8).saturating_sub(fill);
    let count = bits / 7;
    let padded =
        count > 0 && bits.is_multiple_of(7) && matches!(septet(count - 1), 0 | CARRIAGE_RETURN);
    (0..count - usize::from(padded)).map(septet)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packing_of_hello() {
        let mut out = Vec::new();
        pack(b"hello", 0, &mut out);
        assert_eq!(out, [0xE8, 0x32, 0x9B, 0xFD, 0x06]);
        assert_eq!(unpack(&out, 0).collect::<Vec<_>>(), b"hello");
    }

    #[test]
    fn fill_bits_of_every_header_in_use() {
        let expected = [
            (0, 0),
            (4, 3),
            (5, 2),
            (6, 1),
            (7, 0),
            (9, 5),
            (10, 4),
            (12, 2),
            (13, 1),
        ];
        for (header, fill) in expected {
            assert_eq!(fill_bits(header), fill, "header of {header} octets");
        }
    }

    #[test]
    fn seven_spare_bits_are_no_commercial_at() {
        let mut out = Vec::new();
        pack(b"1234567", 0, &mut out);
        assert_eq!(out.len(), 7);
        assert_eq!(out[6] >> 1, 0x0D);
        assert_eq!(unpack(&out, 0).collect::<Vec<_>>(), b"1234567");
        out[6] &= 1; // as a writer that pads with zero has it
        assert_eq!(unpack(&out, 0).collect::<Vec<_>>(), b"1234567");
    }

    #[test]
    fn no_octets_are_no_septets() {
        assert_eq!(unpack(&[], 0).count(), 0);
    }

    /// 3GPP TS 23.038, 6.1.2.3.1: a last `@` or carriage return that ends with an octet gets a carriage return behind it.
    #[test]
    fn what_would_be_taken_for_padding_is_marked_where_there_is_room() {
        for (count, header, octets) in [
            (8, 0, 8),
            (152, 0, 134),
            (160, 0, 140),
            (144, 7, 127),
            (152, 7, 133),
        ] {
            let mut septets = vec![1; count];
            septets[count - 1] = 0;
            let mut out = Vec::new();
            pack(&septets, header, &mut out);
            assert_eq!(out.len(), octets, "{count} behind {header}");
        }
    }

    #[test]
    fn escapes_that_lead_nowhere_never_fail() {
        let decode = |septets: &[u8]| {
            let mut text = String::new();
            let exact = Tables::default().decode(septets.iter().copied(), &mut text);
            (text, exact)
        };
        assert_eq!(decode(&[0x1B, 0x41]), ("A".into(), false));
        assert_eq!(decode(&[0x1B, 0x1B, 0x41]), (" A".into(), false));
        assert_eq!(decode(&[0x41, 0x1B]), ("A".into(), false));
        assert_eq!(decode(&[0x1B, 0x65]), ("€".into(), true));
        assert_eq!(decode(&[0xE9]), ("é".into(), false));
    }
}
