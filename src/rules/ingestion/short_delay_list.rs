//! D3506.

use crate::diagnostic::Severity;
use crate::image::names::RETRY_DELAY_KEY;
use crate::rules::{Check, Context, FixKind, Needs, Rule, Sink};
use crate::semantic::{FunctionId, ScopeId};
use crate::syntax::ast::{self, Expr};
use crate::text::{Ranged, TextRange};

use super::common::{entry, is_retry, is_retry_count};

pub(in crate::rules) static RULE: Rule = Rule {
    code: "D3506",
    name: "short-delay-list",
    severity: Severity::Info,
    default_on: true,
    fix: FixKind::None,
    needs: Needs::Nothing,
    summary: "a retry has fewer delays than attempts",
    page: include_str!("short_delay_list.md"),
    check: Check::Part(check),
};

fn check(context: &Context<'_>, part: TextRange, sink: &mut Sink<'_>) {
    let model = context.model;
    for site in context.sites(&model.nodes.dicts, part).iter().filter(|site| is_retry(site.node)) {
        let Some((_, delays)) = entry(site.node, RETRY_DELAY_KEY) else { continue };
        let values = model.values(delays, site.scope);
        let ([(Expr::List(list), _)], Some(function)) = (&values.known[..], model.top_level_function_of(site.scope))
        else {
            continue;
        };
        let Some(retries) = retries(context, function) else { continue };
        let given = list.elts.len() as u64;
        if values.complete && given > 0 && given < retries && !list.elts.iter().any(Expr::is_starred_expr) {
            let message =
                format!("there are {retries} retries and {given} delays; the last delay is used for the rest");
            sink.report(delays.range(), message);
        }
    }
}

/// How often a function asks for a retry, where it compares the retry count with one number only.
fn retries(context: &Context<'_>, function: FunctionId) -> Option<u64> {
    let range = context.model.function(function).node.range();
    let compares = &context.model.nodes.compares;
    let first = compares.partition_point(|site| site.node.start() < range.start());
    let inside = compares[first..].iter().take_while(|site| range.contains_range(site.node.range()));
    let mut limits = inside.filter_map(|site| limit(context, site.node, site.scope));
    let limit = limits.next()?;
    limits.all(|other| other == limit).then_some(limit)
}

/// The number of retries that a comparison of the retry count allows.
fn limit<'a>(context: &Context<'a>, compare: &'a ast::ExprCompare, scope: ScopeId) -> Option<u64> {
    let ([op], [right]) = (&*compare.ops, &*compare.comparators) else { return None };
    let (count, number, op) = match (&*compare.left, right) {
        (count, Expr::NumberLiteral(number)) => (count, number, *op),
        (Expr::NumberLiteral(number), count) => (count, number, mirrored(*op)),
        _ => return None,
    };
    let ast::Number::Int(number) = &number.value else { return None };
    let number = number.as_u64()?;
    let limit = match op {
        ast::CmpOp::Lt | ast::CmpOp::GtE => number,
        ast::CmpOp::LtE | ast::CmpOp::Gt => number.saturating_add(1),
        _ => return None,
    };
    (number > 0 && is_retry_count(context, count, scope)).then_some(limit)
}

fn mirrored(op: ast::CmpOp) -> ast::CmpOp {
    match op {
        ast::CmpOp::Lt => ast::CmpOp::Gt,
        ast::CmpOp::LtE => ast::CmpOp::GtE,
        ast::CmpOp::Gt => ast::CmpOp::Lt,
        ast::CmpOp::GtE => ast::CmpOp::LtE,
        other => other,
    }
}
