use ramguard_policy::condition::Operator;
use ramguard_policy::{Problem, ProblemKind};

use crate::edit;
use crate::fix::Applicability;
use crate::message::Text;
use crate::rule::{Described, Rule, Verdict, rule};
use crate::subject::Subject;

rule! {
    /// # What it finds
    /// A condition operator that is not one of the 21 that RAM has. Names are exact, also in case.
    ///
    /// # Why it matters
    /// RAM refuses the policy. `NotStringLike` stands in a published rule set and does not exist.
    ///
    /// # Instead
    /// `StringNotLike`
    pub(crate) struct UnknownOperator;
    code = 401, name = "unknown-operator", level = Error, preset = Default, needs = Text;
    fix = Unsafe;
    message = "unknown condition operator `{v}`; did you mean `{dym}`?"
        / "未知的条件运算符 `{v}`；是否想写 `{dym}`？";
    page_zh = "# 检查内容\n条件运算符不在 RAM 的 21 个之列。名称逐字比较，区分大小写。\n\n# 为什么重要\nRAM 会拒绝该策略。某公开规则集中的 `NotStringLike` 并不存在。\n\n# 改法\n`StringNotLike`\n";
}

const UNKNOWN: Text = Text::new("unknown condition operator `{v}`", "未知的条件运算符 `{v}`");
const LIST: Text = Text::new(
    "RAM has `String*`, `Numeric*`, `Date*`, `Bool`, `IpAddress` and `NotIpAddress` operators",
    "RAM 有 `String*`、`Numeric*`、`Date*`、`Bool`、`IpAddress` 和 `NotIpAddress` 运算符",
);
const WRITE: Text = Text::new("write `{dym}`", "改为 `{dym}`");

impl Rule for UnknownOperator {
    fn explain(&self, subject: &Subject<'_>, problem: &Problem) -> Verdict {
        let ProblemKind::InvalidOperator { found, .. } = problem.kind() else {
            return Verdict::NotMine;
        };
        let span = problem.span();
        let draft = self.draft(span).arg("v", found);
        let Some(meant) = Operator::suggest(found) else {
            return draft.message(UNKNOWN).help(LIST).into();
        };
        let how = if meant.name().eq_ignore_ascii_case(found) {
            Applicability::Safe
        } else {
            Applicability::Unsafe
        };
        // Renaming must not give the condition one operator twice.
        let is_free = subject.value_at(span).is_some_and(|c| c.get(meant.name()).is_none());
        let rename = is_free.then(|| edit::to_string(span, meant.name()));
        draft.arg("dym", meant.name()).fix(how, WRITE, rename).into()
    }
}
