//! What can go wrong.

use smpp_edge::messenger::{MessageError, SegmentOutcome, SentSms};
use smpp_edge::pdu::{CommandStatus, InvalidField};
use smpp_edge::session::{CloseReason, Failure};
use std::{fmt, io};

/// Why a connection, a message or a request failed.
#[derive(Debug)]
#[non_exhaustive]
pub enum Error {
    /// The URL can't be used.
    Url(&'static str),
    /// A setting can't be used.
    Config(InvalidField),
    /// The connection could not be opened.
    Connect(io::Error),
    /// The session ended, or never was bound.
    Closed(CloseReason),
    /// The message was refused before it was sent.
    Message(MessageError),
    /// At least one segment of the message was not accepted.
    NotAccepted(SentSms),
    /// The SMSC refused a request.
    Rejected(CommandStatus),
    /// A request ended without a response.
    Failed(Failure),
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::Url(reason) => write!(f, "url: {reason}"),
            Error::Config(error) => error.fmt(f),
            Error::Connect(error) => write!(f, "the connection could not be opened: {error}"),
            Error::Closed(reason) => reason.fmt(f),
            Error::Message(error) => error.fmt(f),
            Error::NotAccepted(sms) => {
                let total = sms.segments.len();
                let failed = |outcome: &SegmentOutcome| *outcome != SegmentOutcome::Accepted;
                let outcomes = sms.segments.iter().map(|segment| segment.outcome);
                let failures: Vec<_> = outcomes.filter(failed).collect();
                write!(f, "{} of {total} segments not accepted: ", failures.len())?;
                match failures.first() {
                    Some(SegmentOutcome::Rejected(status)) => f.write_str(status.name()),
                    Some(SegmentOutcome::Unknown(why) | SegmentOutcome::NotSent(why)) => why.fmt(f),
                    _ => f.write_str("unknown"),
                }
            }
            Error::Rejected(status) => write!(f, "the SMSC refused the request: {}", status.name()),
            Error::Failed(failure) => failure.fmt(f),
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Error::Config(error) => Some(error),
            Error::Connect(error) => Some(error),
            Error::Closed(reason) => Some(reason),
            Error::Message(error) => Some(error),
            Error::Failed(failure) => Some(failure),
            Error::Url(_) | Error::NotAccepted(_) | Error::Rejected(_) => None,
        }
    }
}
