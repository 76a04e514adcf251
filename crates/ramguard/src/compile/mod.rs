//! Policies made ready to decide with.
//!
//! Work that does not depend on the request is done here, once: patterns are cut, cases folded,
//! principals read. What is left for a decision is comparing.

mod asked;
mod batch;
mod build;
mod crowd;
mod entry;
mod fields;
mod index;
mod key;
mod principal;
mod resource;
mod scan;
mod shared;
mod small;
mod statement;
mod table;
mod unit;

use ramguard_match::{Case, Pattern};
use ramguard_policy::{Kind, Policy};

use crate::{Outcome, Request, StatementRef};
pub(crate) use asked::Asked;
pub(crate) use batch::Batch;
pub(crate) use fields::FieldWords;
pub(crate) use key::{Field, Seeds, folded_back, folded_end, folded_word, lowest_bytes};
pub(crate) use principal::PrincipalTest;
pub(crate) use resource::ResourceTest;
pub use scan::Scan;
pub use shared::CompiledPolicy;
pub(crate) use shared::{NearUnits, SharedUnits};
pub(crate) use small::service_number;
pub(crate) use statement::{Polarity, StatementTest, evaluate};
use unit::Unit;

/// Why a set of policies cannot be decided with: one document of the wrong kind poisons it, since
/// it could hold a Deny (poison rule, decision D-42).
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("policy {document} is a {kind} policy, which does not belong in this place")]
pub struct Poison {
    /// The number of the policy in its set, from 0.
    pub document: usize,
    /// Its kind.
    pub kind: Kind,
}

/// Policies that are evaluated as one unit (rule E-1), compiled once and shared.
///
/// Cheap to share: put it in an [`std::sync::Arc`] and hand it to as many
/// [`Authorizer`](crate::Authorizer)s as need it.
#[derive(Clone, Debug, Default)]
pub struct PolicySet {
    policies: Vec<Policy>,
    units: Units,
}

/// The compiled form of the policies of a set.
#[expect(
    clippy::large_enum_variant,
    reason = "a merged unit in a place of its own would be waited for once more"
)]
#[derive(Clone, Debug)]
enum Units {
    /// All of them in one.
    Merged(Unit),
    /// Each by itself, shared with other sets, in order.
    Shared(SharedUnits),
    /// None: past 2 GiB of names a set is scanned.
    None,
}

impl Default for Units {
    fn default() -> Self {
        Self::Shared(SharedUnits::default())
    }
}

/// What a unit of policies says, and which statement said it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    ExplicitDeny(StatementAt),
    Allow(StatementAt),
    ImplicitDeny,
}

/// Where a statement stands in its set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct StatementAt {
    pub(crate) document: u32,
    pub(crate) statement: u32,
}

impl StatementAt {
    fn new(document: usize, statement: usize) -> Self {
        // A policy has fewer statements than bytes, and no set holds 2^32 documents.
        let fit = |n| u32::try_from(n).unwrap_or(u32::MAX);
        Self { document: fit(document), statement: fit(statement) }
    }
}

impl PolicySet {
    /// Compiles policies into one unit.
    #[must_use]
    pub fn new(policies: impl IntoIterator<Item = Policy>) -> Self {
        let policies: Vec<Policy> = policies.into_iter().collect();
        let units = Unit::new(&policies).map_or(Units::None, Units::Merged);
        Self { policies, units }
    }

    /// Up to this many policies are kept each by itself by [`PolicySet::of_shared`].
    pub const MOST_SHARED: usize = 16;

    /// Puts policies that are compiled already into one unit.
    ///
    /// Nothing is compiled, so the set costs a few words a policy, and a decision asks one policy
    /// after the other. More than [`PolicySet::MOST_SHARED`] are compiled together after all, as a
    /// decision would have to ask too many.
    #[must_use]
    pub fn of_shared(policies: impl IntoIterator<Item = CompiledPolicy>) -> Self {
        let compiled: Vec<CompiledPolicy> = policies.into_iter().collect();
        let policies: Vec<Policy> = compiled.iter().map(|one| one.policy().clone()).collect();
        if policies.len() > Self::MOST_SHARED {
            return Self::new(policies);
        }
        let units = SharedUnits::new(compiled).map_or(Units::None, Units::Shared);
        Self { policies, units }
    }

    /// Returns the set with another policy in place of number `index`; `None` if there is none.
    #[must_use]
    pub fn with_replaced(&self, index: usize, policy: CompiledPolicy) -> Option<Self> {
        let mut policies = self.policies.clone();
        *policies.get_mut(index)? = policy.policy().clone();
        if let Units::Shared(units) = &self.units {
            let mut units = units.clone();
            if units.replace(index, policy) {
                return Some(Self { policies, units: Units::Shared(units) });
            }
        }
        Some(Self::new(policies))
    }

    /// Returns the policies, in the order given.
    #[must_use]
    pub fn policies(&self) -> &[Policy] {
        &self.policies
    }

    /// Returns how many statements there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.policies.iter().map(Policy::len).sum()
    }

    /// Returns whether there is no statement.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Returns the first policy whose kind is not among `kinds`.
    pub(crate) fn poison(&self, kinds: &[Kind]) -> Option<Poison> {
        self.policies.iter().enumerate().find_map(|(document, policy)| {
            let kind = policy.kind();
            (!kinds.contains(&kind)).then_some(Poison { document, kind })
        })
    }

    /// Compiles every statement to be tested on its own, in order.
    pub(crate) fn tests(&self) -> impl Iterator<Item = StatementTest> + '_ {
        self.policies.iter().enumerate().flat_map(|(document, policy)| {
            policy
                .statements()
                .map(move |statement| StatementTest::compile(document, policy.kind(), statement))
        })
    }

    /// Decides a request against this set alone, as one unit (rule E-1): the outcome and the first
    /// statement, in the order of the documents, of the effect that won.
    ///
    /// [`Authorizer::decide`](crate::Authorizer::decide) asks every layer; this is one of them.
    #[must_use]
    pub fn decide_alone(&self, request: &Request<'_>) -> (Outcome, Option<StatementRef>) {
        self.decide(&Asked::new(request)).named()
    }

    /// Returns how many bytes of memory the compiled form takes, the policies themselves not
    /// counted.
    #[must_use]
    pub fn compiled_bytes(&self) -> usize {
        match &self.units {
            Units::Merged(unit) => unit.heap_bytes(),
            Units::Shared(units) => units.heap_bytes(),
            Units::None => 0,
        }
    }

    /// Evaluates the set as one unit (rule E-1).
    #[inline]
    pub(crate) fn decide(&self, asked: &Asked<'_>) -> Verdict {
        match &self.units {
            Units::Merged(unit) => unit.decide(asked),
            Units::Shared(_) | Units::None => self.decide_apart(asked),
        }
    }

    /// Evaluates a set that is not compiled into one.
    #[inline(never)]
    fn decide_apart(&self, asked: &Asked<'_>) -> Verdict {
        match &self.units {
            Units::Merged(unit) => unit.decide(asked),
            Units::Shared(units) => units.decide(asked),
            Units::None => Scan::new(self).verdict(asked.request()),
        }
    }

    /// Returns the policies if each is kept by itself.
    pub(crate) fn shared(&self) -> Option<&SharedUnits> {
        match &self.units {
            Units::Shared(units) => Some(units),
            Units::Merged(_) | Units::None => None,
        }
    }
}

impl From<Policy> for PolicySet {
    fn from(policy: Policy) -> Self {
        Self::new([policy])
    }
}

fn folded(text: &str) -> Pattern {
    Pattern::new(text, Case::AsciiInsensitive)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn compiled(count: usize) -> Vec<CompiledPolicy> {
        let text =
            r#"{"Version":"1","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}"#;
        vec![CompiledPolicy::new(Policy::parse(text).unwrap()); count]
    }

    #[test]
    fn few_policies_are_kept_each_by_itself_and_more_are_compiled_together() {
        for count in [0, 1, PolicySet::MOST_SHARED, PolicySet::MOST_SHARED + 1, 40] {
            let set = PolicySet::of_shared(compiled(count));
            assert_eq!(set.shared().is_some(), count <= PolicySet::MOST_SHARED, "{count}");
        }
    }

    #[test]
    fn a_policy_is_replaced_without_the_others_being_compiled() {
        for index in 0..PolicySet::MOST_SHARED {
            let set = PolicySet::of_shared(compiled(PolicySet::MOST_SHARED));
            let [other] = compiled(1).try_into().unwrap();
            let replaced = set.with_replaced(index, other).unwrap();
            assert!(replaced.shared().is_some(), "{index}");
        }
    }
}
