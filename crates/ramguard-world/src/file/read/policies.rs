//! Policies, their versions and their documents.

use std::collections::BTreeMap;

use ramguard_policy::text::Span;
use ramguard_policy::{Document, Kind, Limits, Policy, ReadOptions};

use super::{Code, FileProblem, FileSeverity, Place, Reader};
use crate::file::form::{PolicyForm, WorldForm};
use crate::{Effect, ManagedPolicy, PolicyType, PolicyVersion, VersionId, World, name};

/// Documents in a file may be indented, so their size is counted without blanks, after reading.
const MAX_DOCUMENT_BYTES: usize = 1 << 20;

impl Reader {
    pub(super) fn policies(
        &mut self,
        form: &WorldForm,
        root: &Place<'_>,
        policy_type: PolicyType,
        world: &mut World,
    ) {
        let (key, policies, quota) = match policy_type {
            PolicyType::System => ("system_policies", &form.system_policies, usize::MAX),
            PolicyType::Custom => ("policies", &form.policies, form.quotas.policies),
        };
        let section = root.section(key);
        self.names("policy", policies.keys(), Some(name::POLICY), &section, quota);
        let limit = match policy_type {
            PolicyType::System => MAX_DOCUMENT_BYTES,
            PolicyType::Custom => form.quotas.policy_bytes,
        };
        for (name, policy) in policies {
            let place = section.member(name);
            let Some(policy) = self.policy(name, policy, &place, limit) else { continue };
            let versions = policy.versions.len();
            let quota = form.quotas.versions_per_policy;
            if policy_type == PolicyType::Custom && versions > quota {
                let place = place.member("versions");
                let message = format!("there are {versions} versions, and the quota is {quota}");
                self.report(Code::QuotaExceeded, &place, place.key_span(), message);
            }
            self.apply(world, &place, &Effect::PolicyCreated { policy_type, policy });
        }
    }

    /// Reads a policy with one document, or with versions.
    fn policy(
        &mut self,
        name: &str,
        form: &PolicyForm,
        place: &Place<'_>,
        limit: usize,
    ) -> Option<ManagedPolicy> {
        let mut versions = BTreeMap::new();
        let mut is_sound = true;
        match (&form.document, form.versions.is_empty()) {
            (Some(_), true) => {
                let document = self.document(Kind::Identity, &place.member("document"), limit);
                is_sound &= document.is_some();
                if let Some(document) = document {
                    let created = form.created;
                    let id = self.version_id(form.default_version.as_deref(), place)?;
                    let id = id.unwrap_or(VersionId::FIRST);
                    versions.insert(id, PolicyVersion { document, created });
                }
            }
            (None, false) => {
                let section = place.section("versions");
                for (id, version) in &form.versions {
                    let place = section.member(id);
                    let limit_place = place.member("document");
                    let document = self.document(Kind::Identity, &limit_place, limit);
                    let parsed: Result<VersionId, _> = id.parse();
                    if let Err(error) = &parsed {
                        let span = place.key_span();
                        self.report(Code::InvalidValue, &place, span, error.to_string());
                    }
                    match (parsed, document) {
                        (Ok(id), Some(document)) => {
                            let version = PolicyVersion { document, created: version.created };
                            versions.insert(id, version);
                        }
                        _ => is_sound = false,
                    }
                }
            }
            _ => {
                let message = "a policy has either `document` or `versions`".to_owned();
                self.report(Code::Form, place, place.key_span(), message);
                return None;
            }
        }
        let default_version = self.version_id(form.default_version.as_deref(), place)?;
        let default_version = match (default_version, versions.len()) {
            (Some(id), _) => Some(id),
            (None, 1) => versions.keys().next().copied(),
            (None, _) => None,
        };
        let last = form.last_version.as_deref();
        let last_version = self.version_id(last, place)?;
        let highest = versions.keys().next_back().copied()?;
        let Some(default_version) = default_version.filter(|_| is_sound) else {
            if is_sound {
                let message = "which version is evaluated? name it in `default_version`".to_owned();
                self.report(Code::Form, place, place.key_span(), message);
            }
            return None;
        };
        if !versions.contains_key(&default_version) {
            let place = place.member("default_version");
            let message = format!("there is no version `{default_version}`");
            self.report(Code::DanglingName, &place, place.value_span(), message);
            return None;
        }
        let last_version = last_version.unwrap_or(highest);
        if last_version < highest {
            let place = place.member("last_version");
            let message = format!("version `{highest}` comes after it");
            self.report(Code::InvalidValue, &place, place.value_span(), message);
            return None;
        }
        Some(ManagedPolicy {
            name: name.to_owned(),
            description: form.description.clone(),
            tags: form.tags.clone(),
            versions,
            default_version,
            last_version,
            created: form.created,
            updated: form.updated.unwrap_or(form.created),
        })
    }

    /// Reads an id that may be left out; `None` if it is not one.
    fn version_id(&mut self, text: Option<&str>, place: &Place<'_>) -> Option<Option<VersionId>> {
        let Some(text) = text else { return Some(None) };
        match text.parse() {
            Ok(id) => Some(Some(id)),
            Err(error) => {
                let error: crate::VersionIdError = error;
                self.report(Code::InvalidValue, place, place.key_span(), error.to_string());
                None
            }
        }
    }

    /// Reads a document, an object or its text, and reports its problems at their places.
    pub(super) fn document(
        &mut self,
        kind: Kind,
        place: &Place<'_>,
        limit: usize,
    ) -> Option<Policy> {
        let value = place.value?;
        let options = ReadOptions {
            limits: Limits::default().with_max_bytes_for_all(MAX_DOCUMENT_BYTES),
            ..ReadOptions::default()
        };
        let (text, is_text) = match value.as_str() {
            Some(text) => (text, true),
            None => (value.raw(), false),
        };
        let document = Document::read_with(kind, text, &options);
        for problem in document.problems() {
            let shift = |offset: u32| match is_text {
                true => value.str_offset(offset as usize).unwrap_or(value.span().end),
                false => value.span().start.saturating_add(offset),
            };
            let span = Span::new(shift(problem.span().start), shift(problem.span().end));
            let pointer = match is_text {
                true => place.pointer.clone(),
                false => format!("{}{}", place.pointer, document.pointer(problem.span())),
            };
            self.push(FileProblem {
                code: Code::InvalidPolicy,
                severity: FileSeverity::Error,
                span,
                pointer,
                message: problem.to_string(),
                help: problem.help(),
            });
        }
        let policy = document.into_policy().ok()?;
        // What stands in the file may be indented; RAM would have been given it without blanks.
        let policy = match is_text {
            true => policy,
            false => Policy::parse_with(kind, &policy.to_json(), &options).ok()?,
        };
        let bytes = policy.source().len();
        if bytes > limit {
            let message = format!("the document has {bytes} bytes, and the limit is {limit}");
            self.report(Code::QuotaExceeded, place, place.value_span(), message);
        }
        Some(policy)
    }
}
