//! What came of test cases: text for people, JSON and JUnit for programs.

use std::fmt::Write;
use std::path::Path;

use rustc_hash::FxHashMap;
use serde_json::{Value, json};

use super::text::plural;
use crate::runner::{CaseReport, Coverage, Mismatch, Verdict};

const GOOD: &str = "\u{1b}[1;32m";
const BAD: &str = "\u{1b}[1;91m";
const STRONG: &str = "\u{1b}[1m";
const FAINT: &str = "\u{1b}[2m";
const RESET: &str = "\u{1b}[0m";

/// What came of test cases, and how their paths are shown.
#[derive(Clone, Copy)]
pub struct Cases<'a> {
    /// In the order in which they are shown.
    pub reports: &'a [CaseReport],
    /// The lines that ran, if they were counted.
    pub coverage: Option<&'a Coverage>,
    /// How a path is shown.
    pub shown: &'a dyn Fn(&Path) -> String,
}

impl Cases<'_> {
    /// The report for people. Colours are ANSI sequences, which the stream strips where they are not wanted.
    pub fn text(self) -> String {
        let mut out = String::new();
        // What keeps many cases from running, a missing library for instance, is said once.
        let mut alike: FxHashMap<&str, usize> = FxHashMap::default();
        for report in self.reports {
            if let Verdict::Error(message) = &report.verdict {
                *alike.entry(message).or_default() += 1;
            }
        }
        for report in self.reports {
            let head = format!("{STRONG}{}{RESET} ({})", (self.shown)(&report.path), report.command);
            match &report.verdict {
                Verdict::Passed if report.updated => drop_ok(writeln!(out, "{GOOD}updated{RESET} {head}")),
                Verdict::Passed => {}
                Verdict::Failed(mismatches) => {
                    drop_ok(writeln!(out, "{BAD}failed{RESET} {head}"));
                    out.push_str(&self.details(report, mismatches));
                }
                Verdict::Error(message) => {
                    let Some(count) = alike.remove(message.as_str()) else { continue };
                    let more = if count > 1 { format!(" and {} more", count - 1) } else { String::new() };
                    drop_ok(writeln!(out, "{BAD}error{RESET} {}{more}: {message}", (self.shown)(&report.path)));
                }
            }
        }
        if let Some(coverage) = self.coverage {
            out.push_str(&self.coverage_text(coverage));
        }
        let (_, failed, errors) = counts(self.reports);
        let style = if failed + errors == 0 { GOOD } else { BAD };
        drop_ok(writeln!(out, "{style}{}{RESET} of {}", self.sums(), plural(self.reports.len(), "test case")));
        out
    }

    /// One line that says how all ended.
    pub fn verdict(self) -> String {
        format!("{} of {}", self.sums(), plural(self.reports.len(), "test case"))
    }

    fn sums(self) -> String {
        let (passed, failed, errors) = counts(self.reports);
        let mut parts = vec![format!("{passed} passed")];
        parts.extend((failed > 0).then(|| format!("{failed} failed")));
        parts.extend((errors > 0).then(|| format!("{errors} could not run")));
        parts.join(", ")
    }

    /// Why a case did not pass, as plain text; `None` where it did.
    pub fn message(self, report: &CaseReport) -> Option<String> {
        match &report.verdict {
            Verdict::Passed => None,
            Verdict::Failed(mismatches) => {
                Some(anstream::adapter::strip_str(&self.details(report, mismatches)).to_string())
            }
            Verdict::Error(message) => Some(message.clone()),
        }
    }

    /// The differences, then what helps to understand them.
    fn details(self, report: &CaseReport, mismatches: &[Mismatch]) -> String {
        let mut out = String::new();
        for mismatch in mismatches {
            drop_ok(writeln!(out, "  {STRONG}{}{RESET}", mismatch.path));
            out.push_str(&difference(mismatch));
        }
        for note in &report.notes {
            drop_ok(writeln!(out, "  {FAINT}note:{RESET} {note}"));
        }
        let Some(last) = report.outcome.as_ref().and_then(|outcome| outcome.ticks.last()) else { return out };
        if let Some(error) = &last.error {
            drop_ok(writeln!(out, "  {FAINT}{}:{RESET} {}", error.kind, error.message));
            for frame in &error.traceback {
                let path = (self.shown)(Path::new(&frame.path));
                drop_ok(writeln!(out, "    {path}:{} in {}", frame.line, frame.function));
            }
        }
        for log in last.logs.iter().take(20) {
            drop_ok(writeln!(out, "  {FAINT}log:{RESET} {log}"));
        }
        out
    }

    fn coverage_text(self, coverage: &Coverage) -> String {
        let mut out = String::new();
        for (path, lines) in coverage {
            let path = (self.shown)(path);
            let ran = lines.values().filter(|ran| **ran).count();
            let percent = if lines.is_empty() { 100 } else { 100 * ran / lines.len() };
            drop_ok(writeln!(out, "{STRONG}{path}{RESET} {percent} % of {} lines ran", lines.len()));
            let never = ranges(lines);
            if !never.is_empty() {
                drop_ok(writeln!(out, "  never ran: {}", never.join(", ")));
            }
        }
        out
    }

    /// The report for programs.
    pub fn json(self) -> Value {
        let (passed, failed, errors) = counts(self.reports);
        let mut report = json!({
            "version": 1,
            "summary": {"cases": self.reports.len(), "passed": passed, "failed": failed, "errors": errors},
            "cases": self.reports.iter().map(|report| self.case_json(report)).collect::<Vec<_>>(),
        });
        if let Some(coverage) = self.coverage {
            let files = coverage.iter().map(|(path, lines)| {
                let never: Vec<u32> = lines.iter().filter(|(_, ran)| !**ran).map(|(line, _)| *line).collect();
                json!({"path": (self.shown)(path), "lines": lines.len(), "neverRan": never})
            });
            report["coverage"] = files.collect();
        }
        report
    }

    fn case_json(self, report: &CaseReport) -> Value {
        let last = report.outcome.as_ref().and_then(|outcome| outcome.ticks.last());
        let (mismatches, message) = match &report.verdict {
            Verdict::Passed => (&[][..], None),
            Verdict::Failed(mismatches) => (mismatches.as_slice(), None),
            Verdict::Error(message) => (&[][..], Some(message)),
        };
        let mismatches: Vec<Value> = mismatches
            .iter()
            .map(|mismatch| json!({"path": mismatch.path, "expected": mismatch.expected, "actual": mismatch.actual}))
            .collect();
        let error = last.and_then(|tick| tick.error.as_ref()).map(|error| {
            let frames = error.traceback.iter().map(|frame| {
                let path = (self.shown)(Path::new(&frame.path));
                json!({"path": path, "line": frame.line, "function": frame.function})
            });
            json!({"type": error.kind, "message": error.message, "traceback": frames.collect::<Vec<_>>()})
        });
        json!({
            "path": (self.shown)(&report.path),
            "command": report.command,
            "outcome": outcome(report),
            "message": message,
            "mismatches": mismatches,
            "notes": report.notes,
            "error": error,
            "logs": last.map_or(&[][..], |tick| tick.logs.as_slice()),
            "durationMs": duration_ms(report),
        })
    }

    /// JUnit's XML.
    pub fn junit(self) -> String {
        let (_, failed, errors) = counts(self.reports);
        let seconds = |ms: u64| format!("{}.{:03}", ms / 1000, ms % 1000);
        let total: u64 = self.reports.iter().map(duration_ms).sum();
        let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
        let count = self.reports.len();
        let sums = format!("tests=\"{count}\" failures=\"{failed}\" errors=\"{errors}\" time=\"{}\"", seconds(total));
        drop_ok(writeln!(out, "<testsuites name=\"d3ls test\" {sums}>\n  <testsuite name=\"d3ls test\" {sums}>"));
        for report in self.reports {
            let (path, command) = (escaped(&(self.shown)(&report.path)), escaped(&report.command));
            let head = format!(
                "    <testcase name=\"{path}\" classname=\"{command}\" file=\"{path}\" time=\"{}\"",
                seconds(duration_ms(report))
            );
            let body = match &report.verdict {
                Verdict::Passed => None,
                Verdict::Failed(mismatches) => {
                    let names: Vec<&str> = mismatches.iter().map(|mismatch| mismatch.path.as_str()).collect();
                    let details = self.message(report).unwrap_or_default();
                    Some(("failure", format!("{} differ", names.join(", ")), details))
                }
                Verdict::Error(message) => Some(("error", message.clone(), String::new())),
            };
            match body {
                None => drop_ok(writeln!(out, "{head}/>")),
                Some((kind, message, text)) => drop_ok(writeln!(
                    out,
                    "{head}>\n      <{kind} message=\"{}\">{}</{kind}>\n    </testcase>",
                    escaped(&message),
                    escaped(&text)
                )),
            }
        }
        out + "  </testsuite>\n</testsuites>\n"
    }
}

/// The word for how a case ended.
pub fn outcome(report: &CaseReport) -> &'static str {
    match &report.verdict {
        Verdict::Passed if report.updated => "updated",
        Verdict::Passed => "passed",
        Verdict::Failed(_) => "failed",
        Verdict::Error(_) => "error",
    }
}

/// How long a case ran, in milliseconds.
pub fn duration_ms(report: &CaseReport) -> u64 {
    report.outcome.as_ref().map_or(0, |outcome| outcome.duration_ms)
}

/// How many passed, failed, and could not run.
fn counts(reports: &[CaseReport]) -> (usize, usize, usize) {
    let count = |is: fn(&Verdict) -> bool| reports.iter().filter(|report| is(&report.verdict)).count();
    (
        count(|verdict| matches!(verdict, Verdict::Passed)),
        count(|verdict| matches!(verdict, Verdict::Failed(_))),
        count(|verdict| matches!(verdict, Verdict::Error(_))),
    )
}

/// Writing to a text never fails.
fn drop_ok(_: std::fmt::Result) {}

/// Expected and actual: line by line where either has several lines.
fn difference(mismatch: &Mismatch) -> String {
    let shown = |value: &Value| match value {
        Value::String(text) if text.contains('\n') => text.clone(),
        other => {
            let short = other.to_string();
            if short.len() <= 100 { short } else { serde_json::to_string_pretty(other).unwrap_or(short) }
        }
    };
    let expected = shown(&mismatch.expected);
    let actual = mismatch.actual.as_ref().map_or("nothing".to_owned(), shown);
    if !expected.contains('\n') && !actual.contains('\n') {
        return format!("    expected {expected}\n    actual   {actual}\n");
    }
    let mut out = String::from("    - expected, + actual\n");
    let diff = similar::TextDiff::from_lines(&expected, &actual);
    for group in diff.grouped_ops(2) {
        for change in group.iter().flat_map(|operation| diff.iter_changes(operation)) {
            let (sign, style) = match change.tag() {
                similar::ChangeTag::Delete => ('-', BAD),
                similar::ChangeTag::Insert => ('+', GOOD),
                similar::ChangeTag::Equal => (' ', ""),
            };
            let end = if style.is_empty() { "" } else { RESET };
            drop_ok(writeln!(out, "    {style}{sign} {}{end}", change.value().trim_end_matches('\n')));
        }
    }
    out
}

/// The lines that never ran, as `3` and `5-8`; lines without code between two of them do not part them.
fn ranges(lines: &std::collections::BTreeMap<u32, bool>) -> Vec<String> {
    let mut found: Vec<(u32, u32)> = Vec::new();
    let mut open = false;
    for (line, ran) in lines {
        match found.last_mut() {
            _ if *ran => open = false,
            Some((_, end)) if open => *end = *line,
            _ => {
                found.push((*line, *line));
                open = true;
            }
        }
    }
    found
        .into_iter()
        .map(|(start, end)| if start == end { start.to_string() } else { format!("{start}-{end}") })
        .collect()
}

/// A text in XML; characters that XML has not become a question mark.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\n' => out.push_str("&#10;"),
            '\t' => out.push_str("&#9;"),
            control if control < ' ' || control == '\u{fffe}' || control == '\u{ffff}' => out.push('?'),
            other => out.push(other),
        }
    }
    out
}
