//! Ignores in the comments of Terraform and YAML, as `ramguard lint` obeys them.
#![expect(clippy::unwrap_used, reason = "what cannot be taken apart has failed the test")]

mod support;

use std::fs;
use std::path::PathBuf;

use support::{Run, command, folder, run};

fn terraform(comment_on_document: &str, comment_on_action: &str) -> String {
    format!(
        "resource \"alicloud_ram_policy\" \"p\" {{\n  policy_name = \"p\"\n{comment_on_document}  \
         policy_document = jsonencode({{\n    Version = \"1\"\n    Statement = [{{\n      Effect = \
         \"Allow\"\n      Action = \"ram:PassRole\"{comment_on_action}\n      Resource = \
         \"*\"\n    }}]\n  }})\n}}\n"
    )
}

fn heredoc(above: &str) -> String {
    format!(
        "# A policy.\nresource \"alicloud_ram_policy\" \"p\" {{\n  policy_name = \"p\"\n{above}  \
         policy_document = <<EOF\n  {{\"Version\": \"1\", \"Statement\": [{{\"Effect\": \"Allow\",\n    \
         \"Action\": \"ram:PassRole\",\n    \"Resource\": \"*\"}}]}}\nEOF\n}}\n"
    )
}

fn in_folder(name: &str, file: &str, text: &str) -> (PathBuf, Run) {
    let root = folder(name);
    fs::write(root.join(file), text).unwrap();
    let run = run(command(["lint", ".", "--output", "concise"]).current_dir(&root));
    (root, run)
}

/// The codes of what counts, in order.
fn codes(name: &str, file: &str, text: &str) -> String {
    let (_, run) = in_folder(name, file, text);
    let codes = run.stdout.lines().filter_map(|line| line.split(' ').nth(2));
    codes.collect::<Vec<_>>().join(" ")
}

const WHY: &str = "reviewed in SEC-12";

#[test]
fn a_comment_silences_what_starts_on_its_line_or_on_the_next() {
    let plain = terraform("", "");
    assert_eq!(codes("inline-none", "a.tf", &plain), "RAM604 RAM605");
    let trailing = terraform("", &format!(" # ramguard: ignore[RAM604, RAM605] {WHY}"));
    assert_eq!(codes("inline-line", "a.tf", &trailing), "");
    let slashes = terraform("", &format!(" // ramguard: ignore[security] {WHY}"));
    assert_eq!(codes("inline-slashes", "a.tf", &slashes), "");
    let above = plain.replace(
        "      Action",
        &format!("      # ramguard: ignore[RAM604] {WHY}\n      # x\n      Action"),
    );
    assert_eq!(codes("inline-above", "a.tf", &above), "RAM605");
}

#[test]
fn a_comment_above_the_document_is_about_all_of_it() {
    let above = format!("  # ramguard: ignore[RAM604] {WHY}\n");
    assert_eq!(codes("inline-document", "a.tf", &terraform(&above, "")), "RAM605");
    assert_eq!(codes("inline-heredoc", "a.tf", &heredoc(&above)), "RAM605");
    let yaml = |comment: &str| {
        format!(
            "ROSTemplateFormatVersion: '2015-09-01'\nResources:\n  P:\n    Type: ALIYUN::RAM::ManagedPolicy\n    \
             Properties:\n      PolicyName: p\n      PolicyDocument:{comment}\n        Version: '1'\n        \
             Statement:\n          - Effect: Allow\n            Action: ram:PassRole\n            Resource: '*'\n"
        )
    };
    assert_eq!(codes("inline-yaml-none", "a.yml", &yaml("")), "RAM604 RAM605");
    let comment = format!(" # ramguard: ignore[RAM605] {WHY}");
    assert_eq!(codes("inline-yaml", "a.yml", &yaml(&comment)), "RAM604");
}

#[test]
fn a_comment_is_about_the_file_or_about_the_lines_between_two() {
    let text = format!("# ramguard: ignore-file[RAM605] {WHY}\n{}", terraform("", ""));
    assert_eq!(codes("inline-file", "a.tf", &text), "RAM604");
    let both = format!(
        "# ramguard: ignore-start[RAM604] {WHY}\n{}# ramguard: ignore-end\n{}",
        terraform("", ""),
        terraform("", "").replace("\"p\"", "\"q\"")
    );
    assert_eq!(codes("inline-region", "a.tf", &both), "RAM605 RAM604 RAM605");
}

#[test]
fn text_inside_a_policy_ignores_nothing() {
    let text = heredoc("").replace("\"*\"", "\"# ramguard: ignore-file[all] reviewed in SEC-12\"");
    assert!(codes("inline-inside", "a.tf", &text).contains("RAM"));
}

#[test]
fn a_comment_that_is_not_needed_gives_no_reason_or_names_no_rule_is_told_in_its_place() {
    let comments = format!(
        "  # ramguard: ignore[RAM601] {WHY}\n  # ramguard: ignore[RAM604, RAM605]\n  # ramguard: \
         ignore[RAM6055] {WHY}\n"
    );
    let (_, run) = in_folder("inline-remarks", "a.tf", &terraform(&comments, ""));
    let places: Vec<&str> = run.stdout.lines().filter_map(|line| line.split(": ").next()).collect();
    assert_eq!(places, ["a.tf:3:3", "a.tf:4:3", "a.tf:5:22"], "{}", run.stdout);
    for code in ["RAM905", "RAM907", "RAM908"] {
        assert!(run.stdout.contains(code), "{}", run.stdout);
    }
}

#[test]
fn a_comment_that_begins_like_an_ignore_and_is_none_is_a_mistake() {
    for (comment, words) in [
        ("ramguard: ignore", "3:3: an ignore names rules: `ramguard: ignore[RAM604] why`"),
        ("ramguard: ignore[]", "3:3: an ignore names rules"),
        ("ramguard: disable[RAM604] x", "3:3: write `ignore[..]`"),
        ("ramguard: ignore-end", "3:3: no `ignore-start` is open here"),
        ("ramguard: ignore-start[RAM604] x", "3:3: no `ignore-end` follows"),
    ] {
        let (_, run) =
            in_folder("inline-wrong", "a.tf", &terraform(&format!("  # {comment}\n"), ""));
        assert_eq!(run.code, 2, "{comment}");
        assert!(run.stderr.contains(&format!("a.tf:{words}")), "{}", run.stderr);
    }
}

#[test]
fn what_is_forbidden_cannot_be_ignored_by_a_comment() {
    let text = terraform("", &format!(" # ramguard: ignore[RAM6] {WHY}"));
    let (root, run) = in_folder("inline-forbidden", "a.tf", &text);
    assert_eq!(run.code, 0, "{}", run.stdout);
    fs::write(root.join("ramguard.toml"), "forbid = [\"RAM604\"]\n").unwrap();
    let run = support::run(command(["lint", "."]).current_dir(&root));
    assert_eq!(run.code, 2);
    assert!(run.stderr.contains("a.tf:7:50: RAM604 may not be ignored"), "{}", run.stderr);
}
