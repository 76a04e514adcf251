use ramguard_policy::name::action;
use ramguard_policy::{Problem, ProblemKind};

use crate::edit;
use crate::fix::Applicability;
use crate::message::Text;
use crate::rule::{Described, Rule, Verdict, rule};
use crate::subject::Subject;

rule! {
    /// # What it finds
    /// A blank, a tab or an invisible character in an action or around it.
    ///
    /// # Why it matters
    /// Published guides print `ecs: CreateInstance`. Such an action is refused and never trimmed:
    /// read literally a Deny would silently do nothing, trimmed an Allow would grow.
    ///
    /// # Instead
    /// `ecs:CreateInstance`
    pub(crate) struct ActionBlank;
    code = 302, name = "action-blank", level = Error, preset = Default, needs = Text;
    severity = 40;
    fix = Unsafe;
    message = "action `{v}` contains a blank; did you mean `{fixed}`?"
        / "操作 `{v}` 含有空白；是否想写 `{fixed}`？";
    help = "it is refused, not trimmed: without the blank an Allow grants more and a Deny starts to deny"
        / "含空白的操作会被拒绝而不会被修剪：去掉空白后 Allow 会放大，Deny 会生效";
    page_zh = "# 检查内容\n操作中或两端有空白、制表符或不可见字符。\n\n# 为什么重要\n一些公开文档写作 `ecs: CreateInstance`。这种操作会被拒绝，绝不修剪：按字面 Deny 会失效，修剪后 Allow 会放大。\n\n# 改法\n`ecs:CreateInstance`\n";
}

const BLANK: Text = Text::new("action `{v}` contains a blank", "操作 `{v}` 含有空白");
const WRITE: Text = Text::new("write `{fixed}`", "改为 `{fixed}`");

impl Rule for ActionBlank {
    fn explain(&self, subject: &Subject<'_>, problem: &Problem) -> Verdict {
        let ProblemKind::InvalidAction { found, .. } = problem.kind() else {
            return Verdict::NotMine;
        };
        let span = problem.span();
        let text = subject.value_at(span).and_then(|value| value.as_str()).unwrap_or_default();
        if !text.contains(action::is_blank) {
            return Verdict::NotMine;
        }
        let fixed: String = text.chars().filter(|&c| !action::is_blank(c)).collect();
        let draft = self.draft(span).arg("v", found);
        if !action::is_pattern(&fixed) {
            return draft.message(BLANK).into();
        }
        let edits = [edit::to_string(span, &fixed)];
        draft.arg("fixed", fixed).fix(Applicability::Unsafe, WRITE, edits).into()
    }
}
