//! D3112.

use crate::diagnostic::{Place, Severity};
use crate::image::names::system_command;
use crate::rules::context::within;
use crate::rules::{Check, Context, FixKind, Needs, Rule, Sink};
use crate::semantic::{Function, Model, Resolution};
use crate::syntax::ast::Stmt;
use crate::text::{Ranged, TextRange};

pub(in crate::rules) static RULE: Rule = Rule {
    code: "D3112",
    name: "unused-input",
    severity: Severity::Info,
    default_on: true,
    fix: FixKind::None,
    needs: Needs::Manifest,
    summary: "an input that its function never reads",
    page: include_str!("unused_input.md"),
    check: Check::Part(check),
};

fn check(context: &Context<'_>, part: TextRange, sink: &mut Sink<'_>) {
    for (command, function) in super::declared(context, part) {
        // D3 gives system-defined commands their inputs, wanted or not.
        if system_command(&command.internal_name.value).is_some()
            || is_stub(function)
            || reads_all_names(context.model, function)
        {
            continue;
        }
        for (parameter, input) in function.positional().zip(&command.inputs) {
            let name = parameter.parameter.name.as_str();
            let entry = context.model.scope(function.scope).names.get(name);
            if name.starts_with('_') || entry.is_none_or(|entry| !entry.references.is_empty()) {
                continue;
            }
            let message = format!("the command asks its user for `{name}` and never reads it; use it, or take it out");
            sink.report(parameter.parameter.name.range, message).related(
                Place::Manifest,
                input.parameter_name.range,
                "the input is declared here",
            );
        }
    }
}

/// Whether a function is still to be written.
fn is_stub(function: &Function<'_>) -> bool {
    function.node.body.iter().all(|statement| match statement {
        Stmt::Pass(_) | Stmt::Raise(_) => true,
        Stmt::Expr(node) => node.value.is_string_literal_expr() || node.value.is_ellipsis_literal_expr(),
        _ => false,
    })
}

/// Whether a function reads names all at once: `locals()`, `eval(...)`.
fn reads_all_names(model: &Model<'_>, function: &Function<'_>) -> bool {
    within(&model.references, function.node.range(), |read| read.node.start()).iter().any(|read| {
        read.resolution == Resolution::Builtin
            && matches!(read.node.id.as_str(), "locals" | "vars" | "eval" | "exec" | "dir")
    })
}
