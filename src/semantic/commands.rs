//! Commands: the functions that D3 calls (D3's page, "Command & Script").

use std::cell::LazyCell;

use rustc_hash::{FxHashMap, FxHashSet};

use crate::manifest;
use crate::syntax::ast::Expr;
use crate::text::{Ranged, TextRange, TextSize, nearest};

use super::model::{Binding, BindingKind, Function, FunctionId, MODULE};
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
            // A Live script lacks the commands that were added since the last submit.
            let is_live = surroundings.is_live();
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

    /// What the name of a command of this script is in the final script.
    pub fn definition(&self, command: &Command<'a>) -> Definition {
        let definitions = self.definitions.get_or_init(|| {
            // Only a command without a function needs them.
            let candidates = LazyCell::new(|| Candidates::new(self));
            let named = self.commands.iter().map(|command| command.name);
            named.map(|name| (name.to_owned(), self.find_definition(name, &candidates))).collect()
        });
        definitions.get(command.name).copied().unwrap_or(Definition::Unknown)
    }

    fn find_definition(
        &self,
        name: &str,
        candidates: &LazyCell<Candidates<'a>, impl FnOnce() -> Candidates<'a>>,
    ) -> Definition {
        let bound = self.scope(MODULE).names.get(name).and_then(|entry| entry.bindings.last());
        if let Some(&last) = bound {
            return self.definition_of(self.binding(last));
        }
        match &self.script.surroundings.system {
            SystemScript::Known(system) if system.model().binds(name) => return Definition::Unknown,
            SystemScript::Unknown => return Definition::Unknown,
            _ => {}
        }
        if candidates.are_open || candidates.broken.contains(name) {
            return Definition::Unknown;
        }
        match (candidates.near(name).and_then(|near| self.top_level_function(near)), candidates.inner.get(name)) {
            (Some(near), _) => Definition::Near(near),
            (None, Some(&inner)) => {
                let inner = self.function(inner);
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

    /// The words behind `def` in a text that has syntax errors: functions that may have been lost to them.
    fn names_in_broken_code(&self) -> FxHashSet<&'a str> {
        let parsed = &self.script.parsed;
        if parsed.errors.is_empty() {
            return FxHashSet::default();
        }
        let after = parsed.text.match_indices("def ").map(|(at, word)| parsed.text[at + word.len()..].trim_start());
        after.filter_map(|rest| rest.split(|next: char| next != '_' && !next.is_alphanumeric()).next()).collect()
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
        let places = self.commands_by_function();
        let first = places.partition_point(|&(other, _)| other < function);
        places.get(first).filter(|(other, _)| *other == function).map(|&(_, place)| &self.commands[place])
    }

    /// The commands that have their functions in some top-level statements, in the functions' order.
    pub fn commands_within(&self, part: TextRange) -> impl Iterator<Item = (&Command<'a>, &Function<'a>)> {
        let places = self.commands_by_function();
        let place = |end: TextSize| places.partition_point(|&(id, _)| self.function(id).node.start() < end);
        let within = places[place(part.start())..place(part.end())].iter();
        within.map(|&(id, place)| (&self.commands[place], self.function(id)))
    }

    /// The functions of the commands in source order, each with the place of its command.
    fn commands_by_function(&self) -> &[(FunctionId, usize)] {
        self.commands_by_function.get_or_init(|| {
            let places = self.commands.iter().enumerate();
            let mut places: Vec<_> = places.filter_map(|(place, command)| Some((command.function?, place))).collect();
            places.sort_unstable();
            places
        })
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

/// With more functions than this that may be commands, none is searched for by its letters.
const MAX_LOOKED_AT: usize = 200;

/// Where the functions of commands may be that have none of their name at the top level.
struct Candidates<'a> {
    /// Whether code may bind names that can't be seen.
    are_open: bool,
    /// Functions that may have been lost to syntax errors.
    broken: FxHashSet<&'a str>,
    /// The first function of each name at any depth.
    inner: FxHashMap<&'a str, FunctionId>,
    /// Top-level functions that are no commands, by their names without case and underscores; the first of each.
    by_letters: FxHashMap<String, &'a str>,
    /// Those that look like commands.
    by_looks: Vec<&'a str>,
}

impl<'a> Candidates<'a> {
    fn new(model: &Model<'a>) -> Self {
        let commands: FxHashSet<&str> = model.commands.iter().map(|command| command.name).collect();
        let mut candidates = Self {
            are_open: model.has_star_import() || model.binds_dynamically(),
            broken: model.names_in_broken_code(),
            inner: FxHashMap::default(),
            by_letters: FxHashMap::default(),
            by_looks: Vec::new(),
        };
        for (place, function) in model.functions.iter().enumerate() {
            let name = function.name();
            candidates.inner.entry(name).or_insert(FunctionId(u32::try_from(place).unwrap_or(u32::MAX)));
            if !function.is_top_level() || commands.contains(name) {
                continue;
            }
            if !name.starts_with('_') {
                candidates.by_letters.entry(letters(name)).or_insert(name);
            }
            if model.top_level_function(name).is_some_and(|id| model.looks_like_command(id)) {
                candidates.by_looks.push(name);
            }
        }
        candidates
    }

    /// The function that was most likely meant to be called `name`: one that is no command, and that differs in case
    /// or underscores only, or by a letter and looks like a command.
    fn near(&self, name: &str) -> Option<&'a str> {
        self.by_letters.get(&letters(name)).copied().or_else(|| {
            let few = self.by_looks.len() <= MAX_LOOKED_AT;
            few.then(|| nearest(name, self.by_looks.iter().copied())).flatten()
        })
    }
}

/// A name without case and underscores.
fn letters(name: &str) -> String {
    name.replace('_', "").to_lowercase()
}
