//! D3807.

use crate::diagnostic::Severity;
use crate::rules::{Check, Context, FixKind, Needs, Rule, Sink};
use crate::semantic::{BindingKind, Model, ScopeId, Site};
use crate::settings::ignores;
use crate::syntax::ast::{self, ExceptHandler, Expr, Stmt};
use crate::text::{Ranged, TextRange, TextSize};

pub(in crate::rules) static RULE: Rule = Rule {
    code: "D3807",
    name: "silent-except",
    severity: Severity::Warning,
    default_on: true,
    fix: FixKind::None,
    needs: Needs::Nothing,
    summary: "an `except` for any exception that leaves no trace of it",
    page: include_str!("silent_except.md"),
    check: Check::Script(check),
};

fn check(context: &Context<'_>, sink: &mut Sink<'_>) {
    let model = context.model;
    for site in &model.nodes.tries {
        for ExceptHandler::ExceptHandler(handler) in &site.node.handlers {
            if !handler.body.iter().all(does_nothing)
                || !handler.type_.as_deref().is_none_or(catches_all)
                || has_comment(context, handler)
                || has_fallback(model, site)
                || only_cleans_up(&site.node.body)
                || is_cleaner(model, site.scope)
            {
                continue;
            }
            let end = handler.type_.as_deref().map_or(handler.start() + TextSize::of("except"), Ranged::end);
            let message = "this hides every error: the command goes on as if all were well; log it, record it in the \
                           output model, or catch the one exception that is expected";
            sink.report(TextRange::new(handler.start(), end), message);
        }
    }
}

fn does_nothing(statement: &Stmt) -> bool {
    match statement {
        Stmt::Pass(_) | Stmt::Continue(_) => true,
        Stmt::Expr(node) => matches!(&*node.value, Expr::StringLiteral(_) | Expr::EllipsisLiteral(_)),
        _ => false,
    }
}

/// Whether all errors are caught, or all of a request.
fn catches_all(caught: &Expr) -> bool {
    match caught {
        Expr::Name(name) => matches!(name.id.as_str(), "Exception" | "BaseException"),
        Expr::Attribute(attribute) => {
            matches!(attribute.attr.as_str(), "RequestException")
        }
        Expr::Tuple(tuple) => tuple.elts.iter().any(catches_all),
        _ => false,
    }
}

/// A comment in the handler says why.
fn has_comment(context: &Context<'_>, handler: &ast::ExceptHandlerExceptHandler) -> bool {
    let text = &context.parsed.text;
    let end = handler.end().to_usize();
    let line_end = text[end..].find('\n').map_or(text.len(), |at| end + at);
    let comments = &context.parsed.comments;
    let first = comments.partition_point(|comment| comment.start() < handler.start());
    comments[first..]
        .iter()
        .take_while(|comment| comment.start().to_usize() < line_end)
        // A comment that speaks to d3ls says nothing to the reader.
        .any(|comment| ignores(&[*comment], text).list.is_empty())
}

/// Whether what the `try` works out has a value before it, or is returned: then the code after it goes another way.
fn has_fallback(model: &Model<'_>, site: &Site<'_, ast::StmtTry>) -> bool {
    let Some((first, last)) = site.node.body.first().zip(site.node.body.last()) else { return false };
    let body = TextRange::new(first.start(), last.end());
    let returns = model
        .function_of(site.scope)
        .is_some_and(|function| model.function(function).returns.iter().any(|node| body.contains_range(node.range())));
    if returns || matches!(last, Stmt::Break(_) | Stmt::Continue(_)) || !site.node.orelse.is_empty() {
        return true;
    }
    let inside = model.bindings.partition_point(|binding| binding.range.start() < body.start());
    model.bindings[inside..].iter().take_while(|binding| binding.range.start() < body.end()).any(|binding| {
        !matches!(binding.kind, BindingKind::Import(_))
            && model.scope(binding.scope).names.get(binding.name).is_some_and(|entry| {
                entry.bindings.iter().any(|&other| model.binding(other).range.end() < body.start())
            })
    })
}

/// What code does that ends something: where it fails, nothing can be done.
fn is_cleaning(name: &str) -> bool {
    const WORDS: [&str; 16] = [
        "close",
        "quit",
        "logout",
        "logoff",
        "disconnect",
        "shutdown",
        "terminate",
        "kill",
        "stop",
        "cleanup",
        "clean",
        "remove",
        "unlink",
        "rmtree",
        "delete",
        "release",
    ];
    let name = name.to_ascii_lowercase();
    WORDS.iter().any(|word| name.contains(word))
}

/// Whether a function is there to end something.
fn is_cleaner(model: &Model<'_>, scope: ScopeId) -> bool {
    model.function_of(scope).is_some_and(|function| {
        let name = model.function(function).name();
        matches!(name, "__del__" | "__exit__" | "__aexit__") || is_cleaning(name)
    })
}

/// Whether a `try` only closes or removes things.
fn only_cleans_up(body: &[Stmt]) -> bool {
    body.iter().all(|statement| {
        let Stmt::Expr(node) = statement else { return matches!(statement, Stmt::Delete(_) | Stmt::Import(_)) };
        let Expr::Call(call) = &*node.value else { return false };
        match &*call.func {
            Expr::Attribute(attribute) => is_cleaning(attribute.attr.as_str()),
            Expr::Name(name) => is_cleaning(name.id.as_str()),
            _ => false,
        }
    })
}
