//! The value of a context key before it is spelt: one value, many spellings, close neighbours.

use std::net::{Ipv4Addr, Ipv6Addr};

use super::wording::{generalised, in_drifting_case, moved};
use super::{ByteSource, vocabulary};

/// A value of one of the types conditions compare.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Datum {
    /// A text.
    Text(String),
    /// A number, counted in thousandths.
    Number(i128),
    /// An instant: milliseconds from the start of one of the [`ERAS`], and a hair more if set.
    Moment { era: usize, millis: i64, hair: bool },
    /// True or false.
    Flag(bool),
    /// An IPv4 address.
    V4(u32),
    /// An IPv6 address.
    V6(u128),
}

/// Days in a row, across which instants and offsets move.
const ERAS: [[&str; 4]; 4] = [
    ["2024-02-28", "2024-02-29", "2024-03-01", "2024-03-02"],
    ["1999-12-30", "1999-12-31", "2000-01-01", "2000-01-02"],
    ["1969-12-30", "1969-12-31", "1970-01-01", "1970-01-02"],
    ["9999-12-28", "9999-12-29", "9999-12-30", "9999-12-31"],
];

const DAY_MILLIS: i64 = 86_400_000;

/// The operators of a family, the type of their values.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub(super) enum Family {
    /// Texts compared as they are.
    #[default]
    Text,
    /// Texts against patterns.
    Pattern,
    /// Numbers.
    Number,
    /// Instants.
    Moment,
    /// True or false.
    Flag,
    /// Addresses and blocks.
    Address,
}

impl Datum {
    /// Makes a value of the type `family` reads.
    pub(super) fn any(source: &mut ByteSource<'_>, family: Family) -> Datum {
        match family {
            Family::Text | Family::Pattern => {
                Datum::Text(source.pick(&vocabulary::TEXTS).to_owned())
            }
            Family::Number => Datum::Number(source.pick(&[
                10_000,
                0,
                9_000,
                -10_000,
                500,
                100_000,
                9_007_199_254_740_993_000,
                1_000_000_000_000_000_000_000_000_000_000,
            ])),
            Family::Moment => Datum::Moment {
                era: source.weighted(&[(5, 0), (2, 1), (1, 2), (1, 3)]),
                // A day and a half into the era, so that no offset leaves it.
                millis: DAY_MILLIS * 3 / 2 + source.pick(&[0, 43_200_000, 43_199_000, 500]),
                hair: false,
            },
            Family::Flag => Datum::Flag(source.chance(50)),
            Family::Address if source.chance(30) => Datum::V6(source.pick(&[
                0x2001_0db8_0000_0000_0000_0000_0000_0001,
                1,
                0x2001_0db8_85a3_0000_0000_8a2e_0370_7334,
            ])),
            Family::Address => {
                Datum::V4(source.pick(&[0xc000_0205, 0x0a00_0001, 0xc0a8_ffff, 0xffff_ffff, 0]))
            }
        }
    }

    /// Returns the family that reads this value, patterns or plain for texts.
    pub(super) fn family(&self, source: &mut ByteSource<'_>) -> Family {
        match self {
            Datum::Text(_) => source.pick(&[Family::Text, Family::Pattern, Family::Text]),
            Datum::Number(_) => Family::Number,
            Datum::Moment { .. } => Family::Moment,
            Datum::Flag(_) => Family::Flag,
            Datum::V4(_) | Datum::V6(_) => Family::Address,
        }
    }

    /// Returns a value one step away: a tick, a unit, a bit, a character.
    pub(super) fn neighbour(&self, source: &mut ByteSource<'_>) -> Datum {
        match self {
            Datum::Text(text) => Datum::Text(moved(source, text)),
            Datum::Number(number) => Datum::Number(match source.below(5) {
                0 => number + 1,
                1 => number - 1,
                2 => number + 1_000,
                3 => number - 1_000,
                _ => -number,
            }),
            Datum::Moment { era, millis, hair } => {
                let (era, millis) = (*era, *millis);
                match source.below(4) {
                    0 => Datum::Moment { era, millis: millis + 1, hair: *hair },
                    1 => Datum::Moment { era, millis: millis - 1, hair: *hair },
                    2 => Datum::Moment { era, millis, hair: !hair },
                    _ => Datum::Moment { era, millis: millis + 1_000, hair: *hair },
                }
            }
            Datum::Flag(flag) => Datum::Flag(!flag),
            Datum::V4(address) => Datum::V4(match source.below(3) {
                0 => address.wrapping_add(1),
                1 => address.wrapping_sub(1),
                _ => address ^ (1 << source.below(32)),
            }),
            Datum::V6(address) => Datum::V6(match source.below(3) {
                0 => address.wrapping_add(1),
                1 => address.wrapping_sub(1),
                _ => address ^ (1 << source.below(128)),
            }),
        }
    }

    /// Spells the value as a request may.
    pub(super) fn spelt(&self, source: &mut ByteSource<'_>) -> String {
        match self {
            Datum::Text(text) => text.clone(),
            Datum::Number(number) => spelt_number(source, *number),
            Datum::Moment { era, millis, hair } => spelt_moment(source, *era, *millis, *hair),
            Datum::Flag(flag) => {
                let word = if *flag { "true" } else { "false" };
                if source.chance(15) { in_drifting_case(source, word) } else { word.to_owned() }
            }
            Datum::V4(address) => {
                let plain = Ipv4Addr::from_bits(*address);
                match source.weighted(&[(8, 0), (1, 1), (1, 2)]) {
                    0 => plain.to_string(),
                    1 => format!("::ffff:{plain}"),
                    _ => format!("::FFFF:{:x}:{:x}", address >> 16, address & 0xffff),
                }
            }
            Datum::V6(address) => {
                let plain = Ipv6Addr::from_bits(*address);
                match source.weighted(&[(6, 0), (2, 1), (2, 2)]) {
                    0 => plain.to_string(),
                    1 => plain.to_string().to_ascii_uppercase(),
                    _ => plain.segments().map(|group| format!("{group:04x}")).join(":"),
                }
            }
        }
    }

    /// Spells something a policy may say about the value under an operator of `family`: the value
    /// itself, a neighbour, a pattern or block around either. Always readable by the family; where
    /// texts are compared as they are, a pattern is one text more.
    pub(super) fn spelt_in_policy(&self, source: &mut ByteSource<'_>, family: Family) -> String {
        let itself = if source.chance(35) { self.neighbour(source) } else { self.clone() };
        match (family, itself) {
            (Family::Pattern, itself) => {
                let text = itself.spelt(source);
                let pattern = generalised(source, &text);
                if source.chance(15) { moved(source, &pattern) } else { pattern }
            }
            (Family::Text, Datum::Text(text)) if source.chance(70) => match source.below(8) {
                0 => in_drifting_case(source, &text),
                1 => text.to_lowercase(),
                2 => text.to_uppercase(),
                _ => generalised(source, &text),
            },
            (Family::Address, Datum::V4(address)) => spelt_block_v4(source, address),
            (Family::Address, Datum::V6(address)) => spelt_block_v6(source, address),
            (Family::Text, itself)
            | (Family::Number, itself @ Datum::Number(_))
            | (Family::Moment, itself @ Datum::Moment { .. })
            | (Family::Flag, itself @ Datum::Flag(_)) => itself.spelt(source),
            // The value is of another type: say something of the right one.
            (family, _) => Datum::any(source, family).spelt(source),
        }
    }
}

fn spelt_number(source: &mut ByteSource<'_>, number: i128) -> String {
    let sign = match number {
        ..0 => "-",
        0 => source.weighted(&[(8, ""), (1, "+"), (1, "-")]),
        _ => source.weighted(&[(9, ""), (1, "+")]),
    };
    let (whole, thousandths) = (number.abs() / 1_000, number.abs() % 1_000);
    let zeros = source.weighted(&[(8, ""), (1, "0"), (1, "000")]);
    let more = source.weighted(&[(8, ""), (1, "0"), (1, "00000000000000000000")]);
    match thousandths {
        0 if more.is_empty() => format!("{sign}{zeros}{whole}"),
        _ => format!("{sign}{zeros}{whole}.{thousandths:03}{more}"),
    }
}

fn spelt_moment(source: &mut ByteSource<'_>, era: usize, millis: i64, hair: bool) -> String {
    let offset_minutes: i64 =
        source.weighted(&[(5, 0), (2, 480), (1, -480), (1, 330), (1, -690), (1, 1439), (1, -1439)]);
    let local = millis + offset_minutes * 60_000;
    let days = ERAS.get(era).copied().unwrap_or_default();
    let day = usize::try_from(local / DAY_MILLIS).ok().and_then(|day| days.get(day));
    let seconds = local % DAY_MILLIS / 1_000;
    let (hour, minute, second) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    let fraction = match (local % 1_000, hair) {
        (0, false) => source.weighted(&[(7, ""), (1, ".0"), (1, ".000000000000")]).to_owned(),
        (fraction, false) => format!(".{fraction:03}"),
        (fraction, true) => format!(".{fraction:03}0000000000001"),
    };
    let second = if second == 0 && fraction.is_empty() && source.chance(30) {
        String::new()
    } else {
        format!(":{second:02}")
    };
    let zone = if offset_minutes == 0 && !source.chance(20) {
        "Z".to_owned()
    } else {
        let sign = if offset_minutes < 0 { '-' } else { '+' };
        let minutes = offset_minutes.abs();
        format!("{sign}{:02}:{:02}", minutes / 60, minutes % 60)
    };
    format!("{}T{hour:02}:{minute:02}{second}{fraction}{zone}", day.unwrap_or(&"2024-02-29"))
}

fn spelt_block_v4(source: &mut ByteSource<'_>, address: u32) -> String {
    let plain = Ipv4Addr::from_bits(address);
    // Long ones for the most part, which leave neighbours out.
    let prefix = source.pick(&[32, 24, 31, 30, 8, 32, 16, 31, 32, 31, 1, 0, 25]);
    match source.weighted(&[(4, 0), (8, 1), (1, 2), (1, 3), (1, 4)]) {
        0 => plain.to_string(),
        1 => format!("{plain}/{prefix}"),
        2 => format!("::ffff:{plain}/{}", prefix + 96),
        3 => format!("::ffff:{plain}/{}", source.pick(&[95, 80, 0, 96])),
        _ => format!("::ffff:{plain}"),
    }
}

fn spelt_block_v6(source: &mut ByteSource<'_>, address: u128) -> String {
    let plain = Datum::V6(address).spelt(source);
    match source.weighted(&[(1, 0), (2, 1)]) {
        0 => plain,
        _ => format!("{plain}/{}", source.pick(&[128, 64, 127, 128, 96, 127, 33, 32, 1, 0])),
    }
}

#[cfg(test)]
mod tests {
    use super::{ByteSource, Datum, Family};
    use crate::oracle::condition::is_readable;

    #[test]
    fn what_a_policy_says_is_always_readable_by_its_family() {
        let families = [
            (Family::Number, "NumericEquals"),
            (Family::Moment, "DateEquals"),
            (Family::Flag, "Bool"),
            (Family::Address, "IpAddress"),
        ];
        for seed in 0..4_000 {
            let bytes = crate::generate::bytes_of_seed(seed);
            let mut source = ByteSource::new(&bytes);
            let (from, _) = families[source.below(4)];
            let (family, operator) = families[source.below(4)];
            let datum = Datum::any(&mut source, from).neighbour(&mut source);
            let value = datum.spelt_in_policy(&mut source, family);
            assert!(is_readable(operator, &value), "`{value}` under {operator}");
        }
    }
}
