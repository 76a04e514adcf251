use ramguard_policy::condition::Operator;
use ramguard_policy::{Problem, ProblemKind};

use crate::message::Text;
use crate::rule::{Described, Rule, Verdict, rule};
use crate::subject::Subject;

rule! {
    /// # What it finds
    /// Operators of other policy languages: `...IfExists`, `Null`, `ForAllValues:...`,
    /// `ForAnyValue:...`, `Arn...`, `Binary...`.
    ///
    /// # Why it matters
    /// RAM answers that they are not supported. There is no test for a missing key as such; a
    /// positive operator fails without the key, a negated one holds.
    ///
    /// # Instead
    /// An Allow that requires the key: `"Bool": { "acs:MFAPresent": "true" }`.
    pub(crate) struct UnsupportedOperatorForm;
    code = 402, name = "unsupported-operator-form", level = Error, preset = Default, needs = Text;
    severity = 60;
    message = "RAM does not support `{v}`" / "RAM 不支持 `{v}`";
    page_zh = "# 检查内容\n其他策略语言的运算符：`...IfExists`、`Null`、`ForAllValues:...`、`ForAnyValue:...`、`Arn...`、`Binary...`。\n\n# 为什么重要\nRAM 返回不支持。没有专门检测键是否缺失的运算符：缺键时肯定运算符不成立，否定运算符成立。\n\n# 改法\n用要求该键的 Allow：`\"Bool\": { \"acs:MFAPresent\": \"true\" }`。\n";
}

const REMEDY: Text =
    Text::new("{remedy}", "无法检测缺失的键；请改用要求该键的 Allow，或写多条语句");

impl Rule for UnsupportedOperatorForm {
    fn explain(&self, _subject: &Subject<'_>, problem: &Problem) -> Verdict {
        let ProblemKind::InvalidOperator { found, .. } = problem.kind() else {
            return Verdict::NotMine;
        };
        match Operator::why_unsupported(found) {
            Some(remedy) => self
                .draft(problem.span())
                .arg("v", found)
                .whole_arg("remedy", remedy)
                .help(REMEDY)
                .into(),
            None => Verdict::NotMine,
        }
    }
}
