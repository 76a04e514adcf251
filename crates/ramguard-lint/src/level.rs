//! How much a finding matters, in the four ways people sort by.

use std::fmt;

/// How bad a finding is; what exit codes and `--fail-on` look at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Level {
    /// Worth knowing.
    Note,
    /// Most likely not what was meant.
    Warning,
    /// RAM refuses it, or it never works, or it is a severe hole.
    Error,
}

impl Level {
    /// Returns the name, as settings and output write it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }

    /// Finds a level by its name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Note, Self::Warning, Self::Error].into_iter().find(|level| level.name() == name)
    }
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A set of rules to start from; each holds the ones before it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Preset {
    /// High signal, for continuous integration.
    #[default]
    Default,
    /// Adds hygiene and style.
    Strict,
    /// Adds what depends on intent.
    Audit,
}

impl Preset {
    /// Returns the name, as settings and output write it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Default => "default",
            Self::Strict => "strict",
            Self::Audit => "audit",
        }
    }

    /// Finds a preset by its name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Default, Self::Strict, Self::Audit].into_iter().find(|preset| preset.name() == name)
    }
}

/// How sure a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Confidence {
    /// It depends on things outside the policy that are not known.
    Low,
    /// It depends on the catalogue, which is not complete.
    Medium,
    /// It follows from the document and the language.
    High,
}

impl Confidence {
    /// Returns the name, as output writes it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
        }
    }
}

/// How severe a security finding is, 0.0 to 10.0, kept in tenths.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Severity(u8);

impl Severity {
    /// Makes a severity from tenths; more than 100 counts as 100.
    #[must_use]
    pub const fn from_tenths(tenths: u8) -> Self {
        Self(if tenths > 100 { 100 } else { tenths })
    }

    /// Returns the severity in tenths, 85 for 8.5.
    #[must_use]
    pub const fn tenths(self) -> u8 {
        self.0
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.0 / 10, self.0 % 10)
    }
}
