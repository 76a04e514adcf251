//! Whether a request is covered by an entry: its actions, its resource, its conditions.
//!
//! Always holds here: nothing allocates, and what an entry says is what the statement it was made of
//! says ([`StatementTest`](crate::compile::StatementTest), which the plain scan asks).

use ramguard_match::{Case, Shape};
use ramguard_policy::Policy;
use ramguard_policy::condition::Truth;

use super::{Entries, EntryKind, Form, MOST_CONDITIONS, ResourceEntry};
use crate::compile::Polarity;
use crate::compile::asked::{Asked, AskedArn};
use crate::compile::crowd::Memo;
use crate::compile::key::{lowest_bytes, same};
use crate::compile::statement::evaluate_key;
use crate::request::ArnBytes;
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
                    || asked
                        .arn
                        .as_ref()
                        .is_some_and(|arn| covers_fields(entry, self.arn_of(entry), arn)))
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
        let Some(arn) = &asked.arn else { return entry.kind.is_any() };
        entry.kind.is_any() || self.covers_id(entry, arn)
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
        let is_listed = actions.unwrap_or_default().iter().any(|action| {
            steps::count(1);
            if (asked.name_word ^ action.word) & lowest_bytes(action.counted.into()) != 0 {
                return false;
            }
            if action.is_bare() {
                return true;
            }
            self.crowd.lists(memo, action.crowd, asked).unwrap_or_else(|| {
                let text = asked.request().action();
                self.fits::<true>(action.shape, action.text, 0, action.length, text)
            })
        });
        is_listed != entry.kind.has(EntryKind::NOT_ACTION)
    }

    /// Returns whether the ARN of an entry covers the resource; see
    /// [`ResourceTest::matches`](crate::compile::ResourceTest::matches).
    #[inline]
    fn covers(&self, entry: &ResourceEntry, asked: &Asked<'_>, memo: &Memo<'_>) -> bool {
        let Some(arn) = &asked.arn else { return false };
        if (arn.word ^ entry.word) & lowest_bytes(entry.counted.into()) != 0 {
            return false;
        }
        match self.crowd.covers(memo, entry.crowd, asked, arn) {
            Some(covers) if !(covers && arn.is_ram) => return covers,
            _ => {}
        }
        self.covers_id(entry, arn) && covers_fields(entry, self.arn_of(entry), arn)
    }

    /// Returns the ARN of an entry.
    #[inline]
    fn arn_of(&self, entry: &ResourceEntry) -> &[u8] {
        let start = entry.text as usize;
        let arn = self.text.as_bytes().get(start..start + usize::from(entry.length));
        arn.unwrap_or_default()
    }

    /// Returns whether the relative id of an entry covers that of the resource.
    #[inline]
    fn covers_id(&self, entry: &ResourceEntry, arn: &AskedArn<'_>) -> bool {
        if (arn.word ^ entry.word) & lowest_bytes(entry.counted.into()) != 0 {
            return false;
        }
        let (from, to, text) = (entry.account_end + 1, entry.length, arn.bytes.relative_id);
        if arn.is_ram {
            self.fits::<true>(entry.shape, entry.text, from, to, text)
        } else {
            self.fits::<false>(entry.shape, entry.text, from, to, text)
        }
    }

    /// Returns whether `text` fits the pattern that stands `from` to `to` behind `start`, up to
    /// ASCII case if `FOLD`.
    #[inline]
    fn fits<const FOLD: bool>(
        &self,
        shape: Shape,
        start: u32,
        from: u16,
        to: u16,
        text: &str,
    ) -> bool {
        let at = start as usize;
        let own = self.text.as_bytes().get(at + usize::from(from)..at + usize::from(to));
        let own = own.unwrap_or_default();
        let bytes = text.as_bytes();
        // Most patterns are literal, or so but for a star at the end.
        if shape.is_literal() {
            steps::count(1);
            return same::<FOLD>(own, bytes);
        }
        if let [head @ .., b'*'] = own
            && head.len() == shape.head_len()
        {
            steps::count(1);
            return bytes.get(..head.len()).is_some_and(|bytes| same::<FOLD>(head, bytes));
        }
        let case = if FOLD { Case::AsciiInsensitive } else { Case::Sensitive };
        shape.is_match(self.piece(start, from, to), text, case)
    }
}

/// Returns whether service, region and account fit; `own` is the ARN of the entry.
#[inline]
fn covers_fields(entry: &ResourceEntry, own: &[u8], arn: &AskedArn<'_>) -> bool {
    let &ResourceEntry { service_end, region_end, account_end, forms, .. } = entry;
    let own = |from: usize, to: u16| own.get(from..to.into()).unwrap_or_default();
    let own_region = || own(usize::from(service_end) + 1, region_end);
    let own_account = || own(usize::from(region_end) + 1, account_end);
    // The region of a RAM resource is blank: an Allow has to match that, a Deny need not look
    // (rule R-7).
    let fits_region = || match (arn.is_ram, entry.polarity()) {
        (false, _) => fits_field(forms.region, own_region(), arn.bytes.region()),
        (true, Polarity::Allow) => fits_field(forms.region, own_region(), &[]),
        (true, Polarity::Deny) => true,
    };
    fits_field(forms.service, own(ArnBytes::SERVICE_AT, service_end), arn.bytes.service())
        && (forms.account == Form::Any
            || fits_field(forms.account, own_account(), arn.bytes.account()))
        && (forms.region == Form::Any || fits_region())
}

#[inline]
fn fits_field(form: Form, own: &[u8], text: &[u8]) -> bool {
    match form {
        Form::Any => true,
        Form::Literal => same::<true>(own, text),
        Form::Pattern => fits_pattern(own, text),
    }
}

#[inline(never)]
fn fits_pattern(own: &[u8], text: &[u8]) -> bool {
    // Fields are what lies between two colons of a text.
    let str_of = |bytes| std::str::from_utf8(bytes).unwrap_or_default();
    let (own, text) = (str_of(own), str_of(text));
    Shape::of(own).is_match(own, text, Case::AsciiInsensitive)
}
