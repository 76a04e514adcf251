use ramguard_policy::{Problem, ProblemKind};

use crate::edit;
use crate::fix::Applicability;
use crate::message::Text;
use crate::rule::{Described, Rule, Verdict, rule};
use crate::subject::Subject;

rule! {
    /// # What it finds
    /// `Action`, `NotAction`, `Resource` or a list of principals that is empty or holds an empty
    /// string.
    ///
    /// # Why it matters
    /// It is refused. Read literally it would match nothing, and under `NotAction` everything.
    ///
    /// # Instead
    /// At least one entry, or no statement.
    pub(crate) struct EmptyList;
    code = 218, name = "empty-list", level = Error, preset = Default, needs = Text;
    fix = Safe;
    message = "empty {elem}: the statement matches nothing" / "{elem} 为空：语句不匹配任何请求";
    help = "give at least one entry, or remove the statement" / "请至少写一项，或删除语句";
    page_zh = "# 检查内容\n`Action`、`NotAction`、`Resource` 或主体列表为空，或含有空字符串。\n\n# 为什么重要\n会被拒绝。按字面理解则不匹配任何请求，在 `NotAction` 下则匹配一切。\n\n# 改法\n至少写一项，或删除语句。\n";
}

const EVERYTHING: Text = Text::new(
    "empty {elem}: the statement would match every action",
    "{elem} 为空：语句会匹配所有操作",
);
const STRING: Text = Text::new("empty string: it matches nothing", "空字符串：不匹配任何内容");
const REMOVE: Text = Text::new("remove the statement", "删除语句");

impl Rule for EmptyList {
    fn explain(&self, subject: &Subject<'_>, problem: &Problem) -> Verdict {
        let span = problem.span();
        match problem.kind() {
            ProblemKind::EmptyList { element } if element.starts_with('`') => {
                let draft = self.draft(span).arg("elem", element);
                if &**element == "`NotAction`" {
                    return draft.message(EVERYTHING).into();
                }
                let list = subject.root().and_then(|root| root.get("Statement"));
                let remove = list.filter(|list| list.len() > 1).and_then(|list| {
                    edit::remove_element(list, subject.statement_at(span)?.value.span())
                });
                draft.fix(Applicability::Safe, REMOVE, remove).into()
            }
            ProblemKind::InvalidAction { found, .. }
            | ProblemKind::InvalidArnPrefix { found, .. }
            | ProblemKind::InvalidPrincipal { found, .. }
                if found.is_empty() =>
            {
                self.draft(span).message(STRING).into()
            }
            _ => Verdict::NotMine,
        }
    }
}
