//! Checks a JSON tree against the grammar of its kind (section 1.1 of the language) and sorts it
//! into [`Parts`].
//!
//! One walk, no repair: whatever is wrong is noted and the walk goes on, so that all problems of a
//! document are reported. A statement with a problem is not marked sound.

use std::fmt;

use super::parts::{
    Entry, EntryParts, Parts, PrincipalKind, PrincipalParts, Run, StatementParts, TestedParts, Text,
};
use super::{Document, Effect, ReadOptions};
use crate::Kind;
use crate::condition::{ConditionKey, Operator, Test, ValueErrorKind};
use crate::json::{FaultCode, Kind as JsonKind, Member, Tree, Value};
use crate::name::action;
use crate::name::principal::{self, BucketPrincipal, TrustPrincipal};
use crate::name::resource::{self, ArnError, Resource};
use crate::problem::{Problem, ProblemKind};
use crate::suggest::nearest;
use crate::text::{MAX_SHOWN_CHARS, Span};

const ONE_OR_MORE_STRINGS: &str = "a string or a list of strings";

/// About as many bytes of a document go with each action, resource or value, so that room for them
/// is made once.
const BYTES_AN_ENTRY: usize = 40;

pub(super) fn check(kind: Kind, tree: &Tree<'_>, options: &ReadOptions) -> (Parts, Vec<Problem>) {
    let mut checker = Checker {
        kind,
        legacy_not_resource: options.legacy_not_resource,
        source: tree.source(),
        problems: Vec::new(),
        parts: Parts::default(),
    };
    checker.parts.text.push_str(tree.source());
    checker.parts.source_len = tree.source().len();
    checker.parts.entries.reserve(tree.source().len() / BYTES_AN_ENTRY);
    checker.size(options);
    for fault in tree.faults() {
        let span = fault.span();
        let problem = Problem::new(ProblemKind::Json(fault.clone()), span);
        checker.note(match (fault.related(), fault.related_label()) {
            (Some(first), Some(label)) => problem.with_related(first, label),
            _ => problem,
        });
    }
    // Where reading was given up the tree is a torso, and what it lacks says nothing about the
    // document.
    let is_whole = |code| !matches!(code, FaultCode::Depth | FaultCode::Size);
    if tree.faults().iter().all(|fault| is_whole(fault.code()))
        && let Some(root) = tree.root()
    {
        checker.document(root);
    }
    let Checker { mut problems, parts, .. } = checker;
    problems.sort_by_key(|problem| problem.span());
    (parts, problems)
}

struct Checker<'t> {
    kind: Kind,
    legacy_not_resource: bool,
    source: &'t str,
    problems: Vec<Problem>,
    parts: Parts,
}

fn type_name(kind: JsonKind) -> &'static str {
    match kind {
        JsonKind::Null => "null",
        JsonKind::Bool(_) => "a Boolean",
        JsonKind::Number => "a number",
        JsonKind::String => "a string",
        JsonKind::Array => "a list",
        JsonKind::Object => "an object",
        JsonKind::Invalid => "something that is not JSON",
    }
}

/// Keeps of a text what a message shows of it, so that problems take little room.
fn quoted(text: &str) -> Box<str> {
    match text.char_indices().nth(MAX_SHOWN_CHARS) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()).into(),
        None => text.into(),
    }
}

/// The place of an element that is missing from `object`: its opening brace.
fn opening(object: Value<'_>) -> Span {
    let start = object.span().start;
    Span::new(start, start + 1)
}

impl<'t> Checker<'t> {
    fn note(&mut self, problem: Problem) {
        if self.problems.len() < Document::MAX_PROBLEMS {
            self.problems.push(problem);
        }
    }

    fn wrong(&mut self, kind: ProblemKind, span: Span) {
        self.note(Problem::new(kind, span));
    }

    fn data_type(&mut self, element: &str, expected: &'static str, value: Value<'_>) {
        // The reader has said what is wrong with it already.
        if value.kind() == JsonKind::Invalid {
            return;
        }
        let kind = ProblemKind::DataType {
            element: element.into(),
            expected,
            found: type_name(value.kind()),
        };
        self.wrong(kind, value.span());
    }

    fn size(&mut self, options: &ReadOptions) {
        let (bytes, limit) = (self.source.len(), options.limits.max_bytes(self.kind));
        if bytes > limit {
            let kind = ProblemKind::Size { kind: self.kind, bytes, limit };
            self.wrong(kind, Span::of_first_char(self.source));
        }
    }

    fn document(&mut self, root: Value<'t>) {
        if root.kind() != JsonKind::Object {
            return self.data_type("a policy", "an object with `Version` and `Statement`", root);
        }
        let mut version = None;
        let mut statements = None;
        for member in root.members() {
            match member.key {
                "Version" => version = Some(member.value),
                "Statement" => statements = Some(member.value),
                _ => self.unknown_element(&member, &["Version", "Statement"]),
            }
        }
        match version {
            None => self.wrong(ProblemKind::MissingVersion, opening(root)),
            Some(value) => match value.as_str() {
                Some("1") => {}
                Some(text) => {
                    let found = quoted(text);
                    self.wrong(ProblemKind::InvalidVersion { found }, value.span());
                }
                None => self.data_type("`Version`", "the string `\"1\"`", value),
            },
        }
        match statements {
            None => self.wrong(ProblemKind::MissingStatement, opening(root)),
            Some(list) if list.kind() == JsonKind::Array => {
                if list.elements().next().is_none() {
                    self.wrong(ProblemKind::EmptyStatement, list.span());
                }
                self.parts.statements.reserve_exact(list.elements().count());
                for value in list.elements() {
                    self.statement(value);
                }
            }
            Some(value) => {
                self.data_type("`Statement`", "a list of statements", value);
                // The statement inside is checked all the same, so that its faults are told too.
                if value.kind() == JsonKind::Object {
                    self.statement(value);
                }
            }
        }
    }

    fn unknown_element(&mut self, member: &Member<'_>, known: &[&str]) {
        let remedy = match member.key {
            "NotPrincipal" => {
                "RAM has no `NotPrincipal`; name the principals that are meant".into()
            }
            "NotResource" => "RAM has no `NotResource` since 2019; write a Deny on the resources \
                              that are excluded"
                .into(),
            "NotAction" => format!("a {} policy takes `Action` only", self.kind),
            "Id" => "RAM has no `Id`; remove it".into(),
            key => match nearest(key, known) {
                Some(name) => format!("did you mean `{name}`?"),
                None => format!("remove it; known elements here: {}", known.join(", ")),
            },
        };
        let kind = ProblemKind::UnknownElement { name: quoted(member.key), remedy: remedy.into() };
        self.wrong(kind, member.key_span);
    }

    fn statement(&mut self, value: Value<'t>) {
        let problems_before = self.problems.len();
        let mut statement = StatementParts {
            span: value.span(),
            sound: false,
            sid: None,
            effect: None,
            not_action: false,
            actions: Run::default(),
            not_resource: false,
            resources: Run::default(),
            principals: Run::default(),
            conditions: Run::default(),
        };
        if value.kind() == JsonKind::Object {
            self.elements(value, &mut statement);
        } else {
            self.data_type("a statement", "an object", value);
        }
        statement.sound =
            self.problems.len() == problems_before && self.problems.len() < Document::MAX_PROBLEMS;
        self.parts.statements.push(statement);
    }

    fn elements(&mut self, value: Value<'t>, statement: &mut StatementParts) {
        let mut seen = Seen::default();
        for member in value.members() {
            match member.key {
                "Effect" => {
                    seen.effect = true;
                    statement.effect = self.effect(member.value);
                }
                "Action" => {
                    seen.action = Some(member.key_span);
                    statement.actions = self.actions("`Action`", member.value);
                }
                "NotAction" if self.kind.allows_not_action() => {
                    seen.not_action = Some(member.key_span);
                    statement.not_action = true;
                    statement.actions = self.actions("`NotAction`", member.value);
                }
                "Resource" if self.kind.has_resource() => {
                    seen.resource = Some(member.key_span);
                    statement.resources = self.resources("`Resource`", member.value);
                }
                "Resource" => self.resource_not_allowed("Resource", &member),
                "NotResource" if !self.kind.has_resource() => {
                    self.resource_not_allowed("NotResource", &member);
                }
                "NotResource" if self.legacy_not_resource => {
                    seen.not_resource = Some(member.key_span);
                    statement.not_resource = true;
                    statement.resources = self.resources("`NotResource`", member.value);
                }
                "Principal" if self.kind.has_principal() => {
                    seen.principal = true;
                    statement.principals = match self.kind {
                        Kind::Trust => self.trust_principals(member.value),
                        _ => self.bucket_principals(member.value),
                    };
                }
                "Principal" => {
                    let kind = ProblemKind::PrincipalNotAllowed { kind: self.kind };
                    self.wrong(kind, member.key_span);
                }
                "Condition" => statement.conditions = self.conditions(member.value),
                "Sid" => match (member.value.as_str(), member.value.kind()) {
                    (Some(sid), JsonKind::String) => {
                        statement.sid = Some(self.keep(member.value, sid).text);
                    }
                    _ => self.data_type("`Sid`", "a string", member.value),
                },
                _ => self.unknown_element(&member, self.known_elements()),
            }
        }
        self.missing_elements(value, &seen);
    }

    fn known_elements(&self) -> &'static [&'static str] {
        match self.kind {
            Kind::Identity | Kind::Session | Kind::Control => {
                &["Effect", "Action", "NotAction", "Resource", "Condition"]
            }
            Kind::Trust => &["Effect", "Action", "Principal", "Condition"],
            Kind::Bucket => &["Effect", "Action", "Principal", "Resource", "Condition"],
        }
    }

    fn missing_elements(&mut self, value: Value<'_>, seen: &Seen) {
        let place = opening(value);
        if !seen.effect {
            self.wrong(ProblemKind::MissingEffect, place);
        }
        match (seen.action, seen.not_action) {
            (None, None) => {
                let or_not_action = self.kind.allows_not_action();
                self.wrong(ProblemKind::MissingAction { or_not_action }, place);
            }
            (Some(action), Some(not_action)) => {
                let problem = Problem::new(ProblemKind::ActionConflict, action.max(not_action));
                self.note(problem.with_related(action.min(not_action), "the other one is here"));
            }
            _ => {}
        }
        match (seen.resource, seen.not_resource) {
            (None, None) if self.kind.has_resource() => {
                self.wrong(ProblemKind::MissingResource, place);
            }
            (Some(resource), Some(not_resource)) => {
                let kind = ProblemKind::UnknownElement {
                    name: "NotResource".into(),
                    remedy: "a statement has `Resource` or `NotResource`, not both".into(),
                };
                let problem = Problem::new(kind, not_resource);
                self.note(problem.with_related(resource, "`Resource` is here"));
            }
            _ => {}
        }
        if !seen.principal && self.kind.has_principal() {
            self.wrong(ProblemKind::MissingPrincipal { kind: self.kind }, place);
        }
    }

    fn resource_not_allowed(&mut self, name: &'static str, member: &Member<'_>) {
        self.wrong(ProblemKind::ResourceNotAllowed { name }, member.key_span);
    }

    fn effect(&mut self, value: Value<'_>) -> Option<Effect> {
        match value.as_str() {
            Some("Allow") => Some(Effect::Allow),
            Some("Deny") => Some(Effect::Deny),
            Some(text) => {
                self.wrong(ProblemKind::InvalidEffect { found: quoted(text) }, value.span());
                None
            }
            None => {
                self.data_type("`Effect`", "the string `\"Allow\"` or `\"Deny\"`", value);
                None
            }
        }
    }

    /// Walks the strings of a scalar or a list; everything else in it is a problem.
    fn strings(
        &mut self,
        element: impl fmt::Display,
        value: Value<'t>,
        mut visit: impl FnMut(&mut Self, Value<'t>, &'t str),
    ) {
        if let Some(text) = value.as_str() {
            return visit(self, value, text);
        }
        match value.kind() {
            JsonKind::Array => {
                if value.elements().next().is_none() {
                    let element = element.to_string().into();
                    self.wrong(ProblemKind::EmptyList { element }, value.span());
                }
                for item in value.elements() {
                    match item.as_str() {
                        Some(text) => visit(self, item, text),
                        None => self.data_type(
                            &format!("an entry of {element}"),
                            "a string in quotes",
                            item,
                        ),
                    }
                }
            }
            _ => self.data_type(&element.to_string(), ONE_OR_MORE_STRINGS, value),
        }
    }

    /// Notes where the text of a string, which says `text`, is: in the source, or unescaped behind
    /// it.
    fn keep(&mut self, value: Value<'_>, text: &str) -> EntryParts {
        let span = value.span();
        // An escape is longer than what it stands for, so equal lengths mean there is none.
        let text = match value.inner_span() {
            Some(inner) if inner.len() as usize == text.len() => {
                Text { start: inner.start, end: inner.end }
            }
            _ => self.keep_unescaped(text),
        };
        EntryParts { text, span }
    }

    fn keep_key(&mut self, member: &Member<'_>) -> EntryParts {
        let span = member.key_span;
        let text = if span.len() as usize == member.key.len() + 2 {
            Text { start: span.start + 1, end: span.end - 1 }
        } else {
            self.keep_unescaped(member.key)
        };
        EntryParts { text, span }
    }

    fn keep_unescaped(&mut self, text: &str) -> Text {
        // The reader refuses texts past 128 MiB, and unescaping never lengthens: both ends fit.
        let start = u32::try_from(self.parts.text.len()).unwrap_or(u32::MAX);
        self.parts.text.push_str(text);
        let end = u32::try_from(self.parts.text.len()).unwrap_or(u32::MAX);
        Text { start, end }
    }

    fn run_from(&self, start: usize) -> Run {
        run(start, self.parts.entries.len())
    }

    fn actions(&mut self, element: &str, value: Value<'t>) -> Run {
        let start = self.parts.entries.len();
        self.strings(element, value, |checker, item, text| {
            let is_valid = match checker.kind {
                Kind::Trust => text.eq_ignore_ascii_case("sts:AssumeRole"),
                _ => action::is_pattern(text),
            };
            if !is_valid {
                let remedy = match checker.kind {
                    Kind::Trust => "a trust policy is about `sts:AssumeRole` only".into(),
                    _ => action::remedy(text),
                };
                let kind = ProblemKind::InvalidAction {
                    found: quoted(text),
                    remedy: quoted_remedy(remedy),
                };
                checker.wrong(kind, item.span());
            }
            let entry = checker.keep(item, text);
            checker.parts.entries.push(entry);
        });
        self.run_from(start)
    }

    fn resources(&mut self, element: &str, value: Value<'t>) -> Run {
        let start = self.parts.entries.len();
        self.strings(element, value, |checker, item, text| {
            if let Err(error) = Resource::parse(text) {
                let found = quoted(text);
                let kind = match error {
                    ArnError::Prefix => ProblemKind::InvalidArnPrefix {
                        found,
                        remedy: quoted_remedy(resource::prefix_remedy(text)),
                    },
                    ArnError::Missing(what) => ProblemKind::MissingArnField {
                        found,
                        what,
                        remedy: quoted_remedy(resource::missing_remedy(text)),
                    },
                    ArnError::Field(what) => ProblemKind::InvalidArnField { found, what },
                };
                checker.wrong(kind, item.span());
            }
            let entry = checker.keep(item, text);
            checker.parts.entries.push(entry);
        });
        self.run_from(start)
    }

    fn invalid_principal(&mut self, found: &str, remedy: String, span: Span) {
        let kind =
            ProblemKind::InvalidPrincipal { found: quoted(found), remedy: quoted_remedy(remedy) };
        self.wrong(kind, span);
    }

    fn trust_principals(&mut self, value: Value<'t>) -> Run {
        const FORM: &str = "a trust policy names its principals in a map: `{\"RAM\": [...]}`, \
                            `{\"Service\": [...]}` or `{\"Federated\": [...]}`";
        let start = self.parts.principals.len();
        match value.kind() {
            JsonKind::Object if value.members().next().is_none() => {
                self.invalid_principal("{}", FORM.into(), value.span());
            }
            JsonKind::Object => {
                for member in value.members() {
                    self.trust_principal_list(&member);
                }
            }
            JsonKind::String | JsonKind::Array => {
                let found = value.as_str().unwrap_or("[...]");
                self.invalid_principal(found, FORM.into(), value.span());
                self.data_type("`Principal`", "a map", value);
            }
            _ => self.data_type("`Principal`", "a map", value),
        }
        run(start, self.parts.principals.len())
    }

    fn trust_principal_list(&mut self, member: &Member<'t>) {
        let (kind, element) = match member.key {
            "RAM" => (PrincipalKind::Ram, "`Principal.RAM`"),
            "Service" => (PrincipalKind::Service, "`Principal.Service`"),
            "Federated" => (PrincipalKind::Federated, "`Principal.Federated`"),
            key => {
                let remedy = match nearest(key, &["RAM", "Service", "Federated"]) {
                    Some(name) => format!("did you mean `{name}`?"),
                    None => "principals stand under `RAM`, `Service` or `Federated`".into(),
                };
                self.invalid_principal(key, remedy, member.key_span);
                // What the entries should look like is not known; that they are a list of strings is.
                let element = format!("`Principal.{}`", quoted(key));
                return self.strings(element, member.value, |_, _, _| {});
            }
        };
        let map_key = member.key;
        self.strings(element, member.value, |checker, item, text| {
            let parsed = match kind {
                PrincipalKind::Ram => TrustPrincipal::parse_ram(text),
                PrincipalKind::Service => TrustPrincipal::parse_service(text),
                PrincipalKind::Federated | PrincipalKind::Bucket => {
                    TrustPrincipal::parse_federated(text)
                }
            };
            if parsed.is_none() {
                let remedy = principal::trust_remedy(map_key, text);
                checker.invalid_principal(text, remedy, item.span());
            }
            let entry = checker.keep(item, text);
            checker.parts.principals.push(PrincipalParts { kind, entry });
        });
    }

    fn bucket_principals(&mut self, value: Value<'t>) -> Run {
        let start = self.parts.principals.len();
        match value.kind() {
            JsonKind::Array => self.strings("`Principal`", value, |checker, item, text| {
                if BucketPrincipal::parse(text).is_none() {
                    let remedy = principal::bucket_remedy(text);
                    checker.invalid_principal(text, remedy, item.span());
                }
                let entry = checker.keep(item, text);
                checker
                    .parts
                    .principals
                    .push(PrincipalParts { kind: PrincipalKind::Bucket, entry });
            }),
            JsonKind::String | JsonKind::Object => {
                let found = value.as_str().unwrap_or("{...}");
                let remedy = "a bucket policy names its principals in a list: `[\"<uid>\"]`";
                self.invalid_principal(found, remedy.into(), value.span());
                self.data_type("`Principal`", "a list of strings", value);
            }
            _ => self.data_type("`Principal`", "a list of strings", value),
        }
        run(start, self.parts.principals.len())
    }

    fn conditions(&mut self, value: Value<'t>) -> Run {
        let start = self.parts.conditions.len();
        if value.kind() == JsonKind::Object {
            for member in value.members() {
                self.operator(&member);
            }
        } else {
            self.data_type("`Condition`", "a map from operator to key to values", value);
        }
        run(start, self.parts.conditions.len())
    }

    fn operator(&mut self, member: &Member<'t>) {
        let operator = Operator::parse(member.key);
        if operator.is_none() {
            let remedy = Operator::why_unsupported(member.key).unwrap_or_else(|| {
                match Operator::suggest(member.key) {
                    Some(operator) => format!("did you mean `{}`?", operator.name()),
                    None => "RAM has String*, Numeric*, Date*, Bool, IpAddress and NotIpAddress \
                             operators"
                        .into(),
                }
            });
            let kind =
                ProblemKind::InvalidOperator { found: quoted(member.key), remedy: remedy.into() };
            self.wrong(kind, member.key_span);
        }
        if member.value.kind() != JsonKind::Object {
            let element = format!("condition operator `{}`", quoted(member.key));
            return self.data_type(&element, "a map from key to values", member.value);
        }
        if member.value.members().next().is_none() {
            let element = format!("condition operator `{}`", quoted(member.key)).into();
            self.wrong(ProblemKind::EmptyList { element }, member.value.span());
        }
        for key in member.value.members() {
            self.condition_key(operator, member.key_span, &key);
        }
    }

    fn condition_key(
        &mut self,
        operator: Option<Operator>,
        operator_span: Span,
        member: &Member<'t>,
    ) {
        if !ConditionKey::is_valid(member.key) {
            self.wrong(ProblemKind::InvalidKey { found: quoted(member.key) }, member.key_span);
        }
        let start = self.parts.entries.len();
        let element = ConditionElement(operator.map(|_| member.key));
        let problems_before = self.problems.len();
        self.strings(element, member.value, |checker, item, text| {
            let entry = checker.keep(item, text);
            checker.parts.entries.push(entry);
        });
        let Some(operator) = operator else { return };
        let values = self.run_from(start);
        if self.problems.len() > problems_before {
            // There is no test to make, but what the strings say can still be told.
            return self.invalid_values(operator, values);
        }
        match Test::parse(operator, self.parts.entries(values).map(|entry| entry.text)) {
            Ok(test) => {
                let key = self.keep_key(member);
                self.parts.conditions.push(TestedParts { operator_span, key, test, values });
            }
            Err(error) => match error.kind() {
                ValueErrorKind::MultipleBoolean { .. } => {
                    let (key, count) = (quoted(member.key), self.parts.entries(values).len());
                    let span = member.value.span();
                    self.wrong(ProblemKind::MultipleBoolean { key, count }, span);
                    self.invalid_values(operator, values);
                }
                _ => self.invalid_values(operator, values),
            },
        }
    }

    fn invalid_values(&mut self, operator: Operator, values: Run) {
        let wrong = |entry: Entry<'_>| {
            let kind = Test::check_value(operator, entry.text).err()?;
            let found = quoted(entry.text);
            Some(Problem::new(ProblemKind::InvalidValue { found, operator, kind }, entry.span))
        };
        let all = self.parts.entries(values).filter_map(wrong);
        let wrong: Vec<Problem> = all.take(Document::MAX_PROBLEMS).collect();
        wrong.into_iter().for_each(|problem| self.note(problem));
    }
}

/// A condition key as a message names it, put into words only if there is a message.
#[derive(Clone, Copy)]
struct ConditionElement<'k>(Option<&'k str>);

impl fmt::Display for ConditionElement<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(key) => write!(f, "condition key `{}`", quoted(key)),
            None => f.write_str("a condition key"),
        }
    }
}

/// A remedy may quote the text of the document, which can be long.
fn quoted_remedy(remedy: String) -> Box<str> {
    match remedy.char_indices().nth(3 * MAX_SHOWN_CHARS) {
        Some((end, _)) => format!("{}…", remedy.get(..end).unwrap_or_default()).into(),
        None => remedy.into(),
    }
}

fn run(start: usize, end: usize) -> Run {
    // There are fewer entries than bytes, and the reader refuses texts past 128 MiB.
    let fit = |n| u32::try_from(n).unwrap_or(u32::MAX);
    Run { start: fit(start), end: fit(end) }
}

#[derive(Default)]
struct Seen {
    effect: bool,
    action: Option<Span>,
    not_action: Option<Span>,
    resource: Option<Span>,
    not_resource: Option<Span>,
    principal: bool,
}
