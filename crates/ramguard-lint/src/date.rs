//! Calendar days, for suppressions that end.

use std::fmt;
use std::str::FromStr;

/// A day, `2026-12-31`. Ordered by the calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Date {
    year: u16,
    month: u8,
    day: u8,
}

impl Date {
    /// Makes a day of the Gregorian calendar; `None` if it has no such day.
    #[must_use]
    pub const fn new(year: u16, month: u8, day: u8) -> Option<Self> {
        let leap =
            year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
        let last = match month {
            1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
            4 | 6 | 9 | 11 => 30,
            2 if leap => 29,
            2 => 28,
            _ => 0,
        };
        if day == 0 || day > last || year > 9_999 { None } else { Some(Self { year, month, day }) }
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

impl FromStr for Date {
    type Err = NotADate;

    fn from_str(text: &str) -> Result<Self, NotADate> {
        let number = |range: std::ops::Range<usize>| -> Result<u16, NotADate> {
            let digits = text.get(range).ok_or(NotADate)?;
            if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
                return Err(NotADate);
            }
            digits.parse().map_err(|_| NotADate)
        };
        if text.len() != 10 || text.get(4..5) != Some("-") || text.get(7..8) != Some("-") {
            return Err(NotADate);
        }
        let (year, month, day) = (number(0..4)?, number(5..7)?, number(8..10)?);
        let small = |n: u16| u8::try_from(n).map_err(|_| NotADate);
        Self::new(year, small(month)?, small(day)?).ok_or(NotADate)
    }
}

/// A text is not a day in the form `2026-12-31`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a day; write it as `2026-12-31`")]
pub struct NotADate;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_ordered_by_the_calendar() {
        let day = |text: &str| text.parse::<Date>().unwrap();
        assert!(day("2025-12-31") < day("2026-01-01"));
        assert_eq!(day("2024-02-29").to_string(), "2024-02-29");
    }

    #[test]
    fn a_day_that_does_not_exist_is_refused() {
        for text in ["2025-02-29", "2025-13-01", "2025-00-10", "2025-1-1", "today", "2025-12-311"] {
            assert_eq!(text.parse::<Date>(), Err(NotADate), "{text}");
        }
    }
}
