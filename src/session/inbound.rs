//! What the peer sends and the application has to answer: each request's way from its receipt to its end.
//!
//! ```text
//!            ┌─ stands alone ──────────────────────────▶ Open ──▶ answered (taken or refused), withdrawn
//!  receive ──┤
//!            └─ segment ─┬─ others are missing ────────▶ Held (acknowledged)
//!                        ├─ is held already ───────────▶ acknowledged again
//!                        ├─ was the last one missing ──▶ Open, its message HandedOver
//!                        └─ is the last of a message
//!                           that is handed over ───────▶ Open, waits for the same answer
//!
//!  HandedOver ──▶ taken               its segments are known, so that a repeat is acknowledged and leads to nothing; nor
//!                                     does it mix with the next message of its reference
//!             ──▶ refused for now,    its other segments are Held again, for the last one alone: the peer repeats that,
//!                 or withdrawn        and the message is handed over again
//!             ──▶ refused for good    the same, but given up in silence if that repeat does not come
//!  Held       ──▶ HandedOver          the missing segments came
//!             ──▶ given up            their time is over, there is no room, their key is used anew, or the session is over:
//!                                     handed to the application as it is
//! ```
//!
//! A request is withdrawn when its application took too long, or when its connection is over. [`Inbound::settle`] is the
//! only way out of `HandedOver`, [`Inbound::given_up`] and [`Inbound::end`] the only ways out of the session for what is held.

use super::delivery::{Address, Delivery, MESSAGE_TYPE};
use super::instant::{Instant, earliest};
use super::segment;
use crate::pdu::{CommandId, CommandStatus};
use crate::text::{Joined, Limits, Outcome, Reassembler};
use alloc::boxed::Box;
use alloc::collections::VecDeque;
use alloc::vec::Vec;

/// Octets of messages that wait for the application's answer; with more than this no segment is taken.
const MOST_HANDED_OVER: usize = 4 << 20;

/// The segments of one message, with their PDUs as tokens.
pub(super) type LongMessage = Joined<Vec<u8>>;

/// A request without an answer.
pub(super) struct Request {
    pub(super) number: u32,
    pub(super) command_id: CommandId,
    deadline: Option<Instant>,
    /// The message that it completed, or repeated the last segment of.
    message: Option<MessageId>,
}

/// A message that was handed over, in the order of that.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct MessageId(u64);

/// What to do about a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Received {
    /// Hand it to the application.
    Open,
    /// Acknowledge it now: a segment that is held.
    Held,
    /// Hand the message over that it completed.
    Whole(MessageId),
    /// Wait: it is the last segment of this message again, which is handed over and has no answer yet.
    Repeated(MessageId),
    /// Refuse it for now: there is no room.
    Full,
}

/// Segments that the application is to take as they are: they were acknowledged, and the others will not come.
pub(super) struct GivenUp {
    pub(super) message: LongMessage,
    /// The request whose message is handed over without an answer, and has these segments.
    pub(super) of: Option<u32>,
}

#[derive(Default)]
pub(super) struct Inbound {
    /// The oldest first.
    open: VecDeque<Request>,
    /// `None` if segments are requests like others.
    long: Option<Box<LongMessages>>,
}

struct LongMessages {
    held: Reassembler<Vec<u8>>,
    handed_over: Vec<HandedOver>,
    /// Octets of those.
    octets: usize,
    next_id: u64,
}

struct HandedOver {
    id: MessageId,
    message: LongMessage,
    /// The number of the segment that came last, and the only one that is not acknowledged.
    last: u8,
    /// The application has polled it.
    polled: bool,
}

impl Inbound {
    /// `part_timeout`: milliseconds for which segments are held, 0 for as long as there is room; `None` to join none.
    pub(super) fn new(part_timeout: Option<u64>) -> Self {
        let long = part_timeout.map(|timeout| {
            Box::new(LongMessages {
                held: Reassembler::new(Limits {
                    timeout: if timeout > 0 { timeout } else { u64::MAX },
                    ..Limits::default()
                }),
                handed_over: Vec::new(),
                octets: 0,
                next_id: 0,
            })
        });
        Self {
            open: VecDeque::new(),
            long,
        }
    }

    /// Requests without an answer.
    pub(super) fn len(&self) -> usize {
        self.open.len()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.open.is_empty()
    }

    /// Whether segments are joined here.
    pub(super) fn joins(&self) -> bool {
        self.long.is_some()
    }

    /// A request came, which is a segment if `delivery` says so. It has to be answered within `timeout`, if that isn't 0.
    pub(super) fn receive(
        &mut self,
        now: Instant,
        (number, command_id): (u32, CommandId),
        timeout: u64,
        segment: Option<(&Delivery<'_>, &[u8])>,
    ) -> Received {
        let long = self.long.as_mut();
        let received = long
            .zip(segment)
            .map_or(Received::Open, |(long, (delivery, frame))| {
                long.receive(now, delivery, frame)
            });
        let message = match received {
            Received::Held | Received::Full => return received,
            Received::Whole(id) | Received::Repeated(id) => Some(id),
            Received::Open => None,
        };
        self.open.push_back(Request {
            number,
            command_id,
            deadline: now.deadline(timeout),
            message,
        });
        received
    }

    /// The command of the oldest open request of this number.
    pub(super) fn command_id(&self, number: u32) -> Option<CommandId> {
        let request = self.open.iter().find(|request| request.number == number)?;
        Some(request.command_id)
    }

    /// Takes the oldest open request of this number.
    pub(super) fn take(&mut self, number: u32) -> Option<Request> {
        let at = self
            .open
            .iter()
            .position(|request| request.number == number)?;
        self.open.remove(at)
    }

    /// Takes the oldest open request, if its time is over.
    pub(super) fn take_expired(&mut self, now: Instant) -> Option<Request> {
        self.open.front()?.deadline.filter(|&at| at <= now)?;
        self.take_oldest()
    }

    pub(super) fn take_oldest(&mut self) -> Option<Request> {
        self.open.pop_front()
    }

    /// A request that was taken gets this answer. Returns the others that have to get the same: repeats of it.
    pub(super) fn settle(
        &mut self,
        now: Instant,
        request: &Request,
        status: CommandStatus,
    ) -> Vec<Request> {
        let mut repeats = Vec::new();
        if let (Some(id), Some(long)) = (request.message, self.long.as_mut()) {
            long.settle(now, id, Verdict::of(status));
            while let Some(at) = self.open.iter().position(|other| other.message == Some(id)) {
                if let Some(repeat) = self.open.remove(at) {
                    repeats.push(repeat);
                }
            }
        }
        repeats
    }

    /// The message that a request completed, on its way to the application; `None` if it has been withdrawn since.
    pub(super) fn hand_over(&mut self, id: MessageId) -> Option<&LongMessage> {
        let mut handed_over = self.long.as_mut()?.handed_over.iter_mut();
        let found = handed_over.find(|handed| handed.id == id)?;
        found.polled = true;
        Some(&found.message)
    }

    /// Segments whose others did not come in time, or that had to make room.
    pub(super) fn given_up(&mut self, now: Instant) -> Option<LongMessage> {
        let held = &mut self.long.as_mut()?.held;
        loop {
            let message = held.poll(now.as_millis())?;
            if !message.repeated {
                return Some(message);
            }
        }
    }

    /// The session is over: takes out what is held, and the acknowledged segments of what is handed over without an answer.
    pub(super) fn end(&mut self, now: Instant) -> Vec<GivenUp> {
        let Some(mut long) = self.long.take() else {
            return Vec::new();
        };
        let mut given_up = Vec::new();
        for HandedOver {
            id,
            mut message,
            last,
            polled,
        } in long.handed_over
        {
            let request = self.open.iter().find(|open| open.message == Some(id));
            message.parts.retain(|part| part.number != last);
            given_up.push(GivenUp {
                message,
                of: request.filter(|_| polled).map(|request| request.number),
            });
        }
        while let Some(message) = long.held.give_up(now.as_millis()) {
            if !message.repeated {
                given_up.push(GivenUp { message, of: None });
            }
        }
        given_up
    }

    /// When [`take_expired`](Self::take_expired) or [`given_up`](Self::given_up) will next have something.
    pub(super) fn next_deadline(&self) -> Option<Instant> {
        let request = self.open.front().and_then(|request| request.deadline);
        let long = self.long.as_ref();
        let held = long.and_then(|long| long.held.poll_timeout());
        earliest(&[request, held.map(Instant::from_millis)])
    }

    /// Gives memory back that nothing needs now.
    pub(super) fn shrink(&mut self, now: Instant) {
        if self.open.is_empty() {
            self.open = VecDeque::new();
        }
        if let Some(long) = &mut self.long {
            long.held.shrink(now.as_millis());
            long.handed_over.shrink_to_fit();
        }
    }
}

/// What an answer says of a message.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Verdict {
    Taken,
    /// The peer sends it again.
    RefusedForNow,
    RefusedForGood,
}

impl Verdict {
    fn of(status: CommandStatus) -> Self {
        match status {
            CommandStatus::ESME_ROK => Verdict::Taken,
            CommandStatus::ESME_RX_T_APPN
            | CommandStatus::ESME_RMSGQFUL
            | CommandStatus::ESME_RTHROTTLED => Verdict::RefusedForNow,
            _ => Verdict::RefusedForGood,
        }
    }
}

impl LongMessages {
    fn receive(&mut self, now: Instant, delivery: &Delivery<'_>, frame: &[u8]) -> Received {
        let key = key(delivery);
        let Some(part) = segment::part(delivery, &key, frame) else {
            return Received::Open;
        };
        let mut handed_over = self.handed_over.iter();
        if let Some(handed) = handed_over.find(|handed| handed.message.contains(&part)) {
            return if part.concat.part == handed.last {
                Received::Repeated(handed.id)
            } else {
                Received::Held
            };
        }
        if self.octets + frame.len() > MOST_HANDED_OVER {
            return Received::Full;
        }
        match self.held.push(now.as_millis(), part, frame.to_vec()) {
            Outcome::Complete(message) => self.complete(message, part.concat.part),
            Outcome::Pending | Outcome::Duplicate(_) => Received::Held,
        }
    }

    fn complete(&mut self, message: LongMessage, last: u8) -> Received {
        let id = MessageId(self.next_id);
        self.next_id += 1;
        self.octets += message.weight();
        self.handed_over.push(HandedOver {
            id,
            message,
            last,
            polled: false,
        });
        Received::Whole(id)
    }

    fn settle(&mut self, now: Instant, id: MessageId, verdict: Verdict) {
        let Some(at) = self.handed_over.iter().position(|handed| handed.id == id) else {
            return;
        };
        let HandedOver { message, last, .. } = self.handed_over.remove(at);
        self.octets -= message.weight();
        if verdict != Verdict::Taken {
            let for_good = verdict == Verdict::RefusedForGood;
            self.held.put_back(now.as_millis(), message, last, for_good);
        }
    }
}

/// What the segments of one message have in common, but for their reference.
fn key(delivery: &Delivery<'_>) -> Vec<u8> {
    let mut key = Vec::with_capacity(64);
    for Address { ton, npi, addr } in [delivery.source, delivery.destination] {
        key.extend_from_slice(&[ton.0, npi.0]);
        key.extend_from_slice(addr);
        key.push(0);
    }
    key.push(delivery.esm_class.0 & MESSAGE_TYPE);
    key
}
