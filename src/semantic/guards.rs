//! What a condition or a handler around code guards it against.

use crate::syntax::ast::{self, ExceptHandler, Expr, Stmt};

use super::model::Context;

/// What holds in the body of a `try` only, not in its handlers.
pub(super) const BODY_ONLY: Context = Context::EXIT_GUARD.union(Context::EXPECTS_EXCEPTION);

/// What the handlers of `statement` guard its body against.
pub(super) fn guarded(statement: &ast::StmtTry) -> Context {
    let mut guards = Context::default();
    for ExceptHandler::ExceptHandler(handler) in &statement.handlers {
        guards |= match handler.type_.as_deref() {
            Some(exception) if !is_broad(exception) => caught(exception) | Context::EXPECTS_EXCEPTION,
            _ if gives_other_values(handler, &statement.body) => {
                Context::IMPORT_GUARD | Context::ATTRIBUTE_GUARD | Context::TYPE_GUARD
            }
            _ => tried(&statement.body),
        };
        if handler.type_.as_deref().is_none_or(catches_exit) {
            guards |= Context::EXIT_GUARD;
        }
    }
    guards
}

/// What a `with` guards its body against: `contextlib.suppress`, and the tests' `assertRaises` and `pytest.raises`.
pub(super) fn expected(statement: &ast::StmtWith) -> Context {
    let calls = statement.items.iter().filter_map(|item| item.context_expr.as_call_expr());
    let expecting = calls.filter(|call| expects_exception(call));
    expecting.flat_map(|call| &call.arguments.args).fold(Context::default(), |guards, exception| {
        let exits = if catches_exit(exception) { Context::EXIT_GUARD } else { Context::default() };
        let others = if is_broad(exception) { tried(&statement.body) } else { caught(exception) };
        guards | exits | others | Context::EXPECTS_EXCEPTION
    })
}

/// What `assertRaises(NameError, ...)` guards its arguments against.
pub(super) fn expected_in_call(call: &ast::ExprCall) -> Context {
    match call.arguments.args.first() {
        Some(exception) if call.arguments.len() > 1 && expects_exception(call) => {
            caught(exception) | Context::EXPECTS_EXCEPTION
        }
        _ => Context::default(),
    }
}

fn expects_exception(call: &ast::ExprCall) -> bool {
    let name = match &*call.func {
        Expr::Name(name) => name.id.as_str(),
        Expr::Attribute(attribute) => attribute.attr.as_str(),
        _ => "",
    };
    matches!(name, "suppress" | "raises" | "assertRaises" | "assertRaisesRegex")
}

/// What a handler of any exception guards against. Commands put all they do under `except Exception`, so that it
/// guards only where nothing else is tried.
fn tried(body: &[Stmt]) -> Context {
    match body {
        _ if body.iter().all(is_import) => Context::IMPORT_GUARD,
        _ if body.iter().all(is_name) => Context::NAME_GUARD,
        _ => Context::default(),
    }
}

/// Whether all that a handler does is to give names of the body other values: then the body may fail.
fn gives_other_values(handler: &ast::ExceptHandlerExceptHandler, body: &[Stmt]) -> bool {
    let tried: Vec<&str> = body.iter().filter_map(assigned_name).collect();
    handler.name.is_none()
        && handler.body.iter().all(|statement| assigned_name(statement).is_some_and(|name| tried.contains(&name)))
}

/// Whether control does not go on behind a block that it was in.
pub(super) fn leaves(body: &[Stmt]) -> bool {
    matches!(body.last(), Some(Stmt::Return(_) | Stmt::Raise(_) | Stmt::Continue(_) | Stmt::Break(_)))
}

/// `name = ...`
fn assigned_name(statement: &Stmt) -> Option<&str> {
    match statement {
        Stmt::Assign(node) => match &*node.targets {
            [Expr::Name(name)] => Some(name.id.as_str()),
            _ => None,
        },
        Stmt::AnnAssign(node) => node.target.as_name_expr().map(|name| name.id.as_str()),
        _ => None,
    }
}

fn catches_exit(exception: &Expr) -> bool {
    match exception {
        Expr::Name(name) => matches!(name.id.as_str(), "SystemExit" | "BaseException"),
        Expr::Tuple(tuple) => tuple.elts.iter().any(catches_exit),
        _ => false,
    }
}

/// Whether a handler of this type catches whatever was raised.
pub(super) fn is_broad(exception: &Expr) -> bool {
    matches!(exception, Expr::Name(name) if matches!(name.id.as_str(), "Exception" | "BaseException"))
}

fn is_import(statement: &Stmt) -> bool {
    matches!(statement, Stmt::Import(_) | Stmt::ImportFrom(_))
}

/// `pb`, only to see whether there is one.
fn is_name(statement: &Stmt) -> bool {
    matches!(statement, Stmt::Expr(node) if node.value.is_name_expr())
}

/// Whether an import makes all annotations of the script texts.
pub(super) fn postpones_annotations(import: &ast::StmtImportFrom) -> bool {
    import.module.as_ref().is_some_and(|module| module.as_str() == "__future__")
        && import.names.iter().any(|alias| alias.name.as_str() == "annotations")
}

/// What a handler of `exception` guards against.
fn caught(exception: &Expr) -> Context {
    match exception {
        Expr::Name(name) => match name.id.as_str() {
            "ImportError" | "ModuleNotFoundError" => Context::IMPORT_GUARD,
            "NameError" | "UnboundLocalError" => Context::NAME_GUARD,
            "KeyError" | "LookupError" => Context::KEY_GUARD,
            "AttributeError" => Context::ATTRIBUTE_GUARD,
            "TypeError" => Context::TYPE_GUARD,
            _ => Context::default(),
        },
        Expr::Tuple(tuple) => tuple.elts.iter().map(caught).fold(Context::default(), |all, one| all | one),
        _ => Context::default(),
    }
}

/// What a condition guards against, by the names it tests. `is_flag` says which names hold a test of the version.
pub(super) fn tested(test: &Expr, is_flag: &impl Fn(&str) -> bool) -> Context {
    let all =
        |exprs: &[Expr]| exprs.iter().map(|expr| tested(expr, is_flag)).fold(Context::default(), |all, one| all | one);
    match test {
        Expr::Attribute(node) => match node.attr.as_str() {
            "version_info" | "hexversion" => Context::VERSION_GUARD,
            name if is_version_flag(name) => Context::VERSION_GUARD,
            // `sys.version_info.major`
            "major" | "minor" => tested(&node.value, is_flag),
            _ => Context::default(),
        },
        Expr::Name(node) => match node.id.as_str() {
            "version_info" | "hexversion" => Context::VERSION_GUARD,
            "__name__" => Context::MAIN_GUARD,
            name if is_flag(name) || is_version_flag(name) => Context::VERSION_GUARD,
            _ => Context::default(),
        },
        // `if "pb" not in globals():`
        Expr::Compare(node) if node.left.is_string_literal_expr() && node.comparators.iter().any(is_namespace) => {
            Context::NAME_GUARD
        }
        Expr::Compare(node) => tested(&node.left, is_flag) | all(&node.comparators),
        Expr::BoolOp(node) => all(&node.values),
        Expr::UnaryOp(node) => tested(&node.operand, is_flag),
        // `if importlib.util.find_spec("x"):`
        Expr::Call(node) => match &*node.func {
            Expr::Attribute(callee) if callee.attr.as_str() == "find_spec" => Context::IMPORT_GUARD,
            Expr::Name(callee) if callee.id.as_str() == "find_spec" => Context::IMPORT_GUARD,
            Expr::Name(callee) if callee.id.as_str() == "hasattr" => Context::ATTRIBUTE_GUARD,
            _ => Context::default(),
        },
        Expr::Subscript(node) => tested(&node.value, is_flag),
        _ => Context::default(),
    }
}

/// Whether a name says that it is a test of the version, as in `from .compat import PY310_PLUS`.
fn is_version_flag(name: &str) -> bool {
    let name = name.trim_start_matches('_');
    let name = name.strip_prefix("IS_").or_else(|| name.strip_prefix("HAS_")).unwrap_or(name);
    name.strip_prefix("PYTHON")
        .or_else(|| name.strip_prefix("PY"))
        .is_some_and(|rest| rest.trim_start_matches('_').starts_with(|letter: char| letter.is_ascii_digit()))
}

/// Whether `test` is only true for type checkers.
pub(super) fn is_type_checking(test: &Expr) -> bool {
    match test {
        Expr::Name(node) => node.id.as_str() == "TYPE_CHECKING",
        Expr::Attribute(node) => node.attr.as_str() == "TYPE_CHECKING",
        _ => false,
    }
}

/// `globals()` and its kin.
fn is_namespace(expr: &Expr) -> bool {
    let Expr::Call(call) = expr else { return false };
    matches!(&*call.func, Expr::Name(name) if matches!(name.id.as_str(), "globals" | "locals" | "vars" | "dir"))
}
