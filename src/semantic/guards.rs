//! What a condition or a handler around code guards it against.

use rustc_hash::FxHashSet;

use crate::syntax::ast::{Expr, Stmt};

use super::model::Context;

/// What a handler of `exception` guards against.
pub(super) fn caught(exception: &Expr) -> Context {
    match exception {
        Expr::Name(name) => match name.id.as_str() {
            "ImportError" | "ModuleNotFoundError" => Context::IMPORT_GUARD,
            "NameError" => Context::NAME_GUARD,
            "KeyError" | "LookupError" => Context::KEY_GUARD,
            "AttributeError" => Context::ATTRIBUTE_GUARD,
            "SystemExit" => Context::EXIT_GUARD,
            "Exception" => Context::IMPORT_GUARD | Context::NAME_GUARD | Context::ATTRIBUTE_GUARD,
            "BaseException" => {
                Context::IMPORT_GUARD | Context::NAME_GUARD | Context::ATTRIBUTE_GUARD | Context::EXIT_GUARD
            }
            _ => Context::default(),
        },
        Expr::Tuple(tuple) => tuple.elts.iter().map(caught).fold(Context::default(), |all, one| all | one),
        _ => Context::default(),
    }
}

/// What a condition guards against, by the names it tests. `flags` are names that hold a test of the version.
pub(super) fn tested(test: &Expr, flags: &FxHashSet<&str>) -> Context {
    let all = |exprs: &[Expr]| exprs.iter().map(|expr| tested(expr, flags)).fold(Context::default(), |all, one| all | one);
    match test {
        Expr::Attribute(node) => match node.attr.as_str() {
            "version_info" | "hexversion" => Context::VERSION_GUARD,
            name if is_version_flag(name) => Context::VERSION_GUARD,
            _ => Context::default(),
        },
        Expr::Name(node) => match node.id.as_str() {
            "version_info" => Context::VERSION_GUARD,
            "__name__" => Context::MAIN_GUARD,
            name if flags.contains(name) || is_version_flag(name) => Context::VERSION_GUARD,
            _ => Context::default(),
        },
        Expr::Call(node) => match &*node.func {
            Expr::Name(name) if name.id.as_str() == "hasattr" => Context::ATTRIBUTE_GUARD,
            _ => Context::default(),
        },
        Expr::Compare(node) => tested(&node.left, flags) | all(&node.comparators),
        Expr::BoolOp(node) => all(&node.values),
        Expr::UnaryOp(node) => tested(&node.operand, flags),
        Expr::Subscript(node) => tested(&node.value, flags),
        _ => Context::default(),
    }
}

/// Whether a name says that it is a test of the version, as in `from .compat import PY310_PLUS`.
fn is_version_flag(name: &str) -> bool {
    let name = name.trim_start_matches('_');
    let name = name.strip_prefix("IS_").or_else(|| name.strip_prefix("HAS_")).unwrap_or(name);
    name.strip_prefix("PYTHON").or_else(|| name.strip_prefix("PY")).is_some_and(|rest| {
        rest.trim_start_matches('_').starts_with(|letter: char| letter.is_ascii_digit())
    })
}

/// Whether a script has `from __future__ import annotations`, after which no annotation is evaluated.
pub(super) fn defers_annotations(body: &[Stmt]) -> bool {
    body.iter().any(|statement| match statement {
        Stmt::ImportFrom(import) => {
            import.module.as_ref().is_some_and(|module| module.as_str() == "__future__")
                && import.names.iter().any(|alias| alias.name.as_str() == "annotations")
        }
        _ => false,
    })
}

/// Whether `test` is only true for type checkers.
pub(super) fn is_type_checking(test: &Expr) -> bool {
    match test {
        Expr::Name(node) => node.id.as_str() == "TYPE_CHECKING",
        Expr::Attribute(node) => node.attr.as_str() == "TYPE_CHECKING",
        _ => false,
    }
}
