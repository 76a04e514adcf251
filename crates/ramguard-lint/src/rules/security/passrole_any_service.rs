use std::cell::OnceCell;
use std::collections::BTreeSet;

use ramguard_catalog::passrole_actions;
use ramguard_policy::Effect;
use ramguard_policy::condition::{Family, Operator};

use super::pass_role_grants;
use crate::edit;
use crate::fix::{Applicability, Edit};
use crate::message::Text;
use crate::rule::{Described, Draft, Rule, rule};
use crate::subject::{StatementView, Subject, TestView};

rule! {
    /// # What it finds
    /// An Allow of `ram:PassRole` whose condition does not say which services may receive the
    /// role. `StringNotEquals` says which may not, and does not count.
    ///
    /// # Why it matters
    /// Every service that takes roles, and every one to come, can be handed this one.
    ///
    /// # Instead
    /// `"Condition": { "StringEquals": { "acs:Service": ["ecs.aliyuncs.com"] } }`
    pub(crate) struct PassroleAnyService;
    code = 605, name = "passrole-any-service", level = Warning, preset = Default, needs = Text;
    severity = 70;
    fix = Unsafe;
    message = "roles can be passed to every service; add `StringEquals` `acs:Service`"
        / "角色可被传递给所有服务；请加上 `StringEquals` `acs:Service`";
    help = "insert `\"Condition\": {\"StringEquals\": {\"acs:Service\": [\"ecs.aliyuncs.com\"]}}`"
        / "请加入 `\"Condition\": {\"StringEquals\": {\"acs:Service\": [\"ecs.aliyuncs.com\"]}}`";
    page_zh = "# 检查内容\n允许 `ram:PassRole`，但条件没有限定可接收角色的服务。`StringNotEquals` 只排除一些服务，不算限定。\n\n# 为什么重要\n任何接受角色的服务，包括将来新增的，都可以拿到该角色。\n\n# 改法\n`\"Condition\": { \"StringEquals\": { \"acs:Service\": [\"ecs.aliyuncs.com\"] } }`\n";
}

const NEGATED: Text = Text::new(
    "roles can be passed to every service but a few; name those that may receive them",
    "除少数服务外，角色可被传递给所有服务；请写明允许的服务",
);

const INSERT: Text = Text::new(
    "let only `{service}` receive the role, the one service this policy works with that takes roles",
    "仅允许 `{service}` 接收角色：它是该策略涉及的唯一接受角色的服务",
);

impl Rule for PassroleAnyService {
    fn check(&self, subject: &Subject<'_>, found: &mut Vec<Draft>) {
        let only = OnceCell::new();
        for (statement, action) in pass_role_grants(subject) {
            let mut tests = statement.tests_of("acs:Service").peekable();
            let draft = self.draft(action.span);
            if tests.peek().is_none() {
                let draft = draft.diagnostic("passrole-no-service");
                found.push(match *only.get_or_init(|| only_service(subject)) {
                    Some(service) => {
                        let edit = insert_condition(subject, statement, service);
                        draft.arg("service", service).fix(Applicability::Unsafe, INSERT, edit)
                    }
                    None => draft,
                });
            } else if !tests.any(bounds) {
                found.push(draft.message(NEGATED));
            }
        }
    }
}

fn bounds(test: &TestView<'_>) -> bool {
    let Some(operator) = test.operator else { return false };
    let is_positive = operator.family() == Family::String && !operator.is_negated();
    let is_open = operator == Operator::StringLike
        && test.values.iter().any(|value| value.text.starts_with(['*', '?']));
    is_positive && !is_open
}

/// The service that takes roles in the actions this policy grants, if there is exactly one.
fn only_service(subject: &Subject<'_>) -> Option<&'static str> {
    let takers = passrole_actions().filter(|taker| !taker.principal().is_empty());
    let granted = |action: &str| {
        subject.statements.iter().any(|statement| {
            statement.effect == Some(Effect::Allow) && statement.covers_action(action)
        })
    };
    let services: BTreeSet<&str> =
        takers.filter(|taker| granted(taker.action())).map(|taker| taker.principal()).collect();
    services.first().copied().filter(|_| services.len() == 1)
}

fn insert_condition(
    subject: &Subject<'_>,
    statement: &StatementView<'_>,
    service: &str,
) -> Option<Edit> {
    if statement.condition.is_some() {
        return None;
    }
    let last = statement.value.members().last()?;
    let service = edit::quoted(service);
    let member =
        format!("\"Condition\": {{ \"StringEquals\": {{ \"acs:Service\": [{service}] }} }}");
    Some(edit::insert_after(subject.text(), &last, statement.value, &member))
}
