//! Message identifiers across hexadecimal and decimal. An SMSC that counts in numbers may write them in hexadecimal in
//! `submit_sm_resp` and in decimal in its receipts, or the other way.

use alloc::vec::Vec;

/// In which form an SMSC writes identifiers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum MessageIdFormat {
    /// The same in responses and receipts.
    #[default]
    AsIs,
    /// Hexadecimal in responses, decimal in receipts.
    HexResponse,
    /// Decimal in responses, hexadecimal in receipts.
    HexReceipt,
}

impl MessageIdFormat {
    /// Every value, in the order of declaration.
    pub const ALL: &'static [MessageIdFormat] = &[Self::AsIs, Self::HexResponse, Self::HexReceipt];

    /// `as-is`, `hex-response` or `hex-receipt`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::AsIs => "as-is",
            Self::HexResponse => "hex-response",
            Self::HexReceipt => "hex-receipt",
        }
    }

    /// The format of a name, exactly as [`as_str`](Self::as_str) spells it.
    #[must_use]
    pub fn by_name(name: &str) -> Option<MessageIdFormat> {
        let named = |format: &&MessageIdFormat| format.as_str() == name;
        Self::ALL.iter().find(named).copied()
    }
}

/// Where an identifier stood.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// In `submit_sm_resp` and its like.
    Response,
    /// In a receipt, text or TLV.
    Receipt,
}

/// The longest identifier SMPP allows (5.2.23), so that converting takes bounded work.
const LONGEST: usize = 64;

/// Replaces `out` by the identifier of a receipt as the response would have it: decimal to lower-case hexadecimal, or
/// hexadecimal to decimal. What is not all digits of its base, or longer than SMPP allows, stays as it is.
pub fn in_response_form(id: &[u8], format: MessageIdFormat, out: &mut Vec<u8>) {
    out.clear();
    let converted = match format {
        MessageIdFormat::AsIs => false,
        MessageIdFormat::HexResponse => convert(id, 10, 16, out),
        MessageIdFormat::HexReceipt => convert(id, 16, 10, out),
    };
    if !converted {
        out.extend_from_slice(id);
    }
}

/// Replaces `out` by what two writings of one identifier have in common: in the response's base, lower case, without
/// leading zeros. An identifier that is no number stays as it is.
pub fn key(id: &[u8], side: Side, format: MessageIdFormat, out: &mut Vec<u8>) {
    match side {
        Side::Receipt => in_response_form(id, format, out),
        Side::Response => {
            out.clear();
            out.extend_from_slice(id);
        }
    }
    canonicalise(out);
}

/// Puts a number into lower case, without leading zeros, `0x`, brackets or quotes around it, or the dashes of a UUID.
/// Returns whether that changed it.
pub(crate) fn canonicalise(id: &mut Vec<u8>) -> bool {
    if is_canonical(id) {
        return false;
    }
    let bare = without_brackets(id);
    let start = bare.as_ptr().addr() - id.as_ptr().addr();
    let end = start + bare.len();
    let prefix = if let [b'0', b'x' | b'X', _, ..] = bare {
        2
    } else {
        0
    };
    let start = start + prefix;
    let digits = &id[start..end];
    let (mut hex, mut dashes) = (0, 0);
    for octet in digits {
        match octet {
            b'-' => dashes += 1,
            _ if octet.is_ascii_hexdigit() => hex += 1,
            // No number: nothing but the brackets is known to mean nothing.
            _ => return take_part(id, start - prefix, end),
        }
    }
    if hex == 0 || dashes > 0 && hex < LEAST_DASHED {
        return take_part(id, start - prefix, end);
    }
    let mut changed = take_part(id, start, end);
    if dashes > 0 {
        id.retain(|octet| *octet != b'-');
        changed = true;
    }
    let zeros = id.iter().take_while(|digit| **digit == b'0').count();
    let spare = zeros.min(id.len() - 1);
    if spare > 0 || id.iter().any(u8::is_ascii_uppercase) {
        id.make_ascii_lowercase();
        cut_off(id, spare);
        changed = true;
    }
    changed
}

/// As most are: a number in lower case that starts with its first digit.
fn is_canonical(id: &[u8]) -> bool {
    matches!(id, [b'1'..=b'9' | b'a'..=b'f', ..])
        && id
            .iter()
            .all(|octet| matches!(octet, b'0'..=b'9' | b'a'..=b'f'))
}

/// Digits of an identifier whose dashes do not count; in a shorter one they may be all that distinguishes two.
const LEAST_DASHED: usize = 16;

/// The identifier without blanks, and without the brackets or quotes that are around all of it.
fn without_brackets(id: &[u8]) -> &[u8] {
    let mut bare = id.trim_ascii();
    while let [b'{', inner @ .., b'}']
    | [b'<', inner @ .., b'>']
    | [b'[', inner @ .., b']']
    | [b'(', inner @ .., b')']
    | [b'"', inner @ .., b'"']
    | [b'\'', inner @ .., b'\''] = bare
        && !inner.is_empty()
    {
        bare = inner.trim_ascii();
    }
    bare
}

/// Keeps a part of it. Returns whether that changed it.
fn take_part(id: &mut Vec<u8>, start: usize, end: usize) -> bool {
    let changed = end - start < id.len();
    id.truncate(end);
    cut_off(id, start);
    changed
}

/// Takes octets off its front.
fn cut_off(id: &mut Vec<u8>, front: usize) {
    if front > 0 {
        id.copy_within(front.., 0);
        id.truncate(id.len() - front);
    }
}

/// Appends a number in another base; `false`, with nothing appended, if it is none.
fn convert(digits: &[u8], from: u32, to: u32, out: &mut Vec<u8>) -> bool {
    if digits.is_empty()
        || digits.len() > LONGEST
        || !digits.iter().all(|digit| char::from(*digit).is_digit(from))
    {
        return false;
    }
    // 64 hexadecimal digits are 256 bits. Low limb first.
    let mut limbs = [0u32; 8];
    for digit in digits {
        let mut carry = u64::from(char::from(*digit).to_digit(from).unwrap_or(0));
        for limb in &mut limbs {
            let product = u64::from(*limb) * u64::from(from) + carry;
            *limb = product as u32;
            carry = product >> 32;
        }
    }
    let start = out.len();
    loop {
        let mut remainder = 0u64;
        for limb in limbs.iter_mut().rev() {
            let dividend = remainder << 32 | u64::from(*limb);
            *limb = (dividend / u64::from(to)) as u32;
            remainder = dividend % u64::from(to);
        }
        out.push(b"0123456789abcdef"[remainder as usize]);
        if limbs == [0; 8] {
            break;
        }
    }
    out[start..].reverse();
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    fn response_form(id: &str, format: MessageIdFormat) -> String {
        let mut out = Vec::new();
        in_response_form(id.as_bytes(), format, &mut out);
        String::from_utf8(out).unwrap()
    }

    fn same(response: &str, receipt: &str, format: MessageIdFormat) -> bool {
        let (mut left, mut right) = (Vec::new(), Vec::new());
        key(response.as_bytes(), Side::Response, format, &mut left);
        key(receipt.as_bytes(), Side::Receipt, format, &mut right);
        left == right
    }

    #[test]
    fn a_receipts_identifier_in_the_responses_form() {
        use MessageIdFormat::*;
        assert_eq!(response_form("1914747755", HexResponse), "7220bb6b");
        assert_eq!(response_form("7220BB6B", HexReceipt), "1914747755");
        assert_eq!(
            response_form("64567564356765435676", HexResponse),
            "3800e11b0592d471c",
            "over 64 bits"
        );
        assert_eq!(response_form("0", HexResponse), "0");
        assert_eq!(response_form("7220BB6B", AsIs), "7220BB6B");
    }

    #[test]
    fn what_is_no_number_is_not_rewritten() {
        use MessageIdFormat::*;
        for id in [
            "abc-1",
            "0x1A2B",
            "7220bb6b",
            "",
            " 12",
            "1479978899.393701000100",
        ] {
            assert_eq!(response_form(id, HexResponse), id);
        }
        assert_eq!(response_form("12g", HexReceipt), "12g");
        let long = "1".repeat(65);
        assert_eq!(response_form(&long, HexResponse), long);
    }

    #[test]
    fn the_longest_number_converts_both_ways() {
        use MessageIdFormat::*;
        let hex = "f".repeat(64);
        let decimal =
            "115792089237316195423570985008687907853269984665640564039457584007913129639935";
        assert_eq!(response_form(&hex, HexReceipt), decimal);
        let nines = "9".repeat(64);
        assert_eq!(
            response_form(&response_form(&nines, HexResponse), HexReceipt),
            nines
        );
    }

    #[test]
    fn keys_meet_across_forms() {
        use MessageIdFormat::*;
        assert!(same("33E95179", "870928761", HexResponse));
        assert!(
            same("04000000086ECD50", "288230376293190992", HexResponse),
            "padded to sixteen digits"
        );
        assert!(same("706678557", "0000706678557", AsIs));
        assert!(same("1914747755", "7220BB6B", HexReceipt));
        assert!(!same("33E95179", "870928761", AsIs));
        assert!(!same("ab-1", "AB-1", AsIs), "no number: case counts");
        assert!(same("000", "0", AsIs));
        assert!(!same("000", "", AsIs), "nought is a number of one digit");
        assert!(!same("0", "", AsIs));
    }

    /// An identifier, its key, and whether they differ.
    #[test]
    fn a_key_says_whether_it_differs() {
        for (id, key, changes) in [
            ("12", "12", false),
            ("ab-1", "ab-1", false),
            ("0xyz", "0xyz", false),
            ("0x1-2", "0x1-2", false),
            ("", "", false),
            ("012", "12", true),
            ("AB", "ab", true),
            ("{12}", "12", true),
            ("{m-1}", "m-1", true),
            (" m-1", "m-1", true),
            ("0x12", "12", true),
            ("1234567-890123456", "1234567890123456", true),
        ] {
            let mut written = id.as_bytes().to_vec();
            assert_eq!(canonicalise(&mut written), changes, "{id}");
            assert_eq!(String::from_utf8(written).unwrap(), key);
        }
    }

    #[test]
    fn a_format_has_a_name() {
        let formats = ["as-is", "hex-response", "hex-receipt"].map(MessageIdFormat::by_name);
        let all: Vec<_> = MessageIdFormat::ALL.iter().copied().map(Some).collect();
        assert_eq!(formats, all[..]);
        assert_eq!(MessageIdFormat::by_name("hex"), None);
    }

    #[test]
    fn a_uuid_meets_itself_in_any_spelling() {
        use MessageIdFormat::AsIs;
        let id = "AE0B1C2D-07FC-4162-8004-C5549761445A";
        for other in [
            "ae0b1c2d-07fc-4162-8004-c5549761445a",
            "{AE0B1C2D-07FC-4162-8004-C5549761445A}",
            "ae0b1c2d07fc41628004c5549761445a",
            "<ae0b1c2d07fc41628004c5549761445a>",
            "\"AE0B1C2D07FC41628004C5549761445A\"",
            "(ae0b1c2d07fc41628004c5549761445a)",
            "[ae0b1c2d07fc41628004c5549761445a]",
            "'ae0b1c2d07fc41628004c5549761445a'",
            "0xAE0B1C2D07FC41628004C5549761445A",
        ] {
            assert!(same(id, other, AsIs), "{other}");
        }
        assert!(same(
            "0000000a-07fc-4162-8004-c5549761445a",
            "a07fc41628004c5549761445a",
            AsIs
        ));
        assert!(same("{m-1}", "m-1", AsIs), "brackets around a name");
        for (one, other) in [
            ("12-3", "1-23"),
            ("{m-1", "m-1"),
            ("{}", ""),
            ("x{1}", "x1"),
            ("-", ""),
            ("0x", "x"),
        ] {
            assert!(!same(one, other, AsIs), "{one} {other}");
        }
        assert!(same("1234567-890123456", "1234567890123456", AsIs));
        assert!(
            !same("123456-789012345", "123456789012345", AsIs),
            "too short to leave dashes out"
        );
    }
}
