//! The one walk over the tree that fills the model's tables.

use rustc_hash::FxHashSet;

use crate::syntax::Parsed;
use crate::syntax::ast::visitor::{self, Visitor};
use crate::syntax::ast::{self, Expr, ExprContext, Stmt};
use crate::text::{Ranged, TextRange, TextSize};

use super::guards::{expected, expected_in_call, leaves, tested};
use super::model::{
    Binding, BindingId, BindingKind, Context, Function, FunctionId, Import, MODULE, Nodes, Reference, Resolution,
    Scope, ScopeId, ScopeKind, Site,
};
use super::names::settle_nonlocal;

mod branches;
mod imports;
mod parameters;

/// The tables, before names are resolved.
#[derive(Debug)]
pub(super) struct Tables<'a> {
    pub scopes: Vec<Scope<'a>>,
    pub bindings: Vec<Binding<'a>>,
    pub references: Vec<Reference<'a>>,
    pub functions: Vec<Function<'a>>,
    pub imports: Vec<Import<'a>>,
    pub nodes: Nodes<'a>,
}

/// Walks the whole tree once.
pub(super) fn build(parsed: &Parsed) -> Tables<'_> {
    // In scripts a table has about one row in so many bytes; where that is wrong it grows.
    let length = parsed.text.len();
    let mut builder = Builder {
        tables: Tables {
            scopes: Vec::with_capacity(length / 300),
            bindings: Vec::with_capacity(length / 60),
            references: Vec::with_capacity(length / 30),
            functions: Vec::with_capacity(length / 500),
            imports: Vec::new(),
            nodes: Nodes {
                calls: Vec::with_capacity(length / 70),
                attributes: Vec::with_capacity(length / 100),
                strings: Vec::with_capacity(length / 50),
                assigns: Vec::with_capacity(length / 150),
                ..Nodes::default()
            },
        },
        scope: MODULE,
        function: None,
        context: Context::default(),
        version_flags: FxHashSet::default(),
        text: &parsed.text,
        postponed_annotations: false,
        nonlocal: Vec::new(),
        covered: TextRange::default(),
        block_end: TextSize::default(),
    };
    let whole = TextRange::up_to(TextSize::of(&*parsed.text));
    builder.push_scope(ScopeKind::Module, None, whole);
    builder.visit_body(&parsed.body);
    let mut tables = builder.tables;
    settle_nonlocal(&mut tables, builder.nonlocal);
    tables
}

struct Builder<'a> {
    tables: Tables<'a>,
    scope: ScopeId,
    function: Option<FunctionId>,
    context: Context,
    /// Names of the module that hold a test of the version, as `PY310 = sys.version_info >= (3, 10)`, or that keep code
    /// for another version: `HAS_BATCHED = False`.
    version_flags: FxHashSet<&'a str>,
    text: &'a str,
    /// Whether `from __future__ import annotations` was seen.
    postponed_annotations: bool,
    /// Bindings of `nonlocal` names, whose homes may be bound further down only.
    nonlocal: Vec<BindingId>,
    /// What a binding of the statement at hand covers.
    covered: TextRange,
    /// Where the innermost block ends.
    block_end: TextSize,
}

/// Where a block ends.
fn end(body: &[Stmt]) -> TextSize {
    body.last().map(Ranged::end).unwrap_or_default()
}

/// What a binding covers that is complete at `start`; nothing in trees that recovery made up.
fn covered(start: TextSize, end: TextSize) -> TextRange {
    TextRange::new(start, end.max(start))
}

/// A table's length as an index.
pub(super) fn index(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}

impl<'a> Builder<'a> {
    fn push_scope(&mut self, kind: ScopeKind, parent: Option<ScopeId>, range: TextRange) -> ScopeId {
        let id = ScopeId(index(self.tables.scopes.len()));
        self.tables.scopes.push(Scope::new(kind, parent, range));
        id
    }

    fn scope(&self, id: ScopeId) -> &Scope<'a> {
        &self.tables.scopes[id.0 as usize]
    }

    /// Runs `body` in a new scope below the current one, outside of what surrounds its definition.
    fn in_scope(&mut self, kind: ScopeKind, range: TextRange, body: impl FnOnce(&mut Self)) {
        let id = self.push_scope(kind, Some(self.scope), range);
        let kept = (self.scope, self.function, self.context);
        self.scope = id;
        match kind {
            ScopeKind::Function(function) => {
                self.function = Some(function);
                self.tables.functions[function.0 as usize].scope = id;
                self.context &= Context::VERSION_GUARD | Context::IMPORT_GUARD | Context::NOT_EVALUATED;
            }
            ScopeKind::Lambda => self.context.remove(Context::LOOP | Context::STATEMENT | Context::AWAITED),
            _ => self.context.remove(Context::STATEMENT | Context::AWAITED),
        }
        body(self);
        (self.scope, self.function, self.context) = kept;
    }

    /// Runs `body` with more context.
    fn with(&mut self, context: Context, body: impl FnOnce(&mut Self)) {
        let kept = self.context;
        self.context |= context;
        body(self);
        self.context = kept;
    }

    fn site<T>(&self, node: &'a T) -> Site<'a, T> {
        Site { node, scope: self.scope, context: self.context }
    }

    fn bind_in(&mut self, scope: ScopeId, name: &'a str, range: TextRange, kind: BindingKind<'a>) {
        if name.is_empty() {
            return;
        }
        let home = if self.scope(scope).globals.contains(&name) { MODULE } else { scope };
        let id = BindingId(index(self.tables.bindings.len()));
        self.tables.bindings.push(Binding {
            name,
            range,
            kind,
            scope: home,
            written_in: self.scope,
            covers: match kind {
                BindingKind::Assignment(_)
                | BindingKind::Annotated(Some(_))
                | BindingKind::Augmented(_)
                | BindingKind::For(_)
                | BindingKind::With(_)
                | BindingKind::Except
                | BindingKind::Import(_)
                | BindingKind::Function(_)
                | BindingKind::Class(_) => self.covered,
                _ => TextRange::default(),
            },
            context: self.context,
        });
        if self.scope(scope).nonlocals.contains(&name) {
            self.nonlocal.push(id);
        } else {
            self.tables.scopes[home.0 as usize].bind(name).push(id);
        }
    }

    fn bind(&mut self, name: &'a str, range: TextRange, kind: BindingKind<'a>) {
        self.bind_in(self.scope, name, range, kind);
    }

    fn bind_identifier(&mut self, name: &'a ast::Identifier, kind: BindingKind<'a>) {
        self.bind(name.as_str(), name.range(), kind);
    }

    /// Binds what `target` names. `value` is what the whole target gets, where that is one expression.
    fn bind_target(
        &mut self,
        target: &'a Expr,
        value: Option<&'a Expr>,
        kind: impl Fn(Option<&'a Expr>) -> BindingKind<'a> + Copy,
    ) {
        match target {
            Expr::Name(name) => self.bind(name.id.as_str(), name.range(), kind(value)),
            Expr::Starred(starred) => self.bind_target(&starred.value, None, kind),
            Expr::Tuple(ast::ExprTuple { elts, .. }) | Expr::List(ast::ExprList { elts, .. }) => {
                let values: Option<&[Expr]> = match value {
                    Some(Expr::Tuple(tuple)) => Some(&tuple.elts),
                    Some(Expr::List(list)) => Some(&list.elts),
                    _ => None,
                };
                let paired = values.filter(|values| {
                    values.len() == elts.len()
                        && !elts.iter().any(Expr::is_starred_expr)
                        && !values.iter().any(Expr::is_starred_expr)
                });
                for (place, element) in elts.iter().enumerate() {
                    self.bind_target(element, paired.and_then(|values| values.get(place)), kind);
                }
            }
            other => self.visit_expr(other),
        }
    }

    fn reference(&mut self, node: &'a ast::ExprName) {
        if node.id.is_empty() {
            return;
        }
        node.node_index.set(index(self.tables.references.len()).into());
        self.tables.references.push(Reference {
            node,
            scope: self.scope,
            resolution: Resolution::Unknown,
            context: self.context,
            call: None,
        });
    }

    /// Notes of what a call calls that it does.
    fn note_callee(&mut self, call: &ast::ExprCall) {
        let place = call.node_index.load();
        match &*call.func {
            Expr::Name(name) => {
                let read = name.node_index.load().as_u32();
                if let Some(reference) = read.and_then(|read| self.tables.references.get_mut(read as usize)) {
                    reference.call = place.as_u32();
                }
            }
            Expr::Attribute(attribute) => attribute.node_index.set(place),
            _ => {}
        }
    }

    fn visit_function(&mut self, statement: &'a ast::StmtFunctionDef) {
        for decorator in &statement.decorator_list {
            self.visit_decorator(decorator);
        }
        self.bind_type_parameters(statement.type_params.as_deref());
        self.visit_parameter_expressions(&statement.parameters);
        if let Some(returns) = &statement.returns {
            self.visit_annotation(returns);
        }
        let id = FunctionId(index(self.tables.functions.len()));
        self.tables.functions.push(Function {
            node: statement,
            written_in: self.scope,
            scope: self.scope,
            parent: self.function,
            is_generator: false,
            context: self.context,
            returns: Vec::new(),
        });
        self.bind_identifier(&statement.name, BindingKind::Function(id));
        self.in_scope(ScopeKind::Function(id), statement.range(), |this| {
            this.bind_parameters(&statement.parameters);
            this.visit_body(&statement.body);
        });
    }

    fn visit_class(&mut self, statement: &'a ast::StmtClassDef) {
        self.tables.nodes.classes.push(self.site(statement));
        for decorator in &statement.decorator_list {
            self.visit_decorator(decorator);
        }
        self.bind_type_parameters(statement.type_params.as_deref());
        if let Some(arguments) = &statement.arguments {
            self.visit_arguments(arguments);
        }
        self.bind_identifier(&statement.name, BindingKind::Class(statement));
        self.in_scope(ScopeKind::Class, statement.range(), |this| {
            this.visit_body(&statement.body);
        });
    }

    /// What a condition guards against.
    fn tested(&self, test: &Expr) -> Context {
        tested(test, &|name| self.version_flags.contains(name) && !self.is_bound_around(name))
    }

    /// Whether a name is bound in a scope around that is not the module's, so far.
    fn is_bound_around(&self, name: &str) -> bool {
        let mut scope = self.scope;
        while let Some(parent) = self.tables.scopes[scope.0 as usize].parent {
            if self.tables.scopes[scope.0 as usize].names.contains_key(name) {
                return true;
            }
            scope = parent;
        }
        false
    }

    fn note_version_flag(&mut self, statement: &'a ast::StmtAssign) {
        let is_off = |name: &ast::ExprName| {
            matches!(&*statement.value, Expr::BooleanLiteral(literal) if !literal.value)
                && name.id.to_uppercase() == *name.id
        };
        if let ([Expr::Name(name)], MODULE) = (&*statement.targets, self.scope)
            && (self.tested(&statement.value).contains(Context::VERSION_GUARD) || is_off(name))
        {
            self.version_flags.insert(name.id.as_str());
        }
    }

    fn visit_generators(&mut self, range: TextRange, generators: &'a [ast::Comprehension], elements: &[&'a Expr]) {
        if let Some(first) = generators.first() {
            self.visit_expr(&first.iter);
        }
        self.in_scope(ScopeKind::Comprehension, range, |this| {
            for (place, generator) in generators.iter().enumerate() {
                if place > 0 {
                    this.visit_expr(&generator.iter);
                }
                this.bind_target(&generator.target, None, |_| BindingKind::For(&generator.iter));
                for test in &generator.ifs {
                    this.visit_expr(test);
                }
            }
            for element in elements {
                this.visit_expr(element);
            }
        });
    }

    fn visit_walrus(&mut self, named: &'a ast::ExprNamed) {
        self.visit_expr(&named.value);
        if let Expr::Name(name) = &*named.target {
            let mut scope = self.scope;
            while self.scope(scope).kind == ScopeKind::Comprehension {
                scope = self.scope(scope).parent.unwrap_or(MODULE);
            }
            self.bind_in(scope, name.id.as_str(), name.range(), BindingKind::Walrus(&named.value));
        }
    }

    fn record(&mut self, expr: &'a Expr) {
        match expr {
            Expr::Call(node) => {
                let nodes = &mut self.tables.nodes;
                node.node_index.set(index(nodes.calls.len()).into());
                self.tables.nodes.calls.push(self.site(node));
            }
            Expr::Attribute(node) => self.tables.nodes.attributes.push(self.site(node)),
            Expr::Subscript(node) => self.tables.nodes.subscripts.push(self.site(node)),
            Expr::Dict(node) => self.tables.nodes.dicts.push(self.site(node)),
            Expr::Compare(node) => self.tables.nodes.compares.push(self.site(node)),
            Expr::BinOp(node) => self.tables.nodes.operations.push(self.site(node)),
            Expr::StringLiteral(node) => self.tables.nodes.strings.push(self.site(node)),
            Expr::FString(node) => self.tables.nodes.f_strings.push(self.site(node)),
            _ => {}
        }
    }
}

impl<'a> Visitor<'a> for Builder<'a> {
    fn visit_stmt(&mut self, statement: &'a Stmt) {
        match statement {
            Stmt::FunctionDef(node) => self.visit_function(node),
            Stmt::ClassDef(node) => self.visit_class(node),
            Stmt::Assign(node) => {
                self.tables.nodes.assigns.push(self.site(node));
                self.note_version_flag(node);
                self.visit_expr(&node.value);
                for target in &node.targets {
                    self.bind_target(target, Some(&node.value), BindingKind::Assignment);
                }
            }
            Stmt::AnnAssign(node) => {
                // A function evaluates no annotation of its own, not even one of an attribute.
                let local = matches!(self.scope(self.scope).kind, ScopeKind::Function(_));
                let unevaluated = if local { Context::NOT_EVALUATED } else { Context::default() };
                self.with(unevaluated, |this| this.visit_annotation(&node.annotation));
                if let Some(value) = &node.value {
                    self.visit_expr(value);
                }
                self.bind_target(&node.target, node.value.as_deref(), BindingKind::Annotated);
            }
            Stmt::AugAssign(node) => {
                self.visit_expr(&node.value);
                if let Expr::Name(name) = &*node.target {
                    self.reference(name);
                    self.bind(name.id.as_str(), name.range(), BindingKind::Augmented(node));
                } else {
                    self.visit_expr(&node.target);
                }
            }
            Stmt::For(node) => {
                self.visit_expr(&node.iter);
                self.covered = covered(node.iter.end(), end(&node.body));
                self.with(Context::CONDITIONAL | Context::LOOP, |this| {
                    this.bind_target(&node.target, None, |_| BindingKind::For(&node.iter));
                    this.visit_body(&node.body);
                });
                self.with(Context::CONDITIONAL, |this| this.visit_body(&node.orelse));
            }
            Stmt::While(node) => {
                self.tables.nodes.whiles.push(self.site(node));
                self.tables.nodes.tests.push(&node.test);
                self.with(Context::LOOP, |this| this.visit_expr(&node.test));
                self.with(Context::CONDITIONAL | Context::LOOP, |this| this.visit_body(&node.body));
                self.with(Context::CONDITIONAL, |this| this.visit_body(&node.orelse));
            }
            Stmt::With(node) => {
                let head = node.items.last().map_or(node.end(), Ranged::end);
                self.covered = covered(head, self.block_end);
                for item in &node.items {
                    self.visit_expr(&item.context_expr);
                    if let Some(target) = &item.optional_vars {
                        self.bind_target(target, None, |_| BindingKind::With(&item.context_expr));
                    }
                }
                self.with(expected(node), |this| this.visit_body(&node.body));
            }
            Stmt::Try(node) => self.visit_try(node),
            Stmt::If(node) => self.visit_if(node),
            Stmt::Import(node) => self.visit_import(statement, node),
            Stmt::ImportFrom(node) => self.visit_import_from(statement, node),
            Stmt::Global(node) => {
                let names = node.names.iter().map(ast::Identifier::as_str);
                self.tables.scopes[self.scope.0 as usize].globals.extend(names);
            }
            Stmt::Nonlocal(node) => {
                let names = node.names.iter().map(ast::Identifier::as_str);
                self.tables.scopes[self.scope.0 as usize].nonlocals.extend(names);
            }
            Stmt::Delete(node) => {
                for target in &node.targets {
                    self.visit_deleted(target);
                }
            }
            Stmt::Return(node) => {
                if let Some(function) = self.function {
                    self.tables.functions[function.0 as usize].returns.push(node);
                }
                visitor::walk_stmt(self, statement);
            }
            Stmt::Raise(node) => {
                self.tables.nodes.raises.push(self.site(node));
                visitor::walk_stmt(self, statement);
            }
            Stmt::Expr(node) => {
                self.tables.nodes.expressions.push(self.site(node));
                self.with(Context::STATEMENT, |this| this.visit_expr(&node.value));
            }
            Stmt::TypeAlias(node) => {
                self.bind_target(&node.name, None, |_| BindingKind::TypeName);
                self.visit_expr(&node.value);
            }
            Stmt::Match(node) => {
                self.visit_expr(&node.subject);
                self.with(Context::CONDITIONAL, |this| {
                    for case in &node.cases {
                        this.visit_match_case(case);
                    }
                });
            }
            _ => visitor::walk_stmt(self, statement),
        }
    }

    fn visit_body(&mut self, body: &'a [Stmt]) {
        let kept = (self.context, self.block_end);
        self.block_end = end(body);
        for statement in body {
            self.covered = covered(statement.end(), self.block_end);
            self.visit_stmt(statement);
            // After `if sys.version_info < (3, 10): return`, the rest is guarded too.
            if let Stmt::If(node) = statement
                && leaves(&node.body)
            {
                self.context |= self.tested(&node.test) & (Context::VERSION_GUARD | Context::ATTRIBUTE_GUARD);
            }
        }
        (self.context, self.block_end) = kept;
    }

    fn visit_annotation(&mut self, expr: &'a Expr) {
        let postponed = if self.postponed_annotations { Context::NOT_EVALUATED } else { Context::default() };
        self.with(Context::ANNOTATION | postponed, |this| {
            this.tables.nodes.annotations.push(this.site(expr));
            visitor::walk_annotation(this, expr);
        });
    }

    fn visit_pattern(&mut self, pattern: &'a ast::Pattern) {
        let name = match pattern {
            ast::Pattern::MatchAs(node) => node.name.as_ref(),
            ast::Pattern::MatchStar(node) => node.name.as_ref(),
            ast::Pattern::MatchMapping(node) => node.rest.as_ref(),
            _ => None,
        };
        if let Some(name) = name {
            self.bind_identifier(name, BindingKind::Pattern);
        }
        visitor::walk_pattern(self, pattern);
    }

    fn visit_expr(&mut self, expr: &'a Expr) {
        self.record(expr);
        let kept = self.context;
        // Most expressions have nothing below them, or one thing.
        match expr {
            Expr::Name(name) if name.ctx == ExprContext::Load => return self.reference(name),
            Expr::StringLiteral(_)
            | Expr::BytesLiteral(_)
            | Expr::NumberLiteral(_)
            | Expr::BooleanLiteral(_)
            | Expr::NoneLiteral(_) => return,
            Expr::Attribute(node) => {
                self.context.remove(Context::STATEMENT | Context::AWAITED);
                self.visit_expr(&node.value);
                self.context = kept;
                return;
            }
            _ => {}
        }
        match expr {
            Expr::Await(_) => {
                self.context.remove(Context::STATEMENT);
                self.context |= Context::AWAITED;
            }
            _ => self.context.remove(Context::STATEMENT | Context::AWAITED),
        }
        match expr {
            Expr::Name(name) => self.bind(name.id.as_str(), name.range(), BindingKind::Assignment(None)),
            Expr::Named(named) => self.visit_walrus(named),
            Expr::Call(call) => {
                self.with(expected_in_call(call), |this| visitor::walk_expr(this, expr));
                self.note_callee(call);
            }
            Expr::Lambda(node) => {
                if let Some(parameters) = &node.parameters {
                    self.visit_parameter_expressions(parameters);
                }
                self.in_scope(ScopeKind::Lambda, node.range(), |this| {
                    if let Some(parameters) = &node.parameters {
                        this.bind_parameters(parameters);
                    }
                    this.visit_expr(&node.body);
                });
            }
            Expr::If(node) => {
                self.visit_expr(&node.test);
                let guards = self.tested(&node.test);
                self.with(guards, |this| {
                    this.visit_expr(&node.body);
                    this.visit_expr(&node.orelse);
                });
            }
            Expr::BoolOp(node) => {
                for value in &node.values {
                    self.visit_expr(value);
                    self.context |= self.tested(value);
                }
            }
            Expr::ListComp(node) => self.visit_generators(node.range(), &node.generators, &[&node.elt]),
            Expr::SetComp(node) => self.visit_generators(node.range(), &node.generators, &[&node.elt]),
            Expr::Generator(node) => self.visit_generators(node.range(), &node.generators, &[&node.elt]),
            Expr::DictComp(node) => {
                let elements: Vec<&Expr> = node.key.as_deref().into_iter().chain([&*node.value]).collect();
                self.visit_generators(node.range(), &node.generators, &elements);
            }
            Expr::Yield(_) | Expr::YieldFrom(_) => {
                if let ScopeKind::Function(function) = self.scope(self.scope).kind {
                    self.tables.functions[function.0 as usize].is_generator = true;
                }
                visitor::walk_expr(self, expr);
            }
            _ => visitor::walk_expr(self, expr),
        }
        self.context = kept;
    }
}

impl<'a> Builder<'a> {
    fn visit_deleted(&mut self, target: &'a Expr) {
        match target {
            Expr::Name(name) => {
                self.reference(name);
                self.bind(name.id.as_str(), name.range(), BindingKind::Delete);
            }
            Expr::Tuple(ast::ExprTuple { elts, .. }) | Expr::List(ast::ExprList { elts, .. }) => {
                for element in elts {
                    self.visit_deleted(element);
                }
            }
            other => self.visit_expr(other),
        }
    }
}
