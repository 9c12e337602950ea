//! What a manifest says against D3's rules, beyond keys and types (D3903, D3904).

use std::collections::HashSet;

use crate::diagnostic::{Applicability, Severity};
use crate::text::{Edit, Spanned, TextRange, TextSize, nearest};

use super::json::{Node, Value};
use super::shape::Errors;
use super::{
    Command, Implementation, Kind, Manifest, ManifestError, ManifestErrorKind, Status, inputs, json_path, read,
    vocabulary,
};

/// Checks everything below `root`, from which `manifest` was read.
pub(super) fn check(root: &Node, manifest: &Manifest, errors: &mut Errors) {
    version(root, errors);
    if let Some(Node { value: Value::Text(kind), .. }) = root.get("kind")
        && vocabulary::KINDS.contains(&kind.as_str())
    {
        misplaced_keys(root, manifest.kind, errors);
    }
    for key in ["script", "systemScript", "liveScript"] {
        path(root, key, errors);
    }
    if let Some(name) = root.get("internalName").and_then(Node::text)
        && !is_identifier(&name.value)
    {
        bad_name(root, &name, "the integration's internal name", errors);
    }
    libraries(root, errors);
    connection(root, errors);
    let mut names = HashSet::new();
    for node in root.list("commands") {
        command(node, manifest, &mut names, errors);
    }
    mixed_status(manifest, errors);
}

fn version(root: &Node, errors: &mut Errors) {
    let Some(node @ Node { value: Value::Number(number), .. }) = root.get("version") else {
        return;
    };
    if number != "1" && number.parse::<u32>().is_ok() {
        let message = format!("version {number} is not supported; this d3ls reads version 1");
        errors.add(node.range, message);
    }
}

/// Keys that only the other kind of manifest has.
fn misplaced_keys(root: &Node, kind: Kind, errors: &mut Errors) {
    match kind {
        Kind::Utility => {
            for (key, message) in [
                (
                    "connection",
                    "a utility manifest has no `connection`: utility commands can't read `runtime['connector']`; remove it",
                ),
                ("connectionSets", "a utility manifest has no `connectionSets`; remove it"),
                ("script", "in a utility manifest each command names its own `script`; move it to the command"),
                ("liveScript", "in a utility manifest each command names its own `liveScript`; move it to the command"),
            ] {
                if let Some(property) = root.property(key) {
                    errors.add(property.key.range, message);
                }
            }
        }
        Kind::Integration => {
            for node in root.list("commands") {
                for (key, message) in [
                    (
                        "script",
                        "all Python commands of an integration share one script; name it at the top of the manifest",
                    ),
                    (
                        "liveScript",
                        "all Python commands of an integration share one script; name it at the top of the manifest",
                    ),
                    ("category", "only utility commands have a `category`; remove it"),
                ] {
                    if let Some(property) = node.property(key) {
                        errors.add(property.key.range, message);
                    }
                }
            }
        }
    }
}

/// A script's path: relative, with `/`, below the manifest's folder.
fn path(node: &Node, key: &str, errors: &mut Errors) {
    let Some(value) = node.get(key) else { return };
    let Some(text) = value.text() else { return };
    let path = text.value.as_str();
    let drive = path.as_bytes().get(1) == Some(&b':') && path.as_bytes()[0].is_ascii_alphabetic();
    if path.is_empty() {
        errors.add(value.range, format!("`{key}` is empty; name a file or remove it"));
    } else if path.starts_with(['/', '\\']) || drive {
        errors.add(value.mark(), format!("`{key}` is an absolute path; write it relative to the manifest"));
    } else if path.contains('\\') {
        let edit = Edit::replace(value.inner(), path.replace('\\', "/"));
        let fix = ("Use `/` between folders".to_owned(), vec![edit], Applicability::Safe);
        errors.add_fixed(value.mark(), format!("`{key}` has `\\`; write `/` between folders"), fix);
    } else if path.split('/').any(|step| step == "..") {
        let message = format!("`{key}` leaves the manifest's folder; a script stands beside its manifest or below");
        errors.add(value.mark(), message);
    }
}

fn libraries(root: &Node, errors: &mut Errors) {
    for node in root.list("libraries") {
        let Some(name) = node.text() else { continue };
        if name.value.contains('.') && name.value.split('.').all(is_identifier) {
            let top = name.value.split('.').next().unwrap_or_default();
            let fix = (format!("Change to `{top}`"), vec![Edit::replace(node.inner(), top)], Applicability::Safe);
            errors.add_fixed(node.mark(), format!("`libraries` holds top-level import names; write `{top}`"), fix);
        } else if !is_identifier(&name.value) {
            let message = format!("`{}` is no import name; write the name that `import` takes", name.value);
            errors.add(node.mark(), message);
        }
    }
}

fn connection(root: &Node, errors: &mut Errors) {
    let mut names = HashSet::new();
    for node in root.list("connection").iter().filter(|node| matches!(node.value, Value::Object(_))) {
        let given = node.get("parameterName").and_then(Node::text);
        if let Some(name) = &given {
            connection_key(node, name, errors);
        }
        if node.get("parameterName").is_none() && node.get("displayName").is_none() {
            errors
                .add(node.bracket(), "this connection parameter has no `displayName` and no `parameterName`; add one");
            continue;
        }
        let name = given.or_else(|| {
            let display = node.get("displayName").and_then(Node::text)?;
            Some(Spanned::new(read::without_blanks(&display.value).to_lowercase(), display.range))
        });
        if let Some(name) = name
            && !names.insert(name.value.clone())
        {
            errors.add(
                name.range,
                format!("there is a connection parameter `{}` already; rename or remove one", name.value),
            );
        }
    }
}

/// Keys of `runtime['connector']` are lower case without spaces (D3's page, "Connection Parameters").
fn connection_key(node: &Node, name: &Spanned<String>, errors: &mut Errors) {
    let wanted = read::without_blanks(&name.value).to_lowercase();
    let mark = node.get("parameterName").map_or(name.range, Node::mark);
    if wanted.is_empty() {
        errors.add(mark, "`parameterName` is empty; write the key that the script reads");
    } else if wanted != name.value {
        let fix = (format!("Change to `{wanted}`"), vec![Edit::replace(name.range, &*wanted)], Applicability::Safe);
        let message = format!("connection keys are lower case without spaces in D3; write `{wanted}`");
        errors.add_fixed(mark, message, fix);
    }
}

fn command(node: &Node, manifest: &Manifest, names: &mut HashSet<String>, errors: &mut Errors) {
    let Some(name) = node.get("internalName").and_then(Node::text) else {
        return;
    };
    let python = matches!(node.get("implementation"), None | Some(Node { value: Value::Text(_), .. }))
        && node.get("implementation").and_then(Node::text).is_none_or(|word| word.value == "Python");
    if name.value.is_empty() || (python && !is_identifier(&name.value)) {
        bad_name(node, &name, "an internal name", errors);
    } else if !names.insert(name.value.clone()) {
        errors.add(name.range, format!("there is a command `{}` already; rename or remove one", name.value));
    }
    for key in ["script", "liveScript"] {
        path(node, key, errors);
    }
    connection_set(node, manifest, errors);
    if let Some(property) = node.property("eventFieldMapping")
        && !vocabulary::is_ingestion(&name.value)
        && !matches!(&property.value.value, Value::List(fields) if fields.is_empty())
    {
        errors.add(property.key.range, "only fetchEvent and fetchIncident have an event field mapping; remove it");
    }
    features(node, &name.value, errors);
    inputs::check(node, errors);
    outputs(node, &name.value, manifest.kind, errors);
}

fn bad_name(node: &Node, name: &Spanned<String>, what: &str, errors: &mut Errors) {
    let mark = node.get("internalName").map_or(name.range, Node::mark);
    let wanted = pascal_case(&name.value);
    let message = format!("{what} is a Python name: letters, digits and `_`, no digit first");
    if is_identifier(&wanted) && wanted != name.value {
        let fix = (format!("Change to `{wanted}`"), vec![Edit::replace(name.range, &*wanted)], Applicability::Offered);
        errors.add_fixed(mark, message, fix);
    } else {
        errors.add(mark, message);
    }
}

/// As D3 makes internal names from display names: `check device` to `CheckDevice`.
fn pascal_case(text: &str) -> String {
    let words = text.split(|character: char| !character.is_alphanumeric() && character != '_');
    words
        .flat_map(|word| {
            let mut characters = word.chars();
            characters.next().into_iter().flat_map(char::to_uppercase).chain(characters)
        })
        .collect()
}

/// Whether `name` can be the name of a Python function.
pub(super) fn is_identifier(name: &str) -> bool {
    let mut characters = name.chars();
    characters.next().is_some_and(|first| first.is_alphabetic() || first == '_')
        && characters.all(|character| character.is_alphanumeric() || character == '_')
}

/// An SQL command needs the connection set of its name (D3's page, "MS SQL / Oracle / MySQL / ODBC").
fn connection_set(node: &Node, manifest: &Manifest, errors: &mut Errors) {
    let Some(word) = node.get("implementation").and_then(Node::text) else {
        return;
    };
    if !vocabulary::CONNECTION_SETS.contains(&word.value.as_str())
        || manifest.connection_sets.iter().any(|set| set.value == word.value)
    {
        return;
    }
    let message = format!("a command of {0} needs the connection set {0}; add it to `connectionSets`", word.value);
    if manifest.kind == Kind::Utility {
        errors.add(
            word.range,
            format!("a command of {0} needs the connection set {0}, which only integrations have", word.value),
        );
    } else {
        let edits = super::edits::append(manifest, &[super::key("connectionSets")], &word.value.as_str().into());
        let fix = (format!("Add the connection set {}", word.value), edits, Applicability::Offered);
        errors.add_fixed(word.range, message, fix);
    }
}

fn features(node: &Node, name: &str, errors: &mut Errors) {
    let Some(features @ Node { value: Value::List(words), .. }) = node.get("features") else {
        return;
    };
    let scheduled = vocabulary::is_ingestion(name) || vocabulary::TEST_CONNECTION.eq_ignore_ascii_case(name);
    if words.is_empty() && !scheduled {
        let message = "no feature is selected, so only a schedule can run this command; add at least one";
        errors.push(Severity::Info, features.range, message.to_owned(), None);
    }
}

fn outputs(node: &Node, command: &str, kind: Kind, errors: &mut Errors) {
    for field in node.list("eventFieldMapping") {
        // A source field may be a plain name too.
        if let Some(value @ Node { value: Value::Text(path), .. }) = field.get("sourceField")
            && (path.starts_with('$') || path.is_empty())
        {
            path_in(value, errors);
        }
    }
    let Some(outputs) = node.get("outputs") else {
        return;
    };
    for field in outputs.list("keyFields") {
        if let Some(value) = field.get("jsonPath") {
            path_in(value, errors);
        }
    }
    if kind == Kind::Integration {
        outputs.list("returnData").iter().for_each(|output| return_status(output, command, errors));
    }
}

fn path_in(value: &Node, errors: &mut Errors) {
    let Some(text) = value.text() else { return };
    let Some((range, reason)) = json_path::check(&text.value) else {
        return;
    };
    let inner = value.inner();
    // Escapes shift offsets: then the whole path is pointed at.
    let plain = inner.len().to_usize() == text.value.len() && !range.is_empty();
    let size = |offset: usize| TextSize::try_from(offset).unwrap_or_default();
    let mark = if plain { TextRange::new(size(range.start), size(range.end)) + inner.start() } else { value.mark() };
    errors.add(mark, format!("this is no JSON path: {reason}"));
}

/// The sample of a Text returnData of an integration command is a status.
fn return_status(output: &Node, command: &str, errors: &mut Errors) {
    let typed = output.get("type").and_then(Node::text);
    if typed.is_some_and(|word| word.value != super::DEFAULT_TYPE) {
        return;
    }
    let Some(sample) = output.get("sampleData") else {
        return;
    };
    let text = match &sample.value {
        Value::Text(text) if text.is_empty() => return,
        Value::Text(text) => text.as_str(),
        _ => "",
    };
    let ingestion = vocabulary::is_ingestion(command).then_some(&vocabulary::NO_DATA_STATUS);
    let known: Vec<&str> = vocabulary::RETURN_STATUSES.iter().chain(ingestion).copied().collect();
    if known.contains(&text) {
        return;
    }
    let message = format!("returnData is the command's status: {}", known.join(", "));
    let fix = nearest(text, known)
        .map(|near| (format!("Change to `{near}`"), vec![Edit::replace(sample.inner(), near)], Applicability::Safe));
    errors.push(Severity::Info, sample.mark(), message, fix);
}

/// Whether a command's status is given as one of the words, or not at all; another word is reported as such.
fn known_status(manifest: &Manifest, command: &Command) -> bool {
    let range = command.status.range;
    range == command.internal_name.range
        || vocabulary::STATUSES.contains(&&manifest.text[range.start().to_usize()..range.end().to_usize()])
}

/// All Python commands of one integration share a status (D3's page, "Custom Command Status").
fn mixed_status(manifest: &Manifest, errors: &mut Errors) {
    if manifest.kind == Kind::Utility {
        return;
    }
    let python = |status| {
        manifest.commands.iter().filter(move |command: &&Command| {
            command.implementation == Implementation::Python
                && command.status.value == status
                && known_status(manifest, command)
        })
    };
    let (Some(draft), Some(live)) = (python(Status::Draft).next(), python(Status::Live).next()) else {
        return;
    };
    let message = format!(
        "`{}` is Live and `{}` is Draft, but all Python commands of an integration share one status; set all to Draft",
        live.internal_name.value, draft.internal_name.value,
    );
    let edits = python(Status::Live).map(|command| Edit::replace(command.status.range, "Draft")).collect();
    errors.list.push(ManifestError {
        kind: ManifestErrorKind::MixedStatus,
        severity: Severity::Error,
        range: live.status.range,
        message,
        fix: Some(("Set all Python commands to Draft".to_owned(), edits, Applicability::Safe)),
    });
}
