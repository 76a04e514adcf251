//! The comments of files that may have some: Terraform and YAML.
//!
//! Always holds here: what stands inside a string is no comment, so no policy speaks as the file
//! around it; and a file is read once, in time proportional to its length.

use ramguard_policy::text::Span;

use super::{ExtractError, Format, yaml};

/// A comment to the end of its line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Comment<'f> {
    /// Its words, without the sign it starts with.
    pub(crate) words: &'f str,
    /// Where it stands, its sign included.
    pub(crate) span: Span,
    /// Whether nothing stands before it on its line.
    pub(crate) is_alone: bool,
}

/// Returns the comments of a file by the name of `path`, in order; none for formats without any.
///
/// # Errors
/// The file is not what its name says.
pub(crate) fn comments<'f>(path: &str, text: &'f str) -> Result<Vec<Comment<'f>>, ExtractError> {
    match Format::of(path, text) {
        Format::Terraform => Ok(terraform(text)),
        Format::Yaml => in_yaml(text),
        Format::Json | Format::Markdown => Ok(Vec::new()),
    }
}

/// What the reader of Terraform is inside of.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Inside {
    /// An expression that ends with the brace that closes it; the number of braces open in it.
    Hole(u32),
    /// A string in quotes.
    Quotes,
}

fn terraform(text: &str) -> Vec<Comment<'_>> {
    let mut found = Vec::new();
    let mut stack: Vec<Inside> = Vec::new();
    let mut at = 0;
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let mut length = c.len_utf8();
        let is_hole = rest.starts_with("${") || rest.starts_with("%{");
        match (stack.last_mut(), c) {
            (Some(Inside::Quotes), '\\') => length += rest.chars().nth(1).map_or(0, char::len_utf8),
            (Some(Inside::Quotes), '"') => drop(stack.pop()),
            (Some(Inside::Quotes), _) if rest.starts_with("$${") || rest.starts_with("%%{") => {
                length = 3;
            }
            (Some(Inside::Quotes), _) if is_hole => {
                length = 2;
                stack.push(Inside::Hole(0));
            }
            (Some(Inside::Quotes), _) => {}
            (_, '"') => stack.push(Inside::Quotes),
            (Some(Inside::Hole(open)), '{') => *open += 1,
            (Some(Inside::Hole(0)), '}') => drop(stack.pop()),
            (Some(Inside::Hole(open)), '}') => *open -= 1,
            (_, '<') if rest.starts_with("<<") => length = heredoc(rest),
            (_, '/') if rest.starts_with("/*") => {
                length = rest.find("*/").map_or(rest.len(), |end| end + 2);
            }
            (_, '#') => {
                length = line_of(rest).len();
                found.push(comment(text, at, length, 1));
            }
            (_, '/') if rest.starts_with("//") => {
                length = line_of(rest).len();
                found.push(comment(text, at, length, 2));
            }
            _ => {}
        }
        at += length;
        rest = text.get(at..).unwrap_or_default();
    }
    found
}

/// Returns the length of a heredoc, or of the two signs if it is none.
fn heredoc(rest: &str) -> usize {
    let head = line_of(rest);
    let mark = head.trim_start_matches("<<").trim_start_matches('-').trim();
    let is_mark = |c: char| c.is_alphanumeric() || c == '_' || c == '-';
    if mark.is_empty() || !mark.chars().all(is_mark) {
        return 2;
    }
    let mut length = head.len() + 1;
    for line in rest.get(length..).unwrap_or_default().split('\n') {
        if line.trim() == mark {
            return length + line.len();
        }
        length += line.len() + 1;
    }
    rest.len()
}

fn line_of(rest: &str) -> &str {
    rest.split('\n').next().unwrap_or_default()
}

fn comment(text: &str, at: usize, length: usize, sign: usize) -> Comment<'_> {
    let words = text.get(at + sign..at + length).unwrap_or_default().trim();
    let before = text.get(..at).unwrap_or_default().rsplit('\n').next().unwrap_or_default();
    let offset = |at| u32::try_from(at).unwrap_or(u32::MAX);
    let end = text.get(at..at + length).unwrap_or_default().trim_end().len();
    let span = Span::new(offset(at), offset(at + end));
    Comment { words, span, is_alone: before.trim().is_empty() }
}

fn in_yaml(text: &str) -> Result<Vec<Comment<'_>>, ExtractError> {
    let scalars = yaml::scalars(text)?;
    let mut found = Vec::new();
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let signs = line.match_indices('#').filter(|(at, _)| {
            let before = line.get(..*at).unwrap_or_default();
            before.is_empty() || before.ends_with([' ', '\t'])
        });
        // The first sign outside of a scalar begins the comment.
        let first = signs.map(|(at, _)| start + at).find(|at| {
            let index = scalars.partition_point(|span| (span.end as usize) <= *at);
            scalars.get(index).is_none_or(|span| (span.start as usize) > *at)
        });
        if let Some(at) = first {
            found.push(comment(text, at, start + line.trim_end().len() - at, 1));
        }
        start += line.len();
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words<'f>(path: &str, text: &'f str) -> Vec<(&'f str, bool)> {
        let found = comments(path, text).unwrap();
        for comment in &found {
            assert!(text[comment.span.range()].ends_with(comment.words));
        }
        found.iter().map(|comment| (comment.words, comment.is_alone)).collect()
    }

    #[test]
    fn comments_of_terraform_are_found_outside_of_strings() {
        let text = "# one\na = \"# no ${ b(\"}#\") } \\\" # no\" # two\n/* # no */ // three\r\n\
                    c = <<-EOT\n# no\n  EOT\n  # four\nd = 1 << 2 # five";
        assert_eq!(
            words("a.tf", text),
            [("one", true), ("two", false), ("three", false), ("four", true), ("five", false)]
        );
    }

    #[test]
    fn a_string_that_does_not_end_holds_no_comment() {
        for text in ["a = \"# x", "a = <<EOT\n# x", "a = \"${ {", "/* # x"] {
            assert_eq!(words("a.tf", text), [], "{text}");
        }
    }

    #[test]
    fn comments_of_yaml_are_found_outside_of_strings() {
        let text = "# one\na: \"x # no\" # two\nb: |\n  # no\n  x\nc: x#no # three\n# four\n";
        assert_eq!(
            words("a.yml", text),
            [("one", true), ("two", false), ("three", false), ("four", true)]
        );
    }

    #[test]
    fn json_has_no_comments() {
        assert_eq!(words("a.json", "{} # x"), []);
    }
}
