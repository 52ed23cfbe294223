//! TLVs that the specification does not know, named at run time.

use super::{Tag, TlvType};
use alloc::string::String;
use alloc::vec::Vec;

/// Names and types for TLVs of an SMSC. The same tag means different things at different SMSCs, so this
/// belongs to a peer, not to the program.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct VendorTlvs(Vec<VendorTlv>);

#[derive(Clone, Debug, PartialEq, Eq)]
struct VendorTlv {
    tag: Tag,
    name: String,
    kind: TlvType,
}

impl VendorTlvs {
    /// None yet.
    #[must_use]
    pub const fn new() -> VendorTlvs {
        VendorTlvs(Vec::new())
    }

    /// Names a tag. A later name for the same tag takes the place of an earlier one.
    pub fn insert(&mut self, tag: Tag, name: &str, kind: TlvType) {
        self.0.retain(|known| known.tag != tag);
        self.0.push(VendorTlv {
            tag,
            name: name.into(),
            kind,
        });
    }

    /// The name and type of a tag.
    #[must_use]
    pub fn get(&self, tag: Tag) -> Option<(&str, TlvType)> {
        self.0
            .iter()
            .find(|known| known.tag == tag)
            .map(|known| (known.name.as_str(), known.kind))
    }

    /// The tag and type of a name.
    #[must_use]
    pub fn by_name(&self, name: &str) -> Option<(Tag, TlvType)> {
        self.0
            .iter()
            .find(|known| known.name == name)
            .map(|known| (known.tag, known.kind))
    }
}
