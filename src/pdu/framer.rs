//! Splits a stream of octets into PDUs by `command_length` (SMPP 3.4 section 3.2, 5.0 section 3.2.1.1).

use super::error::FrameError;
use super::header::{HEADER_LEN, Header};
use alloc::vec::Vec;
use bytes::{Buf, Bytes};
use core::fmt;

/// A buffer that grew beyond this is given back once its PDU is done with.
const KEPT: usize = 4096;

/// Cuts whole PDUs out of a stream that comes in pieces of any size.
///
/// SMPP 3.4 section 3.2, 5.0 section 3.2.1.
///
/// A PDU that lies whole in the input is handed out where it lies; only one that is spread over several inputs is
/// gathered in a buffer, which never holds more than that one PDU.
///
/// ```
/// use smpp_edge::pdu::Framer;
///
/// let enquire_link = [0, 0, 0, 16, 0, 0, 0, 0x15, 0, 0, 0, 0, 0, 0, 0, 1];
/// let mut framer = Framer::new(65_536);
/// let (mut first, mut second) = enquire_link.split_at(5);
/// assert_eq!(framer.next(&mut first)?, None);
/// assert_eq!(framer.next(&mut second)?, Some(&enquire_link[..]));
/// # Ok::<(), smpp_edge::pdu::FrameError>(())
/// ```
pub struct Framer {
    limit: usize,
    /// The beginning of a PDU whose end has not come yet, or the PDU that was handed out last.
    buffer: Vec<u8>,
    /// The buffer was handed out as a whole PDU and is free again.
    done: bool,
}

/// Shows how much it holds, but none of it: it may be a bind with its password.
impl fmt::Debug for Framer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Framer")
            .field("limit", &self.limit)
            .field("held", &if self.done { 0 } else { self.buffer.len() })
            .finish()
    }
}

impl Framer {
    /// A framer that refuses PDUs of more than `max_pdu` octets; at least a header is allowed.
    #[must_use]
    pub const fn new(max_pdu: usize) -> Framer {
        let limit = if max_pdu < HEADER_LEN {
            HEADER_LEN
        } else {
            max_pdu
        };
        Framer {
            limit,
            buffer: Vec::new(),
            done: false,
        }
    }

    /// Takes octets off the front of `input` up to the end of the next PDU and returns that PDU, or takes all of
    /// `input` and returns `None` if the end has not come yet. Call until `None`.
    ///
    /// # Errors
    /// The length is impossible or over the limit. Nothing behind can be found: the same error comes again until
    /// [`reset`](Self::reset).
    #[inline]
    pub fn next<'a, 'i: 'a>(
        &'a mut self,
        input: &mut &'i [u8],
    ) -> Result<Option<&'a [u8]>, FrameError> {
        if self.done {
            self.release();
        }
        if self.buffer.is_empty() {
            let octets: &'i [u8] = input;
            if let Some(length) = self.length(octets)?
                && let Some((frame, rest)) = octets.split_at_checked(length)
            {
                *input = rest;
                return Ok(Some(frame));
            }
        }
        self.gather(input)
    }

    /// As [`next`](Self::next) for those who keep PDUs: what is returned shares the memory of `input`, counted, and is
    /// copied only if the PDU was spread over several inputs. [`Pdu::decode`](super::Pdu::decode) reads from it in place.
    ///
    /// # Errors
    /// As [`next`](Self::next).
    pub fn next_shared(&mut self, input: &mut Bytes) -> Result<Option<Bytes>, FrameError> {
        if self.done {
            self.release();
        }
        if self.buffer.is_empty()
            && let Some(length) = self.length(input)?
            && length <= input.len()
        {
            return Ok(Some(input.split_to(length)));
        }
        let mut octets: &[u8] = input;
        let frame = self.gather(&mut octets)?.map(Bytes::copy_from_slice);
        let taken = input.len() - octets.len();
        input.advance(taken);
        Ok(frame)
    }

    /// Octets of an unfinished PDU held back.
    #[must_use]
    pub fn buffered(&self) -> usize {
        if self.done { 0 } else { self.buffer.len() }
    }

    /// Forgets an unfinished PDU or an error, and gives the buffer back.
    pub fn reset(&mut self) {
        self.buffer = Vec::new();
        self.done = false;
    }

    fn gather<'a, 'i: 'a>(
        &'a mut self,
        input: &mut &'i [u8],
    ) -> Result<Option<&'a [u8]>, FrameError> {
        // The length first: nothing of a PDU is kept before its length is known to be good.
        let before = self.buffer.len();
        if before < HEADER_LEN {
            let wanted = (HEADER_LEN - before).min(input.len());
            self.buffer.extend_from_slice(&input[..wanted]);
            if let Err(error) = self.length(&self.buffer) {
                // Left as it was, so that the same error comes again.
                self.buffer.truncate(before);
                return Err(error);
            }
            *input = &input[wanted..];
        }
        let Some(length) = self.length(&self.buffer)? else {
            return Ok(None);
        };
        let wanted = (length - self.buffer.len()).min(input.len());
        let (taken, rest) = input.split_at(wanted);
        self.buffer.extend_from_slice(taken);
        *input = rest;
        if self.buffer.len() < length {
            return Ok(None);
        }
        self.done = true;
        Ok(Some(&self.buffer))
    }

    /// `command_length` of the PDU that `octets` begin, once its four octets are there.
    #[inline]
    fn length(&self, octets: &[u8]) -> Result<Option<usize>, FrameError> {
        let Some(length) = octets.first_chunk() else {
            return Ok(None);
        };
        let command_length = u32::from_be_bytes(*length);
        let length = command_length as usize;
        if length < HEADER_LEN || length > self.limit {
            return Err(self.refuse(command_length, octets));
        }
        Ok(Some(length))
    }

    #[cold]
    fn refuse(&self, command_length: u32, octets: &[u8]) -> FrameError {
        if (command_length as usize) < HEADER_LEN {
            return FrameError::TooShort { command_length };
        }
        let limit = u32::try_from(self.limit).unwrap_or(u32::MAX);
        FrameError::TooLong {
            command_length,
            limit,
            header: octets.first_chunk().map(Header::decode),
        }
    }

    fn release(&mut self) {
        self.done = false;
        if self.buffer.capacity() > KEPT {
            self.buffer = Vec::new();
        } else {
            self.buffer.clear();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ENQUIRE_LINK: [u8; 16] = [0, 0, 0, 16, 0, 0, 0, 0x15, 0, 0, 0, 0, 0, 0, 0, 9];

    fn long(length: u32) -> Vec<u8> {
        let mut pdu = ENQUIRE_LINK.to_vec();
        pdu[..4].copy_from_slice(&length.to_be_bytes());
        pdu.resize(length as usize, 0x55);
        pdu
    }

    /// Feeds `stream` in pieces of `size` octets and collects the PDUs.
    fn frames(framer: &mut Framer, stream: &[u8], size: usize) -> Vec<Vec<u8>> {
        let mut out = Vec::new();
        for mut piece in stream.chunks(size) {
            while let Some(frame) = framer.next(&mut piece).unwrap() {
                out.push(frame.to_vec());
            }
            assert!(piece.is_empty());
        }
        out
    }

    #[test]
    fn shared_pdus_are_those_of_the_stream_and_lie_in_it() {
        let stream = [&ENQUIRE_LINK[..], &long(300), &ENQUIRE_LINK].concat();
        for size in [1, 7, 16, 17, 400] {
            let mut framer = Framer::new(1024);
            let mut shared = Vec::new();
            for piece in stream.chunks(size) {
                let piece = Bytes::copy_from_slice(piece);
                let mut input = piece.clone();
                while let Some(frame) = framer.next_shared(&mut input).unwrap() {
                    let place = frame.as_ptr().addr().wrapping_sub(piece.as_ptr().addr());
                    assert!(size < 400 || place < piece.len(), "it was copied");
                    shared.push(frame.to_vec());
                }
                assert!(input.is_empty());
            }
            assert_eq!(shared, frames(&mut Framer::new(1024), &stream, size));
        }
    }

    #[test]
    fn a_pdu_in_one_piece_is_not_copied() {
        let stream = [ENQUIRE_LINK, ENQUIRE_LINK].concat();
        let mut framer = Framer::new(1024);
        let mut input = &stream[..];
        let first = framer.next(&mut input).unwrap().unwrap();
        assert!(std::ptr::eq(first, &raw const stream[..16]));
        assert_eq!(input.len(), 16);
    }

    #[test]
    fn any_pieces_give_the_same_pdus() {
        let pdus = [
            ENQUIRE_LINK.to_vec(),
            long(100),
            long(5000),
            ENQUIRE_LINK.to_vec(),
        ];
        let stream = pdus.concat();
        for size in [1, 2, 3, 15, 16, 17, 4096, stream.len()] {
            let mut framer = Framer::new(65_536);
            assert_eq!(frames(&mut framer, &stream, size), pdus, "pieces of {size}");
            assert_eq!(framer.buffered(), 0);
        }
    }

    #[test]
    fn an_unfinished_pdu_is_held_back_and_nothing_else() {
        let mut framer = Framer::new(1024);
        let stream = [&ENQUIRE_LINK[..], &ENQUIRE_LINK[..7]].concat();
        assert_eq!(frames(&mut framer, &stream, 64), [ENQUIRE_LINK]);
        assert_eq!(framer.buffered(), 7);
        framer.reset();
        assert_eq!(framer.buffered(), 0);
    }

    #[test]
    fn a_length_under_a_header_is_refused_as_soon_as_it_is_there() {
        let mut framer = Framer::new(1024);
        assert_eq!(framer.next(&mut &[0, 0, 0][..]), Ok(None));
        let mut input = &[15, 1, 2, 3][..];
        for _ in 0..2 {
            let error = framer.next(&mut input).unwrap_err();
            assert_eq!(error, FrameError::TooShort { command_length: 15 });
            assert_eq!(error.sequence_number(), 0);
        }
    }

    #[test]
    fn a_length_over_the_limit_is_refused_before_anything_is_kept() {
        let mut framer = Framer::new(100);
        let mut pdu = ENQUIRE_LINK;
        pdu[..4].copy_from_slice(&0xF000_0011_u32.to_be_bytes());
        let error = framer.next(&mut &pdu[..]).unwrap_err();
        assert_eq!(error.sequence_number(), 9);
        assert!(matches!(
            error,
            FrameError::TooLong {
                command_length: 0xF000_0011,
                limit: 100,
                header: Some(_)
            }
        ));
        let error = framer.next(&mut &pdu[..15]).unwrap_err();
        assert_eq!(error.sequence_number(), 0);
        assert_eq!(framer.buffered(), 0);
    }

    #[test]
    fn a_pdu_of_exactly_the_limit_passes() {
        let mut framer = Framer::new(100);
        assert_eq!(frames(&mut framer, &long(100), 7), [long(100)]);
        assert!(framer.next(&mut &long(101)[..]).is_err());
    }

    #[test]
    fn memory_of_a_large_pdu_is_given_back() {
        let mut framer = Framer::new(65_536);
        let stream = [long(60_000), ENQUIRE_LINK.to_vec()].concat();
        frames(&mut framer, &stream, 1000);
        assert_eq!(framer.next(&mut &[][..]), Ok(None));
        assert!(framer.buffer.capacity() <= KEPT);
    }
}
