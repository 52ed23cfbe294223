//! From an SMS to the submit_sm (or, of an SMSC, deliver_sm) that carry it.

use super::config::Role;
use super::engine::Session;
use super::error::SendError;
use super::event::Ticket;
use super::instant::Instant;
use crate::pdu::{CommandId, DataCoding, EsmClass, SubmitSm, Tag, TlvBuf, Tlvs};
use crate::text::{
    EncodeOptions, EncodingName, Plan, Segment, TextError, plan_encoded_into, plan_into,
    plan_latin1_into,
};
use core::fmt;

/// esm_class: the user data begins with a header (SMPP 5.0, 4.7.12).
const UDHI: u8 = 0x40;

/// What an SMS says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Content<'a> {
    /// UTF-16 units.
    Text(&'a [u16]),
    /// Text in Latin-1.
    Latin1(&'a [u8]),
    /// Octets that are no text, or text that the caller has coded; see [`plan_encoded_into`].
    Encoded(&'a [u8], EncodingName),
}

/// One SMS, of one segment or many.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Sms<'a> {
    /// The fields that all segments share; `data_coding`, `short_message`, UDHI bit and TLVs of segmentation are filled
    /// in for each. Its TLVs may have `message_payload` if there is no other content, and `sar_*` if there is one segment.
    pub fields: SubmitSm<'a>,
    /// What it says.
    pub content: Content<'a>,
    /// How that is coded and cut; `reference` is only used if `reference` below is set.
    pub options: EncodeOptions<'a>,
    /// The `data_coding` of every segment; `None`: the one of the encoding that was chosen.
    pub data_coding: Option<u8>,
    /// The reference number of a long message; `None`: the next one.
    pub reference: Option<u16>,
    /// When it is not sent any more, and a peer that is too busy not asked again; `None`: sent at any time, asked again
    /// for `Config::retry_time`.
    pub expires: Option<Instant>,
}

impl<'a> Sms<'a> {
    /// A message with the defaults of everything else.
    #[must_use]
    pub fn new(fields: SubmitSm<'a>, content: Content<'a>) -> Self {
        Self {
            fields,
            content,
            options: EncodeOptions::default(),
            data_coding: None,
            reference: None,
            expires: None,
        }
    }

    /// The same message, changed.
    ///
    /// ```
    /// use smpp_edge::pdu::SubmitSm;
    /// use smpp_edge::session::{Content, Sms};
    ///
    /// let fields = SubmitSm { destination_addr: b"1234567890", ..SubmitSm::default() };
    /// let sms = Sms::new(fields, Content::Latin1(b"Hello")).with(|sms| sms.options.flash = true);
    /// ```
    #[must_use]
    pub fn with(mut self, change: impl FnOnce(&mut Self)) -> Self {
        change(&mut self);
        self
    }
}

/// Why an SMS was not taken; nothing of it was queued.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SmsError {
    /// Its text can't be sent as asked.
    Text(TextError),
    /// A field can't be written, or the session does not take it.
    Send(SendError),
}

impl From<TextError> for SmsError {
    fn from(error: TextError) -> Self {
        SmsError::Text(error)
    }
}

impl From<SendError> for SmsError {
    fn from(error: SendError) -> Self {
        SmsError::Send(error)
    }
}

impl fmt::Display for SmsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            SmsError::Text(error) => error.fmt(f),
            SmsError::Send(error) => error.fmt(f),
        }
    }
}

impl core::error::Error for SmsError {
    fn source(&self) -> Option<&(dyn core::error::Error + 'static)> {
        match self {
            SmsError::Text(error) => error.source(),
            SmsError::Send(error) => error.source(),
        }
    }
}

/// Sends SMS over one session; keeps what can be used again from one to the next.
///
/// ```
/// use smpp_edge::pdu::SubmitSm;
/// use smpp_edge::session::{Composer, Config, Content, Instant, Session, Sms, Ticket};
///
/// let now = Instant::from_millis(0);
/// let mut session = Session::new(Config::esme(b"esme", b"secret", 1), now);
/// let mut composer = Composer::new(1);
/// let fields = SubmitSm { destination_addr: b"1234567890", ..SubmitSm::default() };
/// let sms = Sms::new(fields, Content::Latin1(&[b'x'; 200]));
/// let (segments, encoding) = composer.send(&mut session, now, &sms, |index| Ticket(index.into()))?;
/// assert_eq!((segments, encoding.as_str(), session.queued()), (2, "gsm7", 2));
/// # Ok::<(), smpp_edge::session::SmsError>(())
/// ```
#[derive(Debug)]
pub struct Composer {
    plan: Plan,
    tlvs: TlvBuf,
    next_reference: u16,
}

impl Composer {
    /// `seed`: where the reference numbers start; they count up from there, so that none returns soon.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self {
            plan: Plan::default(),
            tlvs: TlvBuf::new(),
            next_reference: (seed ^ (seed >> 16) ^ (seed >> 32)) as u16,
        }
    }

    /// Queues an SMS as one request a segment, each marked with what `ticket` makes of its index from 0. Returns how many
    /// there are, and the coding they are in.
    ///
    /// # Errors
    ///
    /// Any of [`SmsError`]; then nothing is queued.
    pub fn send(
        &mut self,
        session: &mut Session,
        now: Instant,
        sms: &Sms<'_>,
        ticket: impl Fn(u8) -> Ticket,
    ) -> Result<(u8, EncodingName), SmsError> {
        let options = EncodeOptions {
            reference: sms.reference.unwrap_or(self.next_reference),
            ..sms.options
        };
        match sms.content {
            Content::Text(units) => plan_into(&mut self.plan, units, &options)?,
            Content::Latin1(octets) => plan_latin1_into(&mut self.plan, octets, &options)?,
            Content::Encoded(octets, encoding) => {
                plan_encoded_into(&mut self.plan, octets, encoding, &options)?;
            }
        }
        check_tlvs(sms.fields.tlvs, &self.plan)?;
        let count = self.plan.len();
        if count > 1 && sms.reference.is_none() {
            self.next_reference = self.next_reference.wrapping_add(1);
        }
        if session.queued() + count > session.config().max_queue {
            return Err(SendError::QueueFull.into());
        }
        let command_id = match session.config().role {
            Role::Esme => CommandId::SUBMIT_SM,
            Role::Smsc => CommandId::DELIVER_SM,
        };
        for (index, segment) in self.plan.segments().enumerate() {
            let mut body = sms.fields;
            body.data_coding = DataCoding(sms.data_coding.unwrap_or(self.plan.data_coding));
            if !segment.udh.is_empty() {
                body.esm_class = EsmClass(body.esm_class.0 | UDHI);
            }
            if segment.sar.is_some() || segment.payload {
                self.tlvs.clear();
                self.tlvs.extend(sms.fields.tlvs);
                if let Some((reference, total, part)) = segment.sar {
                    self.tlvs.push_u16(Tag::SAR_MSG_REF_NUM, reference);
                    self.tlvs.push_u8(Tag::SAR_TOTAL_SEGMENTS, total);
                    self.tlvs.push_u8(Tag::SAR_SEGMENT_SEQNUM, part);
                }
                if segment.payload {
                    self.tlvs
                        .push(Tag::MESSAGE_PAYLOAD, segment.octets)
                        .map_err(SendError::from)?;
                }
                body.tlvs = self.tlvs.as_tlvs();
            }
            if !segment.payload {
                body.short_message = segment.octets;
            }
            // All segments have the same fields, so that only the first can be refused.
            let ticket = ticket(index as u8);
            session.enqueue_as(now, ticket, sms.expires, command_id, &body, count == 1)?;
        }
        Ok((count as u8, self.plan.encoding))
    }
}

/// Checks that the application's TLVs go with the plan: a message has one content, and segments are numbered once.
///
/// # Errors
///
/// `InvalidOption` for `tlvs`.
pub(crate) fn check_tlvs(tlvs: Tlvs<'_>, plan: &Plan) -> Result<(), TextError> {
    let has_content = |segment: Segment<'_>| segment.payload || !segment.octets.is_empty();
    for tlv in tlvs {
        let reason = match tlv.tag {
            Tag::MESSAGE_PAYLOAD if plan.segments().any(has_content) => {
                "message_payload can only be in a message without other content"
            }
            Tag::SAR_MSG_REF_NUM | Tag::SAR_TOTAL_SEGMENTS | Tag::SAR_SEGMENT_SEQNUM
                if plan.len() > 1 =>
            {
                "sar_* can only be in a message of one segment"
            }
            _ => continue,
        };
        return Err(TextError::InvalidOption {
            option: "tlvs",
            reason,
        });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn why_an_sms_was_not_taken_is_told_in_words() {
        let text = TextError::TooManySegments { needed: 3, max: 2 };
        assert_eq!(SmsError::from(text).to_string(), "3 segments, 2 allowed");
        let full = SmsError::from(SendError::QueueFull);
        assert_eq!(full.to_string(), "queue full");
    }
}
