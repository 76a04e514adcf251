//! Sets of wildcard patterns like those of real policies, with texts and the right answers.

use std::fmt;

use crate::{Dice, plain};

/// Patterns, texts, and which of the patterns fit which of the texts.
#[derive(Clone, Debug)]
pub struct Workload {
    /// The patterns, all different.
    pub patterns: Vec<String>,
    /// What is asked.
    pub texts: Vec<String>,
    /// For every text the numbers of the patterns that fit, ascending.
    pub expected: Vec<Vec<usize>>,
}

/// A kind of patterns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mix {
    /// Names of actions, no wildcards: `ecs:StartInstance`.
    Literal,
    /// Actions of which four in ten have wildcards: `ecs:Describe*`, `slb:*Listeners`.
    Actions,
    /// Names of resources, most with stars for the region and the end.
    Resources,
    /// Actions and resources, and one hostile pattern in forty.
    Mixed,
    /// Many stars between short runs of one letter.
    Adversarial,
}

impl Mix {
    /// All kinds.
    pub const ALL: [Mix; 5] =
        [Mix::Literal, Mix::Actions, Mix::Resources, Mix::Mixed, Mix::Adversarial];

    /// Returns how many patterns of this kind are measured together.
    #[must_use]
    pub fn sizes(self) -> &'static [usize] {
        match self {
            Mix::Adversarial => &[10, 100, 1_000],
            _ => &[10, 100, 1_000, 10_000, 100_000],
        }
    }
}

impl fmt::Display for Mix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Mix::Literal => "literal",
            Mix::Actions => "actions",
            Mix::Resources => "resources",
            Mix::Mixed => "mixed",
            Mix::Adversarial => "adversarial",
        })
    }
}

/// How many texts are asked.
const TEXTS: usize = 300;

const SERVICES: [&str; 24] = [
    "ecs",
    "oss",
    "rds",
    "slb",
    "vpc",
    "ram",
    "sts",
    "kms",
    "log",
    "cms",
    "cdn",
    "dds",
    "ots",
    "mns",
    "fc",
    "cr",
    "cs",
    "ess",
    "ros",
    "alb",
    "nlb",
    "nas",
    "kvstore",
    "actiontrail",
];
const VERBS: [&str; 16] = [
    "Describe", "Get", "List", "Create", "Delete", "Update", "Modify", "Attach", "Detach", "Start",
    "Stop", "Tag", "Untag", "Query", "Enable", "Release",
];
const NOUNS: [&str; 16] = [
    "Instance",
    "Instances",
    "Bucket",
    "Object",
    "Disk",
    "Image",
    "Snapshot",
    "SecurityGroup",
    "LoadBalancer",
    "Listener",
    "Vpc",
    "VSwitch",
    "Role",
    "User",
    "Policy",
    "Key",
];
const REGIONS: [&str; 8] = [
    "cn-hangzhou",
    "cn-beijing",
    "cn-shanghai",
    "cn-shenzhen",
    "eu-central-1",
    "us-west-1",
    "ap-southeast-1",
    "cn-hongkong",
];
const TYPES: [&str; 10] = [
    "instance",
    "disk",
    "snapshot",
    "image",
    "vswitch",
    "securitygroup",
    "role",
    "user",
    "topic",
    "cluster",
];
const ENVIRONMENTS: [&str; 4] = ["prod", "staging", "test", "dev"];

impl Workload {
    /// Makes `count` patterns of a kind, texts, and the answers.
    #[must_use]
    pub fn new(mix: Mix, count: usize) -> Workload {
        let mut dice = Dice::new(0x5EED ^ ((mix as u64) << 32) ^ count as u64);
        let pool = Pool { services: SERVICES.len() + count / 400, accounts: 4 + count / 100 };
        let mut seen = std::collections::HashSet::new();
        let mut patterns = vec![];
        // Small pools run dry; then numbers make patterns different.
        for attempt in 0..20 * count {
            if patterns.len() == count {
                break;
            }
            let mut pattern = pool.pattern(mix, &mut dice);
            if attempt > 10 * count && mix != Mix::Adversarial {
                pattern = format!("{pattern}{attempt}");
            }
            if seen.insert(pattern.clone()) {
                patterns.push(pattern);
            }
        }
        let texts: Vec<String> = (0..TEXTS)
            .map(|_| {
                let at = dice.below(patterns.len().max(1));
                match patterns.get(at).filter(|_| dice.below(10) < 6) {
                    Some(pattern) => filled(pattern, mix, &mut dice),
                    None => filled(&pool.pattern(mix, &mut dice), mix, &mut dice),
                }
            })
            .collect();
        let expected = texts
            .iter()
            .map(|text| {
                let fits = patterns.iter().enumerate().filter(|(_, pattern)| plain(pattern, text));
                fits.map(|(number, _)| number).collect()
            })
            .collect();
        Workload { patterns, texts, expected }
    }
}

/// How many different names there are to choose from.
struct Pool {
    services: usize,
    accounts: usize,
}

impl Pool {
    fn pattern(&self, mix: Mix, dice: &mut Dice) -> String {
        match mix {
            Mix::Literal => self.action(dice),
            Mix::Actions => self.actions(dice),
            Mix::Resources => self.resources(dice),
            Mix::Mixed => match dice.below(40) {
                0 => hostile(dice),
                1..=19 => self.actions(dice),
                _ => self.resources(dice),
            },
            Mix::Adversarial => hostile(dice),
        }
    }

    fn service(&self, dice: &mut Dice) -> String {
        let at = dice.below(self.services);
        SERVICES.get(at).map_or_else(|| format!("x{at}"), |name| (*name).to_owned())
    }

    fn action(&self, dice: &mut Dice) -> String {
        let (verb, noun, more) = (dice.pick(&VERBS), dice.pick(&NOUNS), dice.pick(&NOUNS));
        format!("{}:{verb}{noun}{more}", self.service(dice))
    }

    fn actions(&self, dice: &mut Dice) -> String {
        let service = self.service(dice);
        let (verb, noun) = (dice.pick(&VERBS), dice.pick(&NOUNS));
        match dice.below(1_000) {
            0..580 => self.action(dice),
            580..650 => format!("{service}:{verb}*"),
            650..860 => format!("{service}:{verb}{}*", noun.get(..3).unwrap_or(noun)),
            860..900 => format!("{service}:*{noun}"),
            900..940 => format!("{service}:{verb}*{noun}"),
            940..960 => format!("{service}:*{noun}*"),
            960..990 => format!("{service}:{verb}{}?{noun}", dice.pick(&VERBS)),
            990..995 => format!("*{}{noun}", dice.pick(&NOUNS)),
            _ => format!("{service}:*"),
        }
    }

    fn account(&self, dice: &mut Dice) -> String {
        let number = dice.below(self.accounts) as u64;
        format!("{}", 123_456_789_012 + number * 1_003_003)
    }

    fn resources(&self, dice: &mut Dice) -> String {
        let (service, account) = (self.service(dice), self.account(dice));
        let (region, kind) = (dice.pick(&REGIONS), dice.pick(&TYPES));
        let bucket = format!("{}-{}-{}", dice.word(5), dice.pick(&ENVIRONMENTS), dice.word(4));
        match dice.below(100) {
            0..30 => format!("acs:{service}:{region}:{account}:{kind}/i-{}", dice.word(16)),
            30..65 => format!("acs:{service}:*:{account}:{kind}/*"),
            65..77 => format!("acs:{service}:{region}:{account}:{kind}/*"),
            77..85 => format!("acs:oss:*:{account}:{bucket}/{}/*", dice.word(6)),
            85..90 => format!("acs:{service}:*:{account}:*"),
            90..93 => format!("acs:{service}:*:{account}:{kind}/*-{}-*", dice.pick(&ENVIRONMENTS)),
            93..96 => format!("acs:oss:*:*:{bucket}/*.log"),
            96..98 => format!("acs:oss:*:*:{bucket}/*/2024-??-*"),
            98 => format!("acs:{service}:*:{account}:{kind}/i-????{}*", dice.word(3)),
            _ => format!("acs:{service}:*:*:{kind}/*"),
        }
    }
}

fn hostile(dice: &mut Dice) -> String {
    let runs = 3 + dice.below(7);
    let mut pattern = String::from("*");
    for _ in 0..runs {
        pattern += dice.pick(&["a", "aa", "aaa", "?a", "a?", "a?a", "aa?", "?"]);
        pattern.push('*');
    }
    pattern + dice.pick(&["b", "c"])
}

/// Returns a text that the pattern fits, its wildcards filled in; of hostile patterns one that
/// they are likely to fit.
fn filled(pattern: &str, mix: Mix, dice: &mut Dice) -> String {
    if mix == Mix::Adversarial {
        let mut text = "a".repeat(40 + dice.below(87));
        if dice.below(5) == 0 {
            text.push('b');
        }
        return text;
    }
    let mut text = String::new();
    for symbol in pattern.chars() {
        match symbol {
            '*' => {
                let length = 2 + dice.below(9);
                text += &dice.word(length);
            }
            '?' => text += &dice.word(1),
            symbol => text.push(symbol),
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_has_the_patterns_asked_for_and_texts_that_fit_some() {
        for mix in Mix::ALL {
            for count in [10, 1_000] {
                let workload = Workload::new(mix, count);
                assert_eq!(workload.patterns.len(), count, "{mix}");
                let fitting = workload.expected.iter().filter(|numbers| !numbers.is_empty());
                assert!(fitting.count() > TEXTS / 10, "{mix} {count}");
            }
        }
    }
}
