//! Edits of a manifest's text that keep its formatting: indentation, line ends, one key a line or all on one.
//!
//! Each returns no edit where the manifest is too broken to take one.

use serde_json::{Value as Json, json};

use crate::text::{Edit, TextRange, TextSize};

use super::json::{Node, Value};
use super::{Command, Implementation, Kind, Manifest, Segment, Status, key};

/// Adds a Python command with inputs of these names. In an integration all Python commands become
/// Draft, as in D3 (D3's page, "Integration Command Status").
pub fn add_command(manifest: &Manifest, internal_name: &str, inputs: &[&str]) -> Vec<Edit> {
    let mut command = json!({ "internalName": internal_name });
    if !inputs.is_empty() {
        command["inputs"] = inputs.iter().map(|name| json!({ "parameterName": name })).collect();
    }
    let mut edits = append(manifest, &[key("commands")], &command);
    if manifest.kind == Kind::Integration && !edits.is_empty() {
        edits.extend(set_all_to_draft(manifest));
    }
    edits.sort_by_key(|edit| edit.range.start());
    edits
}

/// Sets each Python command that is Live to Draft.
pub fn set_all_to_draft(manifest: &Manifest) -> Vec<Edit> {
    let live = manifest
        .commands
        .iter()
        .filter(|command| command.implementation == Implementation::Python && command.status.value == Status::Live);
    live.map(|command| Edit::replace(command.status.range, "Draft")).collect()
}

/// Adds a connection parameter that scripts read under `key_name`; `flags` are the keys of it that are `true`.
pub fn add_connection_parameter(manifest: &Manifest, key_name: &str, flags: &[&str]) -> Vec<Edit> {
    let mut parameter = json!({ "parameterName": key_name });
    for flag in flags {
        parameter[flag] = json!(true);
    }
    append(manifest, &[key("connection")], &parameter)
}

/// Adds a top-level import name to `libraries`.
pub fn add_library(manifest: &Manifest, import_name: &str) -> Vec<Edit> {
    append(manifest, &[key("libraries")], &json!(import_name))
}

/// Makes the inputs of a command of this manifest those named, in that order: an input of that name is kept, one
/// whose name is no longer wanted is renamed to the new name at its place, others are added or removed.
pub fn set_inputs(manifest: &Manifest, command: &Command, names: &[&str]) -> Vec<Edit> {
    let Some(place) = place_of(manifest, command) else {
        return Vec::new();
    };
    let path = [key("commands"), Segment::Index(place), key("inputs")];
    let old = elements(manifest, &path);
    if old.iter().any(|node| !matches!(node.value, Value::Object(_))) {
        return Vec::new();
    }
    let (Some(last), false) = (old.last(), names.is_empty()) else {
        return replace_inputs(manifest, &path, names);
    };
    // In list order; in a sane manifest also the order of the indexes.
    let mut by_index: Vec<&Node> = old.iter().collect();
    by_index.sort_by_key(|node| command.inputs.iter().position(|input| input.range == node.range));
    let taken = |node: &Node| {
        command
            .inputs
            .iter()
            .any(|input| input.range == node.range && names.contains(&input.parameter_name.value.as_str()))
    };
    let mut texts = Vec::with_capacity(names.len());
    for (slot, name) in names.iter().enumerate() {
        let same = command.inputs.iter().find(|input| input.parameter_name.value == *name);
        let reused = match same {
            Some(input) => old.iter().find(|node| node.range == input.range),
            None => by_index.get(slot).copied().filter(|node| !taken(node)),
        };
        texts.push(match reused {
            Some(node) => renamed(manifest, node, name, slot),
            None => {
                let mut value = json!({ "parameterName": name });
                if old.iter().any(|node| node.get("index").is_some()) {
                    value["index"] = json!(slot);
                }
                Style::of(manifest).like(last, &value)
            }
        });
    }
    let mut edits = Vec::new();
    for (node, text) in old.iter().zip(&texts) {
        if slice(manifest, node.range) != text {
            edits.push(Edit::replace(node.range, text.clone()));
        }
    }
    if let (Some(keep), true) = (texts.len().checked_sub(1).and_then(|index| old.get(index)), texts.len() < old.len()) {
        edits.push(Edit::delete(TextRange::new(keep.range.end(), last.range.end())));
    }
    if texts.len() > old.len() {
        let separator = separator(manifest, old, manifest.node(&path));
        let added: String = texts[old.len()..].iter().map(|text| format!("{separator}{text}")).collect();
        edits.push(Edit::insert(last.range.end(), added));
    }
    edits
}

fn replace_inputs(manifest: &Manifest, path: &[Segment], names: &[&str]) -> Vec<Edit> {
    let value: Json = names.iter().map(|name| json!({ "parameterName": name })).collect();
    match manifest.node(path) {
        Some(node) => {
            let style = Style::of(manifest);
            let text = style.render(&value, style.indent_at(node.range.start()));
            vec![Edit::replace(node.range, text)]
        }
        None if names.is_empty() => Vec::new(),
        None => set(manifest, &path[..path.len() - 1], "inputs", &value),
    }
}

/// The text of an input under another name and, where it gives one, another index.
fn renamed(manifest: &Manifest, node: &Node, name: &str, index: usize) -> String {
    let mut edits = Vec::new();
    match node.get("parameterName") {
        Some(value) if value.text().is_some_and(|text| text.value == name) => {}
        Some(value) => edits.push(Edit::replace(value.range, json!(name).to_string())),
        None => edits.push(Edit::insert(node.bracket().end(), format!("\"parameterName\": {}, ", json!(name)))),
    }
    if let Some(value) = node.get("index") {
        edits.push(Edit::replace(value.range, index.to_string()));
    }
    edits.sort_by_key(|edit| edit.range.start());
    for edit in &mut edits {
        edit.range -= node.range.start();
    }
    crate::text::apply(slice(manifest, node.range), &edits)
}

/// Adds `value` as the last element of the list at `path`; makes the list where its parent lacks it.
pub fn append(manifest: &Manifest, path: &[Segment], value: &Json) -> Vec<Edit> {
    let style = Style::of(manifest);
    let Some(node) = manifest.node(path) else {
        let Some((Segment::Key(last), parents)) = path.split_last() else {
            return Vec::new();
        };
        return set(manifest, parents, last, &json!([value]));
    };
    let Value::List(elements) = &node.value else {
        return Vec::new();
    };
    match elements.last() {
        Some(last) => {
            let separator = separator(manifest, elements, Some(node));
            vec![Edit::insert(last.range.end(), separator + &style.like(last, value))]
        }
        None => {
            let indent = style.indent_at(node.range.start());
            vec![Edit::replace(node.range, style.render(&json!([value]), indent))]
        }
    }
}

/// Gives the object at `path` the key `name` with `value`, in place of the value it has.
pub fn set(manifest: &Manifest, path: &[Segment], name: &str, value: &Json) -> Vec<Edit> {
    let style = Style::of(manifest);
    let Some(Node { value: Value::Object(properties), range }) = manifest.node(path) else {
        return Vec::new();
    };
    if let Some(property) = properties.iter().rev().find(|property| property.key.value == name) {
        let indent = style.indent_at(property.value.range.start());
        return vec![Edit::replace(property.value.range, style.render(value, indent))];
    }
    let Some(last) = properties.last() else {
        let indent = style.indent_at(range.start());
        return vec![Edit::replace(*range, style.render(&json!({ name: value }), indent))];
    };
    let key_start = last.key.range.start() - TextSize::new(1);
    let before = match properties.len() {
        1 => range.start() + TextSize::new(1),
        count => properties[count - 2].value.range.end(),
    };
    let blanks: String = slice(manifest, TextRange::new(before, key_start)).trim_start_matches([',', ' ']).to_owned();
    let own_line = blanks.starts_with(['\r', '\n']);
    let gap = if own_line { format!(",{blanks}") } else { ", ".to_owned() };
    let rendered = if own_line { style.render(value, style.indent_at(key_start)) } else { inline(value) };
    vec![Edit::insert(last.value.range.end(), format!("{gap}{}: {rendered}", json!(name)))]
}

/// What stands between two elements of a list.
fn separator(manifest: &Manifest, elements: &[Node], list: Option<&Node>) -> String {
    let (Some(last), Some(list)) = (elements.last(), list) else {
        return ", ".to_owned();
    };
    let before = match elements.len() {
        1 => list.bracket().end(),
        count => elements[count - 2].range.end(),
    };
    let gap = slice(manifest, TextRange::new(before, last.range.start())).trim_start_matches([',', ' ', '\t']);
    if gap.contains('\n') { format!(",{gap}") } else { ", ".to_owned() }
}

fn elements<'a>(manifest: &'a Manifest, path: &[Segment]) -> &'a [Node] {
    match manifest.node(path) {
        Some(Node { value: Value::List(elements), .. }) => elements,
        _ => &[],
    }
}

fn place_of(manifest: &Manifest, command: &Command) -> Option<usize> {
    elements(manifest, &[key("commands")]).iter().position(|node| node.range == command.range)
}

fn slice(manifest: &Manifest, range: TextRange) -> &str {
    &manifest.text[range.start().to_usize()..range.end().to_usize()]
}

/// How a manifest is laid out.
struct Style<'a> {
    manifest: &'a Manifest,
    /// One step of indentation; `None` where all stands on one line.
    unit: Option<&'a str>,
    newline: &'static str,
}

impl<'a> Style<'a> {
    fn of(manifest: &'a Manifest) -> Self {
        // The first line tells, as looking through all of a long manifest takes its time.
        let first = manifest.text.split_inclusive('\n').next();
        let newline = if first.is_some_and(|line| line.ends_with("\r\n")) { "\r\n" } else { "\n" };
        let unit = match &manifest.root {
            Some(Node { value: Value::Object(properties), range }) => properties.first().and_then(|first| {
                let gap = slice(manifest, TextRange::new(range.start(), first.key.range.start()));
                gap.rsplit_once('\n').map(|(_, indent)| indent.trim_end_matches('"'))
            }),
            _ => None,
        };
        Self { manifest, unit: unit.map(|unit| if unit.is_empty() { "  " } else { unit }), newline }
    }

    /// The blanks at the start of the line that holds `offset`.
    fn indent_at(&self, offset: TextSize) -> &'a str {
        let before = &self.manifest.text[..offset.to_usize()];
        let start = before.rfind(['\n', '\r']).map_or(0, |index| index + 1);
        let line = &self.manifest.text[start..];
        &line[..line.len() - line.trim_start_matches([' ', '\t']).len()]
    }

    /// `value` as `sibling` is written: on one line, or over several.
    fn like(&self, sibling: &Node, value: &Json) -> String {
        if slice(self.manifest, sibling.range).contains('\n') {
            self.render(value, self.indent_at(sibling.range.start()))
        } else {
            inline(value)
        }
    }

    /// `value` on a line that `indent` starts, over several lines where the manifest is.
    fn render(&self, value: &Json, indent: &str) -> String {
        self.unit.map_or_else(|| inline(value), |unit| spread(value, indent, unit, self.newline))
    }
}

/// The text of a new JSON file: one key a line.
pub fn document(value: &Json) -> String {
    spread(value, "", "  ", "\n") + "\n"
}

/// `value` with one key a line, on a line that `indent` starts; lists of plain values stay on one line.
fn spread(value: &Json, indent: &str, unit: &str, newline: &str) -> String {
    let deeper = format!("{indent}{unit}");
    let parts: Vec<String> = match value {
        Json::Object(entries) if !entries.is_empty() => entries
            .iter()
            .map(|(key, value)| format!("{}: {}", json!(key), spread(value, &deeper, unit, newline)))
            .collect(),
        Json::Array(elements) if elements.iter().any(Json::is_object) => {
            elements.iter().map(|element| spread(element, &deeper, unit, newline)).collect()
        }
        _ => return inline(value),
    };
    let (open, close) = if value.is_object() { ('{', '}') } else { ('[', ']') };
    let body = parts.join(&format!(",{newline}{deeper}"));
    format!("{open}{newline}{deeper}{body}{newline}{indent}{close}")
}

/// `value` on one line, with a blank after `:` and `,`.
fn inline(value: &Json) -> String {
    match value {
        Json::Object(entries) => {
            let parts: Vec<_> =
                entries.iter().map(|(key, value)| format!("{}: {}", json!(key), inline(value))).collect();
            format!("{{{}}}", parts.join(", "))
        }
        Json::Array(elements) => {
            format!("[{}]", elements.iter().map(inline).collect::<Vec<_>>().join(", "))
        }
        plain => plain.to_string(),
    }
}
