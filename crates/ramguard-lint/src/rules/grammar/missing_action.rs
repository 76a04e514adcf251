use ramguard_policy::Problem;

use super::is_misspelt_in;
use crate::rule::{Described, Rule, Verdict, rule};
use crate::subject::Subject;

rule! {
    /// # What it finds
    /// A statement with neither `Action` nor `NotAction`.
    ///
    /// # Why it matters
    /// RAM answers `MalformedPolicyDocument` when the policy is applied.
    ///
    /// # Instead
    /// `"Action": "ecs:DescribeInstances"`
    pub(crate) struct MissingAction;
    code = 210, name = "missing-action", level = Error, preset = Default, needs = Text;
    message = "statement has no `Action` or `NotAction`" / "语句缺少 `Action` 或 `NotAction`";
    help = "add `Action`; the service answers `MalformedPolicyDocument` without it"
        / "请加上 `Action`；否则服务返回 `MalformedPolicyDocument`";
    page_zh = "# 检查内容\n语句既没有 `Action` 也没有 `NotAction`。\n\n# 为什么重要\n提交策略时 RAM 返回 `MalformedPolicyDocument`。\n\n# 改法\n`\"Action\": \"ecs:DescribeInstances\"`\n";
}

impl Rule for MissingAction {
    fn explain(&self, subject: &Subject<'_>, problem: &Problem) -> Verdict {
        let object = subject.value_at(problem.span());
        // In a trust or bucket policy `NotAction` is refused by itself.
        let has_not_action = object.is_some_and(|object| object.get("NotAction").is_some());
        let misspelt = is_misspelt_in(object, "Action") || is_misspelt_in(object, "NotAction");
        if has_not_action || misspelt {
            return Verdict::Consequence;
        }
        self.draft(problem.span()).into()
    }
}
