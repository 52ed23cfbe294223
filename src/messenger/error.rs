//! Why a message was not taken.

use crate::pdu::InvalidField;
use crate::session::{SendError, SmsError};
use crate::text::TextError;
use alloc::string::String;
use core::fmt;

/// Why a message was not taken. Nothing of it was queued.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum MessageError {
    /// An argument can't be used.
    InvalidArgument {
        /// The argument: a field of [`OutgoingSms`](super::OutgoingSms), or a field by the specification's name.
        field: String,
        /// What is wrong with it, and what was expected.
        message: String,
    },
    /// The text can't be sent as asked.
    Text(TextError),
    /// The session does not take it.
    Session(SendError),
}

impl MessageError {
    /// An argument that can't be used.
    pub(crate) fn invalid(field: &str, message: impl Into<String>) -> Self {
        let (field, message) = (field.into(), message.into());
        MessageError::InvalidArgument { field, message }
    }

    /// The kind of error as one word: `"invalid-field"`, `"unencodable"`, `"too-many-segments"`, `"queue-full"`, `"bind-type"`
    /// or `"closed"`.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            MessageError::InvalidArgument { .. }
            | MessageError::Text(TextError::InvalidOption { .. })
            | MessageError::Session(SendError::InvalidField(_)) => "invalid-field",
            MessageError::Text(TextError::Unencodable(_)) => "unencodable",
            MessageError::Text(TextError::TooManySegments { .. }) => "too-many-segments",
            MessageError::Session(
                SendError::QueueFull | SendError::WindowFull | SendError::Throttled,
            ) => "queue-full",
            MessageError::Session(SendError::BindType) => "bind-type",
            MessageError::Session(_) => "closed",
        }
    }

    /// The field the error is about, if it is about one.
    #[must_use]
    pub fn field(&self) -> Option<&str> {
        match self {
            MessageError::InvalidArgument { field, .. } => Some(field),
            MessageError::Text(TextError::InvalidOption { option, .. }) => Some(option),
            MessageError::Session(SendError::InvalidField(InvalidField { field, .. })) => {
                Some(field)
            }
            _ => None,
        }
    }
}

impl fmt::Display for MessageError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            MessageError::InvalidArgument { field, message } => write!(f, "{field}: {message}"),
            MessageError::Text(error) => error.fmt(f),
            MessageError::Session(error) => error.fmt(f),
        }
    }
}

impl core::error::Error for MessageError {
    fn source(&self) -> Option<&(dyn core::error::Error + 'static)> {
        match self {
            MessageError::InvalidArgument { .. } => None,
            MessageError::Text(error) => Some(error),
            MessageError::Session(error) => Some(error),
        }
    }
}

impl From<SmsError> for MessageError {
    fn from(error: SmsError) -> Self {
        match error {
            SmsError::Text(error) => MessageError::Text(error),
            SmsError::Send(error) => MessageError::Session(error),
        }
    }
}

impl From<SendError> for MessageError {
    fn from(error: SendError) -> Self {
        MessageError::Session(error)
    }
}

impl From<InvalidField> for MessageError {
    fn from(error: InvalidField) -> Self {
        MessageError::Session(error.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pdu::InvalidFieldKind;
    use std::error::Error;

    #[test]
    fn an_error_has_a_code_a_field_and_a_source() {
        let nul = InvalidField {
            field: "source_addr",
            kind: InvalidFieldKind::ContainsNul,
        };
        let option = TextError::InvalidOption {
            option: "flash",
            reason: "no",
        };
        let cases: [(MessageError, &str, Option<&str>, bool); 8] = [
            (
                MessageError::invalid("to", "no"),
                "invalid-field",
                Some("to"),
                false,
            ),
            (nul.into(), "invalid-field", Some("source_addr"), true),
            (
                MessageError::Text(option),
                "invalid-field",
                Some("flash"),
                true,
            ),
            (
                MessageError::Text(TextError::Unencodable(vec![(0, 'ж')])),
                "unencodable",
                None,
                true,
            ),
            (
                MessageError::Text(TextError::TooManySegments { needed: 3, max: 2 }),
                "too-many-segments",
                None,
                true,
            ),
            (SendError::QueueFull.into(), "queue-full", None, true),
            (SendError::BindType.into(), "bind-type", None, true),
            (SendError::Closed.into(), "closed", None, true),
        ];
        for (error, code, field, source) in cases {
            assert_eq!((error.code(), error.field()), (code, field), "{error}");
            assert_eq!(error.source().is_some(), source, "{error}");
        }
        assert_eq!(MessageError::invalid("to", "no").to_string(), "to: no");
        let shown = MessageError::from(nul).to_string();
        assert_eq!(shown, "source_addr contains a NUL");
    }
}
