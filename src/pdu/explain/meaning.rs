//! What values mean, in words.

use std::borrow::Cow;

use super::super::layout::{Bits, bits_of, data_coding};
use super::super::values::{CongestionState, ValueSet};
use super::{Field, Value};

/// What an octet means.
pub(super) struct Meaning {
    pub text: Option<Cow<'static, str>>,
    /// The specification keeps the value for later.
    pub reserved: bool,
}

fn known(text: impl Into<Cow<'static, str>>) -> Meaning {
    Meaning {
        text: Some(text.into()),
        reserved: false,
    }
}

fn reserved() -> Meaning {
    Meaning {
        text: Some("reserved".into()),
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
        ValueSet::UssdServiceOp if value >= 32 => known("set by the message centre"),
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
        | ValueSet::SessionSequence => of_bits(bits_of(set, value), value),
        _ => match set.name_and_meaning(value) {
            None => reserved(),
            Some((name, "")) if !name.contains('_') => known(name),
            Some((name, meaning)) => {
                let mut text = name.replace('_', " ");
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
fn of_bits(parts: &'static [Bits], value: u8) -> Meaning {
    let mut text = String::new();
    let mut reserved = false;
    for part in parts {
        let bits = value & part.mask;
        let name = bits_name(part, bits);
        reserved |= name.is_none() && !part.values.is_empty();
        if bits != 0 && !part.values.is_empty() {
            if !text.is_empty() {
                text.push_str(", ");
            }
            text.push_str(name.unwrap_or("reserved"));
        }
    }
    if text.is_empty() {
        text.push_str(
            parts
                .first()
                .and_then(|part| bits_name(part, 0))
                .unwrap_or("none"),
        );
    }
    Meaning {
        text: Some(text.into()),
        reserved,
    }
}

fn bits_name(part: &Bits, bits: u8) -> Option<&'static str> {
    part.values
        .iter()
        .find(|(value, _)| *value == bits)
        .map(|(_, name)| *name)
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

/// An octet with its meaning and bit fields.
pub(super) fn octet_field<'a>(
    name: &'a str,
    offset: usize,
    bytes: &'a [u8],
    set: ValueSet,
) -> Field<'a> {
    let value = bytes.first().copied().unwrap_or(0);
    let mut field = Field::new(name, offset, bytes, Value::Number(u32::from(value)));
    field.meaning = of(set, value).text;
    let parts = bits_of(set, value);
    field.children.reserve_exact(parts.len());
    for part in parts {
        let bits = value & part.mask;
        if part.name == "reserved" && bits == 0 {
            continue;
        }
        let mut child = Field::new(part.name, offset, bytes, Value::Number(u32::from(bits)));
        if !part.values.is_empty() {
            child.meaning = Some(bits_name(part, bits).unwrap_or("reserved").into());
        }
        field.children.push(child);
    }
    field
}
