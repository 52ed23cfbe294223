//! The events that wait to be polled, with their PDUs in one buffer: nothing is allocated for an event in steady state.

use super::event::{CloseReason, Direction, Event, Failure, Sequence, Ticket};
use super::inbound::{Inbound, LongMessage, MessageId};
use super::late::Unknown;
use crate::pdu::{CommandId, CommandStatus, DecodeError, InterfaceVersion};
use alloc::boxed::Box;
use alloc::collections::VecDeque;
use alloc::vec::Vec;
use core::ops::Range;

/// Room that is kept when nothing waits: octets, and events.
const KEPT: usize = 256 * 1024;
const KEPT_EVENTS: usize = 4_096;

/// [`Event`] with places in the buffer for its octets.
pub(super) enum Record {
    Connect {
        endpoint: usize,
    },
    NoTransceiver,
    Bound {
        system_id: Range<usize>,
        version: InterfaceVersion,
    },
    Response {
        sequence: Sequence,
        ticket: Option<Ticket>,
        command_id: CommandId,
        status: CommandStatus,
        frame: Range<usize>,
    },
    Failed {
        ticket: Option<Ticket>,
        sequence: Option<Sequence>,
        command_id: CommandId,
        failure: Failure,
    },
    Request {
        sequence: Sequence,
        frame: Range<usize>,
    },
    LongMessage {
        sequence: Sequence,
        id: MessageId,
    },
    Incomplete {
        message: Box<LongMessage>,
        of: Option<Sequence>,
    },
    Withdrawn {
        sequence: Sequence,
    },
    Notification {
        frame: Range<usize>,
    },
    Undecodable {
        frame: Range<usize>,
        /// In a box: the other records would be as large.
        error: Box<DecodeError>,
    },
    UnknownCommand {
        frame: Range<usize>,
    },
    Throttled {
        status: CommandStatus,
        pause: u64,
    },
    Refused {
        status: CommandStatus,
        frame: Range<usize>,
    },
    Late {
        sequence: Sequence,
        ticket: Option<Ticket>,
        command_id: CommandId,
        status: CommandStatus,
        frame: Range<usize>,
    },
    Unanswered {
        sequence: Sequence,
        request: Unknown,
    },
    Unmatched {
        frame: Range<usize>,
    },
    Trace {
        direction: Direction,
        frame: Range<usize>,
    },
    Disconnect {
        reason: CloseReason,
        retry_in: Option<u64>,
    },
}

#[derive(Default)]
pub(super) struct EventQueue {
    waiting: VecDeque<Record>,
    octets: Vec<u8>,
    /// The segments of the event that was polled last.
    incomplete: Option<Box<LongMessage>>,
}

impl EventQueue {
    /// Copies octets into the buffer and returns where they are.
    pub(super) fn keep(&mut self, octets: &[u8]) -> Range<usize> {
        if self.waiting.is_empty() {
            self.clear();
        }
        let start = self.octets.len();
        self.octets.extend_from_slice(octets);
        start..self.octets.len()
    }

    pub(super) fn push(&mut self, record: Record) {
        self.waiting.push_back(record);
    }

    /// `inbound` has the messages that are handed over. One that was withdrawn meanwhile is passed over.
    pub(super) fn poll<'a>(&'a mut self, inbound: &'a mut Inbound) -> Option<Event<'a>> {
        self.incomplete = None;
        while let Some(&Record::LongMessage { id, .. }) = self.waiting.front()
            && inbound.hand_over(id).is_none()
        {
            self.waiting.pop_front();
        }
        let Some(record) = self.waiting.pop_front() else {
            self.clear();
            return None;
        };
        let octets = |place: Range<usize>| self.octets.get(place).unwrap_or_default();
        Some(match record {
            Record::Connect { endpoint } => Event::Connect { endpoint },
            Record::NoTransceiver => Event::NoTransceiver,
            Record::Bound { system_id, version } => Event::Bound {
                system_id: octets(system_id),
                version,
            },
            Record::Response {
                sequence,
                ticket,
                command_id,
                status,
                frame,
            } => Event::Response {
                sequence,
                ticket,
                command_id,
                status,
                frame: octets(frame),
            },
            Record::Failed {
                ticket,
                sequence,
                command_id,
                failure,
            } => Event::Failed {
                ticket,
                sequence,
                command_id,
                failure,
            },
            Record::Request { sequence, frame } => Event::Request {
                sequence,
                frame: octets(frame),
            },
            Record::LongMessage { sequence, id } => Event::LongMessage {
                sequence,
                message: inbound.hand_over(id)?,
            },
            Record::Incomplete { message, of } => Event::Incomplete {
                message: self.incomplete.insert(message),
                of,
            },
            Record::Withdrawn { sequence } => Event::Withdrawn { sequence },
            Record::Notification { frame } => Event::Notification {
                frame: octets(frame),
            },
            Record::Undecodable { frame, error } => Event::Undecodable {
                frame: octets(frame),
                error: *error,
            },
            Record::UnknownCommand { frame } => Event::UnknownCommand {
                frame: octets(frame),
            },
            Record::Throttled { status, pause } => Event::Throttled { status, pause },
            Record::Refused { status, frame } => Event::Refused {
                status,
                frame: octets(frame),
            },
            Record::Late {
                sequence,
                ticket,
                command_id,
                status,
                frame,
            } => Event::Late {
                sequence,
                ticket,
                command_id,
                status,
                frame: octets(frame),
            },
            Record::Unanswered { sequence, request } => Event::Unanswered {
                sequence,
                ticket: request.ticket,
                command_id: request.command_id,
            },
            Record::Unmatched { frame } => Event::Unmatched {
                frame: octets(frame),
            },
            Record::Trace { direction, frame } => Event::Trace {
                direction,
                frame: octets(frame),
            },
            Record::Disconnect { reason, retry_in } => Event::Disconnect { reason, retry_in },
        })
    }

    fn clear(&mut self) {
        self.octets.clear();
        if self.octets.capacity() > KEPT {
            self.octets = Vec::new();
        }
        if self.waiting.capacity() > KEPT_EVENTS {
            self.waiting = VecDeque::new();
        }
    }

    /// Gives memory back that nothing needs now.
    pub(super) fn shrink(&mut self) {
        if self.waiting.is_empty() {
            self.octets = Vec::new();
            self.waiting = VecDeque::new();
        }
    }
}
