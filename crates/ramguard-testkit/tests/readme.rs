//! The README tells the truth: each command in it prints what stands below it.
//!
//! In a block marked `console`, a line that begins with `$ ` is a command, and what follows, up to
//! the next one, is its standard output. Commands are `ramguard …`, which `cargo run --release -- …`
//! stands for as well, and `echo $?`, the exit code of the command before. After a change of the
//! output, run this with `RAMGUARD_BLESS=1` and read the difference. The blocks of Rust are
//! documentation tests of the crate.
#![expect(clippy::expect_used, clippy::panic, reason = "a test says what it found by failing")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().expect("the repository")
}

/// Builds the command as this test was built, and returns where it is.
fn ramguard() -> PathBuf {
    let test = std::env::current_exe().expect("a path");
    let profile = test.parent().and_then(Path::parent).expect("target/<profile>/deps");
    let mut build = Command::new(env!("CARGO"));
    build.current_dir(root()).args(["build", "--quiet", "--package", "ramguard-cli"]);
    build.arg("--target-dir").arg(profile.parent().expect("target/<profile>"));
    if profile.ends_with("release") {
        build.arg("--release");
    }
    assert!(build.status().expect("cargo runs").success(), "the command does not build");
    profile.join("ramguard").with_extension(std::env::consts::EXE_EXTENSION)
}

/// Cuts a command line into words; single and double quotes keep blanks.
fn words(line: &str) -> Vec<String> {
    let (mut words, mut word, mut open) = (Vec::new(), None::<String>, None);
    for symbol in line.chars() {
        match (symbol, open) {
            ('\'' | '"', None) => {
                open = Some(symbol);
                word.get_or_insert_default();
            }
            (_, Some(quote)) if symbol == quote => open = None,
            (' ', None) => words.extend(word.take()),
            _ => word.get_or_insert_default().push(symbol),
        }
    }
    assert!(open.is_none(), "a quote is not closed: {line}");
    words.extend(word);
    words
}

/// Runs one command and returns what it prints and its exit code.
fn run(ramguard: &Path, command: &str, last: Option<i32>) -> (String, Option<i32>) {
    if command == "echo $?" {
        return (format!("{}\n", last.expect("a command before")), Some(0));
    }
    let line =
        command.strip_prefix("cargo run --release -- ").map(|rest| format!("ramguard {rest}"));
    let words = words(line.as_deref().unwrap_or(command));
    let Some(("ramguard", arguments)) =
        words.split_first().map(|(first, rest)| (first.as_str(), rest))
    else {
        panic!("the README runs something else: {command}");
    };
    let output = Command::new(ramguard)
        .current_dir(root())
        .args(arguments)
        .env_remove("CLICOLOR_FORCE")
        .output()
        .expect("the command runs");
    (String::from_utf8(output.stdout).expect("UTF-8"), output.status.code())
}

/// Returns the text with what each command prints put below it.
fn executed(text: &str, ramguard: &Path) -> String {
    let mut out = String::new();
    let (mut inside, mut last) = (false, None);
    for line in text.lines() {
        if let Some(command) = line.strip_prefix("$ ").filter(|_| inside) {
            let (printed, code) = run(ramguard, command, last);
            last = code;
            out.push_str(&format!("{line}\n{printed}"));
            continue;
        }
        if line.starts_with("```") {
            inside = line == "```console";
        }
        if !inside || line == "```console" {
            out.push_str(line);
            out.push('\n');
        }
    }
    out
}

#[test]
fn every_command_of_the_readme_prints_what_stands_below_it() {
    let path = root().join("README.md");
    let text = fs::read_to_string(&path).expect("the README");
    let executed = executed(&text, &ramguard());
    if std::env::var_os("RAMGUARD_BLESS").is_some() {
        fs::write(&path, &executed).expect("written");
        return;
    }
    for (number, (stands, printed)) in (1..).zip(text.lines().zip(executed.lines())) {
        assert_eq!(stands, printed, "README.md:{number}");
    }
    assert_eq!(text.len(), executed.len(), "the README ends too early or too late");
}

#[test]
fn every_file_the_readme_links_to_is_there() {
    let text = fs::read_to_string(root().join("README.md")).expect("the README");
    let targets = text.split("](").skip(1).filter_map(|rest| rest.split(')').next());
    let missing: Vec<&str> = targets
        .filter(|target| !target.starts_with("http") && !target.starts_with('#'))
        .filter(|target| !root().join(target).exists())
        .collect();
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
fn every_crate_stands_in_the_map_of_the_readme() {
    let text = fs::read_to_string(root().join("README.md")).expect("the README");
    for entry in fs::read_dir(root().join("crates")).expect("crates") {
        let name = entry.expect("an entry").file_name().into_string().expect("ASCII");
        assert!(text.contains(&format!("| `crates/{name}` |")), "{name} is not in the map");
    }
}
