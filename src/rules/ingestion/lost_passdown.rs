//! D3503.

use crate::diagnostic::Severity;
use crate::image::names::{FAILED, PASSDOWN_DATA, RETURN_DATA};
use crate::rules::{Check, Context, FixKind, Needs, Rule, Sink};
use crate::semantic::{Field, Outcomes, Paths, Touch};
use crate::syntax::ast::Expr;
use crate::text::{Ranged, TextRange};

use super::common::ingested;

pub(in crate::rules) static RULE: Rule = Rule {
    code: "D3503",
    name: "lost-passdown",
    severity: Severity::Warning,
    default_on: true,
    fix: FixKind::None,
    needs: Needs::Nothing,
    summary: "the passdown data can still be their first empty value when they are returned",
    page: include_str!("lost_passdown.md"),
    check: Check::Part(check),
};

fn check(context: &Context<'_>, part: TextRange, sink: &mut Sink<'_>) {
    let mut all = Outcomes::new(context.model, Paths::WithoutHandlers);
    for output in ingested(context, part) {
        let Some(argument) = output.slot(PASSDOWN_DATA).expr() else { continue };
        let outcomes = all.of(output, [PASSDOWN_DATA, RETURN_DATA]);
        let is_lost =
            outcomes.iter().any(|[passdown, status]| is_first_value(passdown) && status.fact.text != Some(FAILED));
        if is_lost {
            let message = "the passdown data can still be empty here, and then the next scheduled run asks for the same \
                           time again; set them on every path";
            sink.report(argument.range(), message);
        }
    }
}

/// An empty value that was assigned and never touched.
fn is_first_value(passdown: &Field<'_>) -> bool {
    passdown.is_empty()
        && passdown.held.is_none_or(|held| held.touch == Touch::None)
        && matches!(passdown.value, Some(Expr::Dict(_) | Expr::NoneLiteral(_) | Expr::StringLiteral(_)))
}
