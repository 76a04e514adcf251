//! RAM6xx: what is granted.
//!
//! The rules here look at one statement, with the triggers of section 1.3 of the language. What a
//! policy grants as a whole needs the exact set of requests and comes with it.

use ramguard_policy::{Effect, Kind};

use crate::rule::Rule;
use crate::subject::{StatementView, Subject, Word};

pub(crate) mod acs_service_value;
pub(crate) mod full_admin;
pub(crate) mod passrole_any_role;
pub(crate) mod passrole_any_service;
pub(crate) mod unscoped_write;

pub(crate) static RULES: &[&dyn Rule] = &[
    &full_admin::FullAdmin,
    &passrole_any_role::PassroleAnyRole,
    &passrole_any_service::PassroleAnyService,
    &acs_service_value::AcsServiceValue,
    &unscoped_write::UnscopedWrite,
];

/// The entry that grants every operation, if the statement is an unconditional Allow of
/// everything (RAM601). What else such a statement grants is a consequence.
pub(super) fn grants_everything<'a>(statement: &StatementView<'a>) -> Option<Word<'a>> {
    let is_everything = |word: &&Word<'_>| word.text.bytes().all(|b| matches!(b, b'*' | b':'));
    let is_open = statement.sound.is_some()
        && statement.effect == Some(Effect::Allow)
        && !statement.is_not_action
        && statement.is_unconditional()
        && statement.resource_words().iter().any(|word| word.text == "*");
    statement.action_words().iter().find(is_everything).copied().filter(|_| is_open)
}

/// The entries of identity policies that grant `ram:PassRole` by name or pattern, other than `*`
/// alone, and statements that grant everything left out.
pub(super) fn pass_role_grants<'s, 'a>(
    subject: &'s Subject<'a>,
) -> impl Iterator<Item = (&'s StatementView<'a>, Word<'a>)> {
    let pass_role = |word: &&Word<'_>| word.text != "*" && word.covers_action("ram:PassRole");
    subject
        .sound()
        .filter(|_| subject.kind() == Kind::Identity)
        .filter(|(view, statement)| {
            statement.effect() == Effect::Allow
                && !statement.is_not_action()
                && grants_everything(view).is_none()
        })
        .filter_map(move |(view, _)| {
            view.action_words().iter().find(pass_role).map(|word| (view, *word))
        })
}
