//! JSON paths into the sample of the raw data.

use serde_json::Value as Json;

use super::Spot;
use crate::ide::{CompletionItem, CompletionKind};
use crate::image::names;

/// A list of more paths is no help.
const MOST: usize = 200;

/// The paths of a command's key fields: from the raw data.
pub(super) fn of_key_field(spot: &Spot<'_>, command: usize) -> Vec<CompletionItem> {
    samples(spot, command).iter().flat_map(|sample| items(spot, sample)).collect()
}

/// The paths of a command's event fields: from one item of the raw data, which is a list or holds one.
pub(super) fn of_event_field(spot: &Spot<'_>, command: usize) -> Vec<CompletionItem> {
    let list = |sample: &Json| match sample {
        Json::Array(list) => list.first().cloned(),
        Json::Object(fields) => fields.get(names::ERROR_KEYS[0])?.as_array()?.first().cloned(),
        _ => None,
    };
    samples(spot, command).iter().filter_map(list).flat_map(|item| items(spot, &item)).collect()
}

fn samples(spot: &Spot<'_>, command: usize) -> Vec<Json> {
    let command = spot.document.command_at(command);
    let raw = command.into_iter().flat_map(|command| &command.outputs.raw_data);
    raw.filter_map(|output| Some(output.sample_data.as_ref()?.value.clone())).collect()
}

fn items(spot: &Spot<'_>, sample: &Json) -> Vec<CompletionItem> {
    let mut found = Vec::new();
    steps(sample, "$".to_owned(), &mut found);
    let item = |(path, value): (String, String)| spot.text(&path, CompletionKind::Value).detail(value);
    found.into_iter().map(item).collect()
}

/// The paths below `path`, each with what it finds in the sample. Of a list, its first element stands for all.
fn steps(value: &Json, path: String, found: &mut Vec<(String, String)>) {
    if found.len() == MOST {
        return;
    }
    match value {
        Json::Object(fields) => {
            for (name, value) in fields {
                let path = if is_plain(name) {
                    format!("{path}.{name}")
                } else {
                    format!("{path}['{}']", name.replace('\\', "\\\\").replace('\'', "\\'"))
                };
                push(&path, value, found);
                steps(value, path, found);
            }
        }
        Json::Array(elements) => {
            let path = format!("{path}[*]");
            if let Some(first) = elements.first() {
                push(&path, first, found);
                steps(first, path, found);
            }
        }
        _ => {}
    }
}

fn push(path: &str, value: &Json, found: &mut Vec<(String, String)>) {
    let shown = match value {
        Json::Object(_) => "object".to_owned(),
        Json::Array(_) => "list".to_owned(),
        plain => plain.to_string().chars().take(40).collect(),
    };
    if found.len() < MOST {
        found.push((path.to_owned(), shown));
    }
}

/// Whether every dialect takes a name bare behind a dot.
fn is_plain(name: &str) -> bool {
    let mut letters = name.chars();
    letters.next().is_some_and(|first| first.is_ascii_alphabetic() || first == '_')
        && letters.all(|letter| letter.is_ascii_alphanumeric() || letter == '_')
}
