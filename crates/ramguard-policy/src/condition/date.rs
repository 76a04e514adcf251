//! Instants, read from one strict form of ISO 8601 and compared on the UTC line (Rule C-6,
//! decision D-22).
//!
//! * The grammar is `YYYY-MM-DDThh:mm[:ss[.f]](Z|±hh:mm)`: upper-case `T` and `Z`, years 0000 to
//!   9999 of the Gregorian calendar, hours 00 to 23, seconds 00 to 59, a fraction of any length.
//! * The fraction of an [`Instant`] has no trailing zero. Offsets are whole minutes and the
//!   fraction counts upwards in every year, so equal instants have equal parts.
//! * The calendar is jiff's; its own reader takes more forms than this one, and its timestamps
//!   end a little before the year 9999 does.

use std::cmp::Ordering;

use jiff::civil::Date;
use jiff::fmt::temporal::Pieces;
use jiff::tz::Offset;

use super::error::ValueErrorKind;
use super::numeric::split_digits;

/// A point in time, the digits of its fraction borrowed from a text or owned.
#[derive(Clone, Copy, Debug)]
pub(super) struct Instant<D> {
    /// Whole seconds since 1970-01-01T00:00:00Z, rounded down; no leap seconds.
    seconds: i64,
    /// The decimal digits of the fraction of a second.
    fraction: D,
}

/// An instant of a policy, kept for comparing.
pub(super) type OwnedInstant = Instant<Box<[u8]>>;

impl Instant<&[u8]> {
    pub(super) fn to_owned(self) -> OwnedInstant {
        Instant { seconds: self.seconds, fraction: self.fraction.into() }
    }
}

impl OwnedInstant {
    pub(super) fn heap_bytes(&self) -> usize {
        self.fraction.len()
    }
}

impl<D: AsRef<[u8]>> Instant<D> {
    /// Orders two instants, the earlier one first. Allocates nothing.
    pub(super) fn compare<E: AsRef<[u8]>>(&self, other: &Instant<E>) -> Ordering {
        self.seconds
            .cmp(&other.seconds)
            .then_with(|| self.fraction.as_ref().cmp(other.fraction.as_ref()))
    }
}

/// What keeps a text from being a date with time and zone.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
pub enum DateFault {
    /// There are blanks around it.
    #[error("there are blanks around it")]
    Blank,
    /// It is a day without a time, as `2024-01-01`.
    #[error("it has no time of day")]
    NoTime,
    /// It does not say which zone the time is in.
    #[error("it has no time zone")]
    NoZone,
    /// It counts seconds or milliseconds since 1970.
    #[error("it counts from 1970")]
    Epoch,
    /// The day does not exist, as in `2024-02-30`.
    #[error("there is no such day")]
    NoSuchDay,
    /// The time does not exist, as in `24:00` or with a second 60.
    #[error("there is no such time")]
    NoSuchTime,
    /// The offset is not of the form `±hh:mm`, or out of range.
    #[error("the offset from UTC is not of the form `+08:00`")]
    Offset,
    /// It is of another form: compact, with a blank for the `T`, in lower case, and so on.
    #[error("it is not of the form `2024-01-01T00:00:00+08:00`")]
    Form,
}

impl DateFault {
    pub(super) fn help(self) -> &'static str {
        match self {
            Self::Blank => "remove the blanks",
            Self::NoTime => "add time and zone, as in `2024-01-01T00:00:00+08:00`",
            Self::NoZone => "add `Z` for UTC or an offset such as `+08:00`",
            Self::Epoch => "write the date and time out",
            Self::NoSuchDay => "write a day of the calendar",
            Self::NoSuchTime => "write hours from 00 to 23, minutes and seconds from 00 to 59",
            Self::Offset => "write `Z` or an offset from `-23:59` to `+23:59`",
            Self::Form => "write date, time and zone as in `2024-01-01T00:00:00+08:00`",
        }
    }
}

/// Reads an instant. Takes time linear in the text; allocates nothing.
pub(super) fn parse(text: &str) -> Result<Instant<&[u8]>, DateFault> {
    let Some((
        &[y0, y1, y2, y3, b'-', m0, m1, b'-', d0, d1, b'T', h0, h1, b':', n0, n1],
        after_minutes,
    )) = text.as_bytes().split_first_chunk()
    else {
        return Err(form_fault(text));
    };
    let two = |tens, ones| two_digits(tens, ones).ok_or_else(|| form_fault(text));
    let (century, year) = (two(y0, y1)?, two(y2, y3)?);
    let (month, day) = (two(m0, m1)?, two(d0, d1)?);
    let (hour, minute) = (two(h0, h1)?, two(n0, n1)?);
    let (second, fraction, zone) = match after_minutes {
        [b':', s0, s1, b'.', rest @ ..] => match split_digits(rest) {
            ([], _) => return Err(form_fault(text)),
            (fraction, zone) => (two(*s0, *s1)?, fraction, zone),
        },
        [b':', s0, s1, zone @ ..] => (two(*s0, *s1)?, [].as_slice(), zone),
        zone => (0, [].as_slice(), zone),
    };
    let offset_minutes = offset_minutes(zone)?;
    let date = Date::new(i16::from(century) * 100 + i16::from(year), month, day)
        .map_err(|_| DateFault::NoSuchDay)?;
    if hour > 23 || minute > 59 || second > 59 {
        return Err(DateFault::NoSuchTime);
    }
    let midnight = date.duration_since(EPOCH_DAY).as_secs();
    let minutes = i64::from(hour) * 60 + i64::from(minute) - offset_minutes;
    let trailing = fraction.iter().rev().take_while(|digit| **digit == b'0').count();
    Ok(Instant {
        seconds: midnight + minutes * 60 + i64::from(second),
        fraction: fraction.get(..fraction.len() - trailing).unwrap_or_default(),
    })
}

const EPOCH_DAY: Date = Date::constant(1970, 1, 1);

/// Reads the value of a policy, saying why it cannot be read.
pub(super) fn parse_value(text: &str) -> Result<OwnedInstant, ValueErrorKind> {
    match parse(text) {
        Ok(instant) => Ok(instant.to_owned()),
        Err(fault) => Err(ValueErrorKind::NotDate { value: text.into(), fault }),
    }
}

/// Reads `Z` or `±hh:mm`: minutes east of UTC.
fn offset_minutes(zone: &[u8]) -> Result<i64, DateFault> {
    match *zone {
        [] => Err(DateFault::NoZone),
        [b'Z'] => Ok(0),
        [sign @ (b'+' | b'-'), h0, h1, b':', m0, m1] => {
            match (two_digits(h0, h1), two_digits(m0, m1)) {
                (Some(hours @ ..=23), Some(minutes @ ..=59)) => {
                    let east = i64::from(hours) * 60 + i64::from(minutes);
                    Ok(if sign == b'-' { -east } else { east })
                }
                _ => Err(DateFault::Offset),
            }
        }
        [b'+' | b'-', ..] => Err(DateFault::Offset),
        _ => Err(DateFault::Form),
    }
}

fn two_digits(tens: u8, ones: u8) -> Option<i8> {
    let digit = |byte: u8| byte.is_ascii_digit().then(|| byte.cast_signed() - b'0'.cast_signed());
    Some(digit(tens)? * 10 + digit(ones)?)
}

/// Names what keeps `text`, which is not of the form wanted, from being a date.
#[cold]
fn form_fault(text: &str) -> DateFault {
    let digits_only = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    if text.trim().len() != text.len() {
        DateFault::Blank
    } else if is_day(text) || (text.len() == 8 && digits_only(text)) {
        DateFault::NoTime
    } else if text.len() >= 9 && digits_only(text.strip_prefix('-').unwrap_or(text)) {
        DateFault::Epoch
    } else {
        DateFault::Form
    }
}

fn is_day(text: &str) -> bool {
    matches!(
        text.as_bytes(),
        [y @ .., b'-', m0, m1, b'-', d0, d1]
            if y.len() == 4 && y.iter().chain([m0, m1, d0, d1]).all(u8::is_ascii_digit)
    )
}

/// An instant that most likely says what `text` meant.
pub(super) fn replacement(text: &str, fault: DateFault) -> Option<String> {
    match fault {
        DateFault::Blank => Some(text.trim().to_owned()),
        DateFault::Epoch => {
            let count: i64 = text.parse().ok()?;
            // Thirteen digits of seconds would lie past the year 30000.
            let timestamp = if text.trim_start_matches('-').len() < 12 {
                jiff::Timestamp::from_second(count)
            } else {
                jiff::Timestamp::from_millisecond(count)
            };
            timestamp.ok().map(|timestamp| timestamp.to_string())
        }
        // jiff reads most other spellings of ISO 8601. It also takes the second 60 for 59, and a
        // zone in brackets that may contradict the offset; what was meant is open then.
        DateFault::Form | DateFault::Offset if !text.contains('[') && !has_second_60(text) => {
            let timestamp: jiff::Timestamp = text.parse().ok()?;
            let offset = Pieces::parse(text).ok()?.to_numeric_offset()?;
            Some(if offset == Offset::UTC {
                timestamp.to_string()
            } else {
                timestamp.display_with_offset(offset).to_string()
            })
        }
        _ => None,
    }
}

fn has_second_60(text: &str) -> bool {
    let time = text.rsplit(['T', 't', ' ']).next().unwrap_or_default();
    time.chars().filter(|c| *c != ':').skip(4).take(2).eq("60".chars())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn order(a: &str, b: &str) -> Ordering {
        parse(a).unwrap().compare(&parse(b).unwrap().to_owned())
    }

    #[test]
    fn equal_instants_in_different_spellings_are_equal() {
        for (a, b) in [
            ("2019-08-12T17:00:00+08:00", "2019-08-12T09:00:00Z"),
            ("2019-08-12T17:00+08:00", "2019-08-12T09:00:00.000Z"),
            ("2024-01-01T00:30+01:00", "2023-12-31T23:30Z"),
            ("2024-02-29T23:59-23:59", "2024-03-01T23:58Z"),
            ("2024-01-01T00:00:00-00:00", "2024-01-01T00:00:00+00:00"),
            ("2024-01-01T00:00:00.50Z", "2024-01-01T00:00:00.5Z"),
        ] {
            assert_eq!(order(a, b), Ordering::Equal, "{a} {b}");
        }
    }

    #[test]
    fn instants_are_ordered_on_the_utc_line() {
        let ascending = [
            "0000-01-01T00:00+23:59",
            "0000-01-01T00:00Z",
            "1969-12-31T23:59:59.9Z",
            "1970-01-01T00:00:00Z",
            "1970-01-01T00:00:00.000000000000000000000000000001Z",
            "1970-01-01T00:00:00.1Z",
            "2024-01-01T00:00:00+08:00",
            "2023-12-31T20:00:00Z",
            "2024-01-01T00:00:00-08:00",
            "9999-12-31T23:59:59Z",
            "9999-12-31T23:59:59.999999999999Z",
            "9999-12-31T23:59:59-23:59",
        ];
        for (i, a) in ascending.iter().enumerate() {
            for (j, b) in ascending.iter().enumerate() {
                assert_eq!(order(a, b), i.cmp(&j), "{a} {b}");
            }
        }
    }

    #[test]
    fn leap_days_are_those_of_the_gregorian_calendar() {
        for (year, leaps) in [("2024", true), ("2023", false), ("1900", false), ("2000", true)] {
            assert_eq!(parse(&format!("{year}-02-29T00:00Z")).is_ok(), leaps, "{year}");
        }
    }

    #[test]
    fn refuses_other_spellings_and_says_why() {
        for (text, fault, replacement) in [
            ("", DateFault::Form, None),
            ("yesterday", DateFault::Form, None),
            (" 2024-01-01T00:00Z", DateFault::Blank, Some("2024-01-01T00:00Z")),
            ("2024-01-01", DateFault::NoTime, None),
            ("20240101", DateFault::NoTime, None),
            ("20240-01-01", DateFault::Form, None),
            ("2O24-01-01", DateFault::Form, None),
            ("2024-01-1x", DateFault::Form, None),
            ("2024-01-01T00:00:00", DateFault::NoZone, None),
            ("2024-01-01T00:00", DateFault::NoZone, None),
            ("2024-01-01T00:00:00.5", DateFault::NoZone, None),
            ("1704067200", DateFault::Epoch, Some("2024-01-01T00:00:00Z")),
            ("1704067200500", DateFault::Epoch, Some("2024-01-01T00:00:00.5Z")),
            // Twelve digits count milliseconds: as seconds they lie past the year 5000.
            ("170406720050", DateFault::Epoch, Some("1975-05-27T07:12:00.05Z")),
            ("2024-02-30T00:00:00Z", DateFault::NoSuchDay, None),
            ("2024-13-01T00:00:00Z", DateFault::NoSuchDay, None),
            ("2024-00-01T00:00:00Z", DateFault::NoSuchDay, None),
            ("2024-01-01T24:00:00Z", DateFault::NoSuchTime, None),
            ("2024-01-01T00:60:00Z", DateFault::NoSuchTime, None),
            ("2016-12-31T23:59:60Z", DateFault::NoSuchTime, None),
            ("2024-01-01T00:00:00+0800", DateFault::Offset, Some("2024-01-01T00:00:00+08:00")),
            ("2024-01-01T00:00:00+08", DateFault::Offset, Some("2024-01-01T00:00:00+08:00")),
            ("2024-01-01T00:00:00+24:00", DateFault::Offset, None),
            ("2024-01-01T00:00:00+08:60", DateFault::Offset, None),
            ("2024-01-01T00:00:00+08:00[Asia/Shanghai]", DateFault::Offset, None),
            ("2024-01-01t00:00:00z", DateFault::Form, Some("2024-01-01T00:00:00Z")),
            ("2024-01-01 00:00:00Z", DateFault::Form, Some("2024-01-01T00:00:00Z")),
            ("20240101T000000Z", DateFault::Form, Some("2024-01-01T00:00:00Z")),
            ("2024-01-01T00:00:00z", DateFault::Form, Some("2024-01-01T00:00:00Z")),
            ("2024-01-01T00:00:00,5Z", DateFault::Form, Some("2024-01-01T00:00:00.5Z")),
            ("2024-01-01T00:00:00.Z", DateFault::Form, None),
            ("2024-01-01T00:00.5Z", DateFault::Form, None),
            ("2024-01-01T00:00:00ZZ", DateFault::Form, None),
            ("2024-01-01T00:00:00Z[UTC]", DateFault::Form, None),
            ("2024-01-01 23:59:60Z", DateFault::Form, None),
            ("20240101T235960Z", DateFault::Form, None),
            ("+2024-01-01T00:00Z", DateFault::Form, None),
            ("12024-01-01T00:00Z", DateFault::Form, None),
            ("２024-01-01T00:00Z", DateFault::Form, None),
            ("2024-01-01T00:00:00Z部", DateFault::Form, None),
        ] {
            assert_eq!(parse(text).unwrap_err(), fault, "{text:?}");
            let error = parse_value(text).unwrap_err();
            assert_eq!(error.replacement().as_deref(), replacement, "{text:?}");
        }
    }

    #[test]
    fn advice_names_what_is_wrong() {
        for (fault, word) in [
            (DateFault::Blank, "blanks"),
            (DateFault::NoTime, "time and zone"),
            (DateFault::NoZone, "`+08:00`"),
            (DateFault::Epoch, "date and time"),
            (DateFault::NoSuchDay, "calendar"),
            (DateFault::NoSuchTime, "00 to 59"),
            (DateFault::Offset, "`-23:59`"),
            (DateFault::Form, "`2024-01-01T00:00:00+08:00`"),
        ] {
            assert!(fault.help().contains(word), "{fault:?}");
        }
    }

    proptest! {
        #[test]
        fn agrees_with_the_timestamps_of_jiff(
            (year, month, day) in (0..9999, 1..=12, 1..=31),
            (hour, minute, second) in (0..24, 0..60, 0..60),
            fraction in "(\\.[0-9]{1,9})?",
            zone in "Z|[+-](0[0-9]|1[0-9]|2[0-3]):[0-5][0-9]",
        ) {
            let text = format!(
                "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}{fraction}{zone}"
            );
            let theirs = text.parse::<jiff::Timestamp>();
            match parse(&text) {
                Ok(ours) => {
                    let theirs = theirs.unwrap();
                    // Seconds round down before 1970 as well, as `div_euclid` does.
                    let nanoseconds = theirs.as_nanosecond();
                    let seconds = nanoseconds.div_euclid(1_000_000_000);
                    prop_assert_eq!(i128::from(ours.seconds), seconds);
                    let digits = std::str::from_utf8(ours.fraction).unwrap();
                    prop_assert_eq!(
                        format!("{digits:0<9}"),
                        format!("{:09}", nanoseconds.rem_euclid(1_000_000_000))
                    );
                }
                Err(fault) => {
                    prop_assert_eq!(fault, DateFault::NoSuchDay);
                    prop_assert!(theirs.is_err());
                }
            }
        }

        #[test]
        fn whatever_is_read_jiff_reads_as_well(
            text in "20[0-9]{2}-[0-9-]{5}T[0-9:.,]{5,9}[Zz+:0-9-]{1,6}",
        ) {
            if parse(&text).is_ok() {
                prop_assert!(text.parse::<jiff::Timestamp>().is_ok());
            }
        }

        #[cfg_attr(miri, ignore = "Miri takes minutes to list all characters")]
        #[test]
        fn explaining_any_text_ends_in_an_instant_or_in_nothing(
            text in "[0-9TZtz:.+\\- \\[\\]]{0,24}|\\PC{0,12}",
        ) {
            if let Err(error) = parse_value(&text) {
                prop_assert!(!error.help().is_empty());
                prop_assert!(error.replacement().is_none_or(|text| parse(&text).is_ok()));
            }
        }
    }
}
