//! Any octets as a script of calls on one session: what an application, a network and a peer may do, in any order, sense or
//! no sense. It watches what must hold whatever they do.

use super::*;
use std::collections::HashMap;

/// Reads the script; 0 when it is at its end.
struct Script<'a>(&'a [u8]);

impl<'a> Script<'a> {
    fn octet(&mut self) -> u8 {
        let (first, rest) = self.0.split_first().unwrap_or((&0, &[]));
        self.0 = rest;
        *first
    }

    fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[usize::from(self.octet()) % from.len()]
    }

    fn octets(&mut self, count: usize) -> &'a [u8] {
        let (taken, rest) = self.0.split_at(count.min(self.0.len()));
        self.0 = rest;
        taken
    }
}

const REQUESTS: [CommandId; 20] = [
    CommandId::SUBMIT_SM,
    CommandId::DELIVER_SM,
    CommandId::DATA_SM,
    CommandId::ENQUIRE_LINK,
    CommandId::UNBIND,
    CommandId::BIND_TRANSCEIVER,
    CommandId::BIND_TRANSMITTER,
    CommandId::BIND_RECEIVER,
    CommandId::OUTBIND,
    CommandId::ALERT_NOTIFICATION,
    CommandId::QUERY_SM,
    CommandId::CANCEL_SM,
    CommandId::REPLACE_SM,
    CommandId::SUBMIT_MULTI,
    CommandId::BROADCAST_SM,
    CommandId::QUERY_BROADCAST_SM,
    CommandId::CANCEL_BROADCAST_SM,
    CommandId::GENERIC_NACK,
    CommandId(0x0001_0200),
    CommandId(0),
];

const STATUSES: [CommandStatus; 8] = [
    CommandStatus::ESME_ROK,
    CommandStatus::ESME_ROK,
    CommandStatus::ESME_RTHROTTLED,
    CommandStatus::ESME_RMSGQFUL,
    CommandStatus::ESME_RINVCMDLEN,
    CommandStatus::ESME_RINVCMDID,
    CommandStatus::ESME_RBINDFAIL,
    CommandStatus(0x0499),
];

const RECONNECT: Option<Reconnect> = Some(Reconnect::new(ms(1), ms(1_000)));

struct Stage {
    session: Session,
    now: u64,
    /// What went out on this connection.
    framer: Framer,
    connection: Option<Framer>,
    /// Numbers of the session's requests, newest last.
    sent: Vec<(CommandId, u32)>,
    /// Requests that were handed over, of this connection and those before.
    handed: Vec<Sequence>,
    /// How often each ticket has ended.
    tickets: HashMap<u64, u32>,
    /// Events by kind, to be held against the session's own counters.
    handed_over: u64,
    responses: u64,
    unmatched: u64,
    late: u64,
    undecodable: u64,
    lost: u64,
    timeouts: u64,
    ends: u64,
}

/// Runs `script`. Panics if something does not hold; returns what it came to.
pub fn run(script: &[u8]) -> Stats {
    let mut script = Script(script);
    let role = script.pick(&[Role::Esme, Role::Esme, Role::Smsc]);
    let base = match role {
        Role::Esme => Config::esme(b"esme", b"secret", 1),
        Role::Smsc => Config::smsc(b"smsc", 1),
    };
    let config = base.with(|config| {
        config.bind = script.pick(&BINDS);
        config.window = script.pick(&[1, 3, 10]);
        config.rate = script.pick(&[None, None, Some(2.0), Some(1_000.0)]);
        config.max_queue = script.pick(&[1, 5, 50]);
        config.max_pdu = 300;
        config.enquire_link = ms(script.pick(&[0, 1_000, 30_000]));
        config.enquire_link_timeout = ms(script.pick(&[0, 1, 10_000]));
        config.response_timeout = ms(script.pick(&[0, 1, 30_000]));
        config.bind_timeout = ms(script.pick(&[0, 10_000]));
        config.unbind_timeout = ms(script.pick(&[0, 5_000]));
        config.session_init = ms(script.pick(&[0, 10_000]));
        config.inactivity = ms(script.pick(&[0, 5_000, 300_000]));
        config.max_unacknowledged = script.pick(&[0, 2, 10]);
        config.acknowledge_timeout = ms(script.pick(&[0, 1, 25_000]));
        config.inbound_rate = script.pick(&[None, None, Some(3.0)]);
        config.retry_time = ms(script.pick(&[0, 1_000, 60_000]));
        config.reconnect = script.pick(&[None, RECONNECT, RECONNECT, RECONNECT]);
        config.max_refusals = script.pick(&[0, 2]);
        config.fall_back = script.pick(&[false, true]);
        config.endpoints = script.pick(&[0, 1, 3]);
        config.interface_version = script.pick(&[
            InterfaceVersion::V3_3,
            InterfaceVersion::V3_4,
            InterfaceVersion::V5_0,
        ]);
        config.trace = script.pick(&[false, true]);
    });
    let mut stage = Stage {
        session: Session::new(config, Instant::from_millis(0)),
        now: 0,
        framer: Framer::new(1 << 20),
        connection: None,
        sent: Vec::new(),
        handed: Vec::new(),
        tickets: HashMap::new(),
        handed_over: 0,
        responses: 0,
        unmatched: 0,
        late: 0,
        undecodable: 0,
        lost: 0,
        timeouts: 0,
        ends: 0,
    };
    if script.octet() % 4 > 0 {
        stage.begin();
    }
    while !script.0.is_empty() {
        stage.step(&mut script);
        stage.watch();
    }
    stage.finish()
}

impl Stage {
    fn now(&self) -> Instant {
        Instant::from_millis(self.now)
    }

    /// Goes to where most happens: bound.
    fn begin(&mut self) {
        let now = self.now();
        let bind = self.session.config().bind.command_id();
        if self.session.config().role == Role::Esme {
            self.session.bind(now);
            let response = bare(bind.response(), CommandStatus::ESME_ROK, 1);
            self.session.handle_input(now, &response);
        } else {
            self.session.accept(now);
            let bind = request(bind, 1, &Bind::default());
            self.session.handle_input(now, &bind);
            self.listen();
            let sequence = self.handed[0];
            self.session.respond(now, sequence, CommandStatus::ESME_ROK);
        }
    }

    fn step(&mut self, script: &mut Script<'_>) {
        let now = self.now();
        match script.octet() % 24 {
            0 => _ = self.session.connect(now),
            1 => _ = self.session.accept(now),
            2 => _ = self.session.outbind(now),
            3 | 4 => _ = self.session.bind(now),
            5 if script.octet() < 20 => self.session.unbind(now),
            6 if script.octet() < 10 => self.session.abort(now),
            7 if script.octet() < 40 => self.session.handle_close(now),
            8 | 9 => self.pass_time(script),
            10 | 11 => self.peer_requests(script),
            12 | 13 => self.peer_responds(script),
            14 => self.peer_takes_bind(script),
            15 if script.octet() < 10 => {
                let count = usize::from(script.octet());
                let octets = script.octets(count);
                self.session.handle_input(now, octets);
            }
            6 | 7 | 16 | 17 => self.enqueue(script),
            18 => {
                let id = script.pick(&REQUESTS);
                let _ = self.session.request(now, &As(id, &message()));
            }
            19 => {
                let modulus = u64::from(script.octet()) + 1;
                self.session.cancel(now, |ticket| ticket.0 % modulus == 0);
            }
            20 | 21 => self.answer(script),
            22 => self.transmit(usize::from(script.octet()) * 3),
            _ => self.listen(),
        }
    }

    fn pass_time(&mut self, script: &mut Script<'_>) {
        let due = self.session.poll_timeout().map(Instant::as_millis);
        match (script.octet() % 4, due) {
            (0, _) => self.now += u64::from(script.octet()),
            (1, _) => self.now += u64::from(script.octet()) * 1_000,
            // A clock that is set back.
            (2, _) => {
                let early = self.now.saturating_sub(u64::from(script.octet()));
                self.session.handle_timeout(Instant::from_millis(early));
                return;
            }
            (_, Some(due)) => self.now = self.now.max(due),
            _ => {}
        }
        let now = self.now();
        self.session.handle_timeout(now);
        let next = self.session.poll_timeout();
        assert!(next.is_none_or(|at| at > now), "{next:?} at {now:?}");
    }

    fn peer_requests(&mut self, script: &mut Script<'_>) {
        let id = script.pick(&REQUESTS);
        let number = script.pick(&[0, 1, 2, 3, 0x7FFF_FFFF, u32::MAX]);
        let frame = match id {
            CommandId::BIND_TRANSCEIVER
            | CommandId::BIND_TRANSMITTER
            | CommandId::BIND_RECEIVER => {
                let body = Bind {
                    interface_version: script.pick(&[
                        InterfaceVersion::V3_3,
                        InterfaceVersion::V3_4,
                        InterfaceVersion::V5_0,
                    ]),
                    ..Bind::default()
                };
                request(id, number, &body)
            }
            CommandId::SUBMIT_SM => request(id, number, &message()),
            CommandId::DELIVER_SM => request(id, number, &delivery()),
            CommandId::OUTBIND => request(id, number, &Outbind::default()),
            _ => {
                let count = script.pick(&[0, 1, 20, 40]);
                raw(id, CommandStatus::ESME_ROK, number, script.octets(count))
            }
        };
        self.says(script, &frame);
    }

    fn peer_responds(&mut self, script: &mut Script<'_>) {
        self.transmit(usize::MAX);
        let at = usize::from(script.octet()) % 8;
        let (id, number) = match self.sent.len().checked_sub(1 + at) {
            Some(at) => self.sent[at],
            None => (CommandId::SUBMIT_SM, u32::from(script.octet())),
        };
        let id = match script.octet() % 8 {
            0 if script.octet() < 60 => CommandId::GENERIC_NACK,
            1 if script.octet() < 60 => script.pick(&REQUESTS).response(),
            _ => id.response(),
        };
        let status = script.pick(&STATUSES);
        let body = script.pick(&[&b""[..], b"id\0", b"id\0\x04\x28\0\x01\x64", b"\xFF\xFF"]);
        let frame = raw(id, status, number, body);
        self.says(script, &frame);
    }

    /// The peer takes the last bind.
    fn peer_takes_bind(&mut self, script: &mut Script<'_>) {
        self.transmit(usize::MAX);
        let bind = self
            .sent
            .iter()
            .rev()
            .find(|(id, _)| BindType::from_command_id(*id).is_some());
        if let Some(&(id, number)) = bind {
            let frame = bare(id.response(), CommandStatus::ESME_ROK, number);
            self.says(script, &frame);
        }
    }

    /// The peer says a PDU, in one piece or in two.
    fn says(&mut self, script: &mut Script<'_>, frame: &[u8]) {
        let now = self.now();
        let (first, second) = frame.split_at(usize::from(script.octet()) % frame.len());
        self.session.handle_input(now, first);
        self.session.handle_input(now, second);
    }

    fn enqueue(&mut self, script: &mut Script<'_>) {
        let now = self.now();
        let ticket = self.tickets.len() as u64;
        let id = match self.session.config().role {
            Role::Esme => script.pick(&[CommandId::SUBMIT_SM, CommandId::DATA_SM]),
            Role::Smsc => script.pick(&[CommandId::DELIVER_SM, CommandId::ALERT_NOTIFICATION]),
        };
        let result = match script.octet() % 4 {
            0 => {
                let body = script.octets(5);
                self.session.enqueue_encoded(now, Ticket(ticket), id, body)
            }
            1 => {
                let expires = now + u64::from(script.octet()) * 100;
                let expires = Some(expires);
                self.session
                    .enqueue(now, Ticket(ticket), expires, &As(id, &message()))
            }
            _ => self
                .session
                .enqueue(now, Ticket(ticket), None, &As(id, &message())),
        };
        if result.is_ok() {
            self.tickets.insert(ticket, 0);
        }
    }

    fn answer(&mut self, script: &mut Script<'_>) {
        if self.handed.is_empty() {
            return self.listen();
        }
        let at = usize::from(script.octet()) % self.handed.len();
        let sequence = self.handed[at];
        let status = script.pick(&STATUSES);
        let now = self.now();
        let open = self.session.request_command(sequence).is_some();
        let connected = !matches!(
            self.session.state(),
            State::Closed | State::Waiting | State::Connecting
        );
        let answered = self.session.respond(now, sequence, status);
        assert_eq!(answered, open && connected);
    }

    fn transmit(&mut self, most: usize) {
        let octets = self.session.poll_transmit();
        let octets = octets[..most.min(octets.len())].to_vec();
        self.session.handle_transmitted(octets.len());
        let mut rest = &octets[..];
        while let Some(frame) = self.framer.next(&mut rest).expect("whole PDUs") {
            let header = Header::decode(frame.first_chunk().expect("a header"));
            if !header.command_id.is_response() {
                self.sent.push((header.command_id, header.sequence_number));
            }
        }
    }

    /// Takes all events.
    fn listen(&mut self) {
        for event in events(&mut self.session) {
            match event {
                Seen::Response { ticket, frame, .. } => {
                    self.responses += u64::from(!frame.is_empty());
                    self.ended(ticket);
                }
                Seen::Failed {
                    ticket, failure, ..
                } => {
                    self.lost += u64::from(failure == Failure::Lost);
                    self.timeouts += u64::from(failure == Failure::Timeout);
                    self.ended(ticket);
                }
                Seen::Request(sequence, frame) => {
                    self.handed_over += 1;
                    self.handed.push(sequence);
                    Pdu::decode(&frame).expect("what is handed over can be read");
                }
                Seen::Notification(_) => self.handed_over += 1,
                Seen::Unmatched(_) => self.unmatched += 1,
                Seen::Late { .. } => self.late += 1,
                Seen::Undecodable(..) => self.undecodable += 1,
                Seen::Disconnect(_, retry_in) => {
                    // What is left goes out with the connection.
                    self.transmit(usize::MAX);
                    self.framer.reset();
                    self.sent.clear();
                    self.ends += u64::from(retry_in.is_none());
                }
                _ => {}
            }
        }
    }

    fn ended(&mut self, ticket: Option<u64>) {
        if let Some(ticket) = ticket {
            *self.tickets.get_mut(&ticket).expect("a ticket of ours") += 1;
        }
    }

    fn watch(&mut self) {
        // Its events and octets belong together: those of two connections are not mixed here.
        self.listen();
        let session = &self.session;
        let config = session.config();
        assert!(session.in_flight() <= config.window);
        assert!(session.queued() <= config.max_queue + config.window);
        assert!(session.unacknowledged() <= config.max_unacknowledged);
        assert!(session.poll_transmit().len() < 1_200_000);
        assert!(self.ends <= 1);
        if self.ends == 1 {
            assert_eq!(session.state(), State::Closed);
            assert_eq!(session.poll_timeout(), None);
        }
    }

    fn finish(mut self) -> Stats {
        let now = self.now();
        self.session.abort(now);
        self.watch();
        assert_eq!(self.ends, 1);
        assert_eq!((self.session.queued(), self.session.in_flight()), (0, 0));
        for (ticket, ends) in &self.tickets {
            assert_eq!(*ends, 1, "ticket {ticket}");
        }
        let stats = self.session.stats();
        assert_eq!(stats.received, self.handed_over);
        assert_eq!(stats.unmatched, self.unmatched);
        assert_eq!(stats.late, self.late);
        assert_eq!(stats.undecodable, self.undecodable);
        assert_eq!(stats.lost, self.lost);
        assert_eq!(stats.timeouts, self.timeouts);
        // Those that were throttled and sent again are told of once, at their end.
        assert!(stats.responses >= self.responses);
        assert!(stats.responses - self.responses <= stats.throttled);
        stats
    }
}
