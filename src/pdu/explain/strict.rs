//! Departures from the specification that a tolerant reader lets pass.

use super::super::field::{FieldKind, FieldSpec};
use super::super::tag::carrier;
use super::super::{CommandId, Tag, TlvSpec, TlvType, ValueSet, fields_of};
use super::fields::{check_ascii, check_time};
use super::{
    DecodedPdu, Fault, FaultKind, Field, TlvField, Value, at_most, fields, hex, meaning, number,
    octets, section,
};

/// What the PDUs so far tell of the session.
#[derive(Default)]
pub(super) struct Session {
    /// The version of the binds, the lower of both sides.
    version: Option<u32>,
}

/// The first version with TLVs.
const V3_4: u32 = 0x34;
/// The first version with what 5.0 brought.
const V5_0: u32 = 0x50;

impl Session {
    /// Takes note of the version that a bind or its response names.
    fn learn(&mut self, pdu: &DecodedPdu<'_>) {
        match pdu.command_id().request() {
            CommandId::BIND_RECEIVER
            | CommandId::BIND_TRANSMITTER
            | CommandId::BIND_TRANSCEIVER => {}
            _ => return,
        }
        let named = if pdu.command_id().is_response() {
            let tlv = pdu
                .tlvs
                .iter()
                .find(|tlv| tlv.tag == Tag::SC_INTERFACE_VERSION);
            tlv.and_then(|tlv| tlv.field.number())
                .map(|theirs| self.version.map_or(theirs, |ours| ours.min(theirs)))
        } else {
            pdu.field("interface_version").and_then(Field::number)
        };
        self.version = named.or(self.version);
    }

    /// True if the session is known to be older than `version`.
    fn older_than(&self, version: u32) -> bool {
        self.version.is_some_and(|ours| ours < version)
    }
}

impl<'a> DecodedPdu<'a> {
    fn field(&self, name: &str) -> Option<&Field<'a>> {
        self.fields.iter().find(|field| field.name == name)
    }

    fn number(&self, name: &str) -> u32 {
        self.field(name).and_then(Field::number).unwrap_or(0)
    }

    fn octets(&self, name: &str) -> &'a [u8] {
        self.field(name).map_or(&[], |field| field.bytes)
    }

    fn tlv(&self, tag: Tag) -> Option<&TlvField<'a>> {
        self.tlvs.iter().find(|tlv| tlv.tag == tag)
    }
}

impl Field<'_> {
    fn number(&self) -> Option<u32> {
        match self.value {
            Value::Number(number) => Some(number),
            _ => None,
        }
    }

    fn note(&self, kind: FaultKind) -> Fault {
        Fault::note(kind, self.name, self.offset).section(section::of_field(self.name))
    }
}

/// Adds a note for every departure in `pdu`.
pub(super) fn check(pdu: &mut DecodedPdu<'_>, session: &mut Session) {
    session.learn(pdu);
    let mut notes = Vec::new();
    header(pdu, &mut notes);
    mandatory(pdu, session, &mut notes);
    optional(pdu, session, &mut notes);
    text(pdu, &mut notes);
    pdu.faults.append(&mut notes);
}

fn header(pdu: &DecodedPdu<'_>, notes: &mut Vec<Fault>) {
    let header = &pdu.header;
    let id = header.command_id;
    let mut note = |kind, field: &str, at: usize, expected: &'static str, found: u32| {
        let fault = Fault::note(kind, field, pdu.offset + at)
            .expected(expected)
            .found(hex(found, 8));
        fault.section(section::of_field(field)).add_to(notes);
    };
    let status = header.command_status;
    if !id.is_response() {
        if !status.is_ok() {
            note(
                FaultKind::NotAllowed,
                "command_status",
                8,
                "0 in a request",
                status.0,
            );
        }
    } else if status.name() == "unknown" && !status.is_vendor() {
        note(
            FaultKind::ReservedValue,
            "command_status",
            8,
            "a status of the specification",
            status.0,
        );
    }
    let sequence = header.sequence_number;
    let answers_nothing = id == CommandId::GENERIC_NACK && sequence == 0;
    if !answers_nothing && !(1..=0x7FFF_FFFF).contains(&sequence) {
        note(
            FaultKind::ReservedValue,
            "sequence_number",
            12,
            "0x00000001 to 0x7FFFFFFF",
            sequence,
        );
    }
    let start = super::HEADER_LEN;
    let body = pdu.bytes.len() - start;
    if body == 0 && id == CommandId::DELIVER_SM_RESP && !pdu.is_failure() {
        let fault = Fault::note(FaultKind::MissingBody, "message_id", pdu.offset + start);
        fault
            .expected("one NUL")
            .found("nothing")
            .section("3.4 4.6.2, 5.0 4.3.1.2".into())
            .add_to(notes);
    }
    let fields = fields_of(id).unwrap_or(&[]);
    if body != 0 && pdu.is_failure() && !fields.is_empty() {
        let fault = Fault::note(
            FaultKind::UnexpectedBody,
            fields[0].name,
            pdu.offset + start,
        );
        fault
            .expected("the header alone")
            .found(octets(body))
            .section(section::FAILED_RESPONSE.into())
            .add_to(notes);
    }
}

fn mandatory(pdu: &DecodedPdu<'_>, session: &Session, notes: &mut Vec<Fault>) {
    for spec in fields_of(pdu.command_id()).unwrap_or(&[]) {
        let Some(field) = pdu.field(spec.name) else {
            continue;
        };
        fields::check(spec, field, notes);
        match (spec.kind, &field.value) {
            (FieldKind::Integer(set), Value::Number(value)) => {
                reserved(field, set, *value, session, notes);
            }
            (FieldKind::DestAddresses | FieldKind::UnsuccessSmes, Value::Fields(entries)) => {
                list(spec, entries, notes);
            }
            _ => {}
        }
    }
    if pdu.command_id() == CommandId::SUBMIT_MULTI
        && let Some(count) = pdu.field("number_of_dests")
    {
        let most = if session.older_than(V5_0) { 254 } else { 255 };
        if !(1..=most).contains(&count.number().unwrap_or(0)) {
            count
                .note(FaultKind::ReservedValue)
                .expected("1 or more")
                .found(number(count.bytes[0].into()))
                .add_to(notes);
        }
    }
    if let Some(length) = pdu.field("sm_length")
        && length.number() == Some(255)
        && session.older_than(V5_0)
    {
        length
            .note(FaultKind::TooLong)
            .expected(at_most(254))
            .found("255")
            .add_to(notes);
    }
    unused(pdu, session, notes);
}

/// Fields that mean nothing in this PDU and should be 0 or empty.
fn unused(pdu: &DecodedPdu<'_>, session: &Session, notes: &mut Vec<Fault>) {
    let names: &[&str] = match pdu.command_id() {
        CommandId::DELIVER_SM_RESP => &["message_id"],
        CommandId::DELIVER_SM if session.older_than(V5_0) => &[
            "schedule_delivery_time",
            "validity_period",
            "replace_if_present_flag",
            "sm_default_msg_id",
        ],
        CommandId::SUBMIT_MULTI if session.older_than(V5_0) => &["replace_if_present_flag"],
        _ => return,
    };
    for field in pdu
        .fields
        .iter()
        .filter(|field| names.contains(&field.name))
    {
        if field.bytes.iter().any(|octet| *octet != 0) {
            field
                .note(FaultKind::NotAllowed)
                .expected("0 or empty")
                .add_to(notes);
        }
    }
}

fn list(spec: &FieldSpec, entries: &[Field<'_>], notes: &mut Vec<Fault>) {
    let text = FieldSpec {
        name: spec.name,
        kind: FieldKind::CString(21),
    };
    for entry in entries {
        let Value::Fields(parts) = &entry.value else {
            continue;
        };
        for part in parts {
            fields::check(&text, part, notes);
            let set = match part.name {
                "dest_addr_ton" => ValueSet::Ton,
                "dest_addr_npi" => ValueSet::Npi,
                _ => continue,
            };
            reserved(
                part,
                set,
                part.number().unwrap_or(0),
                &Session::default(),
                notes,
            );
        }
    }
}

/// Values that came with 5.0.
fn is_of_5_0(set: ValueSet, value: u8) -> bool {
    match set {
        ValueSet::MessageState => matches!(value, 0 | 9),
        ValueSet::PriorityFlag => value == 4,
        ValueSet::RegisteredDelivery => value & 0x03 == 3,
        ValueSet::SmDefaultMsgId => value == 255,
        ValueSet::NetworkErrorCodeType => value > 3,
        ValueSet::MsValidityBehaviour => value == 4,
        _ => false,
    }
}

/// Notes an octet that the specification keeps for later. Bit fields are noted by their parts.
fn reserved(
    field: &Field<'_>,
    set: ValueSet,
    value: u32,
    session: &Session,
    notes: &mut Vec<Fault>,
) {
    let Ok(value) = u8::try_from(value) else {
        return;
    };
    if meaning::of(set, value).reserved {
        let fault = field
            .note(FaultKind::ReservedValue)
            .expected("a value of the specification");
        fault.found(hex(u32::from(value), 2)).add_to(notes);
    } else if session.older_than(V5_0) && is_of_5_0(set, value) {
        field
            .note(FaultKind::ReservedValue)
            .expected("a value of 3.4")
            .found(hex(u32::from(value), 2))
            .add_to(notes);
    }
}

/// The bits of [`carrier`] for a command.
fn carrier_of(id: CommandId) -> u16 {
    let own = match id {
        CommandId::SUBMIT_SM => carrier::SUBMIT,
        CommandId::SUBMIT_MULTI => carrier::MULTI,
        CommandId::DATA_SM => carrier::DATA,
        CommandId::DELIVER_SM => carrier::DELIVER,
        CommandId::BROADCAST_SM => carrier::BROADCAST,
        CommandId::REPLACE_SM => carrier::REPLACE,
        CommandId::QUERY_BROADCAST_SM => carrier::QUERY_BROADCAST,
        CommandId::CANCEL_BROADCAST_SM => carrier::CANCEL_BROADCAST,
        CommandId::SUBMIT_SM_RESP | CommandId::SUBMIT_MULTI_RESP => carrier::SUBMIT_RESP,
        CommandId::DATA_SM_RESP => carrier::DATA_RESP,
        CommandId::DELIVER_SM_RESP => carrier::DELIVER_RESP,
        CommandId::BIND_RECEIVER_RESP
        | CommandId::BIND_TRANSMITTER_RESP
        | CommandId::BIND_TRANSCEIVER_RESP => carrier::BIND_RESP,
        CommandId::ALERT_NOTIFICATION => carrier::ALERT,
        CommandId::BROADCAST_SM_RESP => carrier::BROADCAST_RESP,
        CommandId::QUERY_BROADCAST_SM_RESP => carrier::QUERY_BROADCAST_RESP,
        _ => 0,
    };
    // generic_nack is a response in form only.
    if id.is_response() && id != CommandId::GENERIC_NACK {
        own | carrier::RESPONSES
    } else {
        own
    }
}

/// TLVs that must be there.
fn required(id: CommandId) -> &'static [Tag] {
    match id {
        CommandId::BROADCAST_SM => &[
            Tag::BROADCAST_AREA_IDENTIFIER,
            Tag::BROADCAST_CONTENT_TYPE,
            Tag::BROADCAST_REP_NUM,
            Tag::BROADCAST_FREQUENCY_INTERVAL,
        ],
        CommandId::QUERY_BROADCAST_SM_RESP => &[
            Tag::MESSAGE_STATE,
            Tag::BROADCAST_AREA_IDENTIFIER,
            Tag::BROADCAST_AREA_SUCCESS,
        ],
        _ => &[],
    }
}

/// TLVs that come together: where the first is, the others must be.
const TOGETHER: &[(Tag, Tag)] = &[
    (Tag::SAR_MSG_REF_NUM, Tag::SAR_TOTAL_SEGMENTS),
    (Tag::SAR_TOTAL_SEGMENTS, Tag::SAR_SEGMENT_SEQNUM),
    (Tag::SAR_SEGMENT_SEQNUM, Tag::SAR_MSG_REF_NUM),
    (Tag::SOURCE_NETWORK_ID, Tag::SOURCE_NODE_ID),
    (Tag::SOURCE_NODE_ID, Tag::SOURCE_NETWORK_ID),
    (Tag::DEST_NETWORK_ID, Tag::DEST_NODE_ID),
    (Tag::DEST_NODE_ID, Tag::DEST_NETWORK_ID),
];

fn optional(pdu: &DecodedPdu<'_>, session: &Session, notes: &mut Vec<Fault>) {
    let carrier = carrier_of(pdu.command_id());
    let mut seen = Vec::new();
    for tlv in &pdu.tlvs {
        // Tag and length stand before the value.
        let start = tlv.field.offset - 4;
        let note =
            |kind| Fault::note(kind, tlv.field.name, start).section(section::of_tlv(tlv.tag));
        let Some(spec) = tlv.tag.spec() else {
            if !tlv.tag.is_vendor() {
                note(FaultKind::ReservedValue)
                    .expected("a tag of the specification")
                    .found(hex(tlv.tag.0.into(), 4))
                    .add_to(notes);
            }
            continue;
        };
        let allowed = match session.version {
            Some(version) if version < V3_4 => 0,
            Some(version) if version < V5_0 => spec.allowed_3_4,
            Some(_) => spec.allowed_5_0,
            None => spec.allowed_3_4 | spec.allowed_5_0,
        };
        if allowed & carrier == 0 {
            note(FaultKind::TlvNotAllowed)
                .found(pdu.command())
                .add_to(notes);
        }
        if !seen.contains(&tlv.tag) {
            seen.push(tlv.tag);
        } else if !spec.repeatable {
            note(FaultKind::TlvRepeated).expected("once").add_to(notes);
        }
        value(spec, tlv, session, notes);
    }
    if pdu.valid && !pdu.is_failure() {
        let missing = required(pdu.command_id())
            .iter()
            .filter(|tag| pdu.tlv(**tag).is_none());
        let halves = TOGETHER
            .iter()
            .filter(|(one, other)| pdu.tlv(*one).is_some() && pdu.tlv(*other).is_none());
        for tag in missing.chain(halves.map(|(_, other)| other)) {
            let fault = Fault::note(
                FaultKind::TlvMissing,
                tag.name(),
                pdu.offset + pdu.bytes.len(),
            );
            fault.section(section::of_tlv(*tag)).add_to(notes);
        }
    }
}

/// Lengths that are right although they lie outside of, or between, the bounds.
fn length_is_right(spec: &TlvSpec, length: usize) -> bool {
    let bounds = usize::from(spec.min)..=usize::from(spec.max);
    match spec.tag {
        Tag::MS_VALIDITY => matches!(length, 1 | 4),
        _ => bounds.contains(&length),
    }
}

fn value(spec: &TlvSpec, tlv: &TlvField<'_>, session: &Session, notes: &mut Vec<Fault>) {
    let field = &tlv.field;
    let note = |kind| Fault::note(kind, field.name, field.offset).section(section::of_tlv(tlv.tag));
    let length = field.bytes.len();
    if !length_is_right(spec, length) {
        let mut expected = number(spec.min.into()).into_owned();
        if spec.min != spec.max {
            expected.push_str(" to ");
            expected.push_str(&number(spec.max.into()));
        }
        note(FaultKind::WrongLength)
            .expected(expected)
            .found(number(length))
            .add_to(notes);
    }
    if spec.kind == TlvType::CString {
        check_ascii(field, &note, notes);
        match field.bytes.iter().position(|octet| *octet == 0) {
            None => note(FaultKind::MissingNul)
                .expected("a NUL")
                .found("the end of the TLV")
                .add_to(notes),
            Some(end) if end + 1 < length => {
                note(FaultKind::StrayOctets)
                    .found(octets(length - end - 1))
                    .add_to(notes);
            }
            Some(_) => {}
        }
        if let (Tag::BROADCAST_END_TIME, Value::Text(time)) = (tlv.tag, &field.value) {
            check_time(time, false, &note, notes);
        }
    }
    let mut known = |field: &Field<'_>, set| {
        let from = notes.len();
        reserved(field, set, field.number().unwrap_or(0), session, notes);
        notes[from..]
            .iter_mut()
            .for_each(|fault| fault.section = Some(section::of_tlv(tlv.tag)));
    };
    if length == 1 && spec.kind == TlvType::Integer {
        known(field, spec.values);
    }
    for (child, (_, kind)) in field
        .children
        .iter()
        .zip(super::super::layout::parts(tlv.tag))
    {
        if let super::super::layout::PartKind::Octet(set) = kind {
            known(child, *set);
        }
    }
    if matches!(tlv.tag, Tag::SAR_TOTAL_SEGMENTS | Tag::SAR_SEGMENT_SEQNUM)
        && field.number() == Some(0)
    {
        note(FaultKind::ReservedValue)
            .expected("1 to 255")
            .found("0")
            .add_to(notes);
    }
}

/// What concerns the text: where it is, and whether its header is there.
fn text(pdu: &DecodedPdu<'_>, notes: &mut Vec<Fault>) {
    let short = pdu.octets("short_message");
    let payload = pdu.tlv(Tag::MESSAGE_PAYLOAD);
    if let (Some(length), Some(_)) = (pdu.field("sm_length"), payload)
        && length.number() != Some(0)
    {
        let fault = length
            .note(FaultKind::TwoTexts)
            .expected("0 with message_payload");
        fault.found(number(short.len())).add_to(notes);
    }
    let Some(class) = pdu
        .field("esm_class")
        .filter(|_| pdu.number("esm_class") & 0x40 != 0)
    else {
        return;
    };
    let text = match payload {
        Some(payload) if short.is_empty() => payload.field.bytes,
        _ => short,
    };
    let header_is_there = text
        .first()
        .is_some_and(|length| usize::from(*length) < text.len());
    if !header_is_there && pdu.valid {
        let fault = class
            .note(FaultKind::MissingHeader)
            .expected("a text that begins with a user data header");
        fault.found(octets(text.len())).add_to(notes);
    }
    if let Some(sar) = pdu.tlv(Tag::SAR_MSG_REF_NUM) {
        let fault = Fault::note(
            FaultKind::TwoSegmentations,
            sar.field.name,
            sar.field.offset - 4,
        );
        fault
            .expected("no user data header")
            .section(section::of_tlv(sar.tag))
            .add_to(notes);
    }
}
