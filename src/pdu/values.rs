//! Values of one octet: types of number, bit fields, states (SMPP 3.4 section 5.2, 5.0 section 4.7).
//!
//! Every type holds any octet, so that what is reserved or unknown is kept as it came.

use super::packed::{Packed, packed};

/// A value the specification gives a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NamedValue {
    /// The octet.
    pub value: u8,
    /// The name, in the specification's words.
    pub name: &'static str,
    /// What it means where the name alone does not say; may be empty.
    pub meaning: &'static str,
}

/// The same octet, in the type of the field.
macro_rules! octet {
    ($($(#[$doc:meta])* $type:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
        pub struct $type(pub u8);

        impl From<u8> for $type {
            #[inline]
            fn from(value: u8) -> Self {
                $type(value)
            }
        }

        impl From<$type> for u8 {
            #[inline]
            fn from(value: $type) -> Self {
                value.0
            }
        }
    )*};
}

macro_rules! values {
    ($(
        $(#[$doc:meta])*
        pub struct $type:ident {
            $($constant:ident = $value:literal, $name:literal, $meaning:literal;)*
        }
    )*) => {
        octet! { $($(#[$doc])* $type;)* }

        $(impl $type {
            $(
                #[doc = concat!("`", $name, "` ", $meaning)]
                pub const $constant: $type = $type($value);
            )*

            /// The name of the value; `"unknown"` if it has none.
            #[must_use]
            pub fn name(self) -> &'static str {
                ValueSet::$type.find(self.0).map_or("unknown", |value| value.name)
            }
        })*

        /// What the values of a field or TLV of one octet mean.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum ValueSet {
            /// A plain number.
            Plain,
            /// See [`EsmClass`].
            EsmClass,
            /// See [`RegisteredDelivery`].
            RegisteredDelivery,
            /// See [`DataCoding`].
            DataCoding,
            /// `protocol_id` of GSM 03.40 section 9.2.3.9.
            ProtocolId,
            /// `sm_default_msg_id`: 0 none, else the index of a canned message.
            SmDefaultMsgId,
            /// See [`MsMsgWaitFacilities`].
            MsMsgWaitFacilities,
            /// See [`CallbackNumPresInd`].
            CallbackNumPresInd,
            /// See [`CongestionState`].
            CongestionState,
            /// `broadcast_area_success`: per cent, 255 not known (5.0 section 4.8.4.5).
            AreaSuccess,
            /// The second octet of `its_session_info`: bits 7 to 1 a sequence number, bit 0 the end of the session.
            SessionSequence,
            $(
                #[doc = concat!("See [`", stringify!($type), "`].")]
                $type,
            )*
        }

        impl ValueSet {
            /// All of them, each at the place that is its number.
            #[cfg(all(feature = "wasm", target_family = "wasm", target_os = "unknown"))]
            pub(crate) const ALL: &[ValueSet] = &[
                ValueSet::Plain,
                ValueSet::EsmClass,
                ValueSet::RegisteredDelivery,
                ValueSet::DataCoding,
                ValueSet::ProtocolId,
                ValueSet::SmDefaultMsgId,
                ValueSet::MsMsgWaitFacilities,
                ValueSet::CallbackNumPresInd,
                ValueSet::CongestionState,
                ValueSet::AreaSuccess,
                ValueSet::SessionSequence,
                $(ValueSet::$type,)*
            ];

            /// The values that have names, in order; empty for bit fields and plain numbers.
            #[must_use]
            pub fn values(self) -> &'static [NamedValue] {
                match self {
                    $(ValueSet::$type => &[
                        $(NamedValue { value: $value, name: $name, meaning: $meaning }),*
                    ],)*
                    _ => &[],
                }
            }

            fn packed(self) -> Option<&'static PackedValues> {
                match self {
                    $(ValueSet::$type => {
                        static VALUES: PackedValues = PackedValues {
                            values: &[$($value),*],
                            names: packed![$($name),*],
                            meanings: packed![$($meaning),*],
                        };
                        Some(&VALUES)
                    })*
                    _ => None,
                }
            }
        }
    };
}

/// The rows of [`ValueSet::values`] in less room, for what is in the wasm module.
struct PackedValues {
    values: &'static [u8],
    names: Packed,
    meanings: Packed,
}

values! {
    /// Type of number of an address: `*_addr_ton` (3.4 section 5.2.5, 5.0 section 4.7.1).
    pub struct Ton {
        UNKNOWN = 0, "unknown", "unknown";
        INTERNATIONAL = 1, "international", "international number, no + and no 00";
        NATIONAL = 2, "national", "national number";
        NETWORK_SPECIFIC = 3, "network_specific", "network specific, often short codes";
        SUBSCRIBER_NUMBER = 4, "subscriber_number", "subscriber number";
        ALPHANUMERIC = 5, "alphanumeric", "text sender, NPI normally 0";
        ABBREVIATED = 6, "abbreviated", "abbreviated, often short codes";
    }
    /// Numbering plan of an address: `*_addr_npi` (3.4 section 5.2.6, 5.0 section 4.7.2).
    pub struct Npi {
        UNKNOWN = 0, "unknown", "unknown";
        ISDN = 1, "isdn", "E.163/E.164";
        DATA = 3, "data", "X.121";
        TELEX = 4, "telex", "F.69";
        LAND_MOBILE = 6, "land_mobile", "E.212";
        NATIONAL = 8, "national", "national";
        PRIVATE = 9, "private", "private";
        ERMES = 10, "ermes", "ERMES";
        INTERNET = 14, "internet", "IP address a.b.c.d";
        WAP_CLIENT_ID = 18, "wap_client_id", "WAP client id";
    }
    /// Where a message has got to: `message_state` (3.4 section 5.2.28, 5.0 section 4.7.15).
    pub struct MessageState {
        SCHEDULED = 0, "scheduled", "";
        ENROUTE = 1, "enroute", "";
        DELIVERED = 2, "delivered", "";
        EXPIRED = 3, "expired", "";
        DELETED = 4, "deleted", "";
        UNDELIVERABLE = 5, "undeliverable", "";
        ACCEPTED = 6, "accepted", "read on behalf of the subscriber; many SMSCs mean accepted by the network";
        UNKNOWN = 7, "unknown", "";
        REJECTED = 8, "rejected", "";
        SKIPPED = 9, "skipped", "";
    }
    /// `priority_flag`; what a level means depends on the network (3.4 section 5.2.14, 5.0 section 4.7.19).
    pub struct PriorityFlag {
        NON_PRIORITY = 0, "non_priority", "normal";
        PRIORITY = 1, "priority", "";
        LEVEL_2 = 2, "level_2", "urgent outside GSM";
        LEVEL_3 = 3, "level_3", "very urgent or emergency outside GSM";
        LEVEL_4 = 4, "level_4", "priority background, cell broadcast of 5.0";
    }
    /// `interface_version`, `sc_interface_version` (3.4 section 5.2.4, 5.0 section 4.7.13). Below 0x34 means 3.3: no TLVs.
    pub struct InterfaceVersion {
        V3_3 = 0x33, "3.3", "";
        V3_4 = 0x34, "3.4", "";
        V5_0 = 0x50, "5.0", "";
    }
    /// `replace_if_present_flag` (3.4 section 5.2.18, 5.0 section 4.7.22).
    pub struct ReplaceIfPresentFlag {
        NO = 0, "no", "";
        REPLACE = 1, "replace", "";
    }
    /// `dest_addr_subunit`, `source_addr_subunit` (3.4 section 5.3.2.1, 5.0 section 4.8.4.23).
    pub struct AddrSubunit {
        UNKNOWN = 0, "unknown", "";
        MS_DISPLAY = 1, "ms_display", "like class 0";
        MOBILE_EQUIPMENT = 2, "mobile_equipment", "like class 1";
        SMART_CARD_1 = 3, "smart_card_1", "like class 2";
        EXTERNAL_UNIT_1 = 4, "external_unit_1", "like class 3";
    }
    /// `dest_network_type`, `source_network_type` (3.4 section 5.3.2.3, 5.0 section 4.8.4.26).
    pub struct NetworkType {
        UNKNOWN = 0, "unknown", "";
        GSM = 1, "gsm", "";
        ANSI_136_TDMA = 2, "ansi_136_tdma", "";
        IS_95_CDMA = 3, "is_95_cdma", "";
        PDC = 4, "pdc", "";
        PHS = 5, "phs", "";
        IDEN = 6, "iden", "";
        AMPS = 7, "amps", "";
        PAGING = 8, "paging", "";
    }
    /// `dest_bearer_type`, `source_bearer_type` (3.4 section 5.3.2.5, 5.0 section 4.8.4.24).
    pub struct BearerType {
        UNKNOWN = 0, "unknown", "";
        SMS = 1, "sms", "";
        CSD = 2, "csd", "";
        PACKET_DATA = 3, "packet_data", "";
        USSD = 4, "ussd", "";
        CDPD = 5, "cdpd", "";
        DATATAC = 6, "datatac", "";
        FLEX_REFLEX = 7, "flex_reflex", "";
        CELL_BROADCAST = 8, "cell_broadcast", "";
    }
    /// `payload_type` (3.4 section 5.3.2.10, 5.0 section 4.8.4.44).
    pub struct PayloadType {
        DEFAULT = 0, "default", "WDP for WAP";
        WCMP = 1, "wcmp", "";
    }
    /// `privacy_indicator` (3.4 section 5.3.2.14, 5.0 section 4.8.4.45).
    pub struct PrivacyIndicator {
        NOT_RESTRICTED = 0, "not_restricted", "";
        RESTRICTED = 1, "restricted", "";
        CONFIDENTIAL = 2, "confidential", "";
        SECRET = 3, "secret", "";
    }
    /// The first octet of `source_subaddress` and `dest_subaddress` (3.4 section 5.3.2.15, 5.0 section 4.8.4.28).
    pub struct SubaddressTag {
        NSAP_EVEN = 128, "nsap_even", "";
        NSAP_ODD = 136, "nsap_odd", "";
        USER_SPECIFIED = 160, "user_specified", "";
    }
    /// `language_indicator` (3.4 section 5.3.2.19, 5.0 section 4.8.4.35).
    pub struct LanguageIndicator {
        UNSPECIFIED = 0, "unspecified", "";
        ENGLISH = 1, "english", "";
        FRENCH = 2, "french", "";
        SPANISH = 3, "spanish", "";
        GERMAN = 4, "german", "";
        PORTUGUESE = 5, "portuguese", "";
    }
    /// `dpf_result` (3.4 section 5.3.2.28, 5.0 section 4.8.4.32).
    pub struct DpfResult {
        NOT_SET = 0, "not_set", "";
        SET = 1, "set", "";
    }
    /// `set_dpf` (3.4 section 5.3.2.29, 5.0 section 4.8.4.52).
    pub struct SetDpf {
        NOT_REQUESTED = 0, "not_requested", "";
        REQUESTED = 1, "requested", "default";
    }
    /// `ms_availability_status` (3.4 section 5.3.2.30, 5.0 section 4.8.4.39).
    pub struct MsAvailabilityStatus {
        AVAILABLE = 0, "available", "default when absent";
        DENIED = 1, "denied", "";
        UNAVAILABLE = 2, "unavailable", "";
    }
    /// The first octet of `network_error_code` (3.4 section 5.3.2.31, 5.0 section 4.8.4.42).
    pub struct NetworkErrorCodeType {
        ANSI_136_ACCESS_DENIED = 1, "ansi_136_access_denied", "";
        IS_95_ACCESS_DENIED = 2, "is_95_access_denied", "";
        GSM = 3, "gsm", "";
        ANSI_136_CAUSE = 4, "ansi_136_cause", "";
        IS_95_CAUSE = 5, "is_95_cause", "";
        ANSI_41_ERROR = 6, "ansi_41_error", "";
        SMPP_ERROR = 7, "smpp_error", "";
        MC_SPECIFIC = 8, "mc_specific", "";
    }
    /// `delivery_failure_reason` (3.4 section 5.3.2.33, 5.0 section 4.8.4.19).
    pub struct DeliveryFailureReason {
        DESTINATION_UNAVAILABLE = 0, "destination_unavailable", "may be retried";
        DESTINATION_INVALID = 1, "destination_invalid", "permanent";
        PERMANENT_NETWORK_ERROR = 2, "permanent_network_error", "permanent";
        TEMPORARY_NETWORK_ERROR = 3, "temporary_network_error", "may be retried";
    }
    /// `more_messages_to_send` (3.4 section 5.3.2.34, 5.0 section 4.8.4.38).
    pub struct MoreMessagesToSend {
        NO = 0, "no", "";
        YES = 1, "yes", "default";
    }
    /// `ussd_service_op` (3.4 section 5.3.2.44, 5.0 section 4.8.4.64). 32 and above are set by the SMSC.
    pub struct UssdServiceOp {
        PSSD_INDICATION = 0, "pssd_indication", "";
        PSSR_INDICATION = 1, "pssr_indication", "";
        USSR_REQUEST = 2, "ussr_request", "";
        USSN_REQUEST = 3, "ussn_request", "";
        PSSD_RESPONSE = 16, "pssd_response", "";
        PSSR_RESPONSE = 17, "pssr_response", "";
        USSR_CONFIRM = 18, "ussr_confirm", "";
        USSN_CONFIRM = 19, "ussn_confirm", "";
    }
    /// `display_time` (3.4 section 5.3.2.26, 5.0 section 4.8.4.31).
    pub struct DisplayTime {
        TEMPORARY = 0, "temporary", "";
        DEFAULT = 1, "default", "";
        INVOKE = 2, "invoke", "";
    }
    /// `alert_on_message_delivery` (3.4 section 5.3.2.41, 5.0 section 4.8.4.2).
    pub struct AlertOnMessageDelivery {
        DEFAULT = 0, "default", "";
        LOW = 1, "low", "";
        MEDIUM = 2, "medium", "";
        HIGH = 3, "high", "";
    }
    /// `its_reply_type` (3.4 section 5.3.2.42, 5.0 section 4.8.4.33).
    pub struct ItsReplyType {
        DIGIT = 0, "digit", "";
        NUMBER = 1, "number", "";
        TELEPHONE = 2, "telephone", "";
        PASSWORD = 3, "password", "";
        CHARACTER_LINE = 4, "character_line", "";
        MENU = 5, "menu", "";
        DATE = 6, "date", "";
        TIME = 7, "time", "";
        CONTINUE = 8, "continue", "";
    }
    /// `dest_addr_np_resolution` (5.0 section 4.8.4.22).
    pub struct DestAddrNpResolution {
        NOT_QUERIED = 0, "not_queried", "default";
        QUERIED_NOT_PORTED = 1, "queried_not_ported", "";
        QUERIED_PORTED = 2, "queried_ported", "then also np_information and np_country";
    }
    /// `broadcast_channel_indicator` (5.0 section 4.8.4.7).
    pub struct BroadcastChannelIndicator {
        BASIC = 0, "basic", "default";
        EXTENDED = 1, "extended", "";
    }
    /// `broadcast_message_class` (5.0 section 4.8.4.12).
    pub struct BroadcastMessageClass {
        NONE = 0, "none", "default";
        CLASS_1 = 1, "class_1", "user defined";
        CLASS_2 = 2, "class_2", "user defined";
        CLASS_3 = 3, "class_3", "terminal equipment";
    }
    /// The first octet of `broadcast_area_identifier` (5.0 section 4.8.4.4).
    pub struct BroadcastAreaFormat {
        ALIAS_NAME = 0, "alias_name", "";
        ELLIPSOID_ARC = 1, "ellipsoid_arc", "TS 23.032";
        POLYGON = 2, "polygon", "TS 23.032";
    }
    /// The first octet of `broadcast_frequency_interval` (5.0 section 4.8.4.11).
    pub struct BroadcastFrequencyIntervalUnit {
        AS_OFTEN_AS_POSSIBLE = 0, "as_often_as_possible", "";
        SECONDS = 8, "seconds", "";
        MINUTES = 9, "minutes", "";
        HOURS = 10, "hours", "";
        DAYS = 11, "days", "";
        WEEKS = 12, "weeks", "";
        MONTHS = 13, "months", "";
        YEARS = 14, "years", "";
    }
    /// The first octet of `callback_num` (3.4 section 5.3.2.36, 5.0 section 4.8.4.15).
    pub struct DigitMode {
        DTMF_TBCD = 0, "dtmf_tbcd", "sent to the handset as DTMF in TBCD";
        ASCII = 1, "ascii", "sent to the handset as ASCII";
    }
    /// The first octet of `ms_validity` (3.4 section 5.3.2.27, 5.0 section 4.8.4.41).
    pub struct MsValidityBehaviour {
        STORE_INDEFINITELY = 0, "store_indefinitely", "default";
        POWER_DOWN = 1, "power_down", "";
        REGISTRATION_AREA_CHANGE = 2, "registration_area_change", "3.4: SID based";
        DISPLAY_ONLY = 3, "display_only", "";
        RELATIVE_TIME = 4, "relative_time", "unit and count follow, 5.0 only";
    }
    /// The second octet of `ms_validity` (5.0 section 4.8.4.41).
    pub struct MsValidityUnit {
        SECONDS = 0, "seconds", "";
        MINUTES = 1, "minutes", "";
        HOURS = 2, "hours", "";
        DAYS = 3, "days", "";
        WEEKS = 4, "weeks", "";
        MONTHS = 5, "months", "";
        YEARS = 6, "years", "";
    }
    /// The first octet of `broadcast_content_type` (5.0 section 4.8.4.8).
    pub struct BroadcastContentNetwork {
        GENERIC = 0, "generic", "";
        GSM = 1, "gsm", "";
        TDMA = 2, "tdma", "";
        CDMA = 3, "cdma", "";
    }
    /// What an entry of `dest_address` is (3.4 section 5.2.25, 5.0 section 4.7.9).
    pub struct DestFlag {
        SME_ADDRESS = 1, "sme_address", "";
        DISTRIBUTION_LIST = 2, "distribution_list", "";
    }
}

impl ValueSet {
    /// The named value of this octet.
    #[must_use]
    pub fn find(self, value: u8) -> Option<&'static NamedValue> {
        self.values().iter().find(|named| named.value == value)
    }

    /// Name and meaning of this octet, if it has a name.
    pub(super) fn name_and_meaning(self, value: u8) -> Option<(&'static str, &'static str)> {
        let packed = self.packed()?;
        let at = packed.values.iter().position(|known| *known == value)?;
        Some((packed.names.get(at), packed.meanings.get(at)))
    }

    /// The value of this name.
    pub(super) fn by_name(self, name: &str) -> Option<u8> {
        let packed = self.packed()?;
        packed.values.get(packed.names.position(name)?).copied()
    }

    /// True if values have names.
    pub(super) fn has_names(self) -> bool {
        self.packed().is_some()
    }
}

octet! {
    /// `esm_class`: messaging mode, message type and GSM features (3.4 section 5.2.12, 5.0 section 4.7.12).
    EsmClass;
    /// `registered_delivery`: which receipts are asked for (3.4 section 5.2.17, 5.0 section 4.7.21).
    RegisteredDelivery;
    /// `data_coding`: how the text is written down (3.4 section 5.2.19, 5.0 section 4.7.7).
    DataCoding;
    /// `ms_msg_wait_facilities` (3.4 section 5.3.2.13, 5.0 section 4.8.4.40).
    MsMsgWaitFacilities;
    /// `callback_num_pres_ind` (3.4 section 5.3.2.37, 5.0 section 4.8.4.17).
    CallbackNumPresInd;
    /// `congestion_state`, per cent (5.0 section 4.8.4.18).
    CongestionState;
}

impl EsmClass {
    /// Datagram mode: one try, no receipt.
    pub const DATAGRAM: EsmClass = EsmClass(0x01);
    /// Transaction mode: the response waits for the delivery.
    pub const FORWARD: EsmClass = EsmClass(0x02);
    /// Store and forward.
    pub const STORE_AND_FORWARD: EsmClass = EsmClass(0x03);
    /// Message type: delivery receipt of the SMSC.
    pub const DELIVERY_RECEIPT: EsmClass = EsmClass(0x04);
    /// Message type: acknowledgement of the receiving SME.
    pub const DELIVERY_ACKNOWLEDGEMENT: EsmClass = EsmClass(0x08);
    /// Message type: acknowledgement of the user.
    pub const USER_ACKNOWLEDGEMENT: EsmClass = EsmClass(0x10);
    /// Message type: conversation abort (Korean CDMA).
    pub const CONVERSATION_ABORT: EsmClass = EsmClass(0x18);
    /// Message type: intermediate delivery notification.
    pub const INTERMEDIATE_NOTIFICATION: EsmClass = EsmClass(0x20);
    /// The user data begins with a header (UDH).
    pub const UDHI: EsmClass = EsmClass(0x40);
    /// A reply path is set.
    pub const REPLY_PATH: EsmClass = EsmClass(0x80);

    /// Bits 1 and 0: the messaging mode. Has no meaning towards the ESME.
    #[must_use]
    pub const fn messaging_mode(self) -> u8 {
        self.0 & 0x03
    }

    /// Bits 5 to 2, left in place: the message type.
    #[must_use]
    pub const fn message_type(self) -> u8 {
        self.0 & 0x3C
    }

    /// True if the user data begins with a header.
    #[must_use]
    pub const fn udhi(self) -> bool {
        self.0 & 0x40 != 0
    }

    /// True if a reply path is set.
    #[must_use]
    pub const fn reply_path(self) -> bool {
        self.0 & 0x80 != 0
    }

    /// These bits and those of `other`.
    #[must_use]
    pub const fn with(self, other: EsmClass) -> EsmClass {
        EsmClass(self.0 | other.0)
    }
}

impl RegisteredDelivery {
    /// No receipt.
    pub const NONE: RegisteredDelivery = RegisteredDelivery(0);
    /// A receipt for success and for failure.
    pub const ALWAYS: RegisteredDelivery = RegisteredDelivery(1);
    /// A receipt for failure only.
    pub const ON_FAILURE: RegisteredDelivery = RegisteredDelivery(2);
    /// A receipt for success only (5.0; reserved in 3.4).
    pub const ON_SUCCESS: RegisteredDelivery = RegisteredDelivery(3);

    /// Bits 1 and 0: the receipt of the SMSC.
    #[must_use]
    pub const fn mc_receipt(self) -> u8 {
        self.0 & 0x03
    }

    /// Bits 3 and 2, left in place: acknowledgements of the receiving SME.
    #[must_use]
    pub const fn sme_ack(self) -> u8 {
        self.0 & 0x0C
    }

    /// Bit 4: intermediate notifications are asked for.
    #[must_use]
    pub const fn intermediate(self) -> bool {
        self.0 & 0x10 != 0
    }
}

impl DataCoding {
    /// The default alphabet of the SMSC.
    pub const DEFAULT: DataCoding = DataCoding(0x00);
    /// IA5, ASCII.
    pub const ASCII: DataCoding = DataCoding(0x01);
    /// 8-bit data.
    pub const BINARY: DataCoding = DataCoding(0x04);
    /// ISO-8859-1.
    pub const LATIN1: DataCoding = DataCoding(0x03);
    /// ISO-8859-5.
    pub const CYRILLIC: DataCoding = DataCoding(0x06);
    /// ISO-8859-8.
    pub const HEBREW: DataCoding = DataCoding(0x07);
    /// UCS-2, in practice UTF-16BE.
    pub const UCS2: DataCoding = DataCoding(0x08);
}

impl MsMsgWaitFacilities {
    /// Bit 7: the indication is active.
    #[must_use]
    pub const fn active(self) -> bool {
        self.0 & 0x80 != 0
    }

    /// Bits 1 and 0: 0 voicemail, 1 fax, 2 email, 3 other.
    #[must_use]
    pub const fn kind(self) -> u8 {
        self.0 & 0x03
    }
}

impl CallbackNumPresInd {
    /// Bits 3 and 2, left in place: 0 allowed, 4 restricted, 8 not available.
    #[must_use]
    pub const fn presentation(self) -> u8 {
        self.0 & 0x0C
    }

    /// Bits 1 and 0: who vouches for the number.
    #[must_use]
    pub const fn screening(self) -> u8 {
        self.0 & 0x03
    }
}

impl CongestionState {
    /// The band the value falls in; `"unknown"` above 100.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self.0 {
            0 => "idle",
            1..=29 => "low",
            30..=49 => "medium",
            50..=79 => "high",
            80..=90 => "optimum",
            91..=99 => "nearing_congestion",
            100 => "congested",
            _ => "unknown",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_follow_the_specification_and_the_rest_is_kept() {
        assert_eq!(Ton::INTERNATIONAL.name(), "international");
        assert_eq!(Npi(14).name(), "internet");
        assert_eq!(Ton(7).name(), "unknown");
        assert_eq!(u8::from(Ton(7)), 7);
        assert_eq!(MessageState::SKIPPED, MessageState(9));
        assert_eq!(UssdServiceOp(16).name(), "pssd_response");
    }

    #[test]
    fn a_receipt_is_told_by_the_whole_message_type() {
        let receipt_with_header = EsmClass::DELIVERY_RECEIPT.with(EsmClass::UDHI);
        assert_eq!(receipt_with_header.message_type(), 0x04);
        assert!(receipt_with_header.udhi());
        assert!(!receipt_with_header.reply_path());
        assert_eq!(
            EsmClass(0x20).message_type(),
            EsmClass::INTERMEDIATE_NOTIFICATION.0
        );
    }

    #[test]
    fn intermediate_notification_is_bit_4() {
        assert!(RegisteredDelivery(0x10).intermediate());
        assert!(!RegisteredDelivery(0x20).intermediate());
        assert_eq!(RegisteredDelivery(0x0F).sme_ack(), 0x0C);
    }

    #[test]
    fn packed_values_are_those_of_the_table() {
        for set in [ValueSet::Ton, ValueSet::MessageState, ValueSet::DestFlag] {
            for named in set.values() {
                let packed = set.name_and_meaning(named.value);
                assert_eq!(packed, Some((named.name, named.meaning)));
                assert_eq!(set.by_name(named.name), Some(named.value));
            }
        }
        assert_eq!(ValueSet::Ton.name_and_meaning(7), None);
        assert_eq!(ValueSet::Ton.by_name("no such type"), None);
        assert!(!ValueSet::Plain.has_names());
    }

    #[test]
    fn ninety_per_cent_is_optimum() {
        assert_eq!(CongestionState(90).name(), "optimum");
        assert_eq!(CongestionState(91).name(), "nearing_congestion");
        assert_eq!(CongestionState(101).name(), "unknown");
    }
}
