//! The text of a receipt.

use super::Status;

/// The fields of a receipt's text (SMPP 3.4, appendix B), as they stood: absent ones are `None`, empty ones empty.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Receipt<'a> {
    /// The identifier given at submission.
    pub id: Option<&'a [u8]>,
    /// Messages submitted.
    pub sub: Option<&'a [u8]>,
    /// Messages delivered; often without meaning.
    pub dlvrd: Option<&'a [u8]>,
    /// When it was submitted; see [`unix_ms`](super::unix_ms).
    pub submit_date: Option<&'a [u8]>,
    /// When it came to its state.
    pub done_date: Option<&'a [u8]>,
    /// The state; see [`Status::from_stat`].
    pub stat: Option<&'a [u8]>,
    /// The code of the network or the centre, of any form.
    pub err: Option<&'a [u8]>,
    /// The beginning of the message, in its own coding.
    pub text: Option<&'a [u8]>,
    /// Where further fields may stand: all before the text.
    fields: &'a [u8],
}

/// A field that appendix B does not have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Extra<'a> {
    /// What stands before the colon.
    pub name: &'a [u8],
    /// What stands behind it.
    pub value: &'a [u8],
}

/// The fields of a text that is a receipt: with a state and at least one other field of appendix B. `None` if it is not.
#[must_use]
pub fn parse(text: &[u8]) -> Option<Receipt<'_>> {
    let receipt = read(text);
    let others = [
        receipt.id,
        receipt.sub,
        receipt.dlvrd,
        receipt.submit_date,
        receipt.done_date,
        receipt.err,
    ];
    (receipt.stat.is_some() && others.iter().any(Option::is_some)).then_some(receipt)
}

/// Whatever fields there are, in any order and case. The first of a kind counts; behind `text:` none is looked for.
#[must_use]
pub fn read(text: &[u8]) -> Receipt<'_> {
    usual(text).unwrap_or_else(|| scan(text))
}

/// The form nearly all receipts have, to the letter: nothing is searched for. What [`scan`] would give, or `None`.
fn usual(text: &[u8]) -> Option<Receipt<'_>> {
    fn field<'a, const N: usize>(rest: &mut &'a [u8], label: &[u8; N]) -> Option<Option<&'a [u8]>> {
        let value = rest.strip_prefix(label)?;
        let (value, behind) = value.split_at(word_end(value, 0));
        *rest = behind;
        (!value.is_empty()).then_some(Some(value))
    }
    let mut rest = text;
    let receipt = Receipt {
        id: field(&mut rest, b"id:")?,
        sub: field(&mut rest, b" sub:")?,
        dlvrd: field(&mut rest, b" dlvrd:")?,
        submit_date: field(&mut rest, b" submit date:")?,
        done_date: field(&mut rest, b" done date:")?,
        stat: field(&mut rest, b" stat:")?,
        err: field(&mut rest, b" err:")?,
        fields: &text[..text.len() - rest.len()],
        text: match rest {
            [b' ', b't' | b'T', b'e', b'x', b't', b':', text @ ..] => Some(trim_nuls(text)),
            _ => return None,
        },
    };
    Some(receipt)
}

fn scan(text: &[u8]) -> Receipt<'_> {
    let mut receipt = Receipt {
        fields: text,
        ..Receipt::default()
    };
    let mut scan = Scan { text, at: 0 };
    while let Some(token) = scan.next() {
        let Token {
            label,
            value,
            start,
            end,
        } = token;
        let slot = match label {
            Label::Id => &mut receipt.id,
            Label::Sub => &mut receipt.sub,
            Label::Dlvrd => &mut receipt.dlvrd,
            Label::SubmitDate => &mut receipt.submit_date,
            Label::DoneDate => &mut receipt.done_date,
            Label::Stat => &mut receipt.stat,
            Label::Err => &mut receipt.err,
            Label::Text => {
                receipt.fields = text[..start].trim_ascii_end();
                receipt.text = Some(trim_nuls(&text[value..]));
                break;
            }
            Label::Other => continue,
        };
        if slot.is_none() {
            *slot = Some(&text[value..end]);
        }
        if label == Label::Err
            && let Some(behind) = unlabelled_text(&text[end..])
        {
            receipt.fields = &text[..end];
            receipt.text = Some(behind);
            break;
        }
    }
    if receipt.stat.is_none()
        && let Some(behind) = receipt.text
    {
        // A centre that leaves the text empty and puts the state behind it.
        let mut scan = Scan {
            text: behind,
            at: 0,
        };
        if let Some(Token {
            label: Label::Stat,
            value,
            end,
            ..
        }) = scan.next()
        {
            receipt.stat = Some(&behind[value..end]);
        }
    }
    receipt
}

impl<'a> Receipt<'a> {
    /// The state, if the word for it is a known one.
    #[must_use]
    pub fn status(&self) -> Option<Status> {
        self.stat.and_then(Status::from_stat)
    }

    /// The fields that appendix B does not have, in their order.
    pub fn extra(&self) -> impl Iterator<Item = Extra<'a>> + use<'a> {
        let text = self.fields;
        let mut scan = Scan { text, at: 0 };
        core::iter::from_fn(move || {
            loop {
                let Token {
                    label,
                    value,
                    start,
                    end,
                } = scan.next()?;
                if label == Label::Other && value > start {
                    return Some(Extra {
                        name: &text[start..value - 1],
                        value: &text[value..end],
                    });
                }
            }
        })
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Label {
    Id,
    Sub,
    Dlvrd,
    SubmitDate,
    DoneDate,
    Stat,
    Err,
    Text,
    Other,
}

/// A label and its value, by their places in the text. A word without a colon has no value: `value` is `start`.
struct Token {
    label: Label,
    start: usize,
    value: usize,
    end: usize,
}

/// Goes through the text word by word.
struct Scan<'a> {
    text: &'a [u8],
    at: usize,
}

impl Scan<'_> {
    fn next(&mut self) -> Option<Token> {
        let start = skip_blanks(self.text, self.at);
        if start == self.text.len() {
            return None;
        }
        let (label, value) = match known_label(&self.text[start..]) {
            Some((label, length)) => (label, start + length),
            None => (Label::Other, after_colon(self.text, start).unwrap_or(start)),
        };
        let token = if value == start {
            Token {
                label,
                start,
                value,
                end: word_end(self.text, start),
            }
        } else {
            let (value, end) = self.value(value, label);
            Token {
                label,
                start,
                value,
                end,
            }
        };
        self.at = token.end;
        Some(token)
    }

    /// The value behind a colon: the word there, or the one behind blanks unless that is a label itself.
    fn value(&self, colon: usize, label: Label) -> (usize, usize) {
        let mut value = colon;
        if label == Label::Text {
            return (value, self.text.len());
        }
        if self.text.get(value).copied().is_some_and(is_blank) {
            value = skip_blanks(self.text, value);
            if value == self.text.len()
                || after_colon(self.text, value).is_some()
                || known_label(&self.text[value..]).is_some()
            {
                return (colon, colon);
            }
        }
        (value, word_end(self.text, value))
    }
}

static LABELS: [(&[u8], Label); 10] = [
    (b"id:", Label::Id),
    (b"sub:", Label::Sub),
    (b"dlvrd:", Label::Dlvrd),
    (b"submit date:", Label::SubmitDate),
    (b"submitdate:", Label::SubmitDate),
    (b"done date:", Label::DoneDate),
    (b"donedate:", Label::DoneDate),
    (b"stat:", Label::Stat),
    (b"err:", Label::Err),
    (b"text:", Label::Text),
];

/// The label a word starts with, and its length with the colon.
fn known_label(word: &[u8]) -> Option<(Label, usize)> {
    let first = word.first()?.to_ascii_lowercase();
    let starts = |label: &[u8]| {
        word.get(..label.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(label))
    };
    let found = LABELS
        .iter()
        .find(|(label, _)| label[0] == first && starts(label));
    found.map(|(name, label)| (*label, name.len()))
}

/// A text whose label was left out: all behind `err`, unless it starts with a label, has one in it, or is a label cut short.
fn unlabelled_text(behind: &[u8]) -> Option<&[u8]> {
    let text = &behind[skip_blanks(behind, 0)..];
    if text.is_empty() || known_label(text).is_some() || after_colon(text, 0).is_some() {
        return None;
    }
    let trimmed = trim_nuls(text).trim_ascii();
    if b"text"
        .get(..trimmed.len())
        .is_some_and(|cut| cut.eq_ignore_ascii_case(trimmed))
    {
        return None;
    }
    let mut scan = Scan { text, at: 0 };
    let labels = core::iter::from_fn(|| scan.next()).any(|token| token.label != Label::Other);
    (!labels).then(|| trim_nuls(text))
}

fn is_blank(octet: u8) -> bool {
    matches!(octet, b' ' | b'\t' | b'\r' | b'\n' | 0)
}

fn skip_blanks(text: &[u8], from: usize) -> usize {
    text[from..]
        .iter()
        .position(|octet| !is_blank(*octet))
        .map_or(text.len(), |length| from + length)
}

/// Where the word at `from` ends: at a blank. Eight octets are looked at in one step.
fn word_end(text: &[u8], from: usize) -> usize {
    const ONES: u64 = 0x0101_0101_0101_0101;
    let mut at = from;
    while let Some(eight) = text.get(at..).and_then(|rest| rest.first_chunk()) {
        let octets = u64::from_le_bytes(*eight);
        // The high bit of each octet up to a blank's value; behind the first such, of others too.
        let low = octets.wrapping_sub(ONES * (u64::from(b' ') + 1)) & !octets & (ONES * 0x80);
        if low == 0 {
            at += 8;
            continue;
        }
        at += low.trailing_zeros() as usize / 8;
        if is_blank(text[at]) {
            return at;
        }
        at += 1;
    }
    text[at..]
        .iter()
        .position(|octet| is_blank(*octet))
        .map_or(text.len(), |length| at + length)
}

/// Behind the first colon of the word at `from`.
fn after_colon(text: &[u8], from: usize) -> Option<usize> {
    let word = &text[from..word_end(text, from)];
    word.iter()
        .position(|octet| *octet == b':')
        .map(|colon| from + colon + 1)
}

fn trim_nuls(mut text: &[u8]) -> &[u8] {
    while let [rest @ .., 0] = text {
        text = rest;
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn show(field: Option<&[u8]>) -> Option<&str> {
        field.map(|value| core::str::from_utf8(value).unwrap())
    }

    #[test]
    fn the_plain_form() {
        let receipt = parse(b"id:7220bb6b sub:001 dlvrd:002 submit date:2601021530 done date:2601021531 stat:DELIVRD err:000 text:Hi").unwrap();
        assert_eq!(show(receipt.id), Some("7220bb6b"));
        assert_eq!(
            (show(receipt.sub), show(receipt.dlvrd)),
            (Some("001"), Some("002"))
        );
        assert_eq!(
            (show(receipt.submit_date), show(receipt.done_date)),
            (Some("2601021530"), Some("2601021531"))
        );
        assert_eq!(
            (show(receipt.stat), show(receipt.err), show(receipt.text)),
            (Some("DELIVRD"), Some("000"), Some("Hi"))
        );
        assert_eq!(receipt.extra().count(), 0);
    }

    #[test]
    fn labels_inside_the_text_are_text() {
        let receipt =
            parse(b"stat:EXPIRED id:77 done date:20260102153107 err:0 Text:id:99 stat:DELIVRD")
                .unwrap();
        assert_eq!(
            (show(receipt.id), show(receipt.stat)),
            (Some("77"), Some("EXPIRED"))
        );
        assert_eq!(show(receipt.text), Some("id:99 stat:DELIVRD"));
        assert_eq!(receipt.sub, None);
    }

    #[test]
    fn a_text_without_its_label() {
        let text = |tail: &str| {
            let whole = format!("id:1 stat:DELIVRD err:000{tail}");
            show(parse(whole.as_bytes()).unwrap().text).map(str::to_owned)
        };
        assert_eq!(
            text(" Hello: you"),
            None,
            "a colon in its first word makes it a field"
        );
        assert_eq!(text(" Hello you: there"), Some("Hello you: there".into()));
        assert_eq!(text(" te"), None, "a label cut short");
        assert_eq!(text(" price:3 Hello"), None);
        assert_eq!(text("  "), None);
    }

    #[test]
    fn blanks_behind_a_colon() {
        let receipt = parse(b"id: 12 sub: dlvrd:\t1 stat: DELIVRD err:").unwrap();
        assert_eq!(
            (show(receipt.id), show(receipt.sub), show(receipt.dlvrd)),
            (Some("12"), Some(""), Some("1"))
        );
        assert_eq!(
            (show(receipt.stat), show(receipt.err)),
            (Some("DELIVRD"), Some(""))
        );
    }

    #[test]
    fn further_fields_are_kept_by_name() {
        let receipt =
            parse(b"id:1 stat:DELIVRD err:001 price:0.03 IMSI: MSC: mccmnc:26201 text:a:b")
                .unwrap();
        let extra: Vec<_> = receipt
            .extra()
            .map(|extra| {
                (
                    show(Some(extra.name)).unwrap(),
                    show(Some(extra.value)).unwrap(),
                )
            })
            .collect();
        assert_eq!(
            extra,
            [
                ("price", "0.03"),
                ("IMSI", ""),
                ("MSC", ""),
                ("mccmnc", "26201")
            ]
        );
    }

    #[test]
    fn the_first_of_a_kind_counts() {
        assert_eq!(
            show(parse(b"id:1 id:2 stat:DELIVRD").unwrap().id),
            Some("1")
        );
    }

    #[test]
    fn the_usual_form_is_read_as_any_other() {
        let text = b"id:a:1 sub:001 dlvrd:001 submit date:x done date:2 stat:s err:e Text: id:2\0";
        assert_eq!(usual(text), Some(scan(text)));
        for other in [
            "id: sub:001 dlvrd:001 submit date:1 done date:2 stat:s err:e text:",
            "id:1  sub:001 dlvrd:001 submit date:1 done date:2 stat:s err:e text:",
            "id:1 sub:001 dlvrd:001 submit date:1 done date:2 stat:s err:e",
            "id:1 sub:001 dlvrd:001 submit date:1 done date:2 stat:s err: text:",
        ] {
            assert_eq!(usual(other.as_bytes()), None, "{other}");
        }
    }

    #[test]
    fn what_is_no_receipt() {
        for text in [
            "",
            "Hello",
            "id:1",
            "My stat: I am fine",
            "Paid:yes invalid:no",
            "text:id:1 stat:DELIVRD",
        ] {
            assert_eq!(parse(text.as_bytes()), None, "{text}");
        }
    }
}
