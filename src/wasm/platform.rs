//! Codings whose tables every JavaScript runtime has, so that the module need not.

use std::borrow::Cow;
use web_sys::TextDecoder;

/// Reads octets in the coding of this label; `None` if the runtime does not know it.
pub(super) fn decode(label: &str, octets: &[u8]) -> Option<Cow<'static, str>> {
    let decoder = TextDecoder::new_with_label(label).ok()?;
    decoder.decode_with_u8_array(octets).ok().map(Cow::Owned)
}
