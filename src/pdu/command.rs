//! Command identifiers (SMPP 3.4 section 5.1.2.1, 5.0 section 4.7.5).

const RESPONSE: u32 = 0x8000_0000;

/// `command_id`: which PDU this is (SMPP 3.4 section 5.1.2.1, 5.0 section 4.7.5). Any 32
/// bits, so that unknown commands are kept as they came.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct CommandId(pub u32);

macro_rules! commands {
    ($($constant:ident = $value:literal, $name:literal;)*) => {
        impl CommandId {
            $(
                #[doc = concat!("`", $name, "` (SMPP 5.0 section 4.7.5).")]
                pub const $constant: CommandId = CommandId($value);
            )*
        }

        /// Every command of 3.3, 3.4 and 5.0 with the specification's name.
        static COMMANDS: &[(u32, &str)] = &[$(($value, $name)),*];
    };
}

commands! {
    BIND_RECEIVER = 0x0000_0001, "bind_receiver";
    BIND_TRANSMITTER = 0x0000_0002, "bind_transmitter";
    QUERY_SM = 0x0000_0003, "query_sm";
    SUBMIT_SM = 0x0000_0004, "submit_sm";
    DELIVER_SM = 0x0000_0005, "deliver_sm";
    UNBIND = 0x0000_0006, "unbind";
    REPLACE_SM = 0x0000_0007, "replace_sm";
    CANCEL_SM = 0x0000_0008, "cancel_sm";
    BIND_TRANSCEIVER = 0x0000_0009, "bind_transceiver";
    OUTBIND = 0x0000_000B, "outbind";
    ENQUIRE_LINK = 0x0000_0015, "enquire_link";
    SUBMIT_MULTI = 0x0000_0021, "submit_multi";
    ALERT_NOTIFICATION = 0x0000_0102, "alert_notification";
    DATA_SM = 0x0000_0103, "data_sm";
    BROADCAST_SM = 0x0000_0111, "broadcast_sm";
    QUERY_BROADCAST_SM = 0x0000_0112, "query_broadcast_sm";
    CANCEL_BROADCAST_SM = 0x0000_0113, "cancel_broadcast_sm";
    GENERIC_NACK = 0x8000_0000, "generic_nack";
    BIND_RECEIVER_RESP = 0x8000_0001, "bind_receiver_resp";
    BIND_TRANSMITTER_RESP = 0x8000_0002, "bind_transmitter_resp";
    QUERY_SM_RESP = 0x8000_0003, "query_sm_resp";
    SUBMIT_SM_RESP = 0x8000_0004, "submit_sm_resp";
    DELIVER_SM_RESP = 0x8000_0005, "deliver_sm_resp";
    UNBIND_RESP = 0x8000_0006, "unbind_resp";
    REPLACE_SM_RESP = 0x8000_0007, "replace_sm_resp";
    CANCEL_SM_RESP = 0x8000_0008, "cancel_sm_resp";
    BIND_TRANSCEIVER_RESP = 0x8000_0009, "bind_transceiver_resp";
    ENQUIRE_LINK_RESP = 0x8000_0015, "enquire_link_resp";
    SUBMIT_MULTI_RESP = 0x8000_0021, "submit_multi_resp";
    DATA_SM_RESP = 0x8000_0103, "data_sm_resp";
    BROADCAST_SM_RESP = 0x8000_0111, "broadcast_sm_resp";
    QUERY_BROADCAST_SM_RESP = 0x8000_0112, "query_broadcast_sm_resp";
    CANCEL_BROADCAST_SM_RESP = 0x8000_0113, "cancel_broadcast_sm_resp";
}

impl CommandId {
    /// The specification's name, such as `"submit_sm"`; `"unknown"` if it has none.
    #[must_use]
    pub fn name(self) -> &'static str {
        COMMANDS
            .iter()
            .find(|(id, _)| *id == self.0)
            .map_or("unknown", |(_, name)| name)
    }

    /// The command of this name.
    #[must_use]
    pub fn by_name(name: &str) -> Option<CommandId> {
        COMMANDS
            .iter()
            .find(|(_, known)| *known == name)
            .map(|(id, _)| CommandId(*id))
    }

    /// True if 3.4 or 5.0 defines the command.
    #[must_use]
    pub fn is_known(self) -> bool {
        COMMANDS.iter().any(|(id, _)| *id == self.0)
    }

    /// True for 0x00010200 to 0x000102FF and their responses, where each SMSC sets the meaning.
    #[must_use]
    pub const fn is_vendor(self) -> bool {
        self.request().0 >> 8 == 0x0102
    }

    /// Bit 31: set in responses, `generic_nack` among them.
    #[must_use]
    #[inline]
    pub const fn is_response(self) -> bool {
        self.0 & RESPONSE != 0
    }

    /// The response of a request: the same with bit 31 set. Whether one exists is returned by
    /// [`has_response`](Self::has_response).
    #[must_use]
    #[inline]
    pub const fn response(self) -> CommandId {
        CommandId(self.0 | RESPONSE)
    }

    /// The request of a response: the same with bit 31 clear.
    #[must_use]
    #[inline]
    pub const fn request(self) -> CommandId {
        CommandId(self.0 & !RESPONSE)
    }

    /// True for a request that is answered: every one but `outbind` and `alert_notification`.
    #[must_use]
    #[inline]
    pub const fn has_response(self) -> bool {
        !self.is_response() && self.0 != Self::OUTBIND.0 && self.0 != Self::ALERT_NOTIFICATION.0
    }
}

impl core::fmt::Debug for CommandId {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "{}(0x{:08X})", self.name(), self.0)
    }
}

impl From<u32> for CommandId {
    fn from(value: u32) -> Self {
        CommandId(value)
    }
}

impl From<CommandId> for u32 {
    fn from(value: CommandId) -> Self {
        value.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thirty_three_commands_each_with_one_name_and_one_number() {
        assert_eq!(COMMANDS.len(), 33);
        for (id, name) in COMMANDS {
            assert_eq!(CommandId(*id).name(), *name);
            assert_eq!(CommandId::by_name(name), Some(CommandId(*id)));
        }
    }

    #[test]
    fn requests_and_responses_pair_by_bit_31() {
        assert_eq!(CommandId::SUBMIT_SM.response(), CommandId::SUBMIT_SM_RESP);
        assert_eq!(CommandId::DATA_SM_RESP.request(), CommandId::DATA_SM);
        assert!(CommandId::GENERIC_NACK.is_response());
        for (id, _) in COMMANDS {
            let id = CommandId(*id);
            assert_eq!(
                id.has_response(),
                !id.is_response() && id.response().is_known(),
                "{id:?}"
            );
        }
    }

    #[test]
    fn an_unknown_command_has_no_name_of_its_own() {
        assert_eq!(CommandId(0x0001_0200).name(), "unknown");
        assert_eq!(CommandId::by_name("unknown"), None);
    }
}
