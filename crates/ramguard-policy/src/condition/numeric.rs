//! Decimal numbers of any length, compared exactly (Rule C-5, decision D-21).
//!
//! * The grammar is `[+-]?\d+(\.\d+)?` with ASCII digits; no exponent, base or blank.
//! * In a [`Number`], `whole` has no leading and `fraction` no trailing zero, and zero is never
//!   negative. So equal numbers have equal parts, and the comparison needs no arithmetic.

use std::cmp::Ordering;

use super::error::ValueErrorKind;

/// A decimal number, its digits borrowed from a text or owned.
#[derive(Clone, Copy, Debug)]
pub(super) struct Number<D> {
    negative: bool,
    whole: D,
    fraction: D,
}

/// A number of a policy, kept for comparing.
pub(super) type OwnedNumber = Number<Box<[u8]>>;

impl Number<&[u8]> {
    pub(super) fn to_owned(self) -> OwnedNumber {
        Number { negative: self.negative, whole: self.whole.into(), fraction: self.fraction.into() }
    }
}

impl OwnedNumber {
    pub(super) fn heap_bytes(&self) -> usize {
        self.whole.len() + self.fraction.len()
    }
}

impl<D: AsRef<[u8]>> Number<D> {
    /// Orders two numbers by value. Takes time linear in the shorter one; allocates nothing.
    pub(super) fn compare<E: AsRef<[u8]>>(&self, other: &Number<E>) -> Ordering {
        match (self.negative, other.negative) {
            (false, true) => Ordering::Greater,
            (true, false) => Ordering::Less,
            (false, false) => self.compare_magnitude(other),
            (true, true) => self.compare_magnitude(other).reverse(),
        }
    }

    fn compare_magnitude<E: AsRef<[u8]>>(&self, other: &Number<E>) -> Ordering {
        let (whole, other_whole) = (self.whole.as_ref(), other.whole.as_ref());
        whole
            .len()
            .cmp(&other_whole.len())
            .then_with(|| whole.cmp(other_whole))
            .then_with(|| self.fraction.as_ref().cmp(other.fraction.as_ref()))
    }
}

/// A number of one to eight digits and nothing else, as most numbers of policies and requests are.
///
/// Its digits stand in one word, the last one lowest and zeros before them, so that the order of
/// these words is the order of the numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Short(u64);

impl Short {
    const DIGITS: usize = size_of::<u64>();

    /// The digit zero in every byte.
    const ZEROS: u64 = 0x3030_3030_3030_3030;

    /// Reads a number; `None` if it is a longer or another one, or none.
    #[inline]
    pub(super) fn read(text: &str) -> Option<Self> {
        let digits = text.as_bytes();
        let count = digits.len();
        let lowest_first = match (digits.first_chunk(), digits.last_chunk()) {
            // The two halves may share bytes.
            (Some(first), Some(last)) if count <= Self::DIGITS => {
                let (first, last) = (u32::from_le_bytes(*first), u32::from_le_bytes(*last));
                u64::from(first) | u64::from(last) << (8 * (count - 4))
            }
            _ => match *digits {
                [a] => u64::from_le_bytes([a, 0, 0, 0, 0, 0, 0, 0]),
                [a, b] => u64::from_le_bytes([a, b, 0, 0, 0, 0, 0, 0]),
                [a, b, c] => u64::from_le_bytes([a, b, c, 0, 0, 0, 0, 0]),
                _ => return None,
            },
        };
        // What the text leaves free of the word, at least a byte less than all of it.
        let free = 8 * (Self::DIGITS - count);
        let word = lowest_first.swap_bytes() >> free;
        let word = word | Self::ZEROS.checked_shl(64 - free as u32).unwrap_or_default();
        // Digits differ from zero by nine at most: by more, and the top bit is there or is reached.
        let differing = word ^ Self::ZEROS;
        let past_nine = differing | ((differing & 0x7F7F_7F7F_7F7F_7F7F) + 0x7676_7676_7676_7676);
        (past_nine & 0x8080_8080_8080_8080 == 0).then_some(Self(word))
    }

    /// Orders this number and any other as [`Number::compare`] does.
    pub(super) fn compare(self, other: &Number<&[u8]>) -> Ordering {
        let digits = self.0.to_be_bytes();
        let leading = digits.iter().take_while(|digit| **digit == b'0').count();
        let whole = digits.get(leading..).unwrap_or_default();
        Number { negative: false, whole, fraction: &[] }.compare(other)
    }
}

/// What keeps a text from being a number.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
pub enum NumberFault {
    /// There is nothing, or nothing but a sign.
    #[error("there is no digit")]
    Empty,
    /// There are blanks around or inside it.
    #[error("it holds a blank")]
    Blank,
    /// It is written with an exponent, as `1e3`.
    #[error("it has an exponent")]
    Exponent,
    /// It is written in another base than ten, as `0x10`.
    #[error("it is not decimal")]
    NotDecimal,
    /// A digit is missing before or after the point, as in `.5`.
    #[error("a digit is missing beside the point")]
    BarePoint,
    /// Digits are grouped, or the point is written as a comma.
    #[error("it holds a separator")]
    Separator,
    /// It holds something that has no place in a number.
    #[error("it holds other characters than digits")]
    NotDigits,
}

impl NumberFault {
    pub(super) fn help(self) -> &'static str {
        match self {
            Self::Empty | Self::NotDigits => "write a decimal number such as `10` or `-0.5`",
            Self::Blank => "write the number without blanks",
            Self::Exponent => "write the number in full, `1000` for `1e3`",
            Self::NotDecimal => "write the number in decimal digits",
            Self::BarePoint => "write at least one digit on either side of the point",
            Self::Separator => "write the digits without separators and the point as `.`",
        }
    }
}

/// Reads a number. Takes time linear in the text; allocates nothing.
pub(super) fn parse(text: &str) -> Result<Number<&[u8]>, NumberFault> {
    let (sign, digits) = match text.as_bytes() {
        [sign @ (b'+' | b'-'), digits @ ..] => (*sign, digits),
        digits => (b'+', digits),
    };
    let (whole, rest) = split_digits(digits);
    let fraction = match rest {
        [] => rest,
        [b'.', rest @ ..] => match split_digits(rest) {
            (fraction @ [_, ..], []) => fraction,
            _ => return Err(fault(text)),
        },
        _ => return Err(fault(text)),
    };
    if whole.is_empty() {
        return Err(fault(text));
    }
    let leading = whole.iter().take_while(|digit| **digit == b'0').count();
    let trailing = fraction.iter().rev().take_while(|digit| **digit == b'0').count();
    let whole = whole.get(leading..).unwrap_or_default();
    let fraction = fraction.get(..fraction.len() - trailing).unwrap_or_default();
    let is_zero = whole.is_empty() && fraction.is_empty();
    Ok(Number { negative: sign == b'-' && !is_zero, whole, fraction })
}

/// Reads the value of a policy, saying why it cannot be read.
pub(super) fn parse_value(text: &str) -> Result<OwnedNumber, ValueErrorKind> {
    match parse(text) {
        Ok(number) => Ok(number.to_owned()),
        Err(fault) => Err(ValueErrorKind::NotNumber { value: text.into(), fault }),
    }
}

/// Cuts `bytes` after its leading ASCII digits.
pub(super) fn split_digits(bytes: &[u8]) -> (&[u8], &[u8]) {
    let count = bytes.iter().take_while(|byte| byte.is_ascii_digit()).count();
    bytes.split_at_checked(count).unwrap_or((bytes, &[]))
}

/// Names what keeps `text`, which did not parse, from being a number.
#[cold]
fn fault(text: &str) -> NumberFault {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let holds = |what: fn(char) -> bool| unsigned.contains(what);
    if matches!(unsigned, "" | ".") {
        NumberFault::Empty
    } else if holds(char::is_whitespace) {
        NumberFault::Blank
    } else if unsigned
        .get(..2)
        .is_some_and(|head| ["0x", "0o", "0b"].iter().any(|base| head.eq_ignore_ascii_case(base)))
    {
        NumberFault::NotDecimal
    } else if holds(|c| matches!(c, ',' | '_' | '\'' | '，'))
        && !holds(|c| !c.is_ascii_digit() && !matches!(c, ',' | '_' | '\'' | '，' | '.'))
    {
        NumberFault::Separator
    } else if looks_like_exponent(unsigned) {
        NumberFault::Exponent
    } else if unsigned.bytes().filter(|b| *b == b'.').count() == 1
        && !holds(|c| !c.is_ascii_digit() && c != '.')
    {
        NumberFault::BarePoint
    } else {
        NumberFault::NotDigits
    }
}

fn looks_like_exponent(unsigned: &str) -> bool {
    let Some((mantissa, exponent)) = unsigned.split_once(['e', 'E']) else { return false };
    let exponent = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
    let all_digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    all_digits(exponent) && mantissa.split('.').all(all_digits)
}

/// A number that most likely says what `text` meant.
pub(super) fn replacement(text: &str, fault: NumberFault) -> Option<String> {
    match fault {
        NumberFault::Blank => Some(text.trim().to_owned()),
        NumberFault::NotDecimal => {
            let (sign, unsigned) = match text.strip_prefix('-') {
                Some(unsigned) => ("-", unsigned),
                None => ("", text.strip_prefix('+').unwrap_or(text)),
            };
            let (base, digits) = unsigned.split_at_checked(2)?;
            let radix = match base {
                "0x" | "0X" => 16,
                "0o" | "0O" => 8,
                _ => 2,
            };
            // The reader of the standard library takes a second sign.
            let all_digits = digits.chars().all(|c| c.is_digit(radix));
            let value = u128::from_str_radix(digits, radix).ok().filter(|_| all_digits)?;
            Some(format!("{sign}{value}"))
        }
        NumberFault::BarePoint => {
            let (whole, fraction) = text.split_once('.')?;
            let zero = if whole.ends_with(|c: char| c.is_ascii_digit()) { "" } else { "0" };
            let point = if fraction.is_empty() { "" } else { "." };
            Some(format!("{whole}{zero}{point}{fraction}"))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn order(a: &str, b: &str) -> Ordering {
        parse(a).unwrap().compare(&parse(b).unwrap().to_owned())
    }

    #[test]
    fn equal_values_in_different_spellings_are_equal() {
        for (a, b) in [
            ("10", "10.0"),
            ("10", "+0010.000"),
            ("0", "-0"),
            ("-0.0", "+0"),
            ("0.5", "00.50"),
            ("-3.10", "-3.1"),
        ] {
            assert_eq!(order(a, b), Ordering::Equal, "{a} {b}");
        }
    }

    #[test]
    fn numbers_are_ordered_by_value_and_not_as_text() {
        let ascending =
            ["-10", "-9.5", "-9", "-0.51", "-0.5", "0", "0.05", "0.5", "0.51", "9", "9.9", "10"];
        for (i, a) in ascending.iter().enumerate() {
            for (j, b) in ascending.iter().enumerate() {
                assert_eq!(order(a, b), i.cmp(&j), "{a} {b}");
            }
        }
    }

    #[test]
    fn digits_past_the_range_of_a_float_count() {
        assert_eq!(order("9007199254740993", "9007199254740992"), Ordering::Greater);
        let long = "1".repeat(5_000);
        assert_eq!(order(&format!("{long}.1"), &format!("{long}.10")), Ordering::Equal);
        assert_eq!(order(&format!("{long}.1"), &format!("{long}.11")), Ordering::Less);
    }

    #[test]
    fn refuses_other_spellings_and_says_why() {
        for (text, fault, replacement) in [
            ("", NumberFault::Empty, None),
            ("-", NumberFault::Empty, None),
            (" 10", NumberFault::Blank, Some("10")),
            ("1 000", NumberFault::Blank, None),
            ("1e3", NumberFault::Exponent, None),
            ("1e", NumberFault::NotDigits, None),
            ("e3", NumberFault::NotDigits, None),
            ("1ex", NumberFault::NotDigits, None),
            ("-1.5E+3", NumberFault::Exponent, None),
            ("0x10", NumberFault::NotDecimal, Some("16")),
            ("-0b11", NumberFault::NotDecimal, Some("-3")),
            ("0o17", NumberFault::NotDecimal, Some("15")),
            ("0x+1", NumberFault::NotDecimal, None),
            ("0x", NumberFault::NotDecimal, None),
            (".5", NumberFault::BarePoint, Some("0.5")),
            ("-.5", NumberFault::BarePoint, Some("-0.5")),
            (".55", NumberFault::BarePoint, Some("0.55")),
            ("5.", NumberFault::BarePoint, Some("5")),
            (".", NumberFault::Empty, None),
            ("1,000", NumberFault::Separator, None),
            ("1.2.3", NumberFault::NotDigits, None),
            ("--1", NumberFault::NotDigits, None),
            ("many", NumberFault::NotDigits, None),
            ("Infinity", NumberFault::NotDigits, None),
            ("１０", NumberFault::NotDigits, None),
            ("1部", NumberFault::NotDigits, None),
            ("10%", NumberFault::NotDigits, None),
        ] {
            assert_eq!(parse(text).unwrap_err(), fault, "{text:?}");
            let error = parse_value(text).unwrap_err();
            assert_eq!(error.replacement().as_deref(), replacement, "{text:?}");
        }
    }

    #[test]
    fn advice_names_what_is_wrong() {
        for (fault, word) in [
            (NumberFault::Empty, "`10`"),
            (NumberFault::NotDigits, "`-0.5`"),
            (NumberFault::Blank, "blanks"),
            (NumberFault::Exponent, "in full"),
            (NumberFault::NotDecimal, "decimal digits"),
            (NumberFault::BarePoint, "either side of the point"),
            (NumberFault::Separator, "separators"),
        ] {
            assert!(fault.help().contains(word), "{fault:?}");
        }
    }

    /// The value in units of 10^-9.
    fn scaled(text: &str) -> i128 {
        let negative = text.starts_with('-');
        let unsigned = text.trim_start_matches(['+', '-']);
        let (whole, fraction) = unsigned.split_once('.').unwrap_or((unsigned, ""));
        let units: i128 = format!("{whole}{fraction:0<9}").parse().unwrap();
        if negative { -units } else { units }
    }

    #[test]
    fn a_short_number_has_digits_only_and_eight_at_most() {
        for text in ["0", "7", "10", "007", "1234", "99999", "123456", "9876543", "12345678"] {
            assert!(Short::read(text).is_some(), "{text}");
            for at in 0..text.len() {
                for odd in ["/", ":", ".", "-", "+", " ", "a", "\0", "\u{7f}"] {
                    let mut text = text.to_owned();
                    text.replace_range(at..=at, odd);
                    assert_eq!(Short::read(&text), None, "{text:?}");
                }
            }
        }
        for text in ["", "123456789", "1234567890123456", "\u{661}", "\u{b9}", "\u{10330}"] {
            assert_eq!(Short::read(text), None, "{text:?}");
        }
    }

    #[test]
    fn short_numbers_stand_to_each_other_and_to_others_as_numbers_do() {
        let texts = [
            "0",
            "00",
            "1",
            "01",
            "9",
            "10",
            "010",
            "99",
            "100",
            "1234",
            "1235",
            "99999",
            "100000",
            "999999",
            "1000000",
            "9999999",
            "10000000",
            "99999999",
            "-1",
            "-0",
            "+5",
            "0.5",
            "9.5",
            "100000000",
            "1234.0",
        ];
        for a in texts {
            let Some(short) = Short::read(a) else { continue };
            for b in texts {
                assert_eq!(short.compare(&parse(b).unwrap()), order(a, b), "{a} {b}");
                if let Some(other) = Short::read(b) {
                    assert_eq!(short.cmp(&other), order(a, b), "{a} {b}");
                }
            }
        }
    }

    proptest! {
        #[test]
        fn agrees_with_scaled_integers(
            a in "[+-]?[0-9]{1,18}(\\.[0-9]{1,9})?",
            b in "[+-]?[0-9]{1,18}(\\.[0-9]{1,9})?",
        ) {
            prop_assert_eq!(order(&a, &b), scaled(&a).cmp(&scaled(&b)));
        }

        #[test]
        fn agrees_with_scaled_integers_on_near_misses(
            a in "[+-]?[01]{1,3}(\\.[01]{1,3})?",
            b in "[+-]?[01]{1,3}(\\.[01]{1,3})?",
        ) {
            prop_assert_eq!(order(&a, &b), scaled(&a).cmp(&scaled(&b)));
        }

        #[test]
        fn reads_what_the_grammar_admits_and_nothing_else(text in "[+\\-.0-9 e]{0,6}") {
            let unsigned = text.strip_prefix(['+', '-']).unwrap_or(&text);
            let digits = |t: &str| !t.is_empty() && t.bytes().all(|b| b.is_ascii_digit());
            let fits = match unsigned.split_once('.') {
                Some((whole, fraction)) => digits(whole) && digits(fraction),
                None => digits(unsigned),
            };
            prop_assert_eq!(parse(&text).is_ok(), fits);
        }

        #[test]
        fn explaining_any_text_ends_in_a_number_or_in_nothing(text in "\\PC{0,12}") {
            if let Err(error) = parse_value(&text) {
                prop_assert!(!error.help().is_empty());
                prop_assert!(error.replacement().is_none_or(|text| parse(&text).is_ok()));
            }
        }
    }
}
