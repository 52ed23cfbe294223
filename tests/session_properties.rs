//! What holds for any octets, and for any calls in any order.

mod support;

use proptest::prelude::*;
use smpp_edge::pdu::*;
use smpp_edge::session::CloseReason;
use support::{Peer, Rng, Seen, esme, smsc};

proptest! {
    #![proptest_config(ProptestConfig {
        cases: if cfg!(debug_assertions) { 2_000 } else { 50_000 },
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn any_calls_in_any_order_keep_every_promise(script in prop::collection::vec(any::<u8>(), 20..1_500)) {
        support::script::run(&script);
    }

    #[test]
    fn any_octets_are_survived_and_any_pieces_of_them_are_the_same(
        smsc_role in any::<bool>(),
        frames in prop::collection::vec((0u32..0x20, any::<bool>(), 0u32..4, prop::collection::vec(any::<u8>(), 0..60)), 0..20),
        garbage in prop::collection::vec(any::<u8>(), 0..50),
        size in 1usize..70,
    ) {
        let mut stream = Vec::new();
        for (id, response, number, body) in &frames {
            let id = CommandId(*id | if *response { 0x8000_0000 } else { 0 });
            stream.extend(support::raw(id, CommandStatus::ESME_ROK, *number, body));
        }
        stream.extend(garbage);
        let run = |size: usize| {
            let mut peer = Peer::bound(if smsc_role { smsc() } else { esme() });
            for piece in stream.chunks(size) {
                peer.says(piece);
            }
            let (mut seen, mut heard) = (peer.sees(), peer.hears());
            // How much of a header was there when the stream broke depends on the pieces.
            if let Some(Seen::Disconnect(CloseReason::Frame(_), _)) = seen.last() {
                seen.pop();
                heard.pop();
            }
            (seen, heard, peer.state())
        };
        prop_assert_eq!(run(size), run(usize::MAX));
    }
}

/// The property above is worth something: random scripts get everywhere.
#[test]
fn scripts_get_everywhere() {
    let mut rng = Rng::new(1);
    let mut reached = [0u64; 10];
    for _ in 0..300 {
        let script: Vec<u8> = (0..1_500).map(|_| rng.next() as u8).collect();
        let stats = support::script::run(&script);
        let counts = [
            stats.binds,
            stats.responses,
            stats.received,
            stats.throttled,
            stats.timeouts,
            stats.lost,
            stats.late,
            stats.unmatched,
            stats.refused,
            stats.undecodable,
        ];
        for (reached, count) in reached.iter_mut().zip(counts) {
            *reached += u64::from(count > 0);
        }
    }
    println!("{reached:?}");
    assert!(reached.iter().all(|scripts| *scripts >= 15), "{reached:?}");
}
