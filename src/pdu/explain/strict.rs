//! Departures from the specification that a tolerant reader lets pass.

use super::super::field::{FieldKind, FieldSpec};
use super::super::tag::carrier;
use super::super::{CommandId, HEADER_LEN, Tag, TlvSpec, TlvType, ValueSet, fields_of};
use super::fault::{self, Said, Section};
use super::field::Kind;
use super::{
    DecodedPdu, Fault, FaultKind, Field, Severity, TlvField, Value, meaning, section, time,
};
use alloc::vec::Vec;

/// What is known of the session from the PDUs so far.
#[derive(Clone, Copy, Debug, Default)]
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
            let theirs = pdu.tlv(Tag::SC_INTERFACE_VERSION);
            let theirs = theirs.and_then(|tlv| tlv.field.number());
            theirs.map(|theirs| self.version.map_or(theirs, |ours| ours.min(theirs)))
        } else {
            pdu.field("interface_version").and_then(Field::number)
        };
        self.version = named.or(self.version);
    }

    /// True if the session is known to be older than `version`.
    fn older_than(self, version: u32) -> bool {
        self.version.is_some_and(|ours| ours < version)
    }
}

impl<'a> DecodedPdu<'a> {
    fn field(&self, name: &str) -> Option<&Field<'a>> {
        self.fields.iter().find(|field| field.name == name)
    }

    fn tlv(&self, tag: Tag) -> Option<&TlvField<'a>> {
        self.tlvs.iter().find(|tlv| tlv.tag == tag)
    }
}

/// The notes on a PDU.
struct Notes<'n, 'a> {
    faults: Vec<Fault<'a>>,
    session: &'n Session,
    /// The TLV that is looked at; none for mandatory fields.
    tag: Option<Tag>,
}

impl<'a> Notes<'_, 'a> {
    fn add(&mut self, kind: FaultKind, field: &'a str, offset: usize) -> &mut Fault<'a> {
        let fault = fault::add(&mut self.faults, Severity::Note, kind, field, offset);
        if let Some(tag) = self.tag {
            fault.see(Section::Tlv(tag));
        }
        fault
    }

    fn of(&mut self, kind: FaultKind, field: &Field<'a>) -> &mut Fault<'a> {
        self.add(kind, field.name, field.offset)
    }
}

/// Adds a note for every departure in `pdu`.
pub(super) fn check(pdu: &mut DecodedPdu<'_>, session: &mut Session) {
    session.learn(pdu);
    let mut notes = Notes {
        faults: core::mem::take(&mut pdu.faults),
        session,
        tag: None,
    };
    header(pdu, &mut notes);
    mandatory(pdu, &mut notes);
    text(pdu, &mut notes);
    optional(pdu, &mut notes);
    pdu.faults = notes.faults;
}

fn header<'a>(pdu: &DecodedPdu<'a>, notes: &mut Notes<'_, 'a>) {
    let header = &pdu.header;
    let id = header.command_id;
    let status = header.command_status;
    let at = pdu.offset + 8;
    if !id.is_response() {
        if !status.is_ok() {
            notes
                .add(FaultKind::NotAllowed, "command_status", at)
                .say(Said::Words("0 in a request"), Said::Hex(status.0, 8));
        }
    } else if status.name() == "unknown" && !status.is_vendor() {
        notes
            .add(FaultKind::ReservedValue, "command_status", at)
            .say(
                Said::Words("a status of the specification"),
                Said::Hex(status.0, 8),
            );
    }
    let sequence = header.sequence_number;
    let answers_nothing = id == CommandId::GENERIC_NACK && sequence == 0;
    if !answers_nothing && !(1..=0x7FFF_FFFF).contains(&sequence) {
        notes
            .add(FaultKind::ReservedValue, "sequence_number", pdu.offset + 12)
            .say(
                Said::Words("0x00000001 to 0x7FFFFFFF"),
                Said::Hex(sequence, 8),
            );
    }
    let start = pdu.offset + HEADER_LEN;
    let body = pdu.bytes.len() - HEADER_LEN;
    if body == 0 && id == CommandId::DELIVER_SM_RESP && !pdu.is_failure() {
        notes
            .add(FaultKind::MissingBody, "message_id", start)
            .say(Said::Words("one NUL"), Said::Words("nothing"))
            .see(Section::Number("3.4 4.6.2, 5.0 4.3.1.2"));
    }
    if let Some(first) = fields_of(id).unwrap_or(&[]).first()
        && body != 0
        && pdu.is_failure()
    {
        notes
            .add(FaultKind::UnexpectedBody, first.name, start)
            .say(Said::Words("the header alone"), Said::Octets(body))
            .see(Section::Number(section::FAILED_RESPONSE));
    }
}

fn mandatory<'a>(pdu: &DecodedPdu<'a>, notes: &mut Notes<'_, 'a>) {
    for spec in fields_of(pdu.command_id()).unwrap_or(&[]) {
        let Some(field) = pdu.field(spec.name) else {
            continue;
        };
        written(spec, field, notes);
        reserved(field, notes);
        if let Value::Fields(entries) = field.value() {
            for part in entries.iter().flat_map(Field::parts_of_entry) {
                written(&ADDRESS, &part, notes);
                reserved(&part, notes);
            }
        }
    }
    let is_5_0 = !notes.session.older_than(V5_0);
    if pdu.command_id() == CommandId::SUBMIT_MULTI
        && let Some(count) = pdu.field("number_of_dests")
        && let Some(found @ (0 | 255)) = count.number().map(|count| count as usize)
        && (found == 0 || !is_5_0)
    {
        notes
            .of(FaultKind::ReservedValue, count)
            .say(Said::Words("1 or more"), Said::Number(found));
    }
    if let Some(length) = pdu.field("sm_length")
        && length.number() == Some(255)
        && !is_5_0
    {
        notes
            .of(FaultKind::TooLong, length)
            .say(Said::Words("at most 254"), Said::Words("255"));
    }
    // Fields that mean nothing in this PDU.
    let unused: &[&str] = match pdu.command_id() {
        CommandId::DELIVER_SM_RESP => &["message_id"],
        CommandId::DELIVER_SM if !is_5_0 => &[
            "schedule_delivery_time",
            "validity_period",
            "replace_if_present_flag",
            "sm_default_msg_id",
        ],
        CommandId::SUBMIT_MULTI if !is_5_0 => &["replace_if_present_flag"],
        _ => &[],
    };
    for field in unused.iter().filter_map(|name| pdu.field(name)) {
        if field.bytes.iter().any(|octet| *octet != 0) {
            notes
                .of(FaultKind::NotAllowed, field)
                .say(Said::Words("0 or empty"), Said::Nothing);
        }
    }
}

/// An address or the name of a list, as a part of an entry.
const ADDRESS: FieldSpec = FieldSpec {
    name: "destination_addr",
    kind: FieldKind::CString(21),
};

impl<'a> Field<'a> {
    fn parts_of_entry(&self) -> Vec<Field<'a>> {
        match self.value() {
            Value::Fields(parts) => parts,
            _ => Vec::new(),
        }
    }
}

/// Notes what is not written as it should be.
fn written<'a>(spec: &FieldSpec, field: &Field<'a>, notes: &mut Notes<'_, 'a>) {
    let Value::Text(value) = field.value() else {
        return;
    };
    ascii(field, value, notes);
    match spec.kind {
        FieldKind::CString(max) => {
            let max = usize::from(max) - 1;
            if value.len() > max {
                notes
                    .of(FaultKind::TooLong, field)
                    .say(Said::AtMost(max), Said::Number(value.len()));
            }
        }
        // Local time.
        FieldKind::Time
            if field.name == "final_date"
                && value.len() == 12
                && time::meaning(value).is_some() => {}
        FieldKind::Time => moment(field, value, notes),
        _ => {}
    }
}

/// Notes the first octet that is not ASCII.
fn ascii<'a>(field: &Field<'a>, value: &[u8], notes: &mut Notes<'_, 'a>) {
    let other = value
        .iter()
        .enumerate()
        .find(|(_, octet)| !octet.is_ascii());
    if let Some((at, octet)) = other {
        notes
            .add(FaultKind::NotAscii, field.name, field.offset + at)
            .say(Said::Words("ASCII"), Said::Hex(u32::from(*octet), 2));
    }
}

/// Notes a time that is not written as one.
fn moment<'a>(field: &Field<'a>, value: &[u8], notes: &mut Notes<'_, 'a>) {
    match value.len() {
        0 => {}
        16 => {
            if time::meaning(value).is_none() {
                notes
                    .of(FaultKind::InvalidTime, field)
                    .say(Said::Words("YYMMDDhhmmsstnnp"), Said::Nothing);
            }
        }
        length => {
            notes
                .of(FaultKind::WrongLength, field)
                .say(Said::Words("0 or 16"), Said::Number(length));
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

/// Notes an octet that the specification keeps for later. Bit fields are noted by the octet they are in.
fn reserved<'a>(field: &Field<'a>, notes: &mut Notes<'_, 'a>) {
    let Some((set, value)) = field.octet() else {
        return;
    };
    let expected = if meaning::of(set, value).reserved {
        "a value of the specification"
    } else if notes.session.older_than(V5_0) && is_of_5_0(set, value) {
        "a value of 3.4"
    } else {
        return;
    };
    notes
        .of(FaultKind::ReservedValue, field)
        .say(Said::Words(expected), Said::Hex(u32::from(value), 2));
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

fn optional<'a>(pdu: &DecodedPdu<'a>, notes: &mut Notes<'_, 'a>) {
    let carrier = carrier_of(pdu.command_id());
    let mut seen = Vec::new();
    for tlv in &pdu.tlvs {
        notes.tag = Some(tlv.tag);
        // Tag and length stand before the value.
        let start = tlv.field.offset - 4;
        let name = tlv.field.name;
        let Some(spec) = tlv.tag.spec() else {
            if !tlv.tag.is_vendor() {
                notes.add(FaultKind::ReservedValue, name, start).say(
                    Said::Words("a tag of the specification"),
                    Said::Hex(tlv.tag.0.into(), 4),
                );
            }
            continue;
        };
        let allowed = match notes.session.version {
            Some(version) if version < V3_4 => 0,
            Some(version) if version < V5_0 => spec.allowed_3_4,
            Some(_) => spec.allowed_5_0,
            None => spec.allowed_3_4 | spec.allowed_5_0,
        };
        if allowed & carrier == 0 {
            notes
                .add(FaultKind::TlvNotAllowed, name, start)
                .say(Said::Nothing, Said::Words(pdu.command()));
        }
        if !seen.contains(&tlv.tag) {
            seen.push(tlv.tag);
        } else if !spec.repeatable {
            notes
                .add(FaultKind::TlvRepeated, name, start)
                .say(Said::Words("once"), Said::Nothing);
        }
        value(spec, &tlv.field, notes);
    }
    if pdu.valid && !pdu.is_failure() {
        let end = pdu.offset + pdu.bytes.len();
        let missing = required(pdu.command_id())
            .iter()
            .filter(|tag| pdu.tlv(**tag).is_none());
        let halves = TOGETHER
            .iter()
            .filter(|(one, other)| pdu.tlv(*one).is_some() && pdu.tlv(*other).is_none());
        for tag in missing.chain(halves.map(|(_, other)| other)) {
            notes.tag = Some(*tag);
            notes.add(FaultKind::TlvMissing, tag.name(), end);
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

/// Notes on the value of a TLV.
fn value<'a>(spec: &TlvSpec, field: &Field<'a>, notes: &mut Notes<'_, 'a>) {
    let length = field.bytes.len();
    if !length_is_right(spec, length) {
        let (min, max) = (spec.min.into(), spec.max.into());
        let expected = if min == max {
            Said::Number(min)
        } else {
            Said::Between(min, max)
        };
        notes
            .of(FaultKind::WrongLength, field)
            .say(expected, Said::Number(length));
    }
    if let (TlvType::CString, Value::Text(text)) = (spec.kind, field.value()) {
        ascii(field, text, notes);
        if text.len() == length {
            notes
                .of(FaultKind::MissingNul, field)
                .say(Said::Words("a NUL"), Said::Words("the end of the TLV"));
        } else if text.len() + 1 < length {
            notes
                .of(FaultKind::StrayOctets, field)
                .say(Said::Nothing, Said::Octets(length - text.len() - 1));
        }
        if field.kind == Kind::Time {
            moment(field, text, notes);
        }
    }
    reserved(field, notes);
    if let Kind::Parts(_) = field.kind {
        field
            .children()
            .iter()
            .for_each(|part| reserved(part, notes));
    }
    if matches!(spec.tag, Tag::SAR_TOTAL_SEGMENTS | Tag::SAR_SEGMENT_SEQNUM)
        && field.number() == Some(0)
    {
        notes
            .of(FaultKind::ReservedValue, field)
            .say(Said::Words("1 to 255"), Said::Words("0"));
    }
}

/// What concerns the text: where it is, and whether its header is there.
fn text<'a>(pdu: &DecodedPdu<'a>, notes: &mut Notes<'_, 'a>) {
    let short = pdu
        .field("short_message")
        .map_or(&[][..], |field| field.bytes);
    let payload = pdu.tlv(Tag::MESSAGE_PAYLOAD);
    if let (Some(length), Some(_)) = (pdu.field("sm_length"), payload)
        && length.number() != Some(0)
    {
        notes.of(FaultKind::TwoTexts, length).say(
            Said::Words("0 with message_payload"),
            Said::Number(short.len()),
        );
    }
    let has_header = |class: &&Field<'_>| class.number().is_some_and(|class| class & 0x40 != 0);
    let Some(class) = pdu.field("esm_class").filter(has_header) else {
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
        notes.of(FaultKind::MissingHeader, class).say(
            Said::Words("a text that begins with a user data header"),
            Said::Octets(text.len()),
        );
    }
    if let Some(sar) = pdu.tlv(Tag::SAR_MSG_REF_NUM) {
        let fault = notes.add(
            FaultKind::TwoSegmentations,
            sar.field.name,
            sar.field.offset - 4,
        );
        fault
            .say(Said::Words("no user data header"), Said::Nothing)
            .see(Section::Tlv(sar.tag));
    }
}
