//! What a condition or a handler around code guards it against.

use crate::syntax::ast::{self, ExceptHandler, Expr, Stmt};

use super::model::Context;

/// What the handlers of `statement` guard its body against.
pub(super) fn guarded(statement: &ast::StmtTry) -> Context {
    let mut guards = Context::default();
    for ExceptHandler::ExceptHandler(handler) in &statement.handlers {
        guards |= match handler.type_.as_deref() {
            Some(exception) if !is_broad(exception) => caught(exception),
            // Commands put all they do under `except Exception`; that guards an import only where nothing else is tried.
            _ if statement.body.iter().all(is_import) => Context::IMPORT_GUARD | Context::NAME_GUARD,
            _ if statement.body.len() == 1 && statement.body.iter().all(reads_one_name) => Context::NAME_GUARD,
            _ => Context::default(),
        };
    }
    guards
}

fn is_broad(exception: &Expr) -> bool {
    matches!(exception, Expr::Name(name) if matches!(name.id.as_str(), "Exception" | "BaseException"))
}

fn is_import(statement: &Stmt) -> bool {
    matches!(statement, Stmt::Import(_) | Stmt::ImportFrom(_))
}

fn reads_one_name(statement: &Stmt) -> bool {
    match statement {
        Stmt::Expr(node) => node.value.is_name_expr(),
        Stmt::Assign(node) => node.value.is_name_expr(),
        _ => false,
    }
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
            "NameError" => Context::NAME_GUARD,
            "KeyError" | "LookupError" => Context::KEY_GUARD,
            _ => Context::default(),
        },
        Expr::Tuple(tuple) => tuple.elts.iter().map(caught).fold(Context::default(), |all, one| all | one),
        _ => Context::default(),
    }
}

/// What a condition guards against, by the names it tests.
pub(super) fn tested(test: &Expr) -> Context {
    match test {
        Expr::Attribute(node) if node.attr.as_str() == "version_info" => Context::VERSION_GUARD,
        Expr::Name(node) => match node.id.as_str() {
            "version_info" => Context::VERSION_GUARD,
            "__name__" => Context::MAIN_GUARD,
            _ => Context::default(),
        },
        Expr::Compare(node) => node.comparators.iter().map(tested).fold(tested(&node.left), |all, one| all | one),
        Expr::BoolOp(node) => node.values.iter().map(tested).fold(Context::default(), |all, one| all | one),
        Expr::UnaryOp(node) => tested(&node.operand),
        // `if importlib.util.find_spec("x"):`
        Expr::Call(node) => match &*node.func {
            Expr::Attribute(callee) if callee.attr.as_str() == "find_spec" => Context::IMPORT_GUARD,
            Expr::Name(callee) if callee.id.as_str() == "find_spec" => Context::IMPORT_GUARD,
            _ => Context::default(),
        },
        Expr::Subscript(node) => tested(&node.value),
        _ => Context::default(),
    }
}

/// Whether `test` is only true for type checkers.
pub(super) fn is_type_checking(test: &Expr) -> bool {
    match test {
        Expr::Name(node) => node.id.as_str() == "TYPE_CHECKING",
        Expr::Attribute(node) => node.attr.as_str() == "TYPE_CHECKING",
        _ => false,
    }
}
