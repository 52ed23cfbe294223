//! The settings of a session.

use super::instant::millis;
use crate::pdu::{Bind, Body, CommandId, InterfaceVersion, InvalidField, InvalidFieldKind, Masked};
use alloc::vec::Vec;
use core::fmt;
use core::time::Duration;

/// Which side of the session this is (SMPP 5.0, 1.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Role {
    /// The client: binds, submits messages, takes deliveries.
    Esme,
    /// The SMSC: waits for a bind, takes submissions, delivers.
    Smsc,
}

/// The three ways to bind (SMPP 5.0, 2.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub enum BindType {
    /// The ESME only submits.
    Transmitter,
    /// The ESME only receives.
    Receiver,
    /// Both over one connection; since 3.4.
    #[default]
    Transceiver,
}

impl BindType {
    /// The request that asks for this kind of bind.
    #[must_use]
    pub const fn command_id(self) -> CommandId {
        match self {
            BindType::Transmitter => CommandId::BIND_TRANSMITTER,
            BindType::Receiver => CommandId::BIND_RECEIVER,
            BindType::Transceiver => CommandId::BIND_TRANSCEIVER,
        }
    }

    /// The kind of bind that a request asks for; `None` if it is no bind.
    #[must_use]
    pub const fn from_command_id(id: CommandId) -> Option<Self> {
        match id {
            CommandId::BIND_TRANSMITTER => Some(BindType::Transmitter),
            CommandId::BIND_RECEIVER => Some(BindType::Receiver),
            CommandId::BIND_TRANSCEIVER => Some(BindType::Transceiver),
            _ => None,
        }
    }
}

/// How long to wait before connecting again.
///
/// The ceiling of the wait starts at `min` and doubles with each failure up to `max`; the wait itself is drawn at random
/// between half of `min` and that ceiling, so that many clients of one SMSC do not come back all at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Reconnect {
    /// First ceiling, a millisecond or more.
    pub min: Duration,
    /// Last ceiling, `min` or more.
    pub max: Duration,
}

impl Reconnect {
    /// Waits of at most `min` at first and `max` at last.
    #[must_use]
    pub const fn new(min: Duration, max: Duration) -> Self {
        Self { min, max }
    }
}

/// A password in octets; `Debug` does not show them.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Password(pub Vec<u8>);

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Masked.fmt(f)
    }
}

/// All settings of a session. [`Duration::ZERO`] turns a timer off, and so does a time that no clock reaches; a fraction of a
/// millisecond counts as a whole one.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Config {
    /// Which side this is.
    pub role: Role,
    /// How an ESME binds.
    pub bind: BindType,
    /// ESME: the account; at most 15 octets by the specification, a longer one is sent as it is. SMSC: what it calls itself in
    /// bind responses, at most 15 octets.
    pub system_id: Vec<u8>,
    /// At most 8 octets by the specification; longer ones are sent as they are, since many SMSCs take them.
    pub password: Password,
    /// At most 12 octets.
    pub system_type: Vec<u8>,
    /// The version spoken at most.
    pub interface_version: InterfaceVersion,
    /// The version of a peer that names none. ESME: an SMSC without sc_interface_version; both specifications say 3.3, which
    /// takes no TLVs, but many SMSCs of 3.4 leave it out. SMSC: a bind whose interface_version is below 3.3.
    pub assumed_version: InterfaceVersion,
    /// TON of the addresses served, for the bind.
    pub addr_ton: u8,
    /// NPI of the addresses served, for the bind.
    pub addr_npi: u8,
    /// Addresses served, at most 40 octets; mostly ignored by SMSCs.
    pub address_range: Vec<u8>,
    /// Requests that may wait for their response at once, 1 or more.
    pub window: usize,
    /// Requests a second at most; `None` for no limit of our own.
    pub rate: Option<f64>,
    /// Requests that may wait for a place in the window.
    pub max_queue: usize,
    /// Octets of the longest PDU that is taken.
    pub max_pdu: usize,
    /// Time without any PDU from the peer after which an enquire_link is sent; two are never closer than this.
    pub enquire_link: Duration,
    /// How long the peer may take to show life after an enquire_link.
    pub enquire_link_timeout: Duration,
    /// How long a request may stay without response.
    pub response_timeout: Duration,
    /// How long a connection may take to be made, and then a bind to be answered.
    pub bind_timeout: Duration,
    /// How long an unbind may stay without response, and the peer's connection without its end after its own unbind; a millisecond or
    /// more.
    pub unbind_timeout: Duration,
    /// How long a connection that the peer made, or that an outbind was sent on, may stay without a bind.
    pub session_init: Duration,
    /// Time without any operation after which the session is ended: without PDUs either way, but for our enquire_links
    /// and their answers.
    pub inactivity: Duration,
    /// Requests of the peer that the application may hold unanswered.
    pub max_unacknowledged: usize,
    /// How long the application may hold one, before it is refused for now.
    pub acknowledge_timeout: Duration,
    /// ESME: whether the segments of long messages and receipts are held here and handed over as
    /// [`Event::LongMessage`](super::Event::LongMessage); if not, each is a request of its own.
    pub join_segments: bool,
    /// How long segments are held while others are missing. Without a limit they are held as long as there is room: for 10,000
    /// segments and 4 MiB.
    pub part_timeout: Duration,
    /// Requests of the peer a second that are taken; more are refused for now, by an SMSC with ESME_RTHROTTLED. `None` for
    /// no limit.
    pub inbound_rate: Option<f64>,
    /// How long a request that the peer is too busy for is tried again, if it has no end of its own.
    pub retry_time: Duration,
    /// Whether such a request is tried again at all. If not, it ends with the peer's refusal, unless it is a segment of a long
    /// message, whose other segments may have been accepted.
    pub retry_busy: bool,
    /// ESME: when to connect again; `None`: never, once all `endpoints` were tried. Refusals that can't change by themselves end the session all the same:
    /// ESME_RINVPASWD, ESME_RINVSYSID, ESME_RINVSYSTYP, and ESME_RINVCMDID unless `fall_back` helps.
    pub reconnect: Option<Reconnect>,
    /// ESME: ESME_RBINDFAIL ends the session too.
    pub bind_fail_is_final: bool,
    /// ESME: after so many refused binds in a row the session ends; 0 for no end. ESME_RALYBND does not count: it passes
    /// when the SMSC has noticed the end of the connection before.
    pub max_refusals: u32,
    /// ESME: where the SMSC has no bind_transceiver, go on as a transmitter, see
    /// [`Event::NoTransceiver`](super::Event::NoTransceiver).
    pub fall_back: bool,
    /// ESME: how many endpoints there are. They are tried in order, one after the other at once, then from the first again
    /// after the wait of `reconnect`; [`Event::Connect`](super::Event::Connect) says which.
    pub endpoints: usize,
    /// Whether each PDU that comes or goes is reported as [`Event::Trace`](super::Event::Trace).
    pub trace: bool,
    /// Start of the random numbers; any value.
    pub seed: u64,
}

impl Config {
    /// The defaults of an ESME. `seed`: start of the random numbers, another one for every session, so that clients of one
    /// SMSC don't reconnect at the same moment and don't use the same reference numbers.
    #[must_use]
    pub fn esme(system_id: &[u8], password: &[u8], seed: u64) -> Self {
        Self {
            role: Role::Esme,
            bind: BindType::Transceiver,
            system_id: system_id.to_vec(),
            password: Password(password.to_vec()),
            system_type: Vec::new(),
            interface_version: InterfaceVersion::V3_4,
            assumed_version: InterfaceVersion::V3_4,
            addr_ton: 0,
            addr_npi: 0,
            address_range: Vec::new(),
            window: 10,
            rate: None,
            max_queue: 100_000,
            max_pdu: 65_536,
            enquire_link: Duration::from_secs(30),
            enquire_link_timeout: Duration::from_secs(10),
            response_timeout: Duration::from_secs(30),
            bind_timeout: Duration::from_secs(10),
            unbind_timeout: Duration::from_secs(5),
            session_init: Duration::from_secs(10),
            inactivity: Duration::ZERO,
            max_unacknowledged: 1_000,
            acknowledge_timeout: Duration::from_secs(25),
            join_segments: true,
            part_timeout: Duration::from_secs(300),
            inbound_rate: None,
            retry_time: Duration::from_secs(60),
            retry_busy: true,
            reconnect: Some(Reconnect::new(
                Duration::from_secs(1),
                Duration::from_secs(60),
            )),
            bind_fail_is_final: false,
            max_refusals: 0,
            fall_back: false,
            endpoints: 1,
            trace: false,
            seed,
        }
    }

    /// The defaults of an SMSC that calls itself `system_id`; see [`esme`](Self::esme) for `seed`.
    #[must_use]
    pub fn smsc(system_id: &[u8], seed: u64) -> Self {
        let mut config = Self::esme(system_id, b"", seed);
        config.role = Role::Smsc;
        config.interface_version = InterfaceVersion::V5_0;
        config.assumed_version = InterfaceVersion::V3_3;
        config.inactivity = Duration::from_secs(300);
        config.reconnect = None;
        config
    }

    /// The same settings, changed.
    ///
    /// ```
    /// use smpp_edge::session::Config;
    ///
    /// let config = Config::esme(b"esme", b"secret", 0x5eed).with(|config| config.window = 100);
    /// ```
    #[must_use]
    pub fn with(mut self, change: impl FnOnce(&mut Self)) -> Self {
        change(&mut self);
        self
    }

    /// The same account as a receiver: the second session of a pair.
    #[must_use]
    pub fn as_receiver(&self) -> Self {
        Self {
            bind: BindType::Receiver,
            seed: !self.seed,
            ..self.clone()
        }
    }

    /// Checks that the fields that go into a bind can be written. If not, it goes as its header alone, for the peer to
    /// refuse.
    ///
    /// # Errors
    ///
    /// The first field that can't.
    pub fn check(&self) -> Result<(), InvalidField> {
        // Of an ESME these go whatever their length.
        for (field, octets) in [
            ("system_id", &self.system_id),
            ("password", &self.password.0),
        ] {
            if octets.contains(&0) {
                return Err(InvalidField {
                    field,
                    kind: InvalidFieldKind::ContainsNul,
                });
            }
        }
        let own_id = match self.role {
            Role::Esme => &[][..],
            Role::Smsc => &self.system_id,
        };
        let bind = Bind {
            system_id: own_id,
            system_type: &self.system_type,
            address_range: &self.address_range,
            ..Bind::default()
        };
        bind.check()
    }
}

/// The durations of a [`Config`] in whole milliseconds, as the timers count them.
#[derive(Clone, Copy, Debug)]
pub(super) struct Spans {
    pub(super) enquire_link: u64,
    pub(super) enquire_link_timeout: u64,
    pub(super) response_timeout: u64,
    pub(super) bind_timeout: u64,
    pub(super) unbind_timeout: u64,
    pub(super) session_init: u64,
    pub(super) inactivity: u64,
    pub(super) acknowledge_timeout: u64,
    pub(super) part_timeout: u64,
    pub(super) retry_time: u64,
}

impl Spans {
    pub(super) fn of(config: &Config) -> Self {
        Self {
            enquire_link: millis(config.enquire_link),
            enquire_link_timeout: millis(config.enquire_link_timeout),
            response_timeout: millis(config.response_timeout),
            bind_timeout: millis(config.bind_timeout),
            unbind_timeout: millis(config.unbind_timeout).max(1),
            session_init: millis(config.session_init),
            inactivity: millis(config.inactivity),
            acknowledge_timeout: millis(config.acknowledge_timeout),
            part_timeout: millis(config.part_timeout),
            retry_time: millis(config.retry_time),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_shown_of_settings_holds_no_password() {
        let shown = format!("{:?}", Config::esme(b"esme", b"secret", 1));
        assert!(shown.contains("password: ***, "), "{shown}");
        assert!(!shown.contains(&format!("{:?}", b"secret")), "{shown}");
    }
}
