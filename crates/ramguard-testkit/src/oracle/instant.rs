//! Points in time, read from the one form the language admits and counted in seconds.
//!
//! The count runs along the UTC line without leap seconds, from the first of January of the year
//! 0000 of the Gregorian calendar; the fraction of a second is kept as digits, however many.

/// An instant of the UTC line. Equal instants written with different offsets are equal values.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Instant {
    seconds: i64,
    fraction: String,
}

impl Instant {
    /// Reads `YYYY-MM-DDThh:mm[:ss[.f]](Z|±hh:mm)`, or nothing where the text is not of that form
    /// or names a day, time or offset that does not exist.
    ///
    /// Rule C-6, syntax by decision D-22.
    #[must_use]
    pub fn read(text: &str) -> Option<Instant> {
        let (date, rest) = text.split_once('T')?;
        let [year, month, day] = numbers(date, '-', [4, 2, 2])?;
        let (time, offset_seconds) = match rest.strip_suffix('Z') {
            Some(time) => (time, 0),
            None => {
                let (at, sign) = match (rest.find('+'), rest.find('-')) {
                    (Some(at), None) => (at, 1),
                    (None, Some(at)) => (at, -1),
                    _ => return None,
                };
                let (time, offset) = (rest.get(..at)?, rest.get(at + 1..)?);
                let [hours, minutes] = numbers(offset, ':', [2, 2])?;
                (hours <= 23 && minutes <= 59).then_some(())?;
                (time, sign * (hours * 3600 + minutes * 60))
            }
        };
        let (clock, fraction) = match time.split_once('.') {
            Some((clock, fraction)) => (clock, Some(fraction)),
            None => (time, None),
        };
        let [hour, minute, second] = match fraction {
            None => numbers(clock, ':', [2, 2, 2])
                .or_else(|| numbers(clock, ':', [2, 2]).map(|[hour, minute]| [hour, minute, 0]))?,
            Some(_) => numbers(clock, ':', [2, 2, 2])?,
        };
        let fraction = fraction.unwrap_or("0");
        if fraction.is_empty() || !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        (hour <= 23 && minute <= 59 && second <= 59).then_some(())?;
        let seconds = days_before(year, month, day)? * 86_400 + hour * 3600 + minute * 60 + second
            - offset_seconds;
        Some(Instant { seconds, fraction: fraction.trim_end_matches('0').to_owned() })
    }
}

/// Reads `N` groups of ASCII digits of the given widths, parted by `separator`.
fn numbers<const N: usize>(text: &str, separator: char, widths: [usize; N]) -> Option<[i64; N]> {
    let mut found = [0; N];
    let mut parts = text.split(separator);
    for (slot, width) in found.iter_mut().zip(widths) {
        let part = parts.next()?;
        if part.len() != width || !part.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        *slot = part.parse().ok()?;
    }
    parts.next().is_none().then_some(found)
}

/// Counts the days from 0000-01-01 to the given day, or nothing if the month has no such day.
fn days_before(year: i64, month: i64, day: i64) -> Option<i64> {
    let leap = |year: i64| year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let february = if leap(year) { 29 } else { 28 };
    let lengths = [31, february, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    let months_before = usize::try_from(month - 1).ok()?;
    let length: i64 = *lengths.get(months_before)?;
    if day < 1 || day > length {
        return None;
    }
    let years: i64 = (0..year).map(|year| if leap(year) { 366 } else { 365 }).sum();
    Some(years + lengths.iter().take(months_before).sum::<i64>() + day - 1)
}

#[cfg(test)]
mod tests {
    use super::Instant;

    fn read(text: &str) -> Instant {
        Instant::read(text).unwrap_or_else(|| panic!("`{text}` is an instant"))
    }

    #[test]
    fn one_instant_has_many_spellings() {
        for text in [
            "2019-08-12T17:00:00+08:00",
            "2019-08-12T09:00Z",
            "2019-08-12T09:00:00.000Z",
            "2019-08-11T23:30-09:30",
        ] {
            assert_eq!(read(text), read("2019-08-12T09:00:00Z"), "{text}");
        }
    }

    #[test]
    fn instants_order_along_the_utc_line() {
        let rising = [
            "0000-01-01T00:00:00+23:59",
            "0000-01-01T00:00:00Z",
            "1999-12-31T23:59:59Z",
            "2000-02-29T00:00:00Z",
            "2000-03-01T00:00:00Z",
            "2000-03-01T00:00:00.000000000000000000001Z",
            "2000-03-01T00:00:00.1Z",
            "9999-12-31T23:59:59Z",
            "9999-12-31T23:59:59-23:59",
        ];
        for pair in rising.windows(2) {
            assert!(read(pair[0]) < read(pair[1]), "{pair:?}");
        }
    }

    #[test]
    fn other_forms_are_not_instants() {
        for text in [
            "2024-01-01",
            "2024-01-01T00:00:00",
            "2024-02-30T00:00:00Z",
            "1900-02-29T00:00:00Z",
            "2024-13-01T00:00:00Z",
            "2024-00-01T00:00:00Z",
            "2024-01-01T24:00:00Z",
            "2024-01-01T00:60:00Z",
            "2024-01-01T00:00:60Z",
            "2024-01-01T00:00:00.Z",
            "2024-01-01T00:00.5Z",
            "2024-01-01T00:00:00z",
            "2024-01-01t00:00:00Z",
            "2024-01-01 00:00:00Z",
            "20240101T000000Z",
            "2024-01-01T00:00:00+0800",
            "2024-01-01T00:00:00+24:00",
            "2024-01-01T00:00:00+08:00Z",
            "2024-01-01T00:00:00Z[UTC]",
            "+2024-01-01T00:00:00Z",
            "1704067200",
            "",
        ] {
            assert_eq!(Instant::read(text), None, "{text}");
        }
    }
}
