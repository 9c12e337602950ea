//! What the docs list is what the program has. `D3LS_UPDATE=1 cargo test --test docs` writes them anew.

use std::fmt::Write;
use std::path::Path;

use d3ls::rules::{FixKind, Needs, RULES, Rule};

const FAMILIES: [(&str, &str, &str); 10] = [
    ("D30", "text", "The script as text"),
    ("D31", "commands", "Commands and their functions"),
    ("D32", "names", "Names and imports"),
    ("D33", "output_model", "The output model"),
    ("D34", "calls", "Runtime and D3 calls"),
    ("D35", "ingestion", "Ingestion and retry"),
    ("D36", "security", "Security"),
    ("D37", "python39", "Python 3.9"),
    ("D38", "robustness", "Robustness"),
    ("D39", "tool", "The tool and the manifest"),
];

fn row(rule: &Rule, folder: &str) -> String {
    let page = rule.name.replace('-', "_");
    let severity = if rule.default_on { rule.severity.as_str() } else { "off" };
    let fix = match rule.fix {
        FixKind::None => "",
        FixKind::Safe => "safe",
        FixKind::Unsafe => "unsafe",
        FixKind::Offered => "offered",
    };
    let needs = match rule.needs {
        Needs::Nothing => "",
        Needs::Manifest => "manifest",
        Needs::Kind => "kind",
    };
    let summary = rule.summary.replace('|', "\\|");
    format!(
        "| [{}](../src/rules/{folder}/{page}.md) | {} | {severity} | {fix} | {needs} | {summary} |\n",
        rule.code, rule.name
    )
}

fn rules_page() -> String {
    let mut page = String::from(
        "# Rules\n\n`d3ls explain CODE` shows a rule's page. A *safe* fix is applied by `--fix`, an *unsafe* one by \
         `--fix --unsafe-fixes`, an\n*offered* one is a choice in the editor. A rule that needs a manifest, or to know the \
         kind of a script, is silent without.\n",
    );
    for (prefix, folder, title) in FAMILIES {
        write!(
            page,
            "\n## {prefix}xx {title}\n\n| code | name | severity | fix | needs | reports |\n|---|---|---|---|---|---|\n"
        )
        .expect("a text takes all");
        for rule in RULES.iter().filter(|rule| rule.code.starts_with(prefix)) {
            page.push_str(&row(rule, folder));
        }
    }
    page
}

#[test]
fn the_table_of_rules_is_the_registry() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/rules.md");
    let page = rules_page();
    if std::env::var_os("D3LS_UPDATE").is_some() {
        std::fs::write(&path, &page).expect("docs/rules.md can be written");
    }
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(committed, page, "docs/rules.md is old: run `D3LS_UPDATE=1 cargo test --test docs`");
}

#[test]
fn every_link_to_a_file_leads_somewhere() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut pages = vec![root.join("README.md"), root.join("ARCHITECTURE.md"), root.join("CONTRIBUTING.md")];
    pages.extend(std::fs::read_dir(root.join("docs")).expect("docs").flatten().map(|entry| entry.path()));
    let mut dead = Vec::new();
    for page in pages.iter().filter(|page| page.extension().is_some_and(|extension| extension == "md")) {
        let text = std::fs::read_to_string(page).expect("a page");
        for (at, _) in text.match_indices("](") {
            let target = text[at + 2..].split([')', '#']).next().unwrap_or_default();
            let line = text[..at].rsplit('\n').next().unwrap_or_default();
            let in_code = line.matches('`').count() % 2 == 1;
            let is_file = !in_code && !target.is_empty() && !target.contains("://");
            if is_file && !page.parent().expect("a folder").join(target).exists() {
                dead.push(format!("{}: {target}", page.display()));
            }
        }
    }
    assert!(dead.is_empty(), "{}", dead.join("\n"));
}
