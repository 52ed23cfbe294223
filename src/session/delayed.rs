//! Recipients that the peer is too busy for, and the requests to them that wait.
//!
//! A recipient is delayed from the first ESME_RMSGQFUL or ESME_RTHROTTLED that a request to it gets. While it is delayed,
//! its requests wait here in order, and one at a time, the probe, is sent when the delay is over:
//!
//! ```text
//!                refused          delay is over             accepted, or refused for good
//!   not delayed ────────▶ waiting ─────────────▶ probing ──────────────────────────────▶ not delayed
//!                            ▲                      │
//!                            └──────────────────────┘ refused again (twice the delay), or the probe got no answer
//! ```

use super::config::Role;
use super::instant::Instant;
use super::queue::{OwnRequest, take_out};
use crate::pdu::{CommandId, CommandStatus, HEADER_LEN};
use alloc::collections::VecDeque;
use alloc::vec::Vec;

/// First delay of a recipient, in milliseconds; it doubles with each refusal.
const FIRST_DELAY: u64 = 1_000;
const LONGEST_DELAY: u64 = 30_000;

/// When this many recipients in a row are refused for the first time, with no request accepted between them, the peer's
/// own queue is full.
const FULL: u32 = 8;

/// Who a request is for: TON, NPI and address of the subscriber, or the request alone.
type Recipient = Vec<u8>;

/// A delayed recipient.
struct Lane {
    recipient: Recipient,
    /// Sorted by `order`.
    waiting: VecDeque<OwnRequest>,
    /// When the probe is due; `None` while a probe is in the queue or on the wire.
    due: Option<Instant>,
    /// The last delay.
    delay: u64,
    refused_at: Instant,
}

/// Whom a refusal concerns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Concerns {
    /// This recipient, and no other.
    Recipient,
    /// This recipient alone, and so did its last refusal, for which the link was slowed: others were accepted since, and no
    /// further recipient was refused.
    RecipientAsBefore,
    /// Every request to this peer.
    Link,
}

#[derive(Default)]
pub(super) struct Delayed {
    /// Sorted by recipient.
    lanes: Vec<Lane>,
    /// The recipient of the last request that was given back; empty for none.
    given_back: Recipient,
    /// Requests in all lanes.
    count: usize,
    /// Not after the first due probe.
    next_due: Option<Instant>,
    /// When a recipient was last refused that was not delayed before.
    newly_at: Instant,
    /// When the newest request that was answered without a refusal for now was sent.
    taken_at: Instant,
    /// Recipients in a row that got their first ESME_RMSGQFUL.
    full: u32,
    /// The link was slowed, and no request but probes was sent since: others show whether it can go on.
    pub(super) others_first: bool,
}

impl Delayed {
    /// Whether no recipient is delayed.
    pub(super) fn is_empty(&self) -> bool {
        self.lanes.is_empty() && self.given_back.is_empty()
    }

    /// How many requests wait here.
    pub(super) fn count(&self) -> usize {
        self.count
    }

    /// When the next probe is due.
    pub(super) fn next_due(&self) -> Option<Instant> {
        self.next_due
    }

    fn find(&self, recipient: &[u8]) -> Result<usize, usize> {
        self.lanes
            .binary_search_by(|lane| lane.recipient.as_slice().cmp(recipient))
    }

    /// Whether the request must wait for a probe to the same recipient.
    pub(super) fn holds(&self, role: Role, request: &OwnRequest) -> bool {
        !request.probe && self.find(&recipient(role, request)).is_ok()
    }

    /// Takes in a request that [`holds`](Self::holds) was true for. If it has no end of its own, it ends at `expires` unless
    /// its recipient is free again by then.
    pub(super) fn wait(&mut self, role: Role, mut request: OwnRequest, expires: Option<Instant>) {
        if let Ok(at) = self.find(&recipient(role, &request)) {
            let lane = &mut self.lanes[at];
            if request.expires.is_none() {
                request.lent = true;
                request.expires = expires;
            }
            insert(&mut lane.waiting, request);
            self.count += 1;
        }
    }

    /// Finds out whom a refusal of a request concerns.
    pub(super) fn judge(
        &mut self,
        role: Role,
        request: &OwnRequest,
        status: CommandStatus,
        now: Instant,
    ) -> Concerns {
        let lane = self.find(&recipient(role, request));
        let known = match lane {
            Ok(at) => Some((self.lanes[at].refused_at, request.probe)),
            Err(_) if self.is_given_back(role, request) => Some((self.newly_at, true)),
            Err(_) => None,
        };
        let Some((before, probe)) = known else {
            self.newly_at = now;
            if status == CommandStatus::ESME_RMSGQFUL {
                self.full += 1;
                if self.full < FULL {
                    return Concerns::Recipient;
                }
            }
            self.others_first = true;
            return Concerns::Link;
        };
        // Only its probe was sent since, and whatever the peer says to that, others may go as fast as they do.
        let alone = self.taken_at > before && self.newly_at <= before;
        if status == CommandStatus::ESME_RTHROTTLED && probe && alone {
            Concerns::RecipientAsBefore
        } else {
            Concerns::Recipient
        }
    }

    /// Delays the recipient of a request that was refused.
    pub(super) fn delay(
        &mut self,
        role: Role,
        mut request: OwnRequest,
        status: CommandStatus,
        now: Instant,
    ) {
        let recipient = recipient(role, &request);
        let at = self.find(&recipient).unwrap_or_else(|at| {
            let lane = Lane {
                recipient,
                waiting: VecDeque::new(),
                due: None,
                delay: 0,
                refused_at: now,
            };
            self.lanes.insert(at, lane);
            at
        });
        let lane = &mut self.lanes[at];
        // Those that were on the wire together are refused together: that is one refusal.
        if lane.delay == 0 || request.probe {
            lane.delay = (lane.delay * 2).clamp(FIRST_DELAY, LONGEST_DELAY);
            lane.refused_at = now;
            let due = now + lane.delay;
            lane.due = Some(due);
            self.next_due = Some(self.next_due.map_or(due, |at| at.min(due)));
        }
        request.probe = false;
        request.lent = false;
        request.refused = Some(status);
        insert(&mut lane.waiting, request);
        self.count += 1;
    }

    /// Remembers the recipient of a request that was refused for now and is given back: the application sends to it again, and
    /// that is the probe.
    pub(super) fn give_back(&mut self, role: Role, request: &OwnRequest) {
        self.given_back = recipient(role, request);
    }

    fn is_given_back(&self, role: Role, request: &OwnRequest) -> bool {
        subscriber(role, request) == Some(&self.given_back)
    }

    /// A request was answered, but not with a refusal for now. If it is the probe of its recipient, returns what waited
    /// for that.
    pub(super) fn taken(&mut self, role: Role, request: &OwnRequest) -> VecDeque<OwnRequest> {
        self.taken_at = self.taken_at.max(request.sent_at);
        self.full = 0;
        if self.is_given_back(role, request) {
            self.given_back.clear();
        }
        if !request.probe {
            return VecDeque::new();
        }
        match self.find(&recipient(role, request)) {
            Ok(at) => self.remove(at),
            Err(_) => VecDeque::new(),
        }
    }

    /// A probe ended without an answer: the next one is due at once.
    pub(super) fn probe_lost(&mut self, role: Role, request: &OwnRequest, now: Instant) {
        if let Ok(at) = self.find(&recipient(role, request)) {
            self.lanes[at].due = Some(now);
            self.forget_idle();
        }
    }

    /// Takes out the probes that are due.
    pub(super) fn take_due(&mut self, now: Instant) -> Vec<OwnRequest> {
        let mut probes = Vec::new();
        if self.next_due.is_none_or(|at| at > now) {
            return probes;
        }
        for lane in &mut self.lanes {
            if lane.due.is_some_and(|at| at <= now)
                && let Some(mut probe) = lane.waiting.pop_front()
            {
                lane.due = None;
                probe.probe = true;
                probes.push(probe);
                self.count -= 1;
            }
        }
        self.plan();
        probes
    }

    /// Takes out the requests that `matches`.
    pub(super) fn take_out(
        &mut self,
        matches: &dyn Fn(&OwnRequest) -> bool,
        taken: &mut Vec<OwnRequest>,
    ) {
        let before = taken.len();
        for lane in &mut self.lanes {
            take_out(&mut lane.waiting, matches, taken);
        }
        self.count -= taken.len() - before;
        self.forget_idle();
    }

    /// Takes out everything that waits for one of the recipients, if there is one.
    pub(super) fn take_lane(&mut self) -> Option<VecDeque<OwnRequest>> {
        (!self.lanes.is_empty()).then(|| self.remove(0))
    }

    /// When the requests' times are over.
    pub(super) fn expiries(&self) -> impl Iterator<Item = Instant> {
        let waiting = self.lanes.iter().flat_map(|lane| &lane.waiting);
        waiting.filter_map(|request| request.expires)
    }

    fn remove(&mut self, at: usize) -> VecDeque<OwnRequest> {
        let mut waiting = self.lanes.remove(at).waiting;
        self.count -= waiting.len();
        self.forget_idle();
        for request in waiting.iter_mut().filter(|request| request.lent) {
            request.lent = false;
            request.expires = None;
        }
        waiting
    }

    /// Forgets the recipients to which nothing waits and no probe was sent.
    fn forget_idle(&mut self) {
        self.lanes
            .retain(|lane| lane.due.is_none() || !lane.waiting.is_empty());
        if self.is_empty() {
            *self = Self::default();
        }
        self.plan();
    }

    fn plan(&mut self) {
        self.next_due = self.lanes.iter().filter_map(|lane| lane.due).min();
    }
}

fn insert(waiting: &mut VecDeque<OwnRequest>, request: OwnRequest) {
    let at = waiting.partition_point(|other| other.order < request.order);
    waiting.insert(at, request);
}

/// The subscriber that a request concerns: of a message its recipient, of a delivery its sender. Any other request stands
/// for itself.
fn recipient(role: Role, request: &OwnRequest) -> Recipient {
    subscriber(role, request).map_or_else(|| request.order.to_be_bytes().to_vec(), <[u8]>::to_vec)
}

fn subscriber(role: Role, request: &OwnRequest) -> Option<&[u8]> {
    let addressed = matches!(
        request.command_id,
        CommandId::SUBMIT_SM | CommandId::DATA_SM | CommandId::DELIVER_SM
    );
    let body = request.frame.get(HEADER_LEN..).filter(|_| addressed)?;
    // service_type, then source and destination: TON, NPI and a C-octet string each.
    let source = &body[end(body, 0)?..];
    let destination = &source[end(source, 2)?..];
    let address = match role {
        Role::Esme => destination,
        Role::Smsc => source,
    };
    Some(&address[..end(address, 2)?])
}

/// Where the C-octet string ends that begins at `from`, behind its NUL.
#[inline(never)]
fn end(octets: &[u8], from: usize) -> Option<usize> {
    let length = octets.get(from..)?.iter().position(|&octet| octet == 0)?;
    Some(from + length + 1)
}
