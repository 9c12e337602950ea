//! D3006.

use crate::diagnostic::{Applicability, Fix, Place, Severity};
use crate::rules::{Check, Context, FixKind, Needs, Rule, Sink};
use crate::semantic::{MODULE, SystemScript};
use crate::text::{Edit, Ranged, TextRange, TextSize};

pub(in crate::rules) static RULE: Rule = Rule {
    code: "D3006",
    name: "future-import",
    severity: Severity::Error,
    default_on: true,
    fix: FixKind::Safe,
    needs: Needs::Nothing,
    summary: "`from __future__` in a script that is not first in the final script",
    page: include_str!("future_import.md"),
    check: Check::Script(check),
};

fn check(context: &Context<'_>, sink: &mut Sink<'_>) {
    let SystemScript::Known(system) = context.system else { return };
    // An empty system script, or one of comments only, leaves the custom script first.
    if system.parsed().body.is_empty() {
        return;
    }
    let mut last = None;
    for import in &context.model.imports {
        let statement = import.statement.range();
        if import.module != "__future__" || import.scope != MODULE || last == Some(statement) {
            continue;
        }
        last = Some(statement);
        let message = "the system script stands before this one, so `from __future__` is not first in the final script";
        let fix = whole_lines(&context.parsed.text, statement)
            .map(|lines| Fix::new("Remove the import", Applicability::Safe, Place::Script, vec![Edit::delete(lines)]));
        sink.report(import.module_range, message).maybe_fix(fix);
    }
}

/// `range` with the rest of its last line; `None` where anything else stands on its lines.
fn whole_lines(text: &str, range: TextRange) -> Option<TextRange> {
    let (start, end) = (range.start().to_usize(), range.end().to_usize());
    let line_start = text[..start].rfind(['\n', '\r']).map_or(0, |at| at + 1);
    let rest = &text[end..];
    let line_end = rest.find(['\n', '\r']).unwrap_or(rest.len());
    let alone = text[line_start..start].trim().is_empty() && rest[..line_end].trim().is_empty();
    if !alone {
        return None;
    }
    let ending = if rest[line_end..].starts_with("\r\n") { 2 } else { rest[line_end..].len().min(1) };
    let end = TextSize::try_from(end + line_end + ending).ok()?;
    Some(TextRange::new(range.start(), end))
}
