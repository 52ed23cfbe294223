//! The segments of long inbound messages, for applications that keep them themselves.

use super::delivery::{Delivery, MESSAGE_TYPE};
use crate::text::{ConcatInfo, Joined, Part, digest};
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt::Write as _;

/// One segment of a long message, as an application stores it before the SMSC has its answer.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Segment {
    /// Which segment of how many.
    pub concat: ConcatInfo,
    /// Equal for the segments of one message. A sender who reuses a reference makes another message of the same key.
    pub key: String,
    /// Equal where the SMSC repeats a segment; it differs between two messages of one key.
    pub digest: u64,
}

impl Segment {
    /// Reads which segment a message is; `None` if it stands alone.
    #[must_use]
    pub fn of(delivery: &Delivery<'_>) -> Option<Self> {
        let concat = delivery.concat().filter(|concat| concat.total > 1)?;
        let mut key = String::new();
        for address in [delivery.source, delivery.destination] {
            let _ = write!(key, "{}:{}:", address.ton.0, address.npi.0);
            key.extend(address.addr.iter().map(|&octet| char::from(octet)));
            key.push('/');
        }
        let _ = write!(
            key,
            "{:02X}/{}{}/{}",
            delivery.esm_class.0 & MESSAGE_TYPE,
            concat.reference,
            if concat.wide { "w" } else { "" },
            concat.total
        );
        let digest = digest(&[key.as_bytes(), &[concat.part], delivery.user_data]);
        Some(Self {
            concat,
            key,
            digest,
        })
    }
}

/// Joins the segments of one message from their PDUs, in any order; the first of each number counts. `None` if there is none.
#[must_use]
pub fn join_segments<'a>(frames: impl IntoIterator<Item = &'a [u8]>) -> Option<Joined<Vec<u8>>> {
    let segments = frames.into_iter().filter_map(|frame| {
        let delivery = Delivery::decode(frame)?;
        Some((part(&delivery, b"", frame)?, frame.to_vec()))
    });
    Joined::of(segments)
}

/// A message as a part of a longer one; `None` if it stands alone. `frame` is kept with it.
pub(super) fn part<'a>(delivery: &Delivery<'a>, key: &'a [u8], frame: &[u8]) -> Option<Part<'a>> {
    let concat = delivery.concat().filter(|concat| concat.total > 1)?;
    Some(Part {
        key,
        concat,
        data_coding: delivery.data_coding.0,
        udh: delivery.udh().map_or(&[], |udh| udh.as_bytes()),
        text: delivery.body(),
        token_octets: frame.len(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pdu::{CommandStatus, DeliverSm, EsmClass, Pdu};
    use crate::text::Alphabet;

    fn frame(part: u8, text: &[u8]) -> Vec<u8> {
        let user_data = [&[5, 0, 3, 9, 2, part], text].concat();
        let pdu = Pdu::DeliverSm(DeliverSm {
            source_addr: b"447700900123",
            destination_addr: b"12345",
            esm_class: EsmClass(0x40),
            short_message: &user_data,
            ..DeliverSm::default()
        });
        let mut out = Vec::new();
        pdu.encode(&mut out, CommandStatus::ESME_ROK, part.into())
            .unwrap();
        out
    }

    fn segment(frame: &[u8]) -> Segment {
        Segment::of(&Delivery::decode(frame).unwrap()).unwrap()
    }

    #[test]
    fn segments_of_one_message_share_a_key_and_a_repeat_shares_its_digest() {
        let [one, two, other] = [frame(1, b"C"), frame(2, b"D"), frame(2, b"E")];
        assert_eq!(segment(&one).key, "0:0:447700900123/0:0:12345/00/9/2");
        assert_eq!(segment(&one).key, segment(&two).key);
        assert_eq!(segment(&two).concat.part, 2);
        assert_ne!(segment(&one).digest, segment(&two).digest);
        assert_eq!(segment(&two).key, segment(&other).key);
        assert_ne!(segment(&two).digest, segment(&other).digest);
        let mut repeat = two.clone();
        repeat[15] = 99;
        assert_eq!(segment(&two), segment(&repeat));
    }

    #[test]
    fn a_message_that_stands_alone_is_no_segment() {
        let mut alone = frame(1, b"C");
        let at = alone.len() - 3;
        alone[at] = 1;
        assert_eq!(Segment::of(&Delivery::decode(&alone).unwrap()), None);
    }

    #[test]
    fn stored_segments_are_joined_in_any_order() {
        let frames = [frame(2, b"D"), frame(1, b"C"), frame(2, b"X"), vec![0; 3]];
        let joined = join_segments(frames.iter().map(Vec::as_slice)).unwrap();
        assert!(joined.is_complete());
        assert_eq!(joined.decode(Alphabet::Gsm7).text, "CD");
        let joined = join_segments([frames[0].as_slice()]).unwrap();
        assert_eq!(joined.missing().collect::<Vec<_>>(), [1]);
        assert_eq!(join_segments([&[0_u8; 3][..]]), None);
    }
}
