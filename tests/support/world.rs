//! A whole world for two sessions: their applications, the network between them, and what can go wrong, all drawn from a
//! seed. It watches what must never happen while it runs, and adds up at the end.

use super::link::{Passage, Pipe, Weather};
use super::rng::Rng;
use super::*;
use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap, HashSet};

/// Recipients of messages, from 0.
const RECIPIENTS: u64 = 4;

const OK: CommandStatus = CommandStatus::ESME_ROK;

/// Octets that a session may hold when it is over: its buffers, for the largest queue here.
const MOST_HELD: i64 = 65_536;

/// Something that happens at its time.
enum Action {
    /// Octets arrive at the ESME or the SMSC of a link.
    Arrive(usize, Role, Vec<u8>),
    /// The end of a link arrives there.
    End(usize, Role),
    /// The ESME's application has a connection, or has not.
    Connected(bool),
    /// A PDU of the SMSC that was held back goes.
    Release(usize, Vec<u8>),
    /// The socket takes octets again.
    Writable(usize, Role),
    /// An application answers.
    EsmeAnswers(Sequence, u64, CommandStatus),
    SmscAnswers(usize, Sequence, Option<u64>, CommandStatus),
    /// The ESME's application answers a long message.
    EsmeAnswersLong(Sequence, usize, CommandStatus),
    /// The SMSC has a long message to deliver, and a segment of one.
    DeliverLong,
    DeliverSegment(usize, u8),
    /// An application wants something.
    Submit,
    Deliver,
    Cancel,
    Unbind,
    SmscUnbind,
    Jump(u64),
}

/// How what one side sent is known to have ended.
#[derive(Clone, Debug, Default)]
struct Fate {
    /// Ends that were told.
    ends: Vec<Seen>,
    /// How often it came to the other application.
    arrived: u32,
    /// Answers it was given there.
    answers: Vec<CommandStatus>,
    /// Who it is for, and when it must not be sent any more.
    recipient: u64,
    expires: Option<u64>,
    /// How often it was told what became of it after an unknown end.
    late: u32,
}

impl Fate {
    /// The other session answered for its application.
    fn refused(&mut self, status: CommandStatus) {
        self.arrived += 1;
        self.answers.push(status);
    }
}

/// A long message that the SMSC delivers, segment by segment, until each is acknowledged or refused for good.
#[derive(Debug, Default)]
struct LongDelivery {
    total: u8,
    reference: u8,
    /// Another message has the same reference.
    reference_reused: bool,
    /// Segments that the SMSC has sent and has to send again as long as they aren't acknowledged.
    open: HashSet<u8>,
    /// Segments that the SMSC has seen acknowledged, by number.
    acknowledged: HashSet<u8>,
    /// How often each was sent.
    sent: HashMap<u8, u32>,
    /// Segments that have come to the ESME since it was taken last.
    arrived: HashSet<u8>,
    /// How often the application took it, whether it refused it for good, and for now since it was taken last.
    taken: u32,
    refused_for_good: bool,
    refused_since: bool,
    /// Segments that the application was given without the others.
    incomplete: HashSet<u8>,
}

/// A segment is sent so often at most.
const MOST_REPEATS: u32 = 8;

/// The SMSC's end of a connection.
struct Link {
    smsc: Session,
    /// From the ESME, and from the SMSC.
    up: Pipe,
    down: Pipe,
    framer: Framer,
    esme_writes: bool,
    smsc_writes: bool,
    /// Whether each side still has its socket.
    esme_open: bool,
    smsc_open: bool,
    silent: bool,
}

/// What an ESME has on the wire, told from the octets alone.
#[derive(Default)]
struct Wire {
    framer: Option<Framer>,
    answers: Option<Framer>,
    /// Numbers of requests without an end, when they were sent, and their texts.
    open: HashMap<u32, (u64, u64)>,
    /// How often each text was sent, and how often the answer was that the SMSC is too busy.
    sent: HashMap<u64, u32>,
    busy: HashMap<u64, u32>,
    /// Octets of the PDU that is on its way, and when its first one went.
    begun: usize,
    begun_at: u64,
    /// When the last PDU came, or the bind.
    heard_at: u64,
    /// Numbers of requests that ended before all of them was on the wire.
    ended: HashSet<u32>,
    /// Tokens used, of the rate's bucket, and requests written since it was looked at.
    level: f64,
    level_at: u64,
    requests: u64,
}

pub struct World {
    rng: Rng,
    now: u64,
    config: Config,
    smsc_config: Config,
    weather: Weather,
    esme: Session,
    links: Vec<Link>,
    /// Those before are over.
    first_live: usize,
    wire: Wire,
    actions: BinaryHeap<Reverse<(u64, u64)>>,
    bodies: HashMap<u64, Action>,
    next_action: u64,
    /// By ticket, which is also the message's text.
    submitted: HashMap<u64, Fate>,
    delivered: HashMap<u64, Fate>,
    next_text: u64,
    long: Vec<LongDelivery>,
    /// By ticket: the message, and which of its segments.
    segments: HashMap<u64, (usize, u8)>,
    /// Long messages that the ESME's application was handed, without an answer.
    long_open: HashMap<Sequence, usize>,
    /// The recipient that the SMSC is always too busy for, and what it says to that.
    busy_recipient: u64,
    busy_with: CommandStatus,
    /// Chances in a hundred.
    refusals: u64,
    throttles: u64,
    silences: u64,
    tampering: u64,
    /// Deadlines are handled when they are due, not later.
    punctual: bool,
    /// The ESME's state, and since when.
    since: (State, u64),
    /// Requests that the ESME's application was given, and when.
    handed: Vec<(Sequence, u64)>,
    ended: bool,
    over: bool,
}

/// What a world came to, for those who count.
#[derive(Clone, Copy, Debug, Default)]
pub struct Summary {
    pub submitted: usize,
    pub accepted: usize,
    pub connections: u64,
    pub throttled: u64,
    pub unknown: usize,
    pub unsent: usize,
    /// Long messages that were delivered, of which the application took some, and had some in part.
    pub long: usize,
    pub long_taken: usize,
    pub long_incomplete: usize,
    /// Octets that the sessions held when they were over.
    pub held: i64,
}

/// A setting in milliseconds.
fn millis(setting: Duration) -> u64 {
    u64::try_from(setting.as_millis()).unwrap()
}

impl World {
    pub fn new(seed: u64) -> Self {
        let mut rng = Rng::new(seed);
        let rng = &mut rng;
        let kind = rng.pick(&[BindType::Transceiver, BindType::Transmitter]);
        let min = rng.range(10, 2_000);
        let config = Config::esme(b"esme", b"secret", 1).with(|config| {
            config.bind = kind;
            config.window = rng.range(1, 20) as usize;
            config.rate = rng.percent(30).then(|| rng.range(1, 200) as f64);
            config.max_queue = rng.range(5, 200) as usize;
            config.max_pdu = 4_096;
            config.trace = true;
            config.enquire_link = ms(rng.range(1_000, 30_000));
            config.enquire_link_timeout = ms(rng.range(500, 10_000));
            config.response_timeout = ms(rng.range(500, 30_000));
            config.bind_timeout = ms(rng.range(500, 10_000));
            config.max_unacknowledged = rng.range(1, 20) as usize;
            config.acknowledge_timeout = ms(rng.range(500, 25_000));
            config.part_timeout = ms(rng.pick(&[2_000, 60_000, 300_000]));
            config.retry_time = ms(rng.range(1_000, 60_000));
            config.reconnect = Some(Reconnect::new(ms(min), ms(min + rng.range(0, 30_000))));
            config.interface_version = rng.pick(&[InterfaceVersion::V3_4, InterfaceVersion::V5_0]);
            config.endpoints = rng.range(1, 3) as usize;
            config.seed = rng.next();
        });
        let smsc_config = Config::smsc(b"smsc", 1).with(|config| {
            config.window = rng.range(1, 20) as usize;
            config.enquire_link = ms(rng.range(1_000, 30_000));
            config.enquire_link_timeout = ms(rng.range(500, 10_000));
            config.response_timeout = ms(rng.range(500, 30_000));
            config.max_unacknowledged = rng.range(1, 20) as usize;
            config.acknowledge_timeout = ms(rng.range(500, 25_000));
            config.inactivity = ms(rng.range(5_000, 300_000));
        });
        let weather = Weather {
            delay: rng.pick(&[0, 1, 40, 2_000]),
            piece: rng.pick(&[3, 100, 100_000, 100_000]),
            cuts: rng.pick(&[0, 0, 20, 60]),
            silent: rng.pick(&[0, 50]),
        };
        let [refusals, throttles, silences, tampering] = [
            rng.pick(&[0, 0, 20]),
            rng.pick(&[0, 0, 5, 30]),
            rng.pick(&[0, 0, 5, 20]),
            rng.pick(&[0, 0, 10]),
        ];
        let busy_recipient = rng.pick(&[0, RECIPIENTS, RECIPIENTS]);
        let busy_with = rng.pick(&[CommandStatus::ESME_RTHROTTLED, CommandStatus::ESME_RMSGQFUL]);
        let mut world = Self {
            busy_recipient,
            busy_with,
            now: 0,
            esme: Session::new(config.clone(), Instant::from_millis(0)),
            config,
            smsc_config,
            weather,
            links: Vec::new(),
            first_live: 0,
            wire: Wire::default(),
            actions: BinaryHeap::new(),
            bodies: HashMap::new(),
            next_action: 0,
            submitted: HashMap::new(),
            delivered: HashMap::new(),
            next_text: 1,
            long: Vec::new(),
            segments: HashMap::new(),
            long_open: HashMap::new(),
            refusals,
            throttles,
            silences,
            tampering,
            punctual: rng.percent(70),
            since: (State::Closed, 0),
            handed: Vec::new(),
            ended: false,
            over: false,
            rng: Rng::new(rng.next()),
        };
        world.plan();
        world
    }

    /// What the applications will want, and when.
    fn plan(&mut self) {
        let length = self.rng.pick(&[2_000, 30_000, 200_000]);
        let messages = self.rng.pick(&[0, 4, 24]);
        for _ in 0..self.rng.range(0, messages) {
            let at = self.rng.range(0, length);
            self.at(at, Action::Submit);
        }
        for _ in 0..self.rng.range(0, messages / 2) {
            let at = self.rng.range(0, length);
            self.at(at, Action::Deliver);
        }
        for _ in 0..self.rng.range(0, messages / 3) {
            let at = self.rng.range(0, length);
            self.at(at, Action::DeliverLong);
        }
        if self.rng.percent(30) {
            let at = self.rng.range(0, length);
            self.at(at, Action::Cancel);
        }
        if self.rng.percent(10) {
            let at = self.rng.range(0, length);
            self.at(at, Action::SmscUnbind);
        }
        if !self.punctual {
            let at = self.rng.range(0, length);
            let by = self.rng.pick(&[100, 60_000, 10_000_000]);
            self.at(at, Action::Jump(by));
        }
        self.at(length, Action::Unbind);
    }

    fn at(&mut self, time: u64, action: Action) {
        self.actions.push(Reverse((time, self.next_action)));
        self.bodies.insert(self.next_action, action);
        self.next_action += 1;
    }

    fn after(&mut self, most: u64, action: Action) {
        let time = self.now + self.rng.range(0, most);
        self.at(time, action);
    }

    fn now(&self) -> Instant {
        Instant::from_millis(self.now)
    }

    /// Runs to the end, watching. `weigh` tells how many octets a session holds that is over.
    pub fn run(mut self, weigh: fn(Session) -> i64) -> Summary {
        let now = self.now();
        self.esme.connect(now);
        self.settle();
        for step in 0.. {
            if self.over {
                break;
            }
            assert!(step < 2_000_000, "it never ends");
            let action = self.actions.peek().map(|Reverse((at, _))| *at);
            let deadline = self.deadline();
            let Some(next) = action.into_iter().chain(deadline).min() else {
                panic!(
                    "nothing will ever happen, and the session is {:?}",
                    self.esme.state()
                );
            };
            self.now = self.now.max(next);
            if deadline.is_some_and(|at| at <= self.now) {
                self.handle_timeouts();
            } else if let Some(Reverse((_, id))) = self.actions.pop() {
                let action = self.bodies.remove(&id).expect("an action once");
                self.act(action);
            }
            self.settle();
            self.watch();
            if self.ended && self.now > 10_000_000 + 600_000 {
                // Whoever has not come to an end by now is told to.
                let now = self.now();
                self.esme.abort(now);
                self.settle();
            }
        }
        self.add_up(weigh)
    }

    /// When something is due; late, if this world is not punctual.
    fn deadline(&mut self) -> Option<u64> {
        let live = &self.links[self.first_live..];
        let sessions = live.iter().map(|l| &l.smsc).chain([&self.esme]);
        let due = sessions
            .filter_map(Session::poll_timeout)
            .map(Instant::as_millis)
            .min()?;
        let late = if self.punctual {
            0
        } else {
            self.rng.range(0, 50)
        };
        Some(due.max(self.now) + late)
    }

    fn handle_timeouts(&mut self) {
        let now = self.now();
        let live = &mut self.links[self.first_live..];
        let sessions = live.iter_mut().map(|l| &mut l.smsc);
        for session in sessions.chain([&mut self.esme]) {
            if session.poll_timeout().is_some_and(|at| at <= now) {
                session.handle_timeout(now);
                // A deadline is gone once it was handled.
                let next = session.poll_timeout();
                assert!(next.is_none_or(|at| at > now), "{next:?} at {now:?}");
            }
        }
    }

    fn act(&mut self, action: Action) {
        let now = self.now();
        match action {
            Action::Arrive(link, Role::Esme, octets) => {
                if self.links[link].esme_open {
                    self.read_answers(&octets);
                    self.esme.handle_input(now, &octets);
                }
            }
            Action::Arrive(link, Role::Smsc, octets) => {
                let link = &mut self.links[link];
                if link.smsc_open {
                    link.smsc.handle_input(now, &octets);
                }
            }
            Action::End(link, Role::Esme) => {
                if std::mem::take(&mut self.links[link].esme_open) {
                    self.esme.handle_close(now);
                }
            }
            Action::End(link, Role::Smsc) => {
                let link = &mut self.links[link];
                if std::mem::take(&mut link.smsc_open) {
                    link.smsc.handle_close(now);
                }
            }
            Action::Connected(true) if self.esme.state() == State::Connecting => self.connect(),
            Action::Connected(false) if self.esme.state() == State::Connecting => {
                self.esme.handle_close(now);
            }
            Action::Connected(_) => {}
            Action::Release(link, frame) => self.send_down(link, &frame),
            Action::Writable(link, Role::Esme) => self.links[link].esme_writes = true,
            Action::Writable(link, Role::Smsc) => self.links[link].smsc_writes = true,
            Action::EsmeAnswers(sequence, text, status) => {
                if self.esme.respond(now, sequence, status) {
                    let fate = self.delivered.get_mut(&text).expect("a delivery of ours");
                    fate.answers.push(status);
                }
            }
            Action::SmscAnswers(link, sequence, text, status) => {
                let answered = self.links[link].smsc.respond(now, sequence, status);
                if let Some(text) = text.filter(|_| answered) {
                    let fate = self.submitted.get_mut(&text).expect("a message of ours");
                    fate.answers.push(status);
                }
            }
            Action::EsmeAnswersLong(sequence, message, status) => {
                if self.esme.respond(now, sequence, status) {
                    self.long_open.remove(&sequence);
                    self.long[message].answered(status);
                }
            }
            Action::DeliverLong => self.deliver_long(),
            Action::DeliverSegment(message, number) => self.deliver_segment(message, number),
            Action::Submit => self.submit(),
            Action::Deliver => self.deliver(),
            Action::Cancel => {
                let modulus = self.rng.range(2, 5);
                self.esme.cancel(now, |ticket| ticket.0 % modulus == 0);
            }
            Action::Unbind => {
                self.ended = true;
                if self.rng.percent(20) {
                    self.esme.abort(now);
                } else {
                    self.esme.unbind(now);
                }
                self.at(10_700_000, Action::Jump(0));
            }
            Action::SmscUnbind => {
                if let Some(link) = self.links.last_mut() {
                    link.smsc.unbind(now);
                }
            }
            Action::Jump(by) => self.now += by,
        }
    }

    fn submit(&mut self) {
        let now = self.now();
        for _ in 0..self.rng.range(1, 20) {
            let text = self.next_text;
            let expires = self
                .rng
                .percent(20)
                .then(|| now + self.rng.range(0, 60_000));
            let octets = text.to_be_bytes();
            let recipient = self.rng.range(0, RECIPIENTS - 1);
            let number = recipient.to_string();
            let body = SubmitSm {
                destination_addr: number.as_bytes(),
                short_message: &octets,
                ..message()
            };
            match self.esme.enqueue(now, Ticket(text), expires, &body) {
                Ok(()) => {
                    self.next_text += 1;
                    let fate = Fate {
                        recipient,
                        expires: expires.map(Instant::as_millis),
                        ..Fate::default()
                    };
                    self.submitted.insert(text, fate);
                }
                Err(error) => assert!(
                    matches!(error, SendError::QueueFull | SendError::Closed),
                    "{error:?}"
                ),
            }
        }
    }

    fn deliver(&mut self) {
        let now = self.now();
        let Some(link) = self.links.last_mut() else {
            return;
        };
        let text = self.next_text;
        let octets = text.to_be_bytes();
        let body = DeliverSm {
            short_message: &octets,
            ..delivery()
        };
        let result = link.smsc.enqueue(now, Ticket(text), None, &body);
        if result.is_ok() {
            self.next_text += 1;
            self.delivered.insert(text, Fate::default());
        }
    }

    fn deliver_long(&mut self) {
        let message = self.long.len();
        let total = self.rng.range(2, 5) as u8;
        let mut reference = message as u8;
        let mut earlier = self.long.iter_mut().rev();
        if let Some(reused) = earlier.find(|long| long.is_done() && !long.reference_reused)
            && self.rng.percent(50)
        {
            reused.reference_reused = true;
            reference = reused.reference;
        }
        self.long.push(LongDelivery {
            total,
            reference,
            ..LongDelivery::default()
        });
        for number in 1..=total {
            self.after(1_000, Action::DeliverSegment(message, number));
        }
    }

    fn deliver_segment(&mut self, message: usize, number: u8) {
        let now = self.now();
        let long = &mut self.long[message];
        let sent = long.sent.entry(number).or_default();
        if *sent >= MOST_REPEATS {
            return;
        }
        *sent += 1;
        if !long.acknowledged.contains(&number) {
            long.open.insert(number);
        }
        let header = [5, 0, 3, long.reference, long.total, number];
        let body = DeliverSm {
            esm_class: EsmClass(0x40),
            short_message: &[&header[..], &[message as u8, number]].concat(),
            ..delivery()
        };
        let ticket = self.next_text;
        let queued = self.links.last_mut().is_some_and(|link| {
            let smsc = &mut link.smsc;
            smsc.enqueue(now, Ticket(ticket), None, &body).is_ok()
        });
        if queued {
            self.next_text += 1;
            self.segments.insert(ticket, (message, number));
        } else {
            self.repeat(message, number);
        }
    }

    /// The SMSC sends a segment again, later.
    fn repeat(&mut self, message: usize, number: u8) {
        if !self.ended {
            let wait = self.rng.pick(&[100, 3_000, 40_000]);
            self.after(wait, Action::DeliverSegment(message, number));
        }
    }

    /// The SMSC learns what became of a segment.
    fn segment_ended(&mut self, ticket: u64, status: Option<CommandStatus>) {
        let (message, number) = self.segments[&ticket];
        match status {
            Some(OK) => {
                let long = &mut self.long[message];
                long.acknowledged.insert(number);
                long.open.remove(&number);
                // It lost the answer. Segments are enough: the whole message again could be refused.
                if number > 1 && self.rng.percent(20) {
                    self.repeat(message, number);
                }
            }
            Some(CommandStatus::ESME_RX_P_APPN) => {
                self.long[message].open.insert(number);
            }
            _ => {
                self.long[message].open.insert(number);
                self.repeat(message, number);
            }
        }
    }

    /// The ESME's application has a long message, whole.
    fn take_long(&mut self, sequence: Sequence, pdus: &[Vec<u8>]) {
        self.handed.push((sequence, self.now));
        let numbers: Vec<_> = pdus.iter().filter_map(|pdu| segment_of(pdu)).collect();
        let message = numbers[0].0;
        self.long_open.insert(sequence, message);
        let long = &self.long[message];
        assert!(
            numbers
                .iter()
                .copied()
                .eq((1..=long.total).map(|number| (message, number))),
            "{numbers:?}"
        );
        assert!(
            long.taken == 0 || long.arrived.len() == usize::from(long.total),
            "a message that was taken comes again without all of its segments: {long:?}"
        );
        let status = self.rng.pick(&[
            OK,
            OK,
            CommandStatus::ESME_RX_T_APPN,
            CommandStatus::ESME_RX_T_APPN,
            CommandStatus::ESME_RX_P_APPN,
        ]);
        if !self.rng.percent(self.silences) {
            let wait = self.rng.pick(&[0, 3_000, 30_000]);
            self.after(wait, Action::EsmeAnswersLong(sequence, message, status));
        }
    }

    /// The ESME's application may not answer this any more.
    fn withdrawn(&mut self, sequence: Sequence) {
        assert_eq!(self.esme.request_command(sequence), None);
        if let Some(message) = self.long_open.remove(&sequence) {
            self.long[message].refused_since = true;
        }
    }

    /// The ESME's application has segments whose others will not come.
    fn take_incomplete(&mut self, pdus: &[Vec<u8>]) {
        let segments: Vec<_> = pdus.iter().filter_map(|pdu| segment_of(pdu)).collect();
        for (message, number) in segments.iter().copied() {
            let long = &mut self.long[message];
            // A repeat may come with segments of the next message of its reference: it could be one of that.
            let mixed = segments.iter().any(|(other, _)| *other != message);
            assert!(
                long.taken == 0 || long.refused_since || mixed,
                "segments of a message that was taken come again: {long:?}"
            );
            long.incomplete.insert(number);
        }
    }

    fn connect(&mut self) {
        let now = self.now();
        let mut smsc = Session::new(self.smsc_config.clone(), now);
        smsc.accept(now);
        self.esme.bind(now);
        self.links.push(Link {
            smsc,
            up: Pipe::new(&mut self.rng, self.weather),
            down: Pipe::new(&mut self.rng, self.weather),
            framer: Framer::new(1 << 20),
            esme_writes: true,
            smsc_writes: true,
            esme_open: true,
            smsc_open: true,
            silent: self.rng.percent(self.weather.silent),
        });
        self.wire.framer = Some(Framer::new(1 << 20));
        self.wire.answers = Some(Framer::new(1 << 20));
        self.wire.open.clear();
        self.wire.ended.clear();
        self.wire.begun = 0;
    }

    /// Takes events and octets off all sessions until there are none.
    fn settle(&mut self) {
        for _ in 0..1_000_000 {
            let mut busy = self.settle_esme();
            for link in self.first_live..self.links.len() {
                busy |= self.settle_smsc(link);
            }
            if !busy {
                let over = |link: &Link| link.smsc.state() == State::Closed;
                while self.links.get(self.first_live).is_some_and(over) {
                    self.first_live += 1;
                }
                return;
            }
        }
        panic!("the sessions never come to rest");
    }

    fn settle_esme(&mut self) -> bool {
        let seen = events(&mut self.esme);
        let mut busy = !seen.is_empty();
        let mut leaving = false;
        for event in seen {
            if let Seen::Response { sequence, .. }
            | Seen::Failed {
                sequence: Some(sequence),
                ..
            } = &event
            {
                let failed = matches!(event, Seen::Failed { .. });
                if self.wire.open.remove(&sequence.number()).is_none() && failed {
                    self.wire.ended.insert(sequence.number());
                }
            }
            match &event {
                Seen::Response {
                    ticket: Some(ticket),
                    ..
                }
                | Seen::Failed {
                    ticket: Some(ticket),
                    ..
                } => {
                    let fate = self.submitted.get_mut(ticket).expect("a ticket of ours");
                    fate.ends.push(event);
                }
                Seen::Request(sequence, frame) => {
                    self.handed.push((*sequence, self.now));
                    let text = text_of(frame);
                    let fate = self.delivered.get_mut(&text).expect("a delivery of ours");
                    fate.arrived += 1;
                    let status = self.rng.pick(&[OK, OK, CommandStatus::ESME_RX_P_APPN]);
                    if !self.rng.percent(self.silences) {
                        self.after(3_000, Action::EsmeAnswers(*sequence, text, status));
                    }
                }
                Seen::LongMessage(sequence, pdus) => self.take_long(*sequence, pdus),
                Seen::Incomplete(_, pdus) => self.take_incomplete(pdus),
                Seen::Withdrawn(sequence) => {
                    self.withdrawn(*sequence);
                }
                Seen::Connect(endpoint) => {
                    assert!(*endpoint < self.config.endpoints);
                    let made = !self.rng.percent(self.weather.cuts);
                    self.after(500, Action::Connected(made));
                }
                Seen::Disconnect(_, retry_in) => {
                    leaving = true;
                    assert!(!self.over, "two last ends");
                    self.over = retry_in.is_none();
                }
                Seen::Trace(Direction::Out, frame) => {
                    let header = Header::decode(frame.first_chunk().expect("a header"));
                    let request = header.command_id == CommandId::SUBMIT_SM;
                    self.wire.requests += u64::from(request);
                }
                Seen::Trace(Direction::In, frame) => {
                    if let Some((message, number)) = segment_of(frame) {
                        self.long[message].arrived.insert(number);
                    }
                }
                Seen::Throttled(..) | Seen::Bound { .. } | Seen::Unmatched(_) => {}
                Seen::Late { ticket, .. } | Seen::Unanswered { ticket, .. } => {
                    let text = ticket.expect("a ticket of ours");
                    self.submitted.get_mut(&text).expect("a message").late += 1;
                }
                Seen::Refused(status, frame) => {
                    if let Some(fate) = fate_of(&mut self.delivered, frame) {
                        fate.refused(*status);
                    }
                }
                other => panic!("{other:?}"),
            }
        }
        if let Some(link) = self.links.len().checked_sub(1) {
            if self.links[link].esme_open {
                let pending = self.esme.poll_transmit();
                if !pending.is_empty() && (self.links[link].esme_writes || leaving) {
                    busy = true;
                    let take = self.some_of(pending.len(), leaving);
                    let octets = self.esme.poll_transmit()[..take].to_vec();
                    self.read_wire(&octets);
                    self.esme.handle_transmitted(take);
                    if !self.esme.poll_transmit().is_empty() {
                        self.links[link].esme_writes = false;
                        self.after(200, Action::Writable(link, Role::Esme));
                    }
                    let passage = self.links[link].up.write(&mut self.rng, self.now, &octets);
                    self.pass(link, Role::Smsc, passage);
                }
            }
            if leaving && std::mem::take(&mut self.links[link].esme_open) {
                let at = self.links[link].up.end(&mut self.rng, self.now);
                if !self.links[link].silent {
                    self.at(at, Action::End(link, Role::Smsc));
                }
            }
        }
        busy
    }

    fn settle_smsc(&mut self, link: usize) -> bool {
        let seen = events(&mut self.links[link].smsc);
        let mut busy = !seen.is_empty();
        let mut leaving = false;
        for event in seen {
            match &event {
                Seen::Response {
                    ticket: Some(ticket),
                    ..
                }
                | Seen::Failed {
                    ticket: Some(ticket),
                    ..
                } if self.segments.contains_key(ticket) => {
                    self.segment_ended(*ticket, status_of(&event));
                }
                Seen::Response {
                    ticket: Some(ticket),
                    ..
                }
                | Seen::Failed {
                    ticket: Some(ticket),
                    ..
                } => {
                    let fate = self.delivered.get_mut(ticket).expect("a ticket of ours");
                    fate.ends.push(event);
                }
                Seen::Request(sequence, frame) => self.decide(link, *sequence, frame),
                Seen::Refused(status, frame) => {
                    if let Some(fate) = fate_of(&mut self.submitted, frame) {
                        fate.refused(*status);
                    }
                }
                Seen::Disconnect(_, retry_in) => {
                    leaving = true;
                    assert_eq!(*retry_in, None);
                }
                _ => {}
            }
        }
        let pending = self.links[link].smsc.poll_transmit().len();
        if self.links[link].smsc_open && pending > 0 && (self.links[link].smsc_writes || leaving) {
            busy = true;
            let take = self.some_of(pending, leaving);
            let octets = self.links[link].smsc.poll_transmit()[..take].to_vec();
            self.links[link].smsc.handle_transmitted(take);
            if take < pending {
                self.links[link].smsc_writes = false;
                self.after(200, Action::Writable(link, Role::Smsc));
            }
            self.tamper(link, &octets);
        }
        if leaving && std::mem::take(&mut self.links[link].smsc_open) {
            let at = self.links[link].down.end(&mut self.rng, self.now);
            if !self.links[link].silent {
                self.at(at, Action::End(link, Role::Esme));
            }
        }
        busy
    }

    /// How many of so many octets the socket takes.
    fn some_of(&mut self, pending: usize, all: bool) -> usize {
        if all || self.rng.percent(90) {
            pending
        } else {
            self.rng.range(1, pending as u64) as usize
        }
    }

    /// The SMSC's application answers a bind or a message, now or later or never.
    fn decide(&mut self, link: usize, sequence: Sequence, frame: &[u8]) {
        let header = Header::decode(frame.first_chunk().expect("a header"));
        if BindType::from_command_id(header.command_id).is_some() {
            let status = if self.rng.percent(self.refusals) {
                self.rng.pick(&[
                    CommandStatus::ESME_RALYBND,
                    CommandStatus::ESME_RBINDFAIL,
                    CommandStatus::ESME_RSYSERR,
                    CommandStatus::ESME_RINVPASWD,
                ])
            } else {
                OK
            };
            return self.after(500, Action::SmscAnswers(link, sequence, None, status));
        }
        let text = text_of(frame);
        let fate = self.submitted.get_mut(&text).expect("a message of ours");
        fate.arrived += 1;
        let status = if fate.recipient == self.busy_recipient {
            self.busy_with
        } else if self.rng.percent(self.throttles) {
            self.rng
                .pick(&[CommandStatus::ESME_RTHROTTLED, CommandStatus::ESME_RMSGQFUL])
        } else {
            self.rng.pick(&[OK, OK, OK, CommandStatus::ESME_RINVDSTADR])
        };
        if !self.rng.percent(self.silences) {
            let time = self.rng.pick(&[0, 20, 2_000]);
            self.after(
                time,
                Action::SmscAnswers(link, sequence, Some(text), status),
            );
        }
    }

    /// What the SMSC says goes through the hands of someone who holds responses back, says them twice, says something
    /// else or nothing.
    fn tamper(&mut self, link: usize, mut octets: &[u8]) {
        let mut frames = Vec::new();
        while let Some(frame) = self.links[link].framer.next(&mut octets).expect("PDUs") {
            frames.push(frame.to_vec());
        }
        for frame in frames {
            let header = Header::decode(frame.first_chunk().expect("a header"));
            let response = header.command_id == CommandId::SUBMIT_SM_RESP;
            if !response || !self.rng.percent(self.tampering) {
                self.send_down(link, &frame);
                continue;
            }
            match self.rng.range(0, 4) {
                0 => {
                    self.send_down(link, &frame);
                    self.send_down(link, &frame);
                }
                1 => self.after(5_000, Action::Release(link, frame)),
                2 => {
                    let status = CommandStatus::ESME_RSYSERR;
                    let nack = bare(CommandId::GENERIC_NACK, status, header.sequence_number);
                    self.send_down(link, &nack);
                }
                3 => {
                    let id = CommandId::DATA_SM_RESP;
                    let other = bare(id, CommandStatus::ESME_RSYSERR, header.sequence_number);
                    self.send_down(link, &other);
                }
                _ => {}
            }
        }
    }

    fn send_down(&mut self, link: usize, octets: &[u8]) {
        let passage = self.links[link].down.write(&mut self.rng, self.now, octets);
        self.pass(link, Role::Esme, passage);
    }

    fn pass(&mut self, link: usize, to: Role, passage: Passage) {
        let (pieces, cut) = match passage {
            Passage::Pieces(pieces) => (pieces, false),
            Passage::Cut(pieces) => (pieces, true),
            Passage::Gone => return,
        };
        for (at, piece) in pieces {
            self.at(at, Action::Arrive(link, to, piece));
        }
        if cut && !self.links[link].silent {
            for role in [Role::Esme, Role::Smsc] {
                self.after(1_000, Action::End(link, role));
            }
        }
    }

    /// Keeps account of the answers that the ESME gets.
    fn read_answers(&mut self, mut octets: &[u8]) {
        let mut framer = self.wire.answers.take().expect("a connection");
        while let Some(frame) = framer.next(&mut octets).expect("whole PDUs") {
            let header = Header::decode(frame.first_chunk().expect("a header"));
            self.wire.heard_at = self.now;
            if !header.command_id.is_response() {
                continue;
            }
            let ended = self.wire.open.remove(&header.sequence_number);
            let answered = header.command_id == CommandId::SUBMIT_SM_RESP;
            if let Some((_, text)) = ended.filter(|_| answered && is_busy(header.command_status)) {
                *self.wire.busy.entry(text).or_default() += 1;
            }
        }
        self.wire.answers = Some(framer);
    }

    /// Keeps account of what the ESME puts on the wire.
    fn read_wire(&mut self, mut octets: &[u8]) {
        let mut framer = self.wire.framer.take().expect("a connection");
        if self.wire.begun == 0 {
            self.wire.begun_at = self.now;
        }
        self.wire.begun += octets.len();
        while let Some(frame) = framer.next(&mut octets).expect("whole PDUs") {
            let header = Header::decode(frame.first_chunk().expect("a header"));
            let begun_at = std::mem::replace(&mut self.wire.begun_at, self.now);
            self.wire.begun -= frame.len();
            if header.command_id != CommandId::SUBMIT_SM {
                continue;
            }
            let number = header.sequence_number;
            assert!((1..=0x7FFF_FFFF).contains(&number));
            let text = text_of(frame);
            let expires = self.submitted[&text].expires;
            assert!(
                !self.punctual || expires.is_none_or(|at| begun_at < at),
                "{text} is sent after its time: {begun_at}, {expires:?}"
            );
            let sent = self.wire.sent.entry(text).or_default();
            let refused = self.wire.busy.get(&text).copied().unwrap_or(0);
            assert!(*sent <= refused, "{text} is sent again for no reason");
            *sent += 1;
            if !self.wire.ended.remove(&number) {
                let before = self.wire.open.insert(number, (self.now, text));
                assert!(before.is_none(), "number {number} is in use");
            }
        }
        self.wire.framer = Some(framer);
    }

    /// What must hold at any time.
    fn watch(&mut self) {
        assert!(self.wire.open.len() <= self.config.window, "the window");
        assert!(self.esme.in_flight() <= self.config.window, "the window");
        // What was on the wire when a connection ended comes back to a queue that may be full.
        assert!(self.esme.queued() <= self.config.max_queue + self.config.window);
        assert!(self.esme.unacknowledged() <= self.config.max_unacknowledged);
        for link in &self.links[self.first_live..] {
            assert!(link.smsc.in_flight() <= self.smsc_config.window);
            assert!(link.smsc.unacknowledged() <= self.smsc_config.max_unacknowledged);
        }
        if self.punctual {
            let sent_before = self
                .now
                .saturating_sub(millis(self.config.response_timeout));
            let overdue = self.wire.open.values().any(|(at, _)| *at < sent_before);
            assert!(!overdue, "a request is open beyond its time");
            self.watch_deadlines();
        }
        self.watch_rate();
        self.watch_recipients();
    }

    /// A recipient that the SMSC is too busy for delays no other: with room in the window, only messages to those wait.
    fn watch_recipients(&self) {
        let esme = &self.esme;
        if !matches!(esme.state(), State::Bound(_))
            || esme.queued() == 0
            || esme.in_flight() >= self.config.window
            || esme.rate().is_some()
            || !esme.poll_transmit().is_empty()
        {
            return;
        }
        let busy = self
            .wire
            .busy
            .keys()
            .map(|text| self.submitted[text].recipient);
        let busy: HashSet<u64> = busy.collect();
        for (text, fate) in &self.submitted {
            let waits = fate.ends.is_empty() && !self.wire.sent.contains_key(text);
            assert!(
                !waits || busy.contains(&fate.recipient),
                "{text} waits for nothing: {fate:?}"
            );
        }
    }

    /// No state lasts longer than it may, no silence, and no request that the application does not answer.
    fn watch_deadlines(&mut self) {
        let (now, state) = (self.now, self.esme.state());
        if state != self.since.0 {
            self.since = (state, now);
            self.wire.heard_at = self.wire.heard_at.max(now);
        }
        let lasted = now - self.since.1;
        let most = match state {
            State::Connecting | State::Binding => millis(self.config.bind_timeout),
            State::Unbinding(_) => millis(self.config.unbind_timeout),
            // For our answers, then for the end.
            State::Unbound => 2 * millis(self.config.unbind_timeout),
            State::Waiting => self.config.reconnect.map_or(0, |r| millis(r.max)),
            _ => u64::MAX,
        };
        assert!(lasted <= most, "{state:?} lasts {lasted}");
        let silence = now - self.wire.heard_at;
        let patience = millis(self.config.enquire_link) + millis(self.config.enquire_link_timeout);
        assert!(
            silence <= patience || !matches!(state, State::Bound(_)),
            "a dead peer is not found in {silence}"
        );
        let esme = &self.esme;
        self.handed
            .retain(|(sequence, _)| esme.request_command(*sequence).is_some());
        let late = |at: u64| now - at > millis(self.config.acknowledge_timeout);
        let late = self.handed.iter().any(|(_, at)| late(*at));
        assert!(!late, "a delivery is not answered in its time");
    }

    /// The rate, told by a bucket of its own that leaks.
    fn watch_rate(&mut self) {
        let Some(rate) = self.config.rate else { return };
        let elapsed = (self.now - self.wire.level_at) as f64 / 1_000.0;
        self.wire.level = (self.wire.level - elapsed * rate).max(0.0);
        self.wire.level_at = self.now;
        self.wire.level += std::mem::take(&mut self.wire.requests) as f64;
        let burst = (rate * 0.05).max(1.0);
        assert!(
            self.wire.level <= burst + 0.01,
            "{} at {rate}",
            self.wire.level
        );
    }

    /// Sessions that are over hold no more than the buffers they use again, whatever they went through. Returns the octets
    /// that all of them held.
    fn give_memory_back(&mut self, weigh: fn(Session) -> i64) -> i64 {
        let now = self.now();
        let mut total = 0;
        let fresh = || Session::new(Config::esme(b"", b"", 1), now);
        let sessions = self.links.iter_mut().map(|l| &mut l.smsc);
        for session in sessions.chain([&mut self.esme]) {
            let held = weigh(std::mem::replace(session, fresh()));
            assert!(held <= MOST_HELD, "{held} octets are held");
            total += held;
        }
        total
    }

    /// What must hold at the end.
    fn add_up(mut self, weigh: fn(Session) -> i64) -> Summary {
        let now = self.now();
        for link in &mut self.links {
            link.smsc.handle_close(now);
            link.smsc.abort(now);
        }
        self.first_live = 0;
        self.settle();
        assert_eq!(self.esme.state(), State::Closed);
        let sessions = self.links.iter().map(|l| &l.smsc).chain([&self.esme]);
        for session in sessions {
            assert_eq!(session.queued(), 0);
            assert_eq!(session.in_flight(), 0);
            assert_eq!(session.unacknowledged(), 0);
            assert_eq!(session.poll_timeout(), None);
        }
        let mut summary = Summary {
            submitted: self.submitted.len(),
            connections: self.links.len() as u64,
            throttled: self.esme.stats().throttled,
            ..Summary::default()
        };
        let mut ended_on_wire = 0;
        for (ticket, fate) in &self.submitted {
            let end = judge(*ticket, fate);
            let unknown = end.may_be_answered();
            assert_eq!(fate.late, u32::from(unknown), "{ticket}: {fate:?}");
            match end {
                Seen::Response { .. } => {
                    summary.accepted += usize::from(status_of(end) == Some(OK));
                }
                Seen::Failed { sequence: None, .. } => summary.unsent += 1,
                _ => summary.unknown += 1,
            }
            if !matches!(
                end,
                Seen::Response { .. } | Seen::Failed { sequence: None, .. }
            ) {
                ended_on_wire += 1;
            }
        }
        for (ticket, fate) in &self.delivered {
            judge(*ticket, fate);
        }
        for long in &self.long {
            long.judge();
            summary.long += 1;
            summary.long_taken += usize::from(long.taken > 0);
            summary.long_incomplete += usize::from(!long.incomplete.is_empty());
        }
        let stats = self.esme.stats();
        summary.held = self.give_memory_back(weigh);
        // Each time a request was sent it ended in one way.
        assert_eq!(stats.sent, stats.responses + ended_on_wire, "{stats:?}");
        summary
    }
}

impl LongDelivery {
    /// The application has taken it, and the SMSC knows.
    fn is_done(&self) -> bool {
        let known = self.acknowledged.len() == usize::from(self.total) && self.open.is_empty();
        known && self.taken > 0 && !self.refused_since && !self.refused_for_good
    }

    /// The application's answer went out.
    fn answered(&mut self, status: CommandStatus) {
        match status {
            OK => {
                self.taken += 1;
                self.arrived.clear();
                self.refused_since = false;
            }
            CommandStatus::ESME_RX_P_APPN => self.refused_for_good = true,
            _ => self.refused_since = true,
        }
    }

    /// No segment that the SMSC has seen acknowledged is lost: the application took the message, or refused it for good, or
    /// was given the segment without the others.
    fn judge(&self) {
        for number in &self.acknowledged {
            let known = self.taken > 0 || self.refused_for_good || self.incomplete.contains(number);
            assert!(known, "segment {number} is lost: {self:?}");
        }
    }
}

/// Which segment of which long message it is; `None` for a PDU of another kind.
fn segment_of(frame: &[u8]) -> Option<(usize, u8)> {
    let delivery = Delivery::decode(frame)?;
    delivery.concat()?;
    let [message, number] = delivery.body() else {
        return None;
    };
    Some((usize::from(*message), *number))
}

fn status_of(event: &Seen) -> Option<CommandStatus> {
    match event {
        Seen::Response { status, .. } => Some(*status),
        _ => None,
    }
}

fn is_busy(status: CommandStatus) -> bool {
    matches!(
        status,
        CommandStatus::ESME_RTHROTTLED | CommandStatus::ESME_RMSGQFUL
    )
}

/// Holds what one side was told of a message against what the other side has seen of it.
fn judge(ticket: u64, fate: &Fate) -> &Seen {
    let [end] = &fate.ends[..] else {
        panic!("{ticket} has not ended once: {fate:?}");
    };
    let throttled = fate.answers.iter().filter(|s| is_busy(**s)).count() as u32;
    // An application that does not answer in time is answered for, as busy; that is not among its answers.
    let unanswered = fate.arrived - fate.answers.len() as u32;
    assert!(
        fate.arrived <= 1 + throttled + unanswered,
        "{ticket} was sent twice: {fate:?}"
    );
    let told: HashSet<u32> = fate.answers.iter().map(|s| s.0).collect();
    match end {
        Seen::Response { status, .. } if *status == OK => {
            assert!(told.contains(&0), "{ticket} was not taken: {fate:?}");
        }
        Seen::Response { .. } => assert!(fate.arrived > 0, "{ticket}: {fate:?}"),
        Seen::Failed {
            sequence: None,
            failure,
            ..
        } => {
            let never = fate.arrived == 0;
            assert!(
                never || throttled + unanswered > 0,
                "{ticket} was sent: {failure:?} {fate:?}"
            );
            assert!(
                !told.contains(&0),
                "{ticket} was taken: {failure:?} {fate:?}"
            );
        }
        Seen::Failed { failure, .. } => assert!(
            matches!(
                failure,
                Failure::Timeout | Failure::Lost | Failure::CancelledOnWire | Failure::Mismatch(_)
            ),
            "{ticket}: {failure:?}"
        ),
        other => panic!("{ticket}: {other:?}"),
    }
    end
}

fn fate_of<'a>(fates: &'a mut HashMap<u64, Fate>, frame: &[u8]) -> Option<&'a mut Fate> {
    if segment_of(frame).is_some() {
        return None;
    }
    let header = Header::decode(frame.first_chunk()?);
    matches!(
        header.command_id,
        CommandId::SUBMIT_SM | CommandId::DELIVER_SM
    )
    .then(|| fates.get_mut(&text_of(frame)).expect("a message of ours"))
}

/// The number that a message's text is.
fn text_of(frame: &[u8]) -> u64 {
    let text = match Pdu::decode(frame).expect("a message of ours").1 {
        Pdu::SubmitSm(body) => body.short_message,
        Pdu::DeliverSm(body) => body.short_message,
        other => panic!("{other:?}"),
    };
    u64::from_be_bytes(text.try_into().expect("eight octets"))
}
