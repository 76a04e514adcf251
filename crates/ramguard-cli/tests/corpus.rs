//! What the linter says about real policies, and that its safe fixes repair them without harm.
mod support;

use std::collections::BTreeMap;
use std::fs;

use ramguard_policy::{Kind, Policy};
use support::{command, run};

#[test]
fn the_findings_on_the_corpus_are_those_somebody_has_looked_at() {
    let flags = ["lint", "policies", "--isolated", "--now", "2026-01-01", "--output", "concise"];
    let run = run(command(flags).current_dir(support::testdata()));
    let path = support::testdata().join("lint/golden.txt");
    if std::env::var_os("RAMGUARD_BLESS").is_some_and(|value| value == "1") {
        fs::write(&path, &run.stdout).unwrap();
        return;
    }
    let golden = fs::read_to_string(&path).unwrap();
    let gone = golden.lines().filter(|line| !run.stdout.contains(line)).take(10);
    let new = run.stdout.lines().filter(|line| !golden.contains(line)).take(10);
    let (gone, new): (Vec<&str>, Vec<&str>) = (gone.collect(), new.collect());
    assert!(
        golden == run.stdout,
        "gone: {gone:#?}\nnew: {new:#?}\nlook at them, then RAMGUARD_BLESS=1 writes {} anew",
        path.display()
    );
}

/// Requests that the statements of a policy are about, and others beside them.
fn requests(policy: &Policy) -> Vec<(String, String)> {
    let filled = |text: &str, with: &str| text.replace('*', with).replace('?', "1");
    let mut requests = vec![("ecs:StopInstance".to_owned(), "*".to_owned())];
    for statement in policy.statements() {
        for action in statement.actions().take(20) {
            for resource in statement.resources().take(5) {
                for with in ["", "Xy", "a/b"] {
                    requests.push((filled(action.text, "Xy"), filled(resource.text, with)));
                }
            }
        }
    }
    requests
}

fn decisions(policy: Policy, requests: &[(String, String)]) -> Vec<Option<ramguard::Outcome>> {
    let authorizer = ramguard::Authorizer::new([policy]);
    let decide = |(action, resource): &(String, String)| {
        let request = ramguard::Request::parse(action, resource).ok()?;
        Some(authorizer.decide(&request).outcome())
    };
    requests.iter().map(decide).collect()
}

#[test]
fn repairing_the_corpus_keeps_what_loads_loading_and_deciding_alike() {
    let root = support::folder("corpus-fix");
    let mut before = BTreeMap::new();
    for entry in fs::read_dir(support::testdata().join("policies")).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        if name.ends_with(".json") {
            fs::copy(&path, root.join(&name)).unwrap();
            let text = fs::read_to_string(&path).unwrap_or_default();
            let kind = Kind::guess(&text);
            if let Ok(policy) = Policy::parse_as(kind, &text) {
                before.insert(name, (kind, policy));
            }
        }
    }
    let flags = [
        "lint",
        ".",
        "--fix",
        "--allow-no-vcs",
        "--preset",
        "audit",
        "--output",
        "concise",
        "--isolated",
    ];
    let repaired = run(command(flags).current_dir(&root));
    assert!(repaired.stderr.contains("fixes applied"), "{}", repaired.stderr);
    assert!(before.len() > 800);
    for (name, (kind, policy)) in before {
        let text = fs::read_to_string(root.join(&name)).unwrap();
        let after = Policy::parse_as(kind, &text).unwrap_or_else(|error| panic!("{name}: {error}"));
        if kind == Kind::Identity {
            let requests = requests(&policy);
            assert_eq!(decisions(policy, &requests), decisions(after, &requests), "{name}");
        }
    }
    // A second run finds nothing left to repair.
    let again = run(command(flags).current_dir(&root));
    assert!(!again.stderr.contains("applied"), "{}", again.stderr);
}
