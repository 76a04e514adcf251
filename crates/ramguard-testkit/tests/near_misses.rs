//! Every neighbour of a case is decided as the textbook decides it: one key absent, one value
//! fewer, one character off in the action or the resource, one layer gone.
//!
//! The generators move about one thing of every other case; here each thing there is to move is
//! moved, one at a time. A slice of an eighth of the neighbours runs by default; `RAMGUARD_LONG=1`
//! takes all of them, from fifty times as many generated cases. `--nocapture` prints how many
//! were decided, and how many otherwise than their case.

use std::fs;

use ramguard_testkit::{corpus, generate, laws, oracle};
use serde_json::{Map, Value, json};

/// The texts one small step away from `text`.
fn one_character_off(text: &str) -> Vec<String> {
    let mut shorter = text.to_owned();
    shorter.pop();
    let mut first = text.chars();
    let first = first.next().map_or_else(String::new, |symbol| {
        let other = if symbol == 'x' { 'y' } else { 'x' };
        format!("{other}{}", first.as_str())
    });
    vec![shorter, first, format!("{text}x"), text.to_ascii_uppercase(), text.to_ascii_lowercase()]
}

/// The names of resources that differ in one field, or in one character of it.
fn one_field_off(resource: &str) -> Vec<String> {
    let fields: Vec<&str> = resource.splitn(5, ':').collect();
    let mut all = one_character_off(resource);
    all.push("*".to_owned());
    for (at, field) in fields.iter().enumerate().skip(1) {
        let neighbours =
            [String::new(), "*".to_owned()].into_iter().chain(one_character_off(field));
        for neighbour in neighbours {
            let mut fields: Vec<&str> = fields.clone();
            if let Some(field) = fields.get_mut(at) {
                *field = &neighbour;
            }
            all.push(fields.join(":"));
        }
    }
    all
}

/// The contexts with one key absent, empty or otherwise spelt, or one value fewer or off.
fn contexts_near(context: &Map<String, Value>) -> Vec<Value> {
    let mut all = Vec::new();
    for (key, value) in context {
        let mut with = |change: &dyn Fn(&mut Map<String, Value>)| {
            let mut context = context.clone();
            change(&mut context);
            all.push(Value::Object(context));
        };
        with(&|context| drop(context.remove(key)));
        with(&|context| drop(context.insert(key.clone(), json!([]))));
        with(&|context| {
            let value = context.remove(key).unwrap_or_default();
            context.insert(key.to_ascii_uppercase(), value);
        });
        match value {
            Value::String(text) => {
                for neighbour in one_character_off(text) {
                    with(&|context| drop(context.insert(key.clone(), neighbour.clone().into())));
                }
            }
            Value::Array(values) => {
                for at in 0..values.len() {
                    with(&|context| {
                        let mut values = values.clone();
                        values.remove(at);
                        context.insert(key.clone(), values.into());
                    });
                }
            }
            _ => {}
        }
    }
    all
}

/// Every case that differs from `case` in one thing.
fn neighbours(case: &Value) -> Vec<Value> {
    let mut all = Vec::new();
    let mut with = |pointer: &str, value: Value| {
        let mut case = case.clone();
        if let Some(place) = case.pointer_mut(pointer) {
            *place = value;
            all.push(case);
        }
    };
    let text = |pointer: &str| case.pointer(pointer).and_then(Value::as_str);
    if let Some(action) = text("/request/action") {
        one_character_off(action).into_iter().for_each(|off| with("/request/action", off.into()));
    }
    if let Some(resource) = text("/request/resource") {
        one_field_off(resource).into_iter().for_each(|off| with("/request/resource", off.into()));
    }
    if let Some(Value::Object(context)) = case.pointer("/request/context") {
        contexts_near(context).into_iter().for_each(|near| with("/request/context", near));
    }
    if let Some(Value::Object(principal)) = case.pointer("/request/principal") {
        for (member, value) in principal {
            let Some(text) = value.as_str() else { continue };
            for off in one_character_off(text) {
                with(&format!("/request/principal/{member}"), off.into());
            }
        }
    }
    if let Some(Value::Object(layers)) = case.get("policies") {
        for layer in layers.keys() {
            let mut layers = layers.clone();
            layers.remove(layer);
            with("/policies", Value::Object(layers));
        }
    }
    all
}

fn is_long_run() -> bool {
    std::env::var_os("RAMGUARD_LONG").is_some()
}

/// Holds the neighbours of a case to the law; says how many there are, and how many of them are
/// decided otherwise than the case. In a slice the number of the case chooses the neighbours, so
/// that all kinds of them get their turn.
fn neighbours_agree(number: usize, case: &Value) -> (u64, u64) {
    let own = oracle::evaluate(case).decision();
    let (mut decided, mut otherwise) = (0, 0);
    let step = if is_long_run() { 1 } else { 8 };
    for neighbour in neighbours(case).into_iter().skip(number % step).step_by(step) {
        if let Err(broken) = laws::engine_agrees(&neighbour) {
            assert!(broken.is_empty(), "{broken}");
        }
        decided += 1;
        otherwise += u64::from(oracle::evaluate(&neighbour).decision() != own);
    }
    (decided, otherwise)
}

fn sum(counts: impl Iterator<Item = (u64, u64)>) -> (u64, u64) {
    counts
        .fold((0, 0), |(decided, otherwise), (more, of_them)| (decided + more, otherwise + of_them))
}

#[test]
fn the_neighbours_of_generated_cases_are_decided_as_the_textbook_does() {
    let seeds = if is_long_run() { 10_000 } else { 200 };
    let cases = (0..seeds).map(generate::seeded).enumerate();
    let (decided, otherwise) = sum(cases.map(|(number, case)| neighbours_agree(number, &case)));
    println!("neighbours of generated cases: {decided} decided, {otherwise} otherwise");
    // A neighbour that never changes anything would be no near miss.
    assert!(otherwise * 10 > decided, "{otherwise} of {decided}");
}

#[test]
fn the_neighbours_of_the_conformance_cases_are_decided_as_the_textbook_does() {
    let folder = corpus::testdata().join("conformance");
    let text: String = ["semantics.jsonl", "own.jsonl"]
        .map(|file| fs::read_to_string(folder.join(file)).expect("the cases"))
        .concat();
    let cases = text.lines().map(|line| serde_json::from_str(line).expect("a case a line"));
    let cases = cases.enumerate();
    let (decided, otherwise) =
        sum(cases.map(|(number, case): (usize, Value)| neighbours_agree(number, &case)));
    println!("neighbours of conformance cases: {decided} decided, {otherwise} otherwise");
    assert!(otherwise * 10 > decided, "{otherwise} of {decided}");
}
