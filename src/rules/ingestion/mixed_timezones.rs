//! D3508.

use crate::diagnostic::Severity;
use crate::rules::{Check, Context, FixKind, Needs, Rule, Sink};
use crate::semantic::{BindingId, BindingKind, Effort, Model, ParameterKind, ScopeId, ScopeKind, Trail};
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

/// The methods that tell the zone of a time; `replace` may do so too.
const TELLING: [&str; 7] = ["astimezone", "localize", "now", "strptime", "today", "utcfromtimestamp", "utcnow"];

fn check(context: &Context<'_>, sink: &mut Sink<'_>) {
    let model = context.model;
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
    if !Search::new(context.model).may_be_time(left, scope) || !Search::new(context.model).may_be_time(right, scope) {
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

/// After so many names, anything may be.
const MAX_SEEN: usize = 100;

/// Looks for anything that could tell the zone of a value, in all that could have made it: that takes far less than to
/// find out what does, and few values are times.
struct Search<'m, 'a> {
    model: &'m Model<'a>,
    seen: Vec<BindingId>,
}

impl<'m, 'a> Search<'m, 'a> {
    fn new(model: &'m Model<'a>) -> Self {
        Self { model, seen: Vec::new() }
    }

    fn may_be_time(&mut self, value: &'a Expr, scope: ScopeId) -> bool {
        if self.seen.len() > MAX_SEEN {
            return true;
        }
        match value {
            Expr::Name(name) => {
                self.model.bindings_of_name(name, scope).iter().any(|&id| self.may_be_bound_to_time(id))
            }
            Expr::Call(call) => self.may_give_time(call, scope),
            Expr::BinOp(node) if matches!(node.op, ast::Operator::Add | ast::Operator::Sub) => {
                self.may_be_time(&node.left, scope)
            }
            Expr::If(node) => self.may_be_time(&node.body, scope) || self.may_be_time(&node.orelse, scope),
            Expr::BoolOp(node) => node.values.iter().any(|value| self.may_be_time(value, scope)),
            Expr::Named(node) => self.may_be_time(&node.value, scope),
            // An entry of a dictionary.
            Expr::Subscript(node) => match &*node.value {
                Expr::Name(name) => self.model.bindings_of_name(name, scope).iter().any(|&id| {
                    let binding = self.model.binding(id);
                    match self.model.assigned(id).filter(|_| self.is_new(id)) {
                        Some(Expr::Dict(dict)) => {
                            dict.items.iter().any(|item| self.may_be_time(&item.value, binding.written_in))
                        }
                        _ => false,
                    }
                }),
                _ => false,
            },
            _ => false,
        }
    }

    fn may_give_time(&mut self, call: &'a ast::ExprCall, scope: ScopeId) -> bool {
        match &*call.func {
            Expr::Attribute(method) if method.attr.as_str() == "replace" => {
                call.arguments.find_keyword("tzinfo").is_some() || self.may_be_time(&method.value, scope)
            }
            Expr::Attribute(method) => TELLING.contains(&method.attr.as_str()),
            Expr::Name(callee) => match self.model.bindings_of_name(callee, scope) {
                &[only] => self.may_return_time(only),
                _ => false,
            },
            _ => false,
        }
    }

    fn may_return_time(&mut self, id: BindingId) -> bool {
        let BindingKind::Function(function) = self.model.binding(id).kind else { return false };
        let function = self.model.function(function);
        let mut values = function.returns.iter().filter_map(|node| node.value.as_deref());
        self.is_new(id) && values.any(|value| self.may_be_time(value, function.scope))
    }

    fn may_be_bound_to_time(&mut self, id: BindingId) -> bool {
        if !self.is_new(id) {
            return false;
        }
        let (model, binding) = (self.model, self.model.binding(id));
        match (binding.kind, model.scope(binding.scope).kind) {
            (BindingKind::Parameter(ParameterKind::Positional(place)), ScopeKind::Function(function)) => {
                model.calls_by_name(function).iter().any(|call| {
                    let argument = call.node.arguments.find_argument_value(binding.name, place);
                    argument.is_some_and(|argument| self.may_be_time(argument, call.scope))
                })
            }
            _ => model.assigned(id).is_some_and(|value| self.may_be_time(value, binding.written_in)),
        }
    }

    /// Whether a binding is looked at for the first time.
    fn is_new(&mut self, id: BindingId) -> bool {
        let is_new = !self.seen.contains(&id);
        if is_new {
            self.seen.push(id);
        }
        is_new
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
