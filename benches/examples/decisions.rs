//! Makes a number of decisions and nothing else, for a tool that counts instructions:
//! `decisions <small|large|slow> <rounds>`. The difference between two numbers of rounds is what
//! the decisions cost.
#![expect(clippy::unwrap_used, reason = "a measurement may stop where it is wrong")]

use std::hint::black_box;

use ramguard::{Authorizer, Policy};
use ramguard_benches::questions::{policies, requests, work};
use ramguard_testkit::workload::Variant;
use ramguard_testkit::worst::{FAMILIES, Family, largest, requests as worst_requests};

fn main() {
    let mut arguments = std::env::args().skip(1);
    let (which, rounds) = (arguments.next().unwrap(), arguments.next().unwrap());
    let rounds: usize = rounds.parse().unwrap();
    let (authorizer, work) = match which.as_str() {
        "small" => (None, work(Variant::Plain, 10)),
        "large" => (None, work(Variant::Conditions, 1_000)),
        _ => {
            let named = |family: &&Family| family.0 == "actions of five pairs, twenty a statement";
            let document = largest(FAMILIES.iter().find(named).unwrap());
            (Some(Authorizer::new([Policy::parse(&document).unwrap()])), work(Variant::Plain, 1))
        }
    };
    let (authorizer, requests) = match authorizer {
        Some(slow) => (slow, worst_requests().unwrap().into_iter().cycle().take(1_000).collect()),
        None => (Authorizer::new(policies(&work).unwrap()), requests(&work.questions).unwrap()),
    };
    for _ in 0..rounds {
        for request in &requests {
            black_box(authorizer.decide(black_box(request)));
        }
    }
}
