//! D3301.

use crate::diagnostic::{Place, Severity};
use crate::rules::{Check, Context, FixKind, Needs, Rule, Sink};
use crate::semantic::Endings;
use crate::text::{Ranged, TextRange};

pub(in crate::rules) static RULE: Rule = Rule {
    code: "D3301",
    name: "missing-output-model",
    severity: Severity::Error,
    default_on: true,
    fix: FixKind::None,
    needs: Needs::Nothing,
    summary: "a path through a command ends without an output model",
    page: include_str!("missing_output_model.md"),
    check: Check::Part(check),
};

fn check(context: &Context<'_>, part: TextRange, sink: &mut Sink<'_>) {
    let model = context.model;
    let mut endings = Endings::new(model);
    for function in model.functions_within(part).filter(|&function| model.command_of(function).is_some()) {
        let Some(last) = endings.missing(function) else { continue };
        let name = &model.function(function).node.name;
        let message = format!(
            "a path through `{name}` ends without an output model, and then D3 shows no result and no log; \
             end it with `return pb.returnOutputModel(...)`"
        );
        sink.report(name.range(), message).related(Place::Script, last, "this path ends here");
    }
}
