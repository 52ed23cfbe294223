//! SMPP 3.4 and 5.0 without I/O: PDUs, text, delivery receipts and a session state machine.
//!
//! Time and octets go in; octets, events and deadlines come out. Nothing here reads a clock or a socket.

#![forbid(unsafe_code)]

pub mod pdu;
pub mod receipt;
pub mod session;
pub mod text;
#[cfg(all(feature = "wasm", target_family = "wasm"))]
mod wasm;
mod words;
