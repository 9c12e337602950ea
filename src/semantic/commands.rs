//! Commands: the functions that D3 calls (D3's page, "Command & Script").

use crate::manifest::{self, Implementation, Kind};

use super::model::{BindingKind, FunctionId, MODULE};
use super::{Model, ScopeKind};

/// A command of this script.
#[derive(Debug, Clone, Copy)]
pub struct Command<'a> {
    /// Its internal name.
    pub name: &'a str,
    /// What the manifest says of it; `None` without a manifest.
    pub declared: Option<&'a manifest::Command>,
    /// The function it calls: the last one of its name at the top level. Without a manifest there always is one.
    pub function: Option<FunctionId>,
}

/// With a manifest, its Python commands that are in this script; without one, the top-level functions without
/// leading underscore that return an output model on some path and that nothing else in the script uses.
pub(super) fn collect<'a>(model: &Model<'a>) -> Vec<Command<'a>> {
    let surroundings = &model.script.surroundings;
    match &surroundings.manifest {
        Some(manifest) => manifest
            .commands
            .iter()
            .filter(|command| command.implementation == Implementation::Python)
            .filter(|command| {
                manifest.kind == Kind::Integration
                    || command.script.as_ref().map(|script| &script.value) == surroundings.script.as_ref()
            })
            .map(|command| Command {
                name: &command.internal_name.value,
                declared: Some(command),
                function: model.top_level_function(&command.internal_name.value),
            })
            .collect(),
        None => (0..model.functions.len())
            .map(|place| FunctionId(u32::try_from(place).unwrap_or(u32::MAX)))
            .filter(|&id| model.looks_like_command(id))
            .map(|id| Command { name: model.function(id).name(), declared: None, function: Some(id) })
            .collect(),
    }
}

impl<'a> Model<'a> {
    /// The function that the top-level name `name` finally is.
    pub fn top_level_function(&self, name: &str) -> Option<FunctionId> {
        let last = self.scope(MODULE).names.get(name)?.bindings.last()?;
        match self.binding(*last).kind {
            BindingKind::Function(function) => Some(function),
            _ => None,
        }
    }

    /// Whether a function is a command by its looks.
    fn looks_like_command(&self, id: FunctionId) -> bool {
        let function = self.function(id);
        function.is_top_level()
            && !function.name().starts_with('_')
            && self.top_level_function(function.name()) == Some(id)
            && !self.is_used_outside(id)
            && self.returns_output_model(id)
    }

    /// Whether anything but the function itself reads its name.
    fn is_used_outside(&self, id: FunctionId) -> bool {
        let function = self.function(id);
        self.scope(function.written_in).names.get(function.name()).is_some_and(|entry| {
            entry.references.iter().any(|reference| {
                let mut scope = Some(self.references[reference.0 as usize].scope);
                while let Some(current) = scope {
                    if current == function.scope {
                        return false;
                    }
                    scope = self.scope(current).parent;
                }
                true
            })
        })
    }

    /// The command that a function is.
    pub fn command_of(&self, function: FunctionId) -> Option<&Command<'a>> {
        self.commands.iter().find(|command| command.function == Some(function))
    }

    /// The top-level function around a scope.
    pub fn top_level_function_of(&self, scope: super::ScopeId) -> Option<FunctionId> {
        let mut id = Some(scope);
        let mut found = None;
        while let Some(current) = id {
            if let ScopeKind::Function(function) = self.scope(current).kind {
                found = Some(function);
            }
            id = self.scope(current).parent;
        }
        found
    }
}
