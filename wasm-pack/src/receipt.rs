//! Delivery reports as objects, see `Report` in types.ts.

use super::error::Thrown;
use super::events::{AddressObject, Word};
use super::read::{bytes_of, latin1, members, octet, octets, text_of, unknown};
use super::{OctetsOrText, OptionalReport};
use js_sys::Uint8Array;
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

/// A report, but for its [`ReportRest`].
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ReportObject {
    message_id: String,
    raw_message_id: String,
    status: Word,
    #[serde(rename = "final")]
    is_final: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    stat: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error_code: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    submitted: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    delivered: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<String>,
    from: AddressObject,
    to: AddressObject,
    #[serde(skip_serializing_if = "Option::is_none")]
    network_error: Option<NetworkErrorObject>,
}

/// What JSON has no form for.
pub(super) struct ReportRest {
    submitted_at: Option<i64>,
    done_at: Option<i64>,
    pdu: PduBuf,
}

#[wasm_bindgen]
extern "C" {
    type Date;
    #[wasm_bindgen(constructor)]
    fn new(millis: f64) -> Date;

    type Report;
    #[wasm_bindgen(method, setter, js_name = submittedAt)]
    fn set_submitted_at(this: &Report, at: Date);
    #[wasm_bindgen(method, setter, js_name = doneAt)]
    fn set_done_at(this: &Report, at: Date);
    #[wasm_bindgen(method, setter)]
    fn set_pdu(this: &Report, pdu: Uint8Array);
}

impl ReportRest {
    /// Sets these members of a report's object.
    pub(super) fn set(&self, report: &JsValue) {
        let report = report.unchecked_ref::<Report>();
        if let Some(millis) = self.submitted_at {
            report.set_submitted_at(Date::new(millis as f64));
        }
        if let Some(millis) = self.done_at {
            report.set_done_at(Date::new(millis as f64));
        }
        report.set_pdu(Uint8Array::from(self.pdu.as_ref()));
    }
}

pub(super) fn parts(report: DeliveryReport) -> (ReportObject, ReportRest) {
    let object = ReportObject {
        message_id: report.message_id,
        raw_message_id: report.raw_message_id,
        status: Word(report.status.as_str()),
        is_final: report.is_final,
        stat: report.stat,
        error_code: report.error_code,
        submitted: report.submitted,
        delivered: report.delivered,
        text: report.text,
        from: report.from.into(),
        to: report.to.into(),
        network_error: report.network_error.map(|error| NetworkErrorObject {
            network_type: error.network_type,
            code: error.code,
        }),
    };
    let rest = ReportRest {
        submitted_at: report.submitted_at,
        done_at: report.done_at,
        pdu: report.pdu,
    };
    (object, rest)
}

/// A report as an object of its own.
pub(super) fn object(report: DeliveryReport) -> Result<JsValue, Thrown> {
    let (object, rest) = parts(report);
    let value = serde_wasm_bindgen::to_value(&object)?;
    rest.set(&value);
    Ok(value)
}

/// Parses the text of a delivery receipt, with what its TLVs say. `undefined` if it is not a receipt.
#[wasm_bindgen(js_name = parseReceipt)]
pub fn parse_receipt(
    text: &OctetsOrText,
    #[wasm_bindgen(unchecked_optional_param_type = "ReceiptTlvs")] tlvs: &JsValue,
) -> Result<OptionalReport, JsValue> {
    let text = text_of("text", text)?
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
    Ok(object(report)?.unchecked_into())
}
