//! The language once more, slowly: an evaluator whose only virtue is that it reads like its
//! specification.
//!
//! [`evaluate`] answers a case of the conformance files, [`document::reject_codes`] judges a
//! document. Nothing here is compiled, indexed, cached or shared with the engine; every question
//! goes back to the JSON it was written in. Disagreement with the engine is a fault of one of the
//! two, and settled by the rule both cite.

pub mod address;
mod chain;
pub mod condition;
pub mod document;
pub mod instant;
pub mod json;
pub mod number;
mod operation;
pub mod principal;
pub mod resource;
pub mod truth;
pub mod wildcard;
pub mod witness;

use serde_json::Value;

/// What became of a case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Some statement allows it and none denies it.
    Allow,
    /// Some statement denies it.
    ExplicitDeny,
    /// No statement allows it.
    ImplicitDeny,
    /// A document or the request is malformed, which counts as [`Outcome::ImplicitDeny`]. Rule
    /// E-2 step 0, decisions D-42 and D-45. The text says what.
    Error(String),
}

impl Outcome {
    /// Returns the decision, with an error taken for the denial it is.
    #[must_use]
    pub fn decision(self) -> Outcome {
        match self {
            Outcome::Error(_) => Outcome::ImplicitDeny,
            decided => decided,
        }
    }

    /// Returns the name the conformance files use for the decision.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Outcome::Allow => "Allow",
            Outcome::ExplicitDeny => "ExplicitDeny",
            Outcome::ImplicitDeny | Outcome::Error(_) => "ImplicitDeny",
        }
    }
}

/// The settings a host may choose. Section 12.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
    /// Whether `NotResource` is read as the complement of `Resource`. Decision D-05.
    pub legacy_not_resource: bool,
    /// Whether taking a role from an instance needs `ram:PassRole` as well. Decision D-36.
    pub detach_requires_passrole: bool,
    /// Whether attaching and detaching are checked on the role too. Decision D-38.
    pub attach_checks_role_resource: bool,
    /// Whether the owner of an account is above its own policies. Decision D-34. Without it the
    /// owner goes through the chain like a user of the account.
    pub root_bypass: bool,
}

impl Default for Options {
    fn default() -> Options {
        Options {
            legacy_not_resource: false,
            detach_requires_passrole: true,
            attach_checks_role_resource: true,
            root_bypass: true,
        }
    }
}

impl Options {
    /// Reads the `options` of a case; what is not named there keeps its default.
    ///
    /// # Errors
    ///
    /// One sentence when an option is unknown or not a Boolean.
    pub fn read(options: Option<&Value>) -> Result<Options, String> {
        let mut read = Options::default();
        let Some(options) = options else { return Ok(read) };
        for (name, value) in options.as_object().ok_or("the options are not an object")? {
            let slot = match name.as_str() {
                "legacy_not_resource" => &mut read.legacy_not_resource,
                "detach_requires_passrole" => &mut read.detach_requires_passrole,
                "attach_checks_role_resource" => &mut read.attach_checks_role_resource,
                "root_bypass" => &mut read.root_bypass,
                _ => return Err(format!("option `{name}` is unknown")),
            };
            *slot = value.as_bool().ok_or_else(|| format!("option `{name}` is not a Boolean"))?;
        }
        Ok(read)
    }
}

/// Decides a case of the format of the conformance files.
///
/// Never fails: what is malformed answers [`Outcome::Error`]. Takes time and room in proportion to
/// the product of pattern and text, for every pattern of the case.
#[must_use]
pub fn evaluate(case: &Value) -> Outcome {
    chain::decide(case).unwrap_or_else(Outcome::Error)
}

/// Returns every reject code of section 1.3 that a text earns as a document of the kind of that
/// name (`identity`, `session`, `control`, `trust`, `bucket`), sorted; none for one that loads.
///
/// A kind that does not exist earns `data-type-mismatch`.
#[must_use]
pub fn reject_codes(text: &str, kind: &str) -> Vec<&'static str> {
    match document::Kind::named(kind) {
        Some(kind) => document::reject_codes(text, kind),
        None => vec!["data-type-mismatch"],
    }
}
