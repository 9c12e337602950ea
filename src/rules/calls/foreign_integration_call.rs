//! D3406.

use crate::diagnostic::Severity;
use crate::manifest::Kind;
use crate::rules::{Check, Context, FixKind, Needs, Rule, Sink};
use crate::syntax::D3Target;
use crate::text::nearest;

pub(in crate::rules) static RULE: Rule = Rule {
    code: "D3406",
    name: "foreign-integration-call",
    severity: Severity::Error,
    default_on: true,
    fix: FixKind::None,
    needs: Needs::Manifest,
    summary: "a call of a command of another integration",
    page: include_str!("foreign_integration_call.md"),
    check: Check::Script(check),
};

fn check(context: &Context<'_>, sink: &mut Sink<'_>) {
    let Some(manifest) = context.manifest else { return };
    if manifest.kind != Kind::Integration {
        return;
    }
    let Some(own) = &manifest.internal_name else {
        sink.not_evaluated();
        return;
    };
    for call in &context.parsed.d3_calls {
        let D3Target::Integration { integration, command } = &call.target else { continue };
        if integration.value.is_empty() || integration.value == own.value {
            continue;
        }
        let hint = match nearest(&integration.value, [own.value.as_str()]) {
            Some(near) => format!("; this one is called `{near}`"),
            None => String::new(),
        };
        let message = format!(
            "D3 lets a command call commands of its own integration only, not of `{}`{hint}",
            integration.value
        );
        let range = if command.value.is_empty() { integration.range } else { command.range };
        sink.report(range, message);
    }
}
