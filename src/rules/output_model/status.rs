//! Which values of returnData are statuses, and where D3 wants one. For the rules about them.

use crate::image::names::{self, INGESTION_STATUSES};
use crate::manifest::{self, Kind};
use crate::rules::Context;
use crate::semantic::ScopeId;

/// The statuses that an output model made in `scope` may have; `None` where its returnData is no status: utility
/// commands return values, and a manifest may say that a command does.
pub(in crate::rules) fn expected_statuses(context: &Context<'_>, scope: ScopeId) -> Option<&'static [&'static str]> {
    if context.kind == Some(Kind::Utility) {
        return None;
    }
    let function = context.model.top_level_function_of(scope);
    match function.and_then(|function| context.model.command_of(function)) {
        Some(command) => command.declared.is_none_or(returns_status).then(|| names::statuses(command.name)),
        // A helper works for any command.
        None => {
            let commands = context.manifest.map_or(&[][..], |manifest| &manifest.commands[..]);
            commands.iter().all(returns_status).then_some(&INGESTION_STATUSES[..])
        }
    }
}

/// Whether a command's returnData is a status, as far as its manifest says.
fn returns_status(command: &manifest::Command) -> bool {
    command.outputs.return_data.iter().all(|output| {
        let sample = output.sample_data.as_ref().and_then(|sample| sample.value.as_str());
        output.value_type.value == "Text"
            && (output.sample_data.is_none() || sample.is_some_and(|sample| is_status(sample) || sample.is_empty()))
    })
}

/// Whether a text is a status of some command.
pub(in crate::rules) fn is_status(text: &str) -> bool {
    INGESTION_STATUSES.contains(&text)
}
