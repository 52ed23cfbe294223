//! PDUs without mandatory fields (SMPP 3.4 sections 4.2, 4.3 and 4.11, 5.0 sections 4.1.1.8 to 4.1.4).

use super::body::body;

body! { direct
    /// The body of a PDU that is its header alone. Responses may carry TLVs (5.0).
    pub struct HeaderOnly<'a> {}
}

/// `unbind`: asks to end the session.
pub type Unbind<'a> = HeaderOnly<'a>;
/// `unbind_resp`
pub type UnbindResp<'a> = HeaderOnly<'a>;
/// `enquire_link`: are you there?
pub type EnquireLink<'a> = HeaderOnly<'a>;
/// `enquire_link_resp`
pub type EnquireLinkResp<'a> = HeaderOnly<'a>;
/// `generic_nack`: refuses a PDU whose header is bad or whose command is unknown.
pub type GenericNack<'a> = HeaderOnly<'a>;
/// `cancel_sm_resp`
pub type CancelSmResp<'a> = HeaderOnly<'a>;
/// `replace_sm_resp`
pub type ReplaceSmResp<'a> = HeaderOnly<'a>;
/// `cancel_broadcast_sm_resp`
pub type CancelBroadcastSmResp<'a> = HeaderOnly<'a>;
