//! D3103.

use crate::diagnostic::{Applicability, Fix, Place, Severity};
use crate::manifest;
use crate::rules::{Check, Context, FixKind, Needs, Rule, Sink};
use crate::semantic::{Function, FunctionId};
use crate::text::Ranged;

pub(in crate::rules) static RULE: Rule = Rule {
    code: "D3103",
    name: "parameter-mismatch",
    severity: Severity::Warning,
    default_on: true,
    fix: FixKind::Offered,
    needs: Needs::Manifest,
    summary: "a parameter's name or place differs from the manifest's",
    page: include_str!("parameter_mismatch.md"),
    check: Check::Script(check),
};

fn check(context: &Context<'_>, sink: &mut Sink<'_>) {
    let Some(manifest) = context.manifest else { return };
    for (command, function) in super::declared(context, context.whole()) {
        let pairs = function.positional().zip(&command.inputs);
        let mut differing = pairs
            .filter(|(parameter, input)| {
                let wanted = input.parameter_name.value.as_str();
                !wanted.is_empty() && parameter.parameter.name.as_str() != wanted
            })
            .peekable();
        if differing.peek().is_none() {
            continue;
        }
        let names = super::positional_names(function);
        let wanted: Vec<&str> = command.inputs.iter().map(|input| input.parameter_name.value.as_str()).collect();
        let count = names.len().min(wanted.len());
        let reordered = {
            let (mut mine, mut theirs) = (names[..count].to_vec(), wanted[..count].to_vec());
            mine.sort_unstable();
            theirs.sort_unstable();
            mine == theirs
        };
        let adopt = || super::inputs_from_function(manifest, command, function);
        if let (true, Some((parameter, input))) = (reordered, differing.peek()) {
            let message = format!(
                "D3 passes inputs by order, and `{}` comes here, not `{}`; bring the parameters into the order of \
                 the manifest",
                input.parameter_name.value,
                parameter.parameter.name.as_str()
            );
            sink.report(parameter.parameter.name.range, message)
                .related(Place::Manifest, input.parameter_name.range, "the input that comes here")
                .maybe_fix(adopt());
            continue;
        }
        for (parameter, input) in differing {
            let (name, wanted) = (parameter.parameter.name.as_str(), input.parameter_name.value.as_str());
            let message = format!("the manifest calls this input `{wanted}`, not `{name}`; use one name for both");
            sink.report(parameter.parameter.name.range, message)
                .related(Place::Manifest, input.parameter_name.range, "the input is declared here")
                .maybe_fix(rename(context, command, function, name, wanted))
                .maybe_fix(adopt());
        }
    }
}

/// Renames a parameter, where no call in the script passes it by name.
fn rename(
    context: &Context<'_>,
    command: &manifest::Command,
    function: &Function<'_>,
    name: &str,
    wanted: &str,
) -> Option<Fix> {
    let id: FunctionId = context.model.top_level_function(&command.internal_name.value)?;
    let passed = context.model.calls_by_name(id).iter().any(|call| call.node.arguments.find_keyword(name).is_some());
    let fix = super::rename(context.model, function.scope, name, wanted, Applicability::Offered)?;
    let inside = fix.edits.iter().all(|(_, edit)| function.node.range().contains_range(edit.range));
    (!passed && inside).then_some(fix)
}
