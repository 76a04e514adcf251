//! Answers whether a text fits a wildcard pattern, for one pattern or for many.
//!
//! In a pattern `*` is any run of characters including none, `?` is exactly one character, and
//! everything else is itself; a pattern matches a whole text. [`Pattern`] is one of them,
//! [`PatternSet`] is many that are asked together. Both patterns and texts may come from an enemy:
//! a pattern takes a small multiple of its own length plus the length of the text (see
//! [`Pattern::is_match`] for the one exception), nothing recurses and nothing panics.
//!
//! ```
//! use ramguard_match::{Case, Pattern};
//!
//! let pattern = Pattern::new("logs/*/2024-??.txt", Case::Sensitive);
//! assert!(pattern.is_match("logs/web/eu/2024-11.txt"));
//! assert!(!pattern.is_match("logs/web/eu/2024-11.txt.gz"));
//! ```
//!
//! # Limits
//! A pattern and a text may have any length. A set indexes patterns up to a total length of 4 GiB
//! and checks those that come later, or behind one of 16 MiB or more, one by one.
//!
//! # Features
//! * `steps` adds the module `steps`, which counts the work done, for tests. It changes no answer.
//!
//! # Not covered
//! Escapes, character classes, alternatives, and anything between separators: a star runs over
//! `:` and `/` like over any other character. Letters outside ASCII have no case here.
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

mod pattern;
mod run;
mod set;
mod shape;
#[cfg(feature = "steps")]
pub mod steps;
#[cfg(not(feature = "steps"))]
mod steps;
mod window;
mod word;

pub use pattern::{Case, Pattern};
pub use set::{Matches, PatternSet};
pub use shape::Shape;
pub use word::same_bytes;
