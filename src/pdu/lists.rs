//! The lists in `submit_multi` and `submit_multi_resp` (SMPP 3.4 section 4.5, 5.0 section 4.2.3).
//!
//! Like TLVs they stay in their encoded octets: nothing is allocated, and entries are read as they are asked for.

use super::CommandStatus;
use super::error::{DecodeErrorKind, InvalidField, InvalidFieldKind};
use super::field::FieldFault;
use super::reader::find_nul;
use super::values::{DestFlag, Npi, Ton};
use super::writer::check_text;
use alloc::vec::Vec;

/// Most octets of an address or a list name, without NUL.
const TEXT_MAX: usize = 20;

/// Most entries of a list: the count is one octet.
const COUNT_MAX: usize = 255;

/// Why an entry could not be taken off the front of a list.
fn short(rest: &[u8], at: usize, fixed: usize) -> FieldFault {
    if rest.len() < fixed {
        (DecodeErrorKind::Truncated, at, fixed, rest.len())
    } else {
        (DecodeErrorKind::MissingNul, at, rest.len() + 1, rest.len())
    }
}

/// A count and the encoded entries it counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct List<'a> {
    pub count: u8,
    pub octets: &'a [u8],
}

/// One recipient of `submit_multi` (SMPP 3.4 section 5.2.25, 5.0 section 4.7.9).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DestAddress<'a> {
    /// An address (`dest_flag` 1).
    Sme {
        /// Type of number.
        dest_addr_ton: Ton,
        /// Numbering plan.
        dest_addr_npi: Npi,
        /// At most 20 octets.
        destination_addr: &'a [u8],
    },
    /// A distribution list (`dest_flag` 2).
    List {
        /// At most 20 octets.
        dl_name: &'a [u8],
    },
}

impl<'a> DestAddress<'a> {
    pub(super) fn split(
        octets: &'a [u8],
        at: usize,
    ) -> Result<(DestAddress<'a>, &'a [u8]), FieldFault> {
        let Some((flag, rest)) = octets.split_first() else {
            return Err(short(octets, at, 1));
        };
        match DestFlag(*flag) {
            DestFlag::SME_ADDRESS => {
                let [ton, npi, text @ ..] = rest else {
                    return Err(short(rest, at + 1, 2));
                };
                let end = find_nul(text).ok_or_else(|| short(text, at + 3, 1))?;
                let address = DestAddress::Sme {
                    dest_addr_ton: Ton(*ton),
                    dest_addr_npi: Npi(*npi),
                    destination_addr: &text[..end],
                };
                Ok((address, &text[end + 1..]))
            }
            DestFlag::DISTRIBUTION_LIST => {
                let end = find_nul(rest).ok_or_else(|| short(rest, at + 1, 1))?;
                Ok((
                    DestAddress::List {
                        dl_name: &rest[..end],
                    },
                    &rest[end + 1..],
                ))
            }
            DestFlag(flag) => Err((DecodeErrorKind::DestFlag, at, 1, usize::from(flag))),
        }
    }

    fn check(&self) -> Result<(), InvalidField> {
        let (field, text) = match self {
            DestAddress::Sme {
                destination_addr, ..
            } => ("destination_addr", *destination_addr),
            DestAddress::List { dl_name } => ("dl_name", *dl_name),
        };
        check_text(text, TEXT_MAX).map_err(|kind| InvalidField { field, kind })
    }

    fn write(&self, out: &mut Vec<u8>) {
        let text = match *self {
            DestAddress::Sme {
                dest_addr_ton,
                dest_addr_npi,
                destination_addr,
            } => {
                out.extend_from_slice(&[DestFlag::SME_ADDRESS.0, dest_addr_ton.0, dest_addr_npi.0]);
                destination_addr
            }
            DestAddress::List { dl_name } => {
                out.push(DestFlag::DISTRIBUTION_LIST.0);
                dl_name
            }
        };
        out.extend_from_slice(text);
        out.push(0);
    }
}

/// One recipient that `submit_multi` could not be sent to (SMPP 3.4 section 5.2.26, 5.0 section 4.7.16).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnsuccessSme<'a> {
    /// Type of number.
    pub dest_addr_ton: Ton,
    /// Numbering plan.
    pub dest_addr_npi: Npi,
    /// At most 20 octets.
    pub destination_addr: &'a [u8],
    /// Why.
    pub error_status_code: CommandStatus,
}

impl<'a> UnsuccessSme<'a> {
    pub(super) fn split(
        octets: &'a [u8],
        at: usize,
    ) -> Result<(UnsuccessSme<'a>, &'a [u8]), FieldFault> {
        let [ton, npi, text @ ..] = octets else {
            return Err(short(octets, at, 2));
        };
        let end = find_nul(text).ok_or_else(|| short(text, at + 2, 1))?;
        let behind = &text[end + 1..];
        let Some((code, rest)) = behind.split_first_chunk() else {
            return Err(short(behind, at + 3 + end, 4));
        };
        let entry = UnsuccessSme {
            dest_addr_ton: Ton(*ton),
            dest_addr_npi: Npi(*npi),
            destination_addr: &text[..end],
            error_status_code: CommandStatus(u32::from_be_bytes(*code)),
        };
        Ok((entry, rest))
    }

    fn check(&self) -> Result<(), InvalidField> {
        check_text(self.destination_addr, TEXT_MAX).map_err(|kind| InvalidField {
            field: "destination_addr",
            kind,
        })
    }

    fn write(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&[self.dest_addr_ton.0, self.dest_addr_npi.0]);
        out.extend_from_slice(self.destination_addr);
        out.push(0);
        out.extend_from_slice(&self.error_status_code.0.to_be_bytes());
    }
}

macro_rules! list {
    (
        $(#[$doc:meta])* $list:ident,
        $(#[$iter_doc:meta])* $iter:ident,
        $(#[$buf_doc:meta])* $buf:ident,
        $entry:ident, $field:literal
    ) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Default, PartialEq, Eq)]
        pub struct $list<'a>(pub(super) List<'a>);

        impl<'a> $list<'a> {
            /// The entries in the order of the PDU.
            #[must_use]
            pub fn iter(&self) -> $iter<'a> {
                $iter { left: self.0.count, octets: self.0.octets }
            }

            /// How many entries there are.
            #[must_use]
            pub fn len(&self) -> usize {
                usize::from(self.0.count)
            }

            /// True if there are none.
            #[must_use]
            pub fn is_empty(&self) -> bool {
                self.0.count == 0
            }

            /// The encoded entries, without their count.
            #[must_use]
            pub fn as_bytes(&self) -> &'a [u8] {
                self.0.octets
            }

            /// Refuses entries that are too long.
            pub(super) fn check(self) -> Result<(), InvalidFieldKind> {
                self.iter().try_for_each(|entry| entry.check()).map_err(|invalid| invalid.kind)
            }

            /// Octets of the list at the front of `octets`, its count included.
            pub(super) fn measure(octets: &[u8]) -> Result<usize, FieldFault> {
                let Some((count, mut rest)) = octets.split_first() else { return Err(short(octets, 0, 1)) };
                for _ in 0..*count {
                    rest = $entry::split(rest, octets.len() - rest.len())?.1;
                }
                Ok(octets.len() - rest.len())
            }
        }

        impl core::fmt::Debug for $list<'_> {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                f.debug_list().entries(self.iter()).finish()
            }
        }

        impl<'a> IntoIterator for $list<'a> {
            type Item = $entry<'a>;
            type IntoIter = $iter<'a>;

            fn into_iter(self) -> $iter<'a> {
                self.iter()
            }
        }

        impl<'a> IntoIterator for &$list<'a> {
            type Item = $entry<'a>;
            type IntoIter = $iter<'a>;

            fn into_iter(self) -> $iter<'a> {
                self.iter()
            }
        }

        $(#[$iter_doc])*
        #[derive(Clone, Debug)]
        pub struct $iter<'a> {
            left: u8,
            octets: &'a [u8],
        }

        impl<'a> Iterator for $iter<'a> {
            type Item = $entry<'a>;

            fn next(&mut self) -> Option<$entry<'a>> {
                self.left = self.left.checked_sub(1)?;
                let (entry, rest) = $entry::split(self.octets, 0).ok()?;
                self.octets = rest;
                Some(entry)
            }

            fn size_hint(&self) -> (usize, Option<usize>) {
                (usize::from(self.left), Some(usize::from(self.left)))
            }
        }

        impl ExactSizeIterator for $iter<'_> {}

        $(#[$buf_doc])*
        #[derive(Clone, Debug, Default, PartialEq, Eq)]
        pub struct $buf {
            count: u8,
            octets: Vec<u8>,
        }

        impl $buf {
            /// None yet.
            #[must_use]
            pub const fn new() -> $buf {
                $buf { count: 0, octets: Vec::new() }
            }

            /// Appends an entry.
            ///
            /// # Errors
            /// A text with a NUL or of more than 20 octets, or the 256th entry.
            pub fn push(&mut self, entry: &$entry<'_>) -> Result<(), InvalidField> {
                entry.check()?;
                self.count = self.count.checked_add(1).ok_or(InvalidField {
                    field: $field,
                    kind: InvalidFieldKind::TooLong { max: COUNT_MAX, found: COUNT_MAX + 1 },
                })?;
                entry.write(&mut self.octets);
                Ok(())
            }

            /// The entries so far.
            #[must_use]
            pub fn as_list(&self) -> $list<'_> {
                $list(List { count: self.count, octets: &self.octets })
            }
        }
    };
}

list! {
    /// `number_of_dests` and `dest_address`: the recipients of `submit_multi`, at most 255.
    DestAddresses,
    /// Goes over the entries of [`DestAddresses`].
    DestAddressIter,
    /// Recipients being put together.
    DestAddressBuf,
    DestAddress, "dest_address"
}

list! {
    /// `no_unsuccess` and `unsuccess_sme`: the recipients that failed, at most 255.
    UnsuccessSmes,
    /// Goes over the entries of [`UnsuccessSmes`].
    UnsuccessSmeIter,
    /// Failed recipients being put together.
    UnsuccessSmeBuf,
    UnsuccessSme, "unsuccess_sme"
}
