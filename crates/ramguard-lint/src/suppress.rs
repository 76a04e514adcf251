//! Suppressions: findings that somebody has looked at and decided to live with.
//!
//! Only the data is here. Settings files, sidecar files and comments of host languages are read by
//! whoever knows their format; each entry keeps where it came from, so that one that is unused,
//! expired or without a reason can be reported at its own place.

use ramguard_policy::text::Span;

use crate::{Date, Finding, Selector};

/// One entry: which findings, where, why, and until when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suppression {
    /// The rules that are silenced; an entry without one silences nothing.
    pub codes: Vec<Selector>,
    /// The file it is about, relative to the root with forward slashes; `None` for the file it
    /// travels with.
    pub path: Option<String>,
    /// The place inside the file.
    pub anchor: Anchor,
    /// Why.
    pub reason: Option<String>,
    /// The last day it holds.
    pub until: Option<Date>,
    /// Where it is written.
    pub origin: Origin,
}

/// The place a suppression is about. Line numbers are not offered: they move.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Anchor {
    /// Everything in the file.
    File,
    /// The statement with this `Sid`.
    Sid(String),
    /// This JSON Pointer and what lies below it.
    Pointer(String),
    /// One finding by its fingerprint.
    Fingerprint(String),
}

/// Where a suppression is written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Origin {
    /// The file, as it is to be shown.
    pub file: String,
    /// The place in it, in bytes.
    pub span: Span,
}

impl Suppression {
    /// Returns whether the entry is about `finding`, which is in the file at `path`. Its date is
    /// not looked at.
    #[must_use]
    pub fn covers(&self, finding: &Finding, path: &str, fingerprint: Option<&str>) -> bool {
        self.codes.iter().any(|selector| selector.matches(finding.code()))
            && self.path.as_deref().is_none_or(|wanted| wanted == path)
            && match &self.anchor {
                Anchor::File => true,
                Anchor::Sid(sid) => finding.sid() == Some(sid),
                Anchor::Pointer(pointer) => finding
                    .pointer()
                    .strip_prefix(pointer.as_str())
                    .is_some_and(|rest| rest.is_empty() || rest.starts_with('/')),
                Anchor::Fingerprint(wanted) => fingerprint == Some(wanted.as_str()),
            }
    }

    /// Returns whether it has ended by `today`.
    #[must_use]
    pub fn is_expired(&self, today: Date) -> bool {
        self.until.is_some_and(|until| until < today)
    }

    /// Returns whether it says why, in at least ten characters.
    #[must_use]
    pub fn has_reason(&self) -> bool {
        self.reason.as_deref().is_some_and(|reason| reason.trim().chars().count() >= 10)
    }
}
