use ramguard_policy::text::Span;

use crate::rule::{Described, Draft, Rule, rule};
use crate::subject::Subject;

rule! {
    /// # What it finds
    /// A document that uses more than nine tenths of the bytes its kind may have.
    ///
    /// # Why it matters
    /// The next grant will not fit, and RAM says so only when it is deployed.
    ///
    /// # Instead
    /// Merge statements or split the policy while there is time.
    pub(crate) struct PolicyNearLimit;
    code = 109, name = "policy-near-limit", level = Note, preset = Strict, needs = Text;
    message = "policy uses {pct} % of the {max}-byte limit" / "策略已使用 {max} 字节上限的 {pct} %";
    help = "remove blanks, merge statements, or split it into several policies"
        / "请去除空白、合并语句，或拆分为多个策略";
    page_zh = "# 检查内容\n文档用掉了所属类型上限的十分之九以上。\n\n# 为什么重要\n下一条授权将放不下，而 RAM 在部署时才报错。\n\n# 改法\n趁早合并语句或拆分策略。\n";
}

impl Rule for PolicyNearLimit {
    fn check(&self, subject: &Subject<'_>, found: &mut Vec<Draft>) {
        let bytes = subject.text().len();
        let max = subject.settings.read_options().limits.max_bytes(subject.kind());
        if bytes > max || bytes.saturating_mul(10) <= max.saturating_mul(9) {
            return;
        }
        let percent = bytes.saturating_mul(100) / max.max(1);
        found.push(
            self.draft(Span::of_first_char(subject.text())).arg("pct", percent).arg("max", max),
        );
    }
}
