//! The dates of receipts.

use alloc::vec::Vec;

/// A date of a receipt in Unix milliseconds, in UTC where it has no zone of its own; see [`unix_ms_in`].
#[must_use]
pub fn unix_ms(date: &[u8]) -> Option<i64> {
    unix_ms_in(date, 0)
}

/// A date of a receipt in Unix milliseconds; `None` if it is no date. `zone`: minutes that the SMSC's clock is ahead of UTC,
/// for a date without a zone of its own.
///
/// - `YYMMDDhhmm` (SMPP 3.4, appendix B), `YYMMDDhhmmss`, `YYYYMMDDhhmm`, `YYYYMMDDhhmmss`, the longer ones with a fraction
///   too. Of two readings the first that makes a date counts. Years 38 to 99 are 19xx (appendix C).
/// - SMPP's absolute time, `YYMMDDhhmmsstnn` with `+` or `-` (7.1.1).
/// - Separated fields: `2013-02-17 00:04:29`, ISO 8601, `17.02.2013 00:04`, `17/02/2013` where no month can be meant.
/// - Unix time in seconds or milliseconds.
///
/// Behind any of them `Z`, `UTC`, `GMT` or an offset from UTC.
#[must_use]
pub fn unix_ms_in(date: &[u8], zone: i32) -> Option<i64> {
    let local = match date.len() {
        10 => short_year(date),
        12 => short_year(date).or_else(|| moment(date, 4)),
        _ => None,
    };
    match local {
        Some(local) => Some(local - i64::from(zone) * 60_000),
        None => smpp_time(date).or_else(|| free_form(date, zone)),
    }
}

/// `YYMMDDhhmmss`, tenths, quarters of an hour from UTC and their sign.
fn smpp_time(date: &[u8]) -> Option<i64> {
    let (digits, [tenths, quarters @ .., sign]) = date
        .split_first_chunk::<12>()
        .filter(|(_, rest)| rest.len() == 4)?
    else {
        return None;
    };
    let tenths = i64::from(number(&[*tenths])?);
    let quarters = i64::from(number(quarters)?);
    let offset = match sign {
        _ if quarters > 48 => return None,
        b'+' => quarters,
        b'-' => -quarters,
        _ => return None,
    };
    Some(short_year(digits)? + tenths * 100 - offset * 15 * 60_000)
}

/// The most digits of a date: a year of four, down to milliseconds.
const DIGITS: usize = 17;

/// Digits in groups, and a zone behind them.
fn free_form(date: &[u8], zone: i32) -> Option<i64> {
    let date = date.trim_ascii();
    // From the first sign or letter on that follows a time, it is the zone.
    let zone_at = (1..date.len()).find(|&at| match date[at] {
        b'T' | b't' => false,
        b'+' => true,
        b'-' => date[..at].contains(&b':') || date[..at].iter().all(u8::is_ascii_digit) && at >= 10,
        octet => octet.is_ascii_alphabetic(),
    });
    let (date, behind) = date.split_at(zone_at.unwrap_or(date.len()));
    let zone = if behind.is_empty() {
        zone
    } else {
        offset(behind)?
    };
    let ahead = i64::from(zone) * 60_000;
    let mut groups = [&[][..]; 7];
    let mut count = 0;
    for group in date
        .split(|octet| !octet.is_ascii_digit())
        .filter(|group| !group.is_empty())
    {
        *groups.get_mut(count)? = group;
        count += 1;
    }
    if date
        .iter()
        .any(|octet| !octet.is_ascii_digit() && !b"-/.:, Tt".contains(octet))
    {
        return None;
    }
    let groups = &groups[..count];
    let mut digits = [b'0'; DIGITS];
    let mut length = 0;
    let mut put = |group: &[u8], least: usize| {
        let padding = least.saturating_sub(group.len());
        let end = length + padding + group.len();
        digits
            .get_mut(length + padding..end)?
            .copy_from_slice(group);
        length = end;
        Some(())
    };
    match groups {
        [whole, parts] if whole.len() >= 12 => return Some(fraction(whole, parts)? - ahead),
        // Date and time, each in one piece, or all of it.
        [] | [_] | [_, _] => {
            for group in groups {
                put(group, 0)?;
            }
        }
        [first, second, third, time @ ..] => {
            let slashed = date.contains(&b'/');
            let [year, month, day] = match (first.len(), third.len()) {
                (4, _) => [first, second, third],
                // 02/03/2013 is the second of March or the third of February.
                (1 | 2, 4) if !slashed || number(first)? > 12 => [third, second, first],
                (2, 2) if !slashed => [first, second, third],
                _ => return None,
            };
            if month.len() > 2 || day.len() > 2 {
                return None;
            }
            put(year, 0)?;
            put(month, 2)?;
            put(day, 2)?;
            for group in time.iter().take(3) {
                put(group, 2)?;
            }
            // Without seconds, or with no time at all, the rest is zero.
            let whole = year.len() + 10;
            if length > whole {
                return None;
            }
            let parts = time.get(3).copied().unwrap_or_default();
            return Some(fraction(&digits[..whole], parts)? - ahead);
        }
    }
    compact(&digits[..length]).map(|local| local - ahead)
}

/// Nothing but digits.
fn compact(digits: &[u8]) -> Option<i64> {
    let unix = |unit: i64| {
        let value = digits
            .iter()
            .fold(0, |value, digit| value * 10 + i64::from(digit - b'0'));
        let seconds = value / unit;
        (LEAST_UNIX..=LAST_UNIX)
            .contains(&seconds)
            .then(|| value * (1_000 / unit))
    };
    match digits.len() {
        8 => moment(&[digits, &b"0000"[..]].concat(), 4),
        10 => short_year(digits).or_else(|| unix(1)),
        12 | 14 => fraction(digits, &[]),
        13 => unix(1_000).or_else(|| fraction(&digits[..12], &digits[12..])),
        15..=DIGITS => fraction(&digits[..14], &digits[14..])
            .or_else(|| fraction(&digits[..12], &digits[12..13])),
        _ => None,
    }
}

/// A date of twelve or fourteen digits, and behind it the digits of a second's fraction.
fn fraction(whole: &[u8], parts: &[u8]) -> Option<i64> {
    let date = match whole.len() {
        12 => short_year(whole).or_else(|| moment(whole, 4)),
        14 => moment(whole, 4),
        _ => None,
    };
    let mut scale = 1_000;
    let millis = parts.iter().take(3).map(|digit| {
        scale /= 10;
        i64::from(digit - b'0') * scale
    });
    Some(date? + millis.sum::<i64>())
}

/// Seconds of Unix time that are taken for such where they make no date: from 2001 to 2038.
const LEAST_UNIX: i64 = 1_000_000_000;
const LAST_UNIX: i64 = i32::MAX as i64;

/// Minutes ahead of UTC: `Z`, `UTC`, `GMT`, `+hh`, `+hhmm`, `+hh:mm`, `-…`, with or without `UTC` before the sign.
fn offset(zone: &[u8]) -> Option<i32> {
    let zone = zone.trim_ascii();
    let zone = zone
        .strip_prefix(b"UTC")
        .or(zone.strip_prefix(b"GMT"))
        .or(zone.strip_prefix(b"Z"))
        .unwrap_or(zone);
    let (sign, digits) = match zone {
        [] => return Some(0),
        [b'+', rest @ ..] => (1, rest),
        [b'-', rest @ ..] => (-1, rest),
        _ => return None,
    };
    let (hours, minutes) = match digits {
        [_, _] | [_] => (digits, &b"0"[..]),
        [hours @ .., b':', tens, ones] => (hours, &[*tens, *ones][..]),
        [_, _, _, _] => digits.split_at(2),
        _ => return None,
    };
    if hours.len() > 2 {
        return None;
    }
    let (hours, minutes) = (number(hours)?, number(minutes)?);
    (hours <= 14 && minutes < 60).then(|| sign * (hours * 60 + minutes).cast_signed())
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
    for (field, digits) in fields.iter_mut().zip(rest.as_chunks().0) {
        *field = two_digits(*digits)?;
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
fn two_digits(digits: [u8; 2]) -> Option<u32> {
    let [tens, ones] = digits.map(|digit| u32::from(digit.wrapping_sub(b'0')));
    (tens < 10 && ones < 10).then(|| tens * 10 + ones)
}

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
        let twelve_hours_ahead = unix_ms(b"180711120000048+");
        assert_eq!(twelve_hours_ahead, Some(1_531_267_200_000));
    }

    #[test]
    fn forms_of_the_field() {
        const MOMENT: i64 = 1_361_059_469_000; // 2013-02-17T00:04:29Z
        for (date, ms) in [
            ("2013-02-17 00:04:29", MOMENT),
            ("2013-02-17T00:04:29Z", MOMENT),
            ("2013-02-17T00:04:29.123Z", MOMENT + 123),
            ("2013-02-17 00:04:29,5", MOMENT + 500),
            ("2013-02-17T03:04:29+03:00", MOMENT),
            ("2013-02-16 19:04:29 -0500", MOMENT),
            ("2013-02-17T05:34:29+05:30", MOMENT),
            ("2013-02-17 03:04:29 GMT+3", MOMENT),
            ("2013-02-17 00:04:29 UTC", MOMENT),
            ("2013/02/17 00:04:29", MOMENT),
            ("2013-2-17 0:4:29", MOMENT),
            ("2013-2-7 0:4:29", MOMENT - 864_000_000),
            ("2013-02-16 23:59:59", MOMENT - 270_000),
            ("17.02.2013 00:04:29", MOMENT),
            ("17-02-2013 00:04:29", MOMENT),
            ("17/02/2013 00:04:29", MOMENT),
            ("13-02-17 00:04:29", MOMENT),
            ("2013-02-17 00:04", MOMENT - 29_000),
            ("2013-02-17", MOMENT - 269_000),
            ("20130217", MOMENT - 269_000),
            ("2013-02-17 000429", MOMENT),
            ("20130217 000429", MOMENT),
            ("20130217T000429Z", MOMENT),
            ("130217 0004", MOMENT - 29_000),
            ("20130217000429+0000", MOMENT),
            ("1302170304+0300", MOMENT - 29_000),
            ("1302161904-0500", MOMENT - 29_000),
            ("201302170004295", MOMENT + 500),
            ("2013021700042950", MOMENT + 500),
            ("20130217000429123", MOMENT + 123),
            ("130217000429.5", MOMENT + 500),
            ("1361059469", MOMENT),
            ("1361059469123", MOMENT + 123),
            ("130217000429500", MOMENT + 500),
        ] {
            assert_eq!(unix_ms(date.as_bytes()), Some(ms), "{date}");
        }
    }

    #[test]
    fn the_zone_of_the_smsc_counts_where_the_date_has_none() {
        let at = |date: &str| unix_ms_in(date.as_bytes(), 180).unwrap();
        assert_eq!(at("1302170304"), 1_361_059_440_000);
        assert_eq!(at("130217030429"), 1_361_059_469_000);
        assert_eq!(at("20130217030429"), 1_361_059_469_000);
        assert_eq!(at("2013-02-17 03:04:29"), 1_361_059_469_000);
        assert_eq!(at("130217030429.5"), 1_361_059_469_500);
        assert_eq!(at("2013-02-17 00:04:29Z"), 1_361_059_469_000);
        assert_eq!(at("180711070003912+"), 1_531_281_603_900);
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
            "2604311530",
            "2601022430",
            "26010215x0",
            "180711070003949+",
            "180711070003912R",
            "180711070003x12+",
            "02/03/2013 00:04",
            "12/02/2013 00:04",
            "13/02/17 00:04",
            "2013-02-30 00:00",
            "0000-00-00 00:00:00",
            "2013-02-17 00:04:29 PM",
            "2013-02-17 00:04:29 +9999",
            "2013-02-17 00:04:29 +15:00",
            "2013-02-17 00:04:29 +10:60",
            "2013-02-17 00:04:29 +00000000000000:00",
            "2013-02-17 00:04:29 +1:2:3",
            "2013-02-17 00:04:29.1 2 3 4",
            "2013-002-17",
            "2013-02-017",
            "2013-010-11",
            "2013-02-011",
            "2013-02-17#00:04",
            "999999999999999999999999",
            "9999999999",
            "0999999999999",
            "Feb 17 2013",
            "+",
            "--",
        ] {
            assert_eq!(unix_ms(date.as_bytes()), None, "{date}");
        }
    }

    #[test]
    fn the_last_day_of_four_centuries_is_written_as_it_is() {
        let mut out = Vec::new();
        write(951_782_400_000, &mut out);
        assert_eq!(out, b"000229000000");
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
