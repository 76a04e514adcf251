use ramguard_policy::Problem;

use super::is_misspelt_in;
use crate::rule::{Described, Rule, Verdict, rule};
use crate::subject::Subject;

rule! {
    /// # What it finds
    /// A statement without `Resource`, except in a trust policy.
    ///
    /// # Why it matters
    /// RAM refuses it; there is no default resource.
    ///
    /// # Instead
    /// The ARNs the statement is about; `"*"` only where the action takes no resource.
    pub(crate) struct MissingResource;
    code = 212, name = "missing-resource", level = Error, preset = Default, needs = Text;
    message = "statement has no `Resource`" / "语句缺少 `Resource`";
    help = "name the resources; use `\"*\"` only where the action takes no resource"
        / "请写明资源；仅当操作不支持资源级授权时才用 `\"*\"`";
    page_zh = "# 检查内容\n语句没有 `Resource`（信任策略除外）。\n\n# 为什么重要\nRAM 会拒绝，资源没有默认值。\n\n# 改法\n写明资源 ARN；仅当操作不支持资源级授权时才用 `\"*\"`。\n";
}

impl Rule for MissingResource {
    fn explain(&self, subject: &Subject<'_>, problem: &Problem) -> Verdict {
        let object = subject.value_at(problem.span());
        let has_not_resource = object.is_some_and(|object| object.get("NotResource").is_some());
        if has_not_resource || is_misspelt_in(object, "Resource") {
            return Verdict::Consequence;
        }
        self.draft(problem.span()).into()
    }
}
