//! The ECS calls that hand a role to an instance, taken apart into their checks.
//!
//! An `op` is `{api, region, account, …}`; section 6 of the language names the members the calls
//! take. The names used here are those of the API in lower case with underscores.

use serde_json::{Map, Value, json};

use super::Options;
use super::condition::folded_key;
use super::document::{Kind, reject_codes};

/// Returns the checks of a call in the order of the table of section 6.
///
/// Rules P-1 to P-5, R-9.
///
/// # Errors
///
/// One sentence when the call is unknown, lacks a parameter it cannot do without, or takes a role
/// from an instance whose role nobody told.
pub(super) fn checks(op: &Value, context: &Value, options: Options) -> Result<Vec<Value>, String> {
    let text = |member: &str| op.get(member).and_then(Value::as_str);
    let required = |member: &str| {
        text(member)
            .filter(|given| !given.is_empty())
            .ok_or_else(|| format!("the call has no `{member}`"))
    };
    let api = required("api")?;
    let (region, account) = (required("region")?, required("account")?);
    let context = match context {
        Value::Null => op.get("context").cloned().unwrap_or_else(|| json!({})),
        given => given.clone(),
    };
    let role_name = |role: &str| format!("acs:ram::{account}:role/{role}");
    let check = |action: &str, resource: String| -> Value {
        json!({"action": action, "resource": resource, "context": context})
    };
    let pass_role = |role: &str| -> Value {
        let resource = role_name(role);
        let context = handed_to_ecs(&context);
        json!({"action": "ram:PassRole", "resource": resource, "context": context})
    };
    let action = format!("ecs:{api}");
    let mut checks = Vec::new();
    match api {
        "AttachInstanceRamRole" | "DetachInstanceRamRole" => {
            let attaches = api == "AttachInstanceRamRole";
            let instances = texts(op.get("instance_ids"));
            if instances.is_empty() || instances.len() > 100 {
                return Err("the call needs 1 to 100 instances".to_owned());
            }
            for instance in &instances {
                let resource = format!("acs:ecs:{region}:{account}:instance/{instance}");
                checks.push(check(&action, resource));
            }
            let roles = match text("ram_role_name").filter(|role| !role.is_empty()) {
                Some(role) => vec![role],
                None if attaches => return Err("the call has no `ram_role_name`".to_owned()),
                // A role nobody told cannot be checked: the call is refused as it stands.
                None => instances
                    .iter()
                    .map(|id| op.get("attached_roles").and_then(|of| of.get(id)?.as_str()))
                    .collect::<Option<Vec<&str>>>()
                    .ok_or("the role of an instance is not known")?,
            };
            for role in roles {
                if options.attach_checks_role_resource {
                    checks.push(check(&action, role_name(role)));
                }
                if attaches || options.detach_requires_passrole {
                    checks.push(pass_role(role));
                }
            }
            if attaches {
                check_session_policy(op.get("policy"))?;
            }
        }
        "RunInstances" | "CreateInstance" => {
            let mut name = |service: &str, resource: &str| {
                let resource = format!("acs:{service}:{region}:{account}:{resource}");
                checks.push(check(&action, resource));
            };
            name("ecs", "instance/*");
            name("ecs", &format!("image/{}", required("image_id")?));
            let groups: Vec<&str> = texts(op.get("security_group_ids"))
                .into_iter()
                .chain(text("security_group_id"))
                .collect();
            if groups.is_empty() {
                return Err("the call has no `security_group_id`".to_owned());
            }
            for group in groups {
                name("ecs", &format!("securitygroup/{group}"));
            }
            for snapshot in texts(op.get("snapshot_ids")) {
                name("ecs", &format!("snapshot/{snapshot}"));
            }
            if let Some(pair) = text("key_pair_name") {
                name("ecs", &format!("keypair/{pair}"));
            }
            if let Some(switch) = text("vswitch_id") {
                name("vpc", &format!("vswitch/{switch}"));
            }
            if let Some(vpc) = text("vpc_id").filter(|_| api == "CreateInstance") {
                name("vpc", &format!("vpc/{vpc}"));
            }
            checks.extend(text("ram_role_name").map(pass_role));
        }
        other => return Err(format!("`{other}` is not a call that hands over a role")),
    }
    Ok(checks)
}

/// Returns the strings of a list, or none.
fn texts(list: Option<&Value>) -> Vec<&str> {
    list.and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect()
}

/// Returns the caller's context with the service that receives the role, whatever the caller said
/// about it. Rule P-2, decision D-39.
fn handed_to_ecs(context: &Value) -> Value {
    let mut members: Map<String, Value> = context
        .as_object()
        .into_iter()
        .flatten()
        .filter(|(key, _)| folded_key(key) != "acs:service")
        .map(|(key, value)| (key.clone(), value.clone()))
        .collect();
    members.insert("acs:Service".to_owned(), "ecs.aliyuncs.com".into());
    Value::Object(members)
}

/// Refuses the policy of an attach call that is no session policy of at most 1,024 bytes.
fn check_session_policy(policy: Option<&Value>) -> Result<(), String> {
    let sound = match policy {
        None => true,
        Some(Value::String(text)) => {
            text.len() <= 1_024 && reject_codes(text, Kind::Session).is_empty()
        }
        Some(_) => false,
    };
    sound
        .then_some(())
        .ok_or_else(|| "the policy of the call is no session policy of 1,024 bytes".to_owned())
}
