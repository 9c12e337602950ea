//! D3804.

use crate::diagnostic::Severity;
use crate::image::names::RETRY_DELAY_KEY;
use crate::rules::{Check, Context, FixKind, Needs, Rule, Sink};
use crate::semantic::{Context as Around, Model, ScopeId};
use crate::syntax::ast::{Expr, Number, Operator};
use crate::text::{Ranged, TextRange};

pub(in crate::rules) static RULE: Rule = Rule {
    code: "D3804",
    name: "long-sleep",
    severity: Severity::Warning,
    default_on: true,
    fix: FixKind::None,
    needs: Needs::Nothing,
    summary: "`time.sleep` in a loop or for more than 10 seconds",
    page: include_str!("long_sleep.md"),
    check: Check::Part(check),
};

/// Seconds that a command may sleep at once.
const LONGEST: f64 = 10.0;
/// Seconds from which on a sleep in a loop counts: less keeps below a server's limit of requests.
const SHORTEST: f64 = 1.0;

fn check(context: &Context<'_>, part: TextRange, sink: &mut Sink<'_>) {
    let model = context.model;
    for site in context.sites(&model.nodes.calls, part) {
        if site.context.contains(Around::MAIN_GUARD)
            || !model.callee(site.node).is_some_and(|name| name.is("time.sleep"))
        {
            continue;
        }
        let seconds = site.node.arguments.find_positional(0).and_then(|argument| seconds(model, argument, site.scope));
        if site.context.contains(Around::LOOP) && seconds.is_none_or(|seconds| seconds >= SHORTEST) {
            let message = format!(
                "sleeping in a loop keeps the command running; return a retry with `{RETRY_DELAY_KEY}`, and D3 runs it \
                 again later"
            );
            sink.report(site.node.func.range(), message);
        } else if seconds.is_some_and(|seconds| seconds > LONGEST) {
            let message = format!(
                "this sleeps for more than 10 seconds; return a retry with `{RETRY_DELAY_KEY}`, and D3 runs the command \
                 again later"
            );
            sink.report(site.node.func.range(), message);
        }
    }
}

/// A number that is written out, if as a product or by a name.
fn seconds<'a>(model: &Model<'a>, expr: &'a Expr, scope: ScopeId) -> Option<f64> {
    match model.only_maker(expr, scope)?.expr {
        Expr::BinOp(product) if product.op == Operator::Mult => Some(number(&product.left)? * number(&product.right)?),
        other => number(other),
    }
}

fn number(expr: &Expr) -> Option<f64> {
    let Expr::NumberLiteral(literal) = expr else { return None };
    match &literal.value {
        Number::Int(value) => value.as_u64().map(|value| value as f64),
        Number::Float(value) => Some(*value),
        Number::Complex { .. } => None,
    }
}
