use ramguard_policy::condition::ValueErrorKind;
use ramguard_policy::{Problem, ProblemKind};

use crate::chinese;
use crate::message::Text;
use crate::rule::{Described, Rule, Verdict, rule};
use crate::subject::Subject;

rule! {
    /// # What it finds
    /// A value of a numeric operator that is no decimal number.
    ///
    /// # Why it matters
    /// RAM cannot compare with it, and the policy is refused.
    ///
    /// # Instead
    /// `"NumericLessThan": { "oss:MaxKeys": "1000" }`
    pub(crate) struct InvalidNumber;
    code = 407, name = "invalid-number", level = Error, preset = Default, needs = Text;
    message = "`{v}` is not a number" / "`{v}` 不是数字";
    page_zh = "# 检查内容\n数值运算符的值不是十进制数。\n\n# 为什么重要\nRAM 无法比较，策略会被拒绝。\n\n# 改法\n`\"NumericLessThan\": { \"oss:MaxKeys\": \"1000\" }`\n";
}

const REMEDY: Text = Text::new("{detail}: {remedy}", "{detail}：{remedy}");

impl Rule for InvalidNumber {
    fn explain(&self, _subject: &Subject<'_>, problem: &Problem) -> Verdict {
        match problem.kind() {
            ProblemKind::InvalidValue { found, kind, .. }
                if matches!(kind, ValueErrorKind::NotNumber { .. }) =>
            {
                self.draft(problem.span())
                    .arg("v", found)
                    .words("detail", kind.to_string(), chinese::value(kind))
                    .words("remedy", kind.help(), chinese::value_help(kind))
                    .help(REMEDY)
                    .into()
            }
            _ => Verdict::NotMine,
        }
    }
}
