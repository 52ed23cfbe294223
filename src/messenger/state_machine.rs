//! The messenger: a session, a composer, an inbox, and what is still open between them.

use super::error::MessageError;
use super::event::{MessengerEvent, SegmentOutcome, SentSegment, SmsId};
use super::inbound::{DeliveryReport, InboundMessage, latin1};
use super::outgoing::OutgoingSms;
use super::pending::{Owner, Pending, owner, request_ticket, segment_ticket};
use crate::pdu::{CommandId, CommandStatus, HEADER_LEN, Header, InvalidField};
use crate::receipt::{MessageIdFormat, Report};
use crate::session::{
    Composer, Config, Delivery, Event, Failure, Instant, SendError, Sequence, Session, Ticket,
};
use crate::text::{Alphabet, Concat, Joined};
use alloc::string::String;
use alloc::vec::Vec;

/// Options of the layers above the session.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct MessengerOptions {
    /// What data_coding 0 means at this SMSC.
    pub default_alphabet: Alphabet,
    /// How a long text is carried.
    pub concat: Concat,
    /// How the SMSC writes message ids in responses and in receipts.
    pub message_id_format: MessageIdFormat,
    /// Takes an ordinary message whose text reads like a receipt for one. Anybody can write such a text.
    pub plain_receipts: bool,
}

/// Sends messages and receives reports and messages over one [`Session`]; see the [module](super).
#[derive(Debug)]
pub struct Messenger {
    session: Session,
    composer: Composer,
    options: MessengerOptions,
    pending: Pending,
    next_id: u64,
}

impl Messenger {
    /// A messenger without connection.
    #[must_use]
    pub fn new(config: Config, options: MessengerOptions, now: Instant) -> Self {
        Self {
            composer: Composer::new(config.seed),
            session: Session::new(config, now),
            options,
            pending: Pending::default(),
            next_id: 0,
        }
    }

    /// The session under it.
    #[must_use]
    pub fn session(&self) -> &Session {
        &self.session
    }

    /// The options it was made with.
    #[must_use]
    pub fn options(&self) -> &MessengerOptions {
        &self.options
    }

    /// Asks for a connection, by [`MessengerEvent::Connect`].
    ///
    /// Returns `false`, and does nothing, unless the session is closed and not over.
    pub fn connect(&mut self, now: Instant) -> bool {
        self.session.connect(now)
    }

    /// SMSC: a connection came in. Returns `false`, and does nothing, if one is up or the session is over.
    pub fn accept(&mut self, now: Instant) -> bool {
        self.session.accept(now)
    }

    /// The connection is open: binds. Returns `false`, and does nothing, if a bind was sent on it or the session is over.
    pub fn bind(&mut self, now: Instant) -> bool {
        self.session.bind(now)
    }

    /// Sends what is queued, unbinds, and ends.
    pub fn unbind(&mut self, now: Instant) {
        self.session.unbind(now);
    }

    /// Ends at once.
    pub fn abort(&mut self, now: Instant) {
        self.session.abort(now);
    }

    /// Bytes came from the peer, in any chunks.
    pub fn handle_input(&mut self, now: Instant, bytes: &[u8]) {
        self.session.handle_input(now, bytes);
    }

    /// The deadline of [`poll_timeout`](Self::poll_timeout) passed.
    pub fn handle_timeout(&mut self, now: Instant) {
        self.session.handle_timeout(now);
    }

    /// The connection ended, or could not be opened.
    pub fn handle_close(&mut self, now: Instant) {
        self.session.handle_close(now);
    }

    /// The connection of this number ended; see [`Session::handle_close_of`].
    pub fn handle_close_of(&mut self, now: Instant, connection: u32) -> bool {
        self.session.handle_close_of(now, connection)
    }

    /// The bytes to send now; they stay until [`handle_transmitted`](Self::handle_transmitted).
    #[must_use]
    pub fn poll_transmit(&self) -> &[u8] {
        self.session.poll_transmit()
    }

    /// The first `n` bytes of [`poll_transmit`](Self::poll_transmit) were sent.
    pub fn handle_transmitted(&mut self, n: usize) {
        self.session.handle_transmitted(n);
    }

    /// When [`handle_timeout`](Self::handle_timeout) is due. Any other call may change it.
    #[must_use]
    pub fn poll_timeout(&self) -> Option<Instant> {
        self.session.poll_timeout()
    }

    /// Queues a message. Its result comes as [`MessengerEvent::Sent`] with the id returned.
    ///
    /// # Errors
    ///
    /// If an argument can't be used or the session does not take it; then nothing was queued.
    pub fn send_sms(&mut self, now: Instant, sms: &OutgoingSms) -> Result<SmsId, MessageError> {
        let id = SmsId(self.next_id);
        let resolved = sms.resolve()?;
        let sms = resolved.sms(now, self.options.concat, self.options.default_alphabet);
        let (segments, encoding) = self.composer.send(&mut self.session, now, &sms, |index| {
            segment_ticket(id, index)
        })?;
        self.next_id += 1;
        self.pending.insert(id, segments, encoding);
        Ok(id)
    }

    /// Queues any other request, its body encoded. It ends as [`MessengerEvent::Response`] or
    /// [`MessengerEvent::RequestFailed`] with the id returned.
    ///
    /// # Errors
    ///
    /// If the session does not take it; then nothing was queued.
    pub fn send_request(
        &mut self,
        now: Instant,
        command_id: CommandId,
        body: &[u8],
    ) -> Result<SmsId, SendError> {
        let id = SmsId(self.next_id);
        self.session
            .enqueue_encoded(now, request_ticket(id), command_id, body)?;
        self.next_id += 1;
        Ok(id)
    }

    /// Gives up what is left of a message or request: each open segment ends as not sent, or as unknown if it is in flight.
    /// Returns whether anything was left.
    pub fn cancel(&mut self, now: Instant, id: SmsId) -> bool {
        let is_own = |ticket: Ticket| match owner(ticket) {
            Owner::Segment(owner, _) | Owner::Request(owner) => owner == id,
        };
        self.session.cancel(now, is_own) > 0
    }

    /// Answers a report, message or request. With ESME_ROK the SMSC is done with it; with a temporary error such as
    /// ESME_RX_T_APPN it redelivers it. Returns `false` if the request was not open any more.
    pub fn respond(&mut self, now: Instant, request: Sequence, status: CommandStatus) -> bool {
        self.session.respond(now, request, status)
    }

    /// Answers a request with a body of its own; see [`Session::respond_with`].
    ///
    /// # Errors
    ///
    /// What `body` returns; the request stays open then.
    pub fn respond_with(
        &mut self,
        now: Instant,
        request: Sequence,
        status: CommandStatus,
        body: impl FnOnce(&mut Vec<u8>, CommandId) -> Result<(), InvalidField>,
    ) -> Result<bool, InvalidField> {
        self.session.respond_with(now, request, status, body)
    }

    /// The next thing that happened.
    pub fn poll_event(&mut self) -> Option<MessengerEvent> {
        loop {
            let event = self.session.poll_event()?;
            let event = translate(event, &mut self.pending, &self.options);
            if event.is_some() {
                return event;
            }
        }
    }
}

/// `None` if nothing is to be reported.
fn translate(
    event: Event<'_>,
    pending: &mut Pending,
    options: &MessengerOptions,
) -> Option<MessengerEvent> {
    Some(match event {
        Event::Connect { endpoint } => MessengerEvent::Connect { endpoint },
        Event::NoTransceiver => MessengerEvent::NoTransceiver,
        Event::Bound { system_id, version } => MessengerEvent::Bound {
            system_id: latin1(system_id),
            version,
        },
        Event::Response {
            ticket: Some(ticket),
            status,
            frame,
            ..
        } => {
            return settle(pending, ticket, Ok((status, frame)));
        }
        Event::Failed {
            ticket: Some(ticket),
            command_id,
            failure,
            ..
        } => {
            return settle(pending, ticket, Err((command_id, failure)));
        }
        Event::Throttled { status, pause } => MessengerEvent::Throttled { status, pause },
        Event::Request { sequence, frame } => inbound(sequence, frame, options),
        Event::LongMessage { sequence, message } => joined(Some(sequence), message, options)?,
        // What the application has whole already.
        Event::Incomplete { of: Some(_), .. } => return None,
        Event::Incomplete { message, of: None } => joined(None, message, options)?,
        Event::Withdrawn { sequence } => MessengerEvent::Withdrawn { request: sequence },
        Event::Notification { frame } | Event::Late { frame, .. } | Event::Unmatched { frame } => {
            MessengerEvent::Notification { pdu: frame.into() }
        }
        Event::Undecodable { frame, error } => MessengerEvent::Undecodable {
            pdu: frame.into(),
            error: Some(error),
        },
        Event::UnknownCommand { frame } => MessengerEvent::Undecodable {
            pdu: frame.into(),
            error: None,
        },
        Event::Disconnect { reason, retry_in } => MessengerEvent::Disconnect { reason, retry_in },
        _ => return None,
    })
}

/// A request ended, by a response or without one.
fn settle(
    pending: &mut Pending,
    ticket: Ticket,
    result: Result<(CommandStatus, &[u8]), (CommandId, Failure)>,
) -> Option<MessengerEvent> {
    let (id, index) = match owner(ticket) {
        Owner::Segment(id, index) => (id, index),
        Owner::Request(id) => {
            return Some(match result {
                Ok((status, pdu)) => MessengerEvent::Response {
                    id,
                    status,
                    pdu: pdu.into(),
                },
                Err((command_id, failure)) => MessengerEvent::RequestFailed {
                    id,
                    command_id,
                    failure,
                },
            });
        }
    };
    let segment = match result {
        Ok((CommandStatus::ESME_ROK, pdu)) => SentSegment {
            message_id: message_id(pdu),
            outcome: SegmentOutcome::Accepted,
        },
        Ok((status, _)) => SentSegment {
            message_id: String::new(),
            outcome: SegmentOutcome::Rejected(status),
        },
        Err((_, failure)) => SentSegment {
            message_id: String::new(),
            outcome: failure.into(),
        },
    };
    let sms = pending.settle(id, index, segment)?;
    Some(MessengerEvent::Sent { id, sms })
}

/// The first field of a submit_sm_resp or data_sm_resp.
fn message_id(pdu: &[u8]) -> String {
    let body = pdu.get(HEADER_LEN..).unwrap_or_default();
    let end = body
        .iter()
        .position(|&byte| byte == 0)
        .unwrap_or(body.len());
    latin1(&body[..end])
}

/// A request of the peer: a receipt, a message, or something else.
fn inbound(request: Sequence, pdu: &[u8], options: &MessengerOptions) -> MessengerEvent {
    let Some(delivery) = Delivery::decode(pdu) else {
        return MessengerEvent::Request {
            request,
            pdu: pdu.into(),
        };
    };
    let is_submission = pdu
        .first_chunk()
        .is_some_and(|header| Header::decode(header).command_id == CommandId::SUBMIT_SM);
    let mut room = Vec::new();
    let plain = || delivery.plain_report().filter(|_| options.plain_receipts);
    let report = delivery.report(&mut room).or_else(plain);
    if let Some(report) = report.filter(|_| !is_submission) {
        return MessengerEvent::Report {
            request: Some(request),
            report: DeliveryReport::new(&report, Some(&delivery), pdu, options),
        };
    }
    MessengerEvent::Message {
        request: Some(request),
        message: InboundMessage::single(pdu, &delivery, options.default_alphabet),
    }
}

/// A long message or receipt, joined from its segments; without `request` if some did not come.
fn joined(
    request: Option<Sequence>,
    joined: &Joined<Vec<u8>>,
    options: &MessengerOptions,
) -> Option<MessengerEvent> {
    let first = joined.parts.first()?;
    let delivery = Delivery::decode(&first.token)?;
    let bytes = joined.octets();
    let segments = joined.parts.iter();
    let segments = segments.filter_map(|part| Delivery::decode(&part.token));
    let whole = delivery.with_text(&bytes, segments);
    let mut room = Vec::new();
    let plain = || whole.plain_report().filter(|_| options.plain_receipts);
    let report = whole.report(&mut room).or_else(plain);
    // What came of an incomplete receipt may not name its message.
    let is_useful = |report: &Report<'_>| joined.is_complete() || report.message_id().is_some();
    Some(match report.filter(is_useful) {
        Some(report) => MessengerEvent::Report {
            request,
            report: DeliveryReport::new(&report, Some(&whole), &first.token, options),
        },
        None => MessengerEvent::Message {
            request,
            message: InboundMessage::joined(joined, &delivery, options.default_alphabet),
        },
    })
}
