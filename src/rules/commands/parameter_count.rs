//! D3102.

use crate::diagnostic::{Applicability, Fix, Place, Severity};
use crate::manifest;
use crate::rules::{Check, Context, FixKind, Needs, Rule, Sink};
use crate::semantic::Function;
use crate::text::{Edit, Ranged, TextRange, TextSize};

pub(in crate::rules) static RULE: Rule = Rule {
    code: "D3102",
    name: "parameter-count",
    severity: Severity::Error,
    default_on: true,
    fix: FixKind::Offered,
    needs: Needs::Manifest,
    summary: "a command's function takes another number of parameters than the command has inputs",
    page: include_str!("parameter_count.md"),
    check: Check::Part(check),
};

fn check(context: &Context<'_>, part: TextRange, sink: &mut Sink<'_>) {
    let Some(manifest) = context.manifest else { return };
    for (command, function) in super::declared(context, part) {
        let inputs = command.inputs.len();
        let required = function.positional().filter(|parameter| parameter.default.is_none()).count();
        let most = function.positional().count();
        if required <= inputs && (inputs <= most || super::takes_any(function)) {
            continue;
        }
        let takes = match (required == most, super::takes_any(function)) {
            (_, true) => format!("at least {required}"),
            (true, false) => most.to_string(),
            (false, false) => format!("{required} to {most}"),
        };
        let message = format!(
            "D3 calls `{}` with its {inputs} {}, but the function takes {takes}; make the two agree",
            function.name(),
            if inputs == 1 { "input" } else { "inputs" },
        );
        sink.report(function.node.name.range, message)
            .related(Place::Manifest, command.internal_name.range, "the command's inputs are declared here")
            .maybe_fix(missing_parameters(context, command, function))
            .maybe_fix(super::inputs_from_function(manifest, command, function));
    }
}

/// Adds the parameters that the function lacks after those that it has.
fn missing_parameters(context: &Context<'_>, command: &manifest::Command, function: &Function<'_>) -> Option<Fix> {
    let has = function.positional().count();
    let missing = command.inputs.get(has..).filter(|missing| !missing.is_empty())?;
    let names: Vec<&str> = missing.iter().map(|input| input.parameter_name.value.as_str()).collect();
    let taken = |name: &str| context.model.scope(function.scope).names.contains_key(name);
    if names.iter().any(|name| !super::is_identifier(name) || taken(name)) {
        return None;
    }
    let parameters = &function.node.parameters;
    let edit = match function.positional().last() {
        Some(last) => {
            let default = if last.default.is_some() { "=None" } else { "" };
            let text: String = names.iter().map(|name| format!(", {name}{default}")).collect();
            Edit::insert(last.end(), text)
        }
        None => {
            let separator = if parameters.is_empty() { "" } else { ", " };
            Edit::insert(parameters.start() + TextSize::new(1), names.join(", ") + separator)
        }
    };
    let title =
        format!("Add the parameters {}", names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", "));
    Some(Fix::new(title, Applicability::Offered, Place::Script, vec![edit]))
}
