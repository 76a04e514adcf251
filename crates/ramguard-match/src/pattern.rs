//! One wildcard pattern, measured when it is built and only read afterwards.
//!
//! The text of a pattern is kept as written, in one allocation; what is found out about it is kept
//! as offsets. Set up by [`Pattern::new`], relied on by [`Pattern::is_match`]:
//!
//! * the *head* is what stands before the first wildcard, the *tail* what stands after the last
//!   one, the *middle* what is left; head and tail are literal, the middle is empty or starts and
//!   ends with a wildcard, and a literal pattern is all head;
//! * a *run* is what stands between two stars, or between a star and an end; it holds no star;
//! * text and pattern are valid UTF-8, so a literal found by comparing bytes starts and ends
//!   between two characters.

use crate::run::Run;
use crate::steps;
use crate::word::Folding;

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
    cut: Cut,
}

/// How a pattern is cut into its parts, as byte offsets.
///
/// The tail starts where the head ends if there is no wildcard, and both are then at the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Cut {
    pub(crate) head: usize,
    pub(crate) tail: usize,
    pub(crate) middle: Middle,
}

/// What the middle of a pattern looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Middle {
    /// Nothing at all: the pattern is literal.
    Empty,
    /// Nothing but stars.
    Stars,
    /// A star, a run without question marks, a star.
    Enclosed,
    /// Stars at both ends and in between, but no question marks.
    Starred,
    /// Anything else.
    Other,
}

impl Middle {
    /// Returns the middle that has this number, [`Middle::Other`] if none has.
    #[inline]
    pub(crate) fn of(number: u8) -> Middle {
        const IN_ORDER: [Middle; 5] =
            [Middle::Empty, Middle::Stars, Middle::Enclosed, Middle::Starred, Middle::Other];
        IN_ORDER.get(usize::from(number)).copied().unwrap_or(Middle::Other)
    }
}

impl Cut {
    pub(crate) fn of(pattern: &[u8]) -> Cut {
        let wild = |&byte: &u8| byte == b'*' || byte == b'?';
        let Some(head) = pattern.iter().position(wild) else {
            return Cut { head: pattern.len(), tail: pattern.len(), middle: Middle::Empty };
        };
        let last = pattern.iter().rposition(wild).unwrap_or(head);
        let middle = match pattern.get(head..=last).unwrap_or_default() {
            middle if middle.iter().all(|&byte| byte == b'*') => Middle::Stars,
            [b'*', between @ .., b'*'] if !between.iter().any(wild) => Middle::Enclosed,
            middle if !middle.contains(&b'?') => Middle::Starred,
            _ => Middle::Other,
        };
        Cut { head, tail: last + 1, middle }
    }

    /// Returns the parts of `pattern`, whose cut this is; `None` if it is that of another one and
    /// does not lie in it.
    #[inline]
    pub(crate) fn parts(self, pattern: &[u8]) -> Option<Parts<'_>> {
        Some(Parts {
            head: pattern.get(..self.head)?,
            middle: self.middle,
            between: pattern.get(self.head..self.tail)?,
            tail: pattern.get(self.tail..)?,
        })
    }
}

impl Pattern {
    /// Reads `text` as a pattern. Any text is one.
    ///
    /// Costs one pass over the text and one allocation.
    #[must_use]
    pub fn new(text: &str, case: Case) -> Pattern {
        Pattern { text: text.into(), case, cut: Cut::of(text.as_bytes()) }
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
        self.cut.head == self.text.len()
    }

    fn fits<const FOLD: bool>(&self, text: &str, folding: Folding<FOLD>) -> bool {
        self.cut.parts(self.text.as_bytes()).is_some_and(|parts| parts.fit(text, folding))
    }
}

/// The parts of a pattern.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Parts<'p> {
    pub(crate) head: &'p [u8],
    /// What kind of middle `between` is.
    pub(crate) middle: Middle,
    pub(crate) between: &'p [u8],
    pub(crate) tail: &'p [u8],
}

/// Where in a text an enclosed run is expected.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Near {
    Unknown,
    /// It seems to start here.
    Start(usize),
    /// It seems to end before here.
    End(usize),
}

impl Parts<'_> {
    /// Returns whether `text` fits the pattern that has these parts.
    #[inline]
    pub(crate) fn fit<const FOLD: bool>(self, text: &str, folding: Folding<FOLD>) -> bool {
        self.room(text, folding).is_some() && self.fits_between(text, Near::Unknown, folding)
    }

    /// Returns whether `text`, which starts with the head and ends with the tail, fits.
    ///
    /// `near` is where an enclosed run is expected in the text; it saves time if that is right.
    // As a call, with the parts in memory, it takes ten patterns an eighth longer.
    #[inline(always)]
    pub(crate) fn fits_between<const FOLD: bool>(
        self,
        text: &str,
        near: Near,
        folding: Folding<FOLD>,
    ) -> bool {
        let Some(end) = text.len().checked_sub(self.tail.len()) else { return false };
        let Some(room) = text.as_bytes().get(self.head.len()..end) else { return false };
        match self.middle {
            Middle::Empty => room.is_empty(),
            Middle::Stars => true,
            Middle::Enclosed => {
                let run = self.between.get(1..self.between.len().saturating_sub(1));
                let run = run.unwrap_or_default();
                if run.len() > room.len() {
                    return false;
                }
                let start = match near {
                    Near::Unknown => None,
                    Near::Start(start) => Some(start),
                    Near::End(end) => end.checked_sub(run.len()),
                };
                let found = start
                    .and_then(|start| start.checked_sub(self.head.len()))
                    .and_then(|start| room.get(start..)?.get(..run.len()));
                if found.is_some_and(|found| folding.equal(found, run)) {
                    return true;
                }
                Run::new(run, folding).end_in_bytes(room).is_some()
            }
            Middle::Starred => {
                let mut rest = room;
                self.between.split(|&byte| byte == b'*').filter(|run| !run.is_empty()).all(|run| {
                    let end = Run::new(run, folding).end_in_bytes(rest);
                    rest = end.and_then(|end| rest.get(end..)).unwrap_or_default();
                    end.is_some()
                })
            }
            // Head and tail are valid UTF-8, so they start and end between two characters.
            Middle::Other => text
                .get(self.head.len()..end)
                .is_some_and(|room| fits_middle(self.between, room, folding)),
        }
    }

    /// Returns what of `text` is left to the middle, `None` if the head or the tail does not fit.
    #[inline]
    pub(crate) fn room<'t, const FOLD: bool>(
        &self,
        text: &'t str,
        folding: Folding<FOLD>,
    ) -> Option<&'t str> {
        steps::count(1);
        let bytes = text.as_bytes();
        let end = bytes.len().checked_sub(self.tail.len())?;
        let fits = folding.equal(self.head, bytes.get(..self.head.len())?)
            && folding.equal(self.tail, bytes.get(end..)?);
        // Head and tail are valid UTF-8, so they start and end between two characters of the text.
        text.get(self.head.len()..end).filter(|_| fits)
    }
}

/// Returns whether `text` fits `middle`, which starts and ends with a wildcard.
///
/// Taking every run at the leftmost place that is left is enough: if the runs fit anywhere, they
/// still fit after one of them has moved to the left, as this only leaves more room to the rest.
fn fits_middle<const FOLD: bool>(middle: &[u8], text: &str, folding: Folding<FOLD>) -> bool {
    let mut runs = middle.split(|&byte| byte == b'*');
    let start = Run::new(runs.next().unwrap_or_default(), folding);
    let Some(end) = runs.next_back() else {
        return start.prefix_of(text.as_bytes()) == Some(text.len());
    };
    let rest = start.prefix_of(text.as_bytes()).and_then(|start| text.get(start..));
    let Some(rest) = rest else { return false };
    let end = Run::new(end, folding).suffix_of(rest.as_bytes()).and_then(|end| rest.get(..end));
    let Some(mut rest) = end else { return false };
    let by_bytes = !runs.clone().any(|run| run.contains(&b'?')) || rest.is_ascii();
    for run in runs.filter(|run| !run.is_empty()) {
        let run = Run::new(run, folding);
        let end =
            if by_bytes { run.end_in_bytes_soon(rest.as_bytes()) } else { run.end_in(rest, false) };
        match end.and_then(|end| rest.get(end..)) {
            Some(left) => rest = left,
            None => return false,
        }
    }
    true
}
