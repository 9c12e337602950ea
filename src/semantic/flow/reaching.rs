//! Which bindings of a name can be what a read sees.

use rustc_hash::FxHashSet;

use super::super::Model;
use super::super::model::{BindingId, ReferenceId};
use super::{BlockId, Edge, Flow, Place, Step, Why};

/// How many blocks are searched back from a read before it is given up.
const MAX_BLOCKS: usize = 500;

/// What a read of a local name can see.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Reaching {
    /// The bindings, in source order.
    pub bindings: Vec<BindingId>,
    /// Whether a path leads there on which the name is not bound.
    pub unbound: bool,
}

impl Flow {
    /// Whether a binding's name is read or bound by other functions too, so that its value is not known from the
    /// flow alone.
    pub fn is_shared(&self, binding: BindingId) -> bool {
        self.shared.binary_search(&binding).is_ok()
    }

    /// What a read can see, along all paths but doubtful ones. `None` where the read is not in this function itself,
    /// can't be reached, or lies too far from the bindings.
    pub fn reaching(&self, model: &Model<'_>, reference: ReferenceId) -> Option<Reaching> {
        self.search(model, reference, |edge| edge.why != Why::Doubtful)
    }

    /// The same, where every loop runs its body at least once.
    pub fn reaching_through_loops(&self, model: &Model<'_>, reference: ReferenceId) -> Option<Reaching> {
        self.search(model, reference, |edge| edge.why == Why::Plain)
    }

    fn search(&self, model: &Model<'_>, reference: ReferenceId, follows: impl Fn(&Edge) -> bool) -> Option<Reaching> {
        let name = model.references[reference.0 as usize].node.id.as_str();
        let mut found = Reaching::default();
        let mut seen = FxHashSet::default();
        let mut waiting: Vec<Place> = Vec::new();
        waiting.extend(self.places.get(&reference)?.iter().filter(|place| self.reached[place.block]));
        if waiting.is_empty() {
            return None;
        }
        let mut searched = 0;
        while let Some(Place { block, step }) = waiting.pop() {
            searched += 1;
            if searched > MAX_BLOCKS {
                return None;
            }
            match self.last_step(model, name, block, step) {
                Some(Step::Bind(binding)) => found.bindings.push(binding),
                Some(_) => found.unbound = true,
                None if block == super::ENTRY => found.unbound = true,
                None => {
                    for &before in &self.blocks[block].before {
                        let leads = self.blocks[before].edges.iter().any(|edge| edge.to == block && follows(edge));
                        if leads && self.reached[before] && seen.insert(before) {
                            waiting.push(Place { block: before, step: self.blocks[before].steps.len() });
                        }
                    }
                }
            }
        }
        found.bindings.sort_unstable();
        found.bindings.dedup();
        Some(found)
    }

    /// The last step before `step` that binds or unbinds `name`.
    fn last_step(&self, model: &Model<'_>, name: &str, block: BlockId, step: usize) -> Option<Step> {
        self.blocks[block].steps[..step]
            .iter()
            .rev()
            .find(|step| match step {
                Step::Bind(binding) | Step::Unbind(binding) => model.binding(*binding).name == name,
                Step::Use(..) => false,
            })
            .copied()
    }
}
