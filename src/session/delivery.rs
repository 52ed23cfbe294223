//! What came in with a submit_sm, deliver_sm or data_sm: a receipt, a message, or a part of one.

use crate::pdu::{
    DataCoding, EsmClass, Npi, Pdu, PriorityFlag, RegisteredDelivery, Tag, Tlvs, Ton,
};
use crate::receipt::{self, ReceiptTlvs, Report};
use crate::text::{ConcatInfo, Udh};

/// esm_class: the user data begins with a header (SMPP 5.0, 4.7.12).
const UDHI: u8 = 0x40;

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
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
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

impl<'a> Delivery<'a> {
    /// Reads it off a PDU; `None` if that is of another kind.
    #[must_use]
    pub fn of(pdu: &Pdu<'a>) -> Option<Self> {
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
        Some(match pdu {
            Pdu::SubmitSm(sm) => message!(sm),
            Pdu::DeliverSm(sm) => message!(sm),
            Pdu::DataSm(sm) => Self {
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
            },
            _ => return None,
        })
    }

    /// The delivery receipt or intermediate notification that this is; `None` for a message.
    #[must_use]
    pub fn report(&self) -> Option<Report<'a>> {
        let tlvs = ReceiptTlvs {
            receipted_message_id: self.tlvs.get(Tag::RECEIPTED_MESSAGE_ID),
            message_state: self
                .tlvs
                .get(Tag::MESSAGE_STATE)
                .and_then(|v| v.first().copied()),
            network_error_code: self.tlvs.get(Tag::NETWORK_ERROR_CODE),
        };
        receipt::from_deliver(self.esm_class.0, self.user_data, tlvs)
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
