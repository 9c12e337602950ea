//! What two names hold together, path by path: the values that one path gives both.

use rustc_hash::FxHashSet;

use crate::syntax::ast::Expr;

use super::super::Model;
use super::super::model::{BindingId, ReferenceId};
use super::super::outcomes::Paths;
use super::{BlockId, ENTRY, Flow, Place, Step, Usage, Why};

/// How many states are followed before a function is given up as too tangled.
const MAX_STATES: usize = 20_000;

/// What became of the object since a name was bound to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Touch {
    /// Nothing.
    #[default]
    None,
    /// Something was added to it.
    Grown,
    /// Anything.
    Changed,
}

/// What a name holds on one path.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Held {
    /// The last binding; `None` where it is unbound.
    pub binding: Option<BindingId>,
    /// What became of the object since.
    pub touch: Touch,
}

/// The states of two names at the beginning of each block.
#[derive(Debug)]
pub struct Together<'n> {
    names: [&'n str; 2],
    states: Vec<FxHashSet<[Held; 2]>>,
}

impl Flow {
    /// Follows two names along all paths but doubtful ones. `feasible` says whether a test can come out so where the
    /// names hold this. `None` where there are too many states to follow.
    pub fn together<'a, 'n>(
        &self,
        model: &Model<'a>,
        names: [&'n str; 2],
        paths: Paths,
        feasible: impl Fn(&'a Expr, bool, &[Held; 2]) -> bool,
    ) -> Option<Together<'n>> {
        let mut together = Together { names, states: vec![FxHashSet::default(); self.blocks.len()] };
        let mut waiting: Vec<(BlockId, [Held; 2])> = vec![(ENTRY, Default::default())];
        let mut followed = 0;
        while let Some((block, state)) = waiting.pop() {
            if paths == Paths::WithoutHandlers && self.blocks[block].handles {
                continue;
            }
            if !together.states[block].insert(state) {
                continue;
            }
            followed += 1;
            if followed > MAX_STATES {
                return None;
            }
            let after = self.blocks[block].steps.iter().fold(state, |state, step| together.step(model, state, *step));
            for edge in self.blocks[block].edges.iter().filter(|edge| edge.why != Why::Doubtful) {
                let goes = edge.outcome.is_none_or(|outcome| {
                    model.test_at(outcome.test).is_none_or(|test| feasible(test, outcome.is, &after))
                });
                if goes {
                    waiting.push((edge.to, after));
                }
            }
        }
        Some(together)
    }

    /// What the names hold where `reference` is read, each combination once.
    pub fn held_at(&self, model: &Model<'_>, together: &Together<'_>, reference: ReferenceId) -> Vec<[Held; 2]> {
        let mut found = Vec::new();
        for &Place { block, step } in self.places.get(&reference).into_iter().flatten() {
            for &state in &together.states[block] {
                let steps = &self.blocks[block].steps[..step];
                let state = steps.iter().fold(state, |state, step| together.step(model, state, *step));
                if !found.contains(&state) {
                    found.push(state);
                }
            }
        }
        found.sort_unstable_by_key(|state| state.map(|held| (held.binding, held.touch)));
        found
    }
}

impl Together<'_> {
    fn step(&self, model: &Model<'_>, mut state: [Held; 2], step: Step) -> [Held; 2] {
        let name = match step {
            Step::Use(_, Usage::Read) => return state,
            Step::Use(reference, _) => model.references[reference.0 as usize].node.id.as_str(),
            Step::Bind(binding) | Step::Unbind(binding) => model.binding(binding).name,
        };
        for (held, known) in state.iter_mut().zip(self.names) {
            if known != name {
                continue;
            }
            match step {
                Step::Bind(binding) => *held = Held { binding: Some(binding), touch: Touch::None },
                Step::Unbind(_) => *held = Held::default(),
                Step::Use(_, Usage::Grow) => held.touch = held.touch.max(Touch::Grown),
                Step::Use(..) => held.touch = Touch::Changed,
            }
        }
        state
    }
}
