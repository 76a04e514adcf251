//! Laying a document out changes blanks and order, and nothing that is decided.

use ramguard_lint::Settings;
use ramguard_lint::layout::{self, Indent};
use ramguard_policy::json::{self, JsonLimits};
use ramguard_policy::{Kind, Policy};
use serde_json::Value;

use super::fixing::decide_alone;
use super::{Verdict, law};
use crate::generate::requests_around;

/// Laying a text out keeps every token: what it says is the same value, the policy in it an equal
/// one, and laying it out again changes nothing. A text that is not strict JSON is not laid out.
///
/// # Errors
/// The text that came out otherwise.
pub fn layout_keeps_every_token(kind: Kind, text: &str) -> Verdict {
    let limits = JsonLimits::default();
    for indent in [Indent::Two, Indent::Four] {
        let tree = json::read(text, &limits);
        let Some(written) = layout::indented(&tree, indent) else {
            law(!tree.is_strict_json(), || format!("not laid out: {text:?}"))?;
            continue;
        };
        let tree = json::read(&written, &limits);
        let again = layout::indented(&tree, indent);
        law(again.as_deref() == Some(&written), || {
            format!("laid out again: {text:?} became {written:?} became {again:?}")
        })?;
        law(tokens(text).eq(tokens(&written)), || format!("{text:?} became {written:?}"))?;
        let read = |text: &str| serde_json::from_str::<Value>(text).ok();
        law(read(text) == read(&written), || format!("{text:?} became {written:?}"))?;
        let parse = |text: &str| Policy::parse_with(kind, text, &super::reading::roomy()).ok();
        law(parse(text) == parse(&written), || {
            format!("{kind} {text:?}: another policy once laid out: {written:?}")
        })?;
    }
    Ok(())
}

/// The characters of a JSON text but for the blanks between its tokens.
fn tokens(text: &str) -> impl Iterator<Item = char> {
    let (mut in_string, mut escaped) = (false, false);
    text.chars().filter(move |c| {
        let was_in_string = in_string;
        match c {
            '"' if !escaped => in_string = !in_string,
            _ => {}
        }
        escaped = was_in_string && *c == '\\' && !escaped;
        was_in_string || !matches!(c, ' ' | '\t' | '\n' | '\r')
    })
}

/// The canonical form of a document is stable, and decides requests around it as the document
/// does.
///
/// # Errors
/// The document that came out otherwise.
pub fn canonical_form_changes_nothing(kind: Kind, text: &str) -> Verdict {
    let settings = Settings::new();
    let Some(written) = layout::canonical(kind, text, &settings, Indent::Two) else {
        return Ok(());
    };
    let again = layout::canonical(kind, &written, &settings, Indent::Two);
    law(again.as_deref() == Some(&written), || {
        format!("written again: {text} became {written} became {again:?}")
    })?;
    let Ok(before) = Policy::parse_as(kind, text) else { return Ok(()) };
    let after = Policy::parse_as(kind, &written).map_err(|error| format!("{error}: {text}"))?;
    let requests = requests_around(&before);
    let (was, is) = (decide_alone(before, &requests), decide_alone(after, &requests));
    law(was == is, || format!("{text} became {written}"))
}

#[cfg(test)]
mod tests {
    use super::tokens;

    #[test]
    fn blanks_count_inside_strings_only() {
        let kept = |text: &str| tokens(text).collect::<String>();
        assert_eq!(kept("{ \"a b\" : [1 , \"\\\" \\\\\"] }"), "{\"a b\":[1,\"\\\" \\\\\"]}");
    }
}
