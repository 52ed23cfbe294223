//! A message to send.

use super::address::{AddressBuf, AddressInput, to_latin1};
use super::error::MessageError;
use crate::pdu::{Body, EsmClass, PriorityFlag, RegisteredDelivery, SmppTime, SubmitSm, TlvBuf};
use crate::session::{Content, Instant, Sms};
use crate::text::{Alphabet, Concat, EncodeOptions, Encoding, EncodingName, Language};
use alloc::string::String;
use alloc::vec::Vec;
use core::time::Duration;

/// When a delivery report is asked for (SMPP 3.4, 5.2.17).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
#[non_exhaustive]
pub enum ReportRequest {
    /// Never.
    #[default]
    None,
    /// When the message was delivered, or can't be.
    Always,
    /// Only when it can't be delivered.
    Failure,
    /// Only when it was delivered.
    Success,
}

impl ReportRequest {
    fn registered_delivery(self) -> RegisteredDelivery {
        RegisteredDelivery(match self {
            ReportRequest::None => 0,
            ReportRequest::Always => 1,
            ReportRequest::Failure => 2,
            ReportRequest::Success => 3,
        })
    }
}

/// What a message says.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
#[non_exhaustive]
pub enum OutgoingContent {
    /// Text; the empty text is a message too.
    Text(String),
    /// Bytes that are not text.
    Binary(Vec<u8>),
    /// Text that the caller has encoded.
    Encoded(Vec<u8>, EncodingName),
}

/// A message to send: one SMS, or a long one that is split into segments.
///
/// ```
/// use smpp_edge::messenger::{OutgoingSms, ReportRequest};
/// use std::time::Duration;
///
/// let sms = OutgoingSms::text("+1234567890", "Your code is 123456")
///     .from("Acme")
///     .report(ReportRequest::Always)
///     .validity(Duration::from_secs(300));
/// ```
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(remote = "Self", deny_unknown_fields))]
#[non_exhaustive]
pub struct OutgoingSms {
    /// The recipient.
    pub to: AddressInput,
    /// The sender; the SMSC's default if it is empty.
    #[cfg_attr(feature = "serde", serde(default))]
    pub from: AddressInput,
    /// What it says.
    pub content: OutgoingContent,
    /// The encoding; [`Encoding::Auto`] takes the smallest that carries the text exactly.
    #[cfg_attr(feature = "serde", serde(default))]
    pub encoding: Encoding,
    /// The language whose national tables may be used.
    #[cfg_attr(feature = "serde", serde(default))]
    pub language: Option<Language>,
    /// How a long text is carried; `None`: as [`MessengerOptions::concat`](super::MessengerOptions) says.
    #[cfg_attr(feature = "serde", serde(default))]
    pub concat: Option<Concat>,
    /// The most segments, 1 to 255.
    #[cfg_attr(feature = "serde", serde(default = "most_segments"))]
    pub max_segments: u8,
    /// When a delivery report is asked for.
    #[cfg_attr(feature = "serde", serde(default))]
    pub report: ReportRequest,
    /// How long the SMSC may try.
    #[cfg_attr(feature = "serde", serde(default))]
    pub validity: Option<SmppTime>,
    /// How long the message may wait here: after that it is not sent any more.
    #[cfg_attr(feature = "serde", serde(default))]
    pub expires_in: Option<Duration>,
    /// When the SMSC is to deliver it.
    #[cfg_attr(feature = "serde", serde(default))]
    pub schedule_at: Option<SmppTime>,
    /// Show at once, do not store (message class 0).
    #[cfg_attr(feature = "serde", serde(default))]
    pub flash: bool,
    /// priority_flag, 0 to 3.
    #[cfg_attr(feature = "serde", serde(default))]
    pub priority: u8,
    /// service_type.
    #[cfg_attr(feature = "serde", serde(default))]
    pub service_type: String,
    /// data_coding; `None`: the one of the encoding.
    #[cfg_attr(feature = "serde", serde(default))]
    pub data_coding: Option<u8>,
    /// esm_class without UDHI, which is set where it is needed: 4 marks a receipt, for an SMSC.
    #[cfg_attr(feature = "serde", serde(default))]
    pub esm_class: EsmClass,
    /// protocol_id of GSM 03.40.
    #[cfg_attr(feature = "serde", serde(default))]
    pub protocol_id: u8,
    /// Replaces an earlier message that is still pending.
    #[cfg_attr(feature = "serde", serde(default))]
    pub replace_if_present: bool,
    /// Index of a canned message of the SMSC; 0 for none.
    #[cfg_attr(feature = "serde", serde(default))]
    pub sm_default_msg_id: u8,
    /// Further user data header elements, without the length.
    #[cfg_attr(feature = "serde", serde(default))]
    pub udh: Vec<u8>,
    /// Optional parameters: `message_payload` only where there is no other content, `sar_*` only where there is one segment.
    #[cfg_attr(feature = "serde", serde(default))]
    pub tlvs: TlvBuf,
    /// The reference number of a long message; `None`: the next one.
    #[cfg_attr(feature = "serde", serde(default))]
    pub reference: Option<u16>,
    /// Puts plain quotes, dashes and spaces for typographic ones that the encoding lacks.
    #[cfg_attr(feature = "serde", serde(default))]
    pub transliterate: bool,
    /// Replaces each character that the encoding lacks.
    #[cfg_attr(feature = "serde", serde(default))]
    pub substitute: Option<char>,
}

impl OutgoingSms {
    /// A text for one recipient.
    #[must_use]
    pub fn text(to: impl Into<AddressInput>, text: impl Into<String>) -> Self {
        Self::new(to, OutgoingContent::Text(text.into()))
    }

    /// Bytes for one recipient, sent with data_coding 4.
    #[must_use]
    pub fn binary(to: impl Into<AddressInput>, bytes: impl Into<Vec<u8>>) -> Self {
        Self::new(to, OutgoingContent::Binary(bytes.into()))
    }

    /// A message for one recipient.
    #[must_use]
    pub fn new(to: impl Into<AddressInput>, content: OutgoingContent) -> Self {
        Self {
            to: to.into(),
            from: AddressInput::default(),
            content,
            encoding: Encoding::Auto,
            language: None,
            concat: None,
            max_segments: u8::MAX,
            report: ReportRequest::None,
            validity: None,
            expires_in: None,
            schedule_at: None,
            flash: false,
            priority: 0,
            service_type: String::new(),
            data_coding: None,
            esm_class: EsmClass::default(),
            protocol_id: 0,
            replace_if_present: false,
            sm_default_msg_id: 0,
            udh: Vec::new(),
            tlvs: TlvBuf::default(),
            reference: None,
            transliterate: false,
            substitute: None,
        }
    }

    /// Sets the sender.
    #[must_use]
    pub fn from(mut self, from: impl Into<AddressInput>) -> Self {
        self.from = from.into();
        self
    }

    /// Asks for a delivery report.
    #[must_use]
    pub fn report(mut self, report: ReportRequest) -> Self {
        self.report = report;
        self
    }

    /// Sets how long the SMSC may try, at most 99 days; after the same time the message is not sent any more.
    #[must_use]
    pub fn validity(mut self, validity: Duration) -> Self {
        self.validity = Some(SmppTime::After(validity));
        self.expires_in = Some(validity);
        self
    }

    /// Chooses the encoding.
    #[must_use]
    pub fn encoding(mut self, encoding: Encoding) -> Self {
        self.encoding = encoding;
        self
    }

    /// Sets the optional parameters.
    #[must_use]
    pub fn tlvs(mut self, tlvs: TlvBuf) -> Self {
        self.tlvs = tlvs;
        self
    }

    /// Resolves addresses and times, so that [`Resolved::sms`] can borrow them.
    pub(super) fn resolve(&self) -> Result<Resolved<'_>, MessageError> {
        let to = match &self.to {
            AddressInput::Text(text) => AddressBuf::recipient(text)?,
            AddressInput::Exact(address) => address.clone(),
        };
        if to.addr.is_empty() {
            return Err(MessageError::invalid("to", "a recipient is expected"));
        }
        let from = match &self.from {
            AddressInput::Text(text) => AddressBuf::sender(text)?,
            AddressInput::Exact(address) => address.clone(),
        };
        let latin1 = |field, text: &str| {
            to_latin1(text)
                .ok_or_else(|| MessageError::invalid(field, "a character is outside ISO-8859-1"))
        };
        let time = |field, time: Option<SmppTime>| match time {
            None => Ok(None),
            Some(time) => time.encode().map(Some).ok_or_else(|| {
                MessageError::invalid(
                    field,
                    "expected at most 99 days, or a year from 2000 to 2099",
                )
            }),
        };
        if self.priority > 3 {
            let message = format!("{} is out of range; expected 0 to 3", self.priority);
            return Err(MessageError::invalid("priority", message));
        }
        if self.max_segments == 0 {
            return Err(MessageError::invalid("max_segments", "expected 1 to 255"));
        }
        let units = match &self.content {
            OutgoingContent::Text(text) if !text.is_ascii() => text.encode_utf16().collect(),
            _ => Vec::new(),
        };
        let resolved = Resolved {
            units,
            service_type: latin1("service_type", &self.service_type)?,
            source_addr: latin1("from", &from.addr)?,
            destination_addr: latin1("to", &to.addr)?,
            validity: time("validity", self.validity)?,
            schedule: time("schedule_at", self.schedule_at)?,
            from,
            to,
            message: self,
        };
        resolved.fields().check()?;
        Ok(resolved)
    }
}

#[cfg(feature = "serde")]
const fn most_segments() -> u8 {
    u8::MAX
}

#[cfg(feature = "serde")]
impl serde::Serialize for OutgoingSms {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Self::serialize(self, serializer)
    }
}

/// Refuses what [`Messenger::send_sms`](super::Messenger::send_sms) would refuse whatever the session.
#[cfg(feature = "serde")]
impl<'de> serde::Deserialize<'de> for OutgoingSms {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let sms = Self::deserialize(deserializer)?;
        sms.resolve().map_err(serde::de::Error::custom)?;
        Ok(sms)
    }
}

/// An [`OutgoingSms`] whose addresses and times are in the form of the wire.
pub(super) struct Resolved<'a> {
    message: &'a OutgoingSms,
    from: AddressBuf,
    to: AddressBuf,
    service_type: Vec<u8>,
    source_addr: Vec<u8>,
    destination_addr: Vec<u8>,
    validity: Option<[u8; 16]>,
    schedule: Option<[u8; 16]>,
    /// A text that is not ASCII.
    units: Vec<u16>,
}

impl Resolved<'_> {
    fn fields(&self) -> SubmitSm<'_> {
        let message = self.message;
        SubmitSm {
            service_type: &self.service_type,
            source_addr_ton: self.from.ton,
            source_addr_npi: self.from.npi,
            source_addr: &self.source_addr,
            dest_addr_ton: self.to.ton,
            dest_addr_npi: self.to.npi,
            destination_addr: &self.destination_addr,
            esm_class: message.esm_class,
            protocol_id: message.protocol_id,
            priority_flag: PriorityFlag(message.priority),
            schedule_delivery_time: self.schedule.as_ref().map_or(&[], |time| &time[..]),
            validity_period: self.validity.as_ref().map_or(&[], |time| &time[..]),
            registered_delivery: message.report.registered_delivery(),
            replace_if_present_flag: message.replace_if_present.into(),
            sm_default_msg_id: message.sm_default_msg_id,
            tlvs: message.tlvs.as_tlvs(),
            ..SubmitSm::default()
        }
    }

    /// The message as the composer takes it.
    pub(super) fn sms(&self, now: Instant, concat: Concat, alphabet: Alphabet) -> Sms<'_> {
        let message = self.message;
        Sms {
            fields: self.fields(),
            content: match &message.content {
                OutgoingContent::Text(text) if text.is_ascii() => Content::Latin1(text.as_bytes()),
                OutgoingContent::Text(_) => Content::Text(&self.units),
                OutgoingContent::Binary(bytes) => Content::Encoded(bytes, EncodingName::Binary),
                OutgoingContent::Encoded(bytes, encoding) => Content::Encoded(bytes, *encoding),
            },
            options: EncodeOptions {
                encoding: message.encoding,
                language: message.language,
                concat: message.concat.unwrap_or(concat),
                max_segments: message.max_segments,
                default_alphabet: alphabet,
                transliterate: message.transliterate,
                substitute: message.substitute,
                flash: message.flash,
                extra_udh: &message.udh,
                reference: 0,
            },
            data_coding: message.data_coding,
            reference: message.reference,
            expires: message.expires_in.map(|duration| now + duration),
        }
    }
}
