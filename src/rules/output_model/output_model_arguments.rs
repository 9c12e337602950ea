//! D3305.

use crate::diagnostic::Severity;
use crate::image::names::OUTPUT_FIELDS;
use crate::rules::{Check, Context, FixKind, Needs, Rule, Sink};
use crate::semantic::{OutputModel, Slot};
use crate::text::{Ranged, TextRange, nearest};

pub(in crate::rules) static RULE: Rule = Rule {
    code: "D3305",
    name: "output-model-arguments",
    severity: Severity::Error,
    default_on: true,
    fix: FixKind::None,
    needs: Needs::Nothing,
    summary: "an output model with too few or too many arguments, or with an unknown or repeated keyword",
    page: include_str!("output_model_arguments.md"),
    check: Check::Part(check),
};

fn check(context: &Context<'_>, part: TextRange, sink: &mut Sink<'_>) {
    for output in context.output_models(part).iter().filter(|output| output.wrapper.is_none()) {
        let keywords_are_fine = check_keywords(output, sink);
        let arguments = &output.call.arguments;
        let is_open = arguments.args.iter().any(|argument| argument.is_starred_expr());
        if let Some(extra) = arguments.args.get(OUTPUT_FIELDS.len()).filter(|_| !is_open) {
            let message = format!(
                "`pb.returnOutputModel` takes at most {} arguments, and this is one more; remove it",
                OUTPUT_FIELDS.len()
            );
            sink.report(extra.range(), message);
        } else if keywords_are_fine {
            check_required(output, sink);
        }
    }
}

/// Reports keywords that are no field, or a field that is given already.
fn check_keywords(output: &OutputModel<'_>, sink: &mut Sink<'_>) -> bool {
    let arguments = &output.call.arguments;
    let is_open = arguments.args.iter().any(|argument| argument.is_starred_expr());
    let mut are_fine = true;
    for name in arguments.keywords.iter().filter_map(|keyword| keyword.arg.as_ref()) {
        let fields = || OUTPUT_FIELDS.iter().map(|field| field.name);
        let message = match fields().position(|field| field == name.as_str()) {
            Some(place) if place < arguments.args.len() && !is_open => {
                format!("`{name}` is given already, by its place; remove one of the two")
            }
            Some(_) => continue,
            None => match nearest(name.as_str(), fields()) {
                Some(near) => format!("the output model has no field `{name}`; did you mean `{near}`"),
                None => format!("the output model has no field `{name}`; remove it"),
            },
        };
        are_fine = false;
        sink.report(name.range(), message);
    }
    are_fine
}

fn check_required(output: &OutputModel<'_>, sink: &mut Sink<'_>) {
    let missing: Vec<String> = OUTPUT_FIELDS
        .iter()
        .zip(&output.slots)
        .filter(|(field, slot)| field.required && **slot == Slot::Absent)
        .map(|(field, _)| format!("`{}`", field.name))
        .collect();
    if !missing.is_empty() {
        let message =
            format!("the output model lacks {}; pass `\"\"` where there is nothing to say", missing.join(", "));
        sink.report(output.call.func.range(), message);
    }
}
