//! What a session reports to its application.

use crate::pdu::{CommandId, CommandStatus, DecodeError, FrameError, InterfaceVersion};
use crate::text::Joined;
use alloc::vec::Vec;
use core::fmt;

/// The application's own mark on a queued request; comes back with its outcome.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Ticket(pub u64);

/// A request on one connection: its sequence_number and the connection it belongs to, so that an answer given late can't
/// reach another connection's request of the same number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
pub struct Sequence {
    pub(crate) connection: u32,
    pub(crate) number: u32,
}

impl Sequence {
    /// Puts together what [`number`](Self::number) and [`connection`](Self::connection) took apart.
    #[must_use]
    pub const fn new(connection: u32, number: u32) -> Self {
        Self { connection, number }
    }

    /// The sequence_number on the wire.
    #[must_use]
    pub const fn number(self) -> u32 {
        self.number
    }

    /// Which of the session's connections, counted from 1.
    #[must_use]
    pub const fn connection(self) -> u32 {
        self.connection
    }
}

/// Why a request ended without a response.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
#[non_exhaustive]
pub enum Failure {
    /// It was on the wire and no response came in time: the outcome is unknown.
    Timeout,
    /// It was on the wire when the connection ended: the outcome is unknown.
    Lost,
    /// It was on the wire when the application gave it up: the outcome is unknown.
    CancelledOnWire,
    /// The application gave it up before it was sent.
    Cancelled,
    /// The session ended before it was sent.
    Closed,
    /// It was not sent: this kind of bind does not carry it, or its message is in TLVs and the peer's version has none.
    Unsupported,
    /// A response of another kind came, with this status.
    Mismatch(CommandStatus),
    /// Its time was over: it was not sent yet (ESME_ROK), or the peer was too busy for it, with this status.
    Expired(CommandStatus),
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match *self {
            Failure::Timeout => "no response in time",
            Failure::Lost => "the connection ended before the response",
            Failure::CancelledOnWire => "given up after it was sent",
            Failure::Cancelled => "given up before it was sent",
            Failure::Closed => "the session ended before it was sent",
            Failure::Unsupported => "this bind, or the peer's version, does not carry it",
            Failure::Mismatch(status) => {
                return write!(f, "a response of another kind came: {}", status.name());
            }
            Failure::Expired(CommandStatus::ESME_ROK) => "its time was over before it was sent",
            Failure::Expired(status) => {
                return write!(f, "the peer was too busy for it: {}", status.name());
            }
        })
    }
}

impl core::error::Error for Failure {}

/// Why a connection ended, or is to be ended.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum CloseReason {
    /// It could not be made.
    ConnectFailed,
    /// The peer, or the network, ended it.
    Lost,
    /// The bind was refused with this status; ESME_ROK if what came was no answer to it.
    BindRefused(CommandStatus),
    /// No connection, or no answer to the bind, in time.
    BindTimeout,
    /// SMSC: no bind came in time.
    SessionInitTimeout,
    /// No sign of life after an enquire_link.
    EnquireLinkTimeout,
    /// Nothing was done for the inactivity time.
    Inactivity,
    /// This side unbound.
    Unbound,
    /// The peer unbound.
    PeerUnbound,
    /// The stream can't be trusted any more.
    Frame(FrameError),
    /// The peer said with a generic_nack that it lost our stream.
    PeerLostSync,
    /// The peer does not read what it is sent.
    PeerNotReading,
}

impl fmt::Display for CloseReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            CloseReason::ConnectFailed => "the connection could not be made",
            CloseReason::Lost => "the connection was lost",
            CloseReason::BindRefused(status) => {
                return write!(f, "the bind was refused: {}", status.name());
            }
            CloseReason::BindTimeout => "no bind in time",
            CloseReason::SessionInitTimeout => "no bind came",
            CloseReason::EnquireLinkTimeout => "no answer to enquire_link",
            CloseReason::Inactivity => "nothing was done for too long",
            CloseReason::Unbound => "closed",
            CloseReason::PeerUnbound => "the peer unbound",
            CloseReason::Frame(_) => "what came is not SMPP",
            CloseReason::PeerLostSync => "the peer lost track of our stream",
            CloseReason::PeerNotReading => "the peer does not read",
        })
    }
}

impl core::error::Error for CloseReason {
    fn source(&self) -> Option<&(dyn core::error::Error + 'static)> {
        match self {
            CloseReason::Frame(error) => Some(error),
            _ => None,
        }
    }
}

/// The way a PDU went, for [`Event::Trace`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Direction {
    /// From the peer.
    In,
    /// To the peer.
    Out,
}

/// One thing that happened. `frame` is one whole PDU, header included. [`EventBuf`](super::EventBuf) keeps one.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Event<'a> {
    /// Open a connection to the peer, then call `bind`; if it can't be had, `handle_close`. If [`Event::Disconnect`] comes
    /// before, it took too long: give the attempt up.
    Connect {
        /// Which of [`Config::endpoints`](super::Config::endpoints), from 0.
        endpoint: usize,
    },
    /// The SMSC has no bind_transceiver (`Config::fall_back`): this session goes on as a transmitter. A second session
    /// with [`Config::as_receiver`](super::Config::as_receiver) gets what is delivered.
    NoTransceiver,
    /// The session is bound; requests may go.
    Bound {
        /// What the other side calls itself.
        system_id: &'a [u8],
        /// The version both speak.
        version: InterfaceVersion,
    },
    /// A request got its response, or a generic_nack.
    Response {
        /// The request.
        sequence: Sequence,
        /// The mark of a queued request.
        ticket: Option<Ticket>,
        /// The request's command.
        command_id: CommandId,
        /// What the response says.
        status: CommandStatus,
        /// The response; empty for a request that has none.
        frame: &'a [u8],
    },
    /// A request ended without one.
    Failed {
        /// The mark of a queued request.
        ticket: Option<Ticket>,
        /// The request, if it was on the wire.
        sequence: Option<Sequence>,
        /// The request's command.
        command_id: CommandId,
        /// Why.
        failure: Failure,
    },
    /// The peer is too busy: no request goes for a while, then fewer than before.
    Throttled {
        /// ESME_RTHROTTLED or ESME_RMSGQFUL; ESME_ROK if its congestion_state said so.
        status: CommandStatus,
        /// For how long, in milliseconds.
        pause: u64,
    },
    /// The peer asks; to be answered by `respond`. In the SMSC role also binds.
    Request {
        /// What `respond` takes.
        sequence: Sequence,
        /// The request.
        frame: &'a [u8],
    },
    /// A long message, or a receipt in several segments, is whole; to be answered by `respond`. Its segments but the last one
    /// were acknowledged as they came. If it is refused the peer repeats the last one, and it comes again.
    LongMessage {
        /// The request of its last segment.
        sequence: Sequence,
        /// The segments, each with its PDU as token.
        message: &'a Joined<Vec<u8>>,
    },
    /// Segments of a long message whose others will not come: they did not come in time, there was no room, or the session is
    /// over. The peer has had its answers and will not send them again. Or all segments, if one of them was handed over before
    /// and the peer did not send another in its place within 10 seconds: the message is [complete](Joined::is_complete) then.
    Incomplete {
        /// The segments that there are.
        message: &'a Joined<Vec<u8>>,
        /// The session is over while the application has this message whole, by [`Event::LongMessage`]: the segments are to
        /// be taken only if the whole is not.
        of: Option<Sequence>,
    },
    /// A request of the peer needs no answer any more, and takes none: the application held it for too long, so that it was
    /// refused for now, or its connection is over. Unless the application has taken it, the peer sends it again.
    Withdrawn {
        /// The request.
        sequence: Sequence,
    },
    /// The peer says something that takes no answer: alert_notification or outbind.
    Notification {
        /// The PDU.
        frame: &'a [u8],
    },
    /// A PDU that could not be read; a request was answered already.
    Undecodable {
        /// The PDU.
        frame: &'a [u8],
        /// What is wrong with it.
        error: DecodeError,
    },
    /// A request of a command that is not known here; it was answered with a generic_nack.
    UnknownCommand {
        /// The PDU.
        frame: &'a [u8],
    },
    /// A request that was not taken: not in this state, not from this side, with a field that can't be, or too many are
    /// open. It was answered with `status`, if it takes an answer.
    Refused {
        /// Why.
        status: CommandStatus,
        /// The PDU.
        frame: &'a [u8],
    },
    /// The response to a request that had ended already, as out of time or given up.
    Late {
        /// The request.
        sequence: Sequence,
        /// The mark of a queued request.
        ticket: Option<Ticket>,
        /// The request's command.
        command_id: CommandId,
        /// What the response says.
        status: CommandStatus,
        /// The response.
        frame: &'a [u8],
    },
    /// No late response can come any more for a request that ended as out of time or given up: its connection ended, or too
    /// many requests are remembered. For such a request either this comes or [`Event::Late`], once.
    Unanswered {
        /// The request.
        sequence: Sequence,
        /// The mark of a queued request.
        ticket: Option<Ticket>,
        /// The request's command.
        command_id: CommandId,
    },
    /// A response that nobody waits for.
    Unmatched {
        /// The PDU.
        frame: &'a [u8],
    },
    /// A PDU came or went; only with `Config::trace`.
    Trace {
        /// Which way.
        direction: Direction,
        /// The PDU.
        frame: &'a [u8],
    },
    /// Send what is left to transmit, then close the connection. All requests that were on it have ended.
    Disconnect {
        /// Why.
        reason: CloseReason,
        /// Milliseconds until the next [`Event::Connect`], 0 for the next endpoint or kind of bind; `None`: the session is
        /// over.
        retry_in: Option<u64>,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn why_a_request_or_a_connection_ended_is_told_in_words() {
        let refused = CommandStatus::ESME_RINVPASWD;
        let short = FrameError::TooShort { command_length: 15 };
        for (event, words) in [
            (
                Failure::Lost.to_string(),
                "the connection ended before the response",
            ),
            (
                Failure::Expired(CommandStatus::ESME_ROK).to_string(),
                "its time was over before it was sent",
            ),
            (
                Failure::Expired(CommandStatus::ESME_RTHROTTLED).to_string(),
                "the peer was too busy for it: ESME_RTHROTTLED",
            ),
            (CloseReason::Lost.to_string(), "the connection was lost"),
            (
                CloseReason::BindRefused(refused).to_string(),
                "the bind was refused: ESME_RINVPASWD",
            ),
            (
                CloseReason::Frame(short).to_string(),
                "what came is not SMPP",
            ),
        ] {
            assert_eq!(event, words);
        }
        let frame = CloseReason::Frame(short);
        let source = std::error::Error::source(&frame).expect("a framing error");
        assert_eq!(
            source.to_string(),
            "command_length 15 is shorter than a header"
        );
    }
}
