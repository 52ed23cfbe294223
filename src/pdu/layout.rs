//! Values that are made of parts: bit fields in an octet, and TLVs of several fields.

use super::packed::{Packed, packed};
use super::{Tag, ValueSet};

/// Some bits of an octet.
#[derive(Clone, Copy)]
pub(super) struct Bits {
    pub name: &'static str,
    pub mask: u8,
    /// Values with the bits left in place, and what they mean. Empty: the bits are a number.
    pub values: &'static [(u8, &'static str)],
}

impl Bits {
    /// True unless these are reserved bits that are 0, as they should be.
    pub(super) fn is_shown(&self, octet: u8) -> bool {
        self.name != "reserved" || octet & self.mask != 0
    }
}

const fn bits(name: &'static str, mask: u8, values: &'static [(u8, &'static str)]) -> Bits {
    Bits { name, mask, values }
}

const MESSAGE_CLASS: Bits = bits(
    "message_class",
    0x03,
    &[
        (0, "class 0, flash"),
        (1, "class 1, mobile equipment"),
        (2, "class 2, SIM"),
        (3, "class 3, terminal equipment"),
    ],
);
const INDICATION: &[(u8, &str)] = &[(0, "voicemail"), (1, "fax"), (2, "email"), (3, "other")];

const ESM_CLASS: &[Bits] = &[
    bits(
        "messaging_mode",
        0x03,
        &[
            (0, "default mode"),
            (1, "datagram"),
            (2, "forward (transaction)"),
            (3, "store and forward"),
        ],
    ),
    bits(
        "message_type",
        0x3C,
        &[
            (0x00, "normal message"),
            (0x04, "delivery receipt"),
            (0x08, "delivery acknowledgement"),
            (0x10, "user acknowledgement"),
            (0x18, "conversation abort"),
            (0x20, "intermediate notification"),
        ],
    ),
    bits(
        "udhi",
        0x40,
        &[(0, "no user data header"), (0x40, "user data header")],
    ),
    bits(
        "reply_path",
        0x80,
        &[(0, "no reply path"), (0x80, "reply path")],
    ),
];

const REGISTERED_DELIVERY: &[Bits] = &[
    bits(
        "mc_receipt",
        0x03,
        &[
            (0, "no receipt"),
            (1, "receipt on success or failure"),
            (2, "receipt on failure"),
            (3, "receipt on success"),
        ],
    ),
    bits(
        "sme_ack",
        0x0C,
        &[
            (0x00, "no acknowledgement"),
            (0x04, "delivery acknowledgement"),
            (0x08, "user acknowledgement"),
            (0x0C, "delivery and user acknowledgement"),
        ],
    ),
    bits(
        "intermediate_notification",
        0x10,
        &[
            (0, "no intermediate notification"),
            (0x10, "intermediate notification"),
        ],
    ),
    bits("reserved", 0xE0, &[(0, "none")]),
];

const MS_MSG_WAIT_FACILITIES: &[Bits] = &[
    bits("active", 0x80, &[(0, "inactive"), (0x80, "active")]),
    bits("type", 0x03, INDICATION),
    bits("reserved", 0x7C, &[(0, "none")]),
];

const CALLBACK_NUM_PRES_IND: &[Bits] = &[
    bits(
        "presentation",
        0x0C,
        &[
            (0x00, "presentation allowed"),
            (0x04, "presentation restricted"),
            (0x08, "number not available"),
        ],
    ),
    bits(
        "screening",
        0x03,
        &[
            (0, "not screened"),
            (1, "verified and passed"),
            (2, "verified and failed"),
            (3, "provided by the network"),
        ],
    ),
    bits("reserved", 0xF0, &[(0, "none")]),
];

const GENERAL_CODING: &[Bits] = &[
    bits(
        "compressed",
        0x20,
        &[(0, "not compressed"), (0x20, "compressed")],
    ),
    bits(
        "alphabet",
        0x0C,
        &[(0x00, "GSM 7-bit"), (0x04, "8-bit data"), (0x08, "UCS-2")],
    ),
    MESSAGE_CLASS,
];
const WAITING_CODING: &[Bits] = &[
    bits(
        "indication_active",
        0x08,
        &[(0, "inactive"), (0x08, "active")],
    ),
    bits("indication_type", 0x03, INDICATION),
];
const CLASS_CODING: &[Bits] = &[
    bits(
        "alphabet",
        0x04,
        &[(0x00, "GSM 7-bit"), (0x04, "8-bit data")],
    ),
    MESSAGE_CLASS,
];

const SESSION_SEQUENCE: &[Bits] = &[
    bits("sequence_number", 0xFE, &[]),
    bits("end_of_session", 0x01, &[(0, "no"), (1, "yes")]),
];

/// Values of `data_coding` below 0x10.
const DATA_CODINGS: [&str; 16] = [
    "default alphabet of the SMSC",
    "IA5, ASCII",
    "8-bit data (TDMA, CDMA)",
    "Latin-1, ISO-8859-1",
    "8-bit data",
    "JIS X 0208-1990",
    "Cyrillic, ISO-8859-5",
    "Hebrew, ISO-8859-8",
    "UCS-2",
    "pictograms",
    "ISO-2022-JP music codes",
    "",
    "",
    "extended Kanji, JIS X 0212-1990",
    "KS C 5601",
    "",
];

/// What a `data_coding` means, and true if SMPP reserves the value.
pub(super) fn data_coding(value: u8) -> (&'static str, bool) {
    match value {
        0x00..=0x0F => match DATA_CODINGS[usize::from(value)] {
            "" => ("reserved", true),
            name => (name, false),
        },
        0x10..=0x3F => ("GSM general coding", true),
        0x40..=0x7F => ("GSM, marked for automatic deletion", true),
        0x80..=0xBF => ("reserved", true),
        0xC0..=0xCF => ("GSM message waiting, discard", false),
        0xD0..=0xDF => ("GSM message waiting, store", false),
        0xE0..=0xEF => ("GSM message waiting, store, UCS-2", true),
        0xF0..=0xFF => ("GSM coding and class", false),
    }
}

/// The bit fields of a value of this set.
pub(super) fn bits_of(set: ValueSet, value: u8) -> &'static [Bits] {
    match set {
        ValueSet::EsmClass => ESM_CLASS,
        ValueSet::RegisteredDelivery => REGISTERED_DELIVERY,
        ValueSet::MsMsgWaitFacilities => MS_MSG_WAIT_FACILITIES,
        ValueSet::CallbackNumPresInd => CALLBACK_NUM_PRES_IND,
        ValueSet::SessionSequence => SESSION_SEQUENCE,
        ValueSet::DataCoding => match value {
            // Bit 4 says whether the class means anything.
            0x10..=0x7F if value & 0x10 != 0 => GENERAL_CODING,
            0x20..=0x7F => &GENERAL_CODING[..2],
            0xC0..=0xEF => WAITING_CODING,
            0xF0..=0xFF => CLASS_CODING,
            _ => &[],
        },
        _ => &[],
    }
}

/// How a part of a TLV is written.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum PartKind {
    /// One octet.
    Octet(ValueSet),
    /// Two octets.
    Short,
    /// Two octets, a content type of `broadcast_content_type`.
    ContentType,
    /// ASCII to the end.
    Text,
    /// Octets to the end.
    Octets,
}

/// The parts of a TLV, in order; empty if it is one value. Parts at the end may be missing.
pub(super) fn parts(tag: Tag) -> &'static [(&'static str, PartKind)] {
    use PartKind::{ContentType, Octet, Octets, Short, Text};
    match tag {
        Tag::DEST_TELEMATICS_ID => &[
            ("protocol_id", Octet(ValueSet::ProtocolId)),
            ("reserved", Octet(ValueSet::Plain)),
        ],
        Tag::SOURCE_SUBADDRESS | Tag::DEST_SUBADDRESS => &[
            ("subaddress_tag", Octet(ValueSet::SubaddressTag)),
            ("subaddress", Octets),
        ],
        Tag::CALLBACK_NUM_ATAG => &[
            ("data_coding", Octet(ValueSet::DataCoding)),
            ("text", Octets),
        ],
        Tag::CALLBACK_NUM => &[
            ("digit_mode", Octet(ValueSet::DigitMode)),
            ("ton", Octet(ValueSet::Ton)),
            ("npi", Octet(ValueSet::Npi)),
            ("digits", Text),
        ],
        Tag::NETWORK_ERROR_CODE => &[
            ("network_type", Octet(ValueSet::NetworkErrorCodeType)),
            ("error_code", Short),
        ],
        Tag::BROADCAST_CONTENT_TYPE => &[
            ("network_type", Octet(ValueSet::BroadcastContentNetwork)),
            ("content_type", ContentType),
        ],
        Tag::BROADCAST_FREQUENCY_INTERVAL => &[
            ("unit", Octet(ValueSet::BroadcastFrequencyIntervalUnit)),
            ("count", Short),
        ],
        Tag::BROADCAST_AREA_IDENTIFIER => &[
            ("format", Octet(ValueSet::BroadcastAreaFormat)),
            ("area", Octets),
        ],
        Tag::BILLING_IDENTIFICATION => {
            &[("format", Octet(ValueSet::Plain)), ("information", Octets)]
        }
        Tag::MS_VALIDITY => &[
            ("behaviour", Octet(ValueSet::MsValidityBehaviour)),
            ("unit", Octet(ValueSet::MsValidityUnit)),
            ("count", Short),
        ],
        Tag::ITS_SESSION_INFO => &[
            ("session_number", Octet(ValueSet::Plain)),
            ("sequence", Octet(ValueSet::SessionSequence)),
        ],
        _ => &[],
    }
}

/// The service categories of `broadcast_content_type` on a generic network.
macro_rules! content_types {
    ($($value:literal $name:literal,)*) => {
        static CONTENT_TYPES: &[u16] = &[$($value),*];
        static CONTENT_TYPE_NAMES: Packed = packed![$($name),*];
    };
}

content_types! {
    0x0000 "index",
    0x0001 "emergency broadcasts",
    0x0002 "IRDB download",
    0x0010 "news flashes",
    0x0011 "local news",
    0x0012 "regional news",
    0x0013 "national news",
    0x0014 "international news",
    0x0015 "local business news",
    0x0016 "regional business news",
    0x0017 "national business news",
    0x0018 "international business news",
    0x0019 "local sports news",
    0x001A "regional sports news",
    0x001B "national sports news",
    0x001C "international sports news",
    0x001D "local entertainment news",
    0x001E "regional entertainment news",
    0x001F "national entertainment news",
    0x0020 "international entertainment news",
    0x0021 "medical",
    0x0022 "doctors",
    0x0023 "pharmacy",
    0x0030 "local traffic",
    0x0031 "long distance traffic",
    0x0032 "taxis",
    0x0033 "weather",
    0x0034 "airport flight schedules",
    0x0035 "restaurants",
    0x0036 "lodgings",
    0x0037 "retail directory",
    0x0038 "advertisements",
    0x0039 "stock quotes",
    0x0040 "employment",
    0x0041 "technology news",
    0x0070 "district",
    0x0071 "network information",
    0x0080 "operator services",
    0x0081 "national directory enquiries",
    0x0082 "international directory enquiries",
    0x0083 "national customer care",
    0x0084 "international customer care",
    0x0085 "local time",
    0x0100 "multi category",
}

/// The name of a service category.
pub(super) fn content_type(value: u16) -> Option<&'static str> {
    let at = CONTENT_TYPES.iter().position(|known| *known == value)?;
    Some(CONTENT_TYPE_NAMES.get(at))
}
