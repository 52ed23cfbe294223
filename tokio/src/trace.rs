//! Reports to `tracing`, with the feature of that name: a span for each session, and what happens in it. No text, phone number or password is
//! reported.

#[cfg(feature = "tracing")]
mod enabled {
    use smpp_edge::messenger::MessengerEvent;
    use std::io;
    use tracing::instrument::{Instrument, Instrumented};
    use tracing::{debug, error_span, info, trace, warn};

    /// Runs a session in a span of its own.
    pub(crate) fn session<F>(role: &'static str, peer: &str, session: F) -> Instrumented<F> {
        session.instrument(error_span!("smpp", role, peer))
    }

    pub(crate) fn connect_failed(error: &io::Error) {
        warn!(%error, "connection failed");
    }

    pub(crate) fn event(event: &MessengerEvent) {
        match event {
            MessengerEvent::Connect { endpoint } => debug!(endpoint, "connecting"),
            MessengerEvent::Bound { system_id, version } => {
                info!(system_id, version = version.0, "bound");
            }
            MessengerEvent::NoTransceiver => info!("bound as transmitter: no bind_transceiver"),
            MessengerEvent::Sent { id, sms } => {
                let (segments, accepted) = (sms.segments.len(), sms.is_accepted());
                debug!(id = id.0, segments, accepted, "message sent");
            }
            MessengerEvent::RequestFailed { id, failure, .. } => {
                debug!(id = id.0, %failure, "request failed");
            }
            MessengerEvent::Report { report, .. } => {
                debug!(
                    message_id = report.message_id,
                    status = report.status.as_str(),
                    "report received"
                );
            }
            MessengerEvent::Message { message, .. } => {
                debug!(segments = message.segments, "message received");
            }
            MessengerEvent::Withdrawn { .. } => warn!("held too long, or its connection ended"),
            MessengerEvent::Undecodable {
                pdu,
                error: Some(error),
            } => {
                warn!(bytes = pdu.len(), %error, "undecodable PDU");
            }
            MessengerEvent::Undecodable { pdu, error: None } => {
                warn!(bytes = pdu.len(), "unknown command");
            }
            MessengerEvent::Throttled { status, pause } => {
                warn!(status = status.name(), pause, "throttled");
            }
            MessengerEvent::Disconnect { reason, retry_in } => {
                info!(%reason, retry_in, "disconnected");
            }
            _ => trace!("other event"),
        }
    }
}

#[cfg(not(feature = "tracing"))]
mod disabled {
    use smpp_edge::messenger::MessengerEvent;
    use std::io;

    pub(crate) fn session<F>(_: &'static str, _: &str, session: F) -> F {
        session
    }

    pub(crate) fn connect_failed(_: &io::Error) {}

    pub(crate) fn event(_: &MessengerEvent) {}
}

#[cfg(not(feature = "tracing"))]
pub(crate) use disabled::*;
#[cfg(feature = "tracing")]
pub(crate) use enabled::*;
