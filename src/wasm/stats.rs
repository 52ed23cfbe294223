//! Figures of a session for JavaScript.

use super::engine::Engine;
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
impl Engine {
    /// Figures as they are now: counts in the order of `FIGURES` in js/engine/link.ts, the round trip's time, and the rate; 0 if
    /// there is none.
    pub fn stats(&self) -> Vec<f64> {
        let session = self.peek();
        let stats = session.stats();
        let counts = [
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
        ];
        let mut figures = counts.map(|count| count as f64).to_vec();
        figures.extend([stats.rtt, session.rate().unwrap_or(0.0)]);
        figures
    }
}
