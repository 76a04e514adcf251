//! Findings as JUnit XML, which every build server reads: a suite a file, a case a finding.
//!
//! Always holds here: the text is well-formed XML 1.0 whatever the documents hold. Findings that
//! make the run a failure are failures; all others are told in the output of a case that passes.

use crate::finding::Finding;
use crate::places::Places;
use crate::report::{FileReport, Report};

use super::xml::xml;

/// Returns the findings that count.
pub(crate) fn junit(report: &Report) -> String {
    let mut suites = String::new();
    let (mut tests, mut failures) = (0, 0);
    for file in &report.files {
        let (text, cases, failed) = suite(file);
        suites.push_str(&text);
        tests += cases;
        failures += failed;
    }
    let errors = report.unreadable.len();
    if errors > 0 {
        tests += errors;
        let count = format!("tests=\"{errors}\" failures=\"0\" errors=\"{errors}\"");
        suites.push_str(&format!("  <testsuite name=\"inputs\" {count}>\n"));
        for message in &report.unreadable {
            let message = xml(message);
            suites.push_str(&format!(
                "    <testcase classname=\"inputs\" name=\"{message}\">\
                 <error message=\"{message}\"/></testcase>\n"
            ));
        }
        suites.push_str("  </testsuite>\n");
    }
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"ramguard\" \
         tests=\"{tests}\" failures=\"{failures}\" errors=\"{errors}\">\n{suites}</testsuites>\n"
    )
}

fn suite(file: &FileReport) -> (String, usize, usize) {
    let name = xml(&file.name);
    let places = file.places();
    let mut cases = String::new();
    let (mut count, mut failed) = (0, 0);
    for finding in file.counting() {
        cases.push_str(&case(&name, &places, finding));
        count += 1;
        failed += usize::from(finding.fails);
    }
    if count == 0 {
        count = 1;
        cases = format!("    <testcase classname=\"{name}\" name=\"ramguard lint\"/>\n");
    }
    let head = format!("name=\"{name}\" tests=\"{count}\" failures=\"{failed}\" errors=\"0\"");
    (format!("  <testsuite {head}>\n{cases}  </testsuite>\n"), count, failed)
}

fn case(path: &str, places: &Places<'_>, finding: &Finding) -> String {
    let place = places.position(finding.span.start);
    let id = xml(&finding.id());
    let name = format!("{id} at {}:{}", place.line, place.column);
    let message = xml(&finding.message);
    let help = finding.help.as_deref().map(|help| format!("; {}", xml(help))).unwrap_or_default();
    let body = format!("{path}:{}:{}: {message}{help}", place.line, place.column);
    let inside = if finding.fails {
        let level = finding.level.name();
        format!("<failure type=\"{level}\" message=\"{message}\">{body}</failure>")
    } else {
        format!("<system-out>{body}</system-out>")
    };
    format!("    <testcase classname=\"{path}\" name=\"{name}\">{inside}</testcase>\n")
}
