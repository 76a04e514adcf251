//! How long does one decision in the middle take, and how long the slowest of a hundred?
//!
//! Prints a line for each size: the mean of the best pass over a thousand requests, as nanoseconds
//! and as multiples of the step U; then the median and the 99th percentile of single decisions and
//! their ratio. A single decision is timed by two looks at the clock, whose own cost, the median
//! of looking twice with nothing between, is taken off. `latencies [statements]...` does some sizes
//! only.
#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a measurement may stop where it is wrong"
)]

use std::hint::black_box;
use std::time::Instant;

use ramguard::{Authorizer, Request};
use ramguard_benches::questions::{policies, requests, work};
use ramguard_benches::units;
use ramguard_testkit::workload::Variant;

const SIZES: [usize; 6] = [1, 10, 100, 1_000, 10_000, 100_000];

/// Passes over all requests for the mean, and for the single decisions.
const PASSES: usize = 600;

/// Returns the nanoseconds `run` takes at best.
fn best(passes: usize, mut run: impl FnMut()) -> f64 {
    let times = (0..passes).map(|_| {
        let start = Instant::now();
        run();
        start.elapsed().as_secs_f64() * 1e9
    });
    times.fold(f64::INFINITY, f64::min)
}

/// Returns the value below which `part` of all are.
fn quantile(sorted: &[u64], part: f64) -> u64 {
    let at = (sorted.len() as f64 * part) as usize;
    sorted.get(at.min(sorted.len() - 1)).copied().unwrap_or_default()
}

/// Returns the nanoseconds of every decision of many passes, sorted, the clock not counted.
fn singles(authorizer: &Authorizer, requests: &[Request<'_>], clock: u64) -> Vec<u64> {
    let mut times = Vec::with_capacity(PASSES * requests.len());
    for _ in 0..PASSES {
        for request in requests {
            let start = Instant::now();
            black_box(authorizer.decide(black_box(request)));
            times.push((start.elapsed().as_nanos() as u64).saturating_sub(clock));
        }
    }
    times.sort_unstable();
    times
}

fn main() {
    let asked: Vec<usize> = std::env::args().skip(1).map(|size| size.parse().unwrap()).collect();
    let mut nothing: Vec<u64> = (0..100_000)
        .map(|_| {
            let start = Instant::now();
            start.elapsed().as_nanos() as u64
        })
        .collect();
    nothing.sort_unstable();
    let clock = quantile(&nothing, 0.5);
    println!("statements\tvariant\tmean_ns\tmean_u\tmedian_ns\tp99_ns\tp99/median");
    for (name, variant) in [("plain", Variant::Plain), ("conditions", Variant::Conditions)] {
        for size in SIZES.into_iter().filter(|size| asked.is_empty() || asked.contains(size)) {
            let work = work(variant, size);
            let authorizer = Authorizer::new(policies(&work).unwrap());
            let requests = requests(&work.questions).unwrap();
            let mean = best(PASSES, || {
                black_box(requests.iter().filter(|r| authorizer.decide(r).is_allowed()).count());
            }) / 1e3;
            let unit = best(PASSES, || {
                black_box(units(1_000, black_box(1)));
            }) / 1e3;
            let times = singles(&authorizer, &requests, clock);
            let (median, late) = (quantile(&times, 0.5), quantile(&times, 0.99));
            let ratio = late as f64 / median.max(1) as f64;
            let mean_u = mean / unit;
            println!("{size}\t{name}\t{mean:.1}\t{mean_u:.1}\t{median}\t{late}\t{ratio:.2}");
        }
    }
}
