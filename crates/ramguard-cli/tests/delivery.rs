//! The GitHub action, the GitLab job and the hooks of pre-commit: they fit their schemas, and what
//! they run does what is promised, in a repository with a policy that passes everything.
#![cfg(unix)]
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "what cannot be taken apart has failed the test"
)]

mod support;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use saphyr_parser::{Event, Parser, ScalarStyle};
use serde_json::{Map, Value};
use support::{Run, folder, run};

/// Reads a file of the repository that is YAML, as JSON.
fn yaml(path: &str) -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(path);
    let text = fs::read_to_string(path).unwrap();
    let mut open: Vec<(bool, Vec<Value>)> = vec![(false, Vec::new())];
    for event in Parser::new_from_str(&text) {
        let value = match event.unwrap().0 {
            Event::Scalar(words, style, ..) => match words.as_ref() {
                "true" | "false" if style == ScalarStyle::Plain => (words == "true").into(),
                words => words.into(),
            },
            Event::SequenceStart(..) => {
                open.push((false, Vec::new()));
                continue;
            }
            Event::MappingStart(..) => {
                open.push((true, Vec::new()));
                continue;
            }
            Event::SequenceEnd | Event::MappingEnd => match open.pop().unwrap() {
                (false, items) => items.into(),
                (true, items) => items
                    .chunks(2)
                    .map(|pair| (pair[0].as_str().unwrap().to_owned(), pair[1].clone()))
                    .collect::<Map<String, Value>>()
                    .into(),
            },
            _ => continue,
        };
        open.last_mut().unwrap().1.push(value);
    }
    open.pop().unwrap().1.remove(0)
}

fn assert_fits(schema: &str, instance: &Value) {
    let path = support::testdata().join("schema").join(schema);
    let schema: Value = serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let errors: Vec<String> =
        validator.iter_errors(instance).map(|e| format!("{e} at {}", e.instance_path())).collect();
    assert!(errors.is_empty(), "{errors:#?}");
}

/// A repository with a policy that has findings in a folder whose name has to be quoted.
fn repository(name: &str) -> PathBuf {
    let root = folder(name);
    fs::create_dir_all(root.join("policies")).unwrap();
    let text = r#"{"Version":"1","Statement":[{"Effect":"Allow","Action":"ram:PassRole","Resource":"*"}]}"#;
    fs::write(root.join("policies/pass.json"), text).unwrap();
    root
}

/// A shell in which `ramguard` is on the path, as on a machine where it was installed.
fn shell(name: &str, root: &Path) -> Command {
    let mut command = Command::new(name);
    let bin = Path::new(env!("CARGO_BIN_EXE_ramguard")).parent().unwrap().display().to_string();
    command.current_dir(root).env_clear().env("PATH", format!("{bin}:/usr/bin:/bin"));
    command
}

/// Runs the steps of the action with these inputs, as the runner does, up to the first that fails.
fn action(root: &Path, inputs: &[(&str, &str)]) -> Run {
    let action = yaml("action.yml");
    let input = |name: &str| {
        let given = inputs.iter().find(|(given, _)| *given == name).map(|(_, value)| *value);
        given.or(action["inputs"][name]["default"].as_str()).unwrap().to_owned()
    };
    let mut last = None;
    for step in action["runs"]["steps"].as_array().unwrap() {
        assert_eq!(step["shell"], "bash");
        let mut command = shell("bash", root);
        command.args(["--noprofile", "--norc", "-eo", "pipefail", "-c"]);
        command.arg(step["run"].as_str().unwrap()).env("GITHUB_ACTIONS", "true");
        // The runner makes the file.
        fs::write(root.join("summary.md"), "").unwrap();
        command.env("GITHUB_STEP_SUMMARY", root.join("summary.md"));
        for (name, value) in step["env"].as_object().into_iter().flatten() {
            let value = value.as_str().unwrap();
            let word = value.strip_prefix("${{ inputs.").unwrap().strip_suffix(" }}").unwrap();
            command.env(name, input(word));
        }
        assert!(!step["run"].as_str().unwrap().contains("${{"), "an input would be read as shell");
        let run = run(&mut command);
        let code = run.code;
        last = Some(run);
        if code != 0 {
            break;
        }
    }
    last.unwrap()
}

#[test]
fn the_action_fits_the_schema_of_actions() {
    assert_fits("github-action.json", &yaml("action.yml"));
}

#[test]
fn the_action_annotates_writes_sarif_and_a_summary_and_fails() {
    let root = repository("delivery-action");
    let run = action(&root, &[("paths", "policies")]);
    assert_eq!(run.code, 1, "{}", run.stderr);
    assert!(run.stdout.contains("::error file=policies/pass.json,line=1,"), "{}", run.stdout);
    assert!(run.stdout.contains("error[RAM604]"), "{}", run.stdout);
    let sarif: Value =
        serde_json::from_str(&fs::read_to_string(root.join("ramguard.sarif")).unwrap()).unwrap();
    assert_eq!(sarif["runs"][0]["results"][0]["ruleId"], "RAM604");
    let summary = fs::read_to_string(root.join("summary.md")).unwrap();
    assert!(summary.starts_with("### RamGuard: "), "{summary}");
    assert_eq!(yaml("action.yml")["outputs"]["sarif"]["value"], "${{ inputs.sarif }}");
}

#[test]
fn the_inputs_of_the_action_reach_the_command_and_no_shell() {
    let root = repository("delivery-inputs");
    let code = |inputs: &[(&str, &str)]| action(&root, inputs).code;
    assert_eq!(code(&[("fail-on", "never")]), 0);
    assert_eq!(code(&[("args", "--ignore security --isolated"), ("preset", "strict")]), 0);
    assert_eq!(code(&[("paths", "policies/pass.json none.json")]), 2);
    assert_eq!(code(&[("sarif", "out put.sarif"), ("fail-on", "never")]), 0);
    assert!(root.join("out put.sarif").is_file());
    assert_eq!(code(&[("paths", "policies; touch forged"), ("args", "$(touch forged)")]), 2);
    assert_eq!(code(&[("paths", "--fix")]), 2);
    assert!(!root.join("forged").exists());
}

#[test]
fn the_job_of_gitlab_fits_the_schema_of_its_jobs() {
    assert_fits("gitlab-ci.json", &yaml("ci/ramguard.gitlab-ci.yml"));
}

#[test]
fn the_job_of_gitlab_writes_its_reports_and_fails() {
    let root = repository("delivery-gitlab");
    let job = &yaml("ci/ramguard.gitlab-ci.yml")["ramguard"];
    let lines = |key: &str| {
        let lines = job[key].as_array().unwrap().iter();
        lines.map(|line| line.as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let script = [lines("before_script"), lines("script")].concat().join("\n");
    let job_run = |given: &[(&str, &str)]| {
        let mut command = shell("sh", &root);
        for (name, value) in job["variables"].as_object().unwrap() {
            command.env(name, value.as_str().unwrap());
        }
        run(command.envs(given.iter().copied()).args(["-ec", &script]))
    };
    let run = job_run(&[]);
    assert_eq!(run.code, 1, "{}", run.stderr);
    let report = |kind: &str| {
        let path = root.join(job["artifacts"]["reports"][kind].as_str().unwrap());
        fs::read_to_string(path).unwrap()
    };
    let quality: Value = serde_json::from_str(&report("codequality")).unwrap();
    assert_eq!(quality[0]["check_name"], "RAM604");
    assert!(report("junit").contains("<failure "));
    assert_eq!(job["artifacts"]["when"], "always");
    assert_eq!(
        job_run(&[("RAMGUARD_ARGS", "--fail-on never"), ("RAMGUARD_PATHS", "policies")]).code,
        0
    );
}

#[test]
fn the_hooks_of_pre_commit_check_and_lay_out() {
    let root = repository("delivery-hooks");
    let hooks = yaml(".pre-commit-hooks.yaml");
    let hook = |id: &str| {
        let hook = hooks.as_array().unwrap().iter().find(|hook| hook["id"] == id).unwrap();
        assert_eq!((&hook["language"], &hook["pass_filenames"]), (&"system".into(), &false.into()));
        let mut words: Vec<&str> = hook["entry"].as_str().unwrap().split(' ').collect();
        words.extend(hook["args"].as_array().unwrap().iter().map(|word| word.as_str().unwrap()));
        run(shell("env", &root).args(words))
    };
    let before = fs::read_to_string(root.join("policies/pass.json")).unwrap();
    assert_eq!(hook("ramguard").code, 1);
    // What it lays out is seen by pre-commit, which fails then.
    assert_eq!(hook("ramguard-fmt").code, 0);
    assert_ne!(fs::read_to_string(root.join("policies/pass.json")).unwrap(), before);
    fs::remove_dir_all(root.join("policies")).unwrap();
    assert_eq!((hook("ramguard").code, hook("ramguard-fmt").code), (0, 0));
}
