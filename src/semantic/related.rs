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

/// Which top-level function uses which.
#[derive(Debug, Default)]
pub(super) struct Uses {
    used: FxHashMap<FunctionId, Vec<FunctionId>>,
    using: FxHashMap<FunctionId, Vec<FunctionId>>,
}

impl Model<'_> {
    /// `functions` with all top-level functions that they use, or that use them, directly or through others.
    pub fn related(&self, functions: &[FunctionId], direction: Direction) -> FxHashSet<FunctionId> {
        let uses = self.uses.get_or_init(|| self.find_uses());
        let edges = match direction {
            Direction::Used => &uses.used,
            Direction::Using => &uses.using,
        };
        let mut found = FxHashSet::default();
        let mut waiting = functions.to_vec();
        while let Some(function) = waiting.pop() {
            if found.insert(function) {
                waiting.extend(edges.get(&function).into_iter().flatten());
            }
        }
        found
    }

    fn find_uses(&self) -> Uses {
        let mut uses = Uses::default();
        for reference in &self.references {
            if reference.resolution != Resolution::Bound(MODULE) {
                continue;
            }
            let Some(used) = self.top_level_function(reference.node.id.as_str()) else { continue };
            let Some(using) = self.top_level_function_of(reference.scope) else { continue };
            uses.used.entry(using).or_default().push(used);
            uses.using.entry(used).or_default().push(using);
        }
        uses
    }
}
