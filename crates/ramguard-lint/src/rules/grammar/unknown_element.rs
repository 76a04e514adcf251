use ramguard_catalog::nearest;
use ramguard_policy::{Problem, ProblemKind};

use super::known_elements;
use crate::edit;
use crate::fix::Applicability;
use crate::message::Text;
use crate::rule::{Described, Rule, Verdict, rule};
use crate::subject::Subject;

rule! {
    /// # What it finds
    /// A member of the document or of a statement that the language does not have.
    ///
    /// # Why it matters
    /// RAM refuses it. A reader that ignores it instead would be worse: a misspelt `Condition`
    /// leaves the statement unconditional.
    ///
    /// # Instead
    /// `Version` and `Statement` in the document; `Effect`, `Action` or `NotAction`, `Resource`,
    /// `Condition` and, in trust and bucket policies, `Principal` in a statement.
    pub(crate) struct UnknownElement;
    code = 206, name = "unknown-element", level = Error, preset = Default, needs = Text;
    severity = 70;
    fix = Unsafe;
    message = "unknown element `{k}`" / "未知元素 `{k}`";
    help = "remove it; known here: {known}" / "请删除；此处可用的元素：{known}";
    page_zh = "# 检查内容\n文档或语句中出现语言没有的成员。\n\n# 为什么重要\nRAM 会拒绝。若被忽略则更糟：拼错的 `Condition` 会让语句失去条件。\n\n# 改法\n文档中：`Version`、`Statement`；语句中：`Effect`、`Action` 或 `NotAction`、`Resource`、`Condition`，信任策略和 Bucket 策略还有 `Principal`。\n";
}

const DID_YOU_MEAN: Text =
    Text::new("unknown element `{k}`; did you mean `{dym}`?", "未知元素 `{k}`；是否想写 `{dym}`？");
const REJECTED: Text = Text::new(
    "an unknown element is refused or, worse, ignored: a misspelt `Condition` leaves the statement \
     unconditional",
    "未知元素会被拒绝，或者更糟，被忽略：拼错的 `Condition` 会让语句失去条件",
);
const RENAME: Text = Text::new("write `{dym}`", "改为 `{dym}`");

impl Rule for UnknownElement {
    fn explain(&self, subject: &Subject<'_>, problem: &Problem) -> Verdict {
        let ProblemKind::UnknownElement { name, .. } = problem.kind() else {
            return Verdict::NotMine;
        };
        let span = problem.span();
        let object = subject.value_at(span);
        let is_document = object.map(|object| object.span()) == subject.root().map(|r| r.span());
        let known = known_elements(subject.kind(), is_document);
        let draft = self.draft(span).arg("k", name).arg("known", known.join(", "));
        match nearest(name, known.iter().copied()) {
            Some(meant) => {
                let is_free = object.is_some_and(|object| object.get(meant).is_none());
                let rename = is_free.then(|| edit::to_string(span, meant));
                draft
                    .message(DID_YOU_MEAN)
                    .help(REJECTED)
                    .arg("dym", meant)
                    .fix(Applicability::Unsafe, RENAME, rename)
                    .into()
            }
            None => draft.into(),
        }
    }
}
