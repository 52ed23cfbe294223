//! What holds for every PDU and for every octet a peer may send.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use smpp_edge::pdu::explain::{
    DecodedPdu, Explained, FaultKind, Field, Options, Severity, Value, explain,
};
use smpp_edge::pdu::*;

fn commands() -> Vec<CommandId> {
    (0..0x200)
        .chain(0x8000_0000..0x8000_0200)
        .map(CommandId)
        .filter(|id| id.is_known())
        .collect()
}

fn text(max: usize) -> BoxedStrategy<FieldValue> {
    vec(1..=255_u8, 0..=max)
        .prop_map(FieldValue::Octets)
        .boxed()
}

fn octet() -> BoxedStrategy<FieldValue> {
    any::<u8>()
        .prop_map(|octet| FieldValue::Number(octet.into()))
        .boxed()
}

fn named(names: &'static [&'static str]) -> impl Fn(Vec<FieldValue>) -> FieldValue {
    move |values| {
        FieldValue::Fields(
            names
                .iter()
                .map(std::string::ToString::to_string)
                .zip(values)
                .collect(),
        )
    }
}

fn entries(entry: BoxedStrategy<FieldValue>) -> BoxedStrategy<FieldValue> {
    vec(entry, 0..=12).prop_map(FieldValue::List).boxed()
}

/// Any value that the field can hold.
fn value(kind: FieldKind) -> BoxedStrategy<FieldValue> {
    match kind {
        FieldKind::CString(max) => text(usize::from(max) - 1),
        FieldKind::Time => {
            prop_oneof![text(0), vec(b'0'..=b'9', 16).prop_map(FieldValue::Octets)].boxed()
        }
        FieldKind::Integer(_) => octet(),
        FieldKind::ShortMessage => vec(any::<u8>(), 0..=255)
            .prop_map(FieldValue::Octets)
            .boxed(),
        FieldKind::DestAddresses => {
            let sme = [octet(), octet(), text(20)].prop_map(|values| {
                named(&["dest_addr_ton", "dest_addr_npi", "destination_addr"])(values.to_vec())
            });
            let list = text(20).prop_map(|name| named(&["dl_name"])(vec![name]));
            entries(prop_oneof![sme, list].boxed())
        }
        FieldKind::UnsuccessSmes => {
            let status = any::<u32>().prop_map(FieldValue::Number).boxed();
            let names = &[
                "dest_addr_ton",
                "dest_addr_npi",
                "destination_addr",
                "error_status_code",
            ];
            entries(
                [octet(), octet(), text(20), status]
                    .prop_map(move |values| named(names)(values.to_vec()))
                    .boxed(),
            )
        }
    }
}

/// Any TLV: known ones within their lengths, others of any.
fn tlv() -> impl Strategy<Value = (TlvKey, FieldValue)> {
    let tag = prop_oneof![0..0x0700_u16, 0x1200..0x1500_u16, any::<u16>()];
    tag.prop_flat_map(|tag| {
        let (min, max) = Tag(tag)
            .spec()
            .map_or((0, 40), |spec| (spec.min, spec.max.min(spec.min + 40)));
        vec(any::<u8>(), usize::from(min)..=usize::from(max))
            .prop_map(move |octets| (TlvKey::Tag(Tag(tag)), FieldValue::Octets(octets)))
    })
}

/// Any PDU of 3.4 or 5.0, of each kind as often as of any other.
fn pdu() -> impl Strategy<Value = NamedPdu> {
    select(commands()).prop_flat_map(|command_id| {
        let specs = fields_of(command_id).unwrap();
        let fields = specs
            .iter()
            .map(|spec| value(spec.kind))
            .collect::<Vec<_>>();
        (fields, vec(tlv(), 0..6), any::<u32>()).prop_map(move |(values, tlvs, sequence_number)| {
            NamedPdu {
                command_id,
                command_status: CommandStatus::ESME_ROK,
                sequence_number,
                fields: specs
                    .iter()
                    .map(|spec| spec.name.to_string())
                    .zip(values)
                    .collect(),
                tlvs,
            }
        })
    })
}

fn written(pdu: &NamedPdu) -> Vec<u8> {
    let mut out = Vec::new();
    encode_fields(&mut out, pdu, None).unwrap();
    out
}

/// The octets of a PDU that lost, gained or changed some, its length mended so that it is one PDU again.
fn damaged() -> impl Strategy<Value = Vec<u8>> {
    let damage = (any::<prop::sample::Index>(), 0..4_u8, any::<u8>());
    let status = prop_oneof![Just(0_u8), any::<u8>()];
    (pdu(), vec(damage, 0..4), status).prop_map(|(pdu, damages, status)| {
        let mut octets = written(&pdu);
        octets[11] = status;
        for (place, kind, octet) in damages {
            let body = octets.len() - 16;
            if body == 0 {
                octets.push(octet);
                continue;
            }
            let at = 16 + place.index(body);
            match kind {
                0 => octets.truncate(at),
                1 => octets.insert(at, octet),
                2 => octets[at] = octet,
                _ => _ = octets.remove(at),
            }
        }
        let length = octets.len() as u32;
        octets[..4].copy_from_slice(&length.to_be_bytes());
        octets
    })
}

/// What was written, as it should be explained: octets of strings are text, entries have their flags.
fn expect_value(written: &FieldValue, field: &Field<'_>) -> Result<(), TestCaseError> {
    match (written, &field.value()) {
        (FieldValue::Number(number), Value::Number(found)) => prop_assert_eq!(number, found),
        (FieldValue::Octets(octets), Value::Octets(found) | Value::Text(found)) => {
            prop_assert_eq!(octets, found);
        }
        (FieldValue::List(entries), Value::Fields(found)) => {
            prop_assert_eq!(entries.len(), found.len());
            for (entry, field) in entries.iter().zip(found) {
                let (FieldValue::Fields(parts), Value::Fields(found)) = (entry, &field.value())
                else {
                    panic!()
                };
                let found = found
                    .iter()
                    .filter(|part| part.name != "dest_flag")
                    .collect::<Vec<_>>();
                prop_assert_eq!(parts.len(), found.len());
                for ((name, part), field) in parts.iter().zip(found) {
                    prop_assert_eq!(name, field.name);
                    expect_value(part, field)?;
                }
            }
        }
        other => prop_assert!(false, "{:?}", other),
    }
    Ok(())
}

/// Every field lies in its PDU, at the place it names.
fn expect_places(
    input: &[u8],
    pdu: &DecodedPdu<'_>,
    field: &Field<'_>,
) -> Result<(), TestCaseError> {
    let place = field.offset..field.offset + field.length();
    prop_assert!(place.start >= pdu.offset + 16 && place.end <= pdu.offset + pdu.bytes.len());
    prop_assert_eq!(&input[place], field.bytes);
    if let Value::Fields(parts) = field.value() {
        parts
            .iter()
            .try_for_each(|part| expect_places(input, pdu, part))?;
    }
    field
        .children()
        .iter()
        .try_for_each(|child| expect_places(input, pdu, child))
}

fn expect_explanation(input: &[u8], explained: &Explained<'_>) -> Result<(), TestCaseError> {
    let covered: usize = explained.pdus.iter().map(|pdu| pdu.bytes.len()).sum();
    prop_assert_eq!(covered + explained.rest, input.len());
    for pdu in &explained.pdus {
        let tlvs = pdu.tlvs.iter().map(|tlv| &tlv.field);
        pdu.fields
            .iter()
            .chain(tlvs)
            .try_for_each(|field| expect_places(input, pdu, field))?;
        let errors = pdu
            .faults
            .iter()
            .filter(|fault| fault.severity == Severity::Error)
            .count();
        prop_assert_eq!(pdu.valid, errors == 0);
        for fault in &pdu.faults {
            prop_assert!(
                fault.offset >= pdu.offset && fault.offset <= pdu.offset + pdu.bytes.len()
            );
            prop_assert!(!fault.section().is_empty(), "{:?}", fault);
        }
    }
    Ok(())
}

fn strict() -> Options<'static> {
    Options::default().with(|options| options.strict = true)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, ..ProptestConfig::default() })]

    #[test]
    fn what_is_written_is_read_and_written_again(pdu in pdu()) {
        let octets = written(&pdu);
        let (header, read) = Pdu::decode(&octets).unwrap();
        prop_assert_eq!(header.command_length as usize, octets.len());
        prop_assert_eq!(header.command_id, pdu.command_id);
        prop_assert_eq!(header.sequence_number, pdu.sequence_number);
        let mut again = Vec::new();
        read.encode(&mut again, header.command_status, header.sequence_number).unwrap();
        prop_assert_eq!(&again, &octets);
        prop_assert_eq!(Pdu::decode_body(&header, &octets[16..]), Ok(read), "the two ways to read agree");
    }

    #[test]
    fn what_is_written_is_explained(pdu in pdu()) {
        let octets = written(&pdu);
        let explained = explain(&octets, &strict());
        expect_explanation(&octets, &explained)?;
        let shown = &explained.pdus[0];
        prop_assert!(shown.valid, "{:?}", shown.faults);
        for (name, value) in &pdu.fields {
            let field = shown.fields.iter().find(|field| field.name == name).unwrap();
            expect_value(value, field)?;
        }
        let tlvs: Vec<_> = shown
            .tlvs
            .iter()
            .map(|tlv| (TlvKey::Tag(tlv.tag), FieldValue::Octets(tlv.field.bytes.to_vec())))
            .collect();
        prop_assert_eq!(tlvs, pdu.tlvs);
    }

    #[test]
    fn a_damaged_pdu_is_refused_where_the_fault_is_shown(octets in damaged()) {
        let explained = explain(&octets, &strict());
        expect_explanation(&octets, &explained)?;
        let shown = &explained.pdus[0];
        if let Err(error) = Pdu::decode(&octets) {
            let fault = shown.faults.iter().find(|fault| fault.severity == Severity::Error).unwrap();
            prop_assert_eq!(fault.offset, error.offset, "{}", error);
            prop_assert_eq!(fault.kind, FaultKind::from(error.kind));
            prop_assert!(!shown.header.command_id.is_response() || shown.header.command_status.is_ok());
        }
    }

    #[test]
    fn what_was_tolerated_is_written_as_it_should_be(octets in damaged()) {
        if let Ok((header, read)) = Pdu::decode(&octets) {
            let mut out = Vec::new();
            match read.encode(&mut out, header.command_status, header.sequence_number) {
                Ok(()) => {
                    let (_, again) = Pdu::decode(&out).unwrap();
                    prop_assert_eq!(again, read);
                    let explained = explain(&out, &Options::default());
                    prop_assert!(explained.pdus[0].valid, "{:?}", explained.pdus[0].faults);
                }
                Err(_) => prop_assert!(out.is_empty()),
            }
        }
    }

    #[test]
    fn any_octets_are_read_without_harm(octets in vec(any::<u8>(), 0..400)) {
        expect_explanation(&octets, &explain(&octets, &strict()))?;
        _ = Pdu::decode(&octets);
        let mut input = &octets[..];
        let mut framer = Framer::new(300);
        while let Ok(Some(frame)) = framer.next(&mut input) {
            prop_assert!(frame.len() <= 300);
            _ = Pdu::decode(frame);
        }
    }

    #[test]
    fn any_body_of_any_command_is_read_without_harm(
        id in select(commands()),
        status in prop_oneof![Just(0), any::<u32>()],
        body in vec(prop_oneof![Just(0_u8), any::<u8>()], 0..200),
    ) {
        let command_length = 16 + body.len() as u32;
        let header = Header { command_length, command_id: id, command_status: CommandStatus(status), sequence_number: 1 };
        let octets = [&header.encode()[..], &body].concat();
        expect_explanation(&octets, &explain(&octets, &strict()))?;
        if let Ok((_, read)) = Pdu::decode(&octets) {
            prop_assert_eq!(read.command_id(), id);
            prop_assert!(read.tlvs().as_bytes().len() <= body.len());
        }
    }

    #[test]
    fn any_pieces_of_a_stream_give_the_same_pdus(
        pdus in vec(pdu(), 1..6),
        cuts in vec(any::<prop::sample::Index>(), 0..20),
    ) {
        let frames: Vec<Vec<u8>> = pdus.iter().map(written).collect();
        let stream = frames.concat();
        let mut cuts: Vec<usize> = cuts.iter().map(|cut| cut.index(stream.len())).collect();
        cuts.extend([0, stream.len()]);
        cuts.sort_unstable();
        let longest = frames.iter().map(Vec::len).max().unwrap();
        let mut framer = Framer::new(longest);
        let mut found = Vec::new();
        for piece in cuts.windows(2) {
            let mut input = &stream[piece[0]..piece[1]];
            while let Some(frame) = framer.next(&mut input).unwrap() {
                found.push(frame.to_vec());
            }
            prop_assert!(input.is_empty());
            prop_assert!(framer.buffered() < longest);
        }
        prop_assert_eq!(found, frames);
        prop_assert_eq!(framer.buffered(), 0);
    }
}
