//! What a condition or a handler around code guards it against.

use crate::syntax::ast::Expr;

use super::model::Context;

/// What a handler of `exception` guards against.
pub(super) fn caught(exception: &Expr) -> Context {
    match exception {
        Expr::Name(name) => match name.id.as_str() {
            "ImportError" | "ModuleNotFoundError" => Context::IMPORT_GUARD,
            "NameError" => Context::NAME_GUARD,
            "KeyError" | "LookupError" => Context::KEY_GUARD,
            "Exception" | "BaseException" => Context::IMPORT_GUARD | Context::NAME_GUARD,
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
