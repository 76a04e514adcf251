//! The four calls of ECS that hand a role to an instance or take it back, and their checks.
//!
//! Source: AttachInstanceRamRole, DetachInstanceRamRole, RunInstances and CreateInstance (ECS API
//! reference); the checks of each are rules P-3 to P-5 with decisions D-36 to D-38.

use std::borrow::Cow;
use std::collections::BTreeMap;

use ramguard_policy::name::action::is_blank;
use ramguard_policy::text::shown;
use ramguard_policy::{Kind, Limits, Policy, PolicyError, ReadOptions};

use super::checks::{Check, Checks};
use crate::compile::{Field, Seeds};
use crate::{CreationChecks, Semantics};

/// A call names at most this many instances.
pub(super) const MAX_INSTANCES: usize = 100;

/// What an operation is about, before its checks are known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum InstanceOperation {
    /// Gives a role to instances.
    AttachInstanceRamRole {
        /// The region of the instances.
        region: String,
        /// The account that owns instances and role.
        account: String,
        /// 1 to 100 instances; the same one twice counts once.
        instance_ids: Vec<String>,
        /// The name of the role, not its ARN.
        ram_role_name: String,
        /// What narrows the credentials the instances get.
        policy: Option<SessionPolicy>,
    },
    /// Takes the role back from instances.
    DetachInstanceRamRole {
        /// The region of the instances.
        region: String,
        /// The account that owns instances and roles.
        account: String,
        /// 1 to 100 instances; the same one twice counts once.
        instance_ids: Vec<String>,
        /// Which roles are taken back.
        roles: DetachedRoles,
    },
    /// Creates instances, with a role or without.
    RunInstances(CreateInstances),
    /// Creates one instance, with a role or without.
    CreateInstance(CreateInstances),
}

/// Which roles DetachInstanceRamRole takes back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DetachedRoles {
    /// `RamRoleName` is given.
    Named(String),
    /// `RamRoleName` is left out: the role attached to each instance, as the host knows it. An
    /// instance that is not in the map makes the call a denial.
    Attached(BTreeMap<String, String>),
}

/// The parameters of RunInstances and CreateInstance that a check looks at.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CreateInstances {
    /// The region of the new instances.
    pub region: String,
    /// The account that will own them.
    pub account: String,
    /// The image.
    pub image_id: Option<String>,
    /// The security groups.
    pub security_group_ids: Vec<String>,
    /// The snapshots of new disks.
    pub snapshot_ids: Vec<String>,
    /// The key pair.
    pub key_pair_name: Option<String>,
    /// The switch the instances are connected to.
    pub vswitch_id: Option<String>,
    /// The VPC; checked by CreateInstance only.
    pub vpc_id: Option<String>,
    /// The role the instances get.
    pub ram_role_name: Option<String>,
}

/// The optional `Policy` of AttachInstanceRamRole: a session policy of at most 1,024 bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionPolicy(Policy);

impl SessionPolicy {
    /// Reads the `Policy` parameter.
    ///
    /// # Errors
    /// Every problem of the document, its length included.
    pub fn parse(text: &str) -> Result<Self, PolicyError> {
        let limits = Limits::default().with_max_bytes(Kind::Session, Limits::ATTACH_POLICY_BYTES);
        let options = ReadOptions { limits, ..ReadOptions::default() };
        Policy::parse_with(Kind::Session, text, &options).map(Self)
    }

    /// Returns the policy.
    #[must_use]
    pub fn policy(&self) -> &Policy {
        &self.0
    }
}

/// Why an operation cannot be checked.
#[non_exhaustive]
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OperationError {
    /// Not 1 to 100 instances, or one whose id is no id.
    #[error("the instance ids are not a list of 1 to {MAX_INSTANCES} ids")]
    InstanceIds,
    /// A parameter whose value is not of its form.
    #[error("`{}` is not a valid {parameter}", shown(.found))]
    Parameter {
        /// The parameter, as ECS names it.
        parameter: &'static str,
        /// The value given.
        found: Box<str>,
    },
    /// A parameter that the call needs.
    #[error("{parameter} is missing")]
    Missing {
        /// The parameter, as ECS names it.
        parameter: &'static str,
    },
    /// The role of an instance is not known, so it cannot be checked (section 6).
    #[error("the role attached to instance `{}` is not known", shown(.instance_id))]
    UnknownRole {
        /// The instance.
        instance_id: Box<str>,
    },
}

const PASS_ROLE: &str = "ram:PassRole";
/// The service that receives the role of an instance (decision D-39).
const ECS: &str = "ecs.aliyuncs.com";

impl InstanceOperation {
    /// Returns the name of the call.
    #[must_use]
    pub const fn api(&self) -> &'static str {
        match self {
            Self::AttachInstanceRamRole { .. } => "AttachInstanceRamRole",
            Self::DetachInstanceRamRole { .. } => "DetachInstanceRamRole",
            Self::RunInstances(_) => "RunInstances",
            Self::CreateInstance(_) => "CreateInstance",
        }
    }

    /// Returns the action ECS checks for the call.
    #[must_use]
    pub const fn action(&self) -> &'static str {
        match self {
            Self::AttachInstanceRamRole { .. } => "ecs:AttachInstanceRamRole",
            Self::DetachInstanceRamRole { .. } => "ecs:DetachInstanceRamRole",
            Self::RunInstances(_) => "ecs:RunInstances",
            Self::CreateInstance(_) => "ecs:CreateInstance",
        }
    }

    /// Returns the checks of the call, in the order they are made.
    ///
    /// # Errors
    /// [`OperationError`] if a parameter is missing or not of its form: nothing is checked then.
    pub fn checks(&self, semantics: &Semantics) -> Result<Checks, OperationError> {
        let mut checks = Required { action: self.action(), list: Checks::default() };
        match self {
            Self::AttachInstanceRamRole {
                region, account, instance_ids, ram_role_name, ..
            } => {
                checks.instances(region, account, instance_ids)?;
                checks.bound_role(account, ram_role_name, semantics, true)?;
            }
            Self::DetachInstanceRamRole { region, account, instance_ids, roles } => {
                checks.instances(region, account, instance_ids)?;
                let pass = semantics.detach_requires_passrole;
                for name in roles.names(instance_ids)? {
                    checks.bound_role(account, name, semantics, pass)?;
                }
            }
            Self::RunInstances(new) => checks.new_instances(new, semantics, false)?,
            Self::CreateInstance(new) => checks.new_instances(new, semantics, true)?,
        }
        Ok(checks.list)
    }
}

impl DetachedRoles {
    /// Returns the names of the roles, each once, in the order of the instances.
    fn names(&self, instance_ids: &[String]) -> Result<Vec<&str>, OperationError> {
        match self {
            Self::Named(name) => Ok(vec![name]),
            Self::Attached(roles) => {
                let mut names: Vec<&str> = Vec::new();
                for id in instance_ids {
                    let Some(name) = roles.get(id) else {
                        return Err(OperationError::UnknownRole {
                            instance_id: id.as_str().into(),
                        });
                    };
                    if !names.contains(&name.as_str()) {
                        names.push(name);
                    }
                }
                Ok(names)
            }
        }
    }
}

/// The checks that a call needs, as they are put together.
struct Required {
    action: &'static str,
    list: Checks,
}

impl Required {
    fn push(&mut self, resource: &str) {
        self.list.push(Check { action: self.action, resource, passes_role_to: None });
    }

    fn instances(
        &mut self,
        region: &str,
        account: &str,
        ids: &[String],
    ) -> Result<(), OperationError> {
        let (region, account) = (part("RegionId", region)?, account_id(account)?);
        if ids.is_empty() || ids.len() > MAX_INSTANCES || !ids.iter().all(|id| is_part(id)) {
            return Err(OperationError::InstanceIds);
        }
        let head = ["acs:ecs:", region, ":", account, ":instance/"].concat();
        let bytes: usize = ids.iter().map(|id| head.len() + id.len()).sum();
        // The instances, and what is asked about their role, whose name is a short one.
        self.list.reserve(ids.len() + 2, bytes + 4 * MAX_PART);
        let mut seen = Seen::default();
        let once = ids.iter().enumerate().filter(|(number, id)| seen.is_new(ids, *number, id));
        self.list.push_each(self.action, &head, once.map(|(_, id)| id.as_str()));
        Ok(())
    }

    fn bound_role(
        &mut self,
        account: &str,
        name: &str,
        semantics: &Semantics,
        pass: bool,
    ) -> Result<(), OperationError> {
        let role = role_arn(account, name)?;
        if semantics.attach_checks_role_resource {
            self.list.push_named(self.action, &role, None);
        }
        if pass {
            self.list.push_named(PASS_ROLE, &role, Some(ECS));
        }
        Ok(())
    }

    fn new_instances(
        &mut self,
        new: &CreateInstances,
        semantics: &Semantics,
        checks_vpc: bool,
    ) -> Result<(), OperationError> {
        let (region, account) = (part("RegionId", &new.region)?, account_id(&new.account)?);
        let ecs = |kind: &str, id: &str| format!("acs:ecs:{region}:{account}:{kind}/{id}");
        let vpc = |kind: &str, id: &str| format!("acs:vpc:{region}:{account}:{kind}/{id}");
        self.push(&ecs("instance", "*"));
        let Some(image) = &new.image_id else {
            return Err(OperationError::Missing { parameter: "ImageId" });
        };
        self.push(&ecs("image", part("ImageId", image)?));
        for id in &new.security_group_ids {
            self.push(&ecs("securitygroup", part("SecurityGroupId", id)?));
        }
        for id in &new.snapshot_ids {
            self.push(&ecs("snapshot", part("SnapshotId", id)?));
        }
        if let Some(name) = &new.key_pair_name {
            self.push(&ecs("keypair", part("KeyPairName", name)?));
        }
        if let Some(id) = &new.vswitch_id {
            self.push(&vpc("vswitch", part("VSwitchId", id)?));
        }
        if let (true, Some(id)) = (checks_vpc, &new.vpc_id) {
            self.push(&vpc("vpc", part("VpcId", id)?));
        }
        // The parameters have to be of their form either way, so the list is made first.
        if semantics.creation_checks == CreationChecks::AllResources {
            self.list = Checks::default();
            self.push("*");
        }
        if let Some(name) = &new.ram_role_name {
            self.list.push_named(PASS_ROLE, &role_arn(&new.account, name)?, Some(ECS));
        }
        Ok(())
    }
}

/// The canonical ARN of a role, in parts: RAM is global, so the region is blank (rule R-7).
fn role_arn<'t>(account: &'t str, name: &'t str) -> Result<[&'t str; 4], OperationError> {
    let is_name = (1..=64).contains(&name.len())
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_'));
    if !is_name {
        return Err(invalid("RamRoleName", name));
    }
    Ok(["acs:ram::", account_id(account)?, ":role/", name])
}

fn account_id(text: &str) -> Result<&str, OperationError> {
    let is_id = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    if is_id { Ok(text) } else { Err(invalid("account id", text)) }
}

/// What becomes part of an ARN has at most this many bytes.
const MAX_PART: usize = 128;

/// A text that becomes part of an ARN must not bring a separator or blank along.
fn part<'t>(parameter: &'static str, text: &'t str) -> Result<&'t str, OperationError> {
    if is_part(text) { Ok(text) } else { Err(invalid(parameter, text)) }
}

fn is_part(text: &str) -> bool {
    (1..=MAX_PART).contains(&text.len())
        && (is_plain(text.as_bytes())
            || !text.chars().any(|c| matches!(c, ':' | '/') || is_blank(c)))
}

/// Returns whether a text is ASCII without separators and blanks, which lie outside `!` to `~`.
fn is_plain(text: &[u8]) -> bool {
    let (words, _) = text.as_chunks();
    let Some(last) = text.last_chunk() else {
        let is_plain = |byte: u8| matches!(byte, b'!'..=b'~') && !matches!(byte, b':' | b'/');
        return text.iter().copied().all(is_plain);
    };
    // The last word shares bytes with the one before, if need be.
    let is_plain = |word: &[u8; 8]| is_plain_word(u64::from_le_bytes(*word));
    words.iter().fold(is_plain(last), |all, word| all & is_plain(word))
}

/// Returns whether eight bytes are all plain: no byte borrows from the next or carries into it, as
/// all of them are below 128.
fn is_plain_word(word: u64) -> bool {
    const EACH: u64 = 0x0101_0101_0101_0101;
    const HIGH: u64 = 0x80 * EACH;
    let not = |byte: u8| (word ^ (u64::from(byte) * EACH) | HIGH).wrapping_sub(EACH);
    let from = |byte: u8| (word | HIGH).wrapping_sub(u64::from(byte) * EACH);
    let is_plain = from(b'!') & not(b':') & not(b'/') & not(0x7F);
    word & HIGH == 0 && is_plain & HIGH == HIGH
}

/// Which ids of a list were there before: a table of their numbers, from 1, by seeded keys, so that
/// nobody can choose ids that lead to one place.
struct Seen {
    slots: [u8; Seen::SLOTS],
}

impl Default for Seen {
    fn default() -> Self {
        Self { slots: [0; Self::SLOTS] }
    }
}

impl Seen {
    /// More than twice as many as there are ids, so that one is free.
    const SLOTS: usize = 1 << u8::BITS;

    /// Returns whether the id with this number is the first of its name.
    fn is_new(&mut self, ids: &[String], number: usize, id: &str) -> bool {
        let key = Seeds::of_process().exact(Field::RelativeId, id.as_bytes());
        let mut at = (key >> (u64::BITS - u8::BITS)) as u8;
        while let Some(slot) = self.slots.get_mut(usize::from(at)) {
            let Some(before) = usize::from(*slot).checked_sub(1) else {
                *slot = u8::try_from(number.saturating_add(1)).unwrap_or(u8::MAX);
                return true;
            };
            if ids.get(before).is_some_and(|before| before == id) {
                return false;
            }
            at = at.wrapping_add(1);
        }
        true
    }
}

fn invalid(parameter: &'static str, found: &str) -> OperationError {
    let found: Cow<'_, str> = match found.char_indices().nth(80) {
        Some((end, _)) => format!("{}…", found.get(..end).unwrap_or_default()).into(),
        None => found.into(),
    };
    OperationError::Parameter { parameter, found: found.into() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn attach(ids: &[&str], role: &str) -> InstanceOperation {
        InstanceOperation::AttachInstanceRamRole {
            region: "cn-hangzhou".into(),
            account: "1".into(),
            instance_ids: ids.iter().map(|id| (*id).to_owned()).collect(),
            ram_role_name: role.into(),
            policy: None,
        }
    }

    fn listed(operation: &InstanceOperation, semantics: &Semantics) -> Vec<String> {
        let checks = operation.checks(semantics).expect("valid parameters");
        checks.iter().map(|check| format!("{} {}", check.action, check.resource)).collect()
    }

    #[test]
    fn attach_checks_each_instance_once_then_the_role_then_pass_role() {
        assert_eq!(
            listed(&attach(&["i-a", "i-b", "i-a"], "app"), &Semantics::default()),
            [
                "ecs:AttachInstanceRamRole acs:ecs:cn-hangzhou:1:instance/i-a",
                "ecs:AttachInstanceRamRole acs:ecs:cn-hangzhou:1:instance/i-b",
                "ecs:AttachInstanceRamRole acs:ram::1:role/app",
                "ram:PassRole acs:ram::1:role/app",
            ]
        );
    }

    #[test]
    fn the_role_resource_check_can_be_switched_off() {
        let semantics = Semantics { attach_checks_role_resource: false, ..Semantics::default() };
        assert_eq!(
            listed(&attach(&["i-a"], "app"), &semantics),
            [
                "ecs:AttachInstanceRamRole acs:ecs:cn-hangzhou:1:instance/i-a",
                "ram:PassRole acs:ram::1:role/app",
            ]
        );
    }

    fn detach(roles: DetachedRoles) -> InstanceOperation {
        InstanceOperation::DetachInstanceRamRole {
            region: "cn-hangzhou".into(),
            account: "1".into(),
            instance_ids: vec!["i-a".into(), "i-b".into(), "i-c".into()],
            roles,
        }
    }

    #[test]
    fn detach_without_a_name_checks_each_attached_role_once() {
        let attached = [("i-a", "app"), ("i-b", "web"), ("i-c", "app")];
        let roles = attached.map(|(id, role)| (id.to_owned(), role.to_owned())).into();
        let checks = listed(&detach(DetachedRoles::Attached(roles)), &Semantics::default());
        assert_eq!(
            checks.get(3..),
            Some(
                [
                    "ecs:DetachInstanceRamRole acs:ram::1:role/app".to_owned(),
                    "ram:PassRole acs:ram::1:role/app".to_owned(),
                    "ecs:DetachInstanceRamRole acs:ram::1:role/web".to_owned(),
                    "ram:PassRole acs:ram::1:role/web".to_owned(),
                ]
                .as_slice()
            )
        );
    }

    #[test]
    fn detach_of_a_role_nobody_knows_cannot_be_checked() {
        let operation = detach(DetachedRoles::Attached(BTreeMap::new()));
        let error = operation.checks(&Semantics::default()).unwrap_err();
        assert_eq!(error, OperationError::UnknownRole { instance_id: "i-a".into() });
    }

    #[test]
    fn detach_need_not_ask_for_pass_role() {
        let semantics = Semantics { detach_requires_passrole: false, ..Semantics::default() };
        let checks = listed(&detach(DetachedRoles::Named("app".into())), &semantics);
        assert!(checks.iter().all(|check| !check.starts_with("ram:PassRole")), "{checks:?}");
    }

    #[test]
    fn one_to_one_hundred_instances_are_taken() {
        let ids: Vec<String> = (0..=100).map(|i| format!("i-{i}")).collect();
        let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
        let check = |ids: &[&str]| attach(ids, "app").checks(&Semantics::default()).is_ok();
        assert!(!check(&[]));
        assert!(check(ids.get(..100).unwrap()));
        assert!(!check(&ids));
    }

    #[test]
    fn a_parameter_cannot_bring_a_field_of_its_own() {
        for id in ["", "i-a:x", "instance/i-a", "i a"] {
            assert_eq!(
                attach(&[id], "app").checks(&Semantics::default()),
                Err(OperationError::InstanceIds),
                "{id}"
            );
        }
        for role in ["", "a/b", "a:b", "*", "a b", &"r".repeat(65)] {
            assert!(attach(&["i-a"], role).checks(&Semantics::default()).is_err(), "{role}");
        }
    }

    #[test]
    fn creating_can_be_checked_on_all_resources_at_once() {
        let new = CreateInstances {
            region: "cn-hangzhou".into(),
            account: "1".into(),
            image_id: Some("m-1".into()),
            ram_role_name: Some("app".into()),
            ..CreateInstances::default()
        };
        let semantics =
            Semantics { creation_checks: CreationChecks::AllResources, ..Semantics::default() };
        assert_eq!(
            listed(&InstanceOperation::RunInstances(new), &semantics),
            ["ecs:RunInstances *", "ram:PassRole acs:ram::1:role/app"]
        );
    }

    #[test]
    fn creating_without_a_role_passes_none() {
        let new = CreateInstances {
            region: "cn-hangzhou".into(),
            account: "1".into(),
            image_id: Some("m-1".into()),
            security_group_ids: vec!["sg-1".into()],
            snapshot_ids: vec!["s-1".into()],
            key_pair_name: Some("kp".into()),
            vswitch_id: Some("vsw-1".into()),
            vpc_id: Some("vpc-1".into()),
            ram_role_name: None,
        };
        let run = listed(&InstanceOperation::RunInstances(new.clone()), &Semantics::default());
        assert_eq!(
            run,
            [
                "ecs:RunInstances acs:ecs:cn-hangzhou:1:instance/*",
                "ecs:RunInstances acs:ecs:cn-hangzhou:1:image/m-1",
                "ecs:RunInstances acs:ecs:cn-hangzhou:1:securitygroup/sg-1",
                "ecs:RunInstances acs:ecs:cn-hangzhou:1:snapshot/s-1",
                "ecs:RunInstances acs:ecs:cn-hangzhou:1:keypair/kp",
                "ecs:RunInstances acs:vpc:cn-hangzhou:1:vswitch/vsw-1",
            ]
        );
        let create = listed(&InstanceOperation::CreateInstance(new), &Semantics::default());
        assert!(create.contains(&"ecs:CreateInstance acs:vpc:cn-hangzhou:1:vpc/vpc-1".into()));
    }
}
