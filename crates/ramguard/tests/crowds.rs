//! Statements with a few entries each that are many together, each of which has to be searched
//! for: whichever covers the request is found, and no other statement for it. The answers are
//! known from how the entries are made.

use ramguard::{Context, Kind, Outcome, Policy, PolicySet, ReadOptions, Request, Scan};
use ramguard_policy::Limits;

type Result<T = ()> = std::result::Result<T, Box<dyn std::error::Error>>;

/// How many entries there are, around what is asked entry by entry, and what fits into one word.
const COUNTS: &[usize] = if cfg!(miri) { &[40] } else { &[20, 40, 64, 65, 130, 530] };

/// So many entries stand in a statement.
const EACH: usize = 10;

/// A set of one document in which a statement holds [`EACH`] entries, made by `elements`.
fn set(count: usize, elements: impl Fn(&[usize]) -> String) -> Result<PolicySet> {
    set_of(count, EACH, elements)
}

/// A set of one document in which a statement holds so many entries.
fn set_of(count: usize, each: usize, elements: impl Fn(&[usize]) -> String) -> Result<PolicySet> {
    let numbers: Vec<usize> = (0..count).collect();
    let statements: Vec<String> = numbers
        .chunks(each)
        .map(|some| format!(r#"{{"Effect":"Allow",{}}}"#, elements(some)))
        .collect();
    let text = format!(r#"{{"Version":"1","Statement":[{}]}}"#, statements.join(","));
    let limits = Limits::default().with_max_bytes_for_all(1 << 20);
    let options = ReadOptions { limits, legacy_not_resource: true };
    Ok(PolicySet::from(Policy::parse_with(Kind::Identity, &text, &options)?))
}

/// The entries that are asked about: the first, the last and some between.
fn asked(count: usize) -> impl Iterator<Item = usize> {
    (0..count).step_by(count / 7).chain([count - 1])
}

fn list(some: &[usize], item: impl Fn(usize) -> String) -> String {
    let quoted: Vec<String> = some.iter().map(|&n| format!(r#""{}""#, item(n))).collect();
    format!("[{}]", quoted.join(","))
}

/// Fails unless the first statement that allows a request is the one with this number.
fn is_allowed_by(set: &PolicySet, request: &Request<'_>, statement: Option<usize>) {
    let (outcome, found) = set.decide_alone(request);
    assert_eq!(outcome == Outcome::Allow, statement.is_some(), "{request:?}");
    assert_eq!(found.map(|found| found.statement), statement, "{request:?}");
    assert_eq!((outcome, found), Scan::new(set).decide(request), "{request:?}");
}

#[test]
fn a_resource_among_many_that_are_searched_for_is_found_and_what_differs_in_a_field_is_not()
-> Result {
    let services = ["ecs", "vpc", "kms"];
    for &count in COUNTS {
        let arn = |n: usize| {
            format!("acs:{}:*-{}:*{}:*a{n}-*b{n}-*", services[n % 3], ["x", "y"][n % 2], n % 5)
        };
        let set = set(count, |some| format!(r#""Action":"*","Resource":{}"#, list(some, arn)))?;
        for n in asked(count) {
            let (service, region) = (services[n % 3], ["cn-x", "cn-y"][n % 2]);
            let (account, other) = (n % 5, (n + 1) % 5);
            let id = format!("-a{n}-b{n}-");
            for (resource, fits) in [
                (format!("acs:{service}:{region}:1{account}:{id}"), true),
                (format!("acs:rds:{region}:1{account}:{id}"), false),
                (format!("acs:{service}:cn-z:1{account}:{id}"), false),
                (format!("acs:{service}:{region}:1{other}:{id}"), false),
                (format!("acs:{service}:{region}:1{account}:-b{n}-a{n}-"), false),
                (format!("acs:{service}:{region}:1{account}:{}", id.to_uppercase()), false),
                ("*".to_owned(), false),
            ] {
                let request = Request::parse("ecs:a", resource)?;
                is_allowed_by(&set, &request, fits.then_some(n / EACH));
            }
        }
    }
    Ok(())
}

#[test]
fn a_resource_of_ram_among_many_folds_case_and_fits_by_its_blank_region() -> Result {
    for &count in COUNTS {
        let arn =
            |n: usize| format!("acs:ram:{}:*{}:*a{n}-*b{n}-*", ["*", "cn-x", ""][n % 3], n % 5);
        let set = set(count, |some| format!(r#""Action":"*","Resource":{}"#, list(some, arn)))?;
        for n in asked(count) {
            let statement = (n % 3 != 1).then_some(n / EACH);
            let request = |id: &str| Request::parse("ram:a", format!("acs:ram::1{}:{id}", n % 5));
            is_allowed_by(&set, &request(&format!("role/a{n}-b{n}-"))?, statement);
            is_allowed_by(&set, &request(&format!("role/A{n}-B{n}-"))?, statement);
            is_allowed_by(&set, &request(&format!("role/A{n}-C{n}-"))?, None);
        }
    }
    Ok(())
}

#[test]
fn an_action_among_many_that_are_searched_for_is_found_whatever_its_case() -> Result {
    for &count in COUNTS {
        let action = |n: usize| format!("ecs:*A{n}x*B{n}x*");
        for resource in ["*", "acs:ecs:*:*:i"] {
            let set = set(count, |some| {
                format!(r#""Action":{},"Resource":"{resource}""#, list(some, action))
            })?;
            for n in asked(count) {
                let request = |action: String| Request::parse(action, "acs:ecs:cn:1:i");
                let statement = Some(n / EACH);
                is_allowed_by(&set, &request(format!("ecs:A{n}xB{n}x"))?, statement);
                is_allowed_by(&set, &request(format!("ecs:Ga{n}Xb{n}Xy"))?, statement);
                is_allowed_by(&set, &request(format!("ecs:B{n}xA{n}x"))?, None);
                is_allowed_by(&set, &request(format!("vpc:A{n}xB{n}x"))?, None);
            }
        }
    }
    Ok(())
}

#[test]
fn a_statement_that_failed_for_one_of_its_resources_fails_for_the_others_and_no_other_does()
-> Result {
    // Statement `n` asks for the value `n`; each covers the resource by all its entries.
    for count in if cfg!(miri) { [40, 50, 60] } else { [40, 700, 1_400] } {
        let set = set(count, |some| {
            let value = some.first().map_or(0, |first| first / EACH);
            format!(
                r#""Action":"*","Resource":{},"Condition":{{"StringEquals":{{"x:k":"{value}"}}}}"#,
                list(some, |n| format!("acs:ecs:*:*:*-{}*", "a*".repeat(1 + n % 5)))
            )
        })?;
        for n in 0..=count / EACH {
            let value = n.to_string();
            let context = Context::from_pairs([("x:k", value.as_str())])?;
            let request = Request::parse("ecs:a", "acs:ecs:cn:1:-aaaaaa")?.with_context(context);
            is_allowed_by(&set, &request, (n < count / EACH).then_some(n));
        }
    }
    Ok(())
}

#[test]
fn a_condition_with_patterns_among_many_holds_by_its_own_values_and_its_own_operator() -> Result {
    for &count in COUNTS {
        // One statement an entry; those with odd numbers hold of what has no `v` before a `-`.
        let condition = |n: usize| match n % 2 {
            0 => format!(r#"{{"StringLike":{{"x:k":["*v{n}-*","*w{n}?x*"]}}}}"#),
            _ => format!(r#"{{"StringNotLike":{{"x:k":["*v*-*","*w{n}?y*"]}}}}"#),
        };
        for resource in ["*", "acs:ecs:*:*:i"] {
            let numbers: Vec<usize> = (0..count).collect();
            let elements = |n: &usize| {
                let condition = condition(*n);
                format!(
                    r#"{{"Effect":"Allow","Action":"*","Resource":"{resource}","Condition":{condition}}}"#
                )
            };
            let statements: Vec<String> = numbers.iter().map(elements).collect();
            let text = format!(r#"{{"Version":"1","Statement":[{}]}}"#, statements.join(","));
            let limits = Limits::default().with_max_bytes_for_all(1 << 20);
            let options = ReadOptions { limits, ..ReadOptions::default() };
            let set = PolicySet::from(Policy::parse_with(Kind::Identity, &text, &options)?);
            let mut cases = vec![("u-".to_owned(), Some(1))];
            for n in asked(count) {
                let own = (n % 2 == 0).then_some(n);
                cases.extend([(format!("-v{n}-"), own), (format!("v-w{n}zx"), own)]);
            }
            for (value, statement) in cases {
                let context = Context::from_pairs([("x:k", value.as_str())])?;
                let request = Request::parse("ecs:a", "acs:ecs:cn:1:i")?.with_context(context);
                is_allowed_by(&set, &request, statement);
            }
        }
    }
    Ok(())
}

#[test]
fn a_long_list_among_many_that_are_searched_for_covers_what_it_lists_and_no_more() -> Result {
    // Past 24 entries a statement is asked as a whole, past 1,536 no crowd knows all of them.
    for (count, each) in [(120, 30), (1_500, 20), (1_600, 20)] {
        let action = |n: usize| format!("ecs:*A{n}x*B{n}x*");
        let arn = |n: usize| format!("acs:ecs:*:*:*a{n}-*b{n}-*");
        let by_action = set_of(count, each, |some| {
            format!(r#""Action":{},"Resource":"*""#, list(some, action))
        })?;
        let by_arn =
            set_of(count, each, |some| format!(r#""Action":"*","Resource":{}"#, list(some, arn)))?;
        let by_both = set_of(count, each, |some| {
            format!(r#""Action":{},"Resource":{}"#, list(some, action), list(some, arn))
        })?;
        for n in [0, count / 3, count - 1] {
            let (own, other) = (format!("ecs:A{n}xB{n}x"), format!("ecs:B{n}xA{n}x"));
            let (id, none) = (format!("acs:ecs:cn:1:a{n}-b{n}-"), "acs:ecs:cn:1:a-b-".to_owned());
            let statement = Some(n / each);
            for (action, id, expected) in [
                (&own, &id, [statement; 3]),
                (&own, &none, [statement, None, None]),
                (&other, &id, [None, statement, None]),
                (&other, &none, [None; 3]),
            ] {
                let request = Request::parse(action.as_str(), id.as_str())?;
                for (set, expected) in [&by_action, &by_arn, &by_both].into_iter().zip(expected) {
                    is_allowed_by(set, &request, expected);
                }
            }
        }
    }
    Ok(())
}

#[test]
fn what_is_not_listed_by_many_that_are_searched_for_is_covered() -> Result {
    for &count in COUNTS {
        let of_none = |n: usize| format!("acs:oss:*:*:*a{n}-*b{n}-*");
        let of_all = |n: usize| format!("acs:ecs:*:*:*-{}*", "a*".repeat(1 + n % 5));
        let action = |n: usize| format!("ecs:*A{n}x*B{n}x*");
        let request = Request::parse("ecs:A0xB0x", "acs:ecs:cn:1:-aaaaaa")?;
        for (element, item, expected) in [
            ("NotResource", &of_none as &dyn Fn(usize) -> String, Some(0)),
            ("NotResource", &of_all, None),
            ("Resource", &of_all, Some(0)),
            ("Resource", &of_none, None),
        ] {
            let set =
                set(count, |some| format!(r#""Action":"*","{element}":{}"#, list(some, item)))?;
            is_allowed_by(&set, &request, expected);
        }
        // The first statement excludes the action, and all others cover it.
        for resource in [r#""*""#, r#"["acs:ecs:*:*:-a*","acs:ecs:*:*:-aa*"]"#] {
            let set = set(count, |some| {
                format!(r#""NotAction":{},"Resource":{resource}"#, list(some, action))
            })?;
            is_allowed_by(&set, &request, (count > EACH).then_some(1));
        }
    }
    Ok(())
}

#[test]
fn what_failed_by_one_of_its_resources_failed_alone() -> Result {
    // Literal heads that all lead to the statement, none of which has to be searched for.
    let resources = r#"["acs:ecs:*:*:a*","acs:ecs:*:*:ab*","acs:ecs:*:*:abc*"]"#;
    let count = 150;
    for actions in [1, 25] {
        let actions: Vec<String> = (0..actions).map(|n| format!("ecs:a{n}")).collect();
        let set = set_of(count, 1, |some| {
            let value = some.first().copied().unwrap_or_default();
            format!(
                r#""Action":{actions:?},"Resource":{resources},
                "Condition":{{"StringEquals":{{"x:k":"{value}"}}}}"#
            )
        })?;
        for n in 0..=count {
            let value = n.to_string();
            let context = Context::from_pairs([("x:k", value.as_str())])?;
            let request = Request::parse("ecs:a0", "acs:ecs:cn:1:abcd")?;
            is_allowed_by(&set, &request.with_context(context), (n < count).then_some(n));
        }
    }
    Ok(())
}
