//! `ramguard suppress` from outside.
#![expect(clippy::unwrap_used, reason = "what cannot be taken apart has failed the test")]

mod support;

use std::fs;
use std::path::{Path, PathBuf};

use support::{Run, command, folder, run};

const PASS: &str = r#"{ "Version": "1", "Statement": [
  { "Sid": "Break", "Effect": "Allow",
    "Action": "ram:PassRole", "Resource": "*" },
  { "Effect": "Allow",
    "Action": "ram:PassRole", "Resource": "*" }] }
"#;
const REASON: [&str; 2] = ["--reason", "emergency role, \"SEC-12\""];

/// A repository with one policy and perhaps a settings file.
fn repository(name: &str, settings: Option<&str>) -> PathBuf {
    let root = folder(name);
    fs::create_dir_all(root.join(".git")).unwrap();
    fs::create_dir_all(root.join("policies")).unwrap();
    fs::write(root.join("policies/pass.json"), PASS).unwrap();
    if let Some(settings) = settings {
        fs::write(root.join("ramguard.toml"), settings).unwrap();
    }
    root
}

fn suppress(root: &Path, arguments: &[&str]) -> Run {
    let flags = ["suppress", "--now", "2026-06-01"];
    run(command([&flags[..], arguments].concat()).current_dir(root))
}

/// Where a rule is told, by line.
fn told(root: &Path, rule: &str) -> Vec<String> {
    let flags =
        ["lint", "policies", "--now", "2026-06-01", "--output", "concise", "--select", rule];
    let run = run(command(flags).current_dir(root));
    run.stdout.lines().map(|line| line.split(':').nth(1).unwrap().to_owned()).collect()
}

fn refused(root: &Path, arguments: &[&str], words: &str) {
    let before = fs::read(root.join("ramguard.toml")).ok();
    let run = suppress(root, arguments);
    assert_eq!((run.code, run.stdout.as_str()), (2, ""), "{}", run.stderr);
    assert!(run.stderr.contains(words), "{}", run.stderr);
    assert_eq!(fs::read(root.join("ramguard.toml")).ok(), before);
    assert!(!root.join("policies/pass.json.ramguard.toml").exists());
}

#[test]
fn an_ignore_is_hung_on_the_sid_and_the_linter_is_quiet_about_it() {
    let settings = "# ours\npreset = \"default\" # the usual";
    let root = repository("suppress-sid", Some(settings));
    assert_eq!(told(&root, "RAM604"), ["3", "5"]);
    let flags = ["RAM604", "policies/pass.json:3", "--until", "2026-12-31"];
    let run = suppress(&root, &[&flags[..], &REASON].concat());
    assert_eq!(run.code, 0, "{}", run.stderr);
    let entry = "[[ignore]]\ncodes = [\"RAM604\"]\npath = \"policies/pass.json\"\nsid = \"Break\"\n\
                 reason = \"emergency role, \\\"SEC-12\\\"\"\nuntil = 2026-12-31\n";
    assert_eq!(run.stdout, entry);
    assert_eq!(run.stderr, "Wrote to `ramguard.toml`.\n");
    let text = fs::read_to_string(root.join("ramguard.toml")).unwrap();
    assert_eq!(text, format!("{settings}\n\n{entry}"));
    assert_eq!(told(&root, "RAM604"), ["5"]);
    // Nor is there anything to say about the entry.
    assert_eq!(told(&root, "RAM604,RAM905,RAM906,RAM907,RAM908"), ["5"]);
    // A second time there is nothing to write.
    refused(
        &root,
        &[&flags[..], &REASON].concat(),
        "RAM604 there is ignored already, in `ramguard.toml`",
    );
}

#[test]
fn without_a_sid_an_ignore_is_hung_on_the_fingerprint() {
    let root = repository("suppress-fingerprint", Some(""));
    let run =
        suppress(&root, &[&["passrole-any-role", "policies/pass.json:5"], &REASON[..]].concat());
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert!(run.stdout.contains("\nfingerprint = \""), "{}", run.stdout);
    assert!(run.stderr.contains("has no `Sid`"), "{}", run.stderr);
    assert_eq!(told(&root, "RAM604"), ["3"]);
}

#[test]
fn without_settings_an_ignore_travels_beside_the_policy() {
    let root = repository("suppress-sidecar", None);
    let run = suppress(&root, &[&["RAM604", "policies/pass.json:3"], &REASON[..]].concat());
    assert_eq!(run.stderr, "Wrote to `policies/pass.json.ramguard.toml`.\n");
    assert!(!run.stdout.contains("path"), "{}", run.stdout);
    assert_eq!(told(&root, "RAM604"), ["5"]);
    // A second one joins it.
    let run = suppress(&root, &[&["RAM605", "policies/pass.json:3"], &REASON[..]].concat());
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert_eq!(
        (told(&root, "RAM604"), told(&root, "RAM605")),
        (vec!["5".into()], vec!["5".into()])
    );
    // And with settings on request.
    fs::write(root.join("ramguard.toml"), "").unwrap();
    let flags = ["RAM604", "policies/pass.json:5", "--sidecar"];
    assert_eq!(suppress(&root, &[&flags[..], &REASON].concat()).code, 0);
    assert_eq!(told(&root, "RAM604"), [""; 0]);
    assert_eq!(fs::read_to_string(root.join("ramguard.toml")).unwrap(), "");
}

#[test]
fn of_several_findings_in_a_line_one_is_named_or_all_are_meant() {
    let root = repository("suppress-several", Some(""));
    let one = r#"{ "Effect": "Allow", "Action": "ram:PassRole", "Resource": "*" }"#;
    let two = format!("{{ \"Version\": \"1\", \"Statement\": [{one}, {one}] }}\n");
    fs::write(root.join("policies/pass.json"), two).unwrap();
    let flags = [&["RAM604", "policies/pass.json:1"], &REASON[..]].concat();
    let words =
        "has RAM604 at 1:64, 1:130: name one as FILE:LINE:COLUMN, or all of them with `--all`";
    refused(&root, &flags, words);
    let flags = [&["RAM604", "policies/pass.json:1:64"], &REASON[..]].concat();
    assert_eq!(suppress(&root, &flags).code, 0);
    assert_eq!(told(&root, "RAM604"), ["1"]);
    let flags = [&["RAM605", "policies/pass.json:1", "--all"], &REASON[..]].concat();
    assert_eq!(suppress(&root, &flags).stdout.matches("[[ignore]]").count(), 2);
    assert_eq!(told(&root, "RAM605"), [""; 0]);
}

#[test]
fn a_sid_that_would_silence_more_is_not_used() {
    let root = repository("suppress-shared-sid", Some(""));
    let more = PASS
        .replace("{ \"Effect\": \"Allow\",\n", "{ \"Sid\": \"Break\", \"Effect\": \"Allow\",\n");
    fs::write(root.join("policies/pass.json"), more).unwrap();
    let run = suppress(&root, &[&["RAM604", "policies/pass.json:3"], &REASON[..]].concat());
    assert!(run.stdout.contains("\nfingerprint = \""), "{}", run.stdout);
    assert_eq!(told(&root, "RAM604"), ["5"]);
}

#[test]
fn a_file_whose_name_looks_like_a_glob_is_that_file() {
    let root = repository("suppress-glob", Some(""));
    fs::copy(root.join("policies/pass.json"), root.join("policies/[p]{a}.json")).unwrap();
    fs::remove_file(root.join("policies/pass.json")).unwrap();
    let run = suppress(&root, &[&["RAM604", "policies/[p]{a}.json:3"], &REASON[..]].concat());
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert_eq!(told(&root, "RAM604"), ["5"]);
}

#[test]
fn an_ignore_the_linter_would_complain_about_is_not_written() {
    let root = repository("suppress-refused", Some("forbid = [\"RAM605\"]\n"));
    let with = |flags: &[&'static str]| [flags, &REASON[..]].concat();
    let place = "policies/pass.json:3";
    refused(&root, &["RAM604", place], "an ignore says why: `--reason`");
    refused(&root, &["RAM604", place, "--reason", "because"], "in ten characters or more");
    refused(&root, &with(&["RAM605", place]), "`ramguard.toml` forbids it");
    let words = "`--until 2026-05-31` is over, it is 2026-06-01";
    refused(&root, &with(&["RAM604", place, "--until", "2026-05-31"]), words);
    refused(&root, &with(&["RAM6", place]), "`RAM6` names several rules");
    refused(&root, &with(&["RAM6044", place]), "did you mean `RAM604`?");
    refused(
        &root,
        &with(&["RAM604", "policies/pass.json:4"]),
        "has no RAM604 in line 4; it has at 3:",
    );
    refused(&root, &with(&["RAM601", place]), "has no RAM601 in line 3\n");
    refused(&root, &with(&["RAM604", "policies/pass.json"]), "write FILE:LINE");
    refused(&root, &with(&["RAM604", "policies/none.json:3"]), "cannot read `policies/none.json`");
    let flags = ["--reason", REASON[1], "--", "RAM604", "-:3"];
    refused(&root, &flags, "standard input has no file");
}

#[test]
fn settings_that_need_no_reason_take_none() {
    let root = repository("suppress-noreason", Some("require-reason = false\n"));
    assert_eq!(suppress(&root, &["RAM604", "policies/pass.json:3"]).code, 0);
    assert_eq!(told(&root, "RAM604"), ["5"]);
}

#[cfg(unix)]
#[test]
fn no_name_and_no_reason_acts_on_a_terminal() {
    let root = repository("suppress-hostile", Some(""));
    let name = "policies/\u{1b}[31m\u{202e}.json";
    fs::copy(root.join("policies/pass.json"), root.join(name)).unwrap();
    for (place, code) in [(format!("{name}:3"), 0), (format!("{name}:4"), 2), (name.into(), 2)] {
        let reason = "re\u{1b}]0;viewed\u{7}\nin SEC-12";
        let run = suppress(&root, &["RAM604", &place, "--reason", reason]);
        assert_eq!(run.code, code, "{}", run.stderr);
        assert!(!run.stdout.contains(support::acts) && !run.stderr.contains(support::acts));
    }
    let text = fs::read_to_string(root.join("ramguard.toml")).unwrap();
    assert!(text.contains("reason = \"re\\u001B]0;viewed\\u0007\\u000Ain SEC-12\""), "{text}");
}

#[cfg(unix)]
#[test]
fn settings_that_are_a_link_are_left_alone() {
    let root = repository("suppress-link", None);
    fs::write(root.join("real.toml"), "").unwrap();
    std::os::unix::fs::symlink("real.toml", root.join("ramguard.toml")).unwrap();
    let run = suppress(&root, &[&["RAM604", "policies/pass.json:3"], &REASON[..]].concat());
    assert_eq!(run.code, 2);
    assert!(run.stderr.contains("is a link and stays as it is"), "{}", run.stderr);
    assert_eq!(fs::read_to_string(root.join("real.toml")).unwrap(), "");
}
