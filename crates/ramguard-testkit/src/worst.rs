//! Documents of legal size that make a decision as slow as we know how.
//!
//! Every family is one way to be slow: as many items of a kind as fit into one document. What the
//! bound is and why it holds is argued in the design notes of the crate `ramguard`.

mod of_resources;

use ramguard::policy::Limits;
use ramguard::{Context, Kind, Request, RequestError};
use serde_json::{Map, Value, json};

pub use self::of_resources::{Worst, of_resources};

/// A name, and what makes the statements of a document of so many items.
pub type Family = (&'static str, fn(usize) -> Vec<Value>);

/// A statement that covers everything but for one element.
fn but(element: &str, value: Value) -> Value {
    let mut statement = json!({ "Action": "*", "Effect": "Deny", "Resource": "*" });
    if let Some(members) = statement.as_object_mut() {
        members.insert(element.into(), value);
    }
    statement
}

/// One statement with all items in one list, or several with twenty items each.
fn lists(element: &str, count: usize, each: usize, item: fn(usize) -> String) -> Vec<Value> {
    let all: Vec<Value> = (0..count).map(|number| item(number).into()).collect();
    all.chunks(each).map(|items| but(element, items.into())).collect()
}

fn statements(count: usize, make: fn(usize) -> Value) -> Vec<Value> {
    (0..count).map(make).collect()
}

/// Letters of the text that is matched, between stars, and one that comes too late.
fn tangle(number: usize, stars: usize) -> String {
    let mut bits = number as u64 + 1;
    let mut text = String::new();
    for _ in 0..stars {
        bits = bits.wrapping_mul(0x5851_F42D_4C95_7F2D).wrapping_add(0x1405_7B7E_F767_814F);
        text.push('*');
        text.push(char::from(b'a' + (bits >> 60) as u8 % 5));
    }
    text + "*z*"
}

/// Letters that stand for a number, each of so many.
fn letters(number: usize, length: usize, kinds: usize) -> String {
    let mut bits = number as u64 + 1;
    let all = (b'a'..=b'z').chain(b'A'..=b'Z').chain(b'0'..=b'9').collect::<Vec<u8>>();
    (0..length)
        .map(|_| {
            bits = bits.wrapping_mul(0x5851_F42D_4C95_7F2D).wrapping_add(0x1405_7B7E_F767_814F);
            char::from(all.get((bits >> 33) as usize % kinds).copied().unwrap_or(b'a'))
        })
        .collect()
}

/// Pieces of the text that is matched, between stars, and one that comes too late.
fn pieces(number: usize, count: usize, length: usize, kinds: usize) -> String {
    let all = (0..count).map(|at| format!("*{}", letters(8 * number + at, length, kinds)));
    all.collect::<String>() + "*-*"
}

fn conditional(condition: Value) -> Value {
    but("Condition", condition)
}

/// The shortest keys there are.
fn key(number: usize) -> String {
    let letters = || (b'a'..=b'z').chain(b'0'..=b'9').map(char::from);
    let first = letters().nth(number % 36).unwrap_or('a');
    let second = letters().chain(letters().map(|c| c.to_ascii_uppercase()));
    format!("{first}:{}", second.chain("-._~+".chars()).nth(number / 36).unwrap_or('a'))
}

/// All families that are known to be slow.
pub const FAMILIES: &[Family] = &[
    ("resources of seven stars", |n| {
        lists("Resource", n, n, |i| format!("acs:*:*:*:{}", tangle(i, 7)))
    }),
    ("resources of seven stars, twenty a statement", |n| {
        lists("Resource", n, 20, |i| format!("acs:*:*:*:{}", tangle(i, 7)))
    }),
    ("resources of two stars, twenty a statement", |n| {
        lists("Resource", n, 20, |i| format!("acs:*:*:*:{}", tangle(i, 1)))
    }),
    ("resources that end alike, twenty a statement", |n| {
        lists("Resource", n, 20, |i| format!("acs:*:*:*:*{i}y"))
    }),
    ("heads of one letter", |n| {
        lists("Resource", n, n, |i| format!("acs:*:*:*:{}*b", "a".repeat(i % 40)))
    }),
    ("regions", |n| lists("Resource", n, 24, |i| format!("acs:*:*{}*:*:*", i % 10))),
    ("a region a statement", |n| {
        statements(n, |i| but("Resource", format!("acs:*:*{i}*:*:*").into()))
    }),
    ("actions of seven stars", |n| lists("Action", n, n, |i| format!("ecs:{}", tangle(i, 7)))),
    ("actions of seven stars, twenty a statement", |n| {
        lists("Action", n, 20, |i| format!("ecs:{}", tangle(i, 7)))
    }),
    ("actions of five pairs, twenty a statement", |n| {
        lists("Action", n, 20, |i| format!("ecs:{}", pieces(i, 5, 2, 5)))
    }),
    ("actions of two of sixty letters, twenty a statement", |n| {
        lists("Action", n, 20, |i| format!("ecs:{}", pieces(i, 2, 1, 60)))
    }),
    ("resources of a pair, twenty a statement", |n| {
        lists("Resource", n, 20, |i| format!("acs:*:*:*:{}", pieces(i, 1, 2, 26)))
    }),
    ("resources with a question mark, twenty a statement", |n| {
        lists("Resource", n, 20, |i| {
            format!("acs:*:*:*:*{}?{}", letters(i, 1, 5), pieces(i, 2, 1, 5))
        })
    }),
    ("resources of sixty stars", |n| {
        lists("Resource", n, n, |i| format!("acs:*:*:*:{}", pieces(i, 60, 1, 3)))
    }),
    ("resources of a hundred stars", |n| {
        lists("Resource", n, n, |i| format!("acs:*:*:*:{}", pieces(i, 100, 1, 3)))
    }),
    ("resources of three letters behind many heads", |n| {
        lists("Resource", n, 20, |i| {
            format!("acs:*:*:*:{}{}", "a".repeat(i % 30), pieces(i, 3, 1, 3))
        })
    }),
    ("actions with stars in both parts", |n| {
        lists("Action", n, 20, |i| format!("e*:{}", tangle(i, 1)))
    }),
    ("actions of seven stars, twenty-five a statement", |n| {
        lists("Action", n, 25, |i| format!("ecs:{}", tangle(i, 7)))
    }),
    ("resources of seven stars, twenty-five a statement", |n| {
        lists("Resource", n, 25, |i| format!("acs:*:*:*:{}", tangle(i, 7)))
    }),
    ("actions that are not covered, of five pairs, twenty a statement", |n| {
        let all: Vec<Value> =
            (0..n).map(|i| format!("ecs:{}", pieces(i, 5, 2, 5)).into()).collect();
        let of = |items: &[Value]| json!({ "NotAction": items, "Effect": "Deny", "Resource": "acs:*:*:*:*a*-*" });
        all.chunks(20).map(of).collect()
    }),
    ("actions and resources of three letters", |n| {
        statements(n, |i| {
            json!({ "Action": [format!("ecs:{}", pieces(i, 3, 1, 5)), "ecs:*-*"], "Effect": "Deny",
            "Resource": [format!("acs:*:*:*:{}", pieces(i, 3, 1, 5)), "acs:e*:*:*:*-"] })
        })
    }),
    ("actions and resources of pairs, ten a statement", |n| {
        let all: Vec<usize> = (0..n).collect();
        let of = |items: &[usize]| {
            let actions = items.iter().map(|&i| format!("ecs:{}", pieces(i, 3, 2, 5)));
            let actions: Vec<String> = actions.chain(["ecs:-*".into()]).collect();
            let id = |&i: &usize| format!("acs:*:*:*:{}", pieces(i, 3, 2, 5));
            let resources: Vec<String> = items.iter().map(id).collect();
            json!({ "Action": actions, "Effect": "Deny", "Resource": resources })
        };
        all.chunks(10).map(of).collect()
    }),
    ("patterns in all fields, twenty a statement", |n| {
        lists("Resource", n, 20, |i| {
            let letter = |at| letters(4 * i + at, 1, 5);
            format!("acs:*e*c*:*c*{}*:*1*{}*:{}", letter(0), i % 10, pieces(i, 2, 1, 5))
        })
    }),
    ("an action a statement", |n| {
        statements(n, |i| but("Action", format!("*:*{}?", char::from(b'b' + i as u8 % 20)).into()))
    }),
    ("actions that are not covered", |n| {
        statements(n, |i| {
            json!({ "Effect": "Deny", "NotAction": format!("e:{i}"),
            "Resource": "acs:*:*:*:*b?" })
        })
    }),
    ("negated conditions on absent keys", |n| {
        let all: Map<String, Value> = (0..n).map(|i| (key(i), "".into())).collect();
        vec![conditional(json!({ "StringNotEquals": all, "Bool": { "acs:MFAPresent": "false" } }))]
    }),
    ("negated conditions that hold", |n| {
        let all: Map<String, Value> = (0..n).map(|i| (key(i), "".into())).collect();
        vec![conditional(
            json!({ "StringNotEquals": all, "StringNotLike": { "acs:MFAPresent": "*" } }),
        )]
    }),
    ("absent keys", |n| statements(n, |i| conditional(json!({ "Bool": { key(i): "true" } })))),
    ("flags", |n| statements(n, |_| conditional(json!({ "Bool": { "acs:MFAPresent": "false" } })))),
    ("numbers", |n| {
        statements(n, |i| conditional(json!({ "NumericEquals": { "a:age": i.to_string() } })))
    }),
    ("addresses", |n| {
        statements(n, |i| {
            conditional(json!({ "IpAddress": { "acs:SourceIp": format!("1.1.1.{i}") } }))
        })
    }),
    ("patterns in conditions", |n| {
        statements(n, |i| {
            conditional(json!({ "StringLike": { "acs:UserAgent": format!("*{i}*X*x*") } }))
        })
    }),
    ("patterns of five pairs in conditions", |n| {
        statements(n, |i| conditional(json!({ "StringLike": { "a:text": pieces(i, 5, 2, 5) } })))
    }),
    ("lists of patterns of five pairs in conditions", |n| {
        let all: Vec<Value> = (0..n).map(|i| pieces(i, 5, 2, 5).into()).collect();
        let of = |texts: &[Value]| conditional(json!({ "StringLike": { "a:text": texts } }));
        all.chunks(20).map(of).collect()
    }),
    ("patterns of five pairs that are not to fit", |n| {
        statements(n, |i| {
            let texts = [pieces(i, 5, 2, 5), "-*".into()];
            conditional(json!({ "StringNotLike": { "a:text": texts } }))
        })
    }),
    ("dates", |n| {
        statements(n, |i| {
            let date = format!("2026-01-01T00:{:02}:00Z", i % 60);
            conditional(json!({ "DateLessThan": { "acs:CurrentTime": date } }))
        })
    }),
    ("texts in any case", |n| {
        statements(n, |i| {
            let text = format!("MOZILLA{i}");
            conditional(json!({ "StringEqualsIgnoreCase": { "acs:UserAgent": text } }))
        })
    }),
];

/// Returns the document of a family with as many items as fit.
#[must_use]
pub fn largest((_, make): &Family) -> String {
    largest_of(Kind::Identity, make)
}

/// Returns the document of a kind with as many items as fit.
fn largest_of(kind: Kind, make: impl Fn(usize) -> Vec<Value>) -> String {
    let limit = Limits::default().max_bytes(kind);
    let text = |count| json!({ "Statement": make(count), "Version": "1" }).to_string();
    let (mut low, mut high) = (1_usize, limit / 4);
    while low < high {
        let middle = (low + high).div_ceil(2);
        if text(middle).len() <= limit {
            low = middle;
        } else {
            high = middle - 1;
        }
    }
    text(low)
}

/// A value of a request, of five letters.
const TEXT: &str = "-edbaeaacebdccaecaacaccbaedecbdcddaecbdbeacaabedbdecebebadacadcdbbadbcecbedadeea\
    abcedccabdccdceedbeeaeeabddbedceddeaeaee";

/// Returns the requests a document is slowest for: common ones, and texts in which all that is
/// looked for stands, but for what has to come last.
///
/// # Errors
/// Never, as long as the names in here are names.
pub fn requests() -> Result<Vec<Request<'static>>, RequestError> {
    let context = std::sync::Arc::new(Context::from_pairs([
        ("acs:SourceIp", "10.1.2.3"),
        ("acs:MFAPresent", "true"),
        ("a:age", "1234"),
        ("acs:UserAgent", "Mozilla/5.0 (X11)"),
        ("acs:CurrentTime", "2026-06-01T12:00:00Z"),
        ("a:text", TEXT),
    ])?);
    let tangled: String = (0..120)
        .map(|i| char::from(b"abcdez".get((i * 7 + i / 5) % 5).copied().unwrap_or(b'a')))
        .collect();
    let all = [3, 5, 26, 60].map(|kinds| format!("-{}", letters(0, 119, kinds)));
    let heads = format!("{}{}", "a".repeat(30), letters(0, 90, 3));
    ["a".repeat(120), tangled, heads, "instance/i-bp1abcdef0123456".into()]
        .into_iter()
        .chain(all)
        .map(|id| {
            let action = format!("ecs:{}", id.replace('/', ""));
            let resource = format!("acs:ecs:cn-hangzhou:123456789012:{id}");
            Ok(Request::parse(action, resource)?.with_context(Context::clone(&context)))
        })
        .collect()
}
