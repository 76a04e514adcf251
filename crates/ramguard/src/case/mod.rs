//! Test cases: policies, a request, and the outcome that is expected.
//!
//! One JSON object a case, in the format of the conformance files (section 11 of the language):
//! any implementation can run them, and users write tests of their own policies in it.
//!
//! ```
//! use ramguard::case::Case;
//!
//! let case = Case::parse(
//!     r#"{ "id": "stop", "policy": { "Version": "1", "Statement": [{
//!            "Effect": "Allow", "Action": "ecs:StopInstance", "Resource": "*" }] },
//!          "request": { "action": "ecs:StopInstance", "resource": "*" }, "expect": "Allow" }"#,
//! )?;
//! assert!(case.run()?.passed(&case));
//! # Ok::<(), ramguard::case::CaseError>(())
//! ```

mod form;
mod run;

pub use form::{CaseRequest, ContextForm, OperationForm, PrincipalForm, SemanticsForm};
pub use run::{Case, CaseError, CasePolicies, CaseResult, Got};
