//! A safe fix changes no decision: each alone, and all together to the end.
//!
//! Where RAM takes a document, it still does after the fix, and every request is decided alike: on
//! the cases that the generators make up, on the conformance cases, and on the published policies
//! with requests made from their own patterns and conditions. Some hundred made-up cases in a
//! normal run; `PROPTEST_CASES` asks for more.
#![expect(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test says what it found by failing"
)]

use std::collections::BTreeMap;
use std::sync::Arc;

use proptest::prelude::{ProptestConfig, TestCaseError, proptest};
use ramguard::case::{Case, Got};
use ramguard::{Authorizer, Decision, Layers, PolicySet, Request, Semantics};
use ramguard_lint::layout::{self, Indent};
use ramguard_lint::{
    Applicability, Code, Finding, Linter, Preset, Settings, SingleValue, fix, registry,
};
use ramguard_policy::condition::Family;
use ramguard_policy::json::{self, JsonLimits};
use ramguard_policy::{Kind, Policy, ReadOptions, Statement};
use ramguard_testkit::{corpus, generate};
use serde_json::{Value, json};

/// After this many rounds of picking and applying nothing is left to fix.
const MAX_ROUNDS: usize = 10;

/// How many requests are made around one policy.
const MAX_REQUESTS: usize = 60;

/// The codes whose safe fix was applied to a document that RAM takes, with how often.
type Seen = BTreeMap<Code, usize>;

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

/// The texts that safe fixes make of `text`: each fix alone, and last all of them until none is
/// left.
fn fixed_texts(linter: &Linter, kind: Kind, text: &str) -> Result<Vec<(Code, String)>, String> {
    let mut texts = Vec::new();
    for finding in linter.lint(kind, text).iter().filter(has_safe_fix) {
        let edits = finding.fix().into_iter().flat_map(|fix| fix.edits());
        let after = fix::apply(text, edits)
            .map_err(|error| format!("{}: {error}: {text}", finding.code()))?;
        if is_strict_json(text) && !is_strict_json(&after) {
            return Err(format!("{} breaks the JSON: {text} became {after}", finding.code()));
        }
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
fn decide(policy: Policy, requests: &[Request<'_>]) -> Vec<Decision> {
    let everything =
        r#"{"Version":"1","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}"#;
    let open = |kind| Arc::new(PolicySet::from(Policy::parse_as(kind, everything).unwrap()));
    let kind = policy.kind();
    let set = Arc::new(PolicySet::from(policy));
    let mut layers = Layers::default();
    match kind {
        Kind::Identity => layers.account = set,
        Kind::Session | Kind::Control => {
            layers.account = open(Kind::Identity);
            if kind == Kind::Session {
                layers.session = Some(set);
            } else {
                layers.control = Some(vec![set]);
            }
        }
        Kind::Trust => {
            layers.account = open(Kind::Identity);
            layers.resource = Some(set);
        }
        Kind::Bucket => layers.resource = Some(set),
    }
    let authorizer = Authorizer::with_layers(layers, Semantics::default());
    requests.iter().map(|request| authorizer.decide(request)).collect()
}

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
            .collect::<serde_json::Map<_, _>>()
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

/// Requests about the statements of a policy; those that are no requests are left out.
fn requests_around(policy: &Policy) -> Vec<Request<'static>> {
    let kind = policy.kind();
    let mut forms = Vec::new();
    for statement in policy.statements().take(6) {
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
            principals.extend(statement.principals().take(6).map(|(principal, _)| {
                use ramguard_policy::StatementPrincipal::{Bucket, Trust};
                use ramguard_policy::name::principal::TrustPrincipal;
                let arn = |account: &str, rest: String| {
                    json!({"account": account, "arn": format!("acs:ram::{account}:{rest}")})
                };
                let mut form = match principal {
                    Trust(TrustPrincipal::Account(account)) => arn(account, "user/bob".into()),
                    Trust(TrustPrincipal::User { account, name }) => {
                        arn(account, format!("user/{name}"))
                    }
                    Trust(TrustPrincipal::Role { account, name }) => {
                        arn(account, format!("role/{name}"))
                    }
                    Trust(TrustPrincipal::Service(name)) => json!({"service": name}),
                    Trust(TrustPrincipal::Federated(arn)) => json!({"provider": arn}),
                    Bucket(_) => json!({}),
                };
                form["type"] = match principal {
                    Trust(TrustPrincipal::Role { .. }) => "role",
                    Trust(TrustPrincipal::Service(_)) => "service",
                    Trust(TrustPrincipal::Federated(_)) => "federated",
                    _ => "user",
                }
                .into();
                form
            }));
        }
        resources.push("*".to_owned());
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
    }
    // Evenly chosen, so that every statement keeps its share.
    let step = forms.len() / MAX_REQUESTS + 1;
    forms
        .into_iter()
        .step_by(step)
        .filter_map(|mut form| {
            if let Ok(request) = serde_json::from_value(form.clone()) {
                return Some(request);
            }
            // An ARN that names its account states the owner itself; federated callers use SSO.
            form.as_object_mut()?.remove("owner");
            if form["principal"]["type"] == "federated" {
                form["mode"] = "role_sso".into();
            }
            serde_json::from_value(form).ok()
        })
        .collect()
}

/// Holds the law on one document and requests around it.
fn safe_fixes_change_nothing(kind: Kind, text: &str, seen: &mut Seen) -> Result<(), String> {
    let before = Policy::parse_as(kind, text).ok();
    let requests = before.as_ref().map(requests_around).unwrap_or_default();
    let decided = before.map(|policy| decide(policy, &requests));
    for single in [SingleValue::List, SingleValue::Scalar] {
        for (code, after) in fixed_texts(&linter(single, false), kind, text)? {
            // RAM refuses the document as it is: there is no decision to change.
            let Some(decided) = &decided else { continue };
            let policy = Policy::parse_as(kind, &after)
                .map_err(|error| format!("{code}: {error}: {text} became {after}"))?;
            let again = decide(policy, &requests);
            let changed = decided.iter().zip(&again).zip(&requests).find(|((a, b), _)| a != b);
            if let Some(((was, is), request)) = changed {
                let request = serde_json::to_string(request).unwrap();
                return Err(format!("{code}: {was:?}, then {is:?}, of {request}: {text}: {after}"));
            }
            *seen.entry(code).or_default() += 1;
        }
    }
    Ok(())
}

/// Decides a case, `Err` if a document or the request is refused.
fn outcome(case: &Value) -> Result<ramguard::Outcome, String> {
    let mut case = case.clone();
    for (member, default) in [("id", "law"), ("expect", "Allow")] {
        if case.get(member).is_none() {
            case[member] = default.into();
        }
    }
    let result = Case::parse(&case.to_string()).and_then(|case| case.run());
    let result = result.map_err(|error| error.to_string())?;
    match &result.got {
        Got::Refused(why) => Err(why.to_string()),
        _ => Ok(result.outcome()),
    }
}

/// Puts every fix of every document of a case to work, one after the other and all together.
fn fixes_of_a_case(case: &Value, seen: &mut Seen) -> Result<(), String> {
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
            let mut fixed = case.clone();
            let after: Value = serde_json::from_str(&after).map_err(|error| error.to_string())?;
            *fixed.pointer_mut(&pointer).unwrap() = after;
            let again = outcome(&fixed).map_err(|error| format!("{code}: {error}: {fixed}"))?;
            if before != again {
                return Err(format!("{code}: {before:?} became {again:?}: {case} became {fixed}"));
            }
            *seen.entry(code).or_default() += 1;
        }
    }
    Ok(())
}

/// The documents of a case and where they stand.
fn documents(case: &Value) -> Vec<(String, &Value)> {
    let mut found = Vec::new();
    let mut open = vec![("/policy".to_owned(), case.get("policy"))];
    open.push(("/policies".to_owned(), case.get("policies")));
    while let Some((pointer, value)) = open.pop() {
        match value {
            Some(Value::Object(members)) if members.contains_key("Statement") => {
                found.push((pointer, value.unwrap()));
            }
            Some(Value::Object(members)) => {
                open.extend(members.iter().map(|(key, v)| (format!("{pointer}/{key}"), Some(v))));
            }
            Some(Value::Array(items)) => {
                let items = items.iter().enumerate();
                open.extend(items.map(|(index, v)| (format!("{pointer}/{index}"), Some(v))));
            }
            _ => {}
        }
    }
    found
}

fn config() -> ProptestConfig {
    let cases = std::env::var("PROPTEST_CASES").ok().and_then(|count| count.parse().ok());
    ProptestConfig { failure_persistence: None, cases: cases.unwrap_or(150), ..Default::default() }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn a_safe_fix_changes_no_decision_of_a_made_up_case(case in generate::cases()) {
        fixes_of_a_case(&case, &mut Seen::new()).map_err(TestCaseError::fail)?;
    }

    #[test]
    fn a_safe_fix_changes_no_decision_around_a_made_up_document(
        (kind, text) in generate::documents()
    ) {
        let kind = kind.parse().unwrap();
        safe_fixes_change_nothing(kind, &text, &mut Seen::new()).map_err(TestCaseError::fail)?;
    }

    #[test]
    fn the_canonical_form_of_a_made_up_document_is_stable_and_decides_alike(
        (kind, text) in generate::documents()
    ) {
        let kind = kind.parse().unwrap();
        canonical_form_changes_nothing(kind, &text).map_err(TestCaseError::fail)?;
    }
}

/// Holds the laws on the canonical form: it is stable and decides as the text it was made of.
fn canonical_form_changes_nothing(kind: Kind, text: &str) -> Result<(), String> {
    let settings = Settings::new();
    let Some(written) = layout::canonical(kind, text, &settings, Indent::Two) else {
        return Ok(());
    };
    let again = layout::canonical(kind, &written, &settings, Indent::Two);
    if again.as_deref() != Some(&written) {
        return Err(format!("written again: {text} became {written} became {again:?}"));
    }
    let Ok(before) = Policy::parse_as(kind, text) else { return Ok(()) };
    let after = Policy::parse_as(kind, &written).map_err(|error| format!("{error}: {text}"))?;
    let requests = requests_around(&before);
    let (was, is) = (decide(before, &requests), decide(after, &requests));
    if was == is { Ok(()) } else { Err(format!("{text} became {written}")) }
}

#[test]
fn the_canonical_form_of_a_published_policy_is_stable_and_decides_alike() {
    for source in corpus::sources().unwrap() {
        let bytes = corpus::read(&source.file).unwrap();
        let kind = corpus::kind_of(&source, &bytes);
        let law = canonical_form_changes_nothing(kind, &String::from_utf8_lossy(&bytes));
        law.unwrap_or_else(|error| panic!("{}: {error}", source.file));
    }
}

#[test]
fn a_safe_fix_changes_no_decision_of_a_conformance_case() {
    for file in ["semantics.jsonl", "own.jsonl"] {
        let path = corpus::testdata().join("conformance").join(file);
        for line in std::fs::read_to_string(path).unwrap().lines() {
            let case: Value = serde_json::from_str(line).unwrap();
            let law = fixes_of_a_case(&case, &mut Seen::new());
            law.unwrap_or_else(|error| panic!("{}: {error}", case["id"]));
        }
    }
}

#[test]
fn a_safe_fix_changes_no_decision_of_a_published_policy() {
    for source in corpus::sources().unwrap() {
        let bytes = corpus::read(&source.file).unwrap();
        let kind = corpus::kind_of(&source, &bytes);
        let Ok(text) = String::from_utf8(bytes) else { continue };
        let law = safe_fixes_change_nothing(kind, &text, &mut Seen::new());
        law.unwrap_or_else(|error| panic!("{}: {error}", source.file));
    }
}

/// The documents of the fixtures and of the near misses, with their kinds.
fn examples() -> Vec<(Kind, String)> {
    let read = |name: &str| std::fs::read_to_string(corpus::testdata().join("lint").join(name));
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let table: Value = serde_json::from_str(&read("rules.json").unwrap()).unwrap();
    let rules = table["rules"].as_array().unwrap().iter();
    let mut examples: Vec<(String, String)> = rules
        .flat_map(|rule| ["tp", "tn"].map(|side| (text(&rule["policy_kind"]), text(&rule[side]))))
        .collect();
    examples.extend(read("near-misses.jsonl").unwrap().lines().map(|line| {
        let case: Value = serde_json::from_str(line).unwrap();
        (text(&case["kind"]), text(&case["document"]))
    }));
    let kinds = examples.into_iter();
    kinds.filter_map(|(kind, text)| Some((kind.parse().ok()?, text))).collect()
}

#[test]
fn every_safe_fix_of_a_document_that_ram_takes_was_put_to_work() {
    let mut seen = Seen::new();
    for (kind, text) in examples() {
        let law = safe_fixes_change_nothing(kind, &text, &mut seen);
        law.unwrap_or_else(|error| panic!("{error}"));
    }
    for seed in 0..150 {
        let law = fixes_of_a_case(&generate::seeded(seed), &mut seen);
        law.unwrap_or_else(|error| panic!("{seed}: {error}"));
    }
    let safe = registry::rules().filter(|meta| meta.fix == Some(Applicability::Safe));
    let idle: Vec<String> = safe
        .filter(|meta| !seen.contains_key(&meta.code))
        .map(|meta| meta.code.to_string())
        .collect();
    assert_eq!(idle, ONLY_WHERE_RAM_REFUSES, "{seen:?}");
}

/// Rules whose safe fixes repair what RAM refuses, and RAM905, which is about a settings file.
const ONLY_WHERE_RAM_REFUSES: [&str; 15] = [
    "RAM102", "RAM103", "RAM106", "RAM201", "RAM202", "RAM205", "RAM207", "RAM213", "RAM216",
    "RAM217", "RAM218", "RAM408", "RAM426", "RAM710", "RAM905",
];

#[test]
fn requests_around_a_policy_meet_its_statements() {
    let mut allowed = 0;
    let mut denied = 0;
    for source in corpus::sources().unwrap().iter().step_by(10) {
        let bytes = corpus::read(&source.file).unwrap();
        let kind = corpus::kind_of(source, &bytes);
        let text = String::from_utf8_lossy(&bytes);
        let Ok(policy) = Policy::parse_as(kind, &text) else { continue };
        let requests = requests_around(&policy);
        let decisions = decide(policy, &requests);
        let open = decisions.iter().filter(|decision| decision.is_allowed()).count();
        allowed += open;
        denied += decisions.len() - open;
    }
    assert!(allowed > 200 && denied > 200, "{allowed} allowed, {denied} denied");
}
