//! Commands: the functions that D3 calls (D3's page, "Command & Script").

use rustc_hash::FxHashSet;

use crate::manifest::{self, ScriptRole};
use crate::syntax::ast::Expr;
use crate::text::{TextRange, nearest};

use super::model::{Binding, BindingKind, FunctionId, MODULE};
use super::{Model, ScopeKind, SystemScript};

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

/// What a command's name is in the final script.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Definition {
    /// A function at the top level: the last one of the name.
    Function(FunctionId),
    /// No plain function: where the name is bound, and what it is there.
    NotPlain(TextRange, NotPlain),
    /// A top-level function that was most likely meant, by its name.
    Near(FunctionId),
    /// Nothing.
    Missing,
    /// It can't be told: something else is bound to the name, or it may stand where we can't look.
    Unknown,
}

/// What stands where a command's function should be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotPlain {
    /// `async def`.
    Async,
    /// A function that holds `yield`.
    Generator,
    /// A function in a function.
    Nested,
    /// A function in a class.
    Method,
    /// A lambda with a name.
    Lambda,
    /// A class.
    Class,
}

/// With a manifest, its Python commands that are in this script; without one, the top-level functions without
/// leading underscore that return an output model on some path and that nothing else in the script uses.
pub(super) fn collect<'a>(model: &Model<'a>) -> Vec<Command<'a>> {
    let surroundings = &model.script.surroundings;
    match &surroundings.manifest {
        Some(manifest) => {
            let script = surroundings.script.as_deref().unwrap_or_default();
            // A Live script is what was last submitted: it lacks the commands that were added since.
            let is_live = manifest.role_of(script) == Some(ScriptRole::Live);
            manifest
                .commands_of(script)
                .map(|command| Command {
                    name: &command.internal_name.value,
                    declared: Some(command),
                    function: model.top_level_function(&command.internal_name.value),
                })
                .filter(|command| !is_live || command.function.is_some())
                .collect()
        }
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

    /// What a command's name is in the final script.
    pub fn definition(&self, command: &Command<'a>) -> Definition {
        let bound = self.scope(MODULE).names.get(command.name).and_then(|entry| entry.bindings.last());
        if let Some(&last) = bound {
            return self.definition_of(self.binding(last));
        }
        match &self.script.surroundings.system {
            SystemScript::Known(system) if system.model().binds(command.name) => return Definition::Unknown,
            SystemScript::Unknown => return Definition::Unknown,
            _ => {}
        }
        if self.has_star_import() || self.binds_dynamically() || self.is_in_broken_code(command.name) {
            return Definition::Unknown;
        }
        let inner = self.functions.iter().find(|function| function.name() == command.name);
        match (self.near_function(command.name), inner) {
            (Some(near), _) => Definition::Near(near),
            (None, Some(inner)) => {
                let in_class = self.scope(inner.written_in).kind == ScopeKind::Class;
                let what = if in_class { NotPlain::Method } else { NotPlain::Nested };
                Definition::NotPlain(inner.node.name.range, what)
            }
            (None, None) => Definition::Missing,
        }
    }

    fn definition_of(&self, binding: &Binding<'a>) -> Definition {
        let what = match binding.kind {
            BindingKind::Function(id) => {
                let function = self.function(id);
                match () {
                    // A decorator may make a plain function of it.
                    () if function.is_decorated() => None,
                    () if function.node.is_async => Some(NotPlain::Async),
                    () if function.is_generator => Some(NotPlain::Generator),
                    () => return Definition::Function(id),
                }
            }
            BindingKind::Class(_) => Some(NotPlain::Class),
            BindingKind::Assignment(Some(Expr::Lambda(_))) | BindingKind::Annotated(Some(Expr::Lambda(_))) => {
                Some(NotPlain::Lambda)
            }
            _ => None,
        };
        what.map_or(Definition::Unknown, |what| Definition::NotPlain(binding.range, what))
    }

    /// The function that was most likely meant to be called `name`: one that is no command, and that differs in case
    /// or underscores only, or by a letter and looks like a command.
    fn near_function(&self, name: &str) -> Option<FunctionId> {
        let commands: FxHashSet<&str> = self.commands.iter().map(|command| command.name).collect();
        let free = || {
            let top_level = self.functions.iter().filter(|function| function.is_top_level());
            top_level.filter(|function| !commands.contains(function.name()))
        };
        let plain = |name: &str| name.replace('_', "").to_lowercase();
        let wanted = plain(name);
        if let Some(same) =
            free().find(|function| plain(function.name()) == wanted && !function.name().starts_with('_'))
        {
            return self.top_level_function(same.name());
        }
        let by_looks = free()
            .filter(|function| self.top_level_function(function.name()).is_some_and(|id| self.looks_like_command(id)));
        nearest(name, by_looks.map(|function| function.name())).and_then(|near| self.top_level_function(near))
    }

    /// Whether the definition of `name` may have been lost to a syntax error.
    fn is_in_broken_code(&self, name: &str) -> bool {
        let parsed = &self.script.parsed;
        !parsed.errors.is_empty()
            && parsed.text.match_indices("def ").any(|(at, word)| {
                let rest = parsed.text[at + word.len()..].trim_start();
                rest.strip_prefix(name)
                    .is_some_and(|rest| !rest.starts_with(|next: char| next == '_' || next.is_alphanumeric()))
            })
    }

    /// Whether a function is a command by its looks.
    pub fn looks_like_command(&self, id: FunctionId) -> bool {
        let function = self.function(id);
        function.is_top_level()
            && !function.name().starts_with('_')
            && self.top_level_function(function.name()) == Some(id)
            && !self.is_used_outside(id)
            && self.returns_output_model(id)
    }

    /// Whether anything but the function itself reads its name.
    pub fn is_used_outside(&self, id: FunctionId) -> bool {
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
