//! What a session does, by theme. Each is driven on a clock of the test's.

#[path = "../support/mod.rs"]
mod support;

mod bind;
mod composer;
mod faults;
mod handover;
mod inbound;
mod late;
mod long_messages;
mod pace;
mod pair;
mod recipients;
mod reconnect;
mod states;
mod timers;
mod unbind;
mod version;
mod window;
