use ramguard_catalog::nearest;
use ramguard_policy::{Problem, ProblemKind};

use crate::edit;
use crate::fix::Applicability;
use crate::message::Text;
use crate::rule::{Described, Rule, Verdict, rule};
use crate::subject::Subject;

rule! {
    /// # What it finds
    /// An `Effect` that is not exactly `Allow` or `Deny`.
    ///
    /// # Why it matters
    /// RAM refuses it, also where only the case differs.
    ///
    /// # Instead
    /// `"Effect": "Allow"` or `"Effect": "Deny"`
    pub(crate) struct InvalidEffect;
    code = 209, name = "invalid-effect", level = Error, preset = Default, needs = Text;
    fix = Unsafe;
    message = "effect `{v}` is not valid; use `Allow` or `Deny`"
        / "`Effect` 的值 `{v}` 无效；请用 `Allow` 或 `Deny`";
    page_zh = "# 检查内容\n`Effect` 不是 `Allow` 或 `Deny`。\n\n# 为什么重要\nRAM 会拒绝，仅大小写不同也不行。\n\n# 改法\n`\"Effect\": \"Allow\"` 或 `\"Effect\": \"Deny\"`\n";
}

const WRITE: Text = Text::new("write `{dym}`", "改为 `{dym}`");

impl Rule for InvalidEffect {
    fn explain(&self, _subject: &Subject<'_>, problem: &Problem) -> Verdict {
        let ProblemKind::InvalidEffect { found } = problem.kind() else {
            return Verdict::NotMine;
        };
        let span = problem.span();
        let draft = self.draft(span).arg("v", found);
        match nearest(found.trim(), ["Allow", "Deny"]) {
            Some(meant) => {
                let how = if meant.eq_ignore_ascii_case(found) {
                    Applicability::Safe
                } else {
                    Applicability::Unsafe
                };
                draft.arg("dym", meant).fix(how, WRITE, [edit::to_string(span, meant)]).into()
            }
            None => draft.into(),
        }
    }
}
