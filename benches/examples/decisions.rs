//! Makes a number of decisions and nothing else, for a tool that counts instructions:
//! `decisions <small|large|slow> <rounds>`. The difference between two numbers of rounds is what
//! the decisions cost.
#![expect(clippy::unwrap_used, reason = "a measurement may stop where it is wrong")]

use std::hint::black_box;

use ramguard::{Authorizer, Policy, Request};
use ramguard_benches::questions::{policies, requests, work};
use ramguard_testkit::workload::Variant;

fn main() {
    let mut arguments = std::env::args().skip(1);
    let (which, rounds) = (arguments.next().unwrap(), arguments.next().unwrap());
    let rounds: usize = rounds.parse().unwrap();
    let (authorizer, work) = match which.as_str() {
        "small" => (None, work(Variant::Plain, 10)),
        "large" => (None, work(Variant::Conditions, 1_000)),
        _ => {
            let text = include_str!("../../testdata/bench/max-size-policy.json");
            (Some(Authorizer::new([Policy::parse(text).unwrap()])), work(Variant::Plain, 1))
        }
    };
    let (authorizer, requests) = match authorizer {
        Some(slow) => {
            let long = "a".repeat(120);
            let resource = format!("acs:ecs:cn-hangzhou:123456789012:{long}");
            (slow, vec![Request::parse(format!("ecs:{long}"), resource).unwrap(); 1_000])
        }
        None => (Authorizer::new(policies(&work).unwrap()), requests(&work.questions).unwrap()),
    };
    for _ in 0..rounds {
        for request in &requests {
            black_box(authorizer.decide(black_box(request)));
        }
    }
}
