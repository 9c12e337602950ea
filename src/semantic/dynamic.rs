//! Names that are bound where no one can see it.

use crate::syntax::ast::ExprContext;
use crate::text::{Ranged, TextRange};

use super::Model;
use super::model::{Context, MODULE, Reference, Resolution};

/// A builtin of Python on Windows, which scripts name behind a test of the system.
const WINDOWS_ONLY: &str = "WindowsError";

impl<'a> Model<'a> {
    /// Whether `from module import *` stands anywhere.
    pub fn has_star_import(&self) -> bool {
        self.imports.iter().any(|import| import.is_star())
    }

    /// Whether code binds names that can't be seen: through `exec`, or by writing to `globals()`.
    pub fn binds_dynamically(&self) -> bool {
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

    /// The reads of names that nothing in the final script binds; none where names may be bound that can't be seen.
    pub fn undefined(&self) -> impl Iterator<Item = &Reference<'a>> {
        let hides_names = |model: &Model<'_>| model.has_star_import() || model.binds_dynamically();
        let is_open = hides_names(self) || self.system().is_some_and(hides_names);
        // What stands under a test of the version may be meant for another one.
        let harmless = Context::NAME_GUARD | Context::VERSION_GUARD | Context::NOT_EVALUATED;
        self.references.iter().filter(move |reference| {
            !is_open
                && reference.resolution == Resolution::Unknown
                && !reference.context.intersects(harmless)
                && reference.node.id.as_str() != WINDOWS_ONLY
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
