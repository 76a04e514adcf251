//! `ramguard lint` on what somebody made to hurt: it ends soon, says why, and nothing of it acts.
#![expect(clippy::unwrap_used, reason = "what cannot be taken apart has failed the test")]

mod support;

use std::fs;
use std::time::{Duration, Instant};

use support::{FORMATS, Run, acts, command, folder, run, with_stdin};

/// Longer than this is not soon, in a build without optimisation on a busy machine.
const SOON: Duration = Duration::from_secs(60);

fn soon(name: &str, input: &str) -> Run {
    let began = Instant::now();
    let run = with_stdin(&["lint", "-", "--stdin-filename", name], input.as_bytes());
    assert!(began.elapsed() < SOON, "{name}: {:?}", began.elapsed());
    assert!(!run.stdout.contains(acts) && !run.stderr.contains(acts));
    run
}

#[test]
fn a_megabyte_of_brackets_is_refused_soon_in_every_format_of_file() {
    for open in ["[", "{", "{\"a\":", "[[]", "\"["] {
        let text = open.repeat((1 << 20) / open.len());
        let run = soon("a.json", &text);
        assert_eq!(run.code, 1, "{open}");
        assert!(run.stdout.starts_with("error[RAM10"), "{}", run.stdout);
        assert!(run.stdout.len() < 100_000, "{open}");
        for name in ["a.tf", "a.yml"] {
            let text = format!("Statement: \"alicloud_ram_policy\"\nx = {text}");
            let run = soon(name, &text);
            assert_ne!(run.code, -1, "{name}: {open}");
            assert!(run.stderr.len() < 10_000, "{name}: {open}");
        }
    }
}

#[test]
fn a_million_keys_are_refused_soon() {
    let keys: Vec<String> = (0..1_000_000).map(|n| format!("\"k{n}\":1")).collect();
    let run = soon("a.json", &format!("{{\"Version\":\"1\",{}}}", keys.join(",")));
    assert_eq!(run.code, 1);
    assert!(run.stdout.contains("error[RAM10"), "{}", &run.stdout[..400]);
    let many: Vec<String> = (0..40_000).map(|n| format!("\"k{n}\":1")).collect();
    let run =
        soon("a.json", &format!("{{\"Version\":\"1\",\"Statement\":[{{{}}}]}}", many.join(",")));
    assert_eq!(run.code, 1);
    assert!(run.stderr.contains("only the first"), "{}", run.stderr);
}

#[test]
fn one_key_a_hundred_thousand_times_is_told_soon() {
    let keys = "\"Effect\":\"Allow\",".repeat(60_000);
    let run = soon("a.json", &format!("{{\"Version\":\"1\",\"Statement\":[{{{keys}\"x\":1}}]}}"));
    assert_eq!(run.code, 1);
}

#[test]
fn thousands_of_names_that_are_nearly_known_are_told_soon() {
    // Each is compared with every action of its service for what most likely was meant.
    let names: Vec<String> =
        (0..9_000).map(|n| format!("\"ecs:DescribeSnapshotsUsages{n:05}\"")).collect();
    let names = names.join(",");
    let run = soon(
        "a.json",
        &format!(
            "{{\"Version\":\"1\",\"Statement\":[{{\"Effect\":\"Allow\",\"Action\":[{names}],\
             \"Resource\":\"*\"}}]}}"
        ),
    );
    assert_eq!(run.code, 1);
    assert!(run.stderr.contains("only the first"), "{}", run.stderr);
}

#[test]
fn patterns_of_stars_are_compared_soon() {
    let stars = "*a".repeat(1_000);
    let list = |make: &dyn Fn(usize) -> String| {
        (0..200).map(|n| format!("\"{}\"", make(n))).collect::<Vec<_>>().join(",")
    };
    let text = format!(
        "{{\"Version\":\"1\",\"Statement\":[{{\"Effect\":\"Allow\",\"Action\":[{}],\"Resource\":[{}]}}]}}",
        list(&|n| format!("ecs:{stars}{n}*")),
        list(&|n| format!("acs:ecs:*:*:{stars}{n}*b")),
    );
    let run = soon("a.json", &text);
    assert_ne!(run.code, -1);
}

#[cfg(unix)]
#[test]
fn a_circle_of_links_and_a_pipe_in_a_folder_are_passed_over_and_named_they_are_refused() {
    let root = folder("hostile-odd");
    std::os::unix::fs::symlink(&root, root.join("loop")).unwrap();
    std::os::unix::fs::symlink("b.json", root.join("a.json")).unwrap();
    std::os::unix::fs::symlink("a.json", root.join("b.json")).unwrap();
    let made = std::process::Command::new("mkfifo")
        .args([root.join("pipe.json"), root.join("ramguard.toml")])
        .status();
    fs::write(root.join("p.json"), r#"{"Version": "1", "Statement": []}"#).unwrap();
    let began = Instant::now();
    let lint = |paths: &[&str]| run(command([&["lint"], paths].concat()).current_dir(&root));
    let all = lint(&["."]);
    assert_eq!(all.code, 1, "{}", all.stderr);
    assert!(all.stderr.contains("in 1 document"), "{}", all.stderr);
    for (name, words) in [("a.json", "cannot read `a.json`: "), ("loop/a.json", "cannot read")] {
        let run = lint(&[name]);
        assert_eq!(run.code, 2, "{name}");
        assert!(run.stderr.contains(words), "{}", run.stderr);
    }
    if made.is_ok_and(|status| status.success()) {
        for flags in [&["pipe.json"][..], &["p.json", "--config", "ramguard.toml"]] {
            let run = lint(flags);
            assert_eq!(run.code, 2, "{flags:?}");
            assert!(run.stderr.contains("is a pipe or device, not a file"), "{}", run.stderr);
        }
        let run = lint(&["p.json", "--baseline", "pipe.json"]);
        assert!(run.stderr.contains("is a pipe or device, not a file"), "{}", run.stderr);
    }
    assert!(began.elapsed() < SOON);
}

/// What a policy may try to say to a workflow, to a reader of XML and to a terminal.
const COMMAND: &str = "\n::error file=x::forged\r\n::set-output name=a::b%0A::warning::c";
const MARKUP: &str = "]]></failure><failure message=\"&x;\"/>\u{0}\u{b}\u{ffff}\u{fffe}";

fn document() -> String {
    let quoted = |text: &str| serde_json::to_string(text).unwrap();
    let (command, markup) = (quoted(COMMAND), quoted(MARKUP));
    let resource = quoted(&format!("acs:{MARKUP}"));
    format!(
        "{{\"Version\": {command}, {markup}: 1, \"Statement\": [{{\"Sid\": {markup}, \"Effect\": \
         {command}, \"Action\": [{command}, {markup}], \"Resource\": {resource}}}]}}"
    )
}

#[test]
fn no_workflow_command_is_forged_by_a_policy_or_by_the_name_of_a_file() {
    let root = folder("hostile-commands");
    let name = "a,b%0A::error::c\n::error file=x::d.json";
    fs::write(root.join(name), document()).unwrap();
    for format in FORMATS {
        let flags = ["lint", ".", "--output", format];
        let run = run(command(flags).env("GITHUB_ACTIONS", "true").current_dir(&root));
        assert_eq!(run.code, 1, "{}", run.stderr);
        let text = run.stdout + &run.stderr;
        let commands = text.lines().filter(|line| line.starts_with("::"));
        for line in commands {
            // Ours: a level, the place, the title of a rule and the words, all on one line.
            assert!(format == "github", "{format}: {line}");
            let place = line.split(' ').nth(1).unwrap();
            assert!(place.starts_with("file=a%2Cb%250A%3A%3Aerror%3A%3Ac\\n%3A%3Aerror"), "{line}");
        }
    }
}

#[test]
fn junit_is_sound_xml_and_sarif_sound_json_whatever_a_policy_holds() {
    let root = folder("hostile-markup");
    fs::write(root.join("]]><x a='&'>.json"), document()).unwrap();
    let lint = |format: &str| run(command(["lint", ".", "--output", format]).current_dir(&root));
    let xml = lint("junit").stdout;
    let is_char = |c: char| matches!(c, '\t' | '\n' | '\r' | '\u{20}'..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..);
    assert!(xml.chars().all(is_char));
    for part in xml.split('&').skip(1) {
        let entity = part.split(';').next().unwrap();
        assert!(["amp", "lt", "gt", "quot"].contains(&entity), "{part}");
    }
    let ours = [
        "<?xml",
        "<testsuites",
        "</testsuites",
        "<testsuite ",
        "</testsuite>",
        "<testcase ",
        "</testcase>",
        "<failure ",
        "</failure>",
        "<system-out>",
        "</system-out>",
    ];
    for (at, _) in xml.match_indices('<') {
        assert!(ours.iter().any(|tag| xml[at..].starts_with(tag)), "{}", &xml[at..]);
    }
    assert_eq!(xml.matches("<failure ").count(), xml.matches("</failure>").count());
    let sarif = lint("sarif");
    assert!(!sarif.stdout.contains(acts));
    let uri = &sarif.json()["runs"][0]["results"][0]["locations"][0]["physicalLocation"];
    assert_eq!(uri["artifactLocation"]["uri"], "%5D%5D%3E%3Cx%20a%3D%27%26%27%3E.json");
}

#[test]
fn settings_made_to_hurt_are_refused_soon_and_nothing_of_them_acts() {
    let root = folder("hostile-settings");
    fs::write(root.join("p.json"), r#"{"Version": "1", "Statement": []}"#).unwrap();
    let deep = format!("a = {}", "[".repeat(200_000));
    let globs = format!("exclude = [\"{}\"]", "{a,".repeat(20_000));
    let stars = format!("exclude = [\"{}b\"]", "*a".repeat(5_000));
    let key = "\"\u{1b}[2J\u{202e}\" = 1".to_owned();
    let rule = "[rules]\n\"\u{1b}]0;x\u{7}\" = \"off\""
        .replace('\u{7}', "\\u0007")
        .replace('\u{1b}', "\\u001b");
    for text in [&deep, &globs, &stars, &key, &rule] {
        fs::write(root.join("ramguard.toml"), text).unwrap();
        let began = Instant::now();
        let run = run(command(["lint", "."]).current_dir(&root));
        assert!(began.elapsed() < SOON);
        assert!([1, 2].contains(&run.code), "{}: {}", run.code, run.stderr.len());
        assert!(!run.stderr.contains(acts), "{}", run.stderr.escape_debug());
        assert!(run.stderr.len() < 200_000);
    }
}
