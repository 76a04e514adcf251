//! Instance RAM roles: which checks an operation of ECS needs, and what they come to.
//!
//! Whoever attaches, replaces or detaches the role of an instance, or creates an instance with
//! one, needs the ECS permission on every resource of the call and `ram:PassRole` on the role
//! (section 6 of the language).

mod authorize;
mod checks;
mod operation;

pub use authorize::{EcsError, FailedCheck, OperationDecision, OperationRequestError};
pub use checks::{Check, Checks};
pub use operation::{
    CreateInstances, DetachedRoles, InstanceOperation, OperationError, SessionPolicy,
};
