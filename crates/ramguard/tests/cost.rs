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
    let alone =
        steps_of(|| requests.iter().map(|request| authorizer.decide(request)).collect::<Vec<_>>());
    let together = steps_of(|| authorizer.decide_many(&requests));
    assert!(together * 20 < alone, "{together} steps together, {alone} alone");
    Ok(())
}

#[test]
fn of_many_conditions_those_on_keys_the_request_lacks_look_no_key_up() -> Result {
    let statement = |_| {
        let all: Vec<String> = (0..200).map(|n| format!(r#""x:{n}":"v""#)).collect();
        let conditions = format!(r#"{{"StringNotEquals":{{{}}}}}"#, all.join(","));
        format!(r#"{{"Effect":"Allow","Action":"*","Resource":"*","Condition":{conditions}}}"#)
    };
    let authorizer = authorizer((0..1).map(statement))?;
    let plain = Request::parse("ecs:a", "acs:ecs:cn:1:i")?;
    let request = plain.with_context(Context::from_pairs([("x:7", "w")])?);
    assert!(authorizer.decide(&request).is_allowed());
    // A step for each condition, and one more for the few that share a bit with a key of the
    // request: its own, and those the engine knows.
    let steps = steps_of(|| authorizer.decide(&request));
    assert!((200..300).contains(&steps), "{steps} steps");
    Ok(())
}
