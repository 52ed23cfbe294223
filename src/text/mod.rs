//! Characters to octets and back: codings, the user data header, segmentation and reassembly.
//!
//! [`plan()`] turns a text into the segments to send, [`count_segments`] says what it would do, [`decode()`] reads what came.
//! Positions are UTF-16 units throughout, as JavaScript counts them.

mod cluster;
mod compose;
mod data_coding;
mod decode;
mod encode;
mod gsm;
mod known;
mod names;
mod national;
mod plan;
mod reassembly;
mod single_octet;
mod split;
mod transliterate;
pub mod udh;

pub(crate) use data_coding::is_ucs2;
pub use decode::{ByteOrder, Decoded, byte_order, decode, decode_into};
pub use names::{Alphabet, Alphabets, Concat, Encoding, EncodingName, Ia5, Language};
pub use plan::{
    EncodeOptions, Plan, Segment, SegmentCount, TextError, count_encoded, count_latin1,
    count_segments, plan, plan_binary_into, plan_encoded_into, plan_into, plan_latin1_into,
    plan_str, plan_str_into,
};
pub(crate) use reassembly::digest;
pub use reassembly::{Joined, JoinedPart, Limits, Outcome, Part, Reassembler};
#[cfg(all(feature = "wasm", target_family = "wasm", target_os = "unknown"))]
pub(crate) use transliterate::forms_by;
pub use udh::{ConcatInfo, Udh, UdhError};
