//! What came of test cases: text for people, JSON and JUnit for programs.

use std::fmt::Write;

use serde_json::{Value, json};

use super::output;
use super::test::{Coverage, Format, Report, Verdict};
use crate::runner::{Frame, Mismatch};

const GOOD: &str = "\u{1b}[1;32m";
const BAD: &str = "\u{1b}[1;91m";
const STRONG: &str = "\u{1b}[1m";
const FAINT: &str = "\u{1b}[2m";
const RESET: &str = "\u{1b}[0m";

/// Writes the reports, and the coverage if it was counted.
pub(super) fn write(reports: &[Report], coverage: Option<&Coverage>, format: Format) -> anyhow::Result<()> {
    match format {
        Format::Text => output::write_styled(&text(reports, coverage)),
        Format::Json => {
            output::write_plain(format!("{}\n", serde_json::to_string_pretty(&to_json(reports, coverage))?).as_bytes())
        }
        Format::Junit => output::write_plain(junit(reports).as_bytes()),
    }
}

/// How many passed, failed, and could not run.
fn counts(reports: &[Report]) -> (usize, usize, usize) {
    let count = |is: fn(&Verdict) -> bool| reports.iter().filter(|report| is(&report.verdict)).count();
    (
        count(|verdict| matches!(verdict, Verdict::Passed)),
        count(|verdict| matches!(verdict, Verdict::Failed(_))),
        count(|verdict| matches!(verdict, Verdict::Error(_))),
    )
}

fn text(reports: &[Report], coverage: Option<&Coverage>) -> String {
    let mut out = String::new();
    for report in reports {
        let head = format!("{STRONG}{}{RESET} ({})", report.path, report.command);
        match &report.verdict {
            Verdict::Passed if report.updated => drop_ok(writeln!(out, "{GOOD}updated{RESET} {head}")),
            Verdict::Passed => {}
            Verdict::Failed(mismatches) => {
                drop_ok(writeln!(out, "{BAD}failed{RESET} {head}"));
                out.push_str(&details(report, mismatches));
            }
            Verdict::Error(message) => drop_ok(writeln!(out, "{BAD}error{RESET} {}: {message}", report.path)),
        }
    }
    if let Some(coverage) = coverage {
        out.push_str(&coverage_text(coverage));
    }
    let (passed, failed, errors) = counts(reports);
    let style = if failed + errors == 0 { GOOD } else { BAD };
    let mut parts = vec![format!("{passed} passed")];
    parts.extend((failed > 0).then(|| format!("{failed} failed")));
    parts.extend((errors > 0).then(|| format!("{errors} could not run")));
    drop_ok(writeln!(out, "{style}{}{RESET} of {} test cases", parts.join(", "), reports.len()));
    out
}

/// Writing to a text never fails.
fn drop_ok(_: std::fmt::Result) {}

/// The differences, then what helps to understand them.
fn details(report: &Report, mismatches: &[Mismatch]) -> String {
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
            drop_ok(writeln!(out, "    {}", place(frame)));
        }
    }
    for log in last.logs.iter().take(20) {
        drop_ok(writeln!(out, "  {FAINT}log:{RESET} {log}"));
    }
    out
}

fn place(frame: &Frame) -> String {
    format!("{}:{} in {}", super::run::relative(std::path::Path::new(&frame.path)), frame.line, frame.function)
}

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

fn coverage_text(coverage: &Coverage) -> String {
    let mut out = String::new();
    for (path, lines) in coverage {
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

fn to_json(reports: &[Report], coverage: Option<&Coverage>) -> Value {
    let (passed, failed, errors) = counts(reports);
    let mut report = json!({
        "version": 1,
        "summary": {"cases": reports.len(), "passed": passed, "failed": failed, "errors": errors},
        "cases": reports.iter().map(case_json).collect::<Vec<_>>(),
    });
    if let Some(coverage) = coverage {
        let files = coverage.iter().map(|(path, lines)| {
            let never: Vec<u32> = lines.iter().filter(|(_, ran)| !**ran).map(|(line, _)| *line).collect();
            json!({"path": path, "lines": lines.len(), "neverRan": never})
        });
        report["coverage"] = files.collect();
    }
    report
}

fn case_json(report: &Report) -> Value {
    let last = report.outcome.as_ref().and_then(|outcome| outcome.ticks.last());
    let (word, mismatches, message) = match &report.verdict {
        Verdict::Passed if report.updated => ("updated", &[][..], None),
        Verdict::Passed => ("passed", &[][..], None),
        Verdict::Failed(mismatches) => ("failed", mismatches.as_slice(), None),
        Verdict::Error(message) => ("error", &[][..], Some(message)),
    };
    let mismatches: Vec<Value> = mismatches
        .iter()
        .map(|mismatch| json!({"path": mismatch.path, "expected": mismatch.expected, "actual": mismatch.actual}))
        .collect();
    let error = last.and_then(|tick| tick.error.as_ref()).map(|error| {
        let frames = error.traceback.iter().map(|frame| {
            let path = super::run::relative(std::path::Path::new(&frame.path));
            json!({"path": path, "line": frame.line, "function": frame.function})
        });
        json!({"type": error.kind, "message": error.message, "traceback": frames.collect::<Vec<_>>()})
    });
    json!({
        "path": report.path,
        "command": report.command,
        "outcome": word,
        "message": message,
        "mismatches": mismatches,
        "notes": report.notes,
        "error": error,
        "logs": last.map_or(&[][..], |tick| tick.logs.as_slice()),
        "durationMs": report.outcome.as_ref().map_or(0, |outcome| outcome.duration_ms),
    })
}

fn junit(reports: &[Report]) -> String {
    let (_, failed, errors) = counts(reports);
    let seconds = |ms: u64| format!("{}.{:03}", ms / 1000, ms % 1000);
    let took = |report: &Report| report.outcome.as_ref().map_or(0, |outcome| outcome.duration_ms);
    let total: u64 = reports.iter().map(took).sum();
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    let sums =
        format!("tests=\"{}\" failures=\"{failed}\" errors=\"{errors}\" time=\"{}\"", reports.len(), seconds(total));
    drop_ok(writeln!(out, "<testsuites name=\"d3ls test\" {sums}>\n  <testsuite name=\"d3ls test\" {sums}>"));
    for report in reports {
        let (path, command) = (escaped(&report.path), escaped(&report.command));
        let head = format!(
            "    <testcase name=\"{path}\" classname=\"{command}\" file=\"{path}\" time=\"{}\"",
            seconds(took(report))
        );
        let body = match &report.verdict {
            Verdict::Passed => None,
            Verdict::Failed(mismatches) => {
                let names: Vec<&str> = mismatches.iter().map(|mismatch| mismatch.path.as_str()).collect();
                let plain = anstream::adapter::strip_str(&details(report, mismatches)).to_string();
                Some(("failure", format!("{} differ", names.join(", ")), plain))
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
