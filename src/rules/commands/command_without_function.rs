//! D3101.

use crate::diagnostic::{Applicability, Fix, Place, Severity};
use crate::manifest;
use crate::rules::{Check, Context, FixKind, Needs, Rule, Sink};
use crate::semantic::{Definition, FunctionId, MODULE};
use crate::text::Edit;

pub(in crate::rules) static RULE: Rule = Rule {
    code: "D3101",
    name: "command-without-function",
    severity: Severity::Error,
    default_on: true,
    fix: FixKind::Safe,
    needs: Needs::Manifest,
    summary: "a command of the manifest has no function of its internal name",
    page: include_str!("command_without_function.md"),
    check: Check::Script(check),
};

fn check(context: &Context<'_>, sink: &mut Sink<'_>) {
    let mut near = Vec::new();
    for command in &context.model.commands {
        let Some(declared) = command.declared else { continue };
        match context.model.definition(command) {
            Definition::Missing => {
                let range = declared.internal_name.range;
                let message = format!(
                    "the script has no function `{}`; define one, or take the command out of the manifest",
                    command.name
                );
                sink.report(range, message).place(Place::Manifest);
            }
            Definition::Near(function) => near.push((declared, function)),
            _ => {}
        }
    }
    for &(command, function) in &near {
        let is_only = near.iter().filter(|(_, other)| *other == function).count() == 1;
        report_near(context, command, function, is_only, sink);
    }
}

fn report_near(
    context: &Context<'_>,
    command: &manifest::Command,
    function: FunctionId,
    is_only: bool,
    sink: &mut Sink<'_>,
) {
    let function = context.model.function(function);
    let wanted = &command.internal_name;
    let applicability = if is_only { Applicability::Safe } else { Applicability::Offered };
    let rename = super::rename(context.model, MODULE, function.name(), &wanted.value, applicability);
    let adopt = Fix::new(
        format!("Call the command `{}` in the manifest", function.name()),
        Applicability::Offered,
        Place::Manifest,
        vec![Edit::replace(wanted.range, function.name())],
    );
    let message = format!(
        "the manifest calls this command `{}`, and its function must have exactly that name; rename `{}`",
        wanted.value,
        function.name()
    );
    sink.report(function.node.name.range, message)
        .related(Place::Manifest, wanted.range, "the command is declared here")
        .maybe_fix(rename)
        .fix(adopt);
}
