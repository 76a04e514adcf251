//! The members of a world file. Unknown members are refused.
//!
//! The descriptions below are those of the published JSON Schema.

use std::collections::BTreeMap;

use ramguard_policy::Policy;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{Quotas, Timestamp};

/// An account and everything a decision about it looks at: users, groups, roles, policies,
/// instances, resource groups, and the control policies above it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct WorldForm {
    /// Where the schema of this file is; only for editors.
    #[serde(rename = "$schema", default, skip_serializing_if = "Option::is_none")]
    pub schema: Option<String>,
    /// The id of the account: digits.
    pub account: String,
    /// Whether RAM is activated.
    #[serde(default = "yes", skip_serializing_if = "is_true")]
    pub ram_active: bool,
    /// The regions there are; the public ones if left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub regions: Option<Vec<String>>,
    /// The quotas; the documented ones if left out.
    #[serde(default, skip_serializing_if = "is_default")]
    pub quotas: Quotas,
    /// Users by name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub users: BTreeMap<String, UserForm>,
    /// Groups by name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub groups: BTreeMap<String, GroupForm>,
    /// Roles by name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub roles: BTreeMap<String, RoleForm>,
    /// Custom policies by name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub policies: BTreeMap<String, PolicyForm>,
    /// System policies by name, as far as they are attached to somebody.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub system_policies: BTreeMap<String, PolicyForm>,
    /// The ids of the VPCs of switches, by the id of the switch. Creating an instance is checked on
    /// the VPC of its switch; what is left out here is taken from instances at the same switch.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub vswitches: BTreeMap<String, String>,
    /// Instances by id.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub instances: BTreeMap<String, InstanceForm>,
    /// Resource groups by id.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub resource_groups: BTreeMap<String, ResourceGroupForm>,
    /// Where the account stands in a resource directory, if it belongs to one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub directory: Option<DirectoryForm>,
}

/// An empty account without an id, in which RAM is activated.
impl Default for WorldForm {
    fn default() -> Self {
        Self {
            schema: None,
            account: String::new(),
            ram_active: yes(),
            regions: None,
            quotas: Quotas::default(),
            users: BTreeMap::new(),
            groups: BTreeMap::new(),
            roles: BTreeMap::new(),
            policies: BTreeMap::new(),
            system_policies: BTreeMap::new(),
            vswitches: BTreeMap::new(),
            instances: BTreeMap::new(),
            resource_groups: BTreeMap::new(),
            directory: None,
        }
    }
}

/// A user.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct UserForm {
    /// The numeric id; derived from the name if left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// The name shown to people.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub display_name: String,
    /// Anything worth saying.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub comments: String,
    /// When it was made.
    #[serde(default, skip_serializing_if = "is_default")]
    #[schemars(with = "TimeSchema")]
    pub created: Timestamp,
    /// The attached policies.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub policies: Vec<AttachmentForm>,
}

/// A group of users.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct GroupForm {
    /// Anything worth saying.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub comments: String,
    /// When it was made.
    #[serde(default, skip_serializing_if = "is_default")]
    #[schemars(with = "TimeSchema")]
    pub created: Timestamp,
    /// The names of its users.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub members: Vec<String>,
    /// The attached policies.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub policies: Vec<AttachmentForm>,
}

/// A role.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RoleForm {
    /// The numeric id; derived from the name if left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// What it is for.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// The trust policy: who may assume the role.
    pub trust: DocumentForm,
    /// How long a session may last, in seconds: 3600 to 43200.
    #[serde(default = "an_hour", skip_serializing_if = "is_an_hour")]
    #[schemars(range(min = 3600, max = 43200))]
    pub max_session_seconds: u32,
    /// Whether the role belongs to a service, which alone may change it.
    #[serde(default, skip_serializing_if = "is_default")]
    pub service_linked: bool,
    /// Tags.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub tags: BTreeMap<String, String>,
    /// When it was made.
    #[serde(default, skip_serializing_if = "is_default")]
    #[schemars(with = "TimeSchema")]
    pub created: Timestamp,
    /// When it was last changed; when it was made if left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<TimeSchema>")]
    pub updated: Option<Timestamp>,
    /// The attached policies.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub policies: Vec<AttachmentForm>,
}

/// A policy that can be attached: with one document, or with versions.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PolicyForm {
    /// What it is for.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// Tags.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub tags: BTreeMap<String, String>,
    /// The document of a policy with one version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub document: Option<DocumentForm>,
    /// The versions by id (`v1`, `v2` and so on), instead of `document`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub versions: BTreeMap<String, VersionForm>,
    /// The version that is evaluated; needed where there are several.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default_version: Option<String>,
    /// The id given last, which is not given again; the highest one if left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_version: Option<String>,
    /// When it was made.
    #[serde(default, skip_serializing_if = "is_default")]
    #[schemars(with = "TimeSchema")]
    pub created: Timestamp,
    /// When a version was last made or chosen; when it was made if left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<TimeSchema>")]
    pub updated: Option<Timestamp>,
}

/// A version of a policy.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct VersionForm {
    /// The document.
    pub document: DocumentForm,
    /// When it was made.
    #[serde(default, skip_serializing_if = "is_default")]
    #[schemars(with = "TimeSchema")]
    pub created: Timestamp,
}

/// An instance.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct InstanceForm {
    /// The region.
    pub region: String,
    /// The switch it is connected to; without one it is of the classic network.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vswitch: Option<String>,
    /// The VPC of the switch.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vpc: Option<String>,
    /// The resource group.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resource_group: Option<String>,
    /// Tags.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub tags: BTreeMap<String, String>,
    /// The image.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub image: Option<String>,
    /// The type.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub r#type: Option<String>,
    /// How its metadata may be read.
    #[serde(default, skip_serializing_if = "is_default")]
    pub metadata: MetadataForm,
    /// When it was made.
    #[serde(default, skip_serializing_if = "is_default")]
    #[schemars(with = "TimeSchema")]
    pub created: Timestamp,
    /// The `ClientToken` of the call that made it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_token: Option<String>,
    /// The role it carries.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<BindingForm>,
}

/// How programs on an instance may read its metadata.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum MetadataForm {
    /// With a token or without.
    #[default]
    Optional,
    /// With a token only.
    Required,
    /// Not at all.
    Disabled,
}

/// The role an instance carries.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BindingForm {
    /// The name of the role.
    pub name: String,
    /// The session policy that narrows the credentials of this instance.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub policy: Option<DocumentForm>,
    /// When the role was bound.
    #[serde(default, skip_serializing_if = "is_default")]
    #[schemars(with = "TimeSchema")]
    pub bound: Timestamp,
    /// The credential published last; it holds no secret.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub published: Option<PublishedForm>,
}

/// A credential that was published to an instance.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PublishedForm {
    /// The id of the role it was made for.
    pub role_id: String,
    /// What tells it from every other credential.
    pub serial: String,
    /// When it was made.
    #[schemars(with = "TimeSchema")]
    pub issued: Timestamp,
    /// When it ends.
    #[schemars(with = "TimeSchema")]
    pub expires: Timestamp,
}

/// A resource group.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ResourceGroupForm {
    /// The name shown to people.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub name: String,
}

/// Where the account stands in a resource directory.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DirectoryForm {
    /// Whether control policies are switched on.
    #[serde(default = "yes", skip_serializing_if = "is_true")]
    pub enabled: bool,
    /// Whether this is the management account, which control policies do not bind.
    #[serde(default, skip_serializing_if = "is_default")]
    pub management_account: bool,
    /// The nodes from the account itself upward to the root folder.
    pub nodes: Vec<NodeForm>,
}

/// The account itself or a folder above it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NodeForm {
    /// The name shown to people.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub name: String,
    /// The control policies attached to it, by name. A node without any denies everything.
    pub policies: BTreeMap<String, DocumentForm>,
}

/// An attached policy: `custom/<name>` or `system/<name>`, or an object that says more.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum AttachmentForm {
    /// `custom/<name>` or `system/<name>`, attached to the whole account.
    Name(String),
    /// With the resource group or the time.
    Full(FullAttachmentForm),
}

/// An attached policy with the resource group it is granted on, or the time it was attached.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FullAttachmentForm {
    /// `custom/<name>` or `system/<name>`.
    pub policy: String,
    /// The resource group it is granted on; the whole account if left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resource_group: Option<String>,
    /// When it was attached.
    #[serde(default, skip_serializing_if = "is_default")]
    #[schemars(with = "TimeSchema")]
    pub attached: Timestamp,
}

/// A policy document: the object itself, or its text as a string.
#[derive(Clone, Debug, PartialEq)]
pub enum DocumentForm {
    /// As it was read; the document is read again from its place in the file.
    Given(serde_json::Value),
    /// To be written.
    Policy(Policy),
}

impl Serialize for DocumentForm {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Given(value) => value.serialize(serializer),
            Self::Policy(policy) => policy.serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for DocumentForm {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        serde_json::Value::deserialize(deserializer).map(Self::Given)
    }
}

impl JsonSchema for DocumentForm {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Document".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "description": "A policy document: the object itself, or its text as a string.",
            "oneOf": [{ "type": "object" }, { "type": "string" }],
        })
    }
}

/// The schema of a [`Timestamp`].
pub(super) struct TimeSchema;

impl JsonSchema for TimeSchema {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Time".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "description": "A second in UTC, for example 2024-11-08T03:44:50Z.",
            "type": "string",
            "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z$",
        })
    }
}

fn yes() -> bool {
    true
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands over a reference")]
fn is_true(value: &bool) -> bool {
    *value
}

fn an_hour() -> u32 {
    3_600
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands over a reference")]
fn is_an_hour(value: &u32) -> bool {
    *value == an_hour()
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}
