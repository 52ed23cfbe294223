//! What the benchmarks read and write, and the floor they are held against.

use smpp_edge::pdu::{
    CommandId, CommandStatus, DataCoding, DeliverSm, DeliverSmResp, EnquireLink, EsmClass, Npi,
    Pdu, RegisteredDelivery, SubmitSm, SubmitSmResp, Tag, TlvBuf, Ton,
};

/// 160 octets of text.
pub const TEXT: &[u8; 160] =
    b"The quick brown fox jumps over the lazy dog and trots home along the river bank \
while the evening sun turns the water to copper and the mill wheel stands at a..";

fn text(number: u32) -> Vec<u8> {
    let mut text = TEXT.to_vec();
    // Between 20 and 160 octets, the same in every run.
    text.truncate(20 + (number as usize * 37) % 141);
    text
}

fn encoded(pdu: Pdu<'_>, sequence_number: u32) -> Vec<u8> {
    let mut out = Vec::new();
    pdu.encode(&mut out, CommandStatus::ESME_ROK, sequence_number)
        .expect("a PDU that can be written");
    out
}

/// A `submit_sm` from a short number to a long one.
pub fn submit_sm(number: u32, text: &[u8]) -> Vec<u8> {
    let destination = format!("4477009{:05}", number % 100_000);
    let message = SubmitSm {
        source_addr_ton: Ton::ALPHANUMERIC,
        source_addr: b"Example",
        dest_addr_ton: Ton::INTERNATIONAL,
        dest_addr_npi: Npi::ISDN,
        destination_addr: destination.as_bytes(),
        registered_delivery: RegisteredDelivery::ALWAYS,
        data_coding: DataCoding::DEFAULT,
        short_message: text,
        ..SubmitSm::default()
    };
    encoded(Pdu::SubmitSm(message), number)
}

/// A `submit_sm_resp` with an identifier of 16 characters.
pub fn submit_sm_resp(number: u32) -> Vec<u8> {
    let id = format!(
        "{:016x}",
        u64::from(number) * 0x9E37_79B9_7F4A_7C15 % 0xFFFF_FFFF_FFFF
    );
    encoded(
        Pdu::SubmitSmResp(SubmitSmResp {
            message_id: id.as_bytes(),
            ..SubmitSmResp::default()
        }),
        number,
    )
}

/// A receipt with its text and three TLVs.
pub fn receipt(number: u32) -> Vec<u8> {
    let id = format!("{number:08x}");
    let source = format!("4477009{:05}", number % 100_000);
    let text = format!(
        "id:{id} sub:001 dlvrd:001 submit date:2601021530 done date:2601021531 stat:DELIVRD err:000 text:Hello"
    );
    let mut tlvs = TlvBuf::new();
    tlvs.push_text(Tag::RECEIPTED_MESSAGE_ID, id.as_bytes())
        .expect("text");
    tlvs.push_u8(Tag::MESSAGE_STATE, 2);
    tlvs.push(Tag::NETWORK_ERROR_CODE, &[3, 0, 0])
        .expect("octets");
    let message = DeliverSm {
        source_addr_ton: Ton::INTERNATIONAL,
        source_addr_npi: Npi::ISDN,
        source_addr: source.as_bytes(),
        dest_addr_ton: Ton::ALPHANUMERIC,
        destination_addr: b"Example",
        esm_class: EsmClass::DELIVERY_RECEIPT,
        short_message: text.as_bytes(),
        tlvs: tlvs.as_tlvs(),
        ..DeliverSm::default()
    };
    encoded(Pdu::DeliverSm(message), number)
}

/// An `enquire_link`.
pub fn enquire_link(number: u32) -> Vec<u8> {
    encoded(Pdu::EnquireLink(EnquireLink::default()), number)
}

/// 2,000 PDUs as a session sees them: messages, their responses, receipts, their responses, now and then a probe.
pub fn stream() -> Vec<u8> {
    (1..=2000)
        .flat_map(|number: u32| match number % 20 {
            0 => enquire_link(number),
            1..=5 => submit_sm(number, &text(number)),
            6..=10 => submit_sm_resp(number),
            11..=15 => receipt(number),
            _ => encoded(Pdu::DeliverSmResp(DeliverSmResp::default()), number),
        })
        .collect()
}

/// The floor: every field of a PDU found and checked to lie within it, nothing else. Returns the octets of the fields
/// together, so that nothing can be left out.
pub fn bare_read(frame: &[u8]) -> Option<usize> {
    let id = u32::from_be_bytes(*frame.get(4..)?.first_chunk()?);
    let mut rest = frame.get(16..)?;
    let mut sum = 0;
    match CommandId(id) {
        CommandId::SUBMIT_SM | CommandId::DELIVER_SM => {
            for fixed in [2, 2, 3, 0, 4] {
                sum += c_string(&mut rest)?.len();
                rest = rest.get(fixed..)?;
            }
            let (length, behind) = rest.split_first()?;
            let (text, behind) = behind.split_at_checked(usize::from(*length))?;
            sum += text.len();
            rest = behind;
        }
        CommandId::SUBMIT_SM_RESP | CommandId::DELIVER_SM_RESP => sum += c_string(&mut rest)?.len(),
        _ => {}
    }
    while let [_, _, high, low, behind @ ..] = rest {
        let length = usize::from(u16::from_be_bytes([*high, *low]));
        sum += length;
        rest = behind.get(length..)?;
    }
    rest.is_empty().then_some(sum)
}

fn c_string<'a>(rest: &mut &'a [u8]) -> Option<&'a [u8]> {
    let end = rest.iter().position(|octet| *octet == 0)?;
    let text = &rest[..end];
    *rest = &rest[end + 1..];
    Some(text)
}

/// The PDUs of a stream by their `command_length`, for crates that do not split streams themselves.
pub fn frames(stream: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = stream;
    std::iter::from_fn(move || {
        let length = u32::from_be_bytes(*rest.first_chunk()?) as usize;
        let (frame, behind) = rest.split_at_checked(length)?;
        rest = behind;
        Some(frame)
    })
}
