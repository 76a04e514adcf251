use ramguard_policy::Problem;

use super::is_misspelt_in;
use crate::rule::{Described, Rule, Verdict, rule};
use crate::subject::Subject;

rule! {
    /// # What it finds
    /// A document without `Statement`.
    ///
    /// # Why it matters
    /// RAM refuses it.
    ///
    /// # Instead
    /// `"Statement": [{ "Effect": "Allow", "Action": "ecs:Describe*", "Resource": "*" }]`
    pub(crate) struct MissingStatement;
    code = 203, name = "missing-statement", level = Error, preset = Default, needs = Text;
    message = "policy has no `Statement`" / "策略缺少 `Statement`";
    help = "add `\"Statement\": [ ... ]`" / "请加上 `\"Statement\": [ ... ]`";
    page_zh = "# 检查内容\n文档没有 `Statement`。\n\n# 为什么重要\nRAM 会拒绝。\n\n# 改法\n`\"Statement\": [{ \"Effect\": \"Allow\", \"Action\": \"ecs:Describe*\", \"Resource\": \"*\" }]`\n";
}

impl Rule for MissingStatement {
    fn explain(&self, subject: &Subject<'_>, problem: &Problem) -> Verdict {
        if is_misspelt_in(subject.root(), "Statement") {
            return Verdict::Consequence;
        }
        self.draft(problem.span()).into()
    }
}
