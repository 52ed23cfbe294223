//! The fields of any PDU, for code that goes by tables: one copy of it for all PDUs that are not in a hurry.

use super::error::{DecodeError, InvalidField, InvalidFieldKind};
use super::field::{FieldKind, FieldSpec};
use super::lists::List;
use super::reader::{Missing, Reader};
use super::writer::{Writer, check_short_message, check_text, check_time};
use super::{CommandId, HEADER_LEN, Header, Tlvs, tlv};

/// Most strings that a PDU has, `short_message` included.
const TEXTS: usize = 6;
/// Most single octets that a PDU has.
const OCTETS: usize = 11;

/// The mandatory fields of a PDU: strings, octets and the list, each in their order.
pub(super) struct Slots<'a> {
    texts: [&'a [u8]; TEXTS],
    octets: [u8; OCTETS],
    list: List<'a>,
    /// The places of the next string and octet.
    text: usize,
    octet: usize,
}

impl<'a> Slots<'a> {
    #[inline(always)]
    pub(super) fn new() -> Self {
        Slots {
            texts: [&[]; TEXTS],
            octets: [0; OCTETS],
            list: List::default(),
            text: 0,
            octet: 0,
        }
    }

    #[inline(always)]
    pub(super) fn put_text(&mut self, text: &'a [u8]) {
        if let Some(place) = self.texts.get_mut(self.text) {
            *place = text;
        }
        self.text += 1;
    }

    #[inline(always)]
    pub(super) fn put_octet(&mut self, octet: u8) {
        if let Some(place) = self.octets.get_mut(self.octet) {
            *place = octet;
        }
        self.octet += 1;
    }

    #[inline(always)]
    pub(super) fn put_list(&mut self, list: List<'a>) {
        self.list = list;
    }

    #[inline(always)]
    pub(super) fn take_text(&mut self) -> &'a [u8] {
        let text = self.texts.get(self.text).copied().unwrap_or_default();
        self.text += 1;
        text
    }

    #[inline(always)]
    pub(super) fn take_octet(&mut self) -> u8 {
        let octet = self.octets.get(self.octet).copied().unwrap_or_default();
        self.octet += 1;
        octet
    }

    #[inline(always)]
    pub(super) fn take_list(&mut self) -> List<'a> {
        self.list
    }

    /// Goes back to the first string and octet.
    #[inline(always)]
    pub(super) fn rewind(&mut self) {
        self.text = 0;
        self.octet = 0;
    }

    /// True if every string and the list are empty, and every octet is 0.
    pub(super) fn is_empty(&self) -> bool {
        self.texts.iter().all(|text| text.is_empty())
            && self.octets == [0; OCTETS]
            && self.list.count == 0
    }

    fn read(&mut self, fields: &[FieldSpec], reader: &mut Reader<'a>) -> Tlvs<'a> {
        self.rewind();
        for field in fields {
            match field.kind {
                FieldKind::CString(_) | FieldKind::Time => self.put_text(reader.c_string()),
                FieldKind::Integer(_) => self.put_octet(reader.octet()),
                FieldKind::ShortMessage => self.put_text(reader.short_message()),
                kind => self.put_list(reader.list(kind)),
            }
        }
        reader.tlvs()
    }

    pub(super) fn check(&mut self, fields: &[FieldSpec]) -> Result<(), InvalidField> {
        self.rewind();
        for field in fields {
            let checked = match field.kind {
                FieldKind::CString(max) => check_text(self.take_text(), usize::from(max) - 1),
                FieldKind::Time => check_time(self.take_text()),
                FieldKind::ShortMessage => check_short_message(self.take_text()),
                FieldKind::Integer(_) => continue,
                kind => self.list.check(kind),
            };
            checked.map_err(|kind| InvalidField {
                field: field.name,
                kind,
            })?;
        }
        Ok(())
    }

    pub(super) fn encoded_len(&mut self, fields: &[FieldSpec]) -> usize {
        self.rewind();
        let lengths = fields.iter().map(|field| match field.kind {
            FieldKind::CString(_) | FieldKind::Time | FieldKind::ShortMessage => {
                self.take_text().len() + 1
            }
            FieldKind::Integer(_) => 1,
            FieldKind::DestAddresses | FieldKind::UnsuccessSmes => 1 + self.list.octets.len(),
        });
        lengths.sum()
    }

    pub(super) fn write(&mut self, fields: &[FieldSpec], tlvs: Tlvs<'_>, out: &mut [u8]) {
        self.rewind();
        let mut out = Writer::new(out);
        for field in fields {
            match field.kind {
                FieldKind::CString(_) | FieldKind::Time => out.c_string(self.take_text()),
                FieldKind::Integer(_) => out.octet(self.take_octet()),
                FieldKind::ShortMessage => out.short_message(self.take_text()),
                FieldKind::DestAddresses | FieldKind::UnsuccessSmes => {
                    out.octet(self.list.count);
                    out.octets(self.list.octets);
                }
            }
        }
        out.octets(tlvs.as_bytes());
    }

    /// Reads a body with the tolerance that [`Body::decode`](super::Body::decode) promises.
    pub(super) fn decode(
        header: &Header,
        body: &'a [u8],
        fields: &'static [FieldSpec],
    ) -> Result<(Slots<'a>, Tlvs<'a>), DecodeError> {
        let mut slots = Slots::new();
        if let Some(tlvs) = slots.try_read(body, fields, Missing::Fail) {
            return Ok((slots, tlvs));
        }
        if fields.is_empty() {
            return Ok((slots, Tlvs::EMPTY));
        }
        if header.command_id.is_response() {
            if let Some(tlvs) = Tlvs::exact(body).filter(|tlvs| !tlvs.is_empty()) {
                return Ok((Slots::new(), tlvs));
            }
            if let Some(tlvs) = slots.try_read(body, fields, Missing::Anything) {
                return Ok((slots, tlvs));
            }
            if !header.command_status.is_ok() {
                return Ok((Slots::new(), Tlvs::EMPTY));
            }
        } else if let Some(tlvs) = slots.try_read(body, fields, Missing::FinalNul) {
            return Ok((slots, tlvs));
        }
        Err(diagnose(header.command_id, fields, body))
    }

    fn try_read(
        &mut self,
        body: &'a [u8],
        fields: &[FieldSpec],
        missing: Missing,
    ) -> Option<Tlvs<'a>> {
        let mut reader = Reader::new(body, missing);
        let tlvs = self.read(fields, &mut reader);
        (!reader.failed()).then_some(tlvs)
    }
}

/// Finds where a body stops making sense.
#[cold]
fn diagnose(command_id: CommandId, fields: &'static [FieldSpec], body: &[u8]) -> DecodeError {
    let mut rest = body;
    for field in fields {
        match field.kind.measure(rest) {
            Ok(length) => rest = rest.get(length..).unwrap_or_default(),
            Err((kind, inside, expected, found)) => {
                return DecodeError {
                    kind,
                    command_id,
                    field: field.name,
                    offset: HEADER_LEN + body.len() - rest.len() + inside,
                    expected: expected as u32,
                    found: found as u32,
                };
            }
        }
    }
    let at = HEADER_LEN + body.len() - rest.len();
    tlv::fault(command_id, rest, Tlvs::prefix(rest).as_bytes().len(), at)
}

impl List<'_> {
    fn check(self, kind: FieldKind) -> Result<(), InvalidFieldKind> {
        match kind {
            FieldKind::DestAddresses => super::DestAddresses::from(self).check(),
            _ => super::UnsuccessSmes::from(self).check(),
        }
    }
}
