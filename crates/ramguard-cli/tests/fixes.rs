//! Which fixes of `ramguard lint` are applied, to which files, and what is told of them.
#![expect(clippy::unwrap_used, reason = "what cannot be taken apart has failed the test")]

mod support;

use std::fs;
use std::path::{Path, PathBuf};

use support::{Run, command, folder, run, with_stdin};

/// A version that RAM refuses, which has a safe fix (RAM202), and a blank in an action, which has an
/// unsafe one.
const BOTH: &str = "{ \"Version\": \"2012-10-17\", \"Statement\": [{ \"Effect\": \"Allow\",\n  \
                    \"Action\": \"ecs: StopInstance\", \"Resource\": \"acs:ecs:*:*:instance/i-a\" }] }\n";

/// A folder under version control with one policy and a settings file.
fn repository(name: &str, settings: &str) -> PathBuf {
    let root = folder(name);
    fs::create_dir_all(root.join(".git")).unwrap();
    fs::write(root.join("p.json"), BOTH).unwrap();
    fs::write(root.join("ramguard.toml"), settings).unwrap();
    root
}

fn lint(root: &Path, arguments: &[&str]) -> Run {
    run(command([&["lint", "p.json"], arguments].concat()).current_dir(root))
}

fn text(root: &Path) -> String {
    fs::read_to_string(root.join("p.json")).unwrap()
}

fn safe() -> String {
    BOTH.replace("2012-10-17", "1")
}

fn all() -> String {
    safe().replace("ecs: Stop", "ecs:Stop")
}

#[test]
fn fixes_are_applied_and_nothing_is_told_of_what_is_left() {
    let root = repository("fixes-only", "");
    let run = lint(&root, &["--fix-only"]);
    assert_eq!((run.code, run.stdout.as_str()), (0, ""), "{}", run.stderr);
    assert_eq!(run.stderr, "1 fix applied in 1 document.\n");
    assert_eq!(text(&root), safe());
    assert_eq!(lint(&root, &["--fix-only", "--unsafe-fixes", "--exit-non-zero-on-fix"]).code, 1);
    assert_eq!(text(&root), all());
    let input = with_stdin(&["lint", "-", "--fix-only"], BOTH.as_bytes());
    assert_eq!((input.code, input.stdout), (0, safe()));
}

#[test]
fn what_was_applied_is_told_on_request() {
    let root = repository("fixes-shown", "");
    let run = lint(&root, &["--fix", "--unsafe-fixes", "--show-fixes"]);
    let told: Vec<&str> = run.stderr.lines().filter(|line| line.starts_with("fixed: ")).collect();
    assert_eq!(told.len(), 2, "{}", run.stderr);
    assert!(told.iter().any(|line| line.starts_with("fixed: p.json: RAM202 ")), "{told:?}");
    assert!(!lint(&repository("fixes-quiet", ""), &["--fix"]).stderr.contains("fixed: "));
}

#[test]
fn the_summary_says_that_there_are_unsafe_fixes() {
    let root = repository("fixes-hint", "");
    let run = lint(&root, &[]);
    assert!(
        run.stderr.contains("1 fixable with `--fix`; 1 with `--unsafe-fixes`"),
        "{}",
        run.stderr
    );
}

#[test]
fn settings_say_which_fixes_are_offered() {
    let fixed = |name: &str, settings: &str, flags: &[&str]| {
        let root = repository(name, settings);
        let run = lint(&root, &[&["--fix"], flags].concat());
        assert_ne!(run.code, 2, "{}", run.stderr);
        text(&root)
    };
    let with_unsafe: &[&str] = &["--unsafe-fixes"];
    assert_eq!(fixed("fixes-unfixable", "unfixable = [\"RAM202\"]\n", &[]), BOTH);
    assert_eq!(fixed("fixes-fixable", "fixable = [\"RAM202\"]\n", with_unsafe), safe());
    assert_eq!(fixed("fixes-none", "fixable = []\n", with_unsafe), BOTH);
    assert_eq!(fixed("fixes-safe", "extend-safe-fixes = [\"RAM3\"]\n", &[]), all());
    // Not to be offered weighs more than to be offered.
    let both = "fixable = [\"all\"]\nunfixable = [\"RAM2\"]\nextend-safe-fixes = [\"RAM202\"]\n";
    assert_eq!(fixed("fixes-both", both, &[]), BOTH);
    assert_eq!(fixed("fixes-said", "", &["--config", "unfixable=[\"RAM202\"]"]), BOTH);
}

#[test]
fn what_is_left_out_of_the_report_is_not_repaired() {
    let root = repository("fixes-threshold", "[rules]\nRAM202 = \"note\"\n");
    let run = lint(&root, &["--fix", "--min-severity", "warning"]);
    assert!(!run.stdout.contains("RAM202"), "{}", run.stdout);
    assert_eq!(text(&root), BOTH);
}

#[test]
fn files_that_nothing_could_bring_back_are_repaired_on_request_only() {
    // Outside of this repository too.
    let root = tempfile::tempdir().unwrap();
    let root = root.path();
    fs::write(root.join("p.json"), BOTH).unwrap();
    fs::write(root.join("q.json"), BOTH).unwrap();
    let folder = |flags: &[&str]| run(command([&["lint", "."], flags].concat()).current_dir(root));
    let refused = folder(&["--fix"]);
    assert_eq!((refused.code, refused.stdout.as_str()), (2, ""));
    let words = "`p.json` and 1 other file are under no version control, which could undo a repair; \
                 `--diff` shows what would change, `--allow-no-vcs` writes all the same";
    assert!(refused.stderr.contains(words), "{}", refused.stderr);
    assert_eq!(text(root), BOTH);
    // Nothing is written by these.
    assert_eq!(folder(&["--diff"]).code, 1);
    let input = run(command(["lint", "-", "--fix"]).current_dir(root));
    assert!(!input.stderr.contains("version control"), "{}", input.stderr);
    folder(&["--fix", "--allow-no-vcs"]);
    assert_eq!(text(root), safe());
    // Any will do, in the folder or above it.
    fs::create_dir_all(root.join(".hg")).unwrap();
    fs::create_dir_all(root.join("deep")).unwrap();
    fs::write(root.join("deep/p.json"), BOTH).unwrap();
    run(command(["lint", "deep/p.json", "--fix"]).current_dir(root));
    assert_eq!(fs::read_to_string(root.join("deep/p.json")).unwrap(), safe());
}

#[cfg(unix)]
#[test]
fn a_link_to_a_folder_outside_is_outside() {
    let outside = tempfile::tempdir().unwrap();
    fs::write(outside.path().join("p.json"), BOTH).unwrap();
    let root = repository("fixes-link", "");
    std::os::unix::fs::symlink(outside.path(), root.join("link")).unwrap();
    let run = run(command(["lint", "link/p.json", "--fix"]).current_dir(&root));
    assert_eq!(run.code, 2, "{}", run.stdout);
    assert!(run.stderr.contains("under no version control"), "{}", run.stderr);
    assert_eq!(text(outside.path()), BOTH);
}

#[test]
fn dates_without_a_zone_are_repaired_as_of_the_zone_that_is_assumed() {
    let document = |date: &str| {
        format!(
            "{{ \"Version\": \"1\", \"Statement\": [{{ \"Effect\": \"Allow\",\n  \"Action\": \
             \"ecs:StopInstance\", \"Resource\": \"acs:ecs:*:*:instance/i-a\",\n  \"Condition\": {{ \
             \"DateLessThan\": {{ \"acs:CurrentTime\": \"{date}\" }} }} }}] }}\n"
        )
    };
    let root = repository("fixes-zone", "");
    let plain = document("2026-12-31T23:59:59");
    for (zone, date) in [("+08:00", "2026-12-31T23:59:59+08:00"), ("Z", "2026-12-31T23:59:59Z")] {
        fs::write(root.join("p.json"), &plain).unwrap();
        // A zone that nobody has said is not made up.
        lint(&root, &["--fix", "--unsafe-fixes"]);
        assert_eq!(text(&root), plain);
        let run = lint(&root, &["--unsafe-fixes", "--assume-zone", zone]);
        assert_eq!((run.code, text(&root)), (0, document(date)), "{}{}", run.stdout, run.stderr);
    }
    let run = lint(&root, &["--assume-zone", "somewhere"]);
    assert_eq!(run.code, 2);
    assert!(run.stderr.contains("--assume-zone"), "{}", run.stderr);
}
