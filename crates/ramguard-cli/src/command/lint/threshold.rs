//! What is left out of the report whatever it says: `--min-severity`, `--min-confidence`.
//!
//! What is left out is neither told nor counted nor repaired. It was found all the same, so baselines
//! and ignores that are about it are not called needless.

use ramguard_lint::Confidence;

use crate::args::{LintArgs, MinSeverity};
use crate::finding::Finding;

/// How bad and how sure a finding is at least.
#[derive(Clone, Copy, Debug)]
pub(super) struct Threshold {
    severity: Option<MinSeverity>,
    confidence: Option<Confidence>,
}

impl Threshold {
    /// Takes over what the command line says.
    pub(super) fn new(args: &LintArgs) -> Self {
        Self { severity: args.min_severity, confidence: args.min_confidence.map(Into::into) }
    }

    /// Returns whether a finding is told.
    pub(super) fn passes(&self, finding: &Finding) -> bool {
        let severity = finding.rule.and_then(|rule| rule.severity);
        let is_bad = match self.severity {
            None => true,
            Some(MinSeverity::Level(least)) => finding.level >= least,
            Some(MinSeverity::Severity(least)) => {
                severity.is_some_and(|severity| severity >= least)
            }
        };
        let confidence = finding.rule.map(|rule| rule.confidence);
        let is_sure =
            self.confidence.is_none_or(|least| confidence.is_none_or(|sure| sure >= least));
        is_bad && is_sure
    }
}
