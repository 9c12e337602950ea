//! Which bindings of a name can be what a read sees.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use rustc_hash::FxHashMap;

use super::super::Model;
use super::super::model::{BindingId, ReferenceId};
use super::{BlockId, ENTRY, Edge, Flow, Step, Track, Why};

/// How many blocks are looked at for each read of a name before the name is given up.
const MAX_BLOCKS: usize = 500;

/// How many bindings a read can see before they are no longer counted.
const MAX_BINDINGS: usize = 200;

/// What a read of a local name can see.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Reaching {
    /// The bindings, in source order.
    pub bindings: Vec<BindingId>,
    /// Whether a path leads there on which the name is not bound.
    pub unbound: bool,
}

/// What the reads of one name can see; `None` where that is not known.
pub(super) type Seen = FxHashMap<ReferenceId, Option<Reaching>>;

impl Flow {
    /// Whether a binding's name is read or bound by other functions too, so that its value is not known from the
    /// flow alone.
    pub fn is_shared(&self, binding: BindingId) -> bool {
        self.shared.binary_search(&binding).is_ok()
    }

    /// What a read can see, along all paths but doubtful ones. `None` where the read is not in this function itself,
    /// can't be reached, lies too far from the bindings, or sees too many.
    pub fn reaching(&self, model: &Model<'_>, reference: ReferenceId) -> Option<&Reaching> {
        let track = self.track(model, model.references[reference.0 as usize].node.id.as_str())?;
        let seen = track.seen.get_or_init(|| self.follow(track, &self.reached, |edge| edge.why != Why::Doubtful));
        seen.get(&reference)?.as_ref()
    }

    /// The same, where every loop runs its body at least once.
    pub fn reaching_through_loops(&self, model: &Model<'_>, reference: ReferenceId) -> Option<&Reaching> {
        let track = self.track(model, model.references[reference.0 as usize].node.id.as_str())?;
        let seen =
            track.seen_through_loops.get_or_init(|| self.follow(track, &self.reached, |edge| edge.why == Why::Plain));
        seen.get(&reference)?.as_ref()
    }

    /// The same along all paths, doubtful ones too: what can't be seen here is never seen.
    pub fn reaching_at_all(&self, model: &Model<'_>, reference: ReferenceId) -> Option<&Reaching> {
        let track = self.track(model, model.references[reference.0 as usize].node.id.as_str())?;
        let seen = track.seen_at_all.get_or_init(|| self.follow(track, &self.reachable, |_| true));
        seen.get(&reference)?.as_ref()
    }

    /// All reads of one name at once: back from the reads to the blocks that bind the name, then forward from these,
    /// so that each block between them is looked at once. `alive` says which blocks count.
    fn follow(&self, track: &Track, alive: &[bool], follows: impl Fn(&Edge) -> bool) -> Seen {
        let Touched { reads, last } = Self::touched(track, alive);
        let open: Vec<BlockId> = reads.iter().filter(|read| read.1.is_none()).map(|read| read.2).collect();
        let at_start = self.at_start(open, MAX_BLOCKS * reads.len(), &last, |from, edge| alive[from] && follows(edge));
        let mut seen = Seen::default();
        for (reference, step, block) in reads {
            let here = match step {
                Some(step) => Some(Reaching::from(step)),
                None => at_start.get(&block).cloned().flatten(),
            };
            merge(seen.entry(reference).or_insert_with(|| Some(Reaching::default())), &here);
        }
        seen
    }

    fn touched(track: &Track, alive: &[bool]) -> Touched {
        let mut found = Touched { reads: Vec::new(), last: FxHashMap::default() };
        for &(place, step) in &track.steps {
            match step {
                Step::Use(reference, _) if alive[place.block] => {
                    found.reads.push((reference, found.last.get(&place.block).copied(), place.block));
                }
                Step::Use(..) => {}
                Step::Bind(_) | Step::Unbind(_) => {
                    found.last.insert(place.block, step);
                }
            }
        }
        found
    }

    /// What the name can hold at the start of the blocks in `open` and of those on the way to them; empty where these
    /// are more than `limit`.
    fn at_start(
        &self,
        mut open: Vec<BlockId>,
        limit: usize,
        last: &FxHashMap<BlockId, Step>,
        follows: impl Fn(BlockId, &Edge) -> bool,
    ) -> FxHashMap<BlockId, Option<Reaching>> {
        let mut at_start: FxHashMap<BlockId, Option<Reaching>> = FxHashMap::default();
        let mut waiting = BinaryHeap::new();
        while let Some(block) = open.pop() {
            if at_start.contains_key(&block) {
                continue;
            }
            if at_start.len() == limit {
                return FxHashMap::default();
            }
            let mut start = Some(Reaching::default());
            for &before in &self.blocks[block].before {
                let leads = self.blocks[before].edges.iter().any(|edge| edge.to == block && follows(before, edge));
                if !leads {
                    continue;
                }
                match last.get(&before) {
                    Some(step) => {
                        merge(&mut start, &Some(Reaching::from(*step)));
                    }
                    None if before == ENTRY => {
                        merge(&mut start, &Some(Reaching { bindings: Vec::new(), unbound: true }));
                    }
                    None => open.push(before),
                }
            }
            at_start.insert(block, start);
            waiting.push(Reverse(block));
        }
        while let Some(Reverse(block)) = waiting.pop() {
            if last.contains_key(&block) {
                continue;
            }
            let Some(start) = at_start.get(&block).cloned() else { continue };
            for edge in self.blocks[block].edges.iter().filter(|edge| follows(block, edge)) {
                if at_start.get_mut(&edge.to).is_some_and(|after| merge(after, &start)) {
                    waiting.push(Reverse(edge.to));
                }
            }
        }
        at_start
    }
}

/// What blocks do to a name.
struct Touched {
    /// Each read that counts, with the step before it in its block that binds or unbinds the name, and the block.
    reads: Vec<(ReferenceId, Option<Step>, BlockId)>,
    /// The last step of each block that binds or unbinds the name.
    last: FxHashMap<BlockId, Step>,
}

impl From<Step> for Reaching {
    fn from(step: Step) -> Self {
        match step {
            Step::Bind(binding) => Self { bindings: vec![binding], unbound: false },
            Step::Use(..) | Step::Unbind(_) => Self { bindings: Vec::new(), unbound: true },
        }
    }
}

/// Adds what another path gives. Whether that is anything new.
fn merge(known: &mut Option<Reaching>, other: &Option<Reaching>) -> bool {
    let Some(all) = known else { return false };
    let Some(other) = other else {
        *known = None;
        return true;
    };
    let count = all.bindings.len();
    let is_new = other.unbound && !all.unbound;
    all.unbound |= other.unbound;
    for binding in &other.bindings {
        if let Err(place) = all.bindings.binary_search(binding) {
            all.bindings.insert(place, *binding);
        }
    }
    let is_new = is_new || all.bindings.len() > count;
    if all.bindings.len() > MAX_BINDINGS {
        *known = None;
    }
    is_new
}
