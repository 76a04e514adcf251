use ramguard_policy::{Problem, ProblemKind};

use crate::rule::{Described, Rule, Verdict, rule};
use crate::subject::Subject;

rule! {
    /// # What it finds
    /// A condition key that is not `<ram-code>:<name>`, optionally with `/` and a tag key.
    ///
    /// # Why it matters
    /// RAM refuses the policy.
    ///
    /// # Instead
    /// `acs:SourceIp`, `acs:ResourceTag/team`
    pub(crate) struct ConditionKeyShape;
    code = 427, name = "condition-key-shape", level = Error, preset = Default, needs = Text;
    message = "condition key `{v}` is not of the form `service:key`"
        / "条件键 `{v}` 不符合 `service:key` 的形式";
    help = "write `<ram-code>:<condition-key>` without blanks, for example `acs:SourceIp`"
        / "请写 `<ram-code>:<condition-key>`，不含空白，例如 `acs:SourceIp`";
    page_zh = "# 检查内容\n条件键不是 `<ram-code>:<name>`（可带 `/` 和标签键）的形式。\n\n# 为什么重要\nRAM 会拒绝该策略。\n\n# 改法\n`acs:SourceIp`、`acs:ResourceTag/team`\n";
}

impl Rule for ConditionKeyShape {
    fn explain(&self, _subject: &Subject<'_>, problem: &Problem) -> Verdict {
        match problem.kind() {
            ProblemKind::InvalidKey { found } => self.draft(problem.span()).arg("v", found).into(),
            _ => Verdict::NotMine,
        }
    }
}
