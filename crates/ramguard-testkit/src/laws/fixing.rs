//! A safe fix changes no decision: each alone, and all together to the end.
//!
//! Always holds here: where RAM takes a document, it still has to after the fix, and every request
//! is decided alike; where RAM refuses it, the fix adds no problem.

use std::collections::BTreeMap;
use std::sync::Arc;

use ramguard::case::{Case, Got};
use ramguard::{Authorizer, Decision, Layers, PolicySet, Request, Semantics};
use ramguard_lint::{
    Applicability, Code, Finding, Lang, Linter, Preset, Settings, SingleValue, fix,
};
use ramguard_policy::json::{self, JsonLimits};
use ramguard_policy::text::Span;
use ramguard_policy::{Document, Kind, Policy, ReadOptions};
use serde_json::Value;

use super::deciding::complete;
use super::{Verdict, is_message, law};
use crate::generate::requests_around;

/// After this many rounds of picking and applying nothing is left to fix.
const MAX_ROUNDS: usize = 10;

/// The codes whose safe fix was applied to a document that RAM takes, with how often.
pub type Fixed = BTreeMap<Code, usize>;

fn linter(single: SingleValue, legacy_not_resource: bool) -> Linter {
    let read = ReadOptions { legacy_not_resource, ..*Settings::new().read_options() };
    let settings = Settings::new().with_preset(Preset::Audit).with_read_options(read);
    Linter::new(settings.with_single_value(single))
}

fn has_safe_fix(finding: &&Finding) -> bool {
    finding.fix().is_some_and(|fix| fix.applicability() == Applicability::Safe)
}

fn is_strict_json(text: &str) -> bool {
    json::read(text, &JsonLimits::default()).is_strict_json()
}

/// Every finding lies in the text, speaks in one line, and its fix fits.
fn findings_are_sound(kind: Kind, text: &str, findings: &[Finding]) -> Verdict {
    findings.iter().try_for_each(|finding| {
        let at = || format!("{kind} {text:?}: {}", finding.code());
        law(text.get(finding.span().range()).is_some(), || {
            format!("{}: {:?} is no part of the text", at(), finding.span())
        })?;
        for lang in [Lang::En, Lang::Zh] {
            let fix = finding.fix().map(|fix| fix.message(lang));
            let messages = [Some(finding.message(lang)), finding.help(lang), fix];
            messages.into_iter().flatten().try_for_each(|message| {
                law(is_message(&message), || format!("{}: not a message: {message:?}", at()))
            })?;
        }
        let Some(fix) = finding.fix() else { return Ok(()) };
        fix::apply(text, fix.edits()).map(|_| ()).map_err(|error| format!("{}: {error}", at()))
    })
}

/// The texts that safe fixes make of `text`: each fix alone, and last all of them until none is
/// left.
fn fixed_texts(linter: &Linter, kind: Kind, text: &str) -> Result<Vec<(Code, String)>, String> {
    let mut texts = Vec::new();
    let findings = linter.lint(kind, text);
    findings_are_sound(kind, text, &findings)?;
    for finding in findings.iter().filter(has_safe_fix) {
        let edits = finding.fix().into_iter().flat_map(|fix| fix.edits());
        let after = fix::apply(text, edits)
            .map_err(|error| format!("{}: {error}: {text}", finding.code()))?;
        law(!is_strict_json(text) || is_strict_json(&after), || {
            format!("{} breaks the JSON: {text} became {after}", finding.code())
        })?;
        texts.push((finding.code(), after));
    }
    let mut last: Option<(Code, String)> = None;
    for _ in 0..MAX_ROUNDS {
        let before = last.as_ref().map_or(text, |(_, text)| text.as_str());
        let findings = linter.lint(kind, before);
        let Some(code) = findings.iter().find(has_safe_fix).map(Finding::code) else {
            texts.extend(last);
            return Ok(texts);
        };
        let picked = fix::pick(&findings, Applicability::Safe);
        let after = fix::apply(before, picked.into_iter().flat_map(|fix| fix.edits()))
            .map_err(|error| format!("together: {error}: {before}"))?;
        last = Some((code, after));
    }
    Err(format!("no end after {MAX_ROUNDS} rounds: {text} became {last:?}"))
}

/// Decides `requests` with one policy in the layer of its kind; all the rest is open.
#[must_use]
pub fn decide_alone(policy: Policy, requests: &[Request<'_>]) -> Vec<Decision> {
    let everything =
        r#"{"Version":"1","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}"#;
    let open = || Policy::parse_as(Kind::Identity, everything).ok().map(PolicySet::from);
    let kind = policy.kind();
    let set = Arc::new(PolicySet::from(policy));
    let mut layers = Layers::default();
    if matches!(kind, Kind::Session | Kind::Control | Kind::Trust) {
        layers.account = Arc::new(open().unwrap_or_default());
    }
    match kind {
        Kind::Identity => layers.account = set,
        Kind::Session => layers.session = Some(set),
        Kind::Control => layers.control = Some(vec![set]),
        Kind::Trust | Kind::Bucket => layers.resource = Some(set),
    }
    let authorizer = Authorizer::with_layers(layers, Semantics::default());
    requests.iter().map(|request| authorizer.decide(request)).collect()
}

/// No safe fix of a document changes a decision about requests around it, and all of them together
/// come to an end. A document that RAM refuses has no more problems afterwards.
///
/// # Errors
/// The fix, the text before and after, and the request that is decided otherwise.
pub fn safe_fixes_change_nothing(kind: Kind, text: &str, fixed: &mut Fixed) -> Verdict {
    let before = Policy::parse_as(kind, text).ok();
    let requests = before.as_ref().map(requests_around).unwrap_or_default();
    let decided = before.map(|policy| decide_alone(policy, &requests));
    for single in [SingleValue::List, SingleValue::Scalar] {
        for (code, after) in fixed_texts(&linter(single, false), kind, text)? {
            let Some(decided) = &decided else {
                no_worse(kind, text, code, &after)?;
                continue;
            };
            let policy = Policy::parse_as(kind, &after)
                .map_err(|error| format!("{code}: {error}: {text} became {after}"))?;
            let again = decide_alone(policy, &requests);
            let changed = decided.iter().zip(&again).zip(&requests).find(|((a, b), _)| a != b);
            if let Some(((was, is), request)) = changed {
                let request = serde_json::to_string(request).unwrap_or_default();
                return Err(format!("{code}: {was:?}, then {is:?}, of {request}: {text}: {after}"));
            }
            *fixed.entry(code).or_default() += 1;
        }
    }
    Ok(())
}

/// A document that is refused is not refused for more once it is fixed.
///
/// What stands under a name that was not known had not been read, so it may be refused now.
fn no_worse(kind: Kind, text: &str, code: Code, after: &str) -> Verdict {
    // What stands behind a fault of the text may not have been read before.
    if !is_strict_json(text) {
        return Ok(());
    }
    let linter = linter(SingleValue::List, false);
    let place = |finding: &Finding| finding.pointer().to_ascii_lowercase();
    let unread: Vec<String> = linter
        .lint(kind, text)
        .iter()
        .filter(|finding| finding.diagnostic().is_some_and(|name| UNREAD.contains(&name)))
        .map(|finding| place(finding) + "/")
        .collect();
    let is_unread = |finding: &Finding| unread.iter().any(|name| place(finding).starts_with(name));
    let found = linter.lint(kind, after);
    let hidden: Vec<Span> = found.iter().filter(|f| is_unread(f)).map(Finding::span).collect();
    let was = Document::read(kind, text).problems().len();
    let after_it = Document::read(kind, after);
    let is = after_it.problems().iter().filter(|p| !hidden.contains(&p.span())).count();
    law(is <= was, || format!("{code}: {was} problems, then {is}: {text} became {after}"))
}

/// The refusals of a member by its name: what it holds is not read then.
const UNREAD: [&str; 2] = ["unknown-element", "invalid-condition-operator"];

/// Decides a case, `Err` if a document or the request is refused.
fn outcome(case: &Value) -> Result<ramguard::Outcome, String> {
    let result = Case::parse(&complete(case).to_string()).and_then(|case| case.run());
    let result = result.map_err(|error| error.to_string())?;
    match &result.got {
        Got::Refused(why) => Err(why.to_string()),
        _ => Ok(result.outcome()),
    }
}

/// No safe fix of a document of a case changes what it comes to, one after the other and all
/// together.
///
/// # Errors
/// The fix, and the case before and after.
pub fn fixes_of_a_case_change_nothing(case: &Value, fixed: &mut Fixed) -> Verdict {
    let Ok(before) = outcome(case) else { return Ok(()) };
    let legacy = case.pointer("/options/legacy_not_resource") == Some(&Value::Bool(true));
    let is_trust = case.get("mode").is_some_and(|mode| mode != "standard");
    for (pointer, document) in documents(case) {
        let layer = pointer.split('/').nth(2).unwrap_or_default();
        let kind = match (layer, is_trust) {
            ("control", _) => Kind::Control,
            ("session", _) => Kind::Session,
            ("resource", true) => Kind::Trust,
            ("resource", false) => Kind::Bucket,
            _ => Kind::Identity,
        };
        let linter = linter(SingleValue::List, legacy);
        for (code, after) in fixed_texts(&linter, kind, &document.to_string())? {
            let mut changed = case.clone();
            let after: Value = serde_json::from_str(&after).map_err(|error| error.to_string())?;
            if let Some(place) = changed.pointer_mut(&pointer) {
                *place = after;
            }
            let again = outcome(&changed).map_err(|error| format!("{code}: {error}: {changed}"))?;
            law(before == again, || {
                format!("{code}: {before:?} became {again:?}: {case} became {changed}")
            })?;
            *fixed.entry(code).or_default() += 1;
        }
    }
    Ok(())
}

/// The documents of a case and where they stand.
fn documents(case: &Value) -> Vec<(String, &Value)> {
    let mut found = Vec::new();
    let layers = ["/policy", "/policies"];
    let mut open: Vec<(String, &Value)> = layers
        .iter()
        .filter_map(|pointer| Some(((*pointer).to_owned(), case.pointer(pointer)?)))
        .collect();
    while let Some((pointer, value)) = open.pop() {
        match value {
            Value::Object(members) if members.contains_key("Statement") => {
                found.push((pointer, value));
            }
            Value::Object(members) => {
                open.extend(members.iter().map(|(key, value)| (format!("{pointer}/{key}"), value)));
            }
            Value::Array(items) => {
                let items = items.iter().enumerate();
                open.extend(items.map(|(index, value)| (format!("{pointer}/{index}"), value)));
            }
            _ => {}
        }
    }
    found
}
