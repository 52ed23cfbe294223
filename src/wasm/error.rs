//! What the caller did wrong, as one string: code, field, message, and index and number of each character that can't be
//! encoded, with a NUL between. js/engine/fault.ts makes an error of it.

use super::layout::ErrorCode;
use super::sms::BadField;
use crate::pdu::InvalidField;
use crate::session::{CloseReason, SendError};
use crate::text::TextError;
use std::fmt::{Display, Write as _};
use wasm_bindgen::JsValue;

/// `field` is empty if it is about none; the message names it if it is about one.
fn error(code: ErrorCode, field: &str, message: &dyn Display) -> String {
    format!("{}\0{field}\0{message}", ErrorCode::NAMES[code as usize])
}

/// Appends the reason, and what is wrong with the stream if it is that. Not by `dyn Error`, which would bring the `Debug` of
/// every error into the module.
pub(super) fn close_reason(text: &mut String, reason: &CloseReason) {
    let _ = write!(text, "{reason}");
    if let CloseReason::Frame(error) = reason {
        let _ = write!(text, ": {error}");
    }
}

/// `field` begins the message, unless it is empty.
pub(super) fn throw(code: ErrorCode, message: &str, field: &str) -> JsValue {
    let colon = if field.is_empty() { "" } else { ": " };
    error(code, field, &format_args!("{field}{colon}{message}")).into()
}

/// The message names the field already.
pub(super) fn of_field(message: &dyn Display, field: &str) -> JsValue {
    error(ErrorCode::InvalidField, field, message).into()
}

pub(super) fn bad_field(BadField(field): BadField) -> JsValue {
    throw(ErrorCode::InvalidField, "not a value for this field", field)
}

pub(super) fn field(error: &InvalidField) -> JsValue {
    of_field(error, error.field)
}

pub(super) fn send(refused: &SendError) -> JsValue {
    let code = match refused {
        SendError::InvalidField(error) => return field(error),
        SendError::QueueFull | SendError::WindowFull | SendError::Throttled => ErrorCode::QueueFull,
        SendError::BindType => ErrorCode::BindType,
        _ => ErrorCode::Closed,
    };
    error(code, "", refused).into()
}

pub(super) fn text(refused: &TextError) -> JsValue {
    match refused {
        TextError::InvalidOption { option, .. } => of_field(refused, option),
        TextError::TooManySegments { .. } => error(ErrorCode::TooManySegments, "", refused).into(),
        TextError::Unencodable(characters) => {
            let mut error = error(ErrorCode::Unencodable, "", refused);
            for &(index, char) in characters {
                let _ = write!(error, "\0{index} {}", u32::from(char));
            }
            error.into()
        }
    }
}

/// The value, or throws what is in its place. Only for the last step of an exported function, when nothing is left that would have to be
/// dropped. As a result of the function itself the two would be an array in JavaScript, which costs as much as all the rest.
pub(super) fn or_throw<T>(result: Result<T, JsValue>) -> T {
    result.unwrap_or_else(|error| wasm_bindgen::throw_val(error))
}
