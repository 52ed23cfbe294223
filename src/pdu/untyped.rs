//! Any PDU by its table: what a session asks of PDUs that it only passes on.

use super::any::split;
use super::slots::Slots;
use super::{DecodeError, FieldSpec, Header, InvalidField, Tlvs, fields_of};

/// The fields of a PDU, without its type.
pub(crate) struct Untyped<'a> {
    fields: &'static [FieldSpec],
    slots: Slots<'a>,
    tlvs: Tlvs<'a>,
}

impl<'a> Untyped<'a> {
    /// Reads one whole PDU. An unknown command has neither fields nor TLVs.
    ///
    /// # Errors
    /// As [`Pdu::decode`](super::Pdu::decode).
    pub(crate) fn decode(frame: &'a [u8]) -> Result<(Header, Untyped<'a>), DecodeError> {
        let (header, body) = split(frame)?;
        let (fields, (slots, tlvs)) = match fields_of(header.command_id) {
            Some(fields) => (fields, Slots::decode(&header, body, fields)?),
            None => (&[][..], (Slots::new(), Tlvs::EMPTY)),
        };
        let pdu = Untyped {
            fields,
            slots,
            tlvs,
        };
        Ok((header, pdu))
    }

    /// The optional parameters.
    pub(crate) fn tlvs(&self) -> Tlvs<'a> {
        self.tlvs
    }

    /// Checks that every field can be written: as [`Body::check`](super::Body::check).
    ///
    /// # Errors
    /// The first field that can't.
    pub(crate) fn check(&mut self) -> Result<(), InvalidField> {
        self.slots.check(self.fields)
    }
}
