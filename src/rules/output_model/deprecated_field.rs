//! D3308.

use rustc_hash::FxHashSet;

use crate::diagnostic::{Applicability, Fix, Place, Severity};
use crate::image::names::OUTPUT_FIELDS;
use crate::rules::{Check, Context, FixKind, Needs, Rule, Sink};
use crate::semantic::{ScopeId, Slot};
use crate::syntax::ast::Expr;
use crate::text::{Edit, Ranged};

pub(in crate::rules) static RULE: Rule = Rule {
    code: "D3308",
    name: "deprecated-field",
    severity: Severity::Warning,
    default_on: true,
    fix: FixKind::Unsafe,
    needs: Needs::Nothing,
    summary: "keyFields or contextData is filled",
    page: include_str!("deprecated_field.md"),
    check: Check::Script(check),
};

fn check(context: &Context<'_>, sink: &mut Sink<'_>) {
    let mut seen = FxHashSet::default();
    for output in &context.model.output_models {
        for (field, slot) in OUTPUT_FIELDS.iter().zip(&output.slots).filter(|(field, _)| field.deprecated) {
            let Slot::Given(argument, scope) = *slot else { continue };
            if seen.contains(&argument.range()) || !is_filled(context, argument, scope) {
                continue;
            }
            seen.insert(argument.range());
            let fix = Fix::new(
                "Change to an empty text",
                Applicability::Unsafe,
                Place::Script,
                vec![Edit::replace(argument.range(), "\"\"")],
            );
            let message = format!("`{}` is deprecated; pass `\"\"`", field.name);
            sink.report(argument.range(), message).fix(fix);
        }
    }
}

/// Whether a field is certain to be more than an empty text on some path. A parameter of a wrapper is judged where the
/// wrapper is called.
fn is_filled<'a>(context: &Context<'a>, argument: &'a Expr, scope: ScopeId) -> bool {
    let values = context.model.values(argument, scope).known;
    values.iter().any(|(value, _)| !matches!(value, Expr::StringLiteral(text) if text.value.is_empty()))
}
