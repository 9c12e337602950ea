//! Whether every path through a function ends with an output model (D3's page, "Return Output Model").
//! What is not known counts as one.

use rustc_hash::FxHashMap;

use crate::syntax::ast::{self, Expr};
use crate::text::{Ranged, TextRange};

use super::condition::decide;
use super::flow::{Held, Together};
use super::model::{FunctionId, ScopeId, ScopeKind};
use super::outcomes::Paths;
use super::trail::{Effort, Trail};
use super::{Model, Origin};

/// How many helpers are looked through for the place where a path ends.
const MAX_HELPERS: usize = 8;

/// Finds paths that end without an output model.
#[derive(Debug)]
pub struct Endings<'m, 'a> {
    model: &'m Model<'a>,
    /// For each function that was asked about, and each whose result it gives back, whether it has such a path.
    lacks: FxHashMap<FunctionId, bool>,
    /// The functions that an answer depended on which were not known to have such a path.
    asked: Vec<FunctionId>,
    followed: FxHashMap<(FunctionId, &'a str), Option<Together>>,
}

impl<'m, 'a> Endings<'m, 'a> {
    /// Nothing is looked at yet.
    pub fn new(model: &'m Model<'a>) -> Self {
        Self { model, lacks: FxHashMap::default(), asked: Vec::new(), followed: FxHashMap::default() }
    }

    /// The last statement of a path through `function` that certainly ends without an output model; it may lie in a
    /// helper.
    pub fn missing(&mut self, function: FunctionId) -> Option<TextRange> {
        self.settle(function);
        let (mut last, mut lacking) = self.search(function)?;
        for _ in 0..MAX_HELPERS {
            let Lacking::In(helper) = lacking else { break };
            (last, lacking) = self.search(helper)?;
        }
        Some(last)
    }

    /// Finds out about a function and all whose results it gives back. A function that calls itself is fine if its other
    /// paths are: each counts as fine until a path is found, and is then looked at again by those that asked.
    fn settle(&mut self, function: FunctionId) {
        if self.lacks.contains_key(&function) {
            return;
        }
        let mut askers: FxHashMap<FunctionId, Vec<FunctionId>> = FxHashMap::default();
        let mut waiting = vec![function];
        while let Some(function) = waiting.pop() {
            if *self.lacks.entry(function).or_default() {
                continue;
            }
            self.asked.clear();
            if self.search(function).is_some() {
                self.lacks.insert(function, true);
                waiting.extend(askers.remove(&function).unwrap_or_default());
                continue;
            }
            for asked in std::mem::take(&mut self.asked) {
                askers.entry(asked).or_default().push(function);
                if !self.lacks.contains_key(&asked) {
                    waiting.push(asked);
                }
            }
        }
    }

    /// The first path through a function that ends without an output model: its last statement, and what that gives back.
    fn search(&mut self, function: FunctionId) -> Option<(TextRange, Lacking)> {
        let definition = self.model.function(function);
        let range = definition.node.range();
        let is_broken = self.model.script.parsed.errors.iter().any(|error| error.range.intersect(range).is_some());
        let is_plain =
            !definition.is_generator && !definition.node.is_async && definition.node.decorator_list.is_empty();
        if is_broken || !is_plain {
            return None;
        }
        let flow = self.model.flow(function);
        let returned = flow.ends().returns.iter().find_map(|&place| {
            let statement = definition.returns[place];
            let lacking = match statement.value.as_deref() {
                None => Lacking::Here,
                Some(value) => self.lacking(value, definition.scope, Effort::default().trail())?,
            };
            Some((statement.range(), lacking))
        });
        returned.or_else(|| Some((flow.falls_off(self.model)?, Lacking::Here)))
    }

    /// Whether `expr` is certain to be no output model on some path.
    fn lacking(&mut self, expr: &'a Expr, scope: ScopeId, trail: Trail<'_>) -> Option<Lacking> {
        let trail = trail.next()?;
        match expr {
            Expr::Call(call) => self.lacking_call(call, scope),
            Expr::Name(name) => self.lacking_name(name, scope, trail),
            Expr::If(node) => {
                self.lacking(&node.body, scope, trail).or_else(|| self.lacking(&node.orelse, scope, trail))
            }
            Expr::Named(node) => self.lacking(&node.value, scope, trail),
            Expr::BoolOp(node) => {
                let mut found = None;
                for value in &node.values {
                    found = Some(self.lacking(value, scope, trail)?);
                }
                found
            }
            Expr::BinOp(node) => {
                let is_text = |side: &Expr| matches!(side, Expr::StringLiteral(_) | Expr::FString(_));
                (is_text(&node.left) || is_text(&node.right)).then_some(Lacking::Here)
            }
            _ => is_no_model(expr).then_some(Lacking::Here),
        }
    }

    fn lacking_call(&mut self, call: &'a ast::ExprCall, scope: ScopeId) -> Option<Lacking> {
        match self.model.origin(&call.func, scope) {
            Some(Origin::Log) => return Some(Lacking::Here),
            Some(_) => return None,
            None => {}
        }
        if let Some(function) = self.model.plain_function(&call.func, scope) {
            if self.lacks.get(&function) == Some(&true) {
                return Some(Lacking::In(function));
            }
            self.asked.push(function);
            return None;
        }
        let name = self.model.callee(call)?;
        let gives_data = matches!(
            name.parts(),
            ["str"
                | "dict"
                | "list"
                | "len"
                | "int"
                | "float"
                | "bool"
                | "tuple"
                | "set"
                | "print"
                | "repr"
                | "sorted"]
                | ["json", "dumps" | "loads"]
        );
        gives_data.then_some(Lacking::Here)
    }

    fn lacking_name(&mut self, name: &'a ast::ExprName, scope: ScopeId, trail: Trail<'_>) -> Option<Lacking> {
        let model = self.model;
        let text = name.id.as_str();
        let home = model.home(name, scope)?;
        let ScopeKind::Function(function) = model.scope(home).kind else { return None };
        let entry = model.scope(home).names.get(text)?;
        let flow = model.flow(function);
        if home != scope || entry.bindings.iter().any(|&binding| flow.is_shared(binding)) {
            return None;
        }
        let reference = model.reference_of(name)?;
        let feasible = |test: &'a Expr, is: bool, held: &[Held; 2]| {
            decide(test, &|tested: &str| (tested == text).then(|| model.fact_of(held[0])).flatten())
                .is_none_or(|decided| decided == is)
        };
        let followed = self.followed.entry((function, text));
        let together = followed.or_insert_with(|| flow.together(model, [text, ""], Paths::All, feasible));
        let held = flow.held_at(together.as_ref()?, reference);
        held.into_iter().find_map(|[held, _]| {
            let binding = held.binding?;
            self.lacking(model.assigned(binding)?, model.binding(binding).written_in, trail)
        })
    }
}

/// Where the path ends that lacks an output model.
#[derive(Debug, Clone, Copy)]
enum Lacking {
    /// At the `return` that was asked about.
    Here,
    /// In a helper that it calls.
    In(FunctionId),
}

/// Whether an expression makes a value that is no output model.
fn is_no_model(expr: &Expr) -> bool {
    expr.is_literal_expr()
        || matches!(
            expr,
            Expr::Dict(_)
                | Expr::List(_)
                | Expr::Tuple(_)
                | Expr::Set(_)
                | Expr::ListComp(_)
                | Expr::DictComp(_)
                | Expr::SetComp(_)
                | Expr::Generator(_)
                | Expr::FString(_)
                | Expr::Lambda(_)
                | Expr::UnaryOp(_)
        )
}
