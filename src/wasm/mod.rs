//! The wasm-bindgen boundary: what js/engine calls. No rule of the protocol is here.

mod config;
mod decode;
mod engine;
mod error;
mod events;
mod io;
mod layout;
mod log;
mod names;
mod panic;
mod pdu;
mod platform;
mod report;
mod sms;
mod stats;
mod typescript;

use wasm_bindgen::prelude::*;

/// Runs once, when the module is instantiated.
#[wasm_bindgen(start)]
pub fn start() {
    panic::record_panics();
    crate::text::forms_by(platform::compatible);
}

/// Room for `length` octets in the module, at the returned address, until more is asked for.
#[wasm_bindgen]
pub fn scratch(length: usize) -> usize {
    io::Io::with(|io| io.scratch(length))
}
