//! The error tables of the services, one row a line in `testdata/world/errors.tsv`: every row is
//! provoked, and no error that can be answered is missing from the table.
//!
//! The column `where` says how: `request` for an error of the call, `instance` for one in the result
//! of an instance, `commit` for a world that changed meanwhile, `metadata` for the metadata service,
//! `host` for what only a host can raise, `not-offered` for an operation that is not part of this
//! crate; the name of an operation where the row is common to all.
#![expect(
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test says what it takes for granted"
)]

mod account;

use std::collections::BTreeSet;

use account::Account;
use ramguard_world::file::WorldFile;
use ramguard_world::{
    ApiError, Caller, ErrorKind, MetadataRequest, Service, Session, Timestamp, World,
};
use serde_json::Value;

const TABLE: &str = include_str!("../../../testdata/world/errors.tsv");
const WORLD: &str = include_str!("../../../testdata/world/errors-world.json");

struct Row {
    line: usize,
    service: &'static str,
    operation: &'static str,
    status: u16,
    code: &'static str,
    message: &'static str,
    where_: &'static str,
    caller: &'static str,
    parameters: &'static str,
}

fn rows() -> Vec<Row> {
    let lines = TABLE.lines().enumerate().skip(1);
    let rows = lines.map(|(index, line)| {
        let fields: Vec<&str> = line.split('\t').collect();
        let [service, operation, status, code, message, _source, where_, caller, parameters] =
            fields[..]
        else {
            panic!("line {} has {} fields", index + 1, fields.len());
        };
        let status = status.parse().unwrap_or_else(|_| panic!("{status} is no status"));
        let line = index + 1;
        Row { line, service, operation, status, code, message, where_, caller, parameters }
    });
    rows.collect()
}

fn world() -> World {
    WorldFile::read(WORLD).into_world().unwrap_or_else(|problems| panic!("{problems:#?}"))
}

/// A parameter is a text, or a list of texts and of `{ "repeat": text, "times": number }`.
fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(parts) => parts.iter().map(text).collect(),
        Value::Object(part) => {
            let times = part["times"].as_u64().and_then(|times| usize::try_from(times).ok());
            text(&part["repeat"]).repeat(times.unwrap_or_else(|| panic!("{value}")))
        }
        _ => panic!("{value} is no parameter"),
    }
}

fn parameters(row: &Row) -> Vec<(String, String)> {
    let object: serde_json::Map<String, Value> =
        serde_json::from_str(row.parameters).unwrap_or_else(|e| panic!("line {}: {e}", row.line));
    object.iter().map(|(name, value)| (name.clone(), text(value))).collect()
}

fn caller(row: &Row, world: &World) -> Caller {
    match row.caller {
        "root" => Caller::Root,
        "ended" => {
            let role = world.role("app").unwrap_or_else(|| panic!("there is a role"));
            Caller::Role(Session::of(role, "ended", Timestamp::default()))
        }
        other => match other.strip_prefix("user/") {
            Some(name) => Caller::user(name),
            None => panic!("line {}: {other} is no caller", row.line),
        },
    }
}

/// The error of a call, or of the only instance in its result.
fn error_of_call(row: &Row) -> (u16, String, String) {
    let mut account = Account::new();
    account.world = world();
    let mut operation = if row.operation == "*" { row.where_ } else { row.operation };
    if let Some(rest) = operation.strip_prefix("inactive:") {
        account.world = account.world.clone().with_ram_active(false);
        operation = rest;
    }
    if row.where_ == "end-of-time" {
        account.now = Timestamp::MAX;
    }
    if row.where_ == "instance" {
        let settings =
            ramguard_world::Settings::default().with_single_instance_errors_failing(true);
        let strict = Account::with_settings(settings);
        // What stands in the result by default is the error of the call where settings say so.
        let in_result = answer(&mut account, row, operation);
        let in_result = in_result.unwrap_or_else(|e| panic!("line {}: {e}", row.line));
        let lists = ["AttachInstanceRamRoleResult", "DetachInstanceRamRoleResult"];
        let list = lists.iter().map(|name| &in_result[format!("{name}s")][name]);
        let entry = list.map(|list| &list[0]).find(|entry| entry.is_object());
        let entry = entry.unwrap_or_else(|| panic!("line {}: {in_result}", row.line));
        assert_eq!(in_result["FailCount"], 1, "line {}", row.line);
        assert_eq!(entry["Success"], false, "line {}", row.line);
        assert_eq!(entry["Code"], row.code, "line {}", row.line);
        account.control = strict.control;
    }
    match answer(&mut account, row, operation) {
        Err(error) => facts(&error),
        Ok(answer) => panic!("line {}: {} {answer}", row.line, row.code),
    }
}

fn answer(account: &mut Account, row: &Row, operation: &str) -> Result<Value, ApiError> {
    let parameters = parameters(row);
    let parameters: Vec<(&str, &str)> =
        parameters.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let caller = caller(row, &account.world);
    account.call(&caller, operation, &parameters)
}

fn facts(error: &ApiError) -> (u16, String, String) {
    (error.http_status(), error.code().into_owned(), error.message().into_owned())
}

/// Two calls computed from one world: the second commit comes too late.
fn error_of_commit(row: &Row) -> (u16, String, String) {
    let mut account = Account::new();
    account.world = world();
    let parameters = parameters(row);
    let outcome = |account: &mut Account| {
        let moment = account.moment();
        let parameters = parameters.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        let context = ramguard::Context::default();
        let (world, operation) = (&account.world, "AttachInstanceRamRole");
        account.control.call(world, &Caller::Root, &moment, &context, operation, parameters)
    };
    let first = outcome(&mut account).unwrap_or_else(|e| panic!("{e}"));
    let second = outcome(&mut account).unwrap_or_else(|e| panic!("{e}"));
    assert!(first.commit(&mut account.world).is_ok());
    match second.commit(&mut account.world) {
        Err(error) => facts(&error),
        Ok(()) => panic!("line {}: an update was lost", row.line),
    }
}

fn error_of_metadata(row: &Row) -> (u16, String, String) {
    let mut account = Account::new();
    account.world = world();
    let request: Value = serde_json::from_str(row.parameters).unwrap_or_default();
    let optional = |name: &str| request[name].as_str().map(str::to_owned);
    let request = MetadataRequest {
        method: optional("method").unwrap_or_default(),
        path: optional("path").unwrap_or_default(),
        token_ttl_seconds: optional("ttl"),
        token: optional("token"),
        forwarded_for: request["forwarded_for"] == true,
    };
    match account.ask(row.caller, &request) {
        Err(error) => (error.http_status(), "-".to_owned(), error.to_string()),
        Ok(answer) => panic!("line {}: {answer}", row.line),
    }
}

/// What a host raises itself is found among the errors this crate offers it.
fn error_of_host(row: &Row) -> (u16, String, String) {
    let every = ErrorKind::every().into_iter().map(ApiError::from);
    let mut found = every.map(|error| facts(&error)).filter(|(status, code, message)| {
        *status == row.status && code == row.code && message == row.message
    });
    found.next().unwrap_or_else(|| panic!("line {}: no host can raise {}", row.line, row.code))
}

#[test]
fn every_row_of_the_error_tables_can_be_provoked() {
    let mut wrong = Vec::new();
    for row in rows() {
        let (status, code, message) = match row.where_ {
            "not-offered" => continue,
            "host" => error_of_host(&row),
            "commit" => error_of_commit(&row),
            "metadata" => error_of_metadata(&row),
            _ => error_of_call(&row),
        };
        // One page writes InstanceId where another writes instanceId.
        let is_message = row.message == "*" || message.eq_ignore_ascii_case(row.message);
        if (status, code.as_str()) != (row.status, row.code) || !is_message || message.is_empty() {
            wrong.push(format!(
                "line {} ({} {} {}): got {status} {code} {message:?}",
                row.line, row.service, row.operation, row.code
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_error_that_can_be_answered_has_its_row() {
    let rows: BTreeSet<(u16, &str)> = rows().iter().map(|row| (row.status, row.code)).collect();
    for kind in ErrorKind::every() {
        let error = ApiError::from(kind);
        let known = (error.http_status(), &*error.code());
        assert!(rows.contains(&known), "{known:?} has no row");
    }
}

#[test]
fn a_row_of_our_own_says_so() {
    let own: BTreeSet<String> = ErrorKind::every()
        .into_iter()
        .map(ApiError::from)
        .filter(ApiError::is_own)
        .map(|error| error.code().into_owned())
        .collect();
    for line in TABLE.lines().skip(1) {
        let fields: Vec<&str> = line.split('\t').collect();
        assert_eq!(own.contains(fields[3]), fields[5].starts_with("our own"), "{line}");
    }
}

#[test]
fn a_missing_permission_comes_before_everything_but_the_parameters() {
    // Whoever lacks the permission sees the same answer whether or not a thing exists.
    let mut account = Account::new();
    account.world = world();
    let idle = Caller::user("idle");
    for row in rows() {
        let is_late = matches!(row.status, 404 | 409 | 401) && row.service == "ram";
        if !is_late || row.where_ != "request" {
            continue;
        }
        let parameters = parameters(&row);
        let parameters: Vec<(&str, &str)> =
            parameters.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let error = account.call(&idle, row.operation, &parameters);
        let kind = error.map_err(|error| error.kind().clone());
        assert_eq!(kind, Err(ErrorKind::NoPermission { service: Service::Ram }), "{}", row.line);
    }
}
