//! Takes fields off the front of a body, as tolerant as [`Body::decode`](super::Body::decode) promises.

use super::Tlvs;
use super::field::FieldKind;
use super::lists::List;

/// What to do where octets are missing.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Missing {
    /// Fail.
    Fail,
    /// A final NUL may be missing.
    FinalNul,
    /// Everything may be missing.
    Anything,
}

/// Takes fields off the front of a body. After a failure all that is read is empty, and `failed` is set.
pub(super) struct Reader<'a> {
    rest: &'a [u8],
    missing: Missing,
    failed: bool,
    /// A string ran to the end of the PDU without its NUL: nothing may follow.
    ended: bool,
}

impl<'a> Reader<'a> {
    #[inline]
    pub(super) fn new(rest: &'a [u8], missing: Missing) -> Self {
        Reader {
            rest,
            missing,
            failed: false,
            ended: false,
        }
    }

    /// Something was missing that must be there.
    #[inline]
    pub(super) fn failed(&self) -> bool {
        self.failed
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
        core::mem::take(&mut self.rest)
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

    /// `sm_length` and the octets it counts.
    #[inline]
    pub(super) fn short_message(&mut self) -> &'a [u8] {
        let length = usize::from(self.octet());
        if let Some((taken, rest)) = self.rest.split_at_checked(length) {
            self.rest = rest;
            return taken;
        }
        self.fail();
        &[]
    }

    /// A count and the entries it counts, which are of this kind.
    pub(super) fn list(&mut self, kind: FieldKind) -> List<'a> {
        let measured = kind
            .measure(self.rest)
            .ok()
            .and_then(|length| self.rest.split_at_checked(length));
        if let Some(([count, octets @ ..], rest)) = measured {
            self.rest = rest;
            return List {
                count: *count,
                octets,
            };
        }
        if self.rest.is_empty() {
            // A response may end early.
            self.octet();
        } else {
            self.fail();
        }
        List::default()
    }

    #[cold]
    fn fail(&mut self) {
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
    (1..=nuls).find_map(|stray| Tlvs::exact(octets.get(stray..)?))
}

/// Where the first NUL is.
#[inline]
pub(super) fn find_nul(octets: &[u8]) -> Option<usize> {
    octets.iter().position(|octet| *octet == 0)
}
