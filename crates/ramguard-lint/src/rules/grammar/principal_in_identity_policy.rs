use ramguard_policy::Problem;

use crate::rule::{Described, Rule, Verdict, rule};
use crate::subject::Subject;

rule! {
    /// # What it finds
    /// `Principal` in an identity, session or control policy.
    ///
    /// # Why it matters
    /// Such a policy is about whoever it is attached to; RAM refuses a principal in it.
    ///
    /// # Instead
    /// Remove the element. If the document is a trust or bucket policy, say so with its kind.
    pub(crate) struct PrincipalInIdentityPolicy;
    code = 214, name = "principal-in-identity-policy", level = Error, preset = Default, needs = Text;
    message = "`Principal` belongs to trust and bucket policies only"
        / "`Principal` 只用于信任策略和 Bucket 策略";
    help = "if this is a trust policy, lint it as kind `trust`" / "如果这是信任策略，请按 `trust` 类型检查";
    page_zh = "# 检查内容\n身份策略、会话策略或管控策略中有 `Principal`。\n\n# 为什么重要\n这类策略针对其授权对象，RAM 不接受其中的 `Principal`。\n\n# 改法\n删除该元素；若为信任策略或 Bucket 策略，请指明类型。\n";
}

impl Rule for PrincipalInIdentityPolicy {
    fn explain(&self, _subject: &Subject<'_>, problem: &Problem) -> Verdict {
        self.draft(problem.span()).into()
    }
}
