//! Policies in the fenced blocks of Markdown.
//!
//! A block counts if its language is JSON or not told, and if it is an object with statements, or
//! an answer of the RAM API that holds such objects. Blocks in lists and quotes are read without
//! what stands before each line.

use ramguard_policy::text::Span;

use super::span_map::MappedText;
use super::{Collector, ExtractError, json};

/// Collects the policies of a file.
pub(super) fn collect(found: &mut Collector<'_>) -> Result<(), ExtractError> {
    let file = found.file;
    if !file.contains("tatement") && !file.contains("olicyDocument") {
        return Ok(());
    }
    let mut block: Option<Block<'_>> = None;
    let mut number = 0;
    let mut at = 0;
    for line in file.split_inclusive('\n') {
        let (start, end) = (at, at + line.len());
        at = end;
        let (before, words) = cut(line, block.as_ref().map(|block| block.indent));
        match &mut block {
            None => {
                if let Some(opened) = Block::open(before, words) {
                    number += 1;
                    block = Some(opened);
                }
            }
            Some(open) if open.is_closed_by(words) => {
                finish(found, block.take(), number)?;
            }
            Some(open) => {
                // Offsets within a file of at most 16 MiB.
                let offset = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
                open.text.copy(file, Span::new(offset(start + before), offset(end)));
            }
        }
    }
    finish(found, block, number)
}

fn finish(
    found: &mut Collector<'_>,
    block: Option<Block<'_>>,
    number: usize,
) -> Result<(), ExtractError> {
    let Some(block) = block.filter(|block| block.is_json()) else { return Ok(()) };
    let (text, map) = block.text.finish();
    if !text.trim_start().starts_with(['{', '[']) {
        return Ok(());
    }
    json::collect_within(found, &text, &map.taking_json(), &format!("block {number}"))
}

/// Returns how many bytes stand before the words of a line, no more than `most` of them, and the
/// words.
fn cut(line: &str, most: Option<usize>) -> (usize, &str) {
    let words = line.trim_start_matches([' ', '\t', '>']);
    let before = line.len() - words.len();
    let before = before.min(most.unwrap_or(before));
    (before, words)
}

struct Block<'f> {
    /// What stands before each line of it.
    indent: usize,
    fence: &'f str,
    language: &'f str,
    text: MappedText,
}

impl<'f> Block<'f> {
    fn open(indent: usize, words: &'f str) -> Option<Self> {
        let fence_char = words.chars().next().filter(|c| matches!(c, '`' | '~'))?;
        let info = words.trim_start_matches(fence_char);
        let fence = words.strip_suffix(info)?;
        // Three of them in a line of prose, closed on the same line, are no fence.
        if fence.len() < 3 || info.contains('`') {
            return None;
        }
        let language = info.split_whitespace().next().unwrap_or_default();
        Some(Self { indent, fence, language, text: MappedText::default() })
    }

    fn is_closed_by(&self, words: &str) -> bool {
        words.strip_prefix(self.fence).is_some_and(|rest| {
            let same = self.fence.chars().next().unwrap_or_default();
            rest.trim_start_matches(same).trim().is_empty()
        })
    }

    fn is_json(&self) -> bool {
        ["", "json", "jsonc", "json5"].iter().any(|name| self.language.eq_ignore_ascii_case(name))
    }
}

#[cfg(test)]
mod tests {
    use super::super::documents;

    fn found(file: &str) -> Vec<(String, String)> {
        let found = documents("x.md", file).unwrap();
        found.documents.into_iter().map(|document| (document.name, document.text)).collect()
    }

    #[test]
    fn a_block_of_json_with_statements_is_a_policy() {
        let file = "x\n```json\n{\"Statement\": []}\n```\n";
        assert_eq!(found(file), [("block 1".into(), "{\"Statement\": []}\n".into())]);
    }

    #[test]
    fn blocks_of_other_things_are_left_alone_and_counted() {
        let file = "```sh\n{\"Statement\": []}\n```\n```json\n{\"RequestId\": 1}\n```\n\
                    ~~~~ JSON\n{\"Statement\": []}\n~~~~\n";
        assert_eq!(found(file), [("block 3".into(), "{\"Statement\": []}\n".into())]);
    }

    #[test]
    fn what_stands_before_each_line_of_a_list_is_no_part_of_the_policy() {
        let file = "1. x\n\n   ```json\n   {\n     \"Statement\": []\n   }\n   ```\n";
        assert_eq!(found(file)[0].1, "{\n  \"Statement\": []\n}\n");
    }

    #[test]
    fn a_fence_left_open_runs_to_the_end() {
        assert_eq!(found("```json\n{\"Statement\": []").len(), 1);
    }
}
