//! What can be wrong with a PDU, and how to answer it.

use super::{CommandId, CommandStatus, Header};
use core::fmt;

/// The stream can't be trusted any more: answer if possible, then close.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum FrameError {
    /// `command_length` is less than a header has (SMPP 3.4 section 3.2, 5.0 section 3.2.1).
    TooShort {
        /// The length found.
        command_length: u32,
    },
    /// `command_length` is more than the limit (SMPP 3.4 section 3.2, 5.0 section 3.2.1).
    TooLong {
        /// The length found.
        command_length: u32,
        /// The limit of this stream.
        limit: u32,
        /// The header, if all of it is there.
        header: Option<Header>,
    },
}

impl FrameError {
    /// The sequence number for the `generic_nack` that answers: the PDU's own where it could be read, else 0.
    #[must_use]
    pub fn sequence_number(&self) -> u32 {
        match self {
            FrameError::TooLong {
                header: Some(header),
                ..
            } => header.sequence_number,
            _ => 0,
        }
    }
}

impl fmt::Display for FrameError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            FrameError::TooShort { command_length } => {
                write!(
                    f,
                    "command_length {command_length} is shorter than a header"
                )
            }
            FrameError::TooLong {
                command_length,
                limit,
                ..
            } => {
                write!(
                    f,
                    "command_length {command_length} is over the limit of {limit}"
                )
            }
        }
    }
}

impl core::error::Error for FrameError {}

/// One PDU that can't be read; the stream goes on behind it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DecodeError {
    /// What is wrong.
    pub kind: DecodeErrorKind,
    /// Of which PDU.
    pub command_id: CommandId,
    /// The field it is in, in the specification's name; `"tlvs"` for the optional part.
    pub field: &'static str,
    /// Octets from the start of the PDU to where it goes wrong.
    pub offset: usize,
    /// Octets, or the value, that should be there.
    pub expected: u32,
    /// Octets, or the value, that are there.
    pub found: u32,
}

/// What is wrong with a PDU.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum DecodeErrorKind {
    /// The octets given are not the one PDU that `command_length` announces
    /// (SMPP 3.4 section 5.1.1, 5.0 section 4.7.4).
    Length,
    /// The PDU ends inside a field (SMPP 3.4 section 3.1, 5.0 section 3.1).
    Truncated,
    /// A C-octet string has no NUL before the end of the PDU (SMPP 3.4 section 3.1, 5.0 section 3.1).
    MissingNul,
    /// `dest_flag` is neither 1 nor 2, so that nothing behind it can be found
    /// (SMPP 3.4 section 5.2.25, 5.0 section 4.7.9).
    DestFlag,
    /// One to three octets are left where a TLV should begin (SMPP 3.4 section 5.3.1, 5.0 section 4.8.1).
    TlvHeader,
    /// A TLV's length runs past the end of the PDU (SMPP 3.4 section 5.3.1, 5.0 section 4.8.1).
    TlvLength,
}

impl DecodeError {
    /// The `command_status` that answers such a request.
    #[must_use]
    pub fn status(&self) -> CommandStatus {
        match self.kind {
            DecodeErrorKind::Length | DecodeErrorKind::Truncated | DecodeErrorKind::MissingNul => {
                CommandStatus::ESME_RINVCMDLEN
            }
            DecodeErrorKind::DestFlag => CommandStatus::ESME_RINVDESTFLAG,
            DecodeErrorKind::TlvHeader | DecodeErrorKind::TlvLength => {
                CommandStatus::ESME_RINVTLVSTREAM
            }
        }
    }
}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = match self.kind {
            DecodeErrorKind::Length => "wrong length",
            DecodeErrorKind::Truncated => "PDU ends inside the field",
            DecodeErrorKind::MissingNul => "no NUL before the end",
            DecodeErrorKind::DestFlag => "unknown dest_flag",
            DecodeErrorKind::TlvHeader => "stray octets",
            DecodeErrorKind::TlvLength => "TLV runs past the end",
        };
        let command = self.command_id.name();
        let DecodeError {
            field,
            offset,
            expected,
            found,
            ..
        } = self;
        write!(
            f,
            "{command}: {what} in {field} at octet {offset} (expected {expected}, found {found})"
        )
    }
}

impl core::error::Error for DecodeError {}

/// A field that can't be written as it is; nothing was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvalidField {
    /// The field, in the specification's name.
    pub field: &'static str,
    /// Why.
    pub kind: InvalidFieldKind,
}

/// Why a field can't be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum InvalidFieldKind {
    /// A C-octet string holds a NUL, which would end it early.
    ContainsNul,
    /// More octets, or more entries, than the field can hold.
    TooLong {
        /// The most it can hold, without a final NUL.
        max: usize,
        /// What was given.
        found: usize,
    },
    /// A time is neither empty nor of 16 characters.
    TimeLength {
        /// The characters given.
        found: usize,
    },
}

impl InvalidField {
    /// The `command_status` that answers a request with such a field.
    #[must_use]
    pub fn status(&self) -> CommandStatus {
        let known = STATUSES.iter().find(|(field, _)| *field == self.field);
        known.map_or(CommandStatus::ESME_RINVCMDLEN, |(_, status)| *status)
    }
}

/// What answers a request with a field that can't be.
static STATUSES: [(&str, CommandStatus); 14] = [
    ("source_addr", CommandStatus::ESME_RINVSRCADR),
    ("destination_addr", CommandStatus::ESME_RINVDSTADR),
    ("esme_addr", CommandStatus::ESME_RINVDSTADR),
    ("dl_name", CommandStatus::ESME_RINVDLNAME),
    ("dest_address", CommandStatus::ESME_RINVNUMDESTS),
    ("message_id", CommandStatus::ESME_RINVMSGID),
    ("service_type", CommandStatus::ESME_RINVSERTYP),
    ("system_id", CommandStatus::ESME_RINVSYSID),
    ("password", CommandStatus::ESME_RINVPASWD),
    ("system_type", CommandStatus::ESME_RINVSYSTYP),
    ("schedule_delivery_time", CommandStatus::ESME_RINVSCHED),
    ("validity_period", CommandStatus::ESME_RINVEXPIRY),
    ("short_message", CommandStatus::ESME_RINVMSGLEN),
    ("tlvs", CommandStatus::ESME_RINVTLVLEN),
];

impl fmt::Display for InvalidField {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.field, self.kind)
    }
}

impl core::error::Error for InvalidField {}

/// Continues a sentence that begins with the field's name.
impl fmt::Display for InvalidFieldKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            InvalidFieldKind::ContainsNul => f.write_str("contains a NUL"),
            InvalidFieldKind::TooLong { max, found } => {
                write!(f, "is too long: at most {max}, found {found}")
            }
            InvalidFieldKind::TimeLength { found } => {
                write!(f, "must be empty or of 16 characters, found {found}")
            }
        }
    }
}
