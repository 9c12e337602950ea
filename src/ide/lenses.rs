//! Code lenses: what there is to know and to do above a function.

use crate::manifest::Status;
use crate::semantic::{Analysis, MODULE, ScopeKind};
use crate::text::TextRange;

use super::subject::overrides;

/// What a lens says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LensKind {
    /// Runs the command of this name.
    Run(String),
    /// Runs the test cases of the command of this name; how many there are is the project's business.
    Test(String),
    /// The command is Draft or Live.
    Status(Status),
    /// The function replaces the system script's; where that stands.
    Overrides(TextRange),
}

/// A line above a function.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lens {
    /// The function's name in the script.
    pub range: TextRange,
    /// What it says.
    pub kind: LensKind,
}

/// The lenses of a script, in source order.
pub fn lenses(analysis: &Analysis) -> Vec<Lens> {
    let model = analysis.model();
    let mut lenses = Vec::new();
    for command in &model.commands {
        let Some(function) = command.function else { continue };
        let range = model.function(function).node.name.range;
        let mut push = |kind| lenses.push(Lens { range, kind });
        push(LensKind::Run(command.name.to_owned()));
        if let Some(declared) = command.declared {
            push(LensKind::Test(command.name.to_owned()));
            push(LensKind::Status(declared.status.value));
        }
    }
    let system = model.system();
    for function in model.functions.iter().filter(|function| model.scope(function.written_in).kind == ScopeKind::Module)
    {
        let name = function.name();
        if !overrides(model, MODULE, name) {
            continue;
        }
        let entry = system.and_then(|system| Some((system, system.scope(MODULE).names.get(name)?)));
        let last = entry.and_then(|(system, entry)| Some(system.binding(*entry.bindings.last()?).range));
        lenses.extend(last.map(|range| Lens { range: function.node.name.range, kind: LensKind::Overrides(range) }));
    }
    lenses.sort_by_key(|lens| lens.range.start());
    lenses
}
