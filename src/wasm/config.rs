//! Settings as js/engine/config.ts writes them: a row of doubles, then the lengths of four strings, then the strings.

use crate::pdu::InterfaceVersion;
use crate::receipt::MessageIdFormat;
use crate::session::{BindType, Config, Reconnect};
use crate::text::{Alphabet, Alphabets, Concat, Ia5};

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

const FLAG: Range = Range(0.0, 1.0);
const CHOICE_OF_3: Range = Range(0.0, 2.0);
const COUNT: Range = Range(1.0, u32::MAX as f64);
const MILLIS: Range = Range(0.0, 9e15);
const RATE: Range = Range(f64::MIN_POSITIVE, f64::INFINITY);
const OCTET: Range = Range(0.0, 255.0);

const VERSIONS: [InterfaceVersion; 3] = [
    InterfaceVersion::V3_3,
    InterfaceVersion::V3_4,
    InterfaceVersion::V5_0,
];

/// What a number may be, and what it sets.
type Setting = (Range, fn(&mut Config, &mut Messages, f64));

/// The settings in the order of the record, behind the role.
const SETTINGS: [Setting; 33] = [
    (CHOICE_OF_3, |config, _, n| {
        const BINDS: [BindType; 3] = [
            BindType::Transceiver,
            BindType::Transmitter,
            BindType::Receiver,
        ];
        config.bind = choice(&BINDS, n);
    }),
    (CHOICE_OF_3, |config, _, n| {
        config.interface_version = choice(&VERSIONS, n);
    }),
    (CHOICE_OF_3, |config, _, n| {
        config.assumed_version = choice(&VERSIONS, n);
    }),
    (CHOICE_OF_3, |config, messages, n| {
        messages.log = choice(&[LogLevel::None, LogLevel::Pdus, LogLevel::Texts], n);
        config.trace = messages.log != LogLevel::None;
    }),
    (Range(0.0, 4.0), |_, messages, n| {
        messages.default_alphabet = choice(&Alphabet::ALL, n);
    }),
    (Range(0.0, 3.0), |_, messages, n| {
        messages.concat = choice(&Concat::ALL, n);
    }),
    (CHOICE_OF_3, |_, messages, n| {
        messages.message_id_format = choice(&MessageIdFormat::ALL, n);
    }),
    (CHOICE_OF_3, |_, messages, n| {
        messages.ia5 = choice(&Ia5::ALL, n);
    }),
    (FLAG, |config, _, n| config.bind_fail_is_final = n > 0.0),
    (FLAG, |config, _, n| config.fall_back = n > 0.0),
    (FLAG, |config, _, n| config.retry_busy = n > 0.0),
    (FLAG, |_, messages, n| messages.plain_receipts = n > 0.0),
    (FLAG, |config, _, n| config.join_segments = n > 0.0),
    (FLAG, |config, messages, n| {
        messages.segments = n > 0.0;
        config.join_segments &= !messages.segments;
    }),
    (OCTET, |config, _, n| config.addr_ton = n as u8),
    (OCTET, |config, _, n| config.addr_npi = n as u8),
    (COUNT, |config, _, n| config.window = n as usize),
    (COUNT, |config, _, n| config.max_queue = n as usize),
    (COUNT, |config, _, n| config.max_pdu = n as usize),
    (COUNT, |config, _, n| config.max_unacknowledged = n as usize),
    (COUNT, |config, _, n| config.endpoints = n as usize),
    (MILLIS, |config, _, n| config.enquire_link = n as u64),
    (MILLIS, |config, _, n| {
        config.enquire_link_timeout = n as u64;
    }),
    (MILLIS, |config, _, n| config.response_timeout = n as u64),
    (MILLIS, |config, _, n| config.bind_timeout = n as u64),
    (MILLIS, |config, _, n| config.unbind_timeout = n as u64),
    (MILLIS, |config, _, n| config.session_init = n as u64),
    (MILLIS, |config, _, n| config.inactivity = n as u64),
    (MILLIS, |config, _, n| config.acknowledge_timeout = n as u64),
    (MILLIS, |config, _, n| config.part_timeout = n as u64),
    (Range(-840.0, 840.0), |_, messages, n| {
        messages.receipt_zone = n as i32;
    }),
    (RATE, |config, _, n| config.rate = Some(n)),
    (RATE, |config, _, n| config.inbound_rate = Some(n)),
];

/// One of several values, by its place among them.
fn choice<T: Copy>(values: &[T], n: f64) -> T {
    values[n as usize]
}

/// Behind [`SETTINGS`], each in its place.
const MAX_REFUSALS: usize = 1 + SETTINGS.len();
const SEED: usize = MAX_REFUSALS + 1;
const RECONNECT: usize = SEED + 1;
const STRINGS: usize = RECONNECT + 2;

/// The most octets of system_id, password, system_type and address_range. By the specification a system_id has 15 and a
/// password 8; many SMSCs take more.
const LONGEST: [usize; 4] = [255, 255, 12, 40];

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
    for (at, &(range, set)) in (1..).zip(&SETTINGS) {
        if let Some(number) = within(at, range)? {
            set(&mut config, &mut messages, number);
        }
    }
    if let Some(number) = within(MAX_REFUSALS, Range(0.0, u32::MAX.into()))? {
        config.max_refusals = number as u32;
    }
    config.seed = number(SEED) as u64;
    // Neither, for the default; two zeros, for never.
    if let Some(min) = within(RECONNECT, Range(0.0, u32::MAX.into()))? {
        let max = within(RECONNECT + 1, Range(min, u32::MAX.into()))?;
        let max = max.ok_or(BadSetting(RECONNECT))?;
        config.reconnect = (max > 0.0).then_some(Reconnect {
            min: min as u32,
            max: max as u32,
        });
    }
    let strings = [
        &mut config.system_id,
        &mut config.password.0,
        &mut config.system_type,
        &mut config.address_range,
    ];
    let mut octets = record
        .get(8 * (STRINGS + LONGEST.len())..)
        .unwrap_or_default();
    for (at, (string, max)) in (STRINGS..).zip(strings.into_iter().zip(LONGEST)) {
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
