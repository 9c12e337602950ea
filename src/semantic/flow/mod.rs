//! Control flow of one function: blocks of steps and the edges between them.
//!
//! Owns: which statement can follow which, how a function ends, which bindings reach which reads.
//! Must not know: output models, rules. Graphs are built for the functions that are asked about, once.
//! Everything here is linear in the size of the function, but for `finally`, which is written out once for each way
//! through it. Each name has its own list of steps, so that following one name does not pass the steps of all others.

use std::sync::OnceLock;

use rustc_hash::FxHashMap;

use crate::text::{TextRange, TextSize};

use super::Model;
use super::model::{BindingId, FunctionId, ReferenceId, ScopeId};

mod dead;
mod graph;
mod reaching;
mod repeated;
mod rounds;
#[cfg(test)]
mod spared;
mod steps;
#[cfg(test)]
mod tests;
mod together;

pub use reaching::Reaching;
pub use together::{Held, Together, Touch};

/// Index of a [`Block`].
type BlockId = usize;

/// Where control enters.
const ENTRY: BlockId = 0;
/// Control runs past the last statement.
const FALLS_OFF: BlockId = 1;
/// A `return` is complete, with all `finally` on its way.
const RETURNED: BlockId = 2;
/// An exception leaves the function.
const RAISED: BlockId = 3;
/// The process ends.
const EXITED: BlockId = 4;
/// How many blocks there are before the function's own.
const FIXED: usize = 5;

/// What an expression does that matters to names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    /// A name is read.
    Use(ReferenceId, Usage),
    /// A name is bound.
    Bind(BindingId),
    /// A name is unbound: `del`, or the end of an `except ... as name`.
    Unbind(BindingId),
}

/// What a read may do to the object that the name holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Usage {
    /// Nothing.
    Read,
    /// The object gets larger: `.append(...)`, `x[...] = ...`.
    Grow,
    /// It may become anything.
    Change,
}

/// Why control goes along an edge.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Why {
    /// It always may.
    Plain,
    /// A loop's body does not run at all.
    Skipped,
    /// Only if something unlikely holds: an unknown context manager swallows an exception, a statement that can
    /// hardly fail does. Code behind it counts as reachable, but nothing is concluded from the path.
    Doubtful,
}

/// The test of an `if` or `while`, by its start, and what it gave.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Outcome {
    test: TextSize,
    is: bool,
}

#[derive(Debug, Clone, Copy)]
struct Edge {
    to: BlockId,
    why: Why,
    outcome: Option<Outcome>,
}

#[derive(Debug, Default)]
struct Block {
    edges: Vec<Edge>,
    /// Where control may come from.
    before: Vec<BlockId>,
    /// The last statement, or its head, that runs here.
    last: Option<TextRange>,
    /// An exception that was caught comes in here.
    handles: bool,
    /// The `return` at the end, as its place in the function's list.
    returned: Option<usize>,
}

/// A step of a block: its place among all steps of the function, which are sorted by block.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Place {
    block: BlockId,
    step: usize,
}

/// What happens to one name.
#[derive(Debug, Default)]
struct Track {
    /// Its steps in the order of their places.
    steps: Vec<(Place, Step)>,
    /// What its reads can see, once that was asked for.
    seen: OnceLock<reaching::Seen>,
    /// The same, where every loop runs its body at least once.
    seen_through_loops: OnceLock<reaching::Seen>,
    /// The same along all paths, doubtful ones too.
    seen_at_all: OnceLock<reaching::Seen>,
}

/// The control flow of one function.
#[derive(Debug)]
pub struct Flow {
    /// The function's own.
    scope: ScopeId,
    blocks: Vec<Block>,
    /// Statements in source order with the block in which each begins; those in a `finally` more than once.
    statements: Vec<(TextRange, BlockId)>,
    /// Where each name is read, once that was asked for.
    places: OnceLock<FxHashMap<ReferenceId, Vec<Place>>>,
    /// The steps of each name, by its first binding.
    tracks: FxHashMap<BindingId, Track>,
    ends: Ends,
    /// Reached without a doubtful edge.
    reached: Vec<bool>,
    /// Reached at all.
    reachable: Vec<bool>,
    /// Names that other functions read or bind too, or that are bound without a step.
    shared: Vec<BindingId>,
    /// Conditions that are asked more than once, once that was asked for.
    repeated: OnceLock<repeated::Repeated>,
}

/// How a function ends.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Ends {
    /// The last statement of a path that runs past the end of the function, if there is such a path. For an `if` or a
    /// loop its head. The function's body is never empty, so that there always is one.
    pub falls_off: Option<TextRange>,
    /// The `return` statements that end it, as places in [`super::Function::returns`].
    pub returns: Vec<usize>,
    /// Whether an exception leaves it: by `raise`, or out of a `try` that does not catch all of them.
    pub raises: bool,
    /// Whether it ends the process: `sys.exit()` and its kin.
    pub exits: bool,
}

impl Flow {
    /// Works out the control flow of a function.
    pub(super) fn new(model: &Model<'_>, function: FunctionId) -> Self {
        graph::build(model, function)
    }

    /// All ends of the function that no doubtful step leads to.
    pub fn ends(&self) -> &Ends {
        &self.ends
    }

    /// What happens to a name of the function's own scope.
    fn track(&self, model: &Model<'_>, name: &str) -> Option<&Track> {
        self.tracks.get(&identity(model, self.scope, name)?)
    }

    /// Where a name is read.
    fn places(&self, reference: ReferenceId) -> &[Place] {
        let places = self.places.get_or_init(|| {
            let mut places: FxHashMap<ReferenceId, Vec<Place>> = FxHashMap::default();
            for &(place, step) in self.tracks.values().flat_map(|track| &track.steps) {
                if let Step::Use(reference, _) = step {
                    places.entry(reference).or_default().push(place);
                }
            }
            places
        });
        places.get(&reference).map_or(&[], |places| places)
    }

    fn find_ends(&self) -> Ends {
        let completes = self.leading_to(RETURNED);
        let mut returns: Vec<usize> = (FIXED..self.blocks.len())
            .filter(|&block| self.reached[block] && completes[block])
            .filter_map(|block| self.blocks[block].returned)
            .collect();
        returns.sort_unstable();
        returns.dedup();
        Ends {
            falls_off: self.reached[FALLS_OFF].then(|| self.last_before(FALLS_OFF)).flatten(),
            returns,
            raises: self.reached[RAISED],
            exits: self.reached[EXITED],
        }
    }

    /// Statements that can't run, each the first of its run of such statements.
    fn unreachable(&self) -> Vec<TextRange> {
        let mut found: Vec<TextRange> = Vec::new();
        let mut dead_until = TextSize::default();
        let mut was_dead = false;
        let alive: FxHashMap<TextRange, bool> =
            self.statements.iter().fold(FxHashMap::default(), |mut alive, (range, block)| {
                *alive.entry(*range).or_default() |= self.reachable[*block];
                alive
            });
        let mut statements: Vec<TextRange> = alive.keys().copied().collect();
        statements.sort_unstable_by_key(|range| (range.start(), std::cmp::Reverse(range.end())));
        for range in statements {
            if alive[&range] {
                was_dead = false;
            } else if range.start() >= dead_until {
                if !was_dead {
                    found.push(range);
                }
                dead_until = range.end();
                was_dead = true;
            }
        }
        found
    }

    /// For each block with a `return` whether a path leads from it to `goal` without another `return`, as in a
    /// `finally`.
    fn leading_to(&self, goal: BlockId) -> Vec<bool> {
        let mut found = vec![false; self.blocks.len()];
        let mut waiting = vec![goal];
        while let Some(block) = waiting.pop() {
            if !std::mem::replace(&mut found[block], true) && self.blocks[block].returned.is_none() {
                waiting.extend(&self.blocks[block].before);
            }
        }
        found
    }

    /// The last statement of a path that leads to `block`.
    fn last_before(&self, block: BlockId) -> Option<TextRange> {
        let mut seen = vec![false; self.blocks.len()];
        let mut waiting = std::collections::VecDeque::from([block]);
        while let Some(block) = waiting.pop_front() {
            if std::mem::replace(&mut seen[block], true) || !self.reached[block] {
                continue;
            }
            if let Some(last) = self.blocks[block].last {
                return Some(last);
            }
            waiting.extend(self.blocks[block].before.iter().filter(|&&before| {
                self.blocks[before].edges.iter().any(|edge| edge.to == block && edge.why != Why::Doubtful)
            }));
        }
        None
    }

    /// Fills in what follows from the edges and from the steps in the order in which they were collected.
    fn finish(&mut self, model: &Model<'_>, mut steps: Vec<(BlockId, Step)>) {
        for from in 0..self.blocks.len() {
            for edge in 0..self.blocks[from].edges.len() {
                let to = self.blocks[from].edges[edge].to;
                self.blocks[to].before.push(from);
            }
        }
        self.reached = self.reach(|edge| edge.why != Why::Doubtful);
        self.reachable = self.reach(|_| true);
        self.ends = self.find_ends();
        steps.sort_by_key(|(block, _)| *block);
        for (step, (block, kind)) in steps.into_iter().enumerate() {
            let place = Place { block, step };
            let name = match kind {
                Step::Use(reference, _) => model.references[reference.0 as usize].node.id.as_str(),
                Step::Bind(binding) | Step::Unbind(binding) => model.binding(binding).name,
            };
            if let Some(identity) = identity(model, self.scope, name) {
                self.tracks.entry(identity).or_default().steps.push((place, kind));
            }
        }
    }

    fn reach(&self, follows: impl Fn(&Edge) -> bool) -> Vec<bool> {
        let mut reached = vec![false; self.blocks.len()];
        let mut waiting = vec![ENTRY];
        while let Some(block) = waiting.pop() {
            if !std::mem::replace(&mut reached[block], true) {
                waiting.extend(self.blocks[block].edges.iter().filter(|edge| follows(edge)).map(|edge| edge.to));
            }
        }
        reached
    }
}

/// The first binding of a name stands for the name.
fn identity(model: &Model<'_>, scope: ScopeId, name: &str) -> Option<BindingId> {
    model.scope(scope).names.get(name)?.bindings.first().copied()
}
