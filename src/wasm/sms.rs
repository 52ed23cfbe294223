//! An SMS as js/engine/sms.ts writes it: a record of words, then its content, the text in UTF-16 or Latin-1 or octets, its
//! addresses, and what most SMS don't have.

use super::config::Messages;
use super::names::coding;
use crate::pdu::{EsmClass, PriorityFlag, RegisteredDelivery, SubmitSm, Tlvs};
use crate::session::{Content, Instant, Sms};
use crate::text::{Concat, EncodeOptions, Language};

/// Words of a record; those that most SMS don't have are the last.
const WORDS: usize = 28;
const USUAL: usize = 11;
const FLASH: u32 = 1;
const REPLACE: u32 = 2;
const TRANSLITERATE: u32 = 4;
const REFERENCE: u32 = 8;
const BINARY: u32 = 16;
/// The text is in Latin-1, not in UTF-16.
const NARROW: u32 = 32;
/// The SMS has something of what most don't have. Without it the last words are those of another SMS.
const MORE: u32 = 64;

/// Takes a record apart. Kept from one SMS to the next for its buffers.
#[derive(Default)]
pub(super) struct SmsReader {
    text: Vec<u16>,
    validity: Vec<u8>,
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
            .split_at_checked(WORDS * 4)
            .ok_or(BadField("record"))?;
        let words = words.as_chunks::<4>().0;
        let flags = u32::from_le_bytes(words[7]);
        let present = if flags & MORE != 0 { WORDS } else { USUAL };
        let mut word = [0_u32; WORDS];
        for (value, octets) in word.iter_mut().zip(&words[..present]) {
            *value = u32::from_le_bytes(*octets);
        }
        let wide = flags & (NARROW | BINARY) == 0;
        let (content, mut octets) = rest
            .split_at_checked(word[10] as usize * if wide { 2 } else { 1 })
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
        let from = next(word[8])?;
        let to = next(word[9])?;
        let service_type = next(word[20])?;
        let schedule = next(word[21])?;
        let validity = next(word[22])?;
        let udh = next(word[23])?;
        let tlvs = next(word[24])?;

        let small = |i: usize, field| u8::try_from(word[i]).map_err(|_| BadField(field));
        let seconds = word[18];
        let validity = if seconds == 0 {
            validity
        } else {
            relative_time(seconds, &mut self.validity).ok_or(BadField("validity_period"))?
        };
        let concat = match word[12] {
            0 => messages.concat,
            n => *Concat::ALL.get(n as usize - 1).ok_or(BadField("concat"))?,
        };
        let max_segments = match word[13] {
            0 => 255,
            _ => small(13, "maxSegments")?,
        };
        let (encoding, coded) = coding(word[5]).ok_or(BadField("encoding"))?;
        let sms = Sms {
            fields: SubmitSm {
                service_type,
                source_addr_ton: small(1, "source_addr_ton")?.into(),
                source_addr_npi: small(2, "source_addr_npi")?.into(),
                source_addr: from,
                dest_addr_ton: small(3, "dest_addr_ton")?.into(),
                dest_addr_npi: small(4, "dest_addr_npi")?.into(),
                destination_addr: to,
                esm_class: EsmClass(small(26, "esm_class")?),
                protocol_id: small(15, "protocol_id")?,
                priority_flag: PriorityFlag(small(14, "priority_flag")?),
                schedule_delivery_time: schedule,
                validity_period: validity,
                registered_delivery: RegisteredDelivery(small(6, "registered_delivery")?),
                replace_if_present_flag: u8::from(flags & REPLACE != 0),
                sm_default_msg_id: small(16, "sm_default_msg_id")?,
                tlvs: Tlvs::from_bytes(tlvs).map_err(|_| BadField("tlvs"))?,
                ..SubmitSm::default()
            },
            content: if flags & BINARY != 0 {
                Content::Encoded(content, coded)
            } else if wide {
                Content::Text(&self.text)
            } else {
                Content::Latin1(content)
            },
            options: EncodeOptions {
                encoding,
                language: (word[11] > 0)
                    .then(|| u8::try_from(word[11]).ok().and_then(Language::by_id))
                    .flatten(),
                concat,
                max_segments,
                default_alphabet: messages.default_alphabet,
                transliterate: flags & TRANSLITERATE != 0,
                substitute: char::from_u32(word[19]).filter(|&c| c != '\0'),
                flash: flags & FLASH != 0,
                extra_udh: udh,
                reference: 0,
            },
            data_coding: match word[25] {
                0 => None,
                n => Some(u8::try_from(n - 1).map_err(|_| BadField("data_coding"))?),
            },
            reference: (flags & REFERENCE != 0).then_some(word[17] as u16),
            expires: match (word[27], seconds) {
                (0, 0) => None,
                (0, seconds) => Some(now + u64::from(seconds) * 1_000),
                (millis, _) => Some(now + u64::from(millis)),
            },
        };
        Ok((word[0], sms))
    }
}

/// A relative SMPP time (SMPP 5.0, 4.7.23.5); `None` beyond 99 days, which months and years can't tell exactly.
fn relative_time(seconds: u32, out: &mut Vec<u8>) -> Option<&[u8]> {
    let days = seconds / 86_400;
    if days > 99 {
        return None;
    }
    out.clear();
    out.extend_from_slice(b"0000");
    for value in [days, seconds / 3_600 % 24, seconds / 60 % 60, seconds % 60] {
        out.extend_from_slice(&[b'0' + (value / 10) as u8, b'0' + (value % 10) as u8]);
    }
    out.extend_from_slice(b"000R");
    Some(out)
}
