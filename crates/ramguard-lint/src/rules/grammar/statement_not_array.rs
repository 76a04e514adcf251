use ramguard_policy::json::Kind as JsonKind;
use ramguard_policy::text::Span;
use ramguard_policy::{Problem, ProblemKind};

use crate::edit;
use crate::fix::Applicability;
use crate::message::Text;
use crate::rule::{Described, Rule, Verdict, rule};
use crate::subject::Subject;

rule! {
    /// # What it finds
    /// A single object as `Statement`.
    ///
    /// # Why it matters
    /// The documented grammar wants a list; no Alibaba Cloud source shows the short form, which
    /// other clouds accept.
    ///
    /// # Instead
    /// `"Statement": [{ ... }]`
    pub(crate) struct StatementNotArray;
    code = 205, name = "statement-not-array", level = Error, preset = Default, needs = Text;
    fix = Safe;
    message = "`Statement` must be a list" / "`Statement` 必须是列表";
    help = "put the statement in `[` and `]`" / "请用 `[` 和 `]` 括起语句";
    page_zh = "# 检查内容\n`Statement` 是单个对象。\n\n# 为什么重要\n文档中的语法要求列表；省略列表的写法属于其他云。\n\n# 改法\n`\"Statement\": [{ ... }]`\n";
}

const WRAP: Text = Text::new("put it in a list", "放入列表");

impl Rule for StatementNotArray {
    fn explain(&self, subject: &Subject<'_>, problem: &Problem) -> Verdict {
        let ProblemKind::DataType { element, .. } = problem.kind() else {
            return Verdict::NotMine;
        };
        let span = problem.span();
        let is_object =
            subject.value_at(span).is_some_and(|value| value.kind() == JsonKind::Object);
        if &**element != "`Statement`" || !is_object {
            return Verdict::NotMine;
        }
        let open = edit::replace(Span::new(span.start, span.start), "[");
        let close = edit::replace(Span::new(span.end, span.end), "]");
        self.draft(span).fix(Applicability::Safe, WRAP, [open, close]).into()
    }
}
