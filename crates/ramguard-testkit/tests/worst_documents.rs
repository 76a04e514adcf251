//! How much work a single document of legal size can make of a decision, in steps instead of time.
#![cfg(feature = "steps")]

use ramguard::{Authorizer, Policy, steps};
use ramguard_testkit::worst::{FAMILIES, largest, of_resources, requests};

/// A decision may take one step for so many bytes of the document.
const BYTES_A_STEP: u64 = 2;

/// The same of a document that is full of principals, which are found by key if they are many.
const BYTES_A_STEP_OF_PRINCIPALS: u64 = 12;
const PRINCIPALS: [&str; 6] = ["users", "a user", "accounts", "services", "providers", "sessions"];

#[test]
fn a_decision_takes_at_most_one_step_for_two_bytes_of_the_worst_document() {
    let requests = requests().unwrap();
    for family in FAMILIES {
        let text = largest(family);
        let authorizer = Authorizer::new([Policy::parse(&text).unwrap()]);
        let of = |request| {
            let _ = steps::take();
            let _ = authorizer.decide(request);
            steps::take()
        };
        let most = requests.iter().map(of).max().unwrap();
        let name = family.0;
        println!("{name}: {} bytes, {most} steps", text.len());
        assert!(most * BYTES_A_STEP <= text.len() as u64, "{name}: {most} steps");
    }
}

#[test]
fn nor_more_by_the_worst_policy_of_a_role_or_a_bucket() {
    let all = of_resources().unwrap();
    assert!(all.len() > FAMILIES.len());
    for document in all {
        let of = |request| {
            let _ = steps::take();
            let _ = document.set.decide_alone(request);
            steps::take()
        };
        let most = document.requests.iter().map(of).max().unwrap();
        let (name, bytes) = (&document.name, document.text.len());
        println!("{name}: {bytes} bytes, {most} steps");
        let of = name.split_once(": ").map_or("", |(_, of)| of);
        let bound = match PRINCIPALS.iter().any(|start| of.starts_with(start)) {
            true => BYTES_A_STEP_OF_PRINCIPALS,
            false => BYTES_A_STEP,
        };
        assert!(most * bound <= bytes as u64, "{name}: {most} steps");
    }
}
