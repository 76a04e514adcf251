//! Whether a request is covered by an entry: its actions, its resource, its conditions.
//!
//! Always holds here: nothing allocates, and what an entry says is what the statement it was made of
//! says ([`StatementTest`](crate::compile::StatementTest), which the plain scan asks).

use ramguard_match::{Case, Shape};
use ramguard_policy::Policy;
use ramguard_policy::condition::Truth;

use super::{ActionEntry, Entries, EntryKind, MOST_CONDITIONS, ResourceEntry};
use crate::compile::asked::{Asked, AskedArn};
use crate::compile::crowd::Memo;
use crate::compile::key::{in_first_bytes, same};
use crate::compile::statement::evaluate_key;
use crate::steps;

impl Entries {
    /// Returns whether the statement of a resource entry applies by way of this entry: its actions
    /// cover the action, this entry covers the resource and its conditions hold.
    #[inline]
    pub(in crate::compile) fn applies<'r>(
        &self,
        entry: &ResourceEntry,
        asked: &Asked<'r>,
        memo: &Memo<'r>,
        policies: &[Policy],
    ) -> bool {
        if entry.kind.is_special() {
            return self.applies_special(entry, asked, memo, policies);
        }
        self.lists_action(entry, asked, memo)
            && (entry.kind.is_any() || self.covers(entry, asked, memo))
            && (!entry.kind.is_conditional() || self.conditions_hold(entry, asked, memo))
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

    /// Returns whether the statement applies, if [`Self::may_apply`] says that it may.
    pub(in crate::compile) fn applies_after_all<'r>(
        &self,
        entry: &ResourceEntry,
        asked: &Asked<'r>,
        memo: &Memo<'r>,
        policies: &[Policy],
    ) -> bool {
        if entry.kind.is_special() {
            return self.applies_special(entry, asked, memo, policies);
        }
        let Some(arn) = asked.arn() else { return entry.kind.is_any() };
        entry.kind.is_any()
            || (in_first_bytes(asked.starts().id ^ entry.word, entry.counted) == 0
                && self.covers_id(entry, &arn))
    }

    /// Returns whether the statement applies by way of any of its resource entries.
    pub(in crate::compile) fn applies_by_any<'r>(
        &self,
        entry: &ResourceEntry,
        asked: &Asked<'r>,
        memo: &Memo<'r>,
        policies: &[Policy],
    ) -> bool {
        if entry.kind.is_special() {
            return self.applies_special(entry, asked, memo, policies);
        }
        let rest = |memo| !entry.kind.is_conditional() || self.conditions_hold(entry, asked, memo);
        if !self.lists_action(entry, asked, memo) {
            return false;
        }
        match self.resources_of(entry.statement) {
            _ if entry.kind.is_any() => rest(memo),
            [only] => (only.kind.is_any() || self.covers(only, asked, memo)) && rest(memo),
            resources => {
                // Each group that one of the resources is in leads here.
                if memo.by_any.has(entry.statement) {
                    return false;
                }
                let mut resources = resources.iter();
                let applies =
                    resources.any(|e| e.kind.is_any() || self.covers(e, asked, memo)) && rest(memo);
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
        policies: &[Policy],
    ) -> bool {
        // Every resource leads to the statement, and the answer is the same by all of them.
        if memo.special.has(entry.actions) {
            return false;
        }
        let test = self.special.get(entry.actions as usize);
        let applies = test.is_some_and(|test| test.applies(asked.request(), policies));
        if !applies {
            memo.special.note(entry.actions);
        }
        applies
    }

    /// Rules C-1 and C-11; see [`StatementTest::applies`](crate::compile::StatementTest::applies).
    fn conditions_hold<'r>(
        &self,
        entry: &ResourceEntry,
        asked: &Asked<'r>,
        memo: &Memo<'r>,
    ) -> bool {
        let run = entry.conditions;
        let conditions = self.conditions.get(run.start as usize..run.end as usize);
        let conditions = conditions.unwrap_or_default();
        let are_many = conditions.len() > MOST_CONDITIONS;
        let mut all = Truth::True;
        for condition in conditions {
            steps::count(1);
            let known = self.keys.get(condition.key as usize);
            let (key, bit) = known.map_or(("", 0), |(key, bit)| (key, *bit));
            // An absent key meets a negated operator and fails any other (rule C-3).
            if are_many && condition.is_negated && !memo.may_have_key(bit, asked.request()) {
                continue;
            }
            all = all.and(evaluate_key(key, &condition.test, asked.request(), memo.readings()));
            if all == Truth::False {
                return false;
            }
        }
        entry.polarity().settle(all)
    }

    /// Rules.
    #[inline]
    fn lists_action(&self, entry: &ResourceEntry, asked: &Asked<'_>, memo: &Memo<'_>) -> bool {
        if entry.kind.has(EntryKind::EVERY_ACTION) {
            return true;
        }
        let start = entry.actions as usize;
        let actions = self.actions.get(start..start + usize::from(entry.action_count));
        steps::count(1);
        let name = asked.starts().name;
        let is_listed = actions.unwrap_or_default().iter().any(|action| {
            steps::count(1);
            in_first_bytes(name ^ action.word, action.counted) == 0
                && self.fits_action(action, asked, memo)
        });
        is_listed != entry.kind.has(EntryKind::NOT_ACTION)
    }

    #[inline(never)]
    fn fits_action(&self, action: &ActionEntry, asked: &Asked<'_>, memo: &Memo<'_>) -> bool {
        if action.is_bare() {
            return true;
        }
        self.crowd.lists(memo, action.crowd, asked).unwrap_or_else(|| {
            let text = asked.request().action();
            self.fits(action.shape, action.text, action.length, true, text.as_bytes(), || text)
        })
    }

    /// Returns whether the ARN of an entry covers the resource; see
    /// [`ResourceTest::matches`](crate::compile::ResourceTest::matches).
    #[inline]
    fn covers(&self, entry: &ResourceEntry, asked: &Asked<'_>, memo: &Memo<'_>) -> bool {
        let Some(arn) = &asked.arn() else { return false };
        if in_first_bytes(asked.starts().id ^ entry.word, entry.counted) != 0 {
            return false;
        }
        match self.crowd.covers(memo, entry.crowd, asked, arn) {
            Some(covers) if !(covers && arn.is_ram) => return covers,
            _ => {}
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
        if let [head @ .., b'*'] = own
            && head.len() == shape.head_len()
        {
            steps::count(1);
            return bytes.get(..head.len()).is_some_and(|bytes| same(head, bytes, fold));
        }
        self.fits_shape(shape, start, length, fold, text())
    }

    #[inline(never)]
    fn fits_shape(&self, shape: Shape, start: u32, length: u16, fold: bool, text: &str) -> bool {
        let case = if fold { Case::AsciiInsensitive } else { Case::Sensitive };
        shape.is_match(self.piece(start, 0, length), text, case)
    }
}
