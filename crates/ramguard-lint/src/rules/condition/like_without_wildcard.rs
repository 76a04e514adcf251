use ramguard_policy::condition::Operator;

use super::can_rename_operator;
use crate::edit;
use crate::fix::Applicability;
use crate::message::Text;
use crate::rule::{Described, Draft, Rule, rule};
use crate::subject::Subject;

rule! {
    /// # What it finds
    /// `StringLike` or `StringNotLike` where no value has a wildcard.
    ///
    /// # Why it matters
    /// It says that a pattern is meant; a reader looks for it, and somebody may add one.
    ///
    /// # Instead
    /// `StringEquals` or `StringNotEquals`, which mean the same here.
    pub(crate) struct LikeWithoutWildcard;
    code = 412, name = "like-without-wildcard", level = Note, preset = Strict, needs = Text;
    fix = Safe;
    message = "no wildcard in the values; `{equals}` says the same" / "值中没有通配符；`{equals}` 含义相同";
    page_zh = "# 检查内容\n`StringLike` 或 `StringNotLike` 的值都没有通配符。\n\n# 为什么重要\n写法暗示有模式，读者会去找，也可能有人随手加上。\n\n# 改法\n用 `StringEquals` 或 `StringNotEquals`，此处含义相同。\n";
}

const SWITCH: Text = Text::new("write `{equals}`", "改为 `{equals}`");

impl Rule for LikeWithoutWildcard {
    fn check(&self, subject: &Subject<'_>, found: &mut Vec<Draft>) {
        for statement in subject.readable() {
            for test in &statement.tests {
                let equals = match test.operator {
                    Some(Operator::StringLike) => Operator::StringEquals,
                    Some(Operator::StringNotLike) => Operator::StringNotEquals,
                    _ => continue,
                };
                let has_wildcard = test.values.iter().any(|value| value.text.contains(['*', '?']));
                if has_wildcard || test.values.is_empty() {
                    continue;
                }
                let switch = can_rename_operator(statement, test, equals)
                    .then(|| edit::to_string(test.operator_span, equals.name()));
                found.push(self.draft(test.operator_span).arg("equals", equals.name()).fix(
                    Applicability::Safe,
                    SWITCH,
                    switch,
                ));
            }
        }
    }
}
