//! Messages whose outcome is not known yet.

use super::event::{SegmentOutcome, SentSegment, SentSms, SmsId};
use crate::session::Ticket;
use crate::text::EncodingName;
use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::vec::Vec;

/// The index of a ticket that is not a segment of a message, but a request of the application's own. No message has so many
/// segments: 255 is the most, and they are counted from 0.
const REQUEST: u8 = 255;

/// What a ticket stands for.
pub(super) enum Owner {
    Segment(SmsId, u8),
    Request(SmsId),
}

pub(super) fn segment_ticket(id: SmsId, index: u8) -> Ticket {
    Ticket(id.0 << 8 | u64::from(index))
}

pub(super) fn request_ticket(id: SmsId) -> Ticket {
    segment_ticket(id, REQUEST)
}

pub(super) fn owner(ticket: Ticket) -> Owner {
    let id = SmsId(ticket.0 >> 8);
    match ticket.0 as u8 {
        REQUEST => Owner::Request(id),
        index => Owner::Segment(id, index),
    }
}

#[derive(Debug)]
struct Open {
    segments: Vec<SentSegment>,
    /// Segments without an outcome.
    left: usize,
    encoding: EncodingName,
}

/// The messages in the queue or in flight, by their id.
#[derive(Debug, Default)]
pub(super) struct Pending {
    open: BTreeMap<SmsId, Open>,
}

impl Pending {
    pub(super) fn insert(&mut self, id: SmsId, segments: u8, encoding: EncodingName) {
        let unsettled = SentSegment {
            message_id: String::new(),
            outcome: SegmentOutcome::Accepted,
        };
        let left = usize::from(segments);
        let segments = vec![unsettled; left];
        self.open.insert(
            id,
            Open {
                segments,
                left,
                encoding,
            },
        );
    }

    /// Notes the outcome of one segment. Returns the message with its last one.
    pub(super) fn settle(&mut self, id: SmsId, index: u8, settled: SentSegment) -> Option<SentSms> {
        let open = self.open.get_mut(&id)?;
        *open.segments.get_mut(usize::from(index))? = settled;
        open.left -= 1;
        if open.left > 0 {
            return None;
        }
        let Open {
            segments, encoding, ..
        } = self.open.remove(&id)?;
        Some(SentSms { segments, encoding })
    }
}
