//! Whether a request is covered by an entry: its actions, its resource, its conditions.
//!
//! Always holds here: nothing allocates, and what an entry says is what the statement it was made of
//! says ([`StatementTest`](crate::compile::StatementTest), which the plain scan asks).

use std::cell::OnceCell;

use ramguard_match::{Case, Shape};
use ramguard_policy::condition::Truth;

use super::{ActionEntry, Entries, EntryKind, ResourceEntry, Run, is_open};
use crate::compile::Polarity;
use crate::compile::asked::{Asked, AskedArn};
use crate::compile::crowd::{Memo, effort};
use crate::compile::key::same;
use crate::steps;

/// Whether an action covers that of the request, or what the crowd says of all actions at once.
enum Listed {
    Own(bool),
    Statement(bool),
}

/// Whether a statement applies by way of one of its entries, and what that says of the others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::compile) enum Reply {
    /// It does.
    Applies,
    /// It lists the action, but this entry does not cover the resource.
    Listed,
    /// It does not, by way of any entry.
    NotAtAll,
}

impl Reply {
    /// Says what is the same for all entries of a statement.
    pub(in crate::compile) fn of_statement(applies: bool) -> Self {
        if applies { Self::Applies } else { Self::NotAtAll }
    }
}

impl Entries {
    /// Returns whether the statement of a resource entry, which
    /// [may cover](ResourceEntry::may_cover) the resource, applies by way of this entry: its actions
    /// cover the action, this entry covers the resource and its conditions hold. Actions that are
    /// known to do so from an entry before are not asked for again.
    #[inline]
    pub(in crate::compile) fn applies<'r>(
        &self,
        entry: &ResourceEntry,
        is_listed: bool,
        asked: &Asked<'r>,
        memo: &Memo<'r>,
    ) -> Reply {
        if entry.kind.is_special() {
            return Reply::of_statement(self.applies_special(entry, asked, memo));
        }
        if !is_listed && !self.lists_action(entry, asked, memo) {
            return Reply::NotAtAll;
        }
        if !entry.kind.is_any() && !self.covers(entry, asked, memo) {
            return Reply::Listed;
        }
        let holds = !entry.kind.is_conditional() || self.conditions_hold(entry, asked, memo);
        Reply::of_statement(holds)
    }

    /// Returns whether the statement applies by way of this entry to some relative id: everything
    /// [`Self::applies`] asks but that. Special statements are left open.
    pub(in crate::compile) fn may_apply<'r>(
        &self,
        entry: &ResourceEntry,
        asked: &Asked<'r>,
        memo: &Memo<'r>,
    ) -> bool {
        entry.kind.is_special()
            || (self.lists_action(entry, asked, memo)
                && (entry.kind.is_any()
                    || asked.arn().is_some_and(|arn| self.covers_fields(entry, asked, &arn)))
                && (!entry.kind.is_conditional() || self.conditions_hold(entry, asked, memo)))
    }

    /// Adds the entries, of all of the statement of this one, by way of which it may apply to some
    /// relative id.
    pub(in crate::compile) fn may_apply_by_any<'r>(
        &self,
        number: u32,
        asked: &Asked<'r>,
        memo: &Memo<'r>,
        open: &mut Vec<u32>,
    ) {
        let Some(entry) = self.resources.get(number as usize) else { return };
        if entry.kind.is_special() || entry.kind.is_any() {
            open.extend(self.may_apply(entry, asked, memo).then_some(number));
            return;
        }
        let statement = self.statements.get(entry.statement as usize);
        let Run { start, end } = statement.map(|own| own.resources).unwrap_or_default();
        let entries = (start..end).zip(self.resources_of(entry.statement));
        let may_apply = |(_, entry): &(u32, &ResourceEntry)| self.may_apply(entry, asked, memo);
        open.extend(entries.filter(may_apply).map(|(number, _)| number));
    }

    /// Returns whether the statement applies by way of this entry, if [`Self::may_apply`] says that
    /// it may.
    #[inline]
    pub(in crate::compile) fn applies_after_all<'r>(
        &self,
        entry: &ResourceEntry,
        asked: &Asked<'r>,
        memo: &OnceCell<Memo<'r>>,
    ) -> bool {
        if entry.kind.is_special() {
            return self.applies_special(entry, asked, memo.get_or_init(Memo::default));
        }
        entry.kind.is_any()
            || (entry.may_cover(asked.starts())
                && asked.arn().is_some_and(|arn| self.covers_id(entry, &arn)))
    }

    /// Returns whether the statement applies by way of any of its resource entries.
    pub(in crate::compile) fn applies_by_any<'r>(
        &self,
        entry: &ResourceEntry,
        asked: &Asked<'r>,
        memo: &Memo<'r>,
    ) -> bool {
        if entry.kind.is_special() {
            return self.applies_special(entry, asked, memo);
        }
        let rest = |memo| !entry.kind.is_conditional() || self.conditions_hold(entry, asked, memo);
        if !self.lists_action(entry, asked, memo) {
            return false;
        }
        let covers = |entry: &ResourceEntry| {
            entry.kind.is_any()
                || (entry.may_cover(asked.starts()) && self.covers(entry, asked, memo))
        };
        match self.resources_of(entry.statement) {
            _ if entry.kind.is_any() => rest(memo),
            [only] => covers(only) && rest(memo),
            resources => {
                // Each group that one of the resources is in leads here.
                if memo.by_any.has(entry.statement) {
                    return false;
                }
                let applies = resources.iter().any(covers) && rest(memo);
                if !applies {
                    memo.by_any.note(entry.statement);
                }
                applies
            }
        }
    }

    #[cold]
    fn applies_special<'r>(
        &self,
        entry: &ResourceEntry,
        asked: &Asked<'r>,
        memo: &Memo<'r>,
    ) -> bool {
        // Every resource leads to the statement, and the answer is the same by all of them.
        if memo.special.has(entry.actions) {
            return false;
        }
        let applies = self.special.get(entry.actions as usize).is_some_and(|test| {
            let request = asked.request();
            let covers = match memo.spend(test.effort()) {
                true => self.crowd.applies(memo, entry.crowd, asked),
                false => None,
            };
            covers.unwrap_or_else(|| test.covers_action(request) && test.covers_resource(request))
                && self.rest_holds(entry, asked, memo)
        });
        if !applies {
            memo.special.note(entry.actions);
        }
        applies
    }

    /// Returns whether a statement applies that covers action and resource.
    pub(in crate::compile) fn rest_holds<'r>(
        &self,
        entry: &ResourceEntry,
        asked: &Asked<'r>,
        memo: &Memo<'r>,
    ) -> bool {
        if entry.kind.is_special() {
            let test = self.special.get(entry.actions as usize);
            let names = test.map_or(Truth::Unknown, |test| test.names_caller(asked.request()));
            return names != Truth::False
                && entry
                    .polarity()
                    .settle(names.and(self.truth_of_conditions(entry, asked, memo)));
        }
        !entry.kind.is_conditional() || self.conditions_hold(entry, asked, memo)
    }

    /// Returns an entry of the first statement of this polarity that applies, if the crowd can
    /// tell.
    pub(in crate::compile) fn first_of_crowd<'r>(
        &self,
        polarity: Polarity,
        asked: &Asked<'r>,
        memo: &Memo<'r>,
    ) -> Option<Option<&ResourceEntry>> {
        let mut open = self.crowd.open(memo, asked, polarity)?;
        Some(open.find_map(|number| {
            steps::count(1);
            let entry = self.resources_of(number).first()?;
            self.rest_holds(entry, asked, memo).then_some(entry)
        }))
    }

    #[inline(always)]
    fn conditions_hold<'r>(
        &self,
        entry: &ResourceEntry,
        asked: &Asked<'r>,
        memo: &Memo<'r>,
    ) -> bool {
        entry.polarity().settle(self.truth_of_conditions(entry, asked, memo))
    }

    /// Returns what the conditions of the statement come to; for an Allow, what is unknown may be told
    /// as false.
    #[inline]
    fn truth_of_conditions<'r>(
        &self,
        entry: &ResourceEntry,
        asked: &Asked<'r>,
        memo: &Memo<'r>,
    ) -> Truth {
        match entry.polarity() {
            Polarity::Allow => self.conditions.hold::<true>(entry.conditions, asked, memo),
            Polarity::Deny => self.conditions.hold::<false>(entry.conditions, asked, memo),
        }
    }

    /// Rules.
    #[inline(always)]
    fn lists_action(&self, entry: &ResourceEntry, asked: &Asked<'_>, memo: &Memo<'_>) -> bool {
        if entry.kind.has(EntryKind::EVERY_ACTION) {
            return true;
        }
        if memo.is_tired()
            && let Some(lists) = self.crowd.lists(memo, entry.crowd, asked)
        {
            return lists;
        }
        steps::count(1);
        let starts = asked.starts();
        let is_not = entry.kind.has(EntryKind::NOT_ACTION);
        for action in self.actions_of(entry) {
            steps::count(1);
            if !action.may_cover(starts) {
                continue;
            }
            match self.fits_action(action, entry, asked, memo) {
                Listed::Own(false) => {}
                Listed::Own(true) => return !is_not,
                Listed::Statement(lists) => return lists,
            }
        }
        is_not
    }

    #[inline(never)]
    fn fits_action(
        &self,
        action: &ActionEntry,
        entry: &ResourceEntry,
        asked: &Asked<'_>,
        memo: &Memo<'_>,
    ) -> Listed {
        if action.is_bare() {
            return Listed::Own(true);
        }
        if self.crowd.is_there()
            && memo.spend(effort(action.is_slow, action.length.into()))
            && let Some(lists) = self.crowd.lists(memo, entry.crowd, asked)
        {
            return Listed::Statement(lists);
        }
        let text = asked.request().action();
        let bytes = text.as_bytes();
        let &ActionEntry { shape, text: start, length, .. } = action;
        Listed::Own(self.fits(shape, start, length, true, bytes, || text))
    }

    /// Returns whether the ARN of an entry, which [may cover](ResourceEntry::may_cover) the resource,
    /// does, or another one of the statement if the crowd is asked; see
    /// [`ResourceTest::matches`](crate::compile::ResourceTest::matches).
    #[inline]
    fn covers(&self, entry: &ResourceEntry, asked: &Asked<'_>, memo: &Memo<'_>) -> bool {
        let Some(arn) = &asked.arn() else { return false };
        let length = entry.length.into();
        if self.crowd.is_there()
            && memo.spend(effort(is_open(entry.shape, length), length))
            && let Some(covers) = self.crowd.covers(memo, entry.crowd, asked)
        {
            return covers;
        }
        self.covers_fields(entry, asked, arn) && self.covers_id(entry, arn)
    }

    /// Returns whether the relative id of an entry covers that of the resource.
    #[inline]
    fn covers_id(&self, entry: &ResourceEntry, arn: &AskedArn<'_>) -> bool {
        let &ResourceEntry { shape, id, length, .. } = entry;
        let text = || arn.bytes.relative_id_text();
        self.fits(shape, id, length, arn.is_ram, arn.bytes.relative_id(), text)
    }

    /// Returns whether service, region and account of an entry cover those of the resource.
    #[inline]
    fn covers_fields(&self, entry: &ResourceEntry, asked: &Asked<'_>, arn: &AskedArn<'_>) -> bool {
        let Some(fields) = self.fields.get(entry.fields) else { return false };
        let own = || self.arn_of(entry).as_bytes();
        fields.cover(own, entry.polarity(), asked.request().field_words(), &arn.bytes, arn.is_ram)
    }

    /// Returns whether `text`, whose bytes are `bytes`, fits the pattern of this length that stands
    /// at `start`, up to ASCII case if `fold`.
    #[inline]
    fn fits<'t>(
        &self,
        shape: Shape,
        start: u32,
        length: u16,
        fold: bool,
        bytes: &[u8],
        text: impl FnOnce() -> &'t str,
    ) -> bool {
        let at = start as usize;
        let own = self.text.as_bytes().get(at..at + usize::from(length));
        let own = own.unwrap_or_default();
        // Most patterns are literal, or so but for a star at the end.
        if shape.is_literal() {
            steps::count(1);
            return same(own, bytes, fold);
        }
        // The next most have one star, at the end or before it.
        if let Some(tail) = shape.tail_behind_stars() {
            let head = own.get(..shape.head_len()).unwrap_or_default();
            return match own.get(tail..) {
                Some([]) | None => {
                    steps::count(1);
                    bytes.get(..head.len()).is_some_and(|bytes| same(head, bytes, fold))
                }
                Some(tail) => fits_ends(head, tail, bytes, fold),
            };
        }
        self.fits_shape(shape, start, length, fold, text())
    }

    #[inline(never)]
    fn fits_shape(&self, shape: Shape, start: u32, length: u16, fold: bool, text: &str) -> bool {
        let case = if fold { Case::AsciiInsensitive } else { Case::Sensitive };
        shape.is_match(self.piece(start, 0, length), text, case)
    }
}

/// Returns whether `text` starts with `head` and ends with `tail` behind it, up to ASCII case if
/// `fold`.
#[inline(never)]
fn fits_ends(head: &[u8], tail: &[u8], text: &[u8], fold: bool) -> bool {
    steps::count(1);
    let Some((start, rest)) = text.split_at_checked(head.len()) else { return false };
    let end = rest.len().checked_sub(tail.len()).and_then(|at| rest.get(at..));
    // The first bytes were compared before this was asked, so the last one tells more. Bytes that
    // differ in more than the bit of 32 are not the two cases of a letter.
    let last = tail.last().zip(end.and_then(<[u8]>::last));
    last.is_none_or(|(tail, text)| (tail ^ text) & !0x20 == 0)
        && end.is_some_and(|end| same(tail, end, fold))
        && same(head, start, fold)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn head_and_tail_of_a_pattern_do_not_share_a_byte_of_the_text() {
        for (head, tail, text, expected) in [
            ("aba", "aba", "abaaba", true),
            ("aba", "aba", "abaxaba", true),
            ("aba", "aba", "ababa", false),
            ("aba", "aba", "ab", false),
            ("", "abc", "xabc", true),
            ("", "abc", "abd", false),
            ("", "abc", "xbc", false),
            ("x", "abc", "yabc", false),
            ("ecs:", "image", "ecs:runimage", true),
        ] {
            let fits = |text: &str, fold| {
                fits_ends(head.as_bytes(), tail.as_bytes(), text.as_bytes(), fold)
            };
            assert_eq!(fits(text, false), expected, "{head}*{tail} {text}");
            assert_eq!(fits(text, true), expected, "{head}*{tail} {text}");
            let loud = text.to_ascii_uppercase();
            assert_eq!(fits(&loud, true), expected, "{head}*{tail} {loud}");
            assert!(!fits(&loud, false), "{head}*{tail} {loud}");
        }
    }

    #[test]
    fn what_differs_in_the_bit_of_a_letter_alone_is_no_letter_for_that() {
        assert!(!fits_ends(b"", b"x@", b"x`", true));
        assert!(!fits_ends(b"", b"x\0", b"x ", true));
        assert!(fits_ends(b"", b"xz", b"xZ", true));
    }
}
