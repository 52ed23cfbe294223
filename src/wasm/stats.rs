//! Figures of a session for JavaScript.

use super::engine::Engine;
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
impl Engine {
    /// Figures as they are now: counts in the order of `FIGURES` in js/engine/link.ts, the round trip's time, and the rate if
    /// there is one.
    pub fn stats(&self) -> JsValue {
        let session = self.peek();
        let stats = session.stats();
        let figures = [
            session.in_flight() as u64,
            session.queued() as u64,
            session.unacknowledged() as u64,
            stats.sent,
            stats.responses,
            stats.received,
            stats.throttled,
            stats.timeouts,
            stats.lost,
            stats.late,
            stats.unmatched,
            stats.refused,
            stats.undecodable,
            stats.binds,
            stats.octets_in,
            stats.octets_out,
        ]
        .map(|figure| figure as f64);
        serde_wasm_bindgen::to_value(&(&figures[..], stats.rtt, session.rate()))
            .unwrap_or(JsValue::UNDEFINED)
    }
}
