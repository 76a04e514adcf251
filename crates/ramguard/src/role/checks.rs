//! The checks of one call, in the order they are made.
//!
//! Always holds here: what is kept of a check lies inside the one text that all of them share, on
//! character boundaries.
// Nothing here may overflow or divide by zero.
#![cfg_attr(not(test), deny(clippy::arithmetic_side_effects))]

use std::fmt;
use std::ops::Range;

use crate::{Context, Principal, Request, RequestError};

/// One check of an operation: an action on a resource, made by its caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Check<'c> {
    /// The action.
    pub action: &'c str,
    /// The resource.
    pub resource: &'c str,
    /// The service that receives the role, for a check of `ram:PassRole`: the value of
    /// `acs:Service` (rule P-2, decision D-39).
    pub passes_role_to: Option<&'static str>,
}

/// Checks in the order they are made.
///
/// All their names stand in one text, so that a hundred checks take no more places in memory than
/// one does.
///
/// ```
/// use ramguard::role::{Check, Checks};
///
/// let resource = "acs:ecs:cn-hangzhou:1000000000000001:instance/i-a";
/// let check = Check { action: "ecs:StopInstance", resource, passes_role_to: None };
/// let checks: Checks = [check].into_iter().collect();
/// assert_eq!(checks.get(0), Some(check));
/// ```
#[derive(Clone, Default)]
pub struct Checks {
    text: String,
    items: Vec<Item>,
}

/// Where the names of a check stand in the text.
#[derive(Clone)]
pub(super) struct Item {
    action: Range<usize>,
    resource: Range<usize>,
    passes_role_to: Option<&'static str>,
    /// How many bytes its resource is known to begin with like that of the check before, which is
    /// the same in all else; zero if nothing is known.
    common: usize,
}

impl Checks {
    /// Returns how many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.items.len()
    }

    /// Returns whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    /// Returns a check by its number, from 0.
    #[must_use]
    pub fn get(&self, index: usize) -> Option<Check<'_>> {
        self.items.get(index).map(|item| self.check(item))
    }

    /// Returns the checks, in order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = Check<'_>> + DoubleEndedIterator + Clone {
        self.items.iter().map(|item| self.check(item))
    }

    /// Adds a check behind the others.
    pub fn push(&mut self, check: Check<'_>) {
        let Check { action, resource, passes_role_to } = check;
        self.push_named(action, &[resource], passes_role_to);
    }

    /// Adds a check on a resource whose name is given in parts.
    pub(super) fn push_named(
        &mut self,
        action: &str,
        resource: &[&str],
        passes_role_to: Option<&'static str>,
    ) {
        let action = self.action(action);
        let resource = self.add(resource);
        self.items.push(Item { action, resource, passes_role_to, common: 0 });
    }

    /// Makes room for so many more checks and so many bytes of their names.
    pub(super) fn reserve(&mut self, checks: usize, bytes: usize) {
        self.items.reserve(checks);
        self.text.reserve(bytes);
    }

    /// Adds a check of an action on each resource that begins with `head`, one for each end, in
    /// order.
    pub(super) fn push_each<'t>(
        &mut self,
        action: &str,
        head: &str,
        ends: impl Iterator<Item = &'t str>,
    ) {
        let action = self.action(action);
        let mut common = 0;
        for end in ends {
            let resource = self.add(&[head, end]);
            let action = action.clone();
            self.items.push(Item { action, resource, passes_role_to: None, common });
            common = head.len();
        }
    }

    /// Returns where the names of the checks stand, in order.
    pub(super) fn items(&self) -> std::slice::Iter<'_, Item> {
        self.items.iter()
    }

    #[inline]
    pub(super) fn check(&self, item: &Item) -> Check<'_> {
        Check {
            action: self.name(&item.action),
            resource: self.name(&item.resource),
            passes_role_to: item.passes_role_to,
        }
    }

    /// Turns the request of an earlier check, behind which only such came as it could be turned to,
    /// to this one; returns whether that can be done.
    #[inline]
    pub(super) fn turn<'c>(
        &'c self,
        request: &mut Request<'c>,
        from: &Check<'c>,
        item: &'c Item,
    ) -> bool {
        let resource = self.name(&item.resource);
        if item.common == 0 && !from.differs_in_resource(&self.check(item)) {
            return false;
        }
        request.turn_to(resource, item.common)
    }

    #[inline]
    fn name(&self, range: &Range<usize>) -> &str {
        self.text.get(range.clone()).unwrap_or_default()
    }

    /// Returns where an action stands; checks of one action are neighbours.
    fn action(&mut self, action: &str) -> Range<usize> {
        let last = self.items.last().map(|item| item.action.clone());
        let known = last.filter(|last| self.text.get(last.clone()) == Some(action));
        known.unwrap_or_else(|| self.add(&[action]))
    }

    /// Adds a name, given in parts, to the text.
    #[inline]
    fn add(&mut self, parts: &[&str]) -> Range<usize> {
        let start = self.text.len();
        parts.iter().for_each(|part| self.text.push_str(part));
        start..self.text.len()
    }
}

impl<'c> Extend<Check<'c>> for Checks {
    fn extend<T: IntoIterator<Item = Check<'c>>>(&mut self, checks: T) {
        checks.into_iter().for_each(|check| self.push(check));
    }
}

impl<'c> FromIterator<Check<'c>> for Checks {
    fn from_iter<T: IntoIterator<Item = Check<'c>>>(checks: T) -> Self {
        let mut all = Self::default();
        all.extend(checks);
        all
    }
}

/// Checks are the same if they are the same one by one, wherever their names stand.
impl PartialEq for Checks {
    fn eq(&self, other: &Self) -> bool {
        self.iter().eq(other.iter())
    }
}

impl Eq for Checks {}

impl fmt::Debug for Checks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

impl<'c> Check<'c> {
    /// Returns whether two checks differ in their resources, if at all.
    #[inline]
    fn differs_in_resource(&self, other: &Self) -> bool {
        crate::request::is_same_text(self.action, other.action)
            && self.passes_role_to == other.passes_role_to
    }

    /// Returns the check as a request of `principal` under `context`.
    ///
    /// # Errors
    /// If action or resource is none; those of the checks of
    /// [`InstanceOperation::checks`](super::InstanceOperation::checks) are.
    pub fn request<'r>(
        &self,
        principal: Option<&Principal<'r>>,
        context: &'r Context<'r>,
    ) -> Result<Request<'r>, RequestError>
    where
        'c: 'r,
    {
        let mut request = Request::parse(self.action, self.resource)?.with_shared_context(context);
        if let Some(principal) = principal {
            request = request.with_principal(principal.clone());
        }
        if let Some(service) = self.passes_role_to {
            request = request.passing_role_to(service);
        }
        Ok(request)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ON: &str = "acs:ecs:r:1:instance/i";

    fn check<'c>(action: &'c str, resource: &'c str) -> Check<'c> {
        Check { action, resource, passes_role_to: None }
    }

    #[test]
    fn checks_come_back_in_the_order_they_were_added() {
        let passing =
            Check { passes_role_to: Some("s"), ..check("ram:PassRole", "acs:ram::1:role/r") };
        let all = [check("a:b", ON), check("a:b", "*"), passing, check("a:b", "部"), check("", "")];
        let checks: Checks = all.into_iter().collect();
        assert!(checks.iter().eq(all));
        assert_eq!((checks.len(), checks.is_empty()), (5, false));
        assert_eq!((checks.get(2), checks.get(5)), (Some(passing), None));
        assert!(checks.iter().rev().eq(all.into_iter().rev()));
    }

    #[test]
    fn checks_added_by_their_ends_are_those_added_one_by_one() {
        let mut by_ends = Checks::default();
        by_ends.push_each("a:b", "acs:ecs:r:1:instance/", ["i", "", "部"].into_iter());
        let one_by_one: Checks =
            [check("a:b", ON), check("a:b", &ON[..21]), check("a:b", "acs:ecs:r:1:instance/部")]
                .into_iter()
                .collect();
        assert_eq!(by_ends, one_by_one);
        assert_ne!(by_ends, Checks::default());
    }

    #[test]
    fn what_checks_are_known_to_have_in_common_they_have() {
        let mut checks = Checks::default();
        checks.push(check("a:c", "acs:ecs:r:1:instance/i"));
        checks.push_each("a:b", "acs:ecs:r:1:instance/", ["i", "j", ""].into_iter());
        checks.push_named("a:b", &["acs:ecs:r:1:", "image/i"], None);
        checks.push_each("a:b", "acs:ecs:r:2:", ["i", "j"].into_iter());
        let known: Vec<usize> = checks.items().map(|item| item.common).collect();
        assert_eq!(known, [0, 0, 21, 21, 0, 0, 12]);
        let mut before = "";
        for (item, check) in checks.items().zip(checks.iter()) {
            assert_eq!(before.get(..item.common), check.resource.get(..item.common));
            before = check.resource;
        }
    }

    #[test]
    fn a_request_is_turned_to_a_check_of_the_same_action_and_service_only() {
        let passing = |resource| Check { passes_role_to: Some("s"), ..check("a:b", resource) };
        let other = "acs:ecs:r:1:instance/j";
        for (from, to, can) in [
            (check("a:b", ON), check("a:b", other), true),
            (check("a:b", ON), check("a:c", other), false),
            (check("a:b", ON), check("a:b", "acs:ecs:r:2:instance/j"), false),
            (check("a:b", ON), passing(other), false),
            (passing(ON), passing(other), true),
        ] {
            let checks: Checks = [to].into_iter().collect();
            let context = Context::default();
            let mut request = from.request(None, &context).unwrap();
            let item = checks.items().next().unwrap();
            assert_eq!(checks.turn(&mut request, &from, item), can, "{to:?}");
            let now = if can { to } else { from };
            assert_eq!(request, now.request(None, &context).unwrap());
        }
    }

    #[test]
    fn checks_are_shown_as_a_list_of_them() {
        let checks: Checks = [check("a:b", "*")].into_iter().collect();
        assert_eq!(format!("{checks:?}"), format!("{:?}", [check("a:b", "*")]));
    }
}
