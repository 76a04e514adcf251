use ramguard_policy::{Problem, ProblemKind};

use crate::edit;
use crate::fix::Applicability;
use crate::message::Text;
use crate::rule::{Described, Rule, Verdict, rule};
use crate::subject::Subject;

rule! {
    /// # What it finds
    /// More than one value for a key under `Bool`.
    ///
    /// # Why it matters
    /// RAM refuses it: a Boolean condition takes one value.
    ///
    /// # Instead
    /// `"Bool": { "acs:SecureTransport": "true" }`
    pub(crate) struct MultipleBoolean;
    code = 426, name = "multiple-boolean", level = Error, preset = Default, needs = Text;
    fix = Safe;
    message = "`{key}` takes one boolean" / "`{key}` 只能有一个布尔值";
    help = "keep one of `\"true\"` and `\"false\"`" / "请保留 `\"true\"` 或 `\"false\"` 之一";
    page_zh = "# 检查内容\n`Bool` 下某个键有多个值。\n\n# 为什么重要\nRAM 会拒绝：布尔条件只接受一个值。\n\n# 改法\n`\"Bool\": { \"acs:SecureTransport\": \"true\" }`\n";
}

const ONE: Text = Text::new("keep one of the equal values", "保留相同值中的一个");

impl Rule for MultipleBoolean {
    fn explain(&self, subject: &Subject<'_>, problem: &Problem) -> Verdict {
        let ProblemKind::MultipleBoolean { key, .. } = problem.kind() else {
            return Verdict::NotMine;
        };
        let span = problem.span();
        let values = subject.value_at(span).map(crate::subject::words_of).unwrap_or_default();
        let keep = values
            .first()
            .filter(|first| values.iter().all(|value| value.text.eq_ignore_ascii_case(first.text)));
        let keep = keep.map(|first| edit::replace(span, format!("[{}]", edit::quoted(first.text))));
        self.draft(span).arg("key", key).fix(Applicability::Safe, ONE, keep).into()
    }
}
