//! What two names hold together, path by path: the values that one path gives both.

use rustc_hash::FxHashSet;

use crate::syntax::ast::Expr;
use crate::text::TextRange;

use super::super::Model;
use super::super::model::{BindingId, ReferenceId};
use super::super::outcomes::Paths;
use super::repeated::{Known, Repeated};
use super::{BlockId, ENTRY, FALLS_OFF, Flow, Place, Step, Usage, Why};

/// How many states are followed before a function is given up as too tangled.
const MAX_STATES: usize = 20_000;

/// How many states are followed for all names of a function, if each is asked about once.
const MAX_STATES_OF_ALL: usize = 20_000_000;

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
pub struct Together {
    /// The steps that change what the names hold, with which of the two each changes.
    steps: Vec<(Place, usize, Step)>,
    states: Vec<FxHashSet<State>>,
}

/// What a path has made of two names, and what it has learned of conditions.
type State = ([Held; 2], Known);

impl Flow {
    /// Follows two names along all paths but doubtful ones. `feasible` says whether a test can come out so where the
    /// names hold this. `None` where there are too many states to follow.
    pub fn together<'a>(
        &self,
        model: &Model<'a>,
        names: [&str; 2],
        paths: Paths,
        feasible: impl Fn(&'a Expr, bool, &[Held; 2]) -> bool,
    ) -> Option<Together> {
        let max_states = MAX_STATES.min(MAX_STATES_OF_ALL / self.tracks.len().max(1));
        if self.blocks.len() > max_states {
            return None;
        }
        let repeated = self.repeated.get_or_init(|| Repeated::new(model, self));
        let steps = self.changes(model, names);
        let mut together = Together { steps, states: vec![FxHashSet::default(); self.blocks.len()] };
        let mut waiting: Vec<(BlockId, State)> = vec![(ENTRY, Default::default())];
        let mut followed = 0;
        while let Some((block, state)) = waiting.pop() {
            if paths == Paths::WithoutHandlers && self.blocks[block].handles {
                continue;
            }
            if !together.states[block].insert(state) {
                continue;
            }
            followed += 1;
            if followed > max_states {
                return None;
            }
            let held = together.after(state.0, block, usize::MAX);
            let known = repeated.after(state.1, block, usize::MAX);
            for edge in self.blocks[block].edges.iter().filter(|edge| edge.why != Why::Doubtful) {
                let test = edge.outcome.and_then(|outcome| Some((model.test_at(outcome.test)?, outcome.is)));
                let known = match test {
                    Some((test, is)) if feasible(test, is, &held) => repeated.taking(test, is, known),
                    Some(_) => None,
                    None => Some(known),
                };
                waiting.extend(known.map(|known| (edge.to, (held, known))));
            }
        }
        Some(together)
    }

    /// The last statement of a path that runs past the end of the function without taking a condition to hold at one
    /// place and not to hold at another. `None` also where there are too many states to follow.
    pub fn falls_off(&self, model: &Model<'_>) -> Option<TextRange> {
        let last = self.ends().falls_off?;
        let together = self.together(model, ["", ""], Paths::All, |_, _, _| true)?;
        (!together.states[FALLS_OFF].is_empty()).then_some(last)
    }

    /// What the names hold where `reference` is read, each combination once.
    pub fn held_at(&self, together: &Together, reference: ReferenceId) -> Vec<[Held; 2]> {
        let mut found = Vec::new();
        for &Place { block, step } in self.places(reference) {
            found.extend(together.states[block].iter().map(|&(held, _)| together.after(held, block, step)));
        }
        found.sort_unstable_by_key(|state| state.map(|held| (held.binding, held.touch)));
        found.dedup();
        found
    }

    /// The steps that change what the names hold, in order.
    fn changes(&self, model: &Model<'_>, names: [&str; 2]) -> Vec<(Place, usize, Step)> {
        let mut steps = Vec::new();
        for (which, name) in names.into_iter().enumerate() {
            let track = self.track(model, name).into_iter().flat_map(|track| &track.steps);
            let changes = track.filter(|(_, step)| !matches!(step, Step::Use(_, Usage::Read)));
            steps.extend(changes.map(|&(place, step)| (place, which, step)));
        }
        steps.sort_unstable_by_key(|(place, which, _)| (*place, *which));
        steps
    }
}

impl Together {
    /// What the names hold in `block` before the step `end`, if they hold `state` where it begins.
    fn after(&self, mut state: [Held; 2], block: BlockId, end: usize) -> [Held; 2] {
        let first = self.steps.partition_point(|(place, ..)| place.block < block);
        let inside = self.steps[first..].iter().take_while(|(place, ..)| place.block == block && place.step < end);
        for (_, which, step) in inside {
            let held = &mut state[*which];
            match step {
                Step::Bind(binding) => *held = Held { binding: Some(*binding), touch: Touch::None },
                Step::Unbind(_) => *held = Held::default(),
                Step::Use(_, Usage::Grow) => held.touch = held.touch.max(Touch::Grown),
                Step::Use(..) => held.touch = Touch::Changed,
            }
        }
        state
    }
}
