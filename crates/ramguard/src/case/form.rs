//! The JSON forms of requests, principals and operations. Unknown members are refused.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::context::{ContextEntry, Values};
use crate::role::{CreateInstances, DetachedRoles, InstanceOperation, SessionPolicy};
use crate::{Context, Mode, Principal, PrincipalKind, Request, RequestError, Semantics};

use super::CaseError;

/// One question, as `--request FILE` and test cases write it: a request, an operation of ECS, or a
/// list of checks.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CaseRequest {
    /// The action, for example `ecs:StopInstance`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub action: Option<String>,
    /// The resource, `*` or an ARN.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resource: Option<String>,
    /// The account that owns the resource, where its ARN does not carry it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
    /// Who asks.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub principal: Option<PrincipalForm>,
    /// The condition keys.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub context: Option<ContextForm>,
    /// `standard`, `assume_role` or `role_sso`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mode: Option<String>,
    /// An operation of ECS, checked as ECS does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub op: Option<OperationForm>,
    /// Checks that are all made (rule E-14); they stand for the operation if both are there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub checks: Option<Vec<CaseRequest>>,
}

impl Serialize for Request<'_> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        CaseRequest::from(self).serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Request<'static> {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        use serde::de::Error;

        let form = CaseRequest::deserialize(deserializer)?;
        if form.op.is_some() || form.checks.is_some() {
            return Err(D::Error::custom("an operation is not one request"));
        }
        let mode = mode(form.mode.as_deref()).map_err(D::Error::custom)?;
        form.to_request(mode).map_err(D::Error::custom)
    }
}

impl From<&Request<'_>> for CaseRequest {
    fn from(request: &Request<'_>) -> Self {
        let mut keys: Vec<(String, Vec<String>)> = Vec::new();
        for entry in request.context().entries() {
            let values = entry.values.iter().map(str::to_owned).collect();
            keys.push((entry.key.clone().into_owned(), values));
        }
        let mode = request.mode();
        Self {
            action: Some(request.action().to_owned()),
            resource: Some(request.resource().to_owned()),
            owner: request.stated_owner().map(str::to_owned),
            principal: request.principal().map(PrincipalForm::from),
            context: (!keys.is_empty()).then_some(ContextForm(keys)),
            mode: (mode != Mode::Standard).then(|| mode.name().to_owned()),
            op: None,
            checks: None,
        }
    }
}

impl From<&Principal<'_>> for PrincipalForm {
    fn from(principal: &Principal<'_>) -> Self {
        let kind = principal.kind();
        let id =
            |wanted: &[PrincipalKind]| wanted.contains(&kind).then(|| principal.id().to_owned());
        Self {
            r#type: kind.name().to_owned(),
            account: principal.account().map(str::to_owned),
            arn: id(&[PrincipalKind::User, PrincipalKind::Role]),
            uid: principal.uid().map(str::to_owned),
            session_arn: principal.session_arn().map(str::to_owned),
            service_linked: principal.is_service_linked(),
            service: id(&[PrincipalKind::Service]),
            provider: id(&[PrincipalKind::Federated]),
        }
    }
}

/// Condition keys: each a string or a list of strings. Keys are kept as written, so that two
/// spellings of one key are seen.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ContextForm(pub Vec<(String, Vec<String>)>);

/// Who asks.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PrincipalForm {
    /// `user`, `role`, `root`, `service`, `federated` or `anonymous`.
    pub r#type: String,
    /// The account; it must agree with the ARN.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
    /// The ARN of a user or role.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub arn: Option<String>,
    /// The numeric id by which bucket policies name a user or account.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub uid: Option<String>,
    /// The STS name of a role session.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session_arn: Option<String>,
    /// Whether the role is linked to a service.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub service_linked: bool,
    /// The service, for example `ecs.aliyuncs.com`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub service: Option<String>,
    /// The ARN of an identity provider.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub provider: Option<String>,
}

/// An operation of ECS; which members it takes depends on `api`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OperationForm {
    /// `AttachInstanceRamRole`, `DetachInstanceRamRole`, `RunInstances` or `CreateInstance`.
    pub api: String,
    /// The region.
    pub region: String,
    /// The account.
    pub account: String,
    /// Attach and detach: 1 to 100 instances.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub instance_ids: Vec<String>,
    /// The role; may be left out when detaching or creating.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ram_role_name: Option<String>,
    /// Detach without `ram_role_name`: the role of each instance, by instance id.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub attached_roles: BTreeMap<String, String>,
    /// Attach: the session policy of the credentials, as text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub policy: Option<String>,
    /// Create: the image.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub image_id: Option<String>,
    /// Create: one security group.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub security_group_id: Option<String>,
    /// Create: several security groups.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub security_group_ids: Vec<String>,
    /// Create: snapshots of new disks.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub snapshot_ids: Vec<String>,
    /// Create: the key pair.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key_pair_name: Option<String>,
    /// Create: the switch.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vswitch_id: Option<String>,
    /// CreateInstance: the VPC.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vpc_id: Option<String>,
}

/// The options of section 12, each left out for its default.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SemanticsForm {
    /// Accepts `NotResource` while reading.
    #[serde(default)]
    pub legacy_not_resource: Option<bool>,
    /// See [`Semantics::detach_requires_passrole`].
    #[serde(default)]
    pub detach_requires_passrole: Option<bool>,
    /// See [`Semantics::attach_checks_role_resource`].
    #[serde(default)]
    pub attach_checks_role_resource: Option<bool>,
    /// See [`Semantics::root_bypass`].
    #[serde(default)]
    pub root_bypass: Option<bool>,
}

impl SemanticsForm {
    /// Returns the options, with defaults filled in.
    #[must_use]
    pub fn semantics(&self) -> Semantics {
        let default = Semantics::default();
        let mut reading = default.reading;
        reading.legacy_not_resource = self.legacy_not_resource.unwrap_or(false);
        Semantics {
            reading,
            creation_checks: default.creation_checks,
            detach_requires_passrole: self
                .detach_requires_passrole
                .unwrap_or(default.detach_requires_passrole),
            attach_checks_role_resource: self
                .attach_checks_role_resource
                .unwrap_or(default.attach_checks_role_resource),
            root_bypass: self.root_bypass.unwrap_or(default.root_bypass),
        }
    }
}

pub(super) fn mode(name: Option<&str>) -> Result<Mode, CaseError> {
    let Some(name) = name else { return Ok(Mode::Standard) };
    [Mode::Standard, Mode::AssumeRole, Mode::RoleSso]
        .into_iter()
        .find(|mode| mode.name() == name)
        .ok_or_else(|| CaseError::form("mode", name))
}

impl CaseRequest {
    /// Returns the request it describes, for a single action on a single resource.
    ///
    /// # Errors
    /// [`RequestError`] if a part is no valid request; an absent action or resource is one that is
    /// not valid.
    pub fn to_request(&self, mode: Mode) -> Result<Request<'static>, RequestError> {
        let text = |part: &Option<String>| part.clone().unwrap_or_default();
        let mut request = Request::parse(text(&self.action), text(&self.resource))?
            .with_mode(mode)
            .with_context(self.to_context()?);
        if let Some(owner) = &self.owner {
            request = request.with_owner(owner.clone());
        }
        if let Some(principal) = &self.principal {
            request = request.with_principal(principal.to_principal()?);
        }
        Ok(request)
    }

    /// Returns its condition keys.
    ///
    /// # Errors
    /// As [`Context::new`].
    pub fn to_context(&self) -> Result<Context<'static>, RequestError> {
        self.context.as_ref().map_or_else(|| Ok(Context::default()), ContextForm::to_context)
    }
}

impl ContextForm {
    /// Returns the condition keys.
    ///
    /// # Errors
    /// As [`Context::new`].
    pub fn to_context(&self) -> Result<Context<'static>, RequestError> {
        let entry = |(key, values): &(String, Vec<String>)| ContextEntry {
            key: key.clone().into(),
            values: match values.as_slice() {
                [only] => Values::from(only.clone()),
                all => Values::Many(all.iter().map(|value| value.clone().into()).collect()),
            },
        };
        Context::new(self.0.iter().map(entry).collect())
    }
}

impl PrincipalForm {
    /// Returns the caller it describes.
    ///
    /// # Errors
    /// [`RequestError::Principal`] if the type is none, its name is missing or not of its form, a
    /// name is given that the type does not have, or the account is not that of the ARN.
    pub fn to_principal(&self) -> Result<Principal<'static>, RequestError> {
        let wrong = |found: &str| RequestError::Principal { found: found.into() };
        let need = |part: &Option<String>| part.clone().ok_or_else(|| wrong(&self.r#type));
        // What only another type has would be passed over, and the caller be somebody else.
        let is_identity = matches!(self.r#type.as_str(), "user" | "role");
        let strays = [
            self.arn.as_deref().filter(|_| !is_identity),
            self.service.as_deref().filter(|_| self.r#type != "service"),
            self.provider.as_deref().filter(|_| self.r#type != "federated"),
            self.session_arn.as_deref().filter(|_| self.r#type != "role"),
        ];
        if let Some(stray) = strays.into_iter().flatten().next() {
            return Err(wrong(stray));
        }
        let mut principal = match self.r#type.as_str() {
            "user" => Principal::user(need(&self.arn)?)?,
            "role" => Principal::role(need(&self.arn)?)?.with_service_linked(self.service_linked),
            "root" => Principal::root(need(&self.account)?)?,
            "service" => Principal::service(need(&self.service)?),
            "federated" => Principal::federated(need(&self.provider)?),
            "anonymous" => Principal::anonymous(),
            other => return Err(wrong(other)),
        };
        if let (Some(stated), Some(account)) = (&self.account, principal.account())
            && stated != account
        {
            return Err(wrong(principal.id()));
        }
        if let Some(uid) = &self.uid {
            principal = principal.with_uid(uid.clone());
        }
        if let Some(arn) = &self.session_arn {
            principal = principal.with_session_arn(arn.clone());
        }
        Ok(principal)
    }
}

impl OperationForm {
    /// Returns the operation it describes.
    ///
    /// # Errors
    /// [`CaseError`] for an unknown `api`, a member that the call does not take, a missing role of
    /// an attach, or a session policy that is refused.
    pub fn to_operation(&self) -> Result<InstanceOperation, CaseError> {
        let (region, account) = (self.region.clone(), self.account.clone());
        match self.api.as_str() {
            "AttachInstanceRamRole" => {
                self.only_for_roles()?;
                let Some(ram_role_name) = self.ram_role_name.clone() else {
                    return Err(CaseError::missing("ram_role_name"));
                };
                let policy = self.policy.as_deref().map(SessionPolicy::parse).transpose();
                Ok(InstanceOperation::AttachInstanceRamRole {
                    region,
                    account,
                    instance_ids: self.instance_ids.clone(),
                    ram_role_name,
                    policy: policy.map_err(|error| CaseError::policy("op.policy", error))?,
                })
            }
            "DetachInstanceRamRole" => {
                self.only_for_roles()?;
                let roles = match &self.ram_role_name {
                    Some(name) => DetachedRoles::Named(name.clone()),
                    None => DetachedRoles::Attached(self.attached_roles.clone()),
                };
                let instance_ids = self.instance_ids.clone();
                Ok(InstanceOperation::DetachInstanceRamRole {
                    region,
                    account,
                    instance_ids,
                    roles,
                })
            }
            "RunInstances" => Ok(InstanceOperation::RunInstances(self.new_instances()?)),
            "CreateInstance" => Ok(InstanceOperation::CreateInstance(self.new_instances()?)),
            other => Err(CaseError::form("api", other)),
        }
    }

    fn only_for_roles(&self) -> Result<(), CaseError> {
        let creates = self.image_id.is_some()
            || self.security_group_id.is_some()
            || !self.security_group_ids.is_empty()
            || !self.snapshot_ids.is_empty()
            || self.key_pair_name.is_some()
            || self.vswitch_id.is_some()
            || self.vpc_id.is_some();
        if creates {
            return Err(CaseError::form("member of an operation on a role", "of a creation"));
        }
        Ok(())
    }

    fn new_instances(&self) -> Result<CreateInstances, CaseError> {
        if !self.instance_ids.is_empty() {
            return Err(CaseError::form("member of a creation", "instance_ids"));
        }
        if self.policy.is_some() || !self.attached_roles.is_empty() {
            return Err(CaseError::form("member of a creation", "policy or attached_roles"));
        }
        let groups = self.security_group_id.iter().chain(&self.security_group_ids);
        Ok(CreateInstances {
            region: self.region.clone(),
            account: self.account.clone(),
            image_id: self.image_id.clone(),
            security_group_ids: groups.cloned().collect(),
            snapshot_ids: self.snapshot_ids.clone(),
            key_pair_name: self.key_pair_name.clone(),
            vswitch_id: self.vswitch_id.clone(),
            vpc_id: self.vpc_id.clone(),
            ram_role_name: self.ram_role_name.clone(),
        })
    }
}

impl Serialize for ContextForm {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(key, values)| (key, OneOrMany(values))))
    }
}

struct OneOrMany<'v>(&'v [String]);

impl Serialize for OneOrMany<'_> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            [only] => serializer.serialize_str(only),
            all => serializer.collect_seq(all),
        }
    }
}

impl<'de> Deserialize<'de> for ContextForm {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Keys;

        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Value {
            One(String),
            Many(Vec<String>),
        }

        impl<'de> serde::de::Visitor<'de> for Keys {
            type Value = ContextForm;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a map from condition key to a string or a list of strings")
            }

            fn visit_map<A: serde::de::MapAccess<'de>>(
                self,
                mut map: A,
            ) -> Result<ContextForm, A::Error> {
                let mut keys = Vec::new();
                while let Some((key, value)) = map.next_entry::<String, Value>()? {
                    keys.push(match value {
                        Value::One(value) => (key, vec![value]),
                        Value::Many(values) => (key, values),
                    });
                }
                Ok(ContextForm(keys))
            }
        }

        deserializer.deserialize_map(Keys)
    }
}
