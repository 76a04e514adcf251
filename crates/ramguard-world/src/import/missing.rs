//! What the saved answers leave open, said together with the question that would tell it.
//!
//! Always holds: what was asked for but is not all there is fatal, since it could hold a Deny, and so
//! is what no world can be without; what somebody may have left out on purpose is a note.

use std::collections::BTreeSet;

use super::answer::Answer;
use super::{Import, Importer};
use crate::file::{AttachmentForm, GroupForm, UserForm};

/// How far a list was saved.
#[derive(Debug, Default)]
pub(super) struct Pages {
    saved: usize,
    /// Pages that say that another follows.
    followed: usize,
    /// How many things the saved pages hold, of how many, where ECS says it.
    held: u64,
    total: Option<u64>,
}

impl Pages {
    /// Takes a page, or an answer that is no list.
    pub(super) fn add(&mut self, answer: Answer<'_>) {
        self.saved += 1;
        self.followed += usize::from(answer.is_true("IsTruncated"));
        let lists = [("Instances", "Instance"), ("InstanceRamRoleSets", "InstanceRamRoleSet")];
        let items = lists.iter().find_map(|(outer, inner)| answer.list(outer, inner));
        if let (Some(items), Some(total)) = (items, answer.number("TotalCount")) {
            self.held = self.held.saturating_add(u64::try_from(items.len()).unwrap_or(u64::MAX));
            self.total = self.total.max(Some(total));
        }
    }
}

impl Importer {
    /// Looks for what is missing once every file is read.
    pub(super) fn finish(mut self) -> Import {
        self.file = String::new();
        if self.form.account.is_empty() {
            self.fatal("nothing says which account it is: save `aliyun sts GetCallerIdentity`");
        }
        self.pages_without_end();
        self.identities_nobody_asked_about();
        for (name, (role, is_known)) in std::mem::take(&mut self.roles) {
            if is_known {
                self.form.roles.insert(name, role);
            } else {
                self.fatal(format!(
                    "the trust policy of role `{name}` is missing: save `aliyun ram GetRole \
                     --RoleName {name}` as `GetRole.{name}.json`"
                ));
            }
        }
        for (group, members) in std::mem::take(&mut self.members) {
            let group = self.form.groups.entry(group).or_default();
            group.members = members.into_iter().collect();
        }
        self.policies_without_document();
        let mut regionless = Vec::new();
        for (id, instance) in &mut self.form.instances {
            if instance.region.is_empty() {
                regionless.push(id.clone());
            }
            // Only an instance in a VPC carries a role; which switch it is at was not saved.
            if instance.role.is_some() && instance.vswitch.is_none() {
                instance.vswitch = Some("unknown".to_owned());
            }
        }
        for id in regionless {
            self.fatal(format!("the region of instance `{id}` is missing"));
        }
        Import { form: self.form, problems: self.problems }
    }

    /// A policy without document is left out, and missed where somebody has it.
    fn policies_without_document(&mut self) {
        let mut missing = Vec::new();
        for (kind, policies) in
            [("Custom", &mut self.form.policies), ("System", &mut self.form.system_policies)]
        {
            policies.retain(|name, policy| {
                let is_known = !policy.versions.is_empty();
                if !is_known {
                    missing.push((kind, name.clone()));
                }
                is_known
            });
        }
        let users = self.form.users.values().flat_map(|user: &UserForm| &user.policies);
        let groups = self.form.groups.values().flat_map(|group: &GroupForm| &group.policies);
        let roles = self.form.roles.values().flat_map(|role| &role.policies);
        let held: BTreeSet<String> = users
            .chain(groups)
            .chain(roles)
            .map(|attachment| match attachment {
                AttachmentForm::Name(name) => name.clone(),
                AttachmentForm::Full(full) => full.policy.clone(),
            })
            .collect();
        for (kind, name) in missing {
            if held.contains(&format!("{}/{name}", kind.to_ascii_lowercase())) {
                self.fatal(format!(
                    "the document of policy `{name}` is missing: save `aliyun ram GetPolicy \
                     --PolicyType {kind} --PolicyName {name}` as `GetPolicy.{name}.json`"
                ));
            }
        }
    }

    /// A list whose last page was not saved may lack whoever is denied something.
    fn pages_without_end(&mut self) {
        let mut fatal = Vec::new();
        let mut notes = Vec::new();
        for (question, pages) in &self.pages {
            if pages.followed >= pages.saved && pages.saved > 0 {
                fatal.push(format!(
                    "`{question}` goes on after page {}: ask again with the `Marker` of that page \
                     and save it as `{question}@{}.json`",
                    pages.saved,
                    pages.saved + 1
                ));
            }
            if let Some(total) = pages.total.filter(|total| *total > pages.held) {
                notes.push(format!(
                    "`{question}` holds {} of {total}: ask with `--PageNumber` and save each page \
                     as `{question}@2.json` and so on",
                    pages.held
                ));
            }
        }
        fatal.into_iter().for_each(|message| self.fatal(message));
        notes.into_iter().for_each(|message| self.problem(message));
    }

    /// Whoever stands in a list without a question about its policies may have left them out.
    fn identities_nobody_asked_about(&mut self) {
        let is_asked = |operation: &str, name: &str| {
            self.asked.contains(&(operation.to_owned(), name.to_owned()))
        };
        let mut notes = Vec::new();
        let users = self.form.users.keys().map(|name| ("User", name));
        let groups = self.form.groups.keys().map(|name| ("Group", name));
        let roles = self.roles.keys().map(|name| ("Role", name));
        for (kind, name) in users.chain(groups).chain(roles) {
            let operation = format!("ListPoliciesFor{kind}");
            if !is_asked(&operation, name) {
                let kind_in_words = kind.to_ascii_lowercase();
                notes.push(format!(
                    "{kind_in_words} `{name}` is taken to have no policies: save `aliyun ram \
                     {operation} --{kind}Name {name}` as `{operation}.{name}.json`"
                ));
            }
        }
        let every_user = self.form.users.keys().all(|name| is_asked("ListGroupsForUser", name));
        for name in self.form.groups.keys().filter(|_| !every_user) {
            if !is_asked("ListUsersForGroup", name) {
                notes.push(format!(
                    "who belongs to group `{name}` may not be known: save `aliyun ram \
                     ListUsersForGroup --GroupName {name}` as `ListUsersForGroup.{name}.json`"
                ));
            }
        }
        notes.into_iter().for_each(|message| self.problem(message));
    }
}
