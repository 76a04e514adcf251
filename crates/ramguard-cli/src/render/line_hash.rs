//! What GitHub knows a line by when the lines around it move: `primaryLocationLineHash` of SARIF.
//!
//! The action that uploads a report to code scanning works the same hash out of the files it finds
//! and warns where a report says another, so this is its recipe: a rolling hash, in 64 bits that
//! wrap, over the first 100 characters from the start of the line on, blanks and tabs left out and
//! every end of a line as `\n`; then the mark of the end and zeros; in hexadecimal digits, and behind
//! a colon the number of the line among those with that hash. Characters are units of UTF-16.

use std::collections::{HashMap, VecDeque};

/// So many characters make a hash.
const BLOCK: usize = 100;
/// What the hash so far is multiplied by for each character.
const FACTOR: u64 = 37;
/// The mark of the end.
const END: u16 = 0xFFFF;

/// The hashes of the lines of one file; none where its text is not here.
#[derive(Debug, Default)]
pub(super) struct LineHashes {
    /// Of each line its hash, and its number among the lines with the same.
    lines: Vec<(u64, u32)>,
}

/// The characters a hash is made of, the oldest first, each with whether a line starts with it.
struct Window {
    units: VecDeque<(u16, bool)>,
    hash: u64,
    seen: HashMap<u64, u32>,
    lines: Vec<(u64, u32)>,
}

impl LineHashes {
    /// Works out the hashes of a text.
    pub(super) fn of(text: Option<&str>) -> Self {
        let Some(text) = text else { return Self::default() };
        let mut window = Window {
            units: std::iter::repeat_n((0, false), BLOCK).collect(),
            hash: 0,
            seen: HashMap::new(),
            lines: Vec::new(),
        };
        let (mut is_start, mut is_after_return) = (true, false);
        for unit in text.encode_utf16().chain([END]) {
            let is_skipped = is_after_return && unit == u16::from(b'\n');
            is_after_return = unit == u16::from(b'\r');
            if is_skipped || unit == u16::from(b' ') || unit == u16::from(b'\t') {
                is_after_return = false;
                continue;
            }
            let unit = if is_after_return { u16::from(b'\n') } else { unit };
            window.push(unit, is_start);
            is_start = unit == u16::from(b'\n');
        }
        for _ in 0..BLOCK {
            window.push(0, false);
        }
        Self { lines: window.lines }
    }

    /// Returns the hash of a line, counted from 1.
    pub(super) fn of_line(&self, line: u32) -> Option<String> {
        let (hash, number) = self.lines.get(line.checked_sub(1)? as usize)?;
        Some(format!("{hash:x}:{number}"))
    }
}

impl Window {
    fn push(&mut self, unit: u16, is_start: bool) {
        let (oldest, is_line) = self.units.pop_front().unwrap_or_default();
        if is_line {
            let number = self.seen.entry(self.hash).or_insert(0);
            *number = number.saturating_add(1);
            self.lines.push((self.hash, *number));
        }
        let gone = FACTOR.wrapping_pow(BLOCK as u32).wrapping_mul(u64::from(oldest));
        self.hash = self.hash.wrapping_mul(FACTOR).wrapping_add(unit.into()).wrapping_sub(gone);
        self.units.push_back((unit, is_start));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hashes(text: &str) -> Vec<String> {
        let hashes = LineHashes::of(Some(text));
        (1..).map_while(|line| hashes.of_line(line)).collect()
    }

    /// Hashes that the action is known to make.
    #[test]
    fn a_line_has_the_hash_that_the_action_gives_it() {
        assert_eq!(hashes(""), ["c129715d7a2bc9a3:1"]);
        assert_eq!(
            hashes(" a\nb\n  \t\tc\n d"),
            ["271789c17abda88f:1", "54703d4cd895b18:1", "180aee12dab6264:1", "a23a3dc5e078b07b:1"]
        );
    }

    #[test]
    fn equal_lines_are_numbered() {
        let hashes = hashes(&"Lorem ipsum dolor sit amet.\n".repeat(10));
        assert_eq!(hashes.len(), 11);
        assert_eq!((&*hashes[0], &*hashes[5]), ("a7f2ff13bc495cf2:1", "a7f2ff13bc495cf2:6"));
        assert_eq!(hashes[6], "a7f2ff1481e87703:1");
    }

    #[test]
    fn the_end_of_a_line_is_the_same_however_it_is_written() {
        let text = " hello; \t\nworld!!!\n\n\n  \t\tGreetings\n End\n";
        for end in ["\r", "\r\n"] {
            assert_eq!(hashes(&text.replace('\n', end)), hashes(text));
        }
        assert_eq!(hashes(text)[1], "fb7c023a8b9ccb3f:1");
    }
}
