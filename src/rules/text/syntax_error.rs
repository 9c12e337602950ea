//! D3001.

use crate::diagnostic::Severity;
use crate::rules::{Check, Context, FixKind, Needs, Rule, Sink};
use crate::text::{Source, TextRange};

pub(in crate::rules) static RULE: Rule = Rule {
    code: "D3001",
    name: "syntax-error",
    severity: Severity::Error,
    default_on: true,
    fix: FixKind::None,
    needs: Needs::Nothing,
    summary: "code that Python 3.9 refuses, after D3 calls are understood",
    page: include_str!("syntax_error.md"),
    check: Check::Script(check),
};

fn check(context: &Context<'_>, sink: &mut Sink<'_>) {
    if let Source::Not(reason) = context.source {
        sink.report(TextRange::default(), reason.to_string());
        return;
    }
    for error in &context.parsed.errors {
        sink.report(error.range, error.message.clone());
    }
}
