//! `ramguard rule`: what a rule finds, why it matters and what to write instead, offline.

use ramguard_lint::{Lang, Meta, Selector, registry};
use serde::Serialize;

use crate::args::{Output, RuleArgs};
use crate::render::json::to_line;
use crate::render::terminal::{STRONG, Terminal};
use crate::settings::selector;

use super::{Exit, Failure};

/// A rule as JSON.
#[derive(Debug, Serialize)]
struct RuleJson {
    code: String,
    name: &'static str,
    category: &'static str,
    level: &'static str,
    preset: &'static str,
    needs: &'static str,
    security_severity: Option<String>,
    fix: Option<&'static str>,
    message: &'static str,
    help: Option<&'static str>,
    page: &'static str,
}

/// Explains the rules that `args` names.
pub(crate) fn run(args: &RuleArgs, terminal: &mut Terminal) -> Result<Exit, Failure> {
    let lang = Lang::from(args.lang);
    let asked: Result<Vec<Selector>, _> = args.rules.iter().map(|rule| selector(rule)).collect();
    let asked = asked.map_err(|error| Failure::new(error.in_words()))?;
    let is_asked =
        |meta: &&Meta| asked.is_empty() || asked.iter().any(|selector| selector.matches(meta.code));
    let rules: Vec<&Meta> = registry::rules().filter(is_asked).collect();
    if args.output == Output::Json {
        let rules: Vec<RuleJson> = rules.iter().map(|meta| json(meta, lang)).collect();
        terminal.line(&to_line(&rules)?);
        return Ok(Exit::Yes);
    }
    if rules.is_empty() {
        return Err(waiting(&asked));
    }
    let pages = args.all || !asked.is_empty();
    for (index, meta) in rules.iter().enumerate() {
        if !pages {
            terminal.line(&in_a_line(meta));
            continue;
        }
        if index > 0 {
            terminal.line("");
        }
        page(meta, lang, terminal);
    }
    Ok(Exit::Yes)
}

/// Says that what was asked for is not written yet.
fn waiting(asked: &[Selector]) -> Failure {
    let mut names = registry::reserved()
        .filter(|(code, ..)| asked.iter().any(|selector| selector.matches(*code)))
        .map(|(code, name, needs)| format!("{code} {name} (needs `{}`)", needs.name()));
    match names.next() {
        Some(first) => Failure::new(format!("{first} is kept for a rule that is not written yet")),
        None => Failure::new("no such rule"),
    }
}

fn in_a_line(meta: &Meta) -> String {
    let fix = meta.fix.map_or("-", |fix| fix.name());
    let (code, name) = (meta.code, meta.name);
    format!("{code} {:7} {:7} {:11} {name}", meta.level.name(), meta.preset.name(), fix)
}

/// Prints a page. It is our own text, not that of a policy.
fn page(meta: &Meta, lang: Lang, terminal: &mut Terminal) {
    let words = |en: &'static str, zh: &'static str| match lang {
        Lang::En => en,
        Lang::Zh => zh,
    };
    terminal.line(&format!("{STRONG}{} {}{STRONG:#}", meta.code, meta.name));
    let mut facts = vec![
        format!("{}: {}", words("category", "类别"), meta.category().name()),
        format!("{}: {}", words("level", "级别"), meta.level.name()),
        format!("{}: {}", words("preset", "预设"), meta.preset.name()),
    ];
    if let Some(severity) = meta.severity {
        facts.push(format!("{}: {severity}", words("severity", "严重度")));
    }
    if let Some(fix) = meta.fix {
        facts.push(format!("{}: {}", words("fix", "修复"), fix.name()));
    }
    terminal.line(&facts.join("; "));
    terminal.line("");
    for line in meta.page.in_lang(lang).trim().lines() {
        // The lines of a doc comment start with a blank.
        let line = line.strip_prefix(' ').unwrap_or(line);
        match line.strip_prefix("# ") {
            Some(heading) => terminal.line(&format!("{STRONG}{heading}{STRONG:#}")),
            None => terminal.line(line),
        }
    }
}

fn json(meta: &Meta, lang: Lang) -> RuleJson {
    RuleJson {
        code: meta.code.to_string(),
        name: meta.name,
        category: meta.category().name(),
        level: meta.level.name(),
        preset: meta.preset.name(),
        needs: meta.needs.name(),
        security_severity: meta.severity.map(|severity| severity.to_string()),
        fix: meta.fix.map(|fix| fix.name()),
        message: meta.message.in_lang(lang),
        help: meta.help.map(|help| help.in_lang(lang)),
        page: meta.page.in_lang(lang).trim(),
    }
}
