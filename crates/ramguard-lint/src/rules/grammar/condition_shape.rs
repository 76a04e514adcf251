use ramguard_policy::condition::{ConditionKey, Operator};
use ramguard_policy::text::Span;
use ramguard_policy::{Problem, ProblemKind};

use crate::edit;
use crate::fix::Applicability;
use crate::message::Text;
use crate::rule::{Described, Rule, Verdict, rule};
use crate::subject::{Subject, TestView};

rule! {
    /// # What it finds
    /// A `Condition` that is not a map from operator to key to values: a list, null, an operator
    /// without a key, or operator and key in the wrong order.
    ///
    /// # Why it matters
    /// RAM refuses it.
    ///
    /// # Instead
    /// `"Condition": { "IpAddress": { "acs:SourceIp": ["203.0.113.7"] } }`
    pub(crate) struct ConditionShape;
    code = 220, name = "condition-shape", level = Error, preset = Default, needs = Text;
    fix = Unsafe;
    message = "condition must be `{\"Operator\": {\"key\": [\"value\"]}}`"
        / "条件的形式应为 `{\"Operator\": {\"key\": [\"value\"]}}`";
    page_zh = "# 检查内容\n`Condition` 不是“运算符 → 键 → 值”的结构：是列表、null，运算符下没有键，或运算符与键写反。\n\n# 为什么重要\nRAM 会拒绝。\n\n# 改法\n`\"Condition\": { \"IpAddress\": { \"acs:SourceIp\": [\"203.0.113.7\"] } }`\n";
}

const SWAPPED: Text = Text::new(
    "condition key `{key}` and operator `{operator}` are swapped",
    "条件键 `{key}` 与运算符 `{operator}` 写反了",
);
const SWAP: Text = Text::new("swap the two", "交换两者");

impl Rule for ConditionShape {
    fn explain(&self, subject: &Subject<'_>, problem: &Problem) -> Verdict {
        let span = problem.span();
        match problem.kind() {
            ProblemKind::DataType { element, .. }
                if &**element == "`Condition`" || element.starts_with("condition operator `") =>
            {
                self.draft(span).into()
            }
            ProblemKind::EmptyList { element } if element.starts_with("condition operator `") => {
                self.draft(span).into()
            }
            ProblemKind::InvalidOperator { .. } => {
                let swapped = swapped_at(subject, |test| test.operator_span, span);
                let Some(first) = swapped.first() else { return Verdict::NotMine };
                let swap = match swapped.as_slice() {
                    [only] => vec![
                        edit::to_string(only.operator_span, only.key),
                        edit::to_string(only.key_span, only.operator_name),
                    ],
                    _ => Vec::new(),
                };
                self.draft(span)
                    .message(SWAPPED)
                    .arg("key", first.operator_name)
                    .arg("operator", first.key)
                    .fix(Applicability::Unsafe, SWAP, swap)
                    .into()
            }
            ProblemKind::InvalidKey { .. } => {
                if swapped_at(subject, |test| test.key_span, span).is_empty() {
                    Verdict::NotMine
                } else {
                    Verdict::Consequence
                }
            }
            _ => Verdict::NotMine,
        }
    }
}

/// The tests at `span` whose operator is a key and whose key is an operator.
fn swapped_at<'s, 'a>(
    subject: &'s Subject<'a>,
    place: impl Fn(&TestView<'a>) -> Span,
    span: Span,
) -> Vec<&'s TestView<'a>> {
    let Some(statement) = subject.statement_at(span) else { return Vec::new() };
    let is_swapped = |test: &&TestView<'a>| {
        ConditionKey::parse(test.operator_name).is_some() && Operator::parse(test.key).is_some()
    };
    statement.tests.iter().filter(|test| place(test) == span).filter(is_swapped).collect()
}
