//! Long messages that come in parts, between the session and the application.
//!
//! A part is acknowledged as soon as it is kept here, since many centres send the next one only then; the last one waits for
//! the application's answer to the whole. If that is a refusal, the centre sends the last part again, so the others are kept
//! until the answer is known.

use super::delivery::{Address, Delivery};
use super::event::Sequence;
use super::instant::Instant;
use crate::text::{Joined, Limits, Outcome, Part, Reassembler};

/// What became of a message that came in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Arrival<'a> {
    /// It stands alone: hand it over.
    Alone,
    /// It is a part, and kept until the others are there, or a repeat: acknowledge it.
    Kept,
    /// It was the last part: hand the whole over. The tokens are the PDUs of its parts.
    Joined(&'a Joined<Vec<u8>>),
}

/// Joins the long messages of one session.
#[derive(Debug)]
pub struct Inbox {
    parts: Reassembler<Vec<u8>>,
    handed_over: Vec<HandedOver>,
}

/// A whole message that waits for the application's answer.
#[derive(Debug)]
struct HandedOver {
    /// The request of its last part.
    sequence: Sequence,
    /// The number of that part.
    last: u8,
    message: Joined<Vec<u8>>,
}

impl Inbox {
    /// `timeout`: milliseconds that the parts of a message are waited for; 1 or more.
    #[must_use]
    pub fn new(timeout: u64) -> Self {
        Self {
            parts: Reassembler::new(Limits {
                timeout,
                ..Limits::default()
            }),
            handed_over: Vec::new(),
        }
    }

    /// A message came with the request `sequence` in the PDU `frame`.
    pub fn arrive(
        &mut self,
        now: Instant,
        sequence: Sequence,
        frame: &[u8],
        delivery: &Delivery<'_>,
    ) -> Arrival<'_> {
        let Some(concat) = delivery.concat().filter(|concat| concat.total > 1) else {
            return Arrival::Alone;
        };
        let mut key = Vec::with_capacity(64);
        for Address { ton, npi, addr } in [delivery.source, delivery.destination] {
            key.extend_from_slice(&[ton.0, npi.0]);
            key.extend_from_slice(addr);
            key.push(0);
        }
        let udh = delivery.udh();
        let part = Part {
            key: &key,
            concat,
            data_coding: delivery.data_coding.0,
            udh: udh.as_ref().map_or(&[], |udh| udh.as_bytes()),
            text: delivery.body(),
        };
        match self.parts.push(now.as_millis(), part, frame.to_vec()) {
            Outcome::Complete(message) => {
                self.handed_over.push(HandedOver {
                    sequence,
                    last: concat.part,
                    message,
                });
                self.handed_over
                    .last()
                    .map_or(Arrival::Kept, |handed| Arrival::Joined(&handed.message))
            }
            Outcome::Pending | Outcome::Duplicate(_) => Arrival::Kept,
        }
    }

    /// The application has answered `sequence`; `accepted`: it took the message.
    pub fn answered(&mut self, now: Instant, sequence: Sequence, accepted: bool) {
        let Some(at) = self
            .handed_over
            .iter()
            .position(|waiting| waiting.sequence == sequence)
        else {
            return;
        };
        let HandedOver { last, message, .. } = self.handed_over.swap_remove(at);
        if accepted {
            return;
        }
        for part in message.parts.into_iter().filter(|part| part.number != last) {
            let concat = Delivery::decode(&part.token).and_then(|part| part.concat());
            let Some(concat) = concat else { continue };
            let again = Part {
                key: &message.key,
                concat,
                data_coding: part.data_coding,
                udh: &part.udh,
                text: &part.text,
            };
            self.parts.push(now.as_millis(), again, part.token.clone());
        }
    }

    /// Answers that will never come: the connection is gone, and the centre will send what it had no answer to again.
    pub fn disconnected(&mut self, now: Instant) {
        while let Some(sequence) = self.handed_over.last().map(|waiting| waiting.sequence) {
            self.answered(now, sequence, false);
        }
    }

    /// A message whose missing parts did not come in time.
    pub fn poll(&mut self, now: Instant) -> Option<Joined<Vec<u8>>> {
        loop {
            let joined = self.parts.poll(now.as_millis())?;
            if !joined.repeated {
                return Some(joined);
            }
        }
    }

    /// When [`poll`](Self::poll) will next have something.
    #[must_use]
    pub fn poll_timeout(&self) -> Option<Instant> {
        self.parts.poll_timeout().map(Instant::from_millis)
    }
}
