//! `command_status`, also `error_status_code` (SMPP 3.4 section 5.1.3, 5.0 section 4.7.6).

use super::packed::{Packed, packed};

/// `command_status`: the outcome of a request (SMPP 3.4 section 5.1.3, 5.0 section 4.7.6). Any 32 bits, so that unknown codes are kept as they came.
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct CommandStatus(pub u32);

/// What to do about a status.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Handling {
    /// Success.
    Ok,
    /// Temporary: try the same PDU again later, with backoff and a limit.
    Retry,
    /// Too fast or too much queued: slow down, try again, do not count it as a failure.
    Throttle,
    /// The same PDU will fail again.
    Permanent,
    /// The account, the session or the settings need mending.
    Config,
}

impl Handling {
    /// Every value, in the order of declaration.
    pub const ALL: [Handling; 5] = [
        Self::Ok,
        Self::Retry,
        Self::Throttle,
        Self::Permanent,
        Self::Config,
    ];

    /// `ok`, `retry`, `throttle`, `permanent` or `config`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Retry => "retry",
            Self::Throttle => "throttle",
            Self::Permanent => "permanent",
            Self::Config => "config",
        }
    }
}

macro_rules! statuses {
    ($($name:ident = $code:literal, $handling:ident, $meaning:literal;)*) => {
        impl CommandStatus {
            $(
                #[doc = concat!($meaning, " (SMPP 5.0 section 4.7.6).")]
                pub const $name: CommandStatus = CommandStatus($code);
            )*
        }

        /// Sorted.
        static CODES: &[u32] = &[$($code),*];
        static HANDLINGS: &[Handling] = &[$(Handling::$handling),*];
        static NAMES: Packed = packed![$(stringify!($name)),*];
        static MEANINGS: Packed = packed![$($meaning),*];
    };
}

statuses! {
    ESME_ROK = 0x0, Ok, "Accepted";
    ESME_RINVMSGLEN = 0x1, Permanent, "The message text or payload is longer (or shorter) than this SMSC or network takes";
    ESME_RINVCMDLEN = 0x2, Permanent, "The PDU length does not fit the operation: too short, too long, or past the peer's limit";
    ESME_RINVCMDID = 0x3, Config, "The peer does not know or does not offer this operation";
    ESME_RINVBNDSTS = 0x4, Config, "The operation is not allowed in the present session state";
    ESME_RALYBND = 0x5, Retry, "A bind arrived on a session that is already bound";
    ESME_RINVPRTFLG = 0x6, Permanent, "priority_flag has a value the peer does not take";
    ESME_RINVREGDLVFLG = 0x7, Config, "registered_delivery has a value the peer does not take";
    ESME_RSYSERR = 0x8, Retry, "Fault inside the SMSC, or part of it is out of service";
    ESME_RINVSRCADR = 0xA, Permanent, "Source address too long, with forbidden characters, or not allowed for this account";
    ESME_RINVDSTADR = 0xB, Permanent, "Destination address empty, too long, with forbidden characters, or not reachable by this account";
    ESME_RINVMSGID = 0xC, Permanent, "The message_id named is unknown or malformed";
    ESME_RBINDFAIL = 0xD, Config, "The bind was refused for an unnamed reason";
    ESME_RINVPASWD = 0xE, Config, "Password refused";
    ESME_RINVSYSID = 0xF, Config, "system_id refused";
    ESME_RCANCELFAIL = 0x11, Permanent, "The message could not be cancelled";
    ESME_RREPLACEFAIL = 0x13, Permanent, "The message could not be replaced";
    ESME_RMSGQFUL = 0x14, Throttle, "A queue of the SMSC is full: for this destination, this account, or as a whole";
    ESME_RINVSERTYP = 0x15, Config, "service_type unknown or malformed";
    ESME_RINVNUMDESTS = 0x33, Permanent, "number_of_dests is wrong";
    ESME_RINVDLNAME = 0x34, Permanent, "The distribution list is unknown or its name malformed";
    ESME_RINVDESTFLAG = 0x40, Permanent, "dest_flag is neither 1 nor 2";
    ESME_RINVSUBREP = 0x42, Permanent, "Submit with replace_if_present is not supported or not allowed here";
    ESME_RINVESMCLASS = 0x43, Permanent, "esm_class has a value the peer does not take";
    ESME_RCNTSUBDL = 0x44, Permanent, "Sending to a distribution list is not possible";
    ESME_RSUBMITFAIL = 0x45, Retry, "The submission failed for an unnamed reason";
    ESME_RINVSRCTON = 0x48, Config, "Source type of number not accepted";
    ESME_RINVSRCNPI = 0x49, Config, "Source numbering plan not accepted";
    ESME_RINVDSTTON = 0x50, Config, "Destination type of number not accepted";
    ESME_RINVDSTNPI = 0x51, Config, "Destination numbering plan not accepted";
    ESME_RINVSYSTYP = 0x53, Config, "system_type not accepted";
    ESME_RINVREPFLAG = 0x54, Permanent, "replace_if_present_flag is not 0 or 1, or not supported";
    ESME_RINVNUMMSGS = 0x55, Permanent, "Wrong number of messages";
    ESME_RTHROTTLED = 0x58, Throttle, "The account has gone over its permitted rate";
    ESME_RINVSCHED = 0x61, Permanent, "schedule_delivery_time malformed or outside what the SMSC takes";
    ESME_RINVEXPIRY = 0x62, Permanent, "validity_period malformed or outside what the SMSC takes";
    ESME_RINVDFTMSGID = 0x63, Permanent, "The canned message named by sm_default_msg_id is unknown";
    ESME_RX_T_APPN = 0x64, Retry, "The receiving ESME cannot take the message now and asks for another try later";
    ESME_RX_P_APPN = 0x65, Permanent, "The receiving ESME will not take this or further messages for this destination";
    ESME_RX_R_APPN = 0x66, Permanent, "The receiving ESME refuses this one message";
    ESME_RQUERYFAIL = 0x67, Permanent, "The query failed for an unnamed reason";
    ESME_RINVTLVSTREAM = 0xC0, Permanent, "The TLV part cannot be parsed: one to three octets left over, or a length that runs past the end";
    ESME_RTLVNOTALLWD = 0xC1, Config, "This TLV is not allowed here";
    ESME_RINVTLVLEN = 0xC2, Permanent, "A parameter has a wrong length";
    ESME_RMISSINGTLV = 0xC3, Permanent, "A TLV that this operation needs is absent";
    ESME_RINVTLVVAL = 0xC4, Permanent, "The value of a TLV is not valid";
    ESME_RDELIVERYFAILURE = 0xFE, Retry, "Transaction mode: the delivery itself failed";
    ESME_RUNKNOWNERR = 0xFF, Retry, "Some other fault";
    ESME_RSERTYPUNAUTH = 0x100, Config, "This account may not use the service_type";
    ESME_RPROHIBITED = 0x101, Config, "This account may not use the operation";
    ESME_RSERTYPUNAVAIL = 0x102, Retry, "The service_type is out of service at present";
    ESME_RSERTYPDENIED = 0x103, Permanent, "The content does not suit the service_type";
    ESME_RINVDCS = 0x104, Permanent, "data_coding not valid or not supported";
    ESME_RINVSRCADDRSUBUNIT = 0x105, Permanent, "source_addr_subunit not valid";
    ESME_RINVDSTADDRSUBUNIT = 0x106, Permanent, "dest_addr_subunit not valid";
    ESME_RINVBCASTFREQINT = 0x107, Permanent, "broadcast_frequency_interval not valid or not supported";
    ESME_RINVBCASTALIAS_NAME = 0x108, Permanent, "Name of a broadcast area malformed or unknown";
    ESME_RINVBCASTAREAFMT = 0x109, Permanent, "Format of a broadcast area not valid or not supported";
    ESME_RINVNUMBCAST_AREAS = 0x10A, Permanent, "Number of broadcast areas not valid";
    ESME_RINVBCASTCNTTYPE = 0x10B, Permanent, "broadcast_content_type not valid or not supported";
    ESME_RINVBCASTMSGCLASS = 0x10C, Permanent, "broadcast_message_class not valid or not supported";
    ESME_RBCASTFAIL = 0x10D, Retry, "The broadcast failed for an unnamed reason";
    ESME_RBCASTQUERYFAIL = 0x10E, Permanent, "The broadcast query failed";
    ESME_RBCASTCANCELFAIL = 0x10F, Permanent, "The broadcast could not be cancelled";
    ESME_RINVBCAST_REP = 0x110, Permanent, "broadcast_rep_num not valid";
    ESME_RINVBCASTSRVGRP = 0x111, Permanent, "broadcast_service_group not valid";
    ESME_RINVBCASTCHANIND = 0x112, Permanent, "broadcast_channel_indicator not valid";
}

impl CommandStatus {
    /// Where it stands in the tables.
    fn place(self) -> Option<usize> {
        CODES.binary_search(&self.0).ok()
    }

    /// True for `ESME_ROK`.
    #[must_use]
    #[inline]
    pub const fn is_ok(self) -> bool {
        self.0 == 0
    }

    /// The name of 5.0, such as `"ESME_RTHROTTLED"`; `"unknown"` if it has none.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.place().map_or("unknown", |at| NAMES.get(at))
    }

    /// The status of this name.
    #[must_use]
    pub fn by_name(name: &str) -> Option<CommandStatus> {
        let code = CODES.get(NAMES.position(name)?)?;
        Some(CommandStatus(*code))
    }

    /// One line in plain words.
    #[must_use]
    pub fn meaning(self) -> &'static str {
        match self.place() {
            Some(at) => MEANINGS.get(at),
            None if self.is_vendor() => "Set by the SMSC",
            None => "Reserved by the specification",
        }
    }

    /// What to do about it. An unknown code is permanent.
    #[must_use]
    pub fn handling(self) -> Handling {
        self.place()
            .and_then(|at| HANDLINGS.get(at).copied())
            .unwrap_or(Handling::Permanent)
    }

    /// True for 0x400 to 0x4FF, where each SMSC sets the meaning.
    #[must_use]
    pub const fn is_vendor(self) -> bool {
        self.0 >= 0x400 && self.0 <= 0x4FF
    }
}

impl core::fmt::Debug for CommandStatus {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "{}(0x{:08X})", self.name(), self.0)
    }
}

impl From<u32> for CommandStatus {
    fn from(value: u32) -> Self {
        CommandStatus(value)
    }
}

impl From<CommandStatus> for u32 {
    fn from(value: CommandStatus) -> Self {
        value.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_sorted_so_that_every_code_is_found() {
        assert!(CODES.is_sorted_by(|a, b| a < b));
        for (at, code) in CODES.iter().enumerate() {
            let name = NAMES.get(at);
            assert!(name.starts_with("ESME_R"), "{name}");
            assert_eq!(CommandStatus(*code).name(), name);
            assert_eq!(CommandStatus::by_name(name), Some(CommandStatus(*code)));
        }
        assert_eq!(CommandStatus(0x112).name(), "ESME_RINVBCASTCHANIND");
        assert_eq!(
            CommandStatus(0x58).meaning(),
            "The account has gone over its permitted rate"
        );
    }

    #[test]
    fn handling_follows_the_code() {
        assert_eq!(CommandStatus::ESME_ROK.handling(), Handling::Ok);
        assert_eq!(
            CommandStatus::ESME_RTHROTTLED.handling(),
            Handling::Throttle
        );
        assert_eq!(CommandStatus::ESME_RX_T_APPN.handling(), Handling::Retry);
        assert_eq!(CommandStatus::ESME_RINVPASWD.handling(), Handling::Config);
        assert_eq!(CommandStatus(0x22).handling(), Handling::Permanent);
    }

    #[test]
    fn a_vendor_code_is_told_from_a_reserved_one() {
        assert_eq!(CommandStatus(0x401).meaning(), "Set by the SMSC");
        assert_eq!(
            CommandStatus(0x9999).meaning(),
            "Reserved by the specification"
        );
        assert_eq!(CommandStatus(0x401).name(), "unknown");
    }
}
