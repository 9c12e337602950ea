//! What Python 3.9's `compile()` refuses after its parser has accepted a text.

use ruff_python_ast::visitor::{self, Visitor};
use ruff_python_ast::{self as ast, Expr, ExprContext, Stmt};
use ruff_python_parser::semantic_errors::{SemanticSyntaxChecker, SemanticSyntaxErrorKind};

use super::scopes::{ScopeKind, Scopes};
use super::{Apart, NewerSyntax, SyntaxError, messages};
use crate::text::{Ranged, TextRange, TextSize};

/// How many loops, `try` and `with` blocks CPython nests in one function.
const MAX_BLOCKS: usize = 20;

/// What the checks find, in no order.
#[derive(Debug, Default)]
pub(super) struct Findings {
    pub(super) errors: Vec<SyntaxError>,
    pub(super) newer: Vec<NewerSyntax>,
    /// What makes the top-level statements independent of each other, if they are.
    pub(super) apart: Option<Apart>,
}

/// Checks the statements of a module, or some of them behind an import that postpones annotations or not.
pub(super) fn check(text: &str, body: &[Stmt], annotations: bool) -> Findings {
    let mut scopes = Scopes::new(text, body);
    scopes.future_annotations = annotations;
    let declares = !scopes.current().declared.is_empty();
    let (parser, findings) = (SemanticSyntaxChecker::new(), Findings::default());
    let mut checks = Checks { text, parser, scopes, findings, imports_end: TextSize::default() };
    checks.visit_body(body);
    let reported = checks.scopes.reported.take();
    let annotations = checks.scopes.future_annotations;
    let mut findings = checks.findings;
    let imports_end = checks.imports_end;
    findings.apart = (!declares).then_some(Apart { imports_end, annotations, damaged: None, plain: false });
    findings.errors.extend(reported.into_iter().map(|error| {
        let message = match &error.kind {
            SemanticSyntaxErrorKind::LoadBeforeGlobalDeclaration { name, .. } => used_before(name),
            _ => messages::decapitalized(&error.to_string()),
        };
        SyntaxError { range: error.range, message }
    }));
    findings
}

fn used_before(name: &str) -> String {
    format!("name `{name}` is used before it is declared `global` or `nonlocal`")
}

struct Checks<'a> {
    text: &'a str,
    parser: SemanticSyntaxChecker,
    scopes: Scopes<'a>,
    findings: Findings,
    /// Where the last statement so far ends that imports from `__future__`.
    imports_end: TextSize,
}

impl<'a> Visitor<'a> for Checks<'a> {
    fn visit_stmt(&mut self, stmt: &'a Stmt) {
        self.parser.visit_stmt(stmt, &self.scopes);
        match stmt {
            Stmt::FunctionDef(def) => self.function(def),
            Stmt::ClassDef(class) => self.class(class),
            Stmt::For(ast::StmtFor { target, iter, body, orelse, is_async, .. }) => {
                if *is_async {
                    self.need_async(stmt.range(), "async for");
                }
                self.visit_expr(iter);
                self.visit_expr(target);
                self.loop_blocks(stmt, body, orelse);
            }
            Stmt::While(ast::StmtWhile { test, body, orelse, .. }) => {
                self.visit_expr(test);
                self.loop_blocks(stmt, body, orelse);
            }
            Stmt::With(with) => self.with(with),
            Stmt::Try(tried) => self.try_blocks(tried),
            Stmt::ImportFrom(import) => {
                if import.module.as_deref() == Some("__future__") {
                    self.imports_end = stmt.end();
                    self.scopes.future_annotations |= import.names.iter().any(|name| name.name.id == "annotations");
                }
                visitor::walk_stmt(self, stmt);
            }
            Stmt::Global(ast::StmtGlobal { names, .. }) => self.check_declared(names, false),
            Stmt::Nonlocal(ast::StmtNonlocal { names, .. }) => self.check_declared(names, true),
            Stmt::Expr(ast::StmtExpr { value, .. }) => {
                self.refuse_star(value);
                self.visit_expr(value);
            }
            Stmt::AnnAssign(annotated) => {
                annotated.value.iter().for_each(|value| self.refuse_star(value));
                visitor::walk_stmt(self, stmt);
            }
            Stmt::AugAssign(augmented) => {
                self.refuse_star(&augmented.value);
                visitor::walk_stmt(self, stmt);
            }
            Stmt::Delete(delete) => {
                delete.targets.iter().for_each(|target| self.refuse_star(target));
                visitor::walk_stmt(self, stmt);
            }
            _ => visitor::walk_stmt(self, stmt),
        }
    }

    fn visit_expr(&mut self, expr: &'a Expr) {
        self.parser.visit_expr(expr, &self.scopes);
        match expr {
            Expr::Lambda(lambda) => {
                if let Some(parameters) = &lambda.parameters {
                    self.visit_parameters(parameters);
                }
                self.scopes.push(ScopeKind::Lambda, lambda.parameters.as_deref(), &[]);
                self.visit_expr(&lambda.body);
                self.scopes.pop();
            }
            Expr::ListComp(ast::ExprListComp { elt, generators, .. })
            | Expr::SetComp(ast::ExprSetComp { elt, generators, .. }) => {
                self.comprehension(expr, &[elt], generators, false);
            }
            Expr::Generator(ast::ExprGenerator { elt, generators, .. }) => {
                self.comprehension(expr, &[elt], generators, true);
            }
            Expr::DictComp(ast::ExprDictComp { key, value, generators, .. }) => match key {
                Some(key) => self.comprehension(expr, &[key, value], generators, false),
                None => self.comprehension(expr, &[value], generators, false),
            },
            Expr::Await(_) => {
                self.check_await(expr.range());
                visitor::walk_expr(self, expr);
            }
            Expr::Subscript(subscript) => {
                self.check_index(&subscript.slice);
                visitor::walk_expr(self, expr);
            }
            Expr::Attribute(attribute) => {
                if attribute.ctx == ExprContext::Store {
                    self.refuse_debug(&attribute.attr);
                }
                self.visit_expr(&attribute.value);
            }
            // Nothing is below these.
            Expr::Name(_) | Expr::StringLiteral(_) | Expr::NumberLiteral(_) => {}
            _ => visitor::walk_expr(self, expr),
        }
    }

    fn visit_keyword(&mut self, keyword: &'a ast::Keyword) {
        keyword.arg.iter().for_each(|name| self.refuse_debug(name));
        visitor::walk_keyword(self, keyword);
    }

    fn visit_except_handler(&mut self, handler: &'a ast::ExceptHandler) {
        let ast::ExceptHandler::ExceptHandler(inner) = handler;
        inner.name.iter().for_each(|name| self.check_bound(name));
        visitor::walk_except_handler(self, handler);
    }

    fn visit_interpolated_string_element(&mut self, element: &'a ast::InterpolatedStringElement) {
        if let ast::InterpolatedStringElement::Interpolation(field) = element {
            self.refuse_star(&field.expression);
            let fields = field.format_spec.iter().flat_map(|spec| spec.elements.interpolations());
            for nested in fields.filter(|nested| {
                nested.format_spec.as_ref().is_some_and(|spec| spec.elements.interpolations().next().is_some())
            }) {
                self.error(nested.range, "fields of an f-string are nested too deeply");
            }
        }
        visitor::walk_interpolated_string_element(self, element);
    }
}

impl<'a> Checks<'a> {
    fn error(&mut self, range: TextRange, message: impl Into<String>) {
        self.findings.errors.push(SyntaxError { range, message: message.into() });
    }

    fn function(&mut self, def: &'a ast::StmtFunctionDef) {
        self.check_bound(&def.name);
        def.decorator_list.iter().for_each(|decorator| self.visit_decorator(decorator));
        self.visit_parameters(&def.parameters);
        def.returns.iter().for_each(|returns| self.visit_annotation(returns));
        self.scopes.push(ScopeKind::Function { is_async: def.is_async }, Some(&def.parameters), &def.body);
        self.visit_body(&def.body);
        self.scopes.pop();
    }

    fn class(&mut self, class: &'a ast::StmtClassDef) {
        self.check_bound(&class.name);
        class.decorator_list.iter().for_each(|decorator| self.visit_decorator(decorator));
        class.arguments.iter().for_each(|arguments| self.visit_arguments(arguments));
        self.scopes.push(ScopeKind::Class, None, &class.body);
        self.visit_body(&class.body);
        self.scopes.pop();
    }

    fn loop_blocks(&mut self, stmt: &'a Stmt, body: &'a [Stmt], orelse: &'a [Stmt]) {
        self.scopes.current_mut().loops += 1;
        self.blocks(1, stmt.range(), |checks| checks.visit_body(body));
        self.scopes.current_mut().loops -= 1;
        self.visit_body(orelse);
    }

    fn with(&mut self, with: &'a ast::StmtWith) {
        if with.is_async {
            self.need_async(with.range, "async with");
        }
        with.items.iter().for_each(|item| self.visit_with_item(item));
        self.blocks(with.items.len(), with.range, |checks| checks.visit_body(&with.body));
    }

    fn try_blocks(&mut self, tried: &'a ast::StmtTry) {
        let (last, rest) = tried.handlers.split_last().unzip();
        for handler in rest.unwrap_or_default() {
            let ast::ExceptHandler::ExceptHandler(inner) = handler;
            if inner.type_.is_none() {
                self.error(TextRange::at(inner.range.start(), 6.into()), "a bare `except:` must be the last one");
            }
        }
        let finally = usize::from(!tried.finalbody.is_empty());
        let handled = usize::from(last.is_some());
        self.blocks(finally + handled, tried.range, |checks| checks.visit_body(&tried.body));
        self.blocks(finally + 2 * handled, tried.range, |checks| {
            tried.handlers.iter().for_each(|handler| checks.visit_except_handler(handler));
        });
        self.blocks(finally, tried.range, |checks| checks.visit_body(&tried.orelse));
        self.blocks(finally, tried.range, |checks| checks.visit_body(&tried.finalbody));
    }

    /// Visits what is inside `count` more blocks.
    fn blocks(&mut self, count: usize, range: TextRange, visit: impl FnOnce(&mut Self)) {
        let before = self.scopes.current().blocks;
        let now = before + count;
        if before <= MAX_BLOCKS && now > MAX_BLOCKS {
            self.error(range, "too many nested loops, `try` and `with` blocks: Python has room for 20");
        }
        self.scopes.current_mut().blocks = now;
        visit(self);
        self.scopes.current_mut().blocks = before;
    }

    /// Visits a comprehension: its first iterable belongs to the scope around it.
    fn comprehension(&mut self, expr: &Expr, elements: &[&'a Expr], parts: &'a [ast::Comprehension], generator: bool) {
        let coroutine = needs_loop(elements, parts);
        if coroutine && !generator && !self.scopes.is_coroutine() {
            self.error(expr.range(), "asynchronous comprehension outside of an asynchronous function");
        }
        parts.iter().take(1).for_each(|first| self.visit_expr(&first.iter));
        self.scopes.push(ScopeKind::Comprehension { generator, coroutine }, None, &[]);
        for (index, part) in parts.iter().enumerate() {
            self.visit_expr(&part.target);
            if index > 0 {
                self.visit_expr(&part.iter);
            }
            part.ifs.iter().for_each(|condition| self.visit_expr(condition));
        }
        elements.iter().for_each(|element| self.visit_expr(element));
        self.scopes.pop();
    }

    fn check_await(&mut self, range: TextRange) {
        match self.scopes.current().kind {
            ScopeKind::Module | ScopeKind::Class => self.error(range, "`await` outside of a function"),
            ScopeKind::Function { is_async: false } | ScopeKind::Lambda => {
                self.error(range, "`await` outside of an asynchronous function");
            }
            ScopeKind::Function { is_async: true } | ScopeKind::Comprehension { .. } => {}
        }
    }

    fn need_async(&mut self, range: TextRange, what: &str) {
        if self.scopes.current().kind != (ScopeKind::Function { is_async: true }) {
            let range = TextRange::at(range.start(), 5.into());
            self.error(range, format!("`{what}` outside of an asynchronous function"));
        }
    }

    /// Checks that no name is declared both global and nonlocal.
    fn check_declared(&mut self, names: &[ast::Identifier], nonlocal: bool) {
        for name in names {
            let declared = self.scopes.current().declared.get(name.as_str());
            if declared.is_some_and(|declaration| declaration.nonlocal != nonlocal) {
                self.error(name.range, format!("name `{name}` is nonlocal and global"));
            }
        }
    }

    /// Checks a name that is bound without being an expression.
    fn check_bound(&mut self, name: &ast::Identifier) {
        let declared = self.scopes.current().declared.get(name.as_str()).copied();
        if declared.is_some_and(|declaration| name.range.start() < declaration.range.start()) {
            self.error(name.range, used_before(name));
        }
    }

    fn refuse_debug(&mut self, name: &ast::Identifier) {
        if name.id == "__debug__" {
            self.error(name.range, "cannot assign to `__debug__`");
        }
    }

    fn refuse_star(&mut self, expr: &Expr) {
        if expr.is_starred_expr() {
            self.error(expr.range(), "starred expression cannot be used here");
        }
    }

    /// Reports `a[b := 1]`: 3.9 wants parentheses.
    fn check_index(&mut self, index: &Expr) {
        let elements = match index {
            Expr::Tuple(tuple) if !tuple.parenthesized => tuple.elts.as_slice(),
            _ => std::slice::from_ref(index),
        };
        for element in elements.iter().filter(|element| element.is_named_expr()) {
            let range = element.range();
            let before = self.text[..range.start().to_usize()].trim_end();
            if !before.ends_with('(') {
                let what = "`:=` without parentheses in an index".to_owned();
                self.findings.newer.push(NewerSyntax { range, what, since: (3, 10) });
            }
        }
    }
}

/// Whether a comprehension awaits anything in its own scope.
fn needs_loop(elements: &[&Expr], parts: &[ast::Comprehension]) -> bool {
    let mut awaits = Awaits(parts.iter().any(|part| part.is_async));
    for (index, part) in parts.iter().enumerate() {
        if index > 0 {
            awaits.visit_expr(&part.iter);
        }
        part.ifs.iter().for_each(|condition| awaits.visit_expr(condition));
    }
    elements.iter().for_each(|element| awaits.visit_expr(element));
    awaits.0
}

/// Whether an `await` was found outside of inner scopes.
struct Awaits(bool);

impl<'a> Visitor<'a> for Awaits {
    fn visit_expr(&mut self, expr: &'a Expr) {
        match expr {
            Expr::Await(_) => self.0 = true,
            Expr::Lambda(_) => {}
            Expr::ListComp(ast::ExprListComp { generators, .. })
            | Expr::SetComp(ast::ExprSetComp { generators, .. })
            | Expr::DictComp(ast::ExprDictComp { generators, .. })
            | Expr::Generator(ast::ExprGenerator { generators, .. }) => {
                generators.iter().take(1).for_each(|first| self.visit_expr(&first.iter));
            }
            _ => visitor::walk_expr(self, expr),
        }
    }
}
