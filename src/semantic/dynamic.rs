//! Names that are bound where no one can see it.

use crate::syntax::ast::{Expr, ExprContext};
use crate::text::{Ranged, TextRange};

use super::Model;
use super::model::{MODULE, Reference, Resolution};

impl<'a> Model<'a> {
    /// Whether `from module import *` stands anywhere.
    pub fn has_star_import(&self) -> bool {
        self.imports.iter().any(|import| import.is_star())
    }

    /// Whether code binds names that can't be seen: through `exec`, by writing to `globals()`, or in `builtins`.
    pub fn binds_dynamically(&self) -> bool {
        self.binds_by_attributes() || self.binds_by_names()
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
        self.references.iter().any(|reference| {
            reference.resolution == Resolution::Builtin
                && match reference.node.id.as_str() {
                    "exec" => true,
                    "globals" => self.is_open_namespace(reference),
                    "vars" | "locals" => reference.scope == MODULE && self.is_open_namespace(reference),
                    _ => false,
                }
        })
    }

    /// Whether more is done to `globals()` than reading one name.
    fn is_open_namespace(&self, reference: &Reference<'a>) -> bool {
        let Some(call) = self.call_with_callee(reference.node.range()) else { return true };
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
