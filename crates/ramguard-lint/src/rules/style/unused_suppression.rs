use ramguard_policy::text::Span;

use crate::edit;
use crate::fix::Applicability;
use crate::message::Text;
use crate::rule::{Described, Draft, Rule, rule};

rule! {
    /// # What it finds
    /// A suppression that silenced nothing although its file was linted and its rule was on.
    ///
    /// # Why it matters
    /// It will silence the next mistake of that kind without anybody having looked at it.
    ///
    /// # Instead
    /// Remove it.
    pub(crate) struct UnusedSuppression;
    code = 905, name = "unused-suppression", level = Warning, preset = Default, needs = Text;
    fix = Safe;
    message = "suppression of {code} is not needed" / "对 {code} 的抑制不再需要";
    help = "remove it" / "请删除";
    page_zh = "# 检查内容\n抑制项所在文件已检查、规则已启用，却没有抑制任何问题。\n\n# 为什么重要\n它会在无人查看的情况下抑制下一个同类错误。\n\n# 改法\n删除该抑制项。\n";
}

const REMOVE: Text = Text::new("remove the suppression", "删除该抑制项");

impl Rule for UnusedSuppression {}

impl UnusedSuppression {
    /// Says that the part of the suppression at `span` that names `code` silences nothing;
    /// `is_whole` if that is all of it, so that it can go.
    pub(crate) fn say(&self, span: Span, code: &str, is_whole: bool) -> Draft {
        let edits = is_whole.then(|| edit::delete(span));
        self.draft(span).arg("code", code).fix(Applicability::Safe, REMOVE, edits)
    }
}
