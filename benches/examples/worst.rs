//! How long a decision takes by the worst documents of legal size: for each family the slowest of
//! its requests, the least of many passes, in U and in nanoseconds. Identity policies come first, then
//! trust and bucket policies, each alone. `worst <word>` takes the families with this word in their
//! names only.
#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a measurement prints, and may stop")]

use std::hint::black_box;
use std::time::Instant;

use ramguard::{Authorizer, Policy};
use ramguard_benches::units;
use ramguard_testkit::worst::{FAMILIES, largest, of_resources, requests};

/// Passes, each of [`EACH`] decisions.
const PASSES: usize = 400;
const EACH: u32 = 8;

/// Returns the least time, in nanoseconds, of what is done [`EACH`] times a pass.
fn least(mut each: impl FnMut()) -> f64 {
    let pass = |_| {
        let start = Instant::now();
        (0..EACH).for_each(|_| each());
        start.elapsed()
    };
    (0..PASSES).map(pass).min().unwrap().as_nanos() as f64 / f64::from(EACH)
}

fn main() {
    let requests = requests().unwrap();
    let unit = least(|| {
        black_box(units(1_000, black_box(1)));
    }) / 1_000.0;
    println!("U = {unit:.3} ns");
    let word = std::env::args().nth(1).unwrap_or_default();
    for family in FAMILIES.iter().filter(|(name, _)| name.contains(&word)) {
        let authorizer = Authorizer::new([Policy::parse(&largest(family)).unwrap()]);
        let of = |request| {
            least(|| {
                black_box(authorizer.decide(black_box(request)));
            })
        };
        let most = requests.iter().map(of).fold(0.0, f64::max);
        println!("{:6.0} U {most:7.0} ns  {}", most / unit, family.0);
    }
    for document in of_resources().unwrap().iter().filter(|one| one.name.contains(&word)) {
        let of = |request| {
            least(|| {
                black_box(document.set.decide_alone(black_box(request)));
            })
        };
        let most = document.requests.iter().map(of).fold(0.0, f64::max);
        println!("{:6.0} U {most:7.0} ns  {}", most / unit, document.name);
    }
}
