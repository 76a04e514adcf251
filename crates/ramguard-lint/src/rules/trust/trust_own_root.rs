use ramguard_policy::name::principal::TrustPrincipal;

use super::{principals_of, trusting};
use crate::Confidence;
use crate::rule::{Described, Draft, Rule, rule};
use crate::subject::Subject;

rule! {
    /// # What it finds
    /// A trust policy that lets in the whole of your own account without a condition. Where no own
    /// account is named in the settings, every account may be it.
    ///
    /// # Why it matters
    /// The trust policy then protects nothing: whoever of the account has a permission for
    /// `sts:AssumeRole` on this role takes it.
    ///
    /// # Instead
    /// `"Principal": { "RAM": ["acs:ram::1234567890123456:user/alice"] }`
    pub(crate) struct TrustOwnRoot;
    code = 704, name = "trust-own-root", level = Note, preset = Audit, needs = Text;
    severity = 40;
    message = "every user of this account with `sts:AssumeRole` can take this role"
        / "本账号中所有拥有 `sts:AssumeRole` 权限的用户都能扮演该角色";
    help = "name the users or roles that need it" / "请写明需要它的用户或角色";
    page_zh = "# 检查内容\n信任策略无条件信任自己的整个账号。设置中没有写明自己的账号时，任何账号都可能是。\n\n# 为什么重要\n这样信任策略不起保护作用：账号内对该角色有 `sts:AssumeRole` 权限的身份都能扮演它。\n\n# 改法\n`\"Principal\": { \"RAM\": [\"acs:ram::1234567890123456:user/alice\"] }`\n";
}

impl Rule for TrustOwnRoot {
    fn check(&self, subject: &Subject<'_>, found: &mut Vec<Draft>) {
        let open = trusting(subject).filter(|(view, _)| view.is_unconditional());
        for (principal, span) in open.flat_map(|(_, statement)| principals_of(statement)) {
            let TrustPrincipal::Account(account) = principal else { continue };
            match subject.settings.is_own_account(account) {
                Some(false) => {}
                Some(true) => found.push(self.draft(span)),
                None => found.push(self.draft(span).confidence(Confidence::Low)),
            }
        }
    }
}
