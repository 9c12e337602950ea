//! Statements that guard what stands in them.

use crate::syntax::ast;
use crate::syntax::ast::visitor::Visitor;
use crate::text::Ranged;

use super::super::guards::{BODY_ONLY, guarded, is_type_checking};
use super::super::model::{BindingKind, Context};
use super::{Builder, covered, end};

impl<'a> Builder<'a> {
    pub(super) fn visit_try(&mut self, statement: &'a ast::StmtTry) {
        self.tables.nodes.tries.push(self.site(statement));
        let mut guards = Context::CONDITIONAL | guarded(statement);
        self.with(guards, |this| this.visit_body(&statement.body));
        guards.remove(BODY_ONLY);
        self.with(guards | Context::HANDLER, |this| {
            for ast::ExceptHandler::ExceptHandler(handler) in &statement.handlers {
                if let Some(exception) = &handler.type_ {
                    this.visit_expr(exception);
                }
                if let Some(name) = &handler.name {
                    this.covered = covered(name.end(), end(&handler.body));
                    this.bind_identifier(name, BindingKind::Except);
                }
                this.visit_body(&handler.body);
            }
        });
        self.with(guards, |this| this.visit_body(&statement.orelse));
        self.visit_body(&statement.finalbody);
    }

    pub(super) fn visit_if(&mut self, statement: &'a ast::StmtIf) {
        self.tables.nodes.ifs.push(self.site(statement));
        self.tables.nodes.tests.push(&statement.test);
        self.visit_expr(&statement.test);
        let guards = Context::CONDITIONAL | self.tested(&statement.test);
        let body = if is_type_checking(&statement.test) { guards | Context::NOT_EVALUATED } else { guards };
        self.with(body, |this| this.visit_body(&statement.body));
        for clause in &statement.elif_else_clauses {
            if let Some(test) = &clause.test {
                self.tables.nodes.tests.push(test);
                self.visit_expr(test);
            }
            self.with(guards & !Context::MAIN_GUARD, |this| this.visit_body(&clause.body));
        }
    }
}
