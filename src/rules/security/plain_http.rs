//! D3603.

use crate::diagnostic::Severity;
use crate::rules::{Check, Context, FixKind, Needs, Rule, Sink};
use crate::semantic::{BindingKind, Model, ScopeId};
use crate::syntax::ast::{self, Expr, InterpolatedStringElement, Operator};
use crate::text::{Ranged, TextRange, TextSize};

pub(in crate::rules) static RULE: Rule = Rule {
    code: "D3603",
    name: "plain-http",
    severity: Severity::Info,
    default_on: true,
    fix: FixKind::None,
    needs: Needs::Nothing,
    summary: "a request over `http://`",
    page: include_str!("plain_http.md"),
    check: Check::Script(check),
};

/// How many parts of a built text are followed to its start.
const MAX_STEPS: usize = 16;

fn check(context: &Context<'_>, sink: &mut Sink<'_>) {
    let model = context.model;
    if model.http_calls().is_empty() || !names_plain_address(model) {
        return;
    }
    let mut found: Vec<TextRange> = Vec::new();
    for call in model.http_calls() {
        found.extend(call.url().and_then(|url| plain_start(model, url, call.site.scope)));
    }
    for binding in &model.bindings {
        if let BindingKind::Assignment(Some(value)) | BindingKind::Annotated(Some(value)) = binding.kind
            && is_address_name(binding.name)
        {
            found.extend(plain_start(model, value, binding.written_in));
        }
    }
    for site in &model.nodes.assigns {
        for target in &site.node.targets {
            if let Expr::Attribute(target) = target
                && is_address_name(target.attr.as_str())
            {
                found.extend(plain_start(model, &site.node.value, site.scope));
            }
        }
    }
    found.sort_by_key(|range| (range.start(), range.end()));
    found.dedup();
    for range in found {
        let message = "`http://` sends everything in the clear, credentials included; use `https://`";
        sink.report(range, message);
    }
}

/// Whether any text begins with such an address, which costs less to see than where addresses come from.
fn names_plain_address(model: &Model<'_>) -> bool {
    let least = TextSize::of("http://");
    let strings = model.nodes.strings.iter().filter(|site| site.node.range().len() > least);
    strings.map(|site| site.node.value.to_str()).any(is_plain)
        || model.nodes.f_strings.iter().any(|site| plain_beginning(site.node).is_some())
}

/// Whether a name says that it holds the address of a server, to be completed for each request.
fn is_address_name(name: &str) -> bool {
    const NAMES: [&str; 12] = [
        "baseurl",
        "apiurl",
        "serverurl",
        "serviceurl",
        "rooturl",
        "hosturl",
        "apibase",
        "apiroot",
        "apiserver",
        "endpoint",
        "server",
        "apihost",
    ];
    let mut backwards = name.bytes().rev().filter(|byte| *byte != b'_').map(|byte| byte.to_ascii_lowercase());
    let Some(last) = backwards.next() else { return false };
    let ends = |known: &str| {
        known.bytes().last() == Some(last) && known.bytes().rev().skip(1).eq(backwards.clone().take(known.len() - 1))
    };
    NAMES.iter().any(|known| ends(known))
}

/// The literal that a text starts with, where it is an address without encryption of another machine.
fn plain_start<'a>(model: &Model<'a>, expr: &'a Expr, scope: ScopeId) -> Option<TextRange> {
    let mut current = expr;
    let mut at = scope;
    for _ in 0..MAX_STEPS {
        current = match current {
            Expr::StringLiteral(literal) => {
                return is_plain(literal.value.to_str()).then(|| literal.range());
            }
            Expr::FString(text) => return plain_beginning(text),
            Expr::BinOp(node) if matches!(node.op, Operator::Add | Operator::Mod) => &node.left,
            Expr::Call(call) => match &*call.func {
                Expr::Attribute(method) if matches!(method.attr.as_str(), "format" | "strip" | "rstrip") => {
                    &method.value
                }
                _ => return None,
            },
            Expr::Name(_) | Expr::Attribute(_) => {
                let maker = model.only_maker(current, at)?;
                if maker.expr.range() == current.range() {
                    return None;
                }
                at = maker.scope;
                maker.expr
            }
            _ => return None,
        };
    }
    None
}

/// The literal that an f-string begins with, where it is such an address.
fn plain_beginning(text: &ast::ExprFString) -> Option<TextRange> {
    match text.value.f_strings().find_map(|part| part.elements.first())? {
        InterpolatedStringElement::Literal(literal) if is_plain(&literal.value) => Some(literal.range()),
        InterpolatedStringElement::Literal(_) | InterpolatedStringElement::Interpolation(_) => None,
    }
}

/// Whether an address is one without encryption, of another machine that is not made up.
fn is_plain(address: &str) -> bool {
    // The first letter tells most texts apart.
    if address.as_bytes().first() != Some(&b'h') {
        return false;
    }
    let Some(rest) = address.strip_prefix("http://") else { return false };
    let host = rest.split(['/', ':', '?']).next().unwrap_or_default();
    // A prefix that is only compared with has no host.
    let is_near =
        ["localhost", "127.", "0.0.0.0", "[", "host.docker.internal"].iter().any(|near| host.starts_with(near));
    let is_name =
        ["www.w3.org", "schemas.", "json-schema.org", "purl.org", "xmlns."].iter().any(|name| host.starts_with(name));
    !is_near && !is_name
}
