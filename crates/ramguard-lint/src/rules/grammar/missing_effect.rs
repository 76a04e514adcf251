use ramguard_policy::Problem;

use super::is_misspelt_in;
use crate::rule::{Described, Rule, Verdict, rule};
use crate::subject::Subject;

rule! {
    /// # What it finds
    /// A statement without `Effect`.
    ///
    /// # Why it matters
    /// There is no default effect; RAM refuses the policy.
    ///
    /// # Instead
    /// `"Effect": "Allow"` or `"Effect": "Deny"`
    pub(crate) struct MissingEffect;
    code = 208, name = "missing-effect", level = Error, preset = Default, needs = Text;
    message = "statement has no `Effect`" / "语句缺少 `Effect`";
    help = "there is no default effect: write `Allow` or `Deny`" / "没有默认值：请写 `Allow` 或 `Deny`";
    page_zh = "# 检查内容\n语句没有 `Effect`。\n\n# 为什么重要\n没有默认值，RAM 会拒绝。\n\n# 改法\n`\"Effect\": \"Allow\"` 或 `\"Effect\": \"Deny\"`\n";
}

impl Rule for MissingEffect {
    fn explain(&self, subject: &Subject<'_>, problem: &Problem) -> Verdict {
        if is_misspelt_in(subject.value_at(problem.span()), "Effect") {
            return Verdict::Consequence;
        }
        self.draft(problem.span()).into()
    }
}
