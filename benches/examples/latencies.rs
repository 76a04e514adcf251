//! How long does one decision in the middle take, and how long the slowest of a hundred?
//!
//! Prints a line for each size: the mean of the best pass over a thousand requests, as nanoseconds
//! and as multiples of the step U; then the median and the 99th percentile of the thousand, and
//! their ratio; then the 99th percentile of all single decisions.
//!
//! A single decision is timed by two looks at the clock, whose own cost is taken off. The clock may
//! tick in steps of ten nanoseconds, a third of a small decision, and the system takes the processor
//! away now and then. So what a request takes is the mean of the quicker nine tenths of its single
//! decisions, each of them in turn with those of all other requests: ticks even out, and no request
//! is decided from a cache or by guesses that it has warmed for itself.
//! `latencies [statements]...` does some sizes only.
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
fn quantile(sorted: &[f64], part: f64) -> f64 {
    let at = (sorted.len() as f64 * part) as usize;
    sorted.get(at.min(sorted.len() - 1)).copied().unwrap_or_default()
}

/// Returns the mean of the quicker nine tenths; sorts them.
fn usual(times: &mut [f64]) -> f64 {
    times.sort_unstable_by(f64::total_cmp);
    let quick = times.get(..times.len() * 9 / 10).unwrap_or_default();
    quick.iter().sum::<f64>() / quick.len() as f64
}

/// Returns the nanoseconds of the decisions on each request, pass by pass.
fn singles(authorizer: &Authorizer, requests: &[Request<'_>]) -> Vec<Vec<f64>> {
    let mut times = vec![Vec::with_capacity(PASSES); requests.len()];
    for _ in 0..PASSES {
        for (request, times) in requests.iter().zip(&mut times) {
            let start = Instant::now();
            black_box(authorizer.decide(black_box(request)));
            times.push(start.elapsed().as_nanos() as f64);
        }
    }
    times
}

fn main() {
    let asked: Vec<usize> = std::env::args().skip(1).map(|size| size.parse().unwrap()).collect();
    let mut nothing: Vec<f64> = (0..100_000)
        .map(|_| {
            let start = Instant::now();
            start.elapsed().as_nanos() as f64
        })
        .collect();
    let clock = usual(&mut nothing);
    println!("statements\tvariant\tmean_ns\tmean_u\tmedian_ns\tp99_ns\tp99/median\tp99_single_ns");
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
            let mut times = singles(&authorizer, &requests);
            let mut each: Vec<f64> = times.iter_mut().map(|times| usual(times) - clock).collect();
            each.sort_unstable_by(f64::total_cmp);
            let (median, late) = (quantile(&each, 0.5), quantile(&each, 0.99));
            let mut all = times.concat();
            all.sort_unstable_by(f64::total_cmp);
            let late_single = quantile(&all, 0.99) - clock;
            println!(
                "{size}\t{name}\t{mean:.1}\t{:.1}\t{median:.1}\t{late:.1}\t{:.2}\t{late_single:.0}",
                mean / unit,
                late / median,
            );
        }
    }
}
