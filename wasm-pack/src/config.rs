//! The settings of a session, see `SessionConfig` in types.ts.

use super::error::Thrown;
use super::read::{choice, flag, latin1, members, number, octet, unknown, whole};
use smpp_edge::messenger::MessengerOptions;
use smpp_edge::pdu::InterfaceVersion;
use smpp_edge::receipt::MessageIdFormat;
use smpp_edge::session::{BindType, Config, Reconnect};
use smpp_edge::text::{Alphabet, Concat};
use std::time::Duration;
use wasm_bindgen::JsValue;

fn bind_type(name: &str) -> Option<BindType> {
    Some(match name {
        "transceiver" => BindType::Transceiver,
        "transmitter" => BindType::Transmitter,
        "receiver" => BindType::Receiver,
        _ => return None,
    })
}

fn version(name: &str) -> Option<InterfaceVersion> {
    Some(match name {
        "3.3" => InterfaceVersion::V3_3,
        "3.4" => InterfaceVersion::V3_4,
        "5.0" => InterfaceVersion::V5_0,
        _ => return None,
    })
}

const BINDS: &[&str] = &["transceiver", "transmitter", "receiver"];
const VERSIONS: &[&str] = &["3.3", "3.4", "5.0"];
const ALPHABETS: &[&str] = &["gsm7", "gsm7-packed", "latin1", "ascii", "utf8"];
pub(super) const CONCATS: &[&str] = &["udh8", "udh16", "sar", "payload"];
const FORMATS: &[&str] = &["as-is", "hex-response", "hex-receipt"];

pub(super) fn alphabet(name: &str, value: &JsValue) -> Result<Alphabet, Thrown> {
    choice(name, value, Alphabet::by_name, ALPHABETS)
}

pub(super) fn concat(name: &str, value: &JsValue) -> Result<Concat, Thrown> {
    choice(name, value, Concat::by_name, CONCATS)
}

/// The longest time that timers of JavaScript take, in milliseconds.
const LONGEST: u32 = i32::MAX as u32;

/// A duration in whole milliseconds; 0 is off.
fn millis(name: &str, value: &JsValue) -> Result<Duration, Thrown> {
    let millis = whole(name, value, 0, LONGEST)?;
    Ok(Duration::from_millis(millis.into()))
}

/// As [`millis`], 1 or more.
fn at_least_one(name: &str, value: &JsValue) -> Result<Duration, Thrown> {
    let millis = whole(name, value, 1, LONGEST)?;
    Ok(Duration::from_millis(millis.into()))
}

fn count(name: &str, value: &JsValue) -> Result<usize, Thrown> {
    Ok(whole(name, value, 1, u32::MAX)? as usize)
}

fn rate(name: &str, value: &JsValue) -> Result<Option<f64>, Thrown> {
    let rate = value
        .as_f64()
        .filter(|rate| *rate > 0.0 && rate.is_finite());
    rate.map(Some)
        .ok_or_else(|| Thrown::invalid(name, "expected a number above 0"))
}

/// `true`, `false` or `{ min, max }`.
fn reconnect(value: &JsValue, default: Option<Reconnect>) -> Result<Option<Reconnect>, Thrown> {
    if let Some(wanted) = value.as_bool() {
        return Ok(default.filter(|_| wanted));
    }
    let mut policy = default.unwrap_or(Reconnect::new(
        Duration::from_secs(1),
        Duration::from_secs(60),
    ));
    for (name, value) in members(value, "reconnect")? {
        match &*name {
            "min" => policy.min = at_least_one("reconnect.min", &value)?,
            "max" => policy.max = at_least_one("reconnect.max", &value)?,
            _ => return Err(unknown(&format!("reconnect.{name}"))),
        }
    }
    if policy.max < policy.min {
        return Err(Thrown::invalid(
            "reconnect.max",
            "expected at least reconnect.min",
        ));
    }
    Ok(Some(policy))
}

/// Reads a `SessionConfig`. `seed`: used unless it is given.
pub(super) fn read(given: &JsValue, seed: u64) -> Result<(Config, MessengerOptions), Thrown> {
    let mut config = Config::esme(b"", b"", seed);
    let mut options = MessengerOptions::default();
    for (name, value) in members(given, "config")? {
        let (name, value) = (&*name, &value);
        match name {
            "fallback" => config.fall_back = flag(name, value)?,
            "bind" => config.bind = choice(name, value, bind_type, BINDS)?,
            "systemId" => config.system_id = latin1(name, value, 255)?,
            "password" => config.password.0 = latin1(name, value, 255)?,
            "systemType" => config.system_type = latin1(name, value, 12)?,
            "addressRange" => config.address_range = latin1(name, value, 40)?,
            "addrTon" => config.addr_ton = octet(name, value)?,
            "addrNpi" => config.addr_npi = octet(name, value)?,
            "version" => config.interface_version = choice(name, value, version, VERSIONS)?,
            "assumeVersion" => config.assumed_version = choice(name, value, version, VERSIONS)?,
            "window" => config.window = count(name, value)?,
            "rate" => config.rate = rate(name, value)?,
            "inboundRate" => config.inbound_rate = rate(name, value)?,
            "maxQueue" => config.max_queue = count(name, value)?,
            "maxPdu" => config.max_pdu = whole(name, value, 16, u32::MAX)? as usize,
            "enquireLink" => config.enquire_link = millis(name, value)?,
            "responseTimeout" => config.response_timeout = millis(name, value)?,
            "bindTimeout" => config.bind_timeout = millis(name, value)?,
            "unbindTimeout" => config.unbind_timeout = at_least_one(name, value)?,
            "inactivity" => config.inactivity = millis(name, value)?,
            "reconnect" => config.reconnect = reconnect(value, config.reconnect)?,
            "maxRefusals" => config.max_refusals = whole(name, value, 0, u32::MAX)?,
            "bindFailIsFinal" => config.bind_fail_is_final = flag(name, value)?,
            "maxUnacknowledged" => config.max_unacknowledged = count(name, value)?,
            "acknowledgeTimeout" => config.acknowledge_timeout = millis(name, value)?,
            "defaultAlphabet" => options.default_alphabet = alphabet(name, value)?,
            "concat" => options.concat = concat(name, value)?,
            "messageIdFormat" => {
                options.message_id_format = choice(name, value, MessageIdFormat::by_name, FORMATS)?;
            }
            "plainReceipts" => options.plain_receipts = flag(name, value)?,
            "reassemble" => config.join_segments = flag(name, value)?,
            "segmentTimeout" => config.part_timeout = millis(name, value)?,
            "seed" => config.seed = number(name, value, 0.0, 9e15)? as u64,
            _ => return Err(unknown(name)),
        }
    }
    config
        .check()
        .map_err(|error| Thrown::invalid(option_of(error.field), &error.to_string()))?;
    Ok((config, options))
}

/// The option that a field of the bind is set by.
fn option_of(field: &str) -> &str {
    match field {
        "system_id" => "systemId",
        "system_type" => "systemType",
        "address_range" => "addressRange",
        field => field,
    }
}
