//! D3108.

use std::cell::LazyCell;

use rustc_hash::FxHashSet;

use crate::diagnostic::{Applicability, Fix, Place, Severity};
use crate::manifest::{Kind, edits};
use crate::rules::{Check, Context, FixKind, Needs, Rule, Sink};
use crate::semantic::{Definition, FunctionId};

pub(in crate::rules) static RULE: Rule = Rule {
    code: "D3108",
    name: "undeclared-command",
    severity: Severity::Info,
    default_on: true,
    fix: FixKind::Offered,
    needs: Needs::Manifest,
    summary: "a function that returns an output model and is in no manifest",
    page: include_str!("undeclared_command.md"),
    check: Check::Script(check),
};

fn check(context: &Context<'_>, sink: &mut Sink<'_>) {
    let Some(manifest) = context.manifest else { return };
    let model = context.model;
    // The manifest tells of the draft. What the Live script has beside it was renamed or taken out since.
    if model.script.surroundings.is_live() {
        return;
    }
    let meant: LazyCell<FxHashSet<FunctionId>, _> = LazyCell::new(|| {
        let near = model.commands.iter().filter_map(|command| match model.definition(command) {
            Definition::Near(function) => Some(function),
            _ => None,
        });
        near.collect()
    });
    let declared: LazyCell<FxHashSet<&str>, _> =
        LazyCell::new(|| manifest.commands.iter().map(|command| command.internal_name.value.as_str()).collect());
    for id in model.functions_within(context.whole()) {
        let function = model.function(id);
        if model.command_of(id).is_some()
            || !model.looks_like_command(id)
            || declared.contains(function.name())
            || meant.contains(&id)
        {
            continue;
        }
        let names = super::positional_names(function);
        // What `*args` takes has no names to add.
        let has_names = !super::takes_any(function);
        let add = (manifest.kind == Kind::Integration && has_names).then(|| {
            let edits = edits::add_command(manifest, function.name(), &names);
            let title = format!("Add the command `{}` to the manifest", function.name());
            Fix::new(title, Applicability::Offered, Place::Manifest, edits)
        });
        let message = format!(
            "`{}` returns an output model, but the manifest has no such command; add it, or begin a helper's name \
             with an underscore",
            function.name()
        );
        sink.report(function.node.name.range, message).maybe_fix(add);
    }
}
