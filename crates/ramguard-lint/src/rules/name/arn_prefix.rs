use ramguard_policy::{Problem, ProblemKind};

use crate::message::Text;
use crate::rule::{Described, Rule, Verdict, rule};
use crate::subject::Subject;

rule! {
    /// # What it finds
    /// A resource that is not exactly `*` and does not begin with `acs:`. `**` is one of them.
    ///
    /// # Why it matters
    /// RAM refuses the policy.
    ///
    /// # Instead
    /// `acs:oss:*:*:mybucket/*`, or `*` for every resource.
    pub(crate) struct ArnPrefix;
    code = 310, name = "arn-prefix", level = Error, preset = Default, needs = Text;
    message = "resource `{v}` must start with `acs:`" / "资源 `{v}` 必须以 `acs:` 开头";
    page_zh = "# 检查内容\n资源既不是 `*`，也不以 `acs:` 开头；`**` 也属此类。\n\n# 为什么重要\nRAM 会拒绝该策略。\n\n# 改法\n`acs:oss:*:*:mybucket/*`，或用 `*` 表示全部资源。\n";
}

const REMEDY: Text =
    Text::new("{remedy}", "请写 `*` 或 acs:<ram-code>:<region>:<account-id>:<relative-id>");

impl Rule for ArnPrefix {
    fn explain(&self, _subject: &Subject<'_>, problem: &Problem) -> Verdict {
        let ProblemKind::InvalidArnPrefix { found, remedy } = problem.kind() else {
            return Verdict::NotMine;
        };
        let draft = self.draft(problem.span()).arg("v", found);
        draft.whole_arg("remedy", remedy.to_string()).help(REMEDY).into()
    }
}
