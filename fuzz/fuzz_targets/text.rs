//! Any octets decode, and what they decode to is planned, cut and joined again.
#![no_main]

use libfuzzer_sys::fuzz_target;
use smpp_edge::text::{
    Alphabet, Concat, ConcatInfo, EncodeOptions, Language, Outcome, Part, Reassembler, Udh, decode,
    plan_str,
};

fuzz_target!(|input: (u8, u8, u8, u8, &[u8])| {
    let (data_coding, alphabet, language, concat, octets) = input;
    let default_alphabet = Alphabet::ALL[usize::from(alphabet) % Alphabet::ALL.len()];
    let udh = Udh::parse(octets).ok();
    let header = udh.map_or(0, |udh| udh.as_bytes().len());
    let text = decode(
        &octets[header..],
        data_coding,
        udh.as_ref(),
        default_alphabet,
    )
    .text;

    let concat = Concat::ALL[usize::from(concat) % Concat::ALL.len()];
    let options = EncodeOptions::default().with(|options| {
        options.default_alphabet = default_alphabet;
        options.concat = concat;
        options.language = Language::by_id(language);
    });
    let Ok(plan) = plan_str(&text, &options) else {
        return;
    };
    let mut parts = Reassembler::default();
    let mut whole = None;
    for segment in plan.segments() {
        let by_header = || Udh::parse(segment.udh).ok()?.concat();
        let by_sar = segment
            .sar
            .and_then(|(reference, total, part)| ConcatInfo::from_sar(reference, total, part));
        let alone = ConcatInfo {
            reference: 0,
            wide: false,
            total: 1,
            part: 1,
        };
        let part = Part {
            key: b"",
            concat: by_sar.or_else(by_header).unwrap_or(alone),
            data_coding: plan.data_coding,
            udh: segment.udh,
            text: &segment.octets[segment.udh.len()..],
            token_octets: 0,
        };
        if let Outcome::Complete(joined) = parts.push(0, part, ()) {
            whole = Some(joined.decode(default_alphabet).text);
        }
    }
    let whole = whole.expect("all parts are there");
    // At the very end of packed septets the last one can be taken for padding, or padding be read.
    let padded = default_alphabet == Alphabet::Gsm7Packed
        && (whole.strip_suffix('\r') == Some(&*text)
            || text
                .strip_prefix(&*whole)
                .is_some_and(|rest| rest.chars().count() == 1));
    assert!(padded || whole == text);
});
