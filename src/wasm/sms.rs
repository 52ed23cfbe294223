//! An SMS as js/engine/sms.ts writes it: its record, then its content, the text in UTF-16 or Latin-1 or octets, its addresses, and
//! what most SMS don't have.

use super::config::Messages;
use super::layout::{Sms as Record, SmsFlag};
use super::names::coding;
use crate::pdu::{EsmClass, PriorityFlag, RegisteredDelivery, SmppTime, SubmitSm, Tlvs};
use crate::session::{Content, Instant, Sms};
use crate::text::{Concat, EncodeOptions, Language};
use core::time::Duration;

/// Takes a record apart. Kept from one SMS to the next for its buffers.
#[derive(Default)]
pub(super) struct SmsReader {
    text: Vec<u16>,
    validity: [u8; 16],
}

/// A field that can't be what it is.
pub(super) struct BadField(pub(super) &'static str);

impl SmsReader {
    /// The ticket and the SMS of a record, which lasts as long as the record and this reader.
    pub(super) fn read<'a>(
        &'a mut self,
        record: &'a [u8],
        now: Instant,
        messages: &Messages,
    ) -> Result<(u32, Sms<'a>), BadField> {
        let (words, rest) = record
            .split_first_chunk::<{ Record::OCTETS }>()
            .ok_or(BadField("record"))?;
        let has = |flags: u32, flag: SmsFlag| flags & flag as u32 != 0;
        let word = Record::read(words, |usual| has(usual.flags, SmsFlag::More));
        let has = |flag| has(word.flags, flag);
        let wide = !has(SmsFlag::Narrow) && !has(SmsFlag::Binary);
        let (content, mut octets) = rest
            .split_at_checked(word.content_length as usize * if wide { 2 } else { 1 })
            .ok_or(BadField("record"))?;
        if wide {
            self.text.clear();
            let units = content.as_chunks::<2>().0.iter();
            self.text.extend(units.map(|u| u16::from_le_bytes(*u)));
        }
        let mut next = |length: u32| {
            octets
                .split_off(..length as usize)
                .ok_or(BadField("record"))
        };
        let from = next(word.from_length)?;
        let to = next(word.to_length)?;
        let service_type = next(word.service_type_length)?;
        let schedule = next(word.schedule_length)?;
        let validity = next(word.validity_length)?;
        let udh = next(word.udh_length)?;
        let tlvs = next(word.tlvs_length)?;

        let small = |word: u32, field| u8::try_from(word).map_err(|_| BadField(field));
        let seconds = word.validity;
        let validity = if seconds == 0 {
            validity
        } else {
            let time = SmppTime::After(Duration::from_secs(seconds.into()));
            self.validity = time.encode().ok_or(BadField("validity_period"))?;
            &self.validity
        };
        let concat = match word.concat {
            0 => messages.concat,
            n => *Concat::ALL.get(n as usize - 1).ok_or(BadField("concat"))?,
        };
        let max_segments = match word.max_segments {
            0 => 255,
            _ => small(word.max_segments, "maxSegments")?,
        };
        let (encoding, coded) = coding(word.encoding).ok_or(BadField("encoding"))?;
        let sms = Sms {
            fields: SubmitSm {
                service_type,
                source_addr_ton: small(word.from_ton, "source_addr_ton")?.into(),
                source_addr_npi: small(word.from_npi, "source_addr_npi")?.into(),
                source_addr: from,
                dest_addr_ton: small(word.to_ton, "dest_addr_ton")?.into(),
                dest_addr_npi: small(word.to_npi, "dest_addr_npi")?.into(),
                destination_addr: to,
                esm_class: EsmClass(small(word.esm_class, "esm_class")?),
                protocol_id: small(word.protocol_id, "protocol_id")?,
                priority_flag: PriorityFlag(small(word.priority, "priority_flag")?),
                schedule_delivery_time: schedule,
                validity_period: validity,
                registered_delivery: RegisteredDelivery(small(
                    word.registered_delivery,
                    "registered_delivery",
                )?),
                replace_if_present_flag: u8::from(has(SmsFlag::Replace)),
                sm_default_msg_id: small(word.sm_default_msg_id, "sm_default_msg_id")?,
                tlvs: Tlvs::from_bytes(tlvs).map_err(|_| BadField("tlvs"))?,
                ..SubmitSm::default()
            },
            content: if has(SmsFlag::Binary) {
                Content::Encoded(content, coded)
            } else if wide {
                Content::Text(&self.text)
            } else {
                Content::Latin1(content)
            },
            options: EncodeOptions {
                encoding,
                language: (word.language > 0)
                    .then(|| u8::try_from(word.language).ok().and_then(Language::by_id))
                    .flatten(),
                concat,
                max_segments,
                default_alphabet: messages.default_alphabet,
                transliterate: has(SmsFlag::Transliterate),
                substitute: char::from_u32(word.substitute).filter(|&c| c != '\0'),
                flash: has(SmsFlag::Flash),
                extra_udh: udh,
                reference: 0,
            },
            data_coding: match word.data_coding {
                0 => None,
                n => Some(u8::try_from(n - 1).map_err(|_| BadField("data_coding"))?),
            },
            reference: has(SmsFlag::Reference).then_some(word.reference as u16),
            expires: expiry(now, word.expires_in, seconds),
        };
        Ok((word.ticket, sms))
    }
}

/// When it is not sent any more: after these milliseconds or, if there are none, when its validity is over.
fn expiry(now: Instant, millis: u32, validity: u32) -> Option<Instant> {
    match (millis, validity) {
        (0, 0) => None,
        (0, seconds) => Some(now + u64::from(seconds) * 1_000),
        (millis, _) => Some(now + u64::from(millis)),
    }
}
