//! One statement, ready to be tested against requests.

use ramguard_match::{Case, Pattern, PatternSet};
use ramguard_policy::condition::{Readings, Test, Truth};
use ramguard_policy::name::resource::{ArnFields, Resource};
use ramguard_policy::{Effect, Kind, Policy, Statement, Tested};

use super::crowd::ArnSet;
use super::{PrincipalTest, ResourceTest, StatementAt, folded};
use crate::Request;
use crate::context::Values;

/// On which side a construct stands whose meaning for a request cannot be determined: in an Allow
/// it does not apply, in a Deny it does (polarity rule, section 0 of the language).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Polarity {
    Allow,
    Deny,
}

impl From<Effect> for Polarity {
    fn from(effect: Effect) -> Self {
        match effect {
            Effect::Allow => Self::Allow,
            Effect::Deny => Self::Deny,
        }
    }
}

impl Polarity {
    /// Settles what is unknown.
    pub(crate) fn settle(self, truth: Truth) -> bool {
        match truth {
            Truth::True => true,
            Truth::False => false,
            Truth::Unknown => self == Self::Deny,
        }
    }

    pub(crate) fn opposite(self) -> Self {
        match self {
            Self::Allow => Self::Deny,
            Self::Deny => Self::Allow,
        }
    }
}

/// One statement, compiled.
#[derive(Clone, Debug)]
pub(crate) struct StatementTest {
    at: StatementAt,
    polarity: Polarity,
    not_action: bool,
    actions: Box<[Pattern]>,
    /// Whether the resource is the role itself, as in a trust policy.
    resource_is_implied: bool,
    not_resource: bool,
    resources: Box<[ResourceTest]>,
    principal: PrincipalTest,
    conditional: bool,
    /// The actions again, if there are many.
    long: Option<Box<PatternSet>>,
    /// The resources again, if there are many.
    long_resources: Option<Box<ArnSet>>,
}

impl StatementTest {
    /// Statements with more actions or resources than this look them up rather than trying each.
    pub(crate) const LONG: usize = 24;

    pub(crate) fn compile(document: usize, kind: Kind, statement: Statement<'_>) -> Self {
        let long = (statement.actions().len() > Self::LONG).then(|| {
            let texts = statement.actions().map(|entry| entry.text);
            Box::new(PatternSet::new(texts, Case::AsciiInsensitive))
        });
        let long_resources = (statement.resources().len() > Self::LONG).then(|| {
            // What is no ARN is `*`, which fits whatever stands in any field.
            let arns = statement.resources().map(|entry| match Resource::parse(entry.text) {
                Ok(Resource::Arn(arn)) => arn,
                _ => ArnFields { service: "*", region: "*", account: "*", relative_id: "*" },
            });
            Box::new(ArnSet::new(arns))
        });
        Self {
            at: StatementAt::new(document, statement.index()),
            polarity: statement.effect().into(),
            not_action: statement.is_not_action(),
            actions: statement.actions().map(|entry| folded(entry.text)).collect(),
            resource_is_implied: !kind.has_resource(),
            not_resource: statement.is_not_resource(),
            resources: statement
                .resources()
                .map(|entry| ResourceTest::compile(entry.text))
                .collect(),
            principal: PrincipalTest::compile(statement),
            conditional: statement.conditions().len() > 0,
            long,
            long_resources,
        }
    }

    /// Returns how many bytes it takes, itself included.
    pub(crate) fn bytes(&self) -> usize {
        let texts: usize = self.actions.iter().map(|pattern| pattern.text().len()).sum();
        size_of::<Self>()
            + texts
            + size_of_val(&*self.actions)
            + size_of_val(&*self.resources)
            + self.resources.iter().map(ResourceTest::heap_bytes).sum::<usize>()
            + self.principal.heap_bytes()
            + self.long.as_ref().map_or(0, |set| set.heap_bytes() + size_of::<PatternSet>())
            + self.long_resources.as_ref().map_or(0, |set| set.heap_bytes() + size_of::<ArnSet>())
    }

    /// Returns about how much work action and resource are; see
    /// [`effort`](super::crowd::effort).
    pub(super) fn effort(&self) -> u32 {
        let patterns = self.actions.len() + self.resources.len();
        u32::try_from(4 * patterns).unwrap_or(u32::MAX)
    }

    pub(crate) fn at(&self) -> StatementAt {
        self.at
    }

    pub(crate) fn polarity(&self) -> Polarity {
        self.polarity
    }

    pub(crate) fn resource_tests(&self) -> impl Iterator<Item = &ResourceTest> {
        self.resources.iter()
    }

    /// Returns whether the statement applies to the request: every element holds. Conditions are
    /// read from `policies`, where the statement came from.
    pub(crate) fn applies(&self, request: &Request<'_>, policies: &[Policy]) -> bool {
        self.covers_action(request)
            && self.covers_resource(request)
            && self
                .polarity
                .settle(self.names_caller(request).and(self.conditions(request, policies)))
    }

    /// Rules A-3 and A-4.
    pub(crate) fn covers_action(&self, request: &Request<'_>) -> bool {
        let listed = match &self.long {
            Some(set) => set.is_match(request.action()),
            None => self.actions.iter().any(|pattern| pattern.is_match(request.action())),
        };
        listed != self.not_action
    }

    /// Rules R-1 to R-8. Under `NotResource` the entries are matched at the opposite polarity of
    /// the statement (decision D-05).
    pub(crate) fn covers_resource(&self, request: &Request<'_>) -> bool {
        if self.resource_is_implied {
            return true;
        }
        let polarity = if self.not_resource { self.polarity.opposite() } else { self.polarity };
        let matches = |entry: &ResourceTest| entry.matches(request, polarity);
        let listed = match (&self.long_resources, request.arn()) {
            (Some(set), Some(arn)) => set.covers(&arn, request.is_ram(), polarity),
            _ => None,
        };
        let listed = listed.unwrap_or_else(|| self.resources.iter().any(matches));
        listed != self.not_resource
    }

    pub(crate) fn names_caller(&self, request: &Request<'_>) -> Truth {
        self.principal.matches(request)
    }

    fn conditions(&self, request: &Request<'_>, policies: &[Policy]) -> Truth {
        if self.conditional { conditions(self.at, request, policies) } else { Truth::True }
    }
}

/// Evaluates the conditions of a statement of `policies` (rules C-1 and C-11): a false condition
/// settles the statement before an unreadable one.
pub(crate) fn conditions(at: StatementAt, request: &Request<'_>, policies: &[Policy]) -> Truth {
    let statement = policies
        .get(at.document as usize)
        .and_then(|policy| policy.statement(at.statement as usize));
    // The statement is where it was compiled from; the closed side stands in for what cannot
    // happen.
    let Some(statement) = statement else { return Truth::Unknown };
    let mut all = Truth::True;
    for tested in statement.conditions() {
        all = all.and(evaluate(tested, request));
        if all == Truth::False {
            break;
        }
    }
    all
}

/// Evaluates one condition against the keys of the request.
pub(crate) fn evaluate(tested: Tested<'_>, request: &Request<'_>) -> Truth {
    evaluate_seen::<false>(tested.test(), request.values(tested.key().text), &Readings::default())
}

/// Evaluates a test against the values the request has for its key. For an `ALLOW`, what is unknown
/// may be told as false.
#[inline(always)]
pub(super) fn evaluate_seen<'r, const ALLOW: bool>(
    test: &Test,
    seen: Option<&'r Values<'r>>,
    readings: &Readings<'r>,
) -> Truth {
    match seen {
        Some(Values::One(value)) if ALLOW => test.is_true_of(value, readings).into(),
        Some(Values::One(value)) => test.evaluate_one(value, readings),
        None => Truth::from(test.operator().is_negated()),
        Some(Values::Many(values)) => {
            test.evaluate_with(values.iter().map(|value| &**value), readings)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn compiled(actions: usize, resources: usize) -> StatementTest {
        let list = |count: usize, item: &str| -> Vec<String> {
            (0..count).map(|n| format!("{item}{n}")).collect()
        };
        let text = format!(
            r#"{{"Version":"1","Statement":[{{"Effect":"Allow","Action":{:?},"Resource":{:?}}}]}}"#,
            list(actions, "ecs:a"),
            list(resources, "acs:ecs:*:*:i"),
        );
        let policy = Policy::parse(&text).unwrap();
        StatementTest::compile(0, policy.kind(), policy.statements().next().unwrap())
    }

    #[test]
    fn only_what_is_listed_more_than_a_few_times_is_kept_to_be_looked_up() {
        const LONG: usize = StatementTest::LONG;
        for (actions, resources) in [(1, 1), (LONG, LONG), (LONG + 1, 1), (1, LONG + 1), (99, 99)] {
            let test = compiled(actions, resources);
            assert_eq!(test.long.is_some(), actions > LONG, "{actions} {resources}");
            assert_eq!(test.long_resources.is_some(), resources > LONG, "{actions} {resources}");
        }
    }
}
