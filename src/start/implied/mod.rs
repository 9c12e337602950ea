//! The manifest that a script implies (`d3ls init`).

mod connection;
mod inputs;
mod system_block;
mod uses;

use serde_json::{Map, Value, json};

use super::name::display_name;
use crate::image::names;
use crate::manifest::Kind;
use crate::semantic::{Analysis, Context, Function, FunctionId, MODULE, Model, SystemScript};
use crate::syntax::D3Target;
use crate::text::{Ranged, nearest};

pub use system_block::{SystemBlock, system_block};

/// The file that a system script is written to.
pub const SYSTEM_SCRIPT: &str = "system.py";

/// Names of files that say nothing about what is in them.
const PLAIN_STEMS: [&str; 8] = ["script", "main", "custom", "integration", "command", "draft", "live", "index"];

/// What a script implies.
#[derive(Debug)]
pub struct Implied {
    /// The manifest.
    pub manifest: Value,
    /// Its kind.
    pub kind: Kind,
    /// Why it is of that kind.
    pub reason: String,
    /// The commands' internal names.
    pub commands: Vec<String>,
    /// How many connection parameters the script names.
    pub parameters: usize,
    /// What the script does not say, each a sentence without its dot.
    pub unknown: Vec<String>,
}

/// What the script `file` in the folder `folder` implies. `kind` is what its leading comment says. The analysis is of
/// the script without a manifest, over the system script that it comes with.
pub fn implied(analysis: &Analysis, file: &str, folder: &str, kind: Option<Kind>) -> Implied {
    let model = analysis.model();
    let commands = commands(model);
    let is_undefined = model.undefined().next().is_some();
    let (kind, reason) = match kind {
        Some(kind) => (kind, "its leading comment says so".to_owned()),
        None => guessed_kind(model, &commands, is_undefined),
    };
    let mut unknown = Vec::new();
    let mut manifest = Map::new();
    manifest.insert("version".to_owned(), json!(1));
    manifest.insert("kind".to_owned(), json!(kind.as_str()));
    if kind == Kind::Integration {
        let name = integration_name(model, file, folder, &mut unknown);
        manifest.extend(name);
        manifest.insert("script".to_owned(), json!(file));
    }
    match model.script.surroundings.system {
        SystemScript::Known(_) => {
            manifest.insert("systemScript".to_owned(), json!(SYSTEM_SCRIPT));
        }
        _ => {
            if let Some(doubt) = missing_system_script(model, manifest.get("name")) {
                manifest.insert("systemScript".to_owned(), Value::Null);
                unknown.push(doubt);
            }
        }
    }
    let mut parameters = 0;
    if kind == Kind::Integration {
        let connection = connection::parameters(model, &mut unknown);
        parameters = connection.len();
        if !connection.is_empty() {
            manifest.insert("connection".to_owned(), Value::Array(connection));
        }
    }
    let names: Vec<String> = commands.iter().map(|&id| model.function(id).name().to_owned()).collect();
    let declared: Vec<Value> = commands.iter().map(|&id| command(model, id, kind, file, &mut unknown)).collect();
    if declared.iter().any(|command| command.get("inputs").is_some()) {
        unknown
            .push("the inputs' types, and which are required: guessed from their use, names and defaults".to_owned());
    }
    manifest.insert("commands".to_owned(), Value::Array(declared));
    unknown.extend(doubts_of_commands(model, &commands));
    if !commands.is_empty() {
        unknown.push("what commands give back (`outputs`), and where D3 offers them (`features`)".to_owned());
    }
    unknown.extend(unlisted_libraries(model));
    Implied { manifest: Value::Object(manifest), kind, reason, commands: names, parameters, unknown }
}

/// The top-level functions without leading underscore that no other function calls, and those that D3 calls by their
/// names whoever else does.
fn commands(model: &Model<'_>) -> Vec<FunctionId> {
    (0..model.functions.len())
        .map(|place| FunctionId(u32::try_from(place).unwrap_or(u32::MAX)))
        .filter(|&id| {
            let function = model.function(id);
            let name = function.name();
            function.is_top_level()
                && !name.starts_with('_')
                && model.top_level_function(name) == Some(id)
                && !function.context.contains(Context::MAIN_GUARD)
                && !tries_out(model, id)
                && (!is_used(model, id) || names::system_command(name).is_some() || is_called_through_d3(model, name))
        })
        .collect()
}

/// Whether the script uses a function, but for itself and for code under a main guard, which only tries commands out.
fn is_used(model: &Model<'_>, id: FunctionId) -> bool {
    let function = model.function(id);
    let Some(entry) = model.scope(MODULE).names.get(function.name()) else { return false };
    entry.references.iter().map(|id| &model.references[id.0 as usize]).any(|reference| {
        let is_own = function.node.range().contains_range(reference.node.range());
        let around = model.top_level_function_of(reference.scope);
        let is_tried =
            reference.context.contains(Context::MAIN_GUARD) || around.is_some_and(|around| tries_out(model, around));
        !is_own && !is_tried
    })
}

/// Whether a function only tries commands out: nothing but a main guard runs it, and no output model comes back.
fn tries_out(model: &Model<'_>, id: FunctionId) -> bool {
    model.runs_by_main_guard_only(model.function(id).scope) && !model.returns_output_model(id)
}

fn is_called_through_d3(model: &Model<'_>, name: &str) -> bool {
    model.script.parsed.d3_calls.iter().any(|call| match &call.target {
        D3Target::Integration { command, .. } => command.value == name,
        D3Target::Utility { .. } => false,
    })
}

fn guessed_kind(model: &Model<'_>, commands: &[FunctionId], is_undefined: bool) -> (Kind, String) {
    let system =
        commands.iter().map(|&id| model.function(id).name()).find(|name| names::system_command(name).is_some());
    let calls_integration =
        model.script.parsed.d3_calls.iter().any(|call| matches!(call.target, D3Target::Integration { .. }));
    let reason = if model.uses_connection() {
        "it reads connection parameters".to_owned()
    } else if let Some(name) = system {
        format!("`{name}` is a command of integrations")
    } else if calls_integration {
        "it calls commands of an integration".to_owned()
    } else if commands.len() > 1 {
        format!("it has {} commands, and a utility command has a script of its own", commands.len())
    } else if matches!(model.script.surroundings.system, SystemScript::Known(_)) {
        "it has a system script".to_owned()
    } else if is_undefined {
        "it uses names that only a system script can define".to_owned()
    } else {
        return (Kind::Utility, "it has one command and reads no connection".to_owned());
    };
    (Kind::Integration, reason)
}

/// The keys `name` and, where it can't be made from that, `internalName`.
fn integration_name(model: &Model<'_>, file: &str, folder: &str, unknown: &mut Vec<String>) -> Map<String, Value> {
    let called = most_called_integration(model);
    let stem = file.strip_suffix(".py").unwrap_or(file);
    let is_plain = PLAIN_STEMS.contains(&stem.to_ascii_lowercase().as_str()) || model.binds(stem);
    let place = if is_plain && !folder.is_empty() { folder } else { stem };
    let name = called.unwrap_or(place);
    let mut keys = Map::new();
    keys.insert("name".to_owned(), json!(name));
    let internal = if called.is_some() { name.to_owned() } else { names::internal_name(name) };
    if called.is_none() {
        let from = if place == folder { "folder" } else { "file" };
        unknown.push(format!("the integration's name: `{name}` is the {from}'s; write it as D3 shows it"));
    }
    if name.split_whitespace().collect::<String>() != internal && crate::ide::is_name(&internal) {
        keys.insert("internalName".to_owned(), json!(internal));
    }
    keys
}

/// Only commands of its own integration can be called, so that is the name; a stray other one is a fault.
fn most_called_integration<'m>(model: &'m Model<'_>) -> Option<&'m str> {
    let called = || {
        model.script.parsed.d3_calls.iter().filter_map(|call| match &call.target {
            D3Target::Integration { integration, .. } if !integration.value.is_empty() => Some(&*integration.value),
            _ => None,
        })
    };
    // The first of those that are called most.
    called().rev().max_by_key(|name| called().filter(|other| other == name).count())
}

/// What only a system script that we don't have can define: names that are bound nowhere, and commands of the
/// integration `own` that are called and not in the script.
fn missing_system_script(model: &Model<'_>, own: Option<&Value>) -> Option<String> {
    let mut near: Vec<String> = Vec::new();
    let undefined = model.undefined().map(|reference| {
        let name = reference.node.id.as_str();
        if let Some(meant) = model.near_name(reference) {
            near.push(format!(" (or is `{name}` meant to be `{meant}`?)"));
        }
        name
    });
    let calls = model.script.parsed.d3_calls.iter().filter_map(|call| match &call.target {
        D3Target::Integration { integration, command } if own.is_some_and(|own| *own == *integration.value) => {
            Some(command.value.as_str())
        }
        _ => None,
    });
    let functions = || model.functions.iter().map(Function::name);
    let missing = calls.filter(|name| {
        let is_misspelt = nearest(name, functions()).is_some();
        !name.is_empty() && !is_misspelt && model.top_level_function(name).is_none()
    });
    let mut names: Vec<&str> = Vec::new();
    for name in undefined.chain(missing) {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    let hint = near.first().map_or("", String::as_str);
    (!names.is_empty()).then(|| {
        format!(
            "the system script, which {} must come from{hint}, so `systemScript` is null; save it as a file and name it \
             there, or remove the key if there is none",
            listed(&names)
        )
    })
}

/// "`a`, `b` and 3 more".
fn listed(names: &[&str]) -> String {
    const SHOWN: usize = 4;
    let quoted: Vec<String> = names.iter().take(SHOWN).map(|name| format!("`{name}`")).collect();
    match names.len().saturating_sub(SHOWN) {
        0 => quoted.join(", "),
        more => format!("{} and {more} more", quoted.join(", ")),
    }
}

/// The manifest's entry for a function that is a command of an integration.
pub fn implied_command(model: &Model<'_>, id: FunctionId) -> Value {
    command(model, id, Kind::Integration, "", &mut Vec::new())
}

fn command(model: &Model<'_>, id: FunctionId, kind: Kind, file: &str, unknown: &mut Vec<String>) -> Value {
    let function = model.function(id);
    let name = function.name();
    let mut command = Map::new();
    command.insert("internalName".to_owned(), json!(name));
    command.insert("displayName".to_owned(), json!(display_name(name)));
    if kind == Kind::Utility && file != format!("{name}.py") {
        command.insert("script".to_owned(), json!(file));
    }
    let inputs = inputs::inputs(model, id, unknown);
    if !inputs.is_empty() {
        command.insert("inputs".to_owned(), Value::Array(inputs));
    }
    Value::Object(command)
}

/// Functions of which it can't be told whether they are commands.
fn doubts_of_commands(model: &Model<'_>, commands: &[FunctionId]) -> Vec<String> {
    let mut doubts = Vec::new();
    let silent: Vec<&str> = commands
        .iter()
        .filter(|&&id| !model.returns_output_model(id))
        .map(|&id| model.function(id).name())
        .filter(|name| names::system_command(name).is_none())
        .collect();
    if !silent.is_empty() {
        doubts.push(format!(
            "whether {} {} meant to be a command: no output model comes back; take out of the manifest what is none",
            listed(&silent),
            if silent.len() == 1 { "is" } else { "are" }
        ));
    }
    let helpers: Vec<&str> = model
        .functions
        .iter()
        .filter(|function| is_command_used_by_others(model, function, commands))
        .map(Function::name)
        .collect();
    if !helpers.is_empty() {
        doubts.push(format!(
            "whether {} {} commands too: other functions use them, so they were taken for helpers",
            listed(&helpers),
            if helpers.len() == 1 { "is among the" } else { "are" }
        ));
    }
    doubts
}

/// Whether a function looks like a command but for its use by others.
fn is_command_used_by_others(model: &Model<'_>, function: &Function<'_>, commands: &[FunctionId]) -> bool {
    let Some(id) = model.top_level_function(function.name()).filter(|_| function.is_top_level()) else { return false };
    let hands_on = |id| {
        let calls = model.calls_by_name(id);
        !calls.is_empty() && calls.iter().all(|call| model.functions.iter().any(|other| returns_call(other, call.node)))
    };
    std::ptr::eq(model.function(id), function)
        && !function.name().starts_with('_')
        && !commands.contains(&id)
        && model.returns_output_model(id)
        && !hands_on(id)
}

/// Whether `function` gives back just what `call` gives, as one does with a helper that makes output models.
fn returns_call(function: &Function<'_>, call: &crate::syntax::ast::ExprCall) -> bool {
    function.returns.iter().any(|node| node.value.as_deref().is_some_and(|value| value.range() == call.range()))
}

fn unlisted_libraries(model: &Model<'_>) -> Option<String> {
    use crate::image::ModuleStatus;
    let image = &model.script.surroundings.image;
    let mut modules: Vec<&str> = Vec::new();
    for import in model.imports.iter().filter(|import| import.level == 0 && !import.module.is_empty()) {
        let top = import.module.split('.').next().unwrap_or(import.module);
        let is_unlisted = matches!(
            image.module(import.module, []),
            ModuleStatus::Unlisted { .. } | ModuleStatus::UnlistedCertain { .. }
        );
        if is_unlisted && !import.context.contains(Context::IMPORT_GUARD) && !modules.contains(&top) {
            modules.push(top);
        }
    }
    (!modules.is_empty()).then(|| {
        format!(
            "whether your D3 image has {}: if it does, list it under `libraries`, or run `d3ls image probe`",
            listed(&modules)
        )
    })
}
