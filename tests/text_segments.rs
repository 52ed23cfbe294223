//! How texts are coded and cut: the numbers of 3GPP TS 23.040, and what Twilio's calculator makes of real sentences.

use serde_json::Value;
use smpp_edge::text::{
    Alphabet, Concat, EncodeOptions, Encoding, EncodingName, Language, Plan, TextError,
    count_latin1, count_segments, decode, plan_binary_into, plan_encoded_into, plan_into,
    plan_latin1_into, plan_str,
};

fn defaults() -> EncodeOptions<'static> {
    EncodeOptions::default().with(|options| options.reference = 0x1234)
}

fn plan(text: &str, options: EncodeOptions<'_>) -> Plan {
    plan_str(text, &options).unwrap_or_else(|error| panic!("{text}: {error}"))
}

/// What each segment carries behind its header, in octets.
fn lengths(text: &str, options: EncodeOptions<'_>) -> Vec<usize> {
    plan(text, options)
        .segments()
        .map(|segment| segment.octets.len() - segment.udh.len())
        .collect()
}

fn units(text: &str) -> Vec<u16> {
    text.encode_utf16().collect()
}

/// Elements, whether concatenated and how, header octets, septets, octets, UTF-16 units.
type Row = (&'static [u8], Option<Concat>, usize, usize, usize, usize);

#[test]
fn capacity_beside_every_header() {
    const PORTS_8: &[u8] = &[0x04, 2, 240, 0];
    const PORTS_16: &[u8] = &[0x05, 4, 0x3E, 0x80, 0, 0];
    const UNKNOWN_1: &[u8] = &[0x70, 1, 0];
    const UNKNOWN_2: &[u8] = &[0x70, 1, 0, 0x71, 1, 0];
    let table: [Row; 14] = [
        (&[], None, 0, 160, 140, 70),
        (UNKNOWN_1, None, 4, 155, 136, 68),
        (UNKNOWN_2, None, 7, 152, 133, 66),
        (PORTS_8, None, 5, 154, 135, 67),
        (PORTS_16, None, 7, 152, 133, 66),
        (&[], Some(Concat::Udh8), 6, 153, 134, 67),
        (&[], Some(Concat::Udh16), 7, 152, 133, 66),
        (UNKNOWN_1, Some(Concat::Udh8), 9, 149, 131, 65),
        (UNKNOWN_1, Some(Concat::Udh16), 10, 148, 130, 65),
        (UNKNOWN_2, Some(Concat::Udh8), 12, 146, 128, 64),
        (UNKNOWN_2, Some(Concat::Udh16), 13, 145, 127, 63),
        (PORTS_8, Some(Concat::Udh8), 10, 148, 130, 65),
        (PORTS_16, Some(Concat::Udh8), 12, 146, 128, 64),
        (PORTS_16, Some(Concat::Udh16), 13, 145, 127, 63),
    ];
    for (extra_udh, concat, header, septets, octets, ucs2) in table {
        let options = defaults().with(|options| {
            options.extra_udh = extra_udh;
            options.concat = concat.unwrap_or_default();
        });
        let first = |text: &str| {
            let plan = plan(text, options);
            assert_eq!(plan.segment(0).udh.len(), header);
            if concat.is_none() {
                assert_eq!(plan.len(), 1);
                let longer = format!("{text}{}", text.chars().next().unwrap());
                assert_eq!(plan_str(&longer, &options).unwrap().len(), 2);
            }
            plan.segment(0).octets.len() - header
        };
        let long = if concat.is_some() { 200 } else { 0 };
        assert_eq!(first(&"a".repeat(septets + long)), septets);
        assert_eq!(first(&"я".repeat(ucs2 + long)), 2 * ucs2);
        let mut binary = Plan::default();
        plan_binary_into(&mut binary, &vec![7; octets + long], &options).unwrap();
        assert_eq!(binary.segment(0).octets.len() - header, octets);
    }
}

#[test]
fn single_first_then_the_smaller_capacity() {
    assert_eq!(lengths(&"a".repeat(160), defaults()), [160]);
    assert_eq!(lengths(&"a".repeat(161), defaults()), [153, 8]);
    assert_eq!(lengths(&"a".repeat(307), defaults()), [153, 153, 1]);
    assert_eq!(lengths(&"я".repeat(70), defaults()), [140]);
    assert_eq!(lengths(&"я".repeat(71), defaults()), [134, 8]);
    assert_eq!(lengths(&"€".repeat(80), defaults()), [160]);
    assert_eq!(lengths("", defaults()), [0]);
}

#[test]
fn nothing_is_parted_that_belongs_together() {
    let escape_at_153 = format!("{}€{}", "a".repeat(152), "a".repeat(20));
    assert_eq!(lengths(&escape_at_153, defaults()), [152, 22]);
    let pair_at_67 = format!("{}😀{}", "я".repeat(66), "я".repeat(20));
    assert_eq!(lengths(&pair_at_67, defaults()), [132, 44]);
    let marks_at_67 = format!("{}q\u{301}{}", "я".repeat(66), "я".repeat(20));
    assert_eq!(lengths(&marks_at_67, defaults()), [132, 44]);
    let family = format!("{}👩‍👩‍👧‍👦{}", "я".repeat(60), "я".repeat(20));
    assert_eq!(lengths(&family, defaults()), [120, 62]);
    let longer_than_a_segment = format!("q{}", "\u{301}".repeat(200));
    assert_eq!(lengths(&longer_than_a_segment, defaults()), [134, 134, 134]);
}

#[test]
fn headers_in_their_octets() {
    let text = "a".repeat(161);
    let udh = |options| {
        plan(&text, options)
            .segments()
            .map(|segment| segment.udh.to_vec())
            .collect::<Vec<_>>()
    };
    assert_eq!(
        udh(defaults()),
        [[5, 0, 3, 0x34, 2, 1], [5, 0, 3, 0x34, 2, 2]]
    );
    let options = defaults().with(|options| options.concat = Concat::Udh16);
    assert_eq!(
        udh(options),
        [[6, 8, 4, 0x12, 0x34, 2, 1], [6, 8, 4, 0x12, 0x34, 2, 2]]
    );
    let options = defaults().with(|options| options.extra_udh = &[4, 2, 240, 241]);
    assert_eq!(udh(options)[1], [9, 0, 3, 0x34, 2, 2, 4, 2, 240, 241]);
}

#[test]
fn sar_and_payload_have_no_header() {
    let text = "a".repeat(161);
    let sar = plan(
        &text,
        defaults().with(|options| options.concat = Concat::Sar),
    );
    let parts: Vec<_> = sar
        .segments()
        .map(|segment| (segment.udh.len(), segment.octets.len(), segment.sar))
        .collect();
    assert_eq!(
        parts,
        [(0, 153, Some((0x1234, 2, 1))), (0, 8, Some((0x1234, 2, 2)))]
    );
    let short = plan("a", defaults().with(|options| options.concat = Concat::Sar));
    assert_eq!(short.segment(0).sar, None);

    let payload = plan(
        &text,
        defaults().with(|options| options.concat = Concat::Payload),
    );
    assert_eq!(
        (
            payload.len(),
            payload.billed,
            payload.segment(0).octets.len()
        ),
        (1, 2, 161)
    );
    assert!(payload.segment(0).payload);
    assert!(
        !plan(
            "a",
            defaults().with(|options| options.concat = Concat::Payload)
        )
        .segment(0)
        .payload
    );
}

#[test]
fn sar_gives_way_where_a_header_is_needed_anyway() {
    let options = defaults().with(|options| {
        options.concat = Concat::Sar;
        options.extra_udh = &[4, 2, 240, 241];
    });
    let plan = plan(&"a".repeat(161), options);
    assert_eq!(plan.segment(1).udh, [9, 0, 3, 0x34, 2, 2, 4, 2, 240, 241]);
    assert_eq!(plan.segment(1).sar, None);
}

#[test]
fn auto_takes_the_fewest_segments_that_carry_every_character() {
    let chosen = |text: &str, language| {
        let plan = plan(text, defaults().with(|options| options.language = language));
        (plan.encoding.as_str(), plan.data_coding, plan.len())
    };
    assert_eq!(chosen("Hello {world} €", None), ("gsm7", 0, 1));
    assert_eq!(
        chosen("güneşli", None),
        ("ucs2", 8, 1),
        "no national table unless a language is named"
    );
    assert_eq!(
        chosen("güneşli", Some(Language::Turkish)),
        ("gsm7-turkish", 0, 1)
    );
    assert_eq!(
        chosen("güneşli 😀", Some(Language::Turkish)),
        ("ucs2", 8, 1)
    );
    assert_eq!(chosen("Hello", Some(Language::Turkish)), ("gsm7", 0, 1));
    assert_eq!(
        chosen("¡Adiós!", Some(Language::Spanish)),
        ("gsm7-spanish", 0, 1)
    );
    assert_eq!(
        chosen("ção", None),
        ("ucs2", 8, 1),
        "Latin-1 only when asked"
    );
    // 155 beside one table, and the locking one where the single shift one would take two segments.
    assert_eq!(
        chosen(&"ş".repeat(77), Some(Language::Turkish)),
        ("gsm7-turkish", 0, 1)
    );
    let locking = plan(
        &"ş".repeat(155),
        defaults().with(|options| options.language = Some(Language::Turkish)),
    );
    assert_eq!(
        (locking.len(), locking.segment(0).udh),
        (1, &[3, 0x25, 1, 1][..])
    );
    // The euro is one septet in the Turkish locking table: one segment for two.
    assert_eq!(chosen(&"€".repeat(100), None), ("gsm7", 0, 2));
    assert_eq!(
        chosen(&"€".repeat(100), Some(Language::Turkish)),
        ("gsm7-turkish", 0, 1)
    );
}

#[test]
fn data_coding_follows_encoding_and_class() {
    let coding = |encoding, flash| {
        plan(
            "abc",
            defaults().with(|options| {
                options.encoding = encoding;
                options.flash = flash;
            }),
        )
        .data_coding
    };
    assert_eq!(coding(Encoding::Gsm7, false), 0x00);
    assert_eq!(coding(Encoding::Ascii, false), 0x01);
    assert_eq!(coding(Encoding::Latin1, false), 0x03);
    assert_eq!(coding(Encoding::Cyrillic, false), 0x06);
    assert_eq!(coding(Encoding::Hebrew, false), 0x07);
    assert_eq!(coding(Encoding::Ucs2, false), 0x08);
    assert_eq!(coding(Encoding::Gsm7, true), 0x10);
    assert_eq!(coding(Encoding::Ucs2, true), 0x18);
    let latin1 = plan_str(
        "abc",
        &defaults().with(|options| {
            options.encoding = Encoding::Latin1;
            options.flash = true;
        }),
    );
    assert!(matches!(
        latin1,
        Err(TextError::InvalidOption {
            option: "flash",
            ..
        })
    ));
}

#[test]
fn data_coding_zero_is_what_the_smsc_makes_of_it() {
    let octets = |text: &str, default_alphabet| {
        let plan = plan(
            text,
            defaults().with(|options| options.default_alphabet = default_alphabet),
        );
        (
            plan.encoding.as_str(),
            plan.data_coding,
            plan.segment(0).octets.to_vec(),
        )
    };
    assert_eq!(octets("@é", Alphabet::Gsm7), ("gsm7", 0, vec![0x00, 0x05]));
    assert_eq!(
        octets("hello", Alphabet::Gsm7Packed),
        ("gsm7", 0, vec![0xE8, 0x32, 0x9B, 0xFD, 0x06])
    );
    assert_eq!(
        octets("@é", Alphabet::Latin1),
        ("latin1", 0, vec![0x40, 0xE9])
    );
    assert_eq!(
        octets("@é", Alphabet::Utf8),
        ("utf8", 0, vec![0x40, 0xC3, 0xA9])
    );
    assert_eq!(
        octets("@[", Alphabet::Ascii),
        ("ascii", 0, vec![0x40, 0x5B])
    );
    assert_eq!(octets("é", Alphabet::Ascii), ("ucs2", 8, vec![0x00, 0xE9]));
    assert_eq!(
        octets("á", Alphabet::Latin1).0,
        "ucs2",
        "the SMSC could not turn it into GSM 03.38"
    );
    assert_eq!(octets("€", Alphabet::Latin1).0, "ucs2");
    // The SMSC makes septets of it: so it is counted, two for a bracket.
    let count = |text: &str| {
        lengths(
            text,
            defaults().with(|options| options.default_alphabet = Alphabet::Latin1),
        )
    };
    assert_eq!(count(&"a".repeat(160)), [160]);
    assert_eq!(count(&"[".repeat(81)), [76, 5]);
}

#[test]
fn packed_segments_fill_the_message() {
    let options = defaults().with(|options| options.default_alphabet = Alphabet::Gsm7Packed);
    assert_eq!(lengths(&"a".repeat(160), options), [140]);
    let plan = plan(&"a".repeat(161), options);
    assert_eq!(plan.segment(0).octets.len(), 140);
    assert_eq!(
        plan.segment(0).octets[6] & 1,
        0,
        "one fill bit behind six octets"
    );
    assert_eq!(plan.segment(0).octets[6] >> 1, b'a');
    // A reader would take an @ in the last seven bits of an octet for padding: it goes to the next segment.
    let text = format!("{}@{}", "a".repeat(152), "b".repeat(20));
    let plan = plan_str(&text, &options).unwrap();
    let read = |index: usize| {
        let segment = plan.segment(index);
        let udh = smpp_edge::text::Udh::parse(segment.octets).unwrap();
        decode(
            &segment.octets[segment.udh.len()..],
            0,
            Some(&udh),
            Alphabet::Gsm7Packed,
        )
        .text
    };
    assert_eq!(
        (read(0).as_str(), read(1).as_str()),
        (
            "a".repeat(152).as_str(),
            format!("@{}", "b".repeat(20)).as_str()
        )
    );
}

#[test]
fn packed_segments_with_sar_start_at_the_first_bit() {
    let options = defaults().with(|options| {
        options.default_alphabet = Alphabet::Gsm7Packed;
        options.concat = Concat::Sar;
    });
    // 152 septets fill 133 octets: a reader would drop an @ at their end, but not one behind 153.
    let text = format!("{}@@{}", "a".repeat(151), "b".repeat(20));
    let plan = plan(&text, options);
    let read = |index| decode(plan.segment(index).octets, 0, None, Alphabet::Gsm7Packed).text;
    assert_eq!(read(0) + &read(1), text);
    assert_eq!((read(0).len(), plan.segment(0).octets.len()), (153, 134));
    // Nor one that comes to the end because an escape moves on.
    let text = format!("{}@€{}", "a".repeat(151), "b".repeat(20));
    let plan = plan_str(&text, &options).unwrap();
    let read = |index| decode(plan.segment(index).octets, 0, None, Alphabet::Gsm7Packed).text;
    assert_eq!((read(0).len(), read(0) + &read(1)), (151, text));
}

#[test]
fn what_is_missing_is_named_or_replaced() {
    let gsm = defaults().with(|options| options.encoding = Encoding::Gsm7);
    assert_eq!(
        plan_str("a“😀”я", &gsm).unwrap_err(),
        TextError::Unencodable(vec![(1, '“'), (2, '😀'), (4, '”'), (5, 'я')])
    );
    let plain = gsm.with(|options| options.transliterate = true);
    assert_eq!(
        plan_str("a“😀”я", &plain).unwrap_err(),
        TextError::Unencodable(vec![(2, '😀'), (5, 'я')])
    );
    assert_eq!(
        plan("“I’m” – so…\u{A0}x\u{200B}", plain).segment(0).octets,
        b"\"I'm\" - so... x"
    );
    let both = plain.with(|options| options.substitute = Some('?'));
    assert_eq!(plan("“😀я", both).segment(0).octets, b"\"??");
    // A substitute the coding lacks is none.
    assert!(plan_str("я", &gsm.with(|options| options.substitute = Some('я'))).is_err());
    // Typographic characters stay where something else needs UCS-2 anyway.
    let auto = defaults().with(|options| {
        options.transliterate = true;
        options.substitute = Some('?');
    });
    assert_eq!(plan("“a”", auto).encoding, EncodingName::Gsm7);
    let kept = plan("“я”", auto);
    assert_eq!(
        decode(kept.segment(0).octets, 8, None, Alphabet::Gsm7).text,
        "“я”"
    );
    let lone = count_segments(&[0x61, 0xD83D, 0x62], &defaults()).unwrap();
    assert_eq!(lone.unencodable, [(1, '\u{FFFD}')]);
}

#[test]
fn counting_never_fails_for_what_can_not_be_sent() {
    let gsm = defaults().with(|options| options.encoding = Encoding::Gsm7);
    let counted = count_segments(&units("aя"), &gsm).unwrap();
    assert_eq!(
        (counted.segments, counted.plan.units, counted.plan.remaining),
        (1, 2, 158)
    );
    assert_eq!(counted.unencodable, [(1, 'я')]);
    assert_eq!(counted.plan.segment(0).octets, b"a?");

    let long = units(&"a".repeat(153 * 255 + 1));
    let counted = count_segments(&long, &defaults()).unwrap();
    assert_eq!((counted.segments, counted.plan.len()), (256, 0));
    let error = smpp_edge::text::plan(&long, &defaults()).unwrap_err();
    assert_eq!(
        error,
        TextError::TooManySegments {
            needed: 256,
            max: 255
        }
    );
    assert_eq!(plan(&"a".repeat(153 * 255), defaults()).len(), 255);
    let two = defaults().with(|options| options.max_segments = 2);
    assert!(plan_str(&"a".repeat(306), &two).is_ok());
    assert_eq!(
        plan_str(&"a".repeat(307), &two).unwrap_err(),
        TextError::TooManySegments { needed: 3, max: 2 }
    );
    let payload = two.with(|options| options.concat = Concat::Payload);
    assert_eq!(
        plan_str(&"a".repeat(307), &payload).unwrap_err(),
        TextError::TooManySegments { needed: 3, max: 2 }
    );
}

#[test]
fn units_and_what_remains() {
    let counts = |text: &str, options| {
        let plan = plan(text, options);
        (plan.units, plan.remaining)
    };
    assert_eq!(counts("", defaults()), (0, 160));
    assert_eq!(counts("a€", defaults()), (3, 157));
    assert_eq!(counts(&"a".repeat(161), defaults()), (161, 145));
    assert_eq!(counts("😀", defaults()), (2, 68));
    assert_eq!(
        counts(
            &"ş".repeat(10),
            defaults().with(|options| options.language = Some(Language::Turkish))
        ),
        (20, 135)
    );
}

#[test]
fn options_that_make_no_sense() {
    let option = |options: EncodeOptions<'_>| match plan_str(&"a".repeat(161), &options) {
        Err(TextError::InvalidOption { option, .. }) => option,
        other => panic!("{other:?}"),
    };
    assert_eq!(
        option(defaults().with(|options| options.extra_udh = &[0x70, 3, 1])),
        "udh"
    );
    assert_eq!(
        option(defaults().with(|options| options.extra_udh = &[0, 3, 1, 2, 1])),
        "udh"
    );
    assert_eq!(
        option(defaults().with(|options| options.extra_udh = &[0x25, 1, 1])),
        "udh"
    );
    let too_much = [&[0x70, 137][..], &[0; 137]].concat();
    assert_eq!(
        option(defaults().with(|options| options.extra_udh = &too_much)),
        "udh"
    );
    assert_eq!(
        option(defaults().with(|options| {
            options.encoding = Encoding::Gsm7;
            options.default_alphabet = Alphabet::Latin1;
        })),
        "encoding"
    );
    assert_eq!(
        option(defaults().with(|options| options.encoding = Encoding::Utf8)),
        "encoding"
    );
    let own = defaults().with(|options| options.extra_udh = &[0, 3, 1, 2, 1]);
    assert_eq!(
        plan("one part of the caller's own", own).segment(0).udh,
        [5, 0, 3, 1, 2, 1]
    );
}

#[test]
fn a_text_in_latin_1_is_planned_as_the_same_text_in_utf_16() {
    let long = "Your code is 123456. ".repeat(9);
    let texts = [
        "",
        "Hello",
        "@\u{a3}\u{e9}",
        "[e]",
        "\u{e7}",
        "100 \u{b5}",
        &long,
        "a\u{ff}",
    ];
    let all = [
        defaults(),
        defaults().with(|options| options.flash = true),
        defaults().with(|options| options.encoding = Encoding::Gsm7),
        defaults().with(|options| options.encoding = Encoding::Ucs2),
        defaults().with(|options| options.encoding = Encoding::Latin1),
        defaults().with(|options| options.language = Some(Language::Turkish)),
        defaults().with(|options| options.default_alphabet = Alphabet::Gsm7Packed),
        defaults().with(|options| options.default_alphabet = Alphabet::Latin1),
        defaults().with(|options| options.max_segments = 1),
        defaults().with(|options| options.concat = Concat::Sar),
        defaults().with(|options| options.extra_udh = &[0x24, 1, 1]),
        defaults().with(|options| options.extra_udh = &[0x70, 1]),
    ];
    let shown = |plan: &Plan, made: Result<(), TextError>| {
        let octets: Vec<Vec<u8>> = plan.segments().map(|s| s.octets.to_vec()).collect();
        let sums = (plan.units, plan.remaining, plan.billed);
        made.map(|()| (plan.encoding, plan.data_coding, sums, octets))
    };
    // Kept from one to the next: nothing of the last may stay.
    let (mut narrow, mut wide) = (Plan::default(), Plan::default());
    for options in &all {
        for text in texts {
            let units: Vec<u16> = text.encode_utf16().collect();
            let latin1: Vec<u8> = units.iter().map(|&unit| unit as u8).collect();
            let of_narrow = plan_latin1_into(&mut narrow, &latin1, options);
            let of_wide = plan_into(&mut wide, &units, options);
            assert_eq!(
                shown(&narrow, of_narrow),
                shown(&wide, of_wide),
                "{text:?} {options:?}"
            );
            assert_eq!(
                count_latin1(&latin1, options),
                count_segments(&units, options),
                "{text:?} {options:?}"
            );
        }
    }
}

#[test]
fn octets_of_codings_that_are_not_here() {
    let mut plan = Plan::default();
    // か in Shift-JIS; 140 octets are cut at 134, which is between characters, and at 133 one octet earlier.
    plan_encoded_into(
        &mut plan,
        &[0x82, 0xA9].repeat(80),
        EncodingName::ShiftJis,
        &defaults(),
    )
    .unwrap();
    assert_eq!(
        (plan.data_coding, plan.segment(0).octets.len()),
        (0x05, 140)
    );
    let udh16 = defaults().with(|options| options.concat = Concat::Udh16);
    plan_encoded_into(
        &mut plan,
        &[0x82, 0xA9].repeat(80),
        EncodingName::ShiftJis,
        &udh16,
    )
    .unwrap();
    assert_eq!(plan.segment(0).octets.len(), 7 + 132);
    plan_encoded_into(
        &mut plan,
        &[0x8F, 0xB0, 0xA1].repeat(50),
        EncodingName::EucJp,
        &defaults(),
    )
    .unwrap();
    assert_eq!(
        (plan.data_coding, plan.segment(0).octets.len()),
        (0x0D, 6 + 132)
    );
    for encoding in [EncodingName::EucJp, EncodingName::EucKr] {
        // A character of two octets is not parted at 133, nor is its first octet missed at the end.
        let octets = [&[0xB0, 0xA1].repeat(80)[..], &[0xB0]].concat();
        plan_encoded_into(&mut plan, &octets, encoding, &udh16).unwrap();
        let lengths = plan.segments().map(|segment| segment.octets.len());
        assert_eq!(lengths.collect::<Vec<_>>(), [7 + 132, 7 + 29]);
    }
    plan_encoded_into(&mut plan, b"abc", EncodingName::EucKr, &defaults()).unwrap();
    assert_eq!(plan.data_coding, 0x0E);
    assert!(plan_encoded_into(&mut plan, b"abc", EncodingName::Iso2022Jp, &defaults()).is_err());
    let decoded = decode(&[0x82, 0xA9], 0x05, None, Alphabet::Gsm7);
    assert_eq!(
        (decoded.text.as_str(), decoded.encoding.platform_label()),
        ("", Some("shift_jis"))
    );
}

#[test]
fn a_cluster_is_kept_whole_if_a_segment_holds_it_and_its_characters_if_none_does() {
    let ucs2 = defaults().with(|options| options.encoding = Encoding::Ucs2);
    // 67 units is what a segment holds.
    let marks = "\u{301}".repeat(66);
    let text = format!("{0}q{marks}{0}", "b".repeat(10));
    assert_eq!(lengths(&text, ucs2), [20, 134, 20]);
    // Variation selectors of two units each.
    let selectors = "\u{E0100}".repeat(40);
    assert_eq!(lengths(&format!("ab{selectors}"), ucs2), [32, 132]);
}

#[test]
fn what_looks_like_padding_at_the_end_of_a_text_is_not_cut_off() {
    let packed = defaults().with(|options| options.default_alphabet = Alphabet::Gsm7Packed);
    let text = |septets: usize| format!("{}@", "a".repeat(septets - 1));
    assert_eq!(plan(&text(160), packed).len(), 1);
    // The last nine septets end with an octet.
    assert_eq!(plan(&text(153 + 9), packed).len(), 2);
}

#[test]
fn one_octet_a_character_is_what_the_alphabet_makes_of_it() {
    let of = |encoding, default_alphabet| {
        defaults().with(|options| {
            options.encoding = encoding;
            options.default_alphabet = default_alphabet;
        })
    };
    let gsm = Alphabet::Gsm7;
    // The SMSC makes septets of a text in Latin-1 if it can, and of none in the other parts of ISO 8859.
    assert_eq!(plan(&"a".repeat(150), of(Encoding::Latin1, gsm)).len(), 1);
    assert_eq!(plan(&"Á".repeat(150), of(Encoding::Latin1, gsm)).len(), 2);
    assert_eq!(plan(&"a".repeat(150), of(Encoding::Cyrillic, gsm)).len(), 2);
    assert_eq!(plan(&"a".repeat(150), of(Encoding::Hebrew, gsm)).len(), 2);
    // A short_message of 254 octets ends before 153 septets that are two octets each.
    let utf8 = of(Encoding::Utf8, Alphabet::Utf8);
    assert_eq!(lengths(&"é".repeat(200), utf8), [248, 152]);
}

#[test]
fn tables_of_a_language_are_used_where_they_spare_a_segment_and_name_what_is_missing() {
    let with = |encoding, language| {
        defaults().with(|options| {
            options.encoding = encoding;
            options.language = Some(language);
        })
    };
    let turkish = with(Encoding::Auto, Language::Turkish);
    let plain = plan(&"a".repeat(200), turkish);
    assert_eq!((plain.encoding, plain.len()), (EncodingName::Gsm7, 2));
    let error = plan_str("क中", &with(Encoding::Gsm7, Language::Hindi)).unwrap_err();
    assert_eq!(error, TextError::Unencodable(vec![(1, '中')]));
}

#[test]
fn octets_that_are_no_text_may_have_a_message_class() {
    let mut plan = Plan::default();
    let flash = defaults().with(|options| options.flash = true);
    for (options, data_coding) in [(&defaults(), 0x04), (&flash, 0x14)] {
        plan_encoded_into(&mut plan, b"abc", EncodingName::Binary, options).unwrap();
        assert_eq!(plan.data_coding, data_coding);
    }
    let error = plan_encoded_into(&mut plan, b"abc", EncodingName::ShiftJis, &flash).unwrap_err();
    assert!(matches!(
        error,
        TextError::InvalidOption {
            option: "flash",
            ..
        }
    ));
}

#[test]
fn a_lone_surrogate_is_missing_wherever_it_stands() {
    for encoding in [Encoding::Auto, Encoding::Ucs2] {
        let options = defaults().with(|options| options.encoding = encoding);
        for (index, units) in [[0xD800, 0x61], [0x61, 0xD800]].iter().enumerate() {
            let error = plan_into(&mut Plan::default(), units, &options).unwrap_err();
            let missing = vec![(index, '\u{FFFD}')];
            assert_eq!(error, TextError::Unencodable(missing), "{encoding:?}");
        }
    }
}

#[test]
fn a_header_leaves_room_for_a_character_at_least() {
    let mut plan = Plan::default();
    let element = |length: u8| [&[0x70, length][..], &vec![0; length.into()]].concat();
    for (length, fits) in [(134, true), (135, false)] {
        let element = element(length);
        let options = defaults().with(|options| options.extra_udh = &element);
        assert_eq!(plan_binary_into(&mut plan, b"abc", &options).is_ok(), fits);
    }
}

/// `vectors/text/octets.json` is what Python's codecs make of the octets 0 to 255.
#[test]
fn iso_8859_5_and_8_octet_by_octet() {
    let file: Value = serde_json::from_str(include_str!("vectors/text/octets.json")).unwrap();
    for (name, data_coding, encoding) in [
        ("iso-8859-5", 6, Encoding::Cyrillic),
        ("iso-8859-8", 7, Encoding::Hebrew),
    ] {
        let expected: Vec<char> = file[name].as_str().unwrap().chars().collect();
        assert_eq!(expected.len(), 256);
        for (octet, c) in (0u8..=255).zip(expected) {
            let decoded = decode(&[octet], data_coding, None, Alphabet::Gsm7);
            assert_eq!(decoded.text, c.to_string(), "{name} {octet:02X}");
            assert_eq!(decoded.lossy, c == '\u{FFFD}', "{name} {octet:02X}");
            if c != '\u{FFFD}' {
                let plan = plan(
                    &c.to_string(),
                    defaults().with(|options| options.encoding = encoding),
                );
                assert_eq!(plan.segment(0).octets, [octet], "{name} {c:?}");
            }
        }
    }
}

/// `vectors/text/segments.json` is written by `segments.mjs` from sentences in 43 languages and from lengths at each boundary.
#[test]
fn as_twilios_calculator_counts() {
    let cases: Vec<(String, usize, String, Vec<usize>)> =
        serde_json::from_str(include_str!("vectors/text/segments.json")).unwrap();
    assert!(cases.len() > 800);
    for (text, times, encoding, expected) in cases {
        let text = text.repeat(times);
        let plan = plan(&text, defaults());
        let (name, width) = if encoding == "GSM-7" {
            ("gsm7", 1)
        } else {
            ("ucs2", 2)
        };
        assert_eq!(plan.encoding.as_str(), name, "{text}");
        let counted: Vec<usize> = plan
            .segments()
            .map(|segment| (segment.octets.len() - segment.udh.len()) / width)
            .collect();
        assert_eq!(counted, expected, "{text}");
    }
}

#[test]
fn plans_are_equal_that_send_the_same() {
    let mut plan = Plan::default();
    plan_into(&mut plan, &units(&"long ".repeat(100)), &defaults()).unwrap();
    assert_ne!(plan, plan_str("short", &defaults()).unwrap());
    plan_into(&mut plan, &units("short"), &defaults()).unwrap();
    assert_eq!(plan, plan_str("short", &defaults()).unwrap());
    assert_ne!(plan, plan_str("shore", &defaults()).unwrap());
}
