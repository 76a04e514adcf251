//! The names a policy holds: actions, resources and principals.
//!
//! Each has a small grammar of its own. Nothing is repaired: a name with a blank is refused, never
//! trimmed, since a Deny with a name that matches nothing would be inert (decision D-07).

pub mod action;
pub(crate) mod byte;
pub mod principal;
pub mod resource;
