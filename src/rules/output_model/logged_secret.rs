//! D3313.

use rustc_hash::FxHashSet;

use crate::diagnostic::Severity;
use crate::image::names::{LOG, PB, RUNTIME};
use crate::rules::{Check, Context, FixKind, Needs, Rule, Sink};
use crate::semantic::{Origin, ScopeId, Slot, names_credential, plain_name};
use crate::syntax::ast::{self, Expr};
use crate::text::{Ranged, TextRange};

/// How many names and displays are followed to a secret.
const MAX_DEPTH: usize = 6;

pub(in crate::rules) static RULE: Rule = Rule {
    code: "D3313",
    name: "logged-secret",
    severity: Severity::Error,
    default_on: true,
    fix: FixKind::None,
    needs: Needs::Nothing,
    summary: "a secret connection value, or all of `runtime`, in the log or in an output field",
    page: include_str!("logged_secret.md"),
    check: Check::Part(check),
};

fn check(context: &Context<'_>, part: TextRange, sink: &mut Sink<'_>) {
    let model = context.model;
    let mut arguments: Vec<(&Expr, ScopeId, String)> = Vec::new();
    for site in context.sites(&model.nodes.calls, part) {
        if model.origin(&site.node.func, site.scope) == Some(Origin::Log) {
            arguments.extend(
                site.node.arguments.args.iter().map(|argument| (argument, site.scope, format!("`{PB}.{LOG}`"))),
            );
        }
    }
    for output in context.output_models(part) {
        for slot in &output.slots {
            if let Slot::Given(argument, scope) = *slot {
                arguments.push((argument, scope, "the output model".to_owned()));
            }
        }
    }
    let mut seen = FxHashSet::default();
    for (argument, scope, place) in arguments {
        let Some((range, leak)) = leak(context, argument, scope, MAX_DEPTH) else { continue };
        let range = if argument.range().contains_range(range) { range } else { argument.range() };
        if seen.contains(&range) {
            continue;
        }
        seen.insert(range);
        let what = match leak {
            Leak::Key(key) => format!("the secret `{key}` of the connection"),
            Leak::All => format!("all of `{RUNTIME}`, with the secrets of the connection,"),
        };
        sink.report(range, format!("{what} goes into {place}, where others can read it; leave it out"));
    }
}

/// What gets out.
enum Leak<'a> {
    Key(&'a str),
    All,
}

/// The first part of an expression whose text holds a secret.
fn leak<'a>(context: &Context<'a>, expr: &'a Expr, scope: ScopeId, depth: usize) -> Option<(TextRange, Leak<'a>)> {
    let depth = depth.checked_sub(1)?;
    let model = context.model;
    if let Some(read) = read_at(context, expr) {
        return is_secret(context, read).then_some((expr.range(), Leak::Key(read)));
    }
    if matches!(expr, Expr::Name(_) | Expr::Attribute(_) | Expr::Subscript(_) | Expr::Call(_))
        && matches!(model.origin(expr, scope), Some(Origin::Runtime | Origin::Connector))
    {
        return Some((expr.range(), Leak::All));
    }
    let parts: Vec<&'a Expr> = match expr {
        Expr::Name(name) => {
            let [only] = model.bindings_of_name(name, scope) else { return None };
            let value = model.assigned(*only)?;
            return leak(context, value, model.binding(*only).written_in, depth).map(|(_, what)| (expr.range(), what));
        }
        Expr::FString(node) => node
            .value
            .elements()
            .filter_map(|element| match element {
                ast::InterpolatedStringElement::Interpolation(part) => Some(&*part.expression),
                ast::InterpolatedStringElement::Literal(_) => None,
            })
            .collect(),
        Expr::BinOp(node) => vec![&*node.left, &*node.right],
        Expr::If(node) => vec![&*node.body, &*node.orelse],
        Expr::BoolOp(node) if node.op == ast::BoolOp::Or => node.values.iter().collect(),
        Expr::Dict(node) => node.items.iter().map(|item| &item.value).collect(),
        Expr::List(node) => node.elts.iter().collect(),
        Expr::Tuple(node) => node.elts.iter().collect(),
        Expr::Call(call) if shows_its_arguments(context, call) => {
            let object = match &*call.func {
                Expr::Attribute(attribute) => Some(&*attribute.value),
                _ => None,
            };
            object
                .into_iter()
                .chain(&call.arguments.args)
                .chain(call.arguments.keywords.iter().map(|k| &k.value))
                .collect()
        }
        _ => return None,
    };
    parts.into_iter().find_map(|part| leak(context, part, scope, depth))
}

/// Whether what a call gives holds the text of what it is given.
fn shows_its_arguments(context: &Context<'_>, call: &ast::ExprCall) -> bool {
    match &*call.func {
        Expr::Attribute(attribute) => {
            matches!(attribute.attr.as_str(), "format" | "join" | "strip" | "upper" | "lower")
                || context.model.callee(call).is_some_and(|name| name.is("json.dumps"))
        }
        Expr::Name(name) => matches!(name.id.as_str(), "str" | "repr" | "dict" | "list" | "dumps" | "format"),
        _ => false,
    }
}

/// The key of the connection that an expression reads, if it is such a read.
fn read_at<'a>(context: &Context<'a>, expr: &Expr) -> Option<&'a str> {
    if !matches!(expr, Expr::Subscript(_) | Expr::Call(_)) {
        return None;
    }
    let reads = &context.model.connection_reads;
    let first = reads.partition_point(|read| read.range.start() < expr.start());
    reads[first..]
        .iter()
        .take_while(|read| read.range.start() == expr.start())
        .find(|read| read.range == expr.range())
        .map(|read| read.key)
}

/// Whether a connection parameter is secret: as the manifest says, or without one by its name.
fn is_secret(context: &Context<'_>, key: &str) -> bool {
    if let Some(parameter) = context
        .manifest
        .and_then(|manifest| manifest.connection.iter().find(|parameter| parameter.parameter_name.value == key))
    {
        return parameter.secret;
    }
    names_credential(&plain_name(key))
}
