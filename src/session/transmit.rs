//! Octets on their way to the peer, and how far they have got.

use super::instant::Instant;
use crate::pdu::{CommandId, HEADER_LEN, Header};
use alloc::vec::Vec;
use core::ops::Range;

/// Room that is kept when all is transmitted.
const KEPT: usize = 256 * 1024;

/// Written PDUs. Places in the stream are counted from the beginning of all connections.
#[derive(Default)]
pub(super) struct Transmit {
    /// Begins with the first octet of a PDU.
    octets: Vec<u8>,
    /// How many at the front are transmitted.
    transmitted: usize,
    /// Where `octets` begins in the stream.
    origin: u64,
    /// Not after the first end of the time of a request here; `None` when all is transmitted.
    expires: Option<Instant>,
}

impl Transmit {
    /// To append one whole PDU to.
    pub(super) fn buffer(&mut self) -> &mut Vec<u8> {
        &mut self.octets
    }

    pub(super) fn octets(&self) -> &[u8] {
        &self.octets
    }

    pub(super) fn pending(&self) -> &[u8] {
        &self.octets[self.transmitted..]
    }

    /// Where in the stream the PDU at `start` of the buffer begins.
    pub(super) fn place(&self, start: usize) -> u64 {
        self.origin + start as u64
    }

    /// Whether the peer may have seen anything of the PDU that begins there.
    pub(super) fn is_begun(&self, place: u64) -> bool {
        place < self.origin + self.transmitted as u64
    }

    /// The first `n` pending octets are transmitted; more than there are counts as all. Returns how many.
    pub(super) fn advance(&mut self, n: usize) -> usize {
        let n = n.min(self.pending().len());
        self.transmitted += n;
        if self.transmitted == self.octets.len() {
            self.clear();
        } else if self.transmitted > self.octets.len() / 2 {
            let whole = self.pdus().take_while(|pdu| pdu.end <= self.transmitted);
            let end = whole.last().map_or(0, |pdu| pdu.end);
            self.octets.drain(..end);
            self.origin += end as u64;
            self.transmitted -= end;
        }
        n
    }

    /// Forgets what is pending: it can't be transmitted any more.
    pub(super) fn discard(&mut self) {
        self.octets.truncate(self.transmitted);
        self.clear();
    }

    /// Notes when the time of a request ends that was just written.
    pub(super) fn note_expiry(&mut self, expires: Option<Instant>) {
        if let Some(at) = expires {
            self.expires = Some(self.expires.map_or(at, |first| first.min(at)));
        }
    }

    /// When requests may have to be taken back because their time is over.
    pub(super) fn next_expiry(&self) -> Option<Instant> {
        self.expires
    }

    /// To be noted anew.
    pub(super) fn forget_expiry(&mut self) {
        self.expires = None;
    }

    /// Takes out the PDU that begins at `place`, of which nothing is transmitted. Returns its length: what stands behind it
    /// begins so much earlier now.
    pub(super) fn take_back(&mut self, place: u64) -> u64 {
        let start = (place - self.origin) as usize;
        let Some(pdu) = self.pdus().find(|pdu| pdu.start == start) else {
            return 0;
        };
        let length = pdu.len() as u64;
        self.octets.drain(pdu);
        length
    }

    /// Takes out the requests that wait for a response and of which nothing is transmitted.
    pub(super) fn take_back_requests(&mut self) {
        let unsent: Vec<Range<usize>> = self
            .pdus()
            .filter(|pdu| pdu.start >= self.transmitted && self.command_id(pdu).has_response())
            .collect();
        for pdu in unsent.into_iter().rev() {
            self.octets.drain(pdu);
        }
        self.expires = None;
    }

    /// Gives memory back that nothing needs now.
    pub(super) fn shrink(&mut self) {
        self.octets.shrink_to_fit();
    }

    fn clear(&mut self) {
        self.origin += self.octets.len() as u64;
        self.transmitted = 0;
        self.expires = None;
        self.octets.clear();
        if self.octets.capacity() > KEPT {
            self.octets = Vec::new();
        }
    }

    fn pdus(&self) -> impl Iterator<Item = Range<usize>> {
        let mut start = 0;
        core::iter::from_fn(move || {
            let header = self.octets.get(start..)?.first_chunk()?;
            let end = start + Header::decode(header).command_length as usize;
            let pdu = start..end;
            start = end;
            Some(pdu)
        })
    }

    fn command_id(&self, pdu: &Range<usize>) -> CommandId {
        self.octets[pdu.start..]
            .first_chunk::<HEADER_LEN>()
            .map_or(CommandId::GENERIC_NACK, |h| Header::decode(h).command_id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pdu::CommandStatus;

    fn write(out: &mut Transmit, command_id: CommandId, length: usize) -> u64 {
        let start = out.octets().len();
        let header = Header {
            command_length: length as u32,
            command_id,
            command_status: CommandStatus::ESME_ROK,
            sequence_number: 1,
        };
        out.buffer().extend_from_slice(&header.encode());
        out.buffer().resize(start + length, 0);
        out.place(start)
    }

    #[test]
    fn a_pdu_is_begun_with_its_first_octet() {
        let mut out = Transmit::default();
        let places: Vec<u64> = (0..4)
            .map(|_| write(&mut out, CommandId::SUBMIT_SM, 20))
            .collect();
        for transmitted in 1..=80 {
            assert_eq!(out.advance(1), 1);
            assert_eq!(out.pending().len(), 80 - transmitted);
            let begun = places.iter().filter(|&&at| out.is_begun(at)).count();
            assert_eq!(begun, transmitted.div_ceil(20));
        }
        assert_eq!(out.advance(1), 0);
    }

    #[test]
    fn only_requests_that_are_not_begun_are_taken_back() {
        let mut out = Transmit::default();
        let first = write(&mut out, CommandId::SUBMIT_SM, 20);
        write(&mut out, CommandId::DELIVER_SM_RESP, 17);
        let second = write(&mut out, CommandId::SUBMIT_SM, 30);
        write(&mut out, CommandId::ALERT_NOTIFICATION, 22);
        out.advance(1);
        out.take_back_requests();
        assert_eq!(out.pending().len(), 19 + 17 + 22);
        assert!(out.is_begun(first));
        assert!(!out.is_begun(second));
    }

    #[test]
    fn what_is_discarded_is_not_begun() {
        let mut out = Transmit::default();
        let first = write(&mut out, CommandId::SUBMIT_SM, 20);
        let second = write(&mut out, CommandId::SUBMIT_SM, 20);
        out.advance(20);
        out.discard();
        assert!(out.pending().is_empty());
        assert!(out.is_begun(first));
        assert!(!out.is_begun(second));
    }
}
