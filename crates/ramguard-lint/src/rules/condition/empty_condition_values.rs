use ramguard_policy::{Problem, ProblemKind};

use crate::rule::{Described, Rule, Verdict, rule};
use crate::rules::grammar::element_zh;
use crate::subject::Subject;

rule! {
    /// # What it finds
    /// A condition key with an empty list of values. An empty string as a value is legal.
    ///
    /// # Why it matters
    /// It is refused. Read literally it would never hold, and under a negated operator always.
    ///
    /// # Instead
    /// At least one value, or no key.
    pub(crate) struct EmptyConditionValues;
    code = 413, name = "empty-condition-values", level = Error, preset = Default, needs = Text;
    message = "no values for {key}" / "{key} 没有值";
    help = "give at least one value, or remove the key" / "请至少写一个值，或删除该键";
    page_zh = "# 检查内容\n条件键的值列表为空。空字符串作为值是合法的。\n\n# 为什么重要\n会被拒绝。按字面理解永不成立，在否定运算符下则总是成立。\n\n# 改法\n至少写一个值，或删除该键。\n";
}

impl Rule for EmptyConditionValues {
    fn explain(&self, _subject: &Subject<'_>, problem: &Problem) -> Verdict {
        match problem.kind() {
            ProblemKind::EmptyList { element } => {
                let key = element.strip_prefix("condition key ").unwrap_or(element);
                self.draft(problem.span()).words("key", key, element_zh(key)).into()
            }
            _ => Verdict::NotMine,
        }
    }
}
