//! Points in time, as the host states them: whole seconds in UTC.
//!
//! Nothing in this crate reads a clock.

use std::fmt;
use std::str::FromStr;

use ramguard_policy::text::shown;

/// A second in UTC, from 1970 to the end of the year 9999.
///
/// Printed and read in the one form the services use, `YYYY-MM-DDThh:mm:ssZ`.
///
/// ```
/// use ramguard_world::Timestamp;
///
/// let noon: Timestamp = "2024-11-08T12:00:00Z".parse()?;
/// assert_eq!(noon.after(90).map(|later| later.to_string()), Some("2024-11-08T12:01:30Z".into()));
/// # Ok::<(), ramguard_world::TimestampError>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(u64);

/// A text or number that is no [`Timestamp`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{}` is not a time of the form `YYYY-MM-DDThh:mm:ssZ` from 1970 to 9999", shown(.found))]
pub struct TimestampError {
    found: Box<str>,
}

impl Timestamp {
    /// The last second of the year 9999.
    pub const MAX: Self = Self(253_402_300_799);

    /// Takes seconds since the beginning of 1970 in UTC; `None` past the year 9999.
    #[must_use]
    pub const fn from_unix_seconds(seconds: u64) -> Option<Self> {
        if seconds <= Self::MAX.0 { Some(Self(seconds)) } else { None }
    }

    /// Returns the seconds since the beginning of 1970 in UTC.
    #[must_use]
    pub const fn unix_seconds(self) -> u64 {
        self.0
    }

    /// Returns the time that many seconds later; `None` past the year 9999.
    #[must_use]
    pub const fn after(self, seconds: u64) -> Option<Self> {
        match self.0.checked_add(seconds) {
            Some(sum) => Self::from_unix_seconds(sum),
            None => None,
        }
    }

    /// Returns how many seconds `earlier` lies before this time; 0 if it does not.
    #[must_use]
    pub const fn seconds_since(self, earlier: Self) -> u64 {
        self.0.saturating_sub(earlier.0)
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (days, second) = (self.0 / DAY, self.0 % DAY);
        let (year, month, day) = date_of(days);
        let (hour, minute, second) = (second / 3_600, second / 60 % 60, second % 60);
        write!(f, "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
    }
}

impl FromStr for Timestamp {
    type Err = TimestampError;

    fn from_str(text: &str) -> Result<Self, TimestampError> {
        let refused = || TimestampError { found: text.chars().take(40).collect::<String>().into() };
        let form = b"dddd-dd-ddTdd:dd:ddZ";
        let is_form = text.len() == form.len()
            && text.bytes().zip(form).all(|(byte, form)| match form {
                b'd' => byte.is_ascii_digit(),
                other => byte == *other,
            });
        let part = |range: std::ops::Range<usize>| -> Option<u64> {
            text.get(range).filter(|_| is_form)?.parse().ok()
        };
        let read = || {
            let (year, month, day) = (part(0..4)?, part(5..7)?, part(8..10)?);
            let (hour, minute, second) = (part(11..13)?, part(14..16)?, part(17..19)?);
            let is_time = year >= 1_970 && hour < 24 && minute < 60 && second < 60;
            let days = days_before(year, month, day).filter(|_| is_time)?;
            Self::from_unix_seconds(days * DAY + hour * 3_600 + minute * 60 + second)
        };
        read().ok_or_else(refused)
    }
}

/// Seconds of a day.
const DAY: u64 = 24 * 60 * 60;
/// Days from the first of March of the year 0 to the beginning of 1970. A year that starts in
/// March ends with the leap day, which makes months and leap years regular.
const TO_1970: u64 = 719_468;

/// Returns year, month and day of a day counted from the beginning of 1970.
fn date_of(days: u64) -> (u64, u64, u64) {
    let days = days + TO_1970;
    let (era, day_of_era) = (days / 146_097, days % 146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let march_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * march_month + 2) / 5 + 1;
    let month = if march_month < 10 { march_month + 3 } else { march_month - 9 };
    let year = era * 400 + year_of_era + u64::from(month <= 2);
    (year, month, day)
}

/// Returns the days from the beginning of 1970 to a date from then on; `None` if there is no such
/// date.
fn days_before(year: u64, month: u64, day: u64) -> Option<u64> {
    if !(1..=12).contains(&month) || !(1..=31).contains(&day) {
        return None;
    }
    let (march_year, march_month) =
        if month > 2 { (year, month - 3) } else { (year.checked_sub(1)?, month + 9) };
    let (era, year_of_era) = (march_year / 400, march_year % 400);
    let day_of_year = (153 * march_month + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    let days = (era * 146_097 + day_of_era).checked_sub(TO_1970)?;
    // A day past the end of its month is another date when it is read back.
    (date_of(days) == (year, month, day)).then_some(days)
}

impl serde::Serialize for Timestamp {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> serde::Deserialize<'de> for Timestamp {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_printed_is_read_back() {
        for seconds in [0, 951_782_400, 1_731_037_490, Timestamp::MAX.0] {
            let time = Timestamp::from_unix_seconds(seconds).unwrap();
            assert_eq!(time.to_string().len(), 20);
            assert_eq!(time.to_string().parse(), Ok(time));
        }
    }

    #[test]
    fn other_forms_of_a_time_are_refused() {
        for text in [
            "",
            "2024-11-08",
            "2024-11-08T12:00Z",
            "2024-11-08T12:00:00",
            "2024-11-08T12:00:00+08:00",
            "2024-11-08 12:00:00Z",
            "2024-11-08T12:00:60Z",
            "2024-02-30T12:00:00Z",
            "2023-02-29T12:00:00Z",
            "2024-13-01T12:00:00Z",
            "2024-00-01T12:00:00Z",
            "2024-01-00T12:00:00Z",
            "2024-11-08T24:00:00Z",
            "1969-12-31T23:59:59Z",
            "2024-11-08T12:00:0é",
        ] {
            assert!(text.parse::<Timestamp>().is_err(), "{text}");
        }
    }

    #[test]
    fn days_follow_each_other_without_gap_up_to_the_last() {
        let mut expected = (1_970, 1, 1);
        for days in 0..=Timestamp::MAX.0 / DAY {
            assert_eq!(date_of(days), expected);
            assert_eq!(days_before(expected.0, expected.1, expected.2), Some(days));
            let (year, month, day) = expected;
            let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
            let last = match month {
                2 => 28 + u64::from(leap),
                4 | 6 | 9 | 11 => 30,
                _ => 31,
            };
            expected = match (month, day) {
                (12, 31) => (year + 1, 1, 1),
                (_, day) if day == last => (year, month + 1, 1),
                _ => (year, month, day + 1),
            };
        }
        assert_eq!(expected, (10_000, 1, 1));
    }

    #[test]
    fn a_known_second_is_printed_as_the_calendar_has_it() {
        let time = Timestamp::from_unix_seconds(1_731_037_490).unwrap();
        assert_eq!(time.to_string(), "2024-11-08T03:44:50Z");
    }

    #[test]
    fn nothing_comes_after_the_year_9999() {
        assert_eq!(Timestamp::MAX.after(1), None);
        assert_eq!(Timestamp::MAX.after(u64::MAX), None);
    }
}
