//! Which rules a decision of the textbook turned on, and which it only nearly did.
//!
//! The textbook says so itself: wherever it asks a rule, it calls `rule` with what came out. So
//! the coverage of generated cases is measured in the words of the language and not in lines of
//! code. Nothing is recorded, and next to no time spent, outside [`observe`]; what is recorded
//! never flows back into a decision.

use std::cell::RefCell;
use std::collections::BTreeMap;

use super::resource::Resource;
use super::truth::Truth;
use super::wildcard::matches;

/// What came out where a rule was asked in the course of one case.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Answers {
    /// The rule was met at least once.
    pub met: bool,
    /// It was asked and not met at least once: the near miss.
    pub missed: bool,
}

/// The rules that were asked, by id.
pub type Seen = BTreeMap<&'static str, Answers>;

thread_local! {
    static SEEN: RefCell<Option<Seen>> = const { RefCell::new(None) };
}

/// Runs `decide` and returns what it says with the rules it asked on the way.
///
/// Not to be nested: the inner one takes what the outer one has seen so far.
pub fn observe<T>(decide: impl FnOnce() -> T) -> (T, Seen) {
    SEEN.with_borrow_mut(|seen| *seen = Some(Seen::new()));
    let decided = decide();
    (decided, SEEN.with_borrow_mut(Option::take).unwrap_or_default())
}

fn is_observing() -> bool {
    SEEN.with_borrow(Option::is_some)
}

/// Notes that the rule of that id was asked, and whether it was met, which is returned.
pub(super) fn rule(id: &'static str, met: bool) -> bool {
    SEEN.with_borrow_mut(|seen| {
        if let Some(seen) = seen {
            let answers = seen.entry(id).or_default();
            answers.met |= met;
            answers.missed |= !met;
        }
    });
    met
}

/// Notes what an entry of `Action` or `NotAction` says about an operation.
pub(super) fn action_entry(pattern: &str, action: &str, fits: bool) {
    if !is_observing() {
        return;
    }
    if pattern.contains(['*', '?']) {
        rule("A-3", fits);
    } else if fits {
        // Met where nothing but folding lets it fit.
        rule("A-2", pattern != action);
    } else {
        rule("A-2", false);
    }
}

/// Notes what an entry of `Resource` says about the resource of a request.
pub(super) fn resource_entry(pattern: &str, resource: &Resource, lenient: bool, covered: bool) {
    if !is_observing() {
        return;
    }
    rule("R-1", pattern == "*");
    let Resource::Named { service, region, account, relative } = resource else {
        rule("R-8", covered);
        return;
    };
    let fields: Vec<&str> = pattern.splitn(5, ':').collect();
    let [_, service_entry, region_entry, account_entry, relative_entry] = fields.as_slice() else {
        return;
    };
    let is_ram = service.eq_ignore_ascii_case("ram");
    let heads = [(service_entry, service), (region_entry, region), (account_entry, account)];
    let fitting = heads.iter().filter(|(entry, field)| matches(entry, field, true)).count();
    let relative_fits = matches(relative_entry, relative, is_ram);
    if relative_fits && heads.iter().any(|(entry, _)| entry.contains(['*', '?'])) {
        rule("R-3", fitting == heads.len());
    }
    if relative.contains(':') {
        rule("R-2", covered);
    }
    if relative_entry.contains(['*', '?']) {
        rule("R-4", relative_fits);
    }
    if relative_entry.contains("**") {
        rule("R-13", relative_fits);
    }
    for (entry, field) in heads {
        if field.is_empty() || entry.is_empty() {
            rule("R-5", matches(entry, field, true));
        }
    }
    if relative_entry != relative && relative_entry.eq_ignore_ascii_case(relative) {
        rule("R-6", is_ram);
    }
    if is_ram {
        rule("R-7", lenient || matches(region_entry, region, true));
    }
    if relative.contains(['*', '?']) {
        rule("R-12", covered);
    }
}

/// Notes what one key under one operator says about a request.
pub(super) fn constraint(
    operator: &str,
    (key, spelt): (&str, Option<&str>),
    policy: &[&str],
    given: Option<&[String]>,
    truth: Truth,
) {
    if !is_observing() {
        return;
    }
    let met = truth == Truth::Yes;
    let is_negated = operator.contains("Not");
    let Some(given) = given else {
        rule("C-3", met);
        return;
    };
    if is_negated {
        rule("C-2", met);
    } else if policy.len() > 1 {
        rule("C-1", met);
    }
    if given.len() > 1 {
        rule("C-12", met);
    }
    if let Some(spelt) = spelt {
        rule("C-9", spelt != key);
    }
    if key.contains('/') {
        rule("C-10", true);
    }
    if truth == Truth::Unknown {
        return;
    }
    let fits = met != is_negated;
    if operator.starts_with("Numeric") {
        rule("C-5", fits);
    } else if operator.starts_with("Date") {
        rule("C-6", fits);
    } else if operator.ends_with("IpAddress") {
        rule("C-8", fits);
    } else if operator == "Bool" {
        rule("C-7", fits);
    } else if operator.ends_with("Equals") {
        let live = |wanted: &&str| wanted.contains(['*', '?']);
        let as_pattern = |wanted: &&str| given.iter().any(|given| matches(wanted, given, false));
        if policy.iter().any(|wanted| live(wanted) && as_pattern(wanted)) {
            // Met where a wildcard would have let it fit and plain text does not.
            rule("C-4", !fits);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Answers, observe, rule};

    #[test]
    fn what_is_asked_is_seen_by_the_observer_only() {
        rule("E-1", true);
        let ((), seen) = observe(|| {
            rule("E-2", true);
            rule("E-2", false);
            rule("E-3", false);
        });
        let both = Answers { met: true, missed: true };
        let missed = Answers { met: false, missed: true };
        assert_eq!(seen.into_iter().collect::<Vec<_>>(), [("E-2", both), ("E-3", missed)]);
    }
}
