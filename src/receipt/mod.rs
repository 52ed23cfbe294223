//! Delivery receipts: the text of SMPP 3.4, appendix B, with what SMSCs make of it, and the TLVs.
//!
//! [`from_deliver`] reads a `deliver_sm` or `data_sm`; [`parse`] a text alone. Nothing is copied or allocated.

use alloc::vec::Vec;

mod date;
mod id;
mod status;
mod text;
mod write;

pub use date::{unix_ms, unix_ms_in};
#[cfg(all(feature = "wasm", target_family = "wasm", target_os = "unknown"))]
pub(crate) use id::canonicalise;
pub use id::{MessageIdFormat, Side, in_response_form, key};
pub use status::Status;
pub use text::{Extra, Receipt, parse, read};
pub use write::{ReceiptFields, write_receipt};

/// esm_class, SMPP 3.4, 5.2.12.
const MESSAGE_TYPE: u8 = 0x3C;
const DELIVERY_RECEIPT: u8 = 0x04;
const INTERMEDIATE_NOTIFICATION: u8 = 0x20;
const UDHI: u8 = 0x40;

/// The TLVs that speak of a receipt, as their values came.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ReceiptTlvs<'a> {
    /// `receipted_message_id` (0x001E), with or without its NUL.
    pub receipted_message_id: Option<&'a [u8]>,
    /// `message_state` (0x0427).
    pub message_state: Option<u8>,
    /// `network_error_code` (0x0423): network type, then a code of two octets.
    pub network_error_code: Option<&'a [u8]>,
}

/// `network_error_code`, SMPP 3.4, 5.3.2.31.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
pub struct NetworkError {
    /// 3 is GSM, 8 the SMSC itself.
    pub network_type: u8,
    /// The code in that network.
    pub code: u16,
}

/// What an SMSC says of a message (SMPP 3.4, 2.11 and appendix B; 5.0, 4.3.5).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Report<'a> {
    /// The text as it came, behind its user data header.
    pub raw: &'a [u8],
    /// What the text says.
    pub receipt: Receipt<'a>,
    /// What the TLVs say.
    pub tlvs: ReceiptTlvs<'a>,
    /// An intermediate notification (esm_class 0x20), never final.
    pub intermediate: bool,
}

/// Reads a `deliver_sm` or `data_sm`: `text` is its `short_message`, or its `message_payload` where that is empty.
///
/// `None` if it is not about a message sent: an ordinary message or an acknowledgement by a subscriber. By esm_class a
/// receipt is one even if nothing in it can be read; without, the TLVs for identifier and state make it one.
#[must_use]
pub fn from_deliver<'a>(
    esm_class: u8,
    text: &'a [u8],
    tlvs: ReceiptTlvs<'a>,
) -> Option<Report<'a>> {
    let raw = if esm_class & UDHI != 0 {
        skip_udh(text)
    } else {
        text
    };
    let report = |intermediate| {
        Some(Report {
            raw,
            receipt: read(raw),
            tlvs,
            intermediate,
        })
    };
    match esm_class & MESSAGE_TYPE {
        DELIVERY_RECEIPT => report(false),
        INTERMEDIATE_NOTIFICATION => report(true),
        0 if tlvs.receipted_message_id.is_some() && tlvs.message_state.is_some() => report(false),
        // Two types at once are reserved; the text decides.
        kind if kind & DELIVERY_RECEIPT != 0 && parse(raw).is_some() => report(false),
        _ => None,
    }
}

/// The order of the bytes of a text in UTF-16, where it reads as one of ASCII characters or has a byte order mark.
fn byte_order(text: &[u8]) -> Option<(Order, usize)> {
    match text {
        [0xFE, 0xFF, ..] => Some((Order::Big, 2)),
        [0xFF, 0xFE, ..] => Some((Order::Little, 2)),
        [0, low, ..] if *low > 0 => Some((Order::Big, 0)),
        [low, 0, ..] if *low > 0 => Some((Order::Little, 0)),
        _ => None,
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Order {
    Big,
    Little,
}

/// Whether a receipt's text is in UTF-16, and not only said to be: some SMSCs copy the `data_coding` of the message, but
/// write ASCII.
pub(crate) fn is_wide(text: &[u8]) -> bool {
    byte_order(text).is_some()
}

/// As [`from_deliver`], for a text in UTF-16 (`data_coding` 8) of either byte order. Its fields, which are ASCII, are put
/// into `room`, a question mark for what is not; the beginning of the message and [`Report::raw`] stay as they came.
#[must_use]
pub fn from_wide_deliver<'a>(
    esm_class: u8,
    text: &'a [u8],
    tlvs: ReceiptTlvs<'a>,
    room: &'a mut Vec<u8>,
) -> Option<Report<'a>> {
    let raw = if esm_class & UDHI != 0 {
        skip_udh(text)
    } else {
        text
    };
    let (order, mark) = byte_order(raw).unwrap_or((Order::Big, 0));
    room.clear();
    room.extend(raw[mark..].chunks_exact(2).map(|unit| match (order, unit) {
        (Order::Big, [0, octet]) | (Order::Little, [octet, 0]) => *octet,
        _ => b'?',
    }));
    let room = &room[..];
    let mut report = from_deliver(esm_class & !UDHI, room, tlvs)?;
    report.raw = raw;
    // The message runs to the end, but for NULs.
    report.receipt.text = report.receipt.text.map(|text| {
        let start = mark + 2 * (text.as_ptr().addr() - room.as_ptr().addr());
        &raw[start..start + 2 * text.len()]
    });
    Some(report)
}

/// For an SMSC that leaves esm_class at 0 on receipts: a text that starts with `id:` and has a `stat:`. A subscriber
/// can write such a text, so this is for those who ask for it.
#[must_use]
pub fn from_plain_text<'a>(text: &'a [u8], tlvs: ReceiptTlvs<'a>) -> Option<Report<'a>> {
    if !text
        .get(..3)
        .is_some_and(|label| label.eq_ignore_ascii_case(b"id:"))
    {
        return None;
    }
    Some(Report {
        raw: text,
        receipt: parse(text)?,
        tlvs,
        intermediate: false,
    })
}

/// The text behind the user data header; all of it if the header claims more than there is.
fn skip_udh(text: &[u8]) -> &[u8] {
    text.first()
        .and_then(|length| text.get(1 + usize::from(*length)..))
        .unwrap_or(text)
}

impl<'a> Report<'a> {
    /// The identifier, by TLV else by text, as the SMSC wrote it; see [`in_response_form`].
    #[must_use]
    pub fn message_id(&self) -> Option<&'a [u8]> {
        let tlv = self.tlvs.receipted_message_id.map(|id| {
            let end = id.iter().position(|octet| *octet == 0).unwrap_or(id.len());
            id[..end].trim_ascii()
        });
        tlv.filter(|id| !id.is_empty())
            .or(self.receipt.id.filter(|id| !id.is_empty()))
    }

    /// Replaces `out` by the identifier in the form the response had; see [`in_response_form`]. Where TLV and text have
    /// it in both forms, the TLV is as the response was, and stays.
    pub fn response_id(&self, format: MessageIdFormat, out: &mut Vec<u8>) {
        let id = self.message_id().unwrap_or_default();
        if let Some(text) = self.receipt.id
            && text != id
        {
            key(text, Side::Receipt, format, out);
            let converted = core::mem::take(out);
            key(id, Side::Response, format, out);
            if *out == converted {
                out.clear();
                out.extend_from_slice(id);
                return;
            }
        }
        in_response_form(id, format, out);
    }

    /// Replaces `out` by what this receipt and the response it belongs to have in common; see [`key`].
    pub fn key(&self, format: MessageIdFormat, out: &mut Vec<u8>) {
        self.response_id(format, out);
        id::canonicalise(out);
    }

    /// The state, by TLV else by text; [`Status::Unknown`] if neither says one that is known.
    ///
    /// A `message_state` of 0, which 3.4 reserves and SMSCs send for want of a better, gives way to the text.
    #[must_use]
    pub fn status(&self) -> Status {
        let text = || self.receipt.status();
        match self.tlvs.message_state {
            Some(0) => text().or(Some(Status::Scheduled)),
            Some(state) => Status::from_message_state(state).or_else(text),
            None => text(),
        }
        .unwrap_or(Status::Unknown)
    }

    /// Whether nothing more is to come.
    #[must_use]
    pub fn is_final(&self) -> bool {
        !self.intermediate && self.status().is_final()
    }

    /// The `network_error_code`, if it has its three octets.
    #[must_use]
    pub fn network_error(&self) -> Option<NetworkError> {
        match self.tlvs.network_error_code {
            Some(&[network_type, high, low]) => Some(NetworkError {
                network_type,
                code: u16::from_be_bytes([high, low]),
            }),
            _ => None,
        }
    }

    /// The submit date in Unix milliseconds; see [`unix_ms`].
    #[must_use]
    pub fn submitted_at(&self) -> Option<i64> {
        self.submitted_at_in(0)
    }

    /// The done date in Unix milliseconds; see [`unix_ms`].
    #[must_use]
    pub fn done_at(&self) -> Option<i64> {
        self.done_at_in(0)
    }

    /// The submit date of an SMSC whose clock is `zone` minutes ahead of UTC; see [`unix_ms_in`].
    #[must_use]
    pub fn submitted_at_in(&self, zone: i32) -> Option<i64> {
        let date = self.receipt.submit_date?;
        unix_ms_in(date, zone)
    }

    /// The done date, likewise.
    #[must_use]
    pub fn done_at_in(&self, zone: i32) -> Option<i64> {
        let date = self.receipt.done_date?;
        unix_ms_in(date, zone)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &[u8] = b"id:42 sub:001 dlvrd:001 submit date:2601021530 done date:2601021531 stat:DELIVRD err:000 text:Hi";

    #[test]
    fn esm_class_decides() {
        let report = |esm_class| from_deliver(esm_class, TEXT, ReceiptTlvs::default());
        assert!(
            report(0x00).is_none(),
            "an ordinary message may quote a receipt"
        );
        assert!(report(0x08).is_none() && report(0x10).is_none() && report(0x18).is_none());
        assert!(report(0x04).unwrap().is_final());
        assert!(
            report(0x07).is_some(),
            "the messaging mode means nothing here"
        );
        assert!(report(0x20).unwrap().intermediate && !report(0x20).unwrap().is_final());
        assert!(
            report(0x0C).is_some(),
            "two types, and it reads as a receipt"
        );
        assert!(from_deliver(0x0C, b"thanks", ReceiptTlvs::default()).is_none());
    }

    #[test]
    fn tlvs_alone_are_a_receipt() {
        let tlvs = ReceiptTlvs {
            receipted_message_id: Some(b"ab12\0"),
            message_state: Some(5),
            network_error_code: Some(&[3, 0, 0x20]),
        };
        let report = from_deliver(0x00, b"", tlvs).unwrap();
        assert_eq!(report.message_id(), Some(&b"ab12"[..]));
        assert_eq!(report.status(), Status::Undeliverable);
        assert_eq!(
            report.network_error(),
            Some(NetworkError {
                network_type: 3,
                code: 32
            })
        );
        assert_eq!(report.submitted_at(), None);
        let half = ReceiptTlvs {
            message_state: None,
            ..tlvs
        };
        assert!(from_deliver(0x00, b"", half).is_none());
    }

    #[test]
    fn tlvs_win_over_the_text() {
        let tlvs = ReceiptTlvs {
            receipted_message_id: Some(b"2a"),
            message_state: Some(3),
            network_error_code: None,
        };
        let report = from_deliver(0x04, TEXT, tlvs).unwrap();
        assert_eq!(report.message_id(), Some(&b"2a"[..]));
        assert_eq!(report.receipt.id, Some(&b"42"[..]));
        assert_eq!(report.status(), Status::Expired);
    }

    #[test]
    fn a_state_of_zero_or_beyond_nine_gives_way_to_the_text() {
        let with = |state| {
            from_deliver(
                0x04,
                TEXT,
                ReceiptTlvs {
                    message_state: Some(state),
                    ..Default::default()
                },
            )
            .unwrap()
            .status()
        };
        assert_eq!(with(0), Status::Delivered);
        assert_eq!(with(10), Status::Delivered);
        let bare = ReceiptTlvs {
            message_state: Some(0),
            ..Default::default()
        };
        assert_eq!(
            from_deliver(0x04, b"", bare).unwrap().status(),
            Status::Scheduled
        );
    }

    #[test]
    fn an_unreadable_receipt_is_still_one() {
        let report = from_deliver(0x04, b"\xFF\xFE what", ReceiptTlvs::default()).unwrap();
        assert_eq!(
            (report.message_id(), report.status(), report.is_final()),
            (None, Status::Unknown, false)
        );
        assert_eq!(report.raw, b"\xFF\xFE what");
    }

    #[test]
    fn a_user_data_header_is_skipped() {
        let mut text = vec![5, 0, 3, 1, 2, 1];
        text.extend_from_slice(TEXT);
        assert_eq!(
            from_deliver(0x44, &text, ReceiptTlvs::default())
                .unwrap()
                .message_id(),
            Some(&b"42"[..])
        );
    }

    #[test]
    fn a_text_in_utf_16_is_read_too() {
        let units = |text: &str| {
            text.encode_utf16()
                .flat_map(u16::to_be_bytes)
                .collect::<Vec<u8>>()
        };
        let wide = units(
            "id:42 sub:001 dlvrd:001 submit date:2601021530 done date:2601021531 stat:DELIVRD err:000 text:Привет\0",
        );
        let mut room = Vec::new();
        let report = from_wide_deliver(0x04, &wide, ReceiptTlvs::default(), &mut room).unwrap();
        assert_eq!(
            (report.message_id(), report.status()),
            (Some(&b"42"[..]), Status::Delivered)
        );
        assert_eq!(report.receipt.text, Some(&units("Привет")[..]));
        assert_eq!(report.raw, wide);
        let headed = [&[5, 0, 3, 1, 2, 1][..], &wide].concat();
        let report = from_wide_deliver(0x44, &headed, ReceiptTlvs::default(), &mut room).unwrap();
        assert_eq!(
            (report.message_id(), report.raw),
            (Some(&b"42"[..]), &wide[..])
        );
        assert!(from_wide_deliver(0x00, &wide, ReceiptTlvs::default(), &mut room).is_none());
    }

    #[test]
    fn either_byte_order_is_read_with_and_without_its_mark() {
        let text = "id:42 sub:001 dlvrd:001 stat:DELIVRD err:000 text:При";
        let (mut big, mut little) = (Vec::new(), Vec::new());
        for unit in text.encode_utf16() {
            big.extend(unit.to_be_bytes());
            little.extend(unit.to_le_bytes());
        }
        let message = |order: &[u8]| order[order.len() - 6..].to_vec();
        let marked = |mark: [u8; 2], octets: &[u8]| [&mark[..], octets].concat();
        for (octets, message) in [
            (big.clone(), message(&big)),
            (little.clone(), message(&little)),
            (marked([0xFE, 0xFF], &big), message(&big)),
            (marked([0xFF, 0xFE], &little), message(&little)),
        ] {
            assert!(is_wide(&octets));
            let mut room = Vec::new();
            let report =
                from_wide_deliver(0x04, &octets, ReceiptTlvs::default(), &mut room).unwrap();
            assert_eq!(report.message_id(), Some(&b"42"[..]));
            assert_eq!(report.receipt.text, Some(&message[..]));
            assert_eq!(report.raw, octets);
        }
        assert!(
            !is_wide(b"id:42 stat:DELIVRD") && !is_wide(b"") && !is_wide(&[0]) && !is_wide(&[0, 0])
        );
    }

    #[test]
    fn an_identifier_is_converted_unless_the_tlv_has_the_responses_form() {
        let ids = |text: &str, tlv: Option<&str>| {
            let text = format!("id:{text} stat:DELIVRD");
            let tlvs = ReceiptTlvs {
                receipted_message_id: tlv.map(str::as_bytes),
                ..Default::default()
            };
            let report = from_deliver(0x04, text.as_bytes(), tlvs).unwrap();
            let (mut id, mut key) = (Vec::new(), Vec::new());
            report.response_id(MessageIdFormat::HexResponse, &mut id);
            report.key(MessageIdFormat::HexResponse, &mut key);
            (
                String::from_utf8(id).unwrap(),
                String::from_utf8(key).unwrap(),
            )
        };
        let both = |id: &str, key: &str| (id.to_owned(), key.to_owned());
        assert_eq!(ids("1854209028", None), both("6e84fc04", "6e84fc04"));
        assert_eq!(
            ids("1854209028", Some("6E84FC04")),
            both("6E84FC04", "6e84fc04")
        );
        // Hexadecimal without a letter: only the text shows that it is.
        assert_eq!(ids("268435471", Some("1000000F")).1, "1000000f");
        assert_eq!(
            ids("268501009", Some("10010011")),
            both("10010011", "10010011")
        );
        assert_eq!(
            ids("268501009", Some("268501009")),
            both("10010011", "10010011")
        );
    }

    #[test]
    fn lenient_detection_wants_id_first() {
        assert!(from_plain_text(TEXT, ReceiptTlvs::default()).is_some());
        assert!(from_plain_text(b"ID:1 STAT:DELIVRD", ReceiptTlvs::default()).is_some());
        assert!(from_plain_text(b"stat:DELIVRD id:1", ReceiptTlvs::default()).is_none());
        assert!(from_plain_text(b"id: please send me your id", ReceiptTlvs::default()).is_none());
    }
}
