//! What a decision costs, counted in steps: that what was found out once is not found out again.
#![cfg(feature = "steps")]

use ramguard::policy::{Limits, ReadOptions};
use ramguard::{
    Authorizer, CompiledPolicy, Context, Kind, Layers, Policy, PolicySet, Request, Semantics, steps,
};

type Result<T = ()> = std::result::Result<T, Box<dyn std::error::Error>>;

/// An authorizer with one policy of these statements.
fn authorizer(statements: impl Iterator<Item = String>) -> Result<Authorizer> {
    let all: Vec<String> = statements.collect();
    let text = format!(r#"{{"Version":"1","Statement":[{}]}}"#, all.join(","));
    let limits = Limits::default().with_max_bytes_for_all(1 << 20);
    let options = ReadOptions { limits, ..ReadOptions::default() };
    Ok(Authorizer::new([Policy::parse_with(Kind::Identity, &text, &options)?]))
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

#[test]
fn resources_of_statements_with_principals_are_asked_for_at_once() -> Result {
    let statement = |n: usize| {
        let resources: Vec<String> =
            (0..20).map(|i| format!(r#""acs:*:*:*:*{}y""#, 20 * n + i)).collect();
        let resources = resources.join(",");
        format!(
            r#"{{"Effect":"Deny","Principal":["*"],"Action":"oss:*","Resource":[{resources}]}}"#
        )
    };
    // More patterns than are asked for at once if none of them is slow.
    let all: Vec<String> = (0..30).map(statement).collect();
    let text = format!(r#"{{"Version":"1","Statement":[{}]}}"#, all.join(","));
    let resource = Some(PolicySet::from(Policy::parse_as(Kind::Bucket, &text)?).into());
    let layers = Layers { resource, ..Layers::default() };
    let authorizer = Authorizer::with_layers(layers, Semantics::default());
    let request = Request::parse("oss:GetObject", "acs:oss:*:1:b/x")?;
    assert!(!authorizer.decide(&request).is_allowed());
    let steps = steps_of(|| authorizer.decide(&request));
    assert!(steps < 100, "{steps} steps");
    Ok(())
}

/// An authorizer with a statement for each of these resources.
fn of_resources(resources: impl Iterator<Item = String>) -> Result<Authorizer> {
    let statement =
        |resource| format!(r#"{{"Effect":"Allow","Action":"ecs:Get*","Resource":"{resource}"}}"#);
    authorizer(resources.map(statement))
}

#[test]
fn a_resource_that_starts_otherwise_is_passed_over_for_a_step() -> Result {
    let request = Request::parse("ecs:GetDisk", "acs:ecs:cn:1:07-disk")?;
    for end in ["", "-disk", "-disk*", "*", "?disk"] {
        let one = of_resources([format!("acs:ecs:*:*:07{end}")].into_iter())?;
        let among = of_resources((0..40).map(|n| format!("acs:ecs:*:*:{n:02}{end}")))?;
        let one = steps_of(|| one.decide(&request));
        let many = steps_of(|| among.decide(&request));
        assert_eq!(many, one + 39, "{end}");
    }
    Ok(())
}

#[test]
fn a_resource_that_ends_otherwise_is_passed_over_before_its_actions_are_tried() -> Result {
    let statement = |n: usize| {
        format!(
            r#"{{"Effect":"Allow","Action":"ecs:*{n:02}*k*","Resource":"acs:ecs:*:*:*-{n:02}"}}"#
        )
    };
    let request = Request::parse("ecs:Get-07-Disk", "acs:ecs:cn:1:disk-07")?;
    let one = authorizer([statement(7)].into_iter())?;
    let among = authorizer((0..12).map(statement))?;
    assert!(among.decide(&request).is_allowed());
    let one = steps_of(|| one.decide(&request));
    let many = steps_of(|| among.decide(&request));
    assert_eq!(many, one + 11);
    Ok(())
}

#[test]
fn a_resource_of_another_service_is_mostly_not_looked_at() -> Result {
    for end in ["*", "disk*"] {
        let among = of_resources((0..40).map(|n| format!("acs:s{n:02}:*:*:{end}")))?;
        let of = |n: usize| {
            let request = Request::parse("ecs:GetDisk", format!("acs:s{n:02}:cn:1:disk"))?;
            Ok::<_, Box<dyn std::error::Error>>(steps_of(|| among.decide(&request)))
        };
        let all: Vec<u64> = (0..40).map(of).collect::<Result<_>>()?;
        let sum: u64 = all.iter().sum();
        assert!(sum <= 40 * 8, "{end}: {all:?}");
    }
    Ok(())
}

#[test]
fn a_policy_about_another_service_is_mostly_not_looked_at() -> Result {
    let policy = |n: usize| {
        let resources: Vec<String> = (0..20).map(|at| format!("acs:s{n:02}:*:*:{at}*")).collect();
        let text = format!(
            r#"{{"Version":"1","Statement":[{{"Effect":"Allow","Action":"*","Resource":{resources:?}}}]}}"#
        );
        Ok::<_, Box<dyn std::error::Error>>(CompiledPolicy::new(Policy::parse(&text)?))
    };
    let shared: Vec<CompiledPolicy> = (0..16).map(policy).collect::<Result<_>>()?;
    let set = PolicySet::of_shared(shared);
    let request = Request::parse("ecs:GetDisk", "acs:s03:cn:1:x")?;
    let steps = steps_of(|| set.decide_alone(&request));
    assert!((20..=60).contains(&steps), "{steps} steps");
    Ok(())
}

#[test]
fn an_action_that_starts_or_ends_otherwise_is_passed_over_for_a_step() -> Result {
    type Write = fn(usize) -> String;
    let kinds: [(&str, Write); 8] = [
        ("ecs:07Disk", |n| format!("ecs:{n:02}")),
        ("ecs:07Disk", |n| format!("ecs:{n:02}Disk")),
        ("ecs:07Disk", |n| format!("ecs:{n:02}Disk*")),
        ("ecs:07Disk", |n| format!("ecs:{n:02}*")),
        ("ecs:07Disk", |n| format!("ecs:{n:02}?*k")),
        ("ecs:GetDisk07", |n| format!("ecs:*{n:02}")),
        ("ecs:GetDisk07", |n| format!("ecs:G*k{n:02}")),
        ("ecs:GetDisk07", |n| format!("ecs:GetDis?{n:02}*?Disk{n:02}")),
    ];
    for (action, write) in kinds {
        let request = Request::parse(action, "acs:ecs:cn:1:disk")?;
        let of = |actions: &[String]| {
            let one = format!(r#"{{"Effect":"Allow","Action":{actions:?},"Resource":"*"}}"#);
            authorizer([one].into_iter())
        };
        let actions: Vec<String> = (0..8).map(write).collect();
        let (one, among) = (of(&actions[7..])?, of(&actions)?);
        let one = steps_of(|| one.decide(&request));
        assert_eq!(steps_of(|| among.decide(&request)), one + 7, "{}", write(7));
    }
    Ok(())
}

#[test]
fn what_a_statement_says_by_one_resource_is_not_asked_for_by_the_next() -> Result {
    let request = Request::parse("ecs:GetDisk", "acs:ecs:cn:1:disk/abc")?;
    let of = |action: &str, resources: &[&str]| {
        let one = format!(
            r#"{{"Effect":"Allow","Action":"{action}","Resource":{resources:?},
            "Condition":{{"StringLike":{{"x:k":"a"}}}}}}"#
        );
        let authorizer = authorizer([one].into_iter())?;
        Ok::<_, Box<dyn std::error::Error>>(steps_of(|| authorizer.decide(&request)))
    };
    let second = ["acs:ecs:*:*:disk/*", "acs:ecs:*:*:disk/abc"];
    // It does not list the action, its conditions do not hold: one entry more on a list.
    for action in ["ecs:GetDis?", "ecs:GetDisl?", "ecs:Get*"] {
        assert_eq!(of(action, &second)?, of(action, &second[..1])? + 1, "{action}");
    }
    Ok(())
}

#[test]
fn a_large_set_is_asked_for_the_lengths_of_heads_that_are_in_use() -> Result {
    let among = of_resources((0..70).map(|n| format!("acs:ecs:*:*:disk/{n:03}*")))?;
    for id in ["disk/042", "disk/042-and-more", "disk/04", "disk/", "other-disk/042"] {
        let request = Request::parse("ecs:GetDisk", format!("acs:ecs:cn:1:{id}"))?;
        let steps = steps_of(|| among.decide(&request));
        assert!(steps <= 12, "{id}: {steps} steps");
    }
    Ok(())
}

/// Returns the steps of a request for `ecs:-a-b-` on `-c-d-` with the value `-e-f-`.
fn steps_of_slow(authorizer: &Authorizer) -> Result<u64> {
    let context = Context::from_pairs([("x:k", "-e-f-")])?;
    let request = Request::parse("ecs:-a-b-", "acs:ecs:cn:1:-c-d-")?.with_context(context);
    Ok(steps_of(|| assert!(!authorizer.decide(&request).is_allowed())))
}

#[test]
fn what_has_to_be_searched_for_is_asked_of_many_statements_at_once() -> Result {
    type Elements = fn(&str) -> String;
    let kinds: [(&str, usize, usize, u64, Elements); 9] = [
        ("actions", 80, 20, 30, |all| format!(r#""Action":{},"Resource":"*""#, all)),
        ("resources", 80, 20, 35, |all| format!(r#""Action":"ecs:-*","Resource":{}"#, all)),
        ("actions, one each", 250, 1, 60, |all| format!(r#""Action":{},"Resource":"*""#, all)),
        ("resources, one each", 250, 1, 60, |all| {
            format!(r#""Action":"ecs:-*","Resource":{}"#, all)
        }),
        ("long lists of actions", 240, 30, 50, |all| format!(r#""Action":{},"Resource":"*""#, all)),
        ("long lists of resources", 240, 30, 50, |all| {
            format!(r#""Action":"ecs:-*","Resource":{}"#, all)
        }),
        ("conditions", 60, 1, 130, |all| {
            format!(r#""Action":"*","Resource":"*","Condition":{{"StringLike":{{"x:k":{all}}}}}"#)
        }),
        ("lists of conditions", 80, 20, 30, |all| {
            format!(r#""Action":"*","Resource":"*","Condition":{{"StringLike":{{"x:k":{all}}}}}"#)
        }),
        ("conditions behind resources", 60, 1, 200, |all| {
            format!(
                r#""Action":"*","Resource":"acs:ecs:*:*:-*","Condition":{{"StringLike":{{"x:k":{all}}}}}"#
            )
        }),
    ];
    for (name, count, each, most, elements) in kinds {
        let item = |n: usize| match name {
            _ if name.contains("conditions") => format!("*e*f*{n}?"),
            _ if name.contains("actions") => format!("ecs:*a*b*{n}?"),
            _ => format!("acs:ecs:*:*:*c*d*{n}?"),
        };
        let all: Vec<String> = (0..count).map(item).collect();
        let statements = all
            .chunks(each)
            .map(|some| format!(r#"{{"Effect":"Allow",{}}}"#, elements(&format!("{some:?}"))));
        let steps = steps_of_slow(&authorizer(statements)?)?;
        assert!(steps <= most, "{name}: {steps} steps");
    }
    Ok(())
}
