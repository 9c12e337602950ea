//! D3507.

use crate::diagnostic::Severity;
use crate::image::names::{ERRORS, RETURN_DATA};
use crate::rules::{Check, Context, FixKind, Needs, Rule, Sink};
use crate::semantic::{Outcomes, Paths};
use crate::syntax::ast::Expr;
use crate::text::{Ranged, TextRange};

use super::common::is_retry;

pub(in crate::rules) static RULE: Rule = Rule {
    code: "D3507",
    name: "retry-with-errors",
    severity: Severity::Warning,
    default_on: true,
    fix: FixKind::None,
    needs: Needs::Nothing,
    summary: "a retry with errors, which fail the command",
    page: include_str!("retry_with_errors.md"),
    check: Check::Part(check),
};

fn check(context: &Context<'_>, part: TextRange, sink: &mut Sink<'_>) {
    let mut all = Outcomes::new(context.model, Paths::All);
    for output in context.output_models(part) {
        let Some(argument) = output.slot(ERRORS).expr() else { continue };
        let outcomes = all.of(output, [RETURN_DATA, ERRORS]);
        let retries = |status: Option<&Expr>| matches!(status, Some(Expr::Dict(dict)) if is_retry(dict));
        let mut retrying = outcomes.iter().filter(|[status, _]| retries(status.value)).peekable();
        if retrying.peek().is_some() && retrying.all(|[_, errors]| errors.fact.is_true == Some(true)) {
            let message =
                format!("a retry with `{ERRORS}` counts as a failed command; pass `\"\"` and log what happened");
            sink.report(argument.range(), message);
        }
    }
}
