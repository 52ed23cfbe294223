//! What the caller did wrong, as plain objects: { code, message, field?, unencodable? }. js/engine makes errors of them.

use super::sms::BadField;
use crate::pdu::InvalidField;
use crate::session::SendError;
use crate::text::TextError;
use crate::words::Told;
use js_sys::{Array, Object, Reflect};
use wasm_bindgen::{JsCast, JsValue};

/// Whose fault it is: the codes of `EngineError` in js/engine/types.ts.
#[derive(Clone, Copy)]
pub(super) enum Fault {
    InvalidField,
    Unencodable,
    TooManySegments,
    QueueFull,
    Closed,
    BindType,
}

impl Fault {
    fn code(self) -> &'static str {
        match self {
            Fault::InvalidField => "invalid-field",
            Fault::Unencodable => "unencodable",
            Fault::TooManySegments => "too-many-segments",
            Fault::QueueFull => "queue-full",
            Fault::Closed => "closed",
            Fault::BindType => "bind-type",
        }
    }
}

fn set(object: &Object, name: &str, value: &JsValue) {
    // Fails only on objects that refuse properties; these are ours.
    let _ = Reflect::set(object, &name.into(), value);
}

/// An object with a message, and the field that it is about if it is about one.
fn object(fault: Fault, message: &str, field: &str) -> JsValue {
    let object = Object::new();
    set(&object, "code", &fault.code().into());
    set(&object, "message", &message.into());
    if !field.is_empty() {
        set(&object, "field", &field.into());
    }
    object.into()
}

/// `field` begins the message, unless it is empty.
pub(super) fn throw(fault: Fault, message: &str, field: &str) -> JsValue {
    let mut whole = String::from(field);
    if !field.is_empty() {
        whole.push_str(": ");
    }
    whole.push_str(message);
    object(fault, &whole, field)
}

/// The message tells the field already.
pub(super) fn of_field(message: &str, field: &str) -> JsValue {
    object(Fault::InvalidField, message, field)
}

pub(super) fn bad_field(BadField(field): BadField) -> JsValue {
    throw(Fault::InvalidField, "not a value for this field", field)
}

pub(super) fn field(error: &InvalidField) -> JsValue {
    of_field(&error.told(), error.field)
}

pub(super) fn send(error: &SendError) -> JsValue {
    let fault = match error {
        SendError::InvalidField(error) => return field(error),
        SendError::QueueFull | SendError::WindowFull | SendError::Throttled => Fault::QueueFull,
        SendError::BindType => Fault::BindType,
        _ => Fault::Closed,
    };
    throw(fault, &error.told(), "")
}

pub(super) fn text(error: &TextError) -> JsValue {
    match error {
        TextError::InvalidOption { option, reason } => throw(Fault::InvalidField, reason, option),
        TextError::TooManySegments { .. } => throw(Fault::TooManySegments, &error.told(), ""),
        TextError::Unencodable(characters) => {
            let object = throw(Fault::Unencodable, &error.told(), "");
            let list = Array::new();
            for &(index, char) in characters {
                let item = Object::new();
                set(&item, "index", &JsValue::from_f64(index as f64));
                set(&item, "char", &String::from(char).into());
                list.push(&item);
            }
            set(object.unchecked_ref(), "unencodable", &list);
            object
        }
    }
}
