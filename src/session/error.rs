//! Why a request was not taken.

use crate::pdu::InvalidField;
use std::fmt;

/// Why a request was not taken. Nothing was written or queued.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum SendError {
    /// No bind is up.
    NotBound,
    /// This kind of bind does not carry the request (SMPP 5.0, table 2-1).
    BindType,
    /// As many requests as allowed wait for their response.
    WindowFull,
    /// The rate limit, a peer that is too busy, or octets that are not transmitted yet hold requests back.
    Throttled,
    /// The message is in TLVs, and the peer's version has none.
    Unsupported,
    /// As many requests as allowed wait for a place in the window.
    QueueFull,
    /// The session is ending, or over.
    Closed,
    /// A field can't be written.
    InvalidField(InvalidField),
}

impl From<InvalidField> for SendError {
    fn from(error: InvalidField) -> Self {
        SendError::InvalidField(error)
    }
}

impl fmt::Display for SendError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            SendError::NotBound => f.write_str("not bound"),
            SendError::BindType => f.write_str("this bind does not carry the request"),
            SendError::WindowFull => f.write_str("window full"),
            SendError::Throttled => f.write_str("held back"),
            SendError::Unsupported => f.write_str("the peer's version has no TLVs"),
            SendError::QueueFull => f.write_str("queue full"),
            SendError::Closed => f.write_str("session closed"),
            SendError::InvalidField(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for SendError {}
