//! What a reader is told about a faulty document: every problem in one line, where it is, and
//! what to do about it.

#![expect(clippy::expect_used, reason = "a test says what it takes for granted")]

use ramguard_policy::{Document, Effect, Kind, Limits, Policy, ReadOptions};
use serde_json::Value;

/// The documents of the conformance cases, with the kind each is read as.
fn documents() -> Vec<(Kind, String)> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../testdata/conformance");
    ["malformed.jsonl", "own-malformed.jsonl"]
        .iter()
        .flat_map(|file| {
            let text = std::fs::read_to_string(format!("{folder}/{file}")).expect("the cases");
            text.lines()
                .map(|line| {
                    let case: Value = serde_json::from_str(line).expect("one object a line");
                    let text = |member| case.get(member).and_then(Value::as_str).expect("a text");
                    (text("kind").parse().expect("a kind"), text("document").to_owned())
                })
                .collect::<Vec<_>>()
        })
        .collect()
}

#[test]
fn every_problem_is_told_in_one_line_with_advice_in_one_line() {
    for (kind, text) in documents() {
        let document = Document::read(kind, &text);
        for problem in document.problems() {
            for line in [Some(problem.to_string()), problem.help()].into_iter().flatten() {
                assert!(!line.is_empty() && !line.contains(char::is_control), "{text}: {line:?}");
            }
            assert_eq!(problem.code().to_string(), problem.code().name());
            assert_eq!(problem.kind().code(), problem.code());
            assert_eq!(problem.kind().to_string(), problem.to_string());
        }
    }
}

#[test]
fn the_advice_says_what_to_write() {
    let trust = r#""Action":"sts:AssumeRole""#;
    let sound = r#""Effect":"Allow","Action":"ecs:*","Resource":"*""#;
    for (kind, statement, advice) in [
        (Kind::Identity, r#""Action":"ecs:*","Resource":"*""#, r#"add `"Effect": "Allow"` or"#),
        (Kind::Identity, r#""Effect":"ALLOWED","Action":"*","Resource":"*""#, "mean `Allow`?"),
        (Kind::Identity, r#""Effect":" denied","Action":"*","Resource":"*""#, "mean `Deny`?"),
        (Kind::Identity, r#""Effect":"No","Action":"*","Resource":"*""#, "write `Allow` or `Deny`"),
        (Kind::Identity, r#""Effect":"Allow","Resource":"*""#, "add `Action` or `NotAction`"),
        (Kind::Bucket, r#""Effect":"Allow","Resource":"*","Principal":["*"]"#, "add `Action`"),
        (
            Kind::Identity,
            r#""Effect":"Allow","Action":"*","NotAction":"ecs:*","Resource":"*""#,
            "keep one of the two",
        ),
        (Kind::Identity, r#""Effect":"Allow","Action":[],"Resource":"*""#, "at least one entry"),
        (Kind::Identity, r#""Effect":"Allow","Action":"*""#, r#"add `"Resource": "*"`"#),
        (
            Kind::Identity,
            r#""Effect":"Allow","Action":"*","Resource":"acs:e s::1:i""#,
            "hold no blank and no `/`",
        ),
        (
            Kind::Trust,
            &format!(
                r#""Effect":"Allow",{trust},"Resource":"*","Principal":{{"RAM":"acs:ram::1:root"}}"#
            ),
            "the resource of a trust policy is the role",
        ),
        (Kind::Trust, &format!(r#""Effect":"Allow",{trust}"#), "`RAM`, `Service` or `Federated`"),
        (Kind::Bucket, sound, r#"add `"Principal": ["<uid>"]`"#),
        (
            Kind::Identity,
            &format!(r#"{sound},"Principal":["*"]"#),
            "whoever the policy is attached to",
        ),
        (
            Kind::Identity,
            &format!(r#"{sound},"Condition":{{"StringEquals":{{"SourceIp":"a"}}}}"#),
            "for example `acs:SourceIp`",
        ),
        (
            Kind::Identity,
            &format!(r#"{sound},"Condition":{{"NumericEquals":{{"x:k":"1e3"}}}}"#),
            "`1000` for `1e3`",
        ),
        (
            Kind::Identity,
            &format!(r#"{sound},"Condition":{{"Bool":{{"x:k":["true","false"]}}}}"#),
            r#"keep one of `"true"` and `"false"`"#,
        ),
    ] {
        let text = format!(r#"{{"Version":"1","Statement":[{{{statement}}}]}}"#);
        let document = Document::read(kind, &text);
        let given: Vec<String> =
            document.problems().iter().filter_map(ramguard_policy::Problem::help).collect();
        assert!(given.iter().any(|help| help.contains(advice)), "{text}: {given:?}");
    }
}

#[test]
fn the_advice_on_the_frame_of_a_document_says_what_to_write() {
    for (text, advice) in [
        (r#"{"Statement":[]}"#, r#"add `"Version": "1"`"#),
        (r#"{"Version":"2","Statement":[]}"#, r#"write `"1"`"#),
        (r#"{"Version":"1"}"#, r#"add `"Statement": [ ... ]`"#),
        (r#"{"Version":"1","Statement":[]}"#, "at least one statement"),
    ] {
        let document = Document::read(Kind::Identity, text);
        let given: Vec<String> =
            document.problems().iter().filter_map(ramguard_policy::Problem::help).collect();
        assert!(given.iter().any(|help| help.contains(advice)), "{text}: {given:?}");
    }
    let long = format!(r#"{{"Version":"1","Statement":[],"a":"{}"}}"#, "x".repeat(7_000));
    let document = Document::read(Kind::Identity, &long);
    let first = document.problems().first().and_then(ramguard_policy::Problem::help);
    assert!(first.is_some_and(|help| help.starts_with("split it into several policies")));
}

#[test]
fn a_refusal_counts_the_problems_behind_the_first() {
    let refused = |statement: &str| {
        let text = format!("{{\"Version\":\"1\",\"Statement\":[\n{{{statement}}}]}}");
        Policy::parse(&text).expect_err("a faulty policy")
    };
    let one = refused(r#""Effect":"Allow","Action":"*""#);
    assert_eq!(one.problems().len(), 1);
    assert!(one.to_string().ends_with(" at line 2, column 1"), "{one}");
    let two = refused(r#""Action":"*""#);
    assert!(two.to_string().ends_with(" (and 1 more problem)"), "{two}");
    let three = refused(r#""Sid":"x""#);
    assert!(three.to_string().ends_with(" (and 2 more problems)"), "{three}");
}

#[test]
fn a_pointer_leads_to_the_innermost_value_that_holds_the_span() {
    let text = r#"{"Version":"1","Statement":[{"a/b":1},{"c~d":["x","yy"]}]}"#;
    let document = Document::read(Kind::Identity, text);
    let pointer = |part: &str| {
        let start = text.find(part).expect("a part of the text");
        let tree = document.tree().root().expect("a value").span();
        let mut span = tree;
        span.start = u32::try_from(start).expect("short");
        span.end = u32::try_from(start + part.len()).expect("short");
        document.pointer(span)
    };
    assert_eq!(pointer(text), "");
    assert_eq!(pointer("\"1\""), "/Version");
    assert_eq!(pointer("Version"), "/Version");
    assert_eq!(pointer("1}"), "/Statement/0");
    assert_eq!(pointer(":1}"), "/Statement/0");
    assert_eq!(pointer("a/b"), "/Statement/0/a~1b");
    assert_eq!(pointer("yy"), "/Statement/1/c~0d/1");
    assert_eq!(pointer("[\"x\",\"yy\"]"), "/Statement/1/c~0d");
}

#[test]
fn the_kind_of_a_document_is_guessed_by_its_principal() {
    let guess =
        |statement: &str| Kind::guess(&format!(r#"{{"Version":"1","Statement":[{statement}]}}"#));
    for (statement, kind) in [
        (r#"{"Effect":"Allow","Action":"*","Resource":"*"}"#, Kind::Identity),
        (r#"{"Principal":{"RAM":"x"}}"#, Kind::Trust),
        (r#"{"Principal":["x"]}"#, Kind::Bucket),
        (r#"{"Principal":"*","Resource":"*"}"#, Kind::Bucket),
        (r#"{"Principal":"*"}"#, Kind::Trust),
        (r#"{"Action":"STS:assumerole"}"#, Kind::Trust),
        (r#"{"Action":"sts:AssumeRole","Resource":"*"}"#, Kind::Identity),
        (r#"{"Action":"sts:AssumeRole"},{"Action":"ecs:*"}"#, Kind::Identity),
        (r#"{"Action":"ecs:*"},{"Principal":{"RAM":"x"}}"#, Kind::Trust),
        (r#"1,{"Principal":["x"]}"#, Kind::Bucket),
        ("", Kind::Identity),
    ] {
        assert_eq!(guess(statement), kind, "{statement}");
    }
    assert_eq!(Kind::guess(r#"{"Statement":{"Principal":{"RAM":"x"}}}"#), Kind::Trust);
    assert_eq!(Kind::guess("[]"), Kind::Identity);
    assert_eq!(Kind::guess("no JSON"), Kind::Identity);
}

#[test]
fn the_size_of_each_kind_is_set_on_its_own() {
    for kind in Kind::ALL {
        let limits = Limits::default().with_max_bytes(kind, 7);
        for other in Kind::ALL {
            let expected = if other == kind { 7 } else { Limits::default().max_bytes(other) };
            assert_eq!(limits.max_bytes(other), expected, "{kind} {other}");
        }
    }
    assert_eq!(Limits::default().with_max_read_bytes(99).max_read_bytes(), 99);
}

#[test]
fn a_document_past_the_bound_of_reading_is_not_read() {
    let text = r#"{"Version":"1","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}"#;
    let limits = Limits::default().with_max_read_bytes(text.len() - 1);
    let options = ReadOptions { limits, ..ReadOptions::default() };
    assert!(Policy::parse_with(Kind::Identity, text, &options).is_err());
    let limits = Limits::default().with_max_read_bytes(text.len());
    let options = ReadOptions { limits, ..ReadOptions::default() };
    assert!(Policy::parse_with(Kind::Identity, text, &options).is_ok());
}

#[test]
fn a_faulty_document_still_gives_its_sound_statements() {
    let text = r#"{"Version":"1","Statement":[
        {"Effect":"Allow","Action":"ecs:*","Resource":"*"},{"Effect":"Maybe"}]}"#;
    let document = Document::read(Kind::Identity, text);
    assert_eq!(document.kind(), Kind::Identity);
    assert_eq!(document.text(), text);
    assert_eq!(document.statements().count(), 1);
    assert_eq!([Effect::Allow, Effect::Deny].map(|effect| effect.to_string()), ["Allow", "Deny"]);
}
