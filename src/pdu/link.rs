//! PDUs without mandatory fields (SMPP 3.4 sections 4.2, 4.3 and 4.11, 5.0 sections 4.1.1.8 to 4.1.4).

use super::body::body;

body! { direct
    /// The body of a PDU that is its header alone (SMPP 3.4 section 3.2, 5.0 section 3.2).
    /// Responses may carry TLVs (5.0).
    pub struct HeaderOnly<'a> {}
}

/// `unbind`: asks to end the session (SMPP 3.4 section 4.2.1, 5.0 section 4.1.1.8).
pub type Unbind<'a> = HeaderOnly<'a>;
/// `unbind_resp` (SMPP 3.4 section 4.2.2, 5.0 section 4.1.1.9).
pub type UnbindResp<'a> = HeaderOnly<'a>;
/// `enquire_link`: are you there? (SMPP 3.4 section 4.11.1, 5.0 section 4.1.2.1)
pub type EnquireLink<'a> = HeaderOnly<'a>;
/// `enquire_link_resp` (SMPP 3.4 section 4.11.2, 5.0 section 4.1.2.2).
pub type EnquireLinkResp<'a> = HeaderOnly<'a>;
/// `generic_nack`: refuses a PDU whose header is bad or whose command is unknown
/// (SMPP 3.4 section 4.3.1, 5.0 section 4.1.4.1).
pub type GenericNack<'a> = HeaderOnly<'a>;
/// `cancel_sm_resp` (SMPP 3.4 section 4.9.2, 5.0 section 4.5.1.2).
pub type CancelSmResp<'a> = HeaderOnly<'a>;
/// `replace_sm_resp` (SMPP 3.4 section 4.10.2, 5.0 section 4.5.3.2).
pub type ReplaceSmResp<'a> = HeaderOnly<'a>;
/// `cancel_broadcast_sm_resp` (SMPP 5.0 section 4.6.2).
pub type CancelBroadcastSmResp<'a> = HeaderOnly<'a>;
