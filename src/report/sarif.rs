//! `lint --format sarif`: SARIF 2.1.0, which code hosts and editors read.

use std::path::Path;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};

use super::json::to_text;
use super::results::{File, Finding, Results};
use crate::diagnostic::{Fix, Related, Severity};
use crate::rules::{RULES, Rule};
use crate::text::TextRange;

const SCHEMA: &str = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";
/// What paths are relative to.
const ROOT: &str = "SRCROOT";
/// What can't stand in the path of a URI as it is. A colon could, but not in front.
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~').remove(b'/');

/// All results as one SARIF log with one run. It lists the rules that were selected, each with its page.
pub fn sarif(results: &Results) -> String {
    let is_listed = |rule: &&&Rule| {
        results.rules.contains(rule.code) || results.findings.iter().any(|found| found.diagnostic.code == rule.code)
    };
    let rules: Vec<&Rule> = RULES.iter().filter(is_listed).copied().collect();
    to_text(&json!({
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [{
            "tool": {"driver": {
                "name": "d3ls",
                "semanticVersion": env!("CARGO_PKG_VERSION"),
                "rules": rules.iter().map(|rule| descriptor(rule)).collect::<Value>(),
            }},
            "columnKind": "unicodeCodePoints",
            "newlineSequences": ["\r\n", "\n", "\r"],
            "originalUriBaseIds": {ROOT: {"description": {"text": "The folder that d3ls ran in."}}},
            "results": results.findings.iter().map(|finding| result(finding, &rules)).collect::<Value>(),
        }],
    }))
}

fn descriptor(rule: &Rule) -> Value {
    json!({
        "id": rule.code,
        "name": rule.name,
        "shortDescription": {"text": rule.summary},
        "fullDescription": {"text": what_it_does(rule)},
        "help": {"text": rule.page, "markdown": rule.page},
        "defaultConfiguration": {"enabled": rule.default_on, "level": level(rule.severity)},
    })
}

/// The first section of a rule's page, in one line.
fn what_it_does(rule: &Rule) -> String {
    let lines = rule.page.lines().skip_while(|line| !line.starts_with("## ")).skip(1);
    let section = lines.take_while(|line| !line.starts_with("## "));
    section.filter(|line| !line.is_empty()).collect::<Vec<_>>().join(" ")
}

fn result(finding: &Finding, rules: &[&Rule]) -> Value {
    let found = &finding.diagnostic;
    let mut result = json!({
        "ruleId": found.code,
        "level": level(found.severity),
        "message": {"text": found.message},
        "locations": [{"physicalLocation": location(finding.file(), found.range)}],
    });
    if let Some(index) = rules.iter().position(|rule| rule.code == found.code) {
        result["ruleIndex"] = index.into();
    }
    if !found.related.is_empty() {
        result["relatedLocations"] = found.related.iter().map(|place| related(finding, place)).collect();
    }
    if !found.fixes.is_empty() {
        result["fixes"] = found.fixes.iter().map(|one| fix(finding, one)).collect();
    }
    result
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "note",
    }
}

fn related(finding: &Finding, related: &Related) -> Value {
    json!({
        "physicalLocation": location(finding.files.at(related.place), related.range),
        "message": {"text": related.message},
    })
}

/// A fix. SARIF has no word for how far it can be trusted, so that is a property.
fn fix(finding: &Finding, fix: &Fix) -> Value {
    // The edits are sorted by place: those of one file stand together.
    let changes = fix.edits.chunk_by(|(a, _), (b, _)| a == b).map(|edits| {
        let file = finding.files.at(edits[0].0);
        let replacements = edits.iter().map(
            |(_, edit)| json!({"deletedRegion": region(file, edit.range), "insertedContent": {"text": edit.new_text}}),
        );
        json!({"artifactLocation": artifact(file), "replacements": replacements.collect::<Value>()})
    });
    json!({
        "description": {"text": fix.title},
        "artifactChanges": changes.collect::<Value>(),
        "properties": {"applicability": fix.applicability},
    })
}

fn location(file: &File, range: TextRange) -> Value {
    json!({"artifactLocation": artifact(file), "region": region(file, range)})
}

fn artifact(file: &File) -> Value {
    let path = utf8_percent_encode(&file.path, ESCAPED).to_string();
    if Path::new(&file.path).is_absolute() {
        json!({"uri": format!("file://{}{path}", if path.starts_with('/') { "" } else { "/" })})
    } else {
        json!({"uri": path, "uriBaseId": ROOT})
    }
}

fn region(file: &File, range: TextRange) -> Value {
    let (start, end) = file.range(range);
    json!({"startLine": start.line, "startColumn": start.column, "endLine": end.line, "endColumn": end.column})
}
