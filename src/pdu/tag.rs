//! Tags of the optional parameters (SMPP 3.4 section 5.3.2, 5.0 section 4.8.1).

use super::ValueSet;

/// The tag of a TLV (SMPP 3.4 section 5.3.2, 5.0 section 4.8.1). Any 16 bits, so that unknown and vendor tags are kept as they came.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Tag(pub u16);

/// How the value of a TLV is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TlvType {
    /// An unsigned integer, most significant octet first.
    Integer,
    /// Text with a final NUL.
    CString,
    /// Octets.
    Octets,
}

/// What the specification says of a TLV.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TlvSpec {
    /// The tag.
    pub tag: Tag,
    /// The specification's name.
    pub name: &'static str,
    /// How the value is written.
    pub kind: TlvType,
    /// Fewest octets of the value, the NUL of a C-octet string included.
    pub min: u16,
    /// Most octets of the value.
    pub max: u16,
    /// What a value of one octet means.
    pub values: ValueSet,
    /// PDUs that may carry it in 3.4, as bits of [`carrier`].
    pub allowed_3_4: u16,
    /// PDUs that may carry it in 5.0.
    pub allowed_5_0: u16,
    /// True if it may stand more than once in a PDU.
    pub repeatable: bool,
    /// Its section of 3.4 is 5.3.2 and this number; 0 if 3.4 does not have it.
    pub section_3_4: u8,
    /// Its section of 5.0 is 4.8.4 and this number.
    pub section_5_0: u8,
}

/// Groups of PDUs that take the same TLVs, one bit each.
pub mod carrier {
    /// `submit_sm`
    pub const SUBMIT: u16 = 1;
    /// `submit_multi`
    pub const MULTI: u16 = 1 << 1;
    /// `data_sm`, either direction
    pub const DATA: u16 = 1 << 2;
    /// `deliver_sm`
    pub const DELIVER: u16 = 1 << 3;
    /// `broadcast_sm`
    pub const BROADCAST: u16 = 1 << 4;
    /// `replace_sm`
    pub const REPLACE: u16 = 1 << 5;
    /// `query_broadcast_sm`
    pub const QUERY_BROADCAST: u16 = 1 << 6;
    /// `cancel_broadcast_sm`
    pub const CANCEL_BROADCAST: u16 = 1 << 7;
    /// `submit_sm_resp`, `submit_multi_resp`
    pub const SUBMIT_RESP: u16 = 1 << 8;
    /// `data_sm_resp`, either direction
    pub const DATA_RESP: u16 = 1 << 9;
    /// `deliver_sm_resp`
    pub const DELIVER_RESP: u16 = 1 << 10;
    /// The three bind responses
    pub const BIND_RESP: u16 = 1 << 11;
    /// `alert_notification`
    pub const ALERT: u16 = 1 << 12;
    /// `broadcast_sm_resp`
    pub const BROADCAST_RESP: u16 = 1 << 13;
    /// `query_broadcast_sm_resp`
    pub const QUERY_BROADCAST_RESP: u16 = 1 << 14;
    /// Every response
    pub const RESPONSES: u16 = 1 << 15;
}

use carrier::{
    ALERT, BIND_RESP, BROADCAST, BROADCAST_RESP, CANCEL_BROADCAST, DATA, DATA_RESP, DELIVER,
    DELIVER_RESP, MULTI, QUERY_BROADCAST, QUERY_BROADCAST_RESP, REPLACE, RESPONSES, SUBMIT,
    SUBMIT_RESP,
};

/// Where 3.4 speaks of a TLV; 0 if it does not.
macro_rules! in_3_4 {
    (0) => {
        ""
    };
    ($number:tt) => {
        concat!("3.4 section 5.3.2.", $number, ", ")
    };
}

macro_rules! tags {
    ($($constant:ident = $tag:literal, $name:literal, $kind:ident, $min:literal, $max:literal, $values:ident, $v34:expr, $v50:expr, $repeatable:literal, $s34:tt, $s50:literal;)*) => {
        impl Tag {
            $(
                #[doc = concat!("`", $name, "` (SMPP ", in_3_4!($s34), "5.0 section 4.8.4.", $s50, ").")]
                pub const $constant: Tag = Tag($tag);
            )*
        }

        /// Sorted by tag.
        static TLVS: &[TlvSpec] = &[
            $(TlvSpec {
                tag: Tag($tag),
                name: $name,
                kind: TlvType::$kind,
                min: $min,
                max: $max,
                values: ValueSet::$values,
                allowed_3_4: $v34,
                allowed_5_0: $v50,
                repeatable: $repeatable,
                section_3_4: $s34,
                section_5_0: $s50,
            }),*
        ];
    };
}

#[rustfmt::skip]
tags! {
    DEST_ADDR_SUBUNIT = 0x0005, "dest_addr_subunit", Integer, 1, 1, AddrSubunit, SUBMIT | MULTI | DATA, SUBMIT | MULTI | DATA | DELIVER | BROADCAST, false, 1, 23;
    DEST_NETWORK_TYPE = 0x0006, "dest_network_type", Integer, 1, 1, NetworkType, DATA, SUBMIT | MULTI | DATA, false, 3, 26;
    DEST_BEARER_TYPE = 0x0007, "dest_bearer_type", Integer, 1, 1, BearerType, DATA, SUBMIT | MULTI | DATA, false, 5, 24;
    DEST_TELEMATICS_ID = 0x0008, "dest_telematics_id", Integer, 2, 2, Plain, DATA, SUBMIT | MULTI | DATA, false, 7, 29;
    SOURCE_ADDR_SUBUNIT = 0x000D, "source_addr_subunit", Integer, 1, 1, AddrSubunit, SUBMIT | MULTI | DATA, SUBMIT | MULTI | DATA | DELIVER | BROADCAST, false, 2, 54;
    SOURCE_NETWORK_TYPE = 0x000E, "source_network_type", Integer, 1, 1, NetworkType, DATA, SUBMIT | MULTI | DATA, false, 4, 57;
    SOURCE_BEARER_TYPE = 0x000F, "source_bearer_type", Integer, 1, 1, BearerType, DATA, SUBMIT | MULTI | DATA, false, 6, 55;
    SOURCE_TELEMATICS_ID = 0x0010, "source_telematics_id", Integer, 1, 1, Plain, DATA, SUBMIT | MULTI | DATA, false, 8, 61;
    QOS_TIME_TO_LIVE = 0x0017, "qos_time_to_live", Integer, 4, 4, Plain, DATA, SUBMIT | MULTI | DATA, false, 9, 46;
    PAYLOAD_TYPE = 0x0019, "payload_type", Integer, 1, 1, PayloadType, SUBMIT | MULTI | DELIVER | DATA, SUBMIT | MULTI | DATA | DELIVER | BROADCAST, false, 10, 44;
    ADDITIONAL_STATUS_INFO_TEXT = 0x001D, "additional_status_info_text", CString, 1, 256, Plain, DATA_RESP, SUBMIT_RESP | DATA_RESP | DELIVER_RESP, false, 11, 1;
    RECEIPTED_MESSAGE_ID = 0x001E, "receipted_message_id", CString, 1, 65, Plain, DELIVER | DATA, DELIVER | DATA, false, 12, 47;
    MS_MSG_WAIT_FACILITIES = 0x0030, "ms_msg_wait_facilities", Integer, 1, 1, MsMsgWaitFacilities, SUBMIT | MULTI | DATA, SUBMIT | MULTI | DATA, false, 13, 40;
    PRIVACY_INDICATOR = 0x0201, "privacy_indicator", Integer, 1, 1, PrivacyIndicator, SUBMIT | MULTI | DELIVER | DATA, SUBMIT | MULTI | DATA | DELIVER | BROADCAST, false, 14, 45;
    SOURCE_SUBADDRESS = 0x0202, "source_subaddress", Octets, 2, 23, Plain, SUBMIT | MULTI | DELIVER | DATA, SUBMIT | MULTI | DATA | DELIVER | BROADCAST, false, 15, 60;
    DEST_SUBADDRESS = 0x0203, "dest_subaddress", Octets, 2, 23, Plain, SUBMIT | MULTI | DELIVER | DATA, SUBMIT | DATA | DELIVER | BROADCAST, false, 16, 28;
    USER_MESSAGE_REFERENCE = 0x0204, "user_message_reference", Integer, 2, 2, Plain, SUBMIT | MULTI | DELIVER | DATA, SUBMIT | MULTI | DATA | DELIVER | BROADCAST | QUERY_BROADCAST | QUERY_BROADCAST_RESP | CANCEL_BROADCAST, false, 17, 62;
    USER_RESPONSE_CODE = 0x0205, "user_response_code", Integer, 1, 1, Plain, SUBMIT | DELIVER | DATA, SUBMIT | MULTI | DATA | DELIVER, false, 18, 63;
    SOURCE_PORT = 0x020A, "source_port", Integer, 2, 2, Plain, SUBMIT | MULTI | DELIVER | DATA, SUBMIT | MULTI | DATA | DELIVER | BROADCAST, false, 20, 59;
    DEST_PORT = 0x020B, "dest_port", Integer, 2, 2, Plain, SUBMIT | MULTI | DELIVER | DATA, SUBMIT | MULTI | DATA | DELIVER | BROADCAST, false, 21, 30;
    SAR_MSG_REF_NUM = 0x020C, "sar_msg_ref_num", Integer, 2, 2, Plain, SUBMIT | MULTI | DELIVER | DATA, SUBMIT | MULTI | DATA | DELIVER, false, 22, 48;
    LANGUAGE_INDICATOR = 0x020D, "language_indicator", Integer, 1, 1, LanguageIndicator, SUBMIT | MULTI | DELIVER | DATA, SUBMIT | MULTI | DATA | DELIVER | BROADCAST, false, 19, 35;
    SAR_TOTAL_SEGMENTS = 0x020E, "sar_total_segments", Integer, 1, 1, Plain, SUBMIT | MULTI | DELIVER | DATA, SUBMIT | MULTI | DATA | DELIVER, false, 23, 50;
    SAR_SEGMENT_SEQNUM = 0x020F, "sar_segment_seqnum", Integer, 1, 1, Plain, SUBMIT | MULTI | DELIVER | DATA, SUBMIT | MULTI | DATA | DELIVER, false, 24, 49;
    SC_INTERFACE_VERSION = 0x0210, "sc_interface_version", Integer, 1, 1, InterfaceVersion, BIND_RESP, BIND_RESP, false, 25, 51;
    CALLBACK_NUM_PRES_IND = 0x0302, "callback_num_pres_ind", Integer, 1, 1, CallbackNumPresInd, SUBMIT | MULTI | DATA, SUBMIT | MULTI | DATA | DELIVER | BROADCAST, true, 37, 17;
    CALLBACK_NUM_ATAG = 0x0303, "callback_num_atag", Octets, 1, 65, Plain, SUBMIT | MULTI | DATA, SUBMIT | MULTI | DATA | DELIVER | BROADCAST, true, 38, 16;
    NUMBER_OF_MESSAGES = 0x0304, "number_of_messages", Integer, 1, 1, Plain, SUBMIT | DATA, SUBMIT | MULTI | DATA, false, 39, 43;
    CALLBACK_NUM = 0x0381, "callback_num", Octets, 4, 19, Plain, SUBMIT | MULTI | DELIVER | DATA, SUBMIT | MULTI | DATA | DELIVER | BROADCAST, true, 36, 15;
    DPF_RESULT = 0x0420, "dpf_result", Integer, 1, 1, DpfResult, DATA_RESP, SUBMIT_RESP | DATA_RESP | DELIVER | DATA, false, 28, 32;
    SET_DPF = 0x0421, "set_dpf", Integer, 1, 1, SetDpf, DATA, SUBMIT | MULTI | DATA, false, 29, 52;
    MS_AVAILABILITY_STATUS = 0x0422, "ms_availability_status", Integer, 1, 1, MsAvailabilityStatus, ALERT, ALERT, false, 30, 39;
    NETWORK_ERROR_CODE = 0x0423, "network_error_code", Octets, 3, 3, Plain, DELIVER | DATA | DATA_RESP, SUBMIT_RESP | DATA_RESP | DELIVER | DATA | DELIVER_RESP, false, 31, 42;
    MESSAGE_PAYLOAD = 0x0424, "message_payload", Octets, 0, 65535, Plain, SUBMIT | MULTI | DELIVER | DATA, SUBMIT | MULTI | DATA | DELIVER | BROADCAST | REPLACE, false, 32, 36;
    DELIVERY_FAILURE_REASON = 0x0425, "delivery_failure_reason", Integer, 1, 1, DeliveryFailureReason, DATA_RESP, SUBMIT_RESP | DATA_RESP | DELIVER_RESP, false, 33, 19;
    MORE_MESSAGES_TO_SEND = 0x0426, "more_messages_to_send", Integer, 1, 1, MoreMessagesToSend, SUBMIT | DATA, SUBMIT | MULTI | DATA, false, 34, 38;
    MESSAGE_STATE = 0x0427, "message_state", Integer, 1, 1, MessageState, DELIVER | DATA, DELIVER | DATA | QUERY_BROADCAST_RESP, false, 35, 37;
    CONGESTION_STATE = 0x0428, "congestion_state", Integer, 1, 1, CongestionState, 0, RESPONSES, false, 0, 18;
    USSD_SERVICE_OP = 0x0501, "ussd_service_op", Integer, 1, 1, UssdServiceOp, SUBMIT, SUBMIT | MULTI | DATA | DELIVER, false, 44, 64;
    BROADCAST_CHANNEL_INDICATOR = 0x0600, "broadcast_channel_indicator", Integer, 1, 1, BroadcastChannelIndicator, 0, BROADCAST, false, 0, 7;
    BROADCAST_CONTENT_TYPE = 0x0601, "broadcast_content_type", Octets, 3, 3, Plain, 0, BROADCAST | CANCEL_BROADCAST, false, 0, 8;
    BROADCAST_CONTENT_TYPE_INFO = 0x0602, "broadcast_content_type_info", Octets, 1, 255, Plain, 0, BROADCAST, false, 0, 6;
    BROADCAST_MESSAGE_CLASS = 0x0603, "broadcast_message_class", Integer, 1, 1, BroadcastMessageClass, 0, BROADCAST, false, 0, 12;
    BROADCAST_REP_NUM = 0x0604, "broadcast_rep_num", Integer, 2, 2, Plain, 0, BROADCAST, false, 0, 13;
    BROADCAST_FREQUENCY_INTERVAL = 0x0605, "broadcast_frequency_interval", Octets, 3, 3, Plain, 0, BROADCAST, false, 0, 11;
    BROADCAST_AREA_IDENTIFIER = 0x0606, "broadcast_area_identifier", Octets, 1, 101, Plain, 0, BROADCAST | BROADCAST_RESP | QUERY_BROADCAST_RESP, true, 0, 4;
    BROADCAST_ERROR_STATUS = 0x0607, "broadcast_error_status", Integer, 4, 4, Plain, 0, BROADCAST_RESP, true, 0, 10;
    BROADCAST_AREA_SUCCESS = 0x0608, "broadcast_area_success", Integer, 1, 1, AreaSuccess, 0, QUERY_BROADCAST_RESP, true, 0, 5;
    BROADCAST_END_TIME = 0x0609, "broadcast_end_time", CString, 16, 17, Plain, 0, QUERY_BROADCAST_RESP, false, 0, 9;
    BROADCAST_SERVICE_GROUP = 0x060A, "broadcast_service_group", Octets, 1, 255, Plain, 0, BROADCAST, false, 0, 14;
    BILLING_IDENTIFICATION = 0x060B, "billing_identification", Octets, 1, 1024, Plain, 0, SUBMIT | MULTI | DATA, false, 0, 3;
    SOURCE_NETWORK_ID = 0x060D, "source_network_id", CString, 7, 65, Plain, 0, SUBMIT | MULTI | DATA | DELIVER, false, 0, 56;
    DEST_NETWORK_ID = 0x060E, "dest_network_id", CString, 7, 65, Plain, 0, SUBMIT | MULTI | DATA | DELIVER, false, 0, 25;
    SOURCE_NODE_ID = 0x060F, "source_node_id", Octets, 6, 6, Plain, 0, SUBMIT | MULTI | DATA | DELIVER, false, 0, 58;
    DEST_NODE_ID = 0x0610, "dest_node_id", Octets, 6, 6, Plain, 0, SUBMIT | MULTI | DATA | DELIVER, false, 0, 27;
    DEST_ADDR_NP_RESOLUTION = 0x0611, "dest_addr_np_resolution", Integer, 1, 1, DestAddrNpResolution, 0, SUBMIT | MULTI | DATA | DELIVER, false, 0, 22;
    DEST_ADDR_NP_INFORMATION = 0x0612, "dest_addr_np_information", Octets, 10, 10, Plain, 0, SUBMIT | MULTI | DATA | DELIVER, false, 0, 21;
    DEST_ADDR_NP_COUNTRY = 0x0613, "dest_addr_np_country", Octets, 1, 5, Plain, 0, SUBMIT | MULTI | DATA | DELIVER, false, 0, 20;
    DISPLAY_TIME = 0x1201, "display_time", Integer, 1, 1, DisplayTime, SUBMIT | MULTI | DATA, SUBMIT | MULTI | DATA | BROADCAST, false, 26, 31;
    SMS_SIGNAL = 0x1203, "sms_signal", Integer, 2, 2, Plain, SUBMIT | MULTI | DATA, SUBMIT | MULTI | DATA | BROADCAST, false, 40, 53;
    MS_VALIDITY = 0x1204, "ms_validity", Octets, 1, 4, Plain, SUBMIT | MULTI | DATA, SUBMIT | MULTI | DATA | BROADCAST, false, 27, 41;
    ALERT_ON_MESSAGE_DELIVERY = 0x130C, "alert_on_message_delivery", Integer, 0, 1, AlertOnMessageDelivery, SUBMIT | MULTI | DATA, SUBMIT | MULTI | DATA | BROADCAST, false, 41, 2;
    ITS_REPLY_TYPE = 0x1380, "its_reply_type", Integer, 1, 1, ItsReplyType, SUBMIT | DATA, SUBMIT | MULTI | DATA | DELIVER, false, 42, 33;
    ITS_SESSION_INFO = 0x1383, "its_session_info", Octets, 2, 2, Plain, SUBMIT | DELIVER | DATA, SUBMIT | MULTI | DATA | DELIVER, false, 43, 34;
}

impl Tag {
    /// What 3.4 and 5.0 say of this tag.
    #[must_use]
    pub fn spec(self) -> Option<&'static TlvSpec> {
        TLVS.binary_search_by_key(&self, |spec| spec.tag)
            .ok()
            .map(|at| &TLVS[at])
    }

    /// The specification's name; `"unknown"` if it has none.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.spec().map_or("unknown", |spec| spec.name)
    }

    /// The tag of this name, also by the names of 3.4 that 5.0 changed.
    #[must_use]
    pub fn by_name(name: &str) -> Option<Tag> {
        let name = match name {
            "destination_port" => "dest_port",
            "alert_on_msg_delivery" => "alert_on_message_delivery",
            "failed_broadcast_area_identifier" => "broadcast_area_identifier",
            name => name,
        };
        TLVS.iter()
            .find(|spec| spec.name == name)
            .map(|spec| spec.tag)
    }

    /// True for 0x1400 to 0x3FFF, where each SMSC sets the meaning.
    #[must_use]
    pub const fn is_vendor(self) -> bool {
        self.0 >= 0x1400 && self.0 <= 0x3FFF
    }
}

impl core::fmt::Debug for Tag {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "{}(0x{:04X})", self.name(), self.0)
    }
}

impl From<u16> for Tag {
    fn from(value: u16) -> Self {
        Tag(value)
    }
}

impl From<Tag> for u16 {
    fn from(value: Tag) -> Self {
        value.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_sorted_so_that_every_tag_is_found() {
        assert!(TLVS.is_sorted_by(|a, b| a.tag < b.tag));
        for spec in TLVS {
            assert_eq!(spec.tag.name(), spec.name);
            assert_eq!(Tag::by_name(spec.name), Some(spec.tag));
            assert!(spec.min <= spec.max, "{}", spec.name);
        }
    }

    #[test]
    fn every_section_speaks_of_one_tlv() {
        let sections = |section: fn(&TlvSpec) -> u8| {
            let mut numbers: Vec<u8> = TLVS
                .iter()
                .map(section)
                .filter(|number| *number != 0)
                .collect();
            numbers.sort_unstable();
            numbers
        };
        assert_eq!(
            sections(|spec| spec.section_3_4),
            (1..=44).collect::<Vec<u8>>()
        );
        assert_eq!(
            sections(|spec| spec.section_5_0),
            (1..=64).collect::<Vec<u8>>()
        );
    }

    #[test]
    fn names_of_3_4_are_understood() {
        assert_eq!(Tag::by_name("destination_port"), Some(Tag::DEST_PORT));
        assert_eq!(Tag::by_name("unknown"), None);
    }

    #[test]
    fn vendor_tags_have_no_name_and_are_told() {
        assert_eq!(Tag(0x1400).name(), "unknown");
        assert!(Tag(0x1400).is_vendor());
        assert!(!Tag(0x4000).is_vendor());
    }
}
