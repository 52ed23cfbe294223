//! Errors as JavaScript throws them.

use js_sys::{Array, Object, Reflect};
use smpp_edge::messenger::MessageError;
use smpp_edge::pdu::InvalidInput;
use smpp_edge::text::TextError;
use wasm_bindgen::JsValue;

/// A `SmppError`, see types.ts.
pub(super) struct Thrown(JsValue);

impl From<Thrown> for JsValue {
    fn from(Thrown(error): Thrown) -> JsValue {
        error
    }
}

impl Thrown {
    fn new(code: &str, field: Option<&str>, message: &str) -> Self {
        let error = js_sys::Error::new(message);
        error.set_name("SmppError");
        let thrown = Thrown(error.into());
        thrown.set("code", &code.into());
        if let Some(field) = field {
            thrown.set("field", &field.into());
        }
        thrown
    }

    /// An argument that can't be used; the message begins with its name.
    pub(super) fn invalid(field: &str, message: &str) -> Self {
        Self::new("invalid-field", Some(field), &format!("{field}: {message}"))
    }

    /// A call of a session that was freed.
    pub(super) fn freed() -> Self {
        Self::new("closed", None, "the session was freed")
    }

    fn set(&self, name: &str, value: &JsValue) {
        // An Error that was just made takes any property.
        let _ = Reflect::set(&self.0, &name.into(), value);
    }
}

impl From<MessageError> for Thrown {
    fn from(error: MessageError) -> Self {
        if let MessageError::InvalidArgument { field, message } = &error {
            let option = match &field[..] {
                "max_segments" => "maxSegments",
                "schedule_at" => "scheduleAt",
                "service_type" => "serviceType",
                field => field,
            };
            return Thrown::invalid(option, message);
        }
        let thrown = Thrown::new(error.code(), error.field(), &error.to_string());
        if let MessageError::Text(TextError::Unencodable(characters)) = &error {
            let list = Array::new();
            for &(index, character) in characters {
                let item = Object::new();
                let _ = Reflect::set(&item, &"index".into(), &(index as u32).into());
                let _ = Reflect::set(&item, &"char".into(), &String::from(character).into());
                list.push(&item);
            }
            thrown.set("unencodable", &list);
        }
        thrown
    }
}

impl From<InvalidInput> for Thrown {
    fn from(error: InvalidInput) -> Self {
        Thrown::new("invalid-field", Some(&error.field), &error.to_string())
    }
}

impl From<TextError> for Thrown {
    fn from(error: TextError) -> Self {
        MessageError::Text(error).into()
    }
}

impl From<serde_wasm_bindgen::Error> for Thrown {
    fn from(error: serde_wasm_bindgen::Error) -> Self {
        Thrown::new("invalid-field", None, &error.to_string())
    }
}
