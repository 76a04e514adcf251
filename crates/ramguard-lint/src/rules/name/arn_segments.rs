use ramguard_policy::{Problem, ProblemKind};

use crate::message::Text;
use crate::rule::{Described, Rule, Verdict, rule};
use crate::subject::Subject;

rule! {
    /// # What it finds
    /// A resource with fewer than five fields, an empty service or an empty last field.
    ///
    /// # Why it matters
    /// RAM refuses it and never completes it, also where it ends in `*`. Published samples contain
    /// `acs:ram:<account>:role/x`, which lacks the region.
    ///
    /// # Instead
    /// `acs:<service>:<region>:<account>:<resource>`; a field may be `*` or, for region and
    /// account, empty.
    pub(crate) struct ArnSegments;
    code = 311, name = "arn-segments", level = Error, preset = Default, needs = Text;
    message = "resource `{v}` has {n} segments; the form is `acs:service:region:account:resource`"
        / "资源 `{v}` 只有 {n} 段；形式为 `acs:service:region:account:resource`";
    page_zh = "# 检查内容\n资源少于五段，或服务段、最后一段为空。\n\n# 为什么重要\nRAM 会拒绝，即使以 `*` 结尾也不会补全。一些公开示例写作 `acs:ram:<account>:role/x`，缺少地域。\n\n# 改法\n`acs:<service>:<region>:<account>:<resource>`；各段可为 `*`，地域和账号可为空。\n";
}

const EMPTY: Text = Text::new(
    "resource `{v}` has an empty segment; the form is `acs:service:region:account:resource`",
    "资源 `{v}` 有空段；形式为 `acs:service:region:account:resource`",
);
const REMEDY: Text =
    Text::new("{remedy}", "请写全五段：acs:<ram-code>:<region>:<account-id>:<relative-id>");

impl Rule for ArnSegments {
    fn explain(&self, subject: &Subject<'_>, problem: &Problem) -> Verdict {
        let ProblemKind::MissingArnField { found, remedy, .. } = problem.kind() else {
            return Verdict::NotMine;
        };
        let value = subject.value_at(problem.span());
        let text = value.and_then(|value| value.as_str()).unwrap_or_default();
        let segments = text.splitn(5, ':').count();
        let draft = self
            .draft(problem.span())
            .arg("v", found)
            .arg("n", segments)
            .whole_arg("remedy", remedy.to_string())
            .help(REMEDY);
        if segments == 5 { draft.message(EMPTY).into() } else { draft.into() }
    }
}
