//! The text of a receipt, for the SMSC's side.

use super::{Status, date};
use alloc::vec::Vec;

/// What a receipt says (SMPP 3.4, appendix B).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReceiptFields<'a> {
    /// The identifier given at submission.
    pub id: &'a [u8],
    /// Messages submitted.
    pub sub: u16,
    /// Messages delivered.
    pub dlvrd: u16,
    /// When it was submitted, in Unix milliseconds.
    pub submit_date: i64,
    /// When it came to its state, in Unix milliseconds.
    pub done_date: i64,
    /// The state.
    pub stat: Status,
    /// The code of the network or the SMSC.
    pub err: &'a [u8],
    /// The message; its first twenty octets are copied.
    pub text: &'a [u8],
    /// Dates of twelve digits, with seconds, as many SMSCs write them; else of ten.
    pub seconds: bool,
}

/// Appends the text. What [`parse`](super::parse) reads back, if the fields have no blanks of their own.
pub fn write_receipt(fields: &ReceiptFields<'_>, out: &mut Vec<u8>) {
    const TEXT: usize = 20;
    let mut put = |label: &[u8], value: &[u8]| {
        out.extend_from_slice(label);
        out.extend_from_slice(value);
    };
    let day = |unix_ms| {
        let mut digits = Vec::with_capacity(12);
        date::write(unix_ms, &mut digits);
        digits.truncate(if fields.seconds { 12 } else { 10 });
        digits
    };
    put(b"id:", fields.id);
    put(b" sub:", format!("{:03}", fields.sub).as_bytes());
    put(b" dlvrd:", format!("{:03}", fields.dlvrd).as_bytes());
    put(b" submit date:", &day(fields.submit_date));
    put(b" done date:", &day(fields.done_date));
    put(b" stat:", fields.stat.stat().as_bytes());
    put(b" err:", fields.err);
    put(b" text:", &fields.text[..fields.text.len().min(TEXT)]);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::receipt::parse;

    #[test]
    fn the_text_of_appendix_b() {
        let mut out = Vec::new();
        let fields = ReceiptFields {
            id: b"7220bb6b",
            sub: 1,
            dlvrd: 1,
            submit_date: 1_767_367_800_000,
            done_date: 1_767_367_867_000,
            stat: Status::Delivered,
            err: b"000",
            text: b"A text of more than twenty octets",
            seconds: false,
        };
        write_receipt(&fields, &mut out);
        let expected = "id:7220bb6b sub:001 dlvrd:001 submit date:2601021530 done date:2601021531 stat:DELIVRD err:000 text:A text of more than ";
        assert_eq!(String::from_utf8_lossy(&out), expected);
        assert_eq!(parse(&out).unwrap().status(), Some(Status::Delivered));

        out.clear();
        write_receipt(
            &ReceiptFields {
                seconds: true,
                ..fields
            },
            &mut out,
        );
        assert_eq!(parse(&out).unwrap().done_date, Some(&b"260102153107"[..]));
    }
}
