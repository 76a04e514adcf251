//! The same for the policies of roles and buckets, which name their principals.
//!
//! A bucket policy may be 16,384 bytes and hold whatever an identity policy may but `NotAction`; so
//! each family of those is one of these as well, about everyone.

use std::borrow::Cow;

use ramguard::{Kind, Policy, PolicySet, Principal, Request, RequestError};
use serde_json::{Value, json};

use super::{FAMILIES, Family, largest_of, letters, pieces, requests, statements};

/// The account of all resources that are asked for.
const ACCOUNT: &str = "123456789012";

/// A document of legal size, and the requests it is slowest for.
#[derive(Clone, Debug)]
pub struct Worst {
    /// What it is full of.
    pub name: String,
    /// Its text.
    pub text: String,
    /// The document alone.
    pub set: PolicySet,
    /// What is asked of it.
    pub requests: Vec<Request<'static>>,
}

/// Statements of a trust policy with so many principals each under one key.
fn trusts(count: usize, each: usize, key: &str, item: fn(usize) -> String) -> Vec<Value> {
    let all: Vec<Value> = (0..count).map(|number| item(number).into()).collect();
    let of = |items: &[Value]| json!({ "Action": "sts:AssumeRole", "Effect": "Deny", "Principal": { key: items } });
    all.chunks(each).map(of).collect()
}

/// Statements of a trust policy about a whole account, under conditions.
fn trusts_if(count: usize, condition: fn(usize) -> Value) -> Vec<Value> {
    let root = format!("acs:ram::{ACCOUNT}:root");
    let of = |number| {
        json!({ "Action": "sts:AssumeRole", "Effect": "Deny", "Principal": { "RAM": [root] },
            "Condition": condition(number) })
    };
    (0..count).map(of).collect()
}

/// A statement of a bucket policy about everyone.
fn of_everyone(action: Value, resource: Value) -> Value {
    json!({ "Action": action, "Effect": "Deny", "Principal": ["*"], "Resource": resource })
}

/// Statements of a bucket policy with so many items each; `make` makes one of its items.
fn lists(
    count: usize,
    each: usize,
    item: fn(usize) -> String,
    make: fn(Value) -> Value,
) -> Vec<Value> {
    let all: Vec<Value> = (0..count).map(|number| item(number).into()).collect();
    all.chunks(each).map(|items| make(items.into())).collect()
}

/// A statement of a bucket policy about some principals.
fn about(principals: Value) -> Value {
    json!({ "Action": "*", "Effect": "Deny", "Principal": principals, "Resource": "*" })
}

fn user(number: usize) -> String {
    format!("acs:ram::{ACCOUNT}:user/{}", letters(number, 16, 26))
}

fn session(number: usize) -> String {
    format!("arn:sts::{ACCOUNT}:assumed-role/r/{number:04}")
}

fn uid(number: usize) -> String {
    format!("20000000000{number:04}")
}

const TRUST: &[Family] = &[
    ("users in one list", |n| trusts(n, n, "RAM", user)),
    ("a user a statement", |n| trusts(n, 1, "RAM", user)),
    ("accounts, twenty a statement", |n| trusts(n, 20, "RAM", |i| format!("acs:ram::{i}:root"))),
    ("services in one list", |n| trusts(n, n, "Service", |i| format!("{i:04}.aliyuncs.com"))),
    ("providers, twenty a statement", |n| {
        trusts(n, 20, "Federated", |i| format!("acs:ram::{ACCOUNT}:saml-provider/{i:04}"))
    }),
    ("flags", |n| trusts_if(n, |_| json!({ "Bool": { "acs:MFAPresent": "false" } }))),
    ("addresses", |n| {
        trusts_if(n, |i| json!({ "IpAddress": { "acs:SourceIp": format!("1.1.1.{}", i % 256) } }))
    }),
    ("patterns of five pairs in conditions", |n| {
        trusts_if(n, |i| json!({ "StringLike": { "a:text": pieces(i, 5, 2, 5) } }))
    }),
];

const BUCKET: &[Family] = &[
    ("users in one list", |n| lists(n, n, uid, about)),
    ("users, twenty a statement", |n| lists(n, 20, uid, about)),
    ("a user a statement", |n| lists(n, 1, |i| i.to_string(), about)),
    ("sessions in one list", |n| lists(n, n, session, about)),
    ("sessions, twenty a statement", |n| lists(n, 20, session, about)),
    ("short actions, twenty-four a statement", |n| {
        lists(n, 24, |i| format!("*:*{i}?"), |items| of_everyone(items, "*".into()))
    }),
    ("short resources, twenty-four a statement", |n| {
        lists(n, 24, |i| format!("acs:*:*:*:*{i}?"), |items| of_everyone("*".into(), items))
    }),
    ("a short action a statement", |n| {
        statements(n, |i| of_everyone(format!("*:*{i}?").into(), "*".into()))
    }),
];

/// Makes a statement one of a bucket policy, about everyone; none if that cannot be.
fn in_bucket(mut statement: Value) -> Option<Value> {
    let members = statement.as_object_mut()?;
    members.insert("Principal".into(), json!(["*"]));
    (!members.contains_key("NotAction")).then_some(statement)
}

fn worst(
    kind: Kind,
    name: &str,
    make: impl Fn(usize) -> Vec<Value>,
    requests: &[Request<'static>],
) -> Option<Worst> {
    let text = largest_of(kind, make);
    let set = PolicySet::from(Policy::parse_as(kind, &text).ok()?);
    Some(Worst { name: format!("{kind}: {name}"), text, set, requests: requests.to_vec() })
}

/// Returns the slowest trust and bucket policies that are known. What would be no policy is left
/// out.
///
/// # Errors
/// Never, as long as the names in here are names.
pub fn of_resources() -> Result<Vec<Worst>, RequestError> {
    let role = format!("acs:ram::{ACCOUNT}:role/r");
    let principals = [
        Principal::user(user(99_999))?.with_uid("200000000009999"),
        Principal::role(role.clone())?
            .with_uid("1")
            .with_session_arn(format!("arn:sts::{ACCOUNT}:assumed-role/r/12345")),
        Principal::service("12345.aliyuncs.com"),
        Principal::federated(format!("acs:ram::{ACCOUNT}:saml-provider/12345")),
    ];
    let asked = requests()?;
    let context = asked.first().map(|request| request.context().clone()).unwrap_or_default();
    let assume: Request<'static> = Request::parse("sts:AssumeRole", Cow::Owned(role))?;
    let assume = assume.with_context(context);
    let by_each = |request: &Request<'static>| {
        principals.each_ref().map(|principal| request.clone().with_principal(principal.clone()))
    };
    let by_all: Vec<_> = asked.iter().flat_map(by_each).collect();
    let assuming = by_each(&assume);
    let trust = TRUST.iter().map(|(name, make)| worst(Kind::Trust, name, make, &assuming));
    let bucket = BUCKET.iter().map(|(name, make)| worst(Kind::Bucket, name, make, &by_all));
    let alike = FAMILIES.iter().map(|(name, make)| {
        let make = |count| make(count).into_iter().filter_map(in_bucket).collect();
        worst(Kind::Bucket, name, make, &by_all)
    });
    Ok(trust.chain(bucket).chain(alike).flatten().collect())
}
