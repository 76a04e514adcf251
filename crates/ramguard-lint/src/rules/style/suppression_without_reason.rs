use ramguard_policy::text::Span;

use crate::rule::{Described, Draft, Rule, rule};

rule! {
    /// # What it finds
    /// A suppression without a reason of at least 10 characters, unless `require-reason = false`.
    ///
    /// # Why it matters
    /// Whoever meets it next year has to know whether it still holds.
    ///
    /// # Instead
    /// `reason = "break-glass role, reviewed in SEC-12"`
    pub(crate) struct SuppressionWithoutReason;
    code = 907, name = "suppression-without-reason", level = Warning, preset = Default, needs = Text;
    message = "say why {code} is suppressed" / "请说明为何抑制 {code}";
    help = "give a `reason` of at least 10 characters" / "请写至少 10 个字符的 `reason`";
    page_zh = "# 检查内容\n抑制项没有至少 10 个字符的理由（`require-reason = false` 时不检查）。\n\n# 为什么重要\n日后看到它的人需要知道它是否仍然成立。\n\n# 改法\n`reason = \"break-glass role, reviewed in SEC-12\"`\n";
}

impl Rule for SuppressionWithoutReason {}

impl SuppressionWithoutReason {
    pub(crate) fn say(&self, span: Span, codes: &str) -> Draft {
        self.draft(span).arg("code", codes)
    }
}
