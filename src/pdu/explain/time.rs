//! Times of SMPP in words (3.4 section 7.1.1, 5.0 section 4.7.23.4).

use alloc::string::String;
use alloc::string::ToString;

/// The number of two digits at `at`.
fn pair(text: &[u8], at: usize) -> Option<u32> {
    match text.get(at..at + 2)? {
        [tens @ b'0'..=b'9', ones @ b'0'..=b'9'] => {
            Some(u32::from(tens - b'0') * 10 + u32::from(ones - b'0'))
        }
        _ => None,
    }
}

fn push_pair(text: &mut String, number: u32) {
    text.push(char::from(b'0' + (number / 10 % 10) as u8));
    text.push(char::from(b'0' + (number % 10) as u8));
}

/// Date and time of the first twelve digits, if they can be one.
fn date_time(text: &[u8]) -> Option<String> {
    let [year, month, day, hour, minute, second] = six_pairs(text)?;
    let real = (1..=12).contains(&month)
        && (1..=31).contains(&day)
        && hour < 24
        && minute < 60
        && second < 60;
    if !real {
        return None;
    }
    // Appendix C of 3.4: 38 to 99 are of the last century.
    let mut out = String::from(if year >= 38 { "19" } else { "20" });
    for (before, number) in [
        ("", year),
        ("-", month),
        ("-", day),
        (" ", hour),
        (":", minute),
        (":", second),
    ] {
        out.push_str(before);
        push_pair(&mut out, number);
    }
    Some(out)
}

fn six_pairs(text: &[u8]) -> Option<[u32; 6]> {
    let mut pairs = [0; 6];
    for (index, number) in pairs.iter_mut().enumerate() {
        *number = pair(text, index * 2)?;
    }
    Some(pairs)
}

/// What a time says; `None` if it is not written as one.
pub(super) fn meaning(text: &[u8]) -> Option<String> {
    match (text.len(), text.last()) {
        (16, Some(sign @ (b'+' | b'-'))) => {
            let mut out = date_time(text)?;
            let tenths = text[12];
            let quarters = pair(text, 13)?;
            if !tenths.is_ascii_digit() || quarters > 48 {
                return None;
            }
            out.push('.');
            out.push(char::from(tenths));
            out.push(' ');
            out.push(char::from(*sign));
            push_pair(&mut out, quarters / 4);
            out.push(':');
            push_pair(&mut out, quarters % 4 * 15);
            Some(out)
        }
        (16, Some(b'R')) => {
            let pairs = six_pairs(text).filter(|_| &text[12..15] == b"000")?;
            let mut out = String::from("after");
            for (number, unit) in pairs
                .into_iter()
                .zip(["year", "month", "day", "hour", "minute", "second"])
            {
                if number != 0 {
                    out.push(' ');
                    out.push_str(&number.to_string());
                    out.push(' ');
                    out.push_str(unit);
                    if number != 1 {
                        out.push('s');
                    }
                }
            }
            if pairs == [0; 6] {
                out.push_str(" 0 seconds");
            }
            Some(out)
        }
        (12, _) => date_time(text).map(|mut out| {
            out.push_str(" local time");
            out
        }),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::meaning;

    #[test]
    fn absolute_times_say_date_and_offset() {
        assert_eq!(
            meaning(b"260102153100000+").as_deref(),
            Some("2026-01-02 15:31:00.0 +00:00")
        );
        assert_eq!(
            meaning(b"991231235959922-").as_deref(),
            Some("1999-12-31 23:59:59.9 -05:30")
        );
    }

    #[test]
    fn relative_times_say_how_long() {
        assert_eq!(
            meaning(b"000002030000000R").as_deref(),
            Some("after 2 days 3 hours")
        );
        assert_eq!(
            meaning(b"000000000000000R").as_deref(),
            Some("after 0 seconds")
        );
    }

    #[test]
    fn twelve_digits_are_local_time() {
        assert_eq!(
            meaning(b"260102153100").as_deref(),
            Some("2026-01-02 15:31:00 local time")
        );
    }

    #[test]
    fn what_is_no_time_says_nothing() {
        for text in [
            &b"261302153100000+"[..],
            b"260102253100000+",
            b"260102153100049+",
            b"26010215310000a+",
            b"000002030000001R",
            b"260102153100000",
            b"260102153100000?",
            b"2601",
        ] {
            assert_eq!(meaning(text), None, "{}", text.escape_ascii());
        }
    }
}
