//! D3501.

use crate::diagnostic::{Applicability, Fix, Place, Severity};
use crate::image::names::{DATE_FORMAT, FAILED, PASSDOWN_DATA, PASSDOWN_START_TIME, RETURN_DATA};
use crate::rules::{Check, Context, FixKind, Needs, Rule, Sink};
use crate::semantic::{OutputModel, Slot};
use crate::syntax::ast::Expr;
use crate::text::{Edit, Ranged, TextRange};

use super::common::ingested;

pub(in crate::rules) static RULE: Rule = Rule {
    code: "D3501",
    name: "missing-passdown",
    severity: Severity::Warning,
    default_on: true,
    fix: FixKind::Offered,
    needs: Needs::Nothing,
    summary: "fetchEvent or fetchIncident returns without passdown data",
    page: include_str!("missing_passdown.md"),
    check: Check::Part(check),
};

fn check(context: &Context<'_>, part: TextRange, sink: &mut Sink<'_>) {
    for output in ingested(context, part) {
        if output.slot(PASSDOWN_DATA) != Slot::Absent || asks_again_anyway(context, output) {
            continue;
        }
        let message = format!(
            "without `{PASSDOWN_DATA}` the next scheduled run asks for the same time again; pass `{{\"{PASSDOWN_START_TIME}\": ...}}`"
        );
        sink.report(output.call.func.range(), message).maybe_fix(fix(context, output));
    }
}

/// A retry runs the command again, and after a failure the next run shall ask for the same time.
fn asks_again_anyway<'a>(context: &Context<'a>, output: &OutputModel<'a>) -> bool {
    let Some(argument) = output.slot(RETURN_DATA).expr() else { return true };
    let values = context.model.values(argument, output.slot_scope(RETURN_DATA));
    let is_other = |value: &Expr| match value {
        Expr::Dict(_) => true,
        Expr::StringLiteral(text) => text.value.to_str() == FAILED,
        _ => false,
    };
    !values.known.is_empty() && values.known.iter().all(|(value, _)| is_other(value))
}

/// Passes the end of the time that was asked for.
fn fix(context: &Context<'_>, output: &OutputModel<'_>) -> Option<Fix> {
    let function = context.model.function_of(output.scope)?;
    let definition = context.model.function(function);
    let end = match (definition.positional().nth(1), &definition.node.parameters.vararg) {
        (Some(parameter), _) => parameter.parameter.name.to_string(),
        (None, Some(all)) => format!("{}[1]", all.name),
        _ => return None,
    };
    let last = output.call.arguments.iter_source_order().last().filter(|_| output.wrapper.is_none())?;
    let text = format!(", {PASSDOWN_DATA}={{\"{PASSDOWN_START_TIME}\": {end}.strftime(\"{DATE_FORMAT}\")}}");
    let edits = vec![Edit::insert(last.range().end(), text)];
    Some(Fix::new("Pass the end time on", Applicability::Offered, Place::Script, edits))
}
