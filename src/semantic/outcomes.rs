//! With which combinations of two fields an output model can be made, path by path.

use rustc_hash::FxHashMap;

use crate::syntax::ast::Expr;

use super::condition::{Fact, decide};
use super::flow::{Held, Together, Touch};
use super::model::{BindingKind, FunctionId, ReferenceId, ScopeId, ScopeKind};
use super::output_model::{OutputModel, Slot};
use super::{Model, Origin};

/// What one field is on one path.
#[derive(Debug, Clone, Copy)]
pub struct Field<'a> {
    /// What the field's name holds; `None` where the field is no local name.
    pub held: Option<Held>,
    /// The expression that the field or its name was given, where it is known.
    pub value: Option<&'a Expr>,
    /// What is known of it.
    pub fact: Fact<'a>,
}

impl Field<'_> {
    /// Whether the field is certain to be empty: false in a condition.
    pub fn is_empty(&self) -> bool {
        self.fact.is_true == Some(false)
    }
}

/// Which paths are followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Paths {
    /// All of them.
    All,
    /// Those without an exception that was caught.
    WithoutHandlers,
}

/// Finds the combinations with which output models are made. Each pair of names is followed through a function once.
#[derive(Debug)]
pub struct Outcomes<'m, 'a> {
    model: &'m Model<'a>,
    paths: Paths,
    followed: FxHashMap<(FunctionId, [&'a str; 2]), Option<Together>>,
}

impl<'m, 'a> Outcomes<'m, 'a> {
    /// Nothing is looked at yet.
    pub fn new(model: &'m Model<'a>, paths: Paths) -> Self {
        Self { model, paths, followed: FxHashMap::default() }
    }

    /// The combinations of two fields with which `output` can be made; none where they can't be told.
    pub fn of(&mut self, output: &OutputModel<'a>, fields: [&str; 2]) -> Vec<[Field<'a>; 2]> {
        let model = self.model;
        let slots = fields.map(|field| output.slot(field));
        let Some(function) = model.function_of(output.scope).filter(|&id| model.function(id).scope == output.scope)
        else {
            return Vec::new();
        };
        let locals = slots.map(|slot| model.local_name(slot, function));
        let Some(reference) = locals.iter().flatten().map(|(_, reference)| *reference).max() else {
            return vec![slots.map(|slot| model.plain_field(slot))];
        };
        let names = locals.map(|local| local.map_or("", |(name, _)| name));
        let fact = |held: &[Held; 2], tested: &str| {
            let place = names.iter().position(|name| *name == tested && !name.is_empty())?;
            model.fact_of(held[place])
        };
        let feasible = |test: &'a Expr, is: bool, held: &[Held; 2]| {
            decide(test, &|tested: &str| fact(held, tested)).is_none_or(|decided| decided == is)
        };
        let flow = model.flow(function);
        let paths = self.paths;
        let followed = self.followed.entry((function, names));
        let together = followed.or_insert_with(|| flow.together(model, names, paths, feasible));
        let Some(together) = together else { return Vec::new() };
        let states = flow.held_at(together, reference);
        let field = |place: usize, held: &[Held; 2]| match locals[place] {
            Some(_) => model.held_field(held[place]),
            None => match slots[place] {
                Slot::Given(Expr::If(node), scope) => match decide(&node.test, &|tested: &str| fact(held, tested)) {
                    Some(true) => model.plain_field(Slot::Given(&node.body, scope)),
                    Some(false) => model.plain_field(Slot::Given(&node.orelse, scope)),
                    None => Field { held: None, value: None, fact: Fact::default() },
                },
                slot => model.plain_field(slot),
            },
        };
        states.iter().map(|held| [field(0, held), field(1, held)]).collect()
    }
}

impl<'a> Model<'a> {
    /// The name and the read, where a slot is a local name that no other function reads or binds.
    fn local_name(&self, slot: Slot<'a>, function: FunctionId) -> Option<(&'a str, ReferenceId)> {
        let Slot::Given(Expr::Name(name), scope) = slot else { return None };
        let home = self.home(name, scope)?;
        if self.scope(home).kind != ScopeKind::Function(function) {
            return None;
        }
        let flow = self.flow(function);
        let entry = self.scope(home).names.get(name.id.as_str())?;
        if entry.bindings.iter().any(|&binding| flow.is_shared(binding)) {
            return None;
        }
        Some((name.id.as_str(), self.reference_of(name)?))
    }

    fn plain_field(&self, slot: Slot<'a>) -> Field<'a> {
        match slot {
            Slot::Given(value, scope) if !value.is_name_expr() => {
                Field { held: None, value: Some(value), fact: self.fact_in(value, scope) }
            }
            _ => Field { held: None, value: None, fact: Fact::default() },
        }
    }

    fn held_field(&self, held: Held) -> Field<'a> {
        let fact = self.fact_of(held).unwrap_or_default();
        let binding = held.binding.map(|id| (id, self.binding(id)));
        let value = binding.and_then(|(id, binding)| {
            self.assigned(id).or(match binding.kind {
                BindingKind::Augmented(node) => Some(&*node.value),
                _ => None,
            })
        });
        // The message of an exception is taken as a text that is not empty.
        let fact = match (binding, value) {
            (Some((_, binding)), Some(value)) if held.touch == Touch::None && fact.is_true.is_none() => {
                self.fact_in(value, binding.written_in)
            }
            _ => fact,
        };
        Field { held: Some(held), value, fact }
    }

    /// What is known of a value, where the text of an exception counts as something.
    fn fact_in(&self, value: &'a Expr, scope: ScopeId) -> Fact<'a> {
        match value {
            Expr::Name(_) if self.is_exception(value, scope) => Fact::OBJECT,
            Expr::Call(call) => match (&*call.func, &*call.arguments.args) {
                (Expr::Name(function), [only])
                    if matches!(function.id.as_str(), "str" | "repr") && self.is_exception(only, scope) =>
                {
                    Fact::OBJECT
                }
                _ if self.origin(&call.func, scope) == Some(Origin::ReturnOutputModel) => Fact::OBJECT,
                _ => Fact::of(value),
            },
            _ => Fact::of(value),
        }
    }

    /// Whether `expr` is a caught exception: a name that only `except ... as` binds.
    pub fn is_exception(&self, expr: &Expr, scope: ScopeId) -> bool {
        let Expr::Name(name) = expr else { return false };
        let bindings = self.bindings_of_name(name, scope);
        !bindings.is_empty() && bindings.iter().all(|&id| matches!(self.binding(id).kind, BindingKind::Except))
    }
}
