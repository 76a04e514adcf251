//! What must hold whatever the input: each law is one function, called from proptest, from the fuzz
//! targets and from the replay of `fuzz/regressions`.
//!
//! Always true here: a law answers `Ok` or says in one text what broke it and on what; it never
//! panics by itself, so a panic is a find in the code it judges. The oracles it asks take time in
//! the product of their inputs, so callers keep inputs to a few kilobytes.

mod deciding;
mod explaining;
mod fixing;
mod laying_out;
mod matching;
mod operating;
mod reading;
mod reordering;
mod sealing;
pub mod target;

pub use deciding::{
    case_line_is_judged_alike, deny_never_allows, engine_agrees, order_changes_nothing,
    rewriting_changes_nothing,
};
pub use explaining::explanation_agrees;
pub use fixing::{Fixed, decide_alone, fixes_of_a_case_change_nothing, safe_fixes_change_nothing};
pub use laying_out::{canonical_form_changes_nothing, layout_keeps_every_token};
pub use matching::{match_agrees, set_agrees};
pub use operating::{world_files_are_judged, world_stays_sound};
pub use reading::{json_agrees, load_agrees, serde_agrees, writing_reads_back};
pub use sealing::{no_bytes_are_a_token, token_leads_back};

/// What a law answers: nothing, or what broke it.
pub type Verdict = Result<(), String>;

/// A message is one line in which every character is visible, whatever it quotes.
fn is_message(text: &str) -> bool {
    !text.is_empty() && !text.contains(ramguard_policy::text::is_unsafe)
}

/// Answers `Ok` if `holds`, else what `broken` says.
fn law(holds: bool, broken: impl FnOnce() -> String) -> Verdict {
    if holds { Ok(()) } else { Err(broken()) }
}
