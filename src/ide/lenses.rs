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
}

/// The lenses of a script, in source order: a command's status and inputs, and which functions replace the system
/// script's.
pub fn lenses(analysis: &Analysis) -> Vec<Lens> {
    let model = analysis.model();
    let mut lenses = Vec::new();
    for command in &model.commands {
        let (Some(function), Some(declared)) = (command.function, command.declared) else { continue };
        let range = model.function(function).node.name.range;
        let status = match declared.status.value {
            Status::Draft => "Draft",
            Status::Live => "Live",
        };
        lenses.push(Lens { range, title: status.to_owned() });
        let input = |input: &InputParameter| {
            let optional = if input.required { "" } else { "?" };
            format!("{}{optional}: {}", input.parameter_name.value, input.parameter_type.value)
        };
        let inputs: Vec<String> = declared.inputs.iter().map(input).collect();
        let title = if inputs.is_empty() { "No inputs".to_owned() } else { inputs.join(", ") };
        lenses.push(Lens { range, title });
    }
    for function in model.functions.iter().filter(|function| function.is_top_level()) {
        if overrides(model, MODULE, function.name()) {
            let title = format!("Overrides the system script's {}", function.name());
            lenses.push(Lens { range: function.node.name.range, title });
        }
    }
    lenses.sort_by_key(|lens| lens.range.start());
    lenses
}
