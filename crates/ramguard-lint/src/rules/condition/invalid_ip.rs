use ramguard_policy::condition::ValueErrorKind;
use ramguard_policy::{Problem, ProblemKind};

use crate::chinese;
use crate::edit;
use crate::fix::Applicability;
use crate::message::Text;
use crate::rule::{Described, Rule, Verdict, rule};
use crate::subject::Subject;

rule! {
    /// # What it finds
    /// A value of `IpAddress` or `NotIpAddress` that is neither an address nor a block: `10.0.*.*`,
    /// a range, a masked sample such as `42.120.XX.X/24`.
    ///
    /// # Why it matters
    /// RAM cannot compare with it, and the policy is refused.
    ///
    /// # Instead
    /// `10.0.0.0/16`, `203.0.113.7`, `2001:db8::/32`
    pub(crate) struct InvalidIp;
    code = 409, name = "invalid-ip", level = Error, preset = Default, needs = Text;
    fix = Unsafe;
    message = "`{v}` is not an IP address or CIDR block" / "`{v}` 不是 IP 地址或 CIDR 网段";
    page_zh = "# 检查内容\n`IpAddress` 或 `NotIpAddress` 的值既不是地址也不是网段：`10.0.*.*`、地址范围、打码示例 `42.120.XX.X/24`。\n\n# 为什么重要\nRAM 无法比较，策略会被拒绝。\n\n# 改法\n`10.0.0.0/16`、`203.0.113.7`、`2001:db8::/32`\n";
}

const REMEDY: Text = Text::new("{detail}: {remedy}", "{detail}：{remedy}");
const WRITE: Text = Text::new("write `{dym}`", "改为 `{dym}`");

impl Rule for InvalidIp {
    fn explain(&self, _subject: &Subject<'_>, problem: &Problem) -> Verdict {
        let ProblemKind::InvalidValue { found, kind, .. } = problem.kind() else {
            return Verdict::NotMine;
        };
        if !matches!(kind, ValueErrorKind::NotAddress { .. }) {
            return Verdict::NotMine;
        }
        let span = problem.span();
        let draft = self
            .draft(span)
            .arg("v", found)
            .words("detail", kind.to_string(), chinese::value(kind))
            .words("remedy", kind.help(), chinese::value_help(kind))
            .help(REMEDY);
        match kind.replacement() {
            Some(meant) => {
                let edits = [edit::to_string(span, &meant)];
                draft.arg("dym", meant).fix(Applicability::Unsafe, WRITE, edits).into()
            }
            None => draft.into(),
        }
    }
}
