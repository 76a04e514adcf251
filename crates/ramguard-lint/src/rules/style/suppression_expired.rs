use ramguard_policy::text::Span;

use crate::Date;
use crate::rule::{Described, Draft, Rule, rule};

rule! {
    /// # What it finds
    /// A suppression whose last day is over. It silences nothing any more.
    ///
    /// # Why it matters
    /// Somebody promised to have dealt with the finding by then.
    ///
    /// # Instead
    /// Repair what was suppressed, or look at it again and set another `until`.
    pub(crate) struct SuppressionExpired;
    code = 906, name = "suppression-expired", level = Error, preset = Default, needs = Text;
    message = "suppression of {code} expired on {date}" / "对 {code} 的抑制已于 {date} 到期";
    help = "repair what was suppressed, or look at it again and set another `until`"
        / "请修复被抑制的问题，或重新评估并设置新的 `until`";
    page_zh = "# 检查内容\n抑制项的最后一天已过，不再抑制任何问题。\n\n# 为什么重要\n当初承诺在此之前处理完毕。\n\n# 改法\n修复被抑制的问题，或重新评估并设置新的 `until`。\n";
}

impl Rule for SuppressionExpired {}

impl SuppressionExpired {
    pub(crate) fn say(&self, span: Span, codes: &str, until: Date) -> Draft {
        self.draft(span).arg("code", codes).arg("date", until)
    }
}
