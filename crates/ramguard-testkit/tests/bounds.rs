//! The bounds of `SECURITY.md` that no crate can show by itself: hostile texts end soon, and one
//! past a bound is refused.
//!
//! Seconds are generous by a hundredfold: what they catch is work that grows with the square.

use std::time::{Duration, Instant};

use ramguard::role::InstanceOperation;
use ramguard::{Authorizer, Context, Policy, Request};
use ramguard_policy::{Document, Kind, Limits, ProblemCode, ReadOptions};

/// What a quarter of a megabyte may take, in an unoptimized build on a busy machine.
const SOON: Duration = Duration::from_secs(20);

fn roomy() -> ReadOptions {
    let limits = Limits::default().with_max_bytes_for_all(Limits::DEFAULT_MAX_READ_BYTES);
    ReadOptions { limits, ..ReadOptions::default() }
}

/// Texts of about a quarter of a megabyte that ask for much, with a name each.
fn hostile() -> Vec<(&'static str, String)> {
    let statement = |actions: &str, rest: &str| {
        format!(
            r#"{{"Version":"1","Statement":[{{"Effect":"Deny","Action":[{actions}],"Resource":"*"{rest}}}]}}"#
        )
    };
    let list = |count: usize, item: &dyn Fn(usize) -> String| {
        (0..count).map(item).collect::<Vec<_>>().join(",")
    };
    vec![
        ("brackets", "[".repeat(1 << 18)),
        ("quotes", "\"".repeat(1 << 18)),
        ("backslashes", format!("\"{}", "\\".repeat(1 << 18))),
        ("commas", format!("[{}]", ",".repeat(1 << 18))),
        ("line feeds", "\n".repeat(1 << 18)),
        ("comments", "/*".repeat(1 << 17)),
        ("equal keys", format!("{{{}}}", list(25_000, &|_| r#""a":1"#.into()))),
        ("many keys", format!("{{{}}}", list(20_000, &|n| format!(r#""k{n}":1"#)))),
        ("colliding lengths", format!("{{{}}}", list(15_000, &|n| format!(r#""{n:08}":1"#)))),
        ("many statements", {
            let one = r#"{"Effect":"Allow","Action":"*","Resource":"*"}"#;
            format!(r#"{{"Version":"1","Statement":[{}]}}"#, list(5_000, &|_| one.into()))
        }),
        ("faulty actions", statement(&list(25_000, &|_| r#""e c""#.into()), "")),
        ("one long action", statement(&format!("\"ecs:{}\"", "*a".repeat(1 << 17)), "")),
        ("one long number", {
            let key = format!(r#"{{"oss:MaxKeys":"{}"}}"#, "9".repeat(1 << 18));
            statement("\"*\"", &format!(r#","Condition":{{"NumericEquals":{key}}}"#))
        }),
        ("many conditions", {
            let keys = list(7_500, &|n| format!(r#""a:K{n}":"v*""#));
            statement("\"*\"", &format!(r#","Condition":{{"StringLike":{{{keys}}}}}"#))
        }),
        ("unknown operators", {
            let operators = list(5_000, &|n| format!(r#""StringEqual{n}":{{"a:b":"c"}}"#));
            statement("\"*\"", &format!(r#","Condition":{{{operators}}}"#))
        }),
    ]
}

#[test]
fn a_large_text_of_anything_is_judged_soon() {
    for (name, text) in hostile() {
        let began = Instant::now();
        let document = Document::read_with(Kind::Identity, &text, &roomy());
        let lines = document.line_index();
        for problem in document.problems() {
            let _ = (lines.position(problem.span().start), problem.help(), problem.to_string());
        }
        assert!(began.elapsed() < SOON, "{name} took {:?}", began.elapsed());
    }
}

#[test]
fn a_large_policy_of_anything_decides_soon() {
    let request = Request::parse("ecs:StopInstance", "acs:ecs:cn-hangzhou:1:instance/i-a");
    let request = request.expect("a request");
    for (name, text) in hostile() {
        let Ok(policy) = Policy::parse_with(Kind::Identity, &text, &roomy()) else { continue };
        let began = Instant::now();
        let authorizer = Authorizer::new([policy]);
        for _ in 0..3 {
            let _ = authorizer.decide(&request);
        }
        assert!(began.elapsed() < SOON, "{name} took {:?}", began.elapsed());
    }
}

#[test]
fn no_more_problems_are_kept_than_the_bound() {
    let (_, text) = hostile().into_iter().find(|(name, _)| *name == "faulty actions").expect("one");
    let document = Document::read_with(Kind::Identity, &text, &roomy());
    assert_eq!(document.problems().len(), Document::MAX_PROBLEMS);
}

#[test]
fn a_document_one_byte_too_long_is_refused_and_one_byte_less_is_not() {
    let text = r#"{"Version":"1","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}"#;
    for kind in [Kind::Identity, Kind::Session, Kind::Control] {
        let limit = Limits::default().max_bytes(kind);
        let padded = |length: usize| format!("{text}{}", " ".repeat(length - text.len()));
        assert!(Policy::parse_as(kind, &padded(limit)).is_ok(), "{kind}");
        assert!(Policy::parse_as(kind, &padded(limit + 1)).is_err(), "{kind}");
    }
}

#[test]
fn a_text_past_the_bound_of_reading_is_not_read() {
    let text = " ".repeat(Limits::DEFAULT_MAX_READ_BYTES + 1);
    let document = Document::read_with(Kind::Identity, &text, &roomy());
    let sizes = document.problems().iter().filter(|p| p.code() == ProblemCode::SizeLimit);
    assert_eq!(
        (sizes.count(), document.tree().root().is_some()),
        (document.problems().len(), false)
    );
    assert!(!document.problems().is_empty());
}

#[test]
fn a_call_names_a_hundred_instances_and_no_more() {
    let policy = r#"{"Version":"1","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}"#;
    let authorizer = Authorizer::new([Policy::parse(policy).expect("a policy")]);
    let attach = |count: usize| InstanceOperation::AttachInstanceRamRole {
        region: "cn-hangzhou".into(),
        account: "1".into(),
        instance_ids: (0..count).map(|number| format!("i-{number}")).collect(),
        ram_role_name: "app".into(),
        policy: None,
    };
    let allowed = |count| {
        let decision = authorizer.decide_operation(&attach(count), None, &Context::default());
        decision.is_ok_and(|decision| decision.is_allowed())
    };
    assert!(allowed(100));
    assert!(!allowed(101));
    assert!(!allowed(0));
}
