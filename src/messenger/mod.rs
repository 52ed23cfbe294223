//! Messages on top of a [`Session`](crate::session::Session): send an [`OutgoingSms`], receive owned delivery reports, inbound
//! messages and results.
//!
//! A [`Messenger`] is as free of I/O as the session it holds, and is driven the same way: bytes, the time and the end of a
//! connection go in, bytes, events and a deadline come out. Everything it returns is owned, so it can cross threads, channels
//! and language boundaries. The tokio client and the wasm-pack package are thin layers over it.
//!
//! ```
//! use smpp_edge::messenger::{Messenger, MessengerOptions, OutgoingSms, ReportRequest};
//! use smpp_edge::session::{Config, Instant};
//!
//! let now = Instant::from_millis(0);
//! let config = Config::esme(b"esme", b"secret", 0x5eed);
//! let mut messenger = Messenger::new(config, MessengerOptions::default(), now);
//!
//! // Queued until a bind is up; its result comes as `MessengerEvent::Sent` with this id.
//! let sms = OutgoingSms::text("+1234567890", "Grüße").from("12345").report(ReportRequest::Always);
//! let id = messenger.send_sms(now, &sms)?;
//!
//! // Open a connection, then:
//! messenger.bind(now);
//! assert!(!messenger.poll_transmit().is_empty());
//! # let _ = id;
//! # Ok::<(), smpp_edge::messenger::MessageError>(())
//! ```

mod address;
mod error;
mod event;
mod inbound;
mod outgoing;
mod pending;
mod state_machine;

pub use address::{AddressBuf, AddressInput};
pub use error::MessageError;
pub use event::{MessengerEvent, SegmentOutcome, SentSegment, SentSms, SmsId};
pub use inbound::{DeliveryReport, InboundContent, InboundMessage};
pub use outgoing::{OutgoingContent, OutgoingSms, ReportRequest};
pub use state_machine::{Messenger, MessengerOptions};
