//! Completion in a test case: its own keys, and commands, inputs and connection parameters, as the manifest beside it declares them.

use super::Case;
use crate::ide::json_word::{JsonWord, quoted};
use crate::ide::{CompletionItem, CompletionKind, describe};
use crate::manifest::vocabulary::CASE_KEYS;
use crate::manifest::{Command, InputParameter, Manifest, Role, Segment, json, locate};
use crate::text::TextSize;

/// The types whose values are texts in JSON.
const TEXTS: [&str; 2] = ["Text", "DateTime"];

/// A place for a text.
const TEXT: &str = "\"$1\"";

/// What can stand at `offset` of a case's text beside `manifest`, in the manifest's order. The text may be half-typed.
pub fn complete_case(case: &str, manifest: &Manifest, offset: TextSize) -> Vec<CompletionItem> {
    let Some((place, root)) = locate(case, offset).zip(json::read_any(case)) else { return Vec::new() };
    let integration = manifest.internal_name.as_ref().map(|name| name.value.as_str());
    let case = Case { text: case, root, integration };
    let word = JsonWord::new(case.text, &place, offset);
    let keys: Vec<&str> = place.path.iter().filter_map(Segment::as_key).collect();
    let mut items = match (place.role, &keys[..]) {
        (Role::Value, ["command"]) => commands(&word, manifest, ""),
        (Role::Value, ["d3", "call"]) => commands(&word, manifest, &case.own_calls().unwrap_or_default()),
        (Role::Key, [_]) => {
            let known = CASE_KEYS.iter().map(|&(key, says)| (key, says.to_owned(), value_of(key)));
            fields(&word, &case, &place.path, known)
        }
        (Role::Key, ["connection", _]) => {
            let parameters = manifest.connection.iter();
            let known = parameters.map(|one| (&*one.parameter_name.value, describe::connection_parameter(one), TEXT));
            fields(&word, &case, &place.path, known)
        }
        (Role::Key, ["inputs", _]) => inputs(&word, &case, &place.path, manifest, case.command()),
        (Role::Key, ["d3", "arguments", _]) => inputs(&word, &case, &place.path, manifest, case.called_at(&place.path)),
        _ => Vec::new(),
    };
    for (order, item) in items.iter_mut().enumerate() {
        item.sort = format!("{order:04}");
    }
    items
}

fn commands(word: &JsonWord<'_>, manifest: &Manifest, prefix: &str) -> Vec<CompletionItem> {
    let commands = manifest.python_commands();
    let item = |command: &Command| {
        let name = format!("{prefix}{}", command.internal_name.value);
        let detail = command.display_name.as_ref().map(|name| name.value.clone()).unwrap_or_default();
        word.text(&name, CompletionKind::Function).detail(detail).documentation(describe::command(command))
    };
    commands.map(item).collect()
}

fn inputs(
    word: &JsonWord<'_>,
    case: &Case<'_>,
    path: &[Segment],
    manifest: &Manifest,
    command: Option<String>,
) -> Vec<CompletionItem> {
    let inputs = command.and_then(|command| manifest.command(&command)).map(|command| &command.inputs[..]);
    let value = |input: &InputParameter| if TEXTS.contains(&&*input.parameter_type.value) { TEXT } else { "$1" };
    let known = inputs.unwrap_or_default().iter();
    fields(word, case, path, known.map(|one| (&*one.parameter_name.value, describe::input(one), value(one))))
}

/// A place for the value of one of a case's own keys.
fn value_of(key: &str) -> &'static str {
    match key {
        "command" | "now" => TEXT,
        "http" | "d3" => "[$1]",
        _ => "{$1}",
    }
}

/// Keys of an object that it has not yet, each with a place for its value.
fn fields<'n>(
    word: &JsonWord<'_>,
    case: &Case<'_>,
    path: &[Segment],
    known: impl Iterator<Item = (&'n str, String, &'static str)>,
) -> Vec<CompletionItem> {
    let given = case.keys_beside(path);
    let missing = known.filter(|(name, ..)| *name == word.typed || !given.contains(name));
    let item = |(name, text, value): (&'n str, String, &'static str)| {
        let item = word.item(name, CompletionKind::Property).documentation(text);
        match word.next {
            Some(':') => item.insert(quoted(name)),
            _ => item.snippet(format!("{}: {value}{}", quoted(name), word.comma())),
        }
    };
    missing.map(item).collect()
}
