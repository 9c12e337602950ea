//! Loops that look at what they count, to leave the function in their last round: `if attempt == 2: return ...`.

use crate::syntax::ast::{self, Expr, Stmt};

/// The rounds of a loop.
pub(super) struct Rounds<'a> {
    body: &'a [Stmt],
    /// The names that tell one round from the next.
    counters: Vec<&'a str>,
    /// Whether they count, and are no elements of something that is searched.
    counts: bool,
}

impl<'a> Rounds<'a> {
    /// Those of a `for`.
    pub(super) fn of_for(node: &'a ast::StmtFor) -> Self {
        let counters = match &*node.target {
            Expr::Name(name) => vec![name.id.as_str()],
            Expr::Tuple(tuple) => tuple.elts.iter().filter_map(name).collect(),
            _ => Vec::new(),
        };
        Self { body: &node.body, counters, counts: counts(&node.iter) }
    }

    /// Those of a `while`.
    pub(super) fn of_while(node: &'a ast::StmtWhile) -> Self {
        let test = match &*node.test {
            Expr::UnaryOp(node) if node.op == ast::UnaryOp::Not => &*node.operand,
            test => test,
        };
        let counter = match test {
            Expr::Compare(test) => name(&test.left),
            test => name(test),
        };
        Self { body: &node.body, counters: counter.into_iter().collect(), counts: true }
    }

    /// Whether the loop leaves the function in its last round. Then it hardly ever ends by itself.
    pub(super) fn leave_in_the_last(mut self) -> bool {
        if self.counters.is_empty() {
            return false;
        }
        let mut waiting = vec![self.body];
        while let Some(body) = waiting.pop() {
            for statement in body {
                match statement {
                    Stmt::Assign(node) if matches!(&*node.value, Expr::Compare(_)) && self.looks(&node.value) => {
                        self.counters.extend(node.targets.iter().filter_map(name));
                    }
                    Stmt::If(node) if self.looks(&node.test) && self.leaves(node, body) => return true,
                    _ => {}
                }
                waiting.extend(blocks(statement));
            }
        }
        false
    }

    /// Whether a test tells the last round from others.
    fn looks(&self, test: &Expr) -> bool {
        match test {
            Expr::Compare(node) => {
                self.is_counted(&node.left) || node.comparators.iter().any(|side| self.is_counted(side))
            }
            Expr::UnaryOp(node) if node.op == ast::UnaryOp::Not => self.looks(&node.operand),
            Expr::BoolOp(node) if node.op == ast::BoolOp::Or => node.values.iter().any(|part| self.looks(part)),
            test => self.counts && name(test).is_some_and(|name| self.counters.contains(&name)),
        }
    }

    /// `attempt`, `attempt + 1`
    fn is_counted(&self, expr: &Expr) -> bool {
        match expr {
            Expr::BinOp(node) => self.is_counted(&node.left) || self.is_counted(&node.right),
            expr => name(expr).is_some_and(|name| self.counters.contains(&name)),
        }
    }

    /// Whether an `if` in `body` leaves the function in one of its branches, or goes on with the next round in one and
    /// what follows it leaves.
    fn leaves(&self, node: &ast::StmtIf, body: &[Stmt]) -> bool {
        let leaves = |body: &[Stmt]| matches!(body.last(), Some(Stmt::Return(_) | Stmt::Raise(_)));
        let goes_on = |body: &[Stmt]| matches!(body.last(), Some(Stmt::Continue(_)));
        let branches = || std::iter::once(&node.body).chain(node.elif_else_clauses.iter().map(|clause| &clause.body));
        branches().any(|branch| leaves(branch))
            || self.counts && branches().any(|branch| goes_on(branch)) && leaves(body)
    }
}

/// Whether an iterable gives numbers.
fn counts(iterable: &Expr) -> bool {
    let Expr::Call(call) = iterable else { return false };
    match (name(&call.func), call.arguments.args.first()) {
        (Some("range" | "enumerate"), _) => true,
        (Some("reversed" | "list"), Some(first)) => counts(first),
        _ => false,
    }
}

fn name(expr: &Expr) -> Option<&str> {
    expr.as_name_expr().map(|name| name.id.as_str())
}

/// The blocks of a statement that run in the same round.
fn blocks(statement: &Stmt) -> Vec<&[Stmt]> {
    match statement {
        Stmt::If(node) => {
            let branches = node.elif_else_clauses.iter().map(|clause| &clause.body[..]);
            std::iter::once(&node.body[..]).chain(branches).collect()
        }
        Stmt::Try(node) => {
            let handlers = node.handlers.iter().map(|ast::ExceptHandler::ExceptHandler(handler)| &handler.body[..]);
            [&node.body[..], &node.orelse, &node.finalbody].into_iter().chain(handlers).collect()
        }
        Stmt::With(node) => vec![&node.body],
        _ => Vec::new(),
    }
}
