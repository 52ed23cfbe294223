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
    /// The code of the network or the SMSC, of any form.
    pub err: Option<&'a [u8]>,
    /// The beginning of the message, in its own coding.
    pub text: Option<&'a [u8]>,
    /// Where further fields are: everything before the text. Empty if there are none.
    fields: &'a [u8],
    /// How many of the fields before the text have their label.
    labelled: u8,
}

/// A field that appendix B does not have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Extra<'a> {
    /// What stands before the colon.
    pub name: &'a [u8],
    /// What stands behind it.
    pub value: &'a [u8],
}

/// The fields of a text that is a receipt: with a state, and at least two labels of appendix B. `None` if it is not.
///
/// ```
/// use smpp_edge::receipt::parse;
///
/// let receipt = parse(b"id:42 stat:UNDELIV err:027").expect("a receipt");
/// assert_eq!((receipt.id, receipt.stat), (Some(&b"42"[..]), Some(&b"UNDELIV"[..])));
/// assert!(parse(b"id: please send it").is_none());
/// ```
#[must_use]
pub fn parse(text: &[u8]) -> Option<Receipt<'_>> {
    let receipt = read(text);
    (receipt.stat.is_some() && receipt.labelled >= 2).then_some(receipt)
}

/// Whatever fields there are, in any order and case. The first of a kind counts; behind `text:` none is looked for. A state,
/// dates, counts and an error code are also found where their labels are missing, and so is the identifier at the beginning.
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
        fields: &[],
        labelled: LABELLED.len() as u8,
        text: match rest {
            [b' ', b't' | b'T', b'e', b'x', b't', b':', text @ ..] => Some(trim_nuls(text)),
            _ => return None,
        },
    };
    Some(receipt)
}

/// The tolerant reader: fields in any order, labels in other spellings or missing, values of several words.
fn scan(text: &[u8]) -> Receipt<'_> {
    let mut receipt = Receipt::default();
    let mut by_alias = Receipt::default();
    let mut bare = Unlabelled::default();
    let mut further = false;
    let mut fields_end = text.len();
    let mut scan = Scan { text, at: 0 };
    while let Some(token) = scan.next() {
        let Token {
            label,
            alias,
            value,
            start,
            end,
        } = token;
        if label == Label::Text {
            fields_end = start;
            receipt.text = Some(trim_nuls(&text[value..]));
            break;
        }
        if value == start {
            bare.add(start, &text[start..end], receipt.stat.is_some());
            continue;
        }
        further |= alias || label == Label::Other;
        let into = if alias { &mut by_alias } else { &mut receipt };
        if let Some(slot) = into.slot(label)
            && slot.is_none()
        {
            *slot = Some(&text[value..end]);
        }
        if label == Label::Err
            && let Some(behind) = unlabelled_text(&text[end..])
        {
            fields_end = end;
            receipt.text = Some(behind);
            break;
        }
    }
    if further {
        receipt.fields = text[..fields_end].trim_ascii_end();
    }
    for label in LABELLED {
        if let (Some(slot), Some(alias)) = (receipt.slot(label), by_alias.slot(label)) {
            *slot = slot.or(*alias);
            let labelled = slot.is_some();
            receipt.labelled += u8::from(labelled);
        }
    }
    bare.fill(&mut receipt);
    if receipt.stat.is_none()
        && let Some(behind) = receipt.text
    {
        // An SMSC that leaves the text empty and puts the state behind it.
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
            receipt.labelled += 1;
        }
    }
    receipt
}

/// Words before the text that have no label, by what they can only be.
#[derive(Default)]
struct Unlabelled<'a> {
    first: Option<&'a [u8]>,
    counts: [Option<&'a [u8]>; 2],
    dates: [Option<&'a [u8]>; 2],
    stat: Option<&'a [u8]>,
    err: Option<&'a [u8]>,
}

impl<'a> Unlabelled<'a> {
    /// `stat_seen`: a labelled state came before it.
    fn add(&mut self, start: usize, word: &'a [u8], stat_seen: bool) {
        let digits = word.iter().all(u8::is_ascii_digit);
        let slot = if start == 0 {
            &mut self.first
        } else if word.iter().all(u8::is_ascii_uppercase) && Status::from_stat(word).is_some() {
            &mut self.stat
        } else if digits && word.len() >= 10 {
            let [submit, done] = &mut self.dates;
            if submit.is_none() { submit } else { done }
        } else if digits && (stat_seen || self.stat.is_some()) {
            &mut self.err
        } else if digits && word.len() == 3 {
            let [sub, dlvrd] = &mut self.counts;
            if sub.is_none() { sub } else { dlvrd }
        } else {
            return;
        };
        if slot.is_none() {
            *slot = Some(word);
        }
    }

    /// Gives the receipt what it has no labelled field for.
    fn fill(self, receipt: &mut Receipt<'a>) {
        receipt.stat = receipt.stat.or(self.stat);
        receipt.err = receipt.err.or(self.err);
        // A single date is that of the state, which came last.
        let [submit, done] = match self.dates {
            [Some(date), None] if receipt.submit_date.is_some() || receipt.done_date.is_none() => {
                [None, Some(date)]
            }
            dates => dates,
        };
        receipt.submit_date = receipt.submit_date.or(submit);
        receipt.done_date = receipt.done_date.or(done);
        let [sub, dlvrd] = self.counts;
        receipt.sub = receipt.sub.or(sub);
        receipt.dlvrd = receipt.dlvrd.or(dlvrd);
        // Any word can be an identifier, so that the rest has to look like a receipt without doubt.
        let others = [
            receipt.sub,
            receipt.dlvrd,
            receipt.submit_date,
            receipt.done_date,
            receipt.err,
        ];
        if receipt.id.is_none() && receipt.stat.is_some() && others.iter().flatten().count() >= 2 {
            receipt.id = self.first;
        }
    }
}

impl<'a> Receipt<'a> {
    /// The state, if the word for it is a known one.
    #[must_use]
    pub fn status(&self) -> Option<Status> {
        self.stat.and_then(Status::from_stat)
    }

    /// Where the value of a label goes, but for the text's.
    fn slot(&mut self, label: Label) -> Option<&mut Option<&'a [u8]>> {
        Some(match label {
            Label::Id => &mut self.id,
            Label::Sub => &mut self.sub,
            Label::Dlvrd => &mut self.dlvrd,
            Label::SubmitDate => &mut self.submit_date,
            Label::DoneDate => &mut self.done_date,
            Label::Stat => &mut self.stat,
            Label::Err => &mut self.err,
            Label::Text | Label::Other => return None,
        })
    }

    /// Whether [`extra`](Self::extra) may have something: of most receipts it has not.
    #[cfg(all(feature = "wasm", target_family = "wasm", target_os = "unknown"))]
    pub(crate) fn may_have_extra(&self) -> bool {
        !self.fields.is_empty()
    }

    /// The fields that appendix B does not have, in their order; also those under another name for one that is there.
    pub fn extra(&self) -> impl Iterator<Item = Extra<'a>> + use<'a> {
        let text = self.fields;
        let mut receipt = *self;
        let mut scan = Scan { text, at: 0 };
        core::iter::from_fn(move || {
            loop {
                let Token {
                    label,
                    alias,
                    value,
                    start,
                    end,
                } = scan.next()?;
                let found = &text[value..end];
                let taken = receipt
                    .slot(label)
                    .is_some_and(|slot| slot.is_some_and(|slot| core::ptr::eq(slot, found)));
                if value > start && (label == Label::Other || alias && !taken) {
                    let name = &text[start..];
                    let length = name.iter().position(|octet| is_separator(*octet));
                    return Some(Extra {
                        name: name[..length.unwrap_or_default()].trim_ascii_end(),
                        value: found,
                    });
                }
            }
        })
    }
}

/// The labels with a place in a [`Receipt`] that other names may stand for.
const LABELLED: [Label; 7] = [
    Label::Id,
    Label::Sub,
    Label::Dlvrd,
    Label::SubmitDate,
    Label::DoneDate,
    Label::Stat,
    Label::Err,
];

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

/// A label and its value, by their places in the text. A word without a label has no value: `value` is `start`.
struct Token {
    label: Label,
    /// The label is another name for that of appendix B.
    alias: bool,
    start: usize,
    value: usize,
    end: usize,
}

/// Goes through the text field by field.
struct Scan<'a> {
    text: &'a [u8],
    at: usize,
}

impl Scan<'_> {
    fn next(&mut self) -> Option<Token> {
        let start = skip_delimiters(self.text, self.at);
        if start == self.text.len() {
            return None;
        }
        let known = known_label(&self.text[start..]).or_else(|| self.bare_id_label(start));
        let (label, alias, value) = match known {
            Some(known) => (known.label, known.alias, start + known.length),
            None => (
                Label::Other,
                false,
                behind_label(self.text, start).unwrap_or(start),
            ),
        };
        let (value, end) = if value == start {
            (start, value_end(self.text, start))
        } else {
            self.value(value, label)
        };
        self.at = end;
        Some(Token {
            label,
            alias,
            start,
            value,
            end,
        })
    }

    /// `id 42 …`: at the very beginning a blank is enough behind the label.
    fn bare_id_label(&self, start: usize) -> Option<Known> {
        let [i, d, blank, ..] = self.text[start..] else {
            return None;
        };
        (start == 0 && [i, d].eq_ignore_ascii_case(b"id") && is_blank(blank)).then_some(Known {
            label: Label::Id,
            alias: false,
            length: 3,
        })
    }

    /// The value behind a label: the word there, or the one behind blanks unless that is a label itself.
    fn value(&self, from: usize, label: Label) -> (usize, usize) {
        let text = self.text;
        if label == Label::Text {
            return (from, text.len());
        }
        let mut value = from;
        // `XMS=id:42`: nothing but a label of its own.
        if label == Label::Other && known_label(&text[value..]).is_some() {
            return (from, from);
        }
        if text.get(value).copied().is_some_and(is_blank) {
            value = skip_blanks(text, value);
            if value == text.len() || self.label_at(value) {
                return (from, from);
            }
        }
        let end = value_end(text, value);
        let end = match label {
            Label::SubmitDate | Label::DoneDate => self.date_end(value, end),
            Label::Stat => self.state_end(end),
            Label::Err if text.get(value).is_some_and(u8::is_ascii_alphabetic) => {
                self.phrase_end(end).unwrap_or(end)
            }
            _ => end,
        };
        (value, end)
    }

    fn label_at(&self, at: usize) -> bool {
        known_label(&self.text[at..]).is_some() || behind_label(self.text, at).is_some()
    }

    /// The next word behind `end`, if it is no label.
    fn word_behind(&self, end: usize) -> Option<(usize, usize)> {
        let start = skip_blanks(self.text, end);
        (start < self.text.len() && start > end && !self.label_at(start))
            .then(|| (start, value_end(self.text, start)))
    }

    /// A date may have its time and its zone behind blanks.
    fn date_end(&self, value: usize, mut end: usize) -> usize {
        let date = &self.text[value..end];
        let mut timed = date.len() >= 10 && date.iter().all(u8::is_ascii_digit)
            || date.contains(&b':')
            || date.contains(&b'T');
        while let Some((start, next)) = self.word_behind(end) {
            let word = &self.text[start..next];
            let time = !timed
                && word.len() >= 4
                && word
                    .iter()
                    .all(|octet| octet.is_ascii_digit() || matches!(octet, b':' | b'.' | b','))
                || !timed && word.first().is_some_and(u8::is_ascii_digit) && word.contains(&b':');
            let zone = timed
                && (matches!(word, b"UTC" | b"GMT" | b"Z")
                    || matches!(word, [b'+' | b'-', rest @ ..] if rest.iter().all(|octet| octet.is_ascii_digit() || *octet == b':')));
            if !time && !zone {
                break;
            }
            timed = true;
            end = next;
        }
        end
    }

    /// A state may have its reason behind it, up to the next label. A number there is an `err` without its label.
    fn state_end(&self, end: usize) -> usize {
        let next = self.word_behind(end);
        if next.is_none_or(|(start, _)| self.text[start].is_ascii_digit()) {
            return end;
        }
        self.phrase_end(end).unwrap_or(end)
    }

    /// Where a value of several words ends: at the next label, if one of appendix B is still to come.
    fn phrase_end(&self, end: usize) -> Option<usize> {
        let (mut last, mut label) = (end, None);
        loop {
            let start = skip_delimiters(self.text, last);
            if start == self.text.len() {
                return None;
            }
            if known_label(&self.text[start..]).is_some() {
                return Some(label.unwrap_or(last));
            }
            if behind_label(self.text, start).is_some() {
                label = label.or(Some(last));
            }
            last = value_end(self.text, start);
        }
    }
}

/// A label at the beginning of a word, and its length up to the value.
struct Known {
    label: Label,
    alias: bool,
    length: usize,
}

/// Those of appendix B.
static LABELS: [(&[u8], Label); 8] = [
    (b"id", Label::Id),
    (b"sub", Label::Sub),
    (b"dlvrd", Label::Dlvrd),
    (b"submitdate", Label::SubmitDate),
    (b"donedate", Label::DoneDate),
    (b"stat", Label::Stat),
    (b"err", Label::Err),
    (b"text", Label::Text),
];

/// Other names for them, which count where that of appendix B is missing.
static ALIASES: [(&[u8], Label); 12] = [
    (b"msgid", Label::Id),
    (b"messageid", Label::Id),
    (b"smsid", Label::Id),
    (b"smid", Label::Id),
    (b"dlvd", Label::Dlvrd),
    (b"subdate", Label::SubmitDate),
    (b"finaldate", Label::DoneDate),
    (b"status", Label::Stat),
    (b"state", Label::Stat),
    (b"error", Label::Err),
    (b"errcode", Label::Err),
    (b"errorcode", Label::Err),
];

/// Longer than any label, with a separator in it.
const LONGEST_LABEL: usize = 11;

/// The label of a field of appendix B that a word starts with: in any case, its words apart by a blank,
/// `_`, `-` or nothing, and `:`, `=` or `#` behind it, perhaps after a blank.
fn known_label(word: &[u8]) -> Option<Known> {
    if !word.first()?.is_ascii_alphabetic() {
        return None;
    }
    let mut name = [0; LONGEST_LABEL];
    let mut length = 0;
    for (at, octet) in word.iter().enumerate() {
        match octet {
            _ if is_separator(*octet) || *octet == b'#' => {
                let name = &name[..length];
                let of = |labels: &[(&[u8], Label)]| {
                    let found = labels.iter().find(|(label, _)| *label == name);
                    found.map(|(_, label)| *label)
                };
                let (label, alias) = match of(&LABELS) {
                    Some(label) => (label, false),
                    None => (of(&ALIASES)?, true),
                };
                return Some(Known {
                    label,
                    alias,
                    length: at + 1,
                });
            }
            b' ' | b'_' | b'-' if word[at - 1] != *octet => {}
            _ if octet.is_ascii_alphabetic() && length < LONGEST_LABEL => {
                name[length] = octet.to_ascii_lowercase();
                length += 1;
            }
            _ => return None,
        }
    }
    None
}

/// A text whose label was left out: all behind `err`, unless it starts with a label, has one in it, or is a label cut short.
fn unlabelled_text(behind: &[u8]) -> Option<&[u8]> {
    let text = &behind[skip_blanks(behind, 0)..];
    if known_label(text).is_some() || behind_label(text, 0).is_some() {
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
    let labels = core::iter::from_fn(|| scan.next())
        .any(|token| token.label != Label::Other && !token.alias);
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

fn is_separator(octet: u8) -> bool {
    matches!(octet, b':' | b'=')
}

/// What may stand between two fields beside blanks.
fn is_delimiter(octet: u8) -> bool {
    matches!(octet, b',' | b';' | b'|' | b'&' | b'^')
}

fn skip_delimiters(text: &[u8], from: usize) -> usize {
    text[from..]
        .iter()
        .position(|octet| !is_blank(*octet) && !is_delimiter(*octet))
        .map_or(text.len(), |length| from + length)
}

/// Where the word at `from` ends: at a blank, or at a label of appendix B that is joined to it by a delimiter or follows a
/// digit directly.
fn value_end(text: &[u8], from: usize) -> usize {
    let mut end = word_end(text, from);
    for at in from + 1..end {
        let joined = if is_delimiter(text[at]) {
            // Of a run of them the first is enough.
            !is_delimiter(text[at - 1]) && known_label(&text[skip_delimiters(text, at)..]).is_some()
        } else {
            text[at].is_ascii_alphabetic()
                && text[at - 1].is_ascii_digit()
                && known_label(&text[at..]).is_some_and(|known| known.label != Label::Id)
        };
        if joined {
            return at;
        }
    }
    while end > from + 1 && is_delimiter(text[end - 1]) {
        end -= 1;
    }
    end
}

/// Behind the separator of the word at `from`, if what stands before it can be a label: it begins with a letter.
fn behind_label(text: &[u8], from: usize) -> Option<usize> {
    let word = &text[from..word_end(text, from)];
    let name = &word[..word.iter().position(|octet| is_separator(*octet))?];
    let of_names = |octet: &u8| octet.is_ascii_alphanumeric() || b"_-./".contains(octet);
    (name.first()?.is_ascii_alphabetic() && name.iter().all(of_names))
        .then_some(from + name.len() + 1)
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
        assert_eq!(text(" Hello id:2"), None, "a label of appendix B in it");
        let other_name = " Hello status:2";
        assert_eq!(text(other_name), Some(other_name.trim().into()));
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

    /// What it is, the text, and id, submit and done date, stat and err with blanks between them.
    const FORMS: [(&str, &str, &str); 52] = [
        (
            "no label for the state",
            "id:m1 sub:000 dlvrd:000 submit date:2301011200 done date:2301011201 DELIVRD err:000 Text:",
            "m1 2301011200 2301011201 DELIVRD 000",
        ),
        (
            "no label for the error",
            "id:m1 submit date:2301011200 done date:2301011201 stat:UNDELIV 007 Text:Hi",
            "m1 2301011200 2301011201 UNDELIV 007",
        ),
        (
            "no label for the dates",
            "id:m1 2301011200 2301011201 stat:DELIVRD err:0",
            "m1 2301011200 2301011201 DELIVRD 0",
        ),
        (
            "one date without its label",
            "id:m1 stat:DELIVRD 2301011201",
            "m1 - 2301011201 DELIVRD -",
        ),
        (
            "no label for the identifier",
            "m1 sub:001 dlvrd:001 submit date:2301011200 done date:2301011201 stat:DELIVRD err:000 text:",
            "m1 2301011200 2301011201 DELIVRD 000",
        ),
        (
            "no label at all",
            "m1 001 001 2301011200 2301011201 DELIVRD 000",
            "m1 2301011200 2301011201 DELIVRD 000",
        ),
        (
            "a bare label",
            "id m1 sub:001 stat:DELIVRD",
            "m1 - - DELIVRD -",
        ),
        (
            "a number sign",
            "ID#m1 stat:DELIVRD err:000",
            "m1 - - DELIVRD 000",
        ),
        (
            "equal signs",
            "id=m1 stat=DELIVRD err=000",
            "m1 - - DELIVRD 000",
        ),
        (
            "a query string",
            "id=m1&sub=001&stat=DELIVRD&err=000",
            "m1 - - DELIVRD 000",
        ),
        (
            "blanks before the colons",
            "id : m1 stat : DELIVRD err : 000",
            "m1 - - DELIVRD 000",
        ),
        (
            "commas",
            "id:m1,sub:001,dlvrd:001,submit date:2301011200,done date:2301011201,stat:DELIVRD,err:000,text:a,b",
            "m1 2301011200 2301011201 DELIVRD 000",
        ),
        (
            "commas and blanks",
            "id:m1, sub:001, stat:DELIVRD, err:000",
            "m1 - - DELIVRD 000",
        ),
        (
            "semicolons",
            "id:m1;stat:DELIVRD;err:000;",
            "m1 - - DELIVRD 000",
        ),
        ("bars", "id:m1|stat:DELIVRD|err:000", "m1 - - DELIVRD 000"),
        (
            "lines",
            "id:m1\r\nstat:DELIVRD\r\nerr:000",
            "m1 - - DELIVRD 000",
        ),
        (
            "a delimiter inside the identifier",
            "id:m,1;2 stat:DELIVRD",
            "m,1;2 - - DELIVRD -",
        ),
        (
            "blanks left out behind digits",
            "id:1 sub:001dlvrd:001submit date:2301011200done date:2301011201 stat:DELIVRD err:000text:Hi",
            "1 2301011200 2301011201 DELIVRD 000",
        ),
        (
            "a reason",
            "id:m1 submit date:2301011200 done date:2301011201 stat:FAILED:Mob. Abst.|nt ext err:100 text:",
            "m1 2301011200 2301011201 FAILED:Mob._Abst.|nt_ext 100",
        ),
        (
            "a reason before a field of its own",
            "id:m1 stat:REJECTD not allowed price:3 err:1",
            "m1 - - REJECTD_not_allowed 1",
        ),
        (
            "words behind the last state",
            "id:m1 stat:REJECTD not allowed",
            "m1 - - REJECTD -",
        ),
        (
            "an error in words",
            "id:m1 stat:UNDELIV err:Absent subscriber text:Hi",
            "m1 - - UNDELIV Absent_subscriber",
        ),
        (
            "an error code with words",
            "id:m1 stat:UNDELIV err:027 Absent subscriber text:Hi",
            "m1 - - UNDELIV 027",
        ),
        (
            "dates of two words",
            "id:m1 submit date:2013-02-17 00:04:29 done date:2013-02-17 00:05 stat:DELIVRD",
            "m1 2013-02-17_00:04:29 2013-02-17_00:05 DELIVRD -",
        ),
        (
            "dates with a zone",
            "id:m1 submit date:2013-02-17 00:04:29 +0300 done date:2013-02-17T00:05:00 UTC stat:DELIVRD",
            "m1 2013-02-17_00:04:29_+0300 2013-02-17T00:05:00_UTC DELIVRD -",
        ),
        (
            "dates of two words of digits",
            "id:m1 submit date:20130217 000429 done date:2301011201 000 stat:DELIVRD",
            "m1 20130217_000429 2301011201 DELIVRD -",
        ),
        (
            "a date that is missing",
            "id:m1 submit date: done date: stat:DELIVRD err:",
            "m1   DELIVRD ",
        ),
        (
            "underscores and capitals",
            "ID:m1 SUBMIT_DATE:2301011200 Done-Date:2301011201 Stat:DELIVRD",
            "m1 2301011200 2301011201 DELIVRD -",
        ),
        (
            "other names",
            "message_id:m1 status:DELIVRD error code:000",
            "m1 - - DELIVRD 000",
        ),
        (
            "other names beside those of appendix B",
            "msgid:x id:m1 status:FOO stat:DELIVRD",
            "m1 - - DELIVRD -",
        ),
        (
            "a message that reads like labels",
            "id:m1 stat:DELIVRD err:000 the error: none",
            "m1 - - DELIVRD 000",
        ),
        (
            "a prefix with a caret",
            "4790000000SMSAlert^id:1054BC63 sub:0 stat:DELIVRD err: text:",
            "1054BC63 - - DELIVRD ",
        ),
        (
            "a prefix with a name and a caret",
            "SMSAlert^id:1054BC63 stat:DELIVRD",
            "1054BC63 - - DELIVRD -",
        ),
        (
            "a label before the label",
            "XMS=id:86 submit date:1410160730 done date:1410160730 stat:DELIVRD",
            "86 1410160730 1410160730 DELIVRD -",
        ),
        (
            "a label for the later of two dates alone",
            "id:m1 2301011200 done date:2301011201 stat:DELIVRD",
            "m1 2301011200 2301011201 DELIVRD -",
        ),
        (
            "a date of digits with a zone",
            "id:m1 submit date:2301011200 +0300 done date:20230101T120100 +0300 stat:DELIVRD",
            "m1 2301011200_+0300 20230101T120100_+0300 DELIVRD -",
        ),
        (
            "a date and its time in one word, with a zone",
            "id:m1 submit date:2023-01-01:12:00 UTC stat:DELIVRD",
            "m1 2023-01-01:12:00_UTC - DELIVRD -",
        ),
        (
            "a time and its zone in one word",
            "id:m1 submit date:2013-02-17 00:04:29+03:00 stat:DELIVRD",
            "m1 2013-02-17_00:04:29+03:00 - DELIVRD -",
        ),
        (
            "a word behind a date",
            "id:m1 done date:20130217 seen stat:DELIVRD",
            "m1 - 20130217 DELIVRD -",
        ),
        (
            "a word with a digit behind a date",
            "id:m1 done date:20130217 2nd stat:DELIVRD",
            "m1 - 20130217 DELIVRD -",
        ),
        (
            "a second time behind a date",
            "id:m1 done date:2301011200 12:30 stat:DELIVRD",
            "m1 - 2301011200 DELIVRD -",
        ),
        (
            "digits behind a date with its time",
            "id:m1 done date:2301011200 0429 stat:DELIVRD",
            "m1 - 2301011200 DELIVRD -",
        ),
        (
            "a value that is a delimiter",
            "id:, stat:DELIVRD err:0",
            ", - - DELIVRD 0",
        ),
        (
            "letters that are no label behind a digit",
            "id:1st stat:DELIVRD",
            "1st - - DELIVRD -",
        ),
        (
            "a label behind letters",
            "id:m1x done date:2301011201Zerr:0 stat:DELIVRD",
            "m1x - 2301011201Zerr:0 DELIVRD -",
        ),
        (
            "two blanks inside a label",
            "id:m1 submit  date:2301011200 stat:DELIVRD",
            "m1 - - DELIVRD -",
        ),
        (
            "a blank at the end",
            "id:m1 stat:DELIVRD ",
            "m1 - - DELIVRD -",
        ),
        (
            "a word and a blank at the end",
            "id:m1 stat:DELIVRD done ",
            "m1 - - DELIVRD -",
        ),
        (
            "a delimiter between a state and its reason",
            "id:m1 stat:REJECTD, not allowed err:1",
            "m1 - - REJECTD 1",
        ),
        (
            "a control character inside the identifier",
            "id:m\u{1}1 stat:DELIVRD",
            "m\u{1}1 - - DELIVRD -",
        ),
        (
            "a state without its label behind the one with it",
            "id:m1 stat:UNDELIV err:1 DELIVRD text:Hi",
            "m1 - - UNDELIV 1",
        ),
        (
            "delimiters alone",
            "id:m1 , ; stat:DELIVRD",
            "m1 - - DELIVRD -",
        ),
    ];

    #[test]
    fn forms_of_the_field() {
        for (what, text, expected) in FORMS {
            let receipt = read(text.as_bytes());
            let found = [
                receipt.id,
                receipt.submit_date,
                receipt.done_date,
                receipt.stat,
                receipt.err,
            ]
            .map(|field| show(field).unwrap_or("-").replace(' ', "_"))
            .join(" ");
            assert_eq!(found, expected, "{what}");
        }
    }

    #[test]
    fn another_name_is_a_further_field_only_beside_that_of_appendix_b() {
        let names = |text: &str| {
            let receipt = parse(text.as_bytes()).unwrap();
            let names = receipt
                .extra()
                .map(|extra| show(Some(extra.name)).unwrap().to_owned());
            names.collect::<Vec<_>>()
        };
        assert_eq!(
            names("msgid:x id:m1 status:FOO stat:DELIVRD price:3"),
            ["msgid", "status", "price"]
        );
        assert_eq!(names("msgid:x status:DELIVRD"), [""; 0]);
        assert_eq!(names("id:m1 hello stat:DELIVRD price:3"), ["price"]);
    }

    #[test]
    fn counts_without_labels_are_words_of_three_digits() {
        for (text, counts) in [
            (
                "m1 001 002 2301011200 2301011201 DELIVRD 000",
                (Some("001"), Some("002")),
            ),
            ("id:m1 part 12 001 stat:DELIVRD", (Some("001"), None)),
            ("id:m1 sub:003 001 stat:DELIVRD", (Some("003"), None)),
        ] {
            let receipt = read(text.as_bytes());
            assert_eq!((show(receipt.sub), show(receipt.dlvrd)), counts, "{text}");
        }
    }

    #[test]
    fn a_state_behind_the_label_of_the_text_counts_as_a_label() {
        let receipt = parse(b"id:m1 text: stat:DELIVRD").unwrap();
        assert_eq!(show(receipt.stat), Some("DELIVRD"));
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
            "CALL ME BACK AT 2301011200 IT WAS DELIVERED",
            "id: 42 was DELIVERED",
        ] {
            assert_eq!(parse(text.as_bytes()), None, "{text}");
        }
    }
}
