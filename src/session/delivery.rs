//! What came in with a submit_sm, deliver_sm or data_sm: a receipt, a message, or a part of one.

use crate::pdu::{
    Body, CommandId, DataCoding, DataSm, DeliverSm, EsmClass, HEADER_LEN, Header, Npi, Pdu,
    PriorityFlag, RegisteredDelivery, SubmitMulti, Tag, Tlvs, Ton,
};
use crate::receipt::{self, ReceiptTlvs, Report};
use crate::text::{self, ConcatInfo, Udh};
use alloc::vec::Vec;

/// esm_class: the user data begins with a header (SMPP 5.0, 4.7.12).
const UDHI: u8 = 0x40;

/// esm_class: how the message is carried, not what it is (SMPP 5.0, 4.7.12).
const MESSAGING_MODE: u8 = 0x03;

/// esm_class: whether it is a receipt, an acknowledgement or a message (SMPP 5.0, 4.7.12).
pub(super) const MESSAGE_TYPE: u8 = 0x3C;

/// An address with its kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Address<'a> {
    /// Type of number.
    pub ton: Ton,
    /// Numbering plan.
    pub npi: Npi,
    /// The address itself.
    pub addr: &'a [u8],
}

/// What submit_sm, deliver_sm and data_sm have in common; what data_sm lacks is 0.
///
/// ```
/// use smpp_edge::pdu::{CommandId, CommandStatus, DeliverSm, encode};
/// use smpp_edge::session::Delivery;
///
/// let deliver = DeliverSm { source_addr: b"1234567890", short_message: b"Hello", ..DeliverSm::default() };
/// let mut frame = Vec::new();
/// encode(&mut frame, CommandId::DELIVER_SM, CommandStatus::ESME_ROK, 1, &deliver)?;
/// let delivery = Delivery::decode(&frame).expect("a message");
/// assert_eq!((delivery.source.addr, delivery.body()), (&b"1234567890"[..], &b"Hello"[..]));
/// # Ok::<(), smpp_edge::pdu::InvalidField>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Delivery<'a> {
    /// Who sent it.
    pub source: Address<'a>,
    /// Whom it is for.
    pub destination: Address<'a>,
    /// Kind of service.
    pub service_type: &'a [u8],
    /// Mode, type and features.
    pub esm_class: EsmClass,
    /// Protocol identifier of GSM 03.40.
    pub protocol_id: u8,
    /// How urgent.
    pub priority_flag: PriorityFlag,
    /// The receipts asked for.
    pub registered_delivery: RegisteredDelivery,
    /// How the text is written.
    pub data_coding: DataCoding,
    /// short_message, or message_payload where that is empty.
    pub user_data: &'a [u8],
    /// The optional parameters.
    pub tlvs: Tlvs<'a>,
}

macro_rules! message {
    ($pdu:expr) => {
        Self {
            source: Address {
                ton: $pdu.source_addr_ton,
                npi: $pdu.source_addr_npi,
                addr: $pdu.source_addr,
            },
            destination: Address {
                ton: $pdu.dest_addr_ton,
                npi: $pdu.dest_addr_npi,
                addr: $pdu.destination_addr,
            },
            service_type: $pdu.service_type,
            esm_class: $pdu.esm_class,
            protocol_id: $pdu.protocol_id,
            priority_flag: $pdu.priority_flag,
            registered_delivery: $pdu.registered_delivery,
            data_coding: $pdu.data_coding,
            user_data: user_data($pdu.short_message, $pdu.tlvs),
            tlvs: $pdu.tlvs,
        }
    };
}

impl<'a> Delivery<'a> {
    /// What it is in a PDU; `None` if that is of another kind.
    #[must_use]
    pub fn of(pdu: &Pdu<'a>) -> Option<Self> {
        Some(match pdu {
            Pdu::SubmitSm(sm) => message!(sm),
            Pdu::DeliverSm(sm) => message!(sm),
            Pdu::DataSm(sm) => Self::of_data(sm),
            _ => return None,
        })
    }

    /// What it is in a deliver_sm that may be one of several segments; `None` if nothing in it says so.
    pub(super) fn of_segment(sm: &DeliverSm<'a>) -> Option<Self> {
        let udhi = sm.esm_class.0 & UDHI != 0;
        (udhi || sm.tlvs.get(Tag::SAR_MSG_REF_NUM).is_some()).then(|| message!(sm))
    }

    /// Reads it off one whole PDU; `None` if that is of another kind, or can't be read.
    #[must_use]
    pub fn decode(frame: &'a [u8]) -> Option<Self> {
        let (header, body) = frame.split_first_chunk::<HEADER_LEN>()?;
        let header = Header::decode(header);
        match header.command_id {
            // Their fields are the same.
            CommandId::SUBMIT_SM | CommandId::DELIVER_SM => {
                DeliverSm::decode(&header, body).ok().map(|sm| message!(sm))
            }
            CommandId::DATA_SM => DataSm::decode(&header, body)
                .ok()
                .map(|sm| Self::of_data(&sm)),
            _ => None,
        }
    }

    /// Reads what a submit_multi carries, without its recipients; `None` if the PDU is of another kind, or can't be read.
    #[must_use]
    pub fn decode_multi(frame: &'a [u8]) -> Option<Self> {
        let (header, body) = frame.split_first_chunk::<HEADER_LEN>()?;
        let header = Header::decode(header);
        if header.command_id != CommandId::SUBMIT_MULTI {
            return None;
        }
        let sm = SubmitMulti::decode(&header, body).ok()?;
        Some(Self {
            source: Address {
                ton: sm.source_addr_ton,
                npi: sm.source_addr_npi,
                addr: sm.source_addr,
            },
            destination: Address::default(),
            service_type: sm.service_type,
            esm_class: sm.esm_class,
            protocol_id: sm.protocol_id,
            priority_flag: sm.priority_flag,
            registered_delivery: sm.registered_delivery,
            data_coding: sm.data_coding,
            user_data: user_data(sm.short_message, sm.tlvs),
            tlvs: sm.tlvs,
        })
    }

    fn of_data(sm: &DataSm<'a>) -> Self {
        Self {
            source: Address {
                ton: sm.source_addr_ton,
                npi: sm.source_addr_npi,
                addr: sm.source_addr,
            },
            destination: Address {
                ton: sm.dest_addr_ton,
                npi: sm.dest_addr_npi,
                addr: sm.destination_addr,
            },
            service_type: sm.service_type,
            esm_class: sm.esm_class,
            protocol_id: 0,
            priority_flag: PriorityFlag(0),
            registered_delivery: sm.registered_delivery,
            data_coding: sm.data_coding,
            user_data: user_data(&[], sm.tlvs),
            tlvs: sm.tlvs,
        }
    }

    /// The whole that the segments of a message make: the fields of this one, with the text of all. A receipt's TLVs may be
    /// in any of them, so `segments` is searched for those.
    #[must_use]
    pub fn with_text(&self, text: &'a [u8], segments: impl Iterator<Item = Delivery<'a>>) -> Self {
        let reports = |of: &Delivery<'_>| {
            let tags = [Tag::RECEIPTED_MESSAGE_ID, Tag::MESSAGE_STATE];
            tags.iter().any(|&tag| of.tlvs.get(tag).is_some())
        };
        let mut segments = segments;
        Self {
            esm_class: EsmClass(self.esm_class.0 & !UDHI),
            user_data: text,
            tlvs: segments.find(reports).map_or(self.tlvs, |found| found.tlvs),
            ..*self
        }
    }

    /// The delivery receipt or intermediate notification that this is; `None` for a message. `room` is for one that is
    /// written in UTF-16.
    #[must_use]
    pub fn report<'b>(&self, room: &'b mut Vec<u8>) -> Option<Report<'b>>
    where
        'a: 'b,
    {
        let tlvs = self.receipt_tlvs();
        let (esm_class, user_data) = (self.esm_class.0, self.user_data);
        if text::is_ucs2(self.data_coding.0) && receipt::is_wide(self.body()) {
            receipt::from_wide_deliver(esm_class, user_data, tlvs, room)
        } else {
            receipt::from_deliver(esm_class, user_data, tlvs)
        }
    }

    /// The receipt of an SMSC that marks receipts as ordinary messages. A subscriber can write such a text, so this is for
    /// those who ask for it.
    #[must_use]
    pub fn plain_report(&self) -> Option<Report<'a>> {
        let ordinary = self.esm_class.0 & !MESSAGING_MODE == 0;
        receipt::from_plain_text(self.user_data, self.receipt_tlvs()).filter(|_| ordinary)
    }

    /// Of each the first counts.
    fn receipt_tlvs(&self) -> ReceiptTlvs<'a> {
        let mut found = ReceiptTlvs::default();
        let mut state = None;
        for tlv in self.tlvs {
            let slot = match tlv.tag {
                Tag::RECEIPTED_MESSAGE_ID => &mut found.receipted_message_id,
                Tag::MESSAGE_STATE => &mut state,
                Tag::NETWORK_ERROR_CODE => &mut found.network_error_code,
                _ => continue,
            };
            slot.get_or_insert(tlv.value);
        }
        found.message_state = state.and_then(|value| value.first().copied());
        found
    }

    /// The user data header, if UDHI says that there is one and it is whole.
    #[must_use]
    pub fn udh(&self) -> Option<Udh<'a>> {
        (self.esm_class.0 & UDHI != 0)
            .then(|| Udh::parse(self.user_data).ok())
            .flatten()
    }

    /// The text or data behind the header.
    #[must_use]
    pub fn body(&self) -> &'a [u8] {
        let header = self.udh().map_or(0, |udh| udh.as_bytes().len());
        &self.user_data[header..]
    }

    /// Which part of which message this is, by header or else by SAR TLVs; `None` if it stands alone.
    #[must_use]
    pub fn concat(&self) -> Option<ConcatInfo> {
        let by_header = self.udh().and_then(|udh| udh.concat());
        by_header.or_else(|| {
            ConcatInfo::from_sar(
                u16::try_from(self.tlvs.integer(Tag::SAR_MSG_REF_NUM)?).ok()?,
                u8::try_from(self.tlvs.integer(Tag::SAR_TOTAL_SEGMENTS)?).ok()?,
                u8::try_from(self.tlvs.integer(Tag::SAR_SEGMENT_SEQNUM)?).ok()?,
            )
        })
    }
}

fn user_data<'a>(short_message: &'a [u8], tlvs: Tlvs<'a>) -> &'a [u8] {
    match tlvs.get(Tag::MESSAGE_PAYLOAD) {
        Some(payload) if short_message.is_empty() => payload,
        _ => short_message,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pdu::{CommandStatus, EnquireLink, SubmitSm, TlvBuf};

    fn read(data_coding: u8, text: &[u8]) -> Option<Vec<u8>> {
        let pdu = Pdu::DeliverSm(DeliverSm {
            esm_class: EsmClass(0x04),
            data_coding: DataCoding(data_coding),
            short_message: text,
            ..DeliverSm::default()
        });
        let mut room = Vec::new();
        let report = Delivery::of(&pdu)?.report(&mut room)?;
        report.message_id().map(<[u8]>::to_vec)
    }

    #[test]
    fn a_receipt_is_read_in_utf_16_and_where_that_is_only_claimed() {
        let ascii = b"id:42 stat:DELIVRD err:000";
        let wide: Vec<u8> = ascii.iter().flat_map(|octet| [0, *octet]).collect();
        assert_eq!(read(0, ascii).unwrap(), b"42");
        for data_coding in [0x08, 0x18, 0x19, 0x48, 0xE0] {
            assert_eq!(
                read(data_coding, &wide).unwrap(),
                b"42",
                "{data_coding:#04X}"
            );
        }
        assert_eq!(read(8, ascii).unwrap(), b"42");
        // In GSM 03.38 the first octet is an `@`.
        let at = b"\0id:42 stat:DELIVRD err:000";
        assert_eq!(read(0, at).unwrap(), b"42");
    }

    #[test]
    fn the_whole_of_a_receipt_in_segments_has_the_tlvs_of_whichever_has_them() {
        let mut tlvs = TlvBuf::new();
        tlvs.push(Tag::RECEIPTED_MESSAGE_ID, b"77\0").unwrap();
        let segment = |tlvs| {
            let pdu = Pdu::DeliverSm(DeliverSm {
                esm_class: EsmClass(0x44),
                short_message: &[5, 0, 3, 9, 2, 1, b'x'],
                tlvs,
                ..DeliverSm::default()
            });
            Delivery::of(&pdu).unwrap()
        };
        let plain = segment(Tlvs::default());
        let reported = segment(tlvs.as_tlvs());
        let whole = plain.with_text(b"stat:DELIVRD err:000", [plain, reported].into_iter());
        let body = &b"stat:DELIVRD err:000"[..];
        assert_eq!((whole.udh(), whole.body()), (None, body));
        assert_eq!(whole.esm_class, EsmClass(0x04));
        let mut room = Vec::new();
        let report = whole.report(&mut room).unwrap();
        assert_eq!(report.message_id(), Some(&b"77"[..]));
        let silent = plain.with_text(b"text", [plain].into_iter());
        assert_eq!(silent.tlvs, plain.tlvs);
    }

    #[test]
    fn a_receipt_in_an_ordinary_message_is_one_for_those_who_ask() {
        let id = |esm_class| {
            let delivery = Delivery {
                esm_class: EsmClass(esm_class),
                user_data: b"id:42 stat:DELIVRD",
                ..Delivery::of(&Pdu::DeliverSm(DeliverSm::default())).unwrap()
            };
            let report = delivery.plain_report()?;
            report.message_id().map(<[u8]>::to_vec)
        };
        for messaging_mode in 0..4 {
            assert_eq!(id(messaging_mode).as_deref(), Some(&b"42"[..]));
        }
        for other in [0x04, 0x20, 0x40, 0x80] {
            assert_eq!(id(other), None, "{other:#04X}");
        }
    }

    #[test]
    fn octets_are_a_header_only_where_esm_class_says_so() {
        let octets = [5, 0, 3, 9, 2, 1, b'x'];
        let read = |esm_class| {
            let pdu = Pdu::DeliverSm(DeliverSm {
                esm_class: EsmClass(esm_class),
                short_message: &octets,
                ..DeliverSm::default()
            });
            let delivery = Delivery::of(&pdu).unwrap();
            (delivery.udh().is_some(), delivery.body().len())
        };
        assert_eq!(read(0x04), (false, 7));
        assert_eq!(read(0x44), (true, 1));
    }

    #[test]
    fn the_text_is_in_the_payload_only_where_short_message_is_empty() {
        let mut tlvs = TlvBuf::new();
        tlvs.push(Tag::MESSAGE_PAYLOAD, b"payload").unwrap();
        let read = |short_message| {
            let pdu = Pdu::DeliverSm(DeliverSm {
                short_message,
                tlvs: tlvs.as_tlvs(),
                ..DeliverSm::default()
            });
            Delivery::of(&pdu).unwrap().user_data.to_vec()
        };
        assert_eq!(read(b""), b"payload");
        assert_eq!(read(b"text"), b"text");
    }

    #[test]
    fn what_goes_to_many_is_read_without_its_recipients() {
        let pdu = Pdu::SubmitMulti(SubmitMulti {
            source_addr: b"1",
            data_coding: DataCoding(8),
            short_message: b"text",
            ..SubmitMulti::default()
        });
        let mut frame = Vec::new();
        pdu.encode(&mut frame, CommandStatus::ESME_ROK, 1).unwrap();
        let delivery = Delivery::decode_multi(&frame).unwrap();
        assert_eq!(delivery.source.addr, b"1");
        assert_eq!(delivery.data_coding, DataCoding(8));
        assert_eq!(delivery.user_data, b"text");
        assert_eq!(Delivery::decode(&frame), None);
        let mut other = Vec::new();
        Pdu::SubmitSm(SubmitSm::default())
            .encode(&mut other, CommandStatus::ESME_ROK, 1)
            .unwrap();
        assert_eq!(Delivery::decode_multi(&other), None);
    }

    #[test]
    fn octets_give_the_same_as_the_pdu_they_are_read_to() {
        let mut tlvs = TlvBuf::new();
        tlvs.push(Tag::MESSAGE_PAYLOAD, b"payload").unwrap();
        let tlvs = tlvs.as_tlvs();
        let pdus = [
            Pdu::SubmitSm(SubmitSm {
                source_addr: b"1",
                protocol_id: 64,
                short_message: b"text",
                ..SubmitSm::default()
            }),
            Pdu::DeliverSm(DeliverSm {
                destination_addr: b"2",
                esm_class: EsmClass(0x04),
                tlvs,
                ..DeliverSm::default()
            }),
            Pdu::DataSm(DataSm {
                service_type: b"WAP",
                data_coding: DataCoding(8),
                tlvs,
                ..DataSm::default()
            }),
            Pdu::EnquireLink(EnquireLink::default()),
        ];
        for pdu in pdus {
            let mut frame = Vec::new();
            pdu.encode(&mut frame, CommandStatus::ESME_ROK, 1).unwrap();
            assert_eq!(Delivery::decode(&frame), Delivery::of(&pdu));
        }
        assert_eq!(Delivery::decode(&[0; 8]), None);
    }
}
