//! What exists on Alibaba Cloud: services, actions, resources and condition keys, as compact
//! tables.
//!
//! The tables are generated from public documents and lists of APIs and stand in the program as
//! bytes: a look-up is a step or two in a table of slots, or a binary search, and nothing is read
//! or allocated when a program starts.
//!
//! ```
//! use ramguard_catalog::{AccessLevel, service};
//!
//! let stop = service("ecs").and_then(|ecs| ecs.action("stopinstance")).unwrap();
//! assert_eq!(stop.to_string(), "ecs:StopInstance");
//! assert_eq!(stop.level(), Some(AccessLevel::Write));
//! assert!(stop.templates().any(|arn| arn.ends_with(":instance/${InstanceId}")));
//! ```
//!
//! # What is documented and what is derived
//! The data is extracted, not official, and not complete: a missing name may exist all the same.
//! [`Action::level_basis`] and [`Action::template_basis`] say whether an access level or an ARN
//! was found in a document or derived by rule, [`Action::origin`] where a name was found, and
//! [`Known::SeenInPolicies`] marks names that only published policies use. Derived facts are good
//! for a hint and never for a decision.
//!
//! # Limits
//! The tables take less than 2 MiB of the program. Names longer than 64 bytes get no suggestion.
#![forbid(unsafe_code)]

mod action;
mod catalog;
mod key;
mod names;
mod nearest;
mod service;
mod slot;
mod table;

pub use action::{AccessLevel, Action, Basis, Origin};
pub use catalog::{Catalog, Known};
pub use key::{ConditionKey, KeyType, condition_key, condition_keys};
pub use names::{
    PassRole, alias, is_region, is_service_principal, misnamed, passrole, passrole_actions,
    regions, renamed, service_principals,
};
pub use nearest::nearest;
pub use service::{Granularity, Service, service, services};

/// The day the data was taken together, `YYYY-MM-DD`.
pub const DATE: &str = include_str!("generated/date.txt").trim_ascii_end();
