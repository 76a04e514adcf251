use ramguard_policy::{Problem, ProblemKind};

use crate::edit;
use crate::fix::Applicability;
use crate::message::Text;
use crate::rule::{Described, Rule, Verdict, rule};
use crate::subject::Subject;

rule! {
    /// # What it finds
    /// A `Version` that is anything but the string `"1"`: a number, or the date of another
    /// cloud's policy language.
    ///
    /// # Why it matters
    /// RAM knows one version and refuses the rest.
    ///
    /// # Instead
    /// `"Version": "1"`
    pub(crate) struct InvalidVersion;
    code = 202, name = "invalid-version", level = Error, preset = Default, needs = Text;
    fix = Safe;
    message = "version `{v}` is not supported; RAM has only `\"1\"`"
        / "不支持版本 `{v}`；RAM 只有 `\"1\"`";
    help = "write `\"1\"`" / "请写 `\"1\"`";
    page_zh = "# 检查内容\n`Version` 不是字符串 `\"1\"`：写成数字，或写成其他云的策略日期。\n\n# 为什么重要\nRAM 只有一个版本，其余一律拒绝。\n\n# 改法\n`\"Version\": \"1\"`\n";
}

const NUMBER: Text = Text::new(
    "version {v} is a number; RAM wants the string `\"1\"`",
    "版本 {v} 是数字；RAM 要求字符串 `\"1\"`",
);
const DATE: Text = Text::new(
    "version `{v}` belongs to another policy language; RAM has only `\"1\"`",
    "版本 `{v}` 属于另一种策略语言；RAM 只有 `\"1\"`",
);
const PASTED: Text = Text::new(
    "a date is a sign of a policy pasted from another cloud; look at the rest of it too",
    "日期形式的版本说明策略可能复制自其他云，请检查其余内容",
);
const WRITE: Text = Text::new("write `\"1\"`", "改为 `\"1\"`");

impl Rule for InvalidVersion {
    fn explain(&self, subject: &Subject<'_>, problem: &Problem) -> Verdict {
        let span = problem.span();
        let draft = self.draft(span).fix(Applicability::Safe, WRITE, [edit::to_string(span, "1")]);
        match problem.kind() {
            ProblemKind::InvalidVersion { found } => {
                let is_date = found.len() == 10 && found.matches('-').count() == 2;
                let draft = draft.arg("v", found);
                if is_date { draft.message(DATE).help(PASTED).into() } else { draft.into() }
            }
            ProblemKind::DataType { element, .. } if &**element == "`Version`" => {
                let written = subject.text().get(span.range()).unwrap_or_default();
                let is_number = written.bytes().all(|b| b.is_ascii_digit() || b == b'.');
                let draft = draft.arg("v", written);
                if is_number { draft.message(NUMBER).into() } else { draft.into() }
            }
            _ => Verdict::NotMine,
        }
    }
}
