//! Writes out the pages of all rules. Shared by the generator and by the test that what it wrote
//! is current.

use std::fmt::Write as _;

use ramguard_lint::{Lang, Meta, registry};

/// The generated files and the language of each.
pub(crate) const FILES: [(&str, Lang); 2] = [("RULES.md", Lang::En), ("RULES.zh.md", Lang::Zh)];

/// Returns the index of all rules and their pages in one language.
pub(crate) fn pages(lang: Lang) -> String {
    let mut text = String::from(match lang {
        Lang::En => {
            "# Lint rules\n\nGenerated from the rules: `cargo run -p ramguard-lint --example rules`. \
             Do not edit.\n"
        }
        Lang::Zh => {
            "# 检查规则\n\n由规则生成：`cargo run -p ramguard-lint --example rules`，请勿手工修改。\n"
        }
    });
    index(&mut text, lang);
    for meta in registry::rules() {
        page(&mut text, meta, lang);
    }
    text
}

fn index(text: &mut String, lang: Lang) {
    text.push_str(match lang {
        Lang::En => {
            "\nA row without a level is a rule that is specified and waits for the algebra of \
             request sets (exact) or for a snapshot of an account (world).\n\n\
             | code | name | level | preset | needs | severity | fix |\n\
             | --- | --- | --- | --- | --- | --- | --- |\n"
        }
        Lang::Zh => {
            "\n没有级别的行是已定义、尚待请求集合代数（exact）或账号快照（world）的规则。\n\n\
             | 代码 | 名称 | 级别 | 预设 | 依赖 | 严重度 | 修复 |\n\
             | --- | --- | --- | --- | --- | --- | --- |\n"
        }
    });
    let written = registry::rules().map(|meta| (meta.code, row(meta)));
    let reserved = registry::reserved().map(|(code, name, needs)| {
        (code, format!("| {code} | {name} | | | {} | | |", needs.name()))
    });
    let mut rows: Vec<_> = written.chain(reserved).collect();
    rows.sort();
    for (_, row) in rows {
        text.push_str(&row);
        text.push('\n');
    }
}

fn row(meta: &Meta) -> String {
    let severity = meta.severity.map(|severity| severity.to_string()).unwrap_or_default();
    format!(
        "| [{code}](#{anchor}-{name}) | {name} | {level} | {preset} | {needs} | {severity} | {fix} |",
        code = meta.code,
        anchor = meta.code.to_string().to_lowercase(),
        name = meta.name,
        level = meta.level,
        preset = meta.preset.name(),
        needs = meta.needs.name(),
        fix = meta.fix.map(|fix| fix.name()).unwrap_or_default(),
    )
}

fn page(text: &mut String, meta: &Meta, lang: Lang) {
    // Writing to a string cannot fail.
    let _ = write!(text, "\n## {} {}\n\n", meta.code, meta.name);
    let _ = write!(text, "> {}\n\n", meta.message.in_lang(lang));
    for line in meta.page.in_lang(lang).lines() {
        let line = line.strip_prefix(' ').unwrap_or(line);
        match line.strip_prefix("# ") {
            Some(heading) => {
                let _ = writeln!(text, "### {heading}");
            }
            None => {
                let _ = writeln!(text, "{line}");
            }
        }
    }
}
