use ramguard_policy::name::principal::TrustPrincipal;

use super::{principals_of, trusting};
use crate::rule::{Described, Draft, Rule, rule};
use crate::subject::Subject;
use crate::{Confidence, Level, Preset};

rule! {
    /// # What it finds
    /// A trust policy that lets in another account as a whole, `acs:ram::<account>:root`, and asks
    /// for nothing. Which accounts are your own is a setting; where none is named the rule cannot
    /// tell, and speaks as a note from the preset `strict` on.
    ///
    /// # Why it matters
    /// Who of that account gets the role is decided there: every user and role with a permission
    /// for `sts:AssumeRole`, those to come included.
    ///
    /// # Instead
    /// `"Principal": { "RAM": ["acs:ram::1234567890123456:role/partner-sync"] }`, and a condition
    /// on `sts:ExternalId`.
    pub(crate) struct TrustWholeForeignAccount;
    code = 702, name = "trust-whole-foreign-account", level = Warning, preset = Default, needs = Text;
    severity = 70;
    message = "every identity of account {id} that may call `sts:AssumeRole` gets this role"
        / "账号 {id} 中所有可调用 `sts:AssumeRole` 的身份都能获得该角色";
    help = "name the user or role; if the account is your own, add it to `own-accounts`"
        / "请写明用户或角色；如果是自己的账号，请加入 `own-accounts`";
    page_zh = "# 检查内容\n信任策略无条件信任其他账号整体：`acs:ram::<account>:root`。自己的账号由设置给出；未设置时无法判断，仅在 `strict` 及以上预设中提示。\n\n# 为什么重要\n谁能获得角色由对方账号决定：所有拥有 `sts:AssumeRole` 权限的用户和角色，包括将来新增的。\n\n# 改法\n`\"Principal\": { \"RAM\": [\"acs:ram::1234567890123456:role/partner-sync\"] }`，并加上 `sts:ExternalId` 条件。\n";
}

impl Rule for TrustWholeForeignAccount {
    fn check(&self, subject: &Subject<'_>, found: &mut Vec<Draft>) {
        let open = trusting(subject).filter(|(view, _)| view.is_unconditional());
        for (principal, span) in open.flat_map(|(_, statement)| principals_of(statement)) {
            let TrustPrincipal::Account(account) = principal else { continue };
            let draft = self.draft(span).arg("id", account);
            match subject.settings.is_own_account(account) {
                Some(true) => {}
                Some(false) => found.push(draft),
                None => found.push(
                    draft.confidence(Confidence::Low).at_most(Level::Note).only_in(Preset::Strict),
                ),
            }
        }
    }
}
