//! Code actions: edits that a user may want where the cursor is, besides the fixes of findings.
//!
//! Each is offered only where it leaves no new finding behind, and is one set of edits: all of them or none.

mod declare;
mod function;
mod parameters;
mod secret;
mod suppress;
mod unpacking;
mod wrap;

#[cfg(test)]
mod tests;

use super::record::why_not_edited;
use crate::diagnostic::Place;
use crate::manifest;
use crate::semantic::{Analysis, Definition, Function, FunctionId, Model};
use crate::text::{Edit, Ranged, TextRange};

pub use suppress::suppressions;

/// What sort of thing an action does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ActionKind {
    /// Mends something.
    QuickFix,
    /// Writes the same in another way.
    Rewrite,
    /// Takes something out to another place.
    Extract,
}

/// Edits that a user may want.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Action {
    /// What it does, in the imperative.
    pub title: String,
    /// What sort of thing it does.
    pub kind: ActionKind,
    /// The edits, sorted by place and range, without overlap within one place.
    pub edits: Vec<(Place, Edit)>,
}

impl Action {
    fn new(title: impl Into<String>, kind: ActionKind) -> Self {
        Self { title: title.into(), kind, edits: Vec::new() }
    }

    /// Adds edits of one place.
    fn edit(mut self, place: Place, edits: impl IntoIterator<Item = Edit>) -> Self {
        self.edits.extend(edits.into_iter().map(|edit| (place, edit)));
        self.edits.sort_by_key(|(place, edit)| (*place, edit.range.start(), edit.range.end()));
        self
    }
}

/// The actions for a range of a script, fixes of findings first. None for a script that is not edited.
pub fn actions(analysis: &Analysis, range: TextRange) -> Vec<Action> {
    if why_not_edited(analysis.surroundings()).is_some() {
        return Vec::new();
    }
    let mut actions = function::missing(analysis, range);
    actions.extend(declare::command(analysis, range));
    if let Some(here) = Here::at(analysis, range) {
        actions.extend(declare::input(&here, range));
        actions.extend(parameters::reorder(&here));
        actions.extend(unpacking::to_named(&here));
        actions.extend(unpacking::to_args(&here));
        actions.extend(wrap::in_try(&here));
    }
    actions.extend(secret::extract(analysis, range));
    actions.sort_by_key(|action| action.kind != ActionKind::QuickFix);
    actions
}

/// The actions for a range of a manifest that edit one of its scripts.
pub fn manifest_actions(analysis: &Analysis, range: TextRange) -> Vec<Action> {
    if why_not_edited(analysis.surroundings()).is_some() {
        return Vec::new();
    }
    function::missing_in_manifest(analysis, range)
}

/// The command whose `def` line or parameters a range touches.
struct Here<'a> {
    analysis: &'a Analysis,
    model: &'a Model<'a>,
    id: FunctionId,
    function: &'a Function<'a>,
    /// What the manifest says of it, where there is one.
    declared: Option<&'a manifest::Command>,
}

impl<'a> Here<'a> {
    fn at(analysis: &'a Analysis, range: TextRange) -> Option<Self> {
        let model = analysis.model();
        model.commands.iter().find_map(|command| {
            let Definition::Function(id) = model.definition(command) else { return None };
            let function = model.function(id);
            let header = TextRange::new(function.node.start(), function.node.body.first()?.start());
            let is_here = header.contains_inclusive(range.start()) && range.end() <= function.node.end();
            let is_broken =
                analysis.parsed().errors.iter().any(|error| error.range.intersect(function.node.range()).is_some());
            let is_plain = !function.is_decorated() && !is_broken;
            (is_here && is_plain).then_some(Self { analysis, model, id, function, declared: command.declared })
        })
    }

    /// The text of a range of the script.
    fn slice(&self, range: TextRange) -> &'a str {
        self.analysis.parsed().slice(range)
    }

    /// The inputs' names, in order.
    fn inputs(&self) -> Option<Vec<&'a str>> {
        Some(self.declared?.inputs.iter().map(|input| input.parameter_name.value.as_str()).collect())
    }

    /// Whether a comment stands between the parameters, which moving them would tear from what it speaks of.
    fn has_comments_in_parameters(&self) -> bool {
        let parameters = self.function.node.parameters.range();
        self.analysis.parsed().comments.iter().any(|comment| parameters.contains_range(*comment))
    }

    /// Whether the name is bound or read in the function, or in what stands in it.
    fn knows(&self, name: &str) -> bool {
        let within = self.function.node.range();
        self.model.scopes.iter().any(|scope| within.contains_range(scope.range) && scope.names.contains_key(name))
            || self
                .model
                .references
                .iter()
                .any(|reference| reference.node.id.as_str() == name && within.contains_range(reference.node.range()))
    }
}
