//! The report for people: a line a program can follow, the source with carets, how to mend it.

use annotate_snippets::Renderer;
use annotate_snippets::renderer::{AnsiColor, DecorStyle, Effects, Style as Ansi};

use super::excerpt::{excerpt, near};
use super::results::{Finding, Results};
use crate::diagnostic::{Related, Severity};
use crate::fix::Wanted;
use crate::rules::{self, Needs};

/// How the report is made.
#[derive(Debug, Clone, Copy)]
pub struct Style {
    /// Whether unsafe fixes were asked for.
    pub unsafe_fixes: bool,
    /// Whether fixes were applied already.
    pub fixed: bool,
}

const BOLD: Ansi = Ansi::new().effects(Effects::BOLD);
const HELP: Ansi = AnsiColor::BrightCyan.on_default().effects(Effects::BOLD);

/// All results as text with colours in ANSI sequences, which the stream strips where they are not wanted.
pub fn text(results: &Results, style: Style) -> String {
    let renderer = Renderer::styled().decor_style(DecorStyle::Ascii).term_width(200);
    let mut out = String::new();
    for finding in &results.findings {
        out.push_str(&one(&renderer, finding, style));
        out.push('\n');
    }
    out.push_str(&summary(results, style));
    out
}

fn one(renderer: &Renderer, finding: &Finding, style: Style) -> String {
    let diagnostic = &finding.diagnostic;
    let file = finding.file();
    let at = file.position(diagnostic.range.start());
    let level = level(diagnostic.severity);
    let (severity, code, rule, message) =
        (diagnostic.severity.as_str(), diagnostic.code, diagnostic.rule, visible(&diagnostic.message));
    let path = visible(&file.path);
    let mut out = format!(
        "{path}:{}:{}: {level}{severity} {code}[{rule}]{level:#}: {BOLD}{message}{BOLD:#}\n",
        at.line, at.column
    );
    let here: Vec<&Related> = diagnostic.related.iter().filter(|related| related.place == diagnostic.place).collect();
    let shown = near(file.index(), diagnostic.range, &here);
    push_block(&mut out, &excerpt(renderer, file, diagnostic.severity, diagnostic.range, &shown));
    for related in &diagnostic.related {
        if !shown.iter().any(|one| std::ptr::eq(*one, related)) {
            let file = finding.files.at(related.place);
            let at = file.position(related.range.start());
            let message = visible(&related.message);
            out.push_str(&format!(
                "  {HELP}note{HELP:#}: {}:{}:{}: {message}\n",
                visible(&file.path),
                at.line,
                at.column
            ));
            push_block(&mut out, &excerpt(renderer, file, Severity::Info, related.range, &[]));
        }
    }
    if let Some(help) = help(finding, style) {
        out.push_str(&format!("  {HELP}help{HELP:#}: {help}\n"));
    }
    out
}

/// How to mend a finding, where d3ls can.
fn help(finding: &Finding, style: Style) -> Option<String> {
    let diagnostic = &finding.diagnostic;
    let wanted = |unsafe_fixes| Wanted { place: diagnostic.place, unsafe_fixes };
    let (fix, how) = if let Some(fix) = wanted(style.unsafe_fixes).of(diagnostic) {
        (fix, if style.unsafe_fixes { " (--fix --unsafe-fixes)" } else { " (--fix)" })
    } else if let Some(fix) = wanted(true).of(diagnostic) {
        (fix, " (--fix --unsafe-fixes)")
    } else {
        (diagnostic.fixes.first()?, " (in the editor)")
    };
    Some(format!("{}{how}", visible(&fix.title)))
}

fn push_block(out: &mut String, block: &str) {
    if !block.is_empty() {
        out.push_str(block.trim_end_matches('\n'));
        out.push('\n');
    }
}

fn level(severity: Severity) -> Ansi {
    let colour = match severity {
        Severity::Error => AnsiColor::BrightRed,
        Severity::Warning => AnsiColor::Yellow,
        Severity::Info => AnsiColor::BrightBlue,
    };
    colour.on_default().effects(Effects::BOLD)
}

/// `text` with control characters made visible: a file name or a literal must not steer the terminal.
fn visible(text: &str) -> String {
    text.chars().map(|character| if character.is_control() { '\u{fffd}' } else { character }).collect()
}

/// The last lines: how much was found in how many files, and what `--fix` would do about it.
fn summary(results: &Results, style: Style) -> String {
    let count = |severity, name| Some((results.count(severity), name)).filter(|(count, _)| *count > 0);
    let counts: Vec<String> =
        [count(Severity::Error, "error"), count(Severity::Warning, "warning"), count(Severity::Info, "info")]
            .into_iter()
            .flatten()
            .map(|(count, name)| if name == "info" { format!("{count} info") } else { plural(count, name) })
            .collect();
    let mut out = String::new();
    if style.fixed {
        out.push_str(&format!("Fixed {}.\n", plural(results.fixed, "finding")));
    }
    let skipped = match results.skipped {
        0 => String::new(),
        count => format!(" ({} skipped)", plural(count, "other Python file")),
    };
    let files = plural(results.files.len(), "file");
    if results.files.is_empty() {
        out.push_str(&format!("No D3 script found{skipped}.\n"));
    } else if counts.is_empty() && results.failed {
        out.push_str(&format!("Nothing found in {files}{skipped}, but not all went well: see the errors.\n"));
    } else if counts.is_empty() {
        out.push_str(&format!("All good in {files}{skipped}.\n"));
    } else {
        out.push_str(&format!("Found {} in {files}{skipped}.\n", counts.join(", ")));
    }
    out.push_str(&baseline(results));
    out.push_str(&silent(results));
    out.push_str(&fixable(results, style));
    out
}

/// What the baseline did, and whether it holds more than it should.
fn baseline(results: &Results) -> String {
    let are = |count| if count == 1 { "is" } else { "are" };
    let mut out = String::new();
    if results.known > 0 {
        let known = plural(results.known, "finding");
        out.push_str(&format!("{known} of the baseline {} not shown.\n", are(results.known)));
    }
    if results.gone > 0 {
        let gone = plural(results.gone, "finding");
        let are = are(results.gone);
        out.push_str(&format!("{gone} of the baseline {are} there no more; write it anew with --write-baseline.\n"));
    }
    out
}

/// How many rules could not be evaluated for some file, and what they want for it, in one line.
fn silent(results: &Results) -> String {
    let wants =
        |code: &str| results.lacks_manifest && rules::find(code).is_some_and(|rule| rule.needs != Needs::Nothing);
    let (want_manifest, others): (Vec<&str>, Vec<&str>) = results.not_evaluated.iter().partition(|code| wants(code));
    let needs = match (want_manifest.len(), others.is_empty()) {
        (0, _) => None,
        (1, true) => Some("it needs a manifest (d3.json)".to_owned()),
        (_, true) => Some("they need a manifest (d3.json)".to_owned()),
        (1, false) => Some("1 needs a manifest (d3.json)".to_owned()),
        (count, false) => Some(format!("{count} need a manifest (d3.json)")),
    };
    let explain = (!others.is_empty()).then(|| format!("`d3ls explain` says what {} want", others.join(", ")));
    let reasons: Vec<String> = needs.into_iter().chain(explain).collect();
    match results.not_evaluated.len() {
        0 => String::new(),
        count => format!("{} not evaluated for some files: {}.\n", plural(count, "rule"), reasons.join("; ")),
    }
}

/// What `--fix` would do; nothing about what it has done already.
fn fixable(results: &Results, style: Style) -> String {
    let (safe, all) = (results.fixable(false), results.fixable(true));
    let safe = if style.fixed { 0 } else { safe };
    let rest = if style.fixed && style.unsafe_fixes { 0 } else { all - results.fixable(false) };
    match (safe, rest) {
        (0, 0) => String::new(),
        (safe, 0) => format!("{safe} fixable with --fix.\n"),
        (0, rest) => format!("{rest} fixable with --fix --unsafe-fixes.\n"),
        (safe, rest) => format!("{safe} fixable with --fix, {rest} more with --fix --unsafe-fixes.\n"),
    }
}

/// `1 error`, `2 errors`.
pub(super) fn plural(count: usize, name: &str) -> String {
    if count == 1 { format!("1 {name}") } else { format!("{count} {name}s") }
}
