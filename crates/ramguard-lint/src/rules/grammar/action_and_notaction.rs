use ramguard_policy::Problem;

use crate::message::Text;
use crate::rule::{Described, Rule, Verdict, rule};
use crate::subject::Subject;

rule! {
    /// # What it finds
    /// A statement with both `Action` and `NotAction`.
    ///
    /// # Why it matters
    /// RAM refuses it; what the two would mean together is nowhere defined.
    ///
    /// # Instead
    /// One of the two, or two statements.
    pub(crate) struct ActionAndNotaction;
    code = 211, name = "action-and-notaction", level = Error, preset = Default, needs = Text;
    message = "use either `Action` or `NotAction`, not both"
        / "`Action` 与 `NotAction` 只能用其一";
    help = "keep one of the two; split the statement if both are needed"
        / "请保留其一；若都需要，请拆成两条语句";
    page_zh = "# 检查内容\n语句同时有 `Action` 和 `NotAction`。\n\n# 为什么重要\nRAM 会拒绝，两者同时出现没有定义。\n\n# 改法\n保留其一，或拆成两条语句。\n";
}

const OTHER: Text = Text::new("the other one is here", "另一个在这里");

impl Rule for ActionAndNotaction {
    fn explain(&self, _subject: &Subject<'_>, problem: &Problem) -> Verdict {
        let draft = self.draft(problem.span());
        match problem.related() {
            Some(related) => draft.related(related.span, OTHER).into(),
            None => draft.into(),
        }
    }
}
