//! How many generated cases and documents meet each rule of the language, and how many nearly do.
//!
//! The textbook says which rules it asked and what came out; here it is counted over the same
//! seeds in every run, held to be a hundred or more either way, and compared with the table in
//! `docs/proof.md`. `RAMGUARD_BLESS=1` writes that table anew.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::sync::OnceLock;

use ramguard_testkit::oracle::document::is_blank;
use ramguard_testkit::oracle::witness::{Answers, Seen, observe};
use ramguard_testkit::{corpus, generate, oracle};
use serde_json::Value;

/// As many cases and as many documents are made.
const SEEDS: u64 = 5_000;

/// As many of them, at least, meet each rule, and as many nearly do.
const LEAST: u64 = 100;

/// What "met" and "nearly" are for each rule that generators reach. A rule of grammar is met by a
/// document that keeps it, and nearly by one that breaks it.
const READINGS: &[(&str, &str, &str)] = &[
    ("G-1", "the text is JSON", "it is not, or gives a key twice"),
    ("G-2", "Version is `\"1\"`", "it is missing or something else"),
    ("G-3", "Statement is a filled list", "it is missing, empty or no list"),
    ("G-4", "no element is unknown", "one is"),
    ("G-5", "one entry stands bare", "it stands in a list of one"),
    ("G-6", "Effect is Allow or Deny", "it is missing or something else"),
    ("G-7", "one of Action and NotAction", "both or neither"),
    ("G-8", "Resource is there", "it is missing where it has to be"),
    ("G-9", "Principal is where it belongs", "it is missing or stands elsewhere"),
    ("G-10", "Condition maps maps to values", "it is something else, or a part is empty"),
    ("G-11", "Sid is a string", "it is not"),
    ("G-12", "every value of a condition is a string", "one is a number, Boolean or null"),
    ("G-13", "an empty condition value is accepted", "an empty list or entry is refused"),
    ("A-1", "all actions are of the form", "one is not"),
    ("A-2", "an action fits by folding only", "an action without wildcard differs otherwise"),
    ("A-3", "a pattern with a wildcard fits", "it does not"),
    ("A-4", "NotAction covers the operation", "an entry excludes it"),
    ("A-5", "no action holds a blank or look-alike", "one does and is refused"),
    ("A-6", "the operation is one", "it is not"),
    ("R-1", "an entry is `*`", "it is a name"),
    ("R-2", "a relative id with a colon is covered", "it is not"),
    ("R-3", "all first fields fit, one by wildcard", "the relative id fits, one of them does not"),
    ("R-4", "a wildcard in the relative id fits", "it does not"),
    ("R-5", "an empty field fits", "of entry and request one only is empty and no `*`"),
    ("R-6", "case alone differs, and folds for ram", "it differs elsewhere"),
    ("R-7", "the region of ram fits or is ignored", "an Allow names a region"),
    ("R-8", "a request without a resource is covered by `*`", "a name does not cover it"),
    ("R-9", "all checks of a call are allowed", "one is not"),
    ("R-10", "all names have their fields", "one lacks a field or has a bad one"),
    ("R-12", "a request with a wildcard is covered", "it is not"),
    ("R-13", "a pattern with `**` fits", "it does not"),
    ("C-1", "one of several values fits", "none does"),
    ("C-2", "a negated operator holds on a value", "it does not"),
    ("C-3", "the key is absent and the operator holds", "it does not hold"),
    ("C-4", "StringEquals is not met though a pattern would be", "its text is the very one"),
    ("C-5", "a number compares as asked", "it does not"),
    ("C-6", "an instant compares as asked", "it does not"),
    ("C-7", "a Boolean is the one", "it is not, or there are two"),
    ("C-8", "an address lies in a block", "it does not"),
    ("C-9", "a key is found under another spelling", "it is spelt alike, or is no key"),
    ("C-10", "a key with a tag is found", "the tag differs in case only"),
    ("C-11", "what cannot be read makes a Deny apply", "it keeps an Allow from applying"),
    ("C-12", "several request values hold", "they do not"),
    ("C-13", "a key outside `acs:` is given", "it is absent"),
    ("C-14", "both spellings of a key hold", "one does not"),
    ("E-1", "a Deny applies beside an Allow", "it applies alone"),
    ("E-2", "the chain is walked to its end", "an earlier layer ends it"),
    ("E-3", "a node allows", "it does not"),
    ("E-4", "the session policy allows", "it does not"),
    ("E-5", "the resource group is asked", "the account level has spoken"),
    ("E-6", "there is no resource-based document", "there is one"),
    ("E-7", "one side allows, the other is no Deny", "the other denies"),
    ("E-8", "both sides allow", "one does"),
    ("E-9", "the trust policy alone allows", "it does not"),
    ("E-10", "root is allowed by ownership", "it is not: foreign, or assuming a role"),
    ("E-11", "a service-linked role is exempt", "another caller is bound"),
    ("E-12", "a foreign Allow is void", "an own one counts"),
    ("E-14", "all checks are allowed", "one is not"),
    ("P-1", "ram:PassRole is allowed", "it is not"),
    ("P-2", "the condition on acs:Service holds", "it does not"),
    ("P-3", "attaching is allowed", "it is not"),
    ("P-4", "detaching is allowed", "it is not"),
    ("P-5", "a role is given at creation", "none is"),
    ("T-1", "an entry names the caller", "it names another"),
    ("T-2", "root of an account names the caller", "it is another account's"),
    ("T-3", "the service is the one", "it is another"),
    ("T-4", "the provider is the one", "it is another"),
    ("T-5", "the conditions of a trust statement hold", "they do not"),
    ("T-6", "a name fits by folding only", "it is spelt alike, or differs"),
    ("T-7", "a Deny of a trust policy applies", "it does not"),
    ("T-8", "a trust policy is of the form", "it is not"),
];

/// The rules no generated case can meet, and why.
const OUT_OF_REACH: &[(&str, &str)] = &[
    ("A-7", "about what exists, which nothing here knows; the catalogue and the linter do"),
    ("R-11", "about what does not exist: neither evaluator has variables to expand"),
    ("E-13", "about what does not exist: there is no layer for permission boundaries"),
    ("P-6", "about calls of other services, whose checks a host lists itself"),
    ("P-7", "about one published policy"),
];

/// Notes which rules of grammar a document keeps and which it breaks.
fn grammar(kind: &str, text: &str) -> Seen {
    let codes = oracle::reject_codes(text, kind);
    let earns = |code: &str| codes.contains(&code);
    let mut seen = Seen::new();
    let mut note = |rule: &'static str, kept: bool| {
        let answers = seen.entry(rule).or_default();
        answers.met |= kept;
        answers.missed |= !kept;
    };
    note("G-1", !codes.iter().any(|code| code.starts_with("json-")));
    let Ok(Value::Object(document)) = serde_json::from_str(text) else { return seen };
    note("G-2", document.get("Version").and_then(Value::as_str) == Some("1"));
    let statements = document.get("Statement").and_then(Value::as_array);
    note("G-3", statements.is_some_and(|statements| !statements.is_empty()));
    note("G-4", !earns("unknown-element"));
    note("A-1", !earns("invalid-action-format"));
    note("R-10", !codes.iter().any(|code| code.contains("-arn-")));
    let resource_based = matches!(kind, "trust" | "bucket");
    if kind == "trust" {
        note("T-8", codes.is_empty());
    }
    for statement in statements.into_iter().flatten().filter_map(Value::as_object) {
        let has = |element: &str| statement.contains_key(element);
        let effect = statement.get("Effect").and_then(Value::as_str);
        note("G-6", matches!(effect, Some("Allow" | "Deny")));
        note("G-7", has("Action") != has("NotAction"));
        if kind != "trust" {
            note("G-8", has("Resource"));
        }
        note("G-9", has("Principal") == resource_based);
        if let Some(sid) = statement.get("Sid") {
            note("G-11", sid.is_string());
        }
        let entries = |element: &str| match statement.get(element) {
            Some(Value::Array(items)) => items.iter().collect(),
            other => other.into_iter().collect::<Vec<_>>(),
        };
        for action in entries("Action").into_iter().filter_map(Value::as_str) {
            note("A-5", action.is_ascii() && !action.contains(is_blank));
        }
        for element in ["Action", "NotAction", "Resource"].into_iter().filter(|name| has(name)) {
            let entries = entries(element);
            if entries.is_empty() || entries.iter().any(|entry| entry.as_str() == Some("")) {
                note("G-13", false);
            }
        }
        let Some(condition) = statement.get("Condition") else { continue };
        let keys: Vec<Option<_>> = condition
            .as_object()
            .into_iter()
            .flatten()
            .map(|(_, keys)| keys.as_object().filter(|keys| !keys.is_empty()))
            .collect();
        note("G-10", condition.is_object() && keys.iter().all(Option::is_some));
        for (key, values) in keys.into_iter().flatten().flatten() {
            if !oracle::condition::is_key(key) {
                note("C-9", false);
            }
            let values = match values {
                Value::Array(items) => items.iter().collect(),
                single => vec![single],
            };
            let is_scalar =
                |value: &&Value| value.is_number() || value.is_boolean() || value.is_null();
            note("G-12", !values.iter().any(is_scalar));
            if codes.is_empty() && values.iter().any(|value| value.as_str() == Some("")) {
                note("G-13", true);
            }
        }
    }
    if earns("multiple-boolean") {
        note("C-7", false);
    }
    seen
}

type Counts = BTreeMap<&'static str, [u64; 2]>;

/// Counts, for each rule, the cases and documents that met it and those that nearly did.
fn counts() -> &'static Counts {
    static COUNTS: OnceLock<Counts> = OnceLock::new();
    COUNTS.get_or_init(count)
}

fn count() -> Counts {
    let mut counts = Counts::new();
    let mut add = |seen: Seen| {
        for (rule, Answers { met, missed }) in seen {
            let [met_by, missed_by] = counts.entry(rule).or_default();
            *met_by += u64::from(met);
            *missed_by += u64::from(missed);
        }
    };
    for seed in 0..SEEDS {
        let case = generate::seeded(seed);
        add(observe(|| oracle::evaluate(&case)).1);
        let bytes = generate::bytes_of_seed(seed);
        let (kind, text) = generate::document(&mut generate::ByteSource::new(&bytes));
        add(grammar(kind, &text));
    }
    counts
}

const START: &str = "<!-- rule coverage: made by `RAMGUARD_BLESS=1 cargo test -p ramguard-testkit --test rule_coverage` -->\n";
const END: &str = "<!-- end of rule coverage -->\n";

fn table(counts: &Counts) -> String {
    let mut table =
        String::from("| rule | met | where | nearly | where |\n| --- | --: | --- | --: | --- |\n");
    for (rule, met, missed) in READINGS {
        let [met_by, missed_by] = counts.get(rule).copied().unwrap_or_default();
        table.push_str(&format!("| {rule} | {met_by} | {met} | {missed_by} | {missed} |\n"));
    }
    table.push_str("\nOut of reach of generated cases, and shown by conformance cases alone:\n\n");
    for (rule, why) in OUT_OF_REACH {
        table.push_str(&format!("- {rule}: {why}.\n"));
    }
    table
}

#[test]
fn every_rule_is_met_and_nearly_met_by_a_hundred_generated_cases() {
    let counts = counts();
    println!("{}", table(counts));
    let seldom: Vec<_> = READINGS
        .iter()
        .map(|(rule, ..)| (rule, counts.get(rule).copied().unwrap_or_default()))
        .filter(|(_, counts)| counts.iter().any(|&count| count < LEAST))
        .collect();
    assert!(seldom.is_empty(), "met and nearly met by so many: {seldom:?}");
}

#[test]
fn every_rule_of_the_table_is_counted_or_has_a_reason_why_not() {
    let rules: BTreeSet<String> = corpus::table("conformance/rules.tsv")
        .expect("the table of rules")
        .into_iter()
        .map(|[rule, _]| rule)
        .collect();
    let read = READINGS.iter().map(|(rule, ..)| (*rule).to_owned());
    let except = OUT_OF_REACH.iter().map(|(rule, _)| (*rule).to_owned());
    let known: Vec<String> = read.chain(except).collect();
    assert_eq!(known.iter().cloned().collect::<BTreeSet<_>>(), rules);
    assert_eq!(known.len(), rules.len(), "no rule is listed twice");
}

#[test]
fn the_table_in_the_documents_is_current() {
    let path = corpus::testdata().join("../docs/proof.md");
    let text = fs::read_to_string(&path).expect("the document on proof");
    let (head, rest) = text.split_once(START).expect("where the table starts");
    let (old, tail) = rest.split_once(END).expect("where the table ends");
    let table = format!("\n{}\n", table(counts()));
    if std::env::var_os("RAMGUARD_BLESS").is_some() {
        fs::write(&path, format!("{head}{START}{table}{END}{tail}")).expect("the document");
    } else {
        assert_eq!(old, table, "RAMGUARD_BLESS=1 makes it anew");
    }
}
