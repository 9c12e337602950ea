//! Wraps a command's body in `try`, with a failed output model for what is raised.

use super::{Action, ActionKind, Here};
use crate::diagnostic::Place;
use crate::ide::layout;
use crate::ide::new_function::failed_model;
use crate::syntax::ast::{ExceptHandler, Expr, Stmt};
use crate::text::{Edit, Ranged, TextRange};

/// Names that an exception may get.
const EXCEPTIONS: [&str; 3] = ["error", "exception", "problem"];

/// Wraps all but the docstring, where no `try` of the body catches every exception already.
pub(super) fn in_try(here: &Here<'_>) -> Option<Action> {
    let (text, body) = (&*here.analysis.parsed().text, &here.function.node.body);
    let statements = &body[usize::from(layout::is_docstring(body.first()?))..];
    let first = statements.first()?;
    let indent = layout::indentation(text, first.start())?;
    let unit = indent.strip_prefix(layout::indentation(text, here.function.node.start())?)?;
    let exception = EXCEPTIONS.into_iter().find(|name| !here.knows(name))?;
    if statements.iter().any(catches_all) || unit.is_empty() || is_stub(statements) {
        return None;
    }
    let newline = layout::newline(text);
    let end = layout::line_end(text, here.function.node.end());
    let start = layout::line_start(text, first.start());
    let strings = layout::strings(statements);
    let in_string = |at| strings.iter().any(|string| string.start() < at && at < string.end());
    let mut edits = vec![Edit::insert(start, format!("{indent}try:{newline}{unit}"))];
    let mut line = layout::next_line(text, start);
    while line < end {
        let content = here.slice(TextRange::new(line, layout::line_end(text, line)));
        if !in_string(line) && !content.trim().is_empty() {
            edits.push(Edit::insert(line, unit));
        }
        line = layout::next_line(text, line);
    }
    let handler = format!(
        "{newline}{indent}except Exception as {exception}:{newline}{indent}{unit}return {}",
        failed_model(exception)
    );
    edits.push(Edit::insert(end, handler));
    let title = "Return a failed output model for every exception";
    Some(Action::new(title, ActionKind::Rewrite).edit(Place::Script, edits))
}

/// Whether a statement is a `try` that catches every exception.
fn catches_all(statement: &Stmt) -> bool {
    let is_all = |expr: &Expr| matches!(expr, Expr::Name(name) if matches!(&*name.id, "Exception" | "BaseException"));
    let Stmt::Try(node) = statement else { return false };
    node.handlers.iter().any(|ExceptHandler::ExceptHandler(handler)| match handler.type_.as_deref() {
        None => true,
        Some(Expr::Tuple(tuple)) => tuple.elts.iter().any(is_all),
        Some(one) => is_all(one),
    })
}

/// Whether there is nothing yet that could raise.
fn is_stub(statements: &[Stmt]) -> bool {
    statements.iter().all(|statement| match statement {
        Stmt::Pass(_) => true,
        Stmt::Expr(node) => node.value.is_ellipsis_literal_expr(),
        _ => false,
    })
}
