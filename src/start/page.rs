//! What to enter in D3's forms, in their order and with their labels, as a page of text (D3's page, "Steps to Create
//! Integration Custom Command" and "Steps to Create Utility Custom Command").

use std::fmt::Write;

use serde_json::Value;

use crate::image::names;
use crate::manifest::{Command, ConnectionParameter, DEFAULT_INPUT_TYPE, InputParameter, Kind, Manifest};

/// The width of the labels.
const LABEL: usize = 20;

/// The page for a manifest, or for one command of it.
pub fn page(manifest: &Manifest, only: Option<&str>) -> String {
    let mut out = String::new();
    if manifest.kind == Kind::Integration {
        integration(manifest, &mut out);
    }
    for command in
        manifest.commands.iter().filter(|command| only.is_none_or(|name| command.internal_name.value == name))
    {
        self::command(manifest, command, &mut out);
    }
    out
}

fn title(text: &str, out: &mut String) {
    let gap = if out.is_empty() { "" } else { "\n" };
    let _ = writeln!(out, "{gap}{text}\n{}", "=".repeat(text.chars().count()));
}

fn part(text: &str, out: &mut String) {
    let _ = writeln!(out, "\n{text}\n{}", "-".repeat(text.chars().count()));
}

/// A label and its value; further lines of the value stand below the first.
fn field(label: &str, value: &str, indent: usize, out: &mut String) {
    for (place, line) in value.lines().enumerate() {
        let label = if place == 0 { label } else { "" };
        let _ = writeln!(out, "{:indent$}{label:LABEL$} {line}", "");
    }
}

fn yes(is: bool) -> &'static str {
    if is { "Yes" } else { "No" }
}

fn integration(manifest: &Manifest, out: &mut String) {
    let name = manifest.name.as_ref().or(manifest.internal_name.as_ref()).map_or("", |name| &name.value);
    title(&format!("Integration {name}"), out);
    out.push_str("Configuration > Integration > +\n\n");
    field("Integration Name", if name.is_empty() { "(not in the manifest)" } else { name }, 0, out);
    part("Connection Parameters", out);
    for set in &manifest.connection_sets {
        let _ = writeln!(out, "+ Connection Parameter > {} (a preconfigured set)", set.value);
    }
    if manifest.connection.is_empty() && manifest.connection_sets.is_empty() {
        out.push_str("none\n");
    }
    for (place, parameter) in manifest.connection.iter().enumerate() {
        connection(place, parameter, out);
    }
}

fn connection(place: usize, parameter: &ConnectionParameter, out: &mut String) {
    let key = &parameter.parameter_name.value;
    let shown = parameter.display_name.as_ref().map_or(key, |name| &name.value);
    let _ = writeln!(out, "{}. {shown}", place + 1);
    field("Parameter Name", key, 3, out);
    field("Parameter Type", &parameter.parameter_type.value, 3, out);
    field("Is Required?", yes(parameter.required), 3, out);
    if parameter.secret {
        field("", "a secret: let D3 hide its value", 3, out);
    }
    if let Some(description) = &parameter.description {
        field("Description", description, 3, out);
    }
}

fn command(manifest: &Manifest, command: &Command, out: &mut String) {
    let name = &command.internal_name.value;
    let shown = command.display_name.as_ref().map_or(name, |name| &name.value);
    title(&format!("Command {shown}"), out);
    out.push_str(match manifest.kind {
        Kind::Integration if names::system_command(name).is_some_and(|command| command.ingests) => {
            "in its ingestion container: + Set Up\n\n"
        }
        Kind::Integration if names::system_command(name).is_some() => "+ Custom Command > the template of its name\n\n",
        Kind::Integration => "+ Custom Command\n\n",
        Kind::Utility => "Configuration > Utility Commands > +\n\n",
    });
    field("Implementation", command.implementation.as_str(), 0, out);
    field("Command Display Name", shown, 0, out);
    field("Internal Name", name, 0, out);
    if let Some(category) = &command.category {
        field("Command Category", &category.value, 0, out);
    }
    if let Some(description) = &command.description {
        field("Description", description, 0, out);
    }
    part("Overview > Settings > Features", out);
    match &command.features {
        Some(features) => {
            for feature in names::FEATURES {
                let mark = if features.iter().any(|one| one.value == feature.name) { 'x' } else { ' ' };
                let _ = writeln!(out, "[{mark}] {}", feature.name);
            }
        }
        None => out.push_str("not in the manifest; D3 wants at least one, unless only a schedule runs the command\n"),
    }
    part("Overview > Inputs > New Input Parameter", out);
    if command.inputs.is_empty() {
        out.push_str("none\n");
    }
    for input in &command.inputs {
        self::input(input, out);
    }
    outputs(manifest, command, out);
}

fn input(input: &InputParameter, out: &mut String) {
    let name = &input.parameter_name.value;
    let input_type = input.input_type.as_ref().map_or(DEFAULT_INPUT_TYPE, |one| &one.value);
    let _ = writeln!(out, "{}. {name}", input.index);
    field("Parameter Name", name, 3, out);
    field("Display Name", input.display_name.as_ref().map_or(name, |name| &name.value), 3, out);
    field("Parameter Type", &input.parameter_type.value, 3, out);
    field("Is Required?", yes(input.required), 3, out);
    field("Parameter Index", &input.index.to_string(), 3, out);
    field("Input Type", input_type, 3, out);
    field("Options Input", &input.options.join("\n"), 3, out);
    field("Default Value", &plain(input.default.as_ref()), 3, out);
    field("Description", input.description.as_deref().unwrap_or_default(), 3, out);
    field("Sample Data", &plain(input.sample_data.as_ref()), 3, out);
}

/// A value as it is typed into a form: a text as it is, anything else as JSON.
fn plain(value: Option<&Value>) -> String {
    match value {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) => text.clone(),
        Some(value @ (Value::Object(_) | Value::Array(_))) => serde_json::to_string_pretty(value).unwrap_or_default(),
        Some(value) => value.to_string(),
    }
}

fn outputs(manifest: &Manifest, command: &Command, out: &mut String) {
    // The manifest's own text has samples that reading it leaves out.
    let text = &manifest.text[command.range.start().to_usize()..command.range.end().to_usize()];
    let entry: Value = serde_json::from_str(text).unwrap_or_default();
    let list = |key: &str| entry["outputs"][key].as_array().cloned().unwrap_or_default();
    let text = |value: &Value| value.as_str().unwrap_or("Text").to_owned();
    part("Overview > Outputs", out);
    let groups = [
        (names::RAW_DATA, "Raw Data > + Add Raw Data"),
        ("keyFields", "Key Fields > Add Key Fields"),
        (names::RETURN_DATA, "Return Data > Add Return Data"),
    ];
    let mut is_empty = true;
    for (key, label) in groups {
        for value in list(key) {
            is_empty = false;
            let _ = writeln!(out, "{label}");
            if let Some(name) = value["name"].as_str() {
                field("Field Name", name, 3, out);
            }
            field("Type", &text(&value["type"]), 3, out);
            if let Some(path) = value["jsonPath"].as_str() {
                field("JSON Path", path, 3, out);
            }
            field("Sample Data", &plain(value.get("sampleData")), 3, out);
        }
    }
    if is_empty {
        out.push_str("not in the manifest\n");
    }
    if !command.event_field_mapping.is_empty() {
        part("Set up Event Field Mapping > + Add Field", out);
        for (field, source) in &command.event_field_mapping {
            let _ = writeln!(out, "{:LABEL$} {}", field.value, source.value);
        }
    }
}
