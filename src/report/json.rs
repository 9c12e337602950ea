//! `lint --format json`: a public contract.

use serde::Serialize;

use super::results::{File, Finding, Results};
use crate::diagnostic::{Applicability, Severity};
use crate::text::{Position, TextRange};

#[derive(Serialize)]
struct Report<'a> {
    version: u32,
    summary: Summary<'a>,
    diagnostics: Vec<Diagnostic<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Summary<'a> {
    files: usize,
    skipped: usize,
    rules: usize,
    not_evaluated: Vec<&'a str>,
    errors: usize,
    warnings: usize,
    infos: usize,
}

#[derive(Serialize)]
struct Diagnostic<'a> {
    code: &'a str,
    rule: &'a str,
    severity: Severity,
    message: &'a str,
    path: &'a str,
    range: Range,
    url: Option<&'a str>,
    fixes: Vec<Fix<'a>>,
}

#[derive(Serialize)]
struct Fix<'a> {
    title: &'a str,
    applicability: Applicability,
    edits: Vec<Edit<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Edit<'a> {
    path: &'a str,
    range: Range,
    new_text: &'a str,
}

#[derive(Serialize)]
struct Range {
    start: Point,
    end: Point,
}

#[derive(Serialize)]
struct Point {
    line: u32,
    column: u32,
}

/// All results as one JSON object and a line end.
pub fn json(results: &Results) -> String {
    let diagnostics = results.findings.iter().map(diagnostic).collect();
    to_text(&Report { version: 1, summary: summary(results), diagnostics })
}

/// A value as indented JSON and a line end.
pub(super) fn to_text(value: &impl Serialize) -> String {
    let mut text = serde_json::to_string_pretty(value).unwrap_or_default();
    text.push('\n');
    text
}

pub(super) fn summary(results: &Results) -> Summary<'_> {
    Summary {
        files: results.files.len(),
        skipped: results.skipped,
        rules: results.rules.len(),
        not_evaluated: results.not_evaluated.iter().copied().collect(),
        errors: results.count(Severity::Error),
        warnings: results.count(Severity::Warning),
        infos: results.count(Severity::Info),
    }
}

fn diagnostic(finding: &Finding) -> Diagnostic<'_> {
    let crate::diagnostic::Diagnostic { code, rule, severity, message, range: at, fixes, .. } = &finding.diagnostic;
    let file = finding.file();
    Diagnostic {
        code,
        rule,
        severity: *severity,
        message,
        path: &file.path,
        range: range(file, *at),
        url: None,
        fixes: fixes.iter().map(|one| fix(finding, one)).collect(),
    }
}

fn fix<'a>(finding: &'a Finding, fix: &'a crate::diagnostic::Fix) -> Fix<'a> {
    let edits = fix.edits.iter().map(|(place, edit)| {
        let file = finding.files.at(*place);
        Edit { path: &file.path, range: range(file, edit.range), new_text: &edit.new_text }
    });
    Fix { title: &fix.title, applicability: fix.applicability, edits: edits.collect() }
}

fn range(file: &File, range: TextRange) -> Range {
    let point = |Position { line, column }| Point { line, column };
    let (start, end) = file.range(range);
    Range { start: point(start), end: point(end) }
}
