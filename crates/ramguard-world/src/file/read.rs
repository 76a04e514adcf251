//! From the text of a world file to a world, with everything that is wrong on the way.
//!
//! Always holds: there is a world only if there is no problem of severity error. Time is in
//! proportion to the text, but for names that are compared without regard to case.

mod identities;
mod instances;
mod policies;

use std::collections::BTreeMap;

use ramguard_policy::json::{self, JsonLimits};
use ramguard_policy::text::{Span, one_line, shown};

use super::form::WorldForm;
use super::place::{Place, Section};
use super::problem::{FileProblem, FileProblemCode as Code, FileSeverity};
use crate::name::{self, NameRule};
use crate::{Effect, PolicyType, ResourceGroup, World};

/// No longer file is read, in bytes.
const MAX_BYTES: usize = 64 << 20;
/// A policy document may be nested 32 levels deep and stands at most 7 levels deep in the file.
const MAX_DEPTH: u32 = 40;
/// Not more problems than this are reported of one file.
const MAX_PROBLEMS: usize = 1_000;
/// A world file as it was read.
#[derive(Clone, Debug)]
pub struct WorldFile {
    world: Option<World>,
    problems: Vec<FileProblem>,
}

impl WorldFile {
    /// Reads the text of a world file. Never fails: problems are kept.
    ///
    /// ```
    /// use ramguard_world::file::WorldFile;
    ///
    /// let file = WorldFile::read(
    ///     r#"{ "account": "1000000000000001",
    ///          "users": { "alice": { "policies": ["custom/no-such-policy"] } } }"#,
    /// );
    /// assert!(file.world().is_none());
    /// let problem = &file.problems()[0];
    /// assert_eq!(problem.pointer(), "/users/alice/policies/0");
    /// assert_eq!(problem.message(), "there is no custom policy `no-such-policy`");
    /// ```
    #[must_use]
    pub fn read(text: &str) -> Self {
        let limits = JsonLimits { max_depth: MAX_DEPTH, max_bytes: MAX_BYTES };
        let tree = json::read(text, &limits);
        if !tree.is_strict_json() {
            let problems = tree.faults().iter().map(|fault| FileProblem {
                code: Code::Json,
                severity: FileSeverity::Error,
                span: fault.span(),
                pointer: String::new(),
                message: fault.to_string(),
                help: fault.help(),
            });
            return Self { world: None, problems: problems.take(MAX_PROBLEMS).collect() };
        }
        let form: WorldForm = match serde_json::from_str(text) {
            Ok(form) => form,
            Err(error) => return Self { world: None, problems: vec![form_problem(text, &error)] },
        };
        let mut reader =
            Reader { problems: Vec::new(), is_sound: true, account: form.account.clone() };
        let world = reader.world(&form, &Place::root(tree.root()));
        let mut problems = reader.problems;
        problems.sort_by_key(|problem| (problem.span.start, problem.code));
        Self { world: world.filter(|_| reader.is_sound), problems }
    }

    /// Returns the world, if no problem stands against it.
    #[must_use]
    pub fn world(&self) -> Option<&World> {
        self.world.as_ref()
    }

    /// Returns the world, if no problem stands against it.
    ///
    /// # Errors
    /// Every problem, if one does.
    pub fn into_world(self) -> Result<World, Vec<FileProblem>> {
        self.world.ok_or(self.problems)
    }

    /// Returns every problem in the order of the text, at most 1,000.
    #[must_use]
    pub fn problems(&self) -> &[FileProblem] {
        &self.problems
    }
}

/// A member that is unknown, missing or of another type, where serde found it.
fn form_problem(text: &str, error: &serde_json::Error) -> FileProblem {
    let line_start: usize =
        text.split_inclusive('\n').take(error.line().saturating_sub(1)).map(str::len).sum();
    let at = (line_start + error.column()).min(text.len());
    let at = u32::try_from(at).unwrap_or(u32::MAX);
    let message = error.to_string();
    let message = one_line(message.split(" at line ").next().unwrap_or_default()).to_string();
    FileProblem {
        code: Code::Form,
        severity: FileSeverity::Error,
        span: Span::new(at.saturating_sub(1), at),
        pointer: String::new(),
        message,
        help: None,
    }
}

struct Reader {
    problems: Vec<FileProblem>,
    /// No error was found so far, be it one that is left out of `problems`.
    is_sound: bool,
    account: String,
}

impl Reader {
    fn report(&mut self, code: Code, place: &Place<'_>, span: Span, message: String) {
        let severity = match code {
            Code::QuotaExceeded | Code::NotEcsRole => FileSeverity::Warning,
            _ => FileSeverity::Error,
        };
        self.push(FileProblem {
            code,
            severity,
            span,
            pointer: place.pointer.clone(),
            message: one_line(&message).to_string(),
            help: None,
        });
    }

    /// Reports an error about the value at a place that takes time to find: nobody looks for it
    /// once the report is full.
    fn report_at<'a>(
        &mut self,
        code: Code,
        place: impl FnOnce() -> Place<'a>,
        message: impl FnOnce() -> String,
    ) {
        self.is_sound = false;
        if self.problems.len() < MAX_PROBLEMS {
            let place = place();
            self.report(code, &place, place.value_span(), message());
        }
    }

    fn push(&mut self, problem: FileProblem) {
        self.is_sound &= problem.severity != FileSeverity::Error;
        if self.problems.len() < MAX_PROBLEMS {
            self.problems.push(problem);
        }
    }

    fn world(&mut self, form: &WorldForm, root: &Place<'_>) -> Option<World> {
        let mut world = match World::new(form.account.clone()) {
            Ok(world) => world.with_quotas(form.quotas).with_ram_active(form.ram_active),
            Err(error) => {
                let place = root.member("account");
                self.report(Code::InvalidValue, &place, place.value_span(), error.to_string());
                return None;
            }
        };
        if let Some(regions) = &form.regions {
            let place = root.member("regions");
            for (index, region) in regions.iter().enumerate() {
                if !name::is_arn_part(region) {
                    let message = || format!("`{}` is not the name of a region", shortened(region));
                    self.report_at(Code::InvalidValue, || place.element(index), message);
                }
            }
            world = world.with_regions(regions.iter().cloned());
        }
        let section = root.section("vswitches");
        self.names("switch", form.vswitches.keys(), None, &section, usize::MAX);
        for (vswitch, vpc) in &form.vswitches {
            if !name::is_arn_part(vpc) {
                let message = || format!("`{}` is not the id of a VPC", shortened(vpc));
                self.report_at(Code::InvalidValue, || section.member(vswitch), message);
            }
        }
        world = world.with_vswitches(form.vswitches.clone());
        self.resource_groups(form, root, &mut world);
        for policy_type in [PolicyType::System, PolicyType::Custom] {
            self.policies(form, root, policy_type, &mut world);
        }
        self.users(form, root, &mut world);
        self.groups(form, root, &mut world);
        self.roles(form, root, &mut world);
        self.instances(form, root, &mut world);
        if let Some(directory) = &form.directory {
            let directory = self.directory(directory, &root.member("directory"), &world);
            self.apply(&mut world, root, &Effect::DirectorySet(Some(directory)));
        }
        world.reset_revision();
        Some(world)
    }

    /// Applies what was checked; a conflict that remains is reported all the same.
    fn apply(&mut self, world: &mut World, place: &Place<'_>, effect: &Effect) {
        if let Err(conflict) = world.apply(effect) {
            // Whatever led here has been reported at its own place, unless nothing was.
            if self.is_sound {
                self.report(Code::InvalidValue, place, place.key_span(), conflict.to_string());
            }
        }
    }

    /// Checks the names of a section: their form, and that no two differ in case alone.
    fn names<'k>(
        &mut self,
        what: &str,
        keys: impl Iterator<Item = &'k String>,
        rule: Option<NameRule>,
        section: &Section<'_>,
        quota: usize,
    ) {
        let mut folded: BTreeMap<String, &str> = BTreeMap::new();
        let mut count = 0_usize;
        for key in keys {
            count += 1;
            if !rule.map_or_else(|| name::is_arn_part(key), |rule| rule.accepts(key)) {
                let place = section.member(key);
                let message = format!("`{}` is not the name of a {what}", shortened(key));
                self.report(Code::InvalidValue, &place, place.key_span(), message);
            }
            // Names compare without regard to ASCII case in the ARNs of RAM; ids do not.
            if rule.is_some()
                && let Some(twin) = folded.insert(key.to_ascii_lowercase(), key)
            {
                let place = section.member(key);
                let message = format!(
                    "`{}` and `{}` differ in case alone, which ARNs do not tell apart",
                    shortened(twin),
                    shortened(key)
                );
                self.report(Code::SameName, &place, place.key_span(), message);
            }
        }
        if count > quota {
            let place = &section.place;
            let message = format!("there are {count} of them, and the quota is {quota}");
            self.report(Code::QuotaExceeded, place, place.key_span(), message);
        }
    }

    fn resource_groups(&mut self, form: &WorldForm, root: &Place<'_>, world: &mut World) {
        let section = root.section("resource_groups");
        let keys = form.resource_groups.keys();
        self.names("resource group", keys, None, &section, usize::MAX);
        for (id, group) in &form.resource_groups {
            let group = ResourceGroup { id: id.clone(), name: group.name.clone() };
            self.apply(world, &section.member(id), &Effect::ResourceGroupCreated(group));
        }
    }
}

fn shortened(text: &str) -> String {
    shown(text).to_string()
}
