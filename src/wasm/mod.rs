//! The wasm-bindgen boundary: what js/engine calls. No rule of the protocol is here.

mod config;
mod decode;
mod engine;
mod error;
mod events;
mod io;
mod log;
mod names;
#[cfg(feature = "objects")]
mod objects;
mod pdu;
mod platform;
mod report;
mod sms;
mod stats;

/// A fifth of the default allocator's code, and no slower.
#[global_allocator]
static ALLOCATOR: rlsf::SmallGlobalTlsf = rlsf::SmallGlobalTlsf::new();

use wasm_bindgen::prelude::*;

/// Room for `length` octets in the module, at the returned address, until more is asked for.
#[wasm_bindgen]
pub fn scratch(length: usize) -> usize {
    io::Io::with(|io| io.scratch(length))
}
