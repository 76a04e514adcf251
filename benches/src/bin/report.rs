//! Turns what criterion measured into tables and charts.
//!
//! `report <folder of criterion> <decide.svg> <match.svg>` prints Markdown tables: decisions in
//! nanoseconds and in steps U of the same group, the same beside other engines, sets of patterns
//! beside other matchers, and what is measured once. What was not measured is left out. The charts
//! show time against size.
#![expect(clippy::print_stdout, reason = "the tables are what this program is for")]

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use serde_json::Value;

/// The function of every group that does a thousand steps U.
const UNIT: &str = "unit-x1000";

/// Our name where others are measured too.
const OURS: &str = "ramguard";

/// Nanoseconds an element, by group, function and size.
#[derive(Default)]
struct Times(BTreeMap<(String, String, u64), f64>);

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [folder, decide, patterns] = arguments.as_slice() else {
        return Err("usage: report <folder of criterion> <decide.svg> <match.svg>".into());
    };
    let mut times = Times::default();
    collect(Path::new(folder), &mut times)?;
    let tables = [decisions(&times), engines(&times), matchers(&times), single(&times)];
    let tables: Vec<String> = tables.into_iter().filter(|table| !table.is_empty()).collect();
    println!("{}", tables.join("\n\n"));
    fs::write(decide, svg("statements", &decide_lines(&times)))?;
    fs::write(patterns, svg("patterns", &match_lines(&times)))?;
    Ok(())
}

/// Reads every measurement below a folder.
fn collect(folder: &Path, times: &mut Times) -> Result<(), Box<dyn Error>> {
    let (about, estimates) = (folder.join("benchmark.json"), folder.join("estimates.json"));
    if folder.ends_with("new") && about.exists() && estimates.exists() {
        let about: Value = serde_json::from_str(&fs::read_to_string(about)?)?;
        let estimates: Value = serde_json::from_str(&fs::read_to_string(estimates)?)?;
        let text = |name: &str| about.get(name).and_then(Value::as_str).unwrap_or_default();
        let elements = about.pointer("/throughput/Elements").and_then(Value::as_f64);
        let median = estimates.pointer("/median/point_estimate").and_then(Value::as_f64);
        let function = text("function_id").to_owned();
        // A thousand steps U are measured without regard to the throughput of their group.
        let divisor = if function == UNIT { 1_000.0 } else { elements.unwrap_or(1.0) };
        let value = text("value_str").parse().unwrap_or(0);
        if let Some(median) = median {
            times.0.insert((text("group_id").to_owned(), function, value), median / divisor);
        }
        return Ok(());
    }
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() && !path.ends_with("base") {
            collect(&path, times)?;
        }
    }
    Ok(())
}

impl Times {
    fn of(&self, group: &str, function: &str, size: u64) -> Option<f64> {
        self.0.get(&(group.to_owned(), function.to_owned(), size)).copied()
    }

    /// Returns a time as text: nanoseconds, and steps U if the group has measured one.
    fn cell(&self, group: &str, function: &str, size: u64) -> String {
        match (self.of(group, function, size), self.of(group, UNIT, 0)) {
            (Some(ns), Some(unit)) => format!("{} ({:.0} U)", time(ns), ns / unit),
            (Some(ns), None) => time(ns),
            (None, _) => String::new(),
        }
    }

    fn sizes(&self, group: &str, function: &str) -> BTreeSet<u64> {
        self.0.keys().filter(|(g, f, _)| g == group && f == function).map(|(_, _, n)| *n).collect()
    }

    /// Returns what a group measured, but for the step U.
    fn functions(&self, group: &str) -> BTreeSet<&str> {
        let all = self.0.keys().filter(|(g, f, _)| g == group && f != UNIT);
        all.map(|(_, function, _)| function.as_str()).collect()
    }

    fn groups(&self, start: &str) -> BTreeSet<&str> {
        self.0.keys().map(|(group, ..)| group.as_str()).filter(|g| g.starts_with(start)).collect()
    }

    /// Returns the fastest of the others at a size: those that are neither ours nor the baseline.
    fn best_other(&self, group: &str, size: u64) -> Option<(&str, f64)> {
        let others =
            self.functions(group).into_iter().filter(|f| ![OURS, "plain-scan"].contains(f));
        others
            .filter_map(|function| Some((function, self.of(group, function, size)?)))
            .min_by(|(_, one), (_, other)| one.total_cmp(other))
    }

    fn line(&self, group: &str, function: &str, name: &str) -> Line {
        let at = |size: &u64| Some((*size, self.of(group, function, *size)?));
        (name.to_owned(), self.sizes(group, function).iter().filter_map(at).collect())
    }
}

/// Three figures are enough for every number there is.
fn time(ns: f64) -> String {
    match ns {
        ..1_000.0 => format!("{ns:.0} ns"),
        ..10_000.0 => format!("{:.2} µs", ns / 1e3),
        ..100_000.0 => format!("{:.1} µs", ns / 1e3),
        ..1_000_000.0 => format!("{:.0} µs", ns / 1e3),
        _ => format!("{:.1} ms", ns / 1e6),
    }
}

fn row<'c>(text: &mut String, cells: impl IntoIterator<Item = &'c str>) {
    for cell in cells {
        let _ = write!(text, "| {cell} ");
    }
    text.push_str("|\n");
}

fn table(head: &[&str], rows: &[Vec<String>]) -> String {
    if rows.is_empty() {
        return String::new();
    }
    let mut text = String::new();
    row(&mut text, head.iter().copied());
    row(&mut text, head.iter().map(|_| "---"));
    for cells in rows {
        row(&mut text, cells.iter().map(String::as_str));
    }
    text.trim_end().to_owned()
}

fn decisions(times: &Times) -> String {
    let rows: Vec<Vec<String>> = times
        .sizes("decide/plain", "decide")
        .into_iter()
        .map(|size| {
            let cold = times.cell("decide/cold", "plain", size);
            vec![
                size.to_string(),
                times.cell("decide/plain", "decide", size),
                times.cell("decide/conditions", "decide", size),
                cold,
                times.cell("decide/plain", "plain-scan", size),
            ]
        })
        .collect();
    table(&["statements", "plain", "with conditions", "plain, cold", "plain scan"], &rows)
}

fn engines(times: &Times) -> String {
    let group = "peers-decide/plain";
    let others: Vec<&str> =
        times.functions(group).into_iter().filter(|f| ![OURS, "plain-scan"].contains(f)).collect();
    let rows: Vec<Vec<String>> = times
        .sizes(group, OURS)
        .into_iter()
        .map(|size| {
            let own = times.of(group, OURS, size);
            let ratio = times.best_other(group, size).zip(own).map(|((_, ns), own)| ns / own);
            let cell = |function: &str| times.of(group, function, size).map(time);
            [size.to_string(), cell(OURS).unwrap_or_default()]
                .into_iter()
                .chain(others.iter().map(|other| cell(other).unwrap_or_default()))
                .chain([ratio.map(|ratio| format!("{ratio:.0}")).unwrap_or_default()])
                .collect()
        })
        .collect();
    let head: Vec<&str> =
        ["statements", "RamGuard"].into_iter().chain(others).chain(["times as fast"]).collect();
    table(&head, &rows)
}

fn matchers(times: &Times) -> String {
    let mut rows = vec![];
    for group in times.groups("peers-match/") {
        for size in times.sizes(group, OURS) {
            let (Some(own), Some((other, ns))) =
                (times.of(group, OURS, size), times.best_other(group, size))
            else {
                continue;
            };
            rows.push(vec![
                group.trim_start_matches("peers-match/").to_owned(),
                size.to_string(),
                times.cell(group, OURS, size),
                format!("{} ({other})", time(ns)),
                format!("{:.1}", ns / own),
            ]);
        }
    }
    table(&["mix", "patterns", "RamGuard", "best of the others", "times as fast"], &rows)
}

/// What has no size of its own, one line a measurement.
fn single(times: &Times) -> String {
    let mut rows = vec![];
    for start in ["decide/hostile", "tenants", "operations/", "compile/"] {
        for group in times.groups(start) {
            for function in times.functions(group) {
                for size in times.sizes(group, function) {
                    let name = if size == 0 { String::new() } else { format!(", {size}") };
                    let cell = times.cell(group, function, size);
                    rows.push(vec![format!("{group}: {function}{name}"), cell]);
                }
            }
        }
    }
    table(&["measured", "time"], &rows)
}

/// A name, and nanoseconds by size.
type Line = (String, Vec<(u64, f64)>);

fn decide_lines(times: &Times) -> Vec<Line> {
    let mut lines = vec![
        times.line("decide/plain", "decide", "RamGuard"),
        times.line("decide/conditions", "decide", "RamGuard, with conditions"),
        times.line("decide/plain", "plain-scan", "plain scan"),
    ];
    let group = "peers-decide/plain";
    for function in times.functions(group) {
        if ![OURS, "plain-scan"].contains(&function) {
            lines.push(times.line(group, function, function));
        }
    }
    lines
}

/// Resources are the patterns that most policies have.
fn match_lines(times: &Times) -> Vec<Line> {
    let group = "peers-match/resources";
    let functions = times.functions(group).into_iter();
    let name =
        |function: &str| if function == OURS { "RamGuard".into() } else { function.to_owned() };
    functions.map(|function| times.line(group, function, &name(function))).collect()
}

/// Both axes are logarithms: sizes from 1 to 100,000, time from 10 ns to 10 ms.
fn svg(sizes: &str, lines: &[Line]) -> String {
    const LEFT: f64 = 70.0;
    const BOTTOM: f64 = 330.0;
    /// The height of a name.
    const LABEL: f64 = 13.0;
    let x = |size: u64| LEFT + (size.max(1) as f64).log10() * 96.0;
    let y = |ns: f64| BOTTOM - (ns.max(10.0).log10() - 1.0) * 50.0;
    let mut text = String::from(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 760 380\" \
         font-family=\"sans-serif\" font-size=\"12\">\n\
         <rect width=\"760\" height=\"380\" fill=\"white\"/>\n",
    );
    for (power, name) in
        ["10 ns", "100 ns", "1 µs", "10 µs", "100 µs", "1 ms", "10 ms"].into_iter().enumerate()
    {
        let at = BOTTOM - power as f64 * 50.0;
        let _ = writeln!(
            text,
            "<path d=\"M{LEFT} {at}H550\" stroke=\"#ddd\"/>\
             <text x=\"62\" y=\"{:.0}\" text-anchor=\"end\">{name}</text>",
            at + 4.0
        );
    }
    for size in [1, 10, 100, 1_000, 10_000, 100_000] {
        let _ = writeln!(
            text,
            "<text x=\"{:.0}\" y=\"350\" text-anchor=\"middle\">{size}</text>",
            x(size)
        );
    }
    let _ = writeln!(text, "<text x=\"310\" y=\"372\" text-anchor=\"middle\">{sizes}</text>");
    let colours = ["#0a6", "#05a", "#999", "#c40", "#a0a", "#860", "#444", "#c90"];
    let mut placed: Vec<(f64, f64)> = Vec::new();
    for ((name, points), colour) in lines.iter().zip(colours.iter().cycle()) {
        let path: Vec<String> =
            points.iter().map(|(size, ns)| format!("{:.1},{:.1}", x(*size), y(*ns))).collect();
        let Some((end, ns)) = points.last() else { continue };
        // A name that would lie on another one goes below it.
        let (at_x, mut at_y) = (x(*end) + 6.0, y(*ns) + 4.0);
        while let Some((_, other)) = placed
            .iter()
            .find(|(other_x, other_y)| *other_x == at_x && (other_y - at_y).abs() < LABEL)
        {
            at_y = other + LABEL;
        }
        placed.push((at_x, at_y));
        let _ = writeln!(
            text,
            "<polyline points=\"{}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"2\"/>\
             <text x=\"{:.0}\" y=\"{:.0}\" fill=\"{colour}\">{name}</text>",
            path.join(" "),
            at_x,
            at_y
        );
    }
    text.push_str("</svg>\n");
    text
}
