//! Statements as flat lists: what a decision has to look at, close together in memory.
//!
//! Set up by [`Entries::push`], relied on by [`Entries::applies`]:
//!
//! * entries of actions and resources stand in the order of the statements they belong to, so that
//!   a smaller number never belongs to a later statement;
//! * every statement has at least one resource entry. Statements that are not a plain list of
//!   actions and a plain list of resources are *special*: the entry leads to a [`StatementTest`],
//!   which is asked as a whole;
//! * lengths and offsets lie inside the one text they belong to, on character boundaries;
//! * service, region and account of a resource are kept without ASCII capitals.

mod applies;
mod conditions;

use std::ops::Range;

use ramguard_match::Shape;
use ramguard_policy::name::resource::ArnFields;
use ramguard_policy::{Effect, Policy, Statement};

pub(super) use self::applies::Reply;
use self::conditions::Conditions;
use super::crowd::{Crowd, Member, Weight, is_slow};
use super::fields::{AllFields, Fields, Form, Forms, literal_head};
use super::key::{
    END, First, Last, WORD, first_colons, folded_back, folded_end, folded_word, lowest_bytes,
};
use super::{Polarity, StatementAt, StatementTest};
use crate::request::{ArnBytes, Starts};

/// Statements with more actions or more resources are special.
const MOST: usize = StatementTest::LONG;

/// Statements with longer names are special.
const LONGEST: usize = u16::MAX as usize;

/// A range of one of the flat lists.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Run {
    pub(super) start: u32,
    pub(super) end: u32,
}

impl Run {
    fn range(self) -> Range<usize> {
        self.start as usize..self.end as usize
    }
}

/// One entry of `Action` in 32 bytes.
#[derive(Clone, Copy, Debug)]
pub(super) struct ActionEntry {
    /// The first literal bytes of the name behind the colon, at most eight, ASCII small; or its last
    /// ones, the last one first, where a wildcard stands before them and these are no fewer.
    word: u64,
    shape: Shape,
    text: u32,
    length: u16,
    /// Where the name behind the colon starts; the whole length for `*` alone.
    name_at: u16,
    /// How many bytes of `word` count; all eight of a name without wildcards.
    counted: First,
    side: Side,
    /// It has to be searched for; see [`is_slow`].
    is_slow: bool,
}

/// Which end of a name a word is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
enum Side {
    Start,
    End,
}

/// One entry of `Resource` in one line of a cache.
#[derive(Clone, Copy, Debug)]
#[repr(align(64))]
pub(super) struct ResourceEntry {
    /// The first literal bytes of the relative id, at most eight, ASCII small.
    word: u64,
    /// Of the relative id.
    pub(super) shape: Shape,
    pub(super) statement: u32,
    /// Where that statement stands.
    pub(super) at: StatementAt,
    /// Of the statement.
    conditions: Run,
    /// The first action of the statement, or the number of a special statement.
    actions: u32,
    /// Where the relative id starts in the text; the other fields stand in front of it.
    id: u32,
    /// The number of service, region and account; see [`AllFields`].
    fields: u32,
    /// Of the relative id, in bytes.
    length: u16,
    /// The number of the statement in the [`Crowd`].
    crowd: u16,
    action_count: u8,
    /// How many bytes of `word` count; all eight of an id without wildcards.
    counted: First,
    kind: EntryKind,
    /// How many bytes of `end` count, from the last one on.
    end_counted: Last,
    /// The last four bytes of the relative id, ASCII small; those that are literal count.
    end: u32,
}

const _: () = assert!(size_of::<ActionEntry>() == 32 && size_of::<ResourceEntry>() == 64);

/// What has to be asked for an entry, a bit each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct EntryKind(u8);

impl EntryKind {
    const DENY: u8 = 1;
    /// No ARN: found under every resource.
    const ANY: u8 = 2;
    const SPECIAL: u8 = 4;
    const CONDITIONAL: u8 = 8;
    /// The actions are those that are not covered.
    const NOT_ACTION: u8 = 16;
    /// Every action is covered.
    const EVERY_ACTION: u8 = 32;

    /// Adds a bit if it is due.
    fn with(self, bit: u8, is_due: bool) -> Self {
        if is_due { Self(self.0 | bit) } else { self }
    }

    #[inline]
    fn has(self, bit: u8) -> bool {
        self.0 & bit != 0
    }

    #[inline]
    fn is_any(self) -> bool {
        self.has(Self::ANY)
    }

    #[inline]
    fn is_special(self) -> bool {
        self.has(Self::SPECIAL)
    }

    #[inline]
    fn is_conditional(self) -> bool {
        self.has(Self::CONDITIONAL)
    }
}

/// The first four bytes of service and relative id that count, and which those are: enough to
/// pass over most entries of a small set.
#[derive(Clone, Copy, Debug)]
pub(super) struct Signature {
    pub(super) word: u64,
    pub(super) mask: u64,
}

/// One statement.
#[derive(Clone, Copy, Debug)]
pub(super) struct StatementEntry {
    /// Empty if the statement cannot be found by an action.
    pub(super) actions: Run,
    resources: Run,
}

/// The statements of some policies.
#[derive(Clone, Debug, Default)]
pub(super) struct Entries {
    text: String,
    pub(super) statements: Vec<StatementEntry>,
    pub(super) actions: Vec<ActionEntry>,
    pub(super) resources: Vec<ResourceEntry>,
    fields: AllFields,
    conditions: Conditions,
    special: Vec<StatementTest>,
    crowd: Crowd,
}

impl Entries {
    /// Makes room for policies.
    pub(super) fn reserve(&mut self, policies: &[Policy]) {
        let bytes: usize = policies.iter().map(|policy| policy.source().len()).sum();
        self.text.reserve(bytes - bytes / 4);
        self.statements.reserve_exact(policies.iter().map(Policy::len).sum());
        let (mut actions, mut resources) = (0, 0);
        for statement in policies.iter().flat_map(Policy::statements) {
            actions += statement.actions().len();
            resources += statement.resources().len().max(1);
        }
        self.actions.reserve_exact(actions);
        self.resources.reserve_exact(resources);
    }

    /// Gives back what was reserved and not needed.
    pub(super) fn shrink(&mut self) {
        self.text.shrink_to_fit();
        self.actions.shrink_to_fit();
        self.resources.shrink_to_fit();
        self.fields.shrink();
        self.conditions.finish();
        self.special.shrink_to_fit();
    }

    pub(super) fn heap_bytes(&self) -> usize {
        self.text.capacity()
            + self.statements.capacity() * size_of::<StatementEntry>()
            + self.actions.capacity() * size_of::<ActionEntry>()
            + self.resources.capacity() * size_of::<ResourceEntry>()
            + self.fields.heap_bytes()
            + self.conditions.heap_bytes()
            + self.special.iter().map(StatementTest::bytes).sum::<usize>()
            + self.crowd.heap_bytes()
    }

    /// Makes the crowd of what is better asked at once, when everything is there; takes what
    /// [`Entries::push`] said of each statement.
    pub(super) fn gather(&mut self, policies: &[Policy], weights: &[Weight]) {
        let statements = policies.iter().flat_map(|policy| {
            policy.statements().map(|statement| Member { kind: policy.kind(), statement })
        });
        let (crowd, numbers) = Crowd::new(statements, weights);
        self.crowd = crowd;
        if !numbers.is_empty() {
            for entry in &mut self.resources {
                entry.crowd = numbers.get(entry.statement as usize).copied().unwrap_or(0);
            }
        }
    }

    fn actions_of(&self, entry: &ResourceEntry) -> &[ActionEntry] {
        let start = entry.actions as usize;
        self.actions.get(start..start + usize::from(entry.action_count)).unwrap_or_default()
    }

    /// Adds a statement; returns how much work it is to try, none if there was no room for it.
    ///
    /// There is room for 2 GiB of names and as many entries; past that a set is scanned.
    pub(super) fn push(
        &mut self,
        document: usize,
        policy: &Policy,
        statement: Statement<'_>,
    ) -> Option<Weight> {
        const ROOM: usize = i32::MAX as usize;
        let kind = policy.kind();
        let number = u32::try_from(self.statements.len()).ok()?;
        let mut weight = Weight::of(statement.actions().len(), statement.resources().len());
        let at = StatementAt::new(document, statement.index());
        // No name is longer than the document it stands in.
        let is_short = policy.source().len() <= LONGEST
            || (statement.actions().all(|entry| entry.text.len() <= LONGEST)
                && statement.resources().all(|entry| entry.text.len() <= LONGEST));
        let has_resources = is_short && kind.has_resource() && !statement.is_not_resource();
        let is_special = !is_short
            || !has_resources
            || kind.has_principal()
            || statement.actions().len() > MOST
            || statement.resources().len() > MOST;
        let is_found_by_action = is_short && !statement.is_not_action();

        let first_action = self.actions.len();
        if is_found_by_action || !is_special {
            for entry in statement.actions() {
                let is_slow = self.push_action(entry.text);
                if !is_special {
                    weight.add(is_slow, entry.text.len());
                }
            }
        }
        let actions = run(first_action, self.actions.len());
        let own_actions = self.actions.get(first_action..).unwrap_or_default();
        let is_every = is_found_by_action && own_actions.iter().any(ActionEntry::is_bare);
        if is_special {
            let test = StatementTest::compile(document, kind, statement);
            let all = statement.actions().chain(statement.resources());
            // The colons of an ARN are no literals that anyone has to look for.
            all.for_each(|entry| {
                weight.add(entry.text.splitn(5, ':').any(is_slow), entry.text.len());
            });
            // Nothing tells those with a principal apart before all they list is tried.
            if kind.has_principal() {
                weight.add_whole(test.effort());
            }
            self.special.push(test);
        }
        let conditions = self.conditions.add(statement);
        let template = ResourceEntry {
            word: 0,
            shape: Shape::of(""),
            statement: number,
            at,
            conditions,
            actions: if is_special { length(self.special.len() - 1) } else { actions.start },
            id: 0,
            fields: 0,
            length: 0,
            crowd: 0,
            action_count: u8::try_from(actions.end - actions.start).unwrap_or(0),
            counted: First::of(0),
            end_counted: Last::of(0),
            end: 0,
            kind: EntryKind(0)
                .with(EntryKind::DENY, statement.effect() == Effect::Deny)
                .with(EntryKind::SPECIAL, is_special)
                .with(EntryKind::CONDITIONAL, statement.conditions().len() > 0)
                .with(EntryKind::NOT_ACTION, statement.is_not_action())
                .with(EntryKind::EVERY_ACTION, is_every),
        };
        let first_resource = self.resources.len();
        if has_resources {
            for entry in statement.resources() {
                let (is_slow, length) = self.push_resource(&template, entry.text);
                if !is_special {
                    weight.add(is_slow, length);
                }
            }
        } else {
            self.resources.push(template.any());
        }
        let resources = run(first_resource, self.resources.len());
        let actions = if is_found_by_action { actions } else { Run::default() };
        self.statements.push(StatementEntry { actions, resources });
        let lengths = [self.text.len(), self.resources.len(), self.actions.len()];
        lengths.into_iter().all(|length| length < ROOM).then_some(weight)
    }

    /// Adds an action; returns whether it has to be searched for.
    fn push_action(&mut self, text: &str) -> bool {
        let bytes = text.as_bytes();
        let colon = bytes.iter().position(|&byte| byte == b':');
        let name = colon.map_or(bytes.len(), |colon| colon + 1);
        // An action has one colon and a request too, so that the name is matched by itself even
        // where the service holds a wildcard.
        let shape = Shape::of(text);
        let (head, is_literal) = match shape.head_len().checked_sub(name) {
            Some(head) => (head, shape.is_literal()),
            None => literal_head(bytes.get(name..).unwrap_or_default()),
        };
        // Past its end a name reads as zeros, so a short literal one is compared to the end.
        let counted = if is_literal && colon.is_some() { WORD } else { head.min(WORD) };
        let tail = bytes.get(name..).map_or(0, literal_tail);
        // Names start with one of a few verbs.
        let (side, word, counted) = if !is_literal && tail > 0 && tail >= counted {
            (Side::End, folded_back(bytes), tail)
        } else {
            (Side::Start, folded_word(bytes, name), counted)
        };
        let is_slow = is_open(shape, bytes.len()) && is_slow(text);
        self.actions.push(ActionEntry {
            word: word & lowest_bytes(counted),
            shape,
            text: length(self.text.len()),
            length: short(bytes.len()),
            name_at: short(name),
            counted: First::of(counted),
            side,
            is_slow,
        });
        self.text.push_str(text);
        is_slow
    }

    /// Adds a resource; returns whether it has to be searched for, and how long what is searched
    /// for is.
    fn push_resource(&mut self, template: &ResourceEntry, text: &str) -> (bool, usize) {
        let bytes = text.as_bytes();
        // A policy holds nothing that does not parse, so it has five fields or is `*`.
        let Some([_, ends @ ..]) = first_colons(bytes) else {
            self.resources.push(template.any());
            return (false, 0);
        };
        let [_, _, account_end] = ends;
        let id = text.get(account_end + 1..).unwrap_or_default();
        let shape = Shape::of(id);
        let counted = if shape.is_literal() { WORD } else { shape.head_len().min(WORD) };
        let start = self.text.len();
        self.text.push_str(text);
        // In all fields but the last, case does not count.
        if let Some(fields) = self.text.get_mut(start..start + account_end) {
            fields.make_ascii_lowercase();
        }
        let is_deny = template.polarity() == Polarity::Deny;
        let fields = self.fields.number(self.text.as_bytes(), start, ends, is_deny);
        let has_pattern = self.fields.get(fields).is_some_and(|own| own.forms.has_pattern());
        self.resources.push(ResourceEntry {
            word: folded_word(id.as_bytes(), 0) & lowest_bytes(counted),
            shape,
            id: length(start + account_end + 1),
            fields,
            length: short(id.len()),
            counted: First::of(counted),
            end_counted: Last::of(literal_end(id)),
            end: folded_end(id.as_bytes()),
            ..*template
        });
        (has_pattern || (is_open(shape, id.len()) && is_slow(id)), id.len())
    }

    fn piece(&self, start: u32, from: u16, to: u16) -> &str {
        let start = start as usize;
        self.text.get(start + usize::from(from)..start + usize::from(to)).unwrap_or_default()
    }

    /// Returns the name of an action, behind its colon; `*` alone has none.
    pub(super) fn name_of(&self, entry: &ActionEntry) -> &str {
        self.piece(entry.text, entry.name_at, entry.length)
    }

    /// Returns the service of an action unless it holds a wildcard.
    pub(super) fn literal_service_of(&self, entry: &ActionEntry) -> Option<&str> {
        let end = entry.name_at.checked_sub(1)?;
        (entry.shape.head_len() >= usize::from(end) && entry.name_at < entry.length)
            .then(|| self.piece(entry.text, 0, end))
    }

    /// Returns the statement of a resource entry.
    pub(super) fn statement_of(&self, entry: u32) -> Option<&StatementEntry> {
        self.statements.get(self.resources.get(entry as usize)?.statement as usize)
    }

    fn resources_of(&self, number: u32) -> &[ResourceEntry] {
        let run = self.statements.get(number as usize).map(|s| s.resources).unwrap_or_default();
        self.resources.get(run.start as usize..run.end as usize).unwrap_or_default()
    }

    /// Returns the fields of an ARN.
    pub(super) fn fields(&self, entry: &ResourceEntry) -> ArnFields<'_> {
        let arn = self.arn_of(entry);
        let ends = self.fields.get(entry.fields).map(Fields::ends).unwrap_or_default();
        let [service_end, region_end, account_end] = ends;
        let field = |from, to| arn.get(from..to).unwrap_or_default();
        ArnFields {
            service: field(ArnBytes::SERVICE_AT, service_end),
            region: field(service_end + 1, region_end),
            account: field(region_end + 1, account_end),
            relative_id: arn.get(account_end + 1..).unwrap_or_default(),
        }
    }

    /// Returns the ARN of an entry.
    fn arn_of(&self, entry: &ResourceEntry) -> &str {
        let ends = self.fields.get(entry.fields).map(Fields::ends).unwrap_or_default();
        let [_, _, account_end] = ends;
        let id = entry.id as usize;
        let end = id + usize::from(entry.length);
        self.text.get(id.saturating_sub(account_end + 1)..end).unwrap_or_default()
    }

    /// Returns how the fields of an ARN are matched.
    pub(super) fn forms(&self, entry: &ResourceEntry) -> Forms {
        let any = Forms { service: Form::Any, region: Form::Any, account: Form::Any };
        self.fields.get(entry.fields).map_or(any, |own| own.forms)
    }

    /// Returns the signature of an entry, which every resource it covers has.
    pub(super) fn signature(&self, entry: &ResourceEntry) -> Signature {
        if entry.kind.is_any() {
            return Signature { word: 0, mask: 0 };
        }
        let service = self.fields(entry).service.as_bytes();
        let literal = match self.forms(entry).service {
            Form::Literal => 4,
            Form::Any | Form::Pattern => literal_head(service).0.min(4),
        };
        let mask = lowest_bytes(entry.counted.count()) << 32 | lowest_bytes(literal);
        let word = entry.word << 32 | folded_word(service, 0) & 0xFFFF_FFFF;
        Signature { word: word & mask, mask }
    }
}

impl ActionEntry {
    /// Returns whether a name that starts and ends like this may be covered. Most that are not are
    /// told by that; one that is never is.
    #[inline]
    fn may_cover(&self, starts: &Starts) -> bool {
        let [first, last] = starts.name;
        let name = if self.side == Side::Start { first } else { last };
        self.counted.of_word(name ^ self.word) == 0
    }

    /// Returns whether the name behind the colon has no wildcard, and how long its literal head
    /// is.
    pub(super) fn head(name: &[u8]) -> (usize, bool) {
        literal_head(name)
    }

    /// Returns whether the action is `*` alone.
    pub(super) fn is_bare(&self) -> bool {
        self.name_at == self.length
    }
}

impl ResourceEntry {
    /// Returns the entry as one that is found under every resource.
    fn any(mut self) -> Self {
        self.kind = self.kind.with(EntryKind::ANY, true);
        self
    }

    /// Returns whether the relative id that starts and ends like this may be covered. Most that are
    /// not are told by that; one that is never is.
    #[inline]
    pub(super) fn may_cover(&self, starts: &Starts) -> bool {
        self.counted.of_word(starts.id ^ self.word) == 0
            && self.end_counted.of_end(starts.id_end ^ self.end) == 0
    }

    /// Returns whether the statement is tested as a whole, so that its other entries would give
    /// the same answer.
    pub(super) fn is_special(&self) -> bool {
        self.kind.is_special()
    }

    /// Returns whether its relative id is more than a literal with a star at its end.
    pub(super) fn is_open(&self) -> bool {
        is_open(self.shape, self.length.into())
    }

    /// Returns the effect of the statement.
    #[inline]
    pub(super) fn polarity(&self) -> Polarity {
        if self.kind.has(EntryKind::DENY) { Polarity::Deny } else { Polarity::Allow }
    }

    /// Returns whether the entry is found under every resource.
    pub(super) fn is_any(&self) -> bool {
        self.kind.is_any()
    }
}

/// Returns whether a pattern is more than a literal with a single wildcard at its end, which is told
/// by lengths alone.
fn is_open(shape: Shape, length: usize) -> bool {
    !shape.is_literal() && shape.head_len() + 1 < length
}

fn run(start: usize, end: usize) -> Run {
    Run { start: length(start), end: length(end) }
}

/// Lengths of lists fit as long as [`Entries::push`] says there is room.
fn length(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}

/// Lengths inside a name fit, as longer names are special.
fn short(length: usize) -> u16 {
    u16::try_from(length).unwrap_or(u16::MAX)
}

/// Returns how many of the last four bytes stand behind the last wildcard, or are there at all.
fn literal_end(pattern: &str) -> usize {
    literal_tail(pattern.as_bytes()).min(END)
}

/// Returns how many of the last eight bytes stand behind the last wildcard, or are there at all.
fn literal_tail(pattern: &[u8]) -> usize {
    pattern.iter().rev().take(WORD).take_while(|byte| !matches!(byte, b'*' | b'?')).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_hold_no_room_that_they_do_not_need() {
        for count in 1..20 {
            let statement = |n: usize| {
                let actions: Vec<String> = (0..=n % 7).map(|at| format!("ecs:a{n}{at}")).collect();
                let resources: Vec<String> =
                    (0..=n % 3).map(|at| format!("acs:ecs:*:*:i{n}{at}")).collect();
                format!(
                    r#"{{"Effect":"Allow","Action":{actions:?},"Resource":{resources:?},
                    "Condition":{{"Bool":{{"x:{n}":"true"}}}}}}"#
                )
            };
            let all: Vec<String> = (0..count).map(statement).collect();
            let text = format!(r#"{{"Version":"1","Statement":[{}]}}"#, all.join(","));
            let policies = [Policy::parse(&text).unwrap()];
            let mut entries = Entries::default();
            entries.reserve(&policies);
            for statement in policies[0].statements() {
                assert!(entries.push(0, &policies[0], statement).is_some());
            }
            entries.shrink();
            assert_eq!(entries.statements.capacity(), entries.statements.len(), "{count}");
            assert_eq!(entries.actions.capacity(), entries.actions.len(), "{count}");
            assert_eq!(entries.resources.capacity(), entries.resources.len(), "{count}");
            assert_eq!(entries.text.capacity(), entries.text.len(), "{count}");
        }
    }

    #[test]
    fn the_last_bytes_behind_a_wildcard_count() {
        for (pattern, end) in
            [("", 0), ("ab", 2), ("abcde", 4), ("a*", 0), ("a*bcd", 3), ("*?bcde", 4), ("ab?d", 1)]
        {
            assert_eq!(literal_end(pattern), end, "{pattern}");
        }
    }
}
