//! A run as people read it.

use std::fmt::Write;
use std::path::Path;

use serde_json::Value;

use crate::image::names;
use crate::runner::{Outcome, Request, Window, windows};

const GOOD: &str = "\u{1b}[1;32m";
const BAD: &str = "\u{1b}[1;91m";
const WARN: &str = "\u{1b}[1;33m";
const STRONG: &str = "\u{1b}[1m";
const FAINT: &str = "\u{1b}[2m";
const RESET: &str = "\u{1b}[0m";

/// The text for `report`, which is that of `run --format json`. `shown` is how a path is shown. Colours are ANSI
/// sequences, which the stream strips where they are not wanted.
pub fn run_text(report: &Value, request: &Request, outcome: &Outcome, shown: &dyn Fn(&Path) -> String) -> String {
    let parts = &request.target.scripts.plan.parts;
    let source = |path: &str, line: usize| {
        let part = parts.iter().find(|part| shown(&part.path) == path)?;
        Some(part.text.lines().nth(line)?.trim().to_owned())
    };
    let windows = request.schedule.map(|_| windows(&outcome.ticks));
    show(report, &source, windows.as_deref())
}

/// One line that says how a run ended.
pub fn run_verdict(report: &Value) -> String {
    let (command, error) = (plain(&report["command"]), &report["error"]);
    if report["success"] == true {
        return format!("{command}: successful ({} ms)", report["durationMs"]);
    }
    let why = match error["type"].as_str() {
        Some(kind) => format!("{kind}: {}", plain(&error["message"])),
        None => plain(&report["output"][names::ERRORS]),
    };
    let why: String = why.lines().next().unwrap_or_default().chars().take(300).collect();
    if why.is_empty() { format!("{command}: failed") } else { format!("{command}: failed: {why}") }
}

fn show(report: &Value, source: &dyn Fn(&str, usize) -> Option<String>, windows: Option<&[Window]>) -> String {
    let mut out = String::new();
    let good = report["success"] == true;
    let (style, word) = if good { (GOOD, "successful") } else { (BAD, "failed") };
    let attempts = report["attempts"].as_array().map_or(0, Vec::len);
    let plural = if attempts == 1 { "" } else { "s" };
    let _ = writeln!(
        out,
        "{STRONG}{}{RESET}: {style}{word}{RESET} {FAINT}({attempts} attempt{plural}, {} ms, Python {}){RESET}",
        plain(&report["command"]),
        report["durationMs"],
        plain(&report["python"]),
    );
    error(&mut out, &report["error"], source);
    for (name, value) in report["output"].as_object().into_iter().flatten().filter(|(_, value)| !is_blank(value)) {
        field(&mut out, name, value);
    }
    for (title, key) in [("key fields from rawData", "keyFields"), ("events from rawData", "events")] {
        if !is_blank(&report[key]) {
            field(&mut out, title, &report[key]);
        }
    }
    retries(&mut out, report);
    lines(&mut out, "Custom Log", &report["logs"], report["logsLost"] == true);
    let printed = plain(&report["stdout"]);
    if !printed.is_empty() {
        let _ = writeln!(out, "{STRONG}printed{RESET} {FAINT}(D3 shows none of it; use pb.log){RESET}");
        indented(&mut out, &printed);
    }
    if let Some(windows) = windows {
        schedule(&mut out, report, windows);
    }
    out
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn is_blank(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(values) => values.is_empty(),
        Value::Object(fields) => fields.is_empty(),
        _ => false,
    }
}

fn field(out: &mut String, name: &str, value: &Value) {
    let text = match value {
        Value::String(text) => text.clone(),
        other => serde_json::to_string_pretty(other).unwrap_or_default(),
    };
    if text.contains('\n') {
        let _ = writeln!(out, "{STRONG}{name}{RESET}");
        indented(out, &text);
    } else {
        let _ = writeln!(out, "{STRONG}{name}{RESET} {text}");
    }
}

/// How many lines of anything are shown, and how many characters of a line.
const MOST_LINES: usize = 200;
const MOST_CHARACTERS: usize = 1000;

fn indented(out: &mut String, text: &str) {
    let count = text.lines().count();
    for line in text.lines().take(MOST_LINES) {
        let cut: String = line.chars().take(MOST_CHARACTERS).collect();
        let more = if cut.len() < line.len() { "..." } else { "" };
        let _ = writeln!(out, "  {cut}{more}");
    }
    if count > MOST_LINES {
        let _ = writeln!(out, "  {FAINT}({} lines more; --format json has all){RESET}", count - MOST_LINES);
    }
}

/// The exception with the user's lines, as Python shows it.
fn error(out: &mut String, error: &Value, source: &dyn Fn(&str, usize) -> Option<String>) {
    let Some(kind) = error["type"].as_str() else { return };
    for frame in error["traceback"].as_array().into_iter().flatten() {
        let (path, line) = (plain(&frame["path"]), frame["line"].as_u64().unwrap_or(1));
        let _ = writeln!(out, "  {path}:{line} in {}", plain(&frame["function"]));
        if let Some(text) = source(&path, usize::try_from(line - 1).unwrap_or_default()) {
            let _ = writeln!(out, "    {text}");
        }
    }
    let _ = writeln!(out, "{BAD}{kind}{RESET}: {}", plain(&error["message"]));
    let _ = writeln!(out, "{FAINT}no output model came back, so D3 would show this error and no Custom Log{RESET}");
}

fn retries(out: &mut String, report: &Value) {
    let attempts = report["attempts"].as_array().map_or(&[][..], Vec::as_slice);
    if attempts.len() < 2 {
        return;
    }
    let _ = writeln!(out, "{STRONG}attempts{RESET}");
    for attempt in attempts {
        let delay = if attempt["delay"].is_null() { String::new() } else { format!(" after {} s", attempt["delay"]) };
        let _ = writeln!(out, "  retrycount {}: {}{delay}", attempt[names::RETRY_COUNT], plain(&attempt["outcome"]));
    }
}

fn lines(out: &mut String, title: &str, logs: &Value, lost: bool) {
    let logs = logs.as_array().map_or(&[][..], Vec::as_slice);
    if logs.is_empty() {
        return;
    }
    let note = if lost { " (D3 would not show it)" } else { "" };
    let _ = writeln!(out, "{STRONG}{title}{RESET}{FAINT}{note}{RESET}");
    for log in logs {
        indented(out, &plain(log));
    }
}

/// The windows that a schedule covered, and what is wrong with them.
fn schedule(out: &mut String, report: &Value, windows: &[Window]) {
    let _ = writeln!(out, "{STRONG}schedule{RESET}");
    let ticks = report["schedule"].as_array().map_or(&[][..], Vec::as_slice);
    for tick in ticks {
        let now = plain(&tick["now"]);
        let word = if tick["success"] == true { "successful" } else { "failed" };
        let Some(window) = windows.iter().find(|window| window.now == now) else {
            let _ = writeln!(out, "  {now} {word}");
            continue;
        };
        let catches_up = if window.catches_up { ", an hour at most" } else { "" };
        let next = window.next.as_deref().unwrap_or("nothing");
        let _ = writeln!(out, "  {now} {word}: {} to {}{catches_up}; passed down {next}", window.start, window.end);
        if let Some(problem) = &window.problem {
            let _ = writeln!(out, "    {WARN}{problem}{RESET}");
        }
    }
    if let (Some(first), Some(last)) = (windows.first(), windows.last()) {
        let covered = last.next.as_deref().unwrap_or(&last.start);
        let problems = windows.iter().filter(|window| window.problem.is_some()).count();
        let verdict =
            if problems == 0 { "no gap, no overlap".to_owned() } else { format!("{problems} with a problem") };
        let _ = writeln!(out, "  {} runs, from {} to {covered}: {verdict}", windows.len(), first.start);
    }
}
