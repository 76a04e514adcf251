use ramguard_policy::condition::Operator;

use super::can_rename_operator;
use crate::edit;
use crate::fix::Applicability;
use crate::message::Text;
use crate::rule::{Described, Draft, Rule, rule};
use crate::subject::Subject;

rule! {
    /// # What it finds
    /// `*` or `?` in a value of `StringEquals`, `StringNotEquals` or their `IgnoreCase` forms.
    ///
    /// # Why it matters
    /// These operators compare letter by letter. With `StringNotEquals` a Deny hits everybody.
    ///
    /// # Instead
    /// `StringLike` or `StringNotLike`
    pub(crate) struct WildcardWithoutLike;
    code = 411, name = "wildcard-without-like", level = Warning, preset = Default, needs = Text;
    severity = 40;
    fix = Unsafe;
    message = "`{op}` compares `{v}` literally; use `{like}`"
        / "`{op}` 按字面比较 `{v}`；请用 `{like}`";
    help = "in a Deny with `StringNotEquals` this denies everyone"
        / "写在带 `StringNotEquals` 的 Deny 中会拒绝所有人";
    page_zh = "# 检查内容\n`StringEquals`、`StringNotEquals` 或其 `IgnoreCase` 形式的值中有 `*` 或 `?`。\n\n# 为什么重要\n这些运算符逐字比较；Deny 中用 `StringNotEquals` 会拒绝所有人。\n\n# 改法\n`StringLike` 或 `StringNotLike`\n";
}

const MASKED: Text = Text::new(
    "`{op}` compares `{v}` literally; it holds a masked sample",
    "`{op}` 按字面比较 `{v}`；其中含有打码的示例",
);
const WHOLE: Text = Text::new("write the whole value", "请写完整的值");
const SWITCH: Text = Text::new("write `{like}`", "改为 `{like}`");

impl Rule for WildcardWithoutLike {
    fn check(&self, subject: &Subject<'_>, found: &mut Vec<Draft>) {
        for statement in subject.readable() {
            for test in &statement.tests {
                let (like, keeps_case) = match test.operator {
                    Some(Operator::StringEquals) => (Operator::StringLike, true),
                    Some(Operator::StringNotEquals) => (Operator::StringNotLike, true),
                    Some(Operator::StringEqualsIgnoreCase) => (Operator::StringLike, false),
                    Some(Operator::StringNotEqualsIgnoreCase) => (Operator::StringNotLike, false),
                    _ => continue,
                };
                let can_switch = keeps_case && can_rename_operator(statement, test, like);
                for value in test.values.iter().filter(|value| value.text.contains(['*', '?'])) {
                    let draft = self
                        .draft(value.span)
                        .diagnostic("wildcard-in-exact-match")
                        .arg("op", test.operator_name)
                        .arg("v", value.text)
                        .arg("like", like.name());
                    if value.text.contains("**") {
                        found.push(draft.message(MASKED).help(WHOLE));
                        continue;
                    }
                    let edit = can_switch.then(|| edit::to_string(test.operator_span, like.name()));
                    found.push(draft.fix(Applicability::Unsafe, SWITCH, edit));
                }
            }
        }
    }
}
