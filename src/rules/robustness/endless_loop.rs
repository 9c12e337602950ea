//! D3805.

use crate::diagnostic::Severity;
use crate::rules::{Check, Context, FixKind, Needs, Rule, Sink};
use crate::semantic::{Context as Around, Function, Model, ScopeId, ScopeKind, Site};
use crate::syntax::ast::{self, Expr, Number, Stmt};
use crate::syntax::walk::{self, Visitor};
use crate::text::Ranged;

pub(in crate::rules) static RULE: Rule = Rule {
    code: "D3805",
    name: "endless-loop",
    severity: Severity::Warning,
    default_on: true,
    fix: FixKind::None,
    needs: Needs::Nothing,
    summary: "`while True` with no way out",
    page: include_str!("endless_loop.md"),
    check: Check::Script(check),
};

fn check(context: &Context<'_>, sink: &mut Sink<'_>) {
    let model = context.model;
    for site in &model.nodes.whiles {
        if !is_always_true(&site.node.test)
            || runs_beside(model, site.scope)
            || site.context.contains(Around::MAIN_GUARD)
        {
            continue;
        }
        let mut search = Search { model, scope: site.scope, loops: 0, found: false };
        search.visit_body(&site.node.body);
        if !search.found && !is_expected_to_raise(model, site) {
            let message =
                "this loop has no way out, so the command never returns an output model; add a `break`, or a limit";
            sink.report(site.node.test.range(), message);
        }
    }
}

fn is_always_true(test: &Expr) -> bool {
    match test {
        Expr::BooleanLiteral(literal) => literal.value,
        Expr::NumberLiteral(literal) => matches!(&literal.value, Number::Int(value) if *value != 0),
        _ => false,
    }
}

/// Whether the code may run beside the command, as a thread or a task: then a loop for ever may be meant.
fn runs_beside(model: &Model<'_>, scope: ScopeId) -> bool {
    let Some(id) = model.function_of(scope) else { return false };
    let function = model.function(id);
    let in_class = model.scope(function.written_in).kind == ScopeKind::Class;
    function.node.is_async || function.is_generator || is_passed_on(model, function, in_class)
}

/// Whether a function or method is used in another way than by a call.
fn is_passed_on(model: &Model<'_>, function: &Function<'_>, in_class: bool) -> bool {
    let name = function.name();
    if in_class {
        return name == "run"
            || model
                .nodes
                .attributes
                .iter()
                .any(|site| site.node.attr.as_str() == name && model.call_of_attribute(site.node).is_none());
    }
    let entry = model.scope(function.written_in).names.get(name);
    entry.is_some_and(|entry| entry.references.iter().any(|&id| model.call_of(id).is_none()))
}

/// Whether the loop, or a call of the function around it, lies where one exception is waited for to end it.
fn is_expected_to_raise(model: &Model<'_>, site: &Site<'_, ast::StmtWhile>) -> bool {
    let calls = model.function_of(site.scope).map(|function| model.calls_by_name(function)).unwrap_or_default();
    let waits = |context: Around| context.contains(Around::EXPECTS_EXCEPTION);
    waits(site.context) || calls.iter().any(|call| waits(call.context))
}

/// Looks for anything that can end a loop.
struct Search<'m, 'a> {
    model: &'m Model<'a>,
    scope: ScopeId,
    /// How many loops deep below the loop in question.
    loops: usize,
    found: bool,
}

impl<'a> Visitor<'a> for Search<'_, 'a> {
    fn visit_stmt(&mut self, statement: &'a Stmt) {
        match statement {
            _ if self.found => {}
            Stmt::Return(_) | Stmt::Raise(_) | Stmt::Assert(_) => self.found = true,
            Stmt::Break(_) => self.found = self.loops == 0,
            Stmt::FunctionDef(_) | Stmt::ClassDef(_) => {}
            Stmt::For(ast::StmtFor { iter, body, orelse, .. }) => {
                self.visit_expr(iter);
                self.visit_inner_loop(body, orelse);
            }
            Stmt::While(ast::StmtWhile { test, body, orelse, .. }) => {
                self.visit_expr(test);
                self.visit_inner_loop(body, orelse);
            }
            _ => walk::walk_stmt(self, statement),
        }
    }

    fn visit_expr(&mut self, expr: &'a Expr) {
        match expr {
            Expr::Lambda(_) => {}
            Expr::Yield(_) | Expr::YieldFrom(_) | Expr::Await(_) => self.found = true,
            Expr::Call(call) => {
                self.found |= self.may_end(call);
                walk::walk_expr(self, expr);
            }
            _ => walk::walk_expr(self, expr),
        }
    }
}

impl<'a> Search<'_, 'a> {
    fn visit_inner_loop(&mut self, body: &'a [Stmt], orelse: &'a [Stmt]) {
        self.loops += 1;
        self.visit_body(body);
        self.loops -= 1;
        self.visit_body(orelse);
    }

    /// A call that raises when there is no more, ends the process, or goes to a function with a `raise`. Functions
    /// that are not the script's may raise as well, but so may everything: only those made for it count.
    fn may_end(&self, call: &'a ast::ExprCall) -> bool {
        if let Some(function) = self.model.function_named(&call.func, self.scope) {
            let ends = self.model.flow(function).ends();
            return ends.raises || ends.exits;
        }
        match &*call.func {
            Expr::Attribute(attribute) => {
                let name = attribute.attr.as_str();
                matches!(
                    name,
                    "pop" | "popleft" | "popitem" | "get_nowait" | "exit" | "_exit" | "abort" | "fail" | "skip"
                ) || name.starts_with("raise")
                    || name.starts_with("exec")
                    || matches!(&*attribute.value, Expr::Name(object) if matches!(object.id.as_str(), "self" | "cls"))
            }
            Expr::Name(name) => matches!(name.id.as_str(), "next" | "exit" | "quit"),
            _ => false,
        }
    }
}
