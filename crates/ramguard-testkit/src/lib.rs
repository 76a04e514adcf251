//! The judge of RamGuard: textbook oracles, generators, laws, corpora (never published)

pub mod corpus;
pub mod generate;
pub mod laws;
pub mod oracle;
pub mod workload;
pub mod worst;

/// The Rust examples of the README, run as documentation tests.
#[cfg(doctest)]
#[doc = include_str!("../../../README.md")]
pub struct Readme;
