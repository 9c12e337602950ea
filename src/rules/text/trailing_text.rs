//! D3004.

use crate::diagnostic::Severity;
use crate::rules::{Check, Context, FixKind, Needs, Rule, Sink};

pub(in crate::rules) static RULE: Rule = Rule {
    code: "D3004",
    name: "trailing-text",
    severity: Severity::Error,
    default_on: true,
    fix: FixKind::None,
    needs: Needs::Nothing,
    summary: "text that is no Python after the script",
    page: include_str!("trailing_text.md"),
    check: Check::Script(check),
};

fn check(context: &Context<'_>, sink: &mut Sink<'_>) {
    if let Some(range) = context.parsed.trailing {
        sink.report(range, "text after the script that is no Python; remove it, or make it a comment");
    }
}
