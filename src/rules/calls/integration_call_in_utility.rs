//! D3405.

use crate::diagnostic::Severity;
use crate::manifest::Kind;
use crate::rules::{Check, Context, FixKind, Needs, Rule, Sink};
use crate::syntax::D3Target;

pub(in crate::rules) static RULE: Rule = Rule {
    code: "D3405",
    name: "integration-call-in-utility",
    severity: Severity::Error,
    default_on: true,
    fix: FixKind::None,
    needs: Needs::Kind,
    summary: "a utility command calls an integration command",
    page: include_str!("integration_call_in_utility.md"),
    check: Check::Script(check),
};

fn check(context: &Context<'_>, sink: &mut Sink<'_>) {
    if context.kind != Some(Kind::Utility) {
        return;
    }
    for call in &context.parsed.d3_calls {
        if let D3Target::Integration { command, .. } = &call.target {
            let range = if command.value.is_empty() { call.callee } else { command.range };
            sink.report(range, "D3 lets no utility command call an integration command; use a playbook for that");
        }
    }
}
