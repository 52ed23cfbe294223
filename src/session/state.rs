//! Where a session stands, and what it has done.

use super::config::{BindType, Role};
use crate::pdu::CommandId;

/// The states of SMPP 5.0, 2.2, and those between them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum State {
    /// No connection, and none to come by itself.
    Closed,
    /// No connection; the next is tried when the reconnection timer runs out.
    Waiting,
    /// [`Event::Connect`](super::Event::Connect) is out; waiting for `bind` or `handle_close`.
    Connecting,
    /// Connected, no bind yet.
    Open,
    /// The SMSC made the connection and sent outbind: a bind is to follow.
    Outbound,
    /// A bind is on its way, or waits for the application's answer.
    Binding,
    /// Bound.
    Bound(BindType),
    /// Our unbind waits for its answer.
    Unbinding(BindType),
    /// The peer unbound; what is open is answered, then the connection ends.
    Unbound,
}

impl State {
    /// The kind of bind that is up, also while our unbind waits for its answer.
    pub(super) fn bind_type(self) -> Option<BindType> {
        match self {
            State::Bound(bind) | State::Unbinding(bind) => Some(bind),
            _ => None,
        }
    }

    pub(super) fn is_connected(self) -> bool {
        !matches!(self, State::Closed | State::Waiting | State::Connecting)
    }
}

/// Whether `role` may send the request in this kind of bind (SMPP 5.0, table 2-1; vendors' commands may always go). Binds,
/// outbind and unbind are the session's own.
pub(super) fn may_send(role: Role, bind: BindType, command_id: CommandId) -> bool {
    match command_id {
        CommandId::SUBMIT_SM
        | CommandId::SUBMIT_MULTI
        | CommandId::QUERY_SM
        | CommandId::CANCEL_SM
        | CommandId::REPLACE_SM
        | CommandId::BROADCAST_SM
        | CommandId::QUERY_BROADCAST_SM
        | CommandId::CANCEL_BROADCAST_SM => role == Role::Esme && bind != BindType::Receiver,
        CommandId::DELIVER_SM | CommandId::ALERT_NOTIFICATION => {
            role == Role::Smsc && bind != BindType::Transmitter
        }
        CommandId::DATA_SM => match role {
            Role::Esme => bind != BindType::Receiver,
            Role::Smsc => bind != BindType::Transmitter,
        },
        CommandId::BIND_TRANSMITTER
        | CommandId::BIND_RECEIVER
        | CommandId::BIND_TRANSCEIVER
        | CommandId::OUTBIND
        | CommandId::UNBIND => false,
        _ => !command_id.is_response(),
    }
}

/// Whether the request is taken from the peer of `role`: as [`may_send`], but lenient where 3.4 and real peers are.
pub(super) fn may_receive(role: Role, bind: BindType, command_id: CommandId) -> bool {
    let peer = match role {
        Role::Esme => Role::Smsc,
        Role::Smsc => Role::Esme,
    };
    match command_id {
        CommandId::DATA_SM => true,
        CommandId::DELIVER_SM | CommandId::ALERT_NOTIFICATION => role == Role::Esme,
        _ => may_send(peer, bind, command_id),
    }
}

/// Counters of a session, over all its connections.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Stats {
    /// Requests sent, each time they were.
    pub sent: u64,
    /// Responses that matched a request.
    pub responses: u64,
    /// Requests taken from the peer and handed on.
    pub received: u64,
    /// Responses that said ESME_RTHROTTLED or ESME_RMSGQFUL.
    pub throttled: u64,
    /// Requests whose response did not come in time.
    pub timeouts: u64,
    /// Requests on the wire when their connection ended.
    pub lost: u64,
    /// Responses to requests that had ended already.
    pub late: u64,
    /// Responses to no request.
    pub unmatched: u64,
    /// Requests of the peer that were refused by the session.
    pub refused: u64,
    /// PDUs that could not be read.
    pub undecodable: u64,
    /// Binds that came up.
    pub binds: u64,
    /// Smoothed time from request to response, milliseconds.
    pub rtt: f64,
    /// Octets received.
    pub octets_in: u64,
    /// Octets sent.
    pub octets_out: u64,
}

impl Stats {
    /// The smoothing of RFC 6298: an eighth of each new sample.
    pub(super) fn sample_rtt(&mut self, millis: u64) {
        let sample = millis as f64;
        self.rtt = if self.responses <= 1 {
            sample
        } else {
            self.rtt + (sample - self.rtt) / 8.0
        };
    }
}
