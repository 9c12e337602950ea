//! Definition and references from the manifest's side.

use crate::diagnostic::Place;
use crate::ide::navigation::{of_binding, of_command, of_key, of_top_level_name};
use crate::ide::subject::{content, named_in_calls};
use crate::ide::{Location, Mentioned};
use crate::manifest::{Command, InputParameter, ScriptRole};
use crate::semantic::{Analysis, BindingKind, FunctionId, ParameterKind};
use crate::syntax::ast::{self, Expr};
use crate::text::{Ranged, TextRange, TextSize};

use super::subject::{Subject, declared, subject};
use super::{File, FileRange, ManifestDocument};

/// Where what stands at `offset` is in the scripts: a command's function, an input's parameter, the first read of a
/// connection parameter, a script's first byte.
pub fn definition(document: &ManifestDocument, offset: TextSize) -> Vec<FileRange> {
    subject(document, offset).map(|(subject, _)| definition_of(document, subject)).unwrap_or_default()
}

/// Where what a test case speaks of is: a command's function, an input's parameter; else where the manifest declares it.
pub fn definition_for_case(document: &ManifestDocument, what: &Mentioned) -> Vec<FileRange> {
    let Some(subject) = declared(document, what) else { return Vec::new() };
    let found = match subject {
        Subject::Command(_) | Subject::Input(..) => definition_of(document, subject),
        Subject::Connection(_) | Subject::Script(_) => Vec::new(),
    };
    let in_manifest = |range| FileRange { file: File::Manifest, range, declares: true };
    let declaration = || subject.name().map(|name| in_manifest(name.range)).into_iter().collect();
    if found.is_empty() { declaration() } else { found }
}

fn definition_of(document: &ManifestDocument, subject: Subject<'_>) -> Vec<FileRange> {
    match subject {
        Subject::Command(command) => {
            let found = document.function_of(command);
            found.map(|(name, analysis, id)| defined(name, analysis.model().function(id).node.name.range)).into_iter()
        }
        Subject::Input(command, input) => {
            let found = document.function_of(command);
            let first = |(name, analysis, id)| {
                Some(used(name, uses_of_input(analysis, id, command, input).into_iter().next()?))
            };
            found.and_then(first).into_iter()
        }
        Subject::Connection(parameter) => {
            let key = &parameter.parameter_name.value;
            let first = |(name, analysis): &(String, _)| {
                let analysis: &Analysis = std::sync::Arc::as_ref(analysis);
                let read = analysis.model().connection_reads.iter().find(|read| read.key == key)?;
                Some(used(name, content(read.key_node)))
            };
            document.scripts.iter().find_map(first).into_iter()
        }
        Subject::Script(path) => Some(used(path, TextRange::default())).into_iter(),
    }
    .collect()
}

/// Everything that means the same as what stands at `offset`, in the manifest and in its scripts.
pub fn references(document: &ManifestDocument, offset: TextSize) -> Vec<FileRange> {
    subject(document, offset).map(|(subject, at)| references_of(document, subject, at)).unwrap_or_default()
}

/// Everything in the manifest and in its scripts that means what a test case speaks of.
pub fn references_for_case(document: &ManifestDocument, what: &Mentioned) -> Vec<FileRange> {
    let found = declared(document, what).and_then(|subject| Some((subject, subject.name()?.range)));
    found.map(|(subject, at)| references_of(document, subject, at)).unwrap_or_default()
}

fn references_of(document: &ManifestDocument, subject: Subject<'_>, at: TextRange) -> Vec<FileRange> {
    let mut found = vec![FileRange { file: File::Manifest, range: at, declares: true }];
    match subject {
        Subject::Command(command) => {
            for (name, analysis) in document.scripts_about(command) {
                found.extend(in_files(name, of_command(analysis, &command.internal_name.value)));
            }
        }
        Subject::Input(command, input) => {
            for (name, analysis) in document.scripts_about(command) {
                if let Some(id) = analysis.model().top_level_function(&command.internal_name.value) {
                    let is_record = document.manifest.role_of(name) != Some(ScriptRole::Draft);
                    found.extend(references_of_input(name, analysis, id, (command, input), is_record));
                }
            }
        }
        Subject::Connection(parameter) => {
            for (name, analysis) in document.scripts.iter().chain(&document.records) {
                found.extend(in_files(name, of_key(analysis, &parameter.parameter_name.value)));
            }
        }
        Subject::Script(_) => return Vec::new(),
    }
    found.sort_by(|a, b| (&a.file, a.range.start()).cmp(&(&b.file, b.range.start())));
    found.dedup();
    found
}

/// What means the same as this name of the system script's top level, in all scripts of the manifest.
pub fn references_of_system_name(document: &ManifestDocument, name: &str) -> Vec<FileRange> {
    let scripts = document.scripts.iter().chain(&document.records);
    scripts.flat_map(|(script, analysis)| in_files(script, of_top_level_name(analysis, name))).collect()
}

/// What test cases may call what stands at `offset`.
pub fn mentioned(document: &ManifestDocument, offset: TextSize) -> Option<Mentioned> {
    Some(match subject(document, offset)?.0 {
        Subject::Command(command) => Mentioned::Command(command.internal_name.value.clone()),
        Subject::Input(command, input) => {
            Mentioned::Input(command.internal_name.value.clone(), input.parameter_name.value.clone())
        }
        Subject::Connection(parameter) => Mentioned::Connection(parameter.parameter_name.value.clone()),
        Subject::Script(_) => return None,
    })
}

fn references_of_input(
    script: &str,
    analysis: &Analysis,
    id: FunctionId,
    (command, input): (&Command, &InputParameter),
    is_record: bool,
) -> Vec<FileRange> {
    let function = analysis.model().function(id);
    let name = input.parameter_name.value.as_str();
    let parameter = place_of(command, input).and_then(|place| function.positional().nth(place));
    // What was submitted earlier had the manifest of that time: there a name says more than a place.
    let parameter = match is_record {
        true => function.positional().find(|one| one.parameter.name.as_str() == name),
        false => parameter,
    };
    if is_record && parameter.is_none() {
        return Vec::new();
    }
    match parameter {
        Some(parameter) => {
            let mut found = of_binding(analysis, function.scope, parameter.parameter.name.as_str());
            found.retain(|location| location.place == Place::Script);
            in_files(script, found)
        }
        None => {
            let uses = uses_of_input(analysis, id, command, input).into_iter();
            let calls = named_in_calls(analysis.model(), command, name);
            uses.chain(calls).map(|range| used(script, range)).collect()
        }
    }
}

/// The parameter that takes an input, or the places where `*args` is asked for it.
fn uses_of_input(analysis: &Analysis, id: FunctionId, command: &Command, input: &InputParameter) -> Vec<TextRange> {
    let model = analysis.model();
    let function = model.function(id);
    let Some(place) = place_of(command, input) else { return Vec::new() };
    if let Some(parameter) = function.positional().nth(place) {
        return vec![parameter.parameter.name.range];
    }
    let Some(rest) = &function.node.parameters.vararg else { return Vec::new() };
    let is_rest = |name: &ast::ExprName, scope| {
        let home = model.resolve(name.id.as_str(), scope);
        let bindings = home.and_then(|home| model.scope(home).names.get(name.id.as_str()));
        bindings.and_then(|entry| entry.bindings.first()).is_some_and(|&binding| {
            let binding = model.binding(binding);
            binding.range == rest.name.range && matches!(binding.kind, BindingKind::Parameter(ParameterKind::VarArgs))
        })
    };
    let wanted = place - function.positional().count();
    let asks = model.nodes.subscripts.iter().filter(|site| match (&*site.node.value, &*site.node.slice) {
        (Expr::Name(name), Expr::NumberLiteral(number)) => {
            let asked = match &number.value {
                ast::Number::Int(asked) => asked.as_usize(),
                _ => None,
            };
            asked == Some(wanted) && is_rest(name, site.scope)
        }
        _ => false,
    });
    asks.map(|site| site.node.range()).collect()
}

/// An input's place among the arguments that D3 passes.
pub(super) fn place_of(command: &Command, input: &InputParameter) -> Option<usize> {
    command.inputs.iter().position(|one| one.range == input.range)
}

fn used(script: &str, range: TextRange) -> FileRange {
    FileRange { file: File::Script(script.to_owned()), range, declares: false }
}

fn defined(script: &str, range: TextRange) -> FileRange {
    FileRange { declares: true, ..used(script, range) }
}

/// Places as seen from a script, as seen from the manifest. The system script's are left out.
fn in_files(script: &str, found: Vec<Location>) -> Vec<FileRange> {
    let file = |place: Place| match place {
        Place::Script => Some(File::Script(script.to_owned())),
        Place::Manifest => Some(File::Manifest),
        Place::SystemScript | Place::Settings => None,
    };
    let file = |one: Location| Some(FileRange { file: file(one.place)?, range: one.range, declares: one.declares });
    found.into_iter().filter_map(file).collect()
}
