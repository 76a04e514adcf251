use ramguard_policy::condition::same_key;

use crate::edit;
use crate::fix::{Applicability, Edit};
use crate::message::Text;
use crate::rule::{Described, Draft, Rule, rule};
use crate::subject::{StatementView, Subject, TestView};

rule! {
    /// # What it finds
    /// One key twice under one operator, written in different case.
    ///
    /// # Why it matters
    /// Both conditions must hold, so two lists of which one should match become two lists of
    /// which both must: mostly nothing matches.
    ///
    /// # Instead
    /// One key with all values.
    pub(crate) struct ConditionKeyRepeated;
    code = 417, name = "condition-key-repeated", level = Error, preset = Default, needs = Text;
    fix = Unsafe;
    message = "`{key}` appears twice with different capitals" / "`{key}` 以不同大小写出现两次";
    help = "both have to hold; write one key with all values" / "两者须同时成立；请合并为一个键";
    page_zh = "# 检查内容\n同一运算符下同一个键以不同大小写出现两次。\n\n# 为什么重要\n两个条件须同时成立：本想“匹配其一”的两组值变成“都要匹配”，多半什么也不匹配。\n\n# 改法\n合并为一个键，写上所有值。\n";
}

const FIRST: Text = Text::new("first given here", "第一次出现在这里");
const MERGE: Text = Text::new("merge the two lists", "合并两个列表");

impl Rule for ConditionKeyRepeated {
    fn check(&self, subject: &Subject<'_>, found: &mut Vec<Draft>) {
        for statement in subject.readable() {
            for (index, test) in statement.tests.iter().enumerate() {
                if subject.is_full(found) {
                    return;
                }
                // Tests of one operator stand side by side.
                let before = statement.tests.get(..index).unwrap_or_default();
                let siblings = before
                    .iter()
                    .rev()
                    .take_while(|other| other.operator_span == test.operator_span)
                    .take(MAX_SIBLINGS);
                let first = siblings
                    .filter(|other| other.key != test.key && same_key(other.key, test.key))
                    .last();
                if let Some(first) = first {
                    found.push(
                        self.draft(test.key_span)
                            .arg("key", test.key)
                            .related(first.key_span, FIRST)
                            .fix(Applicability::Unsafe, MERGE, merge(statement, first, test)),
                    );
                }
            }
        }
    }
}

/// So many keys under one operator are compared with each other.
const MAX_SIBLINGS: usize = 200;

fn merge(statement: &StatementView<'_>, first: &TestView<'_>, second: &TestView<'_>) -> Vec<Edit> {
    let values: Vec<String> =
        first.values.iter().chain(&second.values).map(|value| edit::quoted(value.text)).collect();
    let operator = statement
        .condition
        .and_then(|condition| condition.members().find(|m| m.key_span == first.operator_span));
    let remove = operator.and_then(|operator| edit::remove_member(operator.value, second.key_span));
    match remove {
        Some(remove) if remove.span.start >= first.value.span().end => {
            vec![edit::replace(first.value.span(), format!("[{}]", values.join(", "))), remove]
        }
        _ => Vec::new(),
    }
}
