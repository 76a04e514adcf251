//! RAM9xx: style and housekeeping.
//!
//! The rules of style look at texts that are strict JSON only, so their fixes can move parts of
//! the text about; none of them changes a decision. The rules of housekeeping are about settings
//! and suppressions and look at no policy: `suppress.rs` asks them.

use ramguard_policy::text::Span;

use crate::edit;
use crate::fix::Edit;
use crate::rule::Rule;
use crate::subject::Subject;

pub(crate) mod element_order;
pub(crate) mod format;
pub(crate) mod scalar_or_list;
pub(crate) mod suppression_expired;
pub(crate) mod suppression_without_reason;
pub(crate) mod unknown_rule;
pub(crate) mod unsorted_list;
pub(crate) mod unused_suppression;

pub(crate) static RULES: &[&dyn Rule] = &[
    &element_order::ElementOrder,
    &scalar_or_list::ScalarOrList,
    &unsorted_list::UnsortedList,
    &format::Format,
    &unused_suppression::UnusedSuppression,
    &suppression_expired::SuppressionExpired,
    &suppression_without_reason::SuppressionWithoutReason,
    &unknown_rule::UnknownRule,
];

/// Puts the parts of a list in another order: what stands at `from` goes to `to`, pair by pair.
fn rearranged(subject: &Subject<'_>, moves: impl Iterator<Item = (Span, Span)>) -> Vec<Edit> {
    let text_at = |span: Span| subject.text().get(span.range()).unwrap_or_default();
    moves
        .filter(|(to, from)| text_at(*to) != text_at(*from))
        .map(|(to, from)| edit::replace(to, text_at(from)))
        .collect()
}
