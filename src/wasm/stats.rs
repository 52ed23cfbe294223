//! Figures of a session for JavaScript.

use super::engine::Engine;
use serde::Serialize;
use wasm_bindgen::prelude::*;

/// `EngineStats` of js/engine/types.ts, but for the state.
#[derive(Default, Serialize)]
#[serde(rename_all = "camelCase")]
struct EngineStats {
    in_flight: usize,
    queued: usize,
    unacknowledged: usize,
    sent: f64,
    responses: f64,
    received: f64,
    throttled: f64,
    timeouts: f64,
    lost: f64,
    late: f64,
    unmatched: f64,
    refused: f64,
    undecodable: f64,
    binds: f64,
    rtt: f64,
    octets_in: f64,
    octets_out: f64,
    rate: Option<f64>,
}

fn to_js(stats: &EngineStats) -> JsValue {
    serde_wasm_bindgen::to_value(stats).unwrap_or(JsValue::UNDEFINED)
}

/// The figures of a session that has done nothing.
#[wasm_bindgen]
pub fn no_stats() -> JsValue {
    to_js(&EngineStats::default())
}

#[wasm_bindgen]
impl Engine {
    /// Figures as they are now.
    pub fn stats(&self) -> JsValue {
        let session = self.peek();
        let stats = session.stats();
        to_js(&EngineStats {
            in_flight: session.in_flight(),
            queued: session.queued(),
            unacknowledged: session.unacknowledged(),
            sent: stats.sent as f64,
            responses: stats.responses as f64,
            received: stats.received as f64,
            throttled: stats.throttled as f64,
            timeouts: stats.timeouts as f64,
            lost: stats.lost as f64,
            late: stats.late as f64,
            unmatched: stats.unmatched as f64,
            refused: stats.refused as f64,
            undecodable: stats.undecodable as f64,
            binds: stats.binds as f64,
            rtt: stats.rtt,
            octets_in: stats.octets_in as f64,
            octets_out: stats.octets_out as f64,
            rate: session.rate(),
        })
    }
}
