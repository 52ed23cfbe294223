//! PDUs that smpp-edge writes, read and written again by rusmpp: the octets must be the same, but for what
//! [`disagreements`] lists. There smpp-edge follows the specification, and keeps what it does not know.

use std::sync::LazyLock;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use rusmpp::tokio_codec::CommandCodec;
use smpp_edge::pdu::{
    CommandId, CommandStatus, FieldKind, FieldSpec, FieldValue, NamedPdu, Tag, TlvKey, TlvType,
    encode_fields, fields_of,
};
use tokio_util::bytes::BytesMut;
use tokio_util::codec::{Decoder, Encoder};

fn commands() -> Vec<CommandId> {
    (0..0x200)
        .chain(0x8000_0000..0x8000_0200)
        .map(CommandId)
        .filter(|id| id.is_known())
        .collect()
}

static TAGS: LazyLock<Vec<Tag>> = LazyLock::new(|| {
    (0..=u16::MAX)
        .map(Tag)
        .filter(|tag| tag.spec().is_some())
        .collect()
});

/// How many TLVs rusmpp keeps. Where the specification names one, or none, it drops the others; smpp-edge keeps what
/// came.
fn tlvs_kept(id: CommandId) -> usize {
    match id {
        CommandId::BIND_RECEIVER
        | CommandId::BIND_TRANSMITTER
        | CommandId::BIND_TRANSCEIVER
        | CommandId::OUTBIND => 0,
        CommandId::QUERY_SM
        | CommandId::QUERY_SM_RESP
        | CommandId::CANCEL_SM
        | CommandId::CANCEL_SM_RESP => 0,
        CommandId::UNBIND
        | CommandId::UNBIND_RESP
        | CommandId::ENQUIRE_LINK
        | CommandId::ENQUIRE_LINK_RESP => 0,
        CommandId::REPLACE_SM_RESP
        | CommandId::CANCEL_BROADCAST_SM_RESP
        | CommandId::GENERIC_NACK => 0,
        CommandId::BIND_RECEIVER_RESP
        | CommandId::BIND_TRANSMITTER_RESP
        | CommandId::BIND_TRANSCEIVER_RESP => 1,
        CommandId::QUERY_BROADCAST_SM | CommandId::ALERT_NOTIFICATION | CommandId::REPLACE_SM => 1,
        _ => MANY,
    }
}

const MANY: usize = 5;

/// rusmpp takes addresses of `data_sm` of 20 characters. 3.4 section 4.7.1 and 5.0 section 4.2.2.1 give them 64.
const DATA_SM_ADDRESS: usize = 20;

/// rusmpp reads these in another width than the specification gives: source_telematics_id has one octet
/// (3.4 section 5.3.2.8), broadcast_rep_num two (5.0 section 4.8.4.13).
const OTHER_WIDTH: [Tag; 2] = [Tag::SOURCE_TELEMATICS_ID, Tag::BROADCAST_REP_NUM];

/// rusmpp writes these without the bits that the specification reserves.
const BITS_ARE_CLEARED: [(Tag, u8); 2] = [
    (Tag::MS_MSG_WAIT_FACILITIES, 0x83),
    (Tag::CALLBACK_NUM_PRES_IND, 0x0F),
];

fn ascii(max: usize) -> BoxedStrategy<FieldValue> {
    vec(b' '..=b'~', 0..=max)
        .prop_map(FieldValue::Octets)
        .boxed()
}

fn octet() -> BoxedStrategy<FieldValue> {
    any::<u8>()
        .prop_map(|octet| FieldValue::Number(octet.into()))
        .boxed()
}

fn entry(parts: Vec<(&'static str, BoxedStrategy<FieldValue>)>) -> BoxedStrategy<FieldValue> {
    let (names, values): (Vec<_>, Vec<_>) = parts.into_iter().unzip();
    values
        .prop_map(move |values| {
            FieldValue::Fields(
                names
                    .iter()
                    .map(|name| name.to_string())
                    .zip(values)
                    .collect(),
            )
        })
        .boxed()
}

fn value(kind: FieldKind) -> BoxedStrategy<FieldValue> {
    let address = || {
        vec![
            ("dest_addr_ton", octet()),
            ("dest_addr_npi", octet()),
            ("destination_addr", ascii(20)),
        ]
    };
    match kind {
        FieldKind::CString(max) => ascii(usize::from(max) - 1),
        FieldKind::Time => {
            prop_oneof![ascii(0), vec(b'0'..=b'9', 16).prop_map(FieldValue::Octets)].boxed()
        }
        FieldKind::Integer(_) => octet(),
        FieldKind::ShortMessage => vec(any::<u8>(), 0..=255)
            .prop_map(FieldValue::Octets)
            .boxed(),
        FieldKind::DestAddresses => {
            let entry = prop_oneof![entry(address()), entry(vec![("dl_name", ascii(20))])];
            vec(entry, 0..6).prop_map(FieldValue::List).boxed()
        }
        FieldKind::UnsuccessSmes => {
            let mut parts = address();
            parts.push((
                "error_status_code",
                any::<u32>().prop_map(FieldValue::Number).boxed(),
            ));
            vec(entry(parts), 0..6).prop_map(FieldValue::List).boxed()
        }
    }
}

fn tlv() -> impl Strategy<Value = (TlvKey, FieldValue)> {
    let tags: Vec<Tag> = TAGS
        .iter()
        .copied()
        .filter(|tag| !OTHER_WIDTH.contains(tag))
        .collect();
    select(tags).prop_flat_map(|tag| {
        let spec = tag.spec().unwrap();
        let (min, max) = (usize::from(spec.min), usize::from(spec.max.min(40)));
        let value = match spec.kind {
            TlvType::CString => vec(b' '..=b'~', min - 1..=max - 1)
                .prop_map(|text| FieldValue::Text(String::from_utf8(text).unwrap()))
                .boxed(),
            // One octet or four (5.0 section 4.8.4.41).
            _ if tag == Tag::MS_VALIDITY => prop_oneof![vec(any::<u8>(), 1), vec(any::<u8>(), 4)]
                .prop_map(FieldValue::Octets)
                .boxed(),
            _ => {
                let bits = BITS_ARE_CLEARED
                    .iter()
                    .find(|(known, _)| *known == tag)
                    .map_or(0xFF, |(_, bits)| *bits);
                let octet = any::<u8>().prop_map(move |octet| octet & bits);
                vec(octet, min..=max).prop_map(FieldValue::Octets).boxed()
            }
        };
        value.prop_map(move |value| (TlvKey::Tag(tag), value))
    })
}

fn pdu() -> impl Strategy<Value = NamedPdu> {
    select(commands()).prop_flat_map(|command_id| {
        let specs = fields_of(command_id).unwrap();
        let kind = |spec: &FieldSpec| match spec.kind {
            FieldKind::CString(_)
                if command_id == CommandId::DATA_SM && spec.name.ends_with("_addr") =>
            {
                FieldKind::CString(DATA_SM_ADDRESS as u8 + 1)
            }
            kind => kind,
        };
        let values: Vec<_> = specs.iter().map(|spec| value(kind(spec))).collect();
        let tlvs = vec(tlv(), 0..=tlvs_kept(command_id));
        (values, tlvs, any::<u32>()).prop_map(move |(values, tlvs, sequence_number)| NamedPdu {
            command_id,
            command_status: CommandStatus::ESME_ROK,
            sequence_number,
            fields: specs
                .iter()
                .map(|spec| spec.name.to_string())
                .zip(values)
                .collect(),
            tlvs,
        })
    })
}

fn written(pdu: &NamedPdu) -> Vec<u8> {
    let mut octets = Vec::new();
    encode_fields(&mut octets, pdu, None).unwrap();
    octets
}

/// The octets that rusmpp writes of what it read; none if it can't read them.
fn through_rusmpp(octets: &[u8]) -> Option<Vec<u8>> {
    let mut codec = CommandCodec::new();
    let command = codec.decode(&mut BytesMut::from(octets)).ok()??;
    let mut again = BytesMut::new();
    codec.encode(&command, &mut again).ok()?;
    Some(again.to_vec())
}

#[test]
fn disagreements() {
    let pdu = |command_id, fields: &[(&str, FieldValue)], tlvs: &[(Tag, Vec<u8>)]| {
        written(&NamedPdu {
            command_id,
            command_status: CommandStatus::ESME_ROK,
            sequence_number: 1,
            fields: fields
                .iter()
                .map(|(name, value)| (name.to_string(), value.clone()))
                .collect(),
            tlvs: tlvs
                .iter()
                .map(|(tag, octets)| (TlvKey::Tag(*tag), FieldValue::Octets(octets.clone())))
                .collect(),
        })
    };
    let agrees = |octets: &[u8]| through_rusmpp(octets).as_deref() == Some(octets);
    for id in commands() {
        for count in 0..=MANY {
            let octets = pdu(id, &[], &vec![(Tag::CONGESTION_STATE, vec![1]); count]);
            assert_eq!(
                agrees(&octets),
                count <= tlvs_kept(id),
                "{count} TLVs in {id:?}"
            );
        }
    }
    for length in [DATA_SM_ADDRESS, DATA_SM_ADDRESS + 1] {
        let octets = pdu(
            CommandId::DATA_SM,
            &[("source_addr", FieldValue::Text("1".repeat(length)))],
            &[],
        );
        assert_eq!(agrees(&octets), length == DATA_SM_ADDRESS);
    }
    for tag in OTHER_WIDTH {
        let width = usize::from(tag.spec().unwrap().min);
        assert!(
            !agrees(&pdu(CommandId::SUBMIT_SM, &[], &[(tag, vec![1; width])])),
            "{tag:?}"
        );
    }
    for (tag, bits) in BITS_ARE_CLEARED {
        assert!(
            agrees(&pdu(CommandId::SUBMIT_SM, &[], &[(tag, vec![bits])])),
            "{tag:?}"
        );
        assert!(
            !agrees(&pdu(CommandId::SUBMIT_SM, &[], &[(tag, vec![0xFF])])),
            "{tag:?}"
        );
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 5000, max_shrink_iters: 200, ..ProptestConfig::default() })]

    #[test]
    fn rusmpp_reads_and_writes_the_same_octets(pdu in pdu()) {
        let octets = written(&pdu);
        let again = through_rusmpp(&octets);
        prop_assert_eq!(again.as_deref(), Some(&octets[..]));
    }
}
