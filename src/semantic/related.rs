//! Which top-level functions use which, by their names.

use rustc_hash::{FxHashMap, FxHashSet};

use super::Model;
use super::model::{FunctionId, MODULE, Resolution};

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
        let mut edges: FxHashMap<FunctionId, Vec<FunctionId>> = FxHashMap::default();
        for reference in &self.references {
            if reference.resolution != Resolution::Bound(MODULE) {
                continue;
            }
            let Some(used) = self.top_level_function(reference.node.id.as_str()) else { continue };
            let Some(using) = self.top_level_function_of(reference.scope) else { continue };
            let (from, to) = match direction {
                Direction::Used => (using, used),
                Direction::Using => (used, using),
            };
            edges.entry(from).or_default().push(to);
        }
        let mut found = FxHashSet::default();
        let mut waiting = functions.to_vec();
        while let Some(function) = waiting.pop() {
            if found.insert(function) {
                waiting.extend(edges.get(&function).into_iter().flatten());
            }
        }
        found
    }
}
