//! What a call calls, of what the script or the system script defines: a function, a method, or a class.

use rustc_hash::FxHashSet;

use crate::semantic::{BindingKind, FunctionId, MODULE, Model, ScopeId, ScopeKind};
use crate::syntax::ast::{self, Expr, Stmt};
use crate::text::Ranged;

/// A class is known to inherit from so many others at most.
const MAX_CLASSES: usize = 64;

/// What a call calls.
#[derive(Debug)]
pub(super) enum Callee<'m> {
    /// A function of a script; `given` of its parameters are not the caller's: the instance that a method gets.
    Function { home: &'m Model<'m>, id: FunctionId, given: usize },
    /// A class, with the function that takes what a new instance is made from.
    Class { name: &'m str, home: &'m Model<'m>, init: FunctionId },
    /// A class whose new instances take a value for each of these fields.
    Fields { name: &'m str, fields: Vec<&'m str> },
}

/// A class and the script that it is in.
#[derive(Debug, Clone, Copy)]
struct Class<'m> {
    home: &'m Model<'m>,
    node: &'m ast::StmtClassDef,
}

/// What `func`, called in `scope`, certainly is.
pub(super) fn callee<'m>(model: &'m Model<'m>, func: &'m Expr, scope: ScopeId) -> Option<Callee<'m>> {
    match func {
        Expr::Name(name) => match function_named(model, func, name, scope) {
            Some((home, id)) => Some(Callee::Function { home, id, given: 0 }),
            None => class_named(model, func, scope)?.construction(),
        },
        Expr::Attribute(attribute) => {
            let of_instance = instance(model, &attribute.value, scope);
            let class = of_instance.or_else(|| class_named(model, &attribute.value, scope))?;
            let (home, id) = class.method(attribute.attr.as_str())?;
            let is_given = match decorator(home.function(id).node) {
                Some("staticmethod") => false,
                Some("classmethod") => true,
                _ => of_instance.is_some(),
            };
            Some(Callee::Function { home, id, given: usize::from(is_given) })
        }
        _ => None,
    }
}

fn function_named<'m>(
    model: &'m Model<'m>,
    func: &Expr,
    name: &ast::ExprName,
    scope: ScopeId,
) -> Option<(&'m Model<'m>, FunctionId)> {
    if let Some(id) = model.function_named(func, scope) {
        return Some((model, id));
    }
    let name = name.id.as_str();
    let system = model.system().filter(|_| model.resolve(name, scope).is_none())?;
    Some((system, system.top_level_function(name)?))
}

/// The class that a name is.
fn class_named<'m>(model: &'m Model<'m>, expr: &Expr, scope: ScopeId) -> Option<Class<'m>> {
    let name = expr.as_name_expr()?;
    let (home, bindings) = match (model.bindings_of_name(name, scope), model.system()) {
        ([], Some(system)) if model.resolve(name.id.as_str(), scope).is_none() => {
            (system, system.bindings_of(name.id.as_str(), MODULE))
        }
        (own, _) => (model, own),
    };
    match bindings {
        [only] => match home.binding(*only).kind {
            BindingKind::Class(node) => Some(Class { home, node }),
            _ => None,
        },
        _ => None,
    }
}

/// The class that an expression is an instance of: `self`, or what only a call of a class can have made.
fn instance<'m>(model: &'m Model<'m>, expr: &'m Expr, scope: ScopeId) -> Option<Class<'m>> {
    if let Some(class) = model.self_class(expr, scope) {
        return Some(Class { home: model, node: model.class_of(class)? });
    }
    let made = model.only_maker(expr, scope)?;
    class_named(model, &made.expr.as_call_expr()?.func, made.scope)
}

impl<'m> Class<'m> {
    /// The scope of its body.
    fn scope(self) -> Option<ScopeId> {
        let is_own = |id: &ScopeId| {
            let scope = self.home.scope(*id);
            scope.kind == ScopeKind::Class && scope.range == self.node.range()
        };
        (0..).map(ScopeId).take(self.home.scopes.len()).find(is_own)
    }

    /// What its body binds a name to: a function, or something else.
    fn member(self, name: &str) -> Option<Option<FunctionId>> {
        let last = self.home.scope(self.scope()?).names.get(name)?.bindings.last()?;
        Some(match self.home.binding(*last).kind {
            BindingKind::Function(id) => Some(id),
            _ => None,
        })
    }

    /// Its bases, in order; `None` where one of them is no class of the scripts.
    fn bases(self) -> Option<Vec<Self>> {
        let Some(arguments) = &self.node.arguments else { return Some(Vec::new()) };
        let outside = self.home.scope(self.scope()?).parent?;
        let known = arguments.args.iter().filter(|base| base.as_name_expr().is_none_or(|name| name.id != "object"));
        known.map(|base| class_named(self.home, base, outside)).collect()
    }

    /// The class and all that it inherits from, each once, in the order in which Python looks through them. `None` stands
    /// for what can't be told.
    fn lineage(self) -> Vec<Option<Self>> {
        let mut found = Vec::new();
        self.add_lineage(&mut FxHashSet::default(), &mut found);
        found.reverse();
        found
    }

    fn add_lineage(self, seen: &mut FxHashSet<*const ast::StmtClassDef>, found: &mut Vec<Option<Self>>) {
        if !seen.insert(self.node) {
            // One that is not done yet inherits from itself.
            if !found.iter().flatten().any(|class| std::ptr::eq(class.node, self.node)) {
                found.push(None);
            }
            return;
        }
        match self.bases().filter(|_| seen.len() < MAX_CLASSES) {
            Some(bases) => bases.into_iter().rev().for_each(|base| base.add_lineage(seen, found)),
            None => found.push(None),
        }
        found.push(Some(self));
    }

    /// The function that a method is, in the class or the first one behind it that has it.
    fn method(self, name: &str) -> Option<(&'m Model<'m>, FunctionId)> {
        for class in self.lineage() {
            let class = class?;
            if let Some(member) = class.member(name) {
                return Some((class.home, member?));
            }
        }
        None
    }

    /// What makes its instances.
    fn construction(self) -> Option<Callee<'m>> {
        let name = self.node.name.as_str();
        if let Some((home, init)) = self.method("__init__") {
            return Some(Callee::Class { name, home, init });
        }
        let mut fields = Vec::new();
        for class in self.lineage().into_iter().rev() {
            class?.add_fields(&mut fields)?;
        }
        Some(Callee::Fields { name, fields })
    }

    /// Adds what its instances take if it is a data class; nothing where it is a plain one. `None` where that is not
    /// certain.
    fn add_fields(self, fields: &mut Vec<&'m str>) -> Option<()> {
        match &self.node.decorator_list[..] {
            [] => return Some(()),
            [only] if matches!(last_name(&only.expression), Some("dataclass")) => {}
            _ => return None,
        }
        for statement in &self.node.body {
            let Stmt::AnnAssign(field) = statement else { continue };
            let Expr::Name(name) = &*field.target else { continue };
            let annotation = match &*field.annotation {
                Expr::Subscript(subscript) => &*subscript.value,
                plain => plain,
            };
            // `field(...)` may leave the field out.
            if matches!(field.value.as_deref(), Some(Expr::Call(call)) if last_name(&call.func) == Some("field") && call.arguments.find_keyword("init").is_some())
            {
                return None;
            }
            if last_name(annotation) != Some("ClassVar") && !fields.contains(&name.id.as_str()) {
                fields.push(name.id.as_str());
            }
        }
        Some(())
    }
}

/// The only decorator of a function.
fn decorator(function: &ast::StmtFunctionDef) -> Option<&str> {
    match &function.decorator_list[..] {
        [only] => last_name(&only.expression),
        _ => None,
    }
}

/// The last name of a dotted path, which may be called.
fn last_name(expr: &Expr) -> Option<&str> {
    match expr {
        Expr::Name(name) => Some(name.id.as_str()),
        Expr::Attribute(attribute) => Some(attribute.attr.as_str()),
        Expr::Call(call) => last_name(&call.func),
        _ => None,
    }
}
