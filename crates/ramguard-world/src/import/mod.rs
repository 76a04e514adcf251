//! From saved answers of RAM and ECS to a world file.
//!
//! The command line tool of the platform prints answers as JSON; saved under names that say which
//! question they answer, they make a world:
//!
//! | file | saved from |
//! |---|---|
//! | `GetCallerIdentity.json` | `aliyun sts GetCallerIdentity`; only for the account id |
//! | `ListUsers.json`, `ListGroups.json`, `ListRoles.json`, `ListPolicies.json` | `aliyun ram ListUsers` and so on |
//! | `GetUser.<user>.json`, `GetGroup.<group>.json`, `GetRole.<role>.json` | `aliyun ram GetRole --RoleName <role>` |
//! | `GetPolicy.<policy>.json` | `aliyun ram GetPolicy --PolicyType Custom --PolicyName <policy>` |
//! | `ListPolicyVersions.Custom.<policy>.json` | all versions instead of the default one |
//! | `ListPoliciesForUser.<user>.json`, `…ForGroup.<group>.json`, `…ForRole.<role>.json` | what is attached |
//! | `ListUsersForGroup.<group>.json`, `ListGroupsForUser.<user>.json` | who belongs to what |
//! | `DescribeInstanceRamRole.<anything>.json`, `DescribeInstances.<anything>.json` | `aliyun ecs …` |
//!
//! The word after the operation is the name it was asked about; where the answer itself names it,
//! any word does. A list that came in pages is saved page by page with `@` and a number in the end:
//! `ListRoles@1.json`, `ListRoles@2.json`, `ListUsersForGroup.<group>@2.json`. What the answers say
//! is missing is told: a page, a document, whose policies nobody asked for.
//!
//! What is granted on a resource group, and the control policies above the account, stand in answers
//! of the resource management, which are not imported; add them to the file by hand.

mod answer;
mod missing;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use ramguard_policy::text::one_line;
use serde_json::Value;

use crate::file::{
    AttachmentForm, DocumentForm, FullAttachmentForm, InstanceForm, PolicyForm, RoleForm,
    VersionForm, WorldForm,
};
use answer::{Answer, time};
use missing::Pages;

/// No longer answer is read, in bytes.
const MAX_BYTES: usize = 16 << 20;

const NO_LIST: &str = "does not hold the list its name says";

/// The questions whose answers are read.
const IMPORTED: &[&str] = &[
    "DescribeInstanceRamRole",
    "DescribeInstances",
    "GetCallerIdentity",
    "GetGroup",
    "GetPolicy",
    "GetRole",
    "GetUser",
    "ListGroups",
    "ListGroupsForUser",
    "ListPolicies",
    "ListPoliciesForGroup",
    "ListPoliciesForRole",
    "ListPoliciesForUser",
    "ListPolicyVersions",
    "ListRoles",
    "ListUsers",
    "ListUsersForGroup",
];

/// What is wrong with the saved answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportProblem {
    file: String,
    message: String,
    is_fatal: bool,
}

impl ImportProblem {
    /// Returns the name of the file it is about; empty where one is missing.
    #[must_use]
    pub fn file(&self) -> &str {
        &self.file
    }

    /// Returns what is wrong in one line.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }

    /// Returns whether something is missing that keeps the world from being made; otherwise
    /// something was left out or taken by default.
    #[must_use]
    pub fn is_fatal(&self) -> bool {
        self.is_fatal
    }
}

impl fmt::Display for ImportProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.file.is_empty() {
            f.write_str(&self.message)
        } else {
            write!(f, "{}: {}", one_line(&self.file), self.message)
        }
    }
}

/// What was made of the saved answers.
#[derive(Clone, Debug)]
pub struct Import {
    form: WorldForm,
    problems: Vec<ImportProblem>,
}

impl Import {
    /// Reads saved answers, each given by the name of its file and its text. Their order does not
    /// matter.
    ///
    /// ```
    /// use ramguard_world::import::Import;
    ///
    /// let role = r#"{ "RequestId": "1", "Role": { "RoleName": "app", "RoleId": "300",
    ///     "Arn": "acs:ram::1000000000000001:role/app", "CreateDate": "2024-11-08T03:44:50Z",
    ///     "AssumeRolePolicyDocument": "{\"Version\":\"1\",\"Statement\":[{\"Effect\":\"Allow\",\"Action\":\"sts:AssumeRole\",\"Principal\":{\"Service\":[\"ecs.aliyuncs.com\"]}}]}" } }"#;
    /// let import = Import::read([("GetRole.app.json", role)]);
    /// assert!(import.problems().iter().all(|problem| !problem.is_fatal()));
    /// let file = ramguard_world::file::WorldFile::read(&import.to_json());
    /// assert!(file.world().is_some_and(|world| world.role("app").is_some()));
    /// ```
    #[must_use]
    pub fn read<'f>(files: impl IntoIterator<Item = (&'f str, &'f str)>) -> Self {
        let mut files: Vec<(&str, &str)> = files.into_iter().collect();
        files.sort_unstable();
        let mut importer = Importer::default();
        for (name, text) in files {
            importer.file(name, text);
        }
        importer.finish()
    }

    /// Returns the members of the world file. It may still be refused when it is read: policies
    /// are not looked into here.
    #[must_use]
    pub fn form(&self) -> &WorldForm {
        &self.form
    }

    /// Returns what was wrong or missing, by file.
    #[must_use]
    pub fn problems(&self) -> &[ImportProblem] {
        &self.problems
    }

    /// Returns the text of the world file.
    #[must_use]
    pub fn to_json(&self) -> String {
        // Only maps with other keys than strings cannot be written, and the form has none.
        serde_json::to_string_pretty(&self.form).unwrap_or_default() + "\n"
    }
}

#[derive(Default)]
struct Importer {
    form: WorldForm,
    /// Roles by name; the trust policy is known only from GetRole.
    roles: BTreeMap<String, (RoleForm, bool)>,
    /// Who belongs to which group, whichever side said so.
    members: BTreeMap<String, BTreeSet<String>>,
    /// Which questions were asked: the operation, and about whom.
    asked: BTreeSet<(String, String)>,
    /// How far each list was saved, by its question.
    pages: BTreeMap<String, Pages>,
    problems: Vec<ImportProblem>,
    file: String,
}

impl Importer {
    fn problem(&mut self, message: impl Into<String>) {
        let file = self.file.clone();
        let message = one_line(&message.into()).to_string();
        self.problems.push(ImportProblem { file, message, is_fatal: false });
    }

    fn fatal(&mut self, message: impl Into<String>) {
        let file = self.file.clone();
        let message = one_line(&message.into()).to_string();
        self.problems.push(ImportProblem { file, message, is_fatal: true });
    }

    fn file(&mut self, name: &str, text: &str) {
        self.file = name.to_owned();
        let base = name.rsplit(['/', '\\']).next().unwrap_or_default();
        let Some(question) = base.strip_suffix(".json") else {
            return self.problem("is not a saved answer: its name does not end in `.json`");
        };
        let question = match question.rsplit_once('@') {
            Some((whole, page)) if page.bytes().all(|byte| byte.is_ascii_digit()) => whole,
            _ => question,
        };
        let (operation, about) = question.split_once('.').unwrap_or((question, ""));
        if !IMPORTED.contains(&operation) {
            return self.problem(format!("answers `{operation}`, which is not imported"));
        }
        // Whatever was asked on purpose could have held a Deny, so it has to be readable.
        if text.len() > MAX_BYTES {
            return self.fatal("is too long to be a saved answer");
        }
        // Some shells put a mark before what they save.
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let value: Value = match serde_json::from_str(text) {
            Ok(value) => value,
            Err(error) => return self.fatal(format!("is not JSON: {error}")),
        };
        let answer = Answer(&value);
        if let (Some(code), Some(_)) = (answer.text("Code"), answer.text("Message")) {
            return self.fatal(format!("is an error, not an answer: {code}"));
        }
        self.asked.insert((operation.to_owned(), about.to_owned()));
        self.pages.entry(question.to_owned()).or_default().add(answer);
        match operation {
            "GetCallerIdentity" => self.account(answer.text("AccountId")),
            "ListUsers" => self.each(answer.list("Users", "User"), Self::user),
            "GetUser" => self.one(answer.object("User"), Self::user),
            "ListGroups" => self.each(answer.list("Groups", "Group"), Self::group),
            "GetGroup" => self.one(answer.object("Group"), Self::group),
            "ListRoles" => self.each(answer.list("Roles", "Role"), Self::role),
            "GetRole" => self.one(answer.object("Role"), Self::role),
            "ListPolicies" => self.each(answer.list("Policies", "Policy"), |importer, policy| {
                importer.policy(policy, None);
            }),
            "GetPolicy" => match answer.object("Policy") {
                Some(policy) => self.policy(policy, answer.object("DefaultPolicyVersion")),
                None => self.fatal("holds no `Policy`"),
            },
            "ListPolicyVersions" => self.versions(about, answer),
            "ListPoliciesForUser" => self.attachments("user", about, answer),
            "ListPoliciesForGroup" => self.attachments("group", about, answer),
            "ListPoliciesForRole" => self.attachments("role", about, answer),
            "ListUsersForGroup" => self.members(about, answer),
            "ListGroupsForUser" => self.memberships(about, answer),
            "DescribeInstanceRamRole" => self.bindings(answer),
            "DescribeInstances" => {
                self.each(answer.list("Instances", "Instance"), Self::instance);
            }
            _ => {}
        }
    }

    fn one(&mut self, found: Option<Answer<'_>>, take: impl Fn(&mut Self, Answer<'_>)) {
        match found {
            Some(found) => take(self, found),
            None => self.fatal("does not hold what its name says"),
        }
    }

    fn each<'v>(&mut self, found: Option<Vec<Answer<'v>>>, take: impl Fn(&mut Self, Answer<'v>)) {
        match found {
            Some(found) => found.into_iter().for_each(|item| take(self, item)),
            None => self.fatal(NO_LIST),
        }
    }

    /// Takes the name of a thing, or says that it has none.
    fn named(&mut self, item: Answer<'_>, member: &str) -> Option<String> {
        let name = item.text(member);
        if name.is_none() {
            self.fatal(format!("an entry has no `{member}`"));
        }
        name
    }

    fn account(&mut self, id: Option<String>) {
        let Some(id) = id else { return };
        if self.form.account.is_empty() {
            self.form.account = id;
        } else if self.form.account != id {
            let other = self.form.account.clone();
            self.fatal(format!("is about account `{id}`, other files about `{other}`"));
        }
    }

    fn user(&mut self, item: Answer<'_>) {
        let Some(name) = self.named(item, "UserName") else { return };
        let created = self.date(item, "CreateDate");
        let user = self.form.users.entry(name).or_default();
        user.id = item.text("UserId").or(user.id.take());
        user.display_name = item.text("DisplayName").unwrap_or_default();
        user.comments = item.text("Comments").unwrap_or_default();
        user.created = created;
    }

    fn group(&mut self, item: Answer<'_>) {
        let Some(name) = self.named(item, "GroupName") else { return };
        let created = self.date(item, "CreateDate");
        let group = self.form.groups.entry(name).or_default();
        group.comments = item.text("Comments").unwrap_or_default();
        group.created = created;
    }

    fn role(&mut self, item: Answer<'_>) {
        let Some(name) = self.named(item, "RoleName") else { return };
        let arn = item.text("Arn");
        self.account(arn.and_then(|arn| arn.split(':').nth(3).map(str::to_owned)));
        let created = self.date(item, "CreateDate");
        let updated = item.text("UpdateDate").map(|_| self.date(item, "UpdateDate"));
        let (role, is_known) = self.roles.entry(name).or_insert_with(|| (empty_role(), false));
        role.id = item.text("RoleId").or(role.id.take());
        role.description = item.text("Description").unwrap_or_default();
        role.created = created;
        role.updated = updated.filter(|updated| *updated != created);
        let seconds = item.number("MaxSessionDuration").and_then(|n| u32::try_from(n).ok());
        role.max_session_seconds = seconds.unwrap_or(role.max_session_seconds);
        role.service_linked |= item.is_true("IsServiceLinkedRole");
        if let Some(text) = item.text("AssumeRolePolicyDocument") {
            role.trust = document(&text);
            *is_known = true;
        }
    }

    fn policy(&mut self, item: Answer<'_>, version: Option<Answer<'_>>) {
        let Some(name) = self.named(item, "PolicyName") else { return };
        let policy_type = item.text("PolicyType");
        let created = self.date(item, "CreateDate");
        let updated = item.text("UpdateDate").map(|_| self.date(item, "UpdateDate"));
        let Some(policy) = self.policy_form(policy_type.as_deref(), name) else { return };
        policy.description = item.text("Description").unwrap_or_default();
        policy.created = created;
        policy.updated = updated.filter(|updated| *updated != created);
        policy.default_version = item.text("DefaultVersion").or(policy.default_version.take());
        if let Some(version) = version {
            let Some(text) = version.text("PolicyDocument") else {
                return self.problem("the default version holds no `PolicyDocument`");
            };
            let id = version.text("VersionId").or(policy.default_version.clone());
            let id = id.unwrap_or_else(|| "v1".to_owned());
            policy.default_version = Some(id.clone());
            // All versions, read before or after, say the same and more.
            let created = version.text("CreateDate").and_then(|text| time(&text));
            let made = VersionForm {
                document: document(&text),
                created: created.unwrap_or(policy.created),
            };
            policy.versions.entry(id).or_insert(made);
        }
    }

    fn policy_form(&mut self, policy_type: Option<&str>, name: String) -> Option<&mut PolicyForm> {
        match policy_type {
            Some("System") => Some(self.form.system_policies.entry(name).or_default()),
            Some("Custom") => Some(self.form.policies.entry(name).or_default()),
            _ => {
                self.problem(format!("policy `{name}` is neither `System` nor `Custom`"));
                None
            }
        }
    }

    fn versions(&mut self, about: &str, answer: Answer<'_>) {
        let Some((policy_type, name)) = about.split_once('.') else {
            let message = "does not say whose versions: name it \
                           `ListPolicyVersions.Custom.<policy>.json`";
            return self.problem(message);
        };
        let Some(found) = answer.list("PolicyVersions", "PolicyVersion") else {
            return self.fatal(NO_LIST);
        };
        let mut versions = Vec::new();
        for item in found {
            let Some(id) = self.named(item, "VersionId") else { continue };
            let created = self.date(item, "CreateDate");
            match item.text("PolicyDocument") {
                Some(text) => {
                    let version = VersionForm { document: document(&text), created };
                    versions.push((id, version, item.is_true("IsDefaultVersion")));
                }
                None => self.problem(format!("version `{id}` holds no `PolicyDocument`")),
            }
        }
        let Some(policy) = self.policy_form(Some(policy_type), name.to_owned()) else { return };
        for (id, version, is_default) in versions {
            if is_default {
                policy.default_version = Some(id.clone());
            }
            policy.versions.insert(id, version);
        }
    }

    fn attachments(&mut self, kind: &str, name: &str, answer: Answer<'_>) {
        let Some(found) = answer.list("Policies", "Policy") else {
            return self.fatal(NO_LIST);
        };
        let mut attachments = Vec::new();
        for item in found {
            let Some(policy) = self.named(item, "PolicyName") else { continue };
            let head = match item.text("PolicyType").as_deref() {
                Some("System") => "system",
                Some("Custom") => "custom",
                _ => {
                    self.fatal(format!("policy `{policy}` is neither `System` nor `Custom`"));
                    continue;
                }
            };
            let attached = self.date(item, "AttachDate");
            attachments.push(AttachmentForm::Full(FullAttachmentForm {
                policy: format!("{head}/{policy}"),
                resource_group: None,
                attached,
            }));
        }
        let known = match kind {
            "user" => &mut self.form.users.entry(name.to_owned()).or_default().policies,
            "group" => &mut self.form.groups.entry(name.to_owned()).or_default().policies,
            _ => {
                let role = self.roles.entry(name.to_owned());
                &mut role.or_insert_with(|| (empty_role(), false)).0.policies
            }
        };
        for attachment in attachments {
            if !known.contains(&attachment) {
                known.push(attachment);
            }
        }
    }

    fn members(&mut self, group: &str, answer: Answer<'_>) {
        let Some(found) = answer.list("Users", "User") else {
            return self.fatal(NO_LIST);
        };
        for item in found {
            if let Some(user) = self.named(item, "UserName") {
                self.join(user, group);
            }
        }
    }

    fn memberships(&mut self, user: &str, answer: Answer<'_>) {
        let Some(found) = answer.list("Groups", "Group") else {
            return self.fatal(NO_LIST);
        };
        for item in found {
            if let Some(group) = self.named(item, "GroupName") {
                self.join(user.to_owned(), &group);
            }
        }
    }

    fn join(&mut self, user: String, group: &str) {
        self.members.entry(group.to_owned()).or_default().insert(user);
    }

    fn bindings(&mut self, answer: Answer<'_>) {
        let Some(found) = answer.list("InstanceRamRoleSets", "InstanceRamRoleSet") else {
            return self.fatal(NO_LIST);
        };
        let region = answer.text("RegionId");
        for item in found {
            let (Some(id), Some(name)) =
                (self.named(item, "InstanceId"), self.named(item, "RamRoleName"))
            else {
                continue;
            };
            let instance = self.form.instances.entry(id).or_default();
            if let (true, Some(region)) = (instance.region.is_empty(), &region) {
                instance.region.clone_from(region);
            }
            instance.role = Some(crate::file::BindingForm {
                name,
                policy: None,
                bound: Default::default(),
                published: None,
            });
        }
    }

    fn instance(&mut self, item: Answer<'_>) {
        let Some(id) = self.named(item, "InstanceId") else { return };
        let created = item.text("CreationTime").and_then(|text| time(&text)).unwrap_or_default();
        let network = item.object("VpcAttributes");
        let text = |member: &str| {
            let found = network.and_then(|network| network.text(member));
            found.filter(|text| !text.is_empty())
        };
        let tags = item.list("Tags", "Tag").unwrap_or_default().into_iter().filter_map(|tag| {
            Some((tag.text("TagKey")?, tag.text("TagValue").unwrap_or_default()))
        });
        let group = item.text("ResourceGroupId").filter(|id| !id.is_empty());
        if let Some(group) = &group {
            self.form.resource_groups.entry(group.clone()).or_default();
        }
        let instance: &mut InstanceForm = self.form.instances.entry(id).or_default();
        instance.region = item.text("RegionId").unwrap_or_default();
        instance.vpc = text("VpcId");
        instance.vswitch = text("VSwitchId");
        instance.resource_group = group;
        instance.tags = tags.collect();
        instance.image = item.text("ImageId");
        instance.r#type = item.text("InstanceType");
        instance.created = created;
    }

    /// Reads a date; one that is missing or not readable counts as 1970.
    fn date(&mut self, item: Answer<'_>, member: &str) -> crate::Timestamp {
        let text = item.text(member);
        let read = text.as_deref().and_then(time);
        if let (Some(text), None) = (&text, read) {
            let text: String = text.chars().take(40).collect();
            self.problem(format!("`{text}` is not a date"));
        }
        read.unwrap_or_default()
    }
}

fn empty_role() -> RoleForm {
    RoleForm {
        id: None,
        description: String::new(),
        trust: DocumentForm::Given(Value::Null),
        max_session_seconds: 3_600,
        service_linked: false,
        tags: BTreeMap::new(),
        created: Default::default(),
        updated: None,
        policies: Vec::new(),
    }
}

/// A document as it is kept: the object it is the text of, or the text itself if it is not JSON, so
/// that reading the file says what is wrong with it. A text whose keys repeat stays a text, too:
/// as an object it would have lost one of them.
fn document(text: &str) -> DocumentForm {
    let tree = ramguard_policy::json::read(text, &Default::default());
    match serde_json::from_str(text) {
        Ok(value @ Value::Object(_)) if tree.is_strict_json() => DocumentForm::Given(value),
        _ => DocumentForm::Given(Value::String(text.to_owned())),
    }
}
