use ramguard_policy::Effect;
use ramguard_policy::condition::Operator;

use crate::rule::{Described, Draft, Rule, rule};
use crate::subject::Subject;

rule! {
    /// # What it finds
    /// A Deny whose only condition is that `acs:MFAPresent` is `false`.
    ///
    /// # Why it matters
    /// Requests signed with an access key do not carry the key, so the condition does not hold and
    /// the Deny does not stop them: who has a stolen key needs no second factor.
    ///
    /// # Instead
    /// An Allow that requires it: `"Bool": { "acs:MFAPresent": "true" }`.
    pub(crate) struct MfaDenyMissesAccessKeys;
    code = 418, name = "mfa-deny-misses-access-keys", level = Warning, preset = Default, needs = Text;
    severity = 70;
    message = "this Deny does not stop calls made with an access key" / "该 Deny 拦不住使用 AccessKey 的调用";
    help = "require `acs:MFAPresent` `true` in the Allow, or deny by source address for programs"
        / "请在 Allow 中要求 `acs:MFAPresent` 为 `true`，或对程序调用按来源地址拒绝";
    page_zh = "# 检查内容\nDeny 的唯一条件是 `acs:MFAPresent` 为 `false`。\n\n# 为什么重要\n用 AccessKey 签名的请求不带该键，条件不成立，Deny 拦不住：盗得密钥的人不需要第二因素。\n\n# 改法\n在 Allow 中要求：`\"Bool\": { \"acs:MFAPresent\": \"true\" }`。\n";
}

impl Rule for MfaDenyMissesAccessKeys {
    fn check(&self, subject: &Subject<'_>, found: &mut Vec<Draft>) {
        for statement in subject.readable() {
            let [test] = statement.tests.as_slice() else { continue };
            let is_deny = statement.effect == Some(Effect::Deny);
            let is_mfa = test.operator == Some(Operator::Bool)
                && ramguard_policy::condition::same_key(test.key, "acs:MFAPresent")
                && test.values.iter().any(|value| value.text.eq_ignore_ascii_case("false"));
            if is_deny && is_mfa {
                found.push(self.draft(test.key_span));
            }
        }
    }
}
