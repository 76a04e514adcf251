//! An explanation against the textbook: what it says applied does apply, what it says nearly did
//! does not, and the grants it offers are enough and none too many.

use ramguard::case::{Case, Got};
use ramguard::explain::{Explanation, MAX_NEAR_MISSES, StatementReport};
use ramguard::{Authorizer, Decision, Layer, Outcome, Reason, StatementRef};
use ramguard_policy::Effect;
use serde_json::{Map, Value, json};

use super::deciding::{complete, layers_of};
use super::{Verdict, is_message, law};
use crate::oracle;

/// The explanation of a case agrees with its decision and with the textbook.
///
/// * It tells the decision that was made; every message in it is one line.
/// * Whatever statement it says applies does so by itself, and no near miss does: the textbook is
///   asked about each alone, for callers whose account-level policies count.
/// * The statements that settled the decision are among those that apply.
/// * The grants it offers make the textbook say Allow, all together and only all together; an
///   allowed or explicitly denied request is offered none.
///
/// Rules E-1 to E-14. A case that is refused, or asks about several checks, is passed over.
///
/// # Errors
/// The case and the part of the explanation that does not hold.
pub fn explanation_agrees(case: &Value) -> Verdict {
    let Some((authorizer, decision, explanation)) = explained(case) else { return Ok(()) };
    law(explanation.decision() == decision, || {
        format!("decided {decision:?}, explained {:?}: {case}", explanation.decision())
    })?;
    messages_are_lines(case, &explanation)?;
    reports_are_ordered(case, &explanation)?;
    statements_apply(case, &authorizer, &explanation)?;
    grants_are_enough(case, &explanation)
}

fn explained(case: &Value) -> Option<(Authorizer, Decision, Explanation)> {
    let case = Case::parse(&complete(case).to_string()).ok()?;
    let result = case.run().ok()?;
    let Got::Decision(decision) = result.got else { return None };
    let request = case.question().to_request(case.mode().ok()?).ok()?;
    let explanation = result.authorizer.explain(&request);
    Some((result.authorizer, decision, explanation))
}

fn messages_are_lines(case: &Value, explanation: &Explanation) -> Verdict {
    let misses = explanation.near_misses().iter().flat_map(|report| &report.misses);
    let mut messages = misses.map(ToString::to_string).chain([explanation.decision().to_string()]);
    messages.try_for_each(|message| {
        law(is_message(&message), || format!("not a message: {message:?}: {case}"))
    })
}

fn reports_are_ordered(case: &Value, explanation: &Explanation) -> Verdict {
    let (applied, near) = (explanation.applied(), explanation.near_misses());
    let denied = explanation.decision().outcome() == Outcome::ImplicitDeny;
    let distances = || near.iter().map(StatementReport::distance);
    let sound = applied.iter().all(|report| report.misses.is_empty())
        && near.iter().all(|report| report.effect == Effect::Allow && !report.misses.is_empty())
        && distances().is_sorted()
        && near.len() <= MAX_NEAR_MISSES
        && (denied || near.is_empty());
    law(sound, || format!("applied {applied:?}, near misses {near:?}: {case}"))?;
    let settled: Vec<StatementRef> = explanation.decision().statements().collect();
    let named = settled.iter().all(|at| applied.iter().any(|report| report.at == *at));
    let by_statement = explanation.decision().reason() == Reason::Statement;
    law(named && (!by_statement || !settled.is_empty()), || {
        format!("{settled:?} settled it, {applied:?} applied: {case}")
    })
}

/// Asks the textbook about each statement alone, where a policy at account level is all that
/// counts.
fn statements_apply(case: &Value, authorizer: &Authorizer, explanation: &Explanation) -> Verdict {
    let everything = json!({"Effect": "Allow", "Action": "*", "Resource": "*"});
    let alone = |statements: Vec<Value>| {
        let mut alone = case.clone();
        let members = alone.as_object_mut()?;
        members.remove("policy");
        let policy = json!({"Version": "1", "Statement": statements});
        members.insert("policies".to_owned(), json!({"account": [policy]}));
        Some(oracle::evaluate(&alone))
    };
    // Others are not asked: roots, the callers of other accounts, those who assume a role.
    if alone(vec![]).is_some_and(|outcome| outcome == oracle::Outcome::Allow)
        || alone(vec![everything.clone()]) != Some(oracle::Outcome::Allow)
    {
        return Ok(());
    }
    for report in explanation.applied().iter().chain(explanation.near_misses()) {
        if report.at.layer == Layer::Resource {
            continue;
        }
        let Some(statement) = statement_of(authorizer, report.at) else {
            return Err(format!("{:?} is no statement: {case}", report.at));
        };
        let applies = report.misses.is_empty();
        let (asked, wanted) = match report.effect {
            Effect::Allow => (vec![statement], oracle::Outcome::Allow),
            Effect::Deny => (vec![everything.clone(), statement], oracle::Outcome::ExplicitDeny),
        };
        let said = alone(asked);
        // A statement may not fit a policy of this kind; then the textbook has nothing to say.
        if !matches!(said, Some(oracle::Outcome::Error(_)) | None) {
            law((said.as_ref() == Some(&wanted)) == applies, || {
                format!("{report:?}: by the textbook {said:?} alone: {case}")
            })?;
        }
    }
    Ok(())
}

fn statement_of(authorizer: &Authorizer, at: StatementRef) -> Option<Value> {
    let (policy, _) = authorizer.statement(at)?;
    let policy: Value = serde_json::from_str(&policy.to_json()).ok()?;
    policy.get("Statement")?.get(at.statement).cloned()
}

fn grants_are_enough(case: &Value, explanation: &Explanation) -> Verdict {
    let grants = explanation.grants();
    let denied = explanation.decision().outcome() == Outcome::ImplicitDeny;
    law(denied || grants.is_empty(), || format!("grants for what is settled: {case}"))?;
    if grants.is_empty() {
        return Ok(());
    }
    let with = |left_out: Option<usize>| {
        let mut granted = case.clone();
        let members = granted.as_object_mut()?;
        let mut layers = layers_of(members);
        for (number, grant) in grants.iter().enumerate() {
            if Some(number) != left_out {
                let policy = serde_json::from_str(&grant.policy.to_json()).ok()?;
                add(&mut layers, grant.layer, policy)?;
            }
        }
        members.insert("policies".to_owned(), Value::Object(layers));
        Some((oracle::evaluate(&granted), granted))
    };
    let Some((said, granted)) = with(None) else {
        return Err(format!("a grant has no place: {grants:?}: {case}"));
    };
    // The documents of a case have the limits of RAM, which the grant may be one too many for.
    if matches!(said, oracle::Outcome::Error(_)) {
        return Ok(());
    }
    law(said == oracle::Outcome::Allow, || {
        format!("{said:?} by the textbook with every grant: {case} became {granted}")
    })?;
    (0..grants.len()).try_for_each(|number| {
        let less = with(Some(number)).map(|(said, _)| said);
        law(less != Some(oracle::Outcome::Allow), || {
            format!("grant {number} of {grants:?} is not needed: {case}")
        })
    })
}

/// Puts a policy into a layer of a case.
fn add(layers: &mut Map<String, Value>, layer: Layer, policy: Value) -> Option<()> {
    let list = match layer {
        Layer::Control { node } => {
            layers.get_mut("control")?.as_array_mut()?.get_mut(node as usize)?
        }
        Layer::Account => layers.entry("account").or_insert_with(|| json!([])),
        Layer::ResourceGroup => layers.entry("resource_group").or_insert_with(|| json!([])),
        Layer::Session | Layer::Resource => {
            let name = if layer == Layer::Session { "session" } else { "resource" };
            let Some(document) = layers.get_mut(name) else {
                layers.insert(name.to_owned(), policy);
                return Some(());
            };
            let own = document.get_mut("Statement")?;
            if !own.is_array() {
                *own = Value::Array(vec![own.take()]);
            }
            let statements = policy.get("Statement")?.as_array()?.iter().cloned();
            own.as_array_mut()?.extend(statements);
            return Some(());
        }
    };
    list.as_array_mut()?.push(policy);
    Some(())
}
