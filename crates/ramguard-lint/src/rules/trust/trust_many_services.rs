use std::collections::BTreeSet;

use ramguard_policy::name::principal::TrustPrincipal;
use ramguard_policy::text::Span;

use super::{principals_of, trusting};
use crate::message::Text;
use crate::rule::{Described, Draft, Rule, rule};
use crate::subject::Subject;

rule! {
    /// # What it finds
    /// A role that more than one service trusts with machines of its own: ECS, Elastic Container
    /// Instance, Function Compute, Container Service, PAI, E-MapReduce, Serverless App Engine.
    ///
    /// # Why it matters
    /// Whoever may pass the role to one of them may often pass it to all, and a condition on
    /// `acs:Service` has to name them all.
    ///
    /// # Instead
    /// One role a service.
    pub(crate) struct TrustManyServices;
    code = 706, name = "trust-many-services", level = Note, preset = Strict, needs = Text;
    severity = 35;
    message = "role can be passed to {n} services; one role per service keeps `acs:Service` meaningful"
        / "角色可被传递给 {n} 个服务；每个服务一个角色才能让 `acs:Service` 有意义";
    page_zh = "# 检查内容\n角色同时信任多个能运行程序的服务：ECS、弹性容器实例、函数计算、容器服务、PAI、E-MapReduce、Serverless 应用引擎。\n\n# 为什么重要\n能把角色传给其中一个的人，往往也能传给其他服务，`acs:Service` 条件也不得不列出全部。\n\n# 改法\n每个服务使用各自的角色。\n";
}

/// Services that run programs of their users under a role.
const COMPUTE: [&str; 7] = ["ecs", "eci", "fc", "cs", "pai", "emr", "sae"];

const FIRST: Text = Text::new("trusted as well", "同样受信任");

impl Rule for TrustManyServices {
    fn check(&self, subject: &Subject<'_>, found: &mut Vec<Draft>) {
        let mut codes = BTreeSet::new();
        let services: Vec<Span> = trusting(subject)
            .flat_map(|(_, statement)| principals_of(statement))
            .filter(|(principal, _)| {
                compute_service(*principal).is_some_and(|code| codes.insert(code))
            })
            .map(|(_, span)| span)
            .collect();
        let Some((first, [second, more @ ..])) = services.split_first() else { return };
        let mut draft = self.draft(*second).arg("n", services.len());
        for other in std::iter::once(first).chain(more) {
            draft = draft.related(*other, FIRST);
        }
        found.push(draft);
    }
}

fn compute_service(principal: TrustPrincipal<'_>) -> Option<&'static str> {
    let TrustPrincipal::Service(name) = principal else { return None };
    let code = name.strip_suffix(".aliyuncs.com")?;
    COMPUTE.into_iter().find(|known| *known == code)
}
