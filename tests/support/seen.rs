//! Events that outlive their session.

use smpp_edge::pdu::*;
use smpp_edge::session::*;
use smpp_edge::text::Joined;

/// [`Event`] with octets of its own, and tickets as numbers.
#[derive(Clone, Debug, PartialEq)]
pub enum Seen {
    Connect(usize),
    NoTransceiver,
    Bound {
        system_id: Vec<u8>,
        version: InterfaceVersion,
    },
    Response {
        ticket: Option<u64>,
        sequence: Sequence,
        command_id: CommandId,
        status: CommandStatus,
        frame: Vec<u8>,
    },
    Failed {
        ticket: Option<u64>,
        sequence: Option<Sequence>,
        command_id: CommandId,
        failure: Failure,
    },
    Throttled(CommandStatus, u64),
    Request(Sequence, Vec<u8>),
    /// The PDUs of its segments.
    LongMessage(Sequence, Vec<Vec<u8>>),
    Incomplete(Option<Sequence>, Vec<Vec<u8>>),
    Withdrawn(Sequence),
    Notification(Vec<u8>),
    Undecodable(DecodeError, Vec<u8>),
    UnknownCommand(Vec<u8>),
    Refused(CommandStatus, Vec<u8>),
    Late {
        ticket: Option<u64>,
        sequence: Sequence,
        command_id: CommandId,
        status: CommandStatus,
        frame: Vec<u8>,
    },
    Unanswered {
        ticket: Option<u64>,
        sequence: Sequence,
        command_id: CommandId,
    },
    Unmatched(Vec<u8>),
    Trace(Direction, Vec<u8>),
    Disconnect(CloseReason, Option<u64>),
}

impl From<Event<'_>> for Seen {
    fn from(event: Event<'_>) -> Self {
        match event {
            Event::Connect { endpoint } => Seen::Connect(endpoint),
            Event::NoTransceiver => Seen::NoTransceiver,
            Event::Bound { system_id, version } => Seen::Bound {
                system_id: system_id.to_vec(),
                version,
            },
            Event::Response {
                sequence,
                ticket,
                command_id,
                status,
                frame,
            } => Seen::Response {
                ticket: ticket.map(|t| t.0),
                sequence,
                command_id,
                status,
                frame: frame.to_vec(),
            },
            Event::Failed {
                ticket,
                sequence,
                command_id,
                failure,
            } => Seen::Failed {
                ticket: ticket.map(|t| t.0),
                sequence,
                command_id,
                failure,
            },
            Event::Throttled { status, pause } => Seen::Throttled(status, pause),
            Event::Request { sequence, frame } => Seen::Request(sequence, frame.to_vec()),
            Event::LongMessage { sequence, message } => {
                assert!(message.is_complete());
                Seen::LongMessage(sequence, pdus(message))
            }
            Event::Incomplete { message, of } => {
                assert!(!message.parts.is_empty());
                assert!(of.is_none() || !message.is_complete());
                Seen::Incomplete(of, pdus(message))
            }
            Event::Withdrawn { sequence } => Seen::Withdrawn(sequence),
            Event::Notification { frame } => Seen::Notification(frame.to_vec()),
            Event::Undecodable { frame, error } => Seen::Undecodable(error, frame.to_vec()),
            Event::UnknownCommand { frame } => Seen::UnknownCommand(frame.to_vec()),
            Event::Refused { status, frame } => Seen::Refused(status, frame.to_vec()),
            Event::Late {
                sequence,
                ticket,
                command_id,
                status,
                frame,
            } => Seen::Late {
                ticket: ticket.map(|t| t.0),
                sequence,
                command_id,
                status,
                frame: frame.to_vec(),
            },
            Event::Unanswered {
                sequence,
                ticket,
                command_id,
            } => Seen::Unanswered {
                ticket: ticket.map(|t| t.0),
                sequence,
                command_id,
            },
            Event::Unmatched { frame } => Seen::Unmatched(frame.to_vec()),
            Event::Trace { direction, frame } => Seen::Trace(direction, frame.to_vec()),
            Event::Disconnect { reason, retry_in } => Seen::Disconnect(reason, retry_in),
            other => panic!("an event that the tests don't know: {other:?}"),
        }
    }
}

impl Seen {
    /// Whether a request ended so that its response may still come.
    pub fn may_be_answered(&self) -> bool {
        matches!(
            self,
            Seen::Failed {
                failure: Failure::Timeout | Failure::CancelledOnWire,
                ..
            }
        )
    }
}

/// All that a session has to tell.
pub fn events(session: &mut Session) -> Vec<Seen> {
    let mut seen = Vec::new();
    while let Some(event) = session.poll_event() {
        seen.push(event.into());
    }
    seen
}

fn pdus(message: &Joined<Vec<u8>>) -> Vec<Vec<u8>> {
    let parts = message.parts.iter();
    parts.map(|part| part.token.clone()).collect()
}
