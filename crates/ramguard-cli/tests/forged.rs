//! The formats of `ramguard lint` under text that means something to their readers: nothing of a
//! policy becomes a line, a tag, a command, a link or a mention.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "what cannot be taken apart has failed the test"
)]

mod support;

use support::{FORMATS, ramguard, with_stdin};

/// Text that means something to each reader: a command of two build servers, a tag, a mention, a
/// link, a picture, a heading, the end of a code span, of a list, of a property.
const FORGED: [&str; 12] = [
    "##vso[task.setvariable variable=x]y",
    "##[add-mask]x",
    "::error::x",
    "\\n::stop-commands::x",
    "<img src=http://x.test/>",
    "@everyone #1 http://x.test/",
    "![x](http://x.test/)",
    "` `` ``` ```` x",
    "\\n\\n# heading\\n- x",
    "%0A::error::x",
    "\\\"; fix (safe) \\\"x\\\"",
    ";]%3B|x",
];

/// A document that puts a text wherever one can stand.
fn forging(text: &str) -> String {
    format!(
        "{{\"Version\": \"{text}\", \"{text}\": 1, \"Statement\": [{{\"Sid\": \"{text}\", \
         \"Effect\": \"{text}\", \"Action\": [\"{text}\", \"ecs:{text}\", \"a b:{text}\"], \
         \"Resource\": [\"{text}\", \"acs:ecs:*:*:{text}\"], \
         \"Condition\": {{\"{text}\": {{\"{text}\": \"{text}\"}}}}}}]}}"
    )
}

#[test]
fn no_text_of_a_policy_forges_a_line_a_tag_or_a_command() {
    for text in FORGED {
        let policy = forging(text);
        let run = |format: &str| {
            let name = ["--stdin-filename", "a `b` @x.json", "--output", format];
            with_stdin(&[&["lint", "-"], &name[..]].concat(), policy.as_bytes()).stdout
        };
        let count = run("jsonl").lines().count();
        assert!(count > 5, "{text}");
        let is_command = |line: &str| {
            line.trim_start().starts_with("::")
                || line.match_indices("##").any(|(at, _)| {
                    line[at + 2..]
                        .trim_start_matches(|c: char| c.is_alphanumeric())
                        .starts_with('[')
                })
        };
        for format in FORMATS {
            let out = run(format);
            let is_own = |line: &str| match format {
                "github" => {
                    ["::error ", "::warning ", "::notice "].iter().any(|w| line.starts_with(w))
                }
                "azure" => line.starts_with("##vso[task.logissue type="),
                _ => false,
            };
            let commands = out.lines().filter(|line| is_command(line) && !is_own(line)).count();
            assert_eq!(commands, 0, "{format}: {text}\n{out}");
        }
        let azure = run("azure");
        assert_eq!(azure.lines().count(), count);
        for line in azure.lines() {
            let (properties, words) = line[2..].split_once(']').unwrap();
            assert_eq!(properties.matches(';').count(), 5, "{line}");
            assert!(!words.contains("##vso["), "{line}");
        }
        assert_eq!(run("agent").lines().count(), count);
        for line in run("agent").lines() {
            // Outside of quotes stand words of this program alone.
            let mut outside = String::new();
            let mut parts = line.split('"');
            while let Some(part) = parts.next() {
                outside.push_str(part);
                let mut quoted = parts.next();
                while quoted.is_some_and(|quoted| quoted.ends_with('\\')) {
                    quoted = parts.next();
                }
            }
            assert!(!outside.contains("x.test") && !outside.contains("task."), "{line}");
        }
        assert_markdown_is_tame(&run("markdown"));
    }
}

/// Takes the code spans away as readers of Markdown do; what is left is made of our own words.
fn assert_markdown_is_tame(text: &str) {
    for line in text.lines() {
        let mut rest = line;
        let mut outside = String::new();
        while let Some(at) = rest.find('`') {
            outside.push_str(&rest[..at]);
            let fence: usize = rest[at..].find(|c| c != '`').unwrap();
            let mut from = at + fence;
            loop {
                let next = rest[from..].find('`').unwrap_or_else(|| panic!("{line}")) + from;
                let length = rest[next..].find(|c| c != '`').unwrap_or(rest.len() - next);
                from = next + length;
                if length == fence {
                    break;
                }
            }
            rest = &rest[from..];
        }
        outside.push_str(rest);
        let own = |c: char| c.is_ascii_alphanumeric() || "*-#:,() .".contains(c);
        assert!(outside.chars().all(own), "{line}\n{outside}");
        assert!(!outside.trim_start().starts_with('#') || outside.starts_with("### RamGuard: "));
    }
}

#[test]
fn markdown_fits_a_comment_and_counts_what_does_not() {
    let folder = support::testdata().join("policies");
    let run = ramguard(&["lint", folder.to_str().unwrap(), "--output", "markdown"]);
    assert!(run.stdout.len() < 65_536, "{}", run.stdout.len());
    let last = run.stdout.lines().next_back().unwrap();
    assert!(last.ends_with(" more are in the log."), "{last}");
    assert_markdown_is_tame(&run.stdout);
}
