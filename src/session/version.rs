//! Which version two sides speak, and what one of 3.3 is not sent (SMPP 3.4, 4.1 and 3.4; SMPP 5.0, 2.11).

use crate::pdu::{CommandId, InterfaceVersion, Tag, Untyped};

/// The lower of two versions; one that does not exist counts as the next lower one.
pub(super) fn common(ours: InterfaceVersion, theirs: InterfaceVersion) -> InterfaceVersion {
    match ours.0.min(theirs.0) {
        0x50.. => InterfaceVersion::V5_0,
        0x34.. => InterfaceVersion::V3_4,
        _ => InterfaceVersion::V3_3,
    }
}

pub(super) fn takes_tlvs(version: InterfaceVersion) -> bool {
    version.0 >= InterfaceVersion::V3_4.0
}

/// The length of a PDU without its TLVs; `None` for a request whose message is in them.
pub(super) fn length_without_tlvs(frame: &[u8]) -> Option<usize> {
    let Ok((header, pdu)) = Untyped::decode(frame) else {
        // A vendor's PDU or one that its application wrote by itself: nothing is known of it.
        return Some(frame.len());
    };
    let tlvs = pdu.tlvs();
    let needed = match header.command_id {
        CommandId::DATA_SM | CommandId::BROADCAST_SM => true,
        id if id.is_response() => false,
        _ => [Tag::MESSAGE_PAYLOAD, Tag::SAR_MSG_REF_NUM]
            .into_iter()
            .any(|tag| tlvs.get(tag).is_some()),
    };
    (!needed).then(|| frame.len() - tlvs.as_bytes().len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pdu::{CommandStatus, DataSm, Pdu, SubmitSm, SubmitSmResp, TlvBuf, Tlvs};

    #[test]
    fn a_message_that_is_in_its_tlvs_does_not_go_without_them() {
        let mut payload = TlvBuf::new();
        payload.push(Tag::MESSAGE_PAYLOAD, b"text").unwrap();
        let mut other = TlvBuf::new();
        other.push_u8(Tag::USER_MESSAGE_REFERENCE, 1);
        let submit = |tlvs| {
            Pdu::SubmitSm(SubmitSm {
                tlvs,
                ..SubmitSm::default()
            })
        };
        let response = |tlvs| {
            Pdu::SubmitSmResp(SubmitSmResp {
                tlvs,
                ..SubmitSmResp::default()
            })
        };
        let data = |tlvs| {
            Pdu::DataSm(DataSm {
                tlvs,
                ..DataSm::default()
            })
        };
        let (none, payload, other) = (Tlvs::default(), payload.as_tlvs(), other.as_tlvs());
        for (pdu, goes) in [
            (submit(none), true),
            (submit(other), true),
            (submit(payload), false),
            (response(other), true),
            (response(payload), true),
            (data(other), false),
            (data(payload), false),
        ] {
            let mut frame = Vec::new();
            pdu.encode(&mut frame, CommandStatus::ESME_ROK, 1).unwrap();
            let rest = frame.len() - pdu.tlvs().as_bytes().len();
            assert_eq!(length_without_tlvs(&frame), goes.then_some(rest), "{pdu:?}");
        }
    }

    #[test]
    fn the_lower_version_is_spoken_and_unknown_ones_are_the_next_lower() {
        let spoken = |ours, theirs| common(InterfaceVersion(ours), InterfaceVersion(theirs)).0;
        assert_eq!(spoken(0x34, 0x50), 0x34);
        assert_eq!(spoken(0x50, 0x34), 0x34);
        assert_eq!(spoken(0x50, 0x51), 0x50);
        assert_eq!(spoken(0x50, 0x4F), 0x34);
        for old in [0x00, 0x01, 0x32, 0x33] {
            assert_eq!(spoken(0x50, old), 0x33);
        }
    }
}
