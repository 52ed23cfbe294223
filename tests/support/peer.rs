//! One session on a clock of the test's, and the test as its peer, octet by octet.

use super::*;
use std::collections::VecDeque;
use std::ops::{Deref, DerefMut};

/// A PDU that the session sent.
#[derive(Clone, Debug, PartialEq)]
pub struct Heard {
    pub header: Header,
    pub frame: Vec<u8>,
}

impl Heard {
    pub fn id(&self) -> CommandId {
        self.header.command_id
    }

    pub fn number(&self) -> u32 {
        self.header.sequence_number
    }

    /// Command, status and number: all of a PDU without body.
    pub fn brief(&self) -> (CommandId, CommandStatus, u32) {
        (self.id(), self.header.command_status, self.number())
    }

    pub fn pdu(&self) -> Pdu<'_> {
        Pdu::decode(&self.frame)
            .expect("what a session sends can be read")
            .1
    }
}

/// The session under test. Its own methods are there too; those that take the time want `peer.now()`.
pub struct Peer {
    pub session: Session,
    now: u64,
    framer: Framer,
    heard: VecDeque<Heard>,
    seen: VecDeque<Seen>,
    /// While false nothing is taken from the session.
    pub reading: bool,
}

impl Deref for Peer {
    type Target = Session;

    fn deref(&self) -> &Session {
        &self.session
    }
}

impl DerefMut for Peer {
    fn deref_mut(&mut self) -> &mut Session {
        &mut self.session
    }
}

impl Peer {
    /// A session that has done nothing yet.
    pub fn new(config: Config) -> Self {
        let now = 1_000_000;
        Self {
            session: Session::new(config, Instant::from_millis(now)),
            now,
            framer: Framer::new(1 << 20),
            heard: VecDeque::new(),
            seen: VecDeque::new(),
            reading: true,
        }
    }

    /// A session that is bound, with nothing said since.
    pub fn bound(config: Config) -> Self {
        let version = config.interface_version;
        Self::bound_to(config, version)
    }

    /// A session bound to a peer of this version.
    pub fn bound_to(config: Config, version: InterfaceVersion) -> Self {
        let (role, bind) = (config.role, config.bind);
        let mut peer = Self::new(config);
        match role {
            Role::Esme => {
                let now = peer.now();
                peer.bind(now);
                peer.accept_bind(Some(version));
            }
            Role::Smsc => {
                let now = peer.now();
                peer.accept(now);
                peer.binds(bind, version);
                let sequence = peer.request_seen();
                assert!(peer.respond(now, sequence, CommandStatus::ESME_ROK));
            }
        }
        peer.hears();
        peer.sees();
        assert_eq!(peer.state(), State::Bound(bind));
        peer
    }

    /// As an SMSC: takes the bind that the session sent.
    pub fn accept_bind(&mut self, version: Option<InterfaceVersion>) {
        let bind = self.hears().pop().expect("a bind");
        let mut tlvs = TlvBuf::new();
        if let Some(version) = version {
            tlvs.push_u8(Tag::SC_INTERFACE_VERSION, version.0);
        }
        let body = BindResp {
            system_id: b"smsc",
            tlvs: tlvs.as_tlvs(),
        };
        self.says(&request(bind.id().response(), bind.number(), &body));
    }

    /// As an SMSC: refuses the bind that the session sent.
    pub fn refuse_bind(&mut self, status: CommandStatus) {
        let bind = self.hears().pop().expect("a bind");
        self.says(&bare(bind.id().response(), status, bind.number()));
    }

    /// As an ESME: asks to bind, with number 1.
    pub fn binds(&mut self, bind: BindType, version: InterfaceVersion) {
        let body = Bind {
            system_id: b"account",
            password: b"secret",
            interface_version: version,
            ..Bind::default()
        };
        self.says(&request(bind.command_id(), 1, &body));
    }

    pub fn now(&self) -> Instant {
        Instant::from_millis(self.now)
    }

    /// The peer says these octets.
    pub fn says(&mut self, octets: &[u8]) {
        let now = self.now();
        self.session.handle_input(now, octets);
    }

    /// The peer closes the connection.
    pub fn closes(&mut self) {
        self.framer.reset();
        let now = self.now();
        self.session.handle_close(now);
    }

    /// Lets time pass, and has each deadline handled when it is due.
    pub fn advance(&mut self, millis: u64) {
        let end = self.now + millis;
        let mut before = None;
        while let Some(due) = self.session.poll_timeout().filter(|d| d.as_millis() <= end) {
            self.now = self.now.max(due.as_millis());
            let now = self.now();
            self.session.handle_timeout(now);
            self.collect();
            assert_ne!(
                before,
                Some(due),
                "a deadline that stays after it was handled"
            );
            before = self.session.poll_timeout().filter(|d| *d <= now);
        }
        self.now = end;
    }

    /// Lets time pass without having any deadline handled.
    pub fn skip(&mut self, millis: u64) {
        self.now += millis;
    }

    /// What the session has said since this was asked last.
    pub fn hears(&mut self) -> Vec<Heard> {
        self.collect();
        self.heard.drain(..).collect()
    }

    /// [`Heard::brief`] of what the session has said.
    pub fn hears_briefly(&mut self) -> Vec<(CommandId, CommandStatus, u32)> {
        self.hears().iter().map(Heard::brief).collect()
    }

    /// The one PDU that the session has said.
    pub fn hears_one(&mut self) -> Heard {
        let mut heard = self.hears();
        assert_eq!(heard.len(), 1, "{heard:?}");
        heard.remove(0)
    }

    /// What the session has told its application since this was asked last.
    pub fn sees(&mut self) -> Vec<Seen> {
        self.collect();
        self.seen.drain(..).collect()
    }

    /// The one event.
    pub fn sees_one(&mut self) -> Seen {
        let mut seen = self.sees();
        assert_eq!(seen.len(), 1, "{seen:?}");
        seen.remove(0)
    }

    /// The one request that was handed to the application.
    pub fn request_seen(&mut self) -> Sequence {
        match self.sees_one() {
            Seen::Request(sequence, _) => sequence,
            other => panic!("no request but {other:?}"),
        }
    }

    /// Queues a submit_sm.
    pub fn queue(&mut self, ticket: u64) {
        self.queue_until(ticket, None);
    }

    /// Queues a submit_sm that is not sent after `expires` milliseconds from now.
    pub fn queue_until(&mut self, ticket: u64, expires: Option<u64>) {
        let now = self.now();
        let expires = expires.map(|millis| now + millis);
        self.session
            .enqueue(now, Ticket(ticket), expires, &message())
            .expect("a place in the queue");
    }

    /// The answers that queued requests got: ticket and status. Fails on any other event but pauses.
    pub fn answers(&mut self) -> Vec<(u64, CommandStatus)> {
        let seen = self.sees();
        seen.into_iter()
            .filter(|event| !matches!(event, Seen::Throttled(..)))
            .map(|event| match event {
                Seen::Response {
                    ticket: Some(ticket),
                    status,
                    ..
                } => (ticket, status),
                other => panic!("no response but {other:?}"),
            })
            .collect()
    }

    /// Takes octets and events off the session.
    pub fn collect(&mut self) {
        if self.reading {
            let octets = self.session.poll_transmit().to_vec();
            self.session.handle_transmitted(octets.len());
            self.split(&octets);
            // What that made room for.
            if !octets.is_empty()
                && self
                    .session
                    .poll_timeout()
                    .is_some_and(|at| at <= self.now())
            {
                let now = self.now();
                self.session.handle_timeout(now);
                self.collect();
            }
        }
        self.seen.extend(events(&mut self.session));
    }

    /// Takes some octets off the session.
    pub fn reads(&mut self, count: usize) {
        let mut octets = self.session.poll_transmit().to_vec();
        octets.truncate(count);
        self.session.handle_transmitted(octets.len());
        self.split(&octets);
    }

    fn split(&mut self, mut octets: &[u8]) {
        while let Some(frame) = self.framer.next(&mut octets).expect("whole PDUs") {
            let header = Header::decode(frame.first_chunk().expect("a header"));
            self.heard.push_back(Heard {
                header,
                frame: frame.to_vec(),
            });
        }
    }
}
