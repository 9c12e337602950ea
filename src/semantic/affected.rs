//! Which top-level statements mean the same as before an edit of others.

use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};

use super::guards::leaves;
use super::model::{BindingId, BindingKind, MODULE, Resolution};
use super::{Model, Origin};
use crate::image::names::system_command;
use crate::syntax::ast::Stmt;
use crate::text::{Ranged, TextRange, TextSize};

/// What other top-level statements can see of some of them, and of a script as a whole.
#[derive(Debug)]
pub struct Outline {
    /// The names that the statements bind at the top level.
    names: FxHashSet<String>,
    /// Whether the statements change what follows by their names only.
    by_names: bool,
    /// Whether names may be bound where no one can see it.
    open: bool,
    /// The names of the commands that have a function.
    commands: FxHashSet<String>,
    /// The members of the engine's object that the script gives other values.
    members: FxHashSet<String>,
    /// The names that the statements read from the top level.
    reads: FxHashSet<String>,
    /// What the parameters of functions and classes are, which follows from their calls everywhere.
    parameters: Arc<ParameterOrigins>,
}

/// The engine's objects that parameters of functions and classes are, by both names.
pub(super) type ParameterOrigins = FxHashMap<(String, String), Origin>;

impl Outline {
    /// The functions and classes that are handed objects of the engine.
    fn carriers(&self) -> impl Iterator<Item = &str> {
        self.parameters.keys().map(|(name, _)| name.as_str())
    }

    /// The functions and classes whose parameters may be other objects of the engine than before: those for which they
    /// are, and those that the statements call, as far as theirs are any.
    fn callees_that_differ<'o>(&'o self, now: &'o Self) -> impl Iterator<Item = &'o str> {
        let is_called = |name: &str| self.reads.contains(name) || now.reads.contains(name);
        let differs = move |other: &Self, parameter: &(String, String), origin: &Origin| {
            other.parameters.get(parameter) != Some(origin) || is_called(&parameter.0)
        };
        let gone = self.parameters.iter().filter(move |(parameter, origin)| differs(now, parameter, origin));
        let come = now.parameters.iter().filter(move |(parameter, origin)| differs(self, parameter, origin));
        gone.chain(come).map(|((name, _), _)| name.as_str())
    }
}

impl<'a> Model<'a> {
    /// The outline of the statements in a part of the script.
    pub fn outline(&self, part: TextRange) -> Outline {
        let commands = self.commands.iter().filter(|command| command.function.is_some());
        Outline {
            names: self.names_bound_in(part).map(str::to_owned).collect(),
            by_names: self.statements_in(part).iter().all(acts_by_names),
            open: self.has_star_import() || self.binds_dynamically(),
            commands: commands.map(|command| command.name.to_owned()).collect(),
            members: self.assigned_members().clone(),
            reads: self.names_read_in(part).map(str::to_owned).collect(),
            parameters: Arc::clone(self.parameter_origins.get_or_init(|| Arc::new(self.origins_of_parameters()))),
        }
    }

    /// For each top-level statement whether it may mean something else than before those in `fresh` were written, whose
    /// place others had: those themselves, all that read or bind a name which one of these binds, and the helpers that one
    /// of these hands an object of the engine to. `None` where more than that may have changed.
    pub fn affected(&self, fresh: TextRange, before: &Outline) -> Option<Vec<bool>> {
        let now = self.outline(fresh);
        let same = before.by_names && now.by_names && !before.open && !now.open && before.members == now.members;
        if !same {
            return None;
        }
        let body = &self.script.parsed.body;
        let carriers: FxHashSet<&str> = before.carriers().chain(now.carriers()).collect();
        let mut affected = vec![false; body.len()];
        let mut seen: FxHashSet<&str> = FxHashSet::default();
        let mut names: Vec<&str> = now.names.iter().chain(&before.names).map(String::as_str).collect();
        // Of a command that D3 defines, more follows than what its name tells.
        let commands: Vec<&str> = before.commands.symmetric_difference(&now.commands).map(String::as_str).collect();
        if commands.iter().any(|name| system_command(name).is_some()) {
            return None;
        }
        names.extend(commands);
        names.extend(before.callees_that_differ(&now));
        // Whether an import is used elsewhere too counts where it is used.
        let is_import = |name: &&String| {
            let entry = self.scope(MODULE).names.get(name.as_str());
            entry.is_some_and(|entry| entry.bindings.iter().any(|&id| self.is_import(id)))
        };
        names.extend(before.reads.symmetric_difference(&now.reads).filter(is_import).map(String::as_str));
        let first = body.partition_point(|statement| statement.start() < fresh.start());
        affected[first..first + self.statements_in(fresh).len()].fill(true);
        while let Some(name) = names.pop() {
            if !seen.insert(name) {
                continue;
            }
            for place in self.places_of(name) {
                let statement = body.partition_point(|statement| statement.start() <= place).saturating_sub(1);
                if !std::mem::replace(&mut affected[statement], true) {
                    if guards_what_follows(&body[statement]) {
                        return None;
                    }
                    let range = body[statement].range();
                    names.extend(self.names_bound_in(range));
                    names.extend(self.names_read_in(range).filter(|name| carriers.contains(name)));
                }
            }
        }
        Some(affected)
    }

    fn is_import(&self, id: BindingId) -> bool {
        matches!(self.binding(id).kind, BindingKind::Import(_))
    }

    fn statements_in(&self, part: TextRange) -> &'a [Stmt] {
        let body = &self.script.parsed.body;
        let place = |offset: TextSize| body.partition_point(|statement| statement.start() < offset);
        &body[place(part.start())..place(part.end())]
    }

    /// The names that code in a part of the script binds at the top level.
    fn names_bound_in(&self, part: TextRange) -> impl Iterator<Item = &'a str> {
        let place = |offset: TextSize| self.bindings.partition_point(|binding| binding.range.start() < offset);
        let bindings = &self.bindings[place(part.start())..place(part.end())];
        bindings.iter().filter(|binding| binding.scope == MODULE).map(|binding| binding.name)
    }

    /// The names that code in a part of the script reads from the top level.
    fn names_read_in(&self, part: TextRange) -> impl Iterator<Item = &'a str> {
        let place = |offset: TextSize| self.references.partition_point(|read| read.node.start() < offset);
        let reads = &self.references[place(part.start())..place(part.end())];
        reads.iter().filter(|read| read.resolution == Resolution::Bound(MODULE)).map(|read| read.node.id.as_str())
    }

    /// Where a name of the top level is read or bound, or read without being bound anywhere.
    fn places_of(&self, name: &str) -> Vec<TextSize> {
        match self.scope(MODULE).names.get(name) {
            Some(entry) => {
                let reads = entry.references.iter().map(|id| self.references[id.0 as usize].node.start());
                reads.chain(entry.bindings.iter().map(|&id| self.binding(id).range.start())).collect()
            }
            None => {
                let is_read = |resolution| !matches!(resolution, Resolution::Bound(_));
                let reads = self.references.iter().filter(|read| is_read(read.resolution) && read.node.id == name);
                reads.map(|read| read.node.start()).collect()
            }
        }
    }
}

/// Whether other statements see of one what it binds, and nothing else. After `if sys.version_info < (3, 10): raise`
/// all that follows is guarded, and after `from __future__ import annotations` no annotation is evaluated.
fn acts_by_names(statement: &Stmt) -> bool {
    match statement {
        Stmt::If(node) => !leaves(&node.body),
        Stmt::ImportFrom(node) => node.module.as_ref().is_none_or(|module| module.as_str() != "__future__"),
        _ => true,
    }
}

/// Whether what follows a statement depends on its test, as in `if PY2: raise`.
fn guards_what_follows(statement: &Stmt) -> bool {
    matches!(statement, Stmt::If(node) if leaves(&node.body))
}
