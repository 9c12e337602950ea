//! D3003.

use crate::diagnostic::Severity;
use crate::rules::{Check, Context, FixKind, Needs, Rule, Sink};
use crate::syntax::MalformedKind;

pub(in crate::rules) static RULE: Rule = Rule {
    code: "D3003",
    name: "uncalled-d3-command",
    severity: Severity::Error,
    default_on: true,
    fix: FixKind::None,
    needs: Needs::Nothing,
    summary: "a D3 command with its type that is not called",
    page: include_str!("uncalled_d3_command.md"),
    check: Check::Script(check),
};

fn check(context: &Context<'_>, sink: &mut Sink<'_>) {
    for call in &context.parsed.malformed_calls {
        if call.kind == MalformedKind::Uncalled {
            let command = context.parsed.slice(call.range);
            sink.report(call.range, format!("`{command}` is not called; add its arguments in parentheses"));
        }
    }
}
