//! What an expression does to the names of its function, in the order in which Python does it.

use rustc_hash::FxHashMap;

use crate::image::names;
use crate::syntax::ast::visitor::{self, Visitor};
use crate::syntax::ast::{self, Expr, ExprContext, Stmt};
use crate::text::{Ranged, TextSize};

use super::super::Model;
use super::super::model::{BindingId, BindingKind, FunctionId, ReferenceId, Resolution, ScopeId};
use super::{Step, Usage};

/// Where the names of one function are read and bound.
#[derive(Debug)]
pub(super) struct Names<'m, 'a> {
    model: &'m Model<'a>,
    scope: ScopeId,
    bindings: FxHashMap<TextSize, BindingId>,
    /// The parameters, in order.
    pub parameters: Vec<BindingId>,
    /// Bindings of names that other functions read or bind too.
    pub shared: Vec<BindingId>,
}

impl<'m, 'a> Names<'m, 'a> {
    pub(super) fn new(model: &'m Model<'a>, function: FunctionId) -> Self {
        let scope = model.function(function).scope;
        let mut names =
            Self { model, scope, bindings: FxHashMap::default(), parameters: Vec::new(), shared: Vec::new() };
        for entry in model.scope(scope).names.values() {
            let is_read_elsewhere =
                |id: &ReferenceId| !model.is_inline(model.references[id.0 as usize].scope, function);
            let mut shared = entry.references.iter().any(is_read_elsewhere);
            for &id in &entry.bindings {
                let binding = model.binding(id);
                if matches!(binding.kind, BindingKind::Parameter(_)) {
                    names.parameters.push(id);
                }
                names.bindings.insert(binding.range.start(), id);
                shared |= !model.is_inline(binding.written_in, function);
            }
            if shared {
                names.shared.extend(&entry.bindings);
            }
        }
        names.parameters.sort_unstable();
        names
    }

    /// A read of one of the function's own names.
    fn reference(&self, name: &ast::ExprName) -> Option<ReferenceId> {
        let id = self.model.reference_of(name)?;
        (self.model.references[id.0 as usize].resolution == Resolution::Bound(self.scope)).then_some(id)
    }

    pub(super) fn binding(&self, start: TextSize) -> Option<BindingId> {
        self.bindings.get(&start).copied()
    }
}

/// Collects the steps of expressions.
pub(super) struct Walker<'n, 'm, 'a> {
    names: &'n Names<'m, 'a>,
    /// What was collected.
    pub steps: Vec<Step>,
    /// Whether any of it can raise an exception.
    pub raises: bool,
    usage: Usage,
}

impl<'n, 'm, 'a> Walker<'n, 'm, 'a> {
    pub(super) fn new(names: &'n Names<'m, 'a>) -> Self {
        Self { names, steps: Vec::new(), raises: false, usage: Usage::Read }
    }

    pub(super) fn bind(&mut self, start: TextSize) {
        self.steps.extend(self.names.binding(start).map(Step::Bind));
    }

    pub(super) fn unbind(&mut self, start: TextSize) {
        self.steps.extend(self.names.binding(start).map(Step::Unbind));
    }

    /// A whole expression as the value of an assignment: another name for the same object can change it later.
    pub(super) fn value(&mut self, expr: &Expr) {
        let usage = if expr.is_name_expr() { Usage::Change } else { Usage::Read };
        self.with(usage, expr);
    }

    pub(super) fn target(&mut self, target: &Expr) {
        match target {
            Expr::Name(name) => self.bind(name.start()),
            Expr::Starred(starred) => self.target(&starred.value),
            Expr::Tuple(ast::ExprTuple { elts, .. }) | Expr::List(ast::ExprList { elts, .. }) => {
                self.raises = true;
                for element in elts {
                    self.target(element);
                }
            }
            other => self.visit_expr(other),
        }
    }

    pub(super) fn deleted(&mut self, target: &Expr) {
        match target {
            Expr::Name(name) => {
                self.visit_expr_name(name);
                self.unbind(name.start());
            }
            Expr::Tuple(ast::ExprTuple { elts, .. }) | Expr::List(ast::ExprList { elts, .. }) => {
                for element in elts {
                    self.deleted(element);
                }
            }
            other => self.visit_expr(other),
        }
    }

    /// The target of `+=`, which is read and bound.
    pub(super) fn augmented(&mut self, target: &Expr) {
        match target {
            Expr::Name(name) => {
                self.visit_expr_name(name);
                self.bind(name.start());
            }
            other => self.visit_expr(other),
        }
    }

    fn with(&mut self, usage: Usage, expr: &Expr) {
        let kept = std::mem::replace(&mut self.usage, usage);
        self.visit_expr(expr);
        self.usage = kept;
    }

    fn visit_expr_name(&mut self, name: &ast::ExprName) {
        if let Some(reference) = self.names.reference(name) {
            self.steps.push(Step::Use(reference, self.usage));
        }
    }

    fn visit_call(&mut self, call: &ast::ExprCall) {
        let harmless = is_harmless(call);
        self.raises |= !harmless;
        match &*call.func {
            Expr::Attribute(attribute) => self.with(effect_of(attribute.attr.as_str()), &attribute.value),
            func => self.with(Usage::Read, func),
        }
        let usage = if harmless || is_output_model(call) { Usage::Read } else { Usage::Change };
        for argument in call.arguments.iter_source_order() {
            let value = argument.value();
            self.with(if value.is_name_expr() { usage } else { Usage::Read }, value);
        }
    }

    fn visit_comprehension_parts(&mut self, generators: &[ast::Comprehension], elements: &[&Expr]) {
        for generator in generators {
            self.visit_expr(&generator.iter);
            for test in &generator.ifs {
                self.visit_expr(test);
            }
        }
        for element in elements {
            self.visit_expr(element);
        }
    }
}

impl<'a> Visitor<'a> for Walker<'_, '_, '_> {
    fn visit_expr(&mut self, expr: &'a Expr) {
        let usage = self.usage;
        match expr {
            Expr::Name(name) if name.ctx == ExprContext::Load => self.visit_expr_name(name),
            Expr::Name(name) => self.bind(name.start()),
            Expr::Call(call) => self.visit_call(call),
            Expr::Named(named) => {
                self.with(Usage::Read, &named.value);
                self.bind(named.target.start());
            }
            Expr::Subscript(node) => {
                self.raises = true;
                let usage = match node.ctx {
                    ExprContext::Store => Usage::Grow,
                    ExprContext::Del => Usage::Change,
                    _ => Usage::Read,
                };
                self.with(usage, &node.value);
                self.with(Usage::Read, &node.slice);
            }
            // Reading an attribute hardly ever fails.
            Expr::Attribute(node) => {
                let usage = if node.ctx == ExprContext::Load { Usage::Read } else { Usage::Change };
                self.with(usage, &node.value);
            }
            // A lambda runs later, if ever.
            Expr::Lambda(node) => {
                for parameter in node.parameters.iter().flat_map(|parameters| parameters.iter()) {
                    if let Some(default) = parameter.default() {
                        self.with(Usage::Read, default);
                    }
                }
            }
            Expr::ListComp(node) => self.visit_comprehension_parts(&node.generators, &[&node.elt]),
            Expr::SetComp(node) => self.visit_comprehension_parts(&node.generators, &[&node.elt]),
            Expr::Generator(node) => self.visit_comprehension_parts(&node.generators, &[&node.elt]),
            Expr::DictComp(node) => {
                let elements: Vec<&Expr> = node.key.as_deref().into_iter().chain([&*node.value]).collect();
                self.visit_comprehension_parts(&node.generators, &elements);
            }
            _ => {
                self.raises |= matches!(expr, Expr::BinOp(_) | Expr::Await(_) | Expr::Yield(_) | Expr::YieldFrom(_))
                    || matches!(expr, Expr::Compare(node) if !node.ops.iter().all(|op| is_safe(*op)));
                let kept = std::mem::replace(&mut self.usage, Usage::Read);
                visitor::walk_expr(self, expr);
                self.usage = kept;
            }
        }
        self.usage = usage;
    }

    /// Statements of a class body, which run where the class is defined.
    fn visit_stmt(&mut self, statement: &'a Stmt) {
        self.raises = true;
        if !statement.is_function_def_stmt() {
            visitor::walk_stmt(self, statement);
        }
    }
}

/// Comparisons that no ordinary value refuses.
fn is_safe(op: ast::CmpOp) -> bool {
    matches!(op, ast::CmpOp::Eq | ast::CmpOp::NotEq | ast::CmpOp::Is | ast::CmpOp::IsNot)
}

/// Calls that neither fail nor change what they are given.
fn is_harmless(call: &ast::ExprCall) -> bool {
    match &*call.func {
        Expr::Name(name) => matches!(
            name.id.as_str(),
            "str" | "repr" | "len" | "bool" | "isinstance" | "print" | "type" | "callable" | "id" | "hasattr"
        ),
        Expr::Attribute(attribute) => match &*attribute.value {
            Expr::Name(object) if object.id.as_str() == names::PB => attribute.attr.as_str() == names::LOG,
            Expr::Name(_) => matches!(attribute.attr.as_str(), "append" | "extend"),
            _ => false,
        },
        _ => false,
    }
}

fn is_output_model(call: &ast::ExprCall) -> bool {
    matches!(&*call.func, Expr::Attribute(attribute) if attribute.attr.as_str() == names::RETURN_OUTPUT_MODEL)
}

/// What calling a method does to its object, by the method's name.
fn effect_of(method: &str) -> Usage {
    match method {
        "append" | "extend" | "insert" | "add" | "update" | "setdefault" | "appendleft" => Usage::Grow,
        "get" | "keys" | "values" | "items" | "copy" | "join" | "format" | "strip" | "lstrip" | "rstrip" | "split"
        | "lower" | "upper" | "startswith" | "endswith" | "replace" | "encode" | "decode" | "count" | "index"
        | "find" | "title" | "isoformat" | "strftime" | "json" => Usage::Read,
        _ => Usage::Change,
    }
}
