//! How a document is broken into lines.
//!
//! Only blanks between tokens change: order of members, escapes and numbers stay as they are
//! written. Walks the text once, token by token; nothing recurses, whatever the nesting.

use ramguard_policy::json::Tree;

/// How far each level of the indented form is set in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Indent {
    /// Two blanks.
    #[default]
    Two,
    /// Four blanks.
    Four,
}

impl Indent {
    /// Returns the number of blanks.
    #[must_use]
    pub const fn width(self) -> usize {
        match self {
            Self::Two => 2,
            Self::Four => 4,
        }
    }

    /// Guesses what the author of a text uses: four if the first line that is set in is by four
    /// blanks or more, else two.
    #[must_use]
    pub fn of(text: &str) -> Self {
        let set_in = |line: &str| line.len() - line.trim_start_matches(' ').len();
        let first = text.lines().map(set_in).find(|width| *width > 0);
        if first.is_some_and(|width| width >= 4) { Self::Four } else { Self::Two }
    }
}

/// A way to lay out a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// A line for every member and element, but for lists of at most one scalar; a line end last.
    Indented(Indent),
    /// One line, a blank behind every comma and colon.
    Spaced,
    /// No blank at all.
    Compact,
}

/// Lays a text out in the indented form, the one of `ramguard fmt`: a line for every member and
/// element, lists of at most one string on one line, a line end last.
///
/// `None` if the text is not strict JSON. Laying out twice changes nothing more. Takes time in
/// proportion to the text that comes out, which may be longer than the text that goes in by the
/// nesting times the indent for every token.
///
/// ```
/// use ramguard_lint::layout::{Indent, indented};
/// use ramguard_policy::json::{self, JsonLimits};
///
/// let tree = json::read(r#"{"Version":"1","Statement":[]}"#, &JsonLimits::default());
/// let text = indented(&tree, Indent::Two);
/// assert_eq!(text.as_deref(), Some("{\n  \"Version\": \"1\",\n  \"Statement\": []\n}\n"));
/// ```
#[must_use]
pub fn indented(tree: &Tree<'_>, indent: Indent) -> Option<String> {
    tree.is_strict_json().then(|| lay_out(tree.source(), Form::Indented(indent)))
}

/// Lays out a text that is strict JSON.
pub(crate) fn lay_out(source: &str, form: Form) -> String {
    let mut out = String::with_capacity(source.len() + source.len() / 2);
    let mut tokens = Tokens { rest: source };
    let mut level = 0_usize;
    while let Some(token) = tokens.next() {
        match token {
            "{" | "[" => {
                out.push_str(token);
                if let Some(inside) = tokens.short_inside(token) {
                    out.push_str(inside);
                    out.extend(tokens.next());
                } else {
                    level += 1;
                    break_line(&mut out, form, level);
                }
            }
            "}" | "]" => {
                level = level.saturating_sub(1);
                break_line(&mut out, form, level);
                out.push_str(token);
            }
            "," => {
                out.push(',');
                match form {
                    Form::Spaced => out.push(' '),
                    _ => break_line(&mut out, form, level),
                }
            }
            ":" => out.push_str(if form == Form::Compact { ":" } else { ": " }),
            scalar => out.push_str(scalar),
        }
    }
    if matches!(form, Form::Indented(_)) {
        out.push('\n');
    }
    out
}

fn break_line(out: &mut String, form: Form, level: usize) {
    if let Form::Indented(indent) = form {
        out.push('\n');
        out.extend(std::iter::repeat_n(' ', level * indent.width()));
    }
}

/// The tokens of a text that is strict JSON, blanks left out.
#[derive(Clone)]
struct Tokens<'t> {
    rest: &'t str,
}

impl<'t> Tokens<'t> {
    /// Takes what stands inside the bracket that was just opened, if it fits beside it: nothing,
    /// or the only scalar of a list. The closing bracket is next then.
    fn short_inside(&mut self, open: &str) -> Option<&'t str> {
        let mut ahead = self.clone();
        let first = ahead.next()?;
        match (open, first) {
            ("{", "}") | ("[", "]") => Some(""),
            ("[", "{" | "[") => None,
            ("[", scalar) => {
                let closing = ahead.clone();
                (ahead.next() == Some("]")).then(|| {
                    *self = closing;
                    scalar
                })
            }
            _ => None,
        }
    }
}

impl<'t> Iterator for Tokens<'t> {
    type Item = &'t str;

    fn next(&mut self) -> Option<&'t str> {
        let is_blank = |c: char| matches!(c, ' ' | '\t' | '\n' | '\r');
        self.rest = self.rest.trim_start_matches(is_blank);
        let length = match self.rest.bytes().next()? {
            b'{' | b'}' | b'[' | b']' | b',' | b':' => 1,
            b'"' => {
                let mut escaped = false;
                let inside = self.rest.bytes().skip(1).position(|byte| {
                    let ends = byte == b'"' && !escaped;
                    escaped = byte == b'\\' && !escaped;
                    ends
                });
                inside.map_or(self.rest.len(), |at| at + 2)
            }
            _ => {
                let ends = |c: char| is_blank(c) || matches!(c, ',' | ']' | '}');
                self.rest.find(ends).unwrap_or(self.rest.len())
            }
        };
        // Not strict JSON after all: what cannot be told apart is one token.
        let (token, rest) = self.rest.split_at_checked(length.max(1)).unwrap_or((self.rest, ""));
        self.rest = rest;
        Some(token)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str =
        "{ \"a\" :[ ], \"b\":{},\"c\" : [\"x, \\\" ]\" ],\r\n\"d\":[1,{\"e\":null}]}";

    #[test]
    fn lists_of_at_most_one_scalar_stay_on_their_line() {
        assert_eq!(
            lay_out(TEXT, Form::Indented(Indent::Two)),
            "{\n  \"a\": [],\n  \"b\": {},\n  \"c\": [\"x, \\\" ]\"],\n  \"d\": [\n    1,\n    \
             {\n      \"e\": null\n    }\n  ]\n}\n"
        );
    }

    #[test]
    fn one_line_has_blanks_behind_commas_and_colons_or_none() {
        let spaced = r#"{"a": [], "b": {}, "c": ["x, \" ]"], "d": [1, {"e": null}]}"#;
        let compact = r#"{"a":[],"b":{},"c":["x, \" ]"],"d":[1,{"e":null}]}"#;
        assert_eq!(lay_out(TEXT, Form::Spaced), spaced);
        assert_eq!(lay_out(TEXT, Form::Compact), compact);
    }

    #[test]
    fn laying_out_again_changes_nothing() {
        let forms = [Form::Indented(Indent::Four), Form::Spaced, Form::Compact];
        for form in forms {
            let once = lay_out(TEXT, form);
            assert_eq!(lay_out(&once, form), once);
        }
    }

    #[test]
    fn the_indented_form_is_how_a_policy_is_written_for_people() {
        let policy = ramguard_policy::Policy::parse(
            r#"{"Version":"1","Statement":[{"Effect":"Allow","Action":["ecs:*","oss:*"],
                "Resource":"*","Condition":{"Bool":{"acs:MFAPresent":"true"}}}]}"#,
        )
        .unwrap();
        let indented = lay_out(&policy.to_json(), Form::Indented(Indent::Two));
        assert_eq!(indented, policy.to_json_pretty());
    }

    #[test]
    fn a_text_that_is_not_strict_json_is_not_laid_out() {
        let limits = ramguard_policy::json::JsonLimits::default();
        let tree = ramguard_policy::json::read("{\"a\":1,}", &limits);
        assert_eq!(indented(&tree, Indent::Two), None);
    }

    #[test]
    fn four_blanks_are_told_from_two() {
        assert_eq!(Indent::of("{\n    \"a\": 1\n}"), Indent::Four);
        assert_eq!(Indent::of("{\n  \"a\": {\n    \"b\": 1\n  }\n}"), Indent::Two);
        assert_eq!(Indent::of("{}"), Indent::Two);
    }
}
