//! A session as JavaScript drives it: calls with numbers, records in the shared buffers, one batch of events a call.

use super::config::{self, BadSetting, Messages};
use super::events;
use super::io::Io;
use super::layout::Act;
use super::sms::SmsReader;
use crate::pdu::{CommandStatus, MessageIdResp};
use crate::session::{Composer, GivenQueue, Instant, Sequence, Session, SmsError};
use std::cell::Cell;
use wasm_bindgen::prelude::*;

thread_local! {
    /// On its way from one session to another.
    static GIVEN: Cell<Option<GivenQueue>> = const { Cell::new(None) };
}

/// One session. Times are milliseconds of a clock that never runs backwards.
#[wasm_bindgen]
pub struct Engine {
    session: Session,
    composer: Composer,
    reader: SmsReader,
    messages: Messages,
    /// Octets that JavaScript was shown by the last `drain` and has taken.
    taken: usize,
    /// Why the last SMS was not taken.
    refusal: JsValue,
}

fn at(now: f64) -> Instant {
    Instant::from_millis(now as u64)
}

#[wasm_bindgen]
impl Engine {
    /// A session with the settings in the first `length` octets of the scratch room. Throws the place of one that can't be.
    #[wasm_bindgen(constructor)]
    pub fn new(length: usize, now: f64) -> Result<Engine, JsValue> {
        let (config, messages) = Io::with(|io| config::read(io.written(length)))
            .map_err(|BadSetting(place)| JsValue::from_f64(place as f64))?;
        Ok(Engine {
            composer: Composer::new(config.seed),
            session: Session::new(config, at(now)),
            reader: SmsReader::default(),
            messages,
            taken: 0,
            refusal: JsValue::UNDEFINED,
        })
    }

    /// Does what the number of an [`Act`] says; an unknown one does nothing. Returns how many requests changed hands.
    pub fn act(&mut self, now: f64, act: usize) -> usize {
        let now = at(now);
        let session = self.session();
        match Act::of(act) {
            Some(Act::Connect) => _ = session.connect(now),
            Some(Act::Accept) => _ = session.accept(now),
            Some(Act::Bind) => _ = session.bind(now),
            Some(Act::Unbind) => session.unbind(now),
            Some(Act::Abort) => session.abort(now),
            Some(Act::Closed) => session.handle_close(now),
            Some(Act::Timeout) => session.handle_timeout(now),
            Some(Act::Enquire) => session.enquire(now),
            Some(Act::GiveQueue) => {
                let given = session.give_queue();
                let count = given.len();
                GIVEN.set(Some(given));
                return count;
            }
            Some(Act::TakeQueue) => {
                if let Some(given) = GIVEN.take() {
                    return session.take_queue(now, given);
                }
            }
            None => {}
        }
        0
    }

    /// The first `length` octets of the scratch room came from the peer.
    pub fn receive(&mut self, now: f64, length: usize) {
        Io::with(|io| self.session().handle_input(at(now), io.written(length)));
    }

    /// Queues the SMS in the scratch room. Returns how many segments it has, plus 256 times the number of its encoding; 0 if
    /// it is not taken: `refusal` says why. An exception, or a result of two values, would cost as much as all the rest.
    pub fn send_sms(&mut self, now: f64, length: usize) -> u32 {
        self.queue_sms(at(now), length).unwrap_or_else(|error| {
            self.refusal = error;
            0
        })
    }

    /// Why the last SMS was not taken.
    pub fn refusal(&mut self) -> JsValue {
        std::mem::take(&mut self.refusal)
    }

    /// Answers a request of the peer. False if it was not open any more.
    pub fn respond(&mut self, now: f64, connection: u32, number: u32, status: u32) -> bool {
        self.session().respond(
            at(now),
            Sequence::new(connection, number),
            CommandStatus(status),
        )
    }

    /// Answers a submission with its identifier.
    pub fn respond_id(
        &mut self,
        now: f64,
        connection: u32,
        number: u32,
        status: u32,
        message_id: &str,
    ) -> Result<bool, JsValue> {
        let body = MessageIdResp {
            message_id: message_id.as_bytes(),
            ..MessageIdResp::default()
        };
        self.session()
            .respond_with(
                at(now),
                Sequence::new(connection, number),
                CommandStatus(status),
                |out, _| crate::pdu::Body::encode(&body, out),
            )
            .map_err(|error| super::error::field(&error))
    }

    /// Gives up what is left of SMS and requests: of those with the numbers from `first` on whose octet in the scratch room is
    /// not 0, of `length` octets. One call for many, because each looks through all that waits.
    pub fn cancel(&mut self, now: f64, first: u32, length: usize) {
        Io::with(|io| {
            let marks = io.written(length);
            self.session().cancel(at(now), |ticket| {
                let place = events::number(ticket).wrapping_sub(first);
                marks.get(place as usize).is_some_and(|mark| *mark != 0)
            });
        });
    }

    /// Puts what is due into the shared buffers: octets to send if `writable`, events, the deadline. Returns the address of
    /// the block that says where they are; they are there until the next call into the module.
    pub fn drain(&mut self, now: f64, writable: bool) -> usize {
        let now = at(now);
        let session = self.session();
        if session.poll_timeout().is_some_and(|due| due <= now) {
            session.handle_timeout(now);
        }
        Io::with(|io| {
            io.clear();
            let refusal = self.session.refusal_text().to_vec();
            while let Some(event) = self.session.poll_event() {
                events::write(io, &event, &self.messages, &refusal);
            }
            let out = if writable {
                self.session.poll_transmit()
            } else {
                &[]
            };
            self.taken = out.len();
            io.publish(
                out,
                self.session.poll_timeout().map(Instant::as_millis),
                events::link_state(self.session.state()),
            )
        })
    }
}

impl Engine {
    fn queue_sms(&mut self, now: Instant, length: usize) -> Result<u32, JsValue> {
        self.settle_taken();
        let Engine {
            session,
            composer,
            reader,
            messages,
            ..
        } = self;
        Io::with(|io| {
            let (number, sms) = reader
                .read(io.written(length), now, messages)
                .map_err(super::error::bad_field)?;
            let (segments, encoding) = composer
                .send(session, now, &sms, |index| events::ticket(number, index))
                .map_err(|error| match error {
                    SmsError::Text(error) => super::error::text(&error),
                    SmsError::Send(error) => super::error::send(&error),
                })?;
            Ok(u32::from(segments) | super::names::encoding_code(encoding) << 8)
        })
    }

    /// The session, once it knows what JavaScript has taken.
    pub(super) fn session(&mut self) -> &mut Session {
        self.settle_taken();
        &mut self.session
    }

    fn settle_taken(&mut self) {
        if self.taken > 0 {
            self.session
                .handle_transmitted(std::mem::take(&mut self.taken));
        }
    }

    pub(super) fn peek(&self) -> &Session {
        &self.session
    }
}
