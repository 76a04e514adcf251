use ramguard_policy::condition::{Family, ValueErrorKind, is_canonical_bool};
use ramguard_policy::{Problem, ProblemKind};

use crate::Level;
use crate::edit;
use crate::fix::Applicability;
use crate::message::Text;
use crate::rule::{Described, Draft, Rule, Verdict, rule};
use crate::subject::Subject;

rule! {
    /// # What it finds
    /// A value of `Bool` that is neither `true` nor `false`. Another case, `True`, is a note.
    ///
    /// # Why it matters
    /// RAM cannot compare with it, and the policy is refused.
    ///
    /// # Instead
    /// `"Bool": { "acs:MFAPresent": "true" }`
    pub(crate) struct InvalidBoolean;
    code = 406, name = "invalid-boolean", level = Error, preset = Default, needs = Text;
    fix = Unsafe;
    message = "`{v}` is not `true` or `false`" / "`{v}` 不是 `true` 或 `false`";
    page_zh = "# 检查内容\n`Bool` 的值既不是 `true` 也不是 `false`；仅大小写不同（如 `True`）为提示。\n\n# 为什么重要\nRAM 无法比较，策略会被拒绝。\n\n# 改法\n`\"Bool\": { \"acs:MFAPresent\": \"true\" }`\n";
}

const SPELLING: Text = Text::new("write `{dym}` in lower case", "请用小写 `{dym}`");
const WRITE: Text = Text::new("write `{dym}`", "改为 `{dym}`");

impl Rule for InvalidBoolean {
    fn explain(&self, _subject: &Subject<'_>, problem: &Problem) -> Verdict {
        let ProblemKind::InvalidValue { found, kind, .. } = problem.kind() else {
            return Verdict::NotMine;
        };
        if !matches!(kind, ValueErrorKind::NotBoolean { .. }) {
            return Verdict::NotMine;
        }
        let span = problem.span();
        let draft = self.draft(span).arg("v", found);
        let Some(meant) = kind.replacement() else { return draft.into() };
        let is_plain =
            ["1", "0", "yes", "no"].iter().any(|plain| found.trim().eq_ignore_ascii_case(plain));
        let how = if is_plain { Applicability::Safe } else { Applicability::Unsafe };
        let edits = [edit::to_string(span, &meant)];
        draft.arg("dym", meant).fix(how, WRITE, edits).into()
    }

    fn check(&self, subject: &Subject<'_>, found: &mut Vec<Draft>) {
        for test in subject.readable().flat_map(|statement| &statement.tests) {
            if test.operator.is_none_or(|operator| operator.family() != Family::Bool) {
                continue;
            }
            for value in test.values.iter().filter(|value| !is_canonical_bool(value.text)) {
                let lower = value.text.to_ascii_lowercase();
                if !is_canonical_bool(&lower) {
                    continue;
                }
                let edits = [edit::to_string(value.span, &lower)];
                found.push(
                    self.draft(value.span)
                        .message(SPELLING)
                        .diagnostic("bool-spelling")
                        .at_most(Level::Note)
                        .arg("dym", lower)
                        .fix(Applicability::Safe, WRITE, edits),
                );
            }
        }
    }
}
