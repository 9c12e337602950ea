//! D3508.

use crate::diagnostic::Severity;
use crate::rules::{Check, Context, FixKind, Needs, Rule, Sink};
use crate::semantic::{BindingId, BindingKind, Effort, ParameterKind, ScopeId, ScopeKind, Trail};
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
    // What is no name is seen at once.
    let (plain, other) = if left.is_name_expr() { (right, left) } else { (left, right) };
    let zones = Search::zones(context, plain, scope);
    if !zones.are_any() || !zones.may_differ(Search::zones(context, other, scope)) {
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

/// Which zones a value may have, by all that could have made it.
#[derive(Debug, Clone, Copy, Default)]
struct Zones {
    naive: bool,
    aware: bool,
}

impl Zones {
    fn are_any(self) -> bool {
        self.naive || self.aware
    }

    fn may_differ(self, other: Self) -> bool {
        self.naive && other.aware || self.aware && other.naive
    }
}

/// After so many names, a value may have any zone.
const MAX_SEEN: usize = 100;

/// Finds which zones a value may have. That takes far less than to find out which it has, and few values are times.
struct Search<'c, 'a> {
    context: &'c Context<'a>,
    seen: Vec<BindingId>,
    found: Zones,
}

impl<'c, 'a> Search<'c, 'a> {
    fn zones(context: &'c Context<'a>, value: &'a Expr, scope: ScopeId) -> Zones {
        let mut search = Self { context, seen: Vec::new(), found: Zones::default() };
        search.visit(value, scope);
        search.found
    }

    fn visit(&mut self, value: &'a Expr, scope: ScopeId) {
        match value {
            Expr::Name(name) => {
                for &id in self.context.model.bindings_of_name(name, scope) {
                    self.visit_binding(id);
                }
            }
            Expr::Call(call) => self.visit_call(call, scope),
            Expr::BinOp(node) if matches!(node.op, ast::Operator::Add | ast::Operator::Sub) => {
                self.visit(&node.left, scope);
            }
            Expr::If(node) => {
                self.visit(&node.body, scope);
                self.visit(&node.orelse, scope);
            }
            Expr::BoolOp(node) => node.values.iter().for_each(|value| self.visit(value, scope)),
            Expr::Named(node) => self.visit(&node.value, scope),
            // An entry of a dictionary.
            Expr::Subscript(node) => self.visit(&node.value, scope),
            Expr::Dict(node) => node.items.iter().for_each(|item| self.visit(&item.value, scope)),
            _ => {}
        }
    }

    fn visit_call(&mut self, call: &'a ast::ExprCall, scope: ScopeId) {
        match &*call.func {
            Expr::Name(callee) => {
                for &id in self.context.model.bindings_of_name(callee, scope) {
                    self.visit_binding(id);
                }
            }
            Expr::Attribute(method) if gives_same_zone(call) => self.visit(&method.value, scope),
            Expr::Attribute(method) => match zone_by_method(method.attr.as_str(), &call.arguments) {
                Some(Zone::Naive) => self.found.naive = true,
                Some(Zone::Aware) => self.found.aware = true,
                None => {}
            },
            _ => {}
        }
    }

    fn visit_binding(&mut self, id: BindingId) {
        if self.seen.contains(&id) {
            return;
        }
        if self.seen.len() == MAX_SEEN {
            self.found = Zones { naive: true, aware: true };
            return;
        }
        self.seen.push(id);
        let model = self.context.model;
        let binding = model.binding(id);
        match binding.kind {
            BindingKind::Function(function) => {
                let function = model.function(function);
                let values = function.returns.iter().filter_map(|node| node.value.as_deref());
                values.for_each(|value| self.visit(value, function.scope));
            }
            BindingKind::Parameter(ParameterKind::Positional(place)) => {
                let ScopeKind::Function(function) = model.scope(binding.scope).kind else { return };
                for call in model.calls_by_name(function) {
                    if let Some(argument) = call.node.arguments.find_argument_value(binding.name, place) {
                        self.visit(argument, call.scope);
                    }
                }
            }
            _ => model.assigned(id).into_iter().for_each(|value| self.visit(value, binding.written_in)),
        }
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

/// The zone that a call gives if its method is the one of that name of a time.
fn zone_by_method(method: &str, arguments: &ast::Arguments) -> Option<Zone> {
    let by = |is_aware: bool| Some(if is_aware { Zone::Aware } else { Zone::Naive });
    match method {
        "replace" => by(!arguments.find_keyword("tzinfo")?.value.is_none_literal_expr()),
        "astimezone" | "localize" => Some(Zone::Aware),
        "now" => by(!arguments.is_empty()),
        "utcnow" | "today" | "utcfromtimestamp" => Some(Zone::Naive),
        "strptime" => match arguments.args.get(1)?.as_string_literal_expr()?.value.to_str() {
            format if format.contains('%') => by(format.contains("%z")),
            _ => None,
        },
        _ => None,
    }
}

/// `time.replace(...)` that leaves the zone as it is.
fn gives_same_zone(call: &ast::ExprCall) -> bool {
    matches!(&*call.func, Expr::Attribute(method) if method.attr.as_str() == "replace")
        && call.arguments.find_keyword("tzinfo").is_none()
}

fn call_zone<'a>(context: &Context<'a>, call: &'a ast::ExprCall, scope: ScopeId, trail: Trail<'_>) -> Option<Zone> {
    let Expr::Attribute(method) = &*call.func else { return None };
    let arguments = &call.arguments;
    let name = method.attr.as_str();
    if gives_same_zone(call) {
        return zone(context, &method.value, scope, trail);
    }
    let is_certain = match name {
        "replace" | "astimezone" => true,
        "localize" => {
            let zone = context.model.qualified_name(&method.value, scope)?;
            arguments.args.len() == 1 && zone.is("pytz.utc")
        }
        _ => match (context.model.callee(call)?.parts(), arguments.len()) {
            (["datetime", "datetime", "utcnow" | "today" | "now"], 0)
            | (["datetime", "datetime", "utcfromtimestamp"], 1)
            | (["datetime", "datetime", "strptime"], 2) => true,
            (["datetime", "datetime", "now"], 1) => {
                let zone = arguments.args.first().or_else(|| arguments.find_keyword("tz").map(|k| &k.value))?;
                let zone = context.model.qualified_name(zone, scope)?;
                zone.is("pytz.utc") || zone.is("datetime.timezone.utc")
            }
            _ => false,
        },
    };
    zone_by_method(name, arguments).filter(|_| is_certain)
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
