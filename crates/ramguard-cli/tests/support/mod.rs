//! Runs the command as a user would, in an environment of its own.
#![allow(dead_code, reason = "each test program uses a part of it")]
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that cannot run the command has failed"
)]

use std::ffi::OsStr;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Every format of `ramguard lint`.
pub(crate) const FORMATS: [&str; 13] = [
    "human",
    "concise",
    "json",
    "jsonl",
    "sarif",
    "github",
    "gitlab",
    "junit",
    "checkstyle",
    "rdjson",
    "markdown",
    "agent",
    "azure",
];

/// A policy with two findings, RAM604 and RAM605.
pub(crate) const PASS: &str = r#"{ "Version": "1", "Statement": [
  { "Effect": "Allow", "Action": "ram:PassRole", "Resource": "*" }] }
"#;

/// What a run printed and how it ended.
pub(crate) struct Run {
    pub(crate) stdout: String,
    pub(crate) stderr: String,
    pub(crate) code: i32,
}

impl Run {
    /// Both outputs and the exit code, for golden files.
    pub(crate) fn told(&self) -> String {
        format!("{}--- standard error\n{}--- exit code {}\n", self.stdout, self.stderr, self.code)
    }

    /// Standard output as JSON.
    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| {
            panic!("{error}\nstdout: {}\nstderr: {}", self.stdout, self.stderr)
        })
    }
}

/// The folder of the documents that tests name.
pub(crate) fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures")
}

/// The folder of the data that any implementation can run.
pub(crate) fn testdata() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../testdata")
}

/// A new folder for one test.
pub(crate) fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

/// The command in the folder of the fixtures, with nothing in its environment.
pub(crate) fn command(arguments: impl IntoIterator<Item = impl AsRef<OsStr>>) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ramguard"));
    command.args(arguments).current_dir(fixtures()).env_clear().stdin(Stdio::null());
    command
}

/// Runs the command.
pub(crate) fn ramguard(arguments: &[&str]) -> Run {
    run(&mut command(arguments))
}

/// Runs the command with something on standard input.
pub(crate) fn with_stdin(arguments: &[&str], input: &[u8]) -> Run {
    let mut child = command(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // The command may end without reading all of it.
    let _ = child.stdin.take().unwrap().write_all(input);
    told(child.wait_with_output().unwrap())
}

/// Runs a command that is set up.
pub(crate) fn run(command: &mut Command) -> Run {
    told(command.output().unwrap())
}

fn told(output: std::process::Output) -> Run {
    Run {
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: without_times(&String::from_utf8(output.stderr).unwrap()),
        code: output.status.code().unwrap_or(-1),
    }
}

/// Runs git in a folder, with nothing of this machine's settings.
pub(crate) fn git(root: &Path, arguments: &[&str]) {
    let output = Command::new("git")
        .args(["-c", "user.name=A", "-c", "user.email=a@example.com"])
        .args(["-c", "init.defaultBranch=main", "-c", "commit.gpgsign=false"])
        .args(arguments)
        .current_dir(root)
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("GIT_CONFIG_GLOBAL", root.join("none"))
        .output()
        .unwrap();
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
}

/// Runs the command in a folder where it finds git.
pub(crate) fn run_in(root: &Path, arguments: &[&str]) -> Run {
    let path = std::env::var_os("PATH").unwrap_or_default();
    run(command(arguments).current_dir(root).env("PATH", path))
}

/// Takes the time out of a summary, which no two runs share.
fn without_times(text: &str) -> String {
    let mut out = String::new();
    let mut parts = text.split(" ms").peekable();
    while let Some(part) = parts.next() {
        let kept = part.trim_end_matches(|c: char| c.is_ascii_digit());
        match kept.strip_suffix(", ") {
            Some(kept) if parts.peek().is_some() && kept.len() + 2 < part.len() => {
                out.push_str(kept)
            }
            _ if parts.peek().is_some() => out.push_str(&format!("{part} ms")),
            _ => out.push_str(part),
        }
    }
    out
}

/// Compares with `golden/<name>.txt`, or writes it where `RAMGUARD_BLESS` is 1.
pub(crate) fn assert_golden(name: &str, actual: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/golden/{name}.txt"));
    if std::env::var_os("RAMGUARD_BLESS").is_some_and(|value| value == "1") {
        std::fs::write(&path, actual).unwrap();
        return;
    }
    let expected = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        expected == actual,
        "{} differs; RAMGUARD_BLESS=1 writes it anew\n--- expected\n{expected}--- actual\n{actual}",
        path.display()
    );
}

/// Returns whether a character would act on a terminal.
pub(crate) fn acts(c: char) -> bool {
    (c.is_control() && c != '\n')
        || matches!(c, '\u{200e}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}
