//! Why a request was not taken.

use crate::pdu::InvalidField;
use core::fmt;

/// Why a request was not taken. Nothing was written or queued.
#[derive(Clone, Debug, PartialEq, Eq)]
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
        f.write_str(match self {
            SendError::NotBound => "not bound",
            SendError::BindType => "this bind does not carry the request",
            SendError::WindowFull => "window full",
            SendError::Throttled => "held back",
            SendError::Unsupported => "the peer's version has no TLVs",
            SendError::QueueFull => "queue full",
            SendError::Closed => "session closed",
            SendError::InvalidField(error) => return error.fmt(f),
        })
    }
}

impl core::error::Error for SendError {
    fn source(&self) -> Option<&(dyn core::error::Error + 'static)> {
        match self {
            SendError::InvalidField(error) => Some(error),
            _ => None,
        }
    }
}
