//! D3107.

use std::collections::BTreeMap;

use crate::diagnostic::{Place, Severity};
use crate::image::names::system_command;
use crate::rules::{Check, Context, FixKind, Needs, Rule, Sink};
use crate::semantic::{BindingKind, Command, MODULE, Model};
use crate::text::TextRange;

pub(in crate::rules) static RULE: Rule = Rule {
    code: "D3107",
    name: "duplicate-command",
    severity: Severity::Error,
    default_on: true,
    fix: FixKind::None,
    needs: Needs::Nothing,
    summary: "a command is defined twice, or a system-defined one in two spellings",
    page: include_str!("duplicate_command.md"),
    check: Check::Script(check),
};

fn check(context: &Context<'_>, sink: &mut Sink<'_>) {
    for command in &context.model.commands {
        let mut definitions = definitions(context.model, command).into_iter();
        let Some(first) = definitions.next() else { continue };
        for second in definitions {
            let message = format!("`{}` is defined a second time, and D3 runs the last one; keep one", command.name);
            sink.report(second, message).related(Place::Script, first, "the first definition");
        }
    }
    let mut spellings: BTreeMap<&str, Vec<&Command<'_>>> = BTreeMap::new();
    for command in &context.model.commands {
        if let Some(system) = system_command(command.name) {
            spellings.entry(system.name).or_default().push(command);
        }
    }
    for commands in spellings.into_values() {
        let first = commands[0];
        for second in commands.iter().filter(|second| second.name != first.name) {
            report_spelling(context.model, first, second, sink);
        }
    }
}

/// The names of the functions that are a command for certain, in order, where several may be.
fn definitions(model: &Model<'_>, command: &Command<'_>) -> Vec<TextRange> {
    let entry = model.scope(MODULE).names.get(command.name).filter(|entry| entry.bindings.len() > 1);
    let Some(entry) = entry else { return Vec::new() };
    let bindings = entry.bindings.iter().map(|&id| model.binding(id));
    let certain = bindings.filter(|binding| {
        binding.written_in == MODULE
            && !binding.context.intersects(crate::semantic::Context::CONDITIONAL)
            && match binding.kind {
                // `@overload` and registries define one name several times on purpose.
                BindingKind::Function(id) => !model.function(id).is_decorated(),
                _ => false,
            }
    });
    certain.map(|binding| binding.range).collect()
}

fn report_spelling(model: &Model<'_>, first: &Command<'_>, second: &Command<'_>, sink: &mut Sink<'_>) {
    let message = format!(
        "`{}` and `{}` are the same system-defined command, which an integration has once; keep one",
        first.name, second.name
    );
    let place = |command: &Command<'_>| match (command.function, command.declared) {
        (Some(function), _) => Some((Place::Script, model.function(function).node.name.range)),
        (None, Some(declared)) => Some((Place::Manifest, declared.internal_name.range)),
        (None, None) => None,
    };
    let Some((at, range)) = place(second) else { return };
    let finding = sink.report(range, message).place(at);
    if let Some((at, range)) = place(first) {
        finding.related(at, range, "the first spelling");
    }
}
