//! What must hold whatever the input: each law is one function, called from proptest, from the fuzz
//! targets and from the replay of `fuzz/regressions`.
//!
//! Always true here: a law answers `Ok` or says in one text what broke it and on what; it never
//! panics by itself, so a panic is a find in the code it judges. The oracles it asks take time in
//! the product of their inputs, so callers keep inputs to a few kilobytes.

mod deciding;
mod matching;
mod reading;
mod reordering;
pub mod target;

pub use deciding::{
    case_line_is_judged_alike, deny_never_allows, engine_agrees, order_changes_nothing,
    rewriting_changes_nothing,
};
pub use matching::{match_agrees, set_agrees};
pub use reading::{json_agrees, load_agrees, serde_agrees, writing_reads_back};

/// What a law answers: nothing, or what broke it.
pub type Verdict = Result<(), String>;

/// Answers `Ok` if `holds`, else what `broken` says.
fn law(holds: bool, broken: impl FnOnce() -> String) -> Verdict {
    if holds { Ok(()) } else { Err(broken()) }
}
