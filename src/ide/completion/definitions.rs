//! Functions that are still to be written: the manifest's missing commands, D3's templates; and what the system script gives.

use super::{CompletionItem, CompletionKind, placeholder};
use crate::ide::cursor::Cursor;
use crate::ide::{describe, snippet};
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
    let in_system = |name: &str| cursor.model.system().is_some_and(|system| system.binds(name));
    let missing = cursor.model.commands.iter().filter(|command| command.function.is_none() && !in_system(command.name));
    missing
        .filter_map(|command| {
            let declared = command.declared?;
            let parameters: Vec<&str> =
                declared.inputs.iter().map(|input| input.parameter_name.value.as_str()).collect();
            let item = function(cursor, form, command.name, &parameters);
            Some(item.detail("command of the manifest").documentation(describe::command(declared)))
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
    let ingests = names::system_command(name).is_some_and(|command| command.ingests);
    let passdown =
        if ingests { format!(", {}={}", names::PASSDOWN_DATA, placeholder(2, "passdown")) } else { String::new() };
    let call = format!("{}.{}", names::PB, names::RETURN_OUTPUT_MODEL);
    let parameters = snippet::escape(&parameters.join(", "));
    let head = if form == Form::Whole { "def " } else { "" };
    let text = format!(
        "{head}{name}({parameters}):\n    \
         try:\n        \
         result = {}\n        \
         return {call}(result, \"{}\", \"\", \"\", result, \"\"{passdown})\n    \
         except Exception as error:\n        \
         return {call}(\"\", \"{}\", \"\", \"\", \"\", str(error))$0",
        placeholder(1, "{}"),
        names::SUCCESSFUL,
        names::FAILED,
    );
    let mut item = CompletionItem::new(name, CompletionKind::Snippet, cursor.statement.word).snippet(text);
    if form == Form::Whole {
        item.label = format!("def {name}");
    }
    item
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
        CompletionItem::new(name, what, cursor.statement.word).detail("system script")
    };
    names.into_iter().map(item).collect()
}
