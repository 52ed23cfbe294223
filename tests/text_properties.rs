//! What holds for every text, every option and every order of arrival.

use proptest::prelude::*;
use smpp_edge::receipt::{
    MessageIdFormat, ReceiptFields, ReceiptTlvs, Side, Status, from_deliver, from_plain_text,
    in_response_form, key, parse, unix_ms, write_receipt,
};
use smpp_edge::text::{
    Alphabet, Concat, ConcatInfo, EncodeOptions, Encoding, EncodingName, Language, Limits, Outcome,
    Part, Plan, Reassembler, Udh, count_segments, decode, plan_into, plan_str,
};
use unicode_normalization::UnicodeNormalization;

/// Texts of one script or several, short and long.
fn text() -> impl Strategy<Value = String> {
    let character = prop_oneof![
        8 => "[ -~]",
        4 => "[a-zA-Z0-9 ]",
        3 => prop::sample::select("@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ¤¡ÄÖÑÜ§¿äöñüà€^{}\\[~]|\u{C}".chars().map(String::from).collect::<Vec<_>>()),
    ];
    let others = prop_oneof![
        4 => "[ -~]",
        2 => "[\u{400}-\u{45F}]",
        2 => "[\u{900}-\u{DFF}]",
        1 => "[ğışİçõâ]",
        1 => "[\u{300}-\u{30F}]",
        1 => prop::sample::select(vec!["😀", "👩‍👩‍👧", "👍🏽", "🇩🇪", "\r\n", "한", "“", "\u{A0}"]).prop_map(String::from),
        1 => any::<char>().prop_map(String::from),
    ];
    let join = |pieces: Vec<String>| pieces.concat();
    prop_oneof![
        prop::collection::vec(character, 0..500).prop_map(join),
        prop::collection::vec(others, 0..300).prop_map(join),
    ]
}

fn language() -> impl Strategy<Value = Option<Language>> {
    prop::option::of(prop::sample::select(Language::ALL))
}

const ELEMENTS: &[&[u8]] = &[
    &[],
    &[],
    &[4, 2, 240, 240],
    &[5, 4, 1, 2, 3, 4, 0x70, 2, 9, 9],
];

prop_compose! {
    fn options()(
        encoding in prop::sample::select(&[Encoding::Auto, Encoding::Auto, Encoding::Ucs2, Encoding::Gsm7, Encoding::Latin1][..]),
        language in language(),
        concat in prop::sample::select(Concat::ALL),
        default_alphabet in prop::sample::select(Alphabet::ALL),
        extra_udh in prop::sample::select(ELEMENTS),
        reference in any::<u16>(),
    ) -> EncodeOptions<'static> {
        EncodeOptions::default().with(|options| { options.encoding = encoding;
options.language = language;
options.concat = concat;
options.default_alphabet = default_alphabet;
options.extra_udh = extra_udh;
options.reference = reference; })
    }
}

/// The part a segment is, as a receiver learns it.
fn concat_of(plan: &Plan, index: usize) -> Option<ConcatInfo> {
    let segment = plan.segment(index);
    match segment.sar {
        Some((reference, total, part)) => ConcatInfo::from_sar(reference, total, part),
        None if segment.udh.is_empty() => None,
        None => Udh::parse(segment.octets).unwrap().concat(),
    }
}

/// How many septets, octets or units a segment may carry beside its header.
fn fits(plan: &Plan, index: usize, packed: bool) -> bool {
    let segment = plan.segment(index);
    let (whole, text) = (
        segment.octets.len(),
        segment.octets.len() - segment.udh.len(),
    );
    // What an SMSC needs for concatenation, if it is not in the header.
    let header = if segment.sar.is_some() {
        6
    } else {
        segment.udh.len()
    };
    match plan.encoding {
        _ if segment.payload => true,
        EncodingName::Gsm7 | EncodingName::Gsm7National(_) if !packed => {
            text <= (140 - header) * 8 / 7
        }
        EncodingName::Gsm7 | EncodingName::Gsm7National(_) | EncodingName::Ucs2 => {
            text <= 140 - header
        }
        _ => whole <= 254 && text <= 2 * (140 - header) * 8 / 7,
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn segments_fit_and_join_to_the_text(text in text(), options in options(), order in any::<prop::sample::Index>()) {
        let Ok(plan) = plan_str(&text, &options) else { return Ok(()) };
        let packed = options.default_alphabet == Alphabet::Gsm7Packed;
        let mut parts = Reassembler::default();
        let mut whole = None;
        for turn in 0..plan.len() {
            // Another order for each case, with the whole round once more to repeat every part but the last.
            let index = (turn + order.index(plan.len())) % plan.len();
            prop_assert!(fits(&plan, index, packed), "segment {index}");
            let segment = plan.segment(index);
            let body = &segment.octets[segment.udh.len()..];
            match plan.encoding {
                EncodingName::Ucs2 => {
                    let last = body.rchunks_exact(2).next().map(|pair| pair[0] & 0xFC);
                    prop_assert!(body.len() % 2 == 0 && last != Some(0xD8), "a surrogate pair is parted");
                }
                EncodingName::Gsm7 | EncodingName::Gsm7National(_) if !packed => {
                    prop_assert!(body.iter().all(|septet| *septet < 0x80));
                    prop_assert!(body.last() != Some(&0x1B), "an escape is parted");
                }
                _ => {}
            }
            let concat = concat_of(&plan, index).unwrap_or(ConcatInfo { reference: 0, wide: false, total: 1, part: 1 });
            prop_assert_eq!(usize::from(concat.total), plan.len());
            let part = Part { key: b"", concat, data_coding: plan.data_coding, udh: segment.udh, text: body, token_octets: 0 };
            if let Outcome::Complete(joined) = parts.push(0, part, ()) {
                prop_assert!(whole.is_none());
                whole = Some(joined.decode(options.default_alphabet));
            } else {
                prop_assert_eq!(parts.push(0, part, ()), Outcome::Duplicate(()));
            }
        }
        let whole = whole.expect("the last part makes it whole");
        // At the very end of packed septets the last one can be taken for padding, or padding be read.
        let padded = packed
            && (whole.text.strip_suffix('\r') == Some(&*text)
                || text.strip_prefix(&*whole.text).is_some_and(|rest| rest.chars().count() == 1));
        // A byte order mark at the start is not part of the text that is received.
        let text = text.strip_prefix('\u{FEFF}').unwrap_or(&text);
        // Sent composed, but for what that would take apart.
        let composed = |text: &str| text.nfc().collect::<String>();
        prop_assert!(padded || composed(&whole.text) == composed(text), "{:?} is not {:?}", whole.text, text);
        prop_assert!(padded || !whole.lossy);
        prop_assert_eq!(whole.encoding, plan.encoding);
    }

    #[test]
    fn counting_is_planning(text in text(), options in options()) {
        let units: Vec<u16> = text.encode_utf16().collect();
        let mut plan = Plan::default();
        // Dirt of an earlier message must not show.
        let _ = plan_into(&mut plan, &[0x20AC; 300], &options.with(|options| options.language = Some(Language::Turkish)));
        let made = plan_into(&mut plan, &units, &options);
        match count_segments(&units, &options) {
            Err(error) => prop_assert_eq!(made, Err(error)),
            Ok(counted) if made.is_ok() => {
                prop_assert_eq!(counted.unencodable, []);
                prop_assert_eq!(counted.segments, plan.len());
                prop_assert_eq!((counted.plan.units, counted.plan.remaining), (plan.units, plan.remaining));
                prop_assert!(counted.plan.segments().eq(plan.segments()));
            }
            Ok(counted) => prop_assert!(!counted.unencodable.is_empty() || counted.segments > 255),
        }
    }

    #[test]
    fn auto_carries_everything_in_no_more_segments_than_ucs2(text in text(), language in language()) {
        let auto = plan_str(&text, &EncodeOptions::default().with(|options| options.language = language)).unwrap();
        let ucs2 = plan_str(&text, &EncodeOptions::default().with(|options| options.encoding = Encoding::Ucs2)).unwrap();
        prop_assert!(auto.len() <= ucs2.len());
    }

    #[test]
    fn any_octets_decode(octets in prop::collection::vec(any::<u8>(), 0..200), data_coding in any::<u8>(), default in prop::sample::select(Alphabet::ALL)) {
        let udh = Udh::parse(&octets).ok();
        if let Some(udh) = &udh {
            udh.elements().for_each(drop);
            _ = udh.concat();
        }
        let text = octets.get(udh.map_or(0, |udh| udh.as_bytes().len())..).unwrap_or(&[]);
        let decoded = decode(text, data_coding, udh.as_ref(), default);
        prop_assert!(decoded.text.len() <= 3 * 8 * octets.len() / 7);
        _ = Udh::guess(&octets);
    }

    #[test]
    fn reassembly_gives_back_every_part_and_keeps_its_bounds(
        stream in prop::collection::vec((0u64..50, 0u8..3, 0u16..2, 1u8..4, 1u8..4, prop::collection::vec(any::<u8>(), 0..4)), 0..200),
    ) {
        let limits = Limits::default().with(|limits| { limits.timeout = 200;
limits.max_parts = 8;
limits.max_octets = 20;
limits.remember = 400; });
        let mut parts = Reassembler::new(limits);
        let (mut now, mut given) = (0, Vec::new());
        for (token, (wait, sender, reference, total, number, text)) in stream.iter().enumerate() {
            now += wait;
            let Some(concat) = ConcatInfo::from_sar(*reference, *total, *number) else { continue };
            let part = Part { key: &[*sender], concat, data_coding: 0, udh: &[], text, token_octets: 0 };
            let take = |joined: smpp_edge::text::Joined<usize>, given: &mut Vec<_>| {
                let numbers: Vec<u8> = joined.parts.iter().map(|part| part.number).chain(joined.missing()).collect();
                assert_eq!(numbers.len(), usize::from(joined.total));
                for part in joined.parts {
                    assert_eq!(part.text, stream[part.token].5);
                    given.push(part.token);
                }
            };
            match parts.push(now, part, token) {
                Outcome::Complete(joined) => {
                    prop_assert!(joined.is_complete());
                    take(joined, &mut given);
                }
                Outcome::Pending => {}
                Outcome::Duplicate(token) => given.push(token),
            }
            while let Some(joined) = parts.poll(now) {
                take(joined, &mut given);
            }
            prop_assert!(parts.parts() <= limits.max_parts);
            let kept = (0..=token).filter(|token| stream[*token].4 <= stream[*token].3 && !given.contains(token));
            prop_assert!(kept.map(|token| stream[token].5.len()).sum::<usize>() <= limits.max_octets);
            prop_assert!(parts.poll_timeout().is_none_or(|due| now < due && due <= now + limits.timeout));
        }
        while let Some(joined) = parts.poll(u64::MAX) {
            given.extend(joined.parts.into_iter().map(|part| part.token));
        }
        prop_assert_eq!((parts.parts(), parts.poll_timeout()), (0, None));
        given.sort_unstable();
        let pushed = stream.iter().enumerate().filter(|(_, part)| part.4 <= part.3).map(|(token, _)| token);
        prop_assert!(pushed.eq(given));
    }

    #[test]
    fn any_octets_are_tried_as_a_receipt(
        text in prop_oneof![
            prop::collection::vec(any::<u8>(), 0..300),
            prop::collection::vec(prop::sample::select(vec!["id:", "stat:", "err:", "submit date:", "text:", " ", "x:", "DELIVRD", "te", "\0"]), 0..60)
                .prop_map(|words| words.concat().into_bytes()),
        ],
        esm_class in any::<u8>(),
        state in any::<Option<u8>>(),
    ) {
        let tlvs = ReceiptTlvs { receipted_message_id: Some(&text), message_state: state, network_error_code: Some(&text) };
        if let Some(receipt) = parse(&text) {
            prop_assert!(receipt.extra().count() <= text.len());
        }
        _ = from_plain_text(&text, tlvs);
        if let Some(report) = from_deliver(esm_class, &text, tlvs) {
            prop_assert!(report.status() == Status::Unknown || report.tlvs.message_state.is_some() || report.receipt.stat.is_some());
            _ = report.submitted_at();
            _ = report.done_at();
            _ = report.network_error();
            _ = report.message_id();
        }
        _ = unix_ms(&text);
    }

    #[test]
    fn receipts_written_are_read(
        id in "[!-~]{1,64}",
        counts in (0u16..1000, 0u16..1000),
        dates in (0i64..2_145_000_000, 0i64..2_145_000_000),
        stat in prop::sample::select(&Status::ALL[..]),
        err in "[0-9a-zA-Z]{1,5}",
        text in prop::collection::vec(1u8..=255, 0..40),
    ) {
        prop_assume!(!["id:", "sub:", "stat:"].iter().any(|label| id.contains(label)));
        let (submit_date, done_date) = (dates.0 * 1000, dates.1 * 1000);
        let fields = ReceiptFields {
            id: id.as_bytes(), sub: counts.0, dlvrd: counts.1, submit_date, done_date, stat, err: err.as_bytes(), text: &text, seconds: true,
        };
        let mut out = Vec::new();
        write_receipt(&fields, &mut out);
        let report = from_deliver(0x04, &out, ReceiptTlvs::default()).unwrap();
        prop_assert_eq!(report.message_id(), Some(id.as_bytes()));
        prop_assert_eq!(report.status(), stat);
        prop_assert_eq!((report.submitted_at(), report.done_at()), (Some(submit_date), Some(done_date)));
        prop_assert_eq!(report.receipt.err, Some(err.as_bytes()));
        prop_assert_eq!(report.receipt.text, Some(&text[..text.len().min(20)]));
    }

    #[test]
    fn numbers_convert_both_ways(number in any::<u128>()) {
        let (decimal, hex) = (number.to_string(), format!("{number:x}"));
        let mut out = Vec::new();
        in_response_form(decimal.as_bytes(), MessageIdFormat::HexResponse, &mut out);
        prop_assert_eq!(&out, hex.as_bytes());
        in_response_form(hex.to_uppercase().as_bytes(), MessageIdFormat::HexReceipt, &mut out);
        prop_assert_eq!(&out, decimal.as_bytes());
        key(format!("000{hex}").as_bytes(), Side::Response, MessageIdFormat::HexResponse, &mut out);
        prop_assert_eq!(&out, hex.as_bytes());
    }
}
