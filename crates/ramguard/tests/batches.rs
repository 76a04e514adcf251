//! Many requests at once are decided as each would be alone, whatever tells neighbours apart.

use std::sync::Arc;

use ramguard::role::{DetachedRoles, InstanceOperation};
use ramguard::{
    Authorizer, Context, Kind, Layers, Mode, Policy, PolicySet, Principal, Request, Semantics,
};

type Result<T = ()> = std::result::Result<T, Box<dyn std::error::Error>>;

/// A set of `statements` among so many others: small sets and large ones share different things.
fn among_others(kind: Kind, statements: &str, other: &str, many: u32) -> Result<Arc<PolicySet>> {
    let text = |statements: &str| format!(r#"{{"Version":"1","Statement":[{statements}]}}"#);
    let mut policies = vec![Policy::parse_as(kind, &text(statements))?];
    for number in 0..many {
        policies.push(Policy::parse_as(kind, &text(&other.replace('#', &number.to_string())))?);
    }
    Ok(Arc::new(PolicySet::new(policies)))
}

const OTHER: &str = r#"{"Effect":"Allow","Action":"ecs:Other#","Resource":"acs:ecs:*:*:other/#"}"#;

/// As many other statements stand beside the one a test is about.
const OTHERS: &[u32] = if cfg!(miri) { &[0, 9] } else { &[0, 2, 20, 200] };

fn by_account(statements: &str) -> Result<Vec<Authorizer>> {
    let with_others = |many| -> Result<Authorizer> {
        let account = among_others(Kind::Identity, statements, OTHER, many)?;
        Ok(Authorizer::with_layers(Layers { account, ..Layers::default() }, Semantics::default()))
    };
    OTHERS.iter().copied().map(with_others).collect()
}

/// Decides both orders of two neighbours, alone and as a batch; one alone must be allowed.
fn tells_apart(authorizers: &[Authorizer], allowed: &Request<'_>, not: &Request<'_>) {
    for authorizer in authorizers {
        assert!(authorizer.decide(allowed).is_allowed(), "{allowed:?}");
        assert!(!authorizer.decide(not).is_allowed(), "{not:?}");
        for batch in [[allowed.clone(), not.clone()], [not.clone(), allowed.clone()]] {
            let alone: Vec<_> = batch.iter().map(|request| authorizer.decide(request)).collect();
            assert_eq!(authorizer.decide_many(&batch), alone, "{batch:?}");
        }
    }
}

const ON: &str = "acs:ecs:cn-hangzhou:1:instance/i-1";

#[test]
fn neighbours_may_differ_in_the_action() -> Result {
    let authorizers =
        by_account(r#"{"Effect":"Allow","Action":"ecs:StopInstance","Resource":"*"}"#)?;
    let request = |action| Request::parse(action, ON);
    tells_apart(&authorizers, &request("ecs:StopInstance")?, &request("ecs:StartInstance")?);
    Ok(())
}

#[test]
fn neighbours_may_both_be_about_no_resource_at_all() -> Result {
    for (resource, is_allowed) in [("*", true), ("acs:ecs:*:*:*", false), ("acs:*:*:*:*", false)] {
        let authorizers = by_account(&format!(
            r#"{{"Effect":"Allow","Action":"ecs:Describe*","Resource":"{resource}"}}"#
        ))?;
        let requests =
            [Request::parse("ecs:DescribeA", "*")?, Request::parse("ecs:DescribeA", "*")?];
        for authorizer in &authorizers {
            let decisions = authorizer.decide_many(&requests);
            assert_eq!(decisions, [authorizer.decide(&requests[0]); 2], "{resource}");
            assert_eq!(decisions[0].is_allowed(), is_allowed, "{resource}");
        }
    }
    Ok(())
}

#[test]
fn neighbours_may_differ_in_any_field_of_the_resource() -> Result {
    let authorizers = by_account(
        r#"{"Effect":"Allow","Action":"*","Resource":"acs:ecs:cn-hangzhou:1:instance/i-1"}"#,
    )?;
    let alice = Principal::user("acs:ram::1:user/alice")?;
    let request = |resource: &'static str| {
        Request::parse("ecs:a", resource).map(|request| request.with_principal(alice.clone()))
    };
    for other in [
        "*",
        "acs:vpc:cn-hangzhou:1:instance/i-1",
        "acs:ecs:cn-beijing:1:instance/i-1",
        "acs:ecs:cn-hangzhou:2:instance/i-1",
        "acs:ecs:cn-hangzhou:1:instance/i-2",
    ] {
        tells_apart(&authorizers, &request(ON)?, &request(other)?);
    }
    Ok(())
}

#[test]
fn neighbours_may_differ_in_their_own_or_a_shared_context() -> Result {
    let authorizers = by_account(
        r#"{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"StringEquals":{"x:k":"v"}}}"#,
    )?;
    let [good, bad] = [[("x:k", "v")], [("x:k", "w")]].map(Context::from_pairs);
    let (good, bad) = (good?, bad?);
    let request = || Request::parse("ecs:a", ON);
    tells_apart(
        &authorizers,
        &request()?.with_shared_context(&good),
        &request()?.with_shared_context(&bad),
    );
    tells_apart(
        &authorizers,
        &request()?.with_context(good.clone()),
        &request()?.with_context(bad.clone()),
    );
    tells_apart(
        &authorizers,
        &request()?.with_shared_context(&good),
        &request()?.with_context(bad),
    );
    Ok(())
}

#[test]
fn neighbours_may_differ_in_the_owner() -> Result {
    let authorizers = by_account(r#"{"Effect":"Allow","Action":"*","Resource":"*"}"#)?;
    let request = Request::parse("oss:GetObject", "acs:oss:*:*:b/k")?
        .with_principal(Principal::user("acs:ram::1:user/alice")?);
    tells_apart(&authorizers, &request.clone().with_owner("1"), &request.with_owner("2"));
    Ok(())
}

#[test]
fn neighbours_may_differ_in_the_caller() -> Result {
    let with_others = |many| -> Result<Authorizer> {
        let resource = among_others(
            Kind::Bucket,
            r#"{"Effect":"Allow","Principal":["11"],"Action":"oss:*","Resource":"*"}"#,
            r#"{"Effect":"Allow","Principal":["9#"],"Action":"oss:Other#","Resource":"*"}"#,
            many,
        )?;
        let layers = Layers { resource: Some(resource), ..Layers::default() };
        Ok(Authorizer::with_layers(layers, Semantics::default()))
    };
    let authorizers: Vec<Authorizer> =
        OTHERS.iter().copied().map(with_others).collect::<Result<_>>()?;
    let request = |uid: &'static str| -> Result<Request<'static>> {
        let caller = Principal::user("acs:ram::2:user/u")?.with_uid(uid);
        Ok(Request::parse("oss:GetObject", "acs:oss:cn:1:b/k")?.with_principal(caller))
    };
    tells_apart(&authorizers, &request("11")?, &request("12")?);
    Ok(())
}

#[test]
fn neighbours_may_differ_in_the_mode() -> Result {
    let authorizers = by_account(r#"{"Effect":"Allow","Action":"*","Resource":"*"}"#)?;
    let request = |mode| -> Result<Request<'static>> {
        Ok(Request::parse("sts:AssumeRole", "acs:ram::1:role/app")?
            .with_principal(Principal::user("acs:ram::1:user/u")?)
            .with_mode(mode))
    };
    tells_apart(&authorizers, &request(Mode::Standard)?, &request(Mode::AssumeRole)?);
    Ok(())
}

#[test]
fn neighbours_may_differ_in_the_service_a_role_is_passed_to() -> Result {
    let authorizers = by_account(
        r#"{"Effect":"Allow","Action":"ram:PassRole","Resource":"*",
            "Condition":{"StringEquals":{"acs:Service":"ecs.aliyuncs.com"}}}"#,
    )?;
    let operation = InstanceOperation::DetachInstanceRamRole {
        region: "cn-hangzhou".into(),
        account: "1".into(),
        instance_ids: vec!["i-1".into()],
        roles: DetachedRoles::Named("app".into()),
    };
    let checks = operation.checks(&Semantics::default())?;
    let passing = checks.iter().last().ok_or("a check")?;
    let context = Context::default();
    let by_ecs = passing.request(None, &context)?;
    let plain = Request::parse("ram:PassRole", by_ecs.resource())?;
    tells_apart(&authorizers, &by_ecs, &plain);
    Ok(())
}

#[test]
fn neighbours_may_differ_in_whether_the_caller_is_supplied_as_a_key() -> Result {
    let authorizers = by_account(
        r#"{"Effect":"Allow","Action":"*","Resource":"*",
            "Condition":{"StringEquals":{"acs:PrincipalARN":"acs:ram::1:user/u"}}}"#,
    )?;
    let request = || -> Result<Request<'static>> {
        Ok(Request::parse("ecs:a", ON)?.with_principal(Principal::user("acs:ram::1:user/u")?))
    };
    tells_apart(&authorizers, &request()?.supplying_principal_arn(), &request()?);
    Ok(())
}

/// What neighbours have in common is tested once, whatever that is.
#[cfg(feature = "steps")]
#[test]
fn neighbours_that_differ_in_the_relative_id_only_cost_less_than_each_alone() -> Result {
    use ramguard::steps;
    let context = Context::from_pairs([("acs:SourceIp", "10.0.0.1"), ("x:k", "v")])?;
    let caller = Principal::user("acs:ram::1:user/u")?;
    let request = |arn: &str| Request::parse("ecs:StopInstance".to_owned(), arn.to_owned());
    let is_sharing = |name: &str, alike: &dyn Fn(&str) -> Result<Request<'static>>| -> Result {
        let authorizers = by_account(
            r#"{"Effect":"Allow","Action":["ecs:StartInstance","ecs:StopInstance"],
                "Resource":"acs:ecs:*:*:instance/i-1*",
                "Condition":{"StringEquals":{"x:k":"v"}}},
               {"Effect":"Deny","Action":"ecs:Stop*","Resource":"acs:ecs:*:*:instance/i-2*"}"#,
        )?;
        let requests: Vec<Request<'_>> = (0..50)
            .map(|n| alike(&format!("acs:ecs:cn-hangzhou:1:instance/i-{n}")))
            .collect::<Result<_>>()?;
        // The largest set leads each request to its entries by the resource.
        for authorizer in authorizers.iter().take(2) {
            let _ = steps::take();
            let alone: Vec<_> = requests.iter().map(|one| authorizer.decide(one)).collect();
            let apart = steps::take();
            assert_eq!(authorizer.decide_many(&requests), alone, "{name}");
            let together = steps::take();
            assert!(2 * together <= apart, "{name}: {together} steps together, {apart} apart");
        }
        Ok(())
    };
    is_sharing("nothing else", &|arn| Ok(request(arn)?))?;
    is_sharing("contexts", &|arn| Ok(request(arn)?.with_context(context.clone())))?;
    is_sharing("caller", &|arn| Ok(request(arn)?.with_principal(caller.clone())))?;
    is_sharing("owner", &|arn| Ok(request(arn)?.with_owner("1")))?;
    is_sharing("mode", &|arn| Ok(request(arn)?.with_mode(Mode::AssumeRole)))?;
    is_sharing("resource", &|_| Ok(request("*")?))
}

#[cfg(feature = "steps")]
#[test]
fn steps_of_a_decision_are_counted_and_counted_from_zero_again() -> Result {
    use ramguard::steps;
    let authorizers = by_account(r#"{"Effect":"Allow","Action":"*","Resource":"*"}"#)?;
    let request = Request::parse("ecs:a", ON)?;
    for authorizer in authorizers.iter().take(3) {
        let _ = steps::take();
        assert!(authorizer.decide(&request).is_allowed());
        assert!(steps::take() > 0);
        assert_eq!(steps::take(), 0);
    }
    Ok(())
}

/// Ids that begin alike for a while, in turn, among statements on heads of many lengths, on whole
/// ids and on whatever lists the action.
#[test]
fn neighbours_are_found_by_their_own_ids_however_much_of_them_is_shared() -> Result {
    let id = "i-bp1abcdefghijklmnopqrstuvwxyz0123456789-and-further-than-any-key-reaches";
    let effect = |number: usize| if number.is_multiple_of(5) { "Deny" } else { "Allow" };
    let mut statements: Vec<String> = Vec::new();
    for length in 0..id.len() {
        let star = if length % 3 == 1 { "" } else { "*" };
        for (kind, service) in [("instance/", "ecs"), ("image/", "e*"), ("", "ecs")] {
            statements.push(format!(
                r#"{{"Effect":"{}","Action":"ecs:A{}","Resource":"acs:{service}:*:1:{kind}{}{star}"}}"#,
                effect(length),
                length % 4,
                &id[..length],
            ));
        }
    }
    for number in 0_u32..40 {
        statements.push(format!(
            r#"{{"Effect":"Allow","Action":"ecs:A{}","Resource":["acs:ecs:*:*:disk/*","acs:ecs:*:*:*/{number}*"],
                "Condition":{{"StringEquals":{{"x:k":"{}"}}}}}}"#,
            number % 4,
            if number.is_multiple_of(7) { "v" } else { "w" },
        ));
    }
    let policies = statements
        .iter()
        .map(|own| Policy::parse(&format!(r#"{{"Version":"1","Statement":[{own}]}}"#)));
    let policies: Vec<Policy> = policies.collect::<std::result::Result<_, _>>()?;
    let context = Context::from_pairs([("x:k", "v")])?;
    let mut outcomes = std::collections::HashMap::new();
    for count in [10, 60, policies.len()] {
        let authorizer = Authorizer::new(policies.iter().rev().take(count).cloned());
        for action in ["ecs:A0", "ecs:A1", "ecs:A3", "ecs:Other"] {
            let lengths = (0..id.len()).chain((0..id.len()).rev()).chain([9, 70, 3, 70, 9, 9]);
            let requests: Vec<Request<'_>> = lengths
                .enumerate()
                .map(|(number, length)| {
                    let kind = ["instance/", "instance/", "image/", "disk/", "", "x/7"];
                    let kind = kind[number / 3 % 6];
                    let resource = format!("acs:ecs:r:1:{kind}{}", &id[..length.max(1)]);
                    Ok(Request::parse(action, resource)?.with_shared_context(&context))
                })
                .collect::<Result<_>>()?;
            let alone: Vec<_> = requests.iter().map(|one| authorizer.decide(one)).collect();
            assert_eq!(authorizer.decide_many(&requests), alone, "{count} {action}");
            for decision in alone {
                *outcomes.entry(decision.outcome()).or_insert(0) += 1;
            }
        }
    }
    assert!(outcomes.len() == 3 && outcomes.values().all(|&n| n > 100), "{outcomes:?}");
    Ok(())
}

/// Neighbours that part somewhere in the middle, in a set with an index: few entries are found for each,
/// so that what one has found is used for the next.
#[test]
fn neighbours_that_part_anywhere_are_found_by_an_index_as_if_alone() -> Result {
    let mut state = 7_u64;
    let mut draw = |below: u64| {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % below
    };
    let mut word = |least: u64, most: u64| -> String {
        let length = least + draw(most - least + 1);
        (0..length).map(|_| if draw(2) == 0 { 'a' } else { 'b' }).collect()
    };
    for with_exact in [false, true] {
        let mut statements = Vec::new();
        for number in 0..240 {
            let (id, star) = match number % 4 {
                0 if with_exact => (word(4, 9), ""),
                _ => (word(3, 9), "*"),
            };
            let kind = if number % 7 == 0 { "image" } else { "instance" };
            statements.push(format!(
                r#"{{"Effect":"{}","Action":"ecs:A{}","Resource":"acs:ecs:*:1:{kind}/{id}{star}"}}"#,
                if number % 3 == 0 { "Deny" } else { "Allow" },
                number % 5,
            ));
        }
        let policies = statements
            .chunks(20)
            .map(|own| format!(r#"{{"Version":"1","Statement":[{}]}}"#, own.join(",")))
            .map(|text| Policy::parse(&text));
        let policies: Vec<Policy> = policies.collect::<std::result::Result<_, _>>()?;
        let authorizer = Authorizer::new(policies);
        let mut outcomes = std::collections::HashMap::new();
        for action in ["ecs:A0", "ecs:A1", "ecs:A2"] {
            let mut id = String::new();
            let mut requests = Vec::new();
            for number in 0..600 {
                // Some of the id before stays.
                id.truncate(id.len() * (number * 7 % 10) / 9);
                id.push_str(&word(0, 6));
                id.truncate(11);
                let kind = if number % 50 < 5 { "image" } else { "instance" };
                requests.push(Request::parse(action, format!("acs:ecs:r:1:{kind}/{id}"))?);
            }
            let alone: Vec<_> = requests.iter().map(|one| authorizer.decide(one)).collect();
            assert_eq!(authorizer.decide_many(&requests), alone, "{action} {with_exact}");
            for decision in alone {
                *outcomes.entry(decision.outcome()).or_insert(0) += 1;
            }
        }
        assert!(outcomes.len() == 3 && outcomes.values().all(|&n| n > 100), "{outcomes:?}");
    }
    Ok(())
}

/// Many statements on one kind of resource are found by their actions, each by the first of two resources
/// that only a wildcard tells apart; it has resources of its own besides.
#[test]
fn neighbours_are_found_by_any_resource_of_a_statement_that_is_filed_by_its_action() -> Result {
    let statement = |number: usize| {
        let shared = ["disk/*", "volume/*"][number % 2];
        format!(
            r#"{{"Effect":"{}","Action":"ecs:A{}","Resource":
                ["acs:ecs:*:1:image/{number}-*","acs:ecs:q*:1:{shared}","acs:ecs:r*:1:{shared}"]}}"#,
            if number.is_multiple_of(9) { "Deny" } else { "Allow" },
            number / 2,
        )
    };
    let policies = (0..120).map(statement).collect::<Vec<_>>();
    let policies = policies
        .chunks(10)
        .map(|own| Policy::parse(&format!(r#"{{"Version":"1","Statement":[{}]}}"#, own.join(","))));
    let authorizer = Authorizer::new(policies.collect::<std::result::Result<Vec<_>, _>>()?);
    let mut outcomes = std::collections::HashMap::new();
    for number in 0..60 {
        let action = format!("ecs:A{number}");
        for kind in ["r:1:disk/", "r:1:volume/", "q:1:disk/", "s:1:disk/", "r:1:image/"] {
            let ids = [format!("{}-x", 2 * number), format!("{}-y", 2 * number + 1), "z".into()];
            let requests: Vec<Request<'_>> = ids
                .iter()
                .chain(&ids)
                .map(|id| Request::parse(action.as_str(), format!("acs:ecs:{kind}{id}")))
                .collect::<std::result::Result<_, _>>()?;
            let alone: Vec<_> = requests.iter().map(|one| authorizer.decide(one)).collect();
            assert_eq!(authorizer.decide_many(&requests), alone, "{action} {kind}");
            for decision in alone {
                *outcomes.entry(decision.outcome()).or_insert(0) += 1;
            }
        }
    }
    assert!(outcomes.len() == 3 && outcomes.values().all(|&n| n > 50), "{outcomes:?}");
    Ok(())
}

#[test]
fn neighbours_are_decided_by_every_layer_and_for_every_caller() -> Result {
    let set = |effect: &str| {
        let text = format!(
            r#"{{"Version":"1","Statement":[{{"Effect":"{effect}","Action":"*","Resource":"*"}}]}}"#
        );
        Ok::<_, Box<dyn std::error::Error>>(Arc::new(PolicySet::new([Policy::parse(&text)?])))
    };
    let callers = [
        Principal::user("acs:ram::1:user/u")?,
        Principal::role("acs:ram::1:role/r")?.with_service_linked(true),
        Principal::root("1")?,
        Principal::service("ecs.aliyuncs.com"),
        Principal::federated("acs:ram::1:saml-provider/p"),
        Principal::anonymous(),
    ];
    for denied in [false, true] {
        let session = if denied { Some(set("Deny")?) } else { None };
        let layers = Layers { account: set("Allow")?, session, ..Layers::default() };
        let authorizer = Authorizer::with_layers(layers, Semantics::default());
        let mut outcomes = std::collections::HashSet::new();
        for caller in &callers {
            for mode in [Mode::Standard, Mode::AssumeRole] {
                let one = |id| {
                    let request = Request::parse("ecs:StopInstance", format!("acs:ecs:r:1:i/{id}"));
                    request.map(|one| one.with_principal(caller.clone()).with_mode(mode))
                };
                let requests = [one("a")?, one("b")?, one("c")?];
                let alone: Vec<_> = requests.iter().map(|one| authorizer.decide(one)).collect();
                assert_eq!(
                    authorizer.decide_many(&requests),
                    alone,
                    "{denied} {caller:?} {mode:?}"
                );
                outcomes.extend(alone.iter().map(ramguard::Decision::outcome));
            }
        }
        assert!(outcomes.len() > 1, "{outcomes:?}");
    }
    Ok(())
}
