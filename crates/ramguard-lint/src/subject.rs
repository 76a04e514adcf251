//! A document as the rules look at it: tolerant, in the words of the language.
//!
//! Always holds here:
//!
//! * a statement is listed even if the loader refused it, with what can be made out of it;
//! * [`Subject::readable`] leaves out statements with a fault of grammar, [`Subject::sound`] all
//!   that the loader refused; rules on names and conditions use the first, rules on what is
//!   granted the second;
//! * a text is unescaped, its span includes the quotes.

use ramguard_catalog::{Action, Catalog, Service};
use ramguard_match::{Case, Pattern};
use ramguard_policy::condition::Operator;
use ramguard_policy::json::{Kind as JsonKind, Value};
use ramguard_policy::name::action;
use ramguard_policy::name::resource::{ArnFields, Resource};
use ramguard_policy::text::Span;
use ramguard_policy::{Document, Effect, Kind, Statement};

use crate::marks::Marks;
use crate::rule::Draft;
use crate::rules::name::template_placeholder::placeholder;
use crate::{Linter, Settings};

/// A document and what there is to know about its surroundings.
pub(crate) struct Subject<'a> {
    pub(crate) document: &'a Document<'a>,
    pub(crate) settings: &'a Settings,
    pub(crate) statements: Vec<StatementView<'a>>,
}

/// A string of the document.
#[derive(Clone, Copy)]
pub(crate) struct Word<'a> {
    pub(crate) text: &'a str,
    pub(crate) span: Span,
    /// What kinds of characters `text` holds.
    pub(crate) marks: Marks,
}

/// An element that holds strings, with its strings; anything else in it is left out.
pub(crate) struct Words<'a> {
    /// Where the element's name stands.
    pub(crate) key_span: Span,
    pub(crate) value: Value<'a>,
    pub(crate) words: Vec<Word<'a>>,
}

/// One key under one operator.
pub(crate) struct TestView<'a> {
    pub(crate) operator_name: &'a str,
    pub(crate) operator: Option<Operator>,
    pub(crate) operator_span: Span,
    pub(crate) key: &'a str,
    pub(crate) key_span: Span,
    pub(crate) value: Value<'a>,
    pub(crate) values: Vec<Word<'a>>,
}

/// A string of `Action` or `NotAction` that names one operation.
#[derive(Clone, Copy)]
pub(crate) struct Operation<'a> {
    pub(crate) word: Word<'a>,
    pub(crate) service: &'a str,
    pub(crate) name: &'a str,
    /// What the generated tables say of it; several rules ask.
    pub(crate) known: Option<Action>,
}

/// One statement.
pub(crate) struct StatementView<'a> {
    pub(crate) value: Value<'a>,
    /// Set unless the loader has found something wrong with the statement.
    pub(crate) sound: Option<Statement<'a>>,
    pub(crate) has_grammar_fault: bool,
    pub(crate) sid: Option<Word<'a>>,
    pub(crate) effect: Option<Effect>,
    pub(crate) effect_span: Option<Span>,
    /// `Action`, or `NotAction` if there is only that.
    pub(crate) actions: Option<Words<'a>>,
    pub(crate) is_not_action: bool,
    pub(crate) resources: Option<Words<'a>>,
    /// The strings of `Action` or `NotAction` that name one operation each.
    pub(crate) operations: Vec<Operation<'a>>,
    /// The strings of `Resource` that the loader accepts and that are not `*`.
    pub(crate) arns: Vec<(Word<'a>, ArnFields<'a>)>,
    /// Whether a string of `Resource` holds a placeholder.
    pub(crate) has_placeholder: bool,
    pub(crate) principal: Option<Value<'a>>,
    pub(crate) condition: Option<Value<'a>>,
    pub(crate) tests: Vec<TestView<'a>>,
}

impl<'a> Subject<'a> {
    pub(crate) fn new(document: &'a Document<'a>, settings: &'a Settings) -> Self {
        let list = document.tree().root().and_then(|root| root.get("Statement"));
        let statements = match list {
            Some(list) if list.kind() == JsonKind::Array => list.elements().collect(),
            Some(one) if one.kind() == JsonKind::Object => vec![one],
            _ => Vec::new(),
        };
        let mut sound = document.statements().peekable();
        let statements = statements
            .into_iter()
            .map(|value| {
                let mut view = StatementView::new(value, settings.catalog());
                view.sound = sound.next_if(|statement| statement.span() == value.span());
                view
            })
            .collect();
        Self { document, settings, statements }
    }

    pub(crate) fn kind(&self) -> Kind {
        self.document.kind()
    }

    pub(crate) fn text(&self) -> &'a str {
        self.document.text()
    }

    pub(crate) fn root(&self) -> Option<Value<'a>> {
        self.document.tree().root()
    }

    /// The statements whose grammar is right, whatever their strings say.
    pub(crate) fn readable(&self) -> impl Iterator<Item = &StatementView<'a>> {
        self.statements.iter().filter(|statement| !statement.has_grammar_fault)
    }

    /// The statements the loader accepts.
    pub(crate) fn sound(&self) -> impl Iterator<Item = (&StatementView<'a>, Statement<'a>)> {
        self.statements.iter().filter_map(|view| view.sound.map(|statement| (view, statement)))
    }

    /// Returns whether this is the policy of a service-linked role: it lets the role delete itself,
    /// by the name of its service. The service writes and keeps such a policy; nobody else can
    /// change it.
    pub(crate) fn is_of_service_linked_role(&self) -> bool {
        self.kind() == Kind::Identity && self.sound().any(|(view, statement)| {
            let deletes =
                |word: &Word<'_>| word.text.eq_ignore_ascii_case("ram:DeleteServiceLinkedRole");
            let [test] = view.tests.as_slice() else { return false };
            statement.effect() == Effect::Allow
                && matches!(view.action_words(), [word] if deletes(word))
                && test.operator == Some(Operator::StringEquals)
                && ramguard_policy::condition::same_key(test.key, "ram:ServiceName")
                && matches!(test.values.as_slice(), [only] if only.text.ends_with(".aliyuncs.com"))
        })
    }

    /// Returns whether a document has had its share of findings: whoever writes a million faults
    /// is told of the first, and no suggestion is looked up for the rest.
    pub(crate) fn is_full(&self, found: &[Draft]) -> bool {
        found.len() >= 2 * Linter::MAX_FINDINGS
    }

    /// The statement a place is in.
    pub(crate) fn statement_at(&self, span: Span) -> Option<&StatementView<'a>> {
        let at = self.statements.partition_point(|view| view.value.span().end < span.end);
        self.statements.get(at).filter(|view| view.value.span().start <= span.start)
    }

    /// The innermost value that holds a place, keys not counted.
    pub(crate) fn value_at(&self, span: Span) -> Option<Value<'a>> {
        let holds =
            |value: &Value<'_>| value.span().start <= span.start && span.end <= value.span().end;
        let mut found = None;
        let mut next = self.root().filter(holds);
        // Goes one level down each time; the reader bounds the nesting.
        while let Some(value) = next {
            found = Some(value);
            next = match value.kind() {
                JsonKind::Object => value.members().map(|member| member.value).find(holds),
                JsonKind::Array => value.elements().find(holds),
                _ => None,
            };
        }
        found
    }
}

impl<'a> StatementView<'a> {
    fn new(value: Value<'a>, catalog: &Catalog) -> Self {
        let mut view = Self {
            value,
            sound: None,
            has_grammar_fault: false,
            sid: None,
            effect: None,
            effect_span: None,
            actions: None,
            is_not_action: false,
            resources: None,
            operations: Vec::new(),
            arns: Vec::new(),
            has_placeholder: false,
            principal: None,
            condition: None,
            tests: Vec::new(),
        };
        for member in value.members() {
            match member.key {
                "Sid" => view.sid = Word::of(member.value),
                "Effect" => {
                    view.effect_span = Some(member.value.span());
                    view.effect = match member.value.as_str() {
                        Some("Allow") => Some(Effect::Allow),
                        Some("Deny") => Some(Effect::Deny),
                        _ => None,
                    };
                }
                "Action" => {
                    view.actions = Some(Words::new(member.key_span, member.value));
                    view.is_not_action = false;
                }
                "NotAction" if view.actions.is_none() => {
                    view.actions = Some(Words::new(member.key_span, member.value));
                    view.is_not_action = true;
                }
                "Resource" => view.resources = Some(Words::new(member.key_span, member.value)),
                "Principal" => view.principal = Some(member.value),
                "Condition" => view.condition = Some(member.value),
                _ => {}
            }
        }
        view.operations = operations_of(view.action_words(), catalog);
        view.arns = arns_of(view.resource_words());
        view.has_placeholder =
            view.resource_words().iter().any(|word| word.placeholder().is_some());
        for operator in view.condition.iter().flat_map(|condition| condition.members()) {
            for key in operator.value.members() {
                view.tests.push(TestView {
                    operator_name: operator.key,
                    operator: Operator::parse(operator.key),
                    operator_span: operator.key_span,
                    key: key.key,
                    key_span: key.key_span,
                    value: key.value,
                    values: words_of(key.value),
                });
            }
        }
        view
    }

    /// The strings of `Action` or `NotAction`.
    pub(crate) fn action_words(&self) -> &[Word<'a>] {
        self.actions.as_ref().map_or(&[], |actions| &actions.words)
    }

    /// The strings of `Resource`.
    pub(crate) fn resource_words(&self) -> &[Word<'a>] {
        self.resources.as_ref().map_or(&[], |resources| &resources.words)
    }

    /// Returns whether the statement covers an operation, `NotAction` considered (rule A-4).
    pub(crate) fn covers_action(&self, operation: &str) -> bool {
        let listed = self.action_words().iter().any(|word| word.covers_action(operation));
        listed != self.is_not_action
    }

    pub(crate) fn is_unconditional(&self) -> bool {
        self.tests.is_empty()
    }

    /// The tests of a key, whatever its spelling (rules C-9 and C-10).
    pub(crate) fn tests_of(&self, key: &str) -> impl Iterator<Item = &TestView<'a>> {
        self.tests.iter().filter(move |test| ramguard_policy::condition::same_key(test.key, key))
    }
}

impl<'a> Word<'a> {
    pub(crate) fn new(text: &'a str, span: Span) -> Self {
        Self { text, span, marks: Marks::of(text) }
    }

    fn of(value: Value<'a>) -> Option<Self> {
        value.as_str().map(|text| Self::new(text, value.span()))
    }

    /// The first placeholder in it, if there is one.
    pub(crate) fn placeholder(&self) -> Option<&'a str> {
        if self.marks.any(Marks::OPENING) { placeholder(self.text) } else { None }
    }

    /// Returns whether it holds `*` or `?`.
    pub(crate) fn has_wildcard(&self) -> bool {
        self.marks.any(Marks::WILDCARD)
    }

    /// Returns whether it covers an operation, taken as an action of a policy (rules ).
    pub(crate) fn covers_action(&self, operation: &str) -> bool {
        // Most words are names, and no name is another.
        (self.text.len() == operation.len() || self.has_wildcard())
            && covers_action(self.text, operation)
    }
}

impl<'a> Words<'a> {
    fn new(key_span: Span, value: Value<'a>) -> Self {
        Self { key_span, value, words: words_of(value) }
    }
}

/// The strings of a scalar or a list.
pub(crate) fn words_of(value: Value<'_>) -> Vec<Word<'_>> {
    match value.kind() {
        JsonKind::Array => {
            let mut words = Vec::with_capacity(value.len());
            words.extend(value.elements().filter_map(Word::of));
            words
        }
        _ => Word::of(value).into_iter().collect(),
    }
}

/// The words that name one operation each, looked up in the generated tables.
fn operations_of<'a>(words: &[Word<'a>], catalog: &Catalog) -> Vec<Operation<'a>> {
    let mut operations = Vec::with_capacity(words.len());
    // Actions of one service stand together.
    let mut last: Option<(&str, Option<Service>)> = None;
    for word in words {
        if word.has_wildcard() {
            continue;
        }
        let Some((service, name)) = literal_action(word.text) else { continue };
        let known = match last {
            Some((last, known)) if last == service => known,
            _ => catalog.service(service),
        };
        last = Some((service, known));
        let known = known.and_then(|known| known.action(name));
        operations.push(Operation { word: *word, service, name, known });
    }
    operations
}

/// The words that are resources of five fields.
fn arns_of<'a>(words: &[Word<'a>]) -> Vec<(Word<'a>, ArnFields<'a>)> {
    let mut arns = Vec::with_capacity(words.len());
    arns.extend(words.iter().filter_map(|word| match Resource::parse(word.text) {
        Ok(Resource::Arn(fields)) => Some((*word, fields)),
        _ => None,
    }));
    arns
}

/// Splits an action that names one operation; `None` for a pattern and for what is no action.
pub(crate) fn literal_action(text: &str) -> Option<(&str, &str)> {
    action::split_request(text).filter(|_| action::is_pattern(text))
}

/// Returns whether an action of a policy covers an operation (rules ).
pub(crate) fn covers_action(pattern: &str, operation: &str) -> bool {
    fits_in_any_case(pattern, operation)
}

/// Returns whether a text fits a pattern, the case of ASCII letters aside.
pub(crate) fn fits_in_any_case(pattern: &str, text: &str) -> bool {
    // Most patterns are names; only others are worth compiling.
    pattern.eq_ignore_ascii_case(text)
        || (pattern.bytes().any(|byte| matches!(byte, b'*' | b'?'))
            && Pattern::new(pattern, Case::AsciiInsensitive).is_match(text))
}
