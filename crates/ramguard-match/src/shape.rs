//! A pattern measured apart from its text, for whoever keeps the texts of many patterns together.

use crate::Case;
use crate::pattern::{Cut, Middle};
use crate::word::{Folding, WORD, roughly};

/// Where the literal head and tail of a pattern end and start: all of a
/// [`Pattern`](crate::Pattern) but its text, in twelve bytes.
///
/// ```
/// use ramguard_match::{Case, Shape};
///
/// let shape = Shape::of("ecs:Describe*");
/// assert_eq!(shape.head_len(), 12);
/// assert!(shape.is_match("ecs:Describe*", "ecs:DescribeInstances", Case::Sensitive));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Shape {
    head: u32,
    tail: u32,
    middle: Middle,
}

impl Shape {
    /// Measures a pattern. Of one longer than 4 GiB it gives a shape that matches nothing.
    #[must_use]
    pub fn of(pattern: &str) -> Shape {
        let bytes = pattern.as_bytes();
        let head = first_wildcard(bytes);
        let cut = match bytes.get(head..) {
            Some([]) | None => Cut { head, tail: head, middle: Middle::Empty },
            // By far most patterns with a wildcard have a single star, at the end.
            Some([b'*']) => Cut { head, tail: head + 1, middle: Middle::Stars },
            Some(_) => Cut::of(bytes),
        };
        match (u32::try_from(cut.head), u32::try_from(cut.tail)) {
            (Ok(head), Ok(tail)) => Shape { head, tail, middle: cut.middle },
            _ => Shape { head: u32::MAX, tail: 0, middle: Middle::Empty },
        }
    }

    /// Returns the length, in bytes, of what stands before the first wildcard.
    #[inline]
    #[must_use]
    pub fn head_len(self) -> usize {
        self.head as usize
    }

    /// Returns whether the pattern has no wildcard.
    #[inline]
    #[must_use]
    pub fn is_literal(self) -> bool {
        self.middle == Middle::Empty
    }

    /// Returns where the literal tail starts, in bytes, of a pattern that has no other wildcards than
    /// stars side by side; `None` of any other. A text fits such a pattern that starts with the head
    /// and ends, behind that, with the tail.
    #[inline]
    #[must_use]
    pub fn tail_behind_stars(self) -> Option<usize> {
        (self.middle == Middle::Stars).then_some(self.tail as usize)
    }

    /// Returns whether the whole of `text` fits `pattern`, whose shape this is, as
    /// [`Pattern::is_match`](crate::Pattern::is_match) would. With the shape of another pattern
    /// the answer means nothing.
    #[inline]
    #[must_use]
    pub fn is_match(self, pattern: &str, text: &str, case: Case) -> bool {
        let cut = Cut { head: self.head as usize, tail: self.tail as usize, middle: self.middle };
        cut.parts(pattern.as_bytes()).is_some_and(|parts| match case {
            Case::Sensitive => parts.fit(text, Folding::<false>),
            Case::AsciiInsensitive => parts.fit(text, Folding::<true>),
        })
    }
}

/// Returns where the first wildcard is, the length of the text if there is none; eight bytes at a
/// time.
fn first_wildcard(text: &[u8]) -> usize {
    let in_word = |word: &[u8; WORD]| {
        let word = u64::from_le_bytes(*word);
        let found = roughly(word, b'*') | roughly(word, b'?');
        (found != 0).then_some(found.trailing_zeros() as usize / 8)
    };
    let (words, rest) = text.as_chunks();
    for (index, word) in words.iter().enumerate() {
        if let Some(at) = in_word(word) {
            return WORD * index + at;
        }
    }
    match text.last_chunk() {
        _ if rest.is_empty() => text.len(),
        // The last bytes may be looked at again, rather than one by one.
        Some(word) => in_word(word).map_or(text.len(), |at| text.len() - WORD + at),
        None => rest.iter().position(|byte| matches!(byte, b'*' | b'?')).unwrap_or(rest.len()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Pattern;

    #[test]
    fn the_first_wildcard_is_found_wherever_it_is() {
        for length in 0..40 {
            let mut text = vec![b'a'; length];
            assert_eq!(first_wildcard(&text), length);
            for at in (0..length).rev() {
                text[at] = if at % 2 == 0 { b'*' } else { b'?' };
                assert_eq!(first_wildcard(&text), at);
            }
        }
    }

    #[test]
    fn a_tail_is_told_where_stars_are_the_only_wildcards_and_side_by_side() {
        for (pattern, tail) in [
            ("ecs:*Image", Some("Image")),
            ("*a", Some("a")),
            ("ecs:Describe*", Some("")),
            ("ecs:**Image", Some("Image")),
            ("*", Some("")),
            ("ecs:Run", None),
            ("", None),
            ("ecs:?Image", None),
            ("ecs:*Image*", None),
            ("ecs:*Ima?e", None),
            ("ecs:?*Image", None),
        ] {
            let at = Shape::of(pattern).tail_behind_stars();
            assert_eq!(at.map(|at| &pattern[at..]), tail, "{pattern}");
        }
    }

    #[test]
    fn a_shape_and_its_text_match_what_the_pattern_matches() {
        for pattern in ["", "*", "a", "a*", "*a", "a*b", "*a*", "?", "a?*b*c", "A*"] {
            for text in ["", "a", "b", "ab", "aXb", "axbyc", "A", "ä"] {
                for case in [Case::Sensitive, Case::AsciiInsensitive] {
                    let shape = Shape::of(pattern);
                    let whole = Pattern::new(pattern, case).is_match(text);
                    assert_eq!(shape.is_match(pattern, text, case), whole, "{pattern} {text}");
                }
            }
        }
    }
}
