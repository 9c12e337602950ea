//! What names mean outside the script, and dotted paths of what an expression names.

use crate::image::names;
use crate::syntax::ast::{Expr, ExprName};

use super::Model;
use super::builder::{Tables, index};
use super::model::{
    BindingId, BindingKind, ImportId, MODULE, ReferenceId, Resolution, Scope, ScopeId, ScopeKind, Signs,
};

/// The dotted path of something imported, or given by the engine or Python: `["requests", "get"]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QualifiedName<'a>(Parts<'a>);

type Parts<'a> = Vec<&'a str>;

impl<'a> QualifiedName<'a> {
    /// The path's parts.
    pub fn parts(&self) -> &[&'a str] {
        &self.0
    }

    /// Whether the path is `dotted`.
    pub fn is(&self, dotted: &str) -> bool {
        self.may_begin(dotted) && dotted.split('.').eq(self.0.iter().copied())
    }

    /// Whether the path is `dotted` or lies below it.
    pub fn starts_with(&self, dotted: &str) -> bool {
        let mut parts = self.0.iter();
        self.may_begin(dotted) && dotted.split('.').all(|part| parts.next() == Some(&part))
    }

    /// Most paths are told apart by their first parts.
    fn may_begin(&self, dotted: &str) -> bool {
        self.0.first().is_some_and(|first| dotted.starts_with(first))
    }
}

impl std::fmt::Display for QualifiedName<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0.join("."))
    }
}

impl<'a> Model<'a> {
    /// Gives names that the script binds nowhere their meaning outside of it.
    pub(super) fn resolve_outside(&mut self) {
        let system = self.system();
        let image = &self.script.surroundings.image;
        for (place, reference) in self.references.iter_mut().enumerate() {
            let name = reference.node.id.as_str();
            if reference.resolution != Resolution::Unknown {
                continue;
            }
            self.outside.push(ReferenceId(index(place)));
            reference.resolution = if is_given_by_class(&self.scopes, name, reference.scope) {
                Resolution::Builtin
            } else if system.is_some_and(|system| system.binds(name)) {
                Resolution::System
            } else if is_engine_name(name) {
                Resolution::Engine
            } else if image.global(name).is_some() {
                Resolution::Implicit
            } else if image.is_builtin(name) {
                Resolution::Builtin
            } else {
                Resolution::Unknown
            };
        }
    }

    /// Whether the module's top level binds `name`.
    pub fn binds(&self, name: &str) -> bool {
        self.scope(MODULE).names.contains_key(name)
    }

    /// What `name` means when it is read in `scope`.
    pub fn resolve(&self, name: &str, scope: ScopeId) -> Option<ScopeId> {
        lookup(&self.scopes, name, scope)
    }

    /// Where a name that is read in `scope` is bound.
    pub fn home(&self, name: &ExprName, scope: ScopeId) -> Option<ScopeId> {
        match self.reference_of(name) {
            Some(ReferenceId(place)) => match self.references[place as usize].resolution {
                Resolution::Bound(home) => Some(home),
                _ => None,
            },
            None => self.resolve(name.id.as_str(), scope),
        }
    }

    /// What is bound to a name that is read in `scope`; empty where the script does not bind it.
    pub fn bindings_of_name(&self, name: &ExprName, scope: ScopeId) -> &[BindingId] {
        self.home(name, scope)
            .and_then(|home| self.scope(home).names.get(name.id.as_str()))
            .map_or(&[], |entry| &entry.bindings)
    }

    /// What is bound to `name` where it is read in `scope`; empty where the script does not bind it.
    pub fn bindings_of(&self, name: &str, scope: ScopeId) -> &[super::BindingId] {
        self.resolve(name, scope).and_then(|home| self.scope(home).names.get(name)).map_or(&[], |entry| &entry.bindings)
    }

    /// The dotted path that `expr`, evaluated in `scope`, names: through import aliases, names that the engine
    /// imports beforehand and builtins. `None` where the script itself makes the value, or may make it.
    pub fn qualified_name(&self, expr: &'a Expr, scope: ScopeId) -> Option<QualifiedName<'a>> {
        self.path(expr, scope, MAX_STEPS).map(QualifiedName)
    }

    fn path(&self, expr: &'a Expr, scope: ScopeId, steps: usize) -> Option<Parts<'a>> {
        let mut root = expr;
        while let Expr::Attribute(attribute) = root {
            root = &attribute.value;
        }
        let Expr::Name(root) = root else { return None };
        let mut path = match self.reference_of(root).map(|read| self.references[read.0 as usize].resolution) {
            Some(Resolution::Builtin) => self.builtin_path(root.id.as_str()),
            _ => self.root_path(root.id.as_str(), self.home(root, scope), steps),
        }?;
        let own = path.len();
        let mut member = expr;
        while let Expr::Attribute(attribute) = member {
            path.push(attribute.attr.as_str());
            member = &attribute.value;
        }
        path[own..].reverse();
        Some(path)
    }

    /// The path of a name that is bound in `home`.
    fn root_path(&self, name: &'a str, home: Option<ScopeId>, steps: usize) -> Option<Parts<'a>> {
        let steps = steps.checked_sub(1)?;
        let Some(home) = home else {
            if let Some(system) = self.system().filter(|system| system.binds(name)) {
                return system.root_path(name, Some(MODULE), steps);
            }
            if is_engine_name(name) {
                return None;
            }
            let image = &self.script.surroundings.image;
            if let Some(path) = image.global(name) {
                return Some(path.split('.').collect());
            }
            return self.builtin_path(name);
        };
        let bindings = &self.scope(home).names.get(name)?.bindings;
        let last = self.binding(*bindings.last()?);
        match last.kind {
            BindingKind::Import(import) => bindings
                .iter()
                .all(|&id| matches!(self.binding(id).kind, BindingKind::Import(_)))
                .then(|| self.imported_path(import))?,
            BindingKind::Assignment(Some(value)) if bindings.len() == 1 => self.path(value, last.written_in, steps),
            _ => None,
        }
    }

    fn builtin_path(&self, name: &'a str) -> Option<Parts<'a>> {
        self.script.surroundings.image.is_builtin(name).then(|| vec![name])
    }

    fn imported_path(&self, id: ImportId) -> Option<Parts<'a>> {
        let import = self.import(id);
        if import.level > 0 {
            return None;
        }
        let mut path: Parts<'a> = import.module.split('.').collect();
        match import.member {
            Some(member) => path.push(member),
            None if import.alias.asname.is_none() => path.truncate(1),
            None => {}
        }
        Some(path)
    }
}

/// Whether Python gives `name` in `scope` because of a class: `__module__` and `__qualname__` in its body,
/// `__class__` in its methods.
fn is_given_by_class(scopes: &[Scope<'_>], name: &str, scope: ScopeId) -> bool {
    match name {
        "__module__" | "__qualname__" => scopes[scope.0 as usize].kind == ScopeKind::Class,
        "__class__" => {
            let mut outer = scopes[scope.0 as usize].parent;
            while let Some(id) = outer {
                if scopes[id.0 as usize].kind == ScopeKind::Class {
                    return true;
                }
                outer = scopes[id.0 as usize].parent;
            }
            false
        }
        _ => false,
    }
}

/// How many assignments are followed from a name to its value, so that cycles end.
pub(super) const MAX_STEPS: usize = 8;

fn is_engine_name(name: &str) -> bool {
    name == names::D3 || names::RESERVED_NAMES.contains(&name) || names::RESERVED_CLASSES.contains(&name)
}

/// Gives the bindings of `nonlocal` names to the nearest function around that binds them.
pub(super) fn settle_nonlocal(tables: &mut Tables<'_>, bindings: Vec<BindingId>) {
    for id in bindings {
        let binding = &mut tables.bindings[id.0 as usize];
        let mut outer = tables.scopes[binding.scope.0 as usize].parent;
        while let Some(current) = outer {
            let candidate = &tables.scopes[current.0 as usize];
            if matches!(candidate.kind, ScopeKind::Function(_)) && candidate.names.contains_key(binding.name) {
                binding.scope = current;
                break;
            }
            outer = candidate.parent;
        }
        let home = &mut tables.scopes[binding.scope.0 as usize];
        let bindings = home.bind(binding.name);
        bindings.push(id);
        bindings.sort_unstable();
    }
}

/// Gives each reference its meaning within the script, and each name its references.
pub(super) fn resolve(tables: &mut Tables<'_>) {
    let Tables { scopes, references, .. } = tables;
    for (place, reference) in references.iter_mut().enumerate() {
        let name = reference.node.id.as_str();
        let sign = Signs::of(name);
        let mut next = Some(reference.scope);
        while let Some(id) = next {
            let (home, outer) = step(scopes, name, reference.scope, id);
            if let Some(home) = home
                && scopes[home.0 as usize].signs.may_hold(sign)
                && let Some(entry) = scopes[home.0 as usize].names.get_mut(name)
            {
                entry.references.push(ReferenceId(index(place)));
                reference.resolution = Resolution::Bound(home);
                break;
            }
            next = outer;
        }
    }
}

/// The scope in which `name`, read in `scope`, is bound.
fn lookup(scopes: &[Scope<'_>], name: &str, scope: ScopeId) -> Option<ScopeId> {
    let sign = Signs::of(name);
    let binds = |home: &ScopeId| {
        let home = &scopes[home.0 as usize];
        home.signs.may_hold(sign) && home.names.contains_key(name)
    };
    let mut id = scope;
    loop {
        let (home, outer) = step(scopes, name, scope, id);
        if let Some(home) = home.filter(binds) {
            return Some(home);
        }
        id = outer?;
    }
}

/// On the way outwards from where a name is read: in which scope it may be bound, as seen from `at`, and where to look
/// next. Class scopes are seen from themselves only.
fn step(scopes: &[Scope<'_>], name: &str, from: ScopeId, at: ScopeId) -> (Option<ScopeId>, Option<ScopeId>) {
    let current = &scopes[at.0 as usize];
    if at != from && current.kind == ScopeKind::Class {
        (None, current.parent)
    } else if current.globals.contains(&name) {
        (Some(MODULE), None)
    } else {
        (Some(at), current.parent)
    }
}
