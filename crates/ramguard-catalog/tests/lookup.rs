//! Look-ups find what the data says, whatever the case of letters.

use ramguard_catalog::*;

#[test]
fn every_action_of_the_tables_is_found_by_its_own_name() {
    let mut count = 0;
    for service in services() {
        for action in service.actions() {
            let found = service.action(&action.name().to_ascii_uppercase());
            assert_eq!(found.map(Action::name), Some(action.name()), "{action}");
            count += 1;
        }
    }
    assert_eq!(count, 26_355);
}

#[test]
fn an_action_of_another_service_is_not_found() {
    for service in services() {
        for name in ["", "RunInstances", "AttachPolicyToUser", "NoSuchThing"] {
            let listed = service.actions().any(|action| action.name().eq_ignore_ascii_case(name));
            assert_eq!(service.action(name).is_some(), listed, "{service:?} {name}");
        }
    }
}

#[test]
fn an_action_says_whether_it_has_another_name() {
    let mut others = (0, 0);
    for action in services().flat_map(Service::actions) {
        let name = action.to_string();
        assert_eq!(action.is_misnamed(), misnamed(&name).is_some(), "{name}");
        assert_eq!(action.is_renamed(), renamed(&name).is_some(), "{name}");
        others.0 += u8::from(action.is_misnamed());
        others.1 += u8::from(action.is_renamed());
    }
    assert!(others.0 > 0 && others.1 > 0, "{others:?}");
}

#[test]
fn every_service_is_found_by_its_own_name() {
    for entry in services() {
        assert_eq!(service(entry.name()).map(Service::name), Some(entry.name()));
    }
    assert!(service("").is_none() && service("zzzz").is_none());
}

#[test]
fn a_name_seen_only_in_policies_is_marked() {
    let catalog = Catalog::new();
    assert_eq!(catalog.action_is_known("ram", "GetCallerIdentity"), Known::SeenInPolicies);
    assert_eq!(catalog.action_is_known("sts", "GetCallerIdentity"), Known::Yes);
    assert_eq!(catalog.action_is_known("ecs", "NoSuchThing"), Known::No);
}

#[test]
fn an_action_that_exists_elsewhere_is_suggested_first() {
    let catalog = Catalog::new();
    let near = catalog.nearest_actions("ram", "GetCallerIdentity");
    assert_eq!(near.first().map(String::as_str), Some("sts:GetCallerIdentity"));
}

#[test]
fn services_are_suggested_by_alias_and_by_spelling() {
    let catalog = Catalog::new();
    assert_eq!(catalog.nearest_service("s3"), Some("oss"));
    assert_eq!(catalog.nearest_service("esc"), Some("ecs"));
    assert_eq!(catalog.nearest_service("qqqqqqq"), None);
}

#[test]
fn every_alias_and_successor_is_itself_in_the_tables() {
    for name in ["s3", "ec2", "iam", "sls", "redis", "functioncompute", "cloudtrail"] {
        let meant = alias(name).unwrap();
        assert!(service(meant).is_some(), "{name} -> {meant}");
    }
    let (successor, _) = renamed("fc:createservice").unwrap();
    let (code, name) = successor.split_once(':').unwrap();
    assert!(service(code).and_then(|service| service.action(name)).is_some());
}

#[test]
fn a_suggestion_is_bounded_in_length_and_number() {
    let catalog = Catalog::new();
    let long = "DescribeInstance".repeat(5);
    assert!(catalog.nearest_actions("ecs", &long).is_empty());
    assert!(catalog.nearest_service(&long).is_none());
    // Names that are near to everything there is are the slowest.
    for name in ["DescribeInstances", "ListTagResources", "D", "DescribeDBInstanceAttributes"] {
        assert!(catalog.nearest_actions("zzz", name).len() <= 3, "{name}");
    }
}

#[test]
fn what_a_user_adds_is_known_and_suggested() {
    let mut catalog = Catalog::new();
    catalog.add_service("intranet");
    catalog.add_action("ecs:PolishInstance");
    catalog.add_condition_key("ecs:Colour");
    catalog.add_service_principal("intranet.aliyuncs.com");
    catalog.add_region("cn-moon-1");
    assert_eq!(catalog.service_is_known("Intranet"), Known::Yes);
    assert_eq!(catalog.nearest_service("intrenet"), Some("intranet"));
    assert_eq!(catalog.action_is_known("ecs", "polishinstance"), Known::Yes);
    assert_eq!(catalog.condition_key_is_known("ecs:colour"), Known::Yes);
    assert!(catalog.service_principal_is_known("intranet.aliyuncs.com"));
    assert!(catalog.region_is_known("CN-moon-1"));
    assert_eq!(catalog.nearest_region("cn-moon-2"), Some("cn-moon-1"));
}

#[test]
fn keys_know_type_and_carriers() {
    let key = condition_key("ACS:service").unwrap();
    assert_eq!((key.name(), key.key_type()), ("acs:Service", Some(KeyType::String)));
    assert_eq!(key.scopes().collect::<Vec<_>>(), ["ram:PassRole"]);
    assert!(condition_key("acs:ResourceTag/team").is_some_and(ConditionKey::takes_tag_key));
    assert_eq!(condition_key("acs:CurrentTime").unwrap().scopes().len(), 0);
    assert!(condition_key("acs:RAMMFAPresent").is_none());
}

#[test]
fn passrole_actions_name_parameter_and_principal() {
    let entry = passrole("ecs:attachinstanceramrole").next().unwrap();
    assert_eq!((entry.parameter(), entry.principal()), ("RamRoleName", "ecs.aliyuncs.com"));
    assert!(entry.is_documented());
    assert_eq!(passrole("ecs:StopInstance").count(), 0);
}

#[test]
fn an_inferred_arn_is_told_from_a_documented_one() {
    let basis = |code, name| service(code).unwrap().action(name).unwrap().template_basis();
    assert_eq!(basis("ecs", "StopInstance"), Some(Basis::Documented));
    assert_eq!(basis("acc", "CreateImageCache"), None);
    let derived = services()
        .flat_map(Service::actions)
        .any(|action| action.template_basis() == Some(Basis::Derived));
    assert!(derived);
}

#[test]
fn service_principals_compare_exactly() {
    assert!(is_service_principal("ecs.aliyuncs.com"));
    assert!(is_service_principal("faas.aliyuncs.com"));
    assert!(!is_service_principal("ECS.aliyuncs.com"));
    assert!(is_region("CN-Hangzhou") && !is_region("cn-hangzou"));
}
