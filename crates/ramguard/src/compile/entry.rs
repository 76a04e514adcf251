//! Statements as flat lists: what a decision has to look at, close together in memory.
//!
//! Set up by [`Entries::push`], relied on by [`Entries::applies`]:
//!
//! * entries of actions and resources stand in the order of the statements they belong to, so that
//!   a smaller number never belongs to a later statement;
//! * every statement has at least one resource entry, be it only to stand for the statement where
//!   the resource is implied;
//! * lengths and offsets lie inside the one text they belong to, on character boundaries.

use ramguard_match::{Case, PatternSet, Shape};
use ramguard_policy::condition::Truth;
use ramguard_policy::name::resource::{ArnFields, Resource};
use ramguard_policy::{Effect, Kind, Policy, Statement};

use super::asked::Asked;
use super::key::{WORD, folded_word, lowest_bytes};
use super::statement::conditions;
use super::{Polarity, PrincipalTest, StatementAt};

/// From this many actions a statement keeps them as a set of patterns beside the list.
const LONG: usize = 24;

/// A range of one of the flat lists.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Run {
    pub(super) start: u32,
    pub(super) end: u32,
}

impl Run {
    fn of<T>(self, list: &[T]) -> &[T] {
        list.get(self.start as usize..self.end as usize).unwrap_or_default()
    }
}

/// One entry of `Action` or `NotAction`.
#[derive(Clone, Copy, Debug)]
pub(super) struct ActionEntry {
    /// The first literal bytes of the name behind the colon, at most eight, ASCII small.
    word: u64,
    /// Which bytes of `word` count.
    mask: u64,
    text: Run,
    shape: Shape,
    /// How many bytes the service before the colon has; 0 for `*` alone.
    service_len: u32,
    /// Where the name behind the colon starts.
    name_at: u32,
    /// How many bytes of the name behind the colon stand before its first wildcard.
    pub(super) name_head: u32,
    /// Whether the name behind the colon has no wildcard.
    pub(super) is_literal_name: bool,
}

/// How a field of a resource is matched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// Any text fits.
    Any,
    /// The text fits that is the same up to ASCII case.
    Literal,
    /// A wildcard stands somewhere in it.
    Pattern,
}

/// One entry of `Resource`.
#[derive(Clone, Copy, Debug)]
pub(super) struct ResourceEntry {
    /// The first literal bytes of the relative id, at most eight, ASCII small.
    word: u64,
    mask: u64,
    /// The actions of the statement.
    actions: Run,
    pub(super) statement: u32,
    /// The whole ARN.
    text: u32,
    service_end: u32,
    region_end: u32,
    account_end: u32,
    end: u32,
    /// Of the relative id.
    pub(super) shape: Shape,
    pub(super) service: Form,
    pub(super) region: Form,
    pub(super) account: Form,
    pub(super) polarity: Polarity,
    /// No ARN: every resource, or a question for the statement.
    pub(super) is_any: bool,
    /// The whole statement has to be asked.
    is_special: bool,
    conditional: bool,
}

/// One statement.
#[derive(Clone, Copy, Debug)]
pub(super) struct StatementEntry {
    pub(super) at: StatementAt,
    pub(super) actions: Run,
    pub(super) resources: Run,
    /// The number of its principals in their list, `u32::MAX` for a policy that is attached.
    principal: u32,
    /// The number of its actions as a set, `u32::MAX` if the list is short.
    long: u32,
    pub(super) polarity: Polarity,
    pub(super) not_action: bool,
    pub(super) not_resource: bool,
    is_implied: bool,
}

const NONE: u32 = u32::MAX;

/// The statements of some policies.
#[derive(Clone, Debug, Default)]
pub(super) struct Entries {
    text: String,
    pub(super) statements: Vec<StatementEntry>,
    pub(super) actions: Vec<ActionEntry>,
    pub(super) resources: Vec<ResourceEntry>,
    principals: Vec<PrincipalTest>,
    long: Vec<PatternSet>,
}

impl Entries {
    /// Makes room for policies of so much text.
    pub(super) fn reserve(&mut self, policies: &[Policy]) {
        let bytes: usize = policies.iter().map(|policy| policy.source().len()).sum();
        self.text.reserve(bytes / 2);
        self.statements.reserve(policies.iter().map(Policy::len).sum());
    }

    pub(super) fn heap_bytes(&self) -> usize {
        let long: usize = self.long.iter().map(PatternSet::heap_bytes).sum();
        self.text.capacity()
            + self.statements.capacity() * size_of::<StatementEntry>()
            + self.actions.capacity() * size_of::<ActionEntry>()
            + self.resources.capacity() * size_of::<ResourceEntry>()
            + self.principals.capacity() * size_of::<PrincipalTest>()
            + self.long.capacity() * size_of::<PatternSet>()
            + long
    }

    pub(super) fn shrink(&mut self) {
        self.text.shrink_to_fit();
        self.statements.shrink_to_fit();
        self.actions.shrink_to_fit();
        self.resources.shrink_to_fit();
    }

    /// Adds a statement; returns whether there was room for it.
    ///
    /// There is room for 2 GiB of names and as many entries; past that a set is scanned.
    pub(super) fn push(&mut self, document: usize, kind: Kind, statement: Statement<'_>) -> bool {
        const MOST: usize = i32::MAX as usize;
        let (Ok(number), Ok(document), Ok(index)) = (
            u32::try_from(self.statements.len()),
            u32::try_from(document),
            u32::try_from(statement.index()),
        ) else {
            return false;
        };
        let polarity = match statement.effect() {
            Effect::Allow => Polarity::Allow,
            Effect::Deny => Polarity::Deny,
        };
        let first_action = self.actions.len();
        for entry in statement.actions() {
            self.push_action(entry.text);
        }
        let actions = run(first_action, self.actions.len());
        let principal = match kind.has_principal() {
            true => {
                self.principals.push(PrincipalTest::compile(statement));
                u32::try_from(self.principals.len() - 1).unwrap_or(NONE)
            }
            false => NONE,
        };
        let mut long = NONE;
        if statement.actions().len() >= LONG {
            let texts = statement.actions().map(|entry| entry.text);
            self.long.push(PatternSet::new(texts, Case::AsciiInsensitive));
            long = u32::try_from(self.long.len() - 1).unwrap_or(NONE);
        }
        let (not_action, not_resource) = (statement.is_not_action(), statement.is_not_resource());
        let is_implied = !kind.has_resource();
        let template = ResourceEntry {
            word: 0,
            mask: 0,
            actions,
            statement: number,
            text: 0,
            service_end: 0,
            region_end: 0,
            account_end: 0,
            end: 0,
            shape: Shape::of(""),
            service: Form::Any,
            region: Form::Any,
            account: Form::Any,
            polarity,
            is_any: true,
            is_special: not_action
                || not_resource
                || is_implied
                || principal != NONE
                || long != NONE,
            conditional: statement.conditions().len() > 0,
        };
        let first_resource = self.resources.len();
        for entry in statement.resources() {
            self.push_resource(&template, entry.text);
        }
        if self.resources.len() == first_resource {
            self.resources.push(template);
        }
        let resources = run(first_resource, self.resources.len());
        self.statements.push(StatementEntry {
            at: StatementAt { document, statement: index },
            actions,
            resources,
            principal,
            long,
            polarity,
            not_action,
            not_resource,
            is_implied,
        });
        self.text.len() < MOST && self.resources.len() < MOST / 4 && self.actions.len() < MOST
    }

    fn push_action(&mut self, text: &str) {
        let shape = Shape::of(text);
        let bytes = text.as_bytes();
        let colon = bytes.iter().position(|&byte| byte == b':');
        let name = colon.map_or(bytes.len(), |colon| colon + 1);
        // An action has one colon and a request too, so that the name is matched by itself even
        // where the service holds a wildcard.
        let head = literal_head(bytes.get(name..).unwrap_or_default());
        // Past its end a name reads as zeros, so a short literal one is compared to the end.
        let ends = name + head == bytes.len() && colon.is_some();
        let mask = if ends { !0 } else { lowest_bytes(head.min(WORD)) };
        let start = self.text.len();
        self.text.push_str(text);
        self.actions.push(ActionEntry {
            word: folded_word(bytes, name) & mask,
            mask,
            text: run(start, self.text.len()),
            shape,
            service_len: length(colon.unwrap_or(0)),
            name_at: length(name),
            name_head: length(head),
            is_literal_name: ends,
        });
    }

    fn push_resource(&mut self, template: &ResourceEntry, text: &str) {
        let Ok(Resource::Arn(arn)) = Resource::parse(text) else {
            // A policy holds nothing that does not parse, so what is left is `*`.
            self.resources.push(*template);
            return;
        };
        let shape = Shape::of(arn.relative_id);
        let id = arn.relative_id.as_bytes();
        let mask = if shape.is_literal() { !0 } else { lowest_bytes(shape.head_len().min(WORD)) };
        let start = self.text.len();
        self.text.push_str(text);
        let service_end = start + 4 + arn.service.len();
        let region_end = service_end + 1 + arn.region.len();
        let account_end = region_end + 1 + arn.account.len();
        self.resources.push(ResourceEntry {
            word: folded_word(id, 0) & mask,
            mask,
            text: length(start),
            service_end: length(service_end),
            region_end: length(region_end),
            account_end: length(account_end),
            end: length(self.text.len()),
            shape,
            service: form(arn.service),
            region: form(arn.region),
            account: form(arn.account),
            is_any: false,
            ..*template
        });
    }

    pub(super) fn str(&self, start: u32, end: u32) -> &str {
        self.text.get(start as usize..end as usize).unwrap_or_default()
    }

    /// Returns the name of an action, behind its colon; `*` alone has none.
    pub(super) fn name_of(&self, entry: &ActionEntry) -> &str {
        self.str(entry.text.start + entry.name_at, entry.text.end)
    }

    /// Returns the service of an action unless it holds a wildcard.
    pub(super) fn literal_service_of(&self, entry: &ActionEntry) -> Option<&str> {
        let service = self.str(entry.text.start, entry.text.start + entry.service_len);
        (entry.service_len > 0 && entry.shape.head_len() >= service.len()).then_some(service)
    }

    /// Returns the statement of a resource entry.
    pub(super) fn statement_of(&self, entry: u32) -> Option<&StatementEntry> {
        self.statements.get(self.resources.get(entry as usize)?.statement as usize)
    }

    pub(super) fn actions_of(&self, statement: &StatementEntry) -> &[ActionEntry] {
        statement.actions.of(&self.actions)
    }

    pub(super) fn resources_of(&self, statement: &StatementEntry) -> &[ResourceEntry] {
        statement.resources.of(&self.resources)
    }

    /// Returns the fields of an ARN.
    pub(super) fn fields(&self, entry: &ResourceEntry) -> ArnFields<'_> {
        ArnFields {
            service: self.str(entry.text + 4, entry.service_end),
            region: self.str(entry.service_end + 1, entry.region_end),
            account: self.str(entry.region_end + 1, entry.account_end),
            relative_id: self.str(entry.account_end + 1, entry.end),
        }
    }

    /// Returns whether the statement of a resource entry applies by way of this entry: its actions
    /// cover the action, this entry covers the resource, its principals name the caller and its
    /// conditions hold.
    ///
    /// For a statement whose resources cannot be taken one by one the whole statement is asked.
    pub(super) fn applies(
        &self,
        entry: &ResourceEntry,
        asked: &Asked<'_>,
        policies: &[Policy],
    ) -> bool {
        if entry.is_special {
            return self.applies_special(entry.statement, asked, policies);
        }
        self.lists_action(entry.actions.of(&self.actions), asked)
            && (entry.is_any || self.covers(entry, asked, entry.polarity))
            && (!entry.conditional || self.conditions_hold(entry, asked, policies))
    }

    /// Returns whether the statement applies by way of any of its resource entries.
    pub(super) fn applies_by_any(
        &self,
        entry: &ResourceEntry,
        asked: &Asked<'_>,
        policies: &[Policy],
    ) -> bool {
        if entry.is_special {
            return self.applies_special(entry.statement, asked, policies);
        }
        let resources = || {
            let statement = self.statements.get(entry.statement as usize);
            statement.map(|statement| self.resources_of(statement)).unwrap_or_default()
        };
        self.lists_action(entry.actions.of(&self.actions), asked)
            && (entry.is_any
                || resources()
                    .iter()
                    .any(|entry| entry.is_any || self.covers(entry, asked, entry.polarity)))
            && (!entry.conditional || self.conditions_hold(entry, asked, policies))
    }

    fn conditions_hold(
        &self,
        entry: &ResourceEntry,
        asked: &Asked<'_>,
        policies: &[Policy],
    ) -> bool {
        let Some(statement) = self.statements.get(entry.statement as usize) else { return false };
        entry.polarity.settle(conditions(statement.at, asked.request(), policies))
    }

    /// The general case, element by element.
    #[cold]
    fn applies_special(&self, number: u32, asked: &Asked<'_>, policies: &[Policy]) -> bool {
        let Some(statement) = self.statements.get(number as usize) else { return false };
        if !self.covers_action(statement, asked) || !self.covers_resource(statement, asked) {
            return false;
        }
        let named = match self.principals.get(statement.principal as usize) {
            Some(principal) => principal.matches(asked.request()),
            None => Truth::True,
        };
        let polarity = statement.polarity;
        named != Truth::False
            && polarity.settle(named.and(conditions(statement.at, asked.request(), policies)))
    }

    /// Rules.
    fn covers_action(&self, statement: &StatementEntry, asked: &Asked<'_>) -> bool {
        let listed = match self.long.get(statement.long as usize) {
            Some(set) => set.is_match(asked.request().action()),
            None => self.lists_action(self.actions_of(statement), asked),
        };
        listed != statement.not_action
    }

    /// Rules; see [`super::StatementTest::covers_resource`].
    fn covers_resource(&self, statement: &StatementEntry, asked: &Asked<'_>) -> bool {
        if statement.is_implied {
            return true;
        }
        let polarity = statement.polarity;
        let polarity = if statement.not_resource { polarity.opposite() } else { polarity };
        let listed = self
            .resources_of(statement)
            .iter()
            .any(|entry| entry.is_any || self.covers(entry, asked, polarity));
        listed != statement.not_resource
    }

    #[inline]
    fn lists_action(&self, actions: &[ActionEntry], asked: &Asked<'_>) -> bool {
        actions.iter().any(|entry| {
            (asked.name_word ^ entry.word) & entry.mask == 0
                && entry.shape.is_match(
                    self.str(entry.text.start, entry.text.end),
                    asked.request().action(),
                    Case::AsciiInsensitive,
                )
        })
    }

    /// Returns whether the ARN of an entry covers the resource; see
    /// [`ResourceTest::matches`](super::ResourceTest::matches).
    #[inline]
    fn covers(&self, entry: &ResourceEntry, asked: &Asked<'_>, polarity: Polarity) -> bool {
        let Some(arn) = asked.arn() else { return false };
        if (folded_word(arn.relative_id.as_bytes(), 0) ^ entry.word) & entry.mask != 0 {
            return false;
        }
        let own = self.fields(entry);
        let fits = |form: Form, pattern: &str, text: &str| match form {
            Form::Any => true,
            Form::Literal => same(pattern, text),
            Form::Pattern => Shape::of(pattern).is_match(pattern, text, Case::AsciiInsensitive),
        };
        let is_ram = asked.request().is_ram();
        let case = if is_ram { Case::AsciiInsensitive } else { Case::Sensitive };
        fits(entry.service, own.service, arn.service)
            && fits(entry.account, own.account, arn.account)
            && match (is_ram, polarity) {
                (false, _) => fits(entry.region, own.region, arn.region),
                // The region of a RAM resource is blank: an Allow has to match that, a Deny need
                // not look (rule R-7).
                (true, Polarity::Allow) => fits(entry.region, own.region, ""),
                (true, Polarity::Deny) => true,
            }
            && entry.shape.is_match(own.relative_id, arn.relative_id, case)
    }
}

/// Returns how many bytes stand before the first wildcard.
fn literal_head(bytes: &[u8]) -> usize {
    bytes.iter().position(|byte| matches!(byte, b'*' | b'?')).unwrap_or(bytes.len())
}

/// Returns whether two texts are the same up to ASCII case.
#[inline]
fn same(left: &str, right: &str) -> bool {
    let (left, right) = (left.as_bytes(), right.as_bytes());
    left.len() == right.len()
        && (0..left.len()).step_by(WORD).all(|at| folded_word(left, at) == folded_word(right, at))
}

/// How a field is matched.
pub(super) fn form(field: &str) -> Form {
    match field {
        "*" => Form::Any,
        _ if field.bytes().any(|byte| matches!(byte, b'*' | b'?')) => Form::Pattern,
        _ => Form::Literal,
    }
}

fn run(start: usize, end: usize) -> Run {
    Run { start: length(start), end: length(end) }
}

/// Lengths fit as long as [`Entries::push`] says there is room.
fn length(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}
