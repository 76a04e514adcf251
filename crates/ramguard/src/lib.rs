//! Decides requests against Alibaba Cloud RAM policies, inside your process.
//!
//! Give [`Authorizer`] the policies in force for a caller, then ask it about one [`Request`] at a
//! time. The [`Decision`] says allowed, denied by a statement, or allowed by none, and names the
//! statements that settled it.
//!
//! Nothing here opens a file, reads a clock or starts a thread. What a condition looks at, the
//! caller puts into the request, so equal inputs give equal decisions everywhere.
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

#[cfg(feature = "serde")]
pub mod case;
mod compile;
mod context;
mod decide;
mod decision;
pub mod explain;
mod principal;
mod request;
pub mod role;
mod semantics;
#[cfg(feature = "steps")]
pub mod steps;
#[cfg(not(feature = "steps"))]
mod steps;
pub mod store;

pub use compile::{CompiledPolicy, Poison, PolicySet, Scan};
pub use context::{Context, ContextEntry, Values};
pub use decide::{Authorizer, Layers};
pub use decision::{Decision, Denial, Layer, Outcome, Reason, StatementRef};
pub use principal::{Principal, PrincipalKind};
pub use ramguard_policy::{self as policy, Kind, Policy, PolicyError, ReadOptions};
pub use request::{Mode, Request, RequestError};
pub use semantics::{CreationChecks, Semantics};
