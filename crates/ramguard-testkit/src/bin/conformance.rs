//! Runs the conformance cases against any implementation of the language.
//!
//! `conformance judge COMMAND [ARGUMENT]…` starts the command once for each file, writes it a case
//! a line and reads an answer a line; `testdata/conformance/README.md` says what stands on either.
//! `conformance answer` is such a command: the textbook evaluator, so that the protocol has an
//! example that runs.
//!
//! Exit status: 0 if every answer is right, 1 if one is not, 2 if the command or a file fails.

use std::ffi::OsString;
use std::io::{self, BufRead, BufReader, Write};
use std::process::{Command, ExitCode, Stdio};
use std::{fs, thread};

use ramguard_testkit::{corpus, oracle};
use serde_json::Value;

/// The files of cases, and whether each holds documents rather than decisions.
const FILES: [(&str, bool); 4] = [
    ("semantics.jsonl", false),
    ("own.jsonl", false),
    ("malformed.jsonl", true),
    ("own-malformed.jsonl", true),
];

/// What a case says about its answer, and whoever is asked is not told.
const ANSWERS: [&str; 4] = ["expect", "reject", "code", "lint"];

fn main() -> ExitCode {
    let mut arguments = std::env::args_os().skip(1);
    let mode = arguments.next();
    let done = match (mode.as_deref().and_then(|mode| mode.to_str()), arguments.next()) {
        (Some("answer"), None) => answer(&mut io::stdin().lock(), &mut io::stdout().lock()),
        (Some("judge"), Some(command)) => {
            let rest: Vec<OsString> = arguments.collect();
            judge(&command, &rest, &mut io::stdout().lock())
        }
        _ => Err(io::Error::other("give `judge COMMAND [ARGUMENT]…` or `answer`")),
    };
    match done {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(1),
        Err(error) => {
            // Where not even this can be written, nobody is there to read it.
            let _ = writeln!(io::stderr(), "conformance: {error}");
            ExitCode::from(2)
        }
    }
}

/// Answers each case of `input` by the textbook.
fn answer(input: &mut dyn BufRead, output: &mut dyn Write) -> io::Result<bool> {
    for line in input.lines() {
        let case: Value = serde_json::from_str(&line?)?;
        let text = |member: &str| case.get(member).and_then(Value::as_str).unwrap_or_default();
        if case.get("document").is_none() {
            writeln!(output, "{}", oracle::evaluate(&case).name())?;
        } else {
            let codes = oracle::reject_codes(text("document"), text("kind"));
            let word = if codes.is_empty() { "accept" } else { "reject" };
            let words: Vec<&str> = std::iter::once(word).chain(codes).collect();
            writeln!(output, "{}", words.join(" "))?;
        }
        output.flush()?;
    }
    Ok(true)
}

/// Asks `command` about every case and says which answers are wrong.
fn judge(command: &OsString, arguments: &[OsString], output: &mut dyn Write) -> io::Result<bool> {
    let [mut right, mut wrong, mut skipped] = [0_u32; 3];
    for (file, holds_documents) in FILES {
        let text = fs::read_to_string(corpus::testdata().join("conformance").join(file))?;
        let cases: Vec<Value> = text.lines().map(serde_json::from_str).collect::<Result<_, _>>()?;
        let answers = ask(command, arguments, &cases)?;
        for (case, answer) in cases.iter().zip(answers) {
            let expected = expectation(case, holds_documents);
            if answer == "skip" {
                skipped += 1;
            } else if is_right(&expected, &answer) {
                right += 1;
            } else {
                wrong += 1;
                let text = |member: &str| case.get(member).and_then(Value::as_str).unwrap_or("");
                let expected = expected.join(" ");
                let id = text("id");
                writeln!(output, "{file} {id}: expected {expected}, got {answer:?}")?;
                writeln!(output, "    {}", text("why"))?;
            }
        }
    }
    writeln!(output, "{right} passed, {wrong} failed, {skipped} skipped")?;
    Ok(wrong == 0)
}

/// What the answer to a case has to hold: a word, and for most refusals a code.
fn expectation(case: &Value, holds_documents: bool) -> Vec<&str> {
    let text = |member: &str| case.get(member).and_then(Value::as_str);
    if !holds_documents {
        return text("expect").into_iter().collect();
    }
    match case.get("reject") {
        Some(Value::Bool(true)) => std::iter::once("reject").chain(text("code")).collect(),
        _ => vec!["accept"],
    }
}

/// The first word has to be the one; codes are compared if the answer names any.
fn is_right(expected: &[&str], answer: &str) -> bool {
    let words: Vec<&str> = answer.split_whitespace().collect();
    let codes = words.get(1..).unwrap_or_default();
    let earned = expected.get(1).is_none_or(|code| codes.is_empty() || codes.contains(code));
    words.first() == expected.first() && earned
}

/// Writes the cases to a fresh process, without what they say about their answer, and reads as
/// many lines as there are cases.
fn ask(command: &OsString, arguments: &[OsString], cases: &[Value]) -> io::Result<Vec<String>> {
    let mut child = Command::new(command)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()?;
    let (Some(mut input), Some(output)) = (child.stdin.take(), child.stdout.take()) else {
        return Err(io::Error::other("the command takes no input"));
    };
    let questions: Vec<String> = cases.iter().map(question).collect();
    // It may answer while it is still being asked, and neither side must wait for the other.
    let writer = thread::spawn(move || {
        questions.iter().try_for_each(|question| writeln!(input, "{question}"))
    });
    let answers: Vec<String> =
        BufReader::new(output).lines().take(cases.len()).collect::<io::Result<_>>()?;
    let written = writer.join().map_err(|_| io::Error::other("the writer ended early"))?;
    let status = child.wait()?;
    if answers.len() < cases.len() {
        let (got, wanted) = (answers.len(), cases.len());
        let message = format!("{got} answers to {wanted} cases, and {status}");
        return Err(io::Error::other(message));
    }
    // Whoever has answered everything may have stopped reading.
    drop(written);
    Ok(answers.iter().map(|answer| answer.trim().to_owned()).collect())
}

fn question(case: &Value) -> String {
    let mut case = case.clone();
    if let Some(members) = case.as_object_mut() {
        ANSWERS.iter().for_each(|member| drop(members.remove(*member)));
    }
    case.to_string()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{expectation, is_right, question};

    #[test]
    fn a_question_does_not_hold_its_answer() {
        let case = json!({"id": "a", "expect": "Allow", "reject": true, "code": "x", "kind": "k"});
        assert_eq!(question(&case), r#"{"id":"a","kind":"k"}"#);
    }

    #[test]
    fn a_refusal_is_right_without_a_code_and_with_the_code_of_the_case() {
        let case = json!({"reject": true, "code": "size-limit"});
        let expected = expectation(&case, true);
        for (answer, right) in [
            ("reject", true),
            ("reject size-limit", true),
            ("reject json-syntax size-limit", true),
            ("reject json-syntax", false),
            ("accept", false),
            ("", false),
        ] {
            assert_eq!(is_right(&expected, answer), right, "{answer}");
        }
    }

    #[test]
    fn a_decision_is_right_if_it_is_the_one() {
        let case = json!({"expect": "ExplicitDeny"});
        let expected = expectation(&case, false);
        assert!(is_right(&expected, "ExplicitDeny"));
        assert!(!is_right(&expected, "ImplicitDeny"));
    }
}
