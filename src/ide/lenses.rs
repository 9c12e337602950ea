//! Code lenses: what there is to know above a function.

use crate::manifest::{InputParameter, Status};
use crate::semantic::{Analysis, MODULE};
use crate::text::TextRange;

use super::subject::overrides;

/// A line above a function.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lens {
    /// The function's name in the script.
    pub range: TextRange,
    /// What it says.
    pub title: String,
    /// What it does; nothing where it only tells.
    pub action: Option<LensAction>,
}

/// What a lens does, with the name of the command that it does it with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LensAction {
    /// Runs the command.
    Run(String),
    /// Runs the command's test cases.
    Test(String),
}

/// The lenses of a script, in source order: to run a command and its test cases, its status and inputs, and which
/// functions replace the system script's. `cases` says how many test cases a command has.
pub fn lenses(analysis: &Analysis, cases: &dyn Fn(&str) -> usize) -> Vec<Lens> {
    let model = analysis.model();
    let mut lenses = Vec::new();
    for command in &model.commands {
        let Some(function) = command.function else { continue };
        let range = model.function(function).node.name.range;
        let run = Some(LensAction::Run(command.name.to_owned()));
        lenses.push(Lens { range, title: "Run".to_owned(), action: run });
        if let count @ 1.. = cases(command.name) {
            let test = Some(LensAction::Test(command.name.to_owned()));
            lenses.push(Lens { range, title: format!("Test ({count})"), action: test });
        }
        let Some(declared) = command.declared else { continue };
        let is_live = model.script.surroundings.is_live();
        let status = if is_live || declared.status.value == Status::Live { "Live" } else { "Draft" };
        lenses.push(Lens { range, title: status.to_owned(), action: None });
        // The manifest has the draft's inputs.
        if is_live {
            continue;
        }
        let input = |input: &InputParameter| {
            let optional = if input.required { "" } else { "?" };
            format!("{}{optional}: {}", input.parameter_name.value, input.parameter_type.value)
        };
        let inputs: Vec<String> = declared.inputs.iter().map(input).collect();
        let title = if inputs.is_empty() { "No inputs".to_owned() } else { inputs.join(", ") };
        lenses.push(Lens { range, title, action: None });
    }
    for function in model.functions.iter().filter(|function| function.is_top_level()) {
        if overrides(model, MODULE, function.name()) {
            let title = format!("Overrides the system script's {}", function.name());
            lenses.push(Lens { range: function.node.name.range, title, action: None });
        }
    }
    lenses.sort_by_key(|lens| lens.range.start());
    lenses
}
