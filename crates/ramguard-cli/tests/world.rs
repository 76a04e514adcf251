//! `ramguard world` from outside: what it prints, what it saves and how it ends.
#![expect(clippy::unwrap_used, reason = "what cannot be taken apart has failed the test")]

mod support;

use std::path::{Path, PathBuf};

use support::{acts, assert_golden, folder, ramguard, testdata, with_stdin};

const NOW: &str = "2024-11-08T03:44:50Z";

/// A world with a name that is not there, a policy that is refused and a broken quota.
const BROKEN: &str = r#"{
  "account": "1000000000000001",
  "quotas": { "users": 0 },
  "users": {
    "alice": { "policies": ["custom/nowhere"] }
  },
  "policies": {
    "bad": {
      "document": { "Version": "1", "Statement": [{ "Effect": "Permit", "Action": "*", "Resource": "*" }] }
    }
  }
}
"#;

/// A copy of the example, named from the folder of the fixtures or in one of its own.
fn example() -> String {
    let path = testdata().join("world/example.json");
    assert!(path.is_file());
    "../../../../testdata/world/example.json".to_owned()
}

fn copy(name: &str) -> PathBuf {
    let path = folder(name).join("account.json");
    std::fs::copy(testdata().join("world/example.json"), &path).unwrap();
    path
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

fn call(file: &str, caller: &str, arguments: &[&str]) -> support::Run {
    let head = ["world", "call", file, "--now", NOW, "--as", caller];
    ramguard(&[&head[..], arguments].concat())
}

/// Binds `AppRole` to an instance.
const ATTACH: [&str; 7] = [
    "AttachInstanceRamRole",
    "--param",
    "RegionId=cn-hangzhou",
    "--param",
    r#"InstanceIds=["i-web"]"#,
    "--param",
    "RamRoleName=AppRole",
];

#[test]
fn a_sound_world_has_no_problem() {
    let run = ramguard(&["world", "check", &example()]);
    assert_eq!((run.code, &*run.stderr), (0, ""));
    assert!(run.stdout.starts_with("no problem in "), "{}", run.stdout);
}

#[test]
fn every_problem_is_told_with_its_line_and_pointer() {
    let run = with_stdin(&["world", "check", "-"], BROKEN.as_bytes());
    assert_eq!(run.code, 1);
    assert_golden("world-check", &run.told());
}

#[test]
fn problems_are_told_to_programs_with_their_places() {
    let run = with_stdin(&["world", "check", "-", "--output", "json"], BROKEN.as_bytes());
    assert_eq!(run.code, 1);
    let report = run.json();
    assert_eq!(report["usable"], false);
    let first = &report["problems"][0];
    assert!(first["start"]["line"].is_number(), "{report}");
    assert_eq!(report["problems"].as_array().unwrap().len(), 3);
}

/// A world that can be used, with an instance whose role does not trust ECS.
const DOUBTFUL: &str = r#"{
  "account": "1000000000000001",
  "roles": {
    "fc": { "trust": { "Version": "1", "Statement": [{ "Effect": "Allow", "Action": "sts:AssumeRole",
      "Principal": { "Service": ["fc.aliyuncs.com"] } }] } }
  },
  "instances": { "i-1": { "region": "cn-hangzhou", "vswitch": "vsw-1", "role": { "name": "fc" } } }
}"#;

#[test]
fn warnings_fail_a_check_only_where_that_is_asked_for() {
    for (arguments, code) in [
        (&[][..], 0),
        (&["--fail-on", "error"], 0),
        (&["--fail-on", "warning"], 1),
        (&["--fail-on", "never"], 0),
    ] {
        let arguments = [&["world", "check", "-"], arguments].concat();
        let run = with_stdin(&arguments, DOUBTFUL.as_bytes());
        assert_eq!(run.code, code, "{arguments:?}");
        assert!(run.stdout.contains("0 errors, 1 warning in <stdin>"), "{}", run.stdout);
    }
    let never = ["world", "check", "-", "--fail-on", "never"];
    assert_eq!(with_stdin(&never, BROKEN.as_bytes()).code, 0);
}

#[test]
fn a_world_with_warnings_is_worked_with() {
    assert_eq!(with_stdin(&["world", "show", "-"], DOUBTFUL.as_bytes()).code, 0);
}

#[test]
fn every_problem_has_a_place() {
    for text in [BROKEN, DOUBTFUL, "{", "[]", "", r#"{ "account": "x" }"#, r#"{ "acount": "1" }"#] {
        let run = with_stdin(&["world", "check", "-", "--output", "json"], text.as_bytes());
        let report = run.json();
        let problems = report["problems"].as_array().unwrap();
        assert!(!problems.is_empty(), "{text}");
        for problem in problems {
            let line = problem["start"]["line"].as_u64().unwrap();
            assert!(line >= 1 && line as usize <= text.lines().count().max(1), "{problem}");
        }
    }
}

#[test]
fn a_table_ends_at_the_rows_asked_for_and_says_how_many_are_left_out() {
    let show = |rows: &str, output: &str| {
        let file = example();
        let arguments = ["world", "show", &file, "--max-rows", rows, "--output", output];
        ramguard(&[&arguments[..], &["--now", NOW]].concat())
    };
    let run = show("1", "human");
    assert_eq!(run.code, 0);
    assert!(run.stdout.contains("4 more; `--max-rows` and `--as` tell"), "{}", run.stdout);
    let none = show("0", "json").json();
    assert_eq!((&none["passes"], &none["passes_total"]), (&serde_json::json!([]), &1.into()));
}

#[test]
fn a_file_that_is_not_utf8_is_an_input_error() {
    let run = with_stdin(&["world", "check", "-"], b"{ \"account\": \"\xff\" }");
    assert_eq!(run.code, 2);
    assert!(run.stderr.contains("is not UTF-8 at byte 14"), "{}", run.stderr);
}

#[test]
fn a_world_is_shown_in_tables() {
    let run = ramguard(&["world", "show", &example(), "--now", NOW]);
    assert_eq!(run.code, 0);
    assert_golden("world-show", &run.told());
}

#[test]
fn the_view_of_one_caller_tells_what_it_may_pass_and_bind() {
    let run = ramguard(&["world", "show", &example(), "--now", NOW, "--as", "user/alice"]);
    assert_eq!(run.code, 0);
    assert_golden("world-show-as", &run.told());
}

#[test]
fn the_account_itself_can_pass_every_role() {
    let file = example();
    let run = ramguard(&["world", "show", &file, "--as", "root", "--output", "json"]);
    assert_eq!(run.json()["passes"].as_array().unwrap().len(), 2);
}

#[test]
fn a_world_is_shown_to_programs() {
    let run = ramguard(&["world", "show", &example(), "--now", NOW, "--output", "json"]);
    assert_eq!(run.code, 0);
    assert_golden("world-show-json", &run.told());
}

#[test]
fn a_refused_world_is_not_worked_with() {
    let run = with_stdin(&["world", "show", "-"], BROKEN.as_bytes());
    assert_eq!((run.code, &*run.stdout), (2, ""));
    assert!(run.stderr.contains("`<stdin>` is refused: 3 problems"), "{}", run.stderr);
}

#[test]
fn a_call_prints_the_response_of_the_service() {
    let run = call(&example(), "user/alice", &ATTACH);
    assert_eq!(run.code, 0, "{}", run.told());
    let response = run.json();
    assert!(response["RequestId"].is_string());
    assert_eq!(response["TotalCount"], 1);
}

#[test]
fn a_refused_call_prints_the_error_of_the_service() {
    let run = call(&example(), "user/bob", &ATTACH);
    assert_eq!(run.code, 1);
    let error = run.json();
    assert_eq!(error["Code"], "Forbidden.RAM");
    assert_eq!(error["HostId"], "ecs.aliyuncs.com");
    assert!(run.stderr.contains("ecs:AttachInstanceRamRole"), "{}", run.stderr);
}

#[test]
fn an_operation_that_nobody_offers_is_refused_and_the_others_are_named() {
    let run = call(&example(), "root", &["StopInstance"]);
    assert_eq!(run.code, 1);
    assert!(run.stderr.contains("AttachInstanceRamRole"), "{}", run.stderr);
}

#[test]
fn a_call_misspelt_is_told_what_was_meant() {
    let run = call(&example(), "root", &["createrole"]);
    assert_eq!(run.code, 1);
    assert!(run.stderr.contains("did you mean `CreateRole`?"), "{}", run.stderr);
    for parameter in ["rolename=app", "RoleName=app"] {
        let run = call(&example(), "root", &["GetRole", "--param", parameter, "--param", "X=1"]);
        assert_eq!(run.code, 1);
        assert!(run.stderr.contains("the parameters of GetRole are RoleName"), "{}", run.stderr);
    }
}

#[test]
fn a_parameter_may_stand_in_a_file() {
    let trust = folder("world-call-file").join("trust.json");
    let text_of_trust = r#"{"Version":"1","Statement":[{"Effect":"Allow","Action":"sts:AssumeRole","Principal":{"Service":["ecs.aliyuncs.com"]}}]}"#;
    std::fs::write(&trust, format!("{text_of_trust}\n")).unwrap();
    let file = format!("AssumeRolePolicyDocument={}", text(&trust));
    let arguments = ["CreateRole", "--param", "RoleName=web", "--param-file", &file];
    let run = call(&example(), "root", &arguments);
    assert_eq!(run.code, 0, "{}", run.told());
    assert_eq!(run.json()["Role"]["AssumeRolePolicyDocument"], text_of_trust);
    let missing = ["CreateRole", "--param-file", "AssumeRolePolicyDocument=no-such-file"];
    assert_eq!(call(&example(), "root", &missing).code, 2);
    let nothing = ["CreateRole", "--param-file", "AssumeRolePolicyDocument"];
    assert_eq!(call(&example(), "root", &nothing).code, 2);
}

#[test]
fn a_call_leaves_the_file_alone_unless_it_is_told_to_write() {
    let path = copy("world-call-dry");
    let before = std::fs::read_to_string(&path).unwrap();
    let run = call(text(&path), "root", &["CreateUser", "--param", "UserName=carol"]);
    assert_eq!(run.code, 0, "{}", run.told());
    assert!(run.stderr.contains("not saved"), "{}", run.stderr);
    assert_eq!(std::fs::read_to_string(&path).unwrap(), before);
}

#[test]
fn a_call_that_writes_is_seen_by_the_next() {
    let path = copy("world-call-write");
    let file = text(&path);
    let make = call(file, "root", &["CreateUser", "--param", "UserName=carol", "--write"]);
    assert_eq!((make.code, &*make.stderr), (0, ""));
    let again = call(file, "root", &["CreateUser", "--param", "UserName=carol", "--write"]);
    assert_eq!(again.code, 1);
    assert_eq!(again.json()["Code"], "EntityAlreadyExists.User");
    assert_eq!(ramguard(&["world", "check", file]).code, 0);
}

#[test]
fn writing_keeps_what_the_file_says_to_editors() {
    let path = copy("world-call-schema");
    let old = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, old.replacen('{', "{ \"$schema\": \"world.schema.json\",", 1)).unwrap();
    let run = call(text(&path), "root", &["CreateUser", "--param", "UserName=carol", "--write"]);
    assert_eq!(run.code, 0, "{}", run.told());
    let new: serde_json::Value =
        serde_json::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
    assert_eq!(new["$schema"], "world.schema.json");
    assert!(new["users"]["carol"].is_object());
}

#[test]
fn a_token_key_is_never_repeated() {
    let path = folder("world-call-key").join("key");
    std::fs::write(&path, "not-a-secret-yet").unwrap();
    let arguments = ["GetCallerIdentity", "--token-key-file", text(&path)];
    let run = call(&example(), "root", &arguments);
    assert_eq!(run.code, 2);
    assert!(run.stderr.contains("64 hexadecimal digits"), "{}", run.stderr);
    assert!(!run.stderr.contains("secret"), "{}", run.stderr);
}

#[test]
fn mistakes_in_a_call_are_usage_errors() {
    for (arguments, words) in [
        (&["GetCallerIdentity", "--param", "X"][..], "write KEY=VALUE"),
        (&["GetCallerIdentity", "--context", "X"], "write KEY=VALUE"),
    ] {
        let run = call(&example(), "root", arguments);
        assert_eq!(run.code, 2);
        assert!(run.stderr.contains(words), "{}", run.stderr);
    }
    let nobody = call(&example(), "user/nobody", &["GetCallerIdentity"]);
    assert_eq!(nobody.code, 2);
    let file = example();
    let timeless = ["world", "show", &file, "--now", "yesterday"];
    assert_eq!(ramguard(&timeless).code, 2);
    let piped = ["world", "call", "-", "--as", "root", "GetCallerIdentity", "--write"];
    assert_eq!(ramguard(&piped).code, 2);
}

/// Saves answers of an account with one role that an instance carries.
fn answers(name: &str) -> PathBuf {
    let folder = folder(name);
    let role = r#"{ "RequestId": "1", "Role": { "RoleName": "app", "RoleId": "300",
        "Arn": "acs:ram::1000000000000001:role/app", "CreateDate": "2024-11-08T03:44:50Z",
        "AssumeRolePolicyDocument": "{\"Version\":\"1\",\"Statement\":[{\"Effect\":\"Allow\",\"Action\":\"sts:AssumeRole\",\"Principal\":{\"Service\":[\"ecs.aliyuncs.com\"]}}]}" } }"#;
    std::fs::write(folder.join("GetRole.app.json"), role).unwrap();
    std::fs::write(folder.join("Unknown.json"), "{}").unwrap();
    std::fs::write(folder.join("notes.txt"), "\u{1b}").unwrap();
    folder
}

#[test]
fn saved_answers_become_a_world() {
    let run = ramguard(&["world", "import", text(&answers("world-import"))]);
    assert_eq!(run.code, 0);
    assert_eq!(run.json()["account"], "1000000000000001");
    assert_eq!(run.json()["roles"]["app"]["id"], "300");
    assert_eq!(
        run.stderr,
        "note: Unknown.json: answers `Unknown`, which is not imported\n\
         note: role `app` is taken to have no policies: save `aliyun ram ListPoliciesForRole \
         --RoleName app` as `ListPoliciesForRole.app.json`\n"
    );
}

#[test]
fn an_imported_world_is_written_to_a_file() {
    let file = folder("world-import-written").join("account.json");
    let folder = answers("world-import-write");
    let run = ramguard(&["world", "import", text(&folder), "--write", text(&file)]);
    assert_eq!((run.code, &*run.stdout), (0, ""));
    assert_eq!(ramguard(&["world", "check", text(&file)]).code, 0);
}

#[test]
fn a_folder_without_answers_is_empty() {
    assert_eq!(ramguard(&["world", "import", text(&folder("world-import-empty"))]).code, 4);
}

#[test]
fn answers_that_do_not_tell_the_account_make_no_world() {
    let folder = folder("world-import-fatal");
    std::fs::write(folder.join("ListUsers.json"), r#"{ "Users": { "User": [] } }"#).unwrap();
    let run = ramguard(&["world", "import", text(&folder)]);
    assert_eq!((run.code, &*run.stdout), (2, ""));
}

#[test]
fn text_of_a_world_never_acts_on_a_terminal() {
    let hostile = BROKEN.replace("nowhere", "\\u001b[2J\u{202e}x");
    let named = r#"{ "account": "1", "resource_groups": { "\u001b\u202e\u009b": {} },
        "users": { "a": { "display_name": "\u001b[2J\u202e\u009b" } } }"#;
    for (verb, input) in
        [("check", &*hostile), ("show", &hostile), ("check", named), ("show", named)]
    {
        for output in ["human", "json"] {
            let run = with_stdin(&["world", verb, "-", "--output", output], input.as_bytes());
            assert!(!run.told().contains(acts), "{verb} {output}: {:?}", run.told());
        }
    }
    let arguments = ["world", "call", "-", "--as", "root", "GetUser", "--param", "UserName=a"];
    let run = with_stdin(&arguments, named.as_bytes());
    assert!(!run.told().contains(acts), "{:?}", run.told());
    let run = call(&example(), "user/\u{1b}\u{202e}", &["GetUser"]);
    assert!(!run.told().contains(acts), "{:?}", run.told());
}
