//! Where a name stands in the script, for edits that change it.

use crate::text::{Ranged, TextRange};

use super::Model;
use super::model::{BindingKind, MODULE, Resolution, ScopeId};

impl<'a> Model<'a> {
    /// All places of the name `name` of `scope`, in order, where it can be changed to `to` without any other change:
    /// nothing that sees the name has the new one already.
    pub fn rename(&self, scope: ScopeId, name: &str, to: &str) -> Option<Vec<TextRange>> {
        let entry = self.scope(scope).names.get(name)?;
        let within = self.scope(scope).range;
        let is_declared =
            self.scopes.iter().any(|scope| scope.globals.contains(&name) || scope.nonlocals.contains(&name));
        let is_taken =
            self.scopes.iter().any(|inner| within.contains_range(inner.range) && inner.names.contains_key(to))
                || self.references.iter().any(|reference| {
                    reference.node.id.as_str() == to
                    && within.contains_range(reference.node.range())
                    // What was undefined so far most likely meant this.
                    && !(scope == MODULE && reference.resolution == Resolution::Unknown)
                });
        let bindings = || entry.bindings.iter().map(|&id| self.binding(id));
        if is_declared || is_taken || bindings().any(|binding| matches!(binding.kind, BindingKind::Import(_))) {
            return None;
        }
        let references = entry.references.iter().map(|id| self.references[id.0 as usize].node.range());
        let mut places: Vec<TextRange> = bindings().map(|binding| binding.range).chain(references).collect();
        places.sort_unstable_by_key(|range| range.start());
        // `name += 1` and `del name` read and bind at the same place.
        places.dedup();
        Some(places)
    }
}
