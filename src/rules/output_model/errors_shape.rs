//! D3314.

use rustc_hash::FxHashSet;

use crate::diagnostic::Severity;
use crate::image::names::{ERROR_KEYS, ERRORS};
use crate::rules::{Check, Context, FixKind, Needs, Rule, Sink};
use crate::semantic::{OutputModel, ScopeId};
use crate::syntax::ast::Expr;
use crate::text::Ranged;

/// The field that holds the shape.
const RAW_DATA: &str = "rawData";

pub(in crate::rules) static RULE: Rule = Rule {
    code: "D3314",
    name: "errors-shape",
    severity: Severity::Warning,
    default_on: false,
    fix: FixKind::None,
    needs: Needs::Nothing,
    summary: "several errors, but rawData without `results` and `errorMessages`",
    page: include_str!("errors_shape.md"),
    check: Check::Script(check),
};

fn check(context: &Context<'_>, sink: &mut Sink<'_>) {
    let mut seen = FxHashSet::default();
    for output in &context.model.output_models {
        let Some(argument) = output.slot(RAW_DATA).expr() else { continue };
        if seen.contains(&argument.range()) || !holds_several_errors(context, output) || !lacks_shape(context, output) {
            continue;
        }
        seen.insert(argument.range());
        let message =
            format!("with several errors, `{RAW_DATA}` has the keys `{}` and `{}`", ERROR_KEYS[0], ERROR_KEYS[1]);
        sink.report(argument.range(), message);
    }
}

/// Whether errors are a list, or a text joined from one.
fn holds_several_errors<'a>(context: &Context<'a>, output: &OutputModel<'a>) -> bool {
    let Some(argument) = output.slot(ERRORS).expr() else { return false };
    let scope = output.slot_scope(ERRORS);
    context.model.values(argument, scope).known.iter().any(|&(value, scope)| is_joined(context, value, scope))
}

fn is_joined<'a>(context: &Context<'a>, value: &'a Expr, scope: ScopeId) -> bool {
    match value {
        Expr::List(list) => list.elts.len() > 1,
        Expr::ListComp(_) => true,
        Expr::Call(call) => match (&*call.func, &*call.arguments.args) {
            (Expr::Attribute(attribute), [joined]) if attribute.attr.as_str() == "join" => {
                attribute.value.is_string_literal_expr()
                    && context
                        .model
                        .values(joined, scope)
                        .known
                        .iter()
                        .any(|(value, _)| matches!(value, Expr::List(_) | Expr::ListComp(_) | Expr::Generator(_)))
            }
            _ => false,
        },
        _ => false,
    }
}

fn lacks_shape<'a>(context: &Context<'a>, output: &OutputModel<'a>) -> bool {
    let Some(argument) = output.slot(RAW_DATA).expr() else { return false };
    let values = context.model.values(argument, output.slot_scope(RAW_DATA));
    let [(value, _)] = values.known[..] else { return false };
    values.complete
        && match value {
            Expr::Dict(dict) => ERROR_KEYS.iter().any(|wanted| {
                !dict.items.iter().any(|item| match &item.key {
                    Some(Expr::StringLiteral(key)) => key.value.to_str() == *wanted,
                    _ => true,
                })
            }),
            Expr::StringLiteral(_) | Expr::List(_) | Expr::NoneLiteral(_) => true,
            _ => false,
        }
}
