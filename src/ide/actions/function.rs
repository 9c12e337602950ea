//! Writes the function of a command that the manifest declares and the script lacks.

use std::sync::Arc;

use super::{Action, ActionKind};
use crate::diagnostic::Place;
use crate::ide::layout;
use crate::ide::new_function::{command_function, missing_commands, parameters_of};
use crate::ide::snippet;
use crate::ide::subject::{Subject, called_command, subject};
use crate::manifest::Command;
use crate::semantic::{Analysis, Definition};
use crate::syntax::ast::Stmt;
use crate::syntax::{self, Parsed};
use crate::text::{Edit, Ranged, TextLen, TextRange, TextSize, apply};

/// At a place between the top-level statements all missing functions; where a missing command is named, its own.
pub(super) fn missing(analysis: &Analysis, range: TextRange) -> Vec<Action> {
    let parsed = analysis.parsed();
    let between = !parsed.body.iter().any(|statement| statement.range().contains_inclusive(range.start()));
    let named = match subject(analysis, range.start()) {
        Some((Subject::IntegrationCommand(call), _)) => {
            called_command(analysis.model(), call).map(|command| command.internal_name.value.as_str())
        }
        Some(_) => None,
        None => word_at(parsed, range.start()),
    };
    to_be_written(analysis)
        .filter(|command| between || named == Some(command.internal_name.value.as_str()))
        .filter_map(|command| create(parsed, command))
        .collect()
}

/// The function of the command that a range of the manifest touches.
pub(super) fn missing_in_manifest(analysis: &Analysis, range: TextRange) -> Vec<Action> {
    to_be_written(analysis)
        .filter(|command| command.range.start() <= range.end() && range.start() <= command.range.end())
        .filter_map(|command| create(analysis.parsed(), command))
        .collect()
}

/// The missing commands, but for those that a function under another name is most likely meant to be.
fn to_be_written(analysis: &Analysis) -> impl Iterator<Item = &Command> {
    let model = analysis.model();
    let is_near = |missing: &Command| {
        let mut commands = model.commands.iter().filter(|command| command.name == missing.internal_name.value);
        commands.any(|command| matches!(model.definition(command), Definition::Near(_)))
    };
    missing_commands(model).filter(move |missing| !is_near(missing))
}

/// The name at an offset; names that mean nothing yet are no subject.
fn word_at(parsed: &Parsed, offset: TextSize) -> Option<&str> {
    let is_word = |letter: char| letter.is_alphanumeric() || letter == '_';
    let text = &*parsed.text;
    let at = offset.to_usize();
    let before = text[..at].len() - text[..at].trim_end_matches(is_word).len();
    let behind = text[at..].len() - text[at..].trim_start_matches(is_word).len();
    text.get(at - before..at + behind)
}

/// Adds the function at the end of the script, two empty lines below what stands there.
fn create(parsed: &Parsed, command: &Command) -> Option<Action> {
    let text = &*parsed.text;
    if parsed.trailing.is_some() {
        return None;
    }
    let name = command.internal_name.value.as_str();
    let newline = layout::newline(text);
    let written = snippet::plain(&command_function(name, &parameters_of(command)));
    let written = format!("def {written}\n").replace("    ", &layout::unit(parsed)).replace('\n', newline);
    let content = text.trim_end_matches([' ', '\t', '\r', '\n']);
    let gap = if content.trim_start_matches('\u{feff}').is_empty() { String::new() } else { newline.repeat(3) };
    let end = TextRange::new(content.text_len(), text.text_len());
    let edit = Edit::replace(end, gap + &written);
    let is_written = || {
        let edited = syntax::parse(&Arc::from(apply(text, [&edit])));
        matches!(edited.body.last(), Some(Stmt::FunctionDef(last)) if last.name.as_str() == name)
    };
    // What is open at the end of a broken script would swallow it.
    (parsed.errors.is_empty() || is_written())
        .then(|| Action::new(format!("Create the function `{name}`"), ActionKind::QuickFix).edit(Place::Script, [edit]))
}
