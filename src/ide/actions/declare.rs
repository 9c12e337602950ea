//! Adds to the manifest what the script has: a command, an input.

use super::unpacking::{Uses, is_free_name};
use super::{Action, ActionKind, Here};
use crate::diagnostic::Place;
use crate::manifest::{Kind, edits};
use crate::semantic::{Analysis, BindingKind, Definition, FunctionId, Model};
use crate::text::{Ranged, TextRange};

/// Adds the input for the parameter that a range touches, where that brings the two into step: all inputs up to it
/// are those of the parameters before it.
pub(super) fn input(here: &Here<'_>, range: TextRange) -> Option<Action> {
    let manifest = here.model.script.surroundings.manifest.as_deref()?;
    let mut names = here.inputs()?;
    let positional: Vec<&str> = here.function.positional().map(|one| one.parameter.name.as_str()).collect();
    let is_here =
        |range: TextRange, touched: TextRange| range.start() <= touched.end() && touched.start() <= range.end();
    let place = here.function.positional().position(|one| is_here(one.range(), range))?;
    let name = positional[place];
    let is_read = here.model.scope(here.function.scope).names.get(name).is_some_and(|it| !it.references.is_empty());
    if names.contains(&name) || place > names.len() || !is_read {
        return None;
    }
    names.insert(place, name);
    if positional.get(..names.len()) != Some(&names[..]) {
        return None;
    }
    let edits = edits::set_inputs(manifest, here.declared?, &names);
    let title = format!("Add the input `{name}` to the manifest");
    (!edits.is_empty()).then(|| Action::new(title, ActionKind::QuickFix).edit(Place::Manifest, edits))
}

/// Adds the command that the function is whose name a range touches: a plain one that gives an output model back.
pub(super) fn command(analysis: &Analysis, range: TextRange) -> Option<Action> {
    let model = analysis.model();
    let manifest = model.script.surroundings.manifest.as_deref().filter(|it| it.kind == Kind::Integration)?;
    let binding = model.bindings.iter().find(|binding| binding.range.contains_inclusive(range.start()))?;
    let BindingKind::Function(id) = binding.kind else { return None };
    let function = model.function(id);
    let name = function.name();
    let is_plain = !function.is_decorated() && !function.node.is_async && !function.is_generator;
    let can_be_called = function.node.parameters.kwonlyargs.iter().all(|one| one.default.is_some());
    if !function.is_top_level()
        || !is_plain
        || !can_be_called
        || name.starts_with('_')
        || model.top_level_function(name) != Some(id)
        || !model.returns_output_model(id)
        || manifest.command(name).is_some()
        || is_meant_otherwise(model, id)
    {
        return None;
    }
    let mut inputs: Vec<&str> = function.positional().map(|one| one.parameter.name.as_str()).collect();
    if function.node.parameters.vararg.is_some() {
        for name in Uses::of(model, function)?.names()? {
            is_free_name(name, &inputs).then(|| inputs.push(name))?;
        }
    }
    let edits = edits::add_command(manifest, name, &inputs);
    let title = format!("Add the command `{name}` to the manifest");
    (!edits.is_empty()).then(|| Action::new(title, ActionKind::QuickFix).edit(Place::Manifest, edits))
}

/// Whether a command of the manifest most likely means this function, under another name.
fn is_meant_otherwise(model: &Model<'_>, id: FunctionId) -> bool {
    model.commands.iter().any(|command| model.definition(command) == Definition::Near(id))
}
