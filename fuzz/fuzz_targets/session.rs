//! Any octets as calls on a session, in any order: see tests/support/script.rs.

#![no_main]

#[path = "../../tests/support/mod.rs"]
mod support;

libfuzzer_sys::fuzz_target!(|script: &[u8]| {
    support::script::run(script);
});
