//! D3806.

use crate::diagnostic::{Applicability, Fix, Place, Severity};
use crate::rules::{Check, Context, FixKind, Needs, Rule, Sink};
use crate::semantic::Function;
use crate::text::{Edit, TextRange, TextSize};

pub(in crate::rules) static RULE: Rule = Rule {
    code: "D3806",
    name: "unreachable-code",
    severity: Severity::Warning,
    default_on: true,
    fix: FixKind::Unsafe,
    needs: Needs::Nothing,
    summary: "statements that can not run",
    page: include_str!("unreachable_code.md"),
    check: Check::Part(check),
};

fn check(context: &Context<'_>, part: TextRange, sink: &mut Sink<'_>) {
    let model = context.model;
    for function in model.functions_within(part) {
        for statement in model.unreachable(function) {
            if is_marker(context, model.function(function), statement) {
                continue;
            }
            let first_line = first_line(&context.parsed.text, statement);
            let message = "this can't run: the code before it always leaves, or its condition never holds; remove it, or mend that";
            sink.report(first_line, message).maybe_fix(removal(&context.parsed.text, statement));
        }
    }
}

/// A `yield` behind a `return` makes its function a generator, and an `assert False` or `raise` marks what can't be.
fn is_marker(context: &Context<'_>, function: &Function<'_>, statement: TextRange) -> bool {
    let text = context.parsed.slice(statement);
    function.is_generator && text.contains("yield")
        || ["raise", "assert", "pass", "..."].iter().any(|word| text.starts_with(word))
}

fn first_line(text: &str, range: TextRange) -> TextRange {
    let (start, end) = (range.start().to_usize(), range.end().to_usize());
    let length = text[start..end].find(['\n', '\r']).unwrap_or(end - start);
    TextRange::at(range.start(), TextSize::of(&text[start..start + length]))
}

/// Removes the statement with its lines, where it stands alone on them and is not all of its block.
fn removal(text: &str, range: TextRange) -> Option<Fix> {
    let (start, end) = (range.start().to_usize(), range.end().to_usize());
    let line_start = text[..start].rfind('\n').map_or(0, |at| at + 1);
    let rest = text[end..].split('\n').next().unwrap_or_default();
    let before = text[..line_start].lines().rev().map(code_of).find(|line| !line.is_empty())?;
    if !text[line_start..start].trim().is_empty() || !code_of(rest).is_empty() || before.ends_with(':') {
        return None;
    }
    let line_end = (end + rest.len() + 1).min(text.len());
    let lines = TextRange::new(TextSize::try_from(line_start).ok()?, TextSize::try_from(line_end).ok()?);
    Some(Fix::new("Remove what can't run", Applicability::Unsafe, Place::Script, vec![Edit::delete(lines)]))
}

/// A line without a comment at its end.
fn code_of(line: &str) -> &str {
    line.split('#').next().unwrap_or_default().trim()
}
