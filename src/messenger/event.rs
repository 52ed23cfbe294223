//! What a messenger reports.

use super::inbound::{DeliveryReport, InboundMessage};
use crate::pdu::{CommandId, CommandStatus, DecodeError, InterfaceVersion, PduBuf};
use crate::session::{CloseReason, Failure, Sequence};
use crate::text::EncodingName;
use alloc::string::String;
use alloc::vec::Vec;

/// One message or request that was handed to the messenger.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct SmsId(pub u64);

/// What became of one segment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
#[non_exhaustive]
pub enum SegmentOutcome {
    /// The SMSC took it.
    Accepted,
    /// The SMSC refused it with this status.
    Rejected(CommandStatus),
    /// It was sent, and no answer came: the SMSC may or may not have taken it. It is never resent silently.
    Unknown(Failure),
    /// It was not sent.
    NotSent(Failure),
}

impl From<Failure> for SegmentOutcome {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Expired(CommandStatus::ESME_ROK)
            | Failure::Cancelled
            | Failure::Closed
            | Failure::Unsupported => SegmentOutcome::NotSent(failure),
            Failure::Expired(status) => SegmentOutcome::Rejected(status),
            Failure::Timeout | Failure::Lost | Failure::CancelledOnWire | Failure::Mismatch(_) => {
                SegmentOutcome::Unknown(failure)
            }
        }
    }
}

/// One segment of a message, once its outcome is known.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
#[non_exhaustive]
pub struct SentSegment {
    /// The id the SMSC gave it; empty unless it was accepted.
    pub message_id: String,
    /// What became of it.
    pub outcome: SegmentOutcome,
}

/// A message of which every segment has an outcome.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
#[non_exhaustive]
pub struct SentSms {
    /// In the order of the text; at least one.
    pub segments: Vec<SentSegment>,
    /// The encoding the text went out in.
    pub encoding: EncodingName,
}

impl SentSms {
    /// The id of the first segment; empty if the SMSC gave none.
    #[must_use]
    pub fn message_id(&self) -> &str {
        self.segments.first().map_or("", |first| &first.message_id)
    }

    /// Whether the SMSC took every segment.
    #[must_use]
    pub fn is_accepted(&self) -> bool {
        self.segments
            .iter()
            .all(|segment| segment.outcome == SegmentOutcome::Accepted)
    }
}

/// One thing that happened, owned.
///
/// [`Report`](Self::Report), [`Message`](Self::Message) and [`Request`](Self::Request) wait for
/// [`Messenger::respond`](super::Messenger::respond).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum MessengerEvent {
    /// Open a connection to the endpoint, then call `bind`; if it can't be opened, `handle_close`.
    Connect {
        /// Which of [`Config::endpoints`](crate::session::Config::endpoints), from 0.
        endpoint: usize,
    },
    /// The SMSC has no bind_transceiver; the session goes on as a transmitter. See `Config::fall_back`.
    NoTransceiver,
    /// The session is bound.
    Bound {
        /// What the SMSC calls itself.
        system_id: String,
        /// The version both sides speak.
        version: InterfaceVersion,
    },
    /// Every segment of a message has an outcome.
    Sent {
        /// What `send_sms` returned.
        id: SmsId,
        /// The outcome.
        sms: SentSms,
    },
    /// A request of `send_request` got its response.
    Response {
        /// What `send_request` returned.
        id: SmsId,
        /// What the response says.
        status: CommandStatus,
        /// The response PDU.
        pdu: PduBuf,
    },
    /// A request of `send_request` ended without a response.
    RequestFailed {
        /// What `send_request` returned.
        id: SmsId,
        /// The request's command.
        command_id: CommandId,
        /// Why.
        failure: Failure,
    },
    /// The SMSC reports on a message.
    Report {
        /// What `respond` takes; `None` for a receipt in segments of which some did not come in time.
        request: Option<Sequence>,
        /// The report.
        report: DeliveryReport,
    },
    /// A message came in, its segments joined.
    Message {
        /// What `respond` takes; `None` for a message whose segments are all acknowledged: the missing ones did not come in time, or
        /// one was in doubt.
        request: Option<Sequence>,
        /// The message.
        message: InboundMessage,
    },
    /// The peer asks for something else.
    Request {
        /// What `respond` takes.
        request: Sequence,
        /// The request PDU.
        pdu: PduBuf,
    },
    /// A report, message or request takes no answer any more: the application held it for too long, or its connection ended. The
    /// SMSC redelivers it.
    Withdrawn {
        /// The request.
        request: Sequence,
    },
    /// A PDU that takes no response: alert_notification, outbind, or a response that nothing waits for any more.
    Notification {
        /// The PDU.
        pdu: PduBuf,
    },
    /// A PDU that can't be decoded; a request was answered already.
    Undecodable {
        /// The PDU.
        pdu: PduBuf,
        /// What is wrong with it; `None` for an unknown command.
        error: Option<DecodeError>,
    },
    /// The SMSC is too busy: no request goes out for a while, then fewer than before.
    Throttled {
        /// ESME_RTHROTTLED or ESME_RMSGQFUL; ESME_ROK if its congestion_state said so.
        status: CommandStatus,
        /// For how long, in milliseconds.
        pause: u64,
    },
    /// Send what is left to transmit, then close the connection.
    Disconnect {
        /// Why.
        reason: CloseReason,
        /// Milliseconds until the next [`Connect`](Self::Connect); `None`: the session is over.
        retry_in: Option<u64>,
    },
}
