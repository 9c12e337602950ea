//! Which top-level functions use which, by their names.

use rustc_hash::FxHashSet;

use crate::text::{Ranged, TextSize};

use super::Model;
use super::model::{FunctionId, MODULE, Reference, Resolution};

/// In which direction uses are followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// To the functions that are used.
    Used,
    /// To the functions that use.
    Using,
}

impl Model<'_> {
    /// `functions` with all top-level functions that they use, or that use them, directly or through others.
    pub fn related(&self, functions: &[FunctionId], direction: Direction) -> FxHashSet<FunctionId> {
        let mut found = FxHashSet::default();
        let mut waiting = functions.to_vec();
        while let Some(function) = waiting.pop() {
            if found.insert(function) {
                match direction {
                    Direction::Used => waiting.extend(self.used_by(function)),
                    Direction::Using => waiting.extend(self.users_of(function)),
                }
            }
        }
        found
    }

    /// The top-level functions whose names the body of a function reads.
    fn used_by(&self, function: FunctionId) -> impl Iterator<Item = FunctionId> {
        let range = self.function(function).node.range();
        let place = |offset: TextSize| self.references.partition_point(|read| read.node.start() < offset);
        let reads = self.references[place(range.start())..place(range.end())].iter();
        // Decorators and defaults stand in the range too.
        let is_read = move |read: &&Reference<'_>| {
            read.resolution == Resolution::Bound(MODULE) && self.top_level_function_of(read.scope) == Some(function)
        };
        reads.filter(is_read).filter_map(|read| self.top_level_function(read.node.id.as_str()))
    }

    /// The top-level functions that read the name of one.
    fn users_of(&self, function: FunctionId) -> impl Iterator<Item = FunctionId> {
        let name = self.function(function).name();
        let entry = self.scope(MODULE).names.get(name).filter(|_| self.top_level_function(name) == Some(function));
        let reads = entry.into_iter().flat_map(|entry| &entry.references);
        reads.filter_map(|read| self.top_level_function_of(self.references[read.0 as usize].scope))
    }
}
