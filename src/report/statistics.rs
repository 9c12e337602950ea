//! `lint --statistics`: how often each rule was broken.

use std::collections::BTreeMap;

use serde::Serialize;

use super::json::{Summary, summary, to_text};
use super::results::Results;

#[derive(Serialize)]
struct Report<'a> {
    version: u32,
    summary: Summary<'a>,
    statistics: Vec<Row>,
}

#[derive(Serialize)]
struct Row {
    code: &'static str,
    rule: &'static str,
    count: usize,
    fixable: usize,
}

/// The counts as JSON, most frequent first.
pub fn statistics_json(results: &Results, unsafe_fixes: bool) -> String {
    to_text(&Report { version: 1, summary: summary(results), statistics: rows(results, unsafe_fixes) })
}

/// The counts as a table, most frequent first.
pub fn statistics_text(results: &Results, unsafe_fixes: bool) -> String {
    let rows = rows(results, unsafe_fixes);
    let count_width = rows.iter().map(|row| row.count.to_string().len()).max().unwrap_or(0);
    let rule_width = rows.iter().map(|row| row.rule.len()).max().unwrap_or(0);
    let line = |row: &Row| {
        let fixable = if row.fixable > 0 { format!("{} fixable with --fix", row.fixable) } else { String::new() };
        let line = format!("{:>count_width$}  {}  {:rule_width$}  {fixable}", row.count, row.code, row.rule);
        format!("{}\n", line.trim_end())
    };
    rows.iter().map(line).collect()
}

fn rows(results: &Results, unsafe_fixes: bool) -> Vec<Row> {
    let mut by_code: BTreeMap<&'static str, Row> = BTreeMap::new();
    for finding in &results.findings {
        let (code, rule) = (finding.diagnostic.code, finding.diagnostic.rule);
        let row = by_code.entry(code).or_insert(Row { code, rule, count: 0, fixable: 0 });
        row.count += 1;
        row.fixable += usize::from(finding.is_fixable(unsafe_fixes));
    }
    let mut rows: Vec<Row> = by_code.into_values().collect();
    rows.sort_by_key(|row| std::cmp::Reverse(row.count));
    rows
}
