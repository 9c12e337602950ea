//! Completion in a test case: its own keys and their values, and commands, inputs and connection parameters, as the manifest
//! beside it declares them.

use super::Case;
use crate::ide::json_word::{JsonWord, quoted};
use crate::ide::{CompletionItem, CompletionKind, describe};
use crate::image::names::{self, ERRORS, OUTPUT_FIELDS, PASSDOWN_DATA, RETURN_DATA, STATUSES};
use crate::manifest::vocabulary::{
    CASE_ATTEMPT_KEYS, CASE_BODY_KEYS, CASE_CALL_KEYS, CASE_ENTRY_KEYS, CASE_ERROR_KEYS, CASE_EXPECT_KEYS, CASE_KEYS,
    CASE_REQUEST_KEYS, CASE_RESPONSE_KEYS, CaseKey, MULTI_SELECT,
};
use crate::manifest::{Command, InputParameter, Manifest, Role, Segment, json, locate};
use crate::text::TextSize;

/// The types whose values are texts in JSON.
const TEXTS: [&str; 2] = ["Text", "DateTime"];

/// The methods that requests have most often.
const METHODS: [&str; 5] = ["GET", "POST", "PUT", "PATCH", "DELETE"];

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
        (Role::Value, ["expect", RETURN_DATA]) => statuses(&word, &case),
        (Role::Value, ["expect", "success"]) => raw(&word, ["true", "false"]),
        (Role::Value, ["http", "request", "method"]) => texts(&word, METHODS),
        (Role::Value, ["d3", "call"]) => commands(&word, manifest, &case.own_calls().unwrap_or_default()),
        (Role::Key, [_]) => own(&word, &case, &place.path, &CASE_KEYS),
        (Role::Key, ["http", _]) => own(&word, &case, &place.path, &CASE_ENTRY_KEYS),
        (Role::Key, ["http", "request", _]) => own(&word, &case, &place.path, &CASE_REQUEST_KEYS),
        (Role::Key, ["http", "response", _]) => response(&word, &case, &place.path),
        (Role::Key, ["d3", _]) => own(&word, &case, &place.path, &CASE_CALL_KEYS),
        (Role::Key, ["expect", _]) => {
            let output = OUTPUT_FIELDS.iter().filter(|field| !field.deprecated).map(|field| (field.name, field.doc));
            let keys: Vec<CaseKey> = CASE_EXPECT_KEYS.into_iter().chain(output).collect();
            own(&word, &case, &place.path, &keys)
        }
        (Role::Key, ["expect", "error", _]) => own(&word, &case, &place.path, &CASE_ERROR_KEYS),
        (Role::Key, ["expect", "attempts", _]) => own(&word, &case, &place.path, &CASE_ATTEMPT_KEYS),
        (Role::Key, ["connection", _]) => {
            let parameters = manifest.connection.iter();
            let known = parameters.map(|one| (&*one.parameter_name.value, describe::connection_parameter(one), TEXT));
            fields(&word, &case, &place.path, known)
        }
        (Role::Key, ["inputs", _]) => inputs(&word, &case, &place.path, declared(manifest, case.command())),
        (Role::Value, ["inputs", name]) => values(&word, &place.path, declared(manifest, case.command()), name),
        (Role::Key, ["d3", "arguments", _]) => {
            inputs(&word, &case, &place.path, declared(manifest, case.called_at(&place.path)))
        }
        (Role::Value, ["d3", "arguments", name]) => {
            values(&word, &place.path, declared(manifest, case.called_at(&place.path)), name)
        }
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

/// The inputs of a command.
fn declared(manifest: &Manifest, command: Option<String>) -> &[InputParameter] {
    command.and_then(|command| manifest.command(&command)).map_or(&[], |command| &command.inputs)
}

fn inputs(word: &JsonWord<'_>, case: &Case<'_>, path: &[Segment], declared: &[InputParameter]) -> Vec<CompletionItem> {
    let value = |input: &InputParameter| if TEXTS.contains(&&*input.parameter_type.value) { TEXT } else { "$1" };
    fields(word, case, path, declared.iter().map(|one| (&*one.parameter_name.value, describe::input(one), value(one))))
}

/// What the input `name` may be, where the manifest says all of it.
fn values(word: &JsonWord<'_>, path: &[Segment], declared: &[InputParameter], name: &str) -> Vec<CompletionItem> {
    let Some(input) = declared.iter().find(|input| input.parameter_name.value == name) else { return Vec::new() };
    let takes_list = input.input_type.as_ref().is_some_and(|kind| kind.value == MULTI_SELECT);
    let in_list = matches!(path.last(), Some(Segment::Index(_)));
    match &*input.parameter_type.value {
        "Boolean" if !in_list => raw(word, ["true", "false"]),
        _ if takes_list == in_list => texts(word, input.options.iter().map(String::as_str)),
        _ => Vec::new(),
    }
}

/// Keys of the case's own format.
fn own(word: &JsonWord<'_>, case: &Case<'_>, path: &[Segment], keys: &[CaseKey]) -> Vec<CompletionItem> {
    fields(word, case, path, keys.iter().map(|&(key, says)| (key, says.to_owned(), value_of(key))))
}

/// Keys of a response, which has one body at most.
fn response(word: &JsonWord<'_>, case: &Case<'_>, path: &[Segment]) -> Vec<CompletionItem> {
    let is_body = |key: &str| key != word.typed && CASE_BODY_KEYS.contains(&key);
    let has_body = case.keys_beside(path).into_iter().any(is_body);
    let keys = CASE_RESPONSE_KEYS.into_iter().filter(|(key, _)| !has_body || !CASE_BODY_KEYS.contains(key));
    own(word, case, path, &keys.collect::<Vec<_>>())
}

/// A place for the value of one of a case's own keys.
fn value_of(key: &str) -> &'static str {
    match key {
        "command" | "now" | "method" | "url" | "text" | "base64" | "call" | "type" | "message" | "outcome"
        | RETURN_DATA | ERRORS => TEXT,
        "http" | "d3" | "logs" | "traceback" => "[$1]",
        "inputs" | "connection" | "expect" | "request" | "response" | "headers" | "arguments" | PASSDOWN_DATA => "{$1}",
        _ => "$1",
    }
}

/// What the command may say in returnData.
fn statuses(word: &JsonWord<'_>, case: &Case<'_>) -> Vec<CompletionItem> {
    texts(word, case.command().map_or(&STATUSES[..], |command| names::statuses(&command)).iter().copied())
}

fn texts<'n>(word: &JsonWord<'_>, values: impl IntoIterator<Item = &'n str>) -> Vec<CompletionItem> {
    values.into_iter().map(|value| word.text(value, CompletionKind::Value)).collect()
}

/// Values that are no texts.
fn raw<'n>(word: &JsonWord<'_>, values: impl IntoIterator<Item = &'n str>) -> Vec<CompletionItem> {
    values.into_iter().map(|value| word.item(value, CompletionKind::Value)).collect()
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
