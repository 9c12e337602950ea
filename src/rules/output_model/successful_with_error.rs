//! D3304.

use crate::diagnostic::Severity;
use crate::image::names::{ERRORS, PARTIALLY_SUCCESSFUL, SUCCESSFUL};
use crate::rules::{Check, Context, FixKind, Needs, Rule, Sink};
use crate::text::{Ranged, TextRange};

use super::status::contradictions;

pub(in crate::rules) static RULE: Rule = Rule {
    code: "D3304",
    name: "successful-with-error",
    severity: Severity::Warning,
    default_on: true,
    fix: FixKind::None,
    needs: Needs::Nothing,
    summary: "an output model with the status `Successful` and errors, which D3 counts as failed",
    page: include_str!("successful_with_error.md"),
    check: Check::Part(check),
};

fn check(context: &Context<'_>, part: TextRange, sink: &mut Sink<'_>) {
    contradictions(
        context,
        part,
        |status| status == SUCCESSFUL,
        |errors| errors.fact.is_true == Some(true),
        |output| {
            let range = output.slot(ERRORS).expr().map_or(output.call.func.range(), Ranged::range);
            let message = format!(
                "the status is `{SUCCESSFUL}` and `{ERRORS}` is set, which D3 counts as failed; change the status, or keep \
             the errors in rawData with `{PARTIALLY_SUCCESSFUL}`"
            );
            sink.report(range, message);
        },
    );
}
