//! D3110.

use crate::diagnostic::Severity;
use crate::image::names::TEST_CONNECTION;
use crate::rules::{Check, Context, FixKind, Needs, Rule, Sink};
use crate::semantic::{BindingKind, Function, Model, ScopeId};
use crate::syntax::ast::{self, Expr};
use crate::text::{Ranged, TextRange};

pub(in crate::rules) static RULE: Rule = Rule {
    code: "D3110",
    name: "heavy-test-connection",
    severity: Severity::Warning,
    default_on: true,
    fix: FixKind::None,
    needs: Needs::Nothing,
    summary: "a TestConnection with inputs, or one that sends more than a GET, HEAD or OPTIONS",
    page: include_str!("heavy_test_connection.md"),
    check: Check::Part(check),
};

/// Functions of `requests` and methods of its sessions that change something at the other end.
const HEAVY: [&str; 4] = ["post", "put", "patch", "delete"];

fn check(context: &Context<'_>, part: TextRange, sink: &mut Sink<'_>) {
    let signatures = super::signatures(context, part);
    for (command, function) in signatures.filter(|(command, _)| command.name.eq_ignore_ascii_case(TEST_CONNECTION)) {
        let inputs = match command.declared {
            Some(declared) => declared.inputs.len(),
            None => function.positional().filter(|parameter| parameter.default.is_none()).count(),
        };
        if inputs > 0 {
            let message =
                format!("D3 tests a connection without inputs, and `{}` has {inputs}; take them out", command.name);
            sink.report(function.node.name.range, message);
        }
        check_requests(context, function, sink);
    }
}

fn check_requests<'a>(context: &Context<'a>, function: &Function<'a>, sink: &mut Sink<'_>) {
    for site in context.sites(&context.model.nodes.calls, function.node.range()) {
        if let Some((range, method)) = heavy_request(context.model, site.node, site.scope) {
            let message = format!("a connection test can run on a schedule, and this sends {method}; use a cheap GET");
            sink.report(range, message);
        }
    }
}

/// The method, and where it is written, of a request that may change something.
fn heavy_request<'a>(model: &Model<'a>, call: &'a ast::ExprCall, scope: ScopeId) -> Option<(TextRange, String)> {
    let Expr::Attribute(callee) = &*call.func else { return None };
    let name = callee.attr.as_str();
    if !HEAVY.contains(&name) && name != "request" || !is_client(model, &callee.value, scope) {
        return None;
    }
    if name != "request" {
        return Some((call.func.range(), name.to_uppercase()));
    }
    let Expr::StringLiteral(method) = call.arguments.find_argument_value("method", 0)? else { return None };
    let method_name = method.value.to_str().to_uppercase();
    let is_light = matches!(method_name.as_str(), "GET" | "HEAD" | "OPTIONS");
    (!is_light).then_some((method.range(), method_name))
}

/// Whether `expr` is `requests`, or one of its sessions.
fn is_client<'a>(model: &Model<'a>, expr: &'a Expr, scope: ScopeId) -> bool {
    if model.qualified_name(expr, scope).is_some_and(|name| name.is("requests")) {
        return true;
    }
    let is_session = |expr: &'a Expr| match expr {
        Expr::Call(call) => {
            model.callee(call).is_some_and(|name| name.is("requests.Session") || name.is("requests.session"))
        }
        _ => false,
    };
    let Expr::Name(name) = expr else { return is_session(expr) };
    let [only] = model.bindings_of_name(name, scope) else { return false };
    let binding = model.binding(*only);
    match binding.kind {
        BindingKind::Assignment(Some(value)) | BindingKind::With(value) => is_session(value),
        _ => false,
    }
}
