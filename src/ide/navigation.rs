//! Definition, references and highlights, across the script, its manifest and the system script.

use crate::diagnostic::Place;
use crate::manifest::{Command, InputParameter, ScriptRole};
use crate::semantic::{Analysis, BindingKind, MODULE, Model, ScopeId};
use crate::syntax::{D3Call, D3Target};
use crate::text::{Ranged, TextRange, TextSize};

use super::cases::Mentioned;
use super::subject::{
    Subject, called_command, connection_parameter, content, declared, function_of_name, input_of_parameter,
    input_of_subscript, named_by_callers, named_in_calls, overrides, parameter, subject, twin_parameters,
};

/// A place in one of the files that belong together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Location {
    /// The file.
    pub place: Place,
    /// Bytes of that file.
    pub range: TextRange,
    /// Whether it declares what is spoken of; else it is a use.
    pub declares: bool,
}

impl Location {
    fn usage(range: TextRange) -> Self {
        Self { place: Place::Script, range, declares: false }
    }

    fn definition(range: TextRange) -> Self {
        Self { place: Place::Script, range, declares: true }
    }

    fn manifest(range: TextRange) -> Self {
        Self { place: Place::Manifest, range, declares: true }
    }
}

/// Where what stands at `offset` is defined. On a command's function or one of its parameters, that is the manifest.
pub fn definition(analysis: &Analysis, offset: TextSize) -> Vec<Location> {
    let model = analysis.model();
    let Some((subject, at)) = subject(analysis, offset) else { return Vec::new() };
    match subject {
        Subject::ConnectionKey(key) => {
            let parameter = connection_parameter(model, key);
            parameter.map(|parameter| Location::manifest(parameter.parameter_name.range)).into_iter().collect()
        }
        Subject::IntegrationCommand(call) => of_called_command(model, call),
        Subject::Input(_, input) => vec![Location::manifest(input.parameter_name.range)],
        Subject::System(name) => in_system_script(model, name).into_iter().collect(),
        Subject::Name(scope, name) => of_name(model, scope, name, at),
        _ => Vec::new(),
    }
}

/// Where the manifest declares what stands at `offset`: a command, an input, a connection parameter. Bytes of the
/// manifest; `None` where it does not.
pub fn declaration(analysis: &Analysis, offset: TextSize) -> Option<TextRange> {
    let model = analysis.model();
    let declared = match subject(analysis, offset)?.0 {
        Subject::ConnectionKey(key) => connection_parameter(model, key)?.parameter_name.range,
        Subject::IntegrationCommand(call) => called_command(model, call)?.internal_name.range,
        Subject::Input(_, input) => input.parameter_name.range,
        Subject::Name(scope, name) => in_manifest(model, scope, name)?.range,
        _ => return None,
    };
    Some(declared)
}

fn of_called_command(model: &Model<'_>, call: &D3Call) -> Vec<Location> {
    let Some(command) = called_command(model, call) else { return Vec::new() };
    let name = &command.internal_name;
    match model.top_level_function(&name.value) {
        Some(function) => vec![Location::definition(model.function(function).node.name.range)],
        None => vec![Location::manifest(name.range)],
    }
}

fn of_name(model: &Model<'_>, scope: ScopeId, name: &str, at: TextRange) -> Vec<Location> {
    let bindings = model.scope(scope).names.get(name).into_iter().flat_map(|entry| &entry.bindings);
    let found: Vec<_> = bindings
        .map(|&id| model.binding(id))
        .filter(|binding| defines(&binding.kind))
        .map(|binding| Location::definition(binding.range))
        .collect();
    if !found.iter().any(|location| location.range == at) {
        return found;
    }
    in_manifest(model, scope, name).map_or(found, |declared| vec![declared])
}

/// Where the manifest declares the command or input that a name of the script is.
fn in_manifest(model: &Model<'_>, scope: ScopeId, name: &str) -> Option<Location> {
    if let Some(input) = input_of_parameter(model, scope, name) {
        return Some(Location::manifest(input.parameter_name.range));
    }
    let function = function_of_name(model, scope, name).filter(|_| scope == MODULE)?;
    Some(Location::manifest(declared(model, function)?.internal_name.range))
}

fn in_system_script(model: &Model<'_>, name: &str) -> Option<Location> {
    let system = model.system()?;
    let last = system.scope(MODULE).names.get(name)?.bindings.last()?;
    Some(Location { place: Place::SystemScript, ..Location::definition(system.binding(*last).range) })
}

/// A top-level name of the system script: where it is defined there and used.
fn of_system_script(model: &Model<'_>, name: &str) -> Vec<Location> {
    let Some(system) = model.system().filter(|system| system.binds(name)) else { return Vec::new() };
    let in_system = |location: Location| Location { place: Place::SystemScript, ..location };
    own_places(system, MODULE, name).map(in_system).collect()
}

/// Everything that means the same as what stands at `offset`, in order; where it is defined as well.
pub fn references(analysis: &Analysis, offset: TextSize) -> Vec<Location> {
    let model = analysis.model();
    let Some((subject, _)) = subject(analysis, offset) else { return Vec::new() };
    let mut found = match subject {
        Subject::ConnectionKey(key) => of_key(analysis, key),
        Subject::Utility(call) => same_calls(analysis, call).map(Location::usage).collect(),
        Subject::IntegrationCommand(call) => match called_command(model, call) {
            Some(command) => of_command(analysis, &command.internal_name.value),
            None => same_calls(analysis, call).map(Location::usage).collect(),
        },
        Subject::Name(scope, name) => {
            let mut found = of_binding(analysis, scope, name);
            // What the system script calls by this name is the script's own definition.
            if scope == MODULE {
                found.extend(of_system_script(model, name));
            }
            found
        }
        Subject::Input(command, input) => {
            let uses = model.nodes.subscripts.iter().filter(|site| {
                input_of_subscript(model, site.node, site.scope).is_some_and(|(_, asked)| asked.range == input.range)
            });
            let uses = uses.map(|site| site.node.range());
            let uses = uses.chain(named_in_calls(model, command, &input.parameter_name.value)).map(Location::usage);
            uses.chain([Location::manifest(input.parameter_name.range)]).collect()
        }
        Subject::System(name) => {
            let mut found = of_top_level_name(analysis, name);
            found.extend(of_system_script(model, name));
            found
        }
        _ => Vec::new(),
    };
    found.sort_unstable_by_key(|location| (location.place, location.range.start()));
    found.dedup();
    found
}

/// The name at `offset` that the top level of the system script defines; asked in the system script or above it.
pub fn system_name(analysis: &Analysis, offset: TextSize) -> Option<&str> {
    let model = analysis.model();
    match subject(analysis, offset)?.0 {
        Subject::System(name) => Some(name),
        Subject::Name(MODULE, name) if is_system_script(model) || overrides(model, MODULE, name) => Some(name),
        _ => None,
    }
}

fn is_system_script(model: &Model<'_>) -> bool {
    let surroundings = &model.script.surroundings;
    let role = surroundings.manifest.as_ref().zip(surroundings.script.as_ref());
    role.and_then(|(manifest, script)| manifest.role_of(script)) == Some(ScriptRole::System)
}

/// What test cases may call what stands at `offset`: a command, an input, a connection parameter of the manifest.
pub fn mentioned(analysis: &Analysis, offset: TextSize) -> Option<Mentioned> {
    let model = analysis.model();
    let input = |command: &Command, input: &InputParameter| {
        Some(Mentioned::Input(command.internal_name.value.clone(), input.parameter_name.value.clone()))
    };
    match subject(analysis, offset)?.0 {
        Subject::ConnectionKey(key) => {
            model.script.surroundings.manifest.as_ref().map(|_| Mentioned::Connection(key.to_owned()))
        }
        Subject::IntegrationCommand(call) => {
            called_command(model, call).map(|command| Mentioned::Command(command.internal_name.value.clone()))
        }
        Subject::Input(command, asked) => input(command, asked),
        Subject::Name(scope, name) => match input_of_parameter(model, scope, name) {
            Some(asked) => input(declared(model, parameter(model, scope, name)?.0)?, asked),
            None => {
                let function = function_of_name(model, scope, name).filter(|_| scope == MODULE)?;
                Some(Mentioned::Command(declared(model, function)?.internal_name.value.clone()))
            }
        },
        _ => None,
    }
}

/// What means the same as what stands at `offset`, in the script alone.
pub fn highlights(analysis: &Analysis, offset: TextSize) -> Vec<TextRange> {
    let found = references(analysis, offset).into_iter();
    found.filter(|location| location.place == Place::Script).map(|location| location.range).collect()
}

/// A connection parameter: its reads and its declaration.
pub(super) fn of_key(analysis: &Analysis, key: &str) -> Vec<Location> {
    let model = analysis.model();
    let reads = model.connection_reads.iter().filter(|read| read.key == key);
    let declared = connection_parameter(model, key).map(|one| Location::manifest(one.parameter_name.range));
    reads.map(|read| Location::usage(content(read.key_node))).chain(declared).collect()
}

/// A name of a scope of the script, and its declaration if it is a command or an input.
pub(super) fn of_binding(analysis: &Analysis, scope: ScopeId, name: &str) -> Vec<Location> {
    let model = analysis.model();
    let is_command =
        scope == MODULE && function_of_name(model, scope, name).is_some_and(|id| declared(model, id).is_some());
    if is_command {
        return of_command(analysis, name);
    }
    let own = twin_parameters(model, scope, name).flat_map(|scope| own_places(model, scope, name));
    let mut found: Vec<_> = own.chain(in_manifest(model, scope, name)).collect();
    if let Some((function, _)) = parameter(model, scope, name) {
        found.extend(named_by_callers(model, function, name).map(Location::usage));
    }
    if let Some((input, (function, _))) = input_of_parameter(model, scope, name).zip(parameter(model, scope, name))
        && let Some(command) = declared(model, function)
    {
        found.extend(named_in_calls(model, command, &input.parameter_name.value).map(Location::usage));
    }
    found
}

/// A command: its function and the uses of it, its calls, and its declaration.
pub(super) fn of_command(analysis: &Analysis, name: &str) -> Vec<Location> {
    let model = analysis.model();
    let manifest = model.script.surroundings.manifest.as_ref();
    let own = manifest.and_then(|manifest| manifest.internal_name.as_ref()).map(|name| name.value.as_str());
    let calls = analysis.parsed().d3_calls.iter().filter_map(|call| match &call.target {
        D3Target::Integration { integration, command } if command.value == name && Some(&*integration.value) == own => {
            Some(Location::usage(command.range))
        }
        _ => None,
    });
    let declared = manifest.and_then(|manifest| manifest.command(name));
    let declared = declared.map(|command| Location::manifest(command.internal_name.range));
    own_places(model, MODULE, name).chain(calls).chain(declared).collect()
}

/// A name of the final script's top level: the script's own, or what the system script gives.
pub(super) fn of_top_level_name(analysis: &Analysis, name: &str) -> Vec<Location> {
    let model = analysis.model();
    if model.binds(name) {
        return of_binding(analysis, MODULE, name);
    }
    let reads = model.references.iter().filter(|reference| reference.node.id.as_str() == name);
    let outside = reads.filter(|reference| model.resolve(name, reference.scope).is_none());
    outside.map(|reference| Location::usage(reference.node.range())).collect()
}

fn own_places(model: &Model<'_>, scope: ScopeId, name: &str) -> impl Iterator<Item = Location> {
    let entry = model.scope(scope).names.get(name);
    let bindings = entry.into_iter().flat_map(|entry| &entry.bindings).map(|&id| model.binding(id));
    let bindings =
        bindings.map(|binding| Location { declares: defines(&binding.kind), ..Location::definition(binding.range) });
    let reads = entry.into_iter().flat_map(|entry| &entry.references);
    bindings.chain(reads.map(|&id| Location::usage(model.references[id.0 as usize].node.range())))
}

/// Whether a binding gives the name a value, and does not change or delete one.
fn defines(kind: &BindingKind<'_>) -> bool {
    !matches!(kind, BindingKind::Augmented(_) | BindingKind::Delete)
}

/// The commands' names in the calls of the same command.
fn same_calls<'a>(analysis: &'a Analysis, call: &D3Call) -> impl Iterator<Item = TextRange> + use<'a> {
    let names = |target: &D3Target| match target {
        D3Target::Utility { command } => (None, command.value.clone()),
        D3Target::Integration { integration, command } => (Some(integration.value.clone()), command.value.clone()),
    };
    let wanted = names(&call.target);
    let same = analysis.parsed().d3_calls.iter().filter(move |other| names(&other.target) == wanted);
    same.map(|other| match &other.target {
        D3Target::Utility { command } | D3Target::Integration { command, .. } => command.range,
    })
}
