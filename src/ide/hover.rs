//! Hover: what D3 says of the thing under the cursor.

use crate::image::names;
use crate::semantic::{Analysis, FunctionId, MODULE, Model, ParameterKind, ScopeId};
use crate::syntax::{D3Call, D3Target};
use crate::text::{TextRange, TextSize};

use super::describe;
use super::subject::{
    Subject, called_command, connection_parameter, declared, function_of_name, input_of_parameter, overrides,
    parameter, subject,
};

/// A text about a piece of the script.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hover {
    /// The bytes of the script that it is about.
    pub range: TextRange,
    /// The text.
    pub markdown: String,
}

/// What there is to say about what stands at `offset`; `None` where D3 has no say.
pub fn hover(analysis: &Analysis, offset: TextSize) -> Option<Hover> {
    let (subject, range) = subject(analysis, offset)?;
    let markdown = text(analysis.model(), &subject)?;
    Some(Hover { range, markdown })
}

fn text(model: &Model<'_>, subject: &Subject<'_>) -> Option<String> {
    match subject {
        Subject::ConnectionKey(key) => connection_parameter(model, key).map(describe::connection_parameter),
        Subject::RuntimeKey(key) => names::runtime_doc(key).map(|_| describe::runtime_key(key)),
        Subject::Utility(call) => utility(model, call),
        Subject::Integration(call) => integration(model, call),
        Subject::IntegrationCommand(call) => called_command(model, call).map(describe::command),
        Subject::Member(name) => names::pb_doc(name).map(|_| describe::pb_member(name)),
        Subject::Engine(name) => describe::engine_name(name),
        Subject::OutputField(name) => describe::output_field(name),
        Subject::Name(scope, name) => own_name(model, *scope, name),
        Subject::System(name) => {
            let definition = model.system().map(|system| describe::system_definition(system, name));
            Some(format!("{}\n\nFrom the system script.", definition?))
        }
        Subject::Input(_, input) => Some(describe::input(input)),
        Subject::Rule(code) => describe::rule_help(code),
    }
}

fn utility(model: &Model<'_>, call: &D3Call) -> Option<String> {
    let D3Target::Utility { command } = &call.target else { return None };
    model.script.surroundings.image.utility_command(&command.value).map(describe::utility_command)
}

fn integration(model: &Model<'_>, call: &D3Call) -> Option<String> {
    let D3Target::Integration { integration, .. } = &call.target else { return None };
    let manifest = model.script.surroundings.manifest.as_ref()?;
    let is_own = manifest.internal_name.as_ref().is_some_and(|name| name.value == integration.value);
    is_own.then(|| describe::integration(manifest))
}

/// A name of the script, where it is a command, one of its inputs, or overrides something.
fn own_name(model: &Model<'_>, scope: ScopeId, name: &str) -> Option<String> {
    if let Some(input) = input_of_parameter(model, scope, name) {
        return Some(describe::input(input));
    }
    if let Some((function, kind)) = parameter(model, scope, name) {
        return documented_parameter(model, function, kind, name);
    }
    let command =
        function_of_name(model, scope, name).filter(|_| scope == MODULE).and_then(|function| {
            match declared(model, function) {
                Some(declared) if model.script.surroundings.is_live() => Some(format!(
                    "{}\n\nThe manifest tells of the draft; this is the Live script.",
                    describe::command(declared)
                )),
                Some(declared) => Some(describe::command(declared)),
                None => model.command_of(function).and_then(|command| describe::system_command(command.name)),
            }
        });
    let Some(system) = model.system().filter(|_| overrides(model, scope, name)) else { return command };
    let replaced = describe::system_definition(system, name);
    let note = format!("Overrides `{name}` of the system script:\n\n{replaced}");
    Some(command.map_or_else(|| note.clone(), |text| format!("{text}\n\n{note}")))
}

/// A parameter of a command that the manifest does not have, but whose parameters D3 documents.
fn documented_parameter(model: &Model<'_>, function: FunctionId, kind: ParameterKind, name: &str) -> Option<String> {
    let ParameterKind::Positional(place) = kind else { return None };
    let command = model.command_of(function).filter(|command| command.declared.is_none())?;
    let (documented, value_type) = names::system_command(command.name)?.parameters?.get(place)?;
    Some(format!("**`{name}`** {documented}\n\nInput {place}, {value_type}"))
}
