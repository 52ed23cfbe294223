//! Kinds of mandatory fields, and how they stand in a PDU (SMPP 3.4 section 3.1, 5.0 section 3.1).

use super::InvalidFieldKind;
use super::error::DecodeErrorKind;
use super::lists::{DestAddresses, List, UnsuccessSmes};
use super::reader::{Reader, find_nul};
use super::slots::Slots;
use super::values::{self, ValueSet};
use super::writer::{Writer, check_short_message, check_text, check_time};

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

/// A kind of field that holds values of type `T`.
pub(super) trait Wire<'a, T> {
    const KIND: FieldKind;
    fn put(value: T, slots: &mut Slots<'a>);
    fn take(slots: &mut Slots<'a>) -> T;
}

/// The same without a detour over [`Slots`], for the PDUs that a session is full of.
pub(super) trait Direct<'a, T>: Wire<'a, T> {
    fn read(reader: &mut Reader<'a>) -> T;
    fn check(value: T) -> Result<(), InvalidFieldKind>;
    fn len(value: T) -> usize;
    fn write(value: T, out: &mut Writer<'_>);
}

/// C-octet string of at most `MAX` octets with its NUL.
pub(super) struct CString<const MAX: usize>;
/// C-octet string of 1 or 17 octets with its NUL.
pub(super) struct Time;
/// `sm_length` and the octets it counts.
pub(super) struct ShortMessage;
/// One octet.
pub(super) struct Octet;
/// One octet: `protocol_id`.
pub(super) struct ProtocolId;
/// One octet: `replace_if_present_flag`.
pub(super) struct ReplaceIfPresentFlag;
/// One octet: `sm_default_msg_id`.
pub(super) struct SmDefaultMsgId;

macro_rules! texts {
    ($(($($max:ident)?) $wire:ty = $kind:expr, $read:ident, $check:expr;)*) => {$(
        impl<'a $(, const $max: usize)?> Wire<'a, &'a [u8]> for $wire {
            const KIND: FieldKind = $kind;

            #[inline(always)]
            fn put(value: &'a [u8], slots: &mut Slots<'a>) {
                slots.put_text(value);
            }

            #[inline(always)]
            fn take(slots: &mut Slots<'a>) -> &'a [u8] {
                slots.take_text()
            }
        }

        impl<'a $(, const $max: usize)?> Direct<'a, &'a [u8]> for $wire {
            #[inline(always)]
            fn read(reader: &mut Reader<'a>) -> &'a [u8] {
                reader.$read()
            }

            #[inline(always)]
            fn check(value: &'a [u8]) -> Result<(), InvalidFieldKind> {
                $check(value)
            }

            #[inline(always)]
            fn len(value: &'a [u8]) -> usize {
                value.len() + 1
            }

            #[inline(always)]
            fn write(value: &'a [u8], out: &mut Writer<'_>) {
                out.$read(value);
            }
        }
    )*};
}

texts! {
    (MAX) CString<MAX> = FieldKind::CString(MAX as u8), c_string, |text| check_text(text, MAX - 1);
    () Time = FieldKind::Time, c_string, check_time;
    () ShortMessage = FieldKind::ShortMessage, short_message, check_short_message;
}

macro_rules! octets {
    ($($type:ty: $wire:ident = $set:ident;)*) => {$(
        impl<'a> Wire<'a, $type> for $wire {
            const KIND: FieldKind = FieldKind::Integer(ValueSet::$set);

            #[inline(always)]
            fn put(value: $type, slots: &mut Slots<'a>) {
                slots.put_octet(value.into());
            }

            #[inline(always)]
            fn take(slots: &mut Slots<'a>) -> $type {
                slots.take_octet().into()
            }
        }

        impl<'a> Direct<'a, $type> for $wire {
            #[inline(always)]
            fn read(reader: &mut Reader<'a>) -> $type {
                reader.octet().into()
            }

            #[inline(always)]
            fn check(_: $type) -> Result<(), InvalidFieldKind> {
                Ok(())
            }

            #[inline(always)]
            fn len(_: $type) -> usize {
                1
            }

            #[inline(always)]
            fn write(value: $type, out: &mut Writer<'_>) {
                out.octet(value.into());
            }
        }
    )*};
}

octets! {
    u8: Octet = Plain;
    u8: ProtocolId = ProtocolId;
    u8: ReplaceIfPresentFlag = ReplaceIfPresentFlag;
    u8: SmDefaultMsgId = SmDefaultMsgId;
    values::Ton: Octet = Ton;
    values::Npi: Octet = Npi;
    values::EsmClass: Octet = EsmClass;
    values::PriorityFlag: Octet = PriorityFlag;
    values::RegisteredDelivery: Octet = RegisteredDelivery;
    values::DataCoding: Octet = DataCoding;
    values::InterfaceVersion: Octet = InterfaceVersion;
    values::MessageState: Octet = MessageState;
}

macro_rules! lists {
    ($($list:ident: $wire:ident;)*) => {$(
        #[doc = concat!("A count and so many entries of [`", stringify!($list), "`].")]
        pub(super) struct $wire;

        impl<'a> Wire<'a, $list<'a>> for $wire {
            const KIND: FieldKind = FieldKind::$list;

            #[inline(always)]
            fn put(value: $list<'a>, slots: &mut Slots<'a>) {
                slots.put_list(value.into());
            }

            #[inline(always)]
            fn take(slots: &mut Slots<'a>) -> $list<'a> {
                slots.take_list().into()
            }
        }

        impl<'a> From<$list<'a>> for List<'a> {
            fn from(list: $list<'a>) -> List<'a> {
                list.0
            }
        }

        impl<'a> From<List<'a>> for $list<'a> {
            fn from(list: List<'a>) -> $list<'a> {
                $list(list)
            }
        }
    )*};
}

lists! {
    DestAddresses: DestAddressList;
    UnsuccessSmes: UnsuccessSmeList;
}
