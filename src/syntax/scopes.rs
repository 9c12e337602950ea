//! Scopes as far as `compile()` looks at them.

use std::cell::RefCell;

use ruff_python_ast::visitor::{self, Visitor};
use ruff_python_ast::{self as ast, Expr, ExprContext, PythonVersion, Stmt};
use ruff_python_parser::semantic_errors::{
    LazyImportContext, SemanticSyntaxContext, SemanticSyntaxError, SemanticSyntaxErrorKind, WriteToDebugKind,
};
use rustc_hash::{FxHashMap, FxHashSet};

use crate::text::TextRange;

/// What opens a scope.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ScopeKind {
    Module,
    Class,
    Function {
        is_async: bool,
    },
    Lambda,
    /// A comprehension, whether it is a generator, and whether it needs an event loop.
    Comprehension {
        generator: bool,
        coroutine: bool,
    },
}

/// One scope.
#[derive(Debug)]
pub(super) struct Scope<'a> {
    pub(super) kind: ScopeKind,
    /// The names that `global` and `nonlocal` statements declare, and where.
    pub(super) declared: FxHashMap<&'a str, Declaration>,
    parameters: Option<&'a ast::Parameters>,
    /// All that is bound in a function, if anything in the text is nonlocal.
    bound: FxHashSet<&'a str>,
    /// How many loops are open.
    pub(super) loops: usize,
    /// How many blocks are open, as CPython counts them.
    pub(super) blocks: usize,
}

/// A `global` or `nonlocal` declaration.
#[derive(Debug, Clone, Copy)]
pub(super) struct Declaration {
    pub(super) range: TextRange,
    pub(super) nonlocal: bool,
}

/// The open scopes, outermost first, and what the parser's own checks report.
#[derive(Debug)]
pub(super) struct Scopes<'a> {
    text: &'a str,
    /// Whether the text has declarations at all.
    declares: bool,
    stack: Vec<Scope<'a>>,
    pub(super) future_annotations: bool,
    pub(super) reported: RefCell<Vec<SemanticSyntaxError>>,
}

impl<'a> Scopes<'a> {
    pub(super) fn new(text: &'a str, body: &'a [Stmt]) -> Self {
        let declares = ["global", "nonlocal"].into_iter().any(|word| begins_statement(text, word));
        let reported = RefCell::default();
        let mut scopes = Self { text, declares, stack: Vec::new(), future_annotations: false, reported };
        scopes.push(ScopeKind::Module, None, body);
        scopes
    }

    pub(super) fn push(&mut self, kind: ScopeKind, parameters: Option<&'a ast::Parameters>, body: &'a [Stmt]) {
        let mut names = Names::default();
        if self.declares {
            names.visit_body(body);
            names.bound.extend(parameters.into_iter().flatten().map(|parameter| parameter.name().as_str()));
        }
        let Names { declared, bound, .. } = names;
        self.stack.push(Scope { kind, declared, parameters, bound, loops: 0, blocks: 0 });
    }

    pub(super) fn pop(&mut self) {
        self.stack.pop();
    }

    pub(super) fn current(&self) -> &Scope<'a> {
        &self.stack[self.stack.len() - 1]
    }

    pub(super) fn current_mut(&mut self) -> &mut Scope<'a> {
        let index = self.stack.len() - 1;
        &mut self.stack[index]
    }

    /// Whether what stands here may wait for an event loop, as a comprehension sees it.
    pub(super) fn is_coroutine(&self) -> bool {
        match self.current().kind {
            ScopeKind::Function { is_async } => is_async,
            ScopeKind::Comprehension { coroutine, .. } => coroutine,
            ScopeKind::Module | ScopeKind::Class | ScopeKind::Lambda => false,
        }
    }
}

/// Whether a statement of a text may begin with `word`.
fn begins_statement(text: &str, word: &str) -> bool {
    memchr::memmem::find_iter(text.as_bytes(), word).any(|at| {
        let before = text[..at].trim_end_matches([' ', '\t', '\x0c']);
        let after = text[at + word.len()..].chars().next();
        after.is_some_and(|next| next == '\\' || next.is_ascii_whitespace())
            && (before.is_empty() || before.ends_with(['\n', '\r', ';', ':', '\u{feff}']))
    })
}

/// The names that a scope declares and binds, without those of the scopes inside it.
#[derive(Default)]
struct Names<'a> {
    declared: FxHashMap<&'a str, Declaration>,
    bound: FxHashSet<&'a str>,
    /// How many comprehensions are open: their targets are their own.
    comprehensions: usize,
}

impl<'a> Visitor<'a> for Names<'a> {
    fn visit_stmt(&mut self, stmt: &'a Stmt) {
        match stmt {
            Stmt::FunctionDef(def) => {
                self.bound.insert(&def.name);
            }
            Stmt::ClassDef(class) => {
                self.bound.insert(&class.name);
            }
            Stmt::Global(global) => {
                for name in &global.names {
                    self.declared.entry(name).or_insert(Declaration { range: global.range, nonlocal: false });
                }
            }
            Stmt::Nonlocal(nonlocal) => {
                for name in &nonlocal.names {
                    self.bound.insert(name);
                    self.declared.entry(name).or_insert(Declaration { range: nonlocal.range, nonlocal: true });
                }
            }
            _ => visitor::walk_stmt(self, stmt),
        }
    }

    fn visit_alias(&mut self, alias: &'a ast::Alias) {
        let name = alias.asname.as_ref().unwrap_or(&alias.name);
        self.bound.insert(name.as_str().split('.').next().unwrap_or_default());
    }

    fn visit_except_handler(&mut self, handler: &'a ast::ExceptHandler) {
        let ast::ExceptHandler::ExceptHandler(inner) = handler;
        self.bound.extend(inner.name.as_ref().map(|name| name.as_str()));
        visitor::walk_except_handler(self, handler);
    }

    fn visit_expr(&mut self, expr: &'a Expr) {
        match expr {
            Expr::Name(name) if self.comprehensions == 0 && name.ctx != ExprContext::Load => {
                self.bound.insert(&name.id);
            }
            Expr::Named(named) => {
                self.bound.extend(named.target.as_name_expr().map(|name| name.id.as_str()));
                self.visit_expr(&named.value);
            }
            Expr::ListComp(_) | Expr::SetComp(_) | Expr::DictComp(_) | Expr::Generator(_) => {
                self.comprehensions += 1;
                visitor::walk_expr(self, expr);
                self.comprehensions -= 1;
            }
            Expr::Lambda(_) => {}
            _ => visitor::walk_expr(self, expr),
        }
    }
}

impl SemanticSyntaxContext for Scopes<'_> {
    fn future_annotations_or_stub(&self) -> bool {
        self.future_annotations
    }

    fn lazy_import_context(&self) -> Option<LazyImportContext> {
        None
    }

    fn python_version(&self) -> PythonVersion {
        PythonVersion::PY39
    }

    fn source(&self) -> &str {
        self.text
    }

    fn global(&self, name: &str) -> Option<TextRange> {
        self.current().declared.get(name).map(|declaration| declaration.range)
    }

    fn has_nonlocal_binding(&self, name: &str) -> bool {
        let enclosing = &self.stack[..self.stack.len() - 1];
        if name == "__class__" && enclosing.iter().any(|scope| scope.kind == ScopeKind::Class) {
            return true;
        }
        enclosing.iter().rev().filter(|scope| matches!(scope.kind, ScopeKind::Function { .. })).any(|scope| {
            scope.bound.contains(name) && scope.declared.get(name).is_none_or(|declaration| declaration.nonlocal)
        })
    }

    fn in_async_context(&self) -> bool {
        self.is_coroutine()
    }

    fn in_await_allowed_context(&self) -> bool {
        true
    }

    fn in_yield_allowed_context(&self) -> bool {
        matches!(self.current().kind, ScopeKind::Function { .. } | ScopeKind::Lambda)
    }

    fn in_sync_comprehension(&self) -> bool {
        false
    }

    fn in_class_body_comprehension(&self) -> bool {
        let mut scopes = self.stack.iter().rev();
        scopes.find(|scope| !matches!(scope.kind, ScopeKind::Comprehension { .. })).map(|scope| scope.kind)
            == Some(ScopeKind::Class)
    }

    fn in_module_scope(&self) -> bool {
        self.current().kind == ScopeKind::Module
    }

    fn in_function_scope(&self) -> bool {
        matches!(self.current().kind, ScopeKind::Function { .. })
    }

    fn in_generator_context(&self) -> bool {
        matches!(self.current().kind, ScopeKind::Comprehension { generator: true, .. })
    }

    fn in_notebook(&self) -> bool {
        false
    }

    fn report_semantic_error(&self, error: SemanticSyntaxError) {
        // The first two depend on the scope around a comprehension, see `checks`; the last is fine in 3.9.
        let ours = matches!(
            error.kind,
            SemanticSyntaxErrorKind::AwaitOutsideAsyncFunction(_)
                | SemanticSyntaxErrorKind::AsyncComprehensionInSyncComprehension(_)
                | SemanticSyntaxErrorKind::WriteToDebug(WriteToDebugKind::Delete(_))
        );
        if !ours {
            self.reported.borrow_mut().push(error);
        }
    }

    fn in_loop_context(&self) -> bool {
        self.current().loops > 0
    }

    fn is_bound_parameter(&self, name: &str) -> bool {
        self.current().parameters.is_some_and(|parameters| parameters.includes(name))
    }
}
