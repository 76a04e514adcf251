use crate::rule::{Described, Draft, Rule, rule};
use crate::subject::Subject;

rule! {
    /// # What it finds
    /// A negated operator with two values or more.
    ///
    /// # Why it matters
    /// It holds only if none of the values matches. The general sentence of the documentation
    /// reads otherwise, an official example only works like this; who wrote the policy should
    /// check what was meant.
    ///
    /// # Instead
    /// As it is, if none of the values may match.
    pub(crate) struct NegatedOperatorManyValues;
    code = 422, name = "negated-operator-many-values", level = Note, preset = Audit, needs = Text;
    message = "this holds only if none of the {n} values matches" / "仅当 {n} 个值都不匹配时才成立";
    page_zh = "# 检查内容\n否定运算符有两个及以上的值。\n\n# 为什么重要\n仅当所有值都不匹配时才成立。文档的总述读来不同，而官方示例只有这样才成立；请作者确认原意。\n\n# 改法\n若原意即“都不匹配”，保持不变。\n";
}

impl Rule for NegatedOperatorManyValues {
    fn check(&self, subject: &Subject<'_>, found: &mut Vec<Draft>) {
        for test in subject.readable().flat_map(|statement| &statement.tests) {
            let is_negated = test.operator.is_some_and(|operator| operator.is_negated());
            if is_negated && test.values.len() > 1 {
                found.push(self.draft(test.operator_span).arg("n", test.values.len()));
            }
        }
    }
}
