//! How a document is broken into lines, and the one form of `ramguard fmt`.
//!
//! Laying out changes blanks between tokens only: escapes and numbers stay as they are written. It
//! walks the text once, token by token; nothing recurses, whatever the nesting. Order of members
//! and form of lists are the business of RAM901 to RAM903, whose fixes [`canonical`] applies.

use ramguard_policy::Kind;
use ramguard_policy::json::{self, JsonLimits, Tree};

use crate::fix::{self, Applicability};
use crate::{Code, Level, Linter, Selector, Settings};

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

/// Writes a document as `ramguard fmt` does: elements in order, lists sorted and in one form
/// (RAM901 to RAM903, as the settings say), laid out as [`indented`] does.
///
/// `None` if the text is not strict JSON. Nothing is decided otherwise afterwards, and writing the
/// result again changes nothing more. A statement that RAM refuses is laid out and otherwise left
/// as it is. Blanks count towards the size of a document (decision D-10): one that would be refused
/// for them is written without any.
#[must_use]
pub fn canonical(kind: Kind, text: &str, settings: &Settings, indent: Indent) -> Option<String> {
    const STYLE: [Code; 3] = [Code::new(901), Code::new(902), Code::new(903)];
    let limits = &settings.read_options().limits;
    let bounds = JsonLimits { max_bytes: limits.max_read_bytes(), max_depth: limits.max_depth() };
    if !json::read(text, &bounds).is_strict_json() {
        return None;
    }
    let mut style = settings.clone();
    for meta in crate::registry::rules() {
        let level = STYLE.contains(&meta.code).then_some(Level::Note);
        style = style.with_level(Selector::from(meta.code), level);
    }
    let linter = Linter::new(style);
    // Without blanks first: what fits is then the same for every layout of one document.
    let mut compact = lay_out(text, Form::Compact);
    for _ in 0..MAX_ROUNDS {
        let findings = linter.lint(kind, &compact);
        let picked = fix::pick(&findings, Applicability::Safe);
        if picked.is_empty() {
            break;
        }
        compact = fix::apply(&compact, picked.into_iter().flat_map(|fix| fix.edits())).ok()?;
    }
    let indented = lay_out(&compact, Form::Indented(indent));
    let limit = limits.max_bytes(kind);
    if indented.len() <= limit || compact.len() > limit {
        return Some(indented);
    }
    if compact.len() < limit {
        compact.push('\n');
    }
    Some(compact)
}

/// A document is in order after three rounds: its members, those of a statement, its lists.
const MAX_ROUNDS: usize = 10;

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
        let limits = JsonLimits::default();
        let tree = json::read("{\"a\":1,}", &limits);
        assert_eq!(indented(&tree, Indent::Two), None);
    }

    #[test]
    fn the_canonical_form_has_one_order_and_one_form_of_lists() {
        let text = r#"{"Statement":[{"Resource":"*","Action":["ecs:b*","ecs:a*","ecs:b*"],
            "Condition":{"Bool":{"acs:MFAPresent":"true"}},"Effect":"Allow"}],"Version":"1"}"#;
        let settings = Settings::new();
        let written = canonical(Kind::Identity, text, &settings, Indent::Two).unwrap();
        let expected = r#"{
  "Version": "1",
  "Statement": [
    {
      "Effect": "Allow",
      "Action": [
        "ecs:a*",
        "ecs:b*"
      ],
      "Resource": ["*"],
      "Condition": {
        "Bool": {
          "acs:MFAPresent": ["true"]
        }
      }
    }
  ]
}
"#;
        assert_eq!(written, expected);
        let again = canonical(Kind::Identity, &written, &settings, Indent::Two);
        assert_eq!(again.as_deref(), Some(expected));
    }

    #[test]
    fn a_document_that_would_become_too_large_is_written_without_blanks() {
        let actions: Vec<String> = (100..400).map(|n| format!("\"ecs:Action{n}\"")).collect();
        let text = format!(
            r#"{{"Version":"1","Statement":[{{"Effect":"Allow","Action":[{}],"Resource":["*"]}}]}}"#,
            actions.join(",")
        );
        assert!(text.len() < 6_144 && lay_out(&text, Form::Indented(Indent::Two)).len() > 6_144);
        let written = canonical(Kind::Identity, &text, &Settings::new(), Indent::Two);
        assert_eq!(written, Some(text + "\n"));
    }

    #[test]
    fn four_blanks_are_told_from_two() {
        assert_eq!(Indent::of("{\n    \"a\": 1\n}"), Indent::Four);
        assert_eq!(Indent::of("{\n  \"a\": {\n    \"b\": 1\n  }\n}"), Indent::Two);
        assert_eq!(Indent::of("{}"), Indent::Two);
    }
}
