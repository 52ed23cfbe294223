//! SMPP for tokio: an async [`Client`] and a [`Server`] over the sans-IO engine of [`smpp_edge`].
//!
//! ```no_run
//! use smpp_edge_tokio::{Client, OutgoingSms, ReportRequest};
//!
//! # async fn example() -> Result<(), smpp_edge_tokio::Error> {
//! let client = Client::connect("smpp://system_id:password@127.0.0.1:2775").await?;
//! let mut reports = client.reports();
//! let sms = OutgoingSms::text("+1234567890", "Hello World").from("12345").report(ReportRequest::Always);
//! let sent = client.send_sms(sms).await?;
//! println!("accepted as {}", sent.message_id());
//! while let Some(report) = reports.recv().await {
//!     // The SMSC has its answer now. A report that is dropped without this is redelivered.
//!     let report = report.accept();
//!     println!("{} is {}", report.message_id, report.status.as_str());
//!     // Reports of earlier messages come, too.
//!     if report.message_id == sent.message_id() && report.is_final {
//!         break;
//!     }
//! }
//! client.close().await;
//! # Ok(())
//! # }
//! ```
//!
//! The client reconnects as [`Config::reconnect`](smpp_edge::session::Config) says. What was queued goes on over the next
//! connection; a message that was in flight when the connection was lost ends as
//! [`SegmentOutcome::Unknown`](smpp_edge::messenger::SegmentOutcome), and is never resent silently.

#![forbid(unsafe_code)]

mod builder;
mod client;
mod driver;
mod error;
mod inbound;
mod server;
mod stream;
mod trace;
mod url;

pub use builder::ClientBuilder;
pub use client::Client;
pub use error::Error;
pub use inbound::{Messages, Received, Reports};
pub use server::{BindRequest, Connection, Handler, Server};
pub use smpp_edge;
pub use smpp_edge::messenger::{
    AddressBuf, DeliveryReport, InboundMessage, MessengerOptions, OutgoingSms, ReportRequest,
    SentSms,
};
pub use smpp_edge::pdu::CommandStatus;
pub use smpp_edge::session::Config;
#[cfg(feature = "tls")]
pub use tokio_rustls::rustls;
