//! Small-scope exhaustion: everything there is up to a small size, compared with the oracle.
//!
//! A slice runs by default. `RAMGUARD_LONG=1 cargo test --release -p ramguard-testkit --test
//! exhaustion -- --nocapture` runs the whole and prints the counts; it takes minutes.
#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test says what it takes for granted; JSON values are built by index"
)]

use ramguard::case::Case;
use ramguard_match::{Case as Folding, Pattern, PatternSet};
use ramguard_testkit::oracle;
use serde_json::{Value, json};

fn is_long_run() -> bool {
    std::env::var_os("RAMGUARD_LONG").is_some()
}

/// Every word of up to `max` letters of `alphabet`, shortest first.
fn words(alphabet: &[char], max: usize) -> Vec<String> {
    let mut all = vec![String::new()];
    let mut from = 0;
    for _ in 0..max {
        let to = all.len();
        for i in from..to {
            for &letter in alphabet {
                let mut word = all[i].clone();
                word.push(letter);
                all.push(word);
            }
        }
        from = to;
    }
    all
}

const PATTERN_LETTERS: [char; 6] = ['a', 'b', ':', '/', '*', '?'];

#[test]
fn every_short_pattern_against_every_short_text_agrees_with_the_oracle() {
    let max = if is_long_run() { 6 } else { 3 };
    let patterns = words(&PATTERN_LETTERS, max);
    let mut compared = 0_u64;
    for (folding, fold, letters) in [
        (Folding::Sensitive, false, ['a', 'b', ':', '/']),
        // Folded, the texts are in the other case.
        (Folding::AsciiInsensitive, true, ['A', 'b', ':', '/']),
    ] {
        let texts = words(&letters, max);
        for pattern in &patterns {
            let compiled = Pattern::new(pattern, folding);
            for text in &texts {
                let expected = oracle::wildcard::matches(pattern, text, fold);
                assert_eq!(compiled.is_match(text), expected, "`{pattern}` on `{text}`, {fold}");
                compared += 1;
            }
        }
    }
    println!("patterns: {compared} pairs of pattern and text compared");
}

#[test]
fn a_set_of_every_short_pattern_finds_what_the_oracle_finds() {
    let (pattern_max, text_max) = if is_long_run() { (5, 6) } else { (3, 4) };
    let patterns = words(&PATTERN_LETTERS, pattern_max);
    let mut compared = 0_u64;
    // One set of all, and many small ones: an index may treat them differently.
    for size in [patterns.len(), 97, 13, 2] {
        for (number, chunk) in patterns.chunks(size).enumerate() {
            // Small sets are many; every tenth of them stands for its neighbours in a slice.
            if !is_long_run() && size < 97 && number % 10 != 0 {
                continue;
            }
            let set = PatternSet::new(chunk, Folding::Sensitive);
            let step = if size == patterns.len() || is_long_run() { 1 } else { 7 };
            for text in words(&['a', 'b', ':', '/'], text_max).iter().step_by(step) {
                let mut found = ramguard_match::Matches::default();
                set.matches_into(text, &mut found);
                let expected: Vec<u32> = (0..)
                    .zip(chunk)
                    .filter(|(_, pattern)| oracle::wildcard::matches(pattern, text, false))
                    .map(|(i, _)| i)
                    .collect();
                let found: Vec<u32> =
                    found.iter().map(|i| u32::try_from(i).expect("few")).collect();
                assert_eq!(found, expected, "`{text}` in a set of {size}");
                assert_eq!(set.is_match(text), !expected.is_empty(), "`{text}` in a set of {size}");
                compared += chunk.len() as u64;
            }
            if !is_long_run() && size <= 13 && number > 300 {
                break;
            }
        }
    }
    println!("sets: {compared} pairs of pattern and text compared");
}

fn agrees(case: &Value) {
    let expected = oracle::evaluate(case).decision();
    let line = case.to_string();
    let result = Case::parse(&line).expect("a case").run().expect("policies that load");
    assert_eq!(result.outcome().name(), expected.name(), "{line}");
}

/// Every statement over a tiny vocabulary.
fn statements() -> Vec<Value> {
    let actions = [
        json!({"Action": "*"}),
        json!({"Action": "ecs:a"}),
        json!({"Action": "ecs:?"}),
        json!({"NotAction": "ecs:a"}),
    ];
    let resources = ["*", "acs:ecs:*:1:a", "acs:*:cn:1:a*", "acs:ram:cn:*:role/A"];
    let conditions = [
        None,
        Some(json!({"StringEquals": {"x:k": "v"}})),
        Some(json!({"StringNotEquals": {"x:k": "v"}})),
        Some(json!({"NumericLessThan": {"x:k": "5"}})),
    ];
    let mut all = Vec::new();
    for effect in ["Allow", "Deny"] {
        for action in &actions {
            for resource in resources {
                for condition in &conditions {
                    let mut statement = action.clone();
                    statement["Effect"] = effect.into();
                    statement["Resource"] = resource.into();
                    if let Some(condition) = condition {
                        statement["Condition"] = condition.clone();
                    }
                    all.push(statement);
                }
            }
        }
    }
    all
}

fn requests() -> Vec<Value> {
    let mut all = Vec::new();
    for action in ["ecs:a", "ECS:B", "ecs:bb"] {
        for resource in ["*", "acs:ecs:cn:1:a", "acs:ecs:us:1:A", "acs:ram:cn:1:role/a"] {
            for context in [json!({}), json!({"x:k": "v"}), json!({"X:K": ["4", "w"]})] {
                all.push(json!({
                    "action": action, "resource": resource, "context": context,
                    "principal": {"type": "user", "arn": "acs:ram::1:user/u", "account": "1"},
                }));
            }
        }
    }
    all
}

#[test]
fn every_policy_of_up_to_two_statements_decides_as_the_textbook_does() {
    let (statements, requests) = (statements(), requests());
    let mut compared = 0_u64;
    for (i, first) in statements.iter().enumerate() {
        for (j, second) in statements.iter().enumerate().skip(i) {
            // In a slice a seventh of the pairs and requests, chosen so that all get their turn.
            for (k, request) in requests.iter().enumerate() {
                if !is_long_run() && (i + 3 * j + 5 * k) % 61 != 0 {
                    continue;
                }
                let list = if i == j { json!([first]) } else { json!([first, second]) };
                agrees(&json!({
                    "policy": {"Version": "1", "Statement": list},
                    "request": request, "expect": "Allow",
                }));
                compared += 1;
            }
        }
    }
    println!("policies: {compared} decisions compared");
}

/// What a layer may say: nothing at all, Allow, Deny, or something about another action.
fn layer_policies(principal: Option<&Value>, trust: bool) -> Vec<Option<Value>> {
    let statement = |effect: &str, action: &str| {
        let mut statement = json!({"Effect": effect, "Action": action});
        if !trust {
            statement["Resource"] = "*".into();
        }
        if let Some(principal) = principal {
            statement["Principal"] = principal.clone();
        }
        json!({"Version": "1", "Statement": [statement]})
    };
    let own = if trust { "sts:AssumeRole" } else { "*" };
    let mut all = vec![None, Some(statement("Allow", own)), Some(statement("Deny", own))];
    // A trust policy knows one action only; about nobody present is its way to be silent.
    if trust {
        let mut nobody = statement("Allow", own);
        nobody["Statement"][0]["Principal"] = json!({"Service": "x.aliyuncs.com"});
        all.push(Some(nobody));
    } else {
        all.push(Some(statement("Allow", "x:y")));
    }
    all
}

#[test]
fn every_combination_of_layers_decides_as_the_textbook_does() {
    let principals = [
        json!({"type": "user", "account": "1", "arn": "acs:ram::1:user/u", "uid": "11"}),
        json!({"type": "user", "account": "2", "arn": "acs:ram::2:user/u", "uid": "12"}),
        json!({"type": "role", "account": "1", "arn": "acs:ram::1:role/r", "session_arn": "arn:sts::1:assumed-role/r/s"}),
        json!({"type": "role", "account": "1", "arn": "acs:ram::1:role/r", "service_linked": true}),
        json!({"type": "root", "account": "1"}),
        json!({"type": "root", "account": "2"}),
        json!({"type": "service", "service": "ecs.aliyuncs.com"}),
        json!({"type": "federated", "provider": "acs:ram::1:saml-provider/p"}),
        json!({"type": "anonymous"}),
    ];
    let trusted = json!({
        "RAM": ["acs:ram::1:root", "acs:ram::2:user/U"], "Service": "ecs.aliyuncs.com",
        "Federated": "acs:ram::1:saml-provider/p",
    });
    let everyone = json!(["*"]);
    let named = json!(["11", "2", "arn:sts::1:assumed-role/r/*"]);
    let mut compared = 0_u64;
    let mut number = 0_u64;
    for (mode, resources) in [
        (
            "standard",
            [layer_policies(Some(&everyone), false), layer_policies(Some(&named), false)].concat(),
        ),
        ("assume_role", layer_policies(Some(&trusted), true)),
        ("role_sso", layer_policies(Some(&trusted), true)),
    ] {
        let plain = layer_policies(None, false);
        for control in &plain {
            for second_node in &plain {
                for session in &plain {
                    for account in &plain {
                        for group in &plain {
                            for resource in &resources {
                                for principal in &principals {
                                    number += 1;
                                    if !is_long_run() && !number.is_multiple_of(61) {
                                        continue;
                                    }
                                    let case = layered(
                                        mode,
                                        [control, second_node, session, account, group, resource],
                                        principal,
                                    );
                                    agrees(&case);
                                    compared += 1;
                                }
                            }
                        }
                    }
                }
            }
        }
    }
    println!("layers: {compared} decisions compared");
}

fn layered(mode: &str, layers: [&Option<Value>; 6], principal: &Value) -> Value {
    let [control, second_node, session, account, group, resource] = layers;
    let mut policies = json!({"account": account.iter().collect::<Vec<_>>()});
    let nodes: Vec<_> = [control, second_node].into_iter().flatten().map(|p| json!([p])).collect();
    if !nodes.is_empty() {
        policies["control"] = nodes.into();
    }
    if let Some(session) = session {
        policies["session"] = session.clone();
    }
    if let Some(group) = group {
        policies["resource_group"] = json!([group]);
    }
    if let Some(resource) = resource {
        policies["resource"] = resource.clone();
    }
    let (action, on) = match mode {
        "standard" => ("oss:GetObject", "acs:oss:cn:1:b/k"),
        _ => ("sts:AssumeRole", "acs:ram::1:role/app"),
    };
    json!({
        "mode": mode, "policies": policies, "expect": "Allow",
        "request": {"action": action, "resource": on, "context": {}, "principal": principal},
    })
}
