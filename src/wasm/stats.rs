//! Figures of a session for JavaScript.

use super::engine::Engine;
use crate::session::Session;
use wasm_bindgen::prelude::*;

/// Figures by their names.
macro_rules! figures {
    (|$session:ident, $stats:ident| $($name:literal = $figure:expr,)+) => {
        /// Their names, in the order of [`Engine::stats`].
        pub(super) const FIGURES: &[&str] = &[$($name,)+];

        fn figures($session: &Session) -> Vec<f64> {
            let $stats = $session.stats();
            vec![$($figure as f64,)+]
        }
    };
}

figures! { |session, stats|
    "inFlight" = session.in_flight(),
    "queued" = session.queued(),
    "unacknowledged" = session.unacknowledged(),
    "sent" = stats.sent,
    "responses" = stats.responses,
    "received" = stats.received,
    "throttled" = stats.throttled,
    "timeouts" = stats.timeouts,
    "lost" = stats.lost,
    "late" = stats.late,
    "unmatched" = stats.unmatched,
    "refused" = stats.refused,
    "undecodable" = stats.undecodable,
    "binds" = stats.binds,
    "octetsIn" = stats.octets_in,
    "octetsOut" = stats.octets_out,
    "rtt" = stats.rtt,
    "rate" = session.rate().unwrap_or(0.0),
}

#[wasm_bindgen]
impl Engine {
    /// Figures as they are now, in the order of [`FIGURES`]; a rate of 0 if there is none.
    pub fn stats(&self) -> Vec<f64> {
        figures(self.peek())
    }
}
