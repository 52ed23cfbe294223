//! Times as SMPP writes them (SMPP 3.4, 7.1; 5.0, 4.7.23).

use core::time::Duration;

/// Days that the relative form can express exactly: months and years have no fixed length.
const MOST_DAYS: u64 = 99;
const SECONDS_A_DAY: u64 = 86_400;

/// A point in time as `schedule_delivery_time` and `validity_period` carry it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
pub enum SmppTime {
    /// A point in time, in milliseconds since the Unix epoch; written in UTC.
    At(i64),
    /// So long after the SMSC received it; fractions of a second are rounded up.
    After(Duration),
}

impl SmppTime {
    /// The 16 characters of the wire, without the NUL. `None` if the form can't express the time: a duration over 99 days, or a
    /// year outside 2000 to 2099.
    ///
    /// ```
    /// use smpp_edge::pdu::SmppTime;
    /// use std::time::Duration;
    ///
    /// assert_eq!(SmppTime::After(Duration::from_secs(90)).encode().as_ref(), Some(b"000000000130000R"));
    /// assert_eq!(SmppTime::At(1_767_225_600_500).encode().as_ref(), Some(b"260101000000500+"));
    /// ```
    #[must_use]
    pub fn encode(self) -> Option<[u8; 16]> {
        match self {
            SmppTime::At(millis) => absolute(millis),
            SmppTime::After(duration) => relative(duration),
        }
    }
}

fn relative(duration: Duration) -> Option<[u8; 16]> {
    let fraction = u64::from(duration.subsec_nanos() > 0);
    let seconds = duration.as_secs().checked_add(fraction)?;
    let days = seconds / SECONDS_A_DAY;
    if days > MOST_DAYS {
        return None;
    }
    let mut out = *b"000000000000000R";
    let pairs = [days, seconds / 3_600 % 24, seconds / 60 % 60, seconds % 60];
    for (at, value) in (4..).step_by(2).zip(pairs) {
        put(&mut out, at, value);
    }
    Some(out)
}

fn absolute(millis: i64) -> Option<[u8; 16]> {
    let tenths = millis.rem_euclid(1_000) / 100;
    let seconds = millis.div_euclid(1_000);
    let (year, month, day) = civil(seconds.div_euclid(SECONDS_A_DAY.cast_signed()));
    let second = seconds.rem_euclid(SECONDS_A_DAY.cast_signed());
    let short_year = u64::try_from(year - 2_000)
        .ok()
        .filter(|year| *year < 100)?;
    let mut out = *b"000000000000000+";
    let pairs = [
        short_year,
        month,
        day,
        (second / 3_600).unsigned_abs(),
        (second / 60 % 60).unsigned_abs(),
        (second % 60).unsigned_abs(),
    ];
    for (at, value) in (0..).step_by(2).zip(pairs) {
        put(&mut out, at, value);
    }
    out[12] = b'0' + tenths as u8;
    Some(out)
}

fn put(out: &mut [u8; 16], at: usize, value: u64) {
    out[at] = b'0' + (value / 10) as u8;
    out[at + 1] = b'0' + (value % 10) as u8;
}

/// Year, month and day of so many days since 1970-01-01, in the proleptic Gregorian calendar.
fn civil(days: i64) -> (i64, u64, u64) {
    // Years are counted from March here, so that a leap day is the last day of a year; eras have 400 years.
    let from_march_0 = days + 719_468;
    let era = from_march_0.div_euclid(146_097);
    let day_of_era = from_march_0.rem_euclid(146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 {
        shifted_month + 3
    } else {
        shifted_month - 9
    };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    (year, month.unsigned_abs(), day.unsigned_abs())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(time: SmppTime) -> Option<String> {
        let octets = time.encode()?;
        Some(String::from_utf8(octets.to_vec()).unwrap())
    }

    #[test]
    fn a_duration_is_written_in_days_and_less() {
        let after = |duration| text(SmppTime::After(duration));
        let seconds = |seconds| after(Duration::from_secs(seconds));
        assert_eq!(seconds(0).unwrap(), "000000000000000R");
        assert_eq!(seconds(99 * 86_400 + 86_399).unwrap(), "000099235959000R");
        assert_eq!(seconds(100 * 86_400), None);
        assert_eq!(seconds(u64::MAX), None);
        assert_eq!(after(Duration::MAX), None);
        assert_eq!(after(Duration::from_millis(1)).unwrap(), "000000000001000R");
    }

    #[test]
    fn a_point_in_time_is_written_in_utc() {
        let at = |millis| text(SmppTime::At(millis));
        // 2024-02-29T23:59:59.999Z, 2000-01-01, 2099-12-31T23:59:59Z, and either side of that century.
        assert_eq!(at(1_709_251_199_999).unwrap(), "240229235959900+");
        assert_eq!(at(946_684_800_000).unwrap(), "000101000000000+");
        assert_eq!(at(4_102_444_799_000).unwrap(), "991231235959000+");
        assert_eq!(at(946_684_799_999), None);
        assert_eq!(at(4_102_444_800_000), None);
        // 2025-03-01 and 2026-12-01.
        assert_eq!(at(1_740_787_200_000).unwrap(), "250301000000000+");
        assert_eq!(at(1_796_083_200_000).unwrap(), "261201000000000+");
    }
}
