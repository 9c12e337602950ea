//! D3801.

use crate::diagnostic::{Applicability, Fix, Place, Severity};
use crate::rules::{Check, Context, FixKind, Needs, Rule, Sink};
use crate::semantic::{Context as Around, HttpCall, HttpClient, Model, ScopeId, has_unpacked_arguments};
use crate::syntax::ast::{Expr, ExprContext};
use crate::text::{Edit, Ranged, TextRange, TextSize};

pub(in crate::rules) static RULE: Rule = Rule {
    code: "D3801",
    name: "request-without-timeout",
    severity: Severity::Warning,
    default_on: true,
    fix: FixKind::Unsafe,
    needs: Needs::Nothing,
    summary: "an HTTP request that may wait for ever",
    page: include_str!("request_without_timeout.md"),
    check: Check::Script(check),
};

/// Seconds that the fix inserts.
const TIMEOUT: &str = "30";

fn check(context: &Context<'_>, sink: &mut Sink<'_>) {
    let model = context.model;
    let has_default = sets_default_timeout(model);
    for call in model.http_calls() {
        let arguments = &call.site.node.arguments;
        let given = arguments.find_keyword("timeout").map(|keyword| &keyword.value).or_else(|| by_place(call));
        match given {
            Some(Expr::NoneLiteral(none)) => {
                let edit = Edit::replace(none.range(), TIMEOUT);
                let fix =
                    Fix::new(format!("Wait {TIMEOUT} s at most"), Applicability::Unsafe, Place::Script, vec![edit]);
                sink.report(none.range(), "without a timeout this waits for ever if the server does not answer")
                    .fix(fix);
            }
            Some(_) => {}
            // httpx has a timeout of its own.
            None if call.client == HttpClient::Httpx || call.has_unpacked_arguments() => {}
            None if call.client == HttpClient::Urlopen && has_default => {}
            None if call.client == HttpClient::Session && has_adapter(model, call) => {}
            None if call.client == HttpClient::Urlopen && opens_no_connection(model, call) => {}
            None if call.site.context.contains(Around::NOT_EVALUATED) => {}
            None => {
                let message =
                    "this request has no timeout and waits for ever if the server does not answer; pass `timeout`";
                sink.report(call.site.node.func.range(), message).maybe_fix(insertion(context, call));
            }
        }
    }
}

/// A timeout given by its place.
fn by_place<'a>(call: &HttpCall<'a>) -> Option<&'a Expr> {
    let place = match call.client {
        HttpClient::Urlopen => 2,
        HttpClient::Session if call.verb == "request" => 8,
        _ => return None,
    };
    call.site.node.arguments.find_positional(place)
}

/// Whether the script gives all sockets a timeout, which `urlopen` heeds.
fn sets_default_timeout(model: &Model<'_>) -> bool {
    model.nodes.calls.iter().any(|site| match &*site.node.func {
        Expr::Attribute(attribute) => attribute.attr.as_str() == "setdefaulttimeout",
        Expr::Name(name) => name.id.as_str() == "setdefaulttimeout",
        _ => false,
    })
}

/// Whether the address is certain to be a file's, or data by itself.
fn opens_no_connection<'a>(model: &Model<'a>, call: &HttpCall<'a>) -> bool {
    let Some(maker) = call.url().and_then(|url| model.only_maker(url, call.site.scope)) else { return false };
    match maker.expr {
        Expr::StringLiteral(literal) => {
            let address = literal.value.to_str();
            address.starts_with("data:") || address.starts_with("file:")
        }
        _ => false,
    }
}

/// Whether sessions get adapters of the script's own making, or other ways to send: these may set a timeout.
fn has_adapter<'a>(model: &Model<'a>, call: &HttpCall<'a>) -> bool {
    let Expr::Attribute(callee) = &*call.site.node.func else { return false };
    let mounts = model.nodes.calls.iter().any(|site| match &*site.node.func {
        Expr::Attribute(attribute) if attribute.attr.as_str() == "mount" => {
            site.node.arguments.args.get(1).is_none_or(|adapter| !is_plain_adapter(model, adapter, site.scope))
                || has_unpacked_arguments(&site.node.arguments)
        }
        _ => false,
    });
    let stores = || {
        model.nodes.attributes.iter().any(|site| {
            site.node.ctx != ExprContext::Load
                && matches!(site.node.attr.as_str(), "request" | "send")
                && site.node.value.range() != callee.value.range()
        })
    };
    mounts || stores()
}

fn is_plain_adapter<'a>(model: &Model<'a>, adapter: &'a Expr, scope: ScopeId) -> bool {
    let Some(maker) = model.only_maker(adapter, scope) else { return false };
    let Expr::Call(made) = maker.expr else { return false };
    model.callee(made).is_some_and(|name| name.is("requests.adapters.HTTPAdapter"))
}

/// `timeout=30` as the last argument.
fn insertion(context: &Context<'_>, call: &HttpCall<'_>) -> Option<Fix> {
    let arguments = &call.site.node.arguments;
    let last = arguments.args.iter().map(Ranged::end).chain(arguments.keywords.iter().map(Ranged::end)).max()?;
    // A call that is being typed has no `)`.
    let close = arguments.end().checked_sub(TextSize::of(")")).filter(|close| last <= *close)?;
    let rest = context.parsed.slice(TextRange::new(last, close));
    // After a generator's or a parenthesised argument's own `)`, and before a comma that ends the list.
    if rest.contains('#') || arguments.args.iter().any(|argument| argument.is_generator_expr()) {
        return None;
    }
    let (at, text) = match rest.rfind(',') {
        Some(comma) => {
            let after = last + TextSize::of(&rest[..comma + 1]);
            (after, format!(" timeout={TIMEOUT},"))
        }
        None => (last + TextSize::of(rest.trim_end()), format!(", timeout={TIMEOUT}")),
    };
    let title = format!("Wait {TIMEOUT} s at most");
    Some(Fix::new(title, Applicability::Unsafe, Place::Script, vec![Edit::insert(at, text)]))
}
