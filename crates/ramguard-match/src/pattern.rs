//! One wildcard pattern, measured when it is built and only read afterwards.
//!
//! The text of a pattern is kept as written, in one allocation; what is found out about it is kept
//! as offsets. Set up by [`Pattern::new`], relied on by [`Pattern::is_match`]:
//!
//! * a *run* is what stands between two stars, or between a star and an end; it holds no star;
//! * `head` bytes precede the first star, `tail` is the offset just past the last one, and both
//!   are the whole length when there is no star;
//! * text and pattern are valid UTF-8, so a literal found by comparing bytes starts and ends
//!   between two characters.

use crate::run::{Folding, Run};

/// Whether `A` and `a` are the same letter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Case {
    /// Every character stands for itself only.
    Sensitive,
    /// The 26 ASCII letters match in either case; every other character stands for itself only,
    /// so `Ä` is not `ä`.
    AsciiInsensitive,
}

/// A wildcard pattern: `*` is any run of characters including none, `?` is exactly one character
/// (one Unicode scalar value, however many bytes it takes), everything else is itself.
///
/// There is no escape, so every text is a pattern and building one cannot fail. A pattern matches
/// a text as a whole or not at all. Two patterns are equal when they are written the same and
/// agree on case.
///
/// ```
/// use ramguard_match::{Case, Pattern};
///
/// let pattern = Pattern::new("log:*Store?", Case::Sensitive);
/// assert!(pattern.is_match("log:GetLogStore2"));
/// assert!(!pattern.is_match("log:GetLogStore"));
/// assert!(!pattern.is_match("LOG:GetLogStore2"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Pattern {
    text: Box<str>,
    case: Case,
    shape: Shape,
    head: usize,
    tail: usize,
}

/// Which of the three ways to match a pattern needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
enum Shape {
    /// Neither `*` nor `?`.
    Literal,
    /// `?` but no `*`.
    Fixed,
    /// At least one `*`.
    Starred,
}

impl Pattern {
    /// Reads `text` as a pattern. Any text is one.
    ///
    /// Costs one pass over the text and one allocation.
    #[must_use]
    pub fn new(text: &str, case: Case) -> Pattern {
        let bytes = text.as_bytes();
        let (shape, head, tail) = match bytes.iter().position(|&byte| byte == b'*') {
            Some(head) => {
                let after = bytes.iter().rev().take_while(|&&byte| byte != b'*').count();
                (Shape::Starred, head, bytes.len() - after)
            }
            None if bytes.contains(&b'?') => (Shape::Fixed, bytes.len(), bytes.len()),
            None => (Shape::Literal, bytes.len(), bytes.len()),
        };
        Pattern { text: text.into(), case, shape, head, tail }
    }

    /// Returns whether the whole of `text` fits this pattern.
    ///
    /// Allocates nothing and does not recurse. Takes time in proportion to the pattern plus the
    /// text, except that a run (the part between two stars) with a `?` in it is looked for 64
    /// places at a time, which takes text times run divided by 64 at worst.
    #[must_use]
    pub fn is_match(&self, text: &str) -> bool {
        match self.case {
            Case::Sensitive => self.fits(text, Folding::<false>),
            Case::AsciiInsensitive => self.fits(text, Folding::<true>),
        }
    }

    /// Returns the pattern as it was written.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Returns whether case counts.
    #[must_use]
    pub fn case(&self) -> Case {
        self.case
    }

    /// Returns whether the pattern holds no wildcard, so that it matches one text only (apart
    /// from the case of letters).
    #[must_use]
    pub fn is_literal(&self) -> bool {
        self.shape == Shape::Literal
    }

    fn fits<const FOLD: bool>(&self, text: &str, folding: Folding<FOLD>) -> bool {
        let bytes = self.text.as_bytes();
        match self.shape {
            Shape::Literal => folding.equal(bytes, text.as_bytes()),
            Shape::Fixed => Run::new(bytes, folding).prefix_of(text.as_bytes()) == Some(text.len()),
            Shape::Starred => {
                let (Some(head), Some(middle), Some(tail)) = (
                    bytes.get(..self.head),
                    bytes.get(self.head..self.tail),
                    bytes.get(self.tail..),
                ) else {
                    return false;
                };
                fits_around_stars(head, middle, tail, text, folding)
            }
        }
    }
}

/// Returns whether `text` starts with `head`, ends with `tail`, and has the runs of `middle` in
/// between, in their order and apart from each other.
///
/// Taking every run at the leftmost place that is left is enough: if the runs fit anywhere, they
/// still fit after one of them has moved to the left, as this only leaves more room to the rest.
fn fits_around_stars<const FOLD: bool>(
    head: &[u8],
    middle: &[u8],
    tail: &[u8],
    text: &str,
    folding: Folding<FOLD>,
) -> bool {
    let Some(end) = Run::new(head, folding).prefix_of(text.as_bytes()) else { return false };
    let Some(rest) = text.get(end..) else { return false };
    let Some(end) = Run::new(tail, folding).suffix_of(rest.as_bytes()) else { return false };
    let Some(mut rest) = rest.get(..end) else { return false };
    let ascii = middle.contains(&b'?') && rest.is_ascii();
    for run in middle.split(|&byte| byte == b'*').filter(|run| !run.is_empty()) {
        match Run::new(run, folding).end_in(rest, ascii).and_then(|end| rest.get(end..)) {
            Some(left) => rest = left,
            None => return false,
        }
    }
    true
}
