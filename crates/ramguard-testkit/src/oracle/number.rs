//! Decimal numbers of any length, compared digit by digit as on paper.
//!
//! A [`Decimal`] keeps no leading zero before the point, no trailing zero behind it and no sign
//! on zero, so equal numbers are equal values.

use std::cmp::Ordering;

/// A number written `[+-]?\d+(\.\d+)?`, kept exactly.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decimal {
    negative: bool,
    whole: String,
    fraction: String,
}

impl Decimal {
    /// Reads a number, or nothing where the text is not one. Rule C-5, syntax by decision D-21.
    #[must_use]
    pub fn read(text: &str) -> Option<Decimal> {
        let (negative, digits) = match text.strip_prefix('-') {
            Some(digits) => (true, digits),
            None => (false, text.strip_prefix('+').unwrap_or(text)),
        };
        let (whole, fraction) = match digits.split_once('.') {
            Some((_, "")) => return None,
            Some((whole, fraction)) => (whole, fraction),
            None => (digits, ""),
        };
        let digits_only = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        if whole.is_empty() || !digits_only(whole) || !digits_only(fraction) {
            return None;
        }
        let whole = whole.trim_start_matches('0').to_owned();
        let fraction = fraction.trim_end_matches('0').to_owned();
        let negative = negative && !(whole.is_empty() && fraction.is_empty());
        Some(Decimal { negative, whole, fraction })
    }

    fn compare_without_sign(&self, other: &Decimal) -> Ordering {
        // Without leading zeros a longer whole part is the greater one; of two equally long ones,
        // and of two fractions, the first differing digit decides.
        (self.whole.len().cmp(&other.whole.len()))
            .then_with(|| self.whole.cmp(&other.whole))
            .then_with(|| self.fraction.cmp(&other.fraction))
    }
}

impl Ord for Decimal {
    fn cmp(&self, other: &Decimal) -> Ordering {
        match (self.negative, other.negative) {
            (false, false) => self.compare_without_sign(other),
            (true, true) => other.compare_without_sign(self),
            (true, false) => Ordering::Less,
            (false, true) => Ordering::Greater,
        }
    }
}

impl PartialOrd for Decimal {
    fn partial_cmp(&self, other: &Decimal) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

#[cfg(test)]
mod tests {
    use super::Decimal;

    fn read(text: &str) -> Decimal {
        Decimal::read(text).unwrap_or_else(|| panic!("`{text}` is a number"))
    }

    #[test]
    fn spellings_of_one_number_are_equal() {
        for text in ["10", "+10", "010", "10.0", "0010.000"] {
            assert_eq!(read(text), read("10"), "{text}");
        }
        assert_eq!(read("-0.00"), read("0"));
    }

    #[test]
    fn numbers_order_by_value() {
        let rising = ["-10", "-9.5", "-9", "-0.1", "0", "0.09", "0.1", "0.11", "9", "10", "100"];
        for pair in rising.windows(2) {
            assert!(read(pair[0]) < read(pair[1]), "{pair:?}");
        }
        assert!(read("9007199254740992") < read("9007199254740993"));
    }

    #[test]
    fn other_spellings_are_not_numbers() {
        for text in
            ["", "+", "-", ".5", "5.", "1e3", "0x10", " 1", "1 ", "1_0", "--1", "1.2.3", "١"]
        {
            assert_eq!(Decimal::read(text), None, "{text}");
        }
    }
}
