//! An ESME and an SMSC that talk to each other on one clock, each octet some time on its way.

use super::*;
use std::collections::VecDeque;

/// One of the two, its application, and what is on its way to it.
pub struct Side {
    pub session: Session,
    /// Octets, and when they arrive; nothing: the other side closed.
    coming: VecDeque<(u64, Option<Vec<u8>>)>,
    pub seen: Vec<Seen>,
    /// How the application answers requests; `None`: it does not.
    pub answer: Option<CommandStatus>,
    /// Whether there is a connection, as this side knows.
    connected: bool,
}

impl Side {
    fn new(config: Config) -> Self {
        Self {
            session: Session::new(config, Instant::from_millis(0)),
            coming: VecDeque::new(),
            seen: Vec::new(),
            answer: Some(CommandStatus::ESME_ROK),
            connected: false,
        }
    }

    /// Tickets and statuses of the responses so far.
    pub fn answers(&self) -> Vec<(u64, CommandStatus)> {
        let answers = self.seen.iter().filter_map(|event| match event {
            Seen::Response {
                ticket: Some(ticket),
                status,
                ..
            } => Some((*ticket, *status)),
            _ => None,
        });
        answers.collect()
    }

    /// Why connections ended so far.
    pub fn ends(&self) -> Vec<CloseReason> {
        let ends = self.seen.iter().filter_map(|event| match event {
            Seen::Disconnect(reason, _) => Some(reason.clone()),
            _ => None,
        });
        ends.collect()
    }
}

pub struct Pair {
    pub esme: Side,
    pub smsc: Side,
    smsc_config: Config,
    now: u64,
    /// How long octets are on their way.
    pub latency: u64,
    /// Whether a connection can be made.
    pub reachable: bool,
    /// The ESME has asked for one.
    connect: bool,
}

impl Pair {
    /// Not connected yet.
    pub fn new(esme: Config, smsc: Config) -> Self {
        Self {
            esme: Side::new(esme),
            smsc: Side::new(smsc.clone()),
            smsc_config: smsc,
            now: 0,
            latency: 20,
            reachable: true,
            connect: false,
        }
    }

    /// Bound, and what led there forgotten.
    pub fn bound(esme: Config, smsc: Config) -> Self {
        let mut pair = Self::new(esme, smsc);
        let now = pair.now();
        pair.esme.session.connect(now);
        pair.run(1_000);
        assert!(matches!(pair.esme.session.state(), State::Bound(_)));
        assert!(matches!(pair.smsc.session.state(), State::Bound(_)));
        pair.esme.seen.clear();
        pair.smsc.seen.clear();
        pair
    }

    pub fn now(&self) -> Instant {
        Instant::from_millis(self.now)
    }

    /// Queues a submit_sm.
    pub fn queue(&mut self, ticket: u64) {
        let now = self.now();
        self.esme
            .session
            .enqueue(now, Ticket(ticket), None, &message())
            .expect("a place in the queue");
    }

    /// Lets time pass.
    pub fn run(&mut self, millis: u64) {
        let end = self.now + millis;
        loop {
            self.settle();
            let next = [
                self.esme.session.poll_timeout().map(Instant::as_millis),
                self.smsc.session.poll_timeout().map(Instant::as_millis),
                self.esme.coming.front().map(|(at, _)| *at),
                self.smsc.coming.front().map(|(at, _)| *at),
            ];
            match next.into_iter().flatten().min() {
                Some(at) if at <= end => self.now = self.now.max(at),
                _ => break,
            }
            let now = self.now();
            for side in [&mut self.esme, &mut self.smsc] {
                while side.coming.front().is_some_and(|(at, _)| *at <= self.now) {
                    match side.coming.pop_front().and_then(|(_, octets)| octets) {
                        Some(octets) => side.session.handle_input(now, &octets),
                        None if side.connected => {
                            side.connected = false;
                            side.session.handle_close(now);
                        }
                        None => {}
                    }
                }
                if side.session.poll_timeout().is_some_and(|at| at <= now) {
                    side.session.handle_timeout(now);
                }
            }
        }
        self.now = end;
    }

    /// Cuts the connection: what is on its way is lost, both sides notice at once.
    pub fn cut(&mut self) {
        let now = self.now();
        for side in [&mut self.esme, &mut self.smsc] {
            side.coming.clear();
            if std::mem::take(&mut side.connected) {
                side.session.handle_close(now);
            }
        }
        self.settle();
    }

    /// The ESME's application opens a connection; the SMSC has a new session for it.
    fn make_connection(&mut self) {
        let now = self.now();
        if !self.reachable {
            return self.esme.session.handle_close(now);
        }
        self.esme.coming.clear();
        self.smsc.coming.clear();
        self.smsc.session = Session::new(self.smsc_config.clone(), now);
        self.smsc.session.accept(now);
        self.esme.session.bind(now);
        self.esme.connected = true;
        self.smsc.connected = true;
    }

    /// Both applications do what there is to do, until neither has anything.
    fn settle(&mut self) {
        let arrival = self.now + self.latency;
        for _ in 0..10_000 {
            let mut busy = false;
            for turn in 0..2 {
                let now = self.now();
                let (side, other) = match turn {
                    0 => (&mut self.esme, &mut self.smsc),
                    _ => (&mut self.smsc, &mut self.esme),
                };
                let octets = side.session.poll_transmit().to_vec();
                if !octets.is_empty() {
                    busy = true;
                    side.session.handle_transmitted(octets.len());
                    if side.connected {
                        other.coming.push_back((arrival, Some(octets)));
                    }
                }
                for event in events(&mut side.session) {
                    busy = true;
                    side.seen.push(event.clone());
                    match event {
                        Seen::Request(sequence, _) => {
                            if let Some(status) = side.answer {
                                side.session.respond(now, sequence, status);
                            }
                        }
                        Seen::Disconnect(..) => {
                            if std::mem::take(&mut side.connected) {
                                other.coming.push_back((arrival, None));
                            }
                        }
                        Seen::Connect(_) => self.connect = true,
                        _ => {}
                    }
                }
            }
            if std::mem::take(&mut self.connect) {
                busy = true;
                self.make_connection();
            }
            if !busy {
                return;
            }
        }
        panic!("the two never come to rest");
    }
}
