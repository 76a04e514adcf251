//! Turns what criterion measured into a table and a chart.
//!
//! `report <folder of criterion> <chart.svg>` prints a Markdown table of the decisions, in
//! nanoseconds and in steps U of the same group, and draws them against the number of statements.
//! Groups named `peers-decide/...` are drawn beside them.
#![expect(clippy::print_stdout, reason = "the table is what this program is for")]

use std::collections::BTreeMap;
use std::error::Error;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use serde_json::Value;

/// Nanoseconds an element, by group, function and number of statements.
type Times = BTreeMap<(String, String, u64), f64>;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [folder, chart] = arguments.as_slice() else {
        return Err("usage: report <folder of criterion> <chart.svg>".into());
    };
    let mut times = Times::new();
    collect(Path::new(folder), &mut times)?;
    println!("{}", table(&times));
    fs::write(chart, svg(&times))?;
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
        let divisor = if function == "unit-x1000" { 1_000.0 } else { elements.unwrap_or(1.0) };
        let value = text("value_str").parse().unwrap_or(0);
        if let Some(median) = median {
            times.insert((text("group_id").to_owned(), function, value), median / divisor);
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

fn time(times: &Times, group: &str, function: &str, statements: u64) -> Option<f64> {
    times.get(&(group.to_owned(), function.to_owned(), statements)).copied()
}

/// Numbers of statements that were measured.
fn sizes(times: &Times) -> Vec<u64> {
    let mut sizes: Vec<u64> = times
        .keys()
        .filter(|(group, function, _)| group == "decide/plain" && function == "decide")
        .map(|(_, _, size)| *size)
        .collect();
    sizes.sort_unstable();
    sizes
}

fn peers(times: &Times) -> Vec<String> {
    let mut peers: Vec<String> = times
        .keys()
        .filter(|(group, function, _)| group == "peers-decide/plain" && function != "unit-x1000")
        .map(|(_, function, _)| function.clone())
        .collect();
    peers.dedup();
    peers
}

fn table(times: &Times) -> String {
    let peers = peers(times);
    let mut text = String::from("| statements | plain | with conditions | plain scan |");
    for peer in &peers {
        let _ = write!(text, " {peer} |");
    }
    text.push_str("\n| --- | --- | --- | --- |");
    text.push_str(&" --- |".repeat(peers.len()));
    for size in sizes(times) {
        let _ = write!(text, "\n| {size} |");
        for (group, function) in [
            ("decide/plain", "decide"),
            ("decide/conditions", "decide"),
            ("decide/plain", "plain-scan"),
        ] {
            let unit = time(times, group, "unit-x1000", 0);
            let _ = match (time(times, group, function, size), unit) {
                (Some(ns), Some(unit)) => write!(text, " {ns:.0} ns ({:.0} U) |", ns / unit),
                (Some(ns), None) => write!(text, " {ns:.0} ns |"),
                (None, _) => write!(text, " |"),
            };
        }
        for peer in &peers {
            let _ = match time(times, "peers-decide/plain", peer, size) {
                Some(ns) => write!(text, " {ns:.0} ns |"),
                None => write!(text, " |"),
            };
        }
    }
    text
}

/// Both axes are logarithms: statements from 1 to 100,000, time from 10 ns to 10 ms.
fn svg(times: &Times) -> String {
    const LEFT: f64 = 70.0;
    const BOTTOM: f64 = 330.0;
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
    text.push_str("<text x=\"310\" y=\"372\" text-anchor=\"middle\">statements</text>\n");
    let mut lines = vec![
        ("decide/plain".to_owned(), "decide".to_owned(), "RamGuard".to_owned()),
        ("decide/conditions".into(), "decide".into(), "RamGuard, with conditions".into()),
        ("decide/plain".into(), "plain-scan".into(), "plain scan".into()),
    ];
    for peer in peers(times) {
        lines.push(("peers-decide/plain".into(), peer.clone(), peer));
    }
    let colours = ["#0a6", "#05a", "#999", "#c40", "#a0a", "#860", "#444"];
    for ((group, function, name), colour) in lines.iter().zip(colours.iter().cycle()) {
        let points: Vec<(f64, f64)> = times
            .iter()
            .filter(|((g, f, _), _)| g == group && f == function)
            .map(|((_, _, size), ns)| (x(*size), y(*ns)))
            .collect();
        let path: Vec<String> = points.iter().map(|(x, y)| format!("{x:.1},{y:.1}")).collect();
        let Some((end_x, end_y)) = points.last() else { continue };
        let _ = writeln!(
            text,
            "<polyline points=\"{}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"2\"/>\
             <text x=\"{:.0}\" y=\"{:.0}\" fill=\"{colour}\">{name}</text>",
            path.join(" "),
            end_x + 6.0,
            end_y + 4.0
        );
    }
    text.push_str("</svg>\n");
    text
}
