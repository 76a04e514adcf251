use ramguard_policy::name::principal::TrustPrincipal;

use super::{principals_of, trusting};
use crate::message::Text;
use crate::rule::{Described, Draft, Rule, rule};
use crate::subject::Subject;

rule! {
    /// # What it finds
    /// A role that both a service and somebody else may take: an account, a user, a role or
    /// whoever comes through a SAML provider. OIDC providers stand for programs and do not count.
    ///
    /// # Why it matters
    /// A person who can assume the role of a service needs no `ram:PassRole` to get at its
    /// permissions, and acts under the name of the service.
    ///
    /// # Instead
    /// One role for the service, another one for people.
    pub(crate) struct TrustHumansAndServices;
    code = 712, name = "trust-humans-and-services", level = Warning, preset = Strict, needs = Text;
    severity = 50;
    message = "separate human and service roles" / "请将人员角色与服务角色分开";
    help = "a human who can assume a service role bypasses `ram:PassRole` checks"
        / "能扮演服务角色的人员会绕过 `ram:PassRole` 检查";
    page_zh = "# 检查内容\n角色既信任服务，又信任账号、用户、角色或 SAML 提供方。OIDC 提供方代表程序，不计入。\n\n# 为什么重要\n能扮演服务角色的人不需要 `ram:PassRole` 就能获得其权限，并以服务的名义行事。\n\n# 改法\n服务与人员各用一个角色。\n";
}

const SERVICE: Text = Text::new("trusted together with this service", "同时信任该服务");

impl Rule for TrustHumansAndServices {
    fn check(&self, subject: &Subject<'_>, found: &mut Vec<Draft>) {
        let mut human = None;
        let mut service = None;
        for (principal, span) in
            trusting(subject).flat_map(|(_, statement)| principals_of(statement))
        {
            let place = match principal {
                TrustPrincipal::Service(_) => &mut service,
                TrustPrincipal::Federated(arn) if arn.contains(":oidc-provider/") => continue,
                _ => &mut human,
            };
            place.get_or_insert(span);
        }
        if let (Some(human), Some(service)) = (human, service) {
            found.push(self.draft(human).related(service, SERVICE));
        }
    }
}
