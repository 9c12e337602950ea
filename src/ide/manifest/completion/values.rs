//! Values: words of the vocabularies, script files, and names that the scripts have.

use serde_json::{Value as Json, json};

use super::{Spot, paths};
use crate::ide::json_word::quoted;
use crate::ide::{CompletionItem, CompletionKind};
use crate::image::{ModuleStatus, names};
use crate::manifest::{Command, Kind, ScriptRole, Segment, ShapeKind, shape_at};
use crate::semantic::{Analysis, Function, MODULE};

/// The values that can stand at the cursor.
pub(super) fn values(spot: &Spot<'_>) -> Vec<CompletionItem> {
    let path = &spot.place.path;
    let Some(shape) = shape_at(path) else { return Vec::new() };
    match &shape.kind {
        ShapeKind::Object(_) => objects(spot),
        ShapeKind::Text(words) if !words.is_empty() => {
            let given = given_elements(spot);
            let words = words.iter().filter(|word| !given.contains(&word.as_str()));
            words.map(|word| spot.text(word, CompletionKind::Value)).collect()
        }
        ShapeKind::Flag => ["true", "false"].into_iter().map(|word| spot.item(word, CompletionKind::Value)).collect(),
        ShapeKind::TextOrNull => {
            let mut items = scripts(spot);
            let null = spot.item("null", CompletionKind::Value);
            items.push(null.detail("there is a system script that you don't have"));
            items
        }
        ShapeKind::Number => number(spot).into_iter().collect(),
        ShapeKind::Text(_) | ShapeKind::Any => texts(spot),
        ShapeKind::List(_) => Vec::new(),
    }
}

/// The words that a list of words has besides the one under the cursor.
fn given_elements<'a>(spot: &Spot<'a>) -> Vec<&'a str> {
    let manifest = &spot.document.manifest;
    let Some((Segment::Index(own), list)) = spot.place.path.split_last() else { return Vec::new() };
    let element = |place| {
        let path: Vec<_> = list.iter().cloned().chain([Segment::Index(place)]).collect();
        let range = manifest.range_of(&path)?;
        Some((place, manifest.text.get(range.start().to_usize()..range.end().to_usize())?))
    };
    (0..).map_while(element).filter(|(place, _)| place != own).map(|(_, word)| word).collect()
}

fn number(spot: &Spot<'_>) -> Option<CompletionItem> {
    let number = match &spot.place.path[..] {
        [Segment::Key(_)] => 1,
        [.., Segment::Index(place), Segment::Key(_)] => *place,
        _ => return None,
    };
    Some(spot.item(&number.to_string(), CompletionKind::Value))
}

/// Free texts: names of the scripts, files, and D3's own words.
fn texts(spot: &Spot<'_>) -> Vec<CompletionItem> {
    match &spot.place.path[..] {
        [Segment::Key(key)] if key == "script" || key == "liveScript" => scripts(spot),
        [Segment::Key(list), Segment::Index(_)] if list == "libraries" => libraries(spot),
        [Segment::Key(list), Segment::Index(_), Segment::Key(key)] => match (list.as_str(), key.as_str()) {
            ("commands", "script" | "liveScript") => scripts(spot),
            ("commands", "internalName") => internal_names(spot),
            ("connection", "parameterName") => connection_keys(spot),
            ("connection", "displayName") => connection_names(spot),
            _ => Vec::new(),
        },
        [Segment::Key(list), Segment::Index(command), rest @ ..] if list == "commands" => match rest {
            [Segment::Key(inputs), Segment::Index(place), Segment::Key(key)] if inputs == "inputs" => {
                match key.as_str() {
                    "parameterName" => parameter_names(spot, *command, *place),
                    "default" | "sampleData" => options(spot, *command, *place),
                    _ => Vec::new(),
                }
            }
            [Segment::Key(_), Segment::Key(output), Segment::Index(_), Segment::Key(key)]
                if output == names::RETURN_DATA && key == "sampleData" =>
            {
                statuses(spot, *command)
            }
            [Segment::Key(_), Segment::Key(fields), Segment::Index(_), Segment::Key(key)]
                if fields == "keyFields" && key == "jsonPath" =>
            {
                paths::of_key_field(spot, *command)
            }
            [Segment::Key(mapping), Segment::Index(_), Segment::Key(key)]
                if mapping == "eventFieldMapping" && key == "sourceField" =>
            {
                paths::of_event_field(spot, *command)
            }
            _ => Vec::new(),
        },
        _ => Vec::new(),
    }
}

/// The modules that the scripts import and the image does not have: what the list is for.
fn libraries(spot: &Spot<'_>) -> Vec<CompletionItem> {
    let given = given_elements(spot);
    let files = (spot.files)();
    let is_file = |module: &str| {
        files.iter().filter_map(|file| file.split('/').next()).any(|step| step.trim_end_matches(".py") == module)
    };
    let mut modules: Vec<&str> = Vec::new();
    for (_, analysis) in &spot.document.scripts {
        let image = &analysis.surroundings().image;
        let imports = analysis.model().imports.iter().filter(|import| import.level == 0 && !import.module.is_empty());
        let missing = imports.map(|import| import.module).filter(|module| {
            matches!(image.module(module, []), ModuleStatus::Unlisted { .. } | ModuleStatus::UnlistedCertain { .. })
        });
        modules.extend(missing.map(|module| module.split('.').next().unwrap_or(module)));
    }
    modules.retain(|module| !given.contains(module) && !is_file(module));
    modules.sort_unstable();
    modules.dedup();
    let item = |module: &str| spot.text(module, CompletionKind::Module).detail("imported in the script");
    modules.into_iter().map(item).collect()
}

/// Python files that the manifest does not take for something else.
fn scripts(spot: &Spot<'_>) -> Vec<CompletionItem> {
    let manifest = &spot.document.manifest;
    let role = match spot.place.path.last() {
        Some(Segment::Key(key)) if key == "script" => ScriptRole::Draft,
        Some(Segment::Key(key)) if key == "liveScript" => ScriptRole::Live,
        _ => ScriptRole::System,
    };
    let is_free = |file: &String| manifest.role_of(file).is_none_or(|other| other == role);
    let files = (spot.files)().into_iter().filter(is_free);
    files.map(|file| spot.text(&file, CompletionKind::Value).detail("script")).collect()
}

/// Functions that are no commands yet, those that nothing calls first, and D3's own commands.
fn internal_names(spot: &Spot<'_>) -> Vec<CompletionItem> {
    let mut items: Vec<_> = undeclared(spot)
        .into_iter()
        .map(|function| spot.text(function.name(), CompletionKind::Function).detail(signature(function)))
        .collect();
    if spot.document.manifest.kind == Kind::Utility {
        let is_known = |name: &str| items.iter().any(|item| item.label == name);
        let files = (spot.files)();
        let stems = files.iter().filter_map(|file| file.strip_suffix(".py"));
        let stems: Vec<&str> =
            stems.filter(|stem| !stem.contains('/') && !is_known(stem) && is_free(spot, stem)).collect();
        items.extend(stems.into_iter().map(|stem| spot.text(stem, CompletionKind::Function).detail("script")));
        return items;
    }
    let is_known = |name: &str| items.iter().any(|item| item.label.eq_ignore_ascii_case(name)) || !is_free(spot, name);
    let of_d3: Vec<_> = names::SYSTEM_COMMANDS.iter().filter(|command| !is_known(command.name)).collect();
    items.extend(of_d3.into_iter().map(|command| {
        spot.text(command.name, CompletionKind::Function).detail("D3's own command").documentation(command.doc)
    }));
    items
}

/// Whether no other command has this name.
fn is_free(spot: &Spot<'_>, name: &str) -> bool {
    let mut others = spot.document.manifest.commands.iter().filter(|command| !is_here(spot, command));
    !others.any(|command| command.internal_name.value.eq_ignore_ascii_case(name))
}

fn is_here(spot: &Spot<'_>, command: &Command) -> bool {
    match &spot.place.path[..] {
        [_, Segment::Index(place), ..] => {
            spot.document.command_at(*place).is_some_and(|own| own.range == command.range)
        }
        _ => false,
    }
}

/// The top-level functions that are no commands yet: those that nothing calls come first.
fn undeclared<'a>(spot: &Spot<'a>) -> Vec<&'a Function<'a>> {
    let mut found: Vec<(bool, &Function<'a>)> = Vec::new();
    for (_, analysis) in &spot.document.scripts {
        let model = analysis.model();
        for (name, entry) in &model.scope(MODULE).names {
            let Some(id) = model.top_level_function(name) else { continue };
            if !name.starts_with('_') && is_free(spot, name) && model.function(id).is_top_level() {
                found.push((!entry.references.is_empty(), model.function(id)));
            }
        }
    }
    found.sort_by_key(|(called, function)| (*called, function.node.range.start()));
    found.into_iter().map(|(_, function)| function).collect()
}

/// `(hostname, limit)`.
fn signature(function: &Function<'_>) -> String {
    let mut parameters: Vec<String> = parameters(function).into_iter().map(str::to_owned).collect();
    parameters.extend(function.node.parameters.vararg.as_ref().map(|rest| format!("*{}", rest.name)));
    format!("({})", parameters.join(", "))
}

fn parameters<'a>(function: &Function<'a>) -> Vec<&'a str> {
    function.positional().map(|parameter| parameter.parameter.name.as_str()).collect()
}

/// The names of a command's parameters that no other input has; the one at this place first.
fn parameter_names(spot: &Spot<'_>, command: usize, place: usize) -> Vec<CompletionItem> {
    let Some(command) = spot.document.command_at(command) else { return Vec::new() };
    let mut names = missing_parameters(spot, command, Some(place));
    names.sort_by_key(|(at, ..)| (*at != place, *at));
    let item =
        |(_, name, value_type): (usize, &str, &str)| spot.text(name, CompletionKind::Variable).detail(value_type);
    names.into_iter().map(item).collect()
}

/// The parameters of a command's function, or of D3's own command of that name, that are no inputs yet: place, name, and
/// the type where D3 documents it. The input at `but` does not count.
fn missing_parameters<'a>(
    spot: &Spot<'a>,
    command: &Command,
    but: Option<usize>,
) -> Vec<(usize, &'a str, &'static str)> {
    let documented = names::system_command(&command.internal_name.value).and_then(|system| system.parameters);
    let documented = documented.unwrap_or_default();
    let of_function =
        spot.document.function_of(command).map(|(_, analysis, id)| parameters(analysis.model().function(id)));
    let type_of =
        |name: &str| documented.iter().find(|(known, _)| *known == name).map_or("", |(_, value_type)| value_type);
    let all: Vec<(usize, &str, &str)> = match of_function.filter(|names| !names.is_empty()) {
        Some(names) => names.into_iter().enumerate().map(|(at, name)| (at, name, type_of(name))).collect(),
        None => documented.iter().enumerate().map(|(at, (name, value_type))| (at, *name, *value_type)).collect(),
    };
    let others = command.inputs.iter().enumerate().filter(|(at, _)| Some(*at) != but);
    let given: Vec<&str> = others.map(|(_, input)| input.parameter_name.value.as_str()).collect();
    all.into_iter().filter(|(_, name, _)| !given.contains(name)).collect()
}

/// What a drop-down offers.
fn options(spot: &Spot<'_>, command: usize, place: usize) -> Vec<CompletionItem> {
    let input = spot.document.command_at(command).and_then(|command| command.inputs.get(place));
    let options = input.into_iter().flat_map(|input| &input.options);
    options.map(|option| spot.text(option, CompletionKind::Value)).collect()
}

/// The statuses that an integration's command returns.
fn statuses(spot: &Spot<'_>, command: usize) -> Vec<CompletionItem> {
    if spot.document.manifest.kind == Kind::Utility {
        return Vec::new();
    }
    let name = spot.document.command_at(command).map_or("", |command| command.internal_name.value.as_str());
    names::statuses(name).iter().map(|status| spot.text(status, CompletionKind::Value)).collect()
}

/// The keys that the scripts read and the manifest does not declare, each once.
fn undeclared_keys<'a>(spot: &Spot<'a>) -> Vec<&'a str> {
    let manifest = &spot.document.manifest;
    let reads = |analysis: &'a Analysis| analysis.model().connection_reads.iter().map(|read| read.key);
    let mut keys: Vec<&str> = spot.document.scripts.iter().flat_map(|(_, analysis)| reads(analysis)).collect();
    keys.retain(|key| !key.is_empty() && (*key == spot.typed || manifest.connection_parameter(key).is_none()));
    let mut seen = std::collections::HashSet::new();
    keys.retain(|key| seen.insert(*key));
    keys
}

fn connection_keys(spot: &Spot<'_>) -> Vec<CompletionItem> {
    let keys = undeclared_keys(spot).into_iter();
    keys.map(|key| spot.text(key, CompletionKind::Key).detail("read in the script")).collect()
}

/// The names of connection parameters that D3's pages show.
fn connection_names(spot: &Spot<'_>) -> Vec<CompletionItem> {
    let manifest = &spot.document.manifest;
    let is_free =
        |name: &&&str| **name == spot.typed || manifest.connection_parameter(&names::connection_key(name)).is_none();
    let free = names::CONNECTION_PARAMETERS.iter().filter(is_free);
    free.map(|name| spot.text(name, CompletionKind::Value).detail("shown on D3's pages")).collect()
}

/// Whole elements of a list: what the scripts have and the manifest does not, then an empty one.
fn objects(spot: &Spot<'_>) -> Vec<CompletionItem> {
    let element = |name: &str, value: &Json, detail: &str| {
        let text = format!("{}{}", spaced(value), spot.comma());
        spot.item(name, CompletionKind::Snippet).detail(detail).insert(text)
    };
    match &spot.place.path[..] {
        [Segment::Key(list), Segment::Index(_)] if list == "commands" => {
            let missing = undeclared(spot).into_iter().map(|function| {
                let mut command = json!({ "internalName": function.name() });
                let inputs: Vec<Json> =
                    parameters(function).into_iter().map(|name| json!({ "parameterName": name })).collect();
                if !inputs.is_empty() {
                    command["inputs"] = inputs.into();
                }
                element(function.name(), &command, "function of the script")
            });
            missing.chain(blank(spot, "command", "internalName")).collect()
        }
        [Segment::Key(list), Segment::Index(_)] if list == "connection" => {
            let missing = undeclared_keys(spot).into_iter();
            let missing = missing.map(|key| element(key, &json!({ "parameterName": key }), "read in the script"));
            missing.chain(blank(spot, "connection parameter", "displayName")).collect()
        }
        [Segment::Key(list), Segment::Index(command), Segment::Key(inputs), Segment::Index(_)]
            if list == "commands" && inputs == "inputs" =>
        {
            let command = spot.document.command_at(*command);
            let missing = command.map(|command| missing_parameters(spot, command, None)).unwrap_or_default();
            let missing = missing.into_iter().map(|(_, name, value_type)| {
                let mut input = json!({ "parameterName": name });
                if !value_type.is_empty() {
                    input["parameterType"] = value_type.into();
                }
                element(name, &input, "parameter of the function")
            });
            missing.chain(blank(spot, "input", "parameterName")).collect()
        }
        [.., Segment::Key(list), Segment::Index(_)] => match list.as_str() {
            "keyFields" => blank(spot, "key field", "name").into_iter().collect(),
            "eventFieldMapping" => blank(spot, "field mapping", "fieldName").into_iter().collect(),
            _ => blank(spot, "output", "type").into_iter().collect(),
        },
        _ => Vec::new(),
    }
}

/// A new element with its first key, and the other required ones behind it.
fn blank(spot: &Spot<'_>, label: &str, first: &str) -> Option<CompletionItem> {
    let ShapeKind::Object(keys) = &shape_at(&spot.place.path)?.kind else { return None };
    let required = keys.iter().filter(|key| key.required && key.name != first).map(|key| key.name.as_str());
    let entries = [first].into_iter().chain(required).zip(1..);
    let entries: Vec<String> = entries.map(|(name, number)| format!("{}: \"${number}\"", quoted(name))).collect();
    let text = format!("{{{}\\}}{}", entries.join(", "), spot.comma());
    Some(spot.item(label, CompletionKind::Snippet).detail("new").snippet(text))
}

/// A value on one line, with a blank after `:` and `,`.
fn spaced(value: &Json) -> String {
    let joined = |parts: Vec<String>| parts.join(", ");
    match value {
        Json::Object(entries) => {
            let entries = entries.iter().map(|(key, value)| format!("{}: {}", quoted(key), spaced(value)));
            format!("{{{}}}", joined(entries.collect()))
        }
        Json::Array(elements) => format!("[{}]", joined(elements.iter().map(spaced).collect())),
        plain => plain.to_string(),
    }
}
