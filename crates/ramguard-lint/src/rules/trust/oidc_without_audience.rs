use ramguard_policy::name::principal::TrustPrincipal;

use super::{pins, principals_of, trusting};
use crate::rule::{Described, Draft, Rule, rule};
use crate::subject::Subject;

rule! {
    /// # What it finds
    /// Trust in an OIDC provider that does not pin both the issuer, `oidc:iss`, and the audience,
    /// `oidc:aud`, to values that are written out.
    ///
    /// # Why it matters
    /// A token made for another program of the same provider is accepted too.
    ///
    /// # Instead
    /// `"Condition": { "StringEquals": { "oidc:iss": ["https://issuer.example"],
    ///    "oidc:aud": ["sts.aliyuncs.com"], "oidc:sub": ["system:serviceaccount:prod:app"] } }`
    pub(crate) struct OidcWithoutAudience;
    code = 708, name = "oidc-without-audience", level = Error, preset = Default, needs = Text;
    severity = 80;
    message = "OIDC trust must pin `oidc:iss` and `oidc:aud`"
        / "OIDC 信任必须限定 `oidc:iss` 和 `oidc:aud`";
    help = "add to `StringEquals`: {missing}" / "请在 `StringEquals` 中加上：{missing}";
    page_zh = "# 检查内容\n信任 OIDC 提供方，但没有同时把签发方 `oidc:iss` 和受众 `oidc:aud` 限定为写明的值。\n\n# 为什么重要\n同一提供方为其他程序签发的令牌也会被接受。\n\n# 改法\n`\"Condition\": { \"StringEquals\": { \"oidc:iss\": [\"https://issuer.example\"], \"oidc:aud\": [\"sts.aliyuncs.com\"], \"oidc:sub\": [\"system:serviceaccount:prod:app\"] } }`\n";
}

impl Rule for OidcWithoutAudience {
    fn check(&self, subject: &Subject<'_>, found: &mut Vec<Draft>) {
        for (view, statement) in trusting(subject) {
            let missing: Vec<&str> = [("oidc:iss", "`oidc:iss`"), ("oidc:aud", "`oidc:aud`")]
                .into_iter()
                .filter(|(key, _)| !pins(view, key))
                .map(|(_, quoted)| quoted)
                .collect();
            if missing.is_empty() {
                continue;
            }
            let provider = principals_of(statement).find(|(principal, _)| {
                matches!(principal, TrustPrincipal::Federated(arn) if arn.contains(":oidc-provider/"))
            });
            if let Some((_, span)) = provider {
                found.push(self.draft(span).whole_arg("missing", missing.join(", ")));
            }
        }
    }
}
