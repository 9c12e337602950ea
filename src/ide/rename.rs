//! Rename: one name everywhere it means the same, in the script and its manifest. The system script is never edited.

use serde_json::json;

use crate::diagnostic::Place;
use crate::image::names;
use crate::manifest::{Command, ConnectionParameter, InputParameter, Kind, Manifest, Segment, edits, key};
use crate::semantic::{Analysis, BindingKind, Context, FunctionId, MODULE, Model, ParameterKind, ScopeId, ScopeKind};
use crate::syntax::ast::Expr;
use crate::syntax::{D3Call, D3Target};
use crate::text::{Edit, Ranged, Spanned, TextRange, TextSize};

use super::callee::callee;
use super::cases::Mentioned;
use super::navigation::mentioned;
use super::record::why_not_edited;
use super::subject::{
    Subject, called_command, connection_parameter, content, declared, function_of_name, input_of_parameter,
    may_be_named_by_callers, named_by_callers, named_in_calls, parameter, subject, twin_parameters,
};

/// Python 3.9's keywords.
const KEYWORDS: [&str; 35] = [
    "False", "None", "True", "and", "as", "assert", "async", "await", "break", "class", "continue", "def", "del",
    "elif", "else", "except", "finally", "for", "from", "global", "if", "import", "in", "is", "lambda", "nonlocal",
    "not", "or", "pass", "raise", "return", "try", "while", "with", "yield",
];

/// What is renamed.
enum Target<'a> {
    Key(&'a str),
    Command(&'a str),
    Name(ScopeId, &'a str),
}

/// The bytes of the name at `offset` that can be renamed.
///
/// # Errors
/// Why it can't be renamed, for the user.
pub fn renameable(analysis: &Analysis, offset: TextSize) -> Result<TextRange, String> {
    target(analysis, offset).map(|(_, range)| range)
}

/// What test cases call what is renamed at `offset`. They know an input by the manifest's name, not the parameter's.
pub fn renamed_in_cases(analysis: &Analysis, offset: TextSize) -> Option<Mentioned> {
    let (_, range) = subject(analysis, offset)?;
    let is_renamed = |what: &Mentioned| match what {
        Mentioned::Input(_, input) => analysis.parsed().slice(range) == input,
        Mentioned::Command(_) | Mentioned::Connection(_) => true,
    };
    mentioned(analysis, offset).filter(is_renamed)
}

/// The edits that rename what stands at `offset` to `to`, sorted by place and range; none if it is called so already.
///
/// # Errors
/// Why that can't be done, for the user: no name of this script's, a new name that is none, is reserved or taken.
pub fn rename(analysis: &Analysis, offset: TextSize, to: &str) -> Result<Vec<(Place, Edit)>, String> {
    let model = analysis.model();
    let (target, range) = target(analysis, offset)?;
    if analysis.parsed().slice(range) == to {
        return Ok(Vec::new());
    }
    let mut edits = match target {
        Target::Key(key) => rename_key(model, key, to)?,
        Target::Command(name) => rename_command(analysis, name, to)?,
        Target::Name(scope, name) => rename_name(model, scope, name, to)?,
    };
    edits.sort_by_key(|(place, edit)| (*place, edit.range.start()));
    edits.dedup();
    Ok(edits)
}

fn target(analysis: &Analysis, offset: TextSize) -> Result<(Target<'_>, TextRange), String> {
    let model = analysis.model();
    if let Some(reason) = why_not_edited(analysis.surroundings()) {
        return Err(reason.to_owned());
    }
    let (subject, range) = subject(analysis, offset).ok_or("there is no name here that can be renamed")?;
    let target = match subject {
        Subject::ConnectionKey(key) => Target::Key(key),
        Subject::IntegrationCommand(call) => {
            let command = called_command(model, call).ok_or("this command is not in the manifest")?;
            Target::Command(&command.internal_name.value)
        }
        Subject::Name(scope, name) => {
            let function = function_of_name(model, scope, name).filter(|_| scope == MODULE);
            match function.and_then(|function| declared(model, function)) {
                Some(command) => Target::Command(&command.internal_name.value),
                None if is_imported(model, scope, name) => {
                    return Err(format!("`{name}` is imported, and its module calls it so"));
                }
                // What is behind a dot may be an instance of any class.
                None if model.scope(scope).kind == ScopeKind::Class => {
                    return Err(format!("`{name}` belongs to a class, and where it is used can't be told for certain"));
                }
                None => Target::Name(scope, name),
            }
        }
        Subject::System(name) => {
            return Err(format!("`{name}` is defined in the system script, which D3 does not let you edit"));
        }
        Subject::Engine(name) | Subject::Member(name) => return Err(format!("`{name}` is D3's own name")),
        Subject::Input(_, input) => {
            return Err(format!("rename the input `{}` in the manifest", input.parameter_name.value));
        }
        _ => return Err("this is D3's own name".to_owned()),
    };
    if let (Target::Command(name), Some(manifest)) = (&target, &model.script.surroundings.manifest)
        && let Some(command) = manifest.command(name)
    {
        check_is_own(manifest, command)?;
    }
    Ok((target, range))
}

/// Refuses a command that D3 itself calls by its name.
pub(super) fn check_is_own(manifest: &Manifest, command: &Command) -> Result<(), String> {
    let name = &command.internal_name.value;
    if manifest.kind == Kind::Integration && names::system_command(name).is_some() {
        return Err(format!("D3 calls `{name}` by this name"));
    }
    Ok(())
}

fn is_imported(model: &Model<'_>, scope: ScopeId, name: &str) -> bool {
    let entry = model.scope(scope).names.get(name);
    entry.is_some_and(|it| it.bindings.iter().any(|&id| matches!(model.binding(id).kind, BindingKind::Import(_))))
}

/// Renames a connection parameter.
pub(super) fn rename_key(model: &Model<'_>, key: &str, to: &str) -> Result<Vec<(Place, Edit)>, String> {
    check_key_form(to)?;
    if connection_parameter(model, to).is_some() || model.connection_reads.iter().any(|read| read.key == to) {
        return Err(taken_key(to));
    }
    if model.system().is_some_and(|system| system.connection_reads.iter().any(|read| read.key == key)) {
        return Err(in_system_script(key));
    }
    let mut found = Vec::new();
    for read in model.connection_reads.iter().filter(|read| read.key == key) {
        let range = content(read.key_node);
        if model.script.parsed.slice(range) != key {
            return Err(format!("`{key}` is written in pieces or with escapes in one place; change that first"));
        }
        found.push((Place::Script, Edit::replace(range, to)));
    }
    if let (Some(manifest), Some(declared)) = (&model.script.surroundings.manifest, connection_parameter(model, key)) {
        found.extend(edit_of_key(manifest, declared, to));
    }
    Ok(found)
}

/// The edit of a connection parameter's declaration.
pub(super) fn edit_of_key(manifest: &Manifest, declared: &ConnectionParameter, to: &str) -> Vec<(Place, Edit)> {
    let Some(path) = element(manifest, vec![key("connection")], declared.range) else { return Vec::new() };
    in_manifest(manifest, &declared.parameter_name, &path, "parameterName", to)
}

/// Whether `to` can be a new connection parameter of a manifest whose script is not known.
pub(super) fn check_key(manifest: &Manifest, to: &str) -> Result<(), String> {
    check_key_form(to)?;
    if manifest.connection_parameter(to).is_some() { Err(taken_key(to)) } else { Ok(()) }
}

fn check_key_form(to: &str) -> Result<(), String> {
    if to.is_empty() || names::connection_key(to) != to || to.contains(['\'', '"', '\\', '{', '}']) {
        return Err("a connection key is in lower case without spaces".to_owned());
    }
    Ok(())
}

fn taken_key(key: &str) -> String {
    format!("there is a connection parameter `{key}` already")
}

/// Renames a command.
pub(super) fn rename_command(analysis: &Analysis, name: &str, to: &str) -> Result<Vec<(Place, Edit)>, String> {
    let model = analysis.model();
    check_name(model, MODULE, to)?;
    let Some(manifest) = &model.script.surroundings.manifest else { return Err("there is no manifest".to_owned()) };
    if manifest.command(to).is_some() {
        return Err(format!("the manifest has a command `{to}` already"));
    }
    let mut found = Vec::new();
    if model.binds(name) {
        found.extend(places(model, MODULE, name, to)?);
    }
    let own = manifest.internal_name.as_ref().map(|name| name.value.as_str());
    let names = |call: &D3Call| match &call.target {
        D3Target::Integration { integration, command } => {
            (Some(&*integration.value) == own && command.value == name).then_some(command.range)
        }
        D3Target::Utility { .. } => None,
    };
    if model.system().is_some_and(|system| system.script.parsed.d3_calls.iter().any(|call| names(call).is_some())) {
        return Err(in_system_script(name));
    }
    let calls = analysis.parsed().d3_calls.iter().filter_map(names);
    found.extend(calls.map(|range| (Place::Script, Edit::replace(range, to))));
    if let Some(command) = manifest.command(name) {
        found.extend(edits_of_command(manifest, command, to).into_iter().map(|edit| (Place::Manifest, edit)));
    }
    Ok(found)
}

fn in_system_script(name: &str) -> String {
    format!("the system script uses `{name}`, and D3 does not let you edit that")
}

/// The edits of a command's declaration. A script whose name came from the internal name keeps it.
pub(super) fn edits_of_command(manifest: &Manifest, command: &Command, to: &str) -> Vec<Edit> {
    let name = command.internal_name.range;
    let mut found = vec![Edit::replace(name, to)];
    if let Some(script) = command.script.as_ref().filter(|script| script.range == name)
        && let Some(path) = element(manifest, vec![key("commands")], command.range)
    {
        found.extend(edits::set(manifest, &path, "script", &json!(script.value)));
    }
    found
}

/// Renames a name of a scope, and the input that it is.
pub(super) fn rename_name(
    model: &Model<'_>,
    scope: ScopeId,
    name: &str,
    to: &str,
) -> Result<Vec<(Place, Edit)>, String> {
    if scope == MODULE && is_named_in_a_text(model, name) {
        return Err(format!("a text in an annotation or in `__all__` holds `{name}`; rename it there by hand first"));
    }
    let mut found = Vec::new();
    for scope in twin_parameters(model, scope, name) {
        check_name(model, scope, to)?;
        found.extend(places(model, scope, name, to)?);
    }
    if model.scope(scope).kind == ScopeKind::Lambda && is_given_somewhere(model, name) {
        return Err(format!("something is given as `{name}`, and it can't be told whether to this lambda"));
    }
    let Some((function, kind)) = parameter(model, scope, name) else { return Ok(found) };
    if matches!(kind, ParameterKind::Positional(_) | ParameterKind::KeywordOnly) {
        if may_be_named_by_callers(model, function, name) {
            let method = model.function(function).name();
            return Err(format!(
                "something is given to a `{method}` as `{name}`, and it can't be told whether to this one"
            ));
        }
        if has_another_name(model, function) && is_given_somewhere(model, name) {
            let function = model.function(function).name();
            return Err(format!(
                "something is given as `{name}`, and it can't be told whether to `{function}`, which has another name too"
            ));
        }
        let named = named_by_callers(model, function, name);
        found.extend(named.map(|range| (Place::Script, Edit::replace(range, to))));
    }
    let input = input_of_parameter(model, scope, name).filter(|input| input.parameter_name.value == name);
    if let (Some(input), Some(manifest), Some(command)) =
        (input, &model.script.surroundings.manifest, declared(model, function))
    {
        found.extend(edit_of_input(manifest, command, input, to)?);
        found.extend(edits_of_calls(model, command, input, to));
    }
    Ok(found)
}

/// Whether a function may be called by other names than its own: it is passed on, assigned or put somewhere.
fn has_another_name(model: &Model<'_>, function: FunctionId) -> bool {
    let own = model.function(function);
    let entry = model.scope(own.written_in).names.get(own.name());
    entry.is_some_and(|entry| entry.references.iter().any(|&reference| model.call_of(reference).is_none()))
}

/// Whether an annotation in quotes, or `__all__`, holds a name of the module.
fn is_named_in_a_text(model: &Model<'_>, name: &str) -> bool {
    let is_all = |target: &Expr| matches!(target, Expr::Name(target) if target.id.as_str() == "__all__");
    let exports: Vec<TextRange> = model
        .nodes
        .assigns
        .iter()
        .filter(|site| site.node.targets.iter().any(is_all))
        .map(|site| site.node.range())
        .collect();
    model.nodes.strings.iter().any(|site| {
        let counts = site.context.contains(Context::ANNOTATION)
            || exports.iter().any(|range| range.contains_range(site.node.range()));
        let is_word = |letter: char| letter.is_alphanumeric() || letter == '_';
        counts && site.node.value.to_str().split(|letter| !is_word(letter)).any(|word| word == name)
    })
}

/// Whether a call of what is no function of the scripts gives something by this name.
fn is_given_somewhere(model: &Model<'_>, name: &str) -> bool {
    let mut calls = model.nodes.calls.iter();
    calls.any(|site| {
        site.node.arguments.find_keyword(name).is_some() && callee(model, &site.node.func, site.scope).is_none()
    })
}

/// The edits of D3 calls of a command that give an input by its name.
pub(super) fn edits_of_calls(
    model: &Model<'_>,
    command: &Command,
    input: &InputParameter,
    to: &str,
) -> Vec<(Place, Edit)> {
    let named = named_in_calls(model, command, &input.parameter_name.value);
    named.map(|range| (Place::Script, Edit::replace(range, to))).collect()
}

/// The edit of an input's declaration.
pub(super) fn edit_of_input(
    manifest: &Manifest,
    command: &Command,
    input: &InputParameter,
    to: &str,
) -> Result<Vec<(Place, Edit)>, String> {
    if command.inputs.iter().any(|other| other.parameter_name.value == to) {
        return Err(format!("the command has an input `{to}` already"));
    }
    let path = element(manifest, vec![key("commands")], command.range).and_then(|mut path| {
        path.push(key("inputs"));
        element(manifest, path, input.range)
    });
    let Some(path) = path else { return Ok(Vec::new()) };
    Ok(in_manifest(manifest, &input.parameter_name, &path, "parameterName", to))
}

/// The path of the element with these bytes in the list at `list`.
fn element(manifest: &Manifest, list: Vec<Segment>, range: TextRange) -> Option<Vec<Segment>> {
    let path = |index| list.iter().cloned().chain([Segment::Index(index)]).collect::<Vec<_>>();
    let elements = (0..).map(|index| manifest.range_of(&path(index)));
    let index = elements.take_while(Option::is_some).position(|element| element == Some(range))?;
    Some(path(index))
}

/// The edit of a name in the manifest: where it is written, or, where it comes from a default, as a key of its own.
fn in_manifest(
    manifest: &Manifest,
    name: &Spanned<String>,
    path: &[Segment],
    property: &str,
    to: &str,
) -> Vec<(Place, Edit)> {
    let mut whole = path.to_vec();
    whole.push(key(property));
    let edits = match manifest.range_of(&whole) {
        Some(_) => vec![Edit::replace(name.range, to)],
        None => edits::set(manifest, path, property, &json!(to)),
    };
    edits.into_iter().map(|edit| (Place::Manifest, edit)).collect()
}

fn places(model: &Model<'_>, scope: ScopeId, name: &str, to: &str) -> Result<Vec<(Place, Edit)>, String> {
    let places = model.rename(scope, name, to);
    let places = places.ok_or_else(|| format!("`{to}` is taken, or `{name}` is shared between scopes"))?;
    Ok(places.into_iter().map(|range| (Place::Script, Edit::replace(range, to))).collect())
}

fn check_name(model: &Model<'_>, scope: ScopeId, to: &str) -> Result<(), String> {
    check_identifier(to)?;
    if scope == MODULE && model.system().is_some_and(|system| system.binds(to)) {
        return Err(format!("`{to}` would override the system script's"));
    }
    Ok(())
}

/// Whether `to` is a name in Python and not one of D3's.
pub(super) fn check_identifier(to: &str) -> Result<(), String> {
    if !is_name(to) {
        return Err(format!("`{to}` is no name in Python"));
    }
    if is_reserved(to) {
        return Err(format!("`{to}` is reserved for D3's playbook engine"));
    }
    Ok(())
}

/// Whether Python takes a text as a name.
pub fn is_name(text: &str) -> bool {
    let mut letters = text.chars();
    let starts = letters.next().is_some_and(|letter| letter.is_alphabetic() || letter == '_');
    starts && letters.all(|letter| letter.is_alphanumeric() || letter == '_') && !KEYWORDS.contains(&text)
}

/// Whether the playbook engine keeps a name for itself.
pub fn is_reserved(name: &str) -> bool {
    names::RESERVED_NAMES.contains(&name) || names::RESERVED_CLASSES.contains(&name) || name == names::D3
}
