//! The header that begins every PDU (SMPP 3.4 section 3.2, 5.0 section 3.2.1).

use super::{CommandId, CommandStatus};

/// Octets of the header, and so of the shortest PDU.
pub const HEADER_LEN: usize = 16;

/// The four integers that begin every PDU, as they came (SMPP 3.4 section 3.2, 5.0 section 3.2.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header {
    /// Octets of the whole PDU, these 16 included (3.4 section 5.1.1, 5.0 section 4.7.4).
    pub command_length: u32,
    /// Which PDU this is (3.4 section 5.1.2, 5.0 section 4.7.5).
    pub command_id: CommandId,
    /// How the request went; means something in responses only (3.4 section 5.1.3, 5.0 section 4.7.6).
    pub command_status: CommandStatus,
    /// Pairs a response with its request; any 32 bits are kept (3.4 section 5.1.4, 5.0 section 4.7.24).
    pub sequence_number: u32,
}

impl Header {
    /// Reads a header. Every 16 octets are one: what the values mean is for others to judge.
    #[must_use]
    #[inline]
    pub fn decode(octets: &[u8; HEADER_LEN]) -> Header {
        let [
            a0,
            a1,
            a2,
            a3,
            b0,
            b1,
            b2,
            b3,
            c0,
            c1,
            c2,
            c3,
            d0,
            d1,
            d2,
            d3,
        ] = *octets;
        Header {
            command_length: u32::from_be_bytes([a0, a1, a2, a3]),
            command_id: CommandId(u32::from_be_bytes([b0, b1, b2, b3])),
            command_status: CommandStatus(u32::from_be_bytes([c0, c1, c2, c3])),
            sequence_number: u32::from_be_bytes([d0, d1, d2, d3]),
        }
    }

    /// Writes the header.
    #[must_use]
    #[inline]
    pub fn encode(&self) -> [u8; HEADER_LEN] {
        let mut octets = [0; HEADER_LEN];
        octets[0..4].copy_from_slice(&self.command_length.to_be_bytes());
        octets[4..8].copy_from_slice(&self.command_id.0.to_be_bytes());
        octets[8..12].copy_from_slice(&self.command_status.0.to_be_bytes());
        octets[12..16].copy_from_slice(&self.sequence_number.to_be_bytes());
        octets
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_octet_has_its_place() {
        let octets = [
            0x00, 0x00, 0x00, 0x10, 0x80, 0x00, 0x00, 0x04, 0x00, 0x00, 0x00, 0x58, 0x01, 0x02,
            0x03, 0x04,
        ];
        let header = Header::decode(&octets);
        assert_eq!(
            header,
            Header {
                command_length: 16,
                command_id: CommandId::SUBMIT_SM_RESP,
                command_status: CommandStatus::ESME_RTHROTTLED,
                sequence_number: 0x0102_0304,
            }
        );
        assert_eq!(header.encode(), octets);
    }
}
