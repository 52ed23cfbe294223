//! A stream gives the same PDUs whole and in pieces, and nothing is held back beyond one PDU.
#![no_main]

use libfuzzer_sys::fuzz_target;
use smpp_edge::pdu::{FrameError, Framer};

const LIMIT: usize = 512;

/// The PDUs of `stream` cut into pieces, and the error that ended it.
fn frames<'a>(pieces: impl Iterator<Item = &'a [u8]>) -> (Vec<Vec<u8>>, Option<FrameError>, usize) {
    let mut framer = Framer::new(LIMIT);
    let mut found = Vec::new();
    for mut piece in pieces {
        loop {
            match framer.next(&mut piece) {
                Ok(Some(frame)) => found.push(frame.to_vec()),
                Ok(None) => break assert!(piece.is_empty()),
                Err(error) => return (found, Some(error), framer.buffered()),
            }
        }
        assert!(framer.buffered() < LIMIT);
    }
    (found, None, framer.buffered())
}

fuzz_target!(|data: &[u8]| {
    let Some((size, stream)) = data.split_first() else {
        return;
    };
    let (whole, error, _) = frames(std::iter::once(stream));
    let (pieces, error_in_pieces, _) = frames(stream.chunks(usize::from(*size) + 1));
    assert_eq!(whole, pieces);
    // In pieces less of the header may be there when the length is refused.
    assert_eq!(error.is_some(), error_in_pieces.is_some());
    let framed: usize = whole.iter().map(Vec::len).sum();
    assert!(framed <= stream.len());
    for frame in whole {
        assert!((16..=LIMIT).contains(&frame.len()));
        assert_eq!(frame[..4], (frame.len() as u32).to_be_bytes());
    }
});
