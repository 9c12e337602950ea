//! What is known of values without running anything: constant conditions, loops that always run or never end,
//! calls that never come back.

use crate::syntax::ast::{self, Expr, Stmt};

use super::Model;
use super::condition::{Fact, integer};
use super::model::{BindingKind, FunctionId, ScopeId};
use super::trail::{Effort, Trail};

/// Whether a literal, or `not` and `and` and `or` of literals, is true in a condition.
pub fn truth(expr: &Expr) -> Option<bool> {
    match expr {
        Expr::BooleanLiteral(node) => Some(node.value),
        Expr::NoneLiteral(_) => Some(false),
        Expr::EllipsisLiteral(_) => Some(true),
        Expr::NumberLiteral(node) => match &node.value {
            ast::Number::Int(value) => Some(*value != ast::Int::ZERO),
            ast::Number::Float(value) => Some(*value != 0.0),
            ast::Number::Complex { .. } => None,
        },
        Expr::StringLiteral(node) => Some(!node.value.is_empty()),
        Expr::BytesLiteral(node) => Some(!node.value.is_empty()),
        Expr::List(node) => display_truth(&node.elts),
        Expr::Tuple(node) => display_truth(&node.elts),
        Expr::Set(node) => display_truth(&node.elts),
        Expr::Dict(node) => match &node.items[..] {
            [] => Some(false),
            items => items.iter().any(|item| item.key.is_some()).then_some(true),
        },
        Expr::UnaryOp(node) if node.op == ast::UnaryOp::Not => truth(&node.operand).map(|is| !is),
        Expr::BoolOp(node) => {
            let decides = node.op == ast::BoolOp::Or;
            let mut all_known = true;
            for value in &node.values {
                match truth(value) {
                    Some(is) if is == decides => return all_known.then_some(decides),
                    Some(_) => {}
                    None => all_known = false,
                }
            }
            all_known.then_some(!decides)
        }
        _ => None,
    }
}

/// Whether a list, tuple or set is empty; one with a starred part may be.
fn display_truth(elements: &[Expr]) -> Option<bool> {
    match elements {
        [] => Some(false),
        _ => elements.iter().any(|element| !element.is_starred_expr()).then_some(true),
    }
}

/// Whether a `for` over `iterable` runs its body at least once, for certain.
pub(super) fn always_runs<'a>(model: &Model<'a>, iterable: &'a Expr, scope: ScopeId) -> bool {
    let Expr::Call(call) = iterable else { return constant_truth(model, iterable, scope) == Some(true) };
    let Expr::Name(function) = &*call.func else { return never_ends(model, iterable) };
    if model.home(function, scope).is_some() {
        return never_ends(model, iterable);
    }
    let number = |expr: &Expr| constant_number(model, expr, scope);
    match (function.id.as_str(), &*call.arguments.args) {
        ("enumerate" | "reversed" | "sorted" | "list" | "tuple", [first, ..]) => {
            constant_truth(model, first, scope) == Some(true) || always_runs(model, first, scope)
        }
        ("range", [stop]) => at_least(model, stop, scope).is_some_and(|stop| stop > 0),
        ("range", [start, stop]) => {
            number(start).zip(at_least(model, stop, scope)).is_some_and(|(start, stop)| start < stop)
        }
        ("range", [start, stop, step]) => match (number(start), number(stop), number(step)) {
            (Some(start), Some(stop), Some(step)) => step > 0 && start < stop || step < 0 && start > stop,
            _ => false,
        },
        _ => false,
    }
}

/// Whether `iterable` names a list or dictionary that is not empty and, going by its name in capitals, stays so; or
/// counts what is in one.
pub(super) fn hardly_skips<'a>(model: &Model<'a>, iterable: &'a Expr, scope: ScopeId) -> bool {
    match iterable {
        Expr::Name(name) => {
            let is_constant = name.id.contains(char::is_uppercase) && !name.id.contains(char::is_lowercase);
            is_constant && only_value(model, name, scope).is_some_and(|value| truth(value) == Some(true))
        }
        Expr::Call(call) => {
            let counts = matches!(&*call.func, Expr::Name(name) if matches!(name.id.as_str(), "enumerate" | "reversed" | "range" | "len"));
            counts && call.arguments.args.first().is_some_and(|first| hardly_skips(model, first, scope))
        }
        _ => false,
    }
}

/// The least that an expression can give, where that is known.
fn at_least(model: &Model<'_>, expr: &Expr, scope: ScopeId) -> Option<i64> {
    match expr {
        Expr::Call(call) => {
            let is_length = matches!(&*call.func, Expr::Name(name) if name.id.as_str() == "len" && model.home(name, scope).is_none());
            is_length.then_some(0)
        }
        Expr::BinOp(node) if node.op == ast::Operator::Add => {
            at_least(model, &node.left, scope)?.checked_add(at_least(model, &node.right, scope)?)
        }
        _ => constant_number(model, expr, scope),
    }
}

/// Whether a `for` over `iterable` goes on for ever: `itertools.count()` and its kin.
pub(super) fn never_ends(model: &Model<'_>, iterable: &Expr) -> bool {
    let Expr::Call(call) = iterable else { return false };
    let is_candidate = match &*call.func {
        Expr::Name(name) => matches!(name.id.as_str(), "count" | "cycle"),
        Expr::Attribute(attribute) => matches!(attribute.attr.as_str(), "count" | "cycle"),
        _ => false,
    };
    is_candidate && model.callee(call).is_some_and(|path| matches!(path.parts(), ["itertools", "count" | "cycle"]))
}

/// The truth of a literal, or of a name that the script binds once, to a literal.
fn constant_truth(model: &Model<'_>, expr: &Expr, scope: ScopeId) -> Option<bool> {
    match expr {
        // What a name holds may have been filled or emptied since, unless it can't change.
        Expr::Name(name) => only_value(model, name, scope)
            .filter(|value| !matches!(value, Expr::List(_) | Expr::Dict(_) | Expr::Set(_)))
            .and_then(truth),
        other => truth(other),
    }
}

/// The integer that an expression gives whose names the script binds once each, to literals.
fn constant_number(model: &Model<'_>, expr: &Expr, scope: ScopeId) -> Option<i64> {
    integer(expr, &|name| model.constant(name, scope)?.number)
}

/// What the script binds a name to, if it does so once.
fn only_value<'a>(model: &Model<'a>, name: &ast::ExprName, scope: ScopeId) -> Option<&'a Expr> {
    match model.bindings_of_name(name, scope) {
        [only] => match model.binding(*only).kind {
            BindingKind::Assignment(value) => value,
            _ => None,
        },
        _ => None,
    }
}

impl<'a> Model<'a> {
    /// What is known of a name that the script binds once.
    pub(super) fn constant(&self, name: &str, scope: ScopeId) -> Option<Fact<'a>> {
        match self.bindings_of(name, scope) {
            [only] => match self.binding(*only).kind {
                BindingKind::Assignment(Some(value)) if value.is_literal_expr() => Some(Fact::of(value)),
                _ => None,
            },
            _ => None,
        }
    }

    /// Whether evaluating `expr` never comes back: `sys.exit()` and its kin, or a function of the script that always
    /// ends so or with an exception.
    pub fn never_returns(&self, expr: &'a Expr, scope: ScopeId) -> bool {
        self.never_returns_within(expr, scope, Effort::default().trail())
    }

    fn never_returns_within(&self, expr: &'a Expr, scope: ScopeId, trail: Trail<'_>) -> bool {
        let (Expr::Call(call), Some(trail)) = (expr, trail.next()) else { return false };
        if let Some(function) = self.function_named(&call.func, scope) {
            return self.always_leaves(function, trail);
        }
        let is_candidate = match &*call.func {
            Expr::Name(name) => match self.bindings_of_name(name, scope) {
                [] => matches!(name.id.as_str(), "exit" | "quit"),
                [only] => matches!(self.binding(*only).kind, BindingKind::Import(_)),
                _ => false,
            },
            Expr::Attribute(attribute) => matches!(attribute.attr.as_str(), "exit" | "_exit" | "abort"),
            _ => false,
        };
        if !is_candidate {
            return false;
        }
        match (&*call.func, self.callee(call)) {
            (_, Some(path)) => {
                matches!(path.parts(), ["sys", "exit"] | ["exit" | "quit"] | ["os", "_exit" | "abort"])
            }
            // `site` adds these two, which are no builtins.
            (Expr::Name(name), None) => !self.is_bound(name.id.as_str(), scope),
            _ => false,
        }
    }

    /// Whether the script or the system script binds a name that is read in `scope`.
    fn is_bound(&self, name: &str, scope: ScopeId) -> bool {
        self.resolve(name, scope).is_some() || self.system().is_some_and(|system| system.binds(name))
    }

    fn always_leaves(&self, function: FunctionId, trail: Trail<'_>) -> bool {
        let function = self.function(function);
        function.returns.is_empty()
            && !function.is_generator
            && !function.node.is_async
            && self.leaves(&function.node.body, function.scope, trail)
    }

    /// Whether a body without `return` always ends by an exception, or ends the process.
    fn leaves(&self, body: &'a [Stmt], scope: ScopeId, trail: Trail<'_>) -> bool {
        let Some(trail) = trail.next() else { return false };
        match body.last() {
            Some(Stmt::Raise(_)) => true,
            Some(Stmt::Expr(node)) => self.never_returns_within(&node.value, scope, trail),
            Some(Stmt::If(node)) => {
                node.elif_else_clauses.last().is_some_and(|clause| clause.test.is_none())
                    && self.leaves(&node.body, scope, trail)
                    && node.elif_else_clauses.iter().all(|clause| self.leaves(&clause.body, scope, trail))
            }
            _ => false,
        }
    }

    /// Whether a context manager is known to swallow exceptions.
    pub(super) fn suppresses(&self, expr: &Expr) -> bool {
        let Expr::Call(call) = expr else { return false };
        let ends_in_suppress = match &*call.func {
            Expr::Name(_) => true,
            Expr::Attribute(attribute) => attribute.attr.as_str() == "suppress",
            _ => false,
        };
        ends_in_suppress && self.callee(call).is_some_and(|path| path.is("contextlib.suppress"))
    }

    /// Whether code in `scope` runs as part of the function itself: in its body, a comprehension or a class body.
    pub(super) fn is_inline(&self, scope: ScopeId, function: FunctionId) -> bool {
        let mut id = scope;
        loop {
            let current = self.scope(id);
            match (current.kind, current.parent) {
                (super::ScopeKind::Function(found), _) => return found == function,
                (super::ScopeKind::Comprehension | super::ScopeKind::Class, Some(parent)) => id = parent,
                _ => return false,
            }
        }
    }
}
