//! D3105.

use crate::diagnostic::Severity;
use crate::rules::{Check, Context, FixKind, Needs, Rule, Sink};
use crate::text::TextRange;

pub(in crate::rules) static RULE: Rule = Rule {
    code: "D3105",
    name: "uncallable-signature",
    severity: Severity::Error,
    default_on: true,
    fix: FixKind::None,
    needs: Needs::Nothing,
    summary: "a command's function has a required keyword-only parameter",
    page: include_str!("uncallable_signature.md"),
    check: Check::Part(check),
};

fn check(context: &Context<'_>, part: TextRange, sink: &mut Sink<'_>) {
    for (_, function) in super::signatures(context, part) {
        let required = function.node.parameters.kwonlyargs.iter().find(|parameter| parameter.default.is_none());
        if let Some(parameter) = required {
            let message = format!(
                "D3 passes inputs by order and can't give `{}`, which is passed by name only; move it before the `*`, \
                 or give it a default",
                parameter.parameter.name.as_str()
            );
            sink.report(function.node.name.range, message);
        }
    }
}
