//! What values mean, in words.

use alloc::borrow::Cow;
use alloc::string::String;

use super::super::layout::{Bits, bits_of, data_coding};
use super::super::values::{CongestionState, ValueSet};

/// What an octet means.
pub(super) struct Meaning {
    pub text: Option<Cow<'static, str>>,
    /// The specification keeps the value for later.
    pub reserved: bool,
}

const RESERVED: &str = "reserved";

fn known(text: impl Into<Cow<'static, str>>) -> Meaning {
    Meaning {
        text: Some(text.into()),
        reserved: false,
    }
}

fn reserved() -> Meaning {
    Meaning {
        text: Some(RESERVED.into()),
        reserved: true,
    }
}

/// What an octet of this set means.
pub(super) fn of(set: ValueSet, value: u8) -> Meaning {
    match set {
        ValueSet::Plain => Meaning {
            text: None,
            reserved: false,
        },
        ValueSet::SmDefaultMsgId => known(if value == 0 { "none" } else { "canned message" }),
        ValueSet::ProtocolId => Meaning {
            text: protocol_id(value).map(Cow::Borrowed),
            reserved: false,
        },
        ValueSet::InterfaceVersion if value < 0x34 => known("3.3 or earlier"),
        ValueSet::UssdServiceOp if value >= 32 => known("set by the SMSC"),
        ValueSet::CongestionState if value > 100 => reserved(),
        ValueSet::CongestionState => known(CongestionState(value).name()),
        ValueSet::AreaSuccess if value == 255 => known("not known"),
        ValueSet::AreaSuccess if value > 100 => reserved(),
        ValueSet::AreaSuccess => known("per cent"),
        ValueSet::DataCoding => {
            let (text, reserved) = data_coding(value);
            Meaning {
                text: Some(text.into()),
                reserved,
            }
        }
        ValueSet::EsmClass
        | ValueSet::RegisteredDelivery
        | ValueSet::MsMsgWaitFacilities
        | ValueSet::CallbackNumPresInd
        | ValueSet::SessionSequence => of_all_bits(bits_of(set, value), value),
        _ => match set.name_and_meaning(value) {
            None => reserved(),
            Some((name, "")) if !name.contains('_') => known(name),
            Some((name, meaning)) => {
                let blank = |c| if c == '_' { ' ' } else { c };
                let mut text: String = name.chars().map(blank).collect();
                if !meaning.is_empty() {
                    text.push_str(": ");
                    text.push_str(meaning);
                }
                known(text)
            }
        },
    }
}

/// The bits that say something, one behind the other.
fn of_all_bits(parts: &'static [Bits], value: u8) -> Meaning {
    let mut text = String::new();
    let mut reserved = false;
    for part in parts {
        let bits = value & part.mask;
        let Some(name) = of_bits(part, value) else {
            continue;
        };
        reserved |= name == RESERVED;
        if bits != 0 {
            if !text.is_empty() {
                text.push_str(", ");
            }
            text.push_str(name);
        }
    }
    if text.is_empty() {
        text.push_str(
            parts
                .first()
                .and_then(|part| of_bits(part, 0))
                .unwrap_or("none"),
        );
    }
    Meaning {
        text: Some(text.into()),
        reserved,
    }
}

/// What these bits of an octet mean; `None` if they are a number.
pub(super) fn of_bits(part: &Bits, octet: u8) -> Option<&'static str> {
    let bits = octet & part.mask;
    let known = part.values.iter().find(|(value, _)| *value == bits);
    (!part.values.is_empty()).then(|| known.map_or(RESERVED, |(_, name)| name))
}

fn protocol_id(value: u8) -> Option<&'static str> {
    Some(match value {
        0x00 => "default",
        0x40 => "type 0, silent message",
        0x41..=0x47 => "replaces an earlier message of the same type",
        0x5F => "return call message",
        0x7C => "ANSI-136 R-DATA",
        0x7D => "mobile equipment data download",
        0x7E => "mobile equipment depersonalization",
        0x7F => "SIM data download",
        _ => return None,
    })
}
