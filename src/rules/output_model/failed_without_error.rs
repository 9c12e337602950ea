//! D3303.

use crate::diagnostic::Severity;
use crate::image::names::{ERRORS, FAILED};
use crate::rules::{Check, Context, FixKind, Needs, Rule, Sink};
use crate::text::{Ranged, TextRange};

use super::status::contradictions;

pub(in crate::rules) static RULE: Rule = Rule {
    code: "D3303",
    name: "failed-without-error",
    severity: Severity::Warning,
    default_on: true,
    fix: FixKind::None,
    needs: Needs::Nothing,
    summary: "an output model with the status `Failed` and empty errors, which D3 counts as success",
    page: include_str!("failed_without_error.md"),
    check: Check::Part(check),
};

fn check(context: &Context<'_>, part: TextRange, sink: &mut Sink<'_>) {
    contradictions(
        context,
        part,
        |status| status == FAILED,
        |errors| errors.is_empty(),
        |output| {
            let range = output.slot(ERRORS).expr().map_or(output.call.func.range(), Ranged::range);
            let message = format!(
                "the status is `{FAILED}` and `{ERRORS}` is empty, which D3 counts as success; say in `{ERRORS}` what failed"
            );
            sink.report(range, message);
        },
    );
}
