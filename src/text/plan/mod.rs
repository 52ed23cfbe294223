//! From a text to the segments that carry it.

mod code;
mod options;

use super::compose::{Composed, compose};
use super::gsm::{self, Tables};
use super::split::Measure;
use super::udh::{self, CONCAT_8, CONCAT_16, LOCKING_SHIFT, SINGLE_SHIFT};
use super::{Concat, EncodingName};
use alloc::vec::Vec;
pub use options::{EncodeOptions, TextError};
use options::{MAX_SEGMENTS, NO_CLASS, invalid};

/// A segment with less room than this is no use: the longest character takes three octets, septets or units.
const LEAST_CAPACITY: usize = 3;

/// A message ready to send: its coding and its segments. Kept and reused with [`plan_into`] it allocates nothing.
#[derive(Clone, Debug, Default)]
pub struct Plan {
    /// The coding that was chosen.
    pub encoding: EncodingName,
    /// The `data_coding` of every segment.
    pub data_coding: u8,
    /// What the text takes in all: septets (two for an escaped one), UTF-16 units or octets.
    pub units: usize,
    /// How many more units the last segment holds.
    pub remaining: usize,
    /// How many segments the SMSC sends: as [`len`](Self::len), unless the text goes whole in `message_payload`.
    pub billed: usize,
    tables: Tables,
    measure: Measure,
    joint: Joint,
    header: usize,
    /// Header and text of all segments, one behind the other, and where each ends.
    octets: Vec<u8>,
    ends: Vec<usize>,
    /// The text in its coding, and where it is cut.
    coded: Vec<u8>,
    cuts: Vec<usize>,
    /// A text that came as UTF-8 or Latin-1.
    units_of_str: Vec<u16>,
}

/// What holds the segments together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Joint {
    /// Nothing: there is one.
    #[default]
    None,
    Udh8(u8),
    Udh16(u16),
    Sar(u16),
    Payload,
}

/// One segment of a [`Plan`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Segment<'a> {
    /// The user data header with UDHL; empty if there is none, and UDHI is then not set.
    pub udh: &'a [u8],
    /// Header and text, as `short_message` or `message_payload` carries them.
    pub octets: &'a [u8],
    /// `sar_msg_ref_num`, `sar_total_segments`, `sar_segment_seqnum`.
    pub sar: Option<(u16, u8, u8)>,
    /// To be carried in `message_payload`, with an empty `short_message`.
    pub payload: bool,
}

/// Plans a message. The text is in UTF-16 units; see [`plan_str`].
///
/// # Errors
/// Any of [`TextError`].
pub fn plan(units: &[u16], options: &EncodeOptions<'_>) -> Result<Plan, TextError> {
    let mut plan = Plan::default();
    plan_into(&mut plan, units, options)?;
    Ok(plan)
}

/// As [`plan`], for a Rust string.
///
/// ```
/// use smpp_edge::text::{EncodeOptions, Language, plan_str};
///
/// let options = EncodeOptions::default().with(|options| options.language = Some(Language::Turkish));
/// let plan = plan_str("Şişli", &options)?;
/// assert_eq!((plan.encoding.as_str(), plan.data_coding), ("gsm7-turkish", 0));
/// # Ok::<(), smpp_edge::text::TextError>(())
/// ```
///
/// # Errors
/// Any of [`TextError`].
pub fn plan_str(text: &str, options: &EncodeOptions<'_>) -> Result<Plan, TextError> {
    let mut plan = Plan::default();
    plan_str_into(&mut plan, text, options)?;
    Ok(plan)
}

/// As [`plan`], into a plan used before.
///
/// # Errors
/// Any of [`TextError`]; the plan then has no segments.
pub fn plan_into(
    plan: &mut Plan,
    units: &[u16],
    options: &EncodeOptions<'_>,
) -> Result<(), TextError> {
    plan_composed(plan, units, compose(units), options)
}

fn plan_composed(
    plan: &mut Plan,
    units: &[u16],
    composed: Option<Composed>,
    options: &EncodeOptions<'_>,
) -> Result<(), TextError> {
    let mut unencodable = Vec::new();
    let made = plan.make_text(units, composed, options, &mut unencodable);
    let made = made.and_then(|()| {
        if unencodable.is_empty() {
            plan.within(options)
        } else {
            Err(TextError::Unencodable(unencodable))
        }
    });
    plan.or_nothing(made)
}

/// As [`plan_into`], for a Rust string.
///
/// # Errors
/// As [`plan_into`].
pub fn plan_str_into(
    plan: &mut Plan,
    text: &str,
    options: &EncodeOptions<'_>,
) -> Result<(), TextError> {
    let mut units = core::mem::take(&mut plan.units_of_str);
    units.clear();
    let composed = if text.is_ascii() {
        units.extend(text.bytes().map(u16::from));
        None
    } else {
        units.extend(text.encode_utf16());
        compose(&units)
    };
    let result = plan_composed(plan, &units, composed, options);
    plan.units_of_str = units;
    result
}

/// As [`plan_into`], for a text in Latin-1.
///
/// # Errors
/// As [`plan_into`].
pub fn plan_latin1_into(
    plan: &mut Plan,
    text: &[u8],
    options: &EncodeOptions<'_>,
) -> Result<(), TextError> {
    if plan.code_plain(text, options) {
        let made = plan.make_coded(options);
        let made = made.and_then(|()| plan.within(options));
        return plan.or_nothing(made);
    }
    let units = plan.widened(text);
    // No character of Latin-1 is a mark.
    let result = plan_composed(plan, &units, None, options);
    plan.units_of_str = units;
    result
}

/// As [`plan_into`], for octets that are no text: `data_coding` 4. Of the options only those of segments, header and
/// class count.
///
/// # Errors
/// `TooManySegments`, or `InvalidOption` for elements or a class that can't be; the plan then has no segments.
pub fn plan_binary_into(
    plan: &mut Plan,
    octets: &[u8],
    options: &EncodeOptions<'_>,
) -> Result<(), TextError> {
    plan_encoded_into(plan, octets, EncodingName::Binary, options)
}

/// As [`plan_binary_into`], for octets the caller has coded: binary, Shift-JIS (`data_coding` 5), EUC-JP (13) or EUC-KR
/// (14). Characters are not parted. ISO-2022-JP can't be cut without coding each segment anew, and is refused.
///
/// # Errors
/// As [`plan_binary_into`], and `InvalidOption` for a coding that is none of these.
pub fn plan_encoded_into(
    plan: &mut Plan,
    octets: &[u8],
    encoding: EncodingName,
    options: &EncodeOptions<'_>,
) -> Result<(), TextError> {
    let made = plan.make_encoded(octets, encoding, options);
    let made = made.and_then(|()| plan.within(options));
    plan.or_nothing(made)
}

/// Equal are those that send the same, whatever was planned with them before.
impl PartialEq for Plan {
    fn eq(&self, other: &Plan) -> bool {
        let figures = |plan: &Plan| {
            let units = (plan.units, plan.remaining, plan.billed);
            (plan.encoding, plan.data_coding, units)
        };
        figures(self) == figures(other) && self.segments().eq(other.segments())
    }
}

impl Eq for Plan {}

/// What [`plan`] would make of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct SegmentCount {
    /// How many segments are sent; more than 255, or than allowed, can't be.
    pub segments: usize,
    /// Coding, units and the segments themselves, of which there are none if they are more than 255. A question mark
    /// stands for what can't be encoded.
    pub plan: Plan,
    /// What can't be encoded, as in [`TextError::Unencodable`].
    pub unencodable: Vec<(usize, char)>,
}

/// Counts by planning, so that it can't differ from sending. What would keep the text from being sent is reported, not an
/// error.
///
/// ```
/// use smpp_edge::text::{EncodeOptions, count_segments};
///
/// let units: Vec<u16> = "x".repeat(161).encode_utf16().collect();
/// let count = count_segments(&units, &EncodeOptions::default())?;
/// assert_eq!((count.segments, count.plan.units, count.plan.remaining), (2, 161, 145));
/// # Ok::<(), smpp_edge::text::TextError>(())
/// ```
///
/// # Errors
/// `InvalidOption`, for options that make no sense.
pub fn count_segments(
    units: &[u16],
    options: &EncodeOptions<'_>,
) -> Result<SegmentCount, TextError> {
    let mut plan = Plan::default();
    let mut unencodable = Vec::new();
    plan.make_text(units, compose(units), options, &mut unencodable)?;
    Ok(plan.counted(unencodable))
}

/// As [`count_segments`], for a text in Latin-1.
///
/// # Errors
/// `InvalidOption`, for options that make no sense.
pub fn count_latin1(text: &[u8], options: &EncodeOptions<'_>) -> Result<SegmentCount, TextError> {
    let mut plan = Plan::default();
    if plan.code_plain(text, options) {
        plan.make_coded(options)?;
        return Ok(plan.counted(Vec::new()));
    }
    count_segments(&plan.widened(text), options)
}

/// As [`count_segments`], for what [`plan_encoded_into`] takes.
///
/// # Errors
/// `InvalidOption`, for options that make no sense.
pub fn count_encoded(
    octets: &[u8],
    encoding: EncodingName,
    options: &EncodeOptions<'_>,
) -> Result<SegmentCount, TextError> {
    let mut plan = Plan::default();
    plan.make_encoded(octets, encoding, options)?;
    Ok(plan.counted(Vec::new()))
}

impl Plan {
    /// How many segments there are; one at least, for an empty text too.
    #[allow(clippy::len_without_is_empty)]
    #[must_use]
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// The segment `index`, from 0.
    ///
    /// # Panics
    ///
    /// If `index` is not below [`len`](Self::len).
    #[must_use]
    pub fn segment(&self, index: usize) -> Segment<'_> {
        let start = if index == 0 { 0 } else { self.ends[index - 1] };
        let octets = &self.octets[start..self.ends[index]];
        Segment {
            udh: &octets[..self.header],
            octets,
            sar: match self.joint {
                Joint::Sar(reference) => Some((reference, self.len() as u8, index as u8 + 1)),
                _ => None,
            },
            payload: self.joint == Joint::Payload,
        }
    }

    /// The segments in order.
    #[must_use]
    pub fn segments(&self) -> impl ExactSizeIterator<Item = Segment<'_>> {
        (0..self.len()).map(|index| self.segment(index))
    }

    /// A text in Latin-1 as UTF-16 units, in the buffer that is kept for them.
    fn widened(&mut self, text: &[u8]) -> Vec<u16> {
        let mut units = core::mem::take(&mut self.units_of_str);
        units.clear();
        units.extend(text.iter().copied().map(u16::from));
        units
    }

    fn counted(self, unencodable: Vec<(usize, char)>) -> SegmentCount {
        let segments = if self.joint == Joint::Payload {
            1
        } else {
            self.billed
        };
        SegmentCount {
            segments,
            plan: self,
            unencodable,
        }
    }

    /// Codes, cuts and puts together, listing what can't be encoded; too many segments are counted but not put together.
    fn make_text(
        &mut self,
        units: &[u16],
        composed: Option<Composed>,
        options: &EncodeOptions<'_>,
        unencodable: &mut Vec<(usize, char)>,
    ) -> Result<(), TextError> {
        check_text_udh(options.extra_udh)?;
        match composed {
            Some(composed) => {
                self.code(&composed.units, options, unencodable)?;
                for (index, _) in unencodable {
                    *index = composed.original(*index);
                }
            }
            None => self.code(units, options, unencodable)?,
        }
        self.cut(options)?;
        self.put_together(options);
        Ok(())
    }

    /// Cuts and puts together a text that is coded already.
    fn make_coded(&mut self, options: &EncodeOptions<'_>) -> Result<(), TextError> {
        check_text_udh(options.extra_udh)?;
        self.cut(options)?;
        self.put_together(options);
        Ok(())
    }

    fn make_encoded(
        &mut self,
        octets: &[u8],
        encoding: EncodingName,
        options: &EncodeOptions<'_>,
    ) -> Result<(), TextError> {
        check_udh(options.extra_udh)?;
        (self.data_coding, self.measure) = match encoding {
            EncodingName::Binary if options.flash => (0x14, Measure::Octets),
            EncodingName::Binary => (0x04, Measure::Octets),
            _ if options.flash => return Err(invalid("flash", NO_CLASS)),
            EncodingName::ShiftJis => (0x05, Measure::ShiftJis),
            EncodingName::EucJp => (0x0D, Measure::EucJp),
            EncodingName::EucKr => (0x0E, Measure::EucKr),
            _ => return Err(invalid("encoding", "not one whose octets can be given")),
        };
        self.encoding = encoding;
        self.tables = Tables::default();
        self.coded.clear();
        self.coded.extend_from_slice(octets);
        self.cut(options)?;
        self.put_together(options);
        Ok(())
    }

    /// Fails if there are more segments than allowed.
    fn within(&self, options: &EncodeOptions<'_>) -> Result<(), TextError> {
        let (needed, max) = (self.billed, usize::from(options.max_segments));
        if needed > max {
            Err(TextError::TooManySegments { needed, max })
        } else {
            Ok(())
        }
    }

    /// Leaves no segments behind an error.
    fn or_nothing(&mut self, made: Result<(), TextError>) -> Result<(), TextError> {
        if made.is_err() {
            self.ends.clear();
        }
        made
    }

    /// Octets of the elements that stand in every segment, concatenation apart.
    fn elements(&self, options: &EncodeOptions<'_>) -> usize {
        options.extra_udh.len()
            + 3 * (usize::from(self.tables.locking.is_some())
                + usize::from(self.tables.shift.is_some()))
    }

    /// Cuts `coded` into segments and counts.
    fn cut(&mut self, options: &EncodeOptions<'_>) -> Result<(), TextError> {
        let elements = self.elements(options);
        let alone = if elements == 0 { 0 } else { 1 + elements };
        self.cuts.clear();
        self.joint = Joint::None;
        self.header = alone;
        let capacity = self.room(alone)?;
        let stretch = self.measure.stretch(&self.coded, 0, alone, alone);
        self.units = stretch.cost;
        self.remaining = capacity - stretch.cost;
        self.cuts.push(stretch.end);
        if stretch.end < self.coded.len() {
            let concatenated = 1
                + elements
                + if options.concat == Concat::Udh16 {
                    6
                } else {
                    5
                };
            self.joint = match options.concat {
                Concat::Udh16 => Joint::Udh16(options.reference),
                Concat::Sar if elements == 0 => Joint::Sar(options.reference),
                Concat::Udh8 | Concat::Sar => Joint::Udh8(options.reference as u8),
                Concat::Payload => Joint::Payload,
            };
            if matches!(self.joint, Joint::Udh8(_) | Joint::Udh16(_)) {
                self.header = concatenated;
                if has_element(options.extra_udh, &[CONCAT_8, CONCAT_16]) {
                    return Err(invalid(
                        "udh",
                        "has a concatenation element, but the text takes more than one segment",
                    ));
                }
            }
            self.cut_parts(concatenated)?;
        }
        self.billed = self.cuts.len();
        Ok(())
    }

    fn cut_parts(&mut self, header: usize) -> Result<(), TextError> {
        let capacity = self.room(header)?;
        self.cuts.clear();
        self.units = 0;
        let mut start = 0;
        while start < self.coded.len() {
            let stretch = self
                .measure
                .stretch(&self.coded, start, header, self.header);
            self.units += stretch.cost;
            self.remaining = capacity - stretch.cost;
            self.cuts.push(stretch.end);
            start = stretch.end;
        }
        Ok(())
    }

    fn room(&self, header: usize) -> Result<usize, TextError> {
        let capacity = self.measure.capacity(header);
        if capacity < LEAST_CAPACITY {
            Err(invalid("udh", "leaves no room for text"))
        } else {
            Ok(capacity)
        }
    }

    /// Writes headers and text, segment by segment.
    fn put_together(&mut self, options: &EncodeOptions<'_>) {
        self.octets.clear();
        self.ends.clear();
        if self.joint == Joint::Payload {
            self.cuts.clear();
            self.cuts.push(self.coded.len());
        } else if self.billed > usize::from(MAX_SEGMENTS) {
            return;
        }
        let packed = self.measure == Measure::PackedSeptets;
        if self.header == 0 && !packed && self.cuts.len() == 1 {
            core::mem::swap(&mut self.octets, &mut self.coded);
            self.ends.push(self.octets.len());
            return;
        }
        let (total, mut start) = (self.cuts.len() as u8, 0);
        for (part, end) in self.cuts.iter().copied().enumerate() {
            let part = part as u8 + 1;
            let octets = &mut self.octets;
            if self.header > 0 {
                octets.push((self.header - 1) as u8);
                match self.joint {
                    Joint::Udh8(reference) => {
                        octets.extend_from_slice(&[CONCAT_8, 3, reference, total, part]);
                    }
                    Joint::Udh16(reference) => {
                        let [high, low] = reference.to_be_bytes();
                        octets.extend_from_slice(&[CONCAT_16, 4, high, low, total, part]);
                    }
                    Joint::None | Joint::Sar(_) | Joint::Payload => {}
                }
                octets.extend_from_slice(options.extra_udh);
                for (element, language) in [
                    (SINGLE_SHIFT, self.tables.shift),
                    (LOCKING_SHIFT, self.tables.locking),
                ] {
                    if let Some(language) = language {
                        octets.extend_from_slice(&[element, 1, language.id()]);
                    }
                }
            }
            let text = &self.coded[start..end];
            if packed {
                gsm::pack(text, self.header, octets);
            } else {
                octets.extend_from_slice(text);
            }
            self.ends.push(octets.len());
            start = end;
        }
    }
}

/// Elements of the caller's must be whole.
fn check_udh(elements: &[u8]) -> Result<(), TextError> {
    if !udh::well_formed(elements) {
        return Err(invalid("udh", "an element is cut short"));
    }
    Ok(())
}

/// Elements of the caller's beside a text must name no tables.
fn check_text_udh(elements: &[u8]) -> Result<(), TextError> {
    check_udh(elements)?;
    if has_element(elements, &[SINGLE_SHIFT, LOCKING_SHIFT]) {
        return Err(invalid(
            "udh",
            "national tables are asked for with language",
        ));
    }
    Ok(())
}

/// Whether one of the well-formed `elements` has one of the identifiers.
fn has_element(elements: &[u8], ids: &[u8]) -> bool {
    let mut rest = elements;
    while let [id, length, data @ ..] = rest {
        if ids.contains(id) {
            return true;
        }
        rest = &data[usize::from(*length)..];
    }
    false
}
