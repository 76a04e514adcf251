use ramguard_policy::{Problem, ProblemKind};

use crate::rule::{Described, Rule, Verdict, rule};
use crate::subject::Subject;

rule! {
    /// # What it finds
    /// `NotPrincipal`.
    ///
    /// # Why it matters
    /// RAM has no such element and refuses it. Where it exists, it trusts everybody but a few.
    ///
    /// # Instead
    /// `Principal` with those who are meant.
    pub(crate) struct Notprincipal;
    code = 222, name = "notprincipal", level = Error, preset = Default, needs = Text;
    severity = 80;
    message = "`NotPrincipal` is not supported here" / "不支持 `NotPrincipal`";
    help = "name the principals that are meant in `Principal`" / "请在 `Principal` 中写明受信主体";
    page_zh = "# 检查内容\n出现 `NotPrincipal`。\n\n# 为什么重要\nRAM 没有该元素，会拒绝；在支持它的云上，它信任除少数以外的所有人。\n\n# 改法\n在 `Principal` 中写明受信主体。\n";
}

impl Rule for Notprincipal {
    fn explain(&self, _subject: &Subject<'_>, problem: &Problem) -> Verdict {
        match problem.kind() {
            ProblemKind::UnknownElement { name, .. } if &**name == "NotPrincipal" => {
                self.draft(problem.span()).into()
            }
            _ => Verdict::NotMine,
        }
    }
}
