use ramguard_policy::Problem;

use crate::edit;
use crate::fix::Applicability;
use crate::message::Text;
use crate::rule::{Described, Rule, Verdict, rule};
use crate::subject::Subject;

rule! {
    /// # What it finds
    /// `Resource` in the trust policy of a role.
    ///
    /// # Why it matters
    /// A trust policy is about its own role; RAM does not take another resource there.
    ///
    /// # Instead
    /// Remove the element.
    pub(crate) struct ResourceInTrustPolicy;
    code = 213, name = "resource-in-trust-policy", level = Warning, preset = Default, needs = Text;
    fix = Safe;
    message = "a trust policy applies to its own role; remove `Resource`"
        / "信任策略只作用于所属角色；请删除 `Resource`";
    page_zh = "# 检查内容\n角色的信任策略中有 `Resource`。\n\n# 为什么重要\n信任策略只针对所属角色，RAM 不接受其他资源。\n\n# 改法\n删除该元素。\n";
}

const REMOVE: Text = Text::new("remove the element", "删除该元素");

impl Rule for ResourceInTrustPolicy {
    fn explain(&self, subject: &Subject<'_>, problem: &Problem) -> Verdict {
        let span = problem.span();
        let remove =
            subject.value_at(span).and_then(|statement| edit::remove_member(statement, span));
        self.draft(span).fix(Applicability::Safe, REMOVE, remove).into()
    }
}
