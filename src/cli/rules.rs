//! `d3ls rules`: all rules, from the table.

use serde::Serialize;

use super::output::Format;
use super::{Status, output};
use crate::diagnostic::Severity;
use crate::rules::{FixKind, Needs, RULES, Rule};

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// Text for people, or JSON for programs.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Row {
    code: &'static str,
    name: &'static str,
    severity: Severity,
    on_by_default: bool,
    fix: Option<&'static str>,
    needs_manifest: bool,
    summary: &'static str,
}

pub(super) fn run(arguments: &Arguments) -> anyhow::Result<Status> {
    let rows: Vec<Row> = RULES.iter().copied().map(row).collect();
    match arguments.format {
        Format::Text => output::write_styled(&table(&rows))?,
        Format::Json => {
            let mut text = serde_json::to_string_pretty(&rows)?;
            text.push('\n');
            output::write_plain(text.as_bytes())?;
        }
    }
    Ok(Status::Clean)
}

fn row(rule: &'static Rule) -> Row {
    let fix = match rule.fix {
        FixKind::None => None,
        FixKind::Safe => Some("safe"),
        FixKind::Unsafe => Some("unsafe"),
        FixKind::Offered => Some("offered"),
    };
    Row {
        code: rule.code,
        name: rule.name,
        severity: rule.severity,
        on_by_default: rule.default_on,
        fix,
        needs_manifest: rule.needs == Needs::Manifest,
        summary: rule.summary,
    }
}

fn table(rows: &[Row]) -> String {
    let width = rows.iter().map(|row| row.name.len()).max().unwrap_or(0).max(4);
    let mut out = format!(
        "\u{1b}[1m{:5}  {:width$}  {:8}  {:7}  {:8}  Reports\u{1b}[0m\n",
        "Code", "Name", "Severity", "Fix", "Needs"
    );
    for row in rows {
        let severity = if row.on_by_default { row.severity.as_str() } else { "off" };
        let needs = if row.needs_manifest { "manifest" } else { "" };
        let fix = row.fix.unwrap_or("");
        let line = format!("{:5}  {:width$}  {severity:8}  {fix:7}  {needs:8}  {}", row.code, row.name, row.summary);
        out.push_str(line.trim_end());
        out.push('\n');
    }
    out
}
