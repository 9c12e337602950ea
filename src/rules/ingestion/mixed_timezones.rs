//! D3508.

use crate::diagnostic::Severity;
use crate::rules::{Check, Context, FixKind, Needs, Rule, Sink};
use crate::semantic::{BindingKind, Effort, ParameterKind, ScopeId, ScopeKind, Trail};
use crate::syntax::ast::{self, Expr};
use crate::text::{Ranged, TextRange};

pub(in crate::rules) static RULE: Rule = Rule {
    code: "D3508",
    name: "mixed-timezones",
    severity: Severity::Warning,
    default_on: true,
    fix: FixKind::None,
    needs: Needs::Nothing,
    summary: "a naive and an aware datetime are compared or subtracted",
    page: include_str!("mixed_timezones.md"),
    check: Check::Script(check),
};

/// The methods that tell the zone of a time, or give another time of the same zone; without a call of one nothing is known.
const TELLING: [&str; 8] =
    ["astimezone", "localize", "now", "replace", "strptime", "today", "utcfromtimestamp", "utcnow"];

fn check(context: &Context<'_>, sink: &mut Sink<'_>) {
    let model = context.model;
    let tells = |call: &ast::ExprCall| {
        matches!(&*call.func, Expr::Attribute(method)
        if TELLING.contains(&method.attr.as_str())
            && (method.attr.as_str() != "replace" || call.arguments.find_keyword("tzinfo").is_some()))
    };
    if !model.nodes.calls.iter().any(|site| tells(site.node)) {
        return;
    }
    for site in &model.nodes.compares {
        let ([op], [right]) = (&*site.node.ops, &*site.node.comparators) else { continue };
        if matches!(op, ast::CmpOp::Lt | ast::CmpOp::LtE | ast::CmpOp::Gt | ast::CmpOp::GtE) {
            judge(context, &site.node.left, right, site.scope, site.node.range(), sink);
        }
    }
    for site in &model.nodes.operations {
        if site.node.op == ast::Operator::Sub {
            judge(context, &site.node.left, &site.node.right, site.scope, site.node.range(), sink);
        }
    }
}

fn judge<'a>(
    context: &Context<'a>,
    left: &'a Expr,
    right: &'a Expr,
    scope: ScopeId,
    range: TextRange,
    sink: &mut Sink<'_>,
) {
    if !may_be_time(context, left, scope) || !may_be_time(context, right, scope) {
        return;
    }
    let Some(left) = zone(context, left, scope, Effort::default().trail()) else { return };
    let Some(right) = zone(context, right, scope, Effort::default().trail()) else { return };
    if left != right {
        let message =
            "one of these times has a time zone and the other has none, which raises a `TypeError`; give both the same";
        sink.report(range, message);
    }
}

/// Whether an expression looks as if its zone could be known, before any value is followed, which takes longer.
fn may_be_time(context: &Context<'_>, expr: &Expr, scope: ScopeId) -> bool {
    let model = context.model;
    match expr {
        Expr::Name(name) => model.bindings_of_name(name, scope).iter().any(|&id| match model.binding(id).kind {
            BindingKind::Parameter(_) => true,
            _ => model.assigned(id).is_some_and(may_give_time),
        }),
        _ => may_give_time(expr),
    }
}

fn may_give_time(value: &Expr) -> bool {
    match value {
        Expr::Call(call) => match &*call.func {
            Expr::Attribute(method) => TELLING.contains(&method.attr.as_str()),
            _ => true,
        },
        Expr::BinOp(node) => matches!(node.op, ast::Operator::Add | ast::Operator::Sub),
        Expr::Name(_) | Expr::If(_) | Expr::BoolOp(_) | Expr::Named(_) | Expr::Subscript(_) => true,
        _ => false,
    }
}

/// Whether a time has a time zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Zone {
    Naive,
    Aware,
}

/// The zone of a time; `None` where the value is not certain to be a time, or its zone is not known.
fn zone<'a>(context: &Context<'a>, expr: &'a Expr, scope: ScopeId, trail: Trail<'_>) -> Option<Zone> {
    let trail = trail.next()?;
    match expr {
        Expr::Name(name) => parameter_zone(context, name, scope, trail).or_else(|| {
            let values = context.model.values(expr, scope);
            let mut zones = values.known.iter().map(|&(value, scope)| zone(context, value, scope, trail));
            let first = zones.next()??;
            (values.complete && zones.all(|other| other == Some(first))).then_some(first)
        }),
        Expr::BinOp(node) if matches!(node.op, ast::Operator::Add | ast::Operator::Sub) => {
            is_duration(context, &node.right, scope).then(|| zone(context, &node.left, scope, trail))?
        }
        Expr::Call(call) => call_zone(context, call, scope, trail),
        _ => None,
    }
}

fn is_duration<'a>(context: &Context<'a>, expr: &'a Expr, scope: ScopeId) -> bool {
    let values = context.model.values(expr, scope);
    let is_one = |value: &Expr| match value {
        Expr::Call(call) => context.model.callee(call).is_some_and(|name| name.is("datetime.timedelta")),
        _ => false,
    };
    values.complete && !values.known.is_empty() && values.known.iter().all(|&(value, _)| is_one(value))
}

fn call_zone<'a>(context: &Context<'a>, call: &'a ast::ExprCall, scope: ScopeId, trail: Trail<'_>) -> Option<Zone> {
    let Expr::Attribute(method) = &*call.func else { return None };
    let arguments = &call.arguments;
    let is_none = |value: &Expr| value.is_none_literal_expr();
    match method.attr.as_str() {
        "replace" => match arguments.find_keyword("tzinfo") {
            Some(keyword) if is_none(&keyword.value) => Some(Zone::Naive),
            Some(_) => Some(Zone::Aware),
            None => zone(context, &method.value, scope, trail),
        },
        "astimezone" => Some(Zone::Aware),
        "localize" if arguments.args.len() == 1 => {
            let name = context.model.qualified_name(&method.value, scope)?;
            name.is("pytz.utc").then_some(Zone::Aware)
        }
        "now" | "utcnow" | "today" | "utcfromtimestamp" | "strptime" => {
            let name = context.model.callee(call)?;
            let ["datetime", "datetime", function] = name.parts() else { return None };
            match (*function, arguments.len()) {
                ("utcnow" | "today", 0) | ("utcfromtimestamp", 1) | ("now", 0) => Some(Zone::Naive),
                ("now", 1) => {
                    let zone = arguments.args.first().or_else(|| arguments.find_keyword("tz").map(|k| &k.value))?;
                    let name = context.model.qualified_name(zone, scope)?;
                    (name.is("pytz.utc") || name.is("datetime.timezone.utc")).then_some(Zone::Aware)
                }
                ("strptime", 2) => match &arguments.args.get(1)? {
                    Expr::StringLiteral(format) if !format.value.to_str().contains('%') => None,
                    Expr::StringLiteral(format) if format.value.to_str().contains("%z") => Some(Zone::Aware),
                    Expr::StringLiteral(_) => Some(Zone::Naive),
                    _ => None,
                },
                _ => None,
            }
        }
        _ => None,
    }
}

/// The zone of a helper's parameter that is never bound anew, where every call of the helper gives the same.
fn parameter_zone<'a>(
    context: &Context<'a>,
    name: &'a ast::ExprName,
    scope: ScopeId,
    trail: Trail<'_>,
) -> Option<Zone> {
    let model = context.model;
    let [only] = model.bindings_of_name(name, scope) else { return None };
    let binding = model.binding(*only);
    let (BindingKind::Parameter(ParameterKind::Positional(place)), ScopeKind::Function(function)) =
        (binding.kind, model.scope(binding.scope).kind)
    else {
        return None;
    };
    let mut zones = model.calls_of(function)?.into_iter().map(|call| {
        let argument = call.node.arguments.find_argument_value(binding.name, place)?;
        zone(context, argument, call.scope, trail)
    });
    let first = zones.next()??;
    zones.all(|other| other == Some(first)).then_some(first)
}
