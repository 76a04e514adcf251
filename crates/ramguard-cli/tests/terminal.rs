//! What holds for every verb: help, colour, hostile text, pipes, odd files.

mod support;

use std::io::Read as _;
use std::process::Stdio;

use support::{FORMATS, acts, command, folder, ramguard, run, with_stdin};

#[test]
fn help_of_each_verb_shows_an_example() {
    for verb in [
        "simulate",
        "test",
        "lint",
        "convert",
        "baseline",
        "suppress",
        "fmt",
        "rule",
        "completions",
    ] {
        let run = ramguard(&[verb, "--help"]);
        assert_eq!(run.code, 0);
        assert!(run.stdout.contains("Example"), "{verb}");
        assert!(run.stdout.contains(&format!("ramguard {verb} ")), "{verb}");
    }
    assert_eq!(ramguard(&["--help"]).code, 0);
}

#[test]
fn the_version_is_told() {
    let run = ramguard(&["--version"]);
    assert_eq!(run.stdout, format!("ramguard {}\n", env!("CARGO_PKG_VERSION")));
    assert_eq!(run.code, 0);
}

#[test]
fn no_verb_or_an_unknown_one_is_a_mistake() {
    assert_eq!(ramguard(&[]).code, 2);
    assert_eq!(ramguard(&["unknown"]).code, 2);
    assert_eq!(ramguard(&["lint"]).code, 2);
    assert_eq!(ramguard(&["test"]).code, 2);
}

#[test]
fn completions_are_there_for_each_shell() {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let run = ramguard(&["completions", shell]);
        assert_eq!(run.code, 0);
        assert!(run.stdout.contains("simulate"), "{shell}");
    }
}

fn colours(arguments: &[&str], variables: &[(&str, &str)]) -> bool {
    let run = run(command(arguments).envs(variables.iter().copied()));
    run.stdout.contains('\u{1b}')
}

#[test]
fn a_pipe_gets_no_colour_unless_it_is_asked_for() {
    let arguments = ["lint", "published.json"];
    assert!(!colours(&arguments, &[]));
    assert!(colours(&arguments, &[("CLICOLOR_FORCE", "1")]));
    assert!(colours(&arguments, &[("FORCE_COLOR", "1")]));
    assert!(
        !colours(&arguments, &[("FORCE_COLOR", "0")])
            && !colours(&arguments, &[("FORCE_COLOR", "")])
    );
    assert!(colours(&["lint", "published.json", "--color", "always"], &[]));
}

#[test]
fn no_color_is_obeyed_and_the_flag_wins_over_it() {
    let force = ("CLICOLOR_FORCE", "1");
    assert!(!colours(&["lint", "published.json", "--color", "never"], &[force]));
    assert!(!colours(&["lint", "published.json"], &[("NO_COLOR", "1")]));
    let both = [("NO_COLOR", "1"), ("FORCE_COLOR", "1")];
    assert!(!colours(&["lint", "published.json"], &both));
    assert!(!colours(&["lint", "published.json", "--color=never"], &[("FORCE_COLOR", "1")]));
    assert!(!colours(&["lint", "--help"], &both));
    assert!(colours(&["lint", "--help"], &[("FORCE_COLOR", "1")]));
    assert!(colours(&["lint", "published.json", "--color", "always"], &[("NO_COLOR", "1")]));
}

#[test]
fn the_colour_of_help_and_of_mistakes_obeys_the_flag_as_well() {
    let force = [("CLICOLOR_FORCE", "1")];
    assert!(colours(&["lint", "--help"], &force));
    assert!(!colours(&["lint", "--help", "--color", "never"], &force));
    assert!(!colours(&["lint", "--color=never", "--help"], &force));
}

#[test]
fn colour_changes_nothing_but_colour() {
    for arguments in [
        &["lint", "published.json"][..],
        &["test", "cases.jsonl"],
        &["simulate", "--policy", "developer.json", "--request", "attach.json", "--explain"],
    ] {
        let plain = ramguard(arguments).stdout;
        let styled = ramguard(&[arguments, &["--color", "always"]].concat()).stdout;
        let stripped = anstream::adapter::strip_str(&styled).to_string();
        assert_eq!(plain, stripped, "{arguments:?}");
        assert_ne!(plain, styled, "{arguments:?}");
    }
}

/// Text that would clear the screen, set its title, write backwards and hide.
const HOSTILE: &str = "\u{1b}[2J\u{1b}]0;x\u{7}\u{9b}31m\u{202e}\u{2066}\u{7f}\r";

fn assert_harmless(run: &support::Run) {
    for text in [&run.stdout, &run.stderr] {
        assert!(!text.contains(acts), "{}", text.escape_debug());
    }
}

#[test]
fn hostile_text_of_a_policy_reaches_no_terminal() {
    let document = format!(
        "{{\"Version\": \"{HOSTILE}\", \"{HOSTILE}\": 1, \"Statement\": [{{\"Effect\": \"Allow\", \
         \"Action\": \"{HOSTILE}\", \"Resource\": \"acs:oss:*:*:{HOSTILE}\", \
         \"Condition\": {{\"{HOSTILE}\": {{\"{HOSTILE}\": \"{HOSTILE}\"}}}}}}]}}"
    );
    for format in FORMATS {
        let run = with_stdin(&["lint", "-", "--output", format], document.as_bytes());
        assert_eq!(run.code, 1);
        assert_harmless(&run);
    }
    let question = ["--action", "a:b", "--resource", "*"];
    let run =
        with_stdin(&[&["simulate", "--policy", "-"][..], &question].concat(), document.as_bytes());
    assert_eq!(run.code, 2);
    assert_harmless(&run);
}

#[test]
fn hostile_text_that_a_policy_may_hold_reaches_no_terminal() {
    // Escaped as JSON asks, so that the document is sound.
    let text = serde_json::to_string(HOSTILE).unwrap();
    let policy = format!(
        "{{\"Version\": \"1\", \"Statement\": [{{\"Sid\": {text}, \"Effect\": \"Allow\", \
         \"Action\": \"oss:*\", \"Resource\": \"*\", \"Condition\": {{\"StringEquals\": \
         {{\"acs:x\": {text}}}}}}}]}}"
    );
    let key = format!("acs:x={HOSTILE}y");
    for format in ["human", "json"] {
        let run = with_stdin(
            &[
                "simulate",
                "--policy",
                "-",
                "--action",
                "oss:GetObject",
                "--resource",
                &format!("acs:oss:*:*:b/{HOSTILE}"),
                "--context",
                &key,
                "--explain",
                "--output",
                format,
            ],
            policy.as_bytes(),
        );
        assert_eq!(run.code, 1, "{}", run.stderr);
        assert_harmless(&run);
    }
}

#[test]
fn hostile_text_of_a_case_reaches_no_terminal() {
    let text = serde_json::to_string(HOSTILE).unwrap();
    let input = format!(
        "{{\"id\": {text}, \"why\": {text}, \"expect\": {text}}}\n{{\"id\": {text}, \"why\": {text}, \
         \"policy\": {{\"Version\": {text}}}, \"request\": {{}}, \"expect\": \"Allow\"}}\n{HOSTILE}\n"
    );
    for format in ["human", "json"] {
        let run = with_stdin(&["test", "-", "--output", format], input.as_bytes());
        assert_eq!(run.code, 2);
        assert_harmless(&run);
    }
}

#[test]
fn hostile_text_of_a_request_file_reaches_no_terminal() {
    for request in [
        format!("{{\"{HOSTILE}\": 1}}"),
        HOSTILE.to_owned(),
        format!("{{{}: 1}}", serde_json::to_string(HOSTILE).unwrap()),
    ] {
        let run = with_stdin(&["simulate", "--request", "-"], request.as_bytes());
        assert_eq!(run.code, 2);
        assert_harmless(&run);
    }
}

#[test]
fn hostile_arguments_reach_no_terminal() {
    for arguments in [
        &["lint", HOSTILE][..],
        &["test", HOSTILE],
        &["lint", "--kind", HOSTILE, "-"],
        &[HOSTILE],
        &["lint", "--exclude", &format!("{{{HOSTILE}"), "."],
        &["test", "cases.jsonl", "--filter", &format!("*{{{HOSTILE}")],
        &["simulate", "--action", HOSTILE, "--resource", "*"],
        &["simulate", "--action", "a:b", "--resource", HOSTILE],
        &["simulate", "--action", "a:b", "--resource", "*", "--principal", HOSTILE],
        &["simulate", "--action", "a:b", "--resource", "*", "--context", HOSTILE],
        &["simulate", "--action", "a:b", "--resource", "*", "--option", HOSTILE],
        &["simulate", "--action", "a:b", "--resource", "*", "--control-policy", HOSTILE],
    ] {
        let run = ramguard(arguments);
        assert_eq!(run.code, 2, "{arguments:?}");
        assert_harmless(&run);
    }
}

#[cfg(unix)]
#[test]
fn hostile_file_names_reach_no_terminal() {
    let folder = folder("hostile-names");
    std::fs::write(folder.join(format!("{HOSTILE}.json")), "{\"Version\": 1}").unwrap();
    let run = run(command(["lint", "."]).current_dir(&folder));
    assert_eq!(run.code, 1);
    assert_harmless(&run);
}

#[cfg(unix)]
#[test]
fn a_reader_that_goes_away_changes_no_exit_code() {
    let folder = folder("pipes");
    let cases = std::fs::read_to_string(support::fixtures().join("cases.jsonl")).unwrap();
    std::fs::write(folder.join("many.jsonl"), cases.repeat(2_000)).unwrap();
    let mut child = command(["test", "many.jsonl"])
        .current_dir(&folder)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let mut stderr = String::new();
    child.stderr.take().unwrap().read_to_string(&mut stderr).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(1));
    assert_eq!(stderr, "");
}

#[cfg(target_os = "linux")]
#[test]
fn output_that_cannot_be_written_is_an_error() {
    let full = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let run = run(command(["lint", "published.json"]).stdout(full));
    assert_eq!(run.code, 2);
    assert!(run.stderr.contains("cannot write the output"), "{}", run.stderr);
}

#[cfg(unix)]
#[test]
fn pipes_and_devices_are_refused_instead_of_waited_for() {
    let folder = folder("odd-files");
    let pipe = folder.join("pipe.json");
    let made = std::process::Command::new("mkfifo").arg(&pipe).status();
    let mut odd = vec!["/dev/zero".to_owned(), ".".to_owned()];
    if made.is_ok_and(|status| status.success()) {
        odd.push(pipe.to_str().unwrap().to_owned());
    }
    for file in &odd {
        for arguments in [
            &["simulate", "--action", "a:b", "--resource", "*", "--policy", file][..],
            &["simulate", "--request", file],
            &["test", file],
        ] {
            let run = ramguard(arguments);
            assert_eq!(run.code, 2, "{arguments:?}");
            assert!(run.stderr.contains("not a file"), "{}", run.stderr);
        }
    }
    // In a folder they are passed over, and nothing is left to look at.
    assert_eq!(run(command(["lint", "."]).current_dir(&folder)).code, 4);
}

#[test]
fn an_input_past_the_bound_is_refused() {
    let big = vec![b' '; (16 << 20) + 1];
    let run = with_stdin(&["lint", "-"], &big);
    assert_eq!(run.code, 2);
    assert!(run.stderr.contains("more than 16777216 bytes"), "{}", run.stderr);
}
