//! Lint rules for Alibaba Cloud RAM policies: what RAM will refuse, what loads but never matches,
//! what grants too much.
//!
//! Give a [`Linter`] a text and it returns [`Finding`]s in the order of the text, each with the
//! place, the reason and, where it can be written down, the way out. What the loader refuses is
//! said once, in the words of a rule, and keeps the loader's own name in
//! [`Finding::diagnostic`].
//!
//! ```
//! use ramguard_lint::{Lang, Linter, Settings};
//! use ramguard_policy::Kind;
//!
//! let linter = Linter::new(Settings::new());
//! let findings = linter.lint(
//!     Kind::Identity,
//!     r#"{ "Version": "1", "Statement": [{
//!         "Effect": "Allow", "Action": "ram:PassRole", "Resource": "*" }] }"#,
//! );
//! let first = &findings[0];
//! assert_eq!((first.code().to_string().as_str(), first.pointer()), ("RAM604", "/Statement/0/Action"));
//! assert_eq!(first.message(Lang::En), "can pass any role of the account to a service");
//! ```
//!
//! # Limits
//! Texts longer than 1 MiB are not read ([`MAX_READ_BYTES`], RAM107); at most
//! [`Linter::MAX_FINDINGS`] findings are kept of one document.
//!
//! # Not covered
//! Rules that need the exact set of requests a policy is about, or a snapshot of an account, are
//! known by code ([`registry::reserved`]) and not written yet: see [`Needs`].
#![forbid(unsafe_code)]

mod chinese;
mod code;
mod date;
mod edit;
mod finding;
pub mod fix;
pub mod layout;
mod level;
mod linter;
mod loader;
mod marks;
pub mod message;
mod overlap;
pub mod registry;
mod rule;
mod rules;
mod settings;
mod split;
mod subject;
pub mod suppress;
mod zone;

pub use code::{Category, Code, NotACode};
pub use date::{Date, NotADate};
pub use finding::{Finding, RelatedPlace};
pub use fix::{Applicability, Edit, Fix, FixError};
pub use level::{Confidence, Level, Preset, Severity};
pub use linter::Linter;
pub use message::Lang;
pub use rule::{Meta, Needs};
pub use settings::{MAX_READ_BYTES, Selector, Settings, SingleValue, UnknownRule};
pub use zone::{NotAZone, Zone};
