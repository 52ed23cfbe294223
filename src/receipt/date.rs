//! The dates of receipts.

/// Digits are given no zone: the local time of the centre, taken for UTC here. Unix milliseconds; `None` if it is no date.
///
/// Forms: `YYMMDDhhmm` (SMPP 3.4, appendix B), `YYMMDDhhmmss`, `YYYYMMDDhhmm`, `YYYYMMDDhhmmss`, and SMPP's absolute time
/// with tenths and its own offset (7.1.1). Of the two with twelve digits the first that makes a date counts. Years 38 to
/// 99 are 19xx (appendix C).
#[must_use]
pub fn unix_ms(date: &[u8]) -> Option<i64> {
    match date.len() {
        10 => short_year(date),
        12 => short_year(date).or_else(|| moment(date, 4)),
        14 => moment(date, 4),
        16 => {
            let tenths = i64::from(number(&date[12..13])?);
            let quarters = i64::from(number(&date[13..15])?);
            let offset = match date[15] {
                _ if quarters > 48 => return None,
                b'+' => quarters,
                b'-' => -quarters,
                _ => return None,
            };
            Some(short_year(&date[..12])? + tenths * 100 - offset * 15 * 60_000)
        }
        _ => None,
    }
}

fn short_year(date: &[u8]) -> Option<i64> {
    moment(date, 2)
}

/// A year of two or four digits, then month, day, hour, minute and perhaps second, two each.
fn moment(date: &[u8], year_digits: usize) -> Option<i64> {
    let (year, rest) = date.split_at(year_digits);
    let year = match (year_digits, number(year)?) {
        (2, year @ 38..) => 1900 + year,
        (2, year) => 2000 + year,
        (_, year) => year,
    };
    let mut fields = [0; 5];
    for (field, digits) in fields.iter_mut().zip(rest.chunks_exact(2)) {
        *field = number(digits)?;
    }
    let [month, day, hour, minute, second] = fields;
    if !(1..=12).contains(&month)
        || !(1..=days_in(year, month)).contains(&day)
        || hour > 23
        || minute > 59
        || second > 59
    {
        return None;
    }
    let seconds = (i64::from(hour) * 60 + i64::from(minute)) * 60 + i64::from(second);
    Some((days_since_1970(year, month, day) * 86_400 + seconds) * 1000)
}

#[inline]
fn number(digits: &[u8]) -> Option<u32> {
    digits.iter().try_fold(0, |number, digit| {
        digit
            .is_ascii_digit()
            .then(|| number * 10 + u32::from(digit - b'0'))
    })
}

fn days_in(year: u32, month: u32) -> u32 {
    match month {
        2 if year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400)) => {
            29
        }
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Counted in years that start in March, so that the leap day comes last.
fn days_since_1970(year: u32, month: u32, day: u32) -> i64 {
    let year = i64::from(year) - i64::from(month <= 2);
    let day_of_year = i64::from((153 * ((month + 9) % 12) + 2) / 5 + day - 1);
    year * 365 + year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400) + day_of_year
        - 719_468
}

/// Appends `YYMMDDhhmmss` in UTC. The inverse of [`unix_ms`] between 1938 and 2037.
pub(super) fn write(unix_ms: i64, out: &mut Vec<u8>) {
    let seconds = unix_ms.div_euclid(1000);
    let (days, second) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400));
    // Back from days to a date, in eras of 400 years that start in March.
    let days = days + 719_468;
    let day_of_era = days.rem_euclid(146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = (month_from_march + 2) % 12 + 1;
    // An era is a whole number of centuries: of the year the last two digits are all that is written.
    let year = year_of_era + i64::from(month <= 2);
    for number in [
        year % 100,
        month,
        day,
        second / 3600,
        second / 60 % 60,
        second % 60,
    ] {
        out.extend_from_slice(&[b'0' + (number / 10) as u8, b'0' + (number % 10) as u8]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// From `date -u -d ... +%s`.
    const KNOWN: [(&str, i64); 8] = [
        ("2601021530", 1_767_367_800_000),
        ("000229000000", 951_782_400_000),
        ("380101000000", -1_009_843_200_000),
        ("370101000000", 2_114_380_800_000),
        ("20260905143012", 1_788_618_612_000),
        ("201902261755", 1_551_203_700_000),
        ("200319131913", 1_584_623_953_000),
        ("180711070003912+", 1_531_281_603_900),
    ];

    #[test]
    fn every_form_gives_its_moment() {
        for (date, ms) in KNOWN {
            assert_eq!(unix_ms(date.as_bytes()), Some(ms), "{date}");
        }
        assert_eq!(unix_ms(b"180711070003912-"), Some(1_531_303_203_900));
    }

    #[test]
    fn what_is_no_date_gives_none() {
        for date in [
            "",
            "0000000000",
            "000000000000",
            "16010112000",
            "2613011530",
            "2602291530",
            "2601022430",
            "26010215x0",
            "180711070003949+",
            "180711070003912R",
        ] {
            assert_eq!(unix_ms(date.as_bytes()), None, "{date}");
        }
    }

    #[test]
    fn written_dates_are_read_back() {
        for ms in (-1_000_000_000_000..2_145_916_800_000).step_by(86_399_000 * 17) {
            let mut out = Vec::new();
            write(ms, &mut out);
            assert_eq!(unix_ms(&out), Some(ms), "{}", String::from_utf8_lossy(&out));
        }
    }
}
