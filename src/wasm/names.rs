//! The lists of names that numbers in records stand for.

use crate::pdu::{CommandId, CommandStatus};
use crate::receipt::{MessageIdFormat, Side, key};
use crate::text::{Encoding, EncodingName};
use wasm_bindgen::prelude::*;

/// Those that JavaScript codes.
const CODED: [EncodingName; 3] = [
    EncodingName::ShiftJis,
    EncodingName::EucJp,
    EncodingName::EucKr,
];

/// The encodings that can be asked for, by their number in an SMS. The last are coded by JavaScript.
pub(super) const OPTIONS: &[&str] = {
    const NAMES: [&str; Encoding::ALL.len() + CODED.len()] = {
        let mut names = [""; Encoding::ALL.len() + CODED.len()];
        let mut at = 0;
        while at < names.len() {
            names[at] = match at.checked_sub(Encoding::ALL.len()) {
                None => Encoding::ALL[at].as_str(),
                Some(coded) => CODED[coded].as_str(),
            };
            at += 1;
        }
        names
    };
    &NAMES
};

/// What the number of an encoding asks for: a coding of text, and what octets beside it are in.
pub(super) fn coding(number: u32) -> Option<(Encoding, EncodingName)> {
    let number = number as usize;
    match Encoding::ALL.get(number) {
        Some(&encoding) => Some((encoding, EncodingName::Binary)),
        None => CODED
            .get(number - Encoding::ALL.len())
            .map(|&coded| (Encoding::Auto, coded)),
    }
}

/// The place of a coding in [`EncodingName::ALL`].
pub(super) fn encoding_code(name: EncodingName) -> u32 {
    let mut all = EncodingName::ALL.iter();
    all.position(|&known| known == name).unwrap_or(0) as u32
}

/// The name of a command_id; `unknown` if it has none.
#[wasm_bindgen]
pub fn command_name(command_id: u32) -> String {
    CommandId(command_id).name().to_owned()
}

/// The name of a command_status, `ESME_RTHROTTLED`; `unknown` if it has none.
#[wasm_bindgen]
pub fn status_name(status: u32) -> String {
    CommandStatus(status).name().to_owned()
}

/// The command_status of this name; 0 if there is none.
#[wasm_bindgen]
pub fn status_code(name: &str) -> u32 {
    CommandStatus::by_name(name).unwrap_or_default().0
}

/// What a command_status means, in words.
#[wasm_bindgen]
pub fn status_meaning(status: u32) -> String {
    CommandStatus(status).meaning().to_owned()
}

/// What to do about a command_status: `ok`, `retry`, `throttle`, `permanent` or `config`.
#[wasm_bindgen]
pub fn status_handling(status: u32) -> String {
    CommandStatus(status).handling().as_str().to_owned()
}

/// What two writings of one message id have in common: see [`key`].
#[wasm_bindgen]
pub fn message_id_key(id: &str, in_receipt: bool, format: &str) -> String {
    let side = if in_receipt {
        Side::Receipt
    } else {
        Side::Response
    };
    let mut out = Vec::new();
    key(
        id.as_bytes(),
        side,
        MessageIdFormat::by_name(format).unwrap_or_default(),
        &mut out,
    );
    String::from_utf8(out).unwrap_or_default()
}
