//! What the clients share: how much they send, and how they count.

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use std::fs;
use std::time::Instant;

pub const MESSAGES: usize = 20_000;
pub const WINDOW: usize = 100;
pub const TEXT: &str = "Your code is 123456. It is valid for ten minutes.";
pub const FROM: &str = "12345";
pub const TO: &str = "1234567890";

/// Nanoseconds that this thread has run. Each client has one thread.
fn cpu() -> u64 {
    let stat = fs::read_to_string("/proc/thread-self/schedstat").expect("Linux");
    stat.split(' ')
        .next()
        .and_then(|run| run.parse().ok())
        .expect("a number")
}

/// The time between two moments of a client.
pub struct Watch {
    cpu: u64,
    start: Instant,
}

impl Watch {
    #[expect(clippy::new_without_default, reason = "it starts")]
    pub fn new() -> Self {
        Self {
            cpu: cpu(),
            start: Instant::now(),
        }
    }

    /// Prints what it took: nanoseconds of the processor and on the clock, and how many messages and receipts there were.
    pub fn report(&self, accepted: usize, receipts: usize) {
        println!(
            "{} {} {accepted} {receipts}",
            cpu() - self.cpu,
            self.start.elapsed().as_nanos()
        );
    }
}

/// The address in the first argument, `127.0.0.1:2775`.
pub fn address() -> String {
    std::env::args().nth(1).expect("an address")
}

/// Sends all messages, as many at a time as the window has places. `send` resolves with whether its message was accepted; returns how many were.
pub async fn send_all<F: Future<Output = bool>>(mut send: impl FnMut() -> F) -> usize {
    let mut sending = FuturesUnordered::new();
    let mut accepted = 0;
    for _ in 0..MESSAGES {
        if sending.len() == WINDOW {
            accepted += usize::from(sending.next().await == Some(true));
        }
        sending.push(send());
    }
    while let Some(sent) = sending.next().await {
        accepted += usize::from(sent);
    }
    accepted
}
