//! Settings: a row of doubles in the order of [`SETTINGS`], then the lengths of the strings, then the strings.

use super::layout::{LogLevel, names_of};
use super::typescript::TypeScript;
use crate::pdu::InterfaceVersion;
use crate::receipt::MessageIdFormat;
use crate::session::{BindType, Config, Reconnect};
use crate::text::{Alphabet, Alphabets, Concat, Ia5};
use core::time::Duration;

/// The settings of the layers above the session.
pub(super) struct Messages {
    pub(super) default_alphabet: Alphabet,
    pub(super) concat: Concat,
    pub(super) message_id_format: MessageIdFormat,
    pub(super) plain_receipts: bool,
    /// Each segment of a long message is handed over as it came, with its key.
    pub(super) segments: bool,
    /// Minutes that the dates of receipts are ahead of UTC.
    pub(super) receipt_zone: i32,
    /// What `data_coding` 1 is read as.
    pub(super) ia5: Ia5,
    pub(super) log: LogLevel,
}

impl Messages {
    /// How the SMSC writes text.
    pub(super) fn alphabets(&self) -> Alphabets {
        Alphabets {
            zero: self.default_alphabet,
            one: self.ia5,
        }
    }
}

impl Default for Messages {
    fn default() -> Self {
        Self {
            default_alphabet: Alphabet::default(),
            concat: Concat::default(),
            message_id_format: MessageIdFormat::default(),
            plain_receipts: false,
            segments: false,
            receipt_zone: 0,
            ia5: Ia5::default(),
            log: LogLevel::None,
        }
    }
}

/// A setting that can't be, by its place in the record.
pub(super) struct BadSetting(pub(super) usize);

/// The least and the most that a number may be.
#[derive(Clone, Copy)]
struct Range(f64, f64);

/// What values a setting may have.
enum Values {
    /// One of these, as its place among them.
    Choice(&'static [&'static str]),
    /// `true` or `false`, as 1 or 0.
    Flag,
    Octet,
    Number(Range),
}

use Values::{Choice, Flag, Number, Octet};

const COUNT: Values = Number(Range(1.0, u32::MAX as f64));
const MILLIS: Values = Number(Range(0.0, 9e15));
const RATE: Values = Number(Range(f64::MIN_POSITIVE, f64::INFINITY));
const MINUTES: Values = Number(Range(-840.0, 840.0));
const UP_TO_32_BITS: Values = Number(Range(0.0, u32::MAX as f64));
const ANY: Values = Number(Range(f64::NEG_INFINITY, f64::INFINITY));

impl Values {
    const fn range(&self) -> Range {
        match self {
            Choice(names) => Range(0.0, (names.len() - 1) as f64),
            Flag => Range(0.0, 1.0),
            Octet => Range(0.0, 255.0),
            Number(range) => *range,
        }
    }
}

pub(super) const BIND_TYPES: &[&str] = &["transceiver", "transmitter", "receiver"];
pub(super) const VERSIONS: &[&str] = &["3.3", "3.4", "5.0"];

/// The number of a bind in [`BIND_TYPES`].
pub(super) fn bind_number(bind: BindType) -> u32 {
    match bind {
        BindType::Transceiver => 0,
        BindType::Transmitter => 1,
        BindType::Receiver => 2,
    }
}

const BINDS: [BindType; 3] = [
    BindType::Transceiver,
    BindType::Transmitter,
    BindType::Receiver,
];
const INTERFACE_VERSIONS: [InterfaceVersion; 3] = [
    InterfaceVersion::V3_3,
    InterfaceVersion::V3_4,
    InterfaceVersion::V5_0,
];
const LOG_LEVELS: [LogLevel; 3] = [LogLevel::None, LogLevel::Pdus, LogLevel::Texts];

/// What a setting sets.
type Set = fn(&mut Config, &mut Messages, f64);

/// Settings that are numbers, each with its name, its values, and what it sets.
macro_rules! settings {
    ($($name:literal: $values:expr => $set:expr,)+) => {
        const NAMED: &[(&str, Values)] = &[$(($name, $values),)+];
        static SETTINGS: [(Range, Set); NAMED.len()] = [$(($values.range(), $set),)+];
    };
}

settings! {
    // Known before the others are set.
    "role": Choice(&["esme", "smsc"]) => |_, _, _| {},
    "bind": Choice(BIND_TYPES) => |config, _, n| config.bind = choice(&BINDS, n),
    "version": Choice(VERSIONS) => |config, _, n| {
        config.interface_version = choice(&INTERFACE_VERSIONS, n);
    },
    "assumeVersion": Choice(VERSIONS) => |config, _, n| {
        config.assumed_version = choice(&INTERFACE_VERSIONS, n);
    },
    "log": Choice(LogLevel::NAMES) => |config, messages, n| {
        messages.log = choice(&LOG_LEVELS, n);
        config.trace = messages.log != LogLevel::None;
    },
    "defaultAlphabet": Choice(names_of!(Alphabet::ALL)) => |_, messages, n| {
        messages.default_alphabet = choice(Alphabet::ALL, n);
    },
    "concat": Choice(names_of!(Concat::ALL)) => |_, messages, n| {
        messages.concat = choice(Concat::ALL, n);
    },
    "messageIdFormat": Choice(names_of!(MessageIdFormat::ALL)) => |_, messages, n| {
        messages.message_id_format = choice(MessageIdFormat::ALL, n);
    },
    "ia5": Choice(names_of!(Ia5::ALL)) => |_, messages, n| messages.ia5 = choice(Ia5::ALL, n),
    "bindFailIsFinal": Flag => |config, _, n| config.bind_fail_is_final = n > 0.0,
    "fallBack": Flag => |config, _, n| config.fall_back = n > 0.0,
    "retryBusy": Flag => |config, _, n| config.retry_busy = n > 0.0,
    "plainReceipts": Flag => |_, messages, n| messages.plain_receipts = n > 0.0,
    "reassemble": Flag => |config, _, n| config.join_segments = n > 0.0,
    "segments": Flag => |config, messages, n| {
        messages.segments = n > 0.0;
        config.join_segments &= !messages.segments;
    },
    "addrTon": Octet => |config, _, n| config.addr_ton = n as u8,
    "addrNpi": Octet => |config, _, n| config.addr_npi = n as u8,
    "window": COUNT => |config, _, n| config.window = n as usize,
    "maxQueue": COUNT => |config, _, n| config.max_queue = n as usize,
    "maxPdu": COUNT => |config, _, n| config.max_pdu = n as usize,
    "maxUnacknowledged": COUNT => |config, _, n| config.max_unacknowledged = n as usize,
    "endpoints": COUNT => |config, _, n| config.endpoints = n as usize,
    "enquireLink": MILLIS => |config, _, n| config.enquire_link = millis(n),
    "enquireLinkTimeout": MILLIS => |config, _, n| config.enquire_link_timeout = millis(n),
    "responseTimeout": MILLIS => |config, _, n| config.response_timeout = millis(n),
    "bindTimeout": MILLIS => |config, _, n| config.bind_timeout = millis(n),
    "unbindTimeout": MILLIS => |config, _, n| config.unbind_timeout = millis(n),
    "sessionInit": MILLIS => |config, _, n| config.session_init = millis(n),
    "inactivity": MILLIS => |config, _, n| config.inactivity = millis(n),
    "acknowledgeTimeout": MILLIS => |config, _, n| config.acknowledge_timeout = millis(n),
    "partTimeout": MILLIS => |config, _, n| config.part_timeout = millis(n),
    "receiptZone": MINUTES => |_, messages, n| messages.receipt_zone = n as i32,
    "rate": RATE => |config, _, n| config.rate = Some(n),
    "inboundRate": RATE => |config, _, n| config.inbound_rate = Some(n),
    "maxRefusals": UP_TO_32_BITS => |config, _, n| config.max_refusals = n as u32,
    "seed": ANY => |config, _, n| config.seed = n as u64,
}

#[inline(never)]
fn millis(n: f64) -> Duration {
    Duration::from_millis(n as u64)
}

/// One of several values, by its place among them.
fn choice<T: Copy>(values: &[T], n: f64) -> T {
    values[n as usize]
}

/// Behind [`SETTINGS`]: the least and the longest time before a connection is made again.
const RECONNECT: usize = SETTINGS.len();
const STRINGS: usize = RECONNECT + 2;

/// The strings, and the most octets of each. By the specification a system_id has 15 and a password 8; many SMSCs take more.
const NAMED_STRINGS: [(&str, usize); 4] = [
    ("systemId", 255),
    ("password", 255),
    ("systemType", 12),
    ("addressRange", 40),
];

pub(super) const fn typescript(out: &mut TypeScript) {
    out.put("export const SETTINGS = [\n");
    let mut at = 0;
    while at < NAMED.len() {
        let (name, values) = &NAMED[at];
        match values {
            Choice(names) => out.choices(name, names),
            Flag => out.pair(name, "flag"),
            Octet => out.pair(name, "octet"),
            Number(_) => out.pair(name, "number"),
        }
        at += 1;
    }
    out.put("] as const;\n");
    let [a, b, c, d] = NAMED_STRINGS;
    out.list("STRINGS", &[a.0, b.0, c.0, d.0]);
}

/// Reads an `EngineConfig`. A number that is not given is NaN.
pub(super) fn read(record: &[u8]) -> Result<(Config, Messages), BadSetting> {
    let number = |at: usize| {
        let octets = record.get(8 * at..).and_then(|rest| rest.first_chunk());
        octets.map_or(f64::NAN, |octets| f64::from_le_bytes(*octets))
    };
    let within = |at, Range(min, max)| match number(at) {
        number if number.is_nan() => Ok(None),
        number if (min..=max).contains(&number) => Ok(Some(number)),
        _ => Err(BadSetting(at)),
    };
    let mut messages = Messages::default();
    let mut config = if number(0) == 1.0 {
        Config::smsc(b"", 1)
    } else {
        Config::esme(b"", b"", 1)
    };
    for (at, &(range, set)) in SETTINGS.iter().enumerate() {
        if let Some(number) = within(at, range)? {
            set(&mut config, &mut messages, number);
        }
    }
    // Neither, for the default; two zeros, for never.
    if let Some(min) = within(RECONNECT, Range(0.0, u32::MAX.into()))? {
        let max = within(RECONNECT + 1, Range(min, u32::MAX.into()))?;
        let max = max.ok_or(BadSetting(RECONNECT))?;
        config.reconnect = (max > 0.0).then(|| Reconnect::new(millis(min), millis(max)));
    }
    let strings = [
        &mut config.system_id,
        &mut config.password.0,
        &mut config.system_type,
        &mut config.address_range,
    ];
    let mut octets = record
        .get(8 * (STRINGS + NAMED_STRINGS.len())..)
        .unwrap_or_default();
    for (at, (string, (_, max))) in (STRINGS..).zip(strings.into_iter().zip(NAMED_STRINGS)) {
        let given = octets.split_off(..number(at) as usize);
        match given.filter(|given| given.len() <= max && !given.contains(&0)) {
            Some(given) => string.extend_from_slice(given),
            None => return Err(BadSetting(at)),
        }
    }
    Ok((config, messages))
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
