//! Two sessions against each other in worlds drawn from a seed: links cut at any octet, with or without a word, octets late
//! and in any pieces, responses held back, repeated, replaced and missing, slow sockets, refused binds, clocks that jump.
//!
//! `SCENARIOS=1000000` runs so many, `SEED=42` runs one again.

mod support;

use smpp_edge::session::Session;
use support::{Summary, World};

fn setting(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

/// The octets that are given back with the session.
fn weigh(session: Session) -> i64 {
    -allocation_counter::measure(|| drop(session)).bytes_current
}

#[test]
fn every_request_ends_once_as_it_was_whatever_happens() {
    if let Some(seed) = setting("SEED") {
        println!("{:?}", World::new(seed).run(weigh));
        return;
    }
    let count = setting("SCENARIOS").unwrap_or(if cfg!(debug_assertions) {
        2_000
    } else {
        100_000
    });
    let mut total = Summary::default();
    for seed in 0..count {
        let result = std::panic::catch_unwind(|| World::new(seed).run(weigh));
        let Ok(summary) = result else {
            panic!("it failed; to see it again: SEED={seed} cargo test --test session_scenarios");
        };
        total.submitted += summary.submitted;
        total.accepted += summary.accepted;
        total.connections += summary.connections;
        total.throttled += summary.throttled;
        total.unknown += summary.unknown;
        total.unsent += summary.unsent;
        total.long += summary.long;
        total.long_taken += summary.long_taken;
        total.long_incomplete += summary.long_incomplete;
        total.held += summary.held;
    }
    println!("{count} scenarios: {total:?}");
    // The worlds are of all kinds: each way to end is common in them.
    let share = |n: usize| n as u64 * 100 / total.submitted as u64;
    assert!(share(total.accepted) >= 30, "{total:?}");
    assert!(share(total.unknown) >= 3, "{total:?}");
    assert!(share(total.unsent) >= 3, "{total:?}");
    let long = |n: usize| n * 100 / total.long;
    assert!(long(total.long_taken) >= 10, "{total:?}");
    assert!(long(total.long_incomplete) >= 10, "{total:?}");
    assert!(total.throttled > count && total.connections > count);
    // Each connection had a session of the SMSC, each world one of the ESME.
    let each = total.held / (total.connections + count).cast_signed();
    assert!(
        each < 4_096,
        "{each} octets are held by a session that is over"
    );
}
