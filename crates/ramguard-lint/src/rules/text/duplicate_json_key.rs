use ramguard_policy::json::FaultKind;
use ramguard_policy::{Problem, ProblemKind};

use crate::message::Text;
use crate::rule::{Described, Rule, Verdict, rule};
use crate::subject::Subject;

rule! {
    /// # What it finds
    /// One object that gives a key twice, escapes resolved, at any depth.
    ///
    /// # Why it matters
    /// Readers of JSON disagree on which of the two counts: a reviewer may see the one and the
    /// service the other. `"Effect": "Deny", "Effect": "Allow"` is the way to hide a grant.
    ///
    /// # Instead
    /// Keep one of the two, or merge their values.
    pub(crate) struct DuplicateJsonKey;
    code = 105, name = "duplicate-json-key", level = Error, preset = Default, needs = Text;
    severity = 70;
    message = "key `{key}` is repeated; parsers keep only one of the two values"
        / "键 `{key}` 重复出现；解析器只保留其中一个值";
    help = "readers differ: a reviewer may see one value and the service the other; keep one"
        / "不同解析器取值不同：审阅者看到的可能与服务使用的不一致；请只保留一个";
    page_zh = "# 检查内容\n同一对象中某个键（转义还原后）出现两次，任意层级。\n\n# 为什么重要\n不同的 JSON 解析器取不同的值：审阅者看到的可能与服务使用的不一致。`\"Effect\": \"Deny\", \"Effect\": \"Allow\"` 可用来隐藏授权。\n\n# 改法\n保留其中一个，或合并它们的值。\n";
}

const FIRST: Text = Text::new("first given here", "第一次出现在这里");

impl Rule for DuplicateJsonKey {
    fn explain(&self, _subject: &Subject<'_>, problem: &Problem) -> Verdict {
        let ProblemKind::Json(fault) = problem.kind() else { return Verdict::NotMine };
        let FaultKind::DuplicateKey { key } = fault.kind() else { return Verdict::NotMine };
        let draft = self.draft(problem.span()).arg("key", key);
        match fault.related() {
            Some(first) => draft.related(first, FIRST).into(),
            None => draft.into(),
        }
    }
}
