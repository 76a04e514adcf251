//! What kinds of characters a text holds, found out in one pass when the text is first looked at.
//!
//! Always holds here: a text with a character of a class has the mark of the class, so a rule that
//! looks for such a character may leave a text without the mark alone. Nearly all texts of nearly
//! all policies have none, and a dozen rules ask.

/// The classes of characters a text holds some of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Marks(u8);

impl Marks {
    /// `*` and `?`.
    pub(crate) const WILDCARD: Self = Self(1);
    /// What a placeholder begins with: `$`, `<`, `>`, `{`, `}`, `[` and `%`.
    pub(crate) const OPENING: Self = Self(1 << 1);
    /// `x` and `y` in either case, which the fillers of templates begin with.
    pub(crate) const FILLER: Self = Self(1 << 2);
    /// Anything outside ASCII.
    pub(crate) const FOREIGN: Self = Self(1 << 3);
    /// `A` to `Z`.
    pub(crate) const UPPER: Self = Self(1 << 4);

    /// Returns the marks of a text.
    pub(crate) fn of(text: &str) -> Self {
        let mark = |byte: u8| CLASSES.get(usize::from(byte)).copied().unwrap_or_default();
        Self(text.bytes().fold(0, |marks, byte| marks | mark(byte)))
    }

    /// Returns whether the text holds a character of one of these classes.
    pub(crate) const fn any(self, classes: Self) -> bool {
        self.0 & classes.0 != 0
    }
}

impl std::ops::BitOr for Marks {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

/// The mark of each byte.
#[expect(clippy::indexing_slicing, reason = "byte < classes.len(), loop condition")]
static CLASSES: [u8; 256] = {
    let mut classes = [0; 256];
    let mut byte = 0;
    while byte < classes.len() {
        classes[byte] = match byte as u8 {
            b'*' | b'?' => Marks::WILDCARD.0,
            b'$' | b'<' | b'>' | b'{' | b'}' | b'[' | b'%' => Marks::OPENING.0,
            b'x' | b'y' => Marks::FILLER.0,
            b'X' | b'Y' => Marks::FILLER.0 | Marks::UPPER.0,
            b'A'..=b'Z' => Marks::UPPER.0,
            0x80.. => Marks::FOREIGN.0,
            _ => 0,
        };
        byte += 1;
    }
    classes
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_has_the_marks_of_its_characters_and_no_others() {
        let all = [Marks::WILDCARD, Marks::OPENING, Marks::FILLER, Marks::FOREIGN, Marks::UPPER];
        for (text, expected) in [
            ("acs:oss:cn-hangzhou:1:bucket/a-b_c.d", vec![]),
            ("acs:oss:*:1:b", vec![Marks::WILDCARD]),
            ("b?", vec![Marks::WILDCARD]),
            ("${a}", vec![Marks::OPENING]),
            ("50%", vec![Marks::OPENING]),
            ("xy", vec![Marks::FILLER]),
            ("X", vec![Marks::FILLER, Marks::UPPER]),
            ("GetA", vec![Marks::UPPER]),
            ("\u{430}", vec![Marks::FOREIGN]),
            ("", vec![]),
        ] {
            for class in all {
                assert_eq!(Marks::of(text).any(class), expected.contains(&class), "{text}");
            }
        }
    }
}
