//! The `ramguard` command.

fn main() {}
