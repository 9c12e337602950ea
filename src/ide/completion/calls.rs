//! D3 calls: their branches, commands and types (D3's page, "Utility Command & Integration Command Calls").

use super::{CompletionItem, CompletionKind, Topic};
use crate::ide::cursor::Cursor;
use crate::ide::describe;
use crate::ide::snippet::{self, placeholder};
use crate::image::{UtilityCommand, names};
use crate::manifest::{Command, Kind};
use crate::semantic::Origin;
use crate::syntax::ast::Expr;
use crate::syntax::{D3Call, D3Target};

/// What stands behind the dot of `D3` and of what lies below it; `None` for any other object.
pub(super) fn members<'a>(cursor: &Cursor<'a>, object: &'a Expr) -> Option<Vec<CompletionItem>> {
    if cursor.origin(object) == Some(Origin::D3) {
        return Some(branches(cursor));
    }
    let Expr::Attribute(outer) = object else { return None };
    if cursor.origin(&outer.value) == Some(Origin::D3) {
        return match outer.attr.as_str() {
            names::UTILITY => Some(utility_commands(cursor)),
            names::INTEGRATION => Some(integrations(cursor)),
            _ => None,
        };
    }
    let Expr::Attribute(inner) = &*outer.value else { return None };
    let is_integration = inner.attr.as_str() == names::INTEGRATION && cursor.origin(&inner.value) == Some(Origin::D3);
    is_integration.then(|| integration_commands(cursor, outer.attr.as_str()))
}

fn branches(cursor: &Cursor<'_>) -> Vec<CompletionItem> {
    let utility = "`D3.Utility.{Command}<{Type}>(...)`: a utility command. The type is that of its first parameter.";
    let integration = "`D3.Integration.{Integration}.{Command}(...)`: a command of this integration.";
    let mut items = vec![(names::UTILITY, utility)];
    if cursor.model.script.surroundings.kind != Some(Kind::Utility) {
        items.push((names::INTEGRATION, integration));
    }
    let item = |(name, doc): (&str, &str)| {
        CompletionItem::new(name, CompletionKind::Namespace, cursor.statement.word).documentation(doc)
    };
    items.into_iter().map(item).collect()
}

/// All utility commands, those whose calls D3 documents first.
fn utility_commands(cursor: &Cursor<'_>) -> Vec<CompletionItem> {
    let image = &cursor.model.script.surroundings.image;
    let (exact, others): (Vec<_>, Vec<_>) = image.utility_commands().iter().partition(|command| command.exact);
    exact.into_iter().chain(others).map(|command| utility_command(cursor, command)).collect()
}

fn utility_command(cursor: &Cursor<'_>, command: &UtilityCommand) -> CompletionItem {
    let mut detail = command.display_name.clone().unwrap_or_default();
    if !command.category.is_empty() {
        detail = format!("{detail} ({})", command.category);
    }
    let item = CompletionItem::new(&command.name, CompletionKind::Function, cursor.statement.word)
        .detail(detail)
        .about(Topic::UtilityCommand(command.name.clone()));
    if matches!(cursor.statement.next, Some(b'<' | b'(')) {
        return item;
    }
    let mut number = 0;
    let mut next = |text: &str| {
        number += 1;
        placeholder(number, text)
    };
    let word = match (command.type_word(), &command.parameters) {
        (Some(word), _) => snippet::escape(word),
        // A documented call without arguments has an empty type.
        (None, None) if command.exact => String::new(),
        (None, _) => next("Text"),
    };
    let arguments: Vec<_> = command.parameters.iter().flatten().map(|parameter| next(&parameter.name)).collect();
    item.snippet(format!("{}<{word}>({})", command.name, arguments.join(", ")))
}

/// Only the own integration's commands may be called.
fn integrations(cursor: &Cursor<'_>) -> Vec<CompletionItem> {
    let Some(manifest) = &cursor.model.script.surroundings.manifest else { return Vec::new() };
    if manifest.kind != Kind::Integration {
        return Vec::new();
    }
    let name = manifest.internal_name.iter().filter(|name| !name.value.is_empty());
    name.map(|name| {
        let display = manifest.name.as_ref().map_or(String::new(), |name| name.value.clone());
        CompletionItem::new(&name.value, CompletionKind::Namespace, cursor.statement.word)
            .detail(display)
            .documentation(describe::integration(manifest))
    })
    .collect()
}

fn integration_commands(cursor: &Cursor<'_>, integration: &str) -> Vec<CompletionItem> {
    let Some(manifest) = &cursor.model.script.surroundings.manifest else { return Vec::new() };
    let is_own = manifest.internal_name.as_ref().is_some_and(|name| name.value == integration);
    if !is_own || manifest.kind != Kind::Integration {
        return Vec::new();
    }
    manifest.commands.iter().map(|command| integration_command(cursor, command)).collect()
}

fn integration_command(cursor: &Cursor<'_>, command: &Command) -> CompletionItem {
    let name = &command.internal_name.value;
    let item = CompletionItem::new(name, CompletionKind::Function, cursor.statement.word)
        .detail(command.display_name.as_ref().map_or(String::new(), |name| name.value.clone()))
        .about(Topic::Command(name.clone()));
    if cursor.statement.next == Some(b'(') {
        return item;
    }
    let inputs = command.inputs.iter().enumerate();
    let arguments: Vec<_> = inputs.map(|(place, input)| placeholder(place + 1, &input.parameter_name.value)).collect();
    item.snippet(format!("{name}({})", arguments.join(", ")))
}

/// The types of a call, the command's own first.
pub(super) fn types(cursor: &Cursor<'_>, call: &D3Call) -> Vec<CompletionItem> {
    let (D3Target::Utility { command }, Some(word)) = (&call.target, &call.type_word) else { return Vec::new() };
    let image = &cursor.model.script.surroundings.image;
    let own = image.utility_command(&command.value).and_then(UtilityCommand::type_word);
    let behind = cursor.statement.parsed.text[word.range.end().to_usize()..].trim_start_matches([' ', '\t']);
    let closing = match behind.bytes().next() {
        Some(b'>') => "",
        _ => ">",
    };
    let range = cursor.statement.in_script(word.range);
    let item = |name: &str| CompletionItem::new(name, CompletionKind::Type, range).insert(format!("{name}{closing}"));
    let first = own.map(|name| item(name).detail(format!("the type of `{}`", command.value)));
    let others = names::PARAMETER_TYPES.into_iter().filter(|name| Some(*name) != own).map(item);
    first.into_iter().chain(others).collect()
}
