//! The GSM 03.38 tables, every code both ways, against two descriptions of them.
//!
//! `vectors/text/tables.json` is what the PyPI package gsmcodecs 1.0.0 makes of TS 23.038 V18. The other is a comparison of
//! several implementations that lies beside the repository; without it that part is skipped.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::Value;
use smpp_edge::text::{Alphabet, EncodeOptions, Encoding, Language, Udh, count_segments, decode};

struct Table {
    language: Option<Language>,
    /// 128 characters, if the language has a locking table.
    locking: Option<Vec<Option<char>>>,
    shift: BTreeMap<u8, char>,
}

fn table(name: &str, locking: Option<Vec<Option<char>>>, shift: BTreeMap<u8, char>) -> Table {
    let language = (name != "default").then(|| Language::by_name(name).expect("a known language"));
    Table {
        language,
        locking,
        shift,
    }
}

fn septet(hex: &str) -> u8 {
    u8::from_str_radix(hex, 16).expect("hex")
}

/// As gsmcodecs has them, less where it stands alone against the others.
fn gsmcodecs() -> Vec<Table> {
    let file: Value = serde_json::from_str(include_str!("vectors/text/tables.json")).unwrap();
    let object = |value: &Value| value.as_object().expect("an object").clone();
    object(&file)
        .iter()
        .map(|(name, entry)| {
            let mut locking: Option<Vec<_>> = entry["locking"].as_str().map(|characters| {
                characters
                    .chars()
                    .map(|c| Some(c).filter(|c| *c != '\u{FFFD}'))
                    .collect()
            });
            let shift = object(&entry["shift"])
                .iter()
                .map(|(code, c)| (septet(code), c.as_str().unwrap().chars().next().unwrap()))
                .collect();
            if let Some(locking) = &mut locking
                && Language::by_name(name).is_some_and(|language| language.id() >= 4)
            {
                assert_eq!(locking[0x2C], Some('\''));
                locking[0x2C] = Some(','); // read as a comma by everyone else
                if name == "kannada" {
                    assert_eq!(locking[0x24], Some('ಪ'));
                    locking[0x24] = Some('ಡ'); // a misprint: U+0CAA stands at 3D too, and U+0CA1 would be missing
                }
            }
            table(name, locking, shift)
        })
        .collect()
}

fn reference() -> Option<Vec<Table>> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/reference/gsm0338.json");
    let Ok(text) = std::fs::read_to_string(&path) else {
        eprintln!("skipped: no {}", path.display());
        return None;
    };
    let file: Value = serde_json::from_str(&text).unwrap();
    let character = |value: &Value| {
        value
            .as_str()
            .map(|hex| char::from_u32(u32::from_str_radix(hex, 16).unwrap()).unwrap())
    };
    let tables = file["tables"].as_object().unwrap().iter();
    let tables = tables.map(|(name, entry)| {
        let locking = entry["locking"]
            .as_array()
            .map(|codes| codes.iter().map(character).collect());
        let shift = entry["single_shift"].as_object().unwrap().iter();
        let shift = shift
            .map(|(code, value)| (septet(code), character(value).unwrap()))
            .collect();
        let table = table(name, locking, shift);
        let id = table.language.map_or(0, Language::id);
        assert_eq!(u64::from(id), entry["id"].as_u64().unwrap(), "{name}");
        table
    });
    Some(tables.collect())
}

fn read(septets: &[u8], udh: &[u8]) -> (String, bool) {
    let udh = (!udh.is_empty()).then(|| Udh::parse(udh).unwrap());
    let decoded = decode(septets, 0, udh.as_ref(), Alphabet::Gsm7);
    (decoded.text, decoded.lossy)
}

fn check(tables: &[Table]) {
    assert_eq!(tables.len(), 14);
    let default = tables
        .iter()
        .find(|table| table.language.is_none())
        .unwrap();
    for table in tables {
        let id = table.language.map_or(0, Language::id);
        let shift_header = if id == 0 {
            vec![]
        } else {
            vec![3, 0x24, 1, id]
        };
        let lock_header = if id == 0 {
            vec![]
        } else {
            vec![3, 0x25, 1, id]
        };
        let name = table.language.map_or("default", Language::as_str);
        // Decoding: every septet, and every septet behind an escape.
        if let Some(locking) = &table.locking {
            for (code, expected) in (0u8..).zip(locking) {
                if code == 0x1B {
                    continue;
                }
                let expected = expected.map_or(('\u{FFFD}', true), |c| (c, false));
                assert_eq!(
                    read(&[code], &lock_header),
                    (expected.0.to_string(), expected.1),
                    "{name} {code:02X}"
                );
            }
        }
        for code in (0u8..128).filter(|code| *code != 0x1B) {
            let expected = match table.shift.get(&code) {
                Some(c) => (*c, false),
                // Printed empty, shown as every other Indic table has it.
                None if name == "telugu" && code == 0x65 => ('€', false),
                None => (
                    default.locking.as_ref().unwrap()[usize::from(code)].unwrap(),
                    true,
                ),
            };
            assert_eq!(
                read(&[0x1B, code], &shift_header),
                (expected.0.to_string(), expected.1),
                "{name} 1B {code:02X}"
            );
        }
        // Encoding: every character of either table is carried, and comes back.
        let locking = table.locking.iter().flatten().flatten();
        for c in locking.chain(table.shift.values()) {
            let options = EncodeOptions::default().with(|options| {
                options.encoding = Encoding::Gsm7;
                options.language = table.language;
            });
            let counted = count_segments(&[*c as u16], &options).unwrap();
            assert_eq!(counted.unencodable, [], "{name} {c:?}");
            let segment = counted.plan.segment(0);
            let text = &segment.octets[segment.udh.len()..];
            assert_eq!(
                read(text, segment.udh),
                (c.to_string(), false),
                "{name} {c:?}"
            );
        }
    }
}

#[test]
fn as_a_second_implementation_has_them() {
    check(&gsmcodecs());
}

#[test]
fn as_the_reference_has_them() {
    if let Some(tables) = reference() {
        check(&tables);
    }
}

#[test]
fn what_two_codes_reach_is_written_with_the_first() {
    let octets = |text: &str, language| {
        let options = EncodeOptions::default().with(|options| {
            options.encoding = Encoding::Gsm7;
            options.language = Some(language);
        });
        let units: Vec<u16> = text.encode_utf16().collect();
        count_segments(&units, &options)
            .unwrap()
            .plan
            .segment(0)
            .octets
            .to_vec()
    };
    // "ş" alone in the single shift table costs a septet more than in the locking one, but the same message.
    assert_eq!(octets("ş", Language::Turkish), [3, 0x24, 1, 1, 0x1B, 0x73]);
    // "¡" stands at 13 and 15 of the Hindi single shift table, and at 40 of the default alphabet.
    assert_eq!(
        octets("¡ऑ", Language::Hindi),
        [6, 0x24, 1, 6, 0x25, 1, 6, 0x1B, 0x13, 0x11]
    );
}

#[test]
fn what_is_near_is_not_the_same() {
    let options = EncodeOptions::default().with(|options| options.encoding = Encoding::Gsm7);
    for c in ['ç', 'á', '`', '\u{1B}', '\0', 'Ş', 'α'] {
        assert_eq!(
            count_segments(&[c as u16], &options).unwrap().unencodable,
            [(0, c)]
        );
    }
}
