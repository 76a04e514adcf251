//! Moves some actions of a statement into a statement of their own, written behind it.
//!
//! Always holds here:
//!
//! * the new statement is a copy of the old one but for its actions, its `Sid`, which has to stay
//!   unique, and the [`Change`] it is made for;
//! * where every action would move, nothing does: the change is made in place.

use ramguard_policy::json::{Kind as JsonKind, Value};
use ramguard_policy::text::Span;

use crate::edit;
use crate::fix::{self, Edit};
use crate::subject::{StatementView, Subject, TestView};

/// What is different for the actions that move.
#[derive(Default)]
pub(crate) struct Change {
    /// The member of the statement that is left out, by its key.
    without: Option<Span>,
    edits: Vec<Edit>,
}

impl Change {
    /// The resource is every resource.
    pub(crate) fn any_resource(statement: &StatementView<'_>) -> Option<Self> {
        let resources = statement.resources.as_ref()?;
        let any = match resources.value.kind() {
            JsonKind::Array => "[\"*\"]",
            _ => "\"*\"",
        };
        let edits = vec![edit::replace(resources.value.span(), any)];
        Some(Self { without: None, edits })
    }

    /// One condition less.
    pub(crate) fn without_test(statement: &StatementView<'_>, test: &TestView<'_>) -> Option<Self> {
        let condition = statement.condition?;
        let operator = condition.members().find(|member| member.key_span == test.operator_span)?;
        if operator.value.len() > 1 {
            let edits = edit::remove_members(operator.value, &[test.key_span]);
            return Some(Self { without: None, edits });
        }
        if condition.len() > 1 {
            let edits = edit::remove_members(condition, &[test.operator_span]);
            return Some(Self { without: None, edits });
        }
        let members = statement.value.members();
        let member = members.into_iter().find(|m| m.value.span() == condition.span())?;
        Some(Self { without: Some(member.key_span), edits: Vec::new() })
    }
}

/// Moves the actions that stand at `moved` out of `statement`, and applies `change` to them alone.
/// `None` where the text does not allow for it.
pub(crate) fn split(
    subject: &Subject<'_>,
    statement: &StatementView<'_>,
    moved: &[Span],
    change: Change,
) -> Option<Vec<Edit>> {
    let actions = statement.actions.as_ref()?;
    if actions.words.iter().all(|word| moved.contains(&word.span)) {
        let removed = change.without.map(|key| edit::remove_members(statement.value, &[key]));
        return Some(change.edits.into_iter().chain(removed.into_iter().flatten()).collect());
    }
    if actions.value.kind() != JsonKind::Array {
        return None;
    }
    let mut left_out: Vec<Span> = change.without.into_iter().collect();
    let sid = statement.value.members().find(|member| member.key == "Sid");
    left_out.extend(sid.map(|member| member.key_span));
    let mut edits = change.edits;
    edits.extend(edit::remove_members(statement.value, &left_out));
    edits.extend(kept(actions.value, moved));
    let copy = written_with(subject.text(), statement.value, edits)?;
    let mut edits = edit::remove_elements(actions.value, moved);
    edits.push(insert_statement(subject, statement, &copy)?);
    Some(edits)
}

/// Inserts a statement, written out, behind another one.
pub(crate) fn insert_statement(
    subject: &Subject<'_>,
    after: &StatementView<'_>,
    statement: &str,
) -> Option<Edit> {
    let list = subject.root()?.get("Statement").filter(|list| list.kind() == JsonKind::Array)?;
    edit::insert_element(subject.text(), list, after.value.span(), statement)
}

/// Removes all elements of a list but those that stand at `spans`.
fn kept(list: Value<'_>, spans: &[Span]) -> Vec<Edit> {
    let others: Vec<Span> = list
        .elements()
        .map(|element| element.span())
        .filter(|span| !spans.contains(span))
        .collect();
    edit::remove_elements(list, &others)
}

/// The text of a value with edits inside it applied.
fn written_with(source: &str, value: Value<'_>, edits: Vec<Edit>) -> Option<String> {
    let span = value.span();
    let text = source.get(span.range())?;
    let moved: Option<Vec<Edit>> = edits
        .into_iter()
        .map(|edit| {
            let start = edit.span.start.checked_sub(span.start)?;
            let end = edit.span.end.checked_sub(span.start)?;
            Some(edit::replace(Span::new(start, end), edit.text))
        })
        .collect();
    fix::apply(text, &moved?).ok()
}

#[cfg(test)]
mod tests {
    use ramguard_policy::{Document, Kind};

    use super::*;
    use crate::Settings;

    const TEXT: &str = r#"{
  "Version": "1",
  "Statement": [
    {
      "Sid": "a",
      "Effect": "Allow",
      "Action": [
        "oss:ListBuckets",
        "oss:GetObject",
        "oss:PutObject"
      ],
      "Resource": "acs:oss:*:*:b/*",
      "Condition": { "StringEquals": { "acs:SourceVpc": "vpc-1" } }
    }
  ]
}"#;

    fn moved(numbers: &[usize], change: fn(&StatementView<'_>) -> Option<Change>) -> String {
        let document = Document::read(Kind::Identity, TEXT);
        let settings = Settings::new();
        let subject = Subject::new(&document, &settings);
        let statement = &subject.statements[0];
        let words = statement.action_words();
        let spans: Vec<Span> = numbers.iter().map(|&number| words[number].span).collect();
        let edits = split(&subject, statement, &spans, change(statement).unwrap()).unwrap();
        fix::apply(TEXT, &edits).unwrap()
    }

    fn without_test(statement: &StatementView<'_>) -> Option<Change> {
        Change::without_test(statement, &statement.tests[0])
    }

    #[test]
    fn an_action_moves_into_a_copy_that_differs_in_its_resource_only() {
        let expected = r#"{
  "Version": "1",
  "Statement": [
    {
      "Sid": "a",
      "Effect": "Allow",
      "Action": [
        "oss:GetObject",
        "oss:PutObject"
      ],
      "Resource": "acs:oss:*:*:b/*",
      "Condition": { "StringEquals": { "acs:SourceVpc": "vpc-1" } }
    },
    {
      "Effect": "Allow",
      "Action": [
        "oss:ListBuckets"
      ],
      "Resource": "*",
      "Condition": { "StringEquals": { "acs:SourceVpc": "vpc-1" } }
    }
  ]
}"#;
        assert_eq!(moved(&[0], Change::any_resource), expected);
    }

    #[test]
    fn the_last_condition_goes_with_its_element() {
        let text = moved(&[1, 2], without_test);
        assert!(text.contains("\"Resource\": \"acs:oss:*:*:b/*\"\n    }\n  ]"), "{text}");
        assert_eq!(text.matches("Condition").count(), 1, "{text}");
    }

    #[test]
    fn where_every_action_would_move_the_statement_itself_is_changed() {
        let text = moved(&[0, 1, 2], without_test);
        assert_eq!(text.matches("Effect").count(), 1, "{text}");
        assert!(!text.contains("Condition"), "{text}");
    }
}
