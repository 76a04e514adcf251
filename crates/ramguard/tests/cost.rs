//! What a decision costs, counted in steps: that what was found out once is not found out again.
#![cfg(feature = "steps")]

use ramguard::{Authorizer, Context, Policy, Request, steps};

type Result<T = ()> = std::result::Result<T, Box<dyn std::error::Error>>;

/// An authorizer with one policy of these statements.
fn authorizer(statements: impl Iterator<Item = String>) -> Result<Authorizer> {
    let all: Vec<String> = statements.collect();
    let text = format!(r#"{{"Version":"1","Statement":[{}]}}"#, all.join(","));
    Ok(Authorizer::new([Policy::parse(&text)?]))
}

/// Returns the steps of `decide`.
fn steps_of<T>(decide: impl FnOnce() -> T) -> u64 {
    steps::take();
    let _ = decide();
    steps::take()
}

#[test]
fn requests_that_differ_in_the_relative_id_alone_try_each_action_and_condition_once() -> Result {
    let statement = |n: usize| {
        format!(
            r#"{{"Effect":"Allow","Action":"ecs:*a{n}*b","Resource":"acs:ecs:*:*:instance/*",
            "Condition":{{"StringEquals":{{"x:k":"v"}}}}}}"#
        )
    };
    let authorizer = authorizer((0..12).map(statement))?;
    let context = Context::from_pairs([("x:k", "w")])?;
    let request = |n: usize| {
        let request = Request::parse("ecs:a3-b", format!("acs:ecs:cn:1:instance/i-{n}"))?;
        Ok::<_, Box<dyn std::error::Error>>(request.with_context(context.clone()))
    };
    let requests: Vec<Request<'_>> = (0..100).map(request).collect::<Result<_>>()?;
    let alone = steps_of(|| {
        requests.iter().map(|request| authorizer.decide(request)).collect::<Vec<_>>()
    });
    let together = steps_of(|| authorizer.decide_many(&requests));
    assert!(together * 20 < alone, "{together} steps together, {alone} alone");
    Ok(())
}
