//! An SMS to send, see `SmsMessage` in types.ts.

use super::config::concat;
use super::encode;
use super::error::Thrown;
use super::read::{
    When, choice, flag, is_plain, members, octet, octets, string, text_of, unknown, when, whole,
};
use js_sys::Date;
use smpp_edge::messenger::{AddressBuf, AddressInput, OutgoingContent, OutgoingSms, ReportRequest};
use smpp_edge::pdu::{SmppTime, TlvBuf};
use smpp_edge::text::{Encoding, EncodingName, Language};
use std::time::Duration;
use wasm_bindgen::JsValue;

pub(super) const ENCODINGS: &[&str] = &[
    "auto",
    "gsm7",
    "latin1",
    "ascii",
    "ucs2",
    "iso-8859-5",
    "iso-8859-8",
    "utf8",
];
const REPORTS: &[&str] = &["none", "always", "failure", "success"];

fn report(name: &str) -> Option<ReportRequest> {
    Some(match name {
        "none" => ReportRequest::None,
        "always" => ReportRequest::Always,
        "failure" => ReportRequest::Failure,
        "success" => ReportRequest::Success,
        _ => return None,
    })
}

/// A string, or `{ ton, npi, addr }`.
fn address(name: &str, value: &JsValue) -> Result<AddressInput, Thrown> {
    if let Some(text) = text_of(name, value)? {
        return Ok(AddressInput::Text(text));
    }
    let refused = || Thrown::invalid(name, "expected a string or { ton, npi, addr }");
    if !is_plain(value) {
        return Err(refused());
    }
    let (mut ton, mut npi, mut addr) = (None, None, None);
    for (member, value) in members(value, name)? {
        let path = format!("{name}.{member}");
        match &*member {
            "ton" => ton = Some(octet(&path, &value)?),
            "npi" => npi = Some(octet(&path, &value)?),
            "addr" => addr = Some(string(&path, &value)?),
            _ => return Err(unknown(&path)),
        }
    }
    match (ton, npi, addr) {
        (Some(ton), Some(npi), Some(addr)) => Ok(AddressInput::Exact(AddressBuf::new(
            ton.into(),
            npi.into(),
            addr,
        ))),
        _ => Err(refused()),
    }
}

pub(super) fn encoding(name: &str, value: &JsValue) -> Result<Encoding, Thrown> {
    choice(name, value, Encoding::by_name, ENCODINGS)
}

pub(super) fn language(name: &str, value: &JsValue) -> Result<Language, Thrown> {
    let names: Vec<&str> = Language::ALL
        .iter()
        .map(|language| language.as_str())
        .collect();
    choice(name, value, Language::by_name, &names)
}

pub(super) fn character(name: &str, value: &JsValue) -> Result<char, Thrown> {
    let text = string(name, value)?;
    let mut characters = text.chars();
    match (characters.next(), characters.next()) {
        (Some(character), None) => Ok(character),
        _ => Err(Thrown::invalid(name, "expected one character")),
    }
}

fn time(when: &When) -> SmppTime {
    match *when {
        When::Seconds(duration) => SmppTime::After(duration),
        When::At(millis) => SmppTime::At(millis),
    }
}

/// How long from now; `None` for a point in the past.
fn from_now(when: &When) -> Option<Duration> {
    match *when {
        When::Seconds(duration) => Some(duration),
        When::At(millis) => {
            let left = millis as f64 - Date::now();
            Some(Duration::from_millis(left as u64)).filter(|_| left > 0.0)
        }
    }
}

/// Reads a `SmsMessage`.
pub(super) fn read(given: &JsValue) -> Result<OutgoingSms, Thrown> {
    let (mut to, mut content) = (None, None);
    let mut sms = OutgoingSms::new("", OutgoingContent::Binary(Vec::new()));
    let mut set_content = |name: &str, given: OutgoingContent| match content.replace(given) {
        None => Ok(()),
        Some(_) => Err(Thrown::invalid(
            name,
            "expected one of text and binary, not both",
        )),
    };
    for (name, value) in members(given, "sms")? {
        let (name, value) = (&*name, &value);
        match name {
            "to" => to = Some(address(name, value)?),
            "from" => sms.from = address(name, value)?,
            "text" => set_content(name, OutgoingContent::Text(string(name, value)?))?,
            "binary" => set_content(
                name,
                OutgoingContent::Encoded(octets(name, value)?, EncodingName::Binary),
            )?,
            "encoding" => sms.encoding = encoding(name, value)?,
            "language" => sms.language = Some(language(name, value)?),
            "concat" => sms.concat = Some(concat(name, value)?),
            "maxSegments" => sms.max_segments = whole(name, value, 1, 255)? as u8,
            "report" => sms.report = choice(name, value, report, REPORTS)?,
            "validity" => {
                let when = when(name, value)?;
                sms.validity = Some(time(&when));
                sms.expires_in =
                    Some(from_now(&when).ok_or_else(|| Thrown::invalid(name, "is in the past"))?);
            }
            "scheduleAt" => sms.schedule_at = Some(time(&when(name, value)?)),
            "flash" => sms.flash = flag(name, value)?,
            "priority" => sms.priority = whole(name, value, 0, 3)? as u8,
            "serviceType" => sms.service_type = string(name, value)?,
            "dataCoding" => sms.data_coding = Some(octet(name, value)?),
            "esmClass" => sms.esm_class = octet(name, value)?.into(),
            "protocolId" => sms.protocol_id = octet(name, value)?,
            "replaceIfPresent" => sms.replace_if_present = flag(name, value)?,
            "smDefaultMsgId" => sms.sm_default_msg_id = octet(name, value)?,
            "udh" => sms.udh = octets(name, value)?,
            "tlvs" => {
                let mut tlvs = TlvBuf::new();
                tlvs.extend(
                    smpp_edge::pdu::Tlvs::from_bytes(&encode::tlvs(value)?).unwrap_or_default(),
                );
                sms.tlvs = tlvs;
            }
            "reference" => sms.reference = Some(whole(name, value, 0, 65_535)? as u16),
            "transliterate" => sms.transliterate = flag(name, value)?,
            "substitute" => sms.substitute = Some(character(name, value)?),
            _ => return Err(unknown(name)),
        }
    }
    sms.to = to.ok_or_else(|| Thrown::invalid("to", "a recipient is expected"))?;
    sms.content =
        content.ok_or_else(|| Thrown::invalid("text", "expected one of text and binary"))?;
    Ok(sms)
}
