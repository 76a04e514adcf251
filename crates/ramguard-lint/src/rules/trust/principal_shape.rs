use ramguard_policy::{Kind, Problem, ProblemKind};

use crate::message::Text;
use crate::rule::{Described, Rule, Verdict, rule};
use crate::subject::Subject;

rule! {
    /// # What it finds
    /// A principal of no known form. In a trust policy: `acs:ram::<account>:root`, `user/<name>`
    /// or `role/<name>` under `RAM`, `<service>.aliyuncs.com` under `Service`, a SAML or OIDC
    /// provider under `Federated`; no wildcard anywhere. In a bucket policy: a list of ids.
    ///
    /// # Why it matters
    /// RAM refuses the policy.
    ///
    /// # Instead
    /// `"Principal": { "RAM": ["acs:ram::1234567890123456:user/alice"] }`
    pub(crate) struct PrincipalShape;
    code = 711, name = "principal-shape", level = Error, preset = Default, needs = Text;
    message = "principal `{v}` is malformed" / "主体 `{v}` 格式不正确";
    page_zh = "# 检查内容\n主体不属于任何已知形式。信任策略中：`RAM` 下为 `acs:ram::<account>:root`、`user/<name>` 或 `role/<name>`，`Service` 下为 `<service>.aliyuncs.com`，`Federated` 下为 SAML 或 OIDC 提供方，均不得有通配符；Bucket 策略中为 ID 列表。\n\n# 为什么重要\nRAM 会拒绝该策略。\n\n# 改法\n`\"Principal\": { \"RAM\": [\"acs:ram::1234567890123456:user/alice\"] }`\n";
}

const TRUST: Text =
    Text::new("{remedy}", "请在 `RAM`、`Service` 或 `Federated` 下写出受信主体的完整形式");
const BUCKET: Text = Text::new("{remedy}", "请写账号或用户的数字 ID 列表：`[\"<uid>\"]`");

impl Rule for PrincipalShape {
    fn explain(&self, subject: &Subject<'_>, problem: &Problem) -> Verdict {
        let ProblemKind::InvalidPrincipal { found, remedy } = problem.kind() else {
            return Verdict::NotMine;
        };
        let help = if subject.kind() == Kind::Bucket { BUCKET } else { TRUST };
        self.draft(problem.span())
            .arg("v", found)
            .whole_arg("remedy", remedy.to_string())
            .help(help)
            .into()
    }
}
