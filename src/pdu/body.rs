//! The mandatory part of a PDU: one list of fields gives its struct, decode, encode and table.

use super::error::{DecodeError, DecodeErrorKind, InvalidField, InvalidFieldKind};
use super::lists::{DestAddresses, UnsuccessSmes};
use super::tlv::{self, Tlvs};
use super::values::{self, ValueSet};
use super::{CommandId, CommandStatus, HEADER_LEN, Header};

/// The body of a PDU: what stands behind the header.
pub trait Body<'a>: Sized {
    /// Reads a body from the octets behind the header of exactly one PDU.
    ///
    /// Tolerant as real peers need it. Strings over their length are kept. A final NUL may be missing where the PDU
    /// ends with it, up to three NULs may stand before the TLVs, and octets behind a PDU without fields are ignored
    /// if they are no TLVs. Responses may lack their body, or the rest of it, and what is missing reads as empty or
    /// 0; TLVs may follow the header at once, and broken TLVs end the list. A body that makes no sense reads as
    /// empty if the response says that the request failed.
    ///
    /// # Errors
    /// The first place where the octets stop making sense.
    fn decode(header: &Header, body: &'a [u8]) -> Result<Self, DecodeError>;

    /// Octets that [`encode`](Self::encode) will append.
    fn encoded_len(&self) -> usize;

    /// Tells whether every field can be written: strings within their length and without NUL, times empty or of 16
    /// characters.
    ///
    /// # Errors
    /// The first field that can't.
    fn check(&self) -> Result<(), InvalidField>;

    /// Writes a body that [`check`](Self::check) lets pass to `out`, which has
    /// [`encoded_len`](Self::encoded_len) octets.
    fn write(&self, out: &mut [u8]);

    /// Appends the body to `out`, exact to the specification.
    ///
    /// # Errors
    /// As [`check`](Self::check); `out` is then as it was.
    fn encode(&self, out: &mut Vec<u8>) -> Result<(), InvalidField> {
        self.check()?;
        let start = out.len();
        out.resize(start + self.encoded_len(), 0);
        self.write(&mut out[start..]);
        Ok(())
    }

    /// The optional parameters.
    fn tlvs(&self) -> Tlvs<'a>;

    /// True if every string is empty, every number 0, and there are no TLVs: a failed response is then written as
    /// its header alone.
    fn is_empty(&self) -> bool;
}

/// Appends header and body, `command_length` filled in. A response with a status other than 0 and an empty body is
/// written as its header alone (5.0 section 3.2.1.4).
///
/// # Errors
/// The first field that can't be written; `out` is then as it was.
pub fn encode<'a>(
    out: &mut Vec<u8>,
    command_id: CommandId,
    status: CommandStatus,
    sequence_number: u32,
    body: &impl Body<'a>,
) -> Result<(), InvalidField> {
    body.check()?;
    let bare = !status.is_ok() && command_id.is_response() && body.is_empty();
    let length = HEADER_LEN + if bare { 0 } else { body.encoded_len() };
    let command_length = u32::try_from(length).map_err(|_| InvalidField {
        field: "command_length",
        kind: InvalidFieldKind::TooLong {
            max: u32::MAX as usize,
            found: length,
        },
    })?;
    out.reserve(length);
    out.extend_from_slice(
        &Header {
            command_length,
            command_id,
            command_status: status,
            sequence_number,
        }
        .encode(),
    );
    if length > HEADER_LEN {
        let start = out.len();
        out.resize(start + length - HEADER_LEN, 0);
        body.write(&mut out[start..]);
    }
    Ok(())
}

/// A mandatory field, for code that goes by tables.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FieldSpec {
    /// The specification's name.
    pub name: &'static str,
    /// How it is written.
    pub kind: FieldKind,
}

/// How a mandatory field is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FieldKind {
    /// Text and a NUL, so many octets at most with the NUL.
    CString(u8),
    /// Text of 16 characters or none, and a NUL.
    Time,
    /// One octet.
    Integer(ValueSet),
    /// `sm_length`, then so many octets.
    ShortMessage,
    /// `number_of_dests`, then so many addresses or list names.
    DestAddresses,
    /// `no_unsuccess`, then so many addresses with their status.
    UnsuccessSmes,
}

/// What to do where octets are missing.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Missing {
    /// Fail.
    Fail,
    /// A final NUL may be missing.
    FinalNul,
    /// Everything may be missing.
    Anything,
}

/// Takes fields off the front of a body. After a failure all that is read is empty, and `failed` tells.
pub(super) struct Reader<'a> {
    rest: &'a [u8],
    missing: Missing,
    failed: bool,
    /// A string ran to the end of the PDU without its NUL: nothing may follow.
    ended: bool,
}

impl<'a> Reader<'a> {
    /// A reader to which nothing may be missing.
    #[inline]
    fn new(rest: &'a [u8]) -> Self {
        Reader {
            rest,
            missing: Missing::Fail,
            failed: false,
            ended: false,
        }
    }

    #[inline]
    pub(super) fn c_string(&mut self) -> &'a [u8] {
        let rest = self.rest;
        if let Some(end) = find_nul(rest) {
            self.rest = &rest[end + 1..];
            return &rest[..end];
        }
        self.without_nul()
    }

    #[cold]
    fn without_nul(&mut self) -> &'a [u8] {
        match self.missing {
            Missing::FinalNul if !self.ended => {}
            Missing::Anything => {}
            _ => self.failed = true,
        }
        self.ended = true;
        std::mem::take(&mut self.rest)
    }

    #[inline]
    pub(super) fn octet(&mut self) -> u8 {
        if let [first, rest @ ..] = self.rest {
            self.rest = rest;
            return *first;
        }
        self.failed |= self.missing != Missing::Anything;
        0
    }

    #[inline]
    pub(super) fn octets(&mut self, count: usize) -> &'a [u8] {
        if let Some((taken, rest)) = self.rest.split_at_checked(count) {
            self.rest = rest;
            return taken;
        }
        self.fail();
        &[]
    }

    /// What is left, without taking it.
    #[inline]
    pub(super) fn rest(&self) -> &'a [u8] {
        self.rest
    }

    #[cold]
    pub(super) fn fail(&mut self) {
        self.failed = true;
        self.rest = &[];
    }

    #[inline]
    pub(super) fn tlvs(&mut self) -> Tlvs<'a> {
        if let Some(tlvs) = Tlvs::exact(self.rest) {
            return tlvs;
        }
        self.stray_or_broken_tlvs()
    }

    #[cold]
    fn stray_or_broken_tlvs(&mut self) -> Tlvs<'a> {
        if let Some(tlvs) = tlvs_behind_stray_nuls(self.rest) {
            return tlvs;
        }
        self.failed |= self.missing != Missing::Anything;
        Tlvs::prefix(self.rest)
    }
}

/// The TLVs behind one to three NULs that do not belong there: four would read as an empty TLV with tag 0.
pub(super) fn tlvs_behind_stray_nuls(octets: &[u8]) -> Option<Tlvs<'_>> {
    let nuls = octets
        .iter()
        .take(3)
        .take_while(|octet| **octet == 0)
        .count();
    (1..=nuls).find_map(|stray| Tlvs::exact(&octets[stray..]))
}

/// Where the first NUL is.
#[inline]
pub(super) fn find_nul(octets: &[u8]) -> Option<usize> {
    octets.iter().position(|octet| *octet == 0)
}

/// Reads a body with the tolerance that [`Body::decode`] promises. `read` keeps what it
/// reads last.
pub(super) fn decode_with<'a>(
    header: &Header,
    body: &'a [u8],
    fields: &'static [FieldSpec],
    read: &mut dyn FnMut(&mut Reader<'a>),
) -> Result<Found<'a>, DecodeError> {
    let mut reads = |missing| {
        let mut reader = Reader {
            missing,
            ..Reader::new(body)
        };
        read(&mut reader);
        !reader.failed
    };
    if reads(Missing::Fail) {
        return Ok(Found::Fields);
    }
    if fields.is_empty() {
        return Ok(Found::TlvsAlone(Tlvs::EMPTY));
    }
    if header.command_id.is_response() {
        if let Some(tlvs) = Tlvs::exact(body).filter(|tlvs| !tlvs.is_empty()) {
            return Ok(Found::TlvsAlone(tlvs));
        }
        if reads(Missing::Anything) {
            return Ok(Found::Fields);
        }
        if !header.command_status.is_ok() {
            return Ok(Found::TlvsAlone(Tlvs::EMPTY));
        }
    } else if reads(Missing::FinalNul) {
        return Ok(Found::Fields);
    }
    Err(diagnose(header.command_id, fields, body))
}

/// What a body was found to hold.
pub(super) enum Found<'a> {
    /// Its fields, as they were read last.
    Fields,
    /// No fields, only these TLVs.
    TlvsAlone(Tlvs<'a>),
}

/// A body that is as it should be. Inlined, it is written at once to where it is wanted.
#[inline(always)]
pub(super) fn at_once<'a, T>(body: &'a [u8], read: impl FnOnce(&mut Reader<'a>) -> T) -> Option<T> {
    let mut reader = Reader::new(body);
    let value = read(&mut reader);
    (!reader.failed).then_some(value)
}

/// What is wrong with a field: the kind, octets from the start of the field, what was expected and found.
pub(super) type FieldFault = (DecodeErrorKind, usize, usize, usize);

impl FieldKind {
    /// Octets of such a field at the front of `rest`, its count or length included.
    pub(super) fn measure(self, rest: &[u8]) -> Result<usize, FieldFault> {
        let ended = (DecodeErrorKind::Truncated, 0, 1, 0);
        match self {
            FieldKind::CString(_) | FieldKind::Time => match find_nul(rest) {
                Some(end) => Ok(end + 1),
                None => Err((DecodeErrorKind::MissingNul, 0, rest.len() + 1, rest.len())),
            },
            FieldKind::Integer(_) if rest.is_empty() => Err(ended),
            FieldKind::Integer(_) => Ok(1),
            FieldKind::ShortMessage => {
                let Some((length, text)) = rest.split_first() else {
                    return Err(ended);
                };
                let length = usize::from(*length);
                if length > text.len() {
                    return Err((DecodeErrorKind::Truncated, 1, length, text.len()));
                }
                Ok(1 + length)
            }
            FieldKind::DestAddresses => DestAddresses::measure(rest),
            FieldKind::UnsuccessSmes => UnsuccessSmes::measure(rest),
        }
    }
}

/// Finds where a body stops making sense.
#[cold]
fn diagnose(command_id: CommandId, fields: &'static [FieldSpec], body: &[u8]) -> DecodeError {
    let mut at = 0;
    for field in fields {
        match field.kind.measure(&body[at..]) {
            Ok(length) => at += length,
            Err((kind, inside, expected, found)) => {
                return DecodeError {
                    kind,
                    command_id,
                    field: field.name,
                    offset: HEADER_LEN + at + inside,
                    expected: u32::try_from(expected).unwrap_or(u32::MAX),
                    found: u32::try_from(found).unwrap_or(u32::MAX),
                };
            }
        }
    }
    let rest = &body[at..];
    tlv::fault(
        command_id,
        rest,
        Tlvs::prefix(rest).as_bytes().len(),
        HEADER_LEN + at,
    )
}

/// Puts fields one behind the other into octets that have room for them. What does not fit is not written; nothing
/// is too long that `encoded_len` counted.
pub(super) struct Writer<'b>(&'b mut [u8]);

impl<'b> Writer<'b> {
    #[inline]
    pub(super) fn new(out: &'b mut [u8]) -> Self {
        Writer(out)
    }

    #[inline]
    pub(super) fn octet(&mut self, octet: u8) {
        if let [first, rest @ ..] = std::mem::take(&mut self.0) {
            *first = octet;
            self.0 = rest;
        }
    }

    #[inline]
    pub(super) fn octets(&mut self, octets: &[u8]) {
        if octets.is_empty() {
            return;
        }
        if let Some((place, rest)) = std::mem::take(&mut self.0).split_at_mut_checked(octets.len())
        {
            place.copy_from_slice(octets);
            self.0 = rest;
        }
    }
}

/// How a kind of field stands on the wire, for values of type `T`.
pub(super) trait Wire<'a, T> {
    const KIND: FieldKind;
    fn read(reader: &mut Reader<'a>) -> T;
    fn check(value: &T) -> Result<(), InvalidFieldKind>;
    fn len(value: &T) -> usize;
    fn write(value: &T, out: &mut Writer<'_>);
}

/// C-octet string of at most `MAX` octets with its NUL.
pub(super) struct CString<const MAX: usize>;

impl<'a, const MAX: usize> Wire<'a, &'a [u8]> for CString<MAX> {
    const KIND: FieldKind = FieldKind::CString(MAX as u8);

    #[inline]
    fn read(reader: &mut Reader<'a>) -> &'a [u8] {
        reader.c_string()
    }

    #[inline]
    fn check(value: &&'a [u8]) -> Result<(), InvalidFieldKind> {
        check_text(value, MAX - 1)
    }

    #[inline]
    fn len(value: &&'a [u8]) -> usize {
        value.len() + 1
    }

    #[inline]
    fn write(value: &&'a [u8], out: &mut Writer<'_>) {
        out.octets(value);
        out.octet(0);
    }
}

/// Refuses text with a NUL inside, or of more than `max` octets.
#[inline]
pub(super) fn check_text(text: &[u8], max: usize) -> Result<(), InvalidFieldKind> {
    if text.len() > max {
        return Err(InvalidFieldKind::TooLong {
            max,
            found: text.len(),
        });
    }
    if has_nul(text) {
        return Err(InvalidFieldKind::ContainsNul);
    }
    Ok(())
}

/// True if one of the octets is 0. Looks at eight at a time; the last eight may overlap those before.
#[inline]
fn has_nul(text: &[u8]) -> bool {
    const LOW: u64 = 0x0101_0101_0101_0101;
    const HIGH: u64 = 0x8080_8080_8080_8080;
    let in_word = |eight: &[u8; 8]| {
        let word = u64::from_le_bytes(*eight);
        word.wrapping_sub(LOW) & !word & HIGH != 0
    };
    match text.last_chunk() {
        Some(last) => in_word(last) || text.as_chunks().0.iter().any(in_word),
        None => text.contains(&0),
    }
}

/// C-octet string of 1 or 17 octets with its NUL.
pub(super) struct Time;

impl<'a> Wire<'a, &'a [u8]> for Time {
    const KIND: FieldKind = FieldKind::Time;

    #[inline]
    fn read(reader: &mut Reader<'a>) -> &'a [u8] {
        reader.c_string()
    }

    #[inline]
    fn check(value: &&'a [u8]) -> Result<(), InvalidFieldKind> {
        if !matches!(value.len(), 0 | 16) {
            return Err(InvalidFieldKind::TimeLength { found: value.len() });
        }
        check_text(value, 16)
    }

    #[inline]
    fn len(value: &&'a [u8]) -> usize {
        value.len() + 1
    }

    #[inline]
    fn write(value: &&'a [u8], out: &mut Writer<'_>) {
        out.octets(value);
        out.octet(0);
    }
}

/// One octet.
pub(super) struct Octet;

macro_rules! octet_fields {
    ($($type:ty: $values:ident;)*) => {$(
        impl<'a> Wire<'a, $type> for Octet {
            const KIND: FieldKind = FieldKind::Integer(ValueSet::$values);

            #[inline]
            fn read(reader: &mut Reader<'a>) -> $type {
                reader.octet().into()
            }

            #[inline]
            fn check(_: &$type) -> Result<(), InvalidFieldKind> {
                Ok(())
            }

            #[inline]
            fn len(_: &$type) -> usize {
                1
            }

            #[inline]
            fn write(value: &$type, out: &mut Writer<'_>) {
                out.octet((*value).into());
            }
        }
    )*};
}

octet_fields! {
    u8: Plain;
    values::Ton: Ton;
    values::Npi: Npi;
    values::EsmClass: EsmClass;
    values::PriorityFlag: PriorityFlag;
    values::RegisteredDelivery: RegisteredDelivery;
    values::DataCoding: DataCoding;
    values::InterfaceVersion: InterfaceVersion;
    values::MessageState: MessageState;
}

/// One octet of a set that has no type of its own.
macro_rules! plain_octet {
    ($($name:ident;)*) => {$(
        pub(super) struct $name;

        impl<'a> Wire<'a, u8> for $name {
            const KIND: FieldKind = FieldKind::Integer(ValueSet::$name);

            #[inline]
            fn read(reader: &mut Reader<'a>) -> u8 {
                reader.octet()
            }

            #[inline]
            fn check(_: &u8) -> Result<(), InvalidFieldKind> {
                Ok(())
            }

            #[inline]
            fn len(_: &u8) -> usize {
                1
            }

            #[inline]
            fn write(value: &u8, out: &mut Writer<'_>) {
                out.octet(*value);
            }
        }
    )*};
}

plain_octet! {
    ProtocolId;
    ReplaceIfPresentFlag;
    SmDefaultMsgId;
}

/// `sm_length` and the octets it counts.
pub(super) struct ShortMessage;

impl<'a> Wire<'a, &'a [u8]> for ShortMessage {
    const KIND: FieldKind = FieldKind::ShortMessage;

    #[inline]
    fn read(reader: &mut Reader<'a>) -> &'a [u8] {
        let length = usize::from(reader.octet());
        reader.octets(length)
    }

    #[inline]
    fn check(value: &&'a [u8]) -> Result<(), InvalidFieldKind> {
        let max = usize::from(u8::MAX);
        if value.len() > max {
            Err(InvalidFieldKind::TooLong {
                max,
                found: value.len(),
            })
        } else {
            Ok(())
        }
    }

    #[inline]
    fn len(value: &&'a [u8]) -> usize {
        value.len() + 1
    }

    #[inline]
    fn write(value: &&'a [u8], out: &mut Writer<'_>) {
        out.octet(value.len() as u8);
        out.octets(value);
    }
}

/// Declares the body of a PDU from its fields, in the order of the specification.
macro_rules! body {
    (
        $(#[$meta:meta])*
        pub struct $name:ident<$life:lifetime> {
            $($(#[$field_meta:meta])* $field:ident: $type:ty => $wire:ty,)*
        }
    ) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
        pub struct $name<$life> {
            $($(#[$field_meta])* pub $field: $type,)*
            /// The optional parameters.
            pub tlvs: $crate::pdu::Tlvs<$life>,
        }

        impl<$life> $name<$life> {
            /// The mandatory fields in their order, as a table.
            pub const FIELDS: &'static [$crate::pdu::body::FieldSpec] = &[
                $($crate::pdu::body::FieldSpec {
                    name: stringify!($field),
                    kind: <$wire as $crate::pdu::body::Wire<$life, $type>>::KIND,
                }),*
            ];

            /// Takes the fields off the front of a body.
            #[inline(always)]
            pub(super) fn read(reader: &mut $crate::pdu::body::Reader<$life>) -> Self {
                $(let $field = <$wire as $crate::pdu::body::Wire<$life, $type>>::read(reader);)*
                $name { $($field,)* tlvs: reader.tlvs() }
            }
        }

        impl<$life> $crate::pdu::Body<$life> for $name<$life> {
            fn decode(header: &$crate::pdu::Header, body: &$life [u8]) -> Result<Self, $crate::pdu::DecodeError> {
                let mut value = Self::default();
                let read = &mut |reader: &mut $crate::pdu::body::Reader<$life>| value = Self::read(reader);
                match $crate::pdu::body::decode_with(header, body, Self::FIELDS, read)? {
                    $crate::pdu::body::Found::Fields => {}
                    $crate::pdu::body::Found::TlvsAlone(tlvs) => {
                        value = Self::default();
                        value.tlvs = tlvs;
                    }
                }
                Ok(value)
            }

            #[inline]
            fn encoded_len(&self) -> usize {
                0 $(+ <$wire as $crate::pdu::body::Wire<$life, $type>>::len(&self.$field))* + self.tlvs.as_bytes().len()
            }

            #[inline]
            fn check(&self) -> Result<(), $crate::pdu::InvalidField> {
                $(
                    if let Err(kind) = <$wire as $crate::pdu::body::Wire<$life, $type>>::check(&self.$field) {
                        return Err($crate::pdu::InvalidField { field: stringify!($field), kind });
                    }
                )*
                Ok(())
            }

            #[inline]
            fn write(&self, out: &mut [u8]) {
                let mut out = $crate::pdu::body::Writer::new(out);
                $(<$wire as $crate::pdu::body::Wire<$life, $type>>::write(&self.$field, &mut out);)*
                out.octets(self.tlvs.as_bytes());
            }

            #[inline]
            fn tlvs(&self) -> $crate::pdu::Tlvs<$life> {
                self.tlvs
            }

            fn is_empty(&self) -> bool {
                *self == Self::default()
            }
        }
    };
}
pub(super) use body;
