//! Requests about a policy: what its patterns and conditions ask for, and what nearly fits.
//!
//! Nothing here is random: the requests follow from the policy, so two policies that differ in
//! what they decide are told apart by the requests around either.

use ramguard::Request;
use ramguard_policy::StatementPrincipal::{Bucket, Trust};
use ramguard_policy::condition::Family;
use ramguard_policy::name::principal::TrustPrincipal;
use ramguard_policy::{Kind, Policy, Statement, StatementPrincipal};
use serde_json::{Map, Value, json};

/// How many requests are made around one policy at most.
pub const MAX_REQUESTS: usize = 60;

/// Texts that a pattern takes, and some that it nearly takes.
fn around(pattern: &str) -> [String; 3] {
    [
        pattern.replace('*', "").replace('?', "x"),
        pattern.replace('*', "Xy").replace('?', "1"),
        format!("{}z", pattern.replace("**", "*").replace('*', "a/b").replace('?', "部")),
    ]
}

/// Contexts about the conditions of a statement: what each asks for, and beside it.
fn contexts(statement: Statement<'_>) -> Vec<Value> {
    let mut contexts = vec![json!({})];
    let values = |choose: fn(Family, &str) -> Vec<String>| -> Value {
        statement
            .conditions()
            .map(|tested| {
                let family = tested.operator().family();
                let values: Vec<String> =
                    tested.values().take(4).flat_map(|value| choose(family, value.text)).collect();
                (tested.key().text.to_owned(), json!(values))
            })
            .collect::<Map<_, _>>()
            .into()
    };
    if statement.conditions().len() > 0 {
        contexts.push(values(|family, text| match family {
            Family::Ip => vec![text.split('/').next().unwrap_or_default().to_owned()],
            Family::Bool => vec![text.to_ascii_lowercase()],
            _ => vec![text.to_owned()],
        }));
        contexts.push(values(|family, text| match family {
            Family::Ip => vec!["10.1.2.3".to_owned(), "203.0.113.255".to_owned()],
            Family::Bool => vec!["false".to_owned()],
            Family::String => around(text).to_vec(),
            _ => vec![text.to_ascii_lowercase()],
        }));
    }
    contexts
}

/// A caller that an entry of a trust policy names.
fn named(principal: StatementPrincipal<'_>) -> Value {
    let of = |kind: &str, account: &str, rest: String| {
        let arn = format!("acs:ram::{account}:{rest}");
        json!({"type": kind, "account": account, "arn": arn})
    };
    match principal {
        Trust(TrustPrincipal::Account(account)) => of("user", account, "user/bob".into()),
        Trust(TrustPrincipal::User { account, name }) => {
            of("user", account, format!("user/{name}"))
        }
        Trust(TrustPrincipal::Role { account, name }) => {
            of("role", account, format!("role/{name}"))
        }
        Trust(TrustPrincipal::Service(name)) => json!({"type": "service", "service": name}),
        Trust(TrustPrincipal::Federated(arn)) => json!({"type": "federated", "provider": arn}),
        Bucket(_) => json!({"type": "user"}),
    }
}

/// Returns requests about the statements of a policy, at most [`MAX_REQUESTS`]; what is no request
/// is left out.
#[must_use]
pub fn requests_around(policy: &Policy) -> Vec<Request<'static>> {
    let mut forms = Vec::new();
    for statement in policy.statements().take(6) {
        forms.extend(forms_around(policy.kind(), statement));
    }
    // Evenly chosen, so that every statement keeps its share.
    let step = forms.len() / MAX_REQUESTS + 1;
    forms.into_iter().step_by(step).filter_map(request).collect()
}

fn forms_around(kind: Kind, statement: Statement<'_>) -> Vec<Value> {
    let actions = statement.actions().take(4).flat_map(|action| around(action.text));
    let mut actions: Vec<String> = actions.collect();
    let resources = statement.resources().take(4).flat_map(|resource| around(resource.text));
    let mut resources: Vec<String> = resources.collect();
    let mut principals = vec![json!({
        "type": "user", "account": "1000000000000001",
        "arn": "acs:ram::1000000000000001:user/alice", "uid": "2000000000000001",
    })];
    let mut mode = "standard";
    if kind == Kind::Trust {
        mode = "assume_role";
        actions = vec!["sts:AssumeRole".to_owned()];
        resources = vec!["acs:ram::1234567890123456:role/app".to_owned()];
        let entries = statement.principals().take(6);
        principals.extend(entries.map(|(principal, _)| named(principal)));
    }
    resources.push("*".to_owned());
    let mut forms = Vec::new();
    for (number, action) in actions.iter().enumerate() {
        for (index, resource) in resources.iter().enumerate() {
            // Each action with every resource would be many; each with some of them will do.
            if kind != Kind::Trust && (number + index) % 3 == 2 {
                continue;
            }
            for context in contexts(statement) {
                for principal in &principals {
                    forms.push(json!({
                        "action": action, "resource": resource, "owner": "1000000000000001",
                        "principal": principal, "context": context, "mode": mode,
                    }));
                }
            }
        }
    }
    forms
}

fn request(mut form: Value) -> Option<Request<'static>> {
    if let Ok(request) = serde_json::from_value(form.clone()) {
        return Some(request);
    }
    // An ARN that names its account states the owner itself; federated callers use SSO.
    let is_federated = form.pointer("/principal/type").is_some_and(|kind| kind == "federated");
    let members = form.as_object_mut()?;
    members.remove("owner");
    if is_federated {
        members.insert("mode".to_owned(), "role_sso".into());
    }
    serde_json::from_value(form).ok()
}
