//! Which expressions made the value that a name, or an attribute of `self`, holds: on any path, in any order.

use rustc_hash::FxHashMap;

use crate::syntax::ast::{Expr, ExprContext};

use super::Model;
use super::model::{BindingId, BindingKind, ScopeId, ScopeKind};
use super::trail::{Effort, Trail};

/// No value that counts is made in more places than this; it keeps the search short.
const MAX_MAKERS: usize = 16;

/// An expression, and the scope it is evaluated in.
#[derive(Debug, Clone, Copy)]
pub struct Maker<'a> {
    /// The expression.
    pub expr: &'a Expr,
    /// Where it is evaluated.
    pub scope: ScopeId,
}

/// What `self.name` is assigned, by the attribute's name and the class's scope.
pub(super) type InstanceAttributes<'a> = FxHashMap<&'a str, FxHashMap<ScopeId, Assigned<'a>>>;

/// The assignments of one attribute.
#[derive(Debug, Default)]
pub(super) struct Assigned<'a> {
    pub makers: Vec<Maker<'a>>,
    /// Stores of any kind; more than `makers` where some are no plain assignment.
    stores: usize,
}

/// The attributes of all classes' instances.
pub(super) fn instance_attributes<'a>(model: &Model<'a>) -> InstanceAttributes<'a> {
    let mut attributes = InstanceAttributes::default();
    for site in &model.nodes.attributes {
        if site.node.ctx == ExprContext::Store
            && let Some(class) = model.self_class(&site.node.value, site.scope)
        {
            attributes.entry(site.node.attr.as_str()).or_default().entry(class).or_default().stores += 1;
        }
    }
    for site in &model.nodes.assigns {
        for target in &site.node.targets {
            let Expr::Attribute(target) = target else { continue };
            let Some(class) = model.self_class(&target.value, site.scope) else { continue };
            let maker = Maker { expr: &site.node.value, scope: site.scope };
            attributes.entry(target.attr.as_str()).or_default().entry(class).or_default().makers.push(maker);
        }
    }
    attributes
}

impl<'a> Model<'a> {
    /// All expressions that can have made the value of `expr`, evaluated in `scope`: through names, attributes of
    /// `self`, conditions, `await` and functions of the script. An expression that takes its value from nowhere else
    /// stands for itself. `None` where one of them is not known. A context manager stands for what `with` binds.
    pub fn makers(&self, expr: &'a Expr, scope: ScopeId) -> Option<Vec<Maker<'a>>> {
        let mut found = Vec::new();
        self.collect_makers(Maker { expr, scope }, Effort::default().trail(), &mut found).then_some(found)
    }

    /// The only expression that can have made the value of `expr`, evaluated in `scope`.
    pub fn only_maker(&self, expr: &'a Expr, scope: ScopeId) -> Option<Maker<'a>> {
        match self.makers(expr, scope)?.as_slice() {
            [only] => Some(*only),
            _ => None,
        }
    }

    fn collect_makers(&self, maker: Maker<'a>, trail: Trail<'_>, found: &mut Vec<Maker<'a>>) -> bool {
        let Some(trail) = trail.next() else { return false };
        if found.len() >= MAX_MAKERS {
            return false;
        }
        let Maker { expr, scope } = maker;
        match expr {
            Expr::Name(name) => match self.home(name, scope) {
                Some(home) => {
                    let bindings =
                        self.scope(home).names.get(name.id.as_str()).map_or(&[][..], |entry| &entry.bindings);
                    self.collect_bindings(bindings, maker, trail, found)
                }
                None => {
                    found.push(maker);
                    true
                }
            },
            Expr::Attribute(attribute) => match self.self_class(&attribute.value, scope) {
                Some(class) => self.collect_attribute(class, attribute.attr.as_str(), trail, found),
                None => {
                    found.push(maker);
                    true
                }
            },
            Expr::If(node) => [&*node.body, &*node.orelse]
                .into_iter()
                .all(|expr| self.collect_makers(Maker { expr, scope }, trail, found)),
            Expr::BoolOp(node) => {
                node.values.iter().all(|expr| self.collect_makers(Maker { expr, scope }, trail, found))
            }
            Expr::Named(node) => self.collect_makers(Maker { expr: &node.value, scope }, trail, found),
            Expr::Await(node) => self.collect_makers(Maker { expr: &node.value, scope }, trail, found),
            Expr::Call(call) => match self.function_named(&call.func, scope) {
                Some(function) => {
                    let function = self.function(function);
                    let scope = function.scope;
                    !function.is_generator
                        && !function.returns.is_empty()
                        && function.node.decorator_list.is_empty()
                        && function.returns.iter().all(|node| {
                            node.value
                                .as_deref()
                                .is_none_or(|expr| self.collect_makers(Maker { expr, scope }, trail, found))
                        })
                }
                None => {
                    found.push(maker);
                    true
                }
            },
            _ => {
                found.push(maker);
                true
            }
        }
    }

    fn collect_bindings(
        &self,
        bindings: &[BindingId],
        name: Maker<'a>,
        trail: Trail<'_>,
        found: &mut Vec<Maker<'a>>,
    ) -> bool {
        bindings.len() <= MAX_MAKERS
            && bindings.iter().all(|&id| {
                let binding = self.binding(id);
                match binding.kind {
                    BindingKind::Assignment(Some(expr))
                    | BindingKind::Annotated(Some(expr))
                    | BindingKind::Walrus(expr)
                    | BindingKind::With(expr) => {
                        self.collect_makers(Maker { expr, scope: binding.written_in }, trail, found)
                    }
                    // A class or something imported stands for itself.
                    BindingKind::Import(_) | BindingKind::Class(_) | BindingKind::Function(_) => {
                        found.push(name);
                        true
                    }
                    BindingKind::Annotated(None) | BindingKind::Delete => true,
                    _ => false,
                }
            })
    }

    fn collect_attribute(
        &self,
        class: ScopeId,
        attribute: &'a str,
        trail: Trail<'_>,
        found: &mut Vec<Maker<'a>>,
    ) -> bool {
        let in_body = self.scope(class).names.get(attribute);
        let assigned = self.instance_attributes.get(attribute).and_then(|classes| classes.get(&class));
        if in_body.is_none() && assigned.is_none() {
            return false;
        }
        in_body.is_none_or(|entry| {
            entry.bindings.iter().all(|&id| match self.binding(id).kind {
                BindingKind::Assignment(Some(expr)) | BindingKind::Annotated(Some(expr)) => {
                    self.collect_makers(Maker { expr, scope: class }, trail, found)
                }
                BindingKind::Annotated(None) => true,
                _ => false,
            })
        }) && assigned.is_none_or(|assigned| {
            assigned.stores == assigned.makers.len()
                && assigned.makers.iter().all(|&maker| self.collect_makers(maker, trail, found))
        })
    }

    /// The scope of the class whose instance `expr` is, where it is the first parameter of one of its methods.
    pub fn self_class(&self, expr: &Expr, scope: ScopeId) -> Option<ScopeId> {
        let Expr::Name(name) = expr else { return None };
        let home = self.home(name, scope)?;
        let ScopeKind::Function(function) = self.scope(home).kind else { return None };
        let function = self.function(function);
        let first = function.positional().next()?;
        let is_method = self.scope(function.written_in).kind == ScopeKind::Class;
        (is_method && first.parameter.name.as_str() == name.id.as_str()).then_some(function.written_in)
    }
}
