//! Comments that speak to d3ls: `# d3: ignore[...]`, `# d3: ignore-file[...]`, and the kind of a script.

use super::{CompletionItem, CompletionKind, Topic, ranked};
use crate::check::NEVER_IGNORED;
use crate::diagnostic::{Diagnostic, Place};
use crate::ide::layout::line_start;
use crate::ide::snippet::placeholder;
use crate::manifest::Kind;
use crate::rules::RULES;
use crate::semantic::Analysis;
use crate::settings::{Scope, ignores};
use crate::syntax::Parsed;
use crate::text::{Ranged, TextRange, TextSize};

/// What stands before the words that d3ls reads.
const MARKER: &str = "d3:";

/// What can stand in the comment at `offset`, the codes of the `findings` that it can ignore first; `None` where there
/// is no comment.
pub fn complete_comment(
    analysis: &Analysis,
    findings: &[&Diagnostic],
    offset: TextSize,
) -> Option<Vec<CompletionItem>> {
    let parsed = analysis.parsed();
    let is_around = |comment: &&TextRange| comment.start() < offset && offset <= comment.end();
    let comment = *parsed.comments.iter().find(is_around)?;
    let codes = |scope| reported(parsed, findings, comment, scope);
    Some(ranked(
        between_brackets(parsed, comment, offset, codes).unwrap_or_else(|| words(parsed, comment, offset, codes)),
    ))
}

/// The codes of the findings that a comment of this scope can ignore, each once.
fn reported(parsed: &Parsed, findings: &[&Diagnostic], comment: TextRange, scope: Scope) -> Vec<&'static str> {
    let line = TextRange::new(line_start(&parsed.text, comment.start()), comment.end());
    let is_meant = |found: &&&Diagnostic| {
        let on_line = line.contains_inclusive(found.range.start()) || line.contains_inclusive(found.range.end());
        found.place == Place::Script
            && (scope == Scope::File || on_line)
            && !comment.contains_range(found.range)
            && !NEVER_IGNORED.contains(&found.code)
    };
    let mut codes: Vec<&str> = findings.iter().filter(is_meant).map(|found| found.code).collect();
    codes.sort_unstable();
    codes.dedup();
    codes
}

/// Codes between the brackets of an ignore comment, or names where a name is typed.
fn between_brackets(
    parsed: &Parsed,
    comment: TextRange,
    offset: TextSize,
    reported: impl Fn(Scope) -> Vec<&'static str>,
) -> Option<Vec<CompletionItem>> {
    let ignore = ignores(&[comment], &parsed.text).list.into_iter().next()?;
    let before = parsed.slice(TextRange::new(ignore.range.start(), offset.max(ignore.range.start())));
    if offset > ignore.range.end() || !before.contains('[') || before.contains(']') {
        return None;
    }
    let word = word_around(parsed, comment, offset);
    let first = reported(ignore.scope);
    let given = |name: &str| {
        ignore.codes.iter().any(|code| code.code.value == name && !code.code.range.contains_inclusive(offset))
    };
    let is_name = parsed.slice(word).starts_with(|letter: char| letter.is_lowercase() && letter != 'd')
        || parsed.slice(word).contains('-');
    let can_be_ignored = RULES.iter().filter(|rule| !NEVER_IGNORED.contains(&rule.code));
    let mut rules: Vec<_> = can_be_ignored.filter(|rule| !given(rule.code) && !given(rule.name)).collect();
    rules.sort_by_key(|rule| !first.contains(&rule.code));
    let item = |rule: &&&'static crate::rules::Rule| {
        let (label, detail) = if is_name { (rule.name, rule.code) } else { (rule.code, rule.name) };
        let mut item = CompletionItem::new(label, CompletionKind::Value, word)
            .detail(detail)
            .about(Topic::Rule(rule.code.to_owned()));
        // A code is found by its name as well.
        item.filter = format!("{label} {detail}");
        item
    };
    Some(rules.iter().map(item).collect())
}

/// The word around `offset`, within a comment.
fn word_around(parsed: &Parsed, comment: TextRange, offset: TextSize) -> TextRange {
    let is_word = |letter: char| letter.is_alphanumeric() || matches!(letter, '-' | '_');
    let before = parsed.slice(TextRange::new(comment.start(), offset));
    let behind = parsed.slice(TextRange::new(offset, comment.end()));
    let length = |text: &str| TextSize::try_from(text.len()).unwrap_or_default();
    let start = offset - length(&before[before.trim_end_matches(is_word).len()..]);
    let end = offset + length(&behind[..behind.len() - behind.trim_start_matches(is_word).len()]);
    TextRange::new(start, end)
}

/// What can follow `# d3:`, which may be half-typed itself.
fn words(
    parsed: &Parsed,
    comment: TextRange,
    offset: TextSize,
    reported: impl Fn(Scope) -> Vec<&'static str>,
) -> Vec<CompletionItem> {
    let before = parsed.slice(TextRange::new(comment.start(), offset));
    let typed = before.rsplit('#').next().unwrap_or_default().trim_start();
    let lower = typed.to_ascii_lowercase();
    let (start, marker) = match lower.strip_prefix(MARKER) {
        Some(word) if word.trim().chars().all(|letter| letter.is_ascii_alphabetic() || letter == '-') => {
            (word_around(parsed, comment, offset).start(), "")
        }
        None if !typed.is_empty() && MARKER.starts_with(&lower) => {
            (offset - TextSize::try_from(typed.len()).unwrap_or_default(), "d3: ")
        }
        _ => return Vec::new(),
    };
    let range = TextRange::new(start, word_around(parsed, comment, offset).end().max(offset));
    let item = |label: &str, detail: &str, kind| {
        let mut item = CompletionItem::new(label, kind, range).detail(detail).insert(format!("{marker}{label}"));
        item.filter.clone_from(&item.insert);
        item
    };
    let brackets = |scope, word: &str, detail: &str| {
        let codes = reported(scope).join(", ");
        let text = format!("{marker}{word}[{}]", placeholder(1, &codes));
        item(word, detail, CompletionKind::Snippet).snippet(text)
    };
    let mut items = vec![
        brackets(Scope::Line, "ignore", "the findings on this line"),
        brackets(Scope::File, "ignore-file", "the findings in this file"),
    ];
    if parsed.body.first().is_none_or(|first| comment.end() <= first.start()) {
        let kinds = [Kind::Integration, Kind::Utility].map(Kind::as_str);
        items.extend(kinds.map(|kind| item(kind, "the kind of this script", CompletionKind::Value)));
    }
    items
}
