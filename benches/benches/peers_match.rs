//! How long do other matchers take for what a set of patterns does?
//!
//! Each peer gets the patterns in its own language, is checked once against the right answers, and
//! is measured in the same group as the set. Peers that take minutes to build, or gigabytes, are
//! left out at that size: globset and `RegexSet` past 1,000 patterns, the dense automaton past 100,
//! the hybrid one past 10,000. A filter that starts with `peers-match/<mix>/` leaves the other
//! kinds unbuilt.

use std::collections::HashMap;
use std::hint::black_box;
use std::time::Duration;

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use ramguard_benches::patterns::{Mix, Workload};
use ramguard_benches::{plain, units};
use ramguard_match::{Case, Matches, PatternSet};
use regex_automata::{Anchored, Input, MatchKind};

/// Finds the numbers of the patterns that fit a text.
type Peer = Box<dyn FnMut(&str, &mut Vec<usize>)>;

fn ours(patterns: &[String]) -> Peer {
    let set = PatternSet::new(patterns, Case::Sensitive);
    let mut matches = Matches::new();
    Box::new(move |text, found| {
        set.matches_into(text, &mut matches);
        found.clear();
        found.extend(matches.iter());
    })
}

fn globset(patterns: &[String]) -> Option<Peer> {
    let mut builder = globset::GlobSetBuilder::new();
    for pattern in patterns {
        let mut glob = globset::GlobBuilder::new(pattern);
        builder.add(glob.literal_separator(false).build().ok()?);
    }
    let set = builder.build().ok()?;
    Some(Box::new(move |text, found| set.matches_into(text, found)))
}

fn expressions(patterns: &[String]) -> Vec<String> {
    let expression = |pattern: &String| {
        let body: String = pattern
            .chars()
            .map(|symbol| match symbol {
                '*' => ".*".to_owned(),
                '?' => ".".to_owned(),
                symbol => regex::escape(&symbol.to_string()),
            })
            .collect();
        format!("(?s-u)^{body}$")
    };
    patterns.iter().map(expression).collect()
}

fn regex_set(patterns: &[String]) -> Option<Peer> {
    let mut builder = regex::bytes::RegexSetBuilder::new(expressions(patterns));
    let set = builder.size_limit(1 << 31).dfa_size_limit(1 << 29).build().ok()?;
    Some(Box::new(move |text, found| {
        found.clear();
        found.extend(set.matches(text.as_bytes()).iter());
    }))
}

fn hybrid(patterns: &[String]) -> Option<Peer> {
    use regex_automata::{hybrid::dfa, nfa::thompson, util::syntax};
    let nfa = thompson::Compiler::new()
        .configure(thompson::Config::new().nfa_size_limit(Some(1 << 31)).utf8(false))
        .syntax(syntax::Config::new().utf8(false).unicode(false))
        .build_many(&expressions(patterns))
        .ok()?;
    let config = dfa::Config::new().match_kind(MatchKind::All).cache_capacity(1 << 29);
    let automaton = dfa::Builder::new().configure(config).build_from_nfa(nfa).ok()?;
    let mut cache = automaton.create_cache();
    let mut set = regex_automata::PatternSet::new(patterns.len());
    Some(Box::new(move |text, found| {
        set.clear();
        let input = Input::new(text).anchored(Anchored::Yes);
        automaton.try_which_overlapping_matches(&mut cache, &input, &mut set).ok();
        found.clear();
        found.extend(set.iter().map(|id| id.as_usize()));
    }))
}

fn dense(patterns: &[String]) -> Option<Peer> {
    use regex_automata::dfa::{Automaton, StartKind, dense};
    use regex_automata::{nfa::thompson, util::syntax};
    let config = dense::Config::new()
        .match_kind(MatchKind::All)
        .start_kind(StartKind::Anchored)
        .dfa_size_limit(Some(200 << 20))
        .determinize_size_limit(Some(400 << 20));
    let automaton = dense::Builder::new()
        .configure(config)
        .thompson(thompson::Config::new().utf8(false))
        .syntax(syntax::Config::new().utf8(false).unicode(false))
        .build_many(&expressions(patterns))
        .ok()?;
    let mut set = regex_automata::PatternSet::new(patterns.len());
    Some(Box::new(move |text, found| {
        set.clear();
        let input = Input::new(text).anchored(Anchored::Yes);
        automaton.try_which_overlapping_matches(&input, &mut set).ok();
        found.clear();
        found.extend(set.iter().map(|id| id.as_usize()));
    }))
}

/// Looks for the longest literal of every pattern, then checks the patterns whose literal is there.
fn prefilter(patterns: &[String]) -> Option<Peer> {
    let patterns = patterns.to_vec();
    let mut always = vec![];
    let mut owners: HashMap<String, Vec<usize>> = HashMap::new();
    for (number, pattern) in patterns.iter().enumerate() {
        match pattern.split(['*', '?']).max_by_key(|literal| literal.len()) {
            None | Some("") => always.push(number),
            Some(literal) => owners.entry(literal.to_owned()).or_default().push(number),
        }
    }
    let (literals, owners): (Vec<String>, Vec<Vec<usize>>) = owners.into_iter().unzip();
    let kind = if patterns.len() <= 1_000 {
        aho_corasick::AhoCorasickKind::DFA
    } else {
        aho_corasick::AhoCorasickKind::ContiguousNFA
    };
    let automaton = aho_corasick::AhoCorasick::builder().kind(Some(kind)).build(&literals).ok()?;
    let (mut seen, mut round) = (vec![0_u64; literals.len()], 0);
    Some(Box::new(move |text, found| {
        round += 1;
        found.clear();
        let fits = |number: &usize| patterns.get(*number).is_some_and(|p| plain(p, text));
        found.extend(always.iter().copied().filter(fits));
        for hit in automaton.find_overlapping_iter(text) {
            let literal = hit.pattern().as_usize();
            if let (Some(seen), Some(owners)) = (seen.get_mut(literal), owners.get(literal))
                && std::mem::replace(seen, round) != round
            {
                found.extend(owners.iter().copied().filter(fits));
            }
        }
        found.sort_unstable();
    }))
}

/// One text after the other against a set; all the numbers of the patterns that fit.
fn peers(c: &mut Criterion) {
    let filter = std::env::args().skip(1).find(|argument| argument.starts_with("peers-match/"));
    for mix in Mix::ALL {
        let name = format!("peers-match/{mix}");
        if filter.as_ref().is_some_and(|filter| !filter.starts_with(&format!("{name}/"))) {
            continue;
        }
        let mut group = c.benchmark_group(name);
        group.bench_function("unit-x1000", |b| b.iter(|| units(1_000, black_box(1))));
        for &count in mix.sizes() {
            let workload = Workload::new(mix, count);
            let patterns = &workload.patterns;
            let small = |limit: usize| count <= limit;
            let all: [(&str, Option<Peer>); 6] = [
                ("ramguard", Some(ours(patterns))),
                ("globset", small(1_000).then(|| globset(patterns)).flatten()),
                ("regex-set", small(1_000).then(|| regex_set(patterns)).flatten()),
                ("hybrid-dfa", small(10_000).then(|| hybrid(patterns)).flatten()),
                ("dense-dfa", small(100).then(|| dense(patterns)).flatten()),
                ("prefilter", prefilter(patterns)),
            ];
            for (name, peer) in all {
                let Some(mut peer) = peer else { continue };
                let mut found = vec![];
                for (text, expected) in workload.texts.iter().zip(&workload.expected) {
                    peer(text, &mut found);
                    assert_eq!(&found, expected, "{name} {mix} {count} `{text}`");
                }
                let mut texts = workload.texts.iter().cycle();
                group.bench_function(BenchmarkId::new(name, count), |b| {
                    b.iter(|| {
                        let text = texts.next().map_or("", String::as_str);
                        peer(black_box(text), &mut found);
                        found.len()
                    });
                });
            }
        }
        group.finish();
    }
}

/// Short rounds, as there are many of them and each does the same all over again.
fn short() -> Criterion {
    Criterion::default()
        .warm_up_time(Duration::from_millis(300))
        .measurement_time(Duration::from_secs(1))
}

criterion_group! {
    name = benches;
    config = short();
    targets = peers
}
criterion_main!(benches);
