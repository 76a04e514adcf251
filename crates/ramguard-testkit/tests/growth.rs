//! How the work of a decision grows, in steps instead of time.
#![expect(clippy::unwrap_used, reason = "a test may stop where it is wrong")]

use ramguard::{Authorizer, Context, Policy, Request, steps};
use ramguard_testkit::workload::{self, Question, Variant};

fn request(question: &Question) -> Request<'_> {
    let context = question.context.iter().map(|(key, value)| (*key, value.as_str()));
    Request::parse(question.action.as_str(), question.resource.as_str())
        .unwrap()
        .with_context(Context::from_pairs(context).unwrap())
}

/// Returns the steps of the middle and of the worst of a thousand decisions.
fn steps_of(variant: Variant, statements: usize) -> (u64, u64) {
    let work = workload::decisions(variant, statements, 1_000, 31);
    let authorizer =
        Authorizer::new(work.documents.iter().map(|text| Policy::parse(text).unwrap()));
    let mut counts: Vec<u64> = work
        .questions
        .iter()
        .map(|question| {
            let request = request(question);
            let _ = steps::take();
            let _ = authorizer.decide(&request);
            steps::take()
        })
        .collect();
    counts.sort_unstable();
    (counts.get(500).copied().unwrap(), counts.last().copied().unwrap())
}

#[test]
fn ten_thousand_times_the_statements_take_at_most_twice_the_steps() {
    for variant in [Variant::Plain, Variant::Conditions] {
        let (few, _) = steps_of(variant, 10);
        for statements in [100, 1_000, 10_000, 100_000] {
            let (many, worst) = steps_of(variant, statements);
            println!("{variant:?} {statements}: {many}, at most {worst}; at 10: {few}");
            assert!(many <= 2 * few.max(20), "{variant:?} {statements}: {many} against {few}");
            assert!(worst <= 20 * many, "{variant:?} {statements}: {worst} against {many}");
        }
    }
}

#[test]
fn a_policy_made_to_be_slow_takes_steps_in_proportion_to_its_length() {
    let text = include_str!("../../../testdata/bench/max-size-policy.json");
    let authorizer = Authorizer::new([Policy::parse(text).unwrap()]);
    let mut counts = Vec::new();
    for length in [120, 240, 480, 960] {
        let long = "a".repeat(length);
        let resource = format!("acs:ecs:cn-hangzhou:123456789012:{long}");
        let request = Request::parse(format!("ecs:{long}"), resource).unwrap();
        let _ = steps::take();
        assert!(!authorizer.decide(&request).is_allowed());
        counts.push(steps::take());
    }
    println!("{counts:?}");
    assert!(counts.iter().all(|&count| count <= text.len() as u64), "{counts:?}");
}
