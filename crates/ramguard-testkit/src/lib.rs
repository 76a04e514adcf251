//! The judge of RamGuard: textbook oracles, generators, laws, corpora (never published)

pub mod corpus;
pub mod generate;
pub mod laws;
pub mod oracle;
pub mod workload;
