//! Functions that are still to be written: the manifest's missing commands, D3's templates; and what the system script gives.

use super::{CompletionItem, CompletionKind, Topic};
use crate::ide::cursor::Cursor;
use crate::ide::layout;
use crate::ide::new_function::{command_function, missing_commands, parameters_of};
use crate::image::names;
use crate::manifest::Kind;
use crate::semantic::{BindingKind, MODULE};

/// How much of a function is inserted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// All of it.
    Whole,
    /// What follows `def`.
    Name,
}

/// The commands that the manifest declares and that neither the script nor the system script has.
pub(super) fn functions(cursor: &Cursor<'_>, form: Form) -> Vec<CompletionItem> {
    missing_commands(cursor.model)
        .map(|declared| {
            let item = function(cursor, form, &declared.internal_name.value, &parameters_of(declared));
            item.detail("command of the manifest").about(Topic::Command(declared.internal_name.value.clone()))
        })
        .collect()
}

/// The commands whose names D3 defines, where neither the script nor the manifest has them.
pub(super) fn templates(cursor: &Cursor<'_>) -> Vec<CompletionItem> {
    let model = cursor.model;
    if model.script.surroundings.kind == Some(Kind::Utility) {
        return Vec::new();
    }
    let known = |name: &str| {
        model.scope(MODULE).names.keys().any(|bound| bound.eq_ignore_ascii_case(name))
            || model.commands.iter().any(|command| command.name.eq_ignore_ascii_case(name))
    };
    let missing = names::SYSTEM_COMMANDS.iter().filter(|command| !known(command.name));
    missing
        .map(|command| {
            // D3 does not document the parameters of the others.
            let parameters: Vec<&str> = match command.parameters {
                Some(parameters) => parameters.iter().map(|(name, _)| *name).collect(),
                None => vec!["*args"],
            };
            function(cursor, Form::Whole, command.name, &parameters).detail("D3's template").documentation(command.doc)
        })
        .collect()
}

fn function(cursor: &Cursor<'_>, form: Form, name: &str, parameters: &[&str]) -> CompletionItem {
    let head = if form == Form::Whole { "def " } else { "" };
    let indentation = layout::unit(&cursor.model.script.parsed);
    let mut item = CompletionItem::new(name, CompletionKind::Snippet, cursor.statement.word);
    if form == Form::Whole {
        item.label = format!("def {name}");
    } else if matches!(cursor.statement.next, Some(b'(' | b':')) {
        // What follows the name is written already.
        return item;
    }
    item.snippet(format!("{head}{}", command_function(name, parameters)).replace("    ", &indentation))
}

/// What the top level of the system script defines and the script does not.
pub(super) fn system_names(cursor: &Cursor<'_>) -> Vec<CompletionItem> {
    let Some(system) = cursor.model.system() else { return Vec::new() };
    let names = system.scope(MODULE).names.iter();
    let mut names: Vec<_> = names
        .filter(|(name, _)| !name.starts_with("__") && cursor.model.resolve(name, cursor.scope).is_none())
        .filter_map(|(name, entry)| Some((*name, system.binding(*entry.bindings.last()?).kind)))
        .collect();
    names.sort_unstable_by_key(|(name, _)| *name);
    let item = |(name, kind): (&str, BindingKind<'_>)| {
        let what = match kind {
            BindingKind::Function(_) => CompletionKind::Function,
            BindingKind::Import(_) => CompletionKind::Module,
            _ => CompletionKind::Variable,
        };
        CompletionItem::new(name, what, cursor.statement.word)
            .detail("system script")
            .about(Topic::SystemName(name.to_owned()))
    };
    names.into_iter().map(item).collect()
}
