//! D3810.

use std::cell::LazyCell;

use rustc_hash::FxHashMap;

use crate::diagnostic::Severity;
use crate::rules::{Check, Context, FixKind, Needs, Rule, Sink};
use crate::semantic::{Binding, BindingKind, HttpCall, MODULE, Model, Name, ScopeId, Site};
use crate::syntax::ast::{self, AnyNodeRef, ExceptHandler, Expr};
use crate::text::{Ranged, TextRange, TextSize};

pub(in crate::rules) static RULE: Rule = Rule {
    code: "D3810",
    name: "unchecked-response",
    severity: Severity::Info,
    default_on: true,
    fix: FixKind::None,
    needs: Needs::Nothing,
    summary: "`.json()` before any look at the status",
    page: include_str!("unchecked_response.md"),
    check: Check::Script(check),
};

fn check(context: &Context<'_>, sink: &mut Sink<'_>) {
    let model = context.model;
    // A hook may look at the status of every answer.
    let has_hooks = LazyCell::new(|| model.nodes.attributes.iter().any(|site| site.node.attr.as_str() == "hooks"));
    let members: LazyCell<FxHashMap<TextRange, &str>, _> = LazyCell::new(|| {
        model.nodes.attributes.iter().map(|site| (site.node.value.range(), site.node.attr.as_str())).collect()
    });
    let looks_at = |entry: &Name| -> Vec<TextRange> {
        let reads = entry.references.iter().map(|&id| model.references[id.0 as usize].node.range());
        reads.filter(|read| is_look(members.get(read).copied())).collect()
    };
    // An answer may be read thousands of times.
    let mut looks: FxHashMap<(ScopeId, &str), Vec<TextRange>> = FxHashMap::default();
    for site in &model.nodes.calls {
        let Expr::Attribute(method) = &*site.node.func else { continue };
        if method.attr.as_str() != "json" {
            continue;
        }
        let unchecked = match &*method.value {
            Expr::Name(name) => request_of(model, name, site).is_some_and(|(home, request)| {
                let entry = &model.scope(home).names[name.id.as_str()];
                let looks = looks.entry((home, name.id.as_str())).or_insert_with(|| looks_at(entry));
                !is_looked_at(context, looks, request, site)
            }),
            other => is_request(model, other),
        };
        if unchecked && !*has_hooks {
            let message = "nothing has looked at the status of this answer, and an error page is no JSON; call \
                           `raise_for_status()`, or test `ok`, first";
            sink.report(method.attr.range(), message);
        }
    }
}

/// Whether an expression sends a request, and nothing looks at the answer on the way.
fn is_request(model: &Model<'_>, expr: &Expr) -> bool {
    match expr {
        Expr::Await(node) => is_request(model, &node.value),
        _ => model.http_call(expr).is_some_and(|call| !has_hooks(call)),
    }
}

fn has_hooks(call: &HttpCall<'_>) -> bool {
    call.has_unpacked_arguments() || call.site.node.arguments.find_keyword("hooks").is_some()
}

/// The home of a name that holds the answer to a request, and where it got that before this call; `None` of other names.
fn request_of(model: &Model<'_>, name: &ast::ExprName, site: &Site<'_, ast::ExprCall>) -> Option<(ScopeId, TextRange)> {
    let home = model.home(name, site.scope)?;
    let entry = model.scope(home).names.get(name.id.as_str())?;
    let bindings = || entry.bindings.iter().map(|&id| model.binding(id));
    let request = bindings().rfind(|binding| binding.range.end() <= name.start())?;
    let is_answer = bindings().all(|binding| holds_answer(model, binding));
    (is_answer && request.written_in == scope_of(model, site.scope)).then_some((home, request.range))
}

/// Whether one of the `looks` at an answer comes between the request and this call, or where the call fails.
fn is_looked_at(
    context: &Context<'_>,
    looks: &[TextRange],
    request: TextRange,
    site: &Site<'_, ast::ExprCall>,
) -> bool {
    // A look in the same statement may come first, as in `r.json() if r.ok else {}`.
    let end = statement_end(&context.parsed.text, site.node.range());
    let tried = tried_body(context.model, site);
    looks.iter().any(|read| {
        let is_between = read.start() > request.start() && read.end() <= end;
        is_between || tried.is_some_and(|body| read.start() >= body.end())
    })
}

/// The body of the innermost `try` around a call that catches the error about an answer that is no JSON.
fn tried_body(model: &Model<'_>, site: &Site<'_, ast::ExprCall>) -> Option<TextRange> {
    let call = site.node.range();
    let around = model.ancestors(model.function_of(site.scope)?, call);
    around.iter().rev().find_map(|node| {
        let AnyNodeRef::StmtTry(statement) = node else { return None };
        let body = TextRange::new(statement.body.first()?.start(), statement.body.last()?.end());
        let catches = |ExceptHandler::ExceptHandler(handler): &ExceptHandler| {
            handler.type_.as_deref().is_none_or(catches_no_json)
        };
        (body.contains_range(call) && statement.handlers.iter().any(catches)).then_some(body)
    })
}

fn catches_no_json(caught: &Expr) -> bool {
    let name = match caught {
        Expr::Name(name) => name.id.as_str(),
        Expr::Attribute(attribute) => attribute.attr.as_str(),
        Expr::Tuple(tuple) => return tuple.elts.iter().any(catches_no_json),
        _ => return false,
    };
    matches!(name, "Exception" | "BaseException" | "ValueError" | "RequestException") || name.contains("JSON")
}

fn holds_answer(model: &Model<'_>, binding: &Binding<'_>) -> bool {
    match binding.kind {
        BindingKind::Assignment(Some(value)) | BindingKind::Annotated(Some(value)) | BindingKind::Walrus(value) => {
            value.is_none_literal_expr() || is_request(model, value)
        }
        _ => false,
    }
}

/// The scope that names of a comprehension's condition or a lambda live around.
fn scope_of(model: &Model<'_>, scope: ScopeId) -> ScopeId {
    model.function_of(scope).map_or(MODULE, |function| model.function(function).scope)
}

/// The end of the line that a call ends on, and of those that it opens.
fn statement_end(text: &str, range: TextRange) -> TextSize {
    let end = range.end().to_usize();
    let length = text[end..].find('\n').unwrap_or(text.len() - end);
    range.end() + TextSize::of(&text[end..end + length])
}

/// Whether a read of the answer, with the member that is taken, may be a look at its status: anything but a read of
/// its body.
fn is_look(member: Option<&str>) -> bool {
    !matches!(
        member,
        Some("json" | "text" | "content" | "headers" | "encoding" | "url" | "cookies" | "elapsed" | "close")
    )
}
