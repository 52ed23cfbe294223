//! Delivery reports as objects, see `Report` in types.ts.

use super::error::Thrown;
use super::events::{Address, AddressRecord};
use super::heap::{Crossed, Heap, OctetsAt, TextAt, object, word};
use super::read::{bytes_of, latin1, members, octet, octets, text_of, unknown};
use super::{OctetsOrText, OptionalReport};
use js_sys::{JsString, Uint8Array};
use smpp_edge::messenger::{DeliveryReport, MessengerOptions};
use smpp_edge::receipt::{self, ReceiptTlvs, Status};
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    type Date;
    #[wasm_bindgen(constructor)]
    fn new(millis: f64) -> Date;

    type NetworkError;
    #[wasm_bindgen(method, setter, js_name = type)]
    fn set_type(this: &NetworkError, value: u8);
    #[wasm_bindgen(method, setter)]
    fn set_code(this: &NetworkError, value: u16);

    pub(super) type Report;
    #[wasm_bindgen(method, setter, js_name = messageId)]
    fn set_message_id(this: &Report, value: &JsString);
    #[wasm_bindgen(method, setter, js_name = rawMessageId)]
    fn set_raw_message_id(this: &Report, value: &JsString);
    #[wasm_bindgen(method, setter)]
    fn set_status(this: &Report, value: &JsValue);
    #[wasm_bindgen(method, setter, js_name = final)]
    fn set_final(this: &Report, value: bool);
    #[wasm_bindgen(method, setter)]
    fn set_stat(this: &Report, value: &JsString);
    #[wasm_bindgen(method, setter, js_name = errorCode)]
    fn set_error_code(this: &Report, value: &JsString);
    #[wasm_bindgen(method, setter)]
    fn set_submitted(this: &Report, value: u32);
    #[wasm_bindgen(method, setter)]
    fn set_delivered(this: &Report, value: u32);
    #[wasm_bindgen(method, setter)]
    fn set_text(this: &Report, value: &JsString);
    #[wasm_bindgen(method, setter)]
    fn set_from(this: &Report, value: &Address);
    #[wasm_bindgen(method, setter)]
    fn set_to(this: &Report, value: &Address);
    #[wasm_bindgen(method, setter, js_name = networkError)]
    fn set_network_error(this: &Report, value: &NetworkError);
    #[wasm_bindgen(method, setter, js_name = submittedAt)]
    fn set_submitted_at(this: &Report, value: &Date);
    #[wasm_bindgen(method, setter, js_name = doneAt)]
    fn set_done_at(this: &Report, value: &Date);
    #[wasm_bindgen(method, setter)]
    fn set_pdu(this: &Report, value: &Uint8Array);
}

/// A report whose texts and bytes are in a [`Heap`].
pub(super) struct ReportRecord {
    message_id: TextAt,
    /// `None` if it is the same.
    raw_message_id: Option<TextAt>,
    status: Status,
    is_final: bool,
    stat: Option<TextAt>,
    error_code: Option<TextAt>,
    submitted_at: Option<i64>,
    done_at: Option<i64>,
    submitted: Option<u32>,
    delivered: Option<u32>,
    text: Option<TextAt>,
    from: AddressRecord,
    to: AddressRecord,
    network_error: Option<receipt::NetworkError>,
    pdu: OctetsAt,
}

impl ReportRecord {
    pub(super) fn new(heap: &mut Heap, report: &DeliveryReport) -> Self {
        let mut optional = |text: &Option<String>| text.as_ref().map(|text| heap.text(text));
        ReportRecord {
            stat: optional(&report.stat),
            error_code: optional(&report.error_code),
            text: optional(&report.text),
            message_id: heap.text(&report.message_id),
            raw_message_id: Some(&report.raw_message_id)
                .filter(|raw| **raw != report.message_id)
                .map(|raw| heap.text(raw)),
            status: report.status,
            is_final: report.is_final,
            submitted_at: report.submitted_at,
            done_at: report.done_at,
            submitted: report.submitted,
            delivered: report.delivered,
            from: AddressRecord::new(heap, &report.from),
            to: AddressRecord::new(heap, &report.to),
            network_error: report.network_error,
            pdu: heap.octets(report.pdu.as_ref()),
        }
    }

    pub(super) fn object(&self, crossed: &Crossed) -> Report {
        let report: Report = object();
        let message_id = crossed.text(self.message_id);
        report.set_message_id(&message_id);
        report.set_raw_message_id(&match self.raw_message_id {
            Some(raw) => crossed.text(raw),
            None => message_id,
        });
        report.set_status(word(self.status.as_str()));
        report.set_final(self.is_final);
        if let Some(stat) = self.stat {
            report.set_stat(&crossed.text(stat));
        }
        if let Some(error_code) = self.error_code {
            report.set_error_code(&crossed.text(error_code));
        }
        if let Some(submitted) = self.submitted {
            report.set_submitted(submitted);
        }
        if let Some(delivered) = self.delivered {
            report.set_delivered(delivered);
        }
        if let Some(text) = self.text {
            report.set_text(&crossed.text(text));
        }
        report.set_from(&self.from.object(crossed));
        report.set_to(&self.to.object(crossed));
        if let Some(error) = self.network_error {
            let network_error: NetworkError = object();
            network_error.set_type(error.network_type);
            network_error.set_code(error.code);
            report.set_network_error(&network_error);
        }
        if let Some(millis) = self.submitted_at {
            report.set_submitted_at(&Date::new(millis as f64));
        }
        if let Some(millis) = self.done_at {
            report.set_done_at(&Date::new(millis as f64));
        }
        report.set_pdu(&crossed.octets(self.pdu));
        report
    }
}

/// A report as an object of its own.
pub(super) fn report_object(report: &DeliveryReport) -> Report {
    let mut heap = Heap::default();
    let record = ReportRecord::new(&mut heap, report);
    record.object(&heap.cross())
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
        match &*name {
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
    Ok(report_object(&report).unchecked_into())
}
