//! Strings and bytes on their way into objects: all of a batch cross at once, and JavaScript cuts them. To pass each on its own takes
//! several times as long.

use js_sys::{ArrayBuffer, JsString, Object, Uint8Array};
use std::cell::RefCell;
use wasm_bindgen::{JsCast, JsValue};

/// What is collected on this side.
#[derive(Default)]
pub(super) struct Heap {
    text: String,
    /// The length of `text` in UTF-16 units.
    units: u32,
    octets: Vec<u8>,
}

/// The place of a string, in UTF-16 units.
#[derive(Clone, Copy)]
pub(super) struct TextAt {
    start: u32,
    end: u32,
}

/// The place of bytes.
#[derive(Clone, Copy)]
pub(super) struct OctetsAt {
    start: u32,
    length: u32,
}

impl Heap {
    pub(super) fn text(&mut self, text: &str) -> TextAt {
        let start = self.units;
        let units = if text.is_ascii() {
            text.len()
        } else {
            text.encode_utf16().count()
        };
        self.text.push_str(text);
        self.units += units as u32;
        TextAt {
            start,
            end: self.units,
        }
    }

    pub(super) fn octets(&mut self, octets: &[u8]) -> OctetsAt {
        let start = self.octets.len() as u32;
        self.octets.extend_from_slice(octets);
        OctetsAt {
            start,
            length: octets.len() as u32,
        }
    }

    /// Passes everything to JavaScript.
    pub(super) fn cross(&self) -> Crossed {
        Crossed {
            text: JsString::from(self.text.as_str()),
            octets: Uint8Array::from(&self.octets[..]).buffer(),
        }
    }
}

/// What JavaScript has of a [`Heap`].
pub(super) struct Crossed {
    text: JsString,
    octets: ArrayBuffer,
}

impl Crossed {
    pub(super) fn text(&self, TextAt { start, end }: TextAt) -> JsString {
        self.text.substring(start, end)
    }

    /// A view of the batch's bytes: a copy for each takes twenty times as long.
    pub(super) fn octets(&self, OctetsAt { start, length }: OctetsAt) -> Uint8Array {
        Uint8Array::new_with_byte_offset_and_length(&self.octets, start, length)
    }
}

/// A string of the crate's own: JavaScript gets the same one each time, which is neither decoded nor compared by its characters again.
pub(super) fn word(word: &'static str) -> &'static JsValue {
    thread_local! {
        static WORDS: RefCell<Vec<(&'static str, &'static JsValue)>> = const { RefCell::new(Vec::new()) };
    }
    WORDS.with_borrow_mut(|words| {
        let known = words.iter().find(|(known, _)| std::ptr::eq(*known, word));
        if let Some((_, string)) = known {
            return *string;
        }
        // As many as the crate has words.
        let string: &JsValue = Box::leak(Box::new(word.into()));
        words.push((word, string));
        string
    })
}

/// An object without members.
pub(super) fn object<T: JsCast>() -> T {
    Object::new().unchecked_into()
}
