//! Codings whose tables every JavaScript runtime has, so that the module need not.

use std::borrow::Cow;
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    /// A string of JavaScript's, for its normal forms.
    #[wasm_bindgen(js_name = String)]
    type Characters;

    #[wasm_bindgen(constructor, js_class = "String")]
    fn new(text: &str) -> Characters;

    #[wasm_bindgen(method, js_class = "String")]
    fn normalize(this: &Characters, form: &str) -> String;

    type TextDecoder;

    #[wasm_bindgen(constructor, catch)]
    fn new(label: &str) -> Result<TextDecoder, JsValue>;

    #[wasm_bindgen(method, catch)]
    fn decode(this: &TextDecoder, octets: &[u8]) -> Result<String, JsValue>;
}

/// Reads octets in the coding of this label; `None` if the runtime does not know it.
pub(super) fn decode(label: &str, octets: &[u8]) -> Option<Cow<'static, str>> {
    TextDecoder::new(label)
        .ok()?
        .decode(octets)
        .ok()
        .map(Cow::Owned)
}

/// The compatibility form of a character (NFKC).
pub(super) fn compatible(c: char) -> String {
    Characters::new(c.encode_utf8(&mut [0; 4])).normalize("NFKC")
}
