//! Delivery reports as objects, see `Report` in types.ts.

use super::error::Thrown;
use super::events::{AddressObject, Octets, Word};
use super::read::{bytes_of, latin1, members, octet, octets, unknown};
use super::{OctetsOrText, OptionalReport};
use js_sys::Date;
use serde::Serialize;
use smpp_edge::messenger::{DeliveryReport, MessengerOptions};
use smpp_edge::pdu::PduBuf;
use smpp_edge::receipt::{self, ReceiptTlvs};
use wasm_bindgen::prelude::*;

#[derive(Serialize)]
struct NetworkErrorObject {
    #[serde(rename = "type")]
    network_type: u8,
    code: u16,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ReportObject {
    message_id: String,
    raw_message_id: String,
    status: Word,
    #[serde(rename = "final")]
    is_final: bool,
    stat: Option<String>,
    error_code: Option<String>,
    #[serde(with = "serde_wasm_bindgen::preserve")]
    submitted_at: JsValue,
    #[serde(with = "serde_wasm_bindgen::preserve")]
    done_at: JsValue,
    submitted: Option<u32>,
    delivered: Option<u32>,
    text: Option<String>,
    from: AddressObject,
    to: AddressObject,
    network_error: Option<NetworkErrorObject>,
    pdu: Octets<PduBuf>,
}

fn date(millis: Option<i64>) -> JsValue {
    millis.map_or(JsValue::UNDEFINED, |millis| {
        Date::new(&(millis as f64).into()).into()
    })
}

impl From<DeliveryReport> for ReportObject {
    fn from(report: DeliveryReport) -> Self {
        ReportObject {
            message_id: report.message_id,
            raw_message_id: report.raw_message_id,
            status: Word(report.status.as_str()),
            is_final: report.is_final,
            stat: report.stat,
            error_code: report.error_code,
            submitted_at: date(report.submitted_at),
            done_at: date(report.done_at),
            submitted: report.submitted,
            delivered: report.delivered,
            text: report.text,
            from: report.from.into(),
            to: report.to.into(),
            network_error: report.network_error.map(|error| NetworkErrorObject {
                network_type: error.network_type,
                code: error.code,
            }),
            pdu: Octets(report.pdu),
        }
    }
}

/// Parses the text of a delivery receipt, with what its TLVs say. `undefined` if it is not a receipt.
#[wasm_bindgen(js_name = parseReceipt)]
pub fn parse_receipt(
    text: &OctetsOrText,
    #[wasm_bindgen(unchecked_optional_param_type = "ReceiptTlvs")] tlvs: &JsValue,
) -> Result<OptionalReport, JsValue> {
    let text = text
        .as_string()
        .map(String::into_bytes)
        .or_else(|| bytes_of(text))
        .ok_or_else(|| Thrown::invalid("text", "expected a string or a Uint8Array"))?;
    let (mut id, mut state, mut network_error) = (None, None, None);
    for (name, value) in members(tlvs, "tlvs")? {
        match name.as_str() {
            "receipted_message_id" => id = Some(latin1(&name, &value, 65)?),
            "message_state" => state = Some(octet(&name, &value)?),
            "network_error_code" => network_error = Some(octets(&name, &value)?),
            _ => return Err(unknown(&name).into()),
        }
    }
    let tlvs = ReceiptTlvs {
        receipted_message_id: id.as_deref(),
        message_state: state,
        network_error_code: network_error.as_deref(),
    };
    // As a receipt by its TLVs, or else by its text.
    let found = receipt::from_deliver(0, &text, tlvs)
        .or_else(|| receipt::parse(&text).and_then(|_| receipt::from_deliver(4, &text, tlvs)));
    let Some(found) = found else {
        return Ok(JsValue::UNDEFINED.unchecked_into());
    };
    let report = DeliveryReport::new(&found, None, &[], &MessengerOptions::default());
    let object = serde_wasm_bindgen::to_value(&ReportObject::from(report));
    Ok(object.map_err(Thrown::from)?.unchecked_into())
}
