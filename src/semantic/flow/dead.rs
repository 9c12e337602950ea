//! Which functions may hold statements that can't run: a look at their statements that spares most functions the graph.

use crate::syntax::ast::{self, Stmt};
use crate::text::TextRange;

use super::super::Model;
use super::super::model::{FunctionId, ScopeId};
use super::super::truth::{always_runs, never_ends, truth};

impl<'a> Model<'a> {
    /// Statements of a function that can't run, each the first of its run of such statements.
    pub fn unreachable(&self, function: FunctionId) -> Vec<TextRange> {
        if self.may_hold_dead_code(function) { self.flow(function).unreachable() } else { Vec::new() }
    }

    /// Whether the graph of a function is worth a look: without, each of its statements can be reached.
    pub(super) fn may_hold_dead_code(&self, function: FunctionId) -> bool {
        let function = self.function(function);
        Look { model: self, scope: function.scope }.body(&function.node.body).is_none()
    }
}

/// Each question gives whether control may never come out at the end; `None` where something inside may not be reached.
struct Look<'m, 'a> {
    model: &'m Model<'a>,
    scope: ScopeId,
}

impl<'a> Look<'_, 'a> {
    fn body(&self, body: &'a [Stmt]) -> Option<bool> {
        body.iter().try_fold(false, |leaves, statement| if leaves { None } else { self.statement(statement) })
    }

    fn statement(&self, statement: &'a Stmt) -> Option<bool> {
        match statement {
            Stmt::Return(_) | Stmt::Raise(_) | Stmt::Break(_) | Stmt::Continue(_) => Some(true),
            Stmt::Assert(node) => Some(truth(&node.test) == Some(false)),
            Stmt::Expr(node) => Some(self.model.never_returns(&node.value, self.scope)),
            Stmt::If(node) => self.if_statement(node),
            Stmt::For(node) => {
                let leaves = self.body(&node.body)?;
                let is_certain =
                    never_ends(self.model, &node.iter) || leaves && always_runs(self.model, &node.iter, self.scope);
                if is_certain { None } else { self.body(&node.orelse) }
            }
            Stmt::While(node) => {
                self.body(&node.body)?;
                match truth(&node.test) {
                    None => self.body(&node.orelse),
                    Some(true) if node.orelse.is_empty() => Some(true),
                    Some(_) => None,
                }
            }
            Stmt::Try(node) => self.try_statement(node),
            Stmt::With(node) => self.body(&node.body),
            Stmt::Match(_) => None,
            _ => Some(false),
        }
    }

    fn if_statement(&self, node: &'a ast::StmtIf) -> Option<bool> {
        let mut leaves = self.body(&node.body)?;
        let mut tests = vec![&*node.test];
        for clause in &node.elif_else_clauses {
            leaves &= self.body(&clause.body)?;
            tests.extend(&clause.test);
        }
        if tests.iter().any(|test| truth(test).is_some()) {
            return None;
        }
        let is_exhaustive = tests.len() == node.elif_else_clauses.len();
        Some(leaves && is_exhaustive)
    }

    fn try_statement(&self, node: &'a ast::StmtTry) -> Option<bool> {
        let mut leaves = self.body(&node.body)?;
        if !node.orelse.is_empty() {
            leaves = if leaves { None } else { self.body(&node.orelse) }?;
        }
        for ast::ExceptHandler::ExceptHandler(handler) in &node.handlers {
            leaves &= self.body(&handler.body)?;
        }
        match (leaves, node.finalbody.is_empty()) {
            (_, true) => Some(leaves),
            (true, false) => None,
            (false, false) => self.body(&node.finalbody),
        }
    }
}
