//! D3310.

use crate::diagnostic::Severity;
use crate::image::names::{ERRORS, RETURN_DATA};
use crate::rules::{Check, Context, FixKind, Needs, Rule, Sink};
use crate::semantic::{Model, Outcomes, OutputModel, Paths, Touch};
use crate::syntax::ast::Expr;
use crate::text::{Ranged, TextRange};

use super::status::{Expected, is_status};

pub(in crate::rules) static RULE: Rule = Rule {
    code: "D3310",
    name: "unset-status",
    severity: Severity::Warning,
    default_on: true,
    fix: FixKind::None,
    needs: Needs::Nothing,
    summary: "returnData can still be its first empty value when it is returned",
    page: include_str!("unset_status.md"),
    check: Check::Part(check),
};

fn check(context: &Context<'_>, part: TextRange, sink: &mut Sink<'_>) {
    let model = context.model;
    let mut all = Outcomes::new(context.model, Paths::All);
    let expected = Expected::new(context);
    for output in context.output_models(part) {
        let Some(argument @ Expr::Name(name)) = output.slot(RETURN_DATA).expr() else { continue };
        if expected.statuses(output.scope).is_none() || !holds_a_status(model, output) {
            continue;
        }
        let outcomes = all.of(output, [RETURN_DATA, ERRORS]);
        let is_unset = outcomes.iter().any(|[status, _]| {
            status.held.is_some_and(|held| held.touch == Touch::None)
                && matches!(status.value, Some(Expr::StringLiteral(_) | Expr::NoneLiteral(_)))
                && status.is_empty()
        });
        if is_unset {
            let message = format!("`{}` can still be empty here; set the status on every path", name.id);
            sink.report(argument.range(), message);
        }
    }
}

/// Whether the variable is used for statuses at all: some other path gives it one.
fn holds_a_status(model: &Model<'_>, output: &OutputModel<'_>) -> bool {
    let Some(Expr::Name(name)) = output.slot(RETURN_DATA).expr() else { return false };
    let bindings = model.bindings_of_name(name, output.slot_scope(RETURN_DATA));
    bindings.iter().filter_map(|&id| model.assigned(id)).any(|value| match value {
        Expr::StringLiteral(text) => is_status(text.value.to_str()),
        _ => false,
    })
}
