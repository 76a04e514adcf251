//! Work in the shape benchmarks want it: as many statements as asked for, and requests that fit
//! some of them.
//!
//! Always true here: equal seeds and sizes give equal work on every machine; every document is a
//! policy under RAM's own limits; half of the requests are made from an Allow of the set, a quarter
//! from a Deny and a quarter from nothing, so most requests fit about one statement.

mod word;

use std::fmt::Write as _;

use word::{ENVIRONMENTS, NOUNS, REGIONS, SERVICES, TYPES, VERBS};

/// The account of all resources.
const ACCOUNT: &str = "123456789012";

/// Statements of one document; with eight of them it stays below 6,144 bytes.
const STATEMENTS_A_DOCUMENT: usize = 8;

/// A source of choices that is the same on every machine.
#[derive(Clone, Debug)]
pub struct Seeded {
    state: u64,
}

impl Seeded {
    /// Starts from a seed.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self { state: seed }
    }

    /// Returns 64 bits: the splitmix generator.
    pub fn bits(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut bits = self.state;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        bits ^ (bits >> 31)
    }

    /// Returns a number below `bound`, 0 for a bound of 0.
    pub fn below(&mut self, bound: usize) -> usize {
        (self.bits() % bound.max(1) as u64) as usize
    }

    /// Returns true in about `percent` of 100 cases.
    pub fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    fn pick<'i>(&mut self, items: &[&'i str]) -> &'i str {
        items.get(self.below(items.len())).copied().unwrap_or_default()
    }

    /// Returns so many letters and digits.
    fn letters(&mut self, count: usize) -> String {
        const LETTERS: &[u8] = b"abcdefghijklmnopqrstuvwxyz0123456789";
        (0..count)
            .map(|_| char::from(LETTERS.get(self.below(LETTERS.len())).copied().unwrap_or(b'a')))
            .collect()
    }
}

/// Whether statements have conditions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Variant {
    /// None has.
    Plain,
    /// Every second one has one or two, on six keys.
    Conditions,
}

/// A question as plain texts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    /// The action.
    pub action: String,
    /// The resource.
    pub resource: String,
    /// Condition keys and values.
    pub context: Vec<(&'static str, String)>,
}

/// Policies and questions about them.
#[derive(Clone, Debug)]
pub struct Work {
    /// Identity policies.
    pub documents: Vec<String>,
    /// What is asked.
    pub questions: Vec<Question>,
}

#[derive(Clone, Debug)]
struct Rule {
    is_deny: bool,
    actions: Vec<String>,
    resources: Vec<String>,
    conditions: Vec<(&'static str, &'static str, Vec<String>)>,
}

/// Makes policies of so many statements in all, and questions about them.
#[must_use]
pub fn decisions(variant: Variant, statements: usize, questions: usize, seed: u64) -> Work {
    let mut seeded = Seeded::new(seed ^ statements as u64);
    let projects = statements / 4 + 2;
    let rules: Vec<Rule> = (0..statements).map(|_| rule(&mut seeded, variant, projects)).collect();
    let documents = rules.chunks(STATEMENTS_A_DOCUMENT).map(document).collect();
    let questions =
        (0..questions).map(|number| question(&mut seeded, &rules, projects, number)).collect();
    Work { documents, questions }
}

/// Makes documents of different sizes, one to eight statements each, as people write them:
/// indented if `pretty`.
#[must_use]
pub fn documents(count: usize, pretty: bool, seed: u64) -> Vec<String> {
    let mut seeded = Seeded::new(seed);
    (0..count)
        .map(|_| {
            let rules: Vec<Rule> = (0..=seeded.below(STATEMENTS_A_DOCUMENT - 1))
                .map(|_| rule(&mut seeded, Variant::Conditions, 40))
                .collect();
            let text = document(&rules);
            if !pretty {
                return text;
            }
            let value: serde_json::Value = serde_json::from_str(&text).unwrap_or_default();
            serde_json::to_string_pretty(&value).unwrap_or(text)
        })
        .collect()
}

fn rule(seeded: &mut Seeded, variant: Variant, projects: usize) -> Rule {
    let service = seeded.pick(SERVICES);
    let actions = (0..=seeded.below(6)).map(|_| action(seeded, service)).collect();
    let resources = (0..=seeded.below(3)).map(|_| resource(seeded, service, projects)).collect();
    let mut conditions = Vec::new();
    if variant == Variant::Conditions && seeded.chance(50) {
        let first = seeded.below(5);
        conditions.push(condition(seeded, first));
        if seeded.chance(40) {
            conditions.push(condition(seeded, first + 1));
        }
    }
    Rule { is_deny: seeded.chance(20), actions, resources, conditions }
}

fn action(seeded: &mut Seeded, service: &str) -> String {
    let (verb, noun) = (seeded.pick(VERBS), seeded.pick(NOUNS));
    match seeded.below(100) {
        0..62 => format!("{service}:{verb}{noun}"),
        62..80 => format!("{service}:{verb}*"),
        80..95 => {
            let part = noun.get(..noun.len().min(3 + seeded.below(5))).unwrap_or(noun);
            format!("{service}:{verb}{part}*")
        }
        95..99 => format!("{service}:*{noun}"),
        _ => format!("{service}:*"),
    }
}

fn resource(seeded: &mut Seeded, service: &str, projects: usize) -> String {
    let (region, kind) = (seeded.pick(REGIONS), seeded.pick(TYPES));
    let project = seeded.below(projects);
    match seeded.below(100) {
        0..45 => {
            let id = seeded.letters(16);
            format!("acs:{service}:{region}:{ACCOUNT}:{kind}/i-{id}")
        }
        45..86 => format!("acs:{service}:*:{ACCOUNT}:{kind}/proj{project}/*"),
        86..94 => {
            let environment = seeded.pick(ENVIRONMENTS);
            format!("acs:{service}:*:{ACCOUNT}:{kind}/proj{project}-*-{environment}")
        }
        94..99 => format!("acs:{service}:{region}:{ACCOUNT}:{kind}/*"),
        _ => format!("acs:{service}:*:*:*"),
    }
}

fn condition(seeded: &mut Seeded, which: usize) -> (&'static str, &'static str, Vec<String>) {
    match which % 6 {
        0 => ("Bool", "acs:MFAPresent", vec!["true".into()]),
        1 => {
            let block = seeded.below(4) * 64;
            (
                "IpAddress",
                "acs:SourceIp",
                vec![format!("10.{block}.0.0/10"), "192.168.0.0/16".into()],
            )
        }
        2 => {
            let (first, second) = (seeded.below(16), seeded.below(16));
            ("StringEquals", "acs:SourceVpc", vec![format!("vpc-{first}"), format!("vpc-{second}")])
        }
        3 => (
            "NumericLessThan",
            "acs:MultiFactorAuthAge",
            vec![(600 * (1 + seeded.below(6))).to_string()],
        ),
        4 => {
            let environment = seeded.pick(ENVIRONMENTS);
            ("StringLike", "acs:RequestTag/env", vec![format!("{environment}-*")])
        }
        _ => ("Bool", "acs:SecureTransport", vec!["true".into()]),
    }
}

fn question(seeded: &mut Seeded, rules: &[Rule], projects: usize, number: usize) -> Question {
    let context = context(seeded);
    let wants_deny = match number % 4 {
        0 | 2 => Some(false),
        1 => Some(true),
        _ => None,
    };
    // A set of few statements may have none of an effect; then the first one met has to do.
    let chosen = wants_deny.and_then(|wanted| {
        let first = seeded.below(rules.len());
        let all = || rules.iter().cycle().skip(first).take(rules.len().min(64));
        all().find(|rule| rule.is_deny == wanted).or_else(|| all().next())
    });
    if let Some(rule) = chosen {
        let action = rule.actions.get(seeded.below(rule.actions.len()));
        let resource = rule.resources.get(seeded.below(rule.resources.len()));
        if let (Some(action), Some(resource)) = (action, resource) {
            return Question {
                action: filled(seeded, action, 8, ""),
                resource: filled_arn(seeded, resource),
                context,
            };
        }
    }
    let (service, other) = (seeded.pick(SERVICES), seeded.pick(SERVICES));
    let verb = seeded.pick(VERBS);
    let noun = seeded.pick(NOUNS);
    let arn = resource(seeded, other, projects);
    Question {
        action: format!("{service}:{verb}{noun}"),
        resource: filled_arn(seeded, &arn),
        context,
    }
}

fn context(seeded: &mut Seeded) -> Vec<(&'static str, String)> {
    let (second, third) = (seeded.below(256), seeded.below(256));
    let mut context = vec![
        ("acs:MFAPresent", seeded.chance(70).to_string()),
        ("acs:SecureTransport", seeded.chance(80).to_string()),
        ("acs:SourceIp", format!("10.{second}.{third}.7")),
    ];
    if seeded.chance(70) {
        context.push(("acs:MultiFactorAuthAge", seeded.below(3600).to_string()));
    }
    if seeded.chance(50) {
        let environment = seeded.pick(ENVIRONMENTS);
        context.push(("acs:RequestTag/env", format!("{environment}-{}", seeded.below(6))));
    }
    if seeded.chance(50) {
        context.push(("acs:SourceVpc", format!("vpc-{}", seeded.below(16))));
    }
    context
}

/// Puts letters in place of every star.
fn filled(seeded: &mut Seeded, pattern: &str, most: usize, before: &str) -> String {
    let mut text = String::new();
    for (index, part) in pattern.split('*').enumerate() {
        if index > 0 {
            let count = 1 + seeded.below(most);
            let letters = seeded.letters(count);
            let _ = write!(text, "{before}{letters}");
        }
        text.push_str(part);
    }
    text
}

/// Fills the stars of an ARN with what belongs there.
fn filled_arn(seeded: &mut Seeded, pattern: &str) -> String {
    let mut fields = pattern.splitn(5, ':');
    let mut field = || fields.next().unwrap_or_default();
    let (_, service, region, account, id) = (field(), field(), field(), field(), field());
    let region = if region == "*" { seeded.pick(REGIONS) } else { region };
    let account = if account == "*" { ACCOUNT } else { account };
    let kind = seeded.pick(TYPES);
    let id = match id {
        "*" => format!("{kind}/{}", seeded.letters(9)),
        id => filled(seeded, id, 9, ""),
    };
    format!("acs:{service}:{region}:{account}:{id}")
}

fn document(rules: &[Rule]) -> String {
    let mut text = String::from(r#"{"Statement":["#);
    for (index, rule) in rules.iter().enumerate() {
        let comma = if index > 0 { "," } else { "" };
        let _ = write!(text, r#"{comma}{{"Action":{}"#, list(&rule.actions));
        for (index, (operator, key, values)) in rule.conditions.iter().enumerate() {
            let opening = if index > 0 { "," } else { r#","Condition":{"# };
            // Two conditions of one operator would need one map; different keys have different
            // operators but for `Bool`.
            let _ = write!(text, r#"{opening}"{operator}":{{"{key}":{}}}"#, list(values));
        }
        if !rule.conditions.is_empty() {
            text.push('}');
        }
        let effect = if rule.is_deny { "Deny" } else { "Allow" };
        let _ = write!(text, r#","Effect":"{effect}","Resource":{}}}"#, list(&rule.resources));
    }
    text.push_str(r#"],"Version":"1"}"#);
    text
}

fn list(items: &[String]) -> String {
    match items {
        [only] => format!("\"{only}\""),
        items => format!("[\"{}\"]", items.join("\",\"")),
    }
}

/// Which of `documents` the policies of a principal are: `each` different ones.
#[must_use]
pub fn policies_of(principal: usize, documents: usize, each: usize, seed: u64) -> Vec<usize> {
    let mut seeded = Seeded::new(seed ^ (principal as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15));
    let mut chosen: Vec<usize> = Vec::with_capacity(each);
    while chosen.len() < each.min(documents) {
        let one = seeded.below(documents);
        if !chosen.contains(&one) {
            chosen.push(one);
        }
    }
    chosen
}

#[cfg(test)]
mod tests {
    use ramguard::Policy;

    use super::*;

    #[test]
    fn every_document_is_a_policy() {
        for variant in [Variant::Plain, Variant::Conditions] {
            for text in decisions(variant, 1_000, 0, 1).documents {
                Policy::parse(&text).unwrap();
            }
        }
        for text in documents(200, true, 2) {
            Policy::parse(&text).unwrap();
        }
    }

    #[test]
    fn equal_seeds_give_equal_work() {
        let make = |seed| decisions(Variant::Conditions, 50, 20, seed);
        assert_eq!(make(7).documents, make(7).documents);
        assert_eq!(make(7).questions, make(7).questions);
        assert_ne!(make(7).documents, make(8).documents);
    }
}
