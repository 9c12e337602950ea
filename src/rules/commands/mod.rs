//! D31xx: commands and their functions.

use crate::diagnostic::{Applicability, Fix, Place};
use crate::manifest::{self, Manifest, edits};
use crate::semantic::{Command, Function, Model, ScopeId};
use crate::syntax;
use crate::syntax::ast::{Expr, Stmt};
use crate::text::{Edit, TextRange};

use super::Context;

pub(super) mod args_out_of_range;
pub(super) mod command_without_function;
pub(super) mod duplicate_command;
pub(super) mod heavy_test_connection;
pub(super) mod no_test_connection;
pub(super) mod not_a_plain_function;
pub(super) mod overrides_system_name;
pub(super) mod parameter_count;
pub(super) mod parameter_mismatch;
pub(super) mod uncallable_signature;
pub(super) mod undeclared_command;
pub(super) mod unused_input;

/// The commands that have their functions in a part of the script, where the parameters tell how a function is called.
fn signatures<'a>(
    context: &Context<'a>,
    part: TextRange,
) -> impl Iterator<Item = (&'a Command<'a>, &'a Function<'a>)> + use<'a> {
    context.model.commands_within(part).filter(|(_, function)| {
        // What else a command's function can be, other rules say.
        !function.is_decorated() && !function.node.is_async && !function.is_generator
    })
}

/// Those of [`signatures`] that the manifest declares, with what it says; none of a Live script, whose inputs the
/// manifest may have changed since the last submit.
fn declared<'a>(
    context: &Context<'a>,
    part: TextRange,
) -> impl Iterator<Item = (&'a manifest::Command, &'a Function<'a>)> + use<'a> {
    let is_live = context.model.script.surroundings.is_live();
    let signatures = signatures(context, part).filter(move |_| !is_live);
    signatures.filter_map(|(command, function)| Some((command.declared?, function)))
}

/// Whether a parameter takes all positional arguments that are left.
fn takes_any(function: &Function<'_>) -> bool {
    function.node.parameters.vararg.is_some()
}

/// The names of a function's positional parameters.
fn positional_names<'a>(function: &Function<'a>) -> Vec<&'a str> {
    function.positional().map(|parameter| parameter.parameter.name.as_str()).collect()
}

/// Makes the manifest's inputs of a command those that its function takes.
fn inputs_from_function(manifest: &Manifest, command: &manifest::Command, function: &Function<'_>) -> Option<Fix> {
    let edits = edits::set_inputs(manifest, command, &positional_names(function));
    let title = format!("Make the manifest's inputs those of `{}`", function.name());
    (!edits.is_empty()).then(|| Fix::new(title, Applicability::Offered, Place::Manifest, edits))
}

/// Renames what `name` is in `scope`, where nothing else has the new name.
fn rename(model: &Model<'_>, scope: ScopeId, name: &str, to: &str, applicability: Applicability) -> Option<Fix> {
    if !is_identifier(to) {
        return None;
    }
    let edits = model.rename(scope, name, to)?.into_iter().map(|range| Edit::replace(range, to)).collect();
    Some(Fix::new(format!("Rename to `{to}`"), applicability, Place::Script, edits))
}

/// Whether a text can stand as a name in Python.
fn is_identifier(text: &str) -> bool {
    let parsed = syntax::parse(&text.into());
    parsed.errors.is_empty()
        && matches!(&parsed.body[..], [Stmt::Expr(only)] if matches!(&*only.value, Expr::Name(name) if name.id.as_str() == text))
}
