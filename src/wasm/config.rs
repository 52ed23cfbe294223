//! Settings as JavaScript gives them: `EngineConfig` of js/engine/types.ts.

use crate::pdu::InterfaceVersion;
use crate::receipt::MessageIdFormat;
use crate::session::{BindType, Config, Reconnect};
use crate::text::{Alphabet, Concat};
use serde::Deserialize;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Options {
    role: String,
    bind: Option<String>,
    system_id: Option<String>,
    password: Option<String>,
    system_type: Option<String>,
    address_range: Option<String>,
    addr_ton: Option<u8>,
    addr_npi: Option<u8>,
    version: Option<String>,
    window: Option<f64>,
    rate: Option<f64>,
    max_queue: Option<f64>,
    max_pdu: Option<f64>,
    enquire_link: Option<f64>,
    enquire_link_timeout: Option<f64>,
    response_timeout: Option<f64>,
    bind_timeout: Option<f64>,
    session_init: Option<f64>,
    inactivity: Option<f64>,
    /// `null` and absent differ: the one turns it off, the other leaves the default.
    #[serde(default, deserialize_with = "given")]
    reconnect: Option<Option<Times>>,
    default_alphabet: Option<String>,
    concat: Option<String>,
    message_id_format: Option<String>,
    max_unacknowledged: Option<f64>,
    acknowledge_timeout: Option<f64>,
    reassemble: Option<bool>,
    part_timeout: Option<f64>,
    log: Option<String>,
    seed: f64,
}

#[derive(Deserialize)]
struct Times {
    min: f64,
    max: f64,
}

fn given<'de, D: serde::Deserializer<'de>>(d: D) -> Result<Option<Option<Times>>, D::Error> {
    Option::<Times>::deserialize(d).map(Some)
}

/// How much of a PDU a log line tells.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum LogLevel {
    None,
    /// Command, number, status, length.
    Pdus,
    /// Addresses and text too.
    Texts,
}

/// The settings of the layers above the session.
pub(super) struct Messages {
    pub(super) default_alphabet: Alphabet,
    pub(super) concat: Concat,
    pub(super) message_id_format: MessageIdFormat,
    pub(super) reassemble: bool,
    pub(super) part_timeout: u64,
    pub(super) log: LogLevel,
}

impl Default for Messages {
    fn default() -> Self {
        Self {
            default_alphabet: Alphabet::default(),
            concat: Concat::default(),
            message_id_format: MessageIdFormat::default(),
            reassemble: true,
            part_timeout: PART_TIMEOUT,
            log: LogLevel::None,
        }
    }
}

/// How long the parts of a long message are waited for, in milliseconds.
const PART_TIMEOUT: u64 = 300_000;

/// A setting that can't be, by its name.
pub(super) struct BadOption(pub(super) &'static str);

impl Options {
    pub(super) fn read(self) -> Result<(Config, Messages), BadOption> {
        let octets = |text: Option<String>, field, max: usize| match text.map(latin1) {
            None => Ok(Vec::new()),
            Some(Some(octets)) if octets.len() <= max && !octets.contains(&0) => Ok(octets),
            Some(_) => Err(BadOption(field)),
        };
        let system_id = octets(self.system_id, "systemId", 15)?;
        // Over 8 octets by the specification; many centres take more.
        let password = octets(self.password, "password", 255)?;
        let mut config = match self.role.as_str() {
            "smsc" => Config::smsc(&system_id),
            _ => Config::esme(&system_id, &password),
        };
        config.system_type = octets(self.system_type, "systemType", 12)?;
        config.address_range = octets(self.address_range, "addressRange", 40)?;
        config.addr_ton = self.addr_ton.unwrap_or(0);
        config.addr_npi = self.addr_npi.unwrap_or(0);
        config.bind = match self.bind.as_deref() {
            None | Some("transceiver") => BindType::Transceiver,
            Some("transmitter") => BindType::Transmitter,
            Some("receiver") => BindType::Receiver,
            Some(_) => return Err(BadOption("bind")),
        };
        config.interface_version = match self.version.as_deref() {
            None => config.interface_version,
            Some("3.3") => InterfaceVersion::V3_3,
            Some("3.4") => InterfaceVersion::V3_4,
            Some("5.0") => InterfaceVersion::V5_0,
            Some(_) => return Err(BadOption("version")),
        };
        let count = |value: Option<f64>, field, default: usize| match value {
            None => Ok(default),
            Some(n) if n >= 1.0 && n <= f64::from(u32::MAX) => Ok(n as usize),
            Some(_) => Err(BadOption(field)),
        };
        config.window = count(self.window, "window", config.window)?;
        config.max_queue = count(self.max_queue, "maxQueue", config.max_queue)?;
        config.max_pdu = count(self.max_pdu, "maxPdu", config.max_pdu)?;
        config.max_unacknowledged = count(
            self.max_unacknowledged,
            "maxUnacknowledged",
            config.max_unacknowledged,
        )?;
        let millis = |value: Option<f64>, field, default: u64| match value {
            None => Ok(default),
            Some(n) if (0.0..9e15).contains(&n) => Ok(n as u64),
            Some(_) => Err(BadOption(field)),
        };
        config.enquire_link = millis(self.enquire_link, "enquireLink", config.enquire_link)?;
        config.enquire_link_timeout = millis(
            self.enquire_link_timeout,
            "enquireLinkTimeout",
            config.enquire_link_timeout,
        )?;
        config.response_timeout = millis(
            self.response_timeout,
            "responseTimeout",
            config.response_timeout,
        )?;
        config.bind_timeout = millis(self.bind_timeout, "bindTimeout", config.bind_timeout)?;
        config.session_init = millis(self.session_init, "sessionInit", config.session_init)?;
        config.inactivity = millis(self.inactivity, "inactivity", config.inactivity)?;
        config.acknowledge_timeout = millis(
            self.acknowledge_timeout,
            "acknowledgeTimeout",
            config.acknowledge_timeout,
        )?;
        config.rate = match self.rate {
            Some(rate) if rate.is_nan() || rate <= 0.0 => return Err(BadOption("rate")),
            rate => rate,
        };
        config.reconnect = match self.reconnect {
            None => config.reconnect,
            Some(None) => None,
            Some(Some(times))
                if times.min >= 1.0
                    && times.max >= times.min
                    && times.max <= f64::from(u32::MAX) =>
            {
                Some(Reconnect {
                    min: times.min as u32,
                    max: times.max as u32,
                })
            }
            Some(Some(_)) => return Err(BadOption("reconnect")),
        };
        config.seed = self.seed as u64;
        let log = match self.log.as_deref() {
            None | Some("none") => LogLevel::None,
            Some("pdus") => LogLevel::Pdus,
            Some("texts") => LogLevel::Texts,
            Some(_) => return Err(BadOption("log")),
        };
        config.trace = log != LogLevel::None;
        let messages = Messages {
            default_alphabet: named(self.default_alphabet, "defaultAlphabet", Alphabet::by_name)?,
            concat: named(self.concat, "concat", Concat::by_name)?,
            message_id_format: named(
                self.message_id_format,
                "messageIdFormat",
                MessageIdFormat::by_name,
            )?,
            reassemble: self.reassemble.unwrap_or(true),
            part_timeout: millis(self.part_timeout, "partTimeout", PART_TIMEOUT)?,
            log,
        };
        Ok((config, messages))
    }
}

fn named<T: Default>(
    name: Option<String>,
    field: &'static str,
    by_name: fn(&str) -> Option<T>,
) -> Result<T, BadOption> {
    match name {
        None => Ok(T::default()),
        Some(name) => by_name(&name).ok_or(BadOption(field)),
    }
}

/// The octets of a text whose characters all are Latin-1.
pub(super) fn latin1(text: String) -> Option<Vec<u8>> {
    if text.is_ascii() {
        return Some(text.into_bytes());
    }
    text.chars()
        .map(|c| u8::try_from(u32::from(c)).ok())
        .collect()
}
