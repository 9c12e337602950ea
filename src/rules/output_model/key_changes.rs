//! What a function does to the keys of the dictionaries that its own names hold, after they were made.

use std::rc::Rc;

use rustc_hash::FxHashMap;

use crate::rules::Context;
use crate::semantic::{self, Model, ScopeId, ScopeKind, Site, literal};
use crate::syntax::ast::{self, Expr, ExprContext};
use crate::text::{Ranged, TextSize};

/// How many changes of one dictionary are told apart. More of them count as one that may be under any key.
const MAX_CHANGES: usize = 64;

/// A key that is written or removed.
#[derive(Debug, Clone, Copy)]
pub(super) struct KeyChange<'a> {
    /// The key; `None` where it can't be told and may be any.
    pub(super) key: Option<&'a str>,
    /// What stands under it from now on, if anything does.
    pub(super) value: Option<&'a Expr>,
    /// Where that is evaluated.
    pub(super) scope: ScopeId,
    /// Where the change is written.
    pub(super) start: TextSize,
    /// Whether it happens on some paths only.
    pub(super) is_conditional: bool,
}

/// The changes in functions that were asked about.
#[derive(Debug)]
pub(super) struct KeyChanges<'c, 'a> {
    context: &'c Context<'a>,
    known: FxHashMap<ScopeId, ByName<'a>>,
}

/// The changes in one function, by the name that holds the dictionary, in source order.
type ByName<'a> = FxHashMap<&'a str, Rc<[KeyChange<'a>]>>;

impl<'c, 'a> KeyChanges<'c, 'a> {
    pub(super) fn new(context: &'c Context<'a>) -> Self {
        Self { context, known: FxHashMap::default() }
    }

    /// The changes of what a name holds that a function binds; none for other names.
    pub(super) fn of(&mut self, name: &ast::ExprName, scope: ScopeId) -> Rc<[KeyChange<'a>]> {
        let model = self.context.model;
        let home = model.home(name, scope).filter(|&home| matches!(model.scope(home).kind, ScopeKind::Function(_)));
        let Some(home) = home else { return Rc::default() };
        let by_name = self.known.entry(home).or_insert_with(|| collect(self.context, home));
        by_name.get(name.id.as_str()).cloned().unwrap_or_default()
    }
}

/// The changes of all that the function with the scope `home` binds.
fn collect<'a>(context: &Context<'a>, home: ScopeId) -> ByName<'a> {
    let model = context.model;
    let function = model.scope(home).range;
    let mut found = Found { model, home, by_name: FxHashMap::default() };
    for site in context.sites(&model.nodes.assigns, function) {
        for target in &site.node.targets {
            if let Expr::Subscript(target) = target {
                found.add(site, &target.value, literal(&target.slice), Some(&site.node.value));
            }
        }
    }
    for site in context.sites(&model.nodes.subscripts, function) {
        if site.node.ctx == ExprContext::Del {
            found.add(site, &site.node.value, literal(&site.node.slice), None);
        }
    }
    for site in context.sites(&model.nodes.calls, function) {
        found.add_call(site);
    }
    let in_order = |mut changes: Vec<KeyChange<'a>>| {
        changes.sort_by_key(|change| change.start);
        if changes.len() > MAX_CHANGES {
            changes.truncate(1);
            changes[0] = KeyChange { key: None, value: None, ..changes[0] };
        }
        Rc::from(changes)
    };
    found.by_name.into_iter().map(|(name, changes)| (name, in_order(changes))).collect()
}

struct Found<'a> {
    model: &'a Model<'a>,
    home: ScopeId,
    by_name: FxHashMap<&'a str, Vec<KeyChange<'a>>>,
}

impl<'a> Found<'a> {
    /// A change at `site` of what `object` holds.
    fn add(&mut self, site: &Site<'a, impl Ranged>, object: &'a Expr, key: Option<&'a str>, value: Option<&'a Expr>) {
        let Expr::Name(name) = object else { return };
        if self.model.home(name, site.scope) == Some(self.home) {
            self.by_name.entry(name.id.as_str()).or_default().push(KeyChange {
                key,
                value,
                scope: site.scope,
                start: site.node.start(),
                is_conditional: site.context.contains(semantic::Context::CONDITIONAL),
            });
        }
    }

    /// `d.pop("key")`, `d.clear()`, `d.update({"key": value}, key=value)`.
    fn add_call(&mut self, site: &Site<'a, ast::ExprCall>) {
        let Expr::Attribute(method) = &*site.node.func else { return };
        let (object, arguments) = (&*method.value, &site.node.arguments);
        match method.attr.as_str() {
            "pop" => self.add(site, object, arguments.args.first().and_then(literal), None),
            "popitem" | "clear" => self.add(site, object, None, None),
            "update" => {
                for argument in &arguments.args {
                    match argument {
                        Expr::Dict(given) => {
                            for item in &given.items {
                                self.add(site, object, item.key.as_ref().and_then(literal), Some(&item.value));
                            }
                        }
                        _ => self.add(site, object, None, None),
                    }
                }
                for given in &arguments.keywords {
                    self.add(site, object, given.arg.as_ref().map(|name| name.as_str()), Some(&given.value));
                }
            }
            _ => {}
        }
    }
}
