//! An SMS as js/engine/sms.ts writes it: one record of words, then the text in UTF-16 or Latin-1, then octets.

use super::config::Messages;
use super::names::coding;
use crate::pdu::{PriorityFlag, RegisteredDelivery, SubmitSm, Tlvs};
use crate::session::{Content, Instant, Sms};
use crate::text::{Concat, EncodeOptions, Language};

const WORDS: usize = 26;
const FLASH: u32 = 1;
const REPLACE: u32 = 2;
const TRANSLITERATE: u32 = 4;
const REFERENCE: u32 = 8;
const BINARY: u32 = 16;
/// The text is in Latin-1, not in UTF-16.
const NARROW: u32 = 32;

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
        let mut word = [0_u32; WORDS];
        for (value, octets) in word.iter_mut().zip(words.as_chunks::<4>().0) {
            *value = u32::from_le_bytes(*octets);
        }
        let flags = word[10];
        let narrow = flags & NARROW != 0;
        let (text, mut octets) = rest
            .split_at_checked(word[19] as usize * if narrow { 1 } else { 2 })
            .ok_or(BadField("record"))?;
        if !narrow {
            self.text.clear();
            let units = text.as_chunks::<2>().0.iter();
            self.text.extend(units.map(|u| u16::from_le_bytes(*u)));
        }
        let mut next = |length: u32| {
            octets
                .split_off(..length as usize)
                .ok_or(BadField("record"))
        };
        let from = next(word[17])?;
        let to = next(word[18])?;
        let service_type = next(word[20])?;
        let schedule = next(word[21])?;
        let validity = next(word[22])?;
        let binary = next(word[23])?;
        let udh = next(word[24])?;
        let tlvs = next(word[25])?;

        let small = |i: usize, field| u8::try_from(word[i]).map_err(|_| BadField(field));
        let seconds = word[15];
        let validity = if seconds == 0 {
            validity
        } else {
            relative_time(seconds, &mut self.validity).ok_or(BadField("validity_period"))?
        };
        let concat = match word[7] {
            0 => messages.concat,
            n => *Concat::ALL.get(n as usize - 1).ok_or(BadField("concat"))?,
        };
        let max_segments = match word[8] {
            0 => 255,
            _ => small(8, "maxSegments")?,
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
                protocol_id: small(12, "protocol_id")?,
                priority_flag: PriorityFlag(small(11, "priority_flag")?),
                schedule_delivery_time: schedule,
                validity_period: validity,
                registered_delivery: RegisteredDelivery(small(9, "registered_delivery")?),
                replace_if_present_flag: u8::from(flags & REPLACE != 0),
                sm_default_msg_id: small(13, "sm_default_msg_id")?,
                tlvs: Tlvs::from_bytes(tlvs).map_err(|_| BadField("tlvs"))?,
                ..SubmitSm::default()
            },
            content: if flags & BINARY != 0 {
                Content::Encoded(binary, coded)
            } else if narrow {
                Content::Latin1(text)
            } else {
                Content::Text(&self.text)
            },
            options: EncodeOptions {
                encoding,
                language: (word[6] > 0)
                    .then(|| u8::try_from(word[6]).ok().and_then(Language::by_id))
                    .flatten(),
                concat,
                max_segments,
                default_alphabet: messages.default_alphabet,
                transliterate: flags & TRANSLITERATE != 0,
                substitute: char::from_u32(word[16]).filter(|&c| c != '\0'),
                flash: flags & FLASH != 0,
                extra_udh: udh,
                reference: 0,
            },
            reference: (flags & REFERENCE != 0).then_some(word[14] as u16),
            expires: (seconds > 0).then(|| now + u64::from(seconds) * 1_000),
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
