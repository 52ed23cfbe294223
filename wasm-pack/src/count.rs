//! Segments counted, see `SegmentCount` in types.ts.

use super::SegmentCount;
use super::config::{alphabet, concat};
use super::error::Thrown;
use super::events::Octets;
use super::read::{flag, members, octets, string, unknown, whole};
use super::sms::{character, encoding, language};
use serde::Serialize;
use smpp_edge::text::{EncodeOptions, count_segments as count};
use wasm_bindgen::prelude::*;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct CountObject<'a> {
    encoding: &'static str,
    data_coding: u8,
    segments: usize,
    units: usize,
    remaining: usize,
    parts: Vec<PartObject<'a>>,
    unencodable: Vec<UnencodableObject>,
}

#[derive(Serialize)]
struct PartObject<'a> {
    octets: Octets<&'a [u8]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    udh: Option<Octets<&'a [u8]>>,
}

#[derive(Serialize)]
struct UnencodableObject {
    index: usize,
    char: char,
}

/// Returns how `sendSms` would encode and split a text.
#[wasm_bindgen(js_name = countSegments)]
pub fn count_segments(
    #[wasm_bindgen(unchecked_param_type = "string")] text: &JsValue,
    #[wasm_bindgen(unchecked_optional_param_type = "CountOptions")] options: &JsValue,
) -> Result<SegmentCount, JsValue> {
    let text = string("text", text)?;
    let mut settings = EncodeOptions::default();
    let mut extra_udh = Vec::new();
    for (name, value) in members(options, "options")? {
        let (name, value) = (&*name, &value);
        match name {
            "encoding" => settings.encoding = encoding(name, value)?,
            "language" => settings.language = Some(language(name, value)?),
            "concat" => settings.concat = concat(name, value)?,
            "defaultAlphabet" => settings.default_alphabet = alphabet(name, value)?,
            "transliterate" => settings.transliterate = flag(name, value)?,
            "substitute" => settings.substitute = Some(character(name, value)?),
            "flash" => settings.flash = flag(name, value)?,
            "udh" => extra_udh = octets(name, value)?,
            "reference" => settings.reference = whole(name, value, 0, 65_535)? as u16,
            _ => return Err(unknown(name).into()),
        }
    }
    settings.extra_udh = &extra_udh;
    let units: Vec<u16> = text.encode_utf16().collect();
    let counted = count(&units, &settings).map_err(Thrown::from)?;
    let parts = counted.plan.segments().map(|segment| PartObject {
        octets: Octets(segment.octets),
        udh: Some(Octets(segment.udh)).filter(|_| !segment.udh.is_empty()),
    });
    let unencodable = counted.unencodable.iter();
    let object = serde_wasm_bindgen::to_value(&CountObject {
        encoding: counted.plan.encoding.as_str(),
        data_coding: counted.plan.data_coding,
        segments: counted.segments,
        units: counted.plan.units,
        remaining: counted.plan.remaining,
        parts: parts.collect(),
        unencodable: unencodable
            .map(|&(index, char)| UnencodableObject { index, char })
            .collect(),
    });
    Ok(object.map_err(Thrown::from)?.unchecked_into())
}
