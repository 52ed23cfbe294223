//! The mandatory part of a PDU: one list of fields gives its struct, its table, and how it is read and written.

use super::error::{DecodeError, InvalidField, InvalidFieldKind};
use super::reader::{Missing, Reader};
use super::{CommandId, CommandStatus, HEADER_LEN, Header, Tlvs};
use alloc::vec::Vec;
use core::fmt;

/// The body of a PDU: what stands behind the header.
pub trait Body<'a> {
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
    fn decode(header: &Header, body: &'a [u8]) -> Result<Self, DecodeError>
    where
        Self: Sized;

    /// Octets that [`encode`](Self::encode) will append.
    fn encoded_len(&self) -> usize;

    /// Checks that every field can be written: strings within their length and without NUL, times empty or of 16
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

    /// The optional parameters (SMPP 3.4 section 5.3, 5.0 section 4.8).
    fn tlvs(&self) -> Tlvs<'a>;

    /// True if every string is empty, every number 0, and there are no TLVs: a failed response is then written as
    /// its header alone.
    fn is_empty(&self) -> bool;
}

/// The body of a request that a session sends. It names its own command, so that command and body can't disagree.
pub trait Request<'a>: Body<'a> {
    /// The command of the request.
    fn command_id(&self) -> CommandId;
}

/// Appends header and body, `command_length` filled in. A response with a status other than 0 and an empty body is
/// written as its header alone (5.0 section 3.2.1.4).
///
/// ```
/// use smpp_edge::pdu::{CommandId, CommandStatus, EnquireLink, encode};
///
/// let mut out = Vec::new();
/// encode(&mut out, CommandId::ENQUIRE_LINK, CommandStatus::ESME_ROK, 1, &EnquireLink::default())?;
/// assert_eq!(out, [0, 0, 0, 16, 0, 0, 0, 0x15, 0, 0, 0, 0, 0, 0, 0, 1]);
/// # Ok::<(), smpp_edge::pdu::InvalidField>(())
/// ```
///
/// # Errors
/// The first field that can't be written; `out` is then as it was.
#[inline]
pub fn encode<'a, B: Body<'a> + ?Sized>(
    out: &mut Vec<u8>,
    command_id: CommandId,
    status: CommandStatus,
    sequence_number: u32,
    body: &B,
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

/// A body that is as it should be. Inlined, it is written at once to where it is wanted.
#[inline(always)]
pub(super) fn at_once<'a, T>(body: &'a [u8], read: impl FnOnce(&mut Reader<'a>) -> T) -> Option<T> {
    let mut reader = Reader::new(body, Missing::Fail);
    let value = read(&mut reader);
    (!reader.failed()).then_some(value)
}

/// Stands for what is or may have a password where a value is shown.
pub(crate) struct Masked;

impl fmt::Debug for Masked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

/// What `Debug` shows of a field: nothing of a password, nor of the `body` of an unknown command, where one may be.
pub(super) fn shown<'f>(field: &str, value: &'f dyn fmt::Debug) -> &'f dyn fmt::Debug {
    if matches!(field, "password" | "body") {
        &Masked
    } else {
        value
    }
}

/// A field for `Debug`: strings of octets as text, everything else as its own `Debug` has it.
pub(super) struct Shown<'f, T>(pub(super) &'f T);

impl Shown<'_, &[u8]> {
    /// Has precedence over that of [`Plain`].
    pub(super) fn value(&self) -> impl fmt::Debug {
        ShownText(self.0)
    }
}

pub(super) trait Plain {
    fn value(&self) -> &dyn fmt::Debug;
}

impl<T: fmt::Debug> Plain for Shown<'_, T> {
    fn value(&self) -> &dyn fmt::Debug {
        self.0
    }
}

/// Octets as text, for `Debug`.
pub(crate) struct ShownText<'f>(pub(crate) &'f [u8]);

impl fmt::Debug for ShownText<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"{}\"", self.0.escape_ascii())
    }
}

/// Declares the body of a PDU from its fields, in the order of the specification. `direct` gives it code of its own to
/// read and write it; else it goes by its table, which is slower and takes hardly any code.
macro_rules! body {
    (direct $($tokens:tt)*) => {
        $crate::pdu::body::body_struct! { $($tokens)* }
        $crate::pdu::body::body_direct! { $($tokens)* }
    };
    ($($tokens:tt)*) => {
        $crate::pdu::body::body_struct! { $($tokens)* }
        $crate::pdu::body::body_by_table! { $($tokens)* }
    };
}

macro_rules! body_struct {
    (
        $(#[$meta:meta])*
        pub struct $name:ident<$life:lifetime> {
            $($(#[$field_meta:meta])* $field:ident: $type:ty => $wire:ty,)*
        }
    ) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Default, PartialEq, Eq)]
        pub struct $name<$life> {
            $($(#[$field_meta])* pub $field: $type,)*
            /// The optional parameters (SMPP 3.4 section 5.3, 5.0 section 4.8).
            pub tlvs: $crate::pdu::Tlvs<$life>,
        }

        impl core::fmt::Debug for $name<'_> {
            #[allow(unused_imports, reason = "a PDU may have strings alone")]
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                use $crate::pdu::body::Plain as _;
                f.debug_struct(stringify!($name))
                    $(.field(stringify!($field), $crate::pdu::body::shown(stringify!($field), &$crate::pdu::body::Shown(&self.$field).value())))*
                    .field("tlvs", &self.tlvs)
                    .finish()
            }
        }

        impl<$life> $name<$life> {
            /// The mandatory fields in their order, as a table.
            pub const FIELDS: &'static [$crate::pdu::FieldSpec] = &[
                $($crate::pdu::FieldSpec {
                    name: stringify!($field),
                    kind: <$wire as $crate::pdu::field::Wire<$life, $type>>::KIND,
                }),*
            ];

            fn slots(&self) -> $crate::pdu::slots::Slots<$life> {
                #[allow(unused_mut, reason = "a PDU may have no fields")]
                let mut slots = $crate::pdu::slots::Slots::new();
                $(<$wire as $crate::pdu::field::Wire<$life, $type>>::put(self.$field, &mut slots);)*
                slots
            }

            fn of_slots(mut slots: $crate::pdu::slots::Slots<$life>, tlvs: $crate::pdu::Tlvs<$life>) -> Self {
                slots.rewind();
                $name {
                    $($field: <$wire as $crate::pdu::field::Wire<$life, $type>>::take(&mut slots),)*
                    tlvs,
                }
            }
        }
    };
}

macro_rules! body_by_table {
    (
        $(#[$meta:meta])*
        pub struct $name:ident<$life:lifetime> { $($fields:tt)* }
    ) => {
        impl<$life> $crate::pdu::Body<$life> for $name<$life> {
            fn decode(header: &$crate::pdu::Header, body: &$life [u8]) -> Result<Self, $crate::pdu::DecodeError> {
                let (slots, tlvs) = $crate::pdu::slots::Slots::decode(header, body, Self::FIELDS)?;
                Ok(Self::of_slots(slots, tlvs))
            }

            fn encoded_len(&self) -> usize {
                self.slots().encoded_len(Self::FIELDS) + self.tlvs.as_bytes().len()
            }

            fn check(&self) -> Result<(), $crate::pdu::InvalidField> {
                self.slots().check(Self::FIELDS)
            }

            fn write(&self, out: &mut [u8]) {
                self.slots().write(Self::FIELDS, self.tlvs, out);
            }

            fn tlvs(&self) -> $crate::pdu::Tlvs<$life> {
                self.tlvs
            }

            fn is_empty(&self) -> bool {
                self.tlvs.is_empty() && self.slots().is_empty()
            }
        }
    };
}

macro_rules! body_direct {
    (
        $(#[$meta:meta])*
        pub struct $name:ident<$life:lifetime> {
            $($(#[$field_meta:meta])* $field:ident: $type:ty => $wire:ty,)*
        }
    ) => {
        impl<$life> $name<$life> {
            /// Takes the fields off the front of a body.
            #[inline(always)]
            pub(super) fn read(reader: &mut $crate::pdu::reader::Reader<$life>) -> Self {
                $(let $field = <$wire as $crate::pdu::field::Direct<$life, $type>>::read(reader);)*
                $name { $($field,)* tlvs: reader.tlvs() }
            }
        }

        impl<$life> $crate::pdu::Body<$life> for $name<$life> {
            fn decode(header: &$crate::pdu::Header, body: &$life [u8]) -> Result<Self, $crate::pdu::DecodeError> {
                if let Some(body) = $crate::pdu::body::at_once(body, Self::read) {
                    return Ok(body);
                }
                let (slots, tlvs) = $crate::pdu::slots::Slots::decode(header, body, Self::FIELDS)?;
                Ok(Self::of_slots(slots, tlvs))
            }

            #[inline]
            fn encoded_len(&self) -> usize {
                0 $(+ <$wire as $crate::pdu::field::Direct<$life, $type>>::len(self.$field))* + self.tlvs.as_bytes().len()
            }

            #[inline]
            fn check(&self) -> Result<(), $crate::pdu::InvalidField> {
                $(
                    if let Err(kind) = <$wire as $crate::pdu::field::Direct<$life, $type>>::check(self.$field) {
                        return Err($crate::pdu::InvalidField { field: stringify!($field), kind });
                    }
                )*
                Ok(())
            }

            #[inline]
            fn write(&self, out: &mut [u8]) {
                let mut out = $crate::pdu::writer::Writer::new(out);
                $(<$wire as $crate::pdu::field::Direct<$life, $type>>::write(self.$field, &mut out);)*
                out.octets(self.tlvs.as_bytes());
            }

            #[inline]
            fn tlvs(&self) -> $crate::pdu::Tlvs<$life> {
                self.tlvs
            }

            fn is_empty(&self) -> bool {
                self.tlvs.is_empty() && self.slots().is_empty()
            }
        }
    };
}

pub(super) use {body, body_by_table, body_direct, body_struct};
