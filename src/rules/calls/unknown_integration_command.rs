//! D3407.

use crate::diagnostic::{Applicability, Fix, Place, Severity};
use crate::manifest::{self, Kind, Manifest, edits};
use crate::rules::{Check, Context, FixKind, Needs, Rule, Sink};
use crate::semantic::SystemScript;
use crate::syntax::{D3Call, D3Target};
use crate::text::{Edit, Spanned, nearest};

pub(in crate::rules) static RULE: Rule = Rule {
    code: "D3407",
    name: "unknown-integration-command",
    severity: Severity::Error,
    default_on: true,
    fix: FixKind::Offered,
    needs: Needs::Manifest,
    summary: "a call of a command that its integration does not have, or with the wrong number of arguments",
    page: include_str!("unknown_integration_command.md"),
    check: Check::Script(check),
};

fn check(context: &Context<'_>, sink: &mut Sink<'_>) {
    let Some(manifest) = context.manifest.filter(|manifest| manifest.kind == Kind::Integration) else { return };
    let Some(own) = &manifest.internal_name else {
        sink.not_evaluated();
        return;
    };
    for call in &context.parsed.d3_calls {
        let D3Target::Integration { integration, command } = &call.target else { continue };
        if integration.value != own.value || command.value.is_empty() {
            continue;
        }
        match manifest.commands.iter().find(|known| known.internal_name.value == command.value) {
            Some(known) => argument_count(context, call, command, known, sink),
            None if in_system_script(context, &command.value) => {}
            None => unknown(context, manifest, &own.value, command, sink),
        }
    }
}

/// Whether the system script has, or may have, a command of that name.
fn in_system_script(context: &Context<'_>, command: &str) -> bool {
    match context.system {
        SystemScript::None => false,
        SystemScript::Unknown => true,
        SystemScript::Known(system) => system.model().top_level_function(command).is_some(),
    }
}

fn unknown(
    context: &Context<'_>,
    manifest: &Manifest,
    integration: &str,
    command: &Spanned<String>,
    sink: &mut Sink<'_>,
) {
    let known = manifest.commands.iter().map(|command| command.internal_name.value.as_str());
    let near = nearest(&command.value, known);
    let hint = match near {
        Some(near) => format!("did you mean `{near}`?"),
        None => "add it to the manifest, or correct the name".to_owned(),
    };
    let rename = near.map(|near| {
        let edit = Edit::replace(command.range, near);
        Fix::new(format!("Change to `{near}`"), Applicability::Offered, Place::Script, vec![edit])
    });
    // A command needs a function.
    let add = context.model.top_level_function(&command.value).map(|_| {
        Fix::new(
            format!("Add the command `{}` to the manifest", command.value),
            Applicability::Offered,
            Place::Manifest,
            edits::add_command(manifest, &command.value, &[]),
        )
    });
    sink.report(command.range, format!("`{integration}` has no command `{}`; {hint}", command.value))
        .maybe_fix(rename)
        .maybe_fix(add);
}

fn argument_count(
    context: &Context<'_>,
    call: &D3Call,
    command: &Spanned<String>,
    known: &manifest::Command,
    sink: &mut Sink<'_>,
) {
    let Some(given) = super::argument_count(context, call) else { return };
    let most = known.inputs.len();
    // D3 passes inputs by order, so all before the last required one must be there.
    let least = known.inputs.iter().rposition(|input| input.required).map_or(0, |place| place + 1);
    if (least..=most).contains(&given) {
        return;
    }
    let wanted = if least == most { most.to_string() } else { format!("{least} to {most}") };
    sink.report(command.range, format!("`{}` takes {wanted} arguments, {given} given", command.value));
}
