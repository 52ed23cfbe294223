//! Keeps what a panic says, since the trap that ends it carries no text.

use std::cell::RefCell;
use wasm_bindgen::prelude::*;

thread_local! {
    static LAST: RefCell<String> = const { RefCell::new(String::new()) };
}

/// Has the next panic's text kept for [`take_panic`].
pub(super) fn record_panics() {
    std::panic::set_hook(Box::new(|panic| {
        LAST.with_borrow_mut(|last| *last = panic.to_string());
    }));
}

/// The message and source location of the last panic; empty if there was none since the last call.
#[wasm_bindgen]
pub fn take_panic() -> String {
    LAST.take()
}
