//! SMPP 3.4 and 5.0 without I/O: PDUs, text, delivery receipts and a session state machine.
//!
//! Time and octets go in; octets, events and deadlines come out. Nothing here reads a clock or a socket.
//!
//! | Module | Is | Start with |
//! | --- | --- | --- |
//! | [`pdu`] | PDUs ⇄ octets, and faults explained | [`pdu::Pdu::decode`], [`pdu::encode`], [`pdu::Framer`], [`pdu::explain`] |
//! | [`text`] | characters ⇄ octets, segments | [`text::plan_str`], [`text::count_segments`], [`text::decode()`], [`text::Reassembler`] |
//! | [`receipt`] | delivery receipts | [`receipt::from_deliver`], [`receipt::parse`] |
//! | [`session`] | either end of a session | [`session::Session`], [`session::Composer`], [`session::Delivery`] |
//! | [`messenger`] | SMS and reports as owned values, over a session | [`messenger::Messenger`], [`messenger::OutgoingSms`] |
//!
//! # A codec
//!
//! A PDU is read where it lies, and written behind what a buffer holds already.
//!
//! ```
//! use smpp_edge::pdu::{CommandId, CommandStatus, Framer, Pdu, SubmitSm, encode};
//!
//! let submit = SubmitSm { destination_addr: b"1234567890", short_message: b"Hello World", ..SubmitSm::default() };
//! let mut stream = Vec::new();
//! for sequence_number in 1..=2 {
//!     encode(&mut stream, CommandId::SUBMIT_SM, CommandStatus::ESME_ROK, sequence_number, &submit)?;
//! }
//!
//! let mut framer = Framer::new(65_536);
//! let mut octets = &stream[..];
//! while let Some(frame) = framer.next(&mut octets)? {
//!     let (header, pdu) = Pdu::decode(frame)?;
//!     assert_eq!(header.command_id, CommandId::SUBMIT_SM);
//!     assert_eq!(pdu, Pdu::SubmitSm(submit));
//! }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # A text
//!
//! ```
//! use smpp_edge::text::{Alphabet, EncodeOptions, EncodingName, decode, plan_str};
//!
//! let plan = plan_str("Grüße", &EncodeOptions::default())?;
//! assert_eq!((plan.encoding, plan.data_coding, plan.len()), (EncodingName::Gsm7, 0, 1));
//! assert_eq!(decode(plan.segment(0).octets, plan.data_coding, None, Alphabet::Gsm7).text, "Grüße");
//!
//! let long = plan_str(&"Привет! ".repeat(20), &EncodeOptions::default())?;
//! assert_eq!((long.encoding, long.len()), (EncodingName::Ucs2, 3));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # A receipt
//!
//! ```
//! use smpp_edge::receipt::{ReceiptTlvs, Status, from_deliver};
//!
//! let text = b"id:7220bb6b sub:001 dlvrd:001 submit date:2601021530 done date:2601021531 stat:DELIVRD err:000 text:Hello";
//! let report = from_deliver(0x04, text, ReceiptTlvs::default()).expect("esm_class says that it is one");
//! assert_eq!(report.message_id(), Some(&b"7220bb6b"[..]));
//! assert_eq!(report.status(), Status::Delivered);
//! assert!(report.is_final());
//! ```
//!
//! # A client and an SMSC
//!
//! After any call the loop is the same: transmit what is there, take events until there are none, and look at the deadline
//! again. Here the network is two slices; with a socket, `exchange` is a write and a read, and [`poll_timeout`] what to wait
//! for at the longest before [`handle_timeout`] is called.
//!
//! ```
//! use smpp_edge::pdu::{Body, CommandStatus, Pdu, SubmitSm, SubmitSmResp};
//! use smpp_edge::session::{Config, Event, Instant, Sequence, Session};
//!
//! /// What one end has to send reaches the other.
//! fn exchange(from: &mut Session, to: &mut Session, now: Instant) {
//!     let octets = from.poll_transmit().to_vec();
//!     from.handle_transmitted(octets.len());
//!     to.handle_input(now, &octets);
//! }
//!
//! /// The next request of the peer, other events passed over.
//! fn request(session: &mut Session) -> Sequence {
//!     while let Some(event) = session.poll_event() {
//!         if let Event::Request { sequence, .. } = event {
//!             return sequence;
//!         }
//!     }
//!     panic!("the peer asks for nothing");
//! }
//!
//! let now = Instant::from_millis(0);
//! let mut client = Session::new(Config::esme(b"esme", b"secret", 1), now);
//! let mut smsc = Session::new(Config::smsc(b"SMSC", 2), now);
//!
//! // A connection is up. The SMSC is asked to bind, and agrees.
//! client.bind(now);
//! smsc.accept(now);
//! exchange(&mut client, &mut smsc, now);
//! let bind = request(&mut smsc);
//! smsc.respond(now, bind, CommandStatus::ESME_ROK);
//! exchange(&mut smsc, &mut client, now);
//! assert!(matches!(client.poll_event(), Some(Event::Bound { system_id: b"SMSC", .. })));
//!
//! // A message goes out, and its identifier comes back.
//! let hello = SubmitSm { destination_addr: b"1234567890", short_message: b"Hello World", ..SubmitSm::default() };
//! let sent = client.submit(now, &hello)?;
//! exchange(&mut client, &mut smsc, now);
//! let submission = request(&mut smsc);
//! let accepted = SubmitSmResp { message_id: b"7220bb6b", ..SubmitSmResp::default() };
//! smsc.respond_with(now, submission, CommandStatus::ESME_ROK, |out, _| accepted.encode(out))?;
//! exchange(&mut smsc, &mut client, now);
//! let Some(Event::Response { sequence, frame, .. }) = client.poll_event() else { panic!("no response") };
//! assert_eq!(sequence, sent);
//! assert_eq!(Pdu::decode(frame)?.1, Pdu::SubmitSmResp(accepted));
//!
//! // When the other side is silent, this is when the client would ask whether it lives.
//! assert_eq!(client.poll_timeout(), Some(now + 30_000));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! [`poll_timeout`]: session::Session::poll_timeout
//! [`handle_timeout`]: session::Session::handle_timeout

#![cfg_attr(
    not(any(
        test,
        all(feature = "wasm", target_family = "wasm", target_os = "unknown")
    )),
    no_std
)]
#![forbid(unsafe_code)]

#[macro_use]
extern crate alloc;

#[cfg(all(feature = "wasm", target_family = "wasm", target_os = "unknown"))]
mod allocator;
pub mod messenger;
pub mod pdu;
pub mod receipt;
pub mod session;
pub mod text;
#[cfg(all(feature = "wasm", target_family = "wasm", target_os = "unknown"))]
mod wasm;

/// The examples of the crate's README.
#[cfg(doctest)]
#[doc = include_str!("README.md")]
struct Readme;
