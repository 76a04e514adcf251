use ramguard_policy::Kind;

use super::grants_everything;
use crate::rule::{Described, Draft, Rule, rule};
use crate::subject::Subject;

rule! {
    /// # What it finds
    /// An Allow of every action on every resource without a condition.
    ///
    /// # Why it matters
    /// Whoever has it owns the account: identities, keys, data and bills.
    ///
    /// # Instead
    /// The actions that are needed, on the resources they are needed on. For administrators the
    /// system policy `AdministratorAccess`, on few identities.
    pub(crate) struct FullAdmin;
    code = 601, name = "full-admin", level = Error, preset = Default, needs = Text;
    severity = 95;
    message = "grants full administrator access" / "授予完整的管理员权限";
    help = "grant the actions that are needed, on the resources they are needed on"
        / "请只授予需要的操作和资源";
    page_zh = "# 检查内容\n无条件允许对所有资源执行所有操作。\n\n# 为什么重要\n获得它就等于拥有整个账号：身份、密钥、数据和账单。\n\n# 改法\n只授予需要的操作和资源；管理员请用系统策略 `AdministratorAccess`，并只授予极少数身份。\n";
}

impl Rule for FullAdmin {
    fn check(&self, subject: &Subject<'_>, found: &mut Vec<Draft>) {
        // Session and control policies only narrow what others grant.
        if subject.kind() != Kind::Identity {
            return;
        }
        for word in subject.statements.iter().filter_map(grants_everything) {
            found.push(self.draft(word.span).diagnostic("allow-everything"));
        }
    }
}
