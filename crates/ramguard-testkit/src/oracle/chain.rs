//! The whole decision, step by step as section 5.2 lists them.
//!
//! Every document of a case is checked before anything is decided, so a statement that reaches
//! [`applies`] is known to be sound.

use std::collections::BTreeSet;

use serde_json::Value;

use super::condition::{folded_key, holds};
use super::document::{Kind, is_blank, reject_codes_of_value, strings};
use super::principal::{Caller, bucket_names, trust_names};
use super::resource::Resource;
use super::truth::Truth;
use super::witness::{self, rule};
use super::{Options, Outcome, operation, wildcard};

/// What is being asked of the chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mode {
    Standard,
    AssumeRole,
    RoleSso,
}

/// The documents of a case by layer.
struct Policies<'a> {
    control: Option<Vec<Vec<&'a Value>>>,
    session: Option<&'a Value>,
    account: Vec<&'a Value>,
    resource_group: Vec<&'a Value>,
    resource: Option<&'a Value>,
}

/// One check.
struct Request {
    action: String,
    resource: Resource,
    caller: Caller,
    /// Keys in folded form, each with its values.
    context: Vec<(String, Vec<String>)>,
    /// Keys as the request spells them.
    spellings: Vec<String>,
}

/// Decides a case, or says what is malformed about it.
pub(super) fn decide(case: &Value) -> Result<Outcome, String> {
    let options = Options::read(case.get("options"))?;
    let mode = match case.get("mode").map(Value::as_str) {
        None | Some(Some("standard")) => Mode::Standard,
        Some(Some("assume_role")) => Mode::AssumeRole,
        Some(Some("role_sso")) => Mode::RoleSso,
        Some(_) => return Err("the mode is unknown".to_owned()),
    };
    let policies = Policies::read(case)?;
    policies.check(mode, options)?;
    let request = case.get("request").ok_or("the case has no request")?;
    let principal = request.get("principal");
    let none = Value::Null;
    let context = request.get("context").unwrap_or(&none);
    let checks = match (request.get("checks"), request.get("op")) {
        (Some(Value::Array(checks)), _) => checks.clone(),
        (Some(_), _) => return Err("the checks are not a list".to_owned()),
        (None, Some(op)) => operation::checks(op, context, options)?,
        (None, None) => vec![request.clone()],
    };
    if checks.is_empty() {
        return Err("the request has no check".to_owned());
    }
    let outcomes = checks
        .iter()
        .map(|check| {
            let request = Request::read(check, principal)?;
            let outcome = policies.decide(&request, mode, options);
            if request.action.eq_ignore_ascii_case("ram:PassRole") {
                rule("P-1", outcome == Outcome::Allow);
            }
            Ok(outcome)
        })
        .collect::<Result<Vec<Outcome>, String>>()?;
    // Rule E-14.
    let all_allow = outcomes.iter().all(|outcome| *outcome == Outcome::Allow);
    if outcomes.len() > 1 {
        rule("R-9", all_allow);
        rule("E-14", all_allow);
    }
    match request.pointer("/op/api").and_then(Value::as_str) {
        Some("AttachInstanceRamRole") => rule("P-3", all_allow),
        Some("DetachInstanceRamRole") => rule("P-4", all_allow),
        Some(_) => rule("P-5", request.pointer("/op/ram_role_name").is_some()),
        None => false,
    };
    Ok(if all_allow {
        Outcome::Allow
    } else if outcomes.contains(&Outcome::ExplicitDeny) {
        Outcome::ExplicitDeny
    } else {
        Outcome::ImplicitDeny
    })
}

impl Request {
    fn read(check: &Value, principal: Option<&Value>) -> Result<Request, String> {
        let text = |member: &str| {
            check
                .get(member)
                .and_then(Value::as_str)
                .ok_or_else(|| format!("the request has no `{member}`"))
        };
        let action = text("action")?;
        let misplaced = |symbol: char| matches!(symbol, '*' | '?') || is_blank(symbol);
        // Rule A-6. An operation without a name, or of no service, is no operation either.
        let sound = !action.contains(misplaced)
            && action.split_once(':').is_some_and(|(service, name)| {
                !service.is_empty() && !name.is_empty() && !name.contains(':')
            });
        if !rule("A-6", sound) {
            return Err(format!("`{action}` is not an operation"));
        }
        let caller = Caller::read(check.get("principal").or(principal))?;
        let resource = Resource::read(text("resource")?)?;
        let mut context: Vec<(String, Vec<String>)> = Vec::new();
        let mut spellings = Vec::new();
        match check.get("context") {
            None => {}
            Some(Value::Object(members)) => {
                for (key, value) in members {
                    let folded = folded_key(key);
                    if context.iter().any(|(known, _)| *known == folded) {
                        return Err(format!("key `{key}` is given in two spellings"));
                    }
                    context.push((folded, context_values(key, value)?));
                    spellings.push(key.clone());
                }
            }
            Some(_) => return Err("the context is not an object".to_owned()),
        }
        Ok(Request { action: action.to_owned(), resource, caller, context, spellings })
    }

    /// Returns how the request spells a key, if it has it.
    fn spelling(&self, key: &str) -> Option<&str> {
        let folded = folded_key(key);
        self.spellings.iter().map(String::as_str).find(|spelt| folded_key(spelt) == folded)
    }

    /// Returns whether the request has the key but for the case of its tag.
    fn has_in_other_case(&self, key: &str) -> bool {
        self.spellings.iter().any(|spelt| spelt.eq_ignore_ascii_case(key))
    }

    fn values(&self, key: &str) -> Option<&[String]> {
        let folded = folded_key(key);
        self.context
            .iter()
            .find(|(known, values)| *known == folded && !values.is_empty())
            .map(|(_, values)| values.as_slice())
    }
}

fn context_values(key: &str, value: &Value) -> Result<Vec<String>, String> {
    let items = match value {
        Value::Array(items) => items.iter().collect(),
        single => vec![single],
    };
    items
        .into_iter()
        .map(|item| item.as_str().map(str::to_owned))
        .collect::<Option<Vec<String>>>()
        .ok_or_else(|| format!("a value of key `{key}` is not a text"))
}

impl<'a> Policies<'a> {
    fn read(case: &'a Value) -> Result<Policies<'a>, String> {
        let list = |value: Option<&'a Value>| match value {
            None => Ok(Vec::new()),
            Some(Value::Array(documents)) => Ok(documents.iter().collect()),
            Some(_) => Err("a layer of policies is not a list".to_owned()),
        };
        match (case.get("policy"), case.get("policies")) {
            (Some(policy), None) => Ok(Policies {
                control: None,
                session: None,
                account: vec![policy],
                resource_group: Vec::new(),
                resource: None,
            }),
            (None, Some(policies)) => Ok(Policies {
                control: match policies.get("control") {
                    None => None,
                    Some(Value::Array(nodes)) => {
                        Some(nodes.iter().map(|node| list(Some(node))).collect::<Result<_, _>>()?)
                    }
                    Some(_) => return Err("the control policies are not a list".to_owned()),
                },
                session: policies.get("session"),
                account: list(policies.get("account"))?,
                resource_group: list(policies.get("resource_group"))?,
                resource: policies.get("resource"),
            }),
            _ => Err("the case needs either `policy` or `policies`".to_owned()),
        }
    }

    /// Refuses the whole set for one document that does not load. Decision D-42.
    fn check(&self, mode: Mode, options: Options) -> Result<(), String> {
        let resource_kind = if mode == Mode::Standard { Kind::Bucket } else { Kind::Trust };
        let identity = self.account.iter().chain(&self.resource_group);
        let documents = identity
            .map(|document| (*document, Kind::Identity))
            .chain(self.control.iter().flatten().flatten().map(|d| (*d, Kind::Control)))
            .chain(self.session.map(|document| (document, Kind::Session)))
            .chain(self.resource.map(|document| (document, resource_kind)));
        for (document, kind) in documents {
            let codes = reject_codes_of_value(document, kind, options);
            if !codes.is_empty() || document.to_string().len() > kind.max_bytes() {
                return Err(format!("a {kind:?} document does not load: {codes:?}"));
            }
        }
        Ok(())
    }

    /// Rule E-2.
    fn decide(&self, request: &Request, mode: Mode, options: Options) -> Outcome {
        let resource_based = || {
            unit(self.resource.as_slice(), request, |statement, is_deny| {
                self.names(statement, is_deny, request, mode)
            })
        };
        let without_principal = |documents: &[&Value]| {
            unit(documents, request, |statement, is_deny| {
                Some(covers_resource(statement, is_deny, request))
            })
        };

        // Step 1.
        let is_root = matches!(request.caller, Caller::Root { .. });
        let owns = request.caller.owns(&request.resource);
        let own_root = is_root && owns && options.root_bypass;

        // Step 2.
        let service_linked =
            matches!(request.caller, Caller::Identity { service_linked: true, .. });
        if self.control.is_some() && matches!(request.caller, Caller::Identity { .. }) {
            rule("E-11", service_linked);
        }
        if !own_root && !service_linked {
            for node in self.control.iter().flatten() {
                let outcome = without_principal(node);
                if !rule("E-3", outcome == Outcome::Allow) {
                    rule("E-2", false);
                    return outcome;
                }
            }
        }

        // Rule E-9: nothing of the caller's own counts. Whoever is neither a service nor vouched for
        // by a provider is no caller of role SSO, and needs both sides as for AssumeRole.
        let self_assured = matches!(request.caller, Caller::Service(_) | Caller::Federated(_));
        if mode != Mode::Standard && self_assured {
            let outcome = resource_based();
            rule("E-9", outcome == Outcome::Allow);
            return outcome;
        }

        // Step 3.
        if let (Caller::Identity { is_role: true, .. }, Some(session)) =
            (&request.caller, self.session)
        {
            let outcome = without_principal(&[session]);
            if !rule("E-4", outcome == Outcome::Allow) {
                rule("E-2", false);
                return outcome;
            }
        }
        rule("E-2", true);

        // Step 4, and the last part of step 1.
        let mut by_identity = Outcome::ImplicitDeny;
        // The owner of an account assumes no role, whatever the option says (rule E-10).
        let judged_by_documents = matches!(request.caller, Caller::Identity { .. })
            || (is_root && owns && !options.root_bypass && mode == Mode::Standard);
        if judged_by_documents {
            by_identity = without_principal(&self.account);
            let is_silent = by_identity == Outcome::ImplicitDeny;
            if !self.resource_group.is_empty() {
                rule("E-5", is_silent);
            }
            if is_silent {
                by_identity = without_principal(&self.resource_group);
            }
            if mode == Mode::Standard && by_identity == Outcome::Allow && rule("E-12", !owns) {
                by_identity = Outcome::ImplicitDeny;
            }
        } else if own_root && mode == Mode::Standard {
            by_identity = Outcome::Allow;
        }
        if is_root {
            rule("E-10", by_identity == Outcome::Allow);
        }

        // Steps 5 and 6.
        let both = [by_identity, resource_based()];
        let allowed = |outcome: &Outcome| *outcome == Outcome::Allow;
        rule("E-6", self.resource.is_none());
        if both.iter().any(allowed) {
            // Where one side allows, the other settles it: silent or against.
            let by_both = both.iter().all(allowed);
            let denied = both.contains(&Outcome::ExplicitDeny);
            match mode {
                Mode::Standard => rule("E-7", !denied),
                Mode::AssumeRole | Mode::RoleSso => rule("E-8", by_both),
            };
        }
        let enough = match mode {
            Mode::Standard => both.iter().any(allowed),
            Mode::AssumeRole | Mode::RoleSso => both.iter().all(allowed),
        };
        if both.contains(&Outcome::ExplicitDeny) {
            Outcome::ExplicitDeny
        } else if enough {
            Outcome::Allow
        } else {
            Outcome::ImplicitDeny
        }
    }

    /// Tells whether a statement of the resource's own policy concerns the caller and resource.
    fn names(
        &self,
        statement: &Value,
        is_deny: bool,
        request: &Request,
        mode: Mode,
    ) -> Option<Truth> {
        let principal = statement.get("Principal")?;
        Some(if mode == Mode::Standard {
            let condition = statement.get("Condition").and_then(Value::as_object);
            let unconditional = condition.is_none_or(serde_json::Map::is_empty);
            let resource = &request.resource;
            Truth::all([
                bucket_names(principal, &request.caller, resource, is_deny, unconditional),
                covers_resource(statement, is_deny, request),
            ])
        } else {
            trust_names(principal, &request.caller)
        })
    }
}

/// Rule E-1: any Deny that applies, else any Allow that applies, else neither.
///
/// `scope` tells whether a statement concerns the request's resource and, where it names callers,
/// its caller.
fn unit(
    documents: &[&Value],
    request: &Request,
    scope: impl Fn(&Value, bool) -> Option<Truth>,
) -> Outcome {
    let statements: Vec<&Value> = documents
        .iter()
        .filter_map(|document| document.get("Statement"))
        .filter_map(Value::as_array)
        .flatten()
        .collect();
    let applies = |statement: &&&Value, is_deny: bool| {
        let truth = Truth::all([
            covers_action(statement, request),
            scope(statement, is_deny).unwrap_or(Truth::Unknown),
            meets_conditions(statement, request),
        ]);
        // The polarity rule: in doubt a Deny applies and an Allow does not.
        let applies = truth == Truth::Yes || (truth == Truth::Unknown && rule("C-11", is_deny));
        if is_deny && statement.get("Principal").is_some_and(Value::is_object) {
            rule("T-7", applies);
        }
        applies
    };
    let with_effect = |effect: &'static str| {
        statements.iter().filter(move |s| s.get("Effect").and_then(Value::as_str) == Some(effect))
    };
    if with_effect("Deny").any(|statement| applies(&statement, true)) {
        rule("E-1", with_effect("Allow").any(|statement| applies(&statement, false)));
        Outcome::ExplicitDeny
    } else if with_effect("Allow").any(|statement| applies(&statement, false)) {
        Outcome::Allow
    } else {
        Outcome::ImplicitDeny
    }
}

/// Rules.
fn covers_action(statement: &Value, request: &Request) -> Truth {
    let listed = |member: &str| {
        statement.get(member).map(|value| {
            texts(value).iter().any(|pattern| {
                let fits = wildcard::matches(pattern, &request.action, true);
                witness::action_entry(pattern, &request.action, fits);
                fits
            })
        })
    };
    for entries in ["Action", "NotAction", "Resource"].map(|member| statement.get(member)) {
        // One entry, bare or in a list.
        match entries {
            Some(Value::Array(list)) if list.len() == 1 => rule("G-5", false),
            Some(Value::String(_)) => rule("G-5", true),
            _ => false,
        };
    }
    match (listed("Action"), listed("NotAction")) {
        (Some(listed), _) => listed.into(),
        (None, Some(listed)) => rule("A-4", !listed).into(),
        (None, None) => Truth::Unknown,
    }
}

/// Rules; for `NotResource` rule G-8 with decision D-05.
fn covers_resource(statement: &Value, is_deny: bool, request: &Request) -> Truth {
    let listed = |member: &str, lenient: bool| {
        statement.get(member).map(|value| {
            let covers = |pattern: &&str| request.resource.is_covered_by(pattern, lenient);
            texts(value).iter().any(covers)
        })
    };
    match (listed("Resource", is_deny), listed("NotResource", !is_deny)) {
        (Some(listed), _) => listed.into(),
        (None, Some(listed)) => (!listed).into(),
        (None, None) => Truth::Unknown,
    }
}

/// Rules C-1 to C-14.
fn meets_conditions(statement: &Value, request: &Request) -> Truth {
    let operators = statement.get("Condition").and_then(Value::as_object);
    let is_pass_role = request.action.eq_ignore_ascii_case("ram:PassRole");
    let truth = Truth::all(operators.into_iter().flatten().flat_map(|(operator, keys)| {
        keys.as_object().into_iter().flatten().map(move |(key, values)| {
            let (values, given) = (texts(values), request.values(key));
            let truth = holds(operator, &values, given);
            let spelt = request.spelling(key);
            witness::constraint(operator, (key, spelt), &values, given, truth);
            if given.is_none() && key.contains('/') && request.has_in_other_case(key) {
                rule("C-10", false);
            }
            if key.split_once(':').is_some_and(|(code, _)| !code.eq_ignore_ascii_case("acs")) {
                rule("C-13", given.is_some());
            }
            if is_pass_role && folded_key(key) == "acs:service" {
                rule("P-2", truth == Truth::Yes);
            }
            truth
        })
    }));
    for keys in operators.into_iter().flatten().filter_map(|(_, keys)| keys.as_object()) {
        let folded: BTreeSet<String> = keys.keys().map(|key| folded_key(key)).collect();
        if folded.len() < keys.len() {
            rule("C-14", truth == Truth::Yes);
        }
    }
    if statement.get("Principal").is_some_and(Value::is_object) && operators.is_some() {
        rule("T-5", truth == Truth::Yes);
    }
    truth
}

/// Returns the strings of a scalar or list that was checked before.
fn texts(value: &Value) -> Vec<&str> {
    strings(value, &mut BTreeSet::new())
}
