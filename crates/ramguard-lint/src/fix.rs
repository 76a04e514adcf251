//! Repairs: edits of the original text, byte for byte.
//!
//! An edit replaces one span; layout, order of keys and escapes around it stay as they are. Edits
//! that overlap are never applied together.

use std::sync::Arc;

use ramguard_policy::text::Span;

use crate::Finding;
use crate::message::{Argument, Lang, Text};

/// How freely a fix may be applied.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Applicability {
    /// It changes no decision, or RAM refuses or ignores the text as it is.
    Safe,
    /// It changes who may do what, even where the intent is plain.
    Unsafe,
    /// It holds a blank that a person has to fill in; never applied by a program.
    Placeholder,
}

impl Applicability {
    /// Returns the name, as output writes it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Safe => "safe",
            Self::Unsafe => "unsafe",
            Self::Placeholder => "placeholder",
        }
    }
}

/// The replacement of one span of the original text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    /// What is replaced, in bytes; empty to insert before its start.
    pub span: Span,
    /// What stands there afterwards.
    pub text: String,
}

/// A repair of one finding: all of its edits, or none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fix {
    pub(crate) applicability: Applicability,
    pub(crate) message: Text,
    pub(crate) arguments: Arc<[Argument]>,
    pub(crate) edits: Vec<Edit>,
}

impl Fix {
    /// Returns how freely it may be applied.
    #[must_use]
    pub fn applicability(&self) -> Applicability {
        self.applicability
    }

    /// Returns what it does, in one line.
    #[must_use]
    pub fn message(&self, lang: Lang) -> String {
        self.message.fill(lang, &self.arguments)
    }

    /// Returns its edits in the order of the text; they do not overlap.
    #[must_use]
    pub fn edits(&self) -> &[Edit] {
        &self.edits
    }
}

/// Edits that cannot be applied to a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FixError {
    /// Two edits touch the same bytes.
    #[error("two edits overlap at byte {at}")]
    Overlap {
        /// Where the second one starts.
        at: u32,
    },
    /// An edit lies outside the text or cuts a character in two.
    #[error("an edit at byte {at} does not fit the text")]
    OutOfPlace {
        /// Where it starts.
        at: u32,
    },
}

/// Returns `text` with every edit applied.
///
/// # Errors
/// [`FixError::Overlap`] if two edits touch the same bytes or insert at the same place,
/// [`FixError::OutOfPlace`] if one does not fit the text. Nothing is applied then.
pub fn apply<'e>(
    text: &str,
    edits: impl IntoIterator<Item = &'e Edit>,
) -> Result<String, FixError> {
    let mut edits: Vec<&Edit> = edits.into_iter().collect();
    edits.sort_by_key(|edit| edit.span);
    let mut fixed = String::with_capacity(text.len());
    let mut done: Option<u32> = None;
    for edit in edits {
        let at = edit.span.start;
        // Two insertions at one place have no order, so they overlap as well.
        if done.is_some_and(|end| at < end || (at == end && edit.span.is_empty())) {
            return Err(FixError::Overlap { at });
        }
        let before = text.get(done.unwrap_or(0) as usize..at as usize);
        let replaced = text.get(edit.span.range());
        let (Some(before), Some(_)) = (before, replaced) else {
            return Err(FixError::OutOfPlace { at });
        };
        fixed.push_str(before);
        fixed.push_str(&edit.text);
        done = Some(edit.span.end);
    }
    fixed.push_str(text.get(done.unwrap_or(0) as usize..).unwrap_or_default());
    Ok(fixed)
}

/// Picks the fixes that can be applied together: in the order of `findings`, no freer than
/// `allowed`, each only if it overlaps none picked before.
#[must_use]
pub fn pick(findings: &[Finding], allowed: Applicability) -> Vec<&Fix> {
    let mut taken: Vec<Span> = Vec::new();
    let mut picked = Vec::new();
    for fix in findings.iter().filter_map(Finding::fix) {
        if fix.applicability > allowed || fix.applicability == Applicability::Placeholder {
            continue;
        }
        // Fixes come in the order of the text and reach little further than their finding, so
        // what could overlap is among the last ones; the check stays complete all the same.
        let overlaps = |span: Span| taken.iter().rev().any(|taken| touch(*taken, span));
        if fix.edits.iter().any(|edit| overlaps(edit.span)) {
            continue;
        }
        taken.extend(fix.edits.iter().map(|edit| edit.span));
        picked.push(fix);
    }
    picked
}

fn touch(a: Span, b: Span) -> bool {
    if a.is_empty() || b.is_empty() {
        a.start <= b.end && b.start <= a.end
    } else {
        a.start < b.end && b.start < a.end
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn edit(start: u32, end: u32, text: &str) -> Edit {
        Edit { span: Span::new(start, end), text: text.into() }
    }

    #[test]
    fn applies_edits_in_any_order_and_leaves_the_rest() {
        let edits = [edit(4, 5, "E"), edit(0, 1, "AA"), edit(2, 2, "-")];
        assert_eq!(apply("abcdef", &edits).as_deref(), Ok("AAb-cdEf"));
    }

    #[test]
    fn refuses_edits_that_overlap() {
        let edits = [edit(0, 3, "x"), edit(2, 4, "y")];
        assert_eq!(apply("abcdef", &edits), Err(FixError::Overlap { at: 2 }));
    }

    #[test]
    fn refuses_two_insertions_at_one_place() {
        let edits = [edit(1, 1, "x"), edit(1, 1, "y")];
        assert_eq!(apply("abc", &edits), Err(FixError::Overlap { at: 1 }));
    }

    #[test]
    fn refuses_to_cut_a_character_in_two() {
        assert_eq!(apply("部", &[edit(1, 3, "x")]), Err(FixError::OutOfPlace { at: 1 }));
        assert_eq!(apply("a", &[edit(0, 9, "x")]), Err(FixError::OutOfPlace { at: 0 }));
    }
}
