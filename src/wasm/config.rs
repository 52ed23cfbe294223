//! Settings as JavaScript gives them: `EngineConfig` of js/engine/types.ts.

use crate::pdu::InterfaceVersion;
use crate::receipt::MessageIdFormat;
use crate::session::{BindType, Config, Reconnect};
use crate::text::{Alphabet, Concat};
use js_sys::Reflect;
use wasm_bindgen::JsValue;

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
    pub(super) plain_receipts: bool,
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
            plain_receipts: false,
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

/// The object with the settings. A setting that is `undefined` or `null` has its default.
struct Given(JsValue);

impl Given {
    fn value(&self, name: &str) -> Option<JsValue> {
        let value = Reflect::get(&self.0, &name.into()).ok()?;
        (!value.is_undefined() && !value.is_null()).then_some(value)
    }

    fn text(&self, name: &'static str) -> Result<Option<String>, BadOption> {
        let Some(value) = self.value(name) else {
            return Ok(None);
        };
        value.as_string().map(Some).ok_or(BadOption(name))
    }

    fn octets(&self, name: &'static str, max: usize) -> Result<Vec<u8>, BadOption> {
        match self.text(name)?.map(latin1) {
            None => Ok(Vec::new()),
            Some(Some(octets)) if octets.len() <= max && !octets.contains(&0) => Ok(octets),
            Some(_) => Err(BadOption(name)),
        }
    }

    /// A number from `min` to `max`.
    fn number(&self, name: &'static str, min: f64, max: f64) -> Result<Option<f64>, BadOption> {
        let Some(value) = self.value(name) else {
            return Ok(None);
        };
        match value.as_f64() {
            Some(number) if (min..=max).contains(&number) => Ok(Some(number)),
            _ => Err(BadOption(name)),
        }
    }

    fn flag(&self, name: &'static str, setting: &mut bool) -> Result<(), BadOption> {
        if let Some(value) = self.value(name) {
            *setting = value.as_bool().ok_or(BadOption(name))?;
        }
        Ok(())
    }

    /// A version of the protocol.
    fn version(&self, name: &'static str, setting: &mut InterfaceVersion) -> Result<(), BadOption> {
        *setting = match self.text(name)?.as_deref() {
            None => return Ok(()),
            Some("3.3") => InterfaceVersion::V3_3,
            Some("3.4") => InterfaceVersion::V3_4,
            Some("5.0") => InterfaceVersion::V5_0,
            Some(_) => return Err(BadOption(name)),
        };
        Ok(())
    }

    fn octet(&self, name: &'static str) -> Result<u8, BadOption> {
        match self.number(name, 0.0, 255.0)?.unwrap_or(0.0) {
            number if number.fract() == 0.0 => Ok(number as u8),
            _ => Err(BadOption(name)),
        }
    }

    /// Which of `names` is given; the first if none is.
    fn choice(&self, name: &'static str, names: &[&str]) -> Result<usize, BadOption> {
        let Some(text) = self.text(name)? else {
            return Ok(0);
        };
        let found = names.iter().position(|&known| known == text);
        found.ok_or(BadOption(name))
    }

    fn reconnect(&self, default: Option<Reconnect>) -> Result<Option<Reconnect>, BadOption> {
        const NAME: &str = "reconnect";
        let Some(times) = self.value(NAME) else {
            // `null` and absent differ: the one turns it off, the other leaves the default.
            let off = Reflect::get(&self.0, &NAME.into()).is_ok_and(|value| value.is_null());
            return Ok(default.filter(|_| !off));
        };
        let times = Given(times);
        let time = |name, min| match times.number(name, min, u32::MAX.into()) {
            Ok(Some(number)) => Ok(number),
            _ => Err(BadOption(NAME)),
        };
        let min = time("min", 1.0)?;
        let max = time("max", min)?;
        Ok(Some(Reconnect {
            min: min as u32,
            max: max as u32,
        }))
    }
}

/// The least and the most that a number may be.
#[derive(Clone, Copy)]
struct Range(f64, f64);

const COUNT: Range = Range(1.0, u32::MAX as f64);
const MILLIS: Range = Range(0.0, 9e15);
const RATE: Range = Range(f64::MIN_POSITIVE, f64::INFINITY);

/// The settings that are numbers, and what each sets.
type Number = (&'static str, Range, fn(&mut Config, f64));
const NUMBERS: &[Number] = &[
    ("window", COUNT, |config, n| config.window = n as usize),
    ("maxQueue", COUNT, |config, n| config.max_queue = n as usize),
    ("maxPdu", COUNT, |config, n| config.max_pdu = n as usize),
    ("maxUnacknowledged", COUNT, |config, n| {
        config.max_unacknowledged = n as usize;
    }),
    ("endpoints", COUNT, |config, n| {
        config.endpoints = n as usize;
    }),
    ("enquireLink", MILLIS, |config, n| {
        config.enquire_link = n as u64;
    }),
    ("enquireLinkTimeout", MILLIS, |config, n| {
        config.enquire_link_timeout = n as u64;
    }),
    ("responseTimeout", MILLIS, |config, n| {
        config.response_timeout = n as u64;
    }),
    ("bindTimeout", MILLIS, |config, n| {
        config.bind_timeout = n as u64;
    }),
    ("unbindTimeout", MILLIS, |config, n| {
        config.unbind_timeout = n as u64;
    }),
    ("sessionInit", MILLIS, |config, n| {
        config.session_init = n as u64;
    }),
    ("inactivity", MILLIS, |config, n| {
        config.inactivity = n as u64;
    }),
    ("acknowledgeTimeout", MILLIS, |config, n| {
        config.acknowledge_timeout = n as u64;
    }),
    ("rate", RATE, |config, n| config.rate = Some(n)),
    ("inboundRate", RATE, |config, n| {
        config.inbound_rate = Some(n);
    }),
    ("maxRefusals", Range(0.0, u32::MAX as f64), |config, n| {
        config.max_refusals = n as u32;
    }),
];

/// Reads an `EngineConfig`.
pub(super) fn read(options: JsValue) -> Result<(Config, Messages), BadOption> {
    let given = Given(options);
    let system_id = given.octets("systemId", 15)?;
    // Over 8 octets by the specification; many centres take more.
    let password = given.octets("password", 255)?;
    let mut config = match given.choice("role", &["esme", "smsc"])? {
        0 => Config::esme(&system_id, &password),
        _ => Config::smsc(&system_id),
    };
    config.system_type = given.octets("systemType", 12)?;
    config.address_range = given.octets("addressRange", 40)?;
    config.addr_ton = given.octet("addrTon")?;
    config.addr_npi = given.octet("addrNpi")?;
    config.bind = match given.choice("bind", &["transceiver", "transmitter", "receiver"])? {
        0 => BindType::Transceiver,
        1 => BindType::Transmitter,
        _ => BindType::Receiver,
    };
    given.version("version", &mut config.interface_version)?;
    given.version("assumeVersion", &mut config.assumed_version)?;
    for &(name, Range(min, max), set) in NUMBERS {
        if let Some(number) = given.number(name, min, max)? {
            set(&mut config, number);
        }
    }
    config.reconnect = given.reconnect(config.reconnect)?;
    given.flag("bindFailIsFinal", &mut config.bind_fail_is_final)?;
    given.flag("fallBack", &mut config.fall_back)?;
    let seed = given.number("seed", f64::NEG_INFINITY, f64::INFINITY)?;
    config.seed = seed.ok_or(BadOption("seed"))? as u64;
    let log = match given.choice("log", &["none", "pdus", "texts"])? {
        0 => LogLevel::None,
        1 => LogLevel::Pdus,
        _ => LogLevel::Texts,
    };
    config.trace = log != LogLevel::None;
    let mut messages = Messages {
        default_alphabet: named(&given, "defaultAlphabet", Alphabet::by_name)?,
        concat: named(&given, "concat", Concat::by_name)?,
        message_id_format: named(&given, "messageIdFormat", MessageIdFormat::by_name)?,
        log,
        ..Messages::default()
    };
    given.flag("plainReceipts", &mut messages.plain_receipts)?;
    given.flag("reassemble", &mut messages.reassemble)?;
    let Range(min, max) = MILLIS;
    if let Some(number) = given.number("partTimeout", min, max)? {
        messages.part_timeout = number as u64;
    }
    Ok((config, messages))
}

fn named<T: Default>(
    given: &Given,
    name: &'static str,
    by_name: fn(&str) -> Option<T>,
) -> Result<T, BadOption> {
    match given.text(name)? {
        None => Ok(T::default()),
        Some(text) => by_name(&text).ok_or(BadOption(name)),
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
