//! D3302.

use crate::diagnostic::{Applicability, Fix, Place, Severity};
use crate::rules::{Check, Context, FixKind, Needs, Rule, Sink};
use crate::semantic::{FunctionId, Model, Origin, ScopeId, ScopeKind};
use crate::syntax::ast::{self, Expr};
use crate::text::{Edit, Ranged, TextRange};

pub(in crate::rules) static RULE: Rule = Rule {
    code: "D3302",
    name: "discarded-output-model",
    severity: Severity::Error,
    default_on: true,
    fix: FixKind::Unsafe,
    needs: Needs::Nothing,
    summary: "an output model is made and not returned",
    page: include_str!("discarded_output_model.md"),
    check: Check::Part(check),
};

fn check(context: &Context<'_>, part: TextRange, sink: &mut Sink<'_>) {
    let model = context.model;
    for statement in context.sites(&model.nodes.expressions, part) {
        let Expr::Call(call) = &*statement.node.value else { continue };
        // Outside of a function there is nothing to return from.
        let ScopeKind::Function(_) = model.scope(statement.scope).kind else { continue };
        if !makes_output_model(model, call, statement.scope) {
            continue;
        }
        let fix = Fix::new(
            "Return the output model",
            Applicability::Unsafe,
            Place::Script,
            vec![Edit::insert(call.start(), "return ")],
        );
        let message = "the output model is made and dropped; return it, or the command goes on without it";
        sink.report(call.func.range(), message).fix(fix);
    }
}

/// Whether a call makes an output model, itself or by a function that returns one on every path.
fn makes_output_model<'a>(model: &Model<'a>, call: &'a ast::ExprCall, scope: ScopeId) -> bool {
    model.origin(&call.func, scope) == Some(Origin::ReturnOutputModel)
        || model.plain_function(&call.func, scope).is_some_and(|function| always_returns_one(model, function))
}

fn always_returns_one(model: &Model<'_>, function: FunctionId) -> bool {
    if !model.returns_output_model(function) {
        return false;
    }
    let (definition, ends) = (model.function(function), model.flow(function).ends());
    ends.falls_off.is_none()
        && ends.returns.iter().all(|&place| {
            let value = definition.returns[place].value.as_deref();
            value.is_some_and(|value| model.may_be_output_model(value, definition.scope))
        })
}
