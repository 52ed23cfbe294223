//! The package that `wasm-pack build` makes: [`Messenger`](smpp_edge::messenger::Messenger), decoder and segment counter as plain
//! JavaScript objects. The crate converts values and has no rule of the protocol.

#![cfg(all(target_family = "wasm", target_os = "unknown"))]
#![forbid(unsafe_code)]
#![allow(missing_docs)]

mod config;
mod count;
mod decode;
mod encode;
mod error;
mod events;
mod heap;
mod read;
mod receipt;
mod session;
mod sms;

use wasm_bindgen::prelude::*;

/// A fifth of the default allocator's code, and no slower.
#[global_allocator]
static ALLOCATOR: rlsf::SmallGlobalTlsf = rlsf::SmallGlobalTlsf::new();

#[wasm_bindgen(typescript_custom_section)]
const TYPES: &str = include_str!("types.ts");

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(typescript_type = "SessionConfig")]
    pub type SessionConfig;
    #[wasm_bindgen(typescript_type = "SmsMessage")]
    pub type SmsMessage;
    #[wasm_bindgen(typescript_type = "SmppEvent[]")]
    pub type SmppEvents;
    #[wasm_bindgen(typescript_type = "SessionStats")]
    pub type SessionStats;
    #[wasm_bindgen(typescript_type = "SessionState")]
    pub type SessionState;
    #[wasm_bindgen(typescript_type = "PduInput | DecodedPdu")]
    pub type PduInput;
    #[wasm_bindgen(typescript_type = "Uint8Array | string")]
    pub type OctetsOrText;
    #[wasm_bindgen(typescript_type = "DecodeResult")]
    pub type DecodeResult;
    #[wasm_bindgen(typescript_type = "SegmentCount")]
    pub type SegmentCount;
    #[wasm_bindgen(typescript_type = "Report | undefined")]
    pub type OptionalReport;
}

/// A panic is a defect of this crate: shows where it happened before it ends in a trap.
#[wasm_bindgen(start, private)]
pub fn report_panics() {
    std::panic::set_hook(Box::new(|panic| {
        web_sys::console::error_1(&panic.to_string().into());
    }));
}
