//! Decisions in words: why a request was decided as it was.

use ramguard::role::OperationDecision;
use ramguard::{Decision, Layer, Reason, StatementRef};

use super::escape::escape;

/// Knows the files that policies come from.
pub(crate) trait Files {
    /// Returns the name of the file a statement stands in, not escaped.
    fn file(&self, at: StatementRef) -> Option<&str>;
}

/// Returns the name of a layer, a node counted from 0 for the member itself.
pub(crate) fn layer_name(layer: Layer) -> String {
    match layer {
        Layer::Control { node: 0 } => "control policy of node 0, the member".to_owned(),
        Layer::Control { node } => format!("control policy of node {node}"),
        other => other.name().to_owned(),
    }
}

/// Returns where a statement stands, in words; its number counts from 1.
pub(crate) fn statement_name(at: StatementRef, files: Option<&dyn Files>) -> String {
    let number = at.statement + 1;
    let layer = layer_name(at.layer);
    match files.and_then(|files| files.file(at)) {
        Some(file) => format!("statement {number} of `{}` ({layer})", escape(file)),
        None => format!("statement {number} of {layer} {}", at.policy + 1),
    }
}

/// Returns why a request was decided as it was, on one line, escaped.
pub(crate) fn reason(decision: &Decision, files: Option<&dyn Files>) -> String {
    match decision.reason() {
        Reason::Statement => {
            let names: Vec<String> =
                decision.statements().map(|at| statement_name(at, files)).collect();
            let verb = match (decision.is_allowed(), names.len()) {
                (true, 0 | 1) => "allows",
                (true, _) => "allow",
                (false, _) => "denies",
            };
            format!("{} {verb} it", names.join(" and "))
        }
        Reason::NothingAllows(layer) => format!("no {} allows it", layer_name(layer)),
        Reason::Ownership => "the caller is the root of the account that owns the resource".into(),
        Reason::RootCannotAssumeRole => "the root of an account cannot assume a role".into(),
        Reason::ForeignResource => "the resource belongs to another account, and no policy of the \
                                    resource allows the caller"
            .into(),
        Reason::Poisoned(layer) => {
            format!("a policy of another kind stands in the place of a {}", layer_name(layer))
        }
        // A reason that this command does not know yet has words of its own.
        _ => escape(&decision.to_string()).into_owned(),
    }
}

/// Returns the stable word for a reason.
pub(crate) fn reason_code(decision: &Decision) -> &'static str {
    match decision.reason() {
        Reason::Statement => "statement",
        Reason::NothingAllows(_) => "nothing-allows",
        Reason::Ownership => "ownership",
        Reason::RootCannotAssumeRole => "root-cannot-assume-role",
        Reason::ForeignResource => "foreign-resource",
        Reason::Poisoned(_) => "misplaced-policy",
        _ => "other",
    }
}

/// Returns the stable word for a layer.
pub(crate) const fn layer_code(layer: Layer) -> &'static str {
    match layer {
        Layer::Control { .. } => "control",
        Layer::Session => "session",
        Layer::Account => "account",
        Layer::ResourceGroup => "resource_group",
        Layer::Resource => "resource",
    }
}

/// Returns why an operation was decided as it was, on one line, escaped.
pub(crate) fn operation_reason(decision: &OperationDecision, files: Option<&dyn Files>) -> String {
    let Some(failed) = decision.failed() else {
        return match decision.checks().len() {
            0 => "there is nothing to check".into(),
            1 => "the only check is allowed".into(),
            n => format!("all {n} checks are allowed"),
        };
    };
    let (action, resource) = decision
        .checks()
        .nth(failed.index)
        .map_or(("", ""), |(check, _)| (check.action, check.resource));
    format!(
        "check {} of {}, {} on {}, fails with {}: {}",
        failed.index + 1,
        decision.checks().len(),
        escape(action),
        escape(resource),
        failed.error.code(),
        reason(&failed.decision, files)
    )
}
