//! The index gives the answers of the plain scan, statement for statement.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test may stop where it is wrong"
)]

use ramguard::case::CaseRequest;
use ramguard::policy::{Limits, ReadOptions};
use ramguard::{Authorizer, CompiledPolicy, Context, Kind, Mode, Policy, PolicySet, Request, Scan};
use ramguard_testkit::generate;
use ramguard_testkit::workload::{self, Question, Seeded, Variant, Work};
use serde_json::Value;

fn request(question: &Question) -> Request<'_> {
    let context = question.context.iter().map(|(key, value)| (*key, value.as_str()));
    Request::parse(question.action.as_str(), question.resource.as_str())
        .unwrap()
        .with_context(Context::from_pairs(context).unwrap())
}

fn set(documents: &[String]) -> PolicySet {
    PolicySet::new(documents.iter().map(|text| Policy::parse(text).unwrap()))
}

/// Returns how many requests came out each way: allowed, denied, neither.
fn agree(set: &PolicySet, requests: &[Request<'_>]) -> [usize; 3] {
    let scan = Scan::new(set);
    let policies = set.policies();
    let shared = (policies.len() <= PolicySet::MOST_SHARED)
        .then(|| PolicySet::of_shared(policies.iter().cloned().map(CompiledPolicy::new)));
    let mut tally = [0; 3];
    for request in requests {
        let found = set.decide_alone(request);
        if let Some(shared) = &shared {
            assert_eq!(found, shared.decide_alone(request), "policies by themselves");
        }
        assert_eq!(found, scan.decide(request), "{} {}", request.action(), request.resource());
        tally[found.0 as usize] += 1;
    }
    tally
}

#[test]
fn index_and_scan_name_the_same_statement_at_every_size() {
    for variant in [Variant::Plain, Variant::Conditions] {
        for statements in [1, 2, 4, 8, 12, 30, 100, 400, 1_500] {
            let Work { documents, questions } = workload::decisions(variant, statements, 400, 11);
            let requests: Vec<Request<'_>> = questions.iter().map(request).collect();
            let tally = agree(&set(&documents), &requests);
            assert!(statements < 30 || tally.iter().all(|&n| n > 10), "{statements}: {tally:?}");
        }
    }
}

/// The policies of a generated case that are attached or stand in place of a resource's, apart.
fn policies(case: &Value, legacy_not_resource: bool) -> (Vec<Policy>, Vec<Policy>) {
    let limits = Limits::default();
    let options = ReadOptions { limits, legacy_not_resource };
    let read = |kind, value: &Value| Policy::parse_with(kind, &value.to_string(), &options).ok();
    let mut attached: Vec<Policy> = Vec::new();
    let mut on_resource = Vec::new();
    if let Some(policy) = case.get("policy") {
        attached.extend(read(Kind::Identity, policy));
    }
    let Some(layers) = case.get("policies") else { return (attached, on_resource) };
    let all = |value: Option<&Value>| -> Vec<Value> {
        value.and_then(Value::as_array).cloned().unwrap_or_default()
    };
    for document in all(layers.get("account"))
        .iter()
        .chain(&all(layers.get("resource_group")))
        .chain(all(layers.get("control")).iter().filter_map(Value::as_array).flatten())
    {
        attached.extend(read(Kind::Identity, document));
    }
    if let Some(document) = layers.get("resource") {
        on_resource
            .extend(read(Kind::Trust, document).into_iter().chain(read(Kind::Bucket, document)));
    }
    (attached, on_resource)
}

#[test]
fn index_and_scan_agree_on_generated_cases_put_together() {
    let mut seeded = Seeded::new(3);
    let mut seed = 0;
    let mut tally = [0; 3];
    for round in 0..150 {
        let together = 1 + seeded.below(60);
        let (mut attached, mut on_resource, mut requests) = (vec![], vec![], vec![]);
        for _ in 0..together {
            seed += 1;
            let case = generate::seeded(seed);
            let (a, b) = policies(&case, round % 2 == 0);
            attached.extend(a);
            on_resource.extend(b);
            let request = case.get("request").cloned().unwrap_or_default();
            let request: Result<CaseRequest, _> = serde_json::from_value(request);
            if let Ok(request) = request
                && let Ok(request) = request.to_request(Mode::Standard)
            {
                requests.push(request);
            }
        }
        for policies in [attached, on_resource] {
            for (sum, n) in tally.iter_mut().zip(agree(&PolicySet::new(policies), &requests)) {
                *sum += n;
            }
        }
    }
    assert!(tally.iter().all(|&n| n > 200), "{tally:?}");
}

/// A pattern or text of few letters, so that most nearly meet.
fn scrap(seeded: &mut Seeded, wild: bool, longest: usize) -> String {
    let letters: &[u8] = if wild { b"aAbab/:*?" } else { b"aAbab/:*" };
    (0..=seeded.below(longest)).map(|_| char::from(letters[seeded.below(letters.len())])).collect()
}

fn near_arn(seeded: &mut Seeded, wild: bool) -> String {
    let services: &[&str] =
        if wild { &["ecs", "ram", "RAM", "*", "r?m", "e*"] } else { &["ecs", "ram", "Ecs"] };
    let regions: &[&str] =
        if wild { &["", "*", "cn-a", "CN-A", "cn-*", "**"] } else { &["", "cn-a", "cn-b"] };
    let accounts: &[&str] = if wild { &["1", "2", "*", "", "?"] } else { &["1", "2", ""] };
    let mut one = |items: &[&str]| items[seeded.below(items.len())].to_owned();
    let (service, region, account) = (one(services), one(regions), one(accounts));
    let start = if seeded.chance(50) { "instance/" } else { "" };
    // Long heads run past what keys look at.
    let middle = if seeded.chance(10) { "a".repeat(seeded.below(80)) } else { String::new() };
    format!("acs:{service}:{region}:{account}:{start}{middle}{}", scrap(seeded, wild, 6))
}

fn near_action(seeded: &mut Seeded, wild: bool) -> String {
    let services: &[&str] = if wild { &["ecs", "*", "e?s", "ECS"] } else { &["ecs", "Ecs", "ram"] };
    let service = services[seeded.below(services.len())];
    let letters: &[u8] = if wild { b"aAb*?" } else { b"aAb" };
    let start = if seeded.chance(50) { "Describe" } else { "" };
    let rest: String =
        (0..=seeded.below(6)).map(|_| char::from(letters[seeded.below(letters.len())])).collect();
    if wild && seeded.chance(5) { "*".into() } else { format!("{service}:{start}{rest}") }
}

#[test]
fn index_and_scan_agree_where_patterns_nearly_meet() {
    let mut seeded = Seeded::new(5);
    let mut tally = [0; 3];
    for round in 0..120 {
        let statements = 1 + seeded.below(if round % 10 == 0 { 2_000 } else { 120 });
        let mut list = Vec::new();
        for _ in 0..statements {
            let actions: Vec<String> =
                (0..=seeded.below(if seeded.clone().chance(4) { 40 } else { 3 }))
                    .map(|_| near_action(&mut seeded, true))
                    .collect();
            let resources: Vec<String> = (0..=seeded.below(3))
                .map(|_| if seeded.chance(5) { "*".into() } else { near_arn(&mut seeded, true) })
                .collect();
            let action = if seeded.chance(5) { "NotAction" } else { "Action" };
            let resource = if seeded.chance(5) { "NotResource" } else { "Resource" };
            let effect = if seeded.chance(3) { "Deny" } else { "Allow" };
            list.push(serde_json::json!({"Effect": effect, action: actions, resource: resources}));
        }
        let options = ReadOptions {
            limits: Limits::default().with_max_bytes_for_all(1 << 22),
            legacy_not_resource: true,
        };
        let document = serde_json::json!({"Version": "1", "Statement": list}).to_string();
        let policy = Policy::parse_with(Kind::Identity, &document, &options).unwrap();
        let asked: Vec<(String, String)> = (0..300)
            .map(|_| {
                let resource =
                    if seeded.chance(3) { "*".into() } else { near_arn(&mut seeded, false) };
                (near_action(&mut seeded, false), resource)
            })
            .collect();
        let requests: Vec<Request<'_>> = asked
            .iter()
            .map(|(action, resource)| Request::parse(action.as_str(), resource.as_str()).unwrap())
            .collect();
        for (sum, n) in tally.iter_mut().zip(agree(&PolicySet::from(policy), &requests)) {
            *sum += n;
        }
    }
    assert!(tally.iter().all(|&n| n > 200), "{tally:?}");
}

/// Lists that are too long to be tried one by one, of patterns that have to be searched for.
#[test]
fn index_and_scan_agree_on_crowds_of_patterns() {
    let mut seeded = Seeded::new(13);
    let mut tally = [0; 3];
    for round in 0..60 {
        let longest = [20, 24, 30, 90, 700][round % 5];
        let list: Vec<Value> = (0..=seeded.below(1 + 300 / longest))
            .map(|_| {
                let actions: Vec<String> = (0..=seeded.below(longest))
                    .map(|_| near_action(&mut seeded, true).to_ascii_uppercase())
                    .filter(|action| action != "*")
                    .chain(["ecs:Describe".into()])
                    .collect();
                let resources: Vec<String> =
                    (0..=seeded.below(longest)).map(|_| near_arn(&mut seeded, true)).collect();
                let action = if seeded.chance(15) { "NotAction" } else { "Action" };
                let resource = if seeded.chance(15) { "NotResource" } else { "Resource" };
                let effect = if seeded.chance(30) { "Deny" } else { "Allow" };
                serde_json::json!({"Effect": effect, action: actions, resource: resources})
            })
            .collect();
        let limits = Limits::default().with_max_bytes_for_all(1 << 22);
        let options = ReadOptions { limits, legacy_not_resource: true };
        let document = serde_json::json!({"Version": "1", "Statement": list}).to_string();
        let policy = Policy::parse_with(Kind::Identity, &document, &options).unwrap();
        let asked: Vec<(String, String)> = (0..200)
            .map(|_| (near_action(&mut seeded, false), near_arn(&mut seeded, false)))
            .collect();
        let requests: Vec<Request<'_>> = asked
            .iter()
            .map(|(action, resource)| Request::parse(action.as_str(), resource.as_str()).unwrap())
            .collect();
        for (sum, n) in tally.iter_mut().zip(agree(&PolicySet::from(policy), &requests)) {
            *sum += n;
        }
    }
    assert!(tally.iter().all(|&n| n > 200), "{tally:?}");
}

/// A key in one of its spellings.
fn spelled(seeded: &mut Seeded, number: usize) -> String {
    let key = format!("acs:key{number}");
    if seeded.chance(30) { key.to_ascii_uppercase() } else { key }
}

#[test]
fn index_and_scan_agree_on_long_lists_of_conditions() {
    let mut seeded = Seeded::new(17);
    let mut tally = [0; 3];
    for _ in 0..150 {
        let list: Vec<Value> = (0..=seeded.below(4))
            .map(|_| {
                let mut conditions = serde_json::Map::new();
                for operator in ["StringNotEquals", "NumericNotEquals", "StringLike"] {
                    let most = if operator == "StringLike" { 2 } else { 15 };
                    let mut keys = serde_json::Map::new();
                    let first = seeded.below(30);
                    for number in first..first + seeded.below(most) {
                        keys.insert(spelled(&mut seeded, number), "1".into());
                    }
                    if !keys.is_empty() {
                        conditions.insert(operator.into(), keys.into());
                    }
                }
                let effect = if seeded.chance(30) { "Deny" } else { "Allow" };
                serde_json::json!({"Effect": effect, "Action": "ecs:*", "Resource": "*",
                    "Condition": conditions})
            })
            .collect();
        let document = serde_json::json!({"Version": "1", "Statement": list}).to_string();
        let set = PolicySet::from(Policy::parse(&document).unwrap());
        let asked: Vec<Vec<(String, String)>> = (0..20)
            .map(|_| {
                let keys: std::collections::BTreeSet<usize> =
                    (0..seeded.below(5)).map(|_| seeded.below(45)).collect();
                let value = |seeded: &mut Seeded| ["1", "2", "x"][seeded.below(3)].to_owned();
                keys.into_iter().map(|n| (spelled(&mut seeded, n), value(&mut seeded))).collect()
            })
            .collect();
        let requests: Vec<Request<'_>> = asked
            .iter()
            .map(|pairs| {
                let pairs = pairs.iter().map(|(key, value)| (key.as_str(), value.as_str()));
                Request::parse("ecs:Stop", "acs:ecs:cn-a:1:instance/i")
                    .unwrap()
                    .with_context(Context::from_pairs(pairs).unwrap())
            })
            .collect();
        for (sum, n) in tally.iter_mut().zip(agree(&set, &requests)) {
            *sum += n;
        }
    }
    assert!(tally.iter().all(|&n| n > 200), "{tally:?}");
}

#[test]
fn many_requests_at_once_are_decided_as_one_by_one() {
    let mut seeded = Seeded::new(9);
    let mut tally = [0; 3];
    for round in 0..300 {
        let statements: Vec<Value> = (0..=seeded.below(if round % 9 == 0 { 90 } else { 12 }))
            .map(|_| {
                let effect = if seeded.chance(30) { "Deny" } else { "Allow" };
                let action = if seeded.chance(8) { "NotAction" } else { "Action" };
                let condition = if seeded.chance(30) {
                    serde_json::json!({"Bool": {"acs:MFAPresent": "true"}})
                } else {
                    serde_json::json!({})
                };
                let actions = match seeded.below(3) {
                    0 => "*".into(),
                    1 => "ecs:Describe*".into(),
                    _ => near_action(&mut seeded, true),
                };
                let near = near_arn(&mut seeded, true);
                let id = near.splitn(5, ':').nth(4).unwrap();
                serde_json::json!({
                    "Effect": effect,
                    action: actions,
                    "Resource": [format!("acs:*:*:*:{id}"), near_arn(&mut seeded, true)],
                    "Condition": condition,
                })
            })
            .collect();
        let limits = Limits::default().with_max_bytes_for_all(1 << 20);
        let options = ReadOptions { limits, ..ReadOptions::default() };
        let document = serde_json::json!({"Version": "1", "Statement": statements}).to_string();
        let policy = Policy::parse_with(Kind::Identity, &document, &options).unwrap();
        let authorizer = Authorizer::new([policy]);
        let contexts =
            ["true", "false"].map(|mfa| Context::from_pairs([("acs:MFAPresent", mfa)]).unwrap());
        let mut requests = Vec::new();
        for _ in 0..4 {
            let (action, arn) = (near_action(&mut seeded, false), near_arn(&mut seeded, false));
            let context = &contexts[seeded.below(2)];
            let head: String =
                arn.splitn(5, ':').take(4).map(|field| format!("{field}:")).collect();
            for _ in 0..=seeded.below(8) {
                let id = near_arn(&mut seeded, false);
                let id = id.splitn(5, ':').nth(4).unwrap();
                let resource = format!("{head}{id}");
                let request = Request::parse(action.clone(), resource).unwrap();
                requests.push(request.with_shared_context(context));
            }
        }
        let together = authorizer.decide_many(&requests);
        for (request, decision) in requests.iter().zip(together) {
            assert_eq!(decision, authorizer.decide(request));
            tally[decision.outcome() as usize] += 1;
        }
    }
    assert!(tally.iter().all(|&n| n > 200), "{tally:?}");
}
