//! The smallest grants that would have allowed a request.

use std::sync::Arc;

use ramguard_policy::{Kind, Limits, Policy, ReadOptions};

use crate::{
    Authorizer, Decision, Layer, Layers, Mode, Outcome, PolicySet, Principal, PrincipalKind,
    Reason, Request,
};

/// A policy that grants exactly what was asked, in the layer where it is missing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grant {
    /// The layer that is silent.
    pub layer: Layer,
    /// A policy of the layer's kind.
    pub policy: Policy,
}

/// Returns the grants without any of which the request is not allowed, one a layer; none if no
/// grant helps.
///
/// Each round grants what the deciding layer misses and decides again, so the loop ends after as
/// many rounds as there are layers. What an earlier round granted may turn out not to be needed.
pub(super) fn missing(
    authorizer: &Authorizer,
    request: &Request<'_>,
    decision: Decision,
) -> Vec<Grant> {
    let mut grants: Vec<Grant> = Vec::new();
    let mut layers = authorizer.layers().clone();
    let mut decision = decision;
    while decision.outcome() == Outcome::ImplicitDeny {
        let layer = match decision.reason() {
            Reason::NothingAllows(layer) => layer,
            Reason::ForeignResource => Layer::Resource,
            _ => return Vec::new(),
        };
        // A layer that stays silent under its own grant cannot be helped.
        if grants.iter().any(|grant| grant.layer == layer) {
            return Vec::new();
        }
        let Some(policy) = grant(layer, request) else { return Vec::new() };
        add(&mut layers, layer, &policy);
        grants.push(Grant { layer, policy });
        let granted = Authorizer::with_layers(layers.clone(), *authorizer.semantics());
        decision = granted.decide(request);
    }
    match decision.outcome() {
        Outcome::Allow => needed(authorizer, request, grants),
        Outcome::ExplicitDeny | Outcome::ImplicitDeny => Vec::new(),
    }
}

/// Leaves out every grant that the others do without: what the caller's own account grants counts
/// for nothing on a resource of another, whose policy is enough (rule E-12).
fn needed(authorizer: &Authorizer, request: &Request<'_>, mut grants: Vec<Grant>) -> Vec<Grant> {
    let mut at = 0;
    while at < grants.len() && grants.len() > 1 {
        let mut layers = authorizer.layers().clone();
        for (_, grant) in grants.iter().enumerate().filter(|(other, _)| *other != at) {
            add(&mut layers, grant.layer, &grant.policy);
        }
        let without = Authorizer::with_layers(layers, *authorizer.semantics());
        if without.decide(request).is_allowed() {
            grants.remove(at);
        } else {
            at += 1;
        }
    }
    grants
}

fn add(layers: &mut Layers, layer: Layer, policy: &Policy) {
    let with = |set: Option<&Arc<PolicySet>>| {
        let own = set.map(|set| set.policies().to_vec()).unwrap_or_default();
        Arc::new(PolicySet::new(own.into_iter().chain([policy.clone()])))
    };
    match layer {
        Layer::Control { node } => {
            if let Some(set) =
                layers.control.as_mut().and_then(|nodes| nodes.get_mut(node as usize))
            {
                *set = with(Some(set));
            }
        }
        Layer::Session => layers.session = Some(with(layers.session.as_ref())),
        Layer::Account => layers.account = with(Some(&layers.account)),
        Layer::ResourceGroup => {
            layers.resource_group = Some(with(layers.resource_group.as_ref()));
        }
        Layer::Resource => layers.resource = Some(with(layers.resource.as_ref())),
    }
}

fn grant(layer: Layer, request: &Request<'_>) -> Option<Policy> {
    let mut members = vec![r#""Effect":"Allow""#.to_owned()];
    let assumes = request.mode() != Mode::Standard;
    let kind = match layer {
        Layer::Control { .. } => Kind::Control,
        Layer::Session => Kind::Session,
        Layer::Account | Layer::ResourceGroup => Kind::Identity,
        Layer::Resource if assumes => Kind::Trust,
        Layer::Resource => Kind::Bucket,
    };
    if kind.has_principal() {
        let principal = match kind {
            Kind::Trust => trust_principal(request.principal()?)?,
            _ => format!("[{}]", quoted(&bucket_principal(request.principal()?)?)),
        };
        members.push(format!(r#""Principal":{principal}"#));
    }
    members.push(format!(r#""Action":{}"#, quoted(request.action())));
    if kind.has_resource() {
        members.push(format!(r#""Resource":{}"#, quoted(&resource_pattern(request))));
    }
    // A role is granted to be passed to the service it was asked for, to no other.
    if request.action().eq_ignore_ascii_case("ram:PassRole")
        && let Some(service) = request.single_value("acs:Service")
    {
        let service = quoted(service);
        members.push(format!(r#""Condition":{{"StringEquals":{{"acs:Service":{service}}}}}"#));
    }
    let text = format!(r#"{{"Version":"1","Statement":[{{{}}}]}}"#, members.join(","));
    // An action or resource can be longer than a document of RAM may be; the grant is shown all
    // the same.
    let options = ReadOptions {
        limits: Limits::default().with_max_bytes_for_all(Limits::DEFAULT_MAX_READ_BYTES),
        ..ReadOptions::default()
    };
    Policy::parse_with(kind, &text, &options).ok()
}

/// The resource of the request as a pattern: the region of a RAM resource is blank (rule R-7).
fn resource_pattern(request: &Request<'_>) -> String {
    match request.arn() {
        Some(arn) if request.is_ram() => {
            format!("acs:{}::{}:{}", arn.service, arn.account, arn.relative_id)
        }
        _ => request.resource().to_owned(),
    }
}

fn trust_principal(caller: &Principal<'_>) -> Option<String> {
    let key = match caller.kind() {
        PrincipalKind::User | PrincipalKind::Role => "RAM",
        PrincipalKind::Service => "Service",
        PrincipalKind::Federated => "Federated",
        PrincipalKind::Root | PrincipalKind::Anonymous => return None,
    };
    Some(format!(r#"{{"{key}":{}}}"#, quoted(caller.id())))
}

fn bucket_principal(caller: &Principal<'_>) -> Option<String> {
    match caller.kind() {
        PrincipalKind::User | PrincipalKind::Root => caller.uid().map(str::to_owned),
        PrincipalKind::Role => caller.session_arn().map(str::to_owned),
        // Nobody is granted to everybody only because one anonymous caller asked.
        PrincipalKind::Service | PrincipalKind::Federated | PrincipalKind::Anonymous => None,
    }
}

fn quoted(text: &str) -> String {
    ramguard_policy::quote_json(text)
}
