//! Reads Alibaba Cloud RAM policy documents strictly, keeps positions, and says what is wrong
//! where.
//!
//! A text becomes a [`Document`], which holds every problem that was found, and a [`Policy`] if
//! there was none. Nothing is decided here: that is the job of the crate `ramguard`.
//!
//! ```
//! use ramguard_policy::{Policy, ProblemCode};
//!
//! let error = Policy::parse(
//!     r#"{ "Version": "1", "Statement": [{
//!         "Effect": "Allow", "Action": "ecs: CreateInstance", "Resource": "*" }] }"#,
//! )
//! .unwrap_err();
//! let problem = &error.problems()[0];
//! assert_eq!(problem.code(), ProblemCode::InvalidActionFormat);
//! assert!(problem.help().is_some_and(|help| help.contains("`ecs:CreateInstance`")));
//! ```
//!
//! # Limits
//! Documents are refused past the size of their kind (6,144 bytes for an identity policy) and past
//! 32 levels of nesting; [`Limits`] sets both. At most [`Document::MAX_PROBLEMS`] problems are
//! kept of one document.
//!
//! # Features
//! `serde` adds `Serialize` and `Deserialize` for [`Policy`]. It changes no decision.
#![forbid(unsafe_code)]
// Nothing on the way to a decision may panic: these are errors here, and warnings elsewhere.
#![cfg_attr(
    not(test),
    deny(
        clippy::exit,
        clippy::expect_used,
        clippy::get_unwrap,
        clippy::indexing_slicing,
        clippy::panic,
        clippy::panic_in_result_fn,
        clippy::string_slice,
        clippy::todo,
        clippy::unimplemented,
        clippy::unreachable,
        clippy::unwrap_in_result,
        clippy::unwrap_used
    )
)]

pub mod condition;
mod document;
pub mod json;
mod kind;
mod limits;
pub mod name;
mod problem;
mod suggest;
pub mod text;

#[cfg(feature = "serde")]
pub use document::PolicySeed;
pub use document::{
    Document, Effect, Entries, Entry, Policy, ReadOptions, Statement, StatementPrincipal, Tested,
    quote_json,
};
pub use kind::{Kind, UnknownKind};
pub use limits::Limits;
pub use problem::{PolicyError, Problem, ProblemCode, ProblemKind, Related};
