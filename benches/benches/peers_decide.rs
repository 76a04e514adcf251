//! How long do other engines take for the same decisions?
//!
//! Every engine gets the same statements in its own language and the same requests in its own
//! form, is checked once against the right answers, and is measured in the same group as ours and
//! as the plain scan. Making a request is not measured, for nobody. What only RAM has is settled
//! by the translation: names of actions are made small where an engine minds case, and of a
//! resource of RAM itself the region is left out (rule R-7).
#![expect(clippy::unwrap_used, reason = "a measurement may stop where it is wrong")]

use std::fmt::Write as _;
use std::hint::black_box;
use std::pin::pin;
use std::str::FromStr;
use std::task::{Context as Waking, Poll, Waker};
use std::time::Duration;

use casbin::{CoreApi as _, MgmtApi as _};
use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use ramguard::policy::Effect;
use ramguard::{Authorizer, Outcome, Policy, PolicySet, Scan};
use ramguard_benches::questions::{policies, requests, work};
use ramguard_benches::{plain, units};
use ramguard_testkit::workload::{Question, Variant};

/// A statement in plain texts.
struct Rule {
    is_deny: bool,
    /// Service and name, made small.
    actions: Vec<String>,
    /// Service, region, account and relative id.
    resources: Vec<[String; 4]>,
}

/// A request in plain texts.
struct Ask {
    service: String,
    name: String,
    resource: [String; 4],
}

impl Ask {
    fn new(question: &Question) -> Ask {
        let (service, name) = question.action.split_once(':').unwrap();
        let mut resource = fields(&question.resource);
        if let [service, region, _, id] = &mut resource
            && service == "ram"
        {
            region.clear();
            id.make_ascii_lowercase();
        }
        let name = name.to_ascii_lowercase();
        Ask { service: service.to_ascii_lowercase(), name, resource }
    }

    fn action(&self) -> String {
        format!("{}:{}", self.service, self.name)
    }

    fn arn(&self) -> String {
        format!("arn:aws:{}", self.resource.join(":"))
    }
}

fn fields(arn: &str) -> [String; 4] {
    let mut fields = arn.splitn(5, ':').skip(1).map(str::to_owned);
    let mut fields: [String; 4] = std::array::from_fn(|_| fields.next().unwrap());
    // A region of AWS ends with a digit, and scratchstack-aspen takes no other.
    if let [_, region, ..] = &mut fields
        && region.ends_with(|last: char| last.is_ascii_alphabetic())
    {
        region.push_str("-1");
    }
    fields
}

/// Returns the statements of policies, Denies first.
fn rules(policies: &[Policy]) -> Vec<Rule> {
    let mut rules: Vec<Rule> = policies
        .iter()
        .flat_map(Policy::statements)
        .map(|statement| {
            let is_deny = statement.effect() == Effect::Deny;
            let resource = |text: &str| {
                let mut resource = fields(text);
                if let [service, region, _, id] = &mut resource
                    && service == "ram"
                {
                    if is_deny {
                        *region = "*".into();
                    }
                    id.make_ascii_lowercase();
                }
                resource
            };
            Rule {
                is_deny,
                actions: statement.actions().map(|a| a.text.to_ascii_lowercase()).collect(),
                resources: statement.resources().map(|r| resource(r.text)).collect(),
            }
        })
        .collect();
    // Of a policy scratchstack-aspen takes the first statement that applies.
    rules.sort_by_key(|rule| !rule.is_deny);
    rules
}

/// Decides the request of a number.
type Decide = Box<dyn FnMut(usize) -> Outcome>;

/// One policy a statement, its patterns as `like`, the request in the context.
fn cedar(rules: &[Rule], asks: &[Ask]) -> Decide {
    use cedar_policy::{Authorizer, Context, Decision, Entities, PolicySet, Request};
    let like = |name: &str, pattern: &String| match pattern.as_str() {
        "*" => None,
        text if text.contains('*') => Some(format!("context.{name} like \"{text}\"")),
        text => Some(format!("context.{name} == \"{text}\"")),
    };
    let all = |tests: Vec<String>| match tests.is_empty() {
        true => "true".to_owned(),
        false => format!("({})", tests.join(" && ")),
    };
    let mut text = String::new();
    for rule in rules {
        let actions: Vec<String> =
            rule.actions.iter().map(|a| all(like("action", a).into_iter().collect())).collect();
        let resources: Vec<String> = rule
            .resources
            .iter()
            .map(|resource| {
                let names = ["service", "region", "account", "id"];
                all(names.iter().zip(resource).filter_map(|(n, p)| like(n, p)).collect())
            })
            .collect();
        let effect = if rule.is_deny { "forbid" } else { "permit" };
        let (actions, resources) = (actions.join(" || "), resources.join(" || "));
        let _ = writeln!(
            text,
            "{effect}(principal, action, resource) when {{ ({actions}) && ({resources}) }};"
        );
    }
    let set = PolicySet::from_str(&text).unwrap();
    let requests: Vec<Request> = asks
        .iter()
        .map(|ask| {
            let text = |text: &str| cedar_policy::RestrictedExpression::new_string(text.into());
            let [service, region, account, id] = &ask.resource;
            let context = Context::from_pairs([
                ("action".into(), text(&ask.action())),
                ("service".into(), text(service)),
                ("region".into(), text(region)),
                ("account".into(), text(account)),
                ("id".into(), text(id)),
            ]);
            let entity = |text: &str| cedar_policy::EntityUid::from_str(text).unwrap();
            let (user, action) = (entity("User::\"alice\""), entity("Action::\"do\""));
            let resource = entity("Thing::\"it\"");
            Request::new(user, action, resource, context.unwrap(), None).unwrap()
        })
        .collect();
    let (authorizer, entities) = (Authorizer::new(), Entities::empty());
    Box::new(move |at| {
        let response = authorizer.is_authorized(requests.get(at).unwrap(), &set, &entities);
        let settled = response.diagnostics().reason().next().is_some();
        match (response.decision(), settled) {
            (Decision::Allow, _) => Outcome::Allow,
            (Decision::Deny, true) => Outcome::ExplicitDeny,
            (Decision::Deny, false) => Outcome::ImplicitDeny,
        }
    })
}

/// Two rules a statement, for actions and for resources, in tests of starts and ends of texts.
fn regorus(rules: &[Rule], asks: &[Ask]) -> Decide {
    // Patterns of the workload have at most two stars; what is between them is looked for.
    let fits = |name: &str, pattern: &str| {
        let parts: Vec<&str> = pattern.split('*').collect();
        let input = format!("input.{name}");
        match parts.as_slice() {
            [only] => vec![format!("{input} == \"{only}\"")],
            [first, middle @ .., last] => {
                let mut tests = vec![];
                if !first.is_empty() {
                    tests.push(format!("startswith({input}, \"{first}\")"));
                }
                if !last.is_empty() {
                    tests.push(format!("endswith({input}, \"{last}\")"));
                }
                if !first.is_empty() && !last.is_empty() {
                    let least: usize = parts.iter().map(|part| part.len()).sum();
                    tests.push(format!("count({input}) >= {least}"));
                }
                assert!(middle.is_empty(), "`{pattern}` has two stars");
                tests
            }
            [] => vec![],
        }
    };
    let mut text = String::from("package ram\n");
    for (number, rule) in rules.iter().enumerate() {
        for action in &rule.actions {
            let _ = writeln!(text, "a{number} if {{ {} }}", fits("action", action).join("; "));
        }
        for resource in &rule.resources {
            let names = ["service", "region", "account", "id"];
            let mut tests: Vec<String> =
                names.iter().zip(resource).flat_map(|(n, p)| fits(n, p)).collect();
            tests.push("true".into());
            let _ = writeln!(text, "r{number} if {{ {} }}", tests.join("; "));
        }
        let effect = if rule.is_deny { "deny" } else { "allow" };
        let _ = writeln!(text, "{effect} if {{ a{number}; r{number} }}");
    }
    for effect in ["deny", "allow"] {
        let _ = writeln!(text, "default {effect} := false");
    }
    text.push_str("outcome := \"deny\" if deny\nelse := \"allow\" if allow\nelse := \"none\"\n");
    let mut engine = regorus::Engine::new();
    engine.add_policy("ram.rego".into(), text).unwrap();
    let compiled = engine.compile_with_entrypoint(&"data.ram.outcome".into()).unwrap();
    let inputs: Vec<regorus::Value> = asks
        .iter()
        .map(|ask| {
            let [service, region, account, id] = &ask.resource;
            regorus::Value::from(serde_json::json!({
                "action": ask.action(),
                "service": service, "region": region, "account": account, "id": id
            }))
        })
        .collect();
    Box::new(move |at| {
        let value = compiled.eval_with_input(inputs.get(at).unwrap().clone()).unwrap();
        match value.as_string().unwrap().as_ref() {
            "allow" => Outcome::Allow,
            "deny" => Outcome::ExplicitDeny,
            _ => Outcome::ImplicitDeny,
        }
    })
}

/// One line a statement, its lists in two texts, which two functions of ours take apart: casbin at
/// its best, as nobody who uses it as it comes would have it.
fn casbin_our_matcher(rules: &[Rule], asks: &[Ask]) -> Decide {
    use casbin::function_map::OperatorFunction;
    let mut enforcer = casbin("lists(r.act, p.acts) && covers(r.res, p.ress)");
    enforcer.add_function(
        "lists",
        OperatorFunction::Arg2(|asked, listed| {
            let (asked, listed) = (asked.into_immutable_string(), listed.into_immutable_string());
            let (asked, listed) = (asked.unwrap(), listed.unwrap());
            listed.split('|').any(|pattern| plain(pattern, &asked)).into()
        }),
    );
    enforcer.add_function(
        "covers",
        OperatorFunction::Arg2(|asked, listed| {
            let (asked, listed) = (asked.into_immutable_string(), listed.into_immutable_string());
            let (asked, listed) = (asked.unwrap(), listed.unwrap());
            let covers = |own: &str| {
                own.splitn(4, ':').zip(asked.splitn(4, ':')).all(|(own, text)| plain(own, text))
            };
            listed.split('|').any(covers).into()
        }),
    );
    let resource = |resource: &[String; 4]| resource.join(":");
    decide_by_casbin(enforcer, rules, asks, str::to_owned, resource, |items| items.join("|"))
}

/// One line a statement, its lists in two regular expressions, for `regexMatch`, the one of the
/// functions casbin brings that knows a star in the middle; it reads the expression at each call.
fn casbin_regex_match(rules: &[Rule], asks: &[Ask]) -> Decide {
    let enforcer = casbin("regexMatch(r.act, p.acts) && regexMatch(r.res, p.ress)");
    let fits = |pattern: &str, star: &str| regex::escape(pattern).replace(r"\*", star);
    let resource = |resource: &[String; 4]| {
        let [service, region, account, id] = resource;
        let fields = [service, region, account].map(|field| fits(field, "[^:]*"));
        format!("{}:{}", fields.join(":"), fits(id, ".*"))
    };
    let list = |items: Vec<String>| format!("^(?:{})$", items.join("|"));
    decide_by_casbin(enforcer, rules, asks, |action| fits(action, ".*"), resource, list)
}

/// Makes casbin ready with the test of one line; a Deny counts before an Allow.
fn casbin(matcher: &str) -> casbin::Enforcer {
    use casbin::{DefaultModel, Enforcer, MemoryAdapter};
    let model = format!(
        "
        [request_definition]
        r = act, res
        [policy_definition]
        p = acts, ress, eft
        [policy_effect]
        e = some(where (p.eft == allow)) && !some(where (p.eft == deny))
        [matchers]
        m = {matcher}"
    );
    now(async {
        let model = DefaultModel::from_str(&model).await.unwrap();
        Enforcer::new(model, MemoryAdapter::default()).await.unwrap()
    })
}

/// Takes a line for each statement, its actions and its resources each in one text by `list`; says
/// only whether a request is allowed.
fn decide_by_casbin(
    mut enforcer: casbin::Enforcer,
    rules: &[Rule],
    asks: &[Ask],
    action: impl Fn(&str) -> String,
    resource: impl Fn(&[String; 4]) -> String,
    list: impl Fn(Vec<String>) -> String,
) -> Decide {
    let lines: Vec<Vec<String>> = rules
        .iter()
        .map(|rule| {
            let actions = rule.actions.iter().map(|text| action(text)).collect();
            let resources = rule.resources.iter().map(&resource).collect();
            let effect = if rule.is_deny { "deny" } else { "allow" };
            vec![list(actions), list(resources), effect.to_owned()]
        })
        .collect();
    assert!(now(enforcer.add_policies(lines)).unwrap());
    let asks: Vec<(String, String)> =
        asks.iter().map(|ask| (ask.action(), ask.resource.join(":"))).collect();
    Box::new(move |at| {
        let (action, resource) = asks.get(at).unwrap();
        match enforcer.enforce((action.as_str(), resource.as_str())).unwrap() {
            true => Outcome::Allow,
            false => Outcome::ImplicitDeny,
        }
    })
}

/// Waits for what never has to wait, as nothing is read from anywhere.
fn now<T>(future: impl Future<Output = T>) -> T {
    let mut future = pin!(future);
    loop {
        if let Poll::Ready(value) = future.as_mut().poll(&mut Waking::from_waker(Waker::noop())) {
            return value;
        }
    }
}

/// Statements in the language of AWS, a partition in front of the resources.
fn aws_documents(rules: &[Rule]) -> impl Iterator<Item = serde_json::Value> {
    rules.iter().map(|rule| {
        let resources: Vec<String> =
            rule.resources.iter().map(|r| format!("arn:aws:{}", r.join(":"))).collect();
        let effect = if rule.is_deny { "Deny" } else { "Allow" };
        serde_json::json!({ "Effect": effect, "Action": rule.actions, "Resource": resources })
    })
}

fn iam_rs(rules: &[Rule], asks: &[Ask]) -> Decide {
    use iam_rs::{Arn, Decision, IAMPolicy, IAMRequest, PolicyEvaluator, Principal, PrincipalId};
    let statements: Vec<serde_json::Value> = aws_documents(rules).collect();
    let document = serde_json::json!({ "Version": "2012-10-17", "Statement": statements });
    let policy: IAMPolicy = serde_json::from_value(document).unwrap();
    let evaluator = PolicyEvaluator::with_policies(vec![policy]);
    let user = "arn:aws:iam::123456789012:user/alice";
    let requests: Vec<IAMRequest> = asks
        .iter()
        .map(|ask| {
            let principal = Principal::Aws(PrincipalId::String(user.into()));
            IAMRequest::new(principal, ask.action(), Arn::parse(&ask.arn()).unwrap())
        })
        .collect();
    Box::new(move |at| match evaluator.evaluate(requests.get(at).unwrap()).unwrap().decision {
        Decision::Allow => Outcome::Allow,
        Decision::Deny => Outcome::ExplicitDeny,
        Decision::NotApplicable => Outcome::ImplicitDeny,
    })
}

fn aspen(rules: &[Rule], asks: &[Ask]) -> Decide {
    use scratchstack_arn::Arn;
    use scratchstack_aspen::{Context, Decision, Policy};
    use scratchstack_aws_principal::{Principal, SessionData, User};
    let statements: Vec<serde_json::Value> = aws_documents(rules).collect();
    let document = serde_json::json!({ "Statement": statements }).to_string();
    let policy = Policy::from_str(&document).unwrap();
    let user = User::from_str("arn:aws:iam::123456789012:user/alice").unwrap();
    let actor = Principal::from(vec![user.into()]);
    let contexts: Vec<Context> = asks
        .iter()
        .map(|ask| {
            Context::builder()
                .service(ask.service.as_str())
                .api(ask.name.as_str())
                .actor(actor.clone())
                .resources(vec![Arn::from_str(&ask.arn()).unwrap()])
                .session_data(SessionData::new())
                .build()
                .unwrap()
        })
        .collect();
    Box::new(move |at| match policy.evaluate(contexts.get(at).unwrap()).unwrap() {
        Decision::Allow => Outcome::Allow,
        Decision::Deny => Outcome::ExplicitDeny,
        Decision::DefaultDeny => Outcome::ImplicitDeny,
    })
}

/// An engine by name; whether it tells one denial from another; the most statements it is asked
/// about, as a thousand would take it minutes; how it is made ready.
type Peer = (&'static str, bool, usize, fn(&[Rule], &[Ask]) -> Decide);

const PEERS: [Peer; 6] = [
    ("iam-rs", true, 1_000, iam_rs),
    ("cedar-policy", true, 1_000, cedar),
    ("regorus", true, 1_000, regorus),
    ("casbin, our matcher", false, 1_000, casbin_our_matcher),
    ("casbin, regexMatch", false, 100, casbin_regex_match),
    ("scratchstack-aspen", true, 1_000, aspen),
];

/// One request after the other; `ramguard` and `plain-scan` are ours.
fn peers(c: &mut Criterion) {
    let mut group = c.benchmark_group("peers-decide/plain");
    group.warm_up_time(Duration::from_millis(300));
    group.measurement_time(Duration::from_millis(1_500));
    group.sample_size(10);
    group.bench_function("unit-x1000", |b| b.iter(|| units(1_000, black_box(1))));
    for statements in [1, 10, 100, 1_000] {
        let work = work(Variant::Plain, statements);
        let documents = policies(&work).unwrap();
        let (rules, asks) =
            (rules(&documents), work.questions.iter().map(Ask::new).collect::<Vec<_>>());
        let requests = requests(&work.questions).unwrap();
        let set = PolicySet::new(documents.iter().cloned());
        let scan = Scan::new(&set);
        let expected: Vec<Outcome> = requests.iter().map(|r| scan.decide(r).0).collect();
        let authorizer = Authorizer::new(documents);
        for (request, expected) in requests.iter().zip(&expected) {
            assert_eq!(authorizer.decide(request).outcome(), *expected);
        }
        let mut all = requests.iter().cycle();
        group.bench_function(BenchmarkId::new("ramguard", statements), |b| {
            b.iter(|| authorizer.decide(black_box(all.next().unwrap())).outcome());
        });
        group.bench_function(BenchmarkId::new("plain-scan", statements), |b| {
            b.iter(|| scan.decide(black_box(all.next().unwrap())).0);
        });
        for (name, tells_denials, _, make) in PEERS.into_iter().filter(|peer| statements <= peer.2)
        {
            let mut decide = make(&rules, &asks);
            // Of many statements, a quarter of the requests has to do.
            let checked = if statements < 100 { asks.len() } else { asks.len() / 4 };
            for (at, expected) in expected.iter().enumerate().take(checked) {
                let found = decide(at);
                let is_right = match tells_denials {
                    true => found == *expected,
                    false => found.is_allowed() == expected.is_allowed(),
                };
                let question = work.questions.get(at);
                assert!(is_right, "{name} {statements}: {found}, not {expected}: {question:?}");
            }
            let mut numbers = (0..asks.len()).cycle();
            group.bench_function(BenchmarkId::new(name, statements), |b| {
                b.iter(|| decide(black_box(numbers.next().unwrap())));
            });
        }
    }
    group.finish();
}

criterion_group!(benches, peers);
criterion_main!(benches);
