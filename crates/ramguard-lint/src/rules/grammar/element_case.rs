use ramguard_policy::{Problem, ProblemKind};

use super::known_elements;
use crate::edit;
use crate::fix::Applicability;
use crate::message::Text;
use crate::rule::{Described, Rule, Verdict, rule};
use crate::subject::Subject;

rule! {
    /// # What it finds
    /// A member whose name is that of an element except for upper and lower case.
    ///
    /// # Why it matters
    /// Names of elements are compared exactly; RAM refuses the others.
    ///
    /// # Instead
    /// `Effect`, not `effect`.
    pub(crate) struct ElementCase;
    code = 207, name = "element-case", level = Error, preset = Default, needs = Text;
    fix = Safe;
    message = "element names are case-sensitive: `{k}` is `{canon}`"
        / "元素名区分大小写：`{k}` 应为 `{canon}`";
    page_zh = "# 检查内容\n成员名与某个元素仅大小写不同。\n\n# 为什么重要\n元素名逐字比较，其余写法 RAM 会拒绝。\n\n# 改法\n写 `Effect`，不写 `effect`。\n";
}

const RENAME: Text = Text::new("write `{canon}`", "改为 `{canon}`");

impl Rule for ElementCase {
    fn explain(&self, subject: &Subject<'_>, problem: &Problem) -> Verdict {
        let ProblemKind::UnknownElement { name, .. } = problem.kind() else {
            return Verdict::NotMine;
        };
        let span = problem.span();
        let object = subject.value_at(span);
        let is_document = object.map(|object| object.span()) == subject.root().map(|r| r.span());
        let known = known_elements(subject.kind(), is_document);
        let Some(canon) = known.iter().find(|known| known.eq_ignore_ascii_case(name)) else {
            return Verdict::NotMine;
        };
        let is_free = object.is_some_and(|object| object.get(canon).is_none());
        let rename = is_free.then(|| edit::to_string(span, canon));
        self.draft(span)
            .arg("k", name)
            .arg("canon", canon)
            .fix(Applicability::Safe, RENAME, rename)
            .into()
    }
}
