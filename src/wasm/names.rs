//! The lists of names that numbers in records stand for.

use crate::pdu::{CommandId, CommandStatus, Handling};
use crate::receipt::{MessageIdFormat, Side, key};
use crate::text::{Encoding, EncodingName, Language};
use wasm_bindgen::prelude::*;

/// The codings a message can have, as records number them.
const ENCODINGS: [EncodingName; 11] = [
    EncodingName::Binary,
    EncodingName::Gsm7,
    EncodingName::Latin1,
    EncodingName::Ascii,
    EncodingName::Ucs2,
    EncodingName::Cyrillic,
    EncodingName::Hebrew,
    EncodingName::Utf8,
    EncodingName::ShiftJis,
    EncodingName::EucJp,
    EncodingName::EucKr,
];

/// How many of [`ENCODINGS`], at its end, JavaScript codes.
const CODED: usize = 3;

/// What the number of an encoding asks for: a coding of text, and what octets beside it are in.
pub(super) fn coding(number: u32) -> Option<(Encoding, EncodingName)> {
    let number = number as usize;
    match Encoding::ALL.get(number) {
        Some(&encoding) => Some((encoding, EncodingName::Binary)),
        None => ENCODINGS[ENCODINGS.len() - CODED..]
            .get(number - Encoding::ALL.len())
            .map(|&coded| (Encoding::Auto, coded)),
    }
}

pub(super) fn encoding_code(name: EncodingName) -> u32 {
    match name {
        EncodingName::Gsm7National(language) => {
            (ENCODINGS.len() - 1) as u32 + u32::from(language.id())
        }
        name => ENCODINGS
            .iter()
            .position(|&known| known == name)
            .unwrap_or(0) as u32,
    }
}

/// Names with a space between.
fn list(names: impl Iterator<Item = &'static str>) -> String {
    let mut list = String::new();
    for name in names {
        if !list.is_empty() {
            list.push(' ');
        }
        list.push_str(name);
    }
    list
}

/// The names of encodings, by their number in the result of `send_sms`, with a space between.
#[wasm_bindgen]
pub fn encoding_names() -> String {
    let national = Language::ALL
        .iter()
        .map(|&language| EncodingName::Gsm7National(language));
    list(
        ENCODINGS
            .into_iter()
            .chain(national)
            .map(EncodingName::as_str),
    )
}

fn coding_names() -> impl Iterator<Item = &'static str> {
    let coded = ENCODINGS[ENCODINGS.len() - CODED..].iter();
    let names = Encoding::ALL.iter().map(|encoding| encoding.as_str());
    names.chain(coded.map(|coded| coded.as_str()))
}

/// The encodings that can be asked for, by their number in an SMS, with a space between. The last are coded by JavaScript.
#[wasm_bindgen]
pub fn encoding_options() -> String {
    list(coding_names())
}

/// The languages that have tables of their own, with a space between; their number in an SMS is one more than here.
#[wasm_bindgen]
pub fn languages() -> String {
    list(Language::ALL.iter().map(|language| language.as_str()))
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
    match CommandStatus(status).handling() {
        Handling::Ok => "ok",
        Handling::Retry => "retry",
        Handling::Throttle => "throttle",
        Handling::Permanent => "permanent",
        Handling::Config => "config",
    }
    .to_owned()
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
