//! Statements that list more than is tried one by one: each entry counts, wherever it stands, and
//! nothing beside them does. The answers are known from how the lists are made.

// Lists this long are hours of work for Miri, on code that is safe and that the others run too.
#![cfg(not(miri))]

use ramguard::{Context, Kind, Outcome, Policy, PolicySet, Principal, ReadOptions, Request, Scan};
use ramguard_policy::Limits;

type Result<T = ()> = std::result::Result<T, Box<dyn std::error::Error>>;

/// Lengths around those from which entries are looked up together, and past which they are not.
const LENGTHS: [usize; 6] = [3, 24, 25, 64, 65, 600];

/// A set of one statement with these elements besides the effect.
fn set(effect: &str, elements: &str) -> Result<PolicySet> {
    let text = format!(r#"{{"Version":"1","Statement":[{{"Effect":"{effect}",{elements}}}]}}"#);
    let limits = Limits::default().with_max_bytes_for_all(1 << 20);
    let options = ReadOptions { limits, legacy_not_resource: true };
    Ok(PolicySet::from(Policy::parse_with(Kind::Identity, &text, &options)?))
}

/// Whether the statement of the set applies, by its index and by itself.
fn applies(set: &PolicySet, action: &str, resource: &str) -> Result<bool> {
    let request = Request::parse(action, resource)?;
    let by_index = set.decide_alone(&request).0;
    assert_eq!(by_index, Scan::new(set).decide(&request).0, "{action} {resource}");
    Ok(by_index != Outcome::ImplicitDeny)
}

fn list(items: impl Iterator<Item = String>) -> String {
    let quoted: Vec<String> = items.map(|item| format!(r#""{item}""#)).collect();
    format!("[{}]", quoted.join(","))
}

/// The places of a list that are asked about: its ends and those around the ends of a word.
fn places(length: usize) -> impl Iterator<Item = usize> {
    [0, 1, 63, 64, 65, 511, 512, length - 1].into_iter().filter(move |&at| at < length)
}

/// The statement is asked through an Action and through a NotAction, as an Allow and as a Deny.
const ASKED: [(&str, &str); 4] = [
    ("Allow", r#""Action":"*""#),
    ("Allow", r#""NotAction":"oss:*""#),
    ("Deny", r#""Action":"*""#),
    ("Deny", r#""NotAction":"oss:*""#),
];

#[test]
fn each_of_many_resources_is_covered_and_what_differs_in_one_field_is_not() -> Result {
    for (effect, actions) in ASKED {
        for length in LENGTHS {
            let arn = |n: usize| {
                let region = ["cn-a", "cn-b"][n % 2];
                format!("acs:{}:{region}:{}:x/{n}-*", ["ecs", "vpc", "kms"][n % 3], n % 5)
            };
            let set =
                set(effect, &format!(r#"{actions},"Resource":{}"#, list((0..length).map(arn))))?;
            for n in places(length) {
                let (service, region) = (["ecs", "vpc", "kms"][n % 3], ["cn-a", "cn-b"][n % 2]);
                let account = n % 5;
                for (resource, expected) in [
                    (format!("acs:{service}:{region}:{account}:x/{n}-i"), true),
                    (format!("acs:rds:{region}:{account}:x/{n}-i"), false),
                    (format!("acs:ram:{region}:{account}:x/{n}-i"), false),
                    (format!("acs:{service}:cn-c:{account}:x/{n}-i"), false),
                    (format!("acs:{service}:{region}:9:x/{n}-i"), false),
                    (format!("acs:{service}:{region}:{account}:x/{n}i"), false),
                    // Every field is that of some entry, and of no single one.
                    (format!("acs:{service}:{region}:{}:x/{n}-i", (account + 1) % 5), false),
                    ("*".to_owned(), false),
                ] {
                    let applies = applies(&set, "ecs:a", &resource)?;
                    assert_eq!(applies, expected, "{effect} {actions} {length}: {resource}");
                }
            }
        }
    }
    Ok(())
}

#[test]
fn many_resources_of_ram_fold_case_and_their_regions_are_looked_at_by_effect() -> Result {
    for (effect, actions) in ASKED {
        for length in LENGTHS {
            let entry = |n: usize| format!("acs:ram:{}:1:role/R{n}-*", ["", "cn-a"][n % 2]);
            let set =
                set(effect, &format!(r#"{actions},"Resource":{}"#, list((0..length).map(entry))))?;
            for n in places(length) {
                let resource = format!("acs:ram::1:role/r{n}-X");
                // An Allow has to match the blank region, a Deny does not look.
                let expected = n % 2 == 0 || effect == "Deny";
                let applied = applies(&set, "ecs:a", &resource)?;
                assert_eq!(applied, expected, "{effect} {actions} {length}: {resource}");
                assert!(!applies(&set, "ecs:a", &format!("acs:ram::2:role/r{n}-X"))?, "{length}");
                assert!(!applies(&set, "ecs:a", &format!("acs:oss::1:role/r{n}-X"))?, "{length}");
            }
        }
    }
    Ok(())
}

#[test]
fn each_of_many_resources_is_excluded_by_not_resource() -> Result {
    for (effect, actions) in ASKED {
        for length in LENGTHS {
            let entries = list((0..length).map(|n| format!("acs:ecs:*:1:instance/{n}-*")));
            let set = set(effect, &format!(r#"{actions},"NotResource":{entries}"#))?;
            for n in places(length) {
                for (account, expected) in [("1", false), ("2", true)] {
                    let resource = format!("acs:ecs:cn:{account}:instance/{n}-i");
                    let applied = applies(&set, "ecs:a", &resource)?;
                    assert_eq!(applied, expected, "{effect} {actions} {length}: {resource}");
                }
            }
        }
    }
    Ok(())
}

/// Past 1,536, the entries of a list are no longer told apart together.
#[test]
fn each_of_more_resources_than_have_a_bit_is_covered_or_excluded() -> Result {
    let length = 1_537;
    let entries = list((0..length).map(|n| format!("acs:ecs:{}:1:x/{n}-*", ["a", "b"][n % 2])));
    for effect in ["Allow", "Deny"] {
        for (element, listed) in [("Resource", true), ("NotResource", false)] {
            let set = set(effect, &format!(r#""Action":"*","{element}":{entries}"#))?;
            for n in places(length) {
                for (resource, fits) in [
                    (format!("acs:ecs:{}:1:x/{n}-i", ["a", "b"][n % 2]), true),
                    (format!("acs:ecs:{}:1:x/{n}-i", ["b", "a"][n % 2]), false),
                    (format!("acs:ecs:a:2:x/{n}-i"), false),
                    (format!("acs:vpc:a:1:x/{n}-i"), false),
                    (format!("acs:ecs:a:1:x/{n}i"), false),
                ] {
                    let applied = applies(&set, "ecs:a", &resource)?;
                    assert_eq!(applied, fits == listed, "{effect} {element}: {resource}");
                }
            }
        }
    }
    Ok(())
}

#[test]
fn a_star_among_many_resources_covers_all() -> Result {
    for (effect, actions) in ASKED {
        for length in [25, 600] {
            for at in places(length) {
                let entry = |n: usize| {
                    if n == at { "*".into() } else { format!("acs:ecs:cn-a:1:x/{n}") }
                };
                let entries = list((0..length).map(entry));
                let set = set(effect, &format!(r#"{actions},"Resource":{entries}"#))?;
                for resource in ["*", "acs:oss:*:*:b", "acs:ram:cn:1:role/r"] {
                    assert!(applies(&set, "ecs:a", resource)?, "{effect} {length} {at} {resource}");
                }
            }
        }
    }
    Ok(())
}

#[test]
fn each_of_many_actions_is_covered_or_excluded() -> Result {
    for effect in ["Allow", "Deny"] {
        for length in LENGTHS {
            let entries = list((0..length).map(|n| format!("ecs:Do{n}On*")));
            for element in ["Action", "NotAction"] {
                let set = set(effect, &format!(r#""{element}":{entries},"Resource":"*""#))?;
                for n in places(length) {
                    let listed = element == "Action";
                    for (action, expected) in [
                        (format!("ECS:do{n}onIt"), listed),
                        (format!("ecs:Do{n}O"), !listed),
                        (format!("oss:Do{n}On"), !listed),
                        (format!("ecs:Do{}On", length + n), !listed),
                    ] {
                        let applied = applies(&set, &action, "*")?;
                        assert_eq!(applied, expected, "{effect} {element} {length}: {action}");
                    }
                }
            }
        }
    }
    Ok(())
}

/// A bucket policy of as many statements as do not fit into two words, each under a condition of its own,
/// the first 64 with another resource than those after them.
fn statements(first: &str, others: &str) -> Result<PolicySet> {
    let statement = |n: usize| {
        let resource = if n < 64 { first } else { others };
        format!(
            r#"{{"Effect":"Allow","Action":"oss:*","Resource":"{resource}","Principal":["*"],
            "Condition":{{"StringEquals":{{"x:k":"{n}"}}}}}}"#
        )
    };
    let statements: Vec<String> = (0..140).map(statement).collect();
    let text = format!(r#"{{"Version":"1","Statement":[{}]}}"#, statements.join(","));
    let limits = Limits::default().with_max_bytes_for_all(1 << 20);
    let options = ReadOptions { limits, ..ReadOptions::default() };
    Ok(PolicySet::from(Policy::parse_with(Kind::Bucket, &text, &options)?))
}

#[test]
fn a_statement_among_many_applies_whatever_was_found_of_the_others() -> Result {
    let resources = ["*", "acs:oss:cn:1:x/i", "acs:oss:*:*:x/*", "acs:*:*:*:*"];
    for first in resources {
        for others in resources {
            let set = statements(first, others)?;
            for n in 0..=140 {
                let value = n.to_string();
                let request = Request::parse("oss:a", "acs:oss:cn:1:x/i")?
                    .with_context(Context::from_pairs([("x:k", value.as_str())])?);
                let is_allowed = set.decide_alone(&request).0 == Outcome::Allow;
                assert_eq!(is_allowed, n < 140, "{n}: {first}, {others}");
            }
        }
    }
    Ok(())
}

/// Statements of a bucket policy that differ in action, resource and caller, each in these three of four,
/// four and eight; every seventh is missing. All are slow to be tried, so that they are asked at once.
#[test]
fn a_statement_among_many_is_asked_for_action_and_resource_and_caller() -> Result {
    let parts = |n: usize| (n % 4, n / 4 % 4, n / 16);
    let is_there = |n: &usize| n % 7 != 3;
    let effect = |n: usize| if n.is_multiple_of(3) { "Deny" } else { "Allow" };
    let statement = |n: usize| {
        let (action, resource, caller) = parts(n);
        format!(
            r#"{{"Effect":"{}","Action":"oss:*e*t{action}","Resource":"acs:oss:*:*:b*/*r{resource}",
            "Principal":["100{caller}","500{n}"]}}"#,
            effect(n),
        )
    };
    let all: Vec<String> = (0..128).filter(is_there).map(statement).collect();
    let text = format!(r#"{{"Version":"1","Statement":[{}]}}"#, all.join(","));
    let limits = Limits::default().with_max_bytes_for_all(1 << 20);
    let options = ReadOptions { limits, ..ReadOptions::default() };
    let set = PolicySet::from(Policy::parse_with(Kind::Bucket, &text, &options)?);
    for n in 0..128 {
        let (action, resource, caller) = parts(n);
        for (uid, is_named) in [(format!("100{caller}"), true), (format!("300{caller}"), false)] {
            let request = Request::parse(
                format!("oss:Get{action}"),
                format!("acs:oss:cn:1:bucket/of-r{resource}"),
            )?
            .with_principal(Principal::user("acs:ram::1:user/u")?.with_uid(uid));
            let expected = match (is_named && is_there(&n), effect(n)) {
                (false, _) => Outcome::ImplicitDeny,
                (true, "Deny") => Outcome::ExplicitDeny,
                (true, _) => Outcome::Allow,
            };
            assert_eq!(set.decide_alone(&request).0, expected, "{n} {is_named}");
            assert_eq!(Scan::new(&set).decide(&request).0, expected, "{n} {is_named}");
        }
    }
    Ok(())
}

#[test]
fn a_long_list_stands_beside_a_short_one() -> Result {
    let action = |n: usize| format!("ecs:a{n}");
    let resource = |n: usize| format!("acs:ecs:*:*:i{n}");
    for length in LENGTHS {
        let actions = list((0..length).map(action));
        let resources = list((0..length).map(resource));
        for effect in ["Allow", "Deny"] {
            let by_action =
                set(effect, &format!(r#""Action":{actions},"Resource":"acs:ecs:*:*:i0""#))?;
            let by_resource = set(effect, &format!(r#""Action":"ecs:a0","Resource":{resources}"#))?;
            for n in places(length) {
                let (of_n, id) = (action(n), format!("acs:ecs:cn:1:i{n}"));
                assert!(applies(&by_action, &of_n, "acs:ecs:cn:1:i0")?, "{length} {n}");
                assert!(!applies(&by_action, &of_n, "acs:ecs:cn:1:i")?, "{length} {n}");
                assert!(applies(&by_resource, "ecs:a0", &id)?, "{length} {n}");
                assert!(!applies(&by_resource, "ecs:a", &id)?, "{length} {n}");
            }
            assert!(!applies(&by_action, &action(length), "acs:ecs:cn:1:i0")?, "{length}");
        }
    }
    Ok(())
}

#[test]
fn a_name_of_more_than_65535_bytes_is_matched_to_its_end() -> Result {
    let stars = "*".repeat(70_000);
    for effect in ["Allow", "Deny"] {
        for (action, resource) in [
            (format!("ecs:{stars}a"), "acs:ecs:*:*:*".to_owned()),
            ("ecs:*".to_owned(), format!("acs:ecs:*:*:{stars}a")),
            (format!("ecs:{stars}a"), format!("acs:ecs:*:*:{stars}a")),
        ] {
            let set = set(effect, &format!(r#""Action":"{action}","Resource":"{resource}""#))?;
            for (by_action, by_id) in [("ba", "ba"), ("ba", "bb"), ("bb", "ba"), ("bb", "bb")] {
                let fits = (action.len() < 9 || by_action == "ba")
                    && (resource.len() < 19 || by_id == "ba");
                let id = format!("acs:ecs:cn:1:{by_id}");
                assert_eq!(applies(&set, &format!("ecs:{by_action}"), &id)?, fits, "{by_action}");
            }
        }
    }
    Ok(())
}

#[test]
fn capitals_do_not_count_before_the_relative_id_of_a_policy() -> Result {
    for resources in [
        r#"["acs:ECS:CN-a:A1:i"]"#,
        r#"["acs:oss:*:*:x","acs:ECS:CN-a:A1:i"]"#,
        r#"["acs:ECS:CN-*:A?:i"]"#,
        r#"["acs:ECS:CN-*:A?:*"]"#,
    ] {
        for effect in ["Allow", "Deny"] {
            let set = set(effect, &format!(r#""Action":"*","Resource":{resources}"#))?;
            for resource in ["acs:ecs:cn-a:a1:i", "acs:Ecs:cn-A:A1:i", "acs:ECS:CN-A:A1:i"] {
                assert!(applies(&set, "ecs:a", resource)?, "{resources} {resource}");
            }
            assert!(!applies(&set, "ecs:a", "acs:ecs:cn-a:b11:i")?, "{resources}");
        }
    }
    Ok(())
}
