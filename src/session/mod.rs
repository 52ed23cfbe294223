//! The sans-IO session engine, both roles (SMPP 5.0, 2.2 to 2.11; SMPP 3.4, 2.2 and 7.2).
//!
//! ```text
//!            octets ──▶ handle_input ─┐                ┌─▶ poll_transmit ──▶ octets
//!  connection ended ──▶ handle_close ─┤    Session     ├─▶ poll_event ────▶ application
//!       time passed ──▶ handle_timeout┘                └─▶ poll_timeout ──▶ when to call again
//!       application ──▶ bind, submit, enqueue, respond, unbind
//! ```
//!
//! After any call, take events until there are none, transmit what is there, and look at the deadline again. Calls that
//! come too often or too early do nothing.

mod backoff;
pub(crate) mod composer;
mod config;
mod delayed;
mod delivery;
mod engine;
mod error;
mod event;
mod event_buf;
mod event_queue;
mod handover;
mod inbound;
mod instant;
mod late;
mod life;
mod pace;
mod queue;
mod receive;
mod respond;
mod segment;
mod send;
mod state;
mod timeout;
mod timers;
mod transmit;
mod version;
mod window;
mod write;

pub use composer::{Composer, Content, Sms, SmsError};
pub use config::{BindType, Config, Password, Reconnect, Role};
pub use delivery::{Address, Delivery};
pub use engine::Session;
pub use error::SendError;
pub use event::{CloseReason, Direction, Event, Failure, Sequence, Ticket};
pub use event_buf::EventBuf;
pub use handover::GivenQueue;
pub use instant::Instant;
pub use receive::status_text;
pub use segment::{Segment, join_segments};
pub use state::{State, Stats};
