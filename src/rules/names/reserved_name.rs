//! D3202.

use crate::diagnostic::Severity;
use crate::image::names::{ARGS, RESERVED_NAMES};
use crate::rules::{Check, Context, FixKind, Needs, Rule, Sink};
use crate::semantic::{Binding, BindingKind, ParameterKind};
use crate::text::TextRange;

pub(in crate::rules) static RULE: Rule = Rule {
    code: "D3202",
    name: "reserved-name",
    severity: Severity::Error,
    default_on: true,
    fix: FixKind::None,
    needs: Needs::Nothing,
    summary: "a variable, parameter or other name that D3's playbook engine reserves is bound",
    page: include_str!("reserved_name.md"),
    check: Check::Part(check),
};

fn check(context: &Context<'_>, part: TextRange, sink: &mut Sink<'_>) {
    for binding in context.bindings(part) {
        if RESERVED_NAMES.contains(&binding.name) && !is_documented(binding) && super::replaces(context.model, binding)
        {
            let what = if matches!(binding.kind, BindingKind::Delete) { "don't delete it" } else { "use another name" };
            sink.report(binding.range, format!("`{}` is reserved for D3's playbook engine; {what}", binding.name));
        }
    }
}

/// `def command(*args)`, which D3's page shows itself ("Command & Script").
fn is_documented(binding: &Binding<'_>) -> bool {
    binding.name == ARGS && matches!(binding.kind, BindingKind::Parameter(ParameterKind::VarArgs))
}
