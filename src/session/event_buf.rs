//! Events by their parts: how they are shown, and how they are kept.

use super::event::Event;
use crate::pdu::{PduBuf, ShownPdu, ShownText};
use crate::text::Joined;
use alloc::vec::Vec;
use core::fmt;

/// An [`Event`] that owns its bytes: for a queue, a channel, another thread.
///
/// ```
/// use smpp_edge::session::{Config, Event, EventBuf, Instant, Session};
///
/// let now = Instant::from_millis(0);
/// let mut session = Session::new(Config::esme(b"esme", b"secret", 0x5eed), now);
/// session.connect(now);
/// let kept: Vec<EventBuf> = std::iter::from_fn(|| session.poll_event().map(EventBuf::from)).collect();
/// assert!(matches!(kept[0].as_event(), Event::Connect { endpoint: 0 }));
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct EventBuf {
    /// The event without what it borrows.
    rest: Event<'static>,
    bytes: Vec<u8>,
    message: Option<Joined<Vec<u8>>>,
}

/// Stands for a message in an event without what it borrows.
static NO_MESSAGE: Joined<Vec<u8>> = Joined::EMPTY;

impl EventBuf {
    /// The event, borrowed from here.
    #[must_use]
    pub fn as_event(&self) -> Event<'_> {
        let message = self.message.as_ref().unwrap_or(&NO_MESSAGE);
        self.rest.clone().with(&self.bytes, message)
    }

    /// The PDU of the event, or nothing if it has none.
    #[must_use]
    pub fn into_pdu(self) -> Option<PduBuf> {
        let has_pdu = self.as_event().pdu().is_some();
        has_pdu.then(|| PduBuf::from(self.bytes))
    }
}

impl From<Event<'_>> for EventBuf {
    fn from(event: Event<'_>) -> Self {
        Self {
            bytes: event.bytes().to_vec(),
            message: event.message().cloned(),
            rest: event.with(&[], &NO_MESSAGE),
        }
    }
}

impl fmt::Debug for EventBuf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.as_event().fmt(f)
    }
}

/// Every kind of event with its fields, what it borrows last: `text`, a `pdu` or a `message`.
macro_rules! events {
    ($($kind:ident { $($field:ident)* $(; text $text:ident)? $(; pdu $pdu:ident)? $(; message $message:ident)? })*) => {
        impl<'a> Event<'a> {
            /// The PDU that the event is about, header included.
            #[must_use]
            pub fn pdu(&self) -> Option<&'a [u8]> {
                match *self {
                    $($(Event::$kind { $pdu, .. } => Some($pdu),)?)*
                    _ => None,
                }
            }

            /// The bytes that it borrows.
            fn bytes(&self) -> &'a [u8] {
                match *self {
                    $($(Event::$kind { $text, .. } => $text,)?)*
                    _ => self.pdu().unwrap_or_default(),
                }
            }

            /// The message that it borrows.
            fn message(&self) -> Option<&'a Joined<Vec<u8>>> {
                match *self {
                    $($(Event::$kind { $message, .. } => Some($message),)?)*
                    _ => None,
                }
            }

            /// The same event, but it borrows these.
            fn with<'b>(self, bytes: &'b [u8], joined: &'b Joined<Vec<u8>>) -> Event<'b> {
                match self {
                    $(Event::$kind { $($field,)* .. } => Event::$kind {
                        $($field,)* $($text: bytes,)? $($pdu: bytes,)? $($message: joined,)?
                    },)*
                }
            }
        }

        /// Shows strings as text and PDUs by their fields, never a password.
        impl fmt::Debug for Event<'_> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                match self {
                    $(Event::$kind { $($field,)* $($text,)? $($pdu,)? $($message,)? } => f
                        .debug_struct(stringify!($kind))
                        $(.field(stringify!($field), $field))*
                        $(.field(stringify!($text), &ShownText($text)))?
                        $(.field(stringify!($pdu), &ShownPdu($pdu)))?
                        $(.field(stringify!($message), $message))?
                        .finish(),)*
                }
            }
        }
    };
}

events! {
    Connect { endpoint }
    NoTransceiver {}
    Bound { version; text system_id }
    Response { sequence ticket command_id status; pdu frame }
    Failed { ticket sequence command_id failure }
    Throttled { status pause }
    Request { sequence; pdu frame }
    LongMessage { sequence; message message }
    Incomplete { of; message message }
    Withdrawn { sequence }
    Notification {; pdu frame }
    Undecodable { error; pdu frame }
    UnknownCommand {; pdu frame }
    Refused { status; pdu frame }
    Late { sequence ticket command_id status; pdu frame }
    Unanswered { sequence ticket command_id }
    Unmatched {; pdu frame }
    Trace { direction; pdu frame }
    Disconnect { reason retry_in }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pdu::{
        Bind, CommandId, CommandStatus, DecodeError, DecodeErrorKind, InterfaceVersion, encode,
    };
    use crate::session::{CloseReason, Direction, Failure, Sequence, Ticket};
    use crate::text::{ConcatInfo, Part};

    fn bind() -> Vec<u8> {
        let mut bytes = Vec::new();
        let body = Bind {
            system_id: b"E",
            password: b"s3cret",
            ..Bind::default()
        };
        encode(
            &mut bytes,
            CommandId::BIND_RECEIVER,
            CommandStatus::ESME_ROK,
            1,
            &body,
        )
        .unwrap();
        bytes
    }

    fn joined() -> Joined<Vec<u8>> {
        let concat = ConcatInfo {
            reference: 1,
            total: 2,
            part: 1,
            wide: false,
        };
        let part = Part {
            key: b"key",
            concat,
            data_coding: 0,
            udh: &[],
            text: b"text",
            token_octets: 0,
        };
        Joined::of([(part, vec![1])]).unwrap()
    }

    /// One event of each kind.
    fn all<'a>(frame: &'a [u8], message: &'a Joined<Vec<u8>>) -> Vec<Event<'a>> {
        let (sequence, ticket) = (Sequence::new(1, 2), Some(Ticket(3)));
        let (command_id, status) = (CommandId::SUBMIT_SM, CommandStatus::ESME_RSYSERR);
        let error = DecodeError {
            kind: DecodeErrorKind::Length,
            command_id,
            field: "f",
            offset: 1,
            expected: 2,
            found: 3,
        };
        vec![
            Event::Connect { endpoint: 1 },
            Event::NoTransceiver,
            Event::Bound {
                system_id: b"smsc\xff",
                version: InterfaceVersion::V3_4,
            },
            Event::Response {
                sequence,
                ticket,
                command_id,
                status,
                frame,
            },
            Event::Failed {
                ticket,
                sequence: Some(sequence),
                command_id,
                failure: Failure::Lost,
            },
            Event::Throttled { status, pause: 1 },
            Event::Request { sequence, frame },
            Event::LongMessage { sequence, message },
            Event::Incomplete {
                message,
                of: Some(sequence),
            },
            Event::Withdrawn { sequence },
            Event::Notification { frame },
            Event::Undecodable { frame, error },
            Event::UnknownCommand { frame },
            Event::Refused { status, frame },
            Event::Late {
                sequence,
                ticket,
                command_id,
                status,
                frame,
            },
            Event::Unanswered {
                sequence,
                ticket,
                command_id,
            },
            Event::Unmatched { frame },
            Event::Trace {
                direction: Direction::In,
                frame,
            },
            Event::Disconnect {
                reason: CloseReason::Lost,
                retry_in: Some(1),
            },
        ]
    }

    #[test]
    fn an_event_is_kept_as_it_was_and_shown_without_a_password() {
        let (frame, message) = (bind(), joined());
        for event in all(&frame, &message) {
            let shown = format!("{event:?}");
            assert!(
                !shown.contains("s3cret") && !shown.contains("115, 51, 99"),
                "{shown}"
            );
            let pdu = event.pdu().map(PduBuf::from);
            assert_eq!(pdu.is_some(), shown.contains("password: ***"), "{shown}");
            let kept = EventBuf::from(event.clone());
            assert_eq!(kept.as_event(), event);
            assert_eq!(format!("{kept:?}"), shown);
            assert_eq!(kept.into_pdu(), pdu);
        }
    }

    #[test]
    fn an_event_is_shown_by_its_fields() {
        let shown = |event: Event<'_>| format!("{event:?}");
        assert_eq!(shown(Event::NoTransceiver), "NoTransceiver");
        let bound = Event::Bound {
            system_id: b"smsc\xff",
            version: InterfaceVersion::V3_4,
        };
        assert_eq!(
            shown(bound),
            r#"Bound { version: InterfaceVersion(52), system_id: "smsc\xff" }"#
        );
        let withdrawn = Event::Withdrawn {
            sequence: Sequence::new(1, 2),
        };
        assert_eq!(
            shown(withdrawn),
            "Withdrawn { sequence: Sequence { connection: 1, number: 2 } }"
        );
    }
}
