//! Parameters of calls to the services: of few names, so that calls meet each other.

use ramguard_world::World;

use super::ByteSource;

/// The users there may be.
pub(crate) const USERS: [&str; 3] = ["alice", "bob", "Alice"];
/// The roles there may be.
pub(crate) const ROLES: [&str; 4] = ["app", "web", "people", "App"];

const GROUPS: [&str; 2] = ["ops", "dev"];
const POLICIES: [&str; 4] = ["ecs", "pass", "admin", "bound"];
const REGIONS: [(usize, &str); 3] = [(20, "cn-hangzhou"), (1, "cn-beijing"), (1, "mars")];

/// What may be granted.
const DOCUMENTS: [&str; 9] = [
    r#"{"Version":"1","Statement":[{"Effect":"Allow","Action":"ecs:*","Resource":"*"}]}"#,
    r#"{"Version":"1","Statement":[{"Effect":"Allow","Action":"ram:PassRole","Resource":"acs:ram:*:*:role/app"}]}"#,
    r#"{"Version":"1","Statement":[{"Effect":"Allow","Action":["ecs:*","ram:*","sts:*"],"Resource":"*"}]}"#,
    r#"{"Version":"1","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"},{"Effect":"Deny","Action":"ram:PassRole","Resource":"acs:ram:*:*:role/web"}]}"#,
    r#"{"Version":"1","Statement":[{"Effect":"Allow","Action":["ecs:*","ram:PassRole"],"Resource":"*","Condition":{"StringEquals":{"acs:Service":"fc.aliyuncs.com"}}}]}"#,
    r#"{"Version":"1","Statement":[{"Effect":"Allow","Action":["ecs:*","ram:PassRole"],"Resource":"*","Condition":{"StringEquals":{"acs:Service":"ecs.aliyuncs.com"}}}]}"#,
    r#"{"Version":"1","Statement":[{"Effect":"Allow","NotAction":"ram:PassRole","Resource":"*"}]}"#,
    r#"{"Version":"1","Statement":[{"Effect":"Deny","Action":"ecs:Detach*","Resource":"*"}]}"#,
    r#"{"Version":"1","Statement":[{"Effect":"allow","Action":"x","Resource":"*"}]}"#,
];

/// Who may be trusted.
const TRUSTS: [&str; 5] = [
    r#"{"Version":"1","Statement":[{"Effect":"Allow","Action":"sts:AssumeRole","Principal":{"Service":["ecs.aliyuncs.com"]}}]}"#,
    r#"{"Version":"1","Statement":[{"Effect":"Allow","Action":"sts:AssumeRole","Principal":{"RAM":["acs:ram::1000000000000001:root"]}}]}"#,
    r#"{"Version":"1","Statement":[{"Effect":"Allow","Action":"sts:AssumeRole","Principal":{"RAM":["acs:ram::1000000000000001:root"],"Service":["ecs.aliyuncs.com"]}}]}"#,
    r#"{"Version":"1","Statement":[{"Effect":"Allow","Action":"sts:AssumeRole","Principal":{"Service":["ecs.aliyuncs.com"]}},{"Effect":"Deny","Action":"sts:*","Principal":{"Service":["ecs.aliyuncs.com"]}}]}"#,
    r#"{"Version":"1","Statement":[]}"#,
];

/// Texts that are hardly ever right.
const ODD: [&str; 8] = ["", " ", "a\nb", "\u{202e}", "部", "*", "{}", "[\"\"]"];

/// Makes parameters of one operation, each there in most cases and mostly of a value that fits.
pub(crate) fn parameters(
    source: &mut ByteSource<'_>,
    names: &[&str],
    world: &World,
) -> Vec<(String, String)> {
    let mut made = Vec::new();
    for name in names {
        if source.chance(if is_needed(name) { 3 } else { 70 }) {
            continue;
        }
        let name = name.replace(".N", ".1");
        let text = if source.chance(3) {
            source.pick(&ODD).to_owned()
        } else {
            value(source, &name, world)
        };
        made.push((name, text));
    }
    made
}

fn is_needed(name: &str) -> bool {
    matches!(
        name,
        "UserName"
            | "GroupName"
            | "RoleName"
            | "PolicyName"
            | "PolicyType"
            | "PolicyDocument"
            | "RegionId"
            | "InstanceIds"
            | "RamRoleName"
            | "VSwitchId"
            | "ImageId"
            | "VersionId"
            | "AssumeRolePolicyDocument"
            | "NewAssumeRolePolicyDocument"
            | "RoleArn"
            | "RoleSessionName"
    )
}

fn value(source: &mut ByteSource<'_>, name: &str, world: &World) -> String {
    match name {
        "UserName" => source.pick(&USERS).to_owned(),
        "GroupName" => source.pick(&GROUPS).to_owned(),
        "RoleName" | "RamRoleName" => source.pick(&ROLES).to_owned(),
        "PolicyName" => source.pick(&POLICIES).to_owned(),
        "PolicyType" => source.weighted(&[(9, "Custom"), (1, "System")]).to_owned(),
        "PolicyDocument" | "Policy" => source.pick(&DOCUMENTS).to_owned(),
        "AssumeRolePolicyDocument" | "NewAssumeRolePolicyDocument" => {
            source.pick(&TRUSTS).to_owned()
        }
        "RegionId" => source.weighted(&REGIONS).to_owned(),
        "InstanceIds" => instances(source, world),
        "RoleArn" => format!("acs:ram::{}:role/{}", world.account(), source.pick(&ROLES)),
        "RoleSessionName" => source.pick(&["s1", "s2"]).to_owned(),
        "VSwitchId" => "vsw-1".to_owned(),
        "VersionId" => source.pick(&["v1", "v2", "v3", "v9"]).to_owned(),
        "RotateStrategy" => {
            source.pick(&["None", "DeleteOldestNonDefaultVersionWhenLimitExceeded"]).to_owned()
        }
        "SetAsDefault" | "CascadingDelete" | "DryRun" => source.pick(&["true", "false"]).to_owned(),
        "HttpTokens" => source.pick(&["optional", "required"]).to_owned(),
        "HttpEndpoint" => source.pick(&["enabled", "disabled"]).to_owned(),
        "ClientToken" => source.pick(&["t1", "t2"]).to_owned(),
        _ => source.weighted(&[(5, "1"), (1, "100"), (1, "3600"), (2, "x")]).to_owned(),
    }
}

/// A list of instances, mostly such as there are.
fn instances(source: &mut ByteSource<'_>, world: &World) -> String {
    let ids: Vec<String> = (0..1 + source.below(3))
        .map(|_| {
            let at = source.below(world.instances().count() + 1);
            world.instances().nth(at).map_or("i-none".to_owned(), |instance| instance.id.clone())
        })
        .collect();
    serde_json::Value::from(ids).to_string()
}
