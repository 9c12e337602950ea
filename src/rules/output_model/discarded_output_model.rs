//! D3302.

use crate::diagnostic::{Applicability, Fix, Place, Severity};
use crate::rules::{Check, Context, FixKind, Needs, Rule, Sink};
use crate::semantic::ScopeKind;
use crate::text::{Edit, Ranged};

pub(in crate::rules) static RULE: Rule = Rule {
    code: "D3302",
    name: "discarded-output-model",
    severity: Severity::Error,
    default_on: true,
    fix: FixKind::Unsafe,
    needs: Needs::Nothing,
    summary: "an output model is made and not returned",
    page: include_str!("discarded_output_model.md"),
    check: Check::Script(check),
};

fn check(context: &Context<'_>, sink: &mut Sink<'_>) {
    let model = context.model;
    for output in &model.output_models {
        // Outside of a function there is nothing to return from.
        let ScopeKind::Function(_) = model.scope(output.scope).kind else { continue };
        let statements = &model.nodes.expressions;
        let place = statements.partition_point(|statement| statement.node.start() < output.call.start());
        let is_statement =
            statements.get(place).is_some_and(|statement| statement.node.value.range() == output.call.range());
        if !is_statement {
            continue;
        }
        let fix = Fix::new(
            "Return the output model",
            Applicability::Unsafe,
            Place::Script,
            vec![Edit::insert(output.call.start(), "return ")],
        );
        let message = "the output model is made and dropped; return it, or the command goes on without it";
        sink.report(output.call.func.range(), message).fix(fix);
    }
}
