use ramguard_policy::name::principal::TrustPrincipal;

use super::{insert_string_equals, pins, principals_of, trusting};
use crate::fix::Applicability;
use crate::message::Text;
use crate::rule::{Described, Draft, Rule, rule};
use crate::subject::Subject;

rule! {
    /// # What it finds
    /// Trust in a SAML provider that does not ask who the assertion is for.
    ///
    /// # Why it matters
    /// An assertion that the provider made for another service is accepted too. The documentation
    /// asks for `saml:recipient` in every such policy.
    ///
    /// # Instead
    /// `"Condition": { "StringEquals": { "saml:recipient": ["https://signin.aliyun.com/saml-role/sso"] } }`;
    /// on the international site `https://signin.alibabacloud.com/saml-role/sso`.
    pub(crate) struct SamlWithoutRecipient;
    code = 707, name = "saml-without-recipient", level = Warning, preset = Default, needs = Text;
    severity = 55;
    fix = Unsafe;
    message = "add `saml:recipient`" / "请加上 `saml:recipient`";
    help = "`https://signin.aliyun.com/saml-role/sso`, on the international site `https://signin.alibabacloud.com/saml-role/sso`"
        / "`https://signin.aliyun.com/saml-role/sso`，国际站为 `https://signin.alibabacloud.com/saml-role/sso`";
    page_zh = "# 检查内容\n信任 SAML 提供方，但没有检查断言是给谁的。\n\n# 为什么重要\n提供方为其他服务签发的断言也会被接受。文档要求此类策略都写 `saml:recipient`。\n\n# 改法\n`\"Condition\": { \"StringEquals\": { \"saml:recipient\": [\"https://signin.aliyun.com/saml-role/sso\"] } }`；国际站为 `https://signin.alibabacloud.com/saml-role/sso`。\n";
}

const KEY: &str = "saml:recipient";

/// Where the console takes assertions, as documented for trust policies of SAML providers.
const RECIPIENT: &str = "https://signin.aliyun.com/saml-role/sso";

const INSERT: Text = Text::new(
    "ask for the recipient `https://signin.aliyun.com/saml-role/sso`",
    "要求接收方为 `https://signin.aliyun.com/saml-role/sso`",
);

impl Rule for SamlWithoutRecipient {
    fn check(&self, subject: &Subject<'_>, found: &mut Vec<Draft>) {
        for (view, statement) in trusting(subject).filter(|(view, _)| !pins(view, KEY)) {
            let provider = principals_of(statement).find(|(principal, _)| {
                matches!(principal, TrustPrincipal::Federated(arn) if arn.contains(":saml-provider/"))
            });
            if let Some((_, span)) = provider {
                let edit = insert_string_equals(subject, view, KEY, RECIPIENT);
                found.push(self.draft(span).fix(Applicability::Unsafe, INSERT, edit));
            }
        }
    }
}
