//! Names that are bound where no one can see it.

use rustc_hash::FxHashSet;

use crate::syntax::ast::{Expr, ExprContext};
use crate::text::{Ranged, TextRange, nearest};

use super::Model;
use super::model::{Context, MODULE, Reference, Resolution};

/// Builtins of Python on Windows and in notebooks, which scripts name where they look where they run.
const ELSEWHERE: [&str; 2] = ["WindowsError", "get_ipython"];

impl<'a> Model<'a> {
    /// Whether `from module import *` stands anywhere.
    pub fn has_star_import(&self) -> bool {
        self.imports.iter().any(|import| import.is_star())
    }

    /// Whether code binds names that can't be seen: through `exec`, by writing to `globals()`, or in `builtins`.
    pub fn binds_dynamically(&self) -> bool {
        *self.dynamic.get_or_init(|| self.binds_by_attributes() || self.binds_by_names())
    }

    /// `builtins.name = ...`, `gettext.install(...)`, and `_convert_` of an enum class, which fills the module.
    fn binds_by_attributes(&self) -> bool {
        let has_gettext = || self.imports.iter().any(|import| import.module == "gettext");
        self.nodes.attributes.iter().any(|site| match site.node.attr.as_str() {
            "_convert_" | "_convert" => true,
            "install" => has_gettext(),
            _ => site.node.ctx == ExprContext::Store && is_builtins(&site.node.value),
        }) || self.nodes.calls.iter().any(|site| {
            matches!(&*site.node.func, Expr::Name(name) if name.id.as_str() == "setattr")
                && site.node.arguments.args.first().is_some_and(is_builtins)
        })
    }

    fn binds_by_names(&self) -> bool {
        self.read_outside().any(|reference| {
            reference.resolution == Resolution::Builtin
                && match reference.node.id.as_str() {
                    "exec" => true,
                    "globals" => self.is_open_namespace(reference),
                    "vars" | "locals" => reference.scope == MODULE && self.is_open_namespace(reference),
                    _ => false,
                }
        })
    }

    /// The name that was most likely meant where one is read that nothing binds, of those that can be read there.
    pub fn near_name(&self, reference: &Reference<'a>) -> Option<&'a str> {
        let mut visible: Vec<&str> = Vec::new();
        let mut scope = Some(reference.scope);
        while let Some(id) = scope {
            visible.extend(self.scope(id).names.keys().copied());
            scope = self.scope(id).parent;
        }
        visible.sort_unstable();
        nearest(reference.node.id.as_str(), visible)
    }

    /// The reads of names that nothing in the final script binds; none where names may be bound that can't be seen.
    pub fn undefined(&self) -> impl Iterator<Item = &Reference<'a>> {
        let hides_names = |model: &Model<'_>| model.has_star_import() || model.binds_dynamically();
        let is_open = hides_names(self) || self.system().is_some_and(hides_names);
        // What stands under a test of the version may be meant for another one.
        let harmless = Context::NAME_GUARD | Context::VERSION_GUARD | Context::NOT_EVALUATED;
        // A name that the script asks for with NameError in mind is there or not.
        let unknown = || self.read_outside().filter(|read| !is_open && read.resolution == Resolution::Unknown);
        let is_asked = |read: &&Reference<'a>| read.context.contains(Context::NAME_GUARD);
        let asked: FxHashSet<&str> = unknown().filter(is_asked).map(|read| read.node.id.as_str()).collect();
        self.read_outside().filter(move |read| {
            let name = read.node.id.as_str();
            !is_open
                && read.resolution == Resolution::Unknown
                && !read.context.intersects(harmless)
                && !ELSEWHERE.contains(&name)
                && !asked.contains(name)
        })
    }

    /// Whether more is done to `globals()` than reading one name.
    fn is_open_namespace(&self, reference: &Reference<'a>) -> bool {
        let Some(place) = reference.call else { return true };
        let call = &self.nodes.calls[place as usize];
        call.node.arguments.is_empty() && !self.is_only_read(call.node.range())
    }

    fn is_only_read(&self, namespace: TextRange) -> bool {
        let nodes = &self.nodes;
        nodes.subscripts.iter().any(|site| site.node.value.range() == namespace && site.node.ctx == ExprContext::Load)
            || nodes.attributes.iter().any(|site| {
                site.node.value.range() == namespace
                    && matches!(site.node.attr.as_str(), "get" | "keys" | "values" | "items" | "copy")
            })
            || nodes.compares.iter().any(|site| site.node.comparators.iter().any(|right| right.range() == namespace))
    }
}

fn is_builtins(expr: &Expr) -> bool {
    matches!(expr, Expr::Name(name) if matches!(name.id.as_str(), "builtins" | "__builtins__"))
}
